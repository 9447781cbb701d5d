/* Clean HTML: golden files, links, and attacks that come out harmless. PARRY_GOLDEN=write makes the golden files anew.
 */
#include "tests/content/support.h"

#include "base/file.h"

#include <dirent.h>
#include <gumbo.h>
#include <stdlib.h>
#include <strings.h>

#define GOLDEN PARRY_SOURCE_DIR "/tests/content/golden/"

static parry_str sections_text(const parry_article *a)
{
    parry_buf b = PARRY_BUF(1 << 20);
    for (size_t i = 0; i < a->nsections; i++) {
        const parry_section *s = &a->sections[i];
        parry_buf_printf(&b, "== %d | %.*s | %.*s | #%.*s\n%.*s\n", s->level, PARRY_FMT(s->heading), PARRY_FMT(s->path),
                         PARRY_FMT(s->anchor), PARRY_FMT(s->text));
    }
    parry_str out = parry_str_copy(test_arena(), parry_buf_str(&b));
    parry_buf_free(&b);
    return out;
}

static void compare(const char *stem, const char *ending, parry_str got)
{
    parry_str want, file = parry_str_printf(test_arena(), GOLDEN "%s.%s", stem, ending);
    parry_err err;
    got = parry_str_printf(test_arena(), "%.*s\n", PARRY_FMT(parry_str_trim(got)));
    if (getenv("PARRY_GOLDEN") != NULL)
        assert_int_equal(PARRY_OK, parry_file_replace(file.p, got, &err));
    assert_int_equal(PARRY_OK, parry_file_read(test_arena(), file.p, 1 << 20, &want, &err));
    assert_string_equal(want.p, got.p);
}

static void golden_articles_come_out_as_before(void **state)
{
    (void)state;
    DIR *d = opendir(GOLDEN);
    size_t n = 0;
    parry_err err;
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        parry_str name = parry_str_of(e->d_name), bytes;
        if (!parry_str_ends(name, ".md"))
            continue;
        char *stem = parry_str_z(test_arena(), parry_str_make(name.p, name.n - 3));
        parry_str file = parry_str_printf(test_arena(), GOLDEN "%s", e->d_name);
        assert_int_equal(PARRY_OK, parry_file_read(test_arena(), file.p, 1 << 20, &bytes, &err));
        parsed p = parse_bytes("help/orders/x.md", bytes.p, bytes.n);
        assert_int_equal(PARRY_OK, p.code);
        compare(stem, "html", p.html);
        compare(stem, "txt", sections_text(&p.article));
        parsed_free(&p);
        n++;
    }
    closedir(d);
    assert_int_equal(6, n);
}

static parry_str answer(void *ctx, parry_arena *a, parry_str target, parry_str fragment)
{
    (void)ctx;
    if (parry_str_starts(target, "gone/"))
        return parry_str_make(NULL, 0);
    if (parry_str_starts(target, "evil/"))
        return parry_str_of("javascript:alert(1)");
    return parry_str_printf(a, "/to/%.*s%s%.*s", PARRY_FMT(target), fragment.n ? "#" : "", PARRY_FMT(fragment));
}

