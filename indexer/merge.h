/* Which segments to merge: a pure function of their sizes.
 *
 * Query cost grows with the number of segments (architecture.md has the measurements), writing grows with how often a
 * row is written again. So:
 *   - at most PARRY_MOST_BIG segments above 1 % of the live rows: over that, the smallest go together, and with them
 * each next one that is at most twice what they have become (like sizes merge, so that a row is rewritten a logarithmic
 *     number of times);
 *   - at most PARRY_MOST_SMALL below: over that, all of these become one;
 *   - one above 1 % of which more than 30 % of the rows are dead is rewritten. A smaller one is not: it would cost
 * every second edit a rewrite to win nothing, and it goes with the next merge anyway;
 *   - one without any live row goes. */
#ifndef PARRY_INDEXER_MERGE_H
#define PARRY_INDEXER_MERGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_MOST_BIG = 4, PARRY_MOST_SMALL = 30, PARRY_MOST_DEAD_PERCENT = 30 };

/* What becomes of a segment: a group's number (those of one number become one segment), or one of these. */
enum { PARRY_MERGE_KEEP = -1, PARRY_MERGE_DROP = -2 };

typedef struct parry_merge_size {
    uint64_t rows, live; /* live <= rows */
} parry_merge_size;

/* fate: n long. Returns the number of groups. The bounds above hold for what comes out. */
size_t parry_merge_plan(const parry_merge_size *sizes, size_t n, int *fate);

#ifdef __cplusplus
}
#endif
#endif
