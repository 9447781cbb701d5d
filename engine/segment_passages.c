/* passages.bin: columns gathered in memory and written at once; mapped and checked when opened. */
#include "engine/segment_passages.h"

#include <stdio.h>
#include <stdlib.h>

enum { ALIGN = 64 };
static const char magic[8] = {'P', 'A', 'R', 'R', 'Y', 'P', 'A', 'S'};
static const size_t column_max = (size_t)1 << 40; /* memory ends first */

typedef struct place {
    uint64_t at, bytes;
} place;

typedef struct header {
    char magic[8];
    uint32_t format, narticles, nrows, nvectors, nsections, ncolumns;
    place column[PARRY_COLUMNS];
} header;
_Static_assert(sizeof(header) == 32 + 16 * PARRY_COLUMNS, "no padding");

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

static void add_u32(parry_passages_writer *w, parry_column c, uint32_t v)
{
    parry_buf_add(&w->column[c], &v, sizeof v);
}

/* A string's bytes and the place where it ends, which is where the next begins. */
static void add_string(parry_passages_writer *w, parry_column places, parry_str s)
{
    parry_buf *text = &w->column[places + 1];
    parry_buf_adds(text, s);
    uint64_t end = text->n;
    parry_buf_add(&w->column[places], &end, sizeof end);
}

void parry_passages_start(parry_passages_writer *w)
{
    memset(w, 0, sizeof *w);
    for (size_t c = 0; c < PARRY_COLUMNS; c++)
        w->column[c].max = column_max;
    add_u32(w, PARRY_COL_ARTICLE_ROW, 0);
    add_u32(w, PARRY_COL_ARTICLE_SECTION, 0);
    add_string(w, PARRY_COL_ROW_PLACE, parry_str_make(NULL, 0));
    add_string(w, PARRY_COL_ARTICLE_PLACE, parry_str_make(NULL, 0));
    add_string(w, PARRY_COL_SECTION_PLACE, parry_str_make(NULL, 0));
}

void parry_passages_free(parry_passages_writer *w)
{
    for (size_t c = 0; c < PARRY_COLUMNS; c++)
        parry_buf_free(&w->column[c]);
}

static void add_row(parry_passages_writer *w, const parry_row_in *row, uint32_t length, bool vector)
{
    uint8_t kind = (uint8_t)row->kind;
    int32_t ordinal = vector ? (int32_t)w->nvectors : PARRY_NO_ROW;
    add_u32(w, PARRY_COL_ROW_ARTICLE, w->narticles);
    add_u32(w, PARRY_COL_ROW_SECTION, row->section);
    parry_buf_add(&w->column[PARRY_COL_ROW_KIND], &kind, sizeof kind);
    add_u32(w, PARRY_COL_ROW_LENGTH, length);
    parry_buf_add(&w->column[PARRY_COL_ROW_VECTOR], &ordinal, sizeof ordinal);
    if (vector) {
        add_u32(w, PARRY_COL_VECTOR_ROW, w->nrows);
        w->nvectors++;
    }
    add_string(w, PARRY_COL_ROW_PLACE, row->text);
    w->nrows++;
}

void parry_passages_add(parry_passages_writer *w, const parry_article_in *a, const uint32_t *lengths, bool vectors)
{
    for (size_t i = 0; i < a->nrows; i++)
        add_row(w, &a->rows[i], lengths[i], vectors && a->rows[i].vector != NULL);
    for (size_t i = 0; i < a->nsections; i++) {
        add_string(w, PARRY_COL_SECTION_PLACE, a->sections[i].heading);
        add_string(w, PARRY_COL_SECTION_PLACE, a->sections[i].path);
        add_string(w, PARRY_COL_SECTION_PLACE, a->sections[i].anchor);
    }
    const parry_str strings[PARRY_ARTICLE_STRINGS] = {a->id,       a->title,   a->slug,    a->locale, a->audience,
                                                      a->category, a->updated, a->product, a->tags};
    for (size_t i = 0; i < PARRY_ARTICLE_STRINGS; i++)
        add_string(w, PARRY_COL_ARTICLE_PLACE, strings[i]);
    parry_buf_add(&w->column[PARRY_COL_ARTICLE_HASH], a->hash.b, sizeof a->hash.b);
    uint8_t flags = a->promoted ? PARRY_FLAG_PROMOTED : 0;
    parry_buf_add(&w->column[PARRY_COL_ARTICLE_FLAGS], &flags, sizeof flags);
    w->nsections += (uint32_t)a->nsections;
    w->narticles++;
    add_u32(w, PARRY_COL_ARTICLE_ROW, w->nrows);
    add_u32(w, PARRY_COL_ARTICLE_SECTION, w->nsections);
}

