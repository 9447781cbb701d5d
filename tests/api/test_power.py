"""`parry experiment` from outside: what a hold-out needs before it begins."""
import json
import subprocess
import unittest

from parry_server import PARRY


def experiment(*args):
    return subprocess.run([PARRY, "experiment", *args], capture_output=True, text=True, timeout=60)


def lines(*args):
    got = experiment(*args, "--json")
    assert got.returncode == 0, got.stderr
    return json.loads(got.stdout)["holdouts"]


class Power(unittest.TestCase):
    def test_power_is_the_usual_formula_rounded_up(self):
        self.assertEqual([line["units"] for line in lines("power", "--base", "0.1", "--treated", "0.09")],
                         [148047, 77783, 43356, 26985])
        one, = lines("power", "--base", "0.95", "--treated", "0.88", "--holdout", "0.2", "--a-month", "296")
        self.assertEqual((one["units"], one["held_out"], one["months"]), (592, 119, 2))

    def test_more_power_takes_more(self):
        usual, = lines("power", "--base", "0.1", "--treated", "0.08", "--holdout", "0.1")
        sure, = lines("power", "--base", "0.1", "--treated", "0.08", "--holdout", "0.1", "--power", "0.9")
        self.assertAlmostEqual(sure["units"] / usual["units"], 1.339, places=3)

    def test_mde_is_powers_inverse_and_says_where_nothing_is_found(self):
        one, = lines("mde", "--base", "0.1", "--units", "77783", "--holdout", "0.1")
        self.assertAlmostEqual(one["detectable"], 0.01, places=4)
        none, = lines("mde", "--base", "0.1", "--units", "50", "--holdout", "0.1")
        self.assertIsNone(none["detectable"])
        self.assertIn("none", experiment("mde", "--base", "0.1", "--units", "50").stdout)

    def test_the_table_is_for_people(self):
        got = experiment("power", "--base", "0.1", "--treated", "0.09", "--holdout", "0.1", "--a-month", "10000")
        self.assertIn("10 % of tickets from 9 %", got.stdout)
        self.assertEqual(got.stdout.splitlines()[-1].split(), ["10", "%", "77783", "7779", "7.8"])

    def test_mistakes_are_told(self):
        for args in (["power", "--base", "0.1"], ["mde", "--base", "0.1"], ["power", "--base", "2", "--treated", "0.1"],
                     ["power", "--base", "0.1", "--treated", "0.1"], ["guess"], ["power", "--base", "x", "--treated", "0.1"],
                     ["mde", "--base", "0.1", "--units", "9", "--treated", "0.1"]):
            got = experiment(*args)
            self.assertEqual((got.returncode, got.stdout), (2, ""), args)
            self.assertTrue(got.stderr.startswith("parry experiment: "), got.stderr)


if __name__ == "__main__":
    unittest.main()
