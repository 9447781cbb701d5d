/* The tree as text: blocks on lines of their own, cells with bars between, nothing that only helps the eye. */
#include "content/sections.h"

#include "content/names.h"

#include <stdint.h>

typedef struct writer {
    parry_arena *arena;
    const parry_outline *outline;
    parry_section *sections;
    size_t n, cap, heading;                    /* heading: the next of the outline */
    parry_buf text;                            /* of the current section */
    bool gap, line, cell;                      /* what comes before the next word: a space, a line break, a bar */
    bool many;                                 /* PARRY_SECTIONS_MAX was reached */
    size_t pre;                                /* <pre> we are in */
    parry_str titles[PARRY_HEADING_DEPTH + 1]; /* the heading now open at each level; empty where none */
} writer;

static void before_word(writer *w)
{
    bool first = w->text.n == 0 || w->text.p[w->text.n - 1] == '\n';
    if (w->line && w->text.n > 0)
        parry_buf_addc(&w->text, '\n');
    else if (w->cell && !first)
        parry_buf_addz(&w->text, " | ");
    else if (w->gap && !first)
        parry_buf_addc(&w->text, ' ');
    w->gap = w->line = w->cell = false;
}

static bool is_blank(unsigned cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xA0 || cp == 0x202F || (cp >= 0x2000 && cp <= 0x200A);
}

static void add_text(writer *w, parry_str s)
{
    while (s.n > 0) {
        unsigned cp;
        size_t n = parry_utf8_next(s, &cp);
        if (w->pre > 0 && cp == '\n') {
            w->line = w->text.n > 0;
        } else if (is_blank(cp)) {
            w->gap = true;
        } else if (cp != 0x200B && cp != 0x2060 && cp != 0xFEFF && cp != 0xAD) {
            before_word(w);
            parry_buf_add(&w->text, s.p, n);
        }
        s = parry_str_from(s, n);
    }
}

static void end_section(writer *w)
{
    if (w->n > 0)
        w->sections[w->n - 1].text = parry_str_copy(w->arena, parry_buf_str(&w->text));
    parry_buf_clear(&w->text);
    w->gap = w->line = w->cell = false;
}

static parry_section *start_section(writer *w)
{
    end_section(w);
    w->sections = parry_arena_grow(w->arena, w->sections, w->n, &w->cap, sizeof *w->sections);
    w->sections[w->n] = (parry_section){0};
    return &w->sections[w->n++];
}

static parry_str path_of(writer *w, const parry_heading *h)
{
    parry_buf b = PARRY_BUF(SIZE_MAX / 4);
    w->titles[h->level] = h->text;
    for (int i = h->level + 1; i <= PARRY_HEADING_DEPTH; i++)
        w->titles[i] = parry_str_make(NULL, 0);
    for (int i = 1; i <= h->level; i++) {
        if (w->titles[i].n == 0)
            continue;
        if (b.n > 0)
            parry_buf_addz(&b, " > ");
        parry_buf_adds(&b, w->titles[i]);
    }
    if (h->leads) /* as good as the title, which stands in no path but its own */
        w->titles[1] = parry_str_make(NULL, 0);
    parry_str path = parry_str_copy(w->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return path;
}

/* True where the heading's own text is done with; false where it is to be written as a line of text. */
static bool on_heading(writer *w)
{
    const parry_heading *h = &w->outline->headings[w->heading++];
    if (h->is_title)
        return true;
    if (w->n >= PARRY_SECTIONS_MAX) {
        w->many = true;
        return false;
    }
    parry_section *s = start_section(w);
    s->level = h->level;
    s->heading = h->text;
    s->anchor = h->anchor;
    s->path = path_of(w, h);
    return h->text.n < PARRY_HEADING_MAX - 3; /* one that was cut is worth keeping whole */
}

/* A list of nothing but links into this very page is a table of contents. */
static bool is_contents(parry_arena *a, GumboNode *list)
{
    parry_walk w = parry_walk_from(a, list);
    size_t links = 0;
    while (parry_walk_next(&w)) {
        if (w.leaving)
            continue;
        if (w.node->type == GUMBO_NODE_TEXT)
            return false;
        if (parry_node_is(w.node, GUMBO_TAG_A)) {
            if (!parry_str_starts(parry_node_attr(w.node, "href"), "#"))
                return false;
            links++;
            parry_walk_skip(&w);
        }
    }
    return links > 1;
}

/* Not read out. What else is not is gone since parry_html_tame. */
static const bool silent[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_NAV] = true,      [GUMBO_TAG_IFRAME] = true,   [GUMBO_TAG_SCRIPT] = true,
    [GUMBO_TAG_STYLE] = true,    [GUMBO_TAG_TEMPLATE] = true, [GUMBO_TAG_TITLE] = true,
    [GUMBO_TAG_TEXTAREA] = true, [GUMBO_TAG_SVG] = true,      [GUMBO_TAG_MATH] = true,
};

