/* The allow-list, and the writer that knows nothing else. Every name it writes is a constant of this file, every value
 * is checked by kind and escaped, and what it writes is well formed whatever the tree is. */
#include "content/html.h"

#include "base/html.h"
#include "content/links.h"
#include "content/names.h"

#include <stdint.h>
#include <strings.h>

typedef enum value_kind { WORDS, NUMBER, URL, LANGUAGE, ONE_OF, CODE_CLASS, QUOTE_CLASS, FLAG } value_kind;

typedef struct attr_rule {
    GumboTag tag; /* GUMBO_TAG_LAST: any */
    const char *name;
    value_kind kind;
    const char *choices; /* for ONE_OF: " a b c " */
} attr_rule;

static const attr_rule attr_rules[] = {
    {GUMBO_TAG_LAST, "id", WORDS, NULL}, /* checked and made unique by the outline */
    {GUMBO_TAG_LAST, "lang", LANGUAGE, NULL},
    {GUMBO_TAG_LAST, "dir", ONE_OF, " ltr rtl auto "},
    {GUMBO_TAG_A, "href", URL, NULL},
    {GUMBO_TAG_A, "title", WORDS, NULL},
    {GUMBO_TAG_ABBR, "title", WORDS, NULL},
    {GUMBO_TAG_DFN, "title", WORDS, NULL},
    {GUMBO_TAG_IMG, "src", URL, NULL},
    {GUMBO_TAG_IMG, "title", WORDS, NULL},
    {GUMBO_TAG_IMG, "width", NUMBER, NULL},
    {GUMBO_TAG_IMG, "height", NUMBER, NULL},
    {GUMBO_TAG_OL, "start", NUMBER, NULL},
    {GUMBO_TAG_OL, "type", ONE_OF, " 1 a A i I "},
    {GUMBO_TAG_LI, "value", NUMBER, NULL},
    {GUMBO_TAG_TD, "colspan", NUMBER, NULL},
    {GUMBO_TAG_TD, "rowspan", NUMBER, NULL},
    {GUMBO_TAG_TD, "align", ONE_OF, " left center right "},
    {GUMBO_TAG_TH, "colspan", NUMBER, NULL},
    {GUMBO_TAG_TH, "rowspan", NUMBER, NULL},
    {GUMBO_TAG_TH, "align", ONE_OF, " left center right "},
    {GUMBO_TAG_COL, "span", NUMBER, NULL},
    {GUMBO_TAG_COLGROUP, "span", NUMBER, NULL},
    {GUMBO_TAG_TIME, "datetime", WORDS, NULL},
    {GUMBO_TAG_DETAILS, "open", FLAG, NULL},
    {GUMBO_TAG_CODE, "class", CODE_CLASS, NULL},
    {GUMBO_TAG_PRE, "class", CODE_CLASS, NULL},
    {GUMBO_TAG_BLOCKQUOTE, "class", QUOTE_CLASS, NULL},
};

