/* What words of a query stand for: phrases, negations, compounds, identifiers, typos, completions; and that none of it
 * shows another audience's words. Text alone: no model is needed. */
#include "base/config.h"
#include "engine/order.h"
#include "engine/search.h"
#include "tests/base/testing.h"

#include <math.h>
#include <stdlib.h>

typedef struct sample {
    const char *id, *audience, *title, *text;
} sample;

static const sample samples[] = {
    {"gift-two-words", "customer", "Gift card terms", "A gift card is valid for two years."},
    {"gift-one-word", "customer", "Giftcard balance", "See what is left on your giftcard."},
    {"gift-hyphen", "customer", "Gift-card returns", "What a gift-card paid goes back to it."},
    {"card-only", "customer", "Charged to a card", "A credit card is charged when the parcel leaves. No gift."},
    {"codes", "customer", "Failures", "ERR-1042 means that sys/config of release v2.3.1 lacks order WF-2041-88317."},
    {"other-codes", "customer", "Other failures", "ERR-1043 is about order WF-2041-99999 in release v2.4.1."},
    {"cancel", "customer", "Cancel an order", "You can cancel an order until the parcel is packed."},
    {"order-cancelled", "customer", "The order was cancelled", "An order that we cancel is refunded."},
    {"refund-late", "customer", "A refund is late", "A refund takes five days. Ask the bank, then us."},
    {"paying", "customer", "Paying twice", "Paying twice happens; paying once is enough."},
    {"payment", "customer", "Pays late", "Whoever pays late pays more. He pays and pays."},
    {"sign-in", "customer", "Sign in", "To sign in, open the page and type the word that you chose."},
    {"contact", "customer", "Contact terms", "How to reach us."},
    {"secret", "merchant", "Zebrafish payouts", "Zebrafish and quokkas are paid on Tuesday."},
    {"secret-two", "merchant", "More zebrafish", "Zebrafish again. ERR-7777."},
};
enum { NSAMPLES = sizeof samples / sizeof *samples, CONTRACTS = 60 };

typedef struct fixture {
    char dir[64];
    parry_arena *arena;
    parry_index *index;
    parry_generation *generation;
    parry_searcher *searcher;
    parry_config config;
} fixture;

static void add_article(parry_segment_writer *w, const sample *s)
{
    parry_section_in section = {parry_str_of(""), parry_str_of(""), parry_str_of("")};
    parry_row_in rows[] = {
        {PARRY_ROW_TITLE, 0, parry_str_of(s->title), NULL},
        {PARRY_ROW_PASSAGE, 0, parry_str_of(s->text), NULL},
    };
    parry_article_in a = {.id = parry_str_of(s->id),
                          .title = parry_str_of(s->title),
                          .slug = parry_str_of(s->id),
                          .locale = parry_str_of("en"),
                          .audience = parry_str_of(s->audience),
                          .sections = &section,
                          .nsections = 1,
                          .rows = rows,
                          .nrows = 2,
                          .hash = parry_hash_of(s->text, strlen(s->text))};
    ok(parry_segment_writer_add(w, &a, NULL));
}

static void add_contracts(fixture *f, parry_segment_writer *w)
{
    for (int i = 0; i < CONTRACTS; i++) {
        sample s = {parry_str_printf(f->arena, "contract-%d", i).p, "customer",
                    parry_str_printf(f->arena, "Contract terms of year %d", 1900 + i).p, "What a contract holds."};
        add_article(w, &s);
    }
}

static int set_up(void **state)
{
    static const char *const name = "00000000000000000000000000000001";
    fixture *f = parry_calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/parry-words-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->arena = parry_arena_new();
    parry_segment_writer *w = NULL;
    parry_segment_options o = {0};
    ok(parry_segment_writer_open(parry_str_printf(f->arena, "%s/segments", f->dir).p, name, &o, &w, NULL));
    for (size_t i = 0; i < NSAMPLES; i++)
        add_article(w, &samples[i]);
    add_contracts(f, w);
    ok(parry_segment_writer_finish(w, NULL));
    parry_manifest_segment s = {0};
    snprintf(s.name, sizeof s.name, "%s", name);
    parry_manifest m = {.number = 1, .segments = &s, .nsegments = 1};
    ok(parry_manifest_publish(f->dir, &m, NULL));
    ok(parry_index_open(f->dir, &f->index, NULL));
    ok(parry_index_refresh(f->index, NULL, NULL));
    f->generation = parry_index_acquire(f->index);
    f->searcher = parry_searcher_new(NULL);
    parry_config_defaults(&f->config);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    parry_config_free(&f->config);
    parry_searcher_free(f->searcher);
    parry_generation_release(f->generation);
    parry_index_close(f->index);
    ok(parry_tree_remove(f->dir, NULL));
    parry_arena_free(f->arena);
    free(f);
    return 0;
}

