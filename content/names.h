/* Names made from words: ids, slugs, anchors; and words made from names again. Pure functions of their input, so that
 * the same tree gives the same names for ever. Inside content/ only. */
#ifndef PARRY_CONTENT_NAMES_H
#define PARRY_CONTENT_NAMES_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_NAME_MAX = 180 }; /* bytes of an id, a slug, an audience */

/* [a-z0-9._~-]: accents go, other signs become '-'. Letters that ASCII cannot spell (日本語) leave a short hash of the
 * whole behind, so that different words stay different. Empty only for empty (or blank) input. */
parry_str parry_slug_of(parry_arena *a, parry_str words);
/* The same, '/' kept between parts. */
parry_str parry_id_of(parry_arena *a, parry_str words);
/* GitHub's way: Unicode lower case; letters, marks, digits, '_' and '-' stay; spaces become '-'; the rest goes. */
parry_str parry_anchor_of(parry_arena *a, parry_str heading);
bool parry_anchor_fine(parry_str id); /* may an author's own id stand as it is? no spaces, quotes, brackets */

/* "a/b/late-refunds.md" -> "a/b/late-refunds", "late-refunds", "a/b" */
parry_str parry_path_bare(parry_str path);
parry_str parry_path_stem(parry_str path);
parry_str parry_path_folder(parry_str path);
/* What a file is known by: its stem, or its folder's name where the stem says nothing (index, readme). */
parry_str parry_path_name(parry_str path);
parry_str parry_words_of(parry_arena *a, parry_str name); /* "late-refunds" -> "Late refunds" */
bool parry_path_markdown(parry_str path);                 /* .md, .markdown, .mdx */

/* White space runs to one space, ends trimmed; no-break space is a space; zero-width signs and soft hyphens go. */
parry_str parry_squeeze(parry_arena *a, parry_str s);

/* Names in use within one article. Starts zeroed but for the arena. */
typedef struct parry_names {
    parry_arena *arena;
    struct parry_name_slot *slots;
    size_t used, cap;
    size_t first; /* number of the first suffix; 0 means 1 */
} parry_names;
bool parry_names_free(const parry_names *t, parry_str name);
bool parry_names_take(parry_names *t, parry_str name);       /* false: taken already */
parry_str parry_names_claim(parry_names *t, parry_str want); /* want, or want-1, want-2, ... */

#ifdef __cplusplus
}
#endif
#endif
