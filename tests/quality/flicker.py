#!/usr/bin/env python3
"""Flicker of the sample help centre: its judged queries typed letter by letter into /v1/suggest, as the search box does;
fails where the first result is taken back in 2 % of keystrokes or more.

    tests/quality/flicker.py [--parry build/release/parry] [--unsteady]

A keystroke is a letter typed (white space alone changes no query). It takes back where it replaces a first result, unless by
the one that is first for the finished query. The last letter of a query is followed by what the box asks when typing rests, so
that the list people read is always the settled one. Also printed: how many letters it takes until a best judged article is first,
and until it is first for good. --unsteady asks each time as if typing rested, for comparison; it has no bound."""
import argparse
import collections
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse

import sample

BOUND = 0.02


def first(c, query, audience, previous):
    typing = "" if previous is None else "&previous=" + urllib.parse.quote(previous)
    c.request("GET", f"/v1/suggest?limit=1&audience={audience}&q={urllib.parse.quote(query)}{typing}")
    reply = c.getresponse()
    body = json.loads(reply.read())
    assert reply.status == 200, body
    return body["hits"][0]["id"] if body["hits"] else ""


def type_query(c, query, audience, best, steady, seen):
    final = first(c, query, audience, None)
    held, hit, stays = "", None, None
    letters = [n for n in range(1, len(query) + 1) if not query[n - 1].isspace()]
    for n in letters:
        shown = final if n == letters[-1] else first(c, query[:n], audience, held if steady else None)
        seen["keys"] += 1
        if shown != held and held:
            seen["changed"] += 1
            seen["taken back"] += shown != final
        held = shown
        hit = n if hit is None and shown in best else hit
        stays = (stays or n) if shown in best else None
    seen["queries"] += 1
    if best:  # some have no answer; their list must keep still all the same
        seen["answerable"] += 1
        seen["first"] += hit or len(query)
        seen["for good"] += stays or len(query)
    seen["empty"] += final == ""


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=os.environ.get("PARRY_BIN", str(sample.TOP / "build/release/parry")))
    p.add_argument("--unsteady", action="store_true", help="each keystroke as if typing rested there")
    a = p.parse_args()
    data = tempfile.mkdtemp(prefix="parry-flicker-")
    seen = collections.Counter()
    try:
        subprocess.run([a.parry, "index", "--data", data, str(sample.SAMPLE / "content")], check=True, capture_output=True)
        server, port = sample.serve(a.parry, data)
        try:
            c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            for query, audience, _, judged in sample.read_judgements():
                best = {x for x, grade in judged.items() if grade == max(judged.values())}
                type_query(c, " ".join(query.split()), audience, best, not a.unsteady, seen)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    share = seen["taken back"] / seen["keys"]
    print(f"{seen['queries']} queries, {seen['keys']} keystrokes: first result changed in {seen['changed'] / seen['keys']:.2%}, "
          f"taken back in {share:.2%} (bound {BOUND:.0%}); a best article is first after {seen['first'] / seen['answerable']:.1f} "
          f"letters, for good after {seen['for good'] / seen['answerable']:.1f}")
    assert seen["queries"] > 100 and seen["empty"] < seen["queries"] / 20, "too few queries find anything"
    sys.exit(0 if a.unsteady or share < BOUND else 1)


if __name__ == "__main__":
    main()
