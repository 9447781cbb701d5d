/* A shape has its primitives, one for each block size, and every scratch has for each of them a seat: the memory
 * objects that carry its own pointers. Weights are packed once, in the layout oneDNN likes best for 64 rows; the other
 * block sizes are told to take that layout (with brgemm it depends on the width alone, so they lose nothing).
 *
 *     rows 4 8 12 ... 60 | 64 | 128 | 256
 *     slot 0 1  2 ... 14 | 15 |  16 |  17 */
#include "models/product.h"

#include <dnnl.h>
#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 18, PACK_SLOT = 15, LARGE_ROWS = 64 };

typedef struct kind {
    parry_shape shape;
    dnnl_memory_desc_t packed;
    _Atomic(dnnl_primitive_t) primitive[SLOTS]; /* NULL until first used */
    dnnl_primitive_desc_t desc[SLOTS];
} kind;

struct parry_products {
    dnnl_engine_t engine;
    dnnl_data_type_t type;
    pthread_mutex_t making;
    kind kinds[PARRY_SHAPES];
    size_t n;
};

struct parry_linear {
    parry_products *products;
    size_t kind;
    dnnl_memory_t weights, bias;
};

typedef struct seat {
    dnnl_memory_t x, y, pad;
} seat;

struct parry_products_scratch {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    seat seats[PARRY_SHAPES][SLOTS];
};

static size_t slot_rows(size_t slot)
{
    return slot <= PACK_SLOT ? (slot + 1) * PARRY_ROWS_STEP : 64U << (slot - PACK_SLOT);
}

/* The largest block that `rows` (a multiple of PARRY_ROWS_STEP) begins with. */
static size_t slot_for(size_t rows)
{
    if (rows < LARGE_ROWS)
        return rows / PARRY_ROWS_STEP - 1;
    return rows >= 256 ? 17 : rows >= 128 ? 16 : PACK_SLOT;
}

int parry_one_thread_begin(void)
{
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    return before;
}

void parry_one_thread_end(int before) { omp_set_num_threads(before); }

static parry_code refused(parry_err *err, dnnl_status_t status, const char *what)
{
    if (status == dnnl_out_of_memory)
        parry_oom();
    return parry_fail(err, PARRY_UNAVAILABLE, "oneDNN cannot make %s here (status %d); set encoder.precision to f32",
                      what, (int)status);
}

parry_code parry_products_new(bool bf16, parry_products **out, parry_err *err)
{
    dnnl_engine_t engine;
    dnnl_status_t status = dnnl_engine_create(&engine, dnnl_cpu, 0);
    if (status != dnnl_success)
        return refused(err, status, "an engine");
    parry_products *p = parry_calloc(1, sizeof *p);
    p->engine = engine;
    p->type = bf16 ? dnnl_bf16 : dnnl_f32;
    pthread_mutex_init(&p->making, NULL);
    *out = p;
    return PARRY_OK;
}

void parry_products_free(parry_products *p)
{
    if (p == NULL)
        return;
    for (size_t k = 0; k < p->n; k++) {
        for (size_t i = 0; i < SLOTS; i++) {
            if (p->kinds[k].primitive[i] == NULL)
                continue;
            dnnl_primitive_destroy(p->kinds[k].primitive[i]);
            dnnl_primitive_desc_destroy(p->kinds[k].desc[i]);
        }
    }
    dnnl_engine_destroy(p->engine);
    pthread_mutex_destroy(&p->making);
    free(p);
}

bool parry_products_bf16(const parry_products *p) { return p->type == dnnl_bf16; }

static dnnl_status_t make_attr(const parry_shape *shape, dnnl_primitive_attr_t *out)
{
    dnnl_post_ops_t ops;
    dnnl_status_t status = dnnl_primitive_attr_create(out);
    if (status != dnnl_success)
        return status;
    status = dnnl_primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user);
    if (status == dnnl_success)
        status = dnnl_post_ops_create(&ops);
    if (status != dnnl_success)
        return status;
    if (shape->accumulate)
        status = dnnl_post_ops_append_sum(ops, 1.0F);
    if (status == dnnl_success && shape->gelu)
        status = dnnl_post_ops_append_eltwise(ops, 1.0F, dnnl_eltwise_gelu_erf, 0, 0);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(*out, ops);
    dnnl_post_ops_destroy(ops);
    return status;
}

/* The primitive's description for a number of rows; weights may be "any" to learn the best layout. */
static dnnl_status_t describe(const parry_products *p, const parry_shape *shape, size_t rows,
                              const dnnl_memory_desc_t *weights, dnnl_primitive_desc_t *out)
{
    dnnl_memory_desc_t x, y, b;
    dnnl_dim_t m = (dnnl_dim_t)rows, k = (dnnl_dim_t)shape->in, n = (dnnl_dim_t)shape->out;
    dnnl_data_type_t to = shape->accumulate ? dnnl_f32 : p->type;
    dnnl_status_t bad = dnnl_memory_desc_init_by_tag(&x, 2, (dnnl_dims_t){m, k}, p->type, dnnl_ab);
    bad = bad ? bad : dnnl_memory_desc_init_by_tag(&y, 2, (dnnl_dims_t){m, n}, to, dnnl_ab);
    bad = bad ? bad : dnnl_memory_desc_init_by_tag(&b, 2, (dnnl_dims_t){1, n}, dnnl_f32, dnnl_ab);
    dnnl_matmul_desc_t d;
    bad = bad ? bad : dnnl_matmul_desc_init(&d, &x, weights, &b, &y);
    if (bad)
        return bad;
    dnnl_primitive_attr_t attr = NULL;
    bad = make_attr(shape, &attr);
    bad = bad ? bad : dnnl_primitive_desc_create(out, &d, attr, p->engine, NULL);
    dnnl_primitive_attr_destroy(attr);
    return bad;
}

