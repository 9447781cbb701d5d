#!/usr/bin/env python3
"""`parry search --batch`: a line of JSON for every line of input, whatever the input is."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PARRY = os.environ.get("PARRY_BIN", "parry")
ARTICLES = {"refund.md": "---\ntitle: Refund times\naudience: customer\n---\nA refund takes five days.\n",
            "payout.md": "---\ntitle: Payout times\naudience: merchant\n---\nA payout takes two days.\n"}


class Batch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="parry-batch-")
        cls.addClassCleanup(cls.folder.cleanup)
        tree = pathlib.Path(cls.folder.name) / "tree"
        tree.mkdir()
        for name, text in ARTICLES.items():
            (tree / name).write_text(text, encoding="utf-8")
        cls.data = str(pathlib.Path(cls.folder.name) / "data")
        subprocess.run([PARRY, "index", "--data", cls.data, "--text-only", "--quiet", str(tree)], check=True)

    def ask(self, text, *options, code=0):
        out = subprocess.run([PARRY, "search", "--data", self.data, "--mode", "text", *options], input=text,
                             capture_output=True)
        self.assertEqual(out.returncode, code, out.stderr)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def test_every_line_is_answered_in_order(self):
        answers = self.ask(b"refund times\npayout times\n" + '{"q": "refnd", "id": [7, "x"], "limit": 1}'.encode(), "--batch")
        self.assertEqual([a["hits"][0]["title"] for a in answers], ["Refund times", "Payout times", "Refund times"])
        self.assertEqual(answers[2]["id"], [7, "x"])
        self.assertEqual((answers[2]["corrected"], answers[2]["corrected_total"]), ("refund", 1))

    def test_a_line_overrides_the_options(self):
        asked = b'{"q": "times"}\n{"q": "times", "audience": "merchant"}\n{"q": "tim", "typing": true}\n{"q": "tim"}\n'
        answers = self.ask(asked, "--batch", "--audience", "customer")
        self.assertEqual([[h["title"] for h in a["hits"]] for a in answers],
                         [["Refund times"], ["Payout times"], ["Refund times"], []])

    def test_bad_lines_end_nothing(self):
        bad = [b"", b"   ", b"{", b'{"q": 5}', b'{"q": "a", "limit": -1}', b'{"q": "a", "limit": 1000}', b'{"q": "a", "mode": "x"}',
               b'{"q": "a", "typing": 1}', b"x" * 3000, b"{" + b" " * 70000 + b"}", b'{}']
        answers = self.ask(b"\n".join(bad) + b"\n\xff\xfe refund\nrefund", "--batch")
        self.assertEqual(len(answers), len(bad) + 2)
        for line, a in zip(bad, answers):
            self.assertIn("error", a, line[:40])
        self.assertEqual([a["hits"][0]["title"] for a in answers[-2:]], ["Refund times", "Refund times"])

    def test_a_line_may_say_the_order_and_no_unknown_member(self):
        answers = self.ask(b'{"q": "times"}\n{"q": "times", "sort": "title"}\n{"q": "times", "sort": "x"}\n{"q": "times", "fitler": 1}',
                           "--batch", "--sort", "updated")
        self.assertEqual([h["title"] for h in answers[1]["hits"]], ["Payout times", "Refund times"])
        self.assertIn("sort is 'x'", answers[2]["error"])
        self.assertIn('unknown member "fitler"; known here: q id', answers[3]["error"])

    def test_nothing_in_nothing_out(self):
        self.assertEqual(self.ask(b"", "--batch"), [])

    def test_a_query_and_a_batch_are_one_too_many(self):
        self.assertEqual(self.ask(b"", "--batch", "refund", code=2), [])
        self.assertEqual(self.ask(b"", code=2), [])


if __name__ == "__main__":
    unittest.main()
