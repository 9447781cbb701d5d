"""Limits from outside: rates behind a proxy, slow clients, connections of one address, deadlines."""
import contextlib
import json
import signal
import socket
import tempfile
import threading
import time
import unittest

from parry_server import SAMPLE, Server, until

CONFIG = """
serve:
  trusted_proxies: 127.0.0.1
limits:
  search_per_address: 60
  burst_s: 5
"""


@contextlib.contextmanager
def server(config, **more):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write(config)
        f.flush()
        with Server(SAMPLE, args=["--config", f.name], **more) as s:
            yield s


def from_address(address):
    return {"X-Forwarded-For": address}


class Rates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = server(CONFIG)
        cls.server = cls.context.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def ask(self, address, path="/v1/suggest?q=refund"):
        return self.server.get(path, headers=from_address(address))

    def test_an_address_has_its_burst_and_is_then_told_to_wait(self):
        replies = [self.ask("203.0.113.1") for _ in range(7)]
        self.assertEqual([r.status for r in replies], [200] * 5 + [429] * 2)
        problem = replies[-1].json
        self.assertEqual(problem["type"], "/problems/too-many-requests")
        self.assertEqual(replies[-1].headers["Content-Type"], "application/problem+json")
        wait = int(replies[-1].headers["Retry-After"])
        self.assertIn(wait, (1, 2))
        self.assertEqual(self.ask("203.0.113.2").status, 200)
        self.assertGreaterEqual(self.server.metric('parry_limited_total{of="address",class="search"}'), 2)
        self.assertGreaterEqual(self.server.metric('parry_rejected_total{reason="rate"}'), 2)
        time.sleep(wait + 0.1)
        self.assertEqual(self.ask("203.0.113.1").status, 200)

    def test_who_is_told_to_wait_keeps_the_connection(self):
        connection = self.server.connect()
        for i in range(8):
            connection.request("GET", "/v1/suggest?q=refund", headers=from_address("203.0.113.9"))
            reply = connection.getresponse()
            reply.read()
            self.assertFalse(reply.will_close)
        self.assertEqual(reply.status, 429)
        connection.close()

    def test_the_left_of_the_header_is_the_clients_own_claim(self):
        for i in range(5):
            self.ask(f"198.51.100.{i}, 203.0.113.3")
        self.assertEqual(self.ask("198.51.100.9, 203.0.113.3").status, 429)

    def test_a_64_of_ipv6_is_one_holder(self):
        for i in range(5):
            self.assertEqual(self.ask(f"2001:db8:0:1::{i + 1}").status, 200)
        self.assertEqual(self.ask("2001:db8:0:1:ffff::1").status, 429)
        self.assertEqual(self.ask("2001:db8:0:2::1").status, 200)

    def test_signs_of_life_have_no_limit_and_neither_has_the_proxy_itself(self):
        for _ in range(12):
            self.assertEqual(self.ask("203.0.113.4", "/health").status, 200)
            self.assertEqual(self.server.get("/v1/suggest?q=refund").status, 200)

    def test_the_problem_has_a_page(self):
        self.assertIn("Retry-After", self.server.get("/problems/too-many-requests").text)


class ThisMachine(unittest.TestCase):
    def test_limits_hold_for_this_machine_only_where_told(self):
        with server("limits:\n  search_per_address: 6\n") as s:
            self.assertEqual({s.get("/v1/categories").status for _ in range(10)}, {200})
            # nobody vouches for this header
            self.assertEqual({s.get("/v1/categories", headers=from_address("203.0.113.1")).status for _ in range(10)}, {200})
        with server("limits:\n  search_per_address: 6\n  this_machine: on\n") as s:
            self.assertEqual([s.get("/v1/categories").status for _ in range(3)], [200, 429, 429])

    def test_a_key_has_a_rate_from_wherever(self):
        with server("limits: {search_per_key: 60, burst_s: 3}\n") as s:
            key = {"X-API-Key": s.run("keys", "create", "--name", "k", "--rights", "search")}
            self.assertEqual([s.get("/v1/search?q=refund", headers=key).status for _ in range(5)], [200] * 3 + [429] * 2)
            self.assertEqual(s.get("/v1/search?q=refund").status, 200)
            self.assertEqual(s.metric('parry_limited_total{of="key",class="search"}'), 2)
            self.assertEqual(s.metric('parry_limited_total{of="address",class="search"}'), 0)

    def test_a_bad_network_is_told_at_the_start(self):
        with self.assertRaisesRegex(AssertionError, "trusted_proxies.*10.0.0.0/99"):
            with server("serve:\n  trusted_proxies: 10.0.0.0/99\n"):
                pass


