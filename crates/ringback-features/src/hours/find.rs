//! Opening hours read off the calls.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Weekday};

use super::text::WEEK;
use super::{MINUTES_PER_DAY, OpenRange, OpeningHours};

/// The share of the weekday's busiest block from which a block counts as open.
const SHARE_OF_DAY: f64 = 0.1;

/// The share of the week's busiest block from which a block counts as open.
const SHARE_OF_WEEK: f64 = 0.05;

/// The lengths of blocks tried, in minutes, shortest first.
const BLOCK_MINUTES: [u16; 4] = [15, 30, 60, 120];

/// The calls of the busiest block from which its length is long enough: a tenth of them is more
/// than one stray call.
const CALLS_IN_BUSIEST_BLOCK: u32 = 20;

/// The days on which a block must have been observed.
const DAYS_NEEDED: usize = 4;

/// Opening hours that were found, and what each block of the week was judged by.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FoundHours {
    /// The pattern; holidays are closed.
    pub hours: OpeningHours,
    /// The blocks of the week, from Monday 00:00 on.
    pub evidence: Vec<BlockEvidence>,
}

/// What a block of a weekday was judged by.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BlockEvidence {
    /// The weekday.
    pub weekday: Weekday,
    /// Its first minute, after local midnight.
    pub from_minute: u16,
    /// Its length in minutes; the same for all blocks of a weekday.
    pub minutes: u16,
    /// The days on which all of it was observed.
    pub days_observed: usize,
    /// The days on which it had at least `calls_needed`.
    pub days_busy: usize,
    /// The most calls that it had on at least half of the days observed.
    pub calls_typical: u32,
    /// The calls from which it counts as open.
    pub calls_needed: f64,
    /// Whether it counts as open.
    pub is_open: bool,
}

/// Why no opening hours were found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindHoursError {
    /// The length of an interval does not divide a day into whole minutes.
    #[error("intervals are {secs} s long, expected whole minutes that divide a day")]
    Interval {
        /// The length, in seconds.
        secs: i64,
    },
    /// An interval does not begin on the grid of the day.
    #[error("an interval begins at {local}, expected a multiple of {minutes} min after midnight")]
    OffGrid {
        /// Its start.
        local: NaiveDateTime,
        /// The length of an interval, in minutes.
        minutes: u16,
    },
    /// A block of the week was observed too rarely.
    #[error(
        "{weekday} from minute {from_minute} was observed on {got} days, expected at least {needed}"
    )]
    TooFewDays {
        /// The weekday.
        weekday: Weekday,
        /// The first minute of the block, after local midnight.
        from_minute: u16,
        /// The days on which all of it was observed.
        got: usize,
        /// The days needed.
        needed: usize,
    },
    /// No block of the week takes a call on half of its days, even in blocks of two hours.
    #[error("no block of the week had a call on half of its days, expected regular calls")]
    TooFewCalls,
}

