#!/usr/bin/env python3
"""ir-measures scores our run files as `parry eval` prints them, to four digits: graded judgements, ties, documents that nobody
judged or that are not there, ids with spaces, excluded documents, several modes. Exits 77 (skipped) where ir-measures cannot
be had.

    tests/eval/trec.py [--parry build/release/parry] [--set DIR ...]
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
WORDS = "refund parcel courier label locker invoice voucher balance card merchant return window claim order late".split()


def load_ir_measures():
    done = subprocess.run([TOP / "tools/python/fetch.sh", TOP / "tests/eval/requirements.txt"], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode:
        sys.exit(77)
    sys.path.insert(0, done.stdout.strip())
    import ir_measures
    return ir_measures


def make_set(folder, layout):
    """60 documents of few words, so that many score the same; every third is a copy of the one before."""
    rng = random.Random(7)
    folder.mkdir()
    texts = []
    for i in range(60):
        texts.append(texts[-1] if i % 3 == 2 else " ".join(rng.choices(WORDS, k=8)))
    with open(folder / "corpus.jsonl", "w", encoding="utf-8") as f:
        for i, text in enumerate(texts):
            f.write(json.dumps({"_id": f"a folder/{i} of 60", "title": "Answer", "text": text}) + "\n")
    (folder / "qrels").mkdir()
    qrels = folder / ("qrels.tsv" if layout == "flat" else "qrels/test.tsv")
    with open(folder / "queries.jsonl", "w", encoding="utf-8") as f, open(qrels, "w", encoding="utf-8") as g, \
            open(folder / "exclude.tsv", "w", encoding="utf-8") as x:
        g.write("query-id\tcorpus-id\tscore\n")
        x.write("query-id\tcorpus-id\n")
        for q in range(40):
            f.write(json.dumps({"_id": f"q {q}", "text": " ".join(rng.choices(WORDS, k=2))}) + "\n")
            for d in rng.sample(range(60), 12):
                g.write(f"q {q}\ta folder/{d} of 60\t{rng.choice([-1, 0, 1, 1, 2, 3])}\n")
            g.write(f"q {q}\tnot there\t1\n")
            x.write(f"q {q}\ta folder/{rng.randrange(60)} of 60\n")
    (folder / "queries_oos.jsonl").write_text('{"_id": "o 1", "text": "late card"}\n', encoding="utf-8")
    return folder


def check(ir, parry, folder, modes):
    want = {"ndcg10": ir.nDCG @ 10, "recall5": ir.R @ 5, "recall10": ir.R @ 10, "mrr10": ir.RR @ 10}
    with tempfile.TemporaryDirectory() as out:
        run, qrels = f"{out}/run", f"{out}/qrels"
        done = subprocess.run([parry, "eval", "--set", folder, "--mode", modes, "--ablate", "--json", "--quiet", "--run", run,
                               "--qrels", qrels], check=True, capture_output=True, text=True)
        judged, compared = list(ir.read_trec_qrels(qrels)), 0
        excluded = pathlib.Path(folder, "exclude.tsv")
        excluded = set(excluded.read_text(encoding="utf-8").replace(" ", "%20").splitlines()[1:]) if excluded.exists() else set()
        for column in json.loads(done.stdout)["columns"]:
            name = column["name"].replace("- ", "without-")
            ranked = list(ir.read_trec_run(f"{run}.{name}"))
            assert ranked and not {f"{r.query_id}\t{r.doc_id}" for r in ranked} & excluded, "an excluded document was ranked"
            theirs = ir.calc_aggregate(want.values(), judged, ranked)
            for key, measure in want.items():
                if round(column[key], 4) != round(theirs[measure], 4) and abs(column[key] - theirs[measure]) > 2e-6:
                    sys.exit(f"{folder}: {name} {key} is {column[key]:.6f} for us and {theirs[measure]:.6f} for ir-measures")
                compared += 1
        assert compared > 4 * 10, "neither modes nor ablations were compared"
        print(f"{pathlib.Path(folder).name}: {compared} figures are the same")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=os.environ.get("PARRY_BIN", str(TOP / "build/release/parry")))
    p.add_argument("--set", action="append", default=[], help="a judged set of your own, too")
    a = p.parse_args()
    ir = load_ir_measures()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        check(ir, a.parry, make_set(work / "flat", "flat"), "text")
        check(ir, a.parry, make_set(work / "beir", "beir"), "all")
    for folder in a.set:
        check(ir, a.parry, folder, "all")


if __name__ == "__main__":
    main()
