/* The table of the configuration, for the files that read it: config.c fills the struct by it, config_manual.c
 * documents it, config_live.c says what changes while the program runs. Private to base/. */
#ifndef PARRY_BASE_CONFIG_PRIVATE_H
#define PARRY_BASE_CONFIG_PRIVATE_H

#include "base/config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_config_kind {
    NUMBER,  /* int64_t, least to most */
    DECIMAL, /* double, least to most */
    TEXT,    /* least to most bytes, no control characters */
    WORD,    /* one of `unit` */
    WORDS,   /* any of `unit`, separated by spaces */
    ADDRESS, /* HOST:PORT, least to most bytes */
} parry_config_kind;

enum { LIVE = 16, KINDS = LIVE - 1 }; /* LIVE beside a kind: SIGHUP takes a new value without a restart */

typedef struct parry_config_row {
    const char *key;
    int kind;  /* parry_config_kind, and LIVE */
    size_t at; /* in parry_config */
    const char *fallback;
    int64_t least, most;
    const char *unit; /* or the words to choose from */
    const char *help;
} parry_config_row;

extern const parry_config_row parry_config_rows[];
extern const size_t parry_config_nrows;

static inline parry_config_kind parry_config_kind_of(const parry_config_row *r)
{
    return (parry_config_kind)(r->kind & KINDS);
}
/* Names a file that may hold a secret: the environment may name another. */
static inline bool parry_config_names_file(const parry_config_row *r)
{
    return parry_str_ends(parry_str_of(r->key), "_file");
}
/* "PARRY_TRACE_HEADERS_FILE" of "trace.headers_file". */
void parry_config_variable(const char *key, parry_buf *out);
/* The value as the file would have it. */
void parry_config_print(const parry_config *c, const parry_config_row *r, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
