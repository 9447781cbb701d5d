/* Snippets: whole sentences, marks that stand where they are said to, HTML that is safe, no half graphemes. */
#include "tests/indexer/fake_encoder.h"
#include "tests/indexer/testing.h"

#include "engine/meant.h"
#include "engine/snippet.h"

#include <unigbrk.h>

typedef struct fixture {
    parry_arena *arena;
    parry_analyser *analyser;
} fixture;

static int set_up(void **state)
{
    fixture *f = parry_calloc(1, sizeof *f);
    f->arena = parry_arena_new();
    f->analyser = parry_analyser_new();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    parry_analyser_free(f->analyser);
    parry_arena_free(f->arena);
    free(f);
    return 0;
}

/* The words of a query, as understand.c reads known ones. */
static parry_understood understand(fixture *f, const char *query)
{
    parry_understood u = {0};
    parry_token *tokens;
    size_t n;
    parry_analyse(f->analyser, f->arena, parry_str_of(query), parry_str_of("en"), &tokens, &n);
    for (size_t i = 0; i < n && u.ngroups < PARRY_MAX_GROUPS; i++)
        u.groups[u.ngroups++] = (parry_group){
            .word = tokens[i].exact,
            .variants = {{.term = tokens[i].exact, .weight = 1, .exact = true}, {.term = tokens[i].stem, .weight = 1}},
            .nvariants = 2,
            .stop = tokens[i].stop};
    return u;
}

static void add_variant(parry_understood *u, size_t group, const char *term)
{
    parry_group *g = &u->groups[group];
    g->variants[g->nvariants++] = (parry_variant){.term = parry_str_of(term), .weight = 0.9F, .exact = true};
}

static parry_hit render(fixture *f, const char *passage, const parry_understood *u, size_t width)
{
    parry_hit h = {0};
    parry_excerpt e = parry_excerpt_plan(f->analyser, f->arena, parry_str_of(passage), parry_str_of("en"), u, NULL, 0,
                                         width ? width : PARRY_SNIPPET_COLUMNS);
    parry_excerpt_render(f->arena, &e, &h);
    return h;
}

static parry_hit snippet(fixture *f, const char *passage, const char *query)
{
    parry_understood u = understand(f, query);
    return render(f, passage, &u, 0);
}

static bool has(parry_str s, const char *piece) { return parry_str_find(s, parry_str_of(piece)) < s.n; }

static const char filler[] = "Nothing of this sentence has anything to do with it, and it goes on for a while. "
                             "Another one of the same kind follows it here, only to fill the place up. "
                             "And a third, which is longer than it would have to be to say so little at all. ";

static void test_the_sentences_with_the_words_are_shown_whole(void **state)
{
    fixture *f = *state;
    const char *answer = "Dr. Smith pays refunds of 3.50, e.g. by card, to U.S. banks within 5 days. It is free.";
    parry_str passage = parry_str_printf(f->arena, "%s%s %s", filler, answer, filler);
    parry_hit h = snippet(*state, passage.p, "smith refund bank");
    assert_true(has(h.snippet_text, answer));
    assert_false(has(h.snippet_text, "…"));
    char last = h.snippet_text.p[h.snippet_text.n - 1];
    assert_int_equal(last, '.');
    parry_hit none = snippet(*state, passage.p, "zebra");
    assert_true(parry_str_starts(none.snippet_text, "Nothing of this"));
    assert_int_equal(none.nmarks, 0);
}

static void test_rare_words_count_more_than_common_ones(void **state)
{
    fixture *f = *state;
    parry_understood u = understand(f, "account chargeback order");
    parry_word_stats words[] = {{.group = &u.groups[0], .idf = 0.3F},
                                {.group = &u.groups[1], .idf = 5.0F},
                                {.group = &u.groups[2], .idf = 0.3F}};
    parry_str passage =
        parry_str_printf(f->arena, "Your account and your order. %s A chargeback is. %s", filler, filler);
    parry_excerpt e = parry_excerpt_plan(f->analyser, f->arena, passage, parry_str_of("en"), &u, words, 3, 100);
    parry_hit h = {0};
    parry_excerpt_render(f->arena, &e, &h);
    assert_true(has(h.snippet, "<mark>chargeback</mark>"));
}

static void test_stems_typos_synonyms_and_beginnings_are_marked(void **state)
{
    fixture *f = *state;
    parry_understood u = understand(f, "returning pacrel cash deliv");
    add_variant(&u, 1, "parcel");
    add_variant(&u, 2, "money");
    u.groups[3].unfinished = true;
    parry_hit h = render(f, "He returned the parcel for his money; the deliveries were late.", &u, 0);
    assert_str(h.snippet, "He <mark>returned</mark> the <mark>parcel</mark> for his <mark>money</mark>; the "
                          "<mark>deliveries</mark> were late.");
    assert_int_equal(h.nmarks, 4);
    u.groups[3].unfinished = false;
    assert_int_equal(render(f, "The deliveries were late.", &u, 0).nmarks, 0);
}

