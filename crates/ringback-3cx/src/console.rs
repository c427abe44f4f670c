//! Exports of the management console: inbound calls, the call log, abandoned queue calls.
//!
//! `columns` tells the exports apart and finds their columns, `segment` reads a line, `contact` puts the lines of a call
//! together.

mod columns;
mod contact;
mod segment;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hasher;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CdrFormat, Customer, Error, FileStart, Framing, Gatherer, Masked, Observed, Precision, Record,
    RejectReason, RowIds, Separated, Settled, Site, SkipReason, SourceId, Verdict,
};
use rustc_hash::FxHasher;
use serde::Deserialize;

use crate::console::columns::{Columns, Export, export_of, separator};
use crate::console::contact::{Contact, ROUNDING};
use crate::console::segment::{NO_ZONE, Segment, Segments};
use crate::layout::dn_types;

/// Lines with one id may lie so far apart.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// A call that began longer before its stay in a queue is not looked for.
const LONGEST: TimeDelta = TimeDelta::hours(4);

/// Exports of the management console of 3CX (V16 to V20) as CSV, told apart by their headers.
///
/// # Supported
///
/// | export | lines of one call |
/// |---|---|
/// | *Inbound calls* | those of one caller to one number that overlap or touch within two seconds: there is no id |
/// | *Call log* (`GetCallLogData`: call history ids) | those with one id, sub-rows (`Indent`) among them |
/// | *Call log* of old versions (`GetOldCallLogData`: call ids that are numbers) | those with one id |
/// | *Abandoned queue calls* | those with one call history id: a line for each agent that was rung |
///
/// A byte-order mark; `Totals` lines, which are no row; destinations as `Name (dn)`; lengths as `0:01:23` and `PT1M23S`. With
/// *hidePcalls* the lines of polled agents are not there, which changes no call.
///
/// A call that two of these exports tell of counts once, if they are read together: the one higher in the table stays.
///
/// # Answered
///
/// The exports do not say what a dn is, and a menu that picks up is "Answered" too. Unless `dn_types` says it:
///
/// | line | taken as |
/// |---|---|
/// | answered without ringing | a menu |
/// | answered after ringing | a person |
/// | unanswered, without ringing, with time that is called talking | a queue that its caller left |
/// | redirected, and another line begins with it | a queue or group that rang another |
/// | any other | not known: ringing without a name |
///
/// The list of inbound calls does not say who ended a call. Left in a queue, it is `abandoned`; a call that ended unanswered
/// at a telephone or in a menu is `unknown`.
///
/// # Unsupported or unsure
///
/// Reports that count (performance, statistics) tell of no calls. The type numbers and the reason texts of the call log are
/// not documented: types are taken where they are words, reasons where they are those of the other records.
///
/// Table beside the calls: `polls` (`agent`, `queue`, `attempts`, `logged_in`), from the list of abandoned calls.
///
/// # Layout
///
/// 3CX V20 console and XAPI. Stamps to the second, local **without zone** in the lists of inbound and abandoned calls: the
/// site's zone must be that of the clock of whoever exported them. Stamps with an offset or `Z` are read by it. Layout keys:
///
/// | key | value | default |
/// |---|---|---|
/// | `dn_types` | a table of dns and their types: `"801" = "ivr"`, `"804" = "queue"`, `"104" = "extension"` | none |
///
/// # Example
///
/// ```
/// use ringback_3cx::ConsoleReport;
/// use ringback_calllog::{LogReader, Outcome, PseudonymKey, Pseudonymizer, Site};
///
/// let csv = "\u{feff}Call Time,Caller ID,Destination,Status,Ringing,Talking,Total Duration\n\
///     2026-05-04T09:00:14,+442079460123,Support (804),Unanswered,0:00:00,0:00:35,0:00:35\n\
///     2026-05-04T09:00:00,+442079460123,Welcome (801),Answered,0:00:00,0:00:14,0:00:14\n\
///     Totals,2,,,0:00:00,0:00:49,0:00:49\n";
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let site = Site::new(Pseudonymizer::new(&key, "acme")).zone("Europe/Copenhagen".parse()?);
/// let mut format = ConsoleReport::new(site);
/// let read = LogReader::new().read_bytes("inbound.csv", csv.as_bytes(), &mut format)?;
/// let call = &read.log.calls[0];
/// assert_eq!((read.log.calls.len(), call.outcome), (1, Outcome::Abandoned));
/// assert_eq!(call.wait().map(|it| it.num_seconds()), Some(35));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ConsoleReport {
    site: Site,
    segments: Segments,
    /// Lines whose calls have ids.
    with_ids: Gatherer<Segment>,
    /// Lines that only their caller and their time put together.
    by_time: Gatherer<Segment>,
    /// Lines that were read, hashed.
    seen: RowIds<u64>,
    separated: Separated,
    header: String,
    columns: Option<Result<Columns, UnknownHeader>>,
    observed: Option<Observed>,
    joined: u64,
}

/// A header of none of the exports.
struct UnknownHeader;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    #[serde(default)]
    dn_types: BTreeMap<String, String>,
}

impl ConsoleReport {
    /// The format for a site.
    pub fn new(site: Site) -> Self {
        Self {
            segments: Segments::new(&site),
            site,
            with_ids: Gatherer::new(WINDOW),
            by_time: Gatherer::new(ROUNDING),
            seen: RowIds::default(),
            separated: Separated::new(b','),
            header: String::new(),
            columns: None,
            observed: None,
            joined: 0,
        }
    }

