//! Unified Contact Center Enterprise: legs that ended, how calls were routed, and courtesy callbacks.
//!
//! `table` tells the tables apart, `parse` reads rows, `row` is a row that waits for the rest of its contact;
//! `contact` sorts a contact's rows out, `callback` is what the callback database adds, `assemble` makes the call;
//! `code` knows the vendor's numbers, `layout` what users tell.

mod assemble;
mod callback;
mod code;
mod contact;
mod layout;
mod parse;
mod row;
mod table;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CdrFormat, CustomerNumbers, Error, FileStart, Framing, Gatherer, LocalClock, Observed, Place,
    Precision, Record, Settled, Site, SkipReason, SourceId, Verdict, Zone,
};

pub use crate::ucce::code::{CvpCallbackCause, UcceDisposition};

use crate::export::{ABSENT, Fields, Line, Rejection, TableFile, find_header, rejected, sort_out};
use crate::ucce::assemble::{Assembler, Naming, Remarks};
use crate::ucce::callback::Callback;
use crate::ucce::contact::Contact;
use crate::ucce::layout::{Layout, ShortCalls};
use crate::ucce::parse::RowParser;
use crate::ucce::row::{Body, HeldRow, LegRow, RouteRow};
use crate::ucce::table::UcceTable;

/// Rows of one contact may be this far apart where nothing between them is in the log. The router's key begins anew
/// each day, and the day is part of it.
const WINDOW: TimeDelta = TimeDelta::hours(12);

/// Records of Unified Contact Center Enterprise (UCCE, PCCE, ICM): `Termination_Call_Detail` (TCD) and
/// `Route_Call_Detail` (RCD) of the central database, exported as CSV, and the courtesy callbacks of Customer Voice
/// Portal (CVP).
///
/// # Supported
///
/// - TCD, a row for each leg that ended; without it there is no call. RCD, a row for each call that was routed. Rows
///   in any order, in any number of files; columns are found by name, whatever their case and order; comma, semicolon
///   or tab; quoted or not.
/// - One call a contact: legs of one (`RouterCallKeyDay`, `RouterCallKey`), and of several that share a `CallGUID`.
///   Legs with the key 0 were never routed: each is a call of its own, told by its `RecoveryKey`, otherwise by
///   `PeripheralID`, `ICRCallKey` and its start.
/// - `CallDisposition` as [`UcceDisposition`]: 1 to 6 abandoned (2 in the queue, 3 while it rang), 13, 14, 28, 29 and
///   30 on an agent's leg handled, 19 a telephone that nobody answered, 28, 29 and 34 handed on.
/// - CVP courtesy callback: `CallBack` (or `Callback_Current`, `Callback_Historical`) joined by `CallGUID`,
///   `CallBackEvent` by `SurrogateID`. The queued leg that goes on after its caller has hung up, and the leg to call
///   them back, are one contact: outcome [`Callback`](ringback_calllog::Outcome::Callback), with a stay in the queue
///   until the promise and a [`CallbackWait`](ringback_calllog::StageKind::CallbackWait) until the callback was
///   connected, failed or was canceled. The cause and the attempts are in the table `callback`.
///
/// # Unsupported or unsure
///
/// - Short calls (disposition 7) left before the *Abandon Call Wait Time*; the vendor counts them neither as offered
///   nor as abandoned. They are [`Other`](ringback_calllog::Outcome::Other), without a queue, or left out: see
///   `short_calls`.
/// - Answered is a leg with an agent and talk or hold, or with a disposition that says handled. A leg without an
///   agent is a menu's, whatever its disposition. A call whose last leg is one that ended is
///   [`Unknown`](ringback_calllog::Outcome::Unknown): served by the menu, or given up. The router's error 448 says
///   that the caller was gone, 499 that the call had waited as long as it may
///   ([`Overflowed`](ringback_calllog::Outcome::Overflowed)).
/// - The wait is the time in the queue and the ringing of every agent's telephone up to the answer. Several columns
///   tell of the same time in the queue, so they are never added up: the first of `RouterQueueTime`, the menus'
///   `LocalQTime`, and the agents' `NetQTime` and `LocalQTime` that is not 0 counts.
/// - The order within an agent's leg is delay, local queue, ringing, talk, hold, work; talk and hold are totals, laid
///   out as one talk and one hold after it. `AnsweredDateTimeUTC` says when ringing ended where there is one.
/// - A queue is named by the call type, which abandoned and answered calls both have: `call_type/5001`; without one by
///   `precision_queue/…`, then `skill_group/…`. See `queues_by`.
/// - `PeripheralCallType` 27 to 31 take an agent for a dialer's call; 42 and 43 are taken as legs to a menu and its
///   queue.
/// - A callback without a row of its `CallGUID` in TCD, and an RCD without TCD, are skipped.
///
/// # Layout
///
/// TCD and RCD: *Database Schema Handbook* (ICM 5.0 to Unified CCE 15). `StartDateTimeUTC`, `AnsweredDateTimeUTC` and
/// `CallTerminatedDateTimeUTC` where there are such columns; otherwise `DateTime`, the leg's end by the central
/// controller's clock, with `TimeZone` (minutes that make it universal time), otherwise in the zone of
/// [`Site::zone`]. Durations are whole seconds; a `Duration` that is not the sum of its parts is remarked upon.
/// Callbacks: *Reporting Guide for Unified CVP* (8.0); `EventDateTime` is UTC. An empty field and `NULL` are no
/// value.
///
/// [`layout`](UcceTcd::layout) takes TOML with any of these keys:
///
/// | key | value | default |
/// | --- | --- | --- |
/// | `time_format` | a `strftime` pattern of stamps that are not like `2026-05-04 09:15:00` | none |
/// | `queues_by` | `"call_type"`, or `"skill_group"`: precision queue, then skill group, then call type | `"call_type"` |
/// | `short_calls` | `"other"` or `"skip"` | `"other"` |
/// | `queues` | names by such ids as `call_type/5001` | none |
/// | `agents` | names by `AgentSkillTargetID` | none |
/// | `not_people` | agents that are machines: their answers are a menu's | none |
///
/// # Source
///
/// Cisco, *Database Schema Handbook for Unified ICM/Contact Center Enterprise*, `Termination_Call_Detail` and
/// `Route_Call_Detail`; *Reporting Guide for Cisco Unified Customer Voice Portal*, "Courtesy `CallBack` Tables".
///
/// # Example
///
/// ```
/// use ringback_calllog::{LogReader, PseudonymKey, Pseudonymizer, Site};
/// use ringback_cisco::UcceTcd;
///
/// let log = "\
/// RouterCallKeyDay,RouterCallKey,PeripheralCallType,CallDisposition,StartDateTimeUTC,LocalQTime,RingTime,TalkTime,AgentSkillTargetID,CallTypeID
/// 155600,201,43,13,2026-05-04 07:15:05,31,0,0,,5001
/// 155600,201,2,13,2026-05-04 07:15:36,0,6,120,1004,5001
/// ";
/// let site = Site::new(Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme"));
/// let read = LogReader::new().read_bytes("tcd.csv", log.as_bytes(), &mut UcceTcd::new(site))?;
/// let call = &read.log.calls[0];
/// assert_eq!(call.wait().map(|it| it.num_seconds()), Some(37));
/// assert_eq!(call.queue.as_ref().map(|it| it.as_str()), Some("call_type/5001"));
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub struct UcceTcd {
    zone: Zone,
    layout: Layout,
    file: TableFile<UcceTable>,
    numbers: CustomerNumbers,
    clock: Option<LocalClock>,
    naming: Naming,
    gatherer: Gatherer<HeldRow>,
    remarks: Remarks,
    wrong_sums: u64,
    /// Whether some table of calls lacked the customer's number.
    is_without_customers: bool,
}

