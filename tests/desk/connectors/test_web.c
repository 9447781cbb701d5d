/* The client without a network: addresses, URLs, what a status says. */
#include "../../base/testing.h"

#include "outbox/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

static parry_address_kind kind_of(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_storage any = {0};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(&any, &v4, sizeof v4);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
        memcpy(&any, &v6, sizeof v6);
    }
    return parry_address_of((const struct sockaddr *)&any);
}

static void addresses_are_told_apart(void **state)
{
    static const struct {
        const char *address;
        parry_address_kind kind;
    } rows[] = {
        {"93.184.216.34", PARRY_ADDRESS_PUBLIC},
        {"8.8.8.8", PARRY_ADDRESS_PUBLIC},
        {"127.0.0.1", PARRY_ADDRESS_LOOPBACK},
        {"127.255.0.9", PARRY_ADDRESS_LOOPBACK},
        {"10.1.2.3", PARRY_ADDRESS_PRIVATE},
        {"172.16.0.1", PARRY_ADDRESS_PRIVATE},
        {"172.31.255.255", PARRY_ADDRESS_PRIVATE},
        {"172.32.0.1", PARRY_ADDRESS_PUBLIC},
        {"192.168.0.1", PARRY_ADDRESS_PRIVATE},
        {"192.169.0.1", PARRY_ADDRESS_PUBLIC},
        {"100.64.0.1", PARRY_ADDRESS_PRIVATE},
        {"100.128.0.1", PARRY_ADDRESS_PUBLIC},
        {"198.19.0.1", PARRY_ADDRESS_PRIVATE},
        {"169.254.169.254", PARRY_ADDRESS_NEVER},
        {"0.0.0.0", PARRY_ADDRESS_NEVER},
        {"224.0.0.1", PARRY_ADDRESS_NEVER},
        {"255.255.255.255", PARRY_ADDRESS_NEVER},
        {"2606:2800:220:1::1", PARRY_ADDRESS_PUBLIC},
        {"::1", PARRY_ADDRESS_LOOPBACK},
        {"::", PARRY_ADDRESS_NEVER},
        {"fd00::1", PARRY_ADDRESS_PRIVATE},
        {"fe80::1", PARRY_ADDRESS_NEVER},
        {"ff02::1", PARRY_ADDRESS_NEVER},
        {"::ffff:127.0.0.1", PARRY_ADDRESS_LOOPBACK},
        {"::ffff:10.0.0.1", PARRY_ADDRESS_PRIVATE},
        {"::ffff:169.254.169.254", PARRY_ADDRESS_NEVER},
        {"::ffff:8.8.8.8", PARRY_ADDRESS_PUBLIC},
        {"64:ff9b::7f00:1", PARRY_ADDRESS_LOOPBACK},
        {"2002:7f00:1::1", PARRY_ADDRESS_LOOPBACK},
        {"2002:808:808::1", PARRY_ADDRESS_PUBLIC},
        {"2001:0:1::1", PARRY_ADDRESS_NEVER},
        {"::127.0.0.1", PARRY_ADDRESS_NEVER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (kind_of(rows[i].address) != rows[i].kind)
            fail_msg("%s is taken for kind %d", rows[i].address, (int)kind_of(rows[i].address));
    }
}

static void a_socket_of_another_family_is_nobodys(void **state)
{
    struct sockaddr unix_one = {.sa_family = AF_UNIX};
    (void)state;
    assert_int_equal(parry_address_of(&unix_one), PARRY_ADDRESS_NEVER);
}

static void a_status_has_one_fate(void **state)
{
    static const struct {
        int from, to;
        parry_fate fate;
    } rows[] = {
        {100, 199, PARRY_FATE_LATER}, {200, 299, PARRY_FATE_DELIVERED}, {300, 399, PARRY_FATE_LATER},
        {400, 400, PARRY_FATE_NEVER}, {401, 407, PARRY_FATE_LATER},     {408, 409, PARRY_FATE_UNSURE},
        {410, 412, PARRY_FATE_LATER}, {413, 413, PARRY_FATE_NEVER},     {414, 421, PARRY_FATE_LATER},
        {422, 422, PARRY_FATE_NEVER}, {423, 499, PARRY_FATE_LATER},     {500, 500, PARRY_FATE_UNSURE},
        {501, 501, PARRY_FATE_LATER}, {502, 599, PARRY_FATE_UNSURE},    {0, 0, PARRY_FATE_LATER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int status = rows[i].from; status <= rows[i].to; status++)
            assert_int_equal(parry_web_fate(status), rows[i].fate);
    }
}

static bool good(const char *url, bool insecure)
{
    return parry_web_check_url(url, "https http", insecure, NULL) == PARRY_OK;
}

static void urls_are_https_or_lead_to_this_machine(void **state)
{
    (void)state;
    assert_true(good("https://desk.example", false));
    assert_true(good("https://desk.example:8443/a/b?c=d", false));
    assert_true(good("http://localhost:3000", false));
    assert_true(good("http://127.0.0.1", false));
    assert_true(good("http://[::1]:80/x", false));
    assert_false(good("http://desk.example", false));
    assert_true(good("http://desk.example", true));
}

static void other_urls_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "desk.example",
                                      "/in",
                                      "ftp://desk.example",
                                      "file:///etc/passwd",
                                      "gopher://x",
                                      "https://user:secret@desk.example",
                                      "https://user@desk.example",
                                      "https://",
                                      "https://a b"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_err err = {0};
        if (parry_web_check_url(bad[i], "https http", true, &err) == PARRY_OK)
            fail_msg("%s is taken", bad[i]);
        assert_null(strstr(err.msg, "secret"));
    }
}

