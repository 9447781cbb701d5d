/* Who asks. A key or a token in a header goes before a cookie; who brings nothing is anyone. On loopback, what anyone
 * may do needs nothing, so there a key that is not valid is passed over; everywhere else it is refused. */
#include "api/app.h"

#include "access/keys.h"
#include "access/secret.h"
#include "api/algolia/request.h"
#include "api/desk/desk_api.h"
#include "api/limits/proxies.h"
#include "base/clock.h"
#include "base/log.h"
#include "desk/connectors/webhook.h"
#include "desk/desk.h"

#include <strings.h>

#define SECRET "parry_sk_" /* how a secret key begins */
enum { OPEN_TO_ALL = 1 << PARRY_RIGHT_SEARCH | 1 << PARRY_RIGHT_EVENTS | 1 << PARRY_RIGHT_HANDOFF };

static const parry_identity anyone_at_all = {.who = PARRY_WHO_ANYONE};
static const parry_identity anyone_searches = {.who = PARRY_WHO_ANYONE, .rights = OPEN_TO_ALL};
static const parry_identity anyone_here = {.who = PARRY_WHO_ANYONE, .rights = OPEN_TO_ALL | 1 << PARRY_RIGHT_METRICS};

/* On loopback; but who comes through a proxy that says his address is not here. */
static bool is_here(const parry_call *c)
{
    parry_ip ip;
    return c->app->loopback &&
           (c->req->address.n == 0 || !parry_ip_parse(c->req->address, &ip) || parry_ip_loopback(&ip));
}

static const parry_identity *anyone(const parry_call *c)
{
    const parry_app *app = c->app;
    const char *set = app->config->access.anonymous;
    if (app->access == NULL)
        return &anyone_here;
    if (strcmp(set, "none") == 0)
        return &anyone_at_all;
    if (is_here(c))
        return &anyone_here;
    if (app->loopback)
        return &anyone_searches;
    return strcmp(set, "search") == 0 ? &anyone_searches : &anyone_at_all;
}

/* ---- what a request brings ----------------------------------------------------------------------------------------
 */

parry_str parry_request_cookie(const parry_request *r, const char *name)
{
    parry_str rest = parry_request_header(r, "Cookie"), one, found = {NULL, 0};
    size_t n = strlen(name), times = 0;
    while (parry_str_split(&rest, ';', &one)) {
        one = parry_str_trim(one);
        if (one.n > n && memcmp(one.p, name, n) == 0 && one.p[n] == '=')
            found = times++ == 0 ? parry_str_from(one, n + 1) : parry_str_make(NULL, 0);
    }
    return found;
}

static parry_str bearer(parry_str header)
{
    static const char scheme[] = "Bearer ";
    if (header.n > sizeof scheme - 1 && strncasecmp(header.p, scheme, sizeof scheme - 1) == 0)
        return parry_str_trim(parry_str_from(header, sizeof scheme - 1));
    return parry_str_make(NULL, 0);
}

static parry_str brought(const parry_request *r)
{
    parry_str key = bearer(parry_request_header(r, "Authorization"));
    return key.n > 0 ? key : parry_request_header(r, "X-API-Key");
}

/* ---- who that is --------------------------------------------------------------------------------------------------
 */

static parry_code by_key(parry_call *c, parry_str key, parry_err *err)
{
    const parry_app *app = c->app;
    parry_identity *who = PARRY_NEW(c->arena, parry_identity);
    parry_code code;
    if (parry_key_looks(key))
        code = parry_key_verify(app->access, c->arena, key, who, err);
    else if (app->tokens != NULL && parry_token_looks(key))
        code = parry_token_verify(app->tokens, app->access, c->arena, key, parry_clock_now_ms(parry_clock_system()),
                                  who, err);
    else
        code = parry_fail(err, PARRY_DENIED, "this is neither a key nor a token that is known here");
    if (code == PARRY_OK)
        c->who = who;
    if (code != PARRY_DENIED || !app->loopback || anyone(c)->rights == 0)
        return code;
    c->who = anyone(c);
    return PARRY_OK;
}

static parry_code by_cookie(parry_call *c, parry_str token, parry_err *err)
{
    parry_identity *who = PARRY_NEW(c->arena, parry_identity);
    parry_err why = {0};
    parry_code code = parry_session_find(c->app->access, c->arena, token, who, &why);
    if (code == PARRY_OK)
        c->who = who;
    else if (code != PARRY_DENIED) /* one that ended is no reason to refuse what needs none */
        return parry_fail(err, code, "%s", why.msg);
    return PARRY_OK;
}

