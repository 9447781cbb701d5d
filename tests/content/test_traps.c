/* What real files are like at their worst: each is imported as well as it can be, or refused by name; none takes long.
 */
#include "tests/content/support.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void bom_and_crlf_leave_no_trace(void **state)
{
    (void)state;
    parsed p =
        parse("a.md", "\xEF\xBB\xBF---\r\ntitle: T\r\n---\r\n# H\r\n\r\nline\r\nnext\r\n\r\n```\r\ncode\r\n```\r\n");
    assert_int_equal(PARRY_OK, p.code);
    assert_str(p.article.title, "T");
    assert_str(p.article.sections[1].text, "line next\ncode");
    assert_null(strchr(p.html.p, '\r'));
    assert_int_equal(0, p.notes.n);
    parsed_free(&p);
    p = parse("a.md", "---\rtitle: Old Mac\r---\rText\r");
    assert_str(p.article.title, "Old Mac");
    parsed_free(&p);
}

static void assert_refused(const char *path, const void *bytes, size_t n, parry_code code)
{
    parsed p = parse_bytes(path, bytes, n);
    assert_int_equal(code, p.code);
    assert_non_null(strstr(p.err.msg, path));
    parsed_free(&p);
}

static void what_is_not_text_is_refused_by_name(void **state)
{
    (void)state;
    assert_refused("utf16.md", "\xFF\xFEH\0i\0", 6, PARRY_INVALID);
    assert_refused("utf16be.md", "\xFE\xFF\0H\0i", 6, PARRY_INVALID);
    assert_refused("bare16.md", "H\0e\0l\0l\0o\0", 10, PARRY_INVALID);
    assert_refused("empty.md", "", 0, PARRY_INVALID);
    assert_refused("blank.md", " \n\t\r\n", 5, PARRY_INVALID);
    assert_refused("bom.md", "\xEF\xBB\xBF", 3, PARRY_INVALID);
    assert_refused("latin.md", "\xE9\xE8\xFF\xFA", 4, PARRY_INVALID);
    assert_refused("dashes.md", "---\n---\n", 8, PARRY_INVALID);
    parry_str big = repeated("text ", PARRY_ARTICLE_MAX_BYTES + 5);
    assert_refused("big.md", big.p, big.n, PARRY_TOO_LARGE);
}

static void flaws_in_text_are_mended_with_a_warning_that_names_the_line(void **state)
{
    (void)state;
    parsed p = parse("a.md", "# H\n\ngood text around a bad \xE9 byte, long enough\n");
    assert_int_equal(PARRY_OK, p.code);
    assert_true(notes_have(&p.notes, "a.md:3: not UTF-8: 1 byte replaced"));
    assert_non_null(strstr(p.html.p, "bad \xEF\xBF\xBD byte"));
    parsed_free(&p);
    parry_str text = parry_str_copy(test_arena(), repeated("twelve bytes", 240));
    ((char *)(uintptr_t)text.p)[20] = 0;
    ((char *)(uintptr_t)text.p)[5] = '\n';
    p = parse_bytes("a.md", text.p, text.n);
    assert_int_equal(PARRY_OK, p.code);
    assert_true(notes_have(&p.notes, "a.md:2: 1 zero byte left out"));
    parsed_free(&p);
    p = parse("a.md", "Text\n\n<!-- never closed\n\nMore text\n");
    assert_true(notes_have(&p.notes, "a.md:3: "));
    assert_non_null(strstr(p.html.p, "More text"));
    parsed_free(&p);
}

static void front_matter_alone_is_an_article_with_a_warning(void **state)
{
    (void)state;
    parsed p = parse("a.md", "---\ntitle: Only this\n---\n");
    assert_int_equal(PARRY_OK, p.code);
    assert_str(p.article.title, "Only this");
    assert_int_equal(1, p.article.nsections);
    assert_true(notes_have(&p.notes, "no text"));
    parsed_free(&p);
}

