/* Reading a segment: every file checked against segment.json, then mapped; Xapian handles from a pool, since each is
 * for one thread at a time. */
#include "base/file.h"
#include "engine/analyse.h"
#include "engine/analyse_fold.h"
#include "engine/postings_cache.h"
#include "engine/segment_passages.h"
#include "engine/segment_private.h"
#include "engine/text_shim.h"
#include "engine/vectors.h"
#include "engine/vocabulary.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MANIFEST_MAX = 64 * 1024, IDLE_HANDLES = 16, FLAT_HEADER_MAX = 256 };
/* Memory for decoded postings, by rows: at 30,000 rows of documentation it holds four in five of the frequent ones. */
enum { CACHE_BYTES_A_ROW = 512, CACHE_MOST_BYTES = 32 << 20 };

const char *const parry_segment_files[PARRY_SEGMENT_FILES] = {"text.glass", "vectors.faiss", "vectors.f16",
                                                              "passages.bin", "vocabulary.bin"};

bool parry_segment_file_valid(parry_str file)
{
    for (size_t i = 0; i < PARRY_SEGMENT_FILES; i++) {
        if (parry_str_eqz(file, parry_segment_files[i]))
            return true;
    }
    return parry_str_eqz(file, "segment.json");
}

/* Idle handles; one more is opened when all are out, and those beyond IDLE_HANDLES are closed when they come back. */
typedef struct text_pool {
    const char *path;
    pthread_mutex_t lock;
    parry_text_reader *idle[IDLE_HANDLES];
    size_t n;
} text_pool;

struct parry_segment {
    parry_arena *arena; /* name and paths */
    const char *dir;
    parry_passages passages;
    parry_terms *vocabulary;
    parry_vectors *vectors; /* NULL without any */
    text_pool *pool;
    parry_postings_cache *frequent;
};

/* ---- the pool -----------------------------------------------------------------------------------------------------
 */

static parry_code take_handle(text_pool *p, parry_text_reader **out, parry_err *err)
{
    parry_text_reader *r = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->n > 0)
        r = p->idle[--p->n];
    pthread_mutex_unlock(&p->lock);
    if (r == NULL)
        return parry_text_reader_open(p->path, out, err);
    *out = r;
    return PARRY_OK;
}

