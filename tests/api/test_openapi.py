"""The description (docs/openapi.yaml) is what the server does: its examples work, and schemathesis finds no server error,
no undocumented status and no reply that breaks its schema. With PARRY_SOAK set, fifteen times as much is tried."""
import html
import json
import os
import re
import subprocess
import sys
import unittest
import urllib.parse

from parry_server import PARRY, SAMPLE, SOURCE, Server

HERE = SOURCE / "tests" / "api"


def packages():
    done = subprocess.run([SOURCE / "tools/python/fetch.sh", HERE / "requirements.txt"], stdout=subprocess.PIPE, text=True,
                          check=False)
    return done.stdout.strip() if done.returncode == 0 else None


class OpenApi(unittest.TestCase):
    def setUp(self):
        self.server = Server(SAMPLE)
        self.addCleanup(self.server.close)
        self.document = self.server.get("/v1/openapi.json").json

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
        for method, path, operation in self.operations():
            for parameter in self.parameters(operation):
                self.assertIn("example", parameter, f"{method} {path} {parameter['name']}")
            for form, body in operation.get("requestBody", {}).get("content", {}).items():
                self.assertTrue("example" in body or "examples" in body, f"{method} {path} {form}")

    def media(self):
        """(where, form, media type object) of every body and reply."""
        for method, path, operation in self.operations():
            parts = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for name, part in parts.items():
                if "$ref" in part:
                    part = self.document["components"]["responses"][part["$ref"].rsplit("/", 1)[1]]
                for form, media in part.get("content", {}).items():
                    yield f"{method} {path} {name}", form, media

    def test_every_good_reply_in_json_has_an_example(self):
        replies = [row for row in self.media() if row[0].endswith(("200", "201", "202")) and row[1] == "application/json"]
        self.assertGreater(len(replies), 40)
        for where, _, media in replies:
            self.assertTrue("example" in media or "examples" in media, where)

    def test_every_example_fits_its_schema(self):
        site = packages()
        if site is None:
            self.skipTest("jsonschema cannot be had here")
        code = ("import json, sys, jsonschema_rs\n"
                "for schema, example in json.load(sys.stdin):\n"
                "    for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(example):\n"
                "        print(schema['title'], error.message)\n")
        pairs = []
        for where, form, media in self.media():
            examples = [media["example"]] if "example" in media else [one["value"] for one in media.get("examples", {}).values()]
            schema = media.get("schema", {})
            whole = [one for one in schema.get("anyOf", []) if one != {"$ref": "#/components/schemas/Part"}]  # what `fields` leaves
            schema = {"title": where, **(whole[0] if len(whole) == 1 else schema), "components": self.document["components"]}
            pairs += [(schema, example) for example in examples if "json" in form]
        self.assertGreater(len(pairs), 60)
        done = subprocess.run([sys.executable, "-c", code], input=json.dumps(pairs), capture_output=True, text=True, check=False,
                              env={**os.environ, "PYTHONPATH": site})
        self.assertEqual(done.stdout + done.stderr, "")

    def parameters(self, operation):
        shared = self.document["components"]["parameters"]
        return [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", [])]

    def test_the_examples_of_what_is_read_are_of_the_sample(self):
        """As they stand they are answered, each optional one by itself; but for what somebody made, and places in lists."""
        key = {"Authorization": "Bearer " + self.server.run("keys", "create", "--name", "k", "--rights", "all")}
        for method, path, operation in self.operations():
            if method != "get" or path.startswith(("/v1/keys/", "/v1/people/", "/v1/replica/", "/v1/passages/", "/v1/handoffs/{",
                                                   "/v1/followed/")) or "/cases/{" in path:
                continue
            given = self.parameters(operation)
            for p in given:
                if p["in"] == "path":
                    path = path.replace("{%s}" % p["name"], urllib.parse.quote(p["example"], safe=""))
            needed = {p["name"]: p["example"] for p in given if p["in"] == "query" and p.get("required")}
            more = [{p["name"]: p["example"]} for p in given if p["in"] == "query" and not p.get("required") and p["name"] != "cursor"]
            for extra in [{}, *more]:
                reply = self.server.get(path + "?" + urllib.parse.urlencode({**needed, **extra}), headers=key)
                self.assertEqual(reply.status, 200, f"{path} {extra}: {reply.text}")

    def test_nothing_is_null_but_values(self):
        """In YAML's {a: b, c} a comma ends a text: the rest of it becomes a name without a value."""
        def walk(item, where):
            for name, value in item.items() if isinstance(item, dict) else enumerate(item):
                if name not in ("example", "value", "enum", "const", "default"):
                    self.assertIsNotNone(value, f"{where}.{name}")
                    if isinstance(value, (dict, list)):
                        walk(value, f"{where}.{name}")
        walk(self.document, "")

    def test_the_page_lists_every_operation(self):
        page = self.server.get("/docs").text
        for _, path, operation in self.operations():
            self.assertIn(f'id="{operation["operationId"]}"', page)
            self.assertIn(path, page)

    def test_every_command_of_the_page_is_understood(self):
        key = self.server.run("keys", "create", "--name", "k", "--rights", "all")
        self.server.run("people", "add", "ada", "--role", "agent", stdin="correct horse battery")
        env = {**os.environ, "PARRY": f"http://127.0.0.1:{self.server.port}", "KEY": key}
        commands = [html.unescape(text) for text in re.findall(r"<code>(curl .*?)</code>", self.server.get("/docs").text, re.S)]
        self.assertEqual(len(commands), len(list(self.operations())))
        good = 0
        for command in commands:
            script = 'curl() { command curl -sS -w "\\n%{http_code}" "$@"; }\n' + command
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env=env)
            status = int(done.stdout[-3:])
            self.assertIn(status, (200, 201, 202, 204, 401, 403, 404, 409, 412), f"{command}\n{done.stdout}")
            good += status < 300
        self.assertGreater(good, 40)

    def test_the_page_says_which_right_an_operation_asks_for(self):
        listed = subprocess.run([PARRY, "routes"], capture_output=True, text=True, check=True).stdout
        rights = {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in listed.splitlines()}
        entries = self.server.get("/docs").text.split('<article id="')[1:]
        for entry in entries:
            method, path = re.search(r"<code>(\w+) (.*?)</code>", entry).groups()
            told = re.search(r"Right: <code>([a-z.]+)</code>", entry)
            self.assertEqual(told.group(1) if told else "open", rights[method, path], path)

    def schemathesis(self, *args):
        site = packages()
        if site is None:
            self.skipTest("schemathesis cannot be had here")
        soak = "PARRY_SOAK" in os.environ
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run",
                   f"http://127.0.0.1:{self.server.port}/v1/openapi.json", "--seed", "1",
                   "--max-examples", "300" if soak else "20", "--no-color", *args]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              cwd=self.server.data.parent, env={**os.environ, "PYTHONPATH": site}, timeout=3600)
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        self.assertEqual(self.server.get("/health").status, 200)

    def test_schemathesis_finds_nothing(self):
        self.schemathesis()

    def with_key(self, *args):
        """The key must be there at the end: without it the rest were all 401, and nothing would be found."""
        key = self.server.run("keys", "create", "--name", "schemathesis", "--rights", "all")
        bearer = {"Authorization": f"Bearer {key}"}
        mine = self.server.get("/v1/session", headers=bearer).json["id"]
        self.schemathesis("-H", f"Authorization: Bearer {key}", *args)
        told = self.server.get(f"/v1/keys/{mine}", headers=bearer)
        self.assertEqual(told.json.get("state"), "valid", told.text)

    @staticmethod
    def operations_named(*names):
        return [arg for name in names for arg in ("--include-operation-id", name)]

    def test_schemathesis_finds_nothing_with_a_key_of_all_rights(self):
        """What answers 401 without one. The config says what is left out with a key, and why."""
        self.server.run("people", "add", "ada", "--role", "author", stdin="correct horse battery")
        made = self.server.get("/v1/articles", "POST", {"Content-Type": "text/markdown", "X-API-Key": self.server.run(
            "keys", "create", "--name", "author", "--rights", "all")}, "---\nid: gift-wrapping\n---\nWe wrap.\n")
        self.assertEqual(made.status, 201, made.text)
        only = [arg for tag in ("Publishing", "Access", "Replicas") for arg in ("--include-tag", tag)]
        only += self.operations_named("listGenerations", "getGeneration", "refresh", "reindex")
        others = ("rotateKey", "revokeKey", "startCodes", "confirmCodes", "endCodes")  # of the next two tests
        self.with_key(*only, *[arg for name in others for arg in ("--exclude-operation-id", name)])
        self.assertIn('route="/v1/articles",status="201"', self.server.get("/metrics").text)

    def test_schemathesis_finds_nothing_in_cases(self):
        key = self.server.run("keys", "create", "--name", "desk", "--rights", "cases.read,cases.write")
        for subject in ("Late refund", "Broken lamp"):
            made = self.server.get("/v1/cases", "POST", {"Content-Type": "application/json", "X-API-Key": key}, json.dumps(
                {"subject": subject, "customerEmail": "mirabel@shop.example", "queue": "Refunds"}))
            self.assertEqual(made.status, 201, made.text)
        erasing = ("eraseCase", "deskEraseCase")  # after the others, which want the cases
        self.with_key("--include-tag", "Cases", *[arg for name in erasing for arg in ("--exclude-operation-id", name)])
        self.assertIn('method="PATCH",route="/v1/cases/{id}",status="200"', self.server.get("/metrics").text)
        self.with_key(*self.operations_named(*erasing))
        self.assertIn('method="DELETE",route="/v1/cases/{id}",status="204"', self.server.get("/metrics").text)

    def test_schemathesis_finds_nothing_in_hand_offs(self):
        """Without a key most are too many; with one none are, and what only a key may do is asked, too."""
        self.with_key("--include-tag", "Hand-off", *self.operations_named("runReportOutcome", "runCreateTicket"))
        told = self.server.get("/metrics").text
        for path, status in (("handoffs", 201), ("handoffs/draft", 200), ("hooks/ticket", 200), ("tools/create_ticket", 200)):
            self.assertIn(f'method="POST",route="/v1/{path}",status="{status}"', told)

    def test_schemathesis_finds_nothing_with_a_key_that_changes_others(self):
        """Nothing of these names the key that asks: it could not revoke itself."""
        self.with_key(*self.operations_named("createKey", "getKey", "rotateKey", "revokeKey"))
        self.assertIn('method="DELETE",route="/v1/keys/{id}",status="204"', self.server.get("/metrics").text)

    def test_schemathesis_finds_nothing_with_a_session(self):
        """What only a person may. The checks that leave headers out cannot: the cookie goes with every request."""
        self.server.run("people", "add", "grace", "--role", "admin", stdin="correct horse battery")
        signed = self.server.get("/v1/session", "POST", {"Content-Type": "application/json"},
                                 json.dumps({"person": "grace", "password": "correct horse battery"}))
        session = {"Cookie": signed.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": signed.json["csrf"]}
        only = self.operations_named("whoAmI", "startCodes", "confirmCodes", "endCodes", "listPeople")
        self.schemathesis(*[part for name, value in session.items() for part in ("-H", f"{name}: {value}")], *only, "--checks",
                          "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance")
        self.assertEqual(self.server.get("/v1/session", headers=session).json["id"], "grace")


if __name__ == "__main__":
    unittest.main()
