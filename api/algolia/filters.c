/* Filters of Algolia's grammar as an AND of ORs of the engine's filters. */
#include "api/algolia/filters.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

enum { ANDED = 64 }; /* members of an array */

/* ---- conditions and what they make --------------------------------------------------------------------------------
 */

/* One condition. A range of dates where `range`. */
typedef struct literal {
    parry_filter filter;
    bool range;
    int64_t from_ms, until_ms; /* 0: open */
} literal;

typedef struct clause { /* an OR */
    const literal *l;
    size_t n;
} clause;

typedef struct cnf { /* an AND; empty: everything */
    clause *c;
    size_t n;
} cnf;

typedef struct parser {
    parry_arena *arena; /* values that stay are borrowed from the text or live here */
    parry_str text;
    size_t at;
    unsigned depth;
    parry_err *err;
} parser;

static parry_code too_many(parry_err *err)
{
    return parry_fail(err, PARRY_INVALID,
                      "the filters are too many: at most %d conditions once written as an AND of ORs",
                      PARRY_ALGOLIA_FILTERS);
}

static size_t literals(const cnf *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        n += x->c[i].n;
    return n;
}

static parry_code both(parser *p, const cnf *x, const cnf *y, cnf *out)
{
    if (literals(x) + literals(y) > PARRY_ALGOLIA_FILTERS)
        return too_many(p->err);
    if (x->n == 0 || y->n == 0) {
        *out = x->n == 0 ? *y : *x;
        return PARRY_OK;
    }
    cnf all = {PARRY_ARRAY(p->arena, clause, x->n + y->n), x->n + y->n};
    memcpy(all.c, x->c, x->n * sizeof *all.c);
    memcpy(all.c + x->n, y->c, y->n * sizeof *all.c);
    *out = all;
    return PARRY_OK;
}

/* (A AND B) OR (C AND D) is (A OR C) AND (A OR D) AND (B OR C) AND (B OR D). */
static parry_code either(parser *p, const cnf *x, const cnf *y, cnf *out)
{
    cnf all = {NULL, x->n * y->n};
    if (literals(x) * y->n + literals(y) * x->n > PARRY_ALGOLIA_FILTERS)
        return too_many(p->err);
    all.c = PARRY_ARRAY(p->arena, clause, all.n + 1);
    for (size_t i = 0; i < all.n; i++) {
        const clause *a = &x->c[i / y->n], *b = &y->c[i % y->n];
        literal *l = PARRY_ARRAY(p->arena, literal, a->n + b->n);
        memcpy(l, a->l, a->n * sizeof *l);
        memcpy(l + a->n, b->l, b->n * sizeof *l);
        all.c[i] = (clause){l, a->n + b->n};
    }
    *out = all;
    return PARRY_OK;
}

static parry_code one(parser *p, const literal *x, cnf *out)
{
    literal *l = PARRY_NEW(p->arena, literal);
    *l = *x;
    out->c = PARRY_NEW(p->arena, clause);
    out->c[0] = (clause){l, 1};
    out->n = 1;
    return PARRY_OK;
}

/* ---- names and values ---------------------------------------------------------------------------------------------
 */

bool parry_algolia_field(parry_str name, parry_field *out)
{
    static const struct {
        const char *name;
        parry_field field;
    } names[] = {{"category", PARRY_FIELD_CATEGORY}, {"hierarchy.lvl0", PARRY_FIELD_CATEGORY},
                 {"audience", PARRY_FIELD_AUDIENCE}, {"locale", PARRY_FIELD_LOCALE},
                 {"language", PARRY_FIELD_LOCALE},   {"lang", PARRY_FIELD_LOCALE},
                 {"product", PARRY_FIELD_PRODUCT},   {"tag", PARRY_FIELD_TAG},
                 {"tags", PARRY_FIELD_TAG},          {"_tags", PARRY_FIELD_TAG}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (parry_str_eqz(name, names[i].name)) {
            *out = names[i].field;
            return true;
        }
    }
    return false;
}

/* What documentation sites always filter by and Parry, which serves one version of each article, does not tell apart:
 * such a condition holds for everything. */
