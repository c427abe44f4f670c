//! Series of volumes: from a CSV file, or from a call log.

use std::fs::File;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, Utc};
use ringback::calllog::{Fold, LocalClock, QueueId, Zone};
use ringback::features::{IntervalLength, Intervals, Series};

use crate::{Failure, LogFolder};

/// The calls offered in each interval, to one queue or to all; intervals in a gap of the feed are missing.
///
/// # Errors
///
/// If the log holds no call of that queue.
pub fn offered_series(
    folder: &LogFolder,
    interval: IntervalLength,
    queue: Option<&QueueId>,
) -> Result<Series, Failure> {
    let mut intervals = Intervals::new(interval).gaps(&folder.audit.gaps);
    if let Some(queue) = queue {
        intervals = intervals.queue(queue.clone());
    }
    let table = intervals.build(&folder.log.calls, &folder.log.observed)?;
    Ok(table.series(|row| Some(f64::from(row.calls_offered)))?)
}

/// Reads two columns of a CSV file. Rows that are absent are missing, and so are empty values.
///
/// Stamps are RFC 3339, or wall-clock times where a zone is given; an hour that comes twice in autumn is told apart
/// by the order of the rows.
///
/// # Errors
///
/// If the file cannot be read, lacks a column, or holds a value that is no stamp or no number; the message names file,
/// line, column and value.
pub fn read_series(
    file: &Path,
    time: &str,
    value: &str,
    zone: Option<Zone>,
    interval: Option<IntervalLength>,
) -> Result<Series, Failure> {
    let opened = File::open(file).map_err(|it| Failure::at(file, &it))?;
    let unpacked: Box<dyn std::io::Read> = match file.extension() {
        Some(end) if end == "gz" => Box::new(flate2::read::MultiGzDecoder::new(opened)),
        _ => Box::new(opened),
    };
    let mut csv = csv::Reader::from_reader(unpacked);
    let header = csv.headers().map_err(|it| Failure::at(file, &it))?.clone();
    let column = |name: &str| {
        header.iter().position(|it| it.trim_start_matches('\u{feff}') == name).ok_or_else(|| {
            let names: Vec<&str> = header.iter().collect();
            Failure::new(format!("{}:1: no column {name:?}, the header is {}", file.display(), names.join(",")))
        })
    };
    let (time_at, value_at) = (column(time)?, column(value)?);
    let mut stamps = Stamps::new(zone);
    let mut rows = Vec::new();
    for record in csv.records() {
        let record = record.map_err(|it| Failure::at(file, &it))?;
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |column: &str, value: &str, expected: &str| {
            Failure::new(format!("{}:{line}: {column}: {value:?}, expected {expected}", file.display()))
        };
        let text = record.get(time_at).unwrap_or_default();
        let at = stamps.read(text).map_err(|expected| wrong(time, text, &expected))?;
        let text = record.get(value_at).unwrap_or_default().trim();
        let volume = match text {
            "" => None,
            _ => Some(text.parse::<f64>().ok().filter(|it| it.is_finite()).ok_or_else(|| wrong(value, text, "a number"))?),
        };
        rows.push((at, volume));
    }
    let interval = match interval {
        Some(interval) => interval,
        None => spacing(&rows).ok_or_else(|| {
            let file = file.display();
            Failure::new(format!("{file}: the rows' spacing is no whole number of minutes that divides a day, expected --interval"))
        })?,
    };
    Series::from_rows(interval, rows).map_err(|it| Failure::at(file, &it))
}

/// The smallest spacing of the rows, if it is an interval.
fn spacing(rows: &[(DateTime<Utc>, Option<f64>)]) -> Option<IntervalLength> {
    let mut stamps: Vec<DateTime<Utc>> = rows.iter().map(|it| it.0).collect();
    stamps.sort_unstable();
    let secs = stamps.windows(2).map(|it| (it[1] - it[0]).num_seconds()).filter(|it| *it > 0).min()?;
    let minutes = u32::try_from(secs / 60).ok().filter(|_| secs % 60 == 0)?;
    IntervalLength::from_minutes(minutes).ok()
}

/// Reads stamps one after the other.
struct Stamps {
    clocks: Option<(LocalClock, LocalClock)>,
    last: Option<DateTime<Utc>>,
}

impl Stamps {
    fn new(zone: Option<Zone>) -> Self {
        let clocks = zone.map(|it| (LocalClock::new(it, Fold::Earlier), LocalClock::new(it, Fold::Later)));
        Self { clocks, last: None }
    }

    /// The instant of a stamp; the error says what was expected.
    fn read(&mut self, text: &str) -> Result<DateTime<Utc>, String> {
        let text = text.trim();
        let at = if let Ok(at) = DateTime::parse_from_rfc3339(text) { at.to_utc() } else { self.read_local(text)? };
        self.last = Some(at);
        Ok(at)
    }

    fn read_local(&mut self, text: &str) -> Result<DateTime<Utc>, String> {
        let patterns = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
        let local = patterns.iter().find_map(|it| NaiveDateTime::parse_from_str(text, it).ok());
        let date = || text.parse::<chrono::NaiveDate>().ok().map(|it| it.and_time(chrono::NaiveTime::MIN));
        let Some(local) = local.or_else(date) else {
            return Err("a stamp such as 2026-05-04 14:30:00 or 2026-05-04T14:30:00Z".to_owned());
        };
        let Some((earlier, later)) = &mut self.clocks else {
            return Err("--time-zone, because the stamps have no offset".to_owned());
        };
        let first = earlier.to_utc(local).map_err(|it| format!("another time: {it}"))?;
        if self.last.is_some_and(|last| first <= last) {
            return later.to_utc(local).map_err(|it| format!("another time: {it}"));
        }
        Ok(first)
    }
}
