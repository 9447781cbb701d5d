/* Planted gaps: logs of failed searches whose needs are known, among searches of nobody else's, and how well the needs
 * are found again. Made-up words and vectors; the same seed is the same log. */
#ifndef PARRY_TESTS_DEFLECTION_PLANTED_H
#define PARRY_TESTS_DEFLECTION_PLANTED_H

#include "base/err.h"
#include "base/stats.h"
#include "deflection/gaps.h"

#include <math.h>
#include <stdlib.h>

enum { FAILED = PARRY_GAP_SEARCH | PARRY_GAP_ABSTAINED | PARRY_GAP_NAMED, MOST = 60000, DIM = 96 };
static const int64_t now_ms = 1700000000000, day_ms = 86400000;

static inline parry_gap_item item(const char *text, uint64_t who, int64_t days, unsigned why)
{
    parry_gap_item i = {.text = parry_str_of(text), .at_ms = now_ms - days * day_ms - 1000, .why = why};
    memcpy(i.who.b, &who, sizeof who);
    return i;
}

typedef struct found {
    parry_gap_text *texts;
    parry_content_gap *gaps;
    size_t ntexts, ngaps, hidden;
} found;

enum { TOPICS = 30, MOST_TOPICS = 256, NOISE = 400, WORDS = 12 };

typedef struct planted {
    double near; /* how near vectors of one need are: 0.95, a mean cosine of 0.54; 0.7: 0.43; others: 0.12, 0.14 */
    parry_gap_item items[MOST];
    size_t n, ntopics;  /* ntopics: below MOST_TOPICS */
    size_t topic[MOST]; /* by who; 0: of no planted one */
} planted;

/* A word that no two topics share, but for common ones. */
static const char *word(parry_arena *a, uint64_t seed)
{
    char w[16];
    size_t n = 0, letters = 5 + parry_random_next(&seed) % 4;
    for (size_t i = 0; i < letters; i++) {
        static const char vowels[] = "aeiou", others[] = "bcdfgklmnprstvz";
        uint64_t x = parry_random_next(&seed);
        w[n++] = i % 2 ? vowels[x % 5] : others[x % 15];
    }
    return parry_str_z(a, parry_str_make(w, n));
}

/* A wording of a topic: some of its own words, more often the first ones, and some that everybody uses. */
static const char *wording(parry_arena *a, size_t topic, uint64_t *seed)
{
    parry_str s = parry_str_of("");
    bool used[WORDS] = {false};
    for (size_t i = 0, own = 2 + parry_random_next(seed) % 3; i < own; i++) {
        size_t k = (size_t)(parry_random_share(seed) * parry_random_share(seed) * WORDS);
        if (!used[k])
            s = parry_str_printf(a, "%.*s %s", PARRY_FMT(s), word(a, 1000 * topic + k + 7));
        used[k] = true;
    }
    if (parry_random_next(seed) % 2)
        s = parry_str_printf(a, "%.*s %s", PARRY_FMT(s), word(a, 1 + parry_random_next(seed) % 40));
    return s.p + 1;
}

static inline void plant(planted *l, parry_arena *a, uint64_t seed, uint64_t resample, double keep)
{
    uint64_t pick = resample * 31 + 5, who = 1;
    memset(l, 0, sizeof *l);
    l->near = 0.95;
    l->ntopics = TOPICS;
    for (size_t t = 1; t <= TOPICS; t++) {
        for (size_t people = 40 + parry_random_next(&seed) % 60; people > 0; people--, who++) {
            parry_gap_item i = item(wording(a, t, &seed), who, (int64_t)(parry_random_next(&seed) % 28), FAILED);
            l->topic[who] = t;
            if (parry_random_share(&pick) < keep)
                l->items[l->n++] = i;
        }
    }
    for (size_t i = 0; i < NOISE; i++) /* somebody's own, once or twice */
        for (size_t k = 1 + parry_random_next(&seed) % 2; k > 0; k--)
            l->items[l->n++] =
                item(wording(a, 1000 + i, &seed), who++, (int64_t)(parry_random_next(&seed) % 28), FAILED);
}

static inline size_t topic_of(const planted *l, const parry_gap_text *t)
{
    uint64_t who;
    memcpy(&who, t->items->who.b, sizeof who);
    return l->topic[who];
}

/* As a model makes them: texts of one need near to each other, none at right angles to the others. */
static inline float *vectors_of(const planted *l, const found *f, parry_arena *a, uint64_t seed)
{
    float *v = PARRY_ARRAY(a, float, (f->ntexts + 1) * DIM);
    for (size_t i = 0; i < f->ntexts; i++) {
        uint64_t topic = topic_of(l, &f->texts[i]), own = topic > 0 ? topic * 7919 : 1000003 * (i + 1), common = 17;
        double sum = 0;
        for (size_t k = 0; k < DIM; k++) {
            double x = l->near * (parry_random_share(&own) - 0.5) + 0.5 * (parry_random_share(&common) - 0.5) +
                       1.0 * (parry_random_share(&seed) - 0.5);
            v[i * DIM + k] = (float)x;
            sum += x * x;
        }
        for (size_t k = 0; k < DIM; k++)
            v[i * DIM + k] = (float)((double)v[i * DIM + k] / sqrt(sum));
    }
    return v;
}

