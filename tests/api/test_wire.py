"""HTTP/1.1 byte by byte: keep-alive, pipelining, HEAD, OPTIONS, and requests that two programs may read differently."""
import re
import socket
import subprocess
import unittest

from parry_server import PARRY, SAMPLE, Server

HOST = b"Host: localhost\r\n"


def replies_of(stream):
    """(status, headers, body) one after another; of replies that have a Content-Length."""
    found = []
    while stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        n = int(headers.get("content-length", 0))
        found.append((int(lines[0].split()[1]), headers, rest[:n]))
        stream = rest[n:]
    return found


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def send(self, *pieces):
        return self.server.raw(b"".join(pieces), wait=10)

    def closing(self, head, body=b""):
        return self.send(head, b"Connection: close\r\n\r\n", body)

    # ---- connections

    def test_one_connection_answers_one_after_another(self):
        connection = self.server.connect()
        for path in ("/health", "/v1/search?q=refund", "/nowhere", "/v1/suggest?q=re", "/health"):
            connection.request("GET", path)
            reply = connection.getresponse()
            reply.read()
            self.assertFalse(reply.will_close, path)
        connection.close()

    def test_pipelined_requests_are_answered_in_their_order(self):
        paths = [b"/v1/search?q=refund", b"/health", b"/nowhere", b"/v1/suggest?q=deli", b"/v1/categories"]
        sent = b"".join(b"GET " + p + b" HTTP/1.1\r\n" + HOST + b"\r\n" for p in paths[:-1])
        got = replies_of(self.closing(sent + b"GET " + paths[-1] + b" HTTP/1.1\r\n" + HOST))
        self.assertEqual([r[0] for r in got], [200, 200, 404, 200, 200])
        self.assertIn(b'"hits"', got[0][2])
        self.assertIn(b'"settled"', got[3][2])
        self.assertIn(b'"categories"', got[4][2])

    def test_pipelined_requests_keep_their_order_while_some_wait_for_a_disk(self):
        """Jobs, replies that wait for the ledger, errors, bodies, chunks and pages, twenty at once on one connection."""
        key = b"X-API-Key: " + self.server.run("keys", "create", "--name", "wire", "--rights", "all").encode() + b"\r\n"

        def request(method, path, body=None, more=b""):
            length = b"" if body is None else b"Content-Length: %d\r\n" % len(body)
            return method + b" " + path + b" HTTP/1.1\r\n" + HOST + key + length + more + b"\r\n" + (body or b"")

        article, event = b"---\nid: wire-%d\n---\nOver the wire.\n", b'{"events": [{"type": "form_opened"}]}'
        markdown, chunks = b"Content-Type: text/markdown\r\n", b"Transfer-Encoding: chunked\r\n"
        asked = [  # what is sent, its status, and what only its reply has
            (request(b"GET", b"/v1/generations"), 200, b'"generations"'),
            (request(b"GET", b"/health"), 200, b'{"status":"ok"}'),
            (request(b"POST", b"/v1/articles", article % 1, markdown), 201, b'"id":"wire-1"'),
            (request(b"GET", b"/v1/articles/wire-1?status=any"), 200, b'"id":"wire-1"'),
            (request(b"POST", b"/v1/events", event), 200, b'"accepted":1'),
            (request(b"GET", b"/v1/suggest?q=refu"), 200, b'"settled"'),
            (request(b"GET", b"/nowhere"), 404, b"/problems/not-found"),
            (request(b"GET", b"/v1/replica/current"), 200, b'"epoch"'),
            (request(b"HEAD", b"/v1/replica/current"), 200, None),
            (request(b"POST", b"/v1/articles", article % 1, markdown), 409, b"/problems/conflict"),
            (request(b"GET", b"/v1/search?q=refund"), 200, b'"hits"'),
            (request(b"POST", b"/v1/events", more=chunks) + b"%x\r\n%b\r\n0\r\n\r\n" % (len(event), event), 200, b'"accepted":1'),
            (request(b"GET", b"/api/v2/help_center/articles.json?per_page=1"), 200, b'"page_count"'),
            (request(b"PUT", b"/v1/articles/wire-1", article % 1, markdown), 428, b"/problems/precondition-required"),
            (request(b"OPTIONS", b"/v1/keys"), 204, b""),
            (request(b"POST", b"/v1/articles/wire-1/withdraw"), 200, b'"draft"'),
            (request(b"GET", b"/v1/keys?limit=1"), 200, b'"keys"'),
            (request(b"DELETE", b"/v1/articles/wire-1"), 200, b'"archived"'),
            (request(b"GET", b"/v1/audit?limit=1"), 200, b'"entries"'),
            (request(b"GET", b"/", more=b"Connection: close\r\n"), 200, b"<!doctype html>"),
        ]
        for _ in range(3):
            stream = self.send(*[a for a, _, _ in asked])
            for sent, status, has in asked:
                head, _, stream = stream.partition(b"\r\n\r\n")
                self.assertEqual(int(head.split()[1]), status, (sent, head))
                n = 0 if has is None else int(re.search(rb"(?i)content-length: (\d+)", head + b"content-length: 0")[1])
                self.assertIn(has or b"", stream[:n].lower() if b"<!" in (has or b"") else stream[:n], sent)
                stream = stream[n:]
            self.assertEqual(stream, b"")

    def test_a_pipelined_body_is_read_past(self):
        sent = b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 29\r\n\r\nGET /v1/search HTTP/1.1\r\n\r\nxx"
        got = replies_of(self.closing(sent + b"GET /health HTTP/1.1\r\n" + HOST))
        self.assertEqual([r[0] for r in got], [404, 200])
        sent = b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nabcde\r\n0\r\nX: y\r\n\r\n"
        got = replies_of(self.closing(sent + b"GET /health HTTP/1.1\r\n" + HOST))
        self.assertEqual([r[0] for r in got], [404, 200])

    def test_http_1_0_closes_and_connection_close_does(self):
        got = self.send(b"GET /health HTTP/1.0\r\n\r\n")
        self.assertIn(b" 200 ", got)
        got = self.closing(b"GET /health HTTP/1.1\r\n" + HOST)
        self.assertRegex(got.decode(), r"(?i)connection: close")

    def test_a_request_in_small_pieces_is_whole(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as s:
            for byte in b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n":
                s.sendall(bytes([byte]))
            got = b""
            while piece := s.recv(65536):
                got += piece
        self.assertIn(b" 200 ", got)

    # ---- methods

    def test_head_is_get_without_its_body(self):
        for path in (b"/v1/search?q=refund", b"/", b"/health", b"/nowhere"):
            get = self.closing(b"GET " + path + b" HTTP/1.1\r\n" + HOST)
            head = self.closing(b"HEAD " + path + b" HTTP/1.1\r\n" + HOST)
            self.assertTrue(head.endswith(b"\r\n\r\n"), path)
            one, other = replies_of(get)[0], re.search(rb"Content-Length: (\d+)", head)
            self.assertEqual(head.split()[1], str(one[0]).encode())
            self.assertIsNotNone(other)
            if path in (b"/", b"/nowhere"):  # the others say how long they took, or when
                self.assertAlmostEqual(int(other[1]), len(one[2]), delta=8)

    def test_options_says_what_an_address_has(self):
        status, headers, body = replies_of(self.closing(b"OPTIONS /v1/search HTTP/1.1\r\n" + HOST))[0]
        self.assertEqual((status, body), (204, b""))
        self.assertEqual(headers["allow"], "GET, HEAD, OPTIONS")

    def test_every_address_knows_options_and_head(self):
        """The table of routes, walked: Allow is what the table has, HEAD is GET without its body, and where there is no GET
        it is 405. What would follow on the connection is not garbled by a body that HEAD must not have."""
        key = {"X-API-Key": self.server.run("keys", "create", "--name", "walk", "--rights", "all")}
        rows = [line.split("\t")[:2] for line in subprocess.run([PARRY, "routes"], stdout=subprocess.PIPE, text=True,
                                                                check=True).stdout.splitlines()]
        connection = self.server.connect()

        def ask(method, path):
            connection.request(method, path, headers=key)
            reply = connection.getresponse()
            return reply, reply.read()

        self.assertGreater(len(rows), 60)
        for pattern in dict.fromkeys(pattern for _, pattern in rows):
            methods = [method for method, other in rows if other == pattern]
            path = re.sub(r"\{\w+\}", "refund-missing", pattern)
            reply, body = ask("OPTIONS", path)
            self.assertEqual((reply.status, body), (204, b""), pattern)
            self.assertEqual(set(reply.headers["Allow"].split(", ")), {"OPTIONS", *methods, *(["HEAD"] if "GET" in methods else [])}, pattern)
            head, body = ask("HEAD", path)
            self.assertEqual(body, b"", pattern)
            if "GET" in methods:
                get, body = ask("GET", path)
                self.assertEqual((head.status, head.headers["Content-Type"]), (get.status, get.headers["Content-Type"]), pattern)
                self.assertEqual("Content-Length" in head.headers, "Content-Length" in get.headers, pattern)
            else:
                self.assertEqual((head.status, head.headers["Allow"]), (405, reply.headers["Allow"]), pattern)
            self.assertFalse(head.will_close, pattern)
        connection.close()

    def test_a_method_that_is_none_is_refused(self):
        for method in (b"BREW", b"TRACE", b"CONNECT"):
            got = self.closing(method + b" /health HTTP/1.1\r\n" + HOST)
            self.assertRegex(got.split(b"\r\n")[0].decode(), r" (405|400|501) ")

    # ---- where a body ends, said in two ways

    def refused(self, head, body=b"", saying=None):
        """The one reply is 400, the connection closes, and nothing after it is taken for a request."""
        got = self.send(head, b"\r\n", body, b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n")
        self.assertEqual(got.count(b"HTTP/1.1 "), 1, got)
        self.assertIn(b" 400 ", got.split(b"\r\n")[0])
        self.assertNotIn(b" 200 ", got)
        if saying:
            status, headers, problem = replies_of(got)[0]
            self.assertEqual(headers["content-type"], "application/problem+json")
            self.assertEqual(headers["connection"].lower(), "close")
            self.assertIn(saying, problem)

    def post(self, *headers):
        return b"POST /v1/search HTTP/1.1\r\n" + HOST + b"".join(h + b"\r\n" for h in headers)

    def test_a_length_and_chunks(self):
        for pair in ((b"Content-Length: 5", b"Transfer-Encoding: chunked"), (b"Transfer-Encoding: chunked", b"Content-Length: 5")):
            self.refused(self.post(*pair), b"0\r\n\r\n", b"may not stand together")

    def test_two_lengths(self):
        self.refused(self.post(b"Content-Length: 5", b"Content-Length: 0"), b"hello", b"twice")
        self.refused(self.post(b"Content-Length: 5", b"Content-Length: 5"), b"hello", b"twice")

    def test_a_length_that_is_no_number(self):
        for n in (b"5, 5", b"+5", b"-5", b"0x5", b"5 5", b""):
            got = self.send(self.post(b"Content-Length: " + n), b"\r\nhello", b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n")
            # the library refuses some of these itself, and says its status line twice
            self.assertEqual(set(re.findall(rb"HTTP/1.1 (\d+)", got)), {b"400"}, n)

    def test_codings_other_than_chunked(self):
        for coding in (b"gzip", b"gzip, chunked", b"chunked, identity", b"xchunked", b"chunked;x", b"\x0bchunked"):
            self.refused(self.post(b"Transfer-Encoding: " + coding), b"0\r\n\r\n")
        self.refused(self.post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"), b"0\r\n\r\n")

    def test_chunks_in_http_1_0(self):
        got = self.send(b"POST /v1/search HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        self.assertIn(b" 400 ", got.split(b"\r\n")[0])

    def test_bad_chunk_sizes(self):
        for size in (b"x", b"-1", b"0x5", b"5 5", b"fffffffffffffffff", b""):
            got = self.send(self.post(b"Transfer-Encoding: chunked"), b"\r\n", size + b"\r\nhello\r\n0\r\n\r\n",
                            b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n")
            self.assertNotIn(b" 200 ", got, size)

    def test_a_chunk_that_is_longer_than_it_says(self):
        got = self.send(self.post(b"Transfer-Encoding: chunked"), b"\r\n3\r\nhello\r\n0\r\n\r\n",
                        b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n")
        self.assertNotIn(b" 200 ", got)

    def test_a_folded_header_is_refused(self):
        for header in (b"Transfer-Encoding: gzip,\r\n chunked", b"Transfer-Encoding:\r\n chunked", b"Content-Length:\r\n 5",
                       b"Content-Len: 5\r\n gth", b"X: a\r\n\tb", b"X:\r\n y", b"X: a\r\n  \r\n b"):
            self.refused(self.post(header), b"hello", b"second line")

    def test_odd_white_space_around_a_value_is_no_fold(self):
        got = self.closing(b"GET /health HTTP/1.1\r\n" + HOST + b"X-A:b\r\nX-B: \t b \t \r\nX-C:\r\nX-D: \r\n")
        self.assertIn(b" 200 ", got.split(b"\r\n")[0])

    def test_a_space_before_the_colon_hides_no_header(self):
        self.refused(self.post(b"Transfer-Encoding : chunked", b"Content-Length: 5"), b"0\r\n\r\n", b"a header's name")
        self.refused(self.post(b"Content-Length\t: 5"), b"hello", b"a header's name")

    def test_two_hosts_and_none(self):
        self.refused(b"GET /health HTTP/1.1\r\n" + HOST + b"Host: other\r\n", saying=b"Host stands twice")
        got = self.send(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        self.assertIn(b" 400 ", got.split(b"\r\n")[0])

    # ---- sizes

    def test_a_line_over_eight_kilobytes_is_our_own_refusal(self):
        got = self.closing(b"GET /v1/search?q=" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST)
        status, headers, body = replies_of(got)[0]
        self.assertEqual((status, headers["content-type"]), (414, "application/problem+json"))

    def test_headers_over_sixteen_kilobytes_are_our_own_refusal(self):
        got = self.closing(b"GET /health HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 17000 + b"\r\n")
        status, headers, body = replies_of(got)[0]
        self.assertEqual((status, headers["content-type"]), (431, "application/problem+json"))

    def test_what_is_over_a_connections_memory_is_refused_by_the_library(self):
        got = self.closing(b"GET /health HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 200000 + b"\r\n")
        self.assertNotIn(b" 200 ", got)


if __name__ == "__main__":
    unittest.main()
