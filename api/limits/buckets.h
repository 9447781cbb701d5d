/* Token buckets, one for each who and class of request, in a table of a fixed size. A bucket holds as many tokens as
 * may be taken at once and fills at its rate; an empty one says when the next token is there.
 *
 * Kept as the generic cell rate algorithm does (ITU-T I.371): one number a bucket, the time at which it is full again.
 * So one that is full needs no place, and where a place is needed the bucket that is nearest to full gives up its own:
 * with so many strangers that the table overflows, some are allowed a little more than they should. The clock is the
 * caller's. Any thread. */
#ifndef PARRY_API_BUCKETS_H
#define PARRY_API_BUCKETS_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_BUCKETS_DEFAULT = 64 * 1024 };

typedef struct parry_rate {
    int64_t per_minute; /* 0: per_hour */
    int64_t per_hour;   /* 0, too: without limit */
    int64_t burst_s;    /* as many at once as the rate gives in so long; at least one */
} parry_rate;

typedef struct parry_buckets parry_buckets;
/* n: places, rounded up to a power of two; 24 bytes each. */
parry_buckets *parry_buckets_new(size_t n);
void parry_buckets_free(parry_buckets *b); /* NULL is fine */

/* kind tells apart what `who` is and what it asks for (a class of request of a key, of an address): buckets of other
 * kinds are others. 0: a token was taken. Else none was, and there is one after so many seconds (1 to 3600). */
unsigned parry_bucket_take(parry_buckets *b, unsigned kind, parry_str who, parry_rate rate, int64_t now_ns);

#ifdef __cplusplus
}
#endif
#endif
