/* The chatbot's log: what one exchange of /v1/chat/suggest leaves in the ledger, an event of type "chat" with the ten
 * fields of docs/chatbots.md under their own names. Texts are redacted, session and customer are kept as keys alone
 * (ledger/visitor.h), before anything leaves the handler's memory. Private to api/. */
#ifndef PARRY_API_CHAT_LOG_H
#define PARRY_API_CHAT_LOG_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

/* fields: the ten, as they stand in the reply. Never waits and never fails: where too many records wait for the disk
 * it is dropped and counted with the queries; without a ledger nothing is kept. query_id: empty where nothing was
 * searched. */
void parry_chat_log(parry_call *c, const json_t *fields, const char *query_id, const char *transcript_id);

#ifdef __cplusplus
}
#endif
#endif
