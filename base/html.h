/* Text as HTML. Pure; any thread. */
#ifndef PARRY_BASE_HTML_H
#define PARRY_BASE_HTML_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What stands for this byte in text and in attributes: "&amp;" and its like for & < > " '; NULL: it stands for itself.
 */
const char *parry_html_entity(char c);
void parry_html_escape(parry_str s, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
