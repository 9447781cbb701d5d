/* Keys: what each may do, how long, and what nobody can make of one. */
#include "house.h"

#include "access/keys.h"
#include "access/secret.h"

enum { HOUR = 3600000, DAY = 24 * HOUR };

static parry_rights rights(const char *names)
{
    parry_rights r = 0;
    ok(parry_rights_parse(parry_str_of(names), &r, NULL));
    return r;
}

static parry_limits limits(house *h, const char *json)
{
    parry_limits l = {0};
    json_t *j = json_loads(json, 0, NULL);
    assert_non_null(j);
    ok(parry_limits_read(h->a, j, &l, NULL));
    json_decref(j);
    return l;
}

static parry_str make(house *h, parry_key_kind kind, const char *names, const char *json, int64_t expires_ms,
                      parry_str *id)
{
    const parry_key k = {.name = lit("a key"),
                         .kind = kind,
                         .rights = rights(names),
                         .limits = limits(h, json),
                         .expires_ms = expires_ms};
    parry_key out;
    parry_str text;
    ok(parry_key_create(h->x, h->a, &tester, &k, &out, &text, NULL));
    if (id)
        *id = out.id;
    return text;
}

static parry_identity who(house *h, parry_str text)
{
    parry_identity w = {0};
    ok(parry_key_verify(h->x, h->a, text, &w, NULL));
    return w;
}

static bool refused(house *h, parry_str text)
{
    parry_identity w;
    return parry_key_verify(h->x, h->a, text, &w, NULL) == PARRY_DENIED;
}

static void test_a_secret_key_brings_its_rights_and_only_its_hash_is_kept(void **state)
{
    house *h = *state;
    parry_str id, text = make(h, PARRY_KEY_SECRET, "search articles.read", "{}", 0, &id);
    parry_identity w = who(h, text);
    assert_int_equal(w.who, PARRY_WHO_SECRET_KEY);
    assert_true(parry_str_eq(w.id, id));
    assert_int_equal(w.rights, rights("search articles.read"));
    assert_true(w.any_audience);
    assert_false(on_disk(h, parry_str_from(text, text.n - 43)));
    assert_true(on_disk(h, id));
    assert_true(told_last(h, "key.create", true));
}

static void test_every_changed_letter_of_a_key_is_another_key(void **state)
{
    house *h = *state;
    const parry_str keys[] = {make(h, PARRY_KEY_SECRET, "search", "{}", 0, NULL),
                              make(h, PARRY_KEY_SEARCH, "", "{\"audiences\": [\"merchant\"]}", h->now_ms + DAY, NULL)};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < keys[k].n; i++) {
            char *bad = parry_str_z(h->a, keys[k]);
            bad[i] = bad[i] == 'A' ? 'B' : 'A';
            assert_true(refused(h, parry_str_of(bad)));
        }
        assert_true(refused(h, parry_str_make(keys[k].p, keys[k].n - 1)));
        assert_true(refused(h, parry_str_printf(h->a, "%sA", keys[k].p)));
    }
    assert_true(refused(h, nothing));
    assert_true(refused(h, lit("parry_sk_")));
    assert_true(refused(h, lit("parry_pk_0123456789ab..")));
}

static void test_a_search_key_carries_its_limits_and_may_do_no_more_than_search(void **state)
{
    house *h = *state;
    parry_str text =
        make(h, PARRY_KEY_SEARCH, "",
             "{\"audiences\": [\"merchant\"], \"locale\": \"en\", \"filters\": {\"category\": [\"A\", \"B\"]}}",
             h->now_ms + DAY, NULL);
    parry_identity w = who(h, text);
    assert_int_equal(w.who, PARRY_WHO_SEARCH_KEY);
    assert_int_equal(w.rights, rights("search events handoff"));
    assert_int_equal(w.naudiences, 1);
    assert_str(w.audiences[0], "merchant");
    assert_str(w.locale, "en");
    assert_int_equal(w.nnarrowings, 2);
    assert_false(w.any_audience);
    h->now_ms += DAY;
    assert_true(refused(h, text));
    const parry_key more = {
        .name = lit("k"), .kind = PARRY_KEY_SEARCH, .rights = rights("keys"), .expires_ms = h->now_ms + DAY};
    const parry_key endless = {.name = lit("k"), .kind = PARRY_KEY_SEARCH};
    parry_key out;
    assert_int_equal(parry_key_create(h->x, h->a, &tester, &more, &out, &text, NULL), PARRY_INVALID);
    assert_int_equal(parry_key_create(h->x, h->a, &tester, &endless, &out, &text, NULL), PARRY_INVALID);
}

