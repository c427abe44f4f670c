//! Reading stamps by a pattern.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

/// A pattern of local stamps, compiled: numbers and signs are read ten times as fast as by a pattern language.
///
/// # Example
///
/// ```
/// use ringback_calllog::StampPattern;
///
/// let pattern = StampPattern::new("%Y/%m/%d %H:%M:%S")?;
/// let stamp = pattern.local("2026/05/04 09:15:00").map(|it| it.to_string());
/// assert_eq!(stamp.as_deref(), Some("2026-05-04 09:15:00"));
/// assert_eq!(pattern.local("2026-05-04 09:15:00"), None);
/// # Ok::<(), ringback_calllog::InvalidStampPattern>(())
/// ```
#[derive(Clone, Debug)]
pub struct StampPattern(StampFormat);

impl StampPattern {
    /// Compiles a `strftime` pattern with a date and a time of day.
    ///
    /// # Errors
    ///
    /// [`InvalidStampPattern`] for a text that is no such pattern.
    pub fn new(pattern: &str) -> Result<Self, InvalidStampPattern> {
        let format = StampFormat::parse(pattern).map_err(InvalidStampPattern)?;
        if format.is_absolute() || !format.has_date() {
            let problem = format!("{pattern:?} is no pattern of a local stamp with its date");
            return Err(InvalidStampPattern(problem));
        }
        Ok(Self(format))
    }

    /// The wall-clock reading of a stamp, to the microsecond; `None` if the text is not of this pattern.
    pub fn local(&self, text: &str) -> Option<NaiveDateTime> {
        match self.0.read(text)? {
            Stamp::Local(local) => Some(local),
            _ => None,
        }
    }
}

/// A text that is no pattern of a local stamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidStampPattern(String);

/// What a pattern reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// A wall-clock reading.
    Local(NaiveDateTime),
    /// A time of day, to be put with a date.
    TimeOfDay(NaiveTime),
    /// A date, to be put with a time of day.
    Date(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
}

impl Stamp {
    /// The stamp cut to microseconds, as frames keep it, if its year has four digits. A leap second counts as the
    /// last microsecond before it.
    fn usable(self) -> Option<Self> {
        let has_four_digits = |year| (0..=9999).contains(&year);
        Some(match self {
            Self::Local(it) if has_four_digits(it.year()) => Self::Local(to_micros(&it)?),
            Self::Instant(it) if has_four_digits(it.year()) => Self::Instant(to_micros(&it)?),
            Self::Date(it) if has_four_digits(it.year()) => Self::Date(it),
            Self::TimeOfDay(it) => Self::TimeOfDay(to_micros(&it)?),
            _ => return None,
        })
    }
}

fn to_micros<T: Timelike>(time: &T) -> Option<T> {
    let nanos = time.nanosecond().min(999_999_999);
    time.with_nanosecond(nanos - nanos % 1000)
}

/// A compiled pattern of a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StampFormat {
    /// Only numbers and signs: read by hand, ten times as fast as by the pattern language.
    Digits(Vec<Part>),
    Rfc3339,
    EpochSecs,
    EpochMillis,
    /// Any other `strftime` pattern.
    Pattern(String),
}

/// One part of a pattern of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Year4,
    Year2,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Sign(u8),
}

impl StampFormat {
    /// Compiles a pattern: `rfc3339`, `epoch`, `epoch_ms`, or a `strftime` pattern.
    pub(super) fn parse(pattern: &str) -> Result<Self, String> {
        match pattern {
            "rfc3339" => return Ok(Self::Rfc3339),
            "epoch" => return Ok(Self::EpochSecs),
            "epoch_ms" => return Ok(Self::EpochMillis),
            _ => {}
        }
        if let Some(parts) = digits(pattern) {
            return Ok(Self::Digits(parts));
        }
        let is_bad = |it: chrono::format::Item<'_>| matches!(it, chrono::format::Item::Error);
        if pattern.is_empty() || chrono::format::StrftimeItems::new(pattern).any(is_bad) {
            return Err(format!(
                "{pattern:?} is no time pattern, expected rfc3339, epoch, epoch_ms or strftime"
            ));
        }
        Ok(Self::Pattern(pattern.to_owned()))
    }

    /// Whether a stamp says its day.
    pub(super) fn has_date(&self) -> bool {
        match self {
            Self::Rfc3339 | Self::EpochSecs | Self::EpochMillis => true,
            Self::Digits(parts) => parts.contains(&Part::Day),
            Self::Pattern(pattern) => {
                use chrono::format::{Fixed, Item, Numeric, StrftimeItems};
                StrftimeItems::new(pattern).any(|it| match it {
                    Item::Numeric(number, _) => matches!(
                        number,
                        Numeric::Day
                            | Numeric::Ordinal
                            | Numeric::Timestamp
                            | Numeric::IsoWeek
                            | Numeric::WeekFromMon
                    ),
                    Item::Fixed(fixed) => matches!(fixed, Fixed::RFC2822 | Fixed::RFC3339),
                    _ => false,
                })
            }
        }
    }

