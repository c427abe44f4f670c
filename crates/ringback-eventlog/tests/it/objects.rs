//! Object-centric logs.

use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use ringback_eventlog::{
    Error, EventLogBuilder, Object, ObjectEvent, ObjectLog, ObjectReader, ReadObjects, Relation,
    ValueKind,
};

const JSON: &str = r#"{
  "eventTypes": [{"name": "call", "attributes": []}],
  "objectTypes": [{"name": "ticket", "attributes": []}],
  "events": [
    {"id": "e1", "type": "call", "time": "2026-05-04T09:00:00Z", "attributes": [{"name": "secs", "value": 30}],
     "relationships": [{"objectId": "t1", "qualifier": "about"}, {"objectId": "c1", "qualifier": "by"}]},
    {"id": "e2", "type": "call", "time": "2026-05-04T10:00:00Z",
     "relationships": [{"objectId": "t1", "qualifier": "about"}, {"objectId": "t2", "qualifier": "about"}, {"objectId": "c2", "qualifier": "by"}]},
    {"id": "e3", "type": "note", "time": "2026-05-04T11:00:00Z"},
    {"id": "e4", "type": "note", "time": "noon"}
  ],
  "objects": [
    {"id": "t1", "type": "ticket", "attributes": [
      {"name": "state", "time": "2026-05-04T12:00:00Z", "value": "closed"},
      {"name": "state", "time": "2026-05-04T09:00:00Z", "value": "open"}]},
    {"id": "t2", "type": "ticket"}, {"id": "c1", "type": "customer"}, {"id": "c2", "type": "customer"}
  ]
}"#;

const XML: &str = r#"<?xml version="1.0"?><log>
  <object-types><object-type name="ticket"><attributes><attribute name="state" type="string"/></attributes></object-type></object-types>
  <objects>
    <object id="t1" type="ticket"><attributes>
      <attribute name="state" time="2026-05-04T12:00:00Z">closed</attribute>
      <attribute name="state" time="2026-05-04T09:00:00Z">open &amp; new</attribute></attributes></object>
    <object id="t2" type="ticket"/><object id="c1" type="customer"/><object id="c2" type="customer"/>
  </objects>
  <events>
    <event id="e1" type="call" time="2026-05-04T09:00:00Z"><attributes><attribute name="secs">30</attribute></attributes>
      <objects><relationship object-id="t1" relationship="about"/><relationship object-id="c1" qualifier="by"/></objects></event>
    <event id="e2" type="call" time="2026-05-04T10:00:00Z"><objects>
      <relationship object-id="t1" qualifier="about"/><relationship object-id="t2" qualifier="about"/><relationship object-id="c2" qualifier="by"/></objects></event>
    <event id="e3" type="note" time="2026-05-04T11:00:00Z"/>
    <event id="e4" type="note" time="noon"/>
  </events></log>"#;

fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    (folder, path)
}

fn read(name: &str, text: &str) -> Result<ReadObjects, Error> {
    let (_folder, path) = file(name, text);
    ObjectLog::read(&path, None)
}

#[test]
fn json_and_xml_tell_the_same() {
    let json = read("log.json", JSON).unwrap();
    let xml = read("log.xml", XML).unwrap();
    assert_eq!(json.log, xml.log);
    assert_eq!((json.log.events.len(), json.rejected.len(), xml.rejected.len()), (3, 1, 1));
    assert_eq!(json.log.objects[0].attributes["state"], "closed");
    assert_eq!(json.log.kinds().into_iter().collect::<Vec<_>>(), [("customer", 2), ("ticket", 2)]);
}

#[test]
fn flattening_counts_what_it_repeats_and_leaves_out() {
    let flat = read("log.json", JSON).unwrap().log.flatten("ticket");
    assert_eq!((flat.log.cases(), flat.log.events()), (2, 3));
    assert_eq!((flat.without_object, flat.repeated, flat.apart), (1, 1, 1));
    assert_eq!(flat.log.case_column("state").unwrap().text(0), Some("closed"));
    let of_customers = read("log.json", JSON).unwrap().log.flatten("customer");
    assert_eq!((of_customers.log.cases(), of_customers.repeated, of_customers.apart), (2, 0, 0));
    assert_eq!(read("log.json", JSON).unwrap().log.flatten("device").without_object, 3);
}

