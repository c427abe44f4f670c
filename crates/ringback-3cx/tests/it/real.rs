//! Real records, where they are at hand: they are not shipped.

use std::path::{Path, PathBuf};

use ringback_3cx::LegacyCdr;

use crate::reading::{one, read, site, told};

/// A file of real records; `None` where there are none.
fn real(name: &str) -> Option<String> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("RINGBACK_SHARED").map_or_else(beside, PathBuf::from);
    let path = folder.join("data/cdr/3cx").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("no real records at {}", path.display());
    }
    text
}

#[test]
fn real_queue_calls_have_the_waits_that_were_counted_by_hand() {
    let Some(text) = real("legacy_cdr_snippets.log") else { return };
    let taken: Vec<&str> = text.lines().take(2).collect();
    let read = read(&mut LegacyCdr::new(site()), &taken.join("\n"));
    let calls: Vec<String> = read.log.calls.iter().map(told).collect();
    assert_eq!(
        calls,
        [
            "inbound answered, queue q80002 0-8 answered, talk q80002 a10013 8-498 completed",
            "inbound answered, queue q80039 0-14 answered, talk q80039 a10007 14-163 completed",
        ]
    );
}

#[test]
fn a_real_queue_that_gave_up_is_no_agents_answer() {
    let Some(text) = real("legacy_cdr_snippets.log") else { return };
    let line = text.lines().nth(2).expect("a third record");
    let fields = "fields = ['historyid', 'callid', 'duration', 'time-start', 'time-answered', 'time-end', \
        'reason-terminated', 'from-no', 'to-no', 'from-dn', 'to-dn', 'dial-no', 'reason-changed', 'final-number', \
        'final-dn', 'bill-code', 'bill-rate', 'bill-cost', 'bill-name', 'chain']";
    let layout = format!("{fields}\ndn_types = {{ 960 = 'queue', 504 = 'extension' }}");
    let mut format = LegacyCdr::new(site()).layout(&layout, "layout.toml").expect("a layout");
    assert_eq!(told(&one(&mut format, line)), "inbound unknown, queue q960 0-? overflowed");
}

#[test]
fn a_real_file_of_one_call_is_read() {
    let Some(text) = real("v18_single_call_file.log") else { return };
    let call = one(&mut LegacyCdr::new(site()), &text);
    assert_eq!(told(&call), "outbound answered, ring 0-9 answered, talk a10016 9-34 completed");
}
