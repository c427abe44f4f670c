//! What was found.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Description, LogRoles, Pattern};
use crate::Interval;

/// Where a pattern was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// What is looked at, such as `org:group`.
    pub key: String,
    /// Its values, none for the whole log: one for a step, two for a pair, and for a comparison the step, the
    /// attribute and its value.
    pub values: Vec<String>,
}

/// A case in which a pattern was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The case.
    pub case: String,
    /// How often.
    pub occurrences: usize,
    /// When first.
    pub first_at: DateTime<Utc>,
    /// The time in the pattern. Unit: hours.
    pub hours: f64,
    /// The time that need not have been. Unit: hours.
    pub excess_hours: f64,
}

/// A part of a finding, such as one pair of groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Which; groups of too few people stand together as one.
    pub values: Vec<String>,
    /// How many cases.
    pub cases: usize,
    /// How often.
    pub occurrences: usize,
    /// The time in the pattern. Unit: hours.
    pub hours: f64,
    /// The time that need not have been. Unit: hours.
    pub excess_hours: f64,
}

/// A pattern at a place, with its cases, its hours, and how sure they are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The pattern.
    pub pattern: Pattern,
    /// Where.
    #[serde(rename = "where")]
    pub place: Place,
    /// In how many cases.
    pub cases: usize,
    /// How many cases were looked at: those that could have had it.
    pub of_cases: usize,
    /// The share of cases that have it. Range: 0 to 1.
    pub share: f64,
    /// Wilson's interval of the share.
    pub share_interval: Interval,
    /// How often in all.
    pub occurrences: usize,
    /// How many of these were still going on when the log ends: their time is at least what is counted.
    pub ongoing: usize,
    /// The time in the pattern. Unit: hours.
    pub hours: f64,
    /// The interval of `hours`, from drawing cases anew. Unit: hours.
    pub interval: Interval,
    /// The time that need not have been, by the pattern's definition. Unit: hours.
    pub excess_hours: f64,
    /// The interval of `excess_hours`. Unit: hours.
    pub excess_interval: Interval,
    /// How likely so much is where there is no pattern, only slips. Range: 0 to 1.
    pub p_value: f64,
    /// The share of false findings among those with this value or a lower one, at most. Range: 0 to 1.
    pub q_value: f64,
    /// What happened with the most excess first, for patterns that hold of single cases.
    pub evidence: Vec<Evidence>,
    /// The largest parts, most excess first.
    pub parts: Vec<Part>,
    /// Since when, for a drift.
    pub since: Option<DateTime<Utc>>,
    /// What counts, what the hours are, and what it cannot tell.
    pub description: Description,
}

/// The findings of a log, most excess time first, and what they rest on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// What was taken for what.
    pub roles: LogRoles,
    /// How many pairs of pattern and place were tested; the false discovery rate is over all of them.
    pub tested: usize,
    /// The false discovery rate that was kept. Range: 0 to 1.
    pub false_discovery_rate: f64,
    /// Patterns that could not be looked for, and what the log lacks for them.
    pub not_looked_for: Vec<(Pattern, &'static str)>,
    /// Events whose label was taken for a slip: it stands alone in a route that is common otherwise.
    pub slips: usize,
    /// The columns of labels, and the share of events whose label is a slip, as it was said or learned from the log. Range:
    /// 0 to 0.5.
    pub label_noise: Vec<(String, f64)>,
    /// What would be a finding if no label were a slip, in a log that is too small to tell.
    pub may_be_slips: Vec<(Pattern, Place)>,
    /// The findings.
    pub findings: Vec<Finding>,
}
