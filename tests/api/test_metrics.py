"""What is watched from outside: /metrics by promtool, the dashboard and the alerts over it, /health and /ready."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from parry_server import PARRY, SAMPLE, SOURCE, Server, until

OPERATIONS = SOURCE / "docs" / "operations"
PROMTOOL = shutil.which("promtool")  # Debian: prometheus, of tools/packages-dev.txt
OF_PROMETHEUS = {"up", "ALERTS"}


def promtool(*args, text=None):
    return subprocess.run([PROMTOOL, *map(str, args)], input=text, capture_output=True, text=True, timeout=120, cwd=OPERATIONS)


def samples(text):
    """{(name, labels as they stand): value}"""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
            assert (name, labels or "") not in found, f"{line} stands twice"
            found[name, labels or ""] = float(value)
    return found


def names_in(expression):
    """The metrics of a PromQL expression: words that are no function, label, keyword, string or duration."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", bare)
    words = re.findall(r"(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])", bare)
    return {w for w in words if w not in {"and", "or", "unless", "by", "inf", "nan", "bool"}}


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        for path in ["/v1/search?q=refund", "/v1/suggest?q=ref", "/none", "/v1/search", "/v1/search?q=quasar+zyzzyva"]:
            cls.server.get(path)
        cls.text = cls.server.get("/metrics").text
        cls.found = samples(cls.text)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_promtool_finds_nothing_wrong(self):
        self.assertTrue(PROMTOOL, "install prometheus (tools/packages-dev.txt)")
        got = promtool("check", "metrics", text=self.text)
        self.assertEqual((got.returncode, got.stdout + got.stderr), (0, ""))

    def test_every_metric_is_told_once_with_help_and_type(self):
        told = re.findall(r"(?m)^# TYPE (\w+) (\w+)$", self.text)
        self.assertEqual(len(told), len({name for name, _ in told}))
        self.assertEqual([name for name, _ in told], re.findall(r"(?m)^# HELP (\w+) .", self.text))
        known = dict(told)
        for name, _ in self.found:
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            self.assertTrue(name in known or known.get(base) == "histogram", name)

    def test_histograms_add_up(self):
        for (name, labels), n in self.found.items():
            if name.endswith("_count"):
                inf = f'{labels},le="+Inf"' if labels else 'le="+Inf"'
                self.assertEqual(self.found[name[:-6] + "_bucket", inf], n)
        requests = sum(n for (name, _), n in self.found.items() if name == "parry_http_requests_total")
        durations = sum(n for (name, _), n in self.found.items() if name == "parry_http_request_duration_seconds_count")
        self.assertEqual(requests, durations)

    def test_classes_of_status_are_told_apart(self):
        def count(labels):
            return self.found.get(("parry_http_request_duration_seconds_count", labels), 0)
        self.assertEqual(count('method="GET",route="/v1/search",class="2xx"'), 2)
        self.assertEqual(count('method="GET",route="/v1/search",class="4xx"'), 1)
        self.assertEqual(count('method="none",route="none",class="4xx"'), 1)

    def test_what_is_refused_is_counted_by_its_reason(self):
        with Server(SAMPLE) as s:
            s.get("/v1/search?q=" + "a" * 9000)
            for _ in range(2):
                s.get("/health", headers={f"X-{i}": "y" for i in range(101)})
            s.get("/health", headers={"X": "y" * 17000})
            s.raw(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n")
            got = samples(s.get("/metrics").text)
            self.assertEqual([got["parry_rejected_total", f'reason="{r}"'] for r in ["uri", "headers", "body", "busy"]],
                             [1, 3, 1, 0])

    def test_gauges_say_what_is_there(self):
        self.assertEqual(self.found["parry_http_requests_running", ""], 1)  # the one that asks
        self.assertGreater(self.found["parry_disk_free_bytes", ""], 0)
        self.assertTrue(0 < self.found["parry_store_used_ratio", ""] < 0.8)
        self.assertGreater(self.found["process_start_time_seconds", ""], 1.7e9)
        self.assertGreater(self.found["process_resident_memory_bytes", ""], 1e6)
        for cache in ["postings", "queries", "meanings", "embeddings", "answers"]:
            self.assertIn(("parry_cache_hits_total", f'cache="{cache}"'), self.found)
        self.assertEqual(self.found["parry_degraded", 'part="meaning"'], 1)  # it was started with --text-only
        self.assertEqual(self.found["parry_degraded", 'part="index"'], 0)
        self.assertGreaterEqual(self.found["parry_search_degraded_total", ""], 1)

    def test_a_reason_and_a_part_stand_in_no_label_that_a_caller_chooses(self):
        before = self.server.get("/metrics").text.count("\n")
        for i in range(20):
            self.server.get(f"/none/{i}", method="GET", headers={"User-Agent": f"agent {i}"})
            self.server.get("/v1/search?q=refund", method="BREW")
        self.assertLessEqual(self.server.get("/metrics").text.count("\n") - before, 25)

    # ---- what looks at them

    def alert_expressions(self):
        rules = (OPERATIONS / "alerts.yml").read_text(encoding="utf-8")
        found = re.findall(r"expr: (?:>-\n((?: {10}.+\n)+)|(.+))", rules)
        return [a or b for a, b in found], set(re.findall(r"record: (\S+)", rules))

    def dashboard_expressions(self):
        board = json.loads((OPERATIONS / "grafana-dashboard.json").read_text(encoding="utf-8"))
        self.assertEqual(len({p["id"] for p in board["panels"]}), len(board["panels"]))
        queries = [v["definition"].replace("label_values", "") for v in board["templating"]["list"] if v["type"] == "query"]
        return [t["expr"] for p in board["panels"] for t in p["targets"]] + [q.split(",")[0].strip("(") for q in queries]

    def test_every_metric_of_the_alerts_and_the_dashboard_is_there(self):
        alerts, recorded = self.alert_expressions()
        board = self.dashboard_expressions()
        self.assertGreater(len(alerts), 10)
        self.assertGreater(len(board), 20)
        there = {name for name, _ in self.found} | OF_PROMETHEUS | recorded
        for expression in alerts + board:
            names = names_in(expression)
            self.assertTrue(names, expression)
            self.assertLessEqual(names, there, expression)

    def test_every_label_value_of_the_alerts_and_the_dashboard_is_there(self):
        labels = " ".join(labels for _, labels in self.found)
        for expression in self.alert_expressions()[0] + self.dashboard_expressions():
            for label, how, value in re.findall(r'(part|reason|class|route)(=~?)"([^"]*)"', expression):
                found = re.findall(rf'\b{label}="([^"]*)"', labels)
                whole = value if how == "=~" else re.escape(value)
                self.assertTrue(any(re.fullmatch(whole, v) for v in found), f"{label}{how}{value}")

    def test_the_alerts_are_right_and_ring_when_they_should(self):
        self.assertTrue(PROMTOOL, "install prometheus (tools/packages-dev.txt)")
        for args in [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")]:
            got = promtool(*args)
            self.assertEqual(got.returncode, 0, got.stdout + got.stderr)
        rules = (OPERATIONS / "alerts.yml").read_text(encoding="utf-8")
        tests = (OPERATIONS / "alerts_test.yml").read_text(encoding="utf-8")
        for alert in re.findall(r"alert: (\S+)", rules):
            self.assertEqual(tests.count(alert), 2, f"{alert} must be tested to ring and not to ring")

    def test_the_page_names_every_metric(self):
        page = (OPERATIONS / "README.md").read_text(encoding="utf-8")
        for name in re.findall(r"(?m)^# TYPE (\w+) ", self.text):
            self.assertIn(f"`{name}", page)


class Ready(unittest.TestCase):
    def test_a_part_that_fails_is_named_and_the_rest_serves(self):
        with Server(SAMPLE) as s:
            self.assertEqual(set(s.get("/ready").json["degraded"]), {"meaning"})
            current = s.data / "index" / "CURRENT"
            (s.data / "index" / "C").write_text("999999\n", encoding="utf-8")
            os.replace(s.data / "index" / "C", current)
            self.assertTrue(until(lambda: "refresh" in s.get("/ready").json["degraded"]))
            got = samples(s.get("/metrics").text)
            self.assertEqual(got["parry_degraded", 'part="refresh"'], 1)
            self.assertGreaterEqual(got["parry_refresh_failures_total", ""], 1)
            self.assertEqual(s.get("/ready").status, 200)
            self.assertEqual(s.get("/v1/search?q=refund").json["degraded"], True)
            self.assertEqual(s.get("/health").json, {"status": "ok"})

    def test_nothing_indexed_is_not_ready(self):
        with tempfile.TemporaryDirectory(prefix="parry-empty-") as tree, Server(tree) as s:
            reply = s.get("/ready")
            self.assertEqual((reply.status, reply.json["status"]), (503, "empty"))
            self.assertIn("index", reply.json["degraded"])
            self.assertEqual(s.get("/health").status, 200)


if __name__ == "__main__":
    unittest.main()
