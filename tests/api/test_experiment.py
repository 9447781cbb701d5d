"""The hold-out at the ticket form: who is in it sees no suggestions there, always; the search stays; the report counts every visitor."""
import datetime
import json
import pathlib
import re
import tempfile
import unittest

from parry_server import SAMPLE, Server, until

VISITORS = 200
OPTIONS = ("experiment.name=form", "experiment.holdout=50", "experiment.base=90", "experiment.treated=60",
           "experiment.units=4000")


def form(server, visitor, headers=None):
    named = {"X-Parry-Visitor": visitor} if visitor else {}
    reply = server.get("/v1/suggest", "POST", {"Content-Type": "application/json", **named, **(headers or {})},
                       json.dumps({"subject": "refund not received"}))
    assert reply.status == 200, reply.text
    return reply.json


def opened(server, *visitors):
    events = [{"type": "form_opened", **({"visitor": v} if v else {"session": "s"})} for v in visitors]
    reply = server.get("/v1/events", "POST", {}, json.dumps({"events": events}))
    assert reply.json["accepted"] == len(events), reply.text


class ExperimentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE, args=[arg for o in OPTIONS for arg in ("--option", o)])
        cls.key = {"X-API-Key": cls.server.run("keys", "create", "--name", "analyst", "--rights", "reports search")}

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_held_out_at_the_form_and_nowhere_else(self):
        visitors = [f"v-{i}" for i in range(VISITORS)]
        opened(self.server, *visitors, None)
        first = {v: form(self.server, v) for v in visitors}
        held = [v for v, answer in first.items() if answer["held_out"]]
        self.assertTrue(60 <= len(held) <= 140, len(held))  # 100, 7 to a standard deviation
        for v, answer in first.items():
            self.assertEqual(answer["hits"] == [], answer["held_out"], v)
            self.assertEqual("query_id" in answer, not answer["held_out"], v)
        for v in visitors[:20]:  # the coin falls the same again, and the search page knows no arms
            self.assertEqual(form(self.server, v)["held_out"], first[v]["held_out"])
            search = self.server.get("/v1/search?q=refund", headers={"X-Parry-Visitor": v})
            self.assertTrue(search.json["hits"])
        self.assertFalse(form(self.server, None)["held_out"])

        today = datetime.datetime.now(datetime.timezone.utc).date()
        days = f"from={today - datetime.timedelta(1)}&to={today + datetime.timedelta(1)}"

        def counted():
            reply = self.server.get(f"/v1/reports/causal?window=24h&{days}", headers=self.key)
            self.assertEqual(reply.status, 200, reply.text)
            trial = reply.json.get("trial") or {}
            return reply.json if trial.get("open") == VISITORS and trial.get("left_out") == 1 else None

        report = until(counted)
        self.assertTrue(report, self.server.get(f"/v1/reports/causal?window=24h&{days}", headers=self.key).text)
        self.assertEqual(report["trial"]["name"], "form")
        effect = report["rows"][0]["cells"]["effect"]
        self.assertIsNone(effect["value"])
        self.assertEqual(effect["why"], "not enough data")

    def test_the_page_gives_a_name_only_while_it_runs(self):
        self.assertIn("data-experiment", self.server.get("/contact").text)
        with Server(SAMPLE) as other:
            self.assertNotIn("data-experiment", other.get("/contact").text)
            self.assertNotIn("held_out", form(other, "v-1"))
            self.assertTrue(form(other, "v-1")["hits"])


