//! The mapping file as it is written: what TOML gives, before it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Fold, Precision, StageKind, Zone};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub source: String,
    pub delimiter: Option<String>,
    #[serde(default = "yes")]
    pub quote: bool,
    pub columns: Option<Vec<String>>,
    pub zone: Option<Zone>,
    #[serde(default)]
    pub fold: Fold,
    pub precision_secs: Option<Precision>,
    pub key: Vec<String>,
    #[serde(default)]
    pub call: Vec<String>,
    #[serde(default)]
    pub plain: Vec<String>,
    pub region: Option<String>,
    pub time: TimeFile,
    #[serde(default)]
    pub observed: ObservedFile,
    pub direction: Option<FieldFile>,
    pub customer: Option<CustomerFile>,
    pub queue: Option<FieldFile>,
    pub intent: Option<FieldFile>,
    pub priority: Option<FieldFile>,
    pub outcome: FieldFile,
    #[serde(default)]
    pub skip: Vec<SkipFile>,
    pub started: Option<String>,
    pub ended: Option<String>,
    #[serde(default)]
    pub stage: Vec<StageFile>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeFile {
    pub format: String,
    pub date: Option<String>,
    pub date_format: Option<String>,
    #[serde(default)]
    pub absent: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObservedFile {
    pub abandons: Option<bool>,
    pub waits: Option<bool>,
    pub agents: Option<bool>,
    pub customers: Option<bool>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a column's name, or a table with column, value, values, other, absent"
)]
pub(super) enum FieldFile {
    Column(String),
    Table(FieldTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldTable {
    pub column: Option<String>,
    pub value: Option<String>,
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    pub other: Option<String>,
    #[serde(default)]
    pub absent: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerFile {
    pub column: String,
    pub kind: CustomerKind,
    #[serde(default)]
    pub absent: Vec<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum CustomerKind {
    Id,
    Phone,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SkipFile {
    pub column: String,
    pub values: Vec<String>,
    pub reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageFile {
    pub kind: StageKind,
    pub start: Option<String>,
    pub end: Option<String>,
    pub seconds: Option<String>,
    pub queue: Option<FieldFile>,
    pub agent: Option<FieldFile>,
    pub when: Option<WhenFile>,
    pub ended: Option<FieldFile>,
    #[serde(default)]
    pub contradiction: Contradiction,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhenFile {
    pub column: String,
    pub values: Vec<String>,
}

#[derive(Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Contradiction {
    #[default]
    Reject,
    Drop,
}
