/* One import under way: what import.c finds out and import_write.c writes. Inside content/ only. */
#ifndef PARRY_CONTENT_IMPORT_INNER_H
#define PARRY_CONTENT_IMPORT_INNER_H

#include "content/import.h"
#include "content/names.h"
#include "content/store_inner.h"
#include "content/tree.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_item_state { PARRY_ITEM_SAME, PARRY_ITEM_CHANGED, PARRY_ITEM_REFUSED } parry_item_state;

typedef struct parry_note {
    int line;
    parry_str msg;
} parry_note;

/* One file. */
typedef struct parry_item {
    parry_str path;
    bool known; /* something was imported from this path before: */
    parry_record old;
    parry_item_state state;
    parry_record now; /* hash, status, audience and what it wants to be called; id and slug are settled when written */
    parry_note *notes;
    size_t nnotes, notes_cap;
} parry_item;

typedef struct parry_run {
    parry_store *store;
    parry_tree tree;
    parry_arena *arena;
    const parry_import_options *options; /* may be NULL */
    parry_warnings warnings;             /* counts, and passes on */
    parry_import_report report;
    parry_item *items; /* by path */
    size_t n, done;
    bool whole;                         /* the whole tree was walked: what it does not hold has vanished */
    parry_names tried_ids, tried_slugs; /* suffixes found taken in this run are not tried again */
} parry_run;

/* Writes what the items say. gone: records whose files vanished. */
PARRY_MUST parry_code parry_run_write(parry_run *r, const parry_record *gone, size_t ngone, parry_err *err);
/* The tree's settings into the store: settings.c. Fails only where the store does. */
PARRY_MUST parry_code parry_settings_import(parry_run *r, parry_err *err);
void parry_run_progress(parry_run *r, size_t more);

#ifdef __cplusplus
}
#endif
#endif
