/* Connectors out of YAML: what is good, and what a mistake is told as. And the signature of webhooks. */
#include "../../base/testing.h"

#include "desk/connector.h"
#include "desk/connectors/webhook.h"

#include <stdlib.h>
#include <sys/stat.h>

static void write_file(scratch *s, const char *name, const char *text, mode_t mode)
{
    ok(parry_file_replace(in(s, name), parry_str_of(text), NULL));
    assert_int_equal(chmod(in(s, name), mode), 0);
}

/* %s in the text is the folder, where the file `secret` is good, and `open` may be read by others. */
static parry_code read_text(scratch *s, const char *text, parry_connectors **out, parry_err *err)
{
    parry_buf full = PARRY_BUF(64 << 10);
    parry_str rest = parry_str_of(text);
    while (rest.n > 0) {
        size_t at = parry_str_find(rest, parry_str_of("%s"));
        parry_buf_add(&full, rest.p, at);
        if (at < rest.n)
            parry_buf_addz(&full, s->dir);
        rest = parry_str_from(rest, at + 2 < rest.n ? at + 2 : rest.n);
    }
    write_file(s, "secret", "a secret of some length\n", 0600);
    write_file(s, "open", "a secret of some length\n", 0644);
    write_file(s, "short", "abc\n", 0600);
    write_file(s, "two", "one line here\nanother line\n", 0600);
    write_file(s, "c.yaml", full.p != NULL ? full.p : "", 0644);
    parry_buf_free(&full);
    return parry_connectors_read(in(s, "c.yaml"), out, err);
}

static void without_a_file_there_is_the_case_store(void **state)
{
    parry_connectors *c = NULL;
    (void)state;
    ok(parry_connectors_read("", &c, NULL));
    assert_int_equal(parry_connectors_count(c), 1);
    assert_string_equal(parry_connector_name(parry_connectors_at(c, 0)), "cases");
    assert_ptr_equal(parry_connectors_named(c, lit("cases")), parry_connectors_at(c, 0));
    assert_null(parry_connectors_named(c, lit("other")));
    parry_connectors_free(c);
}

static void settings_are_read_defaults_filled_and_secrets_fetched(void **state)
{
    parry_connectors *c = NULL;
    ok(read_text(*state,
                 "# ours\n"
                 "desk-1:\n"
                 "  kind: zendesk\n"
                 "  url: https://acme.zendesk.com/\n"
                 "  user: bot@acme.example\n"
                 "  token_file: %s/secret\n"
                 "  queue_field: 360001\n"
                 "  poll_minutes: 2\n"
                 "  timeout_s: 7\n"
                 "hook:\n"
                 "  kind: webhook\n"
                 "  url: http://localhost:1/in\n"
                 "  secret_file: %s/secret\n",
                 &c, NULL));
    assert_int_equal(parry_connectors_count(c), 3);
    const parry_connector *z = parry_connectors_named(c, lit("desk-1"));
    assert_string_equal(parry_connector_kind_of(z)->name, "zendesk");
    assert_string_equal(parry_connector_get(z, "url"), "https://acme.zendesk.com");
    assert_string_equal(parry_connector_get(z, "token_file"), "a secret of some length");
    assert_string_equal(parry_connector_get(z, "queue_field"), "360001");
    assert_string_equal(parry_connector_get(z, "tag"), "parry");
    assert_string_equal(parry_connector_get(z, "no such setting"), "");
    parry_target t = parry_connector_target(z);
    assert_string_equal(t.name, "desk-1");
    assert_int_equal(t.look_ms, 120000);
    assert_int_equal(t.workers, 4);
    parry_connectors_free(c);
}

static void an_empty_file_is_none(void **state)
{
    parry_connectors *c = NULL;
    ok(read_text(*state, "# nothing yet\n", &c, NULL));
    assert_int_equal(parry_connectors_count(c), 1);
    parry_connectors_free(c);
}

#define HOOK "hook:\n  kind: webhook\n  url: https://x.example/in\n  secret_file: %s/secret\n"

