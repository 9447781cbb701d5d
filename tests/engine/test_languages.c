/* Languages: every rule of docs/languages.md, first on terms, then as what a query finds. */
#include "analysing.h"
#include "centre.h"

#include "engine/analyse.h"
#include "engine/analyse_fold.h"
#include "engine/language.h"
#include "engine/weights.h"

typedef struct words {
    parry_token *t;
    size_t n;
} words;

static words analyse(void **state, const char *text, const char *locale)
{
    analysing *f = *state;
    words w;
    parry_analyse(f->an, f->arena, parry_str_of(text), parry_str_of(locale), &w.t, &w.n);
    return w;
}

typedef enum form { EXACT, STEM, ACCENTED, BARE, SINGLE, LAST } form;

static parry_str form_of(const parry_token *t, form which)
{
    const parry_str none = {"-", 1};
    switch (which) {
    case EXACT:
        return t->exact;
    case STEM:
        return t->stem;
    case ACCENTED:
        return t->besides && t->besides->accented.n > 0 ? t->besides->accented : none;
    case BARE:
        return t->besides && t->besides->bare.n > 0 ? t->besides->bare : none;
    case SINGLE:
        return t->besides && t->besides->single[0].n > 0 ? t->besides->single[0] : none;
    case LAST:
        return t->besides && t->besides->single[1].n > 0 ? t->besides->single[1] : none;
    }
    return none;
}