impl UcceTcd {
    /// Records of a site, read without a layout.
    #[expect(clippy::needless_pass_by_value, reason = "a format takes its site, as the others do")]
    pub fn new(site: Site) -> Self {
        Self {
            zone: site.zone_or_utc(),
            layout: Layout::default(),
            file: TableFile::default(),
            numbers: site.numbers(),
            clock: site.clock(),
            naming: Naming::new(&site),
            gatherer: Gatherer::new(WINDOW),
            remarks: Remarks::new(),
            wrong_sums: 0,
            is_without_customers: false,
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
}

/// The contacts among rows that share a key: all rows are one where a callback joins them; otherwise the routed legs
/// are one, and each leg that was never routed is one by itself.
fn contacts<'a>(rows: &'a [HeldRow]) -> Vec<Contact<'a>> {
    let callback = Callback::of(rows);
    let mut routes: Vec<&RouteRow> = Vec::new();
    let mut routed: Vec<&LegRow> = Vec::new();
    let mut alone: Vec<&LegRow> = Vec::new();
    for row in rows {
        match &row.body {
            Body::Leg(it) if it.route.is_routed() || callback.is_some() => routed.push(it),
            Body::Leg(it) => alone.push(it),
            Body::Route(it) => routes.push(it),
            Body::Callback(_) | Body::CallbackEvent(_) => {}
        }
    }
    let mut contacts: Vec<Contact<'a>> = Vec::new();
    contacts.extend(Contact::new(routed, routes, callback));
    for (at, leg) in alone.iter().enumerate() {
        let nth = alone[..at].iter().filter(|it| it.leg == leg.leg).count();
        let contact = Contact::new(vec![leg], Vec::new(), None);
        contacts.extend(contact.map(|it| Contact { nth, ..it }));
    }
    contacts
}

