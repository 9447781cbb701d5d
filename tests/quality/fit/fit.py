#!/usr/bin/env python3
"""Finds the weights of engine/fuse.c from what fusion saw on judged sets.

    parry eval --set DIR --signals NAME.tsv      # one file a set
    fit.py SET.tsv [SET.tsv ...] [--drop NAME ...] [--print-c]

Model: score = sum over signals of weight x value, weights not negative. Loss: for each query the negative log of the softmax
mass on its relevant candidates (listwise, Cao et al. 2007) and a small L2 penalty; every set has the same say. nDCG@10 is
reported twice, for the weights fitted on all sets, and leave-one-set-out: the weights that score a set never saw it. Needs
numpy and scipy.
"""
import argparse
import pathlib

import numpy as np
from scipy.optimize import minimize

RULES = {"title.is_query": 5.0, "identifier": 2.0}  # an exact title or identifier comes first: not evidence to be weighed


class Set:
    """One judged set: signals n x j, grades n, and where each query begins and ends."""

    def __init__(self, path):
        self.name = pathlib.Path(path).stem
        with open(path, encoding="utf-8") as f:
            head = f.readline().rstrip("\n").split("\t")
            rows = [line.rstrip("\n").split("\t") for line in f]
        rows = [r for r in rows if r[1] == "1"]
        first = head.index("text.article")
        self.signals = head[first:]
        self.x = np.array([[float(v) for v in r[first:]] for r in rows])
        self.grade = np.array([int(r[2]) for r in rows])
        starts = [i for i in range(len(rows)) if i == 0 or rows[i][0] != rows[i - 1][0]]
        self.queries = list(zip(starts, starts[1:] + [len(rows)]))
        self.rules = sum((self.x[:, self.signals.index(n)] * w for n, w in RULES.items()), np.zeros(len(self.x)))


def ndcg(s, scores, k=10):
    total = 0.0
    for a, b in s.queries:
        gains = s.grade[a:b][np.argsort(-scores[a:b], kind="stable")[:k]]
        ideal = np.sort(s.grade[a:b])[::-1][:k]
        best = (ideal / np.log2(np.arange(len(ideal)) + 2)).sum()
        total += (gains / np.log2(np.arange(len(gains)) + 2)).sum() / best if best > 0 else 0
    return total / len(s.queries)


def prepare(sets, use):
    out = []
    for s in sets:
        spans = [(a, b) for a, b in s.queries if (s.grade[a:b] > 0).any()]
        index = np.concatenate([np.arange(a, b) for a, b in spans])
        owner = np.concatenate([np.full(b - a, i) for i, (a, b) in enumerate(spans)])
        out.append((s.x[np.ix_(index, use)], owner, s.grade[index] > 0, len(spans), s.rules[index]))
    return out


def loss(w, data, l2):
    value, gradient = l2 * (w * w).sum(), 2 * l2 * w
    for x, owner, positive, n, rules in data:
        z = x @ w + rules
        top = np.full(n, -np.inf)
        np.maximum.at(top, owner, z)
        e = np.exp(z - top[owner])
        everything, good = np.bincount(owner, e, n), np.bincount(owner, e * positive, n)
        value -= np.mean(np.log(good / everything)) / len(data)
        gradient = gradient + x.T @ ((e / everything[owner] - e * positive / good[owner]) / n / len(data))
    return value, gradient


def fit(sets, use, l2):
    data, start = prepare(sets, use), np.full(len(use), 3.0)
    return minimize(loss, start, (data, l2), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(use)).x


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("sets", nargs="+")
    p.add_argument("--drop", nargs="*", default=[], help="signals to leave out: an ablation, or one side alone")
    p.add_argument("--l2", type=float, default=1e-4)
    p.add_argument("--print-c", action="store_true", help="the weights for engine/fuse.c, fitted on all sets")
    a = p.parse_args()
    sets = [Set(path) for path in a.sets]
    use = [i for i, n in enumerate(sets[0].signals) if n not in a.drop and n not in RULES]
    weights, rows = fit(sets, use, a.l2), []
    print(f"{'set':<24}{'queries':>8}{'all sets':>10}{'left out':>10}")
    for s in sets:
        others = [o for o in sets if o is not s]
        unseen = ndcg(s, s.x[:, use] @ fit(others, use, a.l2) + s.rules) if others else float("nan")
        rows.append((ndcg(s, s.x[:, use] @ weights + s.rules), unseen))
        print(f"{s.name:<24}{len(s.queries):>8}{rows[-1][0]:>10.4f}{rows[-1][1]:>10.4f}")
    print(f"{'mean':<32}{np.mean([r[0] for r in rows]):>10.4f}{np.mean([r[1] for r in rows]):>10.4f}")
    if a.print_c:
        for i, w in zip(use, weights):
            print(f"{sets[0].signals[i]:<20}{w:8.2f}")


if __name__ == "__main__":
    main()
