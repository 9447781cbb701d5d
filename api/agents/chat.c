/* Decisions, questions, entities and packed passages. */
#include "api/agents/chat.h"

enum { ENTITIES_MAX = 20, ENTITY_MAX_BYTES = 200 };
/* Of the sample's judged questions that are neither answered nor doubtful, with another article so near in score the
 * first is right for 3 in 10, and one of the next two for almost 4 in 10 of all (docs/chatbots.md). */
static const double near_score = 0.5;

const char *parry_chat_decision_name(parry_chat_decision d)
{
    static const char *const names[] = {"answer", "offer", "clarify", "abstain", "handover", "small_talk"};
    return names[d];
}

const char *parry_chat_resolution(parry_chat_decision d)
{
    static const char *const names[] = {"answered", "offered", "clarifying", "unanswered", "escalated", "none"};
    return names[d];
}

size_t parry_chat_near(const parry_results *r)
{
    size_t n = r->n > 0;
    while (n < r->n && n < PARRY_CHAT_OPTIONS && r->hits[0].score - r->hits[n].score < near_score)
        n++;
    return n;
}

parry_chat_decision parry_chat_decide(const parry_need *need, const parry_results *r, bool less)
{
    if (r == NULL)
        return need->person ? PARRY_CHAT_HANDOVER : PARRY_CHAT_SMALL_TALK;
    bool placed = r->n > 0 && r->hits[0].pinned;
    if (r->n == 0 || parry_results_doubtful(r))
        return need->person ? PARRY_CHAT_HANDOVER : PARRY_CHAT_ABSTAIN;
    if (r->answered && !less)
        return PARRY_CHAT_ANSWER;
    return r->probability >= 0 && !r->answered && !placed && parry_chat_near(r) > 1 ? PARRY_CHAT_CLARIFY
                                                                                    : PARRY_CHAT_OFFER;
}

bool parry_chat_hands_over(const parry_need *need, parry_chat_decision d)
{
    return need->person || d == PARRY_CHAT_ABSTAIN || d == PARRY_CHAT_HANDOVER;
}

/* ---- what to ask next ------------------------------------------------------------------------------------------- */

/* Whether the n first are all told apart by it. */
static bool tells_apart(const parry_results *r, size_t n, parry_str (*of)(const parry_hit *h))
{
    for (size_t i = 0; i < n; i++) {
        if (of(&r->hits[i]).n == 0)
            return false;
        for (size_t k = 0; k < i; k++)
            if (parry_str_eq(of(&r->hits[i]), of(&r->hits[k])))
                return false;
    }
    return true;
}

static parry_str product_of(const parry_hit *h) { return h->product; }
static parry_str category_of(const parry_hit *h) { return h->category; }
static parry_str title_of(const parry_hit *h) { return h->title; }

static json_t *url_of(const parry_hit *h, const char *base_url)
{
    parry_buf url = PARRY_BUF(4096);
    parry_buf_printf(&url, "%s/articles/%.*s%s%.*s", base_url, PARRY_FMT(h->slug), h->anchor.n > 0 ? "#" : "",
                     PARRY_FMT(h->anchor));
    json_t *j = parry_json_text(parry_buf_str(&url));
    parry_buf_free(&url);
    return j;
}

json_t *parry_chat_ask(parry_chat_decision d, const parry_results *r, const char *base_url)
{
    if (d != PARRY_CHAT_CLARIFY)
        return json_null();
    size_t n = parry_chat_near(r);
    parry_str (*of)(const parry_hit *h) = tells_apart(r, n, product_of)    ? product_of
                                          : tells_apart(r, n, category_of) ? category_of
                                                                           : title_of;
    const char *by = of == product_of ? "product" : of == category_of ? "category" : "article";
    parry_buf question = PARRY_BUF(4096);
    json_t *options = json_array();
    parry_buf_addz(&question, "Is it about ");
    for (size_t i = 0; i < n; i++) {
        const parry_hit *h = &r->hits[i];
        const char *before = i == 0 ? "" : i + 1 == n ? " or " : ", ";
        parry_buf_printf(&question, "%s\"%.*s\"", before, PARRY_FMT(parry_utf8_cut(of(h), 200)));
        json_array_append_new(options, json_pack("{s:o, s:o, s:o, s:o}", "value", parry_json_text(of(h)), "label",
                                                 parry_json_text(h->title), "article_id", parry_json_text(h->id), "url",
                                                 url_of(h, base_url)));
    }
    parry_buf_addc(&question, '?');
    json_t *j = json_pack("{s:s, s:o, s:o}", "by", by, "question", parry_json_text(parry_buf_str(&question)), "options",
                          options);
    parry_buf_free(&question);
    return j;
}

/* ---- entities -----------------------------------------------------------------------------------------------------
 */

static bool all_of(parry_str s, const char *set)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr(set, s.p[i]) == NULL)
            return false;
    return s.n > 0;
}

