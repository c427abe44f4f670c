//! What is looked for, and what counts.

use chrono::{DateTime, Utc};

use super::Pattern;
use crate::{Error, WorkingTime};

/// When a case has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CaseEnds {
    /// When its last state is a terminal one, as of tickets: others are open.
    #[default]
    InTerminalState,
    /// With its last event, whatever that is, as of calls.
    WithLastEvent,
}

/// What is looked for, and what counts; all limits in one place.
///
/// Which column is what is found in the log where it is not said here, and the findings say what was found.
///
/// # Example
///
/// ```
/// use ringback_mining::{Detectors, Pattern};
///
/// let detectors = Detectors::default()
///     .group("assignment_group")
///     .waiting_limit_secs(4 * 3600)
///     .only(&[Pattern::PingPong, Pattern::WaitingLoop]);
/// # let _ = detectors;
/// ```
#[derive(Clone, Debug)]
pub struct Detectors {
    pub(crate) group: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) caller: Option<String>,
    pub(crate) compare: Option<Vec<String>>,
    pub(crate) terminal: Option<Vec<String>>,
    pub(crate) queue_states: Option<Vec<String>>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) waiting_limit_secs: u32,
    pub(crate) hand_back_limit_secs: u32,
    pub(crate) duplicate_limit_secs: u32,
    pub(crate) repeat_limit_secs: u32,
    pub(crate) hold_limit: usize,
    pub(crate) tolerated_share: f64,
    pub(crate) tolerated_edge: f64,
    pub(crate) label_noise: Option<f64>,
    pub(crate) false_discovery_rate: f64,
    pub(crate) level_of_intervals: f64,
    pub(crate) min_cases: usize,
    pub(crate) min_people: usize,
    pub(crate) per_person: bool,
    pub(crate) as_of: Option<DateTime<Utc>>,
    pub(crate) working_time: Option<WorkingTime>,
    pub(crate) case_ends: CaseEnds,
    pub(crate) evidence: usize,
    pub(crate) seed: u64,
}

impl Default for Detectors {
    fn default() -> Self {
        Self {
            group: None,
            level: None,
            status: None,
            resource: None,
            category: None,
            caller: None,
            compare: None,
            terminal: None,
            queue_states: None,
            patterns: Pattern::ALL.to_vec(),
            waiting_limit_secs: 86_400,
            hand_back_limit_secs: 900,
            duplicate_limit_secs: 1_800,
            repeat_limit_secs: 7 * 86_400,
            hold_limit: 3,
            tolerated_share: 0.01,
            tolerated_edge: 0.05,
            label_noise: None,
            false_discovery_rate: 0.05,
            level_of_intervals: 0.95,
            min_cases: 5,
            min_people: 5,
            per_person: false,
            as_of: None,
            working_time: None,
            case_ends: CaseEnds::default(),
            evidence: 20,
            seed: 1,
        }
    }
}

impl Detectors {
    /// The column of the group that has the case. By default the first of `org:group`, `assignment_group`, `group`,
    /// `queue` and `team` that the log has. An event without a group leaves the case where it is.
    #[must_use]
    pub fn group(mut self, column: &str) -> Self {
        self.group = Some(column.to_owned());
        self
    }

    /// The column of the support level. By default the first of `level`, `support_level` and `org:level` that the log
    /// has, else the group's ending: `2nd`, `3rd`, `L2`, `L3` and the like, all others being level 1; without such
    /// endings there are no levels.
    #[must_use]
    pub fn level(mut self, column: &str) -> Self {
        self.level = Some(column.to_owned());
        self
    }

    /// The column of the state that a case is in from an event on; `concept:name` is the activity. By default
    /// `lifecycle:transition` where its values are not those of the XES standard, else the first of `incident_state`,
    /// `status` and `state` that the log has, else the activity.
    #[must_use]
    pub fn status(mut self, column: &str) -> Self {
        self.status = Some(column.to_owned());
        self
    }

