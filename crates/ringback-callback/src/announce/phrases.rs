//! The words that windows are said with.

use serde::{Deserialize, Serialize};

use super::Language;
use crate::Error;

/// The phrases of a language, as a table of a policy file may give them. Places in braces are filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    /// The day on which is called, such as `today`.
    pub today: String,
    /// The day after it.
    pub tomorrow: String,
    /// The seven days of the week as they stand before a time, Monday first.
    pub weekdays: Vec<String>,
    /// A day a week ahead or more: `{weekday}`, `{number}` of the day and `{month}`.
    pub date: String,
    /// The twelve months as they stand in a date.
    pub months: Vec<String>,
    /// A window: `{day}`, `{from}`, `{to}`.
    pub window: String,
    /// A window whose ends lie in one part of the day: `{day}`, `{from}`, `{to}`, `{part}`.
    #[serde(default)]
    pub window_in_part: String,
    /// A time with its part of the day: `{time}`, `{part}`.
    #[serde(default)]
    pub time_in_part: String,
    /// What 12:00 is called by a clock of twelve hours.
    #[serde(default)]
    pub noon: String,
    /// What 0:00 is called by a clock of twelve hours.
    #[serde(default)]
    pub midnight: String,
    /// The parts of a day, by rising hour, the first from 0. Without them hours are said from 0 to 24.
    #[serde(default)]
    pub parts: Vec<PartOfDay>,
    /// What is said before the windows.
    pub intro: String,
    /// A window and the key to press: `{window}`, `{key}`.
    pub item: String,
}

/// What a part of the day is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOfDay {
    /// The hour from which it lasts, 0 to 23.
    pub from_hour: u32,
    /// Its name as it stands after a time.
    pub text: String,
}