/* Another ticket system, that signs what it tells as we sign what we send (docs/handoff.md). */
static bool is_signed(const parry_request *r)
{
    return parry_str_eqz(r->method, "POST") && parry_str_eqz(r->path, PARRY_TICKET_HOOK) &&
           parry_request_header(r, "Parry-Signature").p != NULL;
}

static parry_code by_signature(parry_call *c, parry_err *err)
{
    static const parry_identity signer = {
        .who = PARRY_WHO_SECRET_KEY, .id = {"hook", 4}, .rights = 1 << PARRY_RIGHT_TICKETS};
    size_t n = 0;
    const parry_str *secrets = c->app->desk != NULL ? parry_desk_hook_secrets(c->app->desk, &n) : NULL;
    if (n == 0)
        return parry_fail(err, PARRY_DENIED,
                          "nobody's signature is known here; set desk.hook_secret_file, or send a key");
    parry_code code =
        parry_webhook_verify(c->arena, secrets, n, parry_request_header(c->req, "Parry-Signature"), c->req->body,
                             parry_clock_now_ms(parry_clock_system()) / 1000, &c->signature, err);
    if (code == PARRY_OK)
        c->who = &signer;
    return code;
}

parry_code parry_identify(parry_call *c, parry_err *err)
{
    c->who = anyone(c);
    if (c->app->access == NULL)
        return PARRY_OK;
    bool exposed = false;
    parry_str key = brought(c->req), token = parry_request_cookie(c->req, PARRY_SESSION_COOKIE);
    if (key.n == 0 && parry_algolia_path(c->req->path))
        key = parry_algolia_key(c->arena, c->req, &exposed);
    if (key.n == 0 && is_signed(c->req))
        return by_signature(c, err);
    if (key.n > 0)
        return exposed ? parry_identify_public(c, key, err) : by_key(c, key, err);
    return token.n > 0 ? by_cookie(c, token, err) : PARRY_OK;
}

/* ---- what must not be ---------------------------------------------------------------------------------------------
 */

/* The id of the secret key that stands in a text; empty where it is none of ours, or none any more. */
static parry_str exposed_id(const parry_call *c, parry_str text)
{
    enum { BYTES = sizeof SECRET - 1 + PARRY_KEY_ID + PARRY_TOKEN_TEXT };
    parry_str key = parry_str_from(text, parry_str_find(text, parry_str_of(SECRET)));
    parry_identity who;
    if (c->app->access == NULL || key.n < BYTES ||
        parry_key_verify(c->app->access, c->arena, parry_str_make(key.p, BYTES), &who, NULL) != PARRY_OK)
        return parry_str_make(NULL, 0);
    return who.id;
}

/* Counted, which wakes somebody, only where a key has to be changed: else any stranger could do that. */
static parry_code in_the_open(const parry_call *c, parry_str text, parry_err *err)
{
    parry_str id = exposed_id(c, text);
    if (id.n > 0)
        parry_metrics_count(c->app->metrics, PARRY_COUNT_REJECTED_EXPOSED_KEY);
    parry_log(PARRY_WARN, "secret_key_exposed", "req=%s key=%.*s address=%.*s", c->req->id,
              PARRY_FMT(id.n > 0 ? id : parry_str_of("?")), PARRY_FMT(c->req->address));
    return parry_fail(err, PARRY_DENIED,
                      "a secret key stands where others read along; send it in a header, and rotate this one now");
}

parry_code parry_identify_public(parry_call *c, parry_str key, parry_err *err)
{
    if (parry_key_looks_secret(key))
        return in_the_open(c, key, err);
    if (c->app->access == NULL)
        return PARRY_OK;
    return by_key(c, key, err);
}

/* What is in an address, decoded, where a secret key stands in it; else empty. */
static parry_str with_secret_key(const parry_call *c, parry_str encoded)
{
    parry_str plain = encoded;
    if (encoded.n > 0 && parry_percent_decode(c->arena, encoded, true, &plain, NULL) != PARRY_OK)
        plain = encoded;
    return parry_str_find(plain, parry_str_of(SECRET)) < plain.n ? plain : parry_str_make(NULL, 0);
}

parry_code parry_check_exposed(const parry_call *c, parry_err *err)
{
    parry_str text = with_secret_key(c, c->req->path);
    if (text.n == 0)
        text = with_secret_key(c, c->req->query);
    if (text.n == 0)
        text = parry_algolia_exposed(c->arena, c->req);
    return text.n > 0 ? in_the_open(c, text, err) : PARRY_OK;
}

