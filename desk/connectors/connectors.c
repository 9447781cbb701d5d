/* Connectors, read from YAML and checked; the table of kinds. */
#include "desk/connectors/inner.h"

#include "access/secret.h"
#include "base/file.h"
#include "base/yaml.h"
#include "outbox/mail.h"

#include <errno.h>
#include <stdlib.h>

enum { SECRET_LEAST = 8, WORKERS_MOST = 16, NUMBER_MOST = 1000000 };
#define LINE "#line"

struct parry_connectors {
    parry_arena *arena;
    parry_connector all[PARRY_CONNECTORS_MAX];
    size_t n;
};

enum { KINDS = 8 };
static const parry_connector_kind *const kinds[KINDS] = {
    &parry_kind_cases,  &parry_kind_webhook,   &parry_kind_zendesk, &parry_kind_zendesk_requests,
    &parry_kind_zammad, &parry_kind_freshdesk, &parry_kind_github,  &parry_kind_smtp};

const parry_connector_kind *const *parry_connector_kinds(size_t *n)
{
    *n = KINDS;
    return kinds;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static bool is_line(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    }
    return true;
}

static parry_code read_secret(parry_arena *a, const char *path, const char **out, parry_err *err)
{
    parry_str secret;
    size_t n;
    parry_code code = parry_secret_lines(a, path, SECRET_LEAST, &secret, 1, &n, err);
    if (code == PARRY_OK)
        *out = secret.p;
    return code;
}

static parry_code check_pairs(const char *value, parry_err *err)
{
    parry_str rest = parry_str_of(value), pair;
    while (parry_str_split(&rest, ',', &pair)) {
        parry_queue q;
        size_t eq = parry_str_find(pair, parry_str_of("="));
        bool good = eq < pair.n && parry_queue_parse(parry_str_trim(parry_str_make(pair.p, eq)), &q) &&
                    parry_str_trim(parry_str_from(pair, eq + 1)).n > 0;
        if (!good)
            return parry_fail(err, PARRY_INVALID,
                              "must be like \"Refunds=Money, Orders=Shop\" (queues: Login, Orders, Deliveries, "
                              "Payments, Refunds)");
    }
    return PARRY_OK;
}

static parry_code check_number(const char *value, parry_err *err)
{
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != 0 || n < 0 || n > NUMBER_MOST)
        return parry_fail(err, PARRY_INVALID, "must be a number from 0 to %d", NUMBER_MOST);
    return PARRY_OK;
}

static parry_code check_name(const char *value, parry_err *err)
{
    for (const char *p = value; *p; p++) {
        bool fine = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || *p == '_' ||
                    *p == '-' || *p == '.';
        if (!fine)
            return parry_fail(err, PARRY_INVALID, "has other characters than letters, digits, . - and _");
    }
    return PARRY_OK;
}

static parry_code check_value(const parry_connector_key *k, const char *value, bool insecure, parry_err *err)
{
    if (!is_line(parry_str_of(value)))
        return parry_fail(err, PARRY_INVALID, "must be one line");
    if (*value == 0)
        return k->usual != NULL ? PARRY_OK : parry_fail(err, PARRY_INVALID, "must not be empty");
    switch (k->what) {
    case PARRY_SETTING_URL:
        return parry_web_check_url(value, "https http", insecure, err);
    case PARRY_SETTING_MAIL_SERVER:
        return parry_web_check_url(value, "smtps smtp", insecure, err);
    case PARRY_SETTING_NAME:
        return check_name(value, err);
    case PARRY_SETTING_PAIRS:
        return check_pairs(value, err);
    case PARRY_SETTING_NUMBER:
        return check_number(value, err);
    case PARRY_SETTING_YES_NO:
        if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
            return PARRY_OK;
        return parry_fail(err, PARRY_INVALID, "must be true or false");
    case PARRY_SETTING_ADDRESS:
        if (parry_mail_is_address(parry_str_of(value)))
            return PARRY_OK;
        return parry_fail(err, PARRY_INVALID, "must be a plain address like desk@acme.example");
    case PARRY_SETTING_PATH:
        return parry_file_exists(value) ? PARRY_OK : parry_fail(err, PARRY_NOT_FOUND, "there is no file %s", value);
    case PARRY_SETTING_TEXT:
    case PARRY_SETTING_SECRET:
        break;
    }
    return PARRY_OK;
}

