"""The operations and their types. Made by clients/generate.py from docs/openapi.yaml; change that instead."""
from typing import Any, Dict, List, Literal, NotRequired, Optional, TypedDict, Union  # noqa: F401

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
    "completions": List["Completion"],
    "hits": List[Dict[str, Any]],
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

Readiness = TypedDict("Readiness", {
    "status": Literal['ready', 'empty', 'draining'],
    "generation": int,
    "segments": int,
    "store_seq": int,
    "model": Union[Dict[str, Any], None],
    "degraded": Dict[str, str],
    "version": str,
})


class Operations:
    """One method an operation."""

    def _call(self, row: Dict[str, Any], given: Dict[str, Any], body: Any) -> Any:
        raise NotImplementedError

    def search(self, *, q: str, limit: Optional[int] = None, offset: Optional[int] = None, mode: Optional[Literal['hybrid', 'text', 'vector']] = None, audience: Optional[Literal['customer', 'merchant']] = None, locale: Optional[str] = None, category: Optional[str] = None, product: Optional[str] = None, tag: Optional[str] = None, updated_from: Optional[str] = None, updated_until: Optional[str] = None, facets: Optional[str] = None, sort: Optional[Literal['relevance', 'updated', 'title']] = None, rule_tag: Optional[str] = None, page: Optional[str] = None, page_product: Optional[str] = None, explain: Optional["Flag"] = None) -> "Results":
        """Ranked articles, each with its best section."""
        return self._call({"method": "GET", "path": "/v1/search", "in_query": ["q", "limit", "offset", "mode", "audience", "locale", "category", "product", "tag", "updated_from", "updated_until", "facets", "sort", "rule_tag", "page", "page_product", "explain"]}, {"q": q, "limit": limit, "offset": offset, "mode": mode, "audience": audience, "locale": locale, "category": category, "product": product, "tag": tag, "updated_from": updated_from, "updated_until": updated_until, "facets": facets, "sort": sort, "rule_tag": rule_tag, "page": page, "page_product": page_product, "explain": explain}, None)

    def explain(self, *, q: str, limit: Optional[int] = None, offset: Optional[int] = None, mode: Optional[Literal['hybrid', 'text', 'vector']] = None, audience: Optional[Literal['customer', 'merchant']] = None, locale: Optional[str] = None, category: Optional[str] = None, product: Optional[str] = None, tag: Optional[str] = None, updated_from: Optional[str] = None, updated_until: Optional[str] = None, facets: Optional[str] = None, sort: Optional[Literal['relevance', 'updated', 'title']] = None, rule_tag: Optional[str] = None, page: Optional[str] = None, page_product: Optional[str] = None, explain: Optional["Flag"] = None, typing: Optional["Flag"] = None, article: Optional[str] = None) -> "Results":
        """A search with every part of every score, and why an article is not among the hits."""
        return self._call({"method": "GET", "path": "/v1/explain", "in_query": ["q", "limit", "offset", "mode", "audience", "locale", "category", "product", "tag", "updated_from", "updated_until", "facets", "sort", "rule_tag", "page", "page_product", "explain", "typing", "article"]}, {"q": q, "limit": limit, "offset": offset, "mode": mode, "audience": audience, "locale": locale, "category": category, "product": product, "tag": tag, "updated_from": updated_from, "updated_until": updated_until, "facets": facets, "sort": sort, "rule_tag": rule_tag, "page": page, "page_product": page_product, "explain": explain, "typing": typing, "article": article}, None)

    def suggest(self, *, q: Optional[str] = None, limit: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None, rule_tag: Optional[str] = None, previous: Optional[str] = None, page: Optional[str] = None, page_product: Optional[str] = None) -> "Suggestions":
        """Articles and completions while somebody types."""
        return self._call({"method": "GET", "path": "/v1/suggest", "in_query": ["q", "limit", "audience", "rule_tag", "previous", "page", "page_product"]}, {"q": q, "limit": limit, "audience": audience, "rule_tag": rule_tag, "previous": previous, "page": page, "page_product": page_product}, None)

    def completions(self, *, q: str, limit: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None) -> Dict[str, Any]:
        """What a query may become."""
        return self._call({"method": "GET", "path": "/v1/completions", "in_query": ["q", "limit", "audience"]}, {"q": q, "limit": limit, "audience": audience}, None)

    def list_articles(self, *, category: Optional[str] = None, limit: Optional[int] = None, offset: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None) -> "ArticleList":
        """Published articles, by category and title."""
        return self._call({"method": "GET", "path": "/v1/articles", "in_query": ["category", "limit", "offset", "audience"]}, {"category": category, "limit": limit, "offset": offset, "audience": audience}, None)

    def get_article(self, *, id: str, audience: Optional[Literal['customer', 'merchant']] = None) -> "Article":
        """One article, as JSON, Markdown or HTML."""
        return self._call({"method": "GET", "path": "/v1/articles/{id}", "in_path": ["id"], "in_query": ["audience"]}, {"id": id, "audience": audience}, None)

    def related_articles(self, *, id: str, limit: Optional[int] = None, audience: Optional[Literal['customer', 'merchant']] = None) -> Dict[str, Any]:
        """Articles near one."""
        return self._call({"method": "GET", "path": "/v1/articles/{id}/related", "in_path": ["id"], "in_query": ["limit", "audience"]}, {"id": id, "limit": limit, "audience": audience}, None)

    def list_categories(self, *, audience: Optional[Literal['customer', 'merchant']] = None) -> Dict[str, Any]:
        """Categories, with how many articles each has."""
        return self._call({"method": "GET", "path": "/v1/categories", "in_query": ["audience"]}, {"audience": audience}, None)

    def health(self) -> Dict[str, Any]:
        """Does the process answer?."""
        return self._call({"method": "GET", "path": "/health"}, {}, None)

    def ready(self) -> "Readiness":
        """Should it get traffic, and what works less well than it could?."""
        return self._call({"method": "GET", "path": "/ready"}, {}, None)

    def metrics(self) -> str:
        """Prometheus metrics."""
        return self._call({"method": "GET", "path": "/metrics"}, {}, None)

    def openapi(self) -> Dict[str, Any]:
        """This description."""
        return self._call({"method": "GET", "path": "/v1/openapi.json"}, {}, None)
