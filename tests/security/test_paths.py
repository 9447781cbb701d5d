"""Addresses that lead elsewhere: out of a folder, past the table of routes, to another site."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from attack import PARRY, Attack, Server

OUT = ["../../../../../../etc/passwd", "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
       "..%5c..%5c..%5cetc%5cpasswd", "%252e%252e%252f%252e%252e%252fetc%252fpasswd", "....//....//....//etc/passwd", "%2fetc%2fpasswd",
       "%c0%ae%c0%ae%c0%af%c0%ae%c0%ae%c0%afetc/passwd", "..;/..;/etc/passwd", "file:///etc/passwd", "/etc/passwd%00.json",
       "../secret", "..%2fsecret", "..%2f..%2fsecret", "%2e%2e%2fstore%2fdata.mdb", "..%2f..%2fstore%2fdata.mdb", ".", "..", "%2e%2e", "~root"]


class Paths(Attack):
    def routes(self):
        listed = subprocess.run([PARRY, "routes"], capture_output=True, text=True, check=True).stdout
        return [line.split("\t") for line in listed.splitlines()]

    def raw(self, method, target, *headers):
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.server.port}", "Connection: close", *headers]
        return self.server.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n", wait=10)

    def test_path_traversal(self):
        secret = (self.server.data.parent / "secret").read_bytes().strip()
        key = f"X-API-Key: {self.house.admin_key}"
        asked = 0
        for method, pattern, _ in self.routes():
            if "{" not in pattern or method == "DELETE":
                continue
            for out in OUT:
                for target in {re.sub(r"\{\w+\}", lambda _: out, pattern), re.sub(r"\{\w+\}$", lambda _: out, pattern).replace("{", "")}:
                    got = self.raw(method, target, key)
                    status = int(got.split(b" ", 2)[1])
                    if not pattern.startswith("/1/indexes/"):  # an index may be called anything
                        self.assertIn(status, (400, 404, 405, 415, 428), f"{method} {target}")
                    for bad in (b"root:", secret, b"\x00", b"/etc/", b"No such file"):
                        self.assertNotIn(bad, got.partition(b"\r\n\r\n")[2] if bad != b"/etc/" else b"", f"{method} {target}")
                    asked += 1
        for target in ("/assets/../v1/keys", "/assets/..%2f..%2fapi/app.c", "/assets/style.css/../../secret", "/../secret", "//secret"):
            self.assertIn(b" 404 ", self.raw("GET", target).split(b"\r\n")[0], target)
        self.assertGreater(asked, 200)

    def test_no_other_spelling_of_an_address_gets_past_its_right(self):
        spelt = ["/v1/keys/", "//v1/keys", "/v1//keys", "/v1/./keys", "/v1/x/../keys", "/V1/KEYS", "/v1/keys;x=1", "/v1/keys%20", "/v1/keys%00",
                 "/v1%2fkeys", "/%76%31/keys", "/v1/keys?", "/v1/keys#x", "/v1/keys.json", "/v1/keys\\", "/customer/v1/keys", "/merchant/v1/keys",
                 "/1/../v1/keys", "/docs/../v1/keys", "http://127.0.0.1/v1/keys", "http://evil.example/v1/keys", "https://x@y/v1/keys", "*",
                 "v1/keys", "\\v1\\keys", "/v1/keys\t", "/v1/keys\x0b"]
        for target in spelt:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get", "TRACE", "CONNECT"):
                got = self.raw(method, target)
                status = got.split(b" ", 2)[1] if got else b"closed"
                self.assertNotIn(b'"keys"', got, f"{method} {target}")
                self.assertFalse(status.startswith(b"2") and status != b"204", f"{method} {target} {status}")
        for header in ("X-Original-URL: /v1/keys", "X-Rewrite-URL: /v1/keys", "X-HTTP-Method-Override: GET", "X-Forwarded-Prefix: /v1/keys"):
            self.assertNotIn(b'"keys"', self.raw("GET", "/health", header), header)
            self.assertIn(b" 401 ", self.raw("GET", "/v1/keys", header).split(b"\r\n")[0], header)

    def test_open_redirect(self):
        evil = ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example", "/%2f%2fevil.example", "javascript:alert(1)"]
        places = ["/admin/sign-in", "/", "/search", "/v1/session", "/docs", "/merchant"]
        names = ["next", "return", "returnTo", "redirect", "redirect_uri", "url", "continue", "to", "back"]
        for to in evil:
            paths = [to, "/" + to, "/articles/" + to, "/categories/" + to, "/merchant/" + to]
            paths += [f"{place}?{name}={urllib.parse.quote(to)}" for place in places for name in names]
            for path in paths:
                if not path.startswith("/"):
                    continue
                got = self.raw("GET", path, "Accept: text/html")
                head, _, body = got.partition(b"\r\n\r\n")
                self.assertFalse(300 <= int(head.split(b" ", 2)[1]) < 400, path)
                self.assertNotRegex(head.lower(), rb"\r\n(location|refresh|link):", path)
                self.assertNotRegex(body, rb"(?i)(href|action|src)=[\"']?(https?:)?//evil", path)

    def test_a_link_in_the_tree_leads_to_no_file_outside(self):
        with tempfile.TemporaryDirectory() as top:
            tree = pathlib.Path(top) / "content"
            (tree / "folder").mkdir(parents=True)
            outside = pathlib.Path(top) / "outside"
            outside.mkdir()
            (outside / "passwd.md").write_text("---\ntitle: Zebrafish\n---\nzebrafish secrets\n")
            (tree / "mine.md").write_text("---\ntitle: Mine\n---\nwombat [x](../outside/passwd.md) ![y](../../../../etc/passwd)\n")
            (tree / "file.md").symlink_to(outside / "passwd.md")
            (tree / "folder" / "all").symlink_to(outside)
            (tree / "loop").symlink_to(tree)
            (tree / "fifo.md").symlink_to("/dev/zero")
            (tree / "_search").symlink_to(outside)
            with Server(tree) as server:
                self.assertEqual(server.get("/v1/search?q=wombat").json["total"], 1)
                self.assertEqual(server.get("/v1/search?q=zebrafish").json["total"], 0)
                html = server.get("/v1/articles/" + server.get("/v1/articles").json["articles"][0]["id"] + ".html").text
                self.assertEqual(re.findall(r'href="([^"]*)"', html), [])
                self.assertEqual(server.get("/etc/passwd").status, 404)  # where a browser would look for the picture

    def test_a_backup_writes_nothing_outside(self):
        with tempfile.TemporaryDirectory() as top:
            top = pathlib.Path(top)
            self.server.run("backup", str(top / "b"))
            made = next((top / "b").glob("2*"))
            victim = top / "victim"
            victim.write_text("mine")
            inventory = json.loads((made / "backup.json").read_text())
            for path in ("../../victim", "/" + str(victim), "store/../../victim", "..", "", "store//data.mdb", "./store/data.mdb"):
                lies = json.loads(json.dumps(inventory))
                lies["files"][0]["path"] = path
                self.refuses(top, made, lies)
            first = made / inventory["files"][0]["path"]
            kept = first.read_bytes()
            first.unlink()
            first.symlink_to(victim)  # a link in place of a file
            self.refuses(top, made, inventory)
            first.unlink()
            first.write_bytes(kept)
            folder = first.parent  # a link in place of a folder
            shutil.move(folder, top / "moved")
            folder.symlink_to(top / "moved")
            self.refuses(top, made, inventory)
            self.assertEqual(victim.read_text(), "mine")

    def refuses(self, top, made, inventory):
        (made / "backup.json").write_text(json.dumps(inventory))
        done = subprocess.run([PARRY, "restore", str(made), "--data", str(top / "new")], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertFalse((top / "new").exists())


if __name__ == "__main__":
    unittest.main()
