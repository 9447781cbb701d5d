/* People, their passwords and codes, their sessions, and the one-time link. */
#include "house.h"

#include "access/lockout.h"
#include "access/password.h"
#include "access/people.h"
#include "access/secret.h"
#include "access/sessions.h"
#include "access/totp.h"

#include <liboath/oath.h>

#define PASSWORD "correct horse battery"

static void add(house *h, const char *id, parry_role role)
{
    const parry_person p = {.id = parry_str_of(id), .role = role};
    ok(parry_person_add(h->x, &tester, &p, lit(PASSWORD), NULL));
}

static parry_sign_in_end sign(house *h, const char *id, const char *password, const char *code, parry_session *s)
{
    const parry_sign_in in = {parry_str_of(id), parry_str_of(password), parry_str_of(code), lit("192.0.2.1"), nothing};
    parry_sign_in_end end = PARRY_SIGN_IN_DONE;
    int64_t wait;
    ok(parry_sign_in_with(h->x, h->a, &in, s, &end, &wait, NULL));
    return end;
}

static parry_session sign_in(house *h, const char *id)
{
    parry_session s = {0};
    assert_int_equal(sign(h, id, PASSWORD, NULL, &s), PARRY_SIGN_IN_DONE);
    return s;
}

static bool valid(house *h, parry_str token)
{
    parry_identity w;
    parry_code code = parry_session_find(h->x, h->a, token, &w, NULL);
    assert_true(code == PARRY_OK || code == PARRY_DENIED);
    return code == PARRY_OK;
}

static void test_a_person_signs_in_and_has_the_rights_of_the_role(void **state)
{
    house *h = *state;
    parry_identity w;
    add(h, "ada", PARRY_ROLE_EDITOR);
    parry_session s = sign_in(h, "ada");
    assert_true(told_last(h, "session.start", true));
    ok(parry_session_find(h->x, h->a, s.token, &w, NULL));
    assert_int_equal(w.who, PARRY_WHO_PERSON);
    assert_str(w.id, "ada");
    assert_int_equal(w.rights, parry_role_rights(PARRY_ROLE_EDITOR));
    assert_true(parry_str_eq(w.csrf, s.csrf));
    ok(parry_person_set_role(h->x, &tester, lit("ada"), PARRY_ROLE_AGENT, NULL)); /* holds at once */
    ok(parry_session_find(h->x, h->a, s.token, &w, NULL));
    assert_int_equal(w.rights, parry_role_rights(PARRY_ROLE_AGENT));
    assert_false(on_disk(h, s.token));
    assert_false(on_disk(h, lit(PASSWORD)));
    assert_true(on_disk(h, lit("$argon2id$")));
}

static bool told_of(const house *h, const char *text)
{
    char *all = json_dumps(h->told, 0);
    bool found = strstr(all, text) != NULL;
    free(all);
    return found;
}

static void test_what_is_no_account_is_not_told(void **state)
{
    house *h = *state;
    parry_session s;
    add(h, "ada", PARRY_ROLE_ADMIN);
    for (int i = 0; i < PARRY_LOCKOUT_FREE; i++)
        assert_int_equal(sign(h, "hunter2hunter2", "ada", NULL, &s), PARRY_SIGN_IN_WRONG);
    assert_int_equal(sign(h, "hunter2hunter2", "ada", NULL, &s), PARRY_SIGN_IN_WAIT);
    assert_true(told_last(h, "session.start", false));
    assert_false(told_of(h, "hunter2hunter2"));
    assert_true(told_of(h, "person:?"));
}

static void test_a_wrong_password_and_an_unknown_account_get_the_same_answer(void **state)
{
    house *h = *state;
    parry_session s = {.token = lit("untouched")};
    add(h, "ada", PARRY_ROLE_ADMIN);
    assert_int_equal(sign(h, "ada", "wrong password", NULL, &s), PARRY_SIGN_IN_WRONG);
    assert_true(told_last(h, "session.start", false));
    assert_int_equal(sign(h, "nobody", "wrong password", NULL, &s), PARRY_SIGN_IN_WRONG);
    assert_true(told_last(h, "session.start", false));
    assert_int_equal(sign(h, "@link", PASSWORD, NULL, &s), PARRY_SIGN_IN_WRONG);
    ok(parry_person_lock(h->x, &tester, lit("ada"), true, NULL));
    assert_int_equal(sign(h, "ada", PASSWORD, NULL, &s), PARRY_SIGN_IN_WRONG);
    assert_str(s.token, "untouched");
}

/* Of this thread alone: others may keep the machine busy. */
static int64_t cpu_ns(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t check_ns(parry_passwords *p, parry_str hash)
{
    bool right;
    int64_t best = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t start = cpu_ns();
        ok(parry_password_check(p, hash, lit("some password"), &right, NULL));
        assert_false(right);
        int64_t ns = cpu_ns() - start;
        best = ns < best ? ns : best;
    }
    return best;
}

