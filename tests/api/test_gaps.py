"""What people miss: found from what they searched, named, kept from one day to the next, drafted, and compared once an
article about it is published."""
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

from parry_server import PARRY, SAMPLE, Server


class GapsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = tempfile.TemporaryDirectory()
        subprocess.run(["cp", "-r", str(SAMPLE) + "/.", cls.tree.name], check=True)
        cls.server = Server(pathlib.Path(cls.tree.name))
        cls.key = {"Authorization": "Bearer " + cls.server.run("keys", "create", "--name", "g", "--rights", "reports")}

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.tree.cleanup()

    def search(self, who, text, agent="Mozilla/5.0", audience="customer"):
        q = text.replace(" ", "+")
        r = self.server.get(f"/v1/search?q={q}&audience={audience}", headers={"X-Parry-Visitor": who, "User-Agent": agent})
        self.assertEqual(r.status, 200, r.text)

    def gaps(self):
        r = self.server.get("/v1/gaps?fresh=true", headers=self.key)
        self.assertEqual(r.status, 200, r.text)
        return r.json

    def gap(self, word, visitors):
        """The one gap of that word, once the searches of so many are on disk: nobody waited for them."""
        until = time.time() + 30
        while True:
            report = self.gaps()
            found = [g for g in report["gaps"] if word in g["words"]]
            if [g["visitors"] for g in found] == [visitors]:
                return report, found[0]
            self.assertLess(time.time(), until, found)
            time.sleep(0.1)

    def test_what_people_miss_is_found_and_drafted(self):
        for i in range(6):
            self.search(f"visitor-{i}", "telescope rental zebra")
            self.search(f"other-{i}", "rental of a zebra telescope")
        for i in range(4):
            self.search(f"few-{i}", "xylophone unicorns")
        for i in range(9):
            self.search(f"bot-{i}", "qwertz asdfg yxcvb", agent="Somebot/1.0")
        self.search("alone", "telescope rental zebra for mister grimaldi")
        report, gap = self.gap("telescope", 13)
        self.assertEqual(set(gap["samples"]), {"telescope rental zebra", "rental of a zebra telescope"})
        self.assertEqual(gap["action"]["do"], "write", gap["action"])
        self.assertEqual(gap["audience"], "customer")
        for hidden in ("xylophone", "qwertz", "grimaldi"):
            self.assertNotIn(hidden, json.dumps(report))
        self.assertGreaterEqual(report["hidden"], 1)

        self.assertEqual([g["id"] for g in self.gaps()["gaps"] if "telescope" in g["words"]], [gap["id"]])
        r = self.server.get(f"/v1/gaps/{gap['id']}/draft", "POST", self.key)
        self.assertEqual(r.status, 200, r.text)
        self.assertIn("status: draft", r.json["markdown"])
        self.assertEqual(self.server.get("/v1/gaps/g000000000000/draft", "POST", self.key).status, 404)
        kept = (self.server.data / "deflection" / "gaps.json").read_text()
        self.assertIn(gap["id"], kept)
        self.assertNotIn("telescope", kept.replace(r.json["article"], ""))

        # Its author finishes it; the next look says what was before and after.
        (pathlib.Path(self.tree.name) / r.json["file"]).write_text(r.json["markdown"].replace("status: draft", "status: published"))
        published, until = [], time.time() + 60
        while not published and time.time() < until:
            time.sleep(0.3)
            published = self.gaps()["published"]
        self.assertEqual([p["article"] for p in published], [r.json["article"]])
        self.assertFalse(published[0]["causal"])
        self.assertEqual(published[0]["before"]["n"], published[0]["before"]["unsuccessful"])
        self.assertGreaterEqual(published[0]["before"]["n"], 12)
        self.assertIsNone(published[0]["after"])  # nobody asked since
        self.assertIsNone(published[0]["change"])

        told = subprocess.run([PARRY, "gaps", "--json", "--data", str(self.server.data)], capture_output=True, text=True, check=True)
        self.assertEqual([p["article"] for p in json.loads(told.stdout)["published"]], [r.json["article"]])

    def test_merchants_gaps_are_theirs(self):
        for i in range(5):
            self.search(f"shop-{i}", "walrus payroll ledger", audience="merchant")
        self.assertEqual(self.gap("walrus", 5)[1]["audience"], "merchant")


if __name__ == "__main__":
    unittest.main()