typedef struct named {
    parry_str id;
    uint32_t article;
} named;

static int by_id(const void *x, const void *y)
{
    const named *a = x, *b = y;
    return parry_str_cmp(a->id, b->id);
}

static parry_code sort_ids(parry_passages_writer *w, parry_err *err)
{
    const uint64_t *places = (const void *)w->column[PARRY_COL_ARTICLE_PLACE].p;
    named *names = parry_calloc(w->narticles + 1UL, sizeof *names);
    parry_code code = PARRY_OK;
    for (uint32_t i = 0; i < w->narticles; i++)
        names[i] = (named){
            parry_passages_string(places, w->column[PARRY_COL_ARTICLE_TEXT].p, (size_t)i * PARRY_ARTICLE_STRINGS), i};
    qsort(names, w->narticles, sizeof *names, by_id);
    for (uint32_t i = 0; i < w->narticles && code == PARRY_OK; i++) {
        if (i > 0 && parry_str_eq(names[i - 1].id, names[i].id))
            code = parry_fail(err, PARRY_INVALID, "article %.*s is twice in one segment", PARRY_FMT(names[i].id));
        add_u32(w, PARRY_COL_ARTICLE_BY_ID, names[i].article);
    }
    free(names);
    return code;
}

static bool write_padded(FILE *f, const void *p, size_t n)
{
    static const char zeros[ALIGN];
    size_t pad = (ALIGN - n % ALIGN) % ALIGN;
    return (n == 0 || fwrite(p, 1, n, f) == n) && fwrite(zeros, 1, pad, f) == pad;
}

static parry_code write_columns(const parry_passages_writer *w, const header *h, const char *path, parry_err *err)
{
    FILE *f = fopen(path, "wbe");
    if (f == NULL)
        return parry_fail_errno(err, "cannot make %s", path);
    bool good = write_padded(f, h, sizeof *h);
    for (size_t c = 0; c < PARRY_COLUMNS && good; c++)
        good = write_padded(f, w->column[c].p, w->column[c].n);
    good = fclose(f) == 0 && good;
    return good ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
}

