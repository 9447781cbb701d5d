#!/usr/bin/env python3
"""Makes the judged sets that ranking is fitted on, and what `parry eval` sees on them.

    sets.py OUT [--parry build/release/parry] [--shared ../shared/data]
    fit.py OUT/signals/*.tsv --left-out --print-c engine/weights_fitted.c

From the judged sets and Markdown trees of --shared, in BEIR's layout under OUT/sets/FAMILY.VARIANT:

* the sets as they are;
* the same with titles taken away, shared by all, or made of the first words: what a title is worth where it says little;
* a documentation tree asked by the words of its links (whole articles, their first words, without titles; and sections, by
  links that name an anchor), documents that hold the very words left out of that query's ranking;
* other documentation asked by its own headings, each taken out of the text before, by article and by section.

A set also gets questions of other families, which nothing in it answers. Everything is drawn with fixed seeds. Vectors are kept
in OUT/data, so that a second run is quick. Needs nothing but Python; skips, saying so, what --shared lacks.
"""
import argparse
import collections
import gzip
import json
import pathlib
import random
import re
import subprocess

QUERIES, FAR_OFF = 500, 150


def plain(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def unmarked(text):
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|\[!INCLUDE[^\]]*\](\([^)]*\)|\])?", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"<[^>]+>", "", re.sub(r"^# .*$", "", text, count=1, flags=re.M))


class Judged:
    """documents {id: (title, text)}, queries {id: text}, right [(query, document)], out [(query, document)]"""

    def __init__(self, documents, queries, right, out=()):
        self.documents, self.queries, self.right, self.out = documents, queries, right, list(out)

    def few(self, n=QUERIES):
        kept = dict(random.Random(1).sample(sorted(self.queries.items()), min(n, len(self.queries))))
        return Judged(self.documents, kept, [r for r in self.right if r[0] in kept], [o for o in self.out if o[0] in kept])

    def retold(self, tell):
        return Judged({i: tell(*d) for i, d in self.documents.items()}, self.queries, self.right, self.out)

    def write(self, folder, far_off):
        folder.mkdir(parents=True, exist_ok=True)

        def lines(name, rows):
            (folder / name).write_text("".join(row + "\n" for row in rows), encoding="utf-8")
        lines("corpus.jsonl", (json.dumps({"_id": i, "title": t, "text": x}) for i, (t, x) in self.documents.items()))
        lines("queries.jsonl", (json.dumps({"_id": i, "text": t}) for i, t in self.queries.items()))
        lines("qrels.tsv", ["query-id\tcorpus-id\tscore"] + [f"{q}\t{d}\t1" for q, d in self.right])
        lines("queries_oos.jsonl", (json.dumps({"_id": f"far{i}", "text": t}) for i, t in enumerate(far_off)))
        if self.out:
            lines("exclude.tsv", ["query-id\tcorpus-id"] + [f"{q}\t{d}" for q, d in self.out])


def read_set(folder):
    def rows(name):
        path = folder / name
        return [line.split("\t") for line in path.read_text().splitlines()[1:]] if path.exists() else []
    documents = {j["_id"]: (j.get("title", ""), j["text"]) for j in map(json.loads, open(folder / "corpus.jsonl"))}
    queries = {j["_id"]: j["text"] for j in map(json.loads, open(folder / "queries.jsonl"))}
    return Judged(documents, queries, [(q, d) for q, d, grade in rows("qrels.tsv") if int(grade) > 0], [r[:2] for r in rows("exclude.tsv")])


def read_queues(folder):
    def rows(name):
        return [line.split("\t") for line in (folder / name).read_text().splitlines()[1:]]
    intents = collections.defaultdict(list)
    for text, intent, _ in rows("train.tsv"):
        intents[intent].append(text)
    asked = [(f"t{k}", text, intent) for k, (text, intent, _) in enumerate(rows("test.tsv")) if intent in intents]
    return Judged({i: (i.replace("_", " "), "\n".join(v)) for i, v in sorted(intents.items())},
                  {k: text for k, text, _ in asked}, [(k, intent) for k, _, intent in asked])


