/* Lists: narrowed, in order, a page of them with the links to its neighbours. */
#include "api/zendesk/inner.h"

static json_t *turned(const parry_zendesk_asked *q, size_t page)
{
    parry_buf url = PARRY_BUF(64 * 1024);
    parry_buf_printf(&url, "%s%.*s?page=%zu", q->host, PARRY_FMT(q->c->req->path), page);
    for (size_t i = 0; i < q->c->req->nparams; i++) {
        const parry_param *p = &q->c->req->params[i];
        if (parry_str_eqz(p->name, "page"))
            continue;
        parry_buf_addc(&url, '&');
        parry_percent_encode(p->name, &url);
        parry_buf_addc(&url, '=');
        parry_percent_encode(p->value, &url);
    }
    json_t *j = parry_json_text(parry_buf_str(&url));
    parry_buf_free(&url);
    return j;
}

static void reply_page(const parry_zendesk_asked *q, const char *kind, json_t *list, size_t count)
{
    size_t pages = (count + q->per_page - 1) / q->per_page;
    json_t *j = json_object();
    json_object_set_new(j, kind, list);
    json_object_set_new(j, "count", json_integer((json_int_t)count));
    json_object_set_new(j, "page", json_integer((json_int_t)q->page));
    json_object_set_new(j, "page_count", json_integer((json_int_t)pages));
    json_object_set_new(j, "per_page", json_integer((json_int_t)q->per_page));
    json_object_set_new(j, "next_page", q->page < pages ? turned(q, q->page + 1) : json_null());
    json_object_set_new(j, "previous_page", q->page > 1 && q->page - 1 <= pages ? turned(q, q->page - 1) : json_null());
    parry_response_json(q->c->res, 200, "application/json", j);
}

size_t parry_zendesk_offset_of(const parry_zendesk_asked *q) { return (q->page - 1) * q->per_page; }

void parry_zendesk_reply_slice(const parry_zendesk_asked *q, const char *kind, json_t *all)
{
    json_t *list = json_array();
    size_t n = json_array_size(all);
    for (size_t i = parry_zendesk_offset_of(q); i < n && i < parry_zendesk_offset_of(q) + q->per_page; i++)
        json_array_append(list, json_array_get(all, i));
    reply_page(q, kind, list, n);
    json_decref(all);
}

static bool holds(const parry_zendesk_asked *q, const parry_zendesk_wanted *w, const parry_listing_row *r)
{
    bool section = w->nsections == 0, label = w->nlabels == 0;
    for (size_t i = 0; i < w->nsections; i++)
        section |= w->sections[i] == parry_zendesk_section_number(q, parry_zendesk_section_name(r));
    for (size_t i = 0; i < w->nlabels; i++)
        label |= parry_zendesk_has_line(r->tags, w->labels[i]);
    return section && label;
}

static bool within(int64_t ms, int64_t from, int64_t until)
{
    return (from == 0 || ms >= from) && (until == 0 || ms < until);
}

static bool needs_created(const parry_zendesk_wanted *w)
{
    return w->by_created || w->created_from != 0 || w->created_until != 0;
}

/* When it was made stands in the article alone. */
static void read_times(const parry_zendesk_asked *q, const parry_zendesk_wanted *w, parry_zendesk_found *f)
{
    parry_article a = {0};
    (void)parry_time_parse(f->row->updated, &f->updated_ms, NULL);
    f->created_ms = f->updated_ms;
    if (!needs_created(w) || parry_visible_article(q->c, f->row->id, false, &a, NULL) != PARRY_OK)
        return;
    (void)parry_time_parse(a.created, &f->created_ms, NULL);
    parry_article_free(&a);
}

static int by_created(const void *a, const void *b)
{
    const parry_zendesk_found *x = a, *y = b;
    return (x->created_ms > y->created_ms) - (x->created_ms < y->created_ms);
}

static int by_updated(const void *a, const void *b)
{
    const parry_zendesk_found *x = a, *y = b;
    return (x->updated_ms > y->updated_ms) - (x->updated_ms < y->updated_ms);
}

static int by_title(const void *a, const void *b)
{
    const parry_zendesk_found *x = a, *y = b;
    return parry_str_cmp(x->row->title, y->row->title);
}

size_t parry_zendesk_arrange(const parry_zendesk_asked *q, const parry_zendesk_wanted *w, parry_zendesk_found *list,
                             size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        parry_zendesk_found f = list[i];
        if (!holds(q, w, f.row))
            continue;
        read_times(q, w, &f);
        if (within(f.created_ms, w->created_from, w->created_until) &&
            within(f.updated_ms, w->updated_from, w->updated_until))
            list[kept++] = f;
    }
    if (!w->by_created && !w->by_updated && !w->by_title)
        return kept;
    qsort(list, kept, sizeof *list, w->by_created ? by_created : w->by_updated ? by_updated : by_title);
    for (size_t i = 0; !w->ascending && i < kept / 2; i++) {
        parry_zendesk_found f = list[i];
        list[i] = list[kept - 1 - i];
        list[kept - 1 - i] = f;
    }
    return kept;
}

parry_code parry_zendesk_reply_found(const parry_zendesk_asked *q, const char *kind, bool results,
                                     const parry_zendesk_found *list, size_t n, size_t count, parry_err *err)
{
    json_t *out = json_array();
    parry_code code = PARRY_OK;
    for (size_t i = parry_zendesk_offset_of(q);
         i < n && i < parry_zendesk_offset_of(q) + q->per_page && code == PARRY_OK; i++) {
        json_t *j = NULL;
        code = parry_zendesk_article_json(q, list[i].row, &j, err);
        if (code == PARRY_NOT_FOUND) {
            code = PARRY_OK;
            continue;
        }
        if (results && j != NULL) {
            json_object_set_new(j, "result_type", json_string("article"));
            json_object_set_new(j, "snippet", parry_json_text(list[i].snippet));
        }
        json_array_append_new(out, j);
    }
    if (code == PARRY_OK)
        reply_page(q, kind, out, count);
    else
        json_decref(out);
    return code;
}
