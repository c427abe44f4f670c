//! XES as it is found in the wild, and as it should not be.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;
use ringback_eventlog::{Error, EventLog, EventLogBuilder, ReadEvents, ValueKind, XesReader};

fn read(text: &str) -> Result<ReadEvents, Error> {
    XesReader::default().read_from(text.as_bytes(), Path::new("log.xes"))
}

fn whole(traces: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n{traces}\n</log>\n")
}

fn event(attributes: &str) -> String {
    format!("<event>{attributes}</event>")
}

const PLAIN: &str = "<trace><string key=\"concept:name\" value=\"T-1\"/>\n\
    <event><string key=\"concept:name\" value=\"open\"/><date key=\"time:timestamp\" value=\"2026-05-04T09:00:00.250+02:00\"/></event>\n\
    <event><string key=\"concept:name\" value=\"close\"/><date key=\"time:timestamp\" value=\"2026-05-04T07:00:01Z\"/></event></trace>";

#[test]
fn stamps_with_any_offset_are_instants() {
    let log = read(&whole(PLAIN)).unwrap().log;
    assert_eq!(log.at(0).unwrap().to_rfc3339(), "2026-05-04T07:00:00.250+00:00");
    assert_eq!(log.at(1).unwrap().to_rfc3339(), "2026-05-04T07:00:01+00:00");
}

#[test]
fn quotes_order_entities_nesting_and_comments_change_nothing() {
    let written = "<trace><!-- <event> --><string value='T&amp;1' key='concept:name'/>\
        <event><date value = '2026-05-04T09:00:00.250+0200' key='time:timestamp' />\
        <string key=\"concept:name\" value=\"op&#101;n\"><int key=\"inner\" value=\"7\"/></string>\
        <list key=\"tags\"><string key=\"a\" value=\"b\"/></list></event>\
        <event><string key=\"concept:name\" value=\"cl>ose\"/>\
        <date key=\"time:timestamp\" value=\"2026-05-04T07:00:01.0000009Z\"/></event></trace>";
    let log = read(&whole(written)).unwrap().log;
    assert_eq!(log.case_name(0), Some("T&1"));
    let activities: Vec<_> = log.activities().iter().collect();
    assert_eq!(activities, ["open", "cl>ose"]);
    assert_eq!(log.at_micros()[1] - log.at_micros()[0], 750_000);
    assert!(log.column("inner").is_none());
}

#[test]
fn an_event_that_cannot_be_used_is_told_of_and_the_others_are_read() {
    let good = event(
        "<string key=\"concept:name\" value=\"open\"/><string key=\"org:group\" value=\"desk\"/>\
         <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>",
    );
    let no_zone = event(
        "<string key=\"concept:name\" value=\"open\"/><string key=\"org:group\" value=\"2nd\"/>\
         <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00\"/>",
    );
    let no_name = event("<date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>");
    let no_time = event("<string key=\"concept:name\" value=\"open\"/>");
    let text = whole(&format!("<trace>{no_zone}\n{good}\n{no_name}\n{no_time}\n<event/></trace>"));
    let read = read(&text).unwrap();
    assert_eq!((read.log.events(), read.events_read, read.rejected.len()), (1, 5, 4));
    let told: Vec<_> =
        read.rejected.iter().map(|it| (it.line, it.field.as_str(), it.reason.as_str())).collect();
    assert_eq!(told[0].0, 3);
    assert_eq!(told[0].1, "time:timestamp");
    assert!(told[0].2.contains("2026-05-04T09:00:00") && told[0].2.contains("zone"), "{told:?}");
    assert_eq!(told[1], (5, "concept:name", "missing"));
    assert_eq!(told[2], (6, "time:timestamp", "missing"));
    assert_eq!(told[3], (7, "concept:name", "missing"));
    // What was taken back left no value behind.
    assert_eq!(read.log.column("org:group").unwrap().text(0), Some("desk"));

    let zone = "Europe/Copenhagen".parse().unwrap();
    let read = XesReader::default().zone(zone).read_from(text.as_bytes(), Path::new("log.xes"));
    assert_eq!(read.unwrap().log.events(), 2);
}

