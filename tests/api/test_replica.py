"""parry replica: a second server that answers like the first."""
import hashlib
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from parry_server import PARRY, Server, until
from test_tls import make_certificate

MODEL = pathlib.Path(os.environ.get("PARRY_MODEL_DIR") or pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) /
                     "parry/models/all-MiniLM-L6-v2")


def make_key(primary):
    """A key that may replicate, in a file."""
    path = primary.data.parent / "replica.key"
    path.write_text(primary.run("keys", "create", "--name", "replica", "--rights", "replicate"))
    path.chmod(0o600)
    return path


class Replica(Server):
    def __init__(self, url, top, key=None, args=(), text_only=True):
        self.folder = None
        self.data = pathlib.Path(top) / "data"
        self.log_path = pathlib.Path(top) / "log"
        pathlib.Path(top).mkdir(exist_ok=True)
        self.log = open(self.log_path, "ab")
        command = [PARRY, "replica", url, "--data", str(self.data), "--listen", "127.0.0.1:0", "--poll-ms", "100",
                   "--option", f"access.secret_file={pathlib.Path(top) / 'secret'}"]
        command += ["--text-only"] if text_only else []
        command += ["--key-file", str(key)] if key else []
        self.process = subprocess.Popen(command + list(args), stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline().decode()
        match = re.match(r"serving http://127\.0\.0\.1:(\d+)", line)
        if not match:
            self.process.wait(10)
            said = self.logged()
            self.close()
            raise AssertionError(f"the replica did not start: {line!r} {said}")
        self.port = int(match.group(1))

    def state(self):
        return self.get("/ready").json["replica"]["state"]


def write(tree, n, word):
    (tree / f"a{n}.md").write_text(f"---\ntitle: Number {n}\n---\nAbout {word} and parcels.\n", encoding="utf-8")


def finds(server, word):
    return server.get("/v1/search?q=" + word).json["total"] > 0


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        kept = tempfile.TemporaryDirectory(prefix="parry-replica-")
        self.addCleanup(kept.cleanup)
        self.top = pathlib.Path(kept.name)
        self.one, self.two, self.tree = self.top / "one", self.top / "two", self.top / "tree"
        self.one.mkdir()
        self.tree.mkdir()
        for n in range(6):
            write(self.tree, n, f"first{n}word")
        self.primary = self.start_primary()
        self.key = make_key(self.primary)

    def start_primary(self, args=(), text_only=True):
        server = Server(self.tree, data=self.one, args=args, text_only=text_only)
        self.addCleanup(server.close)
        self.url = f"http://127.0.0.1:{server.port}"
        return server

    def replica(self, url=None, args=(), text_only=True):
        server = Replica(url or self.url, self.two, self.key, args, text_only)
        self.addCleanup(server.close)
        return server

    def headers(self):
        return {"Authorization": "Bearer " + self.key.read_text()}

    def ask(self, path, headers=None):
        return self.primary.get(path, headers={**self.headers(), **(headers or {})})

    def following(self, r):
        self.assertTrue(until(lambda: r.get("/ready").status == 200 and r.state() == "following"), r.logged())

    def level(self, r):
        """Side tables follow an index after a moment: both are given it."""
        self.assertTrue(until(lambda: r.get("/ready").json["generation"] == self.primary.get("/ready").json["generation"]), r.logged())

    def same(self, r):
        self.level(r)
        for path in ("/v1/search?q=parcels&limit=20", "/v1/articles?limit=100", "/v1/categories", "/v1/suggest?q=parc", "/v1/articles/a1",
                     "/v1/articles/a1.md", "/articles/a1", "/"):
            mine, other = r.get(path), self.primary.get(path)
            self.assertEqual((mine.status, self.plain(mine)), (other.status, self.plain(other)), path)

    @staticmethod
    def plain(reply):
        """But for numbers of its own, and the way to a person: a replica takes no tickets."""
        text = re.sub(' <a href="[^"]*/contact">Contact us</a>', "", reply.text)
        return re.sub(r'"(query_id|queryID|took_us|id|dur_us)": ?"?[^",}]*"?', "", text)


class Following(Case):
    def test_it_answers_like_the_primary(self):
        with self.replica() as r:
            self.following(r)
            self.same(r)
            ready = r.get("/ready").json
            self.assertEqual(ready["generation"], self.primary.get("/ready").json["generation"])
            self.assertLess(ready["replica"]["lag_s"], 5)
            self.assertIn("parry_replica_lag_seconds", r.get("/metrics").text)
            self.assertNotIn("parry_replica_lag_seconds", self.primary.get("/metrics").text)

    def test_what_is_published_is_there_within_seconds(self):
        with self.replica() as r:
            self.following(r)
            took = []
            for turn in range(5):
                began = time.monotonic()
                write(self.tree, 50 + turn, f"fresh{turn}word")
                self.assertTrue(until(lambda: finds(r, f"fresh{turn}word"), 10), r.logged())  # noqa: B023
                took.append(time.monotonic() - began)
            self.assertLess(max(took), 5)
            (self.tree / "a2.md").unlink()
            self.assertTrue(until(lambda: r.get("/v1/articles/a2").status == 404 and not finds(r, "first2word"), 10))
            (self.tree / "_search").mkdir()
            (self.tree / "_search" / "synonyms.yaml").write_text("- words: [fresh1word, zebra]\n", encoding="utf-8")
            self.assertTrue(until(lambda: finds(r, "zebra"), 10), "a side table did not come along")
            self.same(r)

    def test_without_the_primary_it_goes_on(self):
        with self.replica() as r:
            self.following(r)
            before = r.get("/v1/search?q=parcels").json["total"]
            self.primary.stop()
            self.assertTrue(until(lambda: r.state() == "behind"), r.logged())
            ready = r.get("/ready")
            self.assertEqual(ready.status, 200)
            self.assertIn("replica", ready.json["degraded"])
            self.assertNotIn(self.url, ready.text)
            self.assertEqual(r.get("/v1/search?q=parcels").json["total"], before)
            r.stop()
        with self.replica() as r:  # a restart without the primary serves, too
            self.assertEqual(r.get("/v1/search?q=parcels").json["total"], before)
            self.assertEqual(r.get("/v1/articles/a1").status, 200)

    def test_a_restart_copies_nothing_twice(self):
        with self.replica() as r:
            self.following(r)
            r.stop()
        with self.replica() as r:
            self.following(r)
            fetched = int(re.search(r"^parry_replica_fetched_bytes_total (\d+)", r.get("/metrics").text, re.M)[1])
            self.assertLess(fetched, 20000)

    def test_its_key_is_rotated_without_a_restart(self):
        admin = {"X-API-Key": self.primary.run("keys", "create", "--name", "admin", "--rights", "all"), "Content-Type": "application/json"}
        mine = next(k["id"] for k in self.primary.get("/v1/keys", headers=admin).json["keys"] if k["name"] == "replica")
        with self.replica() as r:
            self.following(r)
            rotated = self.primary.get(f"/v1/keys/{mine}/rotate", "POST", admin, '{"grace_s": 0}')
            self.assertEqual(rotated.status, 200, rotated.text)
            self.assertTrue(until(lambda: r.state() == "behind"), r.logged())
            self.key.write_text("", encoding="utf-8")
            r.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: "event=replica_key" in r.logged()), r.logged())
            self.key.write_text(rotated.json["key"] + "\n", encoding="utf-8")
            r.process.send_signal(signal.SIGHUP)
            self.following(r)
            self.assertNotIn(rotated.json["key"], r.logged())

    def test_it_only_reads(self):
        with self.replica() as r:
            self.following(r)
            for method, path in (("POST", "/v1/articles"), ("PUT", "/v1/articles/a1"), ("DELETE", "/v1/articles/a1"), ("POST", "/v1/events")):
                reply = r.get(path, method=method, body="{}", headers={"Content-Type": "application/json"})
                self.assertIn(reply.status, (401, 403, 404, 405), (method, path))
            busy = subprocess.run([PARRY, "index", "--text-only", "--data", str(r.data), "--verify"], capture_output=True, check=False)
            self.assertEqual(busy.returncode, 0, busy.stderr)
            again = subprocess.run([PARRY, "replica", self.url, "--text-only", "--data", str(r.data), "--listen", "127.0.0.1:0",
                                    "--key-file", str(self.key)],
                                   capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(again.returncode, 5, again.stderr)

    def test_it_draws_nobody_for_any_experiment(self):
        options = ["ranking_test.kind=ab", "ranking_test.name=words", "ranking_test.swap=20", "experiment.name=form", "experiment.holdout=20"]
        with self.replica(args=[x for o in options for x in ("--option", o)]) as r:
            self.following(r)
            for i in range(60):
                self.assertEqual(r.get("/v1/search?q=parcels", headers={"X-Parry-Visitor": f"v{i}"}).status, 200)

            def logged():
                lines = r.run("export", "ndjson", "--raw").splitlines()
                return lines if sum('"kind":"query"' in x.replace(" ", "") for x in lines) >= 60 else None
            lines = until(logged)
            self.assertIsNotNone(lines)
            self.assertFalse([x for x in lines if '"pair"' in x or "experiment" in x])

    def test_the_way_to_a_person_leads_to_the_primary(self):
        with self.replica() as r:
            self.following(r)
            for base in ("", "/merchant"):
                reply = r.get(base + "/contact?query_id=x")
                self.assertEqual((reply.status, reply.headers["Location"]), (307, f"{self.url}{base}/contact"))
                self.assertEqual(self.primary.get(base + "/contact").status, 200)
                for path in ("/", "/search?q=nothingofthekind", "/search?q=parcels"):
                    self.assertIn(f'<a href="{self.url}{base}/contact">', r.get(base + path).text)
            ticket = self.primary.get("/v1/handoffs", "POST", body='{"description": "Lost.", "email": "a@b.example"}').json
            reply = r.get(ticket["follow_path"])
            self.assertEqual((reply.status, reply.headers["Location"]), (307, self.url + ticket["follow_path"]))
            self.assertNotIn("\n", r.get("/ticket/a%0d%0aSet-Cookie:%20x").headers["Location"])
            for method, path, body in (("POST", "/v1/handoffs", "{}"), ("GET", "/v1/followed/" + ticket["follow_token"], None),
                                       ("POST", f"/v1/followed/{ticket['follow_token']}/survey", '{"score": 5}')):
                reply = r.get(path, method, body=body)
                self.assertIn(reply.status, (403, 503), path)
                self.assertIn(self.url, reply.json["detail"])

    def test_the_way_to_a_person_may_lead_elsewhere(self):
        with self.replica(args=["--option", "desk.contact_url=https://help.example/write?from=a&b"]) as r:
            self.following(r)
            self.assertEqual(r.get("/contact").headers["Location"], "https://help.example/write?from=a&b")
            for path in ("/", "/search?q=parcels"):
                self.assertIn('<a href="https://help.example/write?from=a&amp;b">', r.get(path).text)

    def test_another_history_of_the_primary(self):
        with self.replica() as r:
            self.following(r)
            backup = subprocess.run([PARRY, "backup", "--quiet", "--data", str(self.one / "data"), str(self.top / "b")],
                                    capture_output=True, text=True, check=True).stdout.strip()
            for n in range(3):
                write(self.tree, 60 + n, f"later{n}word")
            self.assertTrue(until(lambda: finds(r, "later2word")))
            number = r.get("/ready").json["generation"]
            self.primary.stop()
            for n in range(3):
                (self.tree / f"a{60 + n}.md").unlink()
            subprocess.run([PARRY, "restore", backup, "--force", "--data", str(self.one / "data")], check=True, capture_output=True)
            port = int(self.url.rsplit(":", 1)[1])
            self.start_primary(["--listen", f"127.0.0.1:{port}"])
            self.assertTrue(until(lambda: not finds(r, "later2word") and r.get("/v1/articles/a61").status == 404), r.logged())
            self.assertGreater(r.get("/ready").json["generation"], number)  # it never goes backwards
            write(self.tree, 70, "newesthistory")
            self.assertTrue(until(lambda: finds(r, "newesthistory")), r.logged())


@unittest.skipUnless(MODEL.is_dir(), "no model weights here")
class Meaning(Case):
    def start_primary(self, args=(), text_only=False):
        write(self.tree, 90, "lorries")
        return super().start_primary(args, text_only)

    def test_meaning_comes_along(self):
        with self.replica(text_only=False) as r:
            self.following(r)
            self.level(r)
            self.assertEqual(r.get("/ready").json["model"], self.primary.get("/ready").json["model"])
            path = "/v1/search?q=big+trucks&mode=vector&limit=3"
            self.assertEqual(r.get(path).json["hits"][0]["id"], "a90")
            for mode in ("vector", "hybrid"):
                path = f"/v1/search?q=big+trucks&limit=20&mode={mode}"
                self.assertEqual(self.plain(r.get(path)), self.plain(self.primary.get(path)), mode)
            self.assertTrue(list((self.two / "data" / "index" / "segments").glob("*/vectors.*")))
            write(self.tree, 91, "a puppy")
            self.assertTrue(until(lambda: r.get("/v1/search?q=young+dog&mode=vector").json["hits"][0]["id"] == "a91", 30), r.logged())


class Https(unittest.TestCase):
    def test_a_primary_with_a_certificate(self):
        with tempfile.TemporaryDirectory(prefix="parry-replica-") as top:
            top = pathlib.Path(top)
            cert, key = make_certificate(top, "primary")
            other, _ = make_certificate(top, "other")
            (top / "tree").mkdir()
            write(top / "tree", 1, "overtls")
            with Server(top / "tree", args=["--option", f"tls.cert_file={cert}", "--option", f"tls.key_file={key}"]) as primary:
                url, mine = f"https://127.0.0.1:{primary.port}", make_key(primary)
                with Replica(url, top / "good", mine, ["--ca", str(cert)]) as r:
                    self.assertTrue(until(lambda: r.state() == "following" and finds(r, "overtls")), r.logged())
                for name, args in (("unknown", []), ("another", ["--ca", str(other)])):
                    with Replica(url, top / name, mine, args) as r:
                        self.assertTrue(until(lambda: "state=behind" in r.logged()), r.logged())  # noqa: B023
                        self.assertIn("certificate", r.logged())
                        self.assertFalse((r.data / "index" / "CURRENT").exists())


class Damage(Case):
    def test_damage_on_disk_is_fetched_again(self):
        with self.replica() as r:
            self.following(r)
            r.stop()
        for name in ("text.glass", "passages.bin", "segment.json"):
            file = next((self.two / "data" / "index" / "segments").glob("*/" + name))
            bytes_ = bytearray(file.read_bytes())
            bytes_[-10] ^= 0xFF
            file.write_bytes(bytes_)
            with self.replica() as r:
                self.following(r)
                self.same(r)
                self.assertIn("damaged=1", r.logged())
                r.stop()
            done = subprocess.run([PARRY, "index", "--verify", "--data", str(self.two / "data")], capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_other_data_is_left_alone(self):
        self.primary.stop()
        shutil.copytree(self.one, self.two)
        with self.assertRaisesRegex(AssertionError, "no replica's"):
            self.replica()

    def test_killed_at_random(self):
        rng = random.Random(7)
        for turn in range(30):
            r = self.replica()
            for _ in range(rng.randint(0, 2)):
                write(self.tree, rng.randrange(8), f"kill{turn}word")
            time.sleep(rng.uniform(0, 0.4))
            r.stop(signal.SIGKILL)
            if (self.two / "data" / "index" / "CURRENT").exists():
                done = subprocess.run([PARRY, "index", "--verify", "--data", str(self.two / "data")], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
            r.close()
        write(self.tree, 3, "lastword")
        with self.replica() as r:
            self.assertTrue(until(lambda: finds(r, "lastword")), r.logged())
            self.following(r)
            self.same(r)


class Offer(Case):
    """What the primary gives, and to whom."""

    def test_names_lead_nowhere_else(self):
        current = self.ask("/v1/replica/current").json
        name = next(iter(current["segments"]))
        self.assertEqual(self.ask(f"/v1/replica/segments/{name}/segment.json").status, 200)
        for path in (f"segments/{name}/../../../store/data.mdb", f"segments/{name}/%2e%2e%2f%2e%2e%2fCURRENT", f"segments/{name}/other",
                     f"segments/{name}%2fsegment.json/x", "segments/../store/data.mdb", f"segments/{name.upper()}/segment.json",
                     "segments/" + "0" * 32 + "/segment.json", "tables/../CURRENT", "tables/rules-x.json", "tables/%2fetc%2fpasswd"):
            self.assertEqual(self.ask("/v1/replica/" + path).status, 404, path)

    def test_pieces(self):
        current = self.ask("/v1/replica/current").json
        name = next(iter(current["segments"]))
        path = f"/v1/replica/segments/{name}/passages.bin"
        whole = self.ask(path)
        self.assertEqual(whole.status, 200)
        piece = self.ask(path, {"Range": "bytes=10-19"})
        self.assertEqual((piece.status, piece.body), (206, whole.body[10:20]))
        self.assertEqual(piece.headers["Content-Range"], f"bytes 10-19/{len(whole.body)}")
        self.assertEqual(self.ask(path, {"Range": f"bytes={len(whole.body) - 3}-"}).body, whole.body[-3:])
        self.assertEqual(self.ask(path, {"Range": "bytes=-3"}).body, whole.body[-3:])
        for odd in ("bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=1e3-", "bytes=-"):
            self.assertEqual(self.ask(path, {"Range": odd}).status, 200, odd)
        self.assertEqual(self.ask(path, {"Range": "bytes=0-1", "If-Range": '"x"'}).status, 200)
        beyond = self.ask(path, {"Range": "bytes=99999999999-"})
        self.assertEqual((beyond.status, beyond.headers["Content-Range"]), (416, f"bytes */{len(whole.body)}"))
        self.assertEqual(beyond.json["type"], "/problems/range-not-satisfiable")
        segment = self.ask(f"/v1/replica/segments/{name}/segment.json")
        self.assertEqual(hashlib.sha256(segment.body).hexdigest(), current["segments"][name])

    def test_nothing_new_is_304(self):
        first = self.ask("/v1/replica/current")
        self.assertEqual(self.ask("/v1/replica/current", {"If-None-Match": first.headers["ETag"]}).status, 304)
        write(self.tree, 9, "somethingnew")
        self.assertTrue(until(lambda: self.ask("/v1/replica/current", {"If-None-Match": first.headers["ETag"]}).status == 200))

    def test_changes(self):
        page = self.ask("/v1/replica/changes?after=0").json
        self.assertEqual({c["id"] for c in page["changes"]}, {f"a{n}" for n in range(6)})
        self.assertFalse(page["more"])
        self.assertEqual(self.ask(f"/v1/replica/changes?after={page['upto']}").json["changes"], [])
        for bad in ("-1", "x", "99999999999999999999"):
            self.assertEqual(self.ask("/v1/replica/changes?after=" + bad).status, 400)

    def test_without_the_right_there_is_nothing(self):
        other = {"Authorization": "Bearer " + self.primary.run("keys", "create", "--name", "w", "--rights", "articles.write")}
        for path in ("current", "changes?after=0", "segments/" + "0" * 32 + "/segment.json", "tables/x"):
            self.assertEqual(self.primary.get("/v1/replica/" + path).status, 401, path)
            self.assertEqual(self.primary.get("/v1/replica/" + path, headers=other).status, 403, path)


class Hostile(http.server.BaseHTTPRequestHandler):
    """A primary that lies; `told` says what."""

    told = {}

    def do_GET(self):
        body = self.told.get(self.path.split("?")[0])
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class HostilePrimary(unittest.TestCase):
    MANIFEST = {"format": 1, "number": 5, "store_seq": 1, "model": "0" * 64, "chunking": 1, "segments": [{"name": "a" * 32, "dead": []}],
                "tables": {}}

    def setUp(self):
        kept = tempfile.TemporaryDirectory(prefix="parry-hostile-")
        self.addCleanup(kept.cleanup)
        self.top = pathlib.Path(kept.name)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def lie(self, said, **current):
        offer = {"format": 1, "epoch": "e" * 32, "store_seq": 0, "manifest": self.MANIFEST, "segments": {}, "tables": {}}
        offer.update(current)
        Hostile.told = {"/v1/replica/current": json.dumps(offer).encode(),
                        "/v1/replica/changes": b'{"after":0,"upto":0,"more":false,"changes":[]}'}
        Hostile.told.update(said)

    def suffers(self, said, **current):
        """It says so, stays up, flips to nothing and writes nothing outside."""
        self.lie(said, **current)
        top = self.top / "r"
        shutil.rmtree(top, ignore_errors=True)
        with Replica(f"http://127.0.0.1:{self.server.server_port}", top) as r:
            self.assertTrue(until(lambda: "state=behind" in r.logged(), 5), (said, current))
            self.assertEqual(r.get("/health").status, 200)
            self.assertEqual(r.get("/ready").status, 503)
            self.assertFalse((r.data / "index" / "CURRENT").exists())
            r.stop()
        self.assertEqual([p.name for p in self.top.iterdir()], ["r"])
        return (top / "log").read_text()

    def test_lies(self):
        def segment(files):
            body = json.dumps({"format": 3, "analyser": self.analyser(), "files": files}).encode()
            return {"/v1/replica/segments/" + "a" * 32 + "/segment.json": body}, {"a" * 32: hashlib.sha256(body).hexdigest()}

        self.suffers({"/v1/replica/current": b"not json"})
        self.suffers({"/v1/replica/current": b"[" * 100000})
        self.suffers({}, format=9)
        self.suffers({}, epoch="../../x")
        self.suffers({}, manifest={**self.MANIFEST, "segments": [{"name": "../../escaped", "dead": []}]})
        self.suffers({}, manifest={**self.MANIFEST, "tables": {"rules": "../../escaped"}})
        self.suffers({"/v1/replica/changes": b'{"upto":0,"more":true,"changes":[]}'})
        self.suffers({"/v1/replica/changes": b'{"upto":1,"more":false,"changes":[{"seq":1,"id":"../x","record":"AAAA"}]}'})
        self.suffers({}, segments={"a" * 32: "0" * 64})
        for files in ({"../../../escaped": {"bytes": 3, "sha256": "0" * 64}}, {"text.glass": {"bytes": 1 << 60, "sha256": "0" * 64}},
                      {"text.glass": {"bytes": -1, "sha256": "0" * 64}}, {"text.glass": {"bytes": 3, "sha256": ""}}):
            said, hashes = segment(files)
            self.suffers(said, segments=hashes)
        said, hashes = segment({"text.glass": {"bytes": 3, "sha256": "0" * 64}})
        said["/v1/replica/segments/" + "a" * 32 + "/text.glass"] = b"abc"
        self.assertIn("came wrong twice", self.suffers(said, segments=hashes))
        said, hashes = segment({})
        self.assertIn("segment.json", self.suffers(said, segments=hashes))

    def analyser(self):
        tree = self.top.parent / (self.top.name + "-tree")
        tree.mkdir(exist_ok=True)
        self.addCleanup(shutil.rmtree, tree, True)
        write(tree, 1, "word")
        subprocess.run([PARRY, "index", "--quiet", "--text-only", "--data", str(tree / "d"), str(tree)], check=True)
        return json.loads(next((tree / "d" / "index" / "segments").glob("*/segment.json")).read_text())["analyser"]


class Urls(unittest.TestCase):
    def test_where_a_key_would_be_seen(self):
        for url, says in (("http://help.example", "in the clear"), ("ftp://x", "https://"), ("https://", "no host"),
                          ("https://a/b", "alone"), ("https://u@h", "alone"), ("help.example", "https://")):
            with tempfile.TemporaryDirectory() as top:
                done = subprocess.run([PARRY, "replica", url, "--text-only", "--data", top + "/d", "--listen", "127.0.0.1:0"],
                                      capture_output=True, text=True, timeout=20, check=False)
                self.assertEqual(done.returncode, 2, url)
                self.assertIn(says, done.stderr)


if __name__ == "__main__":
    unittest.main()