static void links_between_files_are_resolved_against_the_source(void **state)
{
    (void)state;
    static const struct {
        const char *href, *html;
    } rows[] = {
        {"b.md", "<a href=\"/to/x/y/b.md\">t</a>"},
        {"./b.md#late", "<a href=\"/to/x/y/b.md#late\">t</a>"},
        {"../z/b.mdx?q=1#f", "<a href=\"/to/x/z/b.mdx#f\">t</a>"},
        {"/b.md", "<a href=\"/to/b.md\">t</a>"},
        {"~/b.md", "<a href=\"/to/b.md\">t</a>"},
        {"My%20file.md", "<a href=\"/to/x/y/My file.md\">t</a>"},
        {"../../../../b.md", "t"},
        {"/gone/b.md", "t"},
        {"/evil/b.md", "t"},
        {"#part", "<a href=\"#part\">t</a>"},
        {"https://a.example/b.md", "<a href=\"https://a.example/b.md\">t</a>"},
        {"mailto:a@b.example", "<a href=\"mailto:a@b.example\">t</a>"},
        {"tel:+3112345", "<a href=\"tel:+3112345\">t</a>"},
        {"files/a.pdf", "<a href=\"files/a.pdf\">t</a>"},
        {"ftp://a.example/", "t"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parry_str md = parry_str_printf(test_arena(), "[t](<%s>)", rows[i].href), html;
        parsed p = parse("x/y/a.md", md.p);
        assert_int_equal(PARRY_OK, parry_article_html(p.arena, &p.article, answer, NULL, &html, NULL));
        parry_str want = parry_str_printf(test_arena(), "<p>%s</p>", rows[i].html);
        assert_str(html, want.p);
        parsed_free(&p);
    }
    parsed p = parse("x/a.md", "[t](../y/Late-Refunds.md#how)");
    assert_str(p.html, "<p><a href=\"/articles/late-refunds#how\">t</a></p>");
    parsed_free(&p);
}

static const char *const attacks[] = {
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\" OnError=\"alert(1)\">",
    "<img/src=x/onerror=alert(1)>",
    "<img src=\"javascript:alert(1)\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<iframe src=x><img title=\"</iframe><img src=x onerror=alert(1)>\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\" &#1; javascript:alert(1)\">x</a>",
    "<a href=\"java&#10;script:alert(1)\">x</a>",
    "<a href=\"java\tscript:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"&#x6A;avascript:alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "[x](javascript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<a href=\"x\" style=\"background:url(javascript:alert(1))\" onclick=\"alert(1)\">x</a>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<div style=\"position:fixed;top:0\" onmouseover=alert(1)>x</div>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=\"javascript:alert(1)//\">",
    "<object data=\"javascript:alert(1)\"></object>",
    "<embed src=\"javascript:alert(1)\">",
    "<form action=\"javascript:alert(1)\"><input type=submit formaction=javascript:alert(1)></form>",
    "<input autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<body onload=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<textarea><script>alert(1)</script></textarea><img src=x onerror=alert(1)>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml ?><img src=x onerror=alert(1)>",
    "<p title='\"><script>alert(1)</script>'>x</p>",
    "<td title=\"a\" onmouseover=\"alert(1)\">x</td>",
    "<code class=\"language-js\" onclick=alert(1)>x</code>",
    "<code class='language-x\" onclick=\"alert(1)'>x</code>",
    "```js\" onclick=\"alert(1)\nx\n```",
    "## Heading {#x\" onclick=\"alert(1)}",
    "<h2 id='x\" onclick=\"alert(1)'>H</h2>",
    "<a name='x\" onclick=\"alert(1)'></a>\n\n## H",
    "<img src=\"x\" alt=\"&quot; onerror=&quot;alert(1)\">",
    "<img src=\"x\" width=\"1 onerror=alert(1)\">",
    ":::image source=\"javascript:alert(1)\" alt-text=\"x](javascript:alert(1))\":::",
    "[!VIDEO javascript:alert(1)]",
    "[[x](javascript:alert(1)|<img src=x onerror=alert(1)>]]",
    "[!INCLUDE [<img src=x onerror=alert(1)>](a)] x",
    "<table><td background=\"javascript:alert(1)\">x</table>",
    "<select><option><script>alert(1)</script></select>",
    "<b><svg><title><a id=\"</title><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<foo onclick=alert(1)>x</foo>",
    "<A\x0COnClick=alert(1)>x",
};

static bool allowed_element(GumboTag tag)
{
    static const char *const names[] = {
        "html",  "head",       "body",   "a",        "abbr",  "aside", "b",       "bdi", "blockquote", "br",  "caption",
        "cite",  "code",       "col",    "colgroup", "dd",    "del",   "details", "dfn", "div",        "dl",  "dt",
        "em",    "figcaption", "figure", "h2",       "h3",    "h4",    "h5",      "h6",  "hr",         "i",   "img",
        "input", "ins",        "kbd",    "li",       "mark",  "ol",    "p",       "pre", "q",          "rp",  "rt",
        "ruby",  "s",          "samp",   "section",  "small", "span",  "strong",  "sub", "summary",    "sup", "table",
        "tbody", "td",         "tfoot",  "th",       "thead", "time",  "tr",      "u",   "ul",         "var", "wbr"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(gumbo_normalized_tagname(tag), names[i]) == 0)
            return true;
    return false;
}

static void check_attribute(const GumboAttribute *at)
{
    static const char *const names[] = {
        "id",      "lang",     "dir",    "href",     "title",    "src",     "alt",       "width", "open",
        "start",   "type",     "value",  "colspan",  "rowspan",  "align",   "span",      "class", "scope",
        "loading", "tabindex", "height", "datetime", "disabled", "checked", "aria-label"};
    bool known = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        known |= strcmp(at->name, names[i]) == 0;
    if (!known)
        fail_msg("attribute %s=\"%s\"", at->name, at->value);
    if (strcmp(at->name, "href") != 0 && strcmp(at->name, "src") != 0)
        return;
    const char *colon = strchr(at->value, ':');
    if (colon != NULL && strcspn(at->value, "/?#") > (size_t)(colon - at->value))
        assert_true(strncmp(at->value, "http:", 5) == 0 || strncmp(at->value, "https:", 6) == 0 ||
                    strncmp(at->value, "mailto:", 7) == 0 || strncmp(at->value, "tel:", 4) == 0);
    for (const char *c = at->value; *c; c++)
        assert_true((unsigned char)*c >= ' ');
}

/* A browser's eyes: parsed as a page, nothing is left that runs. */
static void check_harmless(const char *html)
{
    const GumboNode *stack[4096];
    size_t n = 0;
    GumboOutput *page = gumbo_parse(html);
    stack[n++] = page->root;
    while (n > 0) {
        const GumboNode *node = stack[--n];
        if (node->type != GUMBO_NODE_ELEMENT) {
            assert_int_not_equal(GUMBO_NODE_TEMPLATE, node->type);
            assert_int_not_equal(GUMBO_NODE_COMMENT, node->type);
            continue;
        }
        if (!allowed_element(node->v.element.tag))
            fail_msg("element %s in %s", gumbo_normalized_tagname(node->v.element.tag), html);
        for (unsigned i = 0; i < node->v.element.attributes.length; i++)
            check_attribute(node->v.element.attributes.data[i]);
        for (unsigned i = 0; i < node->v.element.children.length && n < 4096; i++)
            stack[n++] = node->v.element.children.data[i];
    }
    gumbo_destroy_output(&kGumboDefaultOptions, page);
}

static void attacks_come_out_harmless(void **state)
{
    (void)state;
    static const char *const frames[] = {
        "%s",    "text %s text", "> - %s", "# %s", "| a |\n|---|\n| %s |", "<div>\n%s\n</div>", "<p title=\"%s",
        "<b>%s", "**%s**"};
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
        for (size_t k = 0; k < sizeof frames / sizeof *frames; k++) {
            parry_buf md = PARRY_BUF(1 << 16);
            const char *at = strstr(frames[k], "%s");
            parry_buf_add(&md, frames[k], (size_t)(at - frames[k]));
            parry_buf_addz(&md, attacks[i]);
            parry_buf_addz(&md, at + 2);
            parsed p = parse(i % 2 ? "a.md" : "a.mdx", md.p);
            if (p.code == PARRY_OK)
                check_harmless(p.html.p);
            parsed_free(&p);
            parry_buf_free(&md);
        }
}

static void all_attacks_at_once_come_out_harmless(void **state)
{
    (void)state;
    parry_buf md = PARRY_BUF(1 << 20);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        parry_buf_addz(&md, attacks[i]);
        parry_buf_addz(&md, i % 3 ? "\n\n" : " ");
    }
    parsed p = parse("a.md", md.p);
    assert_int_equal(PARRY_OK, p.code);
    check_harmless(p.html.p);
    parsed_free(&p);
    parry_buf_free(&md);
}