static void test_nobodys_password_takes_as_long_as_somebodys(void **state)
{
    (void)state;
    char hash[PARRY_PASSWORD_HASH];
    parry_passwords *p = parry_passwords_new(false);
    ok(parry_password_hash(p, lit(PASSWORD), hash, NULL));
    int64_t known = check_ns(p, parry_str_of(hash)), unknown = check_ns(p, nothing);
    assert_true(unknown > known / 8 &&
                unknown < known * 8); /* without the work: a thousand times; else as busy as it is */
    assert_true(known > 10000000);    /* argon2id at its real cost: over 10 ms */
    parry_passwords_free(p);
}

static void test_passwords_have_a_least_length_and_a_most(void **state)
{
    (void)state;
    char longest[PARRY_PASSWORD_MAX + 1];
    memset(longest, 'x', sizeof longest);
    assert_int_equal(parry_password_fit(lit("too short"), lit("ada"), NULL), PARRY_INVALID);
    assert_int_equal(parry_password_fit(parry_str_make(longest, sizeof longest), lit("ada"), NULL), PARRY_INVALID);
    assert_int_equal(parry_password_fit(lit("adalovelace"), lit("adalovelace"), NULL), PARRY_INVALID);
    assert_int_equal(parry_password_fit(lit("bad utf-8 \xff\xff"), lit("ada"), NULL), PARRY_INVALID);
    ok(parry_password_fit(lit(PASSWORD), lit("ada"), NULL));
}

static void test_who_fails_too_often_waits_known_or_not(void **state)
{
    house *h = *state;
    parry_session s;
    add(h, "ada", PARRY_ROLE_ADMIN);
    const char *names[] = {"ada", "nobody"};
    for (int n = 0; n < 2; n++) {
        h->now_ms += PARRY_LOCKOUT_FORGET_MS;
        for (int i = 0; i < 5; i++)
            assert_int_equal(sign(h, names[n], "wrong password", NULL, &s), PARRY_SIGN_IN_WRONG);
        assert_int_equal(sign(h, names[n], PASSWORD, NULL, &s), PARRY_SIGN_IN_WAIT);
    }
    h->now_ms += 2000;
    sign_in(h, "ada");
}

static void test_a_session_is_new_at_every_sign_in_and_the_one_before_ends(void **state)
{
    house *h = *state;
    add(h, "ada", PARRY_ROLE_ADMIN);
    parry_session first = sign_in(h, "ada"), second = {0};
    parry_sign_in_end end;
    int64_t wait;
    const char *planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; /* fixation: a token that a stranger chose */
    const parry_sign_in in = {lit("ada"), lit(PASSWORD), nothing, nothing, first.token};
    const parry_sign_in fixed = {lit("ada"), lit(PASSWORD), nothing, nothing, parry_str_of(planted)};
    ok(parry_sign_in_with(h->x, h->a, &in, &second, &end, &wait, NULL));
    assert_false(parry_str_eq(first.token, second.token));
    assert_false(parry_str_eq(first.csrf, second.csrf));
    assert_false(valid(h, first.token));
    assert_true(valid(h, second.token));
    ok(parry_sign_in_with(h->x, h->a, &fixed, &second, &end, &wait, NULL));
    assert_false(valid(h, parry_str_of(planted)));
    assert_false(parry_str_eqz(second.token, planted));
}

static void test_a_session_ends_when_idle_and_at_the_latest_after_its_time(void **state)
{
    house *h = *state;
    add(h, "ada", PARRY_ROLE_ADMIN);
    parry_session idle = sign_in(h, "ada"), used = sign_in(h, "ada");
    for (int i = 0; i < 47; i++) { /* every quarter of an hour for just under 12 hours */
        h->now_ms += 15 * 60000;
        assert_true(valid(h, used.token));
    }
    assert_false(valid(h, idle.token));
    h->now_ms += 15 * 60000;
    assert_false(valid(h, used.token));
}

static void test_being_used_survives_a_restart(void **state)
{
    house *h = *state;
    add(h, "ada", PARRY_ROLE_ADMIN);
    parry_session s = sign_in(h, "ada");
    h->now_ms += 20 * 60000;
    assert_true(valid(h, s.token));
    parry_access_close(h->x);
    ok(house_open(h, "secret", NULL));
    h->now_ms += 20 * 60000;
    assert_true(valid(h, s.token));
    h->now_ms += 31 * 60000;
    assert_false(valid(h, s.token));
}

