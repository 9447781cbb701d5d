"""The documentation, tried: every `sh` block of README.md and docs/ that calls curl runs, in order, a page as one script.

$PARRY is the server's address (http://127.0.0.1:8080 stands for it, too) and $KEY a key of it; `parry` works beside it. A reply
of 400 or more fails the page. Where the next block of the page, before any heading, is `json`, it shows a reply of the block
before it: what it names is there, and has the same kind of value. Where it is `http`, it shows what `curl -i` prints: the
status, then headers as they are (`\u2026` is anything), then such JSON; that status may be an error.
"""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from parry_server import PARRY, SAMPLE, SOURCE, Server, until

PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
END = "\x1f"  # after the replies of a block
PREAMBLE = """set -e -o pipefail
curl() { command curl -sS $FAIL "$@" || { echo "failed: curl $*" >&2; return 22; }; }
parry() { command "$PARRY_BIN" "$@"; }
"""


def blocks(text):
    """[(language, text, heading before it?)]"""
    found, heading = [], False
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$|^(#)", text, re.S | re.M):
        if match.group(3):
            heading = True
        else:
            found.append((match.group(1), match.group(2), heading))
            heading = False
    return found


def examples(page):
    """[(script, what is shown of its replies: ("json" or "http", text), or None)]"""
    rows = blocks(page.read_text(encoding="utf-8"))
    found = []
    for i, (language, text, _) in enumerate(rows):
        if language == "sh" and re.search(r"(^|\$\()curl ", text, re.M):
            after = rows[i + 1] if i + 1 < len(rows) else ("", "", True)
            found.append((text, after[:2] if after[0] in ("json", "http") and not after[2] else None))
    return found


def missing(shown, given, at=""):
    """What `shown` names and `given` lacks."""
    if isinstance(shown, dict) and isinstance(given, dict):
        return [lack for name, value in shown.items()
                for lack in (missing(value, given[name], f"{at}.{name}") if name in given else [f"{at}.{name}"])]
    if isinstance(shown, list) and isinstance(given, list):
        if shown and not given:
            return [f"{at}[]"]
        return missing(shown[0], given[0], f"{at}[0]") if shown else []
    kinds = [float if isinstance(value, int) and not isinstance(value, bool) else type(value) for value in (shown, given)]
    return [] if None in (shown, given) or kinds[0] == kinds[1] else [f"{at}: {given!r}"]


def values(text):
    """Every JSON object that stands in the text at the beginning of a line, or right after another one."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (brace := re.compile(r"(?:^|(?<=\}))\{", re.M).search(text, at)) is not None:
        try:
            value, at = decoder.raw_decode(text, brace.start())
            found.append(value)
        except ValueError:
            at = brace.end()
    return found


def missing_json(shown, reply):
    """What JSON `shown` and the nearest of the replies lacks."""
    lacks = [missing(shown, value) for value in values(reply)]
    return min(lacks, key=len, default=["any JSON"])


def missing_http(shown, reply):
    """What status, headers and JSON are `shown` and the reply lacks."""
    head, _, body = shown.partition("\n\n")
    status, *headers = head.splitlines()
    lacks = [] if re.search(f"^{status}\\b", reply, re.M) else [status]
    for header in headers:
        if not re.search("^" + ".*".join(map(re.escape, header.split("\u2026"))) + "$", reply, re.M | re.I):
            lacks.append(header)
    return lacks + (missing_json(json.loads(body), reply) if body.strip() else [])


def script_of(wanted, address):
    lines = PREAMBLE
    for text, shown in wanted:
        fails = shown and re.match(r"HTTP/1.1 [45]", shown[1])
        lines += f"FAIL={'' if fails else '--fail-with-body'}\n{text}\nprintf '\\n{END}'\n"
    return lines.replace("http://127.0.0.1:8080", address).replace("build/release/parry", "parry")


def run_page(wanted, server, key):
    """What it printed and complained of, in a folder of its own with the server's data."""
    address = f"http://127.0.0.1:{server.port}"
    env = {**os.environ, "PARRY": address, "KEY": key, "PARRY_BIN": PARRY,
           "PARRY_ACCESS_SECRET_FILE": str(server.data.parent / "secret")}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("parry-data", "data"):  # what `parry` takes unless told, and what ./dev run makes
            os.symlink(server.data, pathlib.Path(folder) / name)
        script = script_of(wanted, address).replace("/tmp/", folder + "/")
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=env, check=False, timeout=120, cwd=folder)


