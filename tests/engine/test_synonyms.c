/* Synonyms: what else is looked up, how much it counts, and what is told of it. */
#include "centre.h"

static void words(centre *c, const char *entries)
{
    centre_table(c, PARRY_SIDE_SYNONYMS, parry_str_printf(c->arena, "[%s]", entries).p);
}

static void each_of_a_set_leads_to_the_others(void **state)
{
    centre *c = *state;
    assert_int_equal(centre_ask(c, "cashback", "customer").n, 0);
    assert_true(parry_str_eqz(centre_ask(c, "cashback", "customer").unknown, "cashback"));
    words(c, "{\"words\": [\"refund\", \"cashback\", \"reimbursement\"], \"#line\": 3}");
    parry_results r = centre_ask(c, "cashback", "customer");
    assert_int_equal(r.unknown.n, 0); /* an author said what it is */
    assert_non_null(hit_of(&r, "refund-times"));
    assert_int_equal(r.nsynonyms, 2);
    assert_true(parry_str_eqz(r.synonyms[0].from, "cashback"));
    assert_true(parry_str_eqz(r.synonyms[0].to, "refund"));
    assert_int_equal(r.synonyms[0].line, 3);
    assert_parts_sum(&r);
    assert_non_null(hit_of(&r, "refund-late"));
    assert_int_equal(centre_ask(c, "reimbursements", "customer").total, r.total); /* by its stem */
    assert_int_equal(r.corrected.n, 0);                                           /* a word the author knows */
}

static void one_way_leads_one_way(void **state)
{
    centre *c = *state;
    words(c, "{\"from\": [\"wallet\", \"purse\"], \"to\": \"balance\"}");
    parry_results r = centre_ask(c, "purse", "customer");
    assert_string_equal(ids_of(c, &r), "balance");
    assert_int_equal(centre_ask(c, "balance", "customer").nsynonyms, 0);
}

static void a_phrase_stands_for_a_word_and_a_word_for_a_phrase(void **state)
{
    centre *c = *state;
    words(c, "{\"words\": [\"track\", \"where's my parcel\", \"delivery address\"]}");
    parry_results r = centre_ask(c, "Where's my PARCEL?", "customer");
    assert_non_null(hit_of(&r, "track"));
    assert_true(r.nsynonyms == 2);
    assert_int_equal(centre_ask(c, "my where's parcel", "customer").nsynonyms, 0);
    r = centre_ask(c, "track", "customer"); /* both words of the phrase, not one of them */
    assert_non_null(hit_of(&r, "address"));
    assert_null(hit_of(&r, "payout"));
    words(c, "{\"from\": \"gimme\", \"to\": \"delivery packed\"}");
    r = centre_ask(c, "gimme", "customer"); /* no row has both */
    assert_int_equal(r.n, 0);
}

static void what_was_typed_counts_more(void **state)
{
    centre *c = *state;
    words(c, "{\"words\": [\"track\", \"balance\"]}");
    parry_results r = centre_ask(c, "balance", "customer");
    double typed = hit_of(&r, "balance")->score;
    r = centre_ask(c, "track", "customer");
    double usual = hit_of(&r, "balance")->score;
    assert_true(usual < typed);
    words(c, "{\"words\": [\"track\", \"balance\"], \"weight\": 0.1}");
    r = centre_ask(c, "track", "customer");
    assert_true(hit_of(&r, "balance")->score < usual);
}

static void a_frequent_synonym_does_not_drown_a_rare_word(void **state)
{
    centre *c = *state;
    parry_results before =
        centre_ask(c, "packed business", "customer"); /* one article has the one, another the other */
    words(c, "{\"from\": \"packed\", \"to\": \"refund\"}");
    parry_results after = centre_ask(c, "packed business", "customer");
    const parry_hit *was = hit_of(&before, "address"), *is = hit_of(&after, "address");
    assert_true(points_of(is, "text.coverage") > points_of(was, "text.coverage") - 1e-6);
    assert_true(points_of(is, "text.passage") > points_of(was, "text.passage") - 1e-6);
    assert_true(points_of(is, "text.coverage") > points_of(hit_of(&after, "refund-times"), "text.coverage"));
    assert_null(hit_of(&before, "refund-times"));
}

static void a_locale_keeps_to_its_questions(void **state)
{
    centre *c = *state;
    words(c, "{\"words\": [\"geld\", \"erstattung\"], \"locale\": \"de\"}");
    parry_query q = text_query("geld", "customer");
    assert_int_equal(centre_search(c, q).n, 0);
    q.locale = parry_str_of("de");
    parry_results r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "erstattung");
}

static void synonyms_show_nobody_elses_articles(void **state)
{
    centre *c = *state;
    words(c, "{\"words\": [\"money\", \"payout\", \"fraud\", \"refund\"]}");
    static const char *const asked[] = {"money", "payout", "fraud", "refund"};
    for (size_t i = 0; i < 4; i++) {
        parry_results r = centre_ask(c, asked[i], "customer");
        assert_true(r.n > 0);
        assert_null(hit_of(&r, "payout"));
        assert_null(hit_of(&r, "secret"));
    }
}

static void synonyms_do_not_chain(void **state)
{
    centre *c = *state;
    words(c, "{\"from\": \"wallet\", \"to\": \"balance\"}, {\"from\": \"balance\", \"to\": \"track\"}");
    parry_results r = centre_ask(c, "wallet", "customer");
    assert_string_equal(ids_of(c, &r), "balance");
}

static void bad_synonyms_are_refused_with_their_line(void **state)
{
    (void)state;
    parry_side s = PARRY_SIDE_SYNONYMS;
    centre_refuses(s, "{\"a\": 1}", "list");
    centre_refuses(s, "[{\"words\": [\"one\"], \"#line\": 7}]", "line 7: write `words` with at least two");
    centre_refuses(s, "[{\"wrods\": [\"one\", \"two\"], \"#line\": 2}]", "line 2: there is no key \"wrods\"");
    centre_refuses(s, "[{\"words\": [\"one\", \"...\"], \"#line\": 4}]", "line 4: \"...\" has 0 words");
    centre_refuses(s, "[{\"words\": [\"one\", [1]], \"#line\": 4}]", "line 4: words is not a text");
    centre_refuses(s, "[{\"words\": [\"one\", \"two\"], \"weight\": 1.5, \"#line\": 9}]", "line 9: weight must be");
    centre_refuses(s, "[{\"from\": \"one\", \"#line\": 1}]", "line 1: ");
    centre_refuses(s, "[\"one\"]", "an entry is not a map");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_centre(each_of_a_set_leads_to_the_others),
        in_centre(one_way_leads_one_way),
        in_centre(a_phrase_stands_for_a_word_and_a_word_for_a_phrase),
        in_centre(what_was_typed_counts_more),
        in_centre(a_frequent_synonym_does_not_drown_a_rare_word),
        in_centre(a_locale_keeps_to_its_questions),
        in_centre(synonyms_show_nobody_elses_articles),
        in_centre(synonyms_do_not_chain),
        in_centre(bad_synonyms_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
