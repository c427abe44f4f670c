//! What exports do that a small example does not show: newer copies, untold fields, names of people, packed files.

use std::io::Write as _;
use std::path::PathBuf;

use ringback_tickets::{ReadTickets, TicketSettings, TicketSystem};

fn settings() -> TicketSettings {
    TicketSettings::default()
        .zone("UTC".parse().unwrap())
        .own_domain("example.com")
        .agents(|id| format!("agent-{}", id.len()))
        .pseudonyms(|name| {
            format!("customer-{name:?}").chars().filter(char::is_ascii_digit).collect()
        })
}

fn read_bytes(system: TicketSystem, files: &[(&str, &[u8])]) -> ReadTickets {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files.iter().map(|it| folder.path().join(it.0)).collect();
    for (path, (_, bytes)) in paths.iter().zip(files) {
        std::fs::write(path, bytes).unwrap();
    }
    system.read(&paths, settings(), None).unwrap()
}

fn read(system: TicketSystem, texts: &[&str]) -> ReadTickets {
    let names: Vec<String> = (0..texts.len()).map(|it| it.to_string()).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().zip(texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let read = read_bytes(system, &files);
    let it = read.entries;
    let sum = it.used + it.passed_over + it.duplicates + read.events.rejected.len();
    assert_eq!(it.read, sum, "entries add up");
    read
}

/// Each event's activity, state kind, group and assignee, by case.
fn told(read: &ReadTickets) -> Vec<String> {
    let log = &read.events.log;
    let mut lines = Vec::new();
    for case in 0..log.cases() {
        for event in log.case_events(case) {
            let cell = |name: &str| log.column(name).and_then(|it| it.text(event)).unwrap_or("-");
            let activity = log.activities().get(log.activity()[event]).unwrap();
            let name = log.case_name(case).unwrap();
            let name = name.split_once(':').unwrap().1;
            let (kind, group) = (cell("state_kind"), cell("org:group"));
            lines.push(format!("{name} {activity} | {kind} | {group} | {}", cell("org:resource")));
        }
    }
    lines
}

fn of_case<'a>(read: &'a ReadTickets, column: &str) -> Option<&'a str> {
    read.events.log.case_column(column).and_then(|it| it.text(0))
}

fn problems(read: &ReadTickets) -> Vec<String> {
    read.warnings.iter().map(|it| it.problem.clone()).collect()
}

const SERVICENOW: TicketSystem = TicketSystem::ServiceNow;

#[test]
fn an_assignee_who_is_known_by_a_name_is_a_pseudonym_in_log_and_warnings() {
    let incident =
        "sys_id,number,state,opened_at,assigned_to\na,INC1,2,2026-03-02 08:00:00,Beth Miller\n";
    let audit = "sys_id,tablename,documentkey,fieldname,oldvalue,newvalue,sys_created_on\n1,incident,a,assigned_to,Ann Li,Bob Stone,2026-03-02 09:00:00\n2,incident,a,assigned_to,Cy Young,Dan,2026-03-02 09:30:00\n";
    let read = read(SERVICENOW, &[incident, audit]);
    assert!(read.warnings.iter().any(|it| it.problem.contains("lacks an entry")));
    let all = format!("{:?} {:?}", told(&read), problems(&read));
    for name in ["Beth", "Miller", "Ann", "Bob", "Cy", "Dan"] {
        assert!(!all.contains(name), "{name} in {all}");
    }
    assert_eq!(told(&read)[1], "INC1 reassigned | - | - | agent-9");
}

#[test]
fn without_pseudonyms_assignees_are_numbered_whatever_the_order_of_files() {
    let one =
        "CaseId,Field,CreatedDate,OldValue,NewValue\n500A,Owner,2026-03-02T08:00:00Z,,Zoe Hill\n";
    let two =
        "CaseId,Field,CreatedDate,OldValue,NewValue\n500B,Owner,2026-03-02T08:00:00Z,,Abe Hill\n";
    let numbered = |texts: [&str; 2]| {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join("1"), folder.path().join("2")];
        for (path, text) in paths.iter().zip(texts) {
            std::fs::write(path, text).unwrap();
        }
        let read = TicketSystem::Salesforce.read(&paths, TicketSettings::default(), None).unwrap();
        let mut lines = told(&read);
        lines.sort();
        lines
    };
    let lines = ["500A assigned | - | - | person 2", "500B assigned | - | - | person 1"];
    assert_eq!(numbered([one, two]), lines);
    assert_eq!(numbered([two, one]), lines);
}

