/* Articles by key: create, update, publish, withdraw, remove, and reading what is not published.
 * docs/publishing-api.md.
 *
 * A version is named by its hash; its first half is the ETag of everything that says or changes it. */
#include "api/routes.h"

#include "content/edit.h"
#include "indexer/publisher.h"

#include <stdlib.h>

enum { VERSION_TEXT = 33, WARNINGS_MAX = 20, WAIT_MS = 10000 };

static void version_text(parry_hash hash, char out[VERSION_TEXT])
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(hash, hex);
    (void)snprintf(out, VERSION_TEXT, "%.32s", hex);
}

/* ---- who may edit what --------------------------------------------------------------------------------------------
 */

/* A key without audiences writes for the public ones. */
static void editor_of(parry_call *c, parry_edit *e)
{
    const parry_identity *who = c->who;
    *e = (parry_edit){.store = c->app->store,
                      .may_publish = parry_rights_have(who->rights, PARRY_RIGHT_ARTICLES_PUBLISH),
                      .audiences = who->audiences,
                      .naudiences = who->naudiences};
    if (who->any_audience) {
        e->audiences = NULL;
    } else if (who->naudiences == 0) {
        parry_str *open = PARRY_ARRAY(c->arena, parry_str, 3);
        open[0] = parry_str_of(c->app->config->serve.default_audience);
        open[1] = parry_str_of("customer");
        open[2] = parry_str_of("merchant");
        e->audiences = open;
        e->naudiences = 3;
    }
}

static bool may_read(const parry_call *c, parry_str audience)
{
    parry_err ignored;
    bool granted = c->who->any_audience;
    for (size_t i = 0; i < c->who->naudiences && !granted; i++)
        granted = parry_str_eq(c->who->audiences[i], audience);
    return granted || (c->who->naudiences == 0 && parry_audience_public(c->app, audience, &ignored) == PARRY_OK);
}

/* A category or a locale is the front matter's, which whoever writes may change: it keeps nobody from anything here. */
static parry_code check_unlimited(const parry_call *c, parry_err *err)
{
    if (c->who->nnarrowings == 0 && c->who->locale.n == 0)
        return PARRY_OK;
    return parry_fail(err, PARRY_DENIED, "this key is limited to some articles: it reads what is published, no more");
}

parry_code parry_staff_article(parry_call *c, parry_str key, parry_store_row *row, parry_err *err)
{
    parry_err below = {0};
    parry_code code = check_unlimited(c, err);
    if (code != PARRY_OK)
        return code;
    code = key.n <= 500 ? parry_store_row_get(c->app->store, c->arena, key, row, &below) : PARRY_NOT_FOUND;
    if (code == PARRY_NOT_FOUND || (code == PARRY_OK && !may_read(c, row->audience)))
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such article");
    if (code != PARRY_OK && err != NULL)
        *err = below;
    return code;
}

/* If-Match into e->expected. `needed`: it must be there. *answered: refused, and the reply is made. */
static parry_code read_precondition(parry_call *c, parry_edit *e, bool needed, parry_hash *expected, bool *answered,
                                    parry_err *err)
{
    parry_str match = parry_request_header(c->req, "If-Match");
    parry_store_row row;
    char version[VERSION_TEXT];
    if (match.p != NULL && match.n == 0) /* a script whose variable was empty: not "any" */
        return parry_fail(err, PARRY_INVALID, "If-Match is empty: give an ETag, or * for any");
    *answered = needed && match.n == 0;
    if (*answered)
        parry_problem_reply(c->res, PARRY_PROBLEM_PRECONDITION_REQUIRED,
                            "say If-Match with the ETag of the version that this follows", c->req->id);
    if (match.n == 0 || parry_str_eqz(match, "*"))
        return PARRY_OK;
    parry_code code = parry_staff_article(c, c->tail, &row, err);
    if (code != PARRY_OK)
        return code;
    version_text(row.hash, version);
    *expected = parry_etag_matches(match, version) ? row.hash : (parry_hash){{0}};
    e->expected = expected;
    return PARRY_OK;
}

/* ---- the reply ----------------------------------------------------------------------------------------------------
 */

typedef struct warned {
    json_t *list;
} warned;

static void take_warning(void *ctx, parry_str path, int line, const char *msg)
{
    warned *w = ctx;
    (void)path;
    if (json_array_size(w->list) < WARNINGS_MAX)
        json_array_append_new(w->list, json_pack("{s:i, s:s}", "line", line, "message", msg));
}

/* A reply that waits to be told whether the change is live. */
typedef struct waiting {
    parry_publisher *publisher;
    parry_response *res;
    json_t *reply;
    void (*done)(void *arg, parry_code code);
    void *arg;
} waiting;

static void on_live(void *ctx, bool live)
{
    waiting *w = ctx;
    if (live) {
        json_object_set_new(w->reply, "live", json_true());
        parry_response_json(w->res, w->res->status, w->res->type, w->reply);
    } else {
        json_decref(w->reply);
    }
    w->done(w->arg, PARRY_OK); /* what was asked is done, live or not */
    free(w);
}

