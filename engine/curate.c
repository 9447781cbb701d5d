/* Boosts, rules, order, facets. */
#include "engine/curate.h"

#include "engine/boosts.h"
#include "engine/challenger.h"
#include "engine/filter.h"
#include "engine/page.h"

#include <math.h>
#include <stdlib.h>

static parry_article_out article_of(const parry_curation *c, const parry_candidate *x)
{
    parry_article_out out;
    parry_segment_article(parry_generation_get_info(c->generation)->segments[x->segment].segment, x->article, &out);
    return out;
}

/* ---- pins that were not found ---------------------------------------------------------------------------------------
 */

/* Whatever a rule says: nobody sees another audience's article. */
static bool may_show(const parry_curation *c, const parry_rule *rule, const parry_candidate *x)
{
    parry_article_out out = article_of(c, x);
    if (rule->filter_pins)
        return parry_mask_shows(&c->masks[x->segment], x->article);
    return parry_barrier_passed(PARRY_BARRIER_AUDIENCE, &out, c->query) &&
           parry_barrier_passed(PARRY_BARRIER_EXCLUDE, &out, c->query);
}

static bool among(const parry_candidates *all, const parry_candidate *x)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->c[i].segment == x->segment && all->c[i].article == x->article)
            return true;
    return false;
}

void parry_admit_pins(const parry_curation *c, parry_arena *a, const parry_candidates *text, const float *vector,
                      parry_candidates *all)
{
    size_t cap = all->n; /* the first one moves them */
    for (size_t i = 0; i < c->matched.n; i++) {
        const parry_rule *rule = c->matched.rules[i];
        for (size_t p = 0; p < rule->npins; p++) {
            parry_candidate x = {.text_row = PARRY_NO_ROW, .vector_row = PARRY_NO_ROW};
            bool there = parry_generation_find(c->generation, rule->pins[p].id, &x.segment, &x.article);
            if (!there || !may_show(c, rule, &x) || among(all, &x))
                continue;
            parry_measure_text(text, &x);
            if (vector != NULL)
                parry_measure_vectors(c->generation, vector, &x);
            all->c = parry_arena_grow(a, all->c, all->n, &cap, sizeof *all->c);
            all->c[all->n++] = x;
        }
    }
}

/* ---- boosts ---------------------------------------------------------------------------------------------------------
 */

static bool boost_holds(const parry_rule_boost *b, const parry_article_out *x)
{
    return b->id.n > 0 ? parry_str_eq(b->id, x->id) : parry_filters_hold(&b->filter, 1, x);
}

static void add_part(parry_arena *a, parry_ranked *r, size_t *cap, parry_part part)
{
    r->extra = parry_arena_grow(a, r->extra, r->nextra, cap, sizeof *r->extra);
    r->extra[r->nextra++] = part;
    r->score += part.points;
}

static void raise_by_rules(const parry_curation *c, parry_arena *a, const parry_article_out *x, parry_ranked *r,
                           size_t *cap)
{
    for (size_t i = 0; i < c->matched.n; i++) {
        const parry_rule *rule = c->matched.rules[i];
        for (size_t b = 0; b < rule->nboosts; b++) {
            if (!boost_holds(&rule->boosts[b], x))
                continue;
            const char *name = parry_str_printf(a, "rule: %.*s", PARRY_FMT(rule->name)).p;
            add_part(a, r, cap, (parry_part){name, 1, rule->boosts[b].points, rule->boosts[b].points});
            r->rule = rule->name;
        }
    }
}

static bool anything_raises(const parry_curation *c, const parry_boosts *b, const parry_page *page)
{
    bool any = parry_page_says_anything(page);
    any =
        any || (b != NULL && (b->freshness > 0 || b->popularity > 0 || b->votes > 0 || b->ncategories + b->nproducts));
    for (size_t i = 0; i < c->matched.n && !any; i++)
        any = c->matched.rules[i]->nboosts > 0;
    return any;
}

