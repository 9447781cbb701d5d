"""Tests of rankings on a running server: an A/B test, interleaved lists, shadow lists, and swapped neighbours, as the query log and the
report tell of them."""
import collections
import datetime
import json
import pathlib
import shutil
import tempfile
import unittest

from parry_server import SAMPLE, Server, until

QUERY = "/v1/search?q=refund+not+received&limit=10"
CHALLENGER = 'mode: text\nboosts: {categories: {Payments: 3}}\nweights: {text: {text.title: 0, title.is_query: 0}}\n'


def tree(folder, challenger=CHALLENGER):
    there = pathlib.Path(folder) / "content"
    shutil.copytree(SAMPLE, there)
    if challenger:
        (there / "_search" / "challenger.yaml").write_text(challenger)
    return there


class Testing:
    """with Testing("ab") as t: a server with a challenger, and what its ledger says of searches."""

    def __init__(self, kind, *options, challenger=CHALLENGER):
        self.folder = tempfile.TemporaryDirectory(prefix="parry-rankings-")
        self.key = None
        args = [f"ranking_test.kind={kind}", "ranking_test.name=words", *options]
        self.server = Server(tree(self.folder.name, challenger), args=[x for o in args for x in ("--option", o)])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()
        self.folder.cleanup()

    def ask(self, visitor, path=QUERY):
        reply = self.server.get(path, headers={"X-Parry-Visitor": visitor} if visitor else {})
        assert reply.status == 200, reply.text
        return reply.json

    def ids(self, visitor, path=QUERY):
        return [h["id"] for h in self.ask(visitor, path)["hits"]]

    def click(self, answer, position, visitor):
        event = {"type": "click", "query_id": answer["query_id"], "article": answer["hits"][position - 1]["id"],
                 "position": position, "visitor": visitor}
        reply = self.server.get("/v1/events", "POST", {}, json.dumps({"events": [event]}))
        assert reply.json["accepted"] == 1, reply.text

    def report(self, test="", name="rankings", whole=False):
        self.key = self.key or {"X-API-Key": self.server.run("keys", "create", "--name", "analyst", "--rights", "reports")}
        today = datetime.datetime.now(datetime.timezone.utc).date()
        days = f"from={today - datetime.timedelta(1)}&to={today + datetime.timedelta(1)}"
        reply = self.server.get(f"/v1/reports/{name}?{'experiment=' + test + '&' if test else ''}{days}", headers=self.key)
        assert reply.status == 200, reply.text
        return reply.json if whole else reply.json["rows"][0]["cells"]

    def logged(self, n):
        """The query records, once there are n of them."""
        def found():
            lines = [json.loads(x) for x in self.server.run("export", "ndjson", "--raw").splitlines()]
            queries = [{**x["payload"], "id": x["key"]} for x in lines if x.get("kind") == "query"]
            return queries if len(queries) >= n else None
        return until(found)


