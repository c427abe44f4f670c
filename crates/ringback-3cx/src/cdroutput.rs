//! `cdroutput`, the table of V20: a row a leg, many legs a call.
//!
//! `columns` finds the columns, `id` reads the ids and the time in them, `row` a row; `contact` puts the rows of a flow
//! together, `stages` says what each leg was.

mod columns;
mod contact;
mod id;
mod row;
mod stages;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hasher;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CdrFormat, FileStart, Framing, Gatherer, HeaderNames, Observed, Place, Precision, Record,
    RejectReason, RowIds, Separated, Settled, Site, SkipReason, SourceId, Verdict,
};
use rustc_hash::FxHasher;

pub use crate::cdroutput::id::{CdrId, InvalidCdrId};

use crate::cdroutput::columns::{Columns, MARKS, no_such_column, separator};
use crate::cdroutput::contact::Contact;
use crate::cdroutput::row::{HeldRow, Row, Rows};

/// Rows of one flow may lie so far apart: a callback is tried hours later. Ids of flows never come round again.
const WINDOW: TimeDelta = TimeDelta::days(7);

/// `cdroutput`, the call records of 3CX V20 (update 6 and later), exported as CSV with a header.
///
/// # Supported
///
/// The 42 columns by name, in any order, quoted or not; comma, semicolon, tab or bar between them; rows in any order and
/// a flow split over files; a blank, `NULL` or `\N` where there is no value. Words that are not known are kept, counted
/// and named in the remarks (those of `termination_reason_details` are not): all lists of 3CX are open.
///
/// # One contact a flow
///
/// Rows with one `call_history_id` are one call, and so are flows that `main_call_history_id` unites.
///
/// | rows to | stages |
/// |---|---|
/// | a queue or ring group | `queue`, each passage with its own wait: its start to its end |
/// | an extension | `ring` until the answer, then `talk`; `consult` where a colleague was called meanwhile |
/// | a menu or script | `ivr` |
/// | voicemail | `voicemail` |
/// | a line outside, where the center called | `ring`, then `talk` of the agent who called |
///
/// A queue's own `cdr_answered_at` is not used: queues pick up within milliseconds. An agent answered a passage if it is
/// `continued_in` with `polling`, and the row that it goes on in is one to an extension with an answer, wherever that row
/// came from. An agent's voicemail is no answer: the passage `overflowed`. A passage that its caller left is `abandoned`; one
/// that is sent anywhere else `overflowed`.
///
/// Telephones that rang with the one that was answered (`completed_elsewhere`) end `completed`, not `unanswered`: they are no
/// missed calls. A refusal (`rejected`) is `unanswered`, each time that a polling round tries again.
///
/// A callback (`destination_dn_number` `QCB`, or forward reason `callback_requested` or `callback`) makes the outcome `callback`
/// unless an agent had answered before, and a stage `callback_wait` from the end of the row that promised it. Rows overlap:
/// no length of a call is the sum of theirs.
///
/// # Unsupported or unsure
///
/// Callback rows, and what a ring group writes when it is answered, were not seen in samples. `barge_in` and the
/// parties of a conference are no answer. The billing table (`cdrbilling`) is not read. A call that is sent on to a line
/// outside is `overflowed`, with no stage for the talk there.
///
/// # Layout
///
/// 3CX, "Call detail record guide", 2026. Stamps to the microsecond, in UTC or shown in the zone of the database client
/// (`+00`, `+0100`, `+01:00`). [`CdrId`] holds the true start: a row whose stamp differs from it by more than two seconds is
/// counted in the remarks, and a stamp without any offset is read by it, or rejected.
///
/// # Example
///
/// ```
/// use ringback_3cx::CdrOutput;
/// use ringback_calllog::{LogReader, Outcome, PseudonymKey, Pseudonymizer, Site};
///
/// let csv = b"cdr_id,call_history_id,main_call_history_id,source_entity_type,destination_entity_type,\
/// destination_dn_number,continued_in_cdr_id,termination_reason,termination_reason_details,cdr_started_at,\
/// cdr_answered_at,cdr_ended_at\n\
/// 00000000-01dc-9a69-1dbe-96110000301f,00000000-01dc-9a69-1dbe-96110000301e,,external_line,queue,801,,\
/// src_participant_terminated,,2026-02-10 09:41:57.554536+0100,2026-02-10 09:41:57.580000+0100,\
/// 2026-02-10 09:42:37.554536+0100\n";
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let mut format = CdrOutput::new(Site::new(Pseudonymizer::new(&key, "acme")));
/// let read = LogReader::new().read_bytes("cdroutput.csv", csv, &mut format)?;
/// let call = &read.log.calls[0];
/// assert_eq!(call.outcome, Outcome::Abandoned); // the queue's own pick-up is no answer
/// assert_eq!(call.wait().map(|it| it.num_seconds()), Some(40));
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub struct CdrOutput {
    site: Site,
    rows: Rows,
    held: Gatherer<HeldRow>,
    /// Ids of rows with what they said.
    seen: RowIds<(u128, u64)>,
    separated: Separated,
    header: String,
    columns: Option<Result<Columns, &'static str>>,
}

