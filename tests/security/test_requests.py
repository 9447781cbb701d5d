"""Requests that two programs read differently, that never end, or that are more than they say."""
import concurrent.futures
import gzip
import json
import re
import socket
import subprocess
import unittest
import zlib

from attack import PARRY, Attack, Server, cost, memory_kib, until

INNER = b"GET /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Requests(Attack):
    def send(self, *lines, body=b"", wait=10):
        return self.server.raw(b"\r\n".join(lines) + b"\r\n\r\n" + body, wait)

    def refused(self, *lines, body=b""):
        """One reply, 400, and what came after it is no request."""
        got = self.send(b"POST /v1/events HTTP/1.1", b"Host: 127.0.0.1", *lines, body=body)
        self.assertEqual(set(re.findall(rb"HTTP/1.1 (\d+)", got)), {b"400"}, (lines, got[:200]))
        self.assertNotIn(b"unauthenticated", got, lines)  # what INNER would be answered

    # ---- smuggling

    def test_request_smuggling_by_length_and_chunks(self):
        """CL.TE and TE.CL: the front counts bytes, the back counts chunks."""
        self.refused(b"Content-Length: %d" % (len(INNER) + 5), b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + INNER)
        self.refused(b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER))

    def test_request_smuggling_by_two_lengths(self):
        self.refused(b"Content-Length: 0", b"Content-Length: %d" % len(INNER), body=INNER)
        self.refused(b"Content-Length: %d" % len(INNER), b"Content-Length: 0", body=INNER)
        for length in (b"0, %d" % len(INNER), b"+0", b"-1", b"0x0", b"0 0", b"\xef\xbc\x90", b"00000000000000000000000000000000001e"):
            self.refused(b"Content-Length: " + length, body=INNER)

    def test_request_smuggling_by_strange_codings(self):
        """TE.TE: one of the two does not understand the coding."""
        for coding in (b"xchunked", b"chunked, identity", b"identity, chunked", b"gzip, chunked", b"chunked\x0b", b"\x0bchunked", b"chunk"):
            self.refused(b"Transfer-Encoding: " + coding, body=b"0\r\n\r\n" + INNER)
        self.refused(b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", body=b"0\r\n\r\n" + INNER)
        self.refused(b"Transfer-Encoding : chunked", b"Content-Length: 5", body=b"0\r\n\r\n" + INNER)
        self.refused(b"X: y\r\n Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n" + INNER)
        self.refused(b"Transfer-Encoding:\r\n chunked", b"Content-Length: 5", body=b"0\r\n\r\n" + INNER)

    def test_chunks_that_lie(self):
        lies = [b"-1\r\n", b"ffffffffffffffff\r\nx", b"7fffffffffffffff\r\nx", b"1\r\nxx\r\n0\r\n\r\n", b"0x1\r\nx\r\n0\r\n\r\n", b"1 1\r\nx"]
        head = (b"POST /v1/events HTTP/1.1", b"Host: 127.0.0.1", b"Transfer-Encoding: chunked")
        with concurrent.futures.ThreadPoolExecutor(len(lies)) as pool:  # some of them wait until their time is over
            for lie, got in zip(lies, pool.map(lambda lie: self.send(*head, body=lie + b"\r\n" + INNER), lies)):
                self.assertNotRegex(got, rb"HTTP/1.1 (2|401)", lie)

    # ---- headers

    def test_header_injection(self):
        """CR, LF and NUL in what a reply may repeat: no reply gets a header, or a second reply, of a stranger's making."""
        evil = ["%0d%0aX-Evil:%20yes", "%0aX-Evil:%20yes", "%0d%0a%0d%0a<script>", "%E5%98%8D%E5%98%8AX-Evil:%20yes", "%00X-Evil:%20yes", "\x85X-Evil"]
        places = ["/v1/search?q={}", "/v1/articles/{}", "/articles/{}", "/{}", "/v1/articles?category={}", "/v1/keys/{}", "/assets/{}",
                  "/v1/search?q=a&{}=1", "/search?q={}", "/v1/passages/{}", "/api/v2/help_center/articles.json?locale={}", "/v1/search?q=a&page={}"]
        for value in evil:
            for place in places:
                got = self.send(f"GET {place.format(value)} HTTP/1.1".encode("latin-1"), b"Host: 127.0.0.1", b"Connection: close",
                                f"X-API-Key: {self.house.admin_key}".encode())
                self.clean(got, place + value)
        for header in (b"Origin: http://x%s", b"Access-Control-Request-Headers: a%s", b"traceparent: 00-%s", b"X-Parry-Visitor: %s",
                       b"Idempotency-Key: %s", b"If-None-Match: \"%s\"", b"X-Forwarded-Proto: https%s", b"Accept: %s", b"Cookie: parry_session=%s"):
            for value in (b"\rX-Evil: yes", b"\nX-Evil: yes", b"\x00X-Evil: yes", b"\x0bX-Evil: yes", b"\xff\xfe", b"a\x7f"):
                got = self.send(b"GET /v1/search?q=a HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close", header % value)
                self.clean(got, header % value)
        key = self.call("POST", "/v1/articles?wait=none", {**self.house.admin, "Idempotency-Key": "a"},
                        {"markdown": "---\nid: \"x\\r\\nX-Evil: yes\"\ntitle: x\nstatus: draft\n---\nx"})
        self.assertIsNone(key.headers["X-Evil"])

    def clean(self, got, what):
        head = got.partition(b"\r\n\r\n")[0]
        self.assertNotRegex(head, rb"(?im)^x-evil", what)
        self.assertLessEqual(got.count(b"HTTP/1.1 "), 1 if b" 400 " not in got[:16] else 2, what)
        self.assertNotIn(b"<script>", got if b"application" not in head else b"", what)

    def test_giant_headers(self):
        before = memory_kib(self.server)
        for lines in ([b"X-Long: " + b"a" * 5_000_000], [b"X-%d: y" % i for i in range(200_000)], [b"Cookie: " + b"a=b; " * 200_000],
                      [b"A" * 5_000_000 + b": x"]):
            got = self.send(b"GET /health HTTP/1.1", b"Host: 127.0.0.1", *lines)
            self.assertNotIn(b" 200 ", got[:20])
        got = self.send(b"GET /health HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close", *[b"X-%d: y" % i for i in range(101)])
        self.assertIn(b" 431 ", got[:20])
        got = self.send(b"GET /" + b"a" * 5_000_000 + b" HTTP/1.1", b"Host: 127.0.0.1")
        self.assertNotIn(b" 200 ", got[:20])
        self.assertLess(memory_kib(self.server) - before, 20_000)

    # ---- bodies

    def takers(self):
        """Every route that takes a body, and how to be let in."""
        listed = subprocess.run([PARRY, "routes"], capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines():
            method, path, _ = line.split("\t")
            if method not in ("GET", "DELETE") and not path.endswith(("/publish", "/withdraw", "/refresh", "/reindex", "/v1/session/codes")):
                yield method, re.sub(r"\{\w+\}", "refund", path)

    def test_deeply_nested_json(self):
        for method, path in self.takers():
            for deep in (b"[" * 100_000, b'{"a":' * 20_000, b'{"events":' + b"[" * 30_000 + b"]" * 30_000 + b"}"):
                headers = {**self.house.admin, "Content-Type": "application/json", "If-Match": "*"}
                reply, took = cost(self.server, lambda: self.server.get(path, method, headers, deep))
                self.assertIn(reply.status, (400, 403, 404, 413), f"{method} {path}")
                self.assertLess(took, 1, path)

    def test_oversized_bodies(self):
        """A gigabyte that is announced is refused at once; one that is not announced is cut off."""
        for method, path in self.takers():
            got = self.send(f"{method} {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", b"Content-Length: 1073741824",
                            b"X-API-Key: " + self.house.admin_key.encode())  # and none of it: it is not waited for
            self.assertIn(b" 413 ", got[:20], path)
        before = memory_kib(self.server)
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as s:
            s.sendall(b"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
            sent = 0
            try:
                while sent < 64 << 20:
                    s.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
                    sent += 65536
            except OSError:
                pass
        self.assertLess(sent, 64 << 20, "it reads for ever")
        self.assertLess(memory_kib(self.server) - before, 30_000)

    def test_clients_that_leave(self):
        """In the middle of a line, a body, a reply; while a job of theirs runs or their reply waits for the disk."""
        key = f"X-API-Key: {self.house.admin_key}\r\n"
        body = '{"events": [{"type": "view", "article": "plain-1"}]}'
        whole = [f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}",
                 'POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n{"person":"gone","password":"wrong1"}',
                 f"GET /v1/generations HTTP/1.1\r\nHost: localhost\r\n{key}\r\n", f"POST /v1/admin/refresh HTTP/1.1\r\nHost: localhost\r\n{key}\r\n",
                 "GET /api/v2/help_center/articles.json?per_page=100 HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"]
        for _ in range(8):
            for request in whole:
                for cut in (len(request), len(request) // 2, 1):
                    s = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # RST, not FIN
                    s.sendall(request[:cut].encode() * (3 if cut == len(request) else 1))
                    s.close()
        running = re.compile(r"^parry_http_requests_running \d+$", re.M)
        self.assertTrue(until(lambda: running.search(self.server.get("/metrics").text)[0].endswith(" 1"), 10), "more than who asks")

    def test_zip_bombs(self):
        """A compressed body is never opened: what is small on the wire stays small."""
        bomb = gzip.compress(b"[" + b" " * (64 << 20) + b"]")
        self.assertLess(len(bomb), 1 << 17)
        before = memory_kib(self.server)
        for coding, body in (("gzip", bomb), ("deflate", zlib.compress(b" " * (16 << 20))), ("gzip, gzip", gzip.compress(bomb)),
                             ("br", b"\x00" * 64), ("zstd", b"\x28\xb5\x2f\xfd" * 16)):
            for path in ("/v1/events", "/v1/suggest", "/1/indexes/articles/query", "/v1/keys"):
                headers = {**self.house.admin, "Content-Encoding": coding, "Content-Type": "application/json"}
                reply, took = cost(self.server, lambda: self.server.get(path, "POST", headers, body))
                self.assertIn(reply.status, (400, 413, 415), f"{coding} {path}")
                self.assertLess(took, 1)
        self.assertLess(memory_kib(self.server) - before, 20_000)

    def test_hash_flooding(self):
        """Members whose hashes collide, and very many members: neither costs more than reading does."""
        colliding = "{" + ",".join(f'"{"".join(chr(97 + (i >> b & 1)) for b in range(16))}":1' for i in range(15_000)) + "}"
        for body in (colliding, "{" + ",".join(f'"{i}":0' for i in range(60_000)) + "}", "[" + ",".join(["{}"] * 100_000) + "]"):
            for path in ("/v1/events", "/v1/chat/suggest", "/1/indexes/*/queries"):
                reply, took = cost(self.server, lambda: self.server.get(path, "POST", {"Content-Type": "application/json"}, body))
                self.assertIn(reply.status, (400, 413), path)
                self.assertLess(took, 1, path)

    def test_two_readings_of_one_body(self):
        """A name twice, bytes after the end, NUL, broken UTF-8, huge numbers: refused, so that nobody reads it otherwise."""
        for body in (b'{"name":"a","rights":["search"],"rights":["keys"]}', b'{"name":"a","rights":["search"]}{"x":1}', b'{"name":"a\\u0000b","rights":["search"]}',
                     b'{"name":"\xff","rights":["search"]}', b'{"name":"a","rights":["search"],}', b"{name:1}", b'{"name":"\\ud800","rights":["search"]}',
                     b'\xef\xbb\xbf{"name":"a","rights":["search"]}', b'{"name":1e999,"rights":["search"]}', b'{"name":"a","rights":["search"],"expires":1e400}'):
            reply = self.server.get("/v1/keys", "POST", {**self.house.admin, "Content-Type": "application/json"}, body)
            self.assertEqual(reply.status, 400, body)

    def test_events_cannot_take_the_last_of_the_disk(self):
        """What strangers send ends before the disk does: signing in, writing and the audit go on."""
        with Server(data=self.server.data.parent, args=["--option", "limits.disk_reserve_mb=1000000000"]) as full:
            for path, body in (("/v1/events", {"events": [{"type": "view", "article": "plain-1"}]}), ("/v1/feedback", {"article": "plain-1", "vote": "up"}),
                               ("/1/events", {"events": [{"eventType": "view", "eventName": "x", "index": "a", "userToken": "u", "objectIDs": ["plain-1"]}]})):
                got = self.call("POST", path, None, body, full)
                self.assertEqual(got.status, 503, path)
                self.assertTrue(got.headers["Retry-After"])
                self.assertEqual(self.call("POST", path, None, body).status, 200, "and where there is room it is taken")
            kept = re.compile(r"^parry_ledger_seq (\d+)", re.M)
            before = kept.search(full.get("/metrics").text)[1]
            self.assertEqual(full.get("/v1/search?q=refund").status, 200)
            self.assertEqual(self.call("POST", "/v1/chat/suggest", None, {"turns": [{"role": "user", "text": "refund"}]}, full).status, 200)
            self.assertEqual(kept.search(full.get("/metrics").text)[1], before, "a search was recorded")
            self.assertEqual(self.sign_in("agnes", server=full).status, 200)
            self.assertEqual(self.call("POST", "/v1/keys", self.house.admin, {"name": "x", "rights": ["search"]}, full).status, 201)
            self.assertGreater(int(kept.search(full.get("/metrics").text)[1]), int(before), "no audit")

    def test_other_protocols(self):
        """Upgrades and prefaces: no proxy in front is made to believe that this connection speaks something else now."""
        for lines in ([b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"],
                      [b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
                      [b"Connection: keep-alive, X-API-Key", b"X-API-Key: x"], [b"Expect: 200-maybe"]):
            got = self.send(b"GET /health HTTP/1.1", b"Host: 127.0.0.1", *lines, body=b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            self.assertNotIn(b"HTTP/1.1 101", got)
            self.assertNotIn(b"upgrade:", got.lower())
        for preface in (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x05\x01\x00", b"SSH-2.0-x\r\n\r\n", b"EHLO x\r\n\r\n"):
            self.assertNotIn(b" 200 ", self.server.raw(preface + b"\r\n\r\n", wait=10))

    def test_amplification_by_many_wants(self):
        """Small requests that want very much."""
        many = {"requests": [{"indexName": "articles", "query": "refund", "hitsPerPage": 100}] * 50}
        self.assertEqual(self.call("POST", "/1/indexes/*/queries", None, many).status, 400)
        for path in ("/v1/search?q=refund&limit=100000000", "/v1/search?q=refund&offset=99999999999999999999", "/v1/articles?limit=-1",
                     "/v1/articles?limit=1e9", "/v1/search?q=a" + "&tag=x" * 100, "/v1/search?q=a&tag=" + ",x" * 200):
            self.assertEqual(self.server.get(path).status, 400, path)
        ranges = "bytes=" + ",".join("0-" for _ in range(500))
        whole = self.server.get("/assets/style.css")
        self.assertLessEqual(len(self.server.get("/assets/style.css", headers={"Range": ranges}).body), len(whole.body))


if __name__ == "__main__":
    unittest.main()
