/* Terms by prefix and by edit distance.
 *
 * The sorted terms are walked as the trie that they are: neighbours share a prefix, so the rows of the dynamic
 * programme for it are kept on a stack, and where no cell of a row is within reach all terms with that prefix are
 * jumped over (Shang and Merrettal 1996, Tries for approximate string matching). Only cells within `edits` of the
 * diagonal are computed (Ukkonen 1985). Optimal string alignment: a swap of neighbours is one edit. */
#include "engine/vocabulary.h"

#include "base/file.h"
#include "engine/analyse.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEADER = 32, MOST_EDITS = 2, FAR = 100, ROW = PARRY_TERM_MAX + 2 };
static const char magic[8] = {'P', 'A', 'R', 'R', 'Y', 'V', 'O', 'C'};

typedef struct header {
    char magic[8];
    uint32_t format, n;
    uint64_t text_bytes, reserved;
} header;
_Static_assert(sizeof(header) == HEADER, "as documented");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the files are little-endian and mapped as they are");

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

struct parry_terms_writer {
    parry_buf begin, rows, text;
    uint32_t n;
};

parry_terms_writer *parry_terms_writer_new(void)
{
    parry_terms_writer *w = parry_calloc(1, sizeof *w);
    w->begin = w->rows = w->text = (parry_buf)PARRY_BUF(UINT32_MAX);
    return w;
}

void parry_terms_writer_free(parry_terms_writer *w)
{
    if (w == NULL)
        return;
    parry_buf_free(&w->begin);
    parry_buf_free(&w->rows);
    parry_buf_free(&w->text);
    free(w);
}

void parry_terms_writer_add(parry_terms_writer *w, parry_str term, uint32_t rows)
{
    uint32_t begin = (uint32_t)w->text.n;
    parry_buf_add(&w->begin, &begin, sizeof begin);
    parry_buf_add(&w->rows, &rows, sizeof rows);
    parry_buf_adds(&w->text, term);
    w->n++;
}

static bool write_buf(FILE *f, const parry_buf *b) { return b->n == 0 || fwrite(b->p, 1, b->n, f) == b->n; }

parry_code parry_terms_writer_write(parry_terms_writer *w, const char *path, parry_err *err)
{
    header h = {.format = PARRY_SEGMENT_FORMAT, .n = w->n, .text_bytes = w->text.n};
    memcpy(h.magic, magic, sizeof magic);
    uint32_t end = (uint32_t)w->text.n;
    parry_buf_add(&w->begin, &end, sizeof end);
    if (w->begin.full || w->rows.full || w->text.full)
        return parry_fail(err, PARRY_TOO_LARGE, "a segment's vocabulary is over 4 GiB");
    FILE *f = fopen(path, "wbe");
    if (f == NULL)
        return parry_fail_errno(err, "cannot make %s", path);
    bool good =
        fwrite(&h, sizeof h, 1, f) == 1 && write_buf(f, &w->begin) && write_buf(f, &w->rows) && write_buf(f, &w->text);
    good = fclose(f) == 0 && good;
    return good ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

struct parry_terms {
    parry_map map;
    uint32_t n;
    const uint32_t *begin, *rows; /* in the map, as the text is */
    const char *text;
};

static bool well_formed(parry_terms *v)
{
    header h;
    if (v->map.n < sizeof h)
        return false;
    memcpy(&h, v->map.p, sizeof h);
    uint64_t expect = sizeof h + ((uint64_t)h.n * 2 + 1) * sizeof(uint32_t);
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.format != PARRY_SEGMENT_FORMAT || h.text_bytes > UINT32_MAX ||
        v->map.n != expect + h.text_bytes)
        return false;
    v->n = h.n;
    v->begin = (const void *)(v->map.p + sizeof h);
    v->rows = v->begin + v->n + 1;
    v->text = (const char *)(v->rows + v->n);
    bool good = v->begin[0] == 0 && v->begin[v->n] == h.text_bytes;
    for (uint32_t i = 0; i < v->n && good; i++)
        good = v->begin[i] < v->begin[i + 1] && v->begin[i + 1] - v->begin[i] <= PARRY_TERM_MAX;
    return good;
}

parry_code parry_terms_open(const char *path, parry_terms **out, parry_err *err)
{
    parry_terms *v = parry_calloc(1, sizeof *v);
    parry_code code = parry_map_open(path, &v->map, err);
    if (code == PARRY_OK && !well_formed(v))
        code = parry_fail(err, PARRY_CORRUPT, "%s is not a vocabulary", path);
    if (code == PARRY_OK)
        *out = v;
    else
        parry_terms_close(v);
    return code;
}

