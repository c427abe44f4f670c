//! Unified Contact Center Express: tables of its database, and the report that puts them together.
//!
//! `table` tells the tables apart, `parse` and `report` read rows, `row` is a row that waits for the rest of its
//! contact; `contact` sorts a contact's rows out, `visit` are its stays in queues, `assemble` makes the call; `name`
//! knows queues and agents, `code` the vendor's numbers, `layout` what users tell.

mod assemble;
mod code;
mod contact;
mod layout;
mod name;
mod parse;
mod report;
mod row;
mod table;
mod visit;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CdrFormat, CustomerNumbers, Error, FileStart, Framing, Gatherer, Intent, LocalClock, Names,
    Observed, Place, Precision, Record, RejectReason, Settled, Site, SkipReason, SourceId, Verdict,
    Zone,
};

pub use crate::uccx::code::{UccxContactDisposition, UccxContactType, UccxQueueDisposition};

use crate::export::{Fields, Line, Rejection, TableFile, find_header, rejected, sort_out};
use crate::uccx::assemble::{Assembler, Remarks};
use crate::uccx::layout::Layout;
use crate::uccx::name::{AgentRecord, Naming, QueueRecord};
use crate::uccx::parse::RowParser;
use crate::uccx::report::{ReportParser, report_call};
use crate::uccx::row::{Body, HeldRow, LegKey};
use crate::uccx::table::{AgentsColumns, QueuesColumns, UccxTable};

/// Rows of one contact may be this far apart where nothing between them is in the log. A session's number does not come
/// back within a day.
const WINDOW: TimeDelta = TimeDelta::hours(12);

