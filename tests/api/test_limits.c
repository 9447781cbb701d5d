/* Buckets, proxies, admission and patience, each with a clock that is turned by hand. */
#include "api/limits/admission.h"
#include "api/limits/buckets.h"
#include "api/limits/proxies.h"
#include "api/limits/reaper.h"
#include "api/limits/waited.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t s = 1000000000, ms = 1000000;

/* ---- buckets ----------------------------------------------------------------------------------------------------- */

static void a_bucket_gives_its_burst_and_then_its_rate(void **state)
{
    (void)state;
    parry_buckets *b = parry_buckets_new(64);
    parry_rate rate = {.per_minute = 60, .burst_s = 10}; /* one a second, ten at once */
    parry_str who = parry_str_of("198.51.100.7");
    int64_t now = 1000 * s;
    for (int i = 0; i < 10; i++)
        assert_int_equal(parry_bucket_take(b, 1, who, rate, now), 0);
    assert_int_equal(parry_bucket_take(b, 1, who, rate, now), 1);
    assert_int_equal(parry_bucket_take(b, 1, who, rate, now + s - 1), 1);
    assert_int_equal(parry_bucket_take(b, 1, who, rate, now + s), 0);
    assert_int_equal(parry_bucket_take(b, 1, who, rate, now + s), 1);
    for (int i = 0; i < 10; i++) /* no more than the burst after any pause */
        assert_int_equal(parry_bucket_take(b, 1, who, rate, now + 3600 * s), 0);
    assert_int_not_equal(parry_bucket_take(b, 1, who, rate, now + 3600 * s), 0);
    parry_buckets_free(b);
}

static void who_and_what_for_have_buckets_of_their_own(void **state)
{
    (void)state;
    parry_buckets *b = parry_buckets_new(64);
    parry_rate rate = {.per_minute = 1, .burst_s = 1};
    assert_int_equal(parry_bucket_take(b, 1, parry_str_of("a"), rate, s), 0);
    assert_int_equal(parry_bucket_take(b, 2, parry_str_of("a"), rate, s), 0);
    assert_int_equal(parry_bucket_take(b, 1, parry_str_of("b"), rate, s), 0);
    assert_int_equal(parry_bucket_take(b, 1, parry_str_of("a"), rate, s), 60);
    assert_int_equal(parry_bucket_take(b, 1, parry_str_of("a"), rate, 31 * s), 30);
    parry_buckets_free(b);
}

static void no_rate_is_no_limit(void **state)
{
    (void)state;
    parry_buckets *b = parry_buckets_new(8);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(parry_bucket_take(b, 1, parry_str_of("a"), (parry_rate){.burst_s = 10}, s), 0);
    parry_buckets_free(b);
}

/* A flood of strangers does not give one who used up its tokens new ones: it is the furthest from full. */
static void strangers_do_not_push_out_who_is_empty(void **state)
{
    (void)state;
    parry_buckets *b = parry_buckets_new(8); /* one set */
    parry_rate rate = {.per_minute = 60, .burst_s = 10};
    parry_str greedy = parry_str_of("greedy");
    for (int i = 0; i < 10; i++)
        assert_int_equal(parry_bucket_take(b, 1, greedy, rate, s), 0);
    for (int i = 0; i < 1000; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%d", i);
        assert_int_equal(parry_bucket_take(b, 1, parry_str_of(name), rate, s), 0);
    }
    assert_int_equal(parry_bucket_take(b, 1, greedy, rate, s), 1);
    parry_buckets_free(b);
}

/* ---- proxies ----------------------------------------------------------------------------------------------------- */

static parry_ip ip(const char *text)
{
    parry_ip a;
    if (!parry_ip_parse(parry_str_of(text), &a))
        fail_msg("%s is no address", text);
    return a;
}

static void is_text(parry_ip a, const char *expected)
{
    char text[PARRY_IP_TEXT];
    parry_ip_text(&a, text);
    assert_string_equal(text, expected);
}

static void addresses_are_read_in_every_form_they_come_in(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "1.2.3",   "1.2.3.4:",  "1.2.3.4:x",      "[::1",  "[::1]80",
                                      "unknown", "_hidden", "1.2.3.4.5", "1.2.3.4:123456", "::1::", "fe80::1%eth0"};
    parry_ip untouched = {{7}};
    is_text(ip("192.0.2.1"), "192.0.2.1");
    is_text(ip("192.0.2.1:443"), "192.0.2.1");
    is_text(ip("::ffff:192.0.2.1"), "192.0.2.1");
    is_text(ip("2001:db8::1"), "2001:db8::1");
    is_text(ip("[2001:db8::1]"), "2001:db8::1");
    is_text(ip("[2001:db8::1]:443"), "2001:db8::1");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parry_ip_parse(parry_str_of(bad[i]), &untouched));
    assert_int_equal(untouched.byte[0], 7);
}

