"""Fits boosted trees by ringback, LightGBM and scikit-learn to the same tables at the same settings, each on one thread,
and prints how well they predict later rows and what it costs in CPU seconds.

    python3 -m venv VENV && VENV/bin/pip install lightgbm==4.7.0 scikit-learn==1.9.1 pandas
    cargo build --release -p ringback-benches --bin fit_boosting
    VENV/bin/python benches/side_by_side/learn.py target/release/fit_boosting FOLDER [ATTEMPTS.csv.gz]

FOLDER takes the tables. ATTEMPTS is a table of outbound attempts (customer, attempted_at, reached, segment, time_zone); without
it those rows are left out. The waits are from the shipped months: calls that waited and were answered in January to May
to fit to, in June and July to predict, with features known when the call entered the queue. Counts are that center's calls by
hour and type. The made-up table has 136,000 rows to fit to and 40 features, a fifth and a tenth of two of them missing.

Settings: learning rate 0.1, 31 leaves, at least 20 rows a leaf, no penalty, all rows and features. LightGBM counts rows by
second derivatives; its Poisson loss adds 0.7 to the exponent of the second derivative, which is set to 0 here as in the others.
CPU seconds are of binning and fitting from a matrix in memory; medians of RUNS, the three in turn.
"""
import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["RAYON_NUM_THREADS"] = "1"
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

import lightgbm
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import roc_auc_score

warnings.filterwarnings("ignore")
RUNS = 3
MONTHS = "january february march april may june july".split()
BANK = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "anonymous_bank"


def made_up():
    """136,000 rows to fit to and 24,000 to predict: a mean with interactions, and events with that score."""
    random = np.random.default_rng(7)
    rows, columns = 160_000, 40
    x = random.normal(size=(rows, columns))
    x[:, 5:10] = random.integers(0, 24, size=(rows, 5))
    x[:, 10:15] = random.exponential(60, size=(rows, 5))
    x[:, 15:20] = random.integers(0, 2, size=(rows, 5))
    x[random.random(rows) < 0.2, 3] = np.nan
    x[random.random(rows) < 0.1, 12] = np.nan
    x = np.round(x, 4)
    z = np.nan_to_num(x, nan=1.5)
    # No product of centered features: which learner happens on such a split first is chance.
    score = z[:, 0] * (z[:, 1] > 0) + 2 * np.sin(z[:, 5] / 24 * 2 * np.pi) + np.log1p(z[:, 10]) * z[:, 15]
    score += 0.5 * (z[:, 3] > 0) + 0.3 * z[:, 20:30].sum(axis=1) + 0.4 * np.isnan(x[:, 12])
    train = np.arange(rows) < 136_000
    features = pd.DataFrame(x, columns=[f"x{it}" for it in range(columns)])
    value = np.round(score + 2 * random.normal(size=rows), 4)
    event = (random.random(rows) < 1 / (1 + np.exp(-0.7 * (score - 2)))).astype(float)
    return features, train, value, event


def bank_calls():
    """Every call of the shipped months, in the order in which they came, with what was known then."""
    frames = [pd.read_csv(BANK / f"{it}.txt.gz", sep="\t", dtype=str) for it in MONTHS]
    calls = pd.concat(frames, ignore_index=True)
    day = pd.to_datetime(calls["date"], format="%y%m%d")
    calls["entered"] = day + pd.to_timedelta(calls["vru_entry"])
    calls["queued"] = day + pd.to_timedelta(calls["q_start"])
    calls["wait"] = calls["q_time"].astype(float)
    calls["kind"] = calls["type"].astype("category").cat.codes
    return calls