/* What YAML made of a plain word, as it was written. */
static const char *written(parry_arena *a, const json_t *v)
{
    if (json_is_string(v))
        return parry_str_z(a, parry_str_of(json_string_value(v)));
    if (json_is_integer(v))
        return parry_str_printf(a, "%lld", (long long)json_integer_value(v)).p;
    return json_is_true(v) ? "true" : json_is_false(v) ? "false" : json_is_null(v) ? "" : NULL;
}

static parry_code read_setting(parry_arena *a, parry_connector *c, size_t i, const json_t *settings, parry_err *err)
{
    const parry_connector_key *k = &c->kind->keys[i];
    const json_t *v = json_object_get(settings, k->name);
    bool insecure = json_is_true(json_object_get(settings, "insecure"));
    const char *value = v != NULL ? written(a, v) : k->usual;
    parry_code code = PARRY_OK;
    if (v == NULL && value == NULL)
        return parry_fail(err, PARRY_INVALID, "setting %s is missing: %s", k->name, k->help);
    if (value == NULL)
        code = parry_fail(err, PARRY_INVALID, "must be a text, a number, true or false");
    if (code == PARRY_OK)
        code = check_value(k, value, insecure, err);
    if (code == PARRY_OK && k->what == PARRY_SETTING_SECRET && *value != 0)
        code = read_secret(a, value, &value, err);
    if (code != PARRY_OK) {
        parry_err_context(err, "setting %s", k->name);
        return code;
    }
    size_t n = strlen(value);
    bool slashed = k->what == PARRY_SETTING_URL && n > 0 && value[n - 1] == '/';
    c->values[i] = slashed ? parry_str_z(a, parry_str_make(value, n - 1)) : value;
    return PARRY_OK;
}

/* ---- a connector ------------------------------------------------------------------------------------------------- */

const char *parry_connector_get(const parry_connector *c, const char *key)
{
    for (size_t i = 0; c->kind->keys[i].name != NULL; i++) {
        if (strcmp(c->kind->keys[i].name, key) == 0)
            return c->values[i];
    }
    return "";
}

static int64_t number_of(const parry_connector *c, const char *key)
{
    return strtoll(parry_connector_get(c, key), NULL, 10);
}
static bool says(const parry_connector *c, const char *key) { return strcmp(parry_connector_get(c, key), "true") == 0; }

static parry_code find_kind(parry_connector *c, const json_t *settings, parry_err *err)
{
    const char *wanted = json_string_value(json_object_get(settings, "kind"));
    if (wanted == NULL)
        return parry_fail(err, PARRY_INVALID, "setting kind is missing; `parry connectors kinds` lists them");
    for (size_t i = 1; i < KINDS; i++) { /* but cases, which is there of itself */
        if (strcmp(kinds[i]->name, wanted) == 0)
            c->kind = kinds[i];
    }
    if (c->kind == NULL)
        return parry_fail(err, PARRY_INVALID, "there is no kind %s; `parry connectors kinds` lists them", wanted);
    return PARRY_OK;
}

static parry_code check_known(const parry_connector_kind *kind, const json_t *settings, parry_err *err)
{
    const char *name;
    const json_t *value;
    json_t *known = json_pack("{s:n, s:n}", "kind", LINE);
    parry_code code = PARRY_OK;
    for (size_t i = 0; kind->keys[i].name != NULL; i++)
        (void)json_object_set_new(known, kind->keys[i].name, json_null());
    for (void *at = json_object_iter((json_t *)(uintptr_t)settings); at != NULL && code == PARRY_OK;
         at = json_object_iter_next((json_t *)(uintptr_t)settings, at)) {
        name = json_object_iter_key(at);
        value = json_object_get(known, name);
        if (value == NULL)
            code = parry_fail(err, PARRY_INVALID, "kind %s has no setting %s; `parry connectors kinds` lists them",
                              kind->name, name);
    }
    json_decref(known);
    return code;
}

static parry_code read_one(parry_connectors *all, parry_connector *c, const json_t *settings, parry_err *err)
{
    parry_code code = json_is_object(settings) ? find_kind(c, settings, err)
                                               : parry_fail(err, PARRY_INVALID, "has no settings below it");
    if (code == PARRY_OK)
        code = check_known(c->kind, settings, err);
    for (size_t i = 0; code == PARRY_OK && c->kind->keys[i].name != NULL; i++)
        code = read_setting(all->arena, c, i, settings, err);
    if (code != PARRY_OK)
        return code;
    c->rules = (parry_web_rules){.insecure = says(c, "insecure"),
                                 .inside = says(c, "private"),
                                 .ca_file = parry_connector_get(c, "ca_file"),
                                 .timeout_ms = 1000 * number_of(c, "timeout_s")};
    return PARRY_OK;
}

