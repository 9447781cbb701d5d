/* The ledger: what happened, append-only, in an LMDB environment of its own (DATA/ledger). A record is a payload of
 * bytes (JSON, by custom) with a sequence number, a kind, the time it came in and, maybe, an id. Each is chained to the
 * one before by a hash over a salted hash of its payload: a change anywhere is found, and yet a payload can be erased
 * with its salt while the chain stays whole. Nothing personal may be in a payload: see redact.h and visitor.h.
 *
 * One committer thread writes for all: what came in while it waited for the disk is its next commit. Appending never
 * waits; who must know that a record lasts takes a ticket. Any thread may call everything here.
 *
 * An id is unique within the window (8 days, or the last window_ids of them): a record whose id was there already is
 * not written again; its fate names the first one. */
#ifndef PARRY_LEDGER_LEDGER_H
#define PARRY_LEDGER_LEDGER_H

#include "base/clock.h"
#include "base/hash.h"
#include "base/uuid.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_LEDGER_GROUP_MAX = 1000,         /* records of one append */
    PARRY_LEDGER_PAYLOAD_MAX = 256 * 1024, /* bytes of one record */
    PARRY_LEDGER_ABOUTS = 3,               /* whom one record is about, at most */
};

/* The numbers are on disk. A further kind is a row here and in kind names; readers pass over kinds they do not know. */
typedef enum parry_ledger_kind {
    PARRY_LEDGER_QUERY = 1, /* somebody searched: what was asked and shown (api/query_log.h) */
    PARRY_LEDGER_EVENT = 2, /* what happened then (events.h) */
    PARRY_LEDGER_AUDIT = 3, /* who changed what, who signed in */
} parry_ledger_kind;
const char *parry_ledger_kind_name(unsigned kind); /* "query"; "unknown" */

typedef struct parry_ledger parry_ledger;

typedef struct parry_ledger_options { /* 0 or NULL: the default */
    size_t map_bytes;                 /* the most it may grow to; 256 GiB of address space */
    size_t queue_records;             /* waiting at once; 50,000 */
    size_t queue_bytes;               /* the same in payload bytes; 64 MiB */
    int64_t window_ms;                /* how long an id is remembered; 8 days */
    uint64_t window_ids;              /* and at most how many; 4,194,304 */
    parry_clock clock;                /* the system's */
} parry_ledger_options;

/* Makes the folder. Another process may have it open, too: both may read and append. Fails: CORRUPT, IO, DENIED. */
PARRY_MUST parry_code parry_ledger_open(const char *dir, const parry_ledger_options *o, parry_ledger **out,
                                        parry_err *err);
/* Everything that was appended is committed first. NULL is fine. Release every ticket and close every cursor before. */
void parry_ledger_close(parry_ledger *l);

/* ---- writing ----------------------------------------------------------------------------------------------------- */

typedef struct parry_ledger_subject { /* whom a record is about: a key of visitor.h as bytes; all zero: nobody */
    unsigned char b[16];
} parry_ledger_subject;

typedef struct parry_ledger_item {
    parry_ledger_kind kind;
    parry_uuid id;                                   /* none: it has no id, and is never a duplicate */
    parry_str payload;                               /* copied */
    parry_ledger_subject about[PARRY_LEDGER_ABOUTS]; /* under whom it is found (parry_ledger_about) */
} parry_ledger_item;

typedef struct parry_ledger_fate {
    uint64_t seq;   /* of this record, or of the one that had its id before */
    bool duplicate; /* it had been there already: nothing was written */
} parry_ledger_fate;

typedef struct parry_ledger_ticket parry_ledger_ticket;

/* Queues 1 to PARRY_LEDGER_GROUP_MAX records that are committed together, in this order, or not at all. Does not wait.
 * ticket (may be NULL): the caller's to release. Fails: UNAVAILABLE (the queue is full: nothing was taken; try again
 * later), TOO_LARGE (a payload). */
