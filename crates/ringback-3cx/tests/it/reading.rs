//! How the tests read, and what they look at.

use std::fmt::Write as _;

use ringback_calllog::{
    Call, CdrFormat, DetailRow, LogReader, PseudonymKey, Pseudonymizer, ReadLog, Site,
};

/// A site in London whose key is known.
pub(crate) fn site() -> Site {
    let key = PseudonymKey::from_bytes([7; 32]);
    Site::new(Pseudonymizer::new(&key, "acme")).region("GB".parse().expect("a region"))
}

/// A site in Copenhagen.
pub(crate) fn copenhagen() -> Site {
    site().zone("Europe/Copenhagen".parse().expect("a zone"))
}

#[track_caller]
pub(crate) fn read(format: &mut dyn CdrFormat, text: &str) -> ReadLog {
    let read = LogReader::new().read_bytes("x", text.as_bytes(), format).expect("rows");
    let audit = &read.audit;
    let sum = audit.rows_used + audit.rows_skipped + audit.rows_rejected;
    assert_eq!(audit.rows_read, sum, "rows add up");
    read
}

#[track_caller]
pub(crate) fn one(format: &mut dyn CdrFormat, text: &str) -> Call {
    let read = read(format, text);
    assert_eq!(read.rejected, [], "no row is rejected");
    assert_eq!(read.log.calls.len(), 1, "one call");
    read.log.calls.into_iter().next().expect("a call")
}

/// What rejects the first bad row.
#[track_caller]
pub(crate) fn rejected(format: &mut dyn CdrFormat, text: &str) -> String {
    match LogReader::new().read_bytes("x", text.as_bytes(), format) {
        Ok(read) => read.rejected.first().expect("a rejected row").to_string(),
        Err(error) => error.to_string(),
    }
}

/// A call in a line: direction, outcome, queue, then each stage as `kind queue agent from-to end`, in seconds since the
/// call began.
pub(crate) fn told(call: &Call) -> String {
    let secs = |at: chrono::DateTime<chrono::Utc>| (at - call.arrived_at).num_seconds();
    let mut text = format!("{} {}", call.direction, call.outcome);
    for stage in &call.stages {
        let queue = stage.queue.as_ref().map_or(String::new(), |it| format!(" q{it}"));
        let agent = stage.agent.as_ref().map_or(String::new(), |it| format!(" a{it}"));
        let left = stage.left_at.map_or("?".to_owned(), |it| secs(it).to_string());
        let from = secs(stage.entered_at);
        let (kind, end) = (stage.kind, stage.end);
        let _ = write!(text, ", {kind}{queue}{agent} {from}-{left} {end}");
    }
    text
}

/// A detail row in a line.
pub(crate) fn detail(row: &DetailRow) -> String {
    format!("{} {}", row.table, row.values.join("|"))
}
