/* Content coding: zlib and zstd at levels that cost less than sending the bytes would. */
#include "api/http/encode.h"

#include <strings.h>
#include <zlib.h>
#include <zstd.h>

enum { GZIP_LEVEL = 4, ZSTD_LEVEL = 3, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 };

/* How much a header likes one coding, 0 to 1000: its own entry, else that of "*". */
static int liking(parry_str accept, const char *coding)
{
    parry_str one, name, q;
    int any = 0;
    while (parry_str_split(&accept, ',', &one)) {
        int like = 1000;
        if (!parry_str_split(&one, ';', &name))
            continue;
        q = parry_str_trim(one);
        if (q.n >= 3 && (q.p[0] | 32) == 'q' && q.p[1] == '=' && q.p[2] == '0') {
            like = 0;
            for (size_t i = 4, unit = 100; i < q.n && i < 7; i++, unit /= 10)
                like += q.p[i] >= '0' && q.p[i] <= '9' ? (q.p[i] - '0') * (int)unit : 0;
        }
        name = parry_str_trim(name);
        if (name.n == strlen(coding) && strncasecmp(name.p, coding, name.n) == 0)
            return like;
        if (parry_str_eqz(name, "*"))
            any = like;
    }
    return any;
}

const char *parry_encoding_best(parry_str accept_encoding)
{
    int zstd = liking(accept_encoding, "zstd"), gzip = liking(accept_encoding, "gzip");
    if (zstd > 0 && zstd >= gzip)
        return "zstd";
    return gzip > 0 ? "gzip" : NULL;
}

static bool is_text(const char *type)
{
    return type != NULL && (strncmp(type, "text/", 5) == 0 || strstr(type, "json") || strstr(type, "javascript") ||
                            strstr(type, "xml"));
}

/* Bytes written to out, or 0 where they are not fewer. */
static size_t gzip(parry_str in, unsigned char *out)
{
    z_stream z = {0};
    size_t n = 0;
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    memcpy(&z.next_in, &in.p, sizeof z.next_in); /* only read */
    z.avail_in = (unsigned)in.n;
    z.next_out = out;
    z.avail_out = (unsigned)in.n;
    if (deflate(&z, Z_FINISH) == Z_STREAM_END)
        n = z.total_out;
    (void)deflateEnd(&z);
    return n;
}

void parry_response_encode(parry_response *res, parry_str accept_encoding)
{
    parry_str in = parry_response_bytes(res);
    if (!is_text(res->type) || res->encoding != NULL)
        return;
    res->by_encoding = true;
    const char *coding = parry_encoding_best(accept_encoding);
    if (coding == NULL || in.n == 0)
        return;
    parry_buf out = {.p = parry_malloc(in.n + 1), .cap = in.n + 1, .max = PARRY_REPLY_MAX_BYTES};
    if (coding[0] == 'z') {
        out.n = ZSTD_compress(out.p, in.n, in.p, in.n, ZSTD_LEVEL);
        out.n = ZSTD_isError(out.n) ? 0 : out.n;
    } else {
        out.n = gzip(in, (unsigned char *)out.p);
    }
    if (out.n == 0) {
        parry_buf_free(&out);
        return;
    }
    parry_buf_free(&res->body);
    res->body = out;
    res->fixed = parry_str_make(NULL, 0);
    res->encoding = coding;
    if (res->etag[0]) {
        size_t n = strlen(res->etag);
        (void)snprintf(res->etag + n, sizeof res->etag - n, "-%s", coding);
    }
}
