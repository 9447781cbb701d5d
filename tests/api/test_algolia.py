"""Algolia's protocol over HTTP: records, facets, filters, pages, errors in its shape, keys, events in the ledger."""
import json
import pathlib
import re
import tempfile
import unittest

from parry_server import SAMPLE, Server

QUERIES = "/1/indexes/*/queries?x-algolia-application-id=parry&x-algolia-api-key=search"
EVIL = "<img src=x onerror=alert(1)>"


class Algolia(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE, args=["--option", "serve.cors_origins=http://site.example"])

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def post(self, path, body, **headers):
        raw = body if isinstance(body, str) else json.dumps(body)
        return self.server.get(path, "POST", body=raw, headers={"Content-Type": "text/plain", **headers})

    def search(self, query, **params):
        reply = self.post(QUERIES, {"requests": [{"indexName": "articles_en", "query": query, **params}]})
        self.assertEqual(reply.status, 200, reply.text)
        return reply.json["results"][0]

    def refused(self, reply, status, piece):
        self.assertEqual(reply.status, status, reply.text)
        self.assertEqual(set(reply.json), {"message", "status"})
        self.assertEqual(reply.json["status"], status)
        self.assertIn(piece, reply.json["message"])

    def test_a_hit_is_a_record_of_docsearch_and_a_plain_one(self):
        found = self.search("says sent and the time is over", highlightPreTag="<mark>", highlightPostTag="</mark>",
                            attributesToSnippet=["hierarchy.lvl2:15", "content:15"])
        hit = found["hits"][0]
        self.assertEqual(hit["objectID"], "refund-not-received#it-says-sent-and-the-time-is-over")
        site = f"http://127.0.0.1:{self.server.port}"
        self.assertEqual(hit["url"], f"{site}/articles/{hit['objectID']}")
        self.assertEqual(hit["url_without_anchor"], f"{site}/articles/refund-not-received")
        self.assertEqual(hit["anchor"], "it-says-sent-and-the-time-is-over")
        self.assertEqual(hit["type"], "lvl2")
        self.assertEqual(hit["hierarchy"]["lvl0"], hit["category"])
        self.assertEqual(hit["hierarchy"]["lvl1"], hit["title"])
        self.assertIsNone(hit["hierarchy"]["lvl3"])
        level = hit["_highlightResult"]["hierarchy"]["lvl2"]
        self.assertEqual(level["matchLevel"], "full")
        self.assertEqual(level["matchedWords"], ["says", "sent", "time", "over"])
        self.assertIn("<mark>time</mark>", hit["_snippetResult"]["hierarchy"]["lvl2"]["value"])
        self.assertEqual(self.server.get(hit["url_without_anchor"][len(site):]).status, 200)
        self.assertEqual(found["userData"][0]["kb"]["answer_probability"], None)  # words alone
        self.assertRegex(found["indexUsed"], r"^articles_en@gen-\d{6}$")

    def test_attributes_are_those_that_were_asked_for(self):
        hit = self.search("refund", attributesToRetrieve=["title", "hierarchy.*", "-hierarchy.lvl1"],
                          attributesToHighlight=["title"])["hits"][0]
        self.assertEqual(set(hit), {"objectID", "title", "hierarchy", "_highlightResult"})
        self.assertNotIn("lvl1", hit["hierarchy"])
        self.assertEqual(set(hit["_highlightResult"]), {"title"})

    def test_an_empty_box_browses_filters_and_counts(self):
        all_of_them = self.search("", facets=["*"], hitsPerPage=0)
        self.assertEqual(all_of_them["hits"], [])
        categories = all_of_them["facets"]["category"]
        self.assertEqual(sum(categories.values()), all_of_them["nbHits"])
        rest = self.search("", filters="NOT category:Refunds AND NOT category:Safety")
        self.assertEqual(rest["nbHits"], all_of_them["nbHits"] - categories["Refunds"] - categories["Safety"])
        self.assertEqual(self.search("", filters="updated >= 2026-11-01 AND updated < 2026-11-01")["nbHits"], 0)

    def test_pages_are_as_many_as_they_say(self):
        first = self.search("refund", hitsPerPage=7)
        seen = []
        for page in range(first["nbPages"]):
            seen += [hit["objectID"] for hit in self.search("refund", hitsPerPage=7, page=page)["hits"]]
        self.assertEqual(len(seen), first["nbHits"])
        self.assertEqual(len(set(seen)), len(seen))
        self.assertEqual(self.search("refund", hitsPerPage=7, page=first["nbPages"])["hits"], [])
        self.assertEqual(self.search("refund", page=10 ** 9)["hits"], [])

    def test_another_audience_is_not_reached_by_a_filter(self):
        self.assertEqual(self.search("payout", filters="audience:merchant")["nbHits"], 0)
        self.assertEqual(self.search("", facets=["audience"])["facets"]["audience"].keys(), {"customer"})
        reply = self.post("/1/indexes/articles/query?audience=merchant", {"query": "payout"})
        self.assertGreater(reply.json["nbHits"], 0)
        self.assertIn("/merchant/articles/", reply.json["hits"][0]["url"])
        self.refused(self.post("/1/indexes/articles/query?audience=internal", {}), 403, "internal")

    def test_errors_have_their_shape(self):
        self.refused(self.post(QUERIES, "{"), 400, "not JSON")
        self.refused(self.post(QUERIES, {}), 400, "requests")
        self.refused(self.post("/1/indexes/articles/query", {"filters": "brand:x"}), 400, "brand")
        self.refused(self.post("/1/indexes/articles/facets/brand/query", {}), 400, "brand")
        self.refused(self.post("/1/indexes/a%2Fb/query", {}), 404, "does not exist")
        self.refused(self.post("/1/nothing", {}), 404, "nothing")
        self.refused(self.server.get("/1/indexes/articles/query"), 405, "method")
        self.refused(self.post(QUERIES, " " * 300000), 413, "limit")

    def test_a_secret_key_in_the_open_is_refused_and_logged(self):
        key = "parry_sk_abcdefghijkl_" + "x" * 43
        self.refused(self.post(f"/1/indexes/a/query?X-Algolia-API-Key={key}", {}), 403, "rotate")
        self.refused(self.post("/1/indexes/a/query", {"apiKey": key}), 403, "rotate")
        self.assertEqual(len(re.findall(r"event=secret_key_exposed", self.server.logged())), 2)
        self.assertNotIn(key, self.server.logged())

    def test_unknown_parameters_are_passed_over(self):
        plain = self.search("refund", hitsPerPage=5)
        odd = self.search("refund", hitsPerPage=5, aroundLatLng="1,2", personalizationImpact=3, nothing={"deep": [1]}, distinct=True)
        self.assertEqual([hit["objectID"] for hit in odd["hits"]], [hit["objectID"] for hit in plain["hits"]])

    def test_a_keys_own_filters_hold_whatever_is_asked_and_wherever_it_stands(self):
        key = self.server.run("keys", "create", "--search", "--name", "k", "--expires", "1h", "--audiences", "merchant",
                              "--filters", "category=Payouts")
        ways = [("/1/indexes/articles/query", {}, {"X-Algolia-API-Key": key}), ("/1/indexes/articles/query", {"apiKey": key}, {}),
                (f"/1/indexes/articles/query?x-algolia-api-key={key}", {}, {})]
        over = [{}, {"filters": "category:Refunds OR category:Payouts"}, {"facetFilters": [["category:Payouts", "audience:customer"]]}]
        for path, body, headers in ways:
            for more in over:
                found = self.post(path, {**body, "query": "money", "facets": ["category", "audience"], **more}, **headers).json
                self.assertEqual([list(found["facets"][name]) for name in ("category", "audience")], [["Payouts"], ["merchant"]], more)
                self.assertEqual({hit["category"] for hit in found["hits"]}, {"Payouts"}, more)
            none = self.post(path, {**body, "query": "money", "filters": "category:Refunds OR audience:customer"}, **headers).json
            self.assertEqual((none["nbHits"], none["hits"]), (0, []))
            facet = path.replace("/query", "/facets/category/query", 1)
            values = self.post(facet, {**body, "facetQuery": ""}, **headers).json["facetHits"]
            self.assertEqual([value["value"] for value in values], ["Payouts"])

    def test_a_page_of_an_allowed_origin_may_ask(self):
        reply = self.post(QUERIES, {"requests": []}, Origin="http://site.example")
        self.assertEqual(reply.headers["Access-Control-Allow-Origin"], "http://site.example")
        preflight = self.server.get("/1/events", "OPTIONS", headers={
            "Origin": "http://site.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-algolia-api-key"})
        self.assertEqual(preflight.status, 204)
        self.assertIn("x-algolia-api-key", preflight.headers["Access-Control-Allow-Headers"])

    def test_a_click_with_its_query_is_in_the_ledger(self):
        self.assertNotIn("queryID", self.search("late refund"))
        query = self.search("late refund", clickAnalytics=True, userToken="anonymous-7")["queryID"]
        self.assertRegex(query, r"^[0-9a-f]{32}$")
        click = {"eventType": "click", "eventName": "Opened", "index": "articles_en", "userToken": "anonymous-7",
                 "objectIDs": ["refund-times#a"], "positions": [2], "queryID": query}
        reply = self.post("/1/events?X-Algolia-API-Key=search", {"events": [click]})
        self.assertEqual((reply.status, reply.json), (200, {"status": 200, "message": "OK"}))
        self.assertEqual(reply.headers["Cross-Origin-Resource-Policy"], "cross-origin")
        disk = b"".join(p.read_bytes() for p in self.server.data.rglob("*") if p.is_file())
        uuid = "-".join((query[:8], query[8:12], query[12:16], query[16:20], query[20:])).encode()
        record = next(r for r in re.findall(rb"\{[^{}]*\}", disk) if uuid in r and b'"click"' in r)
        self.assertEqual(json.loads(record)["article"], "refund-times")
        self.assertEqual(json.loads(record)["position"], 2)
        self.assertNotIn(b"anonymous-7", disk)
        self.assertIn(b'"by":"algolia"', disk)
        self.refused(self.post("/1/events", {"events": [click] * 1001}), 400, "1000")


