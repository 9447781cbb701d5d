/* Reports: one pass over rows into groups, and who is hidden. */
#include "deflection/report_inner.h"

#include <assert.h>
#include <stdlib.h>

/* ---- the definitions together ------------------------------------------------------------------------------------ */

const parry_report_kind *report_kind_at(size_t i)
{
    const struct {
        const parry_report_kind *kinds;
        size_t n;
    } files[] = {{report_sessions_kinds, report_sessions_nkinds},
                 {report_searches_kinds, report_searches_nkinds},
                 {report_articles_kinds, report_articles_nkinds},
                 {report_rankings_kinds, report_rankings_nkinds}};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        if (i < files[f].n)
            return &files[f].kinds[i];
        i -= files[f].n;
    }
    return NULL;
}

const parry_report_kind *report_kind_of(parry_str name)
{
    const parry_report_kind *kind;
    for (size_t i = 0; (kind = report_kind_at(i)) != NULL; i++) {
        if (parry_str_eqz(name, kind->name))
            return kind;
    }
    return NULL;
}

/* ---- a row ------------------------------------------------------------------------------------------------------ */

static bool stop(report_pass *p, const char *what, unsigned most)
{
    p->code = parry_fail(p->err, PARRY_TOO_LARGE, "more than %u %s: narrow the range", most, what);
    return false;
}

/* Whose the row is. */
static bool visitor_of(report_pass *p, report_group *g, uint32_t *number)
{
    *number = report_visitors_get(&p->visitors, g, p->row->who);
    return *number != UINT32_MAX || stop(p, "visitors, of all rows together", PARRY_REPORT_DISTINCT_MAX);
}

void report_value(report_pass *p, report_group *g, uint64_t value)
{
    if (p->values++ == PARRY_REPORT_VALUES_MAX) {
        (void)stop(p, "values", PARRY_REPORT_VALUES_MAX);
        return;
    }
    uint32_t visitor;
    if (!visitor_of(p, g, &visitor))
        return;
    if (g->nvalues == g->values_cap) {
        g->values_cap = g->values_cap > 0 ? g->values_cap * 2 : 16;
        g->values = parry_realloc(g->values, g->values_cap * sizeof *g->values);
    }
    g->values[g->nvalues++] = (report_amount){value < UINT32_MAX ? (uint32_t)value : UINT32_MAX, visitor};
}

void report_once(report_pass *p, report_group *g, unsigned counter)
{
    uint32_t visitor;
    if (visitor_of(p, g, &visitor))
        g->n[counter] += report_visitors_at(&p->visitors, visitor)->n[counter] == 0;
}

static uint32_t more(uint32_t n, uint64_t by) { return by < UINT32_MAX - n ? n + (uint32_t)by : UINT32_MAX; }

/* The row into its group, and what that adds to it into its visitor's part. */
static bool add(report_pass *p, report_group *g, const report_any *row)
{
    uint64_t before[PARRY_REPORT_COUNTERS];
    size_t n = p->visitors.counters;
    uint32_t visitor;
    p->row = row;
    memcpy(before, g->n, n * sizeof *before);
    p->q->kind->add(p, g, row);
    if (p->code != PARRY_OK || memcmp(before, g->n, n * sizeof *before) == 0)
        return p->code == PARRY_OK;
    if (!visitor_of(p, g, &visitor))
        return false;
    report_visitor *v = report_visitors_at(&p->visitors, visitor);
    for (size_t i = 0; i < n; i++)
        v->n[i] = more(v->n[i], g->n[i] - before[i]);
    return true;
}

static uint64_t dimension(const parry_dimensions *in, parry_report_by by)
{
    switch (by) {
    case PARRY_BY_AUDIENCE:
        return in->audience;
    case PARRY_BY_LOCALE:
        return in->locale;
    case PARRY_BY_CATEGORY:
        return in->category;
    case PARRY_BY_CHANNEL:
        return in->channel;
    case PARRY_BY_DEVICE:
        return in->device;
    case PARRY_BY_GENERATION:
        return in->generation;
    case PARRY_BY_NONE:
    case PARRY_BY_DAY:
    case PARRY_BY_WEEK:
    case PARRY_BY_MONTH:
    case PARRY_BYS:
        break;
    }
    return 0;
}

