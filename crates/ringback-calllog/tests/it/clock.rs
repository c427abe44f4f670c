use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;
use ringback_calllog::{Fold, LocalClock, LocalTimeError, Zone};

fn local(text: &str) -> NaiveDateTime {
    text.parse().expect("a wall-clock reading")
}

#[track_caller]
fn check(zone: &str, fold: Fold, reading: &str, expected: &str) {
    let mut clock = LocalClock::new(zone.parse().expect("a zone"), fold);
    let got = match clock.to_utc(local(reading)) {
        Ok(at) => at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(got, expected);
}

#[test]
fn plain_readings_become_instants() {
    check("Europe/Copenhagen", Fold::Earlier, "2026-01-15T12:00:00", "2026-01-15T11:00:00Z");
    check("Europe/Copenhagen", Fold::Earlier, "2026-07-15T12:00:00", "2026-07-15T10:00:00Z");
    check("Asia/Jerusalem", Fold::Earlier, "1999-01-01T00:00:31", "1998-12-31T22:00:31Z");
    check("America/New_York", Fold::Earlier, "2026-02-01T23:59:59", "2026-02-02T04:59:59Z");
    check("Australia/Lord_Howe", Fold::Earlier, "2026-07-01T10:30:00", "2026-07-01T00:00:00Z");
    check("UTC", Fold::Reject, "2026-07-01T10:30:00", "2026-07-01T10:30:00Z");
}

#[test]
fn a_repeated_reading_goes_by_the_fold_rule() {
    check("Europe/Copenhagen", Fold::Earlier, "2026-10-25T02:30:00", "2026-10-25T00:30:00Z");
    check("Europe/Copenhagen", Fold::Later, "2026-10-25T02:30:00", "2026-10-25T01:30:00Z");
    check("America/New_York", Fold::Earlier, "2026-11-01T01:00:00", "2026-11-01T05:00:00Z");
    check("America/New_York", Fold::Later, "2026-11-01T01:59:59", "2026-11-01T06:59:59Z");
    check("Asia/Jerusalem", Fold::Later, "1999-09-03T01:15:00", "1999-09-02T23:15:00Z");
    // Lord Howe Island's clock goes back by half an hour, from 2:00 to 1:30.
    check("Australia/Lord_Howe", Fold::Earlier, "2026-04-05T01:45:00", "2026-04-04T14:45:00Z");
    check("Australia/Lord_Howe", Fold::Later, "2026-04-05T01:45:00", "2026-04-04T15:15:00Z");
    check(
        "Australia/Lord_Howe",
        Fold::Reject,
        "2026-04-05T01:45:00",
        "2026-04-05 01:45:00 happened twice in Australia/Lord_Howe, and the fold rule is reject",
    );
    check("Australia/Lord_Howe", Fold::Reject, "2026-04-05T02:00:00", "2026-04-04T15:30:00Z");
}

#[test]
fn a_skipped_reading_is_an_error_under_every_rule() {
    for fold in [Fold::Earlier, Fold::Later, Fold::Reject] {
        for (zone, reading) in [
            ("Europe/Copenhagen", "2026-03-29T02:30:00"),
            ("Asia/Jerusalem", "1999-04-02T02:00:00"),
            ("America/New_York", "2026-03-08T02:59:59"),
            ("Australia/Lord_Howe", "2026-10-04T02:15:00"),
        ] {
            let readable = reading.replace('T', " ");
            let expected = format!("{readable} does not exist in {zone}: the clock jumped over it");
            check(zone, fold, reading, &expected);
        }
    }
}

#[test]
fn the_first_moment_after_a_jump_exists() {
    check("Europe/Copenhagen", Fold::Reject, "2026-03-29T03:00:00", "2026-03-29T01:00:00Z");
    check("Europe/Copenhagen", Fold::Reject, "2026-03-29T01:59:59", "2026-03-29T00:59:59Z");
}

#[test]
fn a_reading_at_the_edge_of_what_dates_can_say_is_an_error_not_a_panic() {
    for zone in ["Pacific/Kiritimati", "America/New_York"] {
        let zone: Zone = zone.parse().expect("a zone");
        let mut clock = LocalClock::new(zone, Fold::Earlier);
        for reading in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
            // Whichever side of Greenwich the zone is on, one of the edges has an instant and the other may not.
            if let Err(error) = clock.to_utc(reading) {
                assert!(matches!(error, LocalTimeError::Skipped { .. }));
            }
        }
    }
}

