"""Searches full of personal data, and every other field that a stranger fills: then every byte of the data and of the log is
looked at, and none of it is there. What names nobody is left as it is. With PARRY_SOAK, 100,000 searches."""
import http.client
import json
import os
import pathlib
import random
import re
import unittest
import urllib.parse

import personal
from parry_server import SAMPLE, SOURCE, Server, until

SOAK = "PARRY_SOAK" in os.environ
SEARCHES = 100000 if SOAK else 5000
SETS = SOURCE.parent / "shared" / "data" / "sets"
JSON = {"Content-Type": "application/json"}
OPTIONS = [a for o in ("desk.per_hour=0", "serve.answer_cache_mib=0") for a in ("--option", o)]


class Strangers(unittest.TestCase):
    """One server that everything goes to."""

    def setUp(self):
        self.server = Server(SAMPLE, args=OPTIONS)
        self.addCleanup(self.server.close)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        self.addCleanup(self.connection.close)
        self.rng = random.Random(7)
        self.needles = set()

    def ask(self, path, body=None, **headers):
        sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
        self.connection.request("GET" if body is None else "POST", path, body, sent)
        reply = self.connection.getresponse()
        text = reply.read()
        self.assertLess(reply.status, 500, text)
        return reply.status, text

    def post(self, path, body, **headers):
        return self.ask(path, json.dumps(body), Content_Type="application/json", **headers)

    def one(self):
        text, needles = personal.query(self.rng)
        self.needles |= needles
        return text

    def name(self):
        """Where an id belongs: what plainly is somebody's is refused there; numbers are kept, they may be a ticket's."""
        text, needles = self.rng.choice([personal.email, personal.card, personal.iban])(self.rng)
        self.needles |= {text, *needles}
        return text

    def searched(self):
        q = urllib.parse.quote
        paths = [lambda: "/v1/search?q=" + q(self.one()), lambda: "/v1/suggest?previous=x&q=" + q(self.one()),
                 lambda: "/search?q=" + q(self.one()), lambda: "/v1/search?q=refund&page=" + q(self.one()),
                 lambda: "/v1/search?q=refund&category=" + q(self.one()), lambda: "/v1/search?q=refund&product=" + q(self.one()),
                 lambda: "/v1/articles/" + q(self.one(), safe=""), lambda: "/nowhere/" + q(self.one(), safe="") + "?x=" + q(self.one())]
        weights = [60, 10, 10, 6, 6, 4, 2, 2]
        for _ in range(SEARCHES):
            path = self.rng.choices(paths, weights)[0]()
            if len(path) < 7000:
                self.ask(path)

    def said(self):
        """Events, feedback, chats, agents, forms: every field with words of a stranger's."""
        answered = json.loads(self.ask("/v1/search?q=refund")[1])["query_id"]
        for _ in range(SEARCHES // 20):
            one = self.one
            person = {"visitor": one()[:200], "session": one()[:200], "page": one()}
            self.post("/v1/events", {"events": [
                {"type": "search", "text": one(), **person}, {"type": "vote", "vote": "down", "article": "a", "reason": one()[:200]},
                {"type": "not_solved", "query_id": answered, "comment": one()}, {"type": "survey", "score": 1, "comment": one()},
                {"type": "ticket_created", "ticket": "T-1", "email": one(), "text": one()}, {"type": "click", "article": self.name()},
                {"type": "ticket_created", "ticket": self.name()}, {"type": one(), "text": one()}, {"type": "view", "article": "a", one(): one()}]})
            self.post("/v1/feedback", {"query_id": answered, "solved": False, "comment": one()})
            self.post("/v1/feedback", {"query_id": one(), "vote": one()})
            self.post("/v1/chat/suggest", {"turns": [{"role": "user", "text": one()}], "customer_id": one()[:200], "session_id": one()[:200]})
            self.post("/v1/suggest", {"subject": one(), "text": one()})
            self.post("/v1/tools/search_articles", {"query": one()})
            self.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                               "params": {"name": "search_articles", "arguments": {"query": one()}}})
            self.post("/1/indexes/parry/query", {"query": one()})
            self.post("/v1/handoffs/draft", {"description": one(), "subject": one()})
            self.post("/contact", {"description": one()})
            self.ask("/v1/search?q=refund", X_Parry_Visitor=one()[:200].replace("\n", " "), X_Parry_Session=one()[:200].replace("\n", " "),
                     User_Agent=one().replace("\n", " "), Referer=one().replace("\n", " "), X_Forwarded_For=one().replace("\n", " "),
                     Idempotency_Key=one().replace("\n", " "), traceparent=one().replace("\n", " "), Cookie="a=" + one().replace("\n", " "))

    def handed_off(self):
        """Sealed in the desk; nothing of it among what is counted."""
        for _ in range(20):
            status, text = self.post("/v1/handoffs", {"subject": self.one(), "description": self.one(), "name": self.one()[:60],
                                                      "email": f"{personal.letters(self.rng, 12)}@example.com", "visitor": self.one()[:200]})
            self.assertEqual(status, 201, text)

    def test_none_of_it_is_in_any_byte(self):
        before = [path.read_bytes() for path in self.files()]  # digits of the index may look like some
        self.searched()
        self.said()
        self.handed_off()
        self.connection.close()
        self.assertEqual(self.server.stop(), 0)
        self.assertGreater(len(self.needles), SEARCHES)
        found = [(path.name, n) for path in self.files() for n in present(path.read_bytes(), self.needles)]
        found = [(name, n) for name, n in found if not any(n.encode() in data for data in before)]
        size = sum(path.stat().st_size for path in self.files())
        print(f"\n{SEARCHES} searches; {len(self.needles)} texts looked for in {size} bytes")
        self.assertEqual(found, [])

    def files(self):
        return [path for path in [*self.server.data.rglob("*"), self.server.log_path] if path.is_file()]

    def test_what_is_kept_would_be_found(self):
        """That the search for bytes can find anything."""
        self.ask("/v1/search?q=findmeplainword")
        self.assertTrue(until(lambda: any(present(p.read_bytes(), {"findmeplainword"}) for p in self.files())))


