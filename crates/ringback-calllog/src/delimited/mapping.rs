//! The mapping file: which column says what.

use std::collections::BTreeMap;

use crate::delimited::mapping_file::{
    Contradiction, CustomerFile, CustomerKind, FieldFile, FieldTable, File, SkipFile, StageFile,
    TimeFile,
};
use crate::delimited::stamp::StampFormat;
use crate::{
    Direction, Error, Fold, LocalClock, Observed, Outcome, PhoneRegion, Precision, SourceId,
    StageEnd, StageKind, Zone,
};

/// What stands between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Sign(u8),
    /// Any number of blanks and tabs.
    Blanks,
}

impl Delimiter {
    /// The sign that a header has most of; ties go to the earlier of tab, semicolon, comma and bar.
    pub(super) fn find(header: &str) -> Self {
        let count = |sign: u8| memchr::memchr_iter(sign, header.as_bytes()).count();
        let mut best = b'\t';
        for sign in *b";,|" {
            if count(sign) > count(best) {
                best = sign;
            }
        }
        Self::Sign(best)
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            b"tab" => Ok(Self::Sign(b'\t')),
            b"blanks" => Ok(Self::Blanks),
            [sign] if sign.is_ascii() && !sign.is_ascii_alphanumeric() && *sign != b'"' => {
                Ok(Self::Sign(*sign))
            }
            _ => Err(format!("delimiter {text:?}, expected one sign, \"tab\" or \"blanks\"")),
        }
    }
}

/// A mapping as it is used.
#[derive(Debug)]
pub(super) struct Mapping {
    pub source: SourceId,
    pub delimiter: Option<Delimiter>,
    pub quote: bool,
    pub columns: Option<Vec<String>>,
    pub clock: LocalClock,
    pub key: Vec<String>,
    pub call: Vec<String>,
    /// Columns of a key whose long rows of digits are no phone numbers.
    pub plain: Vec<String>,
    pub region: Option<PhoneRegion>,
    pub time: Time,
    pub observed: Observed,
    pub direction: Option<Field<Direction>>,
    pub customer: Option<CustomerField>,
    pub queue: Option<Field<String>>,
    pub intent: Option<Field<String>>,
    pub priority: Option<Field<String>>,
    pub outcome: Field<Outcome>,
    pub skip: Vec<SkipRule>,
    pub started: Option<String>,
    pub ended: Option<String>,
    pub stages: Vec<StageRule>,
}

/// How stamps are written.
#[derive(Debug)]
pub(super) struct Time {
    pub format: StampFormat,
    pub pattern: String,
    pub date: Option<DateColumn>,
    /// Texts that say that there is no stamp.
    pub absent: Vec<String>,
}

/// The column that has the date of times of day.
#[derive(Debug)]
pub(super) struct DateColumn {
    pub column: String,
    pub format: StampFormat,
    pub pattern: String,
}

/// A value from a column, or one for all rows.
#[derive(Clone, Debug)]
pub(super) struct Field<T> {
    pub column: Option<String>,
    pub values: BTreeMap<String, T>,
    /// For every row without a column, or for values that are not listed.
    pub other: Option<T>,
    /// Values that mean there is none.
    pub absent: Vec<String>,
    /// Whether a value that is not listed is passed on as it is.
    pub passes: bool,
}

#[derive(Debug)]
pub(super) struct CustomerField {
    pub column: String,
    pub is_phone: bool,
    pub absent: Vec<String>,
}

#[derive(Debug)]
pub(super) struct SkipRule {
    pub column: String,
    pub values: Vec<String>,
    pub reason: Option<String>,
}

#[derive(Debug)]
pub(super) struct StageRule {
    pub kind: StageKind,
    pub start: Option<String>,
    pub end: Option<String>,
    pub seconds: Option<String>,
    pub queue: Option<Field<String>>,
    pub agent: Option<Field<String>>,
    pub when: Option<(String, Vec<String>)>,
    pub ended: Option<Field<StageEnd>>,
    pub drops_contradictions: bool,
}

impl Mapping {
    /// Reads a mapping file's text; `zone` and `fold` take the place of the file's.
    pub(super) fn parse(
        text: &str,
        file: &str,
        zone: Option<Zone>,
        fold: Option<Fold>,
    ) -> Result<Self, Error> {
        let parsed: File = toml::from_str(text).map_err(|error| Error::Mapping {
            file: file.to_owned(),
            line: error.span().map(|it| text[..it.start].matches('\n').count() + 1),
            problem: error.message().to_owned(),
        })?;
        Self::check(parsed, zone, fold).map_err(|problem| Error::Mapping {
            file: file.to_owned(),
            line: None,
            problem,
        })
    }

