/* Counting for alerts: rows into hours, and votes into days of articles. */
#include "deflection/alerts.h"

#include <stdlib.h>

enum { VOTES_FIRST = 1024 };
static const int64_t day_ms = 86400000, hour_ms = 3600000;

typedef struct vote {
    parry_word article;
    uint32_t day;
    bool up;
    parry_ledger_subject who;
} vote;

typedef struct counting {
    parry_alert_counts *c;
    vote *votes;
    size_t nvotes, cap;
    bool too_many;
} counting;

static parry_trials *hour_of(counting *x, parry_alert_figure f, int64_t at_ms)
{
    int64_t i = (at_ms - x->c->from_ms) / hour_ms;
    return i >= 0 && i < PARRY_ALERT_HOURS ? &x->c->hours[f][i] : NULL;
}

static void add(counting *x, parry_alert_figure f, int64_t at_ms, bool hit)
{
    parry_trials *t = hour_of(x, f, at_ms);
    if (t != NULL) {
        t->n++;
        t->k += hit;
    }
}

/* As reports count them: zero_result and no_answer of `searches`, rate_resolved of `self-service`. */
static bool add_search(void *ctx, const parry_search_row *r)
{
    if ((r->flags & (PARRY_SEARCH_BOT | PARRY_SEARCH_AGENT)) != 0)
        return true;
    bool zero = (r->flags & PARRY_SEARCH_ZERO) != 0;
    add(ctx, PARRY_ALERT_ZERO_RESULT, r->at_ms, zero);
    if (zero || (r->flags & PARRY_SEARCH_KNOWN) != 0)
        add(ctx, PARRY_ALERT_ABSTENTION, r->at_ms, (r->flags & PARRY_SEARCH_ANSWERED) == 0);
    return true;
}

static bool add_session(void *ctx, const parry_session_row *r)
{
    const counting *x = ctx;
    parry_outcome o = (parry_outcome)r->outcome[0];
    bool open = (r->seen_ms > 0 ? r->seen_ms : r->end_ms) + parry_windows_ms[0] >= x->c->as_of_ms;
    if (!open && (r->flags & (PARRY_SESSION_BOT | PARRY_SESSION_AGENT)) == 0 &&
        (o == PARRY_OUTCOME_CONFIRMED || o == PARRY_OUTCOME_POTENTIAL))
        add(ctx, PARRY_ALERT_DEFLECTION, r->start_ms, true);
    return true;
}

static bool add_ticket(void *ctx, const parry_ticket_row *r)
{
    const counting *x = ctx;
    if (r->at_ms + parry_windows_ms[0] < x->c->as_of_ms)
        add(ctx, PARRY_ALERT_DEFLECTION, r->at_ms, false);
    return true;
}

static bool add_reading(void *ctx, const parry_read_row *r)
{
    counting *x = ctx;
    int64_t day = (r->at_ms - x->c->from_ms) / day_ms;
    if (r->vote == 0 || r->article == 0 || day < 0 || day >= PARRY_ALERT_DAYS ||
        (r->flags & (PARRY_READ_BOT | PARRY_READ_AGENT | PARRY_READ_LINKED)) != 0)
        return true;
    x->too_many = x->nvotes == PARRY_ALERT_VOTES_MAX;
    if (x->too_many)
        return false;
    if (x->nvotes == x->cap) {
        x->cap = x->cap > 0 ? 2 * x->cap : VOTES_FIRST;
        x->votes = parry_realloc(x->votes, x->cap * sizeof *x->votes);
    }
    x->votes[x->nvotes++] = (vote){r->article, (uint32_t)day, r->vote > 0, r->who};
    return true;
}

/* ---- articles ---------------------------------------------------------------------------------------------------- */

static int by_article(const void *a, const void *b)
{
    const vote *x = a, *y = b;
    if (x->article != y->article)
        return x->article < y->article ? -1 : 1;
    return memcmp(x->who.b, y->who.b, sizeof x->who.b);
}

/* The days of the last votes, up to the last one that is over. */
static bool is_recent(const parry_alert_counts *c, uint32_t day)
{
    int64_t last = (c->as_of_ms - c->from_ms) / day_ms - 1;
    return (int64_t)day <= last && (int64_t)day > last - PARRY_ALERT_VOTE_DAYS;
}

/* Votes of one article, ordered by who. NULL: of too few people. */
static parry_alert_votes *article_of(const parry_report_source *s, const parry_alert_counts *c, const vote *v, size_t n,
                                     parry_arena *a)
{
    unsigned people = 0;
    const vote *before = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!is_recent(c, v[i].day))
            continue;
        people += before == NULL || memcmp(before->who.b, v[i].who.b, sizeof v[i].who.b) != 0;
        before = &v[i];
    }
    parry_str name = s->word(s->ctx, v->article);
    if (people < c->k || name.n == 0)
        return NULL;
    parry_alert_votes *out = parry_arena_alloc(a, sizeof *out);
    *out = (parry_alert_votes){.article = parry_str_copy(a, name), .people = people < c->k ? people : c->k};
    for (size_t i = 0; i < n; i++) {
        out->days[v[i].day].n++;
        out->days[v[i].day].k += v[i].up;
    }
    return out;
}

static void count_articles(counting *x, const parry_report_source *s, parry_arena *a)
{
    parry_alert_counts *c = x->c;
    c->articles = PARRY_ARRAY(a, parry_alert_votes *, PARRY_ALERT_ARTICLES);
    if (x->nvotes > 0)
        qsort(x->votes, x->nvotes, sizeof *x->votes, by_article);
    for (size_t i = 0, n; i < x->nvotes && c->narticles < PARRY_ALERT_ARTICLES; i += n) {
        for (n = 1; i + n < x->nvotes && x->votes[i + n].article == x->votes[i].article;)
            n++;
        parry_alert_votes *v = article_of(s, c, &x->votes[i], n, a);
        if (v != NULL)
            c->articles[c->narticles++] = v;
    }
}

parry_code parry_alerts_count(const parry_report_source *s, unsigned k, parry_arena *a, parry_alert_counts **out,
                              parry_err *err)
{
    parry_alert_counts *c = parry_arena_alloc(a, sizeof *c);
    counting x = {.c = c};
    memset(c, 0, sizeof *c);
    c->k = k;
    c->as_of_ms = s->state.as_of_ms;
    c->from_ms = (c->as_of_ms / day_ms - (PARRY_ALERT_DAYS - 1)) * day_ms;
    int64_t until_ms = c->from_ms + PARRY_ALERT_DAYS * day_ms;
    parry_code code = s->searches(s->ctx, c->from_ms, until_ms, add_search, &x, err);
    if (code == PARRY_OK)
        code = s->sessions(s->ctx, c->from_ms, until_ms, add_session, &x, err);
    if (code == PARRY_OK)
        code = s->tickets(s->ctx, c->from_ms, until_ms, add_ticket, &x, err);
    if (code == PARRY_OK)
        code = s->reads(s->ctx, c->from_ms, until_ms, add_reading, &x, err);
    if (code == PARRY_OK && x.too_many)
        code = parry_fail(err, PARRY_TOO_LARGE, "over %d votes in %d days", PARRY_ALERT_VOTES_MAX, PARRY_ALERT_DAYS);
    if (code == PARRY_OK) {
        count_articles(&x, s, a);
        *out = c;
    }
    free(x.votes);
    return code;
}
