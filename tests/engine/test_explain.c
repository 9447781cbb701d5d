/* Explanations over the sample help centre: parts that sum to the score for random queries, and an article that is
 * missing measured exactly as those that are there. */
#include "tests/indexer/fake_encoder.h"
#include "tests/indexer/home.h"
#include "tests/indexer/testing.h"

#include "engine/search.h"
#include "engine/segment.h"

#include <math.h>

enum { QUERIES = 300, HIDDEN = 3 };

typedef struct fixture {
    home *home;
    parry_encoder *encoder;
    parry_index *index;
    parry_generation *g;
    parry_searcher *searcher;
    uint64_t seed;
} fixture;

static int set_up(void **state)
{
    fixture *f = parry_calloc(1, sizeof *f);
    f->encoder = fake_encoder_new("model");
    f->home = home_new(f->encoder);
    f->seed = 7;
    home_import(f->home, PARRY_SAMPLE);
    home_add(f->home, "a.md", "Numbat words about a refund, nothing else.");
    home_run_only(f->home);
    ok(parry_index_open(f->home->index, &f->index, &err));
    f->g = parry_index_acquire(f->index);
    f->searcher = parry_searcher_new(f->encoder);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    parry_searcher_free(f->searcher);
    parry_generation_release(f->g);
    parry_index_close(f->index);
    home_free(f->home);
    parry_encoder_close(f->encoder);
    free(f);
    return 0;
}

static uint32_t next(fixture *f, uint32_t below)
{
    f->seed = f->seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(f->seed >> 33) % below;
}

static const parry_segment *the_segment(fixture *f) { return parry_generation_get_info(f->g)->segments[0].segment; }

/* One to six words from anywhere in the sample, some with a letter lost. */
static parry_str random_query(fixture *f, parry_arena *a)
{
    const parry_segment_info *s = parry_segment_get_info(the_segment(f));
    parry_str q = {NULL, 0};
    for (uint32_t i = 0, n = 1 + next(f, 6); i < n; i++) {
        parry_str text = parry_segment_text(the_segment(f), next(f, s->nrows)), word = {NULL, 0}, piece;
        for (uint32_t skip = next(f, 30); parry_str_split(&text, ' ', &piece) && skip > 0; skip--)
            word = piece;
        if (word.n > 5 && next(f, 4) == 0)
            word.n--;
        q = parry_str_printf(a, "%.*s %.*s", PARRY_FMT(q), PARRY_FMT(parry_utf8_cut(word, 40)));
    }
    return parry_str_trim(q).n > 0 ? q : parry_str_of("refund");
}

static parry_results ask(fixture *f, parry_arena *a, const parry_query *asked)
{
    parry_query q = *asked;
    parry_results r = {0};
    q.explain = q.grounds = true;
    q.limit = q.limit ? q.limit : PARRY_SEARCH_MAX_LIMIT;
    ok(parry_search(f->searcher, f->g, &q, a, &r, &err));
    assert_non_null(r.explanation);
    return r;
}

static void check_sum(const parry_hit *h)
{
    double sum = 0;
    for (size_t i = 0; i < h->nparts; i++) {
        sum += h->parts[i].points;
        assert_true(fabs(h->parts[i].value * h->parts[i].weight - h->parts[i].points) < 1e-9);
    }
    if (fabs(sum - h->score) >= 1e-9)
        fail_msg("%.*s: parts sum to %.12f, score is %.12f", PARRY_FMT(h->id), sum, h->score);
}

static parry_str random_id(fixture *f)
{
    parry_article_out x;
    parry_segment_article(the_segment(f), next(f, parry_segment_get_info(the_segment(f))->narticles), &x);
    return x.id;
}

static void parts_sum_to_the_score_for_random_queries(void **state)
{
    fixture *f = *state;
    size_t hits = 0, missing = 0;
    for (int i = 0; i < QUERIES; i++) {
        parry_arena *a = parry_arena_new();
        parry_query q = {.text = random_query(f, a),
                         .mode = (parry_mode)(i % 3),
                         .typing = i % 2 == 0,
                         .audience = parry_str_of(i % 5 == 0   ? "merchant"
                                                  : i % 5 == 1 ? "customer"
                                                               : ""),
                         .limit = 20,
                         .why = random_id(f)};
        parry_results r = ask(f, a, &q);
        for (size_t h = 0; h < r.n; h++)
            check_sum(&r.hits[h]);
        hits += r.n;
        const parry_hit *asked = r.explanation->article->hit;
        missing += asked != NULL && r.explanation->article->why == PARRY_WHY_NOT_CANDIDATE;
        if (asked != NULL)
            check_sum(asked);
        parry_arena_free(a);
    }
    assert_true(hits > QUERIES);
    assert_true(missing > 0);
}

