//! Windows as they are read out to a caller.

mod phrases;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use ringback_calllog::{Zone, terms};
use ringback_reach::Window;

pub use self::phrases::{PartOfDay, Phrases};
use crate::Error;

terms! {
    /// How hours are said.
    #[derive(Default)]
    ClockStyle, InvalidClockStyle, "style of the clock" {
        /// `4 in the afternoon`.
        Twelve = "12",
        /// `16`.
        #[default]
        TwentyFour = "24",
    }
}

terms! {
    /// The languages that phrases are given for; any other is a table of [`Phrases`].
    #[derive(Default)]
    Language, InvalidLanguage, "language" {
        /// English.
        #[default]
        English = "en",
        /// Danish.
        Danish = "da",
        /// German.
        German = "de",
        /// Norwegian, Bokmål.
        Norwegian = "nb",
        /// Swedish.
        Swedish = "sv",
    }
}

/// Says windows in a language, by the clock of whoever listens.
///
/// The day is the one on which the window begins for the customer: what is Tuesday at the site may be Monday for them.
///
/// # Example
///
/// ```
/// use ringback_callback::{Announcer, ClockStyle, Language};
/// use ringback_reach::Window;
///
/// let zone = "Europe/Copenhagen".parse()?;
/// let as_of = "2026-05-04T09:00:00Z".parse()?;
/// let today = Window::new("2026-05-04T12:00:00Z".parse()?, "2026-05-04T14:00:00Z".parse()?)?;
/// let english = Announcer::new(Language::English, ClockStyle::Twelve);
/// assert_eq!(english.window(today, zone, as_of), "today between 2 and 4 in the afternoon");
/// let danish = Announcer::new(Language::Danish, ClockStyle::TwentyFour);
/// assert_eq!(danish.window(today, zone, as_of), "i dag mellem klokken 14 og 16");
/// assert_eq!(
///     english.menu(&[today], zone, as_of),
///     "We can call you back. For today between 2 and 4 in the afternoon, press 1."
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcer {
    phrases: Phrases,
    clock: ClockStyle,
}

impl Announcer {
    /// Says windows in one of the languages that come with the crate. Those without words for the parts of a day say the
    /// hours from 0 to 24 whatever the style.
    pub fn new(language: Language, clock: ClockStyle) -> Self {
        Self { phrases: Phrases::of(language), clock }
    }

    /// Says windows with phrases of one's own.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] where a phrase lacks a place that it must have, or names one that there is not.
    pub fn with_phrases(phrases: Phrases, clock: ClockStyle) -> Result<Self, Error> {
        phrases.check()?;
        Ok(Self { phrases, clock })
    }

    /// A window, such as "tomorrow between 9 and 11 in the morning", by the clock of `zone` and seen from `as_of`.
    pub fn window(&self, window: Window, zone: Zone, as_of: DateTime<Utc>) -> String {
        let (starts, ends) = (zone.local(window.starts_at()), zone.local(window.ends_at()));
        let day = self.day(starts.date(), zone.date(as_of));
        let (from, from_part) = self.time(starts.time());
        let (to, to_part) = self.time(ends.time());
        let says_parts = self.clock == ClockStyle::Twelve && !self.phrases.parts.is_empty();
        if !says_parts {
            return fill(&self.phrases.window, &[("day", &day), ("from", &from), ("to", &to)]);
        }
        // Noon and midnight need no part of the day; two ends in one part share it.
        let part = match (from_part, to_part) {
            (Some(from), Some(to)) if from == to => Some(to),
            _ => None,
        };
        if let Some(part) = part {
            let places = [("day", day.as_str()), ("from", &from), ("to", &to), ("part", part)];
            return fill(&self.phrases.window_in_part, &places);
        }
        let with_part = |text: String, part: Option<&str>| match part {
            Some(part) => fill(&self.phrases.time_in_part, &[("time", &text), ("part", part)]),
            None => text,
        };
        let (from, to) = (with_part(from, from_part), with_part(to, to_part));
        fill(&self.phrases.window, &[("day", &day), ("from", &from), ("to", &to)])
    }

    /// Everything that is read out: the windows with the keys to press, from 1. Empty without windows.
    pub fn menu(&self, windows: &[Window], zone: Zone, as_of: DateTime<Utc>) -> String {
        let mut text = String::new();
        for (place, window) in windows.iter().enumerate() {
            let (spoken, key) = (self.window(*window, zone, as_of), (place + 1).to_string());
            let item = fill(&self.phrases.item, &[("window", &spoken), ("key", &key)]);
            let before = if text.is_empty() { self.phrases.intro.as_str() } else { "" };
            text = [text.as_str(), before, item.as_str()].join(" ");
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The day: today, tomorrow, a day of the coming week, or a date.
    fn day(&self, date: NaiveDate, today: NaiveDate) -> String {
        let days = (date - today).num_days();
        let weekday = date.weekday().num_days_from_monday() as usize;
        let weekday = self.phrases.weekdays.get(weekday).map_or("", String::as_str);
        match days {
            0 => self.phrases.today.clone(),
            1 => self.phrases.tomorrow.clone(),
            2..=6 => weekday.to_owned(),
            _ => {
                let month = self.phrases.months.get(date.month0() as usize);
                let (month, number) = (month.map_or("", String::as_str), date.day().to_string());
                let places = [("weekday", weekday), ("number", number.as_str()), ("month", month)];
                fill(&self.phrases.date, &places)
            }
        }
    }

    /// A time of day, and the part of the day that must be said with it.
    fn time(&self, time: NaiveTime) -> (String, Option<&str>) {
        let (hour, minute) = (time.hour(), time.minute());
        if self.clock == ClockStyle::TwentyFour || self.phrases.parts.is_empty() {
            return (text(hour, minute), None);
        }
        match (hour, minute) {
            (0, 0) => return (self.phrases.midnight.clone(), None),
            (12, 0) => return (self.phrases.noon.clone(), None),
            _ => {}
        }
        let part = self.phrases.parts.iter().rev().find(|it| it.from_hour <= hour);
        let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
        (text(hour, minute), part.map(|it| it.text.as_str()))
    }
}

/// Hours, with minutes where there are any.
fn text(hour: u32, minute: u32) -> String {
    if minute == 0 { hour.to_string() } else { format!("{hour}:{minute:02}") }
}

/// A phrase with its places filled: `{day}` by the text that stands for `day`.
fn fill(phrase: &str, places: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(phrase.len() + 16);
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let found = places.iter().find(|(place, _)| *place == name);
        text.push_str(found.map_or("", |(_, value)| value));
        rest = after;
    }
    text.push_str(rest);
    text
}
