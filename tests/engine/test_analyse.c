/* The analyser: what goes in, which terms come out. */
#include "analysing.h"
#include "tests/base/testing.h"

#include "base/clock.h"
#include "engine/analyse.h"

#include "engine/analyse_fold.h"

/* "exact" for a word, "(exact)" for a part, one space between. */
static const char *terms(analysing *f, const char *text, const char *locale, bool stems)
{
    parry_token *t;
    size_t n;
    parry_analyse(f->an, f->arena, parry_str_of(text), parry_str_of(locale), &t, &n);
    parry_buf b = PARRY_BUF(1 << 20);
    for (size_t i = 0; i < n; i++) {
        parry_str s = stems ? t[i].stem : t[i].exact;
        parry_buf_printf(&b, "%s%s%.*s%s", i ? " " : "", t[i].part ? "(" : "", PARRY_FMT(s), t[i].part ? ")" : "");
    }
    const char *out = parry_str_z(f->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return out;
}

typedef struct example {
    const char *text, *locale, *terms;
} example;

static void check(void **state, const example *e, size_t n, bool stems)
{
    for (size_t i = 0; i < n; i++)
        assert_string_equal(terms(*state, e[i].text, e[i].locale, stems), e[i].terms);
}
#define CHECK(examples, stems) check(state, examples, sizeof(examples) / sizeof *(examples), stems)

static void words_are_folded_to_one_form(void **state)
{
    static const example e[] = {
        {"", "en", ""},
        {" \t\n ...", "en", ""},
        {"Reset your PASSWORD!", "en", "reset your password"},
        {"naïve Café", "en", "naive cafe"},
        {"nai\xCC\x88ve", "en", "naive"}, /* the accent apart */
        {"Straße STRASSE", "de", "strasse strasse"},
        {"ﬁnance", "en", "finance"},
        {"ＡＢＣ １２３", "en", "abc 123"},
        {"Øresund Łódź Đakovo cœur Æther þorn", "", "oresund lodz dakovo coeur aether thorn"},
        {"İstanbul ISTANBUL ıstanbul istanbul", "tr", "istanbul istanbul istanbul istanbul"},
        {"İstanbul ISTANBUL", "en", "istanbul istanbul"},
        {"ΟΔΟΣ οδός", "el", "οδοσ οδοσ"},
        {"Ёлка йод", "ru", "елка йод"},
        {"שָׁלוֹם", "he", "שלום"},
        {"مُحَمَّد", "ar", "محمد"},
        {"हिन्दी", "hi", "हिन्दी"},
        {"soft\xC2\xADhyphen", "en", "softhyphen"},
        {"K\xC3\xA4se \xFF\xFE k\xC3", "de", "kase k"}, /* bytes that are not UTF-8 separate */
    };
    CHECK(e, false);
}

static void apostrophes_are_one_and_possessives_go(void **state)
{
    static const example e[] = {
        {"can't can’t can＇t", "en", "can't can't can't"},
        {"customer's customer’s CUSTOMER'S", "en", "customer customer customer"},
        {"James' 'quoted'", "en", "james quoted"},
        {"s's", "en", "s"},
        {"l’article d'abord", "fr", "l article d abord"},
        {"dell'ordine", "it", "dell ordine"},
    };
    CHECK(e, false);
    assert_string_equal(terms(*state, "can't cant", "en", true),
                        "Zcant Zcant"); /* what people type finds what is written */
}

static void identifiers_are_kept_whole_beside_their_parts(void **state)
{
    static const example e[] = {
        {"ERR-1042", "en", "err-1042 (err1042) (err) (1042)"},
        {"sys/config", "en", "sys/config (sys) (config)"},
        {"v1.2.3", "en", "v1.2.3 (v1) (2) (3)"},
        {"WF-2041-88317", "en", "wf-2041-88317 (wf204188317) (wf) (2041) (88317)"},
        {"e-mail e‐mail e‑mail", "en", "e-mail (email) (e) (mail) e-mail (email) (e) (mail) e-mail (email) (e) (mail)"},
        {"snake_case", "en", "snake_case (snake) (case)"},
        {"see docs.example.com.", "en", "see docs.example.com (docs) (example) (com)"},
        {"https://example.com/a", "en", "https example.com/a (example) (com) (a)"},
        {"12:30", "en", "12:30 (12) (30)"},
        {"-x- /etc/hosts a--b", "en", "x etc/hosts (etc) (hosts) a b"},
        {"self-service's", "en", "self-service (selfservice) (self) (service)"},
    };
    CHECK(e, false);
}

static void words_are_stemmed_in_their_language(void **state)
{
    static const example e[] = {
        {"refunds refunded refunding", "en", "Zrefund Zrefund Zrefund"},
        {"refunds", "en-GB", "Zrefund"},
        {"refunds", "EN_us", "Zrefund"},
        {"refunds", "", "Zrefunds"},
        {"refunds", "xx", "Zrefunds"},
        {"Bestellungen", "de-AT", "Zbestell"},
        {"remboursées", "fr", "Zrembours"},
        {"bestillinger", "nb", "Zbestilling"},
        {"返金", "ja", "Z返金"},
        {"v1s", "en", "Zv1s"}, /* names of things are not stemmed */
        {"sign-ins", "en", "Zsign-in (Zsignin) (Zsign) (Zin)"},
    };
    CHECK(e, true);
}

static void stop_words_are_marked_and_kept(void **state)
{
    analysing *f = *state;
    parry_token *t;
    size_t n;
    parry_analyse(f->an, f->arena, parry_str_of("How do I get my Money back, I've not"), parry_str_of("en"), &t, &n);
    static const bool expect[] = {false, true, true, false, true, false, false, true, false};
    assert_int_equal(n, 9);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(t[i].stop, expect[i]);
    parry_analyse(f->an, f->arena, parry_str_of("für wo"), parry_str_of("de"), &t, &n);
    assert_true(t[0].stop && t[1].stop);
    parry_analyse(f->an, f->arena, parry_str_of("the"), parry_str_of(""), &t, &n);
    assert_false(t[0].stop);
}

/* A list out of order would hide words from the binary search, a capital or an accent from the folded text. */
static void every_stop_word_is_found_in_its_list(void **state)
{
    static const example probes[] = {
        {"att av da de den det dig din du en ett for fran hur i jag kan man med men mig min mitt nar och om pa sa sig "
         "som till "
         "vad var vi vilken ar",
         "sv", NULL},
        {"а в вы где для до и из или к как когда мне мой моя мы на о об от по почему с со то ты у что это я", "ru",
         NULL},
        {"a about am an and are as at be been but by can could did do does for from had has have he her him "
         "his i i'd i'll i'm i've if in into is it its me my of on or our she should than that the their them "
         "there these they this those to was we we'd we'll we're we've were will with would you you'll you're "
         "you've your",
         "en", NULL},
    };
    analysing *f = *state;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        parry_token *t;
        size_t n;
        parry_analyse(f->an, f->arena, parry_str_of(probes[i].text), parry_str_of(probes[i].locale), &t, &n);
        for (size_t j = 0; j < n; j++)
            if (!t[j].stop)
                fail_msg("%.*s is not found in the list of %s", PARRY_FMT(t[j].exact), probes[i].locale);
    }
    for (unsigned l = 0; l < PARRY_LANGUAGES; l++)
        assert_true(parry_stop_words_in_order(l));
}

