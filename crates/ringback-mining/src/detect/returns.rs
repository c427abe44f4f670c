//! Hand-overs and returns, counted on any attribute.

use ringback_eventlog::EventLog;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::seen::NONE;
use crate::Error;

/// What an event without a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A value of its own.
    OwnValue,
    /// The case stays where it was.
    Carried,
}

/// How cases move between the values of an attribute.
///
/// Equal neighbors are drawn together, so that a case is x1, x2, … with neighbors that differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Returns {
    /// Changes.
    pub handovers: usize,
    /// Places with x(i) = x(i+2).
    pub direct: usize,
    /// Cases with such a place.
    pub direct_cases: usize,
    /// Places with a value that was there before, but not two places before.
    pub indirect: usize,
    /// Cases with such a place.
    pub indirect_cases: usize,
    /// Places with x(i) = x(i+2) and x(i+1) = x(i+3).
    pub bounces: usize,
    /// Cases with such a place.
    pub bounce_cases: usize,
}

/// Counts hand-overs and returns on an attribute of events; `concept:name` is the activity.
///
/// # Errors
///
/// [`Error::Lacking`] if the log has no such attribute.
///
/// # Example
///
/// ```
/// use ringback_eventlog::{EventLogBuilder, ValueKind};
/// use ringback_mining::{Missing, count_returns};
///
/// let mut log = EventLogBuilder::default();
/// let group = log.column("org:group", ValueKind::Text);
/// let case = log.case("T-1");
/// for (at, name) in (0..).zip(["A", "B", "A", "B", "C", "A"]) {
///     log.event(case, "In Progress", at);
///     log.set(group, name);
/// }
/// let returns = count_returns(&log.build(), "org:group", Missing::OwnValue)?;
/// assert_eq!((returns.handovers, returns.direct, returns.bounces, returns.indirect), (5, 2, 1, 1));
/// # Ok::<(), ringback_mining::Error>(())
/// ```
pub fn count_returns(log: &EventLog, attribute: &str, missing: Missing) -> Result<Returns, Error> {
    let column = match attribute {
        super::roles::ACTIVITY => None,
        name => Some(log.column(name).ok_or_else(|| Error::Lacking {
            question: "returns",
            lacks: format!("attribute {name}"),
        })?),
    };
    let value = |event: usize| match column {
        Some(column) => column.number(event),
        None => log.activity().get(event).copied(),
    };
    let mut returns = Returns::default();
    let mut path: Vec<u32> = Vec::new();
    for case in 0..log.cases() {
        path.clear();
        for event in log.case_events(case) {
            let value = match (value(event), missing) {
                (Some(value), _) => value,
                (None, Missing::OwnValue) => NONE,
                (None, Missing::Carried) => continue,
            };
            if path.last() != Some(&value) {
                path.push(value);
            }
        }
        returns.add(&path);
    }
    Ok(returns)
}

/// Counts hand-overs and returns between support levels, as the settings and the log name them.
///
/// # Errors
///
/// [`Error::Lacking`] if the log has no levels, or not the columns that the settings name.
pub fn count_level_returns(log: &EventLog, settings: &super::Detectors) -> Result<Returns, Error> {
    let seen = super::Seen::of(log, settings)?;
    let lacks = || Error::Lacking { question: "returns", lacks: "level".to_owned() };
    let level = seen.level.as_ref().ok_or_else(lacks)?;
    let mut returns = Returns::default();
    let mut path: Vec<u32> = Vec::new();
    for case in 0..log.cases() {
        path.clear();
        path.extend(log.case_events(case).map(|it| level.at(it)));
        path.dedup();
        returns.add(&path);
    }
    Ok(returns)
}

impl Returns {
    /// Adds a case, equal neighbors drawn together.
    fn add(&mut self, path: &[u32]) {
        let direct = path.windows(3).filter(|it| it.first() == it.last()).count();
        let bounces =
            path.windows(4).filter(|it| matches!(it, [a, b, c, d] if a == c && b == d)).count();
        let mut met: FxHashSet<u32> = FxHashSet::default();
        let mut indirect = 0;
        for (place, value) in path.iter().enumerate() {
            let two_before = place.checked_sub(2).and_then(|it| path.get(it));
            let is_new = met.insert(*value);
            indirect += usize::from(!is_new && Some(value) != two_before);
        }
        self.handovers += path.len().saturating_sub(1);
        self.direct += direct;
        self.direct_cases += usize::from(direct > 0);
        self.indirect += indirect;
        self.indirect_cases += usize::from(indirect > 0);
        self.bounces += bounces;
        self.bounce_cases += usize::from(bounces > 0);
    }
}
