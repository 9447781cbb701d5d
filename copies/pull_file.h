/* One file of the primary's, in pieces, going on where an earlier try ended. Private to copies/. */
#ifndef PARRY_COPIES_PULL_FILE_H
#define PARRY_COPIES_PULL_FILE_H

#include "copies/pull.h"

#define PARRY_PULL_FILE_MAX ((json_int_t)1 << 40)

typedef struct parry_file_wanted {
    const char *url, *path;
    uint64_t bytes;
    const char *hex; /* what the hex of its SHA-256 begins with */
} parry_file_wanted;

/* Synced. What comes wrong is fetched once more from the start, then given up. Fails: CORRUPT, and as parry_fetch_get.
 */
PARRY_MUST parry_code parry_pull_file(parry_pull *p, const parry_file_wanted *w, parry_err *err);

#endif
