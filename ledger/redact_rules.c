/* Rules of one's own: a YAML list. */
#include "ledger/redact_rules.h"

#include "base/yaml.h"

#include <stdlib.h>

#define LINE "#line"

pcre2_code *parry_redact_compile(const char *pattern, int *error, size_t *at)
{
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
        PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, error, at, NULL);
    if (code != NULL)
        (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where there is none, it is only slower */
    return code;
}

void parry_own_rules_free(parry_own_rules *r)
{
    while (r != NULL) {
        parry_own_rules *before = r->before;
        for (size_t i = 0; i < r->n; i++)
            pcre2_code_free(r->rule[i].code);
        free(r);
        r = before;
    }
}

bool parry_locale_within(parry_str locale, parry_str range)
{
    bool begins = locale.n >= range.n && strncasecmp(locale.p, range.p, range.n) == 0;
    return begins && (locale.n == range.n || locale.p[range.n] == '-' || locale.p[range.n] == '_');
}

bool parry_own_rule_fits(const parry_own_rule *r, parry_str locale)
{
    return *r->locale == 0 || locale.n == 0 || parry_locale_within(locale, parry_str_of(r->locale));
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool is_name(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && n <= PARRY_OWN_NAME && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static parry_code read_check(const char *text, parry_own_check *out, parry_err *err)
{
    static const char *const names[] = {"none", "luhn", "mod97"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (parry_own_check)i;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "check: must be luhn, mod97 or none");
}

static parry_code read_pattern(const char *text, parry_own_rule *out, parry_err *err)
{
    int error = 0;
    size_t at = 0;
    PCRE2_UCHAR why[120] = "";
    if (strlen(text) == 0 || strlen(text) > PARRY_OWN_PATTERN)
        return parry_fail(err, PARRY_INVALID, "pattern: 1 to %d bytes", PARRY_OWN_PATTERN);
    out->code = parry_redact_compile(text, &error, &at);
    if (out->code == NULL) {
        (void)pcre2_get_error_message(error, why, sizeof why);
        return parry_fail(err, PARRY_INVALID, "pattern: %s, at byte %zu", (const char *)why, at);
    }
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (data == NULL)
        parry_oom();
    int rc = pcre2_match(out->code, (PCRE2_SPTR) "", 0, 0, 0, data, NULL);
    pcre2_match_data_free(data);
    if (rc != PCRE2_ERROR_NOMATCH)
        return parry_fail(err, PARRY_INVALID, "pattern: it finds nothing at all everywhere");
    return PARRY_OK;
}

static parry_code read_member(const char *name, const json_t *value, parry_own_rule *out, parry_err *err)
{
    const char *text = json_string_value(value);
    if (strcmp(name, LINE) == 0)
        return PARRY_OK;
    if (text == NULL)
        return parry_fail(err, PARRY_INVALID, "%.40s: must be a text; put it between single quotes", name);
    if (strcmp(name, "pattern") == 0)
        return read_pattern(text, out, err);
    if (strcmp(name, "check") == 0)
        return read_check(text, &out->check, err);
    if (strcmp(name, "name") == 0 && is_name(text)) {
        memcpy(out->name, text, strlen(text) + 1);
        return PARRY_OK;
    }
    if (strcmp(name, "locale") == 0 && strlen(text) >= 2 && strlen(text) < sizeof out->locale) {
        memcpy(out->locale, text, strlen(text) + 1);
        return PARRY_OK;
    }
    if (strcmp(name, "name") == 0 || strcmp(name, "locale") == 0)
        return parry_fail(err, PARRY_INVALID, "%s: %s", name,
                          *name == 'n' ? "a-z 0-9 _, at most 32" : "like en or de-AT");
    return parry_fail(err, PARRY_INVALID, "%.40s: unknown; a rule has name, pattern, locale and check", name);
}

static parry_code read_rule(const json_t *j, parry_own_rule *out, parry_err *err)
{
    const char *name;
    json_t *value;
    parry_code code = PARRY_OK;
    if (!json_is_object(j))
        return parry_fail(err, PARRY_INVALID, "a rule is a map with name and pattern");
    json_object_foreach((json_t *)(uintptr_t)j, name, value)
    {
        if (code == PARRY_OK)
            code = read_member(name, value, out, err);
    }
    if (code == PARRY_OK && (out->code == NULL || *out->name == 0))
        code = parry_fail(err, PARRY_INVALID, "it needs name and pattern");
    return code;
}

static parry_code read_all(const json_t *list, parry_own_rules *out, parry_err *err)
{
    parry_code code = PARRY_OK;
    if (list != NULL && !json_is_null(list) && !json_is_array(list))
        return parry_fail(err, PARRY_INVALID, "line 1: the file must be a list of rules");
    if (json_array_size(list) > PARRY_OWN_RULES)
        return parry_fail(err, PARRY_INVALID, "line 1: at most %d rules", PARRY_OWN_RULES);
    for (size_t i = 0; i < json_array_size(list) && code == PARRY_OK; i++) {
        const json_t *j = json_array_get(list, i);
        code = read_rule(j, &out->rule[out->n++], err);
        if (code != PARRY_OK)
            parry_err_context(err, "line %lld", (long long)json_integer_value(json_object_get(j, LINE)));
    }
    return code;
}

parry_code parry_own_rules_read(parry_str yaml, parry_own_rules **out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    json_t *list = NULL;
    parry_own_rules *r = parry_calloc(1, sizeof *r);
    parry_code code = parry_yaml_json(a, yaml, LINE, &list, err);
    if (code == PARRY_OK)
        code = read_all(list, r, err);
    json_decref(list);
    parry_arena_free(a);
    if (code == PARRY_OK)
        *out = r;
    else
        parry_own_rules_free(r);
    return code;
}
