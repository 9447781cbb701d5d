/* FAISS through its C API, and the exact scan in half floats beside it. */
#include "engine/vectors.h"

#include "base/file.h"
#include "engine/vectors_copies.h"
#include "engine/vectors_half.h"

#include <faiss/c_api/AutoTune_c.h>
#include <faiss/c_api/IndexScalarQuantizer_c.h>
#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/error_c.h>
#include <faiss/c_api/impl/AuxIndexStructures_c.h>
#include <faiss/c_api/index_factory_c.h>
#include <faiss/c_api/index_io_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void omp_set_num_threads(int n); /* <omp.h> comes with gcc alone */

enum {
    ADD_BATCH = 1024,
    EXTRA_CANDIDATES = 16,
    MAP_CODES = 1 << 9, /* IO_FLAG_MMAP_IFC of faiss/index_io.h: codes stay in the page cache */
    EF_SEARCH = 192,
    EF_CONSTRUCTION = 100,
    EXACT_BELOW = 1024, /* vectors left to look at: cheaper than setting up FAISS's search */
};
static const char hnsw_description[] = "HNSW32_SQ8_direct_signed";

struct parry_vectors {
    FaissIndex *index;
    bool graph;           /* HNSW */
    parry_copies *copies; /* NULL: a node of the index is a vector */
    parry_map half;
    const uint16_t *rows; /* in the map */
    uint32_t n;
    size_t dim;
    parry_half_dot *dot;
};

static parry_code faiss_failed(parry_err *err, const char *what)
{
    const char *why = faiss_get_last_error();
    return parry_fail(err, PARRY_CORRUPT, "%s: %s", what, why ? why : "FAISS does not say why");
}

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

static float code_scale(size_t dim)
{
    float most = 6.0F / sqrtf((float)dim);
    return 127.0F / (most < 1.0F ? most : 1.0F);
}

/* FAISS's signed codes take whole numbers as floats. */
static void encode(const uint16_t *half, size_t n, float scale, float *codes)
{
    parry_half_unpack(half, n, codes);
    for (size_t i = 0; i < n; i++)
        codes[i] = fminf(fmaxf(nearbyintf(codes[i] * scale), -127.0F), 127.0F);
}

static int tune(FaissIndex *index, const char *name, double value)
{
    FaissParameterSpace *space = NULL;
    int failed = faiss_ParameterSpace_new(&space);
    if (failed == 0)
        failed = faiss_ParameterSpace_set_index_parameter(space, index, name, value);
    faiss_ParameterSpace_free(space);
    return failed;
}

static parry_code new_index(uint32_t n, size_t dim, uint32_t hnsw_from, FaissIndex **out, parry_err *err)
{
    FaissIndex *index = NULL;
    if (n >= hnsw_from) {
        if (faiss_index_factory(&index, (int)dim, hnsw_description, METRIC_INNER_PRODUCT) != 0 ||
            tune(index, "efConstruction", EF_CONSTRUCTION) != 0) {
            faiss_Index_free(index);
            return faiss_failed(err, "cannot make an HNSW index");
        }
    } else {
        FaissIndexScalarQuantizer *flat = NULL;
        if (faiss_IndexScalarQuantizer_new_with(&flat, (idx_t)dim, QT_8bit_direct_signed, METRIC_INNER_PRODUCT) != 0)
            return faiss_failed(err, "cannot make a flat index");
        index = (FaissIndex *)flat;
    }
    *out = index;
    return PARRY_OK;
}

/* Of a graph each vector once; copies is NULL for a flat index. */
static parry_code add_all(FaissIndex *index, const uint16_t *half, uint32_t n, size_t dim, const parry_copies *copies,
                          parry_err *err)
{
    float scale = code_scale(dim), *codes = parry_malloc((size_t)ADD_BATCH * dim * sizeof *codes);
    int failed = 0;
    n = copies != NULL ? copies->nnodes : n;
    for (uint32_t at = 0; at < n && failed == 0; at += ADD_BATCH) {
        uint32_t batch = n - at < ADD_BATCH ? n - at : ADD_BATCH;
        for (uint32_t i = 0; i < batch; i++) {
            uint32_t ordinal = copies != NULL ? copies->ordinals[copies->begin[at + i]] : at + i;
            encode(half + (size_t)ordinal * dim, dim, scale, codes + (size_t)i * dim);
        }
        failed = faiss_Index_add(index, (idx_t)batch, codes);
    }
    free(codes);
    return failed == 0 ? PARRY_OK : faiss_failed(err, "cannot index vectors");
}

