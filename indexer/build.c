/* Building goes in groups, so that memory is bounded whatever the corpus: load some articles on all cores, collect
 * their texts, look vectors up, encode the rest on all cores, store those, hand the articles to the segment's writer.
 */
#include "indexer/build.h"

#include "base/file.h"
#include "base/work.h"
#include "indexer/embeddings.h"
#include "indexer/passages.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LOAD_AT_ONCE = 8,     /* articles a thread: one may have 8 MB */
    ENCODE_AT_ONCE = 256, /* texts a thread and group: half a second to ten, and what a killed run loses */
    LARGEST_BATCH = 32,   /* texts: by then the products are as fast as they get */
    SMALLEST_BATCH = 2,
};

struct parry_builder {
    char segments_dir[PATH_MAX];
    parry_store *store;
    parry_indexer_options o;
    parry_segment_options shape;
    parry_embeddings *embeddings;    /* NULL without an encoder, like those below */
    parry_encoder_scratch **scratch; /* one a thread, made when first used */
    parry_tally tally;
};

/* A text that wants a vector. */
typedef struct piece {
    parry_str text;
    parry_hash key;
    float *vector; /* dim floats, in the article's arena */
} piece;

/* An article on its way. */
typedef struct loaded {
    const parry_version *version;
    parry_arena *arena;
    parry_article_in in; /* nrows 0: not to be searched */
    parry_row_in *rows;  /* in.rows, to write the vectors into */
    piece *pieces;
    size_t npieces;
    piece *sentences[PARRY_SENTENCES]; /* those of the pieces whose mean SENTENCES is */
    size_t nsentences;
    parry_code code;
    parry_err err;
} loaded;

typedef struct group {
    parry_builder *b;
    loaded *list;
    size_t n, cap, loaded_from;
    /* all pieces of the group */
    piece **pieces;
    size_t npieces;
    /* those without a vector, longest first, in batches */
    piece **missing;
    size_t nmissing, batch;
    parry_code *codes; /* a batch each */
    parry_err *errs;
} group;

bool parry_version_eq(const parry_version *a, const parry_version *b)
{
    return parry_str_eq(a->id, b->id) && parry_str_eq(a->slug, b->slug) && parry_str_eq(a->audience, b->audience) &&
           parry_hash_eq(a->hash, b->hash);
}

int parry_version_cmp(const void *a, const void *b)
{
    return parry_str_cmp(((const parry_version *)a)->id, ((const parry_version *)b)->id);
}

/* ---- the builder --------------------------------------------------------------------------------------------------
 */

static parry_code use_encoder(parry_builder *b, parry_err *err)
{
    b->shape.dim = parry_encoder_dim(b->o.encoder);
    b->shape.model = parry_encoder_identity(b->o.encoder);
    b->scratch = parry_calloc(b->o.threads, sizeof(parry_encoder_scratch *));
    return parry_embeddings_open(parry_store_env(b->store), b->shape.model, b->shape.dim, &b->embeddings, err);
}

parry_code parry_builder_open(const char *segments_dir, parry_store *store, const parry_indexer_options *o,
                              parry_builder **out, parry_err *err)
{
    parry_builder *b = parry_calloc(1, sizeof *b);
    b->store = store;
    b->o = *o;
    b->o.threads = o->threads ? o->threads : parry_cores();
    b->shape.hnsw_from = o->hnsw_from;
    b->shape.chunking = (uint32_t)PARRY_CHUNKING_VERSION << 16 | o->passage_tokens;
    parry_code code = PARRY_OK;
    int n = snprintf(b->segments_dir, sizeof b->segments_dir, "%s", segments_dir);
    if (n >= PATH_MAX || o->passage_tokens == 0 || o->passage_tokens > 0xFFFF)
        code = parry_fail(err, PARRY_INVALID, "passages of %u tokens in a path of %d bytes", o->passage_tokens, n);
    if (code == PARRY_OK && o->encoder != NULL)
        code = use_encoder(b, err);
    if (code == PARRY_OK)
        *out = b;
    else
        parry_builder_close(b);
    return code;
}