#[test]
fn a_file_cut_off_is_an_error_that_names_the_line() {
    let text = whole(PLAIN);
    for cut in [text.len() - 8, text.len() - 20, text.len() - 60, 60] {
        let error = read(&text[..cut]).unwrap_err();
        let Error::Format { line, problem, .. } = error else { panic!("{error}") };
        assert!(problem.contains("ends"), "{problem}");
        assert!((1..=6).contains(&line), "{line}");
    }
}

#[test]
fn other_files_are_refused_with_what_was_expected() {
    for text in ["", "case,activity\n1,2\n", "<html><body/></html>"] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains("expected XES"), "{error}");
    }
    let error = read(&whole("")).unwrap_err().to_string();
    assert_eq!(error, "log.xes: no events that can be used");
}

#[test]
fn entities_of_a_document_type_are_not_expanded() {
    let bomb = "<!DOCTYPE log [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
    let text = format!(
        "{bomb}<log><trace>{}</trace></log>",
        event("<string key=\"concept:name\" value=\"&b;\"/>")
    );
    let error = read(&text).unwrap_err().to_string();
    assert!(error.contains("entity &b;, expected &amp;"), "{error}");
}

#[test]
fn a_huge_attribute_is_refused_before_it_fills_the_memory() {
    struct Endless(u64);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            buffer.fill(b'x');
            let head = b"<log><trace><string key=\"";
            if self.0 == 0 {
                buffer[..head.len()].copy_from_slice(head);
            }
            self.0 += buffer.len() as u64;
            assert!(self.0 < 200 << 20, "read {} bytes without an error", self.0);
            Ok(buffer.len())
        }
    }
    let error = XesReader::default().read_from(Endless(0), Path::new("log.xes")).unwrap_err();
    assert!(error.to_string().contains("more than 16777216 bytes"), "{error}");
}

#[test]
fn what_is_written_reads_the_same() {
    let nasty = "<trace><string key=\"concept:name\" value=\"a &lt;b&gt; &quot;c&quot;\"/><int key=\"tries\" value=\"3\"/>\
        <event><string key=\"concept:name\" value=\"x&#10;y\"/><boolean key=\"ok\" value=\"true\"/>\
        <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00.123456+02:00\"/></event></trace>";
    let first = read(&whole(&format!("{PLAIN}{nasty}"))).unwrap().log;
    let mut written = Vec::new();
    first.write_xes(&mut written).unwrap();
    let second = read(std::str::from_utf8(&written).unwrap()).unwrap().log;
    assert_eq!(first, second);
    assert_eq!(second.column("ok").unwrap().kind(), ValueKind::Boolean);
    assert_eq!(second.case_column("tries").unwrap().text(1), Some("3"));
}

#[test]
fn an_event_that_is_taken_back_leaves_no_activity_no_case_and_no_value_behind() {
    let bad = event(
        "<string key=\"concept:name\" value=\"ghost\"/><string key=\"org:group\" value=\"nobody\"/>\
         <date key=\"time:timestamp\" value=\"never\"/>",
    );
    let named = |name: &str, events: &str| {
        format!("<trace><string key=\"concept:name\" value=\"{name}\"/>{events}</trace>")
    };
    let good = event(
        "<string key=\"concept:name\" value=\"open\"/><string key=\"org:group\" value=\"desk\"/>\
         <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>",
    );
    let traces = [
        named("T-1", &bad),
        named("T-2", &format!("{bad}{good}{bad}{good}")),
        named("T-3", &bad),
        named("T-4", &good),
    ];
    let text =
        traces.concat().replace("<trace><string", "<trace><int key=\"tries\" value=\"3\"/><string");
    let read = read(&whole(&text)).unwrap();
    let log = &read.log;
    assert_eq!((log.cases(), log.events(), read.rejected.len()), (2, 3, 4));
    assert_eq!((log.case_name(0), log.case_name(1)), (Some("T-2"), Some("T-4")));
    assert_eq!(log.case_starts(), [0, 2, 3]);
    assert_eq!(log.activities().iter().collect::<Vec<_>>(), ["open"]);
    assert_eq!(log.activity(), [0, 0, 0]);
    let group = log.column("org:group").unwrap();
    assert_eq!(group.texts().iter().collect::<Vec<_>>(), ["desk"]);
    assert_eq!((group.text(2), group.filled()), (Some("desk"), 3));
    assert_eq!(log.case_column("tries").unwrap().text(1), Some("3"));
    assert!(
        read.rejected
            .iter()
            .all(|it| it.reason == "\"never\", expected a stamp such as 2026-05-04T14:30:00+02:00")
    );
}

