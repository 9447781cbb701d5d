/* Cohesion of articles of the sample, against what it is by its definition: sums of vectors, sentence by sentence. */
#include "tests/indexer/fake_encoder.h"
#include "tests/indexer/home.h"
#include "tests/indexer/testing.h"

#include "engine/cohesion.h"

#include <math.h>

enum { RANKED = 12, FIRST_TEN = 10, PARTS_MAX = 256 };
static const double QUESTION = 0.5; /* its cosine with every article's mean */

typedef struct fixture {
    home *home;
    parry_encoder *encoder;
    parry_index *index;
    parry_generation *g;
} fixture;

static int set_up(void **state)
{
    fixture *f = parry_calloc(1, sizeof *f);
    f->encoder = fake_encoder_new("model");
    f->home = home_new(f->encoder);
    home_import(f->home, PARRY_SAMPLE);
    home_add(f->home, "one.md", "One sentence is all that stands here.");
    home_run_only(f->home);
    ok(parry_index_open(f->home->index, &f->index, &err));
    f->g = parry_index_acquire(f->index);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    parry_generation_release(f->g);
    parry_index_close(f->index);
    home_free(f->home);
    parry_encoder_close(f->encoder);
    free(f);
    return 0;
}

static double dot(const float *x, const float *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)y[i];
    return sum;
}

/* The vectors that count: of sentences where there are any, else of passages. */
static size_t parts_of(const parry_segment *segment, uint32_t article, size_t dim, float *out)
{
    const parry_segment_info *s = parry_segment_get_info(segment);
    size_t n = 0;
    for (int kind = PARRY_ROW_SENTENCE; n == 0; kind = PARRY_ROW_PASSAGE) {
        for (uint32_t r = s->article_row[article]; r < s->article_row[article + 1]; r++)
            if (s->row_kind[r] == kind && n < PARTS_MAX && parry_segment_vector(segment, r, out + n * dim))
                n++;
        if (kind == PARRY_ROW_PASSAGE)
            break;
    }
    return n;
}

/* Mean cosine of a part with the mean of all, or of the others. */
static double mean_cosine(const float *parts, size_t n, size_t dim, bool others)
{
    double sum = 0;
    float *mean = parry_calloc(dim, sizeof *mean);
    for (size_t i = 0; i < n; i++) {
        memset(mean, 0, dim * sizeof *mean);
        for (size_t j = 0; j < n; j++)
            for (size_t d = 0; d < dim && !(others && i == j); d++)
                mean[d] += parts[j * dim + d];
        sum +=
            dot(parts + i * dim, mean, dim) / sqrt(dot(mean, mean, dim) * dot(parts + i * dim, parts + i * dim, dim));
    }
    free(mean);
    return sum / (double)n;
}

static void check(fixture *f, uint32_t from)
{
    const parry_generation_info *info = parry_generation_get_info(f->g);
    const parry_segment *segment = info->segments[0].segment;
    uint32_t narticles = parry_segment_get_info(segment)->narticles;
    float *parts = parry_calloc(PARTS_MAX * info->dim, sizeof *parts);
    parry_candidate c[RANKED];
    parry_ranked ranked[RANKED];
    double sum = 0, count = 0, cohesion = 1, others = 0, known = 0;
    for (uint32_t i = 0; i < RANKED; i++) {
        c[i] = (parry_candidate){.article = (from + i) % narticles, .vector_sentences = (float)QUESTION};
        ranked[i] = (parry_ranked){.c = &c[i]};
        size_t n = parts_of(segment, c[i].article, info->dim, parts);
        double own = n > 1 ? mean_cosine(parts, n, info->dim, true) : 0;
        if (i == 0 && n > 1) {
            cohesion = mean_cosine(parts, n, info->dim, false);
            others = own;
            known = (double)n;
        }
        sum += i < FIRST_TEN && n > 1 ? (double)n * own : 0;
        count += i < FIRST_TEN && n > 1 ? (double)n : 0;
    }
    parry_cohesion got = parry_cohesion_of(f->g, f->home->arena, ranked, RANKED);
    double usual = (known * others + 2 * (count > 0 ? sum / count : 0)) / (known + 2);
    if (fabs(got.cohesion - cohesion) > 0.005 || fabs(got.excess - (QUESTION - usual)) > 0.01)
        fail_msg("article %u: cohesion %.4f for %.4f, excess %.4f for %.4f", from, got.cohesion, cohesion, got.excess,
                 QUESTION - usual);
    free(parts);
}

static void it_is_what_sums_of_vectors_give(void **state)
{
    fixture *f = *state;
    const parry_segment *segment = parry_generation_get_info(f->g)->segments[0].segment;
    for (uint32_t a = 0; a < parry_segment_get_info(segment)->narticles; a++)
        check(f, a);
}

static void of_nothing_nothing_is_known(void **state)
{
    fixture *f = *state;
    parry_cohesion none = parry_cohesion_of(f->g, f->home->arena, NULL, 0);
    assert_true(fabs(none.cohesion) < 1e-12 && fabs(none.excess) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_what_sums_of_vectors_give, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_nothing_nothing_is_known, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