static void wait_for_live(void *ctx, uint64_t ticket, void (*done)(void *arg, parry_code code), void *arg)
{
    waiting *w = ctx;
    w->done = done;
    w->arg = arg;
    if (parry_publisher_wait(w->publisher, ticket, WAIT_MS, on_live, w, NULL) != PARRY_OK)
        on_live(w, false);
}

static bool wants_live(const parry_call *c, bool *live, parry_err *err)
{
    parry_str wait = {NULL, 0};
    *live = parry_request_text(c->req, "wait", &wait);
    if (!*live || parry_str_eqz(wait, "live"))
        return true;
    return parry_fail(err, PARRY_INVALID, "wait: live is all that can be waited for") == PARRY_OK;
}

static json_t *row_json(const parry_call *c, const parry_store_row *row, json_t *warnings)
{
    char version[VERSION_TEXT];
    version_text(row->hash, version);
    json_t *j = json_object();
    json_object_set_new(j, "id", parry_json_text(row->id));
    json_object_set_new(j, "slug", parry_json_text(row->slug));
    json_object_set_new(j, "url", parry_json_url(c, "/articles/", row->slug));
    json_object_set_new(j, "audience", parry_json_text(row->audience));
    json_object_set_new(j, "status", json_string(parry_status_name(row->status)));
    json_object_set_new(j, "version", json_string(version));
    json_object_set_new(j, "change", json_integer((json_int_t)row->seq));
    json_object_set_new(j, "live", json_false());
    json_object_set(j, "warnings", warnings);
    return j;
}

static void say_where(parry_call *c, parry_str id)
{
    parry_buf at = PARRY_BUF(4096);
    parry_buf_addz(&at, "/v1/articles/");
    parry_percent_encode(id, &at);
    parry_response_header(c->res, "Location", parry_buf_str(&at));
    parry_buf_free(&at);
}

static void reply_row(parry_call *c, int status, const parry_store_row *row, json_t *warnings, bool live)
{
    json_t *j = row_json(c, row, warnings);
    version_text(row->hash, c->res->etag);
    parry_publisher_poke(c->app->publisher);
    if (live) {
        waiting *w = parry_calloc(1, sizeof *w);
        *w = (waiting){.publisher = c->app->publisher, .res = c->res, .reply = json_incref(j)};
        parry_response_hold(c->res, (parry_hold){.wait = wait_for_live, .ctx = w, .ticket = row->seq});
    }
    if (status == 201)
        say_where(c, row->id);
    parry_response_json(c->res, status, "application/json", j);
}

/* ---- one edit -----------------------------------------------------------------------------------------------------
 */

typedef enum act { CREATE, UPDATE, PUBLISH, WITHDRAW, REMOVE } act;

static parry_code do_it(parry_call *c, parry_edit *e, act what, parry_str id, parry_str markdown, parry_store_row *row,
                        parry_err *err)
{
    switch (what) {
    case CREATE:
        return parry_edit_create(e, c->arena, id, markdown, row, err);
    case UPDATE:
        return parry_edit_update(e, c->arena, id, markdown, row, err);
    case PUBLISH:
        return parry_edit_publish(e, c->arena, id, row, err);
    case WITHDRAW:
        return parry_edit_withdraw(e, c->arena, id, row, err);
    case REMOVE:
        return parry_edit_remove(e, c->arena, id, row, err);
    }
    return PARRY_OK;
}

/* After the fact: the store has committed it. */
static void tell(const parry_call *c, act what, const parry_store_row *row)
{
    static const char *const actions[] = {[CREATE] = "article.create",
                                          [UPDATE] = "article.update",
                                          [PUBLISH] = "article.publish",
                                          [WITHDRAW] = "article.withdraw",
                                          [REMOVE] = "article.remove"};
    char version[VERSION_TEXT];
    version_text(row->hash, version);
    parry_call_audit(c, actions[what], "article", row->id,
                     json_pack("{s:s, s:s, s:I}", "version", version, "status", parry_status_name(row->status),
                               "change", (json_int_t)row->seq));
}

