/* Terms by prefix and by edit distance.
 *
 * The sorted terms are walked as the trie that they are: neighbours share a prefix, so the rows of the dynamic
 * programme for it are kept on a stack, and where no cell of a row is within reach all terms with that prefix are
 * jumped over (Shang and Merrettal 1996, Tries for approximate string matching). Only cells within `edits` of the
 * diagonal are computed (Ukkonen 1985). Optimal string alignment: a swap of neighbours is one edit.
 *
 * Most of such a walk is spent on errors in the first letters, where the trie is widest. So there are two walks (after
 * Navarro and Baeza-Yates 2001, A hybrid indexing method for approximate string matching): of two halves of a word one
 * holds at most half of the errors. One walk goes forward and tolerates few errors in the first half; where there are
 * more, the second half has none, and a walk over the terms written backwards begins with it. */
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
    parry_buf back_begin, back_text, back_term;
    uint32_t n;
};

parry_terms_writer *parry_terms_writer_new(void)
{
    parry_terms_writer *w = parry_calloc(1, sizeof *w);
    w->begin = w->rows = w->text = (parry_buf)PARRY_BUF(UINT32_MAX);
    w->back_begin = w->back_text = w->back_term = w->text;
    return w;
}

void parry_terms_writer_free(parry_terms_writer *w)
{
    if (w == NULL)
        return;
    parry_buf_free(&w->begin);
    parry_buf_free(&w->rows);
    parry_buf_free(&w->text);
    parry_buf_free(&w->back_begin);
    parry_buf_free(&w->back_text);
    parry_buf_free(&w->back_term);
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

/* A term with its code points in reverse order. */
typedef struct backward {
    char p[PARRY_TERM_MAX];
    uint8_t n;
    uint32_t term;
} backward;

static void turn(parry_str term, uint32_t number, backward *out)
{
    size_t left = term.n;
    unsigned cp;
    out->n = (uint8_t)term.n;
    out->term = number;
    for (size_t at = 0, len; at < term.n; at += len) {
        len = parry_utf8_next(parry_str_from(term, at), &cp);
        left -= len;
        memcpy(out->p + left, term.p + at, len);
    }
}

static int backward_order(const void *x, const void *y)
{
    const backward *a = x, *b = y;
    return parry_str_cmp(parry_str_make(a->p, a->n), parry_str_make(b->p, b->n));
}

/* begin[] is complete. */
static void write_backwards(parry_terms_writer *w)
{
    backward *all = parry_calloc((size_t)w->n + 1, sizeof *all);
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t at[2];
        memcpy(at, w->begin.p + i * sizeof *at, sizeof at);
        turn(parry_str_make(w->text.p + at[0], at[1] - at[0]), i, &all[i]);
    }
    qsort(all, w->n, sizeof *all, backward_order);
    for (uint32_t i = 0; i <= w->n; i++) {
        uint32_t begin = (uint32_t)w->back_text.n;
        parry_buf_add(&w->back_begin, &begin, sizeof begin);
        parry_buf_add(&w->back_text, all[i].p, all[i].n); /* one past the last is empty */
        if (i < w->n)
            parry_buf_add(&w->back_term, &all[i].term, sizeof all[i].term);
    }
    free(all);
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
    write_backwards(w);
    FILE *f = fopen(path, "wbe");
    if (f == NULL)
        return parry_fail_errno(err, "cannot make %s", path);
    bool good = fwrite(&h, sizeof h, 1, f) == 1 && write_buf(f, &w->begin) && write_buf(f, &w->rows) &&
                write_buf(f, &w->back_begin) && write_buf(f, &w->back_term) && write_buf(f, &w->text) &&
                write_buf(f, &w->back_text);
    good = fclose(f) == 0 && good;
    return good ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

/* Terms in the order of their bytes; in the map. */
typedef struct list {
    const uint32_t *begin;
    const char *text;
    uint32_t n;
} list;

struct parry_terms {
    parry_map map;
    list forward, back;   /* back: every term backwards */
    const uint32_t *rows; /* by place in `forward` */
    const uint32_t *term; /* by place in `back`: the place in `forward` */
};

static bool list_is_good(const list *l, uint64_t text_bytes)
{
    bool good = l->begin[0] == 0 && l->begin[l->n] == text_bytes;
    for (uint32_t i = 0; i < l->n && good; i++)
        good = l->begin[i] < l->begin[i + 1] && l->begin[i + 1] - l->begin[i] <= PARRY_TERM_MAX;
    return good;
}

static bool well_formed(parry_terms *v)
{
    header h;
    if (v->map.n < sizeof h)
        return false;
    memcpy(&h, v->map.p, sizeof h);
    uint64_t expect = sizeof h + ((uint64_t)h.n * 4 + 2) * sizeof(uint32_t) + 2 * h.text_bytes;
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.format != PARRY_SEGMENT_FORMAT || h.text_bytes > UINT32_MAX ||
        v->map.n != expect)
        return false;
    v->forward.n = v->back.n = h.n;
    v->forward.begin = (const void *)(v->map.p + sizeof h);
    v->rows = v->forward.begin + h.n + 1;
    v->back.begin = v->rows + h.n;
    v->term = v->back.begin + h.n + 1;
    v->forward.text = (const char *)(v->term + h.n);
    v->back.text = v->forward.text + h.text_bytes;
    bool good = list_is_good(&v->forward, h.text_bytes) && list_is_good(&v->back, h.text_bytes);
    for (uint32_t i = 0; i < h.n && good; i++)
        good = v->term[i] < h.n;
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

uint32_t parry_terms_size(const parry_terms *v) { return v->forward.n; }

static parry_str term_at(const list *l, uint32_t i)
{
    return parry_str_make(l->text + l->begin[i], l->begin[i + 1] - l->begin[i]);
}

/* ---- the best so far ----------------------------------------------------------------------------------------------
 */

/* A heap in the caller's array, the worst on top. */
typedef struct best {
    parry_term *heap;
    size_t n, cap;
} best;

static bool worse(const parry_term *a, const parry_term *b)
{
    if (a->edits != b->edits)
        return a->edits > b->edits;
    if (a->other_first != b->other_first)
        return a->other_first;
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
static uint32_t bound(const list *v, uint32_t low, parry_str prefix, bool past)
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
            offer(b, (parry_term){.term = term_at(&v->forward, i), .rows = v->rows[i]});
}

size_t parry_terms_prefix(const parry_terms *v, parry_str prefix, parry_term *out, size_t cap)
{
    best b = {out, 0, cap};
    if (cap == 0)
        return 0;
    uint32_t from = bound(&v->forward, 0, prefix, false);
    offer_range(v, from, bound(&v->forward, from, prefix, true), &b);
    return finish(&b);
}

/* ---- by edit distance ---------------------------------------------------------------------------------------------
 */

typedef struct walk {
    const parry_terms *v;
    const list *list;           /* v's terms forward or backwards; q, too, is as they are */
    size_t guarded, most;       /* the first so many letters of q may have at most so many errors */
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
        row[0] = cheapest = w->guarded > 0 && d > w->most ? FAR : (uint8_t)d;
    else if (from - 1 <= w->m)
        row[from - 1] = FAR;
    for (size_t j = from > 0 ? from : 1; j <= to; j++) {
        uint8_t c = min2(up[j - 1] + (w->path[d] != w->q[j - 1] ? 1U : 0U), min2(up[j] + 1U, row[j - 1] + 1U));
        if (d > 1 && j > 1 && w->path[d] == w->q[j - 2] && w->path[d - 1] == w->q[j - 1])
            c = min2(c, w->cost[d - 2][j - 2] + 1U);
        bool closed = j <= w->guarded && c > w->most;
        row[j] = closed ? FAR : c;
        if (!closed || (j < w->m && w->path[d] == w->q[j] && up[j - 1] < w->edits)) /* a swap jumps over this row */
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
        w->cost[0][j] = j <= w->edits && (j > w->guarded || j <= w->most) ? (uint8_t)j : FAR;
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

/* The place in `forward` of the term at a place of the list that is walked. */
static uint32_t place_of(const walk *w, uint32_t i) { return w->list == &w->v->back ? w->v->term[i] : i; }

static void offer_match(const walk *w, best *b, uint32_t i, unsigned edits, unsigned first)
{
    uint32_t place = place_of(w, i);
    parry_str term = term_at(&w->v->forward, place);
    unsigned cp;
    for (size_t k = 0; k < b->n; k++)
        if (b->heap[k].term.p == term.p) /* the other walk found it */
            return;
    parry_utf8_next(term, &cp);
    offer(b, (parry_term){.term = term, .rows = w->v->rows[place], .edits = edits, .other_first = cp != first});
}

/* first: the first letter of the word, forward. */
static void walk_all(walk *w, unsigned first, best *b)
{
    parry_str before = {NULL, 0};
    size_t depth = 0;
    start_walk(w);
    for (uint32_t i = 0; i < w->list->n;) {
        parry_str term = term_at(w->list, i);
        depth = shared_depth(w, depth, before, term);
        size_t at = w->end[depth];
        depth = descend(w, term, depth, &at);
        unsigned edits = edits_at(w, depth, at == term.n);
        before = term;
        if (edits <= w->edits)
            offer_match(w, b, i, edits, first);
        if (!w->alive[depth] && !(w->prefix && edits <= w->edits))
            i = bound(w->list, i, parry_str_make(term.p, at), true);
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
    uint32_t i = bound(&v->forward, 0, term, false);
    if (i == v->forward.n || !parry_str_eq(term_at(&v->forward, i), term))
        return 0;
    *out = (parry_term){.term = term_at(&v->forward, i), .rows = v->rows[i]};
    return 1;
}

static void walk_both_ways(walk *w, best *b)
{
    unsigned first = w->q[0];
    size_t half = w->m * w->edits / (w->edits + 1); /* two errors: two thirds, since the other walk has none */
    w->list = &w->v->forward;
    w->guarded = half > 0 ? half - 1 : 0; /* an error just between the halves is this walk's */
    w->most = w->edits - 1;
    if (w->prefix) { /* nobody knows its end: this walk is all there is, and one error it allows anywhere */
        w->guarded = w->edits > 1 ? w->guarded : 0;
        walk_all(w, first, b);
        return;
    }
    walk_all(w, first, b);
    for (size_t i = 0; i < w->m / 2; i++) {
        unsigned cp = w->q[i];
        w->q[i] = w->q[w->m - 1 - i];
        w->q[w->m - 1 - i] = cp;
    }
    w->list = &w->v->back;
    w->guarded = w->m - half;
    w->most = 0;
    walk_all(w, first, b);
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
    walk_both_ways(&w, &b);
    return finish(&b);
}
