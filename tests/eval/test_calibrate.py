"""`parry calibrate` from outside, and what probabilities change in answers: searches, pages, judgements."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PARRY = os.environ.setdefault("PARRY_BIN", str(TOP / "build/release/parry"))
SAMPLE = TOP / "examples/marketplace"
sys.path.insert(0, str(TOP / "tests/api"))
from parry_server import Server, until  # pylint: disable=wrong-import-position

TARGET = ".85"


def run(*args, code=0):
    done = subprocess.run([PARRY, *map(str, args)], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != code:
        raise AssertionError(f"{args} ended with {done.returncode}, not {code}: {done.stderr}")
    return done


class WithoutModel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-calibrate-")
        self.addCleanup(folder.cleanup)
        self.data, self.tree = pathlib.Path(folder.name) / "data", pathlib.Path(folder.name) / "tree"
        self.tree.mkdir()
        (self.tree / "a.md").write_text("---\nanswers: [where is it]\n---\n# Parcels\n\nTrack it.\n", encoding="utf-8")

    def calibrate(self, *args, code=0):
        return run("calibrate", "--data", self.data, *args, code=code)

    def test_words_alone_are_uncalibrated(self):
        run("index", "--data", self.data, "--text-only", "--quiet", self.tree)
        self.assertIn("uncalibrated", self.calibrate(code=2).stderr)
        found = json.loads(run("search", "--data", self.data, "--json", "parcels").stdout)
        self.assertEqual((found["probability"], found["calibration"], found["answered"], found["doubtful"]),
                         (None, "none", False, False))
        self.assertNotIn("probability", run("search", "--data", self.data, "parcels").stdout)

    def test_mistakes_are_told(self):
        self.assertIn("parry index", self.calibrate(code=3).stderr)
        self.assertIn("parry index", self.calibrate("--forget", code=3).stderr)
        self.assertFalse(self.data.exists())
        run("index", "--data", self.data, "--text-only", "--quiet", self.tree)
        for option in ["target", "confidence", "unanswerable"]:
            for value in ["0", "1", "", "x", "nan", ".5x"]:
                self.assertIn("--" + option, self.calibrate(f"--{option}={value}", code=2).stderr)
        self.assertIn("fit or held", self.calibrate("--split", "test", code=2).stderr)
        self.calibrate("--forget")  # what is not there may be forgotten


class WithModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="parry-calibrate-")
        cls.addClassCleanup(folder.cleanup)
        cls.data = pathlib.Path(folder.name) / "data"
        run("index", "--data", cls.data, "--quiet", SAMPLE / "content")
        if json.loads(run("search", "--data", cls.data, "--json", "refund").stdout)["degraded"]:
            raise unittest.SkipTest("no model weights here")

    def setUp(self):
        self.calibrate("--forget")

    def calibrate(self, *args, code=0):
        return run("calibrate", "--data", self.data, *args, code=code)

    def report(self, *args):
        return json.loads(self.calibrate("--json", *args, SAMPLE).stdout)

    def search(self, query):
        return json.loads(run("search", "--data", self.data, "--json", "--limit", "1", query).stdout)

    def test_what_is_fitted_holds_on_what_was_held_back(self):
        fitted = self.report("--split", "fit", "--target", TARGET)
        self.assertTrue(fitted["published"])
        self.assertEqual(fitted["in_use"]["calibration"], "shipped")
        held = self.report("--split", "held", "--dry-run", "--target", ".5")["in_use"]
        print(f"\nheld back: ECE {held['ece']:.4f} (faultless ones would show {held['ece_by_luck']:.4f}), debiased "
              f"{held['ece_debiased']:.4f}, Brier {held['brier']:.4f}, AUROC {held['auroc']:.4f}, threshold "
              f"{fitted['calibration']['threshold']:.4f} answers {held['coverage']:.3f}, right {held['precision']:.4f}")
        self.assertEqual(held["calibration"], "own")
        self.assertLessEqual(held["ece_debiased"], 0.05)
        self.assertLess(abs(held["said"] - held["was"]), 0.05)
        self.assertGreater(held["precision"], float(TARGET) - 0.05)  # of some 100: give or take

    def test_cross_validated_figures_are_those_of_a_fit(self):
        report = self.report("--dry-run", "--target", TARGET)
        self.assertFalse(report["published"])
        self.assertLessEqual(report["fitted"]["ece"], 0.05)
        self.assertLessEqual(report["fitted"]["ece_debiased"], 0.05)
        self.assertEqual(report["right"] + report["wrong"] + report["unknown"],
                         report["answerable"] + report["unanswerable"] + report["without"])
        self.assertLess(report["unknown"], 30)
        self.assertAlmostEqual(sum(b["cases"] for b in report["reliability"]), report["right"] + report["wrong"])
        self.assertGreaterEqual(report["promise"]["at_least"], float(TARGET))
        self.assertEqual(self.search("late refund")["calibration"], "shipped")

    def test_more_questions_without_an_answer_make_it_less_sure(self):
        few, many = (self.report("--dry-run", "--target", ".3", "--unanswerable", share)["fitted"]["said"]
                     for share in [".1", ".5"])
        self.assertGreater(few, many + 0.1)

    def test_a_promise_that_nothing_keeps_changes_nothing(self):
        generation = self.search("refund")["generation"]
        told = self.calibrate("--target", ".999", SAMPLE, code=2)
        self.assertIn("--target", told.stderr)
        self.assertIn("the most that these queries can promise is 0.", told.stderr)
        self.assertEqual(self.search("refund")["generation"], generation)

    def test_too_few_queries_are_refused(self):
        table = self.data.parent / "few.tsv"
        table.write_text("query\tarticle\tgrade\n" + "".join(f"late refund {i}\trefund-not-received\t2\n" for i in range(12)),
                         encoding="utf-8")
        self.assertIn("judge more queries", self.calibrate(table, code=2).stderr)

    def test_it_is_live_at_once_and_seen_everywhere(self):
        odd, even = "how to grow tomatoes at home", "reset your password"
        with Server(data=self.data.parent, text_only=False) as server:
            def get(path, query):
                return server.get(f"{path}q={urllib.parse.quote(query)}")

            self.assertEqual(get("/v1/search?", odd).json["calibration"], "shipped")
            self.calibrate("--target", TARGET, SAMPLE)
            until(lambda: get("/v1/search?", odd).json["calibration"] == "own")
            for path in ["/v1/search?", "/v1/suggest?"]:
                said = get(path, odd).json
                self.assertEqual((said["answered"], said["doubtful"]), (False, True), said)
                self.assertLess(said["probability"], 0.25)
                sure = get(path, even).json
                self.assertEqual((sure["calibration"], sure["answered"], sure["doubtful"]), ("own", True, False))
                self.assertGreater(sure["probability"], said["probability"])
            self.assertEqual(get("/v1/search?mode=text&", odd).json["calibration"], "none")
            short = get("/v1/suggest?previous=&", "re").json  # too few letters to ask for anything
            self.assertEqual((short["probability"], short["calibration"], short["doubtful"]), (None, "none", False))
            page = get("/search?", odd).text
            self.assertIn("We may not have an article on this", page)
            self.assertIn('<ol class="results"', page)
            for path, query in [("/search?", even), ("/search?page=2&", odd)]:
                self.assertNotIn("We may not have", get(path, query).text)
            self.assertEqual(server.stop(), 0)
        self.assertIn("No article is likely to answer this (probability 0.", self.line(odd))
        self.assertIn("The first article answers this with a probability of 0.", self.line(even))
        self.assertIn("The likeliest article answers this with", self.line(even, "--sort", "updated"))
        self.assertIn("No article under these filters has: ", self.line("refund", "--category", "None such"))
        self.calibrate("--forget")
        self.assertEqual(self.search(odd)["calibration"], "shipped")
        self.assertIn("by the shipped calibration", self.line(odd))

    def line(self, query, *options):
        return run("search", "--data", self.data, "--limit", "1", *options, query).stdout

    def test_it_is_kept_when_articles_change(self):
        tree = self.data.parent / "changed"
        shutil.copytree(SAMPLE / "content", tree)
        (tree / "tomatoes.md").write_text("# Tomatoes\n\nHow to grow tomatoes at home: in the sun.\n", encoding="utf-8")
        self.calibrate("--target", TARGET, SAMPLE)
        before = self.search("how to grow tomatoes at home")
        run("index", "--data", self.data, "--quiet", tree)
        after = self.search("how to grow tomatoes at home")
        run("index", "--data", self.data, "--quiet", SAMPLE / "content")
        self.assertEqual(after["calibration"], "own")
        self.assertTrue(before["doubtful"] and not after["doubtful"], (before, after))

    def test_judge_passes_what_it_was_right_not_to_answer(self):
        table = self.data.parent / "judged.tsv"
        table.write_text("query\tarticle\tgrade\nreset your password\treset-your-password\t2\n"
                         "how to grow tomatoes at home\t-\t0\nreset my password\t-\t0\n", encoding="utf-8")
        self.calibrate("--target", TARGET, SAMPLE)
        args = ["judge", "--data", self.data, "--no-history", table]
        report = json.loads(run(*args, "--json").stdout)
        passed = {q["query"]: q["pass"] for q in report["queries"]}
        self.assertEqual(passed, {"reset your password": True, "how to grow tomatoes at home": True, "reset my password": False})
        self.assertEqual((report["passed"], report["pass"], report["abstain"]), (1, 1, 0.5))
        text = run(*args, "--fail-under", "abstain=.6", code=1)
        self.assertIn("FAIL  reset my password", text.stdout)
        self.assertIn("abstain is 0.5000", text.stderr)
        self.assertNotIn("abstain", json.loads(run(*args, "--json", "--mode", "text").stdout))


if __name__ == "__main__":
    unittest.main()