PARRY_MUST parry_code parry_ledger_append(parry_ledger *l, const parry_ledger_item *items, size_t n,
                                          parry_ledger_ticket **ticket, parry_err *err);
/* code: OK once it is durable, or why it is not (err says more; both only for the call). On the committer thread, which
 * must not wait; on the caller's, at once, where it is decided already. One a ticket; the ticket lasts during it. */
typedef void (*parry_ledger_told)(void *ctx, parry_ledger_ticket *t, parry_code code, const parry_err *err);
void parry_ledger_notify(parry_ledger *l, parry_ledger_ticket *t, parry_ledger_told fn, void *ctx);
/* Waits until it is decided. Fails: what kept it from the disk (IO, UNAVAILABLE where it or the map is full). */
PARRY_MUST parry_code parry_ledger_wait(parry_ledger *l, parry_ledger_ticket *t, parry_err *err);
size_t parry_ledger_ticket_count(const parry_ledger_ticket *t);
/* Of record i of the append; only once it was decided, and well. */
parry_ledger_fate parry_ledger_ticket_fate(const parry_ledger_ticket *t, size_t i);
void parry_ledger_release(parry_ledger *l, parry_ledger_ticket *t); /* NULL is fine */

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct parry_ledger_record {
    uint64_t seq; /* from 1, without holes */
    unsigned kind;
    int64_t at_ms; /* when it came in */
    parry_uuid id;
    parry_str payload; /* borrowed until the next step; p NULL: erased */
    bool erased;
} parry_ledger_record;

typedef struct parry_ledger_cursor parry_ledger_cursor;

/* What is durable now, from sequence number `from` on. Keep it short: what it sees cannot be reused on disk.
 *     while (parry_ledger_next(c, &r)) ...  then parry_ledger_cursor_close(c, err) for what went wrong, if anything. */
PARRY_MUST parry_code parry_ledger_read(parry_ledger *l, uint64_t from, parry_ledger_cursor **out, parry_err *err);
bool parry_ledger_next(parry_ledger_cursor *c, parry_ledger_record *out);
PARRY_MUST parry_code parry_ledger_cursor_close(parry_ledger_cursor *c, parry_err *err);
/* The record with this id, if it is within the window. Fails: NOT_FOUND. */
PARRY_MUST parry_code parry_ledger_find(parry_ledger *l, parry_uuid id, uint64_t *seq, parry_err *err);

/* The newest records about somebody, up to cap, of those with a sequence number from `from` on; oldest first, payloads
 * in the arena. Erased ones are left out. */
PARRY_MUST parry_code parry_ledger_about(parry_ledger *l, parry_ledger_subject who, uint64_t from, parry_arena *a,
                                         parry_ledger_record *out, size_t cap, size_t *n, parry_err *err);
/* The records of these numbers, payloads in the arena; erased ones, and numbers that are not there, are left out: *n of
 * them, in the same order. */
PARRY_MUST parry_code parry_ledger_fetch(parry_ledger *l, const uint64_t *seqs, size_t nseqs, parry_arena *a,
                                         parry_ledger_record *out, size_t *n, parry_err *err);
/* The chain's hash after record seq; after none (0) what it begins with. Fails: NOT_FOUND. */
PARRY_MUST parry_code parry_ledger_hash_at(parry_ledger *l, uint64_t seq, parry_hash *out, parry_err *err);
/* Their numbers alone, the oldest first, erased ones too: at most cap into out[], from `from` on. */
PARRY_MUST parry_code parry_ledger_about_numbers(parry_ledger *l, parry_ledger_subject who, uint64_t from,
                                                 uint64_t *out, size_t cap, size_t *n, parry_err *err);
/* The first record that came in at `at_ms` or later; one past the last where there is none. Right where the clock never
 * went back. */
PARRY_MUST parry_code parry_ledger_at(parry_ledger *l, int64_t at_ms, uint64_t *seq, parry_err *err);
/* 32 hex digits as visitor.h makes them; false: anything else. */
bool parry_ledger_subject_parse(parry_str hex, parry_ledger_subject *out);

