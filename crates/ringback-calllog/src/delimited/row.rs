//! One row of a delimited file, turned into a leg.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::delimited::columns::Row;
use crate::delimited::mapping::Mapping;
use crate::delimited::stamp::Stamp;
use crate::delimited::times::RowTimes;
use crate::delimited::value::{Rejection, bad_value, name_of, named, priority, seconds, term};
use crate::pseudonym::holds_a_number;
use crate::{
    AgentId, CallKey, Completeness, Customer, Direction, Intent, Leg, LegId, LocalClock, Masked,
    Names, Outcome, Pseudonymizer, QueueId, RejectReason, SkipReason, Stage, StageEnd, StageKind,
    Verdict, Zone,
};

/// How far before its row's first stamp a stage may begin: the clocks of a menu and of a switch differ by seconds.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(60);

/// Turns rows into legs; keeps what is shared between rows.
#[derive(Debug)]
pub(super) struct RowReader {
    clock: LocalClock,
    pseudonymizer: Pseudonymizer,
    queues: Names<QueueId>,
    agents: Names<AgentId>,
    intents: Names<Intent>,
    last_date: Option<LastDate>,
    key: String,
    dropped: BTreeMap<StageKind, u64>,
    numbers_not_normalized: u64,
}

/// The last date read and its text: rows of a day follow each other.
#[derive(Debug)]
struct LastDate {
    text: String,
    date: NaiveDate,
}

