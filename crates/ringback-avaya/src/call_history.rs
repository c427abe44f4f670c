//! CMS External Call History (ECH, ECHI): binary `chr` files, and the same records as text.
//!
//! `record` decodes binary records, `row` makes a segment of a record of either kind, `assemble` makes calls of segments.

mod assemble;
mod disposition;
mod record;
mod row;
mod segment;
mod settings;

use std::fmt;
use std::hash::Hasher;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CdrFormat, Error, FileStart, Framing, Gatherer, HeaderNames, Masked, Observed, Piece,
    Precision, Record, RejectReason, RowIds, Separated, SeparatedRow, Settled, Site, SkipReason,
    SourceId, Verdict,
};
use rustc_hash::FxHasher;

pub use crate::call_history::disposition::Disposition;
pub use crate::call_history::record::{EchRecord, EchValue, InvalidEchRecord};

use crate::call_history::record::EchLayout;
use crate::call_history::row::{Columns, Row, RowReader};
use crate::call_history::segment::Segment;
use crate::call_history::settings::{Settings, Stamps};

/// Bytes before the first record: the version and the file's number.
const HEADER_LEN: usize = 8;

/// How far apart two segments with something in common may be and still be of one call. A CALLID comes round again
/// after about a day.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// Avaya CMS External Call History (`avaya-echi`).
///
/// # Supported
///
/// Binary files of the versions 2 to 5, 11, 12 (with records of 492 and of 493 bytes), 16, 163, 170 and 180; the version
/// stands in the file's header. Text with commas, with a header of the vendor's field names, or without one in the order
/// of version 12 (77 columns), or in an order that the layout names.
///
/// A record is a call segment. Segments are one call if they share a UCID, or a CALLID of one ACD, and are within an
/// hour of each other; a UCID of zeros is none. A segment that was there already is a duplicate.
///
/// - **Answered** is `ANS`, and `CONN` with an agent or talk. A segment that names no trunk, caller, VDN, dialed number
///   or originating agent, and lies within another segment of its call, is a port that a vector asked: an `ivr` stage.
///   If no other segment tells, its call is `unknown`. The layout can name splits that are machines.
/// - **The wait** of an answered or abandoned segment is its DISPTIME: vector, queue and ring. Of that, QUEUETIME and
///   RINGTIME are a `queue` stage in the split (DISPSPLIT; for other ACDs than the first as `2:414`), and the vector
///   before is a `queue` stage without a name. A caller who hung up in the vector was in no split's queue: the queue is
///   unknown. One who hung up while a telephone rang was in it for the QUEUETIME; the ring is a `queue` stage without a
///   name. Versions before 12 do not divide DISPTIME.
/// - `ABAN` is abandoned, `IFLOW` and `FDISC` are overflowed, `FBUSY` is busy, `OTHER` is other and was offered to no
///   queue.
/// - Talk, hold and after-call work stand in this order behind the answer; CONSULTTIME begins with the hold if it is not
///   longer. The record gives sums.
/// - `CALLING_PTY` that names a trunk port (`006B13004`) is no customer, nor is an extension.
/// - DURATION above 2^31 is minus a duration: it is mended, and SEGSTART taken from SEGSTOP.
///
/// # Unsupported or unsure
///
/// Other versions: the file is passed over, and the version named. Interval tables (hsplit, hvdn, hagent). Versions other
/// than 12 follow public layouts whose widths add up; only version 12 was checked against a vendor's dump. From version
/// 16 on SEGSTART may be a local clock's, and `SEGSTART_UTC` is read instead. Whether an agent or a port answered under a
/// login cannot be seen from a segment alone. Work codes, digits and user data are not kept.
///
/// # Layout
///
/// Avaya CMS External Call History Interface, R3V8; CMS Database Items and Calculations, R21. Whole seconds. SEGSTART is
/// seconds since 1970, and UTC by the UCIDs of a version 12 file and of a text file of R13. The keys of the layout file, all
/// optional:
///
/// ```toml
/// stamps = "utc"            # or "local": what SEGSTART shows where there is no SEGSTART_UTC
/// machine_splits = [97]     # splits of announcement or voice-response ports
/// columns = ["CALLID", "SEGSTART", "SEGSTOP", "DISPTIME", "DURATION"]   # of text without a header, in order
/// ```
///
/// # Example
///
/// ```
/// use ringback_avaya::CallHistory;
/// use ringback_calllog::{LogReader, PseudonymKey, Pseudonymizer, Site};
///
/// let text = b"CALLID,ACWTIME,DISPTIME,DURATION,SEGSTART,SEGSTOP,TALKTIME,DISPSPLIT,CALL_DISP,ANSLOGIN,DIALED_NUM\n\
///     7,31,78,261,1777885200,1777885492,183,414,2,43031,42000\n";
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let mut format = CallHistory::new(Site::new(Pseudonymizer::new(&key, "acme")));
/// let read = LogReader::new().read_bytes("chr0001.csv", text, &mut format)?;
/// assert_eq!(read.log.calls[0].wait().map(|it| it.num_seconds()), Some(78));
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub struct CallHistory {
    site: Site,
    settings: Settings,
    rows: RowReader,
    cutter: Separated,
    file: FileKind,
    /// Segments by what names them, and by all that they say.
    named: RowIds<(i64, i64, i64, i64)>,
    told: RowIds<u64>,
    segments: Gatherer<Segment>,
}

