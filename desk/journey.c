/* Records in the order in which they happened, folded: typing into its last search, events into the search they belong
 * to. */
#include "desk/journey.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdlib.h>

enum { TYPING_MS = 30000, RECENT_RECORDS = 500000 };

typedef struct fold {
    const parry_journey_wish *w;
    json_t *searches, *read, *said, *redactions;
    int64_t first_ms, last_ms;
} fold;

/* ---- records ----------------------------------------------------------------------------------------------------- */

static int by_seq(const void *a, const void *b)
{
    const parry_ledger_record *x = a, *y = b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static size_t sort_once(parry_ledger_record *r, size_t n)
{
    size_t kept = 0;
    if (n > 0)
        qsort(r, n, sizeof *r, by_seq);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || r[kept - 1].seq != r[i].seq)
            r[kept++] = r[i];
    }
    return kept;
}

/* A search that was named, if the ledger still knows its id. */
static parry_code add_named(parry_ledger *l, parry_uuid id, parry_arena *a, parry_ledger_record *r, size_t *n,
                            parry_err *err)
{
    parry_ledger_cursor *c = NULL;
    uint64_t seq;
    parry_code code = parry_ledger_find(l, id, &seq, NULL);
    if (code == PARRY_NOT_FOUND)
        return PARRY_OK;
    code = parry_ledger_read(l, seq, &c, err);
    if (code != PARRY_OK)
        return code;
    if (parry_ledger_next(c, &r[*n]) && r[*n].seq == seq && r[*n].kind == PARRY_LEDGER_QUERY && !r[*n].erased) {
        r[*n].payload = parry_str_copy(a, r[*n].payload);
        (*n)++;
    }
    return parry_ledger_cursor_close(c, err);
}

static parry_code gather(parry_ledger *l, const parry_journey_wish *w, parry_arena *a, parry_ledger_record *r,
                         size_t *n, parry_err *err)
{
    parry_ledger_stats stats;
    parry_code code = PARRY_OK;
    parry_ledger_get_stats(l, &stats);
    uint64_t from = stats.seq > RECENT_RECORDS ? stats.seq - RECENT_RECORDS : 1;
    for (size_t i = 0; i < 2 && code == PARRY_OK; i++) {
        static const parry_ledger_subject nobody;
        size_t more = 0;
        if (memcmp(&w->who[i], &nobody, sizeof nobody) != 0)
            code = parry_ledger_about(l, w->who[i], from, a, r + *n, PARRY_JOURNEY_RECORDS, &more, err);
        *n += more;
    }
    for (size_t i = 0; i < w->nqueries && i < PARRY_JOURNEY_QUERIES && code == PARRY_OK; i++)
        code = add_named(l, w->queries[i], a, r, n, err);
    *n = sort_once(r, *n);
    return code;
}

/* ---- folding ----------------------------------------------------------------------------------------------------- */

static void note_redactions(fold *f, const json_t *payload)
{
    const json_t *kind, *have;
    size_t i, k;
    json_array_foreach(json_object_get(payload, "redacted"), i, kind)
    {
        bool there = false;
        json_array_foreach(f->redactions, k, have) there |= json_equal(kind, have);
        if (!there)
            json_array_append(f->redactions, (json_t *)(uintptr_t)kind);
    }
}

static json_t *article_json(const fold *f, parry_str id)
{
    parry_str title = f->w->title != NULL ? f->w->title(f->w->ctx, id) : parry_str_of("");
    return json_pack("{s:o, s:o}", "id", parry_json_text(id), "title", parry_json_text(title));
}

static json_t *time_json(int64_t ms)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(ms, text);
    return json_string(text);
}

/* The last search was a beginning of this one, some seconds ago: somebody types. */
static bool goes_on(const json_t *last, parry_str text, int64_t at_ms)
{
    parry_str before = parry_json_at(last, "text");
    int64_t then = 0;
    if (last == NULL || !parry_time_parse(parry_json_at(last, "at"), &then, NULL) || at_ms - then > TYPING_MS)
        return false;
    size_t n = before.n < text.n ? before.n : text.n;
    return n > 0 && memcmp(before.p, text.p, n) == 0 && json_array_size(json_object_get(last, "opened")) == 0;
}

/* Of an answer by words alone nobody knows whether it answers. */
static bool by_words(const json_t *p)
{
    parry_str mode = parry_json_at(p, "mode");
    return mode.n > 0 && !parry_str_eqz(mode, "hybrid");
}

