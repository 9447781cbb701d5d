"""The operations and their types. Made by clients/generate.py from docs/openapi.yaml; change that instead."""
from typing import Any, Dict, List, Literal, NotRequired, Optional, TypedDict, Union  # noqa: F401

AlertFigure = Literal['zero_result', 'abstention', 'deflection', 'votes']

Alert = TypedDict("Alert", {
    "id": str,
    "figure": "AlertFigure",
    "over": Literal['day', 'hour', 'drift', 'week'],
    "article": NotRequired[str],
    "since": str,
    "state": Literal['open', 'within its limits', 'usual by now'],
    "until": Union[str, None],
    "opened_at": Union[str, None],
    "ended_at": Union[str, None],
    "k": int,
    "n": int,
    "value": float,
    "expected": float,
    "low": float,
    "high": float,
})

Report = TypedDict("Report", {
    "report": str,
    "definition_version": int,
    "from": str,
    "to": str,
    "by": str,
    "filters": Dict[str, Any],
    "window": Literal['24h', '72h', '7d'],
    "agents": Literal['without', 'with', 'only'],
    "limit": int,
    "k": int,
    "cost_per_ticket": NotRequired[Union[float, None]],
    "currency": NotRequired[Union[str, None]],
    "experiment": NotRequired[Union[str, None]],
    "as_of": str,
    "ledger": Dict[str, Any],
    "rows": List[Dict[str, Any]],
    "hidden": int,
    "left_out": int,
    "notes": List[str],
})

Reference = str

QueueGuess = TypedDict("QueueGuess", {
    "value": "CaseQueue",
    "probability": Union[float, None],
})

PriorityGuess = TypedDict("PriorityGuess", {
    "value": "CasePriority",
    "probability": Union[float, None],
    "rule": NotRequired[str],
})

HandoffDraft = TypedDict("HandoffDraft", {
    "subject": NotRequired[str],
    "description": NotRequired[str],
    "query_ids": NotRequired[List[str]],
    "locale": NotRequired[str],
    "audience": NotRequired[str],
})

NewHandoff = TypedDict("NewHandoff", {
    "subject": NotRequired[str],
    "description": str,
    "email": str,
    "name": NotRequired[str],
    "share_journey": NotRequired[bool],
    "query_ids": NotRequired[List[str]],
    "visitor": NotRequired[str],
    "session": NotRequired[str],
    "said": NotRequired[List[Dict[str, Any]]],
    "queue": NotRequired["CaseQueue"],
    "priority": NotRequired["CasePriority"],
    "locale": NotRequired[str],
    "audience": NotRequired[str],
    "page": NotRequired[str],
    "channel": NotRequired[Literal['form', 'chat', 'agent', 'api']],
    "attachments": NotRequired["NewAttachments"],
    "website": NotRequired[str],
    "work": NotRequired[Dict[str, Any]],
})

NewAttachments = List[Dict[str, Any]]

NewHandoffReply = TypedDict("NewHandoffReply", {
    "id": str,
    "reference": "Reference",
    "created_at": str,
    "queue": "QueueGuess",
    "priority": "PriorityGuess",
    "follow_token": str,
    "follow_path": str,
})

Handoff = TypedDict("Handoff", {
    "id": str,
    "reference": "Reference",
    "created_at": str,
    "queue": "QueueGuess",
    "priority": "PriorityGuess",
    "targets": List[Dict[str, Any]],
    "survey": Union[int, None],
})

Followed = TypedDict("Followed", {
    "reference": "Reference",
    "created_at": str,
    "state": Literal['received', 'open', 'closed'],
    "queue": "CaseQueue",
    "comments": List[Dict[str, Any]],
    "survey": Union[int, None],
})

CaseStatus = Literal['new', 'inprogress', 'done']

CasePriority = Literal['critical', 'high', 'medium', 'low']

CaseChannel = Literal['form', 'email', 'phone', 'chat', 'agent', 'api']

CaseQueue = Literal['Login', 'Orders', 'Deliveries', 'Payments', 'Refunds']

CaseComment = TypedDict("CaseComment", {
    "id": int,
    "author": str,
    "text": str,
    "createdAt": str,
    "kind": Literal['customer', 'agent', 'internal', 'system'],
    "replyTo": Union[int, None],
    "attachments": List[Dict[str, Any]],
})

CaseHead = TypedDict("CaseHead", {
    "id": int,
    "customerName": str,
    "customerEmail": str,
    "subject": str,
    "description": str,
    "priority": "CasePriority",
    "status": "CaseStatus",
    "queue": "CaseQueue",
    "channel": NotRequired[Literal['form', 'email', 'phone', 'chat', 'agent', 'api', None]],
    "assignee": Union[str, None],
    "createdAt": str,
    "updatedAt": str,
    "firstReplyAt": NotRequired[Union[str, None]],
    "inprogressAt": NotRequired[Union[str, None]],
    "doneAt": NotRequired[Union[str, None]],
    "reopened": NotRequired[int],
    "locale": NotRequired[Union[str, None]],
    "audience": NotRequired[Union[str, None]],
    "externalId": NotRequired[Union[str, None]],
    "version": int,
    "commentCount": int,
    "comments": NotRequired[List["CaseComment"]],
    "commentsNext": NotRequired[Union[int, None]],
})

Case = Union["CaseHead", "Part"]

CaseList = TypedDict("CaseList", {
    "cases": List["CaseHead"],
    "total": int,
    "page": Union[int, None],
    "per_page": int,
    "order": str,
    "next": Union[str, None],
})

NewCase = TypedDict("NewCase", {
    "subject": str,
    "description": NotRequired[str],
    "customerName": NotRequired[str],
    "customerEmail": str,
    "queue": "CaseQueue",
    "priority": NotRequired["CasePriority"],
    "channel": NotRequired["CaseChannel"],
    "locale": NotRequired[str],
    "audience": NotRequired[str],
    "externalId": NotRequired[str],
})

CaseChange = TypedDict("CaseChange", {
    "status": NotRequired["CaseStatus"],
    "priority": NotRequired["CasePriority"],
    "queue": NotRequired["CaseQueue"],
    "assignee": NotRequired[Union[str, None]],
    "subject": NotRequired[str],
    "description": NotRequired[str],
    "customerName": NotRequired[str],
    "customerEmail": NotRequired[str],
})

NewComment = TypedDict("NewComment", {
    "text": str,
    "internal": NotRequired[bool],
    "customer": NotRequired[bool],
    "replyTo": NotRequired[int],
    "attachments": NotRequired["NewAttachments"],
})

