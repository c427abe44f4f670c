//! Which column is what, and which states end a case or queue it.

use ringback_eventlog::{Column, EventLog, LIFECYCLE, LifecycleUse};
use serde::Serialize;

use super::Detectors;
use crate::Error;

const GROUPS: [&str; 5] = ["org:group", "assignment_group", "group", "queue", "team"];
const LEVELS: [&str; 3] = ["level", "support_level", "org:level"];
const STATUSES: [&str; 3] = ["incident_state", "status", "state"];
const PERSONS: [&str; 4] = ["org:resource", "assigned_to", "resource", "agent"];
const CATEGORIES: [&str; 5] = ["category", "intent", "service", "product", "type"];
const CALLERS: [&str; 4] = ["caller", "caller_id", "customer", "requester"];
/// Words in the names of columns that name persons, stamps or the case itself.
const NOT_COMPARED: [&str; 37] = [
    "resource",
    "assigned_to",
    "assignee",
    "owner",
    "author",
    "agent",
    "analyst",
    "technician",
    "operator",
    "employee",
    "handler",
    "handled",
    "worker",
    "engineer",
    "person",
    "staff",
    "reporter",
    "contact_id",
    "client",
    "login",
    "extension",
    "account",
    "caller",
    "customer",
    "requester",
    "user",
    "_by",
    "name",
    "time",
    "date",
    "_at",
    "lifecycle",
    "status",
    "state",
    "number",
    "phone",
    "mail",
];
/// Words in the names of columns whose values are groups of people.
const OF_PEOPLE: [&str; 9] =
    ["group", "team", "queue", "role", "desk", "squad", "unit", "department", "level"];
/// How many different values a column that is compared may have.
const MOST_VALUES: usize = 50;
const TERMINAL_WORDS: [&str; 7] =
    ["resolv", "closed", "complet", "cancel", "solved", "done", "finish"];
/// A state with such a word is not the end, however often the log ends there.
const GOES_ON_WORDS: [&str; 9] =
    ["await", "queue", "unassigned", "new", "wait", "hold", "pending", "progress", "open"];
const QUEUE_WORDS: [&str; 4] = ["await", "queue", "unassigned", "new"];

/// What of a log was taken for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogRoles {
    /// The column of the group.
    pub group: Option<String>,
    /// The column of the level, or how it follows from the group.
    pub level: Option<String>,
    /// The column of the state; `concept:name` is the activity.
    pub status: String,
    /// The column of the person.
    pub resource: Option<String>,
    /// The column of the category.
    pub category: Option<String>,
    /// The column of the caller.
    pub caller: Option<String>,
    /// The columns whose values are compared.
    pub compare: Vec<String>,
    /// The states in which a case has ended.
    pub terminal: Vec<String>,
    /// The states in which a case waits to be taken.
    pub queue_states: Vec<String>,
}

/// The level is read from the end of the group's name.
pub(crate) const LEVEL_OF_GROUP: &str = "ending of the group";
/// The name of the activity as a column.
pub(crate) const ACTIVITY: &str = "concept:name";

impl LogRoles {
    /// What is said in the settings, and for the rest what the log's columns are named.
    ///
    /// # Errors
    ///
    /// [`Error::Lacking`] where the settings name a column that the log does not have.
    pub fn of(log: &EventLog, settings: &Detectors) -> Result<Self, Error> {
        let events = |name: &str| log.column(name).is_some();
        let any = |name: &str| log.column(name).is_some() || log.case_column(name).is_some();
        let group = chosen(settings.group.as_deref(), &GROUPS, events)?;
        let level = chosen(settings.level.as_deref(), &LEVELS, events)?
            .or_else(|| group.as_deref().and_then(|it| level_of_group(log, it)));
        let status = match settings.status.as_deref() {
            Some(ACTIVITY) => ACTIVITY.to_owned(),
            given => chosen(given, &[], events)?.unwrap_or_else(|| found_status(log)),
        };
        let resource = chosen(settings.resource.as_deref(), &PERSONS, events)?;
        let mut roles = Self {
            level,
            resource,
            category: chosen(settings.category.as_deref(), &CATEGORIES, any)?,
            caller: chosen(settings.caller.as_deref(), &CALLERS, any)?,
            compare: Vec::new(),
            terminal: settings.terminal.clone().unwrap_or_else(|| found_terminal(log, &status)),
            queue_states: settings.queue_states.clone().unwrap_or_else(|| {
                state_names(log, &status)
                    .filter(|it| has_word(it, &QUEUE_WORDS))
                    .map(str::to_owned)
                    .collect()
            }),
            group,
            status,
        };
        roles.compare = match &settings.compare {
            Some(columns) => {
                for column in columns {
                    chosen(Some(column), &[], any)?;
                }
                columns.clone()
            }
            None => roles.comparable(log),
        };
        Ok(roles)
    }

