"""Events, feedback and the query log: what was acknowledged is on disk, once, and nothing personal is."""
import concurrent.futures
import json
import pathlib
import re
import signal
import tempfile
import threading
import time
import unittest
import uuid

from parry_server import SAMPLE, Server

ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def uuid7():
    ms = int(time.time() * 1000)
    return str(uuid.UUID(int=(ms << 80) | (7 << 76) | (2 << 62) | (uuid.uuid4().int & ((1 << 62) - 1))))


def post(server, path, body, headers=None):
    raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return server.get(path, "POST", headers={"Content-Type": "application/json", **(headers or {})}, body=raw)


def events(server, *some):
    return post(server, "/v1/events", {"events": list(some)})


def click(**more):
    return {"type": "click", "article": "refund-late", **more}


def disk(server):
    return b"".join(p.read_bytes() for p in sorted(server.data.rglob("*")) if p.is_file())


def metric(server, name):
    return int(re.search(rf"^{name} (\d+)$", server.get("/metrics").text, re.M).group(1))


class EventsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def problem(self, reply, status, piece):
        self.assertEqual(reply.status, status, reply.text)
        self.assertEqual(reply.headers["Content-Type"], "application/problem+json")
        self.assertIn(piece, reply.json["detail"])

    def test_each_event_is_told_what_became_of_it(self):
        one, two = uuid7(), str(uuid.uuid4())
        r = events(self.server, click(id=one), click(), {"type": "clik"}, click(id=two), click(id=one))
        self.assertEqual(r.status, 200)
        self.assertEqual(r.headers["Content-Type"], "application/json")
        j = r.json
        self.assertEqual((j["accepted"], j["duplicates"], j["refused"]), (3, 1, 1))
        self.assertEqual([e["status"] for e in j["events"]],
                         ["accepted", "accepted", "refused", "accepted", "duplicate"])
        self.assertEqual(j["events"][0]["id"], one)
        self.assertRegex(j["events"][1]["id"], ID)
        self.assertIn("type: must be one of", j["events"][2]["detail"])
        again = events(self.server, click(id=one), click(id=two)).json
        self.assertEqual((again["accepted"], again["duplicates"]), (0, 2))

    def test_where_all_are_wrong_each_is_told_so(self):
        r = events(self.server, click(position=0), {"type": "x"}, {})
        self.assertEqual((r.status, r.json["accepted"], r.json["refused"]), (200, 0, 3))
        for event, piece in zip(r.json["events"], ("position: must be a whole number", "type: must be one of",
                                                   "type: must be one of")):
            self.assertEqual(event["status"], "refused")
            self.assertIn(piece, event["detail"])

    def test_shape_and_limits(self):
        for body in ({}, {"events": {}}, {"events": [click()], "more": 1}, [click()], {"events": None}):
            self.problem(post(self.server, "/v1/events", body), 400, "the body must be")
        self.problem(post(self.server, "/v1/events", {"events": []}), 400, "1 to 1000")
        for odd in (7, None, [], "x", {"type": None}, {"type": {}}, {"at": 1.5}, {"at": 1 << 60}, {"articles": [1]}):
            self.problem(events(self.server, click(), odd), 400, "events[1]: must be an object of strings")
        self.problem(events(self.server, *[click()] * 1001), 400, "1 to 1000 at once, not 1001")
        self.problem(post(self.server, "/v1/events", "{"), 400, "")
        self.problem(post(self.server, "/v1/events", ""), 400, "")
        head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: {(1 << 20) + 1}\r\nConnection: close\r\n\r\n"
        self.assertIn(b" 413 ", self.server.raw(head.encode()).split(b"\r\n")[0])
        self.assertEqual(events(self.server, *[click() for _ in range(1000)]).json["accepted"], 1000)
        self.assertEqual(self.server.get("/v1/events").status, 405)

    def test_a_beacon_is_taken_as_text(self):
        body = json.dumps({"events": [click()]})
        r = self.server.get("/v1/events", "POST", headers={"Content-Type": "text/plain;charset=UTF-8"}, body=body)
        self.assertEqual((r.status, r.json["accepted"]), (200, 1))

    def test_feedback(self):
        query_id = self.server.get("/v1/search?q=refund").json["query_id"]
        one = uuid7()
        body = {"query_id": query_id, "solved": True, "id": one}
        self.assertEqual(post(self.server, "/v1/feedback", body).json, {"id": one, "status": "accepted"})
        self.assertEqual(post(self.server, "/v1/feedback", body).json, {"id": one, "status": "duplicate"})
        r = post(self.server, "/v1/feedback", {"article": "a", "vote": "down", "reason": "outdated", "comment": "old"})
        self.assertEqual((r.status, r.json["status"]), (200, "accepted"))
        self.assertEqual(post(self.server, "/v1/feedback", {"query_id": query_id, "solved": False}).status, 200)
        for bad, piece in (({"vote": "up"}, "needs one of: article query_id"), ({"article": "a"}, "\"vote\""),
                           ({"article": "a", "vote": "up", "solved": True}, "\"vote\""),
                           ({"article": "a", "solved": "yes"}, "solved: must be true or false"),
                           ({"article": "a", "vote": "maybe"}, "vote: must be one of: up down"),
                           ({"article": "a", "vote": "up", "type": "click"}, "\"vote\""),
                           ({"article": "a", "vote": "up", "at": 1}, "\"vote\""),
                           ({"article": "a", "vote": "up", "position": 1}, "no such field"), ([1], "\"vote\"")):
            self.problem(post(self.server, "/v1/feedback", bad), 400, piece)

    def test_every_answer_that_is_settled_has_a_query_id(self):
        seen = set()
        for path in ("/v1/search?q=refund", "/v1/search?q=refund", "/v1/explain?q=refund", "/v1/suggest?q=refund"):
            j = self.server.get(path).json
            self.assertRegex(j["query_id"], ID)
            seen.add(j["query_id"])
        self.assertEqual(len(seen), 4)
        self.assertNotIn("query_id", self.server.get("/v1/suggest?q=").json)
        for typed in ("r", "re", "ref", "refu"):
            j = self.server.get(f"/v1/suggest?q={typed}&previous=").json
            self.assertEqual("query_id" in j, j["settled"])

    def test_events_at_once_from_many_are_all_told(self):
        ids = [[uuid7() for _ in range(20)] for _ in range(40)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            replies = list(pool.map(lambda some: events(self.server, *[click(id=i) for i in some]), ids))
        for some, r in zip(ids, replies):
            self.assertEqual((r.status, r.json["accepted"]), (200, 20))
            self.assertEqual([e["id"] for e in r.json["events"]], some)
        self.assertGreater(metric(self.server, "parry_ledger_records_total"), 800)


PERSONAL = ["jane.roe@mail.example", "+49 170 7702934", "4111 1111 1111 1111", "DE89370400440532013000", "198.51.100.77",
            "order 77001234", "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc", "password is Hunter77"]
SECRETS = [b"jane.roe", b"7702934", b"4111 1111", b"3704004405", b"198.51.100", b"77001234", b"4eC39Hq", b"Hunter77",
           b"visitor-raw-77", b"session-raw-77", b"Jane.Roe"]


class DiskTest(unittest.TestCase):
    def test_bots_are_marked_and_their_names_are_not_kept(self):
        with Server(SAMPLE) as s:
            bot, person = {"User-Agent": "Somebot/2.1 (+https://some.example)"}, {"User-Agent": "Mozilla/5.0 (X11) Some/1"}
            for who, word in ((bot, "crawled"), (person, "wanted")):
                self.assertEqual(s.get("/v1/search?q=" + word, headers=who).status, 200)
                self.assertEqual(post(s, "/v1/events", {"events": [{"type": "search", "text": word}]}, who).status, 200)
            self.assertEqual(s.stop(signal.SIGTERM), 0)
            kept = disk(s) + s.logged().encode()
            records = list(re.finditer(rb'\{[ -z|~]*"text":"(crawled|wanted)"[ -z|~]*\}', kept))
            self.assertEqual({r[1] for r in records}, {b"crawled", b"wanted"})
            for r in records:
                self.assertEqual(b'"bot":true' in r[0], r[1] == b"crawled", r[0])
            self.assertFalse(b"Somebot" in kept or b"some.example" in kept)

    def test_nothing_personal_is_on_disk_or_in_the_log(self):
        with Server(SAMPLE) as s:
            who = {"X-Parry-Visitor": "visitor-raw-77", "X-Parry-Session": "session-raw-77"}
            for text in PERSONAL:
                for path in ("/v1/search?q=", "/v1/explain?q=", "/v1/suggest?q=", "/search?q="):
                    q = "".join(f"%{b:02x}" for b in ("kept words " + text).encode())
                    self.assertEqual(s.get(path + q, headers=who).status, 200)
                r = events(s, {"type": "search", "text": text, "visitor": "visitor-raw-77"},
                           {"type": "survey", "score": 1, "comment": text, "page": "/x?" + text},
                           {"type": "not_solved", "article": "a", "reason": text, "session": "session-raw-77"},
                           {"type": "ticket_created", "ticket": "T1", "email": "Jane.Roe@mail.example", "text": text})
                self.assertEqual(r.json["accepted"], 4, r.text)
                post(s, "/v1/feedback", {"article": "a", "vote": "down", "comment": text}, who)
            for text in PERSONAL[:5]:  # as an id, which would be kept as it is
                r = events(s, {"type": "click", "article": text.replace(" ", "")})
                self.assertEqual(r.json["refused"], 1, text)
            self.assertEqual(s.stop(signal.SIGTERM), 0)
            bytes_on_disk = disk(s) + s.logged().encode()
            for secret in SECRETS:
                self.assertFalse(secret in bytes_on_disk, secret)
            for kept in (b"kept words [email]", b"kept words [card]", b'"by":"explain"', b'"redacted":["iban"]',
                         b'"by":"page"', b'"contact":"'):
                self.assertTrue(kept in bytes_on_disk, kept)

    def test_a_query_is_on_disk_with_what_was_shown(self):
        with Server(SAMPLE) as s:
            j = s.get("/v1/search?q=refund&limit=3&offset=1&locale=en", headers={"X-Parry-Visitor": "v"}).json
            self.assertEqual(s.stop(signal.SIGTERM), 0)
            found = re.search(rb'\{"by":"search".*?\}', disk(s))
            record = json.loads(found.group(0))
            self.assertEqual(record["shown"], [h["id"] for h in j["hits"]])
            self.assertEqual((record["text"], record["offset"], record["total"]), ("refund", 1, j["total"]))
            self.assertEqual((record["generation"], record["locale"], record["audience"]), (j["generation"], "en", "customer"))
            self.assertEqual((record["answered"], record["mode"]), (j["answered"], "text"))
            self.assertRegex(record["visitor"], "^[0-9a-f]{32}$")
            self.assertGreater(record["took_us"], 0)


class KillTest(unittest.TestCase):
    def test_what_was_acknowledged_survives_a_kill(self):
        """Clients send until the server is killed; a new one says of each acknowledged event that it has it."""
        with tempfile.TemporaryDirectory(prefix="parry-events-") as folder:
            tree = pathlib.Path(folder) / "tree"
            tree.mkdir()
            (tree / "a.md").write_text("---\ntitle: Refunds\n---\nMoney comes back.\n", encoding="utf-8")
            home = pathlib.Path(folder) / "home"
            home.mkdir()
            acknowledged, all_sent = [], []
            for turn in range(4):
                with Server(tree, data=str(home)) as s:
                    end = threading.Event()

                    def send():
                        while not end.is_set():
                            some = [uuid7() for _ in range(7)]
                            all_sent.extend(some)
                            try:
                                r = events(s, *[click(id=i) for i in some])
                            except OSError:
                                return
                            except Exception:  # the connection was cut in the middle of a reply
                                return
                            if r.status == 200:
                                acknowledged.extend(e["id"] for e in r.json["events"])

                    threads = [threading.Thread(target=send) for _ in range(4)]
                    for t in threads:
                        t.start()
                    time.sleep(0.2 + 0.1 * turn)
                    s.process.kill()
                    s.process.wait()
                    end.set()
                    for t in threads:
                        t.join()
            self.assertGreater(len(acknowledged), 50)
            with Server(tree, data=str(home)) as s:
                for at in range(0, len(acknowledged), 1000):
                    some = acknowledged[at:at + 1000]
                    r = events(s, *[click(id=i) for i in some]).json
                    self.assertEqual((r["accepted"], r["duplicates"]), (0, len(some)))
                before = metric(s, "parry_ledger_seq")
                unknown = len(set(all_sent) - set(acknowledged))
                for at in range(0, len(all_sent), 1000):
                    events(s, *[click(id=i) for i in all_sent[at:at + 1000]])
                self.assertLessEqual(metric(s, "parry_ledger_seq") - before, unknown)
                kept = [json.loads(line) for line in s.run("export", "ndjson").splitlines()]
                clicks = [record for record in kept if record["payload"] and record["payload"].get("type") == "click"]
                self.assertEqual(len(clicks), len(set(all_sent)))  # each once, none twice


if __name__ == "__main__":
    unittest.main()