    /// Whether stamps carry their own offset, so that no zone is needed to read them.
    pub(super) fn is_absolute(&self) -> bool {
        match self {
            Self::Rfc3339 | Self::EpochSecs | Self::EpochMillis => true,
            Self::Pattern(pattern) => {
                ["%z", "%:z", "%s", "%+"].iter().any(|it| pattern.contains(it))
            }
            Self::Digits(_) => false,
        }
    }

    /// Reads a stamp, to the microsecond; `None` if the text is not of this pattern, or outside the years 0 to 9999.
    pub(super) fn read(&self, text: &str) -> Option<Stamp> {
        match self {
            Self::Digits(parts) => read_digits(parts, text.as_bytes()),
            _ => self.read_any(text)?.usable(),
        }
    }

    fn read_any(&self, text: &str) -> Option<Stamp> {
        match self {
            Self::Digits(parts) => read_digits(parts, text.as_bytes()),
            Self::Rfc3339 => {
                DateTime::parse_from_rfc3339(text).ok().map(|it| Stamp::Instant(it.to_utc()))
            }
            Self::EpochSecs => epoch(text, 1_000_000).map(Stamp::Instant),
            Self::EpochMillis => epoch(text, 1_000).map(Stamp::Instant),
            Self::Pattern(pattern) => {
                if self.is_absolute() {
                    return DateTime::parse_from_str(text, pattern)
                        .ok()
                        .map(|it| Stamp::Instant(it.to_utc()));
                }
                let local = NaiveDateTime::parse_from_str(text, pattern).map(Stamp::Local);
                local
                    .or_else(|_| NaiveTime::parse_from_str(text, pattern).map(Stamp::TimeOfDay))
                    .or_else(|_| NaiveDate::parse_from_str(text, pattern).map(Stamp::Date))
                    .ok()
            }
        }
    }
}

/// Microseconds of a number of units, with or without a fraction.
fn epoch(text: &str, micros_per_unit: i64) -> Option<DateTime<Utc>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut micros = whole.parse::<i64>().ok()?.checked_mul(micros_per_unit)?;
    let mut unit = micros_per_unit;
    for digit in fraction.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        unit /= 10;
        let part = i64::from(digit - b'0') * unit;
        let part = if whole.starts_with('-') { -part } else { part };
        micros = micros.checked_add(part)?;
    }
    DateTime::from_timestamp_micros(micros)
}

fn digits(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut signs = pattern.bytes();
    while let Some(sign) = signs.next() {
        parts.push(match sign {
            b'%' => match signs.next()? {
                b'Y' => Part::Year4,
                b'y' => Part::Year2,
                b'm' => Part::Month,
                b'd' => Part::Day,
                b'H' => Part::Hour,
                b'M' => Part::Minute,
                b'S' => Part::Second,
                _ => return None,
            },
            b'0'..=b'9' => return None,
            sign if sign.is_ascii() => Part::Sign(sign),
            _ => return None,
        });
    }
    let has = |part| parts.contains(&part);
    let has_year = has(Part::Year4) || has(Part::Year2);
    let has_date = has_year && has(Part::Month) && has(Part::Day);
    let has_any_date = has_year || has(Part::Month) || has(Part::Day);
    let has_time = has(Part::Hour) && has(Part::Minute);
    let has_any_time = has(Part::Hour) || has(Part::Minute) || has(Part::Second);
    let is_whole = (has_date || !has_any_date) && (has_time || !has_any_time);
    (is_whole && (has_date || has_time)).then_some(parts)
}

/// Numbers take as many digits as the pattern allows: four for `%Y`, otherwise one or two.
fn read_digits(parts: &[Part], text: &[u8]) -> Option<Stamp> {
    let (mut year, mut month, mut day) = (None, 0, 0);
    let (mut hour, mut minute, mut second) = (None, 0, 0);
    let mut at = 0;
    for part in parts {
        if let Part::Sign(sign) = part {
            if text.get(at) != Some(sign) {
                return None;
            }
            at += 1;
            continue;
        }
        let most = if *part == Part::Year4 { 4 } else { 2 };
        let (value, len) = number(&text[at..], most)?;
        at += len;
        match part {
            Part::Year4 if len == 4 => year = Some(value),
            // POSIX: 69–99 are of the 1900s.
            Part::Year2 if len == 2 => {
                year = Some(if value >= 69 { 1900 + value } else { 2000 + value });
            }
            Part::Month => month = value,
            Part::Day => day = value,
            Part::Hour => hour = Some(value),
            Part::Minute => minute = value,
            Part::Second => second = value,
            _ => return None,
        }
    }
    if at != text.len() {
        return None;
    }
    let date = match year {
        Some(year) => Some(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?),
        None => None,
    };
    let time = match hour {
        Some(hour) => Some(NaiveTime::from_hms_opt(hour, minute, second)?),
        None => None,
    };
    match (date, time) {
        (Some(date), Some(time)) => Some(Stamp::Local(date.and_time(time))),
        (Some(date), None) => Some(Stamp::Date(date)),
        (None, time) => time.map(Stamp::TimeOfDay),
    }
}

fn number(text: &[u8], most: usize) -> Option<(u32, usize)> {
    let len = text.iter().take(most).take_while(|it| it.is_ascii_digit()).count();
    let value = text[..len].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    (len > 0).then_some((value, len))
}
