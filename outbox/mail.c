/* A message, sent. */
#include "outbox/mail.h"
#include "outbox/web_inner.h"

#include <time.h>

enum { HEADER_MAX = 16 << 10 };

/* ---- what is sent ------------------------------------------------------------------------------------------------ */

static bool is_type(parry_str s)
{
    size_t slashes = 0;
    for (size_t i = 0; i < s.n; i++) {
        slashes += s.p[i] == '/';
        bool fine = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
                    (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] != 0 && strchr("/+-._", s.p[i]) != NULL);
        if (!fine)
            return false;
    }
    return slashes == 1 && s.n > 2 && s.n < 100;
}

static void date_of(int64_t ms, char out[40])
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t = {0};
    time_t s = (time_t)(ms / 1000);
    (void)gmtime_r(&s, &t);
    (void)snprintf(out, 40, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
                   t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static void add_header(struct curl_slist **list, parry_buf *line)
{
    if (line->p != NULL && !line->full)
        *list = curl_slist_append(*list, line->p);
    parry_buf_clear(line);
}

static struct curl_slist *headers_of(const parry_mail *m)
{
    struct curl_slist *list = NULL;
    parry_buf line = PARRY_BUF(HEADER_MAX);
    char date[40];
    date_of(m->date_ms, date);
    parry_buf_printf(&line, "Date: %s", date);
    add_header(&list, &line);
    parry_mail_person(&line, "From", m->from_name, m->from);
    add_header(&list, &line);
    parry_buf_addz(&line, "To: ");
    for (size_t i = 0; i < m->nto; i++)
        parry_buf_printf(&line, "%s<%.*s>", i > 0 ? ",\r\n " : "", PARRY_FMT(m->to[i]));
    add_header(&list, &line);
    if (parry_mail_is_address(m->reply_to)) {
        parry_mail_person(&line, "Reply-To", m->reply_name, m->reply_to);
        add_header(&list, &line);
    }
    parry_buf_printf(&line, "Message-ID: <%.*s>", PARRY_FMT(m->message_id));
    add_header(&list, &line);
    parry_mail_header(&line, "Subject", m->subject);
    add_header(&list, &line);
    for (size_t i = 0; i < m->nextra && i < PARRY_MAIL_EXTRA; i++) {
        parry_mail_header(&line, m->extra[i].name, m->extra[i].value);
        add_header(&list, &line);
    }
    list = curl_slist_append(list, "MIME-Version: 1.0");
    parry_buf_free(&line);
    return list;
}

/* Line ends as mail has them; the encoder hides a bare one. */
static void add_lines(parry_buf *out, parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
            continue;
        if (s.p[i] == '\n' || s.p[i] == '\r')
            parry_buf_addz(out, "\r\n");
        else
            parry_buf_addc(out, s.p[i]);
    }
}

static void add_file(curl_mime *mime, const parry_mail_file *f, parry_arena *a)
{
    curl_mimepart *part = curl_mime_addpart(mime);
    parry_buf line = PARRY_BUF(HEADER_MAX);
    parry_mail_disposition(&line, f->name);
    (void)curl_mime_data(part, f->bytes.p ? f->bytes.p : "", f->bytes.n);
    (void)curl_mime_type(part, is_type(f->type) ? parry_str_z(a, f->type) : "application/octet-stream");
    (void)curl_mime_encoder(part, "base64");
    (void)curl_mime_headers(part, curl_slist_append(NULL, line.p), 1);
    parry_buf_free(&line);
}

