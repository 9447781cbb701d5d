/* POST /v1/events and /v1/feedback: what clients say happened. The reply waits until it is durable; each event is told
 * what became of it. Bodies are read as JSON whatever their Content-Type: navigator.sendBeacon sends text/plain. */
#include "api/deflection/meeting.h"
#include "api/idempotency.h"
#include "api/query_log.h"
#include "api/routes.h"

#include "base/clock.h"

#include <stdlib.h>

/* One event as it was sent: a record of the ticket, or what is wrong with it. */
typedef struct sent {
    parry_uuid id;
    size_t record; /* of the ticket */
    char *wrong;   /* owned; NULL: it is a record */
} sent;

/* What is to be said once the ticket is decided. */
typedef struct reply {
    parry_ledger *ledger;
    parry_ledger_ticket *ticket;
    void (*done)(void *arg, parry_code code);
    void *arg;
    bool single; /* of /v1/feedback: one event, without a list around it */
    size_t n;
    sent events[];
} reply;

static reply *reply_new(parry_ledger *l, size_t n)
{
    reply *r = parry_calloc(1, sizeof *r + n * sizeof *r->events);
    r->ledger = l;
    r->n = n;
    return r;
}

static void reply_free(void *ctx)
{
    reply *r = ctx;
    parry_ledger_release(r->ledger, r->ticket);
    for (size_t i = 0; i < r->n; i++)
        free(r->events[i].wrong);
    free(r);
}

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

static void on_decided(void *ctx, parry_ledger_ticket *t, parry_code code, const parry_err *err)
{
    reply *r = ctx;
    (void)t;
    (void)err;
    r->done(r->arg, code == PARRY_OK ? PARRY_OK : PARRY_UNAVAILABLE); /* whatever it was, it may pass */
}

static void wait_for_it(void *ctx, uint64_t ticket, void (*done)(void *arg, parry_code code), void *arg)
{
    reply *r = ctx;
    (void)ticket;
    r->done = done;
    r->arg = arg;
    parry_ledger_notify(r->ledger, r->ticket, on_decided, r);
}

static json_t *sent_json(const reply *r, const sent *s, size_t counts[3])
{
    static const char *const names[] = {"accepted", "duplicate", "refused"};
    size_t what = 2;
    if (s->wrong == NULL)
        what = parry_ledger_ticket_fate(r->ticket, s->record).duplicate ? 1 : 0;
    counts[what]++;
    if (s->wrong != NULL)
        return json_pack("{s:s, s:s}", "status", names[what], "detail", s->wrong);
    char id[PARRY_UUID_TEXT];
    parry_uuid_text(s->id, id);
    return json_pack("{s:s, s:s}", "id", id, "status", names[what]);
}

static void fill(void *ctx, parry_response *res)
{
    const reply *r = ctx;
    size_t counts[3] = {0, 0, 0};
    json_t *list = json_array();
    for (size_t i = 0; i < r->n; i++)
        json_array_append_new(list, sent_json(r, &r->events[i], counts));
    json_t *j = r->single ? json_incref(json_array_get(list, 0))
                          : json_pack("{s:I, s:I, s:I, s:O}", "accepted", (json_int_t)counts[0], "duplicates",
                                      (json_int_t)counts[1], "refused", (json_int_t)counts[2], "events", list);
    json_decref(list);
    parry_response_json(res, 200, "application/json", j);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static parry_event_context context(const parry_call *c)
{
    return (parry_event_context){.redactor = c->app->redactor,
                                 .visitors = c->app->visitors,
                                 .now_ms = parry_clock_now_ms(parry_clock_system()),
                                 .audience = c->audience,
                                 .visitor = parry_call_visitor(c),
                                 .session = parry_call_session(c),
                                 .bot = parry_call_bot(c)};
}

/* Whoever comes to the ticket form is drawn into an arm of the experiment, whatever he does there. */
static void meet(parry_call *c, const json_t *event)
{
    const char *type = json_string_value(json_object_get(event, "type"));
    parry_str visitor = parry_str_of(json_string_value(json_object_get(event, "visitor")));
    if (type != NULL && strcmp(type, "form_opened") == 0)
        (void)parry_meet(c, c->app->holdout, visitor.n > 0 ? visitor : parry_call_visitor(c));
}

/* How many of them are records. err: what is wrong with the last that is none. */
static size_t read_events(parry_call *c, const json_t *list, reply *r, parry_ledger_item *items, parry_err *err)
{
    parry_event_context from = context(c);
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        sent *s = &r->events[i];
        const json_t *event = json_array_get(list, i);
        parry_code code = parry_event_read(&from, c->arena, event, &items[n], err);
        if (code == PARRY_OK && json_object_get(event, "id") == NULL)
            code = parry_once_uuid(c, i, &items[n].id, err);
        if (code != PARRY_OK) {
            s->wrong = parry_strdup(err->msg);
            continue;
        }
        meet(c, event);
        s->id = items[n].id;
        s->record = n++;
    }
    return n;
}

/* Into the ledger, with a reply that waits for it; at once where none of them is a record. list: 1 to
 * PARRY_LEDGER_GROUP_MAX events. */
