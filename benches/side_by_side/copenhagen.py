"""Fits LightGBM to calls between participants of the Copenhagen Networks Study, and prints how well it tells which are answered.

    python3 -m venv VENV && VENV/bin/pip install lightgbm==4.7.0 scikit-learn==1.9.1 pandas
    VENV/bin/python benches/side_by_side/copenhagen.py fixtures/contact_attempts/cns_calls.csv

The columns are those of the file: who calls and who is called (as categories, and once more as numbers), the hour of the day and
the day of the week of the call; answered if `duration` is not -1. The first three quarters of the calls, by time, are to learn
from; the last quarter is told, once from one fit, and once with a new fit each day to all calls before it, as a model that follows
the log has it. Settings: LightGBM's own, and smaller ones with the number of rounds from folds in the order of time within the
calls to learn from. The global rate is told in the same two ways.
"""
import os

os.environ["OMP_NUM_THREADS"] = "1"
import sys
import warnings

import lightgbm
import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

warnings.filterwarnings("ignore")
DAY = 86_400
SMALL = {"num_leaves": 4, "min_data_in_leaf": 50, "learning_rate": 0.03, "cat_smooth": 30}


def columns(calls, is_category):
    """What LightGBM sees of each call."""
    hour, weekday = calls.timestamp // 3600 % 24, calls.timestamp // DAY % 7
    table = pd.DataFrame({"from": calls["from"], "to": calls.to, "hour": hour, "weekday": weekday})
    return table.astype({"from": "category", "to": "category"}) if is_category else table


def fit(table, answered, settings, rounds):
    """A booster of so many rounds."""
    settings = {"objective": "binary", "num_threads": 1, "verbosity": -1, "seed": 1, **settings}
    return lightgbm.train(settings, lightgbm.Dataset(table, answered), rounds)


def best_rounds(table, answered, settings):
    """The number of rounds by five folds in the order of time."""
    settings = {"objective": "binary", "num_threads": 1, "verbosity": -1, "seed": 1, **settings}
    part = len(table) // 6
    folds = [(np.arange(stop), np.arange(stop, stop + part)) for stop in range(part, 6 * part, part)]
    data = lightgbm.Dataset(table, answered, free_raw_data=False)
    found = lightgbm.cv(settings, data, 500, folds=folds)
    return int(np.argmin(found["valid binary_logloss-mean"])) + 1


def show(name, answered, told):
    """One line of scores."""
    told = np.clip(told, 1e-15, 1 - 1e-15)
    auc = roc_auc_score(answered, told)
    print(f"{name:58} log loss {log_loss(answered, told):.4f}  Brier {brier_score_loss(answered, told):.4f}  AUC {auc:.3f}")


def main():
    calls = pd.read_csv(sys.argv[1]).sort_values("timestamp", kind="stable").reset_index(drop=True)
    answered = (calls.duration >= 0).astype(int).to_numpy()
    split = len(calls) * 3 // 4
    # Calls in one second are on one side.
    while calls.timestamp[split] == calls.timestamp[split - 1]:
        split -= 1
    rest = answered[split:]
    print(f"{split} calls to learn from, {answered[:split].mean():.4f} answered; split at {calls.timestamp[split]} s")
    print(f"{len(rest)} calls to tell, {rest.mean():.4f} answered")
    show("global rate, one fit", rest, np.full(len(rest), answered[:split].mean()))
    before = (np.cumsum(answered) - answered) / np.maximum(np.arange(len(answered)), 1)
    show("global rate, following", rest, before[split:])
    day = calls.timestamp // DAY
    for is_category in (True, False):
        table = columns(calls, is_category)
        rounds = best_rounds(table[:split], answered[:split], SMALL)
        for name, settings, rounds in (("own settings", {}, 100), (f"small, {rounds} rounds", SMALL, rounds)):
            name = f"LightGBM, {'categories' if is_category else 'numbers'}, {name}"
            show(f"{name}, one fit", rest, fit(table[:split], answered[:split], settings, rounds).predict(table[split:]))
            told = np.zeros(len(rest))
            for today in sorted(set(day[split:])):
                start = max(split, int((day < today).sum()))
                own = np.flatnonzero(day.to_numpy() == today)
                own = own[own >= split]
                told[own - split] = fit(table[:start], answered[:start], settings, rounds).predict(table.loc[own])
            show(f"{name}, a fit a day", rest, told)


main()