static report_key key_of(const report_pass *p, const report_any *row)
{
    parry_report_by by = p->q->by;
    report_key key = {{0}};
    if (p->q->kind->rows != REPORT_ASKED)
        key.v[0] = row->named;
    else if (by == PARRY_BY_DAY || by == PARRY_BY_WEEK || by == PARRY_BY_MONTH)
        key.v[0] = (uint64_t)report_period_start(by, row->at_ms);
    else
        key.v[0] = dimension(row->in, by);
    return key;
}

static bool within(const report_pass *p, const report_any *row)
{
    if (p->q->team == PARRY_TEAM_ONLY && !row->agent)
        return false;
    for (parry_report_by d = PARRY_BY_AUDIENCE; d < PARRY_BYS; d++) {
        if (p->filtered[d] && dimension(row->in, d) != p->filter[d])
            return false;
    }
    return true;
}

static bool grouped(report_pass *p, report_groups *t, const report_key *key, report_group **g)
{
    *g = report_groups_get(t, key);
    return *g != NULL || stop(p, "rows", PARRY_REPORT_GROUPS_MAX);
}

/* A text is of people whose visitor has a name: five nameless searches may be one person's. */
static bool counts(const report_pass *p, const report_any *row)
{
    return p->q->kind->rows != REPORT_TEXTS || row->visitor;
}

/* A ticket may have come by mail, and a link is the team's: neither says who searched or read. */
static bool people(const report_any *row)
{
    return row->ticket == NULL && (row->read == NULL || !(row->read->flags & PARRY_READ_LINKED));
}

static bool timely(const report_pass *p)
{
    return p->q->kind->rows == REPORT_ASKED && p->q->by != PARRY_BY_NONE && p->q->by < PARRY_BY_AUDIENCE;
}

enum { PERIOD = PARRY_REPORT_KEY - 1 }; /* of a key: the team, the dimensions, and the day */

static bool cross(report_pass *p, const report_any *row)
{
    report_key key = {{p->team ? row->agent : 0}};
    report_group *g;
    if ((p->ndims == 0 && !p->team) || row->at_ms < p->q->from_ms || !people(row))
        return true;
    for (size_t i = 0; i < p->ndims; i++)
        key.v[1 + i] = dimension(row->in, p->dims[i]);
    if (!grouped(p, &p->crossed, &key, &g))
        return false;
    report_group_meet(&p->crossed, g, row->at_ms, row->who, true);
    if (!timely(p))
        return true;
    key.v[PERIOD] = (uint64_t)report_period_start(p->q->by, row->at_ms);
    if (!grouped(p, &p->daily, &key, &g))
        return false;
    report_group_meet(&p->daily, g, row->at_ms, row->who, true);
    return true;
}

static bool take(report_pass *p, const report_any *row)
{
    const parry_report_kind *kind = p->q->kind;
    if (!kind->everyone && (row->bot || (row->agent && p->q->team == PARRY_TEAM_WITHOUT)))
        return true;
    if (!cross(p, row))
        return false;
    if (!within(p, row) || (kind->rows != REPORT_ASKED && row->named == 0))
        return true;
    report_key key = key_of(p, row);
    report_group *g;
    if (!grouped(p, &p->groups, &key, &g))
        return false;
    if (row->at_ms >= p->q->from_ms && people(row)) {
        report_group_meet(&p->groups, g, row->at_ms, row->who, counts(p, row));
        p->nameless += !counts(p, row);
    }
    return add(p, g, row);
}

static bool take_session(void *ctx, const parry_session_row *s)
{
    const report_any row = {.at_ms = s->start_ms,
                            .who = &s->who,
                            .in = &s->in,
                            .bot = (s->flags & PARRY_SESSION_BOT) != 0,
                            .agent = (s->flags & PARRY_SESSION_AGENT) != 0,
                            .visitor = (s->flags & PARRY_SESSION_VISITOR) != 0,
                            .session = s};
    return take(ctx, &row);
}

static bool take_search(void *ctx, const parry_search_row *s)
{
    const report_any row = {.at_ms = s->at_ms,
                            .who = &s->who,
                            .in = &s->in,
                            .bot = (s->flags & PARRY_SEARCH_BOT) != 0,
                            .agent = (s->flags & PARRY_SEARCH_AGENT) != 0,
                            .visitor = (s->flags & PARRY_SEARCH_VISITOR) != 0,
                            .named = s->text,
                            .search = s};
    return take(ctx, &row);
}