impl OpeningHours {
    /// Finds the weekly opening hours from counts of calls per interval: its local start, and the calls in it,
    /// `None` where the feed was silent. An interval that is not there at all counts as `None` too, never as no
    /// calls.
    ///
    /// Each weekday is cut into blocks. A block is open where, on at least half of the days observed, it had at
    /// least a tenth of the calls that the weekday's busiest block typically has, a twentieth of what the week's
    /// busiest has, and one call. Halves of days make it blind to holidays, missing days and single bursts; the
    /// shares to stray calls at night. A block has 15 minutes, or 30, 60 or 120 where the busiest block of the
    /// weekday would typically have fewer than 20 calls. So what is found is sharp to one block only, holidays are
    /// taken to be closed, and hours that pass midnight appear as two stretches.
    ///
    /// Counts of calls that agents answered show when a site is open. Counts of calls offered show when customers
    /// call: where a machine takes the call outside hours, the edges of the day blur, and are to be looked at. Of
    /// the calls that an Israeli bank published for 1999, those answered give Friday as 07:00 to 14:00, as the bank
    /// had it, and those offered as 07:00 to 16:00.
    ///
    /// # Errors
    ///
    /// [`FindHoursError`] where the intervals do not fit a day, a block was observed on fewer than 4 days, or
    /// calls are too few.
    ///
    /// # Example
    ///
    /// ```
    /// use chrono::{NaiveDate, TimeDelta, Timelike};
    /// use ringback_features::OpeningHours;
    ///
    /// let monday = NaiveDate::from_ymd_opt(2026, 5, 4).unwrap().and_hms_opt(0, 0, 0).unwrap();
    /// let hours = (0..8 * 7 * 24).map(|hour| monday + TimeDelta::hours(hour));
    /// let counts = hours.map(|at| (at, Some(if (8..16).contains(&at.hour()) { 30 } else { 1 })));
    /// let found = OpeningHours::find(counts, TimeDelta::hours(1))?;
    /// assert_eq!(found.hours.to_string(), "Mon-Sun 08:00-16:00; holidays closed");
    /// # Ok::<(), ringback_features::FindHoursError>(())
    /// ```
    pub fn find(
        counts: impl IntoIterator<Item = (NaiveDateTime, Option<u32>)>,
        interval: TimeDelta,
    ) -> Result<FoundHours, FindHoursError> {
        let minutes = whole_minutes(interval)?;
        let days = Days::collect(counts, minutes)?;
        let week: Vec<WeekdayBlocks> =
            WEEK.into_iter().map(|weekday| days.blocks(weekday)).collect::<Result<_, _>>()?;
        let busiest = week.iter().map(WeekdayBlocks::busiest_per_minute).fold(0.0, f64::max);
        if busiest == 0.0 {
            return Err(FindHoursError::TooFewCalls);
        }
        let evidence: Vec<_> = week.iter().flat_map(|day| day.judge(busiest)).collect();
        let mut weekdays: [Vec<OpenRange>; 7] = Default::default();
        for (ranges, weekday) in weekdays.iter_mut().zip(WEEK) {
            *ranges = open_ranges(evidence.iter().filter(|block| block.weekday == weekday));
        }
        let hours = Self { weekdays, ..Self::closed() };
        Ok(FoundHours { hours, evidence })
    }
}

fn whole_minutes(interval: TimeDelta) -> Result<u16, FindHoursError> {
    let secs = interval.num_seconds();
    let minutes = u16::try_from(secs / 60).unwrap_or_default();
    let fits = minutes > 0 && TimeDelta::minutes(minutes.into()) == interval;
    if fits && MINUTES_PER_DAY.is_multiple_of(minutes) {
        Ok(minutes)
    } else {
        Err(FindHoursError::Interval { secs })
    }
}

/// Counts per interval of each date.
struct Days {
    minutes: u16,
    counts: BTreeMap<NaiveDate, Vec<Option<u32>>>,
}

impl Days {
    fn collect(
        counts: impl IntoIterator<Item = (NaiveDateTime, Option<u32>)>,
        minutes: u16,
    ) -> Result<Self, FindHoursError> {
        let per_day = usize::from(MINUTES_PER_DAY / minutes);
        let mut found: BTreeMap<NaiveDate, Vec<Option<u32>>> = BTreeMap::new();
        for (local, calls) in counts {
            let secs = local.num_seconds_from_midnight();
            let length = u32::from(minutes) * 60;
            if !secs.is_multiple_of(length) || local.nanosecond() != 0 {
                return Err(FindHoursError::OffGrid { local, minutes });
            }
            let day = found.entry(local.date()).or_insert_with(|| vec![None; per_day]);
            let slot = usize::try_from(secs / length).ok().and_then(|at| day.get_mut(at));
            // The hour that autumn repeats comes twice: its calls add up.
            if let (Some(slot), Some(calls)) = (slot, calls) {
                *slot = Some(slot.unwrap_or(0).saturating_add(calls));
            }
        }
        Ok(Self { minutes, counts: found })
    }

