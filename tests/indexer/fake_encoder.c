/* Every function of models/encoder.h, so that the linker takes nothing from the real one. */
#include "fake_encoder.h"

#include "base/clock.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { DIM = 48, MAX_TOKENS = 256 };

struct parry_encoder {
    char name[64];
    atomic_size_t encoded, fail_after;
    atomic_llong slow_ms;
};

struct parry_encoder_scratch {
    int nothing;
};

parry_encoder *fake_encoder_new(const char *name)
{
    parry_encoder *e = parry_calloc(1, sizeof *e);
    snprintf(e->name, sizeof e->name, "%s", name);
    atomic_store(&e->fail_after, SIZE_MAX);
    return e;
}

size_t fake_encoder_encoded(const parry_encoder *e) { return atomic_load(&e->encoded); }
void fake_encoder_fail_after(parry_encoder *e, size_t texts) { atomic_store(&e->fail_after, texts); }
void fake_encoder_slow(parry_encoder *e, int64_t ms) { atomic_store(&e->slow_ms, ms); }

parry_code parry_precision_parse(const char *name, parry_precision *out, parry_err *err)
{
    (void)name, (void)err;
    *out = PARRY_PRECISION_F32;
    return PARRY_OK;
}

parry_code parry_encoder_open(const char *model_dir, parry_precision precision, parry_encoder **out, parry_err *err)
{
    (void)precision, (void)err;
    *out = fake_encoder_new(model_dir);
    return PARRY_OK;
}

void parry_encoder_close(parry_encoder *e) { free(e); }
size_t parry_encoder_dim(const parry_encoder *e) { return (void)e, (size_t)DIM; }
size_t parry_encoder_max_tokens(const parry_encoder *e) { return (void)e, (size_t)MAX_TOKENS; }
const char *parry_encoder_name(const parry_encoder *e) { return e->name; }
parry_precision parry_encoder_precision(const parry_encoder *e) { return (void)e, PARRY_PRECISION_F32; }
parry_hash parry_encoder_identity(const parry_encoder *e) { return parry_hash_of(e->name, strlen(e->name)); }
const parry_tokenizer *parry_encoder_tokenizer(const parry_encoder *e) { return (void)e, NULL; }

parry_encoder_scratch *parry_encoder_scratch_new(const parry_encoder *e)
{
    (void)e;
    return parry_calloc(1, sizeof(parry_encoder_scratch));
}

void parry_encoder_scratch_free(parry_encoder_scratch *s) { free(s); }

size_t parry_encoder_ids(const parry_encoder *e, parry_text_kind kind, parry_str text, int32_t *ids, size_t cap)
{
    (void)e, (void)kind, (void)text, (void)cap;
    ids[0] = ids[1] = 0;
    return 2;
}

/* Adds a direction that only the word decides. */
static void add_word(parry_str word, float *v)
{
    uint64_t x = 1469598103934665603u;
    for (size_t i = 0; i < word.n; i++)
        x = (x ^ (unsigned char)(word.p[i] | 0x20)) * 1099511628211u;
    for (size_t d = 0; d < DIM; d++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        v[d] += (float)((double)(x >> 33) / (double)(1u << 30) - 1.0);
    }
}

static void unit(float *v)
{
    double length = 0;
    for (size_t d = 0; d < DIM; d++)
        length += (double)v[d] * (double)v[d];
    length = sqrt(length);
    for (size_t d = 0; d < DIM; d++)
        v[d] = length > 0 ? (float)((double)v[d] / length) : d == 0 ? 1.0f : 0.0f;
}

parry_code parry_encode(const parry_encoder *e, parry_encoder_scratch *s, parry_text_kind kind, parry_str text,
                        float *vector, parry_err *err)
{
    (void)s, (void)kind;
    parry_encoder *counted = (parry_encoder *)(uintptr_t)e;
    if (atomic_fetch_add(&counted->encoded, 1) >= atomic_load(&counted->fail_after))
        return parry_fail(err, PARRY_IO, "the encoder was told to fail");
    if (atomic_load(&counted->slow_ms) > 0)
        parry_sleep_ms(atomic_load(&counted->slow_ms));
    memset(vector, 0, DIM * sizeof *vector);
    for (parry_str word; parry_str_split(&text, ' ', &word);)
        add_word(word, vector);
    unit(vector);
    return PARRY_OK;
}

parry_code parry_encode_batch(const parry_encoder *e, parry_encoder_scratch *s, parry_text_kind kind,
                              const parry_str *texts, size_t n, float *vectors, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = parry_encode(e, s, kind, texts[i], vectors + i * DIM, err);
    return code;
}

void parry_model_default_dir(const char *xdg_cache_home, const char *home, char *path, size_t cap)
{
    (void)xdg_cache_home, (void)home;
    snprintf(path, cap, "fake");
}
