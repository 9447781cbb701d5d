/* The header is parsed once into a sorted list; tensors point into the map. */
#include "models/safetensors.h"

#include "base/file.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

enum { MAX_HEADER = 16 << 20 };

typedef struct entry {
    const char *name;
    parry_tensor tensor;
} entry;

struct parry_safetensors {
    parry_arena *arena;
    parry_map map;
    entry *entries; /* by name */
    size_t n;
};

typedef struct dtype_row {
    const char *name;
    parry_dtype dtype;
    size_t bytes;
} dtype_row;

static const dtype_row dtypes[] = {
    {"F32", PARRY_F32, 4},          {"F16", PARRY_F16, 2},         {"BF16", PARRY_BF16, 2},
    {"F64", PARRY_DTYPE_OTHER, 8},  {"I64", PARRY_DTYPE_OTHER, 8}, {"U64", PARRY_DTYPE_OTHER, 8},
    {"I32", PARRY_DTYPE_OTHER, 4},  {"U32", PARRY_DTYPE_OTHER, 4}, {"I16", PARRY_DTYPE_OTHER, 2},
    {"U16", PARRY_DTYPE_OTHER, 2},  {"I8", PARRY_DTYPE_OTHER, 1},  {"U8", PARRY_DTYPE_OTHER, 1},
    {"BOOL", PARRY_DTYPE_OTHER, 1},
};

static const dtype_row *dtype_named(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof dtypes / sizeof *dtypes; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return &dtypes[i];
    return NULL;
}

static bool size_of(const json_t *j, size_t *out)
{
    if (!json_is_integer(j) || json_integer_value(j) < 0)
        return false;
    *out = (size_t)json_integer_value(j);
    return true;
}

static bool read_shape(const json_t *shape, parry_tensor *t)
{
    size_t rank = json_array_size(shape);
    if (!json_is_array(shape) || rank > PARRY_TENSOR_RANK)
        return false;
    t->rank = (unsigned)rank;
    t->count = 1;
    for (size_t i = 0; i < rank; i++)
        if (!size_of(json_array_get(shape, i), &t->dims[i]) || __builtin_mul_overflow(t->count, t->dims[i], &t->count))
            return false;
    return true;
}

static bool read_tensor(const json_t *j, parry_str data, parry_tensor *t)
{
    const dtype_row *d = dtype_named(json_string_value(json_object_get(j, "dtype")));
    const json_t *offsets = json_object_get(j, "data_offsets");
    size_t first, end, bytes;
    if (d == NULL || !read_shape(json_object_get(j, "shape"), t) || json_array_size(offsets) != 2)
        return false;
    if (!size_of(json_array_get(offsets, 0), &first) || !size_of(json_array_get(offsets, 1), &end))
        return false;
    if (first > end || end > data.n || __builtin_mul_overflow(t->count, d->bytes, &bytes) || bytes != end - first)
        return false;
    t->dtype = d->dtype;
    t->p = (const unsigned char *)data.p + first;
    return true;
}

static int by_name(const void *a, const void *b) { return strcmp(((const entry *)a)->name, ((const entry *)b)->name); }

static parry_code read_entries(parry_safetensors *s, json_t *header, parry_str data, const char *path, parry_err *err)
{
    if (!json_is_object(header))
        return parry_fail(err, PARRY_CORRUPT, "%s: the header is not a JSON object", path);
    s->entries = PARRY_ARRAY(s->arena, entry, json_object_size(header));
    const char *name;
    json_t *j;
    json_object_foreach(header, name, j)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        entry *e = &s->entries[s->n++];
        e->name = parry_str_z(s->arena, parry_str_of(name));
        if (!read_tensor(j, data, &e->tensor))
            return parry_fail(err, PARRY_CORRUPT, "%s: tensor %.80s has a wrong type, shape or place", path, name);
    }
    if (s->n > 0)
        qsort(s->entries, s->n, sizeof *s->entries, by_name);
    return PARRY_OK;
}