class Slow(unittest.TestCase):
    """Who drips a request is closed after request_s, whatever it still sends; others are served meanwhile."""

    @classmethod
    def setUpClass(cls):
        cls.context = server("limits:\n  request_s: 1\nserve:\n  idle_timeout_s: 2\n")
        cls.server = cls.context.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def lives(self, first, drip, most=8.0):
        """Seconds until the server closes a connection that sends `first` and then `drip` five times a second."""
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=0.2) as s:
            s.sendall(first)
            while time.monotonic() - begin < most:
                try:
                    if s.recv(4096) == b"":
                        break
                except TimeoutError:
                    pass
                except ConnectionResetError:
                    break
                try:
                    s.sendall(drip)
                except (BrokenPipeError, ConnectionResetError):
                    break
        return time.monotonic() - begin

    def test_a_request_line_that_drips(self):
        self.assertLess(self.lives(b"GET /v1/se", b"x"), 2.5)

    def test_headers_that_drip(self):
        self.assertLess(self.lives(b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"), 3.0)

    def test_a_body_that_drips(self):
        self.assertLess(self.lives(b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"x"), 4.0)

    def test_the_next_request_on_a_connection_that_drips(self):
        first = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/se"
        self.assertLess(self.lives(first, b"x"), 5.0)

    def test_nothing_at_all(self):
        self.assertLess(self.lives(b"", b""), 3.5)

    def test_many_slow_ones_starve_nobody(self):
        with contextlib.ExitStack() as stack:
            for _ in range(200):
                s = stack.enter_context(socket.create_connection(("127.0.0.1", self.server.port)))
                s.sendall(b"GET /v1/search?q=x HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            begin = time.monotonic()
            self.assertEqual(self.server.get("/v1/search?q=refund").status, 200)
            self.assertLess(time.monotonic() - begin, 1.0)
            self.assertTrue(until(lambda: self.server.metric('parry_rejected_total{reason="slow"}') >= 200, 10))

    def test_a_client_that_keeps_its_time_stays(self):
        connection = self.server.connect()
        for _ in range(6):
            connection.request("GET", "/health")
            reply = connection.getresponse()
            reply.read()
            self.assertEqual(reply.status, 200)
            kept = connection.sock
            time.sleep(0.5)
            self.assertIs(connection.sock, kept)
        connection.close()


class Connections(unittest.TestCase):
    def test_one_address_may_have_so_many_and_gets_them_back(self):
        with server("limits:\n  connections_per_address: 4\n  this_machine: on\n") as s:
            def alive(c):
                c.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                try:
                    return b"200" in c.recv(4096)
                except ConnectionResetError:
                    return False

            held = [socket.create_connection(("127.0.0.1", s.port), timeout=5) for _ in range(4)]
            self.assertTrue(all(alive(c) for c in held))
            with socket.create_connection(("127.0.0.1", s.port), timeout=5) as c:
                try:
                    self.assertFalse(alive(c))
                except BrokenPipeError:
                    pass
            for c in held:
                c.close()

            def again():
                with socket.create_connection(("127.0.0.1", s.port), timeout=5) as fresh:
                    try:
                        return alive(fresh)
                    except BrokenPipeError:
                        return False

            self.assertTrue(until(again, 5))
            self.assertGreaterEqual(s.metric('parry_rejected_total{reason="connections"}'), 1)
            self.assertEqual(s.metric('parry_rejected_total{reason="slow"}'), 0)


class Busy(unittest.TestCase):
    def ask_while_it_sleeps(self, server, path, seconds, n=1):
        """n at once; their replies, in the order of asking."""
        with contextlib.ExitStack() as all_:
            asking = [all_.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10)) for _ in range(n)]
            for s in asking:
                s.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")  # it is accepted
                s.recv(4096)
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(0.1)  # until all of its threads stand
            try:
                for s in asking:
                    s.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                time.sleep(seconds)
            finally:
                server.process.send_signal(signal.SIGCONT)
            return [b"".join(iter(lambda s=s: s.recv(65536), b"")) for s in asking]

    def test_of_many_at_once_who_waits_too_long_is_turned_away(self):
        options = ("serve.threads=1", "serve.answer_cache_mib=0", "limits.queue_ms=1")
        with Server(SAMPLE, args=[a for o in options for a in ("--option", o)]) as s:
            replies = self.ask_while_it_sleeps(s, b"/v1/search?q=refund", 0.1, 100)
            away = [r for r in replies if b" 503 " in r.split(b"\r\n")[0]]
            self.assertTrue(away)
            self.assertEqual(len(away) + sum(b" 200 " in r.split(b"\r\n")[0] for r in replies), 100)
            for got in away:
                self.assertIn(b"Retry-After: 1\r\n", got)
                problem = json.loads(got.partition(b"\r\n\r\n")[2])
                self.assertRegex(problem["instance"], "^[0-9a-f]{16}$")
                self.assertIn(b"X-Request-Id: " + problem["instance"].encode() + b"\r\n", got)
                self.assertEqual((problem["type"], problem["status"]), ("/problems/unavailable", 503))
            self.assertEqual(s.metric('parry_rejected_total{reason="overload"}'), len(away))

    def test_who_waits_alone_is_answered_however_long_the_machine_took(self):
        with Server(SAMPLE, args=["--option", "limits.queue_ms=100"]) as s:
            for path in (b"/v1/search?q=refund", b"/health", b"/v1/articles"):
                self.assertIn(b" 200 ", self.ask_while_it_sleeps(s, path, 0.5)[0].split(b"\r\n")[0])

    def test_more_searches_than_it_can_do_are_answered_soon_or_refused_soon(self):
        """Many at once, none of them known: whoever is not refused is right, nobody is lost, and signs of life go on."""
        with Server(SAMPLE, args=["--option", "serve.threads=1", "--option", "serve.answer_cache_mib=0"]) as s:
            wanted = [h["id"] for h in s.get("/v1/search?q=refund").json["hits"]]
            end, seen, slowest = time.monotonic() + 3, [], []

            def ask():
                while time.monotonic() < end:
                    reply = s.get("/v1/search?q=refund")
                    seen.append(reply.status)
                    if reply.status == 200:
                        self.assertEqual([h["id"] for h in reply.json["hits"]], wanted)
                    else:
                        self.assertEqual((reply.status, reply.headers["Retry-After"]), (503, "1"))

            threads = [threading.Thread(target=ask) for _ in range(32)]
            for t in threads:
                t.start()
            while time.monotonic() < end:
                began = time.monotonic()
                self.assertEqual(s.get("/health").status, 200)
                slowest.append(time.monotonic() - began)
            for t in threads:
                t.join()
            self.assertGreater(seen.count(200), 50)
            self.assertEqual(set(seen) - {200, 503}, set())
            self.assertEqual(s.metric('parry_rejected_total{reason="overload"}'), seen.count(503))
            self.assertEqual(s.metric("parry_searches_waiting"), 0)
            self.assertLess(sorted(slowest)[len(slowest) // 2], 1)

    def test_it_can_be_off(self):
        with Server(SAMPLE, args=["--option", "limits.queue_ms=0"]) as s:
            for got in self.ask_while_it_sleeps(s, b"/v1/search?q=refund", 0.5, 30):
                self.assertIn(b" 200 ", got.split(b"\r\n")[0])


class Deadlines(unittest.TestCase):
    def test_a_deadline_is_read_from_the_address_or_a_header_and_checked(self):
        with Server(SAMPLE) as s:
            self.assertEqual(s.get("/v1/search?q=refund&deadline_ms=50").status, 200)
            self.assertEqual(s.get("/v1/suggest?q=refund&deadline_ms=1").status, 200)
            self.assertEqual(s.get("/v1/search?q=refund", headers={"X-Request-Timeout": "50"}).status, 200)
            for bad in ("0", "-1", "x", "60001", "99999999999999999999"):
                self.assertEqual(s.get(f"/v1/search?q=refund&deadline_ms={bad}").status, 400, bad)
                self.assertEqual(s.get("/v1/search?q=refund", headers={"X-Request-Timeout": bad}).status, 400, bad)

    def test_what_comes_too_late_leaves_out_meaning_and_never_fails(self):
        with Server(SAMPLE, text_only=False) as s:
            if "meaning" in s.get("/ready").json["degraded"]:
                self.skipTest("the model is not here")
            for i in range(8):  # every worker has seen what meaning costs: over a millisecond
                s.get(f"/v1/search?q=where+is+my+refund+number+{i}")
            seen = set()
            for i in range(30):
                reply = s.get(f"/v1/search?q=how+long+does+a+refund+take+{i}&deadline_ms=1")
                self.assertEqual(reply.status, 200)
                seen.add((reply.json["mode"], reply.json["degraded"]))
            self.assertIn(("text", True), seen)
            self.assertTrue(s.get("/v1/suggest?q=how+long+does+a+refund+ta&deadline_ms=1").json["degraded"])
            whole = s.get("/v1/search?q=how+long+does+a+refund+take+please&deadline_ms=30000").json
            self.assertEqual((whole["mode"], whole["degraded"]), ("hybrid", False))


if __name__ == "__main__":
    unittest.main()