static const struct {
    const char *yaml;
    parry_code code;
    const char *says;
} mistakes[] = {
    {"- a\n- b\n", PARRY_INVALID, "must hold names of connectors"},
    {"hook: 3\n", PARRY_INVALID, "connector hook"},
    {"hook: 3\n", PARRY_INVALID, "has no settings below it"},
    {"a: {kind: webhook\n", PARRY_INVALID, "line "},
    {"hook:\n  url: https://x.example\n", PARRY_INVALID, "setting kind is missing"},
    {"hook:\n  kind: carrier-pigeon\n", PARRY_INVALID, "there is no kind carrier-pigeon"},
    {"hook:\n  kind: cases\n", PARRY_INVALID, "there is no kind cases"},
    {"cases:\n  kind: webhook\n", PARRY_INVALID, "built-in case store's"},
    {"Hook:\n  kind: webhook\n", PARRY_INVALID, "a-z 0-9 - _"},
    {"hook:\n  kind: webhook\n  secret_file: %s/secret\n", PARRY_INVALID,
     "connector hook (line 1): setting url is missing"},
    {HOOK "  colour: red\n", PARRY_INVALID, "kind webhook has no setting colour"},
    {HOOK "  timeout_s: soon\n", PARRY_INVALID, "setting timeout_s: must be a number"},
    {HOOK "  timeout_s: -1\n", PARRY_INVALID, "setting timeout_s: must be a number"},
    {HOOK "  private: yes\n", PARRY_INVALID, "setting private: must be true or false"},
    {HOOK "  ca_file: %s/none.pem\n", PARRY_NOT_FOUND, "setting ca_file: there is no file"},
    {HOOK "  ca_file: [a]\n", PARRY_INVALID, "setting ca_file: must be a text"},
    {HOOK "  url: https://y.example/in\n", PARRY_INVALID, "a name stands twice"},
    {HOOK "hook:\n  kind: webhook\n", PARRY_INVALID, "a name stands twice"},
    {"hook:\n  kind: webhook\n  url: http://x.example\n  secret_file: %s/secret\n", PARRY_INVALID,
     "setting url: must be https"},
    {"hook:\n  kind: webhook\n  url: https://a:b@x.example\n  secret_file: %s/secret\n", PARRY_INVALID,
     "setting url: must hold no user"},
    {"hook:\n  kind: webhook\n  url: https://x.example\n  secret_file: %s/open\n", PARRY_DENIED, "chmod 600"},
    {"hook:\n  kind: webhook\n  url: https://x.example\n  secret_file: %s/none\n", PARRY_NOT_FOUND,
     "setting secret_file"},
    {"hook:\n  kind: webhook\n  url: https://x.example\n  secret_file: %s/short\n", PARRY_INVALID,
     "of 8 bytes or more"},
    {"hook:\n  kind: webhook\n  url: https://x.example\n  secret_file: %s/two\n", PARRY_INVALID, "must hold one line"},
    {"hook:\n  kind: webhook\n  url: https://x.example\n  secret_file: ''\n", PARRY_INVALID, "must not be empty"},
    {"m:\n  kind: smtp\n  url: smtps://x.example\n  from: 'A <a@b.example>'\n  to: c@d.example\n", PARRY_INVALID,
     "setting from: must be a plain address"},
    {"m:\n  kind: smtp\n  url: https://x.example\n  from: a@b.example\n  to: c@d.example\n", PARRY_INVALID,
     "must begin with one of smtps smtp"},
    {"g:\n  kind: github\n  owner: a/b\n  repo: c\n  token_file: %s/secret\n", PARRY_INVALID,
     "setting owner: has other"},
    {"z:\n  kind: zammad\n  url: https://x.example\n  token_file: %s/secret\n  groups: 'Sales=1'\n", PARRY_INVALID,
     "setting groups: must be like"},
    {"z:\n  kind: zammad\n  url: https://x.example\n  token_file: %s/secret\n  group: \"a\\nb\"\n", PARRY_INVALID,
     "setting group: must be one line"},
};

static void a_mistake_is_told_with_its_place(void **state)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        parry_err err = {0};
        parry_connectors *c = NULL;
        parry_code code = read_text(*state, mistakes[i].yaml, &c, &err);
        if (code != mistakes[i].code || strstr(err.msg, mistakes[i].says) == NULL)
            fail_msg("%s\ngives %s: %s\nand not: %s", mistakes[i].yaml, parry_code_name(code), err.msg,
                     mistakes[i].says);
        assert_non_null(strstr(err.msg, "c.yaml"));
        assert_null(strstr(err.msg, "of some length"));
        assert_null(c);
    }
}

static void there_are_no_more_than_the_outbox_has_targets(void **state)
{
    parry_err err = {0};
    parry_connectors *c = NULL;
    parry_buf text = PARRY_BUF(64 << 10);
    for (int i = 0; i < PARRY_CONNECTORS_MAX; i++)
        parry_buf_printf(&text, "h%d:\n  kind: webhook\n  url: https://x.example\n  secret_file: %%s/secret\n", i);
    assert_int_equal(read_text(*state, text.p, &c, &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "there are over 31 connectors"));
    parry_buf_free(&text);
}