/* What an element is written as; where nothing stands it is not, though what it holds is. */
static const char *const element_names[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_A] = "a",
    [GUMBO_TAG_ABBR] = "abbr",
    [GUMBO_TAG_ASIDE] = "aside",
    [GUMBO_TAG_B] = "b",
    [GUMBO_TAG_BDI] = "bdi",
    [GUMBO_TAG_BLOCKQUOTE] = "blockquote",
    [GUMBO_TAG_BR] = "br",
    [GUMBO_TAG_CAPTION] = "caption",
    [GUMBO_TAG_CITE] = "cite",
    [GUMBO_TAG_CODE] = "code",
    [GUMBO_TAG_COL] = "col",
    [GUMBO_TAG_COLGROUP] = "colgroup",
    [GUMBO_TAG_DD] = "dd",
    [GUMBO_TAG_DEL] = "del",
    [GUMBO_TAG_DETAILS] = "details",
    [GUMBO_TAG_DFN] = "dfn",
    [GUMBO_TAG_DIV] = "div",
    [GUMBO_TAG_DL] = "dl",
    [GUMBO_TAG_DT] = "dt",
    [GUMBO_TAG_EM] = "em",
    [GUMBO_TAG_FIGCAPTION] = "figcaption",
    [GUMBO_TAG_FIGURE] = "figure",
    [GUMBO_TAG_H1] = "h2",
    [GUMBO_TAG_H2] = "h2",
    [GUMBO_TAG_H3] = "h3",
    [GUMBO_TAG_H4] = "h4",
    [GUMBO_TAG_H5] = "h5",
    [GUMBO_TAG_H6] = "h6",
    [GUMBO_TAG_HR] = "hr",
    [GUMBO_TAG_I] = "i",
    [GUMBO_TAG_IMG] = "img",
    [GUMBO_TAG_INS] = "ins",
    [GUMBO_TAG_KBD] = "kbd",
    [GUMBO_TAG_LI] = "li",
    [GUMBO_TAG_MARK] = "mark",
    [GUMBO_TAG_OL] = "ol",
    [GUMBO_TAG_P] = "p",
    [GUMBO_TAG_PRE] = "pre",
    [GUMBO_TAG_Q] = "q",
    [GUMBO_TAG_RP] = "rp",
    [GUMBO_TAG_RT] = "rt",
    [GUMBO_TAG_RUBY] = "ruby",
    [GUMBO_TAG_S] = "s",
    [GUMBO_TAG_STRIKE] = "s",
    [GUMBO_TAG_SAMP] = "samp",
    [GUMBO_TAG_SECTION] = "section",
    [GUMBO_TAG_SMALL] = "small",
    [GUMBO_TAG_SPAN] = "span",
    [GUMBO_TAG_STRONG] = "strong",
    [GUMBO_TAG_SUB] = "sub",
    [GUMBO_TAG_SUMMARY] = "summary",
    [GUMBO_TAG_SUP] = "sup",
    [GUMBO_TAG_TABLE] = "table",
    [GUMBO_TAG_TBODY] = "tbody",
    [GUMBO_TAG_TD] = "td",
    [GUMBO_TAG_TFOOT] = "tfoot",
    [GUMBO_TAG_TH] = "th",
    [GUMBO_TAG_THEAD] = "thead",
    [GUMBO_TAG_TIME] = "time",
    [GUMBO_TAG_TR] = "tr",
    [GUMBO_TAG_TT] = "code",
    [GUMBO_TAG_U] = "u",
    [GUMBO_TAG_UL] = "ul",
    [GUMBO_TAG_VAR] = "var",
    [GUMBO_TAG_WBR] = "wbr",
};

/* Gone with what they hold. Most never reach the tree (parry_html_tame); this list does not rely on that. */
static const bool withheld[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_SCRIPT] = true,   [GUMBO_TAG_STYLE] = true,   [GUMBO_TAG_SVG] = true,      [GUMBO_TAG_MATH] = true,
    [GUMBO_TAG_OBJECT] = true,   [GUMBO_TAG_APPLET] = true,  [GUMBO_TAG_EMBED] = true,    [GUMBO_TAG_TEMPLATE] = true,
    [GUMBO_TAG_NOSCRIPT] = true, [GUMBO_TAG_NOEMBED] = true, [GUMBO_TAG_NOFRAMES] = true, [GUMBO_TAG_TITLE] = true,
    [GUMBO_TAG_TEXTAREA] = true, [GUMBO_TAG_SELECT] = true,  [GUMBO_TAG_XMP] = true,      [GUMBO_TAG_PLAINTEXT] = true,
    [GUMBO_TAG_AUDIO] = true,    [GUMBO_TAG_CANVAS] = true,  [GUMBO_TAG_MAP] = true,
};

typedef struct html_writer {
    parry_arena *arena;
    const parry_outline *outline;
    parry_str source;
    parry_link_fn link;
    void *ctx;
    parry_buf out;
    size_t heading;
} html_writer;

static void attribute(html_writer *w, const char *name, parry_str value)
{
    parry_buf_printf(&w->out, " %s=\"", name);
    parry_html_escape(value, &w->out);
    parry_buf_addc(&w->out, '"');
}

static bool made_of(parry_str s, const char *more, size_t max)
{
    bool fine = s.n > 0 && s.n <= max;
    for (size_t i = 0; i < s.n && fine; i++) {
        char c = s.p[i];
        fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c != 0 && strchr(more, c) != NULL);
    }
    return fine;
}

static bool is_number(parry_str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++)
        digits += s.p[i] >= '0' && s.p[i] <= '9';
    return s.n > 0 && s.n <= 5 && (digits == s.n || (digits == s.n - 1 && s.p[0] == '-' && digits > 0));
}

static bool chosen(parry_str s, const char *choices)
{
    char word[16];
    int n = snprintf(word, sizeof word, " %.*s ", s.n < 8 ? (int)s.n : 0, s.p);
    return s.n > 0 && s.n < 8 && memchr(s.p, ' ', s.n) == NULL && n > 2 && strstr(choices, word) != NULL;
}