void parry_raise(const parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n)
{
    const parry_boosts *b = parry_side_for(c->generation, c->query, PARRY_SIDE_BOOSTS);
    const parry_usage *usage = parry_generation_side(c->generation, PARRY_SIDE_USAGE);
    const parry_page page = parry_page_of(a, c->query);
    if (!anything_raises(c, b, &page))
        return;
    for (size_t i = 0; i < n; i++) {
        parry_article_out x = article_of(c, ranked[i].c);
        parry_part parts[PARRY_BOOST_PARTS + PARRY_PAGE_PARTS];
        size_t cap = 0, nparts = b != NULL ? parry_boost_parts(b, usage, &x, c->now_ms, parts) : 0;
        nparts += parry_page_parts(&page, &x, parts + nparts);
        for (size_t p = 0; p < nparts; p++)
            add_part(a, &ranked[i], &cap, parts[p]);
        raise_by_rules(c, a, &x, &ranked[i], &cap);
    }
    parry_ranked_sort(ranked, n);
}

/* ---- hiding ---------------------------------------------------------------------------------------------------------
 */

static void leave_out(parry_curation *c, parry_arena *a, const parry_ranked *r, const parry_rule *rule, double odds)
{
    c->left_out = parry_arena_grow(a, c->left_out, c->nleft_out, &c->left_out_cap, sizeof *c->left_out);
    c->left_out[c->nleft_out++] = (parry_left_out){*r, rule, odds};
}

static size_t hide(parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const parry_rule *rule = parry_rules_hiding(&c->matched, ranked[i].id);
        if (rule != NULL)
            leave_out(c, a, &ranked[i], rule, 0);
        else
            ranked[kept++] = ranked[i];
    }
    return kept;
}

/* ---- another order --------------------------------------------------------------------------------------------------
 */

typedef struct sorted {
    parry_ranked r;
    parry_str title;
    int64_t updated_ms;
    size_t rank; /* settles ties */
} sorted;

static int by_rank(const sorted *a, const sorted *b) { return (a->rank > b->rank) - (a->rank < b->rank); }

static int newest_first(const void *x, const void *y)
{
    const sorted *a = x, *b = y;
    return a->updated_ms != b->updated_ms ? (a->updated_ms < b->updated_ms) - (a->updated_ms > b->updated_ms)
                                          : by_rank(a, b);
}

static int by_title(const void *x, const void *y)
{
    const sorted *a = x, *b = y;
    size_t n = a->title.n < b->title.n ? a->title.n : b->title.n;
    int c = n > 0 ? strncasecmp(a->title.p, b->title.p, n) : 0;
    if (c == 0)
        c = (a->title.n > b->title.n) - (a->title.n < b->title.n);
    return c != 0 ? c : by_rank(a, b);
}

/* An order by date or title must not put first what hardly has to do with the question: those stay that may well be
 * the answer, or hold all its words. Weights were fitted by a listwise softmax, so that exp of a difference in evidence
 * is how much likelier the one is than the other. */
static size_t keep_likely(parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n)
{
    static const float all_words = 0.999F;
    double best = ranked[0].evidence;
    size_t kept = 0;
    for (size_t i = 1; i < n; i++)
        best = ranked[i].evidence > best ? ranked[i].evidence : best;
    for (size_t i = 0; i < n; i++) {
        double odds = exp(ranked[i].evidence - best);
        if (odds >= PARRY_SORT_LEAST_ODDS || ranked[i].c->coverage >= all_words)
            ranked[kept++] = ranked[i];
        else
            leave_out(c, a, &ranked[i], NULL, odds);
    }
    return kept;
}

static size_t sort(parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n)
{
    if (c->query->sort == PARRY_BY_RELEVANCE || n == 0)
        return n;
    n = keep_likely(c, a, ranked, n);
    sorted *s = PARRY_ARRAY(a, sorted, n + 1);
    for (size_t i = 0; i < n; i++) {
        parry_article_out x = article_of(c, ranked[i].c);
        s[i] = (sorted){ranked[i], x.title, INT64_MIN, i};
        (void)parry_date_read(x.updated, &s[i].updated_ms);
    }
    qsort(s, n, sizeof *s, c->query->sort == PARRY_BY_TITLE ? by_title : newest_first);
    for (size_t i = 0; i < n; i++)
        ranked[i] = s[i].r;
    return n;
}

/* ---- pinning --------------------------------------------------------------------------------------------------------
 */

