#!/usr/bin/env python3
"""Kills `parry serve` with SIGKILL at random moments while its tree changes under it. After each kill every byte of the served
generation verifies; a server started after the last kill finds exactly the articles of the tree.

    PARRY_BIN=build/release/parry tests/api/crash_live.py [--kills 12] [--seed 1]

With PARRY_SOAK set, 100 kills."""
import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

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


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--kills", type=int, default=100 if os.environ.get("PARRY_SOAK") else 12)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = random.Random(a.seed)
    with tempfile.TemporaryDirectory(prefix="parry-live-") as folder:
        tree = pathlib.Path(folder) / "tree"
        tree.mkdir()
        for n in range(10):
            write(tree, n, 0)
        moved = 0
        for turn in range(1, a.kills + 1):
            with Server(tree, data=folder) as s:
                before = (s.data / "index" / "CURRENT").read_text()
                until = time.monotonic() + rng.uniform(0.05, 0.6)
                while time.monotonic() < until:
                    change(tree, rng, turn)
                    time.sleep(rng.uniform(0, 0.15))
                s.process.send_signal(signal.SIGKILL)
                s.process.wait()
                moved += (s.data / "index" / "CURRENT").read_text() != before
                verify(s.data)
        with Server(tree, data=folder) as s:
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
