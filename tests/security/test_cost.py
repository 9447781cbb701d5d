"""Small questions that are to cost much: patterns, filters, conversations, and texts that are redacted."""
import unittest
import urllib.parse

from attack import Attack, cost

MOST_S = 1.0  # of processor for one request, without optimisation; what is quadratic here takes far more


class Cost(Attack):
    def cheap(self, call, what):
        reply, took = cost(self.server, call)
        self.assertLess(reply.status, 500, what)
        self.assertLess(took, MOST_S, what)
        return reply

    def test_expensive_queries(self):
        longest = 500
        queries = ["*" * longest, "a*" * 250, "a* " * 166, '"' * longest, '"a" ' * 125, '"a ' * 166, "-" * longest, "-a " * 166, "a OR " * 100, "(" * longest,
                   "a" * longest, "a " * 250, "\u0301" * 250, "e" + "\u0301" * 249, "\U0001f600" * 120, "\u0645" * 250, "\u6f22" * 160, "a-" * 250, "a_" * 250, "a.b" * 160,
                   "http://" * 70, "refnud " * 70, " ".join(f"zz{i}" for i in range(120)), "\u202e" * 160, "ﷺ" * 160, "re" * 250, "Aa1-" * 125]
        for q in queries:
            term = urllib.parse.quote(q)
            for path in (f"/v1/search?q={term}&limit=50&explain=1", f"/v1/suggest?q={term}&previous={term[:300]}", f"/v1/completions?q={term}", f"/v1/explain?q={term}&article=plain-1"):
                self.cheap(lambda: self.server.get(path), path[:80])
            self.cheap(lambda: self.call("POST", "/1/indexes/articles/query", None, {"query": q * 3, "hitsPerPage": 100, "attributesToSnippet": ["*"]}), q[:20])
            self.cheap(lambda: self.call("POST", "/v1/suggest", None, {"subject": q, "description": q * 35}), q[:20])

    def test_expensive_filters(self):
        for filters in ("(" * 2000, "(" * 1000 + "a:b" + ")" * 1000, "NOT " * 800 + "a:b", " OR ".join(["category:a"] * 300), " AND ".join(["(tag:a OR tag:b)"] * 200),
                        "a:" + "b" * 4000, "a:'" + "\\'" * 1500, "category:" * 400, "1 " * 1000, ":" * 4000, "a<" * 1000, "updated > 1 AND " * 200 + "updated > 1"):
            reply = self.cheap(lambda: self.call("POST", "/1/indexes/articles/query", None, {"query": "refund", "filters": filters}), filters[:40])
            self.assertIn(reply.status, (200, 400))
        for members in ({"facetFilters": [["category:a"] * 1000] * 10}, {"facetFilters": ["category:a"] * 10_000}, {"facets": ["category"] * 5000},
                        {"attributesToSnippet": ["a:9999999999999999999"] * 1000}, {"params": "&" * 20_000}, {"params": "a=%41" * 5000}):
            self.cheap(lambda: self.call("POST", "/1/indexes/articles/query", None, {"query": "refund", **members}), str(members)[:40])
        for fields in ("hits." * 1200, "hits.id," * 900, ",".join(f"a{i}" for i in range(1400)), "hits.*." * 900):
            self.assertEqual(self.cheap(lambda: self.server.get("/v1/search?q=refund&limit=50&fields=" + fields), "fields").status, 400)
        self.cheap(lambda: self.server.get("/v1/search?q=a&category=" + "," * 199), "commas")
        self.cheap(lambda: self.server.get("/v1/search?q=a", headers={"Accept": "a/b;q=0.1," * 1500}), "Accept")
        self.cheap(lambda: self.server.get("/v1/articles/plain-1", headers={"If-None-Match": '"a",' * 3000}), "If-None-Match")
        self.cheap(lambda: self.server.get("/", headers={"Cookie": "a=b;" * 500}), "Cookie")
        self.cheap(lambda: self.server.get("/", headers={"X-Forwarded-For": "1.2.3.4," * 1500}), "X-Forwarded-For")

    def test_expensive_texts_for_redaction_and_conversations(self):
        """What is blanked before it is kept: numbers, addresses, names of accounts that almost are some, thousands of times."""
        almost = ["1" * 4000, "1 " * 2000, "1-" * 2000, "a@" * 2000, "@" * 4000, "a" * 3990 + "@", "a." * 1990 + "@a", "a@a" + ".a" * 1900, "+49 " * 1000, "+" * 4000,
                  "DE" + "00 " * 1300, "4111 1111 1111 111 " * 200, "://" * 1300, "eyJ." * 1000, "user_" * 800, "#" * 4000, "(((((" * 800, "\t\n" * 2000, "0x" * 2000,
                  "1.1.1.1." * 500, "::" * 2000, "a:" * 2000]
        for text in almost:
            turns = [{"role": role, "text": text} for role in ("user", "assistant", "user", "user") * 3]
            self.cheap(lambda: self.call("POST", "/v1/chat/suggest", None, {"turns": turns}), text[:20])
            self.cheap(lambda: self.call("POST", "/v1/feedback", None, {"article": "plain-1", "vote": "down", "comment": text}), text[:20])
            self.cheap(lambda: self.call("POST", "/v1/events", None, {"events": [{"type": "search", "text": text[:1000], "visitor": text[:100]}] * 50}), text[:20])

    def test_expensive_articles(self):
        """Markdown and front matter that are nested, repeated or referred to themselves without end."""
        aliases = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
        bodies = ["[" * 20_000, "![" * 10_000, "*" * 20_000, "_a " * 8000, "> " * 10_000 + "x", "- " * 5000 + "x", "`" * 20_000, "<" * 20_000, "<a " * 8000, "|" * 10_000 + "\n" + "-|" * 10_000,
                  "[a]: b\n" * 3000 + "[a]" * 3000, "<div>" * 5000, "&amp;" * 5000, "~" * 20_000, "# " * 10_000, "[a](" * 5000, "<b>" * 5000 + "x", "[^1]" * 5000, "\\" * 20_000, "a\n===\n" * 3000,
                  "www." * 6000, "a@a." * 6000, "***a " * 5000]
        for i, body in enumerate(bodies):
            markdown = f"---\nid: cost-{i}\ntitle: cost\nstatus: draft\n---\n{body}"
            reply, took = cost(self.server, lambda: self.call("POST", "/v1/articles", self.house.admin, {"markdown": markdown}))
            self.assertIn(reply.status, (201, 400), body[:20])
            self.assertLess(took, 2 * MOST_S, body[:20])
        for i, front in enumerate((aliases, "x: " + "[" * 5000, "x: " + "{a: " * 3000, "tags: [" + "a," * 20_000 + "]", "? " * 5000, "a: &a [*a]", "k: v\n" * 20_000, "title: " + "x" * 100_000)):
            reply, took = cost(self.server, lambda: self.call("POST", "/v1/articles", self.house.admin, {"markdown": f"---\nid: cost-front-{i}\nstatus: draft\n{front}\n---\nx"}))
            self.assertLess(reply.status, 500, front[:20])
            self.assertLess(took, 2 * MOST_S, front[:20])


if __name__ == "__main__":
    unittest.main()
