/* Texts as training sees them. */
#include "desk/classify/texts.h"

#include "base/work.h"

#include <stdlib.h>

enum { CHUNK = 64, CHUNKS_A_ROUND = 16 };

/* ---- wording ---- */

static uint32_t hash_of(const parry_terms *w)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < w->n; i++) {
        for (size_t j = 0; j <= w->word[i].n; j++) /* its closing zero too */
            h = (h ^ (unsigned char)w->word[i].p[j]) * 16777619u;
    }
    return h;
}

static void read_texts(parry_arena *a, const parry_str *text, parry_texts_seen *t)
{
    parry_arena *scratch = parry_arena_new();
    for (size_t i = 0; i < t->n; i++) {
        parry_arena_reset(scratch);
        parry_terms words = parry_terms_of(scratch, text[i]);
        parry_features found = parry_features_of(scratch, &words);
        parry_feature *kept = PARRY_ARRAY(a, parry_feature, found.n + 1);
        if (found.n > 0)
            memcpy(kept, found.of, found.n * sizeof *kept);
        t->features[i] = (parry_features){kept, found.n};
        t->rule[i] = parry_urgency_of(&words);
        t->same[i] = hash_of(&words);
    }
    parry_arena_free(scratch);
}

/* ---- meaning ---- */

typedef struct encoding {
    const parry_encoder *encoder;
    parry_encoder_scratch **scratch;
    const parry_str *text;
    size_t first, n;
    float *out;
    parry_err *errs; /* one a thread */
} encoding;

static void encode_chunk(void *ctx, size_t chunk, unsigned worker)
{
    encoding *e = ctx;
    size_t from = e->first + chunk * CHUNK, n = e->n - from < CHUNK ? e->n - from : CHUNK;
    if (e->scratch[worker] == NULL)
        e->scratch[worker] = parry_encoder_scratch_new(e->encoder);
    if (e->errs[worker].code == PARRY_OK)
        (void)!parry_encode_batch(e->encoder, e->scratch[worker], PARRY_QUERY, e->text + from, n,
                                  e->out + from * parry_encoder_dim(e->encoder), &e->errs[worker]);
}

static void tell(const parry_train_progress *p, const char *what, size_t done, size_t of)
{
    if (p != NULL)
        p->tell(p->ctx, what, done, of);
}

parry_code parry_texts_encode(const parry_encoder *encoder, const parry_str *text, size_t n,
                              const parry_train_progress *progress, float *out, parry_err *err)
{
    unsigned threads = parry_cores();
    encoding e = {.encoder = encoder, .text = text, .n = n, .out = out};
    e.scratch = parry_calloc(threads, sizeof(parry_encoder_scratch *));
    e.errs = parry_calloc(threads, sizeof *e.errs);
    for (; e.first < n; e.first += CHUNK * CHUNKS_A_ROUND) {
        size_t chunks = (n - e.first + CHUNK - 1) / CHUNK;
        tell(progress, "encoding", e.first, n);
        parry_parallel(chunks < CHUNKS_A_ROUND ? chunks : CHUNKS_A_ROUND, threads, encode_chunk, &e);
    }
    parry_err first = {PARRY_OK, "", ""};
    for (unsigned i = 0; i < threads; i++) {
        if (first.code == PARRY_OK)
            first = e.errs[i];
        parry_encoder_scratch_free(e.scratch[i]);
    }
    free(e.scratch);
    free(e.errs);
    if (first.code != PARRY_OK && err != NULL)
        *err = first;
    return first.code;
}

parry_code parry_texts_see(parry_arena *a, const parry_str *text, size_t n, const parry_encoder *encoder,
                           const parry_train_progress *progress, parry_texts_seen *out, parry_err *err)
{
    parry_texts_seen t = {.n = n, .dim = encoder != NULL ? parry_encoder_dim(encoder) : 0};
    t.features = PARRY_ARRAY(a, parry_features, n);
    t.rule = PARRY_ARRAY(a, const parry_urgency *, n);
    t.same = PARRY_ARRAY(a, uint32_t, n);
    read_texts(a, text, &t);
    parry_code code = PARRY_OK;
    if (encoder != NULL) {
        t.meaning = PARRY_ARRAY(a, float, n *t.dim);
        code = parry_texts_encode(encoder, text, n, progress, t.meaning, err);
    }
    if (code == PARRY_OK)
        *out = t;
    return code;
}

parry_wording parry_texts_wording(const parry_texts_seen *t, size_t i)
{
    parry_wording w = {.features = t->features[i], .meaning = t->dim > 0 ? t->meaning + i * t->dim : NULL};
    parry_features_sketch(&w.features, w.sketch);
    return w;
}