class Tree:
    """A Markdown tree: articles {path: (title, text)}, sections {(path, anchor): (title, heading, text)}, and links."""

    LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\(([^)\s#]+?\.md)(?:#([^)\s]+))?[^)]*\)")

    def __init__(self, root):
        self.articles, self.sections, raw = {}, {}, {}
        for path in sorted(root.rglob("*.md")):
            text = path.read_text(encoding="utf-8", errors="replace")
            front = re.match(r"---\n(.*?)\n---\n", text, re.S)
            title = re.search(r"^title:\s*(.*)$", front.group(1), re.M) if front else None
            body = text[front.end():] if front else text
            heading = re.search(r"^# (.*)$", body, re.M)
            name = str(path.relative_to(root))
            self.articles[name] = ((title or heading).group(1).strip("\"' ") if title or heading else "", unmarked(body))
            raw[name] = body
            self.cut(name, body)
        self.names = [collections.defaultdict(set), collections.defaultdict(set)]  # of articles, of sections
        for name, body in raw.items():
            for words, target, anchor in self.LINK.findall(body):
                self.add_link(root, name, re.sub(r"[*_`]", "", words).strip(), target, anchor.lower())

    def cut(self, name, body):
        parts = re.split(r"^#{2,4} (.*)$", body, flags=re.M)
        for heading, text in zip([""] + parts[1::2], [parts[0]] + parts[2::2]):
            heading = re.sub(r"<[^>]+>|[*_`]", "", heading)
            anchor = re.sub(r"[^a-z0-9 -]", "", heading.lower().strip()).replace(" ", "-")
            self.sections[name, anchor] = (self.articles[name][0], heading, " ".join(unmarked(text).split()[:150]))

    def add_link(self, root, source, words, target, anchor):
        path = ((root / source).parent / target).resolve()
        name = str(path.relative_to(root.resolve())) if path.is_relative_to(root.resolve()) else ""
        if name not in self.articles or name == source or not 2 <= len(words.split()) <= 14:
            return
        if plain(words) != plain(self.articles[name][0]):
            self.names[0][plain(words)].add((words, name))
        if (name, anchor) in self.sections and plain(words) != plain(self.sections[name, anchor][1]):
            self.names[1][plain(words)].add((words, (name, anchor)))

    def asked(self, which, seed, n):
        sure = sorted(min(v) for v in self.names[which].values() if len({target for _, target in v}) == 1)
        return random.Random(seed).sample(sure, min(n, len(sure)))

    def judged(self, links, documents):
        held = {i: f" {plain(x)} " for i, (_, x) in documents.items()}
        queries = {f"q{k}": words for k, (words, _) in enumerate(links)}
        right = [(f"q{k}", target) for k, (_, target) in enumerate(links)]
        out = [(q, i) for (q, target), words in zip(right, queries.values()) for i in documents
               if i != target and f" {plain(words)} " in held[i]]
        return Judged(documents, queries, right, out)

    def by_article(self, seed, n, of, tell=lambda title, text: (title, text)):
        links = self.asked(0, seed, n)
        names = {target for _, target in links}
        rest = random.Random(seed).sample(sorted(set(self.articles) - names), max(0, of - len(names)))
        return self.judged(links, {i: tell(*self.articles[i]) for i in sorted(names) + sorted(rest)})

    def by_section(self, seed, n, of):
        links = self.asked(1, seed, n)
        targets = {target for _, target in links}
        paths = {path for path, _ in targets}
        near = [k for k, (_, _, text) in sorted(self.sections.items()) if k[0] in paths and len(text.split()) >= 8]
        kept = sorted(targets | set(near[:of]))
        documents = {f"{p}#{a}": (self.sections[p, a][0], "\n".join(self.sections[p, a][1:])) for p, a in kept}
        return self.judged([(words, f"{p}#{a}") for words, (p, a) in links], documents)


class Passages:
    """Passages of documentation by source and path, each under its heading; asked by headings that are taken out."""

    def __init__(self, path):
        self.of = collections.defaultdict(lambda: collections.defaultdict(list))
        with gzip.open(path, "rt") as f:
            for row in map(json.loads, f):
                self.of[row["src"]][row["path"]].append(row)

    @staticmethod
    def may_ask(row):
        words = plain(row["heading"] or "")
        return 3 <= len(words.split()) <= 12 and words != plain(row["title"] or "")

    def draw(self, source, seed, least, most, n):
        paths = [p for p in sorted(self.of[source]) if least <= len(self.of[source][p]) <= most]
        return [self.of[source][p] for p in random.Random(seed).sample(paths, min(n, len(paths)))]

    def by_article(self, source, seed):
        documents, queries, right = {}, {}, []
        dice = random.Random(seed)
        for rows in self.draw(source, seed, 2, 12, 350):
            path, title = rows[0]["path"], rows[0]["title"] or ""
            good = [r for r in rows if self.may_ask(r)]
            asked = dice.choice(good) if good and len(queries) < 250 else None
            told = (([] if r is asked or not r["heading"] else ["## " + r["heading"]]) + [unmarked(r["text"])] for r in rows)
            documents[path] = (title, "\n\n".join(x for part in told for x in part))
            if asked:
                queries[f"h{len(queries)}"] = asked["heading"]
                right.append((f"h{len(queries) - 1}", path))
        return Judged(documents, queries, right)

    def by_section(self, source, seed):
        rows = [r for rows in self.draw(source, seed, 3, 10, 120) for r in rows][:700]
        documents = {str(r["id"]): (r["title"] or "", " ".join(unmarked(r["text"]).split()[:120])) for r in rows}
        times = collections.Counter(plain(r["heading"] or "") for r in rows)
        good = [r for r in rows if self.may_ask(r) and times[plain(r["heading"])] == 1]
        asked = random.Random(seed).sample(good, min(250, len(good)))
        return Judged(documents, {f"h{k}": r["heading"] for k, r in enumerate(asked)},
                      [(f"h{k}", str(r["id"])) for k, r in enumerate(asked)])


def nameless(_, text):
    return "", text


def shared_name(title, text):
    return "Help", f"{title}\n\n{text}"


def untold_name(_, text):
    return "Help", text


def beginning(words):
    return lambda title, text: (title, " ".join(text.split()[:words]))


def make(shared):
    sets, out = shared / "sets", {}
    for family, name in (("faq", "stackfaq_articles"), ("rules", "or_sharc"), ("intents", "clinc150"),
                         ("help", "anchors_arduino")):
        if (sets / name).exists():
            out[f"{family}.main"] = read_set(sets / name)
    for name, source, tell in (("faq.nameless", "faq.main", nameless), ("faq.shared", "faq.main", shared_name),
                               ("rules.nameless", "rules.main", nameless), ("intents.untold", "intents.main", untold_name),
                               ("help.untold", "help.main", untold_name)):
        if source in out:
            out[name] = out[source].few().retold(tell)
    if (shared / "queues").exists():
        out["queues.main"] = read_queues(shared / "queues")
    if (shared / "md/dynamics365-bc").exists():
        tree = Tree(shared / "md/dynamics365-bc")
        out["tree.main"] = tree.by_article(1, 400, 700)
        out["tree.short"] = tree.by_article(2, 400, 700, beginning(70))
        out["tree.nameless"] = tree.by_article(3, 300, 500, lambda t, x: ("", " ".join(x.split()[:150])))
        out["tree.sections"] = tree.by_section(4, 350, 1400)
    if (shared / "bench/p75k.jsonl.gz").exists():
        passages = Passages(shared / "bench/p75k.jsonl.gz")
        out["commands.main"] = passages.by_article("PowerShell-Docs", 5)
        out["commands.sections"] = passages.by_section("PowerShell-Docs", 6)
        out["cloud.main"] = passages.by_article("amazon-ec2-user-guide", 7)
        out["cloud.templates"] = passages.by_article("aws-cloudformation-user-guide", 8)
        out["cloud.sections"] = passages.by_section("amazon-rds-user-guide", 9)
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("--parry", default="build/release/parry")
    p.add_argument("--shared", type=pathlib.Path, default=pathlib.Path("../shared/data"))
    a = p.parse_args()
    made = make(a.shared)
    if not made:
        print(f"skipped: there is no {a.shared}")
    asked = {name: sorted(s.queries.values()) for name, s in made.items()}
    (a.out / "signals").mkdir(parents=True, exist_ok=True)
    for name, judged in made.items():
        family, folder = name.split(".")[0], a.out / "sets" / name
        others = sorted({q for n, queries in asked.items() if n.split(".")[0] != family for q in queries})
        judged.write(folder, random.Random(name).sample(others, min(FAR_OFF, len(others))))
        run = [a.parry, "eval", "--set", str(folder), "--keep", str(a.out / "data" / name), "--gold-removed", "--quiet",
               "--signals", str(a.out / "signals" / f"{name}.tsv")]
        print(name, len(judged.documents), len(judged.queries), flush=True)
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    run = [a.parry, "eval", "--set", "examples/marketplace", "--split", "fit", "--keep", str(a.out / "data/sample"),
           "--gold-removed", "--quiet", "--signals", str(a.out / "signals/sample.main.tsv")]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