static void give_back(text_pool *p, parry_text_reader *r)
{
    pthread_mutex_lock(&p->lock);
    if (p->n < IDLE_HANDLES) {
        p->idle[p->n++] = r;
        r = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    parry_text_reader_close(r);
}

static void free_pool(text_pool *p)
{
    if (p == NULL)
        return;
    while (p->n > 0)
        parry_text_reader_close(p->idle[--p->n]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* The first handle is opened at once: it shows whether the file is good. */
static parry_code make_pool(parry_segment *s, parry_err *err)
{
    text_pool *p = parry_calloc(1, sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    p->path = parry_str_printf(s->arena, "%s/text.glass", s->dir).p;
    s->pool = p;
    parry_text_reader *first = NULL;
    parry_code code = take_handle(p, &first, err);
    if (code == PARRY_OK)
        give_back(p, first);
    return code;
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

static const char *path_of(const parry_segment *s, const char *file)
{
    return parry_str_printf(s->arena, "%s/%s", s->dir, file).p;
}

typedef parry_code hash_function(const char *path, parry_hash *out, parry_err *err);

static parry_code check_hash(const char *path, hash_function *hash, const char *expected, parry_err *err)
{
    parry_hash want, got;
    if (!parry_hash_parse(parry_str_of(expected), &want))
        return parry_fail(err, PARRY_CORRUPT, "the hash of %s is not one", path);
    parry_code code = hash(path, &got, err);
    if (code != PARRY_OK)
        return code;
    return parry_hash_eq(want, got) ? PARRY_OK
                                    : parry_fail(err, PARRY_CORRUPT, "%s has changed since it was written", path);
}

static parry_code check_file(parry_segment *s, const char *file, json_t *entry, bool verify, parry_err *err)
{
    json_int_t bytes = -1;
    const char *sha256 = NULL, *head = NULL, *path = path_of(s, file);
    struct stat st;
    if (json_unpack(entry, "{s:I, s:s, s:s}", "bytes", &bytes, "sha256", &sha256, "head_sha256", &head) != 0)
        return parry_fail(err, PARRY_CORRUPT, "%s/segment.json does not describe %s", s->dir, file);
    if (stat(path, &st) != 0)
        return parry_fail_errno(err, "cannot read %s", path);
    if (!S_ISREG(st.st_mode) || (json_int_t)st.st_size != bytes)
        return parry_fail(err, PARRY_CORRUPT, "%s has %lld bytes and should have %lld", path, (long long)st.st_size,
                          (long long)bytes);
    return verify ? check_hash(path, parry_hash_file, sha256, err) : check_hash(path, parry_hash_head, head, err);
}

/* What segment.json says. */
typedef struct manifest {
    json_int_t dim, articles, rows, vectors;
    parry_hash model;
    json_t *files; /* borrowed */
} manifest;

static parry_code read_manifest(parry_segment *s, const char *name, json_t **root, manifest *m, parry_err *err)
{
    parry_str text;
    const char *path = path_of(s, "segment.json"), *its_name = NULL, *analyser = NULL, *model = NULL;
    int format = 0;
    parry_code code = parry_file_read(s->arena, path, MANIFEST_MAX, &text, err);
    if (code != PARRY_OK)
        return code == PARRY_TOO_LARGE ? parry_fail(err, PARRY_CORRUPT, "%s is not a manifest", path) : code;
    *root = json_loadb(text.p, text.n, 0, NULL);
    if (json_unpack(*root, "{s:i, s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:o}", "format", &format, "name", &its_name,
                    "analyser", &analyser, "dim", &m->dim, "model", &model, "articles", &m->articles, "rows", &m->rows,
                    "vectors", &m->vectors, "files", &m->files) != 0)
        return parry_fail(err, PARRY_CORRUPT, "%s is not a manifest", path);
    if (format != PARRY_SEGMENT_FORMAT)
        return parry_fail(err, PARRY_CORRUPT, "%s has format %d; this program reads %d: rebuild the index", path,
                          format, PARRY_SEGMENT_FORMAT);
    if (!parry_str_eqz(parry_str_of(analyser), parry_analyser_identity))
        return parry_fail(err, PARRY_CORRUPT, "%s was made by analyser %s, not %s: rebuild the index", path, analyser,
                          parry_analyser_identity);
    if (!parry_str_eqz(parry_str_of(its_name), name) || !parry_hash_parse(parry_str_of(model), &m->model))
        return parry_fail(err, PARRY_CORRUPT, "%s belongs to another segment", path);
    if (m->dim < 0 || m->dim > 65536 || m->vectors < 0 || (m->vectors > 0 && m->dim == 0))
        return parry_fail(err, PARRY_CORRUPT, "%s has impossible vectors", path);
    return PARRY_OK;
}

static parry_code check_files(parry_segment *s, const manifest *m, bool verify, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < PARRY_SEGMENT_FILES && code == PARRY_OK; i++) {
        const char *file = parry_segment_files[i];
        bool of_vectors = strncmp(file, "vectors.", 8) == 0;
        if (of_vectors && m->vectors == 0)
            continue;
        code = check_file(s, file, json_object_get(m->files, file), verify, err);
    }
    return code;
}

/* FAISS follows the links of a graph without looking, so a graph is never read unverified; codes alone may be. */
static parry_code open_vectors(parry_segment *s, const manifest *m, bool verified, parry_err *err)
{
    if (m->vectors == 0)
        return PARRY_OK;
    const char *faiss = path_of(s, "vectors.faiss"), *sha256 = NULL;
    uint64_t codes = (uint64_t)m->vectors * (uint64_t)m->dim;
    json_t *entry = json_object_get(m->files, "vectors.faiss");
    json_int_t bytes = json_integer_value(json_object_get(entry, "bytes"));
    bool flat = bytes > 0 && (uint64_t)bytes < codes + FLAT_HEADER_MAX;
    parry_code code = PARRY_OK;
    if (!flat && !verified && json_unpack(entry, "{s:s}", "sha256", &sha256) == 0)
        code = check_hash(faiss, parry_hash_file, sha256, err);
    if (code != PARRY_OK)
        return code;
    return parry_vectors_open(faiss, path_of(s, "vectors.f16"), (uint32_t)m->vectors, (size_t)m->dim, &s->vectors, err);
}

static uint64_t languages_of(const parry_segment *s)
{
    uint64_t languages = 0;
    for (uint32_t i = 0; i < s->passages.info.narticles; i++) {
        parry_article_out x;
        parry_segment_article(s, i, &x);
        languages |= (uint64_t)1 << parry_language_of(x.locale);
    }
    return languages;
}

static parry_code open_all(parry_segment *s, const char *name, bool verify, json_t **root, parry_err *err)
{
    manifest m;
    parry_code code = read_manifest(s, name, root, &m, err);
    if (code == PARRY_OK)
        code = check_files(s, &m, verify, err);
    if (code == PARRY_OK)
        code = parry_passages_open(&s->passages, path_of(s, "passages.bin"), err);
    if (code != PARRY_OK)
        return code;
    parry_segment_info *info = &s->passages.info;
    if (info->narticles != m.articles || info->nrows != m.rows || info->nvectors != m.vectors)
        return parry_fail(err, PARRY_CORRUPT, "%s: segment.json and passages.bin differ", s->dir);
    info->name = parry_str_z(s->arena, parry_str_of(name));
    info->dim = (size_t)m.dim;
    info->model = m.model;
    size_t cache = (size_t)m.rows * CACHE_BYTES_A_ROW;
    s->frequent = parry_postings_cache_new(cache < CACHE_MOST_BYTES ? cache : CACHE_MOST_BYTES);
    info->languages = languages_of(s);
    code = parry_terms_open(path_of(s, "vocabulary.bin"), &s->vocabulary, err);
    if (code == PARRY_OK)
        code = open_vectors(s, &m, verify, err);
    return code == PARRY_OK ? make_pool(s, err) : code;
}

parry_code parry_segment_open(const char *segments_dir, const char *name, bool verify, parry_segment **out,
                              parry_err *err)
{
    if (!parry_segment_name_valid(parry_str_of(name)))
        return parry_fail(err, PARRY_INVALID, "a segment's name is 32 hex digits, not %s", name);
    parry_segment *s = parry_calloc(1, sizeof *s);
    json_auto_t *root = NULL;
    s->arena = parry_arena_new();
    s->dir = parry_str_printf(s->arena, "%s/%s", segments_dir, name).p;
    parry_code code = open_all(s, name, verify, &root, err);
    if (code == PARRY_OK)
        *out = s;
    else
        parry_segment_close(s);
    return code;
}

void parry_segment_close(parry_segment *s)
{
    if (s == NULL)
        return;
    free_pool(s->pool);
    parry_postings_cache_free(s->frequent);
    parry_vectors_close(s->vectors);
    parry_terms_close(s->vocabulary);
    parry_passages_close(&s->passages);
    parry_arena_free(s->arena);
    free(s);
}

/* ---- strings ------------------------------------------------------------------------------------------------------
 */

const parry_segment_info *parry_segment_get_info(const parry_segment *s) { return &s->passages.info; }

static parry_str article_string(const parry_passages *p, uint32_t article, size_t which)
{
    return parry_passages_string(p->article_place, p->article_text, (size_t)article * PARRY_ARTICLE_STRINGS + which);
}

void parry_segment_article(const parry_segment *s, uint32_t article, parry_article_out *out)
{
    const parry_passages *p = &s->passages;
    *out = (parry_article_out){
        .id = article_string(p, article, 0),
        .title = article_string(p, article, 1),
        .slug = article_string(p, article, 2),
        .locale = article_string(p, article, 3),
        .audience = article_string(p, article, 4),
        .category = article_string(p, article, 5),
        .updated = article_string(p, article, 6),
        .product = article_string(p, article, 7),
        .tags = article_string(p, article, 8),
        .promoted = (p->flags[article] & PARRY_FLAG_PROMOTED) != 0,
        .nsections = p->article_section[article + 1] - p->article_section[article],
    };
    memcpy(out->hash.b, p->hash + (size_t)article * PARRY_HASH_BYTES, PARRY_HASH_BYTES);
}

void parry_segment_section(const parry_segment *s, uint32_t article, uint32_t section, parry_section_in *out)
{
    const parry_passages *p = &s->passages;
    memset(out, 0, sizeof *out);
    if (section >= p->article_section[article + 1] - p->article_section[article]) /* an article without sections */
        return;
    size_t at = ((size_t)p->article_section[article] + section) * PARRY_SECTION_STRINGS;
    out->heading = parry_passages_string(p->section_place, p->section_text, at);
    out->path = parry_passages_string(p->section_place, p->section_text, at + 1);
    out->anchor = parry_passages_string(p->section_place, p->section_text, at + 2);
}

parry_str parry_segment_text(const parry_segment *s, uint32_t row)
{
    return parry_passages_string(s->passages.row_place, s->passages.row_text, row);
}

bool parry_segment_find(const parry_segment *s, parry_str id, uint32_t *article)
{
    const parry_passages *p = &s->passages;
    uint32_t low = 0, high = p->info.narticles;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int c = parry_str_cmp(article_string(p, p->by_id[mid], 0), id);
        if (c == 0) {
            *article = p->by_id[mid];
            return true;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

/* ---- searching ----------------------------------------------------------------------------------------------------
 */

static parry_code read_postings(const parry_segment *s, parry_text_reader *r, parry_arena *a, parry_str term,
                                parry_postings *out, parry_err *err)
{
    uint32_t n = 0, nrows = s->passages.info.nrows;
    parry_code code = parry_text_reader_rows(r, term, &n, err);
    if (code != PARRY_OK)
        return code;
    if (n > nrows)
        return parry_fail(err, PARRY_CORRUPT, "a term is in more rows than there are");
    uint32_t *row = PARRY_ARRAY(a, uint32_t, n), *tf = PARRY_ARRAY(a, uint32_t, n);
    if (n > 0)
        code = parry_text_reader_postings(r, term, nrows, row, tf, n, err);
    if (code == PARRY_OK)
        *out = (parry_postings){row, tf, n};
    return code;
}

parry_code parry_segment_postings(const parry_segment *s, parry_arena *a, parry_str term, parry_postings *out,
                                  parry_err *err)
{
    if (term.n == 0 || term.n > PARRY_TERM_MAX) {
        *out = (parry_postings){NULL, NULL, 0};
        return PARRY_OK;
    }
    if (parry_postings_cache_find(s->frequent, term, out))
        return PARRY_OK;
    parry_text_reader *r = NULL;
    parry_code code = take_handle(s->pool, &r, err);
    if (code != PARRY_OK)
        return code;
    code = read_postings(s, r, a, term, out, err);
    if (code == PARRY_OK) {
        parry_postings_cache_offer(s->frequent, term, out);
        give_back(s->pool, r);
    } else
        parry_text_reader_close(r); /* whatever state it is in */
    return code;
}

typedef struct wanted_articles {
    const uint32_t *row_article;
    const uint8_t *articles;
} wanted_articles;

static bool is_wanted(const void *ctx, uint32_t row)
{
    const wanted_articles *w = ctx;
    uint32_t article = w->row_article[row];
    return (w->articles[article >> 3] >> (article & 7) & 1) != 0;
}

parry_code parry_segment_shows(const parry_segment *s, parry_str term, const uint8_t *articles, bool *shows,
                               parry_err *err)
{
    const wanted_articles w = {s->passages.info.row_article, articles};
    parry_text_reader *r = NULL;
    *shows = false;
    if (term.n == 0 || term.n > PARRY_TERM_MAX)
        return PARRY_OK;
    parry_code code = take_handle(s->pool, &r, err);
    if (code != PARRY_OK)
        return code;
    code = parry_text_reader_any(r, term, s->passages.info.nrows, is_wanted, &w, shows, err);
    if (code == PARRY_OK)
        give_back(s->pool, r);
    else
        parry_text_reader_close(r);
    return code;
}

parry_code parry_segment_nearest(const parry_segment *s, const float *q, const uint8_t *allowed, size_t k,
                                 uint32_t *rows, float *scores, size_t *n, parry_err *err)
{
    if (s->vectors == NULL) {
        *n = 0;
        return PARRY_OK;
    }
    parry_code code = parry_vectors_nearest(s->vectors, q, allowed, k, rows, scores, n, err);
    for (size_t i = 0; code == PARRY_OK && i < *n; i++)
        rows[i] = s->passages.info.vector_row[rows[i]];
    return code;
}

float parry_segment_cosine(const parry_segment *s, uint32_t row, const float *q)
{
    int32_t v = s->passages.info.row_vector[row];
    return v == PARRY_NO_ROW ? 0.0F : parry_vectors_cosine(s->vectors, (uint32_t)v, q);
}

bool parry_segment_vector(const parry_segment *s, uint32_t row, float *out)
{
    int32_t v = s->passages.info.row_vector[row];
    if (v != PARRY_NO_ROW)
        parry_vectors_get(s->vectors, (uint32_t)v, out);
    return v != PARRY_NO_ROW;
}

size_t parry_segment_prefix(const parry_segment *s, parry_str prefix, parry_term *out, size_t cap)
{
    return parry_terms_prefix(s->vocabulary, prefix, out, cap);
}

size_t parry_segment_near(const parry_segment *s, parry_str term, unsigned edits, bool prefix, parry_term *out,
                          size_t cap)
{
    return parry_terms_near(s->vocabulary, term, edits, prefix, out, cap);
}
