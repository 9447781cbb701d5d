"""A help centre of a given size, made of the sample's own: each further article takes the sections of several others in a new order
under a title of its own. Deterministic."""
import pathlib
import random
import re

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = TOP / "examples" / "marketplace" / "content"
PASSAGES_AN_ARTICLE = 6.7  # of the sample: 1,175 in 176


def parts(path):
    """Front matter, what stands before the first section, sections."""
    text = path.read_text(encoding="utf-8")
    front, body = re.match(r"(---\n.*?\n---\n)(.*)", text, re.S).groups()
    pieces = re.split(r"(?m)^(?=## )", body)
    return front, pieces[0], pieces[1:]


def write(tree, passages, seed=1):
    """About so many passages into the folder; how many articles."""
    rng = random.Random(seed)
    sources = [parts(p) for p in sorted(SAMPLE.rglob("*.md")) if "_search" not in p.parts and p.read_text(encoding="utf-8").startswith("---\n")]
    titles = [re.search(r"(?m)^title: *(.*)$", front).group(1).strip("\"'") for front, _, _ in sources]
    sections = [s for _, _, own in sources for s in own]
    n = round(passages / PASSAGES_AN_ARTICLE)
    for i in range(n):
        front, lead, own = sources[i % len(sources)]
        if i >= len(sources):
            other = rng.randrange(len(titles))
            title = f"{titles[i % len(titles)]}: {titles[other]} ({i // len(titles)})"
            front = re.sub(r"(?m)^title:.*$", "title: '" + title.replace("'", "''") + "'", front, count=1)
            front = re.sub(r"(?m)^(id|slug):.*\n", "", front)
            own = rng.sample(sections, len(own)) if own else []
        (tree / f"a{i:05}.md").write_text(front + lead + "".join(own), encoding="utf-8")
    return n