/* "(x)" for a part, "x." for a stop word; "-" where a word has no such form. */
static const char *forms(void **state, const char *text, const char *locale, form which)
{
    analysing *f = *state;
    words w = analyse(state, text, locale);
    parry_buf b = PARRY_BUF(1 << 20);
    for (size_t i = 0; i < w.n; i++) {
        const parry_token *t = &w.t[i];
        parry_buf_printf(&b, "%s%s%.*s%s%s", i ? " " : "", t->part ? "(" : "", PARRY_FMT(form_of(t, which)),
                         t->part ? ")" : "", t->stop ? "." : "");
    }
    const char *out = parry_str_z(f->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return out;
}

static void assert_forms(void **state, const char *text, const char *locale, form which, const char *expect)
{
    assert_string_equal(forms(state, text, locale, which), expect);
}

/* Both are found by each other's stem, as writer and as asker. */
static void assert_same_stem(void **state, const char *a, const char *b, const char *locale)
{
    words x = analyse(state, a, locale), y = analyse(state, b, locale);
    assert_true(x.n > 0 && y.n > 0);
    parry_str stem = form_of(&y.t[0], STEM);
    if (!parry_str_eq(form_of(&x.t[0], STEM), stem) && !parry_str_eq(form_of(&x.t[0], BARE), stem))
        fail_msg("%s: %s has the stem %.*s, %s has %.*s", locale, a, PARRY_FMT(form_of(&x.t[0], STEM)), b,
                 PARRY_FMT(stem));
}

/* ---- terms --------------------------------------------------------------------------------------------------------
 */

static void accents_are_dropped_and_kept_beside(void **state)
{
    assert_forms(state, "réglé regle", "fr", EXACT, "regle regle");
    assert_forms(state, "réglé regle", "fr", ACCENTED, "Aréglé -");
    assert_forms(state, "RÉGLÉ", "fr", ACCENTED, "Aréglé");
    assert_forms(state, "re\xCC\x81gle\xCC\x81", "fr", ACCENTED, "Aréglé"); /* the accents apart */
    assert_forms(state, "can't e-mail", "en", ACCENTED, "- - (-) (-) (-)"); /* no accents, though not only letters */
    assert_forms(state, "đặt hàng", "vi", EXACT, "dat hang");
    assert_forms(state, "đặt hàng", "vi", ACCENTED, "Ađặt Ahàng");
    assert_forms(state, "Rück-Sendung", "de", ACCENTED, "Arück-sendung (Arücksendung) (Arück) (-)");
}

static void who_types_no_accents_finds_the_stem(void **state)
{
    assert_same_stem(state, "ürünler", "urunler", "tr");
    assert_same_stem(state, "siparişlerim", "siparislerim", "tr");
    assert_same_stem(state, "remboursées", "remboursees", "fr");
    assert_same_stem(state, "contraseñas", "contrasenas", "es");
    assert_same_stem(state, "отменён", "отменен", "ru");
    assert_forms(state, "ürünler", "tr", BARE, "Zurunler");
    assert_forms(state, "urunler", "tr", BARE, "-");
}

static void german_umlauts_and_sharp_s_meet_their_spellings(void **state)
{
    assert_same_stem(state, "Rückerstattung", "Rueckerstattungen", "de");
    assert_same_stem(state, "löschen", "loeschen", "de-AT");
    assert_same_stem(state, "Straße", "STRASSE", "de");
    assert_same_stem(state, "Größe", "groesse", "de");
    assert_forms(state, "Straße", "de", EXACT, "strasse");
}

static void turkish_i_follows_the_locale(void **state)
{
    assert_forms(state, "ISIRMA IŞIK", "tr", ACCENTED, "Aısırma Aışık");
    assert_forms(state, "ISIRMA ışık", "tr", EXACT, "isirma isik");
    assert_forms(state, "İPTAL", "tr", ACCENTED, "-"); /* the dot of a capital is no accent */
    assert_forms(state, "ISIRMA", "en", ACCENTED, "-");
    assert_same_stem(state, "KARTINIZ", "kartınız", "tr");
    assert_same_stem(state, "SİPARİŞLER", "sipariş", "tr");
}

static void arabic_forms_are_one(void **state)
{
    assert_forms(state, "إلغاء الغاء ألغاء آلغاء", "ar", EXACT, "الغاء الغاء الغاء الغاء");
    assert_forms(state, "مشكلة مشكله", "ar", EXACT, "مشكله مشكله");
    assert_forms(state, "على علي", "ar", EXACT, "علي. علي.");
    assert_forms(state, "بطـــاقة", "ar", EXACT, "بطاقه");
    assert_forms(state, "كَلِمَةٌ", "ar", EXACT, "كلمه");
    assert_forms(state, "٢٣ ۲۳ 23", "ar", EXACT, "23 23 23");
    assert_forms(state, "ﺑﻄﺎﻗﺔ", "ar", EXACT, "بطاقه"); /* presentation forms */
    assert_same_stem(state, "البطاقة", "بطاقتي", "ar");
    assert_same_stem(state, "بطاقات", "للبطاقة", "ar");
    assert_same_stem(state, "الإلغاء", "الغاء", "ar");
    assert_same_stem(state, "طلباتي", "والطلب", "ar");
}

static void other_alphabets(void **state)
{
    assert_forms(state, "שָׁלוֹם", "he", EXACT, "שלום");
    assert_forms(state, "ΟΔΟΣ οδός ΛΌΓΟΣ", "el", EXACT, "οδοσ οδοσ λογοσ");
    assert_same_stem(state, "επιστροφές", "ΕΠΙΣΤΡΟΦΗ", "el");
    assert_forms(state, "Ёлка йод", "ru", EXACT, "елка йод");
    assert_forms(state, "ёлка йод", "ru", ACCENTED, "Aёлка -");
    assert_same_stem(state, "заказов", "заказы", "ru");
    assert_same_stem(state, "повернення", "поверненням", "uk");
    assert_same_stem(state, "zwrotów", "zwroty", "pl");
    assert_same_stem(state, "przesyłkę", "przesylki", "pl");
    assert_same_stem(state, "objednávky", "objednavkou", "cs");
    assert_forms(state, "५ ๕ ５", "", EXACT, "5 5 5");
}

static void what_romance_languages_elide_is_cut_in_any_locale(void **state)
{
    assert_forms(state, "l'article d’abord QU'IL", "en", EXACT, "l article d abord qu il");
    assert_forms(state, "l'été dell'ordine", "", EXACT, "l ete dell ordine");
    assert_forms(state, "can't o'clock it's", "en", EXACT, "can't o'clock it.");
}

static void han_gives_pairs_and_single_characters(void **state)
{
    assert_forms(state, "返金方法", "zh", EXACT, "返金 金方 方法");
    assert_forms(state, "返金方法", "zh", SINGLE, "Z返 Z金 Z方");
    assert_forms(state, "返金方法", "zh", LAST, "- - Z法");
    assert_forms(state, "返", "zh", EXACT, "返");
    assert_forms(state, "我的钱", "zh", EXACT, "我的. 的钱");
    assert_forms(state, "的", "zh", EXACT, "的.");
    words w = analyse(state, "返金方", "zh");
    static const char *const sources[] = {"返金", "金方"};
    assert_int_equal(w.n, 2);
    for (size_t i = 0; i < w.n; i++) {
        assert_str(parry_str_make("返金方" + w.t[i].start, w.t[i].end - w.t[i].start), sources[i]);
        assert_int_equal(w.t[i].position, i);
        assert_true(w.t[i].pair);
    }
}

static void japanese_is_cut_where_the_script_changes(void **state)
{
    assert_forms(state, "iPhone版アプリ", "ja", EXACT, "iphone 版 アプ プリ");
    assert_forms(state, "注文を取り消す", "ja", EXACT, "注文 を. 取 り. 消 す.");
    assert_forms(state, "届かない", "en", EXACT, "届 かな ない"); /* in any locale */
    assert_forms(state, "届きます", "ja", EXACT, "届 きま ます.");
    assert_forms(state, "アプリ", "ja", SINGLE, "- -"); /* kana say nothing alone */
    assert_forms(state, "ｶﾞｲﾄﾞ", "ja", EXACT, "ガイ イド");
    assert_forms(state, "カ\xE3\x82\x99イ", "ja", EXACT, "ガイ");
    assert_forms(state, "ユーザーの", "ja", EXACT, "ユー ーザ ザー の.");
    assert_forms(state, "らーめん", "ja", EXACT, "らー ーめ めん");
    assert_forms(state, "人々", "ja", EXACT, "人々");
    assert_forms(state, "返金 １００", "ja", EXACT, "返金 100");
    assert_forms(state, "𠮷野家", "ja", EXACT, "𠮷野 野家");
    assert_forms(state, "𠮷野家", "ja", SINGLE, "Z𠮷 Z野");
}

static void korean_survives_its_particles(void **state)
{
    assert_forms(state, "환불을 환불이", "ko", EXACT, "환불 불을 환불 불이");
    assert_forms(state, "\xE1\x84\x92\xE1\x85\xAA\xE1\x86\xAB\xE1\x84\x87\xE1\x85\xAE\xE1\x86\xAF", "ko", EXACT,
                 "환불"); /* taken apart */
    assert_same_stem(state, "돈을", "돈", "ko");
    assert_same_stem(state, "돈이", "돈", "ko");
    assert_forms(state, "환불", "ko", STEM, "Z환불");
    assert_forms(state, "환불", "ko", SINGLE, "Z환");
    assert_forms(state, "환불", "ko", LAST, "Z불");
}

static void thai_and_its_neighbours_pair_whole_clusters(void **state)
{
    assert_forms(state, "คืนเงิน", "th", EXACT, "คืน นเงิ เงิน");
    assert_forms(state, "น้ำตา", "th", EXACT, "น\xE0\xB9\x89ํา\xE0\xB8\x95า");
    assert_forms(state, "ເງິນຄືນ", "lo", EXACT, "ເງິນ ນຄື ຄືນ");
    assert_forms(state, "ខ្មែរ", "km", EXACT, "ខ្មែរ"); /* the stacked consonant belongs to the one above */
    assert_forms(state, "မြန်မာ", "my", EXACT, "မြန် န်မာ");
}

/* ---- guessing -----------------------------------------------------------------------------------------------------
 */

static uint64_t present(const char *codes)
{
    uint64_t bits = 0;
    parry_str rest = parry_str_of(codes), code;
    while (rest.n > 0 && parry_str_split(&rest, ' ', &code))
        bits |= (uint64_t)1 << parry_language_of(code);
    return bits;
}

static parry_spoken guess(void **state, const char *text, const char *codes)
{
    analysing *f = *state;
    parry_spoken s;
    parry_spoken_guess(f->an, f->arena, parry_str_of(text), present(codes), &s);
    return s;
}

static const char *const many = "en de fr es it tr pl ru uk ar ja zh ko th";

static void the_language_of_a_query_is_guessed(void **state)
{
    static const struct {
        const char *text, *language;
    } e[] = {
        {"where is my refund", "en"},
        {"wo ist mein geld", "de"},
        {"Rückgabe möglich", "de"},
        {"ou est mon colis", "fr"},
        {"livraison retardée", "fr"},
        {"donde esta mi pedido", "es"},
        {"¿envío?", "es"},
        {"non trovo il mio ordine", "it"},
        {"siparişim nerede", "tr"},
        {"gdzie jest moja paczka", "pl"},
        {"где мой заказ", "ru"},
        {"де моє замовлення", "uk"},
        {"أين طلبي", "ar"},
        {"返金はいつ", "ja"},
        {"退款多久", "zh"},
        {"환불 언제", "ko"},
        {"คืนเงินเมื่อไร", "th"},
        {"パスワード reset", "ja"},
    };
    for (size_t i = 0; i < sizeof e / sizeof *e; i++)
        if (!parry_str_eqz(guess(state, e[i].text, many).first, e[i].language))
            fail_msg("%s is taken for %.*s", e[i].text, PARRY_FMT(guess(state, e[i].text, many).first));
}

static void only_languages_of_the_articles_are_guessed(void **state)
{
    assert_str(guess(state, "wo ist mein geld", "en fr").first, "en");
    assert_str(guess(state, "wo ist mein geld", "de").first, "de");
    assert_str(guess(state, "где мой заказ", "en").first, "");
    assert_str(guess(state, "refunds", "").first, "en"); /* no articles yet */
}

static bool also(const parry_spoken *s, const char *code)
{
    for (size_t i = 0; i < s->nothers; i++)
        if (strcmp(parry_language_code(s->others[i]), code) == 0)
            return true;
    return false;
}

static void languages_in_the_same_letters_are_looked_up_too(void **state)
{
    parry_spoken s = guess(state, "reembolsos", "en de es ru");
    assert_str(s.first, "en");
    assert_true(also(&s, "de") && also(&s, "es"));
    assert_false(also(&s, "ru") || also(&s, ""));
    s = guess(state, "パスワード refunds", "en ja"); /* and words of English as Japanese articles hold them */
    assert_true(also(&s, "en") && also(&s, ""));
    assert_true(parry_spoken_fits(parry_language_of(parry_str_of("en")), parry_str_of("refunds")));
    assert_false(parry_spoken_fits(parry_language_of(parry_str_of("en")), parry_str_of("возврат")));
    assert_true(parry_spoken_fits(PARRY_LANGUAGE_NONE, parry_str_of("возврат")));
}

static void a_locale_that_is_told_is_not_guessed(void **state)
{
    (void)state;
    parry_spoken s;
    parry_spoken_told(parry_str_of("de-AT"), &s);
    assert_str(s.first, "de-AT");
    assert_int_equal(s.nothers, 0);
}

/* ---- what a query finds -------------------------------------------------------------------------------------------
 */

static const centre_article samples[] = {
    {"en", "customer", "en", "Return an item", "Send it back within thirty days. Refunds go to the card."},
    {"de", "customer", "de", "Rückgabe",
     "Rückerstattungen für Bestellungen kommen auf die Karte zurück. Die Größe tauschen wir um."},
    {"fr", "customer", "fr", "Retourner un article", "L'article est réglé. Le remboursement arrive vite."},
    {"b-accented", "customer", "fr", "La règle", "La regle est simple, dit la règle."},
    {"a-plain", "customer", "fr", "La regle", "La regle est simple, dit la regle."},
    {"es", "customer", "es", "Devoluciones", "Los reembolsos llegan a la tarjeta."},
    {"ja", "customer", "ja", "返金について",
     "返金は3日で届きます。Refunds と書かれることもあります。キャンセルできます。"},
    {"zh", "customer", "zh", "退款说明", "退款三天到账。商品摔坏可以换。"},
    {"ko", "customer", "ko", "환불 안내", "환불을 받으면 돈을 돌려드립니다."},
    {"th", "customer", "th", "การคืนเงิน", "เงินเข้าภายในสามวัน"},
    {"ar", "customer", "ar", "إلغاء الطلب", "يمكنك إلغاء الطلب خلال ٢٣ دقيقة بالبطاقة."},
    {"tr", "customer", "tr", "İade", "Ürünlerin iadesi kolaydır. Işıklı lambalar da."},
};
enum { NSAMPLES = sizeof samples / sizeof *samples };

static int open_shelf(void **state)
{
    *state = centre_of(samples, NSAMPLES);
    return 0;
}

static parry_results ask(void **state, const char *text, const char *locale)
{
    parry_query q = text_query(text, "");
    q.locale = parry_str_of(locale);
    return centre_search(*state, q);
}

static void assert_first(void **state, const char *text, const char *id)
{
    parry_results r = ask(state, text, "");
    if (r.n == 0 || !parry_str_eqz(r.hits[0].id, id))
        fail_msg("%s finds %.*s first, not %s", text, PARRY_FMT(r.n > 0 ? r.hits[0].id : parry_str_of("nothing")), id);
    if (r.corrected.n > 0)
        fail_msg("%s was read as %.*s", text, PARRY_FMT(r.corrected));
}

static void a_query_finds_its_language_without_a_filter(void **state)
{
    static const struct {
        const char *text, *id;
    } e[] = {{"rueckerstattung", "de"},
             {"Bestellung groesse", "de"},
             {"remboursements", "fr"},
             {"reembolso", "es"},
             {"返金", "ja"},
             {"退款", "zh"},
             {"환불이", "ko"},
             {"คืนเงิน", "th"},
             {"الغاء طلبي", "ar"},
             {"بطاقه", "ar"},
             {"urunleri", "tr"},
             {"IŞIKLI", "tr"},
             {"refunding", "en"}};
    for (size_t i = 0; i < sizeof e / sizeof *e; i++)
        assert_first(state, e[i].text, e[i].id);
}

static void one_character_is_enough(void **state)
{
    assert_first(state, "届", "ja");
    assert_first(state, "돈이", "ko");
    assert_first(state, "坏", "zh");
    assert_first(state, "摔碎", "zh"); /* no article has the pair: its characters are looked up */
}

static void mixed_scripts_drop_no_half(void **state)
{
    assert_first(state, "refunds 届", "ja");
    assert_first(state, "refunds ｷｬﾝｾﾙ", "ja");
    assert_first(state, "card 退款到账", "zh");
    parry_results r = ask(state, "refunds 退款", "");
    bool english = false, chinese = false;
    for (size_t i = 0; i < r.n; i++) {
        english |= parry_str_eqz(r.hits[i].id, "en");
        chinese |= parry_str_eqz(r.hits[i].id, "zh");
    }
    assert_true(english && chinese);
}

static void who_asks_with_accents_gets_them_first(void **state)
{
    assert_first(state, "regle simple", "a-plain");
    assert_first(state, "règle simple", "b-accented");
}

static void digits_of_any_script_are_one(void **state)
{
    assert_first(state, "23 دقيقة", "ar");
    assert_first(state, "３日", "ja");
}

static void a_filter_tells_the_language(void **state)
{
    parry_results r = ask(state, "rueckerstattung", "de");
    assert_int_equal(r.n, 1);
    assert_str(r.hits[0].id, "de");
}

static void pairs_that_touch_are_marked_as_one(void **state)
{
    parry_results r = ask(state, "退款三天", "zh");
    assert_true(r.n > 0);
    assert_true(parry_str_find(r.hits[0].snippet, parry_str_of("<mark>退款三天</mark>")) < r.hits[0].snippet.n);
}

static void an_index_of_another_analyser_is_refused(void **state)
{
    centre *c = *state;
    const char *path = parry_str_printf(c->arena, "%s/segments/%s/segment.json", c->dir, centre_segment).p;
    parry_err err = {0};
    parry_map map;
    ok(parry_map_open(path, &map, NULL));
    parry_str json = parry_str_copy(c->arena, parry_str_make((const char *)map.p, map.n));
    parry_map_close(&map);
    size_t at = parry_str_find(json, parry_str_of(parry_analyser_identity));
    assert_true(at < json.n);
    char *changed = parry_str_z(c->arena, json);
    memcpy(changed + at, "other-", 6);
    ok(parry_file_replace(path, parry_str_of(changed), NULL));
    parry_segment *segment = NULL;
    const char *dir = parry_str_printf(c->arena, "%s/segments", c->dir).p;
    assert_int_equal(parry_segment_open(dir, centre_segment, false, &segment, &err), PARRY_CORRUPT);
    assert_non_null(strstr(err.msg, "rebuild the index"));
}

static void weights_move_to_those_of_text_as_trust_falls(void **state)
{
    (void)state;
    const double context[PARRY_FEATURES] = {0};
    double all[PARRY_SIGNALS], half[PARRY_SIGNALS], none[PARRY_SIGNALS], text[PARRY_SIGNALS], vector[PARRY_SIGNALS];
    parry_weights_find(PARRY_HYBRID, 1, NULL, context, all);
    parry_weights_find(PARRY_HYBRID, 0.5, NULL, context, half);
    parry_weights_find(PARRY_HYBRID, 0, NULL, context, none);
    parry_weights_find(PARRY_TEXT, 0, NULL, context, text);
    parry_weights_find(PARRY_VECTOR, 0, NULL, context, vector);
    for (int s = 0; s < PARRY_SIGNALS; s++) {
        assert_float_equal(none[s], text[s], 1e-9);
        if (s != PARRY_SIGNAL_TITLE_IS_QUERY)
            assert_float_equal(half[s], (all[s] + text[s]) / 2, 1e-9);
    }
    assert_true(all[PARRY_SIGNAL_VECTOR_PASSAGE] > 0 && vector[PARRY_SIGNAL_VECTOR_PASSAGE] > 0);
    assert_float_equal(none[PARRY_SIGNAL_VECTOR_PASSAGE], 0, 1e-9);
}

int main(void)
{
#define on_shelf(test) cmocka_unit_test_setup_teardown(test, open_shelf, centre_drop)
#define with(test) cmocka_unit_test_setup_teardown(test, analysing_make, analysing_drop)
    const struct CMUnitTest tests[] = {
        with(accents_are_dropped_and_kept_beside),
        with(who_types_no_accents_finds_the_stem),
        with(german_umlauts_and_sharp_s_meet_their_spellings),
        with(turkish_i_follows_the_locale),
        with(arabic_forms_are_one),
        with(other_alphabets),
        with(what_romance_languages_elide_is_cut_in_any_locale),
        with(han_gives_pairs_and_single_characters),
        with(japanese_is_cut_where_the_script_changes),
        with(korean_survives_its_particles),
        with(thai_and_its_neighbours_pair_whole_clusters),
        with(the_language_of_a_query_is_guessed),
        with(only_languages_of_the_articles_are_guessed),
        with(languages_in_the_same_letters_are_looked_up_too),
        with(a_locale_that_is_told_is_not_guessed),
        on_shelf(a_query_finds_its_language_without_a_filter),
        on_shelf(one_character_is_enough),
        on_shelf(mixed_scripts_drop_no_half),
        on_shelf(who_asks_with_accents_gets_them_first),
        on_shelf(digits_of_any_script_are_one),
        on_shelf(a_filter_tells_the_language),
        on_shelf(pairs_that_touch_are_marked_as_one),
        on_shelf(an_index_of_another_analyser_is_refused),
        with(weights_move_to_those_of_text_as_trust_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