def waits(calls):
    """Waits of answered calls; the last waits that had ended before the call entered the queue are features."""
    calls = calls[(calls["outcome"] != "PHANTOM") & (calls["q_start"] != "0:00:00") & (calls["wait"] > 0)]
    calls = calls.sort_values("queued", kind="stable").reset_index(drop=True)
    queued = calls["queued"].to_numpy("datetime64[s]").astype(np.int64)
    wait = calls["wait"].to_numpy()
    left = queued + wait
    by_end = np.argsort(left, kind="stable")
    ended = np.searchsorted(left[by_end], queued)
    answered_wait = wait[by_end]
    features = {
        "hour": calls["queued"].dt.hour + calls["queued"].dt.minute / 60,
        "weekday": calls["queued"].dt.weekday,
        "kind": calls["kind"],
        "priority": calls["priority"].astype(float),
        "in_queue": np.arange(len(calls)) - ended,
    }
    for back in (1, 2, 3, 5, 10):
        at = ended - back
        recent = (at >= 0) & (queued - left[by_end][np.maximum(at, 0)] < 3600)
        features[f"wait_ended_{back}"] = np.where(recent, answered_wait[np.maximum(at, 0)], np.nan)
    for back in (1, 5, 20):
        at = np.arange(len(calls)) - back
        features[f"secs_since_arrival_{back}"] = np.where(at >= 0, queued - queued[np.maximum(at, 0)], np.nan)
    features = pd.DataFrame(features)
    keep = (calls["outcome"] == "AGENT").to_numpy()
    train = calls["queued"].dt.month.to_numpy() <= 5
    return features[keep].reset_index(drop=True), train[keep], wait[keep]


def counts(calls):
    """Calls by hour and type, with those of the same hour one to four weeks before."""
    calls = calls[calls["outcome"] != "PHANTOM"]
    table = calls.groupby([calls["entered"].dt.floor("h"), "kind"]).size().unstack(fill_value=0)
    table = table.reindex(pd.date_range(table.index[0], table.index[-1], freq="h"), fill_value=0)
    parts = []
    for kind in table.columns:
        own = table[kind]
        part = pd.DataFrame({"kind": kind, "hour": own.index.hour, "weekday": own.index.weekday})
        for weeks in (1, 2, 3, 4):
            part[f"weeks_before_{weeks}"] = own.shift(168 * weeks).to_numpy()
        parts.append(part.assign(count=own.to_numpy(), at=own.index))
    table = pd.concat(parts).sort_values(["at", "kind"]).reset_index(drop=True)
    train = table["at"].dt.month.to_numpy() <= 5
    return table.drop(columns=["count", "at"]), train, table["count"].to_numpy(float)


def attempts(path):
    """Outbound attempts with each customer's history; the last quarter is predicted."""
    table = pd.read_csv(path).sort_values("attempted_at", kind="stable").reset_index(drop=True)
    at = pd.to_datetime(table["attempted_at"])
    own = table.groupby("customer")
    before = own.cumcount()
    reached_before = own["reached"].cumsum() - table["reached"]
    features = pd.DataFrame({
        "hour": at.dt.hour + at.dt.minute / 60,
        "weekday": at.dt.weekday,
        "segment": table["segment"].astype("category").cat.codes,
        "zone": table["time_zone"].astype("category").cat.codes,
        "attempts_before": before,
        "rate_before": np.where(before > 0, reached_before / before.clip(lower=1), np.nan),
        "reached_last": own["reached"].shift(1),
        "hours_since": at.groupby(table["customer"]).diff().dt.total_seconds() / 3600,
    })
    return features, np.arange(len(table)) < 0.75 * len(table), table["reached"].to_numpy(float)


def lightgbm_fit(loss, trees):
    names = {"squared": "l2", "log": "binary", "poisson": "poisson", "absolute": "l1"}
    settings = {"objective": names.get(loss, "quantile"), "learning_rate": 0.1, "num_leaves": 31,
                "min_data_in_leaf": 20, "num_threads": 1, "verbosity": -1, "poisson_max_delta_step": 1e-9}
    if loss not in names:
        settings["alpha"] = float(loss)

    def fit(x, y):
        model = lightgbm.train(settings, lightgbm.Dataset(x, y), trees)
        return lambda rows: model.predict(rows, num_threads=1)

    return fit


