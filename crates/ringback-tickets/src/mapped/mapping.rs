//! The mapping file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ringback_eventlog::{Fold, Zone};
use serde::Deserialize;

use super::table::{TableFile, TableMapping, table};
use crate::source::row::Row;
use crate::{Error, StateKind};

/// What the columns of a system's tables mean: a TOML file.
///
/// # Example
///
/// ```
/// use ringback_tickets::TicketMapping;
///
/// let mapping = TicketMapping::from_toml(
///     r#"
///     source = "sap-qm"
///     zone = "Europe/Berlin"
///     states = { E0001 = "new", E0005 = "closed" }
///
///     [[table]]
///     rows = "changes"
///     case = ["OBJECTID"]
///     time = { columns = ["UDATE", "UTIME"], format = "%Y%m%d %H%M%S" }
///     field = "FNAME"
///     from = "VALUE_OLD"
///     to = "VALUE_NEW"
///     fields = { STAT = "state", INGRP = "group" }
///     "#,
///     "sap.toml".as_ref(),
/// )?;
/// assert_eq!(mapping.source(), "sap-qm");
/// # Ok::<(), ringback_tickets::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TicketMapping {
    pub(super) source: Arc<str>,
    pub(super) zone: Option<Zone>,
    pub(super) fold: Fold,
    pub(super) states: BTreeMap<String, StateKind>,
    tables: Vec<TableMapping>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: String,
    zone: Option<Zone>,
    #[serde(default)]
    fold: Fold,
    #[serde(default)]
    states: BTreeMap<String, KindName>,
    #[serde(default)]
    table: Vec<TableFile>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    New,
    Working,
    WaitingForCustomer,
    WaitingForOthers,
    OnHold,
    Resolved,
    Closed,
    Canceled,
}

impl TicketMapping {
    /// The mapping of a file's text; `path` names it in errors.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] with the place and what was expected.
    pub fn from_toml(text: &str, path: &Path) -> Result<Self, Error> {
        let failed = |problem| Error::Mapping { path: path.to_owned(), problem };
        let file: File =
            toml::from_str(text).map_err(|it| failed(it.to_string().trim_end().to_owned()))?;
        if file.table.is_empty() {
            return Err(failed("no [[table]], expected one for each table".to_owned()));
        }
        let mut tables = Vec::new();
        for (number, it) in file.table.into_iter().enumerate() {
            let read = table(number, it);
            tables.push(read.map_err(|it| failed(format!("table {}: {it}", number + 1)))?);
        }
        let states = file.states.into_iter().map(|(state, kind)| (state, kind.kind())).collect();
        Ok(Self { source: file.source.into(), zone: file.zone, fold: file.fold, states, tables })
    }

    /// The system's name, which stands before each case's.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The first table whose columns are all there.
    pub(super) fn table(&self, row: &Row<'_>) -> Option<&TableMapping> {
        self.tables.iter().find(|it| it.needs().iter().all(|column| row.has(column)))
    }

    /// What the tables need, to be shown.
    pub(super) fn needs(&self) -> String {
        let tables = self.tables.iter().map(|it| it.needs().join(", "));
        tables.collect::<Vec<_>>().join("; or ")
    }
}

impl KindName {
    fn kind(self) -> StateKind {
        match self {
            Self::New => StateKind::New,
            Self::Working => StateKind::Working,
            Self::WaitingForCustomer => StateKind::WaitingForCustomer,
            Self::WaitingForOthers => StateKind::WaitingForOthers,
            Self::OnHold => StateKind::OnHold,
            Self::Resolved => StateKind::Resolved,
            Self::Closed => StateKind::Closed,
            Self::Canceled => StateKind::Canceled,
        }
    }
}