/// Records of Unified Contact Center Express (UCCX): tables of its historical database `db_cra`, exported as CSV, and
/// the Detailed Call, CSQ, Agent report.
///
/// # Supported
///
/// - `ContactCallDetail` (a leg a row; without it there is no call), `ContactQueueDetail`, `AgentConnectionDetail`,
///   `ContactRoutingDetail`, in any order and any number of files. Columns are found by name, whatever their case and
///   order; comma, semicolon or tab; quoted or not; several tables one after another in a file.
/// - The look-up tables `ContactServiceQueue` and Resource. Queues and agents go by the numbers of their records where
///   these are not there. A queue gets a new record whenever it is changed: it stays one queue, under its newest name.
///   Where calls are given out while files are read, the look-up tables must come first.
/// - One call a contact: legs of a session (`sessionID`, `nodeID`, `profileID`) by transfer and redirect, sessions
///   joined by `contactid`; consultations (another session, named by `consultsessionid` or the `contactid`) are
///   [`Consult`](ringback_calllog::StageKind::Consult) stages of it.
/// - Abandoned in a queue (queue disposition 1 with contact disposition 1), in the script (contact disposition 1
///   without a queue), and aborted (1 with 4: [`Failed`](ringback_calllog::Outcome::Failed)); overflow to another
///   queue; telephones that nobody answered; hold, wrap-up, transfer, conference; calls that agents or the dialer
///   placed.
/// - The report, a line for each agent of a leg, told by its column `Node ID - Session ID - Sequence No`; durations
///   `HH:MM:SS`, also as a spreadsheet leaves them (`1899-12-31 00:02:30`).
///
/// # Unsupported or unsure
///
/// - A call is answered if an agent's row has talk (or hold, or work after the call, unless it is marked as not
///   answered). Talk of zero seconds with ringing is nobody answering.
/// - Talk, hold and work are totals in the log. They are laid out as one talk, one hold after it, and one wrap-up,
///   from the moment of the answer: sums and the answer are exact, the places of the holds within the talk are not
///   known.
/// - The wait is `queueTime` of the queue that handled the call, in whole seconds. A queue that the call was in
///   already, and still was when it entered the one that handled it, makes no stage: each stay of a call with several
///   is a row of the table `queue_visit`. The total over all queues is in the table `routing`. Stays that follow each
///   other, the first ended by the script, are stages each, and the wait is all of them.
/// - A contact disposition of 2 without an agent's row is the script's own:
///   [`Other`](ringback_calllog::Outcome::Other); [`Unknown`](ringback_calllog::Outcome::Unknown) where the log has no
///   agents' rows at all. 5 to 22 are [`Failed`](ringback_calllog::Outcome::Failed), 3 and 99 say nothing.
/// - Calls between agents and to the outside that are not the dialer's are answered if they were connected: the log
///   does not tell a person from a machine there.
/// - Courtesy callback has no table: it is a script of the site's own, and its calls cannot be joined.
/// - In the report, who called is not said: a call with a queue or an application counts as inbound. What rang
///   without an answer, and agents of a leg that several answered, have no times: they are rows of the table
///   `presented`, and the wait of such a leg is not known. A call that tables and report both have counts once.
/// - `ContactHoldDetail`, `ConsultLegDetail` and `AgentStateDetail` are not read.
///
/// # Layout
///
/// Tables: *Unified CCX Database Schema* (8.0 to 15). Stamps are UTC with milliseconds (`2026-05-04 09:15:00.123`),
/// durations whole seconds. Report: *Unified CCX Reporting User Guide* (12.5). Its stamps are in the zone of whoever
/// ran it, which [`Site::zone`] must give; `2026-05-04 09:15:00`, `2026/05/04 …`, `04.05.2026 …`, `04 May 2026 …`,
/// `04-May-2026 …`, `May 04, 2026 …` are read as they are, `05/04/2026` only by `time_format`. An empty field and
/// `NULL` are no value.
///
/// [`layout`](Uccx::layout) takes TOML with any of these keys:
///
/// | key | value | default |
/// | --- | --- | --- |
/// | `time_format` | a `strftime` pattern tried beside the others, in tables and in the report | none |
/// | `queues_by` | `"name"` or `"id"`: the name of a queue (`CSQName`) or its `contactServiceQueueID`, which a new name does not change | `"name"` |
/// | `agents_by` | `"login"`, `"name"` or `"extension"` of the table Resource | `"login"` |
/// | `queues`, `agents` | tables of names to show in place of the log's names or numbers | none |
/// | `not_people` | agents that are machines: their answers are a menu's | none |
///
/// # Source
///
/// Cisco, *Unified Contact Center Express Database Schema Guide* and *Report Developer Guide*, "Interpret Database
/// Records".
///
/// # Example
///
/// ```
/// use ringback_calllog::{LogReader, PseudonymKey, Pseudonymizer, Site};
/// use ringback_cisco::Uccx;
///
/// let log = "\
/// sessionID,sessionSeqNum,nodeID,profileID,contactType,contactDisposition,originatorType,originatorDN,startDateTime,endDateTime
/// 100,0,1,1,1,2,3,+12025550123,2026-05-04 07:15:00.000,2026-05-04 07:17:42.000
/// sessionID,sessionSeqNum,nodeID,profileID,targetID,targetType,disposition,queueTime,startDateTime
/// 100,0,1,1,12,0,2,37,2026-05-04 07:15:05.000
/// sessionID,sessionSeqNum,nodeID,profileID,resourceID,startDateTime,ringTime,talkTime
/// 100,0,1,1,4,2026-05-04 07:15:36.000,6,120
/// ";
/// let site = Site::new(Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme"));
/// let read = LogReader::new().read_bytes("db_cra.csv", log.as_bytes(), &mut Uccx::new(site))?;
/// let call = &read.log.calls[0];
/// assert_eq!(call.wait().map(|it| it.num_seconds()), Some(37));
/// assert_eq!(call.agent().map(|it| it.as_str()), Some("4"));
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub struct Uccx {
    zone: Zone,
    layout: Layout,
    file: TableFile<UccxTable>,
    rows: Rows,
    gatherer: Gatherer<HeldRow>,
    /// Rows without any stamp, as old releases write stays in queues: they go to their leg by its key.
    undated: BTreeMap<LegKey, Vec<HeldRow>>,
    /// The last stamp, for rows without.
    last_at: DateTime<Utc>,
    remarks: Remarks,
}

/// What reading rows takes.
struct Rows {
    naming: Naming,
    numbers: CustomerNumbers,
    intents: Names<Intent>,
    clock: Option<LocalClock>,
    seen: Seen,
}

