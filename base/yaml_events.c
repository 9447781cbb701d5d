/* Reading YAML: events, scalars, and whole values as JSON. */
#include "base/yaml_events.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <yaml.h>

struct parry_yaml_parser {
    yaml_parser_t yaml;
    yaml_event_t event; /* the current one */
};

void parry_yaml_open(parry_yaml *r, parry_arena *a)
{
    memset(r, 0, sizeof *r);
    r->arena = a;
    r->parser = PARRY_NEW(a, struct parry_yaml_parser);
    if (yaml_parser_initialize(&r->parser->yaml) == 0)
        parry_oom();
}

void parry_yaml_close(parry_yaml *r)
{
    yaml_event_delete(&r->parser->event);
    yaml_parser_delete(&r->parser->yaml);
}

bool parry_yaml_begin(parry_yaml *r, parry_str text)
{
    yaml_parser_set_input_string(&r->parser->yaml, (const unsigned char *)(text.p ? text.p : ""), text.n);
    yaml_parser_set_encoding(&r->parser->yaml, YAML_UTF8_ENCODING);
    if (!parry_yaml_step(r) || !parry_yaml_step(r)) /* stream and document start */
        return false;
    return r->at == PARRY_YAML_END || parry_yaml_step(r);
}

static parry_yaml_kind kind_of(const yaml_event_t *e)
{
    static const struct {
        yaml_event_type_t theirs;
        parry_yaml_kind ours;
    } kinds[] = {{YAML_SCALAR_EVENT, PARRY_YAML_SCALAR},         {YAML_SEQUENCE_START_EVENT, PARRY_YAML_LIST},
                 {YAML_SEQUENCE_END_EVENT, PARRY_YAML_LIST_END}, {YAML_MAPPING_START_EVENT, PARRY_YAML_MAP},
                 {YAML_MAPPING_END_EVENT, PARRY_YAML_MAP_END},   {YAML_DOCUMENT_END_EVENT, PARRY_YAML_DOCUMENT_END},
                 {YAML_STREAM_END_EVENT, PARRY_YAML_END}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].theirs == e->type)
            return kinds[i].ours;
    }
    return PARRY_YAML_OTHER;
}

bool parry_yaml_step(parry_yaml *r)
{
    struct parry_yaml_parser *p = r->parser;
    if (r->why != NULL)
        return false;
    yaml_event_delete(&r->parser->event);
    if (!yaml_parser_parse(&p->yaml, &p->event)) {
        memset(&p->event, 0, sizeof p->event);
        r->at = PARRY_YAML_OTHER;
        r->why = p->yaml.problem ? p->yaml.problem : "cannot be read";
        r->why_line = (int)p->yaml.problem_mark.line;
        return false;
    }
    r->at = kind_of(&p->event);
    r->line = (int)p->event.start_mark.line;
    return true;
}

bool parry_yaml_wrong(parry_yaml *r, const char *why)
{
    if (r->why == NULL) {
        r->why = why;
        r->why_line = r->line;
    }
    return false;
}

parry_str parry_yaml_text(const parry_yaml *r)
{
    size_t n = r->parser->event.data.scalar.length;
    char *p = parry_str_z(r->arena, parry_str_make((const char *)r->parser->event.data.scalar.value, n));
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] < ' ' && p[i] != '\n')
            p[i] = ' ';
    return parry_str_make(p, n);
}

bool parry_yaml_null(const parry_yaml *r, parry_str s)
{
    return r->parser->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (s.n == 0 || parry_str_eqz(s, "~") || parry_str_eqz(s, "null") || parry_str_eqz(s, "Null"));
}

static json_t *number(parry_str s)
{
    char *end;
    errno = 0;
    long long i = strtoll(s.p, &end, 10);
    bool spelled_plain = s.p[0] != '+' && (s.p[0] != '0' || s.n == 1 || s.p[1] == '.');
    if (*end == 0 && errno == 0 && spelled_plain)
        return json_integer(i);
    if (s.p[0] < '-' || s.p[0] > '9' || memchr(s.p, '.', s.n) == NULL)
        return NULL;
    double d = strtod(s.p, &end);
    return *end == 0 && isfinite(d) && spelled_plain ? json_real(d) : NULL;
}

static json_t *scalar_json(const parry_yaml *r)
{
    parry_str s = parry_yaml_text(r);
    if (r->parser->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        if (parry_yaml_null(r, s))
            return json_null();
        if (parry_str_eqz(s, "true") || parry_str_eqz(s, "false"))
            return json_boolean(s.p[0] == 't');
        json_t *n = number(s);
        if (n != NULL)
            return n;
    }
    return json_stringn(s.p, s.n);
}

static json_t *value_json(parry_yaml *r, int depth);

static json_t *list_json(parry_yaml *r, int depth)
{
    json_t *list = json_array();
    while (parry_yaml_step(r) && r->at != PARRY_YAML_LIST_END)
        json_array_append_new(list, value_json(r, depth + 1));
    return list;
}

static json_t *map_json(parry_yaml *r, int depth)
{
    json_t *map = json_object();
    int line = r->line + 1;
    while (parry_yaml_step(r) && r->at != PARRY_YAML_MAP_END) {
        if (r->at != PARRY_YAML_SCALAR) {
            parry_yaml_wrong(r, "a key is not plain text");
            break;
        }
        parry_str key = parry_yaml_text(r);
        if (json_object_get(map, key.p) != NULL)
            parry_yaml_wrong(r, "a name stands twice in one map");
        else if (parry_yaml_step(r))
            json_object_set_new(map, key.p, value_json(r, depth + 1));
    }
    if (r->mark != NULL)
        json_object_set_new(map, r->mark, json_integer(line));
    return map;
}

/* The value at the current event. Recursion is PARRY_YAML_DEPTH deep at most. */
static json_t *value_json(parry_yaml *r, int depth)
{
    if (depth > PARRY_YAML_DEPTH)
        parry_yaml_wrong(r, "nested too deeply");
    else if (r->at == PARRY_YAML_SCALAR)
        return scalar_json(r);
    else if (r->at == PARRY_YAML_LIST)
        return list_json(r, depth);
    else if (r->at == PARRY_YAML_MAP)
        return map_json(r, depth);
    else
        parry_yaml_wrong(r, "aliases are not supported");
    return json_null();
}

json_t *parry_yaml_value(parry_yaml *r) { return value_json(r, 1); }