/* Part of a line; everything else is a block. */
static const bool in_line[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_A] = true,    [GUMBO_TAG_ABBR] = true,   [GUMBO_TAG_B] = true,      [GUMBO_TAG_BDI] = true,
    [GUMBO_TAG_BDO] = true,  [GUMBO_TAG_BIG] = true,    [GUMBO_TAG_BUTTON] = true, [GUMBO_TAG_CITE] = true,
    [GUMBO_TAG_CODE] = true, [GUMBO_TAG_DATA] = true,   [GUMBO_TAG_DEL] = true,    [GUMBO_TAG_DFN] = true,
    [GUMBO_TAG_EM] = true,   [GUMBO_TAG_FONT] = true,   [GUMBO_TAG_I] = true,      [GUMBO_TAG_INS] = true,
    [GUMBO_TAG_KBD] = true,  [GUMBO_TAG_LABEL] = true,  [GUMBO_TAG_MARK] = true,   [GUMBO_TAG_Q] = true,
    [GUMBO_TAG_RUBY] = true, [GUMBO_TAG_S] = true,      [GUMBO_TAG_SAMP] = true,   [GUMBO_TAG_SMALL] = true,
    [GUMBO_TAG_SPAN] = true, [GUMBO_TAG_STRIKE] = true, [GUMBO_TAG_STRONG] = true, [GUMBO_TAG_SUB] = true,
    [GUMBO_TAG_SUP] = true,  [GUMBO_TAG_TIME] = true,   [GUMBO_TAG_TT] = true,     [GUMBO_TAG_U] = true,
    [GUMBO_TAG_VAR] = true,  [GUMBO_TAG_WBR] = true,    [GUMBO_TAG_RB] = true,     [GUMBO_TAG_RT] = true,
    [GUMBO_TAG_RP] = true,   [GUMBO_TAG_NOBR] = true,   [GUMBO_TAG_OUTPUT] = true, [GUMBO_TAG_BR] = true,
    [GUMBO_TAG_IMG] = true,  [GUMBO_TAG_INPUT] = true,  [GUMBO_TAG_TD] = true,     [GUMBO_TAG_TH] = true,
};

static bool unspoken(writer *w, GumboNode *n)
{
    GumboTag tag = n->v.element.tag;
    return silent[tag] || ((tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL) && is_contents(w->arena, n));
}

static bool in_cell(const GumboNode *n)
{
    const GumboNode *p = n->parent;
    for (int i = 0; p != NULL && i < 4;
         i++, p = p->parent) /* a cell holds a paragraph or a list now and then, not more */
        if (parry_node_is(p, GUMBO_TAG_TD) || parry_node_is(p, GUMBO_TAG_TH))
            return true;
    return false;
}

static void on_element(writer *w, parry_walk *walk)
{
    GumboNode *n = walk->node;
    GumboTag tag = n->v.element.tag;
    if (tag == GUMBO_TAG_PRE)
        w->pre += walk->leaving ? (size_t)-1 : 1;
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH)
        w->cell = true;
    else if (tag == GUMBO_TAG_BR || (!in_line[tag] && in_cell(n)))
        w->gap = true;
    else if (!in_line[tag])
        w->line = true;
    if (walk->leaving)
        return;
    if (tag == GUMBO_TAG_IMG)
        add_text(w, parry_node_attr(n, "alt"));
    if (unspoken(w, n) || (parry_heading_level(n) > 0 && on_heading(w)))
        parry_walk_skip(walk);
}

bool parry_sections_of(parry_arena *a, const parry_outline *outline, parry_section **sections, size_t *n)
{
    writer w = {.arena = a, .outline = outline, .text = PARRY_BUF(SIZE_MAX / 4)};
    parry_walk walk = parry_walk_from(a, outline->root);
    start_section(&w);
    while (parry_walk_next(&walk)) {
        GumboNode *node = walk.node;
        if (node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE)
            on_element(&w, &walk);
        else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA)
            add_text(&w, parry_str_of(node->v.text.text));
    }
    end_section(&w);
    parry_buf_free(&w.text);
    *sections = w.sections;
    *n = w.n;
    return w.many;
}