/// The stamps of one stage.
struct StageTimes {
    entered_at: DateTime<Utc>,
    left_at: Option<DateTime<Utc>>,
}

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
            let what = "stages dropped because their stamps contradict the row's others";
            (format!("{kind} {what}"), *count)
        });
        let numbers = "customers whose number could not be brought to E.164".to_owned();
        dropped.chain([(numbers, self.numbers_not_normalized)]).collect()
    }

    pub(super) fn read(&mut self, row: Row<'_>) -> Verdict {
        for (rule, &column) in row.mapping.skip.iter().zip(&row.columns.skip) {
            let value = row.fields.get(column);
            if rule.values.iter().any(|it| it == value) {
                let reason = match &rule.reason {
                    Some(reason) => reason.clone(),
                    None => format!("{} is {}", rule.column, Masked::new(value)),
                };
                return Verdict::Skipped(SkipReason::new(reason));
            }
        }
        match self.leg(row) {
            Ok(leg) => Verdict::Used(leg),
            Err((field, reason)) => Verdict::Rejected { field: field.into(), reason },
        }
    }

    fn leg(&mut self, row: Row<'_>) -> Result<Leg, Rejection> {
        let Row { mapping, columns, fields } = row;
        let outcome = term(&mapping.outcome, columns.outcome, fields)?.unwrap_or(Outcome::Unknown);
        let direction = match &mapping.direction {
            Some(field) => term(field, columns.direction, fields)?.unwrap_or(Direction::Unknown),
            None => Direction::Unknown,
        };
        let customer = self.customer(row);
        let queue = named(&mut self.queues, mapping.queue.as_ref(), columns.queue, fields);
        let intent = named(&mut self.intents, mapping.intent.as_ref(), columns.intent, fields);
        let priority = priority(mapping.priority.as_ref(), columns.priority, fields)?;
        let leg_id = LegId::new(self.joined(&mapping.key, &columns.key, row, customer)?);
        let mut call_keys = Vec::new();
        let mut completeness = Completeness::Whole;
        if !mapping.call.is_empty() {
            let key = self.joined(&mapping.call, &columns.call, row, customer)?;
            call_keys.push(CallKey::new(key));
            completeness = Completeness::Part;
        }
        let mut times = self.times(row)?;
        let mut stages = self.stages(row, &mut times)?;
        for stage in &mut stages {
            if stage.kind == StageKind::Queue && stage.queue.is_none() {
                stage.queue.clone_from(&queue);
            }
        }
        say_ends(&mut stages, outcome);
        let Some(started_at) = times.first_at.or(times.fallback_at) else {
            let first = mapping.stages.first().and_then(|it| it.start.as_ref());
            let field = name_of(mapping.started.as_ref().or(first)).to_owned();
            return Err((field, RejectReason::Missing { expected: "a stamp" }));
        };
        let ended_at = self.ended(row, &times, started_at, &stages)?;
        if stages.windows(2).any(|it| it[0].entered_at > it[1].entered_at) {
            stages.sort_by_key(|it| it.entered_at);
        }
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
    fn customer(&mut self, row: Row<'_>) -> Option<Customer> {
        let field = row.mapping.customer.as_ref()?;
        let text = row.fields.get(row.columns.customer);
        if text.is_empty() || field.absent.iter().any(|it| it == text) {
            return None;
        }
        match row.mapping.region {
            Some(region) if field.is_phone => {
                let (customer, is_normalized) = self.pseudonymizer.phone(text, region);
                self.numbers_not_normalized += u64::from(!is_normalized);
                Some(customer)
            }
            _ => Some(self.pseudonymizer.customer(text)),
        }
    }

    /// The values of some columns, joined by hyphens; a hyphen within a value of several gets a backslash, so that no
    /// two rows join to the same text by chance. The customer, and what could be a phone number, stands as a pseudonym.
    fn joined(
        &mut self,
        names: &[String],
        columns: &[usize],
        row: Row<'_>,
        customer: Option<Customer>,
    ) -> Result<&str, Rejection> {
        let customer_column = row.columns.customer;
        self.key.clear();
        for (at, (name, &column)) in names.iter().zip(columns).enumerate() {
            if at > 0 {
                self.key.push('-');
            }
            let value = row.fields.get(column);
            if value.is_empty() {
                let reason = RejectReason::Missing { expected: "a part of the row's key" };
                return Err((name.clone(), reason));
            }
            let hidden = match customer {
                Some(customer) if column == customer_column => Some(customer),
                _ if value.len() < 7 || row.mapping.plain.contains(name) => None,
                _ => holds_a_number(value).then(|| self.pseudonymizer.customer(value)),
            };
            match hidden {
                // Writing to a String cannot fail.
                Some(hidden) => drop(write!(self.key, "{hidden}")),
                None if names.len() > 1 && value.contains(['-', '\\']) => {
                    self.key.push_str(&value.replace('\\', "\\\\").replace('-', "\\-"));
                }
                None => self.key.push_str(value),
            }
        }
        Ok(&self.key)
    }

    /// What the row says of its times before the stages: its date and its start.
    fn times(&mut self, row: Row<'_>) -> Result<RowTimes, Rejection> {
        let mut times = RowTimes { base: self.date(row)?, ..RowTimes::default() };
        let name = row.mapping.started.as_ref();
        if let Some(stamp) = times.stamp(row, row.columns.started, name, true)? {
            times.note_first(stamp, stamp.instant(&mut self.clock, name_of(name))?);
        }
        Ok(times)
    }

    fn date(&mut self, row: Row<'_>) -> Result<Option<NaiveDate>, Rejection> {
        let Some(column) = &row.mapping.time.date else { return Ok(None) };
        let text = row.fields.get(row.columns.date);
        if let Some(last) = &self.last_date
            && last.text == text
        {
            return Ok(Some(last.date));
        }
        let Some(Stamp::Date(date)) = column.format.read(text) else {
            let expected = format!("a date such as {}", column.pattern);
            return Err((column.column.clone(), bad_value(text, expected)));
        };
        self.last_date = Some(LastDate { text: text.to_owned(), date });
        Ok(Some(date))
    }

    /// The end of the row: from its own column, or the last of its stages' ends if all are known.
    fn ended(
        &mut self,
        row: Row<'_>,
        times: &RowTimes,
        started_at: DateTime<Utc>,
        stages: &[Stage],
    ) -> Result<Option<DateTime<Utc>>, Rejection> {
        let name = row.mapping.ended.as_ref();
        let Some(stamp) = times.stamp(row, row.columns.ended, name, true)? else {
            let mut last = None;
            for stage in stages {
                let Some(left_at) = stage.left_at else { return Ok(None) };
                last = last.max(Some(left_at));
            }
            return Ok(last);
        };
        let ended_at = stamp.instant(&mut self.clock, name_of(name))?;
        if ended_at < started_at {
            let reason = contradiction("call", self.clock.zone(), started_at, ended_at);
            return Err((name_of(name).to_owned(), reason));
        }
        Ok(Some(ended_at))
    }

    fn stages(&mut self, row: Row<'_>, times: &mut RowTimes) -> Result<Vec<Stage>, Rejection> {
        let mut stages = Vec::with_capacity(row.mapping.stages.len());
        for index in 0..row.mapping.stages.len() {
            if let Some(stage) = self.stage(row, index, times, stages.last())? {
                stages.push(stage);
            }
        }
        Ok(stages)
    }

    fn stage(
        &mut self,
        row: Row<'_>,
        index: usize,
        times: &mut RowTimes,
        previous: Option<&Stage>,
    ) -> Result<Option<Stage>, Rejection> {
        let (rule, at) = (&row.mapping.stages[index], &row.columns.stages[index]);
        if let Some((_, values)) = &rule.when {
            let value = row.fields.get(at.when);
            if !values.iter().any(|it| it == value) {
                return Ok(None);
            }
        }
        let Some(stage) = self.stage_times(row, index, times, previous)? else { return Ok(None) };
        let ended = match &rule.ended {
            Some(field) => term(field, at.ended, row.fields)?,
            None => None,
        };
        Ok(Some(Stage {
            kind: rule.kind,
            queue: named(&mut self.queues, rule.queue.as_ref(), at.queue, row.fields),
            agent: named(&mut self.agents, rule.agent.as_ref(), at.agent, row.fields),
            entered_at: stage.entered_at,
            left_at: stage.left_at,
            end: ended.unwrap_or(StageEnd::Unknown),
        }))
    }

    /// When a stage began and ended; `None` if it did not happen, or is dropped because its stamps cannot be true.
    fn stage_times(
        &mut self,
        row: Row<'_>,
        index: usize,
        times: &mut RowTimes,
        previous: Option<&Stage>,
    ) -> Result<Option<StageTimes>, Rejection> {
        let (rule, at) = (&row.mapping.stages[index], &row.columns.stages[index]);
        let (fields, time) = (row.fields, &row.mapping.time);
        let secs = seconds(fields.get(at.seconds), &time.absent, rule.seconds.as_ref())?;
        let has_stamp =
            !time.is_absent(fields.get(at.start)) || !time.is_absent(fields.get(at.end));
        if !has_stamp && secs.is_none_or(|it| it.is_zero()) {
            return Ok(None);
        }
        let mut own = *times;
        let start = own.stamp(row, at.start, rule.start.as_ref(), false)?;
        let entered_at = match (start, previous.and_then(|it| it.left_at)) {
            (Some(start), _) => start.instant(&mut self.clock, name_of(rule.start.as_ref()))?,
            (None, Some(left_at)) if rule.start.is_none() => left_at,
            (None, _) => {
                let Some(first_at) = own.first_at.filter(|_| rule.start.is_none()) else {
                    let field = name_of(rule.start.as_ref().or(rule.end.as_ref())).to_owned();
                    return Err((field, RejectReason::Missing { expected: "a stamp" }));
                };
                first_at
            }
        };
        if let Some(start) = start {
            own.note_first(start, entered_at);
        }
        let end = own.stamp(row, at.end, rule.end.as_ref(), false)?;
        let left_at = match end {
            Some(end) => Some(end.instant(&mut self.clock, name_of(rule.end.as_ref()))?),
            None => secs.map(|it| entered_at + it),
        };
        let is_too_early =
            own.first_at.is_some_and(|it| entered_at < it && it - entered_at > CLOCK_SLACK);
        if !is_too_early && left_at.is_none_or(|it| it >= entered_at) {
            *times = own;
            times.first_at = times.first_at.or(Some(entered_at));
            return Ok(Some(StageTimes { entered_at, left_at }));
        }
        let left_at = left_at.unwrap_or(entered_at);
        if rule.drops_contradictions {
            *self.dropped.entry(rule.kind).or_default() += 1;
            times.fallback_at =
                times.fallback_at.or(Some(if end.is_some() { left_at } else { entered_at }));
            return Ok(None);
        }
        let field = name_of(rule.start.as_ref().or(rule.end.as_ref())).to_owned();
        Err((field, contradiction(rule.kind.as_str(), self.clock.zone(), entered_at, left_at)))
    }
}

fn contradiction(
    stage: &'static str,
    zone: Zone,
    entered_at: DateTime<Utc>,
    left_at: DateTime<Utc>,
) -> RejectReason {
    let (entered, left) = (zone.local(entered_at), zone.local(left_at));
    RejectReason::Contradiction { stage, entered, left }
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
