/* The table of vectors. Halves are made in plain C: the rounding must be the same on every processor, and it is no hot
 * path. */
#include "indexer/embeddings.h"

#include "base/tally.h"

#include <stdint.h>
#include <stdlib.h>

enum { PUT_AT_ONCE = 500, HALF_BYTES = 2 };

struct parry_embeddings {
    parry_env *env;
    parry_table table;
    parry_hash identity;
    size_t dim;
};

/* ---- halves: 1 sign, 5 exponent (bias 15), 10 fraction ------------------------------------------------------------
 */

/* Drops `drop` low bits, to nearest, ties to even. */
static uint32_t round_off(uint32_t m, unsigned drop)
{
    uint32_t half = 1u << (drop - 1), rest = m & ((1u << drop) - 1), kept = m >> drop;
    return kept + (rest > half || (rest == half && (kept & 1)));
}

static uint16_t to_half(float f)
{
    uint32_t x;
    memcpy(&x, &f, sizeof x);
    uint32_t sign = x >> 16 & 0x8000, e = x >> 23 & 0xFF, m = x & 0x7FFFFF;
    if (e >= 143) /* 2^16 and over, infinity, NaN: no unit vector has them */
        return (uint16_t)(sign | 0x7C00 | (e == 255 && m ? 0x200 : 0));
    if (e >= 113) /* a carry out of the fraction is the next exponent, as it should be */
        return (uint16_t)(sign | round_off((e - 112) << 23 | m, 13));
    if (e < 102) /* under half of the least subnormal */
        return (uint16_t)sign;
    return (uint16_t)(sign | round_off(m | 0x800000, 126 - e));
}

static float from_half(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = h >> 10 & 0x1F, m = h & 0x3FF, x;
    float f;
    if (e == 0) {
        f = (float)m * 0x1p-24f;
        return sign ? -f : f;
    }
    x = sign | (e == 31 ? 0x7F800000u : (e + 112) << 23) | m << 13;
    memcpy(&f, &x, sizeof f);
    return f;
}

void parry_halves_round(float *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        v[i] = from_half(to_half(v[i]));
}

static void write_halves(const float *v, size_t n, unsigned char *out)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t h = to_half(v[i]);
        out[HALF_BYTES * i] = (unsigned char)(h & 0xFF);
        out[HALF_BYTES * i + 1] = (unsigned char)(h >> 8);
    }
}

static void read_halves(parry_str bytes, float *v, size_t n)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    for (size_t i = 0; i < n; i++)
        v[i] = from_half((uint16_t)(p[HALF_BYTES * i] | p[HALF_BYTES * i + 1] << 8));
}

/* ---- the table ----------------------------------------------------------------------------------------------------
 */

parry_code parry_embeddings_open(parry_env *env, parry_hash identity, size_t dim, parry_embeddings **out,
                                 parry_err *err)
{
    parry_table table;
    parry_code code = parry_env_table(env, "embeddings", &table, err);
    if (code != PARRY_OK)
        return code;
    parry_embeddings *e = parry_calloc(1, sizeof *e);
    *e = (parry_embeddings){env, table, identity, dim};
    *out = e;
    return PARRY_OK;
}

void parry_embeddings_close(parry_embeddings *e) { free(e); }

parry_hash parry_embeddings_key(const parry_embeddings *e, parry_text_kind kind, parry_str text)
{
    parry_hasher h;
    unsigned char k = kind == PARRY_QUERY ? 'q' : 'p';
    parry_hasher_start(&h);
    parry_hasher_add(&h, e->identity.b, sizeof e->identity.b);
    parry_hasher_add(&h, &k, 1);
    parry_hasher_adds(&h, text);
    return parry_hasher_end(&h);
}

static parry_str key_str(const parry_hash *key) { return parry_str_make((const char *)key->b, sizeof key->b); }

parry_code parry_embeddings_find(const parry_embeddings *e, const parry_hash *keys, size_t n, float *const *vectors,
                                 bool *found, parry_err *err)
{
    parry_txn *t;
    parry_code code = parry_txn_read(e->env, &t, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        parry_str value;
        parry_err miss = {0};
        code = parry_get(t, e->table, key_str(&keys[i]), &value, &miss);
        found[i] = code == PARRY_OK && value.n == HALF_BYTES * e->dim;
        if (found[i])
            read_halves(value, vectors[i], e->dim);
        if (code == PARRY_NOT_FOUND)
            code = PARRY_OK;
        else if (code != PARRY_OK && err != NULL)
            *err = miss;
    }
    parry_txn_abort(t);
    return code;
}

static parry_code put_some(parry_embeddings *e, const parry_hash *keys, size_t n, const float *const *vectors,
                           unsigned char *bytes, parry_err *err)
{
    parry_txn *t;
    parry_code code = parry_txn_write(e->env, &t, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        write_halves(vectors[i], e->dim, bytes);
        code = parry_put(t, e->table, key_str(&keys[i]), parry_str_make((const char *)bytes, HALF_BYTES * e->dim), err);
    }
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_embeddings_put(parry_embeddings *e, const parry_hash *keys, size_t n, const float *const *vectors,
                                parry_err *err)
{
    unsigned char *bytes = parry_malloc(HALF_BYTES * e->dim);
    parry_code code = PARRY_OK;
    for (size_t at = 0; at < n && code == PARRY_OK; at += PUT_AT_ONCE) {
        size_t some = n - at < PUT_AT_ONCE ? n - at : PUT_AT_ONCE;
        code = put_some(e, keys + at, some, vectors + at, bytes, err);
    }
    free(bytes);
    return code;
}

parry_code parry_embeddings_count(const parry_embeddings *e, uint64_t *n, parry_err *err)
{
    parry_txn *t;
    parry_code code = parry_txn_read(e->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_count(t, e->table, n, err);
    parry_txn_abort(t);
    return code;
}
