//! The stamps of one row: reading them, and putting times of day on their days.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::LocalClock;
use crate::delimited::columns::Row;
use crate::delimited::stamp::Stamp;
use crate::delimited::value::{Rejection, bad_value};

/// A time of day that is so much earlier than the row's first stamp is of the next day.
const PAST_MIDNIGHT: TimeDelta = TimeDelta::hours(12);

/// A stamp of a row, placed on its day.
#[derive(Clone, Copy, Debug)]
pub(super) enum RowStamp {
    Local(NaiveDateTime),
    Instant(DateTime<Utc>),
}

impl RowStamp {
    /// The instant; `column` is named if there is none.
    pub(super) fn instant(
        self,
        clock: &mut LocalClock,
        column: &str,
    ) -> Result<DateTime<Utc>, Rejection> {
        match self {
            Self::Instant(at) => Ok(at),
            Self::Local(local) => clock.to_utc(local).map_err(|it| (column.to_owned(), it.into())),
        }
    }
}

/// What is known of a row's times so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowTimes {
    /// The date in a column of its own.
    pub base: Option<NaiveDate>,
    /// The row's first stamp as it was read, where it was local.
    pub first_local: Option<NaiveDateTime>,
    /// The row's first stamp.
    pub first_at: Option<DateTime<Utc>>,
    /// A stamp of a stage that was dropped, for a row that has no other.
    pub fallback_at: Option<DateTime<Utc>>,
}

impl RowTimes {
    /// The stamp in a column; `None` where there is none.
    ///
    /// A text that means "did not happen" but reads as a stamp is one, unless `is_alone`: a stage at midnight may have
    /// `0:00:00` as one of its two stamps.
    pub(super) fn stamp(
        &self,
        row: Row<'_>,
        column: usize,
        name: Option<&String>,
        is_alone: bool,
    ) -> Result<Option<RowStamp>, Rejection> {
        let text = row.fields.get(column);
        let time = &row.mapping.time;
        let is_absent = time.is_absent(text);
        if text.is_empty() || (is_absent && is_alone) {
            return Ok(None);
        }
        match time.format.read(text).and_then(|it| self.placed(it)) {
            None if !is_absent => {
                let expected = format!("a time such as {}", time.pattern);
                Err((name.cloned().unwrap_or_default(), bad_value(text, expected)))
            }
            stamp => Ok(stamp),
        }
    }

    /// Puts a time of day on the row's date, or on the next if it is much earlier than the row's first stamp.
    fn placed(&self, stamp: Stamp) -> Option<RowStamp> {
        Some(match stamp {
            Stamp::Local(local) => RowStamp::Local(local),
            Stamp::Instant(at) => RowStamp::Instant(at),
            Stamp::Date(date) => RowStamp::Local(date.and_time(NaiveTime::MIN)),
            Stamp::TimeOfDay(time) => {
                let local = self.base?.and_time(time);
                match self.first_local {
                    Some(first) if local < first && first - local > PAST_MIDNIGHT => {
                        RowStamp::Local(local.checked_add_signed(TimeDelta::days(1))?)
                    }
                    _ => RowStamp::Local(local),
                }
            }
        })
    }

    /// Notes a stamp as the row's first, if there is none yet.
    pub(super) fn note_first(&mut self, stamp: RowStamp, at: DateTime<Utc>) {
        if self.first_at.is_none() {
            self.first_at = Some(at);
            if let RowStamp::Local(local) = stamp {
                self.first_local = Some(local);
            }
        }
    }
}
