"""`parry desk` from outside: trained on other people's cases, on its own, and asked."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PARRY = os.environ.setdefault("PARRY_BIN", str(TOP / "build/release/parry"))
QUEUES = TOP.parent / "shared/data/queues"
SHIPPED, JUDGED = TOP / "desk/classify/cases.tsv", TOP / "tests/desk/cases_judged.tsv"


def run(*args, code=0):
    done = subprocess.run([PARRY, "desk", *map(str, args)], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != code:
        raise AssertionError(f"{args} ended with {done.returncode}, not {code}: {done.stderr}")
    return done


def has_model():
    done = subprocess.run([PARRY, "embed"], input="", capture_output=True, text=True, timeout=60, check=False)
    return done.returncode == 0


def texts(path):
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return {" ".join("".join(c if c.isalnum() else " " for c in line.split("\t")[0].lower()).split()) for line in lines}


class Desk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parry-desk-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def train(self, cases, *more, out="c"):
        return json.loads(run("train", "--json", "--out", self.folder / out, *more, cases).stdout)

    def hold(self, figures, name, least, ece):
        score = figures[name]
        print(f"{name}: macro-F1 {score['macro_f1']:.3f}, ECE {score['ece']:.3f} (debiased {score['ece_debiased']:.3f}), "
              f"{score['cases']} cases")
        self.assertGreaterEqual(score["macro_f1"], least, name)
        self.assertLessEqual(score["ece"], ece, name)
        self.assertEqual(sum(b["cases"] for b in score["reliability"]), score["cases"])


class OtherPeoplesCases(Desk):
    def setUp(self):
        super().setUp()
        if not (QUEUES / "train.tsv").exists():
            self.skipTest("no ../shared/data/queues beside the source folder")

    def test_learned_from_train_alone(self):
        if not has_model():
            self.skipTest("the model is not in the cache (tools/model/fetch.sh brings it)")
        figures = self.train(QUEUES / "train.tsv", "--test", QUEUES / "test.tsv")
        self.hold(figures, "test_queue", .97, .06)
        self.hold(figures, "queue", .95, .08)

    def test_learned_by_words_alone(self):
        figures = self.train(QUEUES / "train.tsv", "--words", "--test", QUEUES / "test.tsv")
        self.hold(figures, "test_queue_by_words", .93, .06)
        self.assertNotIn("test_queue", figures)

    def test_what_ships_has_not_seen_them(self):
        self.assertFalse(texts(SHIPPED) & (texts(QUEUES / "train.tsv") | texts(QUEUES / "test.tsv")))
        figures = self.train(SHIPPED, "--test", QUEUES / "test.tsv")
        self.hold(figures, "test_queue_by_words", .85, .12)
        if has_model():
            self.hold(figures, "test_queue", .88, .10)


class OwnCases(Desk):
    def test_shipped_cases_find_judged_ones(self):
        self.assertFalse(texts(SHIPPED) & texts(JUDGED))
        figures = self.train(SHIPPED, "--test", JUDGED)
        self.hold(figures, "test_queue_by_words", .78, .12)
        self.hold(figures, "test_priority_by_words", .78, .14)
        if has_model():
            self.hold(figures, "test_queue", .87, .10)
            self.hold(figures, "test_priority", .85, .10)
            self.hold(figures, "queue", .84, .06)

    def test_a_wrong_label_is_doubted(self):
        lines = SHIPPED.read_text(encoding="utf-8").splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("Where is my package?"))
        lines[at] = "Where is my package?\tLogin\tmedium"
        wrong = self.folder / "wrong.tsv"
        wrong.write_text("\n".join(lines) + "\n", encoding="utf-8")
        doubts = self.train(wrong, "--words", "--doubts", 8)["queue_by_words"]["doubts"]
        self.assertEqual(len(doubts), 8)
        self.assertIn((at + 1, "Login", "Deliveries"), [(d["line"], d["is"], d["said"]) for d in doubts])
        self.assertIn(f"line {at + 1} ", run("train", "--words", "--doubts", 8, "--out", self.folder / "c", wrong).stdout)

    def test_twice_gives_the_same_bytes(self):
        self.train(JUDGED, out="1")
        self.train(JUDGED, out="2")
        self.assertEqual((self.folder / "1").read_bytes(), (self.folder / "2").read_bytes())
        self.assertNotIn(b"parcel", (self.folder / "1").read_bytes())  # no text of a case is in it

    def test_a_trained_one_is_asked_and_a_folder_keeps_its_own(self):
        data = self.folder / "data"
        run("train", "--data", data, JUDGED)
        said = json.loads(run("classify", "--data", data, "--json", "Hello,\nyou charged me twice!").stdout)
        self.assertEqual(said["queue"]["value"], "Payments")
        self.assertEqual((said["priority"]["value"], said["priority"]["rule"]), ("high", "money taken twice"))
        self.assertEqual(said["subject"], "you charged me twice!")
        self.assertAlmostEqual(sum(said["queue"]["all"].values()), 1, places=4)
        self.assertEqual(len(said["like"]), 3)
        judged = JUDGED.read_text(encoding="utf-8").splitlines()
        for like in said["like"]:
            self.assertEqual(judged[like["line"] - 1].split("\t")[1], like["queue"])
        self.assertEqual([p.name for p in data.iterdir()], ["classifier"])

    def test_mistakes_are_told(self):
        wrong = self.folder / "wrong.tsv"
        wrong.write_text("text\tqueue\nhi there\tBilling\n", encoding="utf-8")
        self.assertIn("line 2", run("train", wrong, code=2).stderr)
        wrong.write_text("\n".join(["text\tqueue"] + [f"case {i}\tLogin" for i in range(30)]), encoding="utf-8")
        told = run("train", "--data", self.folder / "d", "--words", wrong, code=2).stderr
        self.assertIn("queue Orders has 0 cases", told)
        self.assertFalse((self.folder / "d/classifier").exists())
        self.assertIn("wrong.tsv", told)
        run("train", self.folder / "none.tsv", code=3)
        wrong.write_bytes(b"nonsense")
        self.assertIn("parry desk train", run("classify", "--from", wrong, "hi", code=8).stderr)
        self.assertIn("--help", run("learn", "x", code=2).stderr)
        self.assertIn("Examples", run("--help").stdout)


if __name__ == "__main__":
    unittest.main()
