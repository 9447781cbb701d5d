/* What the tests of content/ share: a parsed article with its warnings, and a tree of files in a temporary folder. */
#ifndef PARRY_TESTS_CONTENT_SUPPORT_H
#define PARRY_TESTS_CONTENT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "content/import.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Warnings as text, "path:line: message\n" each. */
typedef struct notes {
    parry_buf text;
    size_t n;
} notes;
parry_warnings notes_to(notes *n);
void notes_free(notes *n);
bool notes_have(const notes *n, const char *piece);

typedef struct parsed {
    parry_arena *arena;
    parry_article article;
    parry_code code;
    parry_err err;
    notes notes;
    parry_str html; /* empty where the file was refused */
} parsed;
parsed parse(const char *path, const char *markdown);
parsed parse_bytes(const char *path, const void *p, size_t n);
void parsed_free(parsed *p);
#define assert_str(s, z) assert_string_equal(parry_str_z(test_arena(), (s)), (z))
parry_arena *test_arena(void);                       /* freed at exit */
parry_str repeated(const char *piece, size_t bytes); /* of the test arena; cut to whole pieces */

/* A store and a tree below one temporary folder. */
typedef struct world {
    char dir[64], tree[80], data[80];
    parry_store *store;
    notes notes;
    parry_import_report report;
} world;
world world_new(void);
void world_free(world *w);
void put_file(const world *w, const char *path, const char *text);
void put_bytes(const world *w, const char *path, const void *p, size_t n);
void remove_file(const world *w, const char *path);
void import_tree(world *w);                           /* notes and report are of this import alone */
void import_paths(world *w, const char *const *list); /* ends with NULL */
uint64_t seq_of(const world *w);
parry_store_row row_of(const world *w, const char *id); /* fails the test where there is none */
bool has_id(const world *w, const char *id);
char *listing(const world *w); /* "id slug path status\n" for each row: what two stores are compared by */

#ifdef __cplusplus
}
#endif
#endif