/// Which tables there were.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a log may have any of them without the others")]
struct Seen {
    calls: bool,
    queues: bool,
    agents: bool,
    report: bool,
}

impl Seen {
    /// A table's header or row: an empty table says something too.
    fn note(&mut self, table: &UccxTable) {
        match table {
            UccxTable::Call(_) => self.calls = true,
            UccxTable::Queue(_) => self.queues = true,
            UccxTable::Agent(_) => self.agents = true,
            UccxTable::Report(_) => self.report = true,
            UccxTable::Routing(_) | UccxTable::Queues(_) | UccxTable::Agents(_) => {}
        }
    }
}

impl Uccx {
    /// Records of a site, read without a layout.
    #[expect(clippy::needless_pass_by_value, reason = "a format takes its site, as the others do")]
    pub fn new(site: Site) -> Self {
        let rows = Rows {
            naming: Naming::new(&site),
            numbers: site.numbers(),
            intents: site.names(),
            clock: site.clock(),
            seen: Seen::default(),
        };
        Self {
            zone: site.zone_or_utc(),
            layout: Layout::default(),
            file: TableFile::default(),
            rows,
            gatherer: Gatherer::new(WINDOW),
            undated: BTreeMap::new(),
            last_at: DateTime::UNIX_EPOCH,
            remarks: Remarks::new(),
        }
    }

    /// Reads what the site tells of its system; `file` is the layout's name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] for a text that is no layout: an unknown key, a value of the wrong kind, a `time_format`
    /// that is no pattern of a local stamp.
    pub fn layout(mut self, text: &str, file: &str) -> Result<Self, Error> {
        self.layout = Layout::parse(text, file)?;
        Ok(self)
    }

    /// Keeps a row until the rest of its contact is there.
    fn hold(&mut self, row: HeldRow) -> Verdict {
        let Some((_, at)) = row.stamps() else {
            self.undated.entry(row.key).or_default().push(row);
            return Verdict::Held { at: self.last_at };
        };
        self.last_at = at;
        self.gatherer.push(row);
        Verdict::Held { at }
    }
}

impl Rows {
    /// A row of a table: one to hold, or a verdict.
    fn read(
        &mut self,
        table: &UccxTable,
        layout: &Layout,
        row: Fields<'_>,
    ) -> Result<Result<HeldRow, Verdict>, Rejection> {
        let Self { naming, numbers, intents, clock, seen } = self;
        seen.note(table);
        let mut parser = RowParser { layout, numbers, intents };
        let row = match table {
            UccxTable::Call(columns) => parser.call(columns, row)?,
            UccxTable::Queue(columns) => parser.queue(columns, row)?,
            UccxTable::Routing(columns) => parser.routing(columns, row)?,
            UccxTable::Agent(columns) => parser.agent(columns, row)?,
            UccxTable::Queues(columns) => return queue_record(naming, columns, row).map(Err),
            UccxTable::Agents(columns) => {
                return agent_record(naming, columns, layout, row).map(Err);
            }
            UccxTable::Report(columns) => {
                let Some(clock) = clock else {
                    let what = "a local stamp, and the site has no zone".into();
                    return Err(("", RejectReason::Other { what }));
                };
                let RowParser { numbers, intents, .. } = parser;
                ReportParser { layout, naming, numbers, intents, clock }.row(columns, row)?
            }
        };
        Ok(Ok(row))
    }
}

fn queue_record(
    naming: &mut Naming,
    columns: &QueuesColumns,
    row: Fields<'_>,
) -> Result<Verdict, Rejection> {
    naming.add_queue(&QueueRecord {
        profile: row.need(columns.profile, "profileID")?,
        record: row.need(columns.record, "recordID")?,
        id: row.need(columns.id, "contactServiceQueueID")?,
        name: row.text(columns.name),
    });
    Ok(Verdict::skipped("row of the look-up table of queues"))
}

