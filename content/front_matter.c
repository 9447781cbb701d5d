/* Front matter by libyaml's events: values of known keys stay text as written (dates, numeric ids), the others become
 * JSON.
 *
 *   ---            <- first line that is not blank
 *   key: value     <- YAML, at most YAML_MAX bytes, lists and maps DEPTH_MAX deep, no aliases
 *   ---            <- or "..."
 *   body
 */
#include "content/front_matter.h"

#include "content/front_keys.h"
#include "content/source.h"
#include "content/warn.h"

#include <errno.h>
#include <math.h>
#include <yaml.h>

enum { YAML_MAX = 64 << 10, DEPTH_MAX = 24, ITEMS_MAX = 4096 };

typedef struct reader {
    yaml_parser_t yaml;
    yaml_event_t event; /* the current one */
    parry_arena *arena;
    const char *why; /* what is wrong; NULL while all is well */
    int why_line;    /* from 0, within the YAML */
} reader;

static bool step(reader *r)
{
    if (r->why != NULL)
        return false;
    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->yaml, &r->event)) {
        memset(&r->event, 0, sizeof r->event);
        r->why = r->yaml.problem ? r->yaml.problem : "cannot be read";
        r->why_line = (int)r->yaml.problem_mark.line;
        return false;
    }
    return true;
}

static bool wrong(reader *r, const char *why)
{
    if (r->why == NULL) {
        r->why = why;
        r->why_line = (int)r->event.start_mark.line;
    }
    return false;
}

/* Escapes in YAML may spell any control character; none has a meaning here. */
static parry_str scalar_text(const reader *r)
{
    size_t n = r->event.data.scalar.length;
    char *p = parry_str_z(r->arena, parry_str_make((const char *)r->event.data.scalar.value, n));
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] < ' ' && p[i] != '\n')
            p[i] = ' ';
    return parry_str_make(p, n);
}

static bool is_null(const reader *r, parry_str s)
{
    return r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (s.n == 0 || parry_str_eqz(s, "~") || parry_str_eqz(s, "null") || parry_str_eqz(s, "Null"));
}

static json_t *number(parry_str s)
{
    char *end;
    errno = 0;
    long long i = strtoll(s.p, &end, 10);
    bool spelled_plain = s.p[0] != '+' && (s.p[0] != '0' || s.n == 1);
    if (*end == 0 && errno == 0 && spelled_plain)
        return json_integer(i);
    if (s.p[0] < '-' || s.p[0] > '9' || memchr(s.p, '.', s.n) == NULL)
        return NULL;
    double d = strtod(s.p, &end);
    return *end == 0 && isfinite(d) && spelled_plain ? json_real(d) : NULL;
}

static json_t *scalar_json(const reader *r)
{
    parry_str s = scalar_text(r);
    if (r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        if (is_null(r, s))
            return json_null();
        if (parry_str_eqz(s, "true") || parry_str_eqz(s, "false"))
            return json_boolean(s.p[0] == 't');
        json_t *n = number(s);
        if (n != NULL)
            return n;
    }
    return json_stringn(s.p, s.n);
}

static json_t *value_json(reader *r, int depth);

static json_t *list_json(reader *r, int depth)
{
    json_t *list = json_array();
    while (step(r) && r->event.type != YAML_SEQUENCE_END_EVENT)
        json_array_append_new(list, value_json(r, depth + 1));
    return list;
}

static json_t *map_json(reader *r, int depth)
{
    json_t *map = json_object();
    while (step(r) && r->event.type != YAML_MAPPING_END_EVENT) {
        if (r->event.type != YAML_SCALAR_EVENT) {
            wrong(r, "a key is not plain text");
            break;
        }
        parry_str key = scalar_text(r);
        if (step(r))
            json_object_set_new(map, key.p, value_json(r, depth + 1));
    }
    return map;
}

/* The value at the current event. Recursion is DEPTH_MAX deep at most. */
static json_t *value_json(reader *r, int depth)
{
    if (depth > DEPTH_MAX)
        wrong(r, "nested too deeply");
    else if (r->event.type == YAML_SCALAR_EVENT)
        return scalar_json(r);
    else if (r->event.type == YAML_SEQUENCE_START_EVENT)
        return list_json(r, depth);
    else if (r->event.type == YAML_MAPPING_START_EVENT)
        return map_json(r, depth);
    else
        wrong(r, "aliases are not supported");
    return json_null();
}