    /// The format with a layout; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`], naming the key, its value and what was expected.
    pub fn layout(mut self, text: &str, file: &str) -> Result<Self, Error> {
        let layout: LayoutFile = ringback_calllog::read_layout(text, file)?;
        self.segments.dn_types = dn_types(&layout.dn_types, file)?;
        Ok(self)
    }

    fn observed_in(&self, export: Export) -> Observed {
        let zone = self.site.zone_or_utc();
        let precision = Precision::SECOND;
        let agents = export != Export::Abandoned;
        Observed { abandons: true, waits: true, agents, customers: true, zone, precision }
    }

    fn read_header(&mut self, text: &str) {
        self.separated = Separated::new(separator(text));
        let columns = self.separated.cut(text).ok().and_then(Columns::find).ok_or(UnknownHeader);
        if let Ok(columns) = &columns {
            let seen = self.observed_in(columns.export);
            self.observed = Some(self.observed.map_or(seen, |it| it.and(seen)));
        }
        self.columns = Some(columns);
        text.clone_into(&mut self.header);
    }
}

impl fmt::Debug for ConsoleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsoleReport({} lines wait)", self.with_ids.len() + self.by_time.len())
    }
}

impl CdrFormat for ConsoleReport {
    fn source(&self) -> SourceId {
        "3cx".into()
    }

    fn name(&self) -> String {
        "3cx-report".to_owned()
    }

    fn system(&self) -> SourceId {
        "3cx".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        export_of(file).is_some()
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        self.columns = None;
        self.header.clear();
        let is_local = export_of(file) == Some(Export::Inbound);
        if is_local && self.site.clock().is_none() {
            return Err(SkipReason::new(NO_ZONE));
        }
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::QuotedLines
    }

    fn observed(&self) -> Observed {
        self.observed.unwrap_or_else(|| self.observed_in(Export::CallLog))
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        // Files that were put together have marks and headers in the middle.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let columns = match &self.columns {
            None => {
                self.read_header(text);
                return Verdict::NotARow;
            }
            Some(_) if text == self.header => return Verdict::NotARow,
            Some(Err(UnknownHeader)) => {
                let reason = RejectReason::NoSuchColumn { header: Masked::new(&self.header) };
                return Verdict::rejected("call time", reason);
            }
            Some(Ok(columns)) => columns,
        };
        let fields = match self.separated.cut(text) {
            Ok(fields) => fields,
            Err(reason) => return Verdict::rejected("", reason),
        };
        if is_totals(fields.get(0)) {
            return Verdict::NotARow;
        }
        if fields.len() != columns.count {
            let reason = RejectReason::FieldCount { got: fields.len(), expected: columns.count };
            return Verdict::rejected("", reason);
        }
        let segment = match self.segments.read(fields, columns, record.place) {
            Ok(segment) => segment,
            Err((field, reason)) => return Verdict::rejected(field, reason),
        };
        let at = segment.ended_at;
        if !self.seen.is_new(fingerprint(columns.export, record.bytes), at) {
            return Verdict::Skipped(SkipReason::DUPLICATE);
        }
        match segment.export {
            Export::Inbound => self.by_time.push(segment),
            _ => self.with_ids.push(segment),
        };
        Verdict::Held { at }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let mut contacts = Vec::new();
        self.with_ids.settle(until, |lines| contacts.extend(Contact::new(std::mem::take(lines))));
        let joined = &mut self.joined;
        self.by_time.settle(until, |lines| {
            *joined += u64::from(lines.len() > 1);
            contacts.extend(Contact::new(std::mem::take(lines)));
        });
        self.seen.forget(until);
        for mut contact in each_once(contacts, settled) {
            settled.details.extend(contact.details());
            settled.legs.push(contact.leg);
        }
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        let mut remarks = self.segments.numbers.remarks();
        let joined = "calls put together by caller and time: the export has no ids";
        remarks.push((joined.to_owned(), self.joined));
        remarks
    }
}

/// Whether a line adds up the lines above it.
fn is_totals(first: &str) -> bool {
    let word = first.trim().trim_end_matches(':');
    word.eq_ignore_ascii_case("totals") || word.eq_ignore_ascii_case("total")
}

fn fingerprint(export: Export, line: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(export as u8);
    hasher.write(line);
    hasher.finish()
}

/// Leaves out calls that a better export tells too. Lines of those that are left out are skipped.
fn each_once(mut contacts: Vec<Contact>, settled: &mut Settled) -> Vec<Contact> {
    contacts.sort_by(|a, b| {
        let order = |it: &Contact| (it.export, it.leg.started_at);
        order(a).cmp(&order(b)).then_with(|| a.leg.leg_id.cmp(&b.leg.leg_id))
    });
    // The calls of each caller by start, and their places.
    let mut starts: BTreeMap<(Customer, DateTime<Utc>), usize> = BTreeMap::new();
    let mut kept: Vec<Contact> = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let Some(customer) = contact.leg.customer else {
            kept.push(contact);
            continue;
        };
        let started_at = contact.leg.started_at;
        let from = started_at.checked_sub_signed(LONGEST).unwrap_or(started_at);
        let to = started_at.checked_add_signed(ROUNDING).unwrap_or(started_at);
        let is_better = |at: &usize| {
            kept.get(*at).is_some_and(|it| it.export < contact.export && it.is_told_by(&contact))
        };
        let mut near = starts.range((customer, from)..=(customer, to)).map(|it| *it.1);
        let better = near.rfind(is_better);
        if let Some(better) = better.and_then(|at| kept.get_mut(at)) {
            let rule = || Verdict::skipped("a call that another export tells too");
            settled.rows.extend(contact.places.iter().map(|it| (*it, rule())));
            better.take_over(contact);
        } else {
            starts.insert((customer, started_at), kept.len());
            kept.push(contact);
        }
    }
    kept
}