static parry_code check_its_name(const parry_connectors *all, const char *name, parry_err *err)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    if (n == 0 || name[n] != 0 || n > PARRY_OUTBOX_NAME_MAX)
        return parry_fail(err, PARRY_INVALID, "a connector's name has 1 to %d of a-z 0-9 - _", PARRY_OUTBOX_NAME_MAX);
    if (parry_connectors_named(all, parry_str_of(name)) != NULL)
        return parry_fail(err, PARRY_INVALID, "this name is the built-in case store's; choose another");
    if (all->n == PARRY_CONNECTORS_MAX)
        return parry_fail(err, PARRY_INVALID, "there are over %d connectors", PARRY_CONNECTORS_MAX - 1);
    return PARRY_OK;
}

static parry_code add(parry_connectors *all, const char *name, const json_t *settings, parry_err *err)
{
    parry_code code = check_its_name(all, name, err);
    if (code == PARRY_OK) {
        parry_connector *c = &all->all[all->n];
        c->name = parry_str_z(all->arena, parry_str_of(name));
        code = read_one(all, c, settings, err);
        all->n++;
    }
    if (code != PARRY_OK)
        parry_err_context(err, "connector %s (line %lld)", name,
                          (long long)json_integer_value(json_object_get(settings, LINE)) - 1);
    return code;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static parry_code add_all(parry_connectors *all, json_t *document, parry_err *err)
{
    const char *name;
    json_t *settings;
    parry_code code = PARRY_OK;
    if (json_is_null(document))
        return PARRY_OK;
    if (!json_is_object(document))
        return parry_fail(err, PARRY_INVALID, "must hold names of connectors, each with its settings below it");
    json_object_foreach(document, name, settings)
    {
        if (code == PARRY_OK && strcmp(name, LINE) != 0)
            code = add(all, name, settings, err);
    }
    return code;
}

static parry_code read_file(parry_connectors *all, const char *path, parry_err *err)
{
    parry_str text;
    json_t *document = NULL;
    parry_arena *a = parry_arena_new();
    parry_code code = parry_file_read(a, path, PARRY_CONNECTORS_FILE_MAX, &text, err);
    if (code == PARRY_OK && !parry_utf8_valid(text, NULL))
        code = parry_fail(err, PARRY_INVALID, "is not UTF-8");
    if (code == PARRY_OK)
        code = parry_yaml_json(a, text, LINE, &document, err);
    if (code == PARRY_OK)
        code = add_all(all, document, err);
    if (code != PARRY_OK)
        parry_err_context(err, "%s", path);
    json_decref(document);
    parry_arena_free(a);
    return code;
}

parry_code parry_connectors_read(const char *path, parry_connectors **out, parry_err *err)
{
    parry_connectors *all = parry_calloc(1, sizeof *all);
    all->arena = parry_arena_new();
    all->all[0] = (parry_connector){.name = parry_kind_cases.name, .kind = &parry_kind_cases};
    all->n = 1;
    parry_code code = path == NULL || *path == 0 ? PARRY_OK : read_file(all, path, err);
    if (code != PARRY_OK) {
        parry_connectors_free(all);
        return code;
    }
    *out = all;
    return PARRY_OK;
}

void parry_connectors_free(parry_connectors *c)
{
    if (c == NULL)
        return;
    parry_arena_free(c->arena);
    free(c);
}

size_t parry_connectors_count(const parry_connectors *c) { return c->n; }

parry_connector *parry_connectors_at(const parry_connectors *c, size_t i)
{
    return i < c->n ? (parry_connector *)(uintptr_t)&c->all[i] : NULL;
}

parry_connector *parry_connectors_named(const parry_connectors *c, parry_str name)
{
    for (size_t i = 0; i < c->n; i++) {
        if (parry_str_eqz(name, c->all[i].name))
            return parry_connectors_at(c, i);
    }
    return NULL;
}

void parry_connectors_use_cases(parry_connectors *c, const parry_case_store *store) { c->all[0].store = *store; }

const char *parry_connector_name(const parry_connector *c) { return c->name; }
const parry_connector_kind *parry_connector_kind_of(const parry_connector *c) { return c->kind; }

parry_target parry_connector_target(const parry_connector *c)
{
    int64_t workers = number_of(c, "workers");
    return (parry_target){.name = c->name,
                          .workers = (unsigned)(workers < WORKERS_MOST ? workers : WORKERS_MOST),
                          .look_ms = number_of(c, "poll_minutes") * 60000,
                          .look_for_ms = number_of(c, "poll_days") * 86400000,
                          .settle_ms = number_of(c, "settle_s") * 1000};
}