/* The value of a known key: texts as they are written. */
static parry_front_value known_value(reader *r)
{
    parry_front_value v = {0};
    if (r->event.type == YAML_SCALAR_EVENT) {
        parry_str s = scalar_text(r);
        if (!is_null(r, s)) {
            v.text = s;
            v.n = 1;
        }
    } else if (r->event.type == YAML_SEQUENCE_START_EVENT) {
        size_t cap = 0;
        v.list = true;
        while (step(r) && r->event.type != YAML_SEQUENCE_END_EVENT && !v.odd) {
            v.items = parry_arena_grow(r->arena, v.items, v.n, &cap, sizeof *v.items);
            v.odd = r->event.type != YAML_SCALAR_EVENT || v.n >= ITEMS_MAX;
            if (!v.odd)
                v.items[v.n++] = scalar_text(r);
        }
        if (v.odd)
            wrong(r, "a list holds more than plain texts");
        v.text = v.n > 0 ? v.items[0] : parry_str_make(NULL, 0);
    } else if (r->event.type == YAML_MAPPING_START_EVENT) {
        json_decref(map_json(r, 1));
        v.odd = true;
    } else {
        wrong(r, "aliases are not supported");
    }
    return v;
}

static json_t *value_kept(const parry_front_value *v)
{
    if (!v->list)
        return json_stringn(v->text.p ? v->text.p : "", v->text.n);
    json_t *list = json_array();
    for (size_t i = 0; i < v->n; i++)
        json_array_append_new(list, json_stringn(v->items[i].p, v->items[i].n));
    return list;
}

static void read_pair(reader *r, parry_front *out, parry_str path, int line0, const parry_warnings *w)
{
    parry_str key = scalar_text(r);
    int line = line0 + (int)r->event.start_mark.line;
    if (!step(r))
        return;
    if (!parry_front_known(key)) {
        json_object_set_new(out->extra, key.p, value_json(r, 1));
        return;
    }
    parry_front_value v = known_value(r);
    if (r->why == NULL && !parry_front_set(r->arena, out, key, &v, path, line, w) && !v.odd)
        json_object_set_new(out->extra, key.p, value_kept(&v));
}

/* Reads all pairs; false where it is not YAML or not a map. line0: of the YAML's first line. */
static bool read_yaml(reader *r, parry_str yaml, parry_front *out, parry_str path, int line0, const parry_warnings *w)
{
    if (yaml.n > YAML_MAX)
        return wrong(r, "longer than 64 KB");
    yaml_parser_set_input_string(&r->yaml, (const unsigned char *)(yaml.p ? yaml.p : ""), yaml.n);
    yaml_parser_set_encoding(&r->yaml, YAML_UTF8_ENCODING);
    if (!step(r) || !step(r)) /* stream and document start */
        return false;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return true; /* nothing between the dashes */
    if (!step(r))
        return false;
    if (r->event.type != YAML_MAPPING_START_EVENT)
        return wrong(r, "not a list of `key: value`");
    while (step(r) && r->event.type != YAML_MAPPING_END_EVENT) {
        if (r->event.type != YAML_SCALAR_EVENT)
            return wrong(r, "a key is not plain text");
        read_pair(r, out, path, line0, w);
        out->found = true;
    }
    return r->why == NULL;
}

/* `key: value` or `key = value` in one line; false for anything else. */
static bool plain_pair(parry_str line, parry_str *key, parry_str *value)
{
    size_t n = 0;
    while (n < line.n &&
           (line.p[n] == '_' || line.p[n] == '.' || line.p[n] == '-' || (line.p[n] >= '0' && line.p[n] <= '9') ||
            (line.p[n] >= 'A' && line.p[n] <= 'Z') || (line.p[n] >= 'a' && line.p[n] <= 'z')))
        n++;
    *key = parry_str_make(line.p, n);
    parry_str rest = parry_str_trim(parry_str_from(line, n));
    if (n == 0 || line.p[0] == '-' || rest.n == 0 || (rest.p[0] != ':' && rest.p[0] != '='))
        return false;
    if (rest.p[0] == ':' && rest.n > 1 && rest.p[1] != ' ' && rest.p[1] != '\t')
        return false; /* "http://..." */
    *value = parry_str_trim(parry_str_from(rest, 1));
    return true;
}

static parry_str unquoted(parry_str s)
{
    if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
        return parry_str_make(s.p + 1, s.n - 2);
    return s;
}

/* What can be saved of a value in a broken block: a text, or "[a, b]". */
static parry_front_value plain_value(parry_arena *a, parry_str s)
{
    parry_front_value v = {0};
    if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']') {
        parry_str rest = parry_str_make(s.p + 1, s.n - 2), piece;
        v.items = PARRY_ARRAY(a, parry_str, s.n);
        v.list = true;
        while (parry_str_split(&rest, ',', &piece))
            v.items[v.n++] = parry_str_copy(a, unquoted(parry_str_trim(piece)));
        v.text = v.items[0];
        return v;
    }
    parry_str text = unquoted(s);
    v.odd = text.n > 0 && text.n == s.n && strchr("[]{}\"'|>&*!%@`", text.p[0]) != NULL;
    v.text = parry_str_copy(a, text);
    v.n = 1;
    return v;
}

