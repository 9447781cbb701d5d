#include "deflection/gap_report.h"

#include "base/clock.h"
#include "base/file.h"
#include "deflection/gap_words.h"
#include "deflection/stats.h"
#include "engine/duplicates.h"

#include <stdlib.h>

static const int64_t day_ms = 86400000;
enum { AUDIENCES = 16, MEMORY_BYTES = 64 << 20, COMPARED_DAYS = 28 };

/* ---- rows -------------------------------------------------------------------------------------------------------- */

typedef struct gathering {
    parry_rows *rows;
    parry_arena *a;
    parry_str default_audience;
    parry_gap_item *items;
    parry_str *audience_of; /* of each item */
    size_t n, cap;
    parry_str audiences[AUDIENCES];
    size_t naudiences;
    parry_gap_settings *s;
} gathering;

static parry_str kept(const gathering *g, parry_str s) { return parry_str_copy(g->a, s); }

static parry_str audience_at(gathering *g, parry_word word)
{
    parry_str name = word != 0 ? parry_rows_word(g->rows, word) : g->default_audience;
    if (name.n == 0)
        name = g->default_audience;
    for (size_t i = 0; i < g->naudiences; i++) {
        if (parry_str_eq(g->audiences[i], name))
            return g->audiences[i];
    }
    if (g->naudiences == AUDIENCES)
        return parry_str_make(NULL, 0);
    return g->audiences[g->naudiences++] = kept(g, name);
}

static bool add(gathering *g, const parry_dimensions *in, parry_gap_item item)
{
    if (g->n == g->cap) {
        size_t cap = g->cap;
        g->items = parry_arena_grow(g->a, g->items, g->n, &g->cap, sizeof *g->items);
        g->audience_of = parry_arena_grow(g->a, g->audience_of, g->n, &cap, sizeof *g->audience_of);
    }
    item.text = kept(g, item.text);
    item.locale = kept(g, parry_rows_word(g->rows, in->locale));
    g->audience_of[g->n] = audience_at(g, in->audience);
    g->items[g->n++] = item;
    return g->n < PARRY_GAP_ITEMS;
}

/* What somebody opened and read, and wrote no ticket after, was found. */
static unsigned why_of(const parry_search_row *row)
{
    unsigned why = PARRY_GAP_SEARCH | (row->flags & PARRY_SEARCH_VISITOR ? PARRY_GAP_NAMED : 0);
    bool read = row->flags & (PARRY_SEARCH_DWELLED | PARRY_SEARCH_SOLVED);
    if (row->flags & PARRY_SEARCH_TICKET)
        why |= PARRY_GAP_TICKET;
    else if (read)
        return why;
    why |= row->flags & PARRY_SEARCH_ZERO ? PARRY_GAP_ZERO : 0;
    why |= (row->flags & PARRY_SEARCH_KNOWN) && !(row->flags & PARRY_SEARCH_ANSWERED) ? PARRY_GAP_ABSTAINED : 0;
    why |= row->flags & PARRY_SEARCH_REFINED ? PARRY_GAP_REFINED : 0;
    return why | (row->clicks == 0 ? PARRY_GAP_UNCLICKED : 0);
}

static bool counted(uint32_t flags) { return !(flags & (PARRY_SEARCH_BOT | PARRY_SEARCH_AGENT)); }

static bool take_search(void *ctx, const parry_search_row *row)
{
    gathering *g = ctx;
    if (!counted(row->flags) || row->text == 0)
        return true;
    size_t part = (size_t)((g->s->until_ms - 1 - row->at_ms) / g->s->recent_ms);
    if (part < PARRY_GAP_PERIODS)
        g->s->searches[part]++;
    return add(
        g, &row->in,
        (parry_gap_item){
            .text = parry_rows_word(g->rows, row->text), .who = row->who, .at_ms = row->at_ms, .why = why_of(row)});
}

static bool take_ticket(void *ctx, const parry_ticket_row *row)
{
    gathering *g = ctx;
    if (row->text == 0)
        return true;
    return add(g, &row->in,
               (parry_gap_item){.text = parry_rows_word(g->rows, row->text),
                                .who = row->who,
                                .at_ms = row->at_ms,
                                .why = row->flags & PARRY_TICKET_VISITOR ? PARRY_GAP_NAMED : 0});
}