static dnnl_status_t make(const parry_products *p, kind *k, size_t slot, dnnl_primitive_t *out)
{
    dnnl_primitive_desc_t desc;
    dnnl_status_t bad = describe(p, &k->shape, slot_rows(slot), &k->packed, &desc);
    if (bad)
        return bad;
    bad = dnnl_primitive_create(out, desc);
    if (bad) {
        dnnl_primitive_desc_destroy(desc);
        return bad;
    }
    k->desc[slot] = desc;
    return dnnl_success;
}

static parry_code primitive_for(parry_products *p, kind *k, size_t slot, dnnl_primitive_t *out, parry_err *err)
{
    *out = atomic_load_explicit(&k->primitive[slot], memory_order_acquire);
    if (*out != NULL)
        return PARRY_OK;
    pthread_mutex_lock(&p->making);
    dnnl_status_t bad = dnnl_success;
    *out = k->primitive[slot];
    if (*out == NULL) {
        int threads = parry_one_thread_begin(); /* oneDNN plans for as many as it sees now */
        bad = make(p, k, slot, out);
        parry_one_thread_end(threads);
        if (!bad)
            atomic_store_explicit(&k->primitive[slot], *out, memory_order_release);
    }
    pthread_mutex_unlock(&p->making);
    return bad ? refused(err, bad, "a matrix product") : PARRY_OK;
}

static bool same_shape(const parry_shape *a, const parry_shape *b)
{
    return a->in == b->in && a->out == b->out && a->gelu == b->gelu && a->accumulate == b->accumulate;
}

/* Finds the shape, or adds it and asks oneDNN for the layout of its weights. */
static dnnl_status_t kind_of(parry_products *p, const parry_shape *shape, size_t *out)
{
    for (*out = 0; *out < p->n; ++*out)
        if (same_shape(&p->kinds[*out].shape, shape))
            return dnnl_success;
    if (p->n == PARRY_SHAPES)
        return dnnl_invalid_arguments;
    dnnl_memory_desc_t any;
    dnnl_dims_t dims = {(dnnl_dim_t)shape->in, (dnnl_dim_t)shape->out};
    dnnl_status_t bad = dnnl_memory_desc_init_by_tag(&any, 2, dims, p->type, dnnl_format_tag_any);
    dnnl_primitive_desc_t desc;
    bad = bad ? bad : describe(p, shape, slot_rows(PACK_SLOT), &any, &desc);
    if (bad)
        return bad;
    kind *k = &p->kinds[p->n];
    k->shape = *shape;
    k->packed = *dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0);
    dnnl_primitive_desc_destroy(desc);
    p->n++;
    return dnnl_success;
}

/* Row-major out x in is oneDNN's in x out with the strides of "ba". */
static dnnl_status_t pack(const parry_linear *l, const kind *k, const float *weights)
{
    dnnl_engine_t engine = l->products->engine;
    dnnl_memory_desc_t plain;
    dnnl_memory_t from = NULL;
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t reorder = NULL;
    dnnl_stream_t stream = NULL;
    void *p = (void *)(uintptr_t)weights; /* only read */
    dnnl_status_t bad = dnnl_memory_desc_init_by_tag(&plain, 2, k->packed.dims, dnnl_f32, dnnl_ba);
    bad = bad ? bad : dnnl_memory_create(&from, &plain, engine, p);
    bad = bad ? bad : dnnl_reorder_primitive_desc_create(&desc, &plain, engine, &k->packed, engine, NULL);
    bad = bad ? bad : dnnl_primitive_create(&reorder, desc);
    bad = bad ? bad : dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, l->weights}};
    bad = bad ? bad : dnnl_primitive_execute(reorder, stream, 2, args);
    bad = bad ? bad : dnnl_stream_wait(stream);
    dnnl_stream_destroy(stream);
    dnnl_primitive_destroy(reorder);
    dnnl_primitive_desc_destroy(desc);
    dnnl_memory_destroy(from);
    return bad;
}