static bool value_fine(const attr_rule *rule, parry_str v)
{
    switch (rule->kind) {
    case WORDS:
    case URL: /* cleaned before */
        return v.n > 0;
    case NUMBER:
        return is_number(v);
    case LANGUAGE:
        return made_of(v, "-", 35);
    case ONE_OF:
        return chosen(v, rule->choices);
    case CODE_CLASS:
        return parry_str_starts(v, "language-") && made_of(v, "-_+#.", 40);
    case QUOTE_CLASS:
        return parry_str_starts(v, "callout ") && made_of(v, " ", 40);
    case FLAG:
        return true;
    }
    return false;
}

static void attributes(html_writer *w, GumboNode *n)
{
    GumboTag tag = n->v.element.tag;
    for (size_t i = 0; i < sizeof attr_rules / sizeof *attr_rules; i++) {
        const attr_rule *rule = &attr_rules[i];
        if (rule->tag != tag && rule->tag != GUMBO_TAG_LAST)
            continue;
        const GumboAttribute *at = gumbo_get_attribute(&n->v.element.attributes, rule->name);
        parry_str v = at ? parry_str_of(at->value) : parry_str_make(NULL, 0);
        if (at != NULL && rule->kind == URL)
            v = parry_url_clean(w->arena, v);
        if (at != NULL && value_fine(rule, v))
            attribute(w, rule->name, v);
    }
}

/* Nothing below to see, to read out or to jump to. */
static bool is_empty(html_writer *w, GumboNode *n)
{
    parry_walk walk = parry_walk_from(w->arena, n);
    while (parry_walk_next(&walk)) {
        const GumboNode *at = walk.node;
        bool something = at->type == GUMBO_NODE_TEXT || parry_node_is(at, GUMBO_TAG_IMG) ||
                         parry_node_is(at, GUMBO_TAG_INPUT) || parry_node_is(at, GUMBO_TAG_IFRAME);
        if (something || (at != n && parry_node_attr(at, "id").n > 0))
            return false;
    }
    return true;
}

/* A link to another file of the tree becomes what the caller says; its answer is an URL like any other afterwards. */
static void resolve_link(html_writer *w, GumboNode *a)
{
    parry_str href = parry_url_clean(w->arena, parry_node_attr(a, "href")), target, fragment;
    switch (parry_link_target(w->arena, w->source, href, &target, &fragment)) {
    case PARRY_LINK_OTHER:
        break;
    case PARRY_LINK_OUTSIDE:
        href = parry_str_make(NULL, 0);
        break;
    case PARRY_LINK_ARTICLE:
        if (w->link != NULL) {
            href = parry_url_clean(w->arena, w->link(w->ctx, w->arena, target, fragment));
            break;
        }
        href = parry_str_printf(w->arena, "/articles/%.*s%s%.*s",
                                PARRY_FMT(parry_slug_of(w->arena, parry_path_name(target))), fragment.n ? "#" : "",
                                PARRY_FMT(fragment));
        break;
    }
    parry_node_set_attr(w->arena, a, "href", is_empty(w, a) ? parry_str_make(NULL, 0) : href);
}

static bool bare_anchor(const GumboNode *n) /* <a> that neither links nor is linked to */
{
    return parry_node_is(n, GUMBO_TAG_A) && parry_node_attr(n, "href").n == 0 && parry_node_attr(n, "id").n == 0;
}

static void image(html_writer *w, GumboNode *n)
{
    if (parry_url_clean(w->arena, parry_node_attr(n, "src")).n == 0) { /* nothing to show but its words */
        parry_html_escape(parry_node_attr(n, "alt"), &w->out);
        return;
    }
    parry_buf_addz(&w->out, "<img");
    attributes(w, n);
    attribute(w, "alt", parry_node_attr(n, "alt"));
    parry_buf_addz(&w->out, " loading=\"lazy\">");
}

static void checkbox(html_writer *w, const GumboNode *n) /* of a task list */
{
    bool on = gumbo_get_attribute(&n->v.element.attributes, "checked") != NULL;
    if (strcasecmp(parry_node_attr(n, "type").p ? parry_node_attr(n, "type").p : "", "checkbox") == 0)
        parry_buf_printf(&w->out, "<input type=\"checkbox\" disabled%s aria-label=\"%s\">", on ? " checked" : "",
                         on ? "done" : "to do");
}

static void frame(html_writer *w, GumboNode *n) /* a film or a map of another site: a link to it */
{
    parry_str src = parry_url_clean(w->arena, parry_node_attr(n, "src")), title = parry_node_attr(n, "title");
    if (src.n == 0)
        return;
    parry_buf_addz(&w->out, "<a");
    attribute(w, "href", src);
    parry_buf_addc(&w->out, '>');
    parry_html_escape(title.n > 0 ? title : src, &w->out);
    parry_buf_addz(&w->out, "</a>");
}

