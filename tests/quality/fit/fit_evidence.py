#!/usr/bin/env python3
"""Finds the model of engine/calibration_fitted.c from what `parry eval` saw on judged sets.

    parry eval --set DIR --gold-removed --signals FAMILY.VARIANT.tsv     # one file a set, weights fitted before
    fit_evidence.py FAMILY.VARIANT.tsv ... --sample sample.main.tsv [--print-c FILE]

Evidence to logit: logistic regression, label "the corpus answers this" (1: the right articles are there; 0: they were taken out,
or there never were any), every set and every kind of case having the same say. AUROCs are given for each family by a model that
saw no set of that family: in-domain (right articles there against taken out) and against the set's unanswerable queries.
Logit to probability: Platt's slope and offset, label "the first article is a right one", on --sample, unanswerable cases
weighing --unanswerable in all. The threshold is the smallest whose precision is --target at least with 95 % confidence.
Needs numpy and scipy.
"""
import argparse
import pathlib

import numpy as np
from scipy.optimize import minimize
from scipy.stats import beta, rankdata

FARTHEST = 3.0


class Set:
    """Evidence n x e, gold (1 there, 0 never was, -1 taken out), right (the first article is a right one)."""

    def __init__(self, path):
        self.name = pathlib.Path(path).stem
        self.family, _, self.variant = self.name.partition(".")
        evidence, gold, right = [], [], []
        with open(path, encoding="utf-8") as f:
            names = f.readline().rstrip("\n").split("\t")[3:]
            columns = [i for i, n in enumerate(names) if n.startswith("evidence.")]
            self.names = [names[i].removeprefix("evidence.") for i in columns]
            f.readline()
            fresh = False
            for line in f:
                cell = line.rstrip("\n").split("\t")
                if cell[0] == "Q":
                    evidence.append([float(cell[3 + i]) for i in columns])
                    gold.append(int(cell[2]))
                    right.append(False)
                    fresh = True
                elif fresh:
                    right[-1] = int(cell[2]) > 0
                    fresh = False
        self.x, self.gold, self.right = np.array(evidence), np.array(gold), np.array(right)
        say = 1.0 if self.variant in ("", "main") else 0.5
        self.weight = np.zeros(len(self.gold))
        kinds = [k for k in (1, 0, -1) if (self.gold == k).any()]
        for k in kinds:  # as much for "there" as for all others
            share = 0.5 if k == 1 else 0.5 / (len(kinds) - 1)
            self.weight[self.gold == k] = say * share / (self.gold == k).sum()


def auroc(yes, no):
    r = rankdata(np.concatenate([yes, no]))
    return (r[:len(yes)].sum() - len(yes) * (len(yes) + 1) / 2) / (len(yes) * len(no))


def logistic(x, y, weight, l2):
    """Intercept, then coefficients; the weights sum to 1."""
    def loss(v):
        z = x @ v[1:] + v[0]
        g = weight * (1 / (1 + np.exp(-z)) - y)
        value = (weight * (np.logaddexp(0, z) - y * z)).sum() + l2 * (v[1:] ** 2).sum()
        return value, np.concatenate([[g.sum()], x.T @ g + 2 * l2 * v[1:]])
    return minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x


class Model:
    def __init__(self, sets, drop, l2):
        x = np.vstack([s.x for s in sets])
        weight = np.concatenate([s.weight for s in sets])
        weight /= weight.sum()
        self.mean = weight @ x
        self.deviation = np.sqrt(weight @ (x - self.mean) ** 2)
        idle = (self.deviation < 1e-4) | np.isin(sets[0].names, drop)
        self.deviation[idle] = 1e6
        y = np.concatenate([s.gold == 1 for s in sets]).astype(float)
        self.v = logistic(self.z(x), y, weight, l2)
        self.v[1:][idle] = 0

    def z(self, x):
        return np.clip((x - self.mean) / self.deviation, -FARTHEST, FARTHEST)

    def logit(self, x):
        return self.z(x) @ self.v[1:] + self.v[0]


