/* The query log: one record a list of hits. */
#include "api/query_log.h"

#include "api/observe/vitals.h"
#include "deflection/bots.h"

static parry_str called(const parry_call *c, const char *header)
{
    parry_str s = parry_request_header(c->req, header);
    return s.n <= PARRY_VISITOR_MAX_BYTES ? s : parry_str_make(NULL, 0);
}

parry_str parry_call_visitor(const parry_call *c)
{
    parry_str s = called(c, "X-Parry-Visitor");
    return s.n == 0 && c->who != NULL && c->who->who == PARRY_WHO_USER ? c->who->id : s;
}

parry_str parry_call_session(const parry_call *c) { return called(c, "X-Parry-Session"); }

bool parry_call_bot(const parry_call *c)
{
    parry_str further = parry_str_of(atomic_load(&c->app->config)->events.bots);
    return parry_bots_declared(parry_request_header(c->req, "User-Agent"), further);
}

static int64_t stages_ns(const parry_results *r)
{
    return r->understand_ns + r->text_ns + r->encode_ns + r->vector_ns + r->fuse_ns + r->show_ns;
}

static void set_name(json_t *j, const char *name, parry_str value)
{
    if (value.n > 0)
        json_object_set_new(j, name, parry_json_text(value));
}

/* What names a place or a thing, not a person; but a stranger wrote it: it is redacted, too. */
static void set_asked(const parry_call *c, json_t *j, const parry_query *q)
{
    const parry_redactor *r = c->app->redactor;
    if (q->locale.n > 0) /* first: texts are read as of it */
        parry_event_set_text(r, c->arena, j, "locale", q->locale);
    parry_event_set_text(r, c->arena, j, "text", q->text);
    set_name(j, "audience", q->audience);
    if (q->category.n > 0)
        parry_event_set_text(r, c->arena, j, "category", q->category);
    if (q->page.n > 0)
        parry_event_set_text(r, c->arena, j, "page", q->page);
    if (q->offset > 0)
        json_object_set_new(j, "offset", json_integer((json_int_t)q->offset));
}

static void set_shown(json_t *j, const parry_results *r)
{
    json_t *shown = json_array();
    for (size_t i = 0; i < r->n; i++)
        json_array_append_new(shown, parry_json_text(r->hits[i].id));
    json_object_set_new(j, "generation", json_integer((json_int_t)r->generation));
    json_object_set_new(j, "mode", json_string(parry_mode_name(r->mode)));
    json_object_set_new(j, "probability", r->probability < 0 ? json_null() : json_real(r->probability));
    json_object_set_new(j, "answered", json_boolean(r->answered));
    json_object_set_new(j, "doubtful", json_boolean(parry_results_doubtful(r)));
    json_object_set_new(j, "total", json_integer((json_int_t)r->total));
    json_object_set_new(j, "shown", shown);
}

/* The keys of who asked, as members after others, and whom the record is about; empty where nobody says who. */
static parry_str sender(const parry_call *c, const parry_query_note *note, int64_t now_ms, parry_ledger_subject *about)
{
    const parry_visitors *v = c->app->visitors;
    const parry_str who[] = {note->visitor.n > 0 ? note->visitor : parry_call_visitor(c),
                             note->session.n > 0 ? note->session : parry_call_session(c)};
    static const char *const names[] = {"visitor", "session"};
    static const parry_pseudonym as[] = {PARRY_PSEUDONYM_VISITOR, PARRY_PSEUDONYM_SESSION};
    parry_str out = parry_str_make("", 0);
    for (size_t i = 0; i < sizeof who / sizeof *who; i++) {
        char key[PARRY_VISITOR_TEXT];
        if (who[i].n == 0)
            continue;
        parry_visitor_key(v, as[i], now_ms, who[i], key);
        (void)parry_ledger_subject_parse(parry_str_of(key), &about[i]);
        out = parry_str_printf(c->arena, "%.*s,\"%s\":\"%s\"", PARRY_FMT(out), names[i], key);
    }
    return out;
}

parry_code parry_call_append(const parry_call *c, const parry_ledger_item *items, size_t n,
                             parry_ledger_ticket **ticket, parry_err *err)
{
    if (!parry_disk_spare(c->app))
        return parry_fail(err, PARRY_UNAVAILABLE, "the disk is almost full: nothing is kept until there is room");
    return parry_ledger_append(c->app->ledger, items, n, ticket, err);
}

/* {"a":1} in the arena as its members alone: "a":1. */
static parry_str members(parry_arena *a, const json_t *j)
{
    enum { HOW = JSON_COMPACT | JSON_REAL_PRECISION(6) };
    size_t n = json_dumpb(j, NULL, 0, HOW);
    char *p = parry_arena_alloc(a, n + 1);
    (void)json_dumpb(j, p, n, HOW);
    return parry_str_make(p + 1, n - 2);
}

parry_str parry_query_record(parry_call *c, const parry_query_note *note)
{
    json_t *j = json_object();
    set_asked(c, j, note->query);
    set_shown(j, note->results);
    parry_str record = members(c->arena, j);
    json_decref(j);
    return record;
}

void parry_query_log_record(parry_call *c, const parry_query_note *note, parry_str record, char id[PARRY_UUID_TEXT])
{
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    parry_uuid uuid = parry_uuid_v7(now_ms);
    parry_uuid_text(uuid, id);
    if (c->app->ledger == NULL)
        return;
    parry_ledger_item item = {.kind = PARRY_LEDGER_QUERY, .id = uuid};
    parry_str who = sender(c, note, now_ms, item.about);
    const char *bot = parry_call_bot(c) ? ",\"bot\":true" : "";
    item.payload = parry_str_printf(c->arena, "{\"by\":\"%s\",\"at\":%lld,%.*s,\"took_us\":%lld%s%.*s%.*s}", note->by,
                                    (long long)now_ms, PARRY_FMT(record), (long long)(note->took_ns / 1000), bot,
                                    PARRY_FMT(note->tested), PARRY_FMT(who));
    if (parry_call_append(c, &item, 1, NULL, NULL) != PARRY_OK)
        atomic_fetch_add(&c->app->queries_dropped, 1);
}

void parry_query_log(parry_call *c, const parry_query_note *note, char id[PARRY_UUID_TEXT])
{
    parry_query_note told = *note;
    told.took_ns = note->took_ns > 0 ? note->took_ns : stages_ns(note->results);
    parry_query_log_record(c, &told, c->app->ledger != NULL ? parry_query_record(c, note) : parry_str_of(""), id);
}
