//! Key performance indicators: of short logs, and of one that ends in the middle of a day.

use std::fmt::Write as _;

use chrono::{NaiveDate, TimeDelta};
use ringback_calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer};
use ringback_features::{AcceptableWait, Calendar};
use ringback_report::{Error, KpiOptions, Kpis};

const MAPPING: &str = r#"
    source = "shop"
    zone = "UTC"
    key = ["id"]
    time = { format = "%Y-%m-%d %H:%M:%S" }
    outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
    stage = [{ kind = "queue", start = "in", end = "out" }]
"#;

/// Of calls every ten minutes from 08:00 to 16:00 on so many days, the first so many.
fn kpis(days: i64, n_calls: usize) -> Kpis {
    let mut text = "id,in,out,result\n".to_owned();
    let monday = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let calls = (0..days).flat_map(|day| (0..48).map(move |call| (day, call)));
    for (n, (day, call)) in calls.take(n_calls).enumerate() {
        let morning = (monday + TimeDelta::days(day)).and_hms_opt(8, 0, 0).unwrap();
        let came = morning + TimeDelta::minutes(call * 10);
        writeln!(text, "{n},{came},{},ok", came + TimeDelta::seconds(10)).unwrap();
    }
    let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    let mut format = Delimited::new(MAPPING, "shop.toml", pseudonyms).unwrap();
    let read = LogReader::new().read_bytes("shop.csv", text.as_bytes(), &mut format).unwrap();
    let calendar = Calendar::plain(read.log.observed.zone);
    let options = KpiOptions::new(calendar, AcceptableWait::TWENTY_SECS);
    Kpis::of(&read.log, &read.audit, &options, |_| ())
}

#[test]
fn what_comes_after_the_last_call_is_missing_and_not_zero() {
    // The last of 35 days ends with the call at 11:50, in the middle of the work.
    let kpis = kpis(35, 34 * 48 + 24);
    let table = kpis.volume.unwrap();
    assert_eq!(table.rows.len(), 35 * 48);
    let known = table.rows.iter().rposition(Option::is_some).unwrap();
    // The half hour of the last call, and with it three calls, is not known to its end.
    assert_eq!(known, 34 * 48 + 22);
    let offered: Vec<u32> = table.rows.iter().flatten().map(|it| it.calls_offered).collect();
    assert_eq!(offered.iter().sum::<u32>(), 34 * 48 + 24 - 3);
    let forecast = kpis.forecast.unwrap();
    assert_eq!(forecast.start, table.at(35 * 48));
}

#[test]
fn a_log_too_short_for_opening_hours_still_has_its_load() {
    let kpis = kpis(1, 4);
    let table = kpis.volume.as_ref().unwrap();
    assert!(table.hours.is_none());
    let load = kpis.load.unwrap();
    // The log covers Monday's hours up to the last call, at 08:30.
    assert_eq!(load.calls_offered_mean[0][7], Some(0.0));
    assert_eq!(load.calls_offered_mean[0][9], None);
    assert!(matches!(kpis.forecast, Err(Error::Forecast(_))), "{:?}", kpis.forecast);
}
