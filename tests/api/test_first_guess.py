"""With meaning a ticket is accepted with a first guess of its queue and priority, and goes out with the best one, whatever dies
between the two."""
import json
import pathlib
import sys
import tempfile
import unittest

from parry_server import SOURCE, Server, until

sys.path.insert(0, str(SOURCE / "tests" / "desk" / "connectors"))
from fakes import Webhook  # noqa: E402

WRITTEN = {"description": "Hello. It says that my card is not accepted, and the amount is wrong. Somebody logged in to my account!"}


def serve(folder, fake):
    top = pathlib.Path(folder)
    (top / "articles").mkdir(exist_ok=True)
    (top / "articles" / "refund.md").write_text("# Refunds\n\nA refund takes 3 days.\n")
    (top / "word").write_text("a secret of 16 b\n")
    (top / "word").chmod(0o600)
    (top / "connectors.yaml").write_text(f"helpdesk:\n  kind: webhook\n  url: {fake.url}/in\n  secret_file: {top / 'word'}\n  private: true\n")
    options = (f"desk.connectors_file={top / 'connectors.yaml'}", "desk.targets=helpdesk cases", "desk.per_hour=0")
    return Server(top / "articles", data=folder, args=[a for o in options for a in ("--option", o)], text_only=False)


class FirstGuess(unittest.TestCase):
    @classmethod
    def setUpClass(cls):  # one folder: the classifier is trained once
        folder = tempfile.TemporaryDirectory(prefix="parry-guess-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name

    def post(self, server, path, **more):
        reply = server.get(path, "POST", body=json.dumps({**WRITTEN, **more}))
        self.assertIn(reply.status, (200, 201), reply.text)
        return reply.json

    def best(self, server):
        if "meaning" in server.get("/ready").json.get("degraded", {}):
            self.skipTest("the model is not here")
        return self.post(server, "/v1/handoffs/draft")["suggested"]

    def record(self, server, handoff):
        key = server.run("keys", "create", "--name", "all", "--rights", "all")
        ask = {"Authorization": "Bearer " + key}
        until(lambda: all(t["state"] == "delivered" for t in server.get("/v1/handoffs/" + handoff["id"], headers=ask).json["targets"]), 60)
        record = server.get("/v1/handoffs/" + handoff["id"], headers=ask).json
        case = next(t["remote_id"] for t in record["targets"] if t["target"] == "cases")
        return record, server.get(f"/v1/cases/{case}/packet", headers=ask).json

    def assert_same(self, one, other):
        self.assertEqual(one["value"], other["value"])
        self.assertAlmostEqual(one["probability"], other["probability"], 5)

    def test_every_target_gets_the_best_guess_after_a_kill(self):
        with Webhook() as fake:
            fake.plan["create"] = ["503"] * 2
            with serve(self.folder, fake) as s:
                best = self.best(s)
                first = self.post(s, "/v1/handoffs", email="ann@shop.example")
                self.assertNotAlmostEqual(first["queue"]["probability"], best["queue"]["probability"], 5)
                s.process.kill()
                s.process.wait()
            with serve(self.folder, fake) as s:
                record, packet = self.record(s, first)
            sent = {json.dumps(json.loads(body)["suggested"]) for body in fake.seen if body}
            self.assertEqual(sent, {json.dumps(packet["suggested"])})  # in every attempt
            self.assertEqual(fake.wrong, [])
            for name in ("queue", "priority"):
                self.assert_same(packet["suggested"][name], best[name])
                self.assert_same(record[name], best[name])
            self.assertEqual(packet["suggested"]["priority"]["rule"], best["priority"]["rule"])

    def test_what_was_chosen_stays(self):
        with Webhook() as fake, serve(self.folder, fake) as s:
            best = self.best(s)
            handoff = self.post(s, "/v1/handoffs", email="ann@shop.example", queue="Refunds")
            self.assertEqual(handoff["queue"], {"value": "Refunds", "probability": None})
            record, packet = self.record(s, handoff)
            self.assertEqual(packet["suggested"]["queue"], {"value": "Refunds"})
            self.assertEqual(record["queue"], handoff["queue"])
            self.assert_same(packet["suggested"]["priority"], best["priority"])


if __name__ == "__main__":
    unittest.main()
