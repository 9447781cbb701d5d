/* Alerts: figures that leave the limits of their own past.
 *
 *     rows --count--> counts --judge (with what was told before)--> opened, ended --> the ledger, the log, a webhook
 *
 * Figures. Searches without a hit, searches without an answer (abstention), deflection (resolved sessions to these and
 * tickets, docs/reports.md rate_resolved, 24 h), each over a day (UTC), the first two also over an hour where there are
 * many; and the votes of each article over the last 7 days. Bots and the team are left out. Only the bad side counts.
 *
 * Limits (stats.h): a p-chart over the 56 days before, of an hour over the same hour of these days; an EWMA of the last
 * 10 days for what drifts. Fewer than 14 periods of the past with anything in them: nothing is said. Where many
 * articles are looked at the limit is as much wider as there are more of them (Bonferroni).
 *
 * State. One alert a figure (and article) is open at a time, and at most one a day is opened: its id is made of these.
 * It ends when the figure is back within its limits; or after 14 days, which are then the past that counts: it is no
 * news any more. Days under an alert that ended otherwise are not part of any past. What was told stands in the ledger
 * as records of its audit: it is no consequence of the rows, which late events change, and must outlive
 * DATA/deflection, which may be removed. No alert has a text that anybody typed; an article's votes are those of
 * deflection.k people at least. */
#ifndef PARRY_DEFLECTION_ALERTS_H
#define PARRY_DEFLECTION_ALERTS_H

#include "deflection/report.h"
#include "deflection/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_ALERT_LEAST = 14,      /* periods of the past that are needed */
    PARRY_ALERT_PAST = 56,       /* days, at most */
    PARRY_ALERT_RECENT = 10,     /* days that a drift is looked for in */
    PARRY_ALERT_VOTE_DAYS = 7,   /* that an article's votes are counted over */
    PARRY_ALERT_LEVEL_DAYS = 14, /* then what was an alert is usual */
    PARRY_ALERT_AN_HOUR = 200,   /* searches in a usual hour from which hours are looked at */
    PARRY_ALERT_DAYS = PARRY_ALERT_PAST + PARRY_ALERT_RECENT + 4, /* counted: also those not over yet */
    PARRY_ALERT_HOURS = 24 * PARRY_ALERT_DAYS,
    PARRY_ALERT_ARTICLES = 20000,    /* with votes in the last days; more are not looked at */
    PARRY_ALERT_VOTES_MAX = 2000000, /* readings with a vote: then TOO_LARGE */
    PARRY_ALERT_TOLD = 2000,         /* the newest that are known */
    PARRY_ALERT_ID_TEXT = 64,
};

typedef enum parry_alert_figure {
    PARRY_ALERT_ZERO_RESULT,
    PARRY_ALERT_ABSTENTION,
    PARRY_ALERT_DEFLECTION,
    PARRY_ALERT_VOTES,
    PARRY_ALERT_FIGURES
} parry_alert_figure;
const char *parry_alert_figure_name(parry_alert_figure f); /* "zero_result" */

typedef enum parry_alert_how { PARRY_ALERT_DAY, PARRY_ALERT_HOUR, PARRY_ALERT_DRIFT, PARRY_ALERT_WEEK } parry_alert_how;
const char *parry_alert_how_name(parry_alert_how h); /* "day" */

typedef enum parry_alert_end { PARRY_ALERT_OPEN, PARRY_ALERT_BACK, PARRY_ALERT_USUAL } parry_alert_end;

typedef struct parry_alert {
    char id[PARRY_ALERT_ID_TEXT]; /* "zero_result-2026-11-20", "votes-2026-11-20-1f0c2b7a9d3e4f50": of the article */
    parry_alert_figure figure;
    parry_alert_how how;
    parry_str article; /* of votes; else empty */
    int64_t since_ms;  /* the period's start */
    int64_t until_ms;  /* of one that ended: the start of the period that was within its limits again */
    parry_alert_end end;
    parry_trials now;                  /* what was counted ... */
    double value, expected, low, high; /* ... and against what: shares */
    int64_t told_ms, ended_ms;         /* when the ledger took it in; 0: not yet */
} parry_alert;

/* ---- counting ---------------------------------------------------------------------------------------------------- */

typedef struct parry_alert_votes { /* of an article: up, of those with a vote, a day */
    parry_str article;
    parry_trials days[PARRY_ALERT_DAYS];
    unsigned people; /* with a vote in the last PARRY_ALERT_VOTE_DAYS, at most k */
} parry_alert_votes;

typedef struct parry_alert_counts {
    int64_t as_of_ms, from_ms; /* from_ms: the start of the first day */
    unsigned k;
    parry_trials hours[PARRY_ALERT_VOTES][PARRY_ALERT_HOURS];
    parry_alert_votes **articles; /* with a vote in the last days, in order of their numbers */
    size_t narticles;
} parry_alert_counts;

/* As of the source's moment; in the arena. Fails: TOO_LARGE, and what the source fails with. */
PARRY_MUST parry_code parry_alerts_count(const parry_report_source *s, unsigned k, parry_arena *a,
                                         parry_alert_counts **out, parry_err *err);

/* ---- judging: pure ----------------------------------------------------------------------------------------------- */

typedef enum parry_alert_state {
    PARRY_ALERT_FEW, /* not enough of a past, or nothing now */
    PARRY_ALERT_WITHIN,
    PARRY_ALERT_OUT
} parry_alert_state;
const char *parry_alert_state_name(parry_alert_state s); /* "not enough past" */

typedef struct parry_alert_figure_now { /* of the last period that is over: a day; of votes: none, but the numbers */
    parry_alert_state state;
    int64_t since_ms;
    size_t periods; /* of the past; of votes: articles that were looked at */
    parry_trials now;
    parry_control control; /* where the state is not FEW */
} parry_alert_figure_now;

typedef struct parry_alerts_judged {
    parry_alert_figure_now figures[PARRY_ALERT_FIGURES];
    parry_alert *opened, *ended; /* in the arena; texts of the counts and of `told` */
    size_t nopened, nended;
} parry_alerts_judged;

/* told: what is known, oldest first. */
void parry_alerts_judge(const parry_alert_counts *c, const parry_alert *told, size_t ntold, parry_arena *a,
                        parry_alerts_judged *out);
/* When the next period will be over for a judge: what is asked before says nothing new. */
int64_t parry_alerts_next_ms(int64_t now_ms);

/* ---- what was told (alerts_told.c) ------------------------------------------------------------------------------- */

/* The newest, oldest first, in the arena. */
PARRY_MUST parry_code parry_alerts_read(parry_ledger *l, parry_arena *a, parry_alert **out, size_t *n, parry_err *err);
/* That it opened, or ended; waits for the disk, and fills told_ms or ended_ms. *again: it stood there already, maybe by
 * another process: nothing was written. */
PARRY_MUST parry_code parry_alert_tell(parry_ledger *l, parry_alert *alert, int64_t now_ms, bool *again,
                                       parry_err *err);
/* A new reference: as /v1/alerts has it. */
json_t *parry_alert_json(const parry_alert *alert);
json_t *parry_alerts_figures_json(const parry_alerts_judged *judged);

#ifdef __cplusplus
}
#endif
#endif
