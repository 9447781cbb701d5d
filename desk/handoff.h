/* Hand-offs: a person's unresolved search, accepted as a ticket. Accepting puts the packet, sealed, into the outbox for
 * each target, and a record of the hand-off beside it, in one commit: once it is accepted, it is durable. What becomes
 * of it at its targets flows back into the record. The record holds nothing that the person wrote, and nobody's name.
 *
 * Threads: any. Accepting waits for the disk. */
#ifndef PARRY_DESK_HANDOFF_H
#define PARRY_DESK_HANDOFF_H

#include "access/secret.h"
#include "base/clock.h"
#include "base/group.h"
#include "desk/classify/classify.h"
#include "outbox/outbox.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_HANDOFFS_TABLES = 3,
    PARRY_HANDOFF_TARGETS = 8,
    PARRY_REFERENCE_TEXT = 10, /* "K7Q2-9MZD": to read aloud */
};

typedef struct parry_handoff_target {
    parry_str name;
    uint64_t item; /* of the outbox */
    parry_outbox_state state;
    parry_receipt receipt;
} parry_handoff_target;

typedef struct parry_handoff {
    parry_uuid id;
    parry_str reference;
    int64_t created_ms;
    parry_queue queue;
    parry_priority priority;
    double queue_probability, priority_probability; /* below 0: chosen, not guessed */
    parry_str rule;                                 /* of urgency, where one decided the priority; else empty */
    bool first;                                     /* guessed in a hurry: parry_handoffs_guessed is still to come */
    parry_str locale, audience, channel;
    parry_str visitor, session, contact; /* keys (ledger/visitor.h), empty where unknown */
    parry_handoff_target targets[PARRY_HANDOFF_TARGETS];
    size_t ntargets; /* the first one's status is the hand-off's */
    int survey;      /* 1 to 5; 0: not said */
    int64_t survey_ms;
    unsigned survey_nth;   /* how many different answers there were, one after another */
    parry_str survey_hash; /* keyed, of the last one with its comment */
} parry_handoff;           /* strings in the arena it was read with */

typedef struct parry_handoffs parry_handoffs;

typedef struct parry_handoffs_options {
    const parry_secret *master; /* what the sealing key and the links' key are made from; copied */
    const char *follow_base;    /* "https://help.example/ticket/"; "" or NULL: packets have no link. Copied */
    int64_t follow_ms;          /* how long a link is good; 0: 30 days */
    parry_clock clock;          /* the system's */
} parry_handoffs_options;

PARRY_MUST parry_code parry_handoffs_open(parry_env *env, parry_group *group, const parry_handoffs_options *o,
                                          parry_handoffs **out, parry_err *err);
void parry_handoffs_close(parry_handoffs *h); /* NULL is fine */
/* Where to deliver to: the outbox (whose `told` is parry_handoffs_told with h) and the names of its targets. Once,
 * before anything is accepted. Copied, but for the outbox. */
void parry_handoffs_use(parry_handoffs *h, parry_outbox *outbox, const char *const *targets, size_t n);
parry_code parry_handoffs_told(void *h, parry_txn *t, const parry_outbox_item *item, parry_err *err);

typedef struct parry_handoff_wish {
    parry_str once;    /* what tells this request from every other one; empty: nothing does */
    parry_str request; /* all that was sent, to know it again by: only a keyed hash is kept; empty: not compared */
    json_t *packet;    /* all but handoff_id, created_at and follow_url, which are set in it; borrowed */
    parry_str visitor, session, contact;
    bool first; /* what the packet suggests is a first guess (desk/guess.h) */
} parry_handoff_wish;
/* Durable when it returns. *again: the same `once` was accepted before; out is what it was then. Strings of out in the
 * arena. Fails: CONFLICT (this `once` came with another request), TOO_LARGE (the packet), UNAVAILABLE (no target), IO.
 */
PARRY_MUST parry_code parry_handoffs_accept(parry_handoffs *h, const parry_handoff_wish *w, parry_arena *a,
                                            parry_handoff *out, bool *again, parry_err *err);

/* What was accepted under this `once`. NOT_FOUND: nothing was. CONFLICT: as above. */
PARRY_MUST parry_code parry_handoffs_again(parry_handoffs *h, parry_str once, parry_str request, parry_arena *a,
                                           parry_handoff *out, parry_err *err);
PARRY_MUST parry_code parry_handoffs_get(parry_handoffs *h, parry_uuid id, parry_arena *a, parry_handoff *out,
                                         parry_err *err);
typedef parry_code (*parry_handoff_each)(void *ctx, const parry_handoff *h, parry_err *err);
/* A better guess of one whose guess is the first: kept, so that every target and every attempt gets the same. What was
 * chosen stays. out: the record as it is now, which another guess may have come to before. Fails: NOT_FOUND, IO. */
PARRY_MUST parry_code parry_handoffs_guessed(parry_handoffs *h, parry_uuid id, const parry_guess *g, parry_arena *a,
                                             parry_handoff *out, parry_err *err);
/* Those that were accepted within `ms` before the newest one, and that one, oldest first. Fails as `each`, and IO,
 * CORRUPT. */
PARRY_MUST parry_code parry_handoffs_newest(parry_handoffs *h, int64_t ms, parry_handoff_each each, void *ctx,
                                            parry_err *err);
/* Another system said what became of its ticket: joined by the hand-off's id (if not NULL), else by its own. NOT_FOUND:
 * not one of ours. id: which it was. */
PARRY_MUST parry_code parry_handoffs_hear(parry_handoffs *h, const parry_uuid *handoff, parry_str target,
                                          const parry_receipt *receipt, parry_uuid *id, parry_err *err);
/* How content the person was, 1 to 5; a later answer replaces an earlier one, and the same one again (a second click)
 * changes nothing. Of the comment a keyed hash is kept. out: the record then, strings in the arena. NOT_FOUND. */
PARRY_MUST parry_code parry_handoffs_survey(parry_handoffs *h, parry_uuid id, int score, parry_str comment,
                                            parry_arena *a, parry_handoff *out, parry_err *err);

/* Erases a hand-off: its record, and what of it is in the outbox, which is not delivered any more; what is being sent
 * at this moment may arrive yet. What was not there is fine. */
PARRY_MUST parry_code parry_handoffs_forget(parry_handoffs *h, parry_uuid id, parry_err *err);
/* Erases the records that were accepted before before_ms, and what leads to them; not while something of one waits, or
 * was given up and is kept. About `most` of them; *n: how many, less than most: there are no more. thorough: also what
 * leads to records that are gone, whoever erased them. In transactions of 200 records or 10 ms. */
PARRY_MUST parry_code parry_handoffs_retain(parry_handoffs *h, int64_t before_ms, size_t most, bool thorough, size_t *n,
                                            parry_err *err);

/* A payload of the outbox as JSON (new reference), and the ticket in it. CORRUPT. */
PARRY_MUST parry_code parry_handoffs_open_packet(const parry_handoffs *h, const parry_outbox_item *item, parry_arena *a,
                                                 json_t **packet, parry_ticket *out, parry_err *err);

/* The link's token, and back. */
void parry_handoffs_link(const parry_handoffs *h, parry_uuid id, char *out, size_t size);
PARRY_MUST parry_code parry_handoffs_follow(const parry_handoffs *h, parry_str token, parry_uuid *id, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
