/* Writing a segment: rows go to Xapian and to the columns as they come, vectors wait as halves; finish writes the
 * files, syncs them, and gives the folder its name.
 *
 * While it is written, the folder .tmp-NAME-PID is locked (flock): a sweep removes those that nobody holds. */
#include "base/file.h"
#include "engine/analyse.h"
#include "engine/segment_passages.h"
#include "engine/segment_private.h"
#include "engine/text_shim.h"
#include "engine/vectors.h"
#include "engine/vectors_half.h"
#include "engine/vocabulary.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARTICLE_ROWS_MAX = 1 << 20 };

struct parry_segment_writer {
    parry_arena *arena; /* paths and options */
    parry_arena *row;   /* reset for each row */
    parry_segment_options options;
    const char *name, *parent, *dir, *target;
    int lock;
    parry_analyser *analyser;
    parry_text_writer *text;
    parry_passages_writer passages;
    uint16_t *half; /* of every vector so far, dim each */
    size_t nhalf, half_cap;
};

static parry_str le64(uint64_t v, char out[8])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (char)(v >> (8 * i));
    return parry_str_make(out, 8);
}

void parry_segment_name(const parry_segment_options *o, const parry_str *ids, const parry_hash *hashes, size_t n,
                        char name[PARRY_NAME_TEXT])
{
    char number[8], hex[PARRY_HASH_HEX + 1];
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, le64(PARRY_SEGMENT_FORMAT, number));
    parry_hasher_adds(&h, parry_str_of(parry_analyser_identity));
    parry_hasher_adds(&h, le64(o->dim, number));
    parry_hasher_add(&h, o->model.b, sizeof o->model.b);
    parry_hasher_adds(&h, le64(o->chunking, number));
    for (size_t i = 0; i < n; i++) {
        parry_hasher_adds(&h, ids[i]);
        parry_hasher_add(&h, hashes[i].b, sizeof hashes[i].b);
    }
    parry_hash_hex(parry_hasher_end(&h), hex);
    memcpy(name, hex, PARRY_NAME_TEXT - 1);
    name[PARRY_NAME_TEXT - 1] = 0;
}

bool parry_segment_name_valid(parry_str name)
{
    if (name.n != PARRY_NAME_TEXT - 1)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!((name.p[i] >= '0' && name.p[i] <= '9') || (name.p[i] >= 'a' && name.p[i] <= 'f')))
            return false;
    return true;
}

