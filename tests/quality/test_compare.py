"""compare.py and what it stands on, against values worked out by hand; then with a stand-in for parry, and with parry itself on a
tiny set. Exits 77 (skipped) without numpy."""
import itertools
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy as np
except ModuleNotFoundError:
    print("skipped: numpy is not here")
    sys.exit(77)

import bm25
import porter2
import rankings

HERE = pathlib.Path(__file__).resolve().parent
PARRY = os.environ.get("PARRY_BIN", str(HERE.parent.parent / "build/release/parry"))
SECOND = 1 / math.log2(3)  # nDCG of the only right one in second place
# Eight queries; hybrid puts the right one second, vector first, text finds nothing.
STAND_IN = f"""#!/usr/bin/env python3
import json, sys
a = dict(zip(sys.argv, sys.argv[1:]))
Q = [f"q{{i}}" for i in range(8)]
ranked = {{"hybrid": ["b", "a"], "text": [], "vector": ["a", "b"]}}
for mode, docs in ranked.items():
    open(a["--run"] + "." + mode, "w").write("".join(
        f"{{q}} Q0 {{d}} {{i + 1}} {{9 - i}} x\\n" for q in Q for i, d in enumerate(docs)))
open(a["--qrels"], "w").write("".join(f"{{q}} 0 a 2\\n{{q}} 0 b 0\\n" for q in Q))
open(a["--per-query"], "w").write("query\\ttext\\taudience\\n" + "".join(f"{{q}}\\tlost parcels\\t\\n" for q in Q))
print(json.dumps({{"columns": [dict(name=m, ndcg10=n, recall10=r, mrr10=x) for m, n, r, x in
                  [("hybrid", {SECOND}, 1, .5), ("text", 0, 0, 0), ("vector", 1, 1, 1)]]}}))
"""


class Figures(unittest.TestCase):
    def test_ndcg_recall_and_reciprocal_rank(self):
        # gains 1 in the second place and 3 in the fourth; ideal 3, 2, 1
        ndcg, recall, mrr = rankings.figures(["x", "c", "y", "a"], {"a": 3, "b": 2, "c": 1, "y": -1})
        self.assertAlmostEqual(ndcg, (1 / math.log2(3) + 3 / math.log2(5)) / (3 + 2 / math.log2(3) + 1 / math.log2(4)))
        self.assertEqual((recall, mrr), (2 / 3, 0.5))
        self.assertEqual(rankings.figures([], {"a": 1}), (0, 0, 0))
        self.assertEqual(rankings.figures([f"x{i}" for i in range(10)] + ["a"], {"a": 1}), (0, 0, 0))

    def test_p_is_that_of_all_exchanges(self):
        d = np.array([0.3, 0.1, -0.2, 0.4, 0.25, 0.15, 0.0])
        sums = [abs(np.dot(s, d)) for s in itertools.product((-1, 1), repeat=len(d))]
        exact = np.mean([s >= abs(d.sum()) - 1e-12 for s in sums])
        self.assertAlmostEqual(rankings.p_value(d, 0 * d), exact, delta=0.015)
        self.assertEqual(rankings.p_value(d, 0 * d), rankings.p_value(0 * d, d))  # seeded, two-sided
        self.assertAlmostEqual(rankings.p_value(np.ones(6), np.zeros(6)), 2 / 64, delta=0.006)
        self.assertEqual(rankings.p_value(d, d), 1)

    def test_holm(self):  # .01 x 3; .03 x 2; .04 x 1, which may not be less than the one before
        for got, want in zip(rankings.holm([0.04, 0.01, 0.03]), (0.06, 0.03, 0.06)):
            self.assertAlmostEqual(got, want)

    def test_reciprocal_rank_fusion(self):
        fused = rankings.reciprocal_ranks({"q": {"a": 9, "b": 8}}, {"q": {"b": 1}})["q"]
        self.assertEqual(list(fused), ["b", "a"])
        self.assertAlmostEqual(fused["b"], 1 / 62 + 1 / 61)

    def test_each_half_is_ranked_by_the_weight_of_the_other(self):
        right, wrong = {"a": 2, "b": 1}, {"b": 2, "a": 1}
        qrels = {f"q{i}": {"a": 1} for i in range(6)}
        run, weights = rankings.tuned({q: wrong for q in qrels}, {q: right for q in qrels}, qrels)
        self.assertTrue(all(w > 0.5 for w in weights) and all(next(iter(r)) == "a" for r in run.values()))

    def test_a_weight_is_never_picked_on_what_it_ranks(self):
        a, b = {"a": 2, "b": 1}, {"b": 2, "a": 1}
        queries = sorted(f"q{i}" for i in range(6))
        random.Random(1).shuffle(queries)
        qrels = {q: {"ab"[i % 2]: 1} for i, q in enumerate(queries)}  # one list is right for the one half, one for the other
        run, _ = rankings.tuned(dict.fromkeys(queries, a), dict.fromkeys(queries, b), qrels)
        self.assertAlmostEqual(rankings.measure(run, qrels)[:, 0].mean(), SECOND)

    def test_ids_with_spaces(self):
        self.assertEqual(rankings.trec_id("a b\tc"), "a%20b%09c")


