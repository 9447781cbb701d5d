/* Privacy: the records under somebody's keys, then one walk for those that hang on them by a query_id alone. */
#include "deflection/privacy.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>

enum { SOME = 1000, WALK = 20000, BEFORE_MS = 60000 };

void parry_person_of(const parry_visitors *v, int64_t now_ms, parry_str visitor, parry_str session, parry_str email,
                     parry_person *out)
{
    const parry_str names[] = {visitor, session, email};
    static const parry_pseudonym as[] = {PARRY_PSEUDONYM_VISITOR, PARRY_PSEUDONYM_SESSION, PARRY_PSEUDONYM_CONTACT};
    out->n = 0;
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        if (names[i].n > 0)
            out->n += parry_visitor_keys(v, as[i], now_ms, names[i], out->keys + out->n, PARRY_PERSON_KEYS - out->n);
    }
}

/* ---- growing lists ----------------------------------------------------------------------------------------------- */

typedef struct list {
    char *p;
    size_t n, cap, size;
} list;

static void add(list *l, const void *one)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->p = parry_realloc(l->p, l->cap * l->size);
    }
    memcpy(l->p + l->n++ * l->size, one, l->size);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}
static int by_id(const void *a, const void *b) { return memcmp(a, b, PARRY_UUID_BYTES); }

static void sort(list *l, int (*order)(const void *a, const void *b))
{
    size_t kept = 0;
    if (l->n > 1)
        qsort(l->p, l->n, l->size, order);
    for (size_t i = 0; i < l->n; i++) {
        const char *one = l->p + i * l->size;
        if (kept == 0 || order(l->p + (kept - 1) * l->size, one) != 0)
            memmove(l->p + kept++ * l->size, one, l->size);
    }
    l->n = kept;
}

/* A search that they made, or said something about. */
typedef struct search {
    parry_uuid id; /* first: see by_id */
    bool anothers; /* its record names somebody else */
} search;

static search *find_search(const list *l, parry_uuid id)
{
    return l->n > 0 ? bsearch(&id, l->p, l->n, l->size, by_id) : NULL;
}

/* ---- what a payload says ----------------------------------------------------------------------------------------- */

/* The text of a member of the outermost object: payloads are compact JSON without escapes in keys and ids. */
static parry_str member(parry_str payload, const char *name)
{
    char what[40];
    (void)snprintf(what, sizeof what, "\"%s\":\"", name);
    size_t at = parry_str_find(payload, parry_str_of(what));
    parry_str rest = parry_str_from(payload, at + strlen(what)), text = {NULL, 0};
    return at < payload.n && parry_str_split(&rest, '"', &text) ? text : parry_str_make(NULL, 0);
}