bool parry_segment_exists(const char *segments_dir, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s/segment.json", segments_dir, name);
    return n > 0 && (size_t)n < sizeof path && parry_file_exists(path);
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

static const char *path_of(parry_segment_writer *w, const char *file)
{
    return parry_str_printf(w->arena, "%s/%s", w->dir, file).p;
}

bool parry_folder_held(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
    if (fd >= 0)
        close(fd);
    return held;
}

static parry_code make_folder(parry_segment_writer *w, parry_err *err)
{
    parry_code code = parry_dir_make(w->parent, err);
    if (code == PARRY_OK && parry_folder_held(w->dir))
        code = parry_fail(err, PARRY_CONFLICT, "segment %s is being written already", w->name);
    if (code == PARRY_OK) /* of a process that died and had our number */
        code = parry_tree_remove(w->dir, err);
    if (code != PARRY_OK)
        return code;
    if (mkdir(w->dir, 0750) != 0)
        return parry_fail_errno(err, "cannot make the folder %s", w->dir);
    w->lock = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (w->lock < 0 || flock(w->lock, LOCK_EX | LOCK_NB) != 0)
        return parry_fail_errno(err, "cannot hold the folder %s", w->dir);
    return PARRY_OK;
}

parry_code parry_segment_writer_open(const char *segments_dir, const char *name, const parry_segment_options *o,
                                     parry_segment_writer **out, parry_err *err)
{
    if (!parry_segment_name_valid(parry_str_of(name)))
        return parry_fail(err, PARRY_INVALID, "a segment's name is 32 hex digits, not %s", name);
    parry_segment_writer *w = parry_calloc(1, sizeof *w);
    w->arena = parry_arena_new();
    w->row = parry_arena_new();
    w->options = *o;
    w->lock = -1;
    w->name = parry_str_z(w->arena, parry_str_of(name));
    w->parent = parry_str_z(w->arena, parry_str_of(segments_dir));
    w->dir = parry_str_printf(w->arena, "%s/" PARRY_TMP_PREFIX "%s-%ld", segments_dir, name, (long)getpid()).p;
    w->target = parry_str_printf(w->arena, "%s/%s", segments_dir, name).p;
    w->analyser = parry_analyser_new();
    parry_passages_start(&w->passages);
    parry_code code = make_folder(w, err);
    if (code == PARRY_OK)
        code = parry_text_writer_open(path_of(w, "text.tmp"), &w->text, err);
    if (code == PARRY_OK)
        *out = w;
    else
        parry_segment_writer_abort(w);
    return code;
}

/* Frees the writer; what it wrote stays. */
static void free_writer(parry_segment_writer *w)
{
    parry_text_writer_free(w->text);
    parry_analyser_free(w->analyser);
    parry_passages_free(&w->passages);
    free(w->half);
    if (w->lock >= 0)
        close(w->lock);
    parry_arena_free(w->row);
    parry_arena_free(w->arena);
    free(w);
}

void parry_segment_writer_abort(parry_segment_writer *w)
{
    if (w == NULL)
        return;
    parry_text_writer_free(w->text); /* before the folder goes that its files are in */
    w->text = NULL;
    parry_code removed = w->lock >= 0 ? parry_tree_remove(w->dir, NULL) : PARRY_OK;
    (void)removed; /* what stays is swept later */
    free_writer(w);
}

/* ---- adding -------------------------------------------------------------------------------------------------------
 */

static parry_code check_article(const parry_segment_writer *w, const parry_article_in *a, parry_err *err)
{
    if (a->nrows > ARTICLE_ROWS_MAX || a->nrows + w->passages.nrows > INT32_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "article %.*s has too many rows", PARRY_FMT(a->id));
    for (size_t i = 0; i < a->nrows; i++) {
        const parry_row_in *r = &a->rows[i];
        if ((unsigned)r->kind >= PARRY_ROW_KINDS || (r->section >= a->nsections && r->section != 0))
            return parry_fail(err, PARRY_INVALID, "article %.*s: row %zu has no such kind or section", PARRY_FMT(a->id),
                              i);
        if (r->text.n > UINT32_MAX)
            return parry_fail(err, PARRY_TOO_LARGE, "article %.*s: row %zu is over 4 GiB", PARRY_FMT(a->id), i);
    }
    return PARRY_OK;
}

static parry_code add_term(parry_segment_writer *w, parry_str term, parry_err *err)
{
    return term.n > 0 ? parry_text_writer_term(w->text, term, err) : PARRY_OK;
}

/* Each token counts once as it stands and once as its stem, and what it gives besides once more. */
static parry_code add_token(parry_segment_writer *w, const parry_token *t, parry_err *err)
{
    parry_code code = add_term(w, t->exact, err);
    if (code == PARRY_OK)
        code = add_term(w, t->stem, err);
    if (t->besides == NULL || code != PARRY_OK)
        return code;
    const parry_besides *b = t->besides;
    const parry_str terms[] = {b->accented,
                               b->bare,
                               b->single[0],
                               b->single[1],
                               parry_str_from(b->single[0], 1),
                               parry_str_from(b->single[1], 1)};
    for (size_t i = 0; i < sizeof terms / sizeof *terms && code == PARRY_OK; i++)
        code = add_term(w, terms[i], err);
    return code;
}

/* *length: words, an identifier being one. */
static parry_code add_text(parry_segment_writer *w, const parry_row_in *row, parry_str locale, uint32_t number,
                           uint32_t *length, parry_err *err)
{
    parry_token *tokens = NULL;
    size_t n = 0;
    *length = 0;
    if (row->kind == PARRY_ROW_SENTENCE)
        return PARRY_OK;
    parry_arena_reset(w->row);
    parry_analyse(w->analyser, w->row, row->text, locale, &tokens, &n);
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        *length += !tokens[i].part;
        code = add_token(w, &tokens[i], err);
    }
    return code == PARRY_OK && n > 0 ? parry_text_writer_row(w->text, number, err) : code;
}

static void add_vector(parry_segment_writer *w, const float *vector)
{
    size_t dim = w->options.dim;
    if (w->nhalf + dim > w->half_cap) {
        w->half_cap = w->half_cap * 2 > w->nhalf + dim ? w->half_cap * 2 : w->nhalf + dim;
        w->half = parry_realloc(w->half, w->half_cap * sizeof *w->half);
    }
    parry_half_pack(vector, dim, w->half + w->nhalf);
    w->nhalf += dim;
}

parry_code parry_segment_writer_add(parry_segment_writer *w, const parry_article_in *a, parry_err *err)
{
    parry_code code = check_article(w, a, err);
    uint32_t *lengths = parry_calloc(a->nrows + 1, sizeof *lengths);
    for (size_t i = 0; i < a->nrows && code == PARRY_OK; i++)
        code = add_text(w, &a->rows[i], a->locale, w->passages.nrows + (uint32_t)i, &lengths[i], err);
    for (size_t i = 0; i < a->nrows && code == PARRY_OK && w->options.dim > 0; i++)
        if (a->rows[i].vector != NULL)
            add_vector(w, a->rows[i].vector);
    if (code == PARRY_OK)
        parry_passages_add(&w->passages, a, lengths, w->options.dim > 0);
    free(lengths);
    return code;
}

/* ---- finishing ----------------------------------------------------------------------------------------------------
 */

static void visit_term(void *ctx, parry_str term, uint32_t rows)
{
    if (term.p[0] != 'Z' && term.p[0] != 'A')
        parry_terms_writer_add(ctx, term, rows);
}