static parry_results ask_as(fixture *f, const char *text, bool typing, const char *audience)
{
    parry_query q = {.text = parry_str_of(text),
                     .mode = PARRY_TEXT,
                     .typing = typing,
                     .audience = parry_str_of(audience),
                     .limit = 100,
                     .snippets = true,
                     .explain = true};
    parry_results r = {0};
    parry_err err = {0};
    if (parry_search(f->searcher, f->generation, &q, f->arena, &r, &err) != PARRY_OK)
        fail_msg("%s: %s", text, err.msg);
    return r;
}

static parry_results ask(fixture *f, const char *text) { return ask_as(f, text, false, "customer"); }

/* The place of an article, from 1 on; 0 where it was not found. */
static size_t place(const parry_results *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (parry_str_eqz(r->hits[i].id, id))
            return i + 1;
    return 0;
}

static size_t place_for(fixture *f, const char *text, const char *id)
{
    parry_results r = ask(f, text);
    return place(&r, id);
}

static void assert_first(fixture *f, const char *text, bool typing, const char *id)
{
    parry_results r = ask_as(f, text, typing, "customer");
    if (place(&r, id) != 1)
        fail_msg("'%s' should find %s first, not %.*s", text, id, r.n ? (int)r.hits[0].id.n : 4,
                 r.n ? r.hits[0].id.p : "none");
}

static double part(const parry_hit *h, const char *name)
{
    for (size_t i = 0; i < h->nparts; i++)
        if (strcmp(h->parts[i].name, name) == 0)
            return h->parts[i].value;
    fail_msg("no part %s", name);
    return 0;
}

static void configure(fixture *f, const char *key, const char *value)
{
    ok(parry_config_set(&f->config, key, value, NULL));
    parry_searcher_configure(f->searcher, &f->config);
}

/* ---- phrases and negations ----------------------------------------------------------------------------------------
 */

static void a_phrase_must_stand_as_it_is(void **state)
{
    parry_results r = ask(*state, "\"cancel an order\"");
    assert_int_equal(r.n, 1);
    assert_int_equal(place(&r, "cancel"), 1);
    r = ask(*state, "\"order cancel\"");
    assert_int_equal(r.relaxed, PARRY_RELAXED_PHRASES);
    r = ask(*state, "\"the order was\" parcel");
    assert_int_equal(r.n, 1);
    assert_int_equal(place(&r, "order-cancelled"), 1);
}

static void a_quoted_word_is_that_form_alone(void **state)
{
    parry_results r = ask(*state, "\"paying\"");
    assert_true(place(&r, "paying") > 0 && place(&r, "payment") == 0);
    r = ask(*state, "\"refnd\"");
    assert_int_equal(r.corrected.n, 0);
}

static void a_phrase_that_nobody_wrote_is_taken_as_words(void **state)
{
    parry_results r = ask(*state, "\"refund parcel bank\"");
    assert_int_equal(r.relaxed, PARRY_RELAXED_PHRASES);
    assert_true(place(&r, "refund-late") > 0);
    assert_int_equal(ask(*state, "refund parcel bank").relaxed, 0);
}

static void what_is_not_wanted_is_left_out(void **state)
{
    parry_results r = ask(*state, "gift -balance");
    assert_true(place(&r, "gift-two-words") > 0 && place(&r, "gift-one-word") == 0);
    r = ask(*state, "card -\"gift card\"");
    assert_true(place(&r, "card-only") > 0 && place(&r, "gift-two-words") == 0 && place(&r, "gift-hyphen") == 0);
    r = ask(*state, "order -cancels"); /* its other forms neither */
    assert_true(place(&r, "cancel") == 0 && place(&r, "order-cancelled") == 0);
}

