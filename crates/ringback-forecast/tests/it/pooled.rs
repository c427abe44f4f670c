//! Several queues at once: the bank's call types, one of them as if it were new.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use chrono::{Days, NaiveDate};
use ringback_calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer, ReadLog, Zone};
use ringback_features::{Calendar, Country, IntervalLength, Intervals, Series};
use ringback_forecast::{FittedVolume, Level, Pooled, VolumeModel};

static BANK: LazyLock<ReadLog> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/anonymous_bank");
    let mapping = std::fs::read_to_string(folder.join("mapping.toml")).unwrap();
    let key = PseudonymKey::from_bytes([1; 32]);
    let mut format =
        Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "test")).unwrap();
    let months = ["january", "february", "march", "april", "may", "june", "july"];
    let files: Vec<_> = months.iter().map(|it| folder.join(format!("{it}.txt.gz"))).collect();
    LogReader::new().read(&files, &mut format).unwrap()
});

/// The bank's arrivals by half-hour, of one type or all.
pub(crate) fn bank_series(kind: Option<&str>) -> Series {
    let calls = BANK.log.calls.iter();
    let is_kind = |intent: &str| kind.is_none_or(|kind| kind == intent);
    let calls: Vec<_> = calls
        .filter(|call| call.intent.as_ref().is_some_and(|it| is_kind(it.as_str())))
        .cloned()
        .collect();
    let intervals = Intervals::new(IntervalLength::HALF_HOUR).gaps(&BANK.audit.gaps);
    let table = intervals.build(&calls, &BANK.audit.observed).unwrap();
    table.series(|row| f64::from(row.calls_arrived)).unwrap()
}

/// The shape of the day is the same, the level is not: a new queue gets its own level on the shape of the old.
#[test]
fn a_new_queue_takes_the_shape_of_the_others_at_its_own_level() {
    let series = |start: &str, level: f64, days: usize| {
        let hour = |hour: usize| if (8..18).contains(&hour) { level * hour as f64 } else { 0.0 };
        let values = (0..days * 24).map(|index| Some(hour(index % 24))).collect();
        Series::new(start.parse().unwrap(), IntervalLength::HOUR, values).unwrap()
    };
    let old = [series("2026-01-05T00:00:00Z", 3.0, 84), series("2026-01-05T00:00:00Z", 1.0, 84)];
    let new = series("2026-03-20T00:00:00Z", 0.25, 10);
    let fitted = Pooled::new(Zone::UTC).fit_all(&[old[0].clone(), old[1].clone(), new]).unwrap();
    let day = fitted.queue(2).unwrap().forecast(24, &[]).unwrap();
    for (hour, mean) in day.mean.iter().enumerate() {
        let expected = if (8..18).contains(&hour) { 0.25 * hour as f64 } else { 0.0 };
        assert!((mean - expected).abs() < 1e-9, "{hour}: {mean}, expected {expected}");
    }
    let shares = fitted.shares();
    assert!(shares[0].own_profile > shares[2].own_profile, "{shares:?}");
}

#[test]
fn histories_of_different_intervals_and_too_few_days_are_errors() {
    let series = |interval: IntervalLength, days: usize| {
        let values = vec![Some(1.0); days * interval.slots_a_day()];
        Series::new("2026-01-05T00:00:00Z".parse().unwrap(), interval, values).unwrap()
    };
    let pooled = Pooled::new(Zone::UTC);
    let mixed = [series(IntervalLength::HOUR, 30), series(IntervalLength::HALF_HOUR, 30)];
    assert_eq!(
        pooled.fit_all(&mixed).unwrap_err().to_string(),
        "a history has intervals of 30m, expected 1h as in the first one"
    );
    let short = pooled.fit_all(&[series(IntervalLength::HOUR, 6)]).unwrap_err();
    assert_eq!(short.to_string(), "need at least 7 days with data, got 6");
    assert_eq!(pooled.fit_all(&[]).unwrap_err().to_string(), "histories is 0, expected at least 1");
}

/// Each of four types in turn is known for three weeks only, the others in full; forecast a week ahead from sixteen
/// Mondays. Sharing beats the same model on the three weeks alone for every type.
#[test]
fn with_three_weeks_of_data_sharing_beats_going_alone_on_every_type_of_the_bank() {
    let zone: Zone = "Asia/Jerusalem".parse().unwrap();
    let series: Vec<Series> = ["PS", "NW", "NE", "IN"].map(|kind| bank_series(Some(kind))).into();
    let calendar = Arc::new(Calendar::new(Country::Israel, zone));
    let model = Pooled::new(zone).calendar(calendar);
    let level = Level::new(0.8).unwrap();
    for which in 0..series.len() {
        let (mut shared, mut alone, mut inside, mut n) = (0.0, 0.0, 0.0, 0.0);
        let mut origin: NaiveDate = "1999-04-05".parse().unwrap();
        for _ in 0..16 {
            let at = zone.start_of_day(origin);
            let since = zone.start_of_day(origin - Days::new(21));
            let mut known: Vec<Series> = series.iter().map(|it| it.until(at)).collect();
            known[which] = known[which].since(since);
            let fitted = model.fit_all(&known).unwrap().queue(which).unwrap();
            let both = [
                fitted.forecast(7 * 48, &[level]).unwrap(),
                model.fit(&known[which]).unwrap().forecast(7 * 48, &[]).unwrap(),
            ];
            for index in 0..7 * 48 {
                let found = series[which].index_of(both[0].at(index));
                let Some(actual) = found.and_then(|found| series[which].value(found)) else {
                    continue;
                };
                if both[0].mean[index] <= 0.0 && actual <= 0.0 {
                    continue;
                }
                shared += (both[0].mean[index] - actual).abs();
                alone += (both[1].mean[index] - actual).abs();
                let interval = &both[0].intervals[0];
                let is_inside = (interval.lower[index]..=interval.upper[index]).contains(&actual);
                inside += f64::from(u8::from(is_inside));
                n += 1.0;
            }
            origin = origin + Days::new(7);
        }
        println!(
            "type {which}: MAE {:.3} shared, {:.3} alone ({:+.1} %), {:.3} covered",
            shared / n,
            alone / n,
            100.0 * (shared / alone - 1.0),
            inside / n
        );
        assert!(shared < alone, "type {which}: {} {}", shared / n, alone / n);
        assert!((0.76..0.92).contains(&(inside / n)), "type {which}: {}", inside / n);
    }
}
