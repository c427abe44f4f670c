//! One row of a delimited file, turned into a leg.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

use crate::delimited::Fields;
use crate::delimited::mapping::{CustomerField, Field, Mapping, StageRule, Time};
use crate::delimited::stamp::{Stamp, StampFormat};
use crate::pseudonym::looks_like_a_number;
use crate::{
    AgentId, CallKey, Completeness, Customer, Direction, Intent, Leg, LegId, LocalClock, Masked,
    Outcome, Pseudonymizer, QueueId, RejectReason, SkipReason, Stage, StageEnd, StageKind, Verdict,
};

/// How far before its row's first stamp a stage may begin: the clocks of a menu and of a switch differ by seconds.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(60);

/// A time of day that is so much earlier than the row's first stamp is of the next day.
const PAST_MIDNIGHT: TimeDelta = TimeDelta::hours(12);

/// Where the mapping's columns stand in one file.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    count: usize,
    key: Vec<usize>,
    call: Vec<usize>,
    customer: usize,
    direction: usize,
    queue: usize,
    intent: usize,
    priority: usize,
    outcome: usize,
    date: usize,
    started: usize,
    ended: usize,
    skip: Vec<usize>,
    stages: Vec<StageColumns>,
}

#[derive(Clone, Debug)]
struct StageColumns {
    start: usize,
    end: usize,
    seconds: usize,
    queue: usize,
    agent: usize,
    when: usize,
    ended: usize,
}

/// Stands for a column that the mapping does not use; no row has so many.
const NONE: usize = usize::MAX;

impl Columns {
    /// Finds the mapping's columns among a file's names; the first that is not there comes back as the error.
    pub(super) fn resolve(mapping: &Mapping, names: &[String]) -> Result<Self, String> {
        let at = |column: &str| {
            names.iter().position(|it| it == column).ok_or_else(|| column.to_owned())
        };
        let maybe = |column: Option<&String>| column.map_or(Ok(NONE), |it| at(it));
        let all =
            |columns: &[String]| columns.iter().map(|it| at(it)).collect::<Result<Vec<_>, _>>();
        fn of<T>(field: Option<&Field<T>>) -> Option<&String> {
            field.and_then(|it| it.column.as_ref())
        }
        let mut stages = Vec::with_capacity(mapping.stages.len());
        for stage in &mapping.stages {
            stages.push(StageColumns {
                start: maybe(stage.start.as_ref())?,
                end: maybe(stage.end.as_ref())?,
                seconds: maybe(stage.seconds.as_ref())?,
                queue: maybe(of(stage.queue.as_ref()))?,
                agent: maybe(of(stage.agent.as_ref()))?,
                when: maybe(stage.when.as_ref().map(|it| &it.0))?,
                ended: maybe(of(stage.ended.as_ref()))?,
            });
        }
        Ok(Self {
            count: names.len(),
            key: all(&mapping.key)?,
            call: all(&mapping.call)?,
            customer: maybe(mapping.customer.as_ref().map(|it| &it.column))?,
            direction: maybe(of(mapping.direction.as_ref()))?,
            queue: maybe(of(mapping.queue.as_ref()))?,
            intent: maybe(of(mapping.intent.as_ref()))?,
            priority: maybe(of(mapping.priority.as_ref()))?,
            outcome: maybe(of(Some(&mapping.outcome)))?,
            date: maybe(mapping.time.date.as_ref().map(|it| &it.0))?,
            started: maybe(mapping.started.as_ref())?,
            ended: maybe(mapping.ended.as_ref())?,
            skip: mapping.skip.iter().map(|it| at(&it.column)).collect::<Result<Vec<_>, _>>()?,
            stages,
        })
    }

    /// Columns in the file.
    pub(super) fn count(&self) -> usize {
        self.count
    }
}

/// Turns rows into legs; keeps what is shared between rows.
#[derive(Debug)]
pub(super) struct RowReader {
    clock: LocalClock,
    pseudonymizer: Pseudonymizer,
    queues: Names<QueueId>,
    agents: Names<AgentId>,
    intents: Names<Intent>,
    /// The last date read and its text: rows of a day follow each other.
    last_date: Option<(String, NaiveDate)>,
    key: String,
    dropped: BTreeMap<StageKind, u64>,
    numbers_not_normalized: u64,
}

/// A rejection: the field at fault and why.
type Rejection = (String, RejectReason);

