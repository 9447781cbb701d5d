"""Articles by key from outside: searchable within a second, gone when withdrawn, never lost."""
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from parry_server import PARRY, Server, until

RIGHTS = "search articles.read articles.write articles.publish operate"


def make_key(server, rights=RIGHTS):
    return server.run("keys", "create", "--name", "test", "--rights", rights)


class Writer:
    def __init__(self, server, key):
        self.server = server
        self.key = key

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Authorization"] = f"Bearer {self.key}"
        return self.server.get(path, method, headers, body)

    def create(self, text, path="/v1/articles", **headers):
        return self.ask("POST", path, text, Content_Type="text/markdown", **headers)

    def found(self, query):
        return [hit["id"] for hit in self.server.get(f"/v1/search?q={query}").json["hits"]]


class Writing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.writer = Writer(cls.server, make_key(cls.server))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_an_article_is_searchable_within_a_second_and_gone_when_withdrawn(self):
        w = self.writer
        started = time.monotonic()
        made = w.create("---\nid: quoll\ntitle: Quoll care\n---\nA quoll likes the night.\n")
        self.assertEqual(made.status, 201, made.text)
        self.assertTrue(until(lambda: w.found("quoll") == ["quoll"], 5))
        self.assertLess(time.monotonic() - started, 1.0)
        self.assertEqual(self.server.get("/articles/quoll").status, 200)
        gone = w.ask("POST", "/v1/articles/quoll/withdraw?wait=live")
        self.assertTrue(gone.json["live"])
        self.assertEqual(w.found("quoll"), [])
        self.assertEqual(self.server.get("/articles/quoll").status, 404)
        self.assertEqual(self.server.get("/v1/articles/quoll").status, 404)

    def test_a_draft_is_nowhere(self):
        w = self.writer
        made = w.create("---\nid: bettong\ntitle: Bettong plans\nstatus: draft\npromoted: true\n---\nbettong\n", "/v1/articles?wait=live")
        self.assertTrue(made.json["live"])
        for path in ("/v1/search?q=bettong", "/v1/suggest?q=betto", "/v1/completions?q=betto", "/v1/articles?limit=1000",
                     "/v1/articles/bettong", "/v1/categories", "/", "/search?q=bettong", "/articles/bettong"):
            for headers in ({}, {"Authorization": f"Bearer {w.key}"}):
                text = re.sub(r'"query":"[^"]*"', "", self.server.get(path, headers=headers).text)
                self.assertNotIn("Bettong", text, path)
        self.assertEqual(w.ask("GET", "/v1/articles/bettong?status=draft").status, 200)
        self.assertEqual(self.server.get("/v1/articles/bettong?status=draft").status, 403)

    def test_of_many_who_update_the_same_version_one_wins(self):
        w = self.writer
        made = w.create("---\nid: race\n---\nFirst.\n")
        replies = []

        def update(n):
            replies.append(w.ask("PUT", "/v1/articles/race", f"---\nid: race\n---\nBy {n}.\n", Content_Type="text/markdown",
                                 If_Match=made.headers["ETag"]).status)

        threads = [threading.Thread(target=update, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(replies), [200] + [412] * 7)

    def test_of_many_retries_at_once_one_creates(self):
        w = self.writer
        replies = []

        def retry():
            replies.append(w.create("---\nid: once\n---\nOnce.\n", Idempotency_Key="once-1"))

        threads = [threading.Thread(target=retry) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = [reply for reply in replies if reply.status == 201]
        self.assertGreaterEqual(len(done), 1)
        self.assertEqual(sum("Idempotency-Replayed" not in reply.headers for reply in done), 1)
        for reply in replies:
            self.assertIn(reply.status, (201, 409))
            if reply.status == 409:
                self.assertEqual(reply.headers["Retry-After"], "1")
        again = w.create("---\nid: once\n---\nOnce.\n", Idempotency_Key="once-1")
        self.assertEqual((again.status, again.headers["Idempotency-Replayed"]), (201, "true"))

    def test_writing_needs_the_right(self):
        self.assertEqual(self.server.get("/v1/articles", "POST", {"Content-Type": "text/markdown"}, "# x").status, 401)
        reader = Writer(self.server, make_key(self.server, "search articles.read"))
        self.assertEqual(reader.create("# x").status, 403)
        self.assertEqual(reader.ask("POST", "/v1/admin/reindex").status, 403)

    def test_bodies_have_a_limit(self):
        head = (f"POST /v1/articles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.writer.key}\r\n"
                "Content-Type: text/markdown\r\nContent-Length: 9000000\r\n\r\n---\nid: big\n---\n")
        self.assertTrue(self.server.raw(head.encode()).startswith(b"HTTP/1.1 413 "))
        self.assertEqual(self.writer.create("---\nid: big\nstatus: draft\n---\n" + "a lot " * 150000).status, 201)
        self.assertEqual(self.writer.ask("DELETE", "/v1/articles/big").status, 200)
        self.assertEqual(self.writer.ask("GET", "/v1/articles/big?status=draft").status, 404)

    def test_a_version_that_was_lost_is_not_a_wish_for_any(self):
        w = Writer(self.server, make_key(self.server))
        self.assertEqual(w.create("---\nid: kept\n---\nA kept quokka.\n").status, 201)
        for method, path in (("DELETE", "/v1/articles/kept"), ("POST", "/v1/articles/kept/withdraw"), ("PUT", "/v1/articles/kept")):
            reply = w.ask(method, path, "x" if method == "PUT" else None, Content_Type="text/markdown", If_Match="")
            self.assertEqual((reply.status, reply.json["type"]), (400, "/problems/invalid"), reply.text)


class Crashes(unittest.TestCase):
    def test_what_was_acknowledged_is_live_after_a_kill(self):
        with tempfile.TemporaryDirectory(prefix="parry-writing-") as folder:
            key, wanted = None, set()
            for turn in range(5):
                with Server(data=folder) as server:
                    key = key or make_key(server)
                    w = Writer(server, key)
                    for n in range(turn + 1):
                        self.assertEqual(w.create(f"---\nid: kept-{turn}-{n}\n---\nNumbat text.\n").status, 201)
                        wanted.add(f"kept-{turn}-{n}")
                    server.stop(signal.SIGKILL)
            with Server(data=folder) as server:
                listed = server.get("/v1/articles?limit=100").json["articles"]
                self.assertEqual({article["id"] for article in listed}, wanted)
            done = subprocess.run([PARRY, "index", "--verify", "--data", str(pathlib.Path(folder) / "data"), "--text-only"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_tree_beside_it_leaves_it_alone(self):
        with tempfile.TemporaryDirectory(prefix="parry-writing-") as folder:
            tree = pathlib.Path(folder) / "tree"
            tree.mkdir()
            (tree / "file.md").write_text("---\nid: file\n---\nFrom a file.\n", encoding="utf-8")
            with Server(tree, data=folder) as server:
                w = Writer(server, make_key(server))
                self.assertEqual(w.create("---\nid: mine\n---\nFrom a key.\n", "/v1/articles?wait=live").status, 201)
                refused = w.ask("DELETE", "/v1/articles/file")
                self.assertEqual(refused.status, 409)
                self.assertIn("file.md", refused.json["detail"])
                (tree / "more.md").write_text("---\nid: more\n---\nAnother wallaby.\n", encoding="utf-8")
                self.assertTrue(until(lambda: w.found("wallaby") == ["more"]))
            with Server(tree, data=folder) as server:
                listed = server.get("/v1/articles").json["articles"]
                self.assertEqual({article["id"] for article in listed}, {"file", "mine", "more"})


if __name__ == "__main__":
    unittest.main()