/// How the file at hand is written.
#[derive(Debug)]
enum FileKind {
    Binary {
        version: u32,
        record_len: usize,
        columns: Columns,
    },
    /// Text, its columns and how many there are; none before its first line.
    Text(Option<(Columns, usize)>),
}

impl CallHistory {
    /// The format at a site, without a layout.
    pub fn new(site: Site) -> Self {
        Self::with(site, Settings::default())
    }

    fn with(site: Site, settings: Settings) -> Self {
        Self {
            rows: RowReader::new(&site, settings.clone()),
            site,
            settings,
            cutter: Separated::new(b','),
            file: FileKind::Text(None),
            named: RowIds::default(),
            told: RowIds::default(),
            segments: Gatherer::new(WINDOW),
        }
    }

    /// The format with a layout file's text; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`], naming the file, the line where known, and what was expected.
    pub fn layout(self, text: &str, file: &str) -> Result<Self, Error> {
        Ok(Self::with(self.site, Settings::parse(text, file)?))
    }

    fn read_text(&mut self, text: &str) -> Result<Segment, Box<Verdict>> {
        let row = self.cutter.cut(text).map_err(|it| Box::new(Verdict::rejected("", it)))?;
        if row.iter().any(|it| it.trim().eq_ignore_ascii_case("CALLID")) {
            let header = HeaderNames::new(row.iter());
            self.file = FileKind::Text(Some((Columns::of_header(&header), header.len())));
            return Err(Box::new(Verdict::NotARow));
        }
        if let FileKind::Text(columns @ None) = &mut self.file {
            *columns = columns_without_header(&self.settings, &row);
        }
        match &self.file {
            FileKind::Text(Some((columns, count))) if has_columns(&row, *count) => {
                self.rows.read(Row::Text(row), columns)
            }
            FileKind::Text(Some((_, expected))) => {
                let reason = RejectReason::FieldCount { got: row.len(), expected: *expected };
                Err(Box::new(Verdict::rejected("", reason)))
            }
            _ => {
                let header = Masked::new(text);
                Err(Box::new(Verdict::rejected("CALLID", RejectReason::NoSuchColumn { header })))
            }
        }
    }

    fn read_binary(&mut self, bytes: &[u8]) -> Result<Segment, Box<Verdict>> {
        let FileKind::Binary { version, columns, .. } = &self.file else {
            return Err(Box::new(Verdict::NotARow));
        };
        let record = EchRecord::decode(*version, bytes).map_err(|it| {
            let what = it.to_string().into();
            Box::new(Verdict::rejected("", RejectReason::Other { what }))
        })?;
        self.rows.read(Row::Binary(record), columns)
    }
}

impl fmt::Debug for CallHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            FileKind::Binary { version, .. } => write!(f, "CallHistory(version {version})"),
            FileKind::Text(_) => write!(f, "CallHistory(text)"),
        }
    }
}

impl CdrFormat for CallHistory {
    fn source(&self) -> SourceId {
        "cms".into()
    }

    fn name(&self) -> String {
        "avaya-echi".to_owned()
    }

    fn system(&self) -> SourceId {
        "avaya".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        match Header::read(file.bytes) {
            Some(header) => header.record_len(file.bytes).is_some_and(|record_len| {
                let first = file.bytes.get(HEADER_LEN..HEADER_LEN + record_len);
                first.is_some_and(|it| is_plausible(header.version, it))
            }),
            None => file.lines().next().is_some_and(|it| is_text_start(&it)),
        }
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        if self.settings.stamps == Stamps::Local && self.site.clock().is_none() {
            let why = "its stamps are local: give the zone of the system's clock";
            return Err(SkipReason::new(why));
        }
        self.file = FileKind::Text(None);
        let Some(header) = Header::read(file.bytes) else { return Ok(()) };
        let Some((layout, record_len)) =
            EchLayout::of(header.version).zip(header.record_len(file.bytes))
        else {
            return Err(SkipReason::new(InvalidEchRecord::Version(header.version).to_string()));
        };
        let columns = Columns::of_layout(layout);
        self.file = FileKind::Binary { version: header.version, record_len, columns };
        Ok(())
    }

    fn framing(&self) -> Framing {
        match self.file {
            FileKind::Binary { record_len, .. } => {
                Framing::Fixed { header_len: HEADER_LEN, record_len }
            }
            FileKind::Text(_) => Framing::Lines,
        }
    }

