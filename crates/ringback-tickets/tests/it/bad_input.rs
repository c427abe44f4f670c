//! What is wrong with an export is said, with its place.

use std::path::PathBuf;

use ringback_tickets::{Error, ReadTickets, TicketMapping, TicketSettings, TicketSystem};

struct Files {
    folder: tempfile::TempDir,
    paths: Vec<PathBuf>,
}

fn files(texts: &[&str]) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        paths.push(folder.path().join(format!("{number}")));
        std::fs::write(&paths[number], text).unwrap();
    }
    Files { folder, paths }
}

fn read(system: TicketSystem, texts: &[&str]) -> Result<ReadTickets, Error> {
    let files = files(texts);
    let settings = TicketSettings::default().own_domain("example.com");
    let read = system.read(&files.paths, settings, None);
    drop(files.folder);
    read
}

#[track_caller]
fn fails(system: TicketSystem, texts: &[&str], expected: &str) {
    let error = read(system, texts).unwrap_err().to_string();
    assert!(error.contains(expected), "{error:?}, expected {expected:?}");
}

#[test]
fn a_missing_column_is_named_with_the_header() {
    fails(
        TicketSystem::ServiceNow,
        &["number,state\nINC1,1\n"],
        "no column opened_at; the header has number, state",
    );
    fails(TicketSystem::Salesforce, &["CaseId,Field,CreatedDate\n"], "no column oldvalue");
    fails(TicketSystem::Dynamics, &["incidentid,title\n1,x\n"], "no column createdon");
}

#[test]
fn json_that_ends_too_early_is_an_error_with_its_line() {
    let text = "{\"tickets\":[\n{\"id\":1,\n\"created_at\":\"2026-0";
    fails(TicketSystem::Zendesk, &[text], "line 3: the file ends within a value");
    fails(TicketSystem::Jira, &["{\"issues\":[{]}"], "line 1: ");
}

#[test]
fn an_empty_file_is_an_error() {
    for system in TicketSystem::ALL.into_iter().filter(|it| *it != TicketSystem::Mapped) {
        fails(system, &[" \n"], "the file is empty");
    }
}

#[test]
fn a_stamp_without_an_offset_needs_the_zone() {
    let text = "number,opened_at\nINC1,2026-03-02 08:00:00\n";
    fails(
        TicketSystem::ServiceNow,
        &[text],
        "line 2, opened_at: \"2026-03-02 08:00:00\", expected an offset, or the zone to be given",
    );
}

#[test]
fn a_reading_that_spring_skips_is_rejected_and_autumn_follows_the_rule() {
    let text = "number,opened_at\nA,2026-03-29 02:30:00\nB,2026-10-25 02:30:00\n";
    let files = files(&[text]);
    let settings = TicketSettings::default()
        .zone("Europe/Berlin".parse().unwrap())
        .fold(ringback_eventlog::Fold::Later);
    let read = TicketSystem::ServiceNow.read(&files.paths, settings, None).unwrap();
    assert_eq!(read.events.rejected[0].line, 2);
    assert!(read.events.rejected[0].reason.contains("does not exist in Europe/Berlin"));
    assert_eq!(read.events.log.at(0).unwrap().to_rfc3339(), "2026-10-25T01:30:00+00:00");
}

#[test]
fn a_history_with_a_hole_is_warned_of() {
    let tickets = "{\"tickets\":[{\"id\":1,\"created_at\":\"2026-03-02T08:00:00Z\",\"status\":\"closed\",\"requester_id\":9}]}";
    let audits = "{\"audits\":[{\"id\":5,\"ticket_id\":1,\"created_at\":\"2026-03-02T09:00:00Z\",\"events\":[{\"type\":\"Change\",\"field_name\":\"status\",\"previous_value\":\"open\",\"value\":\"pending\"}]}],\"meta\":{\"has_more\":true}}";
    let read = read(TicketSystem::Zendesk, &[tickets, audits]).unwrap();
    let said: Vec<&str> = read.warnings.iter().map(|it| it.problem.as_str()).collect();
    assert_eq!(
        said,
        [
            "its history lacks an entry: the state is \"pending\" where \"closed\" is said to have been",
            "every page of audits names a further one: the last is not here",
        ]
    );
    assert_eq!(read.warnings[0].ticket.as_deref(), Some("1"));
}

#[test]
fn a_state_without_a_meaning_is_warned_of() {
    let text = "{\"id\":\"1\",\"key\":\"A-1\",\"fields\":{\"created\":\"2026-03-02T08:00:00Z\"},\"changelog\":{\"histories\":[{\"id\":\"1\",\"created\":\"2026-03-02T09:00:00Z\",\"items\":[{\"field\":\"status\",\"fromString\":\"Open\",\"toString\":\"Parked\"}]}]}}";
    let read = read(TicketSystem::Jira, &[text]).unwrap();
    let said: Vec<&str> = read.warnings.iter().map(|it| it.problem.as_str()).collect();
    assert_eq!(
        said,
        ["state \"Parked\" has no meaning (times entered: 1): give it one in the settings"]
    );
}

#[test]
fn mail_needs_an_own_domain_and_a_mapping_its_tables() {
    let none = TicketSystem::Mail.read(&[], TicketSettings::default(), None).unwrap_err();
    assert_eq!(
        none.to_string(),
        "no own domain, expected the mail domain of one's own, such as example.com"
    );
    let none = TicketMapping::from_toml("source = \"x\"\n", "m.toml".as_ref()).unwrap_err();
    assert_eq!(none.to_string(), "m.toml: no [[table]], expected one for each table");
    let text = "source = \"x\"\n[[table]]\nrows = \"tickets\"\ncase = [\"a\"]\ntime = { columns = [\"b\"] }\nactivity = \"c\"\n";
    let wrong = TicketMapping::from_toml(text, "m.toml".as_ref()).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "m.toml: table 1: activity, expected only with rows = \"events\""
    );
    let text = "source = \"x\"\nzones = \"UTC\"\n";
    let wrong = TicketMapping::from_toml(text, "m.toml".as_ref()).unwrap_err().to_string();
    assert!(wrong.contains("line 2") && wrong.contains("zones"), "{wrong}");
}
