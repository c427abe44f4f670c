//! IP Office: Station Message Detail Recording (SMDR), comma-separated.
//!
//! `fields` cuts a line, `device` and `wall_clock` read its parts, `row` makes a segment of it; `seen` knows lines that
//! come again; `assemble` makes calls of segments.

mod assemble;
mod device;
mod fields;
mod layout;
mod row;
mod seen;
mod segment;
mod wall_clock;

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CdrFormat, Error, FileStart, Framing, Gatherer, Leg, Observed, Precision, Record, Settled,
    Site, SkipReason, SourceId, Verdict, Waiting,
};

use crate::ip_office::fields::{Fields, clock_time, number, place, seconds};
use crate::ip_office::layout::Layout;
use crate::ip_office::row::RowReader;
use crate::ip_office::seen::Seen;
use crate::ip_office::segment::{Continuation, Key, Segment, instant};
use crate::ip_office::wall_clock::{WallClock, is_stamp};

/// How far apart two records with one Call ID may be and still be of one call, from the end of the one to the start of
/// the other.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// Avaya IP Office SMDR (`avaya-ipoffice`).
///
/// # Supported
///
/// Records of 15 to 37 comma-separated fields, from the Delta Server (17) over R4.2/R5 (30) and R9 to R11 (34, 35) to
/// R11.1/R12 (37): the order of the first 27 has not changed. Blank fields at the end may be missing or too many. A
/// header line is passed over. Stamps come with or without seconds.
///
/// Records of one call are joined by the Call ID, and by the server of the calling party (field 31) where it is given,
/// if they are within an hour of each other and the call is not over: the Call ID begins at 1,000,000 again after a
/// restart. They may come in any order; a line that was there already is a duplicate. A call whose last record never
/// comes is given out as not complete.
///
/// - **Answered** is a call in which an extension (device `E`) had connected time. Voicemail channels (`V9500` and up)
///   are no persons: a call that ends there is `voicemail`, one that goes on from there had an attendant (`ivr` stage).
/// - **The wait.** Ring time of an inbound call runs from its arrival to the answer and includes queueing; the record
///   does not tell the two apart. Until a person answers it is a `queue` stage, which is named if the called number is
///   known as a hunt group: by the layout, or by an external targeting cause `HG`. With `direct = "ring"` the ring time
///   of a call to the extension that rang is a `ring` stage instead. All other ring time is `ring` stages.
/// - **Hold and park** are sums. They stand as one `hold` stage behind the talk of their segment.
/// - Where segments share a call start, each begins when the one before has ended; parties of a conference overlap.
/// - A call that nobody answered is `abandoned` if it came from outside and rang, `unknown` if it did not ring, and
///   `other` if it went out or was internal. One that left to another line is `overflowed`.
/// - A mobile twin (`U MT`) without connected time is no call, and skipped. With connected time it is an outbound call
///   without a customer: the number is the agent's own.
/// - Names, account codes and authorization codes are not kept; agents are extensions.
///
/// # Unsupported or unsure
///
/// The Communication Manager look-alike that IP Office 3 and 4 can send instead. Unanswered ringing of single members of a
/// hunt group is not written. Fields 31 to 37 are known from third parties; the clock of the record time (field 35) is
/// not confirmed, so it is used only if the layout says which it is. Outbound ring time is 0 on analog lines, where it
/// is not known. Whether a voicemail channel is a mailbox or an attendant is known only where the cause `AA` or the
/// layout says so, or where the call goes on.
///
/// # Layout
///
/// Avaya, "SMDR Fields", IP Office R12.3, and 15-601011 (2012) for the scenarios. Stamps are the system's wall clock,
/// to the second, durations are rounded up to the second: a zone is needed. A start in the hour that autumn repeats is
/// read by the site's fold rule and counted; one in the hour that spring skips is rejected. The keys of the layout
/// file, all optional:
///
/// ```toml
/// groups = ["Sales", "200"]      # called numbers that are hunt groups
/// auto_attendants = ["706"]      # called numbers that are auto attendants
/// direct = "queue"               # or "ring": ring time of a call to one extension
/// record_time = "ignore"         # or "utc", "local": clock of field 35, for the hour that comes twice
/// outside_prefix = "9"           # dialed before outside numbers
/// ```
///
/// # Example
///
/// ```
/// use ringback_avaya::IpOffice;
/// use ringback_calllog::{LogReader, PseudonymKey, Pseudonymizer, Site};
///
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let site = Site::new(Pseudonymizer::new(&key, "acme")).zone("Europe/London".parse()?);
/// let smdr = b"2026/05/04 09:00:10,00:01:30,9,02079460101,I,4324,4324,,0,1000101,0,\
///     E4324,Agent 4,T9161,LINE 5.1,0,0,,n/a,,,,,,,,,,,\n";
/// let read = LogReader::new().read_bytes("smdr.csv", smdr, &mut IpOffice::new(site))?;
/// let call = &read.log.calls[0];
/// assert_eq!(call.wait().map(|it| it.num_seconds()), Some(9));
/// assert_eq!(call.agent().map(|it| it.as_str()), Some("4324"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct IpOffice {
    site: Site,
    layout: Layout,
    /// None where the zone is not known: then no file is begun.
    rows: Option<RowReader>,
    seen: Seen,
    /// Last records, which are calls of their own unless their Call ID has several.
    last: Waiting<(Key, i64), Segment>,
    /// Records of Call IDs that have several.
    several: Gatherer<Segment>,
}

