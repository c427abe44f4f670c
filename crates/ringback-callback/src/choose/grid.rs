//! The windows that could be read out: a grid over the site's opening hours.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use ringback_features::{Calendar, OpeningHours};
use ringback_reach::Window;
use serde::{Deserialize, Serialize};

use crate::Error;

/// How far ahead a day is looked for on which the site is open. Unit: days.
const LOOK_AHEAD_DAYS: usize = 31;

/// Windows of one length that begin on whole steps of the site's clock: 8 to 10, 9 to 11, ….
///
/// # Example
///
/// ```
/// use ringback_callback::WindowGrid;
/// use ringback_features::Calendar;
///
/// let calendar = Calendar::plain("Europe/Copenhagen".parse()?);
/// let hours = "Mon-Fri 08:00-12:00".parse()?;
/// // Friday at half past nine in the morning: the last window of today, and all of Monday.
/// let grid = WindowGrid { days: 2, ..WindowGrid::default() };
/// let windows = grid.candidates(&hours, &calendar, "2026-05-08T07:30:00Z".parse()?);
/// let starts: Vec<String> = windows.iter().map(|it| it.starts_at().to_rfc3339()).collect();
/// assert_eq!(starts[0], "2026-05-08T08:00:00+00:00");
/// assert_eq!(starts[1], "2026-05-11T06:00:00+00:00");
/// assert_eq!(windows.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowGrid {
    /// How long a window is. Unit: minutes. Range: 15 to 720. Default: 120.
    pub length_minutes: u16,
    /// How far apart windows begin, counted from midnight. Unit: minutes. Range: 15 to 720. Default: 60.
    pub step_minutes: u16,
    /// On how many days on which the site is open there are windows, today among them. Range: 1 to 30. Default: 3.
    pub days: u16,
    /// How long after now the first window may begin at the earliest. Unit: minutes. Default: 30.
    pub lead_minutes: u16,
}

impl Default for WindowGrid {
    fn default() -> Self {
        Self { length_minutes: 120, step_minutes: 60, days: 3, lead_minutes: 30 }
    }
}

impl WindowGrid {
    /// The grid itself, if its numbers lie in their ranges.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for one that does not.
    pub fn checked(self) -> Result<Self, Error> {
        let check = |name, value: u16, holds, expected| {
            if holds { Ok(()) } else { Err(Error::Setting { name, value: value.into(), expected }) }
        };
        let (length, step) = (self.length_minutes, self.step_minutes);
        check("length_minutes", length, (15..=720).contains(&length), "15 to 720")?;
        check("step_minutes", step, (15..=720).contains(&step), "15 to 720")?;
        check("days", self.days, (1..=30).contains(&self.days), "1 to 30")?;
        Ok(self)
    }

    /// The windows that lie wholly in opening hours and begin late enough, earliest first. The calendar's zone is the
    /// site's. Today counts as a day while the site is still to be open on it.
    ///
    /// Windows keep the wall clock on days of a change of clocks: 8 to 10 is 8 to 10, though it may last an hour more or
    /// less.
    pub fn candidates(
        &self,
        hours: &OpeningHours,
        calendar: &Calendar,
        as_of: DateTime<Utc>,
    ) -> Vec<Window> {
        let lead = TimeDelta::minutes(self.lead_minutes.into());
        let earliest = as_of.checked_add_signed(lead).unwrap_or(as_of);
        let today = calendar.zone().date(as_of);
        let mut windows = Vec::new();
        let mut days = 0;
        for date in today.iter_days().take(LOOK_AHEAD_DAYS) {
            let ends = hours.on_date(date, calendar).iter().map(|it| it.to_minute());
            let last = ends.max().and_then(|minute| instant(date, minute, calendar));
            if last.is_none_or(|it| it <= as_of) {
                continue;
            }
            for range in hours.on_date(date, calendar) {
                let first = range.from_minute().next_multiple_of(self.step_minutes.max(1));
                let starts = (first..).step_by(self.step_minutes.max(1).into());
                // A window that would end after the last minute there is ends the day as well.
                let fits = |from: &u16| {
                    from.checked_add(self.length_minutes).is_some_and(|to| to <= range.to_minute())
                };
                for from in starts.take_while(fits) {
                    let ends = (
                        instant(date, from, calendar),
                        instant(date, from + self.length_minutes, calendar),
                    );
                    let (Some(starts_at), Some(ends_at)) = ends else { continue };
                    if starts_at >= earliest
                        && let Ok(window) = Window::new(starts_at, ends_at)
                    {
                        windows.push(window);
                    }
                }
            }
            days += 1;
            if days == self.days {
                break;
            }
        }
        windows
    }
}

/// The instant of a minute after the midnight that begins a day, by the wall clock.
fn instant(date: NaiveDate, minute: u16, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let midnight = date.and_time(NaiveTime::MIN);
    let local = midnight.checked_add_signed(TimeDelta::minutes(minute.into()))?;
    Some(calendar.zone().at_or_after(local))
}