static void other_hyphens_take_nothing_away(void **state)
{
    parry_results r = ask(*state, "-refund");
    assert_int_equal(place(&r, "refund-late"), 1);
    r = ask(*state, "gift - card");
    assert_true(place(&r, "gift-two-words") > 0);
    r = ask_as(*state, "giftcard -balanc", true, "customer"); /* unfinished */
    assert_true(place(&r, "gift-one-word") > 0);
}

/* ---- compounds and identifiers ------------------------------------------------------------------------------------
 */

static void compounds_are_found_from_each_other(void **state)
{
    static const char *const ways[] = {"gift card", "giftcard", "gift-card", "Gift Cards", "giftcards"};
    static const char *const articles[] = {"gift-two-words", "gift-one-word", "gift-hyphen"};
    for (size_t w = 0; w < 3; w++) {
        parry_results r = ask(*state, ways[w]);
        for (size_t i = 0; i < 3; i++)
            if (place(&r, articles[i]) == 0 || place(&r, articles[i]) > 3)
                fail_msg("'%s' should find %s before others", ways[w], articles[i]);
    }
    assert_first(*state, "signin", false, "sign-in");
    assert_true(parry_str_eqz(ask(*state, "signin").corrected, "sign in"));
    assert_int_equal(ask(*state, "giftcard").corrected.n, 0); /* somebody writes it so */
}

static void words_are_not_split_into_what_never_stands_together(void **state)
{
    assert_int_equal(ask(*state, "daysbank").corrected.n, 0);
    assert_true(parry_str_eqz(ask(*state, "daysbank").unknown, "daysbank"));
}

