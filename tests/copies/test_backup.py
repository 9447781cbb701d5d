#!/usr/bin/env python3
"""parry backup and parry restore, from outside: beside a server that publishes all the time, damaged, and killed at every step.

    PARRY_BIN=build/dev/parry PARRY_KILLER=build/dev/kill_at.so tests/copies/test_backup.py"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))
from parry_server import PARRY, SAMPLE, Server  # noqa: E402

KILLER = os.environ.get("PARRY_KILLER")
CORRUPT, CONFLICT, NOT_FOUND, INVALID = 8, 5, 3, 2


def parry(*args, kill_at=None):
    environment = dict(os.environ)
    if kill_at is not None:
        environment.update(LD_PRELOAD=KILLER, PARRY_KILL_AT=str(kill_at), ASAN_OPTIONS="verify_asan_link_order=0")
    return subprocess.run([PARRY, *map(str, args)], capture_output=True, text=True, env=environment, timeout=120, check=False)


class Folder(unittest.TestCase):
    def setUp(self):
        self.kept = tempfile.TemporaryDirectory(prefix="parry-backup-")
        self.addCleanup(self.kept.cleanup)
        self.top = pathlib.Path(self.kept.name)
        self.data, self.dest, self.new = self.top / "data", self.top / "backups", self.top / "new"

    def fine(self, *args):
        done = parry(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def refused(self, code, *args):
        done = parry(*args)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

    def index(self, tree):
        self.fine("index", "--quiet", "--text-only", "--data", self.data, tree)

    def backup(self):
        return pathlib.Path(self.fine("backup", "--quiet", "--data", self.data, self.dest))

    def tree(self, n=5):
        tree = self.top / "tree"
        tree.mkdir()
        for i in range(n):
            (tree / f"a{i}.md").write_text(f"---\ntitle: Number {i}\n---\nA parcel{i}x is late.\n", encoding="utf-8")
        return tree

    def names(self):
        return sorted(p.name for p in self.top.iterdir())


class Beside(Folder):
    """A server serves and publishes while the backup is made."""

    QUERIES = ["refund late", "cancel order", "where is my money", "seller fees", "passwrd"]

    def answers(self, server):
        said = []
        for q in self.QUERIES:
            reply = server.get("/v1/search?limit=10&q=" + q.replace(" ", "+")).json
            said.append([(r["id"], r["score"]) for r in reply["hits"]])
        return said

    def test_the_same_answers(self):
        self.index(SAMPLE)
        with Server(data=self.top) as s:
            before = self.answers(s)
            self.assertTrue(all(before[:4]), before)
            for n in range(20):
                s.get(f"/v1/search?q=refund+number+{n}")  # what the ledger has of them is saved, too
            made = self.backup()
        self.assertTrue((made / "ledger" / "data.mdb").exists())
        self.fine("restore", made, "--data", self.new / "data")
        shutil.copy(self.top / "secret", self.new / "secret")  # stands outside DATA, and is saved apart from it
        with Server(data=self.new) as s:
            self.assertEqual(self.answers(s), before)
            first = before[0][0][0]
            self.assertIn("html", s.get("/v1/articles/" + first).json)

    def test_constant_writes(self):
        tree, stop, made = self.tree(8), threading.Event(), []
        path = tree / "a0.md"

        def write():
            turn = 0
            while not stop.is_set():
                turn += 1
                path.write_text(f"---\ntitle: Turn {turn}\n---\nAbout turn{turn}word.\n", encoding="utf-8")
                (tree / f"n{turn}.md").write_text(f"---\ntitle: New {turn}\n---\nNumber {turn}.\n", encoding="utf-8")
                time.sleep(0.16)

        with Server(tree, data=self.top) as s:
            thread = threading.Thread(target=write)
            thread.start()
            try:
                for _ in range(6):
                    time.sleep(0.5)
                    made.append(self.backup())
            finally:
                stop.set()
                thread.join()
            self.assertEqual(s.get("/health").status, 200)
        generations = [json.loads((m / "backup.json").read_text())["generation"] for m in made]
        self.assertGreater(len(set(generations)), 2, "nothing was published between the backups")
        for i, m in enumerate(made):
            self.consistent(m, self.top / f"restored{i}")

    def consistent(self, made, place):
        inventory = json.loads((made / "backup.json").read_text())
        self.fine("backup", "--verify", made)
        self.fine("restore", made, "--data", place / "data")
        self.fine("index", "--verify", "--data", place / "data")
        shutil.copy(self.top / "secret", place / "secret")
        with Server(data=place) as s:
            ready = s.get("/ready").json
            self.assertGreaterEqual(ready["store_seq"], inventory["store_seq"])  # start-up only caught up
            self.assertIn(ready["generation"] - inventory["generation"], (0, 1, 2))
            listed = s.get("/v1/articles?limit=1000").json["articles"]
            self.assertGreaterEqual(len(listed), 8)
            for a in listed:
                self.assertEqual(s.get("/v1/articles/" + a["id"]).status, 200, a)


class Links(Folder):
    def test_what_did_not_change_costs_no_room(self):
        self.index(self.tree())
        one, two = self.backup(), self.backup()
        files = [p for p in (two / "index" / "segments").rglob("*") if p.is_file()]
        self.assertTrue(files)
        for p in files:
            self.assertEqual(p.stat().st_nlink, 3, p)
            self.assertEqual(p.stat().st_ino, (one / p.relative_to(two)).stat().st_ino)
        self.assertEqual((two / "store" / "data.mdb").stat().st_nlink, 1)

    def test_backups_and_data_are_apart(self):
        tree = self.tree()
        self.index(tree)
        made = self.backup()
        for i in range(5):
            (tree / f"a{i}.md").write_text(f"---\ntitle: Other {i}\n---\nAnother text.\n", encoding="utf-8")
            self.index(tree)
        self.fine("backup", "--verify", made)
        self.fine("restore", made, "--data", self.new)
        self.assertEqual((made / "store" / "data.mdb").stat().st_nlink, 1)
        self.assertEqual({p.stat().st_nlink for p in (self.new / "index").rglob("*.glass")}, {1})

    def test_other_files_and_environments_come_along(self):
        self.index(self.tree())
        (self.data / "judgements").mkdir()
        (self.data / "judgements" / "history.jsonl").write_text("{}\n", encoding="utf-8")
        subprocess.run(["cp", "-r", self.data / "store", self.data / "ledger"], check=True)
        (self.data / "outside").symlink_to("/etc/passwd")
        made = self.backup()
        listed = {f["path"] for f in json.loads((made / "backup.json").read_text())["files"]}
        self.assertTrue({"store/data.mdb", "ledger/data.mdb", "judgements/history.jsonl", "index/CURRENT"} <= listed)
        self.assertFalse({p for p in listed if "lock" in p.lower() or "outside" in p})
        self.assertEqual(made.stat().st_mode & 0o777, 0o700)
        self.assertEqual((made / "store" / "data.mdb").stat().st_mode & 0o7, 0)

    def test_a_damaged_index_is_left_out(self):
        self.index(self.tree())
        next((self.data / "index" / "generations").iterdir()).unlink()
        current = int((self.data / "index" / "CURRENT").read_text())
        (self.data / "index" / "generations" / f"{current:06}.json").write_text("{}", encoding="utf-8")
        done = parry("backup", "--data", self.data, self.dest)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left out", done.stderr)
        made = next(p for p in self.dest.iterdir() if p.is_dir())
        self.fine("restore", made, "--data", self.new / "data")
        with Server(data=self.new) as s:
            self.assertEqual(s.get("/v1/articles").json["total"], 5)


class Refusals(Folder):
    def setUp(self):
        super().setUp()
        self.index(self.tree())

    def test_damage_is_named_and_nothing_is_made(self):
        made = self.backup()
        listed = [f["path"] for f in json.loads((made / "backup.json").read_text())["files"]]
        self.assertGreater(len(listed), 8)
        for path in listed:
            file = made / path
            was = file.read_bytes()
            file.unlink()  # it may be a link
            for bad in (was[: len(was) // 2] + bytes([was[len(was) // 2] ^ 1]) + was[len(was) // 2 + 1 :], was[:-1], None):
                if bad is not None:
                    file.write_bytes(bad)
                self.assertIn(path, self.refused(CORRUPT, "backup", "--verify", made))
                self.assertIn(path, self.refused(CORRUPT, "restore", made, "--data", self.new))
                self.assertEqual(self.names(), ["backups", "data", "tree"])
                file.unlink(missing_ok=True)
            file.write_bytes(was)
        self.fine("restore", made, "--data", self.new)

    def test_a_link_in_place_of_a_file_is_damage(self):
        made = self.backup()
        file = made / "index" / "CURRENT"
        (self.top / "elsewhere").write_bytes(file.read_bytes())
        file.unlink()
        file.symlink_to(self.top / "elsewhere")
        self.refused(CORRUPT, "restore", made, "--data", self.new)

    def test_an_inventory_cannot_name_files_outside(self):
        made = self.backup()
        inventory = json.loads((made / "backup.json").read_text())
        inventory["files"][0]["path"] = "../../escaped"
        (made / "backup.json").write_text(json.dumps(inventory))
        self.assertIn("backup.json", self.refused(CORRUPT, "restore", made, "--data", self.new))
        self.assertFalse(self.new.exists())

    def test_what_is_there_is_not_lost(self):
        made = self.backup()
        self.new.mkdir()
        self.fine("restore", made, "--data", self.new)  # an empty folder is fine
        (self.new / "mine").write_text("precious")
        self.assertIn("--force", self.refused(CONFLICT, "restore", made, "--data", self.new))
        self.fine("restore", made, "--data", self.new, "--force")
        before = [n for n in self.names() if n.startswith("new.before-")]
        self.assertEqual(len(before), 1)
        self.assertEqual((self.top / before[0] / "mine").read_text(), "precious")
        self.assertFalse((self.new / "mine").exists())

    def test_data_in_use_is_left_alone(self):
        made = self.backup()
        with Server(data=self.top) as s:
            said = self.refused(CONFLICT, "restore", made, "--data", self.data, "--force")
            self.assertIn(str(s.process.pid), said)
            self.assertEqual(s.get("/v1/articles").json["total"], 5)
        self.fine("restore", made, "--data", self.data, "--force")

    def test_what_is_no_data_and_no_backup(self):
        self.refused(NOT_FOUND, "backup", "--data", self.top / "none", self.dest)
        self.refused(NOT_FOUND, "restore", self.top / "none", "--data", self.new)
        self.refused(NOT_FOUND, "backup", "--verify", self.data)
        self.refused(INVALID, "backup", "--data", self.data, self.data / "backups")
        self.assertFalse(self.new.exists())


@unittest.skipUnless(KILLER, "needs PARRY_KILLER")
class Killed(Folder):
    def setUp(self):
        super().setUp()
        self.index(self.tree())

    def killed_everywhere(self, run, check):
        for number in range(1, 500):
            done = run(number)
            self.assertIn(done.returncode, (0, -9), done.stderr)
            check(number)
            if done.returncode == 0:
                return number - 1
        raise AssertionError("it never got through")

    def test_backup(self):
        def check(number):
            whole = [p for p in self.dest.iterdir() if p.is_dir() and not p.name.startswith(".")] if self.dest.exists() else []
            for p in whole:
                self.fine("backup", "--verify", p)

        kills = self.killed_everywhere(lambda n: parry("backup", "--data", self.data, self.dest, kill_at=n), check)
        self.assertGreater(kills, 10)
        self.assertFalse([p for p in self.dest.iterdir() if p.name.startswith(".tmp-")])
        self.fine("index", "--verify", "--data", self.data)

    def test_restore(self):
        made = self.backup()

        def check(number):
            if self.new.exists():
                self.fine("index", "--verify", "--data", self.new)
                self.assertEqual(len((self.fine("index", "--verify", "--list", "--data", self.new)).split()), 5)

        def run(number):
            subprocess.run(["rm", "-rf", self.new], check=True)
            return parry("restore", made, "--data", self.new, kill_at=number)

        kills = self.killed_everywhere(run, check)
        self.assertGreater(kills, 10)
        self.assertTrue(self.new.exists())
        self.assertNotIn("new.restoring", self.names())
        self.fine("backup", "--verify", made)

    def test_restore_over_another(self):
        made = self.backup()
        precious = self.new / "precious"

        def run(number):
            subprocess.run("rm -rf new new.*", shell=True, cwd=self.top, check=True)
            self.new.mkdir()
            precious.write_text("mine")
            return parry("restore", made, "--data", self.new, "--force", kill_at=number)

        def check(number):
            self.assertTrue(self.new.exists())
            if not precious.exists():
                self.fine("index", "--verify", "--data", self.new)
            found = list(self.top.glob("new*/precious"))
            self.assertEqual(len(found), 1, "what was there before is lost")

        self.assertGreater(self.killed_everywhere(run, check), 10)

    def test_random_kills(self):
        made = self.backup()
        for number in range(30):
            process = subprocess.Popen([PARRY, "restore", str(made), "--data", str(self.new)], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(0.0015 * number)
            process.kill()
            process.wait()
            if self.new.exists():
                self.fine("index", "--verify", "--data", self.new)
                subprocess.run(["rm", "-rf", self.new], check=True)
        self.fine("restore", made, "--data", self.new)


if __name__ == "__main__":
    unittest.main()