#[test]
fn an_event_outside_a_trace_is_told_of() {
    let lone = event("<string key=\"concept:name\" value=\"open\"/>");
    let read = read(&whole(&format!("{lone}<event/>{PLAIN}"))).unwrap();
    assert_eq!((read.log.events(), read.events_read), (2, 4));
    assert_eq!(read.rejected[0].reason, "an event outside a trace, expected it in its case");
    assert_eq!((read.rejected[0].field.as_str(), read.rejected[0].line), ("trace", 3));
}

#[test]
fn a_missing_resource_is_no_value_and_upper_case_and_statuses_are_kept_as_written() {
    let of = |step: &str, resource: &str| {
        event(&format!(
            "<string key=\"concept:name\" value=\"a\"/>{resource}\
             <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>\
             <string key=\"lifecycle:transition\" value=\"{step}\"/>"
        ))
    };
    let someone = "<string key=\"org:resource\" value=\"R1\"/>";
    let events = [of("COMPLETE", someone), of("Wait - User", ""), of("complete", someone)];
    let log = read(&whole(&format!("<trace>{}</trace>", events.concat()))).unwrap().log;
    let texts = |name: &str| {
        let column = log.column(name).unwrap();
        (0..3).map(|it| column.text(it)).collect::<Vec<_>>()
    };
    assert_eq!(texts("org:resource"), [Some("R1"), None, Some("R1")]);
    assert_eq!(
        texts("lifecycle:transition"),
        [Some("COMPLETE"), Some("Wait - User"), Some("complete")]
    );
}

#[test]
fn a_key_of_two_kinds_is_a_text_and_whole_numbers_among_others_are_numbers() {
    let of = |attributes: &str| {
        event(&format!(
            "<string key=\"concept:name\" value=\"a\"/>{attributes}\
             <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>"
        ))
    };
    let events = of(
        "<int key=\"x\" value=\"1\"/><int key=\"y\" value=\"1\"/><int key=\"z\" value=\"some\"/>",
    ) + &of("<string key=\"x\" value=\"one\"/><float key=\"y\" value=\"1.5\"/>");
    let log = read(&whole(&format!("<trace>{events}</trace>"))).unwrap().log;
    let kind = |log: &EventLog, name: &str| log.column(name).unwrap().kind();
    assert_eq!(kind(&log, "x"), ValueKind::Text);
    assert_eq!(kind(&log, "y"), ValueKind::Float);
    // What the source calls a number and is none is not written as one.
    let mut written = Vec::new();
    log.write_xes(&mut written).unwrap();
    let again = read(std::str::from_utf8(&written).unwrap()).unwrap().log;
    assert_eq!(kind(&again, "z"), ValueKind::Text);
    assert_eq!(again.column("z").unwrap().text(0), Some("some"));
}

#[test]
fn a_trace_has_its_name_wherever_it_stands() {
    let at = "<string key=\"concept:name\" value=\"open\"/>\
        <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>";
    let (event, named) = (event(at), "<string key=\"concept:name\" value=\"T-7\"/>");
    let first = format!("<trace>{named}{event}</trace>");
    let last = format!("<trace>{event}{named}</trace>");
    let none = format!("<trace>{event}{event}</trace>");
    let read = read(&whole(&format!("{last}<trace/>{none}{first}"))).unwrap();
    let names: Vec<_> = (0..read.log.cases()).filter_map(|it| read.log.case_name(it)).collect();
    assert_eq!(names, ["T-7", "trace 2"]);
    assert_eq!(read.log.case_starts(), [0, 2, 4]);
}

#[test]
fn line_ends_and_tabs_in_a_value_are_blanks_unless_written_as_numbers() {
    let named = |name: &str| {
        event(&format!(
            "<string key=\"concept:name\" value=\"{name}\"/>\
             <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>"
        ))
    };
    let names = ["call back", "call\nback", "call\r\nback", "call\tback", "call&#10;back"];
    let events: String = names.map(named).concat();
    let read = read(&whole(&format!("<trace>{events}</trace>"))).unwrap();
    let activities: Vec<&str> = read.log.activities().iter().collect();
    assert_eq!(activities, ["call back", "call\nback"]);
    assert_eq!(read.log.activity(), [0, 0, 0, 0, 1]);
}