static parry_code read_header(parry_safetensors *s, const char *path, parry_err *err)
{
    uint64_t n = 0;
    if (s->map.n < 8)
        return parry_fail(err, PARRY_CORRUPT, "%s is cut off: fetch the model again", path);
    for (unsigned i = 0; i < 8; i++)
        n |= (uint64_t)s->map.p[i] << (8 * i);
    if (n > MAX_HEADER || n > s->map.n - 8)
        return parry_fail(err, PARRY_CORRUPT, "%s: the header does not fit the file; fetch the model again", path);
    json_error_t at;
    json_t *header = json_loadb((const char *)s->map.p + 8, (size_t)n, JSON_REJECT_DUPLICATES, &at);
    if (header == NULL)
        return parry_fail(err, PARRY_CORRUPT, "%s: header: %s", path, at.text);
    parry_str data = parry_str_make((const char *)s->map.p + 8 + n, s->map.n - 8 - (size_t)n);
    parry_code code = read_entries(s, header, data, path, err);
    json_decref(header);
    return code;
}

parry_code parry_safetensors_open(const char *path, parry_safetensors **out, parry_err *err)
{
    parry_map map;
    parry_code code = parry_map_open(path, &map, err);
    if (code != PARRY_OK)
        return code;
    parry_arena *arena = parry_arena_new();
    parry_safetensors *s = PARRY_NEW(arena, parry_safetensors);
    s->arena = arena;
    s->map = map;
    code = read_header(s, path, err);
    if (code != PARRY_OK) {
        parry_safetensors_close(s);
        return code;
    }
    *out = s;
    return PARRY_OK;
}

void parry_safetensors_close(parry_safetensors *s)
{
    if (s == NULL)
        return;
    parry_map_close(&s->map);
    parry_arena_free(s->arena); /* s itself lives there */
}

void parry_safetensors_cold(const parry_safetensors *s) { parry_map_cold(&s->map); }

parry_code parry_safetensors_find(const parry_safetensors *s, const char *name, parry_tensor *out, parry_err *err)
{
    entry key = {.name = name};
    const entry *e = s->n ? bsearch(&key, s->entries, s->n, sizeof key, by_name) : NULL;
    if (e == NULL)
        return parry_fail(err, PARRY_NOT_FOUND, "no tensor %.80s", name);
    *out = e->tensor;
    return PARRY_OK;
}

parry_code parry_safetensors_matrix(const parry_safetensors *s, const char *name, size_t rows, size_t cols,
                                    parry_tensor *out, parry_err *err)
{
    parry_tensor t;
    parry_code code = parry_safetensors_find(s, name, &t, err);
    if (code != PARRY_OK)
        return code;
    bool fits = cols == 0 ? t.rank == 1 && t.dims[0] == rows : t.rank == 2 && t.dims[0] == rows && t.dims[1] == cols;
    if (!fits || t.dtype == PARRY_DTYPE_OTHER)
        return parry_fail(err, PARRY_CORRUPT, "tensor %.80s is not %zu x %zu floats", name, rows, cols);
    *out = t;
    return PARRY_OK;
}

static float bits(uint32_t b)
{
    float f;
    memcpy(&f, &b, sizeof f);
    return f;
}

/* IEEE half to single: a subnormal is its fraction times 2^-24. */
static float half(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000U) << 16, exponent = h >> 10 & 0x1FU, fraction = h & 0x3FFU;
    if (exponent == 0)
        return (sign ? -1.0F : 1.0F) * (float)fraction * 0x1p-24F;
    if (exponent == 31)
        return bits(sign | 0x7F800000U | fraction << 13);
    return bits(sign | (exponent + 112) << 23 | fraction << 13);
}

static uint16_t u16_at(const unsigned char *p) { return (uint16_t)(p[0] | p[1] << 8); }

void parry_tensor_floats(const parry_tensor *t, size_t first, size_t n, float *out)
{
    assert(first <= t->count && n <= t->count - first);
    switch (t->dtype) {
    case PARRY_F32:
        memcpy(out, t->p + 4 * first, 4 * n);
        break;
    case PARRY_F16:
        for (size_t i = 0; i < n; i++)
            out[i] = half(u16_at(t->p + 2 * (first + i)));
        break;
    case PARRY_BF16:
        for (size_t i = 0; i < n; i++)
            out[i] = bits((uint32_t)u16_at(t->p + 2 * (first + i)) << 16);
        break;
    case PARRY_DTYPE_OTHER:
        assert(t->dtype != PARRY_DTYPE_OTHER);
    }
}