static void no_break_spaces_after_a_mark_do_not_hide_it(void **state)
{
    (void)state;
    parsed p = parse("a.md", "##\xC2\xA0Heading\n\n-\xC2\xA0item\n");
    assert_str(p.article.sections[1].heading, "Heading");
    assert_non_null(strstr(p.html.p, "<li>item</li>"));
    parsed_free(&p);
}

static void five_megabytes_of_prose_are_an_article(void **state)
{
    (void)state;
    parry_str prose =
        repeated("## A heading\n\nSome *plain* text that goes on for a while, and [a link](b.md).\n\n", 5000000);
    clock_t start = clock();
    parsed p = parse_bytes("a.md", prose.p, prose.n);
    assert_int_equal(PARRY_OK, p.code);
    assert_int_equal(5000, p.article.nsections);
    assert_true(notes_have(&p.notes, "more than 5000 headings"));
    assert_true((clock() - start) / CLOCKS_PER_SEC < 30);
    parsed_free(&p);
}

/* Each repeated: time has to grow with the length, and nothing may recurse with the depth. The bound is far above what
 * is needed (0.02 to 0.5 s; sanitizers take ten times that) and below what a square would take. */
static const char *const pieces[] = {
    ">",
    "> ",
    "- ",
    "1. ",
    "> - ",
    "[",
    "[a](",
    "![",
    "![a](",
    "[a][",
    "]",
    "[a]: ",
    "*a _b ",
    "_a ",
    "a***b** c* d",
    "~~a ",
    "`",
    "`a``b",
    "<",
    "</",
    "<a ",
    "<a href=\"",
    "<div>",
    "</div>",
    "<b>",
    "<b><p>x",
    "<ul><li>",
    "<table><tr><td>",
    "<blockquote>",
    "<svg>",
    "<math><mi>",
    "<select>",
    "<template>",
    "<textarea>",
    "<script>",
    "<script></script>",
    "<iframe>",
    "<foo>",
    "<foo></foo>",
    "<!--",
    "<!-- -->",
    "<?",
    "<![CDATA[",
    "<!A ",
    "&",
    "&amp",
    "|",
    "|-",
    "|a\n|-\n",
    "a\n",
    "- a\n",
    "  - a\n",
    "# a\n",
    "```\n",
    "~~~ a\n",
    "www.",
    "http://",
    "a@",
    ":::",
    ":::image ",
    "[!",
    "[!NOTE]\n",
    "[!INCLUDE ",
    "[!INCLUDE [a](b)]",
    "[[",
    "[[a",
    "{{",
    "{{a}}",
    "{%",
    "{#a}\n",
    "<A ",
    "<A x={\"",
    "import a\n\n",
    "\\",
    "\\[",
    "\t",
    " ",
    "\n",
    "---\n",
    "a: b\n",
    "\xC2\xA0",
    "\xE2\x80\x8B",
    "<a id=x></a>",
    "<h1>",
    "# x {#y}\n",
    "<p x y z a=b ",
};

static void check_time(const char *path, parry_str text)
{
    clock_t start = clock(); /* of this process: other work on the machine does not count */
    parsed p = parse_bytes(path, text.p, text.n);
    int64_t ms = (int64_t)(clock() - start) * 1000 / CLOCKS_PER_SEC;
    if (ms > 15000)
        fail_msg("%.20s...: %lld ms", text.p, (long long)ms);

    assert_true(p.code == PARRY_OK || p.code == PARRY_TOO_LARGE || p.code == PARRY_INVALID);
    parsed_free(&p);
}

static void no_repetition_takes_long(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        parry_arena *before = test_arena();
        parry_str text = repeated(pieces[i], 250000);
        check_time(i % 2 ? "a.mdx" : "a.md", text);
        check_time("b.md", parry_str_printf(before, "---\n%.*s", PARRY_FMT(text)));
    }
}

