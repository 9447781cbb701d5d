/* Import: a tree of Markdown files into the store. What a tree says is the truth for the articles that came from it:
 * new and changed files are put, vanished ones archived, the same bytes change nothing. One bad file never stops the
 * others. */
#ifndef PARRY_CONTENT_IMPORT_H
#define PARRY_CONTENT_IMPORT_H

#include "content/store.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_import_report {
    size_t files; /* Markdown files seen (.md, .markdown, .mdx) */
    size_t added, changed, unchanged, archived;
    size_t refused; /* each named in a warning */
    size_t warnings;
    size_t settings; /* files of _search/ that are new, changed or gone */
} parry_import_report;

/* tree: a folder, or one file. Hidden files and folders, node_modules, symbolic links out of the tree and folders with
 * a leading '_' are passed over. Duplicate ids or slugs: the first by path keeps it, the next gets a suffix and a
 * warning. Transactions are short (at most 1,000 articles or about 20 ms of writing each) so that a server beside it
 * keeps serving. progress may be NULL; called now and then with files done and in all. Fails only when the tree cannot
 * be read at all, or the store cannot be written.
 * A store holds one tree: importing another folder archives what the first one brought. One file archives nothing. What
 * came by the API (content/edit.h) is left alone. */
typedef struct parry_import_options {
    parry_warnings warnings;
    void (*progress)(void *ctx, size_t done, size_t total);
    void *progress_ctx;
    /* Is a settings document good? NULL: all are. One that is not is told in a warning, and what was there stays. */
    parry_code (*check)(const char *name, const json_t *document, parry_err *err);
} parry_import_options;
PARRY_MUST parry_code parry_import_tree(parry_store *s, const char *tree, const parry_import_options *options,
                                        parry_import_report *report, parry_err *err);
/* Some paths of the tree, relative to it, after they changed or vanished: the watcher's way in. */
PARRY_MUST parry_code parry_import_paths(parry_store *s, const char *tree, const parry_str *paths, size_t n,
                                         const parry_import_options *options, parry_import_report *report,
                                         parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
