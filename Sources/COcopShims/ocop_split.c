#include "ocop_split.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

size_t ocop_split(const uint8_t *p, size_t i, size_t n, uint8_t delimiter, uint8_t quote, size_t *start,
                  uint32_t *fields, size_t *used, size_t room) {
  size_t open = *start, k = *used;
#if defined(__SSE2__)
  const __m128i vd = _mm_set1_epi8((char)delimiter), vq = _mm_set1_epi8((char)quote), cr = _mm_set1_epi8(13),
                lf = _mm_set1_epi8(10), nul = _mm_setzero_si128();
  while (i + 64 <= n) {
    uint64_t cut = 0, stop = 0;
    for (int b = 0; b < 4; b++) {
      __m128i x = _mm_loadu_si128((const __m128i *)(p + i + 16 * b));
      __m128i end = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, vq), _mm_cmpeq_epi8(x, nul)),
                                 _mm_or_si128(_mm_cmpeq_epi8(x, cr), _mm_cmpeq_epi8(x, lf)));
      cut |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, vd)) << (16 * b);
      stop |= (uint64_t)(uint32_t)_mm_movemask_epi8(end) << (16 * b);
    }
    if (quote == delimiter) stop &= ~cut;
    // Only the delimiters before the first byte that stops count.
    if (stop) cut &= (stop & (~stop + 1)) - 1;
    while (cut) {
      size_t at = i + (size_t)__builtin_ctzll(cut);
      if (k == room) {
        *start = open, *used = k;
        return at;
      }
      fields[2 * k] = (uint32_t)open;
      fields[2 * k++ + 1] = (uint32_t)(at - open);
      open = at + 1;
      cut &= cut - 1;
    }
    if (stop) {
      *start = open, *used = k;
      return i + (size_t)__builtin_ctzll(stop);
    }
    i += 64;
  }
#endif
  for (; i < n; i++) {
    uint8_t b = p[i];
    if (b == delimiter) {
      if (k == room) break;
      fields[2 * k] = (uint32_t)open;
      fields[2 * k++ + 1] = (uint32_t)(i - open);
      open = i + 1;
    } else if (b == quote || b == 13 || b == 10 || b == 0)
      break;
  }
  *start = open, *used = k;
  return i;
}
