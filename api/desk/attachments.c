/* Attachments read from base64, and sent as files. */
#include "api/desk/attachments.h"

#include "api/desk/abuse.h"
#include "api/input.h"

#include <sodium.h>
#include <strings.h>

static parry_code read_bytes(const parry_call *c, const json_t *j, size_t i, parry_attachment *out, parry_err *err)
{
    parry_str coded = parry_body_text(c, j, "base64");
    unsigned char *bytes = parry_arena_alloc(c->arena, coded.n + 1);
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(bytes, coded.n + 1, coded.p, coded.n, NULL, &n, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != coded.p + coded.n)
        return parry_fail(err, PARRY_INVALID, "attachments[%zu].base64 is not base64", i);
    if (n > PARRY_TICKET_ATTACHMENT_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "attachments[%zu] is over %d MiB", i,
                          PARRY_TICKET_ATTACHMENT_MAX >> 20);
    out->type = parry_body_text(c, j, "type");
    out->bytes = parry_str_make((const char *)bytes, n);
    if (!parry_attachment_good(out->type, out->bytes))
        return parry_fail(err, PARRY_INVALID,
                          "attachments[%zu] is not what its type says; images, PDF and plain text are taken", i);
    return PARRY_OK;
}

/* A way, what ends a header or a line, and what turns the direction of text, so that an end looks like another one. */
static bool misleads(unsigned cp)
{
    return cp < ' ' || cp == '/' || cp == '\\' || cp == '"' || (cp >= 0x7F && cp <= 0x9F) || cp == 0x200E ||
           cp == 0x200F || (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

static parry_str safe_name(const parry_call *c, const json_t *j)
{
    parry_str given = parry_body_text(c, j, "name");
    parry_buf name = PARRY_BUF(given.n + 1);
    for (size_t n; given.n > 0; given = parry_str_from(given, n)) {
        unsigned cp;
        n = parry_utf8_next(given, &cp);
        if (misleads(cp))
            parry_buf_addc(&name, '_');
        else
            parry_buf_add(&name, given.p, n);
    }
    const char *kept = parry_str_z(c->arena, parry_buf_str(&name));
    parry_buf_free(&name);
    if (kept[strspn(kept, ". ")] == 0)
        return parry_str_of("file");
    return strcasecmp(kept, PARRY_TICKET_DOCUMENT) == 0 ? parry_str_printf(c->arena, "_%s", kept) : parry_str_of(kept);
}

parry_code parry_attachments_read(const parry_call *c, const json_t *body,
                                  parry_attachment out[PARRY_TICKET_ATTACHMENTS], size_t *n, parry_err *err)
{
    const json_t *list = json_object_get(body, "attachments");
    size_t all = json_array_size(list);
    for (size_t i = 0; i < all; i++) {
        const json_t *j = json_array_get(list, i);
        parry_code code = read_bytes(c, j, i, &out[i], err);
        if (code != PARRY_OK)
            return code;
        out[i].name = safe_name(c, j);
    }
    *n = all;
    return PARRY_OK;
}

void parry_attachment_reply(parry_call *c, const parry_attachment *f)
{
    parry_buf name = PARRY_BUF(4096);
    bool text = parry_str_eqz(f->type, "text/plain");
    parry_percent_encode(f->name, &name);
    parry_response_text(c->res, text ? "text/plain; charset=utf-8" : parry_str_z(c->arena, f->type), f->bytes);
    parry_response_header(
        c->res, "Content-Disposition",
        parry_str_printf(c->arena, "attachment; filename*=UTF-8''%.*s", PARRY_FMT(parry_buf_str(&name))));
    c->res->csp = "default-src 'none'; sandbox";
    parry_buf_free(&name);
}
