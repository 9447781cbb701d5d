/* An article from its file: front matter, names, sections, anchors. */
#include "tests/content/support.h"

static void front_matter_is_read_and_unknown_keys_are_kept(void **state)
{
    (void)state;
    parsed p = parse("a/late-refunds.md", "---\n"
                                          "id: late-refunds\ntitle: \"Late refunds\"\nslug: late\nlocale: EN_gb\n"
                                          "audience: Merchant\ncategory: Refunds\nkeywords: [refund, late, refund]\n"
                                          "status: draft\nauthor: Jo\ncreated: 2025-03-04\nupdated: 2026-09-29\n"
                                          "review_by: 2027-03-29\nrelated: [a-b, c/d.md]\nsearch: false\n"
                                          "ms.date: 01/02/2024\nweight: 3\nnested: {a: [1, true, null, x]}\n"
                                          "---\nHello.\n");
    const parry_article *a = &p.article;
    assert_int_equal(PARRY_OK, p.code);
    assert_str(a->id, "late-refunds");
    assert_str(a->title, "Late refunds");
    assert_str(a->slug, "late");
    assert_str(a->locale, "en-GB");
    assert_str(a->audience, "merchant");
    assert_str(a->category, "Refunds");
    assert_str(a->author, "Jo");
    assert_str(a->created, "2025-03-04");
    assert_str(a->review_by, "2027-03-29");
    assert_int_equal(2, a->nkeywords);
    assert_int_equal(2, a->nrelated);
    assert_str(a->related[1], "c/d");
    assert_int_equal(PARRY_DRAFT, a->status);
    assert_false(a->searchable);
    assert_string_equal("01/02/2024", json_string_value(json_object_get(a->extra, "ms.date")));
    assert_int_equal(3, json_integer_value(json_object_get(a->extra, "weight")));
    assert_true(json_is_true(json_array_get(json_object_get(json_object_get(a->extra, "nested"), "a"), 1)));
    assert_int_equal(0, p.notes.n);
    parsed_free(&p);
}

static void other_systems_keys_are_understood(void **state)
{
    (void)state;
    parsed p = parse("x.md", "---\narticle_id: 4408893476498\ntags: one, two\nms.search.keywords: two, three\n"
                             "categories: [Boards, More]\nauthor_id: 17\n---\nText");
    assert_str(p.article.id, "4408893476498");
    assert_int_equal(2, p.article.ntags); /* words to find it by as well */
    assert_str(p.article.tags[1], "two");
    assert_int_equal(3, p.article.nkeywords);
    assert_str(p.article.keywords[2], "three");
    assert_str(p.article.category, "Boards");
    assert_str(p.article.author, "17");
    assert_int_equal(2, json_array_size(json_object_get(p.article.extra, "categories")));
    parsed_free(&p);
}

static void what_is_not_told_comes_from_path_and_text(void **state)
{
    (void)state;
    parsed p = parse("Customers/Add money/How-to_pay.md", "Intro\n\n# Pay *by* card\n");
    assert_str(p.article.id, "customers/add-money/how-to_pay");
    assert_str(p.article.slug, "how-to_pay");
    assert_str(p.article.title, "Pay by card");
    assert_str(p.article.category, "Add money");
    assert_str(p.article.audience, "customer");
    assert_str(p.article.locale, "en");
    assert_int_equal(PARRY_PUBLISHED, p.article.status);
    parsed_free(&p);
    p = parse("faq/index.md", "Only text");
    assert_str(p.article.title, "Faq");
    assert_str(p.article.slug, "faq");
    parsed_free(&p);
    p = parse("日本語.md", "Text");
    assert_true(p.article.id.n > 2 && p.article.slug.n > 2);
    assert_str(p.article.title, "日本語");
    parsed_free(&p);
}

static void yaml_that_does_not_parse_keeps_its_plain_lines_and_hides_what_was_hidden(void **state)
{
    (void)state;
    parsed p =
        parse("a.md", "---\ntitle: [never closed\naudience: internal\ndraft: true\n---\n# From the heading\n\nText\n");
    assert_int_equal(PARRY_OK, p.code);
    assert_str(p.article.title, "From the heading");
    assert_str(p.article.audience, "internal");
    assert_int_equal(PARRY_DRAFT, p.article.status);
    assert_true(notes_have(&p.notes, "a.md:3: front matter: "));
    parsed_free(&p);
    p = parse("a.md", "---\ntitle: Refunds: the rules\n---\nText\n");
    assert_str(p.article.title, "Refunds: the rules");
    assert_int_equal(1, p.notes.n);
    parsed_free(&p);
}