impl RowReader {
    pub(super) fn new(mapping: &Mapping, pseudonymizer: Pseudonymizer) -> Self {
        Self {
            clock: mapping.clock.clone(),
            queues: Names::new(&pseudonymizer),
            agents: Names::new(&pseudonymizer),
            intents: Names::new(&pseudonymizer),
            pseudonymizer,
            last_date: None,
            key: String::new(),
            dropped: BTreeMap::new(),
            numbers_not_normalized: 0,
        }
    }

    pub(super) fn remarks(&self) -> Vec<(String, u64)> {
        let dropped = self.dropped.iter().map(|(kind, count)| {
            (
                format!("{kind} stages dropped because their stamps contradict the row's others"),
                *count,
            )
        });
        let numbers = (
            "customers whose number could not be brought to E.164".to_owned(),
            self.numbers_not_normalized,
        );
        dropped.chain([numbers]).collect()
    }

    pub(super) fn read(
        &mut self,
        mapping: &Mapping,
        columns: &Columns,
        fields: &Fields,
    ) -> Verdict {
        for (rule, &column) in mapping.skip.iter().zip(&columns.skip) {
            let value = fields.get(column);
            if rule.values.iter().any(|it| it == value) {
                let reason = rule.reason.clone();
                return Verdict::Skipped(SkipReason::new(
                    reason.unwrap_or_else(|| format!("{} is {}", rule.column, Masked::new(value))),
                ));
            }
        }
        match self.leg(mapping, columns, fields) {
            Ok(leg) => Verdict::Used(leg),
            Err((field, reason)) => Verdict::Rejected { field: field.into(), reason },
        }
    }

    fn leg(
        &mut self,
        mapping: &Mapping,
        columns: &Columns,
        fields: &Fields,
    ) -> Result<Leg, Rejection> {
        let outcome = typed(&mapping.outcome, columns.outcome, fields)?.unwrap_or(Outcome::Unknown);
        let direction = match &mapping.direction {
            Some(field) => typed(field, columns.direction, fields)?.unwrap_or(Direction::Unknown),
            None => Direction::Unknown,
        };
        let customer =
            mapping.customer.as_ref().and_then(|it| self.customer(it, mapping, columns, fields));
        let queue = self.queues.named(mapping.queue.as_ref(), columns.queue, fields);
        let intent = self.intents.named(mapping.intent.as_ref(), columns.intent, fields);
        let priority = priority(mapping, columns, fields)?;
        let leg_id =
            LegId::new(self.joined(&mapping.key, &columns.key, mapping, fields, customer)?);
        let mut row =
            RowTimes { base: self.date(mapping, columns, fields)?, first: None, fallback: None };
        if columns.started != NONE {
            row.first = self.stamp(&mapping.time, columns.started, fields, &row)?;
        }
        let mut stages = Vec::with_capacity(mapping.stages.len());
        for (rule, at) in mapping.stages.iter().zip(&columns.stages) {
            if let Some(stage) = self.stage(mapping, rule, at, fields, &mut row, stages.last())? {
                stages.push(stage);
            }
        }
        for stage in &mut stages {
            if stage.kind == StageKind::Queue && stage.queue.is_none() {
                stage.queue.clone_from(&queue);
            }
        }
        say_ends(&mut stages, outcome);
        let Some(started) = row.first.or(row.fallback) else {
            let field = mapping
                .started
                .as_ref()
                .or(mapping.stages.first().and_then(|it| it.start.as_ref()));
            return Err((
                field.cloned().unwrap_or_default(),
                RejectReason::Missing { expected: "a stamp" },
            ));
        };
        let ended_at = match self.stamp(&mapping.time, columns.ended, fields, &row)? {
            Some(ended) => Some(self.instant(ended, columns_name(mapping.ended.as_ref()))?),
            None => stages
                .iter()
                .map(|it| it.left_at)
                .collect::<Option<Vec<_>>>()
                .and_then(|it| it.into_iter().max()),
        };
        let mut call_keys = Vec::new();
        let mut completeness = Completeness::Whole;
        if !mapping.call.is_empty() {
            call_keys.push(CallKey::new(self.joined(
                &mapping.call,
                &columns.call,
                mapping,
                fields,
                customer,
            )?));
            completeness = Completeness::Part;
        }
        let started_at = self.instant(started, columns_name(mapping.started.as_ref()))?;
        stages.sort_by_key(|it| it.entered_at);
        Ok(Leg {
            leg_id,
            call_keys,
            completeness,
            direction,
            customer,
            queue,
            intent,
            priority,
            started_at,
            ended_at,
            outcome,
            stages,
        })
    }

