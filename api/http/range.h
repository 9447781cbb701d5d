/* Range: one part of a reply (RFC 9110, 14). What is not one range of bytes ("bytes=0-99", "bytes=100-", "bytes=-50")
 * is passed over, several ranges too: then the whole is answered, which is always right. Pure. */
#ifndef PARRY_API_RANGE_H
#define PARRY_API_RANGE_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_range_kind {
    PARRY_RANGE_WHOLE,
    PARRY_RANGE_PART,   /* 206 */
    PARRY_RANGE_BEYOND, /* 416: none of it is there */
} parry_range_kind;

typedef struct parry_range {
    uint64_t from, end; /* end: one past the last, at most the size; from < end */
} parry_range;

enum { PARRY_RANGE_TEXT = 80 };

/* header: the value of Range, empty where there is none. *out is written with PART. */
parry_range_kind parry_range_read(parry_str header, uint64_t size, parry_range *out);
/* Content-Range: "bytes 0-99/1000". */
void parry_range_text(parry_range r, uint64_t size, char text[PARRY_RANGE_TEXT]);

#ifdef __cplusplus
}
#endif
#endif