#[test]
fn of_a_ticket_in_two_exports_the_later_one_holds_in_either_order() {
    let monday = "number,state,opened_at,resolved_at,sys_updated_on,priority\nINC1,2,2026-03-02 08:00:00,,2026-03-02 09:00:00,3\n";
    let tuesday = "number,state,opened_at,resolved_at,sys_updated_on,priority\nINC1,6,2026-03-02 08:00:00,2026-03-03 07:00:00,2026-03-03 07:00:00,1\n";
    for texts in [[monday, tuesday], [tuesday, monday]] {
        let read = read(SERVICENOW, &texts);
        assert_eq!(told(&read), ["INC1 created | - | - | -", "INC1 Resolved | resolved | - | -"]);
        assert_eq!(of_case(&read, "priority"), Some("1"));
        assert_eq!((read.entries.used, read.entries.duplicates), (1, 1));
    }
}

#[test]
fn a_hubspot_ticket_that_is_read_again_brings_its_newer_history() {
    let page = |updated: &str, history: &str| {
        format!(
            "{{\"results\":[{{\"id\":\"7\",\"updatedAt\":\"{updated}\",\"properties\":{{\"createdate\":\"2026-03-02T08:00:00Z\"}},\"propertiesWithHistory\":{{\"hs_pipeline_stage\":[{history}]}}}}]}}"
        )
    };
    let old = "{\"value\":\"1\",\"timestamp\":\"2026-03-02T08:00:00Z\"}";
    let new = format!("{{\"value\":\"4\",\"timestamp\":\"2026-03-03T08:00:00Z\"}},{old}");
    let (monday, tuesday) = (page("2026-03-02T08:00:00Z", old), page("2026-03-03T08:00:00Z", &new));
    for texts in [[&*monday, &*tuesday], [&*tuesday, &*monday]] {
        let read = read(TicketSystem::HubSpot, &texts);
        assert_eq!(told(&read), ["7 New | new | - | -", "7 Closed | closed | - | -"]);
        assert_eq!((read.entries.used, read.entries.duplicates), (3, 2));
    }
}

#[test]
fn a_state_that_no_history_tells_of_is_not_held_to_be_the_first() {
    let case = "Id,CaseNumber,Status,IsClosed,CreatedDate,ClosedDate,OwnerId\n500A,1,Closed,true,2026-03-02T08:00:00Z,2026-03-04T08:00:00Z,005000000000001\n500B,2,Working,false,2026-03-02T08:00:00Z,,005000000000001\n";
    let history = "CaseId,Field,CreatedDate,OldValue,NewValue\n500A,created,2026-03-02T08:00:00Z,,\n500A,Owner,2026-03-02T09:00:00Z,00G000000000001,005000000000001\n500B,created,2026-03-02T08:00:00Z,,\n";
    let read = read(TicketSystem::Salesforce, &[case, history]);
    assert_eq!(
        told(&read),
        [
            "1 created | - | 00G000000000001 | -",
            "1 assigned | - | 00G000000000001 | agent-15",
            "1 Closed | closed | 00G000000000001 | agent-15",
            "2 created | - | - | -",
        ]
    );
    let said = problems(&read);
    assert!(!said.iter().any(|it| it.contains("lacks an entry")), "{said:?}");
}

#[test]
fn a_breach_counts_when_the_agreement_names_the_ticket_by_its_number() {
    let incident = "sys_id,number,state,opened_at,made_sla\na,INC1,2,2026-03-02 08:00:00,true\n";
    let sla = "task,has_breached,planned_end_time\nINC1,true,2026-03-02 10:00:00\n";
    for texts in [[incident, sla], [sla, incident]] {
        let read = read(SERVICENOW, &texts);
        assert_eq!(of_case(&read, "made_sla"), Some("false"));
        assert_eq!(told(&read).len(), 2);
    }
}

