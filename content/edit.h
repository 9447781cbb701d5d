/* Edit: articles that are written by key or by hand, not by a tree of files.
 *
 * An article has one origin. What a file says is the file's: editing it here is refused, and importing a tree never
 * touches what was written here. Both share one space of ids and slugs; whoever is first keeps the name.
 *
 *     create, update   Markdown with front matter, read and checked as an import does; each version is kept
 *     publish          draft (or archived) -> published
 *     withdraw         published -> draft: it leaves results and pages at once, and may be published again
 *     remove           archived for good: its id and slug are free, its versions stay in the store
 *
 * Status: a new article's is what its front matter says (published unless told). Later publish and withdraw decide, and
 * the front matter only where it says something else than its version before did.
 *
 * Any thread; each call is one short transaction, durable when it returns. Two that edit at the same time: the second
 * fails. */
#ifndef PARRY_CONTENT_EDIT_H
#define PARRY_CONTENT_EDIT_H

#include "content/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who edits, and what they believe is so. */
typedef struct parry_edit {
    parry_store *store;
    bool may_publish;           /* else drafts alone: nothing that is published, or becomes so, may be touched */
    const parry_str *audiences; /* whose articles; NULL: everybody's. The others' are as if they were not there */
    size_t naudiences;
    const parry_hash *expected;     /* the version that this follows (row's hash); NULL: whatever is current */
    const parry_warnings *warnings; /* of the Markdown; NULL: nobody listens */
    bool stale;                     /* out: it failed because another version is current than the expected one */
} parry_edit;

/* All: *now is the row as it is afterwards, in the arena. What would change nothing changes nothing (the same seq).
 * Fails: NOT_FOUND, DENIED (see above), CONFLICT (id or slug are taken; the article belongs to a file; another version
 * is current), INVALID and TOO_LARGE (the Markdown, as parry_article_parse), IO. */

/* id: empty takes the front matter's, or makes one of the title. INVALID: an id that is none, or not the one that the
 * front matter says. */
PARRY_MUST parry_code parry_edit_create(parry_edit *e, parry_arena *a, parry_str id, parry_str markdown,
                                        parry_store_row *now, parry_err *err);
PARRY_MUST parry_code parry_edit_update(parry_edit *e, parry_arena *a, parry_str id, parry_str markdown,
                                        parry_store_row *now, parry_err *err);
PARRY_MUST parry_code parry_edit_publish(parry_edit *e, parry_arena *a, parry_str id, parry_store_row *now,
                                         parry_err *err);
PARRY_MUST parry_code parry_edit_withdraw(parry_edit *e, parry_arena *a, parry_str id, parry_store_row *now,
                                          parry_err *err);
PARRY_MUST parry_code parry_edit_remove(parry_edit *e, parry_arena *a, parry_str id, parry_store_row *now,
                                        parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
