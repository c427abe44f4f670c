//! Avaya Communication Manager: call-detail records of fixed columns.

mod assemble;
mod call_names;
mod columns;
mod condition;
mod copies;
mod date;
mod join;
mod layout;
mod record;
mod settings;
mod standard;

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CdrFormat, Error, FileStart, Framing, Gatherer, Observed, Place, Precision, Record,
    RejectReason, Settled, Site, SkipReason, SourceId, Verdict,
};

use assemble::{CmCall, How};
use call_names::CallNames;
use condition::Condition;
use copies::Copies;
use date::DateMark;
use layout::Item;
use record::{CmRecord, Fault, RecordReader};
use settings::Settings;

/// Call-detail records of Avaya Communication Manager (`MultiVantage`, DEFINITY ECS): one line a record, fixed columns, no
/// header, no call id.
///
/// # Supported
///
/// * Any *customized* layout, given by its fields; and the standard ones `teleseer`, `isdn-teleseer`, `printer`,
///   `enhanced-printer`, `lsu`, `isdn-lsu`, `enhanced-lsu`, `lsu-expand`, `int-isdn`, with the columns of the vendor's guides of
///   2000 to 2003. Later releases print wider tables unless they are set to the legacy ones: describe those by `fields`.
/// * Date records in all three forms, NUL and control characters anywhere, blanks at a line's end cut off, and the line feed
///   within each record of `int-isdn`.
/// * Ring records (G) as the ring stage of the call that was answered; H as an abandoned call, I as a busy one; records of
///   ten hours and more put together; transfers and conferences by UCID, or under incoming trunk call splitting by circuit
///   and time. Calls of several records are rows of the table `joins`, with `how` = `ucid` or `heuristic`; conditions that the
///   call model has no place for are rows of the table `conditions`, under the codes of the other formats where they are the
///   59-character ones.
///
/// # Unsupported or unsure
///
/// * `expanded` (all after the account code), `int-direct` (all before the dialed number), `printer` (the outgoing circuit),
///   `59-char` and `unformatted` (all of them) are not confirmed by the vendor's own tables: the audit says so. `int-process` is not
///   known.
/// * Conditions E, F, J, K, M are known by name only, a blank in `59-char` is a guess; letters that are not known are kept as
///   calls of unknown outcome.
/// * The Reliable Session Protocol of the socket, and the files that Session Manager writes.
///
/// # Layout
///
/// Which columns a switch prints is its administrator's choice and cannot be told from its records: without a layout no
/// file is recognized or read. Keys of the layout's text (TOML):
///
/// | key | what | default |
/// | --- | --- | --- |
/// | `layout` | the name of a standard layout | |
/// | `fields` | or its fields in order: `{ item = "sec-dur", width = 5 }`, items as the switch names them, `other` for any that need not be read | |
/// | `date_order` | `month/day` or `day/month`, of date records and of the item `date` | `month/day` |
/// | `year` | the year of the first date record, where the file's name has none | |
/// | `circuit_ids` | `inverted` if circuit 123 is printed 231, `modified` if 123 | `inverted` in teleseer, printer and 59-char layouts |
/// | `conditions` | the condition codes: `standard` or `59-char` | by the layout |
/// | `inside` | the extensions: numbers, patterns such as `"61xx"`, or lengths such as `4` | any number of at most 7 digits that is dialed on an incoming call |
/// | `not_people` | vector directory numbers, hunt groups, announcements | |
/// | `queues` | those of them that are queues: the call's queue | |
/// | `voicemail` | the voicemail's numbers | |
/// | `split` | whether incoming trunk call splitting is on | `false` |
/// | `window_secs` | how far apart records with one UCID may be, 60 to 86400 | 3600 |
///
/// Stamps are the switch's wall clock, cut to the minute, and tell when a call **ended** (with splitting: when the party
/// dropped); the beginning is the end less the duration, so it is exact to a minute too. Durations are in tenths of a
/// minute, or in seconds where the layout has `sec-dur`. A duration of 9999 is one that is not known: such a call has no
/// end and no talk stage. The LSU layouts have no time of day: their calls stand at the beginning of their day, with a
/// precision of a day.
///
/// A record is of the day in force when it was written, that is of the last date record before it; one before any is
/// rejected. The year goes on from date record to date record, over files too: after 31 December comes 1 January of the
/// next. An hour that comes twice is told by the UCID where there is one, else by the site's fold rule.
///
/// What it cannot say: queue waits and abandons in a queue (abandons are observed only if H records occur), ring times
/// without G and H records, and whether a vector's announcement or a person answered: list vector numbers in
/// `not_people`, and calls that end there have an unknown outcome. Without splitting the party that a call was transferred to
/// is not written. The caller's number is not written in layouts with a calling number of five columns. An outgoing call
/// of more than no duration counts as answered, although the far end may be a voicemail. Numbers of fewer than five
/// digits are no customers.
///
/// # Source
///
/// Avaya 555-233-506 (`MultiVantage` release 1.2, October 2002); DEFINITY ECS release 8.2 Administrator's Guide (April 2000);
/// Administrator's Guide for Avaya Communication Manager (November 2003).
///
/// # Example
///
/// ```
/// use ringback_avaya::CommunicationManager;
/// use ringback_calllog::{LogReader, PseudonymKey, Pseudonymizer, Site};
///
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let site = Site::new(Pseudonymizer::new(&key, "acme")).zone("Europe/Copenhagen".parse()?);
/// let layout = "layout = \"printer\"\nyear = 2026\nnot_people = [\"6100\"]\n";
/// let mut format = CommunicationManager::new(site).layout(layout, "switch.toml")?;
/// let log = "05 04\n0915 0123 9     102            6181   102\n";
/// let read = LogReader::new().read_bytes("cdr.log", log.as_bytes(), &mut format)?;
/// let call = &read.log.calls[0];
/// assert_eq!(call.arrived_at.to_rfc3339(), "2026-05-04T07:02:42+00:00"); // 12.3 minutes before 09:15
/// assert_eq!(call.agent().map(|it| it.as_str()), Some("6181"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CommunicationManager {
    site: Site,
    reader: Option<RecordReader>,
    /// The first line of a record that is torn into two.
    half: Option<Half>,
    /// Records by their UCID, and without one by their circuit.
    by_ucid: Gatherer<CmRecord>,
    by_circuit: Gatherer<CmRecord>,
    copies: Copies,
    names: CallNames,
    /// Rows that were held and turned out to be no record.
    late: Vec<(Place, Verdict)>,
    counts: Counts,
}

