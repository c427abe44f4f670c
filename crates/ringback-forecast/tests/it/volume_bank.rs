//! The calendar model on the bank's and two emergency services' counts, where the shared folder is at hand.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use ringback_calllog::Zone;
use ringback_features::{Calendar, Country, IntervalLength, Series};
use ringback_forecast::{Backtest, CalendarVolume, Level, PastWeeks, VolumeModel};

/// The shared folder's file, if it is there.
fn shared(path: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("RINGBACK_SHARED").map_or(beside, PathBuf::from);
    let file = folder.join("data").join(path);
    if !file.exists() {
        println!("no {}, nothing tested", file.display());
        return None;
    }
    Some(file)
}

fn read(file: &Path, time: &str, value: &str, interval: IntervalLength) -> Series {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<&str>>());
    let header = lines.next().unwrap();
    let column = |name: &str| header.iter().position(|it| *it == name).unwrap();
    let (time, value) = (column(time), column(value));
    let rows = lines.map(|fields| {
        let at = NaiveDateTime::parse_from_str(fields[time], "%Y-%m-%d %H:%M:%S").unwrap();
        (at.and_utc(), Some(fields[value].parse::<f64>().unwrap()))
    });
    Series::from_rows(interval, rows).unwrap()
}

/// Montgomery County, June to August, with what was known each midnight: a little better than the mean week of all history, which
/// is the best of the simple forecasts there, and its intervals hold.
#[test]
fn an_emergency_line_is_forecast_better_than_by_any_mean_of_weeks() {
    let Some(file) = shared("call_volume/montco911_hourly.csv") else { return };
    let series = read(&file, "hour", "total", IntervalLength::HOUR);
    let series = series.until("2016-08-24T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
    let calendar = Calendar::new(Country::UnitedStates, Zone::UTC);
    let model = CalendarVolume::new(Zone::UTC).calendar(Arc::new(calendar));
    let naive = PastWeeks::naive(Zone::UTC);
    let four = PastWeeks::mean(Zone::UTC, 4).unwrap();
    let all = PastWeeks::mean(Zone::UTC, 1_000).unwrap();
    let levels = [Level::new(0.8).unwrap(), Level::new(0.95).unwrap()];
    let models: [&dyn VolumeModel; 4] = [&model, &naive, &four, &all];
    let report = Backtest::new(84, 24, 24).unwrap().levels(levels).run(&series, &models).unwrap();
    let wape: Vec<f64> = report.models.iter().map(|it| it.overall.wape.unwrap()).collect();
    assert!(wape[1..].iter().all(|&it| wape[0] < 0.98 * it), "{wape:?}");
    let intervals = &report.models[0].overall.intervals;
    assert!((0.77..=0.83).contains(&intervals[0].coverage.unwrap()), "{:?}", intervals[0]);
    assert!((0.93..=0.97).contains(&intervals[1].coverage.unwrap()), "{:?}", intervals[1]);
}

/// Spring in Montgomery County, calmer than the winter that the intervals are learnt from, and a week ahead as well as a
/// day ahead: intervals follow, and hold what they say.
#[test]
fn intervals_follow_a_calmer_season_a_day_and_a_week_ahead() {
    let Some(file) = shared("call_volume/montco911_hourly.csv") else { return };
    let series = read(&file, "hour", "total", IntervalLength::HOUR);
    let series = series.until("2016-06-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
    let calendar = Calendar::new(Country::UnitedStates, Zone::UTC);
    let model = CalendarVolume::new(Zone::UTC).calendar(Arc::new(calendar));
    let levels = [Level::new(0.8).unwrap(), Level::new(0.95).unwrap()];
    for (origins, days) in [(92, 1), (13, 7)] {
        let backtest = Backtest::new(origins, 24 * days, 24 * days).unwrap().levels(levels);
        let report = backtest.run(&series, &[&model]).unwrap();
        let intervals = &report.models[0].overall.intervals;
        assert!((0.77..=0.83).contains(&intervals[0].coverage.unwrap()), "{:?}", intervals[0]);
        assert!((0.93..=0.97).contains(&intervals[1].coverage.unwrap()), "{:?}", intervals[1]);
    }
}
