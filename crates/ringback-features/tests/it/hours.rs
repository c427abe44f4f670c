use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc, Weekday,
};
use proptest::prelude::*;
use ringback_calllog::Zone;
use ringback_features::{Calendar, Country, FindHoursError, HolidayHours, OpenRange, OpeningHours};

const BANK: &str = "Sun-Thu 07:00-24:00; Fri 07:00-14:00; Sat 20:00-24:00; holidays closed";

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn denmark() -> Calendar {
    Calendar::new(Country::Denmark, "Europe/Copenhagen".parse().unwrap())
}

#[track_caller]
fn check_text(text: &str, canonical: &str) {
    let hours: OpeningHours = text.parse().unwrap();
    assert_eq!(hours.to_string(), canonical);
    assert_eq!(canonical.parse(), Ok(hours.clone()));
    let json = serde_json::to_string(&hours).unwrap();
    assert_eq!(serde_json::from_str::<OpeningHours>(&json).unwrap(), hours);
}

#[test]
fn texts_read_back_as_they_are_written() {
    check_text(BANK, BANK);
    check_text(
        "mon-fri 08:00-12:00,13:00-17:00",
        "Mon-Fri 08:00-12:00, 13:00-17:00; holidays closed",
    );
    check_text("Mon-Sun 00:00-24:00; holidays as usual", "Mon-Sun 00:00-24:00; holidays as usual");
    check_text(
        "Sat,Sun 10:00-14:00; Holidays 10:00-12:00;",
        "Sat-Sun 10:00-14:00; holidays 10:00-12:00",
    );
    check_text(
        "Mon 08:00-16:00; Wed 08:00-16:00",
        "Mon 08:00-16:00; Wed 08:00-16:00; holidays closed",
    );
    check_text(
        "Fri 22:00-02:00; Sat 20:00-00:00",
        "Fri 22:00-02:00; Sat 20:00-24:00; holidays closed",
    );
    check_text("Mon-Sun closed", "Mon-Sun closed; holidays closed");
    check_text("Fri-Tue 09:00-10:00", "Fri-Tue 09:00-10:00; holidays closed");
    check_text("Mon 13:00-17:00, 08:00-12:00", "Mon 08:00-12:00, 13:00-17:00; holidays closed");
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    assert_eq!(text.parse::<OpeningHours>().unwrap_err().to_string(), expected);
}

#[test]
fn a_text_that_is_no_hours_is_an_error_that_names_the_part() {
    let days = "expected holidays or a day such as Mon, Mon-Fri or Mon,Wed";
    let hours = "expected closed or hours such as 08:00-18:00, from 00:00 to 24:00";
    let both = "expected days and hours such as Mon-Fri 08:00-18:00";
    check_refused("", &format!("opening hours hold \"\", {both}"));
    check_refused("Mon-Fri", &format!("opening hours hold \"Mon-Fri\", {both}"));
    check_refused("Mon-Frx 08:00-18:00", &format!("opening hours hold \"Mon-Frx\", {days}"));
    check_refused("Mon 8-18", &format!("opening hours hold \"8-18\", {hours}"));
    check_refused("Mon 08:00-24:01", &format!("opening hours hold \"08:00-24:01\", {hours}"));
    check_refused("Mon 08:60-24:00", &format!("opening hours hold \"08:60-24:00\", {hours}"));
    check_refused("Mon 08:00-08:00", &format!("opening hours hold \"08:00-08:00\", {hours}"));
    check_refused("Mon 24:00-08:00", &format!("opening hours hold \"24:00-08:00\", {hours}"));
    check_refused("Mon as usual", &format!("opening hours hold \"as usual\", {hours}"));
    check_refused(
        "Mon-Wed 08:00-18:00; Tue closed",
        "opening hours hold \"Tue closed\", expected each day once",
    );
    check_refused(
        "holidays closed; holidays closed",
        "opening hours hold \"holidays closed\", expected each day once",
    );
    check_refused(
        "Mon 08:00-12:00, 11:00-14:00",
        "opening hours hold \"Mon 08:00-12:00, 11:00-14:00\", expected opening hours 08:00-12:00 and 11:00-14:00 of one \
         day overlap, expected each minute once",
    );
}

#[test]
fn a_range_is_within_a_day_of_its_start() {
    for (from, to) in [(0, 1), (0, 1440), (1439, 1440), (1, 1440), (600, 2039), (1439, 2878)] {
        assert!(OpenRange::new(from, to).is_ok(), "{from} to {to}");
    }
    for (from, to) in [(0, 0), (0, 1441), (600, 600), (601, 600), (600, 2040), (1440, 1500)] {
        assert_eq!(
            OpenRange::new(from, to).unwrap_err().to_string(),
            format!(
                "open from minute {from} to minute {to}, expected a start below 1440 and an end after it by at most a day"
            ),
        );
    }
}

