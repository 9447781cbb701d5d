/* YAML by events: front matter reads pair by pair, settings as a whole (base/yaml.h). One thread. */
#ifndef PARRY_BASE_YAML_EVENTS_H
#define PARRY_BASE_YAML_EVENTS_H

#include "base/str.h"

#include <jansson.h>

enum { PARRY_YAML_DEPTH = 24 };

typedef enum parry_yaml_kind {
    PARRY_YAML_SCALAR,
    PARRY_YAML_LIST,
    PARRY_YAML_LIST_END,
    PARRY_YAML_MAP,
    PARRY_YAML_MAP_END,
    PARRY_YAML_DOCUMENT_END,
    PARRY_YAML_END,   /* of the text */
    PARRY_YAML_OTHER, /* an alias; the start of a document */
} parry_yaml_kind;

typedef struct parry_yaml {
    struct parry_yaml_parser *parser;
    parry_yaml_kind at; /* the current event */
    int line;           /* where it begins, from 0, within the text */
    parry_arena *arena;
    const char *why;  /* what is wrong; NULL while all is well */
    int why_line;     /* from 0, within the text */
    const char *mark; /* maps get a member of this name, their line from 1; NULL: none */
} parry_yaml;

void parry_yaml_open(parry_yaml *r, parry_arena *a);
void parry_yaml_close(parry_yaml *r);
/* Up to the first event of the document; END where there is no document. */
bool parry_yaml_begin(parry_yaml *r, parry_str text);
bool parry_yaml_step(parry_yaml *r);
bool parry_yaml_wrong(parry_yaml *r, const char *why); /* false; the first cause wins */
/* The scalar at hand. Escapes in YAML may spell any control character; none has a meaning here. */
parry_str parry_yaml_text(const parry_yaml *r);
bool parry_yaml_null(const parry_yaml *r, parry_str scalar);
/* The value that begins at the current event, to its end (new reference). PARRY_YAML_DEPTH deep at most, no aliases. */
json_t *parry_yaml_value(parry_yaml *r);

#endif
