//! Working time: published cases, a walk minute by minute, laws, and files that cannot be used.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc, Weekday};
use proptest::prelude::*;
use ringback_calllog::{Fold, Zone};
use ringback_mining::{Shift, WorkingCalendars, WorkingHours, WorkingTime};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

fn at(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp_micros()
}

fn shift(text: &str) -> Shift {
    text.parse().unwrap()
}

fn office(zone: &str) -> WorkingHours {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    let hours = WorkingHours::new(zone.parse().unwrap());
    [Mon, Tue, Wed, Thu, Fri].into_iter().fold(hours, |it, day| it.shift(day, shift("09:00-17:00")))
}

#[track_caller]
fn check(hours: &WorkingHours, from: &str, to: &str, expected_hours: i64) {
    let (from, to) = (at(from), at(to));
    let time = hours.compiled(from, to);
    assert_eq!(time.between_micros(from, to), expected_hours * HOUR);
    assert_eq!(time.between_micros(to, from), -expected_hours * HOUR);
}

#[test]
fn office_hours_of_known_stretches() {
    let hours = office("UTC");
    check(&hours, "2024-03-01T16:00:00Z", "2024-03-04T10:00:00Z", 2);
    check(&hours, "2024-03-04T09:00:00Z", "2024-03-11T17:00:00Z", 48);
    check(&hours, "2024-03-05T10:00:00Z", "2024-03-06T10:00:00Z", 8);
    check(&hours, "2024-03-07T16:00:00Z", "2024-03-11T10:00:00Z", 10);
    check(&hours, "2024-03-02T10:00:00Z", "2024-03-05T10:00:00Z", 9);
    // Around the clock in Berlin over the spring change: local noon to local noon two days on.
    let berlin = Weekday::Mon.num_days_from_monday()..7;
    let days = berlin.map(|it| Weekday::try_from(u8::try_from(it).unwrap()).unwrap());
    let always = days.fold(WorkingHours::new("Europe/Berlin".parse().unwrap()), |it, day| {
        it.shift(day, Shift::DAY)
    });
    check(&always, "2024-03-30T11:00:00Z", "2024-04-01T10:00:00Z", 47);
}

#[test]
fn holidays_take_the_shifts_that_begin_on_them() {
    let date = |day| NaiveDate::from_ymd_opt(2024, 3, day).unwrap();
    let hours = office("UTC")
        .shift(Weekday::Mon, shift("22:00-06:00"))
        .holiday(date(5))
        .exception(date(6), vec![shift("10:00-12:00"), shift("11:00-13:00")]);
    // Monday 8 and 8 hours, the last six of them on the holiday; Wednesday 3.
    check(&hours, "2024-03-04T00:00:00Z", "2024-03-05T00:00:00Z", 10);
    check(&hours, "2024-03-05T00:00:00Z", "2024-03-06T00:00:00Z", 6);
    check(&hours, "2024-03-06T00:00:00Z", "2024-03-07T00:00:00Z", 3);
}

/// In Berlin the clock skips from 02:00 to 03:00 on 2024-03-31, and shows the hour from 02:00 twice on 2024-10-27.
#[test]
fn a_shift_that_begins_or_ends_in_a_change_of_the_clock() {
    let berlin = |text: &str| {
        WorkingHours::new("Europe/Berlin".parse().unwrap()).shift(Weekday::Sun, shift(text))
    };
    let (spring, autumn) = (
        ("2024-03-30T12:00:00Z", "2024-03-31T12:00:00Z"),
        ("2024-10-26T12:00:00Z", "2024-10-27T12:00:00Z"),
    );
    check(&berlin("02:30-05:00"), spring.0, spring.1, 2);
    check(&berlin("01:00-02:30"), spring.0, spring.1, 1);
    check(&berlin("02:00-06:00"), autumn.0, autumn.1, 5);
    check(&berlin("01:00-02:00"), autumn.0, autumn.1, 1);
    check(&berlin("02:00-03:00").fold(Fold::Later).unwrap(), autumn.0, autumn.1, 1);
    assert!(berlin("02:00-03:00").fold(Fold::Reject).is_err());
}

