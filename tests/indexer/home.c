#include "home.h"

#include "testing.h"

#include "base/file.h"
#include "engine/search.h"

#include <unistd.h>

enum { PASSAGE_WORDS = 20, HNSW_FROM = 1000000, ANSWERS = 50 };

home *home_new(const parry_encoder *encoder)
{
    home *h = parry_calloc(1, sizeof *h);
    h->arena = parry_arena_new();
    snprintf(h->dir, sizeof h->dir, "/tmp/parry-indexer-XXXXXX");
    assert_non_null(mkdtemp(h->dir));
    snprintf(h->tree, sizeof h->tree, "%s/tree", h->dir);
    snprintf(h->data, sizeof h->data, "%s/data", h->dir);
    snprintf(h->index, sizeof h->index, "%s/data/index", h->dir);
    ok(parry_dir_make(h->tree, &err));
    ok(parry_store_open(h->data, &h->store, &err));
    h->options = (parry_indexer_options){
        .encoder = encoder, .threads = 2, .passage_tokens = PASSAGE_WORDS, .hnsw_from = HNSW_FROM};
    ok(parry_indexer_open(h->data, h->store, &h->options, &h->indexer, &err));
    return h;
}

void home_reopen(home *h)
{
    parry_indexer_close(h->indexer);
    ok(parry_indexer_open(h->data, h->store, &h->options, &h->indexer, &err));
}

void home_free(home *h)
{
    parry_indexer_close(h->indexer);
    parry_store_close(h->store);
    ok(parry_tree_remove(h->dir, &err));
    parry_arena_free(h->arena);
    free(h);
}

static const char *full_path(home *h, const char *path)
{
    return parry_str_z(h->arena, parry_str_printf(h->arena, "%s/%s", h->tree, path));
}

void home_write(home *h, const char *path, const char *text)
{
    const char *full = full_path(h, path), *slash = strrchr(full, '/');
    char *folder = parry_str_z(h->arena, parry_str_make(full, (size_t)(slash - full)));
    ok(parry_dir_make(folder, &err));
    parry_str title = parry_str_make(slash + 1, strlen(slash + 1) - strlen(".md"));
    ok(parry_file_replace(full, parry_str_printf(h->arena, "# About %.*s\n\n%s\n", PARRY_FMT(title), text), &err));
}

void home_remove(home *h, const char *path) { assert_int_equal(unlink(full_path(h, path)), 0); }

void home_rename(home *h, const char *from, const char *to)
{
    assert_int_equal(rename(full_path(h, from), full_path(h, to)), 0);
}

parry_index_report home_run_only(home *h)
{
    parry_index_report report = {0};
    ok(parry_indexer_run(h->indexer, 0, &report, &err));
    return report;
}

void home_import(home *h, const char *tree)
{
    const parry_import_options options = {0};
    parry_import_report imported;
    ok(parry_import_tree(h->store, tree, &options, &imported, &err));
}

void home_add(home *h, const char *path, const char *text)
{
    const parry_import_options options = {0};
    parry_import_report imported;
    const parry_str one = parry_str_of(path);
    home_write(h, path, text);
    ok(parry_import_paths(h->store, h->tree, &one, 1, &options, &imported, &err));
}

parry_index_report home_run(home *h)
{
    home_import(h, h->tree);
    return home_run_only(h);
}

static void add_id(void *ctx, parry_str id)
{
    parry_buf *b = ctx;
    parry_buf_printf(b, "%s%.*s", b->n ? " " : "", PARRY_FMT(id));
}

const char *home_ids(home *h)
{
    parry_buf b = PARRY_BUF(1 << 20);
    parry_verify_report report;
    ok(parry_index_verify(h->index, add_id, &b, &report, &err));
    const char *z = parry_str_z(h->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return z;
}

parry_verify_report home_verify(home *h)
{
    parry_verify_report report = {0};
    ok(parry_index_verify(h->index, NULL, NULL, &report, &err));
    return report;
}

static void check_row(const parry_generation *g, const parry_store_row *row)
{
    uint32_t segment, article;
    parry_article_out out;
    if (!parry_generation_find(g, row->id, &segment, &article))
        fail_msg("%.*s is published but not found", PARRY_FMT(row->id));
    parry_segment_article(parry_generation_get_info(g)->segments[segment].segment, article, &out);
    assert_true(parry_str_eq(out.slug, row->slug));
    assert_true(parry_str_eq(out.audience, row->audience));
    assert_true(parry_hash_eq(out.hash, row->hash));
}

void home_check_against_store(home *h)
{
    parry_index *index;
    parry_store_row *rows;
    size_t n, published = 0;
    ok(parry_store_list(h->store, h->arena, &rows, &n, &err));
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].status != PARRY_PUBLISHED)
            continue;
        check_row(g, &rows[i]);
        published++;
    }
    assert_int_equal(parry_generation_get_info(g)->narticles, published);
    parry_generation_release(g);
    parry_index_close(index);
}

const char *home_search(home *h, const parry_encoder *encoder, const char *query)
{
    parry_index *index;
    parry_results r = {0};
    parry_query q = {.text = parry_str_of(query), .limit = ANSWERS};
    ok(parry_index_open(h->index, &index, &err));
    parry_generation *g = parry_index_acquire(index);
    parry_searcher *s = parry_searcher_new(encoder);
    ok(parry_search(s, g, &q, h->arena, &r, &err));
    parry_buf b = PARRY_BUF(1 << 20);
    for (size_t i = 0; i < r.n; i++)
        parry_buf_printf(&b, "%.*s %.17g\n", PARRY_FMT(r.hits[i].id), r.hits[i].score);
    const char *z = parry_str_z(h->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    parry_searcher_free(s);
    parry_generation_release(g);
    parry_index_close(index);
    return z;
}
