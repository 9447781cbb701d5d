/* Near-duplicates in two passes over the live articles.
 *
 *     words      runs of five words (shingles, Broder 1997), hashed; a run that many articles have is boilerplate and
 *                counts nowhere; each pair that shares runs gets its containment both ways. Of a big corpus only every
 *                n-th hash is kept, the same ones of every article, which estimates the same shares.
 *     meaning    pairs whose means are near: each passage of one with its nearest in the other, and how far that stands
 *                out from the other articles near to both (margin, as Artetxe and Schwenk 2019 find translations):
 * where everything is about refunds, being about refunds says nothing
 */
#include "indexer/duplicates.h"

#include "engine/analyse.h"
#include "engine/related.h"
#include "indexer/docs.h"

#include <stdlib.h>

enum {
    RUN = 5,
    BOILERPLATE = 12,           /* articles that share a run; more say nothing of any two */
    LEAST_RUNS = 12,            /* in an article, for its containment to mean anything */
    SKETCH_ABOVE = 8000000,     /* runs kept of a whole corpus */
    NEAR = 12,                  /* articles by mean that are looked at closer */
    OTHERS = 4,                 /* of these, after the nearest, a pair must stand out from: there may be a third one */
    MEANING_PASSAGES_MAX = 400, /* of an article */
};
static const float MEAN_LEAST = 0.40F;
/* A paraphrase: meaning + 2 x margin (at most MARGIN_MOST) from here on; tests/indexer/duplicates.py says on what. */
static const double MEANING_LINE = 1.02, MEANING_MOST = 1.34, MARGIN_MOST = 0.17, NO_OTHER = 0.40;
/* Under this share of the one way, the other way says that one article is a part of the other. */
static const double COPY_BOTH_WAYS = 0.75;

typedef struct run {
    uint64_t hash;
    uint32_t doc;
} run;

/* Two articles, a before b in the list, and what was measured of them. */
typedef struct pair {
    uint32_t a, b;
    uint32_t shared; /* runs */
    double meaning;
} pair;

/* The articles nearest to one, nearest first, copies of it apart. */
typedef struct top {
    double meaning[OTHERS + 3];
    uint32_t who[OTHERS + 3];
    size_t n;
} top;

typedef struct pairs {
    pair *p;
    size_t n, cap;
} pairs;

typedef struct search {
    parry_docs docs;
    run *runs;
    size_t nruns, cap;
    uint64_t keep;    /* every so many-th hash */
    uint32_t *of_doc; /* runs of an article that are no boilerplate */
    top *tops;        /* of each article */
    const atomic_bool *stop;
} search;

static bool stopped(const search *s) { return s->stop != NULL && atomic_load(s->stop); }

/* ---- runs of words --------------------------------------------------------------------------------------------------
 */

static uint64_t mix(uint64_t h, parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211ULL; /* FNV-1a */
    return (h ^ 0x1F) * 1099511628211ULL;
}

static uint64_t finish(uint64_t h) /* FNV's low bits are too regular to keep every n-th by */
{
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93ULL;
    return h ^ h >> 32;
}

static void add_run(search *s, uint64_t hash, uint32_t doc)
{
    if (hash % s->keep != 0)
        return;
    if (s->nruns == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 65536;
        s->runs = parry_realloc(s->runs, s->cap * sizeof *s->runs);
    }
    s->runs[s->nruns++] = (run){hash, doc};
}

static int by_hash(const void *pa, const void *pb)
{
    const run *a = pa, *b = pb;
    return a->hash != b->hash ? (a->hash > b->hash) - (a->hash < b->hash) : (a->doc > b->doc) - (a->doc < b->doc);
}

/* The words of all passages in a row: where a passage is cut must not matter. */
static void read_doc(search *s, uint32_t doc, parry_analyser *an)
{
    const parry_segment *segment = parry_doc_segment(&s->docs, doc);
    const parry_segment_info *info = parry_segment_get_info(segment);
    parry_arena *a = parry_arena_new();
    parry_str last[RUN];
    size_t words = 0;
    uint32_t article = s->docs.doc[doc].article;
    for (uint32_t r = info->article_row[article]; r < info->article_row[article + 1]; r++) {
        parry_token *tokens = NULL;
        size_t n = 0;
        if (info->row_kind[r] != PARRY_ROW_PASSAGE)
            continue;
        parry_analyse(an, a, parry_segment_text(segment, r), s->docs.doc[doc].x.locale, &tokens, &n);
        for (size_t i = 0; i < n; i++) {
            uint64_t h = 1469598103934665603ULL;
            if (tokens[i].part)
                continue;
            last[words++ % RUN] = tokens[i].exact;
            for (size_t k = 0; words >= RUN && k < RUN; k++)
                h = mix(h, last[(words + k) % RUN]);
            if (words >= RUN)
                add_run(s, finish(h), doc);
        }
    }
    parry_arena_free(a);
}