static void a_holder_is_an_address_or_a_64(void **state)
{
    (void)state;
    parry_ip a = ip("2001:db8:1:2:3:4:5:6"), b = ip("2001:db8:1:2:ffff::9"), c = ip("2001:db8:1:3::1");
    parry_ip ha = parry_ip_holder(&a), hb = parry_ip_holder(&b), hc = parry_ip_holder(&c);
    assert_memory_equal(&ha, &hb, sizeof ha);
    assert_memory_not_equal(&ha, &hc, sizeof ha);
    parry_ip v4 = ip("192.0.2.1");
    is_text(parry_ip_holder(&v4), "192.0.2.1");
}

static parry_proxies proxies(const char *text, bool forwarded)
{
    parry_proxies p = {.forwarded = forwarded};
    assert_int_equal(parry_proxies_parse(parry_str_of(text), &p, NULL), PARRY_OK);
    return p;
}

static void networks_hold_their_addresses(void **state)
{
    (void)state;
    parry_proxies p = proxies("10.0.0.0/8, 192.0.2.128/25 2001:db8::/33 ::1", false);
    static const struct {
        const char *text;
        bool in;
    } of[] = {{"10.255.0.1", true},   {"11.0.0.0", false},   {"192.0.2.128", true},
              {"192.0.2.127", false}, {"2001:db8::9", true}, {"2001:db8:8000::", false},
              {"::1", true},          {"::2", false},        {"::ffff:10.1.1.1", true}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        parry_ip a = ip(of[i].text);
        assert_int_equal(parry_proxies_trust(&p, &a), of[i].in);
    }
    p = proxies("0.0.0.0/0", false);
    parry_ip six = ip("2001:db8::1"), four = ip("1.1.1.1");
    assert_true(parry_proxies_trust(&p, &four));
    assert_false(parry_proxies_trust(&p, &six));
}

static void a_bad_network_is_named(void **state)
{
    (void)state;
    static const char *const bad[] = {"10.0.0.0/33", "10.0.0.0/", "x", "::/129", "10.0.0.0/8/8", "10.0.0.0/-1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_proxies p = {.n = 3};
        parry_err err = {0};
        assert_int_equal(parry_proxies_parse(parry_str_of(bad[i]), &p, &err), PARRY_INVALID);
        assert_non_null(strstr(err.msg, bad[i]));
        assert_int_equal(p.n, 3);
    }
}

static void client_is(const parry_proxies *p, const char *peer, const char *header, const char *expected)
{
    is_text(parry_proxies_client(p, ip(peer), parry_str_of(header)), expected);
}

static void the_header_is_believed_as_far_as_trusted_hops_vouch(void **state)
{
    (void)state;
    parry_proxies none = {0}, p = proxies("127.0.0.1 10.0.0.0/8", false);
    client_is(&none, "127.0.0.1", "198.51.100.7", "127.0.0.1");
    client_is(&p, "203.0.113.9", "198.51.100.7", "203.0.113.9"); /* not a proxy: what it says counts for nothing */
    client_is(&p, "127.0.0.1", "", "127.0.0.1");
    client_is(&p, "127.0.0.1", "198.51.100.7", "198.51.100.7");
    client_is(&p, "127.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"); /* the left one is the client's own claim */
    client_is(&p, "127.0.0.1", "1.1.1.1,198.51.100.7 , 10.2.3.4", "198.51.100.7");
    client_is(&p, "127.0.0.1", "10.9.9.9, 10.2.3.4", "10.9.9.9"); /* all trusted: the furthest */
    client_is(&p, "127.0.0.1", "1.1.1.1, nonsense, 10.2.3.4", "10.2.3.4");
    client_is(&p, "127.0.0.1", "1.1.1.1, ", "127.0.0.1");
    client_is(&p, "127.0.0.1", "2001:db8::5", "2001:db8::5");
}