static bool take_read(void *ctx, const parry_read_row *r)
{
    const report_any row = {.at_ms = r->at_ms,
                            .who = &r->who,
                            .in = &r->in,
                            .bot = (r->flags & PARRY_READ_BOT) != 0,
                            .agent = (r->flags & (PARRY_READ_AGENT | PARRY_READ_LINKED)) == PARRY_READ_AGENT,
                            .named = r->article,
                            .read = r};
    return take(ctx, &row);
}

static bool take_ticket(void *ctx, const parry_ticket_row *t)
{
    const report_any row = {.at_ms = t->at_ms,
                            .who = &t->who,
                            .in = &t->in,
                            .visitor = (t->flags & PARRY_TICKET_VISITOR) != 0,
                            .ticket = t};
    return take(ctx, &row);
}

static parry_code walk(report_pass *p)
{
    const parry_report_source *s = p->source;
    int64_t from = p->since_ms, until = p->q->until_ms;
    parry_code code = PARRY_OK;
    switch (p->q->kind->over) {
    case REPORT_SESSIONS:
        code = s->sessions(s->ctx, from, until, take_session, p, p->err);
        break;
    case REPORT_SEARCHES:
        code = s->searches(s->ctx, from, until, take_search, p, p->err);
        break;
    case REPORT_READS:
        code = s->reads(s->ctx, from, until, take_read, p, p->err);
        break;
    }
    if (code == PARRY_OK && p->code == PARRY_OK && p->q->kind->tickets)
        code = s->tickets(s->ctx, from, until, take_ticket, p, p->err);
    return p->code != PARRY_OK ? p->code : code;
}

/* ---- before and after -------------------------------------------------------------------------------------------- */

/* What no group has: rows for days on which nothing was, and one row where nothing was at all. */
static void add_empty(report_pass *p)
{
    parry_report_by by = p->q->by;
    report_key key = {{0}};
    if (p->q->kind->rows != REPORT_ASKED)
        return;
    if (by == PARRY_BY_NONE)
        (void)report_groups_get(&p->groups, &key);
    if (by != PARRY_BY_DAY && by != PARRY_BY_WEEK && by != PARRY_BY_MONTH)
        return;
    for (int64_t at = report_period_start(by, p->q->from_ms); at < p->q->until_ms; at = report_period_next(by, at)) {
        key.v[0] = (uint64_t)at;
        (void)report_groups_get(&p->groups, &key);
    }
}

static void open_filters(report_pass *p)
{
    const parry_report_request *q = p->q;
    for (parry_report_by d = PARRY_BY_AUDIENCE; d < PARRY_BYS; d++) {
        p->filtered[d] = q->filter[d].p != NULL;
        if (p->filtered[d] && d == PARRY_BY_GENERATION)
            p->filter[d] = strtoull(q->filter[d].p, NULL, 10);
        else if (p->filtered[d])
            p->filter[d] = parry_word_of(q->filter[d]);
        if (p->filtered[d] || q->by == d)
            p->dims[p->ndims++] = d;
    }
    p->team = q->team != PARRY_TEAM_WITHOUT && !q->kind->everyone;
}

/* What a visitor's part is kept of: the counters that cells are made of. */
static size_t counters_of(const parry_report_kind *kind)
{
    size_t n = 0;
    for (const report_cell *c = kind->cells; c < kind->cells + kind->ncells; c++) {
        if (c->formula != REPORT_CAUSAL && c->formula != REPORT_RANKING) /* their a is no counter */
            n = c->a >= n || c->b >= n ? (c->a > c->b ? c->a : c->b) + 1 : n;
    }
    assert(n <= PARRY_REPORT_COUNTERS);
    return n;
}

/* Whether something rises is a question to weeks of its past, however few days are asked for. */
static void open_past(report_pass *p)
{
    const int64_t day_ms = 86400000, least = REPORT_PAST_DAYS * day_ms;
    int64_t past_ms = p->q->until_ms - p->q->from_ms;
    p->since_ms = p->q->from_ms;
    if (!p->q->kind->before)
        return;
    p->since_ms -= past_ms > least ? past_ms : least;
    p->past = parry_calloc((size_t)((p->q->from_ms - p->since_ms) / day_ms), sizeof *p->past);
}

