#!/usr/bin/env python3
"""Is Parry's ranking better than fixed recipes? Over any judged sets, with significance.

    tests/quality/compare.py [--parry build/release/parry] [options] SETDIR...

SETDIR: a set in BEIR's layout, or a Markdown tree with judgements (docs/evaluation.md). On each, `parry eval` ranks by hybrid, text
and vector in one index, and hybrid is held against

    BM25     k1 1.2, b .75, Snowball's English stems, stop words, title and text as one field, in plain Python (bm25.py)
    vector   Parry's own vector mode, or the run that --dense names (Parry's mode is itself a fitted mix of six vectors)
    RRF      reciprocal rank fusion of those two, k 60
    tuned    those two by min-max and a weight, picked on one half of this very set's queries and scored on the other, both ways

by nDCG@10, recall@10 and MRR@10, with Fisher's paired randomisation test on nDCG@10, two-sided. The best of them (marked *) is
chosen after the fact, by what is measured, so beating it is harder than beating any of them named before.

Examples:
    tests/quality/compare.py ../shared/data/sets/*
    tests/quality/compare.py --keep /tmp/vectors --fail-if-worse --losses 10 beir/scifact examples/marketplace
    tests/quality/compare.py --keep /tmp/k --signals /tmp/s made/sets/*              # then, with models that never saw a family:
    tests/quality/fit/fit.py /tmp/s/*.tsv --left-out-runs /tmp/r
    tests/quality/compare.py --keep /tmp/k --run left-out=/tmp/r/{set}.run --judge left-out made/sets/*

`parry eval` has the same test in C (eval/compare.h), for its own columns; the recipes here are made outside of it. Needs numpy.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
MODES = ("hybrid", "text", "vector")
BASELINES = ("BM25", "vector", "RRF", "tuned")
LEVEL = 0.05

try:
    import bm25
    import rankings
    import titles
except ModuleNotFoundError as e:
    sys.exit(f"compare.py needs {e.name}: pip install numpy")


class Documents:
    """names, titles, texts and audiences (None: for all) of what a set ranks, as the set's author wrote them."""

    def __init__(self, folder, judged):
        corpus = folder / "corpus.jsonl"
        rows = list(self.beir(corpus)) if corpus.exists() else list(self.tree(folder, judged))
        self.names, self.titles, self.texts, self.audiences = map(list, zip(*rows))
        self.title_of = dict(zip(self.names, self.titles))

    @staticmethod
    def beir(corpus):
        with open(corpus, encoding="utf-8") as f:
            for row in map(json.loads, f):
                yield rankings.trec_id(row["_id"]), row.get("title", ""), row["text"], None

    @staticmethod
    def tree(folder, judged):
        """By id, or by path where most judgements are by path: as `parry eval` names them."""
        root = folder / "content" if (folder / "content").is_dir() else folder
        rows = []
        for path in sorted(root.rglob("*.md")):
            text = path.read_text(encoding="utf-8-sig", errors="replace").replace("\r\n", "\n")
            head = re.match(r"---\n(.*?)\n---\n", text, re.S)
            front = dict(re.findall(r"^(id|audience):[ \t]*(.+?)[ \t]*$", head.group(1), re.M)) if head else {}
            if head and titles.HIDDEN.search(head.group(1)):
                continue
            body = text[head.end():] if head else text
            title = titles.title_of(path) or (re.search(r"^# (.*)$", body, re.M) or [""])[0]
            place = path.relative_to(root).as_posix()
            rows.append((front.get("id", place.removesuffix(".md")), place, title, body, front.get("audience", "customer")))
        by_path = len(judged & {rankings.trec_id(r[1]) for r in rows}) > len(judged & {rankings.trec_id(r[0]) for r in rows})
        return ((rankings.trec_id(r[by_path]), *r[2:]) for r in rows)