static parry_code gather(gathering *g, parry_err *err)
{
    parry_code code = parry_rows_searches(g->rows, g->s->from_ms, g->s->until_ms, take_search, g, err);
    if (code == PARRY_OK && g->n < PARRY_GAP_ITEMS)
        code = parry_rows_tickets(g->rows, g->s->from_ms, g->s->until_ms, take_ticket, g, err);
    return code;
}

static size_t items_of(const gathering *g, parry_str audience, parry_gap_item *out)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++) {
        if (parry_str_eq(g->audience_of[i], audience))
            out[n++] = g->items[i];
    }
    return n;
}

static parry_code encode(const parry_encoder *e, const parry_gap_text *texts, size_t n, parry_arena *a, float **out,
                         parry_err *err)
{
    if (e == NULL || n == 0)
        return PARRY_OK;
    parry_str *plain = PARRY_ARRAY(a, parry_str, n);
    float *vectors = PARRY_ARRAY(a, float, n *parry_encoder_dim(e));
    for (size_t i = 0; i < n; i++)
        plain[i] = texts[i].text;
    parry_encoder_scratch *s = parry_encoder_scratch_new(e);
    parry_code code = parry_encode_batch(e, s, PARRY_QUERY, plain, n, vectors, err);
    parry_encoder_scratch_free(s);
    if (code == PARRY_OK)
        *out = vectors;
    return code;
}

/* ---- the nearest article ----------------------------------------------------------------------------------------- */

const char *parry_gap_action_name(parry_gap_action a)
{
    static const char *const names[PARRY_GAP_ACTIONS] = {"write", "merge", "add_synonym", "retitle", "extend"};
    return names[a];
}

parry_gap_action parry_gap_advise(const parry_content_gap *gap, const parry_gap_near *near)
{
    bool nothing_known = near->probability < 0 && near->unknown_word; /* words alone: who says what is near? */
    if (!near->any || near->doubtful || nothing_known)
        return PARRY_GAP_WRITE;
    if (near->twice)
        return PARRY_GAP_MERGE;
    if (near->unknown_word)
        return PARRY_GAP_SYNONYM;
    if (near->answered && !near->titled && 2 * gap->unclicked >= gap->searches && gap->searches > 0)
        return PARRY_GAP_RETITLE;
    return PARRY_GAP_EXTEND;
}

static bool are_twice(const parry_generation *g, const parry_results *r, parry_arena *a)
{
    parry_duplicate *d;
    size_t n;
    if (r->n < 2)
        return false;
    parry_duplicates_kept(g, PARRY_DUPLICATE_THRESHOLD, a, &d, &n);
    for (size_t i = 0; i < n; i++) {
        if ((parry_str_eq(d[i].a, r->hits[0].id) && parry_str_eq(d[i].b, r->hits[1].id)) ||
            (parry_str_eq(d[i].b, r->hits[0].id) && parry_str_eq(d[i].a, r->hits[1].id)))
            return true;
    }
    return false;
}

static bool has_word(parry_str in, parry_str word, parry_arena *a)
{
    parry_gap_text texts[2] = {{.text = in}, {.text = word}};
    parry_gap_words w;
    parry_gap_words_of(texts, 2, a, &w);
    for (size_t i = 0; w.n[1] > 0 && i < w.n[0]; i++) {
        if (w.of[0][i].stem == w.of[1][0].stem)
            return true;
    }
    return false;
}

static parry_code look(const parry_gap_sources *s, parry_str audience, const parry_content_gap *gap, parry_arena *a,
                       parry_results *r, parry_gap_near *near, parry_err *err)
{
    parry_query q = {.text = parry_utf8_cut(gap->centre, PARRY_QUERY_MAX_BYTES), .audience = audience, .limit = 2};
    *near = (parry_gap_near){.probability = -1};
    parry_code code = parry_search(s->searcher, s->g, &q, a, r, err);
    if (code != PARRY_OK)
        return code;
    *near = (parry_gap_near){.any = r->n > 0,
                             .answered = r->answered,
                             .doubtful = parry_results_doubtful(r),
                             .twice = are_twice(s->g, r, a),
                             .probability = r->n > 0 ? r->probability : -1};
    for (size_t i = 0; i < gap->nwords; i++) {
        near->unknown_word = near->unknown_word || has_word(r->unknown, gap->words[i], a);
        near->titled = near->titled || (r->n > 0 && has_word(r->hits[0].title, gap->words[i], a));
    }
    return PARRY_OK;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static json_t *strings(const parry_str *list, size_t n)
{
    json_t *j = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(j, parry_json_text(list[i]));
    return j;
}

/* Of fewer people than may be shown: null. */
static json_t *number(size_t n, size_t people)
{
    return n > 0 && n < people ? json_null() : json_integer((json_int_t)n);
}

static json_t *time_json(int64_t ms)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(ms, text);
    return json_string(text);
}

