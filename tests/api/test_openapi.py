"""The description (docs/openapi.yaml) is what the server does: its examples work, and schemathesis finds no server error,
no undocumented status and no reply that breaks its schema. PARRY_SOAK=1 tries ten times as much."""
import os
import subprocess
import sys
import unittest

from parry_server import SAMPLE, SOURCE, Server

HERE = SOURCE / "tests" / "api"


def packages():
    done = subprocess.run([SOURCE / "tools/python/fetch.sh", HERE / "requirements.txt"], stdout=subprocess.PIPE, text=True,
                          check=False)
    return done.stdout.strip() if done.returncode == 0 else None


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        cls.document = cls.server.get("/v1/openapi.json").json

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def operations(self):
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield method, path, operation

    def test_every_operation_has_an_id_a_tag_and_a_summary(self):
        ids = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))
        tags = {tag["name"] for tag in self.document["tags"]}
        for method, path, operation in self.operations():
            self.assertTrue(operation["summary"], path)
            self.assertIn(operation["tags"][0], tags, f"{method} {path}")
            self.assertIn("default", operation["responses"], f"{method} {path}")

    def test_every_parameter_and_body_has_an_example(self):
        shared = self.document["components"]["parameters"]
        for method, path, operation in self.operations():
            for parameter in operation.get("parameters", []):
                parameter = shared[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
                self.assertIn("example", parameter, f"{method} {path} {parameter['name']}")
            for form, body in operation.get("requestBody", {}).get("content", {}).items():
                self.assertTrue("example" in body or "examples" in body, f"{method} {path} {form}")

    def test_the_page_lists_every_operation(self):
        page = self.server.get("/docs").text
        for _, path, operation in self.operations():
            self.assertIn(f'id="{operation["operationId"]}"', page)
            self.assertIn(path, page)

    def schemathesis(self, *args):
        site = packages()
        if site is None:
            self.skipTest("schemathesis cannot be had here")
        soak = os.environ.get("PARRY_SOAK") == "1"
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run",
                   f"http://127.0.0.1:{self.server.port}/v1/openapi.json", "--seed", "1",
                   "--max-examples", "300" if soak else "30", "--no-color", *args]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              cwd=self.server.data.parent, env={**os.environ, "PYTHONPATH": site}, timeout=3600)
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        self.assertEqual(self.server.get("/health").status, 200)

    def test_schemathesis_finds_nothing(self):
        self.schemathesis()

    def test_schemathesis_finds_nothing_with_a_key_of_all_rights(self):
        """What answers 401 without one. The config says what is left out with a key, and why."""
        key = self.server.run("keys", "create", "--name", "schemathesis", "--rights", "all")
        told = self.server.get("/v1/session", headers={"Authorization": f"Bearer {key}"}).json
        only = [name for tag in ("Publishing", "Access", "Replicas") for name in ("--include-tag", tag)]
        for operation in ("listGenerations", "getGeneration", "refresh", "reindex"):
            only += ["--include-operation-id", operation]
        self.schemathesis("-H", f"Authorization: Bearer {key}", *only)
        self.assertEqual(self.server.get(f"/v1/keys/{told['id']}", headers={"X-API-Key": key}).json["state"], "valid")


if __name__ == "__main__":
    unittest.main()
