#include "ocop_scan.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

size_t ocop_find4(const uint8_t *p, size_t i, size_t n, uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
#if defined(__SSE2__)
  const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b), vc = _mm_set1_epi8((char)c),
                vd = _mm_set1_epi8((char)d);
  while (i + 16 <= n) {
    __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
    int m = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb)),
                                           _mm_or_si128(_mm_cmpeq_epi8(x, vc), _mm_cmpeq_epi8(x, vd))));
    if (m) return i + (size_t)__builtin_ctz((unsigned)m);
    i += 16;
  }
  if (i < n && n >= 16) {
    // The last block overlaps the one before; what was seen is masked out.
    __m128i x = _mm_loadu_si128((const __m128i *)(p + n - 16));
    int m = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb)),
                                           _mm_or_si128(_mm_cmpeq_epi8(x, vc), _mm_cmpeq_epi8(x, vd))));
    m &= (int)(~0u << (i + 16 - n));
    return m ? n - 16 + (size_t)__builtin_ctz((unsigned)m) : n;
  }
#endif
  for (; i < n; i++)
    if (p[i] == a || p[i] == b || p[i] == c || p[i] == d) return i;
  return n;
}

// With two different bytes only, the compiler leaves two comparisons out.
static inline size_t find_all(const uint8_t *p, size_t i, size_t n, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t *out,
                              size_t room, const int two) {
  size_t found = 0;
#if defined(__SSE2__)
  const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b), vc = _mm_set1_epi8((char)c),
                vd = _mm_set1_epi8((char)d);
  while (i + 16 <= n) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, va), _mm_cmpeq_epi8(x, vb));
    if (!two) hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(x, vc), _mm_cmpeq_epi8(x, vd)));
    for (unsigned m = (unsigned)_mm_movemask_epi8(hit); m; m &= m - 1) {
      if (found == room) return found;
      out[found++] = (uint32_t)(i + (size_t)__builtin_ctz(m));
    }
    i += 16;
  }
#endif
  for (; i < n; i++) {
    if (p[i] == a || p[i] == b || p[i] == c || p[i] == d) {
      if (found == room) return found;
      out[found++] = (uint32_t)i;
    }
  }
  return found;
}

size_t ocop_find_all4(const uint8_t *p, size_t i, size_t n, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t *out,
                      size_t room) {
  return c == a && d == a ? find_all(p, i, n, a, b, a, a, out, room, 1) : find_all(p, i, n, a, b, c, d, out, room, 0);
}

size_t ocop_count(const uint8_t *p, size_t n, uint8_t byte) {
  size_t i = 0, count = 0;
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8((char)byte), zero = _mm_setzero_si128();
  __m128i sums = zero;
  while (i + 16 <= n) {
    // A hit is a byte of -1; a lane counts to 255 before it is added up.
    const size_t blocks = (n - i) / 16, end = i + (blocks < 255 ? blocks : 255) * 16;
    __m128i lanes = zero;
    for (; i < end; i += 16)
      lanes = _mm_sub_epi8(lanes, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(p + i)), wanted));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(lanes, zero));
  }
  count = (size_t)_mm_cvtsi128_si64(_mm_add_epi64(sums, _mm_srli_si128(sums, 8)));
#endif
  for (; i < n; i++) count += p[i] == byte;
  return count;
}

size_t ocop_find_xml(const uint8_t *p, size_t i, size_t n) {
#if defined(__SSE2__)
  const __m128i amp = _mm_set1_epi8('&'), lt = _mm_set1_epi8('<'), gt = _mm_set1_epi8('>'), q = _mm_set1_epi8('"'),
                cr = _mm_set1_epi8(13), lf = _mm_set1_epi8(10), tab = _mm_set1_epi8(9);
  while (i + 16 <= n) {
    __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
    __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, amp), _mm_cmpeq_epi8(x, lt)),
                               _mm_or_si128(_mm_cmpeq_epi8(x, gt), _mm_cmpeq_epi8(x, q)));
    hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(x, cr), _mm_or_si128(_mm_cmpeq_epi8(x, lf), _mm_cmpeq_epi8(x, tab))));
    int m = _mm_movemask_epi8(hit);
    if (m) return i + (size_t)__builtin_ctz((unsigned)m);
    i += 16;
  }
