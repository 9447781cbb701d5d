/* Reports: figures made of rows (rows.h) in one pass. Each says what it counted: every cell has its value, what it was
 * counted of, an interval and the definition's id (docs/reports.md, printed from one table), and the report has the
 * place in the ledger it was made at. The same rows give the same bytes.
 *
 * Who is counted. Bots and the team's own sessions are left out (report `shares` counts them). Null is not zero: a rate
 * of nothing is null, and so is what is hidden.
 *
 * Who is hidden. What shows a text, or was narrowed or divided by anything but time, shows nobody of whom there are
 * fewer than k: see parry_report_hide. */
#ifndef PARRY_DEFLECTION_REPORT_H
#define PARRY_DEFLECTION_REPORT_H

#include "deflection/erasures.h"
#include "deflection/store.h"
#include "deflection/trial.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_REPORT_VERSION = 2,      /* of the definitions: a report of another one cannot be compared */
    PARRY_REPORT_DAYS_MAX = 1100,  /* of one report */
    PARRY_REPORT_ROWS_MAX = 10000, /* shown */
    PARRY_REPORT_K = 5,            /* people; the least there may be in config is 2 */
    PARRY_REPORT_K_MAX = 100,
    PARRY_REPORT_GROUPS_MAX = 400000,    /* days, texts, articles of one report ... */
    PARRY_REPORT_DISTINCT_MAX = 4000000, /* people told apart, in all groups together ... */
    PARRY_REPORT_VALUES_MAX = 16000000,  /* values that medians are taken of: beyond any of them TOO_LARGE */
};

/* ---- what is asked ----------------------------------------------------------------------------------------------- */

typedef enum parry_report_by {
    PARRY_BY_NONE,
    PARRY_BY_DAY,
    PARRY_BY_WEEK, /* from Monday on */
    PARRY_BY_MONTH,
    PARRY_BY_AUDIENCE,
    PARRY_BY_LOCALE,
    PARRY_BY_CATEGORY,
    PARRY_BY_CHANNEL,
    PARRY_BY_DEVICE,
    PARRY_BY_GENERATION,
    PARRY_BYS
} parry_report_by;
const char *parry_report_by_name(parry_report_by by); /* "day" */

typedef enum parry_report_team { PARRY_TEAM_WITHOUT, PARRY_TEAM_WITH, PARRY_TEAM_ONLY } parry_report_team;

typedef struct parry_report_kind parry_report_kind;

typedef struct parry_report_request {
    const parry_report_kind *kind;
    int64_t from_ms, until_ms; /* whole days, UTC */
    parry_report_by by;
    parry_str filter[PARRY_BYS]; /* of AUDIENCE to GENERATION; p NULL: any */
    unsigned window;             /* of parry_windows_ms */
    parry_report_team team;
    size_t limit; /* rows */
    unsigned k;   /* at least 1 */
    double cost;  /* of a ticket; 0: not said */
    parry_str currency;
    parry_str experiment; /* of report `causal`; empty: the newest */
} parry_report_request;

/* What is not asked for, but a server's: k of 0 is PARRY_REPORT_K. */
typedef struct parry_report_house {
    unsigned k;
    double cost;
    parry_str currency;
} parry_report_house;

/* Reads a request of named texts: from, to, by, window, limit, agents, experiment and the dimensions. get: p NULL where
 * it is not there. now_ms says what "the last 28 days" are, where no days are named. Texts stay the caller's. Fails:
 * NOT_FOUND (no such report; msg lists them), INVALID ("by: ..."). */
typedef parry_str parry_report_get(void *ctx, const char *name);
PARRY_MUST parry_code parry_report_read(const char *name, parry_report_get *get, void *ctx, int64_t now_ms,
                                        const parry_report_house *house, parry_report_request *out, parry_err *err);
/* The request that a report was made of: texts borrowed from it. INVALID: it is no report, or of another version. */
PARRY_MUST parry_code parry_report_again(json_t *report, parry_report_request *out, parry_err *err);
/* Names of a request's parameters, with one space between. */
#define PARRY_REPORT_PARAMS                                                                                            \
    "from to by window limit agents experiment audience locale category channel device generation"

