"""Rankings as {query: {document: score}}, best first: TREC files, figures, fixed recipes that fuse two of them, and the paired
randomisation test. Ids are as they stand in TREC files (white space is %20)."""
import math
import random
import re

import numpy as np

DEPTH = 100  # so many documents of a list are fused, as many as `parry eval` ranks
MEASURES = ("ndcg10", "recall10", "mrr10")
WEIGHTS = np.linspace(0, 1, 21)


def trec_id(name):
    return re.sub("[\0- ]", lambda m: f"%{ord(m.group()):02X}", name)


def read_run(path):
    run = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            query, _, document, _, score, _ = line.split()
            run.setdefault(query, {})[document] = float(score)
    return {q: best_first(found) for q, found in run.items()}


def read_qrels(path):
    qrels = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            query, _, document, grade = line.split()
            qrels.setdefault(query, {})[document] = int(grade)
    return qrels


def best_first(found):
    """Where scores are equal the order stays."""
    return dict(sorted(found.items(), key=lambda item: -item[1])[:DEPTH])


def figures(ranked, judged):
    """nDCG@10 (linear gains), recall@10, MRR@10, as trec_eval has them."""
    gains = [max(judged.get(d, 0), 0) for d in list(ranked)[:10]]
    ideal = sorted((g for g in judged.values() if g > 0), reverse=True)

    def discounted(values):
        return sum(g / math.log2(i + 2) for i, g in enumerate(values[:10]))
    first = next((i for i, g in enumerate(gains) if g > 0), None)
    return discounted(gains) / discounted(ideal), sum(g > 0 for g in gains) / len(ideal), 0 if first is None else 1 / (first + 1)


def measure(run, qrels):
    """A row a query, in the order of qrels."""
    return np.array([figures(run.get(q, {}), judged) for q, judged in qrels.items()])


def reciprocal_ranks(one, two, k=60):
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009)."""
    out = {}
    for q in one.keys() | two.keys():
        found = {}
        for run in (one, two):
            for rank, d in enumerate(run.get(q, {}), 1):
                found[d] = found.get(d, 0) + 1 / (k + rank)
        out[q] = best_first(found)
    return out


def min_max(found):
    """Scores to 0..1; a list in which all are equal is all 1."""
    low, high = min(found.values(), default=0), max(found.values(), default=0)
    return {d: (s - low) / (high - low) if high > low else 1.0 for d, s in found.items()}


def mixed(one, two, w):
    """(1 - w) one + w two; what a list lacks is 0 there."""
    one, two = min_max(one), min_max(two)
    return best_first({d: (1 - w) * one.get(d, 0) + w * two.get(d, 0) for d in {**one, **two}})


def tuned(one, two, qrels, seed=1):
    """Each half of the queries by the weight that was best for the other half's nDCG@10; also returns the two weights. So it
    knows something of the very set that it is judged on."""
    queries = sorted(qrels)
    random.Random(seed).shuffle(queries)
    halves = [queries[::2], queries[1::2]]
    runs = {w: {q: mixed(one.get(q, {}), two.get(q, {}), w) for q in queries} for w in WEIGHTS}
    out, picked = {}, []
    for half, other in (halves, halves[::-1]):
        judged = {q: qrels[q] for q in other}
        picked.append(max(WEIGHTS, key=lambda w: measure(runs[w], judged)[:, 0].mean()) if judged else WEIGHTS[10])
        out.update({q: runs[picked[-1]][q] for q in half})
    return out, [round(float(w), 2) for w in picked]


def p_value(a, b, draws=10_000, seed=1):
    """Of no difference between two rows of figures over the same queries: Fisher's randomisation test, paired, two-sided
    (Smucker, Allan and Carterette 2007). Never 0."""
    d = a - b
    d = d[np.abs(d) > 1e-9]
    dice, as_large = np.random.default_rng(seed), 0
    for begin in range(0, draws, 1000):
        signs = dice.integers(0, 2, (min(1000, draws - begin), len(d)), dtype=np.int8) * 2 - 1
        as_large += int((np.abs(signs @ d) >= abs(d.sum()) - 1e-12).sum())
    return (as_large + 1) / (draws + 1)


def holm(ps):
    """The same p-values, corrected for there being several (Holm 1979)."""
    order, out, least = np.argsort(ps), np.ones(len(ps)), 0.0
    for i, at in enumerate(order):
        least = max(least, min(1.0, ps[at] * (len(ps) - i)))
        out[at] = least
    return out.tolist()
