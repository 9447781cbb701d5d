/* What the tests of models share: the model in the per-user cache, and the reference file beside the source folder. */
#ifndef PARRY_TESTS_MODELS_TESTING_H
#define PARRY_TESTS_MODELS_TESTING_H

#include "tests/base/testing.h"

#include "models/encoder.h"

#include <jansson.h>
#include <math.h>

#define NO_MODEL "the model is not in the cache (tools/model/fetch.sh brings it)"
#define NO_REFERENCE "no ../shared/data/encoder beside the source folder"
#define skip_because(why)                                                                                              \
    do {                                                                                                               \
        print_message("skipped: %s\n", (why));                                                                         \
        skip();                                                                                                        \
        return;                                                                                                        \
    } while (0)

static inline const char *model_dir(scratch *s)
{
    char dir[4096];
    parry_model_default_dir(getenv("XDG_CACHE_HOME"), getenv("HOME"), dir, sizeof dir);
    return parry_str_z(s->arena, parry_str_of(dir));
}

typedef struct reference {
    size_t n;
    parry_str *texts;
    int32_t **ids;
    size_t *counts;
    const float *vectors; /* n x 384 */
} reference;

static inline void read_line(scratch *s, parry_str line, reference *r)
{
    json_t *j = json_loadb(line.p, line.n, JSON_ALLOW_NUL, NULL);
    const json_t *text = json_object_get(j, "text"), *ids = json_object_get(j, "ids");
    size_t n = json_array_size(ids);
    r->texts[r->n] = parry_str_copy(s->arena, parry_str_make(json_string_value(text), json_string_length(text)));
    r->ids[r->n] = PARRY_ARRAY(s->arena, int32_t, n);
    for (size_t i = 0; i < n; i++)
        r->ids[r->n][i] = (int32_t)json_integer_value(json_array_get(ids, i));
    r->counts[r->n++] = n;
    json_decref(j);
}

static inline bool read_reference(scratch *s, reference *r)
{
    enum { MAX = 64 << 20 };
    const char *dir = PARRY_SOURCE_DIR "/../shared/data/encoder";
    parry_str lines, line, vectors;
    if (parry_file_read(s->arena, parry_str_printf(s->arena, "%s/reference.jsonl", dir).p, MAX, &lines, NULL) !=
            PARRY_OK ||
        parry_file_read(s->arena, parry_str_printf(s->arena, "%s/reference.f32", dir).p, MAX, &vectors, NULL) !=
            PARRY_OK)
        return false;
    size_t most = vectors.n / (384 * sizeof(float));
    *r = (reference){.texts = PARRY_ARRAY(s->arena, parry_str, most),
                     .ids = PARRY_ARRAY(s->arena, int32_t *, most),
                     .counts = PARRY_ARRAY(s->arena, size_t, most),
                     .vectors = (const float *)(const void *)vectors.p};
    while (r->n < most && parry_str_split(&lines, '\n', &line))
        read_line(s, line, r);
    return r->n == most && most > 0;
}

static inline double cosine(const float *a, const float *b, size_t n)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return ab / sqrt(aa * bb);
}

/* Numbers that repeat from run to run, from -1 to 1. */
static inline float noise(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (float)((double)(*seed >> 40) / (double)(1U << 23) - 1.0);
}

#endif
