#!/usr/bin/env python3
"""Recall over the articles in many languages of examples/languages, all in one index: each language's judged queries with a
locale filter and without one (then the language is guessed), by text and hybrid; fails where any of them is under the floor.

    tests/quality/languages.py [--parry build/release/parry] [--misses]

Without model weights only text is held, and the run says so."""
import argparse
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

SET = sample.TOP / "examples/languages"
FLOOR = 0.9  # recall@5 of every language, with and without a filter
MODES = ("text", "hybrid")


def judged_queries(path):
    queries = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, article, grade = line.split("\t")
        queries.setdefault(query, {})[article] = int(grade)
    return queries


def ask(connection, query, mode, locale):
    told = f"&locale={locale}" if locale else ""
    connection.request("GET", f"/v1/search?limit=10&mode={mode}{told}&q={urllib.parse.quote(query)}")
    reply = connection.getresponse()
    body = json.loads(reply.read())
    assert reply.status == 200, body
    return body


def measure(connection, queries, mode, locale, misses):
    """(recall@5, nDCG@10) over the queries, or None where the mode is not to be had."""
    values = []
    for query, judged in queries.items():
        body = ask(connection, query, mode, locale)
        if body["degraded"]:
            return None
        ranked = [h["id"] for h in body["hits"]]
        ndcg, found = sample.metrics(ranked, judged)
        values.append((found, ndcg))
        if misses and not found:
            print(f"  {mode} {locale or 'guessed'} missed: {query!r} wants {list(judged)}, got {ranked[:3]}")
    return [sum(column) / len(values) for column in zip(*values)]


def run(connection, misses):
    failed = False
    print(f"{'':8}{'':>8}" + "".join(f"{m + ', ' + f:>26}" for m in MODES for f in ("filter", "guessed")))
    for path in sorted((SET / "judgements").glob("*.tsv")):
        queries, cells = judged_queries(path), []
        for mode in MODES:
            for locale in (path.stem, ""):
                if locale == "mixed":
                    cells.append("-")
                    continue
                values = measure(connection, queries, mode, locale, misses)
                cells.append("no model" if values is None else f"{values[0]:.3f} (nDCG {values[1]:.3f})")
                failed |= values is not None and values[0] < FLOOR
        print(f"{path.stem:8}{len(queries):>8}" + "".join(f"{c:>26}" for c in cells))
    return failed


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=os.environ.get("PARRY_BIN", str(sample.TOP / "build/release/parry")))
    p.add_argument("--misses", action="store_true", help="list the queries whose best article is not in the first five")
    a = p.parse_args()
    data = tempfile.mkdtemp(prefix="parry-languages-")
    try:
        subprocess.run([a.parry, "index", "--data", data, str(SET / "content")], check=True, capture_output=True)
        server, port = sample.serve(a.parry, data)
        try:
            failed = run(http.client.HTTPConnection("127.0.0.1", port, timeout=10), a.misses)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    sys.exit(f"recall@5 is under {FLOOR}" if failed else 0)


if __name__ == "__main__":
    main()