/* Every article of the full list, asked about by itself: the same score, the same place. */
static void an_article_asked_about_is_measured_as_in_the_list(void **state)
{
    fixture *f = *state;
    static const char *const queries[] = {"refund not recieved", "change delivery address", "ERR-1042 payout"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        parry_query q = {.text = parry_str_of(queries[i]), .mode = i == 2 ? PARRY_TEXT : PARRY_HYBRID};
        parry_results all = ask(f, f->home->arena, &q);
        assert_true(all.n > 5);
        for (size_t h = 0; h < all.n; h++) {
            q.why = all.hits[h].id;
            q.limit = 3;
            const parry_why_not *w = ask(f, f->home->arena, &q).explanation->article;
            assert_int_equal(w->rank, h + 1);
            assert_true(fabs(w->hit->score - all.hits[h].score) < 1e-9);
            assert_int_equal(w->why, h < 3 ? PARRY_WHY_SHOWN : PARRY_WHY_BELOW);
            assert_int_equal(w->last_rank, 3);
        }
    }
}

/* Among its category alone it is a candidate: words are as rare there, so that what is measured must be what was said.
 * (Weights may differ: they follow from the lists.) */
static bool check_as_candidate(fixture *f, const parry_query *q, const parry_why_not *w)
{
    parry_query narrow = *q;
    narrow.category = w->hit->category;
    narrow.why = w->id;
    narrow.limit = PARRY_SEARCH_MAX_LIMIT;
    parry_results r = ask(f, f->home->arena, &narrow);
    const parry_why_not *in_category = r.explanation->article;
    if (r.corrected.n > 0) /* a word that stands in other categories alone is read otherwise */
        return false;
    for (size_t i = 0; i < w->hit->nparts; i++)
        if (strcmp(w->hit->parts[i].name, "text.pairs") != 0 && /* measured for the first candidates alone */
            strcmp(w->hit->parts[i].name, "language") != 0)     /* how surely it is known follows from the lists */
            assert_true(fabs(in_category->hit->parts[i].value - w->hit->parts[i].value) < 1e-9);
    return in_category->why == PARRY_WHY_SHOWN;
}

static void what_is_no_candidate_is_placed_by_the_score_it_would_have(void **state)
{
    fixture *f = *state;
    size_t seen = 0, as_candidate = 0;
    for (int i = 0; i < 60; i++) {
        parry_query q = {.text = parry_str_of("seller advertising budget"), .why = random_id(f), .limit = 10};
        parry_results r = ask(f, f->home->arena, &q);
        const parry_why_not *w = r.explanation->article;
        double lack = 0;
        if (w->why != PARRY_WHY_NOT_CANDIDATE)
            continue;
        seen++;
        as_candidate += check_as_candidate(f, &q, w);
        assert_true(w->rank > r.n);
        assert_int_equal(w->hit->grounds->text_rank + w->hit->grounds->dense_rank, 0);
        assert_true(w->hit->grounds->dense.found);
        assert_ptr_equal(w->last, &r.hits[r.n - 1]);
        for (size_t g = 0; g < w->ngaps; g++) {
            lack += w->gaps[g].last_points - w->gaps[g].points;
            assert_true(g == 0 || w->gaps[g - 1].last_points - w->gaps[g - 1].points >=
                                      w->gaps[g].last_points - w->gaps[g].points);
        }
        assert_true(fabs(lack - (w->last->score - w->hit->score)) < 1e-9);
        assert_true(parry_str_find(w->said, parry_str_of("would be number")) < w->said.n);
    }
    assert_true(seen > 0 && as_candidate > 0);
}

static parry_why_not why(fixture *f, const char *id, const parry_query *filters)
{
    parry_query q = *filters;
    q.text = parry_str_of("refund");
    q.why = parry_str_of(id);
    return *ask(f, f->home->arena, &q).explanation->article;
}

