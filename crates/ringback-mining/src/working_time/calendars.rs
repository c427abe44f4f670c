//! The calendars of a site, as they stand in a TOML file.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{NaiveDate, Weekday};
use ringback_calllog::{Fold, Zone};
use serde::Deserialize;

use super::{Shift, WorkingHours};
use crate::Error;

/// Working hours of a site, of groups and of resources, as `--working-time FILE.toml` gives them.
///
/// The file says the zone, the shifts of the week, and the dates that differ. Days are `mon` to `sun`; a day that is
/// not named has no shifts, and several shifts of a day stand in a list. A shift that ends no later than it begins
/// ends on the next day; `00:00-24:00` is the whole day. `holidays` have no shifts, `exceptions` have their own; both
/// hold for shifts that begin on that date, and a date in both has its exception. `fold` says which instant a time
/// means that the clock shows twice in autumn: `earlier` (the default) or `later`. How a time that is skipped in
/// spring is read is said at [`WorkingHours`].
///
/// A `[group.NAME]` or `[resource.NAME]` has its own `week`; the site's zone, fold, holidays and exceptions hold for it
/// too, unless it names its own, which then stand in place of the site's. A resource goes by its own hours, else by its
/// group's, else by the site's.
///
/// # Example
///
/// ```
/// use ringback_mining::WorkingCalendars;
///
/// let text = r#"
/// zone = "Europe/Berlin"
/// fold = "earlier"
/// holidays = ["2026-12-25", "2026-12-26"]
///
/// [week]
/// mon = ["08:00-12:00", "13:00-17:30"]
/// tue = ["08:00-12:00", "13:00-17:30"]
/// wed = ["08:00-12:00"]
/// thu = ["08:00-12:00", "13:00-17:30"]
/// fri = ["08:00-12:00", "13:00-16:00"]
///
/// [exceptions]
/// 2026-12-24 = ["08:00-12:00"]
///
/// [group."night desk"]
/// holidays = []
/// [group."night desk".week]
/// sat = ["22:00-06:00"]
/// sun = ["22:00-06:00"]
///
/// [resource.robot]
/// zone = "UTC"
/// holidays = []
/// exceptions = {}
/// week = { mon = ["00:00-24:00"], tue = ["00:00-24:00"] }
/// "#;
/// let calendars = WorkingCalendars::read(text, "hours.toml")?;
/// let night = calendars.hours(Some("Kim"), Some("night desk"));
/// assert_eq!(night.shifts_on("2026-12-26".parse().unwrap()).len(), 1, "a Saturday");
/// assert_eq!(calendars.hours(Some("Kim"), None).zone().name(), "Europe/Berlin");
///
/// let error = WorkingCalendars::read("zone = \"UTC\"\n[week]\nmon = [\"9-17\"]", "hours.toml");
/// let expected = "hours.toml: week.mon is \"9-17\", expected a form such as 09:00-17:30 or 22:00-06:00";
/// assert_eq!(error.unwrap_err().to_string(), expected);
/// # Ok::<(), ringback_mining::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WorkingCalendars {
    site: WorkingHours,
    groups: BTreeMap<String, WorkingHours>,
    resources: BTreeMap<String, WorkingHours>,
}

impl WorkingCalendars {
    /// The same hours for everyone.
    pub fn new(site: WorkingHours) -> Self {
        Self { site, groups: BTreeMap::new(), resources: BTreeMap::new() }
    }

    /// Gives a group hours of its own.
    #[must_use]
    pub fn group(mut self, name: impl Into<String>, hours: WorkingHours) -> Self {
        self.groups.insert(name.into(), hours);
        self
    }

    /// Gives a resource hours of its own.
    #[must_use]
    pub fn resource(mut self, name: impl Into<String>, hours: WorkingHours) -> Self {
        self.resources.insert(name.into(), hours);
        self
    }

    /// The hours of a resource: its own, else its group's, else the site's.
    pub fn hours(&self, resource: Option<&str>, group: Option<&str>) -> &WorkingHours {
        let own = resource.and_then(|it| self.resources.get(it));
        own.or_else(|| group.and_then(|it| self.groups.get(it))).unwrap_or(&self.site)
    }

    /// The hours of everyone who has no others.
    pub fn site(&self) -> &WorkingHours {
        &self.site
    }

    /// Reads calendars; `file` is their name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Calendar`] for a text that is no TOML, with the line; for an unknown key; for a zone, a shift, a date
    /// or a fold rule that is none, with its field and value; for a calendar without a single shift.
    pub fn read(text: &str, file: &str) -> Result<Self, Error> {
        let refuse = |line, problem| Error::Calendar { file: file.to_owned(), line, problem };
        let read: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|it| text.get(..it.start));
            let line = before.map(|it| it.matches('\n').count() + 1);
            refuse(line, error.message().trim().to_owned())
        })?;
        read.calendars().map_err(|problem| refuse(None, problem))
    }
}