#endif
  for (; i < n; i++) {
    uint8_t b = p[i];
    if (b == '&' || b == '<' || b == '>' || b == '"' || b == 13 || b == 10 || b == 9) return i;
  }
  return n;
}

#if defined(__SSE2__)
static inline unsigned xml_text_hits(__m128i x) {
  const __m128i amp = _mm_set1_epi8('&'), lt = _mm_set1_epi8('<'), gt = _mm_set1_epi8('>'), cr = _mm_set1_epi8(13);
  return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, amp), _mm_cmpeq_epi8(x, lt)),
                                                  _mm_or_si128(_mm_cmpeq_epi8(x, gt), _mm_cmpeq_epi8(x, cr))));
}
#endif

size_t ocop_copy_xml(uint8_t *to, const uint8_t *p, size_t n) {
  size_t i = 0;
#if defined(__SSE2__)
  while (i + 16 <= n) {
    __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
    _mm_storeu_si128((__m128i *)(to + i), x);
    unsigned m = xml_text_hits(x);
    if (m) return i + (size_t)__builtin_ctz(m);
    i += 16;
  }
  if (i == n) return n;
  if (n >= 16) {
    // The last block overlaps the one before, in which nothing was found.
    __m128i x = _mm_loadu_si128((const __m128i *)(p + n - 16));
    _mm_storeu_si128((__m128i *)(to + n - 16), x);
    unsigned m = xml_text_hits(x);
    return m ? n - 16 + (size_t)__builtin_ctz(m) : n;
  }
  if (n >= 8) {
    // Two halves that overlap; a hit in both of them is the same byte, or the first counts.
    uint64_t a, b;
    memcpy(&a, p, 8);
    memcpy(&b, p + n - 8, 8);
    memcpy(to, &a, 8);
    memcpy(to + n - 8, &b, 8);
    unsigned m = xml_text_hits(_mm_set_epi64x((long long)b, (long long)a));
    if (!m) return n;
    size_t k = (size_t)__builtin_ctz(m);
    return k < 8 ? k : n - 16 + k;
  }
  if (n >= 4) {
    uint32_t a, b;
    memcpy(&a, p, 4);
    memcpy(&b, p + n - 4, 4);
    memcpy(to, &a, 4);
    memcpy(to + n - 4, &b, 4);
    unsigned m = xml_text_hits(_mm_set_epi32(0, 0, (int)b, (int)a));
    if (!m) return n;
    size_t k = (size_t)__builtin_ctz(m);
    return k < 4 ? k : n - 8 + k;
  }
  if (n >= 2) {
    uint16_t a, b;
    memcpy(&a, p, 2);
    memcpy(&b, p + n - 2, 2);
    memcpy(to, &a, 2);
    memcpy(to + n - 2, &b, 2);
    unsigned m = xml_text_hits(_mm_cvtsi32_si128((int)((uint32_t)b << 16 | a)));
    if (!m) return n;
    size_t k = (size_t)__builtin_ctz(m);
    return k < 2 ? k : n - 4 + k;
  }
#endif
  for (; i < n; i++) {
    uint8_t b = p[i];
    if (b == '&' || b == '<' || b == '>' || b == 13) return i;
    to[i] = b;
  }
  return n;
}

size_t ocop_find_json(const uint8_t *p, size_t i, size_t n) {
#if defined(__SSE2__)
  const __m128i q = _mm_set1_epi8('"'), bs = _mm_set1_epi8('\\'), top = _mm_set1_epi8(31);
  while (i + 16 <= n) {
    __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, top), x);
    int m = _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(_mm_cmpeq_epi8(x, q), _mm_cmpeq_epi8(x, bs))));
    if (m) return i + (size_t)__builtin_ctz((unsigned)m);
    i += 16;
  }
#endif
  for (; i < n; i++)
    if (p[i] < 32 || p[i] == '"' || p[i] == '\\') return i;
  return n;
}