/// The first line of a record that is torn into two.
struct Half {
    place: Place,
    text: String,
    /// Its place was said to be held; else it was rejected.
    is_held: bool,
}

/// What the remarks say.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    date_marks: u64,
    records: u64,
    clock_changes: u64,
    ring_abandoned: u64,
    path_replacements: u64,
    rings_alone: u64,
    heuristic_joins: u64,
}

impl CommunicationManager {
    /// Records of a switch at a site, which must have a zone; the layout is still to be given.
    pub fn new(site: Site) -> Self {
        Self {
            site,
            reader: None,
            half: None,
            by_ucid: Gatherer::new(TimeDelta::hours(1)),
            by_circuit: Gatherer::new(join::CIRCUIT_WINDOW),
            copies: Copies::default(),
            names: CallNames::default(),
            late: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Says where the columns of the switch's records are, and what its numbers mean; `file` names the text in errors.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] with key, value and what was expected.
    pub fn layout(mut self, text: &str, file: &str) -> Result<Self, Error> {
        let settings = Settings::parse(text, file)?;
        self.by_ucid = Gatherer::new(settings.window);
        self.reader = Some(RecordReader::new(&self.site, settings));
        Ok(self)
    }

    /// Date records read so far.
    pub fn date_marks(&self) -> u64 {
        self.counts.date_marks
    }

    /// Reads a line that is no date record.
    fn line(&mut self, text: &str, place: Place) -> Verdict {
        let Some(reader) = &mut self.reader else { return no_layout() };
        let layout = &reader.settings.layout;
        let torn_at = layout.torn_at.filter(|it| text.len() <= *it);
        let Some(torn_at) = torn_at else {
            self.end_half(Some(place));
            return self.record(text, place);
        };
        let is_first = layout.check_first_half(text).is_ok()
            && columns::time_of_day(layout.get(text, Item::Time)).is_ok();
        if !is_first {
            return self.second_half(text, torn_at);
        }
        self.end_half(Some(place));
        let Some(reader) = &mut self.reader else { return no_layout() };
        let stamps = reader.stamps(text, None);
        let is_held = stamps.is_ok();
        self.half = Some(Half { place, text: text.to_owned(), is_held });
        match stamps {
            Ok((at, _)) => Verdict::Held { at },
            Err(fault) => fault.verdict(),
        }
    }

    /// Reads the second line of a torn record. The row is where its first line stands.
    fn second_half(&mut self, text: &str, torn_at: usize) -> Verdict {
        let Some(reader) = &self.reader else { return no_layout() };
        if !reader.settings.layout.is_second_half(text, torn_at) {
            return Fault::other("", "a line that is no part of a record of the layout").verdict();
        }
        let Some(half) = self.half.take() else {
            return Fault::other("", "the second line of a record without its first").verdict();
        };
        if half.is_held {
            let whole = format!("{:torn_at$}{text}", half.text);
            match self.record(whole.trim_ascii_end(), half.place) {
                Verdict::Held { .. } => {}
                other => self.late.push((half.place, other)),
            }
        }
        Verdict::NotARow
    }

    /// The line of a torn record's second half has passed, or none will come. A blank line between two first halves was
    /// a second half of blanks; readers of lines pass over it.
    fn end_half(&mut self, next: Option<Place>) {
        let Some(half) = self.half.take().filter(|it| it.is_held) else { return };
        let was_blank = next.is_some_and(|next| {
            next.file == half.place.file && next.line >= half.place.line.saturating_add(2)
        });
        let verdict = if was_blank {
            self.record(&half.text, half.place)
        } else {
            Fault::other("", "the first line of a record without its second").verdict()
        };
        if !matches!(verdict, Verdict::Held { .. }) {
            self.late.push((half.place, verdict));
        }
    }

    /// Reads a whole record and keeps it until its call is complete.
    fn record(&mut self, text: &str, place: Place) -> Verdict {
        let Some(reader) = &mut self.reader else { return no_layout() };
        let record = match reader.read(text, place) {
            Ok(record) => record,
            Err(fault) => return fault.verdict(),
        };
        if self.copies.is_copy(text, &record) {
            return Verdict::Skipped(SkipReason::DUPLICATE);
        }
        if record.condition == Condition::NotRecorded && record.has_no_parties {
            return Verdict::skipped("condition 6: calls were not recorded for lack of resources");
        }
        let counts = &mut self.counts;
        counts.records += 1;
        counts.clock_changes += u64::from(record.secs.is_none());
        match record.condition {
            Condition::RingAbandoned => counts.ring_abandoned += 1,
            Condition::PathIncoming | Condition::PathOutgoing | Condition::PathDropped => {
                counts.path_replacements += u64::from(record.ucid.is_none());
            }
            _ => {}
        }
        let at = record.ended_at;
        let gatherer = if record.ucid.is_some() { &mut self.by_ucid } else { &mut self.by_circuit };
        gatherer.push(record);
        Verdict::Held { at }
    }

    /// The calls of which nothing has happened since, in the order of their beginning.
    fn calls(&mut self, until: Option<DateTime<Utc>>) -> Vec<CmCall> {
        let splits = self.reader.as_ref().is_some_and(|it| it.settings.splits);
        let mut calls = Vec::new();
        self.by_ucid.settle(until, |records| {
            records.sort_by(join::order);
            calls.extend(CmCall::of(records, How::Ucid));
        });
        self.by_circuit.settle(until, |records| {
            if records.len() == 1 {
                calls.extend(CmCall::of(records, How::Heuristic));
                return;
            }
            for records in join::calls_of(std::mem::take(records), splits) {
                calls.extend(CmCall::of(&records, How::Heuristic));
            }
        });
        calls.sort_by_cached_key(|it| {
            (it.leg.started_at, it.leg.ended_at, it.leg.customer, it.leg.leg_id.clone())
        });
        calls
    }
}

fn no_layout() -> Verdict {
    Fault::other("", "no layout is given that says where the columns of a record are").verdict()
}

/// What of a line can be printed: NUL and other control characters stand before, in and after records.
fn printable(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.iter().all(|it| *it >= b' ') {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(bytes.iter().copied().filter(|it| *it >= b' ').collect())
}

impl CdrFormat for CommunicationManager {
    fn source(&self) -> SourceId {
        "avaya-cm".into()
    }

    fn system(&self) -> SourceId {
        "avaya".into()
    }

    fn tells_persons(&self) -> bool {
        false
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        const LOOKED_AT: usize = 32;
        let Some(reader) = &self.reader else { return false };
        let (mut lines, mut known) = (0, 0);
        for line in file.lines() {
            let line = printable(line.as_bytes());
            let Ok(line) = std::str::from_utf8(&line) else { return false };
            let line = line.trim_ascii_end();
            if line.is_empty() {
                continue;
            }
            lines += 1;
            known += usize::from(reader.knows(line));
            if lines == LOOKED_AT {
                break;
            }
        }
        known * 2 > lines
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        self.end_half(None);
        self.copies.begin_file();
        let Some(reader) = &mut self.reader else {
            return Err(SkipReason::new(
                "no layout is given: `layout` or `fields` must say where the columns of its records are",
            ));
        };
        if self.site.clock().is_none() {
            return Err(SkipReason::new(
                "its stamps are local: give the zone of the system's clock",
            ));
        }
        reader.calendar.begin_file(file.file_name());
        let layout = &reader.settings.layout;
        let has_dates = layout.has(Item::Date) || layout.has(Item::DateOfDay);
        if !has_dates && !reader.calendar.knows_year() {
            return Err(SkipReason::new(
                "its date records have no year: give `year` in the layout, or name the file by its date",
            ));
        }
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        let layout = self.reader.as_ref().map(|it| &it.settings.layout);
        let has_times = layout.is_none_or(|it| it.has(Item::Time));
        let a_day = Precision::new(86_400.0).unwrap_or(Precision::MINUTE);
        Observed {
            abandons: self.counts.ring_abandoned > 0,
            waits: false,
            agents: true,
            customers: layout.is_some_and(|it| it.width(Item::Calling) >= columns::CALLER_WIDTH),
            zone: self.site.zone_or_utc(),
            precision: if has_times { Precision::MINUTE } else { a_day },
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let bytes = printable(record.bytes);
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) if text.is_ascii() => text.trim_ascii_end(),
            _ => {
                let what = "a sign that is not of ASCII";
                return Verdict::rejected("", RejectReason::Other { what: what.into() });
            }
        };
        let Some(reader) = &mut self.reader else { return no_layout() };
        if text.is_empty() {
            return Verdict::NotARow;
        }
        let Some(mark) = DateMark::read(text.trim_ascii_start(), reader.calendar.order()) else {
            return self.line(text, record.place);
        };
        self.end_half(Some(record.place));
        let Some(reader) = &mut self.reader else { return no_layout() };
        match reader.begin_day(mark) {
            Ok(()) => {
                self.counts.date_marks += 1;
                Verdict::NotARow
            }
            Err(fault) => fault.verdict(),
        }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        if until.is_none() {
            self.end_half(None);
        }
        settled.rows.append(&mut self.late);
        for mut call in self.calls(until) {
            self.names.make_single(&mut call);
            call.details(&mut settled.details);
            self.counts.rings_alone += u64::from(call.is_ring_alone);
            self.counts.heuristic_joins +=
                u64::from(call.how == How::Heuristic && call.records > 1);
            settled.legs.push(call.leg);
        }
        self.copies.forget(until);
        self.names.forget(until);
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        let Some(reader) = &self.reader else { return Vec::new() };
        let mut remarks = Vec::new();
        let (layout, counts) = (&reader.settings.layout, &self.counts);
        if !layout.traits.unconfirmed.is_empty() {
            let (name, what) = (layout.name, layout.traits.unconfirmed);
            let text = format!(
                "records of the layout {name}, of which {what} is not confirmed by the vendor's tables"
            );
            remarks.push((text, counts.records));
        }
        let said = [
            ("durations not known, the clock was changed during the call", counts.clock_changes),
            ("calls of several records, put together by circuit and time", counts.heuristic_joins),
            ("ring records without the record of their call", counts.rings_alone),
            (
                "records of a path replacement without a UCID, each counted as a call",
                counts.path_replacements,
            ),
            (
                "records from after midnight that came before the date record of their day",
                reader.before_their_day,
            ),
        ];
        remarks.extend(said.map(|(text, count)| (text.to_owned(), count)));
        remarks.extend(reader.numbers.remarks());
        remarks
    }
}

impl fmt::Debug for CommunicationManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = self.reader.as_ref().map_or("no layout", |it| it.settings.layout.name);
        write!(f, "CommunicationManager({layout})")
    }
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Half(line {})", self.place.line)
    }
}
