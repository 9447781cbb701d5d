#!/usr/bin/env python3
"""The main job at size: index from nothing, search in process, serve, change one article.

    tests/bench/main_job.py [--parry build/release/parry] [--passages FILE.jsonl.gz] [--queries FILE]

FILE holds passages, one JSON object a line {"path", "title", "heading", "text"}; passages of one path become one Markdown
article. Without --passages the sample help centre is used, which is small. Prints one table; everything runs on loopback in a
temporary folder. Times are of this machine; compare ratios within one run."""
import argparse
import collections
import gzip
import http.client
import json
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


def write_tree(passages, tree):
    articles = collections.OrderedDict()
    opener = gzip.open if str(passages).endswith(".gz") else open
    with opener(passages, "rt", encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            articles.setdefault((row.get("src", ""), row["path"]), []).append(row)
    for i, rows in enumerate(articles.values()):
        body = "".join(("\n## " + r["heading"] + "\n\n" if r["heading"] else "\n") + r["text"] + "\n" for r in rows)
        (tree / f"a{i:05}.md").write_text(f"---\ntitle: {json.dumps(rows[0]['title'])}\n---\n{body}", encoding="utf-8")
    return len(articles)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(port, path):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    c.request("GET", path)
    r = c.getresponse()
    return r.status, r.read()


def rss_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


def until_live(port, word, deadline=30):
    begin = time.monotonic()
    while time.monotonic() - begin < deadline:
        status, body = get(port, "/v1/search?mode=text&q=" + word)
        if status == 200 and any(word in h["title"] for h in json.loads(body)["hits"]):
            return time.monotonic() - begin
        time.sleep(0.005)
    sys.exit(f"{word} was not live after {deadline} s")


def judged_folder(tree, queries, folder):
    """The tree as a judged set, so that `parry eval` times the stages in process; the judgements are only there for form."""
    folder.mkdir()
    names = sorted(p.name for p in tree.glob("*.md"))
    with open(folder / "corpus.jsonl", "w", encoding="utf-8") as f:
        for n in names:
            text = (tree / n).read_text(encoding="utf-8").split("---\n", 2)
            f.write(json.dumps({"_id": n, "title": json.loads(text[1].split(":", 1)[1]), "text": text[2]}) + "\n")
    with open(folder / "queries.jsonl", "w", encoding="utf-8") as f, open(folder / "qrels.tsv", "w", encoding="utf-8") as g:
        g.write("query-id\tcorpus-id\tscore\n")
        for i, q in enumerate(queries):
            f.write(json.dumps({"_id": f"q{i}", "text": q}) + "\n")
            g.write(f"q{i}\t{names[0]}\t1\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=str(TOP / "build/release/parry"))
    p.add_argument("--passages")
    p.add_argument("--queries", help="a text file, a query a line")
    a = p.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="parry-bench-"))
    server = None
    try:
        tree = work / "tree"
        if a.passages:
            tree.mkdir()
            write_tree(a.passages, tree)
        else:
            shutil.copytree(TOP / "examples/marketplace/content", tree)
        queries = ["refund not received", "change delivery address", "how do i reset my password"]
        if a.queries:
            queries = [q.strip() for q in open(a.queries, encoding="utf-8") if q.strip()]
        data = str(work / "data")
        begin = time.monotonic()
        out = subprocess.run([a.parry, "index", "--data", data, str(tree)], check=True, capture_output=True, text=True)
        indexed = time.monotonic() - begin
        begin = time.monotonic()
        subprocess.run([a.parry, "index", "--data", data, str(tree)], check=True, capture_output=True)
        again = time.monotonic() - begin
        print((out.stdout + out.stderr).strip().splitlines()[-1])
        print(f"{'index from nothing':<36}{indexed:>10.2f} s")
        print(f"{'index again, nothing changed':<36}{again:>10.2f} s")

        if a.passages:
            judged_folder(tree, queries, work / "set")
            for mode in ("hybrid", "text", "vector"):
                out = subprocess.run([a.parry, "eval", "--set", str(work / "set"), "--mode", mode, "--json", "--quiet",
                                      "--keep", str(work / "eval")], check=True, capture_output=True, text=True)
                stages = json.loads(out.stdout)["columns"][0]["latency_us"]
                for stage, t in stages.items():
                    print(f"{mode + ' ' + stage + ' p50/p95/p99':<36}{t['p50']:>10.0f}{t['p95']:>8.0f}{t['p99']:>8.0f} us")

        port = free_port()
        server = subprocess.Popen([a.parry, "serve", "--data", data, "--content", str(tree), "--listen", f"127.0.0.1:{port}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begin = time.monotonic()
        while True:
            try:
                if get(port, "/ready")[0] == 200:
                    break
            except OSError:
                pass
            if time.monotonic() - begin > 60 or server.poll() is not None:
                sys.exit("parry serve did not become ready")
            time.sleep(0.01)
        print(f"{'serve: ready after':<36}{time.monotonic() - begin:>10.2f} s")
        times = []
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for q in queries[:300] * 2:
            begin = time.monotonic()
            connection.request("GET", "/v1/search?q=" + urllib.parse.quote(q))
            connection.getresponse().read()
            times.append((time.monotonic() - begin) * 1e3)
        times.sort()
        print(f"{'search over HTTP p50/p95':<36}{statistics.median(times):>10.2f}{times[int(len(times) * .95)]:>8.2f} ms")
        print(f"{'resident memory of the server':<36}{rss_mb(server.pid):>10.0f} MB")
        live = []
        for i in range(5):
            word = f"zylophant{i}x"
            (tree / f"new{i}.md").write_text(f"---\ntitle: About {word}\n---\nA new article.\n", encoding="utf-8")
            live.append(until_live(port, word))
        print(f"{'one new article live after, median':<36}{statistics.median(live):>10.2f} s   (worst {max(live):.2f} s)")
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
