#include "testing.h"

#include "engine/sentences.h"
#include "indexer/passages.h"

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

/* The passages of one section's text; without a tokenizer, words are what is counted. */
static size_t passages_of(const char *text, uint32_t target, parry_str *out, size_t cap)
{
    parry_section section = {.text = parry_str_of(text)};
    parry_article article = {.title = parry_str_of("Title"), .sections = &section, .nsections = 1};
    parry_article_in in;
    parry_article_rows(arena, &article, NULL, target, &in);
    size_t n = 0;
    for (size_t i = 0; i < in.nrows; i++) {
        if (in.rows[i].kind != PARRY_ROW_PASSAGE)
            continue;
        assert_true(n < cap);
        out[n++] = in.rows[i].text;
    }
    return n;
}

static void check_first_sentence(const char *text, const char *sentence)
{
    parry_str block = parry_str_of(text);
    size_t end = parry_sentence_end(block, 0);
    assert_str(parry_str_make(block.p, end), sentence);
}

static void full_stops_inside_a_sentence_do_not_end_it(void **state)
{
    (void)state;
    static const char *const whole[] = {
        "Pay with a card, e.g. Visa.",
        "Version 2.5.1 of sys/config.v2 is needed.",
        "Ask Dr. Smith or Mrs. Jones.",
        "Send it to J. R. Tolkien.",
        "1. Open the app and choose Orders.",
        "Das ist z.B. ein Fall.",
        "Write to help@example.com at once!",
        "It costs 3.50 a month.",
        "See the list (cf. St. Ives) for it.",
        "A full stop. of a list goes on in lower case.",
        "It ships from the U.S. Monday.",
        "See No. 5 and pp. 12 to 14.",
        "Due on Jan. 31 at noon.",
        "Yahoo! is not ours.",
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s Then more.", whole[i]);
        check_first_sentence(text, whole[i]);
        check_first_sentence(whole[i], whole[i]);
    }
}

static void the_ends_of_all_scripts_end_sentences(void **state)
{
    (void)state;
    check_first_sentence("退款需要三天。有些银行更慢！", "退款需要三天。");
    check_first_sentence("ありますか？はい。", "ありますか？");
    check_first_sentence("「もう待てません。」と彼女は言いました。", "「もう待てません。」");
    check_first_sentence("क्या आप तैयार हैं। हाँ।", "क्या आप तैयार हैं।");
    check_first_sentence("هل وصل الطرد؟ نعم.", "هل وصل الطرد؟");
    check_first_sentence("Did it come (at last?) Yes.", "Did it come (at last?)");
    check_first_sentence("He said \"Stop now.\" Then he left.", "He said \"Stop now.\"");
    check_first_sentence("Wait... Now it came.", "Wait...");
    check_first_sentence("Really?! Yes.", "Really?!");
    check_first_sentence("I said no. 5 days later it came.", "I said no. 5 days later it came.");
    check_first_sentence("I said no. Then it came.", "I said no.");
    check_first_sentence("\u0e04\u0e37\u0e19\u0e40\u0e07\u0e34\u0e19\u0e43\u0e19 3.5 \u0e27\u0e31\u0e19 "
                         "\u0e42\u0e1b\u0e23\u0e14\u0e23\u0e2d",
                         "\u0e04\u0e37\u0e19\u0e40\u0e07\u0e34\u0e19\u0e43\u0e19 3.5 \u0e27\u0e31\u0e19 "
                         "\u0e42\u0e1b\u0e23\u0e14\u0e23\u0e2d");
    check_first_sentence("No end at all", "No end at all");
    check_first_sentence("Bad bytes \xff\xfe. Then more.", "Bad bytes \xff\xfe.");
}

static void words_are_gathered_by_whole_sentences(void **state)
{
    (void)state;
    parry_str got[8];
    size_t n =
        passages_of("One two three four. Five six seven eight! Nine ten eleven twelve? Thirteen fourteen.", 8, got, 8);
    assert_int_equal(n, 2);
    assert_str(got[0], "One two three four. Five six seven eight!");
    assert_str(got[1], "Nine ten eleven twelve? Thirteen fourteen.");
}

static void a_little_too_much_is_shared_evenly_rather_than_leaving_a_scrap(void **state)
{
    (void)state;
    parry_str got[8];
    size_t n = passages_of("Aa b c dd. Ee f g hh. Ii j k ll. Mm n o pp. Qq rr.", 16, got, 8);
    assert_int_equal(n, 2);
    assert_str(got[0], "Aa b c dd. Ee f g hh. Ii j k ll.");
    assert_str(got[1], "Mm n o pp. Qq rr.");
}

