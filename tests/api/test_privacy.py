"""What is held about one person: given, erased, and then in no byte of the data."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from parry_server import PARRY, SAMPLE, Server, until

JSON = {"Content-Type": "application/json"}


def holding(folder, needle):
    """Files under the folder that hold these bytes."""
    return [str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*") if p.is_file() and needle in p.read_bytes()]


class Visitors(unittest.TestCase):
    def setUp(self):
        self.server = Server(SAMPLE)
        self.addCleanup(self.server.close)
        self.key = {"Authorization": "Bearer " + self.server.run("keys", "create", "--name", "p", "--rights", "privacy"), **JSON}

    def search(self, text, visitor=None, **headers):
        named = {"X-Parry-Visitor": visitor} if visitor else {}
        return self.server.get("/v1/search?q=" + urllib.parse.quote(text), headers={**named, **headers}).json["query_id"]

    def event(self, **event):
        reply = self.server.get("/v1/events", "POST", body=json.dumps({"events": [event]})).json
        self.assertEqual(reply["accepted"], 1, reply)

    def ask(self, what, **who):
        reply = self.server.get(f"/v1/visitors/{what}", "POST", self.key, json.dumps(who))
        self.assertEqual(reply.status, 200, reply.text)
        return reply.json

    def fill(self):
        self.search("adasownsearch refund", "ada")
        query = self.search("adasnamelesssearch")
        self.event(type="click", article="refund-not-received", query_id=query, visitor="ada")
        self.server.get("/v1/feedback", "POST", body=json.dumps({"query_id": query, "solved": False, "comment": "adascomment"}))
        self.event(type="ticket_created", ticket="T-1", email="Ada@Example.com", text="adassubject")
        self.search("bobsownsearch refund", "bob")
        self.search("nobodyssearch refund")

    def test_all_that_is_held_is_given_page_by_page(self):
        self.fill()
        whole = self.ask("export", visitor="ada", email="ada@example.com")
        self.assertEqual((whole["total"], len(whole["records"]), whole["next"]), (5, 5, None))
        self.assertEqual([r["kind"] for r in whole["records"]], ["query", "query", "event", "event", "event"])
        self.assertEqual(whole["records"][0]["record"]["text"], "adasownsearch refund")
        pages, after = [], 0
        while after is not None:
            page = self.ask("export", visitor="ada", email="ada@example.com", after=after, limit=2)
            pages += page["records"]
            after = page["next"]
        self.assertEqual(pages, whole["records"])
        self.assertEqual(self.ask("export", visitor="carol")["total"], 0)
        lines = self.server.run("visitor", "export", "ada", "--email", "ada@example.com").splitlines()
        self.assertEqual([json.loads(line) for line in lines], whole["records"])

    def test_who_is_erased_is_in_no_byte_of_the_data_nor_of_the_log(self):
        self.fill()
        self.assertEqual(self.ask("erase", visitor="ada", email="ada@example.com"), {"erased": 5, "days": 1})
        self.assertEqual(self.ask("export", visitor="ada", email="ada@example.com")["total"], 0)
        self.assertEqual(self.ask("export", visitor="bob")["total"], 1)
        self.assertTrue(until(lambda: "event=scrub" in self.server.logged()))
        self.assertEqual(holding(self.server.data, b"adas"), [])
        self.assertEqual(self.server.stop(signal.SIGTERM), 0)
        self.assertEqual(holding(self.server.data, b"adas"), [])
        self.assertNotIn("adas", self.server.logged())
        self.assertIn("ledger/data.mdb", holding(self.server.data, b"bobsownsearch"))

    def test_the_command_line_erases_beside_a_running_server(self):
        self.fill()
        self.assertIn("5 records would be erased", self.server.run("visitor", "erase", "ada", "--email", "ada@example.com", "--dry-run"))
        self.assertIn("5 records of 1 days", self.server.run("visitor", "erase", "ada", "--email", "ada@example.com"))
        self.assertEqual(holding(self.server.data, b"adas"), [])
        self.assertEqual(self.ask("export", visitor="ada", email="ada@example.com")["total"], 0)
        self.search("afterwards", "ada")
        self.assertTrue(until(lambda: self.ask("export", visitor="ada")["total"] == 1))

    def test_a_report_on_the_day_says_so(self):
        self.fill()
        today = time.strftime("%Y-%m-%d", time.gmtime())
        report = ["report", "self-service", "--from", today, "--to", today]
        self.assertNotIn("erasure", self.server.run(*report))
        self.ask("erase", visitor="ada")
        self.assertIn("changed by erasure: 4 records of this range are gone", self.server.run(*report))
        self.assertNotIn("erasure", self.server.run("report", "self-service", "--from", "2020-01-01", "--to", "2020-01-31"))

    def test_the_audit_says_how_many_and_not_who(self):
        self.fill()
        self.ask("erase", visitor="ada")
        auditor = self.server.run("keys", "create", "--name", "a", "--rights", "audit")
        entries = self.server.get("/v1/audit", headers={"Authorization": "Bearer " + auditor}).json["entries"]
        entry = [e for e in entries if e["action"] == "visitor.erase"][0]
        self.assertEqual((entry["records"], len(entry["days"]), entry["target"]), (4, 1, "ledger:records"))
        self.assertNotIn("ada\"", json.dumps(entry))

    def test_who_nobody_names_is_refused(self):
        for body in ({}, {"visitor": ""}, {"visitor": 1}, {"name": "ada"}, {"visitor": "x" * 321}, {"visitor": "a", "after": 1}):
            self.assertEqual(self.server.get("/v1/visitors/erase", "POST", self.key, json.dumps(body)).status, 400, body)
        for body in ({"visitor": "a", "limit": 0}, {"visitor": "a", "after": -1}, {"visitor": "a", "limit": "1"}):
            self.assertEqual(self.server.get("/v1/visitors/export", "POST", self.key, json.dumps(body)).status, 400, body)
        done = subprocess.run([PARRY, "visitor", "erase", "--data", str(self.server.data)], capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)


class Proof(unittest.TestCase):
    """Retention and `parry audit`."""

    def setUp(self):
        self.server = Server(SAMPLE)
        self.addCleanup(self.server.close)

    def entries(self, action):
        key = self.server.run("keys", "create", "--name", "a", "--rights", "audit")
        listed = self.server.get("/v1/audit?limit=1000", headers={"Authorization": "Bearer " + key}).json["entries"]
        return [e for e in listed if e["action"] == action]

    def audit(self, *args):
        return subprocess.run([PARRY, "audit", "--data", str(self.server.data), "--option",
                               f"access.secret_file={self.server.data.parent / 'secret'}", *args], capture_output=True, text=True, check=False)

    def test_the_server_does_it_and_signs_once_a_day(self):
        self.assertTrue(until(lambda: self.entries("ledger.retain")))
        entry = self.entries("ledger.retain")[0]
        self.assertEqual((entry["actor"], entry["queries"], entry["events"], len(entry["mac"])), ("parry", 0, 0, 64))
        self.assertIn("event=retention", self.server.logged())
        with Server(data=self.server.data.parent) as again:
            again.get("/health")
            self.assertEqual(len(self.entries("ledger.retain")), 1)

    def test_a_dry_run_erases_nothing_and_leaves_no_entry(self):
        self.assertTrue(until(lambda: self.entries("ledger.retain")))
        self.assertEqual(self.server.run("ledger", "retain", "--dry-run"), "would be erased: 0 searches, 0 events, 0 audit entries")
        self.assertEqual(len(self.entries("ledger.retain")), 1)
        self.server.run("ledger", "retain")
        self.assertEqual(len(self.entries("ledger.retain")), 2)

    def test_an_audit_says_what_holds_and_knows_a_head_that_was_noted(self):
        self.assertTrue(until(lambda: self.entries("ledger.retain")))
        first = self.audit()
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertRegex(first.stdout, r"^\d+ records are as they were written, 0 of them erased\n"
                                       r"1 signed checkpoints hold, the last over record \d+, of 20.*Z\nhead \d+:[0-9a-f]{64}\n$")
        head = first.stdout.split()[-1]
        self.server.get("/v1/search?q=refund")
        self.assertEqual(self.audit("--noted", head).returncode, 0)
        seq, digest = head.split(":")
        self.assertEqual(self.audit("--noted", seq + ":" + digest[::-1]).returncode, 8)
        cut = self.audit("--noted", "999999:" + digest)
        self.assertEqual((cut.returncode, "is missing" in cut.stderr), (8, True))
        self.assertEqual(self.audit("--noted", "x").returncode, 2)

    def test_what_another_secret_signed_is_no_proof(self):
        self.assertTrue(until(lambda: self.entries("ledger.retain")))
        self.server.stop()
        self.server.data.parent.joinpath("secret").write_text("ab" * 32)
        got = self.audit()
        self.assertEqual((got.returncode, "there is no secret" in got.stdout), (0, True), got.stderr)

    def test_compacting_waits_until_nobody_has_it_open(self):
        with self.assertRaisesRegex(AssertionError, "has .*ledger open"):
            self.server.run("ledger", "compact")
        self.server.stop()
        self.server.run("ledger", "compact")
        self.assertEqual(self.audit().returncode, 0)


class Flips(unittest.TestCase):
    """Any byte of the ledger that holds something: the audit says where; or nothing that is read of it has changed (what a raw
    export gives is the same, byte for byte), which is so of few: the older of the two first pages, padding."""

    def setUp(self):
        with Server(SAMPLE) as server:
            folder = tempfile.TemporaryDirectory(prefix="parry-flips-")
            self.addCleanup(folder.cleanup)
            self.folder = pathlib.Path(folder.name)
            for i in range(60):
                server.get(f"/v1/search?q=refund{i}", headers={"X-Parry-Visitor": f"v{i % 7}"})
                server.get("/v1/events", "POST", body=json.dumps({"events": [{"type": "view", "article": f"a{i}", "visitor": "v"}] * 5}))
            server.run("ledger", "retain")
            server.stop()
            server.run("visitor", "erase", "v3")  # and scrubbed: what nothing reads is zero
            shutil.copytree(server.data, self.folder / "data")
            shutil.copy(server.data.parent / "secret", self.folder / "secret")
        self.file = self.folder / "data" / "ledger" / "data.mdb"
        self.bytes = self.file.read_bytes()

    def run_parry(self, *args):
        command = [PARRY, args[0], "--data", str(self.folder / "data"), "--option", f"access.secret_file={self.folder / 'secret'}"]
        return subprocess.run(command + list(args[1:]), capture_output=True, check=False, timeout=120)

    def test_a_flipped_byte_is_found_with_its_place_or_is_of_no_live_data(self):
        whole = self.run_parry("export", "ndjson", "--raw")
        self.assertEqual((whole.returncode, self.run_parry("audit").returncode), (0, 0))
        rng, places, unseen, wrong = random.Random(5), 0, 0, []
        full = [at for at, byte in enumerate(self.bytes) if byte]
        for _ in range(400 if "PARRY_SOAK" in os.environ else 25):
            at, bit = rng.choice(full), 1 << rng.randrange(8)
            self.file.write_bytes(self.bytes[:at] + bytes([self.bytes[at] ^ bit]) + self.bytes[at + 1:])
            audit = self.run_parry("audit")
            said = audit.stderr.decode()
            if audit.returncode == 8 and re.search(r"record \d+|page \d+|pages|head|the store|entry of the chain|table of|list of free|secret for visitors", said):
                places += 1
            elif audit.returncode == 0 and self.run_parry("export", "ndjson", "--raw").stdout == whole.stdout:
                unseen += 1
            else:
                wrong.append((at, bit, audit.returncode, said))
        print(f"\n{places} flips were found, {unseen} touched nothing that is read, of {len(full)} bytes that hold something, in {len(self.bytes)}")
        self.assertEqual(wrong, [])
        self.assertGreater(places, 9 * unseen)


if __name__ == "__main__":
    unittest.main()
