/* The groups of a report as JSON: their order, their cells, and what is said of the whole. */
#include "deflection/report_inner.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

static const char suppressed[] = "suppressed";
#define add_note(notes, fmt, n) json_array_append_new(notes, json_sprintf(fmt, (unsigned long long)(n)))

static json_t *text_json(parry_str s)
{
    json_t *j = s.n > 0 ? json_stringn(s.p, s.n) : NULL;
    return j != NULL ? j : json_null();
}

static json_t *label(const report_pass *p, const report_group *g)
{
    char day[REPORT_DAY_TEXT];
    parry_report_by by = p->q->by;
    if (p->q->kind->rows == REPORT_ASKED && by == PARRY_BY_NONE)
        return json_null();
    if (p->q->kind->rows == REPORT_ASKED && by == PARRY_BY_GENERATION)
        return json_integer((json_int_t)g->key.v[0]);
    if (p->q->kind->rows != REPORT_ASKED || by >= PARRY_BY_AUDIENCE)
        return text_json(p->source->word(p->source->ctx, g->key.v[0]));
    report_day_text((int64_t)g->key.v[0], day);
    if (by == PARRY_BY_MONTH)
        day[7] = 0;
    return json_string(day);
}

static json_t *number_json(double x, bool whole) { return whole ? json_integer((json_int_t)x) : json_real(x); }

static json_t *cell_json(const report_pass *p, const report_group *g, const report_cell *c, bool hidden,
                         const char *why)
{
    char id[96];
    report_value_of v = {.why = suppressed};
    if (!hidden)
        v = report_cell_value(p, g, c);
    (void)snprintf(id, sizeof id, REPORT_DEFINITION, p->q->kind->name, c->name, PARRY_REPORT_VERSION);
    json_t *j = json_pack("{s:o, s:o, s:o, s:s}", "value", v.known ? number_json(v.value, v.whole) : json_null(), "n",
                          hidden ? json_null() : json_integer((json_int_t)v.n), "interval",
                          v.bounded ? json_pack("[o, o]", json_real(v.lo), isinf(v.hi) ? json_null() : json_real(v.hi))
                                    : json_null(),
                          "definition", id);
    const char *said = v.known || v.why == NULL ? why : v.why;
    if (said != NULL)
        json_object_set_new(j, "why", json_string(said));
    return j;
}

static int by_size(const void *a, const void *b)
{
    const report_amount *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->visitor > y->visitor) - (x->visitor < y->visitor);
}

static bool erased(const report_pass *p, int64_t from_ms, int64_t until_ms)
{
    return p->source->erasures != NULL && parry_erasures_count(p->source->erasures, from_ms, until_ms) > 0;
}

static json_t *row_json(const report_pass *p, report_group *g, bool hidden)
{
    parry_report_by by = p->q->by;
    bool timely = by == PARRY_BY_DAY || by == PARRY_BY_WEEK || by == PARRY_BY_MONTH;
    int64_t start = (int64_t)g->key.v[0];
    bool gone = timely ? erased(p, start, report_period_next(by, start)) : erased(p, p->q->from_ms, p->q->until_ms);
    const char *why = gone ? "changed by erasure" : NULL;
    json_t *cells = json_object();
    if (g->nvalues > 1)
        qsort(g->values, g->nvalues, sizeof *g->values, by_size);
    for (size_t i = 0; i < p->q->kind->ncells; i++)
        json_object_set_new(cells, p->q->kind->cells[i].name, cell_json(p, g, &p->q->kind->cells[i], hidden, why));
    return json_pack("{s:o, s:o}", "by", label(p, g), "cells", cells);
}

typedef struct ranked {
    report_group *g;
    double first;
    uint64_t second;
    parry_str name;
    uint64_t key;
    bool timely, out;
    double p;
} ranked;

static int by_rank(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->timely)
        return (x->key > y->key) - (x->key < y->key);
    if (x->first != y->first)
        return x->first > y->first ? -1 : 1;
    if (x->second != y->second)
        return x->second > y->second ? -1 : 1;
    return parry_str_cmp(x->name, y->name);
}

/* Of all that were tested, at most one in twenty of those shown may be chance. */
static void keep_rising(const report_pass *p, ranked *list, size_t n)
{
    double *chances = parry_calloc(n + 1, sizeof *chances);
    for (size_t i = 0; i < n; i++)
        chances[i] = list[i].p = report_rise_p(p, list[i].g);
    double most = parry_discoveries(chances, n, 0.05);
    for (size_t i = 0; i < n; i++)
        list[i].out = list[i].p > most || most <= 0;
    free(chances);
}

static void rank(const report_pass *p, ranked *r)
{
    const parry_report_kind *kind = p->q->kind;
    report_group *g = r->g;
    bool words = kind->rows != REPORT_ASKED || (p->q->by >= PARRY_BY_AUDIENCE && p->q->by != PARRY_BY_GENERATION);
    r->key = g->key.v[0];
    r->timely = !words;
    r->second = g->n[0];
    if (words)
        r->name = p->source->word(p->source->ctx, g->key.v[0]);
    r->first = (double)g->n[kind->by_bound ? 0 : kind->order];
    if (!kind->by_bound)
        r->out = kind->rows != REPORT_ASKED && r->first <= 0;
    else if (!g->hidden) {
        report_value_of v = report_cell_value(p, g, &kind->cells[kind->order]);
        r->first = v.bounded ? v.lo : -1;
    }
}

