//! Small made-up exports against the events that they tell of.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ringback_eventlog::EventLog;
use ringback_tickets::{
    CustomerBy, CustomerName, Jira, ReadTickets, StateKind, TicketMapping, TicketSettings,
    TicketSystem, count_tickets,
};

pub(crate) fn folder(system: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/golden/tickets").join(system)
}

/// Pseudonyms that show what they are of, with nothing of it but its kind and length.
pub(crate) fn settings() -> TicketSettings {
    TicketSettings::default()
        .zone("UTC".parse().unwrap())
        .own_domain("example.com")
        .mailbox("desk@example.com", "Desk")
        .level("Desk", "1")
        .level("Service Desk", "1")
        .level("Network 2nd", "2")
        .pseudonyms(|name| match name {
            CustomerName::Id(text) => format!("id-{}", text.len()),
            CustomerName::Mail(text) => format!("mail-{}", text.len()),
            CustomerName::Phone(text) => format!("phone-{}", text.len()),
        })
}

fn cells(log: &EventLog, event: usize) -> String {
    let columns = log.columns().iter();
    let filled = columns.filter_map(|it| Some(format!("{}={}", it.name(), it.text(event)?)));
    filled.collect::<Vec<_>>().join(" ")
}

/// All that was read, as lines.
pub(crate) fn rendered(read: &ReadTickets) -> String {
    let log = &read.events.log;
    let mut text = String::new();
    for case in 0..log.cases() {
        let of_case = log.case_columns().iter();
        let of_case = of_case.filter_map(|it| Some(format!("{}={}", it.name(), it.text(case)?)));
        let of_case = of_case.collect::<Vec<_>>().join(" ");
        writeln!(text, "case {} {of_case}", log.case_name(case).unwrap()).unwrap();
        for event in log.case_events(case) {
            let activity = log.activities().get(log.activity()[event]).unwrap();
            let at = log.at(event).unwrap().to_rfc3339();
            writeln!(text, "  {at} [{activity}] {}", cells(log, event)).unwrap();
        }
    }
    writeln!(text, "{:?}", read.entries).unwrap();
    for it in &read.events.rejected {
        // A rejected entry's file is told without its folder, which differs from machine to machine.
        let (reason, path) = it.reason.rsplit_once("; in ").unwrap();
        let file = Path::new(path).file_name().unwrap().to_string_lossy();
        writeln!(text, "rejected: {file}, line {}, {}: {reason}", it.line, it.field).unwrap();
    }
    for it in &read.warnings {
        let file = it.path.as_ref().map(|it| it.file_name().unwrap().to_string_lossy());
        let of = it.ticket.as_deref().unwrap_or("-");
        writeln!(text, "warning: {} {of}: {}", file.as_deref().unwrap_or("-"), it.problem).unwrap();
    }
    text
}

#[track_caller]
fn check(system: &str, read: &ReadTickets) {
    let entries = read.entries;
    let sum = entries.used + entries.passed_over + entries.duplicates + read.events.rejected.len();
    assert_eq!(entries.read, sum, "entries add up");
    assert_eq!(read.events.events_read, read.events.log.events() + read.events.rejected.len());
    let path = folder(system).join("expected.txt");
    let found = rendered(read);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap(), "{system}");
}

/// The files of a system's folder that are exports.
pub(crate) fn exports(system: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(system)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it != "txt" && it != "toml"));
    paths.sort();
    paths
}

fn read(system: TicketSystem, name: &str) -> ReadTickets {
    system.read(&exports(name), settings(), None).unwrap()
}

#[test]
fn incidents_audit_and_agreements_make_one_history() {
    let settings = settings().customer_by(CustomerBy::Mail);
    let read = TicketSystem::ServiceNow.read(&exports("servicenow"), settings, None).unwrap();
    check("servicenow", &read);
}

