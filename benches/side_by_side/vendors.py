"""Times reading vendors' files to assembled calls against polars (scan_csv, the same columns, cast to the same types) and
duckdb (read_csv, the same), in turn, in CPU seconds of the whole process, each on one thread.

    python3 -m venv VENV && VENV/bin/pip install polars==2.1.0 duckdb
    cargo build --release --workspace
    VENV/bin/python benches/side_by_side/vendors.py target/release FOLDER [MEGABYTES]

FOLDER takes the made-up files. The peers load rows; ringback makes pseudonyms and calls with stages of them.
"""
import os
import pathlib
import resource
import statistics
import subprocess
import sys

CUCM = """cdrRecordType globalCallID_callManagerId globalCallID_callId globalCallId_ClusterID origLegCallIdentifier
destLegIdentifier dateTimeOrigination dateTimeConnect dateTimeDisconnect duration callingPartyNumber originalCalledPartyNumber
finalCalledPartyNumber lastRedirectDn pkid callingPartyNumberPartition origDeviceName destDeviceName origCause_value destCause_value
origCallTerminationOnBehalfOf destCallTerminationOnBehalfOf origCalledPartyRedirectReason lastRedirectRedirectReason
lastRedirectRedirectOnBehalfOf joinOnBehalfOf origConversationId destConversationId huntPilotDN calledPartyPatternUsage wasCallQueued
totalWaitTimeInQueue""".split()
CUCM_NUMBERS = [it for it in CUCM if it.startswith(("global", "orig", "dest", "dateTime", "dur", "was", "total", "join"))
                and not it.endswith(("Number", "Name", "ClusterID", "pkid"))]

POLARS = '''
import sys
import polars as pl
kind, file = sys.argv[1], sys.argv[2]
with open(file) as lines:
    names = [f"column_{it + 1}" for it in range(next(lines).count(",") + 1)]
if kind == "cucm-cdr":
    frame = pl.scan_csv(file, infer_schema=False, skip_rows_after_header=1).select(CUCM)
    frame = frame.with_columns([pl.col(it).cast(pl.Int64) for it in NUMBERS])
elif kind == "avaya-ipoffice":
    frame = pl.scan_csv(file, has_header=False, new_columns=names, quote_char=None, infer_schema=False)
    frame = frame.select([f"column_{it}" for it in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 28)])
    frame = frame.with_columns(
        pl.col("column_1").str.to_datetime("%Y/%m/%d %H:%M:%S", time_unit="us"),
        *[pl.col(f"column_{it}").cast(pl.Int64) for it in (3, 10, 11, 16, 17)])
else:
    frame = pl.scan_csv(file, has_header=False, new_columns=names, quote_char=None, infer_schema=False)
    frame = frame.select([f"column_{it}" for it in range(1, 28) if it not in (16, 17, 18, 19)])
    frame = frame.with_columns([
        pl.col(f"column_{it}").str.to_datetime("%Y/%m/%d %H:%M:%S", time_unit="us", strict=False) for it in (4, 5, 6)])
print(frame.collect().height, "rows")
'''.replace("CUCM", repr(CUCM)).replace("NUMBERS", repr(CUCM_NUMBERS))

DUCKDB = '''
import sys
import duckdb
kind, file = sys.argv[1], sys.argv[2]
duckdb.execute("set threads to 1")
if kind == "cucm-cdr":
    columns = ", ".join(f"cast({it} as bigint) as {it}" if it in NUMBERS else it for it in CUCM)
    read = f"select {columns} from read_csv('{file}', header=true, all_varchar=true, skip=0) where cdrRecordType <> 'INTEGER'"
elif kind == "avaya-ipoffice":
    stamps = "strptime(column00, '%Y/%m/%d %H:%M:%S')"
    numbers = ", ".join(f"cast(column{it:02} as bigint)" for it in (2, 9, 10, 15, 16))
    texts = ", ".join(f"column{it:02}" for it in (1, 3, 4, 5, 6, 8, 11, 12, 13, 14, 27))
    read = f"select {stamps}, {numbers}, {texts} from read_csv('{file}', header=false, quote='', all_varchar=true)"
else:
    stamps = ", ".join(f"try_strptime(column{it:02}, '%Y/%m/%d %H:%M:%S')" for it in (3, 4, 5))
    texts = ", ".join(f"column{it:02}" for it in range(27) if it not in (3, 4, 5, 15, 16, 17, 18))
    read = f"select {stamps}, {texts} from read_csv('{file}', header=false, quote='', all_varchar=true)"
duckdb.execute(f"create table loaded as {read}")
print(duckdb.execute("select count(*) from loaded").fetchone()[0], "rows")
'''.replace("CUCM", repr(CUCM)).replace("NUMBERS", repr(CUCM_NUMBERS))


def timed(command, env=None):
    """CPU seconds of a process, and the first number that it printed: the rows it read."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **(env or {})})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    secs = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return secs, int((done.stdout.split() or [b"0"])[0])


def main():
    release, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    megabytes = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    one_thread = {"POLARS_MAX_THREADS": "1"}
    for kind in ["cucm-cdr", "avaya-ipoffice", "3cx-legacy"]:
        file = folder / f"{kind}-{megabytes}.log"
        if not file.exists():
            subprocess.run([release / "make_log", kind, str(megabytes), file], check=True, stdout=subprocess.DEVNULL)
        size = file.stat().st_size / 1e6
        commands = {
            "ringback": [release / "read_vendor", kind, file],
            "ringback, streaming": [release / "read_vendor", "--stream", kind, file],
            "polars": [sys.executable, "-c", POLARS, kind, file],
            "duckdb": [sys.executable, "-c", DUCKDB, kind, file],
        }
        starts = {"polars": timed([sys.executable, "-c", "import polars"], one_thread)[0],
                  "duckdb": timed([sys.executable, "-c", "import duckdb"])[0]}
        times, rows = {name: [] for name in commands}, {}
        for run in range(6):
            for name, command in commands.items():
                secs, rows[name] = timed(command, one_thread)
                if run > 0:  # the first run finds the file on disk
                    times[name].append(secs - starts.get(name, 0.0))
        if len(set(rows.values())) > 1:
            sys.exit(f"{kind}: the same file has {rows} rows")
        print(f"{kind}: {size:.0f} MB, {rows['ringback']:,} rows")
        ours = statistics.median(times["ringback"])
        for name, secs in times.items():
            median = statistics.median(secs)
            print(f"  {name}: median {median:.3f} CPU s less start-up ({min(secs):.3f} to {max(secs):.3f}), "
                  f"{size / median:,.0f} MB/s, {rows[name] / median:,.0f} rows/s, ringback takes {ours / median:.2f} times that")


main()
