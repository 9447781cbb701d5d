/* Mustache. A template is walked tag by tag, without a tree: a section finds its end once, then its body is walked
 * again for each element. Contexts are a linked list on the stack. */
#include "web/mustache.h"

#include "base/html.h"

typedef struct context {
    const json_t *value;
    const struct context *outer;
} context;

typedef struct render {
    parry_partial_fn partial;
    void *ctx;
    parry_buf *out;
    parry_err *err;
} render;

typedef enum tag_kind { VALUE, RAW, SECTION, INVERTED, CLOSE, PARTIAL, COMMENT } tag_kind;

/* A tag in `text`: [start, end) is what it takes away, white space of a line of its own included. */
typedef struct tag {
    tag_kind kind;
    parry_str name;
    size_t start, end;
} tag;

typedef enum found { TAG, NO_TAG, BROKEN } found;

static parry_code broken(const render *r, parry_str text, size_t at, const char *what, parry_str name)
{
    int line = 1;
    for (size_t i = 0; i < at && i < text.n; i++)
        line += text.p[i] == '\n';
    return parry_fail(r->err, PARRY_INVALID, "template line %d: %s %.*s", line, what, (int)(name.n < 60 ? name.n : 60),
                      name.p ? name.p : "");
}

static tag_kind kind_of(char c)
{
    switch (c) {
    case '&':
        return RAW;
    case '#':
        return SECTION;
    case '^':
        return INVERTED;
    case '/':
        return CLOSE;
    case '>':
        return PARTIAL;
    case '!':
        return COMMENT;
    default:
        return VALUE;
    }
}

/* A tag that prints nothing and stands alone takes its line along. */
static void take_line(parry_str text, tag *t)
{
    size_t a = t->start, b = t->end;
    while (a > 0 && (text.p[a - 1] == ' ' || text.p[a - 1] == '\t'))
        a--;
    while (b < text.n && (text.p[b] == ' ' || text.p[b] == '\t' || text.p[b] == '\r'))
        b++;
    if ((a == 0 || text.p[a - 1] == '\n') && (b == text.n || text.p[b] == '\n')) {
        t->start = a;
        t->end = b < text.n ? b + 1 : b;
    }
}

/* The next tag from `at` on. A broken one has its start filled, for the line. */
static found next_tag(parry_str text, size_t at, tag *t)
{
    parry_str rest = parry_str_from(text, at);
    size_t open = parry_str_find(rest, parry_str_of("{{"));
    if (open == rest.n)
        return NO_TAG;
    t->start = at + open;
    bool triple = t->start + 2 < text.n && text.p[t->start + 2] == '{';
    parry_str inner = parry_str_from(text, t->start + (triple ? 3 : 2));
    size_t close = parry_str_find(inner, parry_str_of(triple ? "}}}" : "}}"));
    if (close == inner.n)
        return BROKEN;
    t->end = (size_t)(inner.p - text.p) + close + (triple ? 3 : 2);
    t->name = parry_str_make(inner.p, close);
    t->kind = triple ? RAW : kind_of(close > 0 ? inner.p[0] : ' ');
    if (!triple && t->kind != VALUE)
        t->name = parry_str_from(t->name, 1);
    t->name = parry_str_trim(t->name);
    if (t->kind != VALUE && t->kind != RAW)
        take_line(text, t);
    return TAG;
}

static const json_t *member(const json_t *object, parry_str key)
{
    return json_is_object(object) ? json_object_getn(object, key.p, key.n) : NULL;
}

/* "a.b": `a` in the nearest context that has it, then `b` in that. */
static const json_t *look_up(const context *c, parry_str name)
{
    if (parry_str_eqz(name, "."))
        return c->value;
    parry_str key;
    if (!parry_str_split(&name, '.', &key))
        return NULL;
    const json_t *v = NULL;
    for (; c != NULL && v == NULL; c = c->outer)
        v = member(c->value, key);
    while (v != NULL && parry_str_split(&name, '.', &key))
        v = member(v, key);
    return v;
}

static bool shows(const json_t *v)
{
    if (v == NULL || json_is_null(v) || json_is_false(v))
        return false;
    if (json_is_string(v))
        return json_string_length(v) > 0;
    return !json_is_array(v) || json_array_size(v) > 0;
}