static void no_nesting_overflows_the_stack(void **state)
{
    (void)state;
    parry_buf b = PARRY_BUF(64 << 20);
    for (int i = 0; i < 1500; i++)
        parry_buf_printf(&b, "%*s- a\n", 2 * i, "");
    check_time("lists.md", parry_buf_str(&b));
    parry_buf_clear(&b);
    for (int i = 0; i < 60000; i++)
        parry_buf_printf(&b, "<b a=%d>", i);
    parry_buf_adds(&b, repeated("<p>x", 400000));
    check_time("formatting.md", parry_buf_str(&b));
    parry_buf_clear(&b);
    parry_buf_adds(&b, repeated("|x", 800));
    parry_buf_addc(&b, '\n');
    parry_buf_adds(&b, repeated("|-", 800));
    parry_buf_addc(&b, '\n');
    parry_buf_adds(&b, repeated("a\n", 1000000));
    check_time("table.md", parry_buf_str(&b));
    parry_buf_clear(&b);
    parry_buf_addz(&b, "|a\n|-\n");
    for (int i = 0; i < 12; i++) { /* seconds each, if they were let through */
        parry_buf_adds(&b, repeated("|x", 70000));
        parry_buf_addc(&b, '\n');
    }
    check_time("rows.md", parry_buf_str(&b));
    parry_buf_clear(&b);
    for (int i = 0; i < 20000; i++)
        parry_buf_printf(&b, "[%d]: x\n", i);
    parry_buf_adds(&b, repeated("[0]", 400000));
    check_time("references.md", parry_buf_str(&b));
    parry_buf_free(&b);
}

static void long_headings_do_not_multiply(void **state)
{
    (void)state;
    parry_str long_one = repeated("heading ", 100000);
    parry_str text = parry_str_printf(test_arena(), "# %.*s\n## %.*s\n%.*s", PARRY_FMT(long_one), PARRY_FMT(long_one),
                                      PARRY_FMT(repeated("### x\n", 60000)));
    parsed p = parse_bytes("a.md", text.p, text.n);
    assert_int_equal(PARRY_OK, p.code);
    assert_true(p.article.title.n <= 300);
    for (size_t i = 0; i < p.article.nsections; i++)
        assert_true(p.article.sections[i].path.n <= 6 * 303);
    assert_true(parry_arena_bytes(p.arena) < 200U << 20);
    parsed_free(&p);
}

static void a_tree_of_traps_is_imported_around_them(void **state)
{
    (void)state;
    world w = world_new();
    parry_arena *a = test_arena();
    parry_str big = repeated("text ", PARRY_ARTICLE_MAX_BYTES + 5);
    put_file(&w, "good.md", "Good");
    put_file(&w, "empty.md", "");
    put_bytes(&w, "utf16.md", "\xFF\xFEH\0", 4);
    put_bytes(&w, "big.md", big.p, big.n);
    put_file(&w, "folder.md/inside.md", "Inside a folder that is called like a file");
    put_file(&w, "_drafts/no.md", "no");
    put_file(&w, ".hidden/no.md", "no");
    put_file(&w, "node_modules/no.md", "no");
    put_file(&w, ".no.md", "no");
    put_file(&w, "no.txt", "no");
    put_file(&w, "deep/UPPER.MD", "Upper");
    parry_str loop = parry_str_printf(a, "%s/deep/loop", w.tree), out = parry_str_printf(a, "%s/out.md", w.tree);
    parry_str self = parry_str_printf(a, "%s/self.md", w.tree), in = parry_str_printf(a, "%s/alias.md", w.tree);
    parry_str pipe = parry_str_printf(a, "%s/pipe.md", w.tree), bad = parry_str_printf(a, "%s/bad\xFF.md", w.tree);
    assert_int_equal(0, symlink("..", loop.p));
    assert_int_equal(0, symlink("/etc/hostname", out.p));
    assert_int_equal(0, symlink("self.md", self.p));
    assert_int_equal(0, symlink("good.md", in.p));
    assert_int_equal(0, mkfifo(pipe.p, 0600));
    put_file(&w, "bad\xFF.md", "x");
    import_tree(&w);
    assert_true(has_id(&w, "good") && has_id(&w, "folder.md/inside") && has_id(&w, "deep/upper") &&
                has_id(&w, "alias"));
    assert_int_equal(4, w.report.added);
    assert_int_equal(4, w.report.refused);
    assert_true(notes_have(&w.notes, "empty.md:0: refused"));
    assert_true(notes_have(&w.notes, "utf16.md:0: refused"));
    assert_true(notes_have(&w.notes, "big.md:0: refused"));
    assert_true(notes_have(&w.notes, "name is not UTF-8"));
    assert_true(notes_have(&w.notes, "out.md:0: a symbolic link out of the tree"));
    assert_true(notes_have(&w.notes, "self.md:0: a symbolic link"));
    assert_true(notes_have(&w.notes, "pipe.md:0: not a regular file"));
    assert_int_equal(0, unlink(bad.p));
    uint64_t seq = seq_of(&w);
    import_tree(&w);
    assert_int_equal(seq, seq_of(&w));
    world_free(&w);
}

