// Made by clients/generate.py from docs/openapi.yaml; change that instead.
export const operations = {
  "search": {
    "method": "GET",
    "path": "/v1/search",
    "in_query": [
      "q",
      "limit",
      "offset",
      "mode",
      "audience",
      "locale",
      "category",
      "product",
      "tag",
      "updated_from",
      "updated_until",
      "facets",
      "sort",
      "rule_tag",
      "page",
      "page_product",
      "explain"
    ]
  },
  "explain": {
    "method": "GET",
    "path": "/v1/explain",
    "in_query": [
      "q",
      "limit",
      "offset",
      "mode",
      "audience",
      "locale",
      "category",
      "product",
      "tag",
      "updated_from",
      "updated_until",
      "facets",
      "sort",
      "rule_tag",
      "page",
      "page_product",
      "explain",
      "typing",
      "article"
    ]
  },
  "suggest": {
    "method": "GET",
    "path": "/v1/suggest",
    "in_query": [
      "q",
      "limit",
      "audience",
      "rule_tag",
      "previous",
      "page",
      "page_product"
    ]
  },
  "completions": {
    "method": "GET",
    "path": "/v1/completions",
    "in_query": [
      "q",
      "limit",
      "audience"
    ]
  },
  "listArticles": {
    "method": "GET",
    "path": "/v1/articles",
    "in_query": [
      "category",
      "limit",
      "offset",
      "audience"
    ]
  },
  "getArticle": {
    "method": "GET",
    "path": "/v1/articles/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "audience"
    ]
  },
  "relatedArticles": {
    "method": "GET",
    "path": "/v1/articles/{id}/related",
    "in_path": [
      "id"
    ],
    "in_query": [
      "limit",
      "audience"
    ]
  },
  "listCategories": {
    "method": "GET",
    "path": "/v1/categories",
    "in_query": [
      "audience"
    ]
  },
  "health": {
    "method": "GET",
    "path": "/health"
  },
  "ready": {
    "method": "GET",
    "path": "/ready"
  },
  "metrics": {
    "method": "GET",
    "path": "/metrics"
  },
  "openapi": {
    "method": "GET",
    "path": "/v1/openapi.json"
  }
};
