"""A client for Parry's API, from the standard library alone.

    from parry_client import Parry
    parry = Parry("http://127.0.0.1:8080")
    print(parry.search(q="where is my money", limit=3)["hits"][0]["title"])
"""
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Dict, Iterator, Optional, TypeVar

from .operations import Operations

__all__ = ["Parry", "ParryError"]

Page = TypeVar("Page")
_RETRY_STATUS = {429, 503}
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 10.0


class ParryError(Exception):
    """What the server answered in place of what was asked: its problem (RFC 9457)."""

    def __init__(self, problem: Dict[str, Any], status: int):
        super().__init__(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        self.status = status
        self.type: str = problem.get("type", "about:blank")
        self.title: str = problem.get("title", "")
        self.detail: str = problem.get("detail", "")
        self.instance: str = problem.get("instance", "")


class _Stay(urllib.request.HTTPRedirectHandler):
    """No redirect is followed: it could carry the key elsewhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Parry(Operations):
    """One method an operation. key: a key or a token; timeout in seconds; retries: of calls that met 429, 503 or a broken
    connection, a POST only with an Idempotency-Key. One object may be used by several threads."""

    def __init__(self, url: str, key: Optional[str] = None, timeout: float = 10.0, retries: int = 2):
        self._url = url.rstrip("/")
        self._key = key
        self._timeout = timeout
        self._retries = retries
        self._opener = urllib.request.build_opener(_Stay())

    def pages(self, operation: Callable[..., Page], **given: Any) -> Iterator[Page]:
        """Page after page of a list: for page in parry.pages(parry.list_articles): page["articles"]"""
        while True:
            page: Any = operation(**given)
            yield page
            if not page["next"]:
                return
            given["cursor"] = page["next"]

    def _call(self, row: Dict[str, Any], given: Dict[str, Any], body: Any) -> Any:
        request = self._request(row, given, body)
        for attempt in range(self._retries + 1):
            last = attempt == self._retries or (row["method"] == "POST" and not request.has_header("Idempotency-key"))
            wait = _FIRST_WAIT_S * 2**attempt
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    return _read(response, row)
            except urllib.error.HTTPError as error:
                with error:
                    if last or error.code not in _RETRY_STATUS:
                        raise _failure(error) from None
                    wait = _retry_after(error, wait)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if last:
                    raise
            time.sleep(wait)
        raise AssertionError("not reached")

    def _request(self, row: Dict[str, Any], given: Dict[str, Any], body: Any) -> urllib.request.Request:
        path = row["path"]
        for name in row.get("in_path", []):
            path = path.replace("{" + name + "}", urllib.parse.quote(str(given[name]), safe=""))
        query = {name: _text(given[name]) for name in row.get("in_query", []) if given[name] is not None}
        headers = {name: _text(given[name]) for name in row.get("in_header", []) if given[name] is not None}
        headers.setdefault("Accept", "application/json")
        if self._key:
            headers["Authorization"] = "Bearer " + self._key
        data = None
        if body is not None:
            headers.setdefault("Content-Type", row["body"])
            data = (body if isinstance(body, str) else json.dumps(body)).encode("utf-8")
        url = self._url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        return urllib.request.Request(url, data=data, headers=headers, method=row["method"])


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _read(response: Any, row: Dict[str, Any]) -> Any:
    raw = response.read()
    if "bytes" in row:
        return raw
    if not raw:
        return None
    kind = response.headers.get("Content-Type", "")
    return json.loads(raw) if "/json" in kind or "+json" in kind else raw.decode("utf-8")  # NDJSON is lines of it


def _failure(error: urllib.error.HTTPError) -> ParryError:
    try:
        problem = json.loads(error.read())
    except ValueError:  # not a problem of ours: something between
        problem = {}
    return ParryError(problem if isinstance(problem, dict) else {}, error.code)


def _retry_after(error: urllib.error.HTTPError, otherwise: float) -> float:
    try:
        return min(float(error.headers.get("Retry-After", "")), _LONGEST_WAIT_S)
    except ValueError:
        return otherwise
