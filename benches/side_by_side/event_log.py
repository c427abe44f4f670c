"""Checks with pm4py that what ringback writes of an event log says what the log says.

    python3 -m venv VENV && VENV/bin/pip install pm4py
    VENV/bin/python benches/side_by_side/event_log.py LOG.xes[.gz] WRITTEN.xes WRITTEN.json WRITTEN.xml

LOG is what was read, the others what was written of it: XES, and OCEL 2.0 with the cases as objects of the kind
"ticket". Cases, their activities and their stamps must be the same in all four, event by event. pm4py orders the events
of a flattened object log as it joins its tables, so they are sorted by their stamps here, ties as they come.
"""

import sys

import pm4py

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"


def cases(frame):
    """The activities and stamps of each case, in the order of time."""
    ordered = frame.sort_values(TIME, kind="stable")
    return {
        case: list(zip(events[ACTIVITY], events[TIME]))
        for case, events in ordered.groupby(CASE, sort=False)
    }


def untied(events):
    """The activities at each stamp, whatever their order there."""
    return sorted((stamp, activity) for activity, stamp in events)


def main(log, xes, json, xml):
    """Compares the files and says how many events agree; the exit code is 1 if any does not."""
    expected = cases(pm4py.read_xes(log))
    written = {
        "XES": pm4py.read_xes(xes),
        "OCEL JSON": pm4py.ocel_flattening(pm4py.read_ocel2_json(json), "ticket"),
        "OCEL XML": pm4py.ocel_flattening(pm4py.read_ocel2_xml(xml), "ticket"),
    }
    is_same = True
    for name, frame in written.items():
        found = cases(frame)
        same = sum(untied(expected[it]) == untied(found.get(it, [])) for it in expected)
        in_order = sum(expected[it] == found.get(it) for it in expected)
        is_same &= same == len(expected) == len(found)
        print(f"{name}: {same} of {len(expected)} cases alike, {in_order} in the same order of ties")
    return 0 if is_same else 1


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