static parry_code take(parry_call *c, const json_t *list, bool single, parry_reply_filler say, parry_err *err)
{
    parry_uuid first;
    if (c->app->ledger == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server keeps no events");
    parry_code code = parry_once_uuid(c, 0, &first, err); /* a wrong key is no one event's fault */
    if (code != PARRY_OK)
        return code;
    reply *r = reply_new(c->app->ledger, json_array_size(list));
    r->single = single;
    parry_ledger_item *items = PARRY_ARRAY(c->arena, parry_ledger_item, r->n);
    size_t n = read_events(c, list, r, items, err);
    if (n > 0)
        code = parry_call_append(c, items, n, &r->ticket, err);
    else if (single)
        code = PARRY_INVALID;
    else
        say(r, c->res);
    if (code != PARRY_OK || n == 0) {
        reply_free(r);
        return code;
    }
    c->res->type = "application/json";
    parry_response_hold(c->res, (parry_hold){.wait = wait_for_it, .ctx = r, .fill = say, .drop = reply_free});
    return PARRY_OK;
}

parry_code parry_record_events(parry_call *c, const json_t *list, parry_reply_filler say, parry_err *err)
{
    return take(c, list, false, say, err);
}

/* ---- the routes -------------------------------------------------------------------------------------------------- */

/* What is wrong with one event refuses that one; what is no event at all refuses the request. */
static parry_code check_shape(const json_t *list, parry_err *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!parry_event_shaped(json_array_get(list, i)))
            return parry_fail(err, PARRY_INVALID,
                              "events[%zu]: must be an object of strings, whole numbers, true, false and lists of "
                              "strings",
                              i);
    }
    return PARRY_OK;
}

parry_code parry_post_events(parry_call *c, parry_err *err)
{
    json_t *body = NULL;
    parry_code code = parry_request_json(c->req, &body, err);
    if (code != PARRY_OK)
        return code;
    const json_t *list = json_object_get(body, "events");
    size_t n = json_array_size(list);
    if (!json_is_array(list) || json_object_size(body) != 1)
        code = parry_fail(err, PARRY_INVALID, "the body must be {\"events\": [...]}, and nothing else");
    else if (n == 0 || n > PARRY_LEDGER_GROUP_MAX)
        code = parry_fail(err, PARRY_INVALID, "events: 1 to %d at once, not %zu", PARRY_LEDGER_GROUP_MAX, n);
    else
        code = check_shape(list, err);
    if (code == PARRY_OK)
        code = take(c, list, false, fill, err);
    json_decref(body);
    return code;
}

/* {"solved": true} is an event "solved", {"solved": false} "not_solved", {"vote": ...} "vote". */
static parry_code set_type(json_t *event, parry_err *err)
{
    const json_t *solved = json_object_get(event, "solved");
    bool voted = json_object_get(event, "vote") != NULL;
    if (!json_is_object(event) || json_object_get(event, "type") != NULL || json_object_get(event, "at") != NULL ||
        voted == (solved != NULL))
        return parry_fail(
            err, PARRY_INVALID,
            "feedback is an object with \"vote\" (up, down) or \"solved\" (true, false), and \"query_id\" "
            "or \"article\"");
    if (solved != NULL && !json_is_boolean(solved))
        return parry_fail(err, PARRY_INVALID, "solved: must be true or false");
    json_object_set_new(event, "type", json_string(voted ? "vote" : json_is_true(solved) ? "solved" : "not_solved"));
    (void)json_object_del(event, "solved");
    return PARRY_OK;
}

parry_code parry_post_feedback(parry_call *c, parry_err *err)
{
    json_t *event = NULL;
    parry_code code = parry_request_json(c->req, &event, err);
    if (code == PARRY_OK)
        code = set_type(event, err);
    if (code == PARRY_OK) {
        json_t *list = json_pack("[O]", event);
        code = take(c, list, true, fill, err);
        json_decref(list);
    }
    json_decref(event);
    return code;
}

/* ---- metrics ----------------------------------------------------------------------------------------------------- */

static void metric(parry_buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    parry_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name,
                     (unsigned long long)value);
}

void parry_ledger_metrics(parry_app *app, parry_buf *out)
{
    parry_ledger_stats s;
    if (app->ledger == NULL)
        return;
    parry_ledger_get_stats(app->ledger, &s);
    metric(out, "parry_ledger_records_total", "counter", "Records made durable.", s.appended);
    metric(out, "parry_ledger_duplicates_total", "counter", "Records whose id was there already.", s.duplicates);
    metric(out, "parry_ledger_failed_total", "counter", "Records whose commit failed.", s.failed);
    metric(out, "parry_ledger_refused_total", "counter", "Appends refused since the queue was full.", s.refused);
    metric(out, "parry_ledger_commits_total", "counter", "Commits, each of what came in during the one before.",
           s.commits);
    metric(out, "parry_ledger_waiting", "gauge", "Records that wait for the disk.", s.waiting);
    metric(out, "parry_ledger_seq", "gauge", "Sequence number of the last durable record.", s.seq);
    metric(out, "parry_queries_dropped_total", "counter", "Answers that were given without a record in the query log.",
           atomic_load(&app->queries_dropped));
}
