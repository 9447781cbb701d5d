#include "deflection/gaps.h"

#include "deflection/gap_words.h"
#include "deflection/grouping.h"
#include "ledger/visitor.h"

#include <stdlib.h>

enum { DAY_MS = 86400000, PEOPLE = 5 };

parry_gap_settings parry_gap_usual(int64_t until_ms)
{
    return (parry_gap_settings){.from_ms = until_ms - 28 * (int64_t)DAY_MS,
                                .until_ms = until_ms,
                                .recent_ms = 7 * (int64_t)DAY_MS,
                                .people = PEOPLE,
                                .meaning = 0.7,
                                .near = 0.42,
                                .near_words = 0.16};
}

const char *parry_gap_trend_name(parry_gap_trend t)
{
    static const char *const names[] = {"steady", "new", "rising", "falling"};
    return names[t];
}

double parry_gap_failed(unsigned why)
{
    if (!(why & PARRY_GAP_SEARCH) || why & (PARRY_GAP_ZERO | PARRY_GAP_ABSTAINED | PARRY_GAP_TICKET))
        return 1;
    return why & PARRY_GAP_REFINED ? 0.5 : why & PARRY_GAP_UNCLICKED ? 0.25 : 0;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    const parry_gap_item *x = a, *y = b;
    int order = parry_str_cmp(x->text, y->text);
    if (order == 0)
        order = (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
    if (order == 0)
        order = memcmp(&x->who, &y->who, sizeof x->who);
    if (order == 0)
        order = (x->why > y->why) - (x->why < y->why);
    return order != 0 ? order : parry_str_cmp(x->locale, y->locale);
}

static int by_who(const void *a, const void *b) { return memcmp(a, b, sizeof(parry_ledger_subject)); }

static size_t distinct(parry_ledger_subject *who, size_t n)
{
    size_t count = 0;
    qsort(who, n, sizeof *who, by_who);
    for (size_t i = 0; i < n; i++)
        count += i == 0 || memcmp(&who[i], &who[i - 1], sizeof *who) != 0;
    return count;
}

static bool counts(const parry_gap_item *item, unsigned any)
{
    return item->why & PARRY_GAP_NAMED && parry_gap_failed(item->why) > 0 && (any == 0 || item->why & any);
}

typedef struct person { /* under a key of one period */
    uint32_t period;
    parry_ledger_subject who;
} person;

static int by_period(const void *a, const void *b)
{
    const person *x = a, *y = b;
    if (x->period != y->period)
        return x->period < y->period ? -1 : 1;
    return memcmp(&x->who, &y->who, sizeof x->who);
}

/* Distinct in the period that has most: over two of them one may be two. */
static size_t most_distinct(person *people, size_t n)
{
    size_t count = 0, most = 0;
    qsort(people, n, sizeof *people, by_period);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && people[i].period != people[i - 1].period)
            count = 0;
        count += i == 0 || by_period(&people[i], &people[i - 1]) != 0;
        most = count > most ? count : most;
    }
    return most;
}

size_t parry_gap_people(const parry_gap_text *texts, const size_t *list, size_t n, unsigned any)
{
    size_t room = 0, found = 0;
    for (size_t i = 0; i < n; i++)
        room += texts[list[i]].nitems;
    person *people = parry_malloc((room + 1) * sizeof *people);
    for (size_t i = 0; i < n; i++) {
        const parry_gap_text *t = &texts[list[i]];
        for (size_t k = 0; k < t->nitems; k++) {
            if (counts(&t->items[k], any))
                people[found++] = (person){(uint32_t)(t->items[k].at_ms / PARRY_VISITOR_PERIOD_MS), t->items[k].who};
        }
    }
    size_t most = most_distinct(people, found);
    free(people);
    return most;
}

static parry_gap_text text_of(const parry_gap_item *items, size_t n)
{
    parry_gap_text t = {.text = items->text, .items = items, .nitems = n};
    static const size_t only = 0;
    for (size_t i = 0; i < n; i++) {
        t.failed += parry_gap_failed(items[i].why); /* quarters: exact in any order */
        if (items[i].locale.n > 0 && (t.locale.n == 0 || parry_str_cmp(items[i].locale, t.locale) < 0))
            t.locale = items[i].locale;
    }
    t.visitors = parry_gap_people(&t, &only, 1, 0);
    return t;
}