static parry_code edit(parry_call *c, act what, parry_str id, parry_str markdown, parry_err *err)
{
    parry_edit e;
    parry_hash expected;
    parry_store_row row;
    bool live, answered = false;
    editor_of(c, &e);
    if (c->app->publisher == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server only reads: write to the one that it follows");
    if (!wants_live(c, &live, err))
        return PARRY_INVALID;
    parry_code code = check_unlimited(c, err);
    if (code == PARRY_OK && what != CREATE)
        code = read_precondition(c, &e, what == UPDATE, &expected, &answered, err);
    if (code != PARRY_OK || answered)
        return code;
    warned list = {json_array()};
    const parry_warnings warnings = {take_warning, &list};
    e.warnings = &warnings;
    code = do_it(c, &e, what, id, markdown, &row, err);
    if (code == PARRY_OK) {
        tell(c, what, &row);
        reply_row(c, what == CREATE ? 201 : 200, &row, list.list, live);
    }
    json_decref(list.list);
    if (code != PARRY_CONFLICT || !e.stale || e.expected == NULL)
        return code;
    parry_problem_reply(c->res, PARRY_PROBLEM_PRECONDITION, err->msg, c->req->id);
    return PARRY_OK;
}

/* ---- bodies -------------------------------------------------------------------------------------------------------
 */

static parry_code text_member(const json_t *j, const char *name, parry_str *out, parry_err *err)
{
    const json_t *value = json_object_get(j, name);
    if (value != NULL && !json_is_string(value))
        return parry_fail(err, PARRY_INVALID, "%s must be a text", name);
    *out = parry_str_make(json_string_value(value), value ? json_string_length(value) : 0);
    return PARRY_OK;
}

static parry_code check_members(json_t *j, bool id_too, parry_err *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(j))
        return parry_fail(err, PARRY_INVALID, "the body must be an object");
    json_object_foreach(j, name, value)
    {
        if (strcmp(name, "markdown") != 0 && (!id_too || strcmp(name, "id") != 0))
            return parry_fail(err, PARRY_INVALID, "there is no member \"%.60s\": markdown%s", name,
                              id_too ? ", and id" : " alone");
    }
    return PARRY_OK;
}

/* {"markdown": ..., "id": ...}, or the Markdown itself. *answered: refused, and the reply is made. */
static parry_code read_body(parry_call *c, bool id_too, parry_str *id, parry_str *markdown, bool *answered,
                            parry_err *err)
{
    json_t *j = NULL;
    *answered = false;
    if (parry_request_is(c->req, "text/markdown")) {
        *markdown = c->req->body;
        return PARRY_OK;
    }
    if (!parry_request_is(c->req, "application/json")) {
        *answered = true;
        parry_problem_reply(c->res, PARRY_PROBLEM_MEDIA_TYPE, "an article is sent as application/json or text/markdown",
                            c->req->id);
        return PARRY_OK;
    }
    parry_code code = parry_request_json(c->req, &j, err);
    if (code == PARRY_OK)
        code = check_members(j, id_too, err);
    if (code == PARRY_OK)
        code = text_member(j, "markdown", markdown, err);
    if (code == PARRY_OK && id_too)
        code = text_member(j, "id", id, err);
    if (code == PARRY_OK && markdown->p == NULL)
        code = parry_fail(err, PARRY_INVALID, "markdown must be there");
    if (code == PARRY_OK) {
        *markdown = parry_str_copy(c->arena, *markdown);
        *id = id->n > 0 ? parry_str_copy(c->arena, *id) : *id;
    }
    json_decref(j);
    return code;
}

parry_code parry_post_article(parry_call *c, parry_err *err)
{
    parry_str id = {NULL, 0}, markdown;
    bool answered;
    parry_code code = read_body(c, true, &id, &markdown, &answered, err);
    return code != PARRY_OK || answered ? code : edit(c, CREATE, id, markdown, err);
}

parry_code parry_put_article(parry_call *c, parry_err *err)
{
    parry_str id = {NULL, 0}, markdown;
    bool answered;
    parry_code code = read_body(c, false, &id, &markdown, &answered, err);
    return code != PARRY_OK || answered ? code : edit(c, UPDATE, c->tail, markdown, err);
}

parry_code parry_post_publish(parry_call *c, parry_err *err)
{
    return edit(c, PUBLISH, c->tail, (parry_str){NULL, 0}, err);
}

parry_code parry_post_withdraw(parry_call *c, parry_err *err)
{
    return edit(c, WITHDRAW, c->tail, (parry_str){NULL, 0}, err);
}

parry_code parry_delete_article(parry_call *c, parry_err *err)
{
    return edit(c, REMOVE, c->tail, (parry_str){NULL, 0}, err);
}

/* ---- reading what is not published --------------------------------------------------------------------------------
 */

parry_code parry_get_source(parry_call *c, parry_err *err)
{
    parry_store_row row;
    parry_str bytes;
    parry_code code = parry_staff_article(c, c->tail, &row, err);
    if (code == PARRY_OK)
        code = parry_store_source(c->app->store, c->arena, row.hash, &bytes, err);
    if (code != PARRY_OK)
        return code;
    c->res->tagged = true;
    version_text(row.hash, c->res->etag);
    parry_response_text(c->res, "text/markdown; charset=utf-8", bytes);
    return PARRY_OK;
}

void parry_staff_members(const parry_store_row *row, json_t *j)
{
    char version[VERSION_TEXT];
    bool tree = parry_store_origin(row->path) == PARRY_FROM_TREE;
    version_text(row->hash, version);
    json_object_set_new(j, "status", json_string(parry_status_name(row->status)));
    json_object_set_new(j, "version", json_string(version));
    json_object_set_new(j, "change", json_integer((json_int_t)row->seq));
    json_object_set_new(j, "origin", json_string(tree ? "tree" : "api"));
    if (tree)
        json_object_set_new(j, "path", parry_json_text(row->path));
}