/// Why a row is of no call, where no leg has its key.
fn without_leg(row: &HeldRow) -> Verdict {
    Verdict::skipped(match row.body {
        Body::Callback(_) | Body::CallbackEvent(_) => {
            "callback without a row of Termination_Call_Detail for its CallGUID"
        }
        Body::Leg(_) | Body::Route(_) => "no row of Termination_Call_Detail for its call",
    })
}

/// The rows of one group, sorted, without those that came twice.
fn settle_group(rows: &mut Vec<HeldRow>, assembler: &mut Assembler<'_>, settled: &mut Settled) {
    sort_out(rows, &mut settled.rows);
    let contacts = contacts(rows);
    let has_routed = contacts.iter().any(|it| it.legs.iter().any(|it| it.route.is_routed()));
    let has_callback = contacts.iter().any(|it| it.callback.is_some());
    let mut skipped: BTreeMap<Place, Verdict> = BTreeMap::new();
    for row in rows.iter() {
        let is_used = match row.body {
            Body::Leg(_) => true,
            Body::Route(_) => has_routed,
            Body::Callback(_) | Body::CallbackEvent(_) => has_callback,
        };
        if !is_used {
            skipped.insert(row.place, without_leg(row));
        }
    }
    for contact in contacts {
        if contact.is_short() && assembler.layout.short_calls == ShortCalls::Skip {
            let is_own = |row: &&HeldRow| match &row.body {
                Body::Leg(leg) => contact.legs.iter().any(|it| **it == **leg),
                _ => contact.legs.iter().any(|it| it.route.is_routed()),
            };
            for row in rows.iter().filter(is_own) {
                let rule = "short call: gone before the abandon call wait time";
                skipped.entry(row.place).or_insert_with(|| Verdict::skipped(rule));
            }
            continue;
        }
        settled.legs.push(assembler.call(&contact, &mut settled.details));
    }
    settled.rows.extend(skipped);
}

impl fmt::Debug for UcceTcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UcceTcd({} rows held)", self.gatherer.len())
    }
}

/// A row of a table, to hold.
fn parse(
    parser: &mut RowParser<'_>,
    table: &UcceTable,
    row: Fields<'_>,
) -> Result<HeldRow, Rejection> {
    match table {
        UcceTable::Termination(columns) => parser.leg(columns, row),
        UcceTable::Route(columns) => parser.route(columns, row),
        UcceTable::Callback(columns) => parser.callback(columns, row),
        UcceTable::CallbackEvent(columns) => parser.callback_event(columns, row),
    }
}

impl CdrFormat for UcceTcd {
    fn source(&self) -> SourceId {
        "ucce".into()
    }

    fn name(&self) -> String {
        "ucce-tcd".to_owned()
    }

    fn system(&self) -> SourceId {
        "cisco".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        find_header::<UcceTable>(file).is_some()
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        let table: Option<Result<UcceTable, _>> = find_header(file);
        if let Some(Ok(table)) = &table {
            if table.needs_zone() && self.clock.is_none() {
                return Err(SkipReason::new(
                    "its stamps are local: give the zone of the system's clock",
                ));
            }
            if let UcceTable::Termination(columns) = table {
                self.is_without_customers |= columns.ani == ABSENT;
            }
        }
        self.file.begin(file);
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::QuotedLines
    }

    fn observed(&self) -> Observed {
        Observed {
            abandons: true,
            waits: true,
            agents: true,
            customers: !self.is_without_customers,
            zone: self.zone,
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        let Self { file, layout, numbers, clock, wrong_sums, .. } = self;
        let (table, fields) = match file.line(&text, record.place) {
            Line::Row(table, fields) => (table, fields),
            Line::Verdict(verdict) => return verdict,
        };
        let mut parser = RowParser { layout, numbers, clock, wrong_sums };
        match parse(&mut parser, table, fields) {
            Ok(row) => {
                let at = ringback_calllog::Piece::span(&row).1;
                self.gatherer.push(row);
                Verdict::Held { at }
            }
            Err(rejection) => rejected(rejection),
        }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let Self { layout, naming, gatherer, remarks, .. } = self;
        let mut assembler = Assembler { naming, layout, remarks };
        gatherer.settle(until, |rows| settle_group(rows, &mut assembler, settled));
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        let wrong_sums = "legs whose Duration is not the sum of its parts";
        let mut remarks = vec![(wrong_sums.to_owned(), self.wrong_sums)];
        remarks.extend(self.remarks.iter().map(|(text, count)| ((*text).to_owned(), *count)));
        remarks.extend(self.numbers.remarks());
        remarks
    }
}
