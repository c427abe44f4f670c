//! Tables of events.

use std::io::{Read, Write};
use std::path::Path;

use proptest::prelude::*;
use ringback_eventlog::{DecimalSign, Error, TableReader, ValueKind};

const PATH: &str = "log.csv";

#[test]
fn columns_go_by_their_usual_names_whatever_separates_them() {
    let rows = [
        "case:concept:name,concept:name,time:timestamp,org:resource,case:channel",
        "1,open,2011-10-11 13:42:22.688000+02:00,anna,web",
        "1,close,2011-10-11 14:42:22.688000+02:00,,web",
    ];
    for separator in [",", ";", "\t"] {
        let text = rows.join("\n").replace(',', separator);
        let log = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap().log;
        assert_eq!((log.cases(), log.events()), (1, 2));
        assert_eq!(log.at_micros()[1] - log.at_micros()[0], 3_600_000_000);
        assert_eq!(log.column("org:resource").unwrap().text(0), Some("anna"));
        assert_eq!(log.column("org:resource").unwrap().text(1), None);
        assert_eq!(log.case_column("channel").unwrap().text(0), Some("web"));
        assert_eq!(log.start_micros(), None);
    }
}

#[test]
fn told_columns_patterns_and_zones_are_used() {
    let text =
        "\u{feff}number,state,when\nINC1,New,29/02/2016 01:16\nINC1,Closed,01/03/2016 01:16\n";
    let log = TableReader::default()
        .activity("state")
        .time("when")
        .stamp_pattern("%d/%m/%Y %H:%M")
        .zone("Europe/Copenhagen".parse().unwrap())
        .read_from(text.as_bytes(), Path::new(PATH))
        .unwrap()
        .log;
    assert_eq!(log.at(0).unwrap().to_rfc3339(), "2016-02-29T00:16:00+00:00");
    assert_eq!(log.at_micros()[1] - log.at_micros()[0], 86_400_000_000);
}