static void test_a_new_password_a_lock_and_a_removal_end_all_sessions(void **state)
{
    house *h = *state;
    add(h, "ada", PARRY_ROLE_ADMIN);
    parry_session s = sign_in(h, "ada");
    ok(parry_person_set_password(h->x, &tester, lit("ada"), lit("another password"), NULL));
    assert_false(valid(h, s.token));
    ok(parry_person_set_password(h->x, &tester, lit("ada"), lit(PASSWORD), NULL));
    s = sign_in(h, "ada");
    ok(parry_person_lock(h->x, &tester, lit("ada"), true, NULL));
    assert_false(valid(h, s.token));
    ok(parry_person_lock(h->x, &tester, lit("ada"), false, NULL));
    assert_false(valid(h, s.token)); /* does not come back */
    s = sign_in(h, "ada");
    ok(parry_person_remove(h->x, &tester, lit("ada"), NULL));
    assert_false(valid(h, s.token));
    h->now_ms += 1000;
    add(h, "ada", PARRY_ROLE_AGENT); /* another person of that name */
    assert_false(valid(h, s.token));
    s = sign_in(h, "ada");
    ok(parry_session_end(h->x, &tester, s.token, NULL));
    assert_false(valid(h, s.token));
}

static void test_a_person_has_so_many_sessions_at_most(void **state)
{
    house *h = *state;
    add(h, "ada", PARRY_ROLE_ADMIN);
    parry_session all[PARRY_SESSIONS_EACH + 1];
    for (int i = 0; i <= PARRY_SESSIONS_EACH; i++) {
        h->now_ms += 10;
        all[i] = sign_in(h, "ada");
    }
    assert_false(valid(h, all[0].token));
    assert_true(valid(h, all[1].token));
    assert_true(valid(h, all[PARRY_SESSIONS_EACH].token));
}

/* A code as the app in somebody's hand makes it. */
static const char *code_at(house *h, parry_str base32, int64_t ms)
{
    char *secret = NULL, *out = parry_arena_alloc(h->a, 8);
    size_t n = 0;
    assert_int_equal(oath_base32_decode(base32.p, base32.n, &secret, &n), OATH_OK);
    assert_int_equal(oath_totp_generate(secret, n, ms / 1000, 30, 0, 6, out), OATH_OK);
    free(secret);
    return out;
}

static void test_one_time_codes_work_once_and_recovery_codes_too(void **state)
{
    house *h = *state;
    parry_str base32, uri, recovery[PARRY_RECOVERY_CODES];
    parry_session s;
    add(h, "ada", PARRY_ROLE_ADMIN);
    assert_int_equal(parry_person_codes_confirm(h->x, h->a, &tester, lit("ada"), lit("123456"), recovery, NULL),
                     PARRY_INVALID);
    ok(parry_person_codes_start(h->x, h->a, &tester, lit("ada"), &base32, &uri, NULL));
    sign_in(h, "ada"); /* not asked for before it was confirmed */
    assert_int_equal(parry_person_codes_confirm(h->x, h->a, &tester, lit("ada"), lit("000000"), recovery, NULL),
                     PARRY_INVALID);
    parry_str first = parry_str_of(code_at(h, base32, h->now_ms));
    ok(parry_person_codes_confirm(h->x, h->a, &tester, lit("ada"), first, recovery, NULL));
    assert_int_equal(sign(h, "ada", PASSWORD, NULL, &s), PARRY_SIGN_IN_CODE);
    assert_int_equal(sign(h, "ada", "wrong password", "000000", &s), PARRY_SIGN_IN_WRONG);
    assert_int_equal(sign(h, "ada", PASSWORD, first.p, &s), PARRY_SIGN_IN_WRONG); /* it confirmed: used up */
    h->now_ms += 30000;
    const char *next = code_at(h, base32, h->now_ms);
    assert_int_equal(sign(h, "ada", PASSWORD, next, &s), PARRY_SIGN_IN_DONE);
    assert_int_equal(sign(h, "ada", PASSWORD, next, &s), PARRY_SIGN_IN_WRONG); /* replayed */
    assert_int_equal(sign(h, "ada", PASSWORD, code_at(h, base32, h->now_ms + 90000), &s), PARRY_SIGN_IN_WRONG);
    h->now_ms += 3600000;
    assert_int_equal(sign(h, "ada", PASSWORD, recovery[3].p, &s), PARRY_SIGN_IN_DONE);
    assert_int_equal(sign(h, "ada", PASSWORD, recovery[3].p, &s), PARRY_SIGN_IN_WRONG);
    assert_false(on_disk(h, base32));
    assert_false(on_disk(h, recovery[4]));
    ok(parry_person_codes_off(h->x, &tester, lit("ada"), NULL));
    sign_in(h, "ada");
}

