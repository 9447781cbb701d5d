/* A small help centre for tests of answers: made-up articles in one segment, the test's own or a sample of three
 * audiences, searched by words alone, with side tables given as JSON. */
#ifndef PARRY_TESTS_ENGINE_CENTRE_H
#define PARRY_TESTS_ENGINE_CENTRE_H

#include "tests/base/testing.h"

#include "base/config.h"
#include "engine/search.h"

typedef struct centre_article {
    const char *id, *audience, *locale, *title, *text;
} centre_article;

typedef struct centre {
    char dir[64];
    parry_arena *arena;
    parry_index *index;
    parry_generation *generation;
    parry_searcher *searcher;
    parry_config config;
    int64_t now_ms; /* what the searcher's clock says: 2026-11-21T12:00Z unless set */
    char tables[PARRY_SIDES][PARRY_NAME_TEXT];
    uint64_t number;
} centre;

centre *centre_of(const centre_article *articles, size_t n);
int centre_make(void **state); /* the sample */
int centre_drop(void **state); /* of either */
#define in_centre(test) cmocka_unit_test_setup_teardown(test, centre_make, centre_drop)

extern const char centre_segment[]; /* the segment's name */
/* Another segment, and a generation of these. */
void centre_write(centre *c, const char *segment, const centre_article *articles, size_t n);
void centre_publish(centre *c, parry_manifest_segment *segments, size_t n);

/* A new generation with this table; {} is not none. */
void centre_table(centre *c, parry_side kind, const char *json);
/* The table is refused, and the error says this. */
void centre_refuses(parry_side kind, const char *json, const char *says);
void centre_configure(centre *c, const char *key, const char *value);
/* limit 100, explain, snippets, words alone; fails the test where the search fails. */
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
