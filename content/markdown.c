/* cmark-gfm, then gumbo. Both allocate as the input says, so both get a limit; gumbo's tree lives in the arena, because
 * its own destructor recurses as deep as the tree. */
#include "content/markdown.h"

#include "content/names.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

/* A text of 8 MB with a sign in every third place would take gigabytes as a tree. */
enum { SIGNS_MAX = 1500000, TREE_BYTES = 256 << 20 };

/* An upper bound of the nodes that a text can become, within a small factor. */
static size_t signs(parry_str s)
{
    static const char all[] = "\n*_`[]<>!&|~@";
    bool is_sign[256] = {false};
    size_t n = 0;
    for (const char *c = all; *c != 0; c++)
        is_sign[(unsigned char)*c] = true;
    for (size_t i = 0; i < s.n; i++)
        n += is_sign[(unsigned char)s.p[i]];
    return n;
}

static char *render(parry_str markdown, size_t *n)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char *const names[] = {"table", "strikethrough", "autolink", "tasklist"};
    pthread_once(&once, cmark_gfm_core_extensions_ensure_registered);
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_UNSAFE);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(names[i]));
    cmark_parser_feed(parser, markdown.p ? markdown.p : "", markdown.n);
    cmark_node *doc = cmark_parser_finish(parser);
    char *html = cmark_render_html(doc, CMARK_OPT_UNSAFE, cmark_parser_get_syntax_extensions(parser));
    cmark_node_free(doc);
    cmark_parser_free(parser);
    if (html == NULL)
        parry_oom();
    *n = strlen(html);
    return html;
}

typedef struct budget {
    parry_arena *arena;
    size_t left;
    jmp_buf out; /* gumbo knows no failing allocation; it owns nothing but arena memory, so one may leap out of it */
} budget;

static void *take(void *ctx, size_t n)
{
    budget *b = ctx;
    if (n > b->left)
        longjmp(b->out, 1);
    b->left -= n;
    return parry_arena_alloc(b->arena, n);
}

static void leave(void *ctx, void *p)
{
    (void)ctx;
    (void)p;
}

static GumboNode *parse(budget *b, const char *html, size_t n)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = take;
    options.deallocator = leave;
    options.userdata = b;
    options.max_errors = 0;
    options.fragment_context = GUMBO_TAG_DIV;
    options.fragment_namespace = GUMBO_NAMESPACE_HTML;
    if (setjmp(b->out) != 0)
        return NULL;
    return gumbo_parse_with_options(&options, html, n)->root;
}

parry_code parry_markdown_tree(parry_arena *a, parry_str markdown, GumboNode **root, parry_err *err)
{
    size_t n;
    if (signs(markdown) > SIGNS_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "more markup than text; cut it into several articles");
    char *html = render(markdown, &n);
    parry_buf tame = PARRY_BUF(SIZE_MAX / 4);
    parry_html_tame(a, parry_str_make(html, n), &tame);
    free(html);
    parry_str kept = parry_str_copy(a, parry_buf_str(&tame)); /* the tree points into it */
    parry_buf_free(&tame);
    budget *b = PARRY_NEW(a, budget);
    b->arena = a;
    b->left = TREE_BYTES;
    GumboNode *tree = parse(b, kept.p, kept.n);
    if (tree == NULL)
        return parry_fail(err, PARRY_TOO_LARGE, "its markup grows out of all proportion; close the elements it opens");
    *root = tree;
    return PARRY_OK;
}

static GumboVector *children(GumboNode *n)
{
    if (n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE)
        return &n->v.element.children;
    return NULL;
}

parry_walk parry_walk_from(parry_arena *a, GumboNode *root)
{
    parry_walk w = {.arena = a};
    w.stack = parry_arena_grow(a, NULL, 0, &w.cap, sizeof *w.stack);
    w.stack[w.depth++] = (struct parry_walk_step){root, 0};
    return w;
}

/* The stack holds the elements we are inside of, and how many of their children were met. */
bool parry_walk_next(parry_walk *w)
{
    if (w->leaving)
        w->depth--; /* left it for good */
    w->leaving = false;
    if (w->node == NULL) {
        w->node = w->stack[0].node;
        return true;
    }
    if (w->depth == 0)
        return false;
    struct parry_walk_step *top = &w->stack[w->depth - 1];
    GumboVector *v = children(top->node);
    if (v == NULL || top->next >= v->length) {
        w->node = top->node;
        w->leaving = true;
        return true;
    }
    w->node = v->data[top->next++];
    if (children(w->node) != NULL) {
        w->stack = parry_arena_grow(w->arena, w->stack, w->depth, &w->cap, sizeof *w->stack);
        w->stack[w->depth++] = (struct parry_walk_step){w->node, 0};
    }
    return true;
}

void parry_walk_skip(parry_walk *w)
{
    if (!w->leaving && w->depth > 0 && w->stack[w->depth - 1].node == w->node)
        w->depth--;
}

bool parry_node_is(const GumboNode *n, GumboTag tag)
{
    return n->type == GUMBO_NODE_ELEMENT && n->v.element.tag == tag;
}

static GumboAttribute *find_attr(const GumboNode *n, const char *name)
{
    if (n->type != GUMBO_NODE_ELEMENT && n->type != GUMBO_NODE_TEMPLATE)
        return NULL;
    return gumbo_get_attribute(&n->v.element.attributes, name);
}

parry_str parry_node_attr(const GumboNode *n, const char *name)
{
    const GumboAttribute *at = find_attr(n, name);
    return at ? parry_str_of(at->value) : parry_str_make(NULL, 0);
}

void parry_node_set_attr(parry_arena *a, GumboNode *n, const char *name, parry_str value)
{
    GumboAttribute *at = find_attr(n, name);
    if (at == NULL) {
        GumboVector *v = &n->v.element.attributes;
        void **more = PARRY_ARRAY(a, void *, v->length + 1);
        if (v->length > 0)
            memcpy(more, v->data, v->length * sizeof *more);
        at = PARRY_NEW(a, GumboAttribute);
        at->name = name;
        more[v->length++] = at;
        v->data = more;
        v->capacity = v->length;
    }
    at->value = parry_str_z(a, value);
}

parry_str parry_node_text(parry_arena *a, GumboNode *node)
{
    parry_buf b = PARRY_BUF(SIZE_MAX / 4);
    parry_walk w = parry_walk_from(a, node);
    while (parry_walk_next(&w)) {
        if (w.leaving)
            continue;
        if (w.node->type == GUMBO_NODE_TEXT || w.node->type == GUMBO_NODE_WHITESPACE)
            parry_buf_addz(&b, w.node->v.text.text);
        else if (parry_node_is(w.node, GUMBO_TAG_IMG))
            parry_buf_adds(&b, parry_node_attr(w.node, "alt"));
        else if (parry_node_is(w.node, GUMBO_TAG_BR))
            parry_buf_addc(&b, ' ');
    }
    parry_str text = parry_squeeze(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return text;
}
