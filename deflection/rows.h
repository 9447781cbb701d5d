/* Rows: what the ledger says, made ready to be counted: one row a session, a search, and a reading of an article. They
 * are derived (deflection/store.h): thrown away and made again they are the same, byte for byte.
 *
 * Rows are plain data of fixed size in the machine's byte order, ordered by time. Words (audience, locale, category,
 * channel, device, article, text of a query) are numbers; 0: not said. What depends on today (whether a window has
 * passed) is not in a row: it is told as of a moment when the row is read. */
#ifndef PARRY_DEFLECTION_ROWS_H
#define PARRY_DEFLECTION_ROWS_H

#include "ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_WINDOWS = 3 };
extern const int64_t parry_windows_ms[PARRY_WINDOWS];  /* 24 h, 72 h, 7 d, from the last content seen on */
extern const char *const parry_windows[PARRY_WINDOWS]; /* "24h" */
unsigned parry_window_of(parry_str name);              /* PARRY_WINDOWS: it is none */

/* Of the words themselves (parry_word_of), so that it is the same in every store. */
typedef uint64_t parry_word;

/* ServiceNow's classes (docs/deflection.md), after a session that saw content. */
typedef enum parry_outcome {
    PARRY_OUTCOME_OPEN,      /* the window has not passed yet, and no ticket came: not counted */
    PARRY_OUTCOME_UNENGAGED, /* no content was seen: no deflection can have happened */
    PARRY_OUTCOME_CONFIRMED, /* the last word was that it helped, and no ticket followed in the window */
    PARRY_OUTCOME_POTENTIAL, /* content seen, nothing said, no ticket */
    PARRY_OUTCOME_NONE,      /* a ticket followed in the window */
    PARRY_OUTCOME_AMBIGUOUS, /* no ticket, but the last word was that it did not help, or it cannot be told */
    PARRY_OUTCOMES
} parry_outcome;

parry_word parry_word_of(parry_str word); /* 0 for the empty one; any other by its hash */

typedef struct parry_dimensions { /* of a session: as its first fact that says them has them */
    parry_word audience, locale, category, channel, device;
    uint64_t generation; /* 0: none was searched */
} parry_dimensions;

enum { /* parry_session_row.flags */
       PARRY_SESSION_BOT = 1 << 0,
       PARRY_SESSION_AGENT = 1 << 1,       /* one of the team: channel agent, or the internal audience */
       PARRY_SESSION_CHAT = 1 << 2,        /* with a chatbot */
       PARRY_SESSION_VISITOR = 1 << 3,     /* its visitor says a stable name; else a session, or one lone query */
       PARRY_SESSION_FORM = 1 << 4,        /* the ticket form was opened */
       PARRY_SESSION_SUGGESTED = 1 << 5,   /* suggestions were shown at the form */
       PARRY_SESSION_FORM_CLICK = 1 << 6,  /* one of them was opened */
       PARRY_SESSION_FORM_TICKET = 1 << 7, /* a ticket was made in it after the form was opened */
       PARRY_SESSION_SOLVED = 1 << 8,      /* the last word was yes: solved, vote up */
       PARRY_SESSION_NOT_SOLVED = 1 << 9,  /* the last word was no */
       PARRY_SESSION_CONTENT = 1 << 10,    /* an article was opened, or an answer read from the list (dwell) */
       PARRY_SESSION_EXIT = 1 << 11,       /* its last fact is a list of hits */
       PARRY_SESSION_ABANDONED = 1 << 12,  /* searched, nothing clicked, read for less than PARRY_DWELL_MS */
       PARRY_SESSION_DWELLED = 1 << 13,    /* searched, nothing clicked, but stayed: maybe the list answered */
       PARRY_SESSION_HANDOVER = 1 << 14,   /* the chatbot handed over */
       PARRY_SESSION_CHAT_ANSWERED = 1 << 15,
       PARRY_SESSION_CHAT_ABSTAINED = 1 << 16,
       PARRY_SESSION_DISMISSED = 1 << 17, /* suggestions shown at the form, none opened */
};
enum { PARRY_DWELL_MS = 10000, PARRY_SESSION_GAP_MS = 30 * 60 * 1000, PARRY_REFINED_MS = 60 * 1000 };

typedef struct parry_session_row {
    int64_t start_ms, end_ms;
    parry_ledger_subject who; /* visitor, else session, else the query_id of a lone one */
    parry_dimensions in;
    uint32_t flags;
    uint16_t searches, clicks, views, refined; /* searches after collapse; capped at 65,535 */
    uint16_t unanswered, zero, unclicked;      /* of the searches: abstained, no hit, no click */
    uint8_t outcome[PARRY_WINDOWS];            /* parry_outcome, as of the view's moment; not stored */
    uint8_t survey;                            /* CSAT 1 to 5; 0: none */
    int64_t ticket_ms;                         /* the first ticket in or after it, within 7 d of its end; 0: none */
    int64_t seen_ms;                           /* content was seen last; 0: never */
    int64_t again_ms; /* with a ticket: the next ticket within 7 d of that one (repeat contact); 0: none */
} parry_session_row;