static void read_plain(parry_arena *a, parry_str yaml, parry_front *out, parry_str path, int line,
                       const parry_warnings *w)
{
    parry_str rest = yaml, row, key, value;
    for (; parry_str_split(&rest, '\n', &row); line++) {
        if (row.n > YAML_MAX || !plain_pair(row, &key, &value))
            continue;
        parry_front_value v = plain_value(a, value);
        parry_front_set(a, out, key, &v, path, line, w);
        out->found = true;
    }
}

/* Where the block lies: yaml and body, and whether it was closed. false: there is none. */
typedef struct block {
    parry_str yaml, body;
    int yaml_line, body_line;
    bool closed, toml;
} block;

static bool fence(parry_str line, bool toml, bool last)
{
    line = parry_str_make(line.p, parry_str_trim(line).n); /* no indent; spaces after it are fine */
    if (toml)
        return parry_str_eqz(line, "+++");
    return parry_str_eqz(line, "---") || (last && parry_str_eqz(line, "..."));
}

/* An unclosed block ends before the first line that is neither a pair, nor a list item, nor indented. */
static void find_loose_end(parry_str rest, block *b)
{
    const char *start = rest.p;
    parry_str row, key, value, before = rest;
    while (before = rest, parry_str_split(&rest, '\n', &row)) {
        bool in = plain_pair(row, &key, &value) ||
                  (row.n > 1 && (row.p[0] == ' ' || row.p[0] == '\t' || parry_str_starts(row, "- ")));
        if (!in)
            break;
        b->body_line++;
    }
    b->yaml = parry_str_make(start, before.p ? (size_t)(before.p - start) : b->yaml.n);
    b->body = before;
}

static bool find_block(parry_str text, block *b)
{
    parry_str rest = text, row, key, value;
    int line = 1;
    while (parry_str_split(&rest, '\n', &row) && parry_str_trim(row).n == 0)
        line++;
    b->toml = row.p != NULL && fence(row, true, false);
    if (row.p == NULL || rest.p == NULL || !(b->toml || fence(row, false, false)))
        return false;
    parry_str inside = rest, first = {NULL, 0};
    b->yaml_line = b->body_line = line + 1;
    for (int n = line + 1; parry_str_split(&rest, '\n', &row); n++) {
        if (first.p == NULL && parry_str_trim(row).n > 0)
            first = row;
        if (!fence(row, b->toml, true))
            continue;
        b->yaml = parry_str_make(inside.p, (size_t)(row.p - inside.p));
        b->body = rest.p ? rest : parry_str_make(row.p + row.n, 0);
        b->body_line = n + 1;
        b->closed = true;
        return true;
    }
    b->yaml = inside;
    find_loose_end(inside, b);
    return first.p != NULL && plain_pair(first, &key, &value);
}

/* *body becomes false where the block holds no pair at all: text between two rules, not front matter. */
static void read_closed(parry_arena *a, const block *b, parry_str path, const parry_warnings *w, parry_front *out,
                        bool *body)
{
    reader r = {.arena = a};
    parry_front_value odd = {.odd = true};
    parry_str row, key, rest = b->yaml;
    bool pairs = false;
    if (yaml_parser_initialize(&r.yaml) == 0)
        parry_oom();
    if (b->toml)
        wrong(&r, "TOML is not supported, write YAML between lines of ---");
    parry_front so_far = *out;
    if (!b->toml && read_yaml(&r, b->yaml, out, path, b->yaml_line, w))
        goto out;
    so_far.status = out->status; /* half a value is worse than none, but what is hidden stays so */
    so_far.searchable = out->searchable;
    *out = so_far;
    while (parry_str_split(&rest, '\n', &row) && !pairs)
        pairs = plain_pair(row, &key, &odd.text);
    parry_warn(w, path, b->yaml_line + r.why_line, "front matter: %s%s", r.why,
               pairs ? "; only its plain lines were read" : "");
    if (pairs)
        read_plain(a, b->yaml, out, path, b->yaml_line, w);
    else
        *body = false;
out:
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.yaml);
}

void parry_front_read(parry_arena *a, parry_str text, parry_str path, const parry_warnings *w, parry_front *out)
{
    block b = {0};
    *out = (parry_front){
        .status = PARRY_PUBLISHED, .searchable = true, .extra = json_object(), .body = text, .body_line = 1};
    if (!find_block(text, &b))
        return;
    out->body = b.body.p ? b.body : parry_str_make(text.p + text.n, 0);
    out->body_line = b.body_line;
    if (b.closed) {
        bool front = true;
        read_closed(a, &b, path, w, out, &front);
        out->body = front ? out->body : text;
        out->body_line = front ? b.body_line : 1;
        return;
    }
    parry_warn(w, path, b.yaml_line - 1, "front matter is not closed by a line of ---; only its plain lines were read");
    read_plain(a, b.yaml, out, path, b.yaml_line, w);
}