/* ---- what it is made of ------------------------------------------------------------------------------------------ */

/* The experiment at the ticket form, as its analysis has it. */
typedef struct parry_report_causal {
    const char *experiment; /* NULL: there is none */
    parry_effect effect;
    json_t *detail; /* all of it (parry_effect_json); a new reference; NULL: none */
} parry_report_causal;

/* Where rows come from. Like parry_rows of store.h, or lists in memory. */
typedef struct parry_report_source {
    void *ctx;
    const parry_trial_list *trials; /* experiments at the ticket form; NULL: none */
    parry_rows_state state;
    parry_code (*sessions)(void *ctx, int64_t from_ms, int64_t until_ms,
                           bool (*fn)(void *ctx, const parry_session_row *row), void *fn_ctx, parry_err *err);
    parry_code (*searches)(void *ctx, int64_t from_ms, int64_t until_ms,
                           bool (*fn)(void *ctx, const parry_search_row *row), void *fn_ctx, parry_err *err);
    parry_code (*reads)(void *ctx, int64_t from_ms, int64_t until_ms, bool (*fn)(void *ctx, const parry_read_row *row),
                        void *fn_ctx, parry_err *err);
    parry_code (*tickets)(void *ctx, int64_t from_ms, int64_t until_ms,
                          bool (*fn)(void *ctx, const parry_ticket_row *row), void *fn_ctx, parry_err *err);
    parry_str (*word)(void *ctx, parry_word w);
    /* NULL, or: the experiment over these days. Fails like the others. */
    parry_code (*causal)(const struct parry_report_source *s, const parry_report_request *q, parry_report_causal *out,
                         parry_err *err);
    const parry_days *erasures; /* borrowed; NULL: not known */
} parry_report_source;
/* trials (may be NULL) is borrowed; read up to the rows' own record. */
parry_report_source parry_report_source_of(parry_rows *rows, const parry_trial_list *trials);

/* ---- the report -------------------------------------------------------------------------------------------------- */

/* A new reference (docs/reports.md). Fails: TOO_LARGE (narrow the range), and what the source fails with. */
PARRY_MUST parry_code parry_report_make(const parry_report_source *s, const parry_report_request *q, json_t **out,
                                        parry_err *err);

typedef enum parry_report_format { PARRY_REPORT_JSON, PARRY_REPORT_CSV, PARRY_REPORT_NDJSON } parry_report_format;
PARRY_MUST parry_code parry_report_format_read(parry_str name, parry_report_format *out, parry_err *err);
/* CSV: a line a cell; a text that a spreadsheet would take for a formula gets a ' before it. NDJSON: the report without
 * its rows, then a line a row. */
void parry_report_write(const json_t *report, parry_report_format f, parry_buf *out);

/* Each cell of `report` against that of `again`, the same made anew: told of each that differs. Returns how many cells
 * were looked at; rows that one of them lacks are told as cells, too. */
typedef void parry_report_differs(void *ctx, const char *row, const char *cell, const char *was, const char *is);
size_t parry_report_compare(const json_t *report, const json_t *again, parry_report_differs *told, void *ctx);

void parry_report_manual(parry_buf *out); /* the tables of docs/reports.md */
json_t *parry_report_list(void);          /* {reports: [{name, what, by, cells: [...]}]}, a new reference */

/* ---- who is hidden ----------------------------------------------------------------------------------------------- */

typedef struct parry_report_part { /* one row of a whole whose sum is known */
    const parry_ledger_subject *people;
    size_t npeople; /* told apart, at most k: k means k or more */
    uint64_t rows;  /* how large it is otherwise */
    uint64_t key;   /* decides between equals */
    bool hidden;
} parry_report_part;

/* Hides the parts with fewer than k people, besides those that are hidden already; then, since the whole is known and
 * what is hidden is its difference to what is shown, the next smallest as well wherever only one is hidden, or the
 * hidden ones together have fewer than k. Cell suppression by one partition (Willenborg and de Waal, Elements of
 * Statistical Disclosure Control, 2001, ch. 6). Returns how many are hidden. */
size_t parry_report_hide(parry_report_part *parts, size_t n, unsigned k);

#ifdef __cplusplus
}
#endif
#endif
