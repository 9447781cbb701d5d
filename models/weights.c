/* Tensors by the names Hugging Face's BertModel gives them; some files put "bert." before each. */
#include "models/weights.h"

#include <stdlib.h>

enum { MAX_NAME = 160 };

typedef struct loader {
    const parry_model *model;
    parry_safetensors *file;
    parry_products *products;
    parry_arena *arena;
    const char *prefix;
    float *matrix, *bias; /* room for the largest layer */
    parry_err *err;
} loader;

static parry_code matrix(const loader *l, const char *name, size_t rows, size_t cols, parry_tensor *out)
{
    char full[MAX_NAME + 8];
    snprintf(full, sizeof full, "%s%s", l->prefix, name);
    return parry_safetensors_matrix(l->file, full, rows, cols, out, l->err);
}

/* A whole tensor into memory that is there. */
static parry_code floats_into(const loader *l, const char *name, size_t rows, size_t cols, float *out)
{
    parry_tensor t;
    parry_code code = matrix(l, name, rows, cols, &t);
    if (code == PARRY_OK)
        parry_tensor_floats(&t, 0, t.count, out);
    return code;
}

static parry_code load_norm(const loader *l, const char *name, parry_norm *out)
{
    char full[MAX_NAME];
    size_t n = l->model->hidden;
    float *gain = PARRY_ARRAY(l->arena, float, n), *bias = PARRY_ARRAY(l->arena, float, n);
    snprintf(full, sizeof full, "%s.weight", name);
    parry_code code = floats_into(l, full, n, 0, gain);
    snprintf(full, sizeof full, "%s.bias", name);
    if (code == PARRY_OK)
        code = floats_into(l, full, n, 0, bias);
    *out = (parry_norm){gain, bias};
    return code;
}

/* Several tensors of out x in each, stacked into one product. */
static parry_code load_linear(const loader *l, size_t layer, const char *const *names, size_t n, parry_shape shape,
                              parry_linear **out)
{
    size_t rows = shape.out / n;
    for (size_t i = 0; i < n; i++) {
        char full[MAX_NAME];
        snprintf(full, sizeof full, "encoder.layer.%zu.%s.weight", layer, names[i]);
        parry_code code = floats_into(l, full, rows, shape.in, l->matrix + i * rows * shape.in);
        snprintf(full, sizeof full, "encoder.layer.%zu.%s.bias", layer, names[i]);
        if (code == PARRY_OK)
            code = floats_into(l, full, rows, 0, l->bias + i * rows);
        if (code != PARRY_OK)
            return code;
    }
    return parry_linear_new(l->products, shape, l->matrix, l->bias, out, l->err);
}

static parry_code load_products(const loader *l, size_t i, parry_layer *out)
{
    static const char *const qkv[] = {"attention.self.query", "attention.self.key", "attention.self.value"};
    static const char *const attention[] = {"attention.output.dense"};
    static const char *const up[] = {"intermediate.dense"};
    static const char *const down[] = {"output.dense"};
    size_t h = l->model->hidden, m = l->model->intermediate;
    parry_code code = load_linear(l, i, qkv, 3, (parry_shape){.in = h, .out = 3 * h}, &out->qkv);
    if (code == PARRY_OK)
        code = load_linear(l, i, attention, 1, (parry_shape){.in = h, .out = h, .accumulate = true}, &out->out);
    if (code == PARRY_OK)
        code = load_linear(l, i, up, 1, (parry_shape){.in = h, .out = m, .gelu = true}, &out->up);
    if (code == PARRY_OK)
        code = load_linear(l, i, down, 1, (parry_shape){.in = m, .out = h, .accumulate = true}, &out->down);
    return code;
}

static parry_code load_layer(const loader *l, size_t i, parry_layer *out)
{
    char name[MAX_NAME];
    parry_code code = load_products(l, i, out);
    snprintf(name, sizeof name, "encoder.layer.%zu.attention.output.LayerNorm", i);
    if (code == PARRY_OK)
        code = load_norm(l, name, &out->after_attention);
    snprintf(name, sizeof name, "encoder.layer.%zu.output.LayerNorm", i);
    if (code == PARRY_OK)
        code = load_norm(l, name, &out->after_down);
    return code;
}

static parry_code load_positions(const loader *l, parry_weights *w)
{
    const parry_model *m = l->model;
    parry_tensor positions, types;
    parry_code code = matrix(l, "embeddings.position_embeddings.weight", m->positions, m->hidden, &positions);
    if (code == PARRY_OK)
        code = matrix(l, "embeddings.token_type_embeddings.weight", m->types, m->hidden, &types);
    if (code != PARRY_OK)
        return code;
    float *type = PARRY_ARRAY(l->arena, float, m->hidden);
    float *sum = PARRY_ARRAY(l->arena, float, m->max_tokens * m->hidden);
    parry_tensor_floats(&types, 0, m->hidden, type);
    parry_tensor_floats(&positions, 0, m->max_tokens * m->hidden, sum);
    for (size_t i = 0; i < m->max_tokens * m->hidden; i++)
        sum[i] += type[i % m->hidden];
    w->positions = sum;
    return PARRY_OK;
}

static parry_code load_embedding(const loader *l, parry_weights *w)
{
    parry_code code = matrix(l, "embeddings.word_embeddings.weight", l->model->words, l->model->hidden, &w->words);
    if (code == PARRY_OK)
        code = load_positions(l, w);
    if (code == PARRY_OK)
        code = load_norm(l, "embeddings.LayerNorm", &w->embedding);
    return code;
}

static parry_code load_all(const loader *l, parry_weights *w)
{
    parry_code code = load_embedding(l, w);
    w->n = l->model->layers;
    w->layers = PARRY_ARRAY(l->arena, parry_layer, w->n);
    for (size_t i = 0; i < w->n && code == PARRY_OK; i++)
        code = load_layer(l, i, &w->layers[i]);
    return code;
}

parry_code parry_weights_load(parry_arena *a, const parry_model *m, parry_products *p, parry_weights *out,
                              parry_err *err)
{
    parry_weights w = {0};
    parry_code code = parry_safetensors_open(parry_model_file(a, m->dir, "model.safetensors"), &w.file, err);
    if (code != PARRY_OK)
        return code;
    size_t widest = m->intermediate > 3 * m->hidden ? m->intermediate : 3 * m->hidden;
    parry_tensor t;
    bool bare = parry_safetensors_find(w.file, "embeddings.word_embeddings.weight", &t, NULL) == PARRY_OK;
    loader l = {.model = m, .file = w.file, .products = p, .arena = a, .prefix = bare ? "" : "bert.", .err = err};
    l.matrix = parry_malloc(widest * m->hidden * sizeof(float));
    l.bias = parry_malloc(widest * sizeof(float));
    code = load_all(&l, &w);
    free(l.matrix);
    free(l.bias);
    parry_safetensors_cold(w.file); /* the layers are packed now */
    if (code != PARRY_OK) {
        parry_weights_drop(&w);
        if (code == PARRY_NOT_FOUND && err != NULL)
            code = err->code = PARRY_CORRUPT; /* the file is there; it lacks a tensor */
        return code;
    }
    *out = w;
    return PARRY_OK;
}

void parry_weights_drop(parry_weights *w)
{
    for (size_t i = 0; i < w->n && w->layers != NULL; i++) {
        parry_linear_free(w->layers[i].qkv);
        parry_linear_free(w->layers[i].out);
        parry_linear_free(w->layers[i].up);
        parry_linear_free(w->layers[i].down);
    }
    parry_safetensors_close(w->file);
    *w = (parry_weights){0};
}
