"""A key that is limited to some articles sees nothing else, by whatever route it asks."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

from attack import JSON, PARRY, Server, until

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
MODEL = pathlib.Path(os.environ.get("PARRY_MODEL_DIR") or CACHE / "parry" / "models" / "all-MiniLM-L6-v2")

# What stands in articles outside, and nowhere within. A reply may repeat of them what the request itself said.
SECRETS = ["numbat", "okapi", "numbat-one", "numbat-two", "numbat-three", "numbat-four", "numbat matters", "okapi suite", "okapi-tag",
           "okapi team", "numbatword", "heading numbat", "refund numbat numbat"]


def article(name, inside, **more):
    word = "wombat" if inside else "numbat"
    front = {"id": name, "slug": name, "title": f"Refund {word} {name}", "category": "Within" if inside else "Numbat matters",
             "product": "Shop" if inside else "Okapi suite", "tags": ["shared", "open"] if inside else ["shared", "okapi-tag"],
             "keywords": ["money" if inside else "numbatword"], "author": "Ann" if inside else "Okapi team", "audience": "merchant",
             "locale": "en", "updated": "2026-11-01", **more}
    fields = "".join(f"{k}: {json.dumps(v)}\n" for k, v in front.items())
    links = "[in](in2.md) [out](out1.md)\n" if inside else ""
    return f"---\n{fields}---\nA refund of the {word}. Refunds take days.\n\n{links}\n## Heading {word}\n\nMore of a {word} refund.\n"


TREE = {
    "in1.md": article("in1", True, related=["numbat-one", "in2"], promoted=True),
    "in2.md": article("in2", True),
    "out1.md": article("numbat-one", False, promoted=True, related=["in1"]),
    "out2.md": article("numbat-two", False, category="Within", locale="de"),  # of another language and product
    "out3.md": article("numbat-three", False, audience="customer"),
    "out4.md": article("numbat-four", False, audience="internal"),
    "_search/rules.yaml": "- name: first\n  contains: refund\n  pin: [numbat-one, in2]\n",
    "_search/synonyms.yaml": "- {from: refund, to: wombat}\n",
}

# What the key is limited to, and so which articles it sees.
LIMITS = {
    "category": ["--audiences", "merchant", "--filters", "category=Within", "--locale", "en"],
    "product": ["--audiences", "merchant", "--filters", "product=Shop"],
    "tag": ["--audiences", "merchant", "--filters", "tag=open"],
    "two fields": ["--audiences", "merchant", "--filters", "tag=shared,category=Within,product=Shop"],
}
OUTSIDE = ["numbat-one", "numbat-two", "numbat-three", "numbat-four"]


class Walk:
    """Every way to ask; each gives (route, what was sent, reply)."""

    def __init__(self, server, headers):
        self.server, self.headers = server, headers

    def get(self, route, path, **headers):
        return route, urllib.parse.unquote_plus(path), self.server.get(path, headers={**self.headers, **headers})

    def post(self, route, path, body, **headers):
        sent = json.dumps(body)
        return route, path + sent, self.server.get(path, "POST", {**JSON, **self.headers, **headers}, sent)

    def queries(self):
        for q in ("refund", "numbat", "numb", "numbatt", "okapi", "\"numbat refund\"", "wombat -numbat", "numbatword"):
            yield q

    def native(self):
        for q in self.queries():
            term = q.replace(" ", "+").replace('"', "%22")
            yield self.get("/v1/search", f"/v1/search?q={term}&limit=50&facets=category,product,tag,locale,audience&explain=1")
            yield self.get("/v1/suggest", f"/v1/suggest?q={term}")
            yield self.get("/v1/completions", f"/v1/completions?q={term}")
            yield self.get("/v1/explain", f"/v1/explain?q={term}")
        for wider in ("category=Numbat+matters", "product=Okapi+suite", "tag=okapi-tag", "locale=de", "category=Within&product=Okapi+suite"):
            yield self.get("/v1/search", f"/v1/search?q=refund&{wider}")
        for name in OUTSIDE:
            yield self.get("/v1/explain", f"/v1/explain?q=refund&article={name}")
            for form in ("", ".md", ".html", "?status=any", "?status=published"):
                yield self.get("/v1/articles/{id}", f"/v1/articles/{name}{form}")
            yield self.get("/v1/articles/{id}/related", f"/v1/articles/{name}/related")
            yield self.get("/v1/articles/{id}/source", f"/v1/articles/{name}/source")
        yield self.get("/v1/suggest", "/v1/suggest?q=")
        yield self.get("/v1/articles", "/v1/articles?limit=1000")
        yield self.get("/v1/articles", "/v1/articles?category=Numbat+matters")
        yield self.get("/v1/categories", "/v1/categories")
        for form in ("", ".md", ".html", "/related"):
            yield self.get("/v1/articles/{id}" + ("/related" if form == "/related" else ""), f"/v1/articles/in1{form}")
        yield self.get("/v1/session", "/v1/session")

    def agents(self):
        for q in self.queries():
            yield self.post("/v1/suggest", "/v1/suggest", {"subject": q, "description": "a refund of the numbat"})
            yield self.post("/v1/chat/suggest", "/v1/chat/suggest", {"turns": [{"role": "user", "text": q}], "max_tokens": 16000})
            yield self.post("/v1/tools/search_articles", "/v1/tools/search_articles", {"query": q, "limit": 10, "max_tokens": 16000})
        found = self.post("", "/v1/tools/search_articles", {"query": "refund"})[2].json
        for name in OUTSIDE:
            for audience in ({}, {"audience": "merchant"}, {"audience": "customer"}):
                yield self.post("/v1/tools/get_article", "/v1/tools/get_article", {"article_id": name, **audience})
            why = {"query_id": found["query_id"], "article_id": name}
            yield self.post("/v1/tools/explain_result", "/v1/tools/explain_result", why)
        for tool, arguments in (("search_articles", {"query": "numbat refund"}), ("get_article", {"article_id": "numbat-one"}),
                                ("explain_result", {"query_id": found["query_id"], "article_id": "numbat-one"})):
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
            yield self.post("/mcp", "/mcp", message, **{"MCP-Protocol-Version": "2025-11-25"})
        yield self.get("/v1/tools.json", "/v1/tools.json")

    def passages(self, ids):
        for one in ids:
            yield self.get("/v1/passages/{id}", f"/v1/passages/{one}")

    def algolia(self):
        every = {"facets": ["*"], "hitsPerPage": 100, "attributesToSnippet": ["*"], "attributesToHighlight": ["*"], "getRankingInfo": True}
        for q in self.queries():
            yield self.post("/1/indexes/{index}/query", "/1/indexes/articles/query", {"query": q, **every})
        for wider in ({"filters": "category:'Numbat matters'"}, {"filters": "NOT category:Within"}, {"facetFilters": [["tag:okapi-tag"]]},
                      {"filters": "category:Within OR product:'Okapi suite'"}, {"tagFilters": "okapi-tag"}):
            yield self.post("/1/indexes/{index}/query", "/1/indexes/articles/query", {"query": "refund", **wider, **every})
        yield self.post("/1/indexes/{index}/query", "/1/indexes/articles_de/query", {"query": "refund"})
        for facet in ("category", "product", "tag", "locale", "audience"):
            for q in ("", "n", "numbat", "okapi"):
                path = f"/1/indexes/articles/facets/{facet}/query"
                yield self.post("/1/indexes/{index}/facets/{facet}/query", path, {"facetQuery": q, "maxFacetHits": 100})
        body = {"requests": [{"indexName": "articles", "query": "refund"}, {"indexName": "articles", "type": "facet", "facet": "category"}]}
        yield self.post("/1/indexes/*/queries", "/1/indexes/*/queries", body)

    def zendesk(self, numbers):
        base = "/api/v2/help_center/"
        route = base + "{path}"
        for path in ("articles.json?per_page=100", "en-us/articles.json", "de/articles.json", "sections.json", "categories.json"):
            yield self.get(route, base + path)
        for number in numbers:
            yield self.get(route, f"{base}articles/{number}.json")
            yield self.get(route, f"{base}sections/{number}.json")
            yield self.get(route, f"{base}sections/{number}/articles.json")
        for query in ("query=refund", "query=numbat", "label_names=okapi-tag", "label_names=shared", "query=refund&locale=de"):
            yield self.get(base + "articles/search.json", f"{base}articles/search.json?{query}")

    def writing(self):
        etag = {"If-Match": "*"}
        for name in OUTSIDE:
            for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/publish"), ("POST", "/withdraw")):
                reply = self.server.get(f"/v1/articles/{name}{path}", method, {**JSON, **self.headers, **etag}, json.dumps({"markdown": "x"}))
                yield "/v1/articles/{id}" + path, reply


class LimitedKeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="parry-limits-")
        cls.addClassCleanup(folder.cleanup)
        tree = pathlib.Path(folder.name) / "content"
        for name, text in TREE.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text, encoding="utf-8")
        cls.server = Server(tree, text_only=not MODEL.exists())
        cls.addClassCleanup(cls.server.close)
        cls.all = {"X-API-Key": cls.server.run("keys", "create", "--name", "all", "--rights", "search articles.read")}
        assert until(lambda: cls.related("in1")), "related articles never came"
        cls.numbers, cls.passages = cls.everything()

    @classmethod
    def related(cls, name):
        return cls.server.get(f"/v1/articles/{name}/related?audience=merchant", headers=cls.all).json["related"]

    @classmethod
    def everything(cls):
        """Numbers and passages that only who may see all of it could know."""
        numbers, passages = set(), set()
        for audience in ("customer", "merchant", "internal"):
            for kind in ("articles", "sections"):
                listed = cls.server.get(f"/api/v2/help_center/{kind}.json?audience={audience}", headers=cls.all).json[kind]
                numbers |= {thing["id"] for thing in listed if "umbat" in json.dumps(thing)}
            body = json.dumps({"turns": [{"role": "user", "text": "numbat"}], "audience": audience, "limit": 10, "max_tokens": 9000})
            told = cls.server.get("/v1/chat/suggest", "POST", {**JSON, **cls.all}, body).json
            passages |= {p["id"] for p in told["passages"] if "numbat" in p["article_id"]}
        assert numbers and passages
        return numbers, passages

    def keys(self):
        """Of every limit, and of every kind: made here, derived from a wider one, a secret one that may read drafts."""
        for name, how in LIMITS.items():
            yield name, self.server.run("keys", "create", "--search", "--name", "k", "--expires", "1h", *how)
        rights = "search events articles.read articles.write articles.publish"
        yield "secret", self.server.run("keys", "create", "--name", "k", "--rights", rights, *LIMITS["category"])
        wide = self.server.run("keys", "create", "--name", "wide", "--rights", "search events")
        yield "derived", self.server.run("keys", "derive", "--expires", "1h", *LIMITS["product"], stdin=wide)

    def look(self, who, replies):
        seen = set()
        for route, sent, reply in replies:
            seen.add(route)
            told = (reply.text + str(reply.headers)).lower()
            for secret in SECRETS:
                if secret not in sent.lower():
                    self.assertNotIn(secret, told, f"{who}: {route} {sent} {reply.status}")
            self.assertLess(reply.status, 500, route)
        return seen

    def test_a_limited_key_sees_nothing_beyond_its_limits_by_any_route(self):
        listed = subprocess.run([PARRY, "routes"], capture_output=True, text=True, check=True).stdout
        reading = {line.split("\t")[1] for line in listed.splitlines() if line.split("\t")[2] in ("search", "articles.read")}
        for who, key in self.keys():
            walk = Walk(self.server, {"X-API-Key": key})
            seen = self.look(who, walk.native()) | self.look(who, walk.agents()) | self.look(who, walk.passages(self.passages))
            seen |= self.look(who, walk.algolia()) | self.look(who, walk.zendesk(self.numbers))
            self.assertEqual(reading - seen, set(), "a route that reads and that nobody walked")
            for route, reply in walk.writing():
                self.assertIn(reply.status, (400, 403, 404, 415), f"{who}: {route}")
            # and it does see what is its own: a server that shows nothing would pass the rest
            found = walk.get("", "/v1/search?q=refund&limit=50")[2].json
            self.assertEqual({hit["id"] for hit in found["hits"]}, {"in1", "in2"}, who)
            self.assertEqual(walk.get("", "/v1/articles/in1")[2].status, 200)
        self.assertIn("numbat", Walk(self.server, self.all).get("", "/v1/search?q=refund&audience=merchant")[2].text)

    def test_a_limited_key_has_no_right_that_knows_no_limits(self):
        admin = {**JSON, "X-API-Key": self.server.run("keys", "create", "--name", "admin", "--rights", "all")}
        for right in ("replicate", "operate", "audit", "reports", "keys", "people", "metrics", "all"):
            for limits in ({"filters": {"category": ["Within"]}}, {"locale": "en"}, {"audiences": ["merchant"]}):
                body = {"name": "k", "rights": ["search", right], "limits": limits}
                self.assertEqual(self.server.get("/v1/keys", "POST", admin, json.dumps(body)).status, 400, body)
        with self.assertRaisesRegex(AssertionError, "limited"):
            self.server.run("keys", "create", "--name", "k", "--rights", "replicate", "--locale", "en")

    def test_a_copy_in_a_cache_shows_nobody_what_is_not_theirs(self):
        key = {"X-API-Key": self.server.run("keys", "create", "--search", "--name", "k", "--expires", "1h", *LIMITS["category"])}
        for path in ("/v1/articles/numbat-one?audience=merchant", "/v1/articles/numbat-one/related?audience=merchant",
                     "/v1/articles?audience=merchant", "/v1/categories?audience=merchant", "/v1/search?q=refund&audience=merchant"):
            full = self.server.get(path, headers=self.all)
            self.assertEqual(full.status, 200, path)
            self.assertRegex(full.headers["Cache-Control"], r"^(private, )?(no-store|no-cache)$", path)
            if full.headers["ETag"]:
                for tag in (full.headers["ETag"], "*"):
                    mine = self.server.get(path, headers={**key, "If-None-Match": tag})
                    self.assertIn(mine.status, (403, 404), f"{path}: who has the tag is told that it is still so")


class AsIfAlone(unittest.TestCase):
    """The answers to a limited key are those of a server that has nothing else."""

    QUERIES = ["refund", "numbat", "numb", "numbatt", "okapi", "okap", "suite", "wombat -numbat", "refund numbat", "refund OR numbat", "numbatword", "refnud",
               "wombta", '"numbat refund"', "heading", "n", "days of the"]
    # Numbers of scores rest on how common words are in all articles (docs/security.md); the rest is the question's time and name.
    ASIDE = {"score", "explain", "idf", "value", "generation", "took_us", "query_id", "processingTimeMS", "indexUsed", "url", "url_without_anchor", "_rankingInfo"}

    def serve(self, top, names):
        tree = pathlib.Path(top) / "content"
        for name in names:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(TREE[name], encoding="utf-8")
        server = Server(tree)
        self.addCleanup(server.close)
        return server

    def plain(self, j):
        if isinstance(j, dict):
            return {k: self.plain(v) for k, v in j.items() if k not in self.ASIDE}
        return [self.plain(x) for x in j] if isinstance(j, list) else j

    def test_a_limited_key_is_answered_as_if_there_were_nothing_else(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            whole = self.serve(one, TREE)
            alone = self.serve(other, [name for name in TREE if not name.startswith("out")])
            for how in (LIMITS["category"], LIMITS["two fields"]):
                keys = [{"X-API-Key": s.run("keys", "create", "--search", "--name", "k", "--expires", "1h", *how)} for s in (whole, alone)]
                for q in self.QUERIES:
                    term = urllib.parse.quote(q)
                    for path in (f"/v1/search?q={term}&limit=50&facets=category,tag,product,locale", f"/v1/suggest?q={term}", f"/v1/completions?q={term}",
                                 f"/v1/explain?q={term}&typing=1", f"/v1/explain?q={term}"):
                        told = [self.plain(s.get(path, headers=key).json) for s, key in zip((whole, alone), keys)]
                        self.assertEqual(told[0], told[1], path)
                    body = json.dumps({"query": q, "facets": ["*"]})
                    told = [s.get("/1/indexes/a/query", "POST", {**JSON, **key}, body).json for s, key in zip((whole, alone), keys)]
                    self.assertEqual(self.plain(told[0]), self.plain(told[1]), q)


if __name__ == "__main__":
    unittest.main()