static parry_code write_half(const char *path, const uint16_t *half, size_t count, parry_err *err)
{
    FILE *f = fopen(path, "wbe");
    if (f == NULL)
        return parry_fail_errno(err, "cannot make %s", path);
    bool good = fwrite(half, sizeof *half, count, f) == count;
    good = fclose(f) == 0 && good;
    return good ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
}

parry_code parry_vectors_write(const char *faiss_path, const char *half_path, const uint16_t *half, uint32_t n,
                               size_t dim, uint32_t hnsw_from, parry_err *err)
{
    FaissIndex *index = NULL;
    parry_copies *copies = n >= hnsw_from ? parry_copies_find(half, n, dim) : NULL;
    omp_set_num_threads(1); /* the same graph from the same vectors, and the other cores are for queries */
    parry_code code = new_index(n, dim, hnsw_from, &index, err);
    if (code == PARRY_OK)
        code = add_all(index, half, n, dim, copies, err);
    if (code == PARRY_OK && faiss_write_index_fname(index, faiss_path) != 0)
        code = parry_fail(err, PARRY_IO, "cannot write %s: %s", faiss_path, faiss_get_last_error());
    faiss_Index_free(index);
    parry_copies_free(copies);
    return code == PARRY_OK ? write_half(half_path, half, (size_t)n * dim, err) : code;
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

static size_t nodes_of(const parry_vectors *v) { return v->copies != NULL ? v->copies->nnodes : v->n; }

/* Is it all vectors, of the right length, in codes of a byte a component? A graph does not tell about its codes. */
static bool fits(const parry_vectors *v)
{
    size_t code_bytes = v->dim;
    bool good = faiss_Index_ntotal(v->index) == (idx_t)nodes_of(v) && faiss_Index_d(v->index) == (int)v->dim &&
                faiss_Index_metric_type(v->index) == METRIC_INNER_PRODUCT;
    if (!v->graph)
        good = good && faiss_Index_sa_code_size(v->index, &code_bytes) == 0;
    return good && code_bytes == v->dim;
}

static parry_code open_index(parry_vectors *v, const char *path, parry_err *err)
{
    if (!parry_file_exists(path))
        return parry_fail(err, PARRY_NOT_FOUND, "%s is not there", path);
    if (faiss_read_index_fname(path, MAP_CODES, &v->index) != 0)
        return faiss_failed(err, path);
    v->graph = faiss_IndexScalarQuantizer_cast(v->index) == NULL;
    if (v->graph && faiss_Index_ntotal(v->index) != (idx_t)v->n)
        v->copies = parry_copies_find(v->rows, v->n, v->dim);
    if (!fits(v) || (v->graph && tune(v->index, "efSearch", EF_SEARCH) != 0))
        return parry_fail(err, PARRY_CORRUPT, "%s does not fit its segment", path);
    return PARRY_OK;
}

static parry_code open_half(parry_vectors *v, const char *path, parry_err *err)
{
    parry_code code = parry_map_open(path, &v->half, err);
    if (code != PARRY_OK)
        return code;
    if (v->half.n != (size_t)v->n * v->dim * sizeof(uint16_t))
        return parry_fail(err, PARRY_CORRUPT, "%s does not fit its segment", path);
    v->rows = (const void *)v->half.p;
    return PARRY_OK;
}

parry_code parry_vectors_open(const char *faiss_path, const char *half_path, uint32_t n, size_t dim,
                              parry_vectors **out, parry_err *err)
{
    parry_vectors *v = parry_calloc(1, sizeof *v);
    v->n = n;
    v->dim = dim;
    v->dot = parry_half_dot_for_cpu();
    parry_code code = open_half(v, half_path, err);
    if (code == PARRY_OK)
        code = open_index(v, faiss_path, err);
    if (code == PARRY_OK)
        *out = v;
    else
        parry_vectors_close(v);
    return code;
}

void parry_vectors_close(parry_vectors *v)
{
    if (v == NULL)
        return;
    faiss_Index_free(v->index);
    parry_copies_free(v->copies);
    parry_map_close(&v->half);
    free(v);
}

/* ---- searching ----------------------------------------------------------------------------------------------------
 */

typedef struct candidate {
    float score;
    uint32_t ordinal;
} candidate;

static bool worse(candidate a, candidate b) { return a.score != b.score ? a.score < b.score : a.ordinal > b.ordinal; }

static int best_first(const void *x, const void *y)
{
    const candidate *a = x, *b = y;
    return worse(*a, *b) - worse(*b, *a);
}

/* The best k so far as a heap, the worst on top. */
typedef struct top {
    candidate *heap;
    size_t n, k;
} top;

static void sift_down(candidate *h, size_t n, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && worse(h[child + 1], h[child]);
        if (!worse(h[child], h[i]))
            return;
        candidate t = h[i];
        h[i] = h[child];
        h[child] = t;
    }
}

