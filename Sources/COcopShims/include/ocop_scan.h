// Vector scans over bytes (SSE2 where there is one, a byte loop elsewhere).
#ifndef OCOP_SCAN_H
#define OCOP_SCAN_H
#include <stddef.h>
#include <stdint.h>

// Index of the first byte equal to any of a, b, c, d from `from` on; `count` when there is none.
size_t ocop_find4(const uint8_t *bytes, size_t from, size_t count, uint8_t a, uint8_t b, uint8_t c, uint8_t d);

// Index of the first byte that XML must escape (& < > " and CR, LF, TAB), or `count`.
size_t ocop_find_xml(const uint8_t *bytes, size_t from, size_t count);

// Copies text of an XML element up to the first byte that must be escaped in it (& < > and CR), and answers how many bytes that
// were: `count` when there is none. `to` has room for `count` bytes; what stands behind those copied is undefined.
size_t ocop_copy_xml(uint8_t *to, const uint8_t *from, size_t count);

// Index of the first byte that JSON must escape (quote, backslash, control characters), or `count`.
size_t ocop_find_json(const uint8_t *bytes, size_t from, size_t count);

// Bits of ocop_scan_text's answer.
enum { OCOP_TEXT_OK = 0, OCOP_TEXT_INVALID_UTF8 = 1, OCOP_TEXT_MAYBE_NOT_NFC = 2 };

// Checks that bytes are UTF-8, and whether they could be other than NFC (they hold a combining mark or a character that
// composes with what stands before it). *at is the offset of the first invalid byte when bit 0 is set.
int ocop_scan_text(const uint8_t *bytes, size_t count, size_t *at);

// Whether there is a control character of ASCII: a byte below 0x20, or 0x7F.
int ocop_has_control(const uint8_t *bytes, size_t count);
#endif
