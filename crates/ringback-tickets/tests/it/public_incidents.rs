//! The public incidents of a `ServiceNow` system against their published counts.

use std::path::PathBuf;
use std::process::Command;

use ringback_tickets::{ServiceNow, TicketSettings, count_tickets};

/// The export, unpacked into a folder that goes away; without it the tests are passed over, and say so.
fn export() -> Option<(tempfile::TempDir, PathBuf)> {
    let shared = std::env::var_os("RINGBACK_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let packed = shared.join("data/event_logs/uci_servicenow_incidents.zip");
    if !packed.is_file() {
        println!("skipped: {} is not here", packed.display());
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("unzip").arg("-q").arg(&packed).arg("-d").arg(folder.path()).status();
    if !unpacked.is_ok_and(|it| it.success()) {
        println!("skipped: no unzip to unpack {}", packed.display());
        return None;
    }
    let path = folder.path().join("incident_event_log.csv");
    Some((folder, path))
}

/// Source: UCI Machine Learning Repository, data set 498: 141,712 events of 24,918 incidents.
#[test]
fn the_public_incidents_have_their_published_cases_and_events() {
    let Some((_folder, path)) = export() else { return };
    let settings =
        TicketSettings::default().zone("UTC".parse().unwrap()).stamp_pattern("%d/%m/%Y %H:%M");
    let read = ServiceNow::new(settings).read(&[path]).unwrap();
    assert!(read.events.rejected.is_empty(), "{:?}", read.events.rejected.first());
    let log = &read.events.log;
    assert_eq!((log.cases(), log.events()), (24_918, 141_712));
    assert_eq!(read.entries.read, 141_712);
    assert_eq!(read.entries.used, 141_712);

    // The minute is all that the export has, so neighbors tie; nothing is out of order.
    assert_eq!((log.order().ties, log.order().out_of_order), (14_118, 0));
    // The one state without a meaning is the export's -100.
    let said: Vec<&str> = read.warnings.iter().map(|it| it.problem.as_str()).collect();
    assert_eq!(
        said,
        ["state \"-100\" has no meaning (times entered: 2): give it one in the settings"]
    );

    // What is counted as reopened is what the system's own counter says, but for one incident.
    let said = |case: usize| -> usize {
        log.case_column("reopen_count").unwrap().text(case).unwrap().parse().unwrap()
    };
    let counters = count_tickets(log);
    let same = counters.iter().enumerate().filter(|(case, it)| it.reopens == said(*case)).count();
    assert_eq!(same, 24_917);
}