typedef struct pinned {
    parry_ranked r;
    size_t position, order;
} pinned;

static int by_position(const void *x, const void *y)
{
    const pinned *a = x, *b = y;
    if (a->position != b->position)
        return a->position < b->position ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* Out of ranked, if it is there. */
static bool take(parry_ranked *ranked, size_t *n, parry_str id, parry_ranked *out)
{
    for (size_t i = 0; i < *n; i++) {
        if (!parry_str_eq(ranked[i].id, id))
            continue;
        *out = ranked[i];
        memmove(&ranked[i], &ranked[i + 1], (--*n - i) * sizeof *ranked);
        return true;
    }
    return false;
}

static size_t take_pins(const parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t *n, pinned **out)
{
    size_t count = 0;
    for (size_t i = 0; i < c->matched.n; i++)
        count += c->matched.rules[i]->npins;
    pinned *pins = PARRY_ARRAY(a, pinned, count + 1);
    count = 0;
    for (size_t i = 0; i < c->matched.n; i++) {
        const parry_rule *rule = c->matched.rules[i];
        size_t before = 0, missing = 0; /* of a row of places, those that are not there: the next ones move up */
        for (size_t p = 0; p < rule->npins; p++) {
            missing = rule->pins[p].position == before + 1 ? missing : 0;
            before = rule->pins[p].position;
            if (!take(ranked, n, rule->pins[p].id, &pins[count].r)) {
                missing++;
                continue;
            }
            pins[count].r.rule = rule->name;
            pins[count].r.pinned = rule->pins[p].position;
            pins[count].position = pins[count].r.pinned_at = rule->pins[p].position - missing;
            pins[count].order = count;
            count++;
        }
    }
    *out = pins;
    return count;
}

/* The pinned at their places, the others in theirs around them. Returns how many there are. */
static size_t place(parry_arena *a, parry_ranked *ranked, size_t n, pinned *pins, size_t npins)
{
    size_t p = 0, next = 0;
    parry_ranked *others = PARRY_ARRAY(a, parry_ranked, n + 1);
    memcpy(others, ranked, n * sizeof *others);
    qsort(pins, npins, sizeof *pins, by_position);
    for (size_t i = 0; i < n + npins; i++) {
        bool turn = p < npins && (pins[p].position <= i + 1 || next == n);
        ranked[i] = turn ? pins[p++].r : others[next++];
    }
    return n + npins;
}

size_t parry_curate(parry_curation *c, parry_arena *a, parry_ranked *ranked, size_t n)
{
    pinned *pins = NULL;
    parry_raise(c, a, ranked, n);
    n = c->matched.n > 0 ? hide(c, a, ranked, n) : n;
    size_t npins = c->matched.n > 0 ? take_pins(c, a, ranked, &n, &pins) : 0;
    n = sort(c, a, ranked, n);
    return npins > 0 ? place(a, ranked, n, pins, npins) : n;
}

/* ---- telling --------------------------------------------------------------------------------------------------------
 */

static parry_facet facet_of(const parry_curation *c, parry_arena *a, const parry_ranked *ranked, size_t n,
                            parry_field f)
{
    parry_counter *counter = parry_counter_new(a);
    for (size_t i = 0; i < n; i++) {
        parry_article_out x = article_of(c, ranked[i].c);
        size_t at = 0;
        parry_str value;
        while (parry_field_next(&x, f, &at, &value))
            parry_counter_add(counter, value);
    }
    return parry_counter_facet(counter, f);
}

void parry_tell_curation(const parry_curation *c, parry_arena *a, const parry_ranked *ranked, size_t n,
                         parry_results *r)
{
    parry_str *names = PARRY_ARRAY(a, parry_str, c->matched.n + 1);
    for (size_t i = 0; i < c->matched.n; i++)
        names[i] = c->matched.rules[i]->name;
    r->rules = names;
    r->nrules = c->matched.n;
    r->facets = PARRY_ARRAY(a, parry_facet, PARRY_FIELDS);
    for (int f = 0; f < PARRY_FIELDS; f++)
        if ((c->query->facets >> f & 1U) != 0)
            r->facets[r->nfacets++] = facet_of(c, a, ranked, n, (parry_field)f);
}