static dnnl_status_t fill(parry_linear *l, const float *weights, const float *bias)
{
    const kind *k = &l->products->kinds[l->kind];
    dnnl_memory_desc_t b;
    dnnl_dims_t dims = {1, (dnnl_dim_t)k->shape.out};
    void *p = NULL;
    dnnl_status_t bad = dnnl_memory_desc_init_by_tag(&b, 2, dims, dnnl_f32, dnnl_ab);
    bad = bad ? bad : dnnl_memory_create(&l->bias, &b, l->products->engine, DNNL_MEMORY_ALLOCATE);
    bad = bad ? bad : dnnl_memory_create(&l->weights, &k->packed, l->products->engine, DNNL_MEMORY_ALLOCATE);
    bad = bad ? bad : dnnl_memory_get_data_handle(l->bias, &p);
    if (bad)
        return bad;
    memcpy(p, bias, k->shape.out * sizeof *bias);
    return pack(l, k, weights);
}

parry_code parry_linear_new(parry_products *p, parry_shape shape, const float *weights, const float *bias,
                            parry_linear **out, parry_err *err)
{
    parry_linear *l = parry_calloc(1, sizeof *l);
    l->products = p;
    int threads = parry_one_thread_begin();
    dnnl_status_t bad = kind_of(p, &shape, &l->kind);
    bad = bad ? bad : fill(l, weights, bias);
    parry_one_thread_end(threads);
    if (bad) {
        parry_linear_free(l);
        return refused(err, bad, "a matrix product");
    }
    *out = l;
    return PARRY_OK;
}

void parry_linear_free(parry_linear *l)
{
    if (l == NULL)
        return;
    dnnl_memory_destroy(l->weights);
    dnnl_memory_destroy(l->bias);
    free(l);
}

parry_products_scratch *parry_products_scratch_new(parry_products *p)
{
    parry_products_scratch *s = parry_calloc(1, sizeof *s);
    s->engine = p->engine;
    if (dnnl_stream_create(&s->stream, p->engine, dnnl_stream_default_flags) != dnnl_success)
        parry_oom();
    return s;
}

void parry_products_scratch_free(parry_products_scratch *s)
{
    if (s == NULL)
        return;
    for (size_t k = 0; k < PARRY_SHAPES; k++) {
        for (size_t i = 0; i < SLOTS; i++) {
            dnnl_memory_destroy(s->seats[k][i].x);
            dnnl_memory_destroy(s->seats[k][i].y);
            dnnl_memory_destroy(s->seats[k][i].pad);
        }
    }
    dnnl_stream_destroy(s->stream);
    free(s);
}

static dnnl_status_t take_seat(parry_products_scratch *s, const_dnnl_primitive_desc_t desc, seat *out)
{
    const dnnl_memory_desc_t *x = dnnl_primitive_desc_query_md(desc, dnnl_query_src_md, 0);
    const dnnl_memory_desc_t *y = dnnl_primitive_desc_query_md(desc, dnnl_query_dst_md, 0);
    const dnnl_memory_desc_t *pad = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    dnnl_status_t bad = dnnl_memory_create(&out->x, x, s->engine, DNNL_MEMORY_NONE);
    bad = bad ? bad : dnnl_memory_create(&out->y, y, s->engine, DNNL_MEMORY_NONE);
    return bad ? bad : dnnl_memory_create(&out->pad, pad, s->engine, DNNL_MEMORY_ALLOCATE);
}

static parry_code run_block(const parry_linear *l, parry_products_scratch *s, size_t slot, void *x, void *y,
                            parry_err *err)
{
    kind *k = &l->products->kinds[l->kind];
    seat *at = &s->seats[l->kind][slot];
    dnnl_primitive_t primitive;
    parry_code code = primitive_for(l->products, k, slot, &primitive, err);
    if (code != PARRY_OK)
        return code;
    dnnl_status_t bad = at->pad == NULL ? take_seat(s, k->desc[slot], at) : dnnl_success;
    bad = bad ? bad : dnnl_memory_set_data_handle(at->x, x);
    bad = bad ? bad : dnnl_memory_set_data_handle(at->y, y);
    dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, at->x},
                              {DNNL_ARG_WEIGHTS, l->weights},
                              {DNNL_ARG_BIAS, l->bias},
                              {DNNL_ARG_DST, at->y},
                              {DNNL_ARG_SCRATCHPAD, at->pad}};
    bad = bad ? bad : dnnl_primitive_execute(primitive, s->stream, 5, args);
    return bad ? refused(err, bad, "a matrix product") : PARRY_OK;
}

parry_code parry_linear_run(const parry_linear *l, parry_products_scratch *s, const void *x, void *y, size_t rows,
                            parry_err *err)
{
    const parry_products *p = l->products;
    const parry_shape *shape = &p->kinds[l->kind].shape;
    size_t size = p->type == dnnl_bf16 ? 2 : 4;
    size_t x_row = shape->in * size, y_row = shape->out * (shape->accumulate ? 4 : size);
    size_t left = (rows + PARRY_ROWS_STEP - 1) / PARRY_ROWS_STEP * PARRY_ROWS_STEP;
    char *from = (char *)(uintptr_t)x, *to = y; /* x is only read */
    while (left > 0) {
        size_t slot = slot_for(left), n = slot_rows(slot);
        parry_code code = run_block(l, s, slot, from, to, err);
        if (code != PARRY_OK)
            return code;
        from += n * x_row;
        to += n * y_row;
        left -= n;
    }
    return PARRY_OK;
}
