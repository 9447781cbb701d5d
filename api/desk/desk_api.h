/* The desk over HTTP: cases at /v1/cases, and at the addresses that the desk's own page asks (PARRY_DESK_BASE), with
 * the same handlers; docs/desk.md. Private to api/. */
#ifndef PARRY_API_DESK_H
#define PARRY_API_DESK_H

#include "api/routes.h"
#include "desk/cases/case_json.h"
#include "desk/handoff.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_DESK_BASE "/applications/customerservice/api/"
#define PARRY_TICKET_HOOK "/v1/hooks/ticket"
#define PARRY_CASES_FILTERS "status priority queue channel customer search assignee created_from created_until order "

enum { PARRY_CASE_BODY = 256 * 1024, PARRY_FILES_BODY = 8 << 20 /* with attachments, in base64 */ };
enum { PARRY_CASE_COMMENTS_SHOWN = 500, PARRY_CASE_COMMENTS_IN_LIST = 20 };

/* ---- routes_cases.c */
PARRY_MUST parry_code parry_get_cases(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_desk_cases(parry_call *c, parry_err *err); /* with their last comments */
PARRY_MUST parry_code parry_get_case(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_case_packet(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_case_attachment(parry_call *c, parry_err *err);

/* ---- routes_cases_write.c */
PARRY_MUST parry_code parry_post_case(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_patch_case(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_case_comment(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_delete_case(parry_call *c, parry_err *err);

/* ---- routes_cases_export.c */
PARRY_MUST parry_code parry_get_cases_export(parry_call *c, parry_err *err);

/* ---- cases_metrics.c */
void parry_cases_metrics(parry_app *app); /* told before serving begins */

/* ---- routes_desk_session.c */
PARRY_MUST parry_code parry_post_desk_login(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_desk_logout(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_desk_auth(parry_call *c, parry_err *err);

/* ---- elsewhere.c */
/* Where people write to a person from here: this server's form; else desk.contact_url, else that of the primary that
 * this follows; empty: nowhere is known. Whole, or a path; in the arena or borrowed. */
parry_str parry_person_url(const parry_call *c);
parry_code parry_no_desk(const parry_call *c, parry_err *err); /* UNAVAILABLE, which says where instead */
parry_code parry_to_person(parry_call *c, parry_str url);      /* goes there; 307 */

/* ---- routes_handoff.c */
PARRY_MUST parry_code parry_post_handoff(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_handoff_draft(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_handoff_challenge(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_handoff(parry_call *c, parry_err *err);
typedef struct parry_handoff_asked {
    parry_str once, request; /* parry_handoff_wish */
    bool again;              /* told: it was accepted before */
    unsigned wait_s; /* told: over 0, it was too many, and there is a ticket's room again after so many seconds */
} parry_handoff_asked;
/* What POST /v1/handoffs does with its body. */
PARRY_MUST parry_code parry_handoff_open(parry_call *c, const json_t *body, parry_handoff_asked *x, parry_handoff *out,
                                         parry_err *err);

void parry_handoff_say_wait(parry_call *c, unsigned wait_s); /* 429 and Retry-After */

/* ---- routes_follow.c */
PARRY_MUST parry_code parry_get_followed(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_followed_attachment(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_survey(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_ticket_page(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_ticket_page(parry_call *c, parry_err *err);

/* ---- pages_contact.c */
PARRY_MUST parry_code parry_get_contact_page(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_contact_page(parry_call *c, parry_err *err);
/* A form of ours is not sent from other sites. DENIED. */
PARRY_MUST parry_code parry_same_site(const parry_call *c, parry_err *err);

/* ---- routes_hooks.c */
PARRY_MUST parry_code parry_post_ticket_hook(parry_call *c, parry_err *err);

/* ---- what they share (cases_shared.c, cases_params.c) */
PARRY_MUST parry_code parry_need_cases(const parry_call *c,
                                       parry_err *err); /* UNAVAILABLE: none here. DENIED: limited */
PARRY_MUST parry_code parry_case_number_in(const parry_call *c, uint64_t *id, parry_err *err); /* c->tail. NOT_FOUND */
PARRY_MUST parry_code parry_attachment_number_in(const parry_call *c, uint64_t *n, parry_err *err); /* c->tail2, so */
/* The case and its comments after `after` as the reply, with its ETag. */
PARRY_MUST parry_code parry_case_reply(parry_call *c, int status, uint64_t id, uint64_t after, parry_err *err);

/* The parameters of a list but for where it begins and how long it is. INVALID names the one that is wrong. */
PARRY_MUST parry_code parry_cases_params(const parry_call *c, parry_cases_wish *w, parry_err *err);
/* A page of the list after another: "cursor". */
PARRY_MUST parry_code parry_cases_after(const parry_call *c, parry_cases_wish *w, parry_cases_row *place,
                                        parry_err *err);
/* The cursor after the last of n rows; null where there is no more. */
json_t *parry_cases_next(const parry_call *c, const parry_cases_wish *w, const parry_cases_row *rows, size_t n,
                         size_t total);
const char *parry_cases_order_name(parry_cases_order o);

#ifdef __cplusplus
}
#endif
#endif