// Marks that can change under NFC: U+0300–U+036F and other combining blocks, Hangul jamo, the Kana voicing marks,
// singletons such as U+212A, U+2126, and CJK compatibility ideographs. The test is a superset: a hit is looked at again.
static int maybe_not_nfc(uint32_t c) {
  if (c < 0x300) return 0;
  if (c <= 0x36F) return 1;
  if (c < 0x483) return c == 0x374 || c == 0x37E || c == 0x387;
  if (c >= 0x1100 && c <= 0x11FF) return 1;
  if (c < 0x1E00) return c >= 0x591;
  if (c < 0x1F00) return 0;  // Latin extended additional: composed Vietnamese letters
  if (c < 0x2000) return 1;  // Greek extended
  if (c < 0x20D0) return c < 0x2010 && c < 0x2002;
  if (c < 0x2100) return 1;
  if (c < 0x3000) return c == 0x2126 || c == 0x212A || c == 0x212B || c == 0x2329 || c == 0x232A || c >= 0x2ADC;
  if (c < 0x3099) return c >= 0x302A && c <= 0x302F;
  if (c <= 0x309A) return 1;
  if (c < 0xA66F) return 0;
  if (c < 0xAC00) return 1;
  if (c < 0xD7A4) return 0;
  if (c >= 0xF900 && c <= 0xFAFF) return 1;
  if (c >= 0xFB1D && c <= 0xFB4F) return 1;
  if (c >= 0xFE20 && c <= 0xFE2F) return 1;
  return c >= 0x10000;
}

// The length of the character at p[k], which is not ASCII; 0 when it is none. *answer gets its bits.
static size_t character(const uint8_t *p, size_t k, size_t n, int *answer) {
  const uint8_t b = p[k];
  uint32_t c;
  size_t length;
  if (b < 0xE0) {
    if (b < 0xC2 || k + 1 >= n || (p[k + 1] & 0xC0) != 0x80) return 0;
    if (b < 0xCC) return 2;  // below U+0300
    c = (uint32_t)(b & 0x1F) << 6 | (p[k + 1] & 0x3F);
    length = 2;
  } else if (b < 0xF0) {
    if (k + 2 >= n || (p[k + 1] & 0xC0) != 0x80 || (p[k + 2] & 0xC0) != 0x80) return 0;
    if (b == 0xE1 && (uint8_t)(p[k + 1] - 0xB8) < 4) return 3;  // U+1E00 to U+1EFF: composed Vietnamese letters
    c = (uint32_t)(b & 0x0F) << 12 | (uint32_t)(p[k + 1] & 0x3F) << 6 | (p[k + 2] & 0x3F);
    if (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF)) return 0;
    length = 3;
  } else {
    if (b > 0xF4 || k + 3 >= n || (p[k + 1] & 0xC0) != 0x80 || (p[k + 2] & 0xC0) != 0x80 || (p[k + 3] & 0xC0) != 0x80)
      return 0;
    c = (uint32_t)(b & 0x07) << 18 | (uint32_t)(p[k + 1] & 0x3F) << 12 | (uint32_t)(p[k + 2] & 0x3F) << 6 |
        (p[k + 3] & 0x3F);
    if (c < 0x10000 || c > 0x10FFFF) return 0;
    length = 4;
  }
  if (maybe_not_nfc(c)) *answer |= OCOP_TEXT_MAYBE_NOT_NFC;
  return length;
}

int ocop_scan_text(const uint8_t *p, size_t n, size_t *at) {
  size_t i = 0;
  int answer = OCOP_TEXT_OK;
#if defined(__SSE2__)
  while (i + 16 <= n) {
    // One bit for every byte that is not ASCII; a character that was looked at takes its bits away.
    unsigned m = (unsigned)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(p + i)));
    size_t next = i + 16;
    while (m) {
      const size_t k = i + (size_t)__builtin_ctz(m);
      size_t length;
      // Nearly all letters of Vietnamese text: U+1E00 to U+1EFF, and those below U+0300.
      if (p[k] == 0xE1 && k + 2 < n && (uint8_t)(p[k + 1] - 0xB8) < 4 && (p[k + 2] & 0xC0) == 0x80)
        length = 3;
      else if ((uint8_t)(p[k] - 0xC2) < 0xCC - 0xC2 && k + 1 < n && (p[k + 1] & 0xC0) == 0x80)
        length = 2;
      else
        length = character(p, k, n, &answer);
      if (!length) {
        if (at) *at = k;
        return answer | OCOP_TEXT_INVALID_UTF8;
      }
      const size_t past = k + length - i;
      if (past >= 16) {
        next = i + past;
        break;
      }
      m &= ~0u << past;
    }
    i = next;
  }
