//! Where a zone's clock changes.

use chrono::{DateTime, Utc};
use ringback_calllog::Zone;

/// Steps in which a change of clocks is looked for; two changes within one step would cancel each other unseen, which no
/// zone has had. Unit: seconds.
const STEP: i64 = 3600;

/// A stretch of time in which a clock keeps its distance from universal time. Unit of all: seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Steady {
    /// The first second, since 1970.
    pub(super) from: i64,
    /// The first second after it.
    pub(super) to: i64,
    /// What is added to universal time.
    pub(super) offset: i64,
}

/// The stretches without a change of clocks between two seconds, in order; fewer where time cannot be represented.
pub(super) fn steady(zone: Zone, from: i64, to: i64) -> Vec<Steady> {
    let mut found = Vec::new();
    let Some(mut offset) = offset(zone, from) else { return found };
    let (mut begin, mut at) = (from, from);
    while at < to {
        let next = (at + STEP).min(to);
        // The end itself belongs to what follows.
        let Some(there) = self::offset(zone, next - 1) else { return found };
        if there != offset {
            let change = first_with(zone, at, next - 1, there);
            found.push(Steady { from: begin, to: change, offset });
            (begin, offset) = (change, there);
        }
        at = next;
    }
    found.push(Steady { from: begin, to, offset });
    found
}

/// The first second with an offset, between one that has another and one that has it.
fn first_with(zone: Zone, mut before: i64, mut after: i64, offset: i64) -> i64 {
    if self::offset(zone, before) == Some(offset) {
        return before;
    }
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if self::offset(zone, middle) == Some(offset) { after = middle } else { before = middle }
    }
    after
}

fn offset(zone: Zone, secs: i64) -> Option<i64> {
    let at: DateTime<Utc> = DateTime::from_timestamp(secs, 0)?;
    Some((zone.local(at) - at.naive_utc()).num_seconds())
}