static void tokens_know_the_bytes_they_came_from(void **state)
{
    analysing *f = *state;
    const char *text = "Ünïcode: ERR-1042, 返金方";
    parry_token *t;
    size_t n;
    parry_analyse(f->an, f->arena, parry_str_of(text), parry_str_of("en"), &t, &n);
    static const struct {
        const char *source;
        uint32_t position;
    } expect[] = {{"Ünïcode", 0}, {"ERR-1042", 1}, {"ERR-1042", 1}, {"ERR", 1}, {"1042", 2}, {"返金", 3}, {"金方", 4}};
    assert_int_equal(n, 7);
    for (size_t i = 0; i < n; i++) {
        assert_str(parry_str_make(text + t[i].start, t[i].end - t[i].start), expect[i].source);
        assert_int_equal(t[i].position, expect[i].position);
    }
}

static void check_terms(const parry_token *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_in_range(t[i].exact.n, 1, PARRY_TERM_MAX - 1);
        assert_in_range(t[i].stem.n, 2, PARRY_TERM_MAX);
        assert_true(t[i].stem.p[0] == 'Z');
        assert_false(t[i].exact.p[0] >= 'A' && t[i].exact.p[0] <= 'Z');
        assert_true(parry_utf8_valid(t[i].exact, NULL));
        assert_true(parry_utf8_valid(t[i].stem, NULL));
        assert_null(memchr(t[i].exact.p, 0, t[i].exact.n));
    }
}

