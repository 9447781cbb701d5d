/* Front matter by libyaml's events: values of known keys stay text as written (dates, numeric ids), the others become
 * JSON.
 *
 *   ---            <- first line that is not blank
 *   key: value     <- YAML, at most YAML_MAX bytes, lists and maps PARRY_YAML_DEPTH deep, no aliases
 *   ---            <- or "..."
 *   body
 */
#include "content/front_matter.h"

#include "base/yaml_events.h"
#include "content/front_keys.h"
#include "content/source.h"
#include "content/warn.h"

enum { YAML_MAX = 64 << 10, ITEMS_MAX = 4096 };

/* The value of a known key: texts as they are written. */
static parry_front_value known_value(parry_yaml *r)
{
    parry_front_value v = {0};
    if (r->at == PARRY_YAML_SCALAR) {
        parry_str s = parry_yaml_text(r);
        if (!parry_yaml_null(r, s)) {
            v.text = s;
            v.n = 1;
        }
    } else if (r->at == PARRY_YAML_LIST) {
        size_t cap = 0;
        v.list = true;
        while (parry_yaml_step(r) && r->at != PARRY_YAML_LIST_END && !v.odd) {
            v.items = parry_arena_grow(r->arena, v.items, v.n, &cap, sizeof *v.items);
            v.odd = r->at != PARRY_YAML_SCALAR || v.n >= ITEMS_MAX;
            if (!v.odd)
                v.items[v.n++] = parry_yaml_text(r);
        }
        if (v.odd)
            parry_yaml_wrong(r, "a list holds more than plain texts");
        v.text = v.n > 0 ? v.items[0] : parry_str_make(NULL, 0);
    } else if (r->at == PARRY_YAML_MAP) {
        json_decref(parry_yaml_value(r));
        v.odd = true;
    } else {
        parry_yaml_wrong(r, "aliases are not supported");
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

static void read_pair(parry_yaml *r, parry_front *out, parry_str path, int line0, const parry_warnings *w)
{
    parry_str key = parry_yaml_text(r);
    int line = line0 + r->line;
    if (!parry_yaml_step(r))
        return;
    if (!parry_front_known(key)) {
        json_object_set_new(out->extra, key.p, parry_yaml_value(r));
        return;
    }
    parry_front_value v = known_value(r);
    if (r->why == NULL && !parry_front_set(r->arena, out, key, &v, path, line, w) && !v.odd)
        json_object_set_new(out->extra, key.p, value_kept(&v));
}

/* Reads all pairs; false where it is not YAML or not a map. line0: of the YAML's first line. */
static bool read_yaml(parry_yaml *r, parry_str yaml, parry_front *out, parry_str path, int line0,
                      const parry_warnings *w)
{
    if (yaml.n > YAML_MAX)
        return parry_yaml_wrong(r, "longer than 64 KB");
    if (!parry_yaml_begin(r, yaml))
        return false;
    if (r->at == PARRY_YAML_END)
        return true; /* nothing between the dashes */
    if (r->at != PARRY_YAML_MAP)
        return parry_yaml_wrong(r, "not a list of `key: value`");
    while (parry_yaml_step(r) && r->at != PARRY_YAML_MAP_END) {
        if (r->at != PARRY_YAML_SCALAR)
            return parry_yaml_wrong(r, "a key is not plain text");
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
    parry_str row, key, value, before;
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
    parry_yaml r;
    parry_front_value odd = {.odd = true};
    parry_str row, key, rest = b->yaml;
    bool pairs = false;
    parry_yaml_open(&r, a);
    if (b->toml)
        parry_yaml_wrong(&r, "TOML is not supported, write YAML between lines of ---");
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
    parry_yaml_close(&r);
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