parry_code parry_passages_write(parry_passages_writer *w, const char *path, parry_err *err)
{
    parry_code code = sort_ids(w, err);
    if (code != PARRY_OK)
        return code;
    header h = {.format = PARRY_SEGMENT_FORMAT,
                .narticles = w->narticles,
                .nrows = w->nrows,
                .nvectors = w->nvectors,
                .nsections = w->nsections,
                .ncolumns = PARRY_COLUMNS};
    memcpy(h.magic, magic, sizeof magic);
    uint64_t at = (sizeof h + ALIGN - 1) / ALIGN * ALIGN;
    for (size_t c = 0; c < PARRY_COLUMNS; c++) {
        if (w->column[c].full)
            return parry_fail(err, PARRY_TOO_LARGE, "a segment's column is over 1 TiB");
        h.column[c] = (place){at, w->column[c].n};
        at += (w->column[c].n + ALIGN - 1) / ALIGN * ALIGN;
    }
    return write_columns(w, &h, path, err);
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

/* Is column c inside the file, aligned, and `bytes` long? */
static bool column_fits(const header *h, size_t file_bytes, parry_column c, uint64_t bytes)
{
    const place *p = &h->column[c];
    return p->bytes == bytes && p->at % ALIGN == 0 && p->at <= file_bytes && bytes <= file_bytes - p->at;
}

static bool fixed_columns_fit(const header *h, size_t n)
{
    const uint64_t rows = h->nrows, articles = h->narticles;
    const struct {
        parry_column c;
        uint64_t bytes;
    } expect[] = {
        {PARRY_COL_ROW_ARTICLE, rows * 4},
        {PARRY_COL_ROW_SECTION, rows * 4},
        {PARRY_COL_ROW_KIND, rows},
        {PARRY_COL_ROW_LENGTH, rows * 4},
        {PARRY_COL_ROW_VECTOR, rows * 4},
        {PARRY_COL_VECTOR_ROW, (uint64_t)h->nvectors * 4},
        {PARRY_COL_ARTICLE_ROW, (articles + 1) * 4},
        {PARRY_COL_ARTICLE_SECTION, (articles + 1) * 4},
        {PARRY_COL_ARTICLE_BY_ID, articles * 4},
        {PARRY_COL_ARTICLE_HASH, articles * PARRY_HASH_BYTES},
        {PARRY_COL_ARTICLE_FLAGS, articles},
        {PARRY_COL_ROW_PLACE, (rows + 1) * 8},
        {PARRY_COL_ARTICLE_PLACE, (articles * PARRY_ARTICLE_STRINGS + 1) * 8},
        {PARRY_COL_SECTION_PLACE, ((uint64_t)h->nsections * PARRY_SECTION_STRINGS + 1) * 8},
    };
    for (size_t i = 0; i < sizeof expect / sizeof *expect; i++)
        if (!column_fits(h, n, expect[i].c, expect[i].bytes))
            return false;
    return column_fits(h, n, PARRY_COL_ROW_TEXT, h->column[PARRY_COL_ROW_TEXT].bytes) &&
           column_fits(h, n, PARRY_COL_ARTICLE_TEXT, h->column[PARRY_COL_ARTICLE_TEXT].bytes) &&
           column_fits(h, n, PARRY_COL_SECTION_TEXT, h->column[PARRY_COL_SECTION_TEXT].bytes);
}

static void point_into(parry_passages *p, const header *h)
{
    const unsigned char *base = p->map.p;
#define COLUMN(c) (const void *)(base + h->column[c].at)
    p->info.narticles = h->narticles;
    p->info.nrows = h->nrows;
    p->info.nvectors = h->nvectors;
    p->nsections = h->nsections;
    p->info.row_article = COLUMN(PARRY_COL_ROW_ARTICLE);
    p->info.row_section = COLUMN(PARRY_COL_ROW_SECTION);
    p->info.row_kind = COLUMN(PARRY_COL_ROW_KIND);
    p->info.row_length = COLUMN(PARRY_COL_ROW_LENGTH);
    p->info.row_vector = COLUMN(PARRY_COL_ROW_VECTOR);
    p->info.vector_row = COLUMN(PARRY_COL_VECTOR_ROW);
    p->info.article_row = COLUMN(PARRY_COL_ARTICLE_ROW);
    p->article_section = COLUMN(PARRY_COL_ARTICLE_SECTION);
    p->by_id = COLUMN(PARRY_COL_ARTICLE_BY_ID);
    p->hash = COLUMN(PARRY_COL_ARTICLE_HASH);
    p->flags = COLUMN(PARRY_COL_ARTICLE_FLAGS);
    p->row_place = COLUMN(PARRY_COL_ROW_PLACE);
    p->article_place = COLUMN(PARRY_COL_ARTICLE_PLACE);
    p->section_place = COLUMN(PARRY_COL_SECTION_PLACE);
    p->row_text = COLUMN(PARRY_COL_ROW_TEXT);
    p->article_text = COLUMN(PARRY_COL_ARTICLE_TEXT);
    p->section_text = COLUMN(PARRY_COL_SECTION_TEXT);
#undef COLUMN
}

static bool places_ascend(const uint64_t *places, uint64_t n, uint64_t bytes)
{
    bool good = places[0] == 0 && places[n] == bytes;
    for (uint64_t i = 0; i < n && good; i++)
        good = places[i] <= places[i + 1];
    return good;
}

/* An article's rows and sections are runs that follow each other; a row without sections has section 0. */
static bool articles_fit(const parry_passages *p)
{
    const parry_segment_info *s = &p->info;
    uint32_t n = s->narticles;
    bool good = s->article_row[0] == 0 && s->article_row[n] == s->nrows && p->article_section[0] == 0 &&
                p->article_section[n] == p->nsections;
    for (uint32_t a = 0; a < n && good; a++)
        good = s->article_row[a] <= s->article_row[a + 1] && p->article_section[a] <= p->article_section[a + 1] &&
               p->by_id[a] < n;
    for (uint32_t a = 0; a < n && good; a++)
        for (uint32_t r = s->article_row[a]; r < s->article_row[a + 1] && good; r++)
            good = s->row_article[r] == a;
    return good;
}

/* Kinds known, vectors and rows pointing at each other; sums the kinds on the way. After articles_fit. */
static bool rows_fit(parry_passages *p)
{
    parry_segment_info *s = &p->info;
    uint32_t vectors = 0;
    s->article_length = p->article_length =
        parry_calloc((size_t)s->narticles + 1, PARRY_WORD_KINDS * sizeof *p->article_length);
    for (uint32_t r = 0; r < s->nrows; r++) {
        int32_t v = s->row_vector[r];
        if (s->row_kind[r] >= PARRY_ROW_KINDS)
            return false;
        if (v != PARRY_NO_ROW && ((uint32_t)v >= s->nvectors || s->vector_row[v] != r))
            return false;
        vectors += v != PARRY_NO_ROW;
        s->kind_rows[s->row_kind[r]]++;
        s->kind_length[s->row_kind[r]] += s->row_length[r];
        if (s->row_kind[r] < PARRY_WORD_KINDS)
            p->article_length[(size_t)s->row_article[r] * PARRY_WORD_KINDS + s->row_kind[r]] += s->row_length[r];
    }
    return vectors == s->nvectors;
}

static bool well_formed(parry_passages *p)
{
    header h;
    if (p->map.n < sizeof h)
        return false;
    memcpy(&h, p->map.p, sizeof h);
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.format != PARRY_SEGMENT_FORMAT || h.ncolumns != PARRY_COLUMNS ||
        h.nrows > INT32_MAX || h.nvectors > h.nrows || !fixed_columns_fit(&h, p->map.n))
        return false;
    point_into(p, &h);
    return places_ascend(p->row_place, h.nrows, h.column[PARRY_COL_ROW_TEXT].bytes) &&
           places_ascend(p->article_place, (uint64_t)h.narticles * PARRY_ARTICLE_STRINGS,
                         h.column[PARRY_COL_ARTICLE_TEXT].bytes) &&
           places_ascend(p->section_place, (uint64_t)h.nsections * PARRY_SECTION_STRINGS,
                         h.column[PARRY_COL_SECTION_TEXT].bytes) &&
           articles_fit(p) && rows_fit(p);
}

parry_code parry_passages_open(parry_passages *p, const char *path, parry_err *err)
{
    memset(p, 0, sizeof *p);
    parry_code code = parry_map_open(path, &p->map, err);
    if (code == PARRY_OK && !well_formed(p)) {
        code = parry_fail(err, PARRY_CORRUPT, "%s does not hold what it says", path);
        parry_passages_close(p);
    }
    return code;
}

void parry_passages_close(parry_passages *p)
{
    parry_map_close(&p->map);
    free(p->article_length);
    memset(p, 0, sizeof *p);
}
