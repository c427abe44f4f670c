use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use ringback_features::{Country, easter_sunday, holidays, rosh_hashanah};

/// Written by `make.py` beside it from the Python package `holidays`.
const REFERENCE: &str = include_str!("../../../../fixtures/reference/holidays/expected.csv");

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn reference() -> BTreeMap<(Country, i32), BTreeSet<NaiveDate>> {
    let mut rows = BTreeMap::new();
    for line in REFERENCE.lines().skip(2) {
        let [country, year, days] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        let year: i32 = year.parse().unwrap();
        let days = days.split_whitespace().map(|day| {
            let (month, day) = day.split_at(2);
            NaiveDate::from_ymd_opt(year, month.parse().unwrap(), day.parse().unwrap()).unwrap()
        });
        rows.insert((country.parse().unwrap(), year), days.collect());
    }
    rows
}

#[test]
fn every_date_of_every_country_and_year_equals_the_reference_both_ways() {
    let reference = reference();
    assert_eq!(reference.len(), 15 * 46);
    let mut differences = Vec::new();
    for (&(country, year), expected) in &reference {
        // Germany was two countries in 1990, Spain's calendars begin in 2008: an error here, an empty list there.
        if !country.years().contains(&year) {
            assert!(expected.is_empty());
            continue;
        }
        let found: BTreeSet<_> =
            holidays(country, year).unwrap().iter().map(|holiday| holiday.date).collect();
        let missing = expected.difference(&found).map(|day| format!("{country} lacks {day}"));
        let extra = found.difference(expected).map(|day| format!("{country} has {day}"));
        differences.extend(missing.chain(extra));
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn the_reference_covers_all_years_of_all_countries() {
    let reference = reference();
    for country in Country::ALL {
        let years: Vec<i32> = country.years().collect();
        let known: Vec<i32> = reference
            .iter()
            .filter(|(key, days)| key.0 == country && !days.is_empty())
            .map(|it| it.0.1)
            .collect();
        assert_eq!(years, known, "{country}");
    }
}

#[track_caller]
fn check_name(country: Country, day: &str, expected: &[&str]) {
    let day = date(day);
    let found = holidays(country, day.year()).unwrap();
    let names: Vec<&str> =
        found.iter().filter(|it| it.date == day).map(|it| it.name.as_ref()).collect();
    assert_eq!(names, expected, "{country} {day}");
}

/// Dates as the acts and proclamations have them.
#[test]
fn rules_change_in_the_years_of_their_acts() {
    check_name(Country::Denmark, "2023-05-05", &["Great Prayer Day"]);
    check_name(Country::Denmark, "2024-04-26", &[]);
    check_name(Country::Sweden, "2004-05-31", &["Pentecost Monday"]);
    check_name(Country::Sweden, "2005-06-06", &["National Day"]);
    check_name(Country::Germany, "1994-11-16", &["Repentance and Prayer Day"]);
    check_name(Country::Germany, "1995-11-22", &[]);
    check_name(Country::Germany, "2017-10-31", &["Reformation Day"]);
    check_name(Country::Netherlands, "2006-04-29", &["Queen's Day"]);
    check_name(Country::Netherlands, "2014-04-26", &["King's Day"]);
    check_name(Country::UnitedKingdom, "2022-09-19", &["State Funeral of Elizabeth II"]);
    check_name(Country::UnitedKingdom, "2020-05-08", &["May Day"]);
    check_name(Country::EnglandAndWales, "2026-08-31", &["Late Summer Bank Holiday"]);
    check_name(Country::Ireland, "2022-02-07", &[]);
    check_name(Country::Ireland, "2023-02-06", &["Saint Brigid's Day"]);
    check_name(Country::Ireland, "2030-02-01", &["Saint Brigid's Day"]);
    check_name(Country::UnitedStates, "2020-06-19", &[]);
    check_name(Country::UnitedStates, "2021-06-18", &["Juneteenth (observed)"]);
    check_name(Country::UnitedStates, "2021-12-31", &["New Year's Day (observed)"]);
    check_name(Country::France, "2006-06-05", &[]);
    check_name(Country::France, "2008-05-12", &["Pentecost Monday"]);
    check_name(Country::Spain, "2025-10-12", &[]);
    check_name(Country::Spain, "2026-10-12", &["National Day"]);
    check_name(Country::Italy, "2000-06-04", &["Republic Day"]);
    check_name(Country::Italy, "2001-06-02", &["Republic Day"]);
    check_name(Country::Italy, "2011-03-17", &["Anniversary of the Unification"]);
    check_name(Country::Italy, "2025-10-04", &[]);
    check_name(Country::Italy, "2027-10-04", &["Saint Francis of Assisi"]);
}

#[test]
fn two_holidays_of_one_date_are_both_listed() {
    check_name(Country::Norway, "2008-05-01", &["Labor Day", "Ascension Day"]);
}

/// Independence Day as the Knesset's calendar had it: 5 Iyar on a Saturday (1998 is 30 April), on a Monday before and
/// after 2004, and on a Wednesday.
#[test]
fn israels_independence_day_keeps_off_the_sabbath() {
    check_name(Country::Israel, "1998-04-30", &["Independence Day"]);
    check_name(Country::Israel, "1999-04-21", &["Independence Day"]);
    check_name(Country::Israel, "2001-04-26", &["Independence Day"]);
    check_name(Country::Israel, "2004-04-27", &["Independence Day"]);
    check_name(Country::Israel, "2024-05-14", &["Independence Day"]);
}

#[track_caller]
fn check_easter(expected: &str) {
    let expected = date(expected);
    assert_eq!(easter_sunday(expected.year()), Some(expected));
}

/// Meeus, Astronomical Algorithms, chapter 8: his table of examples, and the earliest and latest Easters.
#[test]
fn easter_equals_the_published_dates() {
    check_easter("1991-03-31");
    check_easter("1992-04-19");
    check_easter("1993-04-11");
    check_easter("1954-04-18");
    check_easter("2000-04-23");
    check_easter("1818-03-22");
    check_easter("2285-03-22");
    check_easter("1886-04-25");
    check_easter("1943-04-25");
    check_easter("2038-04-25");
    assert_eq!(easter_sunday(1582), None);
}

/// The rules of the Hebrew calendar: the lengths of years, the days on which a year does not begin, and the mean year of
/// 235/19 months of 29 days, 12 hours and 793 parts.
#[test]
fn hebrew_years_keep_the_rules_of_the_calendar() {
    let mut lengths = BTreeSet::new();
    for year in 1..=3000 {
        let this = rosh_hashanah(year).unwrap();
        let next = rosh_hashanah(year + 1).unwrap();
        lengths.insert((next - this).num_days());
        let banned = [Weekday::Sun, Weekday::Wed, Weekday::Fri];
        assert!(!banned.contains(&this.weekday()), "{this} is a {}", this.weekday());
    }
    assert_eq!(lengths, BTreeSet::from([353, 354, 355, 383, 384, 385]));
    let days = (rosh_hashanah(3001).unwrap() - rosh_hashanah(1).unwrap()).num_days() as f64;
    let mean_month = 29.0 + (12.0 * 1080.0 + 793.0) / 25_920.0;
    let drift = days - 3000.0 * 235.0 / 19.0 * mean_month;
    // A new year lies within a month of the mean one, at either end.
    assert!(drift.abs() < 60.0, "{drift} days");
    assert_eq!(rosh_hashanah(0), None);
}

#[test]
fn holidays_are_in_order_of_date_and_within_the_year() {
    for country in Country::ALL {
        for year in country.years() {
            let found = holidays(country, year).unwrap();
            assert!(found.is_sorted_by_key(|it| it.date), "{country} {year}");
            assert!(found.iter().all(|it| it.date.year() == year), "{country} {year}");
        }
    }
}

#[track_caller]
fn check_year_is_refused(country: Country, year: i32, expected: &str) {
    assert_eq!(holidays(country, year).unwrap_err().to_string(), expected);
}

#[test]
fn a_year_that_is_not_known_is_an_error_with_the_limits() {
    check_year_is_refused(
        Country::Norway,
        2036,
        "the holidays of NO in 2036 are not known, expected a year from 1990 to 2035",
    );
    check_year_is_refused(
        Country::Germany,
        1990,
        "the holidays of DE in 1990 are not known, expected a year from 1991 to 2035",
    );
    check_year_is_refused(
        Country::Spain,
        2007,
        "the holidays of ES in 2007 are not known, expected a year from 2008 to 2035",
    );
}

#[test]
fn countries_read_and_write_their_codes() {
    for country in Country::ALL {
        assert_eq!(country.code().parse(), Ok(country));
        let json = serde_json::to_string(&country).unwrap();
        assert_eq!(json, format!("\"{country}\""));
        assert_eq!(serde_json::from_str::<Country>(&json).unwrap(), country);
    }
    let error = "dk".parse::<Country>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"dk\" is no country with known holidays, expected one of DK, NO, SE, DE, AT, CH, NL, GB, GB-EAW, IE, US, IL, FR, ES, IT",
    );
}

#[test]
fn the_weekend_of_israel_is_friday_and_saturday() {
    for country in Country::ALL {
        let friday = country.weekend().contains(&Weekday::Fri);
        let sunday = country.weekend().contains(&Weekday::Sun);
        assert_eq!((friday, sunday), (country == Country::Israel, country != Country::Israel));
        assert!(country.weekend().contains(&Weekday::Sat));
    }
}

#[test]
fn easter_and_new_year_are_days_of_their_seasons() {
    for year in 1990..=2035 {
        let easter = easter_sunday(year).unwrap();
        assert_eq!(easter.weekday(), Weekday::Sun);
        let passover = rosh_hashanah(year).unwrap() - TimeDelta::days(163);
        assert!((3..=4).contains(&passover.month()), "{passover}");
    }
}
