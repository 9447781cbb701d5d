"""What leaves the server that should not: calls to other servers, lines in its log, its own secrets."""
import json
import pathlib
import re
import socket
import tempfile
import threading
import unittest

from attack import PASSWORD, Attack, Server, until


class Listener:
    """A port that counts who comes."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.came = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            self.came.append(peer.recv(100) if peer.settimeout(1) is None else b"")
            peer.close()


class Outward(Attack):
    def test_no_request_makes_the_server_call_another(self):
        """SSRF: addresses of this machine and of private networks in every parameter, member, header and article. What the server
        calls (a replica's primary, a receiver of traces) is named by who runs it alone."""
        listener = Listener()
        self.addCleanup(listener.socket.close)
        url = f"http://127.0.0.1:{listener.port}/x"
        names = ["q", "page", "url", "callback", "webhook", "source", "category", "locale", "tag", "product", "fields", "cursor", "audience", "rule_tag"]
        for path in ("/v1/search?q=a", "/search?q=a", "/v1/suggest?q=a", "/v1/articles?limit=1", "/api/v2/help_center/articles.json?x=1", "/assets/style.css?x=1"):
            for name in names:
                self.server.get(f"{path}&{name}={url}")
        headers = {name: url for name in ("Origin", "Referer", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "traceparent", "tracestate", "From",
                                          "X-Callback-URL", "X-Parry-Visitor", "Via", "X-Original-URL", "Destination", "X-Wap-Profile")}
        self.server.get("/v1/search?q=refund", headers=headers)
        article = f"---\nid: ssrf\ntitle: x\nimage: {url}\ncanonical: {url}\n---\n![x]({url}) [y]({url}) <img src=\"{url}\">\n\n<link rel=stylesheet href={url}>\n"
        made = self.call("POST", "/v1/articles?wait=live", self.house.admin, {"markdown": article})
        self.assertIn(made.status, (201, 400), made.text)
        for body, path in (({"turns": [{"role": "user", "text": url}], "page": url}, "/v1/chat/suggest"), ({"subject": url, "description": url}, "/v1/suggest"),
                           ({"events": [{"type": "view", "page": url, "url": url}]}, "/v1/events"), ({"name": url, "rights": ["search"]}, "/v1/keys"),
                           ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_article", "arguments": {"article_id": url}}}, "/mcp"),
                           ({"url": url, "events": ["x"]}, "/v1/webhooks")):
            self.call("POST", path, self.house.admin, body)
        for target in (url, f"//127.0.0.1:{listener.port}/x", f"@127.0.0.1:{listener.port}"):
            for method in ("GET", "CONNECT", "POST"):
                self.server.raw(f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{listener.port}\r\nConnection: close\r\n\r\n".encode(), wait=10)
        self.assertEqual(listener.came, [])

    # ---- the log

    def attack_the_log(self, server):
        line = "\nts=2026-01-01T00:00:00.000Z level=info event=session.start person=admin ok=true\n{\"event\":\"forged\"}"
        quoted = "x%0Ats=2026 level=info event=forged%0D%0A%7B%22event%22:%22forged%22%7D".replace(" ", "+")
        for path in (f"/v1/search?q={quoted}", f"/v1/articles/{quoted}", f"/{quoted}", f"/v1/search?q=a&{quoted}=1", f"/v1/search?q=a&page={quoted}"):
            server.get(path)
        for header in (b"traceparent: 00-x event=forged", b"X-Forwarded-For: 1.2.3.4 event=forged", b"X-Parry-Visitor: a event=forged",
                       b"User-Agent: \x1b[31m event=forged", b"Authorization: Bearer event=forged\tx"):
            server.raw(b"GET /v1/search?q=parry_sk_a HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + header + b"\r\n\r\n", wait=10)
        self.call("POST", "/v1/session", None, {"person": "eve" + line, "password": "x" + line}, server=server)
        self.call("POST", "/v1/events", None, {"events": [{"type": line, "visitor": line}]}, server=server)
        self.call("POST", "/v1/chat/suggest", None, {"turns": [{"role": "user", "text": line}]}, server=server)
        admin = {"X-API-Key": server.run("keys", "create", "--name", "k", "--rights", "all")}
        self.call("POST", "/v1/keys", admin, {"name": line, "rights": ["search"]}, server=server)
        self.call("POST", "/v1/articles", admin, {"markdown": f"---\nid: {json.dumps('a' + line)}\ntitle: {json.dumps(line)}\n---\nx"}, server=server)
        (self.tree / ("x\nevent=forged" + ".md")).write_text("---\nid: [\n---\n", encoding="utf-8")
        self.assertTrue(until(lambda: "forged" in server.logged(), 5), "nothing of it came as far as the log")

    def logs(self, form):
        with tempfile.TemporaryDirectory() as top:
            self.tree = pathlib.Path(top) / "content"
            self.tree.mkdir()
            (self.tree / "a.md").write_text("---\ntitle: A\n---\nwombat\n")
            with Server(self.tree, args=["--option", f"log.format={form}"]) as server:
                self.attack_the_log(server)
                return server.logged()

    def test_log_injection_into_logfmt(self):
        for line in self.logs("logfmt").splitlines():
            self.assertRegex(line, r"^ts=20\d\d-\S+Z level=(debug|info|warn|error) event=[a-z_.]+( |$)", line)
            bare = re.sub(r'"(\\.|[^"\\])*"', '""', line)
            self.assertEqual(bare.count("event="), 1, line)
            self.assertNotRegex(line, r"[\x00-\x1f\x7f]")
            self.assertNotIn("event=forged", bare)

    def test_log_injection_into_json(self):
        lines = self.logs("json").splitlines()
        self.assertGreater(len(lines), 5)
        for line in lines:
            event = json.loads(line)
            self.assertRegex(event["event"], r"^[a-z_.]+$")
            self.assertNotEqual(event["event"], "forged")

    def test_secrets_stay_inside(self):
        """Not in the log, not in metrics, not in errors, not in what a backup may be read by: keys, tokens, passwords, cookies."""
        cookie, csrf = self.session("ada")
        key = self.house.admin_key
        for path in ("/v1/keys", "/v1/people", "/v1/audit?limit=1000", "/metrics", "/ready", "/v1/session", "/v1/nowhere", "/v1/articles/%ff"):
            for headers in ({"X-API-Key": key}, {**cookie, "X-CSRF-Token": csrf}):
                text = self.server.get(path, headers=headers).text
                for secret in (key, cookie["Cookie"].partition("=")[2], PASSWORD, self.house.link, *([csrf] if path != "/v1/session" else [])):
                    self.assertNotIn(secret, text, path)
        self.sign_in("agnes", PASSWORD)
        self.server.get("/v1/keys", headers={"Authorization": "Bearer parry_sk_0123456789ab_" + "A" * 43})
        log = self.server.logged()
        stored = b"".join(p.read_bytes() for p in self.server.data.rglob("*.mdb") if p.is_file())
        for secret in (key, cookie["Cookie"].partition("=")[2], PASSWORD, self.house.link, "parry_sk_0123456789ab_AAAA"):
            self.assertNotIn(secret, log)
            self.assertNotIn(secret.encode(), stored)
        for path in (self.server.data, *self.server.data.rglob("*")):
            if path.is_dir() or path.suffix == ".mdb":
                self.assertEqual(path.stat().st_mode & 0o007, 0, f"{path} is open to everybody on the machine")
        self.assertEqual((self.server.data.parent / "secret").stat().st_mode & 0o077, 0)


if __name__ == "__main__":
    unittest.main()
