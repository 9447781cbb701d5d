/* Any bytes as an article: parsed, written as HTML, and that HTML parsed as an article again. The first byte chooses
 * .mdx. What has to hold: no crash, valid UTF-8, unique anchors, and no element that the allow-list does not know. */
#include "content/article.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool fine)
{
    if (!fine)
        abort();
}

static void check_sections(const parry_article *a)
{
    must(a->id.n > 0 && a->slug.n > 0 && a->title.n > 0 && a->nsections > 0);
    must(parry_utf8_valid(a->title, NULL) && parry_utf8_valid(a->id, NULL));
    for (size_t i = 0; i < a->nsections; i++) {
        const parry_section *s = &a->sections[i];
        must(parry_utf8_valid(s->text, NULL) && parry_utf8_valid(s->heading, NULL) &&
             parry_utf8_valid(s->anchor, NULL));
        must((i == 0) == (s->anchor.n == 0));
        for (size_t k = 1; k < i && i < 50; k++)
            must(!parry_str_eq(a->sections[k].anchor, s->anchor));
    }
}

static void check_html(parry_str html)
{
    static const char *const never[] = {"<script", "<style", "<iframe", "<svg", "<object", "<form", "<!", "<?"};
    must(parry_utf8_valid(html, NULL));
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        must(parry_str_find(html, parry_str_of(never[i])) == html.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    parry_arena *a = parry_arena_new();
    parry_article article, again;
    parry_str html;
    parry_err err;
    parry_str path = parry_str_of(n > 0 && (data[0] & 1) ? "a/b.mdx" : "a/b.md");
    parry_str bytes = parry_str_make((const char *)data + (n > 0), n > 0 ? n - 1 : 0);
    if (parry_article_parse(a, bytes, path, NULL, &article, &err) == PARRY_OK) {
        check_sections(&article);
        must(parry_article_html(a, &article, NULL, NULL, &html, &err) == PARRY_OK);
        check_html(html);
        json_decref(parry_article_json(&article));
        if (parry_article_parse(a, html, path, NULL, &again, &err) == PARRY_OK)
            parry_article_free(&again);
        parry_article_free(&article);
    }
    parry_arena_free(a);
    return 0;
}