static json_t *share_json(size_t k, size_t n) { return n == 0 ? json_null() : json_real((double)k / (double)n); }

static json_t *nearest_json(const parry_results *r, const parry_gap_near *near)
{
    if (!near->any)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:b}", "id", parry_json_text(r->hits[0].id), "title",
                     parry_json_text(r->hits[0].title), "category", parry_json_text(r->hits[0].category), "probability",
                     near->probability < 0 ? json_null() : json_real(near->probability), "answered",
                     (int)near->answered);
}

static json_t *action_json(const parry_content_gap *gap, const parry_gap_near *near)
{
    parry_gap_action act = parry_gap_advise(gap, near);
    return json_pack("{s:s, s:{s:o, s:b, s:b, s:b, s:b, s:b, s:o, s:o}}", "do", parry_gap_action_name(act), "rests_on",
                     "probability", near->probability < 0 ? json_null() : json_real(near->probability), "answered",
                     (int)near->answered, "doubtful", (int)near->doubtful, "duplicates", (int)near->twice,
                     "unknown_word", (int)near->unknown_word, "titled", (int)near->titled, "unclicked",
                     share_json(gap->unclicked, gap->searches), "ticket", share_json(gap->after, gap->searches));
}

static json_t *name_json(const parry_content_gap *gap)
{
    parry_buf name = PARRY_BUF(4000);
    for (size_t i = 0; i < gap->nwords; i++)
        parry_buf_printf(&name, "%s%.*s", i > 0 ? " " : "", PARRY_FMT(gap->words[i]));
    json_t *j = gap->nwords > 0 ? parry_json_text(parry_buf_str(&name)) : json_null();
    parry_buf_free(&name);
    return j;
}

static json_t *gap_json(const parry_gap_sources *s, parry_str audience, const parry_gap_text *texts,
                        const parry_content_gap *gap, const parry_results *r, const parry_gap_near *near)
{
    json_t *j = json_pack("{s:s, s:o, s:o, s:o, s:o}", "id", gap->id, "name", name_json(gap), "audience",
                          parry_json_text(audience), "since", time_json(gap->since_ms), "words",
                          strings(gap->words, gap->nwords));
    json_object_set_new(j, "locale", parry_json_text(texts[gap->texts[0]].locale));
    json_object_set_new(j, "visitors", json_integer((json_int_t)gap->visitors));
    json_object_set_new(j, "tickets", number(gap->tickets, s->people));
    json_object_set_new(j, "searches",
                        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "n", (json_int_t)gap->searches, "zero",
                                  (json_int_t)gap->zero, "abstained", (json_int_t)gap->abstained, "unclicked",
                                  (json_int_t)gap->unclicked, "refined", (json_int_t)gap->refined, "ticket",
                                  (json_int_t)gap->after));
    json_object_set_new(j, "trend",
                        json_pack("{s:s, s:o, s:o, s:f}", "is", parry_gap_trend_name(gap->trend), "last_7_days",
                                  number(gap->recent, s->people), "before", number(gap->before, s->people), "p",
                                  gap->p));
    json_object_set_new(j, "samples", strings(gap->samples, gap->nsamples));
    json_object_set_new(j, "nearest", nearest_json(r, near));
    json_object_set_new(j, "action", action_json(gap, near));
    return j;
}

/* ---- one audience ------------------------------------------------------------------------------------------------ */

typedef struct report {
    const parry_gap_sources *s;
    parry_gap_settings settings;
    json_t *memory, *gaps;
    parry_arena *a, *scratch;
    size_t hidden;
} report;

