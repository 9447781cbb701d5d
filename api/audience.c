/* Audiences: who may ask for what. */
#include "api/routes.h"

static const struct {
    const char *name, *base;
} publics[] = {{"customer", "/customer"}, {"merchant", "/merchant"}};
enum { PUBLICS = sizeof publics / sizeof *publics };

parry_code parry_audience_public(const parry_app *app, parry_str name, parry_err *err)
{
    if (parry_str_eqz(name, app->config->serve.default_audience))
        return PARRY_OK;
    for (size_t i = 0; i < PUBLICS; i++) {
        if (parry_str_eqz(name, publics[i].name))
            return PARRY_OK;
    }
    if (parry_str_eqz(name, "internal"))
        return parry_fail(err, PARRY_DENIED, "the internal audience needs a key, and this version has none");
    return parry_fail(err, PARRY_INVALID, "audience must be customer or merchant");
}

static bool granted(const parry_identity *who, parry_str name)
{
    for (size_t i = 0; i < who->naudiences; i++) {
        if (parry_str_eq(who->audiences[i], name))
            return true;
    }
    return who->any_audience;
}

parry_code parry_audience_choose(parry_call *c, parry_str name, parry_err *err)
{
    const parry_identity *who = c->who;
    parry_code code = PARRY_OK;
    if (name.p == NULL && who->naudiences > 0)
        name = who->audiences[0];
    if (name.p == NULL)
        return PARRY_OK;
    if (who->naudiences > 0 && !granted(who, name))
        return parry_fail(err, PARRY_DENIED, "audience: this key is for others");
    if (!granted(who, name))
        code = parry_audience_public(c->app, name, err);
    if (code == PARRY_OK) {
        c->audience = name;
        c->base = parry_audience_base(c->app, name);
    }
    return code;
}

/* Why an article is not found tells that it is there: who is limited is told of nothing beyond the limits. */
static parry_code check_why(const parry_call *c, parry_str id, parry_err *err)
{
    parry_article article = {0};
    if (id.n == 0)
        return PARRY_OK;
    parry_code code = parry_visible_article(c, id, false, &article, err);
    if (code == PARRY_OK)
        parry_article_free(&article);
    return code;
}

parry_code parry_query_narrow(const parry_call *c, parry_query *q, parry_err *err)
{
    enum { KEYS_SET = 1 << 30 }; /* no rule's, and not the query's own: both must hold */
    const parry_identity *who = c->who;
    size_t n = q->nfilters, more = who->nnarrowings + (who->locale.n > 0);
    q->audience = c->audience;
    q->deadline_ns = c->req->deadline_ns;
    if (more == 0)
        return PARRY_OK;
    if (check_why(c, q->why, err) != PARRY_OK)
        return err->code;
    if (n + more > PARRY_FILTERS_MAX)
        return parry_fail(err, PARRY_INVALID, "more than %d filters, those of the key among them", PARRY_FILTERS_MAX);
    parry_filter *all = PARRY_ARRAY(c->arena, parry_filter, n + more);
    if (n > 0)
        memcpy(all, q->filters, n * sizeof *all);
    for (size_t i = 0; i < who->nnarrowings; i++) {
        all[n] = (parry_filter){.set = KEYS_SET, .value = who->narrowings[i].value};
        parry_code code = parry_field_parse(who->narrowings[i].field, &all[n++].field, err);
        if (code != PARRY_OK)
            return code;
    }
    if (who->locale.n > 0)
        all[n++] = (parry_filter){.field = PARRY_FIELD_LOCALE, .set = KEYS_SET, .value = who->locale};
    q->filters = all;
    q->nfilters = n;
    return PARRY_OK;
}

/* "en" holds en and en-GB. */
static bool locale_within(parry_str locale, parry_str limit)
{
    if (limit.n == 0 || parry_str_eq(locale, limit))
        return true;
    return locale.n > limit.n && memcmp(locale.p, limit.p, limit.n) == 0 && locale.p[limit.n] == '-';
}

/* What a key's limits look at in an article, wherever it was read from. */
typedef struct filed {
    parry_str locale, category, product;
    const parry_str *tags;
    size_t ntags;
    parry_str tag_lines; /* further tags, one a line */
} filed;

static bool has_tag(const filed *x, parry_str tag)
{
    parry_str rest = x->tag_lines, line;
    for (size_t i = 0; i < x->ntags; i++) {
        if (parry_str_eq(x->tags[i], tag))
            return true;
    }
    while (parry_str_split(&rest, '\n', &line)) {
        if (parry_str_eq(line, tag))
            return true;
    }
    return false;
}

static bool has(const filed *x, const parry_narrowing *w)
{
    if (parry_str_eqz(w->field, "category"))
        return parry_str_eq(x->category, w->value);
    if (parry_str_eqz(w->field, "product"))
        return parry_str_eq(x->product, w->value);
    return parry_str_eqz(w->field, "tag") && has_tag(x, w->value);
}

/* Of one field any will do; each field that is named must be held. */
static bool within(const parry_identity *who, const filed *x)
{
    for (size_t i = 0; i < who->nnarrowings; i++) {
        bool held = false;
        for (size_t k = 0; k < who->nnarrowings && !held; k++)
            held = parry_str_eq(who->narrowings[k].field, who->narrowings[i].field) && has(x, &who->narrowings[k]);
        if (!held)
            return false;
    }
    return locale_within(x->locale, who->locale);
}

bool parry_article_within(const parry_call *c, const parry_article *x)
{
    return within(c->who, &(filed){x->locale, x->category, x->product, x->tags, x->ntags, {NULL, 0}});
}

bool parry_row_within(const parry_call *c, const parry_listing_row *r)
{
    return within(c->who, &(filed){r->locale, r->category, r->product, NULL, 0, r->tags});
}

parry_code parry_unlimited(const parry_call *c, parry_err *err)
{
    if (c->who->nnarrowings == 0 && c->who->locale.n == 0)
        return PARRY_OK;
    return parry_fail(err, PARRY_DENIED, "this key is limited to some articles; search with it");
}

const char *parry_audience_base(const parry_app *app, parry_str audience)
{
    for (size_t i = 0; i < PUBLICS; i++) {
        if (parry_str_eqz(audience, publics[i].name) && !parry_str_eqz(audience, app->config->serve.default_audience))
            return publics[i].base;
    }
    return "";
}

bool parry_audience_prefix(parry_str *path, parry_str *audience)
{
    for (size_t i = 0; i < PUBLICS; i++) {
        size_t n = strlen(publics[i].base);
        if (!parry_str_starts(*path, publics[i].base) || (path->n > n && path->p[n] != '/'))
            continue;
        *path = path->n > n ? parry_str_from(*path, n) : parry_str_of("/");
        *audience = parry_str_of(publics[i].name);
        return true;
    }
    return false;
}
