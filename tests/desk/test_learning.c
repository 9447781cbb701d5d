/* What the classifier is made of: features, the linear model, nearest cases, the blend. */
#include "tests/base/testing.h"

#include "desk/classify/blend.h"
#include "desk/classify/learned.h"

#include <math.h>
#include <stdlib.h>

static parry_features features(scratch *s, const char *text)
{
    parry_terms w = parry_terms_of(s->arena, parry_str_of(text));
    return parry_features_of(s->arena, &w);
}

static bool alike(scratch *s, const char *a, const char *b)
{
    parry_features x = features(s, a), y = features(s, b);
    return x.n == y.n && memcmp(x.of, y.of, x.n * sizeof *x.of) == 0;
}

static double product(scratch *s, const char *a, const char *b)
{
    float x[PARRY_SKETCH], y[PARRY_SKETCH];
    parry_features f = features(s, a), g = features(s, b);
    parry_features_sketch(&f, x);
    parry_features_sketch(&g, y);
    double sum = 0;
    for (size_t i = 0; i < PARRY_SKETCH; i++)
        sum += (double)(x[i] * y[i]);
    return sum;
}

static void wording_is_words_without_case_accents_and_numbers(void **state)
{
    scratch *s = *state;
    parry_terms w = parry_terms_of(s->arena, lit("Don\xE2\x80\x99t  PAY \xC3\xA9t\xC3\xA9-2024, $5 #12/7x!"));
    static const char *const are[] = {"dont", "pay", "ete", "0", "$", "0", "0", "0x"};
    assert_int_equal(w.n, sizeof are / sizeof *are);
    for (size_t i = 0; i < w.n; i++)
        assert_str(w.word[i], are[i]);
    assert_true(alike(s, "Order 123 LATE", "order 98765, late!"));
    assert_false(alike(s, "order late", "late order"));
    assert_int_equal(features(s, " .,! ").n, 0);
}

static void features_have_unit_length_and_stand_in_order(void **state)
{
    scratch *s = *state;
    parry_features f = features(s, "where is my parcel, my parcel is late");
    double sum = 0;
    for (size_t i = 0; i < f.n; i++) {
        assert_true(f.of[i].bucket < PARRY_FEATURE_BUCKETS && (i == 0 || f.of[i].bucket > f.of[i - 1].bucket));
        sum += (double)(f.of[i].value * f.of[i].value);
    }
    assert_true(fabs(sum - 1) < 1e-5);
}

static void a_sketch_is_nearer_to_the_same_word_misspelt(void **state)
{
    scratch *s = *state;
    assert_true(fabs(product(s, "my refund", "MY REFUND!") - 1) < 1e-5);
    assert_true(product(s, "refund not received", "refnd not recieved") >
                product(s, "refund not received", "new password") + .2);
    assert_true(fabs(product(s, "", "refund")) < 1e-9);
}

/* Three classes, told by one word each; a fourth word tells nothing. */
static void the_linear_model_learns_words_and_dense_numbers(void **state)
{
    scratch *s = *state;
    static const char *const texts[] = {"alpha same", "beta same", "gamma same", "alpha", "beta", "gamma"};
    parry_features f[6];
    float dense[12] = {1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0};
    unsigned char label[6] = {0, 1, 2, 0, 1, 2};
    for (size_t i = 0; i < 6; i++)
        f[i] = features(s, texts[i]);
    for (size_t dim = 0; dim <= 2; dim += 2) {
        parry_rows rows = {
            .words = f, .dense = dim > 0 ? dense : NULL, .label = label, .n = 6, .dim = dim, .classes = 3};
        float *w = parry_malloc(parry_logistic_size(dim, 3) * sizeof *w);
        parry_logistic_fit(&rows, 100, w);
        for (size_t i = 0; i < 6; i++) {
            double z[3];
            parry_logistic_apply(w, dim, 3, &f[i], dense + 2 * i, z);
            parry_softmax(z, 3);
            assert_true(z[label[i]] > .9);
        }
        free(w);
    }
}

/* At the minimum of cost x loss + |w|^2 / 2 the weights are cost times the errors, summed over rows (the gradient is
 * 0). */
