/* Reports over searches: rates, the lists of texts, what rises, and where people click. */
#include "deflection/report_inner.h"

#define CELLS(list) list, sizeof(list) / sizeof *(list)

static bool is(const parry_search_row *s, uint32_t flag) { return (s->flags & flag) != 0; }

/* ---- searches ---------------------------------------------------------------------------------------------------- */

enum { SEARCHES, REQUESTS, ZERO, JUDGED, NO_ANSWER, NO_CLICK, FAILED, REFINED, EXIT, READ, TICKET };

static void add_searches(report_pass *p, report_group *g, const report_any *row)
{
    const parry_search_row *s = row->search;
    (void)p;
    bool zero = is(s, PARRY_SEARCH_ZERO), judged = zero || is(s, PARRY_SEARCH_KNOWN);
    g->n[SEARCHES]++;
    g->n[REQUESTS] += s->letters;
    g->n[ZERO] += zero;
    g->n[JUDGED] += judged;
    g->n[NO_ANSWER] += judged && !is(s, PARRY_SEARCH_ANSWERED);
    g->n[NO_CLICK] += s->clicks == 0;
    g->n[FAILED] += zero || s->clicks == 0;
    g->n[REFINED] += is(s, PARRY_SEARCH_REFINED);
    g->n[EXIT] += is(s, PARRY_SEARCH_EXIT);
    g->n[READ] += s->clicks > 0 && is(s, PARRY_SEARCH_DWELLED);
    g->n[TICKET] += is(s, PARRY_SEARCH_TICKET);
}

static const report_cell searches[] = {
    {"searches", REPORT_COUNT, SEARCHES, SEARCHES, "searches",
     "Searches; what was typed on the way to one is part of it.", "ours"},
    {"requests", REPORT_COUNT, REQUESTS, SEARCHES, "requests", "Requests that these were typed in.", "ours"},
    {"zero_result", REPORT_SHARE, ZERO, SEARCHES, "share", "Of searches: no hit at all.", "all; Wikimedia's ZRR"},
    {"no_answer", REPORT_SHARE, NO_ANSWER, JUDGED, "share",
     "Of searches whose probability is known, or that had no hit: under the threshold of an answer.", "ours"},
    {"no_click", REPORT_SHARE, NO_CLICK, SEARCHES, "share", "Of searches: no hit was opened.", "SearchUnify"},
    {"unsuccessful", REPORT_SHARE, FAILED, SEARCHES, "share", "Of searches: no hit, or none was opened.",
     "SearchUnify, ServiceNow"},
    {"refined", REPORT_SHARE, REFINED, SEARCHES, "share",
     "Of searches: another one, no prefix of it, followed within 60 s.", "Google Analytics"},
    {"exit", REPORT_SHARE, EXIT, SEARCHES, "share", "Of searches: the last thing in its session.", "Google Analytics"},
    {"read", REPORT_SHARE, READ, SEARCHES, "share", "Of searches: what was opened was read for 10 s or more.",
     "Wikimedia's user engagement"},
    {"ticket", REPORT_SHARE, TICKET, SEARCHES, "share", "Of searches: a ticket within 24 h of its session's content.",
     "ours"},
};

/* ---- what rises ------------------------------------------------------------------------------------------------- */

enum { NOW, BEFORE };

static void add_rising(report_pass *p, report_group *g, const report_any *row)
{
    int64_t from = p->q->from_ms, day = (row->at_ms - p->since_ms) / 86400000;
    bool before = row->at_ms >= from - (p->q->until_ms - from);
    if (row->at_ms >= from) {
        g->n[NOW]++;
        p->now++;
        return;
    }
    g->n[BEFORE] += before;
    p->before += before;
    p->past[day]++;
    report_value(p, g, (uint64_t)day);
}

