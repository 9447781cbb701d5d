/* What words of a query stand for: phrases, negations, compounds, identifiers, typos, completions; and that none of it
 * shows another audience's words. Text alone: no model is needed. */
#include "centre.h"

#include "engine/order.h"

#include <math.h>

static const centre_article samples[] = {
    {"gift-two-words", "customer", "en", "Gift card terms", "A gift card is valid for two years."},
    {"gift-one-word", "customer", "en", "Giftcard balance", "See what is left on your giftcard."},
    {"gift-hyphen", "customer", "en", "Gift-card returns", "What a gift-card paid goes back to it."},
    {"card-only", "customer", "en", "Charged to a card", "A credit card is charged when the parcel leaves. No gift."},
    {"codes", "customer", "en", "Failures",
     "ERR-1042 means that sys/config of release v2.3.1 lacks order WF-2041-88317."},
    {"other-codes", "customer", "en", "Other failures", "ERR-1043 is about order WF-2041-99999 in release v2.4.1."},
    {"cancel", "customer", "en", "Cancel an order", "You can cancel an order until the parcel is packed."},
    {"order-cancelled", "customer", "en", "The order was cancelled", "An order that we cancel is refunded."},
    {"refund-late", "customer", "en", "A refund is late", "A refund takes five days. Ask the bank, then us."},
    {"paying", "customer", "en", "Paying twice", "Paying twice happens; paying once is enough."},
    {"payment", "customer", "en", "Pays late", "Whoever pays late pays more. He pays and pays."},
    {"sign-in", "customer", "en", "Sign in", "To sign in, open the page and type the word that you chose."},
    {"contact", "customer", "en", "Contact terms", "How to reach us."},
    {"secret", "merchant", "en", "Zebrafish payouts", "Zebrafish and quokkas are paid on Tuesday."},
    {"secret-two", "merchant", "en", "More zebrafish", "Zebrafish again. ERR-7777."},
};
enum { NSAMPLES = sizeof samples / sizeof *samples, CONTRACTS = 60 };

static int set_up(void **state)
{
    parry_arena *a = parry_arena_new();
    centre_article articles[NSAMPLES + CONTRACTS];
    memcpy(articles, samples, sizeof samples);
    for (int i = 0; i < CONTRACTS; i++)
        articles[NSAMPLES + i] =
            (centre_article){parry_str_printf(a, "contract-%d", i).p, "customer", "en",
                             parry_str_printf(a, "Contract terms of year %d", 1900 + i).p, "What a contract holds."};
    *state = centre_of(articles, NSAMPLES + CONTRACTS);
    parry_arena_free(a);
    return 0;
}

static parry_results ask_as(centre *c, const char *text, bool typing, const char *audience)
{
    parry_query q = text_query(text, audience);
    q.typing = typing;
    return centre_search(c, q);
}

static parry_results ask(centre *c, const char *text) { return ask_as(c, text, false, "customer"); }

/* The place of an article, from 1 on; 0 where it was not found. */
static size_t place(const parry_results *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (parry_str_eqz(r->hits[i].id, id))
            return i + 1;
    return 0;
}

static size_t place_for(centre *c, const char *text, const char *id)
{
    parry_results r = ask(c, text);
    return place(&r, id);
}

static void assert_first(centre *c, const char *text, bool typing, const char *id)
{
    parry_results r = ask_as(c, text, typing, "customer");
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
    centre_configure(*state, "search.typo_numbers", "on");
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
    centre_configure(*state, "search.typo_one_from", "7");
    assert_int_equal(ask(*state, "refnd bank").corrected.n, 0);
    centre_configure(*state, "search.typo_one_from", "5");
    assert_true(ask(*state, "refnd bank").corrected.n > 0);
    centre_configure(*state, "search.typo_off_words", "other,REFND words");
    assert_int_equal(ask(*state, "refnd bank").corrected.n, 0);
    centre_configure(*state, "search.typo_off_words", "");
    centre_configure(*state, "search.typo_off_fields", "title body");
    assert_int_equal(place_for(*state, "refnd balance", "refund-late"), 0);
    assert_int_equal(parry_config_set(&((centre *)*state)->config, "search.typo_off_fields", "title bdy", NULL),
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

static parry_understood *understood(centre *c, parry_analyser *an, parry_str text)
{
    static const parry_search_settings none = {0};
    const parry_generation_info *info = parry_generation_get_info(c->generation);
    parry_mask mask = {PARRY_ARRAY(c->arena, uint8_t, 100), NULL, 0};
    parry_spoken spoken = {.first = parry_str_of("en")};
    parry_view v = {.analyser = an,
                    .info = info,
                    .masks = &mask,
                    .settings = &none,
                    .arena = c->arena,
                    .spoken = &spoken,
                    .locale = spoken.first};
    parry_understood *u = PARRY_NEW(c->arena, parry_understood);
    ok(parry_understand(&v, text, false, u, NULL));
    return u;
}

/* A foreign letter at the end makes the analyser read the text; nothing else may change. */
static void reading_plainly_is_reading(void **state)
{
    centre *c = *state;
    parry_analyser *an = parry_analyser_new();
    uint64_t seed = 3;
    parry_str en = parry_str_of("en"), phrase[2] = {parry_str_of("gift"), parry_str_of("card")};
    size_t held = 0, n = 0;
    parry_pairs *pairs = parry_pairs_new(an, c->arena, understood(c, an, parry_str_of("gifts of the card 3.5 terms")));
    for (int i = 0; i < 3000; i++) {
        parry_str text = random_text(c->arena, &seed), foreign = parry_str_printf(c->arena, "%.*s é", PARRY_FMT(text));
        bool plain = parry_holds_phrase(an, c->arena, text, en, phrase, 2);
        if (plain != parry_holds_phrase(an, c->arena, foreign, en, phrase, 2))
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

#define with_articles(test) cmocka_unit_test_setup_teardown(test, set_up, centre_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_articles(a_phrase_must_stand_as_it_is),
        with_articles(a_quoted_word_is_that_form_alone),
        with_articles(a_phrase_that_nobody_wrote_is_taken_as_words),
        with_articles(what_is_not_wanted_is_left_out),
        with_articles(other_hyphens_take_nothing_away),
        with_articles(compounds_are_found_from_each_other),
        with_articles(words_are_not_split_into_what_never_stands_together),
        with_articles(identifiers_are_found_whole_and_in_part),
        with_articles(numbers_have_no_typos_unless_told),
        with_articles(one_edit_of_any_kind_is_forgiven),
        with_articles(the_count_goes_with_the_correction),
        with_articles(short_words_are_taken_at_their_word),
        with_articles(nothing_found_is_tried_again_more_freely),
        with_articles(typos_are_configured),
        with_articles(a_rare_word_may_be_a_misspelt_frequent_one),
        with_articles(nothing_gives_another_audiences_words_away),
        with_articles(a_title_to_the_letter_comes_first),
        with_articles(a_half_typed_title_is_found),
        with_articles(neighbours_are_measured),
        with_articles(reading_plainly_is_reading),
        with_articles(an_exact_form_beats_a_stem),
        with_articles(repetition_is_capped),
        with_articles(a_long_letter_is_read_for_its_rarest_words),
        with_articles(stop_words_neither_flood_nor_go_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
