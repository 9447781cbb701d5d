/* Sentences by meaning, with the vectors of those that were asked before. */
#include "engine/meant.h"

#include "base/hash.h"
#include "engine/vectors_half.h"

#include <stdlib.h>

enum {
    HITS = 3, /* the first ones: people read those */
    SENTENCES = 6,
    LEAST = 20,   /* bytes: shorter ones answer nothing */
    SLOTS = 8192, /* 6 MB at 384 dimensions once all are used */
};

/* Direct-mapped: a slot holds the last sentence that fell on it. */
struct parry_meant {
    const parry_encoder *encoder;
    size_t dim;
    parry_half_dot *dot;
    parry_hash *key; /* zeros: empty */
    uint16_t *vector;
};

parry_meant *parry_meant_new(const parry_encoder *encoder)
{
    parry_meant *m = parry_calloc(1, sizeof *m);
    m->encoder = encoder;
    m->dim = parry_encoder_dim(encoder);
    m->dot = parry_half_dot_for_cpu();
    return m;
}

void parry_meant_free(parry_meant *m)
{
    if (m == NULL)
        return;
    free(m->key);
    free(m->vector);
    free(m);
}

/* ---- which are asked ------------------------------------------------------------------------------------------------
 */

typedef struct asked {
    size_t excerpt, sentence;
    parry_str text;
    parry_hash key;
    float cosine;
} asked;

static uint32_t length_of(const parry_sentence *s) { return s->end - s->start; }

static asked ask(const parry_excerpt *e, size_t which, size_t sentence)
{
    const parry_sentence *s = &e->sentences[sentence];
    parry_str text = parry_str_make(e->passage.p + s->start, length_of(s));
    return (asked){which, sentence, text, parry_hash_of(text.p, text.n), -2};
}

/* How many of its sentences are longer, or as long and before it. */
static size_t place_by_length(const parry_excerpt *e, size_t sentence)
{
    uint32_t length = length_of(&e->sentences[sentence]);
    size_t before = 0;
    for (size_t i = 0; i < e->nsentences; i++) {
        uint32_t other = length_of(&e->sentences[i]);
        before += other > length || (other == length && i < sentence);
    }
    return before;
}

/* Its longest sentences, in their order. */
static size_t pick_sentences(const parry_excerpt *e, size_t which, asked *out)
{
    size_t n = 0;
    for (size_t i = 0; i < e->nsentences && n < SENTENCES; i++)
        if (length_of(&e->sentences[i]) >= LEAST && place_by_length(e, i) < SENTENCES)
            out[n++] = ask(e, which, i);
    return n;
}

static size_t pick(const parry_excerpt *e, size_t n, asked *out)
{
    size_t nasked = 0;
    for (size_t i = 0; i < n && i < HITS; i++)
        if (e[i].weak && !e[i].whole)
            nasked += pick_sentences(&e[i], i, out + nasked);
    return nasked;
}

/* ---- how near they are ----------------------------------------------------------------------------------------------
 */

static size_t slot_of(const parry_hash *key)
{
    size_t slot;
    memcpy(&slot, key->b, sizeof slot);
    return slot % SLOTS;
}

/* A short article's sentences are rows with vectors: nothing to encode. */
static void measure_rows(const parry_excerpt *e, const float *query, asked *x)
{
    const parry_segment_info *s = e->segment != NULL ? parry_segment_get_info(e->segment) : NULL;
    for (uint32_t r = s ? s->article_row[e->article] : 0; s && r < s->article_row[e->article + 1]; r++)
        if (s->row_kind[r] == PARRY_ROW_SENTENCE && s->row_vector[r] != PARRY_NO_ROW &&
            parry_str_eq(parry_segment_text(e->segment, r), x->text))
            x->cosine = parry_segment_cosine(e->segment, r, query);
}

static void measure_known(parry_meant *m, const float *query, asked *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t slot = slot_of(&list[i].key);
        if (list[i].cosine < -1 && parry_hash_eq(m->key[slot], list[i].key))
            list[i].cosine = m->dot(m->vector + slot * m->dim, query, m->dim);
    }
}

/* Two that fall on one slot are measured one after the other, since the batch is what is measured. */
static parry_code encode_unknown(parry_meant *m, parry_encoder_scratch *scratch, parry_arena *a, const float *query,
                                 asked *list, size_t n)
{
    parry_str texts[HITS * SENTENCES];
    asked *unknown[HITS * SENTENCES];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (list[i].cosine >= -1)
            continue;
        unknown[count] = &list[i];
        texts[count++] = list[i].text;
    }
    if (count == 0)
        return PARRY_OK;
    float *vectors = PARRY_ARRAY(a, float, count * m->dim);
    parry_code code = parry_encode_batch(m->encoder, scratch, PARRY_PASSAGE, texts, count, vectors, NULL);
    for (size_t i = 0; i < count && code == PARRY_OK; i++) {
        size_t slot = slot_of(&unknown[i]->key);
        m->key[slot] = unknown[i]->key;
        parry_half_pack(vectors + i * m->dim, m->dim, m->vector + slot * m->dim);
        unknown[i]->cosine = m->dot(m->vector + slot * m->dim, query, m->dim);
    }
    return code;
}

void parry_meant_centre(parry_meant *m, parry_encoder_scratch *scratch, parry_arena *a, const float *query,
                        parry_excerpt *e, size_t n)
{
    asked list[HITS * SENTENCES];
    size_t nasked = pick(e, n, list);
    if (nasked == 0)
        return;
    for (size_t i = 0; i < nasked; i++)
        measure_rows(&e[list[i].excerpt], query, &list[i]);
    if (m->key == NULL) {
        m->key = parry_calloc(SLOTS, sizeof *m->key);
        m->vector = parry_calloc(SLOTS * m->dim, sizeof *m->vector);
    }
    measure_known(m, query, list, nasked);
    if (encode_unknown(m, scratch, a, query, list, nasked) != PARRY_OK)
        return;
    for (size_t i = 0; i < nasked;) {
        size_t best = i, excerpt = list[i].excerpt;
        for (; i < nasked && list[i].excerpt == excerpt; i++)
            best = list[i].cosine > list[best].cosine ? i : best;
        parry_excerpt_centre(a, &e[excerpt], list[best].sentence);
    }
}
