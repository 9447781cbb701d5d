/* From the outbox to the one webhook of notices. */
#include "desk/notices.h"

#include "access/secret.h"
#include "desk/connectors/webhook.h"

#include <stdlib.h>

struct parry_notices {
    parry_arena *arena;
    const char *url;
    parry_str secret;
    parry_web_rules rules;
};

static parry_code read_options(parry_notices *n, const parry_notices_options *o, parry_err *err)
{
    size_t count = 0;
    parry_code code = parry_web_check_url(o->url, "https http", false, err);
    if (code != PARRY_OK) {
        parry_err_context(err, "alerts.webhook_url");
        return code;
    }
    if (*o->secret_file == 0)
        return parry_fail(err, PARRY_INVALID, "alerts.secret_file: alerts are signed; name a file with the secret");
    code = parry_secret_lines(n->arena, o->secret_file, PARRY_WEBHOOK_SECRET_LEAST, &n->secret, 1, &count, err);
    if (code != PARRY_OK)
        parry_err_context(err, "alerts.secret_file");
    n->url = parry_str_z(n->arena, parry_str_of(o->url));
    n->rules.inside = o->inside;
    return code;
}

parry_code parry_notices_open(const parry_notices_options *o, parry_notices **out, parry_err *err)
{
    *out = NULL;
    if (o->url == NULL || *o->url == 0)
        return PARRY_OK;
    parry_notices *n = parry_calloc(1, sizeof *n);
    n->arena = parry_arena_new();
    parry_code code = read_options(n, o, err);
    if (code == PARRY_OK)
        *out = n;
    else
        parry_notices_free(n);
    return code;
}

void parry_notices_free(parry_notices *n)
{
    if (n == NULL)
        return;
    parry_arena_free(n->arena);
    free(n);
}

static parry_fate send_notice(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    const parry_notices *n = ctx;
    parry_arena *a = parry_arena_new();
    parry_web_reply reply = {0};
    const parry_webhook_call call = {
        .url = n->url, .event = "alert", .secret = n->secret, .id = item->key, .body = item->payload};
    parry_fate fate = parry_webhook_post(&n->rules, &call, a, &reply, err);
    out->retry_after_ms = reply.retry_after_ms;
    out->ended = true; /* nothing is looked after */
    parry_arena_free(a);
    return fate;
}

parry_target parry_notices_target(parry_notices *n)
{
    return (parry_target){.name = PARRY_NOTICES_TARGET, .send = send_notice, .ctx = n, .workers = 1};
}
