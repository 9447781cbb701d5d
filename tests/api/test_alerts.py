"""Alerts from outside: a past of days in the ledger, of which the last ones went wrong; a receiver that checks what it is sent."""
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

from parry_server import PARRY, Server, until

HISTORY = os.environ.get("PARRY_HISTORY")
SECRET = "0123456789abcdef0123456789abcdef"


class Receiver:
    """Keeps every POST; answers with the next of `statuses`, then 200."""

    def __init__(self, statuses=()):
        self.got, self.statuses = [], list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def signed(headers, body):
    at, mac = (part.split("=", 1)[1] for part in headers["Parry-Signature"].split(","))
    fresh = abs(time.time() - int(at)) < 300
    return fresh and hmac.compare_digest(mac, hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest())


@unittest.skipUnless(HISTORY, "PARRY_HISTORY names the program that writes a past")
class Alerts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-alerts-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.secret = self.home / "hook"
        self.secret.write_text(SECRET + "\n")
        self.secret.chmod(0o600)
        self.wrong("zero_result")

    def wrong(self, what):
        shutil.rmtree(self.home / "data", ignore_errors=True)
        (self.home / "data").mkdir()
        subprocess.run([HISTORY, str(self.home / "data"), what], check=True, timeout=120)

    def serve(self, url=None, private="on"):
        args = ["--option", f"alerts.webhook_url={url}", "--option", f"alerts.secret_file={self.secret}", "--option",
                f"alerts.private_address={private}"] if url else []
        server = Server(data=self.home, args=args)
        self.addCleanup(server.close)
        return server

    def found(self, server):
        key = server.run("keys", "create", "--name", "reports", "--rights", "reports")
        headers = {"Authorization": f"Bearer {key}"}
        self.assertTrue(until(lambda: server.get("/v1/alerts", headers=headers).json["as_of"], 60), server.logged())
        return server.get("/v1/alerts", headers=headers).json

    def test_one_is_delivered_signed_and_once_over_a_restart(self):
        receiver = Receiver(statuses=[503])
        self.addCleanup(receiver.close)
        server = self.serve(receiver.url)
        self.assertTrue(until(lambda: len(receiver.got) == 2, 60), (receiver.got, server.logged()))
        (path, first, body), (_, second, again) = receiver.got
        self.assertEqual((path, first["Parry-Event"], body), ("/alerts", "alert", again))
        self.assertTrue(signed(first, body) and signed(second, again))
        self.assertEqual(first["Idempotency-Key"], second["Idempotency-Key"])
        alert = json.loads(body)["alert"]
        self.assertEqual((alert["figure"], alert["over"], alert["state"], alert["n"]), ("zero_result", "day", "open", 40))
        self.assertGreater(alert["value"], alert["high"])
        self.assertEqual(first["Idempotency-Key"], alert["id"] + "-opened")
        self.assertNotIn(b"parcel", body)

        found = self.found(server)
        self.assertEqual([a["id"] for a in found["alerts"]], [alert["id"]])
        self.assertEqual({f["figure"]: f["state"] for f in found["figures"]},
                         {"zero_result": "out", "abstention": "within", "deflection": "not enough past",
                          "votes": "not enough past"})
        self.assertEqual(server.metric('parry_alerts_open{figure="zero_result"}'), 1)
        self.assertEqual(server.metric('parry_alerts_open{figure="votes"}'), 0)
        said = json.loads(server.run("alerts", "--json"))
        self.assertEqual([a["id"] for a in said["alerts"]], [alert["id"]])
        self.assertIn("zero_result  out", server.run("alerts"))

        server.stop()
        server = self.serve(receiver.url)
        self.assertEqual(len(self.found(server)["alerts"]), 1)
        self.assertEqual(server.metric('parry_alerts_open{figure="zero_result"}'), 1)
        time.sleep(1)
        self.assertEqual(len(receiver.got), 2)
        self.assertEqual(server.logged().count("event=alert "), 1)

    def test_each_figure_is_told_when_it_goes_wrong(self):
        for what, figure, over, n in (("deflection", "deflection", "day", 40), ("votes", "votes", "week", 56),
                                      ("hour", "zero_result", "hour", 210)):
            with self.subTest(what):
                self.wrong(what)
                receiver = Receiver()
                server = self.serve(receiver.url)
                try:
                    self.assertTrue(until(lambda: receiver.got, 60), server.logged())
                    alert = json.loads(receiver.got[0][2])["alert"]
                    self.assertEqual((alert["figure"], alert["over"], alert["state"], alert["n"]), (figure, over, "open", n))
                    if figure == "zero_result":
                        self.assertGreater(alert["value"], alert["high"])
                    else:
                        self.assertLess(alert["value"], alert["low"])
                    self.assertEqual(alert.get("article"), "parcel-lost" if figure == "votes" else None)
                    found = self.found(server)
                    self.assertEqual([a["id"] for a in found["alerts"]], [alert["id"]])
                    if over != "hour":  # what a figure is now is of its last day
                        self.assertEqual({f["figure"]: f["state"] for f in found["figures"]}[figure], "out")
                    self.assertEqual(server.metric(f'parry_alerts_open{{figure="{figure}"}}'), 1)
                    said = json.loads(server.run("alerts", "--json"))
                    self.assertEqual([(a["id"], a["over"]) for a in said["alerts"]], [(alert["id"], over)])
                finally:
                    server.close()
                    receiver.close()

    def test_without_a_webhook_the_log_has_it_and_a_later_one_is_still_told(self):
        server = self.serve()
        self.found(server)
        self.assertTrue(until(lambda: server.logged().count("event=alert ") == 1), server.logged())
        self.assertNotIn("parcel", server.logged())
        server.stop()
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = self.serve(receiver.url)
        self.assertTrue(until(lambda: len(receiver.got) == 1, 60), server.logged())
        self.assertEqual(server.logged().count("event=alert "), 1)

    def test_a_private_address_hears_nothing_unless_it_is_said(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = self.serve(receiver.url, private="off")
        self.assertTrue(until(lambda: "private" in server.run("outbox", "list"), 60), server.run("outbox", "list"))
        self.assertEqual(receiver.got, [])

    def test_a_webhook_needs_a_secret_and_a_good_url(self):
        for url, secret, why in (("http://127.0.0.1/x", "", "alerts.secret_file"),
                                 ("http://example.com/x", str(self.secret), "alerts.webhook_url")):
            done = subprocess.run([PARRY, "serve", "--data", str(self.home / "data"), "--text-only", "--listen", "127.0.0.1:0",
                                   "--option", f"access.secret_file={self.home / 'own'}", "--option",
                                   f"alerts.webhook_url={url}", "--option", f"alerts.secret_file={secret}"],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main()
