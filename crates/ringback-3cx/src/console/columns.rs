//! Where the columns of an export stand, and which export it is.

use ringback_calllog::{FileStart, HeaderNames, Separated, SeparatedRow};

/// Which export a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Export {
    /// The call log of new versions, with call history ids.
    CallLog,
    /// The call log of old versions, with call ids that are numbers.
    OldCallLog,
    /// The list of inbound calls, without ids.
    Inbound,
    /// The list of abandoned queue calls: a line for each agent that was rung.
    Abandoned,
}

/// Stands for a column that the file does not have; no row has so many.
const ABSENT: usize = usize::MAX;

/// Where the columns stand. Those that an export does not have are absent.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) export: Export,
    pub(super) count: usize,
    pub(super) time: usize,
    pub(super) caller: usize,
    pub(super) did: usize,
    pub(super) source_dn: usize,
    /// `Name (dn)`, or the dn.
    pub(super) destination: usize,
    pub(super) destination_number: usize,
    pub(super) destination_type: usize,
    pub(super) status: usize,
    pub(super) answered: usize,
    pub(super) direction: usize,
    pub(super) reason: usize,
    pub(super) ringing: usize,
    pub(super) talking: usize,
    pub(super) total: usize,
    pub(super) indent: usize,
    pub(super) id: usize,
    pub(super) main_id: usize,
    pub(super) agent: usize,
    pub(super) is_logged_in: usize,
    pub(super) attempts: usize,
}

impl Columns {
    /// The columns of a header; `None` if it is the header of none of these exports.
    pub(super) fn find(row: SeparatedRow<'_>) -> Option<Self> {
        // The console writes `Call Time`, its interface `CallTime`.
        let squeezed: Vec<String> = row.iter().map(|it| it.replace([' ', '_'], "")).collect();
        let names = HeaderNames::new(squeezed.iter().map(String::as_str));
        let has = |list: &[&str]| list.iter().all(|it| names.find(it).is_some());
        let export = if has(&["calltime", "callhistoryid", "queuedn", "extensiondn", "waittime"]) {
            Export::Abandoned
        } else if has(&["calltime", "callerid", "destination", "status", "ringing", "talking"]) {
            Export::Inbound
        } else if !has(&["starttime", "sourcedn", "destinationdn", "ringingduration"]) {
            return None;
        } else if has(&["callhistoryid"]) {
            Export::CallLog
        } else if has(&["callid"]) {
            Export::OldCallLog
        } else {
            return None;
        };
        Some(Self::of(export, &names))
    }

    fn of(export: Export, names: &HeaderNames) -> Self {
        let first = |list: &[&str]| list.iter().find_map(|it| names.find(it)).unwrap_or(ABSENT);
        let id = if export == Export::OldCallLog { "callid" } else { "callhistoryid" };
        Self {
            export,
            count: names.len(),
            time: first(&["starttime", "calltime"]),
            caller: first(&["sourcecallerid", "callerid"]),
            did: first(&["did"]),
            source_dn: first(&["sourcedn"]),
            destination: first(&["destinationdn", "destination", "queuedn"]),
            destination_number: first(&["destinationcallerid"]),
            destination_type: first(&["destinationtype"]),
            status: first(&["status"]),
            answered: first(&["answered"]),
            direction: first(&["direction"]),
            reason: first(&["reason"]),
            ringing: first(&["ringingduration", "ringing"]),
            talking: first(&["talkingduration", "talking"]),
            total: first(&["totalduration", "waittime"]),
            indent: first(&["indent"]),
            id: first(&[id]),
            main_id: first(&["maincallhistoryid"]),
            agent: first(&["extensiondn"]),
            is_logged_in: first(&["isloggedin"]),
            attempts: first(&["pollingattempts"]),
        }
    }
}

/// Which export a file is, by its header.
pub(super) fn export_of(file: &FileStart<'_>) -> Option<Export> {
    let header = file.lines().next()?;
    let mut separated = Separated::new(separator(&header));
    Columns::find(separated.cut(&header).ok()?).map(|it| it.export)
}

/// The sign between the fields of a header.
pub(super) fn separator(header: &str) -> u8 {
    let count = |sign: u8| memchr::memchr_iter(sign, header.as_bytes()).count();
    b",;\t".iter().copied().rev().max_by_key(|it| count(*it)).unwrap_or(b',')
}
