/* The tokenizer: on a vocabulary of our own for the rules one by one, then on the model's against the original's ids.
 */
#include "tests/models/testing.h"

#include "models/tokenizer.h"

enum { MOST = 512 };

/* Ids by line: [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, [MASK] 4, then as written here. */
static const char small[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
                            "un\n##do\n##ing\ndo\ncafe\n!\n$\nx\n##x\n\346\211\213\nundo\n[\nsep\n]\n";
enum { UNK = 1, CLS, SEP, MASK, UN, DO2, ING, DO, CAFE, BANG, DOLLAR, X, XX, HAND, UNDO, OPEN, SEP_WORD, CLOSE };

static parry_tokenizer *open_small(scratch *s)
{
    parry_tokenizer *t = NULL;
    ok(parry_file_replace(in(s, "vocab.txt"), parry_str_of(small), NULL));
    ok(parry_tokenizer_open(in(s, "vocab.txt"), true, &t, NULL));
    return t;
}

static void expect(const parry_tokenizer *t, parry_str text, const int32_t *ids, size_t n)
{
    int32_t got[MOST];
    size_t count = parry_tokenize(t, text, got, MOST);
    assert_int_equal(got[0], CLS);
    assert_int_equal(got[count - 1], SEP);
    assert_int_equal(count, n + 2);
    assert_memory_equal(got + 1, ids, n * sizeof *ids);
    assert_int_equal(parry_token_count(t, text), n);
}

#define EXPECT(t, text, ...)                                                                                           \
    do {                                                                                                               \
        const int32_t ids_[] = {__VA_ARGS__};                                                                          \
        expect((t), lit(text), ids_, sizeof ids_ / sizeof *ids_);                                                      \
    } while (0)

static void test_the_longest_piece_wins_and_a_rest_unknown_makes_the_word_unknown(void **state)
{
    parry_tokenizer *t = open_small(*state);
    EXPECT(t, "undo", UNDO);
    EXPECT(t, "undoing", UNDO, ING);
    EXPECT(t, "doing do", DO, ING, DO);
    EXPECT(t, "undox", UNDO, XX);
    EXPECT(t, "undoz", UNK);
    EXPECT(t, "##do", UNK, UNK, DO); /* the marks are punctuation in a text */
    parry_tokenizer_close(t);
}

static void test_text_is_cleaned_as_bert_cleans_it(void **state)
{
    parry_tokenizer *t = open_small(*state);
    EXPECT(t, "UnDo!", UNDO, BANG);
    EXPECT(t, "CAF\303\211 cafe\314\201", CAFE, CAFE);   /* composed and decomposed */
    EXPECT(t, "u\0n\001d\302\255o\177", UNDO);           /* control and format characters vanish */
    EXPECT(t, "do\tdo\r\ndo\302\240do", DO, DO, DO, DO); /* all white space is one */
    EXPECT(t, "do\313\234", UNK);                        /* a symbol is no punctuation */
    EXPECT(t, "do$do", DO, DOLLAR, DO);                  /* unless it is ASCII */
    EXPECT(t, "do\346\211\213do", DO, HAND, DO);         /* an ideograph stands alone */
    parry_tokenizer_close(t);
}

static void test_bad_utf8_is_dropped_like_the_replacement_character(void **state)
{
    parry_tokenizer *t = open_small(*state);
    EXPECT(t, "un\377do \303", UNDO);
    EXPECT(t, "un\355\240\200do", UNDO); /* a surrogate */
    EXPECT(t, "un\357\277\275do", UNDO);
    parry_tokenizer_close(t);
}

static void test_special_tokens_in_the_text_are_those_tokens(void **state)
{
    parry_tokenizer *t = open_small(*state);
    EXPECT(t, "do[SEP]do", DO, SEP, DO);
    EXPECT(t, "[MASK", OPEN, UNK);
    EXPECT(t, "[sep]", OPEN, SEP_WORD, CLOSE);
    parry_tokenizer_close(t);
}

static void test_a_word_over_a_hundred_code_points_is_unknown(void **state)
{
    parry_tokenizer *t = open_small(*state);
    char text[4096];
    int32_t ids[MOST];
    memset(text, 'x', sizeof text);
    assert_int_equal(parry_tokenize(t, parry_str_make(text, 100), ids, MOST), 102);
    assert_int_equal(ids[1], X);
    assert_int_equal(ids[100], XX);
    assert_int_equal(parry_tokenize(t, parry_str_make(text, 101), ids, MOST), 3);
    assert_int_equal(ids[1], UNK);
    assert_int_equal(parry_tokenize(t, parry_str_make(text, sizeof text), ids, MOST), 3);
    for (size_t i = 0; i + 4 <= sizeof text; i += 4)
        memcpy(text + i, "\360\235\205\245", 4); /* U+1D165, a combining character that is no Mn */
    assert_int_equal(parry_tokenize(t, parry_str_make(text, sizeof text), ids, MOST), 3);
    parry_tokenizer_close(t);
}

static void test_grasp_is_the_share_of_letters_in_whole_words_and_long_pieces(void **state)
{
    parry_tokenizer *t = open_small(*state);
    assert_float_equal(parry_tokenizer_grasp(t, lit("Undoing, cafe!")), 1, 1e-9);
    assert_float_equal(parry_tokenizer_grasp(t, lit("undodo")), 4.0 / 6, 1e-9); /* ##do is a crumb, do is a word */
    assert_float_equal(parry_tokenizer_grasp(t, lit("undo xxxxx")), 4.0 / 9,
                       1e-9);                                                   /* x, ##x are known, and say nothing */
    assert_float_equal(parry_tokenizer_grasp(t, lit("undo 2xx xxx")), 1, 1e-9); /* codes and abbreviations */
    assert_float_equal(parry_tokenizer_grasp(t, lit("undo \320\264\320\264\320\264\320\264")), 0.5, 1e-9);
    assert_float_equal(parry_tokenizer_grasp(t, lit("\346\211\213")), 0, 1e-9); /* one ideograph is not thousands */
    assert_float_equal(parry_tokenizer_grasp(t, lit("x 42 $!")), 1, 1e-9);      /* nothing to read */
    assert_float_equal(parry_tokenizer_grasp(t, lit("")), 1, 1e-9);
    parry_tokenizer_close(t);
}

static void test_ids_are_cut_to_the_room_and_end_with_sep(void **state)
{
    parry_tokenizer *t = open_small(*state);
    int32_t ids[6] = {0, 0, 0, 0, 0, -7};
    assert_int_equal(parry_tokenize(t, lit("undoing undoing undoing"), ids, 5), 5);
    const int32_t want[] = {CLS, UNDO, ING, UNDO, SEP, -7};
    assert_memory_equal(ids, want, sizeof want);
    assert_int_equal(parry_tokenize(t, lit("undo"), ids, 2), 2);
    assert_int_equal(ids[1], SEP);
    assert_int_equal(parry_tokenize(t, lit(""), ids, 5), 2);
    parry_tokenizer_close(t);
}

static void test_a_vocabulary_that_is_none_is_refused(void **state)
{
    scratch *s = *state;
    parry_tokenizer *t = NULL;
    parry_err err;
    assert_int_equal(parry_tokenizer_open(in(s, "none"), true, &t, &err), PARRY_NOT_FOUND);
    ok(parry_file_replace(in(s, "empty"), lit(""), NULL));
    assert_int_equal(parry_tokenizer_open(in(s, "empty"), true, &t, &err), PARRY_CORRUPT);
    ok(parry_file_replace(in(s, "words"), lit("[UNK]\n[CLS]\ndo\n"), NULL));
    assert_int_equal(parry_tokenizer_open(in(s, "words"), true, &t, &err), PARRY_CORRUPT);
    assert_non_null(strstr(err.msg, "[SEP]"));
    assert_null(t);
}

static void test_a_vocabulary_with_crlf_and_no_last_newline_opens(void **state)
{
    scratch *s = *state;
    parry_tokenizer *t = NULL;
    ok(parry_file_replace(in(s, "v"), lit("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n\r\nundo"), NULL));
    ok(parry_tokenizer_open(in(s, "v"), true, &t, NULL));
    assert_int_equal(parry_tokenizer_words(t), 6);
    EXPECT(t, "UNDO", 5);
    parry_tokenizer_close(t);
}

typedef struct golden {
    const char *text;
    int32_t ids[24]; /* the rest is 0, which no text of these has */
} golden;

/* Written for this test; the ids are Hugging Face tokenizers 0.21's with the model's own tokenizer.json. */
static const golden goldens[] = {
    {"My parcel says delivered, but it isn't here",
     {101, 2026, 20463, 2758, 5359, 1010, 2021, 2009, 3475, 1005, 1056, 2182, 102}},
    {"invoice_2024-07.pdf", {101, 1999, 6767, 6610, 1035, 16798, 2549, 1011, 5718, 1012, 11135, 102}},
    {"Gr\303\266\303\237e \303\244ndern: \303\234bergr\303\266\303\237e",
     {101, 24665, 2080, 17499, 1998, 11795, 1024, 19169, 16523, 2080, 17499, 102}},
    {"O\303\271 est ma commande n\302\260 42 ?", {101, 15068, 9765, 5003, 3094, 2063, 1050, 7737, 4413, 1029, 102}},
    {"PIN/PUK gesperrt!!", {101, 9231, 1013, 16405, 2243, 16216, 17668, 5339, 999, 999, 102}},
    {"\302\277C\303\263mo cancelo mi suscripci\303\263n?",
     {101, 1094, 18609, 17542, 2080, 2771, 10514, 11020, 29443, 10446, 1029, 102}},
    {"\350\277\224\345\223\201\343\201\227\343\201\237\343\201\204", {101, 100, 100, 1657, 30187, 30173, 102}},
    {"\351\200\200\346\254\276\345\244\232\344\271\205\345\210\260\350\264\246",
     {101, 100, 100, 100, 1748, 100, 100, 102}},
    {"\320\241\320\272\320\270\320\264\320\272\320\260 15%", {101, 1196, 23925, 10325, 29742, 28598, 2321, 1003, 102}},
    {"\320\272\320\273\321\216\321\207 API", {101, 1189, 29436, 29757, 29752, 17928, 102}},
    {"two\302\240factor\342\200\203login", {101, 2048, 5387, 8833, 2378, 102}},
    {"a\342\200\215b\342\200\214c", {101, 5925, 102}},
    {"tab\tnew\nline", {101, 21628, 2047, 2240, 102}},
    {"\342\204\253 and \341\272\233\314\243", {101, 1037, 1998, 100, 102}},
    {"\307\204 \304\260 \341\272\236", {101, 100, 1045, 1096, 102}},
    {"error 0x80070057 (E_INVALIDARG)",
     {101, 7561, 1014, 2595, 17914, 2692, 19841, 2692, 28311, 1006, 1041, 1035, 19528, 2906, 2290, 1007, 102}},
    {"user@example.org", {101, 5310, 1030, 2742, 1012, 8917, 102}},
    {"50\342\200\257000 \342\202\253", {101, 2753, 2199, 100, 102}},
    {"\360\237\223\246 where is it \360\237\244\224", {101, 100, 2073, 2003, 2009, 100, 102}},
    {"[SEP] is [MASK]ed, [sep] is not", {101, 102, 2003, 103, 3968, 1010, 1031, 19802, 1033, 2003, 2025, 102}},
    {"supercalifragilisticexpialidocious",
     {101, 3565, 9289, 10128, 29181, 24411, 4588, 10288, 19312, 21273, 10085, 6313, 102}},
    {"x\314\247\314\202y", {101, 1060, 2100, 102}},
    {"\331\244\331\242 \340\245\247\340\245\250", {101, 100, 100, 102}},
    {"q\341\252\260\341\252\277z", {101, 100, 102}},
    {"a\302\255\330\234b", {101, 11113, 102}},
    {"\341\231\255\341\234\264\360\221\207\211", {101, 100, 100, 102}},
};

static parry_tokenizer *open_model(scratch *s)
{
    parry_tokenizer *t = NULL;
    const char *path = parry_str_printf(s->arena, "%s/vocab.txt", model_dir(s)).p;
    return parry_tokenizer_open(path, true, &t, NULL) == PARRY_OK ? t : NULL;
}

static void test_our_own_strings_give_the_ids_of_the_original(void **state)
{
    parry_tokenizer *t = open_model(*state);
    if (t == NULL)
        skip_because(NO_MODEL);
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        int32_t ids[MOST] = {0};
        size_t n = parry_tokenize(t, parry_str_of(goldens[i].text), ids, MOST);
        if (n > 24 || memcmp(ids, goldens[i].ids, sizeof goldens[i].ids) != 0)
            fail_msg("other ids for: %s", goldens[i].text);
    }
    parry_tokenizer_close(t);
}

