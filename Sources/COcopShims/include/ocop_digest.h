// Digests in pieces: SHA-256 (FIPS 180-4; by the processor's instructions where it has them) and MD5 (RFC 1321).
#ifndef OCOP_DIGEST_H
#define OCOP_DIGEST_H
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[8];
  uint64_t count;
  uint8_t block[64];
} ocop_digest;

void ocop_sha256_start(ocop_digest *digest);
void ocop_sha256_add(ocop_digest *digest, const void *bytes, size_t count);
// Ends a copy: the digest itself can go on.
void ocop_sha256_result(const ocop_digest *digest, uint8_t result[32]);

void ocop_md5_start(ocop_digest *digest);
void ocop_md5_add(ocop_digest *digest, const void *bytes, size_t count);
void ocop_md5_result(const ocop_digest *digest, uint8_t result[16]);
#endif