#[test]
fn what_is_written_reads_the_same() {
    let first = read("log.json", JSON).unwrap().log;
    let mut written = Vec::new();
    first.write_json(&mut written).unwrap();
    let second = read("again.json", std::str::from_utf8(&written).unwrap()).unwrap().log;
    assert_eq!(first, second);
    let mut written = Vec::new();
    first.write_xml(&mut written).unwrap();
    let third = read("again.xml", std::str::from_utf8(&written).unwrap()).unwrap().log;
    assert_eq!(first, third);
}

#[test]
fn a_broken_file_is_an_error_with_its_line() {
    let cut = read("log.json", &JSON[..400]).unwrap_err();
    assert!(matches!(cut, Error::Format { line: 6 | 7, .. }), "{cut}");
    let cut = read("log.xml", &XML[..900]).unwrap_err();
    assert!(cut.to_string().contains("the file ends"), "{cut}");
    let none = read("log.json", r#"{"events": []}"#).unwrap_err();
    assert!(matches!(none, Error::Empty { .. }), "{none}");
    assert!(ObjectLog::read(Path::new("nowhere.json"), None).is_err());
}

fn read_text(text: &str) -> Result<ReadObjects, Error> {
    ObjectReader::default().read_from(text.as_bytes(), Path::new("log"))
}

#[test]
fn events_and_objects_that_cannot_be_used_are_told_of_and_the_others_are_read() {
    let json = r#"{"objects": [{"id": "o"}, {"type": "k"}, {"id": "o", "type": "k"}], "events": [
        {"type": "t", "time": "2026-05-04T09:00:00Z"}, {"id": "a", "time": "2026-05-04T09:00:00Z"},
        {"id": "b", "type": "t"}, {"id": "c", "type": "t", "time": "2026-05-04T09:00:00"},
        {"id": "d", "type": "t", "time": "2026-05-04T09:00:00Z"}]}"#;
    let xml = "<log><objects><object id=\"o\"/><object type=\"k\"/><object id=\"o\" type=\"k\"/></objects><events>
        <event type=\"t\" time=\"2026-05-04T09:00:00Z\"/>\n<event id=\"a\" time=\"2026-05-04T09:00:00Z\"/>
        <event id=\"b\" type=\"t\"/>\n<event id=\"c\" type=\"t\" time=\"2026-05-04T09:00:00\"/>
        <event id=\"d\" type=\"t\" time=\"2026-05-04T09:00:00Z\"/></events></log>";
    for (text, places) in [(json, [1, 2, 3, 4]), (xml, [2, 3, 4, 5])] {
        let read = read_text(text).unwrap();
        assert_eq!((read.log.events.len(), read.events_read(), read.objects_left_out), (1, 5, 2));
        let told: Vec<_> = read.rejected.iter().map(|it| (it.line, it.field.as_str())).collect();
        assert_eq!(
            told,
            places.into_iter().zip(["id", "type", "time", "time"]).collect::<Vec<_>>()
        );
        assert_eq!(
            read.rejected[3].reason,
            "\"2026-05-04T09:00:00\", expected an offset, or the zone to be told"
        );
        let zone = "Europe/Copenhagen".parse().unwrap();
        let read = ObjectReader::default().zone(zone).read_from(text.as_bytes(), Path::new("log"));
        assert_eq!(read.unwrap().log.events.len(), 2);
    }
}