#[test]
fn the_start_of_a_day_is_the_first_moment_that_the_clock_shows() {
    let zone: Zone = "America/Sao_Paulo".parse().expect("a zone");
    // In 2017 the clock jumped from midnight to one.
    let date = NaiveDate::from_ymd_opt(2017, 10, 15).expect("a date");
    let start = zone.start_of_day(date);
    assert_eq!(zone.local(start).to_string(), "2017-10-15 01:00:00");
    assert_eq!(zone.date(start - TimeDelta::seconds(1)), date.pred_opt().expect("a date"));
    assert_eq!(zone.weekday(start), chrono::Weekday::Sun);
}

#[test]
fn zones_and_fold_rules_are_spelled_as_their_names() {
    let zone: Zone = "Asia/Jerusalem".parse().expect("a zone");
    assert_eq!((zone.to_string(), zone.name()), ("Asia/Jerusalem".into(), "Asia/Jerusalem"));
    let json = serde_json::to_string(&zone).expect("json");
    assert_eq!(serde_json::from_str::<Zone>(&json).expect("a zone"), zone);
    let folds = ["earlier", "later", "reject"].map(|it| it.parse::<Fold>().expect("a rule"));
    assert_eq!(folds, [Fold::Earlier, Fold::Later, Fold::Reject]);
}

/// What chrono-tz itself says of a reading.
fn expected(zone: Tz, fold: Fold, reading: NaiveDateTime) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&reading) {
        LocalResult::Single(at) => Some(at.to_utc()),
        LocalResult::Ambiguous(earlier, later) => match fold {
            Fold::Earlier => Some(earlier.to_utc()),
            Fold::Later => Some(later.to_utc()),
            Fold::Reject => None,
        },
        LocalResult::None => None,
    }
}

const ZONES: [&str; 14] = [
    "Europe/Copenhagen",
    "Asia/Jerusalem",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Gaza",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "America/Caracas",
    "Asia/Pyongyang",
    "Europe/Dublin",
];

proptest! {
    #[test]
    fn what_was_asked_before_never_changes_an_answer(
        zone in prop::sample::select(&ZONES[..]),
        fold in prop::sample::select(&[Fold::Earlier, Fold::Later, Fold::Reject][..]),
        days in prop::collection::vec((0_i64..68 * 365, 0_i64..86_400), 1..20),
        steps in prop::collection::vec(-3_600_i64 * 30..3_600 * 30, 0..20),
    ) {
        let mut clock = LocalClock::new(zone.parse().expect("a zone"), fold);
        let tz: Tz = zone.parse().expect("a zone");
        for (day, second) in days {
            let mut reading = DateTime::UNIX_EPOCH.naive_utc()
                + TimeDelta::days(day) + TimeDelta::seconds(second);
            for step in std::iter::once(&0).chain(&steps) {
                reading += TimeDelta::seconds(*step);
                prop_assert_eq!(clock.to_utc(reading).ok(), expected(tz, fold, reading));
            }
        }
    }
}

#[test]
fn every_quarter_of_an_hour_around_each_change_agrees_with_the_zone_database() {
    for name in ZONES {
        let tz: Tz = name.parse().expect("a zone");
        let mut clock = LocalClock::new(name.parse().expect("a zone"), Fold::Later);
        let offset = |day: i64| {
            let at = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(day);
            tz.offset_from_utc_datetime(&at).fix()
        };
        for day in (0..68 * 365).filter(|day| offset(*day) != offset(day + 1)) {
            let midnight = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(day - 2);
            for quarter in 0..5 * 96 {
                let reading = midnight + TimeDelta::minutes(15 * quarter);
                assert_eq!(
                    clock.to_utc(reading).ok(),
                    expected(tz, Fold::Later, reading),
                    "{reading} in {name}"
                );
            }
        }
    }
}

/// The clock takes a day as plain if the offset a day before it is the one a day after it.
#[test]
fn no_zone_undoes_a_change_of_offset_within_four_days() {
    for zone in TZ_VARIANTS {
        let offset = |hours: i64| {
            let at = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::hours(hours);
            zone.offset_from_utc_datetime(&at).fix().local_minus_utc()
        };
        let mut last_change = i64::MIN;
        let (mut before, mut now) = (offset(0), offset(0));
        for hours in (6..68 * 365 * 24).step_by(6) {
            let next = offset(hours);
            if next != now {
                let is_undone = next == before && hours.saturating_sub(last_change) < 4 * 24;
                assert!(!is_undone, "{zone} undoes a change {hours} h after 1970");
                (before, now, last_change) = (now, next, hours);
            }
        }
    }
}