static void offer(top *t, candidate c)
{
    if (t->n < t->k) {
        t->heap[t->n++] = c;
        if (t->n == t->k)
            for (size_t i = t->n / 2; i-- > 0;)
                sift_down(t->heap, t->n, i);
    } else if (worse(t->heap[0], c)) {
        t->heap[0] = c;
        sift_down(t->heap, t->n, 0);
    }
}

float parry_vectors_cosine(const parry_vectors *v, uint32_t ordinal, const float *q)
{
    return v->dot(v->rows + (size_t)ordinal * v->dim, q, v->dim);
}

static void offer_row(const parry_vectors *v, const float *q, uint32_t ordinal, top *t)
{
    offer(t, (candidate){parry_vectors_cosine(v, ordinal, q), ordinal});
}

static void scan_exactly(const parry_vectors *v, const float *q, const uint8_t *allowed, top *t)
{
    for (uint32_t base = 0; base < v->n; base += 8) {
        unsigned bits = allowed ? allowed[base / 8] : 0xFFU;
        if (v->n - base < 8)
            bits &= (1U << (v->n - base)) - 1U;
        for (; bits != 0; bits &= bits - 1)
            offer_row(v, q, base + (uint32_t)__builtin_ctz(bits), t);
    }
}

static size_t count_allowed(const parry_vectors *v, const uint8_t *allowed)
{
    if (allowed == NULL)
        return v->n;
    size_t n = 0;
    for (uint32_t base = 0; base < v->n; base += 8) {
        unsigned bits = allowed[base / 8];
        if (v->n - base < 8)
            bits &= (1U << (v->n - base)) - 1U;
        n += (unsigned)__builtin_popcount(bits);
    }
    return n;
}

/* A flat scan skips what is not allowed and costs what is left; a graph walks through it all the same and ends with too
 * few, so that it needs a wide filter. */
static bool exact_is_better(const parry_vectors *v, size_t allowed)
{
    return allowed <= EXACT_BELOW || allowed <= v->n / (v->graph ? 4 : 20);
}

static bool is_allowed(const uint8_t *allowed, uint32_t i)
{
    return allowed == NULL || (allowed[i >> 3] >> (i & 7) & 1) != 0;
}

/* Nodes with a copy that is allowed, to be freed, and how many; NULL for all. Only where nodes have copies. */
static uint8_t *allowed_nodes(const parry_vectors *v, const uint8_t *allowed, size_t *n)
{
    *n = v->copies->nnodes;
    if (allowed == NULL)
        return NULL;
    uint8_t *nodes = parry_calloc(v->copies->nnodes / 8 + 1, 1);
    *n = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        uint32_t node = v->copies->node[i];
        if (!is_allowed(allowed, i) || is_allowed(nodes, node))
            continue;
        nodes[node >> 3] = (uint8_t)(nodes[node >> 3] | 1U << (node & 7));
        ++*n;
    }
    return nodes;
}

