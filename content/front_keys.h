/* The keys of front matter: one table, whatever syntax they came in. Inside content/ only. */
#ifndef PARRY_CONTENT_FRONT_KEYS_H
#define PARRY_CONTENT_FRONT_KEYS_H

#include "content/front_matter.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A value: one text, or a list of them (then text is the first), or neither (a map, a broken line): odd. */
typedef struct parry_front_value {
    parry_str text;
    parry_str *items;
    size_t n;
    bool list, odd;
} parry_front_value;

bool parry_front_known(parry_str key);
/* false where the key is not ours, or holds more than we take: it belongs into `extra`. */
bool parry_front_set(parry_arena *a, parry_front *f, parry_str key, const parry_front_value *v, parry_str path,
                     int line, const parry_warnings *w);

#ifdef __cplusplus
}
#endif
#endif
