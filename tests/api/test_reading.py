"""What the API and the search page say about how a query was read."""
import pathlib
import tempfile
import unittest
import urllib.parse

from parry_server import Server

CONTRACTS = 60


def setUpModule():
    folder = tempfile.TemporaryDirectory(prefix="parry-reading-")
    unittest.addModuleCleanup(folder.cleanup)
    tree = pathlib.Path(folder.name) / "tree"
    tree.mkdir()
    for i in range(CONTRACTS):
        (tree / f"c{i}.md").write_text(f"---\ntitle: Contract terms {i}\naudience: customer\n---\nWhat a contract <says>.\n")
    (tree / "contact.md").write_text("---\ntitle: Contact terms\naudience: customer\n---\nHow to reach us.\n")
    global server
    server = Server(tree)
    unittest.addModuleCleanup(server.close)


def api(q):
    return server.get("/v1/search?q=" + urllib.parse.quote(q)).json


def page(q):
    return server.get("/search?q=" + urllib.parse.quote(q)).text


class Reading(unittest.TestCase):
    def test_a_correction_comes_with_its_count(self):
        got = api("contarct")
        self.assertEqual((got["corrected"], got["corrected_total"]), ("contract", CONTRACTS))
        self.assertIn("read as <strong>contract</strong>", page("contarct"))

    def test_a_better_query_is_suggested_with_its_count(self):
        got = api("contact terms <b>")
        self.assertEqual(got["did_you_mean"], {"query": "contract terms <b>", "total": CONTRACTS})
        self.assertIn('<a href="/search?q=contract%20terms%20%3Cb%3E">contract terms &lt;b&gt;</a>', page("contact terms <b>"))

    def test_unknown_words_are_named(self):
        self.assertEqual(api("contract <zebra>")["unknown"], "zebra")
        self.assertIn("No article has <q>zebra</q>", page("contract <zebra>"))

    def test_a_phrase_that_nobody_wrote_is_said(self):
        self.assertEqual(api('"terms contract"')["relaxed"], ["phrases"])
        self.assertIn("word for word", page('"terms contract"'))
        self.assertNotIn("word for word", page('"contract terms"'))

    def test_nothing_is_said_where_there_is_nothing_to_say(self):
        got = api("contract terms")
        for key in ("corrected", "corrected_total", "did_you_mean", "unknown", "relaxed"):
            self.assertNotIn(key, got)


if __name__ == "__main__":
    unittest.main()
