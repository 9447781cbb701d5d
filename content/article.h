/* An article: one Markdown file, understood. Parsing is a pure function of bytes and path, so the store keeps the
 * source and everything here is derived from it again when needed.
 *
 * Everything an article points to lives in the arena it was parsed into. Any thread, one arena each. */
#ifndef PARRY_CONTENT_ARTICLE_H
#define PARRY_CONTENT_ARTICLE_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/str.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_ARTICLE_MAX_BYTES = 8 << 20, PARRY_HEADING_DEPTH = 6, PARRY_TAG_MAX = 100 };

typedef enum parry_status { PARRY_DRAFT, PARRY_PUBLISHED, PARRY_ARCHIVED } parry_status;
const char *parry_status_name(parry_status s); /* "draft", "published", "archived" */

/* A section: from one heading to the next. Section 0 is what stands before the first heading (heading and anchor
 * empty). */
typedef struct parry_section {
    int level;         /* 1 to 6; 0 for section 0 */
    parry_str heading; /* plain text */
    parry_str path;    /* headings above and this one, "Refunds > Late refunds", without the title; "" for section 0 */
    parry_str anchor;  /* unique in the article, as GitHub makes them: lower case, spaces to '-', "-1" on repeats */
    parry_str text;    /* plain text for search: blocks separated by '\n', table cells by " | "; no markup */
} parry_section;

typedef struct parry_article {
    parry_str id;     /* stable; front matter `id`, else the path without extension made a slug; [a-z0-9._~-] and '/' */
    parry_str title;  /* front matter, else first H1, else the file name's words; never empty */
    parry_str slug;   /* last part of its URL: /articles/SLUG; unique in the store */
    parry_str locale; /* BCP 47, lower case language; "en" unless told */
    parry_str audience;                            /* "customer" unless told; also "merchant", "internal", one's own */
    parry_str category;                            /* front matter, else the folder's words; may be empty */
    parry_str author, created, updated, review_by; /* as written; may be empty */
    parry_str product;                             /* may be empty */
    parry_str *keywords;                           /* the tags are among them */
    size_t nkeywords;
    parry_str *tags; /* each one line, at most PARRY_TAG_MAX bytes */
    size_t ntags;
    parry_str *related; /* ids */
    size_t nrelated;
    parry_str *answers; /* questions that it answers, by its author's word: judged (`parry judge`), never searched */
    size_t nanswers;
    parry_status status; /* published unless told; `draft: true` is draft */
    bool searchable;     /* false by `search: false`: readable by URL, never in results */
    bool promoted;       /* `promoted: true`: shown before anything is asked */
    json_t *extra;    /* unknown keys, kept as they were (object; owned by the arena's article: parry_article_free) */
    parry_str source; /* path within its tree */
    parry_str body;   /* Markdown after the front matter */
    parry_section *sections;
    size_t nsections;
    parry_hash hash; /* of the file's bytes and path */
} parry_article;

/* What was not as it should be, but did not stop the import. line 0: the whole file. */
typedef struct parry_warnings {
    void (*warn)(void *ctx, parry_str path, int line, const char *msg);
    void *ctx;
} parry_warnings;

/* bytes: the file; path: relative to its tree, '/'-separated. warnings may be NULL.
 * Fails, refusing the file: INVALID (binary, nothing but front matter garbage), TOO_LARGE. */
PARRY_MUST parry_code parry_article_parse(parry_arena *a, parry_str bytes, parry_str path,
                                          const parry_warnings *warnings, parry_article *out, parry_err *err);
void parry_article_free(parry_article *article); /* releases `extra`; the rest is the arena's */

/* The body as clean HTML (cmark-gfm with tables, strikethrough, autolinks, task lists; allow-listed; headings carry
 * their anchors as id; relative links to .md files become what `link` answers, or stay text when it answers an empty
 * string). link may be NULL: then the file's slug is assumed, "/articles/SLUG".
 * target_path: within the tree, resolved against the article's source ("../x/y.md#z" -> "x/y.md"); fragment: without
 * '#', may be empty. The answer is the whole URL, fragment included. */
typedef parry_str (*parry_link_fn)(void *ctx, parry_arena *a, parry_str target_path, parry_str fragment);
PARRY_MUST parry_code parry_article_html(parry_arena *a, const parry_article *article, parry_link_fn link, void *ctx,
                                         parry_str *html, parry_err *err);
/* Metadata (and extra) as a JSON object, new reference; without body and sections. */
json_t *parry_article_json(const parry_article *article);

#ifdef __cplusplus
}
#endif
#endif