impl CdrOutput {
    /// The format for a site; its zone is for calendars.
    pub fn new(site: Site) -> Self {
        Self {
            rows: Rows::new(&site),
            site,
            held: Gatherer::new(WINDOW),
            seen: RowIds::default(),
            separated: Separated::new(b','),
            header: String::new(),
            columns: None,
        }
    }

    fn read_header(&mut self, text: &str) {
        self.separated = Separated::new(separator(text));
        self.columns = Some(match self.separated.cut(text) {
            Ok(row) => Columns::find(row),
            Err(_) => Err("cdr_id"),
        });
        text.clone_into(&mut self.header);
    }
}

impl fmt::Debug for CdrOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CdrOutput({} rows wait)", self.held.len())
    }
}

impl CdrFormat for CdrOutput {
    fn source(&self) -> SourceId {
        "3cx".into()
    }

    fn name(&self) -> String {
        "3cx-cdroutput".to_owned()
    }

    fn system(&self) -> SourceId {
        "3cx".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        let Some(header) = file.lines().next() else { return false };
        let mut separated = Separated::new(separator(&header));
        let Ok(row) = separated.cut(&header) else { return false };
        let names = HeaderNames::new(row.iter());
        MARKS.iter().all(|it| names.find(it).is_some())
    }

    fn begin_file(&mut self, _file: &FileStart<'_>) -> Result<(), SkipReason> {
        self.columns = None;
        self.header.clear();
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::QuotedLines
    }

    fn observed(&self) -> Observed {
        let precision = Precision::new(1e-6).unwrap_or(Precision::MILLISECOND);
        Observed {
            abandons: true,
            waits: true,
            agents: true,
            customers: true,
            zone: self.site.zone_or_utc(),
            precision,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        let columns = match &self.columns {
            None => {
                self.read_header(&text);
                return Verdict::NotARow;
            }
            // Files that were put together have headers in the middle.
            Some(_) if *text == self.header => return Verdict::NotARow,
            Some(Err(column)) => {
                return Verdict::rejected(*column, no_such_column(&self.header));
            }
            Some(Ok(columns)) => columns,
        };
        let fields = match self.separated.cut(&text) {
            Ok(fields) => fields,
            Err(reason) => return Verdict::rejected("", reason),
        };
        if fields.len() != columns.count {
            let reason = RejectReason::FieldCount { got: fields.len(), expected: columns.count };
            return Verdict::rejected("", reason);
        }
        let row = match self.rows.read(fields, columns) {
            Ok(row) => row,
            Err((field, reason)) => return Verdict::rejected(field, reason),
        };
        let at = row.last_at();
        let fingerprint = fingerprint(record.bytes);
        if !self.seen.is_new((row.id, fingerprint), at) {
            return Verdict::Skipped(SkipReason::DUPLICATE);
        }
        self.held.push(HeldRow { place: record.place, fingerprint, row });
        Verdict::Held { at }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        self.held.settle(until, |held| {
            let rows = each_once(held, &mut settled.rows);
            settled.legs.extend(Contact::new(&rows).leg());
        });
        self.seen.forget(until);
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        let mut remarks = self.rows.numbers.remarks();
        remarks.extend(self.rows.odd.all());
        remarks
    }
}

fn fingerprint(line: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(line);
    hasher.finish()
}

/// The rows of a flow, each id once, ordered by start, then by id. Of rows with one id the one that has ended stays, and of
/// those the one that ended last.
fn each_once(held: &mut Vec<HeldRow>, left_out: &mut Vec<(Place, Verdict)>) -> Vec<Row> {
    held.sort_by_key(|it| it.place);
    let mut best: BTreeMap<u128, HeldRow> = BTreeMap::new();
    for other in held.drain(..) {
        let Some(known) = best.get_mut(&other.row.id) else {
            best.insert(other.row.id, other);
            continue;
        };
        let is_same = known.row == other.row;
        let rank = |it: &HeldRow| (it.row.ended_at, it.row.answered_at, it.fingerprint);
        let is_better = !is_same && rank(&other) > rank(known);
        let rule = if is_same { SkipReason::DUPLICATE } else { SkipReason::CONFLICT };
        let lost = if is_better { std::mem::replace(known, other) } else { other };
        left_out.push((lost.place, Verdict::Skipped(rule)));
    }
    let mut rows: Vec<Row> = best.into_values().map(|it| it.row).collect();
    rows.sort_by_key(|it| (it.started_at, it.id));
    rows
}
