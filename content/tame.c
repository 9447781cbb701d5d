/* Taming HTML before it is parsed: a pass over its tags that follows the rules of the HTML standard's tokenizer
 * (section 13.2.5) for where a tag, an attribute value and a comment end, so that it sees the same tags as the parser
 * after it.
 *
 * Two kinds of input would cost gumbo the square of their length: elements opened and never closed (it searches the
 * stack of open elements at each tag), and formatting elements left open (it opens them again in every block). Depth is
 * bounded here; what is deeper loses its tags and keeps its text. */
#include "content/markdown.h"

#include "content/names.h"

#include <stdint.h>
#include <strings.h>

enum { DEPTH_MAX = 160, FORMAT_MAX = 12, NAME_MAX_BYTES = 24 };
enum { FAILS_MAX = 64 }; /* searches to the end of the input that find nothing; a later one is not made */

typedef struct tag {
    char name[NAME_MAX_BYTES];          /* lower case; cut where longer */
    size_t n;                           /* bytes from '<' to '>' */
    bool closing, self_closing, values; /* values: it has an attribute with '=' */
} tag;

typedef struct open_element {
    char name[NAME_MAX_BYTES];
    bool format;
} open_element;

typedef struct tamer {
    open_element open[DEPTH_MAX];
    size_t depth, formats, fails;
    parry_names closed; /* names that are closed somewhere */
    parry_buf *out;
} tamer;

static bool one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}
#define ONE_OF(name, list) one_of((name), (list), sizeof(list) / sizeof *(list))

/* Gone with all they hold. */
static bool removed(const char *name)
{
    static const char *const list[] = {"script",   "style",    "svg",      "math",   "noscript", "noembed",
                                       "noframes", "template", "object",   "applet", "audio",    "canvas",
                                       "select",   "head",     "textarea", "title",  "xmp",      "map"};
    return ONE_OF(name, list);
}

/* Their tags go, what they hold stays. Some would switch the parser into another mode. */
static bool unwrapped(const char *name)
{
    static const char *const list[] = {"html",     "body",   "frameset", "frame",  "plaintext", "form",    "embed",
                                       "base",     "meta",   "link",     "param",  "image",     "isindex", "marquee",
                                       "fieldset", "legend", "listing",  "keygen", "bgsound",   "command", "menuitem"};
    return ONE_OF(name, list);
}

static bool is_void(const char *name)
{
    static const char *const list[] = {"br", "hr", "img", "input", "col", "area", "source", "track", "wbr"};
    return ONE_OF(name, list);
}

/* Closed by the next of their kind, so they never pile up by themselves. */
static bool closes_itself(const char *name)
{
    static const char *const list[] = {"p",     "li",    "dd",       "dt",      "td",     "th",       "tr", "thead",
                                       "tbody", "tfoot", "colgroup", "caption", "option", "optgroup", "rp", "rt"};
    return ONE_OF(name, list);
}

static bool formatting(const char *name)
{
    static const char *const list[] = {"a",    "b", "big",   "code",   "em",     "font", "i",
                                       "nobr", "s", "small", "strike", "strong", "tt",   "u"};
    return ONE_OF(name, list);
}

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

/* Attribute values may be quoted and hold '>': the index after the '>' that ends the tag, or 0. */
static size_t tag_end(parry_str s, size_t i)
{
    while (i < s.n) {
        while (i < s.n && (white(s.p[i]) || s.p[i] == '/'))
            i++;
        if (i < s.n && s.p[i] == '>')
            return i + 1;
        for (i++; i < s.n && !white(s.p[i]) && s.p[i] != '/' && s.p[i] != '>' && s.p[i] != '=';)
            i++; /* a name; its first byte may be anything, '=' too */
        while (i < s.n && white(s.p[i]))
            i++;
        if (i >= s.n || s.p[i] != '=')
            continue;
        for (i++; i < s.n && white(s.p[i]);)
            i++;
        if (i < s.n && (s.p[i] == '"' || s.p[i] == '\'')) {
            const char *q = memchr(s.p + i + 1, s.p[i], s.n - i - 1);
            i = q ? (size_t)(q - s.p) + 1 : s.n;
        } else {
            while (i < s.n && !white(s.p[i]) && s.p[i] != '>')
                i++;
        }
    }
    return 0;
}

/* s starts with "<x" or "</x"; false where the tag never ends. */
static bool read_tag(parry_str s, tag *t)
{
    size_t i = 1, n = 0;
    memset(t, 0, sizeof *t);
    t->closing = s.p[1] == '/';
    for (i += t->closing; i < s.n && !white(s.p[i]) && s.p[i] != '/' && s.p[i] != '>'; i++)
        if (n < sizeof t->name - 1)
            t->name[n++] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    t->n = tag_end(s, i);
    t->self_closing = t->n > 2 && s.p[t->n - 2] == '/';
    t->values = t->n > 0 && memchr(s.p, '=', t->n) != NULL;
    return t->n > 0;
}

static size_t comment_length(parry_str s) /* s starts with "<!--" */
{
    parry_str rest = parry_str_from(s, 4);
    if (parry_str_starts(rest, ">"))
        return 5;
    if (parry_str_starts(rest, "->"))
        return 6;
    size_t a = parry_str_find(rest, parry_str_of("-->"));
    size_t b = parry_str_find(parry_str_make(rest.p, a), parry_str_of("--!>"));
    if (b < a)
        return 4 + b + 4;
    return a < rest.n ? 4 + a + 3 : s.n;
}