#[test]
fn rows_of_updates_are_one_event_each() {
    let settings = settings().stamp_pattern("%d/%m/%Y %H:%M");
    let paths = exports("servicenow-updates");
    let read = TicketSystem::ServiceNow.read(&paths, settings, None).unwrap();
    check("servicenow-updates", &read);
    let counted = count_tickets(&read.events.log)[0];
    // Resolver 9, 4, 5; Group 56, 70; reopened once.
    assert_eq!((counted.assignee_stations, counted.group_stations, counted.reopens), (3, 2, 1));
}

#[test]
fn issues_and_their_change_logs_come_together_and_a_lacking_page_is_named() {
    let read = Jira::new(settings()).group_field("Team").read(&exports("jira")).unwrap();
    check("jira", &read);
    let of_issue = read.warnings.iter().filter(|it| it.ticket.as_deref() == Some("SUP-2"));
    let said: Vec<&str> = of_issue.map(|it| it.problem.as_str()).collect();
    assert_eq!(
        said,
        ["its change log has 3 entries, of which 2 were read: the pages of its change log lack"]
    );
}

#[test]
fn audits_and_tickets_make_one_history() {
    check("zendesk", &read(TicketSystem::Zendesk, "zendesk"));
}

#[test]
fn stations_and_returns_are_those_that_the_ticket_metrics_say() {
    let read = read(TicketSystem::Zendesk, "zendesk");
    let log = &read.events.log;
    let counters = count_tickets(log);
    assert_eq!(counters.len(), 2);
    for (case, counted) in counters.iter().enumerate() {
        let said = |name: &str| -> usize {
            log.case_column(name).unwrap().text(case).unwrap().parse().unwrap()
        };
        assert_eq!(counted.group_stations, said("group_stations"));
        assert_eq!(counted.assignee_stations, said("assignee_stations"));
        assert_eq!(counted.reopens, said("reopens"));
    }
}

#[test]
fn cases_activities_and_audit_make_one_history() {
    check("dynamics", &read(TicketSystem::Dynamics, "dynamics"));
}

#[test]
fn owners_by_id_count_and_names_beside_them_do_not() {
    check("salesforce", &read(TicketSystem::Salesforce, "salesforce"));
}

#[test]
fn histories_of_properties_are_read_from_the_oldest() {
    check("hubspot", &read(TicketSystem::HubSpot, "hubspot"));
}

#[test]
fn messages_that_name_each_other_are_one_thread() {
    check("mail", &read(TicketSystem::Mail, "mail"));
}

#[test]
fn change_documents_are_read_by_a_mapping() {
    let path = folder("sap").join("mapping.toml");
    let mapping =
        TicketMapping::from_toml(&std::fs::read_to_string(&path).unwrap(), &path).unwrap();
    let pseudonyms = TicketSettings::default().pseudonyms(|_| "c".to_owned());
    let read = TicketSystem::Mapped.read(&exports("sap"), pseudonyms, Some(mapping)).unwrap();
    check("sap", &read);
}

#[test]
fn no_reader_keeps_an_address_a_number_or_what_was_written() {
    for (system, name) in [
        (TicketSystem::ServiceNow, "servicenow"),
        (TicketSystem::Jira, "jira"),
        (TicketSystem::Zendesk, "zendesk"),
        (TicketSystem::Salesforce, "salesforce"),
        (TicketSystem::Mail, "mail"),
    ] {
        for settings in [
            settings(),
            TicketSettings::default().zone("UTC".parse().unwrap()).own_domain("example.com"),
        ] {
            let text = rendered(&system.read(&exports(name), settings, None).unwrap());
            for secret in ["kim", "lee@", "555", "kept out", "one@"] {
                assert!(!text.contains(secret), "{name}: {secret:?} in\n{text}");
            }
        }
    }
}

#[test]
fn a_state_gets_its_meaning_from_the_settings() {
    let settings = settings().state("-100", StateKind::OnHold).stamp_pattern("%d/%m/%Y %H:%M");
    let paths = exports("servicenow-updates");
    let read = TicketSystem::ServiceNow.read(&paths, settings, None).unwrap();
    assert!(!read.warnings.iter().any(|it| it.problem.contains("-100")), "{:?}", read.warnings);
}
