//! The same call in two feeds of one system: a switch and the contact center behind it.
#![cfg(feature = "cisco")]

use std::path::{Path, PathBuf};

use ringback::calllog::{
    AgentId, CallLog, LogReader, Outcome, PseudonymKey, Pseudonymizer, ReadObserver, SourceId,
};
use ringback::formats::{FormatName, Formats};

struct Unseen;

impl ReadObserver for Unseen {}

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/golden/logs").join(path)
}

/// A record of the switch in the columns of a golden file, with what is not named empty or 0.
fn switch_record(values: &[(&str, &str)]) -> String {
    let folder = golden("cucm-cdr/not_people/in");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let (names, types) = (lines.next().unwrap(), lines.next().unwrap());
    let fields = names.split(',').zip(types.split(',')).map(|(name, of_type)| {
        let value = values.iter().find(|it| name.trim_matches('"') == it.0).map(|it| it.1);
        let is_number = of_type.starts_with("INTEGER");
        if is_number {
            value.unwrap_or("0").to_owned()
        } else {
            format!("\"{}\"", value.unwrap_or(""))
        }
    });
    format!("{names}\n{types}\n{}\n", fields.collect::<Vec<_>>().join(","))
}

/// The log of a folder with the contact center's tables and a call of the switch from this number at this second.
fn read(caller: &str, came_at: i64) -> CallLog {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(golden("uccx/answered/in")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    let record = switch_record(&[
        ("cdrRecordType", "1"),
        ("globalCallID_callManagerId", "1"),
        ("globalCallID_callId", "4711"),
        ("globalCallId_ClusterID", "StandAloneCluster"),
        ("origLegCallIdentifier", "91"),
        ("destLegIdentifier", "92"),
        ("dateTimeOrigination", &came_at.to_string()),
        ("dateTimeConnect", &(came_at + 1).to_string()),
        ("dateTimeDisconnect", &(came_at + 162).to_string()),
        ("duration", "161"),
        ("callingPartyNumber", caller),
        ("originalCalledPartyNumber", "6001"),
        ("finalCalledPartyNumber", "6001"),
        ("origDeviceName", "SIP-TRUNK-01"),
        ("destDeviceName", "CTI-PORT-01"),
        ("destCause_value", "16"),
        ("pkid", "0a1b2c3d-0000-4000-8000-000000000001"),
    ]);
    std::fs::write(folder.path().join("cdr_StandAloneCluster_01_202605040720_1"), record).unwrap();
    let key = PseudonymKey::from_bytes([7; 32]);
    let formats = Formats::new(Pseudonymizer::new(&key, "feeds"));
    let mut formats =
        [FormatName::CucmCdr, FormatName::Uccx].map(|it| formats.open(it, None).unwrap());
    let paths = [folder.path().to_owned()];
    LogReader::new().read_mixed(&paths, &mut formats, &mut Unseen).unwrap().0
}

/// 2026-05-04T07:15:00Z, when the golden contact came.
const CAME_AT: i64 = 1_777_878_900;

#[test]
fn trap_12_a_port_of_the_contact_center_is_no_agent() {
    let log = read("+12025550123", CAME_AT);
    let [call] = &log.calls[..] else { panic!("{} calls", log.calls.len()) };
    assert_eq!(call.source, SourceId::from("uccx"));
    assert_eq!(call.outcome, Outcome::Answered);
    assert_eq!(call.agent().map(AgentId::as_str), Some("agent4"));
    let answered_secs = call.answered_at().unwrap().timestamp() - CAME_AT;
    assert!(answered_secs > 30, "the port picked up after 1 s, the agent after {answered_secs} s");
}

#[test]
fn another_customer_or_another_time_is_another_call() {
    assert_eq!(read("+12025550199", CAME_AT).calls.len(), 2);
    assert_eq!(read("+12025550123", CAME_AT + 30).calls.len(), 2);
}
