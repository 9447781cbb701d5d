/* Fact: one record of the ledger, decoded: what deflection is counted from. The ledger's payloads are JSON with many
 * writers (docs/events.md, docs/chatbots.md); this is the one place that reads them to count. A hand-off's journey is
 * read from them in desk/journey.c, which includes nothing of this folder. Pure; any thread. */
#ifndef PARRY_DEFLECTION_FACT_H
#define PARRY_DEFLECTION_FACT_H

#include "ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_fact_type {
    PARRY_FACT_SEARCH,  /* a list of hits was shown: a query record, or an event that says the same */
    PARRY_FACT_SUGGEST, /* the same while somebody typed */
    PARRY_FACT_IMPRESSION,
    PARRY_FACT_CLICK,
    PARRY_FACT_VIEW,
    PARRY_FACT_VOTE,
    PARRY_FACT_SOLVED,
    PARRY_FACT_NOT_SOLVED,
    PARRY_FACT_FORM_OPENED,
    PARRY_FACT_FORM_SUGGESTION_SHOWN,
    PARRY_FACT_TICKET_CREATED,
    PARRY_FACT_ARTICLE_LINKED,
    PARRY_FACT_SURVEY,
    PARRY_FACT_CHAT,     /* one exchange with a chatbot */
    PARRY_FACT_ASSIGNED, /* a visitor met an experiment: experiment, arm, unit */
    PARRY_FACTS
} parry_fact_type;
const char *parry_fact_name(parry_fact_type t); /* "search", as events are called */

typedef struct parry_fact {
    uint64_t seq;
    int64_t at_ms; /* when it happened */
    parry_fact_type type;
    bool bot;                                       /* its sender said so, or is known as one */
    parry_uuid id, query_id;                        /* of a query record they are the same; none: zero */
    parry_ledger_subject visitor, session, contact; /* all zero: not said */
    parry_ledger_subject unit;                      /* of an experiment */
    /* Texts are redacted, and live in the arena; empty: not said. */
    parry_str text, by, locale, audience, category, channel, device, page;
    parry_str article, ticket, handoff, reason, comment, experiment, arm, intent, resolution;
    const parry_str *shown; /* ids in the order shown; of an impression and of suggestions at the form, too */
    size_t nshown;
    size_t offset, total; /* the first one's position is offset + 1; articles that were ranked */
    uint64_t generation;
    double probability; /* below 0: not known */
    /* Of a list by a test of rankings, beside experiment and arm: whose pick each hit was ('a' production's, 'b' the
     * challenger's), where the challenger has each, from 1 (0: nowhere), the pair of neighbours that may have changed
     * places by its upper position (0: none), and whether it did. */
    parry_str teams;
    const unsigned *other;
    size_t nother;
    unsigned pair;
    bool swapped;
    bool answered, handover;
    unsigned position; /* from 1; 0: not said */
    int64_t dwell_ms;  /* below 0: not said */
    int vote;          /* 1 up, -1 down, 0 not said */
    int score;         /* of a survey, 1 to 5; 0: not said */
} parry_fact;

/* false: a record of another kind, an erased one, or one that says nothing that is counted. Strings live in a. */
bool parry_fact_read(const parry_ledger_record *r, parry_arena *a, parry_fact *out);

#ifdef __cplusplus
}
#endif
#endif
