/* Judging: each figure against its own past, and what that does to the alerts that are known. */
#include "deflection/alerts.h"

#include "base/clock.h"

#include <stdio.h>

enum { OWN = 2 * PARRY_ALERT_DAYS, DAY_TEXT = 10 };
static const int64_t day_ms = 86400000, hour_ms = 3600000;
/* What comes late has 10 minutes; a session's outcome is known when its window is over. */
static const int64_t late_ms = 600000, outcome_ms = (int64_t)25 * 3600000;
static const double day_width = 3, hour_width = 4.5, drift_width = 3.2, drift_weight = 0.2, by_luck = 0.00135;

const char *parry_alert_figure_name(parry_alert_figure f)
{
    static const char *const names[PARRY_ALERT_FIGURES] = {"zero_result", "abstention", "deflection", "votes"};
    return names[f];
}

const char *parry_alert_how_name(parry_alert_how h)
{
    static const char *const names[] = {"day", "hour", "drift", "week"};
    return names[h];
}

const char *parry_alert_state_name(parry_alert_state s)
{
    static const char *const names[] = {"not enough past", "within", "out"};
    return names[s];
}

int64_t parry_alerts_next_ms(int64_t now_ms) { return ((now_ms - late_ms) / hour_ms + 1) * hour_ms + late_ms; }

/* ---- what is known of one figure, or one article ------------------------------------------------------------------
 */

typedef struct subject {
    const parry_alert_counts *c;
    parry_alert_figure figure;
    const parry_alert_votes *votes; /* NULL: not of an article */
    const parry_alert *own[OWN];
    size_t nown;
    const parry_alert *open; /* NULL: none is */
    int64_t last;            /* the last day that is over */
} subject;

static subject subject_of(const parry_alert_counts *c, parry_alert_figure f, const parry_alert_votes *v,
                          const parry_alert *told, size_t ntold)
{
    subject s = {.c = c, .figure = f, .votes = v};
    for (size_t i = ntold; i > 0 && s.nown < OWN; i--) {
        const parry_alert *t = &told[i - 1];
        if (t->figure != f || (v != NULL && !parry_str_eq(t->article, v->article)))
            continue;
        s.own[s.nown++] = t;
        if (t->end == PARRY_ALERT_OPEN)
            s.open = t;
    }
    s.last = (c->as_of_ms - (f == PARRY_ALERT_DEFLECTION ? outcome_ms : late_ms) - c->from_ms) / day_ms - 1;
    return s;
}

/* Is that time no part of a past? */
static bool is_masked(const subject *s, int64_t at_ms, bool open_too)
{
    for (size_t i = 0; i < s->nown; i++) {
        const parry_alert *t = s->own[i];
        bool after = at_ms >= t->since_ms;
        if (t->end == PARRY_ALERT_USUAL  ? !after
            : t->end == PARRY_ALERT_OPEN ? after && open_too
                                         : after && at_ms < t->until_ms)
            return true;
    }
    return false;
}

typedef enum mask { MASK_NONE, MASK_ENDED, MASK_ALL } mask;

static bool is_out_of_past(const subject *s, int64_t at_ms, mask m)
{
    return m != MASK_NONE && is_masked(s, at_ms, m == MASK_ALL);
}

static parry_trials hour(const subject *s, int64_t i, mask m)
{
    bool none = i < 0 || i >= PARRY_ALERT_HOURS || is_out_of_past(s, s->c->from_ms + i * hour_ms, m);
    return none ? (parry_trials){0} : s->c->hours[s->figure][i];
}

