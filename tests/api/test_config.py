"""The configuration from outside: `parry config`, the environment, what SIGHUP changes and what it does not."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from parry_server import PARRY, SAMPLE, SOURCE, Server, until
from test_authorization import base64url, user_token


def parry(*args, **environment):
    return subprocess.run([PARRY, *args], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


class Scratch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-config-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "parry.yaml"

    def write(self, text):
        self.file.write_text(text, encoding="utf-8")
        return str(self.file)


class Commands(Scratch):
    def test_every_mistake_is_told_with_its_line(self):
        got = parry("config", "check", self.write(
            "serve:\n  listen: nope\n  threads: 9999\nlog:\n  formt: json\n  level: [a]\ntrace:\n  ratio: 1.01\n"
            "  headers_file: /no/such/file\n"))
        self.assertEqual(got.returncode, 2)
        told = got.stderr.replace(str(self.file), "F").splitlines()
        self.assertEqual(len(told), 7, told)
        for line, what in zip(told, ["F:2: key serve.listen", "F:3: key serve.threads", "F:5: key log.formt: unknown; did you",
                                     "F:6: key log.level: must have one plain value", "F:8: key trace.ratio",
                                     "F:9: key trace.headers_file: /no/such/file cannot be read"]):
            self.assertTrue(line.startswith(what), f"{line!r} does not begin with {what!r}")

    def test_a_right_file_is_fine_and_a_missing_one_is_not_found(self):
        got = parry("config", "check", self.write("log:\n  level: warn\n"))
        self.assertEqual((got.returncode, got.stdout), (0, f"{self.file}: fine\n"))
        self.assertEqual(parry("config", "check", str(self.folder / "none")).returncode, 3)
        self.assertEqual(parry("config", "check", self.write("a: [\n")).returncode, 2)

    def test_what_is_shown_is_a_file_that_gives_the_same_again(self):
        self.write("serve:\n  site_name: 'A \"quoted\" \\ name: #1'\ntrace: {ratio: 0.25}\n")
        first = parry("config", "show", "--config", str(self.file), "--option", "log.format=json")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn('  site_name: "A \\"quoted\\" \\\\ name: #1" # default: Parry\n', first.stdout)
        self.assertIn("  ratio: 0.25 # default: 1\n", first.stdout)
        self.write(first.stdout)
        self.assertEqual(parry("config", "show", "--config", str(self.file)).stdout, first.stdout)

    def test_the_environment_names_other_files_and_options_go_over_it(self):
        self.write("trace:\n  headers_file: /from/file\n")
        shown = ["config", "show", "--config", str(self.file)]
        self.assertIn('headers_file: "/from/file"', parry(*shown).stdout)
        self.assertIn('headers_file: "/from/env"', parry(*shown, PARRY_TRACE_HEADERS_FILE="/from/env").stdout)
        over = parry(*shown, "--option", "trace.headers_file=/x", PARRY_TRACE_HEADERS_FILE="/from/env").stdout
        self.assertIn('headers_file: "/x"', over)
        wrong = parry(*shown, PARRY_TRACE_HEADER_FILE="/from/env")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("PARRY_TRACE_HEADER_FILE", wrong.stderr)

    def test_the_help_and_the_page_hold_every_key(self):
        told = parry("config", "--help").stdout
        for line in parry("config", "show").stdout.splitlines():
            if line.startswith("  "):
                self.assertIn(f"{section}.{line.split(':')[0].strip()}\n", told)
            else:
                section = line.rstrip(":")
        page = (SOURCE / "docs" / "configuration.md").read_text(encoding="utf-8")
        self.assertEqual(page, parry("config", "markdown").stdout,
                         "run: build/release/parry config markdown > docs/configuration.md")

    def test_the_sections_of_the_table_are_whole(self):
        sections = [line for line in parry("config", "show").stdout.splitlines() if not line.startswith(" ")]
        self.assertEqual(len(sections), len(set(sections)), sections)

    def test_misuse_is_told(self):
        for args in [[], ["nothing"], ["show", "x"], ["check", "a", "b"]]:
            got = parry("config", *args)
            self.assertEqual((got.returncode, got.stdout), (2, ""), args)


class Reload(Scratch):
    def events(self, server, name):
        found = []
        for line in server.logged().splitlines():
            if line.startswith("{"):
                event = json.loads(line)
                if event["event"] == name:
                    found.append(event)
        return found

    def reload(self, server, times):
        server.process.send_signal(signal.SIGHUP)
        self.assertTrue(until(lambda: len(self.events(server, "reload")) >= times or "event=reload" in server.logged()))

    def test_live_keys_change_and_others_wait_for_a_restart(self):
        self.write("log: {format: json}\nserve: {site_name: Before, max_query_bytes: 100}\n")
        with Server(SAMPLE, args=["--config", str(self.file)]) as s:
            self.assertIn(b"Before", s.get("/").body)
            self.assertEqual(s.get("/v1/search?q=" + "refund+" * 20).status, 400)
            self.write("log: {format: json}\nserve: {site_name: After, max_query_bytes: 1000, threads: 3}\n")
            self.reload(s, 1)
            self.assertTrue(until(lambda: b"After" in s.get("/").body))
            self.assertEqual(s.get("/v1/search?q=" + "refund+" * 20).status, 200)
            changed = {e["key"]: e["now"] for e in self.events(s, "config")}
            self.assertEqual(changed, {"serve.site_name": "changed", "serve.max_query_bytes": "changed",
                                       "serve.threads": "needs-restart"})
            self.assertEqual({k: self.events(s, "reload")[0][k] for k in ["changed", "waiting"]},
                             {"changed": 2, "waiting": 1})
            s.process.send_signal(signal.SIGHUP)  # nothing changed since
            self.assertTrue(until(lambda: len(self.events(s, "reload")) == 2))
            again = self.events(s, "reload")[1]
            self.assertEqual((again["changed"], again["waiting"]), (0, 1))
            self.assertEqual(s.stop(), 0)

    def test_a_reload_while_it_starts_waits_until_it_serves(self):
        self.write("log: {format: json}\nserve: {site_name: Before}\n")
        data = self.folder / "data"
        command = [PARRY, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--text-only", "--content", str(SAMPLE),
                   "--config", str(self.file)]
        with open(self.folder / "log", "wb") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as p:
            self.assertTrue(until(lambda: b"imported" in (self.folder / "log").read_bytes()))
            p.send_signal(signal.SIGHUP)
            self.assertTrue(p.stdout.readline().startswith(b"serving"))
            self.assertTrue(until(lambda: b'"event":"reload"' in (self.folder / "log").read_bytes()))
            p.terminate()
            self.assertEqual(p.wait(30), 0)

    def test_the_keys_of_tokens_are_read_again(self):
        jwks, secrets = self.folder / "jwks.json", [b"one secret of thirty-two bytes, or more", b"another of thirty-two bytes, or more!"]

        def sign_with(secret):
            jwks.write_text(json.dumps({"keys": [{"kty": "oct", "k": base64url(secret)}]}), encoding="utf-8")

        def accepted(server):
            return [server.get("/v1/session", headers={"Authorization": "Bearer " + user_token(secret)}).json["who"] == "user"
                    for secret in secrets]

        self.write("access: {jwt_issuer: 'https://shop.example', jwt_audience: parry}\n")
        sign_with(secrets[0])
        options = ["--config", str(self.file), "--option", f"access.jwks_file={jwks}"]
        with Server(SAMPLE, args=options) as s:
            self.assertEqual(accepted(s), [True, False])
            sign_with(secrets[1])
            self.assertEqual(accepted(s), [True, False])
            s.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: accepted(s) == [False, True]), s.logged())
            self.assertIn("event=reread what=jwks", s.logged())
            jwks.write_text("{", encoding="utf-8")
            s.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: "event=jwks" in s.logged()), s.logged())
            self.assertEqual(accepted(s), [False, True])

    def test_a_mistake_changes_nothing(self):
        self.write("log: {format: json}\nserve: {site_name: Before}\n")
        with Server(SAMPLE, args=["--config", str(self.file)]) as s:
            self.write("log: {format: json}\nserve: {site_name: After}\nnothing: 1\n")
            self.reload(s, 1)
            event = self.events(s, "reload")[0]
            self.assertEqual((event["level"], event["code"]), ("error", "invalid"))
            self.assertIn(f"{self.file}:3", event["msg"])
            self.assertIn(b"Before", s.get("/").body)
            self.write("log: {format: logfmt, level: error}\n")
            self.reload(s, 2)
            self.assertTrue(until(lambda: b"Parry" in s.get("/").body))
            silent = len(s.logged())
            s.get("/v1/search?q=refund")
            self.assertEqual(len(s.logged()), silent)

    def test_requests_go_on_while_it_is_read_again_and_again(self):
        self.write("log: {level: error}\n")
        with Server(SAMPLE, args=["--config", str(self.file)]) as s:
            for i in range(40):
                self.write(f"log: {{level: error}}\nserve: {{site_name: Name{i}}}\nsearch: {{typo_one_from: {i % 7}}}\n")
                s.process.send_signal(signal.SIGHUP)
                self.assertEqual(s.get("/v1/search?q=refnd").status, 200)
            self.assertTrue(until(lambda: b"Name39" in s.get("/").body))
            self.assertEqual(s.stop(), 0)

    def test_every_line_of_the_log_is_json_and_holds_no_query(self):
        with Server(SAMPLE, args=["--option", "log.format=json", "--option", "log.level=debug"]) as s:
            s.get("/v1/search?q=zebrafishquestion")
            s.get("/v1/search?q=%FFzebrafish")
            s.get("/%22zebrafish%0A")
            s.stop()
            lines = [json.loads(line) for line in s.logged().splitlines()]
            requests = [line for line in lines if line["event"] == "request"]
            self.assertEqual([r["status"] for r in requests], [200, 400, 404])
            for r in requests:
                self.assertIs(type(r["req"]), str)
                self.assertIs(type(r["dur_us"]), int)
            self.assertNotIn("zebrafish", s.logged())


class RedactionRules(Scratch):
    def setUp(self):
        super().setUp()
        self.rules = self.folder / "rules.yaml"

    def test_a_mistake_in_the_rules_is_told_with_its_line(self):
        self.rules.write_text("- name: a\n  pattern: 'x'\n- name: b\n  pattern: '('\n")
        got = parry("config", "check", self.write(f"redaction:\n  rules_file: {self.rules}\n"))
        self.assertEqual(got.returncode, 2)
        self.assertIn(f"{self.rules}: line 3: pattern: missing closing parenthesis", got.stderr)
        self.rules.write_text("- name: a\n  pattern: 'x'\n")
        self.assertEqual(parry("config", "check", self.write(f"redaction:\n  rules_file: {self.rules}\n")).returncode, 0)

    def test_rules_hold_from_the_first_search_on_and_are_read_again(self):
        self.rules.write_text("- name: policy\n  pattern: '\\bPOL-\\d{3}\\b'\n")
        with Server(SAMPLE, args=["--option", f"redaction.rules_file={self.rules}"]) as s:
            def kept(text):
                s.get("/v1/events", "POST", body=json.dumps({"events": [{"type": "search", "text": text}]}))
                lines = s.run("export", "ndjson", "--raw").splitlines()
                return [line for line in map(json.loads, lines) if line["kind"] == "event"][-1]["payload"]
            self.assertEqual((kept("pol-123 late")["text"], kept("pol-123 late")["redacted"]), ("[policy] late", ["own"]))
            self.rules.write_text("- name: wrong\n  pattern: '('\n")
            s.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: "line 1: pattern" in s.logged()))
            self.assertEqual(kept("pol-123 late")["text"], "[policy] late")
            self.rules.write_text("- name: other\n  pattern: 'late'\n")
            s.process.send_signal(signal.SIGHUP)
            self.assertTrue(until(lambda: kept("pol-123 late")["text"] == "pol-123 [other]"))


if __name__ == "__main__":
    unittest.main()
