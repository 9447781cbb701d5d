/* Handlers, one for each row of the table in routes.c, and what they share. A handler fills c->res, or fails with a
 * code that becomes a problem. Private to api/. */
#ifndef PARRY_API_ROUTES_H
#define PARRY_API_ROUTES_H

#include "api/app.h"
#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- routes_search.c */
PARRY_MUST parry_code parry_get_search(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_explain(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_suggest(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_completions(parry_call *c, parry_err *err);
/* What /v1/search answers (new reference): for the search page too. mode, offset, limit, text are the caller's;
 * audience is the call's. */
PARRY_MUST parry_code parry_search_json(parry_call *c, parry_query *q, json_t **out, parry_err *err);
/* What /v1/suggest answers of results, under 8 KiB (new reference). */
json_t *parry_suggestions_json(const parry_call *c, const parry_results *r);
/* HTML with entities and <mark> cut to n visible characters, with an ellipsis and its marks closed. */
parry_str parry_snippet_cut(parry_arena *a, parry_str html, size_t n);

/* ---- routes_algolia.c (docs/algolia.md); they answer failures themselves, in Algolia's shape */
PARRY_MUST parry_code parry_post_algolia_queries(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_algolia_query(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_algolia_facet(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_algolia_events(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_algolia_alive(parry_call *c, parry_err *err);

/* ---- routes_articles.c */
PARRY_MUST parry_code parry_get_article(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_related(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_articles(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_categories(parry_call *c, parry_err *err);
/* The article of that id (or slug), if the call's audience may see it; else NOT_FOUND, whatever the reason. */
PARRY_MUST parry_code parry_visible_article(const parry_call *c, parry_str key, bool by_slug, parry_article *out,
                                            parry_err *err);
/* Its HTML, with links that the caller may follow; in the call's arena. */
PARRY_MUST parry_code parry_article_page_html(parry_call *c, const parry_article *article, parry_str *out,
                                              parry_err *err);
PARRY_MUST parry_code parry_article_reply(parry_call *c, const parry_article *article, json_t **out, parry_err *err);
json_t *parry_categories_json(parry_call *c); /* {generation, total, categories: [{name, articles, url}]} */
typedef struct parry_articles_page {
    parry_str category; /* p NULL: of all */
    size_t offset, limit;
    bool after; /* in place of offset: after the article at `place` (category, title, id) */
    parry_str place[3];
} parry_articles_page;
/* {generation, total, offset, limit, next, articles: [...]} */
json_t *parry_articles_json(parry_call *c, const parry_articles_page *page);
json_t *parry_recent_json(parry_call *c, size_t n); /* the n last updated: [{id, title, url, ...}] */

/* ---- deflection/routes_gaps.c */
PARRY_MUST parry_code parry_get_gaps(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_gap_draft(parry_call *c, parry_err *err);

/* ---- routes_events.c */
PARRY_MUST parry_code parry_post_events(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_feedback(parry_call *c, parry_err *err);
/* The same with another reply: `list` has 1 to PARRY_LEDGER_GROUP_MAX events; `say` is called with nothing of use in
 * ctx once they are durable. What of them is wrong is left out. */
typedef void (*parry_reply_filler)(void *ctx, parry_response *res);
PARRY_MUST parry_code parry_record_events(parry_call *c, const json_t *list, parry_reply_filler say, parry_err *err);
void parry_ledger_metrics(parry_app *app, parry_buf *out); /* Prometheus text */
/* ---- routes_writing.c */
PARRY_MUST parry_code parry_post_article(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_put_article(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_publish(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_withdraw(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_delete_article(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_source(parry_call *c, parry_err *err);
/* For those with articles.read: the row of an id in whatever state, of the audiences that are theirs. NOT_FOUND; DENIED
 * (a key with filters or a locale). */
PARRY_MUST parry_code parry_staff_article(parry_call *c, parry_str id, parry_store_row *row, parry_err *err);
void parry_staff_members(const parry_store_row *row, json_t *j); /* status, version, change, origin, path */
/* ---- routes_chat.c */
PARRY_MUST parry_code parry_post_chat(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_suggest(parry_call *c, parry_err *err);

/* ---- routes_passages.c */
PARRY_MUST parry_code parry_get_passage(parry_call *c, parry_err *err);

/* ---- routes_mcp.c */
PARRY_MUST parry_code parry_post_mcp(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_tools(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_tool(parry_call *c, parry_err *err);

/* ---- routes_admin.c */
PARRY_MUST parry_code parry_get_generations(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_generation(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_refresh(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_reindex(parry_call *c, parry_err *err);
/* ---- routes_session.c */
PARRY_MUST parry_code parry_post_session(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_session(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_delete_session(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_codes(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_put_codes(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_delete_codes(parry_call *c, parry_err *err);

/* Signs in by person and password, or by the token of a one-time link, and replies with what `say` makes of the
 * session, or with why not. */
PARRY_MUST parry_code parry_session_enter(parry_call *c, const parry_sign_in *in, parry_str token,
                                          json_t *(*say)(const parry_session *s), parry_err *err);

/* ---- routes_keys.c */
PARRY_MUST parry_code parry_get_keys(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_keys(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_key(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_delete_key(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_rotate_key(parry_call *c, parry_err *err);

/* ---- routes_people.c */
PARRY_MUST parry_code parry_get_people(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_people(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_person(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_patch_person(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_delete_person(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_delete_person_codes(parry_call *c, parry_err *err);

/* What routes that change access share (access_json.c). */
/* A new reference: an object with no members but these. INVALID; the body must be application/json. */
PARRY_MUST parry_code parry_members_only(const parry_call *c, const char *members, json_t **out, parry_err *err);
/* A text of the object, copied; absent: as it was. INVALID: not a text. */
PARRY_MUST parry_code parry_member_read(const parry_call *c, const json_t *body, const char *name, parry_str *out,
                                        parry_err *err);
json_t *parry_time_json(int64_t ms); /* null for 0 */
json_t *parry_rights_json(parry_rights set);
PARRY_MUST parry_code parry_need_access(const parry_call *c, parry_err *err); /* UNAVAILABLE: there is none here */
/* What nobody may give who does not have it. DENIED. */
PARRY_MUST parry_code parry_may_grant(const parry_call *c, parry_rights rights, parry_err *err);
/* `limit` and `cursor` of a list that is ordered by one text. */
PARRY_MUST parry_code parry_list_params(const parry_call *c, const char *list, parry_str *after, size_t *limit,
                                        parry_err *err);

/* ---- deflection/routes_alerts.c */
PARRY_MUST parry_code parry_get_alerts(parry_call *c, parry_err *err);

/* ---- deflection/routes_reports.c */
PARRY_MUST parry_code parry_get_reports(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_report(parry_call *c, parry_err *err);

/* ---- routes_audit.c */
PARRY_MUST parry_code parry_get_audit(parry_call *c, parry_err *err);

/* ---- deflection/routes_privacy.c */
PARRY_MUST parry_code parry_post_visitor_erase(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_post_visitor_export(parry_call *c, parry_err *err);

/* ---- deflection/routes_exports.c */
PARRY_MUST parry_code parry_get_ledger_stream(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_ledger_ubi(parry_call *c, parry_err *err);

/* ---- routes_ops.c */
PARRY_MUST parry_code parry_get_health(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_ready(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_metrics(parry_call *c, parry_err *err);

/* ---- openapi.c, pages_api.c */
PARRY_MUST parry_code parry_get_openapi(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_api_page(parry_call *c, parry_err *err);
const json_t *parry_openapi(void); /* docs/openapi.yaml; borrowed, as long as the program */

/* ---- routes_replica.c */
PARRY_MUST parry_code parry_get_replica_current(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_replica_changes(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_replica_segment(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_replica_table(parry_call *c, parry_err *err);
/* What a replica says of itself. */
json_t *parry_replica_json(const parry_call *c); /* for /ready: NULL where this is none */
void parry_replica_degraded(const parry_call *c, json_t *degraded);
void parry_replica_metrics(const parry_call *c, parry_buf *out);
/* Refuses, naming the primary, what would change something here; true where it did. */
bool parry_replica_refuses(const parry_call *c, const parry_route *route, char *detail, size_t room);

/* ---- pages.c */
/* Renders web/templates/PAGE.mustache in the layout as the reply; steals j. */
/* j[key]: where an asset is, with its version; nothing where there is none of that name. */
void parry_page_asset(json_t *j, const char *key, const char *name);
PARRY_MUST parry_code parry_page_reply(parry_call *c, const char *page, json_t *j, parry_err *err);
enum { PARRY_DATE_TEXT = 32 };
/* "2026-10-06" as "6 October 2026"; false where it is not a date so written. */
bool parry_date_text(parry_str iso, char out[PARRY_DATE_TEXT]);
PARRY_MUST parry_code parry_get_home(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_search_page(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_article_page(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_category_page(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_problem_page(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_sign_in_page(parry_call *c, parry_err *err);
PARRY_MUST parry_code parry_get_asset(parry_call *c, parry_err *err);
void parry_page_problem(parry_call *c, parry_problem p, const char *detail);

/* ---- JSON */
/* BASE + path + percent-encoded name. */
json_t *parry_json_url(const parry_call *c, const char *path, parry_str name);

#ifdef __cplusplus
}
#endif
#endif
