"""The HTTP API and the pages from outside: every route, every error, and what must never be seen."""
import gzip
import html
import html.parser
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from parry_server import PARRY, SAMPLE, Reply, Server, until

# None of these words may leave the server by any route.
SECRETS = ["zebrafishdraft", "okapiarchived", "quokkainternal", "numbatpartners"]

EXTRA = {
    "draft.md": "---\npromoted: true\nid: draft-one\nslug: draft-one\ntitle: Zebrafishdraft plans\ncategory: Zebrafishdraft topics\ndraft: true\n"
                "updated: 2030-01-01\n---\nAbout the refund of zebrafishdraft.\n",
    "status.md": "---\nid: draft-two\nslug: draft-two\ntitle: Zebrafishdraft two\nstatus: draft\n---\nrefund zebrafishdraft\n",
    "archived.md": "---\nid: old-one\nslug: old-one\ntitle: Okapiarchived\ncategory: Okapiarchived\nstatus: archived\n---\nokapiarchived\n",
    "internal.md": "---\npromoted: true\nid: staff-one\nslug: staff-one\ntitle: Quokkainternal refund rules\naudience: internal\n"
                   "category: Quokkainternal\ntags: [quokkainternal]\nproduct: Quokkainternal desk\n---\nrefund quokkainternal\n",
    "boxed.md": "---\nid: boxed-one\nslug: boxed-one\ntitle: Bilby boxes\naudience: customer\nproduct: Bilby\n"
                "tags: [bilby-a, bilby-b]\nupdated: 2026-05-05\ncategory: Bilbies\n---\nA bilby box holds a bilby.\n",
    "boxes.md": "---\nid: boxed-two\nslug: boxed-two\ntitle: A bilby\naudience: customer\nproduct: Bilby, large\n"
                "tags: [bilby-b]\nupdated: 2026-05-06\ncategory: Bilbies\n---\nA bilby box holds two.\n",
    "_search/rules.yaml": "- name: bilby first\n  contains: bilby\n  pin: [staff-one, draft-one, delivery-late]\n"
                          "  filter_curated: false\n  tag: pinned\n"
                          "- name: bilby veiled\n  contains: bilby\n  hide: [boxed-two, staff-one]\n  tag: veiled\n",
    "_search/synonyms.yaml": "- words: [bilby, macrotis]\n- {from: bilby, to: quokkainternal}\n",
    "partners.md": "---\nid: partner-one\nslug: partner-one\ntitle: Numbatpartners\naudience: partners\n---\nrefund numbatpartners\n",
    "open.md": "---\nid: open-one\nslug: open-one\ntitle: Wombat opening\naudience: customer\ncategory: Wombats & <others>\n"
               "related: [draft-one, staff-one, old-one, partner-one, delivery-late, no-such-id]\n"
               "updated: 2026-12-31\nreviewer: quokkainternal-reviewer\nauthor: Numbatpartners team\n---\n"
               "Wombat text with a [draft](draft.md), [staff](internal.md) and [good](customers/deliveries/delivery-late.md) "
               "link.\n\n## One\n\nText <script>alert(1)</script> <b onclick=\"x()\">bold</b>.\n\n## Two\n\nMore.\n",
    "hidden.md": "---\nid: hidden-one\nslug: hidden-one\ntitle: Platypushidden page\nsearch: false\naudience: customer\n---\nplatypushidden\n",
    "odd.md": "---\npromoted: true\nid: odd-one\nslug: odd-one\ntitle: \"<img src=x onerror=alert(1)> echidna\"\naudience: customer\n"
              "category: Odd\n---\nechidna <svg onload=alert(1)> \"quotes\"\n",
    "long.md": "---\nid: long-one\nslug: long-one\ntitle: \"" + "Bandicoot " * 29 + "\"\naudience: customer\ncategory: Odd\n---\n"
               + "".join(f"## {'Bandicoot heading ' * 8} {i}\n\n{'bandicoot words & <more> ' * 40}\n\n" for i in range(20)),
}


def make_tree(folder):
    tree = pathlib.Path(folder) / "content"
    shutil.copytree(SAMPLE, tree)
    (tree / "_search").mkdir(exist_ok=True)
    for name, text in EXTRA.items():
        (tree / name).write_text(text, encoding="utf-8")
    for i in range(25):
        (tree / f"bulk{i}.md").write_text(f"---\ntitle: Bandicoot bulk {i} {'and more ' * 20}\ncategory: Odd\n---\n"
                                          f"{'bandicoot number ' * 60}{i}\n", encoding="utf-8")
    return tree


