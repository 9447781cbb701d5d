/* An article from its file: text, front matter, tree, outline, sections. */
#include "content/article.h"

#include "content/front_matter.h"
#include "content/html.h"
#include "content/markdown.h"
#include "content/names.h"
#include "content/outline.h"
#include "content/sections.h"
#include "content/source.h"
#include "content/tidy.h"
#include "content/warn.h"

enum { FIELD_MAX = 300 }; /* bytes of a title, an author, ... */

const char *parry_status_name(parry_status s)
{
    switch (s) {
    case PARRY_DRAFT:
        return "draft";
    case PARRY_PUBLISHED:
        return "published";
    case PARRY_ARCHIVED:
        return "archived";
    }
    return "draft";
}

static parry_str first_of(parry_str a, parry_str b) { return a.n > 0 ? a : b; }
static bool letters(parry_str s)
{
    bool all = s.n > 0;
    for (size_t i = 0; i < s.n && all; i++)
        all = (s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z';
    return all;
}

/* "EN_us" -> "en-US", "zh-hant" -> "zh-Hant"; empty where it is no language tag. */
static parry_str locale_of(parry_arena *a, parry_str told)
{
    char *p = parry_str_z(a, told);
    parry_str rest = parry_str_make(p, told.n), part;
    for (size_t i = 0; i < told.n; i++)
        p[i] = p[i] == '_' ? '-' : (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
    for (int i = 0; parry_str_split(&rest, '-', &part); i++) {
        char *at = p + (part.p - p);
        bool word = letters(part), number = part.n == 3 && !word;
        if (part.n > 8 || (i == 0 && (!word || part.n < 2 || part.n > 3)) || (i > 0 && !word && !number && part.n < 4))
            return parry_str_make(NULL, 0);
        if (i > 0 && word && part.n == 4)
            at[0] = (char)(at[0] - 32);
        for (size_t k = 0; i > 0 && word && part.n == 2 && k < 2; k++)
            at[k] = (char)(at[k] - 32);
    }
    return told.n <= 35 ? parry_str_make(p, told.n) : parry_str_make(NULL, 0);
}

static parry_str short_field(parry_arena *a, parry_str s) { return parry_utf8_cut(parry_squeeze(a, s), FIELD_MAX); }

static parry_str title_of(parry_arena *a, const parry_front *f, const parry_outline *o, parry_str path)
{
    parry_str title = first_of(short_field(a, f->title), short_field(a, o->first_h1));
    if (title.n == 0)
        title = short_field(a, parry_words_of(a, parry_path_name(path)));
    return first_of(title, parry_str_of("Untitled"));
}

static parry_str category_of(parry_arena *a, const parry_front *f, parry_str path)
{
    parry_str folder = parry_path_folder(path), last = folder;
    for (size_t i = folder.n; i > 0 && folder.p[i - 1] != '/'; i--)
        last = parry_str_from(folder, i - 1);
    return first_of(short_field(a, f->category), short_field(a, parry_words_of(a, last)));
}

static void names_of(parry_arena *a, const parry_front *f, parry_str path, parry_article *out)
{
    out->id = parry_id_of(a, f->id);
    if (out->id.n == 0)
        out->id = first_of(parry_id_of(a, parry_path_bare(path)), parry_str_of("article"));
    out->slug = parry_slug_of(a, f->slug);
    if (out->slug.n == 0)
        out->slug = parry_slug_of(a, parry_path_name(path));
    if (out->slug.n == 0)
        out->slug = parry_slug_of(a, out->id);
    out->audience = first_of(parry_slug_of(a, f->audience), parry_str_of("customer"));
}

static void locale_field(parry_arena *a, const parry_front *f, parry_str path, const parry_warnings *w,
                         parry_article *out)
{
    parry_str locale = locale_of(a, f->locale);
    if (locale.n == 0 && f->locale.n > 0)
        parry_warn(w, path, 0, "locale \"%.*s\" is no language tag; taken as en",
                   PARRY_FMT(parry_utf8_cut(f->locale, 40)));
    out->locale = first_of(locale, parry_str_of("en"));
}

static void fields_of(parry_arena *a, const parry_front *f, parry_article *out)
{
    out->category = category_of(a, f, out->source);
    out->author = short_field(a, f->author);
    out->created = short_field(a, f->created);
    out->updated = short_field(a, f->updated);
    out->review_by = short_field(a, f->review_by);
    out->keywords = f->keywords;
    out->nkeywords = f->nkeywords;
    out->product = short_field(a, f->product);
    out->tags = PARRY_ARRAY(a, parry_str, f->ntags + 1);
    for (size_t i = 0; i < f->ntags; i++)
        out->tags[out->ntags++] = parry_utf8_cut(f->tags[i], PARRY_TAG_MAX);
    out->related = PARRY_ARRAY(a, parry_str, f->nrelated + 1);
    for (size_t i = 0; i < f->nrelated; i++) {
        parry_str id =
            parry_id_of(a, parry_path_markdown(f->related[i]) ? parry_path_bare(f->related[i]) : f->related[i]);
        if (id.n > 0)
            out->related[out->nrelated++] = id;
    }
    out->answers = f->answers;
    out->nanswers = f->nanswers;
    out->status = f->status;
    out->searchable = f->searchable;
    out->promoted = f->promoted;
    out->extra = f->extra;
}

/* Body, title and sections: what needs the tree. */
static parry_code read_body(parry_arena *a, const parry_front *f, const parry_warnings *w, parry_article *out,
                            parry_err *err)
{
    GumboNode *root = NULL;
    parry_outline outline;
    parry_str path = out->source;
    bool nothing = parry_str_trim(f->body).n == 0;
    if (nothing && !f->found)
        return parry_fail(err, PARRY_INVALID, "%.*s holds nothing to read", PARRY_FMT(path));
    if (nothing)
        parry_warn(w, path, f->body_line, "no text below the front matter");
    parry_str markdown = parry_tidy(a, f->body, path, f->body_line, w);
    parry_code code = parry_markdown_tree(a, markdown, &root, err);
    if (code != PARRY_OK)
        return code;
    parry_outline_of(a, root, &outline);
    out->title = title_of(a, f, &outline, path);
    parry_outline_title(&outline, out->title);
    if (parry_sections_of(a, &outline, &out->sections, &out->nsections))
        parry_warn(w, path, 0, "more than %d headings; the later ones are not sections", PARRY_SECTIONS_MAX);
    out->body = f->body;
    return PARRY_OK;
}

parry_code parry_article_parse(parry_arena *a, parry_str bytes, parry_str path, const parry_warnings *warnings,
                               parry_article *out, parry_err *err)
{
    parry_front front;
    parry_article article = {.source = parry_str_copy(a, path)};
    parry_str text;
    parry_code code = parry_source_text(a, bytes, path, warnings, &text, err);
    if (code != PARRY_OK)
        return code;
    if (text.p >= bytes.p && text.p <= bytes.p + bytes.n) /* the article owns what it points to */
        text = parry_str_copy(a, text);
    parry_front_read(a, text, article.source, warnings, &front);
    code = read_body(a, &front, warnings, &article, err);
    if (code != PARRY_OK) {
        json_decref(front.extra);
        parry_err_context(err, "%.*s", PARRY_FMT(path));
        return code;
    }
    names_of(a, &front, path, &article);
    locale_field(a, &front, path, warnings, &article);
    fields_of(a, &front, &article);
    article.hash = parry_source_hash(bytes, path);
    *out = article;
    return PARRY_OK;
}

void parry_article_free(parry_article *article)
{
    json_decref(article->extra);
    article->extra = NULL;
}

parry_code parry_article_html(parry_arena *a, const parry_article *article, parry_link_fn link, void *ctx,
                              parry_str *html, parry_err *err)
{
    GumboNode *root = NULL;
    parry_outline outline;
    parry_str markdown = parry_tidy(a, article->body, article->source, 1, NULL);
    parry_code code = parry_markdown_tree(a, markdown, &root, err);
    if (code != PARRY_OK) {
        parry_err_context(err, "%.*s", PARRY_FMT(article->source));
        return code;
    }
    parry_outline_of(a, root, &outline);
    parry_outline_title(&outline, article->title);
    *html = parry_html_write(a, &outline, article->source, link, ctx);
    return PARRY_OK;
}

static void set(json_t *o, const char *key, parry_str s)
{
    if (s.n > 0)
        json_object_set_new(o, key, json_stringn(s.p, s.n));
}

static json_t *texts(const parry_str *list, size_t n)
{
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, json_stringn(list[i].p, list[i].n));
    return out;
}

json_t *parry_article_json(const parry_article *article)
{
    char hex[PARRY_HASH_HEX + 1];
    json_t *o = json_object();
    set(o, "id", article->id);
    set(o, "title", article->title);
    set(o, "slug", article->slug);
    set(o, "locale", article->locale);
    set(o, "audience", article->audience);
    set(o, "category", article->category);
    set(o, "author", article->author);
    set(o, "created", article->created);
    set(o, "updated", article->updated);
    set(o, "review_by", article->review_by);
    json_object_set_new(o, "keywords", texts(article->keywords, article->nkeywords));
    set(o, "product", article->product);
    json_object_set_new(o, "tags", texts(article->tags, article->ntags));
    json_object_set_new(o, "related", texts(article->related, article->nrelated));
    json_object_set_new(o, "answers", texts(article->answers, article->nanswers));
    json_object_set_new(o, "status", json_string(parry_status_name(article->status)));
    json_object_set_new(o, "search", json_boolean(article->searchable));
    json_object_set_new(o, "promoted", json_boolean(article->promoted));
    json_object_set_new(o, "extra", article->extra ? json_deep_copy(article->extra) : json_object());
    set(o, "source", article->source);
    parry_hash_hex(article->hash, hex);
    json_object_set_new(o, "hash", json_string(hex));
    return o;
}