static bool holds_always(parry_str name)
{
    return parry_str_eqz(name, "docusaurus_tag") || parry_str_eqz(name, "version");
}

static bool is_date(parry_str name)
{
    return parry_str_eqz(name, "updated") || parry_str_eqz(name, "updated_timestamp");
}

static parry_code match(parser *p, parry_str name, parry_str value, bool negated, cnf *out)
{
    literal x = {.filter = {.value = value, .negated = negated}};
    if (holds_always(name)) {
        *out = (cnf){NULL, 0};
        return PARRY_OK;
    }
    if (is_date(name))
        return parry_fail(p->err, PARRY_INVALID, "%.*s is a date: compare it with <, <=, =, >= or >, or give a range",
                          PARRY_FMT(name));
    if (!parry_algolia_field(name, &x.filter.field))
        return parry_fail(p->err, PARRY_INVALID,
                          "there is no attribute '%.*s' to filter by: use category, audience, locale, product, tag or "
                          "updated",
                          PARRY_FMT(parry_utf8_cut(name, 60)));
    return one(p, &x, out);
}

/* A time since 1970 in seconds (or, from 10^11 on, in milliseconds), or a day. end: the first moment after it. */
static parry_code read_bound(parser *p, parry_str text, bool end, int64_t *ms)
{
    static const double most_ms = 253402300800000.0, seconds_below = 1e11; /* the year 10000 */
    if (parry_time_bound(text, end, ms)) {
        *ms = *ms < 1 ? 1 : *ms; /* 0 is open, and nothing was written before */
        return PARRY_OK;
    }
    char *rest, *z = parry_str_z(p->arena, text);
    double v = strtod(z, &rest);
    if (text.n == 0 || *rest != 0 || !isfinite(v))
        return parry_fail(p->err, PARRY_INVALID, "'%.*s' is no date: give seconds since 1970, or a day (2026-11-01)",
                          PARRY_FMT(parry_utf8_cut(text, 60)));
    bool seconds = fabs(v) < seconds_below;
    v = seconds ? v * 1000 : v;
    v = v < 1 ? 1 : v > most_ms ? most_ms : v;
    *ms = (int64_t)v + (end ? (seconds ? 1000 : 1) : 0);
    return PARRY_OK;
}

static parry_code compare(parser *p, parry_str name, const char *op, parry_str bound, bool negated, cnf *out)
{
    static const char *const opposite[][2] = {{"<", ">="}, {"<=", ">"}, {">", "<="}, {">=", "<"}};
    literal x = {.range = true};
    parry_code code = PARRY_OK;
    if (!is_date(name))
        return parry_fail(p->err, PARRY_INVALID, "'%.*s' cannot be compared: only updated is a date",
                          PARRY_FMT(parry_utf8_cut(name, 60)));
    if (strcmp(op, "!=") == 0 || (negated && strcmp(op, "=") == 0))
        return parry_fail(p->err, PARRY_INVALID, "updated can be in a range, not outside of one: use < or >");
    for (size_t i = 0; negated && i < 4; i++) {
        if (strcmp(op, opposite[i][0]) == 0) {
            op = opposite[i][1];
            break;
        }
    }
    if (op[0] == '>' || op[0] == '=')
        code = read_bound(p, bound, strcmp(op, ">") == 0, &x.from_ms);
    if (code == PARRY_OK && (op[0] == '<' || op[0] == '='))
        code = read_bound(p, bound, strcmp(op, "<") != 0, &x.until_ms);
    return code == PARRY_OK ? one(p, &x, out) : code;
}

static parry_code between(parser *p, parry_str name, parry_str low, parry_str high, bool negated, cnf *out)
{
    cnf from = {NULL, 0}, until = {NULL, 0};
    if (negated)
        return compare(p, name, "!=", low, false, out);
    parry_code code = compare(p, name, ">=", low, false, &from);
    if (code == PARRY_OK)
        code = compare(p, name, "<=", high, false, &until);
    return code == PARRY_OK ? both(p, &from, &until, out) : code;
}

