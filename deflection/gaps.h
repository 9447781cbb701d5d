/* Gaps: what people look for and do not find. Texts of searches without success, and subjects of tickets, grouped by
 * meaning and words (deflection/grouping.h), each group with a name made of its own words, how many people it is of,
 * how it grows, and what to do about it. Pure: the same texts make the same gaps, whatever order they came in.
 *
 * A gap is shown only where at least `people` distinct visitors are in it; of its texts and words only those that so
 * many used, within one period of visitors' keys (30 days; over two of them one person is two): a number of visitors is
 * the most of any period, and so at least that many. Who brings no visitor counts for nothing here.
 */
#ifndef PARRY_DEFLECTION_GAPS_H
#define PARRY_DEFLECTION_GAPS_H

#include "engine/analyse.h"
#include "ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {                               /* parry_gap_item.why */
       PARRY_GAP_SEARCH = 1 << 0,    /* a search; else the subject of a ticket */
       PARRY_GAP_ZERO = 1 << 1,      /* no hit */
       PARRY_GAP_ABSTAINED = 1 << 2, /* no answer that was sure enough */
       PARRY_GAP_UNCLICKED = 1 << 3, /* nothing opened, nothing said */
       PARRY_GAP_REFINED = 1 << 4,   /* asked otherwise within a minute */
       PARRY_GAP_TICKET = 1 << 5,    /* its session ended in a ticket */
       PARRY_GAP_NAMED = 1 << 6,     /* who it was can be told from others: it counts as a visitor */
};

typedef struct parry_gap_item { /* one search, with success or without, or one ticket */
    parry_str text, locale;     /* folded (deflection/collapse.h); BCP 47, may be empty */
    parry_ledger_subject who;
    int64_t at_ms;
    unsigned why;
} parry_gap_item;
double parry_gap_failed(unsigned why); /* how surely it found nothing: 0 (it did) to 1; a ticket: 1 */

typedef struct parry_gap_text { /* one text, and who used it */
    parry_str text, locale;
    const parry_gap_item *items; /* in order of time */
    size_t nitems, visitors;
    double failed; /* the sum of parry_gap_failed over its items */
} parry_gap_text;

enum { PARRY_GAP_PERIODS = 53 }; /* parts of recent_ms that are looked at, at most */
typedef struct parry_gap_settings {
    int64_t from_ms, until_ms, recent_ms; /* the time that is looked at; its last part is compared with the rest */
    uint64_t searches[PARRY_GAP_PERIODS]; /* of all people: in the last part, in the one before, ...; 0: not told */
    size_t people;                        /* 5 */
    double meaning, near, near_words;     /* see grouping.h: with vectors, and words alone */
} parry_gap_settings;
/* The usual: 28 days, the last 7 against the rest, 5 people. */
parry_gap_settings parry_gap_usual(int64_t until_ms);

/* items are put in order here. The texts that mostly fail (a quarter of what they were asked for, at least), at most
 * PARRY_GROUPING_MAX of them, those of most visitors first where there are more; in order of their bytes. */
void parry_gap_texts(parry_gap_item *items, size_t n, parry_arena *a, parry_gap_text **texts, size_t *ntexts);

enum { PARRY_GAP_NAME_WORDS = 4, PARRY_GAP_SAMPLES = 5, PARRY_GAP_ID = 14 };

typedef enum parry_gap_trend {
    PARRY_GAP_STEADY,
    PARRY_GAP_NEW,    /* not before the last part */
    PARRY_GAP_RISING, /* against its own past, by a test that allows for how many gaps are looked at */
    PARRY_GAP_FALLING,
} parry_gap_trend;
const char *parry_gap_trend_name(parry_gap_trend t);

typedef struct parry_content_gap {
    char id[PARRY_GAP_ID];                 /* "g" and 12 hex digits; parry_gaps_match */
    int64_t since_ms;                      /* when it was first seen under this id */
    parry_str words[PARRY_GAP_NAME_WORDS]; /* its name, each used by enough people; none: it has none */
    size_t nwords;
    parry_str centre;    /* the text nearest to the others: to search with, not to show */
    const size_t *texts; /* indexes of its texts, those of most visitors first */
    size_t ntexts;
    size_t visitors, tickets; /* distinct people: all; who opened a ticket after it or about it */
    size_t searches, zero, abstained, unclicked, refined, after; /* searches, and of them; after: a ticket came */
    size_t recent, before;                                       /* people and days in the last part, and in the rest */
    parry_gap_trend trend;
    double p;                             /* of the test */
    parry_str samples[PARRY_GAP_SAMPLES]; /* searches that enough people used as they are */
    size_t nsamples;
} parry_content_gap;

/* texts: of parry_gap_texts, n of them; vectors: n x dim for their texts, unit length, or NULL. Gaps in the order of
 * their visitors, most first; without ids. hidden: groups that too few people are in. */
void parry_gaps_make(const parry_gap_text *texts, size_t n, const float *vectors, size_t dim,
                     const parry_gap_settings *s, parry_arena *a, parry_content_gap **gaps, size_t *ngaps,
                     size_t *hidden);

#ifdef __cplusplus
}
#endif
#endif