void parry_terms_close(parry_terms *v)
{
    if (v == NULL)
        return;
    parry_map_close(&v->map);
    free(v);
}

uint32_t parry_terms_size(const parry_terms *v) { return v->n; }

static parry_str term_at(const parry_terms *v, uint32_t i)
{
    return parry_str_make(v->text + v->begin[i], v->begin[i + 1] - v->begin[i]);
}

/* ---- the best so far ----------------------------------------------------------------------------------------------
 */

/* A heap in the caller's array, the worst on top; `index` breaks ties in byte order because terms are met in it. */
typedef struct best {
    parry_term *heap;
    size_t n, cap;
} best;

static bool worse(const parry_term *a, const parry_term *b)
{
    if (a->edits != b->edits)
        return a->edits > b->edits;
    if (a->rows != b->rows)
        return a->rows < b->rows;
    return a->term.p > b->term.p; /* both in one text, in byte order */
}

static void swap(parry_term *a, parry_term *b)
{
    parry_term t = *a;
    *a = *b;
    *b = t;
}

static void sift_down(parry_term *h, size_t n, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && worse(&h[child + 1], &h[child]);
        if (!worse(&h[child], &h[i]))
            return;
        swap(&h[i], &h[child]);
    }
}

static void offer(best *b, parry_term t)
{
    if (b->n < b->cap) {
        b->heap[b->n++] = t;
        if (b->n == b->cap)
            for (size_t i = b->n / 2; i-- > 0;)
                sift_down(b->heap, b->n, i);
    } else if (b->cap > 0 && worse(&b->heap[0], &t)) {
        b->heap[0] = t;
        sift_down(b->heap, b->n, 0);
    }
}

static int best_first(const void *x, const void *y) { return worse(x, y) - worse(y, x); }

static size_t finish(best *b)
{
    qsort(b->heap, b->n, sizeof *b->heap, best_first);
    return b->n;
}

/* ---- by prefix ----------------------------------------------------------------------------------------------------
 */

static int compare_prefix(parry_str term, parry_str prefix)
{
    return parry_str_cmp(parry_str_make(term.p, term.n < prefix.n ? term.n : prefix.n), prefix);
}

/* The first term from `low` on that is at or (with `past`) beyond everything that begins with the prefix. Gallops: most
 * steps are short. */
