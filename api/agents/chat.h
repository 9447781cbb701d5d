/* Chat: what a chatbot is told after a search for its customer's need. The rules stand in docs/chatbots.md.
 *
 *     answer      the first passage may be given as the answer (its probability reaches the calibration's threshold)
 *     offer       there may well be an answer among these; none to promise. Also where no probability is known
 *     clarify     the same, and others are as near: what to ask next is said
 *     abstain     nothing found, or likelier than not nothing that answers: no passages, hand over
 *     handover    the customer asks for a person and nothing else
 *     small_talk  nothing to search for
 *
 * Pure, over results that live; JSON comes as new references. */
#ifndef PARRY_API_CHAT_H
#define PARRY_API_CHAT_H

#include "api/agents/passages.h"
#include "api/agents/turns.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_chat_decision {
    PARRY_CHAT_ANSWER,
    PARRY_CHAT_OFFER,
    PARRY_CHAT_CLARIFY,
    PARRY_CHAT_ABSTAIN,
    PARRY_CHAT_HANDOVER,
    PARRY_CHAT_SMALL_TALK
} parry_chat_decision;
const char *parry_chat_decision_name(parry_chat_decision d);
/* The seed's resolution_status, as far as it is known when answering: "answered", "offered", "clarifying",
 * "unanswered", "escalated", "none". */
const char *parry_chat_resolution(parry_chat_decision d);

enum { PARRY_CHAT_OPTIONS = 4 };

/* r NULL: nothing was searched. less: some of what was said was left out of the search; then it is at most OFFER. */
parry_chat_decision parry_chat_decide(const parry_need *need, const parry_results *r, bool less);
bool parry_chat_hands_over(const parry_need *need, parry_chat_decision d);
/* How many of the first hits are as near as the first, itself counted: those that a question would tell apart. */
size_t parry_chat_near(const parry_results *r);

/* {by: "product"|"category"|"article", question, options: [{value, label, article_id, url}]}; null unless CLARIFY. */
json_t *parry_chat_ask(parry_chat_decision d, const parry_results *r, const char *base_url);
/* [{type: "email"|"url"|"identifier"|"number", value}]: what of the text holds a digit or is an address, whole, each
 * once, at most 20. No more is claimed: no names, no dates, no products. */
json_t *parry_chat_entities(parry_str text);
/* The text without its addresses, and without its identifiers and numbers of PARRY_CHAT_DIGITS digits or more that are
 * among the unknown words of a search for it (parry_results): an order's number is nothing that articles are about. The
 * text itself where there are none. */
enum { PARRY_CHAT_DIGITS = 4 };
parry_str parry_chat_without_own(parry_arena *a, parry_str text, parry_str unknown);
/* A string, or null: the category of the first article where it answers or is offered, "person" where one is asked for,
 * the kind of small talk. */
json_t *parry_chat_intent(const parry_need *need, parry_chat_decision d, const parry_results *r);

/* As many passages by rank as have at most max_tokens together, whole. */
typedef struct parry_pack {
    json_t *passages; /* [{id, article_id, title, section, url, text, tokens, score, probability, ...}] */
    size_t tokens;    /* of them all */
    size_t left_out;  /* hits with text that did not fit */
} parry_pack;
/* encoder may be NULL. probability stands with the first hit alone: of the others none is known. */
parry_pack parry_chat_pack(const parry_generation *g, const parry_encoder *encoder, const parry_results *r,
                           size_t max_tokens, const char *base_url);

#ifdef __cplusplus
}
#endif
#endif