def anchors(page):
    """Those of its headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


class Documented(unittest.TestCase):
    def hold(self, wanted, done):
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        for (text, shown), reply in zip(wanted, done.stdout.split(END)):
            if shown is None:
                continue
            lacks = missing_http(shown[1], reply) if shown[0] == "http" else missing_json(json.loads(shown[1]), reply)
            self.assertEqual(lacks, [], f"{text}\nreplies {reply[:2000]}")

    def test_every_curl_runs_and_what_is_shown_is_there(self):
        ran = 0
        with Server(SAMPLE) as server:
            key = server.run("keys", "create", "--name", "docs", "--rights", "all")
            until(lambda: "event=refine" in server.logged())  # what is related is found
            for page in PAGES:
                wanted = examples(page)
                with self.subTest(page=page.name):
                    self.hold(wanted, run_page(wanted, server, key))
                ran += len(wanted)
        self.assertGreater(ran, 30)

    def test_the_table_of_errors_is_the_servers(self):
        table = re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", (SOURCE / "docs/api.md").read_text(encoding="utf-8"), re.M)
        code = re.findall(r"= \{(\d{3}), \"([a-z-]+)\",", (SOURCE / "api/http/problem.c").read_text(encoding="utf-8"))
        self.assertGreater(len(code), 15)
        self.assertEqual(sorted(table), sorted(code))

    def test_every_link_leads_somewhere(self):
        for page in PAGES + sorted((SOURCE / "clients").glob("*/README.md")):
            text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
            for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", text):
                if not re.match(r"https?:|mailto:", target):
                    there = page.parent / target if target else page
                    where = f"{page.relative_to(SOURCE)}: {target}#{anchor}"
                    self.assertTrue(there.exists(), where)
                    if anchor:
                        self.assertIn(anchor, anchors(there), where)

    def test_the_readme_links_every_page(self):
        linked = (SOURCE / "README.md").read_text(encoding="utf-8")
        for page in PAGES[1:]:
            name = page.relative_to(SOURCE).as_posix()
            if "/adr/0" not in name:
                self.assertIn(f"({name}", linked)


class Help(unittest.TestCase):
    def ask(self, *args):
        done = subprocess.run([PARRY, *args], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), args)
        return done.stdout

    def test_every_command_has_help_with_examples(self):
        commands = re.findall(r"^  ([a-z]+) +\S", self.ask("help").split("A first answer")[0], re.M)
        self.assertGreater(len(commands), 15)
        for command in set(commands) - {"help", "parry"}:
            told = self.ask(command, "--help")
            self.assertRegex(told, rf"(?s)\nExamples:\n.*parry {command}\b", command)
            for option in re.findall(r" (--[a-z][a-z-]*)", told.split("\nExamples:\n")[1]):
                self.assertIn(f"\n  {option}", told, command)


class Checks(unittest.TestCase):
    """What holds the documentation can itself fail."""

    def test_a_member_that_is_missing_is_told(self):
        self.assertEqual(missing({"a": 1, "b": [{"c": "x"}]}, {"a": 1.5, "b": [{"c": "y", "d": 1}]}), [])
        self.assertEqual(missing({"a": {"b": 1}}, {"a": {}}), [".a.b"])
        self.assertEqual(missing({"a": [{"b": 1}]}, {"a": []}), [".a[]"])
        self.assertEqual(missing({"a": True}, {"a": 1}), [".a: 1"])
        self.assertEqual(missing_json({"a": 1}, '{"b": 1}\n{"b": 2}{"a": 2}'), [])
        self.assertEqual(missing_json({"a": 1}, "none"), ["any JSON"])

    def test_a_status_or_a_header_that_is_another_is_told(self):
        reply = 'HTTP/1.1 201 Created\nETag: "a"\n\n{"id": "x"}\n'
        self.assertEqual(missing_http('HTTP/1.1 201\nEtag: \u2026\n\n{"id": "y"}', reply), [])
        self.assertEqual(missing_http('HTTP/1.1 200\nETag: "b"\nVary: \u2026\n\n{"no": 1}', reply),
                         ["HTTP/1.1 200", 'ETag: "b"', "Vary: \u2026", ".no"])

    def test_a_command_that_fails_fails_its_page(self):
        with Server(SAMPLE) as server:
            for text, shown in (("curl $PARRY/nowhere", None), ("curl $PARRY/health; false", None),
                                ("curl -i $PARRY/health", ("http", "HTTP/1.1 404\n"))):
                with self.assertRaises(AssertionError):
                    Documented().hold([(text, shown)], run_page([(text, shown)], server, ""))

    def test_the_reply_shown_is_the_next_block_under_the_same_heading(self):
        page = pathlib.Path(tempfile.mkdtemp()) / "x.md"
        page.write_text("```sh\ncurl a\n```\nand\n```json\n{}\n```\n```sh\ncurl b\n```\n## B\n```json\n{}\n```\n", encoding="utf-8")
        self.assertEqual(examples(page), [("curl a\n", ("json", "{}\n")), ("curl b\n", None)])


if __name__ == "__main__":
    unittest.main()
