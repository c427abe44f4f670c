//! Series of volumes: from a CSV file, or from a call log.

use std::fs::File;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, Utc};
use ringback::calllog::{FeedGap, Fold, LocalClock, Masked, QueueId, Zone};
use ringback::features::{IntervalLength, Intervals, Series};

use crate::{Failure, LogFolder};

/// The calls offered in each interval, to one queue or to all; intervals in a gap of the feed are missing, and so is the last
/// one: the log may end within it, which would look quiet.
///
/// # Errors
///
/// If the log holds no call of that queue.
pub fn offered_series(
    folder: &LogFolder,
    interval: IntervalLength,
    queue: Option<&QueueId>,
) -> Result<Series, Failure> {
    let mut gaps = folder.audit.gaps.clone();
    if let Some(last) = folder.audit.last {
        let to = last.checked_add_signed(interval.delta()).unwrap_or(last);
        gaps.push(FeedGap { from: last, to, calls_expected: 0.0, stray_calls: 0 });
    }
    let mut intervals = Intervals::new(interval).gaps(&gaps);
    if let Some(queue) = queue {
        intervals = intervals.queue(queue.clone());
    }
    let table = intervals.build(&folder.log.calls, &folder.log.observed)?;
    Ok(table.series(|row| Some(f64::from(row.calls_offered)))?)
}

/// A series read from a file, and the rows that it was read without.
#[derive(Clone, Debug)]
pub struct ReadSeries {
    /// The series.
    pub series: Series,
    /// Rows with a stamp that cannot be placed or a value that is no number, each as file, line, column, value and
    /// what was expected. Their intervals are missing.
    pub rejected: Vec<String>,
}

/// Reads two columns of a CSV file. Rows that are absent are missing, and so are empty values and rejected rows.
///
/// Stamps are RFC 3339, or wall-clock times: of the zone where one is given, otherwise of a clock that is never
/// changed. An hour that comes twice in autumn is told apart by the order of the rows; a stamp in the hour that spring
/// skips is rejected.
///
/// # Errors
///
/// If the file cannot be read, lacks a column, or has no row that can be used.
pub fn read_series(
    file: &Path,
    time: &str,
    value: &str,
    zone: Option<Zone>,
    interval: Option<IntervalLength>,
) -> Result<ReadSeries, Failure> {
    let opened = File::open(file).map_err(|it| Failure::at(file, &it))?;
    let unpacked: Box<dyn std::io::Read> = match file.extension() {
        Some(end) if end == "gz" => Box::new(flate2::read::MultiGzDecoder::new(opened)),
        _ => Box::new(opened),
    };
    let mut csv = csv::Reader::from_reader(unpacked);
    let header = csv.headers().map_err(|it| Failure::at(file, &it))?.clone();
    let name = file.display();
    let column = |wanted: &str| {
        header.iter().position(|it| it.trim_start_matches('\u{feff}') == wanted).ok_or_else(|| {
            let names: Vec<&str> = header.iter().collect();
            Failure::new(format!(
                "{name}:1: no column {wanted:?}, the header is {}",
                Masked::new(&names.join(","))
            ))
        })
    };
    let columns = [(time, column(time)?), (value, column(value)?)];
    let mut stamps = Stamps::new(zone.unwrap_or(Zone::UTC));
    let (mut rows, mut rejected) = (Vec::new(), Vec::new());
    for record in csv.records() {
        let record = record.map_err(|it| Failure::at(file, &it))?;
        let line = record.position().map_or(0, csv::Position::line);
        match read_row(&record, columns, &mut stamps) {
            Ok(row) => rows.push(row),
            Err(wrong) => rejected.push(format!("{name}:{line}: {wrong}")),
        }
    }
    if let (true, Some(first)) = (rows.is_empty(), rejected.first()) {
        return Err(Failure::new(format!("no row could be used; first: {first}")));
    }
    let interval = match interval {
        Some(interval) => interval,
        None => spacing(&rows).ok_or_else(|| {
            Failure::new(format!(
                "{name}: the rows' spacing is no whole number of minutes that divides a day, expected --interval"
            ))
        })?,
    };
    let series = Series::from_rows(interval, rows).map_err(|it| Failure::at(file, &it))?;
    Ok(ReadSeries { series, rejected })
}

/// A row's stamp and value; the error names column, value and what was expected.
fn read_row(
    record: &csv::StringRecord,
    [(time, time_at), (value, value_at)]: [(&str, usize); 2],
    stamps: &mut Stamps,
) -> Result<(DateTime<Utc>, Option<f64>), String> {
    let text = record.get(time_at).unwrap_or_default();
    let wrong = |column: &str, text: &str, expected: &str| {
        let shown = Masked::new(text).to_string();
        format!("{column}: {shown:?}, expected {expected}")
    };
    let at = stamps.read(text).map_err(|expected| wrong(time, text, &expected))?;
    let text = record.get(value_at).unwrap_or_default().trim();
    if text.is_empty() {
        return Ok((at, None));
    }
    let number = text.parse::<f64>().ok().filter(|it| it.is_finite());
    number.map(|it| (at, Some(it))).ok_or_else(|| wrong(value, text, "a number"))
}

/// The smallest spacing of the rows, if it is an interval.
fn spacing(rows: &[(DateTime<Utc>, Option<f64>)]) -> Option<IntervalLength> {
    let mut stamps: Vec<DateTime<Utc>> = rows.iter().map(|it| it.0).collect();
    stamps.sort_unstable();
    let secs =
        stamps.windows(2).map(|it| (it[1] - it[0]).num_seconds()).filter(|it| *it > 0).min()?;
    let minutes = u32::try_from(secs / 60).ok().filter(|_| secs % 60 == 0)?;
    IntervalLength::from_minutes(minutes).ok()
}

/// Reads stamps one after the other.
struct Stamps {
    earlier: LocalClock,
    later: LocalClock,
    last: Option<DateTime<Utc>>,
}

impl Stamps {
    fn new(zone: Zone) -> Self {
        let clock = |fold| LocalClock::new(zone, fold);
        Self { earlier: clock(Fold::Earlier), later: clock(Fold::Later), last: None }
    }

    /// The instant of a stamp; the error says what was expected.
    fn read(&mut self, text: &str) -> Result<DateTime<Utc>, String> {
        let text = text.trim();
        let at = if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            at.to_utc()
        } else {
            self.read_local(text)?
        };
        self.last = Some(at);
        Ok(at)
    }

    fn read_local(&mut self, text: &str) -> Result<DateTime<Utc>, String> {
        let patterns =
            ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
        let local = patterns.iter().find_map(|it| NaiveDateTime::parse_from_str(text, it).ok());
        let date =
            || text.parse::<chrono::NaiveDate>().ok().map(|it| it.and_time(chrono::NaiveTime::MIN));
        let Some(local) = local.or_else(date) else {
            return Err("a stamp such as 2026-05-04 14:30:00 or 2026-05-04T14:30:00Z".to_owned());
        };
        let first = self.earlier.to_utc(local).map_err(|it| format!("another time: {it}"))?;
        if self.last.is_some_and(|last| first <= last) {
            return self.later.to_utc(local).map_err(|it| format!("another time: {it}"));
        }
        Ok(first)
    }
}
