#define _GNU_SOURCE
#include "ocop_files.h"

#include <fcntl.h>

void ocop_begin_writing_out(int descriptor, uint64_t offset, uint64_t count) {
  (void)sync_file_range(descriptor, (off64_t)offset, (off64_t)count, SYNC_FILE_RANGE_WRITE);
}