/* ---- words of an expression ---------------------------------------------------------------------------------------
 */

static void skip_space(parser *p)
{
    while (p->at < p->text.n && (p->text.p[p->at] == ' ' || (p->text.p[p->at] >= '\t' && p->text.p[p->at] <= '\r')))
        p->at++;
}

static char peek(const parser *p) { return p->at < p->text.n ? p->text.p[p->at] : '\0'; }

/* A word in capitals that nothing else is joined to. */
static bool keyword(parser *p, const char *word)
{
    skip_space(p);
    size_t n = strlen(word), end = p->at + n;
    if (!parry_str_starts(parry_str_from(p->text, p->at), word) ||
        (end < p->text.n && strchr(" \t\r\n(", p->text.p[end]) == NULL))
        return false;
    p->at = end;
    return true;
}

static parry_code wrong(const parser *p, const char *what)
{
    return parry_fail(p->err, PARRY_INVALID, "filters: %s at character %zu", what, p->at + 1);
}

static parry_code quoted(parser *p, parry_str *out)
{
    char quote = p->text.p[p->at++];
    char *to = parry_arena_alloc(p->arena, p->text.n - p->at + 1);
    size_t n = 0;
    for (; p->at < p->text.n && p->text.p[p->at] != quote; p->at++) {
        if (p->text.p[p->at] == '\\' && p->at + 1 < p->text.n)
            p->at++;
        to[n++] = p->text.p[p->at];
    }
    if (p->at == p->text.n)
        return wrong(p, "a quoted value does not end");
    p->at++;
    *out = parry_str_make(to, n);
    return PARRY_OK;
}

/* Up to a space or one of `ends`. */
static parry_code read_word(parser *p, const char *ends, parry_str *out)
{
    skip_space(p);
    if (peek(p) == '"' || peek(p) == '\'') {
        parry_code code = quoted(p, out);
        if (code != PARRY_OK)
            return code;
    } else {
        size_t from = p->at;
        while (p->at < p->text.n && strchr(ends, p->text.p[p->at]) == NULL)
            p->at++;
        *out = parry_str_make(p->text.p + from, p->at - from);
    }
    if (out->n == 0)
        return wrong(p, "a name or a value is missing");
    if (out->n > PARRY_ALGOLIA_FILTER_VALUE)
        return wrong(p, "a name or a value is over 200 bytes");
    return PARRY_OK;
}

static const char value_ends[] = " \t\r\n()<";

/* The weight of an optional filter means nothing here: "brand:x<score=2>". */
static void skip_score(parser *p)
{
    parry_str rest = parry_str_from(p->text, p->at);
    if (parry_str_starts(rest, "<score="))
        p->at += parry_str_find(rest, parry_str_of(">")) + 1;
    p->at = p->at < p->text.n ? p->at : p->text.n;
}

static const char *read_operator(parser *p)
{
    static const char *const operators[] = {"<=", ">=", "!=", "<", ">", "="};
    skip_space(p);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (parry_str_starts(parry_str_from(p->text, p->at), operators[i])) {
            p->at += strlen(operators[i]);
            return operators[i];
        }
    }
    return NULL;
}

static parry_code condition(parser *p, bool negated, cnf *out)
{
    parry_str name, value, high;
    parry_code code = read_word(p, " \t\r\n():<>=!", &name);
    if (code != PARRY_OK)
        return code;
    skip_space(p);
    if (peek(p) != ':') {
        const char *op = read_operator(p);
        if (op == NULL)
            return match(p, parry_str_of("_tags"), name, negated, out);
        code = read_word(p, value_ends, &value);
        return code == PARRY_OK ? compare(p, name, op, value, negated, out) : code;
    }
    p->at++;
    code = read_word(p, value_ends, &value);
    if (code != PARRY_OK)
        return code;
    skip_score(p);
    if (!keyword(p, "TO"))
        return match(p, name, value, negated, out);
    code = read_word(p, value_ends, &high);
    return code == PARRY_OK ? between(p, name, value, high, negated, out) : code;
}

/* ---- expressions --------------------------------------------------------------------------------------------------
 */

