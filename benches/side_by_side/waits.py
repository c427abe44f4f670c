"""Scores the waits that `waits` predicts against LightGBM, trained here on state features of its own replay.

    python3 -m venv VENV && VENV/bin/pip install numpy polars lightgbm==4.7.0
    target/release/waits --calls LOG --train-until 1999-06-01T00:00:00+03:00 --out waits.csv
    VENV/bin/python benches/side_by_side/waits.py LOG 1999-06-01T00:00:00+03:00 waits.csv

LOG is a folder that `ingest` has written. The replay reads calls.parquet only and shares no code with ringback: queue
lengths by priority and type, waits of those answered last, agents by the names seen, services in progress, flows and hours.
Callers of priority 2 have 90 s of head start in it. LightGBM learns from callers answered after a wait before TIME; quantiles
for intervals from those up to four weeks before TIME, and their margins (conformalized quantile regression) from the rest.
All are scored on the same rows: answered, 0 < wait < 3600 s.
"""
import argparse
import bisect
import collections
import datetime
import pathlib

import lightgbm as lgb
import numpy as np
import polars as pl

DAY = 86400.0


def load(folder, until):
    calls = pl.read_parquet(pathlib.Path(folder) / "calls.parquet")
    calls = calls.filter(pl.col("queued_at").is_not_null() | pl.col("answered_at").is_not_null())
    secs = lambda name: (calls[name].cast(pl.Int64) / 1e6).to_numpy()
    types = calls["intent"].fill_null("").to_list()
    names = sorted(set(types))
    agents = {it: n for n, it in enumerate(sorted(set(calls["agent"].drop_nulls().to_list())))}
    return {
        "id": calls["call_id"].to_list(), "queued": secs("queued_at"), "answered": secs("answered_at"),
        "ended": secs("ended_at"), "talk": calls["talk_secs"].to_numpy(), "wait": calls["wait_secs"].to_numpy(),
        "is_answered": (calls["outcome"] == "answered").to_numpy(), "type": np.array([names.index(it) for it in types]),
        "types": names, "priority": calls["priority"].fill_null(0).to_numpy(),
        "agent": np.array([agents.get(it, -1) for it in calls["agent"].to_list()]),
    }


def events(log):
    """(time, order, kind, call): service ends, leaves, service begins, enters. A stay of no length ends after it begins."""
    out = []
    for call in range(len(log["id"])):
        queued, wait = log["queued"][call], log["wait"][call]
        if np.isfinite(queued) and np.isfinite(wait):
            out.append((queued, 3, "enters", call))
            out.append((queued + wait, 1 if wait > 0 else 4, "leaves", call))
        answered, talk = log["answered"][call], log["talk"][call]
        if log["is_answered"][call] and np.isfinite(answered) and talk > 0:
            out.append((answered, 2, "begins", call))
            out.append((answered + talk, 0, "ends", call))
    out.sort(key=lambda it: (it[0], it[1], it[3]))
    return out


def replay(log, zone_secs):
    """40 features for every caller who entered the queue, and nothing that came later."""
    waiting, serving, last_seen = {}, {}, {}
    last, by_type = 0.0, collections.defaultdict(lambda: collections.deque([0.0], maxlen=10))
    ten, talks = collections.deque([0.0], maxlen=10), collections.deque([180.0], maxlen=20)
    smooth, last_begin, opened, before = 0.0, 0.0, 0.0, -1e9
    windows = {it: [] for it in ("enters", "begins", "gone")}
    rows, of = [], []
    credit = lambda call: 90.0 if log["priority"][call] == 2 else 0.0
    for at, _, kind, call in events(log):
        if at - before > 3 * 3600:
            opened = at
        before = at
        kind_of, priority = log["type"][call], log["priority"][call]
        if kind == "enters":
            own = at - credit(call)
            line = list(waiting)
            entered = [log["queued"][it] for it in line]
            ahead = sum(log["queued"][it] - credit(it) <= own for it in line)
            same = [it for it in line if log["type"][it] == kind_of]
            active = [it for it, seen in last_seen.items() if at - seen <= 180]
            ages = [at - log["answered"][it] for it in serving]
            busy = {log["agent"][it] for it in serving}
            active_all = len(busy.union(active))
            count = lambda what, span: len(windows[what]) - bisect.bisect_left(windows[what], at - span)
            mean_talk = float(np.mean(talks))
            local = at + zone_secs(at)
            rows.append([
                len(line), ahead, sum(log["priority"][it] == 2 for it in line), sum(log["priority"][it] < 2 for it in line),
                len(same), *(sum(log["type"][it] == t for it in line) for t in range(len(log["types"]))),
                at - min(entered) if entered else 0.0, at - min((log["queued"][it] for it in same), default=at),
                float(np.mean([at - it for it in entered])) if entered else 0.0,
                last, by_type[kind_of][-1], float(np.mean(ten)), float(np.mean(by_type[kind_of])), smooth,
                at - last_begin, len(serving), active_all,
                sum(at - seen <= 600 for seen in last_seen.values()), sum(at - seen <= 1800 for seen in last_seen.values()),
                float(np.mean(ages)) if ages else 0.0, max(ages, default=0.0), min(ages, default=0.0),
                mean_talk, (ahead + 1) * mean_talk / max(active_all, 1),
                count("enters", 60), count("enters", 300), count("enters", 900), count("begins", 60), count("begins", 300),
                count("begins", 900), count("gone", 300), count("gone", 900),
                local % DAY / 3600, local // DAY % 7, at - opened, kind_of, priority,
            ])
            of.append(call)
            waiting[call] = True
            windows["enters"].append(at)
        elif kind == "leaves":
            waiting.pop(call, None)
            if log["is_answered"][call]:
                last = log["wait"][call]
                ten.append(last)
                by_type[kind_of].append(last)
                smooth += 0.1 * (last - smooth)
            else:
                windows["gone"].append(at)
        elif kind == "begins":
            serving[call] = True
            last_begin = at
            windows["begins"].append(at)
            if log["agent"][call] >= 0:
                last_seen[log["agent"][call]] = at
        else:
            serving.pop(call, None)
            talks.append(at - log["answered"][call])
            if log["agent"][call] >= 0:
                last_seen[log["agent"][call]] = at
    return np.array(rows, dtype=float), np.array(of)


