//! Binary records: which field stands where in which version.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use ringback_calllog::{Masked, Place, Record};

/// One record of a binary External Call History file, a call segment as CMS writes it.
///
/// A view of the bytes: fields are decoded when they are asked for, by the vendor's names. `Debug` shows the version
/// and the length, for the fields hold numbers of customers.
///
/// # Source
///
/// Version 12 was checked against a vendor's dump. The other versions follow the public layouts of the MIT-licensed
/// echi-decode 1.8, whose widths add up to the record lengths.
///
/// # Example
///
/// ```
/// use ringback_avaya::EchRecord;
///
/// let mut bytes = [0; 493];
/// bytes[..4].copy_from_slice(&9_557_402_u32.to_le_bytes());
/// let record = EchRecord::decode(12, &bytes)?;
/// assert_eq!(record.number("CALLID"), Some(9_557_402));
/// assert_eq!(record.text("UCID").as_deref(), Some(""));
/// assert_eq!(record.number("TENANT"), None);
/// # Ok::<(), ringback_avaya::InvalidEchRecord>(())
/// ```
#[derive(Clone, Copy)]
pub struct EchRecord<'a> {
    layout: &'static EchLayout,
    bytes: &'a [u8],
}

/// The value of one field. `Debug` masks what could be a whole phone number.
#[derive(Clone, PartialEq, Eq)]
pub enum EchValue<'a> {
    /// A count, a code, seconds, or a flag (0 or 1).
    Number(i64),
    /// Text up to its first NUL, without blanks at its end.
    Text(Cow<'a, str>),
    /// Bytes of no said meaning.
    Bytes(&'a [u8]),
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidEchRecord {
    /// A version of which the layout is not known.
    Version(u32),
    /// Another length than the version's records have.
    Length {
        /// Bytes there are.
        got: usize,
        /// Bytes there must be.
        expected: usize,
    },
}

impl fmt::Display for InvalidEchRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "call history of version {version}, expected ")?;
                for (place, layout) in LAYOUTS.iter().enumerate() {
                    let sign = if place == 0 { "" } else { ", " };
                    write!(f, "{sign}{}", layout.version)?;
                }
                Ok(())
            }
            Self::Length { got, expected } => {
                write!(f, "a record of {got} bytes, expected {expected}")
            }
        }
    }
}

impl std::error::Error for InvalidEchRecord {}

impl<'a> EchRecord<'a> {
    /// The record of a version's bytes, without the file's header.
    ///
    /// # Errors
    ///
    /// [`InvalidEchRecord::Version`] for a version that is not known, [`InvalidEchRecord::Length`] for too few or too
    /// many bytes.
    pub fn decode(version: u32, bytes: &'a [u8]) -> Result<Self, InvalidEchRecord> {
        let layout = EchLayout::of(version).ok_or(InvalidEchRecord::Version(version))?;
        if layout.lengths.contains(&bytes.len()) {
            return Ok(Self { layout, bytes });
        }
        let expected = layout.lengths.first().copied().unwrap_or_default();
        Err(InvalidEchRecord::Length { got: bytes.len(), expected })
    }

    /// The version that wrote it.
    pub fn version(&self) -> u32 {
        self.layout.version
    }

    /// The fields in the order of the version's layout, by the vendor's names. `CALL_DISP` of newer versions is called
    /// `DISPOSITION` here.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, EchValue<'a>)> + use<'a> {
        let record = *self;
        self.layout.fields.iter().map(move |it| (it.name, record.value(*it)))
    }

    /// A field's number; `None` if the version has no such field, or it holds none.
    pub fn number(&self, field: &str) -> Option<i64> {
        self.number_at(self.layout.find(field)?)
    }

    /// A field's text; `None` if the version has no such field, or it holds none.
    pub fn text(&self, field: &str) -> Option<Cow<'a, str>> {
        self.text_at(self.layout.find(field)?)
    }

    /// The number of the field at a place of the layout.
    pub(super) fn number_at(&self, place: usize) -> Option<i64> {
        match self.value(*self.layout.fields.get(place)?) {
            EchValue::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The text of the field at a place of the layout.
    pub(super) fn text_at(&self, place: usize) -> Option<Cow<'a, str>> {
        match self.value(*self.layout.fields.get(place)?) {
            EchValue::Text(text) => Some(text),
            _ => None,
        }
    }

    fn value(&self, field: Field) -> EchValue<'a> {
        let bytes = |len| self.bytes.get(field.at..field.at + len).unwrap_or_default();
        match field.kind {
            Kind::Long => EchValue::Number(little_endian(bytes(4))),
            Kind::Short => {
                let value = little_endian(bytes(2));
                EchValue::Number(if value < 1 << 15 { value } else { value - (1 << 16) })
            }
            Kind::Byte => EchValue::Number(little_endian(bytes(1))),
            Kind::Bit(bit) => EchValue::Number(little_endian(bytes(1)) >> bit & 1),
            Kind::Raw(len) => EchValue::Bytes(bytes(len)),
            Kind::Text(len) => {
                let text = bytes(len).split(|it| *it == 0).next().unwrap_or_default();
                let record = Record { bytes: text.trim_ascii_end(), place: Place::default() };
                EchValue::Text(record.text())
            }
        }
    }
}

