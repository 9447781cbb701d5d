"""The clients in clients/ against a running server, and what is generated of them against the description."""
import base64
import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

from parry_server import SAMPLE, SOURCE, Server

sys.path.insert(0, str(SOURCE / "clients" / "python"))
from parry_client import Parry, ParryError  # noqa: E402

NODE = shutil.which("node")


class Busy(http.server.BaseHTTPRequestHandler):
    """503, then an answer; counts what comes."""
    seen = []

    def answer(self):
        self.seen.append((self.command, self.path, self.headers.get("Authorization")))
        first = len(self.seen) == 1
        self.send_response(503 if first else 200)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"detail": "busy"}' if first else b'{"hits": []}')

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        cls.url = f"http://127.0.0.1:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_what_is_generated_is_what_the_description_says(self):
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(self.server.get("/v1/openapi.json").body)
            file.flush()
            done = subprocess.run([sys.executable, SOURCE / "clients" / "generate.py", "--check", file.name], stdout=subprocess.PIPE,
                                  text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_python_searches_suggests_and_reads(self):
        parry = Parry(self.url + "/")
        results = parry.search(q="my refund has not arrived", limit=2)
        self.assertEqual(len(results["hits"]), 2)
        article = parry.get_article(id=results["hits"][0]["id"])
        self.assertEqual(article["id"], results["hits"][0]["id"])
        self.assertTrue(parry.suggest(q="refu")["completions"])
        self.assertIn("parry_http_requests_total", parry.metrics())

    def test_python_raises_the_servers_problem(self):
        parry = Parry(self.url)
        with self.assertRaises(ParryError) as raised:
            parry.get_article(id="no/such one")
        self.assertEqual((raised.exception.status, raised.exception.type), (404, "/problems/not-found"))
        with self.assertRaisesRegex(ParryError, "limit must be"):
            parry.search(q="a", limit=0)

    def test_python_reads_files_as_bytes_and_exports_as_lines(self):
        parry = Parry(self.url, key=self.server.run("keys", "create", "--name", "c", "--rights", "cases.read,cases.write"))
        case = parry.create_case({"subject": "A lamp", "customerEmail": "ann@shop.example", "queue": "Refunds", "channel": "phone"})
        file = {"name": "a.txt", "type": "text/plain", "base64": base64.b64encode(b"Two lamps.").decode()}
        said = parry.comment_on_case({"text": "See here", "attachments": [file]}, id=case["id"])
        self.assertEqual(parry.get_case_attachment(id=case["id"], number=said["attachments"][0]["id"]), b"Two lamps.")
        parry.create_case({"subject": "Another", "customerEmail": "ben@shop.example", "queue": "Refunds"})
        self.assertEqual(len(parry.export_cases(format="ndjson").splitlines()), 2)

    def test_python_tries_again_where_it_may(self):
        with http.server.HTTPServer(("127.0.0.1", 0), Busy) as busy:
            threading.Thread(target=busy.serve_forever, daemon=True).start()
            parry = Parry(f"http://127.0.0.1:{busy.server_port}", key="k")
            Busy.seen.clear()
            self.assertEqual(parry.search(q="a b"), {"hits": []})
            self.assertEqual(Busy.seen, [("GET", "/v1/search?q=a+b", "Bearer k")] * 2)
            Busy.seen.clear()
            with self.assertRaises(ParryError):
                parry._call({"method": "POST", "path": "/v1/x", "body": "application/json"}, {}, {})
            self.assertEqual(len(Busy.seen), 1)
            busy.shutdown()

    def test_python_goes_through_a_list_page_by_page(self):
        parry = Parry(self.url)
        ids = [article["id"] for page in parry.pages(parry.list_articles, category="Refunds", limit=4) for article in page["articles"]]
        self.assertEqual(len(ids), parry.list_articles(category="Refunds")["total"])
        self.assertEqual(len(ids), len(set(ids)))
        self.assertGreater(len(ids), 8)

    def run_readme(self, name, language, command, **environment):
        text = (SOURCE / "clients" / name / "README.md").read_text(encoding="utf-8")
        code = re.search(rf"^```{language}\n(.*?)^```$", text, re.S | re.M).group(1)
        self.assertIn("http://127.0.0.1:8080", code)
        done = subprocess.run(command, input=code.replace("http://127.0.0.1:8080", self.url), capture_output=True, text=True, check=False,
                              cwd=SOURCE / "clients" / name, env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, "(?s)^.+ (None|null|[0-9.]+)\n(.+\n){8,}404 ")

    def test_the_example_of_pythons_readme_runs(self):
        self.run_readme("python", "python", [sys.executable, "-"], PYTHONPATH=str(SOURCE / "clients" / "python"))

    @unittest.skipUnless(NODE, "there is no node")
    def test_the_example_of_javascripts_readme_runs(self):
        self.run_readme("js", "js", [NODE, "--input-type=module", "-"])

    @unittest.skipUnless(NODE, "there is no node")
    def test_javascript(self):
        done = subprocess.run([NODE, "--test", SOURCE / "clients" / "js" / "client.test.js"], env={**os.environ, "PARRY_URL": self.url},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_javascript_types_hold(self):
        tsc = SOURCE / "web" / "node_modules" / ".bin" / "tsc"
        if not tsc.exists():
            self.skipTest("TypeScript is not installed (npm ci in web/)")
        done = subprocess.run([tsc, "--noEmit", "--strict", "--lib", "es2022,dom", "--module", "nodenext",
                               SOURCE / "clients" / "js" / "types.test.ts"], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
