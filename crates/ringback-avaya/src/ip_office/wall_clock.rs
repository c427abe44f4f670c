//! Call starts: local stamps to instants, quickly, and with care where the clock shows an hour twice.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use ringback_calllog::{Fold, Precision};
use ringback_calllog::{LocalClock, LocalTimeError, Masked, RejectReason, Site};

use crate::ip_office::layout::RecordTime;

/// The system's clock.
#[derive(Clone, Debug)]
pub(super) struct WallClock {
    site: LocalClock,
    earlier: LocalClock,
    later: LocalClock,
    record_time: RecordTime,
    /// The last day without a change of offset, as it is written, and its first second since 1970.
    plain_day: Option<([u8; 10], i64)>,
    /// The coarsest stamp so far.
    pub precision: Precision,
    /// Stamps that came without seconds.
    pub without_secs: u64,
    /// Stamps in the hour that comes twice, told apart by the record time.
    pub told_apart: u64,
    /// Stamps in the hour that comes twice, read by the fold rule.
    pub by_rule: u64,
}

/// A stamp's fields.
struct Stamp {
    date: [u8; 10],
    secs_of_day: u32,
}

impl WallClock {
    /// The clock of a site; `None` if its zone is not known.
    pub(super) fn new(site: &Site, record_time: RecordTime) -> Option<Self> {
        let clock = site.clock()?;
        Some(Self {
            earlier: LocalClock::new(clock.zone(), Fold::Earlier),
            later: LocalClock::new(clock.zone(), Fold::Later),
            site: clock,
            record_time,
            plain_day: None,
            precision: Precision::SECOND,
            without_secs: 0,
            told_apart: 0,
            by_rule: 0,
        })
    }

    /// The second since 1970 of a call start. `total_secs` is how long the segment took, and `record_time` when the
    /// record was made, if it says so: they tell the two readings of an hour that comes twice apart.
    #[inline]
    pub(super) fn start(
        &mut self,
        text: &str,
        total_secs: i64,
        record_time: &str,
    ) -> Result<i64, RejectReason> {
        let Some(stamp) = Stamp::read(text.as_bytes()) else { return Err(not_a_stamp(text)) };
        if text.len() < 19 {
            self.without_secs += 1;
            self.precision = Precision::MINUTE;
        }
        match self.plain_day {
            Some((day, first)) if day == stamp.date => Ok(first + i64::from(stamp.secs_of_day)),
            _ => self.start_on_another_day(text, &stamp, total_secs, record_time),
        }
    }

    fn start_on_another_day(
        &mut self,
        text: &str,
        stamp: &Stamp,
        total_secs: i64,
        record_time: &str,
    ) -> Result<i64, RejectReason> {
        let local = stamp.local().ok_or_else(|| not_a_stamp(text))?;
        if let Some(first) = self.first_of_plain_day(local.date()) {
            self.plain_day = Some((stamp.date, first));
            return Ok(first + i64::from(stamp.secs_of_day));
        }
        let (one, two) = self.readings(local)?;
        if one == two {
            return Ok(one);
        }
        let recorded = self.recorded(record_time);
        let distance = |start: i64| recorded.iter().map(|it| (start + total_secs - it).abs()).min();
        if let (Some(first), Some(second)) = (distance(one), distance(two))
            && first != second
        {
            self.told_apart += 1;
            return Ok(if first < second { one } else { two });
        }
        let start = self.site.to_utc(local)?.timestamp();
        self.by_rule += 1;
        Ok(start)
    }

    /// The first second of a day in which the clock shows each second once.
    fn first_of_plain_day(&mut self, day: NaiveDate) -> Option<i64> {
        let first = self.earlier.to_utc(day.and_time(NaiveTime::MIN)).ok()?;
        let last = self.later.to_utc(day.and_hms_opt(23, 59, 59)?).ok()?;
        (last - first == TimeDelta::seconds(86_399)).then(|| first.timestamp())
    }

    /// The first and the second instant of a reading; the same for one that comes once.
    fn readings(&mut self, local: NaiveDateTime) -> Result<(i64, i64), LocalTimeError> {
        let earlier = self.earlier.to_utc(local)?.timestamp();
        Ok((earlier, self.later.to_utc(local)?.timestamp()))
    }

    /// When a record may have been made.
    fn recorded(&mut self, text: &str) -> Vec<i64> {
        let stamp = Stamp::read(text.as_bytes()).and_then(|it| it.local());
        match (self.record_time, stamp) {
            (RecordTime::Utc, Some(it)) => vec![it.and_utc().timestamp()],
            (RecordTime::Local, Some(it)) => {
                self.readings(it).map_or_else(|_| Vec::new(), |it| vec![it.0, it.1])
            }
            _ => Vec::new(),
        }
    }
}

/// A record time as it reads, in seconds: only the order of such readings counts. 0 if it is none.
pub(super) fn reading(text: &str) -> i64 {
    let stamp = Stamp::read(text.as_bytes()).and_then(|it| it.local());
    stamp.map_or(0, |it| it.and_utc().timestamp())
}

/// Whether a text is a stamp of this format.
pub(super) fn is_stamp(text: &str) -> bool {
    Stamp::read(text.as_bytes()).is_some_and(|it| it.local().is_some())
}

fn not_a_stamp(text: &str) -> RejectReason {
    let expected = "a stamp such as 2026/05/04 09:15:00".into();
    RejectReason::BadValue { value: Masked::new(text), expected }
}

impl Stamp {
    /// Reads `YYYY/MM/DD HH:MM:SS`; the seconds may be missing. Whether there is such a day is not looked at.
    fn read(text: &[u8]) -> Option<Self> {
        let (&date, time) = text.split_first_chunk::<10>()?;
        let secs = match *time {
            [b' ', h, i, b':', m, n] => [h, i, m, n, b'0', b'0'],
            [b' ', h, i, b':', m, n, b':', s, t] => [h, i, m, n, s, t],
            _ => return None,
        };
        let two = |tens: u8, ones: u8| {
            (tens.is_ascii_digit() && ones.is_ascii_digit())
                .then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        };
        let (hour, minute) = (two(secs[0], secs[1])?, two(secs[2], secs[3])?);
        let second = two(secs[4], secs[5])?;
        let is_time = hour < 24 && minute < 60 && second < 60;
        is_time.then_some(Self { date, secs_of_day: hour * 3600 + minute * 60 + second })
    }

    fn local(&self) -> Option<NaiveDateTime> {
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0, |sum, it| it.is_ascii_digit().then(|| sum * 10 + u32::from(it - b'0')))
        };
        let [y0, y1, y2, y3, b'/', m0, m1, b'/', d0, d1] = self.date else { return None };
        let year = i32::try_from(number(&[y0, y1, y2, y3])?).ok()?;
        let day = NaiveDate::from_ymd_opt(year, number(&[m0, m1])?, number(&[d0, d1])?)?;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(self.secs_of_day, 0)?;
        Some(day.and_time(time))
    }
}