static bool reads(parry_str method)
{
    return parry_str_eqz(method, "GET") || parry_str_eqz(method, "HEAD") || parry_str_eqz(method, "OPTIONS");
}

/* Signing in rests on no session; a form of another site cannot send the JSON that it takes. */
static bool signs_in(const parry_request *r)
{
    return parry_str_eqz(r->method, "POST") &&
           (parry_str_eqz(r->path, "/v1/session") || parry_str_eqz(r->path, PARRY_DESK_BASE "login"));
}

/* Forms of pages have no header, and do nothing that a stranger may not; from other sites they come without the cookie,
 * and /contact takes none of these at all (parry_same_site). */
static bool is_form(parry_str path)
{
    return parry_str_eqz(path, "/contact") ||
           parry_str_eqz(parry_str_make(path.p, path.n < 8 ? path.n : 8), "/ticket/");
}

parry_code parry_check_forgery(const parry_call *c, parry_err *err)
{
    if (c->who->who != PARRY_WHO_PERSON || reads(c->req->method) || signs_in(c->req) || is_form(c->req->path))
        return PARRY_OK;
    if (c->who->csrf.n > 0 && parry_secret_equals(parry_request_header(c->req, PARRY_CSRF_HEADER), c->who->csrf))
        return PARRY_OK;
    return parry_fail(err, PARRY_DENIED,
                      "a session's writes need its token in the header " PARRY_CSRF_HEADER "; GET /v1/session says it");
}

/* ---- by what name -------------------------------------------------------------------------------------------------
 */

bool parry_host_loopback(parry_str host)
{
    parry_str name = parry_str_make(host.p, parry_str_find(host, parry_str_of(":")));
    const size_t n = sizeof "localhost" - 1, before = name.n > n ? name.n - n : 0;
    parry_ip ip;
    if (parry_ip_parse(host, &ip))
        return parry_ip_loopback(&ip);
    return name.n - before == n && strncasecmp(name.p + before, "localhost", n) == 0 &&
           (before == 0 || name.p[before - 1] == '.');
}

static bool host_named(const char *hosts, parry_str host)
{
    parry_str rest = parry_str_of(hosts), one, name = parry_str_make(host.p, parry_str_find(host, parry_str_of(":")));
    while (parry_str_split(&rest, ' ', &one)) {
        if (one.n > 0 && one.n == name.n && strncasecmp(one.p, name.p, one.n) == 0)
            return true;
    }
    return false;
}

/* An address stands for itself: only names can be made to lead elsewhere. */
parry_code parry_check_host(const parry_call *c, const parry_route *route, parry_err *err)
{
    parry_str host = parry_request_header(c->req, "Host");
    bool sign_of_life = route->right == PARRY_RIGHT_OPEN && parry_class_of(route) == PARRY_CLASS_OPS;
    parry_ip ip;
    if (sign_of_life || c->who->who != PARRY_WHO_ANYONE || !is_here(c) || host.n == 0 || parry_ip_parse(host, &ip) ||
        parry_host_loopback(host) || host_named(c->app->config->serve.hosts, host))
        return PARRY_OK;
    return parry_fail(err, PARRY_DENIED,
                      "programs and pages of this machine reach this server as localhost; another name must stand in "
                      "serve.hosts, or send a key");
}

parry_actor parry_call_actor(const parry_call *c)
{
    static const char *const kinds[] = {[PARRY_WHO_ANYONE] = "anyone",
                                        [PARRY_WHO_SEARCH_KEY] = "key",
                                        [PARRY_WHO_SECRET_KEY] = "key",
                                        [PARRY_WHO_USER] = "user",
                                        [PARRY_WHO_PERSON] = "person"};
    parry_str id = parry_str_printf(c->arena, "%s:%.*s", kinds[c->who->who], PARRY_FMT(c->who->id));
    return (parry_actor){id, c->req->address};
}

void parry_call_audit(const parry_call *c, const char *action, const char *kind, parry_str target, json_t *more)
{
    const parry_actor by = parry_call_actor(c);
    parry_err err = {0};
    if (c->app->access == NULL)
        json_decref(more);
    else if (parry_access_tell(c->app->access, &by, action, kind, target, true, more, &err) != PARRY_OK)
        parry_log_err("audit", &err);
}
