#!/usr/bin/env python3
"""The HTTP API at 10,000 passages, beside a minimal libmicrohttpd reply of the same size in the same run.

    tests/bench/bench_http.py [--build build/release] [--data DIR] [--passages 10000] [--seconds 5] [--rounds 3]

Prints: how long a start takes to the first answer; requests a second of the static reply, of suggest with meaning and of suggest on
text alone, under wrk, with ratios; and what twice the capacity does to those who are let in. Everything runs on loopback, so the load
and the server share the cores. Times are of this machine; compare ratios within one run. --data keeps the index for the next run."""
import argparse
import json
import http.client
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import help_centre  # noqa: E402

LUA = """
local paths, at = {}, 0
function init() for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = wrk.format("GET", line) end end
function request() at = at % #paths + 1; return paths[at] end
"""
WORDS = ["refund", "not received", "delivery address", "password reset", "merchant payout", "cancel order", "damaged parcel", "invoice",
         "gift card", "change email", "return label", "double charge", "verification code", "seller fees", "late delivery", "missing item"]


def suggest_paths():
    """What somebody types, letter by letter: every beginning of three letters and more."""
    texts = [f"{a} {b}" for a in WORDS for b in WORDS if a != b]
    texts = [t[:n] for t in texts for n in range(3, len(t) + 1)]
    texts = texts[:: max(1, len(texts) // 2000)]
    return ["/v1/suggest?q=" + urllib.parse.quote_plus(t) for t in texts]


class Parry:
    def __init__(self, build, data, *args):
        self.began = time.monotonic()
        self.process = subprocess.Popen([build / "parry", "serve", "--data", data, "--listen", "127.0.0.1:0", "--option", "log.level=warn",
                                         *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(re.search(r":(\d+) ", self.process.stdout.readline()).group(1))

    def get(self, path):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        c.request("GET", path)
        reply = c.getresponse()
        return reply.status, reply.read()

    def settled(self):
        """Waits until what it does beside serving (related articles, once after a change) is done: a second nearly without work."""
        def cpu():
            return sum(map(int, pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))

        for _ in range(60):
            before = cpu()
            time.sleep(1.5)
            if cpu() - before < 8:
                return self
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()


class Static:
    def __init__(self, build, size, threads):
        self.process = subprocess.Popen([build / "bench_http", "static", str(size), str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def wrk(port, work, seconds, connections=16):
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", work / "paths.lua",
                          f"http://127.0.0.1:{port}"], env={"BENCH_PATHS": str(work / "paths")}, check=True, capture_output=True,
                         text=True).stdout
    unit = {"us": 1e-3, "ms": 1.0, "s": 1e3}
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {"per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), "p99_ms": float(p99.group(1)) * unit[p99.group(2)],
            "bad": int(bad.group(1)) if bad else 0}


def first():
    """The load comes before the server on the cores, as from another machine; where that is not allowed, it does not."""
    try:
        os.nice(-10)
    except OSError:
        pass


def load(build, port, work, rate, seconds, connections):
    with open(work / "paths", encoding="utf-8") as paths:
        out = subprocess.run([build / "bench_http", "load", str(port), f"{rate:.0f}", str(seconds), str(connections)], stdin=paths,
                             check=True, capture_output=True, text=True, preexec_fn=first).stdout
    return json.loads(out)


def reply_size(parry, paths):
    sizes = sorted(len(parry.get(p)[1]) for p in paths[:200])
    return sizes[len(sizes) // 2]


def throughput(a, work, paths):
    """Rounds of static, hybrid, text, one after another, so that neighbours of the machine meet them all; medians."""
    static, hybrid, text = [], [], []
    free = ["--option", "limits.queue_ms=0"]  # what it can do, not what it lets in
    with Parry(a.build, a.data, *free) as h, Parry(a.build, a.text_data, "--text-only", *free) as t, \
            Static(a.build, reply_size(h, paths), 2) as s:
        h.settled(), t.settled()
        for _ in range(a.rounds):
            static.append(wrk(s.port, work, a.seconds))
            hybrid.append(wrk(h.port, work, a.seconds))
            text.append(wrk(t.port, work, a.seconds))
        size = reply_size(h, paths)
    print(f"{'':<44}{'a second':>10}{'p99 ms':>10}{'of static':>10}")
    base = median(static)
    for name, runs in ((f"static reply, {size} bytes", static), ("suggest with meaning", hybrid), ("suggest on text alone", text)):
        m = median(runs)
        print(f"{name:<44}{m['per_s']:>10.0f}{m['p99_ms']:>10.2f}{m['per_s'] / base['per_s']:>10.2f}"
              + (f"   {m['bad']} not 200" if m["bad"] else ""))
    return median(hybrid)["per_s"], median(text)["per_s"]


def median(runs):
    return sorted(runs, key=lambda r: r["per_s"])[len(runs) // 2]


def overload(a, work, name, data, *args):
    """The capacity is what an open load of more than anybody can do gets answered without shedding; quiet is a quarter of it."""
    with Parry(a.build, data, *args, "--option", "limits.queue_ms=0") as p:
        p.settled()
        guess = wrk(p.port, work, a.seconds, 64)["per_s"]
    with Parry(a.build, data, *args) as p:
        p.settled()
        load(a.build, p.port, work, guess / 4, 2, 256)
        quiet = load(a.build, p.port, work, guess / 4, a.seconds * 2, 256)
        double = load(a.build, p.port, work, guess * 2, a.seconds * 2, 256)
    print(f"{name:<24}{guess:>9.0f}{quiet['p50_ms']:>9.2f}{quiet['p99_ms']:>9.2f}{double['ok_per_s']:>9.0f}{double['shed']:>9}"
          f"{double['p50_ms']:>9.2f}{double['p99_ms']:>9.2f}{double['shed_p99_ms']:>9.2f}{double['p99_ms'] / quiet['p99_ms']:>8.2f}"
          + (f"   {double['lost']} lost, {double['other']} other" if double["lost"] or double["other"] else ""))


def cold_start(a):
    for name, data, args in (("with meaning", a.data, []), ("on text alone", a.text_data, ["--text-only"])):
        took = []
        for _ in range(3):
            with Parry(a.build, data, *args) as p:
                status, body = p.get("/v1/search?q=refund+not+received")
                took.append(time.monotonic() - p.began)
                assert status == 200 and json.loads(body)["hits"]
        print(f"{'start to first answer, ' + name:<44}{sorted(took)[1]:>10.2f} s   (worst {max(took):.2f} s)")


def main():
    top = pathlib.Path(__file__).resolve().parent.parent.parent
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=top / "build/release")
    p.add_argument("--data", type=pathlib.Path)
    p.add_argument("--passages", type=int, default=10000)
    p.add_argument("--seconds", type=int, default=5)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--only", choices=["start", "throughput", "overload"])
    a = p.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="parry-bench-"))
    try:
        a.data = a.data or work / "data"
        if not (a.data / "index" / "CURRENT").exists():
            (work / "tree").mkdir()
            help_centre.write(work / "tree", a.passages)
            subprocess.run([a.build / "parry", "index", "--data", a.data, work / "tree"], check=True, stdout=subprocess.DEVNULL)
        a.text_data = work / "text"  # without the model an index has no vectors: another generation
        shutil.copytree(a.data, a.text_data)
        with Parry(a.build, a.text_data, "--text-only") as p:
            p.settled()
        paths = suggest_paths()
        (work / "paths").write_text("\n".join(paths) + "\n", encoding="utf-8")
        (work / "paths.lua").write_text(LUA, encoding="utf-8")
        with Parry(a.build, a.data) as s:
            ready = json.loads(s.get("/ready")[1])
        print({k: ready[k] for k in ("generation", "articles", "passages", "degraded") if k in ready})
        if a.only in (None, "start"):
            cold_start(a)
        if a.only in (None, "throughput"):
            throughput(a, work, paths)
        if a.only in (None, "overload"):
            print(f"\n{'':<24}{'capacity':>9}{'quiet':>9}{'':>9}{'twice:':>9}{'':>9}{'of those let in':>18}{'shed':>9}{'':>8}")
            print(f"{'':<24}{'a second':>9}{'p50 ms':>9}{'p99 ms':>9}{'ok /s':>9}{'shed':>9}{'p50 ms':>9}{'p99 ms':>9}{'p99 ms':>9}{'times':>8}")
            overload(a, work, "suggest with meaning", a.data)
            overload(a, work, "suggest on text alone", a.text_data, "--text-only")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
