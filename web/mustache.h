/* Mustache (mustache(5), the part a help centre needs) over JSON.
 *
 *     {{name}} {{a.b}} {{.}}      a value, HTML-escaped: text, numbers, booleans; anything else and the unknown:
 * nothing
 *     {{{name}}} or {{&name}}     the same without escaping: for HTML that was cleaned already, and only for that
 *     {{#name}}...{{/name}}       once for a true value, an object or a filled string, in its context; once an element
 * of a list
 *     {{^name}}...{{/name}}       where the section above would show nothing
 *     {{>name}}                   another template, in the same context
 *     {{!anything}}               a comment
 *
 * Names look in the innermost context first, then outwards. Section and partial tags alone on a line leave no empty
 * line. No lambdas, no other delimiters. Templates are ours and data is anyone's: data is never read as a template. */
#ifndef PARRY_WEB_MUSTACHE_H
#define PARRY_WEB_MUSTACHE_H

#include "base/str.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_MUSTACHE_DEPTH = 32 }; /* sections and partials, one in the other */

/* The template of a name; {NULL, 0} where there is none. */
typedef parry_str (*parry_partial_fn)(void *ctx, parry_str name);

/* Appends to out, whose maximum bounds the page. partial may be NULL. Any thread.
 * Fails: INVALID (a tag that does not close, a section that closes another, too deep; with the line), NOT_FOUND
 * (partial), TOO_LARGE (out is full). */
PARRY_MUST parry_code parry_mustache(parry_str text, const json_t *data, parry_partial_fn partial, void *ctx,
                                     parry_buf *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