/* Labels and what is allowed are those of nodes. */
static parry_code search_faiss(const parry_vectors *v, const float *q, const uint8_t *allowed, size_t want,
                               idx_t *labels, float *distances, parry_err *err)
{
    FaissIDSelectorBitmap *bitmap = NULL;
    FaissSearchParameters *parameters = NULL;
    omp_set_num_threads(1); /* of this thread: it may be a new one */
    int failed = 0;
    if (allowed != NULL) {
        failed = faiss_IDSelectorBitmap_new(&bitmap, (nodes_of(v) + 7) / 8, allowed);
        if (failed == 0)
            failed = faiss_SearchParameters_new(&parameters, (FaissIDSelector *)bitmap);
    }
    if (failed == 0)
        failed = faiss_Index_search_with_params(v->index, 1, q, (idx_t)want, parameters, distances, labels);
    faiss_SearchParameters_free(parameters);
    faiss_IDSelectorBitmap_free(bitmap);
    return failed == 0 ? PARRY_OK : faiss_failed(err, "cannot search vectors");
}

/* A node of the index is one vector, or all its copies: their scores are the same. */
static void offer_node(const parry_vectors *v, const float *q, uint32_t node, const uint8_t *allowed, top *t)
{
    if (v->copies == NULL) {
        offer_row(v, q, node, t);
        return;
    }
    const uint32_t *at = v->copies->ordinals + v->copies->begin[node],
                   *end = v->copies->ordinals + v->copies->begin[node + 1];
    for (float score = parry_vectors_cosine(v, *at, q); at < end; at++)
        if (is_allowed(allowed, *at))
            offer(t, (candidate){score, *at});
}

/* Candidates from the codes, rescored. *enough is false where the graph found fewer nodes than were asked for and are
 * allowed: the copies of one do not stand for another. */
static parry_code scan_codes(const parry_vectors *v, const float *q, const uint8_t *allowed, size_t want, top *t,
                             bool *enough, parry_err *err)
{
    idx_t *labels = parry_malloc(want * sizeof *labels);
    float *distances = parry_malloc(want * sizeof *distances);
    size_t found = 0, there = t->k;
    uint8_t *nodes = v->copies != NULL ? allowed_nodes(v, allowed, &there) : NULL;
    parry_code code = search_faiss(v, q, nodes != NULL ? nodes : allowed, want, labels, distances, err);
    for (size_t i = 0; code == PARRY_OK && i < want; i++) {
        if (labels[i] < 0 || (size_t)labels[i] >= nodes_of(v))
            continue;
        offer_node(v, q, (uint32_t)labels[i], allowed, t);
        found++;
    }
    *enough = found >= (there < t->k ? there : t->k);
    free(nodes);
    free(distances);
    free(labels);
    return code;
}

/* Codes mistake what is about as near. In a graph each more costs a step. */
static size_t candidates_for(const parry_vectors *v, size_t k, size_t left)
{
    size_t want = (v->graph ? k + k / 8 : 2 * k) + EXTRA_CANDIDATES;
    return want < left ? want : left;
}

parry_code parry_vectors_nearest(const parry_vectors *v, const float *q, const uint8_t *allowed, size_t k,
                                 uint32_t *ordinals, float *scores, size_t *n, parry_err *err)
{
    size_t left = count_allowed(v, allowed);
    k = k < left ? k : left;
    if (k == 0) {
        *n = 0;
        return PARRY_OK;
    }
    size_t want = candidates_for(v, k, left);
    top t = {parry_malloc(k * sizeof *t.heap), 0, k};
    bool enough = false;
    parry_code code = PARRY_OK;
    if (!exact_is_better(v, left))
        code = scan_codes(v, q, allowed, want, &t, &enough, err);
    if (code == PARRY_OK && !enough) {
        t.n = 0;
        scan_exactly(v, q, allowed, &t);
    }
    if (code == PARRY_OK) {
        qsort(t.heap, t.n, sizeof *t.heap, best_first);
        for (size_t i = 0; i < t.n; i++) {
            ordinals[i] = t.heap[i].ordinal;
            scores[i] = t.heap[i].score;
        }
        *n = t.n;
    }
    free(t.heap);
    return code;
}

void parry_vectors_get(const parry_vectors *v, uint32_t ordinal, float *out)
{
    parry_half_unpack(v->rows + (size_t)ordinal * v->dim, v->dim, out);
}
