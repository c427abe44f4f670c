//! The legacy CDR: one line a call as a rule, its fields as an administrator chose them.
//!
//! `layout` is the list of fields, `record` cuts a line into them, `row` checks each; `leg` and `answer` say what they mean, `brief` is
//! what is kept of it, `held` joins the lines of one call.

mod answer;
mod brief;
mod held;
mod layout;
mod leg;
mod record;
mod row;

use std::fmt;

use ringback_calllog::{
    CdrFormat, Error, FileStart, Framing, LocalClock, Observed, Precision, Record, Settled, Site,
    SkipReason, SourceId, Verdict, Zone,
};

use crate::legacy::held::{HeldLines, Line, hash};
use crate::legacy::layout::{Field, Layout};
use crate::legacy::leg::Legs;
use crate::legacy::record::Cutter;
use crate::stamp::Stamp;

/// The legacy CDR of 3CX (V12 to V20): `cdr.log`, a file a call, or what its socket sends.
///
/// # Supported
///
/// Any subset of the 27 fields in any order, with commas or with fixed lengths; records that begin with the word
/// `Call `; stamps with `/`, `.` or `-`; UTF-8 and Windows-1252; the words of old and new versions in any case; blank
/// `final-*` fields, which mean that the call stayed where it was sent; names with commas, quoted or where there is one
/// way only to read the record; several lines with one `historyid`, joined as one call; a line that comes twice, once.
///
/// Every field is checked, so that a list of fields that is not the system's own is a rejected row that names the field
/// and never a column taken for another.
///
/// # Answered
///
/// `time-answered` may be that of a queue or a menu. It is a person's where the call ended at an extension, unless a
/// menu had it first, or a queue gave up (`QFwdToDNA`), and it is the start or a second later: then the outcome is
/// `unknown`. A queue's wait is `time-start` to `time-answered` where an agent took the call, and to `time-end` where the
/// caller hung up. Where no field says the type of the last party, an answer is `unknown` too: give `dn_types`.
///
/// | `reason-terminated` of a call without an answer | outcome |
/// |---|---|
/// | the calling side hung up | `abandoned`; `other` where the center called |
/// | `Failed`, no route, no such party, not registered | `failed` |
/// | busy | `busy` |
/// | `Redirected` | `overflowed`; `other` where the center called |
/// | no answer in time, refused, the called side hung up, a rule | `other` |
/// | `Failed_Cancelled`, `TerminatedBySync`, `Connected`, others | `unknown` |
///
/// # Unsupported or unsure
///
/// Names of parties are not read: queues and agents go by their dn. When a call was handed from one agent to the next is
/// not written (the talk of the first has no end, and the second has no stage), nor when a menu let go of a call. What
/// stands between the agents of `missed-queue-calls` is not documented: any sign that no number has is taken. Whether a
/// transfer is one line or several is not documented either: both are read.
///
/// Tables beside the calls: `polls` (`agent`: was rung for the queue and did not answer) and `hops` (`seq`, `party`: the
/// chain of a call with more hops than caller, first and last party; `outside` in the place of a number).
///
/// # Layout
///
/// 3CX, "CDR (Call Data Records)" and "Call detail record guide". Stamps to the second, in **UTC**, whatever the zone of the
/// site is: the site's zone is for calendars. `duration` is talk time, rounded by itself. Without a layout a record must
/// have the 27 fields in 3CX's order. The layout's keys:
///
/// | key | value | default |
/// |---|---|---|
/// | `fields` | names, or `{ name = "…", length = n }`, in the order of the record | the 27 fields |
/// | `commas` | `false`: fixed lengths and nothing between the fields; each then needs its length | `true` |
/// | `time_zone` | an IANA zone, if the stamps are that zone's: only where a call of which the time is known shows that they are not UTC | UTC |
/// | `dn_types` | a table of dns and their types, for records without types: `"801" = "queue"` | none |
///
/// # Example
///
/// ```
/// use ringback_3cx::LegacyCdr;
/// use ringback_calllog::{LogReader, Outcome, PseudonymKey, Pseudonymizer, Site};
///
/// let layout = r#"fields = ["historyid", "time-start", "time-answered", "time-end",
///     "reason-terminated", "from-no", "to-dn", "final-dn", "from-type", "to-type", "final-type"]"#;
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let site = Site::new(Pseudonymizer::new(&key, "acme"));
/// let mut format = LegacyCdr::new(site).layout(layout, "layout.toml")?;
/// let log = b"Call 7,2026/05/04 07:00:00,2026/05/04 07:00:12,2026/05/04 07:03:00,TerminatedBySrc,\
///     +442079460123,801,104,Line,Queue,Extension\n";
/// let read = LogReader::new().read_bytes("cdr.log", log, &mut format)?;
/// let call = &read.log.calls[0];
/// assert_eq!(call.outcome, Outcome::Answered);
/// assert_eq!(call.wait().map(|it| it.num_seconds()), Some(12));
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub struct LegacyCdr {
    zone: Zone,
    site: Site,
    layout: Layout,
    legs: Legs,
    lines: HeldLines,
    cutter: Cutter,
}