void parry_builder_close(parry_builder *b)
{
    if (b == NULL)
        return;
    for (unsigned i = 0; b->scratch != NULL && i < b->o.threads; i++)
        parry_encoder_scratch_free(b->scratch[i]);
    free(b->scratch);
    parry_embeddings_close(b->embeddings);
    free(b);
}

const parry_segment_options *parry_builder_shape(const parry_builder *b) { return &b->shape; }
parry_tally *parry_builder_tally(parry_builder *b) { return &b->tally; }

/* ---- loading: store to rows ----------------------------------------------------------------------------------------
 */

static piece *add_piece(const parry_builder *b, loaded *l, parry_str text)
{
    piece *p = &l->pieces[l->npieces++];
    float *vector = PARRY_ARRAY(l->arena, float, b->shape.dim);
    *p = (piece){text, parry_embeddings_key(b->embeddings, PARRY_PASSAGE, text), vector};
    return p;
}

static void collect_pieces(const parry_builder *b, loaded *l)
{
    parry_str sentences[PARRY_SENTENCES];
    size_t n = parry_article_sentences(&l->in, sentences);
    l->pieces = PARRY_ARRAY(l->arena, piece, l->in.nrows + n);
    for (size_t i = 0; i < l->in.nrows; i++) {
        parry_str text = parry_row_embed_text(l->arena, &l->in, &l->rows[i]);
        if (text.n == 0)
            continue;
        piece *p = add_piece(b, l, text);
        l->rows[i].vector = p->vector;
        if (l->rows[i].kind == PARRY_ROW_SENTENCE)
            l->sentences[l->nsentences++] = p;
    }
    if (l->nsentences == 0) /* a long article: they have no rows */
        for (size_t i = 0; i < n; i++)
            l->sentences[l->nsentences++] = add_piece(b, l, sentences[i]);
}

static void cut(const parry_builder *b, loaded *l, const parry_article *article)
{
    const parry_encoder *e = b->o.encoder;
    parry_article_rows(l->arena, article, e ? parry_encoder_tokenizer(e) : NULL, b->o.passage_tokens, &l->in);
    l->rows = PARRY_ARRAY(l->arena, parry_row_in, l->in.nrows);
    memcpy(l->rows, l->in.rows, l->in.nrows * sizeof *l->rows);
    l->in.rows = l->rows;
    if (e != NULL)
        collect_pieces(b, l);
}

static void load_one(void *ctx, size_t i, unsigned worker)
{
    (void)worker;
    group *g = ctx;
    loaded *l = &g->list[g->loaded_from + i];
    parry_article article;
    l->code = parry_store_version(g->b->store, l->arena, l->version->hash, &article, &l->err);
    if (l->code != PARRY_OK)
        return;
    article.id = l->version->id;
    article.slug = l->version->slug;
    article.audience = l->version->audience;
    article.hash = l->version->hash;
    if (article.searchable)
        cut(g->b, l, &article);
    parry_article_free(&article);
}

/* A file that an older parser took and this one refuses must not stop all others. */
static parry_code take_refusals(group *g, parry_err *err)
{
    for (size_t i = g->loaded_from; i < g->n; i++) {
        loaded *l = &g->list[i];
        if (l->code == PARRY_INVALID || l->code == PARRY_TOO_LARGE) {
            g->b->tally.refused++;
        } else if (l->code != PARRY_OK) {
            parry_err_context(&l->err, "article %.*s", PARRY_FMT(l->version->id));
            if (err != NULL)
                *err = l->err;
            return l->code;
        }
    }
    return PARRY_OK;
}

