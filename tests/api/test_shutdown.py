"""SIGTERM while requests come: who was let in is answered or cut off, and the server ends well either way."""
import json
import signal
import socket
import time
import unittest

from parry_server import SAMPLE, Server

EVENT = json.dumps({"events": [{"type": "click", "article": "a"}]}).encode()
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(EVENT), EVENT)
SLOW = b"GET /api/v2/help_center/articles.json?per_page=100 HTTP/1.1\r\nHost: localhost\r\n\r\n"
QUIET_S = 0.1  # of draining (api/server.c)
JOB_THREADS = 4  # serve.job_threads


class Shutdown(unittest.TestCase):
    def idle(self, s, n):
        """Connections that were answered once and are kept."""
        kept = []
        for _ in range(n):
            one = socket.create_connection(("127.0.0.1", s.port), timeout=20)
            self.addCleanup(one.close)
            one.sendall(HEALTH)
            self.assertIn(b"200 OK", one.recv(4096))
            kept.append(one)
        return kept

    def answered(self, one):
        try:
            return one.recv(4096).startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False

    def end_during(self, request, n):
        """Kept connections ask about when the server stops, one after the other, before and after; its log from then on."""
        with Server(SAMPLE) as s:
            kept = self.idle(s, n)
            s.process.send_signal(signal.SIGTERM)
            time.sleep(QUIET_S * 0.9)
            for one in kept:
                try:
                    one.sendall(request)
                except OSError:
                    break
                time.sleep(0.0005)
            self.assertEqual(s.process.wait(120), 0, s.logged()[-2000:])
            return s.logged().split("event=drained")[1]

    def test_events_that_wait_for_the_disk(self):
        for _ in range(3):
            self.end_during(POST, 120)

    def test_jobs_that_were_not_begun_are_not(self):
        # those that had begun, and one more of each thread that was just between two
        self.assertLessEqual(self.end_during(SLOW, 240).count("status=200"), 2 * JOB_THREADS)

    def test_who_is_let_in_while_it_drains_is_answered(self):
        with Server(SAMPLE) as s:
            slow, *kept = self.idle(s, 9)
            slow.sendall(POST[:-1])  # what keeps it from being quiet
            time.sleep(0.05)
            s.process.send_signal(signal.SIGTERM)
            for one in kept:
                one.sendall(POST)
            self.assertTrue(all(self.answered(one) for one in kept))
            slow.sendall(POST[-1:])
            self.assertTrue(self.answered(slow))
            self.assertEqual(s.process.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