fn agent_record(
    naming: &mut Naming,
    columns: &AgentsColumns,
    layout: &Layout,
    row: Fields<'_>,
) -> Result<Verdict, Rejection> {
    let record = AgentRecord {
        profile: row.need(columns.profile, "profileID")?,
        resource: row.need(columns.resource, "resourceID")?,
        login: row.text(columns.login),
        name: row.text(columns.name),
        extension: row.text(columns.extension),
    };
    naming.add_agent(&record, layout);
    Ok(Verdict::skipped("row of the look-up table of agents"))
}

/// The rows of one contact, sorted, without those that came twice.
fn settle_contact(rows: &mut Vec<HeldRow>, assembler: &mut Assembler<'_>, settled: &mut Settled) {
    sort_out(rows, &mut settled.rows);
    let is_report = rows.first().is_some_and(|it| matches!(it.body, Body::Report(_)));
    let leg = if is_report {
        report_call(rows, assembler.remarks, &mut settled.details)
    } else {
        assembler.call(rows, &mut settled.details)
    };
    match leg {
        Some(leg) => settled.legs.push(leg),
        None => settled.rows.extend(rows.iter().map(|it| (it.place, without_call()))),
    }
}

fn without_call() -> Verdict {
    Verdict::skipped("no row of ContactCallDetail for its session")
}

impl fmt::Debug for Uccx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uccx({} rows held)", self.gatherer.len())
    }
}

impl CdrFormat for Uccx {
    fn source(&self) -> SourceId {
        "uccx".into()
    }

    fn system(&self) -> SourceId {
        "cisco".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        find_header::<UccxTable>(file).is_some()
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        let table = find_header(file);
        let is_report = matches!(table, Some(Ok(UccxTable::Report(_))));
        if is_report && self.rows.clock.is_none() {
            return Err(SkipReason::new(
                "its stamps are local: give the zone of the system's clock",
            ));
        }
        if let Some(Ok(table)) = &table {
            self.rows.seen.note(table);
        }
        self.file.begin(file);
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::QuotedLines
    }

    fn observed(&self) -> Observed {
        let seen = self.rows.seen;
        // Before anything was read, what the format can say at best.
        let is_fresh = !(seen.calls || seen.report);
        Observed {
            abandons: true,
            waits: is_fresh || seen.queues || seen.report,
            agents: is_fresh || seen.agents || seen.report,
            customers: true,
            zone: self.zone,
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        let (table, fields) = match self.file.line(&text, record.place) {
            Line::Row(table, fields) => (table, fields),
            Line::Verdict(verdict) => return verdict,
        };
        match self.rows.read(table, &self.layout, fields) {
            Ok(Ok(row)) => self.hold(row),
            Ok(Err(verdict)) => verdict,
            Err(rejection) => rejected(rejection),
        }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let Self { layout, rows, gatherer, undated, remarks, .. } = self;
        let has_agents = rows.seen.agents;
        let mut assembler = Assembler { naming: &mut rows.naming, layout, remarks, has_agents };
        let mut reports = Vec::new();
        gatherer.settle(until, |contact| {
            if matches!(contact.first(), Some(HeldRow { body: Body::Report(_), .. })) {
                reports.push(std::mem::take(contact));
                return;
            }
            let mut keys: Vec<LegKey> = contact.iter().map(|it| it.key).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                contact.extend(undated.remove(&key).into_iter().flatten());
            }
            settle_contact(contact, &mut assembler, settled);
        });
        // Of a call in the tables and in the report the tables say more: they come first, and the id is the same.
        for mut contact in reports {
            settle_contact(&mut contact, &mut assembler, settled);
        }
        if until.is_none() {
            let left: Vec<Place> =
                std::mem::take(undated).into_values().flatten().map(|it| it.place).collect();
            settled.rows.extend(left.into_iter().map(|place| (place, without_call())));
        }
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        let naming = &self.rows.naming;
        let mut remarks = vec![
            (
                "stays in queues that the look-up table does not name".to_owned(),
                naming.unknown_queues,
            ),
            ("agents' rows that the look-up table does not name".to_owned(), naming.unknown_agents),
        ];
        remarks.extend(self.remarks.iter().map(|(text, count)| ((*text).to_owned(), *count)));
        remarks.extend(self.rows.numbers.remarks());
        remarks
    }
}
