/* Journey: what somebody searched for, was shown, opened and said before the ticket, out of the ledger. Texts in it are
 * as the ledger has them: redacted. What is counted is read in deflection/fact.h, which desk/ does not include: a
 * member that gets another name there has it here, too. */
#ifndef PARRY_DESK_JOURNEY_H
#define PARRY_DESK_JOURNEY_H

#include "base/uuid.h"
#include "ledger/ledger.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_JOURNEY_QUERIES = 20,  /* ids that a caller may name */
    PARRY_JOURNEY_RECORDS = 200, /* of the ledger, the newest */
    PARRY_JOURNEY_SEARCHES = 20, /* in the packet, the newest */
    PARRY_JOURNEY_ARTICLES = 20, /* the same */
    PARRY_JOURNEY_TURNS = 40,    /* the same */
    PARRY_JOURNEY_MINUTES = 120, /* how far back it goes */
};

typedef struct parry_journey_wish {
    parry_ledger_subject who[2];               /* visitor and session; all zero: unknown */
    parry_uuid queries[PARRY_JOURNEY_QUERIES]; /* searches that belong to it by their ids */
    size_t nqueries;
    int64_t now_ms;
    /* The title of an article, empty where it is unknown or not for everybody. */
    parry_str (*title)(void *ctx, parry_str article);
    void *ctx;
} parry_journey_wish;

/* {"searches": [...], "read": [...], "said": [...], "seconds": n}, as docs/handoff-packet.schema.json has it, and the
 * kinds of personal data that were taken out of it ("email", "card"), each once. New references. Any thread. */
PARRY_MUST parry_code parry_journey(parry_ledger *l, const parry_journey_wish *w, json_t **journey, json_t **redactions,
                                    parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