class Hostile(unittest.TestCase):
    """What an author may write is text, wherever a client puts it into a page."""

    def test_no_field_is_markup_where_the_tags_are(self):
        with tempfile.TemporaryDirectory() as folder:
            article = f"---\ntitle: Gull `{EVIL}` title\ncategory: \"{EVIL}\"\n---\nGull `{EVIL}` text.\n\n"
            article += f"## Gull `{EVIL}` heading\n\nGull more `{EVIL}`.\n"
            (pathlib.Path(folder) / "a.md").write_text(article, encoding="utf-8")
            with Server(folder) as server:
                def ask(**params):
                    body = {"query": "gull", "attributesToSnippet": ["*:5"], **params}
                    reply = server.get("/1/indexes/a/query", "POST", body=json.dumps(body))
                    return reply.json["hits"][0]
                hit = ask(highlightPreTag="<mark>", highlightPostTag="</mark>")
                for part in ("_highlightResult", "_snippetResult", "hierarchy", "content"):
                    self.assertNotIn("<img", json.dumps(hit[part]), part)
                    self.assertIn("&lt;img", json.dumps(hit[part]), part)
                self.assertNotIn("&lt;", json.dumps(ask(highlightPreTag="__a__", highlightPostTag="__/a__")))


if __name__ == "__main__":
    unittest.main()
