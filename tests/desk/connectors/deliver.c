/* An outbox with one connector of a file, until all that it was given is delivered or dead:
 *
 *     deliver FOLDER CONNECTORS.yaml NAME SECONDS [look] < PACKETS
 *
 * PACKETS: hand-off packets as JSON, one a line. Prints what became of each, one line of JSON each. look: goes on until
 * the other side says of each that it ended. Exit 1: not all within SECONDS. */
#include "desk/connector.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAP_BYTES = 256 << 20, PACKETS_MOST = 64, LINE_MAX_BYTES = 8 << 20 };

typedef struct run {
    parry_env *env;
    parry_group *group;
    parry_outbox *outbox;
    parry_connector *connector;
    uint64_t ids[PACKETS_MOST];
    size_t n;
} run;

static void must(parry_code code, const parry_err *err)
{
    if (code == PARRY_OK)
        return;
    fprintf(stderr, "deliver: %s\n", err->msg);
    exit(parry_code_exit(code));
}

/* ---- from the outbox to the connector ---------------------------------------------------------------------------- */

static parry_fate send_ticket(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    const run *r = ctx;
    parry_ticket t;
    parry_fate fate = PARRY_FATE_NEVER;
    parry_arena *a = parry_arena_new();
    json_t *packet = json_loadb(item->payload.p, item->payload.n, 0, NULL);
    if (parry_ticket_read(a, packet, &t, err) == PARRY_OK)
        fate = parry_connector_kind_of(r->connector)->send(r->connector, &t, out, err);
    json_decref(packet);
    parry_arena_free(a);
    return fate;
}

static parry_fate look_for(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    const run *r = ctx;
    return parry_connector_kind_of(r->connector)->look(r->connector, item, out, err);
}

static void start(run *r, bool looks)
{
    parry_err err = {0};
    parry_target t = parry_connector_target(r->connector);
    t.send = send_ticket;
    t.look = parry_connector_kind_of(r->connector)->look != NULL ? look_for : NULL;
    t.ctx = r;
    t.look_ms = looks ? 20 : 0;
    t.look_for_ms = looks ? 60000 : 0;
    must(parry_outbox_start(r->outbox, &t, 1, &err), &err);
}

/* ---- putting and waiting ----------------------------------------------------------------------------------------- */

typedef struct putting {
    run *r;
    parry_str key, payload;
    uint64_t id;
} putting;

static parry_code put_in(void *ctx, parry_txn *t, parry_err *err)
{
    putting *p = ctx;
    parry_str name = parry_str_of(parry_connector_name(p->r->connector));
    return parry_outbox_put(p->r->outbox, t, name, p->key, p->payload, &p->id, err);
}

static void put_all(run *r)
{
    char *line = parry_malloc(LINE_MAX_BYTES);
    while (r->n < PACKETS_MOST && fgets(line, LINE_MAX_BYTES, stdin) != NULL) {
        parry_err err = {0};
        json_t *packet = json_loads(line, 0, NULL);
        putting p = {.r = r,
                     .key = parry_str_of(json_string_value(json_object_get(packet, "handoff_id"))),
                     .payload = parry_str_of(line)};
        must(parry_group_do(r->group, put_in, &p, &err), &err);
        r->ids[r->n++] = p.id;
        json_decref(packet);
    }
    free(line);
}

static parry_outbox_item get(run *r, parry_arena *a, uint64_t id)
{
    parry_txn *t;
    parry_err err = {0};
    parry_outbox_item i = {0};
    must(parry_txn_read(r->env, &t, &err), &err);
    must(parry_outbox_get(r->outbox, t, id, a, &i, &err), &err);
    parry_txn_abort(t);
    return i;
}

static bool all_done(run *r, bool looks)
{
    bool done = true;
    parry_arena *a = parry_arena_new();
    for (size_t k = 0; k < r->n && done; k++) {
        parry_outbox_item i = get(r, a, r->ids[k]);
        done = i.state == PARRY_OUTBOX_DEAD || (i.state == PARRY_OUTBOX_DELIVERED && (!looks || i.receipt.ended));
    }
    parry_arena_free(a);
    return done;
}

static void print_all(run *r)
{
    parry_arena *a = parry_arena_new();
    for (size_t k = 0; k < r->n; k++) {
        parry_outbox_item i = get(r, a, r->ids[k]);
        json_t *j = json_pack("{s:s%, s:s, s:i, s:b, s:s%, s:s, s:s, s:s, s:b}", "key", i.key.p, i.key.n, "state",
                              parry_outbox_state_name(i.state), "attempts", (int)i.attempts, "unsure", i.unsure,
                              "error", i.error.p ? i.error.p : "", i.error.n, "remote_id", i.receipt.remote_id,
                              "remote_url", i.receipt.remote_url, "status", i.receipt.status, "ended", i.receipt.ended);
        (void)json_dumpf(j, stdout, JSON_COMPACT);
        (void)putchar('\n');
        json_decref(j);
    }
    parry_arena_free(a);
}

int main(int argc, char **argv)
{
    run r = {0};
    parry_err err = {0};
    parry_connectors *all = NULL;
    const parry_outbox_options quick = {.backoff_ms = 10,
                                        .backoff_max_ms = 100,
                                        .attempts_max = 60,
                                        .lease_ms = 3000,
                                        .breaker_failures = 50,
                                        .breaker_ms = 10};
    bool looks = argc == 6;
    if (argc < 5)
        return 2;
    must(parry_connectors_read(argv[2], &all, &err), &err);
    r.connector = parry_connectors_named(all, parry_str_of(argv[3]));
    must(parry_env_open(argv[1], MAP_BYTES, PARRY_OUTBOX_TABLES, &r.env, &err), &err);
    r.group = parry_group_new(r.env);
    must(parry_outbox_open(r.env, r.group, &quick, &r.outbox, &err), &err);
    put_all(&r);
    start(&r, looks);
    for (long left = 50 * strtol(argv[4], NULL, 10); left > 0 && !all_done(&r, looks); left--)
        parry_sleep_ms(20);
    bool done = all_done(&r, looks);
    print_all(&r);
    parry_outbox_close(r.outbox);
    parry_group_free(r.group);
    parry_env_close(r.env);
    parry_connectors_free(all);
    return done ? 0 : 1;
}
