"""Zendesk's Help Center read API: shapes, pages, filters, errors, and whose articles."""
import datetime
import pathlib
import tempfile
import unittest
import urllib.parse

from parry_server import Server

BASE = "/api/v2/help_center/"


def write(tree, path, text="About parcels and refunds.", **front):
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{k}: {v}\n" for k, v in front.items())
    file.write_text(f"---\n{lines}---\n{text}\n", encoding="utf-8")


class Zendesk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="parry-zendesk-")
        tree = pathlib.Path(cls.kept.name) / "tree"
        for n in range(30):
            write(tree, f"money/m{n:02}.md", title=f"Money {n:02}", category="Money", updated=f"2026-10-{n % 28 + 1:02}",
                  created=f"2026-01-{28 - n % 28:02}", tags="[cards]" if n % 2 else "[cash]")
        write(tree, "b.md", "Where your *parcel* <b>is</b>. See [money](money/m01.md).", title="Parcel & late", category="Delivery",
              updated="2026-11-06", promoted="true")
        write(tree, "gb.md", "The colour of parcels.", title="Colour", category="Delivery", locale="en-GB")
        write(tree, "none.md", "Parcels without a home.", title="Loose", category='""')
        write(tree, "secret.md", "Parcels and secretword.", title="Secretword", category="Inside", audience="internal")
        write(tree, "shop.md", "Parcels and shopword.", title="Shopword", category="Shops", audience="merchant")
        write(tree, "draft.md", "Parcels and draftword.", title="Draftword", category="Drafts", draft="true")
        cls.server = Server(tree, data=cls.kept.name)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.kept.cleanup()

    def ask(self, path, status=200, **params):
        query = "?" + urllib.parse.urlencode(params) if params else ""
        reply = self.server.get(BASE + path + query)
        self.assertEqual(reply.status, status, reply.text)
        self.assertEqual(reply.headers["Content-Type"], "application/json")
        return reply.json

    def ids(self, path, kind="results", **params):
        found, page = [], 1
        while True:
            j = self.ask(path, page=page, **params)
            found += [a["id"] for a in j[kind]]
            if j["next_page"] is None:
                self.assertEqual(len(found), j["count"])
                return found
            page += 1

    def section(self, name):
        return next(s for s in self.ask("sections.json")["sections"] if s["name"] == name)

    def test_search(self):
        j = self.ask("articles/search.json", query="parcel late")
        first = j["results"][0]
        self.assertEqual(first["title"], "Parcel & late")
        self.assertEqual(first["name"], first["title"])
        self.assertIn("<em>", first["snippet"])
        self.assertNotIn("mark>", first["snippet"])
        self.assertIn("<p>Where your <em>parcel</em>", first["body"])
        self.assertEqual(first["result_type"], "article")
        self.assertEqual(first["html_url"], f"http://127.0.0.1:{self.server.port}/articles/b")
        self.assertTrue(first["promoted"])
        self.assertEqual(first["updated_at"], "2026-11-06T00:00:00Z")
        self.assertEqual(first["section_id"], self.section("Delivery")["id"])
        for key in ("locale", "source_locale", "author_id", "label_names", "vote_sum", "vote_count", "draft", "position",
                    "comments_disabled", "outdated", "created_at", "edited_at", "url"):
            self.assertIn(key, first)
        self.assertEqual({"count", "page", "page_count", "per_page", "next_page", "previous_page", "results"}, set(j))
        self.assertEqual(j["per_page"], 25)
        with_filter = self.ask("articles/search.json", query="parcel late", updated_after="2026-11-01")
        self.assertEqual(with_filter["results"], [a for a in with_filter["results"] if a["updated_at"] > "2026-11-01"])
        self.assertIn("<em>", with_filter["results"][0]["snippet"])

    def test_numbers_are_stable_and_lead_back(self):
        listed = self.ask("articles.json", per_page=100)["articles"]
        self.assertEqual(len({a["id"] for a in listed}), len(listed))
        for a in listed[:5]:
            self.assertTrue(0 < a["id"] < 2**53)
            path = a["url"].split("/help_center/")[1]
            self.assertEqual(self.ask(path)["article"], a)
        with tempfile.TemporaryDirectory() as other:
            tree = pathlib.Path(other) / "tree"
            write(tree, "b.md", title="Another title", category="Delivery")
            with Server(tree, data=other) as s:
                there = s.get(BASE + "articles.json").json["articles"][0]
        mine = next(a for a in listed if a["title"] == "Parcel & late")
        self.assertEqual((there["id"], there["section_id"]), (mine["id"], mine["section_id"]))

    def test_pages(self):
        j = self.ask("articles.json", per_page=10)
        self.assertEqual((j["count"], j["page_count"], len(j["articles"])), (33, 4, 10))
        self.assertIsNone(j["previous_page"])
        second = self.server.get(j["next_page"].split(str(self.server.port), 1)[1]).json
        self.assertEqual((second["page"], second["per_page"]), (2, 10))
        self.assertIn("page=1", second["previous_page"])
        self.assertEqual(len(set(self.ids("articles.json", "articles", per_page=7))), 33)
        self.assertEqual(self.ask("articles.json", page=9)["articles"], [])
        found = self.ask("articles/search.json", query="parcels refunds", per_page=10)
        again = self.server.get(found["next_page"].split(str(self.server.port), 1)[1]).json
        self.assertEqual(again["page"], 2)
        self.assertFalse({a["id"] for a in found["results"]} & {a["id"] for a in again["results"]})

    def test_past_the_end(self):
        count = self.ask("articles/search.json", query="parcels")["count"]
        for params in ({"page": 11, "per_page": 100}, {"page": 1000000, "per_page": 100}, {"page": 1000000, "sort_by": "title"}):
            j = self.ask("articles/search.json", query="parcels", **params)
            self.assertEqual((j["results"], j["next_page"], j["count"]), ([], None, count), params)
        self.assertEqual(self.ask("articles.json", page=1000000, per_page=100)["articles"], [])

    def test_filters(self):
        money = self.section("Money")["id"]
        category = self.ask("categories.json")["categories"][0]["id"]
        for params, n in (({"section": money}, 30), ({"section": f"{money},{self.section('Delivery')['id']}"}, 32), ({"section": 5}, 0),
                          ({"label_names": "cards"}, 15), ({"label_names": "cards,cash"}, 30), ({"category": category}, 33), ({"category": 7}, 0),
                          ({"query": "parcels", "section": money, "label_names": "cards"}, 15),
                          ({"section": money, "updated_after": "2026-10-20"}, 8), ({"section": money, "updated_before": "2026-10-03"}, 4),
                          ({"section": money, "created_before": "2026-01-03"}, 2), ({"section": money, "created_at": "2026-01-28"}, 2)):
            self.assertEqual(self.ask("articles/search.json", **params)["count"], n, params)

    def test_order(self):
        for path, kind in (("articles.json", "articles"), ("articles/search.json", "results")):
            for key in ("created_at", "updated_at"):
                for order in ("asc", "desc"):
                    listed = self.ask(path, label_names="cards", sort_by=key, sort_order=order, per_page=100)[kind]
                    times = [a[key] for a in listed]
                    self.assertEqual(times, sorted(times, reverse=order == "desc"), (path, key, order))
                    self.assertTrue(all(datetime.datetime.fromisoformat(t.replace("Z", "+00:00")) for t in times))
        titles = [a["title"] for a in self.ask("articles.json", sort_by="title", per_page=100)["articles"]]
        self.assertEqual(titles, sorted(titles))

    def test_sections_and_categories(self):
        sections = self.ask("sections.json")
        self.assertEqual([s["name"] for s in sections["sections"]], ["Articles", "Delivery", "Money"])
        for s in sections["sections"]:
            self.assertEqual(self.ask(f"sections/{s['id']}.json")["section"], s)
        money = self.section("Money")["id"]
        self.assertEqual(self.ask(f"sections/{money}/articles.json")["count"], 30)
        category = self.ask("categories.json")["categories"][0]
        self.assertEqual(self.ask(f"categories/{category['id']}.json")["category"], category)
        self.assertEqual(sections["sections"][0]["category_id"], category["id"])
        self.assertEqual(self.ask(f"categories/{category['id']}/sections.json")["sections"], sections["sections"])
        self.assertEqual(self.ask(f"categories/{category['id']}/articles.json")["count"], 33)

    def test_locales(self):
        for locale in ("en", "en-us", "en-gb"):
            self.assertGreaterEqual(self.ask(f"{locale}/articles.json")["count"], 32)
            self.assertTrue(self.ask(f"{locale}/articles/search.json", query="parcels")["count"] > 0)
        self.assertEqual(self.ask("en-us/articles.json")["count"], 32)  # en-gb is another
        self.assertEqual(self.ask("de/articles.json")["count"], 0)
        self.assertEqual(self.ask("de/articles/search.json", query="parcels")["count"], 0)
        self.assertEqual(self.ask("articles/search.json", query="parcels", locale="de")["count"], 0)

    def test_only_the_callers_audience(self):
        everything = self.server.get(BASE + "articles.json?per_page=100").text + self.server.get(BASE + "sections.json").text
        for word in ("secretword", "shopword", "draftword"):
            self.assertNotIn(word, everything.lower())
            self.assertNotIn(word, str(self.ask("articles/search.json", query=word)["results"]).lower())
        merchant = self.ask("articles.json", audience="merchant")["articles"]
        self.assertEqual([a["title"] for a in merchant], ["Shopword"])
        self.ask(f"articles/{merchant[0]['id']}.json", 404)
        self.assertTrue(merchant[0]["html_url"].endswith("/merchant/articles/shop"))
        self.ask("articles.json", 403, audience="internal")

    def test_errors_have_their_shape(self):
        for path, params, status, error in (
                ("articles/1.json", {}, 404, "RecordNotFound"), ("sections/1/articles.json", {}, 404, "RecordNotFound"),
                ("articles/x.json", {}, 404, "RecordNotFound"), ("nothing.json", {}, 404, "RecordNotFound"), ("articles", {}, 404, "RecordNotFound"),
                ("articles/99999999999999999999999.json", {}, 404, "RecordNotFound"), ("../../v1/articles.json", {}, 404, "RecordNotFound"),
                ("articles/search.json", {}, 400, "BadRequest"), ("articles/search.json", {"query": "x", "per_page": 101}, 400, "BadRequest"),
                ("articles/search.json", {"query": "x", "page": 0}, 400, "BadRequest"),
                ("articles/search.json", {"query": "x", "page": 1000001}, 400, "BadRequest"),
                ("articles/search.json", {"query": "x", "created_after": "soon"}, 400, "BadRequest"),
                ("articles/search.json", {"query": "x", "sort_by": "luck"}, 400, "BadRequest"),
                ("articles/search.json", {"query": "x" * 4000}, 400, "BadRequest"),
                ("articles/search.json", {"label_names": ",".join("abcdefghijklmnopqrst")}, 400, "BadRequest")):
            j = self.ask(path, status, **params)
            self.assertEqual(set(j), {"error", "description"}, path)
            self.assertEqual(j["error"], error, path)
        post = self.server.get(BASE + "articles.json", method="POST", body="{}")
        self.assertEqual((post.status, post.json["error"]), (405, "BadRequest"))
        self.assertEqual(self.ask("articles/search.json", query="parcels", unknown="is ignored")["page"], 1)

    def test_links_do_not_take_any_host(self):
        for host, wanted in (('evil"x', ""), ("help.example:8443", "http://help.example:8443")):
            j = self.server.get(BASE + "articles.json?per_page=1", headers={"Host": host})
            if j.status == 200:
                self.assertTrue(j.json["next_page"].startswith(wanted + "/api/"), host)
        j = self.server.get(BASE + "articles.json?per_page=1", headers={"X-Forwarded-Proto": "https"}).json
        self.assertTrue(j["next_page"].startswith("https://"))


if __name__ == "__main__":
    unittest.main()