/// The words of a language that says hours from 0 to 24.
struct Words {
    today: &'static str,
    tomorrow: &'static str,
    weekdays: [&'static str; 7],
    date: &'static str,
    months: [&'static str; 12],
    window: &'static str,
    intro: &'static str,
    item: &'static str,
}

const ENGLISH: Words = Words {
    today: "today",
    tomorrow: "tomorrow",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    date: "{weekday} {number} {month}",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    window: "{day} between {from} and {to}",
    intro: "We can call you back.",
    item: "For {window}, press {key}.",
};

const DANISH: Words = Words {
    today: "i dag",
    tomorrow: "i morgen",
    weekdays: [
        "på mandag",
        "på tirsdag",
        "på onsdag",
        "på torsdag",
        "på fredag",
        "på lørdag",
        "på søndag",
    ],
    date: "{weekday} den {number}. {month}",
    months: [
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ],
    window: "{day} mellem klokken {from} og {to}",
    intro: "Vi kan ringe dig op.",
    item: "Tast {key} for {window}.",
};

const GERMAN: Words = Words {
    today: "heute",
    tomorrow: "morgen",
    weekdays: [
        "am Montag",
        "am Dienstag",
        "am Mittwoch",
        "am Donnerstag",
        "am Freitag",
        "am Samstag",
        "am Sonntag",
    ],
    date: "{weekday}, dem {number}. {month},",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    window: "{day} zwischen {from} und {to} Uhr",
    intro: "Wir können Sie zurückrufen.",
    item: "Für {window} drücken Sie die {key}.",
};

const NORWEGIAN: Words = Words {
    today: "i dag",
    tomorrow: "i morgen",
    weekdays: [
        "på mandag",
        "på tirsdag",
        "på onsdag",
        "på torsdag",
        "på fredag",
        "på lørdag",
        "på søndag",
    ],
    date: "{weekday} den {number}. {month}",
    months: [
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ],
    window: "{day} mellom klokken {from} og {to}",
    intro: "Vi kan ringe deg opp.",
    item: "Tast {key} for {window}.",
};

const SWEDISH: Words = Words {
    today: "i dag",
    tomorrow: "i morgon",
    weekdays: [
        "på måndag",
        "på tisdag",
        "på onsdag",
        "på torsdag",
        "på fredag",
        "på lördag",
        "på söndag",
    ],
    date: "{weekday} den {number} {month}",
    months: [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
    window: "{day} mellan klockan {from} och {to}",
    intro: "Vi kan ringa upp dig.",
    item: "Tryck {key} för {window}.",
};

impl Phrases {
    /// The phrases of a language that comes with the crate.
    pub fn of(language: Language) -> Self {
        match language {
            Language::English => Self::english(),
            Language::Danish => Self::of_words(&DANISH),
            Language::German => Self::of_words(&GERMAN),
            Language::Norwegian => Self::of_words(&NORWEGIAN),
            Language::Swedish => Self::of_words(&SWEDISH),
        }
    }

    fn english() -> Self {
        let part = |(from_hour, text): (u32, &str)| PartOfDay { from_hour, text: text.to_owned() };
        let parts = [
            (0, "at night"),
            (5, "in the morning"),
            (12, "in the afternoon"),
            (18, "in the evening"),
            (22, "at night"),
        ];
        Self {
            window_in_part: "{day} between {from} and {to} {part}".to_owned(),
            time_in_part: "{time} {part}".to_owned(),
            noon: "noon".to_owned(),
            midnight: "midnight".to_owned(),
            parts: parts.map(part).to_vec(),
            ..Self::of_words(&ENGLISH)
        }
    }

    fn of_words(words: &Words) -> Self {
        let all = |words: &[&str]| words.iter().map(|&it| it.to_owned()).collect();
        Self {
            today: words.today.to_owned(),
            tomorrow: words.tomorrow.to_owned(),
            weekdays: all(&words.weekdays),
            date: words.date.to_owned(),
            months: all(&words.months),
            window: words.window.to_owned(),
            window_in_part: String::new(),
            time_in_part: String::new(),
            noon: String::new(),
            midnight: String::new(),
            parts: Vec::new(),
            intro: words.intro.to_owned(),
            item: words.item.to_owned(),
        }
    }

    /// # Errors
    ///
    /// [`Error::Contradiction`] where a phrase lacks a place or names one that there is not.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let refuse = |problem: String| Err(Error::Contradiction(problem));
        for (name, got, needed) in
            [("weekdays", self.weekdays.len(), 7), ("months", self.months.len(), 12)]
        {
            if got != needed {
                return refuse(format!("phrases.{name} has {got} names, expected {needed}"));
            }
        }
        check_places("window", &self.window, &["day", "from", "to"])?;
        check_places("date", &self.date, &["weekday", "number", "month"])?;
        check_places("item", &self.item, &["window", "key"])?;
        let Some(first) = self.parts.first() else { return Ok(()) };
        let rises = self.parts.windows(2).all(|pair| match pair {
            [before, after] => before.from_hour < after.from_hour && after.from_hour < 24,
            _ => true,
        });
        if first.from_hour != 0 || !rises {
            return refuse("phrases.parts must rise from hour 0 and stay below 24".to_owned());
        }
        check_places("window_in_part", &self.window_in_part, &["day", "from", "to", "part"])?;
        check_places("time_in_part", &self.time_in_part, &["time", "part"])?;
        if self.noon.is_empty() || self.midnight.is_empty() {
            return refuse("phrases.parts need phrases.noon and phrases.midnight".to_owned());
        }
        Ok(())
    }
}

/// A phrase must name each place, and no other.
fn check_places(name: &str, phrase: &str, places: &[&str]) -> Result<(), Error> {
    let refuse = |problem| {
        let all = places.join("}, {");
        Err(Error::Contradiction(format!("phrases.{name} {problem}, expected {{{all}}}")))
    };
    let mut named = Vec::new();
    let mut rest = phrase;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((place, after)) = after.split_once('}') else {
            return refuse("opens a brace that nothing closes".to_owned());
        };
        if !places.contains(&place) {
            return refuse(format!("names {{{place}}}"));
        }
        named.push(place);
        rest = after;
    }
    match places.iter().find(|it| !named.contains(it)) {
        Some(missing) => refuse(format!("lacks {{{missing}}}")),
        None => Ok(()),
    }
}