class EndTest(unittest.TestCase):
    """It ends by itself; its report stays, with the plan it began with, whatever is configured by then."""
    PLAN = {"name": "first", "holdout": 50, "base": 90, "treated": 60, "units": 24, "window": "24h"}

    def serve(self, home, **changed):
        plan = {**self.PLAN, **changed}
        server = Server(data=home, args=[arg for k, v in plan.items() for arg in ("--option", f"experiment.{k}={v}")])
        self.addCleanup(server.close)
        return server

    def test_nobody_new_is_drawn_after_the_planned_end(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-experiment-")
        self.addCleanup(folder.cleanup)
        home = pathlib.Path(folder.name)
        server = self.serve(home)
        key = {"X-API-Key": server.run("keys", "create", "--name", "analyst", "--rights", "reports search")}
        first = {f"v-{i}": form(server, f"v-{i}")["held_out"] for i in range(24)}
        self.assertIn(True, first.values())
        self.assertTrue(until(lambda: "state=ended units=24" in server.logged(), 30), server.logged())
        late = {f"w-{i}": form(server, f"w-{i}") for i in range(24)}
        self.assertEqual({a["held_out"] for a in late.values()}, {False})
        self.assertEqual({v: form(server, v)["held_out"] for v in first}, first)  # until their windows are over

        server.stop()  # another experiment, and this one's name with another plan, after a restart
        server = self.serve(home, units=5000, holdout=20)
        self.assertTrue(until(lambda: "the plan it began with holds" in server.logged(), 10), server.logged())
        self.assertEqual({v: form(server, v)["held_out"] for v in first}, first)
        self.assertFalse(form(server, "x-1")["held_out"])
        server.stop()
        server = self.serve(home, name="second")
        today = datetime.datetime.now(datetime.timezone.utc).date()
        days = f"from={today - datetime.timedelta(1)}&to={today + datetime.timedelta(1)}"

        def trial(name):
            reply = server.get(f"/v1/reports/causal?{days}{name}", headers=key)
            self.assertEqual(reply.status, 200, reply.text)
            return reply.json["trial"]

        self.assertTrue(until(lambda: trial("")["name"] == "second", 30))
        ended = trial("&experiment=first")
        self.assertEqual((ended["plan"]["units"], ended["plan"]["share"], ended["open"]), (24, 0.5, 24))
        self.assertLess(ended["began"], ended["ended"])
        self.assertIsNone(trial("")["ended"])
        wrong = server.get(f"/v1/reports/causal?{days}&experiment=third", headers=key)
        self.assertEqual(wrong.status, 400)
        self.assertIn("there are second first", wrong.text)

        self.assertRegex(server.run("experiment", "list"), r"^first: suggestions at the form, 50 % of 24 visitors, window 24h; began "
                         r"\S+, ended \S+\nsecond: .* has not ended$")
        listed = json.loads(server.run("experiment", "list", "--json"))
        self.assertEqual([(e["name"], e["units"], e["ended"]) for e in listed], [("first", 24, ended["ended"]), ("second", 24, None)])

        server.stop()  # and by hand: with no name at all
        server = self.serve(home, name="")
        self.assertNotIn("held_out", form(server, "v-1"))
        self.assertEqual(trial("&experiment=first")["ended"], ended["ended"])
        report = home / "report.json"
        report.write_text(server.run("report", "causal", "--experiment", "first", "--from", str(today), "--to", str(today)))
        self.assertIn("cells are what the first", server.run("audit", str(report)))


class Pages(unittest.TestCase):
    """What the pages of the help centre tell is one session, from the search to the ticket."""

    def test_pages_keep_a_name_only_where_that_is_said(self):
        with Server(SAMPLE, args=["--option", "serve.visitors=browser"]) as server:
            self.assertIn("<html lang=\"en\" data-visitor>", server.get("/").text)
        with Server(SAMPLE) as server:
            self.assertNotIn("data-visitor", server.get("/").text)

    def test_a_ticket_of_the_form_is_of_the_session_that_led_there(self):
        with Server(SAMPLE) as server:
            key = {"X-API-Key": server.run("keys", "create", "--name", "analyst", "--rights", "reports")}
            page = server.get("/search?q=refund+not+received").text
            query = re.search(r'data-query-id="([0-9a-f-]{36})"', page)[1]
            told = [{"type": "impression", "query_id": query, "dwell_ms": 4000},
                    {"type": "click", "query_id": query, "article": "refund-not-received", "position": 1},
                    {"type": "form_opened", "channel": "form"}]
            reply = server.get("/v1/events", "POST", {}, json.dumps({"events": [{"session": "tab", **e} for e in told]}))
            self.assertEqual(reply.json["accepted"], 3, reply.text)
            sent = server.get("/contact", "POST", {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
                              "subject=refund&description=It+did+not+come&email=ann@example.org&session=tab&once=abcdefgh")
            self.assertIn(sent.status, (200, 303), sent.text)
            today = datetime.datetime.now(datetime.timezone.utc).date()

            def cells():
                reply = server.get(f"/v1/reports/form?from={today}&to={today}", headers=key)
                cells = reply.json["rows"][0]["cells"]
                return cells if cells["left"]["value"] == 0 else None

            found = until(cells)
            self.assertTrue(found, server.get(f"/v1/reports/form?from={today}&to={today}", headers=key).text)
            self.assertEqual(found["form"]["value"], 1)


if __name__ == "__main__":
    unittest.main()
