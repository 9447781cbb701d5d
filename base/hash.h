/* Content hashes (SHA-256 by libsodium) and hex. Names of content on disk are the first 16 bytes of it in hex. */
#ifndef PARRY_BASE_HASH_H
#define PARRY_BASE_HASH_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_HASH_BYTES = 32, PARRY_HASH_HEX = 64 };

typedef struct parry_hash {
    unsigned char b[PARRY_HASH_BYTES];
} parry_hash;

typedef struct parry_hasher {
    uint64_t state[16];
} parry_hasher;

void parry_hasher_start(parry_hasher *h);
void parry_hasher_add(parry_hasher *h, const void *p, size_t n);
/* Adds the length first (8 bytes, little-endian), so that two lists of strings never hash alike by shifting bytes. */
void parry_hasher_adds(parry_hasher *h, parry_str s);
parry_hash parry_hasher_end(parry_hasher *h);

parry_hash parry_hash_of(const void *p, size_t n);
bool parry_hash_eq(parry_hash a, parry_hash b);
void parry_hash_hex(parry_hash h, char out[PARRY_HASH_HEX + 1]);
bool parry_hash_parse(parry_str hex, parry_hash *out); /* 64 hex digits, nothing else */
PARRY_MUST parry_code parry_hash_file(const char *path, parry_hash *out, parry_err *err);

void parry_random_bytes(void *p, size_t n); /* from the system's generator */

#ifdef __cplusplus
}
#endif
#endif
