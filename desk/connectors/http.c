/* JSON over HTTP, for the kinds whose API is that. */
#include "desk/connectors/inner.h"

#include <stdlib.h>

void parry_receipt_setz(char out[PARRY_OUTBOX_REMOTE_MAX], const char *value)
{
    parry_str cut = parry_utf8_cut(parry_str_of(value), PARRY_OUTBOX_REMOTE_MAX - 1);
    (void)snprintf(out, PARRY_OUTBOX_REMOTE_MAX, "%.*s", PARRY_FMT(cut));
}

void parry_receipt_set(char out[PARRY_OUTBOX_REMOTE_MAX], const json_t *value)
{
    if (json_is_integer(value))
        (void)snprintf(out, PARRY_OUTBOX_REMOTE_MAX, "%lld", (long long)json_integer_value(value));
    else if (json_is_string(value))
        parry_receipt_setz(out, json_string_value(value));
}

void parry_receipt_page(const parry_connector *c, const char *way, parry_receipt *out)
{
    parry_arena *a = parry_arena_new();
    parry_str id = parry_url_encode(a, parry_str_of(out->remote_id));
    parry_str url = parry_str_printf(a, "%s%s%.*s", parry_connector_get(c, "url"), way, PARRY_FMT(id));
    if (id.n > 0 && url.n < sizeof out->remote_url)
        parry_receipt_setz(out->remote_url, url.p);
    parry_arena_free(a);
}

parry_fate parry_receipt_gone(const parry_outbox_item *item, parry_receipt *out)
{
    *out = item->receipt;
    out->retry_after_ms = 0;
    out->ended = true;
    parry_receipt_setz(out->status, "deleted");
    return PARRY_FATE_DELIVERED;
}

parry_fate parry_odd_answer(parry_err *err)
{
    (void)parry_fail(err, PARRY_UNAVAILABLE, "its answer is not as documented: is `url` that of the API?");
    return PARRY_FATE_LATER;
}

parry_fate parry_look_end(const parry_connector *c, const parry_outbox_item *item, const parry_looked *looked,
                          parry_fate fate,
                          void (*read)(const parry_connector *c, const json_t *ticket, parry_receipt *out),
                          parry_receipt *out, parry_err *err)
{
    if (looked->known && looked->status == 404)
        return parry_receipt_gone(item, out);
    if (fate != PARRY_FATE_DELIVERED)
        return fate;
    if (!looked->known && !json_is_array(looked->list))
        return parry_odd_answer(err);
    if (looked->ticket == NULL)
        return PARRY_FATE_ABSENT;
    read(c, looked->ticket, out);
    return PARRY_FATE_DELIVERED;
}

/* A code of the other side, like RecordInvalid, helps whoever mends the settings. Anything longer might be what
 * somebody wrote. */
static void add_reason(const json_t *reply, parry_err *err)
{
    parry_str code = parry_json_at(reply, "error");
    if (code.n == 0)
        code = parry_json_at(reply, "code");
    bool word = code.n > 0 && code.n <= 40;
    for (size_t i = 0; i < code.n && word; i++)
        word = (code.p[i] >= 'A' && code.p[i] <= 'Z') || (code.p[i] >= 'a' && code.p[i] <= 'z') || code.p[i] == '_';
    size_t n = err != NULL ? strlen(err->msg) : 0;
    if (word && err != NULL)
        (void)snprintf(err->msg + n, sizeof err->msg - n, " (%.*s)", PARRY_FMT(code));
}

static void fill(parry_web_request *q, const parry_connector *c, const parry_api_call *call, char *text, parry_arena *a)
{
    size_t n = 0;
    bool sends = text != NULL || call->nparts > 0 || call->raw.n > 0;
    parry_str base = parry_str_of(parry_connector_get(c, "url"));
    q->method = call->method != NULL ? call->method : sends ? "POST" : "GET";
    q->url = parry_str_z(a, parry_str_printf(a, "%.*s%s", PARRY_FMT(base), call->path));
    q->user = call->user;
    q->password = call->password;
    q->body = text != NULL ? parry_str_of(text) : call->raw;
    q->parts = call->parts;
    q->nparts = call->nparts;
    for (; n < PARRY_WEB_HEADERS - 2 && call->headers[n] != NULL; n++)
        q->headers[n] = call->headers[n];
    if (text != NULL)
        q->headers[n++] = "Content-Type: application/json";
    if (n == 0 || strncmp(q->headers[0], "Accept:", 7) != 0)
        q->headers[n] = "Accept: application/json";
}

parry_fate parry_api_ask(const parry_connector *c, const parry_api_call *call, json_t **reply, int *status,
                         parry_receipt *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_web_request q = {.nparts = 0};
    parry_web_reply r = {0};
    char *text = call->body != NULL ? json_dumps(call->body, JSON_COMPACT) : NULL;
    fill(&q, c, call, text, a);
    parry_fate fate = parry_web_ask(&c->rules, &q, a, &r, err);
    json_t *j = r.body.n > 0 ? json_loadb(r.body.p, r.body.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (fate == PARRY_FATE_DELIVERED && reply != NULL && j == NULL) {
        (void)parry_fail(err, PARRY_UNAVAILABLE, "the answer is no JSON: is `url` that of the API?");
        fate = PARRY_FATE_UNSURE;
    } else if (fate != PARRY_FATE_DELIVERED) {
        add_reason(j, err);
    }
    if (out != NULL)
        out->retry_after_ms = r.retry_after_ms;
    if (status != NULL)
        *status = r.status;
    if (reply != NULL)
        *reply = json_incref(j);
    json_decref(j);
    json_decref(call->body);
    free(text);
    parry_arena_free(a);
    return fate;
}

parry_code parry_api_try(const parry_connector *c, const parry_api_call *call, json_t **reply, parry_err *err)
{
    int status = 0;
    json_t *j = NULL;
    parry_err why = {0};
    parry_fate fate = parry_api_ask(c, call, &j, &status, NULL, &why);
    parry_code code = PARRY_OK;
    if (status == 401 || status == 403)
        code = parry_fail(err, PARRY_DENIED, "%s: does not let us in; check the token and what it may do", why.msg);
    else if (status == 404)
        code = parry_fail(err, PARRY_NOT_FOUND, "%s: nothing is there; check `url`", why.msg);
    else if (fate != PARRY_FATE_DELIVERED)
        code = parry_fail(err, PARRY_UNAVAILABLE, "%s", why.msg);
    if (code == PARRY_OK && reply != NULL)
        *reply = json_incref(j);
    json_decref(j);
    return code;
}
