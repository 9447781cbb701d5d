/* What the files of reports share: tables of groups, and the definitions. Private to deflection/report*.c. */
#ifndef PARRY_DEFLECTION_REPORT_INNER_H
#define PARRY_DEFLECTION_REPORT_INNER_H

#include "base/slots.h"
#include "deflection/rankings.h"
#include "deflection/report.h"
#include "deflection/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- groups (report_groups.c): what is counted, by a key -------------------------------------------------------- */

enum { PARRY_REPORT_KEY = 8, PARRY_REPORT_COUNTERS = 16 };

typedef struct report_key {
    uint64_t v[PARRY_REPORT_KEY];
} report_key;

typedef struct report_amount { /* of medians and means */
    uint32_t value, visitor;   /* whose: of report_visitors */
} report_amount;

typedef struct report_group {
    report_key key;
    parry_ledger_subject *people; /* told apart, up to k; those of one period of visitors' keys */
    uint32_t npeople;
    uint32_t number; /* in order of its coming */
    int64_t period;
    uint64_t rows;
    report_amount *values; /* malloc'd */
    size_t nvalues, values_cap;
    uint32_t visitors; /* the last of its visitors, + 1 (report_visitors) */
    bool hidden;
    uint64_t n[]; /* counters */
} report_group;

typedef struct report_groups {
    parry_arena *arena;
    report_group **list; /* in order of their coming */
    size_t n, cap;
    parry_slots slots;
    size_t counters;
    unsigned k;
} report_groups;

void report_groups_open(report_groups *t, size_t counters, unsigned k);
void report_groups_close(report_groups *t);
report_group *report_groups_get(report_groups *t, const report_key *key); /* made where it is missing; NULL: too many */
/* A row of somebody: visitors' keys change with the period, so that one person has two where a report spans two; only
 * those of one period are told apart, and the fullest period counts. */
void report_group_meet(report_groups *t, report_group *g, int64_t at_ms, const parry_ledger_subject *who, bool counts);
/* Hides of these groups, as one whole; those that are hidden stay so. */
void report_groups_hide(report_groups *t);
/* The same of n of them. */
void report_groups_hide_some(report_group *const *list, size_t n, unsigned k);

/* ---- visitors (report_visitors.c): what each adds to each group -------------------------------------------------- */

typedef struct report_visitor {
    parry_ledger_subject who;
    uint32_t group; /* its number */
    uint32_t next;  /* another one of the group, + 1; 0: there is none */
    uint32_t n[];   /* his part of the group's counters */
} report_visitor;

typedef struct report_visitors {
    unsigned char *rows; /* of `size` bytes each */
    size_t size, counters, cap;
    uint32_t n;
    parry_slots slots;
} report_visitors;

void report_visitors_open(report_visitors *t, size_t counters);
void report_visitors_close(report_visitors *t);
/* His number, made where he is missing; UINT32_MAX: too many. */
uint32_t report_visitors_get(report_visitors *t, report_group *g, const parry_ledger_subject *who);
report_visitor *report_visitors_at(const report_visitors *t, uint32_t number); /* until the next get */

enum { REPORT_PAST_DAYS = 28 }; /* of report `rising`: at least; as many as are asked for, if these are more */

/* By visitor, of each cell that is made of counters. */
enum { PARRY_REPORT_CELLS = 16 };
typedef struct report_spreads {
    const report_group *of; /* NULL: of none yet */
    parry_spread list[PARRY_REPORT_CELLS];
} report_spreads;

/* ---- one pass (report.c) ---------------------------------------------------------------------------------------- */

typedef struct report_any { /* one row of any kind: the pointer of its own kind is set */
    int64_t at_ms;
    const parry_ledger_subject *who;
    const parry_dimensions *in;
    bool bot, agent, visitor;
    parry_word named; /* the text of a search, the article of a reading; 0: none */
    const parry_session_row *session;
    const parry_search_row *search;
    const parry_read_row *read;
    const parry_ticket_row *ticket;
} report_any;

typedef struct report_pass {
    const parry_report_source *source;
    const parry_report_request *q;
    report_groups groups;
    report_groups crossed,
        daily; /* by everything that the request narrows or divides by; the same in each of its days */
    report_visitors visitors;
    parry_cluster *sums;     /* of each visitor; zero but while a cell is made */
    report_spreads *spreads; /* of the group that cells are being made of */
    const report_any *row;
    size_t values;
    int64_t window_ms;
    parry_word filter[PARRY_BYS];
    bool filtered[PARRY_BYS];
    parry_report_by dims[PARRY_BYS];
    size_t ndims;
    bool team; /* whether the team is in is a dimension, too */
    parry_report_causal causal;
    parry_rankings_result rankings; /* of report `rankings` */
    bool part;                      /* rows or filters make it less than the whole, which the experiment is of */
    int64_t since_ms;               /* rows are of from here on: before the range, where a past is needed */
    uint64_t *past;                 /* of report `rising`: all searches of each day since then, before the range */
    uint64_t now, before;           /* the same of the range, and of as long before it */
    uint64_t nameless;              /* rows that count for no text */
    parry_code code;
    parry_err *err;
} report_pass;