static inline found find_planted(const planted *l, parry_arena *a, bool meaning, uint64_t seed)
{
    found f;
    parry_gap_settings s = parry_gap_usual(now_ms);
    parry_gap_item *items = PARRY_ARRAY(a, parry_gap_item, l->n);
    memcpy(items, l->items, l->n * sizeof *items);
    for (size_t i = l->n; i > 1; i--) { /* in any order */
        size_t j = parry_random_next(&seed) % i;
        parry_gap_item held = items[i - 1];
        items[i - 1] = items[j];
        items[j] = held;
    }
    parry_gap_texts(items, l->n, a, &f.texts, &f.ntexts);
    const float *v = meaning ? vectors_of(l, &f, a, 99) : NULL;
    parry_gaps_make(f.texts, f.ntexts, v, DIM, &s, a, &f.gaps, &f.ngaps, &f.hidden);
    return f;
}

/* The topic that most of a gap's people are of; 0: none, or nobody's. *most: how many. */
static inline size_t main_topic(const planted *l, const found *f, const parry_content_gap *g, size_t *most)
{
    size_t people[MOST_TOPICS] = {0}, best = 0, all = 0;
    for (size_t i = 0; i < g->ntexts; i++) {
        const parry_gap_text *t = &f->texts[g->texts[i]];
        people[topic_of(l, t)] += t->visitors;
        all += t->visitors;
    }
    for (size_t t = 1; t <= l->ntopics; t++)
        best = people[t] > people[best] || best == 0 ? t : best;
    *most = people[best];
    return 2 * people[best] > all ? best : 0;
}

typedef struct judged {
    double precision;       /* gaps of which most people have one planted need */
    double recall;          /* needs of which one such gap has most people */
    double together, alike; /* BCubed recall and precision (Bagga and Baldwin 1998; Amigo et al. 2009), by people */
    double ari;             /* of texts */
} judged;

static inline double pairs(double n) { return n * (n - 1) / 2; }

/* Adjusted Rand index (Hubert and Arabie 1985) of two partitions of n texts. */
static inline double ari(const size_t *x, const size_t *y, size_t n)
{
    double both = 0, in_x = 0, in_y = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            both += x[i] == x[j] && y[i] == y[j];
            in_x += x[i] == x[j];
            in_y += y[i] == y[j];
        }
    }
    double luck = in_x * in_y / pairs((double)n);
    return (both - luck) / ((in_x + in_y) / 2 - luck);
}

/* Which gap each text is in, from 1; a number of its own, above all gaps, where it is in none. */
static inline size_t *gap_of(const found *f, parry_arena *a)
{
    size_t *of = PARRY_ARRAY(a, size_t, f->ntexts + 1);
    for (size_t i = 0; i < f->ntexts; i++)
        of[i] = f->ngaps + 1 + i;
    for (size_t g = 0; g < f->ngaps; g++) {
        for (size_t i = 0; i < f->gaps[g].ntexts; i++)
            of[f->gaps[g].texts[i]] = g + 1;
    }
    return of;
}

/* Of somebody's need: how many share his gap. Of his gap: how many share his need. The mean of all people. */
static inline void judge_people(const planted *l, const found *f, const size_t *all, judged *j)
{
    double shown = 0, sought = 0;
    for (size_t t = 1; t <= l->ntopics; t++)
        sought += (double)all[t];
    for (size_t g = 0; g < f->ngaps; g++) {
        size_t people[MOST_TOPICS] = {0}, n = 0;
        for (size_t i = 0; i < f->gaps[g].ntexts; i++) {
            const parry_gap_text *t = &f->texts[f->gaps[g].texts[i]];
            people[topic_of(l, t)] += t->visitors;
            n += t->visitors;
        }
        for (size_t t = 1; t <= l->ntopics; t++) {
            j->together += all[t] > 0 ? (double)people[t] * (double)people[t] / (double)all[t] / sought : 0;
            j->alike += (double)people[t] * (double)people[t] / (double)n;
        }
        shown += (double)n;
    }
    j->alike /= shown;
}

static inline judged judge(const planted *l, const found *f, parry_arena *a)
{
    size_t all[MOST_TOPICS] = {0}, right = 0, recovered = 0, *truth = PARRY_ARRAY(a, size_t, f->ntexts + 1);
    bool there[MOST_TOPICS] = {false};
    for (size_t i = 0; i < f->ntexts; i++) {
        truth[i] = topic_of(l, &f->texts[i]) > 0 ? topic_of(l, &f->texts[i]) : MOST_TOPICS + i;
        all[topic_of(l, &f->texts[i])] += f->texts[i].visitors;
    }
    for (size_t g = 0; g < f->ngaps; g++) {
        size_t most, topic = main_topic(l, f, &f->gaps[g], &most);
        right += topic > 0;
        recovered += topic > 0 && !there[topic] && 2 * most > all[topic];
        there[topic] = there[topic] || 2 * most > all[topic];
    }
    judged j = {.precision = (double)right / (double)f->ngaps, .recall = (double)recovered / (double)l->ntopics};
    j.ari = ari(truth, gap_of(f, a), f->ntexts);
    judge_people(l, f, all, &j);
    return j;
}

#endif