#[test]
fn other_files_are_refused_with_what_was_expected() {
    let told = |text: &str| read_text(text).unwrap_err().to_string();
    assert_eq!(told(r#"{"ocel:events": {"e1": {}}}"#), "log, line 1: OCEL 1.0, expected OCEL 2.0");
    assert_eq!(told(r#"{"nodes": []}"#), "log, line 1: no \"events\", expected OCEL 2.0");
    assert_eq!(told("<html/>"), "log, line 1: no <log>, expected OCEL 2.0");
    assert_eq!(told(r#"{"events": []}"#), "log: no events that can be used");
    let none = told(r#"{"events": [{"id": "a", "type": "t", "time": "noon"}]}"#);
    assert!(
        none.starts_with(
            "log: no events that can be used; the first of 1: event 1, time: \"noon\""
        ),
        "{none}"
    );
    assert!(told("case,activity\n1,2\n").contains("line 1"));
    let deep = "[".repeat(200_000);
    let deep = format!("{{\"events\": [{{\"attributes\": [{{\"name\": \"a\", \"value\": {deep}");
    assert!(told(&deep).contains("recursion limit exceeded"), "{}", told(&deep));
    let bomb = "<!DOCTYPE log [<!ENTITY a \"aaaa\">]><log><events><event id=\"&a;\" type=\"t\"/></events></log>";
    assert!(told(bomb).contains("entity &a;, expected &amp;"));
}

#[test]
fn values_in_sections_and_beside_comments_are_whole() {
    let text = "<log><events><event id=\"e\" type=\"t\" time=\"2026-05-04T09:00:00Z\"><attributes>\
        <attribute name=\"a\"> x<!-- no -->&lt;<![CDATA[<&y>]]>z </attribute></attributes></event></events></log>";
    assert_eq!(read_text(text).unwrap().log.events[0].attributes["a"], "x<<&y>z");
}

#[test]
fn a_log_of_cases_becomes_one_of_objects_and_back() {
    let mut builder = EventLogBuilder::default();
    let [agent, note] = ["org:resource", "note"].map(|it| builder.column(it, ValueKind::Text));
    let queue = builder.case_column("queue", ValueKind::Text);
    for (case, of, start) in
        [("c1", "R1", 0), ("c2", "R1", 1), ("c1", "c2", 2), ("agent:c2", "", 3)]
    {
        let number = builder.case(case);
        builder.set_case(number, queue, "sales");
        builder.event(number, "talk", (start + 5) * 1_000_000);
        builder.started_at(start * 1_000_000);
        builder.set(note, "short");
        if !of.is_empty() {
            builder.set(agent, of);
        }
    }
    let log = builder.build();
    let objects =
        log.to_objects("call", &[("org:resource", "agent"), ("nothing", "device")]).unwrap();
    let names: Vec<_> =
        objects.objects.iter().map(|it| (it.id.as_str(), it.kind.as_str())).collect();
    let expected = [
        ("c1", "call"),
        ("c2", "call"),
        ("agent:c2", "call"),
        ("agent:R1", "agent"),
        ("agent:agent:c2", "agent"),
    ];
    assert_eq!(names, expected);
    assert_eq!(objects.events[0].attributes["start_timestamp"], "1970-01-01T00:00:00Z");
    assert_eq!(objects.events[0].attributes.get("org:resource"), None);
    let back = objects.flatten("call");
    assert_eq!((back.without_object, back.repeated), (0, 0));
    assert_eq!(back.log.at_micros(), log.at_micros());
    assert_eq!(back.log.case_column("queue").unwrap().text(2), Some("sales"));
    assert_eq!(back.log.column("note").unwrap().text(3), Some("short"));
    assert_eq!(objects.flatten("agent").log.case_events(0).len(), 2);
    assert_eq!(objects.flatten("agent").without_object, 1);
}

/// A text as XML carries it: without white space around it.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['&', '<', '>', '"', 'ß', 'a', '\\', ']']), 1..6)
        .prop_map(|it| it.into_iter().collect())
}

prop_compose! {
    fn event()(
        id in text(), activity in text(), at in -2_000_000_000_000_i64..2_000_000_000_000_000,
        attributes in prop::collection::btree_map(text(), text(), 0..4),
        objects in prop::collection::vec((text(), text()), 0..4),
    ) -> ObjectEvent {
        let relation = |(object, qualifier)| Relation { object, qualifier };
        let objects = objects.into_iter().map(relation).collect();
        ObjectEvent { id, activity, at_micros: at, attributes, objects }
    }
}

prop_compose! {
    fn object()(
        id in text(), kind in text(),
        attributes in prop::collection::btree_map(text(), text(), 0..4),
        objects in prop::collection::vec((text(), text()), 0..3),
    ) -> Object {
        let relation = |(object, qualifier)| Relation { object, qualifier };
        Object { id, kind, attributes, objects: objects.into_iter().map(relation).collect() }
    }
}

proptest! {
    #[test]
    fn any_log_reads_as_it_was_written(
        events in prop::collection::vec(event(), 1..8),
        objects in prop::collection::vec(object(), 0..8),
    ) {
        let log = ObjectLog { events, objects };
        let mut json = Vec::new();
        log.write_json(&mut json).unwrap();
        prop_assert_eq!(&read_text(std::str::from_utf8(&json).unwrap()).unwrap().log, &log);
        let mut xml = Vec::new();
        log.write_xml(&mut xml).unwrap();
        prop_assert_eq!(&read_text(std::str::from_utf8(&xml).unwrap()).unwrap().log, &log);
    }
}
