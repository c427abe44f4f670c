//! The layout file of an IP Office: what its users know and its records do not say.

use std::collections::BTreeSet;

use ringback_calllog::{Error, bad_layout, read_layout};
use serde::Deserialize;

/// What the ring time of a call to one telephone counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direct {
    /// Waiting for a person, as with a group, in no named queue.
    #[default]
    Queue,
    /// A telephone that rings.
    Ring,
}

/// Which clock the SMDR record time shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RecordTime {
    Utc,
    Local,
    #[default]
    Ignore,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    /// Called numbers that are hunt groups.
    #[serde(default)]
    pub groups: BTreeSet<String>,
    /// Called numbers that are auto attendants.
    #[serde(default)]
    pub auto_attendants: BTreeSet<String>,
    #[serde(default)]
    pub direct: Direct,
    #[serde(default)]
    pub record_time: RecordTime,
    /// What is dialed for an outside line.
    pub outside_prefix: Option<String>,
}

impl Layout {
    pub(super) fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let layout: Self = read_layout(text, file)?;
        let problem = match &layout.outside_prefix {
            Some(prefix) if prefix.is_empty() || !prefix.bytes().all(|it| it.is_ascii_digit()) => {
                format!("outside_prefix is {prefix:?}, expected digits such as \"9\"")
            }
            _ => return Ok(layout),
        };
        Err(bad_layout(file, problem))
    }
}