#endif
  while (i < n) {
    if (p[i] < 0x80) {
      i++;
      continue;
    }
    const size_t length = character(p, i, n, &answer);
    if (!length) {
      if (at) *at = i;
      return answer | OCOP_TEXT_INVALID_UTF8;
    }
    i += length;
  }
  return answer;
}

int ocop_has_control(const uint8_t *p, size_t n) {
  size_t i = 0;
#if defined(__SSE2__)
  const __m128i top = _mm_set1_epi8(31), del = _mm_set1_epi8(127);
#define OCOP_CONTROLS(x) _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(x, top), x), _mm_cmpeq_epi8(x, del))
  if (n >= 16) {
    __m128i any = _mm_setzero_si128();
    for (; i + 64 <= n; i += 64) {
      const __m128i a = _mm_loadu_si128((const __m128i *)(p + i)), b = _mm_loadu_si128((const __m128i *)(p + i + 16)),
                    c = _mm_loadu_si128((const __m128i *)(p + i + 32)), d = _mm_loadu_si128((const __m128i *)(p + i + 48));
      // The least of four is a control character when one of them is.
      const __m128i low = _mm_min_epu8(_mm_min_epu8(a, b), _mm_min_epu8(c, d));
      const __m128i dels = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(a, del), _mm_cmpeq_epi8(b, del)),
                                        _mm_or_si128(_mm_cmpeq_epi8(c, del), _mm_cmpeq_epi8(d, del)));
      if (_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(low, top), low), dels))) return 1;
    }
    for (; i + 16 <= n; i += 16) {
      const __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
      any = _mm_or_si128(any, OCOP_CONTROLS(x));
    }
    const __m128i x = _mm_loadu_si128((const __m128i *)(p + n - 16));
    return _mm_movemask_epi8(_mm_or_si128(any, OCOP_CONTROLS(x))) != 0;
  }
#undef OCOP_CONTROLS
#endif
  for (; i < n; i++)
    if (p[i] < 32 || p[i] == 127) return 1;
  return 0;
}

#if defined(__SSE2__) && defined(__x86_64__)
// Line ends among bytes behind the first one, in whole blocks of 256; answers where it stopped. A CR is a line end, and an LF
// behind anything but a CR. A place counts at most 8 in a block, one by each CR or LF.
__attribute__((target("avx2"))) static size_t count_lines_wide(const uint8_t *p, size_t i, size_t n, size_t *lines) {
  const __m256i lf = _mm256_set1_epi8(10), cr = _mm256_set1_epi8(13), zero = _mm256_setzero_si256();
  __m256i sums = zero;
  while (i + 256 <= n) {
    __m256i ends = zero, returns = zero;
    for (int k = 0; k < 256; k += 32) {
      const __m256i x = _mm256_loadu_si256((const __m256i *)(p + i + k));
      ends = _mm256_sub_epi8(ends, _mm256_cmpeq_epi8(x, lf));
      returns = _mm256_or_si256(returns, _mm256_cmpeq_epi8(x, cr));
    }
    if (p[i - 1] == 13 || !_mm256_testz_si256(returns, returns)) {
      ends = zero;
      for (int k = 0; k < 256; k += 32) {
        const __m256i x = _mm256_loadu_si256((const __m256i *)(p + i + k)),
                      before = _mm256_loadu_si256((const __m256i *)(p + i + k - 1));
        const __m256i own = _mm256_andnot_si256(_mm256_cmpeq_epi8(before, cr), _mm256_cmpeq_epi8(x, lf));
        ends = _mm256_sub_epi8(ends, _mm256_or_si256(own, _mm256_cmpeq_epi8(x, cr)));
      }
    }
    sums = _mm256_add_epi64(sums, _mm256_sad_epu8(ends, zero));
    i += 256;
  }
  *lines += (size_t)(_mm256_extract_epi64(sums, 0) + _mm256_extract_epi64(sums, 1) + _mm256_extract_epi64(sums, 2) +
                     _mm256_extract_epi64(sums, 3));
  return i;
}
#endif

