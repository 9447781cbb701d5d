#!/usr/bin/env python3
"""The HTTP API at 10,000 passages, beside a minimal libmicrohttpd reply of the same size in the same run.

    tests/bench/bench_http.py [--build build/release] [--data DIR] [--passages 10000] [--seconds 5] [--rounds 3] [--only throughput]

Prints: how long a start takes to the first answer; requests a second of the static reply, of suggest with meaning and of suggest on
text alone, under wrk, with ratios, as many people type at once (answers that were given before are kept) and with every answer made
anew; and what twice the capacity does to those who are let in. Everything runs on loopback, so the load
and the server share the cores. Times are of this machine; compare ratios within one run. --data keeps the index for the next run."""
import argparse
import contextlib
import csv
import http.client
import itertools
import json
import os
import pathlib
import random
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
JUDGED = pathlib.Path(help_centre.TOP) / "examples" / "marketplace" / "judgements"
RATE = 1000      # a second, what is to be answered with meaning on
STREAM = 150000  # requests: longer than a run, so that no request comes back only because the list began again
TYPOS = 0.1      # share of sessions with a slip of the finger at random: texts that hardly anybody else types
FROM = 2         # letters, from which the box asks


def texts(tree):
    """What people look for: the judged questions of customers, and the titles of their articles."""
    found = set()
    for path in sorted(JUDGED.glob("*.tsv")):
        with open(path, encoding="utf-8") as rows:
            found |= {row["query"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE) if row["audience"] == "customer"}
    for path in tree.rglob("*.md"):
        front = path.read_text(encoding="utf-8").split("---\n")[1]
        if re.search(r"(?m)^audience: *customer", front):
            found.add(re.search(r"(?m)^title: *(.*)$", front).group(1).strip("\"'").replace("''", "'"))
    return sorted(found)


def slip(rng, text):
    """A neighbour's letter in place of one, or one too few."""
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(["", chr(ord("a") + rng.randrange(26))]) + text[at + 1:]


def session(rng, text):
    """A letter after the other, as the search box asks; it stops where the answer is seen, and asks once more what is final."""
    text = slip(rng, text) if rng.random() < TYPOS else text
    whole = rng.random() < 0.3
    upto = len(text) if whole else rng.randint(min(len(text), 4), len(text))
    for n in range(min(FROM, upto), upto + 1):
        yield "/v1/suggest?q=" + urllib.parse.quote_plus(text[:n]) + "&previous="
    yield "/v1/suggest?q=" + urllib.parse.quote_plus(text[:upto])


def typed(found, seed):
    """Many people at once, each with a text of a Zipf distribution (the nth most frequent is asked 1/n as often); requests in turn."""
    rng = random.Random(seed)
    found = random.Random(1).sample(found, len(found))
    weights = list(itertools.accumulate(1 / (i + 1) for i in range(len(found))))
    open_, out = [], []
    while len(out) < STREAM:
        while len(open_) < 50:
            open_.append(session(rng, rng.choices(found, cum_weights=weights)[0]))
        i = rng.randrange(len(open_))
        path = next(open_[i], None)
        if path is None:
            open_.pop(i)
        else:
            out.append(path)
    return out


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


def wrk(port, work, seconds, connections=16, paths="paths.0"):
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", work / "paths.lua",
                          f"http://127.0.0.1:{port}"], env={"BENCH_PATHS": str(work / paths)}, check=True, capture_output=True,
                         text=True).stdout
    unit = {"us": 1e-3, "ms": 1.0, "s": 1e3}
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {"per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), "p99_ms": float(p99.group(1)) * unit[p99.group(2)],
            "bad": int(bad.group(1)) if bad else 0}


def known(parry):
    """Answers that were there already, and that were not, so far."""
    text = parry.get("/metrics")[1].decode()
    return [int(float(re.search(rf'parry_cache_{what}_total{{cache="answers"}} (\S+)', text).group(1))) for what in ("hits", "misses")]


def measured(parry, work, seconds, paths):
    """A run, and how many of its answers were there already."""
    hits, misses = known(parry)
    run = wrk(parry.port, work, seconds, paths=paths)
    now_hits, now_misses = known(parry)
    run["known"] = (now_hits - hits) / max(1, now_hits - hits + now_misses - misses)
    return run


def first():
    """The load comes before the server on the cores, as from another machine; where that is not allowed, it does not."""
    try:
        os.nice(-10)
    except OSError:
        pass


def load(build, port, work, rate, seconds, connections, paths="paths.0"):
    with open(work / paths, encoding="utf-8") as paths:
        out = subprocess.run([build / "bench_http", "load", str(port), f"{rate:.0f}", str(seconds), str(connections)], stdin=paths,
                             check=True, capture_output=True, text=True, preexec_fn=first).stdout
    return json.loads(out)


