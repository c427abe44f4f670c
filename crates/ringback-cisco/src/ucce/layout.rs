//! What users tell of their system: a layout in TOML.

use std::collections::{BTreeMap, BTreeSet};

use ringback_calllog::{Error, bad_layout, read_layout};
use serde::Deserialize;

use crate::export::Stamps;

/// What a call counts under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum QueuesBy {
    #[default]
    CallType,
    SkillGroup,
}

/// What becomes of short calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ShortCalls {
    #[default]
    Other,
    Skip,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    time_format: Option<String>,
    queues_by: QueuesBy,
    short_calls: ShortCalls,
    queues: BTreeMap<String, String>,
    agents: BTreeMap<String, String>,
    not_people: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub stamps: Stamps,
    pub queues_by: QueuesBy,
    pub short_calls: ShortCalls,
    pub queues: BTreeMap<String, String>,
    pub agents: BTreeMap<String, String>,
    pub not_people: BTreeSet<String>,
}

impl Layout {
    /// Reads a layout's text.
    pub(super) fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let read: File = read_layout(text, file)?;
        let stamps = Stamps::new(read.time_format.as_deref(), &[])
            .map_err(|problem| bad_layout(file, problem))?;
        Ok(Self {
            stamps,
            queues_by: read.queues_by,
            short_calls: read.short_calls,
            queues: read.queues,
            agents: read.agents,
            not_people: read.not_people,
        })
    }
}
