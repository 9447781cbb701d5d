#!/usr/bin/env python3
"""Finds the weights of engine/weights_fitted.c from what fusion saw on judged sets.

    parry eval --set DIR --signals FAMILY.VARIANT.tsv     # one file a set; sets.py makes sets and does this
    fit.py FAMILY.VARIANT.tsv ... [--left-out] [--drop SIGNAL ...] [--linear] [--print-c FILE]

Model: score = sum over signals of weight x value; weight = softplus(base + slope . z), z the query's context (what the two lists
look like together), standardised and clipped. Loss: for each query the negative log of the softmax mass on its relevant
candidates (listwise, Cao et al. 2007), L2 on the slopes and on the weights. A set whose variant is "main" has twice the say of
a variant (the same texts with titles taken away, shortened ...: they teach what a title is worth where it says little).
--left-out scores every family with a model that saw no set of that family; --left-out-runs DIR also writes what it ranks, as TREC
runs DIR/FAMILY.VARIANT.run for ../compare.py. Needs numpy and scipy.
"""
import argparse
import pathlib

import numpy as np
from scipy.optimize import minimize

RULES = {"title.is_query": 20.0, "identifier": 2.0, "language": 3.0}  # rules, not evidence to be weighed: engine/weights.c
FARTHEST = 3.0
SIDES = {"hybrid": ("text.", "vector."), "text": ("text.",), "vector": ("vector.",)}


class Set:
    """One judged set: candidates' signals n x j and grades, the queries' contexts, and where each query begins and ends."""

    def __init__(self, path):
        self.family, _, self.variant = pathlib.Path(path).stem.partition(".")
        self.name = pathlib.Path(path).stem
        context, starts, x, grade, keep, self.queries, self.documents = [], [], [], [], False, [], []
        with open(path, encoding="utf-8") as f:
            names = f.readline().rstrip("\n").split("\t")[3:]
            self.features = [n for n in names if not n.startswith("evidence.")]
            self.signals = f.readline().rstrip("\n").split("\t")[3:]
            for line in f:
                cell = line.rstrip("\n").split("\t")
                if cell[0] == "Q":
                    keep = cell[2] == "1"
                    if keep:
                        context.append([float(v) for v in cell[3:3 + len(self.features)]])
                        starts.append(len(x))
                        self.queries.append(cell[1])
                elif keep:
                    self.documents.append(cell[1])
                    grade.append(int(cell[2]))
                    x.append([float(v) for v in cell[3:]])
        self.x, self.grade, self.context = np.array(x), np.array(grade), np.array(context)
        self.spans = list(zip(starts, starts[1:] + [len(x)]))
        self.owner = np.concatenate([np.full(b - a, i) for i, (a, b) in enumerate(self.spans)])
        self.rules = sum((self.x[:, self.signals.index(n)] * w for n, w in RULES.items() if n in self.signals),
                         np.zeros(len(self.x)))
        self.say = 1.0 if self.variant in ("", "main") else 0.5


def ndcg(s, scores, k=10):
    total = 0.0
    for a, b in s.spans:
        gains = s.grade[a:b][np.argsort(-scores[a:b], kind="stable")[:k]]
        ideal = np.sort(s.grade[a:b])[::-1][:k]
        best = (ideal / np.log2(np.arange(len(ideal)) + 2)).sum()
        total += (gains / np.log2(np.arange(len(gains)) + 2)).sum() / best if best > 0 else 0
    return total / len(s.spans)


class Model:
    """Weights of the signals `use` from a context; slopes only for `features` (indices)."""

    def __init__(self, sets, use, features, l2_slope, l2_weight, steps):
        self.use, self.features = use, features
        context = [s.context[:, features] for s in sets]
        self.mean = np.mean([c.mean(0) for c in context], axis=0) if len(features) else np.zeros(0)
        spread = [((c - self.mean) ** 2).mean(0) for c in context]
        self.deviation = np.sqrt(np.mean(spread, axis=0)) + 1e-6 if len(features) else np.zeros(0)
        self.deviation[self.deviation < 1e-4] = 1e6  # a feature that never moves says nothing
        say = sum(s.say for s in sets)
        data = [self.prepare(s) + (s.say / say,) for s in sets]
        start = np.concatenate([np.ones(len(use)), np.zeros(len(use) * len(features))])
        self.v = minimize(self.loss, start, (data, l2_slope, l2_weight), jac=True, method="L-BFGS-B",
                          options={"maxiter": steps}).x

    def prepare(self, s):
        found = np.add.reduceat(s.grade > 0, [a for a, _ in s.spans]) > 0
        keep = found[s.owner]
        owner = np.unique(s.owner[keep], return_inverse=True)[1]
        return s.x[np.ix_(keep, self.use)], owner, s.grade[keep] > 0, int(found.sum()), s.rules[keep], self.z(s)[found]

    def z(self, s):
        return np.clip((s.context[:, self.features] - self.mean) / self.deviation, -FARTHEST, FARTHEST)

    def split(self, v):
        j = len(self.use)
        return v[:j], v[j:].reshape(j, len(self.features))

    def loss(self, v, data, l2_slope, l2_weight):
        base, slope = self.split(v)
        sigmoid = 1 / (1 + np.exp(-base))
        plus = np.logaddexp(0, base)
        value = l2_slope * (slope ** 2).sum() + l2_weight * (plus ** 2).sum()
        g_base, g_slope = 2 * l2_weight * plus * sigmoid, 2 * l2_slope * slope
        for x, owner, good, n, rules, z, say in data:
            pre = base + z @ slope.T
            weight = np.logaddexp(0, pre)
            score = np.einsum("ij,ij->i", x, weight[owner]) + rules
            top = np.full(n, -np.inf)
            np.maximum.at(top, owner, score)
            e = np.exp(score - top[owner])
            everything, mass = np.bincount(owner, e, n), np.maximum(np.bincount(owner, e * good, n), 1e-30)
            value -= say * np.mean(np.log(mass / everything))
            g_score = say * (e / everything[owner] - e * good / mass[owner]) / n
            g_weight = np.stack([np.bincount(owner, g_score * x[:, j], n) for j in range(x.shape[1])], axis=1)
            g_pre = g_weight / (1 + np.exp(-pre))
            g_base = g_base + g_pre.sum(0)
            g_slope = g_slope + g_pre.T @ z
        return value, np.concatenate([g_base, g_slope.ravel()])

    def score(self, s):
        base, slope = self.split(self.v)
        weight = np.logaddexp(0, base + self.z(s) @ slope.T)
        return np.einsum("ij,ij->i", s.x[:, self.use], weight[s.owner]) + s.rules