static void the_linear_model_ends_where_its_gradient_is_nothing(void **state)
{
    scratch *s = *state;
    static const char *const texts[] = {"pay card", "pay bill", "late parcel", "parcel lost", "card lost"};
    unsigned char label[5] = {0, 0, 1, 1, 0};
    const double cost = 5;
    parry_features f[5];
    for (size_t i = 0; i < 5; i++)
        f[i] = features(s, texts[i]);
    parry_rows rows = {.words = f, .label = label, .n = 5, .classes = 2};
    size_t size = parry_logistic_size(0, 2);
    float *w = parry_malloc(size * sizeof *w);
    double *sum = parry_calloc(size, sizeof *sum);
    parry_logistic_fit(&rows, cost, w);
    for (size_t i = 0; i < 5; i++) {
        double z[2];
        parry_logistic_apply(w, 0, 2, &f[i], NULL, z);
        parry_softmax(z, 2);
        z[label[i]] -= 1;
        for (size_t j = 0; j < f[i].n; j++) {
            for (size_t k = 0; k < 2; k++)
                sum[f[i].of[j].bucket * 2 + k] -= cost * (double)f[i].of[j].value * z[k];
        }
    }
    for (size_t j = 0; j < size - 2; j++)
        assert_true(fabs((double)w[j] - sum[j]) < 1e-3);
    free(sum);
    free(w);
}

static void a_left_out_fold_counts_for_nothing(void **state)
{
    scratch *s = *state;
    parry_features f[3] = {features(s, "one"), features(s, "two"), features(s, "one")};
    unsigned char label[3] = {0, 1, 1};
    unsigned fold[3] = {0, 0, 1};
    parry_rows without = {.words = f, .label = label, .fold = fold, .without = 1, .n = 3, .classes = 2};
    parry_rows never = {.words = f, .label = label, .n = 2, .classes = 2};
    size_t size = parry_logistic_size(0, 2);
    float *a = parry_malloc(size * sizeof *a), *b = parry_malloc(size * sizeof *b);
    parry_logistic_fit(&without, 10, a);
    parry_logistic_fit(&never, 10, b);
    assert_memory_equal(a, b, size * sizeof *a);
    free(a);
    free(b);
}

static void the_nearest_come_first_and_folds_are_passed_over(void **state)
{
    (void)state;
    enum { N = 40, DIM = 2 };
    int8_t cases[N * DIM];
    unsigned fold[N];
    unsigned char label[N];
    for (size_t i = 0; i < N; i++) {
        float v[DIM] = {cosf((float)i / 20), sinf((float)i / 20)};
        parry_nearest_pack(v, DIM, cases + i * DIM);
        fold[i] = i == 0;
        label[i] = i < 8 ? 0 : 1;
    }
    parry_near near[PARRY_NEAREST];
    const float towards[DIM] = {1, 0};
    assert_int_equal(parry_nearest(cases, N, DIM, towards, NULL, 0, near), PARRY_NEAREST);
    assert_int_equal(near[0].i, 0);
    for (size_t i = 1; i < PARRY_NEAREST; i++)
        assert_true(near[i].similarity <= near[i - 1].similarity);
    assert_int_equal(parry_nearest(cases, N, DIM, towards, fold, 1, near), PARRY_NEAREST);
    assert_true(near[0].i != 0);
    double share[2];
    parry_nearest_shares(near, PARRY_NEAREST, label, 2, share);
    assert_true(fabs(exp(share[0]) + exp(share[1]) - 1) < 1e-9);
    assert_int_equal(parry_nearest(cases, 3, DIM, towards, NULL, 0, near), 3);
    parry_nearest_shares(near, 0, label, 2, share);
    assert_true(fabs(share[0] - share[1]) < 1e-12);
}

/* Cases whose evidence is twice as strong as it should be: the blend halves it. */
static void the_blend_finds_how_far_evidence_can_be_trusted(void **state)
{
    (void)state;
    enum { N = 4000 };
    parry_evidence *e = parry_calloc(N, sizeof *e);
    unsigned char *label = parry_calloc(N, 1);
    uint32_t x = 7;
    for (size_t i = 0; i < N; i++) {
        x = x * 1664525u + 1013904223u;
        double logit = 6 * ((double)x / 4294967296.0) - 3;
        x = x * 1664525u + 1013904223u;
        label[i] = (double)x / 4294967296.0 < 1 / (1 + exp(-logit));
        e[i] = (parry_evidence){.logit = {0, 2 * logit}, .similarity = 1};
    }
    parry_blend b = {.share = {.5, .5}};
    parry_blend_fit(e, label, N, NULL, 0, 2, &b);
    assert_true(fabs(b.linear - .5) < .05);
    double p[2], far[2];
    parry_evidence one = {.logit = {0, 4}, .similarity = 1};
    parry_blend_of(&b, &one, 2, p);
    one.similarity = .25;
    parry_blend_of(&b, &one, 2, far);
    assert_true(p[1] > .8 && far[1] < .6 && far[1] > .5);
    free(label);
    free(e);
}