static bool has_digit(parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

/* Letters with a hyphen or a slash between ("e-mail", "and/or") are words, and so is one with a full stop at its end.
 */
static const char *entity_type(parry_str s)
{
    size_t at = parry_str_find(s, parry_str_of("@"));
    if (at > 0 && at + 3 < s.n && parry_str_find(parry_str_from(s, at), parry_str_of(".")) + at + 1 < s.n)
        return "email";
    if (parry_str_find(s, parry_str_of("://")) < s.n || parry_str_starts(s, "www."))
        return "url";
    if (all_of(s, "0123456789.,"))
        return "number";
    return has_digit(s) || parry_str_find(s, parry_str_of("_")) < s.n ? "identifier" : NULL;
}

/* Punctuation around a word, but for what identifiers begin with. */
static parry_str bare(parry_str s)
{
    while (s.n > 0 && strchr(".,;:!?()[]{}<>\"'`*", s.p[s.n - 1]) != NULL)
        s.n--;
    while (s.n > 0 && strchr(".,;:!?()[]{}<>\"'`*#", s.p[0]) != NULL)
        s = parry_str_from(s, 1);
    return s;
}

static bool listed(const json_t *list, parry_str value)
{
    const json_t *e;
    size_t i;
    json_array_foreach(list, i, e)
    {
        const json_t *v = json_object_get(e, "value");
        if (parry_str_eq(parry_str_make(json_string_value(v), json_string_length(v)), value))
            return true;
    }
    return false;
}

/* The next word between white space, with what is around it; cut off the text with the white space after it. */
static parry_str next_word(parry_str *text)
{
    size_t n = 0;
    while (n < text->n && strchr(" \t\r\n", text->p[n]) == NULL)
        n++;
    parry_str word = parry_str_make(text->p, n);
    *text = parry_str_from(*text, n + 1);
    return word;
}

json_t *parry_chat_entities(parry_str text)
{
    json_t *list = json_array();
    while (text.n > 0 && json_array_size(list) < ENTITIES_MAX) {
        parry_str s = bare(next_word(&text));
        const char *type = s.n > 0 && s.n <= ENTITY_MAX_BYTES ? entity_type(s) : NULL;
        if (type != NULL && !listed(list, s))
            json_array_append_new(list, json_pack("{s:s, s:o}", "type", type, "value", parry_json_text(s)));
    }
    return list;
}

/* The digits of an identifier, one run after the other, stand among the unknown words. */
static bool is_own(parry_str s, const char *type, parry_str unknown)
{
    size_t digits = 0;
    if (type == NULL || type[0] == 'e' || type[0] == 'u')
        return type != NULL;
    for (size_t i = 0; i < s.n; i++)
        digits += s.p[i] >= '0' && s.p[i] <= '9';
    if (digits < PARRY_CHAT_DIGITS)
        return false;
    for (size_t i = 0, n; i < s.n; i += n + 1) {
        for (n = 0; i + n < s.n && s.p[i + n] >= '0' && s.p[i + n] <= '9'; n++)
            continue;
        if (n > 0 && parry_str_find(unknown, parry_str_make(s.p + i, n)) < unknown.n)
            return true;
    }
    return false;
}

parry_str parry_chat_without_own(parry_arena *a, parry_str text, parry_str unknown)
{
    char *kept = parry_arena_alloc(a, text.n + 1), *end = kept;
    parry_str rest = text;
    bool less = false;
    while (rest.n > 0) {
        parry_str word = next_word(&rest), s = bare(word);
        if (is_own(s, s.n > 0 ? entity_type(s) : NULL, unknown)) {
            less = true;
            continue;
        }
        if (end > kept && word.n > 0)
            *end++ = ' ';
        if (word.n > 0)
            end = (char *)mempcpy(end, word.p, word.n);
    }
    return less ? parry_str_make(kept, (size_t)(end - kept)) : text;
}

json_t *parry_chat_intent(const parry_need *need, parry_chat_decision d, const parry_results *r)
{
    switch (d) {
    case PARRY_CHAT_ANSWER:
    case PARRY_CHAT_OFFER:
        return need->person ? json_string("person") : parry_json_text(r->hits[0].category);
    case PARRY_CHAT_HANDOVER:
        return json_string("person");
    case PARRY_CHAT_SMALL_TALK:
        return json_string(parry_talk_name(need->talk));
    case PARRY_CHAT_CLARIFY:
    case PARRY_CHAT_ABSTAIN:
        break;
    }
    return need->person ? json_string("person") : json_null();
}

/* ---- passages -----------------------------------------------------------------------------------------------------
 */

static json_t *passage(const parry_hit *h, const char *id, size_t tokens, const char *base_url)
{
    json_t *j = json_object();
    json_object_set_new(j, "id", json_string(id));
    json_object_set_new(j, "article_id", parry_json_text(h->id));
    json_object_set_new(j, "title", parry_json_text(h->title));
    json_object_set_new(j, "section", parry_json_text(h->path.n > 0 ? h->path : h->section));
    json_object_set_new(j, "url", url_of(h, base_url));
    json_object_set_new(j, "text", parry_json_text(h->passage));
    json_object_set_new(j, "tokens", json_integer((json_int_t)tokens));
    json_object_set_new(j, "score", json_real(h->score));
    json_object_set_new(j, "category", parry_json_text(h->category));
    json_object_set_new(j, "locale", parry_json_text(h->locale));
    json_object_set_new(j, "updated", parry_json_text(h->updated));
    return j;
}

parry_pack parry_chat_pack(const parry_generation *g, const parry_encoder *encoder, const parry_results *r,
                           size_t max_tokens, const char *base_url)
{
    parry_pack out = {.passages = json_array()};
    parry_passage_ref ref;
    char id[PARRY_PASSAGE_ID_TEXT];
    for (size_t i = 0; i < r->n; i++) {
        const parry_hit *h = &r->hits[i];
        if (!parry_passage_of_hit(g, h, &ref))
            continue;
        size_t tokens = parry_passage_tokens(encoder, h->passage);
        if (out.left_out > 0 || out.tokens + tokens > max_tokens) { /* by rank: nothing smaller slips in before */
            out.left_out++;
            continue;
        }
        out.tokens += tokens;
        parry_passage_id(&ref, id);
        json_t *j = passage(h, id, tokens, base_url);
        json_object_set_new(j, "probability", i == 0 && r->probability >= 0 ? json_real(r->probability) : json_null());
        json_array_append_new(out.passages, j);
    }
    return out;
}