impl LegacyCdr {
    /// The format for a site, with the 27 fields in 3CX's order.
    pub fn new(site: Site) -> Self {
        Self {
            zone: site.zone_or_utc(),
            legs: Legs::new(&site),
            site,
            layout: Layout::default(),
            lines: HeldLines::default(),
            cutter: Cutter::default(),
        }
    }

    /// The format with a layout; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`], naming the key, its value and what was expected.
    pub fn layout(mut self, text: &str, file: &str) -> Result<Self, Error> {
        self.layout = Layout::parse(text, file)?;
        if let Some(zone) = self.layout.time_zone {
            self.legs.clock = Some(match self.site.clock() {
                Some(clock) => LocalClock::new(zone, clock.fold()),
                None => LocalClock::new(zone, ringback_calllog::Fold::default()),
            });
            if self.site.clock().is_none() {
                self.zone = zone;
            }
        }
        Ok(self)
    }
}

impl fmt::Debug for LegacyCdr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LegacyCdr({} fields)", self.layout.fields.len())
    }
}

impl CdrFormat for LegacyCdr {
    fn source(&self) -> SourceId {
        "3cx".into()
    }

    fn name(&self) -> String {
        "3cx-legacy".to_owned()
    }

    fn system(&self) -> SourceId {
        "3cx".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        const LOOKED_AT: usize = 20;
        file.lines().take(LOOKED_AT).any(|it| is_record(&it))
    }

    fn begin_file(&mut self, _file: &FileStart<'_>) -> Result<(), SkipReason> {
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        let has = |field| self.layout.has(field);
        let has_types =
            (has(Field::ToType) && has(Field::FinalType)) || !self.layout.dn_types.is_empty();
        Observed {
            abandons: has(Field::ReasonTerminated) && has(Field::TimeAnswered),
            waits: has(Field::TimeAnswered) && has(Field::TimeEnd) && has_types,
            agents: (has(Field::FinalDn) || has(Field::FinalNumber)) && has_types,
            customers: has(Field::FromNo),
            zone: self.zone,
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        let row = match record::read(&text, &self.layout, &mut self.cutter) {
            Ok(row) => row,
            Err((field, reason)) => return Verdict::rejected(field, reason),
        };
        let fingerprint = hash(record.bytes);
        let key = match (row.history_id, row.call_id) {
            ("", "") => fingerprint,
            ("", id) | (id, _) => hash(id.as_bytes()),
        };
        let leg = match self.legs.leg(&row, &self.layout) {
            Ok(leg) => leg,
            Err((field, reason)) => return Verdict::rejected(field, reason),
        };
        let extra = self.legs.extra(&row);
        let line = Line::new([key, fingerprint], record.place, leg, extra);
        let at = line.last_at();
        self.lines.push(line);
        Verdict::Held { at }
    }

    fn settle(&mut self, until: Option<chrono::DateTime<chrono::Utc>>, settled: &mut Settled) {
        self.lines.settle(until, settled);
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        let mut remarks = self.legs.numbers.remarks();
        remarks.extend(self.legs.odd.all());
        remarks
    }
}

/// Whether a line is a record by its looks: the word that each begins with, and a stamp near its start.
fn is_record(line: &str) -> bool {
    const STAMP_WITHIN: usize = 600;
    let Some(body) = line.strip_prefix("Call ") else { return false };
    let body = body.get(..STAMP_WITHIN).unwrap_or(body);
    let starts = body.char_indices().map(|it| it.0);
    let mut stamps = starts.filter_map(|at| body.get(at..at + 19));
    stamps.any(|it| Stamp::read(it).is_some())
}
