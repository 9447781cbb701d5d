/* A table of tables: each part is read by the parser of the file whose place it takes. */
#include "engine/challenger.h"

#include "engine/side_read.h"

typedef struct challenger {
    parry_mode mode;
    bool own[PARRY_SIDES];
    const void *table[PARRY_SIDES];
} challenger;

static const parry_side parts[] = {PARRY_SIDE_BOOSTS, PARRY_SIDE_RULES, PARRY_SIDE_SYNONYMS, PARRY_SIDE_WEIGHTS};
enum { PARTS = sizeof parts / sizeof *parts };

static parry_code read_mode(const json_t *document, parry_mode *out, parry_err *err)
{
    const json_t *mode = json_object_get(document, "mode");
    if (mode == NULL)
        return PARRY_OK;
    if (!json_is_string(mode))
        return parry_side_wrong(document, err, "%s", "mode is hybrid, text or vector");
    parry_code code = parry_mode_parse(parry_str_make(json_string_value(mode), json_string_length(mode)), out, NULL);
    return code == PARRY_OK ? code : parry_side_wrong(document, err, "%s", "mode is hybrid, text or vector");
}

static parry_code read_part(const json_t *document, parry_side kind, parry_arena *a, challenger *c, parry_err *err)
{
    const json_t *part = json_object_get(document, parry_side_name(kind));
    if (part == NULL)
        return PARRY_OK;
    c->own[kind] = true;
    return parry_side_parse(kind, part, a, &c->table[kind], err);
}

parry_code parry_challenger_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    challenger *c = PARRY_NEW(a, challenger);
    *c = (challenger){.mode = PARRY_HYBRID};
    *out = NULL;
    if (json_is_array(document) && json_array_size(document) == 0) /* an empty file */
        return PARRY_OK;
    parry_code code = parry_side_keys(document, "mode boosts rules synonyms weights", err);
    if (code == PARRY_OK)
        code = read_mode(document, &c->mode, err);
    for (int i = 0; i < PARTS && code == PARRY_OK; i++)
        code = read_part(document, parts[i], a, c, err);
    *out = c;
    return code;
}

static const challenger *of(const parry_generation *g) { return parry_generation_side(g, PARRY_SIDE_CHALLENGER); }

bool parry_has_challenger(const parry_generation *g) { return of(g) != NULL; }

const void *parry_side_for(const parry_generation *g, const parry_query *q, parry_side kind)
{
    const challenger *c = q->challenger ? of(g) : NULL;
    return c != NULL && c->own[kind] ? c->table[kind] : parry_generation_side(g, kind);
}

parry_mode parry_mode_for(const parry_generation *g, const parry_query *q)
{
    const challenger *c = q->challenger ? of(g) : NULL;
    return c != NULL && q->mode == PARRY_HYBRID ? c->mode : q->mode;
}