static void forwarded_is_read_by_its_own_grammar(void **state)
{
    (void)state;
    parry_proxies p = proxies("127.0.0.1 10.0.0.0/8", true);
    client_is(&p, "127.0.0.1", "for=198.51.100.7;proto=https", "198.51.100.7");
    client_is(&p, "127.0.0.1", "proto=https; For=\"[2001:db8::1]:4711\"", "2001:db8::1");
    client_is(&p, "127.0.0.1", "for=1.1.1.1, for=\"198.51.100.7:80\", for=10.2.3.4", "198.51.100.7");
    client_is(&p, "127.0.0.1", "for=1.1.1.1, for=_hidden", "127.0.0.1");
    client_is(&p, "127.0.0.1", "for=1.1.1.1;by=\"a,for=2.2.2.2\"", "1.1.1.1");
    client_is(&p, "127.0.0.1", "198.51.100.7", "127.0.0.1");
}

static void a_long_header_is_walked_no_further_than_allowed(void **state)
{
    (void)state;
    parry_proxies p = proxies("10.0.0.0/8", false);
    parry_buf b = PARRY_BUF(4096);
    parry_buf_addz(&b, "1.1.1.1");
    for (int i = 0; i < PARRY_HOPS_MAX; i++)
        parry_buf_addz(&b, ",10.1.1.1");
    client_is(&p, "10.0.0.1", b.p, "10.1.1.1");
    parry_buf_free(&b);
}

/* ---- admission --------------------------------------------------------------------------------------------------- */

/* n requests, a ms apart, each of which waited so long; how many were let in. */
static int arrive(parry_admission *a, parry_class c, int n, int64_t waited_ms, int64_t *now)
{
    int in = 0;
    for (int i = 0; i < n; i++) {
        *now += ms;
        in += parry_admit(a, c, waited_ms * ms, *now);
    }
    return in;
}

static void a_burst_is_worked_off(void **state)
{
    (void)state;
    parry_admission *a = parry_admission_new(250 * ms);
    int64_t now = 1000 * s;
    for (int i = 0; i < 20; i++) { /* every tenth of a second a few wait, and then nobody */
        assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 40, 150, &now), 40);
        assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 60, 0, &now), 60);
    }
    for (int i = 0; i < 20; i++) { /* nor is who comes alone refused, whatever the machine made it wait */
        assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 3, 5000, &now), 3);
        now += s;
    }
    parry_admission_free(a);
}

static void a_standing_queue_is_refused_until_it_is_gone(void **state)
{
    (void)state;
    parry_admission *a = parry_admission_new(250 * ms);
    int64_t now = 1000 * s;
    arrive(a, PARRY_CLASS_SEARCH, 1, 0, &now);
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 99, 120, &now), 99);
    arrive(a, PARRY_CLASS_SEARCH, 5, 120, &now);
    assert_true(parry_admission_overloaded(a));
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 80, 120, &now), 0);
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 20, 100, &now), 20);
    arrive(a, PARRY_CLASS_SEARCH, 1, 120, &now); /* still: it was late within a second */
    arrive(a, PARRY_CLASS_SEARCH, 900, 1, &now);
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 1, 120, &now), 0);
    arrive(a, PARRY_CLASS_SEARCH, 1100, 1, &now);
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 1, 120, &now), 1);
    assert_false(parry_admission_overloaded(a));
    parry_admission_free(a);
}

static void searches_come_first_and_signs_of_life_always(void **state)
{
    (void)state;
    parry_admission *a = parry_admission_new(250 * ms);
    int64_t now = 1000 * s;
    arrive(a, PARRY_CLASS_SEARCH, 120, 120, &now);
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 10, 90, &now), 10);
    assert_int_equal(arrive(a, PARRY_CLASS_WRITE, 10, 90, &now), 0);
    assert_int_equal(arrive(a, PARRY_CLASS_EVENTS, 10, 90, &now), 0);
    assert_int_equal(arrive(a, PARRY_CLASS_EVENTS, 10, 40, &now), 10);
    assert_int_equal(arrive(a, PARRY_CLASS_OPS, 10, 5000, &now), 10);
    parry_admission_free(a);
}

static void patience_can_be_less(void **state)
{
    (void)state;
    parry_admission *a = parry_admission_new(10 * ms);
    int64_t now = 1000 * s;
    arrive(a, PARRY_CLASS_SEARCH, 200, 20, &now);
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 10, 11, &now), 0);
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 10, 10, &now), 10);
    parry_admission_free(a);
}

static void admission_can_be_off(void **state)
{
    (void)state;
    parry_admission *a = parry_admission_new(0);
    int64_t now = s;
    assert_int_equal(arrive(a, PARRY_CLASS_SEARCH, 500, 10000, &now), 500);
    parry_admission_free(a);
}