static parry_code expression(parser *p, bool negated, cnf *out);

static parry_code factor(parser *p, bool negated, cnf *out)
{
    parry_code code;
    if (p->depth == PARRY_ALGOLIA_FILTER_DEPTH)
        return wrong(p, "too many parentheses and NOTs within each other");
    p->depth++;
    if (keyword(p, "NOT")) {
        code = factor(p, !negated, out);
    } else if (peek(p) == '(') { /* keyword has skipped spaces */
        p->at++;
        code = expression(p, negated, out);
        skip_space(p);
        if (code == PARRY_OK && peek(p) != ')')
            code = wrong(p, "a ')' is missing");
        p->at += code == PARRY_OK;
    } else {
        code = condition(p, negated, out);
    }
    p->depth--;
    return code;
}

typedef parry_code (*part)(parser *p, bool negated, cnf *out);
typedef parry_code (*join)(parser *p, const cnf *x, const cnf *y, cnf *out);

static parry_code joined(parser *p, bool negated, const char *word, part next, join with, cnf *out)
{
    cnf all = {NULL, 0};
    parry_code code = next(p, negated, &all);
    while (code == PARRY_OK && keyword(p, word)) {
        cnf more = {NULL, 0};
        code = next(p, negated, &more);
        if (code == PARRY_OK)
            code = with(p, &all, &more, &all);
    }
    if (code == PARRY_OK)
        *out = all;
    return code;
}

/* Under a NOT an AND is an OR, and the other way round. */
static parry_code conjunction(parser *p, bool negated, cnf *out)
{
    return joined(p, negated, "AND", factor, negated ? either : both, out);
}

static parry_code expression(parser *p, bool negated, cnf *out)
{
    return joined(p, negated, "OR", conjunction, negated ? both : either, out);
}

/* ---- into the engine's --------------------------------------------------------------------------------------------
 */

static parry_code narrow(parry_algolia_filters *f, const clause *c, parry_err *err)
{
    const literal *l = &c->l[0];
    if (c->n > 1)
        return parry_fail(err, PARRY_INVALID, "updated cannot be one of several alternatives (OR): AND it");
    if (l->from_ms > f->from_ms)
        f->from_ms = l->from_ms;
    if (l->until_ms != 0 && (f->until_ms == 0 || l->until_ms < f->until_ms))
        f->until_ms = l->until_ms;
    return PARRY_OK;
}

static bool has_range(const clause *c)
{
    bool has = false;
    for (size_t i = 0; i < c->n; i++)
        has = has || c->l[i].range;
    return has;
}

static parry_code apply(parry_algolia_filters *f, const cnf *x, parry_err *err)
{
    parry_algolia_filters all = *f;
    parry_code code = all.n + literals(x) > PARRY_ALGOLIA_FILTERS ? too_many(err) : PARRY_OK;
    for (size_t i = 0; i < x->n && code == PARRY_OK; i++) {
        if (has_range(&x->c[i])) {
            code = narrow(&all, &x->c[i], err);
            continue;
        }
        all.ors++;
        for (size_t k = 0; k < x->c[i].n; k++) {
            all.filters[all.n] = x->c[i].l[k].filter;
            all.filters[all.n++].either = all.ors;
        }
    }
    if (code == PARRY_OK)
        *f = all;
    return code;
}

static parry_code parse_all(parser *p, part start, cnf *out)
{
    skip_space(p);
    if (p->at == p->text.n)
        return PARRY_OK;
    parry_code code = start(p, false, out);
    skip_space(p);
    if (code == PARRY_OK && p->at < p->text.n)
        code = wrong(p, "AND or OR is missing");
    return code;
}

parry_code parry_algolia_filters_text(parry_algolia_filters *f, parry_arena *a, parry_str text, parry_err *err)
{
    parser p = {.arena = a, .text = text, .err = err};
    cnf x = {NULL, 0};
    if (text.n > PARRY_ALGOLIA_FILTER_BYTES)
        return parry_fail(err, PARRY_INVALID, "filters has %zu bytes; at most %d", text.n, PARRY_ALGOLIA_FILTER_BYTES);
    parry_code code = parse_all(&p, expression, &x);
    return code == PARRY_OK ? apply(f, &x, err) : code;
}

