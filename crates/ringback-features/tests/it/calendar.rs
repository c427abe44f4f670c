use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use ringback_calllog::Zone;
use ringback_features::{Calendar, Country, DayKind, Event, Events};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

fn denmark() -> Calendar {
    Calendar::new(Country::Denmark, zone("Europe/Copenhagen"))
}

fn israel() -> Calendar {
    Calendar::new(Country::Israel, zone("Asia/Jerusalem"))
}

/// Kind, then whether it is a day before a holiday.
#[track_caller]
fn check(calendar: &Calendar, day: &str, kind: DayKind, is_before: bool) {
    let day = calendar.day(date(day));
    assert_eq!((day.kind(), day.is_day_before_holiday()), (kind, is_before), "{day:?}");
}

#[test]
fn days_around_the_danish_holidays_of_spring() {
    let calendar = denmark();
    check(&calendar, "2026-03-31", DayKind::Working, false);
    check(&calendar, "2026-04-01", DayKind::Working, true); // Wednesday before Maundy Thursday
    check(&calendar, "2026-04-02", DayKind::Holiday, false);
    check(&calendar, "2026-04-04", DayKind::Weekend, false); // Saturday before Easter
    check(&calendar, "2026-04-05", DayKind::Holiday, false); // Easter Sunday
    check(&calendar, "2026-04-06", DayKind::Holiday, false);
    check(&calendar, "2026-04-07", DayKind::AfterHoliday, false);
    check(&calendar, "2026-04-08", DayKind::Working, false);
    check(&calendar, "2026-05-13", DayKind::Working, true);
    check(&calendar, "2026-05-14", DayKind::Holiday, false); // Ascension Day
    check(&calendar, "2026-05-15", DayKind::Bridge, false);
    check(&calendar, "2026-05-18", DayKind::Working, false);
    check(&calendar, "2026-05-22", DayKind::Working, true); // Friday before Pentecost
}

#[test]
fn a_holiday_on_a_weekend_is_both_and_counts_as_holiday() {
    let calendar = denmark();
    let day = calendar.day(date("2026-12-26"));
    assert_eq!(day.weekday(), Weekday::Sat);
    assert_eq!(day.holiday(), Some("Second Day of Christmas"));
    assert!(day.is_weekend() && day.is_holiday() && !day.is_working_day());
    // The Monday after is the first working day after both.
    let monday = calendar.day(date("2026-12-28"));
    assert!(monday.is_day_after_holiday() && monday.is_working_day());
    assert_eq!(monday.holiday_before(), Some("Second Day of Christmas"));
    assert_eq!(calendar.day(date("2026-12-24")).holiday_after(), Some("Christmas Day"));
}

#[test]
fn a_bridge_day_may_also_be_the_day_after() {
    let calendar = denmark();
    let day = calendar.day(date("2026-05-15"));
    assert!(day.is_bridge_day() && day.is_day_after_holiday());
    assert_eq!(day.holiday_before(), Some("Ascension Day"));
}

#[test]
fn a_bridge_may_stand_between_two_holidays_or_before_one() {
    let calendar = Calendar::plain(Zone::UTC)
        .add_holiday(date("2026-06-02"), "Tuesday") // Monday is a bridge from the weekend
        .add_holiday(date("2026-06-10"), "Wednesday")
        .add_holiday(date("2026-06-12"), "Friday"); // Thursday is a bridge between two
    check(&calendar, "2026-06-01", DayKind::Bridge, true);
    check(&calendar, "2026-06-03", DayKind::AfterHoliday, false);
    check(&calendar, "2026-06-09", DayKind::Working, true);
    check(&calendar, "2026-06-11", DayKind::Bridge, true);
}

#[test]
fn the_weekend_of_israel_is_friday_and_saturday() {
    let calendar = israel();
    check(&calendar, "2026-07-03", DayKind::Weekend, false); // Friday
    check(&calendar, "2026-07-04", DayKind::Weekend, false);
    check(&calendar, "2026-07-05", DayKind::Working, false); // Sunday
    // Yom Kippur is Monday 21 September 2026: the Sunday before stands alone.
    check(&calendar, "2026-09-20", DayKind::Bridge, true);
    check(&calendar, "2026-09-22", DayKind::AfterHoliday, false);
}

#[test]
fn a_plain_calendar_has_weekends_only() {
    let calendar = Calendar::plain(Zone::UTC);
    assert_eq!(calendar.country(), None);
    check(&calendar, "2026-12-25", DayKind::Working, false);
    check(&calendar, "2026-12-26", DayKind::Weekend, false);
    assert!(calendar.covers(date("1850-01-01")));
}

