/* /v1/replica: what other servers copy this one by (copies/offer.h), and what a replica says of itself. */
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

/* "bytes=0-1023" or "bytes=1024-"; without a header the whole. end: one past the last. */
static bool read_range(parry_str header, uint64_t *from, uint64_t *end)
{
    *from = 0;
    *end = UINT64_MAX;
    if (header.n == 0)
        return true;
    if (!parry_str_starts(header, "bytes="))
        return false;
    parry_str rest = parry_str_from(header, 6), first, last;
    size_t dash = parry_str_find(rest, parry_str_of("-"));
    first = parry_str_make(rest.p, dash);
    last = parry_str_from(rest, dash + 1);
    if (dash == rest.n || !number(first, from) || (last.n > 0 && !number(last, end)))
        return false;
    *end += last.n > 0;
    return *from < *end;
}

static parry_code send_file(parry_call *c, const char *path, parry_err *err)
{
    uint64_t from, end, size = 0;
    parry_str header = parry_request_header(c->req, "Range");
    if (!read_range(header, &from, &end))
        return parry_fail(err, PARRY_INVALID, "a Range here is bytes=FROM-TO or bytes=FROM-");
    parry_code code = parry_offer_read(path, from, end, &c->res->body, &size, err);
    if (code != PARRY_OK)
        return code;
    size_t n = c->res->body.n;
    if (header.n > 0 && n == 0)
        return parry_fail(err, PARRY_INVALID, "the file has %" PRIu64 " bytes, none from %" PRIu64 " on", size, from);
    if (header.n == 0 && n < size)
        return parry_fail(err, PARRY_INVALID, "the file has %" PRIu64 " bytes: ask for it with Range, %d at a time",
                          size, PARRY_OFFER_PIECE);
    c->res->status = header.n > 0 ? 206 : 200;
    c->res->type = "application/octet-stream";
    c->res->plain = true;
    if (header.n > 0)
        parry_response_header(
            c->res, "Content-Range",
            parry_str_printf(c->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, from, from + n - 1, size));
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
