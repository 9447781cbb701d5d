/* Real help centres, where they are at hand, and our own sample. */
#include "tests/content/support.h"

#include "base/clock.h"
#include "base/file.h"

typedef struct counts {
    parry_import_report report;
    size_t sections, text_bytes, html_bytes;
} counts;

/* Every article is read back, and its HTML and sections are looked at. */
static void read_all(world *w, counts *c)
{
    parry_store_row *rows = NULL;
    size_t n = 0;
    parry_err err;
    parry_arena *list = parry_arena_new(), *a = parry_arena_new();
    assert_int_equal(PARRY_OK, parry_store_list(w->store, list, &rows, &n, &err));
    for (size_t i = 0; i < n; i++) {
        parry_article article;
        parry_str html;
        parry_arena_reset(a);
        assert_int_equal(PARRY_OK, parry_store_get(w->store, a, rows[i].id, &article, &err));
        assert_true(article.title.n > 0 && article.slug.n > 0 && article.nsections > 0);
        assert_int_equal(PARRY_OK, parry_article_html(a, &article, NULL, NULL, &html, &err));
        assert_true(parry_utf8_valid(html, NULL));
        assert_null(strstr(html.p, "<script"));
        for (size_t k = 0; k < article.nsections; k++) {
            assert_true(parry_utf8_valid(article.sections[k].text, NULL));
            c->text_bytes += article.sections[k].text.n;
        }
        c->sections += article.nsections;
        c->html_bytes += html.n;
        parry_article_free(&article);
    }
    parry_arena_free(list);
    parry_arena_free(a);
}

static counts import_real(const char *tree)
{
    world w = world_new();
    counts c = {0};
    snprintf(w.tree, sizeof w.tree, "%s", tree);
    int64_t start = parry_mono_ns();
    import_tree(&w);
    int64_t first = parry_mono_ns();
    c.report = w.report;
    uint64_t seq = seq_of(&w);
    import_tree(&w);
    print_message("%s: %zu files, %zu added, %zu refused, %zu warnings; %lld ms, again %lld ms\n", tree, c.report.files,
                  c.report.added, c.report.refused, c.report.warnings, (long long)(first - start) / 1000000,
                  (long long)(parry_mono_ns() - first) / 1000000);
    assert_int_equal(seq, seq_of(&w));
    assert_int_equal(c.report.added, w.report.unchanged);
    read_all(&w, &c);
    print_message("%zu sections, %zu bytes of text, %zu bytes of HTML\n", c.sections, c.text_bytes, c.html_bytes);
    world_free(&w);
    return c;
}

static const char *real(const char *name)
{
    parry_str path = parry_str_printf(test_arena(), "../shared/data/md/%s", name);
    if (parry_file_exists(path.p))
        return path.p;
    print_message("skipped: %s is not here\n", path.p);
    return NULL;
}

static void the_sample_imports_without_a_warning(void **state)
{
    (void)state;
    counts c = import_real("examples/marketplace/content");
    assert_true(c.report.files >= 150);
    assert_int_equal(c.report.files, c.report.added);
    assert_int_equal(0, c.report.warnings);
}

static void arduinos_help_centre_imports(void **state)
{
    (void)state;
    const char *tree = real("arduino-help");
    if (tree == NULL)
        skip();
    counts c = import_real(tree);
    assert_int_equal(414, c.report.added);
    assert_int_equal(0, c.report.refused);
    assert_true(c.report.warnings < 20);
}

static void business_centrals_docs_import(void **state)
{
    (void)state;
    const char *tree = real("dynamics365-bc");
    if (tree == NULL)
        skip();
    counts c = import_real(tree);
    assert_int_equal(2640, c.report.added);
    assert_int_equal(0, c.report.refused);
    assert_true(c.sections > 15000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_imports_without_a_warning),
        cmocka_unit_test(arduinos_help_centre_imports),
        cmocka_unit_test(business_centrals_docs_import),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