#[test]
fn days_are_added_and_taken_away_by_hand() {
    let day = date("2026-12-24");
    let calendar =
        denmark().closed_on(day).closed_on(date("2026-12-25")).open_on(date("2026-05-14"));
    assert_eq!(calendar.day(day).holiday(), Some("closed"));
    assert_eq!(calendar.day(date("2026-12-25")).holiday(), Some("Christmas Day"));
    check(&calendar, "2026-05-14", DayKind::Working, false);
    check(&calendar, "2026-05-15", DayKind::Working, false);
    let renamed = calendar.add_holiday(day, "Christmas Eve");
    assert_eq!(renamed.holiday(day), Some("Christmas Eve"));
}

#[test]
fn a_date_beyond_the_known_years_has_its_weekend_only() {
    let calendar = denmark();
    assert!(calendar.covers(date("2035-12-31")) && !calendar.covers(date("2036-01-01")));
    check(&calendar, "2036-12-25", DayKind::Working, false);
    check(&calendar, "2036-12-27", DayKind::Weekend, false);
    let germany = Calendar::new(Country::Germany, zone("Europe/Berlin"));
    assert!(!germany.covers(date("1990-12-31")) && germany.covers(date("1991-01-01")));
}

#[test]
fn an_instant_belongs_to_the_day_of_the_zone() {
    let at: DateTime<Utc> = "2026-05-13T22:30:00Z".parse().unwrap();
    assert_eq!(denmark().day_at(at).holiday(), Some("Ascension Day"));
    assert_eq!(denmark().day_at(at).date(), date("2026-05-14"));
}

#[test]
fn a_calendar_carries_its_events() {
    let at: DateTime<Utc> = "2026-05-13T10:00:00Z".parse().unwrap();
    let event = Event::new("mailing", at, at + chrono::TimeDelta::hours(1)).unwrap();
    let calendar = denmark().events(Events::from_iter([event]));
    assert_eq!(calendar.all_events().active_at(at).count(), 1);
    assert_eq!(denmark().all_events().len(), 0);
}

/// A second reading of the definitions: walks all days once with its own list of days off.
fn naive_kinds(calendar: &Calendar) -> Vec<(NaiveDate, DayKind, bool, bool)> {
    let first = date("1991-01-01");
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| day.year() <= 2034).collect();
    let off: Vec<bool> = days
        .iter()
        .map(|&day| calendar.weekend().contains(&day.weekday()) || calendar.holiday(day).is_some())
        .collect();
    let holiday: Vec<bool> = days.iter().map(|&day| calendar.holiday(day).is_some()).collect();
    // Whether each day is reached from a holiday over days off only, forwards and backwards.
    let mut after = vec![false; days.len()];
    for at in 1..days.len() {
        after[at] = off[at - 1] && (holiday[at - 1] || after[at - 1]);
    }
    let mut before = vec![false; days.len()];
    for at in (0..days.len() - 1).rev() {
        before[at] = off[at + 1] && (holiday[at + 1] || before[at + 1]);
    }
    let kind = |at: usize| {
        if holiday[at] {
            DayKind::Holiday
        } else if off[at] {
            DayKind::Weekend
        } else if off[at - 1] && off[at + 1] && (holiday[at - 1] || holiday[at + 1]) {
            DayKind::Bridge
        } else if after[at] {
            DayKind::AfterHoliday
        } else {
            DayKind::Working
        }
    };
    let inner = 10..days.len() - 10;
    inner.map(|at| (days[at], kind(at), after[at] && !off[at], before[at] && !off[at])).collect()
}

#[test]
fn every_day_of_every_country_equals_a_naive_walk() {
    for country in Country::ALL {
        let calendar = Calendar::new(country, Zone::UTC);
        for (date, kind, is_after, is_before) in naive_kinds(&calendar) {
            let day = calendar.day(date);
            assert_eq!(
                (day.kind(), day.is_day_after_holiday(), day.is_day_before_holiday()),
                (kind, is_after, is_before),
                "{country} {date}",
            );
            assert_eq!(day.is_working_day(), calendar.is_working_day(date), "{country} {date}");
        }
    }
}

#[test]
fn kinds_have_the_names_of_their_json() {
    for kind in DayKind::ALL {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.name()));
    }
}

#[test]
fn calendars_may_be_shared_between_threads() {
    fn check<T: Send + Sync>(_: &T) {}
    check(&denmark());
    check(&denmark().day(date("2026-01-01")));
}