static int by_visitors(const void *a, const void *b)
{
    const parry_gap_text *x = a, *y = b;
    if (x->visitors != y->visitors)
        return x->visitors > y->visitors ? -1 : 1;
    return parry_str_cmp(x->text, y->text);
}

static int by_bytes(const void *a, const void *b)
{
    return parry_str_cmp(((const parry_gap_text *)a)->text, ((const parry_gap_text *)b)->text);
}

void parry_gap_texts(parry_gap_item *items, size_t n, parry_arena *a, parry_gap_text **texts, size_t *ntexts)
{
    parry_gap_text *list = NULL;
    size_t kept = 0, cap = 0;
    if (n > 0)
        qsort(items, n, sizeof *items, by_text);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && parry_str_eq(items[end].text, items[i].text);)
            end++;
        parry_gap_text t = text_of(items + i, end - i);
        if (t.text.n == 0 || 4 * t.failed < (double)t.nitems || t.visitors == 0)
            continue;
        if (kept == cap)
            list = parry_arena_grow(a, list, kept, &cap, sizeof *list);
        list[kept++] = t;
    }
    if (kept > PARRY_GROUPING_MAX) {
        qsort(list, kept, sizeof *list, by_visitors);
        kept = PARRY_GROUPING_MAX;
        qsort(list, kept, sizeof *list, by_bytes);
    }
    *texts = list;
    *ntexts = kept;
}

/* ---- one gap ----------------------------------------------------------------------------------------------------- */

typedef struct making {
    const parry_gap_text *texts;
    size_t n;
    const parry_gap_settings *s;
    parry_arena *a, *scratch;
    parry_grouping grouping;
    parry_gap_words words;
    const double *total; /* of each stem */
    double mean;         /* of a group, in the same */
} making;

static void count(const making *m, parry_content_gap *gap)
{
    for (size_t i = 0; i < gap->ntexts; i++) {
        const parry_gap_text *t = &m->texts[gap->texts[i]];
        for (size_t k = 0; k < t->nitems; k++) {
            unsigned why = t->items[k].why;
            bool search = why & PARRY_GAP_SEARCH;
            gap->searches += search;
            gap->zero += search && why & PARRY_GAP_ZERO;
            gap->abstained += search && why & PARRY_GAP_ABSTAINED;
            gap->unclicked += search && why & PARRY_GAP_UNCLICKED;
            gap->refined += search && why & PARRY_GAP_REFINED;
            gap->after += search && why & PARRY_GAP_TICKET;
        }
    }
}

/* Distinct people who opened a ticket: after a search of it, or about it. */
static size_t tickets_of(const making *m, const parry_content_gap *gap)
{
    size_t room = 0, found = 0;
    for (size_t i = 0; i < gap->ntexts; i++)
        room += m->texts[gap->texts[i]].nitems;
    parry_ledger_subject *who = PARRY_ARRAY(m->scratch, parry_ledger_subject, room + 1);
    for (size_t i = 0; i < gap->ntexts; i++) {
        const parry_gap_text *t = &m->texts[gap->texts[i]];
        for (size_t k = 0; k < t->nitems; k++) {
            unsigned why = t->items[k].why;
            if (!(why & PARRY_GAP_SEARCH) || why & PARRY_GAP_TICKET)
                who[found++] = t->items[k].who;
        }
    }
    return distinct(who, found);
}

/* The text that is nearest to the sum of all, each as heavy as its visitors. */
static parry_str centre_of(const making *m, const parry_content_gap *gap)
{
    const parry_grouping *g = &m->grouping;
    size_t dim = g->vectors != NULL ? g->dim : 0, best = 0;
    float *sum = PARRY_ARRAY(m->scratch, float, dim + 1), *stems = PARRY_ARRAY(m->scratch, float, m->words.nstems + 1);
    double most = -1;
    for (size_t i = 0; i < gap->ntexts; i++) {
        size_t t = gap->texts[i];
        float weight = (float)m->texts[t].visitors;
        for (size_t k = 0; k < dim; k++)
            sum[k] += weight * g->vectors[t * dim + k];
        for (size_t k = 0; k < g->words[t].n; k++)
            stems[g->words[t].words[k]] += weight * g->words[t].weights[k];
    }
    for (size_t i = 0; i < gap->ntexts; i++) {
        size_t t = gap->texts[i];
        double meaning = 0, words = 0;
        for (size_t k = 0; k < dim; k++)
            meaning += (double)sum[k] * (double)g->vectors[t * dim + k];
        for (size_t k = 0; k < g->words[t].n; k++)
            words += (double)stems[g->words[t].words[k]] * (double)g->words[t].weights[k];
        double near = dim > 0 ? g->meaning * meaning + (1 - g->meaning) * words : words;
        if (near > most) {
            most = near;
            best = t;
        }
    }
    return m->texts[best].text;
}

