/* The store: the truth about articles, in LMDB under DATA/store.
 *
 *   articles   id -> record {hash, source path, slug, status, audience, what it asked to be called, seq}: what is so
 * now sources    hash -> path, id, slug and the file's bytes (every version that was ever imported) slugs      slug ->
 * id paths      tree path -> id settings   name -> bytes of the tree's _search/NAME.yaml (content/settings.h) log seq
 * (big-endian u64) -> id, or "@" and a setting's name: one entry a change, in order; the indexer catches up from here
 *
 * Threads: a parry_store may be shared; each call is its own transaction. Another process may write at the same time.
 */
#ifndef PARRY_CONTENT_STORE_H
#define PARRY_CONTENT_STORE_H

#include "base/env.h"
#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_store parry_store;

/* data_dir: DATA; makes DATA/store. */
PARRY_MUST parry_code parry_store_open(const char *data_dir, parry_store **out, parry_err *err);
void parry_store_close(parry_store *s);     /* NULL is fine */
parry_env *parry_store_env(parry_store *s); /* for tables of other folders in the same environment */

/* Parsed article into the arena. By id or by slug. Archived articles are found too: look at status. */
PARRY_MUST parry_code parry_store_get(parry_store *s, parry_arena *a, parry_str id, parry_article *out, parry_err *err);
PARRY_MUST parry_code parry_store_by_slug(parry_store *s, parry_arena *a, parry_str slug, parry_article *out,
                                          parry_err *err);
/* A version by its hash, whether or not it is the current one: what a segment was built from. */
PARRY_MUST parry_code parry_store_version(parry_store *s, parry_arena *a, parry_hash hash, parry_article *out,
                                          parry_err *err);
/* The raw file behind a version. */
PARRY_MUST parry_code parry_store_source(parry_store *s, parry_arena *a, parry_hash hash, parry_str *bytes,
                                         parry_err *err);
/* The id that a tree path was imported as, else the article of the API whose id is the path without ".md"; NOT_FOUND.
 * For links between files. */
PARRY_MUST parry_code parry_store_id_of_path(parry_store *s, parry_arena *a, parry_str path, parry_str *id,
                                             parry_err *err);

/* Where an article comes from, and is changed: a file of a tree, or this program's API (content/edit.h). Its path
 * tells. */
typedef enum parry_origin { PARRY_FROM_TREE, PARRY_FROM_API } parry_origin;
static inline parry_origin parry_store_origin(parry_str path)
{
    return path.n > 0 && path.p[0] == '/' ? PARRY_FROM_API : PARRY_FROM_TREE; /* a file's is relative */
}

/* What is so now, in id order, without parsing: cheap. */
typedef struct parry_store_row {
    parry_str id, slug, path, audience;
    parry_hash hash;
    parry_status status;
    uint64_t seq; /* of its last change */
} parry_store_row;
PARRY_MUST parry_code parry_store_list(parry_store *s, parry_arena *a, parry_store_row **rows, size_t *n,
                                       parry_err *err);
PARRY_MUST parry_code parry_store_row_get(parry_store *s, parry_arena *a, parry_str id, parry_store_row *row,
                                          parry_err *err);

PARRY_MUST parry_code parry_store_seq(parry_store *s, uint64_t *seq,
                                      parry_err *err); /* of the last change; 0 when new */
/* Ids changed after `after`, each once, and the sequence number they bring one up to. */
PARRY_MUST parry_code parry_store_changes(parry_store *s, parry_arena *a, uint64_t after, parry_str **ids, size_t *n,
                                          uint64_t *upto, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
