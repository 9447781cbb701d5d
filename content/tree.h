/* The folder that articles come from: which of its files are articles. Inside content/ only.
 *
 * Passed over: hidden names, node_modules, folders with a leading '_', symbolic links to folders (what they lead to
 * inside the tree is met under its own name, and a loop has no end) and to files outside, whatever is not a regular
 * file. */
#ifndef PARRY_CONTENT_TREE_H
#define PARRY_CONTENT_TREE_H

#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_tree {
    parry_arena *arena;
    const char *root; /* the folder, all links resolved */
    parry_str only;   /* the one file that the tree is; empty for a folder */
    parry_str *files; /* paths within the tree, by bytes; each once */
    size_t n, cap;
    parry_str *shut; /* folders that could not be read: nothing is known of what is below */
    size_t nshut, shut_cap;
    size_t refused; /* names that no path may have */
    const parry_warnings *warnings;
} parry_tree;

/* Fails: NOT_FOUND, DENIED, INVALID (neither a folder nor a Markdown file). */
PARRY_MUST parry_code parry_tree_open(parry_arena *a, const char *tree, const parry_warnings *w, parry_tree *out,
                                      parry_err *err);
/* Finds all files, or those at and below some paths, which may no longer be there. */
void parry_tree_walk(parry_tree *t, const parry_str *paths, size_t n);
bool parry_tree_has(const parry_tree *t, parry_str path);   /* found by the walk */
bool parry_tree_shut(const parry_tree *t, parry_str path);  /* below a folder that could not be read */
bool parry_tree_there(const parry_tree *t, parry_str path); /* on disk now, and an article */
char *parry_tree_file(parry_arena *a, const parry_tree *t, parry_str path);
/* "./a//b.md" -> "a/b.md"; empty where it leads out of the tree. */
parry_str parry_tree_path(parry_arena *a, parry_str path);

#ifdef __cplusplus
}
#endif
#endif
