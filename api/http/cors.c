/* Cross-origin requests (Fetch standard, CORS protocol): which sites' pages may call from a browser. Never with
 * cookies: a page elsewhere brings a key, or is anyone. */
#include "api/app.h"

static bool among(const char *origins, parry_str origin)
{
    parry_str rest = parry_str_of(origins), one;
    while (parry_str_split(&rest, ' ', &one)) {
        if (parry_str_eqz(one, "*") || (one.n > 0 && parry_str_eq(one, origin)))
            return true;
    }
    return false;
}

void parry_cors(const parry_app *app, const parry_request *req, bool preflight, parry_response *res)
{
    const char *origins = app->config->serve.cors_origins;
    parry_str origin = parry_request_header(req, "Origin");
    if (!*origins)
        return;
    res->by_origin = true;
    if (origin.n == 0 || !among(origins, origin))
        return;
    parry_response_header(res, "Access-Control-Allow-Origin", origin);
    if (!preflight) {
        parry_response_header(res, "Access-Control-Expose-Headers",
                              parry_str_of("ETag, Location, Retry-After, X-Request-Id"));
        return;
    }
    parry_response_header(res, "Access-Control-Allow-Methods", parry_str_of(res->allow));
    parry_str wanted = parry_request_header(req, "Access-Control-Request-Headers");
    if (wanted.n > 0)
        parry_response_header(res, "Access-Control-Allow-Headers", wanted);
    parry_response_header(res, "Access-Control-Max-Age", parry_str_of("86400"));
}