static void who_is_not_trusted_hears_the_same_of_others_articles_as_of_none(void **state)
{
    fixture *f = *state;
    const char *theirs = "merchant-payout-schedule";
    uint32_t segment, article;
    assert_true(parry_generation_find(f->g, parry_str_of(theirs), &segment, &article));
    parry_query filters[HIDDEN] = {
        {.audience = parry_str_of("customer")}, {.locale = parry_str_of("de")}, {.category = parry_str_of("Refunds")}};
    static const parry_why reasons[HIDDEN] = {PARRY_WHY_AUDIENCE, PARRY_WHY_LOCALE, PARRY_WHY_CATEGORY};
    for (size_t i = 0; i < HIDDEN; i++) {
        parry_why_not none = why(f, "no-such-article", &filters[i]), other = why(f, theirs, &filters[i]);
        assert_int_equal(other.why, PARRY_WHY_UNKNOWN);
        assert_int_equal(none.why, PARRY_WHY_UNKNOWN);
        assert_true(parry_str_eq(none.said, other.said));
        assert_null(other.hit);
        assert_int_equal(other.rank, 0);
        filters[i].trusted = true;
        assert_int_equal(why(f, theirs, &filters[i]).why, reasons[i]);
        assert_int_equal(why(f, "no-such-article", &filters[i]).why, PARRY_WHY_UNKNOWN);
    }
    parry_str left_out = parry_str_of(theirs);
    parry_query excluded = {.exclude = &left_out, .nexclude = 1, .trusted = true};
    assert_int_equal(why(f, theirs, &excluded).why, PARRY_WHY_FILTERED);
}

/* What the evidence for a hit gives: without rules. */
static double evidence_of(const parry_hit *h)
{
    double sum = 0;
    for (size_t i = 0; i < h->nparts; i++)
        sum += strncmp(h->parts[i].name, "text.", 5) == 0 ? h->parts[i].points : 0;
    return sum;
}

static double value_of(const parry_hit *h, const char *part)
{
    for (size_t i = 0; i < h->nparts; i++)
        if (strcmp(h->parts[i].name, part) == 0)
            return h->parts[i].value;
    return 0;
}

static bool is_among(const parry_results *r, parry_str id)
{
    for (size_t i = 0; i < r->n; i++)
        if (parry_str_eq(r->hits[i].id, id))
            return true;
    return false;
}

/* How many of the list by relevance another order keeps for their odds, for their words alone, and not at all. */
static void count_kept(const parry_results *all, const parry_results *sorted, size_t kept[3])
{
    double best = 0;
    for (size_t i = 0; i < all->n; i++)
        best = fmax(best, evidence_of(&all->hits[i]));
    for (size_t i = 0; i < all->n; i++) {
        const parry_hit *h = &all->hits[i];
        bool likely = evidence_of(h) >= best + log(0.01), words = value_of(h, "text.coverage") > 0.9985;
        assert_int_equal(is_among(sorted, h->id), likely || words);
        kept[likely ? 0 : words ? 1 : 2]++;
    }
}

static void another_order_keeps_the_likely_and_those_that_hold_all_words(void **state)
{
    fixture *f = *state;
    static const char *const queries[] = {"refund", "delivery address", "order", "payout", "my parcel is late"};
    size_t kept[3] = {0};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        parry_query q = {.text = parry_str_of(queries[i]), .mode = PARRY_TEXT};
        parry_results all = ask(f, f->home->arena, &q);
        assert_int_equal(all.n, all.total);
        q.sort = PARRY_BY_UPDATED;
        parry_results sorted = ask(f, f->home->arena, &q);
        count_kept(&all, &sorted, kept);
    }
    assert_true(kept[0] > 0 && kept[1] > 0 && kept[2] > 0);
}

static const parry_reading *reading(const parry_results *r, const char *word, const char *kind)
{
    for (size_t i = 0; i < r->explanation->nreadings; i++) {
        const parry_reading *x = &r->explanation->readings[i];
        if (parry_str_eqz(x->word, word) && strcmp(x->kind, kind) == 0)
            return x;
    }
    return NULL;
}

static void every_word_says_how_it_was_read(void **state)
{
    fixture *f = *state;
    parry_query q = {.text = parry_str_of("the refnd of WF-2041-88317 deliv"), .typing = true};
    parry_results r = ask(f, f->home->arena, &q);
    const parry_reading *typo = reading(&r, "refnd", "typo"), *dropped = reading(&r, "the", "stop");
    assert_non_null(typo);
    assert_true(parry_str_eqz(typo->read_as, "refund"));
    assert_true(typo->weight > 0 && typo->weight < 1);
    assert_non_null(dropped);
    assert_true(dropped->weight <= 0);
    assert_non_null(reading(&r, "wf-2041-88317", "identifier"));
    const parry_reading *completion = reading(&r, "deliv", "prefix");
    assert_non_null(completion);
    assert_true(parry_str_starts(completion->read_as, "deliver"));
    assert_null(reading(&r, "deliv", "typo"));
    parry_results plain = ask(f, f->home->arena, &(parry_query){.text = parry_str_of("refunds")});
    const parry_reading *stem = reading(&plain, "refunds", "stem");
    assert_true(stem != NULL && stem->stem && parry_str_eqz(stem->read_as, "refund"));
}

