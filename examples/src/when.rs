//! Moments on the command line.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ringback::calllog::Zone;

use crate::Failure;

/// A moment: RFC 3339 with an offset, or `2026-05-04` or `2026-05-04 14:30` in a zone.
///
/// # Errors
///
/// If the text is none of these.
pub fn parse_time(text: &str, zone: Zone) -> Result<DateTime<Utc>, Failure> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(zone.start_of_day(date));
    }
    let local = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok());
    local.map(|it| zone.at_or_after(it)).ok_or_else(|| {
        Failure::new(format!("{text:?} is no time, expected one such as 2026-05-04T14:30:00+02:00 or 2026-05-04"))
    })
}
