"""Answers that are kept: nobody can tell them from fresh ones, but for how soon they come; nobody gets another's; each is logged."""
import datetime
import json
import pathlib
import re
import signal
import tempfile
import threading
import time
import unittest
import uuid
from urllib.parse import quote_plus

from parry_server import SAMPLE, Server, until

PATHS = ["/v1/suggest?q=refun&previous=", "/v1/suggest?q=refund+not+received", "/v1/suggest?q=refnd", "/v1/suggest?q=",
         "/v1/search?q=refund", "/v1/search?q=refund&limit=3&offset=2&facets=category", "/v1/search?q=refund&explain=true",
         "/v1/completions?q=refu"]
ARTICLE = "---\nid: {0}\ntitle: {1}\naudience: customer\ntags: [{2}]\n---\nWords of the zebra.\n"


def plain(reply):
    """Without what is each reply's own."""
    return re.sub(r'"(query_id|took_us)":("[^"]*"|\d+)', r'"\1":0', reply.text)


def counted(server, what="hits"):
    return int(re.search(rf'^parry_cache_{what}_total{{cache="answers"}} (\d+)$', server.get("/metrics").text, re.M).group(1))


def ids(reply):
    return [hit["id"] for hit in reply.json["hits"]]


def steady(server):
    """Until what is found out after a start (related articles) has been published: four seconds without another generation."""
    seen, since = 0, time.monotonic()
    while time.monotonic() - since < 4:
        now = server.get("/v1/suggest?q=").json["generation"]
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)