#[track_caller]
fn check_open(hours: &str, at: &str, expected: bool) {
    let hours: OpeningHours = hours.parse().unwrap();
    assert_eq!(hours.is_open(local(at), &denmark()), expected, "{hours} at {at}");
}

#[test]
fn hours_are_half_open() {
    check_open("Mon 08:00-16:00", "2026-06-15 07:59", false);
    check_open("Mon 08:00-16:00", "2026-06-15 08:00", true);
    check_open("Mon 08:00-16:00", "2026-06-15 15:59", true);
    check_open("Mon 08:00-16:00", "2026-06-15 16:00", false);
    check_open("Mon 08:00-24:00", "2026-06-15 23:59", true);
    check_open("Mon 08:00-24:00", "2026-06-16 00:00", false);
}

#[test]
fn hours_that_pass_midnight_hold_into_a_holiday_and_not_out_of_one() {
    // Wednesday 13 May 2026, Ascension Day, Friday.
    let hours = "Mon-Sun 22:00-02:00";
    check_open(hours, "2026-05-14 01:59", true);
    check_open(hours, "2026-05-14 02:00", false);
    check_open(hours, "2026-05-14 22:00", false);
    check_open(hours, "2026-05-15 01:00", false);
    check_open(hours, "2026-05-15 22:00", true);
    // The week wraps: Sunday's late hours are on Monday.
    check_open("Sun 22:00-02:00", "2026-06-15 01:00", true);
}

#[test]
fn holidays_have_hours_of_their_own_or_the_usual_ones() {
    let noon = "2026-05-14 12:00";
    check_open("Mon-Fri 08:00-16:00", noon, false);
    check_open("Mon-Fri 08:00-16:00; holidays as usual", noon, true);
    check_open("Mon-Fri 08:00-16:00; holidays 13:00-14:00", noon, false);
    check_open("Mon-Fri 08:00-11:00; holidays 12:00-14:00", noon, true);
}

#[test]
fn an_instant_is_read_in_the_zone_of_the_calendar() {
    let hours: OpeningHours = "Mon-Fri 08:00-16:00".parse().unwrap();
    let at: DateTime<Utc> = "2026-06-15T06:00:00Z".parse().unwrap();
    assert!(hours.is_open_at(at, &denmark()));
    assert!(!hours.is_open_at(at, &Calendar::plain(Zone::UTC)));
}