static parry_code open_causal(report_pass *p)
{
    const parry_report_source *s = p->source;
    bool asked = false;
    p->part = p->q->by != PARRY_BY_NONE || p->ndims > 0 || p->team;
    for (size_t i = 0; i < p->q->kind->ncells; i++)
        asked = asked || p->q->kind->cells[i].formula == REPORT_CAUSAL;
    if (!asked || s->causal == NULL)
        return PARRY_OK;
    if (p->part)
        return PARRY_OK;
    return s->causal(s, p->q, &p->causal, p->err);
}

/* Is this one of the rows that the request is narrowed to? */
static bool asked_for(const report_pass *p, const report_group *g)
{
    return p->team ? g->key.v[0] == 1 : g->key.v[1] == p->filter[p->dims[0]];
}

static int by_period(const void *a, const void *b)
{
    const report_group *x = *(report_group *const *)a, *y = *(report_group *const *)b;
    if (x->key.v[PERIOD] != y->key.v[PERIOD])
        return x->key.v[PERIOD] < y->key.v[PERIOD] ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* Everybody's days are shown: so a day of some is hidden as it would be if that day alone were asked for. */
static void hide_days(report_pass *p)
{
    report_groups *d = &p->daily;
    if (d->n > 0)
        qsort(d->list, d->n, sizeof(void *), by_period); /* no group is looked for any more */
    for (size_t i = 0, end; i < d->n; i = end) {
        report_key key = {{d->list[i]->key.v[PERIOD]}};
        bool hidden = false;
        for (end = i; end < d->n && d->list[end]->key.v[PERIOD] == key.v[0]; end++)
            continue;
        report_groups_hide_some(d->list + i, end - i, d->k);
        for (size_t j = i; j < end; j++)
            hidden = hidden || (d->list[j]->hidden && (p->ndims + p->team > 1 || asked_for(p, d->list[j])));
        if (hidden)
            report_groups_get(&p->groups, &key)->hidden = true;
    }
}

/* How a request narrows and divides people says what of it may be seen:
 * by nothing or time alone: all of it. By one dimension: what is not hidden among that dimension's values, whichever of
 * them is asked for, so that one request hides what another one's difference would show. By more of them at once: all,
 * or nothing where any combination of values has fewer than k people. Days of a narrowed report are hidden so each, and
 * then among themselves; texts and articles always. A test of rankings that fewer than k people met: nothing. Returns
 * whether all is hidden. */
static bool hide(report_pass *p)
{
    report_groups *c = &p->crossed, *g = &p->groups;
    size_t dims = p->ndims + p->team;
    bool all = false, divided = p->q->by >= PARRY_BY_AUDIENCE;
    hide_days(p);
    if (p->q->kind->rows != REPORT_ASKED || (timely(p) && dims > 0))
        report_groups_hide(g);
    if (dims == 0)
        return p->rankings.visitors > 0 && p->rankings.visitors < p->q->k;
    report_groups_hide(c);
    for (size_t i = 0; i < c->n; i++) {
        all = all || (c->list[i]->hidden && (dims > 1 || (!divided && asked_for(p, c->list[i]))));
        if (dims == 1 && divided && c->list[i]->hidden) {
            report_key key = {{c->list[i]->key.v[1]}};
            report_groups_get(g, &key)->hidden = true;
        }
    }
    return all;
}

/* ---- the whole way ----------------------------------------------------------------------------------------------- */

parry_code parry_report_make(const parry_report_source *s, const parry_report_request *q, json_t **out, parry_err *err)
{
    report_pass p = {.source = s, .q = q, .window_ms = parry_windows_ms[q->window], .err = err};
    report_groups_open(&p.groups, PARRY_REPORT_COUNTERS, q->k);
    report_groups_open(&p.crossed, 0, q->k);
    report_groups_open(&p.daily, 0, q->k);
    report_visitors_open(&p.visitors, counters_of(q->kind));
    open_filters(&p);
    open_past(&p);
    parry_code code = open_causal(&p);
    if (code == PARRY_OK)
        code = report_rankings_open(&p);
    if (code == PARRY_OK)
        code = walk(&p);
    if (code == PARRY_OK) {
        add_empty(&p);
        p.sums = parry_calloc(p.visitors.n + 1, sizeof *p.sums);
        p.spreads = parry_calloc(1, sizeof *p.spreads);
        *out = report_json(&p, hide(&p));
    }
    report_groups_close(&p.groups);
    report_groups_close(&p.crossed);
    report_groups_close(&p.daily);
    report_visitors_close(&p.visitors);
    free(p.sums);
    free(p.spreads);
    free(p.past);
    json_decref(p.causal.detail);
    return code;
}
