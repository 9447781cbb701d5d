/* Configuration that comes from elsewhere than the file: the environment, and a file that is read again. */
#include "base/config_private.h"

#include <ctype.h>

enum { VALUE_BYTES = 8 * 1024, VARIABLE_BYTES = 128 };

void parry_config_variable(const char *key, parry_buf *out)
{
    parry_buf_addz(out, "PARRY_");
    for (const char *p = key; *p; p++)
        parry_buf_addc(out, *p == '.' ? '_' : (char)toupper((unsigned char)*p));
}

static const parry_config_row *row_of_variable(parry_str name)
{
    for (const parry_config_row *r = parry_config_rows; r < parry_config_rows + parry_config_nrows; r++) {
        parry_buf variable = PARRY_BUF(VARIABLE_BYTES);
        parry_config_variable(r->key, &variable);
        bool it = parry_config_names_file(r) && parry_str_eq(parry_buf_str(&variable), name);
        parry_buf_free(&variable);
        if (it)
            return r;
    }
    return NULL;
}

parry_code parry_config_environment(parry_config *c, char *const *environment, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (; environment != NULL && *environment != NULL && code == PARRY_OK; environment++) {
        const char *equals = strchr(*environment, '=');
        if (equals == NULL)
            continue;
        parry_str name = {*environment, (size_t)(equals - *environment)};
        if (!parry_str_starts(name, "PARRY_") || !parry_str_ends(name, "_FILE"))
            continue;
        const parry_config_row *r = row_of_variable(name);
        if (r == NULL)
            return parry_fail(err, PARRY_INVALID, "environment %.*s: no key takes it; see `parry config --help`",
                              PARRY_FMT(parry_utf8_cut(name, 80)));
        code = parry_config_set(c, r->key, equals + 1, err);
        if (code != PARRY_OK)
            parry_err_context(err, "environment %.*s", PARRY_FMT(name));
    }
    return code;
}

void parry_config_print(const parry_config *c, const parry_config_row *r, parry_buf *out)
{
    const char *at = (const char *)c + r->at, *text;
    int64_t number;
    double decimal;
    switch (parry_config_kind_of(r)) {
    case NUMBER:
        memcpy(&number, at, sizeof number);
        parry_buf_printf(out, "%lld", (long long)number);
        return;
    case DECIMAL:
        memcpy(&decimal, at, sizeof decimal);
        parry_buf_printf(out, "%.10g", decimal);
        return;
    case TEXT:
    case WORD:
    case WORDS:
    case ADDRESS:
        memcpy(&text, at, sizeof text);
        parry_buf_addz(out, text);
        return;
    }
}

void parry_config_live(const parry_config *running, const parry_config *wanted, parry_config *next,
                       parry_config_changed *told, void *ctx)
{
    parry_config_defaults(next);
    for (const parry_config_row *r = parry_config_rows; r < parry_config_rows + parry_config_nrows; r++) {
        parry_buf old = PARRY_BUF(VALUE_BYTES), new = PARRY_BUF(VALUE_BYTES);
        parry_config_print(running, r, &old);
        parry_config_print(wanted, r, &new);
        bool live = (r->kind & LIVE) != 0;
        if (!parry_str_eq(parry_buf_str(&old), parry_buf_str(&new)))
            told(ctx, r->key, live);
        const parry_buf *value = live ? &new : &old;
        parry_code code = parry_config_set(next, r->key, value->p ? value->p : "", NULL);
        (void)code; /* it was valid where it comes from */
        parry_buf_free(&old);
        parry_buf_free(&new);
    }
}