impl fmt::Debug for EchRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EchRecord(version {}, {} bytes)", self.version(), self.bytes.len())
    }
}

impl fmt::Debug for EchValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "Number({number})"),
            Self::Text(text) => write!(f, "Text({:?})", Masked::new(text).to_string()),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

fn little_endian(bytes: &[u8]) -> i64 {
    bytes.iter().rev().fold(0, |value, it| value << 8 | i64::from(*it))
}

/// Where the fields of a version stand.
#[derive(Debug)]
pub(super) struct EchLayout {
    pub version: u32,
    /// The record lengths that this version was seen with, in bytes.
    pub lengths: &'static [usize],
    fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    name: &'static str,
    kind: Kind,
    at: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Four bytes, no sign.
    Long,
    /// Two bytes, signed.
    Short,
    Byte,
    Bit(u8),
    Text(usize),
    Raw(usize),
}

/// A run of fields of one kind.
enum Run {
    Longs(&'static [&'static str]),
    Shorts(&'static [&'static str]),
    Bytes(&'static [&'static str]),
    /// Flags, lowest bit first, in so many bytes.
    Flags(&'static [&'static str], usize),
    Texts(&'static [&'static str], usize),
    Raw(&'static str, usize),
}

impl EchLayout {
    /// The layout of a version.
    pub(super) fn of(version: u32) -> Option<&'static Self> {
        LAYOUTS.iter().find(|it| it.version == version)
    }

    /// The place of a field among the layout's fields.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|it| it.name == name)
    }

    /// The names of the fields in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.fields.iter().map(|it| it.name)
    }

    fn new(version: u32, lengths: &'static [usize], runs: &[Run]) -> Self {
        let mut fields = Vec::new();
        let mut at = 0;
        for run in runs {
            let (names, kind, len) = match *run {
                Run::Longs(names) => (names, Kind::Long, 4),
                Run::Shorts(names) => (names, Kind::Short, 2),
                Run::Bytes(names) => (names, Kind::Byte, 1),
                Run::Texts(names, len) => (names, Kind::Text(len), len),
                Run::Raw(name, len) => {
                    fields.push(Field { name, kind: Kind::Raw(len), at });
                    at += len;
                    continue;
                }
                Run::Flags(names, len) => {
                    for (&name, bit) in names.iter().zip(0..) {
                        fields.push(Field {
                            name,
                            kind: Kind::Bit(bit % 8),
                            at: at + usize::from(bit / 8),
                        });
                    }
                    at += len;
                    continue;
                }
            };
            for &name in names {
                fields.push(Field { name, kind, at });
                at += len;
            }
        }
        debug_assert!(lengths.contains(&at), "version {version} ends at {at}");
        Self { version, lengths, fields }
    }
}

const TIMES: &[&str] = &[
    "CALLID",
    "ACWTIME",
    "ANSHOLDTIME",
    "CONSULTTIME",
    "DISPTIME",
    "DURATION",
    "SEGSTART",
    "SEGSTOP",
    "TALKTIME",
];
const TIMES_WITH_UTC: &[&str] = &[
    "CALLID",
    "ACWTIME",
    "ANSHOLDTIME",
    "CONSULTTIME",
    "DISPTIME",
    "DURATION",
    "SEGSTART",
    "SEGSTART_UTC",
    "SEGSTOP",
    "SEGSTOP_UTC",
    "TALKTIME",
];
const NET_TIMES: &[&str] = &["NETINTIME", "ORIGHOLDTIME"];
const QUEUE_TIMES: &[&str] = &["QUEUETIME", "RINGTIME"];
const ROUTE: &[&str] =
    &["DISPIVECTOR", "DISPSPLIT", "FIRSTIVECTOR", "SPLIT1", "SPLIT2", "SPLIT3", "TKGRP"];
const LOCATIONS: &[&str] = &["EQ_LOCID", "ORIG_LOCID", "ANS_LOCID", "OBS_LOCID"];
const FLAGS: &[&str] = &[
    "ASSIST",
    "AUDIO",
    "CONFERENCE",
    "DA_QUEUED",
    "HOLDABN",
    "MALICIOUS",
    "OBSERVINGCALL",
    "TRANSFERRED",
];
const FLAGS_WITH_RELEASED: &[&str] = &[
    "ASSIST",
    "AUDIO",
    "CONFERENCE",
    "DA_QUEUED",
    "HOLDABN",
    "MALICIOUS",
    "OBSERVINGCALL",
    "TRANSFERRED",
    "AGT_RELEASED",
];
const CODES: &[&str] = &["ACD", "DISPOSITION", "DISPPRIORITY", "HELD", "SEGMENT"];
const REASONS: &[&str] = &["ANSREASON", "ORIGREASON", "DISPSKLEVEL"];
const EVENTS: &[&str] =
    &["EVENT1", "EVENT2", "EVENT3", "EVENT4", "EVENT5", "EVENT6", "EVENT7", "EVENT8", "EVENT9"];
