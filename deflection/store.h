/* Store: the rows, in an LMDB environment of its own (DATA/deflection), made from the ledger and kept up with it. It
 * holds nothing that the ledger does not: deleted, it is made again.
 *
 * Fold: new records name the people whose rows may have changed; theirs are made again, whole. So an event that comes
 * late, or twice removed, ends where it would have been, and what was folded in a thousand steps is what one step
 * makes. */
#ifndef PARRY_DEFLECTION_STORE_H
#define PARRY_DEFLECTION_STORE_H

#include "deflection/rows.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_deflection parry_deflection;

/* dir: DATA/deflection, made where it is missing; one of another version is thrown away. The ledger is borrowed. */
PARRY_MUST parry_code parry_deflection_open(const char *dir, parry_ledger *ledger, parry_deflection **out,
                                            parry_err *err);
void parry_deflection_close(parry_deflection *d); /* NULL is fine; close every parry_rows before */

/* Takes in at most `most` further records of the ledger, and notes now_ms as the moment of which views are; *n: how
 * many. 0: it is up to date. One thread at a time. */
PARRY_MUST parry_code parry_deflection_fold(parry_deflection *d, size_t most, int64_t now_ms, size_t *n,
                                            parry_err *err);
/* Until it is up to date. progress may be NULL. */
PARRY_MUST parry_code parry_deflection_catch_up(parry_deflection *d, int64_t now_ms,
                                                void (*progress)(void *ctx, uint64_t done, uint64_t of), void *ctx,
                                                parry_err *err);
/* Makes the rows of whom the ledger notes that records of theirs were erased (parry_ledger_notes) again, forgets keys
 * and words that nothing names any more, and then the notes. A fold does it, too, whatever was cut off before. */
PARRY_MUST parry_code parry_deflection_again(parry_deflection *d, parry_err *err);
/* Where there is no store, nothing was made of what was erased: forgets the notes alone. */
PARRY_MUST parry_code parry_deflection_none(parry_ledger *l, parry_err *err);
/* As parry_ledger_scrub: after rows and words were made again without what was erased. */
PARRY_MUST parry_code parry_deflection_scrub(parry_deflection *d, bool *is, parry_err *err);

/* A view of one moment, between two folds: it waits for one that runs. Keep it short, as a ledger's cursor. Any thread;
 * one thread a view. */
typedef struct parry_rows parry_rows;
PARRY_MUST parry_code parry_rows_open(parry_deflection *d, parry_rows **out, parry_err *err);
void parry_rows_close(parry_rows *r); /* NULL is fine */

typedef struct parry_rows_state {
    uint64_t seq;     /* the last record of the ledger that is in */
    parry_hash head;  /* the chain's hash after it */
    int64_t as_of_ms; /* what was still open then is open here */
} parry_rows_state;
/* Another moment than that of the last fold: an old report is told as it was. */
void parry_rows_as_of(parry_rows *r, int64_t as_of_ms);
parry_rows_state parry_rows_get_state(const parry_rows *r);

/* Of rows with from_ms <= time < until_ms, in order of time (sessions by their start); fn returning false ends it. */
PARRY_MUST parry_code parry_rows_sessions(parry_rows *r, int64_t from_ms, int64_t until_ms,
                                          bool (*fn)(void *ctx, const parry_session_row *row), void *ctx,
                                          parry_err *err);
PARRY_MUST parry_code parry_rows_searches(parry_rows *r, int64_t from_ms, int64_t until_ms,
                                          bool (*fn)(void *ctx, const parry_search_row *row), void *ctx,
                                          parry_err *err);
PARRY_MUST parry_code parry_rows_reads(parry_rows *r, int64_t from_ms, int64_t until_ms,
                                       bool (*fn)(void *ctx, const parry_read_row *row), void *ctx, parry_err *err);
PARRY_MUST parry_code parry_rows_tickets(parry_rows *r, int64_t from_ms, int64_t until_ms,
                                         bool (*fn)(void *ctx, const parry_ticket_row *row), void *ctx, parry_err *err);

PARRY_MUST parry_code parry_rows_units(parry_rows *r, int64_t from_ms, int64_t until_ms,
                                       bool (*fn)(void *ctx, const parry_unit_row *row), void *ctx, parry_err *err);

/* What a number stands for; borrowed from the view. Empty: 0, or none of it. */
parry_str parry_rows_word(parry_rows *r, parry_word w);

#ifdef __cplusplus
}
#endif
#endif
