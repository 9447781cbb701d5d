"""docs/handoff-packet.schema.json against packets as the server makes them, from every way in."""
import base64
import json
import os
import subprocess
import sys
import unittest

from parry_server import SOURCE
from test_handoff import PNG, Desk, form
from test_openapi import packages

SCHEMA = SOURCE / "docs" / "handoff-packet.schema.json"
CHECK = ("import json, sys, jsonschema_rs\n"
         "schema, packets = json.load(sys.stdin)\n"
         "jsonschema_rs.meta.validate(schema)\n"
         "check = jsonschema_rs.Draft202012Validator(schema)\n"
         "json.dump([[e.message for e in check.iter_errors(p)] for p in packets], sys.stdout)\n")


def mistakes(test, packets):
    """What the schema has against each."""
    site = packages()
    if site is None:
        test.skipTest("jsonschema cannot be had here")
    done = subprocess.run([sys.executable, "-c", CHECK], input=json.dumps([json.loads(SCHEMA.read_text(encoding="utf-8")), packets]),
                          capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": site})
    test.assertEqual(done.stderr, "")
    return json.loads(done.stdout)


class Packet(Desk):
    options = ("desk.public_url=https://help.example",)

    def packet_of(self, handoff):
        target, = self.delivered(handoff)
        return self.get(f"/v1/cases/{target['remote_id']}/packet")

    def journey(self):
        visitor = {"X-Parry-Visitor": "v", "X-Parry-Session": "s"}
        found = self.server.get("/v1/search?q=refund+to+ann@shop.example", headers=visitor).json
        events = [{"type": "view", "article": found["hits"][0]["id"], "dwell_ms": 9000, "query_id": found["query_id"]},
                  {"type": "view", "article": found["hits"][1]["id"], "dwell_ms": 100}]
        for event in events:
            self.server.get("/v1/events", "POST", body=json.dumps({"events": [{**event, "visitor": "v"}]}))
        self.server.get("/v1/chat/suggest", "POST", body=json.dumps(
            {"session_id": "s", "turns": [{"role": "user", "text": "my refund is late"}]}))
        return found["query_id"]

    def test_every_packet_is_as_it_says(self):
        query_id = self.journey()
        files = [{"name": "a.png", "type": "image/png", "base64": base64.b64encode(PNG).decode()},
                 {"name": "\u202e/\"\\", "type": "text/plain", "base64": base64.b64encode(b"note").decode()}]
        said = [{"role": "user", "text": "help"}, {"role": "assistant", "text": "how?", "at": "2026-11-21T09:30:00Z"}]
        forms = [form(), {"description": "x", "email": "a@b.example"},
                 form(visitor="v", session="s", share_journey=True, attachments=files, locale="de-AT", page="/orders/7", channel="api"),
                 form(share_journey=True, said=said, query_ids=[query_id], queue="Login", priority="critical"),
                 form(share_journey=True), form(subject="Hacked", description="Somebody logged in to my account!", said=said)]
        handoffs = [self.post("/v1/handoffs", one) for one in forms]
        tool = self.post("/v1/tools/create_ticket", {"query_id": query_id, "session": "s", "description": "x", "email": "a@b.example"}, 200)
        packets = [self.packet_of(h) for h in [*handoffs, {"id": tool["ticket_id"]}]]
        self.assertEqual(mistakes(self, packets), [[]] * len(packets))
        whole = packets[2]
        self.assertEqual(whole["redactions"], ["email"])
        self.assertTrue(whole["journey"]["said"] and whole["journey"]["read"] and whole["journey"]["searches"][0]["opened"])
        self.assertTrue(whole["follow_url"].startswith("https://help.example/ticket/"))
        self.assertEqual(packets[3]["suggested"]["queue"], {"value": "Login"})
        self.assertEqual([turn["role"] for turn in packets[3]["journey"]["said"]], ["customer", "assistant"])
        self.assertEqual({turn["role"] for turn in whole["journey"]["said"]} - {"assistant"}, {"customer"})

    def test_what_is_wrong_is_seen(self):
        good = self.packet_of(self.post("/v1/handoffs", form(share_journey=True)))
        bad = [{**good, "more": 1}, {**good, "version": 2}, {**good, "consent": {"journey": False}},
               {name: value for name, value in good.items() if name != "journey"},
               {**good, "requester": {"name": "", "email": "a@b\r\nBcc: c@d"}}, {**good, "channel": "fax"}]
        for one, wrong in zip(bad, mistakes(self, bad)):
            self.assertTrue(wrong, one)


del Desk  # which unittest would run again here


if __name__ == "__main__":
    unittest.main()