#[test]
fn why_a_ticket_is_on_hold_is_its_state() {
    let incident = "sys_id,number,state,hold_reason,opened_at\na,INC1,3,4,2026-03-02 08:00:00\n";
    // Unsorted, and the reason before the state of its second.
    let audit = "sys_id,documentkey,fieldname,oldvalue,newvalue,sys_created_on\n\
        9,a,state,2,3,2026-03-02 12:00:00\n8,a,hold_reason,,4,2026-03-02 12:00:00\n\
        2,a,hold_reason,,1,2026-03-02 09:00:00\n1,a,state,1,2,2026-03-02 08:30:00\n3,a,state,2,3,2026-03-02 09:00:00\n\
        4,a,hold_reason,1,5,2026-03-02 10:00:00\n\
        5,a,state,3,2,2026-03-02 11:00:00\n6,a,hold_reason,5,,2026-03-02 11:00:00\n";
    let read = read(SERVICENOW, &[incident, audit]);
    assert_eq!(
        told(&read),
        [
            "INC1 New | new | - | -",
            "INC1 In Progress | working | - | -",
            "INC1 Awaiting Caller | waiting for customer | - | -",
            "INC1 Awaiting Change | waiting for others | - | -",
            "INC1 In Progress | working | - | -",
            "INC1 Awaiting Vendor | waiting for others | - | -",
        ]
    );
    assert_eq!(read.entries.used, 9);
    let said = problems(&read);
    assert!(!said.iter().any(|it| it.contains("lacks an entry")), "{said:?}");
}

#[test]
fn references_of_which_only_the_label_is_given_are_read() {
    let text = "{\"result\":[{\"sys_id\":\"a\",\"number\":\"INC1\",\"opened_at\":\"2026-03-02 08:00:00\",\"state\":\"On Hold\",\"hold_reason\":\"Awaiting Caller\",\"caller_id\":{\"display_value\":\"Beth Miller\",\"link\":\"https://x.example.com/api/now/table/sys_user/c77\"}}]}";
    let read = read(SERVICENOW, &[text]);
    assert_eq!(of_case(&read, "customer"), Some("77"));
}

#[test]
fn activities_that_do_not_say_which_way_they_went_are_kept_and_other_tables_are_not() {
    let cases = "{\"value\":[{\"incidentid\":\"i\",\"ticketnumber\":\"CAS-1\",\"createdon\":\"2026-03-02T08:00:00Z\",\"statuscode\":5}]}";
    let activities = "{\"value\":[\
        {\"activityid\":\"1\",\"activitytypecode\":\"email\",\"_regardingobjectid_value\":\"i\",\"createdon\":\"2026-03-02T09:00:00Z\",\"statecode\":1},\
        {\"activityid\":\"2\",\"activitytypecode\":\"phonecall\",\"_regardingobjectid_value\":\"i\",\"createdon\":\"2026-03-02T10:00:00Z\",\"statecode\":1},\
        {\"activityid\":\"3\",\"activitytypecode\":\"task\",\"_regardingobjectid_value\":\"x\",\"_regardingobjectid_value@Microsoft.Dynamics.CRM.lookuplogicalname\":\"account\",\"createdon\":\"2026-03-02T10:00:00Z\",\"statecode\":1}]}";
    let data = |from: &str, to: &str| {
        format!(
            "{{\\\"changedAttributes\\\":[{{\\\"logicalName\\\":\\\"statuscode\\\",\\\"oldValue\\\":{from},\\\"newValue\\\":{to}}}]}}"
        )
    };
    let audits = format!(
        "{{\"value\":[\
        {{\"auditid\":\"1\",\"action\":1,\"objecttypecode\":\"incident\",\"_objectid_value\":\"i\",\"createdon\":\"2026-03-02T08:00:00Z\",\"changedata\":\"{}\"}},\
        {{\"auditid\":\"2\",\"action\":2,\"objecttypecode\":\"incident\",\"_objectid_value\":\"i\",\"createdon\":\"2026-03-02T11:00:00Z\",\"changedata\":\"{}\"}},\
        {{\"auditid\":\"3\",\"action\":2,\"objecttypecode\":\"contact\",\"_objectid_value\":\"c\",\"createdon\":\"2026-03-02T11:00:00Z\",\"changedata\":\"{}\"}}]}}",
        data("null", "\\\"1\\\""),
        data("\\\"1\\\"", "\\\"5\\\""),
        data("\\\"1\\\"", "\\\"2\\\""),
    );
    let read = read(TicketSystem::Dynamics, &[cases, activities, &audits]);
    assert_eq!(
        told(&read),
        [
            "CAS-1 In Progress | working | - | -",
            "CAS-1 public comment | working | - | -",
            "CAS-1 call | working | - | -",
            "CAS-1 Problem Solved | resolved | - | -",
        ]
    );
    assert_eq!(read.entries.passed_over, 2);
}