static void test_offsets_count_bytes_and_code_points_of_the_plain_text(void **state)
{
    parry_hit h = snippet(*state, "Grüße & \"Küsse\" <b>\nrefund späť REFUND", "refund");
    assert_str(h.snippet_text, "Grüße & \"Küsse\" <b> refund späť REFUND");
    assert_int_equal(h.nmarks, 2);
    assert_str(parry_str_make(h.snippet_text.p + h.marks[0].start, h.marks[0].end - h.marks[0].start), "refund");
    assert_str(parry_str_make(h.snippet_text.p + h.marks[1].start, h.marks[1].end - h.marks[1].start), "REFUND");
    assert_int_equal(h.marks[0].first, 20);
    assert_int_equal(h.marks[0].last, 26);
    assert_int_equal(h.marks[1].first, 32);
    assert_int_equal(h.marks[0].start, 23);
    assert_str(h.snippet, "Grüße &amp; &quot;Küsse&quot; &lt;b&gt; <mark>refund</mark> späť <mark>REFUND</mark>");
}

static void test_chinese_japanese_and_thai_are_cut_between_characters(void **state)
{
    fixture *f = *state;
    parry_str chinese = {NULL, 0}, thai = {NULL, 0};
    for (int i = 0; i < 30; i++) {
        chinese = parry_str_printf(f->arena, "%.*s您可以在订单页面上查看物流。", PARRY_FMT(chinese));
        thai = parry_str_printf(f->arena, "%.*sที่นี่คุณสามารถดูสถานะคำสั่งซื้อได้", PARRY_FMT(thai));
    }
    chinese = parry_str_printf(f->arena, "%.*s退款需要三天！%.*s", PARRY_FMT(chinese), PARRY_FMT(chinese));
    parry_hit h = snippet(f, chinese.p, "退款需要");
    assert_true(has(h.snippet, "<mark>退款需要</mark>三天！"));
    assert_true(parry_str_ends(h.snippet_text, "。") || parry_str_ends(h.snippet_text, "！"));
    parry_hit t = snippet(f, thai.p, "zebra");
    assert_true(parry_str_ends(t.snippet_text, " …"));
    assert_true(parry_utf8_valid(t.snippet_text, NULL));
    size_t cut = t.snippet_text.n - strlen(" …");
    char *breaks = PARRY_ARRAY(f->arena, char, thai.n + 1);
    u8_grapheme_breaks((const uint8_t *)thai.p, thai.n, breaks);
    assert_true(cut > 100 && cut < thai.n && breaks[cut]);
}

/* ---- anything at all ------------------------------------------------------------------------------------------------
 */

static uint32_t next(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*seed >> 33) % below;
}

static const char *const pieces[] = {"refund ",
                                     "Refunds",
                                     "<b>",
                                     "&",
                                     "\"",
                                     "'",
                                     "\n",
                                     ". ",
                                     "! ",
                                     "e.g. ",
                                     "3.14",
                                     " ",
                                     "e\u0301",
                                     "n\u0303o ",
                                     "\U0001F468\u200D\U0001F469\u200D\U0001F467",
                                     "\U0001F1E9\U0001F1EA",
                                     "退款",
                                     "。",
                                     "ที่นี่",
                                     "\u0e33",
                                     "word ",
                                     "longerword ",
                                     "WF-2041-88317",
                                     "deliver",
                                     "\u00AD",
                                     "a\u0308\u0323"};

