"""Reports over HTTP and on the command line, from events that were sent; the audit that makes them again."""
import csv
import datetime
import io
import json
import os
import pathlib
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from parry_server import PARRY, SAMPLE, SOURCE, Server, until  # noqa: E402

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
PEOPLE = 7


def event(kind, visitor, **more):
    return {"id": str(uuid.uuid4()), "type": kind, "visitor": visitor, **more}


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE, args=["--option", "deflection.cost_per_ticket=20", "--option", "deflection.currency=EUR"])
        cls.key = cls.server.run("keys", "create", "--name", "reports", "--rights", "reports search").split()[-1]
        cls.send()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    @classmethod
    def send(cls):
        """Seven people search one thing, six of them another, four a third; two write."""
        for i in range(PEOPLE):
            asked = {"X-Parry-Visitor": f"v{i}"}
            first = cls.server.get("/v1/search?q=where+is+my+refund", headers=asked).json
            if i < 6:
                cls.server.get("/v1/search?q=damaged+parcel", headers=asked)
            if i < 4:
                cls.server.get("/v1/search?q=jane+doe+of+elm+street", headers=asked)
            events = [event("click", f"v{i}", article="a-1", position=1 + i % 2, query_id=first["query_id"]),
                      event("view", f"v{i}", article="a-1", dwell_ms=20000, query_id=first["query_id"])]
            if i < 2:
                events.append(event("ticket_created", f"v{i}", ticket=f"T{i}"))
            reply = cls.server.get("/v1/events", method="POST", body=json.dumps({"events": events}))
            assert reply.json["refused"] == 0, reply.text
        assert until(lambda: cls.report("top").json["rows"], 30), "the rows did not follow"

    @classmethod
    def report(cls, name, query=""):
        return cls.server.get(f"/v1/reports/{name}?from={TODAY}&to={TODAY}&{query}",
                              headers={"Authorization": f"Bearer {cls.key}"})

    def command(self, *args, code=0, stdin=None):
        done = subprocess.run([PARRY, args[0], "--data", str(self.server.data), *args[1:]], capture_output=True, text=True, check=False,
                              input=stdin)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def test_texts_are_those_of_five_people(self):
        for form in ["json", "csv", "ndjson"]:
            reply = self.report("top", f"format={form}")
            self.assertEqual(reply.status, 200)
            self.assertIn("where is my refund", reply.text)
            self.assertNotIn("jane", reply.text)
        top = self.report("top").json
        self.assertEqual(top["rows"][0]["cells"]["searches"]["value"], PEOPLE)
        self.assertEqual([r["by"] for r in top["rows"]], ["where is my refund"])
        self.assertEqual(top["hidden"], 2)  # the third, and the second: else the sum less the others would be the third

    def test_the_three_forms_say_the_same(self):
        whole = self.report("searches").json
        rows = list(csv.DictReader(io.StringIO(self.report("searches", "format=csv").text, newline="")))
        lines = [json.loads(line) for line in self.report("searches", "format=ndjson").text.splitlines()]
        cells = whole["rows"][0]["cells"]
        self.assertEqual([r["cell"] for r in rows], list(cells))
        for r in rows:
            value = cells[r["cell"]]["value"]
            self.assertEqual(r["value"], "" if value is None else json.dumps(value))
            self.assertEqual(r["definition"], f"searches.{r['cell']}/2")
        self.assertEqual(lines[1], whole["rows"][0])
        self.assertEqual(lines[0]["report"], "searches")

    def test_the_form_is_chosen_by_accept_where_none_is_named(self):
        key = {"Authorization": f"Bearer {self.key}"}

        def asked(accept, query=""):
            return self.server.get(f"/v1/reports/searches?from={TODAY}&to={TODAY}{query}", headers={**key, "Accept": accept})

        for accept, form, kind in (("text/csv", "csv", "text/csv; charset=utf-8; header=present"),
                                   ("application/x-ndjson", "ndjson", "application/x-ndjson"),
                                   ("application/json;q=0.5, text/csv;q=0.9", "csv", "text/csv; charset=utf-8; header=present"),
                                   ("application/json", "json", "application/json"), ("*/*", "json", "application/json"),
                                   ("text/*", "csv", "text/csv; charset=utf-8; header=present")):
            reply = asked(accept)
            self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, kind), accept)
            self.assertIn("Accept", reply.headers["Vary"])
            if form == "csv":  # the moment that the others are of is another one
                self.assertEqual(reply.text, self.report("searches", "format=csv").text)
        self.assertEqual(asked("text/csv", "&format=ndjson").headers["Content-Type"], "application/x-ndjson")
        refused = asked("application/pdf")
        self.assertEqual((refused.status, refused.headers["Content-Type"]), (406, "application/problem+json"))
        self.assertIn("application/x-ndjson", refused.json["detail"])
        self.assertEqual(asked("application/pdf", "&format=csv").status, 200)

    def test_tickets_are_counted_at_once_and_outcomes_when_the_window_is_over(self):
        guard, out = self.report("guardrails").json, self.report("outcomes").json
        self.assertEqual(guard["rows"][0]["cells"]["tickets"]["value"], 2)
        self.assertEqual(out["rows"][0]["cells"]["open"]["value"], out["rows"][0]["cells"]["sessions"]["value"])
        self.assertIsNone(out["rows"][0]["cells"]["confirmed"]["value"])
        self.assertEqual(out["rows"][0]["cells"]["confirmed"]["why"], "not enough data")

    def test_all_reports_are_listed_and_answer(self):
        listed = self.server.get("/v1/reports", headers={"Authorization": f"Bearer {self.key}"}).json["reports"]
        self.assertGreater(len(listed), 20)
        for kind in listed:
            report = self.report(kind["name"])
            self.assertEqual(report.status, 200, report.text)
            for row in report.json["rows"]:
                self.assertEqual(list(row["cells"]), [c["name"] for c in kind["cells"]])

    def test_what_is_wrong_is_said(self):
        self.assertEqual(self.report("nothing").status, 404)
        for query in ["by=hour", "window=1h", "limit=0", "format=xml", "agents=maybe", "nonsense=1", "by=locale&locale=en"]:
            self.assertEqual(self.report("outcomes", query).status, 400, query)

    def test_a_server_and_a_command_say_the_same(self):
        served = self.report("searches").json
        printed = json.loads(self.command("report", "searches", "--from", str(TODAY), "--to", str(TODAY)).stdout)
        self.assertEqual(served["rows"], printed["rows"])

    def test_an_audit_makes_it_again_and_finds_what_was_changed(self):
        for name, query in [("searches", ""), ("top", ""), ("articles", ""), ("cost", "window=72h"), ("outcomes", "by=day")]:
            path = pathlib.Path(self.server.data).parent / f"{name}.json"
            path.write_text(self.report(name, query).text, encoding="utf-8")
            self.assertIn("cells are what the first", self.command("audit", str(path)).stdout)
            report = json.loads(path.read_text(encoding="utf-8"))
            cell = next(iter(report["rows"][0]["cells"]))
            report["rows"][0]["cells"][cell]["value"] += 1
            path.write_text(json.dumps(report), encoding="utf-8")
            told = self.command("audit", str(path), code=8)
            self.assertIn(cell, told.stdout)
            self.assertIn("1 differ", told.stderr)
            report["ledger"]["head"] = "0" * 64
            path.write_text(json.dumps(report), encoding="utf-8")
            self.assertIn("is not the one", self.command("audit", str(path), code=8).stderr)
        self.assertEqual([p.name for p in pathlib.Path(self.server.data).glob("audit.*")], [])

    def test_later_events_do_not_change_an_old_report(self):
        path = pathlib.Path(self.server.data).parent / "before.json"
        path.write_text(self.report("articles").text, encoding="utf-8")
        self.server.get("/v1/events", method="POST", body=json.dumps({"events": [
            event("view", f"v{i}", article="a-1", dwell_ms=20000) for i in range(9)]}))
        self.command("report", "articles", "--from", str(TODAY), "--to", str(TODAY))
        self.assertIn("cells are what the first", self.command("audit", str(path)).stdout)

    def test_the_page_has_the_definitions(self):
        page = (SOURCE / "docs" / "reports.md").read_text(encoding="utf-8")
        self.assertEqual(page.split("## Definitions\n\n")[1], self.command("report", "definitions").stdout,
                         "run: build/release/parry report definitions, and put it at the end of docs/reports.md")


if __name__ == "__main__":
    unittest.main()
