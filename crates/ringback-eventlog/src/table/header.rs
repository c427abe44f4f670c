//! What each column of a table is.

use std::collections::BTreeSet;
use std::path::Path;

use crate::builder::ColumnNumber;
use crate::read::MOST_ATTRIBUTES;
use crate::{Error, EventLogBuilder, LIFECYCLE, TableReader, ValueKind};

/// The usual names of a role's columns, most telling first, without blanks, dashes and underscores.
type Usual = &'static [&'static str];

const CASE: Usual = &["case:concept:name", "caseid", "casekey", "case", "number"];
const ACTIVITY: Usual =
    &["concept:name", "activity", "activityid", "activityname", "activityen", "task", "event"];
const TIME: Usual = &[
    "time:timestamp",
    "endtime",
    "endtimestamp",
    "completetimestamp",
    "completetime",
    "complete",
    "timestamp",
    "eventtime",
    "sysupdatedat",
    "time",
];
const START: Usual = &["starttimestamp", "starttime", "start"];
const RESOURCE: Usual = &["org:resource", "resource", "resourceid", "user"];
const STEP: Usual = &["lifecycle:transition", "lifecycle", "lifecycleid"];
const INSTANCE: Usual = &["concept:instance", "activityinstanceid", "activityinstance"];

/// Where the columns of a table stand.
pub(crate) struct Header {
    names: Vec<String>,
    pub(crate) case: usize,
    pub(crate) activity: usize,
    pub(crate) time: usize,
    pub(crate) start: Option<usize>,
    /// The others, with what they become.
    pub(crate) kept: Vec<(usize, Kept)>,
}

/// What a column becomes.
#[derive(Clone, Copy)]
pub(crate) enum Kept {
    Event(ColumnNumber),
    Case(ColumnNumber),
}

impl Header {
    pub(crate) fn new(
        reader: &TableReader,
        names: Vec<String>,
        builder: &mut EventLogBuilder,
        path: &Path,
    ) -> Result<Self, Error> {
        let bad = |problem| Error::Format { path: path.to_owned(), line: 1, problem };
        if names.len() > MOST_ATTRIBUTES {
            let count = names.len();
            return Err(bad(format!("{count} columns, expected at most {MOST_ATTRIBUTES}")));
        }
        let find = Find { names: &names, path };
        let case = find.needed("case", reader.case.as_deref(), CASE)?;
        let activity = find.needed("activity", reader.activity.as_deref(), ACTIVITY)?;
        let time = find.needed("time", reader.time.as_deref(), TIME)?;
        let start = find.optional("start", reader.start.as_deref(), START)?;
        let roles = [
            (find.optional("resource", reader.resource.as_deref(), RESOURCE)?, "org:resource"),
            (find.optional("lifecycle", reader.lifecycle.as_deref(), STEP)?, LIFECYCLE),
            (find.place(None, INSTANCE), "concept:instance"),
        ];
        let mut taken: BTreeSet<String> =
            roles.iter().filter(|it| it.0.is_some()).map(|it| it.1.to_owned()).collect();
        let mut kept = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            if [Some(case), Some(activity), Some(time), start].contains(&Some(at)) {
                continue;
            }
            let role = roles.iter().find(|it| it.0 == Some(at)).map(|it| it.1.to_owned());
            let name = role.unwrap_or_else(|| untaken(at, name, &mut taken));
            kept.push((
                at,
                match name.strip_prefix("case:") {
                    Some(name) => Kept::Case(builder.case_column(name, ValueKind::Text)),
                    None => Kept::Event(builder.column(&name, ValueKind::Text)),
                },
            ));
        }
        Ok(Self { names, case, activity, time, start, kept })
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn name(&self, at: usize) -> String {
        self.names.get(at).cloned().unwrap_or_default()
    }
}

/// A name that no other column has: a second `note` is `note (2)`, and a column without a name is told by its place.
fn untaken(at: usize, name: &str, taken: &mut BTreeSet<String>) -> String {
    let name = if name.is_empty() { format!("column {}", at + 1) } else { name.to_owned() };
    let mut free = name.clone();
    let mut number = 1_usize;
    while !taken.insert(free.clone()) {
        number += 1;
        free = format!("{name} ({number})");
    }
    free
}

/// Finds the columns of a header.
struct Find<'a> {
    names: &'a [String],
    path: &'a Path,
}

impl Find<'_> {
    fn place(&self, told: Option<&str>, usual: Usual) -> Option<usize> {
        if let Some(told) = told {
            return self.names.iter().position(|it| it == told);
        }
        let plain: Vec<String> = self.names.iter().map(|it| plain(it)).collect();
        usual.iter().find_map(|usual| plain.iter().position(|it| it == usual))
    }

    fn needed(&self, what: &str, told: Option<&str>, usual: Usual) -> Result<usize, Error> {
        self.place(told, usual).ok_or_else(|| self.lacking(what, told, usual))
    }

    /// A column that may lack where it is not told.
    fn optional(
        &self,
        what: &str,
        told: Option<&str>,
        usual: Usual,
    ) -> Result<Option<usize>, Error> {
        match self.place(told, usual) {
            None if told.is_some() => Err(self.lacking(what, told, usual)),
            found => Ok(found),
        }
    }

    fn lacking(&self, what: &str, told: Option<&str>, usual: Usual) -> Error {
        let expected = match told {
            Some(told) => format!("{told:?}"),
            None => format!("one of {}", usual.join(", ")),
        };
        let names = self.names.join(", ");
        let problem =
            format!("no column of the {what}, expected {expected}; the header has {names}");
        Error::Format { path: self.path.to_owned(), line: 1, problem }
    }
}

/// A name without what exports write it with in one way or another.
fn plain(name: &str) -> String {
    name.chars().filter(|it| !" _-".contains(*it)).flat_map(char::to_lowercase).collect()
}