const LOGINS: &[&str] = &["ORIGLOGIN", "ANSLOGIN", "LASTOBSERVER"];
const DIGITS: &[&str] = &["LASTDIGITS", "LASTCWC"];
const CODES_OF_WORK: &[&str] = &["CWC1", "CWC2", "CWC3", "CWC4", "CWC5"];
const VDNS: &[&str] = &["VDN2", "VDN3", "VDN4", "VDN5", "VDN6", "VDN7", "VDN8", "VDN9"];
const SKILLS: &[&str] = &["INTERRUPTDEL", "AGENTSURPLUS", "AGENTSKILLLEVEL", "PREFSKILLLEVEL"];
const PULLS: &[&str] = &["ICRRESENT", "ICRPULLREASON"];
const ATTRIBUTES: &[&str] = &["ORIG_ATTRIB_ID", "ANS_ATTRIB_ID", "OBS_ATTRIB_ID"];

/// From the dispositions of a segment to the first flags.
fn head(version: u32) -> Vec<Run> {
    let mut runs = vec![Run::Longs(if version >= 16 { TIMES_WITH_UTC } else { TIMES })];
    if version >= 4 {
        runs.push(Run::Longs(NET_TIMES));
    }
    if version >= 12 {
        runs.push(Run::Longs(QUEUE_TIMES));
    }
    match version {
        170 => runs.push(Run::Longs(ATTRIBUTES)),
        180 => runs.push(Run::Longs(&["TENANT"])),
        _ => {}
    }
    runs.push(Run::Shorts(ROUTE));
    if version >= 5 {
        runs.push(Run::Shorts(LOCATIONS));
    }
    if version >= 12 {
        runs.push(Run::Shorts(&["UUI_LEN"]));
    }
    if version == 2 {
        runs.extend([Run::Flags(FLAGS, 1), Run::Bytes(CODES), Run::Bytes(EVENTS)]);
    } else {
        runs.extend([Run::Flags(FLAGS_WITH_RELEASED, 2), Run::Bytes(CODES)]);
        runs.extend([Run::Bytes(REASONS), Run::Bytes(EVENTS)]);
    }
    runs
}

/// The texts, and what comes after them.
fn tail(version: u32) -> Vec<Run> {
    let (vdn, login, number) = match version {
        ..=5 => (6, 10, 13),
        6..=15 => (8, 10, 13),
        16..=179 => (16, 16, 25),
        _ => (17, 17, 25),
    };
    let mut runs = Vec::new();
    if version >= 4 {
        runs.push(Run::Texts(&["UCID"], 21));
    }
    runs.extend([Run::Texts(&["DISPVDN"], vdn), Run::Texts(&["EQLOC"], 10)]);
    runs.extend([Run::Texts(&["FIRSTVDN"], vdn), Run::Texts(LOGINS, login)]);
    runs.extend([Run::Texts(&["DIALED_NUM"], 25), Run::Texts(&["CALLING_PTY"], number)]);
    match version {
        2 => {
            return [runs, vec![Run::Raw("LASTDIGITS", 17), Run::Texts(&["LASTCWC"], 17)]]
                .into_iter()
                .flatten()
                .collect();
        }
        3 => runs.extend([Run::Texts(DIGITS, 17), Run::Texts(&["CALLING_II"], 17)]),
        _ => runs.extend([Run::Texts(DIGITS, 17), Run::Texts(&["CALLING_II"], 3)]),
    }
    if version >= 11 {
        runs.push(Run::Texts(CODES_OF_WORK, 17));
    }
    if version >= 12 {
        runs.push(Run::Texts(VDNS, vdn));
        runs.push(Run::Raw("ASAI_UUI", if version == 12 { 96 } else { 97 }));
    }
    if version >= 16 {
        runs.push(Run::Bytes(SKILLS));
    }
    if version >= 163 {
        runs.push(Run::Bytes(PULLS));
    }
    if version >= 180 {
        runs.push(Run::Texts(ATTRIBUTES, 21));
    }
    runs
}

/// Versions and their record lengths. Version 12 comes with and without a NUL behind its last field.
const LENGTHS: &[(u32, &[usize])] = &[
    (2, &[189]),
    (3, &[210]),
    (4, &[225]),
    (5, &[233]),
    (11, &[322]),
    (12, &[493, 492]),
    (16, &[615]),
    (163, &[617]),
    (170, &[629]),
    (180, &[697]),
];

static LAYOUTS: LazyLock<Vec<EchLayout>> = LazyLock::new(|| {
    let layout = |&(version, lengths): &(u32, &'static [usize])| {
        let runs: Vec<Run> = head(version).into_iter().chain(tail(version)).collect();
        EchLayout::new(version, lengths, &runs)
    };
    LENGTHS.iter().map(layout).collect()
});