def fit(sets, mode, args):
    s = sets[0]
    use = [i for i, n in enumerate(s.signals) if n.startswith(SIDES[mode]) and n not in RULES and n not in args.drop]
    linear = args.linear or mode != "hybrid"
    features = [] if linear else [i for i, n in enumerate(s.features) if n not in args.drop]
    return Model(sets, use, np.array(features, dtype=int), args.l2_slope, args.l2_weight, args.steps)


def write_run(path, s, scores):
    with open(path, "w", encoding="utf-8") as f:
        for query, (a, b) in zip(s.queries, s.spans):
            for rank, i in enumerate(a + np.argsort(-scores[a:b], kind="stable"), 1):
                f.write(f"{query} Q0 {s.documents[i]} {rank} {scores[i]:.6f} left-out\n")


def print_c(path, models, s):
    def row(values):
        return ", ".join(f"{v:.4g}" for v in values)

    with open(path, "w", encoding="utf-8") as f:
        f.write("/* Made by tests/quality/fit/fit.py --print-c; docs/ranking.md says from what. */\n#include \"engine/weights.h\"\n\n")
        f.write("const parry_fitted_weights parry_fitted[PARRY_MODES] = {\n")
        for mode, m in models.items():
            base, slope = m.split(m.v)
            mean, deviation = np.zeros(len(s.features)), np.ones(len(s.features))
            mean[m.features], deviation[m.features] = m.mean, m.deviation
            f.write(f"[PARRY_{mode.upper()}] = {{\n.mean = {{{row(mean)}}},\n.deviation = {{{row(deviation)}}},\n")
            full, used = np.zeros(len(s.signals)), np.zeros(len(s.signals), bool)
            full[m.use], used[m.use] = base, True
            f.write(f".base = {{{row(full)}}},\n")
            if len(m.features):
                wide = np.zeros((len(s.signals), len(s.features)))
                wide[np.ix_(m.use, m.features)] = slope
                f.write(".slope = {\n")
                for name, values, u in zip(s.signals, wide, used):
                    f.write(f"{{{row(values) if u else 0}}}, /* {name} */\n")
                f.write("},\n")
            f.write(".used = {" + ", ".join("true" if u else "false" for u in used) + "}},\n")
        f.write("};\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("sets", nargs="+")
    p.add_argument("--mode", choices=list(SIDES), default="hybrid", help="what the table is for")
    p.add_argument("--drop", nargs="*", default=[], help="signals and features to leave out: an ablation")
    p.add_argument("--linear", action="store_true", help="no slopes: the same weights for every query")
    p.add_argument("--left-out", action="store_true", help="also score each family by a model that never saw it (slow)")
    p.add_argument("--left-out-runs", type=pathlib.Path, metavar="DIR", help="write those rankings as TREC runs; implies --left-out")
    p.add_argument("--l2-slope", type=float, default=3e-3)
    p.add_argument("--l2-weight", type=float, default=1e-4)
    p.add_argument("--steps", type=int, default=100)
    p.add_argument("--print-c", metavar="FILE", help="write engine/weights_fitted.c, all modes, fitted on all sets")
    a = p.parse_args()
    if a.left_out_runs:
        a.left_out = True
        a.left_out_runs.mkdir(parents=True, exist_ok=True)
    sets = [Set(path) for path in a.sets]
    model = fit(sets, a.mode, a)
    print(f"{'set':<20}{'queries':>8}{'all sets':>10}" + (f"{'left out':>10}" if a.left_out else ""), flush=True)
    without, rows = {}, []
    for s in sets:
        row = [ndcg(s, model.score(s))]
        if a.left_out:
            if s.family not in without:
                without[s.family] = fit([o for o in sets if o.family != s.family], a.mode, a)
            scores = without[s.family].score(s)
            row.append(ndcg(s, scores))
            if a.left_out_runs:
                write_run(a.left_out_runs / f"{s.name}.run", s, scores)
        rows.append(row)
        print(f"{s.name:<20}{len(s.spans):>8}" + "".join(f"{v:>10.4f}" for v in row), flush=True)
    print(f"{'mean':<28}" + "".join(f"{v:>10.4f}" for v in np.mean(rows, axis=0)))
    if a.print_c:
        print_c(a.print_c, {m: model if m == a.mode else fit(sets, m, a) for m in SIDES}, sets[0])


if __name__ == "__main__":
    main()