/* ---- erasing ----------------------------------------------------------------------------------------------------- */

/* Destroys payload and salt, and that it was about anybody; the chain stays whole. What is erased or not there already
 * is passed over. Waits for the disk. Whose the records were is noted in the same transaction (below). The file may
 * hold copies of the old bytes where nothing reads them, until parry_env_compact. */
PARRY_MUST parry_code parry_ledger_erase(parry_ledger *l, const uint64_t *seqs, size_t n, parry_err *err);

/* What is made of records elsewhere has to be made again without those that were erased: notes of whose they were stay
 * until somebody says that this is done, so that a crash in between leaves nothing behind. */
typedef struct parry_ledger_note {
    uint64_t seq;             /* of the record that was erased */
    parry_ledger_subject who; /* a key that it was about, or the id of the search that it was or followed from */
} parry_ledger_note;
/* Up to cap of them. */
PARRY_MUST parry_code parry_ledger_notes(parry_ledger *l, parry_ledger_note *out, size_t cap, size_t *n,
                                         parry_err *err);
PARRY_MUST parry_code parry_ledger_notes_done(parry_ledger *l, const parry_ledger_note *notes, size_t n,
                                              parry_err *err);
/* After an erasure: overwrites what of the file nothing reads (parry_env_scrub), and notes that. It is due once more
 * then, for what memory still had. *is: it did; else nothing was due. */
PARRY_MUST parry_code parry_ledger_scrub(parry_ledger *l, bool *is, parry_err *err);

/* Numbers of up to cap records, from *from on, that came in before before_ms[kind] (0: none of that kind; kinds over
 * PARRY_LEDGER_AUDIT are left alone) and are not erased. *from: where to go on, behind the last one looked at; 0: that
 * was all. */
PARRY_MUST parry_code parry_ledger_older(parry_ledger *l, const int64_t before_ms[PARRY_LEDGER_AUDIT + 1],
                                         uint64_t *from, uint64_t *out, size_t cap, size_t *n, parry_err *err);

typedef struct parry_ledger_report {
    uint64_t records, erased; /* that are right */
    uint64_t wrong_seq;       /* the first record that is not as it was written; 0: none */
    parry_hash head;          /* the chain's last hash: written down elsewhere, it proves that nothing was cut off */
    uint64_t checkpoints;     /* signed ones (checkpoint.h) that are right */
    uint64_t checkpoint_seq;  /* up to where the last of them vouches; 0: none */
    int64_t checkpoint_ms;    /* and when it was written */
} parry_ledger_report;

/* Every record against the chain. OK: all are right. Fails: CORRUPT (out is filled: which one, and msg says what). */
PARRY_MUST parry_code parry_ledger_verify(parry_ledger *l, parry_ledger_report *out, parry_err *err);
/* The same, with more to hold it against, and told on the way. Parts may be NULL. */
typedef struct parry_ledger_proof {
    const unsigned char *key; /* 32 bytes: of the checkpoints; else they are not looked at */
    uint64_t known_seq;       /* 0: none */
    parry_hash known;         /* the chain's hash at known_seq, as it was noted elsewhere */
    void (*progress)(void *ctx, uint64_t done, uint64_t of); /* every 1,000 records */
    void *ctx;
} parry_ledger_proof;
PARRY_MUST parry_code parry_ledger_prove(parry_ledger *l, const parry_ledger_proof *proof, parry_ledger_report *out,
                                         parry_err *err);

typedef struct parry_ledger_stats { /* since it was opened, but for the last three */
    uint64_t appended, duplicates;  /* records */
    uint64_t failed;                /* records whose commit failed */
    uint64_t refused;               /* appends that found the queue full */
    uint64_t commits;
    uint64_t seq;                  /* the last one that is durable */
    size_t waiting, waiting_bytes; /* records in the queue, and their payloads */
} parry_ledger_stats;
void parry_ledger_get_stats(parry_ledger *l, parry_ledger_stats *out);

#ifdef __cplusplus
}
#endif
#endif
