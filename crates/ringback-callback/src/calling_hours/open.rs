//! When calls may begin, as stretches of universal time: worked out once for each place and month, then looked up.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use ringback_calllog::Zone;
use ringback_features::{Calendar, Country};
use rustc_hash::FxHashMap;

use super::CallingHours;
use super::offset::{Steady, steady};
use crate::CallBasis;

/// How much is worked out at once. Unit: seconds.
const BLOCK: i64 = 32 * 86_400;

/// How far ahead a window is searched: hours that are closed for over a year do not open again. Unit: blocks.
const BLOCKS_AHEAD: i64 = 13;

/// A stretch in which calls may begin. Unit: seconds since 1970, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Where a customer is, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// In this zone.
    In(Zone),
    /// In one of the zones of this country.
    SomewhereIn(Country),
}

/// Whose hours are meant: a table's entry, narrowed by a customer's own hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HoursOf {
    pub(crate) country: Option<Country>,
    pub(crate) basis: CallBasis,
    /// The number of the customer's own hours.
    pub(crate) own: Option<u32>,
    pub(crate) place: Place,
}

type Blocks = FxHashMap<(HoursOf, i64), Arc<[Stretch]>>;

/// What has been worked out so far. It grows by a block of about a kilobyte for each place, basis and month asked for.
#[derive(Default)]
pub(crate) struct OpenTimes {
    blocks: RwLock<Blocks>,
}

impl OpenTimes {
    /// The first stretch that shares an instant with the time from `from` until `to`; whole, as far as it begins and ends
    /// in blocks that are looked at. `work_out` gives the stretches between two seconds.
    pub(crate) fn first(
        &self,
        of: HoursOf,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        work_out: impl Fn(i64, i64) -> Vec<Stretch>,
    ) -> Option<Stretch> {
        // Whole seconds, since a stretch begins and ends on one: rounded down and up.
        let (from, to) = (from.timestamp(), to.timestamp() + i64::from(to.nanosecond() > 0));
        let (first, last) = (from.div_euclid(BLOCK), (to - 1).div_euclid(BLOCK));
        let last = last.min(first + BLOCKS_AHEAD);
        for number in first..=last {
            let block = self.block(of, number, &work_out);
            let place = block.partition_point(|it| it.to <= from);
            let Some(&found) = block.get(place) else { continue };
            if found.from >= to {
                return None;
            }
            return Some(self.extend(of, found, number, &work_out));
        }
        None
    }

    /// The stretch with what follows it at once in the next block.
    fn extend(
        &self,
        of: HoursOf,
        mut found: Stretch,
        number: i64,
        work_out: &impl Fn(i64, i64) -> Vec<Stretch>,
    ) -> Stretch {
        for number in number + 1..=number + BLOCKS_AHEAD {
            if found.to < number * BLOCK {
                break;
            }
            match self.block(of, number, work_out).first() {
                Some(next) if next.from == found.to => found.to = next.to,
                _ => break,
            }
        }
        found
    }

    fn block(
        &self,
        of: HoursOf,
        number: i64,
        work_out: &impl Fn(i64, i64) -> Vec<Stretch>,
    ) -> Arc<[Stretch]> {
        // A thread that panicked while it held the lock left whole blocks behind.
        let blocks = self.blocks.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = blocks.get(&(of, number)) {
            return Arc::clone(block);
        }
        drop(blocks);
        let block: Arc<[Stretch]> = work_out(number * BLOCK, (number + 1) * BLOCK).into();
        let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(blocks.entry((of, number)).or_insert(block))
    }
}

/// A copy begins with nothing worked out.
impl Clone for OpenTimes {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for OpenTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenTimes")
    }
}

/// The stretches between two seconds that all of these hours allow in all of these zones.
pub(crate) fn stretches(
    hours: &[&CallingHours],
    zones: &[Zone],
    calendar: &Calendar,
    [from, to]: [i64; 2],
) -> Vec<Stretch> {
    let mut common: Option<Vec<Stretch>> = None;
    for &zone in zones {
        let steady = steady(zone, from, to);
        for hours in hours {
            let mut own = Vec::new();
            for part in &steady {
                open_in(hours, *part, calendar, &mut own);
            }
            common = Some(common.map_or_else(|| own.clone(), |it| shared(&it, &own)));
        }
    }
    common.unwrap_or_default()
}

/// Adds the open stretches of a part without a change of clocks.
fn open_in(hours: &CallingHours, part: Steady, calendar: &Calendar, found: &mut Vec<Stretch>) {
    let local =
        |secs: i64| DateTime::from_timestamp(secs + part.offset, 0).map(|it| it.date_naive());
    let (Some(first), Some(last)) = (local(part.from), local(part.to - 1)) else { return };
    for date in first.iter_days().take_while(|it| *it <= last) {
        if hours.ask_for_holidays() && !calendar.covers(date) {
            continue;
        }
        let midnight = midnight_secs(date) - part.offset;
        for range in hours.on_date(date, calendar) {
            let from = (midnight + i64::from(range.from_minute()) * 60).max(part.from);
            let to = (midnight + i64::from(range.to_minute()) * 60).min(part.to);
            match found.last_mut() {
                _ if from >= to => {}
                Some(before) if before.to == from => before.to = to,
                _ => found.push(Stretch { from, to }),
            }
        }
    }
}

fn midnight_secs(date: NaiveDate) -> i64 {
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
}

/// What two lists of stretches share.
fn shared(one: &[Stretch], other: &[Stretch]) -> Vec<Stretch> {
    let (mut i, mut j) = (0, 0);
    let mut both = Vec::new();
    while let (Some(a), Some(b)) = (one.get(i), other.get(j)) {
        let (from, to) = (a.from.max(b.from), a.to.min(b.to));
        if from < to {
            both.push(Stretch { from, to });
        }
        if a.to <= b.to { i += 1 } else { j += 1 }
    }
    both
}
