/* A home: a tree of articles, a store, an indexer and an index, all in a folder that goes away again. */
#ifndef PARRY_TESTS_INDEXER_HOME_H
#define PARRY_TESTS_INDEXER_HOME_H

#include "content/import.h"
#include "indexer/indexer.h"
#include "indexer/verify.h"

typedef struct home {
    parry_arena *arena;
    char dir[64], tree[80], data[80], index[96];
    parry_store *store;
    parry_indexer *indexer;
    parry_indexer_options options; /* of the next home_reopen */
} home;

home *home_new(const parry_encoder *encoder); /* may be NULL: text alone */
void home_free(home *h);
void home_reopen(home *h); /* another process would be as new */

/* Files of the tree; text is the body, written under "# TITLE" of the path. */
void home_write(home *h, const char *path, const char *text);
void home_import(home *h, const char *tree);                /* another tree into the store, not yet indexed */
void home_add(home *h, const char *path, const char *text); /* home_write, and that file into the store */
void home_remove(home *h, const char *path);
void home_rename(home *h, const char *from, const char *to);

parry_index_report home_run(home *h);      /* import the tree and run; fails the test on failure */
parry_index_report home_run_only(home *h); /* run alone */
/* Live ids by verify, "a b c". */
const char *home_ids(home *h);
parry_verify_report home_verify(home *h);
/* Fails the test unless the index has exactly the store's published articles, in the versions and under the slugs it
 * says. */
void home_check_against_store(home *h);
/* What a search finds, best first: "id score\nid score\n". */
const char *home_search(home *h, const parry_encoder *encoder, const char *query);

#endif