#[test]
fn hours_are_built_by_hand() {
    let range = |from: u16, to: u16| OpenRange::new(from * 60, to * 60).unwrap();
    let hours = OpeningHours::closed()
        .weekday(Weekday::Tue, vec![range(13, 17), range(8, 12)])
        .unwrap()
        .holidays(HolidayHours::Open(vec![range(9, 10)]))
        .unwrap();
    assert_eq!(hours.to_string(), "Tue 08:00-12:00, 13:00-17:00; holidays 09:00-10:00");
    assert_eq!(hours.on_weekday(Weekday::Tue), [range(8, 12), range(13, 17)]);
    let error = hours.weekday(Weekday::Tue, vec![range(8, 12), range(11, 13)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "opening hours 08:00-12:00 and 11:00-13:00 of one day overlap, expected each minute once",
    );
    // No hours on holidays is closed.
    let closed = OpeningHours::closed().holidays(HolidayHours::Open(Vec::new())).unwrap();
    assert_eq!(*closed.on_holidays(), HolidayHours::Closed);
}

/// Up to three ranges of a day without overlap, the last one maybe past midnight.
fn ranges() -> impl Strategy<Value = Vec<OpenRange>> {
    prop::collection::btree_set(0_u16..1440, 0..=6).prop_map(|minutes| {
        let minutes: Vec<u16> = minutes.into_iter().collect();
        let range = |pair: &[u16]| match *pair {
            [from, to] => OpenRange::new(from, to).unwrap(),
            // The last one stands alone: until just before it on the next day.
            [from] if from > 0 => OpenRange::new(from, from + 1439).unwrap(),
            _ => OpenRange::new(0, 1440).unwrap(),
        };
        let keep = if minutes.first() == Some(&0) { minutes.len() / 2 * 2 } else { minutes.len() };
        minutes[..keep].chunks(2).map(range).collect()
    })
}

fn any_hours() -> impl Strategy<Value = OpeningHours> {
    let holidays = prop_oneof![
        Just(HolidayHours::Closed),
        Just(HolidayHours::AsUsual),
        ranges().prop_map(HolidayHours::Open),
    ];
    // Few patterns for many days, so that days in a row are equal.
    let week = (prop::collection::vec(ranges(), 2), prop::collection::vec(0_usize..2, 7));
    (week, holidays).prop_map(|((patterns, days), holidays)| {
        let mut hours = OpeningHours::closed().holidays(holidays).unwrap();
        for (weekday, pattern) in (0..7).zip(days) {
            let weekday = Weekday::try_from(weekday).unwrap();
            hours = hours.weekday(weekday, patterns[pattern].clone()).unwrap();
        }
        hours
    })
}

/// A second reading of the hours: every range that begins on a date laid out in minutes from its midnight.
fn naive_is_open(hours: &OpeningHours, local: NaiveDateTime, calendar: &Calendar) -> bool {
    let first = local.date() - TimeDelta::days(3);
    first.iter_days().take(4).any(|date| {
        let ranges = match hours.on_holidays() {
            HolidayHours::Closed if calendar.holiday(date).is_some() => &[],
            HolidayHours::Open(ranges) if calendar.holiday(date).is_some() => ranges.as_slice(),
            _ => hours.on_weekday(date.weekday()),
        };
        let minute = (local - date.and_time(NaiveTime::MIN)).num_minutes();
        ranges
            .iter()
            .any(|it| (i64::from(it.from_minute())..i64::from(it.to_minute())).contains(&minute))
    })
}

proptest! {
    #[test]
    fn any_hours_read_back_as_they_are_written(hours in any_hours()) {
        prop_assert_eq!(hours.to_string().parse(), Ok(hours));
    }

    #[test]
    fn any_hours_are_open_when_a_naive_reading_says_so(hours in any_hours(), minute in 0_i64..1440 * 20) {
        // Ascension Day and Pentecost Monday are among the twenty days.
        let at = local("2026-05-08 00:00") + TimeDelta::minutes(minute);
        let calendar = denmark();
        prop_assert_eq!(hours.is_open(at, &calendar), naive_is_open(&hours, at, &calendar), "{} {}", hours, at);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[MonTueFriSuhlday 0-9:;,é-]{0,40}") {
        if let Ok(hours) = text.parse::<OpeningHours>() {
            prop_assert_eq!(hours.to_string().parse(), Ok(hours));
        }
    }
}

/// A congruential generator (Knuth's MMIX constants), the upper 31 bits.
struct Draw(u64);

impl Draw {
    fn step(&mut self) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap()
    }

    fn below(&mut self, limit: i64) -> i64 {
        self.step() % limit
    }

    fn uniform(&mut self) -> f64 {
        self.step() as f64 / 2_147_483_648.0
    }

    /// A Poisson count by multiplying uniforms (Knuth), for means up to a few dozen.
    fn poisson(&mut self, mean: f64) -> u32 {
        let limit = (-mean).exp();
        let (mut count, mut product) = (0, self.uniform());
        while product > limit {
            count += 1;
            product *= self.uniform();
        }
        count
    }
}

/// Calls of a site with planted hours.
struct Site {
    planted: &'static str,
    /// Calls per hour at the busiest time of an open day.
    busiest: f64,
    /// Stray calls per hour, day and night.
    stray: f64,
    interval_minutes: i64,
    n_weeks: i64,
}

const SEED: u64 = 20_260_504;

impl Site {
    /// Counts from Monday 5 January 2026 on. One day in fifteen has stray calls only, as a holiday; one in twenty is
    /// missing, and of every day the feed loses an interval in a hundred; one in ten has a burst of 60 stray calls.
    fn counts(&self) -> Vec<(NaiveDateTime, Option<u32>)> {
        let hours: OpeningHours = self.planted.parse().unwrap();
        let calendar = Calendar::plain(Zone::UTC);
        let mut draw = Draw(SEED);
        let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let per_day = 1440 / self.interval_minutes;
        let mut counts = Vec::new();
        for date in first.iter_days().take(usize::try_from(7 * self.n_weeks).unwrap()) {
            let is_holiday = draw.uniform() < 1.0 / 15.0;
            let is_missing = draw.uniform() < 1.0 / 20.0;
            let burst = draw.below(10 * per_day);
            for slot in 0..per_day {
                let local = date.and_time(NaiveTime::MIN)
                    + TimeDelta::minutes(slot * self.interval_minutes);
                let open = !is_holiday && hours.is_open(local, &calendar);
                let per_hour = self.stray + if open { self.busiest * profile(local) } else { 0.0 };
                let mut calls = draw.poisson(per_hour * self.interval_minutes as f64 / 60.0);
                if slot == burst {
                    calls += 60;
                }
                let is_lost = is_missing || draw.uniform() < 0.01;
                counts.push((local, (!is_lost).then_some(calls)));
            }
        }
        counts
    }

    #[track_caller]
    fn check(&self) {
        let found =
            OpeningHours::find(self.counts(), TimeDelta::minutes(self.interval_minutes)).unwrap();
        assert_eq!(found.hours.to_string(), self.planted);
    }
}

