//! Headers: which columns a file has, by name, and which lines are none of its rows.

use ringback_calllog::{
    FileStart, HeaderNames, Masked, RejectReason, Separated, SeparatedRow, Verdict,
};

use crate::cucm::order::{CDR_ORDER, CDR_WIDTHS, CMR_ORDER, CMR_WIDTHS};

/// Headers that are remembered from file to file: a cluster writes a file a minute, all with the same.
const REMEMBERED: usize = 8;

/// Declares the columns that are read of a kind of file: the place of each, past every row's end where it is missing.
macro_rules! columns {
    (
        $(#[$doc:meta])* $name:ident
        essential { $($field:ident: $column:literal,)+ }
        optional { $($other:ident: $($name_of_other:literal)|+,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name {
            /// How many columns there are.
            pub(crate) count: usize,
            $(pub(crate) $field: usize,)+
            $(pub(crate) $other: usize,)+
        }

        impl $name {
            /// The places of the columns, or the first that is essential and missing.
            fn find(header: &HeaderNames) -> Result<Self, &'static str> {
                let any = |names: &[&str]| names.iter().find_map(|it| header.find(it));
                Ok(Self {
                    count: header.len(),
                    $($field: header.find($column).ok_or($column)?,)+
                    $($other: any(&[$($name_of_other),+]).unwrap_or(usize::MAX),)+
                })
            }
        }
    };
}

columns! {
    /// The columns that are read of a CDR file.
    CdrColumns
    essential {
        record_type: "cdrRecordType",
        node: "globalCallID_callManagerId",
        call: "globalCallID_callId",
        origination: "dateTimeOrigination",
        calling: "callingPartyNumber",
        orig_cause: "origCause_value",
        last_called: "finalCalledPartyNumber",
        dest_cause: "destCause_value",
        connect: "dateTimeConnect",
        disconnect: "dateTimeDisconnect",
    }
    optional {
        orig_leg: "origLegCallIdentifier",
        dest_leg: "destLegIdentifier" | "destLegCallIdentifier",
        first_called: "originalCalledPartyNumber",
        last_redirect: "lastRedirectDn",
        pkid: "pkid",
        calling_partition: "callingPartyNumberPartition",
        duration: "duration",
        orig_device: "origDeviceName",
        dest_device: "destDeviceName",
        orig_ended_by: "origCallTerminationOnBehalfOf",
        dest_ended_by: "destCallTerminationOnBehalfOf",
        first_redirect_by: "origCalledPartyRedirectOnBehalfOf",
        last_redirect_by: "lastRedirectRedirectOnBehalfOf",
        first_reason: "origCalledPartyRedirectReason",
        last_reason: "lastRedirectRedirectReason",
        dest_conversation: "destConversationId",
        cluster: "globalCallId_ClusterID",
        joined_by: "joinOnBehalfOf",
        orig_conversation: "origConversationId",
        hunt_pilot: "huntPilotDN",
        pattern_usage: "calledPartyPatternUsage",
        was_queued: "wasCallQueued",
        wait: "totalWaitTimeInQueue",
        calling_uri: "callingPartyNumber_uri",
        last_called_uri: "finalCalledPartyNumber_uri",
    }
}

columns! {
    /// The columns that are read of a CMR file.
    CmrColumns
    essential {
        record_type: "cdrRecordType",
        node: "globalCallID_callManagerId",
        call: "globalCallID_callId",
        stamp: "dateTimeStamp",
    }
    optional {
        leg: "callIdentifier",
        sent: "numberPacketsSent",
        received: "numberPacketsReceived",
        lost: "numberPacketsLost",
        jitter: "jitter",
        latency: "latency",
        pkid: "pkid",
        cluster: "globalCallId_ClusterID",
        device: "deviceName",
        metrics: "varVQMetrics",
        duration: "duration",
    }
}

impl CdrColumns {
    /// Whether the columns are there that say what a feature did to a row's legs.
    pub(crate) fn tells_features(&self) -> bool {
        [self.joined_by, self.orig_ended_by, self.dest_ended_by, self.last_reason]
            .iter()
            .all(|it| *it < self.count)
    }
}

/// The columns of one kind of file.
#[derive(Clone, Debug)]
pub(crate) enum Columns {
    Cdr(CdrColumns),
    Cmr(CmrColumns),
}

impl Columns {
    /// The columns of a header, or the essential one that is missing.
    fn of_header(header: &HeaderNames) -> Result<Self, &'static str> {
        if is_cmr(header) {
            CmrColumns::find(header).map(Self::Cmr)
        } else {
            CdrColumns::find(header).map(Self::Cdr)
        }
    }

    /// The columns of a row without a header, by how many there are and what kind of row it says it is.
    fn of_row(row: SeparatedRow<'_>) -> Option<Self> {
        let names = match row.get(0).trim() {
            "1" if CDR_WIDTHS.contains(&row.len()) => CDR_ORDER.get(..row.len()),
            "2" if CMR_WIDTHS.contains(&row.len()) => CMR_ORDER.get(..row.len()),
            _ => None,
        }?;
        Self::of_header(&HeaderNames::new(names.iter().copied())).ok()
    }

    fn count(&self) -> usize {
        match self {
            Self::Cdr(it) => it.count,
            Self::Cmr(it) => it.count,
        }
    }
}

/// Whether a header is one of a CMR file; where it names neither kind's own columns, it is taken for a CDR file's.
fn is_cmr(header: &HeaderNames) -> bool {
    header.find("dateTimeOrigination").is_none() && header.find("dateTimeStamp").is_some()
}

/// Whether a line names columns.
fn is_header(row: SeparatedRow<'_>) -> bool {
    row.iter().any(|it| it.trim().eq_ignore_ascii_case("cdrRecordType"))
}

/// Whether a line names the types of columns: `INTEGER,VARCHAR(50),UNIQUEIDENTIFIER`.
fn is_types(row: SeparatedRow<'_>) -> bool {
    const TYPES: &[&str] =
        &["INTEGER", "VARCHAR", "UNIQUEIDENTIFIER", "STRING", "BIGINT", "CHAR", "LVARCHAR"];
    row.len() > 1
        && row.iter().all(|it| {
            let name = it.trim().split('(').next().unwrap_or("");
            TYPES.iter().any(|known| name.eq_ignore_ascii_case(known))
        })
}

/// What a cluster's file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Cdr,
    Cmr,
}