static parry_code write_vocabulary(parry_segment_writer *w, parry_err *err)
{
    parry_terms_writer *v = parry_terms_writer_new();
    parry_code code = parry_text_writer_terms(w->text, visit_term, v, err);
    if (code == PARRY_OK)
        code = parry_terms_writer_write(v, path_of(w, "vocabulary.bin"), err);
    parry_terms_writer_free(v);
    return code;
}

static parry_code write_text(parry_segment_writer *w, parry_err *err)
{
    parry_code code = parry_text_writer_finish(w->text, path_of(w, "text.glass"), err);
    parry_text_writer_free(w->text); /* and its scratch folder */
    w->text = NULL;
    return code;
}

static parry_code write_vectors(parry_segment_writer *w, parry_err *err)
{
    if (w->passages.nvectors == 0)
        return PARRY_OK;
    return parry_vectors_write(path_of(w, "vectors.faiss"), path_of(w, "vectors.f16"), w->half, w->passages.nvectors,
                               w->options.dim, w->options.hnsw_from, err);
}

parry_code parry_hash_head(const char *path, parry_hash *out, parry_err *err)
{
    char head[PARRY_HEAD_BYTES];
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return parry_fail_errno(err, "cannot open %s", path);
    size_t n = fread(head, 1, sizeof head, f);
    parry_code code = ferror(f) ? parry_fail_errno(err, "cannot read %s", path) : PARRY_OK;
    fclose(f);
    if (code == PARRY_OK)
        *out = parry_hash_of(head, n);
    return code;
}

/* Size and hashes of a file for segment.json; synced on the way. */
static parry_code describe(parry_segment_writer *w, const char *file, json_t *files, parry_err *err)
{
    const char *path = path_of(w, file);
    char hex[PARRY_HASH_HEX + 1], head_hex[PARRY_HASH_HEX + 1];
    parry_hash hash, head;
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == ENOENT ? PARRY_OK : parry_fail_errno(err, "cannot read %s", path);
    parry_code code = parry_file_sync(path, err);
    if (code == PARRY_OK)
        code = parry_hash_file(path, &hash, err);
    if (code == PARRY_OK)
        code = parry_hash_head(path, &head, err);
    if (code != PARRY_OK)
        return code;
    parry_hash_hex(hash, hex);
    parry_hash_hex(head, head_hex);
    json_object_set_new(
        files, file,
        json_pack("{s:I, s:s, s:s}", "bytes", (json_int_t)st.st_size, "sha256", hex, "head_sha256", head_hex));
    return PARRY_OK;
}

static parry_code write_manifest(parry_segment_writer *w, parry_err *err)
{
    char model[PARRY_HASH_HEX + 1];
    parry_hash_hex(w->options.model, model);
    json_auto_t *files = json_object();
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < PARRY_SEGMENT_FILES && code == PARRY_OK; i++)
        code = describe(w, parry_segment_files[i], files, err);
    if (code != PARRY_OK)
        return code;
    json_auto_t *root =
        json_pack("{s:i, s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:O}", "format", PARRY_SEGMENT_FORMAT, "name", w->name,
                  "analyser", parry_analyser_identity, "dim", (json_int_t)w->options.dim, "model", model, "chunking",
                  (json_int_t)w->options.chunking, "articles", (json_int_t)w->passages.narticles, "rows",
                  (json_int_t)w->passages.nrows, "vectors", (json_int_t)w->passages.nvectors, "files", files);
    char *text = json_dumps(root, JSON_INDENT(2));
    if (text == NULL)
        parry_oom();
    code = parry_file_replace(path_of(w, "segment.json"), parry_str_of(text), err);
    free(text);
    return code;
}

/* The name is the last thing a segment gets. Where it is taken, another process made the same one. */
static parry_code give_name(parry_segment_writer *w, parry_err *err)
{
    parry_code code = parry_dir_sync(w->dir, err);
    if (code != PARRY_OK)
        return code;
    if (rename(w->dir, w->target) == 0)
        return parry_dir_sync(w->parent, err);
    if (errno != EEXIST && errno != ENOTEMPTY)
        return parry_fail_errno(err, "cannot rename %s", w->dir);
    return parry_tree_remove(w->dir, err);
}

parry_code parry_segment_writer_finish(parry_segment_writer *w, parry_err *err)
{
    parry_code code = write_vocabulary(w, err);
    if (code == PARRY_OK)
        code = write_text(w, err);
    if (code == PARRY_OK)
        code = write_vectors(w, err);
    if (code == PARRY_OK)
        code = parry_passages_write(&w->passages, path_of(w, "passages.bin"), err);
    if (code == PARRY_OK)
        code = write_manifest(w, err);
    if (code == PARRY_OK)
        code = give_name(w, err);
    if (code == PARRY_OK)
        free_writer(w);
    else
        parry_segment_writer_abort(w);
    return code;
}