static void unclosed_front_matter_ends_where_pairs_end(void **state)
{
    (void)state;
    parsed p = parse("a.md", "---\ntitle: T\nstatus: draft\n\n# Head\n\nBody stays\n");
    assert_int_equal(PARRY_OK, p.code);
    assert_str(p.article.title, "T");
    assert_int_equal(PARRY_DRAFT, p.article.status);
    assert_true(notes_have(&p.notes, "a.md:1: front matter is not closed"));
    assert_str(p.article.sections[1].text, "Body stays");
    parsed_free(&p);
}

static void a_rule_at_the_top_is_no_front_matter(void **state)
{
    (void)state;
    parsed p = parse("a.md", "---\n\n# Head\n\nText\n\n---\n\nMore\n");
    assert_int_equal(PARRY_OK, p.code);
    assert_str(p.article.title, "Head");
    assert_non_null(strstr(p.html.p, "More"));
    assert_non_null(strstr(p.html.p, "Text"));
    parsed_free(&p);
}

static void promoted_is_what_is_plainly_said_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool promoted;
    } cases[] = {{"---\npromoted: true\n---\nx", true},
                 {"---\nPromoted: yes\n---\nx", true},
                 {"---\npromoted: false\n---\nx", false},
                 {"---\npromoted:\n---\nx", false},
                 {"x", false},
                 {"---\npromoted: perhaps\n---\nx", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parsed p = parse("a.md", cases[i].text);
        assert_int_equal(cases[i].promoted, p.article.promoted);
        assert_int_equal(p.notes.n, i == 5);
        parsed_free(&p);
    }
}

static void what_cannot_be_understood_of_visibility_errs_towards_unseen(void **state)
{
    (void)state;
    parsed p = parse("a.md", "---\nstatus: pubished\n---\nx");
    assert_int_equal(PARRY_DRAFT, p.article.status);
    assert_true(notes_have(&p.notes, "a.md:2: status"));
    parsed_free(&p);
    p = parse("a.md", "---\nDraft: yes\nstatus: published\n---\nx");
    assert_int_equal(PARRY_DRAFT, p.article.status);
    parsed_free(&p);
    p = parse("a.md", "---\naudience: [customer, internal]\nsearch: perhaps\ndraft: maybe\n---\nx");
    assert_str(p.article.audience, "internal");
    assert_false(p.article.searchable);
    assert_int_equal(PARRY_DRAFT, p.article.status);
    assert_int_equal(3, p.notes.n);
    parsed_free(&p);
    p = parse("a.md", "---\naudience:\ndraft:\nstatus:\n---\nx");
    assert_str(p.article.audience, "customer");
    assert_int_equal(PARRY_PUBLISHED, p.article.status);
    parsed_free(&p);
    p = parse("a.md", "+++\ntitle = \"T\"\ndraft = true\n+++\nx");
    assert_int_equal(PARRY_DRAFT, p.article.status);
    assert_str(p.article.title, "T");
    parsed_free(&p);
}

static void yaml_bombs_cost_nothing(void **state)
{
    (void)state;
    parsed p = parse("a.md", "---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\ntitle: T\n---\nx");
    assert_str(p.article.title, "T");
    assert_true(notes_have(&p.notes, "aliases"));
    parsed_free(&p);
    parry_str deep = parry_str_printf(test_arena(), "---\na: %s\ntitle: T\n---\nx", repeated("[", 30000).p);
    p = parse("a.md", deep.p);
    assert_str(p.article.title, "T");
    assert_int_equal(1, p.notes.n);
    parsed_free(&p);
}

static void sections_follow_headings_of_markdown_and_html(void **state)
{
    (void)state;
    parsed p =
        parse("a.md", "Before\n\n# One\n\na\n\n### Deep\n\nb\n\n## Two\n\nc\n\n<h2>Three &amp; more</h2>\n<p>d</p>\n");
    const parry_section *s = p.article.sections;
    assert_int_equal(5, p.article.nsections);
    assert_int_equal(0, s[0].level);
    assert_int_equal(0, s[0].heading.n + s[0].anchor.n + s[0].path.n);
    assert_str(s[0].text, "Before");
    assert_str(s[2].path, "One > Deep");
    assert_int_equal(3, s[2].level);
    assert_str(s[3].path, "One > Two");
    assert_str(s[4].heading, "Three & more");
    assert_str(s[4].anchor, "three--more");
    assert_str(s[4].text, "d");
    parsed_free(&p);
}

