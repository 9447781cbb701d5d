/* /v1/replica: what other servers copy this one by (copies/offer.h), and what a replica says of itself. */
#include "api/http/range.h"
#include "api/routes.h"

#include "content/replicate.h"
#include "copies/offer.h"

#include <inttypes.h>

/* ---- the primary's side ---------------------------------------------------------------------------------------------
 */

parry_code parry_get_replica_current(parry_call *c, parry_err *err)
{
    json_t *j = NULL;
    parry_code code = parry_offer_current(c->app->data_dir, c->app->store, &j, err);
    if (code != PARRY_OK)
        return code;
    c->res->tagged = true;
    parry_response_json(c->res, 200, "application/json", j);
    return PARRY_OK;
}

/* All of a text: decimal digits, fewer than 19 of them. */
static bool number(parry_str s, uint64_t *out)
{
    uint64_t n = 0;
    if (s.n == 0 || s.n > 18)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    }
    *out = n;
    return true;
}

parry_code parry_get_replica_changes(parry_call *c, parry_err *err)
{
    parry_str text = {NULL, 0};
    uint64_t after = 0;
    json_t *j = NULL;
    if (parry_request_text(c->req, "after", &text) && !number(text, &after))
        return parry_fail(err, PARRY_INVALID, "after is the number of a change: 0 or more");
    parry_code code = parry_store_export(c->app->store, after, &j, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, 200, "application/json", j);
    return code;
}

/* The whole, or the part that Range asks for, at most a piece of it. */
static parry_code send_file(parry_call *c, const char *path, parry_err *err)
{
    char text[PARRY_RANGE_TEXT];
    parry_range part;
    uint64_t size = 0;
    parry_code code = parry_offer_read(path, 0, 0, &c->res->body, &size, err);
    if (code != PARRY_OK)
        return code;
    parry_range_kind kind = parry_range_read(parry_request_range(c->req, ""), size, &part);
    if (kind == PARRY_RANGE_BEYOND) {
        parry_response_beyond(c->res, c->req, size);
        return PARRY_OK;
    }
    if (kind == PARRY_RANGE_WHOLE)
        part = (parry_range){0, size};
    if (kind == PARRY_RANGE_WHOLE && size > PARRY_OFFER_PIECE)
        return parry_fail(err, PARRY_INVALID, "the file has %" PRIu64 " bytes: ask for it with Range, %d at a time",
                          size, PARRY_OFFER_PIECE);
    code = parry_offer_read(path, part.from, part.end, &c->res->body, &size, err);
    if (code != PARRY_OK)
        return code;
    c->res->type = "application/octet-stream";
    c->res->plain = true;
    parry_response_header(c->res, "Accept-Ranges", parry_str_of("bytes"));
    if (kind == PARRY_RANGE_WHOLE)
        return PARRY_OK;
    part.end = part.from + c->res->body.n;
    c->res->status = 206;
    parry_range_text(part, size, text);
    parry_response_header(c->res, "Content-Range", parry_str_of(text));
    return PARRY_OK;
}

parry_code parry_get_replica_segment(parry_call *c, parry_err *err)
{
    const char *path = NULL;
    parry_code code = parry_offer_segment_file(c->app->data_dir, c->arena, c->tail, c->tail2, &path, err);
    return code == PARRY_OK ? send_file(c, path, err) : code;
}

parry_code parry_get_replica_table(parry_call *c, parry_err *err)
{
    const char *path = NULL;
    parry_code code = parry_offer_table(c->app->data_dir, c->arena, c->tail, &path, err);
    return code == PARRY_OK ? send_file(c, path, err) : code;
}

/* ---- the replica's side ---------------------------------------------------------------------------------------------
 */

bool parry_replica_refuses(const parry_call *c, const parry_route *route, char *detail, size_t room)
{
    if (c->app->follow == NULL || strcmp(route->method, "GET") == 0 || route->right == PARRY_RIGHT_SEARCH ||
        route->right == PARRY_RIGHT_OPEN)
        return false;
    (void)snprintf(detail, room, "this is a replica, which only reads; send it to %.150s",
                   parry_follow_primary(c->app->follow));
    return true;
}

/* /ready is open to everybody: why and from where stays in the log. */
json_t *parry_replica_json(const parry_call *c)
{
    parry_follow_status s;
    if (c->app->follow == NULL)
        return NULL;
    parry_follow_get(c->app->follow, &s);
    const char *state = !s.ever ? "starting" : s.error[0] ? "behind" : "following";
    return json_pack("{s:s, s:f, s:I}", "state", state, "lag_s", s.lag_s, "primary_generation",
                     (json_int_t)s.primary_generation);
}

void parry_replica_degraded(const parry_call *c, json_t *degraded)
{
    parry_follow_status s;
    if (c->app->follow == NULL)
        return;
    parry_follow_get(c->app->follow, &s);
    if (s.error[0])
        json_object_set_new(degraded, "replica", json_string("the primary cannot be followed; the log says why"));
}

void parry_replica_metrics(const parry_call *c, parry_buf *out)
{
    parry_follow_status s;
    if (c->app->follow == NULL)
        return;
    parry_follow_get(c->app->follow, &s);
    parry_buf_printf(out,
                     "# HELP parry_replica_lag_seconds For so long this replica may be behind its primary.\n"
                     "# TYPE parry_replica_lag_seconds gauge\nparry_replica_lag_seconds %.3f\n"
                     "# HELP parry_replica_primary_generation The generation that the primary last offered.\n"
                     "# TYPE parry_replica_primary_generation gauge\nparry_replica_primary_generation %" PRIu64 "\n"
                     "# HELP parry_replica_rounds_total Times that the primary was asked.\n"
                     "# TYPE parry_replica_rounds_total counter\nparry_replica_rounds_total %" PRIu64 "\n"
                     "# HELP parry_replica_failures_total Times that this failed.\n"
                     "# TYPE parry_replica_failures_total counter\nparry_replica_failures_total %" PRIu64 "\n"
                     "# HELP parry_replica_fetched_bytes_total Bytes copied from the primary.\n"
                     "# TYPE parry_replica_fetched_bytes_total counter\nparry_replica_fetched_bytes_total %" PRIu64
                     "\n",
                     s.lag_s, s.primary_generation, s.rounds, s.failures, s.fetched_bytes);
}
