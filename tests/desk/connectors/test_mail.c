/* Headers of mail: what may stand in one, and what cannot get out of one. */
#include "../../base/testing.h"

#include "outbox/mail.h"

#include <stdlib.h>

static parry_str header(scratch *s, const char *name, parry_str value)
{
    parry_buf out = PARRY_BUF(64 << 10);
    parry_mail_header(&out, name, value);
    parry_str kept = parry_str_copy(s->arena, parry_buf_str(&out));
    parry_buf_free(&out);
    return kept;
}

static size_t longest_line(parry_str s)
{
    size_t most = 0, n;
    for (; s.n > 0; s = parry_str_from(s, n + 2)) {
        n = parry_str_find(s, parry_str_of("\r\n"));
        most = n > most ? n : most;
        if (n == s.n)
            break;
    }
    return most;
}

static void a_plain_value_stands_as_it_is(void **state)
{
    assert_str(header(*state, "Subject", lit("Refund is late")), "Subject: Refund is late");
    assert_str(header(*state, "Subject", lit("")), "Subject: ");
}

static void other_than_ascii_is_in_encoded_words(void **state)
{
    assert_str(header(*state, "Subject", lit("sp\xc3\xa4t")), "Subject: =?UTF-8?B?c3DDpHQ=?=");
}

static void what_looks_like_an_encoded_word_is_encoded(void **state)
{
    assert_str(header(*state, "Subject", lit("=?x?q?y?=")), "Subject: =?UTF-8?B?PT94P3E/eT89?=");
}

static void bytes_that_are_no_utf8_become_the_mark_of_that(void **state)
{
    assert_str(header(*state, "Subject", lit("a\xff")), "Subject: =?UTF-8?B?Ye+/vQ==?=");
}

static void line_ends_and_zeroes_become_spaces(void **state)
{
    assert_str(header(*state, "Subject", lit("a\r\nBcc: x@y.z\0b")), "Subject: a  Bcc: x@y.z b");
}

static void no_line_is_longer_than_76_and_no_character_is_cut(void **state)
{
    scratch *s = *state;
    for (size_t lead = 0; lead < 4; lead++) {
        parry_buf value = PARRY_BUF(4096);
        parry_buf_add(&value, "abcd", lead);
        for (int i = 0; i < 100; i++)
            parry_buf_addz(&value, "\xf0\x9f\xa6\x8a");
        parry_str h = header(s, "X-Parry-Something-Long", parry_buf_str(&value));
        assert_true(longest_line(h) <= 76);
        assert_true(parry_str_find(h, lit("77+9")) == h.n); /* U+FFFD would say so */
        parry_buf_free(&value);
    }
}

static void plain_words_are_folded_between_words(void **state)
{
    scratch *s = *state;
    parry_buf value = PARRY_BUF(4096);
    for (int i = 0; i < 40; i++)
        parry_buf_addz(&value, "refund ");
    parry_str h = header(s, "Subject", parry_buf_str(&value));
    assert_true(longest_line(h) <= 77);
    assert_true(parry_str_find(h, lit("refund\r\n refund")) < h.n);
    parry_buf_free(&value);
}

static void one_word_that_no_line_holds_is_encoded(void **state)
{
    char word[400];
    memset(word, 'a', sizeof word);
    parry_str h = header(*state, "Subject", parry_str_make(word, sizeof word));
    assert_true(longest_line(h) <= 76);
    assert_true(parry_str_find(h, lit("=?UTF-8?B?")) < h.n);
}

static void a_person_is_quoted_or_encoded(void **state)
{
    parry_buf out = PARRY_BUF(4096);
    (void)state;
    parry_mail_person(&out, "From", lit("A \"B\" <c@d.e>, f\\"), lit("x@y.example"));
    assert_str(parry_buf_str(&out), "From: \"A \\\"B\\\" <c@d.e>, f\\\\\"\r\n <x@y.example>");
    parry_buf_clear(&out);
    parry_mail_person(&out, "From", lit(""), lit("x@y.example"));
    assert_str(parry_buf_str(&out), "From: <x@y.example>");
    parry_buf_clear(&out);
    parry_mail_person(&out, "From", lit("Zo\xc3\xab\r\nBcc: x"), lit("x@y.example"));
    assert_str(parry_buf_str(&out), "From: =?UTF-8?B?Wm/DqyAgQmNjOiB4?=\r\n <x@y.example>");
    parry_buf_free(&out);
}

static void a_name_of_a_file_that_is_not_plain_is_encoded(void **state)
{
    parry_buf out = PARRY_BUF(4096);
    (void)state;
    parry_mail_disposition(&out, lit("a.txt"));
    assert_str(parry_buf_str(&out), "Content-Disposition: attachment;\r\n filename=\"a.txt\"");
    parry_buf_clear(&out);
    parry_mail_disposition(&out, lit("\xc3\xa4\"\r\n.txt"));
    assert_str(parry_buf_str(&out), "Content-Disposition: attachment;\r\n filename*=UTF-8''%C3%A4%22%20%20.txt");
    parry_buf_free(&out);
}

static void only_plain_addresses_are_addresses(void **state)
{
    static const char *const good[] = {"a@b.example", "a.b+c@d-e.example", "o'neil@x.example", "a@localhost"};
    static const char *const bad[] = {
        "",        "a",          "@b.example",    "a@",          "a@b@c",     "a b@c.example",
        "a@b c",   "a@b.c\r\nX", "<a@b.example>", "a@b.c,d@e.f", "\"a\"@b.c", "\xc3\xa4@b.c",
        "a@[::1]", ".a@b.c",     "a.@b.c",        "a@.b",        "a@b.",      "a@-b.c"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(parry_mail_is_address(parry_str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parry_mail_is_address(parry_str_of(bad[i])));
    assert_false(parry_mail_is_address(lit("a\0b@c.example")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(a_plain_value_stands_as_it_is),
        in_scratch(other_than_ascii_is_in_encoded_words),
        in_scratch(what_looks_like_an_encoded_word_is_encoded),
        in_scratch(bytes_that_are_no_utf8_become_the_mark_of_that),
        in_scratch(line_ends_and_zeroes_become_spaces),
        in_scratch(no_line_is_longer_than_76_and_no_character_is_cut),
        in_scratch(plain_words_are_folded_between_words),
        in_scratch(one_word_that_no_line_holds_is_encoded),
        cmocka_unit_test(a_person_is_quoted_or_encoded),
        cmocka_unit_test(a_name_of_a_file_that_is_not_plain_is_encoded),
        cmocka_unit_test(only_plain_addresses_are_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