/* Load articles until the group is full; *at moves on. */
static parry_code load_group(group *g, const parry_version *versions, size_t n, size_t *at, parry_err *err)
{
    size_t step = (size_t)LOAD_AT_ONCE * g->b->o.threads, full = (size_t)ENCODE_AT_ONCE * g->b->o.threads, rows = 0;
    parry_code code = PARRY_OK;
    while (*at < n && rows < full && code == PARRY_OK) {
        size_t some = n - *at < step ? n - *at : step;
        g->loaded_from = g->n;
        for (size_t i = 0; i < some; i++) {
            if (g->n == g->cap) {
                g->cap = g->cap ? 2 * g->cap : 64;
                g->list = parry_realloc(g->list, g->cap * sizeof *g->list);
            }
            g->list[g->n++] = (loaded){.version = &versions[*at + i], .arena = parry_arena_new()};
        }
        parry_parallel(some, g->b->o.threads, load_one, g);
        *at += some;
        for (size_t i = g->loaded_from; i < g->n; i++)
            rows += g->list[i].in.nrows;
        code = take_refusals(g, err);
    }
    return code;
}

static void clear_group(group *g)
{
    for (size_t i = 0; i < g->n; i++)
        parry_arena_free(g->list[i].arena);
    free(g->pieces);
    free(g->missing);
    free(g->codes);
    free(g->errs);
    g->pieces = g->missing = NULL;
    g->codes = NULL;
    g->errs = NULL;
    g->n = g->npieces = g->nmissing = 0;
}

/* ---- vectors --------------------------------------------------------------------------------------------------------
 */

static int longest_first(const void *a, const void *b)
{
    const piece *x = *(piece *const *)a, *y = *(piece *const *)b;
    if (x->text.n != y->text.n)
        return x->text.n < y->text.n ? 1 : -1;
    return memcmp(x->key.b, y->key.b, sizeof x->key.b);
}

static parry_code look_up(group *g, parry_err *err)
{
    for (size_t i = 0; i < g->n; i++)
        g->npieces += g->list[i].npieces;
    g->pieces = parry_calloc(g->npieces + 1, sizeof(piece *));
    g->missing = parry_calloc(g->npieces + 1, sizeof(piece *));
    parry_hash *keys = parry_calloc(g->npieces + 1, sizeof *keys);
    float **vectors = parry_calloc(g->npieces + 1, sizeof(float *));
    bool *found = parry_calloc(g->npieces + 1, sizeof *found);
    size_t k = 0;
    for (size_t i = 0; i < g->n; i++) {
        for (size_t j = 0; j < g->list[i].npieces; j++, k++) {
            g->pieces[k] = &g->list[i].pieces[j];
            keys[k] = g->pieces[k]->key;
            vectors[k] = g->pieces[k]->vector;
        }
    }
    parry_code code = parry_embeddings_find(g->b->embeddings, keys, g->npieces, vectors, found, err);
    for (size_t i = 0; i < g->npieces; i++) {
        if (!found[i])
            g->missing[g->nmissing++] = g->pieces[i];
    }
    qsort(g->missing, g->nmissing, sizeof(piece *), longest_first);
    free(keys);
    free(vectors);
    free(found);
    return code;
}

static void encode_one(void *ctx, size_t i, unsigned worker)
{
    group *g = ctx;
    parry_builder *b = g->b;
    if (b->scratch[worker] == NULL)
        b->scratch[worker] = parry_encoder_scratch_new(b->o.encoder);
    size_t from = i * g->batch, n = g->nmissing - from < g->batch ? g->nmissing - from : g->batch, dim = b->shape.dim;
    parry_str texts[LARGEST_BATCH];
    for (size_t j = 0; j < n; j++)
        texts[j] = g->missing[from + j]->text;
    float *vectors = parry_calloc(n * dim, sizeof *vectors);
    g->codes[i] = parry_encode_batch(b->o.encoder, b->scratch[worker], PARRY_PASSAGE, texts, n, vectors, &g->errs[i]);
    parry_halves_round(vectors, n * dim); /* as the cache will give them */
    for (size_t j = 0; j < n; j++)
        memcpy(g->missing[from + j]->vector, vectors + j * dim, dim * sizeof *vectors);
    free(vectors);
}

static parry_code store_missing(group *g, parry_err *err)
{
    parry_hash *keys = parry_calloc(g->nmissing + 1, sizeof *keys);
    const float **vectors = parry_calloc(g->nmissing + 1, sizeof(float *));
    for (size_t i = 0; i < g->nmissing; i++) {
        keys[i] = g->missing[i]->key;
        vectors[i] = g->missing[i]->vector;
    }
    parry_code code = parry_embeddings_put(g->b->embeddings, keys, g->nmissing, vectors, err);
    free(keys);
    free(vectors);
    return code;
}

