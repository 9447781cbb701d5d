/* Matrix products with fixed weights: y = x W^T + b, by oneDNN, on the calling thread alone.
 *
 * A parry_products holds what a model's products share: precision, engine, and the compiled primitives, made when their
 * number of rows is first met. Rows are cut into blocks of a few sizes (256, 128, 64, and below that any multiple of
 * 4), so that no text needs a primitive of its own and none pays for more than 3 rows too many.
 *
 * Threads: a parry_products and its layers may be used from any number, each with a parry_products_scratch of its own.
 */
#ifndef PARRY_MODELS_PRODUCT_H
#define PARRY_MODELS_PRODUCT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_products parry_products;
typedef struct parry_products_scratch parry_products_scratch;
typedef struct parry_linear parry_linear;

enum { PARRY_ROWS_STEP = 4, PARRY_SHAPES = 8 }; /* rows are rounded up to it; kinds of layers in a model */

/* What a layer takes and gives. x is f32 or bf16 as the products' precision says, row-major. */
typedef struct parry_shape {
    size_t in, out;
    bool gelu;       /* y goes through gelu (erf, not tanh) */
    bool accumulate; /* y is f32 and the product is added to it; otherwise y is of x's type and overwritten */
} parry_shape;

/* Fails: UNAVAILABLE (oneDNN refuses: bf16 on a CPU without AVX-512). */
PARRY_MUST parry_code parry_products_new(bool bf16, parry_products **out, parry_err *err);
void parry_products_free(parry_products *p); /* NULL is fine; after its layers and scratches */
bool parry_products_bf16(const parry_products *p);

/* Packs weights (out x in, row-major) and bias (out), both copied. At most PARRY_SHAPES different shapes. Not for
 * several threads at once. */
PARRY_MUST parry_code parry_linear_new(parry_products *p, parry_shape shape, const float *weights, const float *bias,
                                       parry_linear **out, parry_err *err);
void parry_linear_free(parry_linear *l); /* NULL is fine */

parry_products_scratch *parry_products_scratch_new(parry_products *p);
void parry_products_scratch_free(parry_products_scratch *s); /* NULL is fine */

/* x and y have room for `rows` rounded up to PARRY_ROWS_STEP; the extra rows of y are written, and worthless. */
PARRY_MUST parry_code parry_linear_run(const parry_linear *l, parry_products_scratch *s, const void *x, void *y,
                                       size_t rows, parry_err *err);

/* oneDNN uses OpenMP, whose number of threads belongs to the calling thread: one between these two, then as before. */
int parry_one_thread_begin(void);
void parry_one_thread_end(int before);

#ifdef __cplusplus
}
#endif
#endif
