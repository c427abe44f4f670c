//! Outages in a history: open intervals without a call, so many in a row that chance does not explain them.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::LiveSlot;
use crate::error::Error;

/// A stretch of open intervals without a call that chance does not explain: the line or the feed was down, or the
/// site was closed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Outage {
    /// The start of its first interval.
    pub from: DateTime<Utc>,
    /// The start of its last interval.
    pub last: DateTime<Utc>,
    /// How many intervals without a call, or without a count, it has.
    pub intervals: usize,
    /// The calls that were expected in those whose count is 0.
    pub calls_expected: f64,
    /// An upper bound of the chance of such a stretch anywhere in the history: the chance that as many calls as
    /// expected give none, times the number of intervals it could have begun in.
    pub chance: f64,
}

/// Finds the outages of a history, in order: runs of open intervals with a count of 0 (missing ones may lie between)
/// whose chance, over the whole history, is below `chance`.
///
/// `dispersion` is the variance of the counts over their mean; the chance of no call where `m` are expected is taken as
/// that of a negative binomial count, `dispersion^(−m / (dispersion − 1))`, and `exp(−m)` for 1 or less. Closed
/// intervals (0 expected) end a run. Read these intervals as missing: they tell nothing of how many would have called.
///
/// # Errors
///
/// [`Error::Setting`] for a `chance` not between 0 and 1 or a `dispersion` not above 0; [`Error::NotAVolume`].
///
/// # Example
///
/// ```
/// use ringback_forecast::{LiveSlot, find_outages};
///
/// let calls = [5.0, 7.0, 0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 6.0];
/// let slots = calls.iter().enumerate().map(|(n, &calls)| LiveSlot {
///     at: chrono::DateTime::from_timestamp(1_000_000_000 + 900 * n as i64, 0).unwrap(),
///     expected: 5.5,
///     actual: Some(calls),
/// });
/// let found = find_outages(&slots.collect::<Vec<_>>(), 1.3, 1e-4)?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].intervals, 4);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
pub fn find_outages(
    slots: &[LiveSlot],
    dispersion: f64,
    chance: f64,
) -> Result<Vec<Outage>, Error> {
    if !(0.0 < chance && chance < 1.0) {
        let expected = "a number between 0 and 1";
        return Err(Error::Setting { what: "chance", value: chance, expected });
    }
    if !(dispersion > 0.0 && dispersion.is_finite()) {
        let expected = "a finite number above 0";
        return Err(Error::Setting { what: "dispersion", value: dispersion, expected });
    }
    let begins = slots.iter().filter(|slot| slot.expected > 0.0).count() as f64;
    let mut found = Vec::new();
    let mut run: Option<Outage> = None;
    let mut close = |run: Option<Outage>| {
        if let Some(mut run) = run {
            run.chance = (begins * chance_of_none(run.calls_expected, dispersion)).min(1.0);
            if run.chance < chance {
                found.push(run);
            }
        }
    };
    for slot in slots {
        for (what, value) in [("expected", Some(slot.expected)), ("actual", slot.actual)] {
            if let Some(value) = value.filter(|value| !value.is_finite() || *value < 0.0) {
                return Err(Error::NotAVolume { what, at: slot.at, value });
            }
        }
        let is_silent = slot.actual.is_none_or(|actual| actual <= 0.0);
        if slot.expected <= 0.0 || !is_silent {
            close(run.take());
            continue;
        }
        let begun = run.get_or_insert(Outage {
            from: slot.at,
            last: slot.at,
            intervals: 0,
            calls_expected: 0.0,
            chance: 1.0,
        });
        begun.last = slot.at;
        begun.intervals += 1;
        if slot.actual.is_some() {
            begun.calls_expected += slot.expected;
        }
    }
    close(run);
    Ok(found)
}

/// The chance of no call where so many are expected.
fn chance_of_none(expected: f64, dispersion: f64) -> f64 {
    if dispersion > 1.0 {
        (-expected * dispersion.ln() / (dispersion - 1.0)).exp()
    } else {
        (-expected).exp()
    }
}