static parry_code encode_missing(group *g, parry_err *err)
{
    size_t share = g->nmissing / (4 * (size_t)g->b->o.threads) + 1; /* some batches a thread: cores end together */
    g->batch = share < SMALLEST_BATCH ? SMALLEST_BATCH : share > LARGEST_BATCH ? LARGEST_BATCH : share;
    size_t n = (g->nmissing + g->batch - 1) / g->batch;
    g->codes = parry_calloc(n + 1, sizeof *g->codes);
    g->errs = parry_calloc(n + 1, sizeof *g->errs);
    parry_parallel(n, g->b->o.threads, encode_one, g);
    for (size_t i = 0; i < n; i++) {
        if (g->codes[i] != PARRY_OK) {
            if (err != NULL)
                *err = g->errs[i];
            return g->codes[i];
        }
    }
    return g->nmissing ? store_missing(g, err) : PARRY_OK;
}

static size_t count_passages(const parry_article_in *in)
{
    size_t n = 0;
    for (size_t i = 0; i < in->nrows; i++)
        n += in->rows[i].kind == PARRY_ROW_PASSAGE;
    return n;
}

/* Makes v a unit vector; false where it has no direction. */
static bool make_unit(float *v, size_t dim)
{
    double length = 0;
    for (size_t d = 0; d < dim; d++)
        length += (double)v[d] * (double)v[d];
    length = sqrt(length);
    for (size_t d = 0; d < dim && length > 0; d++)
        v[d] = (float)((double)v[d] / length);
    return length > 0;
}

static void add_to(float *sum, const float *v, size_t dim)
{
    for (size_t d = 0; d < dim; d++)
        sum[d] += v[d];
}

/* The direction of the whole: the mean of the passages' vectors, or the title's where there is no text. */
static void point_article(const parry_builder *b, loaded *l, parry_row_in *article)
{
    parry_row_kind source = count_passages(&l->in) > 0 ? PARRY_ROW_PASSAGE : PARRY_ROW_TITLE;
    float *mean = PARRY_ARRAY(l->arena, float, b->shape.dim);
    for (size_t i = 0; i < l->in.nrows; i++)
        if (l->rows[i].vector != NULL && l->rows[i].kind == source)
            add_to(mean, l->rows[i].vector, b->shape.dim);
    article->vector = make_unit(mean, b->shape.dim) ? mean : NULL;
}

static void point_sentences(const parry_builder *b, loaded *l, parry_row_in *sentences)
{
    float *mean = PARRY_ARRAY(l->arena, float, b->shape.dim);
    for (size_t i = 0; i < l->nsentences; i++)
        add_to(mean, l->sentences[i]->vector, b->shape.dim);
    sentences->vector = make_unit(mean, b->shape.dim) ? mean : NULL;
}

static void point_means(const parry_builder *b, loaded *l)
{
    for (size_t i = 0; i < l->in.nrows; i++) {
        if (l->rows[i].kind == PARRY_ROW_ARTICLE)
            point_article(b, l, &l->rows[i]);
        else if (l->rows[i].kind == PARRY_ROW_SENTENCES)
            point_sentences(b, l, &l->rows[i]);
    }
}

static parry_code find_vectors(group *g, parry_err *err)
{
    if (g->b->o.encoder == NULL)
        return PARRY_OK;
    parry_code code = look_up(g, err);
    if (code == PARRY_OK)
        code = encode_missing(g, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < g->n; i++) {
        point_means(g->b, &g->list[i]);
    }
    g->b->tally.embedded += g->nmissing;
    g->b->tally.cached += g->npieces - g->nmissing;
    return PARRY_OK;
}

/* ---- the segment ----------------------------------------------------------------------------------------------------
 */

