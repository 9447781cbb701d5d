"""The ledger as other programs read it: in pieces that miss nothing and repeat nothing, with what few wrote left out."""
import json
import threading
import time
import unittest
import urllib.parse

from parry_server import SAMPLE, Server, until

QUERY = {"query_id": str, "user_query": str, "query_response_id": str, "query_response_hit_ids": list, "object_id_field": str,
         "timestamp": str, "client_id": str, "application": str, "query_attributes": dict}
EVENT = {"action_name": str, "timestamp": str, "query_id": str, "session_id": str, "client_id": str, "message": str,
         "message_type": str, "application": str, "event_attributes": dict}


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        cls.keys = {right: {"Authorization": "Bearer " + cls.server.run("keys", "create", "--name", right, "--rights", right)}
                    for right in ("reports", "privacy")}
        cls.keys["audit"] = {"Authorization": "Bearer " + cls.server.run("keys", "create", "--name", "a", "--rights", "reports audit")}

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def search(self, text, visitor, session="s"):
        headers = {"X-Parry-Visitor": visitor, "X-Parry-Session": session}
        return self.server.get("/v1/search?q=" + urllib.parse.quote(text), headers=headers).json["query_id"]

    def events(self, *events):
        reply = self.server.get("/v1/events", "POST", body=json.dumps({"events": events})).json
        self.assertEqual(reply["accepted"], len(events), reply)
        return [e["id"] for e in reply["events"]]

    def piece(self, path, who="reports"):
        reply = self.server.get(path, headers=self.keys[who])
        self.assertEqual(reply.status, 200, reply.text)
        return [json.loads(line) for line in reply.text.splitlines()], int(reply.headers["X-Next-Offset"])

    def end(self):
        return self.piece("/v1/ledger/stream?limit=10000")[1]

    def test_a_consumer_that_keeps_the_offset_misses_nothing_and_repeats_nothing(self):
        start, ids, seen = self.end(), [], []
        for i in range(7):
            ids += self.events(*[{"type": "view", "article": f"a{i}{k}"} for k in range(3)])
        at = start
        while True:
            lines, then = self.piece(f"/v1/ledger/stream?from={at}&limit=4")
            seen += lines
            self.assertLessEqual(len(lines), 4)
            if then == at:
                break
            at = then
        self.assertEqual([line["key"] for line in seen], ids)
        self.assertEqual([line["offset"] for line in seen], list(range(start, start + 21)))
        self.assertEqual(set(seen[0]), {"offset", "key", "kind", "at", "payload"})
        shown = self.server.run("export", "ndjson", "--from", str(start), "--limit", "21").splitlines()
        self.assertEqual([json.loads(line) for line in shown], seen)

    def test_who_waits_gets_what_comes(self):
        at = self.end()
        threading.Timer(0.7, lambda: self.events({"type": "view", "article": "late"})).start()
        begun = time.monotonic()
        lines, _ = self.piece(f"/v1/ledger/stream?from={at}&wait=10")
        self.assertEqual([line["payload"]["article"] for line in lines], ["late"])
        self.assertGreater(time.monotonic() - begun, 0.5)
        self.assertEqual(self.piece(f"/v1/ledger/stream?from={at + 1}&wait=1"), ([], at + 1))

    def test_what_few_wrote_is_for_who_may_read_the_audit(self):
        at = self.end()
        for i in range(5):
            self.search("Late refund of many", f"visitor-{i}")
        self.search("a text of one alone", "visitor-1")
        self.events({"type": "vote", "vote": "down", "article": "a", "comment": "my very own words", "visitor": "visitor-2"})
        self.assertTrue(until(lambda: self.end() == at + 7))
        lines, _ = self.piece(f"/v1/ledger/stream?from={at}")
        self.assertEqual([line["payload"].get("text") for line in lines], ["Late refund of many"] * 5 + [None, None])
        self.assertEqual([line["payload"].get("withheld") for line in lines[5:]], [["text"], ["comment"]])
        raw, _ = self.piece(f"/v1/ledger/stream?from={at}&raw=true", "audit")
        self.assertEqual((raw[5]["payload"]["text"], raw[6]["payload"]["comment"]), ("a text of one alone", "my very own words"))
        self.assertIn("audit", {line["kind"] for line in self.piece("/v1/ledger/stream?raw=true", "audit")[0]})
        self.assertNotIn("audit", {line["kind"] for line in self.piece("/v1/ledger/stream")[0]})
        self.assertEqual(self.server.get("/v1/ledger/stream?raw=true", headers=self.keys["reports"]).status, 403)

    def test_erased_records_are_tombstones_and_deletes(self):
        at = self.end()
        ids = self.events({"type": "click", "article": "a", "visitor": "gone"}, {"type": "click", "article": "b", "visitor": "stays"})
        self.server.get("/v1/visitors/erase", "POST", {**self.keys["privacy"], "Content-Type": "application/json"}, '{"visitor": "gone"}')
        lines, _ = self.piece(f"/v1/ledger/stream?from={at}")
        self.assertEqual([(line["key"], line["payload"] is None) for line in lines], [(ids[0], True), (ids[1], False)])
        ubi, _ = self.piece(f"/v1/ledger/ubi?from={at}")
        self.assertEqual(ubi[0], {"delete": {"_index": "ubi_events", "_id": ids[0]}})
        entry = [e for e in self.piece(f"/v1/ledger/stream?from={at}&raw=true", "audit")[0] if e["kind"] == "audit"][0]["payload"]
        self.assertEqual((entry["action"], entry["offsets"]), ("visitor.erase", str(at)))

    def check(self, document, types, needed):
        self.assertLessEqual(needed, set(document), document)
        for name, value in document.items():
            self.assertIsInstance(value, types[name], f"{name} of {document}")
        for name in set(types) & {"query_id", "client_id", "session_id", "application", "action_name"} & set(document):
            self.assertLessEqual(len(document[name]), 100)
        self.assertRegex(document["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_ubi_documents_are_of_the_schema(self):
        """As https://o19s.github.io/ubi/schema/1.3.0 says: names, types, what must be there, lengths."""
        at = self.end()
        query = self.search("refund not received", "v1")
        self.events({"type": "click", "article": "refund-not-received", "position": 3, "query_id": query, "session": "s"},
                    {"type": "impression", "articles": ["a", "b", "c"], "query_id": query}, {"type": "view", "article": "a", "dwell_ms": 9},
                    {"type": "survey", "score": 4, "comment": "x" * 3000}, {"type": "search", "text": "refund"},
                    {"type": "ticket_created", "ticket": "T-1", "email": "a@b.example"})
        self.assertTrue(until(lambda: self.end() == at + 7))
        lines, after = self.piece(f"/v1/ledger/ubi?from={at}")
        self.assertEqual(after, at + 7)
        pairs = list(zip(lines[::2], lines[1::2]))
        self.assertEqual([a["index"]["_index"] for a, _ in pairs], ["ubi_queries"] + ["ubi_events"] * 8)
        self.check(pairs[0][1], QUERY, {"query_id", "user_query", "timestamp", "query_response_hit_ids"})
        self.assertEqual(pairs[0][1]["query_id"], query)
        for _, document in pairs[1:]:
            self.check(document, EVENT, {"action_name", "timestamp"})
            attributes = document["event_attributes"]
            self.assertIsInstance(attributes["position"]["ordinal"], int)
            if "object" in attributes:
                self.assertIsInstance(attributes["object"]["object_id"], str)
            self.assertLessEqual(len(document.get("message", "")), 1024)
        self.assertEqual([d["event_attributes"]["position"]["ordinal"] for _, d in pairs[1:5]], [3, 1, 2, 3])
        self.assertEqual(len({a["index"]["_id"] for a, _ in pairs}), 9)


if __name__ == "__main__":
    unittest.main()
