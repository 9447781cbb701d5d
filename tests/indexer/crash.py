#!/usr/bin/env python3
"""Kills `parry index` with SIGKILL, at random moments and just before every sync and rename, over a tree that changes
between runs. After each kill what is served must be whole: CURRENT parses and does not go backwards, every segment of it
verifies, a search answers. After a last run that is left alone, the index holds exactly the tree's articles.

    tests/indexer/crash.py --parry build/dev/parry [--kills 30] [--seed 1] [--killer kill_at.so] [--text-only]
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

WORDS = "parcel refund late merchant card courier label account password order invoice return pickup address".split()


class Failure(Exception):
    pass


class House:
    """A tree, Parry's data, and what is expected of the two."""

    def __init__(self, parry, folder, seed, text_only):
        self.parry = parry
        self.tree = folder / "tree"
        self.data = folder / "data"
        self.count = folder / "count"
        self.random = random.Random(seed)
        self.text_only = text_only
        self.files = {}
        self.generation = 0
        self.made = 0
        self.tree.mkdir()

    # ---- the tree

    def text(self):
        sections = []
        for number in range(self.random.randint(1, 3)):
            words = self.random.choices(WORDS, k=self.random.randint(3, 60))
            sections.append(f"## Part {number}\n\n{' '.join(words).capitalize()}.\n")
        return "\n".join(sections)

    def write(self, name):
        body = f"# About {name.replace('/', ' ')}\n\n{self.text()}"
        path = self.tree / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
        self.files[name] = body

    def add(self):
        self.made += 1
        self.write(self.random.choice(["", "sub/", "sub/deep/"]) + f"article-{self.made}")

    def change(self):
        self.write(self.random.choice(sorted(self.files)))

    def delete(self):
        name = self.random.choice(sorted(self.files))
        (self.tree / f"{name}.md").unlink()
        del self.files[name]

    def rename(self):
        name = self.random.choice(sorted(self.files))
        self.made += 1
        new = f"article-{self.made}"
        (self.tree / f"{name}.md").rename(self.tree / f"{new}.md")
        self.files[new] = self.files.pop(name)

    def edit(self):
        for _ in range(self.random.randint(1, 8)):
            act = self.random.choice([self.add, self.add, self.change, self.change, self.delete, self.rename])
            if len(self.files) > 5 or act is self.add:
                act()

    # ---- parry

    def command(self, *arguments):
        return [str(self.parry), arguments[0], "--data", str(self.data), *arguments[1:]]

    def index_command(self):
        # now and then without vectors: another model, so everything is rebuilt
        text_only = self.text_only or self.random.random() < 0.1
        return self.command("index", "--quiet", *(["--text-only"] if text_only else []), str(self.tree))

    def run(self, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120, check=False)

    def finish(self):
        """A run that is left alone; returns its seconds."""
        started = time.monotonic()
        done = subprocess.run(self.index_command(), capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise Failure(f"a run that was left alone failed: {done.stderr}")
        return time.monotonic() - started

    def kill_after(self, seconds):
        """True where the kill came before the end."""
        with subprocess.Popen(self.index_command(), stderr=subprocess.PIPE) as process:
            try:
                _, errors = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                return True
        if process.returncode != 0:
            raise Failure(f"exit {process.returncode}: {errors.decode()}")
        return False

    def kill_at(self, killer, number):
        """Killed just before its call `number` to fsync and the like; False where there are not that many."""
        environment = dict(os.environ, LD_PRELOAD=str(killer), PARRY_KILL_AT=str(number),
                           ASAN_OPTIONS="verify_asan_link_order=0")
        done = subprocess.run(self.index_command(), env=environment, capture_output=True, timeout=120, check=False)
        if done.returncode not in (0, -9):
            raise Failure(f"exit {done.returncode}: {done.stderr.decode()}")
        return done.returncode == -9

    # ---- what must be so

    def check(self):
        """After a kill."""
        current = self.data / "index" / "CURRENT"
        if not current.exists():
            if self.generation:
                raise Failure("CURRENT is gone")
            return
        number = int(current.read_text())
        if number < self.generation:
            raise Failure(f"CURRENT went back from {self.generation} to {number}")
        self.generation = number
        verified = self.run("index", "--verify")
        if verified.returncode != 0:
            raise Failure(f"generation {number} does not verify: {verified.stderr}")
        found = self.run("search", "--json", "--limit", "3", self.random.choice(WORDS))
        if found.returncode != 0:
            raise Failure(f"generation {number} cannot be searched: {found.stderr}")
        if json.loads(found.stdout)["generation"] != number:
            raise Failure("the search was answered from another generation")

    def check_all(self):
        """After a run that was left alone."""
        self.check()
        listed = self.run("index", "--verify", "--list").stdout.split()
        if listed != sorted(self.files, key=lambda name: name.encode()):
            raise Failure(f"ids differ: {sorted(set(listed) ^ set(self.files))}")
        # the sweep of engine/generation_manifest.c does not know CURRENT's own temporary file yet (8 bytes each)
        left = [p.name for p in (self.data / "index").rglob("*") if ".tmp" in p.name and "CURRENT" not in p.name]
        if left:
            raise Failure(f"left over: {left}")


def random_kills(house, kills):
    """Each at a moment drawn evenly from the length of a whole run; one in eight goes on to its end and is compared."""
    landed = 0
    seconds = house.finish()
    house.check_all()
    while landed < kills:
        house.edit()
        landed += house.kill_after(house.random.uniform(0, seconds * 1.2))
        house.check()
        if house.random.random() < 0.125:
            house.finish()
            house.check_all()
    house.finish()
    house.check_all()
    return landed


def kills_at_every_sync(house, killer):
    """The same edit again and again, killed one call later each time, until a run gets through."""
    number = 1
    while True:
        house.change()
        house.add()
        if not house.kill_at(killer, number):
            break
        house.check()
        number += 1
        if number % 7 == 0:
            house.finish()
            house.check_all()
    house.check_all()
    return number - 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--parry", required=True, type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=200 if os.environ.get("PARRY_SOAK") else 30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--killer", type=pathlib.Path, help="kill_at.so; without it, only random kills")
    parser.add_argument("--text-only", action="store_true", help="without vectors, faster")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="parry-crash-"))
    house = House(options.parry.resolve(), folder, options.seed, options.text_only)
    try:
        for _ in range(12):
            house.add()
        print(f"{random_kills(house, options.kills)} random kills survived, seed {options.seed}")
        if options.killer:
            print(f"{kills_at_every_sync(house, options.killer.resolve())} kills at syncs and renames survived")
    except Failure as failure:
        print(f"seed {options.seed}: {failure}\nleft for a look: {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
