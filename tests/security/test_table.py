"""docs/security.md and the tests beside this one say the same."""
import pathlib
import re
import unittest

from attack import SOURCE


def methods(folder):
    names = set()
    for file in sorted(folder.glob("test_*.py")):
        if file.name != pathlib.Path(__file__).name:
            names |= set(re.findall(r"^    def (test_\w+)\(", file.read_text(encoding="utf-8"), re.M))
    return names


class Table(unittest.TestCase):
    def setUp(self):
        text = (SOURCE / "docs" / "security.md").read_text(encoding="utf-8")
        self.rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")]
        self.rows = [row for row in self.rows[1:] if row[2]]
        cells = " ".join(row[2] for row in self.rows)
        self.elsewhere = re.findall(r"`(tests/\S+)` `(test_\w+)`", cells)
        self.here = re.findall(r"`(test_\w+)`", re.sub(r"`tests/\S+` `test_\w+`", "", cells))

    def test_every_attack_has_a_test_and_every_test_a_row(self):
        self.assertEqual(set(self.here), methods(SOURCE / "tests" / "security"))
        self.assertEqual(len(self.here), len(set(self.here)), "a test of two rows")
        self.assertGreaterEqual(len(self.rows), 24)

    def test_what_is_tested_elsewhere_is_there(self):
        for file, name in self.elsewhere:
            self.assertIn(name, (SOURCE / file).read_text(encoding="utf-8"), file)

    def test_what_stops_them_is_there(self):
        for row in self.rows:
            for name in re.findall(r"`([a-z_/]+\.[ch])`", row[1]):
                self.assertTrue((SOURCE / name).exists(), name)
            for name in re.findall(r"`(parry_\w+)`", row[1]):
                self.assertTrue(any(name in file.read_text() for folder in ("api", "access", "base") for file in (SOURCE / folder).rglob("*.c")), name)


if __name__ == "__main__":
    unittest.main()
