//! Stamps as ticket systems write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use ringback_eventlog::LocalClock;

use crate::TicketSettings;
use crate::read::Fault;

/// Reads stamps.
#[derive(Debug)]
pub(crate) struct Stamps {
    /// The clock of stamps without an offset.
    clock: Option<LocalClock>,
    pattern: Option<String>,
}

const WITH_OFFSET: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"];
const LOCAL: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

impl Stamps {
    pub(crate) fn new(settings: &TicketSettings) -> Self {
        let clock = settings.zone.map(|it| LocalClock::new(it, settings.fold));
        Self { clock, pattern: settings.stamp_pattern.clone() }
    }

    /// An instant in microseconds since 1970, UTC.
    pub(crate) fn read(&mut self, field: &str, text: &str) -> Result<i64, Fault> {
        let text = text.trim();
        // Digits alone are what the pattern says, where there is one: seconds have as many as `%Y%m%d%H`.
        let is_epoch = match &self.pattern {
            Some(_) => text.len() == 13 && self.local(text).is_none(),
            None => true,
        };
        let epoch = epoch(text).filter(|_| is_epoch);
        if let Some(at) = with_offset(text).or(epoch) {
            return Ok(at);
        }
        let Some(local) = self.local(text) else {
            let expected = match &self.pattern {
                Some(pattern) => format!("a stamp written as {pattern}"),
                None => "a stamp such as 2026-05-04T14:30:00+02:00".to_owned(),
            };
            return Err(Fault::bad(field, text, &expected));
        };
        let Some(clock) = &mut self.clock else {
            return Err(Fault::bad(field, text, "an offset, or the zone to be given"));
        };
        match clock.to_utc(local) {
            Ok(at) => Ok(at.timestamp_micros()),
            Err(error) => Err(Fault { field: field.to_owned(), reason: error.to_string() }),
        }
    }

    fn local(&self, text: &str) -> Option<NaiveDateTime> {
        let Some(pattern) = &self.pattern else {
            return LOCAL.iter().find_map(|it| NaiveDateTime::parse_from_str(text, it).ok());
        };
        let date =
            || NaiveDate::parse_from_str(text, pattern).ok().and_then(|it| it.and_hms_opt(0, 0, 0));
        NaiveDateTime::parse_from_str(text, pattern).ok().or_else(date)
    }
}

fn with_offset(text: &str) -> Option<i64> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp_micros());
    }
    let read = |pattern: &&str| DateTime::parse_from_str(text, pattern).ok();
    WITH_OFFSET.iter().find_map(read).map(|it| it.timestamp_micros())
}

/// Milliseconds since 1970, of thirteen digits, or seconds, of ten: from 2001 to 2286.
fn epoch(text: &str) -> Option<i64> {
    let micros = match text.len() {
        13 => 1_000,
        10 => 1_000_000,
        _ => return None,
    };
    let is_number = text.bytes().all(|it| it.is_ascii_digit());
    text.parse::<i64>().ok().filter(|_| is_number)?.checked_mul(micros)
}