def sklearn_fit(loss, trees):
    settings = {"learning_rate": 0.1, "max_iter": trees, "max_leaf_nodes": 31, "min_samples_leaf": 20,
                "early_stopping": False}
    names = {"squared": "squared_error", "poisson": "poisson", "absolute": "absolute_error"}

    def fit(x, y):
        if loss == "log":
            model = HistGradientBoostingClassifier(**settings).fit(x, y)
            return lambda rows: model.predict_proba(rows)[:, 1]
        level = None if loss in names else float(loss)
        model = HistGradientBoostingRegressor(loss=names.get(loss, "quantile"), quantile=level, **settings).fit(x, y)
        return model.predict

    return fit


def timed_fit(fit, features, train, target):
    x = features.to_numpy(np.float64)
    start = time.process_time()
    predict = fit(x[train], target[train])
    fit_secs = time.process_time() - start
    start = time.process_time()
    predicted = predict(x)
    return fit_secs, time.process_time() - start, predicted


def ours(program, folder, name, loss, trees):
    table, out = folder / f"{name}.csv", folder / f"{name}.predicted"
    settings = [f"loss={loss}", f"trees={trees}"]
    done = subprocess.run([program, table, out, *settings], check=True, capture_output=True, text=True)
    words = done.stdout.split()
    told = dict(zip(words[::2], words[1::2]))
    return float(told["fit_secs"]), float(told["predict_secs"]), np.loadtxt(out), float(told["row_micros"])


def score(loss, target, predicted):
    if loss == "log":
        return "AUC", roc_auc_score(target, predicted)
    if loss in ("squared", "poisson"):
        return "RMSE", np.sqrt(np.mean((target - predicted) ** 2))
    level = 0.5 if loss == "absolute" else float(loss)
    error = target - predicted
    return "pinball", np.mean(np.maximum(level * error, (level - 1) * error))


def compare(program, folder, name, data, loss, trees=200):
    features, train, target = data
    table = features.assign(train=train.astype(int), target=target)
    table.to_csv(folder / f"{name}.csv", index=False)
    ones = ("ringback", "lightgbm", "sklearn")
    fit_secs, predict_secs = {it: [] for it in ones}, {it: [] for it in ones}
    for _ in range(RUNS):
        fit, predict, predicted, row_micros = ours(program, folder, name, loss, trees)
        results = {"ringback": (fit, predict, predicted)}
        results["lightgbm"] = timed_fit(lightgbm_fit(loss, trees), features, train, target)
        results["sklearn"] = timed_fit(sklearn_fit(loss, trees), features, train, target)
        for it in ones:
            fit_secs[it].append(results[it][0])
            predict_secs[it].append(results[it][1])
    line = f"{name} {loss}: {train.sum():,} x {features.shape[1]}, {trees} trees;"
    for it in ones:
        measure, value = score(loss, target[~train], results[it][2][~train])
        line += f" {it} {measure} {value:.4f} fit {statistics.median(fit_secs[it]):.2f} s"
        line += f" predict {statistics.median(predict_secs[it]):.2f} s;"
    ratio = statistics.median(a / b for a, b in zip(fit_secs["ringback"], fit_secs["lightgbm"]))
    print(f"{line} fit ringback / lightgbm {ratio:.2f}; one row {row_micros:.2f} us", flush=True)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    features, train, value, event = made_up()
    compare(program, folder, "made_up_value", (features, train, value), "squared")
    compare(program, folder, "made_up_event", (features, train, event), "log")
    calls = bank_calls()
    data = waits(calls)
    for loss in ("squared", "absolute", "0.05", "0.95"):
        compare(program, folder, f"bank_waits_{loss}", data, loss)
    compare(program, folder, "bank_counts", counts(calls), "poisson")
    if len(sys.argv) > 3:
        compare(program, folder, "attempts", attempts(sys.argv[3]), "log")


main()