    fn check(file: File, zone: Option<Zone>, fold: Option<Fold>) -> Result<Self, String> {
        let time = Time::check(file.time)?;
        let zone =
            match zone.or(file.zone) {
                Some(zone) => zone,
                None if time.format.is_absolute() => Zone::UTC,
                None => return Err(
                    "no zone, expected one such as zone = \"Europe/Copenhagen\": stamps are local"
                        .into(),
                ),
            };
        if file.key.is_empty() {
            return Err("key is empty, expected the columns that together name a row".into());
        }
        let stages = file.stage.into_iter().map(StageRule::check).collect::<Result<Vec<_>, _>>()?;
        let starts = file.started.is_some() || stages.first().is_some_and(|it| it.start.is_some());
        if !starts {
            return Err(
                "nothing says when a call starts, expected started or a first stage with start"
                    .into(),
            );
        }
        let outcome: Field<Outcome> = file.outcome.typed("outcome")?;
        let (region, customer) = customer(file.region, file.customer)?;
        let observed = Observed {
            abandons: file.observed.abandons.unwrap_or(can_be_abandoned(&outcome)),
            waits: file
                .observed
                .waits
                .unwrap_or(stages.iter().any(|it| it.kind == StageKind::Queue)),
            agents: file.observed.agents.unwrap_or(stages.iter().any(|it| it.agent.is_some())),
            customers: file.observed.customers.unwrap_or(customer.is_some()),
            zone,
            precision: file.precision_secs.unwrap_or(Precision::SECOND),
        };
        Ok(Self {
            source: SourceId::new(file.source),
            delimiter: file.delimiter.as_deref().map(Delimiter::parse).transpose()?,
            quote: file.quote,
            columns: file.columns,
            clock: LocalClock::new(zone, fold.unwrap_or(file.fold)),
            key: file.key,
            call: file.call,
            plain: file.plain,
            region,
            time,
            observed,
            direction: file.direction.map(|it| it.typed("direction")).transpose()?,
            customer,
            queue: file.queue.map(FieldFile::text),
            intent: file.intent.map(FieldFile::text),
            priority: file.priority.map(FieldFile::text),
            outcome,
            skip: file.skip.into_iter().map(SkipRule::from).collect(),
            started: file.started,
            ended: file.ended,
            stages,
        })
    }
}

/// The customer's field, and the country that numbers are dialed in: a phone needs one.
fn customer(
    region: Option<String>,
    customer: Option<CustomerFile>,
) -> Result<(Option<PhoneRegion>, Option<CustomerField>), String> {
    let region = region.map(|it| it.parse().map_err(|it| format!("region {it}"))).transpose()?;
    let customer = customer.map(CustomerField::from);
    if region.is_none() && customer.as_ref().is_some_and(|it| it.is_phone) {
        let problem = "customer is a phone and there is no region, expected one such as";
        return Err(format!("{problem} region = \"DK\""));
    }
    Ok((region, customer))
}

fn can_be_abandoned(outcome: &Field<Outcome>) -> bool {
    outcome.values.values().chain(&outcome.other).any(|it| *it == Outcome::Abandoned)
}

impl Time {
    fn check(file: TimeFile) -> Result<Self, String> {
        let format = StampFormat::parse(&file.format).map_err(|it| format!("time.format {it}"))?;
        let date = match (file.date, file.date_format) {
            (None, None) => None,
            (Some(column), Some(pattern)) => {
                let format =
                    StampFormat::parse(&pattern).map_err(|it| format!("time.date_format {it}"))?;
                Some(DateColumn { column, format, pattern })
            }
            _ => {
                return Err(
                    "time.date and time.date_format go together, and one of them is absent".into(),
                );
            }
        };
        if date.is_none() && !format.has_date() {
            return Err(format!(
                "time.format {:?} has no date, expected time.date with the column that has it",
                file.format
            ));
        }
        Ok(Self { format, pattern: file.format, date, absent: file.absent })
    }

    /// Whether a text says that there is no stamp.
    #[inline]
    pub(super) fn is_absent(&self, text: &str) -> bool {
        text.is_empty() || self.absent.iter().any(|it| it == text)
    }
}

impl FieldFile {
    fn table(self) -> FieldTable {
        match self {
            Self::Table(table) => table,
            Self::Column(column) => FieldTable {
                column: Some(column),
                value: None,
                values: BTreeMap::new(),
                other: None,
                absent: Vec::new(),
            },
        }
    }

    /// A field whose values are names.
    fn text(self) -> Field<String> {
        let table = self.table();
        let passes = table.column.is_some() && table.other.is_none();
        let other = table.value.or(table.other);
        Field { column: table.column, values: table.values, other, absent: table.absent, passes }
    }

    /// A field whose values are terms of the call model.
    fn typed<T: std::str::FromStr<Err: std::fmt::Display>>(
        self,
        name: &str,
    ) -> Result<Field<T>, String> {
        let table = self.table();
        if table.column.is_none() && table.value.is_none() {
            return Err(format!("{name} has neither column nor value"));
        }
        let parse = |text: String| text.parse::<T>().map_err(|it| format!("{name}: {it}"));
        let mut values = BTreeMap::new();
        for (from, to) in table.values {
            values.insert(from, parse(to)?);
        }
        let other = table.value.or(table.other).map(parse).transpose()?;
        Ok(Field { column: table.column, values, other, absent: table.absent, passes: false })
    }
}

impl From<CustomerFile> for CustomerField {
    fn from(file: CustomerFile) -> Self {
        Self {
            column: file.column,
            is_phone: file.kind == CustomerKind::Phone,
            absent: file.absent,
        }
    }
}

impl From<SkipFile> for SkipRule {
    fn from(file: SkipFile) -> Self {
        Self { column: file.column, values: file.values, reason: file.reason }
    }
}

impl StageRule {
    fn check(file: StageFile) -> Result<Self, String> {
        let kind = file.kind;
        if file.end.is_none() && file.seconds.is_none() && file.start.is_none() {
            return Err(format!("{kind} stage has neither start, end nor seconds"));
        }
        Ok(Self {
            kind,
            start: file.start,
            end: file.end,
            seconds: file.seconds,
            queue: file.queue.map(FieldFile::text),
            agent: file.agent.map(FieldFile::text),
            when: file.when.map(|it| (it.column, it.values)),
            ended: file.ended.map(|it| it.typed("stage.ended")).transpose()?,
            drops_contradictions: file.contradiction == Contradiction::Drop,
        })
    }
}