class Judged:
    """One set: queries {id: (text, audience)}, qrels, and what `parry eval` ranked."""

    def __init__(self, folder, a, work):
        self.name = folder.resolve().name
        report = self.evaluate(folder, a, work)
        self.qrels = {q: j for q, j in rankings.read_qrels(work / "qrels").items() if any(g > 0 for g in j.values())}
        with open(work / "queries.tsv", encoding="utf-8", newline="") as f:
            rows = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
            self.queries = {rankings.trec_id(r["query"]): (r["text"], r["audience"]) for r in rows}
        self.qrels = {q: self.qrels[q] for q in self.queries}
        self.documents = Documents(folder, {d for j in self.qrels.values() for d in j})
        self.runs = {c["name"]: rankings.read_run(work / f"run.{c['name']}") for c in report["columns"]}
        for c in report["columns"]:
            ours = rankings.measure(self.runs[c["name"]], self.qrels).mean(0)
            if max(abs(ours - [c[m] for m in rankings.MEASURES])) > 1e-4:
                sys.exit(f"{self.name}: {c['name']} is {ours} here and {[c[m] for m in rankings.MEASURES]} for parry eval: a defect")
        if a.dense:
            self.runs["vector"] = rankings.read_run(path_for(self.name, a.dense))
        self.add_recipes(folder)

    def evaluate(self, folder, a, work):
        command = [a.parry, "eval", "--set", str(folder), "--mode", "all", "--json", "--quiet", "--run", str(work / "run"),
                   "--qrels", str(work / "qrels"), "--per-query", str(work / "queries.tsv")]
        for option, base, end in (("--keep", a.keep, ""), ("--signals", a.signals, ".tsv")):
            if base:
                base.mkdir(parents=True, exist_ok=True)
                command += [option, str(base / (self.name + end))]
        command += ["--split", a.split] if a.split else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{self.name}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def add_recipes(self, folder):
        self.runs["BM25"] = self.bm25(folder)
        self.weights = None
        if "vector" in self.runs:
            self.runs["RRF"] = rankings.reciprocal_ranks(self.runs["BM25"], self.runs["vector"])
            self.runs["tuned"], self.weights = rankings.tuned(self.runs["BM25"], self.runs["vector"], self.qrels)

    def bm25(self, folder):
        d, path = self.documents, folder / "exclude.tsv"
        left_out = {tuple(map(rankings.trec_id, line.split("\t")[:2]))
                    for line in (path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else [])}
        engine, run = bm25.Bm25([f"{t} {x}" for t, x in zip(d.titles, d.texts)]), {}
        for q, (text, audience) in self.queries.items():
            run[q] = rankings.best_first({
                name: float(s) for name, s, of in zip(d.names, engine.scores(text), d.audiences)
                if s > 0 and (not audience or of in (None, audience)) and (q, name) not in left_out})
        return run


def path_for(name, path):
    path = path.replace("{set}", name)
    if not os.path.exists(path):
        sys.exit(f"{name}: there is no run {path}; {{set}} stands for the set's name")
    return path


def add_runs(judged, extra):
    for name, path in extra:
        judged.runs[name] = rankings.read_run(path_for(judged.name, path))


def compare(judged, name):
    """What a set says, for --json and for print_set; also figures, a row a query, by name of the run."""
    if name not in judged.runs:
        sys.exit(f"{judged.name}: there is no {name} to judge" + (": no model weights here (./dev setup)" if name in MODES else ""))
    rows = {n: rankings.measure(run, judged.qrels) for n, run in judged.runs.items()}
    runs = {}
    for n, row in rows.items():
        runs[n] = dict(zip(rankings.MEASURES, row.mean(0).tolist()))
        if n != name:
            d = rows[name][:, 0] - row[:, 0]
            runs[n].update(difference=float(d.mean()), p=rankings.p_value(rows[name][:, 0], row[:, 0]),
                           better=int((d > 1e-9).sum()), worse=int((d < -1e-9).sum()))
    best = max((b for b in BASELINES if b in runs and b != name), key=lambda b: runs[b]["ndcg10"])
    return {"set": judged.name, "documents": len(judged.documents.names), "queries": len(judged.qrels), "runs": runs, "best": best,
            "weights": judged.weights, "verdict": verdict(runs[best]["difference"], runs[best]["p"])}, rows


def verdict(difference, p):
    return ("better" if difference > 0 else "worse") if p < LEVEL else ""


def sum_up(results, name):
    """Over the sets: means, and how often the judged one is significantly better or worse than a set's best recipe."""
    names = [n for n in results[0]["runs"] if all(n in r["runs"] for r in results)]
    corrected = rankings.holm([r["runs"][r["best"]]["p"] for r in results])
    for r, p in zip(results, corrected):
        r["holm"] = {"p": p, "verdict": verdict(r["runs"][r["best"]]["difference"], p)}
    means = {n: {m: sum(r["runs"][n][m] for r in results) / len(results) for m in rankings.MEASURES} for n in names}

    def count(of, word):
        return sum((r["holm"] if of == "holm" else r)["verdict"] == word for r in results)
    return {"judged": name, "sets": results, "means": means, "better": count("", "better"), "worse": count("", "worse"),
            "better_holm": count("holm", "better"), "worse_holm": count("holm", "worse")}


def print_set(r, name):
    weights = f", tuned weights of vector {r['weights'][0]} and {r['weights'][1]}" if r["weights"] else ""
    print(f"\n{r['set']}: {r['documents']} documents, {r['queries']} queries{weights}")
    print(f"{'':14}{'nDCG@10':>9}{'recall@10':>11}{'MRR@10':>9}   {name + ' less it':>18}{'p':>9}{'better':>8}{'worse':>7}")
    for n in sorted(r["runs"], key=lambda n: n != name):
        v = r["runs"][n]
        print(f"{n + (' *' if n == r['best'] else ''):<14}{v['ndcg10']:>9.4f}{v['recall10']:>11.4f}{v['mrr10']:>9.4f}"
              + ("" if n == name else f"   {v['difference']:>+18.4f}{v['p']:>9.4f}{v['better']:>8}{v['worse']:>7}"), flush=True)


