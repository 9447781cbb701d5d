/* Which filters keep an article out: the barriers that its mask is made of, asked one by one. */
#include "engine/explain_private.h"

#include "engine/filter.h"

static parry_unmet *add(const parry_explain_input *in, parry_why_not *w, const char *field, parry_str wanted,
                        parry_str has)
{
    enum { MOST = PARRY_BARRIERS + PARRY_FILTERS_MAX };
    if (w->unmet == NULL)
        w->unmet = PARRY_ARRAY(in->show->arena, parry_unmet, MOST);
    w->unmet[w->nunmet] = (parry_unmet){.field = field, .wanted = wanted, .has = has};
    return &w->unmet[w->nunmet++];
}

/* One a line. */
static parry_str values_of(parry_arena *a, const parry_article_out *x, parry_field f)
{
    parry_str out = {NULL, 0}, value;
    size_t at = 0;
    while (parry_field_next(x, f, &at, &value))
        out = parry_str_printf(a, "%.*s%s%.*s", PARRY_FMT(out), out.n > 0 ? "\n" : "", PARRY_FMT(value));
    return out;
}

static void add_filters(const parry_explain_input *in, const parry_article_out *x, parry_why_not *w)
{
    const parry_query *q = in->curation->query;
    const parry_filter *rest = q->filters, *end = q->filters + q->nfilters, *unmet;
    parry_arena *a = in->show->arena;
    size_t n;
    while (rest < end && (unmet = parry_filters_unmet(rest, (size_t)(end - rest), x, &n)) != NULL) {
        const parry_rule *rule = parry_rules_of_filter(&in->curation->matched, unmet);
        parry_str wanted = {NULL, 0};
        for (size_t i = 0; i < n && (rule == NULL || q->trusted); i++)
            wanted = parry_str_printf(a, "%.*s%s%s%.*s", PARRY_FMT(wanted), i > 0 ? "\n" : "",
                                      unmet[i].negated ? "not " : "", PARRY_FMT(unmet[i].value));
        parry_unmet *u = add(in, w, parry_field_name(unmet->field), wanted, values_of(a, x, unmet->field));
        u->rule = rule != NULL ? rule->name : u->rule;
        rest = unmet + n;
    }
}

static parry_str time_of(parry_arena *a, int64_t ms)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(ms, text);
    return parry_str_printf(a, "%s", text);
}

static void add_barrier(const parry_explain_input *in, parry_barrier b, const parry_article_out *x, parry_why_not *w)
{
    const parry_query *q = in->curation->query;
    parry_arena *a = in->show->arena;
    switch (b) {
    case PARRY_BARRIER_AUDIENCE:
        add(in, w, "audience", q->audience, x->audience);
        break;
    case PARRY_BARRIER_LOCALE:
        add(in, w, "locale", q->locale, x->locale);
        break;
    case PARRY_BARRIER_CATEGORY:
        add(in, w, "category", q->category, x->category);
        break;
    case PARRY_BARRIER_EXCLUDE:
        add(in, w, "exclude", parry_str_of(""), x->id);
        break;
    case PARRY_BARRIER_UPDATED_FROM:
        add(in, w, "updated_from", time_of(a, q->updated_from_ms), x->updated);
        break;
    case PARRY_BARRIER_UPDATED_UNTIL:
        add(in, w, "updated_until", time_of(a, q->updated_until_ms), x->updated);
        break;
    case PARRY_BARRIER_FILTERS:
    case PARRY_BARRIERS:
        add_filters(in, x, w);
        break;
    }
}

/* Who is not trusted is told of the articles of its own audience alone. */
static bool may_know(const parry_query *q, const parry_article_out *x)
{
    return q->trusted || (q->audience.n > 0 && parry_str_eq(x->audience, q->audience));
}

void parry_explain_unmet(const parry_explain_input *in, const parry_article_out *x, parry_why_not *w)
{
    static const parry_why statuses[PARRY_BARRIERS] = {[PARRY_BARRIER_AUDIENCE] = PARRY_WHY_AUDIENCE,
                                                       [PARRY_BARRIER_LOCALE] = PARRY_WHY_LOCALE,
                                                       [PARRY_BARRIER_CATEGORY] = PARRY_WHY_CATEGORY};
    const parry_query *q = in->curation->query;
    for (int b = 0; b < PARRY_BARRIERS && may_know(q, x); b++) {
        if (parry_barrier_passed((parry_barrier)b, x, q))
            continue;
        if (w->nunmet == 0)
            w->why = b <= PARRY_BARRIER_CATEGORY ? statuses[b] : PARRY_WHY_FILTERED;
        add_barrier(in, (parry_barrier)b, x, w);
    }
}
