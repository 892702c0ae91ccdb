#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks engine/analysis against scipy and scikit-learn; run by hand where these are at hand:

    build/release/bench/bench_importance --dump > study.json
    python3 tests/oracle/importance_reference.py study.json

The correlations have to agree to 1e-9. Forests are random, so of the importance only the order of the keys that matter and
the share of the variance that is explained are compared."""
import json
import sys

import numpy as np
from scipy import stats
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance


def encoded(values):
    if all(isinstance(v, (int, float)) for v in values):
        return np.array(values, float)
    names = sorted({json.dumps(v) for v in values})
    return np.array([names.index(json.dumps(v)) for v in values], float)


def main(path):
    study = json.load(open(path))
    metric = np.array(study["metric"])
    keys = [column["key"] for column in study["columns"]]
    table = np.stack([encoded(column["values"]) for column in study["columns"]], axis=1)
    ours = {key["key"]: key for key in study["importance"]}
    worst = 0.0
    for index, key in enumerate(keys):
        if ours[key]["categorical"]:
            continue
        pearson = stats.pearsonr(table[:, index], metric)
        interval = pearson.confidence_interval(0.95)
        spearman = stats.spearmanr(table[:, index], metric).statistic
        for own, other in ((ours[key]["pearson"], (pearson.statistic, interval.low, interval.high)),
                           (ours[key]["spearman"][:1], (spearman,))):
            worst = max(worst, *(abs(a - b) for a, b in zip(own, other)))
    print(f"correlations: greatest difference {worst:.2e}")
    half = len(metric) // 2
    forest = RandomForestRegressor(200, min_samples_leaf=3, max_features=1 / 3, oob_score=True, random_state=1)
    forest.fit(table, metric)
    explained = forest.oob_score_
    print(f"explained out of bag: ours {study['explained']:.3f}, scikit-learn {explained:.3f}")
    forest.fit(table[:half], metric[:half])
    scores = permutation_importance(forest, table[half:], metric[half:], n_repeats=10, random_state=1)
    order = [keys[i] for i in np.argsort(-scores.importances_mean)]
    print("first three: ours", [key["key"] for key in study["importance"]][:3], "scikit-learn", order[:3])
    ok = worst < 1e-9 and abs(study["explained"] - explained) < 0.05 and order[0] == study["importance"][0]["key"]
    print("ok" if ok else "DIFFERENT")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
