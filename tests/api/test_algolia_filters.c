/* Algolia's filters as an AND of ORs of the engine's: what is read, what is refused. */
#include "api/algolia/filters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static parry_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = parry_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    parry_arena_free(arena);
    return 0;
}

/* "(category=a | !tag=b) & locale=c [from,until)" */
static const char *shown(const parry_algolia_filters *f)
{
    parry_buf b = PARRY_BUF(64 * 1024);
    for (size_t i = 0; i < f->n; i++) {
        const parry_filter *x = &f->filters[i];
        bool first = i == 0 || f->filters[i - 1].either != x->either;
        parry_buf_printf(&b, "%s%s%s=%.*s",
                         i == 0  ? ""
                         : first ? " & "
                                 : " | ",
                         x->negated ? "!" : "", parry_field_name(x->field), PARRY_FMT(x->value));
    }
    if (f->from_ms != 0 || f->until_ms != 0)
        parry_buf_printf(&b, " [%lld,%lld)", (long long)f->from_ms, (long long)f->until_ms);
    const char *z = parry_str_z(arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return z;
}

static const char *text(const char *expression)
{
    parry_algolia_filters f = {.n = 0};
    parry_err err = {0};
    if (parry_algolia_filters_text(&f, arena, parry_str_of(expression), &err) != PARRY_OK)
        return parry_str_printf(arena, "%s", err.msg).p;
    return shown(&f);
}

static const char *array(const char *json, char kind)
{
    parry_algolia_filters f = {.n = 0};
    parry_err err = {0};
    json_t *j = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(j);
    parry_code code = kind == 'n' ? parry_algolia_filters_numeric(&f, arena, j, &err)
                                  : parry_algolia_filters_facets(&f, arena, j, kind == 't', &err);
    json_decref(j);
    return code == PARRY_OK ? shown(&f) : parry_str_printf(arena, "%s", err.msg).p;
}

static void assert_says(const char *got, const char *part)
{
    if (strstr(got, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", got, part);
}

static void conditions_are_read(void **state)
{
    (void)state;
    assert_string_equal(text(""), "");
    assert_string_equal(text("  \n"), "");
    assert_string_equal(text("category:Refunds"), "category=Refunds");
    assert_string_equal(text("category : Refunds"), "category=Refunds");
    assert_string_equal(text("category:\"Late refunds\""), "category=Late refunds");
    assert_string_equal(text("'category':'it\\'s \"late\"'"), "category=it's \"late\"");
    assert_string_equal(text("hierarchy.lvl0:a AND language:de AND _tags:x"), "category=a & locale=de & tag=x");
    assert_string_equal(text("cards"), "tag=cards");
    assert_string_equal(text("product:x:y/z"), "product=x:y/z");
    assert_string_equal(text("product:App<score=3> AND tag:a"), "product=App & tag=a");
    assert_string_equal(text("NOT category:NOTHING"), "!category=NOTHING");
    assert_string_equal(text("tag:AND"), "tag=AND");
}

static void and_binds_tighter_than_or_and_parentheses_tighter_than_both(void **state)
{
    (void)state;
    assert_string_equal(text("tag:a OR tag:b"), "tag=a | tag=b");
    assert_string_equal(text("tag:a AND (tag:b OR product:c)"), "tag=a & tag=b | product=c");
    assert_string_equal(text("tag:a OR tag:b AND tag:c"), "tag=a | tag=b & tag=a | tag=c");
    assert_string_equal(text("(tag:a AND tag:b) OR (tag:c AND tag:d)"),
                        "tag=a | tag=c & tag=a | tag=d & tag=b | tag=c & tag=b | tag=d");
    assert_string_equal(text("((tag:a))"), "tag=a");
}

static void not_goes_inwards(void **state)
{
    (void)state;
    assert_string_equal(text("NOT tag:a AND tag:b"), "!tag=a & tag=b");
    assert_string_equal(text("NOT (tag:a OR tag:b)"), "!tag=a & !tag=b");
    assert_string_equal(text("NOT(tag:a AND NOT tag:b)"), "!tag=a | tag=b");
    assert_string_equal(text("NOT NOT tag:a"), "tag=a");
}

static void dates_are_compared(void **state)
{
    (void)state;
    assert_string_equal(text("updated >= 1000 AND updated<2000"), " [1000000,2000000)");
    assert_string_equal(text("updated > 1000"), " [1001000,0)");
    assert_string_equal(text("updated:1000 TO 2000"), " [1000000,2001000)");
    assert_string_equal(text("updated = 1700000000000"), " [1700000000000,1700000000001)");
    assert_string_equal(text("NOT updated < 1000 AND tag:a"), "tag=a [1000000,0)");
    assert_string_equal(text("updated >= 2026-11-01"), " [1793491200000,0)");
    assert_string_equal(text("updated <= 0"), " [0,1001)");
    assert_string_equal(text("updated > 1013-11-01 AND updated < 1013-11-01"), " [1,1)");
    assert_string_equal(text("updated >= 5 AND updated >= 9 AND updated < 99 AND updated < 50"), " [9000,50000)");
    assert_says(text("updated >= soon"), "no date");
    assert_says(text("updated >= nan"), "no date");
    assert_says(text("updated != 5"), "range");
    assert_says(text("NOT updated:5 TO 6"), "range");
    assert_says(text("updated:5"), "compare");
    assert_says(text("tag > 5"), "cannot be compared");
    assert_says(text("tag:a OR updated > 5"), "alternatives");
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    assert_says(text("brand:x"), "no attribute 'brand'");
    assert_says(text("tag:a tag:b"), "AND or OR is missing at character 7");
    assert_says(text("(tag:a"), "')' is missing at character 7");
    assert_says(text("tag:a)"), "AND or OR");
    assert_says(text("tag:\"a"), "does not end");
    assert_says(text("tag:"), "missing");
    assert_says(text("tag:a AND"), "missing");
    assert_says(text("NOT"), "missing");
    assert_says(text(":x"), "missing");
}

static void sites_may_filter_by_what_is_always_so(void **state)
{
    (void)state;
    assert_string_equal(text("docusaurus_tag:default OR tag:a"), "");
    assert_string_equal(text("version:1.2 AND tag:a"), "tag=a");
    assert_string_equal(
        array("[\"language:en\", [\"docusaurus_tag:default\", \"docusaurus_tag:docs-default-current\"]]", 'f'),
        "locale=en");
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    parry_buf b = PARRY_BUF(64 * 1024);
    for (int i = 0; i < 17; i++)
        parry_buf_addc(&b, '(');
    assert_says(text(b.p), "within each other");
    parry_buf_clear(&b);
    for (int i = 0; i < 48; i++)
        parry_buf_printf(&b, "%stag:t%d", i > 0 ? " OR " : "", i);
    assert_non_null(strstr(text(b.p), "tag=t47"));
    parry_buf_addz(&b, " OR tag:more");
    assert_says(text(b.p), "at most 48");
    parry_buf_clear(&b);
    for (int i = 0; i < 8; i++)
        parry_buf_printf(&b, "%s(tag:a%d AND tag:b%d)", i > 0 ? " OR " : "", i, i);
    assert_says(text(b.p), "at most 48");
    parry_buf_clear(&b);
    for (int i = 0; i < 201; i++)
        parry_buf_addc(&b, 'x');
    assert_says(text(b.p), "200 bytes");
    parry_buf_clear(&b);
    for (int i = 0; i < 4097; i++)
        parry_buf_addc(&b, ' ');
    assert_says(text(b.p), "at most 4096");
    parry_buf_free(&b);
}

static void arrays_are_anded_and_within_them_ored(void **state)
{
    (void)state;
    assert_string_equal(array("null", 'f'), "");
    assert_string_equal(array("\"\"", 'f'), "");
    assert_string_equal(array("[]", 'f'), "");
    assert_string_equal(array("\"category:Late refunds\"", 'f'), "category=Late refunds");
    assert_string_equal(array("[[\"category:a\", \"tag:b\"], \"product:c\"]", 'f'), "category=a | tag=b & product=c");
    assert_string_equal(array("[\"category:-a\", [\"tag:\\\\-b\", \"tag:-c\"]]", 'f'), "!category=a & tag=-b | !tag=c");
    assert_string_equal(array("[\"a\", [\"-b\", \"c:d\"]]", 't'), "tag=a & !tag=b | tag=c:d");
    assert_string_equal(array("[\"updated>=5\", [\"updated < 9\"]]", 'n'), " [5000,9000)");
    assert_says(array("[[\"updated>=5\", \"updated<3\"]]", 'n'), "alternatives");
    assert_says(array("[\"category\"]", 'f'), "attribute:value");
    assert_says(array("[\"category:\"]", 'f'), "1 to 200");
    assert_says(array("[[[\"category:a\"]]]", 'f'), "strings");
    assert_says(array("[5]", 'f'), "strings");
}

static void several_kinds_are_anded_and_a_failure_changes_nothing(void **state)
{
    (void)state;
    parry_algolia_filters f = {.n = 0};
    assert_int_equal(parry_algolia_filters_text(&f, arena, parry_str_of("tag:a OR tag:b"), NULL), PARRY_OK);
    assert_int_equal(parry_algolia_filters_text(&f, arena, parry_str_of("tag:c"), NULL), PARRY_OK);
    assert_int_equal(parry_algolia_filters_text(&f, arena, parry_str_of("tag:d AND brand:x"), NULL), PARRY_INVALID);
    assert_string_equal(shown(&f), "tag=a | tag=b & tag=c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_are_read),
        cmocka_unit_test(and_binds_tighter_than_or_and_parentheses_tighter_than_both),
        cmocka_unit_test(not_goes_inwards),
        cmocka_unit_test(dates_are_compared),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(sites_may_filter_by_what_is_always_so),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(arrays_are_anded_and_within_them_ored),
        cmocka_unit_test(several_kinds_are_anded_and_a_failure_changes_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
