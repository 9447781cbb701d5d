/* A part that is kept: as body the reply from its hits on, as record the places of the articles for completions. */
#include "api/answers_typed.h"

#include "api/answer_key.h"
#include "base/clock.h"

static const char from_hits[] = ",\"hits\":";

static parry_code look(parry_call *c, const parry_answering *how, const parry_generation *g, const parry_query *q,
                       parry_typed *t, parry_err *err)
{
    bool settled = true;
    *t = (parry_typed){.open = false};
    if (c->app->answers == NULL || how->completions == NULL || !q->typing || !q->steady || q->text.n == 0)
        return PARRY_OK;
    parry_code code = parry_search_holds(c->searcher, g, q, c->arena, &t->text, &settled, err);
    t->open = code == PARRY_OK && !settled && t->text.n > 0;
    if (t->open) {
        parry_query asked = *q;
        asked.text = t->text;
        t->key = parry_answer_key(c, "hits", g, &asked);
    }
    return code;
}

static const char *word(bool yes) { return yes ? "true" : "false"; }

static parry_str dumped(parry_arena *a, json_t *j)
{
    size_t n = json_dumpb(j, NULL, 0, JSON_COMPACT);
    char *p = parry_arena_alloc(a, n + 1);
    (void)json_dumpb(j, p, n, JSON_COMPACT);
    json_decref(j);
    return parry_str_make(p, n);
}

parry_code parry_typed_find(parry_call *c, const parry_answering *how, const parry_generation *g, const parry_query *q,
                            parry_typed *t, parry_answer *out, bool *known, parry_err *err)
{
    parry_answer part;
    parry_results r = {0};
    parry_code code = look(c, how, g, q, t, err);
    *known = code == PARRY_OK && t->open &&
             parry_answer_cache_find(c->app->answers, &t->key, parry_mono_ns(), c->arena, &part);
    if (!*known)
        return code;
    size_t n = part.record.n / sizeof(parry_spot);
    parry_spot *places = PARRY_ARRAY(c->arena, parry_spot, n);
    if (n > 0)
        memcpy(places, part.record.p, part.record.n);
    code = parry_search_complete(c->searcher, g, q, t->text, places, n, c->arena, &r, err);
    if (code != PARRY_OK)
        return code;
    unsigned long long number = parry_generation_get_info(g)->number;
    *out = part;
    out->record = parry_str_make("", 0);
    out->body = parry_str_printf(
        c->arena, "{\"generation\":%llu,\"settled\":false,\"degraded\":%s,\"completions\":%.*s%.*s", number,
        word(part.degraded), PARRY_FMT(dumped(c->arena, how->completions(&r))), PARRY_FMT(part.body));
    return PARRY_OK;
}

void parry_typed_keep(const parry_call *c, const parry_answering *how, const parry_typed *t, const parry_results *r,
                      const json_t *reply, const parry_answer *answer)
{
    size_t at = parry_str_find(answer->body, parry_str_of(from_hits));
    bool whole = json_array_size(json_object_get(reply, "hits")) == r->n && answer->body.n - at <= how->hits_bytes;
    if (!t->open || r->settled || r->relaxed != 0 || at == answer->body.n || !whole)
        return;
    parry_answer part = *answer;
    part.body = parry_str_from(answer->body, at);
    part.record = parry_str_make((const char *)r->places, r->nplaces * sizeof *r->places);
    parry_answer_cache_keep(c->app->answers, &t->key, &part);
}
