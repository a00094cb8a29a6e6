// Cuts a row of delimited text into fields (64-byte blocks of SSE2 masks, a byte loop elsewhere).
#ifndef OCOP_SPLIT_H
#define OCOP_SPLIT_H
#include <stddef.h>
#include <stdint.h>

// Cuts bytes[from ..< count] at the delimiter. *start is where the open field began; every delimiter ends it and opens the
// next one. Finished fields go to fields[*used ..< room], two numbers each: offset and length. Stops at the first quote,
// CR, LF or NUL, or at the delimiter for which there is no room, and answers its index; `count` when there is none. Pass
// the delimiter as quote when quotes are plain characters.
size_t ocop_split(const uint8_t *bytes, size_t from, size_t count, uint8_t delimiter, uint8_t quote, size_t *start,
                  uint32_t *fields, size_t *used, size_t room);
#endif