enum {                                 /* parry_search_row.flags */
       PARRY_SEARCH_ANSWERED = 1 << 0, /* the probability reached the threshold */
       PARRY_SEARCH_ZERO = 1 << 1,     /* no hit at all */
       PARRY_SEARCH_REFINED = 1 << 2,  /* another search, no prefix of it, within PARRY_REFINED_MS */
       PARRY_SEARCH_EXIT = 1 << 3,     /* the session's last fact */
       PARRY_SEARCH_SOLVED = 1 << 4,
       PARRY_SEARCH_DWELLED = 1 << 5, /* something clicked was read for PARRY_DWELL_MS */
       PARRY_SEARCH_TICKET = 1 << 6,  /* its session ended in a ticket (outcome none, 24 h) */
       PARRY_SEARCH_BOT = 1 << 7,
       PARRY_SEARCH_AGENT = 1 << 8,
       PARRY_SEARCH_KNOWN = 1 << 9,    /* the probability is known */
       PARRY_SEARCH_VISITOR = 1 << 10, /* as PARRY_SESSION_VISITOR */
       PARRY_SEARCH_FIRST = 1 << 11,   /* of its session */
       PARRY_SEARCH_SWAPPED = 1 << 12, /* the pair did change places */
};
enum { PARRY_PAUL_ONE = 1 << 16 }; /* a click on the first hit; half of it on the second, and so on */

enum { PARRY_PLACES = 10 }; /* of a list, whose clicks are kept one by one */
typedef enum parry_row_arm {
    PARRY_ROW_ARM_NONE,
    PARRY_ROW_PRODUCTION,
    PARRY_ROW_CHALLENGER,
    PARRY_ROW_INTERLEAVED,
    PARRY_ROW_SHADOW
} parry_row_arm;

typedef struct parry_search_row {
    int64_t at_ms;
    parry_uuid query_id;
    parry_ledger_subject who; /* of its session */
    parry_dimensions in;
    uint32_t flags;
    parry_word text;           /* folded (parry_collapse_fold) */
    parry_word first, opened;  /* articles: shown first; clicked first */
    uint16_t clicks, position; /* of the first click, from 1; 0: none */
    float probability;
    uint32_t letters;            /* keystrokes' requests that were collapsed into it, itself counted */
    uint32_t paul;               /* sum over its clicks of PARRY_PAUL_ONE x 0.5 ^ (position - 1), where it is known */
    parry_word test;             /* of rankings, by its name; 0: none */
    uint8_t arm;                 /* parry_row_arm, in that test */
    uint8_t pair;                /* neighbours that may have changed places, by the upper position, from 1; 0: none */
    uint16_t opened_at;          /* a bit each position that was clicked, the first one's the lowest; of PARRY_PLACES */
    int16_t credit;              /* clicks on the challenger's picks less those on production's, each hit once */
    uint8_t other[PARRY_PLACES]; /* of interleaved and shadow lists: where the challenger has the hit at each position,
                                    from 1; 0: nowhere */
} parry_search_row;

enum {                              /* parry_read_row.flags */
       PARRY_READ_CLICKED = 1 << 0, /* it came from a list of hits */
       PARRY_READ_BOT = 1 << 1,
       PARRY_READ_AGENT = 1 << 2,
       PARRY_READ_LINKED = 1 << 3, /* no reading: one of the team linked the article to a ticket */
};

typedef struct parry_read_row { /* one article in one session */
    int64_t at_ms;
    parry_ledger_subject who;
    parry_dimensions in;
    uint32_t flags;
    parry_word article;
    uint32_t dwell_ms;             /* in all, capped at a day */
    int8_t vote;                   /* the last: 1, -1, 0 none */
    int64_t ticket_ms;             /* the first ticket after it was seen, within 7 d; 0: none */
    uint8_t ticket[PARRY_WINDOWS]; /* a ticket within the window after: 1, else 0; 2: still open. Not stored */
} parry_read_row;

enum {                                /* parry_ticket_row.flags */
       PARRY_TICKET_VISITOR = 1 << 0, /* who is a stable name */
       PARRY_TICKET_FORM = 1 << 1,    /* through Parry's own form or API */
       PARRY_TICKET_AFTER = 1 << 2,   /* its sender saw content in the 7 d before: since_ms */
       PARRY_TICKET_AGAIN = 1 << 3,   /* another one of the same person in the 7 d before */
};

typedef struct parry_ticket_row { /* every ticket, whether or not somebody helped himself before */
    int64_t at_ms;
    parry_ledger_subject who;
    parry_dimensions in; /* of the session before it, if there was one */
    uint32_t flags;
    parry_word text;  /* its subject, folded; 0: not told */
    int64_t since_ms; /* the start of the session before it, within 7 d; 0: none */
} parry_ticket_row;

enum { /* parry_unit_row.flags, beside the session's (PARRY_SESSION_*) in which it was assigned */
       PARRY_UNIT_HELD = 1U << 30, /* it is in the hold-out */
};

typedef struct parry_unit_row { /* a visitor who met an experiment, when he did first */
    int64_t at_ms;
    parry_ledger_subject unit, who; /* unit: the same over the experiment's life (deflection/trial.h) */
    parry_word experiment;
    uint32_t flags;
    int64_t ticket_ms; /* the first ticket from then on, within 7 d; 0: none */
    int64_t seen_ms;   /* of that session */
} parry_unit_row;

/* As of a moment: fills outcome[] and ticket[]. */
void parry_session_as_of(parry_session_row *row, int64_t as_of_ms);
void parry_read_as_of(parry_read_row *row, int64_t as_of_ms);

#ifdef __cplusplus
}
#endif
#endif
