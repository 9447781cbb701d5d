/* The query log: every answer that somebody sees gets a query_id, and what was asked and shown goes into the ledger
 * under it (kind "query"; docs/events.md has its fields). Clicks, votes and tickets refer to it. Whoever answers a
 * search (the native API, pages, other protocols, chat) calls this once for each list of hits that it sends:
 *
 *     char id[PARRY_UUID_TEXT];
 *     parry_query_log(c, &(parry_query_note){.by = "mcp", .query = &q, .results = &r}, id);
 *     json_object_set_new(reply, "query_id", json_string(id));
 *
 * Keystrokes whose answer is not settled, and an empty box, are not logged.
 *
 * It never waits and never fails: where too many records wait for the disk, this one is dropped and counted
 * (parry_queries_dropped_total in /metrics), and the id is given all the same. The text is redacted before it leaves
 * the handler's memory. */
#ifndef PARRY_API_QUERY_LOG_H
#define PARRY_API_QUERY_LOG_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_query_note {
    const char *by;               /* who answered: "search", "suggest", "explain", "page", "algolia", "mcp", "chat" */
    const parry_query *query;     /* as it was searched: of its text, audience, filters, offset, limit are kept */
    const parry_results *results; /* its hits as they were shown, from query->offset on */
    int64_t took_ns;              /* of the search; 0: the sum of its stages */
    parry_str tested;             /* members by a test of rankings (api/deflection/rankings.h), or empty */
    parry_str visitor, session;   /* what the client calls itself, kept as keys alone; empty: as parry_call_visitor */
} parry_query_note;

/* id: the query_id, a UUID of version 7. */
void parry_query_log(parry_call *c, const parry_query_note *note, char id[PARRY_UUID_TEXT]);

/* The same in two steps, for an answer that is given more than once: what was asked and shown, redacted, in the arena;
 * and a record of it each time it is given. Of the note, query and results count. */
parry_str parry_query_record(parry_call *c, const parry_query_note *note);
/* Of the note all but query and results count; took_ns must be told. */
void parry_query_log_record(parry_call *c, const parry_query_note *note, parry_str record, char id[PARRY_UUID_TEXT]);

enum { PARRY_VISITOR_MAX_BYTES = 200 };
/* What the client calls its visitor and session: the headers X-Parry-Visitor and X-Parry-Session, at most 200 bytes
 * each; else the visitor is the subject of its token. Empty: it does not say. Never the address: that would make a
 * person of a household. Not to be written anywhere but as a key (ledger/visitor.h). */
parry_str parry_call_visitor(const parry_call *c);
parry_str parry_call_session(const parry_call *c);
/* Whether its program says that it is one (deflection/bots.h); the User-Agent itself is not kept. */
bool parry_call_bot(const parry_call *c);

/* To the ledger, what strangers make: UNAVAILABLE where it would take the last of the disk (limits.disk_reserve_mb),
 * which is there for signing in, writing and their audit. Else as parry_ledger_append. */
PARRY_MUST parry_code parry_call_append(const parry_call *c, const parry_ledger_item *items, size_t n,
                                        parry_ledger_ticket **ticket, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
