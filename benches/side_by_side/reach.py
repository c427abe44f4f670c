"""Reachability beside LightGBM on the same attempts: AUC, log loss and Brier score of both, by stratum.

    cargo run --release -p ringback-benches --bin reach_features -- ATTEMPTS.csv FEATURES.csv [MODEL]
    python3 -m venv VENV && VENV/bin/pip install numpy==2.4.6 pandas scikit-learn==1.9.1 lightgbm==4.7.0
    VENV/bin/python benches/side_by_side/reach.py FEATURES.csv [ATTEMPTS.csv]

FEATURES.csv has what was known before each attempt, whether it is a test row, and the suite's probability. LightGBM is fitted
twice to the training rows: to the history features (rates near the hour and lately, misses, gaps, the segment's rate), and to
those and the rate table's answer. The number of its trees is that of the least loss on the last fifth of the training rows.
Where ATTEMPTS.csv has a column `true_probability`, the truth's own scores are printed too.
"""
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

NOT_FEATURES = ["reached", "test", "probability", "history", "segment"]
SETTINGS = {
    "objective": "binary", "learning_rate": 0.03, "num_leaves": 15, "min_data_in_leaf": 60, "lambda_l2": 5.0,
    "feature_fraction": 0.8, "verbosity": -1, "seed": 0, "deterministic": True, "num_threads": 1,
}


def boosted(rows, columns):
    """The probabilities of the test rows by LightGBM."""
    training, test = rows[rows.test == 0], rows[rows.test == 1]
    cut = int(0.8 * len(training))
    def data(part):
        return lgb.Dataset(part[columns], part.reached)
    stop = lgb.early_stopping(50, verbose=False)
    tried = lgb.train(SETTINGS, data(training[:cut]), 2_000, valid_sets=[data(training[cut:])], callbacks=[stop])
    return lgb.train(SETTINGS, data(training), tried.best_iteration).predict(test[columns])


def strata(test):
    """Names with the rows that they mean."""
    yield "all", np.ones(len(test), bool)
    for name, least, most in [("no history", 0, 0), ("1-3", 1, 3), ("4-10", 4, 10), ("11+", 11, np.inf)]:
        yield f"history {name}", test.history.between(least, most).to_numpy()
    for segment in sorted(test.segment.dropna().unique()):
        yield f"segment {segment}", (test.segment == segment).to_numpy()
    for least, most in [(0, 9), (10, 11), (12, 13), (14, 15), (16, 23)]:
        yield f"hours {least}-{most}", test.hour.between(least, most).to_numpy()
    yield "weekend", (test.weekend == 1).to_numpy()
    yield "working days", (test.weekend == 0).to_numpy()


def main():
    rows = pd.read_csv(sys.argv[1], dtype={"segment": str})
    rows["is_segment"] = rows.segment.astype("category").cat.codes
    columns = [it for it in rows.columns if it not in NOT_FEATURES]
    test = rows[rows.test == 1]
    said = {
        "ringback": test.probability.to_numpy(),
        "lightgbm": boosted(rows, [it for it in columns if it != "rate_log_odds"]),
        "lightgbm + rate table": boosted(rows, columns),
    }
    if len(sys.argv) > 2:
        source = pd.read_csv(sys.argv[2])
        at = pd.to_datetime(source.attempted_at, utc=True)
        source = source.iloc[np.argsort(at.to_numpy(), kind="stable")]
        if "true_probability" in source:
            said["the truth"] = source.true_probability.to_numpy()[len(rows) - len(test):]
    print(f"{'stratum':20} {'rows':>6}  {'model':22} {'AUC':>7} {'log loss':>9} {'Brier':>7}")
    for name, place in strata(test):
        outcomes = test.reached.to_numpy()[place]
        if place.sum() < 200 or outcomes.min() == outcomes.max():
            continue
        for model, probabilities in said.items():
            p = np.clip(probabilities[place], 1e-9, 1 - 1e-9)
            scores = roc_auc_score(outcomes, p), log_loss(outcomes, p), brier_score_loss(outcomes, p)
            print(f"{name:20} {place.sum():6}  {model:22} {scores[0]:7.4f} {scores[1]:9.4f} {scores[2]:7.4f}")


main()
