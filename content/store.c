/* Reading the store. Writing is the import's and the editor's (edit.c). */
#include "content/store.h"

#include "base/file.h"
#include "content/names.h"
#include "content/store_inner.h"

#include <stdint.h>
#include <stdlib.h>

/* Address space, not disk; and tables with room for the other folders that keep theirs in this environment. */
#define MAP_BYTES ((size_t)64 << 30)
enum { TABLES = 32 };

static parry_code open_tables(parry_store *s, parry_err *err)
{
    const struct {
        const char *name;
        parry_table *table;
    } all[] = {{"articles", &s->articles}, {"sources", &s->sources}, {"slugs", &s->slugs},
               {"paths", &s->paths},       {"log", &s->log},         {"settings", &s->settings}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        parry_code code = parry_env_table(s->env, all[i].name, all[i].table, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

parry_code parry_store_open(const char *data_dir, parry_store **out, parry_err *err)
{
    parry_store *s = parry_calloc(1, sizeof *s);
    parry_arena *a = parry_arena_new();
    char *dir = parry_str_z(a, parry_str_printf(a, "%s/store", data_dir));
    parry_str lock = parry_str_printf(a, "%s/import.lock", dir);
    s->lock_path = parry_malloc(lock.n + 1);
    memcpy(s->lock_path, lock.p, lock.n + 1);
    pthread_mutex_init(&s->importing, NULL);
    parry_code code = parry_dir_make(dir, err);
    if (code == PARRY_OK)
        code = parry_env_open(dir, MAP_BYTES, TABLES, &s->env, err);
    if (code == PARRY_OK)
        code = open_tables(s, err);
    parry_arena_free(a);
    if (code == PARRY_OK)
        *out = s;
    else
        parry_store_close(s);
    return code;
}

void parry_store_close(parry_store *s)
{
    if (s == NULL)
        return;
    parry_env_close(s->env);
    pthread_mutex_destroy(&s->importing);
    free(s->lock_path);
    free(s);
}

parry_env *parry_store_env(parry_store *s) { return s->env; }

/* Called like the record, in state like the record: what the file says may have been overruled at import. */
static parry_code parse_as(parry_arena *a, parry_str bytes, parry_record r, parry_article *out, parry_err *err)
{
    parry_article article;
    parry_code code = parry_article_parse(a, bytes, r.path, NULL, &article, err);
    if (code != PARRY_OK) {
        parry_err_context(err, "article %.*s in the store", PARRY_FMT(r.id));
        return code;
    }
    article.id = r.id;
    article.slug = r.slug;
    article.status = r.status;
    *out = article;
    return PARRY_OK;
}

static parry_code get_in(parry_store *s, parry_txn *t, parry_arena *a, parry_str id, parry_record *r, parry_str *bytes,
                         parry_err *err)
{
    parry_source v;
    parry_code code = parry_record_get(s, t, id, r, err);
    if (code == PARRY_OK)
        code = parry_source_get(s, t, r->hash, &v, err);
    if (code != PARRY_OK)
        return code;
    *r = parry_record_copy(a, *r);
    *bytes = parry_str_copy(a, v.bytes);
    return PARRY_OK;
}

parry_code parry_store_get(parry_store *s, parry_arena *a, parry_str id, parry_article *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_record r;
    parry_str bytes;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = get_in(s, t, a, id, &r, &bytes, err);
    parry_txn_abort(t);
    return code == PARRY_OK ? parse_as(a, bytes, r, out, err) : code;
}

parry_code parry_store_by_slug(parry_store *s, parry_arena *a, parry_str slug, parry_article *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_record r;
    parry_str id, bytes;
    if (slug.n == 0 || slug.n > PARRY_NAME_MAX + 20)
        return parry_fail(err, PARRY_NOT_FOUND, "no article has this slug");
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = parry_get(t, s->slugs, slug, &id, err);
    if (code == PARRY_NOT_FOUND)
        code = parry_fail(err, PARRY_NOT_FOUND, "no article has the slug %.*s", PARRY_FMT(slug));
    if (code == PARRY_OK)
        code = get_in(s, t, a, id, &r, &bytes, err);
    parry_txn_abort(t);
    return code == PARRY_OK ? parse_as(a, bytes, r, out, err) : code;
}

parry_code parry_store_version(parry_store *s, parry_arena *a, parry_hash hash, parry_article *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_source v;
    parry_article article;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = parry_source_get(s, t, hash, &v, err);
    if (code == PARRY_OK) {
        v = (parry_source){parry_str_copy(a, v.path), parry_str_copy(a, v.id), parry_str_copy(a, v.slug),
                           parry_str_copy(a, v.bytes)};
    }
    parry_txn_abort(t);
    if (code == PARRY_OK)
        code = parry_article_parse(a, v.bytes, v.path, NULL, &article, err);
    if (code != PARRY_OK)
        return code;
    article.id = v.id;
    article.slug = v.slug;
    *out = article;
    return PARRY_OK;
}

parry_code parry_store_source(parry_store *s, parry_arena *a, parry_hash hash, parry_str *bytes, parry_err *err)
{
    parry_txn *t = NULL;
    parry_source v;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = parry_source_get(s, t, hash, &v, err);
    if (code == PARRY_OK)
        *bytes = parry_str_copy(a, v.bytes);
    parry_txn_abort(t);
    return code;
}

/* What was written by the API is linked to as if "ID.md" stood at the root of the tree. */
static parry_code record_linked(parry_store *s, parry_txn *t, parry_str path, parry_record *r, parry_err *err)
{
    parry_err why = {0};
    parry_code code = parry_record_at_path(s, t, path, r, &why);
    if (code == PARRY_NOT_FOUND && parry_record_get(s, t, parry_path_bare(path), r, NULL) == PARRY_OK &&
        parry_store_origin(r->path) == PARRY_FROM_API)
        return PARRY_OK;
    if (code != PARRY_OK && err != NULL)
        *err = why;
    return code;
}

parry_code parry_store_id_of_path(parry_store *s, parry_arena *a, parry_str path, parry_str *id, parry_err *err)
{
    parry_txn *t = NULL;
    parry_record r;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = record_linked(s, t, path, &r, err);
    if (code == PARRY_OK)
        *id = parry_str_copy(a, r.id);
    parry_txn_abort(t);
    return code;
}

static parry_store_row row_of(parry_arena *a, parry_record r)
{
    r = parry_record_copy(a, r);
    return (parry_store_row){r.id, r.slug, r.path, r.audience, r.hash, r.status, r.seq};
}

static parry_code list_in(parry_store *s, parry_txn *t, parry_arena *a, parry_store_row **rows, size_t *n,
                          parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_record r;
    parry_store_row *list = NULL;
    size_t used = 0, cap = 0;
    parry_code code = parry_cursor_open(t, s->articles, parry_str_make(NULL, 0), &c, err), closed;
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && parry_cursor_next(c, &key, &value)) {
        code = parry_record_read(key, value, &r, err);
        if (code != PARRY_OK)
            break;
        list = parry_arena_grow(a, list, used, &cap, sizeof *list);
        list[used++] = row_of(a, r);
    }
    closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    if (code == PARRY_OK)
        code = closed;
    if (code == PARRY_OK) {
        *rows = list;
        *n = used;
    }
    return code;
}

parry_code parry_store_list(parry_store *s, parry_arena *a, parry_store_row **rows, size_t *n, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = list_in(s, t, a, rows, n, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_store_row_get(parry_store *s, parry_arena *a, parry_str id, parry_store_row *row, parry_err *err)
{
    parry_txn *t = NULL;
    parry_record r;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = parry_record_get(s, t, id, &r, err);
    if (code == PARRY_OK)
        *row = row_of(a, r);
    parry_txn_abort(t);
    return code;
}

static parry_code seq_in(parry_store *s, parry_txn *t, uint64_t *seq, parry_err *err)
{
    parry_str key, value;
    parry_err ignored;
    parry_code code = parry_last(t, s->log, &key, &value, &ignored);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND) {
        if (err != NULL)
            *err = ignored;
        return code;
    }
    *seq = code == PARRY_OK ? parry_key_u64_read(key) : 0;
    return PARRY_OK;
}

parry_code parry_store_seq(parry_store *s, uint64_t *seq, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = seq_in(s, t, seq, err);
    parry_txn_abort(t);
    return code;
}

static parry_code changes_in(parry_store *s, parry_txn *t, parry_arena *a, uint64_t after, parry_str **ids, size_t *n,
                             parry_err *err)
{
    unsigned char from[8];
    parry_cursor *c = NULL;
    parry_str key, id, *list = NULL;
    parry_names seen = {.arena = a};
    size_t used = 0, cap = 0;
    if (after == UINT64_MAX)
        after--;
    parry_key_u64(after + 1, from);
    parry_code code = parry_cursor_open(t, s->log, parry_str_make((char *)from, sizeof from), &c, err);
    if (code != PARRY_OK)
        return code;
    while (parry_cursor_next(c, &key, &id)) {
        if (!parry_names_free(&seen, id))
            continue;
        list = parry_arena_grow(a, list, used, &cap, sizeof *list);
        list[used] = parry_str_copy(a, id);
        parry_names_take(&seen, list[used++]);
    }
    code = parry_cursor_close(c, err);
    if (code == PARRY_OK) {
        *ids = list;
        *n = used;
    }
    return code;
}

parry_code parry_store_changes(parry_store *s, parry_arena *a, uint64_t after, parry_str **ids, size_t *n,
                               uint64_t *upto, parry_err *err)
{
    parry_txn *t = NULL;
    uint64_t seq = 0;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = seq_in(s, t, &seq, err);
    if (code == PARRY_OK)
        code = changes_in(s, t, a, after, ids, n, err);
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *upto = seq > after ? seq : after;
    return code;
}