static void identifiers_are_found_whole_and_in_part(void **state)
{
    static const char *const ways[] = {"ERR-1042",      "err1042",    "err 1042", "1042",
                                       "sys/config",    "config",     "v2.3.1",   "2.3.1",
                                       "WF-2041-88317", "2041-88317", "88317",    "order wf-2041-88317"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_first(*state, ways[i], false, "codes");
    parry_results r = ask(*state, "WF-2041");
    assert_true(place(&r, "codes") > 0 && place(&r, "other-codes") > 0);
    assert_first(*state, "WF-2041-883", true, "codes");
}

static void numbers_have_no_typos_unless_told(void **state)
{
    assert_int_equal(place_for(*state, "88318", "codes"), 0);
    configure(*state, "search.typo_numbers", "on");
    assert_true(place_for(*state, "88318", "codes") > 0);
}

/* ---- typos --------------------------------------------------------------------------------------------------------
 */

static void one_edit_of_any_kind_is_forgiven(void **state)
{
    static const char *const ways[] = {"refnd", "refuund", "refumd", "refudn", "efund", "erfund", "pefund"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assert_first(*state, ways[i], false, "refund-late");
        assert_true(parry_str_eqz(ask(*state, ways[i]).corrected, "refund"));
    }
}

static void the_count_goes_with_the_correction(void **state)
{
    assert_int_equal(ask(*state, "contarct").corrected_total, CONTRACTS);
    assert_int_equal(ask(*state, "refnd bank").corrected_total, 1);
}

static void short_words_are_taken_at_their_word(void **state)
{
    parry_results r = ask(*state, "bamk refund");
    assert_int_equal(r.corrected.n, 0);
    assert_true(parry_str_eqz(r.unknown, "bamk"));
}

static void nothing_found_is_tried_again_more_freely(void **state)
{
    parry_results r = ask(*state, "rfenud"); /* two edits in six letters */
    assert_int_equal(r.relaxed, PARRY_RELAXED_SPELLING);
    assert_int_equal(place(&r, "refund-late"), 1);
    assert_true(parry_str_eqz(r.corrected, "refund"));
    assert_int_equal(ask(*state, "rfenud bank").relaxed, 0); /* the bank was found */
}

static void typos_are_configured(void **state)
{
    configure(*state, "search.typo_one_from", "7");
    assert_int_equal(ask(*state, "refnd bank").corrected.n, 0);
    configure(*state, "search.typo_one_from", "5");
    assert_true(ask(*state, "refnd bank").corrected.n > 0);
    configure(*state, "search.typo_off_words", "other,REFND words");
    assert_int_equal(ask(*state, "refnd bank").corrected.n, 0);
    configure(*state, "search.typo_off_words", "");
    configure(*state, "search.typo_off_fields", "title body");
    assert_int_equal(place_for(*state, "refnd balance", "refund-late"), 0);
    assert_int_equal(parry_config_set(&((fixture *)*state)->config, "search.typo_off_fields", "title bdy", NULL),
                     PARRY_INVALID);
}

static void a_rare_word_may_be_a_misspelt_frequent_one(void **state)
{
    parry_results r = ask(*state, "contact terms year");
    assert_true(parry_str_eqz(r.did_you_mean, "contract terms year"));
    assert_int_equal(r.did_you_mean_total, CONTRACTS);
    assert_int_equal(r.corrected.n, 0);
    assert_first(*state, "contact terms", false, "contact");
    assert_int_equal(ask(*state, "contract terms").did_you_mean.n, 0);
}

/* ---- words of others ----------------------------------------------------------------------------------------------
 */

static void nothing_gives_another_audiences_words_away(void **state)
{
    static const char *const ways[] = {
        "zebrafsh",           "zebrafi", "zebra fish", "quoka", "zebrafishpayouts", "err-7777", "\"zebrafish payouts\"",
        "-tuesday zebrafish", "ze"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        for (int typing = 0; typing < 2; typing++) {
            parry_results r = ask_as(*state, ways[i], typing == 1, "customer");
            assert_true(place(&r, "secret") == 0 && place(&r, "secret-two") == 0);
            assert_int_equal(r.corrected.n, 0);
            assert_int_equal(r.did_you_mean.n, 0);
        }
    }
    parry_results r = ask_as(*state, "zebrafsh", false, "merchant");
    assert_true(parry_str_eqz(r.corrected, "zebrafish") && r.n == 2);
    assert_int_equal(ask_as(*state, "zebr", true, "merchant").n, 2);
}

/* ---- order and repetition -----------------------------------------------------------------------------------------
 */

static void a_title_to_the_letter_comes_first(void **state)
{
    assert_first(*state, "Cancel an order", false, "cancel");
    assert_first(*state, "the order was cancelled", false, "order-cancelled");
    parry_results r = ask(*state, "cancel the order");
    double exact = part(&ask(*state, "cancel an order").hits[0], "title.is_query");
    double other = part(&r.hits[place(&r, "cancel") - 1], "title.is_query");
    assert_true(exact > 0.99 && other > 0 && other < exact);
}

static void a_half_typed_title_is_found(void **state)
{
    assert_first(*state, "The order was canc", true, "order-cancelled");
    assert_first(*state, "gift card te", true, "gift-two-words");
}

static void neighbours_are_measured(void **state)
{
    parry_results r = ask(*state, "credit card charged");
    assert_true(fabs(part(&r.hits[place(&r, "card-only") - 1], "text.pairs") - 1) < 1e-6);
    r = ask(*state, "card credit");
    assert_true(part(&r.hits[place(&r, "card-only") - 1], "text.pairs") < 1e-6);
}

/* Words of a text one after another, some of them with signs that the analyser knows and a plain reading must know. */
static parry_str random_text(parry_arena *a, uint64_t *seed)
{
    static const char *const pieces[] = {"gift",      "card",       "Gift's",   "card’s",    "the",    "of",
                                         "gift-card", "sys/config", "ERR-1042", "x_y",       "can't",  "'card'",
                                         "“gift",     "3.5",        "– ",       "giftcard.", "(card)", "terms"};
    parry_buf b = PARRY_BUF(1024);
    for (int i = 0; i < 12; i++) {
        *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
        parry_buf_addz(&b, pieces[(*seed >> 33) % (sizeof pieces / sizeof *pieces)]);
        parry_buf_addc(&b, (*seed >> 60) == 0 ? '\n' : ' ');
    }
    parry_str out = parry_str_copy(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return out;
}

static parry_understood *understood(fixture *f, parry_analyser *an, parry_str text)
{
    static const parry_search_settings none = {0};
    const parry_generation_info *info = parry_generation_get_info(f->generation);
    parry_mask mask = {PARRY_ARRAY(f->arena, uint8_t, 100), NULL, 0};
    parry_spoken spoken = {.first = parry_str_of("en")};
    parry_view v = {.analyser = an,
                    .info = info,
                    .masks = &mask,
                    .settings = &none,
                    .arena = f->arena,
                    .spoken = &spoken,
                    .locale = spoken.first};
    parry_understood *u = PARRY_NEW(f->arena, parry_understood);
    ok(parry_understand(&v, text, false, u, NULL));
    return u;
}

/* A foreign letter at the end makes the analyser read the text; nothing else may change. */
static void reading_plainly_is_reading(void **state)
{
    fixture *f = *state;
    parry_analyser *an = parry_analyser_new();
    uint64_t seed = 3;
    parry_str en = parry_str_of("en"), phrase[2] = {parry_str_of("gift"), parry_str_of("card")};
    size_t held = 0, n = 0;
    parry_pairs *pairs = parry_pairs_new(an, f->arena, understood(f, an, parry_str_of("gifts of the card 3.5 terms")));
    for (int i = 0; i < 3000; i++) {
        parry_str text = random_text(f->arena, &seed), foreign = parry_str_printf(f->arena, "%.*s é", PARRY_FMT(text));
        bool plain = parry_holds_phrase(an, f->arena, text, en, phrase, 2);
        if (plain != parry_holds_phrase(an, f->arena, foreign, en, phrase, 2))
            fail_msg("phrase: %.*s", PARRY_FMT(text));
        float share = parry_pairs_held(pairs, text, en);
        if (fabsf(share - parry_pairs_held(pairs, foreign, en)) > 1e-6F)
            fail_msg("pairs: %.*s", PARRY_FMT(text));
        held += plain;
        n += share > 0;
    }
    assert_true(held > 300 && held < 2700 && n > 300);
    parry_analyser_free(an);
}

static void an_exact_form_beats_a_stem(void **state)
{
    assert_first(*state, "paying late", false, "payment"); /* late is the rarer word */
    parry_results r = ask(*state, "paying");
    assert_true(place(&r, "paying") == 1 && place(&r, "payment") > 1);
    r = ask(*state, "pays");
    assert_true(place(&r, "payment") == 1 && place(&r, "paying") > 1);
}

static void repetition_is_capped(void **state)
{
    parry_results twice = ask(*state, "refund refund gift"), often = ask(*state, "refund refund refund refund gift");
    assert_int_equal(twice.n, often.n);
    for (size_t i = 0; i < twice.n; i++)
        assert_true(fabs(twice.hits[i].score - often.hits[i].score) < 1e-9);
}

static void a_long_letter_is_read_for_its_rarest_words(void **state)
{
    parry_buf b = PARRY_BUF(2048);
    for (int i = 0; i < 60; i++)
        parry_buf_printf(&b, "contract terms year word%d ", 1900 + i);
    parry_buf_addz(&b, "quarrelsome giftcard balance");
    assert_true(place_for(*state, b.p, "gift-one-word") > 0); /* to which its first 32 words do not lead */
    parry_buf_free(&b);
}

static void stop_words_neither_flood_nor_go_missing(void **state)
{
    parry_results r = ask(*state, "how can i get the refund of a parcel");
    assert_int_equal(place(&r, "sign-in"), 0); /* it has "in", "the", "a" */
    assert_true(ask(*state, "in to the").n > 0);
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_fixture(a_phrase_must_stand_as_it_is),
        in_fixture(a_quoted_word_is_that_form_alone),
        in_fixture(a_phrase_that_nobody_wrote_is_taken_as_words),
        in_fixture(what_is_not_wanted_is_left_out),
        in_fixture(other_hyphens_take_nothing_away),
        in_fixture(compounds_are_found_from_each_other),
        in_fixture(words_are_not_split_into_what_never_stands_together),
        in_fixture(identifiers_are_found_whole_and_in_part),
        in_fixture(numbers_have_no_typos_unless_told),
        in_fixture(one_edit_of_any_kind_is_forgiven),
        in_fixture(the_count_goes_with_the_correction),
        in_fixture(short_words_are_taken_at_their_word),
        in_fixture(nothing_found_is_tried_again_more_freely),
        in_fixture(typos_are_configured),
        in_fixture(a_rare_word_may_be_a_misspelt_frequent_one),
        in_fixture(nothing_gives_another_audiences_words_away),
        in_fixture(a_title_to_the_letter_comes_first),
        in_fixture(a_half_typed_title_is_found),
        in_fixture(neighbours_are_measured),
        in_fixture(reading_plainly_is_reading),
        in_fixture(an_exact_form_beats_a_stem),
        in_fixture(repetition_is_capped),
        in_fixture(a_long_letter_is_read_for_its_rarest_words),
        in_fixture(stop_words_neither_flood_nor_go_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
