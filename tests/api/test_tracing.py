"""Traces from outside: whose they are, what they hold, and that a collector's trouble is never a caller's."""
import base64
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from collector import Collector
from parry_server import SAMPLE, SOURCE, Server, until

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def tracing(url, *more):
    return ["--option", f"trace.endpoint={url}", *[word for m in more for word in ("--option", m)]]


def text(span, key):
    for a in span["attributes"]:
        if a["key"] == key:
            return next(iter(a["value"].values()))
    return None


def metric(server, name):
    found = re.search(rf"(?m)^{re.escape(name)} (\S+)$", server.get("/metrics").text)
    return float(found.group(1)) if found else None


class Spans(unittest.TestCase):
    def test_a_request_is_part_of_its_callers_trace(self):
        with Collector() as c, Server(SAMPLE, args=tracing(c.url, "trace.service=help desk")) as s:
            reply = s.get("/v1/search?q=refund", headers={"traceparent": f"00-{TRACE}-{PARENT}-01",
                                                          "tracestate": "vendor=opaque,other=1"})
            self.assertEqual(reply.status, 200)
            self.assertTrue(until(lambda: any(x["kind"] == 2 for x in c.spans)), s.logged())
            self.assertEqual(c.wrong, [])
            request = next(x for x in c.spans if x["kind"] == 2)
            self.assertEqual((request["traceId"], request["parentSpanId"]), (TRACE, PARENT))
            self.assertEqual(request["traceState"], "vendor=opaque,other=1")
            self.assertEqual(request["name"], "GET /v1/search")
            self.assertEqual(text(request, "http.response.status_code"), "200")
            self.assertEqual(text(request, "parry.request_id"), reply.headers["X-Request-Id"])
            self.assertLess(abs(int(request["startTimeUnixNano"]) / 1e9 - time.time()), 60)
            stages = [x for x in c.spans if x["kind"] == 1]
            self.assertEqual([x["name"] for x in stages], ["understand", "text", "fuse", "show"])
            for x in stages:
                self.assertEqual((x["traceId"], x["parentSpanId"]), (TRACE, request["spanId"]))
                self.assertLessEqual(int(request["startTimeUnixNano"]), int(x["startTimeUnixNano"]))
                self.assertLessEqual(int(x["endTimeUnixNano"]), int(request["endTimeUnixNano"]))
            self.assertEqual(len({x["spanId"] for x in c.spans}), len(c.spans))
            self.assertIn(f"trace={TRACE}", s.logged())
            self.assertNotIn("refund", str(c.spans))

    def test_a_caller_without_a_trace_gets_one_and_who_wants_none_has_none(self):
        with Collector() as c, Server(SAMPLE, args=tracing(c.url)) as s:
            s.get("/v1/categories", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
            s.get("/v1/categories")
            s.get("/v1/categories", headers={"traceparent": f"00-{'0' * 32}-{PARENT}-01"})
            s.get("/v1/categories", headers={"tracestate": "a=1\x7f"})
            s.get("/none", method="BREW")
            self.assertTrue(until(lambda: len(c.spans) >= 4))
            self.assertEqual(s.stop(), 0)
            self.assertEqual(c.wrong, [])
            self.assertEqual([x["name"] for x in c.spans], ["GET /v1/categories"] * 3 + ["_OTHER"])
            self.assertEqual(len({x["traceId"] for x in c.spans}), 4)
            self.assertNotIn(TRACE, {x["traceId"] for x in c.spans})
            for x in c.spans:
                self.assertNotIn("parentSpanId", x)
                self.assertNotIn("traceState", x)
                self.assertIn(f"trace={x['traceId']}", s.logged())

    def test_a_ratio_of_none_sends_only_what_callers_ask_for(self):
        with Collector() as c, Server(SAMPLE, args=tracing(c.url, "trace.ratio=0")) as s:
            for _ in range(20):
                s.get("/v1/categories")
            s.get("/v1/categories", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
            self.assertEqual(s.stop(), 0)  # what is queued is sent before it leaves
            self.assertEqual([x["traceId"] for x in c.spans], [TRACE])

    def test_without_an_endpoint_a_callers_trace_is_still_in_the_log(self):
        with Server(SAMPLE) as s:
            s.get("/v1/categories", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
            s.get("/v1/categories")
            s.stop()
            logged = [line for line in s.logged().splitlines() if "event=request" in line]
            self.assertTrue(logged[0].endswith(f" trace={TRACE}") and logged[1].endswith(" trace=none"), logged)

    def test_headers_come_from_their_file(self):
        with tempfile.TemporaryDirectory(prefix="parry-trace-") as folder, Collector() as c:
            path = pathlib.Path(folder) / "headers"
            path.write_text("# for the collector\nAuthorization: Bearer numbat-token\nX-Tenant: one\n", encoding="utf-8")
            with Server(SAMPLE, args=tracing(c.url, f"trace.headers_file={path}")) as s:
                s.get("/v1/categories")
                self.assertTrue(until(lambda: c.requests))
                self.assertNotIn("numbat-token", s.logged())
            where, headers, _ = c.requests[0]
            self.assertEqual(where, "/v1/traces")
            self.assertEqual((headers["Authorization"], headers["X-Tenant"]), ("Bearer numbat-token", "one"))
            path.write_text("no header\n", encoding="utf-8")
            with self.assertRaisesRegex(AssertionError, r"headers:1: must be"):
                Server(SAMPLE, args=tracing(c.url, f"trace.headers_file={path}"))


    def test_a_reload_takes_the_new_headers_and_a_bad_file_changes_nothing(self):
        with tempfile.TemporaryDirectory(prefix="parry-trace-") as folder, Collector() as c:
            path = pathlib.Path(folder) / "headers"
            path.write_text("Authorization: Bearer first\n", encoding="utf-8")
            with Server(SAMPLE, args=tracing(c.url, f"trace.headers_file={path}")) as s:
                for said, logged, sent in (("no header secret", "headers:1: must be", "Bearer first"),
                                           ("Authorization: Bearer second", "event=reread what=trace_headers", "Bearer second")):
                    path.write_text(said + "\n", encoding="utf-8")
                    s.process.send_signal(signal.SIGHUP)
                    self.assertTrue(until(lambda: logged in s.logged()), s.logged())  # noqa: B023
                    before = len(c.requests)
                    s.get("/v1/categories")
                    self.assertTrue(until(lambda: len(c.requests) > before))  # noqa: B023
                    self.assertEqual(c.requests[-1][1]["Authorization"], sent)
                    self.assertNotIn("no header secret", s.logged())


class Schema(unittest.TestCase):
    """OpenTelemetry's own schema takes what we send, without a member that it does not know."""

    @classmethod
    def setUpClass(cls):
        done = subprocess.run([SOURCE / "tools/python/fetch.sh", SOURCE / "tests/api/otlp.requirements.txt"],
                              stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise unittest.SkipTest("opentelemetry-proto cannot be had here")
        sys.path.insert(0, done.stdout.strip())

    def parse(self, body):
        from google.protobuf import json_format
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
        # OTLP's one difference to protobuf's JSON: ids are hex, not base64
        text = re.sub(r'"(traceId|spanId|parentSpanId)":\s*"([0-9a-f]*)"',
                      lambda m: f'"{m[1]}":"{base64.b64encode(bytes.fromhex(m[2])).decode()}"', body)
        return json_format.Parse(text, ExportTraceServiceRequest())

    def test_what_is_sent_is_an_export_request(self):
        with Collector() as c, Server(SAMPLE, args=tracing(c.url)) as s:
            s.get("/v1/search?q=refund", headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "a=1"})
            self.assertEqual(s.stop(), 0)
            self.assertEqual(len(c.bodies), 1)
            resource, = self.parse(c.bodies[0].decode()).resource_spans
            spans = resource.scope_spans[0].spans
            self.assertEqual(len(spans), 5)
            self.assertEqual((spans[0].trace_id.hex(), spans[0].parent_span_id.hex()), (TRACE, PARENT))
            self.assertEqual((spans[0].kind, spans[1].kind, spans[0].trace_state, spans[0].flags), (2, 1, "a=1", 1))
            self.assertGreater(spans[0].end_time_unix_nano, spans[0].start_time_unix_nano)
            attributes = {a.key: a.value for a in spans[0].attributes}
            self.assertEqual(attributes["http.response.status_code"].int_value, 200)
            self.assertEqual({a.key for a in resource.resource.attributes}, {"service.name", "service.version"})
            with self.assertRaises(Exception):
                self.parse(json.dumps({**json.loads(c.bodies[0]), "unknown": 1}))


class Trouble(unittest.TestCase):
    def test_what_the_collector_puts_off_is_sent_again_and_what_it_refuses_is_not(self):
        with Collector(answers=[503, 200, 400]) as c, Server(SAMPLE, args=tracing(c.url)) as s:
            s.get("/v1/categories")
            self.assertTrue(until(lambda: len(c.spans) == 1))
            self.assertTrue(until(lambda: metric(s, "parry_traces_sent_total") >= 1))
            self.assertEqual(metric(s, 'parry_degraded{part="trace"}'), 0)
            self.assertTrue(until(lambda: len(c.requests) >= 3))
            self.assertTrue(until(lambda: metric(s, 'parry_traces_dropped_total{reason="failed"}') >= 1))
            self.assertEqual([r[2] for r in c.requests][:3], [503, 200, 400])

    def test_without_a_collector_requests_go_on_and_ready_says_so(self):
        with Server(SAMPLE, args=tracing("http://127.0.0.1:9/v1/traces")) as s:
            start = time.monotonic()
            for _ in range(50):
                self.assertEqual(s.get("/v1/search?q=refund").status, 200)
            self.assertLess(time.monotonic() - start, 10)
            self.assertTrue(until(lambda: "trace" in s.get("/ready").json["degraded"]))
            self.assertEqual(s.get("/ready").status, 200)
            start = time.monotonic()
            self.assertEqual(s.stop(), 0)
            self.assertLess(time.monotonic() - start, 6)
            self.assertEqual(s.logged().count("event=trace_export"), 1, "one line, not one a try")

    def test_a_wrong_endpoint_is_told_before_anything_is_served(self):
        with self.assertRaisesRegex(AssertionError, "trace.endpoint"):
            Server(SAMPLE, args=tracing("localhost:4318"))


if __name__ == "__main__":
    unittest.main()
