"""A page anywhere, whose name its maker has lead to 127.0.0.1: the browser of somebody who runs Parry on his own machine then
takes Parry for that page's own server (DNS rebinding)."""
import unittest

from attack import Attack, Server

READING = ["/v1/search?q=refund", "/v1/suggest?q=re", "/v1/articles", "/v1/articles/plain-1", "/v1/categories", "/metrics", "/", "/search?q=refund",
           "/articles/plain-1", "/v1/openapi.json", "/api/v2/help_center/articles.json", "/v1/session", "/admin/sign-in", "/v1/tools.json"]


class Rebinding(Attack):
    def test_dns_rebinding(self):
        port = self.server.port
        for host in (f"evil.example:{port}", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evillocalhost", f"x:{port}", "0x7f000001", "2130706433",
                     "127.1", "[::1].evil.example", "a@localhost", "localhost@evil.example", "LOCALHOST.EVIL.EXAMPLE", "evil.example.", ".", "localhost."):
            for path in READING:
                for more in ({}, {"X-API-Key": "x"}, {"Authorization": "Bearer x"}, {"Cookie": "parry_session=x"}):
                    got = self.server.get(path, headers={"Host": host, **more})
                    self.assertIn(got.status, (400, 403), f"{path} as {host}")
                    self.assertNotIn("Refund question", got.text)
            for path, body in (("/v1/events", {"events": [{"type": "view"}]}), ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
                               ("/v1/session", {"person": "ada", "password": "x"}), ("/1/indexes/articles/query", {"query": "refund"})):
                self.assertIn(self.call("POST", path, {"Host": host}, body).status, (400, 403), f"{path} as {host}")

    def test_this_machines_own_names_are_let_in(self):
        port = self.server.port
        for host in (f"localhost:{port}", "localhost", "LocalHost", f"127.0.0.1:{port}", "127.0.0.9", f"[::1]:{port}", "help.localhost", "192.168.0.7:8080"):
            for path in READING:
                self.assertEqual(self.server.get(path, headers={"Host": host}).status, 200, f"{path} as {host}")
        evil = {"Host": "evil.example"}
        self.assertEqual(self.server.get("/health", headers=evil).status, 200)
        key = self.house.key("--search", "--expires", "1h")
        self.assertEqual(self.server.get("/v1/search?q=refund", headers={**evil, "X-API-Key": key}).status, 200, "who has a key is nobody's page")
        with Server(data=self.server.data.parent, args=["--option", "serve.hosts=parry.test help.test"]) as named:
            for host, status in (("parry.test", 200), ("HELP.test:8080", 200), ("evil.example", 403), ("test", 403), ("parry.test.evil.example", 403)):
                self.assertEqual(named.get("/v1/search?q=refund", headers={"Host": host}).status, status, host)
        with Server(data=self.server.data.parent, args=["--option", "serve.trusted_proxies=127.0.0.1"]) as behind:
            headers = {"Host": "help.example", "X-Forwarded-For": "203.0.113.9"}  # its proxy knows which names are its own
            self.assertEqual(behind.get("/v1/search?q=refund", headers=headers).status, 200)
            self.assertEqual(behind.get("/metrics", headers=headers).status, 401)

    def test_pages_elsewhere_call_no_tools(self):
        for origin in ("https://evil.example", "null", "http://localhost.evil.example", f"http://127.0.0.1:{self.server.port + 1}", "file://", "http://evil.example@127.0.0.1"):
            got = self.call("POST", "/mcp", {"Origin": origin}, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
            self.assertEqual(got.status, 403, origin)
        own = {"Origin": f"http://127.0.0.1:{self.server.port}"}
        self.assertEqual(self.call("POST", "/mcp", own, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).status, 200)


if __name__ == "__main__":
    unittest.main()