    /// The customer as a pseudonym; the number goes no further than this function.
    fn customer(
        &mut self,
        field: &CustomerField,
        mapping: &Mapping,
        columns: &Columns,
        fields: &Fields,
    ) -> Option<Customer> {
        let text = fields.get(columns.customer);
        if text.is_empty() || field.absent.iter().any(|it| it == text) {
            return None;
        }
        match mapping.region {
            Some(region) if field.is_phone => {
                let (customer, is_normalized) = self.pseudonymizer.phone(text, region);
                self.numbers_not_normalized += u64::from(!is_normalized);
                Some(customer)
            }
            _ => Some(self.pseudonymizer.customer(text)),
        }
    }

    /// The values of some columns, joined by hyphens; the customer's stands as the pseudonym.
    fn joined(
        &mut self,
        names: &[String],
        columns: &[usize],
        mapping: &Mapping,
        fields: &Fields,
        customer: Option<Customer>,
    ) -> Result<&str, Rejection> {
        let customer_column = mapping.customer.as_ref().map(|it| &it.column);
        self.key.clear();
        for (at, (name, &column)) in names.iter().zip(columns).enumerate() {
            if at > 0 {
                self.key.push('-');
            }
            let value = fields.get(column);
            if value.is_empty() {
                return Err((
                    name.clone(),
                    RejectReason::Missing { expected: "a part of the row's key" },
                ));
            }
            match customer {
                Some(customer) if customer_column == Some(name) => {
                    // Writing to a String cannot fail.
                    let _ = write!(self.key, "{customer}");
                }
                _ => self.key.push_str(value),
            }
        }
        Ok(&self.key)
    }

    fn date(
        &mut self,
        mapping: &Mapping,
        columns: &Columns,
        fields: &Fields,
    ) -> Result<Option<NaiveDate>, Rejection> {
        let Some((name, format, pattern)) = &mapping.time.date else { return Ok(None) };
        let text = fields.get(columns.date);
        if let Some((last, date)) = &self.last_date
            && last == text
        {
            return Ok(Some(*date));
        }
        let Some(Stamp::Date(date)) = format.read(text) else {
            return Err((name.clone(), bad_stamp(text, pattern)));
        };
        self.last_date = Some((text.to_owned(), date));
        Ok(Some(date))
    }

    /// The stamp in a column; `None` where it is empty or there is no such column.
    fn stamp(
        &self,
        time: &Time,
        column: usize,
        fields: &Fields,
        row: &RowTimes,
    ) -> Result<Option<RowStamp>, Rejection> {
        let text = fields.get(column);
        if text.is_empty() {
            return Ok(None);
        }
        match row.place(&time.format, text) {
            Some(stamp) => Ok(Some(stamp)),
            None => Err((String::new(), bad_stamp(text, &time.pattern))),
        }
    }

    fn instant(&mut self, stamp: RowStamp, column: &str) -> Result<DateTime<Utc>, Rejection> {
        match stamp {
            RowStamp::Instant(at) => Ok(at),
            RowStamp::Local(local) => {
                self.clock.to_utc(local).map_err(|it| (column.to_owned(), it.into()))
            }
        }
    }

