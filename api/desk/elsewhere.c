/* Where people write to a person, from a server that takes no tickets itself: a replica, or the second one on a folder.
 */
#include "api/desk/desk_api.h"

parry_str parry_person_url(const parry_call *c)
{
    const parry_app *app = c->app;
    const char *set = app->config->desk.contact_url;
    if (app->desk != NULL)
        return parry_str_printf(c->arena, "%s/contact", c->base);
    if (*set != 0)
        return parry_str_of(set);
    if (app->follow == NULL)
        return parry_str_of("");
    return parry_str_printf(c->arena, "%s%s/contact", parry_follow_primary(app->follow), c->base);
}

parry_code parry_no_desk(const parry_call *c, parry_err *err)
{
    parry_str url = parry_person_url(c);
    if (url.n == 0)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server takes no tickets");
    return parry_fail(err, PARRY_UNAVAILABLE, "this server takes no tickets; people write to a person at %.*s",
                      PARRY_FMT(parry_utf8_cut(url, 150)));
}

parry_code parry_to_person(parry_call *c, parry_str url)
{
    c->res->status = 307;
    c->res->type = "text/plain; charset=utf-8";
    parry_response_header(c->res, "Location", url);
    return PARRY_OK;
}