static parry_str derive(house *h, parry_str parent, const char *json, int64_t expires_ms)
{
    parry_str text;
    const parry_limits l = limits(h, json);
    ok(parry_key_derive(h->a, parent, &l, expires_ms, &text, NULL));
    return text;
}

static void test_a_derived_key_only_narrows(void **state)
{
    house *h = *state;
    int64_t end = h->now_ms + DAY;
    parry_str wide = make(h, PARRY_KEY_SECRET, "search keys articles.read", "{}", 0, NULL);
    parry_str tight =
        make(h, PARRY_KEY_SECRET, "search events",
             "{\"audiences\": [\"customer\", \"merchant\"], \"locale\": \"en\", \"filters\": {\"category\": \"A\"}}", 0,
             NULL);
    parry_identity w = who(h, derive(h, wide, "{\"audiences\": [\"internal\"], \"filters\": {\"tag\": \"x\"}}", end));
    assert_int_equal(w.rights,
                     rights("search")); /* not keys, though its parent may; not events, since its parent may not */
    assert_str(w.audiences[0], "internal");
    w = who(h, derive(h, wide, "{}", end));
    assert_false(w.any_audience);
    w = who(h, derive(h, tight, "{\"audiences\": [\"merchant\", \"internal\"], \"locale\": \"en-GB\"}", end));
    assert_int_equal(w.naudiences, 1);
    assert_str(w.audiences[0], "merchant");
    assert_str(w.locale, "en-GB");
    assert_int_equal(w.nnarrowings, 1);
    assert_str(w.narrowings[0].value, "A");
    assert_true(refused(h, derive(h, tight, "{\"audiences\": [\"internal\"]}", end)));
    assert_true(refused(h, derive(h, tight, "{\"locale\": \"de\"}", end)));
    assert_true(refused(h, derive(h, tight, "{\"locale\": \"english\"}", end)));
    assert_true(refused(h, derive(h, tight, "{\"filters\": {\"category\": \"B\"}}", end)));
    w = who(h, derive(h, tight, "{\"filters\": {\"category\": [\"A\", \"B\"], \"tag\": \"t\"}}", end));
    assert_int_equal(w.nnarrowings, 2); /* A of category, not B; and the tag */
    assert_int_equal(w.naudiences, 2);
}

static void test_a_key_of_the_public_cannot_be_made_one_of_the_staff(void **state)
{
    house *h = *state;
    parry_str parent = make(h, PARRY_KEY_SECRET, "search", "{}", 0, NULL);
    assert_true(refused(h, derive(h, parent, "{\"audiences\": [\"internal\"]}", h->now_ms + DAY)));
    assert_str(who(h, derive(h, parent, "{\"audiences\": [\"merchant\"]}", h->now_ms + DAY)).audiences[0], "merchant");
}