    fn stage(
        &mut self,
        mapping: &Mapping,
        rule: &StageRule,
        at: &StageColumns,
        fields: &Fields,
        row: &mut RowTimes,
        previous: Option<&Stage>,
    ) -> Result<Option<Stage>, Rejection> {
        if let Some((_, values)) = &rule.when {
            let value = fields.get(at.when);
            if !values.iter().any(|it| it == value) {
                return Ok(None);
            }
        }
        let is_absent = |column: usize| {
            let text = fields.get(column);
            text.is_empty() || mapping.time.absent.iter().any(|it| it == text)
        };
        let secs = seconds(rule, at, fields)?;
        if is_absent(at.start) && is_absent(at.end) && secs.is_none_or(|it| it == 0.0) {
            return Ok(None);
        }
        let named = |name: Option<&String>, (field, reason): Rejection| match field.as_str() {
            "" => (columns_name(name).to_owned(), reason),
            _ => (field, reason),
        };
        let start = self
            .stamp(&mapping.time, at.start, fields, row)
            .map_err(|it| named(rule.start.as_ref(), it))?;
        let mut for_end = *row;
        for_end.first = row.first.or(start);
        let end = self
            .stamp(&mapping.time, at.end, fields, &for_end)
            .map_err(|it| named(rule.end.as_ref(), it))?;
        let start = match (start, previous.and_then(|it| it.left_at)) {
            (Some(start), _) => start,
            (None, Some(left_at)) if rule.start.is_none() => RowStamp::Instant(left_at),
            (None, _) if rule.start.is_none() && row.first.is_some() => {
                row.first.unwrap_or(RowStamp::EPOCH)
            }
            _ => {
                return Err((
                    columns_name(rule.start.as_ref()).to_owned(),
                    RejectReason::Missing { expected: "a stamp" },
                ));
            }
        };
        let entered_at = self.instant(start, columns_name(rule.start.as_ref()))?;
        let left_at = match (end, secs) {
            (Some(end), _) => Some(self.instant(end, columns_name(rule.end.as_ref()))?),
            (None, Some(secs)) => Some(entered_at + micros(secs)),
            (None, None) => None,
        };
        let begins_too_early = match row.first {
            Some(first) => entered_at < self.instant(first, "")? - CLOCK_SLACK,
            None => false,
        };
        if begins_too_early || left_at.is_some_and(|it| it < entered_at) {
            return self.contradiction(rule, row, start, end.unwrap_or(start));
        }
        row.first = row.first.or(Some(start));
        let ended = match &rule.ended {
            Some(field) => typed(field, at.ended, fields)?,
            None => None,
        };
        Ok(Some(Stage {
            kind: rule.kind,
            queue: self.queues.named(rule.queue.as_ref(), at.queue, fields),
            agent: self.agents.named(rule.agent.as_ref(), at.agent, fields),
            entered_at,
            left_at,
            end: ended.unwrap_or(StageEnd::Unknown),
        }))
    }

    /// A stage whose stamps cannot be true: rejects the row or drops the stage, as the mapping says.
    fn contradiction(
        &mut self,
        rule: &StageRule,
        row: &mut RowTimes,
        start: RowStamp,
        end: RowStamp,
    ) -> Result<Option<Stage>, Rejection> {
        let zone = self.clock.zone();
        if rule.drops_contradictions {
            *self.dropped.entry(rule.kind).or_default() += 1;
            row.fallback = row.fallback.or(Some(end));
            return Ok(None);
        }
        let local = |stamp: RowStamp| match stamp {
            RowStamp::Local(local) => local,
            RowStamp::Instant(at) => zone.local(at),
        };
        let reason = RejectReason::Contradiction {
            stage: rule.kind.as_str(),
            entered: local(start),
            left: local(end),
        };
        Err((columns_name(rule.start.as_ref().or(rule.end.as_ref())).to_owned(), reason))
    }
}

fn columns_name(name: Option<&String>) -> &str {
    name.map_or("", String::as_str)
}

fn bad_stamp(text: &str, pattern: &str) -> RejectReason {
    RejectReason::BadValue {
        value: Masked::new(text),
        expected: format!("a time such as {pattern}").into(),
    }
}

/// A stamp of a row, placed on its day.
#[derive(Clone, Copy, Debug)]
enum RowStamp {
    Local(NaiveDateTime),
    Instant(DateTime<Utc>),
}

impl RowStamp {
    const EPOCH: Self = Self::Instant(DateTime::UNIX_EPOCH);
}

/// What is known of a row's times so far.
#[derive(Clone, Copy, Debug)]
struct RowTimes {
    /// The date in a column of its own.
    base: Option<NaiveDate>,
    /// The row's first stamp.
    first: Option<RowStamp>,
    /// A stamp of a stage that was dropped, for a row that has no other.
    fallback: Option<RowStamp>,
}

impl RowTimes {
    /// Reads a stamp and, if it is a time of day, puts it on the row's date, or on the next if it is much earlier
    /// than the row's first stamp.
    fn place(&self, format: &StampFormat, text: &str) -> Option<RowStamp> {
        match format.read(text)? {
            Stamp::Local(local) => Some(RowStamp::Local(local)),
            Stamp::Instant(at) => Some(RowStamp::Instant(at)),
            Stamp::TimeOfDay(time) => {
                let local = self.base?.and_time(time);
                let first = match self.first {
                    Some(RowStamp::Local(first)) => first,
                    _ => local,
                };
                let next_day = if first - local > PAST_MIDNIGHT {
                    TimeDelta::days(1)
                } else {
                    TimeDelta::zero()
                };
                Some(RowStamp::Local(local.checked_add_signed(next_day)?))
            }
            Stamp::Date(date) => Some(RowStamp::Local(date.and_time(NaiveTime::MIN))),
        }
    }
}

