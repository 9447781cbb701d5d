/* Requests and responses: decoding with limits, parameters, Accept, ETag. */
#include "api/http/http.h"

#include "api/http/encode.h"
#include "api/http/problem.h"
#include "api/http/range.h"
#include "base/hash.h"

#include <assert.h>
#include <inttypes.h>
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

parry_str parry_request_header(const parry_request *r, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < r->nheaders; i++) {
        if (r->headers[i].name.n == n && strncasecmp(r->headers[i].name.p, name, n) == 0)
            return r->headers[i].value;
    }
    return parry_str_make(NULL, 0);
}

bool parry_request_is(const parry_request *r, const char *type)
{
    parry_str rest = parry_request_header(r, "Content-Type"), first;
    if (!parry_str_split(&rest, ';', &first))
        return false;
    first = parry_str_trim(first);
    return first.n == strlen(type) && strncasecmp(first.p, type, first.n) == 0;
}

/* How deep brackets nest, outside strings, and how many open: the parser recurses and allocates, so this is known
 * before it starts. */
static size_t json_depth(parry_str s, size_t *nodes)
{
    size_t depth = 0, most = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{')) {
            most = ++depth > most ? depth : most;
            ++*nodes;
        } else if (!quoted && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return most;
}

parry_code parry_request_json(const parry_request *r, json_t **out, parry_err *err)
{
    json_error_t e;
    if (parry_str_trim(r->body).n == 0)
        return parry_fail(err, PARRY_INVALID, "the body is empty; send JSON");
    size_t nodes = 0;
    if (json_depth(r->body, &nodes) > PARRY_JSON_DEPTH)
        return parry_fail(err, PARRY_INVALID, "the body nests deeper than %d", PARRY_JSON_DEPTH);
    if (nodes > PARRY_JSON_NODES)
        return parry_fail(err, PARRY_INVALID, "the body has over %d objects and lists", PARRY_JSON_NODES);
    json_t *j = json_loadb(r->body.p, r->body.n, JSON_REJECT_DUPLICATES, &e);
    if (j == NULL)
        return parry_fail(err, PARRY_INVALID, "the body is not JSON: line %d, column %d: %.120s", e.line, e.column,
                          e.text);
    *out = j;
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
    static const char *const forms[] = {"-gzip", "-zstd"}; /* of one thing: as good as itself */
    parry_str one;
    while (parry_str_split(&if_none_match, ',', &one)) {
        one = parry_str_trim(one);
        if (parry_str_eqz(one, "*"))
            return true;
        if (parry_str_starts(one, "W/"))
            one = parry_str_from(one, 2);
        if (one.n < 2 || one.p[0] != '"' || one.p[one.n - 1] != '"')
            continue;
        one = parry_str_make(one.p + 1, one.n - 2);
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            if (parry_str_ends(one, forms[i]))
                one.n -= strlen(forms[i]);
        }
        if (parry_str_eqz(one, tag))
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

static void drop_hold(parry_response *res)
{
    if (res->hold.drop != NULL)
        res->hold.drop(res->hold.ctx);
    res->hold = (parry_hold){0};
}

void parry_response_drop(parry_response *res)
{
    parry_buf_free(&res->body);
    res->fixed = parry_str_make(NULL, 0);
    res->cache = NULL;
    res->csp = NULL;
    res->tagged = res->ranges = false;
    res->etag[0] = 0;
    drop_hold(res);
}

static parry_str owned(parry_str s)
{
    char *z = parry_malloc(s.n + 1);
    if (s.n > 0)
        memcpy(z, s.p, s.n);
    z[s.n] = 0;
    return parry_str_make(z, s.n);
}

static void free_header(parry_header *h)
{
    void *name, *value; /* they are ours; the struct says const for those who read */
    memcpy(&name, &h->name.p, sizeof name);
    memcpy(&value, &h->value.p, sizeof value);
    free(name);
    free(value);
}

void parry_response_clear(parry_response *res)
{
    parry_buf_free(&res->body);
    drop_hold(res);
    for (size_t i = 0; i < res->nmore; i++)
        free_header(&res->more[i]);
    parry_response_init(res);
}

void parry_response_header(parry_response *res, const char *name, parry_str value)
{
    for (size_t i = 0; i < value.n; i++) {
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7F)
            return;
    }
    assert(res->nmore < PARRY_MORE_HEADERS);
    res->more[res->nmore++] = (parry_header){owned(parry_str_of(name)), owned(value)};
}

void parry_response_hold(parry_response *res, parry_hold hold) { res->hold = hold; }

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

static void tag(parry_response *res, const parry_request *req)
{
    if (res->etag[0] == 0) {
        parry_str bytes = parry_response_bytes(res);
        char hex[PARRY_HASH_HEX + 1];
        parry_hash_hex(parry_hash_of(bytes.p, bytes.n), hex);
        (void)snprintf(res->etag, sizeof res->etag, "%.32s", hex);
    }
    if (!parry_etag_matches(parry_request_header(req, "If-None-Match"), res->etag))
        return;
    res->status = 304;
    res->fixed = parry_str_make(NULL, 0);
    parry_buf_free(&res->body);
}

parry_str parry_request_range(const parry_request *r, const char *etag)
{
    size_t n = strlen(etag);
    parry_str known = parry_request_header(r, "If-Range");
    bool same = known.p == NULL || (n > 0 && known.n == n + 2 && known.p[0] == '"' && known.p[n + 1] == '"' &&
                                    memcmp(known.p + 1, etag, n) == 0);
    return same && parry_str_eqz(r->method, "GET") ? parry_request_header(r, "Range") : parry_str_make(NULL, 0);
}

void parry_response_beyond(parry_response *res, const parry_request *req, uint64_t size)
{
    char text[PARRY_RANGE_TEXT];
    (void)snprintf(text, sizeof text, "bytes */%" PRIu64, size);
    parry_problem_reply(res, PARRY_PROBLEM_RANGE, "the whole is shorter than that", req->id);
    parry_response_header(res, "Content-Range", parry_str_of(text));
}

static void cut_range(parry_response *res, const parry_request *req)
{
    char text[PARRY_RANGE_TEXT];
    parry_str bytes = parry_response_bytes(res);
    parry_range part;
    assert(res->body.n == 0);
    parry_response_header(res, "Accept-Ranges", parry_str_of("bytes"));
    parry_range_kind kind = parry_range_read(parry_request_range(req, res->etag), bytes.n, &part);
    if (kind == PARRY_RANGE_BEYOND)
        parry_response_beyond(res, req, bytes.n);
    if (kind != PARRY_RANGE_PART)
        return;
    parry_range_text(part, bytes.n, text);
    parry_response_header(res, "Content-Range", parry_str_of(text));
    res->status = 206;
    res->fixed = parry_str_make(bytes.p + part.from, (size_t)(part.end - part.from));
}

void parry_response_finish(parry_response *res, const parry_request *req)
{
    if (res->status == 200 && res->tagged)
        tag(res, req);
    if (res->status == 200 && res->ranges)
        cut_range(res, req);
    bool whole = res->status != 304 && res->status != 206;
    bool last = res->hold.wait == NULL; /* who is waited for may write it anew */
    if (whole && last && !res->plain && parry_response_bytes(res).n >= PARRY_ENCODE_FROM)
        parry_response_encode(res, parry_request_header(req, "Accept-Encoding"));
}
