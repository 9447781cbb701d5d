/* The forward pass. Texts lie one after the other in one matrix of tokens x hidden, without padding between them: the
 * products and norms do not care where a text ends, attention and pooling are told.
 *
 *     x (f32) --round--> low --qkv--> wide --attend--> mixed --out--> +x --norm--> x, low --up, gelu--> wide --down-->
 * +x --norm
 *
 * In f32 there is no `low`: the products read x itself. */
#include "models/encoder.h"

#include "models/kernels.h"
#include "models/model.h"
#include "models/weights.h"

#include <stdlib.h>

/* Rows of one forward pass of a batch: enough that the weights' way from memory does not count, few enough for the
 * cache. */
enum { BATCH_ROWS = 256, WINDOW = 1024 };

struct parry_encoder {
    parry_arena *arena;
    parry_model model;
    parry_tokenizer *tokenizer;
    parry_products *products;
    parry_weights weights;
    const parry_kernels *kernels;
    parry_hash identity;
};

struct parry_encoder_scratch {
    parry_products_scratch *products;
    size_t rows;
    float *x;     /* rows x hidden */
    void *low;    /* rows x hidden, bf16; x itself where that is f32 */
    void *wide;   /* rows x max(3 hidden, intermediate) */
    void *mixed;  /* rows x hidden */
    float *room;  /* for attention */
    int32_t *ids; /* a query's */
};

parry_code parry_precision_parse(const char *name, parry_precision *out, parry_err *err)
{
    static const char *const names[] = {"auto", "f32", "bf16"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (parry_precision)i;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "precision \"%.40s\": one of auto, f32, bf16", name);
}

static parry_hash identify(const parry_encoder *e)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, parry_str_of("parry encoder 1"));
    parry_hasher_add(&h, e->model.weights.b, sizeof e->model.weights.b);
    parry_hasher_add(&h, e->model.files.b, sizeof e->model.files.b);
    parry_hasher_adds(&h, e->model.prefix[PARRY_QUERY]);
    parry_hasher_adds(&h, e->model.prefix[PARRY_PASSAGE]);
    parry_hasher_adds(&h, parry_str_of(parry_products_bf16(e->products) ? "bf16" : "f32"));
    return parry_hasher_end(&h);
}

static parry_code open_parts(parry_encoder *e, const char *dir, bool bf16, parry_err *err)
{
    parry_code code = parry_model_read(e->arena, dir, &e->model, err);
    if (code == PARRY_OK)
        code =
            parry_tokenizer_open(parry_model_file(e->arena, dir, "vocab.txt"), e->model.lower_case, &e->tokenizer, err);
    if (code != PARRY_OK)
        return code;
    if (parry_tokenizer_words(e->tokenizer) > e->model.words)
        return parry_fail(err, PARRY_CORRUPT, "%s/vocab.txt has more lines than config.json's vocab_size", dir);
    code = parry_products_new(bf16, &e->products, err);
    if (code == PARRY_OK)
        code = parry_weights_load(e->arena, &e->model, e->products, &e->weights, err);
    return code;
}

parry_code parry_encoder_open(const char *model_dir, parry_precision precision, parry_encoder **out, parry_err *err)
{
    parry_arena *arena = parry_arena_new();
    parry_encoder *e = PARRY_NEW(arena, parry_encoder);
    e->arena = arena;
    e->kernels = parry_kernels_best();
    bool bf16 = precision == PARRY_PRECISION_BF16 || (precision == PARRY_PRECISION_AUTO && parry_cpu_has_bf16());
    parry_code code = open_parts(e, model_dir, bf16, err);
    if (code != PARRY_OK) {
        parry_encoder_close(e);
        parry_err_context(err, "model %.100s", model_dir);
        return code;
    }
    e->identity = identify(e);
    *out = e;
    return PARRY_OK;
}

void parry_encoder_close(parry_encoder *e)
{
    if (e == NULL)
        return;
    parry_weights_drop(&e->weights);
    parry_products_free(e->products);
    parry_tokenizer_close(e->tokenizer);
    parry_arena_free(e->arena); /* e itself lives there */
}

size_t parry_encoder_dim(const parry_encoder *e) { return e->model.hidden; }
size_t parry_encoder_max_tokens(const parry_encoder *e) { return e->model.max_tokens; }
const char *parry_encoder_name(const parry_encoder *e) { return e->model.name; }
parry_hash parry_encoder_identity(const parry_encoder *e) { return e->identity; }
const parry_tokenizer *parry_encoder_tokenizer(const parry_encoder *e) { return e->tokenizer; }

parry_precision parry_encoder_precision(const parry_encoder *e)
{
    return parry_products_bf16(e->products) ? PARRY_PRECISION_BF16 : PARRY_PRECISION_F32;
}