static void completions_do_not_tell_words_of_other_audiences(void **state)
{
    fixture *f = *state;
    parry_query q = {.text = parry_str_of("numb"), .typing = true};
    parry_results all = ask(f, f->home->arena, &q);
    const parry_reading *known = reading(&all, "numb", "prefix");
    assert_true(known != NULL);
    q.audience = parry_str_of("merchant");
    parry_results theirs = ask(f, f->home->arena, &q);
    for (size_t i = 0; i < theirs.explanation->nreadings; i++)
        assert_false(parry_str_eqz(theirs.explanation->readings[i].read_as, "numbat"));
    bool told = false;
    for (size_t i = 0; i < all.explanation->nreadings; i++)
        told = told || parry_str_eqz(all.explanation->readings[i].read_as, "numbat");
    assert_true(told);
}

static void a_hit_shows_its_terms_and_its_places(void **state)
{
    fixture *f = *state;
    parry_query q = {.text = parry_str_of("numbat refund")};
    parry_results r = ask(f, f->home->arena, &q);
    assert_true(parry_str_eqz(r.hits[0].id, "a"));
    const parry_grounds *e = r.hits[0].grounds;
    size_t body = 0, rarest = 0;
    for (size_t i = 0; i < e->nmatches; i++) {
        const parry_match *m = &e->matches[i];
        if (strcmp(m->field, "body") != 0 || m->stem)
            continue;
        body++;
        assert_int_equal(m->tf, 1);
        if (parry_str_eqz(m->term, "numbat"))
            rarest = i;
    }
    assert_int_equal(body, 2);
    for (size_t i = 0; i < e->nmatches; i++)
        assert_true(e->matches[i].idf <= e->matches[rarest].idf || strcmp(e->matches[i].field, "body") != 0);
    assert_int_equal(e->text_rank, 1);
    assert_true(e->text.found && e->dense.found);
    assert_true(parry_str_starts(e->text.text, "Numbat"));
    assert_true(e->dense.rank >= 1 && e->dense.value > 0);
}

/* Its snippet is centred by meaning from the vectors in the segment: only the query is encoded. */
static void a_short_articles_sentences_are_not_encoded_again(void **state)
{
    (void)state;
    parry_encoder *encoder = fake_encoder_new("model");
    home *h = home_new(encoder);
    home_write(h, "short.md",
               "The first sentence says little. The second one does not say much either. The third has "
               "it: wombat burrows flood. The fourth is an end.");
    home_run(h);
    parry_index *index;
    parry_results r;
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    parry_searcher *s = parry_searcher_new(encoder);
    size_t before = fake_encoder_encoded(encoder);
    parry_query q = {.text = parry_str_of("it: wombat burrows flood."),
                     .mode = PARRY_VECTOR,
                     .limit = 1,
                     .snippets = true,
                     .sentences = true,
                     .snippet_columns = 40};
    ok(parry_search(s, g, &q, h->arena, &r, &err));
    assert_int_equal(fake_encoder_encoded(encoder), before + 1);
    assert_true(parry_str_find(r.hits[0].snippet_text, parry_str_of("wombat")) < r.hits[0].snippet_text.n);
    q.text = parry_str_of("xyzzy either. plugh");
    before = fake_encoder_encoded(encoder);
    ok(parry_search(s, g, &q, h->arena, &r, &err));
    assert_int_equal(fake_encoder_encoded(encoder), before + 1);
    parry_searcher_free(s);
    parry_generation_release(g);
    parry_index_close(index);
    home_free(h);
    parry_encoder_close(encoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_sum_to_the_score_for_random_queries),
        cmocka_unit_test(an_article_asked_about_is_measured_as_in_the_list),
        cmocka_unit_test(what_is_no_candidate_is_placed_by_the_score_it_would_have),
        cmocka_unit_test(who_is_not_trusted_hears_the_same_of_others_articles_as_of_none),
        cmocka_unit_test(another_order_keeps_the_likely_and_those_that_hold_all_words),
        cmocka_unit_test(every_word_says_how_it_was_read),
        cmocka_unit_test(completions_do_not_tell_words_of_other_audiences),
        cmocka_unit_test(a_hit_shows_its_terms_and_its_places),
        cmocka_unit_test(a_short_articles_sentences_are_not_encoded_again),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
