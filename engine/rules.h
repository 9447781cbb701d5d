/* Curation rules: what authors do to the answers of certain questions. Side table "rules", from _search/rules.yaml:
 *
 *     - name: late refunds             shown in explanations; else "rule at line 12"
 *       query: where is my money       the whole question, after the analyser's folding; or a list: any of them
 *       contains: refund               these words side by side, anywhere in the question; or a list
 *       tag: checkout                  what the caller says of itself; or a list
 *       locale: en                     only questions in it
 *       audience: customer             only questions of it
 *       from: 2026-11-27               in UTC; a day alone begins at its first moment ...
 *       until: 2026-11-30              ... and ends at its last
 *       pin: [a, {id: b, position: 4}] articles at places 1, 4
 *       hide: [c]
 *       filter: {category: Refunds, tag: [cards, fees]}
 *       boost: [{id: d, points: 1}, {product: App, points: -0.5}]
 *       filter_curated: true           false: a pin may show what filters leave out (never another audience's)
 *
 * query, contains, tag, locale, audience and dates must all hold. Rules are matched to the question as it was asked,
 * before synonyms. All that match apply, in the file's order; where two want one place, the later takes the next. */
#ifndef PARRY_ENGINE_RULES_H
#define PARRY_ENGINE_RULES_H

#include "engine/search.h"
#include "engine/wording.h"

enum { PARRY_RULES_MAX = 2000, PARRY_PINS_MAX = 20 };
#define PARRY_RULE_POINTS_MAX 3.0

typedef struct parry_pin {
    parry_str id;
    size_t position; /* from 1, of all results */
} parry_pin;

typedef struct parry_rule_boost {
    parry_str id;        /* of an article; empty: those that the filter holds for */
    parry_filter filter; /* set 0 */
    double points;
} parry_rule_boost;

typedef struct parry_rule {
    parry_str name;
    const parry_wording *query, *contains;
    size_t nquery, ncontains;
    const parry_str *tags;
    size_t ntags;
    parry_str locale, audience;
    int64_t from_ms, until_ms; /* in [from, until) */
    const parry_pin *pins;
    size_t npins;
    const parry_str *hide;
    size_t nhide;
    const parry_filter *filters;
    size_t nfilters;
    const parry_rule_boost *boosts;
    size_t nboosts;
    bool filter_pins;
} parry_rule;

typedef struct parry_rules {
    const parry_rule *list;
    size_t n;
} parry_rules;

PARRY_MUST parry_code parry_rules_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err);

/* The rules that matched, in the file's order. */
typedef struct parry_matched {
    const parry_rule **rules;
    size_t n;
} parry_matched;

/* r may be NULL. locale: of the question. */
parry_matched parry_rules_match(const parry_rules *r, parry_analyser *an, parry_arena *a, const parry_query *q,
                                parry_str locale, int64_t now_ms);
/* The first of them that hides this article; NULL: none does. */
const parry_rule *parry_rules_hiding(const parry_matched *m, parry_str id);
/* The rule that a filter of the scoped query came from; NULL: it is the caller's own. */
const parry_rule *parry_rules_of_filter(const parry_matched *m, const parry_filter *f);
/* The query with the rules' filters besides its own, sorted. A rule whose filters would make more than
 * PARRY_FILTERS_MAX filters nothing, nor do those after it. */
parry_query parry_rules_scope(const parry_matched *m, parry_arena *a, const parry_query *q);

#endif