def platt(s, logit, unanswerable):
    yes = s.gold == 1
    weight = np.where(yes, (1 - unanswerable) / yes.sum(), unanswerable / (~yes).sum())
    offset, slope = logistic(logit[:, None], s.right.astype(float), weight, 0.0)
    return slope, offset


def threshold(s, probability, target):
    order = np.argsort(-probability)
    right = np.cumsum(s.right[order])
    n = np.arange(1, len(order) + 1)
    bound = beta.ppf(0.05, right, n - right + 1)
    good = np.flatnonzero(bound >= target)
    return float(probability[order[good[-1]]]) if len(good) else 1.0


def ece(p, y, bins=10):
    edges = np.quantile(p, np.linspace(0, 1, bins + 1))
    at = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, bins - 1)
    return sum(abs(p[at == i].mean() - y[at == i].mean()) * (at == i).mean() for i in range(bins) if (at == i).any())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("sets", nargs="+")
    p.add_argument("--sample", required=True, help="the set that slope, offset and threshold are fitted on")
    p.add_argument("--held", help="cases of the sample that were not fitted on: their ECE is printed")
    p.add_argument("--unanswerable", type=float, default=0.2, help="share of questions without an answer")
    p.add_argument("--target", type=float, default=0.8, help="precision that the threshold promises")
    p.add_argument("--l2", type=float, default=3e-2)
    p.add_argument("--drop", nargs="*", default=[])
    p.add_argument("--judged", nargs="*", default=[], help="sets to print AUROCs of that are not fitted on, FAMILY.NAME.tsv")
    p.add_argument("--print-c", metavar="FILE")
    a = p.parse_args()
    sets = [Set(path) for path in a.sets]
    print(f"{'set':<20}{'cases':>7}{'in-domain':>11}{'far off':>9}   by a model of other families")
    without = {}
    for s in sets + [Set(path) for path in a.judged]:
        if s.family not in without:
            without[s.family] = Model([o for o in sets if o.family != s.family], a.drop, a.l2)
        z = without[s.family].logit(s.x)
        row = [auroc(z[s.gold == 1], z[s.gold == k]) if (s.gold == k).any() else float("nan") for k in (-1, 0)]
        print(f"{s.name:<20}{len(z):>7}{row[0]:>11.3f}{row[1]:>9.3f}")
    model, sample = Model(sets, a.drop, a.l2), Set(a.sample)
    logit = model.logit(sample.x)
    slope, offset = platt(sample, logit, a.unanswerable)
    at = threshold(sample, 1 / (1 + np.exp(-(offset + slope * logit))), a.target)
    print(f"slope {slope:.4f} offset {offset:.4f} threshold {at:.4f}")
    if a.held:
        held = Set(a.held)
        q = 1 / (1 + np.exp(-(offset + slope * model.logit(held.x))))
        real = held.gold >= 0
        print(f"held: ECE {ece(q[real], held.right[real]):.4f} of its queries as asked, "
              f"AUROC {auroc(q[held.gold == 1], q[held.gold == -1]):.3f} in-domain, "
              f"{auroc(q[held.gold == 1], q[held.gold == 0]):.3f} unanswerable")
    if a.print_c:
        def row(values):
            return ", ".join(f"{v:.4g}" for v in values)
        pathlib.Path(a.print_c).write_text(
            "/* Made by tests/quality/fit/fit_evidence.py --print-c; docs/calibration.md says from what. */\n"
            "#include \"engine/calibration.h\"\n\nconst parry_fitted_evidence parry_evidence_model = {\n"
            f".mean = {{{row(model.mean)}}},\n.deviation = {{{row(model.deviation)}}},\n"
            f".coefficient = {{{row(model.v[1:])}}},\n.intercept = {model.v[0]:.4g}}};\n\n"
            f"const parry_calibration parry_shipped_calibration = {{{slope:.4g}, {offset:.4g}, {at:.4g}, false}};\n",
            encoding="utf-8")


if __name__ == "__main__":
    main()