/// The share of the busiest time: the peak at 11, half of it at 3 h and from 18 on.
fn profile(local: NaiveDateTime) -> f64 {
    let hour = f64::from(local.hour()) + f64::from(local.minute()) / 60.0;
    (1.0 - (hour - 11.0).abs() / 14.0).max(0.5)
}

#[test]
fn planted_hours_of_a_bank_are_found_in_intervals_of_six_minutes() {
    Site { planted: BANK, busiest: 140.0, stray: 1.0, interval_minutes: 6, n_weeks: 30 }.check();
}

#[test]
fn planted_hours_with_a_lunch_break_are_found_in_quarter_hours() {
    let planted = "Mon-Thu 08:15-12:00, 12:45-17:00; Fri 08:15-13:30; holidays closed";
    Site { planted, busiest: 200.0, stray: 0.5, interval_minutes: 15, n_weeks: 12 }.check();
}

#[test]
fn planted_hours_of_a_quiet_site_are_found_to_two_hours() {
    let planted = "Mon-Fri 08:00-18:00; holidays closed";
    Site { planted, busiest: 6.0, stray: 0.05, interval_minutes: 30, n_weeks: 26 }.check();
}

#[test]
fn a_site_that_never_closes_is_found_open() {
    let planted = "Mon-Sun 00:00-24:00; holidays closed";
    Site { planted, busiest: 60.0, stray: 0.0, interval_minutes: 60, n_weeks: 8 }.check();
}

#[test]
fn the_evidence_says_what_each_block_was_judged_by() {
    let site = Site { planted: BANK, busiest: 140.0, stray: 1.0, interval_minutes: 6, n_weeks: 30 };
    let counts = site.counts();
    let found = OpeningHours::find(counts.iter().copied(), TimeDelta::minutes(6)).unwrap();
    assert_eq!(found.evidence.len(), 7 * 48);
    // A second count of one block: Fridays from 13:30.
    let mut per_day = Vec::new();
    for day in counts.chunks(240).filter(|day| day[0].0.weekday() == Weekday::Fri) {
        let block = &day[135..140];
        if block.iter().all(|it| it.1.is_some()) {
            per_day.push(block.iter().filter_map(|it| it.1).sum::<u32>());
        }
    }
    let evidence = found
        .evidence
        .iter()
        .find(|it| it.weekday == Weekday::Fri && it.from_minute == 13 * 60 + 30)
        .unwrap();
    assert!(evidence.is_open && evidence.minutes == 30);
    assert_eq!(evidence.days_observed, per_day.len());
    let busy = per_day.iter().filter(|&&calls| f64::from(calls) >= evidence.calls_needed).count();
    assert_eq!(evidence.days_busy, busy);
    let reached = per_day.iter().filter(|&&calls| calls >= evidence.calls_typical).count();
    let more = per_day.iter().filter(|&&calls| calls > evidence.calls_typical).count();
    assert!(2 * reached >= per_day.len() && 2 * more < per_day.len(), "{reached} {more}");
}

#[track_caller]
fn check_not_found(counts: Vec<(NaiveDateTime, Option<u32>)>, secs: i64, expected: &str) {
    let error: FindHoursError = OpeningHours::find(counts, TimeDelta::seconds(secs)).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn hours_are_not_found_in_unfit_counts() {
    let start = local("2026-01-05 00:00");
    let hourly =
        |n: i64, calls| (0..n).map(|hour| (start + TimeDelta::hours(hour), calls)).collect();
    let grid = "expected whole minutes that divide a day";
    check_not_found(vec![], 90, &format!("intervals are 90 s long, {grid}"));
    check_not_found(vec![], 7 * 60, &format!("intervals are 420 s long, {grid}"));
    check_not_found(vec![], -60, &format!("intervals are -60 s long, {grid}"));
    check_not_found(vec![], 1_000_000_000, &format!("intervals are 1000000000 s long, {grid}"));
    check_not_found(
        vec![(local("2026-01-05 00:05"), Some(1))],
        900,
        "an interval begins at 2026-01-05 00:05:00, expected a multiple of 15 min after midnight",
    );
    check_not_found(vec![], 3600, "Mon from minute 0 was observed on 0 days, expected at least 4");
    check_not_found(
        hourly(24 * 27, Some(9)),
        3600,
        "Sun from minute 0 was observed on 3 days, expected at least 4",
    );
    check_not_found(
        hourly(24 * 70, None),
        3600,
        "Mon from minute 0 was observed on 0 days, expected at least 4",
    );
    check_not_found(
        hourly(24 * 70, Some(0)),
        3600,
        "no block of the week had a call on half of its days, expected regular calls",
    );
}