impl IpOffice {
    /// The format at a site, without a layout.
    pub fn new(site: Site) -> Self {
        Self::with(site, Layout::default())
    }

    fn with(site: Site, layout: Layout) -> Self {
        let clock = WallClock::new(&site, layout.record_time);
        let rows = clock.map(|clock| RowReader::new(&site, layout.clone(), clock));
        Self {
            site,
            layout,
            rows,
            seen: Seen::default(),
            last: Waiting::default(),
            several: Gatherer::new(WINDOW),
        }
    }

    /// The format with a layout file's text; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`], naming the file, the line where known, and what was expected.
    pub fn layout(self, text: &str, file: &str) -> Result<Self, Error> {
        Ok(Self::with(self.site, Layout::parse(text, file)?))
    }

    /// Puts records with others of their Call ID; what is left are calls of one record, of which those are told that ended
    /// by then.
    fn single_calls(&mut self, until: Option<i64>, legs: &mut Vec<Leg>) {
        let several = |(_, (key, _)): &(usize, (Key, i64))| self.seen.has_several(*key);
        let several: Vec<usize> = self.last.heads().filter(several).map(|it| it.0).collect();
        for segment in several.into_iter().filter_map(|at| self.last.take(at)) {
            self.several.push(segment);
        }
        if until.is_none() {
            let segments = self.last.take_all();
            legs.reserve(segments.len());
            for segment in segments.into_iter().flatten() {
                legs.push(assemble::leg(std::slice::from_ref(&segment)));
            }
            return;
        }
        let is_due = |(_, (_, end)): &(usize, (Key, i64))| until.is_none_or(|until| *end <= until);
        let due: Vec<usize> = self.last.heads().filter(is_due).map(|it| it.0).collect();
        for segment in due.into_iter().filter_map(|at| self.last.take(at)) {
            legs.push(assemble::leg(std::slice::from_ref(&segment)));
        }
    }
}

impl fmt::Debug for IpOffice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IpOffice({} groups in its layout)", self.layout.groups.len())
    }
}

impl CdrFormat for IpOffice {
    fn source(&self) -> SourceId {
        "ip-office".into()
    }

    fn name(&self) -> String {
        "avaya-ipoffice".to_owned()
    }

    fn system(&self) -> SourceId {
        "avaya".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        let mut lines = file.lines().filter(|it| !is_header(it)).take(5).peekable();
        lines.peek().is_some() && lines.all(|it| is_smdr(&it))
    }

    fn begin_file(&mut self, _file: &FileStart<'_>) -> Result<(), SkipReason> {
        match self.rows {
            Some(_) => Ok(()),
            None => {
                Err(SkipReason::new("its stamps are local: give the zone of the system's clock"))
            }
        }
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        Observed {
            abandons: true,
            waits: true,
            agents: true,
            customers: true,
            zone: self.site.zone_or_utc(),
            precision: self.rows.as_ref().map_or(Precision::SECOND, |it| it.clock.precision),
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        let Some(rows) = &mut self.rows else { return Verdict::NotARow };
        let segment = match rows.read(&text) {
            Ok(segment) => segment,
            Err(_) if is_header(&text) => return Verdict::NotARow,
            Err(verdict) => return *verdict,
        };
        if !self.seen.is_new(&segment) {
            return Verdict::Skipped(SkipReason::DUPLICATE);
        }
        let at = instant(segment.end());
        match segment.continuation {
            Continuation::Last => self.last.push((segment.key, segment.end()), segment),
            Continuation::MoreFollow => drop(self.several.push(segment)),
        }
        Verdict::Held { at }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let until_secs = until.map(|it| it.timestamp());
        self.single_calls(until_secs, &mut settled.legs);
        self.several.settle(until, |segments| assemble::calls(segments, &mut settled.legs));
        self.seen.forget(until_secs);
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        self.rows.as_ref().map(RowReader::remarks).unwrap_or_default()
    }
}

/// Whether a line names the columns.
fn is_header(text: &str) -> bool {
    let first = text.split(',').next().unwrap_or_default().trim();
    first.eq_ignore_ascii_case("call start") || first.eq_ignore_ascii_case("callstart")
}

/// Whether a line is of this format, by the fields that say the most.
fn is_smdr(text: &str) -> bool {
    let Ok(fields) = Fields::cut(text.trim_start_matches('\0')) else { return false };
    is_stamp(fields.get(place::CALL_START))
        && clock_time(fields.get(place::CONNECTED)).is_some()
        && seconds(fields.get(place::RING)).is_some()
        && matches!(fields.get(place::DIRECTION), "I" | "O")
        && number(fields.get(place::CALL_ID)).is_some()
        && matches!(fields.get(place::CONTINUATION), "0" | "1")
}
