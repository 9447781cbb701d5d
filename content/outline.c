/* Headings and anchors. Ids that authors wrote are taken first, in the order of the text; headings without one then get
 * GitHub's, made unique beside them. */
#include "content/outline.h"

#include "content/names.h"

#include <strings.h>

int parry_heading_level(const GumboNode *n)
{
    if (n->type != GUMBO_NODE_ELEMENT || n->v.element.tag < GUMBO_TAG_H1 || n->v.element.tag > GUMBO_TAG_H6)
        return 0;
    return (int)n->v.element.tag - (int)GUMBO_TAG_H1 + 1;
}

typedef struct outliner {
    parry_arena *arena;
    parry_outline *out;
    size_t cap;
    parry_names ids;
    GumboNode *pending; /* an empty <a id=...> with nothing after it yet: it names the heading that follows */
    size_t inside;      /* headings we are in */
    bool text_seen;     /* any text before the heading */
} outliner;

/* "Text {#id}" or "Text {: #id}" at the end of a heading: the mark goes, the id comes back. */
static parry_str take_mark(parry_arena *a, GumboNode *heading)
{
    parry_str none = {NULL, 0};
    GumboVector *v = &heading->v.element.children;
    GumboNode *last = v->length > 0 ? v->data[v->length - 1] : NULL;
    if (last == NULL || last->type != GUMBO_NODE_TEXT)
        return none;
    parry_str text = parry_str_trim(parry_str_of(last->v.text.text));
    const char *open = text.n > 3 && text.p[text.n - 1] == '}' ? memrchr(text.p, '{', text.n) : NULL;
    if (open == NULL)
        return none;
    parry_str id = parry_str_make(open + 1, (size_t)(text.p + text.n - 1 - open - 1));
    if (parry_str_starts(id, ":"))
        id = parry_str_from(id, 1);
    id = parry_str_trim(id);
    if (!parry_str_starts(id, "#"))
        return none;
    while (open > last->v.text.text && open[-1] == ' ')
        open--;
    last->v.text.text = parry_str_z(a, parry_str_make(last->v.text.text, (size_t)(open - last->v.text.text)));
    return parry_str_from(id, 1);
}

static parry_str own_id(GumboNode *n)
{
    parry_str id = parry_str_trim(parry_node_attr(n, "id"));
    if (id.n == 0 && parry_node_is(n, GUMBO_TAG_A))
        id = parry_str_trim(parry_node_attr(n, "name"));
    return parry_anchor_fine(id) ? id : parry_str_make(NULL, 0);
}

/* An id may stand once. It is kept in `id` whatever it was written as. */
static void keep_id(outliner *o, GumboNode *n, parry_str id)
{
    bool mine = id.n > 0 && parry_names_take(&o->ids, id);
    parry_node_set_attr(o->arena, n, "id", mine ? id : parry_str_make(NULL, 0));
}

static bool empty_anchor(parry_arena *a, GumboNode *n)
{
    return parry_node_is(n, GUMBO_TAG_A) && parry_node_attr(n, "href").n == 0 && parry_node_text(a, n).n == 0;
}

static void on_heading(outliner *o, GumboNode *n, int level)
{
    parry_outline *out = o->out;
    out->headings = parry_arena_grow(o->arena, out->headings, out->n, &o->cap, sizeof *out->headings);
    parry_heading *h = &out->headings[out->n++];
    parry_str id = take_mark(o->arena, n);
    parry_str own = own_id(n);
    *h = (parry_heading){.node = n, .level = level};
    h->leads = level == 1 && out->n == 1 && !o->text_seen;
    h->text = parry_node_text(o->arena, n);
    if (level == 1 && out->first_h1.n == 0)
        out->first_h1 = h->text;
    h->anchor = parry_anchor_fine(id) ? id : own;
    if (h->anchor.n > 0 && !parry_names_take(&o->ids, h->anchor))
        h->anchor = parry_str_make(NULL, 0);
    if (h->anchor.n == 0 && o->pending != NULL) { /* already taken, by the anchor before */
        h->anchor = parry_node_attr(o->pending, "id");
        parry_node_set_attr(o->arena, o->pending, "id", parry_str_make(NULL, 0));
    }
    o->pending = NULL;
    o->inside++;
}

