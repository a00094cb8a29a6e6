// What cannot be said to SQLite from Swift: its function has a variable number of arguments.
#ifndef OCOP_SQLITE_H
#define OCOP_SQLITE_H

struct sqlite3;
int sqlite3_db_config(struct sqlite3 *, int, ...);

// Closing the last connection does not copy the write-ahead log into the database (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1006).
// Answers SQLite's result. Only for targets that link SQLite.
static inline int ocop_sqlite_keep_log(void *database) {
  return sqlite3_db_config((struct sqlite3 *)database, 1006, 1, (int *)0);
}
#endif