/// Seconds of a stage from its own column.
fn seconds(rule: &StageRule, at: &StageColumns, fields: &Fields) -> Result<Option<f64>, Rejection> {
    let text = fields.get(at.seconds);
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(secs) if secs.is_finite() && secs.abs() < 1e9 => Ok(Some(secs)),
        _ => {
            let reason =
                RejectReason::BadValue { value: Masked::new(text), expected: "seconds".into() };
            Err((columns_name(rule.seconds.as_ref()).to_owned(), reason))
        }
    }
}

/// Microseconds of seconds below 10⁹.
#[expect(
    clippy::cast_possible_truncation,
    reason = "seconds are below 1e9, so microseconds fit an i64"
)]
fn micros(secs: f64) -> TimeDelta {
    TimeDelta::microseconds((secs * 1e6).round() as i64)
}

fn priority(
    mapping: &Mapping,
    columns: &Columns,
    fields: &Fields,
) -> Result<Option<i32>, Rejection> {
    let Some(field) = &mapping.priority else { return Ok(None) };
    let Some(text) = text(field, columns.priority, fields) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let reason =
            RejectReason::BadValue { value: Masked::new(text), expected: "a whole number".into() };
        (columns_name(field.column.as_ref()).to_owned(), reason)
    })
}

/// The text of a field that holds names; `None` where there is none.
fn text<'a>(field: &'a Field<String>, column: usize, fields: &'a Fields) -> Option<&'a str> {
    let value = fields.get(column);
    if field.absent.iter().any(|it| it == value) {
        return None;
    }
    let mapped = if field.values.is_empty() { None } else { field.values.get(value) };
    let named = mapped.map(String::as_str).or((field.passes && !value.is_empty()).then_some(value));
    named.or(field.other.as_deref())
}

/// The term of a field that holds terms of the call model; `None` where there is none.
fn typed<T: Copy>(
    field: &Field<T>,
    column: usize,
    fields: &Fields,
) -> Result<Option<T>, Rejection> {
    let value = fields.get(column);
    if field.column.is_some() && (value.is_empty() || field.absent.iter().any(|it| it == value)) {
        return Ok(None);
    }
    match field.values.get(value).copied().or(field.other) {
        Some(term) => Ok(Some(term)),
        None => {
            let known: Vec<&str> = field.values.keys().map(String::as_str).collect();
            let expected = format!("one of {}", known.join(", "));
            let reason =
                RejectReason::BadValue { value: Masked::new(value), expected: expected.into() };
            Err((columns_name(field.column.as_ref()).to_owned(), reason))
        }
    }
}

/// Says how the stages ended, where no column does: as the call did for the last one, `completed` for those before.
fn say_ends(stages: &mut [Stage], outcome: Outcome) {
    let last = stages.len().saturating_sub(1);
    let last_queue = stages.iter().rposition(|it| it.kind == StageKind::Queue);
    for (at, stage) in stages.iter_mut().enumerate() {
        if stage.end != StageEnd::Unknown {
            continue;
        }
        stage.end = match outcome {
            Outcome::Answered if Some(at) == last_queue => StageEnd::Answered,
            _ if at < last => StageEnd::Completed,
            Outcome::Answered | Outcome::Voicemail | Outcome::Callback => StageEnd::Completed,
            Outcome::Abandoned => StageEnd::Abandoned,
            Outcome::Overflowed => StageEnd::Overflowed,
            Outcome::Busy | Outcome::Failed => StageEnd::Failed,
            Outcome::Other | Outcome::Unknown => StageEnd::Unknown,
        };
    }
}

/// Names that come again and again, kept once. A name that could be a whole phone number is kept as a pseudonym.
struct Names<T> {
    known: FxHashMap<Box<str>, T>,
    pseudonymizer: Pseudonymizer,
}

impl<T: Clone + for<'a> From<&'a str>> Names<T> {
    fn new(pseudonymizer: &Pseudonymizer) -> Self {
        Self { known: FxHashMap::default(), pseudonymizer: pseudonymizer.clone() }
    }

    fn named(
        &mut self,
        field: Option<&Field<String>>,
        column: usize,
        fields: &Fields,
    ) -> Option<T> {
        let name = text(field?, column, fields)?;
        if let Some(id) = self.known.get(name) {
            return Some(id.clone());
        }
        let id = if looks_like_a_number(name) {
            T::from(&self.pseudonymizer.customer(name).to_string())
        } else {
            T::from(name)
        };
        self.known.insert(name.into(), id.clone());
        Some(id)
    }
}

impl<T> std::fmt::Debug for Names<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} names", self.known.len())
    }
}
