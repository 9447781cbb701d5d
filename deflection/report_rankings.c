/* Report `rankings`: what a test of rankings found (rankings.h), of the whole only. */
#include "deflection/report_inner.h"

#include "deflection/stats.h"

#define CELLS(list) list, sizeof(list) / sizeof *(list)

enum {
    SEARCHES,
    CLICKS,
    SWAPPED,
    PREFERENCE,
    CTR_PRODUCTION,
    CTR_CHALLENGER,
    CTR_DIFFERENCE,
    MRR,
    MRR_NAIVE,
    MRR_CHALLENGER,
    DCG,
    DCG_CHALLENGER,
    EFFECTIVE,
    LOOK, /* and the places after the first, one by one */
};

static void add_nothing(report_pass *p, report_group *g, const report_any *row) { (void)p, (void)g, (void)row; }

#define AT(name, what, unit, words, source)                                                                            \
    {                                                                                                                  \
        name, REPORT_RANKING, what, 0, unit, words, source                                                             \
    }
#define LOOK_AT(n)                                                                                                     \
    AT("look_" #n, LOOK + (n)-1, "ratio",                                                                              \
       "How likely place " #n " is looked at, to the first; from neighbours that changed places.",                     \
       "Joachims, Swaminathan, Schnabel 2017")

static const report_cell cells[] = {
    AT("searches", SEARCHES, "searches", "Lists of the test that `experiment` names; without it, of all searches.",
       "ours"),
    AT("clicks", CLICKS, "clicks", "Hits opened at their first 10 places, each once a list.", "ours"),
    AT("swapped", SWAPPED, "searches", "Lists of the share in which two neighbours may have changed places.", "ours"),
    AT("preference", PREFERENCE, "-0.5 to 0.5",
       "Interleaved lists: of the visitors who opened a hit, the share who opened more of the challenger's picks, ties "
       "half, less a half.",
       "Chapelle et al. 2012, team-draft"),
    AT("clicked_production", CTR_PRODUCTION, "share",
       "A/B test: of the visitors with production's lists, those who opened a hit.", "ours"),
    AT("clicked_challenger", CTR_CHALLENGER, "share", "The same of those with the challenger's.", "ours"),
    AT("clicked_difference", CTR_DIFFERENCE, "share",
       "The challenger's share less production's; Newcombe's interval, for one look at the planned end. None where the "
       "arms are not of the sizes that they must be.",
       "ours"),
    AT("mrr_weighed", MRR, "0 to 1",
       "1 / place of the hits that were opened, where that is known for 9 in 10 of them, each weighed by 1 / how "
       "likely its place is looked at, 10 at most.",
       "clipped SNIPS: Swaminathan and Joachims 2015"),
    AT("mrr_naive", MRR_NAIVE, "0 to 1", "The same, all weighing alike: what clicks alone would say.", "IR standard"),
    AT("mrr_challenger", MRR_CHALLENGER, "0 to 1",
       "The same by where the challenger has them; of interleaved and shadow lists.",
       "clipped SNIPS: Swaminathan and Joachims 2015"),
    AT("dcg_weighed", DCG, "0 to 1", "1 / log2(1 + place), weighed so.", "clipped SNIPS"),
    AT("dcg_challenger", DCG_CHALLENGER, "0 to 1", "The same by where the challenger has them.", "clipped SNIPS"),
    AT("effective", EFFECTIVE, "visitors",
       "Visitors that the weighed clicks are worth; under 100, nothing weighed is told.", "Kish 1965"),
    LOOK_AT(2),
    LOOK_AT(3),
    LOOK_AT(4),
    LOOK_AT(5),
    LOOK_AT(6),
    LOOK_AT(7),
    LOOK_AT(8),
    LOOK_AT(9),
    LOOK_AT(10),
};

const parry_report_kind report_rankings_kinds[] = {
    {"rankings", "What a test of rankings found", REPORT_SEARCHES, REPORT_ASKED, add_nothing, CELLS(cells), 0, false,
     false, false, false},
};
const size_t report_rankings_nkinds = 1;

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

static bool add(void *ctx, const parry_search_row *row) { return parry_rankings_add(ctx, row); }

