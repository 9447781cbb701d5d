#!/usr/bin/env python3
"""Kills `parry serve` with SIGKILL at random moments while its tree changes under it, people search and programs send events.
After each kill every byte of the served generation verifies; a server started after the last kill finds exactly the articles of the
tree. Every event that was acknowledged is in the ledger, once, however often it was sent; no search is in it twice; its chain holds.

    PARRY_BIN=build/release/parry tests/api/crash_live.py [--kills 12] [--seed 1]

With PARRY_SOAK set, 300 kills."""
import argparse
import http.client
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from parry_server import PARRY, Server


def write(tree, n, turn):
    path = tree / f"article-{n:02}.md"
    path.write_text(f"---\ntitle: Number {n}\n---\nThe text of turn{turn}word, about parcel{n}x and refunds.\n", encoding="utf-8")


def change(tree, rng, turn):
    for _ in range(rng.randint(1, 4)):
        n = rng.randrange(40)
        path = tree / f"article-{n:02}.md"
        if rng.random() < 0.25 and path.exists() and len(list(tree.iterdir())) > 5:
            path.unlink()
        else:
            write(tree, n, turn)


def verify(data):
    out = subprocess.run([PARRY, "index", "--verify", "--data", str(data), "--text-only"], capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit("the index is broken: " + out.stderr + out.stdout)


def articles(server):
    listing = server.get("/v1/articles?limit=100").json
    return {a["id"] for a in listing["articles"]}


class Load:
    """Events and searches, from threads of their own, until the server dies."""

    def __init__(self, rng):
        self.rng, self.sent, self.acknowledged, self.queries, self.again, self.wrong = rng, 0, set(), [], 0, []

    def event(self):
        self.sent += 1
        return {"id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), "type": "view", "article": f"a{self.sent}"}

    def events(self, server):
        unsure = []
        try:
            connection = server.connect()
            while True:
                unsure = [self.event() for _ in range(self.rng.randint(1, 20))]
                self.send(connection, unsure)
        except (OSError, http.client.HTTPException):
            return unsure  # whether they are there, nobody knows

    def send(self, connection, events):
        connection.request("POST", "/v1/events", json.dumps({"events": events}))
        reply = connection.getresponse()
        body = json.loads(reply.read())
        if reply.status != 200 or body["refused"]:
            self.wrong.append(f"{reply.status} {body}")
            return
        self.again += body["duplicates"]
        self.acknowledged |= {e["id"] for e in events}

    def searches(self, server):
        try:
            connection = server.connect()
            while True:
                connection.request("GET", f"/v1/search?q=parcel{len(self.queries)}x", headers={"X-Parry-Visitor": "v"})
                self.queries.append(json.loads(connection.getresponse().read())["query_id"])
        except (OSError, http.client.HTTPException, ValueError):
            return

    def run(self, server, resend):
        """Until it dies: those that nobody knows of go first, again."""
        left = []

        def first_again():
            try:
                if resend:
                    self.send(server.connect(), resend)
                left.extend(self.events(server))
            except (OSError, http.client.HTTPException):
                left.extend(resend)
        threads = [threading.Thread(target=first_again), threading.Thread(target=self.searches, args=(server,))]
        for thread in threads:
            thread.start()
        return threads, left

    def check(self, server):
        lines = [json.loads(line) for line in server.run("export", "ndjson", "--raw").splitlines()]
        ids = [line["key"] for line in lines if line["kind"] == "event"]
        asked = [line["key"] for line in lines if line["kind"] == "query"]
        if self.wrong:
            sys.exit(f"events were refused: {self.wrong[:3]}")
        if len(set(ids)) != len(ids) or len(set(asked)) != len(asked):
            sys.exit("something is in the ledger twice")
        if not self.acknowledged <= set(ids):
            sys.exit(f"{len(self.acknowledged - set(ids))} acknowledged events are lost")
        server.run("audit")
        print(f"{len(self.acknowledged)} acknowledged events of {self.sent} and {len(asked)} searches are there once; "
              f"{self.again} were there already when they were sent again")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--kills", type=int, default=300 if os.environ.get("PARRY_SOAK") else 12)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = random.Random(a.seed)
    with tempfile.TemporaryDirectory(prefix="parry-live-") as folder:
        tree = pathlib.Path(folder) / "tree"
        tree.mkdir()
        for n in range(10):
            write(tree, n, 0)
        moved, load, unsure = 0, Load(random.Random(a.seed + 1)), []
        for turn in range(1, a.kills + 1):
            with Server(tree, data=folder) as s:
                before = (s.data / "index" / "CURRENT").read_text()
                threads, left = load.run(s, unsure)
                until = time.monotonic() + rng.uniform(0.05, 0.6)
                while time.monotonic() < until:
                    change(tree, rng, turn)
                    time.sleep(rng.uniform(0, 0.15))
                s.process.send_signal(signal.SIGKILL)
                s.process.wait()
                for thread in threads:
                    thread.join()
                unsure = left
                moved += (s.data / "index" / "CURRENT").read_text() != before
                verify(s.data)
        with Server(tree, data=folder) as s:
            load.check(s)
            want = {p.stem for p in tree.glob("*.md")}
            deadline = time.monotonic() + 10
            while articles(s) != want and time.monotonic() < deadline:
                time.sleep(0.05)
            got = articles(s)
            if got != want:
                sys.exit(f"after the last start: missing {sorted(want - got)}, too many {sorted(got - want)}")
    print(f"{a.kills} kills, the generation moved before {moved} of them; whole every time, nothing lost")
    if moved == 0:
        sys.exit("no update was ever published before a kill: this run has shown nothing")


if __name__ == "__main__":
    main()