/* "## <a name="x"></a>Text": the heading takes the anchor's name. */
static void on_element(outliner *o, GumboNode *n)
{
    int level = parry_heading_level(n);
    if (level > 0) {
        on_heading(o, n, level);
        return;
    }
    bool named = parry_node_attr(n, "id").n > 0 || parry_node_attr(n, "name").n > 0;
    if (named)
        keep_id(o, n, own_id(n));
    if (!named || parry_node_attr(n, "id").n == 0 || !empty_anchor(o->arena, n))
        return;
    parry_heading *h = o->inside > 0 ? &o->out->headings[o->out->n - 1] : NULL;
    if (h == NULL) {
        o->pending = n;
    } else if (h->anchor.n == 0) {
        h->anchor = parry_node_attr(n, "id");
        parry_node_set_attr(o->arena, n, "id", parry_str_make(NULL, 0));
    }
}

const char *parry_callout_of(parry_str text, size_t *n)
{
    static const char *const kinds[] = {"note", "tip", "important", "warning", "caution", "danger", "info"};
    if (!parry_str_starts(text, "[!"))
        return NULL;
    const char *end = memchr(text.p, ']', text.n < 20 ? text.n : 20);
    parry_str word = end ? parry_str_make(text.p + 2, (size_t)(end - text.p) - 2) : parry_str_make(NULL, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (word.n == strlen(kinds[i]) && strncasecmp(word.p, kinds[i], word.n) == 0) {
            *n = word.n + 3;
            return kinds[i];
        }
    return NULL;
}

static GumboNode *first_child(GumboNode *n)
{
    GumboVector *v = &n->v.element.children;
    for (unsigned i = 0; i < v->length; i++) {
        GumboNode *child = v->data[i];
        if (child->type != GUMBO_NODE_WHITESPACE)
            return child;
    }
    return NULL;
}

/* > [!NOTE] becomes <blockquote class="callout note">; the author's own class goes. */
static void on_quote(parry_arena *a, GumboNode *quote)
{
    parry_node_set_attr(a, quote, "class", parry_str_make(NULL, 0));
    GumboNode *p = first_child(quote), *text = p;
    if (p != NULL && parry_node_is(p, GUMBO_TAG_P))
        text = first_child(p);
    if (text == NULL || text->type != GUMBO_NODE_TEXT)
        return;
    size_t n = 0;
    const char *kind = parry_callout_of(parry_str_of(text->v.text.text), &n);
    if (kind == NULL)
        return;
    GumboVector *line = &text->parent->v.element.children;
    GumboNode *after = text->index_within_parent + 1 < line->length ? line->data[text->index_within_parent + 1] : NULL;
    parry_str rest = parry_str_trim(parry_str_of(text->v.text.text + n));
    text->v.text.text = rest.p;
    if (rest.n == 0 && after != NULL && parry_node_is(after, GUMBO_TAG_BR)) { /* "> [!NOTE]  " with a hard break */
        after->type = GUMBO_NODE_WHITESPACE;
        after->v.text.text = "";
    }
    parry_node_set_attr(a, quote, "class", parry_str_printf(a, "callout %s", kind));
}

static void give_anchors(outliner *o)
{
    for (size_t i = 0; i < o->out->n; i++) {
        parry_heading *h = &o->out->headings[i];
        h->text = parry_utf8_cut(h->text, PARRY_HEADING_MAX);
        if (h->anchor.n == 0)
            h->anchor = parry_names_claim(&o->ids, parry_anchor_of(o->arena, h->text));
        parry_node_set_attr(o->arena, h->node, "id", h->anchor);
    }
}

void parry_outline_of(parry_arena *a, GumboNode *root, parry_outline *out)
{
    outliner o = {.arena = a, .out = out, .ids = {.arena = a}};
    parry_walk w = parry_walk_from(a, root);
    *out = (parry_outline){.root = root};
    while (parry_walk_next(&w)) {
        bool text = w.node->type == GUMBO_NODE_TEXT || w.node->type == GUMBO_NODE_CDATA;
        if (text) {
            o.pending = NULL;
            o.text_seen = true;
        } else if (w.leaving) {
            o.inside -= parry_heading_level(w.node) > 0;
        } else if (w.node->type == GUMBO_NODE_ELEMENT) {
            if (parry_node_is(w.node, GUMBO_TAG_BLOCKQUOTE))
                on_quote(a, w.node);
            on_element(&o, w.node);
        }
    }
    give_anchors(&o);
}

void parry_outline_title(parry_outline *o, parry_str title)
{
    if (o->n > 0 && o->headings[0].leads)
        o->headings[0].is_title = parry_str_eq(o->headings[0].text, parry_utf8_cut(title, PARRY_HEADING_MAX));
}