parry_code report_rankings_open(report_pass *p)
{
    const parry_report_source *s = p->source;
    if (p->q->kind->cells != cells || p->part)
        return PARRY_OK;
    parry_word test = p->q->experiment.n > 0 ? parry_word_of(p->q->experiment) : 0;
    parry_rankings_reading *r = parry_rankings_read(test);
    parry_code code = s->searches(s->ctx, p->q->from_ms, p->q->until_ms, add, r, p->err);
    bool all = parry_rankings_whole(r);
    parry_rankings_end(r, code == PARRY_OK && all ? &p->rankings : NULL);
    if (code == PARRY_OK && !all)
        code = parry_fail(p->err, PARRY_TOO_LARGE, "more than %d clicks: narrow the days", PARRY_RANKINGS_CLICKS_MAX);
    return code;
}

/* ---- cells --------------------------------------------------------------------------------------------------------
 */

static report_value_of none(uint64_t n, const char *why) { return (report_value_of){.n = n, .why = why}; }

static report_value_of between(uint64_t n, double value, parry_interval i)
{
    return (report_value_of){.known = true, .bounded = true, .n = n, .value = value, .lo = i.low, .hi = i.high};
}

static report_value_of count(uint64_t n)
{
    return (report_value_of){.known = true, .whole = true, .n = n, .value = (double)n};
}

static report_value_of preference(const parry_preference *v)
{
    uint64_t n = v->a + v->b + v->ties;
    return v->known ? between(n, v->value, v->interval) : none(n, "nobody prefers either");
}

static report_value_of clicked(parry_trials t)
{
    return t.n > 0 ? between(t.n, parry_count_rate(t), parry_count_interval(t)) : none(0, "no A/B test");
}

/* The sizes that the arms have by luck, one in a thousand aside; of a plan that is not known any are. */
static bool sizes_fit(const report_pass *p, parry_trials production, parry_trials rival)
{
    const parry_trial_list *all = p->source->trials;
    const parry_trial *t = all != NULL && p->q->experiment.n > 0 ? parry_trial_list_find(all, p->q->experiment) : NULL;
    return t == NULL || !t->ranking || parry_sample_ratio_p(production.n, rival.n, t->plan.share) >= parry_effect_srm_p;
}

static report_value_of difference(const report_pass *pass)
{
    parry_trials c = pass->rankings.rival.clicked, p = pass->rankings.production.clicked;
    if (c.n < PARRY_EFFECT_LEAST || p.n < PARRY_EFFECT_LEAST)
        return none(c.n + p.n, "not enough data");
    if (!sizes_fit(pass, p, c))
        return none(c.n + p.n, "the arms are not of the sizes that they must be");
    return between(c.n + p.n, parry_count_rate(c) - parry_count_rate(p), parry_newcombe_interval(c, p, 0.95));
}

static report_value_of estimate(const parry_rankings_result *r, const parry_estimate *e, bool naive)
{
    uint64_t n = (uint64_t)e->effective;
    if (r->swapped == 0)
        return none(n, "no neighbours were swapped");
    if (r->look.known < 2 || 10 * r->weighable < 9 * r->clicks)
        return none(n,
                    "too few clicks on swapped pairs: how likely places are looked at is not known for 9 in 10 clicks");
    if (e->status != PARRY_ESTIMATE_OK)
        return none(n, "fewer than 100 effective visitors");
    return naive ? (report_value_of){.known = true, .n = n, .value = e->naive} : between(n, e->value, e->interval);
}

static report_value_of look(const parry_rankings_result *r, unsigned place)
{
    return place < r->look.known ? between(r->swapped, r->look.look[place], r->look.interval[place])
                                 : none(r->swapped, "too few clicks on this pair, or one above");
}

report_value_of report_ranking_value(const report_pass *p, const report_cell *c)
{
    const parry_rankings_result *r = &p->rankings;
    if (p->part)
        return none(0, "of the whole only");
    switch (c->a) {
    case SEARCHES:
        return count(r->searches);
    case CLICKS:
        return count(r->clicks);
    case SWAPPED:
        return count(r->swapped);
    case PREFERENCE:
        return preference(&r->preference);
    case CTR_PRODUCTION:
        return clicked(r->production.clicked);
    case CTR_CHALLENGER:
        return clicked(r->rival.clicked);
    case CTR_DIFFERENCE:
        return difference(p);
    case MRR:
        return estimate(r, &r->shown.mrr, false);
    case MRR_NAIVE:
        return estimate(r, &r->shown.mrr, true);
    case MRR_CHALLENGER:
        return estimate(r, &r->challenger.mrr, false);
    case DCG:
        return estimate(r, &r->shown.dcg, false);
    case DCG_CHALLENGER:
        return estimate(r, &r->challenger.dcg, false);
    case EFFECTIVE:
        return count((uint64_t)r->shown.mrr.effective);
    default:
        return look(r, c->a - LOOK);
    }
}