def fit(objective, rows, waits, **settings):
    settings = {"num_leaves": 31, "learning_rate": 0.05, "n_estimators": 400, "min_child_samples": 50, **settings}
    model = lgb.LGBMRegressor(objective=objective, n_jobs=1, verbose=-1, **settings)
    return model.fit(rows, waits)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("log")
    args.add_argument("until")
    args.add_argument("waits", help="what the program waits has written")
    args.add_argument("--zone", default="Asia/Jerusalem")
    args = args.parse_args()
    import zoneinfo
    zone = zoneinfo.ZoneInfo(args.zone)
    offsets = {}

    def zone_secs(at):
        hour = int(at // 3600)
        if hour not in offsets:
            offsets[hour] = datetime.datetime.fromtimestamp(hour * 3600, zone).utcoffset().total_seconds()
        return offsets[hour]

    until = datetime.datetime.fromisoformat(args.until).timestamp()
    log = load(args.log, until)
    rows, of = replay(log, zone_secs)
    wait, queued = log["wait"][of], log["queued"][of]
    scored = log["is_answered"][of] & (wait > 0) & (wait < 3600)
    train = scored & (queued + wait < until)
    early = train & (queued < until - 28 * DAY)
    late = train & ~early

    ours = pl.read_csv(args.waits, infer_schema_length=None)
    place = {name: n for n, name in enumerate(ours["call_id"].to_list())}
    both = [n for n in np.flatnonzero(scored & (queued >= until)) if log["id"][of[n]] in place]
    at = np.array([place[log["id"][of[n]]] for n in both])
    actual, test = wait[both], rows[both]

    predicted = {
        "ringback": {
            "mean": ours["mean_secs"].to_numpy()[at], "median": ours["p50_secs"].to_numpy()[at],
            "lower": ours["lower_90_secs"].to_numpy()[at], "upper": ours["upper_90_secs"].to_numpy()[at],
        },
        "last to enter service": {"mean": ours["les_secs"].to_numpy()[at], "median": ours["les_secs"].to_numpy()[at]},
    }
    low, high = (fit("quantile", rows[early], wait[early], alpha=it) for it in (0.05, 0.95))
    scores = np.maximum(low.predict(rows[late]) - wait[late], wait[late] - high.predict(rows[late]))
    margin = np.sort(scores)[min(len(scores) - 1, int(np.ceil((len(scores) + 1) * 0.9)) - 1)]
    predicted["LightGBM"] = {
        "mean": fit("regression", rows[train], wait[train]).predict(test),
        "median": fit("regression_l1", rows[train], wait[train]).predict(test),
        "lower": np.maximum(low.predict(test) - margin, 0), "upper": high.predict(test) + margin,
    }
    print(f"{len(both)} answered callers, mean wait {actual.mean():.1f} s; {rows.shape[1]} features here, {train.sum()} rows to learn")
    for name, it in predicted.items():
        rmse, mae = np.sqrt(np.mean((it["mean"] - actual) ** 2)), np.mean(np.abs(it["median"] - actual))
        line = f"{name:<24} RMSE {rmse:7.2f}  MAE {mae:6.2f}"
        if "lower" in it:
            inside = (it["lower"] <= actual) & (actual <= it["upper"])
            line += f"  90 %: held {inside.mean():.3f}, width {np.mean(it['upper'] - it['lower']):.1f} s"
        print(line)
    month = np.array([datetime.datetime.fromtimestamp(it, zone).month for it in queued[both]])
    groups = [("month", it, month == it) for it in np.unique(month)]
    groups += [("type", name, log["type"][of[both]] == n) for n, name in enumerate(log["types"])]
    for what, name, those in groups:
        if those.sum() == 0:
            continue
        held = [f"{((it['lower'] <= actual) & (actual <= it['upper']))[those].mean():.3f} ({np.mean((it['upper'] - it['lower'])[those]):.0f} s)"
                for it in (predicted["ringback"], predicted["LightGBM"])]
        print(f"{what} {name!s:<6} n {those.sum():>6}  held: ringback {held[0]}, LightGBM {held[1]}")


if __name__ == "__main__":
    main()