#[test]
fn rows_that_cannot_be_used_say_why() {
    let text = "case_id,Activity,start_time,end_time\n\
        1,A,2022-05-02T10:00:00Z,2022-05-02T10:30:00Z\n\
        ,A,2022-05-02T10:00:00Z,2022-05-02T10:30:00Z\n\
        1,,2022-05-02T10:00:00Z,2022-05-02T10:30:00Z\n\
        1,A,2022-05-02T10:00:00,2022-05-02T10:30:00Z\n\
        1,A,2022-05-02T10:40:00Z,2022-05-02T10:30:00Z\n\
        1,A,2022-05-02T10:40:00Z\n";
    let read = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap();
    assert_eq!((read.log.events(), read.events_read), (1, 6));
    let told: Vec<String> =
        read.rejected.iter().map(|it| format!("{}|{}|{}", it.line, it.field, it.reason)).collect();
    let expected = [
        "3|case_id|missing",
        "4|Activity|missing",
        "5|start_time|\"2022-05-02T10:00:00\", expected an offset, or the zone to be told",
        "6|end_time|ends 600 s before it starts",
        "7||3 fields, expected 4",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_header_without_a_needed_column_is_an_error_that_names_both() {
    let text = "id,Activity,end_time\n1,A,2022-05-02T10:00:00Z\n";
    let error = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("log.csv, line 1: no column of the case, expected one of"), "{text}");
    assert!(text.ends_with("the header has id, Activity, end_time"), "{text}");
    let empty = TableReader::default().read_from(&b""[..], Path::new(PATH));
    assert!(matches!(empty, Err(Error::Format { .. })), "{empty:?}");
    let none = "case_id,Activity,end_time\n1,A,soon\n";
    let none = TableReader::default().read_from(none.as_bytes(), Path::new(PATH)).unwrap_err();
    assert!(none.to_string().contains("the first of 1: line 2, end_time: \"soon\""), "{none}");
}

#[track_caller]
fn check_header(header: &str, row: &str) {
    let text = format!("{header}\n{row}\n");
    let read = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap();
    let log = read.log;
    assert_eq!((log.events(), log.case_name(0)), (1, Some("1")), "{header}");
    assert_eq!(log.activities().get(0), Some("talk"), "{header}");
    assert_eq!(log.at(0).unwrap().to_rfc3339(), "2026-05-04T09:30:00+00:00", "{header}");
    assert_eq!(log.column("org:resource").unwrap().text(0), Some("R1"), "{header}");
}

#[test]
fn the_columns_of_disco_simod_bupar_and_pm4py_are_known() {
    let (start, end) = ("2026-05-04T09:00:00Z", "2026-05-04T09:30:00Z");
    check_header(
        "Case ID,Activity,Resource,Start Timestamp,Complete Timestamp,Variant,Variant index",
        &format!("1,talk,R1,{start},{end},Variant 2,2"),
    );
    check_header(
        "case_id,activity,start_time,end_time,resource",
        &format!("1,talk,{start},{end},R1"),
    );
    check_header(
        "case_id;Activity;Resource;enable_time;start_time;end_time",
        &format!("1;talk;R1;{start};{start};{end}"),
    );
    check_header(
        "case_id,activity_id,activity_instance_id,lifecycle_id,timestamp,resource_id",
        &format!("1,talk,7,complete,{end},R1"),
    );
    check_header(
        "concept:name,org:resource,start_timestamp,time:timestamp,case:concept:name,Activity",
        &format!("talk,R1,{start},{end},1,other"),
    );
    check_header("CASE ID|ACTIVITY|END-TIME|RESOURCE", &format!("1|talk|{end}|R1"));
}

#[test]
fn steps_and_instances_of_a_table_pair_to_activities() {
    let text = "case_id,activity_id,activity_instance_id,lifecycle_id,timestamp\n\
        1,talk,7,START,2026-05-04T09:00:00Z\n\
        1,talk,8,START,2026-05-04T09:10:00Z\n\
        1,talk,8,COMPLETE,2026-05-04T09:20:00Z\n\
        1,talk,7,COMPLETE,2026-05-04T09:50:00Z\n";
    let log = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap().log;
    let instances = log.activity_instances().unwrap().log;
    let minutes: Vec<i64> = instances
        .start_micros()
        .unwrap()
        .iter()
        .zip(instances.at_micros())
        .map(|(start, end)| (end - start) / 60_000_000)
        .collect();
    assert_eq!(minutes, [10, 50]);
}

#[test]
fn unsorted_rows_are_sorted_and_counted_and_a_missing_resource_is_no_value() {
    let text = "case,activity,time,resource\n\
        1,b,2026-05-04T10:00:00Z,\n2,x,2026-05-04T07:00:00Z,R2\n1,a,2026-05-04T09:00:00Z,R1\n1,c,2026-05-04T10:00:00Z,R1\n";
    let log = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap().log;
    let names: Vec<_> =
        log.activity().iter().map(|it| log.activities().get(*it).unwrap()).collect();
    assert_eq!(names, ["a", "b", "c", "x"]);
    assert_eq!((log.order().out_of_order, log.order().ties, log.order().pairs), (1, 1, 2));
    let resource = log.column("org:resource").unwrap();
    assert_eq!((resource.text(0), resource.text(1)), (Some("R1"), None));
}

#[test]
fn numbers_are_told_from_names_and_decimal_commas_are_read_where_they_are_told() {
    let text = "case;activity;time;cost;share;tries;code;sure;org:role\n\
        1;a;2026-05-04T09:00:00Z;12,5;1.5;3;007;TRUE;1\n\
        1;b;2026-05-04T09:00:00Z;-7;2;-1;12;false;2\n\
        1;c;2026-05-04T09:00:00Z;;;;;;\n";
    let read =
        |reader: TableReader| reader.read_from(text.as_bytes(), Path::new(PATH)).unwrap().log;
    let told = |log: &ringback_eventlog::EventLog, name: &str| {
        let column = log.column(name).unwrap();
        (column.kind(), column.text(0).unwrap().to_owned())
    };
    let log = read(TableReader::default());
    assert_eq!(told(&log, "cost"), (ValueKind::Text, "12,5".to_owned()));
    assert_eq!(told(&log, "share"), (ValueKind::Float, "1.5".to_owned()));
    assert_eq!(told(&log, "tries"), (ValueKind::Int, "3".to_owned()));
    assert_eq!(told(&log, "code"), (ValueKind::Text, "007".to_owned()));
    assert_eq!(told(&log, "sure"), (ValueKind::Boolean, "true".to_owned()));
    assert_eq!(told(&log, "org:role"), (ValueKind::Text, "1".to_owned()));
    assert_eq!(log.column("tries").unwrap().text(2), None);
    let log = read(TableReader::default().decimal(DecimalSign::Comma));
    assert_eq!(told(&log, "cost"), (ValueKind::Float, "12.5".to_owned()));
    assert_eq!(told(&log, "share"), (ValueKind::Text, "1.5".to_owned()));
    assert_eq!(log.column("cost").unwrap().text(1), Some("-7"));
}

#[test]
fn blanks_around_a_value_are_part_of_it_and_a_blank_value_is_none() {
    let text = "case;activity;time;cost;note\n\
        1;call ; 2026-05-04T09:00:00Z ; 7 ;  \n\
        1;call;2026-05-04T09:00:01Z;12; x\n\
        1;  ;2026-05-04T09:00:02Z;12;x\n";
    let read = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap();
    let activities: Vec<&str> = read.log.activities().iter().collect();
    assert_eq!(activities, ["call ", "call"]);
    let (cost, note) = (read.log.column("cost").unwrap(), read.log.column("note").unwrap());
    assert_eq!((cost.kind(), cost.text(0)), (ValueKind::Int, Some("7")));
    assert_eq!((note.text(0), note.text(1)), (None, Some(" x")));
    assert_eq!((read.rejected.len(), read.rejected[0].field.as_str()), (1, "activity"));
}

#[test]
fn a_name_that_comes_twice_and_one_that_lacks_are_told_apart() {
    let text = ",case,activity,time,note,note,resource,org:resource\n\
        0,1,a,2026-05-04T09:00:00Z,x,y,R1,R2\n";
    let read =
        |reader: TableReader| reader.read_from(text.as_bytes(), Path::new(PATH)).unwrap().log;
    let log = read(TableReader::default());
    let told: Vec<_> = log.columns().iter().map(|it| (it.name(), it.text(0).unwrap())).collect();
    let expected = [
        ("column 1", "0"),
        ("note", "x"),
        ("note (2)", "y"),
        ("resource", "R1"),
        ("org:resource", "R2"),
    ];
    assert_eq!(told, expected);
    let log = read(TableReader::default().resource("resource"));
    assert_eq!(log.column("org:resource").unwrap().text(0), Some("R1"));
    assert_eq!(log.column("org:resource (2)").unwrap().text(0), Some("R2"));
}

#[test]
fn a_told_column_that_lacks_is_an_error_even_where_it_may_lack() {
    let text = "case,activity,time\n1,a,2026-05-04T09:00:00Z\n";
    let error = TableReader::default()
        .start("began")
        .read_from(text.as_bytes(), Path::new(PATH))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "log.csv, line 1: no column of the start, expected \"began\"; the header has case, activity, time"
    );
}

