/* Related articles: every pair of a group is measured.
 *
 *     words of each article -> those that few others have, weighted by rarity, the 32 heaviest -> shared ones
 *     mean vectors          -> cosine
 *     score = MEANING x cosine + WORDS x shared, at least LEAST; the best PARRY_RELATED_MAX
 */
#include "indexer/related.h"

#include "base/work.h"
#include "engine/analyse.h"
#include "indexer/docs.h"

#include <math.h>
#include <stdlib.h>

enum { TERMS = 32, TITLE_TIMES = 3, KEYWORD_TIMES = 2, COMMON_LEAST = 5 };
static const double MEANING = 0.65, WORDS = 0.35, LEAST = 0.36, LEAST_WORDS = 0.12, COMMON = 0.1;

/* A word of an article. */
typedef struct term {
    uint64_t hash;
    uint32_t doc;
    float weight; /* occurrences, later tf-idf, at last of unit length an article */
} term;

typedef struct terms {
    term *t;
    size_t n, cap;
} terms;

typedef struct build {
    parry_docs docs;
    term *t; /* by group, hash, doc */
    size_t n;
    size_t *of_doc;        /* docs.n + 1: places in by_doc */
    size_t *by_doc;        /* indexes of t */
    uint32_t *group_start; /* ngroups + 1, in docs */
    float **shared;        /* a worker's scratch, docs.n long, all zero between */
    struct found *found;   /* docs.n x PARRY_RELATED_MAX */
    size_t *nfound;
    const atomic_bool *stop;
} build;

typedef struct found {
    uint32_t doc;
    double score;
} found;

/* ---- words ----------------------------------------------------------------------------------------------------------
 */

static uint64_t hash_of(parry_str s)
{
    uint64_t h = 1469598103934665603ULL; /* FNV-1a */
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211ULL;
    return h;
}

static void add_term(terms *list, uint64_t hash, uint32_t doc, float times)
{
    if (list->n == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 4096;
        list->t = parry_realloc(list->t, list->cap * sizeof *list->t);
    }
    list->t[list->n++] = (term){hash, doc, times};
}

static int by_hash(const void *pa, const void *pb)
{
    const term *a = pa, *b = pb;
    return a->hash != b->hash ? (a->hash > b->hash) - (a->hash < b->hash) : (a->doc > b->doc) - (a->doc < b->doc);
}

static int heaviest_first(const void *pa, const void *pb)
{
    const term *a = pa, *b = pb;
    if (a->doc != b->doc)
        return a->doc < b->doc ? -1 : 1;
    if (a->weight > b->weight || a->weight < b->weight)
        return a->weight < b->weight ? 1 : -1;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

/* Equal words of one article become one. t is sorted by hash and article. */
static size_t add_up(term *t, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && t[kept - 1].hash == t[i].hash && t[kept - 1].doc == t[i].doc)
            t[kept - 1].weight += t[i].weight;
        else
            t[kept++] = t[i];
    }
    return kept;
}

static void read_doc(const parry_docs *d, uint32_t doc, parry_analyser *an, terms *out)
{
    const parry_segment *segment = parry_doc_segment(d, doc);
    const parry_segment_info *s = parry_segment_get_info(segment);
    parry_arena *a = parry_arena_new();
    size_t from = out->n;
    for (uint32_t r = s->article_row[d->doc[doc].article]; r < s->article_row[d->doc[doc].article + 1]; r++) {
        parry_token *tokens = NULL;
        size_t n = 0;
        float times = s->row_kind[r] == PARRY_ROW_TITLE      ? TITLE_TIMES
                      : s->row_kind[r] == PARRY_ROW_KEYWORDS ? KEYWORD_TIMES
                                                             : 1;
        if (s->row_kind[r] == PARRY_ROW_SENTENCE) /* stands in a passage too */
            continue;
        parry_analyse(an, a, parry_segment_text(segment, r), d->doc[doc].x.locale, &tokens, &n);
        for (size_t i = 0; i < n; i++)
            if (!tokens[i].stop)
                add_term(out, hash_of(tokens[i].stem), doc, times);
    }
    parry_arena_free(a);
    if (out->t != NULL && out->n > from) {
        qsort(out->t + from, out->n - from, sizeof *out->t, by_hash);
        out->n = from + add_up(out->t + from, out->n - from);
    }
}

