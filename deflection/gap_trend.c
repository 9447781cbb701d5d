/* Does a gap grow? The people of each day in the last part, against the parts before it. */
#include "deflection/gap_words.h"
#include "deflection/stats.h"

#include <stdlib.h>

static const int64_t day_ms = 86400000;
static const double share_of_luck = 0.1; /* of what is called rising or falling, at most so much is luck */

typedef struct presence { /* somebody, on one day; a part never splits a day's */
    parry_ledger_subject who;
    uint64_t day; /* before the end */
} presence;

static int by_day(const void *a, const void *b)
{
    const presence *x = a, *y = b;
    int order = memcmp(&x->who, &y->who, sizeof x->who);
    return order != 0 ? order : (x->day > y->day) - (x->day < y->day);
}

static size_t gather(const parry_gap_text *texts, const parry_gap_settings *s, const parry_content_gap *gap,
                     presence *out)
{
    size_t n = 0;
    for (size_t i = 0; i < gap->ntexts; i++) {
        const parry_gap_text *t = &texts[gap->texts[i]];
        for (size_t k = 0; k < t->nitems; k++) {
            const parry_gap_item *item = &t->items[k];
            if (item->why & PARRY_GAP_NAMED && parry_gap_failed(item->why) > 0 && item->at_ms < s->until_ms)
                out[n++] = (presence){item->who, (uint64_t)((s->until_ms - 1 - item->at_ms) / day_ms)};
        }
    }
    return n;
}

static void count(const parry_gap_text *texts, const parry_gap_settings *s, const parry_content_gap *gap,
                  uint64_t *people, size_t parts, parry_arena *a)
{
    size_t room = 0, n;
    for (size_t i = 0; i < gap->ntexts; i++)
        room += texts[gap->texts[i]].nitems;
    presence *all = PARRY_ARRAY(a, presence, room + 1);
    n = gather(texts, s, gap, all);
    qsort(all, n, sizeof *all, by_day);
    for (size_t i = 0; i < n; i++) {
        size_t part = (size_t)(all[i].day * (uint64_t)day_ms / (uint64_t)s->recent_ms);
        if ((i == 0 || by_day(&all[i], &all[i - 1]) != 0) && part < parts)
            people[part]++;
    }
}

/* Chances of so many or more now, and of so many or fewer, were nothing changed. */
static void test(const parry_gap_settings *s, const uint64_t *people, size_t parts, double *rises, double *falls)
{
    double exposure[PARRY_GAP_PERIODS], before = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < parts; i++) {
        exposure[i] = s->searches[i] > 0 ? (double)s->searches[i] : 1;
        before += i > 0 ? exposure[i] : 0;
        sum += i > 0 ? people[i] : 0;
    }
    *rises = parry_rising(people + 1, exposure + 1, parts - 1, people[0], exposure[0]).p;
    *falls = parry_rising(people, exposure, 1, sum, before).p;
}

void parry_gap_trends(const parry_gap_text *texts, const parry_gap_settings *s, parry_content_gap *gaps, size_t n,
                      parry_arena *scratch)
{
    size_t parts = (size_t)((s->until_ms - s->from_ms) / s->recent_ms);
    parts = parts < PARRY_GAP_PERIODS ? parts : PARRY_GAP_PERIODS;
    if (parts < 2 || n == 0)
        return;
    double *p = PARRY_ARRAY(scratch, double, 2 * n);
    for (size_t i = 0; i < n; i++) {
        uint64_t people[PARRY_GAP_PERIODS] = {0};
        count(texts, s, &gaps[i], people, parts, scratch);
        test(s, people, parts, &p[2 * i], &p[2 * i + 1]);
        gaps[i].recent = people[0];
        for (size_t k = 1; k < parts; k++)
            gaps[i].before += people[k];
    }
    double found = parry_discoveries(p, 2 * n, share_of_luck);
    for (size_t i = 0; i < n; i++) {
        parry_content_gap *g = &gaps[i];
        bool rises = p[2 * i] <= p[2 * i + 1];
        g->p = rises ? p[2 * i] : p[2 * i + 1];
        if (g->p <= found)
            g->trend = !rises ? PARRY_GAP_FALLING : g->before == 0 ? PARRY_GAP_NEW : PARRY_GAP_RISING;
    }
}