static void a_file_that_is_not_there_is_not_found(void **state)
{
    parry_err err = {0};
    parry_connectors *c = NULL;
    assert_int_equal(parry_connectors_read(in(*state, "none.yaml"), &c, &err), PARRY_NOT_FOUND);
    assert_non_null(strstr(err.msg, "none.yaml"));
}

static void every_kind_has_what_the_table_promises(void **state)
{
    size_t n;
    const parry_connector_kind *const *kinds = parry_connector_kinds(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_non_null(kinds[i]->send);
        assert_non_null(kinds[i]->test);
        assert_true((kinds[i]->once == PARRY_ONCE_STABLE_ID) == (kinds[i]->look == NULL));
        for (const parry_connector_key *k = kinds[i]->keys; k->name != NULL; k++)
            assert_true(strlen(k->help) > 10);
    }
}

static void the_case_store_waits_until_it_is_open(void **state)
{
    parry_err err = {0};
    parry_receipt receipt = {0};
    parry_connectors *c = NULL;
    (void)state;
    ok(parry_connectors_read("", &c, NULL));
    parry_connector *one = parry_connectors_at(c, 0);
    assert_int_equal(parry_connector_kind_of(one)->send(one, NULL, &receipt, &err), PARRY_FATE_LATER);
    assert_non_null(strstr(err.msg, "not open"));
    parry_connectors_free(c);
}

/* Of `printf '1795253400.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of 16 b'`. */
static void a_signature_is_what_any_program_computes(void **state)
{
    scratch *s = *state;
    parry_str made = parry_webhook_signature(s->arena, lit("a secret of 16 b"), 1795253400, lit("{\"a\":1}"));
    assert_str(made, "t=1795253400,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d");
}

enum { NOW = 1795253400 };
static const char good[] = "t=1795253400,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d";

static parry_code verified(scratch *s, const char *header, const char *body, int64_t now_s)
{
    const parry_str secrets[] = {lit("another secret.."), lit("a secret of 16 b")};
    parry_str mac = {NULL, 0};
    parry_err err = {0};
    parry_code code =
        parry_webhook_verify(s->arena, secrets, 2, parry_str_of(header), parry_str_of(body), now_s, &mac, &err);
    assert_int_equal(mac.n, code == PARRY_OK ? 64 : 0);
    assert_null(strstr(err.msg, "secret of 16"));
    return code;
}

static void a_signature_holds_for_its_body_its_time_and_its_secret(void **state)
{
    static const char *const wrong[] = {
        "",
        "t=1795253400",
        "v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d",
        "t=1795253401,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d",
        "t=1795253400,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927e",
        "t=1795253400,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927",
        "t=1795253400,v1=177308000948C2CAFCE43ED48D58041AD9FB8696ABFC46FFFBB895883657927D",
        "t=1795253400,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d,v1=00",
        "t=-795253400,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d",
        "t=99999999999999999999,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d",
        "t=,v1=177308000948c2cafce43ed48d58041ad9fb8696abfc46fffbb895883657927d"};
    scratch *s = *state;
    parry_str none;
    assert_int_equal(verified(s, good, "{\"a\":1}", NOW), PARRY_OK);
    assert_int_equal(verified(s, good, "{\"a\":1}", NOW + 300), PARRY_OK);
    assert_int_equal(verified(s, good, "{\"a\":1}", NOW - 300), PARRY_OK);
    assert_int_equal(verified(s, good, "{\"a\":1}", NOW + 301), PARRY_DENIED);
    assert_int_equal(verified(s, good, "{\"a\":1}", NOW - 301), PARRY_DENIED);
    assert_int_equal(verified(s, good, "{\"a\":2}", NOW), PARRY_DENIED);
    assert_int_equal(verified(s, good, "", NOW), PARRY_DENIED);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(verified(s, wrong[i], "{\"a\":1}", NOW), PARRY_DENIED);
    assert_int_equal(parry_webhook_verify(s->arena, NULL, 0, parry_str_of(good), lit("{\"a\":1}"), NOW, &none, NULL),
                     PARRY_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_file_there_is_the_case_store),
        in_scratch(settings_are_read_defaults_filled_and_secrets_fetched),
        in_scratch(an_empty_file_is_none),
        in_scratch(a_mistake_is_told_with_its_place),
        in_scratch(there_are_no_more_than_the_outbox_has_targets),
        in_scratch(a_file_that_is_not_there_is_not_found),
        cmocka_unit_test(every_kind_has_what_the_table_promises),
        cmocka_unit_test(the_case_store_waits_until_it_is_open),
        in_scratch(a_signature_is_what_any_program_computes),
        in_scratch(a_signature_holds_for_its_body_its_time_and_its_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
