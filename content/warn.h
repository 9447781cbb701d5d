/* Saying a warning: formatted, one line, to whoever listens. Inside content/ only. */
#ifndef PARRY_CONTENT_WARN_H
#define PARRY_CONTENT_WARN_H

#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

/* w may be NULL. line 0: the whole file. */
void parry_warn(const parry_warnings *w, parry_str path, int line, const char *fmt, ...) PARRY_PRINTF(4, 5);

#ifdef __cplusplus
}
#endif
#endif
