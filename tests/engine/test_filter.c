/* Filters inside retrieval, facets over what was ranked, other orders. */
#include "centre.h"

static const char *filtered(centre *c, const char *text, const parry_filter *filters, size_t n)
{
    parry_query q = text_query(text, "customer");
    q.filters = filters;
    q.nfilters = n;
    parry_results r = centre_search(c, q);
    assert_int_equal(r.total, r.n);
    return ids_of(c, &r);
}

#define by(f, v)                                                                                                       \
    {                                                                                                                  \
        .field = PARRY_FIELD_##f, .value = parry_str_of(v)                                                             \
    }

static void fields_filter(void **state)
{
    centre *c = *state;
    const parry_filter product[] = {by(PRODUCT, "Shop")}, tag[] = {by(TAG, "money")},
                       both[] = {by(PRODUCT, "App"), by(TAG, "cards")},
                       either[] = {by(TAG, "parcels"), by(CATEGORY, "Account"), by(TAG, "money")},
                       none[] = {by(TAG, "mone")}, locale[] = {by(LOCALE, "en-gb")}, language[] = {by(LOCALE, "en")},
                       category[] = {by(CATEGORY, "Account")};
    assert_string_equal(filtered(c, "refund parcel", product, 1), "address refund-times refund-partial");
    assert_string_equal(filtered(c, "refund money", tag, 1), "balance refund-late");
    assert_string_equal(filtered(c, "refund parcel", both, 2), "refund-late");
    assert_string_equal(filtered(c, "parcel money", either, 3), "balance");
    assert_string_equal(filtered(c, "refund money", none, 1), "");
    assert_string_equal(filtered(c, "parcel", locale, 1), "address");
    assert_string_equal(filtered(c, "parcel", language, 1), "track address");
    assert_string_equal(filtered(c, "money", category, 1), "balance");
}

static void dates_filter(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund money parcel", "customer");
    assert_true(parry_time_parse(parry_str_of("2026-10-01"), &q.updated_from_ms, NULL));
    parry_results r = centre_search(c, q);
    assert_non_null(hit_of(&r, "refund-times"));
    assert_null(hit_of(&r, "refund-partial"));
    assert_null(hit_of(&r, "balance")); /* "soon" is no date */
    assert_true(parry_time_parse(parry_str_of("2026-11-01"), &q.updated_until_ms, NULL));
    r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "refund-times");
}

static void asking_again_with_another_filter_is_another_question(void **state)
{
    centre *c = *state;
    const parry_filter shop[] = {by(PRODUCT, "Shop")}, app[] = {by(PRODUCT, "App")};
    for (int i = 0; i < 3; i++) { /* masks are kept */
        assert_string_equal(filtered(c, "refund", shop, 1), "refund-times refund-partial");
        assert_string_equal(filtered(c, "refund", app, 1), "refund-late");
    }
    parry_query q = text_query("refund", "customer");
    q.filters = shop;
    q.nfilters = PARRY_FILTERS_MAX + 1;
    q.limit = 1;
    parry_results r;
    assert_int_equal(parry_search(c->searcher, c->generation, &q, c->arena, &r, NULL), PARRY_INVALID);
}

static const char *facet(centre *c, const parry_results *r, parry_field f);

