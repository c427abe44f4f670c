//! Windows in words.

use ringback_callback::{Announcer, ClockStyle, Language, Phrases};

use crate::planted::{at, window};

#[track_caller]
fn check(zone: &str, as_of: &str, [from, to]: [&str; 2], expected: &str) {
    let announcer = Announcer::new(Language::English, ClockStyle::Twelve);
    let said = announcer.window(window(from, to), zone.parse().unwrap(), at(as_of));
    assert_eq!(said, expected, "{from} to {to} in {zone} seen from {as_of}");
}

const COPENHAGEN: &str = "Europe/Copenhagen";
/// A Monday, 11:00 in Copenhagen.
const MONDAY: &str = "2026-05-04T09:00:00Z";

#[test]
fn days_are_today_tomorrow_a_weekday_or_a_date() {
    let two_to_four = |day: &str| [format!("{day}T12:00:00Z"), format!("{day}T14:00:00Z")];
    for (day, expected) in [
        ("2026-05-04", "today between 2 and 4 in the afternoon"),
        ("2026-05-05", "tomorrow between 2 and 4 in the afternoon"),
        ("2026-05-07", "Thursday between 2 and 4 in the afternoon"),
        ("2026-05-10", "Sunday between 2 and 4 in the afternoon"),
        ("2026-05-11", "Monday 11 May between 2 and 4 in the afternoon"),
    ] {
        let [from, to] = two_to_four(day);
        check(COPENHAGEN, MONDAY, [&from, &to], expected);
    }
}

#[test]
fn ends_in_two_parts_of_the_day_say_both() {
    let today = |from, to| [from, to];
    check(
        COPENHAGEN,
        MONDAY,
        today("2026-05-04T09:00:00Z", "2026-05-04T11:30:00Z"),
        "today between 11 in the morning and 1:30 in the afternoon",
    );
    check(
        COPENHAGEN,
        MONDAY,
        today("2026-05-04T08:00:00Z", "2026-05-04T10:00:00Z"),
        "today between 10 in the morning and noon",
    );
    check(
        COPENHAGEN,
        MONDAY,
        today("2026-05-04T10:00:00Z", "2026-05-04T12:00:00Z"),
        "today between noon and 2 in the afternoon",
    );
    check(
        COPENHAGEN,
        MONDAY,
        today("2026-05-04T20:30:00Z", "2026-05-04T22:00:00Z"),
        "today between 10:30 at night and midnight",
    );
    check(
        COPENHAGEN,
        MONDAY,
        today("2026-05-04T22:15:00Z", "2026-05-04T23:00:00Z"),
        "tomorrow between 12:15 and 1 at night",
    );
}

#[test]
fn the_day_is_that_of_whoever_listens() {
    // Tuesday morning in Auckland is Monday evening in Copenhagen.
    let ends = ["2026-05-04T21:00:00Z", "2026-05-04T23:00:00Z"];
    check("Pacific/Auckland", MONDAY, ends, "tomorrow between 9 and 11 in the morning");
    check(
        "America/New_York",
        MONDAY,
        ends,
        "today between 5 in the afternoon and 7 in the evening",
    );
    // Just before midnight in Copenhagen the next morning is tomorrow, just after it today.
    let morning = ["2026-05-05T07:00:00Z", "2026-05-05T09:00:00Z"];
    check(COPENHAGEN, "2026-05-04T21:59:00Z", morning, "tomorrow between 9 and 11 in the morning");
    check(COPENHAGEN, "2026-05-04T22:01:00Z", morning, "today between 9 and 11 in the morning");
}