static parry_code of_audience(report *r, const gathering *g, parry_str audience, parry_err *err)
{
    parry_gap_item *items = PARRY_ARRAY(r->a, parry_gap_item, g->n + 1);
    size_t n = items_of(g, audience, items), ntexts, ngaps, hidden, dim;
    parry_gap_text *texts;
    parry_content_gap *gaps;
    float *vectors = NULL;
    parry_gap_texts(items, n, r->a, &texts, &ntexts);
    parry_code code = encode(r->s->encoder, texts, ntexts, r->a, &vectors, err);
    if (code != PARRY_OK)
        return code;
    dim = vectors != NULL ? parry_encoder_dim(r->s->encoder) : 0;
    parry_gaps_make(texts, ntexts, vectors, dim, &r->settings, r->a, &gaps, &ngaps, &hidden);
    parry_gaps_match(r->memory, audience, texts, gaps, ngaps, r->s->now_ms);
    r->hidden += hidden;
    for (size_t i = 0; i < ngaps && code == PARRY_OK; i++) {
        parry_results found;
        parry_gap_near near;
        code = look(r->s, audience, &gaps[i], r->scratch, &found, &near, err);
        if (code == PARRY_OK)
            json_array_append_new(r->gaps, gap_json(r->s, audience, texts, &gaps[i], &found, &near));
        parry_arena_reset(r->scratch);
    }
    return code;
}

/* ---- after publishing -------------------------------------------------------------------------------------------- */

typedef struct compared {
    parry_rows *rows;
    const json_t *gap;
    parry_str audience, default_audience;
    parry_trials count;
    parry_gap_item *items;
    size_t nitems, cap;
    parry_arena *a;
} compared;

static bool take_compared(void *ctx, const parry_search_row *row)
{
    compared *c = ctx;
    parry_str audience = row->in.audience != 0 ? parry_rows_word(c->rows, row->in.audience) : c->default_audience;
    if (!counted(row->flags) || row->text == 0 || !parry_str_eq(audience, c->audience) ||
        !parry_gap_memory_has(c->gap, parry_rows_word(c->rows, row->text)))
        return true;
    if (c->nitems == c->cap)
        c->items = parry_arena_grow(c->a, c->items, c->nitems, &c->cap, sizeof *c->items);
    unsigned why = why_of(row);
    c->count.n++;
    c->count.k += parry_gap_failed(why) > 0;
    c->items[c->nitems++] = (parry_gap_item){.who = row->who, .at_ms = row->at_ms, .why = why | PARRY_GAP_ZERO};
    return c->nitems < PARRY_GAP_ITEMS;
}

/* Null where too few people asked. */
static json_t *side_json(const compared *c, size_t people)
{
    parry_gap_text t = {.items = c->items, .nitems = c->nitems};
    static const size_t only = 0;
    if (parry_gap_people(&t, &only, 1, 0) < people)
        return NULL;
    parry_interval i = parry_count_interval(c->count);
    return json_pack("{s:I, s:I, s:f, s:[f, f]}", "n", (json_int_t)c->count.n, "unsuccessful", (json_int_t)c->count.k,
                     "share", parry_count_rate(c->count), "interval", i.low, i.high);
}

static parry_code compare(const parry_gap_sources *s, const json_t *gap, int64_t at_ms, parry_arena *a, json_t *out,
                          parry_err *err)
{
    const char *audience = json_string_value(json_object_get(gap, "audience"));
    compared side[2];
    json_t *json[2];
    parry_code code = PARRY_OK;
    for (int after = 0; after < 2 && code == PARRY_OK; after++) {
        int64_t from = after ? at_ms : at_ms - COMPARED_DAYS * day_ms;
        side[after] = (compared){.rows = s->rows, .gap = gap, .a = a};
        side[after].audience = parry_str_of(audience);
        side[after].default_audience = s->audience;
        code = parry_rows_searches(s->rows, from, from + COMPARED_DAYS * day_ms, take_compared, &side[after], err);
    }
    if (code != PARRY_OK)
        return code;
    for (int after = 0; after < 2; after++)
        json[after] = side_json(&side[after], s->people);
    bool both = json[0] != NULL && json[1] != NULL;
    parry_interval i = parry_newcombe_interval(side[1].count, side[0].count, 0.95);
    double change = parry_count_rate(side[1].count) - parry_count_rate(side[0].count);
    json_object_set_new(out, "before", json[0] != NULL ? json[0] : json_null());
    json_object_set_new(out, "after", json[1] != NULL ? json[1] : json_null());
    json_object_set_new(out, "change",
                        both ? json_pack("{s:f, s:[f, f]}", "value", change, "interval", i.low, i.high) : json_null());
    json_object_set_new(out, "causal", json_false()); /* other things changed, too */
    return PARRY_OK;
}