#[test]
fn a_quote_that_is_not_closed_is_told_with_its_lines_and_takes_no_more_memory_than_a_row_may() {
    let head = "case,activity,time\n1,a,2026-05-04T09:00:00Z\n1,\"b,2026-05-04T09:00:00Z\n";
    let rows = "1,c,2026-05-04T09:00:00Z\n".repeat(10);
    let text = format!("{head}{rows}");
    let read = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap();
    assert_eq!((read.log.events(), read.rejected.len(), read.rejected[0].line), (1, 1, 3));
    assert_eq!(
        read.rejected[0].reason,
        "2 fields, expected 3; it runs to line 13: is a quote not closed?"
    );
    let endless = head.as_bytes().chain(std::io::repeat(b'x'));
    let error = TableReader::default().read_from(endless, Path::new(PATH)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "log.csv, line 3: a row of more than 16777216 bytes; is a quote not closed?"
    );
}

#[test]
fn other_encodings_are_told_of() {
    let utf16: Vec<u8> =
        "\u{feff}case,activity".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = TableReader::default().read_from(&utf16[..], Path::new(PATH)).unwrap_err();
    assert_eq!(error.to_string(), "log.csv, line 1: UTF-16, expected UTF-8");
    let latin = b"case,activity,time\n1,a,2026-05-04T09:00:00Z\n1,gr\xf6n,2026-05-04T09:00:00Z\n";
    let read = TableReader::default().read_from(&latin[..], Path::new(PATH)).unwrap();
    assert_eq!(
        (read.rejected[0].field.as_str(), read.rejected[0].reason.as_str()),
        ("activity", "not UTF-8")
    );
}

#[test]
fn a_packed_table_is_read_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv.gz");
    let file = std::fs::File::create(&path).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(b"case,activity,time\n1,a,2026-05-04T09:00:00Z\n").unwrap();
    packed.finish().unwrap();
    assert_eq!(TableReader::default().read(&path).unwrap().log.events(), 1);
    // Cut off in its packing, it is an error and not a shorter log.
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 12]).unwrap();
    assert!(matches!(TableReader::default().read(&path), Err(Error::Io { .. })));
    assert!(matches!(TableReader::default().read(Path::new("nowhere.csv")), Err(Error::Io { .. })));
}

proptest! {
    #[test]
    fn rows_read_are_rows_used_and_rows_rejected(kinds in prop::collection::vec(0..6_usize, 0..40)) {
        let row = |kind: &usize| match kind {
            0 => "1,a,2026-05-04T09:00:00Z,x",
            1 => ",a,2026-05-04T09:00:00Z,x",
            2 => "1,,2026-05-04T09:00:00Z,x",
            3 => "1,a,,x",
            4 => "1,a,2026-05-04T09:00:00Z",
            _ => "1,a,noon,x",
        };
        let kinds: Vec<usize> = std::iter::once(0).chain(kinds).collect();
        let rows: Vec<&str> = kinds.iter().map(row).collect();
        let text = format!("case,activity,time,note\n{}\n", rows.join("\n"));
        let read = TableReader::default().read_from(text.as_bytes(), Path::new(PATH)).unwrap();
        prop_assert_eq!(read.events_read, kinds.len());
        prop_assert_eq!(read.log.events(), kinds.iter().filter(|it| **it == 0).count());
        let lines = (2..).zip(&kinds).filter(|it| *it.1 != 0).map(|it| it.0);
        prop_assert!(read.rejected.iter().map(|it| it.line).eq(lines));
    }
}
