/* parry outbox: what is to be delivered to other programs, beside a running server too. */
#include "cli/commands.h"
#include "cli/options.h"

#include "base/clock.h"
#include "desk/desk.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 200 };

typedef struct asked {
    const char *state, *target;
    bool json, all;
    const char *verb, *what;
} asked;

/* ---- list -------------------------------------------------------------------------------------------------------- */

static parry_code state_of(const char *name, int *out, parry_err *err)
{
    *out = -1;
    if (name == NULL)
        return PARRY_OK;
    for (int s = PARRY_OUTBOX_WAITING; s <= PARRY_OUTBOX_DEAD; s++) {
        if (strcmp(name, parry_outbox_state_name((parry_outbox_state)s)) == 0) {
            *out = s;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "--state must be waiting, sending, delivered or dead");
}

static json_t *item_json(const parry_outbox_item *i)
{
    char created[PARRY_TIME_TEXT], due[PARRY_TIME_TEXT];
    parry_time_text(i->created_ms, created);
    parry_time_text(i->due_ms, due);
    return json_pack("{s:I, s:s#, s:s#, s:s, s:i, s:b, s:s, s:s, s:s#, s:s, s:s}", "id", (json_int_t)i->id, "target",
                     i->target.p, (int)i->target.n, "key", i->key.p, (int)i->key.n, "state",
                     parry_outbox_state_name(i->state), "attempts", (int)i->attempts, "unsure", i->unsure, "created",
                     created, "due", due, "error", i->error.p, (int)i->error.n, "remote_id", i->receipt.remote_id,
                     "status", i->receipt.status);
}

static void print_item(const parry_outbox_item *i, bool json)
{
    if (json) {
        json_t *j = item_json(i);
        (void)json_dumpf(j, stdout, JSON_COMPACT);
        (void)putchar('\n');
        json_decref(j);
        return;
    }
    char created[PARRY_TIME_TEXT];
    parry_time_text(i->created_ms, created);
    printf("%llu\t%.*s\t%s\t%u\t%s\t%.*s\t%s\t%.*s\n", (unsigned long long)i->id, PARRY_FMT(i->target),
           parry_outbox_state_name(i->state), i->attempts, created, PARRY_FMT(i->key), i->receipt.remote_id,
           PARRY_FMT(i->error));
}

typedef parry_code (*each_item)(void *ctx, const parry_outbox_item *i, parry_err *err);

/* Every item that is asked for, a page in a transaction. */
static parry_code each(parry_desk_visit *v, const asked *w, each_item fn, void *ctx, parry_err *err)
{
    parry_outbox_item list[PAGE];
    uint64_t after = 0;
    size_t n = PAGE;
    int state;
    parry_code code = state_of(w->state, &state, err);
    while (code == PARRY_OK && n == PAGE) {
        parry_arena *a = parry_arena_new();
        parry_txn *t = NULL;
        code = parry_txn_read(v->env, &t, err);
        if (code == PARRY_OK)
            code = parry_outbox_list(v->outbox, t, state, parry_str_of(w->target != NULL ? w->target : ""), after, a,
                                     list, PAGE, &n, err);
        parry_txn_abort(t);
        for (size_t i = 0; i < n && code == PARRY_OK; i++) {
            code = fn(ctx, &list[i], err);
            after = list[i].id;
        }
        parry_arena_free(a);
    }
    return code;
}

static parry_code print_one(void *ctx, const parry_outbox_item *i, parry_err *err)
{
    (void)err;
    print_item(i, ((const asked *)ctx)->json);
    return PARRY_OK;
}

static parry_code list(parry_desk_visit *v, asked *w, parry_err *err)
{
    if (!w->json)
        printf("id\ttarget\tstate\tattempts\tcreated\tkey\tremote\terror\n");
    return each(v, w, print_one, w, err);
}

static parry_code counts(parry_desk_visit *v, asked *w, parry_err *err)
{
    uint64_t n[4];
    int64_t oldest;
    char since[PARRY_TIME_TEXT] = "";
    parry_code code = parry_outbox_counts(v->outbox, n, &oldest, err);
    if (code != PARRY_OK)
        return code;
    if (oldest > 0)
        parry_time_text(oldest, since);
    printf(w->json ? "{\"waiting\":%llu,\"delivered\":%llu,\"dead\":%llu,\"oldest\":\"%s\"}\n"
                   : "waiting %llu, delivered %llu, dead %llu%s%s\n",
           (unsigned long long)n[PARRY_OUTBOX_WAITING], (unsigned long long)n[PARRY_OUTBOX_DELIVERED],
           (unsigned long long)n[PARRY_OUTBOX_DEAD], w->json || oldest == 0 ? since : "; the oldest waits since ",
           w->json ? "" : since);
    return PARRY_OK;
}

/* ---- retry and drop ---------------------------------------------------------------------------------------------- */

typedef struct change {
    parry_desk_visit *v;
    uint64_t id;
    bool drop;
    size_t done;
} change;

static parry_code change_in(void *ctx, parry_txn *t, parry_err *err)
{
    const change *x = ctx;
    return x->drop ? parry_outbox_drop(x->v->outbox, t, x->id, err) : parry_outbox_retry(x->v->outbox, t, x->id, err);
}

static parry_code change_one(change *x, parry_err *err)
{
    parry_code code = parry_group_do(x->v->group, change_in, x, err);
    x->done += code == PARRY_OK;
    return code;
}

static parry_code change_item(void *ctx, const parry_outbox_item *i, parry_err *err)
{
    change *x = ctx;
    x->id = i->id;
    return change_one(x, err);
}

static parry_code change_some(parry_desk_visit *v, asked *w, parry_err *err)
{
    change x = {.v = v, .drop = strcmp(w->verb, "drop") == 0};
    char *end = NULL;
    parry_code code;
    if (w->all) {
        w->state = "dead";
        code = each(v, w, change_item, &x, err);
    } else {
        errno = 0;
        x.id = strtoull(w->what, &end, 10);
        if (errno != 0 || *end != 0 || end == w->what)
            return parry_fail(err, PARRY_INVALID, "an item is a number, as `parry outbox list` shows it");
        code = change_one(&x, err);
    }
    if (code == PARRY_OK)
        printf("%zu %s\n", x.done, x.drop ? "dropped" : "will be sent again");
    return code;
}

static int run(const parry_cli *cli, asked *w)
{
    parry_err err = {0};
    parry_desk_visit v = {.env = NULL};
    bool lists = strcmp(w->verb, "list") == 0, shows = strcmp(w->verb, "counts") == 0;
    parry_code code = parry_desk_visit_open(cli->data, &v, &err);
    if (code == PARRY_OK)
        code = lists ? list(&v, w, &err) : shows ? counts(&v, w, &err) : change_some(&v, w, &err);
    parry_desk_visit_close(&v);
    return code == PARRY_OK ? 0 : parry_cli_fail("outbox", &err);
}

int cmd_outbox(parry_cli *cli, int argc, char **argv)
{
    asked w = {.state = NULL};
    const parry_option options[] = {
        {.name = "state", .value = "STATE", .text = &w.state, .help = "list: waiting, sending, delivered or dead."},
        {.name = "target", .value = "NAME", .text = &w.target, .help = "Only what goes to this connector."},
        {.name = "all-dead", .flag = &w.all, .help = "retry, drop: every one that was given up."},
        {.name = "json", .flag = &w.json, .help = "list, counts: JSON, one object a line."},
        {0}};
    const parry_usage usage = {
        .command = "outbox",
        .arguments = "list | counts | retry ID | drop ID",
        .least = 1,
        .most = 2,
        .options = options,
        .what = "What is to be delivered to other programs: tickets on their way, delivered, and given up. A running\n"
                "server sends again, within a second, what `retry` asks for. `drop` removes an item and what was "
                "written in it\nfor good.",
        .examples = "  parry outbox counts\n"
                    "  parry outbox list --state dead\n"
                    "  parry outbox retry 42\n"
                    "  parry outbox retry --all-dead --target helpdesk\n"
                    "  parry outbox drop 42\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    w.verb = argv[first];
    w.what = argc - first == 2 ? argv[first + 1] : NULL;
    bool reads = strcmp(w.verb, "list") == 0 || strcmp(w.verb, "counts") == 0;
    if (!reads && strcmp(w.verb, "retry") != 0 && strcmp(w.verb, "drop") != 0)
        return parry_cli_misuse("outbox", "there is no `parry outbox %s`", w.verb);
    if (reads ? w.what != NULL : (w.what != NULL) == w.all)
        return parry_cli_misuse("outbox", "%s %s", w.verb, reads ? "takes no argument" : "needs an ID, or --all-dead");
    return run(cli, &w);
}
