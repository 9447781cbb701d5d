#include "tests/content/support.h"

#include "base/file.h"

#include <stdlib.h>
#include <unistd.h>

static parry_arena *shared;

static void free_shared(void) { parry_arena_free(shared); }

parry_arena *test_arena(void)
{
    if (shared == NULL) {
        shared = parry_arena_new();
        atexit(free_shared);
    }
    return shared;
}

parry_str repeated(const char *piece, size_t bytes)
{
    size_t len = strlen(piece), n = bytes / len * len;
    char *p = parry_arena_alloc(test_arena(), n + 1);
    for (size_t i = 0; i < n; i += len)
        memcpy(p + i, piece, len);
    return parry_str_make(p, n);
}

static void note(void *ctx, parry_str path, int line, const char *msg)
{
    notes *n = ctx;
    n->n++;
    parry_buf_printf(&n->text, "%.*s:%d: %s\n", PARRY_FMT(path), line, msg);
}

parry_warnings notes_to(notes *n)
{
    *n = (notes){.text = PARRY_BUF(16 << 20)};
    return (parry_warnings){note, n};
}

void notes_free(notes *n) { parry_buf_free(&n->text); }
bool notes_have(const notes *n, const char *piece) { return n->text.p != NULL && strstr(n->text.p, piece) != NULL; }

parsed parse_bytes(const char *path, const void *p, size_t n)
{
    parsed out = {.arena = parry_arena_new()};
    parry_warnings w = notes_to(&out.notes);
    out.code = parry_article_parse(out.arena, parry_str_make(p, n), parry_str_of(path), &w, &out.article, &out.err);
    w.ctx = NULL;
    if (out.code == PARRY_OK)
        assert_int_equal(PARRY_OK, parry_article_html(out.arena, &out.article, NULL, NULL, &out.html, &out.err));
    return out;
}

/* `out` above is returned by value, so its notes are filled before it moves: nothing points back to it afterwards. */
parsed parse(const char *path, const char *markdown) { return parse_bytes(path, markdown, strlen(markdown)); }

void parsed_free(parsed *p)
{
    if (p->code == PARRY_OK)
        parry_article_free(&p->article);
    notes_free(&p->notes);
    parry_arena_free(p->arena);
}

world world_new(void)
{
    world w = {.dir = "/tmp/parry-content-XXXXXX"};
    parry_err err;
    assert_non_null(mkdtemp(w.dir));
    snprintf(w.tree, sizeof w.tree, "%s/tree", w.dir);
    snprintf(w.data, sizeof w.data, "%s/data", w.dir);
    assert_int_equal(PARRY_OK, parry_dir_make(w.tree, &err));
    assert_int_equal(PARRY_OK, parry_store_open(w.data, &w.store, &err));
    return w;
}

void world_free(world *w)
{
    parry_store_close(w->store);
    notes_free(&w->notes);
    assert_int_equal(PARRY_OK, parry_tree_remove(w->dir, NULL));
}

static char *in_tree(const world *w, const char *path)
{
    return parry_str_z(test_arena(), parry_str_printf(test_arena(), "%s/%s", w->tree, path));
}

void put_bytes(const world *w, const char *path, const void *p, size_t n)
{
    char *file = in_tree(w, path), *slash = strrchr(file, '/');
    parry_err err;
    *slash = 0;
    assert_int_equal(PARRY_OK, parry_dir_make(file, &err));
    *slash = '/';
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    assert_int_equal(n, fwrite(p, 1, n, f));
    assert_int_equal(0, fclose(f));
}

void put_file(const world *w, const char *path, const char *text) { put_bytes(w, path, text, strlen(text)); }
void remove_file(const world *w, const char *path)
{
    assert_int_equal(PARRY_OK, parry_tree_remove(in_tree(w, path), NULL));
}

static parry_import_options fresh_options(world *w)
{
    notes_free(&w->notes);
    return (parry_import_options){.warnings = notes_to(&w->notes)};
}

void import_tree(world *w)
{
    parry_err err;
    parry_import_options o = fresh_options(w);
    assert_int_equal(PARRY_OK, parry_import_tree(w->store, w->tree, &o, &w->report, &err));
}

void import_paths(world *w, const char *const *list)
{
    parry_err err;
    parry_str paths[64];
    size_t n = 0;
    parry_import_options o = fresh_options(w);
    for (; list[n] != NULL; n++)
        paths[n] = parry_str_of(list[n]);
    assert_int_equal(PARRY_OK, parry_import_paths(w->store, w->tree, paths, n, &o, &w->report, &err));
}

uint64_t seq_of(const world *w)
{
    uint64_t seq = 0;
    assert_int_equal(PARRY_OK, parry_store_seq(w->store, &seq, NULL));
    return seq;
}

bool has_id(const world *w, const char *id)
{
    parry_store_row row;
    return parry_store_row_get(w->store, test_arena(), parry_str_of(id), &row, NULL) == PARRY_OK;
}

parry_store_row row_of(const world *w, const char *id)
{
    parry_store_row row = {0};
    parry_err err = {0};
    if (parry_store_row_get(w->store, test_arena(), parry_str_of(id), &row, &err) != PARRY_OK)
        fail_msg("no article %s; there are:\n%s", id, listing(w));
    return row;
}

char *listing(const world *w)
{
    parry_store_row *rows = NULL;
    size_t n = 0;
    parry_buf b = PARRY_BUF(64 << 20);
    assert_int_equal(PARRY_OK, parry_store_list(w->store, test_arena(), &rows, &n, NULL));
    for (size_t i = 0; i < n; i++)
        parry_buf_printf(&b, "%.*s %.*s %.*s %s\n", PARRY_FMT(rows[i].id), PARRY_FMT(rows[i].slug),
                         PARRY_FMT(rows[i].path), parry_status_name(rows[i].status));
    char *text = parry_str_z(test_arena(), parry_buf_str(&b));
    parry_buf_free(&b);
    return text;
}