Flag = Literal['1', 'true', '0', 'false']

Problem = TypedDict("Problem", {
    "type": str,
    "title": str,
    "status": int,
    "detail": str,
    "instance": str,
})

Sureness = TypedDict("Sureness", {
    "probability": Union[float, None],
    "calibration": Literal['own', 'shipped', 'none'],
    "answered": bool,
    "doubtful": bool,
})

Hit = TypedDict("Hit", {
    "id": str,
    "title": str,
    "url": str,
    "section": str,
    "path": str,
    "category": str,
    "audience": str,
    "locale": str,
    "updated": str,
    "product": NotRequired[str],
    "tags": List[str],
    "pinned": NotRequired[bool],
    "snippet": str,
    "snippet_text": str,
    "highlights": List[List[int]],
    "passage": str,
    "score": float,
})

Results = TypedDict("Results", {
    "probability": Union[float, None],
    "calibration": Literal['own', 'shipped', 'none'],
    "answered": bool,
    "doubtful": bool,
    "query": str,
    "mode": Literal['hybrid', 'text', 'vector'],
    "query_id": NotRequired[str],
    "degraded": bool,
    "generation": int,
    "total": int,
    "corrected": NotRequired[str],
    "corrected_total": NotRequired[int],
    "unknown": NotRequired[str],
    "hits": List["Hit"],
    "facets": NotRequired[Dict[str, List[Dict[str, Any]]]],
    "took_us": int,
})

Completion = TypedDict("Completion", {
    "text": str,
    "html": str,
})

Suggestions = TypedDict("Suggestions", {
    "probability": Union[float, None],
    "calibration": Literal['own', 'shipped', 'none'],
    "answered": bool,
    "doubtful": bool,
    "generation": int,
    "settled": bool,
    "degraded": bool,
    "completions": List["Completion"],
    "held_out": NotRequired[bool],
    "hits": List[Dict[str, Any]],
})

RpcReply = TypedDict("RpcReply", {
    "jsonrpc": Literal['2.0'],
    "id": Union[str, int, None],
    "result": NotRequired[Dict[str, Any]],
    "error": NotRequired[Dict[str, Any]],
})

ChatPassage = TypedDict("ChatPassage", {
    "id": str,
    "article_id": str,
    "title": str,
    "section": str,
    "url": str,
    "text": str,
    "tokens": int,
    "score": float,
    "category": str,
    "locale": str,
    "updated": str,
    "probability": Union[float, None],
})

ChatLog = TypedDict("ChatLog", {
    "session_id": str,
    "customer_id": Union[str, None],
    "timestamp": str,
    "user_utterance": str,
    "chatbot_response": Union[str, None],
    "intent_detected": Union[str, None],
    "entities_extracted": List[Dict[str, Any]],
    "confidence_score": Union[float, None],
    "agent_handover_flag": bool,
    "resolution_status": Literal['answered', 'offered', 'clarifying', 'unanswered', 'escalated', 'none'],
})

ChatReply = TypedDict("ChatReply", {
    "probability": Union[float, None],
    "calibration": Literal['own', 'shipped', 'none'],
    "answered": bool,
    "doubtful": bool,
    "session_id": str,
    "transcript_id": str,
    "query_id": Union[str, None],
    "generation": int,
    "query": Union[str, None],
    "decision": Literal['answer', 'offer', 'clarify', 'abstain', 'handover', 'small_talk'],
    "degraded": bool,
    "agent_handover_flag": bool,
    "handover_reason": Literal['asked', 'no_confident_answer', None],
    "ask": Union[Dict[str, Any], None],
    "passages": List["ChatPassage"],
    "tokens": Dict[str, Any],
    "log": "ChatLog",
})

Related = TypedDict("Related", {
    "id": str,
    "title": str,
    "url": str,
    "score": NotRequired[float],
})

ListedArticle = TypedDict("ListedArticle", {
    "id": str,
    "title": str,
    "url": str,
    "category": str,
    "locale": str,
    "updated": str,
})

ArticleList = TypedDict("ArticleList", {
    "next": NotRequired["Next"],
    "generation": int,
    "total": int,
    "offset": NotRequired[int],
    "limit": NotRequired[int],
    "articles": List["ListedArticle"],
})

Article = TypedDict("Article", {
    "id": str,
    "title": str,
    "url": str,
    "audience": str,
    "locale": str,
    "category": str,
    "keywords": List[str],
    "created": str,
    "updated": str,
    "sections": List[Dict[str, Any]],
    "related": List["Related"],
    "html": str,
})

Part = Dict[str, Any]

Next = Union[str, None]

Change = TypedDict("Change", {
    "id": str,
    "slug": str,
    "url": str,
    "audience": str,
    "status": Literal['draft', 'published', 'archived'],
    "version": str,
    "change": int,
    "live": bool,
    "warnings": List[Dict[str, Any]],
})

Generation = TypedDict("Generation", {
    "number": int,
    "change": int,
    "segments": int,
    "served": bool,
})

Event = TypedDict("Event", {
    "type": Literal['search', 'suggest', 'impression', 'click', 'view', 'vote', 'solved', 'not_solved', 'form_opened', 'form_suggestion_shown', 'ticket_created', 'article_linked', 'survey'],
    "id": NotRequired[str],
    "at": NotRequired[Union[int, str]],
    "query_id": NotRequired[str],
    "article": NotRequired[str],
    "articles": NotRequired[List[str]],
    "position": NotRequired[int],
    "dwell_ms": NotRequired[int],
    "vote": NotRequired[Literal['up', 'down']],
    "score": NotRequired[int],
    "reason": NotRequired[str],
    "comment": NotRequired[str],
    "text": NotRequired[str],
    "ticket": NotRequired[str],
    "handoff": NotRequired[str],
    "email": NotRequired[str],
    "visitor": NotRequired[str],
    "session": NotRequired[str],
    "locale": NotRequired[str],
    "channel": NotRequired[Literal['search', 'article', 'form', 'chat', 'agent', 'email', 'api', 'other']],
    "device": NotRequired[Literal['desktop', 'mobile', 'tablet', 'other']],
    "page": NotRequired[str],
})

Fate = TypedDict("Fate", {
    "status": Literal['accepted', 'duplicate', 'refused'],
    "id": NotRequired[str],
    "detail": NotRequired[str],
})