static void hostile_text_is_linear_and_gives_no_long_term(void **state)
{
    analysing *f = *state;
    static const char *const pieces[] = {"a",        "ä",  "返", "a.", "a'", "ﷺ", "e\xCC\x81",
                                         "\xCC\x81", "ｶﾞ", "℡",  "1-", "ไ",  "İ", "\xED\xA0\x80",
                                         "l'a",      "្",   "ー", "ـ",  "ة",  "𠮷"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        parry_buf b = PARRY_BUF(2 << 20);
        while (b.n < (1 << 20))
            parry_buf_addz(&b, pieces[i]);
        parry_token *t;
        size_t n;
        int64_t start = parry_mono_ns();
        parry_analyse(f->an, f->arena, parry_buf_str(&b), parry_str_of(i % 2 ? "en" : "fr"), &t, &n);
        assert_true(parry_mono_ns() - start < 5000000000);
        check_terms(t, n);
        parry_buf_free(&b);
        parry_arena_reset(f->arena);
    }
}

static void random_bytes_give_sound_terms(void **state)
{
    analysing *f = *state;
    static const char *const alphabet[] = {"a",  "Z",
                                           "9",  "-",
                                           ".",  "'",
                                           "’",  " ",
                                           "é",  "\xCC\x81",
                                           "返", "ﾞ",
                                           "Σ",  "\xFF",
                                           "ﷺ",  "İ",
                                           "ß",  "\xE2\x80\x8D",
                                           "🅰",  "\xE1\x85\xAA",
                                           "ー", "か",
                                           "カ", "เ",
                                           "ก",  "្",
                                           "ا",  "٣",
                                           "환", "ı",
                                           "I"};
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        parry_buf b = PARRY_BUF(4096);
        for (int i = 0; i < 40; i++) {
            seed = seed * 1664525 + 1013904223;
            parry_buf_addz(&b, alphabet[(seed >> 16) % (sizeof alphabet / sizeof *alphabet)]);
        }
        parry_token *t;
        size_t n;
        parry_analyse(f->an, f->arena, parry_buf_str(&b), parry_str_of(round % 2 ? "en" : "tr"), &t, &n);
        check_terms(t, n);
        for (size_t i = 0; i < n; i++)
            assert_true(t[i].start < t[i].end && t[i].end <= b.n && (i == 0 || t[i].position >= t[i - 1].position));
        parry_buf_free(&b);
        parry_arena_reset(f->arena);
    }
}

/* The terms of a term are the term: the searcher analyses words of the vocabulary again. */
static void a_word_analysed_again_stays_itself(void **state)
{
    static const char *const words[] = {"strasse",  "can't", "istanbul", "ガイ", "환불",
                                        "err-1042", "οδοσ",  "йод",      "हिन्दी"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        analysing *f = *state;
        parry_token *t;
        size_t n;
        parry_analyse(f->an, f->arena, parry_str_of(words[i]), parry_str_of("en"), &t, &n);
        assert_true(n > 0);
        assert_str(t[0].exact, words[i]);
    }
}

int main(void)
{
#define with(test) cmocka_unit_test_setup_teardown(test, analysing_make, analysing_drop)
    const struct CMUnitTest tests[] = {
        with(words_are_folded_to_one_form),
        with(apostrophes_are_one_and_possessives_go),
        with(identifiers_are_kept_whole_beside_their_parts),
        with(words_are_stemmed_in_their_language),
        with(stop_words_are_marked_and_kept),
        with(every_stop_word_is_found_in_its_list),
        with(tokens_know_the_bytes_they_came_from),
        with(hostile_text_is_linear_and_gives_no_long_term),
        with(random_bytes_give_sound_terms),
        with(a_word_analysed_again_stays_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