size_t ocop_count_lines(const uint8_t *p, size_t n, int *after_return, size_t *line) {
  *line = 0;
  if (n == 0) return 0;
  size_t i = 1, lines = p[0] == 13 || (p[0] == 10 && !*after_return);
#if defined(__SSE2__) && defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) i = count_lines_wide(p, i, n, &lines);
#endif
#if defined(__SSE2__)
  const __m128i lf = _mm_set1_epi8(10), cr = _mm_set1_epi8(13), zero = _mm_setzero_si128();
  while (i + 64 <= n) {
    __m128i ends = zero;
    for (int k = 0; k < 64; k += 16) {
      const __m128i x = _mm_loadu_si128((const __m128i *)(p + i + k)),
                    before = _mm_loadu_si128((const __m128i *)(p + i + k - 1));
      const __m128i own = _mm_andnot_si128(_mm_cmpeq_epi8(before, cr), _mm_cmpeq_epi8(x, lf));
      ends = _mm_sub_epi8(ends, _mm_or_si128(own, _mm_cmpeq_epi8(x, cr)));
    }
    // At most 4 a place; the sum stands in two halves.
    ends = _mm_sad_epu8(ends, zero);
    lines += (size_t)(_mm_cvtsi128_si32(ends) + _mm_extract_epi16(ends, 4));
    i += 64;
  }
#endif
  for (; i < n; i++) lines += p[i] == 13 || (p[i] == 10 && p[i - 1] != 13);
  // The last line begins behind the last line end.
  size_t begin = n;
  while (begin > 0 && p[begin - 1] != 10 && p[begin - 1] != 13) begin--;
  *after_return = p[n - 1] == 13;
  *line = begin;
  return lines;
}

size_t ocop_count_characters(const uint8_t *p, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += (p[i] & 0xC0) != 0x80;
  return count;
}

size_t ocop_count_tabs(const uint8_t *p, size_t n) {
  size_t i = 0, tabs = 0;
#if defined(__SSE2__)
  const __m128i top = _mm_set1_epi8(31), del = _mm_set1_epi8(127), tab = _mm_set1_epi8(9);
  while (i + 16 <= n) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(p + i)), here = _mm_cmpeq_epi8(x, tab);
    const __m128i low = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(x, top), x), _mm_cmpeq_epi8(x, del));
    if (_mm_movemask_epi8(_mm_andnot_si128(here, low))) return n + 1;
    // Each hit is a byte of 255; their sum stands in two halves.
    const __m128i sum = _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), here), _mm_setzero_si128());
    tabs += (size_t)(_mm_cvtsi128_si32(sum) + _mm_cvtsi128_si32(_mm_srli_si128(sum, 8)));
    i += 16;
  }
#endif
  for (; i < n; i++) {
    if (p[i] == 9)
      tabs++;
    else if (p[i] < 32 || p[i] == 127)
      return n + 1;
  }
  return tabs;
}

size_t ocop_find_not_url(const uint8_t *p, size_t i, size_t n) {
#if defined(__SSE2__)
  const __m128i blank = _mm_set1_epi8(32), del = _mm_set1_epi8(127), q = _mm_set1_epi8('"'), lt = _mm_set1_epi8('<'),
                gt = _mm_set1_epi8('>'), bs = _mm_set1_epi8('\\');
  while (i + 16 <= n) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(p + i));
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(x, blank), x), _mm_cmpeq_epi8(x, del));
    hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(x, q), _mm_cmpeq_epi8(x, bs)));
    hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(x, lt), _mm_cmpeq_epi8(x, gt)));
    const int m = _mm_movemask_epi8(hit);
    if (m) return i + (size_t)__builtin_ctz((unsigned)m);
    i = i + 16 < n && n < i + 32 ? n - 16 : i + 16;
  }
#endif
  for (; i < n; i++)
    if (p[i] <= 32 || p[i] == 127 || p[i] == '"' || p[i] == '<' || p[i] == '>' || p[i] == '\\') return i;
  return n;
}
