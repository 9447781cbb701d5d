/* Clicks and visitors of tested lists, gathered, put in order, and counted. */
#include "deflection/rankings.h"

#include "base/err.h"

#include <stdlib.h>

static const double weight_most = 10;
static const uint64_t resampling_seed = 1;

typedef struct click {
    uint64_t visitor;
    uint8_t place, other; /* from 1; other: where the challenger has it, 0 nowhere */
    bool compared;        /* of a list that says so */
} click;

typedef struct seen { /* one list of a test */
    uint64_t visitor;
    int64_t at_ms;
    int32_t credit;
    uint8_t arm;
    bool clicked;
} seen;

struct parry_rankings_reading {
    parry_word test;
    parry_rankings_result out;
    parry_pair_counts pairs[PARRY_PAIRS];
    click *clicks;
    size_t nclicks, clicks_cap;
    seen *lists;
    size_t nlists, lists_cap;
    bool refused;
};

parry_rankings_reading *parry_rankings_read(parry_word test)
{
    parry_rankings_reading *r = parry_calloc(1, sizeof *r);
    r->test = test;
    return r;
}

static void *room(void *list, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return list;
    *cap = *cap > 0 ? 2 * *cap : 1024;
    return parry_realloc(list, *cap * size);
}

static bool opened(const parry_search_row *row, unsigned place) { return row->opened_at >> (place - 1) & 1; }

static void add_clicks(parry_rankings_reading *r, const parry_search_row *row, uint64_t visitor)
{
    bool compared = row->arm == PARRY_ROW_INTERLEAVED || row->arm == PARRY_ROW_SHADOW;
    for (unsigned place = 1; place <= PARRY_PLACES; place++) {
        if (!opened(row, place))
            continue;
        r->clicks = room(r->clicks, r->nclicks, &r->clicks_cap, sizeof *r->clicks);
        r->clicks[r->nclicks++] = (click){visitor, (uint8_t)place, row->other[place - 1], compared};
    }
}

bool parry_rankings_add(parry_rankings_reading *r, const parry_search_row *row)
{
    uint64_t visitor;
    if (row->flags & (PARRY_SEARCH_BOT | PARRY_SEARCH_AGENT) || (r->test != 0 && row->test != r->test))
        return true;
    r->refused = r->nclicks + PARRY_PLACES > PARRY_RANKINGS_CLICKS_MAX || r->nlists >= PARRY_RANKINGS_CLICKS_MAX;
    if (r->refused)
        return false;
    memcpy(&visitor, row->who.b, sizeof visitor); /* it is a hash */
    r->out.searches++;
    add_clicks(r, row, visitor);
    if (row->pair > 0 && row->pair < PARRY_PLACES) {
        r->out.swapped++;
        r->pairs[row->pair - 1].upper += opened(row, row->pair);
        r->pairs[row->pair - 1].lower += opened(row, row->pair + 1U);
    }
    if (r->test == 0)
        return true;
    r->lists = room(r->lists, r->nlists, &r->lists_cap, sizeof *r->lists);
    r->lists[r->nlists++] = (seen){visitor, row->at_ms, row->credit, row->arm, row->clicks > 0};
    return true;
}

bool parry_rankings_whole(const parry_rankings_reading *r) { return !r->refused; }

/* ---- order --------------------------------------------------------------------------------------------------------
 */

static int by_click(const void *a, const void *b)
{
    const click *x = a, *y = b;
    if (x->visitor != y->visitor)
        return x->visitor < y->visitor ? -1 : 1;
    int order = x->place - y->place;
    order = order != 0 ? order : x->other - y->other;
    return order != 0 ? order : x->compared - y->compared;
}

/* The arm of a visitor is that of his first list, though he may have met both: on two devices, before they were one. */
static int by_visitor(const void *a, const void *b)
{
    const seen *x = a, *y = b;
    if (x->visitor != y->visitor)
        return x->visitor < y->visitor ? -1 : 1;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return x->arm - y->arm;
}

/* ---- counting -----------------------------------------------------------------------------------------------------
 */

/* Of clicks at places whose chance to be looked at is known. */
static size_t weigh(const parry_rankings_reading *r, bool compared, bool challenger, parry_weighed_click *out)
{
    const parry_examination *e = &r->out.look;
    size_t n = 0;
    for (size_t i = 0; i < r->nclicks; i++) {
        const click *x = &r->clicks[i];
        if (x->place <= e->known && (x->compared || !compared))
            out[n++] = (parry_weighed_click){x->visitor, e->look[x->place - 1], challenger ? x->other : x->place};
    }
    return n;
}

static parry_ranking_worth worth(const parry_rankings_reading *r, bool compared, bool challenger)
{
    parry_weighed_click *list = parry_malloc((r->nclicks + 1) * sizeof *list);
    size_t n = weigh(r, compared, challenger, list);
    parry_ranking_worth w = {parry_estimate_of(list, n, PARRY_CLICK_MRR, weight_most, resampling_seed),
                             parry_estimate_of(list, n, PARRY_CLICK_DCG, weight_most, resampling_seed)};
    free(list);
    return w;
}

static void count_visitor(const seen *v, size_t n, parry_rankings_result *out, uint64_t votes[3])
{
    int64_t credit = 0;
    bool clicked = false, drafted = false;
    for (size_t i = 0; i < n; i++) {
        clicked = clicked || v[i].clicked;
        drafted = drafted || (v[i].arm == PARRY_ROW_INTERLEAVED && v[i].clicked);
        credit += v[i].arm == PARRY_ROW_INTERLEAVED ? v[i].credit : 0;
    }
    if (drafted)
        votes[credit > 0 ? 0 : credit < 0 ? 1 : 2]++;
    if (v->arm == PARRY_ROW_PRODUCTION || v->arm == PARRY_ROW_CHALLENGER) {
        parry_ranking_arm_counts *arm = v->arm == PARRY_ROW_PRODUCTION ? &out->production : &out->rival;
        arm->clicked.n++;
        arm->clicked.k += clicked;
    }
}

static void count_visitors(parry_rankings_reading *r)
{
    uint64_t votes[3] = {0};
    if (r->nlists > 0)
        qsort(r->lists, r->nlists, sizeof *r->lists, by_visitor);
    for (size_t i = 0, end; i < r->nlists; i = end) {
        for (end = i + 1; end < r->nlists && r->lists[end].visitor == r->lists[i].visitor; end++)
            continue;
        count_visitor(r->lists + i, end - i, &r->out, votes);
        r->out.visitors++;
    }
    r->out.preference = parry_interleave_verdict(votes[0], votes[1], votes[2]);
}

void parry_rankings_end(parry_rankings_reading *r, parry_rankings_result *out)
{
    if (out != NULL) {
        bool compared = false;
        if (r->nclicks > 0)
            qsort(r->clicks, r->nclicks, sizeof *r->clicks, by_click);
        for (size_t i = 0; i < r->nclicks && !compared; i++)
            compared = r->clicks[i].compared;
        r->out.clicks = r->nclicks;
        r->out.look = parry_examination_of(r->pairs);
        for (size_t i = 0; i < r->nclicks; i++)
            r->out.weighable += r->clicks[i].place <= r->out.look.known;
        r->out.shown = worth(r, compared, false);
        r->out.challenger = worth(r, true, true);
        count_visitors(r);
        *out = r->out;
    }
    free(r->clicks);
    free(r->lists);
    free(r);
}