ZendeskArticle = TypedDict("ZendeskArticle", {
    "id": int,
    "section_id": int,
    "label_names": List[str],
    "snippet": NotRequired[str],
    "created_at": str,
    "updated_at": str,
})

Readiness = TypedDict("Readiness", {
    "status": Literal['ready', 'empty', 'draining'],
    "generation": int,
    "segments": int,
    "store_seq": int,
    "model": Union[Dict[str, Any], None],
    "degraded": Dict[str, str],
    "replica": NotRequired[Dict[str, Any]],
    "version": str,
})

VisitorNames = TypedDict("VisitorNames", {
    "visitor": NotRequired[str],
    "session": NotRequired[str],
    "email": NotRequired[str],
})

Gaps = TypedDict("Gaps", {
    "as_of": str,
    "from": str,
    "until": str,
    "people": int,
    "by": Literal['meaning', 'words'],
    "complete": bool,
    "gaps": List["Gap"],
    "hidden": int,
    "published": List["GapPublished"],
})

Gap = TypedDict("Gap", {
    "id": str,
    "name": Union[str, None],
    "audience": str,
    "since": str,
    "words": List[str],
    "locale": str,
    "visitors": int,
    "tickets": Union[int, None],
    "searches": Dict[str, int],
    "trend": Dict[str, Any],
    "samples": List[str],
    "nearest": Union[Dict[str, Any], None],
    "action": Dict[str, Any],
})

GapSide = TypedDict("GapSide", {
    "n": int,
    "unsuccessful": int,
    "share": float,
    "interval": List[float],
})

GapPublished = TypedDict("GapPublished", {
    "id": str,
    "audience": str,
    "article": str,
    "published": str,
    "before": "GapSide",
    "after": "GapSide",
    "change": Union[Dict[str, Any], None],
    "causal": Literal[False],
})

Right = Literal['search', 'events', 'handoff', 'articles.read', 'articles.write', 'articles.publish', 'reports', 'metrics', 'operate', 'replicate', 'keys', 'people', 'audit', 'tickets', 'cases.read', 'cases.write', 'privacy']

Role = Literal['agent', 'author', 'editor', 'analyst', 'admin']

Limits = TypedDict("Limits", {
    "audiences": NotRequired[List[str]],
    "locale": NotRequired[str],
    "filters": NotRequired[Dict[str, Any]],
})

LimitValues = List[str]

Identity = TypedDict("Identity", {
    "who": Literal['anyone', 'search-key', 'secret-key', 'user', 'person'],
    "id": str,
    "rights": List["Right"],
    "audiences": NotRequired[List[str]],
    "role": NotRequired["Role"],
    "csrf": NotRequired[str],
    "until": NotRequired[str],
})

Key = TypedDict("Key", {
    "id": str,
    "kind": Literal['secret', 'search'],
    "name": str,
    "state": Literal['valid', 'expired', 'revoked'],
    "rights": List["Right"],
    "limits": "Limits",
    "created": str,
    "expires": Union[str, None],
    "last_used": Union[str, None],
    "rotated": Union[str, None],
    "revoked": Union[str, None],
})

Person = TypedDict("Person", {
    "id": str,
    "name": str,
    "role": "Role",
    "locked": bool,
    "two_factor": bool,
    "created": str,
    "signed_in": Union[str, None],
})


