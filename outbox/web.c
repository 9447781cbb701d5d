/* A request over HTTP, and what its outcome says. */
#include "outbox/web_inner.h"

parry_fate parry_web_fate(int status)
{
    if (status >= 200 && status < 300)
        return PARRY_FATE_DELIVERED;
    if (status == 400 || status == 413 || status == 422)
        return PARRY_FATE_NEVER;
    if (status == 408 || status == 409 || (status >= 500 && status != 501))
        return PARRY_FATE_UNSURE;
    return PARRY_FATE_LATER;
}

/* One line each: a value of a setting or of a ticket must not begin another. */
static bool is_header(const char *z)
{
    for (; *z; z++) {
        if ((unsigned char)*z < ' ' || *z == 0x7f)
            return false;
    }
    return true;
}

static parry_code add_headers(parry_web_call *c, const parry_web_request *q, struct curl_slist **list, parry_err *err)
{
    *list = curl_slist_append(*list, "Expect:");
    *list = curl_slist_append(*list, "User-Agent: parry/" PARRY_VERSION);
    for (size_t i = 0; i < PARRY_WEB_HEADERS && q->headers[i] != NULL; i++) {
        if (!is_header(q->headers[i]))
            return parry_fail(err, PARRY_INVALID, "a header would hold control characters");
        *list = curl_slist_append(*list, q->headers[i]);
    }
    (void)curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, *list);
    return PARRY_OK;
}

static curl_mime *form_of(parry_web_call *c, const parry_web_request *q)
{
    curl_mime *form = curl_mime_init(c->curl);
    for (size_t i = 0; i < q->nparts && i < PARRY_WEB_PARTS; i++) {
        curl_mimepart *part = curl_mime_addpart(form);
        (void)curl_mime_name(part, q->parts[i].name);
        (void)curl_mime_data(part, q->parts[i].value.p ? q->parts[i].value.p : "", q->parts[i].value.n);
        if (q->parts[i].file_name != NULL) {
            (void)curl_mime_filename(part, q->parts[i].file_name);
            (void)curl_mime_type(part, is_header(q->parts[i].type) ? q->parts[i].type : "application/octet-stream");
        }
    }
    return form;
}

static void set_request(parry_web_call *c, const parry_web_request *q, curl_mime **form)
{
    if (q->nparts > 0) {
        *form = form_of(c, q);
        (void)curl_easy_setopt(c->curl, CURLOPT_MIMEPOST, *form);
    } else if (strcmp(q->method, "GET") != 0) {
        (void)curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, q->body.p ? q->body.p : "");
        (void)curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
    }
    (void)curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, q->method);
    if (q->user != NULL) {
        (void)curl_easy_setopt(c->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        (void)curl_easy_setopt(c->curl, CURLOPT_USERNAME, q->user);
        (void)curl_easy_setopt(c->curl, CURLOPT_PASSWORD, q->password != NULL ? q->password : "");
    }
}

static parry_fate judge(parry_web_call *c, CURLcode code, parry_web_reply *out, parry_err *err)
{
    long status = 0, sent = 0;
    curl_off_t after = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(c->curl, CURLINFO_REQUEST_SIZE, &sent);
    (void)curl_easy_getinfo(c->curl, CURLINFO_RETRY_AFTER, &after);
    if (code != CURLE_OK) {
        parry_web_call_why(c, code, err);
        return sent > 0 ? PARRY_FATE_UNSURE : PARRY_FATE_LATER;
    }
    after = after < PARRY_WEB_WAIT_MOST_MS / 1000 ? after : PARRY_WEB_WAIT_MOST_MS / 1000;
    out->status = (int)status;
    out->retry_after_ms = after > 0 ? (int64_t)after * 1000 : 0;
    parry_fate fate = parry_web_fate(out->status);
    if (fate != PARRY_FATE_DELIVERED)
        (void)parry_fail(err, PARRY_UNAVAILABLE, "%s answers %d", c->host, out->status);
    return fate;
}

parry_fate parry_web_ask(const parry_web_rules *rules, const parry_web_request *q, parry_arena *a, parry_web_reply *out,
                         parry_err *err)
{
    parry_web_call c;
    struct curl_slist *headers = NULL;
    curl_mime *form = NULL;
    parry_fate fate = PARRY_FATE_LATER;
    parry_web_reply reply = {0};
    parry_code code = parry_web_call_open(&c, rules, q->url, "http,https", a, err);
    if (code == PARRY_OK)
        code = add_headers(&c, q, &headers, err);
    if (code == PARRY_OK) {
        set_request(&c, q, &form);
        fate = judge(&c, parry_web_call_do(&c), &reply, err);
        reply.body = parry_str_copy(a, parry_buf_str(&c.body));
        *out = reply;
    }
    curl_slist_free_all(headers);
    curl_mime_free(form);
    parry_web_call_close(&c);
    return fate;
}