    /// The columns whose values may be compared.
    fn comparable(&self, log: &EventLog) -> Vec<String> {
        let taken = [self.caller.as_deref(), self.resource.as_deref(), Some(self.status.as_str())];
        let is_fit = |it: &&Column| {
            let name = it.name().to_lowercase();
            (2..=MOST_VALUES).contains(&it.texts().len())
                && !taken.contains(&Some(it.name()))
                && !NOT_COMPARED.iter().any(|word| name.contains(word))
        };
        let mut names: Vec<String> = Vec::new();
        for column in log.case_columns().iter().chain(log.columns()).filter(is_fit) {
            if !names.iter().any(|it| it == column.name()) {
                names.push(column.name().to_owned());
            }
        }
        names
    }
}

/// The column that was named, if it is there, or the first that is there.
fn chosen(
    given: Option<&str>,
    usual: &[&str],
    is_there: impl Fn(&str) -> bool,
) -> Result<Option<String>, Error> {
    match given {
        Some(name) if is_there(name) => Ok(Some(name.to_owned())),
        Some(name) => Err(Error::Lacking { question: "detect", lacks: format!("column {name}") }),
        None => Ok(usual.iter().find(|it| is_there(it)).map(|it| (*it).to_owned())),
    }
}

fn found_status(log: &EventLog) -> String {
    if log.lifecycle_steps().usable_as() == LifecycleUse::Statuses {
        return LIFECYCLE.to_owned();
    }
    let found = STATUSES.iter().find(|it| log.column(it).is_some());
    (*found.unwrap_or(&ACTIVITY)).to_owned()
}

fn state_names<'a>(log: &'a EventLog, status: &str) -> impl Iterator<Item = &'a str> {
    let texts = log.column(status).map_or_else(|| log.activities(), Column::texts);
    texts.iter()
}

fn found_terminal(log: &EventLog, status: &str) -> Vec<String> {
    let column = log.column(status);
    let names = column.map_or_else(|| log.activities(), Column::texts);
    let mut seen = vec![(0_usize, 0_usize); names.len()];
    for case in 0..log.cases() {
        let events = log.case_events(case);
        for event in events.clone() {
            let state = match column {
                Some(column) => column.number(event),
                None => log.activity().get(event).copied(),
            };
            let place = state.and_then(|it| usize::try_from(it).ok());
            if let Some(counts) = place.and_then(|it| seen.get_mut(it)) {
                counts.0 += 1;
                counts.1 += usize::from(event + 1 == events.end);
            }
        }
    }
    let is_terminal = |name: &str, (all, last): (usize, usize)| {
        let is_often_last = 2 * last > all && 100 * last >= log.cases();
        has_word(name, &TERMINAL_WORDS) || (is_often_last && !has_word(name, &GOES_ON_WORDS))
    };
    let named = names.iter().zip(seen).filter(|(name, counts)| is_terminal(name, *counts));
    named.map(|(name, _)| name.to_owned()).collect()
}

/// Whether the values of a column are groups of people, by its name.
pub(crate) fn is_of_people(column: &str) -> bool {
    let name = column.to_lowercase();
    OF_PEOPLE.iter().any(|it| name.contains(it))
}

/// Whether a word of the name begins like one of these.
pub(crate) fn has_word(name: &str, words: &[&str]) -> bool {
    let lower = name.to_lowercase();
    let mut parts = lower.split(|it: char| !it.is_alphanumeric());
    parts.any(|part| words.iter().any(|word| part.starts_with(word)))
}

/// The level that the end of a group's name says; 1 where it says none.
pub(crate) fn level_at_end(group: &str) -> u32 {
    let lower = group.to_lowercase();
    for level in 2..=4_u32 {
        let ordinal = ["2nd", "3rd", "4th"][level as usize - 2];
        if [ordinal.to_owned(), format!(" l{level}"), format!("-l{level}"), format!("_l{level}")]
            .iter()
            .any(|it| lower.ends_with(it))
        {
            return level;
        }
    }
    1
}

fn level_of_group(log: &EventLog, group: &str) -> Option<String> {
    let groups = log.column(group)?.texts();
    groups.iter().any(|it| level_at_end(it) > 1).then(|| LEVEL_OF_GROUP.to_owned())
}
