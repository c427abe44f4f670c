//! Hours learned from a log with known hours.

use chrono::{DateTime, NaiveDate, Utc};
use ringback_calllog::Zone;
use ringback_eventlog::{EventLogBuilder, ValueKind};
use ringback_mining::{ActivityInstances, DiscoverOptions, InstanceOptions, discover_hours};

fn micros(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp_micros()
}

/// Kim works in every hour from 9 to 17 in Berlin on every day of four weeks around the change of the clock, and once at
/// night; Lee once.
fn instances() -> ActivityInstances {
    let mut log = EventLogBuilder::default();
    let by = log.column("org:resource", ValueKind::Text);
    let zone: Zone = "Europe/Berlin".parse().unwrap();
    let mut add = |case: &str, name: &str, start: i64| {
        let case = log.case(case);
        log.event(case, "work", start + 600_000_000);
        log.started_at(start);
        log.set(by, name);
    };
    for day in 0..28 {
        let date = NaiveDate::from_ymd_opt(2024, 3, 18).unwrap() + chrono::TimeDelta::days(day);
        for hour in 9..17 {
            let start = zone.at_or_after(date.and_hms_opt(hour, 20, 0).unwrap());
            add(&format!("{day}-{hour}"), "kim", start.timestamp_micros());
        }
    }
    add("night", "kim", micros("2024-03-20T02:00:00Z"));
    add("once", "lee", micros("2024-03-20T12:20:00Z"));
    ActivityInstances::of(&log.build(), &InstanceOptions::default())
}

#[test]
fn planted_hours_are_found_in_civil_time_and_a_single_night_is_not_one_of_them() {
    let options = DiscoverOptions::new("Europe/Berlin".parse().unwrap());
    let options = options.granule_minutes(60).unwrap().min_confidence(0.5).unwrap();
    let found = discover_hours(&instances(), &options.min_participation(0.01).unwrap());
    let kim = found.calendars.hours(Some("kim"), None);
    let monday = NaiveDate::from_ymd_opt(2024, 4, 8).unwrap();
    for day in 0..7 {
        let shifts = kim.shifts_on(monday + chrono::TimeDelta::days(day));
        let spans: Vec<_> = shifts.iter().map(|it| (it.from_secs(), it.to_secs())).collect();
        assert_eq!(spans, [(9 * 3600, 17 * 3600)], "day {day}");
    }
    assert_eq!((found.resources, found.resources_without), (1, 1));
    // 28 days of 8 pieces of work, one at night and one of Lee's: start and end each, all but the night within the hours.
    assert_eq!((found.stamps, found.supported), (2 * (224 + 2), 2 * 225));
    assert_eq!(found.calendars.hours(Some("lee"), None), found.calendars.site());
}

#[test]
fn a_support_that_is_asked_for_is_reached() {
    let options = DiscoverOptions::new(Zone::UTC).min_confidence(1.0).unwrap();
    let found = discover_hours(&instances(), &options.min_support(1.0).unwrap());
    assert_eq!(found.support(), Some(1.0));
}

#[test]
fn settings_out_of_their_range_are_refused() {
    let options = DiscoverOptions::new(Zone::UTC);
    let error = options.granule_minutes(7).unwrap_err();
    assert_eq!(error.to_string(), "granule_minutes: found 7, expected a divisor of 1440");
    let error = options.min_support(f64::NAN).unwrap_err();
    assert_eq!(error.to_string(), "min_support: found NaN, expected a share from 0 to 1");
    assert!(options.min_confidence(-0.1).is_err() && options.min_participation(1.1).is_err());
    assert!(options.granule_minutes(1440).is_ok() && options.granule_minutes(0).is_err());
}
