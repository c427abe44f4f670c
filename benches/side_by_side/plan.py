"""Solves assignments with scipy's Hungarian method and with HiGHS, and compares value and time with `plan_problem`.

    python3 -m venv VENV && VENV/bin/pip install numpy scipy
    VENV/bin/python benches/side_by_side/plan.py write --requests 1000 --cells 45 --load 1.3 problem.csv
    cargo run --release -p ringback-benches --bin plan_problem -- problem.csv assignment.csv
    VENV/bin/python benches/side_by_side/plan.py compare problem.csv assignment.csv

A problem is a table: the first row has the slots of every cell, each further row the values of one request in them, empty
where it may not go. Leaving a request out is worth 0. An assignment has the cell of each request, empty where left out.
Values are multiples of a millionth, so that the peers and ringback compute with the same numbers. `linear_sum_assignment`
gets one column a slot and one a request for leaving it out, and is skipped above --hungarian-most requests; HiGHS gets
the linear program, whose vertices are whole (transportation problem).
"""
import argparse
import csv
import time

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_array


def write(args):
    draws = np.random.default_rng(args.seed)
    hour_rates = 0.15 + 0.35 * draws.random(args.cells)
    own = 0.4 * draws.random((args.requests, 1)) - 0.2
    noise = 0.2 * (draws.random((args.requests, args.cells)) - 0.5)
    weights = draws.choice([0.5, 1.0, 2.0], (args.requests, 1))
    late = 0.002 * np.arange(args.cells)
    values = np.round(weights * np.clip(hour_rates + own + noise, 0.01, 0.95) - late, 6)
    values[draws.random(values.shape) < 0.2] = np.nan
    due = np.where(draws.random(args.requests) < 0.3, draws.integers(1, args.cells + 1, args.requests), args.cells)
    values[np.arange(args.cells)[None, :] >= due[:, None]] = np.nan
    slots = int(np.ceil(args.requests / args.load / args.cells))
    with open(args.problem, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([slots] * args.cells)
        writer.writerows([["" if np.isnan(it) else f"{it:.6f}" for it in row] for row in values])


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    slots = np.array([int(it) for it in rows[0]])
    values = np.array([[float(it) if it else np.nan for it in row] for row in rows[1:]])
    return slots, values


def hungarian(slots, values):
    """The best sum by `linear_sum_assignment`, and the CPU seconds of that call alone."""
    columns = np.repeat(np.arange(len(slots)), np.minimum(slots, len(values)))
    barred = -1e6
    table = np.hstack([np.where(np.isnan(values), barred, values)[:, columns], np.zeros((len(values),) * 2)])
    start = time.process_time()
    rows, places = linear_sum_assignment(table, maximize=True)
    return table[rows, places].sum(), time.process_time() - start


def highs(slots, values):
    """The best sum by HiGHS' dual simplex, the CPU seconds, and how many variables are not whole."""
    requests, cells = np.nonzero(~np.isnan(values))
    n, ones = len(requests), np.ones(len(requests))
    rows = np.concatenate([requests, len(values) + cells])
    matrix = coo_array((np.concatenate([ones, ones]), (rows, np.tile(np.arange(n), 2)))).tocsr()
    limits = np.concatenate([np.ones(len(values)), slots])[: matrix.shape[0]]
    start = time.process_time()
    found = linprog(-values[requests, cells], A_ub=matrix, b_ub=limits, bounds=(0, 1), method="highs-ds")
    spent = time.process_time() - start
    return -found.fun, spent, int(np.sum(np.abs(found.x - np.round(found.x)) > 1e-6))


def compare(args):
    slots, values = read(args.problem)
    with open(args.assignment, newline="", encoding="utf-8") as file:
        cells = [row[0] if row else "" for row in csv.reader(file)]
    assert len(cells) == len(values), "one line a request"
    places = [(n, int(it)) for n, it in enumerate(cells) if it]
    used = np.bincount([cell for _, cell in places], minlength=len(slots))
    assert (used <= slots).all(), "no cell holds more than its slots"
    ours = sum(values[n, cell] for n, cell in places)
    assert not np.isnan(ours), "nobody is where they may not be"
    print(f"requests {len(values)} cells {len(slots)} slots {slots.sum()} assigned {len(places)}")
    print(f"ringback  {ours:.6f}")
    if len(values) <= args.hungarian_most:
        value, secs = hungarian(slots, values)
        print(f"hungarian {value:.6f} cpu {secs:.3f} s difference {ours - value:.1e}")
    if len(values) <= args.highs_most:
        value, secs, n_parts = highs(slots, values)
        print(f"highs     {value:.6f} cpu {secs:.3f} s difference {ours - value:.1e} not whole {n_parts}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    it = commands.add_parser("write")
    it.add_argument("problem")
    it.add_argument("--requests", type=int, default=1_000)
    it.add_argument("--cells", type=int, default=45)
    it.add_argument("--load", type=float, default=1.3)
    it.add_argument("--seed", type=int, default=7)
    it.set_defaults(run=write)
    it = commands.add_parser("compare")
    it.add_argument("problem")
    it.add_argument("assignment")
    it.add_argument("--hungarian-most", type=int, default=10_000)
    it.add_argument("--highs-most", type=int, default=100_000)
    it.set_defaults(run=compare)
    args = parser.parse_args()
    args.run(args)


main()
