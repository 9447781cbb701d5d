/* YAML by libyaml's events: front matter reads pair by pair, settings as a whole. Inside content/ only. */
#ifndef PARRY_CONTENT_YAML_EVENTS_H
#define PARRY_CONTENT_YAML_EVENTS_H

#include "base/str.h"

#include <jansson.h>
#include <yaml.h>

enum { PARRY_YAML_DEPTH = 24 };

typedef struct parry_yaml {
    yaml_parser_t yaml;
    yaml_event_t event; /* the current one */
    parry_arena *arena;
    const char *why;  /* what is wrong; NULL while all is well */
    int why_line;     /* from 0, within the text */
    const char *mark; /* maps get a member of this name, their line from 1; NULL: none */
} parry_yaml;

void parry_yaml_open(parry_yaml *r, parry_arena *a);
void parry_yaml_close(parry_yaml *r);
/* Up to the first event of the document; STREAM_END where there is no document. */
bool parry_yaml_begin(parry_yaml *r, parry_str text);
bool parry_yaml_step(parry_yaml *r);
bool parry_yaml_wrong(parry_yaml *r, const char *why); /* false; the first cause wins */
/* The scalar at hand. Escapes in YAML may spell any control character; none has a meaning here. */
parry_str parry_yaml_text(const parry_yaml *r);
bool parry_yaml_null(const parry_yaml *r, parry_str scalar);
/* The value that begins at the current event, to its end (new reference). PARRY_YAML_DEPTH deep at most, no aliases. */
json_t *parry_yaml_value(parry_yaml *r);

#endif