/* ---- arrays -------------------------------------------------------------------------------------------------------
 */

/* "name:value", of tags "value"; a '-' before the value negates it, "\-" begins it with one. */
static parry_code facet(parser *p, bool tags, cnf *out)
{
    parry_str value = parry_str_trim(p->text), name = parry_str_of("_tags");
    size_t colon = parry_str_find(value, parry_str_of(":"));
    if (!tags && colon == value.n)
        return parry_fail(p->err, PARRY_INVALID, "facetFilters: '%.*s' is not attribute:value",
                          PARRY_FMT(parry_utf8_cut(value, 60)));
    if (!tags) {
        name = parry_str_make(value.p, colon);
        value = parry_str_from(value, colon + 1);
    }
    bool negated = parry_str_starts(value, "-");
    value = parry_str_from(value, negated || parry_str_starts(value, "\\-") ? 1 : 0);
    if (value.n == 0 || value.n > PARRY_ALGOLIA_FILTER_VALUE)
        return parry_fail(p->err, PARRY_INVALID, "a value to filter by has 1 to %d bytes", PARRY_ALGOLIA_FILTER_VALUE);
    return match(p, name, value, negated, out);
}

static parry_code facet_of_record(parser *p, bool unused, cnf *out)
{
    (void)unused;
    return facet(p, false, out);
}

static parry_code facet_of_tags(parser *p, bool unused, cnf *out)
{
    (void)unused;
    return facet(p, true, out);
}

/* "updated>=5", "updated:5 TO 6" */
static parry_code number(parser *p, bool unused, cnf *out)
{
    (void)unused;
    return parse_all(p, condition, out);
}

static parry_code member(parser *p, const json_t *j, part read, cnf *out)
{
    if (!json_is_string(j))
        return parry_fail(p->err, PARRY_INVALID, "filters are strings, in at most two arrays within each other");
    p->text = parry_str_make(json_string_value(j), json_string_length(j));
    p->at = 0;
    if (p->text.n > PARRY_ALGOLIA_FILTER_BYTES)
        return parry_fail(p->err, PARRY_INVALID, "a filter is over %d bytes", PARRY_ALGOLIA_FILTER_BYTES);
    p->text = parry_str_copy(p->arena, p->text);
    return read(p, false, out);
}

/* An array of the outer level is ANDed, one within it ORed. */
static parry_code array(parser *p, const json_t *list, bool anded, part read, cnf *out)
{
    cnf all = {NULL, 0};
    size_t n = json_array_size(list);
    parry_code code = n <= ANDED ? PARRY_OK : too_many(p->err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        const json_t *j = json_array_get(list, i);
        cnf x = {NULL, 0};
        code = anded && json_is_array(j) ? array(p, j, false, read, &x) : member(p, j, read, &x);
        if (code == PARRY_OK && i == 0)
            all = x;
        else if (code == PARRY_OK)
            code = anded ? both(p, &all, &x, &all) : either(p, &all, &x, &all);
    }
    *out = all;
    return code;
}

static parry_code read_array(parry_algolia_filters *f, parry_arena *a, const json_t *value, part read, parry_err *err)
{
    parser p = {.arena = a, .err = err};
    cnf x = {NULL, 0};
    if (value == NULL || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0))
        return PARRY_OK;
    parry_code code = json_is_array(value) ? array(&p, value, true, read, &x) : member(&p, value, read, &x);
    return code == PARRY_OK ? apply(f, &x, err) : code;
}

parry_code parry_algolia_filters_facets(parry_algolia_filters *f, parry_arena *a, const json_t *value, bool tags,
                                        parry_err *err)
{
    return read_array(f, a, value, tags ? facet_of_tags : facet_of_record, err);
}

parry_code parry_algolia_filters_numeric(parry_algolia_filters *f, parry_arena *a, const json_t *value, parry_err *err)
{
    return read_array(f, a, value, number, err);
}
