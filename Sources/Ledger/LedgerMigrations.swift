internal import GRDB

/// The forms that the ledger has had, one after the other. A released one is never changed; a new one is added below.
enum LedgerMigrations {
  static var all: DatabaseMigrator {
    var migrations = DatabaseMigrator()
    migrations.registerMigration("1 transfers") { database in
      try database.execute(
        sql: """
          CREATE TABLE transfer (
            id INTEGER PRIMARY KEY,
            direction TEXT NOT NULL CHECK (direction IN ('download', 'upload')),
            state TEXT NOT NULL CHECK (state IN ('sending', 'publishing', 'delivered', 'failed', 'unknown')),
            target TEXT NOT NULL,
            endpoint TEXT,
            remote TEXT NOT NULL,
            local TEXT NOT NULL,
            bytes INTEGER,
            sha256 TEXT,
            part TEXT,
            published TEXT,
            version TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            resumedAt INTEGER NOT NULL DEFAULT 0,
            answer TEXT,
            code TEXT,
            user TEXT NOT NULL,
            host TEXT NOT NULL,
            process INTEGER NOT NULL,
            begun TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            ended TEXT
          ) STRICT;
          CREATE INDEX transferByTarget ON transfer (target, direction, id);
          """)
    }
    return migrations
  }
}
