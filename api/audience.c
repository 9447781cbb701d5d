/* Audiences: who may ask for what, before there are keys. */
#include "api/app.h"

static const struct {
    const char *name, *base;
} publics[] = {{"customer", "/customer"}, {"merchant", "/merchant"}};
enum { PUBLICS = sizeof publics / sizeof *publics };

parry_code parry_audience_public(const parry_app *app, parry_str name, parry_err *err)
{
    if (parry_str_eqz(name, app->config->serve.default_audience))
        return PARRY_OK;
    for (size_t i = 0; i < PUBLICS; i++) {
        if (parry_str_eqz(name, publics[i].name))
            return PARRY_OK;
    }
    if (parry_str_eqz(name, "internal"))
        return parry_fail(err, PARRY_DENIED, "the internal audience needs a key, and this version has none");
    return parry_fail(err, PARRY_INVALID, "audience must be customer or merchant");
}

const char *parry_audience_base(const parry_app *app, parry_str audience)
{
    for (size_t i = 0; i < PUBLICS; i++) {
        if (parry_str_eqz(audience, publics[i].name) && !parry_str_eqz(audience, app->config->serve.default_audience))
            return publics[i].base;
    }
    return "";
}

bool parry_audience_prefix(parry_str *path, parry_str *audience)
{
    for (size_t i = 0; i < PUBLICS; i++) {
        size_t n = strlen(publics[i].base);
        if (!parry_str_starts(*path, publics[i].base) || (path->n > n && path->p[n] != '/'))
            continue;
        *path = path->n > n ? parry_str_from(*path, n) : parry_str_of("/");
        *audience = parry_str_of(publics[i].name);
        return true;
    }
    return false;
}