class Words(unittest.TestCase):
    def test_stems(self):
        for word, stem in {"caresses": "caress", "ties": "tie", "cries": "cri", "gaps": "gap", "gas": "gas", "hopping": "hop",
                           "hoping": "hope", "luxuriated": "luxuri", "relational": "relat", "happiness": "happi",
                           "generously": "generous", "skies": "sky", "succeed": "succeed", "by": "by", "customer's": "custom",
                           "say": "say", "yellow": "yellow", "hopefulness": "hope", "refunds": "refund", "arrived": "arriv"}.items():
            self.assertEqual(porter2.stem(word), stem, word)

    def test_bm25(self):
        scores = bm25.Bm25(["lost parcel", "parcels, lost and lost", "the cat"]).scores("The parcel is LOST")
        idf, mean = math.log(1 + 1.5 / 2.5), 6 / 3  # lengths 2, 3, 1 without stop words

        def part(times, length):
            return idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / mean))
        for got, want in zip(scores, (2 * part(1, 2), part(1, 3) + part(2, 3), 0)):
            self.assertAlmostEqual(got, want)


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-compare-test-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.set = self.dir / "tiny"
        self.set.mkdir()
        self.write("corpus.jsonl", ['{"_id": "a", "title": "Lost parcels", "text": "Claim it."}',
                                    '{"_id": "b", "title": "Vouchers", "text": "Spend a voucher."}'])
        self.write("queries.jsonl", [json.dumps({"_id": f"q{i}", "text": "lost parcels"}) for i in range(8)])
        self.write("qrels.tsv", ["query-id\tcorpus-id\tscore"] + [f"q{i}\ta\t2" for i in range(8)])
        self.stand_in = self.dir / "parry"
        self.stand_in.write_text(STAND_IN, encoding="utf-8")
        self.stand_in.chmod(0o755)

    def write(self, name, lines):
        (self.set / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run_compare(self, *args, parry=None, code=0):
        done = subprocess.run([sys.executable, HERE / "compare.py", "--parry", parry or self.stand_in, *args, self.set],
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if "--json" in args else done.stdout + done.stderr

    def test_worse_than_the_best_recipe(self):
        s = self.run_compare("--json", "--fail-if-worse", code=1)
        r = s["sets"][0]
        self.assertEqual((r["documents"], r["queries"], r["verdict"], s["worse"], s["better"]), (2, 8, "worse", 1, 0))
        self.assertAlmostEqual(r["runs"]["hybrid"]["ndcg10"], SECOND)
        self.assertEqual([r["runs"][n]["ndcg10"] for n in ("BM25", "vector", "RRF", "tuned", "text")], [1, 1, 1, 1, 0])
        self.assertAlmostEqual(r["runs"]["vector"]["difference"], SECOND - 1)
        self.assertAlmostEqual(r["runs"]["vector"]["p"], 2 / 256, delta=0.004)
        self.assertEqual((r["runs"]["vector"]["better"], r["runs"]["vector"]["worse"]), (0, 8))
        self.assertIn("worse on 1", self.run_compare("--losses", "2"))

    def test_another_run_is_judged(self):
        run = self.dir / "tiny.run"
        run.write_text("".join(f"q{i} Q0 a 1 1 mine\n" for i in range(8)), encoding="utf-8")
        s = self.run_compare("--json", "--fail-if-worse", "--run", f"mine={self.dir}/{{set}}.run", "--judge", "mine")
        self.assertEqual((s["means"]["mine"]["ndcg10"], s["worse"], s["sets"][0]["runs"]["hybrid"]["worse"]), (1, 0, 0))
        self.assertAlmostEqual(s["sets"][0]["runs"]["hybrid"]["difference"], 1 - SECOND)

    def test_another_dense_side(self):
        (self.dir / "tiny.dense").write_text("".join(f"q{i} Q0 b 1 1 x\n" for i in range(8)), encoding="utf-8")
        runs = self.run_compare("--json", "--dense", f"{self.dir}/{{set}}.dense")["sets"][0]["runs"]
        self.assertEqual([runs[n]["ndcg10"] for n in ("vector", "BM25", "tuned")], [0, 1, 1])

    def test_an_excluded_document_is_not_ranked(self):
        self.write("exclude.tsv", ["query-id\tcorpus-id", "q0\ta"])
        self.assertEqual(self.run_compare("--json")["sets"][0]["runs"]["BM25"]["ndcg10"], 7 / 8)

    def test_mistakes_are_told(self):
        self.assertIn("no run", self.run_compare("--run", "x=/none/{set}", code=1))
        self.assertIn("no nothing to judge", self.run_compare("--judge", "nothing", code=1))
        self.assertIn("NAME=FILE", self.run_compare("--run", "x", code=2))
        self.assertIn("taken", self.run_compare("--run", "BM25=x", code=2))

    def test_with_parry_itself(self):
        s = self.run_compare("--json", "--judge", "text", parry=PARRY)
        self.assertEqual([s["means"][n]["ndcg10"] for n in ("text", "BM25")], [1, 1])
        self.assertEqual(s["sets"][0]["runs"]["BM25"]["p"], 1)

    def test_a_markdown_tree_with_audiences(self):
        tree = self.set / "content"
        tree.mkdir()
        (self.set / "corpus.jsonl").unlink()
        (self.set / "queries.jsonl").unlink()
        for name, audience, title in (("a", "customer", "Lost parcels"), ("b", "merchant", "Lost parcels of parcels"), ("c", "customer", "Cats")):
            (tree / f"{name}.md").write_text(f"---\ntitle: {title}\naudience: {audience}\n---\n\nClaim it.\n", encoding="utf-8")
        self.write("judgements.tsv", ["query\tarticle\tgrade\taudience", "lost parcels\ta\t2\tcustomer", "lost parcels\tb\t2\tmerchant"])
        s = self.run_compare("--json", "--judge", "text", parry=PARRY)
        self.assertEqual([s["means"][n]["ndcg10"] for n in ("text", "BM25")], [1, 1])
        self.assertEqual((s["sets"][0]["documents"], s["sets"][0]["queries"]), (3, 2))


if __name__ == "__main__":
    unittest.main()