static void fair_html_survives(void **state)
{
    (void)state;
    parsed p =
        parse("a.md", "<details open><summary>More</summary>\n\nPress <kbd>Ctrl</kbd>.\n\n</details>\n\n"
                      "<table><tr><th>A<td colspan=2>B</table>\n\n<img src=\"i.png\" width=\"10\">\n\n- [x] done\n");
    assert_non_null(strstr(p.html.p, "<details open=\"\"><summary>More</summary>"));
    assert_non_null(strstr(p.html.p, "<kbd>Ctrl</kbd>"));
    assert_non_null(strstr(p.html.p, "<td colspan=\"2\">B"));
    assert_non_null(strstr(p.html.p, "<img src=\"i.png\" width=\"10\" alt=\"\" loading=\"lazy\">"));
    assert_non_null(strstr(p.html.p, "<input type=\"checkbox\" disabled checked aria-label=\"done\">"));
    parsed_free(&p);
}

static void a_film_becomes_a_link(void **state)
{
    (void)state;
    parsed p = parse(
        "a.md", "<iframe src=\"https://v.example/1\" title=\"How to\"></iframe>\n\n> [!VIDEO https://v.example/2]\n");
    assert_non_null(strstr(p.html.p, "<a href=\"https://v.example/1\">How to</a>"));
    assert_non_null(strstr(p.html.p, "<a href=\"https://v.example/2\">Video</a>"));
    assert_true(notes_have(&p.notes, "a.md:1: "));
    parsed_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_articles_come_out_as_before),
        cmocka_unit_test(links_between_files_are_resolved_against_the_source),
        cmocka_unit_test(attacks_come_out_harmless),
        cmocka_unit_test(all_attacks_at_once_come_out_harmless),
        cmocka_unit_test(fair_html_survives),
        cmocka_unit_test(a_film_becomes_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