/* Root may read everything: the test is somebody else while it runs. */
static void become(const world *w, uid_t user)
{
    static const char *const mine[] = {"",           "/tree", "/tree/a.md", "/tree/shut", "/data/store/import.lock",
                                       "/data/store"};
    for (size_t i = 0; i < sizeof mine / sizeof *mine; i++)
        assert_int_equal(0, chown(parry_str_printf(test_arena(), "%s%s", w->dir, mine[i]).p, user, (gid_t)-1));
    assert_int_equal(0, seteuid(user));
}

static void what_cannot_be_read_is_not_taken_for_gone(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    world w = world_new();
    parry_arena *a = test_arena();
    bool root = geteuid() == 0;
    parry_str file = parry_str_printf(a, "%s/a.md", w.tree), folder = parry_str_printf(a, "%s/shut", w.tree);
    put_file(&w, "a.md", "A");
    put_file(&w, "shut/b.md", "B");
    import_tree(&w);
    assert_int_equal(0, chmod(file.p, 0));
    assert_int_equal(0, chmod(folder.p, 0));
    if (root)
        become(&w, NOBODY);
    import_tree(&w);
    size_t archived = w.report.archived;
    bool named = notes_have(&w.notes, "a.md:0: refused") && notes_have(&w.notes, "shut:0: the folder cannot be read");
    import_paths(&w, (const char *const[]){"shut/b.md", "a.md", NULL});
    assert_int_equal(0, seteuid(root ? 0 : geteuid()));
    assert_int_equal(0, archived + w.report.archived);
    assert_true(named);
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "a").status);
    assert_int_equal(PARRY_PUBLISHED, row_of(&w, "shut/b").status);
    assert_int_equal(0, chmod(folder.p, 0700));
    world_free(&w);
}

static void what_is_all_markup_is_refused_before_it_takes_the_memory(void **state)
{
    (void)state;
    static const char *const texts[] = {"*a* ", "# a\n"};
    for (size_t i = 0; i < 2; i++) {
        parry_str text = repeated(texts[i], 4000000);
        parsed p = parse_bytes("a.md", text.p, text.n);
        assert_int_equal(PARRY_TOO_LARGE, p.code);
        assert_true(parry_arena_bytes(p.arena) < 400U << 20);
        parsed_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bom_and_crlf_leave_no_trace),
        cmocka_unit_test(what_is_not_text_is_refused_by_name),
        cmocka_unit_test(flaws_in_text_are_mended_with_a_warning_that_names_the_line),
        cmocka_unit_test(front_matter_alone_is_an_article_with_a_warning),
        cmocka_unit_test(no_break_spaces_after_a_mark_do_not_hide_it),
        cmocka_unit_test(five_megabytes_of_prose_are_an_article),
        cmocka_unit_test(no_repetition_takes_long),
        cmocka_unit_test(no_nesting_overflows_the_stack),
        cmocka_unit_test(long_headings_do_not_multiply),
        cmocka_unit_test(a_tree_of_traps_is_imported_around_them),
        cmocka_unit_test(what_is_all_markup_is_refused_before_it_takes_the_memory),
        cmocka_unit_test(what_cannot_be_read_is_not_taken_for_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
