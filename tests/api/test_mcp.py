"""MCP and the tool file over HTTP: headers, statuses, both eras, what a tool gives and refuses. The official clients are in
tests/clients/mcp."""
import json
import pathlib
import tempfile
import unittest

from parry_server import SAMPLE, Server, until

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}}


class Mcp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def post(self, path, body, headers=None):
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.server.get(path, method="POST", body=data, headers={"Content-Type": "application/json", **(headers or {})})

    def rpc(self, method, params=None, headers=None, modern=True):
        message = {"jsonrpc": "2.0", "id": 5, "method": method, "params": dict(params or {})}
        if modern:
            message["params"]["_meta"] = META
            headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method, **(headers or {})}
            if method == "tools/call":
                headers.setdefault("Mcp-Name", params["name"])
        return self.post("/mcp", message, headers)

    def call(self, name, arguments, **more):
        reply = self.rpc("tools/call", {"name": name, "arguments": arguments}, **more)
        self.assertEqual(reply.status, 200, reply.text)
        return reply.json["result"]

    def test_a_search_gives_passages_links_and_the_same_as_text(self):
        result = self.call("search_articles", {"query": "refund to a card", "limit": 2, "session_id": "s1"})
        self.assertEqual((result["resultType"], result["isError"]), ("complete", False))
        found = result["structuredContent"]
        self.assertEqual(json.loads(result["content"][0]["text"]), found)
        self.assertEqual(len(found["hits"]), 2)
        links = [c for c in result["content"] if c["type"] == "resource_link"]
        for hit, link in zip(found["hits"], links):
            self.assertTrue(hit["passage"])
            self.assertTrue(hit["url"].startswith(f"http://127.0.0.1:{self.server.port}/articles/"))
            self.assertEqual(link["mimeType"], "text/markdown")
            path = link["uri"].split(str(self.server.port), 1)[1]
            self.assertEqual(self.server.get(path).headers["Content-Type"], "text/markdown; charset=utf-8")
            passage = self.server.get(f"/v1/passages/{hit['passage_id']}")
            self.assertEqual(passage.json["text"], hit["passage"])

    def test_an_article_is_cut_to_its_budget_in_whole_sections(self):
        first = self.call("search_articles", {"query": "refund"})["structuredContent"]["hits"][0]["article_id"]
        whole = self.call("get_article", {"article_id": first})["structuredContent"]
        self.assertFalse(whole["truncated"])
        part = self.call("get_article", {"article_id": first, "max_tokens": 150})["structuredContent"]
        self.assertTrue(part["truncated"])
        self.assertEqual(part["sections"], whole["sections"][:len(part["sections"])])
        missing = self.call("get_article", {"article_id": "no-such"})
        self.assertTrue(missing["isError"])

    def test_an_audience_sees_its_own(self):
        mine = self.call("search_articles", {"query": "payout", "audience": "merchant"})
        hit = mine["structuredContent"]["hits"][0]
        self.assertIn("/merchant/articles/", hit["url"])
        link = [c for c in mine["content"] if c["type"] == "resource_link"][0]["uri"].split(str(self.server.port), 1)[1]
        self.assertEqual(self.server.get(link).status, 200)
        self.assertTrue(self.call("get_article", {"article_id": hit["article_id"]})["isError"])
        self.assertTrue(self.call("search_articles", {"query": "payout", "audience": "internal"})["isError"])
        self.assertFalse(self.call("get_article", {"article_id": hit["article_id"], "audience": "merchant"})["isError"])

    def test_a_result_is_explained_by_its_query_id(self):
        found = self.call("search_articles", {"query": "late refund for 4111 1111 1111 1111"})["structuredContent"]
        asked = {"query_id": found["query_id"], "article_id": found["hits"][1]["article_id"]}
        got = until(lambda: (lambda r: None if r["isError"] else r)(self.call("explain_result", asked)))["structuredContent"]
        self.assertEqual((got["query_id"], got["shown_at"], got["article"]["status"]), (found["query_id"], 2, "shown"))
        self.assertNotIn("4111", got["query"])
        self.assertIn("late refund", got["query"])
        self.assertTrue(got["article"]["said"])
        absent = self.call("explain_result", {**asked, "article_id": "no-such"})["structuredContent"]
        self.assertEqual((absent["shown_at"], absent["article"]["status"]), (None, "unknown"))
        self.assertTrue(self.call("explain_result", {**asked, "audience": "merchant"})["isError"])
        self.assertTrue(self.call("explain_result", {**asked, "query_id": "0" * 36})["isError"])

    def test_wrong_arguments_are_named(self):
        for arguments, said in [({}, 'needs "query"'), ({"query": "a", "limt": 3}, 'no member "limt"'),
                                ({"query": "a", "limit": 11}, "at most 10"), ({"query": "x" * 501}, "at most 500"),
                                ({"query": "   "}, "empty")]:
            result = self.call("search_articles", arguments)
            self.assertTrue(result["isError"])
            self.assertIn(said, result["content"][0]["text"])

    def test_statuses_of_the_modern_era(self):
        self.assertEqual(self.rpc("server/discover").json["result"]["supportedVersions"][0], "2026-07-28")
        self.assertEqual(self.rpc("no/such").status, 404)
        self.assertEqual(self.rpc("tools/list", headers={"Mcp-Method": "tools/call"}).status, 400)
        self.assertEqual(self.rpc("tools/list", headers={"Mcp-Session-Id": "x", "Last-Event-ID": "7"}).status, 200)
        reply = self.rpc("tools/list", headers={"MCP-Protocol-Version": "2025-11-25"})
        self.assertEqual((reply.status, reply.json["error"]["code"]), (400, -32020))
        self.assertEqual(self.rpc("tools/list").body, self.rpc("tools/list").body)
        for method in ("GET", "DELETE", "PUT"):
            reply = self.server.get("/mcp", method=method)
            self.assertEqual(reply.status, 405)
            self.assertIn("POST", reply.headers["Allow"])

    def test_the_handshake_needs_no_session(self):
        reply = self.rpc("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}}, modern=False)
        self.assertEqual(reply.json["result"]["protocolVersion"], "2025-11-25")
        self.assertIsNone(reply.headers["Mcp-Session-Id"])
        note = self.post("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}, {"MCP-Protocol-Version": "2025-11-25"})
        self.assertEqual((note.status, note.body), (202, b""))
        listed = self.rpc("tools/list", headers={"MCP-Protocol-Version": "2025-11-25"}, modern=False)
        self.assertEqual([t["name"] for t in listed.json["result"]["tools"]], [t["name"] for t in self.rpc("tools/list").json["result"]["tools"]])

    def test_what_is_no_message_is_an_error_of_the_protocol(self):
        for body, code in [("{", -32700), ("", -32700), ("[]", -32600), ("[{}]", -32600), ("{}", -32600), ('{"a":1,"a":2}', -32700)]:
            reply = self.post("/mcp", body)
            self.assertEqual((reply.status, reply.json["error"]["code"]), (400, code), body)
        self.assertEqual(self.post("/mcp", b"{" + b" " * 70000).status, 413)

    def test_pages_elsewhere_may_not_call(self):
        list_tools = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        own = f"127.0.0.1:{self.server.port}"
        for origin, status in [("http://evil.example", 403), ("null", 403), (f"http://{own}", 200), (None, 200)]:
            self.assertEqual(self.post("/mcp", list_tools, {"Origin": origin} if origin else {}).status, status, origin)
        rebound = {"Origin": "http://evil.example:80", "Host": "evil.example:80"}
        self.assertEqual(self.post("/mcp", list_tools, rebound).status, 403)

    def test_configured_origins_may_call(self):
        list_tools = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        with tempfile.TemporaryDirectory(prefix="parry-mcp-") as folder:
            config = pathlib.Path(folder) / "parry.yaml"
            config.write_text("serve:\n  cors_origins: https://app.example\n", encoding="utf-8")
            server = Server(SAMPLE, args=["--config", str(config)])
        with server:
            for origin, status in [("https://app.example", 200), ("https://app.example.evil", 403)]:
                reply = server.get("/mcp", method="POST", body=json.dumps(list_tools), headers={"Origin": origin})
                self.assertEqual(reply.status, status)

    def test_the_tool_file_has_the_same_schemas(self):
        reply = self.server.get("/v1/tools.json")
        functions = {t["function"]["name"]: t["function"]["parameters"] for t in reply.json}
        listed = {t["name"]: t["inputSchema"] for t in self.rpc("tools/list").json["result"]["tools"]}
        self.assertEqual(functions, listed)
        self.assertTrue(reply.headers["ETag"])
        for t in reply.json:
            self.assertEqual(t["type"], "function")

    def test_a_function_call_runs_over_plain_http(self):
        reply = self.post("/v1/tools/search_articles", {"query": "late refund", "limit": 1})
        self.assertEqual(len(reply.json["hits"]), 1)
        self.assertEqual(self.post("/v1/tools/search_articles", {"query": ""}).status, 400)
        self.assertEqual(self.post("/v1/tools/search_articles", "[]").status, 400)
        self.assertEqual(self.post("/v1/tools/no_such", {}).status, 404)


if __name__ == "__main__":
    unittest.main()
