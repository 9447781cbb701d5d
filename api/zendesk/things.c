/* Articles, sections and the one category as Zendesk's JSON. */
#include "api/zendesk/inner.h"

#include "api/zendesk/numbers.h"
#include "api/zendesk/zendesk.h"

#include <inttypes.h>

/* "2026-11-06" to "2026-11-06T00:00:00Z". */
static json_t *time_json(parry_str written)
{
    char text[PARRY_TIME_TEXT];
    int64_t ms = 0;
    (void)parry_time_parse(written, &ms, NULL);
    parry_time_text(ms, text);
    return json_sprintf("%.19sZ", text);
}

static json_t *locale_json(const parry_zendesk_asked *q, parry_str locale)
{
    char *z = parry_str_z(q->c->arena, locale.n > 0 ? locale : parry_str_of("en"));
    for (char *p = z; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    return parry_json_text(parry_str_of(z));
}

static json_t *api_url(const parry_zendesk_asked *q, const char *kind, uint64_t number)
{
    return json_sprintf("%s" PARRY_ZENDESK_BASE "%s/%" PRIu64 ".json", q->host, kind, number);
}

static json_t *page_url(const parry_zendesk_asked *q, const char *path, parry_str name)
{
    json_t *j = parry_json_url(q->c, path, name);
    json_t *whole = json_sprintf("%s%s", q->host, json_string_value(j));
    json_decref(j);
    return whole;
}

/* What all three kinds say. */
static json_t *thing_json(const parry_zendesk_asked *q, const char *kind, uint64_t number, parry_str name,
                          parry_str locale)
{
    json_t *j = json_object();
    json_object_set_new(j, "id", json_integer((json_int_t)number));
    json_object_set_new(j, "url", api_url(q, kind, number));
    json_object_set_new(j, "name", parry_json_text(name));
    json_object_set_new(j, "locale", locale_json(q, locale));
    json_object_set_new(j, "source_locale", locale_json(q, locale));
    json_object_set_new(j, "position", json_integer(0));
    json_object_set_new(j, "outdated", json_false());
    return j;
}

static void set_times(json_t *j, parry_str created, parry_str updated)
{
    json_object_set_new(j, "created_at", time_json(created.n > 0 ? created : updated));
    json_object_set_new(j, "updated_at", time_json(updated.n > 0 ? updated : created));
}

static json_t *labels_json(parry_str tags)
{
    json_t *list = json_array();
    parry_str tag;
    while (parry_str_split(&tags, '\n', &tag)) {
        if (tag.n > 0)
            json_array_append_new(list, parry_json_text(tag));
    }
    return list;
}

static void set_article(const parry_zendesk_asked *q, json_t *j, const parry_listing_row *r, const parry_article *a)
{
    json_object_set_new(j, "html_url", page_url(q, "/articles/", r->slug));
    json_object_set_new(j, "title", parry_json_text(r->title));
    json_object_set_new(j, "section_id",
                        json_integer((json_int_t)parry_zendesk_section_number(q, parry_zendesk_section_name(r))));
    json_object_set_new(
        j, "author_id",
        json_integer((json_int_t)parry_number(parry_str_printf(q->c->arena, "author %.*s", PARRY_FMT(a->author)))));
    json_object_set_new(j, "label_names", labels_json(r->tags));
    json_object_set_new(j, "promoted", json_boolean(a->promoted));
    json_object_set_new(j, "draft", json_false());
    json_object_set_new(j, "comments_disabled", json_true());
    json_object_set_new(j, "vote_sum", json_integer(0));
    json_object_set_new(j, "vote_count", json_integer(0));
    json_object_set_new(j, "user_segment_id", json_null());
    set_times(j, a->created, a->updated);
    json_object_set_new(j, "edited_at", time_json(a->updated.n > 0 ? a->updated : a->created));
}

parry_code parry_zendesk_article_json(const parry_zendesk_asked *q, const parry_listing_row *r, json_t **out,
                                      parry_err *err)
{
    parry_article a = {0};
    parry_str html = {NULL, 0};
    parry_code code = parry_visible_article(q->c, r->id, false, &a, err);
    if (code != PARRY_OK)
        return code;
    code = parry_article_page_html(q->c, &a, &html, err);
    if (code == PARRY_OK) {
        json_t *j = thing_json(q, "articles", r->number, r->title, r->locale);
        set_article(q, j, r, &a);
        json_object_set_new(j, "body", parry_json_text(html));
        *out = j;
    }
    parry_article_free(&a);
    return code;
}

static json_t *section_json(const parry_zendesk_asked *q, const parry_listing_row *r, parry_str updated,
                            size_t position)
{
    parry_str name = parry_zendesk_section_name(r);
    json_t *j = thing_json(q, "sections", parry_zendesk_section_number(q, name), name, r->locale);
    json_object_set_new(j, "html_url", page_url(q, "/categories/", r->category));
    json_object_set_new(j, "description", json_string(""));
    json_object_set_new(j, "category_id", json_integer((json_int_t)parry_zendesk_category_number(q)));
    json_object_set_new(j, "parent_section_id", json_null());
    json_object_set_new(j, "position", json_integer((json_int_t)position));
    set_times(j, updated, updated);
    return j;
}

json_t *parry_zendesk_sections_json(const parry_zendesk_asked *q)
{
    json_t *list = json_array();
    for (size_t i = 0, end; i < q->nrows; i = end) {
        parry_str updated = {NULL, 0};
        for (end = i; end < q->nrows && parry_str_eq(q->rows[end]->category, q->rows[i]->category); end++)
            updated = parry_str_cmp(q->rows[end]->updated, updated) > 0 ? q->rows[end]->updated : updated;
        json_array_append_new(list, section_json(q, q->rows[i], updated, json_array_size(list)));
    }
    return list;
}

json_t *parry_zendesk_category_json(const parry_zendesk_asked *q)
{
    parry_str name = parry_str_of(q->c->app->config->serve.site_name), updated = {NULL, 0};
    for (size_t i = 0; i < q->nrows; i++)
        updated = parry_str_cmp(q->rows[i]->updated, updated) > 0 ? q->rows[i]->updated : updated;
    json_t *j = thing_json(q, "categories", parry_zendesk_category_number(q), name,
                           q->nrows > 0 ? q->rows[0]->locale : q->locale);
    json_object_set_new(j, "html_url", page_url(q, "/", parry_str_make("", 0)));
    json_object_set_new(j, "description", json_string(""));
    set_times(j, updated, updated);
    return j;
}