/* RFC 6238, appendix B, SHA-1, the last six of eight digits. */
static void test_codes_are_those_of_the_standard(void **state)
{
    (void)state;
    const struct {
        int64_t s;
        const char *code;
    } all[] = {{59, "287082"}, {1111111109, "081804"}, {1234567890, "005924"}, {2000000000, "279037"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uint64_t step = 0;
        assert_true(parry_totp_check(lit("12345678901234567890"), all[i].s * 1000, parry_str_of(all[i].code), &step));
        assert_int_equal(step, all[i].s / 30);
        assert_false(parry_totp_check(lit("12345678901234567890"), all[i].s * 1000, parry_str_of(all[i].code), &step));
    }
}

static void test_the_link_works_once_and_for_a_short_time(void **state)
{
    house *h = *state;
    parry_str first, second;
    parry_session s;
    parry_identity w;
    parry_sign_in_end end;
    int64_t wait;
    ok(parry_link_make(h->x, h->a, 60000, &first, NULL));
    ok(parry_link_make(h->x, h->a, 60000, &second, NULL));
    ok(parry_link_redeem(h->x, h->a, first, lit("::1"), &s, &end, &wait, NULL));
    assert_int_equal(end, PARRY_SIGN_IN_WRONG); /* only the newest */
    ok(parry_link_redeem(h->x, h->a, second, lit("::1"), &s, &end, &wait, NULL));
    assert_int_equal(end, PARRY_SIGN_IN_DONE);
    ok(parry_session_find(h->x, h->a, s.token, &w, NULL));
    assert_int_equal(w.rights, parry_role_rights(PARRY_ROLE_ADMIN));
    ok(parry_link_redeem(h->x, h->a, second, lit("::1"), &s, &end, &wait, NULL));
    assert_int_equal(end, PARRY_SIGN_IN_WRONG);
    ok(parry_link_make(h->x, h->a, 60000, &first, NULL));
    h->now_ms += 60000;
    ok(parry_link_redeem(h->x, h->a, first, lit("::1"), &s, &end, &wait, NULL));
    assert_int_equal(end, PARRY_SIGN_IN_WRONG);
    for (int i = 0; i < 3; i++)
        ok(parry_link_redeem(h->x, h->a, lit("guess"), lit("::1"), &s, &end, &wait, NULL));
    assert_int_equal(end, PARRY_SIGN_IN_WAIT);
}

static void test_people_are_listed_and_refused_where_they_do_not_fit(void **state)
{
    house *h = *state;
    parry_person *all, p;
    size_t n;
    add(h, "ada", PARRY_ROLE_ADMIN);
    add(h, "bob@example.com", PARRY_ROLE_AGENT);
    add(h, "cy", PARRY_ROLE_AUTHOR);
    ok(parry_person_list(h->x, h->a, nothing, 2, &all, &n, NULL));
    assert_int_equal(n, 2);
    assert_str(all[1].id, "bob@example.com");
    ok(parry_person_list(h->x, h->a, all[1].id, 2, &all, &n, NULL));
    assert_int_equal(n, 1);
    assert_int_equal(all[0].role, PARRY_ROLE_AUTHOR);
    const char *const bad[] = {"", "Ada", "a b", "@link", "../x", "a\nb"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        p = (parry_person){.id = parry_str_of(bad[i])};
        assert_int_equal(parry_person_add(h->x, &tester, &p, lit(PASSWORD), NULL), PARRY_INVALID);
    }
    p = (parry_person){.id = lit("ada")};
    assert_int_equal(parry_person_add(h->x, &tester, &p, lit(PASSWORD), NULL), PARRY_CONFLICT);
    assert_int_equal(parry_person_remove(h->x, &tester, lit("nobody"), NULL), PARRY_NOT_FOUND);
    h->deaf = true;
    assert_int_equal(parry_person_remove(h->x, &tester, lit("ada"), NULL), PARRY_IO);
    h->deaf = false;
    ok(parry_person_get(h->x, h->a, lit("ada"), &p, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(test_a_person_signs_in_and_has_the_rights_of_the_role),
        in_house(test_what_is_no_account_is_not_told),
        in_house(test_a_wrong_password_and_an_unknown_account_get_the_same_answer),
        cmocka_unit_test(test_nobodys_password_takes_as_long_as_somebodys),
        cmocka_unit_test(test_passwords_have_a_least_length_and_a_most),
        in_house(test_who_fails_too_often_waits_known_or_not),
        in_house(test_a_session_is_new_at_every_sign_in_and_the_one_before_ends),
        in_house(test_a_session_ends_when_idle_and_at_the_latest_after_its_time),
        in_house(test_being_used_survives_a_restart),
        in_house(test_a_new_password_a_lock_and_a_removal_end_all_sessions),
        in_house(test_a_person_has_so_many_sessions_at_most),
        in_house(test_one_time_codes_work_once_and_recovery_codes_too),
        cmocka_unit_test(test_codes_are_those_of_the_standard),
        in_house(test_the_link_works_once_and_for_a_short_time),
        in_house(test_people_are_listed_and_refused_where_they_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
