/* An article that has nothing to do with a query changes the order of the others no more than statistics do: with 177
 * articles instead of 176, document frequencies and mean lengths move by a half per cent, and so may scores; two
 * articles further apart than that stay in their order. What the order of words is worth is left out: it is read in the
 * best passage of the best 24 by text, and which of two passages that are nearly alike is the best may change. */
#include "tests/indexer/fake_encoder.h"
#include "tests/indexer/home.h"
#include "tests/indexer/testing.h"

#include "engine/search.h"

#include <math.h>

enum { FIRST = 5, QUERIES_MAX = 400 };
/* Of the best score, at most. By text: the statistics. With vectors: the weights follow from the candidates, one of
 * which the new article may be. */
static const double moves[] = {[PARRY_TEXT] = 0.02, [PARRY_HYBRID] = 0.05};

typedef struct answer {
    parry_str query, ids[FIRST];
    double scores[FIRST];
    size_t n;
} answer;

static double score_of(const parry_hit *h)
{
    double score = h->score;
    for (size_t i = 0; i < h->nparts; i++)
        score -= strcmp(h->parts[i].name, "text.pairs") == 0 ? h->parts[i].points : 0;
    return score;
}

static size_t ask_titles(home *h, const parry_encoder *encoder, parry_mode mode, const answer *again, size_t nagain,
                         answer *out)
{
    parry_index *index = NULL;
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    parry_searcher *s = parry_searcher_new(encoder);
    const parry_segment *segment = parry_generation_get_info(g)->segments[0].segment;
    size_t n = again != NULL ? nagain : parry_segment_get_info(segment)->narticles;
    assert_true(n <= QUERIES_MAX);
    for (size_t i = 0; i < n; i++) {
        parry_article_out x;
        parry_results r;
        if (again == NULL)
            parry_segment_article(segment, (uint32_t)i, &x);
        out[i].query = again != NULL ? again[i].query : parry_str_copy(h->arena, x.title);
        const parry_query q = {
            .text = out[i].query, .mode = mode, .audience = parry_str_of("customer"), .limit = FIRST, .explain = true};
        ok(parry_search(s, g, &q, h->arena, &r, &err));
        for (out[i].n = 0; out[i].n < r.n; out[i].n++) {
            out[i].ids[out[i].n] = parry_str_copy(h->arena, r.hits[out[i].n].id);
            out[i].scores[out[i].n] = score_of(&r.hits[out[i].n]);
        }
    }
    parry_searcher_free(s);
    parry_generation_release(g);
    parry_index_close(index);
    return n;
}

static size_t place(const answer *a, parry_str id)
{
    size_t i = 0;
    while (i < a->n && !parry_str_eq(a->ids[i], id))
        i++;
    return i;
}

static void check_order(const answer *before, const answer *after, double most)
{
    assert_int_equal(place(after, parry_str_of("unrelated")), after->n);
    for (size_t i = 0; i < before->n; i++) {
        size_t at = place(after, before->ids[i]);
        if (at < after->n && fabs(after->scores[at] - before->scores[i]) > most * before->scores[0])
            fail_msg("'%.*s': %.*s moved from %.4f to %.4f", PARRY_FMT(before->query), PARRY_FMT(before->ids[i]),
                     before->scores[i], after->scores[at]);
        for (size_t j = i + 1; j < before->n; j++)
            if (place(after, before->ids[j]) < at && before->scores[i] - before->scores[j] > most * before->scores[0])
                fail_msg("'%.*s': %.*s and %.*s changed places", PARRY_FMT(before->query), PARRY_FMT(before->ids[i]),
                         PARRY_FMT(before->ids[j]));
    }
}

static void check_mode(parry_mode mode)
{
    parry_encoder *encoder = mode == PARRY_TEXT ? NULL : fake_encoder_new("model");
    home *h = home_new(encoder);
    answer *before = parry_calloc(QUERIES_MAX, sizeof *before), *after = parry_calloc(QUERIES_MAX, sizeof *after);
    home_import(h, PARRY_SAMPLE);
    home_add(h, "other.md", "Of a tree without synonyms and rules."); /* the sample's go with its tree */
    home_run_only(h);
    size_t n = ask_titles(h, encoder, mode, NULL, 0, before);
    assert_true(n > 150);
    home_add(h, "unrelated.md", "Numbats and quokkas eat termites at dawn. Bandicoots prefer beetles.");
    home_run_only(h);
    ask_titles(h, encoder, mode, before, n, after);
    for (size_t i = 0; i < n; i++)
        check_order(&before[i], &after[i], moves[mode]);
    free(before);
    free(after);
    home_free(h);
    parry_encoder_close(encoder);
}

static void an_unrelated_article_leaves_the_order_by_text(void **state)
{
    (void)state;
    check_mode(PARRY_TEXT);
}

static void an_unrelated_article_leaves_the_order_of_both(void **state)
{
    (void)state;
    check_mode(PARRY_HYBRID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unrelated_article_leaves_the_order_by_text),
        cmocka_unit_test(an_unrelated_article_leaves_the_order_of_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
