/* What session.c (where one ends, and how) and session_rows.c (what was searched and read in it) share. */
#ifndef PARRY_DEFLECTION_SESSION_INNER_H
#define PARRY_DEFLECTION_SESSION_INNER_H

#include "deflection/session.h"

/* One person's facts, being made into rows. */
typedef struct parry_making {
    parry_arena *a;
    const parry_ledger_subject *who;
    bool visitor, bot;
    void (*note)(void *ctx, parry_word number, parry_str word);
    void *ctx;
    const parry_fact **acts, **tickets; /* what a session is made of; each ticket once; both in order of time */
    size_t nacts, ntickets;
    parry_session_rows *out;
} parry_making;

parry_word parry_making_word(const parry_making *m, parry_str s);
/* The first ticket in [from_ms, until_ms]; 0: none. */
int64_t parry_making_ticket(const parry_making *m, int64_t from_ms, int64_t until_ms);
/* A list of hits, as of somebody who searches. */
static inline bool parry_fact_is_search(const parry_fact *f) { return f->type <= PARRY_FACT_SUGGEST; }
/* Of these facts, what they say; what they do not say stays. */
void parry_making_dimensions(const parry_making *m, const parry_fact *f, parry_dimensions *in);

/* Rows of the searches and readings in acts[first, end), and their counts into row. */
void parry_making_searches(parry_making *m, size_t first, size_t end, parry_session_row *row);
void parry_making_reads(parry_making *m, size_t first, size_t end, const parry_session_row *row);

#endif
