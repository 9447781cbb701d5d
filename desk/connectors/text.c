/* What an agent reads of a ticket, as text. */
#include "desk/connectors/inner.h"

enum { JOURNEY_MAX = 256 << 10 };

static void add_sure(parry_buf *out, const char *what, const char *name, double probability)
{
    parry_buf_printf(out, "%s: %s", what, name);
    if (probability >= 0)
        parry_buf_printf(out, " (suggested, probability %.2f)", probability);
    parry_buf_addc(out, '\n');
}

static void add_files(parry_buf *out, const parry_ticket *t, unsigned without)
{
    for (size_t i = 0; i < t->nattachments; i++) {
        const parry_attachment *f = &t->attachments[i];
        if ((without & 1U << i) != 0)
            parry_buf_printf(out, "Attachment, not sent along: %.*s (%.*s, %zu bytes)\n", PARRY_FMT(f->name),
                             PARRY_FMT(f->type), f->bytes.n);
    }
    if ((without & 1U << t->nattachments) != 0)
        parry_buf_addz(out, "Attachment, not sent along: " PARRY_TICKET_DOCUMENT "\n");
}

static void add_facts(const parry_ticket *t, bool privacy, parry_buf *out)
{
    add_sure(out, "Queue", parry_queue_name(t->queue), t->queue_probability);
    add_sure(out, "Priority", parry_priority_name(t->priority), t->priority_probability);
    if (t->locale.n > 0)
        parry_buf_printf(out, "Language: %.*s\n", PARRY_FMT(t->locale));
    if (t->audience.n > 0)
        parry_buf_printf(out, "Audience: %.*s\n", PARRY_FMT(t->audience));
    parry_str page = parry_json_at(t->packet, "page");
    if (page.n > 0 && !privacy) /* an address may name its reader */
        parry_buf_printf(out, "Page: %.*s\n", PARRY_FMT(page));
}

void parry_connector_text(const parry_ticket *t, const parry_text_wish *w, parry_buf *out)
{
    static const char cut[] = "(cut here)\n";
    parry_buf journey = PARRY_BUF(JOURNEY_MAX), facts = PARRY_BUF(JOURNEY_MAX);
    add_facts(t, w->privacy, &facts);
    if (!w->privacy)
        add_files(&facts, t, w->without);
    parry_buf_printf(&facts, "Hand-off: %.*s\n", PARRY_FMT(t->id));
    if (!w->privacy) {
        parry_ticket_journey_text(t, &journey);
        parry_buf_adds(out, t->description);
        parry_buf_addz(out, "\n\n----\n");
    }
    size_t used = out->n + facts.n + sizeof cut + 1, left = w->most > used ? w->most - used : 0;
    parry_str text = parry_buf_str(&journey), kept = parry_utf8_cut(text, left);
    parry_buf_adds(out, kept);
    if (kept.n < text.n)
        parry_buf_printf(out, "\n%s", cut);
    parry_buf_adds(out, parry_buf_str(&facts));
    parry_buf_free(&journey);
    parry_buf_free(&facts);
}

const char *parry_connector_pair(const parry_connector *c, const char *key, const char *name, const char *usual,
                                 parry_arena *a)
{
    parry_str rest = parry_str_of(parry_connector_get(c, key)), pair;
    while (parry_str_split(&rest, ',', &pair)) {
        size_t eq = parry_str_find(pair, parry_str_of("="));
        if (parry_str_eqz(parry_str_trim(parry_str_make(pair.p, eq)), name))
            return parry_str_z(a, parry_str_trim(parry_str_from(pair, eq + 1)));
    }
    return usual;
}

parry_str parry_url_encode(parry_arena *a, parry_str s)
{
    static const char hex[] = "0123456789ABCDEF";
    char *p = parry_arena_alloc(a, 3 * s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char b = (unsigned char)s.p[i];
        bool same = (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || b == '-' ||
                    b == '_' || b == '.' || b == '~';
        if (same) {
            p[n++] = (char)b;
            continue;
        }
        p[n++] = '%';
        p[n++] = hex[b >> 4];
        p[n++] = hex[b & 15];
    }
    return parry_str_make(p, n);
}