#[test]
fn a_tab_anywhere_in_a_value_of_any_length_is_a_blank() {
    for len in 1..20 {
        for tab in 0..len {
            let name =
                |sign: &str| format!("{}{sign}{}", "é".repeat(tab), "b".repeat(len - tab - 1));
            let events = ["\u{7f}", " ", "\t", "&#9;"].map(|sign| {
                event(&format!(
                    "<string key=\"concept:name\" value=\"{}\"/>\
                     <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>",
                    name(sign)
                ))
            });
            let read = read(&whole(&format!("<trace>{}</trace>", events.concat()))).unwrap();
            let activities: Vec<&str> = read.log.activities().iter().collect();
            assert_eq!(activities, [name("\u{7f}"), name(" "), name("\t")]);
            assert_eq!(read.log.activity(), [0, 1, 1, 2]);
        }
    }
}

#[test]
fn a_comment_that_begins_where_a_piece_of_the_input_ends_is_passed_over_whole() {
    let usual = "<string key=\"concept:name\" value=\"open\"/>\
        <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>";
    let events = event(usual);
    for comment in ["<!-- a > <event/> -->", "<![CDATA[ > <event/> ]]>", "<? > <event/> ?>"] {
        for blanks in 262_000..262_144 {
            // The reader holds 262,144 bytes at first.
            let head = format!("<log><trace>{}", " ".repeat(blanks));
            let text = format!("{head}{comment}{events}</trace></log>");
            let read = read(&text).unwrap();
            assert_eq!(
                (read.log.events(), read.events_read),
                (1, 1),
                "{comment} at {}",
                head.len()
            );
        }
    }
}

#[test]
fn an_attribute_in_single_quotes_is_not_taken_for_the_next_ones() {
    let of = |value: &str| {
        event(&format!(
            "<string key='a' value='{value}'/><e a=\"/>\"/><string key=\"concept:name\" value=\"x\"/>\
             <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>"
        ))
    };
    let text = whole(&format!("<trace>{}{}</trace>", of("1"), of("2")));
    let log = read(&text).unwrap().log;
    let column = log.column("a").unwrap();
    assert_eq!((column.text(0), column.text(1)), (Some("1"), Some("2")));
}

#[test]
fn nesting_a_hundred_thousand_deep_is_passed_over() {
    let depth = 100_000;
    let nested =
        format!("{}{}", "<list key=\"l\"><values>".repeat(depth), "</values></list>".repeat(depth));
    let text = whole(&PLAIN.replace("<event>", &format!("<event>{nested}")));
    assert_eq!(read(&text).unwrap().log.events(), 2);
    let error = read(&text[..text.find("</values>").unwrap()]).unwrap_err().to_string();
    assert!(error.ends_with("the file ends inside an element"), "{error}");
}

#[test]
fn keys_made_of_values_are_refused_and_rare_ones_cost_only_themselves() {
    let log = |keys: usize| {
        let events = (0..keys).map(|key| {
            event(&format!(
                "<string key=\"concept:name\" value=\"a\"/><string key=\"k{key}\" value=\"{key}\"/>\
                 <date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>"
            ))
        });
        read(&whole(&format!("<trace>{}</trace>", events.collect::<String>())))
    };
    // Kept as a table, these were 16,000 times 16,000 cells: a gigabyte.
    let read = log(16_000).unwrap().log;
    let column = read.column("k15999").unwrap();
    assert_eq!(
        (column.text(15_999), column.text(15_998), column.filled()),
        (Some("15999"), None, 1)
    );
    let error = log(17_000).unwrap_err().to_string();
    assert!(error.contains("more than 16384 different attributes"), "{error}");
}

#[test]
fn utf_16_and_latin_1_are_refused_by_name() {
    let text: Vec<u8> = "\u{feff}<log>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = XesReader::default().read_from(&text[..], Path::new("log.xes")).unwrap_err();
    assert_eq!(error.to_string(), "log.xes, line 1: UTF-16, expected UTF-8");
    let mut text = whole(&PLAIN.replace("open", "?pen")).into_bytes();
    let at = text.iter().position(|it| *it == b'?').unwrap();
    let at = text[at + 1..].iter().position(|it| *it == b'?').unwrap() + at + 1;
    let at = text[at + 1..].iter().position(|it| *it == b'?').unwrap() + at + 1;
    text[at] = 0xd6;
    let error = XesReader::default().read_from(&text[..], Path::new("log.xes")).unwrap_err();
    assert_eq!(error.to_string(), "log.xes, line 4: a value that is not UTF-8");
}

