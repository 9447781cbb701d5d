/* Requests and responses: decoding with limits, parameters, Accept, ETag. */
#include "api/http.h"

#include "base/hash.h"

#include <strings.h>

void parry_request_id(char id[PARRY_REQUEST_ID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char b[(PARRY_REQUEST_ID_TEXT - 1) / 2];
    parry_random_bytes(b, sizeof b);
    for (size_t i = 0; i < sizeof b; i++) {
        id[2 * i] = hex[b[i] >> 4];
        id[2 * i + 1] = hex[b[i] & 15];
    }
    id[PARRY_REQUEST_ID_TEXT - 1] = 0;
}

void parry_request_target(parry_request *r, parry_str target)
{
    size_t q = parry_str_find(target, parry_str_of("?"));
    r->path = parry_str_make(target.p, q);
    r->query = parry_str_from(target, q + 1);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

parry_code parry_percent_decode(parry_arena *a, parry_str s, bool plus, parry_str *out, parry_err *err)
{
    char *d = parry_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return parry_fail(err, PARRY_INVALID, "a %% is not followed by two hexadecimal digits");
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == 0)
            return parry_fail(err, PARRY_INVALID, "a zero byte is not allowed");
        d[n++] = c;
    }
    if (!parry_utf8_valid(parry_str_make(d, n), NULL))
        return parry_fail(err, PARRY_INVALID, "not valid UTF-8");
    *out = parry_str_make(d, n);
    return PARRY_OK;
}

void parry_percent_encode(parry_str s, parry_buf *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < s.n; i++) {
        if (memchr(plain, s.p[i], sizeof plain - 1))
            parry_buf_addc(out, s.p[i]);
        else
            parry_buf_printf(out, "%%%02X", (unsigned)(unsigned char)s.p[i]);
    }
}

/* For a message: at most 40 bytes, without control characters. */
static parry_str shown(parry_arena *a, parry_str s)
{
    parry_str cut = parry_utf8_cut(s, 40);
    char *z = parry_str_z(a, cut);
    for (size_t i = 0; i < cut.n; i++) {
        if ((unsigned char)z[i] < ' ' || z[i] == 0x7F)
            z[i] = '?';
    }
    return parry_str_make(z, cut.n);
}

static parry_code read_param(parry_request *r, parry_arena *a, parry_str pair, parry_err *err)
{
    size_t eq = parry_str_find(pair, parry_str_of("="));
    parry_param *p = &r->params[r->nparams];
    parry_code code = parry_percent_decode(a, parry_str_make(pair.p, eq), true, &p->name, err);
    if (code != PARRY_OK) {
        parry_err_context(err, "a parameter's name");
        return code;
    }
    code = parry_percent_decode(a, parry_str_from(pair, eq + 1), true, &p->value, err);
    if (code != PARRY_OK)
        parry_err_context(err, "parameter %.*s", PARRY_FMT(shown(a, p->name)));
    else
        r->nparams++;
    return code;
}

parry_code parry_request_params(parry_request *r, parry_arena *a, parry_err *err)
{
    parry_str rest = r->query, pair;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && parry_str_split(&rest, '&', &pair)) {
        if (pair.n == 0)
            continue;
        if (r->nparams == PARRY_PARAMS_MAX)
            return parry_fail(err, PARRY_INVALID, "more than %d parameters", PARRY_PARAMS_MAX);
        code = read_param(r, a, pair, err);
    }
    return code;
}

static bool among(const char *names, parry_str name)
{
    parry_str rest = parry_str_of(names), one;
    while (parry_str_split(&rest, ' ', &one)) {
        if (parry_str_eq(one, name))
            return true;
    }
    return false;
}

static bool stands_before(const parry_request *r, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (parry_str_eq(r->params[j].name, r->params[i].name))
            return true;
    }
    return false;
}

parry_code parry_request_check(const parry_request *r, const char *allowed, parry_err *err)
{
    for (size_t i = 0; i < r->nparams; i++) {
        parry_str name = parry_utf8_cut(r->params[i].name, 40);
        if (!among(allowed, r->params[i].name))
            return parry_fail(err, PARRY_INVALID, "unknown parameter \"%.*s\"; known here: %s", PARRY_FMT(name),
                              *allowed ? allowed : "none");
        if (stands_before(r, i))
            return parry_fail(err, PARRY_INVALID, "parameter %.*s stands twice; keep one", PARRY_FMT(name));
    }
    return PARRY_OK;
}

bool parry_request_text(const parry_request *r, const char *name, parry_str *value)
{
    for (size_t i = 0; i < r->nparams; i++) {
        if (parry_str_eqz(r->params[i].name, name)) {
            *value = r->params[i].value;
            return true;
        }
    }
    return false;
}