static void a_newline_ends_a_block_and_passages_span_blocks(void **state)
{
    (void)state;
    parry_str got[8];
    size_t n = passages_of("A list:\nfirst thing\nsecond thing\n\n  \nLast.", 100, got, 8);
    assert_int_equal(n, 1);
    assert_str(got[0], "A list:\nfirst thing\nsecond thing\n\n  \nLast.");
    n = passages_of("first thing here\nsecond thing here", 3, got, 8);
    assert_int_equal(n, 2);
    assert_str(got[0], "first thing here");
}

static void nothing_gives_no_passage(void **state)
{
    (void)state;
    parry_str got[1];
    assert_int_equal(passages_of("", 10, got, 1), 0);
    assert_int_equal(passages_of(" \n\n \t", 10, got, 1), 0);
}

static void an_over_long_sentence_is_cut_at_a_clause(void **state)
{
    (void)state;
    parry_str got[8];
    size_t n = passages_of("one two three four five, six seven eight nine ten eleven twelve", 7, got, 8);
    assert_int_equal(n, 2);
    assert_str(got[0], "one two three four five,");
    assert_str(got[1], "six seven eight nine ten eleven twelve");
}

static void without_clauses_it_is_cut_at_words(void **state)
{
    (void)state;
    parry_str got[8];
    size_t n = passages_of("one two three four five six seven eight nine ten", 4, got, 8);
    assert_int_equal(n, 3);
    assert_str(got[0], "one two three four");
    assert_str(got[2], "nine ten");
}

static void chinese_without_spaces_is_cut_at_its_commas_or_characters(void **state)
{
    (void)state;
    parry_str got[8];
    size_t n = passages_of("退款需要三天，有些银行更慢", 8, got, 8);
    assert_int_equal(n, 2);
    assert_str(got[0], "退款需要三天，");
    n = passages_of("退款需要三天有些银行更慢", 6, got, 8);
    assert_int_equal(n, 2);
    assert_str(got[0], "退款需要三天");
}

/* A megabyte without any place to cut is one unknown token to the encoder, but must not be one passage. */
static void a_blob_does_not_make_an_endless_passage(void **state)
{
    (void)state;
    enum { BYTES = 200000 };
    char *blob = parry_arena_alloc(arena, BYTES + 1);
    memset(blob, 'A', BYTES);
    parry_str *got = PARRY_ARRAY(arena, parry_str, 1000);
    size_t n = passages_of(blob, 128, got, 1000), bytes = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(got[i].n <= 4096);
        bytes += got[i].n;
    }
    assert_int_equal(bytes, BYTES);
}

/* Random text of all kinds: every passage is a slice, within the budget, in order, and nothing but white space is lost.
 */
static void passages_cover_the_text_within_the_budget(void **state)
{
    (void)state;
    static const char *const bits[] = {"word ", "longerword, ", "end. ", "what? ", "\n",   "退",   "款",
                                       "。",    "，",           "e.g. ", "x",      "\xff", "3.5 ", "| ",
                                       "ü ",    "\t",           "…",     "」",     "A",    "1. "};
    srand(7);
    for (int round = 0; round < 300; round++) {
        parry_buf b = PARRY_BUF(1 << 20);
        for (int i = rand() % 400; i >= 0; i--)
            parry_buf_addz(&b, bits[(size_t)rand() % (sizeof bits / sizeof *bits)]);
        uint32_t target = (uint32_t)(1 + rand() % 40);
        parry_str *got = PARRY_ARRAY(arena, parry_str, 2000);
        size_t n = passages_of(b.p, target, got, 2000);
        const char *at = b.p;
        for (size_t i = 0; i < n; i++) {
            assert_true(got[i].p >= at && got[i].n > 0);
            for (; at < got[i].p; at++)
                assert_non_null(strchr(" \n\t", *at));
            at = got[i].p + got[i].n;
            parry_str again[2];
            char *alone = parry_str_z(arena, got[i]);
            assert_int_equal(passages_of(alone, target, again, 2), 1); /* fits */
        }
        assert_int_equal(strspn(at, " \n\t"), strlen(at));
        parry_buf_free(&b);
    }
}

