#!/usr/bin/env python3
"""The official clients of MCP against `parry serve`: npm's @modelcontextprotocol/client and sdk, PyPI's mcp, in both eras of
the protocol. Skips a client, and says so, only where its packages cannot be had."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent.parent
sys.path.insert(0, str(TOP / "tests/api"))
from parry_server import SAMPLE, Server  # noqa: E402


def fetch(tool, what):
    done = subprocess.run([TOP / tool, HERE / what], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300, check=False)
    if done.returncode == 3:
        raise unittest.SkipTest(done.stderr.strip())
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return pathlib.Path(done.stdout.strip())


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def run_client(self, command, cwd=None, env=None):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False, cwd=cwd, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def holds(self, flows, versions):
        self.assertEqual([f["version"] for f in flows], versions)
        for flow in flows:
            with self.subTest(flow["name"]):
                # told a version beforehand, the Python client asks nobody who answers
                self.assertEqual(flow["server"], None if flow["name"] == "python 2026-07-28" else "parry")
                self.assertEqual(flow["tools"], ["search_articles", "get_article", "explain_result", "report_outcome", "create_ticket"])
                self.assertEqual((flow["hits"], flow["links"]), (3, 3))
                self.assertTrue(flow["text"])
                self.assertTrue(flow["title"])
                self.assertTrue(flow["wrong"])
                self.assertEqual(flow["unknown"], -32602)

    def test_javascript(self):
        site = fetch("tools/npm/fetch.sh", ".")
        with tempfile.TemporaryDirectory(prefix="parry-mcp-") as folder:
            (pathlib.Path(folder) / "node_modules").symlink_to(site / "node_modules")
            (pathlib.Path(folder) / "client.mjs").write_bytes((HERE / "client.mjs").read_bytes())
            flows = self.run_client(["node", "client.mjs", f"http://127.0.0.1:{self.server.port}/mcp"], cwd=folder)
        self.holds(flows, ["2025-11-25", "2025-11-25", "2026-07-28", "2026-07-28"])

    def test_python(self):
        site = fetch("tools/python/fetch.sh", "requirements.txt")
        flows = self.run_client([sys.executable, HERE / "client.py", f"http://127.0.0.1:{self.server.port}/mcp", "auto", "legacy", "2026-07-28"],
                                env={**os.environ, "PYTHONPATH": str(site)})
        self.holds(flows, ["2026-07-28", "2025-11-25", "2026-07-28"])


if __name__ == "__main__":
    unittest.main()