def print_losses(judged, r, rows, name, n):
    """Where the judged one loses most against the set's best recipe."""
    lost = rows[name][:, 0] - rows[r["best"]][:, 0]
    queries = list(judged.qrels)

    def told(d):
        return f"{judged.documents.title_of.get(d, '') or d:.60}"

    def place(run, q):
        ranks = [i for i, d in enumerate(run.get(q, {}), 1) if judged.qrels[q].get(d, 0) > 0]
        return ranks[0] if ranks else "none"
    for i in lost.argsort(kind="stable")[:n]:
        if lost[i] > -1e-9:
            break
        q = queries[i]
        right = next(d for d, g in judged.qrels[q].items() if g == max(judged.qrels[q].values()))
        first = next(iter(judged.runs[name].get(q, {})), "")
        print(f"  {lost[i]:+.3f} {q} {judged.queries[q][0]!r}: wants {told(right)!r}, first is {told(first)!r}; places "
              + ", ".join(f"{m} {place(judged.runs[m], q)}" for m in judged.runs))


def print_summary(s):
    name, results = s["judged"], s["sets"]
    columns = [name] + [b for b in BASELINES if b in s["means"] and b != name]
    print(f"\n{'nDCG@10':<22}" + "".join(f"{c:>9.8}" for c in columns) + f"  {'best':<8}{'less it':>9}{'p':>9}{'Holm':>9}")
    for r in results:
        best = r["runs"][r["best"]]
        print(f"{r['set']:<22.21}" + "".join(f"{r['runs'][c]['ndcg10']:>9.4f}" for c in columns)
              + f"  {r['best']:<8}{best['difference']:>+9.4f}{best['p']:>9.4f}{r['holm']['p']:>9.4f}  {r['verdict']}")
    print(f"{'mean':<22}" + "".join(f"{s['means'][c]['ndcg10']:>9.4f}" for c in columns))
    print(f"\n{name} against the best recipe of each of {len(results)} sets, p < {LEVEL}: significantly better on {s['better']}, "
          f"worse on {s['worse']}; corrected for so many sets (Holm): better on {s['better_holm']}, worse on {s['worse_holm']}")


def named(text):
    name, eq, path = text.partition("=")
    if not name or not eq or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE")
    if name in MODES + BASELINES:
        raise argparse.ArgumentTypeError(f"{name} is taken: another name, please")
    return name, path


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=os.environ.get("PARRY_BIN", str(TOP / "build/release/parry")))
    p.add_argument("--keep", type=pathlib.Path, metavar="DIR", help="leave the indexes in DIR/SET, so that the next run is quick")
    p.add_argument("--signals", type=pathlib.Path, metavar="DIR", help="write DIR/SET.tsv for fit.py")
    p.add_argument("--split", choices=("fit", "held"), help="only queries of this part")
    p.add_argument("--run", type=named, action="append", default=[], metavar="NAME=FILE",
                   help="one more TREC run to set beside; {set} in FILE stands for the set's name")
    p.add_argument("--dense", metavar="FILE", help="a TREC run to take for `vector`, also in RRF and tuned; {set} as in --run")
    p.add_argument("--judge", default="hybrid", metavar="NAME", help="the ranking that is judged (default hybrid)")
    p.add_argument("--losses", type=int, default=0, metavar="N", help="show the N queries that lose most to the set's best recipe")
    p.add_argument("--json", action="store_true", help="print JSON instead of tables")
    p.add_argument("--fail-if-worse", action="store_true",
                   help=f"exit with 1 where it is significantly worse than the best recipe on any set (p < {LEVEL}, not corrected)")
    p.add_argument("sets", nargs="+", type=pathlib.Path, metavar="SETDIR")
    a = p.parse_args()
    names = [s.resolve().name for s in a.sets]
    if len(set(names)) < len(names):
        p.error("two sets have the same name; give folders of different names")
    return a


def main():
    a, results = arguments(), []
    for folder in a.sets:
        with tempfile.TemporaryDirectory(prefix="parry-compare-") as work:
            judged = Judged(folder, a, pathlib.Path(work))
        add_runs(judged, a.run)
        result, rows = compare(judged, a.judge)
        results.append(result)
        if not a.json:
            print_set(result, a.judge)
            print_losses(judged, result, rows, a.judge, a.losses)
    summary = sum_up(results, a.judge)
    if a.json:
        print(json.dumps(summary, indent=1))
    else:
        print_summary(summary)
    sys.exit(1 if a.fail_if_worse and summary["worse"] else 0)


if __name__ == "__main__":
    main()