#[test]
fn a_large_attribute_that_comes_in_small_pieces_is_read_once_and_not_again_and_again() {
    // A look from the start at every piece of 64 bytes were 8 million times 32 KB.
    let value = "x".repeat(8 << 20);
    let text = whole(&PLAIN.replace("close", &value));
    let read =
        XesReader::default().read_from(Pieces(text.as_bytes(), 64), Path::new("log.xes")).unwrap();
    assert_eq!(read.log.activities().get(1).unwrap().len(), value.len());
}

#[test]
fn starts_are_written_so_that_they_pair_again() {
    let mut builder = EventLogBuilder::default();
    let case = builder.case("T-1");
    let group = builder.column("org:group", ValueKind::Text);
    // The first to start is the last to end: first in, first out would pair them wrongly.
    for (start, end) in [(2, 5), (0, 10), (7, 7)] {
        builder.event(case, "check", end * 1_000_000);
        builder.started_at(start * 1_000_000);
        builder.set(group, "desk");
    }
    let log = builder.build();
    let mut written = Vec::new();
    log.write_xes(&mut written).unwrap();
    let again = read(std::str::from_utf8(&written).unwrap()).unwrap().log;
    let instances = again.activity_instances().unwrap();
    assert_eq!(again.events(), 6);
    assert_eq!((instances.unfinished, instances.instants, instances.others), (0, 0, 0));
    assert_eq!(instances.log.at_micros(), log.at_micros());
    assert_eq!(instances.log.start_micros(), log.start_micros());
    assert_eq!(instances.log.column("org:group").unwrap().text(1), Some("desk"));
}

#[test]
fn an_activity_of_another_attribute_is_written_as_the_activity() {
    let text = whole(&PLAIN.replace(
        "<event>",
        "<event><string key=\"step\" value=\"s1\"/><string key=\"concept:instance\" value=\"7\"/>",
    ));
    let reader = XesReader::default().activity("step");
    let log = reader.read_from(text.as_bytes(), Path::new("log.xes")).unwrap().log;
    assert_eq!(log.column("concept:name").unwrap().text(1), Some("close"));
    let mut written = Vec::new();
    log.write_xes(&mut written).unwrap();
    let again = read(std::str::from_utf8(&written).unwrap()).unwrap().log;
    assert_eq!(again.activities().iter().collect::<Vec<_>>(), ["s1"]);
    assert_eq!(again.column("concept:name (2)").unwrap().text(1), Some("close"));
    assert_eq!(again.column("concept:instance").unwrap().text(1), Some("7"));
}