static void alternatives_with_a_number_are_of_any_field_and_may_be_negated(void **state)
{
    centre *c = *state;
    const parry_filter app = {.field = PARRY_FIELD_PRODUCT, .value = parry_str_of("App"), .either = 1},
                       parcels = {.field = PARRY_FIELD_TAG, .value = parry_str_of("parcels"), .either = 1},
                       no_cards = {.field = PARRY_FIELD_TAG,
                                   .value = parry_str_of("cards"),
                                   .either = 2,
                                   .negated = true},
                       no_money = {
                           .field = PARRY_FIELD_TAG, .value = parry_str_of("money"), .either = 3, .negated = true};
    const parry_filter either[] = {app, parcels}, not_cards[] = {no_cards}, neither[] = {no_cards, no_money},
                       both[] = {parcels, no_money, app};
    const char *all = filtered(c, "refund money parcel", NULL, 0);
    assert_non_null(strstr(all, "refund-late"));
    assert_string_equal(filtered(c, "refund money parcel", either, 2), "balance track address refund-late");
    assert_string_equal(filtered(c, "refund", not_cards, 1), "refund-partial");
    assert_null(strstr(filtered(c, "refund money parcel", neither, 2), "balance"));
    assert_string_equal(filtered(c, "refund money parcel", both, 3), "track address");
    const parry_filter money[] = {{.field = PARRY_FIELD_TAG, .value = parry_str_of("money"), .either = 3}};
    assert_string_equal(filtered(c, "refund money", money, 1), "balance refund-late"); /* no kept mask of another */
}

static void nothing_asked_is_filtered_and_counted_too(void **state)
{
    centre *c = *state;
    const parry_filter cards[] = {{.field = PARRY_FIELD_TAG, .value = parry_str_of("cards")},
                                  {.field = PARRY_FIELD_PRODUCT, .value = parry_str_of("App")}};
    parry_query q = text_query("", "customer");
    q.limit = 1;
    q.filters = cards;
    q.nfilters = 2;
    q.facets = 1U << PARRY_FIELD_TAG;
    parry_results r;
    assert_int_equal(parry_search_nothing(c->searcher, c->generation, &q, c->arena, &r, NULL), PARRY_OK);
    assert_string_equal(ids_of(c, &r), "refund-late");
    assert_int_equal(r.total, 1);
    assert_string_equal(facet(c, &r, PARRY_FIELD_TAG), "cards 1;money 1;");
    q.nfilters = PARRY_FILTERS_MAX + 1;
    assert_int_equal(parry_search_nothing(c->searcher, c->generation, &q, c->arena, &r, NULL), PARRY_INVALID);
}

/* "Refunds and money" for "money refund": both words, each with its own bit. */
static void marks_say_where_and_of_which_word(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund money", "customer");
    parry_results r = centre_search(c, q);
    assert_int_equal(hit_of(&r, "refund-late")->title_marks.n, 0); /* not asked for */
    q.marks = true;
    r = centre_search(c, q);
    const parry_hit *h = hit_of(&r, "refund-late");
    assert_true(r.nwords == 2 && parry_str_eqz(r.words[0], "refund") && parry_str_eqz(r.words[1], "money"));
    assert_int_equal(h->title_marks.n, 1);
    const parry_mark *m = &h->title_marks.m[0];
    assert_int_equal(strncasecmp(h->title.p + m->start, "refund", m->end - m->start), 0);
    assert_int_equal(m->words, 1);
    assert_true(h->passage_marks.n >= 1);
}