/* Which cells a head cell is for: beside data it heads its row, among heads its column. */
static void scope(html_writer *w, const GumboNode *th)
{
    parry_str told = parry_node_attr(th, "scope");
    bool data = false;
    const GumboVector *cells = th->parent ? &th->parent->v.element.children : NULL;
    for (unsigned i = 0; cells != NULL && i < cells->length && i < 64; i++)
        data |= parry_node_is(cells->data[i], GUMBO_TAG_TD);
    attribute(w, "scope", chosen(told, " col row ") ? told : parry_str_of(data ? "row" : "col"));
}

/* The words that a callout's colour stands for. */
static void callout_title(html_writer *w, const GumboNode *quote)
{
    parry_str kind = parry_str_from(parry_node_attr(quote, "class"), strlen("callout "));
    if (kind.n > 0)
        parry_buf_printf(&w->out, "\n<p class=\"callout-title\">%c%.*s</p>", kind.p[0] - 32,
                         PARRY_FMT(parry_str_from(kind, 1)));
}

static void open_element(html_writer *w, GumboNode *n, const char *name)
{
    GumboTag tag = n->v.element.tag;
    if (tag == GUMBO_TAG_TABLE) /* wide ones scroll, by keyboard too */
        parry_buf_addz(&w->out, "<div class=\"table-scroll\" tabindex=\"0\">");
    parry_buf_addc(&w->out, '<');
    parry_buf_addz(&w->out, name);
    attributes(w, n);
    if (tag == GUMBO_TAG_TH)
        scope(w, n);
    parry_buf_addc(&w->out, '>');
    if (tag == GUMBO_TAG_BLOCKQUOTE)
        callout_title(w, n);
    if (tag == GUMBO_TAG_PRE) /* the parser of whoever reads this drops one line break here */
        parry_buf_addc(&w->out, '\n');
}

static void close_element(html_writer *w, const GumboNode *n, const char *name)
{
    GumboTag tag = n->v.element.tag;
    if (tag == GUMBO_TAG_BR || tag == GUMBO_TAG_HR || tag == GUMBO_TAG_WBR || tag == GUMBO_TAG_COL)
        return;
    parry_buf_printf(&w->out, "</%s>", name);
    if (tag == GUMBO_TAG_TABLE)
        parry_buf_addz(&w->out, "</div>");
}

/* Entering: false where nothing below is to be written. */
static bool on_enter(html_writer *w, GumboNode *n)
{
    GumboTag tag = n->v.element.tag;
    const char *name = element_names[tag];
    if (withheld[tag] || n->v.element.tag_namespace != GUMBO_NAMESPACE_HTML || (tag == GUMBO_TAG_P && is_empty(w, n)))
        return false;
    if (parry_heading_level(n) > 0 && w->outline->headings[w->heading++].is_title)
        return false;
    if (tag == GUMBO_TAG_IMG)
        image(w, n);
    else if (tag == GUMBO_TAG_INPUT)
        checkbox(w, n);
    else if (tag == GUMBO_TAG_IFRAME)
        frame(w, n);
    if (tag == GUMBO_TAG_IMG || tag == GUMBO_TAG_INPUT || tag == GUMBO_TAG_IFRAME)
        return false;
    if (tag == GUMBO_TAG_A)
        resolve_link(w, n);
    if (name != NULL && !bare_anchor(n))
        open_element(w, n, name);
    return true;
}

static void on_element(html_writer *w, parry_walk *walk)
{
    GumboNode *n = walk->node;
    if (n == w->outline->root)
        return;
    if (!walk->leaving) {
        if (!on_enter(w, n))
            parry_walk_skip(walk);
        return;
    }
    const char *name = element_names[n->v.element.tag];
    if (name != NULL && !bare_anchor(n))
        close_element(w, n, name);
}

parry_str parry_html_write(parry_arena *a, const parry_outline *outline, parry_str source, parry_link_fn link,
                           void *ctx)
{
    html_writer w = {.arena = a, .outline = outline, .source = source, .link = link, .ctx = ctx};
    w.out = (parry_buf)PARRY_BUF(SIZE_MAX / 4);
    parry_walk walk = parry_walk_from(a, outline->root);
    while (parry_walk_next(&walk)) {
        GumboNode *n = walk.node;
        if (n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE)
            on_element(&w, &walk);
        else if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE || n->type == GUMBO_NODE_CDATA)
            parry_html_escape(parry_str_of(n->v.text.text), &w.out);
    }
    parry_str html = parry_str_copy(a, parry_str_trim(parry_buf_str(&w.out)));
    parry_buf_free(&w.out);
    return html;
}
