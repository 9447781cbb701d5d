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
      "explain",
      "fields",
      "deadline_ms"
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
      "article",
      "fields",
      "deadline_ms"
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
      "page_product",
      "fields",
      "deadline_ms"
    ]
  },
  "suggestForForm": {
    "method": "POST",
    "path": "/v1/suggest",
    "body": "application/json"
  },
  "completions": {
    "method": "GET",
    "path": "/v1/completions",
    "in_query": [
      "q",
      "limit",
      "audience",
      "fields"
    ]
  },
  "chatSuggest": {
    "method": "POST",
    "path": "/v1/chat/suggest",
    "body": "application/json"
  },
  "passage": {
    "method": "GET",
    "path": "/v1/passages/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "audience",
      "fields"
    ]
  },
  "mcp": {
    "method": "POST",
    "path": "/mcp",
    "body": "application/json"
  },
  "tools": {
    "method": "GET",
    "path": "/v1/tools.json"
  },
  "runSearchArticles": {
    "method": "POST",
    "path": "/v1/tools/search_articles",
    "body": "application/json"
  },
  "runGetArticle": {
    "method": "POST",
    "path": "/v1/tools/get_article",
    "body": "application/json"
  },
  "runExplainResult": {
    "method": "POST",
    "path": "/v1/tools/explain_result",
    "body": "application/json"
  },
  "runReportOutcome": {
    "method": "POST",
    "path": "/v1/tools/report_outcome",
    "body": "application/json"
  },
  "runCreateTicket": {
    "method": "POST",
    "path": "/v1/tools/create_ticket",
    "body": "application/json"
  },
  "listArticles": {
    "method": "GET",
    "path": "/v1/articles",
    "in_query": [
      "category",
      "limit",
      "offset",
      "audience",
      "fields",
      "cursor"
    ]
  },
  "createArticle": {
    "method": "POST",
    "path": "/v1/articles",
    "in_query": [
      "wait"
    ],
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "getArticle": {
    "method": "GET",
    "path": "/v1/articles/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "audience",
      "fields",
      "status"
    ]
  },
  "updateArticle": {
    "method": "PUT",
    "path": "/v1/articles/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "wait"
    ],
    "in_header": [
      "If-Match"
    ],
    "body": "application/json"
  },
  "removeArticle": {
    "method": "DELETE",
    "path": "/v1/articles/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "wait"
    ],
    "in_header": [
      "If-Match"
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
      "audience",
      "fields"
    ]
  },
  "listCategories": {
    "method": "GET",
    "path": "/v1/categories",
    "in_query": [
      "audience",
      "fields"
    ]
  },
  "getSource": {
    "method": "GET",
    "path": "/v1/articles/{id}/source",
    "in_path": [
      "id"
    ]
  },
  "publishArticle": {
    "method": "POST",
    "path": "/v1/articles/{id}/publish",
    "in_path": [
      "id"
    ],
    "in_query": [
      "wait"
    ],
    "in_header": [
      "If-Match"
    ]
  },
  "withdrawArticle": {
    "method": "POST",
    "path": "/v1/articles/{id}/withdraw",
    "in_path": [
      "id"
    ],
    "in_query": [
      "wait"
    ],
    "in_header": [
      "If-Match"
    ]
  },
  "sendEvents": {
    "method": "POST",
    "path": "/v1/events",
    "in_query": [
      "audience"
    ],
    "in_header": [
      "X-Parry-Visitor",
      "X-Parry-Session",
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "sendFeedback": {
    "method": "POST",
    "path": "/v1/feedback",
    "in_query": [
      "audience"
    ],
    "in_header": [
      "X-Parry-Visitor",
      "X-Parry-Session",
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "listGenerations": {
    "method": "GET",
    "path": "/v1/generations",
    "in_query": [
      "limit",
      "cursor",
      "fields"
    ]
  },
  "getGeneration": {
    "method": "GET",
    "path": "/v1/generations/{number}",
    "in_path": [
      "number"
    ],
    "in_query": [
      "fields"
    ]
  },
  "refresh": {
    "method": "POST",
    "path": "/v1/admin/refresh"
  },
  "reindex": {
    "method": "POST",
    "path": "/v1/admin/reindex"
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
  "zendeskSearch": {
    "method": "GET",
    "path": "/api/v2/help_center/articles/search.json",
    "in_query": [
      "query",
      "category",
      "section",
      "page",
      "per_page",
      "label_names",
      "sort_by",
      "sort_order",
      "updated_after",
      "created_after"
    ]
  },
  "zendeskHelpCenter": {
    "method": "GET",
    "path": "/api/v2/help_center/{path}",
    "in_path": [
      "path"
    ],
    "in_query": [
      "page",
      "per_page",
      "label_names",
      "sort_by",
      "sort_order",
      "updated_after",
      "created_after"
    ]
  },
  "replicaCurrent": {
    "method": "GET",
    "path": "/v1/replica/current"
  },
  "replicaChanges": {
    "method": "GET",
    "path": "/v1/replica/changes",
    "in_query": [
      "after"
    ]
  },
  "replicaSegment": {
    "method": "GET",
    "path": "/v1/replica/segments/{name}/{file}",
    "in_path": [
      "name",
      "file"
    ]
  },
  "replicaTable": {
    "method": "GET",
    "path": "/v1/replica/tables/{file}",
    "in_path": [
      "file"
    ]
  },
  "openapi": {
    "method": "GET",
    "path": "/v1/openapi.json"
  },
  "whoAmI": {
    "method": "GET",
    "path": "/v1/session"
  },
  "signIn": {
    "method": "POST",
    "path": "/v1/session",
    "body": "application/json"
  },
  "signOut": {
    "method": "DELETE",
    "path": "/v1/session"
  },
  "startCodes": {
    "method": "POST",
    "path": "/v1/session/codes"
  },
  "confirmCodes": {
    "method": "PUT",
    "path": "/v1/session/codes",
    "body": "application/json"
  },
  "endCodes": {
    "method": "DELETE",
    "path": "/v1/session/codes"
  },
  "listKeys": {
    "method": "GET",
    "path": "/v1/keys",
    "in_query": [
      "limit",
      "cursor",
      "fields"
    ]
  },
  "createKey": {
    "method": "POST",
    "path": "/v1/keys",
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "getKey": {
    "method": "GET",
    "path": "/v1/keys/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "fields"
    ]
  },
  "revokeKey": {
    "method": "DELETE",
    "path": "/v1/keys/{id}",
    "in_path": [
      "id"
    ]
  },
  "rotateKey": {
    "method": "POST",
    "path": "/v1/keys/{id}/rotate",
    "in_path": [
      "id"
    ],
    "body": "application/json"
  },
  "listPeople": {
    "method": "GET",
    "path": "/v1/people",
    "in_query": [
      "limit",
      "cursor",
      "fields"
    ]
  },
  "addPerson": {
    "method": "POST",
    "path": "/v1/people",
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "getPerson": {
    "method": "GET",
    "path": "/v1/people/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "fields"
    ]
  },
  "changePerson": {
    "method": "PATCH",
    "path": "/v1/people/{id}",
    "in_path": [
      "id"
    ],
    "body": "application/json"
  },
  "removePerson": {
    "method": "DELETE",
    "path": "/v1/people/{id}",
    "in_path": [
      "id"
    ]
  },
  "endPersonsCodes": {
    "method": "DELETE",
    "path": "/v1/people/{id}/codes",
    "in_path": [
      "id"
    ]
  },
  "gaps": {
    "method": "GET",
    "path": "/v1/gaps",
    "in_query": [
      "fresh",
      "fields"
    ]
  },
  "draftGap": {
    "method": "POST",
    "path": "/v1/gaps/{id}/draft",
    "in_path": [
      "id"
    ]
  },
  "audit": {
    "method": "GET",
    "path": "/v1/audit",
    "in_query": [
      "limit",
      "cursor",
      "since",
      "fields"
    ]
  },
  "ledgerStream": {
    "method": "GET",
    "path": "/v1/ledger/stream",
    "in_query": [
      "from",
      "limit",
      "wait",
      "raw"
    ]
  },
  "ledgerUbi": {
    "method": "GET",
    "path": "/v1/ledger/ubi",
    "in_query": [
      "from",
      "limit"
    ]
  },
  "eraseVisitor": {
    "method": "POST",
    "path": "/v1/visitors/erase",
    "body": "application/json"
  },
  "exportVisitor": {
    "method": "POST",
    "path": "/v1/visitors/export",
    "body": "application/json"
  },
  "listAlerts": {
    "method": "GET",
    "path": "/v1/alerts",
    "in_query": [
      "limit"
    ]
  },
  "listReports": {
    "method": "GET",
    "path": "/v1/reports",
    "in_query": [
      "fields"
    ]
  },
  "getReport": {
    "method": "GET",
    "path": "/v1/reports/{name}",
    "in_path": [
      "name"
    ],
    "in_query": [
      "from",
      "to",
      "by",
      "window",
      "agents",
      "limit",
      "experiment",
      "audience",
      "locale",
      "category",
      "channel",
      "device",
      "generation",
      "format"
    ]
  },
  "createHandoff": {
    "method": "POST",
    "path": "/v1/handoffs",
    "in_header": [
      "Idempotency-Key",
      "X-Parry-Visitor",
      "X-Parry-Session"
    ],
    "body": "application/json"
  },
  "draftHandoff": {
    "method": "POST",
    "path": "/v1/handoffs/draft",
    "body": "application/json"
  },
  "getHandoffChallenge": {
    "method": "GET",
    "path": "/v1/handoffs/challenge"
  },
  "getHandoff": {
    "method": "GET",
    "path": "/v1/handoffs/{id}",
    "in_path": [
      "id"
    ]
  },
  "getFollowedAttachment": {
    "method": "GET",
    "path": "/v1/followed/{token}/attachments/{number}",
    "in_path": [
      "token",
      "number"
    ],
    "bytes": 1
  },
  "getFollowed": {
    "method": "GET",
    "path": "/v1/followed/{token}",
    "in_path": [
      "token"
    ]
  },
  "answerSurvey": {
    "method": "POST",
    "path": "/v1/followed/{token}/survey",
    "in_path": [
      "token"
    ],
    "body": "application/json"
  },
  "tellTicket": {
    "method": "POST",
    "path": "/v1/hooks/ticket",
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "listCases": {
    "method": "GET",
    "path": "/v1/cases",
    "in_query": [
      "status",
      "priority",
      "queue",
      "channel",
      "customer",
      "search",
      "assignee",
      "created_from",
      "created_until",
      "order",
      "limit",
      "per_page",
      "page",
      "cursor",
      "fields"
    ]
  },
  "createCase": {
    "method": "POST",
    "path": "/v1/cases",
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "exportCases": {
    "method": "GET",
    "path": "/v1/cases/export",
    "in_query": [
      "status",
      "priority",
      "queue",
      "channel",
      "customer",
      "search",
      "assignee",
      "created_from",
      "created_until",
      "order",
      "limit",
      "cursor",
      "format"
    ]
  },
  "getCasePacket": {
    "method": "GET",
    "path": "/v1/cases/{id}/packet",
    "in_path": [
      "id"
    ]
  },
  "commentOnCase": {
    "method": "POST",
    "path": "/v1/cases/{id}/comments",
    "in_path": [
      "id"
    ],
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "getCaseAttachment": {
    "method": "GET",
    "path": "/v1/cases/{id}/attachments/{number}",
    "in_path": [
      "id",
      "number"
    ],
    "bytes": 1
  },
  "getCase": {
    "method": "GET",
    "path": "/v1/cases/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "comments_after",
      "fields"
    ]
  },
  "changeCase": {
    "method": "PATCH",
    "path": "/v1/cases/{id}",
    "in_path": [
      "id"
    ],
    "in_header": [
      "If-Match"
    ],
    "body": "application/json"
  },
  "eraseCase": {
    "method": "DELETE",
    "path": "/v1/cases/{id}",
    "in_path": [
      "id"
    ]
  },
  "deskSignIn": {
    "method": "POST",
    "path": "/applications/customerservice/api/login",
    "body": "application/json"
  },
  "deskSignOut": {
    "method": "POST",
    "path": "/applications/customerservice/api/logout"
  },
  "deskAuth": {
    "method": "GET",
    "path": "/applications/customerservice/api/auth/check"
  },
  "deskListCases": {
    "method": "GET",
    "path": "/applications/customerservice/api/cases",
    "in_query": [
      "status",
      "priority",
      "queue",
      "channel",
      "customer",
      "search",
      "assignee",
      "created_from",
      "created_until",
      "order",
      "limit",
      "per_page",
      "page",
      "cursor",
      "fields"
    ]
  },
  "deskCreateCase": {
    "method": "POST",
    "path": "/applications/customerservice/api/cases",
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "deskExportCases": {
    "method": "GET",
    "path": "/applications/customerservice/api/cases/export",
    "in_query": [
      "status",
      "priority",
      "queue",
      "channel",
      "customer",
      "search",
      "assignee",
      "created_from",
      "created_until",
      "order",
      "limit",
      "cursor",
      "format"
    ]
  },
  "deskCommentOnCase": {
    "method": "POST",
    "path": "/applications/customerservice/api/cases/{id}/comments",
    "in_path": [
      "id"
    ],
    "in_header": [
      "Idempotency-Key"
    ],
    "body": "application/json"
  },
  "deskGetCaseAttachment": {
    "method": "GET",
    "path": "/applications/customerservice/api/cases/{id}/attachments/{number}",
    "in_path": [
      "id",
      "number"
    ],
    "bytes": 1
  },
  "deskGetCase": {
    "method": "GET",
    "path": "/applications/customerservice/api/cases/{id}",
    "in_path": [
      "id"
    ],
    "in_query": [
      "comments_after",
      "fields"
    ]
  },
  "deskChangeCase": {
    "method": "PATCH",
    "path": "/applications/customerservice/api/cases/{id}",
    "in_path": [
      "id"
    ],
    "in_header": [
      "If-Match"
    ],
    "body": "application/json"
  },
  "deskEraseCase": {
    "method": "DELETE",
    "path": "/applications/customerservice/api/cases/{id}",
    "in_path": [
      "id"
    ]
  }
};