/// Which kind of file this is, by its header, or by the shape of its first rows where it has none.
pub(crate) fn kind_of(file: &FileStart<'_>) -> Option<FileKind> {
    let mut cutter = Separated::new(b',');
    for line in file.lines().take(4) {
        let row = cutter.cut(&line).ok()?;
        if is_header(row) {
            let header = HeaderNames::new(row.iter());
            header.find("globalCallID_callManagerId")?;
            return match Columns::of_header(&header) {
                Ok(Columns::Cmr(_)) => Some(FileKind::Cmr),
                Ok(Columns::Cdr(_)) => Some(FileKind::Cdr),
                Err(_) => None,
            };
        }
        if is_types(row) {
            continue;
        }
        let columns = Columns::of_row(row)?;
        return has_integers(row, &columns).then_some(match columns {
            Columns::Cdr(_) => FileKind::Cdr,
            Columns::Cmr(_) => FileKind::Cmr,
        });
    }
    None
}

/// Whether the columns of a row that cannot be anything but integers are.
fn has_integers(row: SeparatedRow<'_>, columns: &Columns) -> bool {
    let places: &[usize] = match columns {
        Columns::Cdr(it) => &[it.node, it.call, it.origination, it.connect, it.disconnect],
        Columns::Cmr(it) => &[it.node, it.call, it.stamp],
    };
    places.iter().all(|at| row.get(*at).trim().parse::<u32>().is_ok())
}