static const char *facet(centre *c, const parry_results *r, parry_field f)
{
    parry_buf b = PARRY_BUF(1000);
    for (size_t i = 0; i < r->nfacets; i++)
        for (size_t v = 0; v < r->facets[i].n && r->facets[i].field == f; v++)
            parry_buf_printf(&b, "%.*s %zu;", PARRY_FMT(r->facets[i].values[v].value), r->facets[i].values[v].n);
    const char *z = parry_str_z(c->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return z;
}

static void facets_count_what_was_ranked(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    assert_int_equal(centre_search(c, q).nfacets, 0);
    q.facets = 1U << PARRY_FIELD_TAG | 1U << PARRY_FIELD_PRODUCT | 1U << PARRY_FIELD_AUDIENCE;
    parry_results r = centre_search(c, q);
    assert_int_equal(r.nfacets, 3);
    assert_string_equal(facet(c, &r, PARRY_FIELD_PRODUCT), "Shop 2;App 1;");
    assert_string_equal(facet(c, &r, PARRY_FIELD_TAG), "cards 2;money 1;");
    assert_string_equal(facet(c, &r, PARRY_FIELD_AUDIENCE), "customer 3;");
    q.audience = parry_str_of("");
    r = centre_search(c, q);
    assert_string_equal(facet(c, &r, PARRY_FIELD_AUDIENCE), "customer 3;internal 1;merchant 1;");
    q.audience = parry_str_of("merchant");
    r = centre_search(c, q);
    assert_string_equal(facet(c, &r, PARRY_FIELD_TAG), "cards 1;only-merchants 1;");
}

static void counts_do_not_depend_on_the_page(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    q.facets = 1U << PARRY_FIELD_PRODUCT;
    q.offset = 2;
    parry_results r = centre_search(c, q);
    assert_int_equal(r.n, 1);
    assert_string_equal(facet(c, &r, PARRY_FIELD_PRODUCT), "Shop 2;App 1;");
}

static void other_orders(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund", "customer");
    q.sort = PARRY_BY_UPDATED;
    parry_results r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "refund-late refund-times refund-partial");
    q.sort = PARRY_BY_TITLE;
    r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "refund-partial refund-times refund-late");
    centre_table(c, PARRY_SIDE_RULES, "[{\"query\": \"refund\", \"pin\": \"track\"}]");
    r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "track refund-partial refund-times refund-late");
}

static void what_has_little_to_do_with_the_question_is_not_sorted_first(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund times parcel", "customer");
    parry_results r = centre_search(c, q);
    assert_non_null(hit_of(&r, "track"));
    q.sort = PARRY_BY_UPDATED; /* it is the newest */
    r = centre_search(c, q);
    assert_null(hit_of(&r, "track"));
    assert_true(r.n > 0 && r.total == r.n);
}

/* An author's points are no evidence: what they raise does not make others unlikely. */
static void what_may_be_the_answer_is_sorted_whatever_is_boosted(void **state)
{
    centre *c = *state;
    parry_query q = text_query("refund money", "customer"); /* nobody holds both; balance is the likeliest */
    q.sort = PARRY_BY_UPDATED;
    parry_results r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "refund-late refund-times refund-partial balance");
    centre_table(c, PARRY_SIDE_RULES,
                 "[{\"contains\": \"refund\", \"boost\": [{\"id\": \"balance\", \"points\": 3},"
                 " {\"category\": \"Refunds\", \"points\": -3}]}]");
    r = centre_search(c, q);
    assert_string_equal(ids_of(c, &r), "refund-late refund-times refund-partial balance");
}

static void names_are_read_or_refused(void **state)
{
    (void)state;
    parry_field f;
    parry_sort s;
    parry_err err;
    for (int i = 0; i < PARRY_FIELDS; i++) {
        assert_int_equal(parry_field_parse(parry_str_of(parry_field_name((parry_field)i)), &f, &err), PARRY_OK);
        assert_int_equal(f, i);
    }
    assert_int_equal(parry_field_parse(parry_str_of("Category"), &f, &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "use category"));
    assert_int_equal(parry_sort_parse(parry_str_of("updated"), &s, &err), PARRY_OK);
    assert_int_equal(s, PARRY_BY_UPDATED);
    assert_int_equal(parry_sort_parse(parry_str_of("date"), &s, &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "use relevance"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_centre(fields_filter),
        in_centre(dates_filter),
        in_centre(asking_again_with_another_filter_is_another_question),
        in_centre(alternatives_with_a_number_are_of_any_field_and_may_be_negated),
        in_centre(nothing_asked_is_filtered_and_counted_too),
        in_centre(marks_say_where_and_of_which_word),
        in_centre(facets_count_what_was_ranked),
        in_centre(counts_do_not_depend_on_the_page),
        in_centre(other_orders),
        in_centre(what_has_little_to_do_with_the_question_is_not_sorted_first),
        in_centre(what_may_be_the_answer_is_sorted_whatever_is_boosted),
        in_centre(names_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
