/* Reports over readings: how articles do. */
#include "deflection/report_inner.h"

#define CELLS(list) list, sizeof(list) / sizeof *(list)

enum { VIEWS, READERS, SAID, YES, OVER, ATTACHED, LINKED };

static void add_reading(report_pass *p, report_group *g, const report_any *row)
{
    const parry_read_row *r = row->read;
    if (r->flags & PARRY_READ_LINKED) {
        g->n[LINKED]++;
        return;
    }
    g->n[VIEWS]++;
    report_once(p, g, READERS);
    g->n[SAID] += r->vote != 0;
    g->n[YES] += r->vote > 0;
    if (r->dwell_ms > 0)
        report_value(p, g, r->dwell_ms / 1000);
    if (r->at_ms + p->window_ms >= p->source->state.as_of_ms)
        return;
    report_once(p, g, OVER);
    if (r->ticket[p->q->window] == 1)
        report_once(p, g, ATTACHED);
}

static const report_cell articles[] = {
    {"views", REPORT_COUNT, VIEWS, VIEWS, "readings", "Readings: one article in one session.", "ours"},
    {"readers", REPORT_COUNT, READERS, VIEWS, "visitors", "Different visitors among these.", "ours"},
    {"helpful", REPORT_SHARE, YES, SAID, "share", "Of readings with a vote: up was the last one.", "all"},
    {"dwell", REPORT_MEDIAN, 0, 0, "s", "Median time of reading, where it was told.", "ours"},
    {"attached", REPORT_SHARE, ATTACHED, OVER, "share",
     "Of readers whose window is over: a ticket within the window after the article was seen.",
     "trade usage: article to ticket"},
    {"linked", REPORT_COUNT, LINKED, LINKED, "tickets", "Tickets that one of the team linked it to.", "Zendesk"},
};

const parry_report_kind report_articles_kinds[] = {
    {"articles", "Articles by how often they are read", REPORT_READS, REPORT_ARTICLES, add_reading, CELLS(articles),
     VIEWS, false, false, false, false},
    {"helpful", "Articles by the lower bound of their helpful rate", REPORT_READS, REPORT_ARTICLES, add_reading,
     CELLS(articles), 2, true, false, false, false},
    {"attached", "Articles by the lower bound of their attach rate: read, and a ticket all the same", REPORT_READS,
     REPORT_ARTICLES, add_reading, CELLS(articles), 4, true, false, false, false},
    {"reading", "How readings went", REPORT_READS, REPORT_ASKED, add_reading, CELLS(articles), 0, false, false, false,
     false},
};
const size_t report_articles_nkinds = sizeof report_articles_kinds / sizeof *report_articles_kinds;
