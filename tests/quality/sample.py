#!/usr/bin/env python3
"""Quality of the sample help centre: its judged queries over HTTP, as customers and merchants ask them; fails under the floors.

    tests/quality/sample.py [--parry build/release/parry] [--misses]

Without model weights only the text floors are held, and the run says so."""
import argparse
import collections
import csv
import hashlib
import http.client
import json
import math
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = TOP / "examples/marketplace"
# nDCG@10 and recall@5 that each mode must reach, a little under what it reaches today: see docs/ranking.md.
FLOORS = {"hybrid": (0.83, 0.93), "text": (0.73, 0.81), "vector": (0.75, 0.86)}


def split_of(query):
    """Which part a query belongs to, by itself and for ever: examples/marketplace/README.md."""
    return "held" if hashlib.sha256(query.encode()).digest()[0] < 88 else "fit"


def read_judgements():
    """[(query, audience, split, {article: grade})], without judgements where nothing answers. Exits where a line is wrong."""
    queries = collections.OrderedDict()
    for path in sorted((SAMPLE / "judgements").glob("*.tsv")):
        with open(path, encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
                query, audience, split, judged = queries.setdefault(row["query"], (row["query"], row["audience"], row["split"], {}))
                if (audience, split) != (row["audience"], split_of(query)):
                    sys.exit(f"{path.name}: {query!r} must be {split_of(query)!r}, and of one audience")
                if row["article"] != "-":
                    judged[row["article"]] = int(row["grade"])
    queries = list(queries.values())
    for name, least, part in [("judged queries", 330, queries), ("without an answer", len(queries) / 10, [q for q in queries if not q[3]]),
                              ("held back", len(queries) / 3, [q for q in queries if q[2] == "held"])]:
        if len(part) < least:
            sys.exit(f"{len(part)} queries {name}: must be {math.ceil(least)} or more")
    return queries


def metrics(ranked, judged):
    gain = sum(judged.get(a, 0) / math.log2(i + 2) for i, a in enumerate(ranked[:10]))
    ideal = sum(g / math.log2(i + 2) for i, g in enumerate(sorted(judged.values(), reverse=True)[:10]))
    best = [a for a, g in judged.items() if g == max(judged.values())]
    return gain / ideal, float(any(a in ranked[:5] for a in best))


def mean(values, i):
    return sum(v[i] for v in values) / len(values)


def serve(parry, data):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen([parry, "serve", "--data", data, "--listen", f"127.0.0.1:{port}"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begin = time.monotonic()
    while time.monotonic() - begin < 60 and process.poll() is None:
        try:
            c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            c.request("GET", "/ready")
            if c.getresponse().status == 200:
                return process, port
        except OSError:
            time.sleep(0.05)
    process.kill()
    sys.exit("parry serve did not become ready")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=os.environ.get("PARRY_BIN", str(TOP / "build/release/parry")))
    p.add_argument("--misses", action="store_true", help="list the queries whose best article is not in the first five")
    a = p.parse_args()
    data = tempfile.mkdtemp(prefix="parry-quality-")
    failed, judgements = [], read_judgements()
    try:
        subprocess.run([a.parry, "index", "--data", data, str(SAMPLE / "content")], check=True, capture_output=True)
        server, port = serve(a.parry, data)
        try:
            c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            for mode, (ndcg_floor, recall_floor) in FLOORS.items():
                values, degraded = {"fit": [], "held": []}, False
                for query, audience, split, judged in judgements:
                    if not judged:
                        continue
                    c.request("GET", f"/v1/search?limit=10&mode={mode}&audience={audience}&q={urllib.parse.quote(query)}")
                    reply = c.getresponse()
                    body = json.loads(reply.read())
                    assert reply.status == 200, body
                    degraded |= body["degraded"]
                    values[split].append(metrics([h["id"] for h in body["hits"]], judged))
                    if a.misses and values[split][-1][1] == 0:
                        print(f"  {mode} missed: {query!r} wants {list(judged)}, got {[h['id'] for h in body['hits']][:3]}")
                if degraded:
                    print(f"{mode:<8} skipped: no model weights here")
                    continue
                everything = values["fit"] + values["held"]
                ndcg, recall = mean(everything, 0), mean(everything, 1)
                ok = ndcg >= ndcg_floor and recall >= recall_floor
                print(f"{mode:<8} {len(everything)} queries  nDCG@10 {ndcg:.4f} (floor {ndcg_floor})  "
                      f"recall@5 {recall:.4f} (floor {recall_floor})  {'ok' if ok else 'UNDER THE FLOOR'}")
                for split, part in values.items():
                    print(f"  {split:<6} {len(part)} queries  nDCG@10 {mean(part, 0):.4f}  recall@5 {mean(part, 1):.4f}")
                if not ok:
                    failed.append(mode)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
