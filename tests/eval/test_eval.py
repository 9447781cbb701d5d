"""`parry eval` from outside: where sets may lie, and what its files and options give."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PARRY = os.environ.get("PARRY_BIN", str(TOP / "build/release/parry"))
ARTICLES = {"money/refund.md": "# Refunds\n\nMoney comes back in five days.\n", "parcel.md": "# Parcels\n\nTrack a parcel.\n",
            "card.md": "---\nid: the-card\n---\n# Cards\n\nA lost card and the money on it.\n"}


class Eval(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-eval-test-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.tree = self.dir / "help/content"
        for name, text in ARTICLES.items():
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / name).write_text(text, encoding="utf-8")

    def run_eval(self, *args, code=0):
        done = subprocess.run([PARRY, "eval", "--quiet", "--json", "--mode", "text", "--option", "encoder.model_dir=/none",
                               *map(str, args)], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def table(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("query\tarticle\tgrade\n" + text, encoding="utf-8")

    def test_a_tree_with_judgements_beside_it(self):
        self.table("help/judgements/a.tsv", "money back\tmoney/refund\t2\nmoney back\tthe-card\t1\nlion\t-\t0\n")
        self.table("help/judgements-more.tsv", "parcel\tparcel\t2\n")
        report = self.run_eval("--set", self.dir / "help")
        self.assertEqual((report["documents"], report["queries"], report["unanswerable"]), (3, 2, 1))
        self.assertEqual(report["columns"][0]["ndcg10"], 1)
        self.assertEqual(report["columns"][0]["sureness"]["auroc"], 1)

    def test_the_tree_itself_may_hold_them(self):
        self.table("help/content/judgements.tsv", "parcel\tparcel.md\t2\n")
        self.assertEqual(self.run_eval("--tree", self.tree)["columns"][0]["mrr10"], 1)

    def test_beirs_files_over_a_tree_go_by_path(self):
        judged = self.dir / "set"
        judged.mkdir()
        (judged / "queries.jsonl").write_text('{"_id": "q1", "text": "money"}\n', encoding="utf-8")
        (judged / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tcard.md\t1\nq1\tgone.md\t1\n", encoding="utf-8")
        (judged / "exclude.tsv").write_text("query-id\tcorpus-id\nq1\tmoney/refund.md\n", encoding="utf-8")
        run, qrels = self.dir / "run", self.dir / "qrels"
        report = self.run_eval("--set", judged, "--tree", self.tree, "--run", run, "--qrels", qrels)
        self.assertEqual(report["judgements_of_nothing"], 1)
        self.assertEqual((report["columns"][0]["mrr10"], report["columns"][0]["recall10"]), (1, 0.5))
        self.assertEqual([line.split()[2] for line in run.read_text(encoding="utf-8").splitlines()], ["card.md"])
        self.assertEqual(qrels.read_text(encoding="utf-8"), "q1 0 card.md 1\nq1 0 gone.md 1\n")

    def test_without_what_answers_the_first_answer_says_less(self):
        self.table("help/judgements.tsv", "track parcel\tparcel\t2\nlost card\tthe-card\t2\n")
        report = self.run_eval("--set", self.dir / "help", "--gold-removed")
        self.assertEqual(report["columns"][0]["sureness"]["auroc_in_domain"], 1)
        self.assertNotIn("auroc_in_domain", self.run_eval("--set", self.dir / "help")["columns"][0]["sureness"])

    def test_signals_are_taken_out_and_each_query_is_told(self):
        self.table("help/judgements.tsv", "money\tmoney/refund\t2\nlost card\tthe-card\t2\n")
        table, run = self.dir / "queries.tsv", self.dir / "run"
        report = self.run_eval("--set", self.dir / "help", "--ablate", "--per-query", table, "--run", run)
        for name, least, most in [("text", 1, 100), ("without-text.*", -0.001, 0.001)]:  # nothing is left without words
            scores = [float(line.split()[4]) for line in pathlib.Path(f"{run}.{name}").read_text(encoding="utf-8").splitlines()]
            self.assertTrue(scores and all(least < s < most for s in scores), scores)
        names = [c["name"] for c in report["columns"]]
        self.assertEqual(names[0], "text")
        self.assertLessEqual({"- text.title", "- text.*"}, set(names))
        everything = next(c for c in report["columns"] if c["name"] == "- text.*")
        self.assertIn("p", everything["against_first"]["ndcg10"])
        with open(table, encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f, delimiter="\t"))
        self.assertEqual([r["text"] for r in rows], ["money", "lost card"])
        for r in rows:
            self.assertAlmostEqual(float(r["- text.* nDCG@10"]) - float(r["text nDCG@10"]), float(r["- text.* difference"]), 3)

    def test_what_is_held_back_can_be_measured_apart(self):
        (self.dir / "help/judgements.tsv").write_text("query\tarticle\tgrade\tsplit\nparcel\tparcel\t2\theld\n"
                                                      "money\tmoney/refund\t2\tfit\nlion\t-\t0\theld\n", encoding="utf-8")
        held = self.run_eval("--set", self.dir / "help", "--split", "held")
        fit = self.run_eval("--set", self.dir / "help", "--split", "fit")
        self.assertEqual((held["queries"], held["unanswerable"], fit["queries"], fit["unanswerable"]), (1, 1, 1, 0))
        self.assertIn("fit or held", self.run_eval("--set", self.dir / "help", "--split", "test", code=2))

    def test_mistakes_are_told(self):
        self.assertIn("no judged queries", self.run_eval("--set", self.dir / "help", code=3))
        self.assertIn("there is no", self.run_eval("--set", self.dir / "nowhere", code=3))
        self.assertIn("which set", self.run_eval(code=2))
        self.table("help/judgements.tsv", "a\tparcel\t2\n")
        self.assertIn("--precision", self.run_eval("--set", self.dir / "help", "--precision", "90", code=2))
        self.assertIn("cannot write", self.run_eval("--set", self.dir / "help", "--run", self.dir / "no/run", code=3))


if __name__ == "__main__":
    unittest.main()