    fn observed(&self) -> Observed {
        Observed {
            abandons: true,
            waits: true,
            agents: true,
            customers: true,
            zone: self.site.zone_or_utc(),
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let read = match self.file {
            FileKind::Binary { .. } => self.read_binary(record.bytes),
            FileKind::Text(_) => self.read_text(&record.text()),
        };
        let segment = match read {
            Ok(segment) => segment,
            Err(verdict) => return *verdict,
        };
        let at = segment.span().1;
        let mut hasher = FxHasher::default();
        hasher.write(record.bytes);
        if !self.told.is_new(hasher.finish(), at) {
            return Verdict::Skipped(SkipReason::DUPLICATE);
        }
        let name = (segment.acd, segment.call_id, segment.number, segment.times.start);
        if !self.named.is_new(name, at) {
            return Verdict::Skipped(SkipReason::CONFLICT);
        }
        self.segments.push(segment);
        Verdict::Held { at }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        self.segments.settle(until, |it| settled.legs.extend(assemble::leg(it)));
        self.named.forget(until);
        self.told.forget(until);
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        self.rows.remarks()
    }
}

/// The columns of text without a header: those that the layout names, or those of version 12.
fn columns_without_header(settings: &Settings, row: &SeparatedRow<'_>) -> Option<(Columns, usize)> {
    let header = match &settings.columns {
        Some(names) => HeaderNames::new(names.iter().map(String::as_str)),
        None => HeaderNames::new(EchLayout::of(12)?.names()),
    };
    let is_known = settings.columns.is_some() || has_columns(row, header.len());
    is_known.then(|| (Columns::of_header(&header), header.len()))
}

/// Whether a row has so many columns. CMS writes a comma behind the last one too.
fn has_columns(row: &SeparatedRow<'_>, count: usize) -> bool {
    row.len() >= count && (count..row.len()).all(|it| row.get(it).trim().is_empty())
}

/// Whether a line can be the first of a text of this format.
fn is_text_start(line: &str) -> bool {
    let mut cutter = Separated::new(b',');
    let Ok(row) = cutter.cut(line) else { return false };
    let header = HeaderNames::new(row.iter());
    let has = |name| header.find(name).is_some();
    if has("CALLID") && has("SEGSTART") && has("SEGSTOP") && has("DISPTIME") {
        return true;
    }
    let names = EchLayout::of(12).map_or(0, |it| it.names().count());
    let is_number = |place| row.get(place).bytes().all(|it| it.is_ascii_digit());
    has_columns(&row, names)
        && (0..6).chain(8..13).all(|it| !row.get(it).is_empty() && is_number(it))
        && row.get(6).len() >= 10
}

/// The header of a binary file.
#[derive(Clone, Copy, Debug)]
struct Header {
    version: u32,
}

impl Header {
    /// The header, if the file does not begin like text: versions are small numbers.
    fn read(bytes: &[u8]) -> Option<Self> {
        let version = u32::from_le_bytes(*bytes.first_chunk()?);
        (bytes.len() >= HEADER_LEN && version < 1 << 16).then_some(Self { version })
    }

    /// How long the file's records are: of the lengths that the version is known with the one that the whole file, or
    /// else its second record, bears out.
    fn record_len(self, file: &[u8]) -> Option<usize> {
        let lengths = EchLayout::of(self.version)?.lengths;
        let records = file.get(HEADER_LEN..).unwrap_or_default();
        let is_whole = file.len() < FileStart::MOST_BYTES;
        let fits = |len: &usize| is_whole && !records.is_empty() && records.len() % len == 0;
        let has_second = |len: &usize| {
            records.get(*len..2 * len).is_some_and(|it| is_plausible(self.version, it))
        };
        let found = lengths.iter().find(|it| fits(it) && has_second(it));
        let found = found.or_else(|| lengths.iter().find(|it| has_second(it)));
        found.or_else(|| lengths.iter().find(|it| fits(it))).or(lengths.first()).copied()
    }
}

/// Whether bytes look like a record: it ends after its start, within a month, and its UCID is digits.
fn is_plausible(version: u32, bytes: &[u8]) -> bool {
    const MONTH_SECS: i64 = 31 * 86_400;
    let Ok(record) = EchRecord::decode(version, bytes) else { return false };
    let secs = |field| record.number(field).unwrap_or_default();
    let is_ucid = |text: &str| text.len() <= 20 && text.bytes().all(|it| it.is_ascii_digit());
    let is_date = (500_000_000..1 << 32).contains(&secs("SEGSTOP"));
    // The start of a segment with a broken DURATION is broken too.
    let is_broken = secs("DURATION") >= 1 << 31;
    let is_span = (0..MONTH_SECS).contains(&(secs("SEGSTOP") - secs("SEGSTART")));
    is_date && (is_span || is_broken) && record.text("UCID").is_none_or(|it| is_ucid(&it))
}