static void a_leading_h1_stands_in_no_path(void **state)
{
    (void)state;
    parsed p = parse("a.md", "# The title\n\nIntro\n\n## Part\n\nText\n\n# Second H1\n\n## Under\n");
    assert_str(p.article.title, "The title");
    assert_str(p.article.sections[0].text, "Intro");
    assert_str(p.article.sections[1].path, "Part");
    assert_str(p.article.sections[3].path, "Second H1 > Under");
    assert_null(strstr(p.html.p, "The title"));
    assert_non_null(strstr(p.html.p, "<h2 id=\"second-h1\">Second H1</h2>"));
    parsed_free(&p);
    p = parse("a.md", "---\ntitle: The title - Product\n---\n# The title\n\nIntro\n\n## Part\n");
    assert_str(p.article.sections[1].heading, "The title");
    assert_str(p.article.sections[1].text, "Intro");
    assert_str(p.article.sections[2].path, "Part");
    parsed_free(&p);
}

static void anchors_are_githubs_and_own_ids_win(void **state)
{
    (void)state;
    parsed p = parse(
        "a.md", "## What's *new* in 2.0?\n\n## Größe & Preis\n\n## Notes\n\n## Notes\n\n## Notes 1\n\n"
                "## Own one {#my-id}\n\n<a name=\"before\"></a>\n\n## After an anchor\n\n"
                "## <a id=\"inside\"></a>With one inside\n\n## 日本語\n\n## !!!\n\n## my id\n\n## Notes {#notes}\n");
    static const char *const want[] = {"",          "whats-new-in-20", "größe--preis", "notes-1", "notes-2",
                                       "notes-1-1", "my-id",           "before",       "inside",  "日本語",
                                       "section",   "my-id-1",         "notes"};
    assert_int_equal(13, p.article.nsections);
    for (size_t i = 0; i < 13; i++)
        assert_str(p.article.sections[i].anchor, want[i]);
    assert_str(p.article.sections[6].heading, "Own one");
    assert_null(strstr(p.html.p, "{#"));
    for (size_t i = 1; i < 13; i++) {
        parry_str id = parry_str_printf(test_arena(), "id=\"%s\"", want[i]);
        char *first = strstr(p.html.p, id.p);
        assert_non_null(first);
        assert_null(strstr(first + 1, id.p));
    }
    parsed_free(&p);
}

static void text_is_what_a_reader_reads(void **state)
{
    (void)state;
    parsed p = parse("a.md", "See [the guide](x.md) or <https://a.example/b>, **not** `rm -rf`. ![A chart](c.png)\n"
                             "soft\xC2\xA0space zero\xE2\x80\x8Bwidth\n\n"
                             "| A | B |\n|---|---|\n| 1 | two **2** |\n\n- x\n- y\n\n```sh\nls -l\n  cd\n```\n\n"
                             "> [!NOTE]\n> Mind the gap\n\n<div>raw <b>html</b> &eacute;<script>alert(1)</script>"
                             "<style>p{}</style></div>\n\n<!-- not this -->\n\nEnd<br>here\n");
    assert_str(p.article.sections[0].text,
               "See the guide or https://a.example/b, not rm -rf. A chart soft space zerowidth\n"
               "A | B\n1 | two 2\nx\ny\nls -l\ncd\nMind the gap\nraw html é\nEnd here");
    parsed_free(&p);
}

static void a_table_of_contents_is_not_text(void **state)
{
    (void)state;
    parsed p = parse(
        "a.md", "Intro\n\n[[toc]]\n\n- [One](#one)\n- [Two](#two)\n  - [Three](#three)\n\n## One\n\n- [Other](b.md)\n");
    assert_str(p.article.sections[0].text, "Intro");
    assert_str(p.article.sections[1].text, "Other");
    parsed_free(&p);
}

static void other_systems_marks_are_taken_out_with_a_warning(void **state)
{
    (void)state;
    parsed p = parse("a.md", "---\ntitle: T\n---\n"
                             "import Tabs from '@theme/Tabs';\n\n"
                             "Use [!INCLUDE [prod_short](inc/prod.md)] now.\n\n"
                             "[!INCLUDE [whole_block](inc/block.md)]\n\n"
                             ":::note Take care\nInside\n:::\n\n"
                             "Press :::image type=\"icon\" source=\"a.png\" alt-text=\"the gear\"::: twice\n\n"
                             "{% include x.html %}{{ site.name }} stays\n\n"
                             "[[Target page|the label]] and [[1]](b.md)\n\n"
                             "<Tabs groupId={x}>in tabs</Tabs>\n\n"
                             "Enter <port> and `{{ code }}`\n");
    parry_str t = p.article.sections[0].text;
    assert_str(t, "Use prod short now.\nTake care\nInside\nPress the gear twice\nstays\nthe label and [1]\nin tabs\n"
                  "Enter <port> and {{ code }}");
    assert_true(notes_have(&p.notes, "a.md:4: "));
    assert_true(notes_have(&p.notes, "a.md:6: 2 [!INCLUDE]"));
    assert_true(notes_have(&p.notes, "template tags"));
    parsed_free(&p);
    p = parse("a.mdx", "import A from 'a'\nimport {\n  B\n} from 'b'\n\nexport const meta = {\n  x: 1\n}\n\n# Title\n\n"
                       "{/* gone */}<Card title=\"x\">Text</Card>\n");
    assert_str(p.article.title, "Title");
    assert_str(p.article.sections[0].text, "Text");
    parsed_free(&p);
}

