"""`parry judge` from outside: what passes, what it wants, what it remembers, and when a build of the articles must stop."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PARRY = os.environ.get("PARRY_BIN", str(TOP / "build/release/parry"))

ARTICLES = {
    "refund.md": "---\nid: refund\nanswers: [where is my refund, \"how, and when, do i get money\"]\n---\n# Refunds\n\n"
                 "Where your refund is: money comes in five days.\n",
    "parcel.md": "---\nid: parcel\n---\n# Parcels\n\nTrack a parcel.\n",
    "payout.md": "---\nid: payout\naudience: merchant\n---\n# Payouts\n\nMoney every Tuesday.\n",
    "secret.md": "---\nid: secret\ndraft: true\nanswers: [zebra]\n---\n# Zebra\n\nzebra\n",
}
TABLE = "query\tarticle\tgrade\taudience\tsplit\n"


class Judge(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-judge-")
        self.addCleanup(folder.cleanup)
        self.tree, self.data = pathlib.Path(folder.name) / "tree", pathlib.Path(folder.name) / "data"
        self.tree.mkdir()
        for name, text in ARTICLES.items():
            (self.tree / name).write_text(text, encoding="utf-8")
        self.index()

    def index(self):
        subprocess.run([PARRY, "index", "--data", self.data, "--text-only", "--quiet", self.tree], check=True, timeout=60)

    def judge(self, *args, code=0, where=True):
        done = subprocess.run([PARRY, "judge", "--data", self.data, *([self.tree] if where else []), *args], timeout=60,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def report(self, *args, **more):
        return json.loads(self.judge("--json", *args, **more).stdout)

    def table(self, *rows):
        (self.tree / "judgements.tsv").write_text(TABLE + "".join("\t".join(r) + "\n" for r in rows), encoding="utf-8")

    def past(self):
        return (self.data / "judgements/history.jsonl").read_text(encoding="utf-8").splitlines()

    def test_what_articles_say_they_answer_is_asked(self):
        report = self.report(where=False)
        self.assertEqual([q["query"] for q in report["queries"]], ["where is my refund", "how, and when, do i get money"])
        self.assertEqual((report["answerable"], report["passed"], report["queries"][0]["rank"]), (2, 2, 1))

    def test_tables_are_asked_by_audience_and_a_missing_article_fails(self):
        self.table(("money", "payout", "2", "merchant", "fit"), ("money", "refund", "2", "customer", "held"),
                   ("parcel", "parcel", "2", "customer", "fit"), ("parcel", "gone", "1", "customer", "fit"),
                   ("parcel tracking", "gone", "2", "customer", "fit"), ("lion", "-", "0", "customer", "fit"))
        report = self.report()
        by_key = {(q["audience"], q["query"]): q for q in report["queries"]}
        self.assertEqual(by_key["merchant", "money"]["got"], ["payout"])
        self.assertTrue(by_key["customer", "money"]["pass"])
        self.assertTrue(by_key["customer", "parcel"]["pass"])
        self.assertLess(by_key["customer", "parcel"]["ndcg10"], 1)
        self.assertFalse(by_key["customer", "parcel tracking"]["pass"])
        self.assertIs(by_key["customer", "parcel tracking"]["wants"][0]["published"], False)
        self.assertNotIn("pass", by_key["customer", "lion"])
        self.assertEqual((report["answerable"], report["unanswerable"], report["passed"]), (6, 1, 5))
        self.assertEqual(report["auroc"], 1)
        text = self.judge().stdout
        self.assertIn("FAIL  customer: parcel tracking", text)
        self.assertIn("no published article", text)
        self.assertNotIn("pass  ", text.split("\n\n")[0])
        self.assertIn("pass  merchant: money", self.judge("--all").stdout)
        self.assertEqual(self.report("--split", "held", where=True)["answerable"], 1)

    def test_a_run_is_compared_with_the_one_before(self):
        self.table(("parcel", "parcel", "2", "customer", "fit"), ("tuesday", "payout", "2", "merchant", "fit"))
        self.assertIsNone(self.report()["before"])
        (self.tree / "parcel.md").write_text("---\nid: parcel\n---\n# Boxes\n\nTrack a box.\n", encoding="utf-8")
        self.index()
        self.table(("parcel", "parcel", "2", "customer", "fit"), ("track", "parcel", "2", "customer", "fit"))
        report = self.report("--no-history")
        self.assertEqual(report["before"]["queries_in_both"], 3)  # not the one that went, nor the one that came
        self.assertAlmostEqual(report["before"]["pass"]["was"], 1)
        self.assertAlmostEqual(report["before"]["pass"]["change"], -1 / 3, 5)
        changed = next(q for q in report["queries"] if q["query"] == "parcel")
        self.assertEqual((changed["rank_before"], changed["rank"]), (1, None))
        self.assertEqual(len(self.past()), 1)
        text = self.judge().stdout
        self.assertIn("failing since then:\n  1 -> 0  parcel", text)
        self.assertEqual(len(self.past()), 2)
        self.assertIsNone(self.report("--top", "3")["before"])  # another question: not comparable

    def test_history_outlives_a_line_that_was_cut_short(self):
        self.judge(where=False)
        path = self.data / "judgements/history.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole + whole[:40])
        report = self.report(where=False)
        self.assertEqual(report["before"]["queries_in_both"], 2)
        lines = self.past()
        self.assertEqual(len(lines), 3)
        self.assertEqual(json.loads(lines[2])["answerable"], 2)
        path.write_bytes(b"\x00\xff nonsense\n[1]\n{\"mode\": \"text\", \"top\": 5, \"queries\": [1]}\n")
        self.assertIsNone(self.report(where=False)["before"])

    def test_history_keeps_the_last_200_runs(self):
        self.judge(where=False)
        path = self.data / "judgements/history.jsonl"
        run = json.loads(path.read_text(encoding="utf-8"))
        path.write_text("".join(json.dumps({**run, "number": i}) + "\n" for i in range(199)), encoding="utf-8")
        self.judge(where=False)
        self.assertEqual([json.loads(line).get("number") for line in self.past()], [*range(199), None])
        report = self.report(where=False)
        self.assertEqual([json.loads(line).get("number") for line in self.past()], [*range(1, 199), None, None])
        self.assertEqual(report["before"]["queries_in_both"], 2)
        with open(path, "a", encoding="utf-8") as f:
            f.write("cut short")
        self.judge(where=False)
        self.assertEqual(len(self.past()), 200)
        self.assertEqual(json.loads(self.past()[0])["number"], 3)
        self.assertEqual(sorted(p.name for p in path.parent.iterdir()), ["history.jsonl", "history.jsonl.lock"])

    def test_history_may_be_kept_elsewhere(self):
        other = self.data.parent / "kept/runs.jsonl"
        self.judge("--history", str(other))
        self.assertEqual(len(other.read_text(encoding="utf-8").splitlines()), 1)
        self.assertFalse((self.data / "judgements").exists())

    def test_a_floor_that_is_not_reached_is_exit_1(self):
        self.table(("xylophone", "parcel", "2", "customer", "fit"))
        self.judge("--fail-under", "ndcg10=.5,recall5=.5,pass=0.6")
        done = self.judge("--fail-under", "ndcg10=.5,pass=.9", code=1)
        self.assertIn("pass is 0.6667, under 0.9000", done.stderr)
        for wrong in ["", "ndcg10", "ndcg=.5", "ndcg10=", "ndcg10=x", "ndcg10=2", "pass=.5;recall5=.1"]:
            self.assertIn("--fail-under", self.judge("--fail-under", wrong, code=2).stderr)

    def test_mistakes_are_told(self):
        self.table(("a", "b", "x", "", ""))
        self.assertIn("judgements.tsv:2", self.judge(code=2).stderr)
        self.table()
        self.assertIn("fit or held", self.judge("--split", "test", code=2).stderr)
        (self.tree / "refund.md").unlink()
        self.index()
        self.assertIn("no judged queries", self.judge(code=3).stderr)
        self.assertIn("/no/such", self.judge("/no/such", where=False, code=3).stderr)
        nowhere = subprocess.run([PARRY, "judge", "--data", self.data / "none"], capture_output=True, text=True, check=False)
        self.assertEqual(nowhere.returncode, 3)
        self.assertIn("parry index", nowhere.stderr)
        self.assertFalse((self.data / "none").exists())


if __name__ == "__main__":
    unittest.main()
