/* A small help centre for tests of what authors and callers do to answers: made-up articles of two audiences in one
 * segment, searched by words alone, with side tables given as JSON. */
#ifndef PARRY_TESTS_ENGINE_CENTRE_H
#define PARRY_TESTS_ENGINE_CENTRE_H

#include "tests/base/testing.h"

#include "engine/search.h"

typedef struct centre {
    char dir[64];
    parry_arena *arena;
    parry_index *index;
    parry_generation *generation;
    parry_searcher *searcher;
    int64_t now_ms; /* what the searcher's clock says: 2026-11-21T12:00Z unless set */
    char tables[PARRY_SIDES][PARRY_NAME_TEXT];
    uint64_t number;
} centre;

centre *centre_new(void);
void centre_free(centre *c);
/* A new generation with this table; {} is not none. */
void centre_table(centre *c, parry_side kind, const char *json);
/* The table is refused, and the error says this. */
void centre_refuses(parry_side kind, const char *json, const char *says);
/* limit 20, explain, words alone; fails the test where the search fails. */
parry_results centre_search(centre *c, parry_query q);
parry_results centre_ask(centre *c, const char *text, const char *audience);
/* "a b c" */
const char *ids_of(centre *c, const parry_results *r);
/* NULL where it is not among them. */
const parry_hit *hit_of(const parry_results *r, const char *id);
/* Points of a part, 0 where there is none of that name. */
double points_of(const parry_hit *h, const char *part);
void assert_parts_sum(const parry_results *r);

#define text_query(t, who)                                                                                             \
    (parry_query)                                                                                                      \
    {                                                                                                                  \
        .text = parry_str_of(t), .audience = parry_str_of(who)                                                         \
    }

#endif
