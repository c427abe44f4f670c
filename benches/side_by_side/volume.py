"""Forecasts of call counts a day ahead, beside statsforecast's: WAPE of each model on the same days, and CPU seconds.

    python3 -m venv VENV && VENV/bin/pip install statsforecast==2.1.1
    cargo build --release -p ringback-benches
    OMP_NUM_THREADS=1 VENV/bin/python benches/side_by_side/volume.py target/release/volume_backtest FOLDER [EVERY [NAME]]

FOLDER holds `anonymous_bank/counts_6min_jan_aug.csv.gz`, `call_volume/montco911_hourly.csv` and
`call_volume/seattle_fire_hourly_2017_2020.csv.gz`. Every day of a span is forecast from the midnight before, with all history; our
models, the baselines and augurs' MSTL run in `volume_backtest`. statsforecast takes half a minute a fit on the longest series, so it
forecasts every EVERY-th day only (default 5, always its own fit), and one more run of ours scores the same days. An EVERY that is no
multiple of 7 goes through all weekdays. NAME keeps the series whose names hold it. Missing hours are given to statsforecast as the value of
the week before; they are not scored. Its AutoETS takes seasons of up to 24 (so half-hours are two
series, of the first and of the second halves) and minutes a fit on years of hours: it sees the last eight weeks.
"""
import csv
import gzip
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

# Name, file, time, value, minutes, first day, last day, country.
SETS = [
    ("bank, June-August", "anonymous_bank/counts_6min_jan_aug.csv.gz", "ts", "calls", 30, "1999-06-01", "1999-08-31", "IL"),
    ("Montgomery, June-August", "call_volume/montco911_hourly.csv", "hour", "total", 60, "2016-06-01", "2016-08-23", "US"),
    ("Seattle, July-December 2017", "call_volume/seattle_fire_hourly_2017_2020.csv.gz", "datetime", "calls", 60, "2017-07-01", "2017-12-31", "US"),
    ("Seattle, 2018", "call_volume/seattle_fire_hourly_2017_2020.csv.gz", "datetime", "calls", 60, "2018-01-01", "2018-12-31", "US"),
    ("Seattle, 2019", "call_volume/seattle_fire_hourly_2017_2020.csv.gz", "datetime", "calls", 60, "2019-01-01", "2019-12-31", "US"),
    ("Seattle, 2020", "call_volume/seattle_fire_hourly_2017_2020.csv.gz", "datetime", "calls", 60, "2020-01-01", "2020-12-30", "US"),
]


def plain(path, folder):
    """The file, unpacked if need be: `volume_backtest` reads plain CSV."""
    if path.suffix != ".gz":
        return path
    unpacked = pathlib.Path(folder) / path.stem
    unpacked.write_bytes(gzip.decompress(path.read_bytes()))
    return unpacked


def ours(program, file, time_column, value, minutes, first, last, country, models, step):
    command = [program, str(file), time_column, value, str(minutes), first, last, country, models, str(step)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def series(file, time_column, value, minutes):
    rows = pd.read_csv(file, parse_dates=[time_column]).set_index(time_column)[value].astype(float)
    rows = rows.groupby(rows.index.floor(f"{minutes}min")).sum()
    start = rows.index[0].normalize()
    if rows.index[0] != start:
        start += pd.Timedelta(days=1)
    return rows.reindex(pd.date_range(start, rows.index[-1], freq=f"{minutes}min"))


def statsforecast_models(day):
    """Name, maker, and how many days of history it is given; the one that is given few has the day as its only season."""
    from statsforecast.models import MSTL, AutoETS

    return [("statsforecast MSTL", lambda: MSTL(season_length=[day, 7 * day], trend_forecaster=AutoETS(model="ZZN")), 10_000),
            ("statsforecast AutoETS", lambda: AutoETS(season_length=24, model="ZZZ"), 56)]


def peer(make, values, origins, day, days_given):
    """WAPE and CPU seconds a day. A model for hours forecasts half-hours as two series, of the first halves and the second."""
    filled = values.to_numpy().copy()
    for at in np.flatnonzero(np.isnan(filled)):
        filled[at] = filled[at - 7 * day] if at >= 7 * day else 0.0
    error = volume = 0.0
    begun = time.process_time()
    for origin in origins:
        given = filled[max(0, origin - days_given * day):origin]
        step = max(1, day // 24) if days_given < 10_000 else 1
        said = np.zeros(day)
        for first in range(step):
            said[first::step] = np.maximum(make().forecast(given[first::step], h=day // step)["mean"], 0.0)
        came = values.to_numpy()[origin:origin + day]
        known = ~np.isnan(came)
        error += np.abs(said - came)[known].sum()
        volume += came[known].sum()
    return error / volume, (time.process_time() - begun) / len(origins)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    wanted = sys.argv[4] if len(sys.argv) > 4 else ""
    with tempfile.TemporaryDirectory() as scratch:
        for name, path, time_column, value, minutes, first, last, country in SETS:
            if wanted not in name:
                continue
            file = plain(folder / path, scratch)
            base = (program, file, time_column, value, minutes, first, last, country)
            print(f"\n{name}: every day")
            for row in ours(*base, "calendar,profile,smoothing,naive,mean4,mean", 1):
                print(f"  {row['model']:24} WAPE {100 * float(row['wape']):6.2f} %  80 %: {row['coverage_80']}"
                      f"  95 %: {row['coverage_95']}  {1000 * float(row['secs_a_day']):.1f} ms", flush=True)
            days = (pd.Timestamp(last) - pd.Timestamp(first)).days
            aligned = str((pd.Timestamp(last) - pd.Timedelta(days=days - days % every)).date()) if days % every else first
            print(f"{name}: every {every} days")
            for row in ours(*base[:5], aligned, last, country, "calendar,naive,mean4,mean,mstl", every):
                print(f"  {row['model']:24} WAPE {100 * float(row['wape']):6.2f} %  {1000 * float(row['secs_a_day']):.1f} ms",
                      flush=True)
            values = series(file, time_column, value, minutes)
            day = 1440 // minutes
            stamps = pd.date_range(aligned, last, freq=f"{every}D")
            origins = [values.index.get_loc(it) for it in stamps]
            for model, make, days_given in statsforecast_models(day):
                wape, secs = peer(make, values, origins, day, days_given)
                print(f"  {model:24} WAPE {100 * wape:6.2f} %  {1000 * secs:.0f} ms CPU", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