#[test]
fn a_status_that_was_renamed_is_one_and_needs_no_entry_between() {
    let issue = "{\"id\":\"1\",\"key\":\"A-1\",\"fields\":{\"created\":\"2026-03-02T08:00:00Z\",\"updated\":\"2026-03-05T08:00:00Z\",\"status\":{\"id\":\"10\",\"name\":\"On ice\",\"statusCategory\":{\"key\":\"indeterminate\"}}},\"changelog\":{\"histories\":[{\"id\":\"5\",\"created\":\"2026-03-02T09:00:00Z\",\"items\":[{\"field\":\"status\",\"from\":\"1\",\"fromString\":\"Open\",\"to\":\"10\",\"toString\":\"Parked\"}]}]}}";
    let read = read(TicketSystem::Jira, &[issue]);
    assert_eq!(told(&read), ["A-1 Open | new | - | -", "A-1 On ice | working | - | -"]);
    assert!(!problems(&read).iter().any(|it| it.contains("lacks")), "{:?}", problems(&read));
}

#[test]
fn bulk_change_logs_may_count_seconds_or_milliseconds() {
    let bulk = |stamp: &str| {
        format!(
            "{{\"issueChangeLogs\":[{{\"issueId\":\"1\",\"changeHistories\":[{{\"id\":\"5\",\"created\":{stamp},\"items\":[{{\"field\":\"status\",\"fromString\":\"Open\",\"toString\":\"Done\"}}]}}]}}]}}"
        )
    };
    for stamp in ["1772442000", "1772442000000", "\"2026-03-02T09:00:00.000+0000\""] {
        let read = read(TicketSystem::Jira, &[&bulk(stamp)]);
        assert_eq!(read.events.log.at_micros(), [1_772_442_000_000_000], "{stamp}");
    }
}

