/* One row a format. Every number, name and key here is made up (cards and accounts are the issuers' test numbers). */
#include "support.h"

#include "ledger/redact.h"

#include <time.h>

typedef struct sample {
    const char *text, *want;
} sample;

static parry_redactor *redactor;
static int make(void **state)
{
    (void)state;
    redactor = parry_redactor_new();
    return 0;
}
static int drop(void **state)
{
    (void)state;
    parry_redactor_free(redactor);
    parry_redactor_free(NULL);
    return 0;
}

static size_t failures(const sample *samples, size_t n)
{
    parry_arena *a = parry_arena_new();
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        parry_str got = parry_redact(redactor, a, parry_str_of(samples[i].text), NULL);
        if (parry_str_eqz(got, samples[i].want))
            continue;
        print_message("%s\n  is   %.*s\n  not  %s\n", samples[i].text, PARRY_FMT(got), samples[i].want);
        bad++;
    }
    parry_arena_free(a);
    return bad;
}
#define assert_all(samples) assert_int_equal(failures(samples, sizeof samples / sizeof *samples), 0)

static void test_mail_addresses(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"refund to jane.doe@example.com please", "refund to [email] please"},
        {"JANE+shop@mail.example.co.uk", "[email]"},
        {"<o'neil_99@example.org>, again", "<[email]>, again"},
        {"m\xC3\xBCller@stra\xC3\x9F"
         "e.example",
         "[email]"},
        {"\xE5\xA4\xAA\xE9\x83\x8E@\xE4\xBE\x8B\xE3\x81\x88.jp", "[email]"},
        {"jane\xEF\xBC\xA0"
         "example.com",
         "[email]"},
        {"jane%40example.com", "[email]"},
        {"jane (at) example.com", "[email]"},
        {"jane[at]example[dot]com", "[email]"},
        {"jane at example dot com", "[email]"},
        {"jane@gmailcom does not work", "[email] does not work"},
        {"\"jane doe\"@example.com", "[email]"},
        {"mailto:jane@example.com?subject=x", "mailto:[email]?subject=x"},
        {"ja\xE2\x80\x8Bne@exam\xC2\xADple.com", "[email]"},
        {"a@b.example,c@d.example", "[email],[email]"},
    };
    assert_all(samples);
}

static void test_phone_numbers(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"call +49 170 1234567 now", "call [phone] now"},
        {"+1 (555) 010-9999", "[phone]"},
        {"+44 20 7946 0958", "[phone]"},
        {"0049 170 1234567", "[phone]"},
        {"(555) 010-9999", "[phone]"},
        {"555-010-9999", "[phone]"},
        {"555.010.9999", "[phone]"},
        {"1-555-010-9999", "[phone]"},
        {"555-0199", "[phone]"},
        {"06 12 34 56 78", "[phone]"},
        {"0170/1234567", "[phone]"},
        {"01234 567890", "[phone]"},
        {"my phone number is 98765 43210", "my phone number is [phone]"},
        {"tel. 123456", "tel. [phone]"},
        {"\xD9\xA0\xD9\xA1\xD9\xA0\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6\xD9\xA7\xD9\xA8", "[phone]"},
        {"\xEF\xBC\x8B\xEF\xBC\x94\xEF\xBC\x99 170 1234567", "[phone]"},
        {"+49\xC2\xA0"
         "170\xE2\x80\x91"
         "1234567",
         "[phone]"},
        {"98765 43210", "[number]"},
    };
    assert_all(samples);
}

static void test_cards_and_accounts(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"card 4111111111111111 declined", "card [card] declined"},
        {"4111 1111 1111 1111", "[card]"},
        {"4111-1111-1111-1111", "[card]"},
        {"4111.1111.1111.1111", "[card]"},
        {"4111%201111%201111%201111", "[card]"},
        {"4111+1111+1111+1111", "[card]"},
        {"378282246310005", "[card]"},
        {"3782 822463 10005", "[card]"},
        {"6011 1111 1111 1117 12/26", "[card] 12/26"},
        {"4111 1111 1111 1111 123", "[card] 123"},
        {"4111 1111 1111 1112", "[number]"}, /* a slip of the finger: no card's, and still somebody's */
        {"\xEF\xBC\x94\xEF\xBC\x91\xEF\xBC\x91\xEF\xBC\x91 1111 1111 1111", "[card]"},
        {"pay to DE89 3704 0044 0532 0130 00 today", "pay to [iban] today"},
        {"DE89370400440532013000", "[iban]"},
        {"de89370400440532013000", "[iban]"},
        {"GB29NWBK60161331926819", "[iban]"},
        {"FR14 2004 1010 0505 0001 3M02 606", "[iban]"},
        {"NO93-8601-1117-947", "[iban]"},
        {"DE88370400440532013000", "[order]"}, /* a slip again */
    };
    assert_all(samples);
}

