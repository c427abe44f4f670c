//! The layout file of a call history.

use std::collections::BTreeSet;

use ringback_calllog::{Error, bad_layout, read_layout};
use serde::Deserialize;

/// Which clock SEGSTART and SEGSTOP show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stamps {
    #[default]
    Utc,
    Local,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    #[serde(default)]
    pub stamps: Stamps,
    /// Splits whose members are ports of a machine.
    #[serde(default)]
    pub machine_splits: BTreeSet<u16>,
    /// The columns of a CSV file without a header.
    pub columns: Option<Vec<String>>,
}

impl Settings {
    pub(super) fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let settings: Self = read_layout(text, file)?;
        let columns = settings.columns.as_deref().unwrap_or_default();
        let has = |name: &str| columns.iter().any(|it| it.eq_ignore_ascii_case(name));
        let needed = ["CALLID", "SEGSTART", "SEGSTOP", "DISPTIME", "DURATION"];
        match needed.iter().find(|it| settings.columns.is_some() && !has(it)) {
            None => Ok(settings),
            Some(missing) => {
                let problem = format!("columns name no {missing}, expected it among them");
                Err(bad_layout(file, problem))
            }
        }
    }
}