static void code_is_left_alone(void **state)
{
    (void)state;
    parsed p =
        parse("a.md",
              "```\nimport x from 'y'\n{{ a }} {% b %} [[c]] :::note\n<!-- d\n```\n\n~~~md\n[!INCLUDE [e](f)]\n~~~\n");
    assert_str(p.article.sections[0].text,
               "import x from 'y'\n{{ a }} {% b %} [[c]] :::note\n<!-- d\n[!INCLUDE [e](f)]");
    assert_int_equal(0, p.notes.n);
    parsed_free(&p);
}

static void the_hash_is_of_bytes_and_path(void **state)
{
    (void)state;
    parsed a = parse("a.md", "x"), same = parse("a.md", "x"), other = parse("b.md", "x");
    assert_true(parry_hash_eq(a.article.hash, same.article.hash));
    assert_false(parry_hash_eq(a.article.hash, other.article.hash));
    parsed_free(&a);
    parsed_free(&same);
    parsed_free(&other);
}

static void questions_that_an_article_answers_are_kept_whole(void **state)
{
    (void)state;
    parsed list =
        parse("a.md", "---\nanswers:\n  - where, oh where, is my money\n  - refnd late\n  - refnd late\n---\nx");
    parsed text = parse("a.md", "---\nanswers: well, where is it?\n---\nx"), none = parse("a.md", "x");
    assert_int_equal(2, list.article.nanswers);
    assert_str(list.article.answers[0], "where, oh where, is my money");
    assert_int_equal(1, text.article.nanswers);
    assert_str(text.article.answers[0], "well, where is it?");
    assert_int_equal(0, none.article.nanswers);
    parsed_free(&list);
    parsed_free(&text);
    parsed_free(&none);
}

static void json_holds_the_metadata(void **state)
{
    (void)state;
    parsed p = parse("a.md", "---\ntitle: T\nkeywords: [k]\nmine: 1\n---\nx");
    json_t *o = parry_article_json(&p.article);
    assert_string_equal("T", json_string_value(json_object_get(o, "title")));
    assert_string_equal("published", json_string_value(json_object_get(o, "status")));
    assert_int_equal(1, json_array_size(json_object_get(o, "keywords")));
    assert_int_equal(1, json_integer_value(json_object_get(json_object_get(o, "extra"), "mine")));
    json_decref(o);
    parsed_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_matter_is_read_and_unknown_keys_are_kept),
        cmocka_unit_test(other_systems_keys_are_understood),
        cmocka_unit_test(what_is_not_told_comes_from_path_and_text),
        cmocka_unit_test(yaml_that_does_not_parse_keeps_its_plain_lines_and_hides_what_was_hidden),
        cmocka_unit_test(unclosed_front_matter_ends_where_pairs_end),
        cmocka_unit_test(a_rule_at_the_top_is_no_front_matter),
        cmocka_unit_test(promoted_is_what_is_plainly_said_to_be),
        cmocka_unit_test(what_cannot_be_understood_of_visibility_errs_towards_unseen),
        cmocka_unit_test(yaml_bombs_cost_nothing),
        cmocka_unit_test(sections_follow_headings_of_markdown_and_html),
        cmocka_unit_test(a_leading_h1_stands_in_no_path),
        cmocka_unit_test(anchors_are_githubs_and_own_ids_win),
        cmocka_unit_test(text_is_what_a_reader_reads),
        cmocka_unit_test(a_table_of_contents_is_not_text),
        cmocka_unit_test(other_systems_marks_are_taken_out_with_a_warning),
        cmocka_unit_test(code_is_left_alone),
        cmocka_unit_test(the_hash_is_of_bytes_and_path),
        cmocka_unit_test(questions_that_an_article_answers_are_kept_whole),
        cmocka_unit_test(json_holds_the_metadata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