static void test_network_addresses(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"blocked 203.0.113.7 by you", "blocked [ip] by you"},
        {"http://203.0.113.7:8080/x", "http://[ip]:8080/x"},
        {"2001:db8:85a3::8a2e:370:7334", "[ip]"},
        {"from fe80::1: no reply", "from [ip]: no reply"},
        {"::ffff:203.0.113.7", "[ip]"},
        {"[2001:db8::1]:443", "[[ip]]:443"},
        {"00:1A:2b:3c:4D:5e", "[ip]"},
        {"00-1A-2B-3C-4D-5E", "[ip]"},
    };
    assert_all(samples);
}

static void test_orders(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"where is order 4711", "where is order [order]"},
        {"order no. MP-88123-X", "order no. [order]"},
        {"order number: 12345", "order number: [order]"},
        {"Order#10023", "Order#[order]"},
        {"#10023 is late", "[order] is late"},
        {"ORD-2024-000123", "[order]"},
        {"INV20240017 wrong", "[order] wrong"},
        {"PO-12345", "[order]"},
        {"tracking 1Z999AA10123456784", "tracking [order]"},
        {"1Z999AA10123456784", "[order]"},
        {"RR123456785DE", "[order]"},
        {"028-1234567-1234567", "[order]"},
        {"Bestellung 4711 fehlt", "Bestellung [order] fehlt"},
        {"Rechnungsnummer 20417", "Rechnungsnummer [order]"},
        {"pedido n\xC3\xBAmero 99123", "pedido n\xC3\xBAmero [order]"},
        {"customer id C-10042", "customer id [order]"},
        {"123456789", "[number]"},
        {"123-45-6789", "[number]"},
    };
    assert_all(samples);
}

static void test_keys(void **state)
{
    (void)state;
    /* In pieces, so that nobody takes them for real ones. */
    static const sample samples[] = {
        {"eyJ"
         "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
         "[key]"},
        {"sk_"
         "live_4eC39HqLyjWDarjtT1zdp7dc",
         "[key]"},
        {"my key sk-"
         "proj-a1B2c3D4e5F6g7H8",
         "my key [key]"},
        {"AKIA"
         "IOSFODNN7EXAMPLE",
         "[key]"},
        {"gh"
         "p_0123456789abcdefghijABCDEFGHIJ",
         "[key]"},
        {"xox"
         "b-123456789012-abcdefABCDEF",
         "[key]"},
        {"AIza"
         "SyA1234567890abcdefghijklmnopqrstuv",
         "[key]"},
        {"Authorization: Bearer abc123DEF456ghi", "Authorization: Bearer [key]"},
        {"password: hunter2!", "password: [key]"},
        {"my password is Secret99", "my password is [key]"},
        {"Kennwort lautet geheim7", "Kennwort lautet [key]"},
        {"https://x.example/?access_token=abcdef&page=2", "https://x.example/?access_token=[key]&page=2"},
        {"pin: 1234", "pin: [key]"},
        {"d41d8cd98f00b204e9800998ecf8427e", "[key]"},
        {"123e4567-e89b-42d3-a456-426614174000", "[key]"},
        {"-----BEGIN "
         "PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
         "[key]"},
    };
    assert_all(samples);
}

static void test_national_numbers_where_the_number_itself_tells(void **state)
{
    (void)state;
    static const sample samples[] = {
        {"mi dni es 12345678Z", "mi dni es [id]"},
        {"12345678-z", "[id]"},
        {"X1234567L", "[id]"},
        {"nie X-1234567-L caducado", "nie [id] caducado"},
        {"12345678A", "12345678A"}, /* no such letter; what else may it be? */
        {"RSSMRA85T10A562S", "[id]"},
        {"codice rssmra85t10a562s errato", "codice [id] errato"},
        {"RSSMRA85T10A562T", "RSSMRA85T10A562T"},
        {"cpf 529.982.247-25", "cpf [id]"},
        {"NI number QQ 12 34 56 C", "NI number QQ 12 34 56 C"}, /* a prefix that is never given */
        {"NI number AB 12 34 56 C", "NI number [id]"},
        {"AB123456C", "[id]"},
    };
    assert_all(samples);
}