class RankingsTest(unittest.TestCase):
    def test_an_ab_test_gives_a_visitor_one_ranking_everywhere_and_counts_him_once(self):
        with Testing("ab", "ranking_test.share=50", "ranking_test.units=1000") as t:
            lists = {f"v{i}": t.ids(f"v{i}") for i in range(60)}
            kinds = collections.Counter(map(tuple, lists.values()))
            self.assertEqual(len(kinds), 2)
            self.assertTrue(all(15 <= n <= 45 for n in kinds.values()), kinds.values())
            production = t.ids(None)  # nobody knows who that is: no part of the test
            self.assertIn(tuple(production), kinds)
            for v in list(lists)[:10]:
                self.assertEqual(t.ids(v), lists[v])
            typed = {v: tuple(h["id"] for h in t.ask(v, "/v1/suggest?q=refund")["hits"]) for v in lists}
            groups = collections.defaultdict(set)
            for v, ids in lists.items():
                groups[tuple(ids)].add(typed[v])
            self.assertTrue(all(len(g) == 1 for g in groups.values()), groups)
            queries = t.logged(60 + 1 + 10 + 60)
            arms = collections.Counter(q.get("arm") for q in queries)
            self.assertEqual(set(arms), {"production", "challenger", None})
            self.assertEqual(arms[None], 1)
            for q in queries:
                self.assertEqual("experiment" in q, "arm" in q)

            def counted():
                trial = t.report("words", "causal", True)["trial"]
                return trial if trial["open"] == 60 else None  # each once: no window is over yet
            self.assertEqual(until(counted)["name"], "words")
            cells = t.report("words")
            self.assertEqual(cells["clicked_production"]["n"] + cells["clicked_challenger"]["n"], 60)

    def test_interleaved_lists_are_drafted_from_both_and_clicks_are_credited(self):
        with Testing("interleave", "ranking_test.share=100", "deflection.k=2") as t:
            production = [h["id"] for h in t.ask("v0", "/v1/explain?q=refund+not+received&limit=10")["hits"]]
            nameless = t.ids(None)
            self.assertEqual(t.ids(None), nameless)
            seen = {f"v{i}": t.ask(f"v{i}") for i in range(30)}
            for v, answer in seen.items():
                ids = [h["id"] for h in answer["hits"]]
                self.assertEqual(len(ids), len(set(ids)))
                self.assertEqual(ids, t.ids(v), "the same again")
                first, second = t.ids(v, QUERY.replace("10", "5")), t.ids(v, QUERY.replace("10", "5") + "&offset=5")
                self.assertEqual(first + second, ids, "page two goes on where page one ended")
            self.assertGreater(len({tuple(h["id"] for h in a["hits"]) for a in seen.values()}), 3)
            queries = [q for q in t.logged(1 + 2 + 30 * 4) if q.get("arm") == "interleaved"]
            self.assertEqual(len(queries), 122)
            for q in queries:
                self.assertEqual(len(q["teams"]), len(q["shown"]))
                self.assertEqual(len(q["other"]), len(q["shown"]))
                self.assertLessEqual(set(q["teams"]), {"a", "b"})
                mine = [i for i, team in zip(q["shown"], q["teams"]) if team == "a" and i in production]
                self.assertEqual(mine, sorted(mine, key=production.index), "each ranking's picks are in its own order")
            teams = {q["id"]: q["teams"] for q in queries}
            shown = [json.loads(x)["payload"] for x in t.server.run("export", "ndjson").splitlines()]
            self.assertTrue(all(set(x["teams"]) <= {"a", "b"} for x in shown if "teams" in x), "they are nobody's words")
            liked = 0
            for v, answer in seen.items():  # everybody opens the first hit that the challenger brought
                team = teams[answer["query_id"]]
                if "b" in team:
                    t.click(answer, team.index("b") + 1, v)
                    liked += 1
            def told():
                cells = t.report("words")
                return cells if cells["preference"]["n"] == liked else None
            cells = until(told)
            self.assertEqual(cells["preference"]["value"], 0.5)
            self.assertGreater(cells["preference"]["interval"][0], 0)
            self.assertIsNone(cells["mrr_weighed"]["value"])
            self.assertEqual(cells["mrr_weighed"]["why"], "no neighbours were swapped")

    def test_a_shadow_list_is_production_s_and_says_where_the_challenger_has_each_hit(self):
        with Testing("shadow", "ranking_test.share=100") as t:
            production = [h["id"] for h in t.ask("v1", "/v1/explain?q=refund+not+received&limit=10")["hits"]]
            self.assertEqual(t.ids("v1"), production)
            q = next(q for q in t.logged(2) if q.get("arm") == "shadow")
            ubi = [json.loads(x) for x in t.server.run("export", "ubi").splitlines()]
            self.assertTrue(any(x.get("query_attributes", {}).get("other") == q["other"] for x in ubi))
            self.assertEqual(q["shown"], production)
            self.assertEqual(len(q["other"]), len(production))
            self.assertNotEqual(q["other"], list(range(1, len(production) + 1)))
            self.assertNotIn("teams", q)

    def test_neighbours_change_places_in_half_of_their_share_and_in_nobody_else_s(self):
        with Testing("off", "ranking_test.swap=20", challenger=None) as t:
            answers = [t.ask(f"v{i}") for i in range(200)]
            lists = [tuple(h["id"] for h in a["hits"]) for a in answers]
            queries = t.logged(200)
            paired = [q for q in queries if "pair" in q]
            swapped = [q for q in paired if q["swapped"]]
            plain = collections.Counter(lists).most_common(1)[0][0]
            self.assertTrue(15 <= len(paired) <= 70, len(paired))
            self.assertTrue(4 <= len(swapped) <= len(paired) - 4, len(swapped))
            for q in queries:
                wanted = list(plain)
                if q.get("swapped"):
                    i = q["pair"] - 1
                    wanted[i], wanted[i + 1] = wanted[i + 1], wanted[i]
                self.assertEqual(q["shown"], wanted)
            for i, answer in enumerate(answers):
                t.click(answer, 1 + i % 2, f"v{i}")

            def told():
                cells = t.report()
                return cells if cells["clicks"]["value"] == 200 else None
            cells = until(told)
            self.assertEqual(cells["searches"]["value"], 200)
            self.assertEqual(cells["swapped"]["value"], len(paired))
            self.assertEqual(cells["mrr_weighed"]["why"], "too few clicks on swapped pairs: how likely places are "
                             "looked at is not known for 9 in 10 clicks")
            self.assertIsNone(cells["look_3"]["value"])

    def test_who_has_no_name_gets_the_share_too_however_often_all_ask_the_same(self):
        with Testing("off", "ranking_test.swap=20", challenger=None) as t:
            for _ in range(300):
                t.ask(None)
            paired = sum("pair" in q for q in t.logged(300))
            self.assertTrue(30 <= paired <= 100, paired)

    def test_without_a_challenger_nobody_is_tested(self):
        with Testing("ab", challenger=None) as t:
            t.ids("v1")
            self.assertNotIn("arm", t.logged(1)[0])


if __name__ == "__main__":
    unittest.main()
