#!/usr/bin/env python3
"""Lists and searches of 100,000 cases over HTTP, as somebody at a desk asks for them: one after the other, on a connection that stays.

    tests/bench/bench_cases.py [--build build/release] [--data DIR] [--cases 100000] [--writes 20] [--check]

Prints p50, p95 and p99 of each kind from the request to the last byte of the reply, and of what it cost the server's cores, which a busy
machine changes less; first alone, then beside --writes a second that make cases, change them and comment on them. The cases are made by bench_cases (C), always the same ones; --data keeps them for the next run.
The load and the server share the cores. --check: nothing is said of times; a reply that is not 200 or not in order fails it."""
import argparse
import datetime
import itertools
import json
import os
import pathlib
import platform
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SYLLABLES = "ra mo ti len sor ba cu def gan hil jo kem pu vas wed xi yol zan ner fos".split()  # as in bench_cases.c
STATUS, PRIORITY = ["", "new", "inprogress", "done"], ["", "critical", "high", "medium", "low"]
QUEUE, WHO = ["", "Login", "Orders", "Deliveries", "Payments", "Refunds"], ["", "ada", "none"]
ORDER = ["newest", "oldest", "updated", "priority"]


def word(n):
    """The n-th most common one."""
    return SYLLABLES[n % 20] + SYLLABLES[n // 20 % 20] + SYLLABLES[n // 400 % 20]


class Connection:
    def __init__(self, port, key):
        self.port, self.key = port, key
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method, path, body=b""):
        """(status, body, ms)"""
        head = (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        begun = time.perf_counter()
        self.sock.sendall(head + body)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.more()
        header, _, rest = got.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", header)[1])
        pieces = [rest]
        size = len(rest)
        while size < length:
            pieces.append(self.more())
            size += len(pieces[-1])
        ms = (time.perf_counter() - begun) * 1000
        return int(header[9:12]), b"".join(pieces), ms

    def more(self):
        piece = self.sock.recv(1 << 18)
        if not piece:
            sys.exit("the server closed the connection")
        return piece


def query(**members):
    return "/v1/cases?" + urllib.parse.urlencode({name: value for name, value in members.items() if value != ""})


# ---- what is asked

def kinds(rng, some):
    """Name, paths. some(list): all of them, or fewer for a short run."""
    common, rare = [word(n) for n in range(6)], [word(n) for n in range(3000, 4000)]
    filters = [dict(zip(("status", "priority", "queue", "assignee", "order"), x))
               for x in itertools.product(STATUS, PRIORITY, QUEUE, WHO, ORDER)]
    days = [datetime.date(2023, 11, 15) + datetime.timedelta(d) for d in range(0, 60)]

    def words(n, of):
        return " ".join(word(min(rng.randrange(1 << rng.randrange(1, of)), 4095)) for _ in range(n))

    def searches(text, n=300, **more):
        return some([query(search=text(), **more) for _ in range(n)])
    yield "list, no filter", some([query(order=order) for order in ORDER for _ in range(75)])
    yield "list, every filter and order", some([query(**f) for f in filters])
    yield "list, filters, 100 at once", some([query(limit=100, **f) for f in rng.sample(filters, 300)])
    yield "list, by days", some([query(created_from=d, created_until=d + datetime.timedelta(k), order=o)
                                 for d in days for k in (1, 30) for o in ORDER])
    yield "list, pages up to 400", some([query(page=rng.randrange(100, 401), **f) for f in rng.sample(filters, 300)])
    yield "desk's list, with comments", some([query(**f).replace("/v1/", "/applications/customerservice/api/") for f in rng.sample(filters, 300)])
    yield "search, a common word", some([query(search=w + " ", **f) for w in common for f in rng.sample(filters[::4], 50)] +
                                        [query(search=w + " ", order=o) for w in common for o in ["relevance", *ORDER]])
    yield "search, a rare word", searches(lambda: rng.choice(rare) + " ")
    yield "search, a word begun", searches(lambda: rng.choice(common + rare)[:rng.randrange(3, 6)])
    yield "search, two or three words", searches(lambda: words(rng.randrange(2, 4), 12) + " ")
    yield "search, common words", searches(lambda: " ".join(rng.sample(common, 3)) + " ")
    yield "search, common and rare", searches(lambda: rng.choice(common) + " " + rng.choice(rare) + " ")
    yield "search, twelve words", searches(lambda: words(12, 12))
    yield "search, an order number", searches(lambda: f"ORD-{rng.randrange(100000, 1000000)}")
    yield "search, words and filters", some([query(search=words(rng.randrange(1, 4), 12), **{**f, "order": rng.choice(["relevance", f["order"]])})
                                             for f in rng.sample(filters, 300)])
    yield "search, nothing has it", searches(lambda: "qqq" + rng.choice(rare) + " ")


def measure(c, paths, parry):
    """(ms until the reply, ms of the server's cores) of each."""
    took = []
    for path in paths:
        before = parry.cpu_ms()
        status, body, ms = c.ask("GET", path)
        if status != 200:
            sys.exit(f"{path}: {status} {body[:300]}")
        took.append((ms, parry.cpu_ms() - before))
    return took


def walk(c, most, parry):
    """From the first to the last by `next`: 100 at once."""
    took, cursor, ids = [], "", []
    while cursor is not None and len(took) < most:
        before = parry.cpu_ms()
        status, body, ms = c.ask("GET", query(limit=100, order="oldest", cursor=cursor))
        if status != 200:
            sys.exit(f"{cursor}: {status} {body[:300]}")
        page = json.loads(body)
        took.append((ms, parry.cpu_ms() - before))
        ids += [k["id"] for k in page["cases"]]
        cursor = page["next"]
    if len(set(ids)) != len(ids):
        sys.exit("a page repeats what was on another one")
    return took


def say(name, took):
    def at(part, share):
        values = sorted(t[part] for t in took)
        return values[min(len(values) - 1, int(len(values) * share))]
    print(f"{name:32} {len(took):5} " + "   |".join("".join(f" {at(part, share):7.1f}" for share in (0.5, 0.95, 0.99, 1)) for part in (0, 1)),
          flush=True)


# ---- writes beside it

class Writer(threading.Thread):
    def __init__(self, connection, rate, cases):
        super().__init__(daemon=True)
        self.c, self.rate, self.cases, self.stop, self.took = connection, rate, cases, threading.Event(), []

    def run(self):
        rng, n = random.Random(3), 0
        while not self.stop.wait(1 / self.rate):
            n += 1
            number = rng.randrange(1, self.cases + 1)
            body = {"text": " ".join(word(rng.randrange(4000)) for _ in range(20))}
            what = [("POST", f"/v1/cases/{number}/comments", {**body, "internal": True}),
                    ("PATCH", f"/v1/cases/{number}", {"priority": rng.choice(PRIORITY[1:])}),
                    ("POST", "/v1/cases", {"subject": body["text"][:100], "description": body["text"], "customerEmail": "a@b.example",
                                           "queue": rng.choice(QUEUE[1:])})][n % 3]
            status, reply, ms = self.c.ask(*what[:2], json.dumps(what[2]).encode())
            if status not in (200, 201):
                print(f"a write: {status} {reply[:200]}", file=sys.stderr)
                os._exit(1)
            self.took.append((ms, 0))


# ---- the server

class Parry:
    def __init__(self, a, top):
        self.options = ["--data", top / "data", "--option", f"access.secret_file={top / 'secret'}"]
        self.process = subprocess.Popen([a.parry, "serve", "--listen", "127.0.0.1:0", "--text-only", *self.options, "--option",
                                         "limits.queue_ms=0", "--option", "log.level=error"], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)", self.process.stdout.readline()).group(1))
        self.key = subprocess.run([a.parry, "keys", "create", *self.options, "--name", "bench", "--rights", "cases.read cases.write"],
                                  check=True, capture_output=True, text=True).stdout.strip()

    def cpu_ms(self):
        """Of all its threads, until now."""
        return sum(int(p.read_text().split()[0]) for p in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")) / 1e6

    def close(self):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()


def bench(a, top):
    (top / "data").mkdir(parents=True, exist_ok=True)
    subprocess.run([a.bench, "seed", top / "data", top / "secret", str(a.cases)], check=True, stdout=None if not a.check else subprocess.DEVNULL)
    parry = Parry(a, top)
    rng = random.Random(1)
    asked = [(name, paths) for name, paths in kinds(rng, lambda paths: rng.sample(paths, min(len(paths), 8)) if a.check else paths)]
    try:
        c = Connection(parry.port, parry.key)
        for writes in (0, a.writes):
            writer = Writer(Connection(parry.port, parry.key), writes, a.cases) if writes else None
            if not a.check:
                print(f"\n{datetime.date.today()}, {platform.machine()}, {len(os.sched_getaffinity(0))} cores, load average "
                      f"{os.getloadavg()[0]:.1f}; {a.cases} cases; {f'{writes} writes a second beside it' if writes else 'nothing else'}; ms")
            if writer:
                writer.start()
            if not a.check:
                print(f"{'':32} {'':5}     p50     p95     p99   worst   | and the server's cores")
            for name, paths in asked:
                took = measure(c, paths, parry)
                if not a.check:
                    say(name, took)
            took = walk(c, 20 if a.check else 10**6, parry)
            if not a.check:
                say("list, from first to last", took)
            if writer:
                writer.stop.set()
                writer.join()
                if not a.check:
                    say("the writes", writer.took)
    finally:
        parry.close()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=TOP / "build/release")
    p.add_argument("--data", type=pathlib.Path)
    p.add_argument("--cases", type=int, default=100000)
    p.add_argument("--writes", type=float, default=20)
    p.add_argument("--check", action="store_true")
    a = p.parse_args()
    a.parry, a.bench = os.environ.get("PARRY_BIN") or a.build / "parry", os.environ.get("PARRY_BENCH_CASES") or a.build / "bench_cases"
    with tempfile.TemporaryDirectory(prefix="parry-bench-") as folder:
        bench(a, a.data or pathlib.Path(folder))


if __name__ == "__main__":
    main()