static void test_every_line_of_the_reference_gives_its_ids(void **state)
{
    scratch *s = *state;
    parry_tokenizer *t = open_model(s);
    reference r;
    if (t == NULL)
        skip_because(NO_MODEL);
    if (!read_reference(s, &r)) {
        parry_tokenizer_close(t);
        skip_because(NO_REFERENCE);
    }
    for (size_t i = 0; i < r.n; i++) {
        int32_t ids[MOST];
        size_t n = parry_tokenize(t, r.texts[i], ids, 256);
        if (n != r.counts[i] || memcmp(ids, r.ids[i], n * sizeof *ids) != 0)
            fail_msg("line %zu: other ids", i + 1);
    }
    parry_tokenizer_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_the_longest_piece_wins_and_a_rest_unknown_makes_the_word_unknown),
        in_scratch(test_text_is_cleaned_as_bert_cleans_it),
        in_scratch(test_bad_utf8_is_dropped_like_the_replacement_character),
        in_scratch(test_special_tokens_in_the_text_are_those_tokens),
        in_scratch(test_a_word_over_a_hundred_code_points_is_unknown),
        in_scratch(test_grasp_is_the_share_of_letters_in_whole_words_and_long_pieces),
        in_scratch(test_ids_are_cut_to_the_room_and_end_with_sep),
        in_scratch(test_a_vocabulary_that_is_none_is_refused),
        in_scratch(test_a_vocabulary_with_crlf_and_no_last_newline_opens),
        in_scratch(test_our_own_strings_give_the_ids_of_the_original),
        in_scratch(test_every_line_of_the_reference_gives_its_ids),
    };
    return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
