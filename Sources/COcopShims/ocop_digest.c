#include "ocop_digest.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

// Takes whole blocks of 64 bytes.
typedef void compress_t(uint32_t *state, const uint8_t *bytes, size_t blocks);

static void add(ocop_digest *digest, const void *data, size_t count, compress_t *compress) {
  const uint8_t *bytes = data;
  size_t held = digest->count % 64;
  digest->count += count;
  if (held) {
    size_t wanted = 64 - held;
    if (count < wanted) wanted = count;
    memcpy(digest->block + held, bytes, wanted);
    bytes += wanted;
    count -= wanted;
    if (held + wanted < 64) return;
    compress(digest->state, digest->block, 1);
  }
  compress(digest->state, bytes, count / 64);
  if (count % 64) memcpy(digest->block, bytes + count / 64 * 64, count % 64);
}

// The padding of both: one bit, zeros, and the length in bits in the last eight bytes.
static void pad(ocop_digest *digest, int big_endian, compress_t *compress) {
  uint64_t bits = digest->count * 8;
  uint8_t end[72] = {0x80};
  size_t zeros = (119 - digest->count % 64) % 64;
  for (int i = 0; i < 8; i++) end[1 + zeros + i] = (uint8_t)(bits >> 8 * (big_endian ? 7 - i : i));
  add(digest, end, 1 + zeros + 8, compress);
}

static inline uint32_t left(uint32_t x, int n) { return x << n | x >> (32 - n); }
static inline uint32_t right(uint32_t x, int n) { return x >> n | x << (32 - n); }

// MARK: SHA-256

static const uint32_t K256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static void sha256_plain(uint32_t *state, const uint8_t *bytes, size_t blocks) {
  for (; blocks; blocks--, bytes += 64) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++) {
      const uint8_t *b = bytes + 4 * i;
      w[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
    for (int i = 16; i < 64; i++) {
      uint32_t a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (right(a, 7) ^ right(a, 18) ^ a >> 3) + w[i - 7] + (right(b, 17) ^ right(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
      uint32_t t1 = s[7] + (right(s[4], 6) ^ right(s[4], 11) ^ right(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
                    K256[i] + w[i];
      uint32_t t2 = (right(s[0], 2) ^ right(s[0], 13) ^ right(s[0], 22)) +
                    ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      memmove(s + 1, s, 7 * sizeof *s);
      s[4] += t1;
      s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
  }
}

#if defined(__x86_64__)
// Four rounds a step. The instructions want the state as ABEF and CDGH.
__attribute__((target("sha,sse4.1"))) static void sha256_instructions(uint32_t *state, const uint8_t *bytes,
                                                                       size_t blocks) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(badc, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
  for (; blocks; blocks--, bytes += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      if (i < 4) {
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), swap);
      } else {
        __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]),
                                    _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
        w[i & 3] = _mm_sha256msg2_epu32(sum, w[(i + 3) & 3]);
      }
      __m128i k = _mm_add_epi32(w[i & 3], _mm_loadu_si128((const __m128i *)(K256 + 4 * i)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static int has_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b >> 29 & 1;
}
#endif

static void sha256(uint32_t *state, const uint8_t *bytes, size_t blocks) {
#if defined(__x86_64__)
  // The answer is the same for every thread, so a race sets it twice alike.
  static int known;
  int way = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (!way) {
    way = has_instructions() ? 2 : 1;
    __atomic_store_n(&known, way, __ATOMIC_RELAXED);
  }
  if (way == 2) {
    sha256_instructions(state, bytes, blocks);
    return;
  }
#endif
  sha256_plain(state, bytes, blocks);
}

void ocop_sha256_start(ocop_digest *digest) {
  *digest = (ocop_digest){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
                                    0x5be0cd19}};
}
void ocop_sha256_add(ocop_digest *digest, const void *bytes, size_t count) { add(digest, bytes, count, sha256); }
void ocop_sha256_result(const ocop_digest *digest, uint8_t result[32]) {
  ocop_digest copy = *digest;
  pad(&copy, 1, sha256);
  for (int i = 0; i < 32; i++) result[i] = (uint8_t)(copy.state[i / 4] >> (24 - i % 4 * 8));
}

// MARK: MD5

// The integer part of 2^32 times the absolute sine of 1 … 64.
static const uint32_t K5[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static void md5(uint32_t *state, const uint8_t *bytes, size_t blocks) {
  static const uint8_t shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  for (; blocks; blocks--, bytes += 64) {
    uint32_t w[16], a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < 16; i++) {
      const uint8_t *p = bytes + 4 * i;
      w[i] = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 64; i++) {
      uint32_t f;
      int word;
      switch (i / 16) {
        case 0: f = (b & c) | (~b & d); word = i; break;
        case 1: f = (d & b) | (~d & c); word = (5 * i + 1) % 16; break;
        case 2: f = b ^ c ^ d; word = (3 * i + 5) % 16; break;
        default: f = c ^ (b | ~d); word = 7 * i % 16; break;
      }
      f += a + K5[i] + w[word];
      a = d;
      d = c;
      c = b;
      b += left(f, shifts[i / 16][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }
}

void ocop_md5_start(ocop_digest *digest) {
  *digest = (ocop_digest){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}
void ocop_md5_add(ocop_digest *digest, const void *bytes, size_t count) { add(digest, bytes, count, md5); }
void ocop_md5_result(const ocop_digest *digest, uint8_t result[16]) {
  ocop_digest copy = *digest;
  pad(&copy, 0, md5);
  for (int i = 0; i < 16; i++) result[i] = (uint8_t)(copy.state[i / 4] >> i % 4 * 8);
}
