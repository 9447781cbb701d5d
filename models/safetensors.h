/* Safetensors: a file of named tensors (https://github.com/huggingface/safetensors#format). Mapped, not read; every
 * length, offset and shape is checked when it is opened, so that a hostile file is an error and never a crash.
 *
 *     u64 little-endian: length of the header | JSON header {name: {dtype, shape, data_offsets}} | bytes of the tensors
 *
 * Immutable once open: any number of threads. */
#ifndef PARRY_MODELS_SAFETENSORS_H
#define PARRY_MODELS_SAFETENSORS_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_safetensors parry_safetensors;

typedef enum parry_dtype { PARRY_F32, PARRY_F16, PARRY_BF16, PARRY_DTYPE_OTHER } parry_dtype;

enum { PARRY_TENSOR_RANK = 8 };

typedef struct parry_tensor {
    parry_dtype dtype;
    unsigned rank;
    size_t dims[PARRY_TENSOR_RANK];
    size_t count;           /* numbers in it */
    const unsigned char *p; /* borrowed from the file; aligned to nothing */
} parry_tensor;

/* Fails: NOT_FOUND, CORRUPT. */
PARRY_MUST parry_code parry_safetensors_open(const char *path, parry_safetensors **out, parry_err *err);
void parry_safetensors_close(parry_safetensors *s); /* NULL is fine */
/* Its pages may leave memory; they come back from the file when they are read. */
void parry_safetensors_cold(const parry_safetensors *s);

/* Fails: NOT_FOUND. */
PARRY_MUST parry_code parry_safetensors_find(const parry_safetensors *s, const char *name, parry_tensor *out,
                                             parry_err *err);
/* The same, and it must be rows x cols (cols 0: one dimension of `rows`) of a float type. Fails: NOT_FOUND, CORRUPT. */
PARRY_MUST parry_code parry_safetensors_matrix(const parry_safetensors *s, const char *name, size_t rows, size_t cols,
                                               parry_tensor *out, parry_err *err);
/* `n` numbers from number `first` on, as floats. Asserts that they are there and of a float type. */
void parry_tensor_floats(const parry_tensor *t, size_t first, size_t n, float *out);

#ifdef __cplusplus
}
#endif
#endif
