/* What encoding costs, and how much of it is not matrix products. For each precision: one query of 16 tokens,
 * tokenizing included, and a passage of 128 tokens in a batch, on one core; beside both the same products alone, over
 * the same rows and as many layers, measured in turn with them. Medians. Usage: bench_encoder [MODEL_DIR] */
#include "tests/bench/bench.h"

#include "models/encoder.h"
#include "models/kernels.h"
#include "models/model.h"
#include "models/product.h"

enum { QUERY_TOKENS = 16, PASSAGE_TOKENS = 128, PASSAGES = 64, ROUNDS = 5, QUERIES = 400, BATCH_ROWS = 256, SKIP = 77 };

typedef struct layer {
    parry_linear *l[4];
} layer;

typedef struct alone {
    parry_products *products;
    parry_products_scratch *scratch;
    layer *layers;
    size_t n;
    float *x, *y; /* room for the widest rows */
} alone;

typedef struct subject {
    parry_encoder *encoder;
    parry_encoder_scratch *scratch;
    float *vectors;
    alone products;
} subject;

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median_ms(int64_t *ns, size_t n)
{
    qsort(ns, n, sizeof *ns, by_value);
    return (double)ns[n / 2] / 1e6;
}

static alone alone_new(const parry_model *m, bool bf16)
{
    parry_err err;
    alone a = {.n = m->layers};
    must(parry_products_new(bf16, &a.products, &err), &err);
    size_t h = m->hidden, wide = m->intermediate;
    const parry_shape shapes[4] = {{.in = h, .out = 3 * h},
                                   {.in = h, .out = h, .accumulate = true},
                                   {.in = h, .out = wide, .gelu = true},
                                   {.in = wide, .out = h, .accumulate = true}};
    float *zeroes = parry_calloc(4 * h * (wide > h ? wide : h), sizeof *zeroes);
    a.layers = parry_calloc(a.n, sizeof *a.layers);
    for (size_t i = 0; i < a.n; i++)
        for (size_t k = 0; k < 4; k++)
            must(parry_linear_new(a.products, shapes[k], zeroes, zeroes, &a.layers[i].l[k], &err), &err);
    free(zeroes);
    a.scratch = parry_products_scratch_new(a.products);
    a.x = parry_calloc(BATCH_ROWS * (3 * h + wide), sizeof *a.x);
    a.y = parry_calloc(BATCH_ROWS * (3 * h + wide), sizeof *a.y);
    return a;
}

static void alone_free(alone *a)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < 4; k++)
            parry_linear_free(a->layers[i].l[k]);
    parry_products_scratch_free(a->scratch);
    parry_products_free(a->products);
    free(a->layers);
    free(a->x);
    free(a->y);
}

/* What the products of one forward pass over so many rows cost. */
static int64_t alone_ns(const alone *a, size_t rows)
{
    parry_err err;
    int threads = parry_one_thread_begin();
    int64_t start = cpu_ns();
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < 4; k++)
            must(parry_linear_run(a->layers[i].l[k], a->scratch, a->x, a->y, rows, &err), &err);
    int64_t ns = cpu_ns() - start;
    parry_one_thread_end(threads);
    return ns;
}

/* Words until the text has just so many tokens. */
static parry_str text_of(parry_arena *a, const parry_tokenizer *t, size_t tokens)
{
    static const char *const words[] = {"how", "do", "I",     "change", "the",    "address",
                                        "of",  "an", "order", "after",  "payment"};
    parry_str s = parry_str_of("help");
    for (size_t i = 0; parry_token_count(t, s) + 2 < tokens; i++)
        s = parry_str_printf(a, "%.*s %s", PARRY_FMT(s), words[i % (sizeof words / sizeof *words)]);
    return s;
}

static void print_row(const char *what, double ms, double products)
{
    printf("  %-22s  %8.3f  %8.3f  %5.1f %%  %8.1f\n", what, ms, products, 100 * (1 - products / ms), 1000 / ms);
}

static void measure_query(const subject *s, parry_str text)
{
    int64_t ns[QUERIES], products[QUERIES];
    parry_err err;
    for (size_t i = 0; i < QUERIES; i++) {
        int64_t start = cpu_ns();
        must(parry_encode(s->encoder, s->scratch, PARRY_QUERY, text, s->vectors, &err), &err);
        ns[i] = cpu_ns() - start;
        products[i] = alone_ns(&s->products, QUERY_TOKENS);
    }
    print_row("query of 16 tokens", median_ms(ns, QUERIES), median_ms(products, QUERIES));
}

static void measure_batch(const subject *s, parry_str text)
{
    int64_t ns[ROUNDS], products[ROUNDS];
    parry_str texts[PASSAGES];
    parry_err err;
    for (size_t i = 0; i < PASSAGES; i++)
        texts[i] = text;
    for (size_t i = 0; i < ROUNDS; i++) {
        int64_t start = cpu_ns();
        must(parry_encode_batch(s->encoder, s->scratch, PARRY_PASSAGE, texts, PASSAGES, s->vectors, &err), &err);
        ns[i] = cpu_ns() - start;
        products[i] = 0;
        for (size_t rows = 0; rows < PASSAGES * PASSAGE_TOKENS; rows += BATCH_ROWS)
            products[i] += alone_ns(&s->products, BATCH_ROWS);
    }
    print_row("passage of 128 tokens", median_ms(ns, ROUNDS) / PASSAGES, median_ms(products, ROUNDS) / PASSAGES);
}

static void measure(const char *dir, const parry_model *m, parry_precision precision)
{
    parry_err err;
    subject s;
    int64_t start = cpu_ns();
    must(parry_encoder_open(dir, precision, &s.encoder, &err), &err);
    double open_ms = (double)(cpu_ns() - start) / 1e6;
    parry_arena *a = parry_arena_new();
    s.scratch = parry_encoder_scratch_new(s.encoder);
    s.vectors = parry_calloc(PASSAGES * m->hidden, sizeof *s.vectors);
    s.products = alone_new(m, precision == PARRY_PRECISION_BF16);
    printf("%s, opened in %.1f ms\n", precision == PARRY_PRECISION_BF16 ? "bf16" : "f32", open_ms);
    measure_query(&s, text_of(a, parry_encoder_tokenizer(s.encoder), QUERY_TOKENS));
    measure_batch(&s, text_of(a, parry_encoder_tokenizer(s.encoder), PASSAGE_TOKENS));
    alone_free(&s.products);
    free(s.vectors);
    parry_arena_free(a);
    parry_encoder_scratch_free(s.scratch);
    parry_encoder_close(s.encoder);
}

int main(int argc, char **argv)
{
    char dir[4096];
    parry_model m;
    parry_err err;
    parry_arena *a = parry_arena_new();
    parry_model_default_dir(getenv("XDG_CACHE_HOME"), getenv("HOME"), dir, sizeof dir);
    parry_code code = parry_model_read(a, argc > 1 ? argv[1] : dir, &m, &err);
    if (code != PARRY_OK) {
        printf("skipped: %s (tools/model/fetch.sh brings it)\n", err.msg);
        return code == PARRY_NOT_FOUND ? SKIP : parry_code_exit(code);
    }
    printf("%s, one core, kernels %s\n", m.name, parry_kernels_best()->name);
    printf("  %-22s  %8s  %8s  %7s  %8s\n", "", "ms", "products", "rest", "a second");
    measure(m.dir, &m, PARRY_PRECISION_F32);
    if (parry_cpu_has_bf16())
        measure(m.dir, &m, PARRY_PRECISION_BF16);
    parry_arena_free(a);
    return 0;
}