#[test]
fn a_stamp_that_no_file_can_carry_is_an_error() {
    let mut builder = EventLogBuilder::default();
    let case = builder.case("T-1");
    builder.event(case, "check", i64::MAX);
    let error = builder.build().write_xes(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    assert!(error.to_string().contains("9223372036854775807 microseconds"), "{error}");
}

/// Gives its bytes in pieces of a size.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buffer.len()).min(self.0.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

/// A text that XML can carry, with the signs that are hard.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            Just('&'),
            Just('<'),
            Just('>'),
            Just('"'),
            Just('\''),
            Just('\n'),
            Just('ß'),
            prop::char::range('a', 'f')
        ],
        1..6,
    )
    .prop_map(|it| it.into_iter().collect())
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_and_no_panic(
        cut in 0..900_usize, with in prop::collection::vec(any::<u8>(), 0..12)
    ) {
        let mut text = whole(PLAIN).into_bytes();
        let cut = cut.min(text.len());
        let _ = text.splice(cut..(cut + with.len()).min(text.len()), with);
        let _ = XesReader::default().read_from(&text[..], Path::new("log.xes"));
    }

    #[test]
    fn attributes_that_come_and_go_are_read_as_written(
        events in prop::collection::vec(prop::collection::vec(0..7_usize, 0..9), 1..30),
        piece in 1..4000_usize,
    ) {
        let mut text = String::new();
        for (at, keys) in events.iter().enumerate() {
            let mut event = format!("<string key=\"concept:name\" value=\"e{at}\"/>");
            for key in keys {
                let value = (at + key) % 5;
                write!(event, "\n\t<string key=\"k{key}\" value=\"v{value}\"/>").unwrap();
            }
            let stamp = format!("2026-05-04T09:00:{at:02}Z");
            write!(event, "<date key=\"time:timestamp\" value=\"{stamp}\"/>").unwrap();
            writeln!(text, "<event>{event}</event>").unwrap();
        }
        let text = whole(&format!("<trace>{text}</trace>"));
        let read = XesReader::default()
            .read_from(Pieces(text.as_bytes(), piece), Path::new("log.xes"))
            .unwrap();
        prop_assert_eq!(read.log.events(), events.len());
        for (at, keys) in events.iter().enumerate() {
            for key in 0..7 {
                let expected = keys.contains(&key).then(|| format!("v{}", (at + key) % 5));
                let column = read.log.column(&format!("k{key}"));
                let found = column.and_then(|it| it.text(at)).map(str::to_owned);
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn any_log_reads_as_it_was_written(
        events in prop::collection::vec((0..4_usize, text(), 0..50_i64, prop::option::of(text()), prop::option::of(any::<i32>())), 1..40),
        of_cases in prop::collection::vec(prop::option::of(text()), 4),
    ) {
        let mut builder = EventLogBuilder::default();
        let note = builder.column("a \"note\"", ValueKind::Text);
        let count = builder.column("count", ValueKind::Int);
        let kind = builder.case_column("kind", ValueKind::Id);
        // Cases are told in their order, as a trace of XES stands in one place.
        let mut events = events;
        events.sort_by_key(|it| it.0);
        for (case, activity, at, noted, counted) in &events {
            let case_number = builder.case(&format!("case <{case}>"));
            builder.event(case_number, activity, at * 1_000 - 20_000);
            if let Some(noted) = noted {
                builder.set(note, noted);
            }
            if let Some(counted) = counted {
                builder.set(count, &counted.to_string());
            }
            if let Some(of_case) = &of_cases[*case] {
                builder.set_case(case_number, kind, of_case);
            }
        }
        let log = builder.build();
        let mut written = Vec::new();
        log.write_xes(&mut written).unwrap();
        let again = read(std::str::from_utf8(&written).unwrap()).unwrap();
        prop_assert_eq!(again.events_read, log.events());
        prop_assert_eq!(told(&again.log), told(&log));
    }

    #[test]
    fn events_read_are_events_used_and_events_rejected(
        kinds in prop::collection::vec(0..5_usize, 1..40)
    ) {
        let name = "<string key=\"concept:name\" value=\"open\"/>";
        let date = "<date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>";
        let kinds: Vec<usize> = std::iter::once(0).chain(kinds).collect();
        let events: String = kinds
            .iter()
            .map(|kind| match kind {
                0 => event(&format!("{name}{date}")),
                1 => event(name),
                2 => event(date),
                3 => "<event/>".to_owned(),
                _ => event(&format!("{name}{}", date.replace("09:00:00Z", "25:00"))),
            })
            .collect();
        let read = read(&whole(&format!("<trace>{events}</trace>"))).unwrap();
        prop_assert_eq!(read.events_read, kinds.len());
        prop_assert_eq!(read.log.events(), kinds.iter().filter(|it| **it == 0).count());
        prop_assert_eq!(read.rejected.len(), read.events_read - read.log.events());
    }
}

/// Everything that a log tells, in words.
fn told(log: &EventLog) -> Vec<String> {
    let mut told = Vec::new();
    for case in 0..log.cases() {
        let attributes = |columns: &[ringback_eventlog::Column], at: usize| {
            let values =
                columns.iter().filter_map(|it| Some(format!("{}={}", it.name(), it.text(at)?)));
            let mut values: Vec<String> = values.collect();
            values.sort();
            values.join(";")
        };
        told.push(format!("{:?} {}", log.case_name(case), attributes(log.case_columns(), case)));
        for event in log.case_events(case) {
            let activity = log.activities().get(log.activity()[event]);
            let at = log.at_micros()[event];
            told.push(format!("{activity:?} {at} {}", attributes(log.columns(), event)));
        }
    }
    told
}