static bool query_id(const parry_ledger_record *r, parry_uuid *id)
{
    if (r->kind == PARRY_LEDGER_QUERY) {
        *id = r->id;
        return !parry_uuid_none(r->id);
    }
    return parry_uuid_parse(member(r->payload, "query_id"), id);
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

typedef struct finding {
    parry_ledger *l;
    const parry_person *who;
    list seqs, searches;
    uint64_t from; /* the oldest record that may hang on one of theirs */
} finding;

static bool is_theirs(const parry_person *who, parry_str hex)
{
    parry_ledger_subject s;
    for (size_t i = 0; i < who->n && parry_ledger_subject_parse(hex, &s); i++) {
        if (memcmp(s.b, who->keys[i].b, sizeof s.b) == 0)
            return true;
    }
    return false;
}

/* Says that it is somebody else's. */
static bool names_another(const parry_person *who, parry_str payload)
{
    static const char *const names[] = {"visitor", "customer_id", "contact"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        parry_str key = member(payload, names[i]);
        if (key.n > 0 && !is_theirs(who, key))
            return true;
    }
    return false;
}

static parry_code take_direct(finding *f, uint64_t seq, parry_arena *a, parry_err *err)
{
    parry_ledger_record r;
    search s = {.anothers = false};
    size_t there = 0;
    parry_code code = parry_ledger_fetch(f->l, &seq, 1, a, &r, &there, err);
    if (code != PARRY_OK || there == 0)
        return code;
    add(&f->seqs, &seq);
    if (query_id(&r, &s.id))
        add(&f->searches, &s);
    f->from = seq < f->from ? seq : f->from;
    return PARRY_OK;
}

static parry_code under_keys(finding *f, parry_err *err)
{
    uint64_t seqs[SOME];
    parry_arena *a = parry_arena_new();
    parry_code code = PARRY_OK;
    for (size_t k = 0; k < f->who->n && code == PARRY_OK; k++) {
        uint64_t from = 0;
        size_t n = SOME;
        while (code == PARRY_OK && n == SOME) {
            code = parry_ledger_about_numbers(f->l, f->who->keys[k], from, seqs, SOME, &n, err);
            for (size_t i = 0; i < n && code == PARRY_OK; i++) {
                code = take_direct(f, seqs[i], a, err);
                from = seqs[i] + 1;
                parry_arena_reset(a);
            }
        }
    }
    parry_arena_free(a);
    return code;
}

/* The time that a UUID of version 7 begins with. */
static int64_t time_of(const unsigned char id[PARRY_UUID_BYTES])
{
    int64_t ms = 0;
    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | id[i];
    return id[6] >> 4 == 7 ? ms : 0;
}

/* A search is older than what was said about it. */
static parry_code begin_at_oldest(finding *f, parry_err *err)
{
    parry_code code = PARRY_OK;
    int64_t oldest = INT64_MAX;
    uint64_t seq = 0;
    for (size_t i = 0; i < f->searches.n; i++) {
        int64_t ms = time_of((const unsigned char *)f->searches.p + i * f->searches.size);
        oldest = ms < oldest ? ms : oldest;
    }
    if (f->searches.n > 0)
        code = parry_ledger_at(f->l, oldest - BEFORE_MS, &seq, err);
    if (code == PARRY_OK && f->searches.n > 0 && seq < f->from)
        f->from = seq;
    return code;
}

/* The search itself comes before what was said about it. */
static void take_linked(finding *f, const parry_ledger_record *r)
{
    parry_uuid id;
    search *s;
    if (r->erased || r->kind > PARRY_LEDGER_EVENT || !query_id(r, &id) || (s = find_search(&f->searches, id)) == NULL)
        return;
    bool another = names_another(f->who, r->payload);
    s->anothers = s->anothers || (another && r->kind == PARRY_LEDGER_QUERY);
    if (!another && !s->anothers)
        add(&f->seqs, &r->seq);
}

/* In steps, so that the pages under it can be used again meanwhile. */
static parry_code walk(finding *f, parry_err *err)
{
    parry_ledger_cursor *c;
    parry_ledger_record r;
    size_t n = WALK;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == WALK) {
        code = parry_ledger_read(f->l, f->from, &c, err);
        if (code != PARRY_OK)
            return code;
        for (n = 0; n < WALK && parry_ledger_next(c, &r); n++) {
            take_linked(f, &r);
            f->from = r.seq + 1;
        }
        code = parry_ledger_cursor_close(c, err);
    }
    return code;
}

parry_code parry_person_held(parry_ledger *l, const parry_person *who, parry_arena *a, parry_held *out, parry_err *err)
{
    finding f = {.l = l, .who = who, .seqs = {.size = sizeof(uint64_t)}, .searches = {.size = sizeof(search)}};
    f.from = UINT64_MAX;
    parry_code code = under_keys(&f, err);
    sort(&f.searches, by_id);
    sort(&f.seqs, by_number);
    size_t direct = f.seqs.n;
    if (code == PARRY_OK)
        code = begin_at_oldest(&f, err);
    if (code == PARRY_OK && f.searches.n > 0)
        code = walk(&f, err);
    sort(&f.seqs, by_number);
    if (code == PARRY_OK) {
        out->seqs = PARRY_ARRAY(a, uint64_t, f.seqs.n + 1);
        if (f.seqs.n > 0)
            memcpy(out->seqs, f.seqs.p, f.seqs.n * sizeof *out->seqs);
        out->n = f.seqs.n;
        out->linked = f.seqs.n - direct;
    }
    free(f.seqs.p);
    free(f.searches.p);
    return code;
}

/* ---- giving ------------------------------------------------------------------------------------------------------ */