parry_code parry_request_number(const parry_request *r, const char *name, size_t least, size_t most, size_t *value,
                                parry_err *err)
{
    parry_str s;
    if (!parry_request_text(r, name, &s))
        return PARRY_OK;
    size_t n = 0, i = 0;
    for (; i < s.n && i < 9 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        n = n * 10 + (size_t)(s.p[i] - '0');
    if (i == 0 || i < s.n || n < least || n > most)
        return parry_fail(err, PARRY_INVALID, "%s must be a whole number from %zu to %zu", name, least, most);
    *value = n;
    return PARRY_OK;
}

parry_code parry_request_flag(const parry_request *r, const char *name, bool *value, parry_err *err)
{
    parry_str s;
    if (!parry_request_text(r, name, &s))
        return PARRY_OK;
    bool yes = parry_str_eqz(s, "1") || parry_str_eqz(s, "true");
    if (!yes && !parry_str_eqz(s, "0") && !parry_str_eqz(s, "false"))
        return parry_fail(err, PARRY_INVALID, "%s must be 1, true, 0 or false", name);
    *value = yes;
    return PARRY_OK;
}

/* "0.8" as 800; anything strange is 1000, as if it were not there. */
static int quality(parry_str params)
{
    parry_str one;
    while (parry_str_split(&params, ';', &one)) {
        one = parry_str_trim(one);
        if (one.n < 3 || (one.p[0] | 32) != 'q' || one.p[1] != '=')
            continue;
        int q = one.p[2] == '1' ? 1000 : 0;
        for (size_t i = 4, unit = 100; i < one.n && i < 7 && q < 1000; i++, unit /= 10)
            q += one.p[i] >= '0' && one.p[i] <= '9' ? (one.p[i] - '0') * (int)unit : 0;
        return q;
    }
    return 1000;
}

/* How closely a range of an Accept header names a type: 3 exactly, 2 "text" + "/" + "*", 1 any, 0 not at all. */
static int closeness(parry_str range, const char *type)
{
    parry_str t = parry_str_of(type);
    if (range.n == 0)
        return 0;
    if (range.n == t.n && strncasecmp(range.p, type, t.n) == 0)
        return 3;
    size_t slash = parry_str_find(t, parry_str_of("/"));
    if (range.n == slash + 2 && range.p[slash + 1] == '*' && strncasecmp(range.p, type, slash + 1) == 0)
        return 2;
    return parry_str_eqz(range, "*/*") ? 1 : 0;
}

static int liking(parry_str accept, const char *type)
{
    int best = 0, q = 0;
    parry_str one;
    while (parry_str_split(&accept, ',', &one)) {
        parry_str range;
        if (!parry_str_split(&one, ';', &range))
            continue;
        int close = closeness(parry_str_trim(range), type);
        if (close > best) {
            best = close;
            q = quality(one);
        }
    }
    return q;
}

size_t parry_accept_best(parry_str accept, const char *const *types, size_t n)
{
    if (parry_str_trim(accept).n == 0)
        return 0;
    size_t best = n;
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        int q = liking(accept, types[i]);
        if (q > most) {
            most = q;
            best = i;
        }
    }
    return best;
}

bool parry_etag_matches(parry_str if_none_match, const char *tag)
{
    parry_str one;
    while (parry_str_split(&if_none_match, ',', &one)) {
        one = parry_str_trim(one);
        if (parry_str_eqz(one, "*"))
            return true;
        if (parry_str_starts(one, "W/"))
            one = parry_str_from(one, 2);
        if (one.n >= 2 && one.p[0] == '"' && one.p[one.n - 1] == '"' &&
            parry_str_eqz(parry_str_make(one.p + 1, one.n - 2), tag))
            return true;
    }
    return false;
}

void parry_response_init(parry_response *res)
{
    memset(res, 0, sizeof *res);
    res->status = 200;
    res->body.max = PARRY_REPLY_MAX_BYTES;
}

void parry_response_drop(parry_response *res)
{
    parry_buf_free(&res->body);
    res->fixed = parry_str_make(NULL, 0);
    res->cache = NULL;
    res->csp = NULL;
    res->tagged = false;
    res->etag[0] = 0;
}

void parry_response_clear(parry_response *res)
{
    parry_buf_free(&res->body);
    parry_response_init(res);
}

parry_str parry_response_bytes(const parry_response *res)
{
    return res->fixed.n > 0 ? res->fixed : parry_buf_str(&res->body);
}

void parry_response_text(parry_response *res, const char *type, parry_str text)
{
    res->status = 200;
    res->type = type;
    parry_buf_clear(&res->body);
    parry_buf_adds(&res->body, text);
}

static int put(const char *p, size_t n, void *buf)
{
    parry_buf_add(buf, p, n);
    return 0;
}

void parry_response_json(parry_response *res, int status, const char *type, json_t *j)
{
    res->status = status;
    res->type = type;
    parry_buf_clear(&res->body);
    (void)json_dump_callback(j, put, &res->body, JSON_COMPACT);
    parry_buf_addc(&res->body, '\n');
    json_decref(j);
}

void parry_response_finish(parry_response *res, const parry_request *req)
{
    if (res->status != 200 || !res->tagged)
        return;
    if (res->etag[0] == 0) {
        parry_str bytes = parry_response_bytes(res);
        char hex[PARRY_HASH_HEX + 1];
        parry_hash_hex(parry_hash_of(bytes.p, bytes.n), hex);
        (void)snprintf(res->etag, sizeof res->etag, "%.32s", hex);
    }
    if (!parry_etag_matches(req->if_none_match, res->etag))
        return;
    res->status = 304;
    res->fixed = parry_str_make(NULL, 0);
    parry_buf_free(&res->body);
}