static void put_value(const render *r, const json_t *v, bool raw)
{
    if (json_is_string(v)) {
        parry_str s = parry_str_make(json_string_value(v), json_string_length(v));
        if (raw)
            parry_buf_adds(r->out, s);
        else
            parry_html_escape(s, r->out);
    } else if (json_is_integer(v)) {
        parry_buf_printf(r->out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    } else if (json_is_real(v)) {
        parry_buf_printf(r->out, "%g", json_real_value(v));
    } else if (json_is_boolean(v)) {
        parry_buf_addz(r->out, json_is_true(v) ? "true" : "false");
    }
}

/* text from `at` on; what stands before it only tells where lines begin. */
static parry_code walk(const render *r, parry_str text, size_t at, const context *c, unsigned depth);

/* From behind a section's opening tag to its closing one. */
static parry_code section_end(const render *r, parry_str text, const tag *open, tag *close)
{
    unsigned depth = 1;
    size_t at = open->end;
    while (depth > 0) {
        if (next_tag(text, at, close) != TAG)
            return broken(r, text, open->start, "no end of section", open->name);
        depth += close->kind == SECTION || close->kind == INVERTED;
        depth -= close->kind == CLOSE;
        at = close->end;
    }
    if (!parry_str_eq(open->name, close->name))
        return broken(r, text, close->start, "another section is open than", close->name);
    return PARRY_OK;
}

static parry_code each(const render *r, parry_str text, size_t from, const json_t *list, const context *c,
                       unsigned depth)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < json_array_size(list) && code == PARRY_OK && !r->out->full; i++) {
        context inner = {json_array_get(list, i), c};
        code = walk(r, text, from, &inner, depth);
    }
    return code;
}

static parry_code section(const render *r, parry_str text, const tag *open, const context *c, unsigned depth,
                          size_t *at)
{
    tag close;
    parry_code code = section_end(r, text, open, &close);
    if (code != PARRY_OK)
        return code;
    *at = close.end;
    text.n = close.start; /* the body ends here, and begins at open->end */
    const json_t *v = look_up(c, open->name);
    if (open->kind == INVERTED)
        return shows(v) ? PARRY_OK : walk(r, text, open->end, c, depth + 1);
    if (!shows(v))
        return PARRY_OK;
    if (json_is_array(v))
        return each(r, text, open->end, v, c, depth + 1);
    context inner = {v, c};
    return walk(r, text, open->end, &inner, depth + 1);
}

static parry_code include(const render *r, parry_str text, const tag *t, const context *c, unsigned depth)
{
    parry_str part = r->partial ? r->partial(r->ctx, t->name) : parry_str_make(NULL, 0);
    if (part.p != NULL)
        return walk(r, part, 0, c, depth + 1);
    (void)broken(r, text, t->start, "no partial", t->name);
    if (r->err)
        r->err->code = PARRY_NOT_FOUND;
    return PARRY_NOT_FOUND;
}

static parry_code one_tag(const render *r, parry_str text, const tag *t, const context *c, unsigned depth, size_t *at)
{
    switch (t->kind) {
    case VALUE:
    case RAW:
        put_value(r, look_up(c, t->name), t->kind == RAW);
        return PARRY_OK;
    case SECTION:
    case INVERTED:
        return section(r, text, t, c, depth, at);
    case CLOSE:
        return broken(r, text, t->start, "nothing is open that ends with", t->name);
    case PARTIAL:
        return include(r, text, t, c, depth);
    case COMMENT:
        return PARRY_OK;
    }
    return PARRY_OK;
}

static parry_code walk(const render *r, parry_str text, size_t at, const context *c, unsigned depth)
{
    if (depth > PARRY_MUSTACHE_DEPTH)
        return broken(r, text, 0, "too many sections or partials in each other", parry_str_make(NULL, 0));
    for (tag t; at < text.n && !r->out->full;) {
        found f = next_tag(text, at, &t);
        if (f == BROKEN)
            return broken(r, text, t.start, "a tag does not close", parry_str_make(NULL, 0));
        size_t upto = f == TAG ? t.start : text.n;
        if (upto > at)
            parry_buf_add(r->out, text.p + at, upto - at);
        if (f == NO_TAG)
            break;
        at = t.end;
        parry_code code = one_tag(r, text, &t, c, depth, &at);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

parry_code parry_mustache(parry_str text, const json_t *data, parry_partial_fn partial, void *ctx, parry_buf *out,
                          parry_err *err)
{
    render r = {partial, ctx, out, err};
    context top = {data, NULL};
    parry_code code = walk(&r, text, 0, &top, 0);
    if (code == PARRY_OK && out->full)
        code = parry_fail(err, PARRY_TOO_LARGE, "the page is over %zu bytes", out->max);
    return code;
}