static void rows_come_in_the_order_of_the_segment(void **state)
{
    (void)state;
    static const parry_row_kind wanted[] = {
        PARRY_ROW_TITLE,   PARRY_ROW_KEYWORDS, PARRY_ROW_PASSAGE,  PARRY_ROW_HEADING,   PARRY_ROW_PASSAGE,
        PARRY_ROW_HEADING, PARRY_ROW_SENTENCE, PARRY_ROW_SENTENCE, PARRY_ROW_SENTENCES, PARRY_ROW_ARTICLE};
    parry_str keywords[] = {parry_str_of("late"), parry_str_of("missing parcel")};
    parry_section sections[] = {{.text = parry_str_of("Intro.")},
                                {.level = 2,
                                 .heading = parry_str_of("Late"),
                                 .path = parry_str_of("Late"),
                                 .anchor = parry_str_of("late"),
                                 .text = parry_str_of("Wait.")},
                                {.level = 3, .heading = parry_str_of("Empty"), .path = parry_str_of("Late > Empty")}};
    parry_article article = {.id = parry_str_of("a"),
                             .title = parry_str_of("Parcels"),
                             .sections = sections,
                             .nsections = 3,
                             .keywords = keywords,
                             .nkeywords = 2};
    parry_article_in in;
    parry_article_rows(arena, &article, NULL, 100, &in);
    assert_int_equal(in.nrows, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < in.nrows; i++)
        assert_int_equal(in.rows[i].kind, wanted[i]);
    assert_str(in.rows[1].text, "late, missing parcel");
    assert_int_equal(in.rows[4].section, 1);
    assert_str(parry_row_embed_text(arena, &in, &in.rows[0]), "Parcels");
    assert_str(parry_row_embed_text(arena, &in, &in.rows[2]), "Parcels\nIntro.");
    assert_str(parry_row_embed_text(arena, &in, &in.rows[4]), "Parcels: Late\nWait.");
    assert_str(parry_row_embed_text(arena, &in, &in.rows[1]), "Parcels: late, missing parcel");
    assert_int_equal(parry_row_embed_text(arena, &in, &in.rows[3]).n, 0);
    assert_str(parry_row_embed_text(arena, &in, &in.rows[7]), "Wait.");
    assert_int_equal(parry_row_embed_text(arena, &in, &in.rows[8]).n, 0);
    assert_int_equal(parry_row_embed_text(arena, &in, &in.rows[9]).n, 0);
}

static void a_long_article_has_sixteen_sentences_evenly_spread(void **state)
{
    (void)state;
    char text[1000] = "";
    for (int i = 0; i < 40; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "Sentence %02d.%s", i, i % 7 ? " " : "\n");
    for (int n = 16; n <= 17; n++) {
        parry_section section = {.text = parry_str_make(text, (size_t)n * 13)};
        parry_article article = {.title = parry_str_of("Many"), .sections = &section, .nsections = 1};
        parry_article_in in;
        parry_str list[PARRY_SENTENCES];
        size_t rows = 0;
        parry_article_rows(arena, &article, NULL, 10, &in);
        for (size_t i = 0; i < in.nrows; i++)
            rows += in.rows[i].kind == PARRY_ROW_SENTENCE;
        assert_int_equal(rows, n == 16 ? 16 : 0);
        assert_int_equal(parry_article_sentences(&in, list), 16);
        assert_str(list[0], "Sentence 00.");
        assert_str(list[15], "Sentence 15.");
    }
    parry_section section = {.text = parry_str_of(text)};
    parry_article article = {.title = parry_str_of("Many"), .sections = &section, .nsections = 1};
    parry_article_in in;
    parry_str list[PARRY_SENTENCES];
    parry_article_rows(arena, &article, NULL, 10, &in);
    assert_int_equal(parry_article_sentences(&in, list), 16);
    assert_str(list[8], "Sentence 20.");
    assert_str(list[15], "Sentence 37.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_stops_inside_a_sentence_do_not_end_it),
        cmocka_unit_test(the_ends_of_all_scripts_end_sentences),
        cmocka_unit_test(words_are_gathered_by_whole_sentences),
        cmocka_unit_test(a_little_too_much_is_shared_evenly_rather_than_leaving_a_scrap),
        cmocka_unit_test(a_newline_ends_a_block_and_passages_span_blocks),
        cmocka_unit_test(nothing_gives_no_passage),
        cmocka_unit_test(an_over_long_sentence_is_cut_at_a_clause),
        cmocka_unit_test(without_clauses_it_is_cut_at_words),
        cmocka_unit_test(chinese_without_spaces_is_cut_at_its_commas_or_characters),
        cmocka_unit_test(a_blob_does_not_make_an_endless_passage),
        cmocka_unit_test(passages_cover_the_text_within_the_budget),
        cmocka_unit_test(rows_come_in_the_order_of_the_segment),
        cmocka_unit_test(a_long_article_has_sixteen_sentences_evenly_spread),
    };
    return cmocka_run_group_tests_name("passages", tests, set_up, tear_down);
}