    /// The blocks of a weekday, of the shortest length that has enough calls, else of the longest.
    fn blocks(&self, weekday: Weekday) -> Result<WeekdayBlocks, FindHoursError> {
        let mut lengths: Vec<u16> = BLOCK_MINUTES.to_vec();
        lengths.retain(|length| length.is_multiple_of(self.minutes));
        if lengths.is_empty() {
            lengths.push(self.minutes);
        }
        let mut chosen = None;
        for length in lengths {
            let blocks = self.blocks_of(weekday, length)?;
            let enough = blocks.busiest() >= CALLS_IN_BUSIEST_BLOCK;
            chosen = Some(blocks);
            if enough {
                break;
            }
        }
        // There is always a length.
        chosen.ok_or(FindHoursError::TooFewCalls)
    }

    fn blocks_of(&self, weekday: Weekday, length: u16) -> Result<WeekdayBlocks, FindHoursError> {
        let per_block = usize::from(length / self.minutes);
        let mut calls = vec![Vec::new(); usize::from(MINUTES_PER_DAY / length)];
        for (_, day) in self.counts.iter().filter(|(date, _)| date.weekday() == weekday) {
            for (block, counts) in calls.iter_mut().zip(day.chunks(per_block)) {
                // A block with a missing interval is missing.
                block.extend(counts.iter().copied().sum::<Option<u32>>());
            }
        }
        for (from_minute, block) in (0..).step_by(usize::from(length)).zip(&mut calls) {
            if block.len() < DAYS_NEEDED {
                let (got, needed) = (block.len(), DAYS_NEEDED);
                return Err(FindHoursError::TooFewDays { weekday, from_minute, got, needed });
            }
            block.sort_unstable();
        }
        Ok(WeekdayBlocks { weekday, minutes: length, calls })
    }
}

/// The calls of each block of a weekday, one count per day observed, in order of size.
struct WeekdayBlocks {
    weekday: Weekday,
    minutes: u16,
    calls: Vec<Vec<u32>>,
}

impl WeekdayBlocks {
    fn busiest(&self) -> u32 {
        self.calls.iter().map(|calls| typical(calls)).max().unwrap_or(0)
    }

    fn busiest_per_minute(&self) -> f64 {
        f64::from(self.busiest()) / f64::from(self.minutes)
    }

    fn judge(&self, week_busiest_per_minute: f64) -> impl Iterator<Item = BlockEvidence> {
        let of_day = SHARE_OF_DAY * f64::from(self.busiest());
        let of_week = SHARE_OF_WEEK * week_busiest_per_minute * f64::from(self.minutes);
        let calls_needed = of_day.max(of_week).max(1.0);
        let starts = (0..).step_by(usize::from(self.minutes));
        starts.zip(&self.calls).map(move |(from_minute, calls)| {
            let calls_typical = typical(calls);
            BlockEvidence {
                weekday: self.weekday,
                from_minute,
                minutes: self.minutes,
                days_observed: calls.len(),
                days_busy: calls.iter().filter(|&&it| f64::from(it) >= calls_needed).count(),
                calls_typical,
                calls_needed,
                is_open: f64::from(calls_typical) >= calls_needed,
            }
        })
    }
}

/// The most calls that at least half of the days have; the counts are in order of size.
fn typical(sorted: &[u32]) -> u32 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// Joins neighboring open blocks of one day.
fn open_ranges<'a>(blocks: impl Iterator<Item = &'a BlockEvidence>) -> Vec<OpenRange> {
    let mut ranges: Vec<OpenRange> = Vec::new();
    for block in blocks.filter(|block| block.is_open) {
        let (from_minute, to_minute) = (block.from_minute, block.from_minute + block.minutes);
        match ranges.last_mut() {
            Some(last) if last.to_minute == from_minute => last.to_minute = to_minute,
            _ => ranges.push(OpenRange { from_minute, to_minute }),
        }
    }
    ranges
}
