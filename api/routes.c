/* The table of everything the server answers. */
#include "api/routes.h"

#include "api/algolia/events.h"
#include "api/desk/desk_api.h"
#include "api/server.h"
#include "api/zendesk/zendesk.h"
#include "deflection/report.h"

enum { ALGOLIA_BYTES = 256 * 1024 };

#define NARROWED                                                                                                       \
    "q limit offset mode audience locale category product tag updated_from updated_until facets sort rule_tag "        \
    "page page_product explain fields deadline_ms"

#define CASES_LIST PARRY_CASES_FILTERS "limit per_page page cursor "
#define CASES_EXPORT PARRY_CASES_FILTERS "limit cursor format"

enum { ARTICLE_BODY = 2 * PARRY_ARTICLE_MAX_BYTES }; /* in JSON, escaped */

const parry_route parry_routes[] = {
    {"GET", "/v1/search", NARROWED, parry_get_search, PARRY_RIGHT_SEARCH, 0, PARRY_ROUTE_SEARCH | PARRY_ROUTE_KEPT},
    {"GET", "/v1/explain", NARROWED " typing article", parry_get_explain, PARRY_RIGHT_SEARCH, 0, PARRY_ROUTE_SEARCH},
    {"GET", "/v1/suggest", "q limit audience rule_tag previous page page_product fields deadline_ms", parry_get_suggest,
     PARRY_RIGHT_SEARCH, 0, PARRY_ROUTE_SEARCH | PARRY_ROUTE_KEPT},
    {"GET", "/v1/completions", "q limit audience fields", parry_get_completions, PARRY_RIGHT_SEARCH, 0,
     PARRY_ROUTE_SEARCH | PARRY_ROUTE_KEPT},
    {"GET", "/v1/articles", "category limit offset cursor audience fields", parry_get_articles, PARRY_RIGHT_SEARCH, 0,
     0},
    {"GET", "/v1/articles/{id}/related", "limit audience fields", parry_get_related, PARRY_RIGHT_SEARCH, 0, 0},
    {"POST", "/v1/events", "audience", parry_post_events, PARRY_RIGHT_EVENTS, 1 << 20, 0},
    {"POST", "/v1/feedback", "audience", parry_post_feedback, PARRY_RIGHT_EVENTS, 16 * 1024, 0},
    {"GET", "/v1/articles/{id}/source", "", parry_get_source, PARRY_RIGHT_ARTICLES_READ, 0, 0},
    {"POST", "/v1/articles", "wait", parry_post_article, PARRY_RIGHT_ARTICLES_WRITE, ARTICLE_BODY, PARRY_ROUTE_ONCE},
    {"POST", "/v1/articles/{id}/publish", "wait", parry_post_publish, PARRY_RIGHT_ARTICLES_PUBLISH, 0,
     PARRY_ROUTE_SLOW},
    {"POST", "/v1/articles/{id}/withdraw", "wait", parry_post_withdraw, PARRY_RIGHT_ARTICLES_PUBLISH, 0,
     PARRY_ROUTE_SLOW},
    {"GET", "/v1/articles/{id}", "audience status fields", parry_get_article, PARRY_RIGHT_SEARCH, 0, 0},
    {"PUT", "/v1/articles/{id}", "wait", parry_put_article, PARRY_RIGHT_ARTICLES_WRITE, ARTICLE_BODY, PARRY_ROUTE_SLOW},
    {"DELETE", "/v1/articles/{id}", "wait", parry_delete_article, PARRY_RIGHT_ARTICLES_WRITE, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/categories", "audience fields", parry_get_categories, PARRY_RIGHT_SEARCH, 0, 0},
    {"GET", "/v1/generations", "limit cursor fields", parry_get_generations, PARRY_RIGHT_OPERATE, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/generations/{number}", "fields", parry_get_generation, PARRY_RIGHT_OPERATE, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/admin/refresh", "", parry_post_refresh, PARRY_RIGHT_OPERATE, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/admin/reindex", "", parry_post_reindex, PARRY_RIGHT_OPERATE, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/suggest", "", parry_post_suggest, PARRY_RIGHT_SEARCH, 128 * 1024, PARRY_ROUTE_SEARCH},
    {"POST", "/v1/chat/suggest", "", parry_post_chat, PARRY_RIGHT_SEARCH, 256 * 1024, PARRY_ROUTE_SEARCH},
    {"GET", "/v1/passages/{id}", "audience fields", parry_get_passage, PARRY_RIGHT_SEARCH, 0, 0},
    {"POST", "/mcp", "", parry_post_mcp, PARRY_RIGHT_SEARCH, 64 * 1024, PARRY_ROUTE_SEARCH},
    {"GET", "/v1/tools.json", "", parry_get_tools, PARRY_RIGHT_SEARCH, 0, 0},
    {"POST", "/v1/tools/search_articles", "", parry_post_tool, PARRY_RIGHT_SEARCH, 64 * 1024, PARRY_ROUTE_SEARCH},
    {"POST", "/v1/tools/get_article", "", parry_post_tool, PARRY_RIGHT_SEARCH, 64 * 1024, 0},
    {"POST", "/v1/tools/report_outcome", "", parry_post_tool, PARRY_RIGHT_EVENTS, 16 * 1024, PARRY_ROUTE_SLOW},
    {"POST", "/v1/tools/create_ticket", "", parry_post_tool, PARRY_RIGHT_HANDOFF, 64 * 1024, PARRY_ROUTE_SLOW},
    {"POST", "/v1/tools/explain_result", "", parry_post_tool, PARRY_RIGHT_SEARCH, 64 * 1024, PARRY_ROUTE_SEARCH},
    {"GET", "/v1/replica/current", "", parry_get_replica_current, PARRY_RIGHT_REPLICATE, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/replica/changes", "after", parry_get_replica_changes, PARRY_RIGHT_REPLICATE, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/replica/segments/{name}/{file}", "", parry_get_replica_segment, PARRY_RIGHT_REPLICATE, 0,
     PARRY_ROUTE_SLOW},
    {"GET", "/v1/replica/tables/{file}", "", parry_get_replica_table, PARRY_RIGHT_REPLICATE, 0, PARRY_ROUTE_SLOW},
    {"GET", PARRY_ZENDESK_BASE "articles/search.json", NULL, parry_get_zendesk_search, PARRY_RIGHT_SEARCH, 0,
     PARRY_ROUTE_SLOW},
    {"GET", PARRY_ZENDESK_BASE "{path}", NULL, parry_get_zendesk, PARRY_RIGHT_SEARCH, 0, PARRY_ROUTE_SLOW},
    {"POST", "/1/indexes/*/queries", NULL, parry_post_algolia_queries, PARRY_RIGHT_SEARCH, ALGOLIA_BYTES,
     PARRY_ROUTE_SEARCH},
    {"POST", "/1/indexes/{index}/facets/{facet}/query", NULL, parry_post_algolia_facet, PARRY_RIGHT_SEARCH,
     ALGOLIA_BYTES, PARRY_ROUTE_SEARCH},
    {"POST", "/1/indexes/{index}/query", NULL, parry_post_algolia_query, PARRY_RIGHT_SEARCH, ALGOLIA_BYTES,
     PARRY_ROUTE_SEARCH},
    {"POST", "/1/events", NULL, parry_post_algolia_events, PARRY_RIGHT_EVENTS, PARRY_ALGOLIA_EVENTS_BYTES, 0},
    {"GET", "/1/isalive", NULL, parry_get_algolia_alive, PARRY_RIGHT_OPEN, 0, 0},
    {"GET", "/v1/session", "", parry_get_session, PARRY_RIGHT_OPEN, 0, 0},
    {"POST", "/v1/session", "", parry_post_session, PARRY_RIGHT_OPEN, 4096, PARRY_ROUTE_SLOW | PARRY_ROUTE_SIGN_IN},
    {"DELETE", "/v1/session", "", parry_delete_session, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/session/codes", "", parry_post_codes, PARRY_RIGHT_OPEN, 4096, PARRY_ROUTE_SLOW},
    {"PUT", "/v1/session/codes", "", parry_put_codes, PARRY_RIGHT_OPEN, 4096, PARRY_ROUTE_SLOW | PARRY_ROUTE_SIGN_IN},
    {"DELETE", "/v1/session/codes", "", parry_delete_codes, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/keys", "limit cursor fields", parry_get_keys, PARRY_RIGHT_KEYS, 0, 0},
    {"POST", "/v1/keys", "", parry_post_keys, PARRY_RIGHT_KEYS, 16384, PARRY_ROUTE_ONCE},
    {"POST", "/v1/keys/{id}/rotate", "", parry_rotate_key, PARRY_RIGHT_KEYS, 4096, PARRY_ROUTE_SLOW},
    {"GET", "/v1/keys/{id}", "fields", parry_get_key, PARRY_RIGHT_KEYS, 0, 0},
    {"DELETE", "/v1/keys/{id}", "", parry_delete_key, PARRY_RIGHT_KEYS, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/people", "limit cursor fields", parry_get_people, PARRY_RIGHT_PEOPLE, 0, 0},
    {"POST", "/v1/people", "", parry_post_people, PARRY_RIGHT_PEOPLE, 4096, PARRY_ROUTE_ONCE},
    {"DELETE", "/v1/people/{id}/codes", "", parry_delete_person_codes, PARRY_RIGHT_PEOPLE, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/people/{id}", "fields", parry_get_person, PARRY_RIGHT_PEOPLE, 0, 0},
    {"PATCH", "/v1/people/{id}", "", parry_patch_person, PARRY_RIGHT_PEOPLE, 4096, PARRY_ROUTE_SLOW},
    {"DELETE", "/v1/people/{id}", "", parry_delete_person, PARRY_RIGHT_PEOPLE, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/reports", "fields", parry_get_reports, PARRY_RIGHT_REPORTS, 0, 0},
    {"GET", "/v1/reports/{name}", PARRY_REPORT_PARAMS " format", parry_get_report, PARRY_RIGHT_REPORTS, 0,
     PARRY_ROUTE_SLOW},
    {"GET", "/v1/gaps", "fresh fields", parry_get_gaps, PARRY_RIGHT_REPORTS, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/gaps/{id}/draft", "", parry_post_gap_draft, PARRY_RIGHT_REPORTS, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/alerts", "limit", parry_get_alerts, PARRY_RIGHT_REPORTS, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/audit", "limit cursor since fields", parry_get_audit, PARRY_RIGHT_AUDIT, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/ledger/stream", "from limit wait raw", parry_get_ledger_stream, PARRY_RIGHT_REPORTS, 0,
     PARRY_ROUTE_SLOW},
    {"GET", "/v1/ledger/ubi", "from limit", parry_get_ledger_ubi, PARRY_RIGHT_REPORTS, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/visitors/erase", "", parry_post_visitor_erase, PARRY_RIGHT_PRIVACY, 4096, PARRY_ROUTE_SLOW},
    {"POST", "/v1/visitors/export", "", parry_post_visitor_export, PARRY_RIGHT_PRIVACY, 4096, PARRY_ROUTE_SLOW},
    {"GET", "/v1/cases", CASES_LIST "fields", parry_get_cases, PARRY_RIGHT_CASES_READ, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/cases", "", parry_post_case, PARRY_RIGHT_CASES_WRITE, PARRY_CASE_BODY, PARRY_ROUTE_SLOW},
    {"GET", "/v1/cases/export", CASES_EXPORT, parry_get_cases_export, PARRY_RIGHT_CASES_READ, 0, PARRY_ROUTE_SLOW},
    {"GET", "/v1/cases/{id}/packet", "", parry_get_case_packet, PARRY_RIGHT_CASES_READ, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/cases/{id}/comments", "", parry_post_case_comment, PARRY_RIGHT_CASES_WRITE, PARRY_FILES_BODY,
     PARRY_ROUTE_SLOW},
    {"GET", "/v1/cases/{id}/attachments/{number}", "", parry_get_case_attachment, PARRY_RIGHT_CASES_READ, 0,
     PARRY_ROUTE_SLOW},
    {"GET", "/v1/cases/{id}", "comments_after fields", parry_get_case, PARRY_RIGHT_CASES_READ, 0, PARRY_ROUTE_SLOW},
    {"PATCH", "/v1/cases/{id}", "", parry_patch_case, PARRY_RIGHT_CASES_WRITE, PARRY_CASE_BODY, PARRY_ROUTE_SLOW},
    {"DELETE", "/v1/cases/{id}", "", parry_delete_case, PARRY_RIGHT_CASES_WRITE, 0, PARRY_ROUTE_SLOW},
    {"POST", PARRY_DESK_BASE "login", "", parry_post_desk_login, PARRY_RIGHT_OPEN, 4096,
     PARRY_ROUTE_SLOW | PARRY_ROUTE_SIGN_IN},
    {"POST", PARRY_DESK_BASE "logout", "", parry_post_desk_logout, PARRY_RIGHT_OPEN, 4096, PARRY_ROUTE_SLOW},
    {"GET", PARRY_DESK_BASE "auth/check", "", parry_get_desk_auth, PARRY_RIGHT_OPEN, 0, 0},
    {"GET", PARRY_DESK_BASE "cases", CASES_LIST "fields", parry_get_desk_cases, PARRY_RIGHT_CASES_READ, 0,
     PARRY_ROUTE_SLOW},
    {"POST", PARRY_DESK_BASE "cases", "", parry_post_case, PARRY_RIGHT_CASES_WRITE, PARRY_CASE_BODY, PARRY_ROUTE_SLOW},
    {"GET", PARRY_DESK_BASE "cases/export", CASES_EXPORT, parry_get_cases_export, PARRY_RIGHT_CASES_READ, 0,
     PARRY_ROUTE_SLOW},
    {"POST", PARRY_DESK_BASE "cases/{id}/comments", "", parry_post_case_comment, PARRY_RIGHT_CASES_WRITE,
     PARRY_FILES_BODY, PARRY_ROUTE_SLOW},
    {"GET", PARRY_DESK_BASE "cases/{id}/attachments/{number}", "", parry_get_case_attachment, PARRY_RIGHT_CASES_READ, 0,
     PARRY_ROUTE_SLOW},
    {"GET", PARRY_DESK_BASE "cases/{id}", "comments_after fields", parry_get_case, PARRY_RIGHT_CASES_READ, 0,
     PARRY_ROUTE_SLOW},
    {"PATCH", PARRY_DESK_BASE "cases/{id}", "", parry_patch_case, PARRY_RIGHT_CASES_WRITE, PARRY_CASE_BODY,
     PARRY_ROUTE_SLOW},
    {"DELETE", PARRY_DESK_BASE "cases/{id}", "", parry_delete_case, PARRY_RIGHT_CASES_WRITE, 0, PARRY_ROUTE_SLOW},
    {"GET", "/admin/sign-in", NULL, parry_get_sign_in_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"POST", "/v1/handoffs/draft", "", parry_post_handoff_draft, PARRY_RIGHT_HANDOFF, 128 * 1024, PARRY_ROUTE_SLOW},
    {"GET", "/v1/handoffs/challenge", "", parry_get_handoff_challenge, PARRY_RIGHT_HANDOFF, 0, 0},
    {"POST", "/v1/handoffs", "", parry_post_handoff, PARRY_RIGHT_HANDOFF, PARRY_FILES_BODY, PARRY_ROUTE_SLOW},
    {"GET", "/v1/handoffs/{id}", "", parry_get_handoff, PARRY_RIGHT_CASES_READ, 0, PARRY_ROUTE_SLOW},
    {"POST", "/v1/followed/{token}/survey", "", parry_post_survey, PARRY_RIGHT_OPEN, 32 * 1024, PARRY_ROUTE_SLOW},
    {"GET", "/v1/followed/{token}/attachments/{number}", "", parry_get_followed_attachment, PARRY_RIGHT_OPEN, 0,
     PARRY_ROUTE_SLOW},
    {"GET", "/v1/followed/{token}", "", parry_get_followed, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_SLOW},
    {"POST", PARRY_TICKET_HOOK, "", parry_post_ticket_hook, PARRY_RIGHT_TICKETS, 16 * 1024, PARRY_ROUTE_ONCE},
    {"GET", "/contact", NULL, parry_get_contact_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"POST", "/contact", NULL, parry_post_contact_page, PARRY_RIGHT_HANDOFF, 128 * 1024,
     PARRY_ROUTE_PAGE | PARRY_ROUTE_SLOW},
    {"POST", "/ticket/{token}/survey", NULL, parry_post_ticket_page, PARRY_RIGHT_OPEN, 32 * 1024,
     PARRY_ROUTE_PAGE | PARRY_ROUTE_SLOW},
    {"GET", "/ticket/{token}", NULL, parry_get_ticket_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE | PARRY_ROUTE_SLOW},
    {"GET", "/health", "", parry_get_health, PARRY_RIGHT_OPEN, 0, 0},
    {"GET", "/ready", "", parry_get_ready, PARRY_RIGHT_OPEN, 0, 0},
    {"GET", "/metrics", "", parry_get_metrics, PARRY_RIGHT_METRICS, 0, 0},
    {"GET", "/v1/openapi.json", "", parry_get_openapi, PARRY_RIGHT_OPEN, 0, 0},
    {"GET", "/docs", NULL, parry_get_api_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"GET", "/", NULL, parry_get_home, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"GET", "/search", NULL, parry_get_search_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE | PARRY_ROUTE_SEARCH},
    {"GET", "/articles/{slug}", NULL, parry_get_article_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"GET", "/categories/{name}", NULL, parry_get_category_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"GET", "/problems/{name}", NULL, parry_get_problem_page, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"GET", "/assets/{name}", NULL, parry_get_asset, PARRY_RIGHT_OPEN, 0, 0},
};
const size_t parry_nroutes = sizeof parry_routes / sizeof *parry_routes;

void parry_server_routes(parry_buf *out)
{
    for (const parry_route *r = parry_routes; r < parry_routes + parry_nroutes; r++)
        parry_buf_printf(out, "%s\t%s\t%s\n", r->method, r->pattern, parry_right_name(r->right));
}

json_t *parry_json_url(const parry_call *c, const char *path, parry_str name)
{
    parry_buf url = PARRY_BUF(64 * 1024);
    parry_buf_addz(&url, c->base);
    parry_buf_addz(&url, path);
    parry_percent_encode(name, &url);
    json_t *j = parry_json_text(parry_buf_str(&url));
    parry_buf_free(&url);
    return j;
}