/* Words of one group, by hash: those that too few or too many have go, the others are weighed. */
static size_t weigh(term *t, size_t n, size_t ndocs)
{
    size_t kept = 0, most = (size_t)((double)ndocs * COMMON);
    most = most < COMMON_LEAST ? COMMON_LEAST : most;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && t[end].hash == t[i].hash;)
            end++;
        size_t df = end - i;
        for (size_t k = i; k < end && df >= 2 && df <= most; k++) {
            t[kept] = t[k];
            t[kept].weight = (float)((1 + log((double)t[k].weight)) * log(1 + (double)ndocs / (double)df));
            kept++;
        }
    }
    return kept;
}

/* The heaviest of each article, made a unit vector. */
static size_t keep_heaviest(term *t, size_t n)
{
    size_t kept = 0;
    if (t == NULL)
        return 0;
    qsort(t, n, sizeof *t, heaviest_first);
    for (size_t i = 0, end; i < n; i = end) {
        double length = 0;
        size_t take;
        for (end = i; end < n && t[end].doc == t[i].doc;)
            end++;
        take = end - i < TERMS ? end - i : TERMS;
        for (size_t k = i; k < i + take; k++)
            length += (double)t[k].weight * (double)t[k].weight;
        for (size_t k = i; k < i + take; k++) {
            t[kept] = t[k];
            t[kept++].weight = (float)((double)t[k].weight / sqrt(length));
        }
    }
    return kept;
}

/* The words of all groups in b->t, a group after the other, each by hash. */
static void read_words(build *b)
{
    parry_analyser *an = parry_analyser_new();
    terms all = {0};
    for (size_t g = 0; g < b->docs.ngroups; g++) {
        terms list = {0};
        for (uint32_t i = b->group_start[g]; i < b->group_start[g + 1] && !(b->stop && atomic_load(b->stop)); i++)
            read_doc(&b->docs, i, an, &list);
        if (list.t != NULL)
            qsort(list.t, list.n, sizeof *list.t, by_hash);
        list.n = weigh(list.t, list.n, b->group_start[g + 1] - b->group_start[g]);
        list.n = keep_heaviest(list.t, list.n);
        if (list.t != NULL)
            qsort(list.t, list.n, sizeof *list.t, by_hash);
        for (size_t i = 0; list.t != NULL && i < list.n; i++)
            add_term(&all, list.t[i].hash, list.t[i].doc, list.t[i].weight);
        free(list.t);
    }
    b->t = all.t;
    b->n = all.n;
    parry_analyser_free(an);
}

/* Where each article's words are in b->t. */
static void index_words(build *b)
{
    b->of_doc = PARRY_ARRAY(b->docs.arena, size_t, b->docs.n + 2);
    b->by_doc = PARRY_ARRAY(b->docs.arena, size_t, b->n + 1);
    for (size_t i = 0; i < b->n; i++)
        b->of_doc[b->t[i].doc + 2]++;
    for (size_t i = 2; i < b->docs.n + 2; i++)
        b->of_doc[i] += b->of_doc[i - 1];
    for (size_t i = 0; i < b->n; i++)
        b->by_doc[b->of_doc[b->t[i].doc + 1]++] = i;
}

/* ---- pairs ----------------------------------------------------------------------------------------------------------
 */

/* The cosine of rare words with every article of the group. */
static void add_shared(const build *b, uint32_t doc, float *shared)
{
    for (size_t k = b->of_doc[doc]; k < b->of_doc[doc + 1]; k++) {
        size_t at = b->by_doc[k], from = at, to = at;
        uint32_t group = b->docs.doc[doc].group;
        while (from > 0 && b->t[from - 1].hash == b->t[at].hash && b->docs.doc[b->t[from - 1].doc].group == group)
            from--;
        while (to < b->n && b->t[to].hash == b->t[at].hash && b->docs.doc[b->t[to].doc].group == group)
            to++;
        for (size_t i = from; i < to; i++)
            shared[b->t[i].doc] += b->t[i].weight * b->t[at].weight;
    }
}