type Shifts = BTreeMap<String, Vec<String>>;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    zone: String,
    fold: Option<String>,
    #[serde(default)]
    holidays: Vec<String>,
    week: Shifts,
    #[serde(default)]
    exceptions: Shifts,
    #[serde(default)]
    group: BTreeMap<String, Own>,
    #[serde(default)]
    resource: BTreeMap<String, Own>,
}

/// What a group or a resource says for itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    zone: Option<String>,
    fold: Option<String>,
    holidays: Option<Vec<String>>,
    week: Shifts,
    exceptions: Option<Shifts>,
}

/// One calendar's texts, those of the site filled in, and where they stand in the file.
struct Parts<'a> {
    path: String,
    zone: &'a str,
    fold: Option<&'a str>,
    holidays: &'a [String],
    week: &'a Shifts,
    exceptions: &'a Shifts,
}

impl File {
    fn calendars(&self) -> Result<WorkingCalendars, String> {
        let site = Parts {
            path: String::new(),
            zone: &self.zone,
            fold: self.fold.as_deref(),
            holidays: &self.holidays,
            week: &self.week,
            exceptions: &self.exceptions,
        };
        let mut calendars = WorkingCalendars::new(site.hours()?);
        for (name, own) in &self.group {
            calendars = calendars.group(name, self.of(own, format!("group.{name}.")).hours()?);
        }
        for (name, own) in &self.resource {
            let hours = self.of(own, format!("resource.{name}.")).hours()?;
            calendars = calendars.resource(name, hours);
        }
        Ok(calendars)
    }

    fn of<'a>(&'a self, own: &'a Own, path: String) -> Parts<'a> {
        Parts {
            path,
            zone: own.zone.as_deref().unwrap_or(&self.zone),
            fold: own.fold.as_deref().or(self.fold.as_deref()),
            holidays: own.holidays.as_deref().unwrap_or(&self.holidays),
            week: &own.week,
            exceptions: own.exceptions.as_ref().unwrap_or(&self.exceptions),
        }
    }
}

impl Parts<'_> {
    fn hours(&self) -> Result<WorkingHours, String> {
        let zone = self.zone.parse::<Zone>();
        let expected = "expected an IANA time zone such as Europe/Copenhagen";
        let mut hours =
            WorkingHours::new(zone.map_err(|_| self.problem("zone", self.zone, expected))?);
        if let Some(text) = self.fold {
            let fold = text.parse::<Fold>().ok().and_then(|it| hours.clone().fold(it).ok());
            hours = fold.ok_or_else(|| self.problem("fold", text, "expected earlier or later"))?;
        }
        for (day, shifts) in self.week {
            let weekday = weekday(day).ok_or_else(|| {
                format!(
                    "{}week has a day {day:?}, expected mon, tue, wed, thu, fri, sat or sun",
                    self.path
                )
            })?;
            for shift in self.shifts(&format!("week.{day}"), shifts)? {
                hours = hours.shift(weekday, shift);
            }
        }
        for date in self.holidays {
            hours = hours.holiday(self.date("holidays", date)?);
        }
        for (date, shifts) in self.exceptions {
            let own = self.shifts(&format!("exceptions.{date}"), shifts)?;
            hours = hours.exception(self.date("exceptions", date)?, own);
        }
        let has_shift = self.week.values().chain(self.exceptions.values()).any(|it| !it.is_empty());
        if has_shift {
            Ok(hours)
        } else {
            Err(format!("{}week has no shift, expected one at least", self.path))
        }
    }

    fn shifts(&self, field: &str, texts: &[String]) -> Result<Vec<Shift>, String> {
        let expected = "expected a form such as 09:00-17:30 or 22:00-06:00";
        let shift =
            |text: &String| Shift::from_str(text).map_err(|_| self.problem(field, text, expected));
        texts.iter().map(shift).collect()
    }

    fn date(&self, field: &str, text: &str) -> Result<NaiveDate, String> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        date.map_err(|_| self.problem(field, text, "expected a date such as 2026-12-24"))
    }

    fn problem(&self, field: &str, found: &str, expected: &str) -> String {
        format!("{}{field} is {found:?}, {expected}", self.path)
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("mon", Weekday::Mon),
        ("tue", Weekday::Tue),
        ("wed", Weekday::Wed),
        ("thu", Weekday::Thu),
        ("fri", Weekday::Fri),
        ("sat", Weekday::Sat),
        ("sun", Weekday::Sun),
    ];
    DAYS.iter().find(|it| it.0 == name).map(|it| it.1)
}
