/* Webhook: the hand-off packet as it is, signed. */
#include "desk/connectors/webhook.h"
#include "desk/connectors/inner.h"

#include "access/secret.h"
#include "base/clock.h"

#include <stdlib.h>

static const parry_connector_key keys[] = {
    {"url", PARRY_SETTING_URL, NULL, "Where packets are sent with POST."},
    {"secret_file", PARRY_SETTING_SECRET, NULL,
     "The secret that both sides know, 8 bytes or more, better 32; signs every packet."},
    PARRY_KEYS_OF_WEB,
    {NULL, PARRY_SETTING_TEXT, NULL, NULL}};

enum { HEX = 2 * PARRY_SECRET_BYTES, TIME_DIGITS = 12 };

/* ---- signatures -------------------------------------------------------------------------------------------------- */

static parry_str mac_of(parry_arena *a, parry_str secret, parry_str unix_s, parry_str body)
{
    char hex[HEX + 1];
    parry_buf what = PARRY_BUF(unix_s.n + 1 + body.n);
    parry_buf_adds(&what, unix_s);
    parry_buf_addc(&what, '.');
    parry_buf_adds(&what, body);
    parry_secret mac = parry_secret_hmac(secret, parry_buf_str(&what));
    parry_buf_free(&what);
    parry_hash h;
    memcpy(h.b, mac.b, sizeof h.b);
    parry_hash_hex(h, hex);
    return parry_str_copy(a, parry_str_make(hex, HEX));
}

parry_str parry_webhook_signature(parry_arena *a, parry_str secret, int64_t unix_s, parry_str body)
{
    parry_str at = parry_str_printf(a, "%lld", (long long)unix_s), mac = mac_of(a, secret, at, body);
    return parry_str_printf(a, "t=%.*s,v1=%.*s", PARRY_FMT(at), PARRY_FMT(mac));
}

/* "t=1795253400,v1=5257..." and nothing else. */
static bool parse(parry_str header, parry_str *at, int64_t *unix_s, parry_str *mac)
{
    parry_str rest = header, t, v1, more;
    if (!parry_str_split(&rest, ',', &t) || !parry_str_split(&rest, ',', &v1) || parry_str_split(&rest, ',', &more))
        return false;
    t = parry_str_trim(t);
    v1 = parry_str_trim(v1);
    if (!parry_str_starts(t, "t=") || !parry_str_starts(v1, "v1=") || v1.n != 3 + HEX || t.n < 3 ||
        t.n > 2 + TIME_DIGITS)
        return false;
    *at = parry_str_from(t, 2);
    *mac = parry_str_from(v1, 3);
    *unix_s = 0;
    for (size_t i = 0; i < at->n; i++) {
        if (at->p[i] < '0' || at->p[i] > '9')
            return false;
        *unix_s = *unix_s * 10 + (at->p[i] - '0');
    }
    return true;
}

parry_code parry_webhook_verify(parry_arena *a, const parry_str *secrets, size_t n, parry_str header, parry_str body,
                                int64_t now_s, parry_str *mac, parry_err *err)
{
    parry_str at, said;
    int64_t then;
    bool good = false;
    if (!parse(header, &at, &then, &said))
        return parry_fail(err, PARRY_DENIED, "Parry-Signature must be t=UNIX-SECONDS,v1=HEX, with 64 hex digits");
    for (size_t i = 0; i < n; i++)
        good |= parry_secret_equals(said, mac_of(a, secrets[i], at, body));
    if (!good)
        return parry_fail(err, PARRY_DENIED, "Parry-Signature is not of this body under a secret that is known here");
    if (then > now_s + PARRY_WEBHOOK_TOLERANCE_S || then < now_s - PARRY_WEBHOOK_TOLERANCE_S)
        return parry_fail(err, PARRY_DENIED, "Parry-Signature is over %d s from now; sign each attempt anew",
                          PARRY_WEBHOOK_TOLERANCE_S);
    *mac = said;
    return PARRY_OK;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

parry_fate parry_webhook_post(const parry_web_rules *rules, const parry_webhook_call *call, parry_arena *a,
                              parry_web_reply *out, parry_err *err)
{
    int64_t now = parry_clock_now_ms(parry_clock_system()) / 1000;
    parry_str signature = parry_webhook_signature(a, call->secret, now, call->body);
    parry_web_request q = {.method = "POST", .url = call->url, .body = call->body};
    q.headers[0] = "Content-Type: application/json";
    q.headers[1] = parry_str_z(a, parry_str_printf(a, "Parry-Signature: %.*s", PARRY_FMT(signature)));
    q.headers[2] = parry_str_z(a, parry_str_printf(a, "Parry-Event: %s", call->event));
    if (call->id.n > 0)
        q.headers[3] = parry_str_z(a, parry_str_printf(a, "Idempotency-Key: %.*s", PARRY_FMT(call->id)));
    return parry_web_ask(rules, &q, a, out, err);
}

static parry_fate post(const parry_connector *c, parry_arena *a, const char *event, parry_str id, parry_str body,
                       parry_web_reply *reply, parry_err *err)
{
    const parry_webhook_call call = {.url = parry_connector_get(c, "url"),
                                     .event = event,
                                     .secret = parry_str_of(parry_connector_get(c, "secret_file")),
                                     .id = id,
                                     .body = body};
    return parry_webhook_post(&c->rules, &call, a, reply, err);
}

/* What a receiver may answer, if it likes: {"id": "4711", "url": "https://...", "status": "open"}. */
static void read_reply(const parry_web_reply *r, parry_receipt *out)
{
    json_t *j = r->body.n > 0 ? json_loadb(r->body.p, r->body.n, 0, NULL) : NULL;
    parry_receipt_set(out->remote_id, json_object_get(j, "id"));
    parry_receipt_set(out->remote_url, json_object_get(j, "url"));
    parry_receipt_set(out->status, json_object_get(j, "status"));
    json_decref(j);
}

static parry_fate webhook_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_web_reply reply = {0};
    char *body = json_dumps(t->packet, JSON_COMPACT);
    parry_fate fate = post(c, a, "handoff", t->id, parry_str_of(body), &reply, err);
    out->retry_after_ms = reply.retry_after_ms;
    if (fate == PARRY_FATE_DELIVERED)
        read_reply(&reply, out);
    free(body);
    parry_arena_free(a);
    return fate;
}

static parry_code webhook_test(parry_connector *c, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_web_reply reply = {0};
    parry_fate fate = post(c, a, "ping", parry_str_of(""), parry_str_of("{\"ping\":true}"), &reply, err);
    parry_arena_free(a);
    return fate == PARRY_FATE_DELIVERED ? PARRY_OK : PARRY_UNAVAILABLE;
}

const parry_connector_kind parry_kind_webhook = {
    .name = "webhook",
    .help = "Any program of one's own: the hand-off packet as JSON, signed with a shared secret.",
    .keys = keys,
    .once = PARRY_ONCE_STABLE_ID,
    .send = webhook_send,
    .test = webhook_test};