class Page(html.parser.HTMLParser):
    """Links, ids and elements of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.tags, self.text_of, self.stack = [], [], [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self.stack.append(tag)
        for name in ("href", "src", "action"):
            if name in attrs:
                self.links.append(attrs[name])
        if "id" in attrs:
            self.ids.append(attrs["id"])

    def handle_data(self, data):
        if self.stack:
            self.text_of[self.stack[-1]] = self.text_of.get(self.stack[-1], "") + data

    def named(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def setUpModule():
    folder = tempfile.TemporaryDirectory(prefix="parry-tree-")
    unittest.addModuleCleanup(folder.cleanup)
    ApiTest.tree = make_tree(folder.name)
    # 300 at once are more than this machine can do in time; that they are all answered is what is looked at
    ApiTest.server = Server(ApiTest.tree)
    unittest.addModuleCleanup(end_well, ApiTest.server)


def end_well(server):
    """After everything that was asked of it: a clean end, and nothing that a sanitizer or an assert would say."""
    try:
        code, log = server.stop(), server.logged()
        if code != 0 or "runtime error" in log or "Sanitizer" in log or "level=error" in log:
            raise AssertionError(f"the server ended with {code}: {log[-2000:]}")
    finally:
        server.close()


class ApiTest(unittest.TestCase):
    """One server for all that only read."""

    tree = None
    server = None

    def get(self, path, status=200, **more):
        reply = self.server.get(path, **more)
        self.assertEqual(reply.status, status, f"{path}: {reply.body[:300]}")
        return reply

    def problem(self, path, status, name, in_detail="", **more):
        reply = self.get(path, status, **more)
        self.assertEqual(reply.headers["Content-Type"], "application/problem+json")
        body = reply.json
        self.assertEqual(body["type"], f"/problems/{name}")
        self.assertEqual(body["status"], status)
        self.assertEqual(body["instance"], reply.headers["X-Request-Id"])
        self.assertTrue(body["title"])
        self.assertIn(in_detail, body["detail"])
        return reply


class Search(ApiTest):
    def test_an_answer_has_what_a_page_needs(self):
        body = self.get("/v1/search?q=order+not+arrived+on+time&limit=5").json
        self.assertGreater(body["generation"], 0)
        self.assertGreaterEqual(body["total"], len(body["hits"]))
        self.assertEqual(body["mode"], "text")
        self.assertTrue(body["degraded"])  # hybrid was asked, there is no model
        ids = [hit["id"] for hit in body["hits"]]
        self.assertIn("delivery-late", ids)
        hit = body["hits"][ids.index("delivery-late")]
        self.assertEqual(hit["url"].split("#")[0], "/articles/delivery-late")
        self.assertEqual(hit["audience"], "customer")
        self.assertNotIn("explain", hit)
        self.assertIn("<mark>", hit["snippet"])

    def test_how_sure_it_is_stands_in_every_answer(self):  # with probabilities: tests/eval/test_calibrate.py
        for path in ["/v1/search?q=refund", "/v1/search?q=refund&mode=text", "/v1/search?q=xyzzyqwv", "/v1/suggest?q=refund",
                     "/v1/suggest?q="]:
            body = self.get(path).json
            self.assertIsNone(body["probability"], path)
            self.assertEqual(body["calibration"], "none")
            self.assertIs(body["answered"], False)
            self.assertIs(body["doubtful"], False)
        self.assertNotIn("We may not have", self.get("/search?q=refund").text)

    def test_text_mode_is_not_degraded_and_explain_explains(self):
        body = self.get("/v1/search?q=refund&mode=text&explain=1").json
        self.assertFalse(body["degraded"])
        for hit in body["hits"]:
            self.assertAlmostEqual(sum(p["points"] for p in hit["explain"]), hit["score"], places=4)

    def test_limit_and_offset_walk_through_the_whole(self):
        whole = [h["id"] for h in self.get("/v1/search?q=refund&limit=20").json["hits"]]
        pieces = []
        for offset in range(0, 20, 7):
            pieces += [h["id"] for h in self.get(f"/v1/search?q=refund&limit=7&offset={offset}").json["hits"]]
        self.assertEqual(whole, pieces[:20])
        self.assertEqual(len(set(whole)), 20)
        self.assertEqual(self.get("/v1/search?q=refund&offset=10000").json["hits"], [])

    def test_category_and_locale_filter(self):
        body = self.get("/v1/search?q=refund&category=Payments&limit=50").json
        self.assertEqual({h["category"] for h in body["hits"]}, {"Payments"})
        self.assertEqual(self.get("/v1/search?q=refund&category=Nothing").json["total"], 0)
        self.assertEqual(self.get("/v1/search?q=refund&locale=de").json["total"], 0)
        self.assertGreater(self.get("/v1/search?q=refund&locale=en").json["total"], 0)

    def test_the_audience_decides(self):
        merchant = self.get("/v1/search?q=payout+refund&audience=merchant&limit=50").json
        self.assertEqual({h["audience"] for h in merchant["hits"]}, {"merchant"})
        self.assertTrue(all(h["url"].startswith("/merchant/articles/") for h in merchant["hits"]))
        customer = self.get("/v1/search?q=payout+refund&audience=customer&limit=50").json
        self.assertEqual({h["audience"] for h in customer["hits"]}, {"customer"})
        default = self.get("/v1/search?q=payout+refund&limit=50").json
        self.assertEqual(default["hits"], customer["hits"])

    def ids(self, query):
        return [h["id"] for h in self.get("/v1/search?" + query).json["hits"]]

    def test_filters_narrow(self):
        self.assertEqual(sorted(self.ids("q=bilby")), ["boxed-one", "boxed-two"])
        self.assertEqual(self.ids("q=bilby&tag=bilby-a"), ["boxed-one"])
        self.assertEqual(sorted(self.ids("q=bilby&tag=bilby-a,bilby-b")), ["boxed-one", "boxed-two"])
        self.assertEqual(self.ids("q=bilby&product=Bilby&tag=bilby-b"), ["boxed-one"])
        self.assertEqual(self.ids("q=bilby&updated_from=2026-05-06"), ["boxed-two"])
        self.assertEqual(self.ids("q=bilby&updated_until=2026-05-05"), ["boxed-one"])
        self.assertEqual(self.ids("q=bilby&sort=updated"), ["boxed-two", "boxed-one"])
        self.assertEqual(self.ids("q=bilby&sort=title"), ["boxed-two", "boxed-one"])

    def test_facets_count_only_what_this_reader_may_see(self):
        self.assertNotIn("facets", self.get("/v1/search?q=bilby").json)
        body = self.get("/v1/search?q=bilby&facets=tag,product,%20category").json
        self.assertEqual(body["facets"]["tag"], [{"value": "bilby-b", "count": 2}, {"value": "bilby-a", "count": 1}])
        self.assertEqual(body["facets"]["category"], [{"value": "Bilbies", "count": 2}])
        self.assertEqual(len(body["facets"]["product"]), 2)
        self.assertEqual(body["hits"][0]["tags"], ["bilby-a", "bilby-b"] if body["hits"][0]["id"] == "boxed-one" else ["bilby-b"])
        everything = self.get("/v1/search?q=refund+quokkainternal&limit=100&facets=category,audience,locale,product,tag").json
        self.assertEqual(everything["facets"]["audience"], [{"value": "customer", "count": everything["total"]}])
        self.assertNotIn("quokka", json.dumps(everything["facets"]))

    def test_rules_pin_for_their_tag_and_for_no_other_audience(self):
        body = self.get("/v1/search?q=a+bilby&rule_tag=pinned&explain=1").json
        self.assertEqual([h["id"] for h in body["hits"]][:2][0], "delivery-late")
        self.assertTrue(body["hits"][0]["pinned"])
        self.assertEqual(body["hits"][0]["rule"], "bilby first")
        self.assertEqual(body["rules"], ["bilby first"])
        self.assertNotIn("staff-one", json.dumps(body))
        self.assertNotIn("delivery-late", self.ids("q=a+bilby"))
        suggested = self.get("/v1/suggest?q=a+bilby&rule_tag=pinned").json["hits"]
        self.assertIn("/articles/delivery-late", suggested[0]["url"])

    def test_synonyms_are_looked_up_and_told(self):
        body = self.get("/v1/search?q=macrotis&explain=1").json
        self.assertEqual(sorted(h["id"] for h in body["hits"]), ["boxed-one", "boxed-two"])
        self.assertIn({"from": "macrotis", "to": "bilby", "weight": 0.6, "line": 1},
                      [dict(s, weight=round(s["weight"], 3)) for s in body["synonyms"]])
        self.assertNotIn("staff-one", self.ids("q=bilby&limit=100"))

    def test_wrong_questions_are_named(self):
        for query, detail in [
            ("", "q is empty"), ("q=", "q is empty"), ("q=+%20+", "q is empty"),
            ("q=a&limit=0", "limit must be a whole number from 1 to 100"), ("q=a&limit=101", "limit"),
            ("q=a&limit=ten", "limit"), ("q=a&offset=-1", "offset"), ("q=a&offset=10001", "offset"),
            ("q=a&mode=best", "mode"), ("q=a&explain=perhaps", "explain"),
            ("q=a&audience=nobody", "audience must be"), ("q=a&audience=", "audience must be"),
            ("q=a&colour=red", "\"colour\""), ("q=a&Q=b", "\"Q\""), ("q=a&q=b", "q stands twice"),
            ("q=%ff", "q: not valid UTF-8"), ("q=%c3%28", "q: not valid UTF-8"), ("q=%zz", "q: a % is not followed"),
            ("q=a%00b", "q: a zero byte"), ("q=" + "a" * 513, "q has 513 characters; at most 512"),
            ("q=a&category=" + "c" * 201, "category has 201 characters"),
            ("&".join(f"p{i}=1" for i in range(40)), "more than 32 parameters"),
            ("q=a&facets=colour", "facets: there is no field 'colour': use category"), ("q=a&sort=best", "sort is 'best'"),
            ("q=a&updated_from=yesterday", "updated_from must be a day"), ("q=a&updated_until=2026-02-30", "updated_until"),
            ("q=a&tag=" + "t" * 201, "tag has 201 characters"), ("q=a&tag=" + "t," * 90, "tag: more than 16 values"),
            ("q=a&rule_tag=" + "t" * 201, "rule_tag has 201 characters"),
        ]:
            with self.subTest(query=query[:40]):
                self.problem("/v1/search?" + query, 400, "invalid", detail)

    def test_the_longest_query_is_answered(self):
        self.get("/v1/search?q=" + "a" * 512)
        self.get("/v1/search?q=" + "%C3%A9" * 512)

    def test_internal_is_refused_until_there_are_keys(self):
        for path in ["/v1/search?q=a&audience=internal", "/v1/suggest?q=a&audience=internal",
                     "/v1/articles?audience=internal", "/v1/categories?audience=internal",
                     "/v1/articles/staff-one?audience=internal"]:
            self.problem(path, 403, "denied", "key")

    def test_highlights_are_the_marks_of_the_snippet(self):
        for q in ("refnd not recieved", "refund", "echidna quotes", "wombat"):
            for hit in self.get("/v1/search?" + urllib.parse.urlencode({"q": q})).json["hits"]:
                marked = [html.unescape(m) for m in re.findall("<mark>(.*?)</mark>", hit["snippet"])]
                self.assertEqual([hit["snippet_text"][a:b] for a, b in hit["highlights"]], marked)
                plain = hit["snippet"].replace("<mark>", "").replace("</mark>", "")
                self.assertEqual(html.unescape(plain), hit["snippet_text"])
                self.assertNotIn("\n", hit["snippet_text"])


NAMED = 3  # by the author of refund-times


class Related(ApiTest):
    def related(self, article, **more):
        return self.get(f"/v1/articles/{article}/related?" + urllib.parse.urlencode(more)).json

    def wait_for_what_is_found(self):
        self.assertTrue(until(lambda: len(self.related("refund-times")["related"]) > NAMED, 30))

    def test_related_articles_come_after_the_index_and_stay_within_the_audience(self):
        self.wait_for_what_is_found()
        ids = {a["id"] for a in self.get("/v1/articles?limit=1000").json["articles"]}
        theirs = {a["id"] for a in self.get("/v1/articles?limit=1000&audience=merchant").json["articles"]}
        for article in sorted(ids)[:60]:
            for other in self.related(article)["related"]:
                self.assertIn(other["id"], ids)
                self.assertNotEqual(other["id"], article)
        for article in sorted(theirs)[:30]:
            for other in self.related(article, audience="merchant")["related"]:
                self.assertIn(other["id"], theirs)
        self.assertEqual(len(self.related("refund-times", limit=1)["related"]), 1)

    def test_what_the_author_named_comes_first_and_once(self):
        self.wait_for_what_is_found()
        found = [a["id"] for a in self.related("open-one")["related"]]
        self.assertEqual(found[0], "delivery-late")
        self.assertEqual(len(found), len(set(found)))
        for secret in SECRETS:
            self.assertNotIn(secret, self.get("/v1/articles/open-one/related").text)

    def test_the_page_lists_them(self):
        self.wait_for_what_is_found()
        first = self.related("refund-times")["related"][0]
        page = Page(self.get("/articles/refund-times").text)
        self.assertIn("related-articles", page.ids)
        self.assertIn(first["url"], page.links)

    def test_of_what_may_not_be_seen_nothing_is_related(self):
        for article in ("staff-one", "draft-one", "no-such-id", "merchant-payout-schedule"):
            self.problem(f"/v1/articles/{article}/related", 404, "not-found")
        self.problem("/v1/articles/refund-times/related?limit=11", 400, "invalid", "limit")
        self.problem("/v1/articles/refund-times/related?x=1", 400, "invalid", "x")


class Explain(ApiTest):
    def explain(self, **more):
        return self.get("/v1/explain?" + urllib.parse.urlencode(more)).json

    def test_the_parts_of_every_score_sum_to_it(self):
        j = self.explain(q="refnd not recieved", limit=20)
        self.assertGreater(len(j["hits"]), 5)
        for hit in j["hits"]:
            self.assertAlmostEqual(sum(p["points"] for p in hit["explain"]), hit["score"], delta=1e-9)
            self.assertTrue(hit["grounds"]["matches"])
        self.assertIn({"word": "refnd", "kind": "typo", "read_as": "refund", "stem": False, "weight": 0.9},
                      [dict(w, weight=round(w["weight"], 3)) for w in j["words"]])

    def test_a_missing_article_is_placed_and_compared(self):
        shown = self.explain(q="refund", limit=1)["hits"][0]
        other = self.explain(q="refund", limit=5)["hits"][4]
        j = self.explain(q="refund", limit=1, article=other["id"])["article"]
        self.assertEqual((j["status"], j["rank"], j["score"]), ("below", 5, other["score"]))
        self.assertEqual(j["last_shown"]["id"], shown["id"])
        lacks = sum(p["lacks"] for p in j["last_shown"]["parts"])
        self.assertAlmostEqual(lacks, shown["score"] - other["score"], delta=1e-9)
        self.assertEqual(self.explain(q="refund", limit=1, article=shown["id"])["article"]["status"], "shown")
        far = self.explain(q="refund", article="odd-one")["article"]
        self.assertIn(far["status"], ("not_candidate", "below"))
        self.assertIn("explain", far)

    def test_the_filter_that_leaves_it_out_is_named(self):
        found = self.explain(q="bilby", article="boxed-one", product="Other,Third", updated_from="2026-05-06")["article"]
        self.assertEqual(found["status"], "filtered")
        self.assertEqual(found["filters"], [
            {"field": "updated_from", "wanted": ["2026-05-06T00:00:00.000Z"], "has": ["2026-05-05"]},
            {"field": "product", "wanted": ["Other", "Third"], "has": ["Bilby"]}])
        self.assertIn("The query asks for product 'Other or Third'; this has 'Bilby'.", found["said"])
        self.assertEqual(self.explain(q="bilby", article="boxed-one", category="Odd")["article"]["status"], "category")

    def test_the_rule_that_pins_is_named(self):
        pinned = self.explain(q="a bilby", rule_tag="pinned", article="delivery-late")["article"]
        self.assertEqual((pinned["status"], pinned["rank"], pinned["rule"], pinned["pinned_to"]), ("shown", 1, "bilby first", 1))  # who else is pinned is not told
        other = self.explain(q="a bilby", rule_tag="pinned", article="boxed-one")["article"]
        self.assertEqual(other["pinned_above"], [{"id": "delivery-late", "rule": "bilby first"}])
        self.assertNotIn("rule", other)

    def test_the_rule_that_hides_is_named(self):
        hidden = self.explain(q="bilby", rule_tag="veiled", article="boxed-two")["article"]
        self.assertEqual((hidden["status"], hidden["rule"]), ("hidden", "bilby veiled"))
        self.assertIn("The rule 'bilby veiled' hides it.", hidden["said"])

    def test_what_another_order_cuts_is_told(self):
        every = {h["id"] for h in self.explain(q="refund not received yet", limit=100)["hits"]}
        kept = {h["id"] for h in self.explain(q="refund not received yet", limit=100, sort="updated")["hits"]}
        self.assertTrue(kept)
        cut = sorted(every - kept)[0]
        j = self.explain(q="refund not received yet", sort="updated", article=cut)["article"]
        self.assertEqual(j["status"], "cut")
        self.assertLess(j["odds"], 0.01)
        self.assertNotIn("rank", j)

    def test_another_audiences_article_is_exactly_as_unknown_as_none(self):
        def said(article, **more):
            j = self.explain(q="refund quokkainternal bilby", article=article, **more)
            j.pop("took_us")
            j.pop("query_id")
            return json.dumps(j).replace(article, "ID")

        none = said("no-such-id")
        for article in ("staff-one", "partner-one", "draft-one", "old-one", "merchant-payout-schedule"):
            self.assertEqual(said(article), none)
        for more in ({"category": "Refunds"}, {"product": "App"}, {"tag": "cards"}, {"locale": "de"}, {"sort": "updated"},
                     {"updated_from": "2026-01-01"}, {"rule_tag": "pinned"}, {"rule_tag": "veiled"}):
            for article in ("staff-one", "merchant-payout-schedule"):
                self.assertEqual(said(article, **more), said("no-such-id", **more))

    def test_unfinished_words_do_not_tell_what_others_read(self):
        for start in ("quokk", "numba", "zebrafishd", "okapia"):
            j = self.explain(q=start, typing="true")
            for secret in SECRETS:
                self.assertNotIn(secret, json.dumps(j))

    def test_bad_questions_are_problems(self):
        self.problem("/v1/explain", 400, "invalid", "q")
        self.problem("/v1/explain?q=a&limit=0", 400, "invalid", "limit")
        self.problem("/v1/explain?q=a&nonsense=1", 400, "invalid", "nonsense")
        self.problem("/v1/explain?q=a&typing=maybe", 400, "invalid", "typing")
        self.problem("/v1/explain?q=a&article=" + "x" * 300, 400, "invalid", "article")
        self.problem("/v1/explain?q=a&audience=internal", 403, "denied")


class Suggest(ApiTest):
    def test_the_last_word_may_be_unfinished(self):
        body = self.get("/v1/suggest?q=refu").json
        self.assertTrue(body["hits"])
        self.assertEqual(set(body["hits"][0]), {"id", "title", "section", "url", "snippet", "category"})
        self.assertEqual(set(body), {"generation", "settled", "degraded", "completions", "hits", "probability", "calibration",
                                     "answered", "doubtful", "query_id"})
        self.assertTrue(body["settled"])
        self.assertLessEqual(len(body["hits"]), 6)

    def test_it_says_what_the_query_may_become(self):
        for q in ["ref", "refu", "refund", "refund n"]:
            body = self.get(f"/v1/suggest?q={urllib.parse.quote(q)}").json
            self.assertTrue(1 <= len(body["completions"]) <= 5, q)
            for c in body["completions"]:
                self.assertEqual(set(c), {"text", "html"})
                self.assertIn("<mark>", c["html"])
                self.assertIn("refund", c["text"].lower())
        texts = [c["text"] for c in self.get("/v1/suggest?q=echi").json["completions"]]
        self.assertEqual(texts, ["<img src=x onerror=alert(1)> echidna"])
        self.assertNotIn("<img", self.get("/v1/suggest?q=echi").json["completions"][0]["html"])

    def test_completions_keep_every_secret(self):
        for secret in SECRETS:
            for n in range(1, len(secret) + 1):
                for previous in ["", "&previous=staff-one"]:
                    reply = self.get(f"/v1/suggest?q={secret[:n]}{previous}")
                    text = json.dumps(reply.json["completions"] + reply.json["hits"]).lower()
                    self.assertFalse([s for s in SECRETS if s in text], f"{secret[:n]}: {text}")

    def test_a_typist_sees_the_first_article_stay(self):
        def first(q, previous):
            body = self.get(f"/v1/suggest?q={urllib.parse.quote(q)}&previous={previous}").json
            return (body["hits"][0]["id"] if body["hits"] else ""), body["settled"]
        self.assertEqual(first("ref", ""), ("", False))  # too little to take anything back later
        a, settled = first("refund", "")
        self.assertTrue(a)
        self.assertFalse(settled)
        self.assertEqual(first("refund x", a)[0], a)  # an open word says nothing yet
        other = [h["id"] for h in self.get("/v1/suggest?q=refund").json["hits"]][1]
        self.assertIn(first("refund x", other)[0], [a, other])
        self.problem("/v1/suggest?q=refund&previous=" + "a" * 201, 400, "invalid", "previous")

    def test_the_page_raises_what_it_is_about(self):
        def parts(page):
            body = self.get(f"/v1/search?q=late&explain=1&page={urllib.parse.quote(page)}").json
            return {h["id"]: sum(p["points"] for p in h["explain"] if p["name"] == "page") for h in body["hits"]}
        self.assertFalse(any(parts("").values()))
        raised = parts("/my/deliveries/42")
        self.assertGreater(raised["delivery-late"], 0)
        self.get("/v1/suggest?q=late&page=/deliveries")
        self.problem("/v1/suggest?q=late&page=" + "a" * 201, 400, "invalid", "page")

    def test_a_declared_product_is_raised_under_one_name(self):
        def points(product, route="/v1/search"):
            query = urllib.parse.urlencode({"q": "bilby", "explain": 1, "page_product": product})
            body = self.get(f"{route}?{query}").json
            return {h["id"]: sum(p["points"] for p in h["explain"] if p["name"] == "page.product") for h in body["hits"]}
        self.assertEqual(points(""), {"boxed-one": 0, "boxed-two": 0})
        self.assertEqual(points("bilby"), {"boxed-one": 0.5, "boxed-two": 0})
        self.assertEqual(points("Bilby, large", "/v1/explain"), {"boxed-one": 0, "boxed-two": 0.5})
        first = [self.get("/v1/suggest?q=late+delivery&page_product=" + urllib.parse.quote(p)).json["hits"] for p in ("", "Bilby")]
        self.assertEqual(first[0], first[1])  # it overrides nothing
        self.problem("/v1/suggest?q=late&page_product=" + "a" * 201, 400, "invalid", "page_product")

    def test_nothing_asked_shows_promoted_articles_then_new_ones(self):
        for path in ["/v1/suggest", "/v1/suggest?q=", "/v1/suggest?q=%20", "/v1/suggest?q=&previous="]:
            body = self.get(path).json
            self.assertEqual([h["id"] for h in body["hits"]][:2], ["odd-one", "open-one"], path)
            self.assertEqual((body["completions"], body["settled"]), ([], True))
            self.assertFalse([s for s in SECRETS if s in json.dumps(body).lower()])

    def test_a_reply_is_at_most_8_kilobytes(self):
        for q in ["bandicoot", "bandicoot heading", "b", "refund", "wombat", "echidna"]:
            reply = self.get(f"/v1/suggest?q={urllib.parse.quote(q)}&limit=20")
            self.assertLessEqual(len(reply.body), 8192, q)
        self.assertGreater(len(self.get("/v1/suggest?q=bandicoot&limit=20").json["hits"]), 5)

    def test_snippets_are_short_and_whole(self):
        for q in ["bandicoot", "refund", "echidna"]:
            for hit in self.get(f"/v1/suggest?q={q}&limit=20").json["hits"]:
                snippet = hit["snippet"]
                self.assertEqual(snippet.count("<mark>"), snippet.count("</mark>"))
                self.assertNotRegex(snippet.replace("<mark>", "").replace("</mark>", ""), "[<>]")
                shown = re.sub("<[^>]*>", "", re.sub("&[a-z#0-9]+;", "x", snippet))
                self.assertLessEqual(len(shown), 121)

    def test_wrong_questions_are_named(self):
        for query, detail in [("q=a&limit=21", "limit"), ("q=a&offset=1", "\"offset\""), ("q=%ff", "UTF-8"),
                              ("q=" + "a" * 2049, "2049 characters"), ("q=a&audience=x", "audience")]:
            self.problem("/v1/suggest?" + query, 400, "invalid", detail)


class Articles(ApiTest):
    def test_an_article_as_json(self):
        reply = self.get("/v1/articles/delivery-late")
        body = reply.json
        self.assertEqual(body["id"], "delivery-late")
        self.assertEqual(body["url"], "/articles/delivery-late")
        self.assertEqual(body["category"], "Deliveries")
        self.assertIn("<table>", body["html"])
        self.assertEqual(body["sections"][0]["level"], 2)
        for section in body["sections"]:
            self.assertIn(f'id="{section["anchor"]}"', body["html"])
        self.assertIn("track-your-delivery", [r["id"] for r in body["related"]])
        self.assertEqual(reply.headers["Vary"], "Accept, Accept-Encoding")

    def test_links_between_files_lead_to_articles(self):
        html = self.get("/v1/articles/delivery-late").json["html"]
        self.assertIn('href="/articles/track-your-delivery"', html)
        self.assertNotIn(".md", html)

    def test_accept_and_suffix_choose_the_form(self):
        for path, accept, kind in [
            ("/v1/articles/delivery-late", "text/markdown", "text/markdown"),
            ("/v1/articles/delivery-late", "text/html,*/*;q=0.8", "text/html"),
            ("/v1/articles/delivery-late", "*/*", "application/json"),
            ("/v1/articles/delivery-late.md", "*/*", "text/markdown"),
            ("/v1/articles/delivery-late.html", "application/json", "text/html"),
            ("/v1/articles/delivery-late.json", "text/html", "application/json"),
        ]:
            reply = self.get(path, headers={"Accept": accept})
            self.assertTrue(reply.headers["Content-Type"].startswith(kind), f"{path} {accept}")
        source = (self.tree / "customers/deliveries/delivery-late.md").read_text(encoding="utf-8")
        self.assertIn(self.get("/v1/articles/delivery-late.md").text.strip(), source)
        self.assertNotIn("keywords:", self.get("/v1/articles/delivery-late.md").text)
        self.problem("/v1/articles/delivery-late", 406, "not-acceptable", headers={"Accept": "image/png"})

    def test_what_is_not_there_or_not_theirs_is_the_same_404(self):
        bodies = set()
        for key in ["no-such-id", "draft-one", "draft-two", "old-one", "staff-one", "partner-one",
                    "merchant-payout-schedule", "draft-one.md", "staff-one.html", "", "%20", "a" * 600, "..%2f..%2fetc"]:
            body = self.problem(f"/v1/articles/{key}", 404, "not-found").json
            del body["instance"]
            bodies.add(json.dumps(body))
        self.assertEqual(len(bodies), 1)

    def test_the_audience_decides(self):
        self.get("/v1/articles/merchant-payout-schedule?audience=merchant")
        self.problem("/v1/articles/delivery-late?audience=merchant", 404, "not-found")

    def test_unclean_html_is_clean(self):
        for reply in [self.get("/v1/articles/open-one").json["html"], self.get("/v1/articles/open-one.html").text]:
            self.assertNotIn("<script", reply)
            self.assertNotIn("onclick", reply)
            self.assertIn("bold", reply)

    def test_related_and_links_name_only_what_the_reader_may_see(self):
        body = self.get("/v1/articles/open-one").json
        self.assertEqual([r["id"] for r in body["related"]], ["delivery-late"])
        self.assertIn('href="/articles/delivery-late"', body["html"])
        self.assertEqual(body["html"].count("href="), 1)

    def test_front_matter_of_ones_own_stays_inside(self):
        self.assertEqual(set(self.get("/v1/articles/open-one").json), {
            "id", "title", "url", "audience", "locale", "category", "keywords", "created", "updated", "sections",
            "related", "html"})

    def test_hidden_from_search_is_still_readable(self):
        self.get("/v1/articles/hidden-one")
        self.assertEqual([h for h in self.get("/v1/search?q=platypushidden").json["hits"] if h["id"] == "hidden-one"], [])

    def test_lists_and_counts_agree(self):
        for audience in ["customer", "merchant"]:
            topics = self.get(f"/v1/categories?audience={audience}").json
            self.assertEqual(topics["total"], sum(t["articles"] for t in topics["categories"]))
            for topic in topics["categories"]:
                query = urllib.parse.urlencode({"category": topic["name"], "audience": audience, "limit": 1000})
                listed = self.get("/v1/articles?" + query).json
                if topic["name"]:
                    self.assertEqual(listed["total"], topic["articles"])
                    self.assertEqual(len(listed["articles"]), topic["articles"])
                    self.assertEqual({a["category"] for a in listed["articles"]}, {topic["name"]})
        names = [t["name"] for t in self.get("/v1/categories").json["categories"]]
        self.assertEqual(names, sorted(names))
        self.assertIn("Deliveries", names)
        self.assertNotIn("Payouts", names)

    def test_lists_have_pages(self):
        whole = self.get("/v1/articles?limit=1000").json
        self.assertEqual(whole["total"], len(whole["articles"]))
        part = self.get("/v1/articles?limit=5&offset=3").json
        self.assertEqual(part["articles"], whole["articles"][3:8])
        self.assertEqual(self.get("/v1/articles?offset=1000000").json["articles"], [])
        self.problem("/v1/articles?limit=1001", 400, "invalid", "limit")
        self.problem("/v1/articles?q=a", 400, "invalid", "\"q\"")


class Origins(unittest.TestCase):
    def test_only_configured_origins_may_read(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / "parry.yaml"
            config.write_text("serve:\n  cors_origins: https://shop.example https://help.example\n", encoding="utf-8")
            with Server(SAMPLE, args=["--config", str(config)]) as server:
                asked = {"Origin": "https://help.example"}
                for path in ["/v1/search?q=refund", "/v1/search", "/v1/none"]:  # errors too
                    reply = server.get(path, headers=asked)
                    self.assertEqual(reply.headers["Access-Control-Allow-Origin"], "https://help.example")
                    self.assertIn("Origin", reply.headers["Vary"])
                    self.assertNotIn("Access-Control-Allow-Credentials", reply.headers)
                reply = server.get("/health", headers={"Origin": "https://evil.example"})
                self.assertNotIn("Access-Control-Allow-Origin", reply.headers)
                reply = server.get("/v1/search", "OPTIONS", {**asked, "Access-Control-Request-Method": "GET",
                                                            "Access-Control-Request-Headers": "x-api-key"})
                self.assertEqual(reply.status, 204)
                self.assertIn("GET", reply.headers["Access-Control-Allow-Methods"])
                self.assertEqual(reply.headers["Access-Control-Allow-Headers"], "x-api-key")


class Ops(ApiTest):
    def test_health_and_ready(self):
        self.assertEqual(self.get("/health").json, {"status": "ok"})
        ready = self.get("/ready").json
        self.assertEqual(ready["status"], "ready")
        self.assertGreater(ready["generation"], 0)
        self.assertIsNone(ready["model"])
        self.assertTrue(ready["degraded"]["meaning"].startswith("no model"))
        self.problem("/health?x=1", 400, "invalid", "known here: none")

    def test_metrics_count(self):
        def count(status):
            text = self.get("/metrics").text
            match = re.search(rf'parry_http_requests_total{{method="GET",route="/v1/suggest",status="{status}"}} (\d+)', text)
            return int(match.group(1)) if match else 0
        fine, wrong = count(200), count(400)
        self.get("/v1/suggest?q=refund")
        self.get("/v1/suggest?limit=x", 400)
        self.assertEqual((count(200), count(400)), (fine + 1, wrong + 1))

    def test_metrics_are_prometheus_text(self):
        self.get("/v1/search?q=refund")
        self.get("/none", 404)
        reply = self.get("/metrics")
        self.assertTrue(reply.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        for line in reply.text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+({\w+="[^"]*"(,\w+="[^"]*")*})? [0-9.e+-]+)$')
        for stage in ["understand", "text", "encode", "vector", "fuse", "show"]:
            self.assertIn(f'parry_search_stage_duration_seconds_count{{stage="{stage}"}}', reply.text)
        for name in ["parry_generation", "parry_segments", "parry_articles", "parry_passages",
                     "process_resident_memory_bytes", "parry_uptime_seconds"]:
            self.assertRegex(reply.text, rf"(?m)^{name} \d+$")
        self.assertIn('route="none",status="404"', reply.text)


class Http(ApiTest):
    PATHS = ["/", "/search?q=refund", "/articles/delivery-late", "/categories/Deliveries", "/v1/search?q=refund",
             "/v1/suggest?q=refund", "/v1/articles", "/v1/articles/delivery-late", "/v1/categories", "/health", "/ready",
             "/metrics", "/assets/style.css", "/merchant/", "/problems/not-found"]

    def test_every_reply_carries_its_id_and_the_safety_headers(self):
        ids = set()
        paths = self.PATHS + ["/none", "/v1/none", "/v1/search", "/articles/none"]
        for path in paths:
            headers = self.server.get(path).headers
            ids.add(headers["X-Request-Id"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
            self.assertNotIn("unsafe", headers["Content-Security-Policy"])
            self.assertEqual(headers["Referrer-Policy"], "same-origin")
            self.assertTrue(headers["Cache-Control"])
        self.assertEqual(len(ids), len(paths))

    def test_head_is_get_without_a_body(self):
        for path in self.PATHS:
            head, get = self.get(path, method="HEAD"), self.get(path)
            self.assertEqual(head.body, b"")
            self.assertEqual(head.headers["Content-Type"], get.headers["Content-Type"])
            if path not in ["/metrics", "/v1/search?q=refund"]:  # these differ from one request to the next
                self.assertEqual(head.headers["Content-Length"], str(len(get.body)), path)
        self.get("/v1/search", 400, method="HEAD")

    def test_an_etag_saves_the_second_reply(self):
        for path in ["/", "/articles/delivery-late", "/categories/Deliveries", "/v1/articles", "/v1/categories",
                     "/v1/articles/delivery-late", "/v1/articles/delivery-late.md", "/assets/style.css"]:
            tag = self.get(path).headers["ETag"]
            self.assertRegex(tag, r'^"[0-9a-f]+"$')
            again = self.get(path, 304, headers={"If-None-Match": f'"x", W/{tag}'})
            self.assertEqual(again.body, b"")
            self.assertEqual(again.headers["ETag"], tag)
            self.get(path, 200, headers={"If-None-Match": '"other"'})
        forms = {self.get("/v1/articles/delivery-late", headers={"Accept": a}).headers["ETag"]
                 for a in ["application/json", "text/html", "text/markdown"]}
        self.assertEqual(len(forms), 3)

    def test_unknown_addresses(self):
        for path in ["/none", "/v1", "/v1/", "/v1/none", "/v1/search/", "/v2/search", "/merchant/v1/search?q=a",
                     "/merchant/health", "/internal/", "/../etc/passwd", "//", "/assets/none.css",
                     "/assets/..%2f..%2fetc%2fpasswd", "/V1/search?q=a"]:
            self.problem(path, 404, "not-found")
        for path in ["/none", "/merchant/none"]:
            reply = self.get(path, 404, headers={"Accept": "text/html,*/*;q=0.8"})
            self.assertTrue(reply.headers["Content-Type"].startswith("text/html"))
            self.assertIn("Not found", reply.text)
            self.assertNotIn("/docs", reply.text)
        self.problem("/v1", 404, "not-found", "/docs lists")

    def test_wrong_methods_say_which_are_right(self):
        for method in ["POST", "PUT", "DELETE", "PATCH", "BREW"]:
            reply = self.problem("/v1/search?q=a", 405, "method-not-allowed", method=method)
            self.assertEqual(reply.headers["Allow"], "GET, HEAD, OPTIONS")
        self.problem("/v1/none", 404, "not-found", method="POST")
        self.assertEqual(self.get("/", 405, method="POST").headers["Allow"], "GET, HEAD, OPTIONS")

    def test_options_say_what_an_address_takes(self):
        reply = self.get("/v1/search", 204, method="OPTIONS", headers={"Origin": "https://elsewhere.example"})
        self.assertEqual(reply.headers["Allow"], "GET, HEAD, OPTIONS")
        self.assertNotIn("Access-Control-Allow-Origin", reply.headers)
        self.problem("/v1/none", 404, "not-found", method="OPTIONS")

    def test_long_replies_are_compressed_for_those_who_take_it(self):
        plain = self.get("/v1/articles")
        gzipped = self.get("/v1/articles", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(gzipped.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(gzipped.body), plain.body)
        self.assertLess(len(gzipped.body), len(plain.body) / 2)
        zstd = self.get("/v1/articles", headers={"Accept-Encoding": "gzip, br, zstd"})
        self.assertEqual(zstd.headers["Content-Encoding"], "zstd")
        self.assertEqual(zstd.body[:4], b"\x28\xb5\x2f\xfd")
        self.assertEqual(gzipped.headers["Vary"], "Accept-Encoding")
        for tag in [plain.headers["ETag"], gzipped.headers["ETag"], zstd.headers["ETag"]]:
            self.get("/v1/articles", 304, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
        self.assertNotIn("Content-Encoding", self.get("/health", headers={"Accept-Encoding": "gzip"}).headers)

    def test_bad_escapes_in_a_path(self):
        for path in ["/v1/articles/%ff", "/v1/articles/%", "/v1/articles/a%00b"]:
            self.problem(path, 400, "invalid")
        self.get("/articles/%ff", 400)

    def test_a_long_address_is_414(self):
        self.problem("/v1/search?q=a&x=" + "a" * 8200, 414, "uri-too-long")
        self.problem("/" + "a" * 20000, 414, "uri-too-long")
        self.assertIn(b" 414 ", self.server.raw(b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\nHost: x\r\n\r\n").split(b"\r\n")[0])

    def test_large_headers_are_431(self):
        self.problem("/health", 431, "headers-too-large", headers={f"X-{i}": "a" * 1000 for i in range(17)})
        self.problem("/health", 431, "headers-too-large", headers={"X-One": "a" * 16400})
        self.assertIn(b" 431 ", self.server.raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200000 + b"\r\n\r\n").split(b"\r\n")[0])

    def test_large_bodies_are_413(self):
        got = self.server.raw(b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
        self.assertIn(b" 413 ", got.split(b"\r\n")[0])
        self.assertIn(b"/problems/too-large", got)
        self.get("/health", method="GET", body=b"x" * 1000)  # one within the limit is read past
        self.assertEqual(self.server.raw(b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 20), b"")

    def test_broken_requests_do_no_harm(self):
        for request in [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00\xff\xfe\r\n\r\n",
                        b"GET / HTTP/1.1\r\n\r\n", b"GET /%s HTTP/1.0\r\n\r\n",
                        b"GET /v1/search?q=%00 HTTP/1.0\r\n\r\n", b"get / HTTP/1.0\r\n\r\n",
                        b"GET /v1/search?%00=%00&&&==&q HTTP/1.0\r\n\r\n",
                        b"GET / HTTP/1.0\r\nX\xff: \xff\r\nAccept: \xff;q=\xff\r\nIf-None-Match: \xff\"\r\n\r\n"]:
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=1) as s:
                s.sendall(request)
                s.shutdown(socket.SHUT_WR)
                try:
                    while s.recv(65536):
                        pass
                except TimeoutError:  # libmicrohttpd does not always see the end at once; the idle timeout is its end
                    pass
        self.get("/health")

    def test_many_keep_alive_connections_at_once(self):
        sockets = [socket.create_connection(("127.0.0.1", self.server.port), timeout=60) for _ in range(300)]
        try:
            for turn in range(2):
                for i, s in enumerate(sockets):
                    s.sendall(f"GET /v1/suggest?q=refund+{i % 7}&limit={turn + 1} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                for s in sockets:
                    got = b""
                    while b"\r\n\r\n" not in got:
                        piece = s.recv(65536)
                        self.assertTrue(piece, "closed early")
                        got += piece
                    head, _, body = got.partition(b"\r\n\r\n")
                    self.assertTrue(head.startswith(b"HTTP/1.1 200 "))
                    length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
                    while len(body) < length:
                        body += s.recv(65536)
                    self.assertLessEqual(len(json.loads(body)["hits"]), turn + 1)
        finally:
            for s in sockets:
                s.close()

    def test_the_log_has_a_line_a_request_without_the_query(self):
        reply = self.get("/v1/search?q=platypusquery+4111111111111111")
        self.get("/search?q=platypusquery")
        self.get("/v1/search?q=platypusquery&platypusname=1", 400)
        self.get("/platypuspath", 404)
        log = self.server.logged()
        line = next(line for line in log.splitlines() if reply.headers["X-Request-Id"] in line)
        for part in ["event=request", "method=GET", "route=/v1/search", "status=200", "dur_us="]:
            self.assertIn(part, line)
        self.assertNotIn("platypus", log)
        self.assertNotIn("4111111111111111", log)


class Pages(ApiTest):
    def test_home_shows_topics_with_counts_and_what_is_new(self):
        text = self.get("/").text
        page = Page(text)
        topics = self.get("/v1/categories").json["categories"]
        for topic in topics:
            self.assertIn(topic["url"], page.links)
            self.assertRegex(text, rf"{topic['articles']}\s+article")
        self.assertIn("Wombats &amp; &lt;others&gt;", text)
        self.assertIn("/articles/open-one", page.links)  # the newest
        box = next(a for a in page.named("input") if a.get("type") == "search")
        self.assertEqual((box["id"], box["class"], box["name"]), ("parry-q", "parry-search", "q"))
        self.assertEqual((box["data-suggest"], box["data-audience"]), ("/v1/suggest", "customer"))
        form = page.named("form")[0]
        self.assertEqual((form["role"], form["action"]), ("search", "/search"))

    def test_an_article_page(self):
        text = self.get("/articles/delivery-late").text
        page = Page(text)
        self.assertEqual(len(page.named("h1")), 1)
        self.assertIn("/categories/Deliveries", page.links)
        self.assertIn("#check-which-date-applies", page.links)
        self.assertIn("6 October 2026", text)
        self.assertIn("/articles/track-your-delivery", page.links)
        self.assertEqual(len(page.ids), len(set(page.ids)))
        self.assertEqual(text.count("<table"), text.count('tabindex="0"><table>'))
        self.assertGreater(text.count("<table"), 0)
        self.assertEqual(text.count("<div"), text.count("</div>"))

    def test_the_search_page_works_and_has_pages(self):
        first = self.get("/search?q=refund").text
        self.assertIn("page=2", first)
        self.assertIn('value="refund"', first)
        second = self.get("/search?q=refund&page=2").text
        self.assertIn("page=1", second)
        def articles(text):
            return {link for link in Page(text).links if link.startswith("/articles/")}
        self.assertTrue(articles(first) - articles(second))
        self.assertIn('start="11"', second)
        none = self.get("/search?q=xyzzyqwertyuiop").text
        self.assertIn("Nothing was found", none)
        self.assertIn("/categories/Deliveries", Page(none).links)
        self.assertIn("no more results", self.get("/search?q=refund&page=900").text)
        for path in ["/search", "/search?q=", "/search?q=a&page=x", "/search?q=a&utm_source=mail", "/search?q=a&q=b",
                     "/search?q=" + "a" * 3000]:
            self.get(path)

    def test_what_people_type_stays_text(self):
        for attack in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'", "{{base}}{{{html}}}",
                       "javascript:alert(1)", "</title><script>", "&lt;script&gt;", "<mark>"]:
            q = urllib.parse.quote(attack)
            for path in [f"/search?q={q}", f"/search?q={q}+refund&page=2", f"/merchant/search?q={q}", f"/articles/{q}",
                         f"/categories/{q}", f"/{q}", f"/search?{q}={q}"]:
                reply = self.server.get(path, headers={"Accept": "text/html"})
                page = Page(reply.text)
                self.assertTrue(all(a.get("src", "").startswith("/assets/") for a in page.named("script")), path)
                self.assertEqual([a for a in page.named("img") if "onerror" in a], [], path)
                for link in page.links:
                    self.assertRegex(link, r"^(/|#)", path)
                self.assertNotIn(attack, reply.text) if "<" in attack and attack != "<mark>" else None
            box = next(a for a in Page(self.get(f"/search?q={q}").text).named("input") if a.get("id") == "parry-q")
            self.assertEqual(box["value"], attack)
            for path in [f"/v1/search?q=a&{q}=1", f"/v1/search?q={q}"]:
                reply = self.server.get(path)
                self.assertIn("json", reply.headers["Content-Type"])

    def test_a_hostile_title_stays_text(self):
        for path in ["/articles/odd-one", "/search?q=echidna", "/categories/Odd"]:
            page = Page(self.get(path).text)
            self.assertFalse([a for a in page.named("img")], path)
            self.assertFalse(page.named("svg"), path)

    def test_a_strict_policy_and_no_inline_code(self):
        for path in ["/", "/search?q=refund", "/articles/delivery-late", "/categories/Deliveries", "/articles/none"]:
            reply = self.server.get(path)
            csp = reply.headers["Content-Security-Policy"]
            for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: https:",
                         "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]:
                self.assertIn(part, csp)
            for tag, attrs in Page(reply.text).tags:
                self.assertNotEqual(tag, "style")
                self.assertNotIn("style", attrs)
                self.assertFalse([a for a in attrs if a.startswith("on")])
                self.assertTrue(tag != "script" or attrs.get("src"))

    def ask(self, headers):
        return self.server.get("/assets/style.css", headers=headers)

    def test_a_part_of_an_asset_may_be_asked_for(self):
        whole = self.get("/assets/style.css")
        size, etag = len(whole.body), whole.headers["ETag"]
        self.assertEqual(whole.headers["Accept-Ranges"], "bytes")
        for asked, got in (("bytes=0-9", slice(0, 10)), (f"bytes={size - 5}-", slice(size - 5, size)), ("bytes=-7", slice(size - 7, size)),
                           (f"bytes=5-{size + 100}", slice(5, size)), (f"bytes=-{size * 2}", slice(0, size))):
            part = self.ask({"Range": asked, "Accept-Encoding": "gzip"})
            self.assertEqual((part.status, part.body), (206, whole.body[got]), asked)
            self.assertEqual(part.headers["Content-Range"], f"bytes {got.start}-{got.stop - 1}/{size}")
            self.assertEqual(part.headers["ETag"], etag)
            self.assertIsNone(part.headers["Content-Encoding"])
        for asked in (f"bytes={size}-", "bytes=-0", "bytes=99999999999999999999999-"):
            beyond = self.ask({"Range": asked})
            self.assertEqual((beyond.status, beyond.headers["Content-Range"]), (416, f"bytes */{size}"), asked)
            self.assertIsNone(beyond.headers["ETag"])
        for ignored in ({"Range": "bytes=0-1,5-6"}, {"Range": "bytes=9-0"}, {"Range": "chars=0-1"}, {"Range": "bytes=x-"},
                        {"Range": "bytes=0-1", "If-Range": '"other"'}, {"Range": "bytes=0-1", "If-Range": "W/" + etag}):
            self.assertEqual((self.ask(ignored).status, self.ask(ignored).body), (200, whole.body), ignored)
        self.assertEqual(self.ask({"Range": "bytes=0-1", "If-Range": etag}).status, 206)
        self.assertEqual(self.ask({"Range": "bytes=0-1", "If-None-Match": etag}).status, 304)
        self.assertEqual(self.server.get("/assets/style.css", "HEAD", {"Range": "bytes=0-1"}).status, 200)
        self.assertEqual(self.server.get("/v1/search?q=refund", headers={"Range": "bytes=0-1"}).status, 200)

    def test_assets_may_be_kept_for_good_under_their_version(self):
        link = next(link for link in Page(self.get("/").text).links if link.startswith("/assets/style.css"))
        self.assertIn("immutable", self.get(link).headers["Cache-Control"])
        self.assertEqual(self.get("/assets/style.css").headers["Cache-Control"], "no-cache")
        self.assertEqual(self.get("/assets/style.css?v=old").headers["Cache-Control"], "no-cache")
        self.assertEqual(self.get("/assets/icon.svg").headers["Content-Type"], "image/svg+xml; charset=utf-8")

    def test_merchants_have_pages_of_their_own(self):
        text = self.get("/merchant/").text
        self.assertIn("/merchant/categories/Payouts", Page(text).links)
        self.assertIn('data-audience="merchant"', text)
        self.assertIn('aria-current="true">For merchants', text)
        self.get("/merchant")
        self.get("/merchant/articles/merchant-payout-schedule")
        self.get("/merchant/articles/delivery-late", 404)
        self.get("/articles/merchant-payout-schedule", 404)
        self.get("/categories/Payouts", 404)
        links = Page(self.get("/merchant/search?q=payout").text).links
        self.assertTrue([link for link in links if link.startswith("/merchant/articles/")])
        self.assertFalse([link for link in links if link.startswith("/articles/")])

    def test_problems_have_pages(self):
        kind = self.get("/v1/search", 400).json["type"]
        self.assertIn("parameter", self.get(kind).text)
        self.get("/problems/none", 404)


class NeverSeen(ApiTest):
    """A draft, an archived article, another audience's: in no body, no header, no count, by no route."""

    def clean(self, path, text):
        for word in SECRETS:
            self.assertNotIn(word, text.lower(), path)

    def fetch(self, path, **more):
        reply = self.server.get(path, **more)
        self.clean(path, urllib.parse.unquote(str(reply.headers)))
        self.clean(path, urllib.parse.unquote(reply.body.decode("utf-8")))
        return reply

    def test_no_search_finds_them(self):
        for audience in ["", "&audience=customer", "&audience=merchant"]:
            for q in ["refund", "plans", "rules", "draft-one", "staff-one", "old-one", "partner-one", "team", "a"]:
                for extra in ["", "&explain=1", "&mode=text", "&limit=100", "&category=", "&mode=vector"]:
                    self.fetch(f"/v1/search?q={q}{audience}{extra}")
                self.fetch(f"/v1/suggest?q={q}{audience}&limit=20")
        # Not even whether a word exists: the secret words find what a word that nobody ever wrote finds.
        for word in SECRETS + ["zebrafishdraf", "quokkaintern"]:
            for audience in ["customer", "merchant"]:
                body = self.server.get(f"/v1/search?q={word}&mode=text&audience={audience}").json
                self.assertNotIn(word, json.dumps([body["hits"], body.get("corrected", "")]))
                self.assertEqual(body["total"], 0, word)
                self.assertEqual(self.server.get(f"/v1/suggest?q={word[:8]}&audience={audience}").json["hits"], [])
            self.assertIn("Nothing was found", self.server.get(f"/search?q={word}").text)

    def test_a_misspelling_is_not_corrected_to_them(self):
        for q in ["zebrafishdrafft", "okapiarchivd", "quokkaintrenal", "numbatpartner"]:
            for audience in ["customer", "merchant"]:
                self.fetch(f"/v1/search?q={q}+refund&audience={audience}")
                self.fetch(f"/v1/suggest?q=refund+{q}&audience={audience}")

    def test_no_category_filter_shows_them(self):
        for name in ["Zebrafishdraft topics", "Okapiarchived", "Quokkainternal"]:
            for audience in ["customer", "merchant"]:
                query = urllib.parse.urlencode({"category": name, "audience": audience})
                self.assertEqual(self.server.get(f"/v1/articles?{query}").json["total"], 0)
                self.assertEqual(self.server.get(f"/v1/search?q=refund&{query}").json["total"], 0)
            self.assertEqual(self.server.get(f"/categories/{urllib.parse.quote(name)}").status, 404)

    def test_no_address_shows_them(self):
        for key in ["draft-one", "draft-two", "old-one", "staff-one", "partner-one", "draft", "internal", "archived"]:
            for path in [f"/articles/{key}", f"/merchant/articles/{key}", f"/customer/articles/{key}",
                         f"/internal/articles/{key}", f"/v1/articles/{key}", f"/v1/articles/{key}.md",
                         f"/v1/articles/{key}.html", f"/v1/articles/{key}?audience=merchant"]:
                self.assertEqual(self.fetch(path).status, 404, path)
            self.assertEqual(self.fetch(f"/v1/articles/{key}?audience=internal").status, 403)
            self.assertEqual(self.fetch(f"/v1/articles/{key}?audience=partners").status, 400)

    def test_no_page_and_no_list_leads_to_them(self):
        """Every link of every page is followed: all lead somewhere, none to a secret."""
        todo, seen = ["/", "/merchant/", "/search?q=refund", "/merchant/search?q=refund"], set()
        while todo:
            path = todo.pop()
            if path in seen:
                continue
            seen.add(path)
            reply = self.fetch(path)
            self.assertEqual(reply.status, 200, path)
            if not reply.headers["Content-Type"].startswith("text/html"):
                continue
            for link in Page(reply.text).links:
                target = link.split("#")[0]
                if target.startswith("/") and target not in seen and not re.search(r"page=[3-9]", target):
                    todo.append(target)
        self.assertGreater(len(seen), 150)
        for audience in ["customer", "merchant"]:
            for article in self.fetch(f"/v1/articles?limit=1000&audience={audience}").json["articles"]:
                self.assertIn(article["url"], seen)
                for suffix in ["", ".html"]:
                    self.fetch(f"/v1/articles/{article['id']}{suffix}?audience={audience}")
            self.fetch(f"/v1/categories?audience={audience}")

    def test_counts_are_those_of_a_tree_without_them(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = make_tree(folder)
            for name in ["draft.md", "status.md", "archived.md", "internal.md", "partners.md"]:
                (tree / name).unlink()
            with Server(tree) as without:
                for path in ["/v1/categories", "/v1/categories?audience=merchant", "/v1/articles?limit=1000",
                             "/v1/search?q=refund&mode=text&limit=100", "/v1/search?q=refund&audience=merchant&limit=100",
                             "/v1/suggest?q=ref"]:
                    mine, other = self.server.get(path).json, without.get(path).json
                    if "hits" in mine and "total" in mine:
                        # in any order: how rare a word is, is counted over all audiences
                        self.assertEqual({h["id"] for h in mine["hits"]}, {h["id"] for h in other["hits"]}, path)
                        self.assertEqual(mine["total"], other["total"])
                        continue
                    for body in (mine, other):
                        body.pop("generation")
                        body.pop("query_id", None)
                    self.assertEqual(mine, other, path)

    def test_ready_and_errors_tell_nothing(self):
        for path in ["/ready", "/health", "/v1/search?q=zzz&limit=0", "/v1/nothing", "/none"]:
            self.fetch(path)


class Living(unittest.TestCase):
    """What changes while the server runs, and how it ends."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-tree-")
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name) / "content"
        shutil.copytree(SAMPLE / "customers" / "safety", self.tree / "safety")
        self.server = Server(self.tree)
        self.addCleanup(self.server.close)

    def found(self, word):
        return [h["id"] for h in self.server.get(f"/v1/search?q={word}&mode=text").json["hits"]]

    def write(self, status, word):
        (self.tree / "live.md").write_text(f"---\nid: live\ntitle: Live\nstatus: {status}\n---\nabout {word}\n", encoding="utf-8")

    def test_a_changed_file_is_found_soon(self):
        before = self.server.get("/ready").json["generation"]
        self.assertEqual(self.found("numbatlive"), [])
        self.write("published", "numbatlive")
        self.assertEqual(until(lambda: self.found("numbatlive")), ["live"])
        self.assertGreater(self.server.get("/ready").json["generation"], before)
        self.assertEqual(self.server.get("/articles/live").status, 200)
        total = self.server.get("/v1/articles").json["total"]
        self.write("published", "dugonglive")
        self.assertEqual(until(lambda: self.found("dugonglive")), ["live"])
        self.assertEqual(self.found("numbatlive"), [])
        self.write("draft", "dugonglive")
        self.assertTrue(until(lambda: not self.found("dugonglive")))
        self.assertEqual(self.server.get("/articles/live").status, 404)
        self.assertEqual(self.server.get("/v1/articles").json["total"], total - 1)
        self.write("published", "dugonglive")
        self.assertTrue(until(lambda: self.found("dugonglive")))
        (self.tree / "live.md").unlink()
        self.assertTrue(until(lambda: not self.found("dugonglive")))
        self.assertEqual(self.server.get("/v1/articles/live").status, 404)

    def test_one_of_many_that_vanishes_is_in_no_list(self):
        def ids():
            return {a["id"] for a in self.server.get("/v1/articles").json["articles"]}
        before, topic = ids(), self.server.get("/v1/categories").json["categories"][0]
        self.assertIn("phishing-messages", before)
        (self.tree / "safety" / "phishing-messages.md").unlink()
        self.assertTrue(until(lambda: "phishing-messages" not in ids()))
        self.assertEqual(ids(), before - {"phishing-messages"})
        self.assertEqual(self.server.get("/v1/categories").json["categories"][0]["articles"], topic["articles"] - 1)
        self.assertEqual(self.server.get("/articles/phishing-messages").status, 404)
        self.assertNotIn("/articles/phishing-messages", self.server.get("/categories/Safety").text)

    def test_requests_go_on_while_generations_come(self):
        for i in range(5):
            self.write("published", f"numbat{i}")
            while not self.found(f"numbat{i}"):
                self.assertEqual(self.server.get("/").status, 200)
                self.assertEqual(self.server.get("/v1/suggest?q=phishing").status, 200)

    def test_sigterm_lets_a_running_request_end(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as s:
            s.sendall(b"GET /v1/search?q=phishing HTTP/1.1\r\nHost: localhost\r\n")  # begun, not complete
            self.assertEqual(self.server.get("/health").status, 200)
            self.server.process.send_signal(signal.SIGTERM)
            def refused():
                try:
                    socket.create_connection(("127.0.0.1", self.server.port), timeout=5).close()
                    return False
                except ConnectionRefusedError:
                    return True
            self.assertTrue(until(refused))
            time.sleep(0.5)
            self.assertIsNone(self.server.process.poll())
            s.sendall(b"\r\n")
            got = b""
            while piece := s.recv(65536):
                got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 200 "))
        self.assertIn(b"connection: close", head.lower())
        self.assertTrue(json.loads(body)["hits"])
        self.assertEqual(self.server.process.wait(20), 0)
        self.assertIn("event=drained", self.server.logged())

    def test_sigterm_under_load_ends_with_0_and_breaks_no_reply(self):
        connections = [self.server.connect() for _ in range(40)]
        for c in connections:  # that they are its own, not still the kernel's
            c.request("GET", "/health")
            self.assertEqual(Reply(c.getresponse()).status, 200)
        for c in connections:
            c.request("GET", "/v1/search?q=phishing+merchant")
        for c in connections[:20]:
            self.assertIn(Reply(c.getresponse()).status, (200, 503))  # a busy machine sheds
        self.server.process.send_signal(signal.SIGTERM)
        for c in connections[20:]:
            reply = Reply(c.getresponse())
            self.assertTrue(reply.json["hits"] if reply.status == 200 else reply.status == 503, reply.text)
            c.close()
        self.assertEqual(self.server.process.wait(20), 0)
        for c in connections:
            c.close()

    def test_sigint_ends_with_0_and_idle_connections_do_not_hold_it(self):
        idle = socket.create_connection(("127.0.0.1", self.server.port))
        self.assertEqual(self.server.get("/health").status, 200)
        self.assertEqual(self.server.stop(signal.SIGINT, wait=8), 0)
        idle.close()

    def test_what_was_indexed_is_served_again(self):
        generation = self.server.get("/ready").json["generation"]
        self.assertEqual(self.server.stop(), 0)
        with Server(data=self.server.data.parent) as again:
            self.assertEqual(again.get("/ready").json["generation"], generation)
            self.assertTrue(again.get("/v1/search?q=phishing").json["hits"])


class Derived(unittest.TestCase):
    def test_an_index_that_is_gone_comes_back_with_its_related_articles(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([PARRY, "index", "--data", folder + "/data", "--text-only", "--quiet", str(SAMPLE)], timeout=60,
                           check=True)
            shutil.rmtree(folder + "/data/index")
            with Server(data=folder) as server:
                found = lambda: len(server.get("/v1/articles/refund-times/related").json["related"])
                self.assertTrue(until(lambda: found() > NAMED, 30))
                self.assertEqual(server.stop(), 0)


class Drafts(unittest.TestCase):
    """Staff search drafts at a terminal, in an index of their own; what is served never holds one."""

    def run_parry(self, *args):
        return subprocess.run([PARRY, *args], timeout=60, check=True, capture_output=True, text=True).stdout

    def test_drafts_are_searched_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            tree, data = pathlib.Path(folder) / "tree", folder + "/data"
            tree.mkdir()
            for name, front in [("open", ""), ("plan", "draft: true\n"), ("old", "status: archived\n")]:
                (tree / f"{name}.md").write_text(f"---\nid: {name}\n{front}---\n# Narwhal {name}\n\nnarwhal\n", encoding="utf-8")

            def found(*more):
                out = self.run_parry("search", "--data", data, "--mode", "text", "--json", *more, "narwhal")
                return {h["id"] for h in json.loads(out)["hits"]}
            self.run_parry("index", "--data", data, "--text-only", "--quiet", str(tree))
            early = subprocess.run([PARRY, "search", "--data", data, "--mode", "text", "--drafts", "narwhal"], timeout=60,
                                   capture_output=True, text=True)
            self.assertIn("no drafts are indexed yet; run `parry index --drafts`", early.stderr)
            self.run_parry("index", "--data", data, "--text-only", "--quiet", "--drafts")
            self.assertEqual((found(), found("--drafts")), ({"open"}, {"plan"}))
            (tree / "plan.md").write_text("---\nid: plan\n---\n# Narwhal plan\n\nnarwhal\n", encoding="utf-8")
            self.run_parry("index", "--data", data, "--text-only", "--quiet", str(tree))
            self.run_parry("index", "--data", data, "--text-only", "--quiet", "--drafts")
            self.assertEqual((found(), found("--drafts")), ({"open", "plan"}, set()))


class Together(unittest.TestCase):
    def test_what_another_process_indexes_is_served_at_once(self):
        with tempfile.TemporaryDirectory() as folder, Server(data=folder) as server:
            def index(name, word):
                tree = pathlib.Path(folder) / "tree"
                tree.mkdir(exist_ok=True)
                (tree / name).write_text(f"# Page of {word}\n\n{word}\n", encoding="utf-8")
                subprocess.run([PARRY, "index", "--data", str(server.data), "--text-only", "--quiet", str(tree)], timeout=60,
                               check=True)
            for word in ["dugong", "manatee"]:
                index(word + ".md", word)
                self.assertTrue(until(lambda w=word: server.get(f"/v1/search?q={w}&mode=text").json["hits"]))
            self.assertEqual(server.get("/v1/articles").json["total"], 2)
            self.assertEqual(server.get("/ready").json["status"], "ready")

    def test_the_default_audience_is_a_setting(self):
        for threads in ["1", "3"]:
            options = ["--option", "serve.default_audience=merchant", "--option", "serve.site_name=Otter <Shop>", "--option",
                       f"serve.threads={threads}"]
            with Server(SAMPLE, args=options) as server:
                home = server.get("/").text
                self.assertIn("/categories/Payouts", Page(home).links)
                self.assertIn("/customer/", Page(home).links)
                self.assertIn("Otter &lt;Shop&gt;", home)
                self.assertEqual({h["audience"] for h in server.get("/v1/search?q=refund").json["hits"]}, {"merchant"})
                self.assertEqual(server.get("/articles/delivery-late").status, 404)
                self.assertEqual(server.get("/customer/articles/delivery-late").status, 200)
                self.assertEqual(server.get("/v1/search?q=refund&audience=customer").json["hits"][0]["url"][:19],
                                 "/customer/articles/")
                self.assertEqual(server.get("/merchant/articles/merchant-payout-schedule").status, 200)
                self.assertEqual(server.stop(), 0)


class Starting(unittest.TestCase):
    def run_serve(self, *args):
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run([PARRY, "serve", "--data", folder + "/data", "--text-only", *args], timeout=60,
                                  capture_output=True, text=True, check=False)

    def test_only_this_machine_is_listened_to_before_there_is_a_key(self):
        for address in ["0.0.0.0:0", "[::]:0"]:
            done = self.run_serve("--listen", address)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("there are no keys yet", done.stderr)
        self.assertEqual(self.run_serve("--listen", "nonsense").returncode, 2)

    def test_a_port_in_use_is_told(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            done = self.run_serve("--listen", "127.0.0.1:%d" % taken.getsockname()[1])
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("in use", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_tree_that_is_not_there_is_told(self):
        done = self.run_serve("--listen", "127.0.0.1:0", "--content", "/no/such/tree")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("/no/such/tree", done.stderr)

    def test_an_empty_house_is_served_and_says_so(self):
        with Server() as empty:
            self.assertEqual(empty.get("/health").status, 200)
            reply = empty.get("/ready")
            self.assertEqual((reply.status, reply.json["status"]), (503, "empty"))
            self.assertIn("index", reply.json["degraded"])
            self.assertEqual(empty.get("/v1/search?q=refund").json["hits"], [])
            self.assertEqual(empty.get("/v1/suggest?q=refund").json["hits"], [])
            self.assertEqual(empty.get("/v1/categories").json["categories"], [])
            self.assertIn("no articles here yet", empty.get("/").text)
            self.assertIn("Nothing was found", empty.get("/search?q=refund").text)


if __name__ == "__main__":
    unittest.main()
