//! What users tell of their system: a layout in TOML.

use std::collections::{BTreeMap, BTreeSet};

use ringback_calllog::{Error, bad_layout, read_layout};
use serde::Deserialize;

use crate::export::Stamps;

/// Stamps of reports beside `2026-05-04 09:15:00`. None has a month in digits between slashes: `05/04/2026` is May or
/// April by the reporter's language, which only the layout can say.
const REPORT_STAMPS: &[&str] = &[
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y %I:%M:%S %p",
];

/// Which of a queue's names it goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum QueuesBy {
    #[default]
    Name,
    Id,
}

/// Which of an agent's names they go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AgentsBy {
    #[default]
    Login,
    Name,
    Extension,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    time_format: Option<String>,
    queues_by: QueuesBy,
    agents_by: AgentsBy,
    queues: BTreeMap<String, String>,
    agents: BTreeMap<String, String>,
    not_people: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Stamps of the tables, all UTC.
    pub table_stamps: Stamps,
    /// Stamps of the report, all local.
    pub report_stamps: Stamps,
    pub queues_by: QueuesBy,
    pub agents_by: AgentsBy,
    pub queues: BTreeMap<String, String>,
    pub agents: BTreeMap<String, String>,
    pub not_people: BTreeSet<String>,
}

impl Layout {
    /// Reads a layout's text.
    pub(super) fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let read: File = read_layout(text, file)?;
        Self::new(read).map_err(|problem| bad_layout(file, problem))
    }

    fn new(read: File) -> Result<Self, String> {
        let told = read.time_format.as_deref();
        Ok(Self {
            table_stamps: Stamps::new(told, &[])?,
            report_stamps: Stamps::new(told, REPORT_STAMPS)?,
            queues_by: read.queues_by,
            agents_by: read.agents_by,
            queues: read.queues,
            agents: read.agents,
            not_people: read.not_people,
        })
    }
}

impl Default for Layout {
    fn default() -> Self {
        // The patterns of no layout are this file's own; a test reads a stamp by each.
        Self::new(File::default()).unwrap_or_else(|_| Self {
            table_stamps: Stamps::default(),
            report_stamps: Stamps::default(),
            queues_by: QueuesBy::default(),
            agents_by: AgentsBy::default(),
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            not_people: BTreeSet::new(),
        })
    }
}
