/* A text's wording as hashed features. */
#include "desk/classify/features.h"

#include "models/bert_text.h"

#include <math.h>
#include <stdlib.h>

enum { WORD_BYTES = 48, SHORTEST = 3, LONGEST = 5, HALF = PARRY_FEATURE_BUCKETS / 2 };

/* ---- words ---- */

typedef struct spelling { /* of one word, as it is read */
    char bytes[WORD_BYTES];
    size_t n;
    bool digit; /* the last one was a digit */
} spelling;

static void spell(spelling *s, unsigned cp)
{
    bool digit = cp >= '0' && cp <= '9';
    char bytes[4];
    size_t n = parry_utf8_put(digit ? '0' : cp, bytes);
    if (!(digit && s->digit) && s->n + n <= sizeof s->bytes) {
        memcpy(s->bytes + s->n, bytes, n);
        s->n += n;
    }
    s->digit = digit;
}

static void end_word(parry_arena *a, spelling *s, parry_terms *w)
{
    if (s->n > 0 && w->n < PARRY_FEATURES_WORDS)
        w->word[w->n++] = parry_str_copy(a, parry_str_make(s->bytes, s->n));
    *s = (spelling){.n = 0};
}

static bool is_currency(unsigned cp) { return cp == '$' || cp == 0xA3 || cp == 0xA5 || cp == 0x20AC; }
static bool is_apostrophe(unsigned cp) { return cp == '\'' || cp == 0x2019; }

static void read_letter(parry_arena *a, spelling *s, unsigned cp, parry_terms *w)
{
    if (is_apostrophe(cp))
        return;
    parry_bert_class class = parry_bert_class_of(cp);
    bool alone = is_currency(cp) || class == PARRY_BERT_IDEOGRAPH;
    if (class == PARRY_BERT_LETTER && !alone) {
        unsigned parts[PARRY_BERT_DECOMPOSED];
        size_t n = parry_bert_decompose(parry_bert_lower(cp), parts);
        for (size_t i = 0; i < n; i++) {
            if (parry_bert_class_of(parts[i]) != PARRY_BERT_MARK)
                spell(s, parts[i]);
        }
        return;
    }
    if (class != PARRY_BERT_MARK && class != PARRY_BERT_DROP)
        end_word(a, s, w);
    if (alone) {
        spell(s, cp);
        end_word(a, s, w);
    }
}

parry_terms parry_terms_of(parry_arena *a, parry_str text)
{
    parry_terms w = {PARRY_ARRAY(a, parry_str, PARRY_FEATURES_WORDS), 0};
    spelling s = {.n = 0};
    text = parry_utf8_cut(text, PARRY_FEATURES_TEXT);
    for (size_t at = 0; at < text.n && w.n < PARRY_FEATURES_WORDS;) {
        unsigned cp;
        at += parry_utf8_next(parry_str_from(text, at), &cp);
        read_letter(a, &s, cp, &w);
    }
    end_word(a, &s, &w);
    return w;
}

/* ---- features ---- */

typedef struct buckets {
    parry_arena *a;
    uint32_t *of;
    size_t n, cap;
} buckets;

/* FNV-1a, and a last stir, since few of its bits are used. */
static uint32_t hash(uint32_t h, parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return h;
}

static uint32_t stir(uint32_t h)
{
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    return h ^ (h >> 16);
}

static const uint32_t start = 2166136261u;

static void add(buckets *b, uint32_t half, uint32_t h)
{
    b->of = parry_arena_grow(b->a, b->of, b->n, &b->cap, sizeof *b->of);
    b->of[b->n++] = half * HALF + stir(h) % HALF;
}

static void add_pair(buckets *b, parry_str left, parry_str right)
{
    add(b, 0, hash(hash(hash(start, left), parry_str_of(" ")), right));
}

static void add_words(buckets *b, const parry_terms *w)
{
    const parry_str edge = parry_str_of("|");
    for (size_t i = 0; i < w->n; i++) {
        add(b, 0, hash(start, w->word[i]));
        add_pair(b, i > 0 ? w->word[i - 1] : edge, w->word[i]);
    }
    if (w->n > 0)
        add_pair(b, w->word[w->n - 1], edge);
}

/* Runs of letters of "<word>", so that its beginning and its end differ from its middle. */
static void add_runs(buckets *b, parry_str word)
{
    char framed[WORD_BYTES + 2];
    size_t at[WORD_BYTES + 3], letters = 0, n = 0;
    framed[n++] = '<';
    memcpy(framed + n, word.p, word.n);
    n += word.n;
    framed[n++] = '>';
    for (size_t i = 0; i < n; i++) {
        if (((unsigned char)framed[i] & 0xC0) != 0x80)
            at[letters++] = i;
    }
    at[letters] = n;
    for (size_t length = SHORTEST; length <= LONGEST; length++) {
        for (size_t i = 0; i + length <= letters; i++)
            add(b, 1, hash(start, parry_str_make(framed + at[i], at[i + length] - at[i])));
    }
}

static int ascending(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static size_t once_each(uint32_t *of, size_t n)
{
    size_t kept = 0;
    qsort(of, n, sizeof *of, ascending);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || of[i] != of[kept - 1])
            of[kept++] = of[i];
    }
    return kept;
}

parry_features parry_features_of(parry_arena *a, const parry_terms *words)
{
    if (words->n == 0)
        return (parry_features){NULL, 0};
    buckets b = {.a = a, .cap = 256, .of = PARRY_ARRAY(a, uint32_t, 256)};
    add_words(&b, words);
    for (size_t i = 0; i < words->n; i++)
        add_runs(&b, words->word[i]);
    b.n = once_each(b.of, b.n);
    size_t first = 0; /* how many are of the first half */
    while (first < b.n && b.of[first] < HALF)
        first++;
    parry_feature *of = PARRY_ARRAY(a, parry_feature, b.n);
    for (size_t i = 0; i < b.n; i++) {
        size_t many = i < first ? first : b.n - first;
        of[i] = (parry_feature){b.of[i], sqrtf(0.5F / (float)many)};
    }
    return (parry_features){of, b.n};
}

void parry_features_sketch(const parry_features *f, float out[PARRY_SKETCH])
{
    memset(out, 0, PARRY_SKETCH * sizeof *out);
    for (size_t i = 0; i < f->n; i++) {
        uint32_t h = stir(f->of[i].bucket + 1);
        out[h % PARRY_SKETCH] += h & 0x80000000u ? f->of[i].value : -f->of[i].value;
    }
    float length = 0;
    for (size_t i = 0; i < PARRY_SKETCH; i++)
        length += out[i] * out[i];
    for (size_t i = 0; i < PARRY_SKETCH && length > 0; i++)
        out[i] /= sqrtf(length);
}
