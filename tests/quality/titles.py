#!/usr/bin/env python3
"""Every title as a query finds its article; with a typo, or half typed, it still does. Fails under the floors.

    tests/quality/titles.py [--parry build/release/parry] [--typos 5000] [--misses] [--keep DIR] [TREE...]

For each tree of Markdown: every title as it is (its article must be first), a seeded sample of titles with one edit in a word of
five letters or more (first three), and the first 60 % of every title, as typed in a search box (first five). Articles that
share a title count as one. Edits are a deletion, an insertion, a substitution or a swap of neighbours, equally likely, at any
place of the word, the first letter included; inserted and substituted letters are any of a to z. Without TREE: the sample help
centre, and those of ../shared/data/md that are there. Each figure is for text alone and, with model weights, for hybrid; trees
of ../shared are long to embed and so asked by text alone, unless they are named or PARRY_SOAK is set. With PARRY_SOAK set, every such
word of every title is misspelt in each of the four ways."""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = TOP.parent / "shared/data/md"
TREES = [TOP / "examples/marketplace/content", SHARED / "arduino-help", SHARED / "dynamics365-bc"]
# what is asked: (first so many, floor)
FLOORS = {"title": (1, 1.0), "typo": (3, 0.97), "prefix": (5, 0.95)}
SEED, LETTERS = 4, "abcdefghijklmnopqrstuvwxyz"
HIDDEN = re.compile(r"^(draft:\s*true|search:\s*false|status:\s*(draft|archived)|(?i:robots):.*(?i:noindex))", re.M)


def normal(title):
    return " ".join(unicodedata.normalize("NFKC", title).split()).casefold()


def unquoted(text):
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"')
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def title_of(path):
    """As its author wrote it; None where there is none to read, or the article is not to be found."""
    text = path.read_text(encoding="utf-8-sig", errors="replace").replace("\r\n", "\n")
    head = re.match(r"---\n(.*?)\n---\n", text, re.S)
    if head and HIDDEN.search(head.group(1)):
        return None
    line = re.search(r"^title:[ \t]*(.+)$", head.group(1), re.M) if head else None
    if line and line.group(1).strip() not in ("|", ">", ">-", "|-"):
        return unquoted(re.sub(r"\s+#.*$", "", line.group(1)) if line.group(1)[0] not in "\"'" else line.group(1))
    return None


def edited(word, rng, kind):
    """One edit; never the word itself, unless a swap of its letters is."""
    for _ in range(20):
        i, c = rng.randrange(len(word)), rng.choice(LETTERS)
        if kind == 0:
            out = word[:i] + word[i + 1:]
        elif kind == 1:
            i = rng.randrange(len(word) + 1)
            out = word[:i] + c + word[i:]
        elif kind == 2:
            out = word[:i] + c + word[i + 1:]
        else:
            i = min(i, len(word) - 2)
            out = word[:i] + word[i + 1] + word[i] + word[i + 2:]
        if out.casefold() != word.casefold():
            break
    return out


def typos(titles, n, rng):
    """(query, title): a title with one of its words of five letters or more misspelt; n of them, or all."""
    places = [(t, m, kind) for t in titles for m in re.finditer(r"[^\W\d_]{5,}", t) for kind in range(4)]
    chosen = [rng.choice(places) for _ in range(n)] if n else places
    return [(t[:m.start()] + edited(m.group(), rng, kind) + t[m.end():], t) for t, m, kind in chosen]


def questions(titles, n):
    rng = random.Random(SEED)
    yield from (("title", t, t, False) for t in titles)
    yield from (("typo", q, t, False) for q, t in typos(titles, n, rng))
    yield from (("prefix", t[:max(1, round(len(t) * 0.6))], t, True) for t in titles)


def ask(parry, data, asked, mode):
    """Answers in order, from one process."""
    lines = "".join(json.dumps({"q": q, "typing": typing}) + "\n" for _, q, _, typing in asked)
    out = subprocess.run([parry, "search", "--data", data, "--batch", "--limit", "5", "--mode", mode, "--no-snippets"],
                         input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in out.stdout.splitlines()]
    assert len(answers) == len(asked), (len(answers), len(asked), out.stderr)
    return answers


def measure(parry, data, tree, titles, modes, n, misses):
    asked, failed = list(questions(titles, n)), False
    for mode in modes:
        right, total, times = dict.fromkeys(FLOORS, 0), dict.fromkeys(FLOORS, 0), {k: [] for k in FLOORS}
        for (kind, query, title, _), answer in zip(asked, answers := ask(parry, data, asked, mode)):
            found = [normal(h["title"]) for h in answer.get("hits", [])]
            good = normal(title) in found[:FLOORS[kind][0]]
            right[kind] += good
            total[kind] += 1
            times[kind].append(answer.get("took_us", 0))
            if misses and not good:
                print(f"  {mode} {kind}: {query!r} wants {title!r}, read as {answer.get('corrected', '')!r}, got {found[:2]}")
        if mode == "hybrid" and answers[0].get("degraded"):
            print(f"{tree.name:<18} hybrid   skipped: no model weights here")
            continue
        for kind, (first, floor) in FLOORS.items():
            share, t = right[kind] / total[kind], sorted(times[kind])
            ok = share >= floor
            failed |= not ok
            print(f"{tree.name:<18} {mode:<8} {kind:<7} {total[kind]:>5} queries, in the first {first}: {share:.4f} "
                  f"(floor {floor})  {'ok' if ok else 'UNDER THE FLOOR'}   "
                  f"us p50 {t[len(t) // 2]} p95 {t[int(len(t) * .95)]}", flush=True)
    return failed


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=os.environ.get("PARRY_BIN", str(TOP / "build/release/parry")))
    p.add_argument("--typos", type=int, default=0 if os.environ.get("PARRY_SOAK") else 5000, help="so many; 0: all")
    p.add_argument("--misses", action="store_true", help="list what was not found")
    p.add_argument("--keep", help="folder of the indexes, left there for the next run")
    p.add_argument("trees", nargs="*", type=pathlib.Path)
    a = p.parse_args()
    work, failed = a.keep or tempfile.mkdtemp(prefix="parry-titles-"), False
    try:
        for tree in a.trees or TREES:
            if not tree.is_dir():
                print(f"{tree.name:<18} skipped: {tree} is not here")
                continue
            data = str(pathlib.Path(work) / tree.name)
            meaning = a.trees or tree == TREES[0] or os.environ.get("PARRY_SOAK")
            subprocess.run([a.parry, "index", "--data", data, *([] if meaning else ["--text-only"]), str(tree)], check=True,
                           capture_output=True)
            titles = sorted({t for t in map(title_of, sorted(tree.rglob("*.md"))) if t and normal(t)})
            failed |= measure(a.parry, data, tree, titles, ("text", "hybrid") if meaning else ("text",), a.typos, a.misses)
    finally:
        if not a.keep:
            shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
