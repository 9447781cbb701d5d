"""Scripts in whatever an author or a customer can fill, and pages that are made to do what their reader does not want."""
import json
import re
import unittest
import urllib.parse

from attack import JSON, SCRIPTS, Attack, Markup, active

# What a page of ours brings along; each is looked at below.
OURS = {"script", "meta", "link", "form", "input", "button", "svg"}


class Scripts(Attack):
    def page(self, path, status=200):
        reply = self.server.get(path, headers={"Accept": "text/html"})
        if status:
            self.assertEqual(reply.status, status, path)
        self.assertIn("text/html", reply.headers["Content-Type"], path)
        return reply

    def harmless(self, reply, what):
        """Nothing runs in it but our own file, nothing leads elsewhere, and the policy would forbid it besides."""
        self.assertEqual(active(reply.text, OURS), [], what)
        for tag, attrs in Markup(reply.text).elements:
            if tag == "script":
                self.assertRegex(attrs["src"], r"^/assets/[a-z-]+\.js", what)
            if tag in ("link", "form"):
                self.assertRegex(attrs.get("href") or attrs.get("action"), r"^/[^/\\]", what)
            self.assertNotIn(attrs.get("http-equiv", ""), ("refresh", "set-cookie"), what)
        policy = reply.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)

    def slugs(self):
        base = "/api/v2/help_center/articles.json?per_page=100"
        return [urllib.parse.urlparse(a["html_url"]).path for a in self.server.get(base).json["articles"] if a["title"].startswith("Evil")]

    # ---- authors

    def test_scripts_in_every_field_of_an_article_on_pages(self):
        paths = self.slugs()
        self.assertEqual(len(paths), len(SCRIPTS))
        categories = [c["url"] for c in self.server.get("/v1/categories").json["categories"]]
        paths += ["/", "/search?q=wallaby", "/search?q=wallaby&page=2", *categories]
        for path in paths:
            reply = self.page(path)
            self.harmless(reply, path)
        article = self.page(self.slugs()[0]).text
        self.assertIn("wallaby text", article)  # it was rendered
        for bad in ("alert(1)</script>", "evil.example/x", "<iframe", "<object", "srcdoc"):
            self.assertNotIn(bad, re.sub(r"&lt;.*?&gt;", "", article))

    def test_scripts_in_the_markdown_of_an_article(self):
        """Links of every scheme, HTML of every kind, pictures with scripts: as HTML by the API, in all its forms."""
        for i in range(len(SCRIPTS)):
            whole = self.server.get(f"/v1/articles/evil-{i}").json
            for html in (whole["html"], self.server.get(f"/v1/articles/evil-{i}.html").text):
                self.assertEqual(active(html), [], i)
                for tag, attrs in Markup(html).elements:
                    self.assertNotIn("style", attrs)
                    self.assertNotIn("id", {k for k in attrs if attrs[k] in ("parry-q", "main")}, "an id of the page's own")
            reply = self.server.get(f"/v1/articles/evil-{i}.html")
            self.assertIn("default-src 'none'", reply.headers["Content-Security-Policy"])
            self.assertTrue(self.server.get(f"/v1/articles/evil-{i}.md").headers["Content-Type"].startswith("text/markdown"))
        bodies = [a["body"] for a in self.server.get("/api/v2/help_center/articles.json?per_page=100").json["articles"]]
        for body in bodies:
            self.assertEqual(active(body), [])

    def test_scripts_in_snippets_and_highlights(self):
        """What clients put into pages as it is: HTML of the native API, of Algolia's, of Zendesk's, of suggestions."""
        marked = {"mark", "em", "strong"}
        texts = []
        for q in ("wallaby", "evil wallaby", "script alert", "onerror", "wallaby svg"):
            term = urllib.parse.quote(q)
            texts += [h["snippet"] for h in self.server.get(f"/v1/search?q={term}&limit=50").json["hits"]]
            suggested = self.server.get(f"/v1/suggest?q={term}").json
            texts += [h["snippet"] for h in suggested["hits"]] + [c["html"] for c in suggested["completions"]]
            texts += [c["html"] for c in self.server.get(f"/v1/completions?q={term}").json["completions"]]
            texts += [r["snippet"] for r in self.server.get(f"/api/v2/help_center/articles/search.json?query={term}").json["results"]]
            ask = {"query": q, "attributesToSnippet": ["*"], "attributesToHighlight": ["*"], "hitsPerPage": 50, "highlightPreTag": "<mark>",
                   "highlightPostTag": "</mark>"}
            for hit in self.call("POST", "/1/indexes/articles/query", None, ask).json["hits"]:
                texts += values(hit["_highlightResult"]) + values(hit["_snippetResult"]) + [hit["content"] or ""]
            form = self.call("POST", "/v1/suggest", None, {"subject": q}).json
            texts += [h["snippet"] for h in form["hits"]]
        for facet in ("category", "product", "tag"):
            found = self.call("POST", f"/1/indexes/articles/facets/{facet}/query", None, {"facetQuery": "", "highlightPreTag": "<b>", "highlightPostTag": "</b>"})
            texts += [h["highlighted"] for h in found.json["facetHits"]]
        self.assertGreater(len(texts), 100)
        for text in texts:
            tags = {tag for tag, attrs in Markup(text).elements}
            self.assertEqual(tags - marked - {"b"}, set(), text)
            self.assertTrue(all(not attrs for _, attrs in Markup(text).elements), text)

    # ---- customers

    def test_scripts_in_what_is_asked(self):
        for script in [*SCRIPTS, "javascript:alert(1)", "{{base}}{{{html}}}", "%3Cscript%3Ealert(1)%3C/script%3E", "\u2028<script>"]:
            q = urllib.parse.quote(script)
            for path in (f"/search?q={q}", f"/search?q={q}+wallaby&page={q}", f"/search?{q}={q}", f"/articles/{q}", f"/categories/{q}", f"/{q}",
                         f"/merchant/search?q={q}", f"/problems/{q}", f"/assets/{q}", f"/admin/sign-in?next={q}", f"/docs?x={q}"):
                reply = self.server.get(path, headers={"Accept": "text/html"})
                if "text/html" in reply.headers["Content-Type"]:
                    self.harmless(reply, path)
                else:
                    self.assertIn("json", reply.headers["Content-Type"], path)
                    self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff")

    def test_scripts_in_what_customers_send_come_back_as_data(self):
        """Events, feedback, conversations, visitors, MCP, Algolia's tags: JSON that no browser takes for a page."""
        for script in SCRIPTS:
            replies = [
                self.call("POST", "/v1/events", {"X-Parry-Visitor": "x"}, {"events": [{"type": script, "article": script, "visitor": script}]}),
                self.call("POST", "/v1/feedback", None, {"article": script, "vote": "up", "comment": script}),
                self.call("POST", "/v1/chat/suggest", None, {"turns": [{"role": "user", "text": script + " wallaby"}], "page": script}),
                self.call("POST", "/v1/suggest", None, {"subject": script, "description": script}),
                self.call("POST", "/mcp", None, {"jsonrpc": "2.0", "id": script, "method": script, "params": {"name": script}}),
                self.call("POST", "/v1/tools/search_articles", None, {"query": script}),
                self.call("POST", "/1/indexes/articles/query", None, {"query": script, "highlightPreTag": script, "userToken": "x"}),
                self.call("POST", "/1/events", None, {"events": [{"eventType": script}]}),
                self.server.get("/v1/search?q=" + urllib.parse.quote(script) + "&page=" + urllib.parse.quote(script)),
                self.server.get("/api/v2/help_center/articles/search.json?query=" + urllib.parse.quote(script)),
                self.call("POST", "/v1/session", None, {"person": script, "password": ""}),
            ]
            for i, reply in enumerate(replies):
                self.assertRegex(reply.headers["Content-Type"], r"^application/(problem\+)?json", i)
                self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff", i)
                self.assertIn("default-src 'none'", reply.headers["Content-Security-Policy"], i)
                self.assertLess(reply.status, 500, i)
                self.assertIsInstance(reply.json, dict)

    # ---- pages in pages

    def test_clickjacking_and_sniffing(self):
        for path in ("/", "/search?q=wallaby", "/articles/plain-1", "/admin/sign-in", "/docs", "/v1/search?q=a", "/v1/articles/plain-1.html", "/nowhere",
                     "/assets/style.css", "/v1/openapi.json", "/health", "/metrics", "/v1/session"):
            reply = self.server.get(path)
            self.assertIn("frame-ancestors 'none'", reply.headers["Content-Security-Policy"], path)
            self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff", path)
            self.assertIn(reply.headers["Referrer-Policy"], ("same-origin", "no-referrer"), path)
            self.assertTrue(reply.headers["Content-Type"], path)

    # ---- whose address is it

    def test_host_header_poisoning(self):
        """What a request says of its own address stands in nothing that anybody else is shown."""
        evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example",
                "X-Host": "evil.example", "X-Forwarded-Prefix": "/evil.example", **self.house.admin}
        for path in ("/", "/search?q=refund", "/articles/plain-1", "/v1/search?q=refund", "/v1/articles/plain-1", "/v1/articles", "/v1/suggest?q=refund",
                     "/docs", "/v1/openapi.json", "/v1/tools.json", "/admin/sign-in", "/nowhere", "/v1/nowhere"):
            reply = self.server.get(path, headers=evil)
            self.assertNotIn("evil.example", reply.text + str(reply.headers), path)
        for path in ("/api/v2/help_center/articles.json", "/api/v2/help_center/sections.json"):  # whole addresses are their protocol
            for bad in ("evil.example", "evil.example/x?", "a\"><script>", "x@evil.example", "evil.example\\"):
                reply = self.server.get(path, headers={**evil, "Host": bad})
                self.assertEqual(reply.headers["Cache-Control"], "no-store", "what repeats Host is kept by nobody")
                if bad != "evil.example":
                    self.assertNotIn(bad, reply.text)
        reply = self.call("POST", "/v1/session", {**evil, **JSON}, {"person": "agnes", "password": "correct horse battery"})
        self.assertNotIn("domain", reply.headers["Set-Cookie"].lower())


def values(j):
    if isinstance(j, list):
        return [v for x in j for v in values(x)]
    if "value" in j:
        return [j["value"]]
    return [v for x in j.values() for v in values(x)]


if __name__ == "__main__":
    unittest.main()
