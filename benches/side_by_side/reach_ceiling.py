"""How much of what the truth gains any forecaster can get, on the simulated attempts.

    VENV/bin/python benches/side_by_side/reach_ceiling.py simulated_1.csv.gz simulated_2.csv.gz simulated_3.csv.gz

The planted probabilities give away how the attempts were made: log-odds of a level plus a height times a Gaussian bump
(standard deviation 1.8 hours) about a preferred hour, both the customer's own; minus 0.12 for each miss in a row up to five; minus
0.8 within two hours of the last attempt; plus 0.3 (consumers) or minus 0.6 (business) on weekends. The script takes every
customer's level, height and hour from the planted probabilities where at least seven hours are seen, and holds them all for
equally likely. Then it follows each customer with the exact posterior over these, which is the best that anybody can do who
sees only outcomes: no learned model can be expected to do better. It prints the share of the truth's gain over the rates of
segment, hour and kind of day.
"""
import sys

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score

PEAKS = np.arange(5, 24, 0.5)
SPREAD = 2 * 1.8**2


def read(path):
    """The attempts in order of time, with what moves all customers alike taken off the log-odds."""
    rows = pd.read_csv(path)
    rows["at"] = pd.to_datetime(rows.attempted_at)
    rows = rows.sort_values("at", kind="stable").reset_index(drop=True)
    misses, streak = {}, []
    for customer, reached in zip(rows.customer, rows.reached):
        streak.append(min(misses.get(customer, 0), 5))
        misses[customer] = 0 if reached else misses.get(customer, 0) + 1
    gap_hours = rows.groupby("customer")["at"].diff().dt.total_seconds() / 3600
    is_business, is_weekend = rows.segment == "business", rows["at"].dt.weekday >= 5
    rows["shift"] = -0.12 * np.array(streak) - 0.8 * (gap_hours < 2) + is_weekend * np.where(is_business, -0.6, 0.3)
    rows["own"] = np.log(rows.true_probability / (1 - rows.true_probability)) - rows["shift"]
    rows["hour"] = rows["at"].dt.hour
    rows["cell"] = rows.hour + 24 * (2 * is_business + is_weekend)
    rows["history"] = rows.groupby("customer").cumcount()
    return rows


def natures(rows):
    """Segment, level, height and hour of the customers that are seen at seven hours or more."""
    table = rows.groupby(["segment", "customer", "hour"]).own.mean().unstack()
    hours, found = table.columns.to_numpy(float), []
    for (segment, _), values in table[table.notna().sum(axis=1) >= 7].iterrows():
        seen = values.notna().to_numpy()
        best = (np.inf,)
        for peak in PEAKS:
            bump = np.exp(-((hours[seen] - peak) ** 2) / SPREAD)
            design = np.stack([np.ones(seen.sum()), bump], 1)
            fit = np.linalg.lstsq(design, values[seen], rcond=None)[0]
            best = min(best, (((design @ fit - values[seen]) ** 2).sum(), fit[0], fit[1], peak))
        if best[0] < 1e-4:
            found.append((segment, *best[1:]))
    return pd.DataFrame(found, columns=["segment", "level", "height", "peak"])


def followed(rows, known, cut):
    """What the exact posterior says of each row from `cut` on."""
    said, hours, shifts, reached = np.full(len(rows), np.nan), *(rows[it].to_numpy() for it in ("hour", "shift", "reached"))
    segments = rows.segment.to_numpy()
    likes = {name: part[["level", "height", "peak"]].to_numpy().T for name, part in known.groupby("segment")}
    for _, places in rows.groupby("customer").indices.items():
        if places[-1] < cut:
            continue
        level, height, peak = likes[segments[places[0]]]
        logs = np.zeros(len(level))
        for place in places:
            bump = np.exp(-((hours[place] - peak) ** 2) / SPREAD)
            chance = 1 / (1 + np.exp(-(level + height * bump + shifts[place])))
            if place >= cut:
                weights = np.exp(logs - logs.max())
                said[place] = weights @ chance / weights.sum()
            logs += np.log(chance if reached[place] else 1 - chance)
    return said


def main():
    files = [read(path) for path in sys.argv[1:]]
    known = pd.concat([natures(rows) for rows in files])
    for path, rows in zip(sys.argv[1:], files):
        cut = int(0.75 * len(rows))
        training = rows[:cut]
        cells = training.groupby("cell").reached.agg(["sum", "size"])
        rates = (cells["sum"] + 10 * training.reached.mean()) / (cells["size"] + 10)
        scored = rows.assign(table=rows.cell.map(rates), best=followed(rows, known, cut))[cut:]
        for name, least, most in [("all", 0, 9_999), ("1-3", 1, 3), ("4-10", 4, 10), ("11+", 11, 9_999), ("21+", 21, 9_999)]:
            part = scored[scored.history.between(least, most)]
            losses = {it: log_loss(part.reached, part[it]) for it in ("table", "best", "true_probability")}
            areas = {it: roc_auc_score(part.reached, part[it]) for it in losses}
            share = (losses["table"] - losses["best"]) / (losses["table"] - losses["true_probability"])
            area_share = (areas["best"] - areas["table"]) / (areas["true_probability"] - areas["table"])
            print(f"{path} {name:5} {len(part):6} rows: exact posterior AUC {areas['best']:.4f} log loss {losses['best']:.4f}, "
                  f"share of the truth's gain in log loss {share:.3f}, in AUC {area_share:.3f}")


main()
