"""A disk that is full, played by the limit on the size of a file: what cannot be kept is 503, never 200, reading goes
on, and once there is room everything goes on."""
import json
import pathlib
import resource
import tempfile
import unittest

from parry_server import Server, until

NONE = resource.RLIM_INFINITY


def events(s, n):
    body = {"events": [{"type": "click", "article": "a" * 150} for _ in range(n)]}
    return s.get("/v1/events", "POST", {"Content-Type": "application/json", "Origin": "http://shop.example"}, json.dumps(body))


class FullDisk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="parry-full-")
        tree = pathlib.Path(cls.folder.name) / "tree"
        tree.mkdir()
        (tree / "refunds.md").write_text("---\ntitle: Refunds\n---\nMoney comes back.\n", encoding="utf-8")
        cls.server = Server(tree, args=("--option", "serve.cors_origins=http://shop.example"))
        cls.key = cls.server.run("keys", "create", "--name", "writer", "--rights", "articles.write articles.publish keys").split()
        cls.key = next(w for w in cls.key if w.startswith("parry_sk_"))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.cleanup()

    def limit(self, n):
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (n, NONE))

    def tearDown(self):
        self.limit(NONE)

    def fill(self, name):
        """No file may grow beyond what this one has."""
        self.limit((self.server.data / name / "data.mdb").stat().st_size)

    def ask(self, method, path, body):
        return self.server.get(path, method, {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
                               json.dumps(body))

    def test_events_are_not_acknowledged(self):
        self.assertEqual(events(self.server, 10).status, 200)
        self.fill("ledger")
        r = until(lambda: (lambda r: r if r.status != 200 else None)(events(self.server, 1000)))
        self.assertEqual((r.status, r.headers["Content-Type"]), (503, "application/problem+json"))
        self.assertEqual(r.headers.get_all("Retry-After"), ["1"])
        self.assertEqual(r.headers.get_all("Access-Control-Allow-Origin"), ["http://shop.example"])
        self.assertIn("nothing of it counts", r.json["detail"].lower())
        self.assertEqual(events(self.server, 1000).status, 503)
        self.assertEqual(self.server.get("/v1/search?q=refund").json["total"], 1)
        self.limit(NONE)
        r = events(self.server, 1000)
        self.assertEqual((r.status, r.json["accepted"]), (200, 1000))

    def test_articles_and_keys_are_not_written(self):
        self.fill("store")
        big = "# Wombats\n\n" + "A wombat box holds a wombat. " * 20000
        answers = [self.ask("POST", "/v1/articles", {"id": f"w{i}", "markdown": big}) for i in range(8)]
        refused = [r for r in answers if r.status != 201]
        self.assertTrue(refused)
        self.assertEqual({r.status for r in refused}, {503})
        self.assertEqual({r.json["detail"].split(":")[-1] for r in refused}, {" the disk is full, or broken"})
        self.assertEqual(self.server.get("/v1/search?q=refund").json["total"], 1)
        self.limit(NONE)
        self.assertEqual(self.ask("POST", "/v1/articles", {"id": "after", "markdown": "# Afterwards"}).status, 201)
        self.assertEqual(self.ask("POST", "/v1/keys", {"name": "after", "rights": ["articles.write"]}).status, 201)


class Descriptors(unittest.TestCase):
    def test_as_many_as_the_system_allows_are_asked_for(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        try:
            with Server() as s:
                self.assertEqual(resource.prlimit(s.process.pid, resource.RLIMIT_NOFILE), (hard, hard))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


if __name__ == "__main__":
    unittest.main()
