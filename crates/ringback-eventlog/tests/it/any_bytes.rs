//! Any bytes, and files with any bytes in them: an answer, never a panic, and every event accounted for.

use std::path::Path;

use proptest::prelude::*;
use ringback_eventlog::{ObjectReader, TableReader, XesReader};

const XES: &str = "<?xml version=\"1.0\"?>\n<log><trace><string key=\"concept:name\" value=\"a&amp;\"/>\
    <event><string key=\"concept:name\" value=\"b\"/><date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>\
    <list key=\"l\"><int key='i' value='7'/></list></event>\n<event><!-- c --><![CDATA[d]]></event></trace></log>";
const JSON: &str = "{\"events\": [{\"id\": \"e\", \"type\": \"t\", \"time\": \"2026-05-04T09:00:00Z\", \
    \"attributes\": [{\"name\": \"n\", \"value\": 1.5}], \"relationships\": [{\"objectId\": \"o\"}]}], \
    \"objects\": [{\"id\": \"o\", \"type\": \"k\"}]}";
const XML: &str = "<log><objects><object id=\"o\" type=\"k\"><attributes><attribute name=\"n\" time=\"x\">a<![CDATA[<]]></attribute>\
    </attributes></object></objects><events><event id=\"e\" type=\"t\" time=\"2026-05-04T09:00:00Z\"><objects>\
    <relationship object-id=\"o\" qualifier=\"q\"/></objects></event></events></log>";
const TABLE: &str = "case;activity;time;start;note\n1;x;2026-05-04 09:00:00;2026-05-04T09:00:00Z;\"a\nb\"\n2;y;2026-05-04;;\n";

fn read_all(bytes: &[u8]) {
    let path = Path::new("log");
    let zone = "Europe/Copenhagen".parse().unwrap();
    for read in [
        XesReader::default().zone(zone).read_from(bytes, path),
        TableReader::default().zone(zone).read_from(bytes, path),
        TableReader::default().stamp_pattern("%d.%m.%Y %z").read_from(bytes, path),
    ] {
        let Ok(read) = read else { continue };
        assert_eq!(read.events_read, read.log.events() + read.rejected.len());
        assert_eq!(read.log.case_starts().last(), Some(&read.log.events()));
        read.log.write_xes(&mut Vec::new()).unwrap();
        let _ = read.log.activity_instances();
    }
    if let Ok(read) = ObjectReader::default().zone(zone).read_from(bytes, path) {
        assert!(!read.log.events.is_empty());
        read.log.write_json(&mut Vec::new()).unwrap();
        read.log.write_xml(&mut Vec::new()).unwrap();
        for kind in read.log.kinds().keys() {
            let _ = read.log.flatten(kind);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn a_file_with_bytes_changed_is_an_answer(
        of in 0..4_usize,
        cuts in prop::collection::vec((0..700_usize, 0..6_usize, prop::collection::vec(any::<u8>(), 0..6)), 0..5),
        end in 0..900_usize,
    ) {
        let mut bytes = [XES, JSON, XML, TABLE][of].as_bytes().to_vec();
        for (at, len, with) in cuts {
            let at = at.min(bytes.len());
            let to = (at + len).min(bytes.len());
            let _ = bytes.splice(at..to, with);
        }
        bytes.truncate(end.max(bytes.len() / 4));
        read_all(&bytes);
    }

    #[test]
    fn signs_of_the_formats_in_any_order_are_an_answer(
        signs in prop::collection::vec(prop::sample::select(vec![
            "<log>", "</log>", "<trace>", "</trace>", "<event>", "</event>", "<event/>", "<", ">", "/>", "\"", "'", "=",
            "<string key=\"concept:name\" value=\"", "<date key=\"time:timestamp\" value=\"2026-05-04T09:00:00Z\"/>",
            "&", "&#x41;", "&#1114112;", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE", "<?", "?>", " ", "a",
        ]), 0..40)
    ) {
        read_all(signs.concat().as_bytes());
        read_all(format!("<log><trace>{}</trace></log>", signs.concat()).as_bytes());
    }
}