static parry_code write_group(group *g, parry_segment_writer *w, size_t *written, parry_err *err)
{
    parry_tally *t = &g->b->tally;
    for (size_t i = 0; i < g->n; i++) {
        loaded *l = &g->list[i];
        t->articles++;
        if (l->in.nrows == 0)
            continue;
        parry_code code = parry_segment_writer_add(w, &l->in, err);
        if (code != PARRY_OK)
            return code;
        t->passages += count_passages(&l->in);
        ++*written;
    }
    if (g->b->o.progress != NULL)
        g->b->o.progress(g->b->o.progress_ctx, t->articles, t->of_articles, t->passages, t->embedded + t->cached);
    return PARRY_OK;
}

static parry_code write_all(parry_builder *b, const parry_version *versions, size_t n, parry_segment_writer *w,
                            size_t *written, parry_err *err)
{
    group g = {.b = b};
    parry_code code = PARRY_OK;
    for (size_t at = 0; at < n && code == PARRY_OK;) {
        code = load_group(&g, versions, n, &at, err);
        if (code == PARRY_OK)
            code = find_vectors(&g, err);
        if (code == PARRY_OK)
            code = write_group(&g, w, written, err);
        clear_group(&g);
    }
    free(g.list);
    return code;
}

/* Slug and audience are not in the file's hash: the store may say otherwise than the file. They go in with the id. */
static void name_segment(const parry_builder *b, const parry_version *versions, size_t n, char name[PARRY_NAME_TEXT])
{
    parry_arena *a = parry_arena_new();
    parry_str *ids = PARRY_ARRAY(a, parry_str, n + 1);
    parry_hash *hashes = PARRY_ARRAY(a, parry_hash, n + 1);
    for (size_t i = 0; i < n; i++) {
        const parry_version *v = &versions[i];
        ids[i] = parry_str_printf(a, "%.*s\n%.*s\n%.*s", PARRY_FMT(v->id), PARRY_FMT(v->slug), PARRY_FMT(v->audience));
        hashes[i] = v->hash;
    }
    parry_segment_name(&b->shape, ids, hashes, n, name);
    parry_arena_free(a);
}

/* Is a whole segment of that name there, from a run that was killed before it published? A damaged one is removed. */
static parry_code take_existing(parry_builder *b, const char *name, size_t n, bool *taken, parry_err *err)
{
    *taken = false;
    if (!parry_segment_exists(b->segments_dir, name))
        return PARRY_OK;
    parry_segment *s = NULL;
    if (parry_segment_open(b->segments_dir, name, true, &s, NULL) == PARRY_OK) {
        const parry_segment_info *info = parry_segment_get_info(s);
        b->tally.articles += n;
        b->tally.passages += info->kind_rows[PARRY_ROW_PASSAGE];
        b->tally.cached += info->nvectors - (b->shape.dim ? info->narticles + info->kind_rows[PARRY_ROW_SENTENCES] : 0);
        parry_segment_close(s);
        *taken = true;
        return PARRY_OK;
    }
    char path[PATH_MAX + PARRY_NAME_TEXT + 1];
    snprintf(path, sizeof path, "%s/%s", b->segments_dir, name);
    return parry_tree_remove(path, err);
}

parry_code parry_build(parry_builder *b, const parry_version *versions, size_t n, char name[PARRY_NAME_TEXT],
                       parry_err *err)
{
    char wanted[PARRY_NAME_TEXT];
    bool taken;
    size_t written = 0;
    name_segment(b, versions, n, wanted);
    parry_code code = take_existing(b, wanted, n, &taken, err);
    if (code == PARRY_OK && !taken) {
        parry_segment_writer *w;
        code = parry_segment_writer_open(b->segments_dir, wanted, &b->shape, &w, err);
        if (code != PARRY_OK)
            return code;
        code = write_all(b, versions, n, w, &written, err);
        if (code == PARRY_OK && written > 0)
            code = parry_segment_writer_finish(w, err);
        else
            parry_segment_writer_abort(w);
    }
    if (code == PARRY_OK)
        memcpy(name, taken || written > 0 ? wanted : "", taken || written > 0 ? sizeof wanted : 1);
    return code;
}
