"""What the attacks share: one server on this machine over a tree that strangers wrote, people and keys, and plain ways to be
rude to it."""
import atexit
import html.parser
import json
import os
import pathlib
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "tests" / "api"))
from parry_server import PARRY, Server, until  # noqa: E402,F401

PASSWORD = "correct horse battery"
JSON = {"Content-Type": "application/json"}

# Scripts in every manner that a browser was ever known to run.
SCRIPTS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='alert(1)",
           "</title><script>alert(1)</script>", "{{{html}}}<iframe src=javascript:alert(1)>"]

BODY = """evil wallaby text

[a](javascript:alert(1)) [b](data:text/html,<script>alert(1)</script>) [c](JaVaScRiPt&colon;alert(1)) [d](vbscript:x)
[e](<java\tscript:alert(1)>) ![f](javascript:alert(1)) ![g](data:image/svg+xml;base64,PHN2Zy8+) <javascript:alert(1)>

<script>alert(1)</script><ScRiPt src=//evil.example/x.js></sCrIpT>
<svg><script>alert(1)</script></svg><svg/onload=alert(1)><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<a href="java&#10;script:alert(1)" onclick="alert(1)">h</a><a href=" &#1; javascript:alert(1)">i</a>
<iframe srcdoc="<script>alert(1)</script>"></iframe><object data="javascript:alert(1)"></object><embed src=x>
<form action="https://evil.example"><input name=password></form><base href="https://evil.example/">
<meta http-equiv=refresh content="0;url=javascript:alert(1)"><link rel=stylesheet href=//evil.example/x.css>
<style>@import "//evil.example"</style><p style="background:url(javascript:alert(1))">j</p>
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript><template><script>alert(1)</script></template>

## Heading <img src=x onerror=alert(1)> wallaby

```"><script>alert(1)</script>
wallaby <script>alert(1)</script>
```
"""


def quoted(text):
    return json.dumps(text)  # a JSON string is a YAML one


def evil_articles():
    """One article a script, in every field that an author fills."""
    for i, script in enumerate(SCRIPTS):
        fields = {"id": f"evil-{i}", "slug": f"evil {i} {script}", "title": f"Evil wallaby {i} {script}", "category": f"Evil {script}",
                  "product": f"wallaby {script}", "author": script, "locale": f"en{script}" if i == 5 else "en", "created": script,
                  "updated": script, "review_by": script}
        lists = {"tags": [f"wallaby {script}"], "keywords": [f"wallaby {script}"], "related": [f"evil-{(i + 1) % len(SCRIPTS)}", script],
                 "answers": [f"what is a wallaby {script}"]}
        front = "".join(f"{k}: {quoted(v)}\n" for k, v in fields.items()) + "".join(f"{k}: {json.dumps(v)}\n" for k, v in lists.items())
        yield f"evil{i}.md", f"---\n{front}---\n{BODY}\n{script} wallaby\n"


def plain_articles():
    for i in range(12):
        yield f"plain{i}.md", (f"---\nid: plain-{i}\nslug: plain-{i}\ntitle: Refund question {i}\ncategory: Refunds\ntags: [money]\n---\n"
                               f"About a refund that is late, number {i}.\n\n## Details\n\nA refund takes {i} days.\n")
    yield "draft.md", "---\nid: draft-one\nslug: draft-one\ntitle: Zebrafish draft\nstatus: draft\n---\nzebrafish refund\n"
    yield "staff.md", "---\nid: staff-one\nslug: staff-one\ntitle: Quokka rules\naudience: internal\n---\nquokka refund\n"


class House:
    """The server of all attacks that leave it standing, and who may do what there."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="parry-attacked-")
        self.tree = pathlib.Path(self.folder.name) / "content"
        self.tree.mkdir()
        for name, text in [*evil_articles(), *plain_articles()]:
            (self.tree / name).write_text(text, encoding="utf-8")
        self.server = Server(self.tree, args=["--option", "limits.request_s=3"])
        self.link = self.server.process.stdout.readline().decode().strip().rsplit("#", 1)[1]
        for person, role in (("ada", "admin"), ("ed", "editor"), ("agnes", "agent")):
            self.server.run("people", "add", person, "--role", role, stdin=PASSWORD)
        self.admin_key = self.key("--rights", "all")
        self.admin = {"X-API-Key": self.admin_key}

    def key(self, *how):
        return self.server.run("keys", "create", "--name", "k", *how)

    def close(self):
        self.server.close()
        self.folder.cleanup()


_house = []


def house():
    if not _house:
        _house.append(House())
        atexit.register(_house[0].close)
    return _house[0]


class Attack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = house()
        cls.server = cls.house.server

    def tearDown(self):
        """Whatever was tried: the server is there, and answers."""
        self.assertIsNone(self.server.process.poll(), "the server is gone")
        self.assertEqual(self.server.get("/v1/search?q=refund").status, 200)

    def call(self, method, path, headers=None, body=None, server=None):
        headers = {**(JSON if body is not None else {}), **(headers or {})}
        return (server or self.server).get(path, method, headers, json.dumps(body) if body is not None else None)

    def sign_in(self, person="ada", password=PASSWORD, headers=None, server=None):
        return self.call("POST", "/v1/session", headers, {"person": person, "password": password}, server)

    def session(self, person="ada", server=None):
        reply = self.sign_in(person, server=server)
        self.assertEqual(reply.status, 200, reply.text)
        return {"Cookie": reply.headers["Set-Cookie"].split(";")[0]}, reply.json["csrf"]

    def who(self, headers, server=None):
        return self.call("GET", "/v1/session", headers, server=server).json["who"]


def memory_kib(server):
    """What the process holds."""
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def work_s(server):
    """Seconds of processor that the process has used: what others do on this machine is not in it."""
    used = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def cost(server, call):
    """What came of it, and what it cost the server in seconds of processor."""
    before = work_s(server)
    value = call()
    return value, work_s(server) - before


class Markup(html.parser.HTMLParser):
    """Elements of a page, as a browser would see them."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {k: v or "" for k, v in attrs}))


DEAD = {"script", "iframe", "object", "embed", "form", "base", "meta", "link", "style", "svg", "math", "template", "noscript",
        "input", "textarea", "button", "frame", "frameset", "applet"}


def active(text, allowed=()):
    """What of this HTML would run, load or lead elsewhere; what the page itself brings is in `allowed` tags."""
    found = []
    for tag, attrs in Markup(text).elements:
        if tag in DEAD and tag not in allowed:
            found.append(tag)
        for name, value in attrs.items():
            target = "".join(value.split()).lower()
            target = "".join(c for c in target if ord(c) > 32)
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "data", "poster", "cite") and target.startswith(("javascript:", "data:", "vbscript:")):
                if not (tag == "img" and name == "src" and target.startswith("data:image/") and "svg" not in target.split(",")[0]):
                    found.append(f"{tag} {name}={value}")
    return found
