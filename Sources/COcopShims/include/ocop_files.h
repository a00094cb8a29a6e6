// What Swift's Glibc module leaves out about files.
#ifndef OCOP_FILES_H
#define OCOP_FILES_H
#include <stdint.h>
#include <sys/vfs.h>

// `f_type` of statfs(2) at a path; 0 when it cannot be told.
static inline uint32_t ocop_file_system_kind(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (uint32_t)status.f_type : 0;
}

// Lets the disk begin to take a range of a file that was written; does not wait, promises nothing (sync_file_range(2)).
void ocop_begin_writing_out(int descriptor, uint64_t offset, uint64_t count);
#endif