static parry_trials day(const subject *s, int64_t d, mask m)
{
    parry_trials sum = {0};
    if (d < 0 || d >= PARRY_ALERT_DAYS)
        return sum;
    if (s->votes != NULL)
        return is_out_of_past(s, s->c->from_ms + d * day_ms, m) ? sum : s->votes->days[d];
    for (int64_t i = 24 * d; i < 24 * (d + 1); i++) {
        parry_trials t = hour(s, i, m);
        sum.k += t.k;
        sum.n += t.n;
    }
    return sum;
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

typedef struct verdict {
    parry_alert_state state;
    parry_alert_how how;
    int64_t since_ms;
    size_t periods;
    parry_trials now;
    parry_control control;
} verdict;

static int bad_side(parry_alert_figure f) { return f == PARRY_ALERT_DEFLECTION || f == PARRY_ALERT_VOTES ? -1 : 1; }

static size_t with_any(const parry_trials *past, size_t n)
{
    size_t with = 0;
    for (size_t i = 0; i < n; i++)
        with += past[i].n > 0;
    return with;
}

static void limit(const subject *s, const parry_trials *past, size_t n, double width, verdict *v)
{
    v->periods = with_any(past, n);
    v->state = PARRY_ALERT_FEW;
    if (v->periods >= PARRY_ALERT_LEAST && parry_p_chart(past, n, v->now, width, &v->control))
        v->state = v->control.out == bad_side(s->figure) ? PARRY_ALERT_OUT : PARRY_ALERT_WITHIN;
}

/* The days before `until`, the oldest first. */
static void past_of(const subject *s, int64_t until, parry_trials past[PARRY_ALERT_PAST])
{
    for (int64_t i = 0; i < PARRY_ALERT_PAST; i++)
        past[i] = day(s, until - PARRY_ALERT_PAST + i, MASK_ALL);
}

static verdict judge_day(const subject *s)
{
    parry_trials past[PARRY_ALERT_PAST];
    verdict v = {.how = PARRY_ALERT_DAY, .since_ms = s->c->from_ms + s->last * day_ms};
    v.now = day(s, s->last, MASK_NONE);
    past_of(s, s->last, past);
    limit(s, past, PARRY_ALERT_PAST, day_width, &v);
    return v;
}

/* The same hour of the days before; where there are few searches, or it is not counted by the hour: FEW. */
static verdict judge_hour(const subject *s)
{
    parry_trials past[PARRY_ALERT_PAST];
    uint64_t all = 0;
    int64_t last = (s->c->as_of_ms - late_ms - s->c->from_ms) / hour_ms - 1;
    verdict v = {.how = PARRY_ALERT_HOUR, .since_ms = s->c->from_ms + last * hour_ms};
    if (s->figure == PARRY_ALERT_DEFLECTION)
        return v;
    v.now = hour(s, last, MASK_NONE);
    for (int64_t i = 0; i < PARRY_ALERT_PAST; i++) {
        past[i] = hour(s, last - 24 * (PARRY_ALERT_PAST - i), MASK_ALL);
        all += past[i].n;
    }
    if (all >= PARRY_ALERT_AN_HOUR * with_any(past, PARRY_ALERT_PAST))
        limit(s, past, PARRY_ALERT_PAST, hour_width, &v);
    return v;
}

static verdict judge_drift(const subject *s)
{
    parry_trials past[PARRY_ALERT_PAST], recent[PARRY_ALERT_RECENT];
    verdict v = {.how = PARRY_ALERT_DRIFT, .since_ms = s->c->from_ms + s->last * day_ms};
    int64_t first = s->last - PARRY_ALERT_RECENT + 1;
    for (int64_t i = 0; i < PARRY_ALERT_RECENT; i++)
        recent[i] = day(s, first + i, MASK_ENDED);
    past_of(s, first, past);
    v.now = day(s, s->last, MASK_NONE);
    v.periods = with_any(past, PARRY_ALERT_PAST);
    if (v.now.n > 0 && v.periods >= PARRY_ALERT_LEAST &&
        parry_ewma(past, PARRY_ALERT_PAST, recent, PARRY_ALERT_RECENT, drift_weight, drift_width, &v.control))
        v.state = v.control.out == bad_side(s->figure) ? PARRY_ALERT_OUT : PARRY_ALERT_WITHIN;
    return v;
}

/* The last days of an article as one period. since_ms: of the first of them. */
static verdict judge_week(const subject *s, double width)
{
    parry_trials past[PARRY_ALERT_PAST];
    int64_t first = s->last - PARRY_ALERT_VOTE_DAYS + 1;
    verdict v = {.how = PARRY_ALERT_WEEK, .since_ms = s->c->from_ms + first * day_ms};
    for (int64_t d = first; d <= s->last; d++) {
        parry_trials t = day(s, d, MASK_NONE);
        v.now.k += t.k;
        v.now.n += t.n;
    }
    past_of(s, first, past);
    limit(s, past, PARRY_ALERT_PAST, width, &v);
    return v;
}

/* ---- alerts ------------------------------------------------------------------------------------------------------ */

static void name_alert(const subject *s, parry_alert *out)
{
    char at[PARRY_TIME_TEXT];
    /* of a week: the day it ends */
    parry_time_text(out->how == PARRY_ALERT_WEEK ? s->c->from_ms + s->last * day_ms : out->since_ms, at);
    const char *name = parry_alert_figure_name(s->figure);
    if (s->votes == NULL) {
        (void)snprintf(out->id, sizeof out->id, "%s-%.*s", name, DAY_TEXT, at);
        return;
    }
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(parry_hash_of(s->votes->article.p, s->votes->article.n), hex);
    (void)snprintf(out->id, sizeof out->id, "%s-%.*s-%.16s", name, DAY_TEXT, at, hex);
}

static void open_alert(const subject *s, const verdict *v, parry_alerts_judged *out)
{
    parry_alert a = {.figure = s->figure,
                     .how = v->how,
                     .article = s->votes != NULL ? s->votes->article : parry_str_make("", 0),
                     .since_ms = v->since_ms,
                     .now = v->now,
                     .value = v->control.value,
                     .expected = v->control.centre,
                     .low = v->control.low,
                     .high = v->control.high};
    name_alert(s, &a);
    for (size_t i = 0; i < s->nown; i++) {
        if (strcmp(s->own[i]->id, a.id) == 0)
            return; /* of this day one was told already */
    }
    out->opened[out->nopened++] = a;
}

static void end_alert(const parry_alert *open, parry_alert_end end, int64_t until_ms, parry_alerts_judged *out)
{
    parry_alert a = *open;
    a.end = end;
    a.until_ms = until_ms;
    out->ended[out->nended++] = a;
}

static bool is_back(const parry_alert *open, const verdict *v)
{
    bool same = v->how == open->how || (open->how == PARRY_ALERT_HOUR && v->how == PARRY_ALERT_DAY);
    return same && v->state == PARRY_ALERT_WITHIN && v->since_ms > open->since_ms;
}

/* In the order in which they are to be heard. */
static void follow(const subject *s, const verdict *v, size_t n, parry_alerts_judged *out)
{
    int64_t last_ms = s->c->from_ms + s->last * day_ms;
    for (size_t i = 0; s->open != NULL && i < n; i++) {
        if (is_back(s->open, &v[i])) {
            end_alert(s->open, PARRY_ALERT_BACK, v[i].how == PARRY_ALERT_WEEK ? last_ms : v[i].since_ms, out);
            return;
        }
    }
    int64_t usual_days = PARRY_ALERT_LEVEL_DAYS + (s->votes != NULL ? PARRY_ALERT_VOTE_DAYS : 0);
    if (s->open != NULL && last_ms - s->open->since_ms >= usual_days * day_ms)
        end_alert(s->open, PARRY_ALERT_USUAL, last_ms, out);
    for (size_t i = 0; s->open == NULL && i < n; i++) {
        if (v[i].state == PARRY_ALERT_OUT) {
            open_alert(s, &v[i], out);
            return;
        }
    }
}

static void judge_figure(const parry_alert_counts *c, parry_alert_figure f, const parry_alert *told, size_t ntold,
                         parry_alerts_judged *out)
{
    const subject s = subject_of(c, f, NULL, told, ntold);
    const verdict v[] = {judge_hour(&s), judge_day(&s), judge_drift(&s)};
    out->figures[f] = (parry_alert_figure_now){v[1].state, v[1].since_ms, v[1].periods, v[1].now, v[1].control};
    follow(&s, v, sizeof v / sizeof *v, out);
}

/* ---- votes ------------------------------------------------------------------------------------------------------- */

/* Its votes are few by now: it ends when it is old. */
static void end_unseen(const parry_alert_counts *c, const parry_alert *told, size_t ntold, parry_alerts_judged *out)
{
    for (size_t i = 0; i < ntold; i++) {
        if (told[i].figure != PARRY_ALERT_VOTES || told[i].end != PARRY_ALERT_OPEN)
            continue;
        bool seen = false;
        for (size_t k = 0; k < c->narticles && !seen; k++)
            seen = parry_str_eq(c->articles[k]->article, told[i].article);
        if (!seen && c->as_of_ms - told[i].since_ms >= (PARRY_ALERT_LEVEL_DAYS + PARRY_ALERT_VOTE_DAYS) * day_ms)
            end_alert(&told[i], PARRY_ALERT_USUAL, c->as_of_ms / day_ms * day_ms, out);
    }
}

static void judge_votes(const parry_alert_counts *c, const parry_alert *told, size_t ntold, parry_alerts_judged *out)
{
    parry_alert_figure_now *sum = &out->figures[PARRY_ALERT_VOTES];
    for (size_t i = 0; i < c->narticles; i++) {
        const subject s = subject_of(c, PARRY_ALERT_VOTES, c->articles[i], told, ntold);
        sum->periods += judge_week(&s, day_width).state != PARRY_ALERT_FEW;
    }
    double width = sum->periods > 0 ? -parry_normal_quantile(by_luck / (double)sum->periods) : day_width;
    for (size_t i = 0; i < c->narticles; i++) {
        const subject s = subject_of(c, PARRY_ALERT_VOTES, c->articles[i], told, ntold);
        const verdict v = judge_week(&s, width);
        sum->state = v.state > sum->state ? v.state : sum->state;
        follow(&s, &v, 1, out);
    }
    end_unseen(c, told, ntold, out);
}

void parry_alerts_judge(const parry_alert_counts *c, const parry_alert *told, size_t ntold, parry_arena *a,
                        parry_alerts_judged *out)
{
    *out = (parry_alerts_judged){.opened = PARRY_ARRAY(a, parry_alert, PARRY_ALERT_VOTES + c->narticles),
                                 .ended = PARRY_ARRAY(a, parry_alert, PARRY_ALERT_FIGURES + c->narticles + ntold)};
    for (unsigned f = 0; f < PARRY_ALERT_VOTES; f++)
        judge_figure(c, (parry_alert_figure)f, told, ntold, out);
    judge_votes(c, told, ntold, out);
}