#[test]
fn changes_of_clocks_do_not_move_what_is_said() {
    // The clock goes forward in the night to 29 March 2026 and back in the night to 25 October 2026.
    let spring = ["2026-03-29T07:00:00Z", "2026-03-29T09:00:00Z"];
    check(COPENHAGEN, "2026-03-28T09:00:00Z", spring, "tomorrow between 9 and 11 in the morning");
    let autumn = ["2026-10-25T08:00:00Z", "2026-10-25T10:00:00Z"];
    check(COPENHAGEN, "2026-10-24T09:00:00Z", autumn, "tomorrow between 9 and 11 in the morning");
    // 23 hours after 23:30 it is the day after tomorrow in spring, by the calendar.
    let ends = ["2026-03-29T22:30:00Z", "2026-03-29T23:30:00Z"];
    check(COPENHAGEN, "2026-03-28T22:30:00Z", ends, "Monday between 12:30 and 1:30 at night");
}

#[test]
fn other_languages_say_hours_from_0_to_24() {
    let ends = window("2026-05-07T07:00:00Z", "2026-05-07T09:30:00Z");
    let far = window("2026-05-14T07:00:00Z", "2026-05-14T09:00:00Z");
    let said = |language, window| {
        let announcer = Announcer::new(language, ClockStyle::Twelve);
        announcer.window(window, COPENHAGEN.parse().unwrap(), at(MONDAY))
    };
    assert_eq!(said(Language::Danish, ends), "på torsdag mellem klokken 9 og 11:30");
    assert_eq!(said(Language::German, ends), "am Donnerstag zwischen 9 und 11:30 Uhr");
    assert_eq!(said(Language::Norwegian, ends), "på torsdag mellom klokken 9 og 11:30");
    assert_eq!(said(Language::Swedish, ends), "på torsdag mellan klockan 9 och 11:30");
    assert_eq!(said(Language::German, far), "am Donnerstag, dem 14. Mai, zwischen 9 und 11 Uhr");
    assert_eq!(said(Language::Danish, far), "på torsdag den 14. maj mellem klokken 9 og 11");
    let english = Announcer::new(Language::English, ClockStyle::TwentyFour);
    let said = english.window(ends, COPENHAGEN.parse().unwrap(), at(MONDAY));
    assert_eq!(said, "Thursday between 9 and 11:30");
}

#[test]
fn a_menu_names_the_key_of_each_window() {
    let announcer = Announcer::new(Language::English, ClockStyle::Twelve);
    let windows = [
        window("2026-05-04T12:00:00Z", "2026-05-04T14:00:00Z"),
        window("2026-05-05T07:00:00Z", "2026-05-05T09:00:00Z"),
    ];
    let zone = COPENHAGEN.parse().unwrap();
    assert_eq!(
        announcer.menu(&windows, zone, at(MONDAY)),
        "We can call you back. For today between 2 and 4 in the afternoon, press 1. \
         For tomorrow between 9 and 11 in the morning, press 2."
    );
    assert_eq!(announcer.menu(&[], zone, at(MONDAY)), "");
}

#[test]
fn phrases_of_every_language_can_be_filled_and_broken_ones_are_refused() {
    for &language in Language::ALL {
        let phrases = Phrases::of(language);
        assert!(Announcer::with_phrases(phrases, ClockStyle::Twelve).is_ok(), "{language}");
    }
    let message = |change: fn(&mut Phrases)| {
        let mut phrases = Phrases::of(Language::English);
        change(&mut phrases);
        Announcer::with_phrases(phrases, ClockStyle::Twelve).unwrap_err().to_string()
    };
    assert_eq!(
        message(|it| it.window = "{day} from {from}".to_owned()),
        "contradictory rules: phrases.window lacks {to}, expected {day}, {from}, {to}"
    );
    assert_eq!(
        message(|it| it.item = "{window} {digit} {key}".to_owned()),
        "contradictory rules: phrases.item names {digit}, expected {window}, {key}"
    );
    assert_eq!(
        message(|it| it.date = "{weekday".to_owned()),
        "contradictory rules: phrases.date opens a brace that nothing closes, expected {weekday}, {number}, {month}"
    );
    assert_eq!(
        message(|it| it.weekdays.truncate(6)),
        "contradictory rules: phrases.weekdays has 6 names, expected 7"
    );
}
