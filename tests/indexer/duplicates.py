#!/usr/bin/env python3
"""Near-duplicates planted into the sample help centre and looked for: copies with small edits, two articles merged into one,
and paraphrases written by hand (tests/indexer/paraphrases). Fails under the floors.

    tests/indexer/duplicates.py --parry build/release/parry [--misses]

Without model weights paraphrases are left out, and the run says so."""
import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = TOP / "examples/marketplace/content"
PARAPHRASES = TOP / "tests/indexer/paraphrases"
COPIES, MERGES = 30, 20
F1_FLOOR, KIND_FLOOR, FALSE_ALARMS_MOST = 0.9, 0.8, 2


def read(path):
    """(front matter, body)"""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return front, body


def field(front, name):
    return re.search(rf"^{name}: *(.*)$", front, re.M).group(1)


def edited(body, chance):
    """A small edit: one word in twenty replaced or dropped, one block of the text left out."""
    blocks = body.strip().split("\n\n")
    if len(blocks) > 4:
        del blocks[chance.randrange(1, len(blocks))]
    words = re.split(r"( +)", "\n\n".join(blocks))
    for i in range(0, len(words), 2):
        if chance.random() < 0.05:
            words[i] = chance.choice(["", "now", "really", "the", "your", "normally"])
    return "".join(words)


def write(tree, name, audience, title, body):
    (tree / f"{name}.md").write_text(f"---\nid: {name}\nslug: {name}\ntitle: \"{title}\"\naudience: {audience}\n---\n{body}\n",
                                     encoding="utf-8")


def plant(tree):
    """{kind: set of pairs}"""
    chance = random.Random(20)
    originals = {path.stem: read(path) for path in sorted(SAMPLE.rglob("*.md"))}
    planted = {"copy": set(), "merged": set(), "paraphrase": set()}
    for path in sorted(PARAPHRASES.glob("*.md")):
        shutil.copy(path, tree / f"paraphrase-{path.name}")
        planted["paraphrase"].add((path.stem, f"paraphrase-{path.stem}"))
        audience = field(originals.pop(path.stem)[0], "audience")
        assert field(path.read_text(encoding="utf-8"), "audience") == audience, path
    names = sorted(originals)
    chance.shuffle(names)
    for name in names[:COPIES]:
        front, body = originals[name]
        write(tree, f"copy-{name}", field(front, "audience"), "About: " + field(front, "title").strip('"'), edited(body, chance))
        planted["copy"].add((name, f"copy-{name}"))
    rest = names[COPIES:COPIES + 2 * MERGES]
    for one, other in zip(rest[::2], rest[1::2]):
        merged = f"merged-{one}"
        write(tree, merged, field(originals[one][0], "audience"), f"All about {one} and {other}".replace("-", " "),
              originals[one][1] + "\n\n" + originals[other][1])
        planted["merged"] |= {(one, merged), (other, merged)}
    return planted


def duplicates(parry, data, *more):
    out = subprocess.run([parry, "duplicates", "--data", data, "--json", *more], check=True, capture_output=True, text=True).stdout
    return {tuple(sorted((d["a"]["id"], d["b"]["id"]))): d for d in json.loads(out)["duplicates"]}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--parry", default="build/release/parry")
    options.add_argument("--misses", action="store_true", help="list what was missed and what was a false alarm")
    o = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="parry-duplicates-") as folder:
        tree, data = pathlib.Path(folder) / "tree", f"{folder}/data"
        shutil.copytree(SAMPLE, tree)
        planted = plant(tree)
        index = subprocess.run([o.parry, "index", "--quiet", "--data", data, str(tree)], check=True, capture_output=True, text=True)
        if "text alone" in index.stderr:
            print("no model weights: paraphrases are not looked for")
            del planted["paraphrase"]
        found = duplicates(o.parry, data)
    wrong = 0
    every = {tuple(sorted(pair)) for pairs in planted.values() for pair in pairs}
    for kind, pairs in planted.items():
        pairs = {tuple(sorted(pair)) for pair in pairs}
        print(f"{kind:11} {len(pairs & found.keys())} of {len(pairs)} found")
        for pair in sorted(pairs - found.keys()) if o.misses else []:
            print("   missed", *pair)
    alarms = sorted(found.keys() - every)
    real = [pair for pair in alarms if not any(name.startswith(("copy-", "merged-", "paraphrase-")) for name in pair)]
    precision, recall = len(every & found.keys()) / max(1, len(found)), len(every & found.keys()) / len(every)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}; {len(real)} false alarms among the articles as they are")
    for pair in alarms if o.misses else []:
        print("   false alarm", *pair, found[pair]["kind"], round(found[pair]["score"], 3))
    for kind, pairs in planted.items():
        if len({tuple(sorted(pair)) for pair in pairs} & found.keys()) < KIND_FLOOR * len(pairs):
            print(f"under {KIND_FLOOR:.0%} of {kind} found")
            wrong += 1
    if f1 < F1_FLOOR or len(real) > FALSE_ALARMS_MOST:
        print(f"wanted: F1 {F1_FLOOR}, at most {FALSE_ALARMS_MOST} false alarms")
        wrong += 1
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