/// What the clock has shown: readings never go back. With the first of two instants the hour that comes twice is over
/// after its first time; with the second it has not begun before its second.
fn readings(zone: Zone, first: i64, minutes: usize, fold: Fold) -> Vec<NaiveDateTime> {
    let reading = |minute: usize| {
        let secs = (first + i64::try_from(minute).unwrap() * MINUTE).div_euclid(1_000_000);
        zone.local(DateTime::from_timestamp(secs, 0).unwrap())
    };
    let mut shown: Vec<NaiveDateTime> = (0..minutes).map(reading).collect();
    match fold {
        Fold::Later => {
            for minute in (1..minutes).rev() {
                shown[minute - 1] = shown[minute - 1].min(shown[minute]);
            }
        }
        _ => {
            for minute in 1..minutes {
                shown[minute] = shown[minute].max(shown[minute - 1]);
            }
        }
    }
    shown
}

fn is_working(hours: &WorkingHours, shown: NaiveDateTime) -> bool {
    [0, 1].into_iter().any(|back| {
        let secs = shown.num_seconds_from_midnight() + back * 86_400;
        let shifts = hours.shifts_on(shown.date() - TimeDelta::days(back.into()));
        shifts.iter().any(|it| it.from_secs() <= secs && secs < it.to_secs())
    })
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Shifts in the small hours, past midnight and several a day, and dates that differ around the changes.
fn roster(zone: Zone, year: i32, state: &mut u64) -> WorkingHours {
    let shifts = [
        "00:00-02:30",
        "02:30-05:00",
        "01:00-03:00",
        "22:00-06:00",
        "23:30-00:30",
        "08:00-12:00",
        "13:00-17:45",
        "00:00-24:00",
    ];
    let shifts = shifts.map(shift);
    let mut hours = WorkingHours::new(zone);
    let mut pick = |most: u64| usize::try_from(random(state) % most).unwrap();
    for day in 0..7 {
        let day = Weekday::try_from(day).unwrap();
        for _ in 0..pick(4) {
            hours = hours.shift(day, shifts[pick(8)]);
        }
    }
    hours = hours.shift(Weekday::Sun, shifts[pick(4)]).shift(Weekday::Sat, shifts[3]);
    for _ in 0..20 {
        let day = u32::try_from(pick(365) + 1).unwrap();
        let date = NaiveDate::from_yo_opt(year, day).unwrap();
        hours = if pick(2) == 0 {
            hours.holiday(date)
        } else {
            hours.exception(date, vec![shifts[pick(8)], shifts[pick(8)]])
        };
    }
    hours
}

const ZONES: [(&str, i32); 20] = [
    ("Europe/Berlin", 2024),
    ("Europe/London", 2023),
    ("Europe/Lisbon", 2022),
    ("Europe/Chisinau", 2021),
    ("America/New_York", 2024),
    ("America/St_Johns", 2010),
    ("America/Sao_Paulo", 2018),
    ("America/Havana", 2023),
    ("America/Santiago", 2023),
    ("America/Asuncion", 2023),
    ("America/Nuuk", 2024),
    ("Australia/Sydney", 2024),
    ("Australia/Lord_Howe", 2024),
    ("Pacific/Auckland", 2024),
    ("Pacific/Chatham", 2024),
    ("Pacific/Apia", 2011),
    ("Asia/Beirut", 2022),
    ("Asia/Jerusalem", 2024),
    ("Africa/Casablanca", 2024),
    ("Antarctica/Troll", 2024),
];

#[test]
fn a_million_stretches_in_twenty_zones_equal_a_walk_by_minutes() {
    let mut state = 0x2545_f491_4f6c_dd1d;
    for (number, (name, year)) in ZONES.into_iter().enumerate() {
        let zone: Zone = name.parse().unwrap();
        let fold = if number % 2 == 0 { Fold::Earlier } else { Fold::Later };
        let hours = roster(zone, year, &mut state).fold(fold).unwrap();
        let first = NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
            .timestamp_micros();
        let minutes = 366 * 1440;
        let shown = readings(zone, first, minutes, fold);
        let local = |minute: usize| {
            zone.local(
                DateTime::from_timestamp_micros(first + i64::try_from(minute).unwrap() * MINUTE)
                    .unwrap(),
            )
        };
        let changes =
            (1..minutes).filter(|it| local(*it) - local(it - 1) != TimeDelta::minutes(1)).count();
        assert!(changes >= 2, "{name} has {changes} changes of the clock in {year}");
        let mut worked = vec![0_i64];
        for (minute, reading) in shown.iter().enumerate() {
            worked.push(worked[minute] + i64::from(is_working(&hours, *reading)));
        }
        let until = |micros: i64| {
            let minute = usize::try_from(micros / MINUTE).unwrap();
            let is_on = minute < minutes && worked[minute + 1] > worked[minute];
            worked[minute] * MINUTE + if is_on { micros % MINUTE } else { 0 }
        };
        let span = u64::try_from(minutes).unwrap() * u64::try_from(MINUTE).unwrap();
        let time = hours.compiled(first, first + i64::try_from(span).unwrap());
        for _ in 0..50_000 {
            let a = i64::try_from(random(&mut state) % span).unwrap();
            let b = i64::try_from(random(&mut state) % span).unwrap();
            let expected = until(b) - until(a);
            assert_eq!(time.between_micros(first + a, first + b), expected, "{name}: {a} to {b}");
        }
    }
}

#[test]
fn outside_the_compiled_span_the_answer_is_the_same() {
    let hours = office("America/Santiago").shift(Weekday::Sat, shift("22:00-06:00"));
    let (start, end) = (at("2023-01-01T00:00:00Z"), at("2024-12-31T00:00:00Z"));
    let whole = hours.compiled(start, end);
    let narrow = hours.compiled(at("2023-08-01T05:00:00Z"), at("2023-08-03T00:00:00Z"));
    let mut state = 9;
    for _ in 0..300 {
        let mut instant = || {
            start + i64::try_from(random(&mut state) % u64::try_from(end - start).unwrap()).unwrap()
        };
        let (a, b) = (instant(), instant());
        assert_eq!(narrow.between_micros(a, b), whole.between_micros(a, b), "{a} to {b}");
    }
    assert_eq!(
        whole.between_micros(i64::MIN, i64::MIN + 5),
        0,
        "before the year 1900 nobody works"
    );
    assert_eq!(whole.between_micros(i64::MAX - 5, i64::MAX), 0, "nor after 2199");
}

proptest! {
    #[test]
    fn working_time_adds_up_and_never_runs_backwards(
        mut instants in prop::array::uniform3(0..1_000_000_000_000_i64),
        seed in 1..u64::MAX,
    ) {
        instants.sort_unstable();
        let mut state = seed;
        let zone: Zone = ZONES[usize::try_from(seed % 20).unwrap()].0.parse().unwrap();
        let base = at("2024-03-25T00:00:00Z");
        let hours = roster(zone, 2024, &mut state);
        let time = hours.compiled(base, base + 1_000_000_000_000);
        let [a, b, c] = instants.map(|it| base + it);
        let sum = time.between_micros(a, b) + time.between_micros(b, c);
        prop_assert_eq!(time.between_micros(a, c), sum);
        let worked = time.between_micros(a, b);
        prop_assert!((0..=b - a).contains(&worked));
        let due = time.after_micros(a, worked).unwrap();
        prop_assert_eq!(time.between_micros(a, due), worked);
        prop_assert!(due == a || time.between_micros(a, due - 1) < worked, "the first such instant");
        prop_assert_eq!(WorkingTime::around_the_clock().between_micros(a, c), c - a);
    }
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = WorkingCalendars::read(text, "hours.toml").unwrap_err();
    assert_eq!(error.to_string(), format!("hours.toml{expected}"));
}

#[test]
fn a_file_that_cannot_be_used_says_where_and_why() {
    let week = "[week]\nmon = [\"09:00-17:00\"]\n";
    refused(
        &format!("zone = \"Berlin\"\n{week}"),
        ": zone is \"Berlin\", expected an IANA time zone such as Europe/Copenhagen",
    );
    refused(
        &format!("zone = \"UTC\"\nfold = \"reject\"\n{week}"),
        ": fold is \"reject\", expected earlier or later",
    );
    refused(
        &format!("zone = \"UTC\"\nholidays = [\"24.12.2026\"]\n{week}"),
        ": holidays is \"24.12.2026\", expected a date such as 2026-12-24",
    );
    refused(
        "zone = \"UTC\"\n[week]\nmo = []\n",
        ": week has a day \"mo\", expected mon, tue, wed, thu, fri, sat or sun",
    );
    refused("zone = \"UTC\"\n[week]\nmon = []\n", ": week has no shift, expected one at least");
    refused(
        &format!("zone = \"UTC\"\n{week}[exceptions]\n2026-02-30 = []\n"),
        ": exceptions is \"2026-02-30\", expected a date such as 2026-12-24",
    );
    refused(
        &format!("zone = \"UTC\"\n{week}[resource.kim.week]\ntue = [\"25:00-26:00\"]\n"),
        ": resource.kim.week.tue is \"25:00-26:00\", expected a form such as 09:00-17:30 or 22:00-06:00",
    );
    let unknown =
        WorkingCalendars::read(&format!("zone = \"UTC\"\nshifts = 3\n{week}"), "hours.toml");
    let text = unknown.unwrap_err().to_string();
    assert!(text.starts_with("hours.toml, line 2: unknown field `shifts`"), "{text}");
}

#[test]
fn a_resource_goes_by_its_own_hours_else_by_its_groups_else_by_the_sites() {
    let text = "zone = \"UTC\"\nholidays = [\"2026-01-05\"]\n[week]\nmon = [\"09:00-17:00\"]\n\
        [group.desk.week]\nmon = [\"10:00-11:00\"]\n[resource.kim]\nholidays = []\nweek = { mon = [\"00:00-24:00\"] }\n";
    let calendars = WorkingCalendars::read(text, "hours.toml").unwrap();
    let monday = NaiveDate::from_ymd_opt(2026, 1, 12).unwrap();
    let secs = |resource, group| {
        let shifts = calendars.hours(resource, group).shifts_on(monday);
        shifts.iter().map(|it| it.to_secs() - it.from_secs()).sum::<u32>()
    };
    assert_eq!((secs(Some("kim"), Some("desk")), secs(Some("lee"), Some("desk"))), (86_400, 3600));
    assert_eq!((secs(Some("lee"), None), secs(None, Some("other"))), (28_800, 28_800));
    let holiday = monday - TimeDelta::days(7);
    assert_eq!(holiday.weekday(), Weekday::Mon);
    let shifts = |resource, group| calendars.hours(resource, group).shifts_on(holiday).len();
    assert_eq!(
        (shifts(Some("kim"), None), shifts(None, Some("desk")), shifts(None, None)),
        (1, 0, 0)
    );
}

#[test]
fn a_shift_has_a_start_within_the_day_and_lasts_a_day_at_most() {
    assert_eq!(shift("00:00-24:00"), Shift::DAY);
    assert_eq!(shift("06:00-06:00").to_secs() - shift("06:00-06:00").from_secs(), 86_400);
    for bad in [
        "24:00-06:00",
        "9-17",
        "09:00",
        "09:60-10:00",
        "09:00-25:00",
        "-09:00-10:00",
        "09:00:00:00-10:00",
        "",
    ] {
        assert!(bad.parse::<Shift>().is_err(), "{bad}");
    }
    assert!(
        Shift::new(0, 86_401).is_err()
            && Shift::new(86_400, 86_401).is_err()
            && Shift::new(5, 5).is_err()
    );
    assert_eq!(Shift::new(86_399, 172_799).unwrap().from_secs(), 86_399);
}
