/* GET /v1/passages/{id}: what a citation said, as it was. */
#include "api/agents/passages.h"
#include "api/routes.h"

static json_t *passage_json(const parry_call *c, const parry_article *then, const parry_article *now, size_t section,
                            parry_str text)
{
    const parry_section *s = &then->sections[section];
    parry_str url = parry_str_printf(c->arena, "%s/articles/%.*s%s%.*s", c->base, PARRY_FMT(now->slug),
                                     s->anchor.n > 0 ? "#" : "", PARRY_FMT(s->anchor));
    json_t *j = json_object();
    json_object_set_new(j, "id", parry_json_text(c->tail));
    json_object_set_new(j, "article_id", parry_json_text(then->id));
    json_object_set_new(j, "title", parry_json_text(then->title));
    json_object_set_new(j, "section", parry_json_text(s->path));
    json_object_set_new(j, "url", parry_json_text(url));
    json_object_set_new(j, "text", parry_json_text(text));
    json_object_set_new(j, "category", parry_json_text(then->category));
    json_object_set_new(j, "locale", parry_json_text(then->locale));
    json_object_set_new(j, "updated", parry_json_text(then->updated));
    json_object_set_new(j, "current", json_boolean(parry_hash_eq(then->hash, now->hash)));
    return j;
}

/* The version, if it may be read: published for this audience then, and its article still. */
static parry_code visible_version(parry_call *c, parry_hash version, parry_article *then, parry_article *now,
                                  parry_err *err)
{
    parry_err below = {0};
    parry_article article = {0};
    parry_code code = parry_store_version(c->app->store, c->arena, version, &article, &below);
    if (code == PARRY_OK && article.status == PARRY_PUBLISHED && parry_str_eq(article.audience, c->audience))
        code = parry_visible_article(c, article.id, false, now, &below);
    else if (code == PARRY_OK)
        code = PARRY_NOT_FOUND;
    if (code == PARRY_OK) {
        *then = article;
        return PARRY_OK;
    }
    parry_article_free(&article);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such passage, or its article was withdrawn");
    if (err != NULL)
        *err = below;
    return code;
}

parry_code parry_get_passage(parry_call *c, parry_err *err)
{
    parry_passage_ref ref;
    parry_article then = {0}, now = {0};
    parry_str text;
    size_t section;
    if (!parry_passage_parse(c->tail, &ref))
        return parry_fail(err, PARRY_NOT_FOUND, "this is not the id of a passage");
    parry_code code = visible_version(c, ref.version, &then, &now, err);
    if (code != PARRY_OK)
        return code;
    if (parry_passage_find(&ref, &then, &section, &text)) {
        c->res->tagged = true;
        parry_response_json(c->res, 200, "application/json", passage_json(c, &then, &now, section, text));
    } else {
        code = parry_fail(err, PARRY_NOT_FOUND, "there is no such passage, or its article was withdrawn");
    }
    parry_article_free(&then);
    parry_article_free(&now);
    return code;
}
