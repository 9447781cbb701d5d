/* Ids of passages, and back. */
#include "api/agents/passages.h"

#include <sodium.h>

/* A polynomial over the bytes, modulo 2^64: the window moves by a step in constant time. */
static const uint64_t radix = 1099511628211U;

static uint64_t sum_of(parry_str s)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s.n; i++)
        sum = sum * radix + (unsigned char)s.p[i];
    return sum;
}

static uint64_t radix_to(size_t n)
{
    uint64_t out = 1;
    while (n-- > 0)
        out *= radix;
    return out;
}

bool parry_passage_of_hit(const parry_generation *g, const parry_hit *h, parry_passage_ref *out)
{
    const parry_segment *s = parry_generation_get_info(g)->segments[h->segment].segment;
    parry_article_out article;
    parry_section_in section;
    if (h->passage.n == 0)
        return false;
    parry_segment_article(s, h->article, &article);
    *out = (parry_passage_ref){article.hash, 0, (uint32_t)h->passage.n, sum_of(h->passage)};
    for (uint32_t i = 0; i < article.nsections && i < UINT16_MAX; i++) {
        parry_segment_section(s, h->article, i, &section);
        if (parry_str_eq(section.anchor, h->anchor))
            out->section = (uint16_t)i;
    }
    return true;
}

static unsigned char *put(unsigned char *p, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *p++ = (unsigned char)(value >> (8 * i));
    return p;
}

static uint64_t get(const unsigned char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = n; i > 0; i--)
        value = value << 8 | p[i - 1];
    return value;
}

void parry_passage_id(const parry_passage_ref *ref, char out[PARRY_PASSAGE_ID_TEXT])
{
    unsigned char bytes[PARRY_PASSAGE_BYTES], *p = bytes;
    memcpy(p, ref->version.b, PARRY_HASH_BYTES);
    p = put(p + PARRY_HASH_BYTES, ref->section, 2);
    p = put(p, ref->length, 4);
    (void)put(p, ref->sum, 8);
    sodium_bin2base64(out, PARRY_PASSAGE_ID_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool parry_passage_parse(parry_str id, parry_passage_ref *out)
{
    unsigned char bytes[PARRY_PASSAGE_BYTES];
    size_t n;
    const char *end;
    if (id.n != PARRY_PASSAGE_ID_TEXT - 1 ||
        sodium_base642bin(bytes, sizeof bytes, id.p, id.n, NULL, &n, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) !=
            0 ||
        n != sizeof bytes || end != id.p + id.n)
        return false;
    memcpy(out->version.b, bytes, PARRY_HASH_BYTES);
    out->section = (uint16_t)get(bytes + PARRY_HASH_BYTES, 2);
    out->length = (uint32_t)get(bytes + PARRY_HASH_BYTES + 2, 4);
    out->sum = get(bytes + PARRY_HASH_BYTES + 6, 8);
    return out->length > 0;
}

static bool find_in(const parry_passage_ref *ref, parry_str s, parry_str *text)
{
    size_t n = ref->length;
    if (n > s.n)
        return false;
    uint64_t sum = sum_of(parry_str_make(s.p, n)), leaving = radix_to(n - 1);
    for (size_t at = 0;; at++) {
        if (sum == ref->sum) {
            *text = parry_str_make(s.p + at, n);
            return true;
        }
        if (at + n == s.n)
            return false;
        sum = (sum - (unsigned char)s.p[at] * leaving) * radix + (unsigned char)s.p[at + n];
    }
}

/* The section that the id names, then the others: a newer program may part them otherwise. */
bool parry_passage_find(const parry_passage_ref *ref, const parry_article *version, size_t *section, parry_str *text)
{
    if (ref->section < version->nsections && find_in(ref, version->sections[ref->section].text, text)) {
        *section = ref->section;
        return true;
    }
    for (size_t i = 0; i < version->nsections; i++) {
        if (find_in(ref, version->sections[i].text, text)) {
            *section = i;
            return true;
        }
    }
    return false;
}

size_t parry_passage_tokens(const parry_encoder *encoder, parry_str text)
{
    return encoder != NULL ? parry_token_count(parry_encoder_tokenizer(encoder), text) : (text.n + 3) / 4;
}
