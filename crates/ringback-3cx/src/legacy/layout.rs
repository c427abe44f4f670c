//! The fields that a system writes, as its administrator chose them.

use std::collections::BTreeMap;

use ringback_calllog::{Error, Zone, bad_layout, read_layout};
use serde::Deserialize;

use crate::layout::{DnTypes, dn_types};

/// A field of the legacy CDR, in the order of 3CX's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    HistoryId,
    CallId,
    Duration,
    TimeStart,
    TimeAnswered,
    TimeEnd,
    ReasonTerminated,
    FromNo,
    ToNo,
    FromDn,
    ToDn,
    DialNo,
    ReasonChanged,
    FinalNumber,
    FinalDn,
    BillCode,
    BillRate,
    BillCost,
    BillName,
    Chain,
    FromType,
    ToType,
    FinalType,
    FromDispName,
    ToDispName,
    FinalDispName,
    MissedQueueCalls,
}

/// How many fields there are.
pub(super) const FIELDS: usize = 27;

impl Field {
    /// Every field with its name, in the order of 3CX's list.
    pub(super) const ALL: [(Self, &'static str); FIELDS] = [
        (Self::HistoryId, "historyid"),
        (Self::CallId, "callid"),
        (Self::Duration, "duration"),
        (Self::TimeStart, "time-start"),
        (Self::TimeAnswered, "time-answered"),
        (Self::TimeEnd, "time-end"),
        (Self::ReasonTerminated, "reason-terminated"),
        (Self::FromNo, "from-no"),
        (Self::ToNo, "to-no"),
        (Self::FromDn, "from-dn"),
        (Self::ToDn, "to-dn"),
        (Self::DialNo, "dial-no"),
        (Self::ReasonChanged, "reason-changed"),
        (Self::FinalNumber, "final-number"),
        (Self::FinalDn, "final-dn"),
        (Self::BillCode, "bill-code"),
        (Self::BillRate, "bill-rate"),
        (Self::BillCost, "bill-cost"),
        (Self::BillName, "bill-name"),
        (Self::Chain, "chain"),
        (Self::FromType, "from-type"),
        (Self::ToType, "to-type"),
        (Self::FinalType, "final-type"),
        (Self::FromDispName, "from-dispname"),
        (Self::ToDispName, "to-dispname"),
        (Self::FinalDispName, "final-dispname"),
        (Self::MissedQueueCalls, "missed-queue-calls"),
    ];

    /// The field's name in 3CX's list.
    pub(super) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    fn find(name: &str) -> Option<Self> {
        let is_it = |known: &str| known.len() == name.len() && known == name.replace('_', "-");
        Self::ALL.iter().find(|it| is_it(it.1)).map(|it| it.0)
    }

    /// Whether the field holds text that may hold a comma.
    pub(super) fn is_free_text(self) -> bool {
        matches!(self, Self::FromDispName | Self::ToDispName | Self::FinalDispName | Self::BillName)
    }

    /// The length that a field of its kind takes at least, in signs.
    fn least_len(self) -> usize {
        match self {
            Self::TimeStart | Self::TimeAnswered | Self::TimeEnd => 19,
            Self::Duration => 8,
            _ => 1,
        }
    }
}

/// The fields of a record, in order.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) fields: Vec<Field>,
    /// The length of each field in signs, where fields have fixed lengths and no commas between them.
    pub(super) widths: Option<Vec<usize>>,
    /// Where each field stands, by [`Field::ALL`]; [`Layout::ABSENT`] for one that is not written.
    places: [u8; FIELDS],
    /// The zone of the stamps.
    pub(super) time_zone: Option<Zone>,
    /// Types of dns where the records do not say them.
    pub(super) dn_types: DnTypes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    fields: Option<Vec<FieldFile>>,
    commas: Option<bool>,
    time_zone: Option<Zone>,
    #[serde(default)]
    dn_types: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a field's name, or a table with name and length")]
enum FieldFile {
    Name(String),
    Fixed(FixedField),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedField {
    name: String,
    length: Option<usize>,
}

impl Default for Layout {
    fn default() -> Self {
        let fields = Field::ALL.map(|it| it.0).to_vec();
        Self::new(fields, None)
    }
}

impl Layout {
    const ABSENT: u8 = u8::MAX;

    fn new(fields: Vec<Field>, widths: Option<Vec<usize>>) -> Self {
        let mut places = [Self::ABSENT; FIELDS];
        for (place, field) in fields.iter().enumerate() {
            places[*field as usize] = u8::try_from(place).unwrap_or(Self::ABSENT);
        }
        Self { fields, widths, places, time_zone: None, dn_types: DnTypes::default() }
    }

    /// Reads a layout's TOML.
    pub(super) fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let layout: LayoutFile = read_layout(text, file)?;
        let mut built = match &layout.fields {
            None => Self::default(),
            Some(fields) => Self::of_fields(fields, file)?,
        };
        if layout.commas.unwrap_or(true) {
            built.widths = None;
        } else if built.widths.is_none() {
            let expected = "commas = false takes a length for every field";
            let without = built.fields.first().map_or("fields", |it| it.name());
            let without = layout.fields.as_ref().and_then(|it| without_len(it)).unwrap_or(without);
            return Err(bad_layout(file, format!("fields: {without} has no length, {expected}")));
        }
        built.time_zone = layout.time_zone;
        built.dn_types = dn_types(&layout.dn_types, file)?;
        Ok(built)
    }

    fn of_fields(list: &[FieldFile], file: &str) -> Result<Self, Error> {
        let mut fields = Vec::with_capacity(list.len());
        let mut widths = Some(Vec::with_capacity(list.len()));
        for item in list {
            let (name, length) = item.parts();
            let Some(field) = Field::find(name) else {
                let known = Field::ALL.map(|it| it.1).join(", ");
                return Err(bad_layout(file, format!("fields: {name:?}, expected one of {known}")));
            };
            if fields.contains(&field) {
                return Err(bad_layout(file, format!("fields: {name} comes twice, expected once")));
            }
            if let Some(length) = length
                && !(field.least_len()..=4096).contains(&length)
            {
                let least = field.least_len();
                let expected = format!("expected {least} to 4096");
                return Err(bad_layout(
                    file,
                    format!("fields: {name} has length {length}, {expected}"),
                ));
            }
            fields.push(field);
            widths = widths.zip(length).map(|(mut widths, length)| {
                widths.push(length);
                widths
            });
        }
        if !fields.contains(&Field::TimeStart) {
            let expected = "expected it: a call without it has no time";
            return Err(bad_layout(file, format!("fields: no time-start, {expected}")));
        }
        Ok(Self::new(fields, widths))
    }

    /// Where a field stands in a record; `None` if it is not written.
    #[inline]
    pub(super) fn place(&self, field: Field) -> Option<usize> {
        match self.places[field as usize] {
            Self::ABSENT => None,
            place => Some(place.into()),
        }
    }

    /// Whether a field is written.
    pub(super) fn has(&self, field: Field) -> bool {
        self.place(field).is_some()
    }
}

impl FieldFile {
    fn parts(&self) -> (&str, Option<usize>) {
        match self {
            Self::Name(name) => (name, None),
            Self::Fixed(field) => (&field.name, field.length),
        }
    }
}

/// The first field of a list that has no length.
fn without_len(list: &[FieldFile]) -> Option<&str> {
    list.iter().map(FieldFile::parts).find(|it| it.1.is_none()).map(|it| it.0)
}