/* 127.x as the beginning of a name: what it resolves to decides, and plain http goes to loopback alone. */
static void what_only_looks_like_this_machine_is_not_connected_to_without_tls(void **state)
{
    scratch *s = *state;
    parry_err err = {0};
    parry_web_reply reply = {0};
    parry_web_rules rules = {.inside = false, .timeout_ms = 2000};
    parry_web_request q = {.method = "POST", .url = "http://127.0.0.1:9/", .body = lit("x")};
    assert_int_equal(parry_web_ask(&rules, &q, s->arena, &reply, &err), PARRY_FATE_LATER);
    assert_non_null(strstr(err.msg, "private: true allows it"));
    assert_int_equal(err.code, PARRY_DENIED);
    rules.inside = true; /* and then it is only that nobody listens */
    err = (parry_err){0};
    assert_int_equal(parry_web_ask(&rules, &q, s->arena, &reply, &err), PARRY_FATE_LATER);
    assert_non_null(strstr(err.msg, "cannot reach 127.0.0.1"));
    q.url = "http://169.254.169.254/latest/meta-data";
    err = (parry_err){0};
    rules.insecure = true;
    assert_int_equal(parry_web_ask(&rules, &q, s->arena, &reply, &err), PARRY_FATE_LATER);
    assert_int_equal(err.code, PARRY_DENIED);
    q.url = "https://localhost:9/"; /* a name that anybody's server may give such an address */
    rules.inside = false;
    err = (parry_err){0};
    assert_int_equal(parry_web_ask(&rules, &q, s->arena, &reply, &err), PARRY_FATE_LATER);
    assert_int_equal(err.code, PARRY_DENIED);
    q.url = "http://[::ffff:7f00:1]:9/";
    err = (parry_err){0};
    assert_int_equal(parry_web_ask(&rules, &q, s->arena, &reply, &err), PARRY_FATE_LATER);
    assert_int_equal(err.code, PARRY_DENIED);
}

static void a_header_of_two_lines_is_not_sent(void **state)
{
    scratch *s = *state;
    parry_err err = {0};
    parry_web_reply reply = {0};
    parry_web_rules rules = {.inside = true, .timeout_ms = 2000};
    parry_web_request q = {.method = "GET", .url = "http://127.0.0.1:9/", .headers = {"A: b\r\nC: d"}};
    assert_int_equal(parry_web_ask(&rules, &q, s->arena, &reply, &err), PARRY_FATE_LATER);
    assert_int_equal(err.code, PARRY_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_told_apart),
        cmocka_unit_test(a_socket_of_another_family_is_nobodys),
        cmocka_unit_test(a_status_has_one_fate),
        cmocka_unit_test(urls_are_https_or_lead_to_this_machine),
        cmocka_unit_test(other_urls_are_refused),
        in_scratch(what_only_looks_like_this_machine_is_not_connected_to_without_tls),
        in_scratch(a_header_of_two_lines_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