static void a_wait_lies_between_what_the_kernel_and_the_thread_know(void **state)
{
    (void)state;
    assert_int_equal(parry_waited_of(0, 0), 0);
    assert_int_equal(parry_waited_of(4 * ms, ms), ms);      /* the thread slept a millisecond ago */
    assert_int_equal(parry_waited_of(0, 500 * ms), 2 * ms); /* busy for long: half of the kernel's tick */
    assert_int_equal(parry_waited_of(40 * ms, 500 * ms), 42 * ms);
    assert_int_equal(parry_waited_of(40 * ms, 0), 36 * ms); /* it slept on a lock, not for want of work */
}

/* ---- the reaper -------------------------------------------------------------------------------------------------- */

static bool open_still(int fd)
{
    char c;
    return recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) != 0;
}

static void who_is_over_its_time_is_shut_and_others_are_not(void **state)
{
    (void)state;
    parry_reaper *r = parry_reaper_new();
    int late[2], early[2], free_of_it[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, late), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, early), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, free_of_it), 0);
    parry_ip who = ip("192.0.2.1");
    parry_guest *a = parry_reaper_enter(r, late[0], &who, 10 * s), *b = parry_reaper_enter(r, early[0], &who, 10 * s);
    parry_guest *c = parry_reaper_enter(r, free_of_it[0], &who, 0);
    assert_int_equal(parry_reaper_sweep(r, 10 * s - 1), 0);
    parry_guest_by(b, 20 * s);
    assert_int_equal(parry_reaper_sweep(r, 10 * s), 1);
    assert_false(open_still(late[1]));
    assert_true(open_still(early[1]));
    assert_true(open_still(free_of_it[1]));
    assert_int_equal(parry_reaper_sweep(r, 15 * s), 0); /* once is enough */
    assert_false(parry_reaper_leave(r, b));
    assert_int_equal(parry_reaper_sweep(r, 1000 * s), 0);
    assert_true(parry_reaper_leave(r, a)); /* the one that was shut */
    assert_false(parry_reaper_leave(r, c));
    parry_reaper_free(r);
    for (int i = 0; i < 2; i++)
        (void)close(late[i]), (void)close(early[i]), (void)close(free_of_it[i]);
}

static void connections_are_counted_by_holder(void **state)
{
    (void)state;
    parry_reaper *r = parry_reaper_new();
    parry_ip a = ip("2001:db8:1:2::1"), near = ip("2001:db8:1:2::2"), other = ip("192.0.2.1");
    parry_guest *x = parry_reaper_enter(r, -1, &a, 0), *y = parry_reaper_enter(r, -1, &near, 0);
    assert_int_equal(parry_reaper_held(r, &a), 2);
    assert_int_equal(parry_reaper_held(r, &other), 0);
    (void)parry_reaper_leave(r, x);
    assert_int_equal(parry_reaper_held(r, &near), 1);
    (void)parry_reaper_leave(r, y);
    assert_int_equal(parry_reaper_held(r, &a), 0);
    parry_reaper_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_gives_its_burst_and_then_its_rate),
        cmocka_unit_test(who_and_what_for_have_buckets_of_their_own),
        cmocka_unit_test(no_rate_is_no_limit),
        cmocka_unit_test(strangers_do_not_push_out_who_is_empty),
        cmocka_unit_test(addresses_are_read_in_every_form_they_come_in),
        cmocka_unit_test(a_holder_is_an_address_or_a_64),
        cmocka_unit_test(networks_hold_their_addresses),
        cmocka_unit_test(a_bad_network_is_named),
        cmocka_unit_test(the_header_is_believed_as_far_as_trusted_hops_vouch),
        cmocka_unit_test(forwarded_is_read_by_its_own_grammar),
        cmocka_unit_test(a_long_header_is_walked_no_further_than_allowed),
        cmocka_unit_test(a_burst_is_worked_off),
        cmocka_unit_test(a_standing_queue_is_refused_until_it_is_gone),
        cmocka_unit_test(searches_come_first_and_signs_of_life_always),
        cmocka_unit_test(patience_can_be_less),
        cmocka_unit_test(admission_can_be_off),
        cmocka_unit_test(who_is_over_its_time_is_shut_and_others_are_not),
        cmocka_unit_test(connections_are_counted_by_holder),
        cmocka_unit_test(a_wait_lies_between_what_the_kernel_and_the_thread_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