static void test_what_is_a_phone_number_in_some_places_is_one_there(void **state)
{
    (void)state;
    static const struct {
        const char *locale, *text, *want;
    } samples[] = {
        {"da", "ring 21 34 56 78", "ring [phone]"},
        {"da-DK", "ring 21 34 56 78", "ring [phone]"},
        {"nb", "ring 912 34 567 i dag", "ring [phone] i dag"},
        {"en-SG", "call 9123 4567", "call [phone]"},
        {"zh-HK", "9123-4567", "[phone]"},
        {"is", "581 2345", "[phone]"},
        {"", "sizes 38 39 40 41", "sizes 38 39 40 41"},
        {"en", "sizes 38 39 40 41", "sizes 38 39 40 41"},
        {"en", "model 9123 4567", "model 9123 4567"},
        {"ru", "8 (912) 345-67-89", "[phone]"},
        {"", "+7 (912) 345-67-89", "[phone]"},
        {"", "7(912)3456789", "[phone]"},
        {"pt-BR", "ligue (11) 91234-5678", "ligue [phone]"},
    };
    parry_arena *a = parry_arena_new();
    size_t bad = 0;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        parry_str got =
            parry_redact_in(redactor, a, parry_str_of(samples[i].locale), parry_str_of(samples[i].text), NULL);
        if (parry_str_eqz(got, samples[i].want))
            continue;
        print_message("%s (%s) is %.*s\n", samples[i].text, samples[i].locale, PARRY_FMT(got));
        bad++;
    }
    parry_arena_free(a);
    assert_int_equal(bad, 0);
}

/* ---- rules of one's own ------------------------------------------------------------------------------------------ */

