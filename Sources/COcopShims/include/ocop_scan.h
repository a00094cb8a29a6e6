// Vector scans over bytes (SSE2 where there is one, a byte loop elsewhere).
#ifndef OCOP_SCAN_H
#define OCOP_SCAN_H
#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Index of the first byte equal to any of a, b, c, d from `from` on; `count` when there is none.
size_t ocop_find4(const uint8_t *bytes, size_t from, size_t count, uint8_t a, uint8_t b, uint8_t c, uint8_t d);

// Writes the indices of the bytes equal to any of a, b, c, d from `from` on, and answers how many: at most `room`, and then there
// may be more.
size_t ocop_find_all4(const uint8_t *bytes, size_t from, size_t count, uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                      uint32_t *indices, size_t room);

// How often a byte stands in a text.
size_t ocop_count(const uint8_t *bytes, size_t count, uint8_t byte);

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

// How many tabs there are; `count` and one more when there is another control character.
size_t ocop_count_tabs(const uint8_t *bytes, size_t count);

// Index of the first byte that no URL holds (a blank, a control character, " < > \ or 0x7F) from `from` on, or `count`.
size_t ocop_find_not_url(const uint8_t *bytes, size_t from, size_t count);

// Copies bytes to `to` unless one of them is a, a quote, CR or LF; answers whether it did. Then something may have been
// written, but not beyond `count`. Inline, since tables do this for every cell.
static inline int ocop_copy_plain(uint8_t *to, const uint8_t *from, size_t count, uint8_t a) {
#if defined(__SSE2__)
  const __m128i va = _mm_set1_epi8((char)a), vq = _mm_set1_epi8(0x22), cr = _mm_set1_epi8(13), lf = _mm_set1_epi8(10);
#define OCOP_SPECIAL(x)                                                                     \
  _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vq)), \
                                 _mm_or_si128(_mm_cmpeq_epi8(x, cr), _mm_cmpeq_epi8(x, lf))))
  if (count >= 16) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
      const __m128i x = _mm_loadu_si128((const __m128i *)(from + i));
      if (OCOP_SPECIAL(x)) return 0;
      _mm_storeu_si128((__m128i *)(to + i), x);
    }
    // The last block overlaps the one before.
    const __m128i x = _mm_loadu_si128((const __m128i *)(from + count - 16));
    if (OCOP_SPECIAL(x)) return 0;
    _mm_storeu_si128((__m128i *)(to + count - 16), x);
    return 1;
  }
  if (count >= 8) {
    const __m128i x = _mm_loadl_epi64((const __m128i *)from), y = _mm_loadl_epi64((const __m128i *)(from + count - 8));
    if (OCOP_SPECIAL(_mm_unpacklo_epi64(x, y))) return 0;
    _mm_storel_epi64((__m128i *)to, x);
    _mm_storel_epi64((__m128i *)(to + count - 8), y);
    return 1;
  }
  if (count >= 4) {
    uint32_t x, y;
    __builtin_memcpy(&x, from, 4);
    __builtin_memcpy(&y, from + count - 4, 4);
    if (OCOP_SPECIAL(_mm_set_epi32((int)y, (int)y, (int)y, (int)x))) return 0;
    __builtin_memcpy(to, &x, 4);
    __builtin_memcpy(to + count - 4, &y, 4);
    return 1;
  }
#undef OCOP_SPECIAL
#endif
  for (size_t i = 0; i < count; i++) {
    const uint8_t byte = from[i];
    if (byte == a || byte == 0x22 || byte == 13 || byte == 10) return 0;
    to[i] = byte;
  }
  return 1;
}

// How many line ends (LF, CRLF, CR) there are. *after_return: whether a CR stands before the first byte, and then whether
// the last byte is one; the LF of a CRLF that is cut does not count again. *line is where the last line begins.
size_t ocop_count_lines(const uint8_t *bytes, size_t count, int *after_return, size_t *line);

// How many characters of UTF-8 begin in these bytes.
size_t ocop_count_characters(const uint8_t *bytes, size_t count);
#endif