static void test_a_derived_key_ends_with_itself_and_with_its_parent(void **state)
{
    house *h = *state;
    parry_str id, parent = make(h, PARRY_KEY_SECRET, "search", "{}", h->now_ms + 3 * DAY, &id), none;
    parry_str day = derive(h, parent, "{}", h->now_ms + DAY), week = derive(h, parent, "{}", h->now_ms + 7 * DAY);
    assert_false(refused(h, day));
    h->now_ms += DAY;
    assert_true(refused(h, day));
    assert_false(refused(h, week));
    h->now_ms += 2 * DAY;
    assert_true(refused(h, week)); /* its parent expired */
    parent = make(h, PARRY_KEY_SECRET, "search", "{}", 0, &id);
    week = derive(h, parent, "{}", h->now_ms + 7 * DAY);
    ok(parry_key_revoke(h->x, &tester, id, NULL));
    assert_true(refused(h, week));
    parent = make(h, PARRY_KEY_SECRET, "events", "{}", 0, NULL); /* may not search itself */
    assert_true(refused(h, derive(h, parent, "{}", h->now_ms + DAY)));
    assert_int_equal(parry_key_derive(h->a, week, &(parry_limits){0}, h->now_ms + DAY, &none, NULL), PARRY_INVALID);
}

/* As docs/access.md tells other programs to make them. */
static void test_a_key_made_by_hand_as_documented_is_accepted(void **state)
{
    house *h = *state;
    parry_str parent = make(h, PARRY_KEY_SECRET, "search", "{}", 0, NULL);
    parry_str id = parry_str_make(parent.p + strlen("parry_sk_"), PARRY_KEY_ID);
    parry_str json = parry_str_printf(h->a, "{ \"audiences\": [\"merchant\"], \"expires\": %lld }",
                                      (long long)(h->now_ms / 1000 + 60));
    parry_str body = parry_str_printf(h->a, "%.*s.%s", PARRY_FMT(id), parry_base64_make(h->a, json.p, json.n).p);
    parry_secret signer = parry_secret_hmac(parent, lit("parry search key"));
    parry_secret mac = parry_secret_hmac(parry_str_make((char *)signer.b, sizeof signer.b), body);
    parry_str text =
        parry_str_printf(h->a, "parry_pk_%.*s.%s", PARRY_FMT(body), parry_base64_make(h->a, mac.b, sizeof mac.b).p);
    assert_str(who(h, text).audiences[0], "merchant");
    json = lit("{\"audiences\": [\"merchant\"]}"); /* without an end: refused though signed right */
    body = parry_str_printf(h->a, "%.*s.%s", PARRY_FMT(id), parry_base64_make(h->a, json.p, json.n).p);
    mac = parry_secret_hmac(parry_str_make((char *)signer.b, sizeof signer.b), body);
    assert_true(refused(h, parry_str_printf(h->a, "parry_pk_%.*s.%s", PARRY_FMT(body),
                                            parry_base64_make(h->a, mac.b, sizeof mac.b).p)));
}

static void test_a_rotated_key_has_a_time_of_grace(void **state)
{
    house *h = *state;
    for (int kind = PARRY_KEY_SECRET; kind <= PARRY_KEY_SEARCH; kind++) {
        parry_str id, next,
            old = make(h, (parry_key_kind)kind, kind == PARRY_KEY_SECRET ? "search" : "", "{}",
                       h->now_ms + 30 * (int64_t)DAY, &id);
        ok(parry_key_rotate(h->x, h->a, &tester, id, HOUR, 0, &next, NULL));
        assert_false(parry_str_eq(old, next));
        assert_false(refused(h, old));
        assert_false(refused(h, next));
        h->now_ms += HOUR;
        assert_true(refused(h, old));
        assert_false(refused(h, next));
        ok(parry_key_rotate(h->x, h->a, &tester, id, 0, 0, &old, NULL)); /* no grace at all */
        assert_true(refused(h, next));
        ok(parry_key_revoke(h->x, &tester, id, NULL));
        assert_true(refused(h, old));
        assert_true(told_last(h, "key.revoke", true));
        assert_int_equal(parry_key_rotate(h->x, h->a, &tester, id, 0, 0, &old, NULL), PARRY_CONFLICT);
    }
    assert_int_equal(parry_key_revoke(h->x, &tester, lit("0123456789ab"), NULL), PARRY_NOT_FOUND);
}