/* From after the opening tag to after its closing one; 0 where there is none. */
static size_t content_length(parry_str s, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i + n + 2 < s.n; i++) {
        const char *at = memchr(s.p + i, '<', s.n - i);
        if (at == NULL)
            return 0;
        i = (size_t)(at - s.p);
        if (i + n + 2 < s.n && s.p[i + 1] == '/' && strncasecmp(s.p + i + 2, name, n) == 0 &&
            (white(s.p[i + 2 + n]) || strchr("/>", s.p[i + 2 + n]) != NULL)) {
            const char *end = memchr(s.p + i, '>', s.n - i);
            return end ? (size_t)(end - s.p) + 1 : 0;
        }
    }
    return 0;
}

static bool enter(tamer *t, const tag *g)
{
    bool format = formatting(g->name);
    if (t->depth >= DEPTH_MAX || (format && t->formats >= FORMAT_MAX))
        return false;
    memcpy(t->open[t->depth].name, g->name, sizeof g->name);
    t->open[t->depth++].format = format;
    t->formats += format;
    return true;
}

static void forget(tamer *t, size_t from, size_t upto)
{
    for (size_t i = from; i < upto; i++)
        t->formats -= t->open[i].format;
    memmove(t->open + from, t->open + upto, (t->depth - upto) * sizeof *t->open);
    t->depth -= upto - from;
}

/* A formatting element leaves alone, others take along what was left open inside. */
static bool leave(tamer *t, const tag *g)
{
    for (size_t i = t->depth; i-- > 0;)
        if (strcmp(t->open[i].name, g->name) == 0) {
            forget(t, i, t->open[i].format ? i + 1 : t->depth);
            return true;
        }
    return false;
}

static bool stays(tamer *t, const tag *g)
{
    if (unwrapped(g->name))
        return false;
    if (is_void(g->name))
        return !g->closing || strcmp(g->name, "br") == 0;
    if (closes_itself(g->name))
        return true;
    return g->closing ? leave(t, g) : enter(t, g);
}

/* Content up to the closing tag; 0 where there is none, or where too many were looked for in vain. */
static size_t content(tamer *t, parry_str s, const tag *g)
{
    if (g->closing || t->fails >= FAILS_MAX)
        return 0;
    size_t n = content_length(parry_str_from(s, g->n), g->name);
    t->fails += n == 0;
    return n;
}

/* Its content is text for browsers of long ago; the element becomes a link when the tree is written. */
static size_t iframe(tamer *t, parry_str s, const tag *g)
{
    size_t inside = content(t, s, g);
    if (inside > 0) {
        parry_buf_add(t->out, s.p, g->n);
        parry_buf_addz(t->out, "</iframe>");
    }
    return g->n + inside;
}

/* No element of HTML: a component (it has values, closes itself or is closed), whose tags go, or a placeholder like
 * <port>, which is text. */
static size_t unknown(tamer *t, const tag *g)
{
    bool component = g->closing || g->values || g->self_closing || !parry_names_free(&t->closed, parry_str_of(g->name));
    if (component)
        return g->n;
    parry_buf_addz(t->out, "&lt;");
    return 1;
}

static size_t element(tamer *t, parry_str s, const tag *g)
{
    if (removed(g->name))
        return g->n + (g->self_closing ? 0 : content(t, s, g));
    if (strcmp(g->name, "iframe") == 0)
        return iframe(t, s, g);
    if (gumbo_tag_enum(g->name) >= GUMBO_TAG_UNKNOWN)
        return unknown(t, g);
    if (stays(t, g))
        parry_buf_add(t->out, s.p, g->n);
    return g->n;
}

/* The bytes at s, which starts with '<'; how many were used. */
static size_t markup(tamer *t, parry_str s)
{
    tag g;
    if (parry_str_starts(s, "<!--"))
        return comment_length(s);
    bool opens = s.n > 1 && letter(s.p[1]), closes = s.n > 2 && s.p[1] == '/' && letter(s.p[2]);
    if (!opens && !closes && s.n > 1 && strchr("!?/", s.p[1]) != NULL) { /* bogus comment */
        const char *end = memchr(s.p, '>', s.n);
        return end ? (size_t)(end - s.p) + 1 : s.n;
    }
    bool whole = (opens || closes) && t->fails < FAILS_MAX && read_tag(s, &g);
    if (whole)
        return element(t, s, &g);
    t->fails += opens || closes;
    parry_buf_addz(t->out, "&lt;");
    return 1;
}

/* The names in "</name": read without regard to what is around, as it only decides how a placeholder looks. */
static void find_closed(parry_arena *a, parry_str html, parry_names *closed)
{
    for (size_t i = 0; i + 2 < html.n; i++) {
        if (html.p[i] != '<' || html.p[i + 1] != '/' || !letter(html.p[i + 2]))
            continue;
        char name[NAME_MAX_BYTES] = {0};
        for (size_t k = 0; k < sizeof name - 1 && i + 2 + k < html.n; k++) {
            char c = html.p[i + 2 + k];
            if (white(c) || c == '/' || c == '>')
                break;
            name[k] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
        if (gumbo_tag_enum(name) >= GUMBO_TAG_UNKNOWN && parry_names_free(closed, parry_str_of(name)))
            parry_names_take(closed, parry_str_copy(a, parry_str_of(name)));
    }
}

void parry_html_tame(parry_arena *a, parry_str html, parry_buf *out)
{
    tamer *t = PARRY_NEW(a, tamer);
    t->out = out;
    t->closed.arena = a;
    find_closed(a, html, &t->closed);
    for (size_t i = 0; i < html.n;) {
        const char *lt = memchr(html.p + i, '<', html.n - i);
        size_t text = lt ? (size_t)(lt - html.p) - i : html.n - i;
        parry_buf_add(out, html.p + i, text);
        i += text;
        if (lt != NULL)
            i += markup(t, parry_str_from(html, i));
    }
}