static curl_mime *mime_of(parry_web_call *c, const parry_mail *m, parry_arena *a)
{
    curl_mime *mime = curl_mime_init(c->curl);
    curl_mimepart *part = curl_mime_addpart(mime);
    parry_buf text = PARRY_BUF(PARRY_OUTBOX_PAYLOAD_MAX);
    add_lines(&text, parry_utf8_clean(a, m->text, NULL));
    parry_buf_addz(&text, "\r\n");
    (void)curl_mime_data(part, text.p, text.n);
    (void)curl_mime_type(part, "text/plain; charset=utf-8");
    (void)curl_mime_encoder(part, "quoted-printable");
    for (size_t i = 0; i < m->nfiles && i < PARRY_MAIL_FILES; i++)
        add_file(mime, &m->files[i], a);
    parry_buf_free(&text);
    return mime;
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static void set_server(parry_web_call *c, const parry_mail_server *s)
{
    bool required = !c->rules->insecure && !c->plain;
    (void)curl_easy_setopt(c->curl, CURLOPT_USE_SSL, (long)(required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (s->user != NULL && *s->user != 0) {
        (void)curl_easy_setopt(c->curl, CURLOPT_USERNAME, s->user);
        (void)curl_easy_setopt(c->curl, CURLOPT_PASSWORD, s->password != NULL ? s->password : "");
    }
}

/* Without TLS only to where nobody listens in between: open_socket holds it to loopback. */
static bool to_this_machine(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0;
}

static parry_code open_call(parry_web_call *c, const parry_web_rules *rules, const parry_mail_server *s, parry_arena *a,
                            parry_err *err)
{
    parry_code code = parry_web_call_open(c, rules, s->url, "smtp,smtps", a, err);
    if (code != PARRY_OK)
        return code;
    c->plain = strncmp(s->url, "smtp:", 5) == 0 && to_this_machine(c->host);
    set_server(c, s);
    return PARRY_OK;
}

static parry_fate judge(parry_web_call *c, CURLcode code, parry_err *err)
{
    long status = 0;
    curl_off_t sent = 0;
    (void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(c->curl, CURLINFO_SIZE_UPLOAD_T, &sent);
    if (code == CURLE_OK)
        return PARRY_FATE_DELIVERED;
    if (status >= 400)
        (void)parry_fail(err, PARRY_UNAVAILABLE, "%s answers %ld", c->host, status);
    else
        parry_web_call_why(c, code, err);
    if (status >= 500)
        return sent > 0 ? PARRY_FATE_NEVER : PARRY_FATE_LATER;
    if (status >= 400)
        return PARRY_FATE_LATER;
    return sent > 0 ? PARRY_FATE_UNSURE : PARRY_FATE_LATER;
}

static parry_code check(const parry_mail *m, parry_err *err)
{
    bool good = parry_mail_is_address(m->from) && m->nto > 0 && m->nto <= PARRY_MAIL_TO;
    for (size_t i = 0; i < m->nto && good; i++)
        good = parry_mail_is_address(m->to[i]);
    return good ? PARRY_OK : parry_fail(err, PARRY_INVALID, "a mail's sender or recipient is no plain address");
}

static parry_fate perform(parry_web_call *c, const parry_mail *m, parry_arena *a, parry_err *err)
{
    struct curl_slist *to = NULL, *headers = headers_of(m);
    curl_mime *mime = mime_of(c, m, a);
    for (size_t i = 0; i < m->nto; i++)
        to = curl_slist_append(to, parry_str_z(a, m->to[i]));
    (void)curl_easy_setopt(c->curl, CURLOPT_MAIL_FROM, parry_str_z(a, m->from));
    (void)curl_easy_setopt(c->curl, CURLOPT_MAIL_RCPT, to);
    (void)curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(c->curl, CURLOPT_MIMEPOST, mime);
    parry_fate fate = judge(c, parry_web_call_do(c), err);
    curl_mime_free(mime);
    curl_slist_free_all(headers);
    curl_slist_free_all(to);
    return fate;
}

parry_fate parry_mail_send(const parry_web_rules *rules, const parry_mail_server *server, const parry_mail *m,
                           parry_err *err)
{
    parry_web_call c = {0};
    parry_arena *a = parry_arena_new();
    parry_fate fate = PARRY_FATE_LATER;
    if (check(m, err) == PARRY_OK && open_call(&c, rules, server, a, err) == PARRY_OK)
        fate = perform(&c, m, a, err);
    parry_web_call_close(&c);
    parry_arena_free(a);
    return fate;
}

parry_code parry_mail_try(const parry_web_rules *rules, const parry_mail_server *server, parry_err *err)
{
    parry_web_call c = {0};
    parry_arena *a = parry_arena_new();
    parry_code code = open_call(&c, rules, server, a, err);
    if (code == PARRY_OK) {
        (void)curl_easy_setopt(c.curl, CURLOPT_CONNECT_ONLY, 1L);
        CURLcode did = parry_web_call_do(&c);
        if (did != CURLE_OK) {
            parry_web_call_why(&c, did, err);
            code = PARRY_UNAVAILABLE;
        }
    }
    parry_web_call_close(&c);
    parry_arena_free(a);
    return code;
}