static void test_a_list_says_everything_but_the_key(void **state)
{
    house *h = *state;
    parry_key *keys;
    size_t n;
    bool any = true;
    ok(parry_key_any(h->x, &any, NULL));
    assert_false(any);
    for (int i = 0; i < 5; i++)
        make(h, PARRY_KEY_SECRET, "search", "{\"locale\": \"de\"}", 0, NULL);
    ok(parry_key_list(h->x, h->a, nothing, 3, &keys, &n, NULL));
    assert_int_equal(n, 3);
    assert_str(keys[0].limits.locale, "de");
    ok(parry_key_list(h->x, h->a, keys[2].id, 10, &keys, &n, NULL));
    assert_int_equal(n, 2);
    ok(parry_key_any(h->x, &any, NULL));
    assert_true(any);
}

static void test_the_last_use_is_known_and_written_seldom(void **state)
{
    house *h = *state;
    parry_str id, text = make(h, PARRY_KEY_SECRET, "search", "{}", 0, &id);
    parry_key k;
    ok(parry_key_get(h->x, h->a, id, &k, NULL));
    assert_int_equal(k.used_ms, 0);
    int64_t first = h->now_ms;
    who(h, text);
    h->now_ms += 59000;
    who(h, text);
    ok(parry_access_tick(h->x, NULL));
    parry_access_close(h->x);
    ok(house_open(h, "secret", NULL));
    ok(parry_key_get(h->x, h->a, id, &k, NULL));
    assert_int_equal(k.used_ms, first);
}

static void test_what_the_audit_cannot_be_told_is_not_done(void **state)
{
    house *h = *state;
    parry_str id, text = make(h, PARRY_KEY_SECRET, "search", "{}", 0, &id);
    h->deaf = true;
    assert_int_equal(parry_key_revoke(h->x, &tester, id, NULL), PARRY_IO);
    h->deaf = false;
    assert_false(refused(h, text));
}

static void test_another_process_changes_keys_and_it_is_seen_at_once(void **state)
{
    house *h = *state;
    parry_str id, text = make(h, PARRY_KEY_SECRET, "search", "{}", 0, &id);
    parry_access_close(h->x);
    parry_env_close(h->env);
    int go[2], done[2];
    char c;
    assert_int_equal(pipe(go) | pipe(done), 0);
    pid_t child = fork(); /* LMDB must not cross a fork: each opens its own */
    if (parry_env_open(in(h->s, "store"), 64 << 20, 8, &h->env, NULL) != PARRY_OK ||
        house_open(h, "secret", NULL) != PARRY_OK)
        abort();
    if (child == 0) {
        bool fine = read(go[0], &c, 1) == 1 && parry_key_revoke(h->x, &tester, id, NULL) == PARRY_OK;
        _exit(write(done[1], "x", 1) == 1 && fine ? 0 : 1);
    }
    assert_false(refused(h, text));
    assert_int_equal(write(go[1], "x", 1), 1);
    assert_int_equal(read(done[0], &c, 1), 1);
    assert_int_equal(status_of(child), 0);
    assert_true(refused(h, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(test_a_secret_key_brings_its_rights_and_only_its_hash_is_kept),
        in_house(test_every_changed_letter_of_a_key_is_another_key),
        in_house(test_a_search_key_carries_its_limits_and_may_do_no_more_than_search),
        in_house(test_a_derived_key_only_narrows),
        in_house(test_a_key_of_the_public_cannot_be_made_one_of_the_staff),
        in_house(test_a_derived_key_ends_with_itself_and_with_its_parent),
        in_house(test_a_key_made_by_hand_as_documented_is_accepted),
        in_house(test_a_rotated_key_has_a_time_of_grace),
        in_house(test_a_list_says_everything_but_the_key),
        in_house(test_the_last_use_is_known_and_written_seldom),
        in_house(test_what_the_audit_cannot_be_told_is_not_done),
        in_house(test_another_process_changes_keys_and_it_is_seen_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
