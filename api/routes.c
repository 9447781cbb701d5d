/* The table of everything the server answers. */
#include "api/routes.h"

#define ROUTES(X)                                                                                                      \
    X("/v1/search",                                                                                                    \
      "q limit offset mode audience locale category product tag updated_from updated_until facets sort rule_tag "      \
      "page page_product explain",                                                                                     \
      parry_get_search, false)                                                                                         \
    X("/v1/explain",                                                                                                   \
      "q limit offset mode audience locale category product tag updated_from updated_until facets sort rule_tag "      \
      "page page_product explain typing article",                                                                      \
      parry_get_explain, false)                                                                                        \
    X("/v1/suggest", "q limit audience rule_tag previous page page_product", parry_get_suggest, false)                 \
    X("/v1/articles", "category limit offset audience", parry_get_articles, false)                                     \
    X("/v1/articles/{id}/related", "limit audience", parry_get_related, false)                                         \
    X("/v1/articles/{id}", "audience", parry_get_article, false)                                                       \
    X("/v1/categories", "audience", parry_get_categories, false)                                                       \
    X("/health", "", parry_get_health, false)                                                                          \
    X("/ready", "", parry_get_ready, false)                                                                            \
    X("/metrics", "", parry_get_metrics, false)                                                                        \
    X("/", NULL, parry_get_home, true)                                                                                 \
    X("/search", NULL, parry_get_search_page, true)                                                                    \
    X("/articles/{slug}", NULL, parry_get_article_page, true)                                                          \
    X("/categories/{name}", NULL, parry_get_category_page, true)                                                       \
    X("/problems/{name}", NULL, parry_get_problem_page, true)                                                          \
    X("/assets/{name}", NULL, parry_get_asset, false)

#define ROW(pattern, params, handler, page) {"GET", pattern, params, handler, page},
const parry_route parry_routes[] = {ROUTES(ROW)};
const size_t parry_nroutes = sizeof parry_routes / sizeof *parry_routes;

#define NAME(pattern, params, handler, page) pattern,
const char *const parry_route_names[] = {ROUTES(NAME)};

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