    /// The column of the person. By default the first of `org:resource`, `assigned_to`, `resource` and `agent` that the
    /// log has. Persons are only counted, unless [`Detectors::per_person`] says otherwise.
    #[must_use]
    pub fn resource(mut self, column: &str) -> Self {
        self.resource = Some(column.to_owned());
        self
    }

    /// The column of the category, of cases or of their first events. By default the first of `category`, `intent`,
    /// `service`, `product` and `type` that the log has.
    #[must_use]
    pub fn category(mut self, column: &str) -> Self {
        self.category = Some(column.to_owned());
        self
    }

    /// The column of the caller, of cases or of their first events. By default the first of `caller`, `caller_id`,
    /// `customer` and `requester` that the log has.
    #[must_use]
    pub fn caller(mut self, column: &str) -> Self {
        self.caller = Some(column.to_owned());
        self
    }

    /// The columns whose values are compared, of cases or of their first events. By default all with 2 to 50 different
    /// values that name no person and no state.
    #[must_use]
    pub fn compare(mut self, columns: &[&str]) -> Self {
        self.compare = Some(columns.iter().map(|it| (*it).to_owned()).collect());
        self
    }

    /// The states in which a case has ended. By default those of which a word begins like resolved, closed, completed,
    /// canceled, solved or done, and those that are more often the last of a case than not, in 1 % of cases or more, unless a word says that it goes on, such as waiting or open.
    #[must_use]
    pub fn terminal(mut self, states: &[&str]) -> Self {
        self.terminal = Some(states.iter().map(|it| (*it).to_owned()).collect());
        self
    }

    /// The states in which a case waits to be taken. By default those of which a word begins like awaiting, queued,
    /// unassigned or new.
    #[must_use]
    pub fn queue_states(mut self, states: &[&str]) -> Self {
        self.queue_states = Some(states.iter().map(|it| (*it).to_owned()).collect());
        self
    }

    /// Looks for these patterns only; by default for all.
    #[must_use]
    pub fn only(mut self, patterns: &[Pattern]) -> Self {
        self.patterns = patterns.to_vec();
        self
    }

    /// How long a case may stay in a queue. Unit: seconds; by default a day.
    #[must_use]
    pub fn waiting_limit_secs(mut self, secs: u32) -> Self {
        self.waiting_limit_secs = secs;
        self
    }

    /// Below which stay a group is taken to have only passed the case on. Unit: seconds; by default 15 minutes.
    #[must_use]
    pub fn hand_back_limit_secs(mut self, secs: u32) -> Self {
        self.hand_back_limit_secs = secs;
        self
    }

    /// Within which time the same step by another person counts as duplicate work. Unit: seconds; by default 30 minutes.
    #[must_use]
    pub fn duplicate_limit_secs(mut self, secs: u32) -> Self {
        self.duplicate_limit_secs = secs;
        self
    }

    /// Within which time after the end of a case the next of the same caller and category counts as a repeat. Unit:
    /// seconds; by default 7 days.
    #[must_use]
    pub fn repeat_limit_secs(mut self, secs: u32) -> Self {
        self.repeat_limit_secs = secs;
        self
    }

    /// From how many holds on a contact counts as a hold loop; by default 3.
    #[must_use]
    pub fn hold_limit(mut self, holds: usize) -> Self {
        self.hold_limit = holds;
        self
    }

    /// The share of cases that slips and chance may make: a pattern is a finding where its share is above that. Range:
    /// 0 to 1; by default 0.01.
    #[must_use]
    pub fn tolerated_share(mut self, share: f64) -> Self {
        self.tolerated_share = share;
        self
    }

    /// The edge in a comparison that is not worth a finding: cases of a value must be above the others in more than a half
    /// and this share of the pairs. Range: 0 to 0.5; by default 0.05, for log-normal times with a spread of 1 a factor of
    /// 1.2. With 0 any difference counts that chance does not make.
    #[must_use]
    pub fn tolerated_edge(mut self, share: f64) -> Self {
        self.tolerated_edge = share;
        self
    }

