"""Times graphs and variants of one log with polars, duckdb, pm4py and rust4pm (r4pm), beside `mine_log`.

    python3 -m venv VENV && VENV/bin/pip install polars pyarrow duckdb pandas pm4py r4pm
    target/release/mine_log 10000000 LOG.csv
    OMP_NUM_THREADS=1 VENV/bin/python benches/side_by_side/mining.py LOG.csv [INCIDENTS.xes.gz]

LOG.csv is what `mine_log` has written: `case,activity,micros`, sorted. Every tool has the log in its own memory before it is
timed; CPU seconds of the process, the median of three, on one thread where the tool can be told so. pm4py and
rust4pm get a tenth of the log. With INCIDENTS.xes.gz, reading XES is timed with pm4py and rust4pm.
"""
import os
import pathlib
import statistics
import sys
import time

os.environ["POLARS_MAX_THREADS"] = os.environ["RAYON_NUM_THREADS"] = "1"

import duckdb
import pandas as pd
import polars as pl


def timed(what, events, work):
    secs = []
    for _ in range(3):
        before = time.process_time()
        work()
        secs.append(time.process_time() - before)
    median = statistics.median(secs)
    print(f"{what}: median {median:.3f} CPU s ({min(secs):.3f} to {max(secs):.3f}), {events / median / 1e6:.2f} million/s", flush=True)


def polars_graph(log, quantiles):
    after = log.lazy().with_columns(
        to=pl.col("activity").shift(-1), same=pl.col("case").shift(-1) == pl.col("case"),
        secs=pl.col("micros").shift(-1) - pl.col("micros"),
    ).filter(pl.col("same"))
    figures = [pl.len(), pl.col("secs").sum().alias("sum"), pl.col("secs").mean().alias("mean")]
    if quantiles:
        figures += [pl.col("secs").median().alias("median"), pl.col("secs").quantile(0.9, "linear").alias("p90")]
    return after.group_by("activity", "to").agg(figures).collect()


def main():
    path = sys.argv[1]
    log = pl.read_csv(path, schema_overrides={"activity": pl.Int32})
    n = log.height
    timed("polars graph with mean", n, lambda: polars_graph(log, False))
    timed("polars graph with median and p90", n, lambda: polars_graph(log, True))
    timed("polars variants", n, lambda: log.lazy().group_by("case").agg(pl.col("activity")).group_by("activity").len().collect())

    data = duckdb.connect()
    data.execute("set threads = 1")
    data.execute("create table log as select * from read_csv(?)", [path])
    step = ("select activity, lead(activity) over w as \"to\", lead(micros) over w - micros as secs from log "
            "window w as (partition by \"case\" order by rowid)")
    graph = f"select activity, \"to\", count(*), sum(secs), avg(secs) {{}} from ({step}) where \"to\" is not null group by all"
    timed("duckdb graph with mean", n, lambda: data.execute(graph.format("")).fetchall())
    timed("duckdb graph with median and p90", n,
          lambda: data.execute(graph.format(", quantile_cont(secs, 0.5), quantile_cont(secs, 0.9)")).fetchall())
    ways = 'select way, count(*) from (select list(activity order by rowid) as way from log group by "case") group by way'
    timed("duckdb variants", n, lambda: data.execute(ways).fetchall())
    data.close()

    import pm4py
    import r4pm
    part = log.filter(pl.col("case") < log["case"].max() // 10)
    frame = pd.DataFrame({
        "case:concept:name": part["case"].cast(pl.String).to_list(), "concept:name": part["activity"].cast(pl.String).to_list(),
        "time:timestamp": pd.to_datetime(part["micros"].to_numpy(), unit="us", utc=True),
    })
    timed("pm4py graph, counts", part.height, lambda: pm4py.discover_dfg(frame))
    timed("pm4py graph with mean", part.height, lambda: pm4py.discover_performance_dfg(frame, perf_aggregation_key="mean"))
    timed("pm4py variants", part.height, lambda: pm4py.get_variants(frame))
    bindings = r4pm.bindings
    columns = part.select(pl.col("case").cast(pl.String).alias("case:concept:name"), pl.col("activity").cast(pl.String).alias("concept:name"),
                          pl.from_epoch("micros", time_unit="us").dt.replace_time_zone("UTC").alias("time:timestamp"))
    item = r4pm.import_item_from_df("EventLog", columns)
    timed("rust4pm graph, counts", part.height, lambda: bindings.discover_dfg(item))
    timed("rust4pm variants", part.height, lambda: bindings.get_variants(bindings.log_to_activity_projection(item)))
    if len(sys.argv) > 2:
        incidents = pathlib.Path(sys.argv[2])
        timed("rust4pm reads the incidents", 65_533, lambda: r4pm.import_item("EventLog", str(incidents)))
        timed("pm4py reads the incidents", 65_533, lambda: pm4py.read_xes(str(incidents)))


main()
