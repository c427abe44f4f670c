"""Times reading the shipped months: ringback (packed files to stitched calls with pseudonyms, stages and audit) against
polars (the same files, the same columns, cast to the same types), in turn, in CPU seconds of the whole process.

    python3 -m venv VENV && VENV/bin/pip install polars==2.1.0
    cargo build --release --workspace
    VENV/bin/python benches/side_by_side/read.py target/release/read_log
"""
import os
import pathlib
import resource
import statistics
import subprocess
import sys

MONTHS = "january february march april may june july".split()
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "anonymous_bank"
FILES = [str(FOLDER / f"{month}.txt.gz") for month in MONTHS]

POLARS = '''
import sys
import polars as pl
stamps = ["vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit"]
rows = 0
for file in sys.argv[1:]:
    frame = pl.read_csv(file, separator="\\t", quote_char=None, infer_schema=False)
    frame = frame.with_columns(
        [(pl.col("date") + " " + pl.col(it))
            .str.to_datetime("%y%m%d %H:%M:%S", time_unit="us")
            .dt.replace_time_zone("Asia/Jerusalem", ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC").alias(it) for it in stamps]
        + [pl.col(it).cast(pl.Int64) for it in ["vru_time", "q_time", "ser_time", "priority", "call_id"]])
    rows += frame.height
print(rows, "rows")
'''


def timed(command, env=None):
    """CPU seconds of a process, and the first number that it printed: the rows it read."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **(env or {})})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    secs = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return secs, int((done.stdout.split() or [b"0"])[0])


def main():
    ours = [sys.argv[1], *FILES]
    theirs = [sys.executable, "-c", POLARS, *FILES]
    start = [sys.executable, "-c", "import polars"]
    ratios, times = [], {"ringback": [], "polars": [], "polars start-up": []}
    for run in range(8):
        ringback, rows = timed(ours)
        started, _ = timed(start, {"POLARS_MAX_THREADS": "1"})
        polars, polars_rows = timed(theirs, {"POLARS_MAX_THREADS": "1"})
        if rows != polars_rows:
            sys.exit(f"ringback read {rows} rows, polars {polars_rows}")
        if run == 0:
            continue  # files come from disk
        times["ringback"].append(ringback)
        times["polars"].append(polars)
        times["polars start-up"].append(started)
        ratios.append(ringback / (polars - started))
    for name, values in times.items():
        print(f"{name}: median {statistics.median(values):.3f} CPU s, {min(values):.3f} to {max(values):.3f}")
    print(f"ringback / (polars less start-up): median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")
    print(f"ringback: {rows / statistics.median(times['ringback']):,.0f} rows a CPU second")


main()