static void a_rule_chooses_among_what_it_leaves(void **state)
{
    (void)state;
    const double p[4] = {.1, .6, .2, .1};
    assert_int_equal(parry_blend_choice(p, 0, 4), 1);
    assert_int_equal(parry_blend_choice(p, 1u << 2 | 1u << 3, 4), 2);
    assert_int_equal(parry_blend_choice(p, 1u << 3, 4), 3);
}

/* What was learned of two classes out of three cases, by words and by a meaning of two numbers; as bytes. */
static void write_small(parry_buf *out)
{
    uint32_t line[3] = {2, 3, 4};
    unsigned char label[3] = {0, 1, 1};
    int8_t sketches[3 * PARRY_SKETCH] = {1}, meanings[3 * 2] = {2};
    float *weights = parry_calloc(parry_logistic_size(2, 2), sizeof *weights);
    weights[10] = 1;
    parry_learned l = {.classes = 2,
                       .dim = 2,
                       .weights = {weights, weights},
                       .blend = {{.linear = 1, .share = {.3, .7}}, {.near = 1, .share = {.3, .7}}},
                       .n = 3,
                       .line = line,
                       .label = label,
                       .cases = {sketches, meanings}};
    parry_learned_write(&l, out);
    free(weights);
}

static void what_was_learned_is_read_back_or_refused(void **state)
{
    (void)state;
    enum {
        CLASSES = 0,
        DIM = 4,
        CASES = 8,
        LABEL = 12 + 3 * 4,
        BLEND = LABEL + 3,
        WEIGHTS = BLEND + sizeof(parry_blend)
    };
    parry_buf b = PARRY_BUF(1 << 20);
    write_small(&b);
    parry_str rest = parry_buf_str(&b);
    parry_learned l = {.classes = 0};
    ok(parry_learned_read(&rest, &l, NULL));
    assert_int_equal(rest.n, 0);
    assert_true(l.n == 3 && l.dim == 2 && l.label[2] == 1 && l.line[2] == 4);
    assert_true(l.weights[PARRY_BY_MEANING][10] > .9F && l.weights[PARRY_BY_MEANING][11] < .1F);
    parry_learned_free(&l);
    for (size_t n = 0; n < b.n; n += n < 80 ? 1 : 97) {
        rest = parry_str_make(b.p, n);
        assert_int_equal(parry_learned_read(&rest, &l, NULL), PARRY_CORRUPT);
    }
    /* Lengths and numbers that are out of range; the last byte of four is the highest. */
    const size_t places[] = {CLASSES + 3, DIM + 3, CASES + 3, LABEL, BLEND + 7, WEIGHTS + 3, WEIGHTS + 7};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char held[2];
        memcpy(held, b.p + places[i] - (places[i] > 0), 2);
        b.p[places[i]] = 127;
        if (places[i] == BLEND + 7)
            b.p[BLEND + 6] = (char)0xF0; /* infinite */
        rest = parry_buf_str(&b);
        if (parry_learned_read(&rest, &l, NULL) != PARRY_CORRUPT)
            fail_msg("damage at %zu is not found", places[i]);
        memcpy(b.p + places[i] - (places[i] > 0), held, 2);
    }
    rest = parry_buf_str(&b);
    ok(parry_learned_read(&rest, &l, NULL)); /* all of it was put right */
    parry_learned_free(&l);
    parry_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(wording_is_words_without_case_accents_and_numbers),
        in_scratch(features_have_unit_length_and_stand_in_order),
        in_scratch(a_sketch_is_nearer_to_the_same_word_misspelt),
        in_scratch(the_linear_model_learns_words_and_dense_numbers),
        in_scratch(the_linear_model_ends_where_its_gradient_is_nothing),
        in_scratch(a_left_out_fold_counts_for_nothing),
        cmocka_unit_test(the_nearest_come_first_and_folds_are_passed_over),
        cmocka_unit_test(the_blend_finds_how_far_evidence_can_be_trusted),
        cmocka_unit_test(a_rule_chooses_among_what_it_leaves),
        cmocka_unit_test(what_was_learned_is_read_back_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
