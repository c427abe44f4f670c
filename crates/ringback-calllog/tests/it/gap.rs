//! Gaps of logs whose stamps may be any instant.

use chrono::{DateTime, Utc};
use ringback_calllog::*;

/// Lines of a number: the second since 1970 at which a call came in.
struct Seconds(Zone);

impl CdrFormat for Seconds {
    fn source(&self) -> SourceId {
        "seconds".into()
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        let (zone, precision) = (self.0, Precision::SECOND);
        Observed { abandons: true, waits: true, agents: true, customers: true, zone, precision }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let secs = record.text().parse().ok();
        let Some(at) = secs.and_then(|it| DateTime::from_timestamp(it, 0)) else {
            return Verdict::rejected("", RejectReason::Missing { expected: "a second" });
        };
        let id = LegId::new(record.place.line.to_string());
        Verdict::Used(Leg::whole(id, at, Outcome::Answered))
    }
}

#[track_caller]
fn check(zone: &str, stamps: &[i64]) {
    let lines: Vec<String> = stamps.iter().map(ToString::to_string).collect();
    let log = lines.join("\n");
    let mut format = Seconds(zone.parse().unwrap());
    let read = LogReader::new().read_bytes("calls.log", log.as_bytes(), &mut format).unwrap();
    assert_eq!(read.log.calls.len(), stamps.len(), "{zone}");
}

#[test]
fn calls_at_the_ends_of_time_are_read_in_any_zone() {
    let (first, last) =
        (DateTime::<Utc>::MIN_UTC.timestamp(), DateTime::<Utc>::MAX_UTC.timestamp());
    let week = 7 * 86_400;
    for zone in ["Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "UTC"] {
        check(zone, &[first, first + 1, first + 5 * week, first + 5 * week + 3000]);
        check(zone, &[last - 5 * week, last - 3 * week - 1800, last - 1, last]);
        for middle in [0, 100_000] {
            check(zone, &[first, middle, last]);
        }
    }
}
