//! One table of a mapping.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::CustomerBy;
use crate::journal::Field;

/// One table.
#[derive(Clone, Debug)]
pub(super) struct TableMapping {
    pub(super) number: usize,
    pub(super) rows: Rows,
    pub(super) case: Vec<String>,
    pub(super) key: Vec<String>,
    pub(super) customer: Option<(String, CustomerBy)>,
    holds: Vec<(Field, String)>,
    attributes: Vec<(Attribute, String)>,
}

/// What a row of a table is.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    Tickets { created: Time, milestones: Vec<(String, Time)> },
    Events { time: Time, activity: Option<String> },
    Changes(Changes),
}

/// Where a table of changes says which field changed, from what to what.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    pub(super) time: Time,
    pub(super) field: String,
    pub(super) from: Option<String>,
    pub(super) to: String,
    pub(super) fields: BTreeMap<String, Follows>,
}

/// Where a stamp stands, in one column or in several joined by blanks, and how it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    pub(super) columns: Vec<String>,
    pub(super) format: Option<String>,
}

impl Time {
    fn lower(self) -> Self {
        Self { columns: lower_all(self.columns), ..self }
    }
}

/// What a field is whose changes are followed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Follows {
    State,
    Group,
    Resource,
    Priority,
}

/// Attributes of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Attribute {
    Category,
    Subcategory,
    Priority,
    ContactType,
    MadeSla,
    Product,
    Plant,
}

impl Attribute {
    fn as_str(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Subcategory => "subcategory",
            Self::Priority => "priority",
            Self::ContactType => "contact_type",
            Self::MadeSla => "made_sla",
            Self::Product => "product",
            Self::Plant => "plant",
        }
    }
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RowsName {
    Tickets,
    Events,
    Changes,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CustomerKind {
    Id,
    Mail,
    Phone,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerFile {
    column: String,
    kind: CustomerKind,
}

/// A table as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFile {
    rows: RowsName,
    case: Vec<String>,
    #[serde(default)]
    key: Vec<String>,
    time: Time,
    #[serde(default)]
    milestones: BTreeMap<String, Time>,
    activity: Option<String>,
    state: Option<String>,
    group: Option<String>,
    resource: Option<String>,
    field: Option<String>,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, Follows>,
    #[serde(default)]
    attributes: BTreeMap<Attribute, String>,
    customer: Option<CustomerFile>,
}

impl TableMapping {
    /// The columns that the table cannot be read without.
    pub(super) fn needs(&self) -> Vec<&str> {
        let mut needs: Vec<&str> = self.case.iter().map(String::as_str).collect();
        let time = match &self.rows {
            Rows::Tickets { created, .. } => created,
            Rows::Events { time, activity } => {
                needs.extend(activity.as_deref());
                time
            }
            Rows::Changes(Changes { time, field, to, .. }) => {
                needs.extend([field.as_str(), to.as_str()]);
                time
            }
        };
        needs.extend(time.columns.iter().map(String::as_str));
        needs
    }

    /// The columns that hold state, group and person.
    pub(super) fn holds(&self) -> impl Iterator<Item = (Field, &str)> {
        self.holds.iter().map(|(field, column)| (*field, column.as_str()))
    }

    /// The attributes of cases and their columns.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.attributes.iter().map(|(attribute, column)| (attribute.as_str(), column.as_str()))
    }
}

impl TableFile {
    /// Keys of another kind of rows are mistakes.
    fn check(&self) -> Result<(), String> {
        let of_changes = self.field.is_some()
            || self.to.is_some()
            || self.from.is_some()
            || !self.fields.is_empty();
        let keys = [
            (!self.milestones.is_empty(), "milestones", RowsName::Tickets, "tickets"),
            (self.activity.is_some(), "activity", RowsName::Events, "events"),
            (of_changes, "field, from, to or fields", RowsName::Changes, "changes"),
        ];
        if let Some((_, key, _, name)) = keys.iter().find(|it| it.0 && self.rows != it.2) {
            return Err(format!("{key}, expected only with rows = {name:?}"));
        }
        if self.case.is_empty() || self.time.columns.is_empty() {
            return Err("no columns in case or time, expected at least one".to_owned());
        }
        Ok(())
    }
}

/// A table, checked. Names of columns are compared in lower case.
pub(super) fn table(number: usize, file: TableFile) -> Result<TableMapping, String> {
    file.check()?;
    let lower = |it: String| it.to_lowercase();
    let time = file.time.lower();
    let holds =
        [(Field::State, file.state), (Field::Group, file.group), (Field::Resource, file.resource)];
    let holds: Vec<(Field, String)> =
        holds.into_iter().filter_map(|(field, column)| Some((field, lower(column?)))).collect();
    let rows = match file.rows {
        RowsName::Tickets => {
            let milestones = file.milestones.into_iter().map(|(state, time)| (state, time.lower()));
            Rows::Tickets { created: time, milestones: milestones.collect() }
        }
        RowsName::Events if file.activity.is_none() && holds.is_empty() => {
            return Err("no activity, state, group or resource, expected at least one".to_owned());
        }
        RowsName::Events => Rows::Events { time, activity: file.activity.map(lower) },
        RowsName::Changes => {
            let (Some(field), Some(to)) = (file.field, file.to) else {
                return Err("no field or no to, expected both with rows = \"changes\"".to_owned());
            };
            let (field, to, from) = (lower(field), lower(to), file.from.map(lower));
            Rows::Changes(Changes { time, field, from, to, fields: file.fields })
        }
    };
    let customer = file.customer.map(|it| {
        let by = match it.kind {
            CustomerKind::Id => CustomerBy::Id,
            CustomerKind::Mail => CustomerBy::Mail,
            CustomerKind::Phone => CustomerBy::Phone,
        };
        (lower(it.column), by)
    });
    let attributes = file.attributes.into_iter().map(|(it, column)| (it, lower(column))).collect();
    let (case, key) = (lower_all(file.case), lower_all(file.key));
    Ok(TableMapping { number, rows, case, key, customer, holds, attributes })
}

fn lower_all(list: Vec<String>) -> Vec<String> {
    list.into_iter().map(|it| it.to_lowercase()).collect()
}
