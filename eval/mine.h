/* Mining: synonyms that people's own second tries suggest. Who types "cash back" and then "refund" within two minutes
 * may mean the same by both; when many do, an author should know.
 *
 * Of each pair of questions that follow each other in a session, the words that differ are taken: "late cash back" and
 * "late refund" give cash back -> refund. Left out: typing on or taking back (one begins the other, or holds all its
 * words), misspellings, replacements of more than PARRY_MINED_WORDS words. What is left is counted in sessions. */
#ifndef PARRY_EVAL_MINE_H
#define PARRY_EVAL_MINE_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_MINED_WORDS = 3, PARRY_MINE_GAP_MS = 120000, PARRY_MINE_LINE_MAX = 4096 };

typedef struct parry_mined {
    parry_str from, to; /* words as the analyser reads them */
    size_t sessions;    /* that went from the one to the other */
    size_t of;          /* sessions that replaced `from` by anything */
    double bound;       /* lower end of the 95 % interval of sessions / of (Wilson) */
    bool both;          /* the way back was found as well */
} parry_mined;

/* tsv: session, time (2026-11-21T09:30:00Z, or Unix seconds), query; a line each, in any order; a first line without a
 * time is a heading. locale: of the queries. Pairs of at least `least` sessions (1 and more; 5 keeps single people
 * out), best bound first. Everything in the arena. Fails: INVALID (a line that is none of that: says which). */
PARRY_MUST parry_code parry_mine_synonyms(parry_arena *a, parry_str tsv, parry_str locale, size_t least,
                                          parry_mined **out, size_t *n, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