/* The groups in the order they are shown, without those that are not shown at all; *n: how many. */
static ranked *ordered(const report_pass *p, bool all, size_t *n, size_t *hidden)
{
    const report_groups *t = &p->groups;
    ranked *list = parry_calloc(t->n + 1, sizeof *list);
    bool names = p->q->kind->rows != REPORT_ASKED || (p->q->by >= PARRY_BY_AUDIENCE && p->q->by != PARRY_BY_GENERATION);
    *n = *hidden = 0;
    for (size_t i = 0; i < t->n; i++) {
        bool gone = names && (all || t->list[i]->hidden); /* a name is a text, too */
        *hidden += all || t->list[i]->hidden;
        if (gone || (p->q->kind->before && t->list[i]->n[0] == 0))
            continue;
        list[*n].g = t->list[i];
        rank(p, &list[(*n)++]);
    }
    if (p->q->kind->before)
        keep_rising(p, list, *n);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (!list[i].out)
            list[kept++] = list[i];
    }
    *n = kept;
    qsort(list, kept, sizeof *list, by_rank);
    return list;
}

static void set_filters(const parry_report_request *q, json_t *report)
{
    json_t *filters = json_object();
    for (parry_report_by d = PARRY_BY_AUDIENCE; d < PARRY_BYS; d++) {
        if (q->filter[d].p != NULL)
            json_object_set_new(filters, parry_report_by_name(d), json_stringn(q->filter[d].p, q->filter[d].n));
    }
    json_object_set_new(report, "filters", filters);
}

static const char *const teams[] = {"without", "with", "only"};

static json_t *head_json(const report_pass *p)
{
    const parry_report_request *q = p->q;
    const parry_rows_state *s = &p->source->state;
    char from[REPORT_DAY_TEXT], to[REPORT_DAY_TEXT], as_of[PARRY_TIME_TEXT], head[PARRY_HASH_HEX + 1];
    report_day_text(q->from_ms, from);
    report_day_text(q->until_ms - 1, to);
    parry_time_text(s->as_of_ms, as_of);
    parry_hash_hex(s->head, head);
    json_t *j = json_pack("{s:s, s:i, s:s, s:s, s:s}", "report", q->kind->name, "definition_version",
                          PARRY_REPORT_VERSION, "from", from, "to", to, "by",
                          q->kind->rows == REPORT_TEXTS      ? "text"
                          : q->kind->rows == REPORT_ARTICLES ? "article"
                                                             : parry_report_by_name(q->by));
    set_filters(q, j);
    json_t *more =
        json_pack("{s:s, s:s, s:I, s:i, s:o, s:o, s:o, s:s, s:{s:I, s:s}}", "window", parry_windows[q->window],
                  "agents", teams[q->team], "limit", (json_int_t)q->limit, "k", (int)q->k, "cost_per_ticket",
                  q->cost > 0 ? json_real(q->cost) : json_null(), "currency", text_json(q->currency), "experiment",
                  text_json(q->experiment), "as_of", as_of, "ledger", "seq", (json_int_t)s->seq, "head", head);
    (void)json_object_update(j, more);
    json_decref(more);
    return j;
}

static json_t *notes_json(const report_pass *p, bool all, size_t hidden)
{
    json_t *notes = json_array();
    size_t dims = p->ndims + p->team;
    if (erased(p, p->q->from_ms, p->q->until_ms))
        add_note(notes, "changed by erasure: %llu records of this range are gone",
                 parry_erasures_count(p->source->erasures, p->q->from_ms, p->q->until_ms));
    if (all && dims > 1)
        add_note(notes,
                 "all is hidden: some combination of what it is narrowed or divided by has fewer than %llu visitors",
                 p->q->k);
    else if (hidden > 0)
        add_note(notes, "hidden rows have fewer than %llu visitors, or would give away another that has", p->q->k);
    if (p->nameless > 0)
        add_note(notes, "%llu searches name no visitor, and count towards no text's visitors", p->nameless);
    return notes;
}

json_t *report_json(const report_pass *p, bool all)
{
    const parry_report_request *q = p->q;
    size_t n, hidden;
    ranked *list = ordered(p, all, &n, &hidden);
    size_t shown = n < q->limit ? n : q->limit;
    json_t *rows = json_array(), *j = head_json(p);
    for (size_t i = 0; i < shown; i++)
        json_array_append_new(rows, row_json(p, list[i].g, all || list[i].g->hidden));
    free(list);
    json_object_set_new(j, "rows", rows);
    json_object_set_new(j, "hidden", json_integer((json_int_t)hidden));
    json_object_set_new(j, "left_out", json_integer((json_int_t)(n - shown)));
    if (p->causal.detail != NULL)
        json_object_set(j, "trial", p->causal.detail);
    json_object_set_new(j, "notes", notes_json(p, all, hidden));
    return j;
}