static bool in_bf16(const parry_encoder_scratch *s) { return s->low != s->x; }

parry_encoder_scratch *parry_encoder_scratch_new(const parry_encoder *e)
{
    const parry_model *m = &e->model;
    parry_encoder_scratch *s = parry_calloc(1, sizeof *s);
    bool bf16 = parry_products_bf16(e->products);
    size_t size = bf16 ? sizeof(parry_bf16) : sizeof(float);
    size_t wide = m->intermediate > 3 * m->hidden ? m->intermediate : 3 * m->hidden;
    s->rows = m->max_tokens > BATCH_ROWS ? m->max_tokens : BATCH_ROWS;
    s->rows = (s->rows + PARRY_ROWS_STEP - 1) / PARRY_ROWS_STEP * PARRY_ROWS_STEP;
    s->products = parry_products_scratch_new(e->products);
    s->x = parry_calloc(s->rows * m->hidden, sizeof(float));
    s->low = bf16 ? parry_calloc(s->rows * m->hidden, size) : s->x;
    s->wide = parry_calloc(s->rows * wide, size);
    s->mixed = parry_calloc(s->rows * m->hidden, size);
    s->room = parry_calloc(parry_attention_room(m->max_tokens, m->hidden / m->heads), sizeof(float));
    s->ids = parry_calloc(m->max_tokens, sizeof *s->ids);
    return s;
}

void parry_encoder_scratch_free(parry_encoder_scratch *s)
{
    if (s == NULL)
        return;
    parry_products_scratch_free(s->products);
    if (in_bf16(s))
        free(s->low);
    free(s->x);
    free(s->wide);
    free(s->mixed);
    free(s->room);
    free(s->ids);
    free(s);
}

size_t parry_encoder_ids(const parry_encoder *e, parry_text_kind kind, parry_str text, int32_t *ids, size_t cap)
{
    parry_str prefix = e->model.prefix[kind];
    if (prefix.n == 0)
        return parry_tokenize(e->tokenizer, text, ids, cap);
    char *both = parry_malloc(prefix.n + text.n);
    memcpy(both, prefix.p, prefix.n);
    if (text.n > 0)
        memcpy(both + prefix.n, text.p, text.n);
    size_t n = parry_tokenize(e->tokenizer, parry_str_make(both, prefix.n + text.n), ids, cap);
    free(both);
    return n;
}

/* Texts for one forward pass: their ids, one after the other, and where the vectors go. */
typedef struct text {
    const int32_t *ids;
    size_t n;
    float *vector;
} text;

/* Words plus positions, to `row` on. */
static void embed(const parry_encoder *e, float *x, const text *t)
{
    size_t h = e->model.hidden;
    for (size_t i = 0; i < t->n; i++) {
        const float *position = e->weights.positions + i * h;
        float *row = x + i * h;
        parry_tensor_floats(&e->weights.words, (size_t)t->ids[i] * h, h, row);
        for (size_t c = 0; c < h; c++)
            row[c] += position[c];
    }
}

/* x gets the texts and, up to the next step of rows, zeroes, so that what nobody reads stays finite. */
static size_t embed_all(const parry_encoder *e, parry_encoder_scratch *s, const text *texts, size_t n)
{
    size_t h = e->model.hidden, rows = 0;
    for (size_t i = 0; i < n; i++) {
        embed(e, s->x + rows * h, &texts[i]);
        rows += texts[i].n;
    }
    size_t end = (rows + PARRY_ROWS_STEP - 1) / PARRY_ROWS_STEP * PARRY_ROWS_STEP;
    memset(s->x + rows * h, 0, (end - rows) * h * sizeof(float));
    return end;
}

static void normalise(const parry_encoder *e, parry_encoder_scratch *s, size_t rows, parry_norm norm)
{
    parry_bf16 *low = in_bf16(s) ? s->low : NULL;
    e->kernels->norm(s->x, low, rows, e->model.hidden, norm.gain, norm.bias, e->model.epsilon);
}

static void attend_all(const parry_encoder *e, parry_encoder_scratch *s, const text *texts, size_t n)
{
    const parry_model *m = &e->model;
    size_t size = in_bf16(s) ? sizeof(parry_bf16) : sizeof(float), row = 0;
    for (size_t i = 0; i < n; i++) {
        parry_attention a = {.qkv = (char *)s->wide + row * 3 * m->hidden * size,
                             .out = (char *)s->mixed + row * m->hidden * size,
                             .tokens = texts[i].n,
                             .heads = m->heads,
                             .head_dim = m->hidden / m->heads,
                             .bf16 = in_bf16(s),
                             .room = s->room};
        e->kernels->attend(&a);
        row += texts[i].n;
    }
}

