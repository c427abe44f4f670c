"""Counts the patterns of the Volvo incidents (BPI Challenge 2013) with pandas alone.

The figures are those that the tests of ringback-mining expect: hand-overs, returns, bounces, reopenings, waits beyond a
day, levels, and the contribution of attribute values to long waits.

    python patterns.py bpi_challenge_2013_incidents.xes.gz
"""

import argparse
import gzip
import xml.etree.ElementTree as ElementTree

import pandas as pd

TERMINAL = {"In Call", "Resolved", "Closed", "Cancelled"}
DAY_SECS = 86_400
NAMESPACE = "{http://www.xes-standard.org/}"


def read(path):
    """One row an event, in the order of the file."""
    opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")
    rows = []
    with opened as file:
        for number, trace in enumerate(ElementTree.parse(file).getroot().iter(NAMESPACE + "trace")):
            for event in trace.findall(NAMESPACE + "event"):
                rows.append({"case": number} | {it.get("key"): it.get("value") for it in event})
    events = pd.DataFrame(rows)
    events["at"] = pd.to_datetime(events["time:timestamp"], utc=True)
    return events.sort_values(["case", "at"], kind="stable").reset_index(drop=True)


def level(group):
    return {"2nd": 2, "3rd": 3}.get(str(group)[-3:], 1)


def returns(events, values):
    """Hand-overs; places and cases of direct and indirect returns and of bounces A, B, A, B."""
    counts = dict.fromkeys(["hand-overs", "direct", "indirect", "bounces"], 0)
    cases = dict.fromkeys(["direct", "indirect", "bounces"], 0)
    for _, path in values.fillna("(none)").groupby(events["case"]):
        x = path[path != path.shift()].tolist()
        found = {
            "direct": sum(a == c for a, c in zip(x, x[2:])),
            "indirect": sum(v in x[:i] and not (i > 1 and x[i - 2] == v) for i, v in enumerate(x)),
            "bounces": sum(a == c and b == d for a, b, c, d in zip(x, x[1:], x[2:], x[3:])),
        }
        counts["hand-overs"] += len(x) - 1
        for name, count in found.items():
            counts[name] += count
            cases[name] += count > 0
    return counts, cases


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log")
    events = read(parser.parse_args().log)
    state, case = events["lifecycle:transition"], events["case"]
    events["level"] = events["org:group"].map(level)
    for key in ["org:group", "org:resource", "org:role", "level"]:
        print(key, *returns(events, events[key]))

    following = state.groupby(case).shift(-1)
    reopened = state.isin(TERMINAL) & following.notna() & ~following.isin(TERMINAL)
    print("reopened", int(reopened.sum()), "in", case[reopened].nunique(), following[reopened].value_counts().to_dict())

    stay_secs = (events["at"].groupby(case).shift(-1) - events["at"]).dt.total_seconds()
    long = (state == "Awaiting Assignment") & (stay_secs > DAY_SECS)
    print("waits over a day", int(long.sum()), "in", case[long].nunique(), "secs", round(stay_secs[long].sum()))

    levels = events.groupby("case")["level"].agg(lambda it: tuple(sorted(set(it))))
    print("levels", levels.value_counts().to_dict())

    runs = events["concept:name"][events["concept:name"] != events["concept:name"].groupby(case).shift()]
    visits = runs.groupby([case[runs.index], runs]).size()
    again = visits[visits > 1]
    print("activities that come again", len(again), "in", again.index.get_level_values(0).nunique())

    first = events.groupby("case").first()
    affected = first.index.isin(case[long].unique())
    share = affected.mean()
    for key in ["org:group", "impact", "product", "organization country", "organization involved"]:
        table = pd.DataFrame({"value": first[key], "affected": affected}).groupby("value")["affected"].agg(["sum", "size"])
        table["contribution"] = table["sum"] - share * table["size"]
        print(key, table.nlargest(3, "contribution").round(2).to_dict("index"))


if __name__ == "__main__":
    main()