/* Searches that enough people used as they are; the subject of a ticket is never one of them. */
static void sample(const making *m, parry_content_gap *gap)
{
    for (size_t i = 0; i < gap->ntexts && gap->nsamples < PARRY_GAP_SAMPLES; i++) {
        const parry_gap_text *t = &m->texts[gap->texts[i]];
        if (parry_gap_people(m->texts, &gap->texts[i], 1, PARRY_GAP_SEARCH) >= m->s->people)
            gap->samples[gap->nsamples++] = t->text;
    }
}

static void describe(const making *m, parry_content_gap *gap)
{
    gap->tickets = tickets_of(m, gap);
    gap->centre = centre_of(m, gap);
    count(m, gap);
    sample(m, gap);
    parry_gap_name(&m->words, m->texts, m->total, m->mean, m->s->people, m->scratch, gap);
    parry_arena_reset(m->scratch);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static int by_people(const void *a, const void *b)
{
    const parry_content_gap *x = a, *y = b;
    if (x->visitors != y->visitors)
        return x->visitors > y->visitors ? -1 : 1;
    return parry_str_cmp(x->centre, y->centre);
}

typedef struct member {
    size_t group, text, visitors;
} member;

static int by_group(const void *a, const void *b)
{
    const member *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->visitors != y->visitors)
        return x->visitors > y->visitors ? -1 : 1;
    return (x->text > y->text) - (x->text < y->text);
}

/* In order of their groups: the texts of each stand in a row, those of most visitors first. */
static size_t *group(const making *m, size_t *group_of, size_t **texts)
{
    size_t groups = parry_grouping_make(&m->grouping, group_of);
    member *members = PARRY_ARRAY(m->a, member, m->n + 1);
    size_t *starts = PARRY_ARRAY(m->a, size_t, groups + 1);
    for (size_t i = 0; i < m->n; i++)
        members[i] = (member){group_of[i], i, m->texts[i].visitors};
    qsort(members, m->n, sizeof *members, by_group);
    *texts = PARRY_ARRAY(m->a, size_t, m->n + 1);
    for (size_t i = 0; i < m->n; i++) {
        (*texts)[i] = members[i].text;
        starts[members[i].group + 1] = i + 1;
    }
    return starts;
}

void parry_gaps_make(const parry_gap_text *texts, size_t n, const float *vectors, size_t dim,
                     const parry_gap_settings *s, parry_arena *a, parry_content_gap **gaps, size_t *ngaps,
                     size_t *hidden)
{
    making m = {.texts = texts, .n = n, .s = s, .a = a, .scratch = parry_arena_new()};
    size_t *group_of = PARRY_ARRAY(a, size_t, n + 1), *list, groups = 0;
    parry_gap_words_of(texts, n, a, &m.words);
    m.grouping = (parry_grouping){.n = n,
                                  .words = m.words.weighed,
                                  .vectors = vectors,
                                  .dim = dim,
                                  .meaning = s->meaning,
                                  .least = vectors != NULL ? s->near : s->near_words};
    size_t *starts = group(&m, group_of, &list);
    for (size_t i = 0; i < n; i++)
        groups = group_of[i] + 1 > groups ? group_of[i] + 1 : groups;
    m.total = parry_gap_word_totals(&m.words, texts, n, a);
    for (size_t i = 0; i < m.words.nstems; i++)
        m.mean += m.total[i] / (double)groups;
    *gaps = PARRY_ARRAY(a, parry_content_gap, groups + 1);
    *ngaps = *hidden = 0;
    for (size_t g = 0; g < groups; g++) {
        parry_content_gap gap = {.texts = list + starts[g], .ntexts = starts[g + 1] - starts[g]};
        gap.visitors = parry_gap_people(texts, gap.texts, gap.ntexts, 0);
        if (gap.visitors < s->people) {
            ++*hidden;
            continue;
        }
        describe(&m, &gap);
        (*gaps)[(*ngaps)++] = gap;
    }
    qsort(*gaps, *ngaps, sizeof **gaps, by_people);
    parry_gap_trends(texts, s, *gaps, *ngaps, m.scratch);
    parry_arena_free(m.scratch);
}