static parry_code run_layer(const parry_encoder *e, parry_encoder_scratch *s, const parry_layer *l, const text *texts,
                            size_t n, size_t rows, parry_err *err)
{
    parry_code code = parry_linear_run(l->qkv, s->products, s->low, s->wide, rows, err);
    if (code != PARRY_OK)
        return code;
    attend_all(e, s, texts, n);
    code = parry_linear_run(l->out, s->products, s->mixed, s->x, rows, err);
    if (code != PARRY_OK)
        return code;
    normalise(e, s, rows, l->after_attention);
    code = parry_linear_run(l->up, s->products, s->low, s->wide, rows, err);
    if (code == PARRY_OK)
        code = parry_linear_run(l->down, s->products, s->wide, s->x, rows, err);
    if (code == PARRY_OK)
        normalise(e, s, rows, l->after_down);
    return code;
}

static parry_code forward(const parry_encoder *e, parry_encoder_scratch *s, const text *texts, size_t n, parry_err *err)
{
    size_t rows = embed_all(e, s, texts, n), h = e->model.hidden;
    normalise(e, s, rows, e->weights.embedding);
    for (size_t i = 0; i < e->weights.n; i++) {
        parry_code code = run_layer(e, s, &e->weights.layers[i], texts, n, rows, err);
        if (code != PARRY_OK)
            return code;
    }
    const float *x = s->x;
    for (size_t i = 0; i < n; i++) {
        e->kernels->pool(x, e->model.pooling == PARRY_POOL_MEAN ? texts[i].n : 1, h, texts[i].vector);
        x += texts[i].n * h;
    }
    return PARRY_OK;
}

parry_code parry_encode(const parry_encoder *e, parry_encoder_scratch *s, parry_text_kind kind, parry_str query,
                        float *vector, parry_err *err)
{
    text t = {s->ids, parry_encoder_ids(e, kind, query, s->ids, e->model.max_tokens), vector};
    int threads = parry_one_thread_begin();
    parry_code code = forward(e, s, &t, 1, err);
    parry_one_thread_end(threads);
    return code;
}

static int by_length(const void *a, const void *b)
{
    size_t x = ((const text *)a)->n, y = ((const text *)b)->n;
    return (x > y) - (x < y);
}

/* As many texts at a time as fit, all of about one length. */
static parry_code forward_sorted(const parry_encoder *e, parry_encoder_scratch *s, text *texts, size_t n,
                                 parry_err *err)
{
    qsort(texts, n, sizeof *texts, by_length);
    for (size_t i = 0, end; i < n; i = end) {
        size_t rows = texts[i].n;
        for (end = i + 1; end < n && rows + texts[end].n <= s->rows; end++)
            rows += texts[end].n;
        parry_code code = forward(e, s, texts + i, end - i, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* At most WINDOW texts: bounds what their ids take. */
static parry_code encode_window(const parry_encoder *e, parry_encoder_scratch *s, parry_text_kind kind,
                                const parry_str *in, size_t n, float *vectors, parry_err *err)
{
    size_t most = e->model.max_tokens;
    int32_t *ids = parry_malloc(n * most * sizeof *ids), *next = ids;
    text *texts = parry_calloc(n, sizeof *texts);
    for (size_t i = 0; i < n; i++) {
        texts[i] = (text){next, parry_encoder_ids(e, kind, in[i], next, most), vectors + i * e->model.hidden};
        next += texts[i].n;
    }
    parry_code code = forward_sorted(e, s, texts, n, err);
    free(texts);
    free(ids);
    return code;
}

parry_code parry_encode_batch(const parry_encoder *e, parry_encoder_scratch *s, parry_text_kind kind,
                              const parry_str *texts, size_t n, float *vectors, parry_err *err)
{
    parry_code code = PARRY_OK;
    int threads = parry_one_thread_begin();
    for (size_t i = 0; i < n && code == PARRY_OK; i += WINDOW) {
        size_t count = n - i < WINDOW ? n - i : WINDOW;
        code = encode_window(e, s, kind, texts + i, count, vectors + i * e->model.hidden, err);
    }
    parry_one_thread_end(threads);
    return code;
}

void parry_model_default_dir(const char *xdg_cache_home, const char *home, char *path, size_t cap)
{
    bool xdg = xdg_cache_home != NULL && xdg_cache_home[0] == '/'; /* the specification: relative paths are ignored */
    snprintf(path, cap, "%s%s/parry/models/all-MiniLM-L6-v2",
             xdg    ? xdg_cache_home
             : home ? home
                    : "",
             xdg ? "" : "/.cache");
}