/// A header that was read, as it stood there.
#[derive(Debug)]
struct Known {
    line: Box<str>,
    columns: Result<Columns, (&'static str, Masked)>,
    /// Columns that no release is known to write.
    strangers: u64,
}

/// Finds out what each line of a file is.
#[derive(Debug, Default)]
pub(crate) struct Dialect {
    known: Vec<Known>,
    /// The header in force, by its place among the known; none before the first.
    current: Option<usize>,
    /// The columns in force where the file has no header.
    headless: Option<Columns>,
    /// Columns without a known name, over all files.
    strangers: u64,
}

/// A line of a file, once its columns are known.
pub(crate) enum Line<'a> {
    /// A row of data.
    Row(&'a Columns, SeparatedRow<'a>),
    /// Anything else, and what becomes of it.
    Done(Verdict),
}

impl Dialect {
    /// A new file begins: it has its own header.
    pub(crate) fn begin_file(&mut self) {
        self.current = None;
        self.headless = None;
    }

    /// How many columns of all files have no known name.
    pub(crate) fn strangers(&self) -> u64 {
        self.strangers
    }

    /// What a line is.
    pub(crate) fn line<'a>(&'a mut self, cutter: &'a mut Separated, text: &'a str) -> Line<'a> {
        if !starts_with_a_number(text) {
            if self.recall(text) {
                return Line::Done(Verdict::NotARow);
            }
            let row = match cutter.cut(text) {
                Ok(row) => row,
                Err(reason) => return Line::Done(Verdict::rejected("", reason)),
            };
            if is_types(row) {
                return Line::Done(Verdict::NotARow);
            }
            if is_header(row) {
                self.remember(text, row);
                return Line::Done(Verdict::NotARow);
            }
            return self.row(row);
        }
        match cutter.cut(text) {
            Ok(row) => self.row(row),
            Err(reason) => Line::Done(Verdict::rejected("", reason)),
        }
    }

    fn row<'a>(&'a mut self, row: SeparatedRow<'a>) -> Line<'a> {
        if self.current.is_none() && self.headless.as_ref().is_none_or(|it| it.count() != row.len())
        {
            self.headless = Columns::of_row(row);
        }
        let known = self.current.and_then(|at| self.known.get(at));
        let columns = match (known.map(|it| &it.columns), &self.headless) {
            (Some(Ok(columns)), _) | (None, Some(columns)) => columns,
            (Some(Err((column, header))), _) => {
                let reason = RejectReason::NoSuchColumn { header: header.clone() };
                return Line::Done(Verdict::rejected(*column, reason));
            }
            (None, None) => {
                let reason = RejectReason::Other {
                    what: "a row before any header, expected a header or 118, 129 or 133 fields (19 or 48 of quality)".into(),
                };
                return Line::Done(Verdict::rejected("", reason));
            }
        };
        if row.len() != columns.count() {
            let reason = RejectReason::FieldCount { got: row.len(), expected: columns.count() };
            return Line::Done(Verdict::rejected("", reason));
        }
        Line::Row(columns, row)
    }

    /// Takes a header that was seen before into force.
    fn recall(&mut self, text: &str) -> bool {
        let Some(at) = self.known.iter().position(|it| *it.line == *text) else { return false };
        self.take(at);
        true
    }

    fn take(&mut self, at: usize) {
        self.current = Some(at);
        self.strangers += self.known.get(at).map_or(0, |it| it.strangers);
    }

    fn remember(&mut self, text: &str, row: SeparatedRow<'_>) {
        let header = HeaderNames::new(row.iter());
        let names: &[&str] = if is_cmr(&header) { &CMR_ORDER } else { &CDR_ORDER };
        let is_stranger = |name: &&str| {
            let name = name.trim();
            !names.iter().any(|it| it.eq_ignore_ascii_case(name))
                && !name.eq_ignore_ascii_case("destLegCallIdentifier")
        };
        let strangers = u64::try_from(row.iter().filter(is_stranger).count()).unwrap_or(u64::MAX);
        let columns = Columns::of_header(&header).map_err(|it| (it, Masked::new(text)));
        if self.known.len() >= REMEMBERED {
            self.known.remove(0);
        }
        self.known.push(Known { line: text.into(), columns, strangers });
        self.take(self.known.len() - 1);
    }
}

/// Whether a line begins like a row of data: with a number, quoted or not.
fn starts_with_a_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let first = if bytes.first() == Some(&b'"') { bytes.get(1) } else { bytes.first() };
    first.is_some_and(u8::is_ascii_digit)
}