static parry_str unescape(fixture *f, parry_str html)
{
    static const struct {
        const char *html, *text;
    } tags[] = {{"&amp;", "&"}, {"&lt;", "<"},  {"&gt;", ">"},  {"&quot;", "\""},
                {"&#39;", "'"}, {"<mark>", ""}, {"</mark>", ""}};
    parry_buf b = PARRY_BUF(1 << 20);
    for (size_t at = 0; at < html.n;) {
        size_t i = 0;
        while (i < 7 && !parry_str_starts(parry_str_from(html, at), tags[i].html))
            i++;
        assert_true(i < 7 || (html.p[at] != '<' && html.p[at] != '>' && html.p[at] != '&' && html.p[at] != '"'));
        if (i < 7)
            parry_buf_addz(&b, tags[i].text);
        else
            parry_buf_addc(&b, html.p[at]);
        at += i < 7 ? strlen(tags[i].html) : 1;
    }
    parry_str out = parry_str_copy(f->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return out;
}

static size_t code_points(parry_str s, size_t end)
{
    size_t n = 0;
    for (size_t i = 0; i < end; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static void check_marks(const parry_hit *h)
{
    size_t at = 0;
    for (size_t i = 0; i < h->nmarks; i++) {
        assert_true(h->marks[i].start >= at && h->marks[i].end > h->marks[i].start);
        at = h->marks[i].end;
        assert_int_equal(h->marks[i].first, code_points(h->snippet_text, h->marks[i].start));
        assert_int_equal(h->marks[i].last, code_points(h->snippet_text, h->marks[i].end));
    }
    assert_true(at <= h->snippet_text.n);
}

/* Without its ellipses it stands in the passage, from the beginning of a grapheme to the end of one. */
static void check_graphemes(fixture *f, parry_str passage, parry_str text)
{
    char *flat = parry_str_z(f->arena, passage);
    for (size_t i = 0; i < passage.n; i++)
        flat[i] = flat[i] == '\n' ? ' ' : flat[i];
    bool left = parry_str_starts(text, "… "), right = parry_str_ends(text, " …");
    if (left)
        text = parry_str_from(text, strlen("… "));
    if (right)
        text.n -= strlen(" …");
    char *breaks = PARRY_ARRAY(f->arena, char, passage.n + 1);
    u8_grapheme_breaks((const uint8_t *)passage.p, passage.n, breaks);
    breaks[passage.n] = 1;
    size_t at = 0;
    bool fits = text.n == 0;
    for (parry_str rest = parry_str_make(flat, passage.n); !fits; at++) {
        size_t found = parry_str_find(parry_str_from(rest, at), text);
        assert_true(at + found + text.n <= passage.n);
        at += found;
        fits = (!left || breaks[at]) && (!right || breaks[at + text.n]);
    }
}

static void test_whatever_the_passage_a_snippet_is_safe_and_its_offsets_are_right(void **state)
{
    fixture *f = *state;
    uint64_t seed = 11;
    for (int round = 0; round < 3000; round++) {
        parry_buf b = PARRY_BUF(1 << 16);
        for (uint32_t i = 0, n = next(&seed, round % 3 == 0 ? 400 : 40); i < n; i++)
            parry_buf_addz(&b, pieces[next(&seed, sizeof pieces / sizeof *pieces)]);
        parry_str passage = parry_str_copy(f->arena, parry_buf_str(&b));
        parry_buf_free(&b);
        parry_understood u = understand(f, round % 2 == 0 ? "refund 退款 WF-2041-88317" : "the deliv ño");
        u.groups[u.ngroups - 1].unfinished = round % 4 == 1;
        parry_hit h = render(f, passage.p, &u, 40 + next(&seed, 180));
        assert_true(parry_utf8_valid(h.snippet_text, NULL));
        assert_true(parry_str_eq(unescape(f, h.snippet), h.snippet_text));
        check_marks(&h);
        check_graphemes(f, passage, h.snippet_text);
        if (round % 100 == 99) {
            parry_arena_reset(f->arena);
        }
    }
}

static void test_where_no_word_matches_the_nearest_sentence_is_shown(void **state)
{
    fixture *f = *state;
    parry_encoder *encoder = fake_encoder_new("model");
    parry_encoder_scratch *scratch = parry_encoder_scratch_new(encoder);
    parry_meant *meant = parry_meant_new(encoder);
    parry_understood u = understand(f, "zebra");
    const char *answer = "the money arrives at your bank on the third working day after that.";
    parry_str passage = parry_str_printf(f->arena, "%sThen %s %s", filler, answer, filler);
    float query[64];
    ok(parry_encode(encoder, scratch, PARRY_QUERY, parry_str_of("money arrives at bank third day"), query, &err));
    size_t before = fake_encoder_encoded(encoder);
    for (int round = 0; round < 2; round++) {
        parry_excerpt e = parry_excerpt_plan(f->analyser, f->arena, passage, parry_str_of("en"), &u, NULL, 0, 100);
        parry_hit h = {0};
        assert_true(e.weak && !e.whole);
        parry_meant_centre(meant, scratch, f->arena, query, &e, 1);
        parry_excerpt_render(f->arena, &e, &h);
        assert_true(has(h.snippet_text, answer));
        assert_int_equal(fake_encoder_encoded(encoder), before + 6); /* the second time all are known */
    }
    fake_encoder_fail_after(encoder, 0);
    parry_meant *fresh = parry_meant_new(encoder);
    parry_excerpt e = parry_excerpt_plan(f->analyser, f->arena, passage, parry_str_of("en"), &u, NULL, 0, 100);
    uint32_t start = e.start;
    parry_meant_centre(fresh, scratch, f->arena, query, &e, 1);
    assert_int_equal(e.start, start);
    parry_meant_free(fresh);
    parry_meant_free(meant);
    parry_encoder_scratch_free(scratch);
    parry_encoder_close(encoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_sentences_with_the_words_are_shown_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rare_words_count_more_than_common_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stems_typos_synonyms_and_beginnings_are_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_offsets_count_bytes_and_code_points_of_the_plain_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chinese_japanese_and_thai_are_cut_between_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_whatever_the_passage_a_snippet_is_safe_and_its_offsets_are_right, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_where_no_word_matches_the_nearest_sentence_is_shown, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