static uint64_t keep_every(const parry_docs *d)
{
    const parry_generation_info *info = parry_generation_get_info(d->g);
    return 1 + info->kind_length[PARRY_ROW_PASSAGE] / SKETCH_ABOVE;
}

static size_t once_each(run *r, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || r[kept - 1].hash != r[i].hash || r[kept - 1].doc != r[i].doc)
            r[kept++] = r[i];
    return kept;
}

static void add_pair(pairs *list, uint32_t a, uint32_t b, double meaning)
{
    if (list->n == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 4096;
        list->p = parry_realloc(list->p, list->cap * sizeof *list->p);
    }
    list->p[list->n++] = (pair){a < b ? a : b, a < b ? b : a, meaning > 0 ? 0 : 1, meaning};
}

static int by_docs(const void *pa, const void *pb)
{
    const pair *x = pa, *y = pb;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* One record a pair: shared runs counted, meaning kept. */
static void gather(pairs *list)
{
    size_t kept = 0;
    if (list->n > 0)
        qsort(list->p, list->n, sizeof *list->p, by_docs);
    for (size_t i = 0; i < list->n; i++) {
        pair *last = kept > 0 ? &list->p[kept - 1] : NULL;
        if (last != NULL && last->a == list->p[i].a && last->b == list->p[i].b) {
            last->shared += list->p[i].shared;
            last->meaning = last->meaning > list->p[i].meaning ? last->meaning : list->p[i].meaning;
        } else {
            list->p[kept++] = list->p[i];
        }
    }
    list->n = kept;
}

static void count_shared(search *s, pairs *out)
{
    parry_analyser *an = parry_analyser_new();
    s->keep = keep_every(&s->docs);
    for (uint32_t i = 0; i < s->docs.n && !stopped(s); i++)
        read_doc(s, i, an);
    parry_analyser_free(an);
    if (s->nruns > 0)
        qsort(s->runs, s->nruns, sizeof *s->runs, by_hash);
    s->nruns = once_each(s->runs, s->nruns);
    for (size_t i = 0, end; i < s->nruns; i = end) {
        for (end = i; end < s->nruns && s->runs[end].hash == s->runs[i].hash;)
            end++;
        for (size_t x = i; x < end && end - i <= BOILERPLATE; x++) {
            s->of_doc[s->runs[x].doc]++;
            for (size_t y = x + 1; y < end; y++)
                add_pair(out, s->runs[x].doc, s->runs[y].doc, 0);
        }
    }
    gather(out);
}

/* ---- meaning --------------------------------------------------------------------------------------------------------
 */

static bool has_meaning(const parry_segment_info *s, uint32_t row)
{
    return s->row_kind[row] == PARRY_ROW_PASSAGE && s->row_vector[row] != PARRY_NO_ROW;
}

/* Mean, over the passages of a by length, of the cosine with the nearest passage of b. */
static double one_way(const search *s, uint32_t a, uint32_t b, float *vector)
{
    const parry_segment *sa = parry_doc_segment(&s->docs, a), *sb = parry_doc_segment(&s->docs, b);
    const parry_segment_info *ia = parry_segment_get_info(sa), *ib = parry_segment_get_info(sb);
    const parry_doc *da = &s->docs.doc[a], *db = &s->docs.doc[b];
    double sum = 0, length = 0;
    for (uint32_t r = ia->article_row[da->article]; r < ia->article_row[da->article + 1]; r++) {
        float best = 0;
        if (!has_meaning(ia, r) || !parry_segment_vector(sa, r, vector))
            continue;
        for (uint32_t q = ib->article_row[db->article]; q < ib->article_row[db->article + 1]; q++) {
            float c = has_meaning(ib, q) ? parry_segment_cosine(sb, q, vector) : 0;
            best = c > best ? c : best;
        }
        sum += (double)best * (double)(ia->row_length[r] + 1);
        length += (double)(ia->row_length[r] + 1);
    }
    return length > 0 ? sum / length : 0;
}

static bool too_long(const search *s, uint32_t doc)
{
    const parry_segment_info *info = parry_segment_get_info(parry_doc_segment(&s->docs, doc));
    uint32_t article = s->docs.doc[doc].article;
    return info->article_row[article + 1] - info->article_row[article] > MEANING_PASSAGES_MAX;
}

/* The articles of the same audience and language whose means are nearest. */
static size_t nearest(const search *s, uint32_t doc, uint32_t *near)
{
    float cosine[NEAR];
    size_t n = 0;
    const parry_doc *x = &s->docs.doc[doc];
    for (uint32_t k = 0; k < s->docs.n; k++) {
        const parry_doc *y = &s->docs.doc[k];
        if (k == doc || y->group != x->group || y->mean == NULL)
            continue;
        float c = parry_doc_cosine(&s->docs, x->mean, k);
        if (c < MEAN_LEAST || (n == NEAR && c <= cosine[n - 1]))
            continue;
        size_t at = n < NEAR ? n++ : n - 1;
        for (; at > 0 && cosine[at - 1] < c; at--) {
            cosine[at] = cosine[at - 1];
            near[at] = near[at - 1];
        }
        cosine[at] = c;
        near[at] = k;
    }
    return n;
}

static void compare_meaning(search *s, pairs *out)
{
    float *vector = PARRY_ARRAY(s->docs.arena, float, s->docs.dim + 1);
    for (uint32_t i = 0; i < s->docs.n && !stopped(s); i++) {
        uint32_t near[NEAR];
        size_t n = s->docs.doc[i].mean != NULL && !too_long(s, i) ? nearest(s, i, near) : 0;
        for (size_t k = 0; k < n; k++) {
            if (too_long(s, near[k]))
                continue;
            double there = one_way(s, i, near[k], vector), back = one_way(s, near[k], i, vector);
            add_pair(out, i, near[k], (there < back ? there : back) + 1e-9);
        }
    }
    gather(out);
}

/* ---- judging --------------------------------------------------------------------------------------------------------
 */

static double share(uint32_t shared, uint32_t of) { return of >= LEAST_RUNS ? (double)shared / (double)of : 0; }

static bool is_copy(const search *s, const pair *p)
{
    return share(p->shared, s->of_doc[p->a]) >= PARRY_DUPLICATE_THRESHOLD ||
           share(p->shared, s->of_doc[p->b]) >= PARRY_DUPLICATE_THRESHOLD;
}

static void offer(top *t, uint32_t who, double meaning)
{
    enum { KEPT = OTHERS + 3 };
    if (t->n == KEPT && meaning <= t->meaning[KEPT - 1])
        return;
    size_t at = t->n < KEPT ? t->n++ : KEPT - 1;
    for (; at > 0 && t->meaning[at - 1] < meaning; at--) {
        t->meaning[at] = t->meaning[at - 1];
        t->who[at] = t->who[at - 1];
    }
    t->meaning[at] = meaning;
    t->who[at] = who;
}

static void find_tops(search *s, const pairs *list)
{
    s->tops = PARRY_ARRAY(s->docs.arena, top, s->docs.n + 1);
    for (size_t i = 0; i < list->n; i++) {
        const pair *p = &list->p[i];
        if (p->meaning <= 0 || is_copy(s, p))
            continue;
        offer(&s->tops[p->a], p->b, p->meaning);
        offer(&s->tops[p->b], p->a, p->meaning);
    }
}

/* How near the others are: the second to the fifth nearest but this one. */
static double near_others(const top *t, uint32_t but)
{
    double sum = 0;
    size_t seen = 0;
    for (size_t i = 0; i < t->n && seen <= OTHERS; i++) {
        if (t->who[i] == but)
            continue;
        sum += seen > 0 ? t->meaning[i] : 0;
        seen++;
    }
    for (seen = seen > 0 ? seen : 1; seen <= OTHERS; seen++)
        sum += NO_OTHER;
    return sum / OTHERS;
}

/* "R3" and "R4", "1.3.2" and "1.3.5": two things of one kind, described alike. */
static bool titles_differ_in_a_number(parry_str a, parry_str b)
{
    char digits[2][64] = {"", ""};
    size_t n[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
        parry_str s = side == 0 ? a : b;
        for (size_t i = 0; i < s.n && n[side] < sizeof digits[side] - 1; i++)
            if (s.p[i] >= '0' && s.p[i] <= '9')
                digits[side][n[side]++] = s.p[i];
    }
    return n[0] > 0 && n[1] > 0 && strcmp(digits[0], digits[1]) != 0;
}

/* 0.5 at the line, 1 where nothing could be nearer. */
static double on_scale(double value)
{
    double x = value < MEANING_LINE
                   ? PARRY_DUPLICATE_THRESHOLD * value / MEANING_LINE
                   : PARRY_DUPLICATE_THRESHOLD +
                         (1 - PARRY_DUPLICATE_THRESHOLD) * (value - MEANING_LINE) / (MEANING_MOST - MEANING_LINE);
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static double paraphrase_score(const search *s, const pair *p)
{
    const parry_article_out *x = &s->docs.doc[p->a].x, *y = &s->docs.doc[p->b].x;
    double margin = p->meaning - (near_others(&s->tops[p->a], p->b) + near_others(&s->tops[p->b], p->a)) / 2;
    if (p->meaning <= 0 || titles_differ_in_a_number(x->title, y->title))
        return 0;
    return on_scale(p->meaning + 2 * (margin < MARGIN_MOST ? margin : MARGIN_MOST));
}

static parry_duplicate judge(const search *s, const pair *p)
{
    uint32_t a = p->a, b = p->b;
    if (share(p->shared, s->of_doc[b]) > share(p->shared, s->of_doc[a])) {
        a = p->b;
        b = p->a;
    }
    const parry_article_out *x = &s->docs.doc[a].x, *y = &s->docs.doc[b].x;
    parry_duplicate d = {x->id, y->id, PARRY_PARAPHRASE, 0, 0, 0, 0};
    d.a_in_b = share(p->shared, s->of_doc[a]);
    d.b_in_a = share(p->shared, s->of_doc[b]);
    d.meaning = p->meaning;
    d.score = d.a_in_b;
    double meant = is_copy(s, p) ? 0 : paraphrase_score(s, p);
    if (meant > d.score)
        d.score = meant;
    else
        d.kind = d.b_in_a >= COPY_BOTH_WAYS * d.a_in_b ? PARRY_COPY : PARRY_CONTAINED;
    return d;
}

static int best_first(const void *pa, const void *pb)
{
    const parry_duplicate *x = pa, *y = pb;
    if (x->score > y->score || x->score < y->score)
        return x->score < y->score ? 1 : -1;
    int c = parry_str_cmp(x->a, y->a);
    return c != 0 ? c : parry_str_cmp(x->b, y->b);
}

static bool same_language(const search *s, const pair *p)
{
    return parry_locale_same(s->docs.doc[p->a].x.locale, s->docs.doc[p->b].x.locale);
}

static void find(search *s, double threshold, parry_arena *a, parry_duplicate **out, size_t *n)
{
    pairs list = {0};
    s->of_doc = PARRY_ARRAY(s->docs.arena, uint32_t, s->docs.n + 1);
    count_shared(s, &list);
    compare_meaning(s, &list);
    find_tops(s, &list);
    *out = PARRY_ARRAY(a, parry_duplicate, list.n + 1);
    *n = 0;
    for (size_t i = 0; i < list.n; i++) {
        parry_duplicate d = judge(s, &list.p[i]);
        if (d.score >= threshold && same_language(s, &list.p[i]))
            (*out)[(*n)++] = d;
    }
    if (*n > 0)
        qsort(*out, *n, sizeof **out, best_first);
    free(list.p);
    free(s->runs);
}

static bool is_current(const parry_generation *g, parry_hash of)
{
    parry_hash known;
    return parry_duplicates_made_from(g, &known) && parry_hash_eq(known, of);
}

void parry_duplicates_find(const parry_generation *g, double threshold, parry_arena *a, parry_duplicate **out,
                           size_t *n)
{
    parry_arena *scratch = parry_arena_new();
    search s = {.docs = parry_docs_of(g, scratch)};
    if (threshold >= PARRY_DUPLICATE_KEPT && is_current(g, parry_docs_hash(&s.docs)))
        parry_duplicates_kept(g, threshold, a, out, n);
    else
        find(&s, threshold, a, out, n);
    parry_arena_free(scratch);
}

parry_code parry_duplicates_build(const parry_generation *g, unsigned threads, const atomic_bool *stop, json_t **out,
                                  parry_err *err)
{
    (void)threads; /* in the background one is enough */
    parry_arena *a = parry_arena_new();
    search s = {.docs = parry_docs_of(g, a), .stop = stop};
    parry_hash of = parry_docs_hash(&s.docs);
    parry_duplicate *list = NULL;
    parry_code code = PARRY_OK;
    size_t n = 0;
    *out = NULL;
    if (!is_current(g, of)) {
        find(&s, PARRY_DUPLICATE_KEPT, a, &list, &n);
        if (stopped(&s))
            code = parry_fail(err, PARRY_UNAVAILABLE, "stopped before duplicates were found");
        else
            *out = parry_duplicates_document(list, n, of);
    }
    parry_arena_free(a);
    return code;
}