#[test]
fn packed_files_archives_and_other_encodings_are_read_as_they_are() {
    let text = "number,opened_at,category\nINC1,2026-03-02 08:00:00,Büro\n";
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for method in [zip::CompressionMethod::Deflated, zip::CompressionMethod::Stored] {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(format!("in/{method}.csv"), options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    let latin: Vec<u8> = text.chars().map(|it| u8::try_from(u32::from(it)).unwrap()).collect();
    for (what, bytes) in [
        ("gzip", gz),
        ("zip", zip.clone()),
        ("UTF-16, little end first", wide(u16::to_le_bytes)),
        ("UTF-16, big end first", wide(u16::to_be_bytes)),
        ("Windows-1252", latin),
    ] {
        let read = read_bytes(SERVICENOW, &[("export.csv", &bytes)]);
        assert_eq!(told(&read), ["INC1 created | - | - | -"], "{what}");
        assert_eq!(of_case(&read, "category"), Some("Büro"), "{what}");
    }
    let cut = &zip[..zip.len() - 30];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    std::fs::write(&path, cut).unwrap();
    let error = SERVICENOW.read(&[path], settings(), None).unwrap_err().to_string();
    assert!(error.contains("export.zip: "), "{error}");
}

#[test]
fn a_packed_file_that_is_cut_is_an_error_with_its_name() {
    for (system, text) in [
        (SERVICENOW, "number,opened_at\nINC1,2026-03-02 08:00:00\n"),
        (
            TicketSystem::Zendesk,
            "{\"tickets\":[{\"id\":1,\"requester_id\":2,\"created_at\":\"2026-03-02T08:00:00Z\"}]}",
        ),
        (
            TicketSystem::Mail,
            "Date: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: k@example.org\nTo: desk@example.com\n\n",
        ),
    ] {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(text.as_bytes()).unwrap();
        let gz = gz.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.gz");
        for len in 0..gz.len() {
            std::fs::write(&path, &gz[..len]).unwrap();
            let error = system.read(std::slice::from_ref(&path), settings(), None).unwrap_err();
            assert!(error.to_string().contains("export.gz"), "{error}");
        }
    }
}

#[test]
fn digits_that_fit_the_pattern_are_no_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    for (stamp, pattern) in [("2026030208", "%Y%m%d%H"), ("20260302", "%Y%m%d")] {
        std::fs::write(&path, format!("number,opened_at\nINC1,{stamp}\n")).unwrap();
        let settings = settings().stamp_pattern(pattern);
        // Such a pattern may be one that chrono reads no time of day by: then it is refused.
        if let Ok(read) = SERVICENOW.read(std::slice::from_ref(&path), settings, None) {
            assert_eq!(read.events.log.at(0).unwrap().date_naive().to_string(), "2026-03-02");
        }
    }
}

#[test]
fn an_entry_of_an_archive_that_is_damaged_is_an_error() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("a.csv", options).unwrap();
    zip.write_all(b"number,opened_at\nINC1,2026-03-02 08:00:00\n").unwrap();
    let mut zip = zip.finish().unwrap().into_inner();
    let at = zip.windows(4).position(|it| it == b"INC1").unwrap();
    zip[at + 3] = b'2';
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    std::fs::write(&path, &zip).unwrap();
    let error = SERVICENOW.read(&[path], settings(), None).unwrap_err().to_string();
    assert!(error.contains("export.zip!a.csv") && error.contains("checksum"), "{error}");
}

#[test]
fn what_is_wrong_is_said_without_what_somebody_wrote() {
    let fails = |system: TicketSystem, text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export");
        std::fs::write(&path, text).unwrap();
        system.read(&[path], settings(), None).unwrap_err().to_string()
    };
    for error in [
        fails(TicketSystem::Zendesk, "\"Beth Miller\""),
        fails(TicketSystem::Zendesk, "{\"tickets\":\"Beth Miller\"}"),
        fails(TicketSystem::Dynamics, "[[\"Beth Miller\"]]"),
        fails(TicketSystem::Mail, "Date: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: Beth Miller\n\n"),
        fails(SERVICENOW, "beth@example.org,2026-03-02,x\n"),
    ] {
        assert!(!error.contains("Miller") && !error.contains("beth@"), "{error}");
    }
}

#[test]
fn a_column_of_names_that_was_taken_for_stamps_is_not_shown() {
    let text = "number,opened_at\nINC1,2026-03-02 08:00:00\nINC2,Beth Miller\nINC3,Kim\nINC4,2 March 2026\n";
    let read = read(SERVICENOW, &[text]);
    let reasons: Vec<&str> = read.events.rejected.iter().map(|it| it.reason.as_str()).collect();
    let values: Vec<&str> = reasons.iter().filter_map(|it| it.split(", expected").next()).collect();
    assert_eq!(values, ["\"•••• ••••••\"", "\"•••\"", "\"2 ••••• 2026\""]);
}

#[test]
fn changes_of_one_second_follow_each_other_whatever_the_order_of_the_export() {
    let changes = [
        "500A,Status,2026-03-02T08:00:00Z,New,Working",
        "500A,Status,2026-03-02T09:00:00Z,Working,On Hold",
        "500A,Status,2026-03-02T09:00:00Z,On Hold,Escalated",
        "500A,Status,2026-03-02T09:00:00Z,Escalated,Working",
        "500A,Status,2026-03-02T10:00:00Z,Working,Closed",
    ];
    let export = |rows: &[&str]| {
        format!("CaseId,Field,CreatedDate,OldValue,NewValue\n{}\n", rows.join("\n"))
    };
    let earliest_first = export(&changes);
    let mut latest_first = changes;
    latest_first.reverse();
    let latest_first = export(&latest_first);
    for text in [earliest_first, latest_first] {
        let read = read(TicketSystem::Salesforce, &[&text]);
        let states: Vec<String> =
            told(&read).iter().filter_map(|it| Some(it.split_once(" | ")?.0.to_owned())).collect();
        assert_eq!(
            states,
            ["500A Working", "500A On Hold", "500A Escalated", "500A Working", "500A Closed"]
        );
        assert!(!problems(&read).iter().any(|it| it.contains("lacks")), "{:?}", problems(&read));
    }
}