static const report_cell rising[] = {
    {"searches", REPORT_COUNT, NOW, NOW, "searches", "Searches in the range.", "ours"},
    {"before", REPORT_COUNT, BEFORE, BEFORE, "searches", "Searches in as long a time before it.", "ours"},
    {"rise", REPORT_RISE, NOW, BEFORE, "ratio",
     "Its share of all searches now, to its share before. Shown where a test against each day of its own past finds "
     "it, "
     "which is as long as the range, 28 days at least; the test takes into account how its days vary, and how often "
     "one "
     "visitor searches it (deflection/stats.h), and how many texts were tested (Benjamini and Hochberg, 5 %).",
     "ours"},
};

/* ---- clicks ----------------------------------------------------------------------------------------------------- */

enum { CL_SEARCHES, CL_CLICKED, CL_CLICKS, CL_SESSIONS, CL_PAUL };

static void add_clicks(report_pass *p, report_group *g, const report_any *row)
{
    const parry_search_row *s = row->search;
    g->n[CL_SEARCHES]++;
    g->n[CL_CLICKED] += s->clicks > 0;
    g->n[CL_CLICKS] += s->clicks;
    g->n[CL_SESSIONS] += is(s, PARRY_SEARCH_FIRST);
    g->n[CL_PAUL] += s->paul;
    if (s->clicks > 0 && s->position > 0)
        report_value(p, g, s->position);
}

static const report_cell clicks[] = {
    {"searches", REPORT_COUNT, CL_SEARCHES, CL_SEARCHES, "searches", "Searches.", "ours"},
    {"clicks", REPORT_COUNT, CL_CLICKS, CL_SEARCHES, "clicks", "Hits that were opened.", "ours"},
    {"ctr", REPORT_SHARE, CL_CLICKED, CL_SEARCHES, "share", "Of searches: at least one hit was opened.",
     "Workato, Algolia; not Zendesk's, which may pass 1"},
    {"position", REPORT_MEAN, 0, 0, "position",
     "Mean position of a search's first click (ACP), where it is known. Biased towards what stands first.", "Algolia"},
    {"mrr", REPORT_RECIPROCAL, 0, 0, "0 to 1", "Mean of 1 / position of the first click, over searches with one.",
     "IR standard"},
    {"mrr0", REPORT_RECIPROCAL0, 0, CL_SEARCHES, "0 to 1", "The same over all searches; 0 without a click.",
     "IR standard"},
    {"paul_score", REPORT_DISCOUNTED, CL_PAUL, CL_SESSIONS, "0 on",
     "Mean over sessions of the sum of 0.5 ^ (position - 1) over all clicks of all its searches; 0 without a click. A "
     "session counts where its first search does.",
     "Wikimedia's PaulScore (0.5)"},
};

#define TEXTS(name, what, order)                                                                                       \
    {                                                                                                                  \
        name, what, REPORT_SEARCHES, REPORT_TEXTS, add_searches, CELLS(searches), order, false, false, false, false    \
    }

const parry_report_kind report_searches_kinds[] = {
    {"searches", "How searches went", REPORT_SEARCHES, REPORT_ASKED, add_searches, CELLS(searches), 0, false, false,
     false, false},
    TEXTS("top", "Most searched texts", SEARCHES),
    TEXTS("zero-result", "Texts that most often had no hit", ZERO),
    TEXTS("no-answer", "Texts that most often had no probable answer", NO_ANSWER),
    TEXTS("no-click", "Texts that most often had no click", NO_CLICK),
    TEXTS("refined", "Texts that were most often searched anew in other words", REFINED),
    TEXTS("exit", "Texts that most often ended a session", EXIT),
    {"rising", "Texts that are searched more than before, beyond chance", REPORT_SEARCHES, REPORT_TEXTS, add_rising,
     CELLS(rising), 2, true, false, false, true},
    {"clicks", "Whether and where hits are opened", REPORT_SEARCHES, REPORT_ASKED, add_clicks, CELLS(clicks), 0, false,
     false, false, false},
};
const size_t report_searches_nkinds = sizeof report_searches_kinds / sizeof *report_searches_kinds;