static uint32_t bound(const parry_terms *v, uint32_t low, parry_str prefix, bool past)
{
    uint32_t step = 1, high = low;
    int limit = past ? 0 : -1;
    while (high < v->n && compare_prefix(term_at(v, high), prefix) <= limit) {
        low = high + 1;
        high = v->n - high > step ? high + step : v->n;
        step *= 2;
    }
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (compare_prefix(term_at(v, mid), prefix) <= limit)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void offer_range(const parry_terms *v, uint32_t from, uint32_t to, best *b)
{
    for (uint32_t i = from; i < to; i++)
        if (b->n < b->cap || v->rows[i] > b->heap[0].rows) /* equals come later in byte order and lose */
            offer(b, (parry_term){term_at(v, i), v->rows[i], 0});
}

size_t parry_terms_prefix(const parry_terms *v, parry_str prefix, parry_term *out, size_t cap)
{
    best b = {out, 0, cap};
    if (cap == 0)
        return 0;
    uint32_t from = bound(v, 0, prefix, false);
    offer_range(v, from, bound(v, from, prefix, true), &b);
    return finish(&b);
}

/* ---- by edit distance ---------------------------------------------------------------------------------------------
 */

typedef struct walk {
    const parry_terms *v;
    unsigned q[PARRY_TERM_MAX]; /* the word asked for, as code points */
    size_t m;
    size_t edits;
    bool prefix;
    unsigned path[ROW];     /* code points from the root to where the walk stands */
    uint8_t end[ROW];       /* bytes of the path up to each depth */
    uint8_t cost[ROW][ROW]; /* cost[d][j]: edits between the first d of the path and the first j of q */
    uint8_t least[ROW];     /* by depth: the cheapest way to have used all of q at or above it */
    uint8_t alive[ROW];     /* by depth: may anything below still match? */
} walk;

static uint8_t min2(unsigned a, unsigned b) { return (uint8_t)(a < b ? a : b); }

/* The row of depth d from those above; path[1..d] is set. */
static void compute_row(walk *w, size_t d)
{
    size_t from = d > w->edits ? d - w->edits : 0, to = d + w->edits < w->m ? d + w->edits : w->m;
    uint8_t *row = w->cost[d], *up = w->cost[d - 1], cheapest = FAR;
    if (from == 0)
        row[0] = cheapest = (uint8_t)d;
    else if (from - 1 <= w->m)
        row[from - 1] = FAR;
    for (size_t j = from > 0 ? from : 1; j <= to; j++) {
        uint8_t c = min2(up[j - 1] + (w->path[d] != w->q[j - 1] ? 1U : 0U), min2(up[j] + 1U, row[j - 1] + 1U));
        if (d > 1 && j > 1 && w->path[d] == w->q[j - 2] && w->path[d - 1] == w->q[j - 1])
            c = min2(c, w->cost[d - 2][j - 2] + 1U);
        row[j] = c;
        cheapest = min2(cheapest, c);
    }
    if (to < w->m)
        row[to + 1] = FAR;
    bool whole = to == w->m && from <= w->m;
    w->least[d] = whole ? min2(row[w->m], w->least[d - 1]) : w->least[d - 1];
    w->alive[d] = cheapest <= w->edits;
}

static void start_walk(walk *w)
{
    for (size_t j = 0; j <= w->m; j++)
        w->cost[0][j] = j <= w->edits ? (uint8_t)j : FAR;
    w->end[0] = 0;
    w->alive[0] = 1;
    w->least[0] = w->cost[0][w->m];
}

/* How deep the path of the term before is also that of this one. */
static size_t shared_depth(const walk *w, size_t depth, parry_str before, parry_str term)
{
    size_t n = 0, most = before.n < term.n ? before.n : term.n;
    while (n < most && before.p[n] == term.p[n])
        n++;
    while (depth > 0 && w->end[depth] > n)
        depth--;
    return depth;
}

/* Go down along the term from `depth`, as far as it lives; returns where the walk ends. *at: bytes of it used. */
static size_t descend(walk *w, parry_str term, size_t depth, size_t *at)
{
    while (*at < term.n && w->alive[depth]) {
        *at += parry_utf8_next(parry_str_from(term, *at), &w->path[depth + 1]);
        w->end[++depth] = (uint8_t)*at;
        compute_row(w, depth);
    }
    return depth;
}

/* Edits of the whole term, or of its best prefix; more than w->edits where it is too far. */
static unsigned edits_at(const walk *w, size_t depth, bool whole)
{
    if (w->prefix)
        return w->least[depth];
    bool inside = whole && depth + w->edits >= w->m && depth <= w->m + w->edits;
    return inside ? w->cost[depth][w->m] : FAR;
}

static void walk_all(walk *w, best *b)
{
    parry_str before = {NULL, 0};
    size_t depth = 0;
    start_walk(w);
    for (uint32_t i = 0; i < w->v->n;) {
        parry_str term = term_at(w->v, i);
        depth = shared_depth(w, depth, before, term);
        size_t at = w->end[depth];
        depth = descend(w, term, depth, &at);
        unsigned edits = edits_at(w, depth, at == term.n);
        before = term;
        if (edits <= w->edits)
            offer(b, (parry_term){term, w->v->rows[i], edits});
        if (!w->alive[depth] && !(w->prefix && edits <= w->edits))
            i = bound(w->v, i, parry_str_make(term.p, at), true);
        else
            i++;
    }
}

static bool decode(walk *w, parry_str term)
{
    if (term.n == 0 || term.n > PARRY_TERM_MAX)
        return false;
    for (size_t at = 0; at < term.n;)
        at += parry_utf8_next(parry_str_from(term, at), &w->q[w->m++]);
    return true;
}

static size_t find_exactly(const parry_terms *v, parry_str term, parry_term *out)
{
    uint32_t i = bound(v, 0, term, false);
    if (i == v->n || !parry_str_eq(term_at(v, i), term))
        return 0;
    *out = (parry_term){term_at(v, i), v->rows[i], 0};
    return 1;
}

size_t parry_terms_near(const parry_terms *v, parry_str term, unsigned edits, bool prefix, parry_term *out, size_t cap)
{
    if (cap == 0)
        return 0;
    if (edits == 0)
        return prefix ? parry_terms_prefix(v, term, out, cap) : find_exactly(v, term, out);
    walk w; /* 5 KB, and only what is written is read */
    w.v = v;
    w.m = 0;
    w.edits = edits < MOST_EDITS ? edits : MOST_EDITS;
    w.prefix = prefix;
    best b = {out, 0, cap};
    if (!decode(&w, term))
        return 0;
    walk_all(&w, &b);
    return finish(&b);
}