class Kept(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        steady(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_a_kept_answer_is_the_same_but_for_its_id(self):
        for path in PATHS:
            for _ in range(3):  # a generation may come in between
                first, hits = self.server.get(path), counted(self.server)
                again = [self.server.get(path) for _ in range(3)]
                if again[-1].json["generation"] == first.json["generation"]:
                    break
            self.assertEqual(counted(self.server) - hits, 3, path)
            for reply in again:
                self.assertEqual((reply.status, plain(reply)), (200, plain(first)))
                for name in ("Content-Type", "Cache-Control", "Vary"):
                    self.assertEqual(reply.headers[name], first.headers[name])
            given = [r.json["query_id"] for r in [first, *again] if "query_id" in r.json]
            self.assertEqual(len(given), len(set(given)))

    def test_a_server_that_keeps_nothing_says_the_same(self):
        with Server(SAMPLE, args=["--option", "serve.answer_cache_mib=0"]) as none:
            until(lambda: none.get("/v1/suggest?q=").json["generation"] == self.server.get("/v1/suggest?q=").json["generation"])
            for path in PATHS:
                fresh = none.get(path)
                self.assertEqual(plain(self.server.get(path)), plain(fresh))
                self.assertEqual(plain(self.server.get(path)), plain(fresh))
            self.assertEqual((counted(none), counted(none, "misses")), (0, 0))
            self.assertIn("\nparry_answer_cache_bytes 0\n", none.get("/metrics").text)
        self.assertNotIn("\nparry_answer_cache_bytes 0\n", self.server.get("/metrics").text)

    def test_what_is_put_together_of_kept_hits_is_what_a_search_says(self):
        """Letter by letter, each with the article that was first a letter before, as the box does."""
        typed = ["refnd not recieved", "Where is my parcel?", "change the email of my acount", "verification code (sms)", "gift card"]
        with Server(SAMPLE, args=["--option", "serve.answer_cache_mib=0", "--option", "limits.queue_ms=0"]) as none:
            until(lambda: none.get("/v1/suggest?q=").json["generation"] == self.server.get("/v1/suggest?q=").json["generation"])
            searched, letters = self.server.metric('parry_search_stage_duration_seconds_count{stage="text"}'), 0
            for text in typed:
                previous = ""
                for n in range(1, len(text) + 1):
                    path = f"/v1/suggest?q={quote_plus(text[:n])}&previous={quote_plus(previous)}"
                    kept, fresh = self.server.get(path), none.get(path)
                    self.assertEqual(plain(kept), plain(fresh), path)
                    previous = (ids(kept) or [""])[0]
                    letters += 1
            searched = self.server.metric('parry_search_stage_duration_seconds_count{stage="text"}') - searched
            self.assertLess(searched, 0.7 * letters)  # the others were put together

    def test_fields_and_encodings_are_made_of_it_for_each(self):
        path = "/v1/search?q=refund+card"
        whole = self.server.get(path).json
        self.assertEqual(list(self.server.get(path + "&fields=total").json), ["total"])
        packed = self.server.get(path, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertIsNone(self.server.get(path).headers["Content-Encoding"])
        self.assertEqual(self.server.get(path).json["hits"], whole["hits"])

    def test_an_audience_has_answers_of_its_own(self):
        for _ in range(2):
            customers, merchants = (self.server.get(f"/v1/suggest?q=refund&audience={a}").json["hits"] for a in ("customer", "merchant"))
            self.assertFalse({h["id"] for h in customers} & {h["id"] for h in merchants})
            self.assertTrue(all(h["url"].startswith("/merchant/") for h in merchants))

    def test_many_at_once_are_told_the_same(self):
        wanted = {path: plain(self.server.get(path)) for path in PATHS}
        wrong = []

        def ask():
            connection = self.server.connect()
            for i in range(100):
                path = PATHS[i % len(PATHS)]
                connection.request("GET", path)
                reply = connection.getresponse()
                text = re.sub(r'"(query_id|took_us)":("[^"]*"|\d+)', r'"\1":0', reply.read().decode())
                if text != wanted[path]:
                    wrong.append((path, text))
            connection.close()

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])


class Changing(unittest.TestCase):
    """What an answer depends on changes, and so does the answer, however often it was given before."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-answers-")
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name) / "tree"
        (self.tree / "_search").mkdir(parents=True)
        for name, tag in (("one", "red"), ("two", "blue")):
            (self.tree / f"{name}.md").write_text(ARTICLE.format(name, f"Zebra {name}", tag), encoding="utf-8")

    def served(self, server, change):
        """After a change has been published: the next answer is of that generation."""
        before = server.get("/v1/suggest?q=").json["generation"]
        change()
        self.assertTrue(until(lambda: server.get("/v1/suggest?q=").json["generation"] > before))

    def test_a_publish_changes_answers_at_once(self):
        with Server(self.tree) as s:
            for _ in range(3):
                self.assertEqual(sorted(ids(s.get("/v1/suggest?q=zebra"))), ["one", "two"])
            self.served(s, lambda: (self.tree / "three.md").write_text(ARTICLE.format("three", "Zebra three", "red"), encoding="utf-8"))
            self.assertEqual(sorted(ids(s.get("/v1/suggest?q=zebra"))), ["one", "three", "two"])
            self.served(s, (self.tree / "one.md").unlink)
            self.assertEqual(sorted(ids(s.get("/v1/suggest?q=zebra"))), ["three", "two"])

    def test_a_rule_and_its_dates_change_answers_at_once(self):
        with Server(self.tree) as s:
            self.assertEqual(sorted(ids(s.get("/v1/suggest?q=zebra"))), ["one", "two"])
            begins = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
            ends = begins + datetime.timedelta(seconds=2)
            rule = "- {{query: zebra, hide: [one], from: {:%Y-%m-%dT%H:%M:%SZ}, until: {:%Y-%m-%dT%H:%M:%SZ}}}\n".format(begins, ends)
            self.served(s, lambda: (self.tree / "_search" / "rules.yaml").write_text(rule, encoding="utf-8"))
            seen = []
            while datetime.datetime.now(datetime.timezone.utc) < ends + datetime.timedelta(seconds=1):
                seen.append((datetime.datetime.now(datetime.timezone.utc), sorted(ids(s.get("/v1/suggest?q=zebra")))))
                time.sleep(0.02)
            begins, ends, slack = begins.replace(microsecond=0), ends.replace(microsecond=0), datetime.timedelta(milliseconds=200)
            during = [found for at, found in seen if begins + slack < at < ends - slack]
            self.assertTrue(during)
            self.assertEqual([found for found in during if found != ["two"]], [])
            around = [found for at, found in seen if at < begins - slack or at > ends + slack]
            self.assertEqual([found for found in around if found != ["one", "two"]], [])

    def test_another_configuration_changes_answers_at_once(self):
        settings = self.tree.parent / "parry.yaml"
        settings.write_text("search:\n  typo_one_from: 5\n", encoding="utf-8")
        with Server(self.tree, args=["--config", str(settings)]) as s:
            for _ in range(2):
                self.assertEqual(len(ids(s.get("/v1/search?q=zebru"))), 2)
            settings.write_text("search:\n  typo_one_from: 0\n  typo_two_from: 0\n", encoding="utf-8")
            s.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: ids(s.get("/v1/search?q=zebru")) == []))

    def test_keys_with_other_filters_never_share_answers(self):
        with Server(self.tree) as s:
            keys = {tag: {"X-API-Key": s.run("keys", "create", "--search", "--name", tag, "--expires", "1d", "--filters", f"tag={tag}")}
                    for tag in ("red", "blue")}
            for _ in range(3):
                self.assertEqual(sorted(ids(s.get("/v1/suggest?q=zebra"))), ["one", "two"])
                self.assertEqual(ids(s.get("/v1/suggest?q=zebra", headers=keys["red"])), ["one"])
                self.assertEqual(ids(s.get("/v1/suggest?q=zebra", headers=keys["blue"])), ["two"])
                self.assertEqual(ids(s.get("/v1/search?q=zebra", headers=keys["blue"])), ["two"])

    def test_who_may_not_ask_is_not_answered_from_what_is_kept(self):
        with Server(self.tree, args=["--option", "access.anonymous=none"]) as s:
            key = s.run("keys", "create", "--search", "--name", "shop", "--expires", "1d")
            for _ in range(2):
                self.assertEqual(s.get("/v1/suggest?q=zebra", headers={"X-API-Key": key}).status, 200)
            self.assertEqual(s.get("/v1/suggest?q=zebra").status, 401)
            s.run("keys", "revoke", next(json.loads(line)["id"] for line in s.run("keys", "list", "--json").splitlines()))
            self.assertTrue(until(lambda: s.get("/v1/suggest?q=zebra", headers={"X-API-Key": key}).status == 401))

    def test_every_answer_is_in_the_query_log(self):
        with Server(self.tree) as s:
            given = [s.get(path, headers={"X-Parry-Visitor": f"v{i}"}).json["query_id"]
                     for i in range(5) for path in ("/v1/suggest?q=zebra", "/v1/search?q=zebra")]
            self.assertEqual(len(set(given)), 10)
            self.assertEqual(s.stop(signal.SIGTERM), 0)
            disk = (s.data / "ledger" / "data.mdb").read_bytes()
            for one in given:
                self.assertIn(uuid.UUID(one).bytes, disk)
            records = {m.group(0) for m in re.finditer(rb'\{"by":"(suggest|search)"[ -~]*?\}', disk)}
            parsed = [json.loads(r) for r in records]
            self.assertEqual(len({(r["by"], r["visitor"]) for r in parsed}), 10)
            for r in parsed:
                self.assertEqual((r["text"], sorted(r["shown"]), r["audience"]), ("zebra", ["one", "two"], "customer"))
                self.assertGreaterEqual(r["took_us"], 0)


if __name__ == "__main__":
    unittest.main()