static parry_code follow(const report *r, json_t *list, parry_err *err)
{
    size_t i;
    json_t *gap;
    parry_code code = PARRY_OK;
    json_array_foreach(json_object_get(r->memory, "gaps"), i, gap)
    {
        const json_t *draft = json_object_get(gap, "draft");
        parry_str id = parry_str_make(json_string_value(draft), json_string_length(draft));
        uint32_t segment, article;
        if (id.n == 0 || code != PARRY_OK || !parry_generation_find(r->s->g, id, &segment, &article))
            continue;
        if (json_object_get(gap, "published") == NULL)
            json_object_set_new(gap, "published", json_integer((json_int_t)r->s->now_ms));
        json_t *j = json_pack("{s:O, s:O, s:O, s:o}", "id", json_object_get(gap, "id"), "audience",
                              json_object_get(gap, "audience"), "article", draft, "published",
                              time_json(json_integer_value(json_object_get(gap, "published"))));
        code = compare(r->s, gap, json_integer_value(json_object_get(gap, "published")), r->scratch, j, err);
        json_array_append_new(list, j);
        parry_arena_reset(r->scratch);
    }
    return code;
}

static int by_name(const void *a, const void *b) { return parry_str_cmp(*(const parry_str *)a, *(const parry_str *)b); }

parry_code parry_gap_report(const parry_gap_sources *s, json_t *memory, parry_arena *a, json_t **out, parry_err *err)
{
    report r = {.s = s, .settings = parry_gap_usual(s->now_ms), .memory = memory, .gaps = json_array(), .a = a};
    r.settings.people = s->people;
    r.scratch = parry_arena_new();
    json_t *published = json_array();
    gathering g = {.rows = s->rows, .a = a, .default_audience = s->audience, .s = &r.settings};
    parry_code code = gather(&g, err);
    qsort(g.audiences, g.naudiences, sizeof *g.audiences, by_name);
    for (size_t i = 0; i < g.naudiences && code == PARRY_OK; i++)
        code = of_audience(&r, &g, g.audiences[i], err);
    if (code == PARRY_OK)
        code = follow(&r, published, err);
    parry_arena_free(r.scratch);
    json_t *j =
        json_pack("{s:o, s:o, s:o, s:I, s:s, s:b, s:o, s:I, s:o}", "as_of", time_json(s->now_ms), "from",
                  time_json(r.settings.from_ms), "until", time_json(r.settings.until_ms), "people",
                  (json_int_t)s->people, "by", s->encoder != NULL ? "meaning" : "words", "complete",
                  (int)(g.n < PARRY_GAP_ITEMS), "gaps", r.gaps, "hidden", (json_int_t)r.hidden, "published", published);
    if (code == PARRY_OK)
        *out = j;
    else
        json_decref(j);
    return code;
}

/* ---- memory on disk ---------------------------------------------------------------------------------------------- */

json_t *parry_gap_memory_read(const char *path)
{
    parry_arena *a = parry_arena_new();
    parry_str bytes = {NULL, 0};
    json_t *j = NULL;
    if (parry_file_read(a, path, MEMORY_BYTES, &bytes, NULL) == PARRY_OK)
        j = json_loadb(bytes.p, bytes.n, 0, NULL);
    parry_arena_free(a);
    if (json_is_object(j) && json_integer_value(json_object_get(j, "version")) == 1)
        return j;
    json_decref(j);
    return json_object();
}

parry_code parry_gap_memory_write(const char *path, const json_t *memory, parry_err *err)
{
    char *text = json_dumps(memory, JSON_COMPACT | JSON_SORT_KEYS);
    parry_code code = parry_file_replace(path, parry_str_of(text), err);
    free(text);
    return code;
}