#[test]
fn a_published_comment_may_be_the_customers_and_other_mails_are_no_cases() {
    let comments = "Id,ParentId,CreatedDate,IsPublished\n1,500A,2026-03-02T08:00:00Z,true\n";
    let mails = "Id,ParentId,MessageDate,Incoming,Status\n2,500A,2026-03-02T09:00:00Z,false,3\n3,500A,2026-03-02T09:01:00Z,false,5\n4,,2026-03-02T09:02:00Z,true,1\n";
    let read = read(TicketSystem::Salesforce, &[comments, mails]);
    assert_eq!(told(&read), ["500A public comment | - | - | -", "500A we reply | - | - | -"]);
    assert_eq!(read.entries.passed_over, 2);
}

#[test]
fn the_customer_of_a_mail_is_whom_it_is_to_before_who_has_a_copy() {
    let mail = "Date: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: desk@example.com\nTo: zoe7@x.example.org\nCc: abe3@x.example.org\n\n";
    assert_eq!(of_case(&read(TicketSystem::Mail, &[mail]), "customer"), Some("7"));
}

#[track_caller]
fn is_instant(date: &str) {
    let mail = format!("Date: {date}\nFrom: kim@example.org\nTo: desk@example.com\n\n");
    let read = read(TicketSystem::Mail, &[&mail]);
    assert_eq!(read.events.log.at_micros(), [1_772_442_000_000_000], "{date}");
}

#[test]
fn dates_of_mails_are_read_in_the_ways_in_which_they_are_written() {
    for date in [
        "Mon, 2 Mar 2026 09:00:00 +0000",
        "2 Mar 2026 09:00 +0000",
        "Tue, 2 Mar 2026 09:00:00 +0000",
        "Mon, 02 Mar 2026 10:00:00 +0100 (CET)",
        "Mon, 02 Mar 2026 10:00:00 +0100 (a (b) c)",
        "Mon, 2 Mar (March) 2026 09:00:00 GMT",
        "Mon, 2 Mar 2026 09:00:00 UT",
        "Mon, 2 Mar 2026 09:00:00 UTC",
        "Mon, 2 Mar 2026 09:00:00 Z",
        "Mon, 2 Mar 2026 04:00:00 EST",
        "Mon, 2 Mar 26 09:00:00 +0000",
        "Mon,  2 Mar 2026\n 09:00:00 -0000",
        "mon, 2 mar 2026 09:00:00 +0000",
    ] {
        is_instant(date);
    }
}

#[test]
fn a_sender_behind_a_comment_or_a_quotation_that_does_not_end_is_found() {
    for from in [
        "Kim :( <kim@example.org>",
        "\"Kim <kim@example.org>",
        "=?utf-8?q?K=2C_K?= <kim@example.org>",
    ] {
        let mail =
            format!("Date: Mon, 2 Mar 2026 08:00:00 +0000\nFrom: {from}\nTo: desk@example.com\n\n");
        assert_eq!(told(&read(TicketSystem::Mail, &[&mail])).len(), 1, "{from}");
    }
}

#[test]
fn messages_that_name_each_other_in_a_ring_are_one_thread() {
    let mail = |id: &str, other: &str| {
        format!(
            "Message-ID: <{id}@x>\r\nReferences: <{other}@x> <{id}@x>\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nFrom: k@example.org\r\nTo: desk@example.com\r\n\r\n"
        )
    };
    let (a, b) = (mail("a", "b"), mail("b", "a"));
    let read = read(TicketSystem::Mail, &[&a, &b]);
    assert_eq!((read.events.log.cases(), read.events.log.events()), (1, 2));
}