def present(data, needles):
    """Those of them that are in the data: by all its windows of their lengths, some megabytes at a time."""
    most, chunk = 12, 1 << 22
    by_length, there = {}, []
    for needle in needles:
        raw = needle.encode()
        by_length.setdefault(min(len(raw), most), {}).setdefault(raw[:most], []).append(raw)
    for length, starts in by_length.items():
        hits = set()
        for at in range(0, len(data), chunk):
            part = data[at:at + chunk + most]
            hits |= {part[i:i + length] for i in range(len(part) - length + 1)} & starts.keys()
        there += [raw.decode() for start in hits for raw in starts[start] if is_in(data, raw)]
    return there


def is_in(data, raw):
    """Digits are in every time and every key: of those only what stands by itself."""
    return re.search(rb"(?<![0-9a-f-])" + raw + rb"(?![0-9a-f-])", data) is not None if raw.isdigit() else raw in data


class Clean(unittest.TestCase):
    def queries(self):
        for path in (SOURCE / "examples" / "marketplace" / "judgements").glob("*.tsv"):
            for line in path.read_text(encoding="utf-8").splitlines()[1:]:
                yield line.split("\t")[0]
        for path in sorted(SETS.glob("*/queries*.jsonl")) if SETS.exists() else []:
            lines = path.read_text(encoding="utf-8").splitlines()
            for line in lines if SOAK else lines[:300]:
                yield json.loads(line)["text"]

    def test_what_names_nobody_is_left_as_it_is(self):
        asked = sorted({q.strip() for q in self.queries() if q.strip() and len(q) < 400})
        with Server(SAMPLE, args=OPTIONS) as server:
            for i in range(0, len(asked), 500):
                events = [{"type": "search", "text": q} for q in asked[i:i + 500]]
                reply = server.get("/v1/events", "POST", body=json.dumps({"events": events})).json
                self.assertEqual(reply["refused"], 0)
            lines = [json.loads(line) for line in server.run("export", "ndjson", "--raw").splitlines()]
        kept = [e["payload"]["text"] for e in lines if e["kind"] == "event"]
        self.assertEqual(len(kept), len(asked))
        touched = [(q, k) for q, k in zip(asked, kept) if q != k]
        print(f"\n{len(touched)} of {len(asked)} clean queries touched: {touched[:10]}")
        self.assertGreater(len(asked), 100)
        self.assertLessEqual(len(touched), len(asked) / 100)


if __name__ == "__main__":
    unittest.main()
