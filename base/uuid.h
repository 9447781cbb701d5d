/* UUIDs (RFC 9562). Ours are version 7: they begin with the time, so that tables of them grow at their end. */
#ifndef PARRY_BASE_UUID_H
#define PARRY_BASE_UUID_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_UUID_BYTES = 16, PARRY_UUID_TEXT = 37 };

typedef struct parry_uuid {
    unsigned char b[PARRY_UUID_BYTES]; /* all zero: none */
} parry_uuid;

parry_uuid parry_uuid_v7(int64_t unix_ms); /* that ms, 74 random bits. Any thread */
/* Of 16 bytes that are a hash, say: the same for the same. It looks like version 4. */
parry_uuid parry_uuid_of(const unsigned char bytes[PARRY_UUID_BYTES]);
bool parry_uuid_none(parry_uuid u);
bool parry_uuid_eq(parry_uuid a, parry_uuid b);
void parry_uuid_text(parry_uuid u, char out[PARRY_UUID_TEXT]); /* 36 characters, lower case */
/* 8-4-4-4-12 hex digits of either case, version 4 (random) or 7; nothing else. */
bool parry_uuid_parse(parry_str text, parry_uuid *out);

#ifdef __cplusplus
}
#endif
#endif
