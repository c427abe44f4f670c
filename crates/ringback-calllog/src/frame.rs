//! The call log as polars frames and as Parquet, both ways, with a checked schema.

use std::fs::File;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use polars::prelude::*;
use rustc_hash::FxHashMap;

use crate::party::{AgentId, CallId, Customer, Intent, QueueId, SourceId};
use crate::{Call, Error, Masked, Precision, Stage, StageKind};

const CALLS: &str = "calls";
const STAGES: &str = "stages";

/// Stamps in frames: microseconds, UTC.
fn instant_type() -> DataType {
    DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
}

/// The columns of the calls' frame that a call is read back from, with their types.
fn call_schema() -> [(&'static str, DataType); 14] {
    [
        ("call_id", DataType::String),
        ("source", DataType::String),
        ("direction", DataType::String),
        ("customer", DataType::String),
        ("queue", DataType::String),
        ("intent", DataType::String),
        ("priority", DataType::Int32),
        ("arrived_at", instant_type()),
        ("ended_at", instant_type()),
        ("outcome", DataType::String),
        ("stages", DataType::UInt32),
        ("precision_secs", DataType::Float64),
        ("legs", DataType::UInt32),
        ("is_complete", DataType::Boolean),
    ]
}

fn stage_schema() -> [(&'static str, DataType); 8] {
    [
        ("call_id", DataType::String),
        ("seq", DataType::UInt32),
        ("kind", DataType::String),
        ("queue", DataType::String),
        ("agent", DataType::String),
        ("entered_at", instant_type()),
        ("left_at", instant_type()),
        ("end", DataType::String),
    ]
}

/// The calls as a frame, one row a call, in the order of the slice.
///
/// Stamps are `datetime[μs, UTC]`, durations seconds (`f64`). The durations, `queued_at`, `answered_at`, `agent`,
/// `transfers` and the number of `stages` are derived from the stages; [`calls_from_frames`] derives them anew.
///
/// # Errors
///
/// [`Error::Frame`], if the frame library fails.
///
/// # Example
///
/// ```
/// # use ringback_calllog::*;
/// let frame = calls_to_frame(&[])?;
/// assert_eq!(frame.width(), 23);
/// # Ok::<(), Error>(())
/// ```
pub fn calls_to_frame(calls: &[Call]) -> Result<DataFrame, Error> {
    let each = calls.iter();
    let secs_in = |name, kind| secs(name, each.clone().map(move |it| it.time_in(kind)));
    let columns = vec![
        text("call_id", each.clone().map(|it| Some(it.call_id.as_str()))),
        text("source", each.clone().map(|it| Some(it.source.as_str()))),
        text("direction", each.clone().map(|it| Some(it.direction.as_str()))),
        customers(calls),
        text("queue", each.clone().map(|it| it.queue.as_ref().map(QueueId::as_str))),
        text("intent", each.clone().map(|it| it.intent.as_ref().map(Intent::as_str))),
        Int32Chunked::from_iter_options("priority".into(), each.clone().map(|it| it.priority))
            .into_column(),
        instants("arrived_at", each.clone().map(|it| Some(it.arrived_at))),
        instants("queued_at", each.clone().map(Call::queued_at)),
        instants("answered_at", each.clone().map(Call::answered_at)),
        instants("ended_at", each.clone().map(|it| it.ended_at)),
        text("outcome", each.clone().map(|it| Some(it.outcome.as_str()))),
        secs("wait_secs", each.clone().map(Call::wait)),
        secs_in("ivr_secs", StageKind::Ivr),
        secs_in("talk_secs", StageKind::Talk),
        secs_in("hold_secs", StageKind::Hold),
        secs_in("wrap_secs", StageKind::WrapUp),
        text("agent", each.clone().map(|it| it.agent().map(AgentId::as_str))),
        counts("transfers", each.clone().map(|it| it.transfers() as usize)),
        counts("stages", each.clone().map(|it| it.stages.len())),
        Float64Chunked::from_iter_values(
            "precision_secs".into(),
            each.clone().map(|it| it.precision.secs()),
        )
        .into_column(),
        counts("legs", each.clone().map(|it| it.legs as usize)),
        BooleanChunked::from_iter_values(
            "is_complete".into(),
            each.clone().map(|it| it.is_complete),
        )
        .into_column(),
    ];
    DataFrame::new(calls.len(), columns).map_err(|it| failed("making the calls' frame", it))
}

/// The stages of calls as a frame, one row a stage: `call_id`, `seq` (from 0), `kind`, `queue`, `agent`,
/// `entered_at`, `left_at`, `end`.
///
/// # Errors
///
/// [`Error::Frame`], if the frame library fails.
pub fn stages_to_frame(calls: &[Call]) -> Result<DataFrame, Error> {
    let each = calls.iter().flat_map(|call| call.stages.iter().map(move |stage| (call, stage)));
    let columns = vec![
        text("call_id", each.clone().map(|(call, _)| Some(call.call_id.as_str()))),
        counts("seq", calls.iter().flat_map(|it| 0..it.stages.len())),
        text("kind", each.clone().map(|(_, it)| Some(it.kind.as_str()))),
        text("queue", each.clone().map(|(_, it)| it.queue.as_ref().map(QueueId::as_str))),
        text("agent", each.clone().map(|(_, it)| it.agent.as_ref().map(AgentId::as_str))),
        instants("entered_at", each.clone().map(|(_, it)| Some(it.entered_at))),
        instants("left_at", each.clone().map(|(_, it)| it.left_at)),
        text("end", each.clone().map(|(_, it)| Some(it.end.as_str()))),
    ];
    let rows = each.count();
    DataFrame::new(rows, columns).map_err(|it| failed("making the stages' frame", it))
}

/// The calls of two frames, in the order of the calls' frame.
///
/// # Errors
///
/// [`Error::Schema`] for a column that is absent or of another type, [`Error::FrameValue`] for a value that no call
/// can have: no id, an unknown term, a stage of an unknown call.
pub fn calls_from_frames(calls: &DataFrame, stages: &DataFrame) -> Result<Vec<Call>, Error> {
    check_schema(CALLS, calls, &call_schema())?;
    check_schema(STAGES, stages, &stage_schema())?;
    let mut read = read_calls(&Table { name: CALLS, frame: calls })?;
    add_stages(&mut read, &Table { name: STAGES, frame: stages })?;
    check_counts(&read, &Table { name: CALLS, frame: calls }.counts("stages")?)?;
    Ok(read)
}

/// Writes `calls.parquet` and `stages.parquet` into a folder, which must exist.
///
/// # Errors
///
/// [`Error::Io`] for a file that cannot be written, [`Error::Frame`] if the frame library fails.
pub fn write_parquet(calls: &[Call], folder: &Path) -> Result<(), Error> {
    write_frame(&mut calls_to_frame(calls)?, &folder.join("calls.parquet"))?;
    write_frame(&mut stages_to_frame(calls)?, &folder.join("stages.parquet"))
}

/// Reads `calls.parquet` and `stages.parquet` from a folder.
///
/// # Errors
///
/// [`Error::Io`] for a file that cannot be opened, [`Error::Frame`] for one that is no Parquet, and as
/// [`calls_from_frames`].
pub fn read_parquet(folder: &Path) -> Result<Vec<Call>, Error> {
    let calls = read_frame(&folder.join("calls.parquet"), &call_schema())?;
    let stages = read_frame(&folder.join("stages.parquet"), &stage_schema())?;
    calls_from_frames(&calls, &stages)
}

fn write_frame(frame: &mut DataFrame, path: &Path) -> Result<(), Error> {
    let file = File::create(path).map_err(|it| Error::io(path, it))?;
    let writer = ParquetWriter::new(file).with_row_group_size(Some(1 << 18));
    writer.finish(frame).map(drop).map_err(|it| failed(&format!("writing {}", path.display()), it))
}

/// Reads the columns of a schema; those that the file lacks are left for the check of the schema to name.
fn read_frame(path: &Path, schema: &[(&'static str, DataType)]) -> Result<DataFrame, Error> {
    let doing = format!("reading {}", path.display());
    let file = File::open(path).map_err(|it| Error::io(path, it))?;
    let mut reader = ParquetReader::new(file);
    let has = reader.schema().map_err(|it| failed(&doing, it))?;
    let wanted = schema.iter().filter(|it| has.contains(it.0)).map(|it| it.0.to_owned()).collect();
    reader.with_columns(Some(wanted)).finish().map_err(|it| failed(&doing, it))
}

fn failed(doing: &str, error: PolarsError) -> Error {
    Error::Frame { doing: doing.to_owned(), source: Box::new(error) }
}

fn text<'a>(name: &'static str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

fn customers(calls: &[Call]) -> Column {
    let values = calls.iter().map(|it| it.customer.map(|it| it.to_string()));
    StringChunked::from_iter_options("customer".into(), values).into_column()
}

fn instants(name: &'static str, values: impl Iterator<Item = Option<DateTime<Utc>>>) -> Column {
    let micros = values.map(|it| it.map(|it| it.timestamp_micros()));
    Int64Chunked::from_iter_options(name.into(), micros)
        .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
        .into_column()
}

fn secs(name: &'static str, values: impl Iterator<Item = Option<TimeDelta>>) -> Column {
    let secs = values.map(|it| it.map(TimeDelta::as_seconds_f64));
    Float64Chunked::from_iter_options(name.into(), secs).into_column()
}

fn counts(name: &'static str, values: impl Iterator<Item = usize>) -> Column {
    let counts = values.map(|it| u32::try_from(it).unwrap_or(u32::MAX));
    UInt32Chunked::from_iter_values(name.into(), counts).into_column()
}

fn check_schema(
    table: &'static str,
    frame: &DataFrame,
    schema: &[(&'static str, DataType)],
) -> Result<(), Error> {
    for (column, expected) in schema {
        let got = frame.schema().get(column).cloned();
        if got.as_ref() != Some(expected) {
            return Err(Error::Schema {
                table,
                column: (*column).to_owned(),
                got: got.map_or_else(|| "absent".to_owned(), |it| it.to_string()),
                expected: expected.to_string(),
            });
        }
    }
    Ok(())
}

/// A frame with its name for messages; its schema has been checked.
struct Table<'a> {
    name: &'static str,
    frame: &'a DataFrame,
}

impl<'a> Table<'a> {
    fn column(&self, name: &str) -> Result<&'a Column, Error> {
        self.frame.column(name).map_err(|it| failed(&format!("reading column {name}"), it))
    }

    fn text(&self, name: &str) -> Result<Vec<Option<&'a str>>, Error> {
        let column =
            self.column(name)?.str().map_err(|it| failed(&format!("reading column {name}"), it))?;
        Ok(column.iter().collect())
    }

    fn instants(&self, name: &str) -> Result<Vec<Option<DateTime<Utc>>>, Error> {
        let column = self
            .column(name)?
            .datetime()
            .map_err(|it| failed(&format!("reading column {name}"), it))?;
        Ok(column
            .physical()
            .iter()
            .map(|it| it.and_then(DateTime::from_timestamp_micros))
            .collect())
    }

    fn counts(&self, name: &str) -> Result<Vec<Option<u32>>, Error> {
        let column =
            self.column(name)?.u32().map_err(|it| failed(&format!("reading column {name}"), it))?;
        Ok(column.iter().collect())
    }

    fn wrong(
        &self,
        row: usize,
        column: &'static str,
        value: Option<&str>,
        expected: &str,
    ) -> Error {
        let value = value
            .map_or_else(|| "null".to_owned(), |it| format!("{:?}", Masked::new(it).to_string()));
        Error::FrameValue { table: self.name, row, column, value, expected: expected.to_owned() }
    }

    /// A value that must be there.
    fn present<T>(&self, row: usize, column: &'static str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| self.wrong(row, column, None, "a value"))
    }

    /// A value that must be there and be a term.
    fn term<T>(&self, row: usize, column: &'static str, value: Option<&str>) -> Result<T, Error>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let text = self.present(row, column, value)?;
        text.parse().map_err(|it: T::Err| self.wrong(row, column, value, &expectation(&it)))
    }
}

/// What an error expected; what it found is told, masked, beside it.
fn expectation(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    text.rsplit_once(", expected ").map_or_else(|| text.clone(), |it| it.1.to_owned())
}

/// Ids that come again and again, kept once.
struct Shared<'a, T>(FxHashMap<&'a str, T>);

impl<'a, T: Clone + From<&'a str>> Shared<'a, T> {
    fn new() -> Self {
        Self(FxHashMap::default())
    }

    fn get(&mut self, text: Option<&'a str>) -> Option<T> {
        text.map(|it| self.0.entry(it).or_insert_with(|| T::from(it)).clone())
    }
}

fn read_calls(table: &Table<'_>) -> Result<Vec<Call>, Error> {
    let (ids, sources) = (table.text("call_id")?, table.text("source")?);
    let (directions, customers) = (table.text("direction")?, table.text("customer")?);
    let (queues, intents) = (table.text("queue")?, table.text("intent")?);
    let (arrived, ended) = (table.instants("arrived_at")?, table.instants("ended_at")?);
    let (outcomes, counts) = (table.text("outcome")?, table.counts("stages")?);
    let legs = table.counts("legs")?;
    let of = |name: &str| format!("reading column {name}");
    let priorities = table.column("priority")?.i32().map_err(|it| failed(&of("priority"), it))?;
    let precisions =
        table.column("precision_secs")?.f64().map_err(|it| failed(&of("precision_secs"), it))?;
    let complete =
        table.column("is_complete")?.bool().map_err(|it| failed(&of("is_complete"), it))?;
    let (mut known_sources, mut known_queues, mut known_intents) =
        (Shared::new(), Shared::new(), Shared::new());
    let mut calls = Vec::with_capacity(ids.len());
    for row in 0..ids.len() {
        let customer = customers[row]
            .map(|_| table.term::<Customer>(row, "customer", customers[row]))
            .transpose()?;
        let precision = table.present(row, "precision_secs", precisions.get(row))?;
        let precision = Precision::new(precision).map_err(|it| {
            table.wrong(row, "precision_secs", Some(&precision.to_string()), &expectation(&it))
        })?;
        let source: Option<SourceId> = known_sources.get(sources[row]);
        calls.push(Call {
            call_id: CallId::from(table.present(row, "call_id", ids[row])?),
            source: table.present(row, "source", source)?,
            direction: table.term(row, "direction", directions[row])?,
            customer,
            queue: known_queues.get(queues[row]),
            intent: known_intents.get(intents[row]),
            priority: priorities.get(row),
            arrived_at: table.present(row, "arrived_at", arrived[row])?,
            ended_at: ended[row],
            outcome: table.term(row, "outcome", outcomes[row])?,
            stages: Vec::with_capacity(counts[row].unwrap_or(0).min(16) as usize),
            legs: table.present(row, "legs", legs[row])?,
            is_complete: table.present(row, "is_complete", complete.get(row))?,
            precision,
        });
    }
    Ok(calls)
}

fn add_stages(calls: &mut [Call], table: &Table<'_>) -> Result<(), Error> {
    let (ids, numbers) = (table.text("call_id")?, table.counts("seq")?);
    let (kinds, ends) = (table.text("kind")?, table.text("end")?);
    let (queues, agents) = (table.text("queue")?, table.text("agent")?);
    let (entered, left) = (table.instants("entered_at")?, table.instants("left_at")?);
    let places: FxHashMap<CallId, usize> =
        calls.iter().enumerate().map(|(at, call)| (call.call_id.clone(), at)).collect();
    let (mut known_queues, mut known_agents) = (Shared::new(), Shared::new());
    let mut order: Vec<(usize, u32, usize)> = Vec::with_capacity(ids.len());
    for row in 0..ids.len() {
        let id = table.present(row, "call_id", ids[row])?;
        let Some(&place) = places.get(&CallId::from(id)) else {
            return Err(table.wrong(
                row,
                "call_id",
                ids[row],
                "the id of a call in the calls' table",
            ));
        };
        order.push((place, table.present(row, "seq", numbers[row])?, row));
    }
    order.sort_unstable();
    for (place, _, row) in order {
        calls[place].stages.push(Stage {
            kind: table.term(row, "kind", kinds[row])?,
            queue: known_queues.get(queues[row]),
            agent: known_agents.get(agents[row]),
            entered_at: table.present(row, "entered_at", entered[row])?,
            left_at: left[row],
            end: table.term(row, "end", ends[row])?,
        });
    }
    Ok(())
}

/// The calls' table says how many stages each call has: two tables of different runs do not fit.
fn check_counts(calls: &[Call], counts: &[Option<u32>]) -> Result<(), Error> {
    for (row, (call, count)) in calls.iter().zip(counts).enumerate() {
        if count.is_none_or(|it| it as usize != call.stages.len()) {
            let value = count.map_or_else(|| "null".to_owned(), |it| it.to_string());
            let expected = format!("as many as the stages' table has: {}", call.stages.len());
            return Err(Error::FrameValue { table: CALLS, row, column: "stages", value, expected });
        }
    }
    Ok(())
}