    /// The share of events whose state or group is a slip. Range: 0 to 0.5; with 0 the log is taken at its word. By default
    /// it is learned from the log, as 0 unless slips explain much better than ways of working do which routes differ in one
    /// label from a common one; the findings say what was taken.
    ///
    /// With more than 0, a route that differs from a common one of the same length in one label, and that is not more frequent
    /// than slips make it, is read as the common one.
    #[must_use]
    pub fn label_noise(mut self, share: f64) -> Self {
        self.label_noise = Some(share);
        self
    }

    /// The share of false findings that is borne, over all patterns and places. Range: 0 to 1; by default 0.05. With 1
    /// all that was seen is returned.
    #[must_use]
    pub fn false_discovery_rate(mut self, rate: f64) -> Self {
        self.false_discovery_rate = rate;
        self
    }

    /// The probability of the intervals. Range: above 0 and below 1; by default 0.95.
    #[must_use]
    pub fn interval_level(mut self, level: f64) -> Self {
        self.level_of_intervals = level;
        self
    }

    /// Findings in fewer cases are left out; by default 5.
    #[must_use]
    pub fn min_cases(mut self, cases: usize) -> Self {
        self.min_cases = cases;
        self
    }

    /// Groups of fewer different persons are not named; by default 5. A log without persons names all groups.
    #[must_use]
    pub fn min_people(mut self, people: usize) -> Self {
        self.min_people = people;
        self
    }

    /// Whether patterns between persons are looked for and persons named; by default not.
    #[must_use]
    pub fn per_person(mut self, is_wanted: bool) -> Self {
        self.per_person = is_wanted;
        self
    }

    /// The end of what the log shows: stays that are still going on count until then. By default they do not count.
    #[must_use]
    pub fn as_of(mut self, as_of: DateTime<Utc>) -> Self {
        self.as_of = Some(as_of);
        self
    }

    /// When a case has ended; by default when its last state is a terminal one.
    #[must_use]
    pub fn case_ends(mut self, ends: CaseEnds) -> Self {
        self.case_ends = ends;
        self
    }

    /// The hours that count: all durations are working time then, and so are the limits, a day being 24 hours of work. By
    /// default every hour counts.
    #[must_use]
    pub fn working_time(mut self, time: WorkingTime) -> Self {
        self.working_time = Some(time);
        self
    }

    /// How many cases and parts a finding names at most; by default 20.
    #[must_use]
    pub fn evidence(mut self, cases: usize) -> Self {
        self.evidence = cases;
        self
    }

    /// The seed of the drawing anew; by default 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The microseconds that count between two instants, at least 0: all, or those of working time.
    pub(crate) fn between_micros(&self, from: i64, to: i64) -> i64 {
        if to <= from {
            return 0;
        }
        match &self.working_time {
            Some(time) => time.between_micros(from, to),
            None => to.saturating_sub(from),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        check_range("tolerated_share", self.tolerated_share, 1.0, "a share from 0 to 1")?;
        check_range("tolerated_edge", self.tolerated_edge, 0.5, "a share from 0 to 0.5")?;
        check_range("label_noise", self.label_noise.unwrap_or(0.0), 0.5, "a share from 0 to 0.5")?;
        check_range("false_discovery_rate", self.false_discovery_rate, 1.0, "a share from 0 to 1")?;
        check_level(self.level_of_intervals)
    }
}

fn check_range(
    setting: &'static str,
    found: f64,
    most: f64,
    expected: &'static str,
) -> Result<(), Error> {
    if (0.0..=most).contains(&found) {
        return Ok(());
    }
    Err(Error::Setting { setting, found: found.to_string(), expected })
}

/// Checks the probability of an interval.
pub(crate) fn check_level(level: f64) -> Result<(), Error> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::Setting {
        setting: "interval_level",
        found: level.to_string(),
        expected: "a probability above 0 and below 1",
    })
}
