/* Front matter: the YAML between two lines of `---` at the top of a file. Inside content/ only.
 *
 * Where YAML cannot be read, or is never closed, its plain `key: value` lines still are: a draft or an internal article
 * must not come out because of a stray quote. What cannot be understood of status, audience and search errs towards
 * unseen. */
#ifndef PARRY_CONTENT_FRONT_MATTER_H
#define PARRY_CONTENT_FRONT_MATTER_H

#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_front {
    parry_str id, title, slug, locale, audience, category; /* as written, trimmed; empty where not told */
    parry_str author, created, updated, review_by, product;
    parry_str *keywords, *tags, *related, *answers; /* tags stand among the keywords too */
    size_t nkeywords, ntags, nrelated, nanswers;
    parry_status status;
    bool searchable, promoted;
    json_t *extra;  /* unknown keys; new reference, the caller's */
    parry_str body; /* borrowed from text */
    int body_line;  /* the file's line that the body starts on */
    bool found;     /* at least one key */
} parry_front;

/* Never fails. text: as parry_source_text gives it. */
void parry_front_read(parry_arena *a, parry_str text, parry_str path, const parry_warnings *w, parry_front *out);

#ifdef __cplusplus
}
#endif
#endif