static void offer(found *best, size_t *n, uint32_t doc, double score)
{
    size_t at = *n;
    if (at == PARRY_RELATED_MAX && best[at - 1].score >= score)
        return;
    at = at == PARRY_RELATED_MAX ? at - 1 : at;
    while (at > 0 && best[at - 1].score < score) {
        best[at] = best[at - 1];
        at--;
    }
    best[at] = (found){doc, score};
    *n += *n < PARRY_RELATED_MAX;
}

static void relate(void *ctx, size_t i, unsigned worker)
{
    build *b = ctx;
    const parry_doc *x = &b->docs.doc[i];
    float *shared = b->shared[worker];
    if (b->stop != NULL && atomic_load(b->stop))
        return;
    add_shared(b, (uint32_t)i, shared);
    for (uint32_t k = b->group_start[x->group]; k < b->group_start[x->group + 1]; k++) {
        double words = (double)shared[k];
        shared[k] = 0;
        if (k == i)
            continue;
        bool meaning = x->mean != NULL && b->docs.doc[k].mean != NULL;
        double score = meaning ? MEANING * (double)parry_doc_cosine(&b->docs, x->mean, k) + WORDS * words : words;
        if (score >= (meaning ? LEAST : LEAST_WORDS))
            offer(b->found + i * PARRY_RELATED_MAX, &b->nfound[i], k, score < 1 ? score : 1);
    }
}

static void relate_all(build *b, unsigned threads)
{
    threads = threads > 0 ? threads : parry_cores();
    b->found = PARRY_ARRAY(b->docs.arena, found, b->docs.n * PARRY_RELATED_MAX + 1);
    b->nfound = PARRY_ARRAY(b->docs.arena, size_t, b->docs.n + 1);
    b->shared = PARRY_ARRAY(b->docs.arena, float *, threads);
    for (unsigned t = 0; t < threads; t++)
        b->shared[t] = PARRY_ARRAY(b->docs.arena, float, b->docs.n + 1);
    parry_parallel(b->docs.n, threads, relate, b);
}

/* ---- the document ---------------------------------------------------------------------------------------------------
 */

static json_t *document(const build *b, parry_hash of)
{
    char hex[PARRY_HASH_HEX + 1];
    json_t *related = json_object();
    parry_hash_hex(of, hex);
    for (size_t i = 0; i < b->docs.n; i++) {
        json_t *list = json_array();
        for (size_t k = 0; k < b->nfound[i]; k++) {
            const found *f = &b->found[i * PARRY_RELATED_MAX + k];
            parry_str id = b->docs.doc[f->doc].x.id;
            json_array_append_new(list,
                                  json_pack("[o, I]", json_stringn(id.p, id.n), (json_int_t)(f->score * 1000 + 0.5)));
        }
        if (json_array_size(list) > 0)
            json_object_setn_new(related, b->docs.doc[i].x.id.p, b->docs.doc[i].x.id.n, list);
        else
            json_decref(list);
    }
    return json_pack("{s:s, s:o}", "of", hex, "related", related);
}

static void find_groups(build *b)
{
    b->group_start = PARRY_ARRAY(b->docs.arena, uint32_t, b->docs.ngroups + 1);
    for (size_t i = b->docs.n; i-- > 0;)
        b->group_start[b->docs.doc[i].group] = (uint32_t)i;
    b->group_start[b->docs.ngroups] = (uint32_t)b->docs.n;
}

parry_code parry_related_build(const parry_generation *g, unsigned threads, const atomic_bool *stop, json_t **out,
                               parry_err *err)
{
    parry_arena *a = parry_arena_new();
    build b = {.docs = parry_docs_of(g, a), .stop = stop};
    parry_hash of = parry_docs_hash(&b.docs), known;
    parry_code code = PARRY_OK;
    if (parry_related_made_from(g, &known) && parry_hash_eq(known, of)) {
        *out = NULL;
    } else {
        find_groups(&b);
        read_words(&b);
        index_words(&b);
        relate_all(&b, threads);
        if (stop != NULL && atomic_load(stop))
            code = parry_fail(err, PARRY_UNAVAILABLE, "stopped before related articles were found");
        else
            *out = document(&b, of);
    }
    free(b.t);
    parry_arena_free(a);
    return code;
}
