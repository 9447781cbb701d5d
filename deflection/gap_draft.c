/* The first draft of an article: front matter that is ready, and a body that asks its author for the rest. */
#include "deflection/gap_report.h"

#include "base/json.h"

#include <stdlib.h>

/* YAML takes a JSON string as it is. */
static void add_value(parry_buf *b, const char *key, parry_str value)
{
    json_t *j = parry_json_text(value);
    char *text = json_dumps(j, JSON_ENCODE_ANY);
    if (value.n > 0)
        parry_buf_printf(b, "%s: %s\n", key, text);
    free(text);
    json_decref(j);
}

static void add_list(parry_buf *b, const char *key, const json_t *list)
{
    char *text = json_dumps(list, JSON_ENCODE_ANY);
    if (json_array_size(list) > 0)
        parry_buf_printf(b, "%s: %s\n", key, text);
    free(text);
}

/* Letters and digits of a to z, words between hyphens; then the gap's own id, so that no other article has it. */
static parry_str article_id(const json_t *gap, parry_arena *a)
{
    parry_str name = parry_json_at(gap, "name"), id = parry_json_at(gap, "id");
    char *p = parry_arena_alloc(a, name.n + id.n + 2);
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < 60; i++) {
        bool plain = (name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9');
        if (plain)
            p[n++] = name.p[i];
        else if (n > 0 && p[n - 1] != '-')
            p[n++] = '-';
    }
    if (n > 0 && p[n - 1] != '-')
        p[n++] = '-';
    memcpy(p + n, id.p ? id.p : "", id.n);
    return parry_str_make(p, n + id.n);
}

static parry_str title_of(const json_t *gap)
{
    const json_t *sample = json_array_get(json_object_get(gap, "samples"), 0);
    parry_str title = parry_str_make(json_string_value(sample), json_string_length(sample));
    if (title.n == 0)
        title = parry_json_at(gap, "name");
    return title.n > 0 ? title : parry_str_of("Untitled");
}

static void add_front_matter(parry_buf *b, const json_t *gap, parry_str article)
{
    const json_t *near = json_object_get(gap, "nearest");
    const char *act = json_string_value(json_object_get(json_object_get(gap, "action"), "do"));
    bool related = json_is_object(near) && act != NULL && strcmp(act, "write") != 0;
    parry_buf_addz(b, "---\n");
    add_value(b, "id", article);
    add_value(b, "title", title_of(gap));
    add_value(b, "audience", parry_json_at(gap, "audience"));
    add_value(b, "locale", parry_json_at(gap, "locale"));
    if (related)
        add_value(b, "category", parry_json_at(near, "category"));
    add_list(b, "keywords", json_object_get(gap, "words"));
    add_list(b, "answers", json_object_get(gap, "samples"));
    if (related) {
        json_t *list = json_pack("[O]", json_object_get(near, "id"));
        add_list(b, "related", list);
        json_decref(list);
    }
    parry_buf_addz(b, "status: draft\n---\n\n");
}

parry_str parry_gap_draft(const json_t *gap, parry_arena *a, parry_str *article)
{
    parry_buf b = PARRY_BUF(256 * 1024);
    const json_t *samples = json_object_get(gap, "samples"), *sample;
    size_t i;
    *article = article_id(gap, a);
    add_front_matter(&b, gap, *article);
    parry_buf_addz(&b, "Say in two sentences what the reader wants to know, and the answer.\n\n## What to do\n\n"
                       "1. The first step.\n\n## If that does not help\n\nWhom to ask, and what to have at hand.\n");
    if (json_array_size(samples) > 0)
        parry_buf_addz(&b, "\n<!-- People ask, in their own words:\n");
    json_array_foreach(samples, i, sample)
    {
        parry_buf_addz(&b, "- ");
        for (const char *p = json_string_value(sample); *p != 0; p++)
            parry_buf_addc(&b, *p == '>' || *p == '<' ? ' ' : *p); /* it must not end the comment */
        parry_buf_addc(&b, '\n');
    }
    if (json_array_size(samples) > 0)
        parry_buf_addz(&b, "Take this out when they are answered. -->\n");
    parry_str text = parry_str_copy(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return text;
}

void parry_gap_drafted(json_t *remembered, parry_str article, int64_t now_ms)
{
    if (json_object_get(remembered, "draft") != NULL && json_object_get(remembered, "published") != NULL)
        return;
    json_object_set_new(remembered, "draft", parry_json_text(article));
    json_object_set_new(remembered, "drafted", json_integer((json_int_t)now_ms));
}