static void add_search(fold *f, const parry_ledger_record *r, const json_t *p)
{
    char id[PARRY_UUID_TEXT];
    const json_t *shown;
    json_t *list = json_array();
    size_t i, last = json_array_size(f->searches);
    parry_str text = parry_json_at(p, "text");
    if (last > 0 && goes_on(json_array_get(f->searches, last - 1), text, r->at_ms))
        json_array_remove(f->searches, last - 1);
    json_array_foreach(json_object_get(p, "shown"), i, shown)
    {
        if (i < 10)
            json_array_append_new(list, article_json(f, parry_json_str(shown)));
    }
    parry_uuid_text(r->id, id);
    json_t *j = json_pack("{s:s, s:o, s:o, s:o, s:o}", "query_id", id, "at", time_json(r->at_ms), "text",
                          parry_json_text(text), "shown", list, "opened", json_array());
    json_object_set(j, "probability", json_object_get(p, "probability"));
    json_object_set(j, "answered", by_words(p) ? json_null() : json_object_get(p, "answered"));
    json_array_append_new(f->searches, j);
}

static json_t *search_named(const fold *f, parry_str query_id)
{
    json_t *j;
    size_t i;
    json_array_foreach(f->searches, i, j)
    {
        if (query_id.n > 0 && parry_str_eq(parry_json_at(j, "query_id"), query_id))
            return j;
    }
    return NULL;
}

/* Read once, for as long as all views of it together say. */
static void add_read(json_t *list, json_t *article, int64_t dwell_ms)
{
    json_t *j;
    size_t i;
    json_array_foreach(list, i, j)
    {
        if (json_equal(json_object_get(j, "id"), json_object_get(article, "id"))) {
            int64_t so_far = json_integer_value(json_object_get(j, "dwell_ms"));
            json_object_set_new(j, "dwell_ms", json_integer(so_far + dwell_ms));
            json_decref(article);
            return;
        }
    }
    json_object_set_new(article, "dwell_ms", json_integer(dwell_ms));
    json_array_append_new(list, article);
}

static void add_turn(fold *f, const json_t *p, const char *role, const char *name)
{
    parry_str text = parry_json_at(p, name);
    if (text.n == 0)
        return;
    json_t *turn = json_pack("{s:s, s:o}", "role", role, "text", parry_json_text(text));
    json_object_set(turn, "at", json_object_get(p, "timestamp"));
    json_array_append_new(f->said, turn);
}

static void add_event(fold *f, const json_t *p)
{
    parry_str type = parry_json_at(p, "type"), article = parry_json_at(p, "article");
    json_t *search = search_named(f, parry_json_at(p, "query_id"));
    int64_t dwell_ms = json_integer_value(json_object_get(p, "dwell_ms"));
    if (parry_str_eqz(type, "chat")) {
        add_turn(f, p, "customer", "user_utterance");
        add_turn(f, p, "assistant", "chatbot_response");
    } else if (article.n > 0 && (parry_str_eqz(type, "click") || parry_str_eqz(type, "view"))) {
        if (search != NULL)
            add_read(json_object_get(search, "opened"), article_json(f, article), dwell_ms);
        else
            add_read(f->read, article_json(f, article), dwell_ms);
    }
}

static void add(fold *f, const parry_ledger_record *r)
{
    json_t *p = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    if (json_is_object(p)) {
        f->first_ms = f->first_ms == 0 ? r->at_ms : f->first_ms;
        f->last_ms = r->at_ms;
        note_redactions(f, p);
        if (r->kind == PARRY_LEDGER_QUERY)
            add_search(f, r, p);
        else if (r->kind == PARRY_LEDGER_EVENT)
            add_event(f, p);
    }
    json_decref(p);
}

static void keep_newest(json_t *list, size_t most)
{
    while (json_array_size(list) > most)
        json_array_remove(list, 0);
}

parry_code parry_journey(parry_ledger *l, const parry_journey_wish *w, json_t **journey, json_t **redactions,
                         parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_ledger_record *r = PARRY_ARRAY(a, parry_ledger_record, 2 * PARRY_JOURNEY_RECORDS + PARRY_JOURNEY_QUERIES + 1);
    size_t n = 0;
    parry_code code = l != NULL ? gather(l, w, a, r, &n, err) : PARRY_OK;
    fold f = {.w = w, .searches = json_array(), .read = json_array(), .said = json_array(), .redactions = json_array()};
    for (size_t i = 0; code == PARRY_OK && i < n; i++) {
        if (w->now_ms - r[i].at_ms <= (int64_t)PARRY_JOURNEY_MINUTES * 60000)
            add(&f, &r[i]);
    }
    keep_newest(f.searches, PARRY_JOURNEY_SEARCHES);
    keep_newest(f.read, PARRY_JOURNEY_ARTICLES);
    keep_newest(f.said, PARRY_JOURNEY_TURNS);
    json_t *all = json_pack("{s:o, s:o, s:o, s:I}", "searches", f.searches, "read", f.read, "said", f.said, "seconds",
                            (json_int_t)((f.last_ms - f.first_ms) / 1000));
    if (code == PARRY_OK) {
        *journey = all;
        *redactions = f.redactions;
    } else {
        json_decref(all);
        json_decref(f.redactions);
    }
    parry_arena_free(a);
    return code;
}