/* Of the row that is being added: a value to a group's list; a refusal stands in p->code. */
void report_value(report_pass *p, report_group *g, uint64_t value);
/* g->n[counter] is of how many different people there were such rows. */
void report_once(report_pass *p, report_group *g, unsigned counter);

/* ---- definitions ------------------------------------------------------------------------------------------------ */

typedef enum report_formula {
    REPORT_COUNT,       /* a; of b */
    REPORT_SHARE,       /* a / b; Wilson's interval, of as many as the visitors say */
    REPORT_RATIO,       /* a / b, may pass 1; from Wilson's of a / (a + b) */
    REPORT_MEDIAN,      /* of the values; order statistics */
    REPORT_MEAN,        /* of the values */
    REPORT_RECIPROCAL,  /* mean of 1 / value */
    REPORT_RECIPROCAL0, /* the same over b, a row without value counts 0 */
    REPORT_DISCOUNTED,  /* a / b, a in units of 1 / PARRY_PAUL_ONE */
    REPORT_MONEY,       /* a x cost of a ticket; Wilson's of a / b, times b x cost */
    REPORT_RISE,        /* report `rising`: (a / searches now) / (b / searches before) */
    REPORT_CAUSAL,      /* of the experiment: a says what (report_causal_cell) */
    REPORT_RANKING,     /* of a test of rankings: a says what (report_rankings.c) */
} report_formula;

enum {
    REPORT_CAUSAL_EFFECT,
    REPORT_CAUSAL_TICKETS,
    REPORT_CAUSAL_MONEY,
    REPORT_CAUSAL_DETECTABLE,
    REPORT_CAUSAL_INFLATION
};

typedef struct report_cell {
    const char *name;
    report_formula formula;
    unsigned a, b;
    const char *unit, *words, *source;
} report_cell;

typedef enum report_over { REPORT_SESSIONS, REPORT_SEARCHES, REPORT_READS } report_over;
typedef enum report_rows { REPORT_ASKED, REPORT_TEXTS, REPORT_ARTICLES } report_rows;

struct parry_report_kind {
    const char *name, *what;
    report_over over;
    report_rows rows;
    void (*add)(report_pass *p, report_group *g, const report_any *row);
    const report_cell *cells;
    size_t ncells;
    unsigned order; /* of texts and articles: the counter that puts most first ... */
    bool by_bound;  /* ... or the cell, by the lower end of its interval */
    bool tickets;   /* rows of tickets as well */
    bool everyone;  /* bots and the team, too */
    bool before;    /* rows of as long a time before the range as well */
};

const parry_report_kind *report_kind_at(size_t i);       /* NULL past the last */
const parry_report_kind *report_kind_of(parry_str name); /* NULL: no such report */
extern const parry_report_kind report_sessions_kinds[], report_searches_kinds[], report_articles_kinds[];
extern const parry_report_kind report_rankings_kinds[];
extern const size_t report_rankings_nkinds, report_sessions_nkinds, report_searches_nkinds, report_articles_nkinds;

/* ---- cells (report_cells.c) ------------------------------------------------------------------------------------- */

typedef struct report_value_of {
    bool known, bounded; /* else null; hi may be HUGE_VAL */
    bool whole;          /* value is a count */
    double value, lo, hi;
    uint64_t n;
    const char *why;
} report_value_of;

/* g->values are in order. */
report_value_of report_cell_value(const report_pass *p, const report_group *g, const report_cell *cell);
parry_code report_rankings_open(report_pass *p); /* before the walk */
report_value_of report_ranking_value(const report_pass *p, const report_cell *cell);
double report_rise_p(const report_pass *p, const report_group *g); /* of the test of report `rising` */
/* "searches.ctr/1" */
#define REPORT_DEFINITION "%s.%s/%d"

/* ---- as JSON (report_json.c) */
json_t *report_json(const report_pass *p, bool all_hidden); /* a new reference */

/* ---- days ------------------------------------------------------------------------------------------------------- */

enum { REPORT_DAY_TEXT = 11 };
void report_day_text(int64_t at_ms, char out[REPORT_DAY_TEXT]);   /* "2026-11-21" */
int64_t report_period_start(parry_report_by by, int64_t at_ms);   /* of a day, week, month */
int64_t report_period_next(parry_report_by by, int64_t start_ms); /* the start of the one after */

#ifdef __cplusplus
}
#endif
#endif