static json_t *record_json(const parry_ledger_record *r)
{
    char at[PARRY_TIME_TEXT], id[PARRY_UUID_TEXT] = "";
    json_t *payload = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    parry_time_text(r->at_ms, at);
    json_t *j = json_pack("{s:I, s:s, s:s, s:o}", "seq", (json_int_t)r->seq, "kind", parry_ledger_kind_name(r->kind),
                          "at", at, "record", payload != NULL ? payload : json_null());
    if (!parry_uuid_none(r->id)) {
        parry_uuid_text(r->id, id);
        (void)json_object_set_new(j, "id", json_string(id));
    }
    return j;
}

typedef parry_code (*record_fn)(void *ctx, const parry_ledger_record *r, parry_err *err);

static parry_code each_held(parry_ledger *l, const parry_held *held, record_fn fn, void *ctx, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < held->n && code == PARRY_OK; i++) {
        parry_ledger_record r;
        size_t there = 0;
        code = parry_ledger_fetch(l, &held->seqs[i], 1, a, &r, &there, err);
        if (code == PARRY_OK && there == 1)
            code = fn(ctx, &r, err);
        parry_arena_reset(a);
    }
    parry_arena_free(a);
    return code;
}

typedef struct giving {
    parry_code (*fn)(void *ctx, json_t *record, parry_err *err);
    void *ctx;
} giving;

static parry_code give(void *ctx, const parry_ledger_record *r, parry_err *err)
{
    const giving *g = ctx;
    return g->fn(g->ctx, record_json(r), err);
}

parry_code parry_person_export(parry_ledger *l, const parry_held *held,
                               parry_code (*fn)(void *ctx, json_t *record, parry_err *err), void *ctx, parry_err *err)
{
    giving g = {fn, ctx};
    return each_held(l, held, give, &g, err);
}

/* ---- erasing ----------------------------------------------------------------------------------------------------- */

static parry_code note_day(void *ctx, const parry_ledger_record *r, parry_err *err)
{
    (void)err;
    parry_days_note(ctx, r);
    return PARRY_OK;
}

/* "1-6 9": what has copies of these can fetch them again, and finds them gone. */
static json_t *numbers_json(const parry_held *held)
{
    parry_buf text = PARRY_BUF(PARRY_LEDGER_PAYLOAD_MAX);
    for (size_t i = 0; i < held->n;) {
        size_t end = i + 1;
        while (end < held->n && held->seqs[end] == held->seqs[end - 1] + 1)
            end++;
        parry_buf_printf(&text, "%s%llu", i > 0 ? " " : "", (unsigned long long)held->seqs[i]);
        if (end > i + 1)
            parry_buf_printf(&text, "-%llu", (unsigned long long)held->seqs[end - 1]);
        i = end;
    }
    json_t *j = json_stringn(text.p ? text.p : "", text.n);
    parry_buf_free(&text);
    return j;
}

static parry_code erase_part(const parry_erasing *e, const parry_held *part, parry_days *all, parry_err *err)
{
    parry_days days = {NULL, 0, 0};
    parry_code code = each_held(e->ledger, part, note_day, &days, err);
    if (code == PARRY_OK)
        code = parry_erasing_tell(e, "visitor.erase",
                                  json_pack("{s:I, s:o, s:o}", "records", (json_int_t)part->n, "days",
                                            parry_days_json(&days), "offsets", numbers_json(part)),
                                  err);
    if (code == PARRY_OK)
        code = parry_erasing_run(e, part->seqs, part->n, NULL, err);
    for (size_t i = 0; i < days.n; i++)
        parry_days_add(all, days.p[i].day, days.p[i].n);
    parry_days_free(&days);
    return code;
}

parry_code parry_person_erase(const parry_erasing *e, const parry_held *held, size_t *ndays, parry_err *err)
{
    parry_days days = {NULL, 0, 0};
    parry_code code = PARRY_OK;
    size_t i = 0;
    do {
        size_t n = held->n - i < PARRY_ERASE_ENTRY ? held->n - i : PARRY_ERASE_ENTRY;
        const parry_held part = {.seqs = held->seqs + i, .n = n};
        code = erase_part(e, &part, &days, err);
        i += n;
    } while (i < held->n && code == PARRY_OK);
    if (code == PARRY_OK && ndays != NULL)
        *ndays = days.n;
    parry_days_free(&days);
    return code;
}
