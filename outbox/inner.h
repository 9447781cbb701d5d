/* What the files of outbox/ share. Private to outbox/. */
#ifndef PARRY_OUTBOX_INNER_H
#define PARRY_OUTBOX_INNER_H

#include "outbox/outbox.h"

#include <stdatomic.h>

typedef struct parry_outbox_threads parry_outbox_threads;

struct parry_outbox {
    parry_env *env;
    parry_group *group;
    parry_outbox_options o; /* without zeroes */
    /* items: id -> record; payloads: id -> bytes; keys: target 0 key -> id; due: target 0 due_ms id -> "";
     * open and dead: id -> "" of those that are waiting or being sent, and dead */
    parry_table items, payloads, keys, due, open, dead;
    parry_outbox_threads *threads;              /* NULL: not started */
    _Atomic uint64_t given_up, erased, removed; /* since parry_outbox_tend was last asked */
};

/* ---- record.c: an item as bytes */

typedef struct parry_outbox_record { /* an item, and what only the outbox needs to know of it */
    parry_outbox_item item;
    unsigned looks;
    int64_t look_ms; /* next; 0: no more */
    bool erased;     /* there is no payload any more */
    bool orphan;     /* dead, since its target was none */
} parry_outbox_record;

/* Strings of the record are in the arena. CORRUPT. */
PARRY_MUST parry_code parry_outbox_read(parry_str value, uint64_t id, parry_arena *a, parry_outbox_record *out,
                                        parry_err *err);
void parry_outbox_write(const parry_outbox_record *r, parry_buf *out);

/* ---- outbox.c: records in a transaction */

bool parry_outbox_good_name(parry_str s);
PARRY_MUST parry_code parry_outbox_load(parry_outbox *o, parry_txn *t, uint64_t id, parry_arena *a,
                                        parry_outbox_record *out, parry_err *err);
/* In place of the record that is there, which was due at old_due_ms (0: none was); tells told. */
PARRY_MUST parry_code parry_outbox_save(parry_outbox *o, parry_txn *t, parry_outbox_record *r, int64_t old_due_ms,
                                        parry_err *err);
/* The payload. The record is the caller's to save. */
PARRY_MUST parry_code parry_outbox_erase(parry_outbox *o, parry_txn *t, parry_outbox_record *r, parry_err *err);
PARRY_MUST parry_code parry_outbox_remove(parry_outbox *o, parry_txn *t, const parry_outbox_record *r, parry_err *err);
/* The first that is due of a target; NOT_FOUND where none stands there. */
PARRY_MUST parry_code parry_outbox_first(parry_outbox *o, parry_txn *t, const char *target, int64_t *due_ms,
                                         uint64_t *id, parry_err *err);
/* What time does to a delivered or dead one: its payload is erased (the record is the caller's to save), or nothing is
 * left of it: *gone. Counts in n. */
PARRY_MUST parry_code parry_outbox_age(parry_outbox *o, parry_txn *t, parry_outbox_record *r, int64_t now_ms,
                                       bool *gone, parry_outbox_tended *n, parry_err *err);
void parry_outbox_count_tended(parry_outbox *o, const parry_outbox_tended *n); /* once it is durable */
/* When a delivered one is to be touched next: looked after, erased, removed. */
int64_t parry_outbox_next(const parry_outbox *o, const parry_outbox_record *r);

/* ---- deliver.c */
bool parry_outbox_started(const parry_outbox *o, parry_str target);

#endif