class Operations:
    """One method an operation."""

    def _call(self, row: Dict[str, Any], given: Dict[str, Any], body: Any) -> Any:
        raise NotImplementedError

    def search(self, *, q: str, limit: Optional[int] = None, offset: Optional[int] = None, mode: Optional[Literal['hybrid', 'text', 'vector']] = None, audience: Optional[Literal['customer', 'merchant']] = None, locale: Optional[str] = None, category: Optional[str] = None, product: Optional[str] = None, tag: Optional[str] = None, updated_from: Optional[str] = None, updated_until: Optional[str] = None, facets: Optional[str] = None, sort: Optional[Literal['relevance', 'updated', 'title']] = None, rule_tag: Optional[str] = None, page: Optional[str] = None, page_product: Optional[str] = None, explain: Optional["Flag"] = None, fields: Optional[str] = None, deadline_ms: Optional[int] = None) -> "Results":
        """Ranked articles, each with its best section."""
        return self._call({"method": "GET", "path": "/v1/search", "in_query": ["q", "limit", "offset", "mode", "audience", "locale", "category", "product", "tag", "updated_from", "updated_until", "facets", "sort", "rule_tag", "page", "page_product", "explain", "fields", "deadline_ms"]}, {"q": q, "limit": limit, "offset": offset, "mode": mode, "audience": audience, "locale": locale, "category": category, "product": product, "tag": tag, "updated_from": updated_from, "updated_until": updated_until, "facets": facets, "sort": sort, "rule_tag": rule_tag, "page": page, "page_product": page_product, "explain": explain, "fields": fields, "deadline_ms": deadline_ms}, None)

    def explain(self, *, q: str, limit: Optional[int] = None, offset: Optional[int] = None, mode: Optional[Literal['hybrid', 'text', 'vector']] = None, audience: Optional[Literal['customer', 'merchant']] = None, locale: Optional[str] = None, category: Optional[str] = None, product: Optional[str] = None, tag: Optional[str] = None, updated_from: Optional[str] = None, updated_until: Optional[str] = None, facets: Optional[str] = None, sort: Optional[Literal['relevance', 'updated', 'title']] = None, rule_tag: Optional[str] = None, page: Optional[str] = None, page_product: Optional[str] = None, explain: Optional["Flag"] = None, typing: Optional["Flag"] = None, article: Optional[str] = None, fields: Optional[str] = None, deadline_ms: Optional[int] = None) -> "Results":
        """A search with every part of every score, and why an article is not among the hits."""
        return self._call({"method": "GET", "path": "/v1/explain", "in_query": ["q", "limit", "offset", "mode", "audience", "locale", "category", "product", "tag", "updated_from", "updated_until", "facets", "sort", "rule_tag", "page", "page_product", "explain", "typing", "article", "fields", "deadline_ms"]}, {"q": q, "limit": limit, "offset": offset, "mode": mode, "audience": audience, "locale": locale, "category": category, "product": product, "tag": tag, "updated_from": updated_from, "updated_until": updated_until, "facets": facets, "sort": sort, "rule_tag": rule_tag, "page": page, "page_product": page_product, "explain": explain, "typing": typing, "article": article, "fields": fields, "deadline_ms": deadline_ms}, None)

    def suggest(self, *, q: Optional[str] = None, limit: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None, rule_tag: Optional[str] = None, previous: Optional[str] = None, page: Optional[str] = None, page_product: Optional[str] = None, fields: Optional[str] = None, deadline_ms: Optional[int] = None) -> "Suggestions":
        """Articles and completions while somebody types."""
        return self._call({"method": "GET", "path": "/v1/suggest", "in_query": ["q", "limit", "audience", "rule_tag", "previous", "page", "page_product", "fields", "deadline_ms"]}, {"q": q, "limit": limit, "audience": audience, "rule_tag": rule_tag, "previous": previous, "page": page, "page_product": page_product, "fields": fields, "deadline_ms": deadline_ms}, None)

    def suggest_for_form(self, body: Dict[str, Any]) -> "Suggestions":
        """Articles for a form that somebody fills in."""
        return self._call({"method": "POST", "path": "/v1/suggest", "body": "application/json"}, {}, body)

    def completions(self, *, q: str, limit: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """What a query may become."""
        return self._call({"method": "GET", "path": "/v1/completions", "in_query": ["q", "limit", "audience", "fields"]}, {"q": q, "limit": limit, "audience": audience, "fields": fields}, None)

    def chat_suggest(self, body: Dict[str, Any]) -> "ChatReply":
        """What a chatbot answers from, and whether it should."""
        return self._call({"method": "POST", "path": "/v1/chat/suggest", "body": "application/json"}, {}, body)

    def passage(self, *, id: str, audience: Optional[Literal['customer', 'merchant']] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """What a citation said, as it was."""
        return self._call({"method": "GET", "path": "/v1/passages/{id}", "in_path": ["id"], "in_query": ["audience", "fields"]}, {"id": id, "audience": audience, "fields": fields}, None)

    def mcp(self, body: Dict[str, Any]) -> "RpcReply":
        """Model Context Protocol, one message a request."""
        return self._call({"method": "POST", "path": "/mcp", "body": "application/json"}, {}, body)

    def tools(self) -> List[Dict[str, Any]]:
        """The tools as functions that a language model may call."""
        return self._call({"method": "GET", "path": "/v1/tools.json"}, {}, None)

    def run_search_articles(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Run the tool search_articles."""
        return self._call({"method": "POST", "path": "/v1/tools/search_articles", "body": "application/json"}, {}, body)

    def run_get_article(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Run the tool get_article."""
        return self._call({"method": "POST", "path": "/v1/tools/get_article", "body": "application/json"}, {}, body)

    def run_explain_result(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Run the tool explain_result."""
        return self._call({"method": "POST", "path": "/v1/tools/explain_result", "body": "application/json"}, {}, body)

    def run_report_outcome(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Run the tool report_outcome."""
        return self._call({"method": "POST", "path": "/v1/tools/report_outcome", "body": "application/json"}, {}, body)

    def run_create_ticket(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Run the tool create_ticket."""
        return self._call({"method": "POST", "path": "/v1/tools/create_ticket", "body": "application/json"}, {}, body)

    def list_articles(self, *, category: Optional[str] = None, limit: Optional[int] = None, offset: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None, fields: Optional[str] = None, cursor: Optional[str] = None) -> "ArticleList":
        """Published articles, by category and title."""
        return self._call({"method": "GET", "path": "/v1/articles", "in_query": ["category", "limit", "offset", "audience", "fields", "cursor"]}, {"category": category, "limit": limit, "offset": offset, "audience": audience, "fields": fields, "cursor": cursor}, None)

    def create_article(self, body: Dict[str, Any], *, wait: Optional[Literal['live']] = None, idempotency_key: Optional[str] = None) -> "Change":
        """A new article, from Markdown with front matter."""
        return self._call({"method": "POST", "path": "/v1/articles", "in_query": ["wait"], "in_header": ["Idempotency-Key"], "body": "application/json"}, {"wait": wait, "Idempotency-Key": idempotency_key}, body)

    def get_article(self, *, id: str, audience: Optional[Literal['customer', 'merchant']] = None, fields: Optional[str] = None, status: Optional[Literal['published', 'draft', 'archived', 'any']] = None) -> "Article":
        """One article, as JSON, Markdown or HTML."""
        return self._call({"method": "GET", "path": "/v1/articles/{id}", "in_path": ["id"], "in_query": ["audience", "fields", "status"]}, {"id": id, "audience": audience, "fields": fields, "status": status}, None)

    def update_article(self, body: Dict[str, Any], *, id: str, if_match: str, wait: Optional[Literal['live']] = None) -> "Change":
        """Another text for an article that came by key."""
        return self._call({"method": "PUT", "path": "/v1/articles/{id}", "in_path": ["id"], "in_query": ["wait"], "in_header": ["If-Match"], "body": "application/json"}, {"id": id, "If-Match": if_match, "wait": wait}, body)

    def remove_article(self, *, id: str, wait: Optional[Literal['live']] = None, if_match: Optional[str] = None) -> "Change":
        """Archives an article that came by key."""
        return self._call({"method": "DELETE", "path": "/v1/articles/{id}", "in_path": ["id"], "in_query": ["wait"], "in_header": ["If-Match"]}, {"id": id, "wait": wait, "If-Match": if_match}, None)

    def related_articles(self, *, id: str, limit: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """Articles near one."""
        return self._call({"method": "GET", "path": "/v1/articles/{id}/related", "in_path": ["id"], "in_query": ["limit", "audience", "fields"]}, {"id": id, "limit": limit, "audience": audience, "fields": fields}, None)

    def list_categories(self, *, audience: Optional[Literal['customer', 'merchant']] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """Categories, with how many articles each has."""
        return self._call({"method": "GET", "path": "/v1/categories", "in_query": ["audience", "fields"]}, {"audience": audience, "fields": fields}, None)

    def get_source(self, *, id: str) -> str:
        """The Markdown of an article in whatever state, with its front matter."""
        return self._call({"method": "GET", "path": "/v1/articles/{id}/source", "in_path": ["id"]}, {"id": id}, None)

    def publish_article(self, *, id: str, wait: Optional[Literal['live']] = None, if_match: Optional[str] = None) -> "Change":
        """Makes a draft, or what was withdrawn, public."""
        return self._call({"method": "POST", "path": "/v1/articles/{id}/publish", "in_path": ["id"], "in_query": ["wait"], "in_header": ["If-Match"]}, {"id": id, "wait": wait, "If-Match": if_match}, None)

    def withdraw_article(self, *, id: str, wait: Optional[Literal['live']] = None, if_match: Optional[str] = None) -> "Change":
        """Takes an article out of every answer; it becomes a draft."""
        return self._call({"method": "POST", "path": "/v1/articles/{id}/withdraw", "in_path": ["id"], "in_query": ["wait"], "in_header": ["If-Match"]}, {"id": id, "wait": wait, "If-Match": if_match}, None)

    def send_events(self, body: Dict[str, Any], *, audience: Optional[Literal['customer', 'merchant']] = None, x_parry_visitor: Optional[str] = None, x_parry_session: Optional[str] = None, idempotency_key: Optional[str] = None) -> Dict[str, Any]:
        """Clicks, views, votes and what else happened, up to 1,000 at once."""
        return self._call({"method": "POST", "path": "/v1/events", "in_query": ["audience"], "in_header": ["X-Parry-Visitor", "X-Parry-Session", "Idempotency-Key"], "body": "application/json"}, {"audience": audience, "X-Parry-Visitor": x_parry_visitor, "X-Parry-Session": x_parry_session, "Idempotency-Key": idempotency_key}, body)

    def send_feedback(self, body: Dict[str, Any], *, audience: Optional[Literal['customer', 'merchant']] = None, x_parry_visitor: Optional[str] = None, x_parry_session: Optional[str] = None, idempotency_key: Optional[str] = None) -> "Fate":
        """A vote, or whether it is solved."""
        return self._call({"method": "POST", "path": "/v1/feedback", "in_query": ["audience"], "in_header": ["X-Parry-Visitor", "X-Parry-Session", "Idempotency-Key"], "body": "application/json"}, {"audience": audience, "X-Parry-Visitor": x_parry_visitor, "X-Parry-Session": x_parry_session, "Idempotency-Key": idempotency_key}, body)

    def list_generations(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """The generations that are kept, newest first."""
        return self._call({"method": "GET", "path": "/v1/generations", "in_query": ["limit", "cursor", "fields"]}, {"limit": limit, "cursor": cursor, "fields": fields}, None)

    def get_generation(self, *, number: str, fields: Optional[str] = None) -> "Generation":
        """One generation, with its segments and side tables."""
        return self._call({"method": "GET", "path": "/v1/generations/{number}", "in_path": ["number"], "in_query": ["fields"]}, {"number": number, "fields": fields}, None)

    def refresh(self) -> Dict[str, Any]:
        """Index what changed, now."""
        return self._call({"method": "POST", "path": "/v1/admin/refresh"}, {}, None)

    def reindex(self) -> Dict[str, Any]:
        """Build the whole index anew, beside what is served."""
        return self._call({"method": "POST", "path": "/v1/admin/reindex"}, {}, None)

    def health(self) -> Dict[str, Any]:
        """Does the process answer?."""
        return self._call({"method": "GET", "path": "/health"}, {}, None)

    def ready(self) -> "Readiness":
        """Should it get traffic, and what works less well than it could?."""
        return self._call({"method": "GET", "path": "/ready"}, {}, None)

    def metrics(self) -> str:
        """Prometheus metrics."""
        return self._call({"method": "GET", "path": "/metrics"}, {}, None)

    def zendesk_search(self, *, query: str, category: Optional[str] = None, section: Optional[str] = None, page: Optional[int] = None, per_page: Optional[int] = None, label_names: Optional[str] = None, sort_by: Optional[Literal['created_at', 'updated_at', 'title', 'position', 'relevance', '']] = None, sort_order: Optional[str] = None, updated_after: Optional[str] = None, created_after: Optional[str] = None) -> Dict[str, Any]:
        """Search articles as Zendesk's Help Center does."""
        return self._call({"method": "GET", "path": "/api/v2/help_center/articles/search.json", "in_query": ["query", "category", "section", "page", "per_page", "label_names", "sort_by", "sort_order", "updated_after", "created_after"]}, {"query": query, "category": category, "section": section, "page": page, "per_page": per_page, "label_names": label_names, "sort_by": sort_by, "sort_order": sort_order, "updated_after": updated_after, "created_after": created_after}, None)

    def zendesk_help_center(self, *, path: Literal['articles.json', 'en-us/articles.json'], page: Optional[int] = None, per_page: Optional[int] = None, label_names: Optional[str] = None, sort_by: Optional[Literal['created_at', 'updated_at', 'title', 'position', 'relevance', '']] = None, sort_order: Optional[str] = None, updated_after: Optional[str] = None, created_after: Optional[str] = None) -> Dict[str, Any]:
        """Articles, sections and categories at Zendesk's addresses."""
        return self._call({"method": "GET", "path": "/api/v2/help_center/{path}", "in_path": ["path"], "in_query": ["page", "per_page", "label_names", "sort_by", "sort_order", "updated_after", "created_after"]}, {"path": path, "page": page, "per_page": per_page, "label_names": label_names, "sort_by": sort_by, "sort_order": sort_order, "updated_after": updated_after, "created_after": created_after}, None)

    def replica_current(self) -> Dict[str, Any]:
        """The generation that is served, for a replica to copy."""
        return self._call({"method": "GET", "path": "/v1/replica/current"}, {}, None)

    def replica_changes(self, *, after: Optional[int] = None) -> Dict[str, Any]:
        """What changed of the articles, a page at a time."""
        return self._call({"method": "GET", "path": "/v1/replica/changes", "in_query": ["after"]}, {"after": after}, None)

    def replica_segment(self, *, name: str, file: Literal['segment.json', 'text.glass', 'vectors.faiss', 'vectors.f16', 'passages.bin', 'vocabulary.bin']) -> str:
        """One file of a segment, whole or in pieces of at most 8 MiB (Range)."""
        return self._call({"method": "GET", "path": "/v1/replica/segments/{name}/{file}", "in_path": ["name", "file"]}, {"name": name, "file": file}, None)

    def replica_table(self, *, file: str) -> str:
        """One side table, whole or in pieces of at most 8 MiB (Range)."""
        return self._call({"method": "GET", "path": "/v1/replica/tables/{file}", "in_path": ["file"]}, {"file": file}, None)

    def openapi(self) -> Dict[str, Any]:
        """This description."""
        return self._call({"method": "GET", "path": "/v1/openapi.json"}, {}, None)

    def who_am_i(self) -> "Identity":
        """Who asks, and what that allows."""
        return self._call({"method": "GET", "path": "/v1/session"}, {}, None)

    def sign_in(self, body: Dict[str, Any]) -> "Identity":
        """Sign in."""
        return self._call({"method": "POST", "path": "/v1/session", "body": "application/json"}, {}, body)

    def sign_out(self) -> str:
        """Sign out."""
        return self._call({"method": "DELETE", "path": "/v1/session"}, {}, None)

    def start_codes(self) -> Dict[str, Any]:
        """Begin to ask for one-time codes at one's own sign-in."""
        return self._call({"method": "POST", "path": "/v1/session/codes"}, {}, None)

    def confirm_codes(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Confirm them with a code."""
        return self._call({"method": "PUT", "path": "/v1/session/codes", "body": "application/json"}, {}, body)

    def end_codes(self) -> str:
        """Ask for no codes any more."""
        return self._call({"method": "DELETE", "path": "/v1/session/codes"}, {}, None)

    def list_keys(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """Keys of programs."""
        return self._call({"method": "GET", "path": "/v1/keys", "in_query": ["limit", "cursor", "fields"]}, {"limit": limit, "cursor": cursor, "fields": fields}, None)

    def create_key(self, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> Dict[str, Any]:
        """Make a key."""
        return self._call({"method": "POST", "path": "/v1/keys", "in_header": ["Idempotency-Key"], "body": "application/json"}, {"Idempotency-Key": idempotency_key}, body)

    def get_key(self, *, id: str, fields: Optional[str] = None) -> "Key":
        """One key."""
        return self._call({"method": "GET", "path": "/v1/keys/{id}", "in_path": ["id"], "in_query": ["fields"]}, {"id": id, "fields": fields}, None)

    def revoke_key(self, *, id: str) -> str:
        """Revoke a key, at once, with all that was derived from it."""
        return self._call({"method": "DELETE", "path": "/v1/keys/{id}", "in_path": ["id"]}, {"id": id}, None)

    def rotate_key(self, body: Dict[str, Any], *, id: str) -> Dict[str, Any]:
        """A new text for the same key."""
        return self._call({"method": "POST", "path": "/v1/keys/{id}/rotate", "in_path": ["id"], "body": "application/json"}, {"id": id}, body)

    def list_people(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """Who runs the help centre."""
        return self._call({"method": "GET", "path": "/v1/people", "in_query": ["limit", "cursor", "fields"]}, {"limit": limit, "cursor": cursor, "fields": fields}, None)

    def add_person(self, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> "Person":
        """Add somebody."""
        return self._call({"method": "POST", "path": "/v1/people", "in_header": ["Idempotency-Key"], "body": "application/json"}, {"Idempotency-Key": idempotency_key}, body)

    def get_person(self, *, id: str, fields: Optional[str] = None) -> "Person":
        """One of them."""
        return self._call({"method": "GET", "path": "/v1/people/{id}", "in_path": ["id"], "in_query": ["fields"]}, {"id": id, "fields": fields}, None)

    def change_person(self, body: Dict[str, Any], *, id: str) -> "Person":
        """Change role or password, lock or unlock."""
        return self._call({"method": "PATCH", "path": "/v1/people/{id}", "in_path": ["id"], "body": "application/json"}, {"id": id}, body)

    def remove_person(self, *, id: str) -> str:
        """Remove somebody."""
        return self._call({"method": "DELETE", "path": "/v1/people/{id}", "in_path": ["id"]}, {"id": id}, None)

    def end_persons_codes(self, *, id: str) -> str:
        """Ask somebody who lost the device for no one-time codes any more."""
        return self._call({"method": "DELETE", "path": "/v1/people/{id}/codes", "in_path": ["id"]}, {"id": id}, None)

    def gaps(self, *, fresh: Optional[Literal['0', '1', 'false', 'true']] = None, fields: Optional[str] = None) -> "Gaps":
        """What people look for and do not find, and what to do about it."""
        return self._call({"method": "GET", "path": "/v1/gaps", "in_query": ["fresh", "fields"]}, {"fresh": fresh, "fields": fields}, None)

    def draft_gap(self, *, id: str) -> Dict[str, Any]:
        """The first draft of an article about a gap."""
        return self._call({"method": "POST", "path": "/v1/gaps/{id}/draft", "in_path": ["id"]}, {"id": id}, None)

    def audit(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, since: Optional[str] = None, fields: Optional[str] = None) -> Dict[str, Any]:
        """Who changed what and who signed in, oldest first."""
        return self._call({"method": "GET", "path": "/v1/audit", "in_query": ["limit", "cursor", "since", "fields"]}, {"limit": limit, "cursor": cursor, "since": since, "fields": fields}, None)

    def ledger_stream(self, *, from_: Optional[int] = None, limit: Optional[int] = None, wait: Optional[int] = None, raw: Optional["Flag"] = None) -> str:
        """Records from an offset on, for a log or a queue."""
        return self._call({"method": "GET", "path": "/v1/ledger/stream", "in_query": ["from", "limit", "wait", "raw"]}, {"from": from_, "limit": limit, "wait": wait, "raw": raw}, None)

    def ledger_ubi(self, *, from_: Optional[int] = None, limit: Optional[int] = None) -> str:
        """The same as User Behavior Insights 1.3.0."""
        return self._call({"method": "GET", "path": "/v1/ledger/ubi", "in_query": ["from", "limit"]}, {"from": from_, "limit": limit}, None)

    def erase_visitor(self, body: "VisitorNames") -> Dict[str, Any]:
        """Erase all that is held about one visitor."""
        return self._call({"method": "POST", "path": "/v1/visitors/erase", "body": "application/json"}, {}, body)

    def export_visitor(self, body: Any) -> Dict[str, Any]:
        """All that is held about one visitor."""
        return self._call({"method": "POST", "path": "/v1/visitors/export", "body": "application/json"}, {}, body)

    def list_alerts(self, *, limit: Optional[int] = None) -> Dict[str, Any]:
        """Figures that left the limits of their own past."""
        return self._call({"method": "GET", "path": "/v1/alerts", "in_query": ["limit"]}, {"limit": limit}, None)

    def list_reports(self, *, fields: Optional[str] = None) -> Dict[str, Any]:
        """Every report, and what each of its cells is."""
        return self._call({"method": "GET", "path": "/v1/reports", "in_query": ["fields"]}, {"fields": fields}, None)

    def get_report(self, *, name: str, from_: Optional[str] = None, to: Optional[str] = None, by: Optional[Literal['none', 'day', 'week', 'month', 'audience', 'locale', 'category', 'channel', 'device', 'generation', 'text', 'article']] = None, window: Optional[Literal['24h', '72h', '7d']] = None, agents: Optional[Literal['without', 'with', 'only']] = None, limit: Optional[int] = None, experiment: Optional[str] = None, audience: Optional[str] = None, locale: Optional[str] = None, category: Optional[str] = None, channel: Optional[str] = None, device: Optional[str] = None, generation: Optional[int] = None, format: Optional[Literal['json', 'csv', 'ndjson']] = None) -> "Report":
        """One report."""
        return self._call({"method": "GET", "path": "/v1/reports/{name}", "in_path": ["name"], "in_query": ["from", "to", "by", "window", "agents", "limit", "experiment", "audience", "locale", "category", "channel", "device", "generation", "format"]}, {"name": name, "from": from_, "to": to, "by": by, "window": window, "agents": agents, "limit": limit, "experiment": experiment, "audience": audience, "locale": locale, "category": category, "channel": channel, "device": device, "generation": generation, "format": format}, None)

    def create_handoff(self, body: "NewHandoff", *, idempotency_key: Optional[str] = None, x_parry_visitor: Optional[str] = None, x_parry_session: Optional[str] = None) -> "NewHandoffReply":
        """Open a ticket."""
        return self._call({"method": "POST", "path": "/v1/handoffs", "in_header": ["Idempotency-Key", "X-Parry-Visitor", "X-Parry-Session"], "body": "application/json"}, {"Idempotency-Key": idempotency_key, "X-Parry-Visitor": x_parry_visitor, "X-Parry-Session": x_parry_session}, body)

    def draft_handoff(self, body: "HandoffDraft") -> Dict[str, Any]:
        """Subject, queue and priority of what was written so far."""
        return self._call({"method": "POST", "path": "/v1/handoffs/draft", "body": "application/json"}, {}, body)

    def get_handoff_challenge(self) -> Dict[str, Any]:
        """A proof of work to do."""
        return self._call({"method": "GET", "path": "/v1/handoffs/challenge"}, {}, None)

    def get_handoff(self, *, id: str) -> "Handoff":
        """What became of a ticket, target by target."""
        return self._call({"method": "GET", "path": "/v1/handoffs/{id}", "in_path": ["id"]}, {"id": id}, None)

    def get_followed_attachment(self, *, token: str, number: int) -> bytes:
        """A file of what was said."""
        return self._call({"method": "GET", "path": "/v1/followed/{token}/attachments/{number}", "in_path": ["token", "number"], "bytes": 1}, {"token": token, "number": number}, None)

    def get_followed(self, *, token: str) -> "Followed":
        """What its sender may know of a ticket."""
        return self._call({"method": "GET", "path": "/v1/followed/{token}", "in_path": ["token"]}, {"token": token}, None)

    def answer_survey(self, body: Dict[str, Any], *, token: str) -> "Followed":
        """Say how content one was."""
        return self._call({"method": "POST", "path": "/v1/followed/{token}/survey", "in_path": ["token"], "body": "application/json"}, {"token": token}, body)

    def tell_ticket(self, body: Dict[str, Any], *, idempotency_key: Optional[str] = None) -> Dict[str, Any]:
        """A ticket was made elsewhere, or something became of it."""
        return self._call({"method": "POST", "path": "/v1/hooks/ticket", "in_header": ["Idempotency-Key"], "body": "application/json"}, {"Idempotency-Key": idempotency_key}, body)

    def list_cases(self, *, status: Optional["CaseStatus"] = None, priority: Optional["CasePriority"] = None, queue: Optional["CaseQueue"] = None, channel: Optional["CaseChannel"] = None, customer: Optional[str] = None, search: Optional[str] = None, assignee: Optional[str] = None, created_from: Optional[str] = None, created_until: Optional[str] = None, order: Optional[Literal['newest', 'oldest', 'updated', 'priority', 'relevance']] = None, limit: Optional[int] = None, per_page: Optional[int] = None, page: Optional[int] = None, cursor: Optional[str] = None, fields: Optional[str] = None) -> "CaseList":
        """Cases by filters and full text."""
        return self._call({"method": "GET", "path": "/v1/cases", "in_query": ["status", "priority", "queue", "channel", "customer", "search", "assignee", "created_from", "created_until", "order", "limit", "per_page", "page", "cursor", "fields"]}, {"status": status, "priority": priority, "queue": queue, "channel": channel, "customer": customer, "search": search, "assignee": assignee, "created_from": created_from, "created_until": created_until, "order": order, "limit": limit, "per_page": per_page, "page": page, "cursor": cursor, "fields": fields}, None)

    def create_case(self, body: "NewCase", *, idempotency_key: Optional[str] = None) -> "Case":
        """Make a case."""
        return self._call({"method": "POST", "path": "/v1/cases", "in_header": ["Idempotency-Key"], "body": "application/json"}, {"Idempotency-Key": idempotency_key}, body)

    def export_cases(self, *, status: Optional["CaseStatus"] = None, priority: Optional["CasePriority"] = None, queue: Optional["CaseQueue"] = None, channel: Optional["CaseChannel"] = None, customer: Optional[str] = None, search: Optional[str] = None, assignee: Optional[str] = None, created_from: Optional[str] = None, created_until: Optional[str] = None, order: Optional[Literal['newest', 'oldest', 'updated', 'priority', 'relevance']] = None, limit: Optional[int] = None, cursor: Optional[str] = None, format: Optional[Literal['csv', 'ndjson']] = None) -> str:
        """The cases of a list as CSV or NDJSON, a piece at a time."""
        return self._call({"method": "GET", "path": "/v1/cases/export", "in_query": ["status", "priority", "queue", "channel", "customer", "search", "assignee", "created_from", "created_until", "order", "limit", "cursor", "format"]}, {"status": status, "priority": priority, "queue": queue, "channel": channel, "customer": customer, "search": search, "assignee": assignee, "created_from": created_from, "created_until": created_until, "order": order, "limit": limit, "cursor": cursor, "format": format}, None)

    def get_case_packet(self, *, id: int) -> Dict[str, Any]:
        """The hand-off packet that the case was made from."""
        return self._call({"method": "GET", "path": "/v1/cases/{id}/packet", "in_path": ["id"]}, {"id": id}, None)

    def comment_on_case(self, body: "NewComment", *, id: int, idempotency_key: Optional[str] = None) -> "CaseComment":
        """Say something to the customer, among agents, or in the customer's name."""
        return self._call({"method": "POST", "path": "/v1/cases/{id}/comments", "in_path": ["id"], "in_header": ["Idempotency-Key"], "body": "application/json"}, {"id": id, "Idempotency-Key": idempotency_key}, body)

    def get_case_attachment(self, *, id: int, number: int) -> bytes:
        """A file of a comment."""
        return self._call({"method": "GET", "path": "/v1/cases/{id}/attachments/{number}", "in_path": ["id", "number"], "bytes": 1}, {"id": id, "number": number}, None)

    def get_case(self, *, id: int, comments_after: Optional[int] = None, fields: Optional[str] = None) -> "Case":
        """A case and its comments."""
        return self._call({"method": "GET", "path": "/v1/cases/{id}", "in_path": ["id"], "in_query": ["comments_after", "fields"]}, {"id": id, "comments_after": comments_after, "fields": fields}, None)

    def change_case(self, body: "CaseChange", *, id: int, if_match: Optional[str] = None) -> "Case":
        """Change status, priority, queue, assignee or texts."""
        return self._call({"method": "PATCH", "path": "/v1/cases/{id}", "in_path": ["id"], "in_header": ["If-Match"], "body": "application/json"}, {"id": id, "If-Match": if_match}, body)

    def erase_case(self, *, id: int) -> str:
        """Erase a case, its comments and attachments."""
        return self._call({"method": "DELETE", "path": "/v1/cases/{id}", "in_path": ["id"]}, {"id": id}, None)

    def desk_sign_in(self, body: Dict[str, Any]) -> Dict[str, Any]:
        """Sign in."""
        return self._call({"method": "POST", "path": "/applications/customerservice/api/login", "body": "application/json"}, {}, body)

    def desk_sign_out(self) -> Dict[str, Any]:
        """Sign out."""
        return self._call({"method": "POST", "path": "/applications/customerservice/api/logout"}, {}, None)

    def desk_auth(self) -> Dict[str, Any]:
        """Who asks, and what writes must send along."""
        return self._call({"method": "GET", "path": "/applications/customerservice/api/auth/check"}, {}, None)

    def desk_list_cases(self, *, status: Optional["CaseStatus"] = None, priority: Optional["CasePriority"] = None, queue: Optional["CaseQueue"] = None, channel: Optional["CaseChannel"] = None, customer: Optional[str] = None, search: Optional[str] = None, assignee: Optional[str] = None, created_from: Optional[str] = None, created_until: Optional[str] = None, order: Optional[Literal['newest', 'oldest', 'updated', 'priority', 'relevance']] = None, limit: Optional[int] = None, per_page: Optional[int] = None, page: Optional[int] = None, cursor: Optional[str] = None, fields: Optional[str] = None) -> "CaseList":
        """Cases by filters and full text, each with its last 20 comments."""
        return self._call({"method": "GET", "path": "/applications/customerservice/api/cases", "in_query": ["status", "priority", "queue", "channel", "customer", "search", "assignee", "created_from", "created_until", "order", "limit", "per_page", "page", "cursor", "fields"]}, {"status": status, "priority": priority, "queue": queue, "channel": channel, "customer": customer, "search": search, "assignee": assignee, "created_from": created_from, "created_until": created_until, "order": order, "limit": limit, "per_page": per_page, "page": page, "cursor": cursor, "fields": fields}, None)

    def desk_create_case(self, body: "NewCase", *, idempotency_key: Optional[str] = None) -> "Case":
        """Make a case."""
        return self._call({"method": "POST", "path": "/applications/customerservice/api/cases", "in_header": ["Idempotency-Key"], "body": "application/json"}, {"Idempotency-Key": idempotency_key}, body)

    def desk_export_cases(self, *, status: Optional["CaseStatus"] = None, priority: Optional["CasePriority"] = None, queue: Optional["CaseQueue"] = None, channel: Optional["CaseChannel"] = None, customer: Optional[str] = None, search: Optional[str] = None, assignee: Optional[str] = None, created_from: Optional[str] = None, created_until: Optional[str] = None, order: Optional[Literal['newest', 'oldest', 'updated', 'priority', 'relevance']] = None, limit: Optional[int] = None, cursor: Optional[str] = None, format: Optional[Literal['csv', 'ndjson']] = None) -> str:
        """The cases of a list as CSV or NDJSON, a piece at a time."""
        return self._call({"method": "GET", "path": "/applications/customerservice/api/cases/export", "in_query": ["status", "priority", "queue", "channel", "customer", "search", "assignee", "created_from", "created_until", "order", "limit", "cursor", "format"]}, {"status": status, "priority": priority, "queue": queue, "channel": channel, "customer": customer, "search": search, "assignee": assignee, "created_from": created_from, "created_until": created_until, "order": order, "limit": limit, "cursor": cursor, "format": format}, None)

    def desk_comment_on_case(self, body: "NewComment", *, id: int, idempotency_key: Optional[str] = None) -> "CaseComment":
        """Say something to the customer, among agents, or in the customer's name."""
        return self._call({"method": "POST", "path": "/applications/customerservice/api/cases/{id}/comments", "in_path": ["id"], "in_header": ["Idempotency-Key"], "body": "application/json"}, {"id": id, "Idempotency-Key": idempotency_key}, body)

    def desk_get_case_attachment(self, *, id: int, number: int) -> bytes:
        """A file of a comment."""
        return self._call({"method": "GET", "path": "/applications/customerservice/api/cases/{id}/attachments/{number}", "in_path": ["id", "number"], "bytes": 1}, {"id": id, "number": number}, None)

    def desk_get_case(self, *, id: int, comments_after: Optional[int] = None, fields: Optional[str] = None) -> "Case":
        """A case and its comments."""
        return self._call({"method": "GET", "path": "/applications/customerservice/api/cases/{id}", "in_path": ["id"], "in_query": ["comments_after", "fields"]}, {"id": id, "comments_after": comments_after, "fields": fields}, None)

    def desk_change_case(self, body: "CaseChange", *, id: int, if_match: Optional[str] = None) -> "Case":
        """Change status, priority, queue, assignee or texts."""
        return self._call({"method": "PATCH", "path": "/applications/customerservice/api/cases/{id}", "in_path": ["id"], "in_header": ["If-Match"], "body": "application/json"}, {"id": id, "If-Match": if_match}, body)

    def desk_erase_case(self, *, id: int) -> str:
        """Erase a case, its comments and attachments."""
        return self._call({"method": "DELETE", "path": "/applications/customerservice/api/cases/{id}", "in_path": ["id"]}, {"id": id}, None)
