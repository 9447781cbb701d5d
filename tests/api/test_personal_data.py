"""Searches full of personal data, and every other field that a stranger fills: then every byte of the data and of the log is
looked at, and none of it is there, neither as it was written nor percent-encoded, escaped as JSON does, in base64 or in hex. What
names nobody is left as it is. With PARRY_SOAK, 100,000 searches."""
import base64
import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import personal
from parry_server import SAMPLE, SOURCE, Server, until

SOAK = "PARRY_SOAK" in os.environ
SEARCHES = 100000 if SOAK else 5000
FIND = os.environ.get("PARRY_FIND", "find_texts")
LEAST = 7  # bytes of a text that is looked for: shorter ones are found by chance
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
        self.statuses = collections.Counter()

    def ask(self, path, body=None, **headers):
        sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
        self.connection.request("GET" if body is None else "POST", path, body, sent)
        reply = self.connection.getresponse()
        text = reply.read()
        self.assertLess(reply.status, 500, text)
        self.statuses[reply.status] += 1
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
        with tempfile.TemporaryDirectory(prefix="parry-before-") as before:
            shutil.copytree(self.server.data, before, dirs_exist_ok=True)
            began = time.monotonic()
            self.searched()
            self.assertGreater(self.statuses[200], SEARCHES * 0.8, self.statuses)
            self.said()
            self.handed_off()
            self.connection.close()
            self.assertEqual(self.server.stop(), 0)
            self.assertGreater(len(self.needles), SEARCHES)
            asked, began = time.monotonic() - began, time.monotonic()
            by_chance = {text for _, _, text in find(self.needles, files_of(before))}  # digits of the index may look like some
            found = [hit for hit in find(self.needles, self.files()) if hit[2] not in by_chance]
            size = sum(path.stat().st_size for path in self.files())
        print(f"\n{SEARCHES} searches, {sum(self.statuses.values())} requests in {asked:.0f} s: {dict(self.statuses)}; "
              f"{len(self.needles)} texts looked for in {size} bytes in {time.monotonic() - began:.0f} s")
        self.assertEqual(found, [])

    def files(self):
        return [*files_of(self.server.data), self.server.log_path]

    def test_what_is_kept_would_be_found(self):
        """That the search for bytes can find anything."""
        self.ask("/v1/search?q=findmeplainword")
        self.assertTrue(until(lambda: find({"findmeplainword"}, self.files())))

    def test_each_way_of_writing_it_is_found(self):
        text = "Ä \"Müller\"/jo@example.com+1?~"
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "file"
            for way in ways(text):
                path.write_bytes(b"\0" + way + b"\n")
                self.assertTrue(find({text}, [path]), way)
            for data, there in ((b"x123456789y", True), (b"123456789", True), (b"1234567890", False), (b"a123456789", False), (b"-123456789", False)):
                path.write_bytes(data)
                self.assertEqual(bool(find({"123456789"}, [path])), there, data)
            path.write_bytes(b"a79316785Ca")  # a national number, or some key
            self.assertEqual(find({"79316785C"}, [path]), [])
            path.write_bytes(base64.b64encode(b"." + text.encode() + b"."))
            self.assertTrue(find({text}, [path]))
            path.write_bytes(text.upper().encode())
            self.assertTrue(find({text.replace("ü", "Ü")}, [path]))


def files_of(folder):
    return [path for path in pathlib.Path(folder).rglob("*") if path.is_file()]


def ways(text):
    """Bytes that say it."""
    raw = text.encode()
    q = urllib.parse.quote
    said = [q(text), q(text, safe=""), urllib.parse.quote_plus(text), json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]]
    of_three = [(base64.b64encode, base64.urlsafe_b64encode)[i % 2](bytes(i // 2) + raw) for i in range(6)]  # wherever it begins
    inner = [code[(0, 2, 3)[i // 2]:len(code) - (0, 3, 2)[(len(raw) + i // 2) % 3]] for i, code in enumerate(of_three)]
    return {way for way in [raw, raw.hex().encode(), *(s.encode() for s in said), *inner] if len(way) >= LEAST}


def find(needles, files):
    """[(file, offset, text in lower case)] of those that are there, in any of the ways."""
    with tempfile.NamedTemporaryFile() as lines:
        for needle in needles:
            lines.write(b"\n".join(ways(needle)) + b"\n")
        lines.flush()
        done = subprocess.run([FIND, lines.name, *map(str, files)], stdout=subprocess.PIPE, check=True)
    return [tuple(line.split("\t", 2)) for line in done.stdout.decode("utf-8", "replace").splitlines()]


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