def reply_size(parry, paths):
    sizes = sorted(len(parry.get(p)[1]) for p in paths[:200])
    return sizes[len(sizes) // 2]


def throughput(a, work):
    """Rounds of static, then each server as people type, kept and made anew, so that neighbours of the machine meet them all. Each round
    has people of its own: what is known by then is what others typed before."""
    free = ["--option", "limits.queue_ms=0"]  # what it can do, not what it lets in
    off = ["--option", "serve.answer_cache_mib=0"]
    kinds = {"suggest with meaning": (a.data, []), "suggest on text alone": (a.text_data, ["--text-only"])}
    rows, calm = {"static": []}, []
    with contextlib.ExitStack() as open_:
        servers = {}
        for name, (data, args) in kinds.items():
            for how, option in ((", as people type", []), (", every answer made anew", off)):
                servers[name + how] = open_.enter_context(Parry(a.build, data, *args, *free, *option))
        paths = (work / "paths.0").read_text(encoding="utf-8").split()
        size = reply_size(next(iter(servers.values())), paths)
        s = open_.enter_context(Static(a.build, size, 2))
        for name, p in servers.items():
            p.settled()
            if "anew" not in name:
                wrk(p.port, work, a.warm, paths="paths.0")
        for i in range(a.rounds):
            rows["static"].append(wrk(s.port, work, a.seconds, paths=f"paths.{i + 1}"))
            for name, p in servers.items():
                rows.setdefault(name, []).append(measured(p, work, a.seconds, f"paths.{i + 1}"))
                if "anew" not in name:
                    again = name.replace("as people type", "all asked before")
                    wrk(p.port, work, 2, paths="few")
                    rows.setdefault(again, []).append(measured(p, work, a.seconds, "few"))
            p = servers["suggest with meaning, as people type"]
            calm.append(load(a.build, p.port, work, RATE, a.seconds, 16, f"paths.{a.rounds + i + 1}"))
    print(f"{'':<48}{'a second':>10}{'p99 ms':>10}{'of static':>10}{'known':>8}")
    base = median(rows.pop("static"))
    print(f"{f'static reply, {size} bytes':<48}{base['per_s']:>10.0f}{base['p99_ms']:>10.2f}{1:>10.2f}")
    for name, runs in rows.items():
        m = median(runs)
        print(f"{name:<48}{m['per_s']:>10.0f}{m['p99_ms']:>10.2f}{m['per_s'] / base['per_s']:>10.3f}{m['known']:>8.2f}"
              + (f"   {m['bad']} not 200" if m["bad"] else ""))
    m = sorted(calm, key=lambda r: r["p99_ms"])[len(calm) // 2]
    print(f"{f'the same with meaning, {RATE} a second come in':<48}{m['ok_per_s']:>10.0f}{m['p99_ms']:>10.2f}   p50 {m['p50_ms']:.2f} ms")


def median(runs):
    return sorted(runs, key=lambda r: r["per_s"])[len(runs) // 2]


def overload(a, work, name, data, *args):
    """The capacity is what wrk gets answered without shedding, every answer made anew: what is known already costs next to nothing.
    Quiet is a quarter of it."""
    args = [*args, "--option", "serve.answer_cache_mib=0"]
    with Parry(a.build, data, *args, "--option", "limits.queue_ms=0") as p:
        p.settled()
        guess = wrk(p.port, work, a.seconds, 64, "paths.0")["per_s"]
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
    p.add_argument("--warm", type=int, default=20, help="seconds of people who typed before")
    p.add_argument("--only", choices=["start", "throughput", "overload"])
    a = p.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="parry-bench-"))
    try:
        a.data, a.tree = a.data or work / "data", work / "tree"
        a.tree.mkdir()
        help_centre.write(a.tree, a.passages)
        if not (a.data / "index" / "CURRENT").exists():
            subprocess.run([a.build / "parry", "index", "--data", a.data, a.tree], check=True, stdout=subprocess.DEVNULL)
        a.text_data = work / "text"  # without the model an index has no vectors: another generation
        shutil.copytree(a.data, a.text_data)
        with Parry(a.build, a.text_data, "--text-only") as p:
            p.settled()
        found = texts(a.tree)
        for i in range(2 * a.rounds + 1):
            (work / f"paths.{i}").write_text("\n".join(typed(found, i)) + "\n", encoding="utf-8")
        (work / "few").write_text("\n".join(typed(found, 0)[:500]) + "\n", encoding="utf-8")
        (work / "paths.lua").write_text(LUA, encoding="utf-8")
        with Parry(a.build, a.data) as s:
            ready = json.loads(s.get("/ready")[1])
        print({k: ready[k] for k in ("generation", "articles", "passages", "degraded") if k in ready})
        if a.only in (None, "start"):
            cold_start(a)
        if a.only in (None, "throughput"):
            throughput(a, work)
        if a.only in (None, "overload"):
            print(f"\n{'':<24}{'capacity':>9}{'quiet':>9}{'':>9}{'twice:':>9}{'':>9}{'of those let in':>18}{'shed':>9}{'':>8}")
            print(f"{'':<24}{'a second':>9}{'p50 ms':>9}{'p99 ms':>9}{'ok /s':>9}{'shed':>9}{'p50 ms':>9}{'p99 ms':>9}{'p99 ms':>9}{'times':>8}")
            overload(a, work, "suggest with meaning", a.data)
            overload(a, work, "suggest on text alone", a.text_data, "--text-only")
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
