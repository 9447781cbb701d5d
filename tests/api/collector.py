"""A small OTLP/HTTP collector: takes JSON, holds it against the rules of its encoding, and keeps the spans.

The rules: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and trace.proto of opentelemetry-proto."""
import http.server
import json
import re
import threading

HEX = {"traceId": 32, "spanId": 16, "parentSpanId": 16}
SPAN = {"traceId", "spanId", "parentSpanId", "traceState", "flags", "name", "kind", "startTimeUnixNano",
        "endTimeUnixNano", "attributes", "status"}
VALUES = {"stringValue": str, "intValue": str, "boolValue": bool, "doubleValue": float}


def check(condition, what):
    if not condition:
        raise ValueError(what)


def check_attributes(attributes):
    keys = [a["key"] for a in attributes]
    check(len(keys) == len(set(keys)), f"keys of attributes stand twice: {keys}")
    for a in attributes:
        check(set(a) == {"key", "value"} and len(a["value"]) == 1, a)
        (kind, value), = a["value"].items()
        check(kind in VALUES and type(value) is VALUES[kind], a)
        check(kind != "intValue" or re.fullmatch(r"-?\d+", value), a)


def check_span(s):
    check(set(s) <= SPAN, f"unknown members: {set(s) - SPAN}")
    for name, length in HEX.items():
        if name in s or name != "parentSpanId":
            check(re.fullmatch(rf"[0-9a-f]{{{length}}}", s[name]) and set(s[name]) != {"0"}, f"{name}: {s[name]}")
    for name in ["startTimeUnixNano", "endTimeUnixNano"]:  # 64 bits: a string
        check(type(s[name]) is str and re.fullmatch(r"\d{19}", s[name]), f"{name}: {s[name]!r}")
    check(int(s["startTimeUnixNano"]) <= int(s["endTimeUnixNano"]), "it ends before it starts")
    check(type(s["name"]) is str and s["name"], "no name")
    check(type(s["kind"]) is int and 1 <= s["kind"] <= 5, f"kind: {s['kind']!r}")
    check(s.get("status", {"code": 0}).get("code", 0) in (0, 1, 2), s.get("status"))
    check(type(s.get("flags", 0)) is int, s.get("flags"))
    check_attributes(s.get("attributes", []))


def spans_of(body):
    found = []
    check(set(body) == {"resourceSpans"}, set(body))
    for resource in body["resourceSpans"]:
        check(set(resource) == {"resource", "scopeSpans"}, set(resource))
        check_attributes(resource["resource"]["attributes"])
        names = {a["key"]: a["value"] for a in resource["resource"]["attributes"]}
        check("stringValue" in names.get("service.name", {}), "no service.name")
        for scope in resource["scopeSpans"]:
            check(set(scope) == {"scope", "spans"} and type(scope["scope"]["name"]) is str, scope.keys())
            for span in scope["spans"]:
                check_span(span)
                found.append(span)
    return found


class Collector:
    """with Collector() as c: ... c.spans. answers: statuses to give first, then 200."""

    def __init__(self, answers=()):
        self.spans, self.requests, self.wrong, self.answers, self.bodies = [], [], [], list(answers), []
        lock = threading.Lock()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    status = collector.answers.pop(0) if collector.answers else 200
                    collector.requests.append((self.path, dict(self.headers), status))
                    if status == 200:
                        try:
                            check(self.headers["Content-Type"] == "application/json", "not JSON")
                            collector.bodies.append(body)
                            collector.spans += spans_of(json.loads(body))
                        except (ValueError, KeyError, TypeError) as wrong:
                            collector.wrong.append(repr(wrong))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a test that kills its server resets the connection
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/traces"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
