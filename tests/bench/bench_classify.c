/* What classifying a ticket costs, on one core: by words alone; by words and meaning with its vector there; and with
 * the encoding. Percentiles over the shipped cases as texts. With a number N also how long training takes on N cases,
 * made of the shipped ones with numbers put between their words. Usage: bench_classify [MODEL_DIR [N]] */
#include "tests/bench/bench.h"

#include "base/clock.h"
#include "desk/classify/train.h"

#include <string.h>

enum { ROUNDS = 4, SKIP = 77 };

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

typedef struct subject {
    parry_encoder *encoder;
    parry_encoder_scratch *scratch;
    const parry_classifier *classifier;
    const parry_labelled *cases;
    float *vectors; /* one a case */
} subject;

static void measure(const subject *s, const char *what, bool encode, bool meaning)
{
    size_t n = s->cases->n, dim = parry_encoder_dim(s->encoder);
    int64_t *ns = parry_calloc(n * ROUNDS, sizeof *ns);
    parry_err err = {0};
    parry_guess found;
    for (size_t i = 0; i < n * ROUNDS; i++) {
        size_t c = i % n;
        int64_t start = cpu_ns();
        if (encode)
            must(parry_encode(s->encoder, s->scratch, PARRY_QUERY, s->cases->text[c], s->vectors + c * dim, &err),
                 &err);
        parry_classify(s->classifier, s->cases->text[c], meaning ? s->vectors + c * dim : NULL, &found);
        ns[i] = cpu_ns() - start;
    }
    qsort(ns, n * ROUNDS, sizeof *ns, by_value);
    printf("%-40s p50 %6.0f us   p99 %6.0f us\n", what, (double)ns[n * ROUNDS / 2] / 1e3,
           (double)ns[n * ROUNDS * 99 / 100] / 1e3);
    free(ns);
}

static parry_classifier *train(parry_arena *a, const parry_labelled *cases, const parry_encoder *encoder)
{
    parry_err err = {0};
    parry_trained report;
    parry_classifier *c = NULL;
    int64_t start = parry_mono_ns();
    must(parry_train(a, cases, (parry_hash){{0}}, encoder, NULL, &report, &c, &err), &err);
    printf("training on %zu cases%*s %.1f s\n", cases->n, 18, encoder != NULL ? "" : "by words alone",
           (double)(parry_mono_ns() - start) / 1e9);
    return c;
}

/* n cases: the shipped ones again and again, each time with two words of another one at its end. */
static parry_labelled many(parry_arena *a, const parry_labelled *l, size_t n)
{
    parry_labelled m = {PARRY_ARRAY(a, parry_str, n), PARRY_ARRAY(a, uint32_t, n), PARRY_ARRAY(a, unsigned char, n),
                        PARRY_ARRAY(a, unsigned char, n), n};
    for (size_t i = 0; i < n; i++) {
        size_t c = i % l->n, other = (i * 7919 + i / l->n) % l->n;
        parry_str tail = parry_utf8_cut(l->text[other], 20);
        m.text[i] = parry_str_printf(a, "%.*s %.*s", PARRY_FMT(l->text[c]), PARRY_FMT(tail));
        m.line[i] = (uint32_t)i + 2;
        m.queue[i] = l->queue[c];
        m.priority[i] = l->priority[c];
    }
    return m;
}

int main(int argc, char **argv)
{
    char dir[4096];
    parry_err err = {0};
    parry_arena *a = parry_arena_new();
    parry_labelled cases;
    subject s = {.cases = &cases};
    parry_model_default_dir(getenv("XDG_CACHE_HOME"), getenv("HOME"), dir, sizeof dir);
    if (parry_encoder_open(argc > 1 ? argv[1] : dir, PARRY_PRECISION_AUTO, &s.encoder, &err) != PARRY_OK) {
        fprintf(stderr, "bench_classify: %s\n", err.msg);
        return SKIP;
    }
    s.scratch = parry_encoder_scratch_new(s.encoder);
    must(parry_labelled_parse(a, parry_labelled_shipped(), &cases, &err), &err);
    s.vectors = PARRY_ARRAY(a, float, cases.n *parry_encoder_dim(s.encoder));
    parry_classifier *c = train(a, &cases, s.encoder);
    s.classifier = c;
    measure(&s, "encoded and classified", true, true);
    measure(&s, "classified by words and meaning", false, true);
    measure(&s, "classified by words alone", false, false);
    if (argc > 2) {
        parry_labelled more = many(a, &cases, (size_t)strtoul(argv[2], NULL, 10));
        parry_classifier *large = train(a, &more, s.encoder);
        s.classifier = large;
        measure(&s, "of these, classified by words and meaning", false, true);
        parry_classifier_free(large);
    }
    parry_classifier_free(c);
    parry_encoder_scratch_free(s.scratch);
    parry_encoder_close(s.encoder);
    parry_arena_free(a);
    return 0;
}