static parry_redactor *own_rules(const char *yaml)
{
    parry_redactor *r = parry_redactor_new();
    parry_err err = {0};
    if (parry_redactor_load(r, parry_str_of(yaml), &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    return r;
}

static void assert_own(parry_redactor *r, const char *locale, const char *text, const char *want, bool found_own)
{
    parry_arena *a = parry_arena_new();
    unsigned found = 0;
    parry_str got = parry_redact_in(r, a, parry_str_of(locale), parry_str_of(text), &found);
    if (!parry_str_eqz(got, want))
        fail_msg("%s became %.*s, not %s", text, PARRY_FMT(got), want);
    assert_int_equal((found & 1U << PARRY_PERSONAL_OWN) != 0, found_own);
    parry_arena_free(a);
}

static void test_rules_of_ones_own_come_first_and_have_names(void **state)
{
    (void)state;
    parry_redactor *r = own_rules("- name: policy\n  pattern: '\\bPOL-\\d{6,12}\\b'\n"
                                  "- name: member\n  pattern: 'member (\\d{4})'\n  locale: de\n"
                                  "- name: loyalty\n  pattern: '\\b\\d{8}\\b'\n  check: luhn\n");
    assert_int_equal(parry_redactor_rules(r), 3);
    assert_own(r, "", "my pol-123456789 is late", "my [policy] is late", true);
    assert_own(r, "", "POL-\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6", "[policy]", true);
    assert_own(r, "", "member 1234", "member [member]", true);
    assert_own(r, "de-AT", "member 1234", "member [member]", true);
    assert_own(r, "en", "member 1234", "member 1234", false);
    assert_own(r, "den", "member 1234", "member 1234", false);
    assert_own(r, "", "12345674", "[loyalty]", true);
    assert_own(r, "", "12345675", "[number]", false);
    assert_own(r, "", "jane@example.com", "[email]", false);
    parry_redactor_free(r);
}

static void test_other_rules_take_their_place_and_wrong_ones_do_not(void **state)
{
    (void)state;
    parry_err err = {0};
    parry_redactor *r = own_rules("- {name: a, pattern: 'aaa'}\n");
    assert_own(r, "", "aaa bbb", "[a] bbb", true);
    assert_int_equal(parry_redactor_load(r, parry_str_of("- {name: b, pattern: '('}\n"), &err), PARRY_INVALID);
    assert_own(r, "", "aaa bbb", "[a] bbb", true);
    ok(parry_redactor_load(r, parry_str_of("- {name: b, pattern: 'bbb'}\n"), NULL));
    assert_own(r, "", "aaa bbb", "aaa [b]", true);
    ok(parry_redactor_load(r, parry_str_of(""), NULL));
    assert_own(r, "", "aaa bbb", "aaa bbb", false);
    parry_redactor_free(r);
}

static void test_a_mistake_in_a_rule_is_told_with_its_line(void **state)
{
    (void)state;
    static const sample wrong[] = {
        {"- name: a\n  pattern: 'x'\n- name: b\n  pattern: '(x'\n",
         "line 3: pattern: missing closing parenthesis, at byte 2"},
        {"- name: a\n", "line 1: it needs name and pattern"},
        {"- name: A b\n  pattern: x\n", "line 1: name: a-z 0-9 _, at most 32"},
        {"- name: a\n  pattern: 'x*'\n", "line 1: pattern: it finds nothing at all everywhere"},
        {"- name: a\n  pattern: x\n  check: crc\n", "line 1: check: must be luhn, mod97 or none"},
        {"- name: a\n  patern: x\n", "line 1: patern: unknown; a rule has name, pattern, locale and check"},
        {"- name: a\n  pattern: 12\n", "line 1: pattern: must be a text; put it between single quotes"},
        {"name: a\n", "line 1: the file must be a list of rules"},
        {"- 'x'\n", "line 0: a rule is a map with name and pattern"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        parry_redactor *r = parry_redactor_new();
        parry_err err = {0};
        assert_int_equal(parry_redactor_load(r, parry_str_of(wrong[i].text), &err), PARRY_INVALID);
        assert_string_equal(err.msg, wrong[i].want);
        parry_redactor_free(r);
    }
}

/* What runs away takes the text with it, and not the server. */
static void test_a_bad_pattern_cannot_hang(void **state)
{
    scratch *s = *state;
    parry_redactor *r = own_rules("- {name: bad, pattern: '(a+)+$'}\n- {name: worse, pattern: '(x|xx|y.*z)*q'}\n");
    parry_buf text = PARRY_BUF(1 << 20);
    while (text.n < PARRY_REDACT_MAX_BYTES)
        parry_buf_addz(&text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab xxxxxxxxxxxxxxxxxxxxxxxxxy ");
    clock_t start = clock(); /* of this process: others may keep it waiting */
    parry_str got = parry_redact(r, s->arena, parry_buf_str(&text), NULL);
    int64_t took_ms = (int64_t)(clock() - start) * 1000 / CLOCKS_PER_SEC;
    print_message("gave up after %d ms\n", (int)took_ms);
    assert_str(got, "[unreadable]");
    assert_true(took_ms < 5000);
    parry_buf_free(&text);
    parry_redactor_free(r);
}

static void test_what_is_nobodys_stays(void **state)
{
    (void)state;
    static const char *const clean[] = {
        "where is my refund",
        "reset password",
        "forgot my password: what to do",
        "my pin is not working",
        "token is invalid",
        "password is wrong",
        "error ERR-1042",
        "sys/config",
        "error 0x80070005",
        "KB5034441",
        "iphone 14 pro max 256gb",
        "version 10.0.19041.1237",
        "HTTP 404",
        "error code 503",
        "2026-11-21",
        "21.11.2026",
        "11/21/2026 10:30:45",
        "from 2026-11-21 to 2026-11-28",
        "12:30:45",
        "opening hours 9-17",
        "sizes 38 39 40 41",
        "1,234,567.89 EUR",
        "3.1415926535",
        "100 - 200 units",
        "case 2024",
        "order 66",
        "std::vector a::b",
        "react 18 vs 19",
        "@support",
        "meet me @ noon",
        "a @ b",
        "top 10 in 2025",
        "return within 30 days",
        "VAT 19 %",
        "ISO 9001:2015",
        "USB 3.2 Gen 2x2",
        "section 4.2.1",
        "order of 3 items",
        "order status",
        "account settings",
        "tracking number format",
        "reference manual 7th edition",
        "5 x 120 x 200 cm",
        "sk-learn-installation",
        "how-to-change-the-notification-settings",
        "3-5 business days",
        "24/7 support",
        "where_is_my_configuration_file",
        "Gutschein einl\xC3\xB6sen",
        "\xE8\xBF\x94\xE5\x93\x81\xE3\x81\x97\xE3\x81\x9F\xE3\x81\x84",
        "100% cotton",
        "what does %20 mean",
        "email",
        "phone",
        "basic plan",
        "bearer of bad news",
        "2FA code",
        "1.2.3",
        "pay 50/50",
        "covid-19",
        "windows 11 22H2",
        "",
        " ",
    };
    parry_arena *a = parry_arena_new();
    size_t touched = 0;
    for (size_t i = 0; i < sizeof clean / sizeof *clean; i++) {
        unsigned found = 0;
        parry_str got = parry_redact(redactor, a, parry_str_of(clean[i]), &found);
        if (!parry_str_eqz(got, clean[i])) {
            print_message("%s  became  %.*s\n", clean[i], PARRY_FMT(got));
            touched++;
        }
        assert_true((found == 0) == parry_str_eqz(got, clean[i]));
    }
    parry_arena_free(a);
    assert_int_equal(touched, 0);
}

static void test_what_was_found_is_said(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    unsigned found = 0;
    (void)parry_redact(redactor, a, parry_str_of("jane@example.com, +49 170 1234567"), &found);
    assert_int_equal(found, 1U << PARRY_PERSONAL_EMAIL | 1U << PARRY_PERSONAL_PHONE);
    assert_string_equal(parry_personal_name(PARRY_PERSONAL_EMAIL), "email");
    assert_string_equal(parry_personal_name(PARRY_PERSONAL_NUMBER), "number");
    parry_arena_free(a);
}

static void test_what_was_redacted_stays_as_it_is(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    parry_str once = parry_redact(redactor, a, parry_str_of("order 4711 jane@example.com 203.0.113.7 pin: 1234"), NULL);
    parry_str twice = parry_redact(redactor, a, once, NULL);
    assert_true(parry_str_eq(once, twice));
    parry_arena_free(a);
}

/* Texts of the greatest length that make bad patterns run away. */
static void test_long_texts_are_read_in_time(void **state)
{
    scratch *s = *state;
    static const char *const pieces[] = {"where is my refund ",
                                         "a",
                                         "1",
                                         "1 ",
                                         "a@",
                                         "a.",
                                         "1-",
                                         "DE89 ",
                                         "::",
                                         "a1_",
                                         "-----BEGIN KEY-----",
                                         "password is ",
                                         "\xD9\xA1",
                                         "\xFF",
                                         "[at]",
                                         "eyJ.",
                                         "order order 12",
                                         "+1 ("};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t n = strlen(pieces[i]), times = PARRY_REDACT_MAX_BYTES / n + 2;
        parry_buf text = PARRY_BUF(2 * PARRY_REDACT_MAX_BYTES);
        for (size_t k = 0; k < times; k++)
            parry_buf_addz(&text, pieces[i]);
        clock_t start = clock();
        parry_str got = parry_redact(redactor, s->arena, parry_buf_str(&text), NULL);
        int64_t took_ms = (int64_t)(clock() - start) * 1000 / CLOCKS_PER_SEC;
        print_message("%-20s %4d ms, %zu bytes\n", i == 13 ? "bad bytes" : pieces[i], (int)took_ms, got.n);
        assert_true(took_ms < 1500);
        if (i == 0)
            assert_int_equal(got.n, PARRY_REDACT_MAX_BYTES);
        parry_buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mail_addresses),
        cmocka_unit_test(test_phone_numbers),
        cmocka_unit_test(test_cards_and_accounts),
        cmocka_unit_test(test_network_addresses),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_national_numbers_where_the_number_itself_tells),
        cmocka_unit_test(test_what_is_a_phone_number_in_some_places_is_one_there),
        cmocka_unit_test(test_rules_of_ones_own_come_first_and_have_names),
        cmocka_unit_test(test_other_rules_take_their_place_and_wrong_ones_do_not),
        cmocka_unit_test(test_a_mistake_in_a_rule_is_told_with_its_line),
        in_scratch(test_a_bad_pattern_cannot_hang),
        cmocka_unit_test(test_what_is_nobodys_stays),
        cmocka_unit_test(test_what_was_found_is_said),
        cmocka_unit_test(test_what_was_redacted_stays_as_it_is),
        in_scratch(test_long_texts_are_read_in_time),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
