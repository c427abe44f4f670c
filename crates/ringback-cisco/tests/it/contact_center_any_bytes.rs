//! Whatever a file of a contact center holds, reading it does not panic, every row is accounted for, and the order of
//! rows decides nothing.

use proptest::prelude::*;
use ringback_calllog::{
    Call, CdrFormat, Error, FileStart, LogReader, Place, Record, Settled, Verdict,
};
use ringback_cisco::{UcceTcd, Uccx};

use crate::ucce::{self, AGENT, CALLBACKS, EVENTS, GUID, MENU, ROUTES, TestLeg};
use crate::uccx::{self, AGENTS, CALLS, QUEUES, REPORT, inbound, local_site};

/// Every table of both systems.
fn express() -> String {
    let report = "1-700-0,2026-05-04 09:15:00,2026-05-04 09:17:42,2,+12025550123,6001,6001,Support,\
                  \"Sales,Support*\",00:00:37,Agent 4,00:00:06,00:01:50,00:00:10,00:00:20\n";
    [
        &uccx::answered(),
        CALLS,
        &inbound(101, 0, 1, 45),
        "102,0,1,1,3,2,1,4,2004,1,2005,2026-05-04 07:16:20.000,2026-05-04 07:17:00.000,,30,f,f,f,C\n",
        QUEUES,
        "101,0,1,1,12,0,1,1,1,40,2026-05-04 07:15:05.000,2026-05-04 07:15:45.000,C\n",
        "101,0,1,1,13,0,1,1,5,40,,,\n",
        AGENTS,
        "101,0,1,1,3,2026-05-04 07:15:36.000,2026-05-04 07:15:48.000,1,12,0,0,0,t,12,102,\n",
        REPORT,
        report,
    ]
    .concat()
}

fn enterprise() -> String {
    let menu = TestLeg { queue: 31, talk: 5, guid: GUID, ..MENU };
    let other = TestLeg { key: 202, disposition: 2, to_abandon: 45, queue: 40, talk: 5, ..MENU };
    let alone = TestLeg { key: 0, kind: 9, ..AGENT };
    [
        &ucce::log(&[menu, AGENT, other, alone]),
        ROUTES,
        "155701,201,2026-05-04 07:15:00.000,30,0,5009,+12025550123\n",
        CALLBACKS,
        &format!("41,{GUID},05/04/2026,+12025550123,1,7,4\n"),
        EVENTS,
        "41,2026-05-04,2026-05-04 07:16:00.000,NULL,2026-05-04 07:16:00.000,1\n",
    ]
    .concat()
}

/// Reads bytes; the calls, and how many rows there were.
#[track_caller]
fn check(format: &mut dyn CdrFormat, bytes: &[u8]) -> (Vec<Call>, u64) {
    match LogReader::new().read_bytes("x.csv", bytes, format) {
        Ok(read) => {
            let audit = read.audit;
            assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
            assert_eq!(audit.rows_rejected, read.rejected.len() as u64);
            for call in &read.log.calls {
                let ordered = call.stages.windows(2).all(|it| it[0].entered_at <= it[1].entered_at);
                assert!(
                    ordered
                        && call
                            .stages
                            .iter()
                            .all(|it| it.duration()
                                >= it.duration().map(|_| chrono::TimeDelta::zero()))
                );
            }
            (read.log.calls, audit.rows_read)
        }
        Err(Error::NothingUsable { rows, .. }) => (Vec::new(), rows),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn check_both(bytes: &[u8]) {
    check(&mut Uccx::new(local_site()), bytes);
    check(&mut UcceTcd::new(local_site()), bytes);
}

/// Changes a file: bytes at places, and perhaps its end.
fn damage() -> impl Strategy<Value = (Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>)>
{
    let sign = prop::sample::select(&b",\"\n\r\x009-:.\xff tf"[..]);
    (
        prop::collection::vec((any::<prop::sample::Index>(), sign), 0..20),
        any::<Option<prop::sample::Index>>(),
    )
}

fn damaged(
    text: &str,
    damage: &(Vec<(prop::sample::Index, u8)>, Option<prop::sample::Index>),
) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (place, sign) in &damage.0 {
        let place = place.index(bytes.len());
        bytes[place] = *sign;
    }
    if let Some(end) = &damage.1 {
        bytes.truncate(end.index(bytes.len()));
    }
    bytes
}

/// Fields of rows with other numbers, large ones among them.
fn renumbered(text: &str, numbers: &[(prop::sample::Index, i64)]) -> String {
    let mut fields: Vec<String> = text.split(',').map(str::to_owned).collect();
    for (place, number) in numbers {
        let place = place.index(fields.len());
        if fields[place].bytes().all(|it| it.is_ascii_digit()) {
            fields[place] = number.to_string();
        }
    }
    fields.join(",")
}

/// Each row under its own header, in another order.
fn shuffled(text: &str, is_header: fn(&str) -> bool) -> impl Strategy<Value = String> {
    let mut header = "";
    let mut rows = Vec::new();
    for line in text.lines() {
        if is_header(line) {
            header = line;
        } else {
            rows.push(format!("{header}\n{line}\n"));
        }
    }
    Just(rows).prop_shuffle().prop_map(|rows| rows.concat())
}

fn is_header(line: &str) -> bool {
    line.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check_both(&bytes);
        check_both(&[CALLS.as_bytes(), &bytes].concat());
        check_both(&[REPORT.as_bytes(), &bytes].concat());
        check_both(&[ucce::LEGS.as_bytes(), &bytes].concat());
    }

    #[test]
    fn any_damage(damage in damage()) {
        check_both(&damaged(&express(), &damage));
        check_both(&damaged(&enterprise(), &damage));
    }

    #[test]
    fn any_numbers(numbers in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
        any::<i64>(), 0..100_000_000_i64, -5..5_i64,
    ]), 0..12)) {
        check_both(renumbered(&express(), &numbers).as_bytes());
        check_both(renumbered(&enterprise(), &numbers).as_bytes());
    }

    #[test]
    fn any_order_of_express_rows(text in shuffled(&express(), is_header)) {
        let (calls, rows) = check(&mut Uccx::new(local_site()), text.as_bytes());
        let (expected, expected_rows) = check(&mut Uccx::new(local_site()), express().as_bytes());
        prop_assert_eq!(rows, expected_rows);
        prop_assert_eq!(calls, expected);
    }

    #[test]
    fn any_order_of_enterprise_rows(text in shuffled(&enterprise(), is_header)) {
        let (calls, rows) = check(&mut UcceTcd::new(local_site()), text.as_bytes());
        let (expected, expected_rows) = check(&mut UcceTcd::new(local_site()), enterprise().as_bytes());
        prop_assert_eq!(rows, expected_rows);
        prop_assert_eq!(calls, expected);
    }
}

#[test]
fn a_key_that_thousands_share_names_no_contact() {
    let row = inbound(100, 0, 2, 162);
    let rows: String =
        (0..1_001).map(|at| row.replace(",Support,", &format!(",Line {at},"))).collect();
    let text = [CALLS, &rows, &inbound(101, 0, 1, 45)].concat();
    let (calls, rows) = check(&mut Uccx::new(local_site()), text.as_bytes());
    assert_eq!((calls.len(), rows), (1, 1_002));
}

/// Feeds a format by hand and settles it at moments of the log.
#[track_caller]
fn check_settles(format: &mut dyn CdrFormat, log: &str, moments: &[(&str, usize)]) {
    let file = FileStart { name: "x.csv", bytes: log.as_bytes() };
    format.begin_file(&file).unwrap();
    for (line, text) in (1..).zip(log.lines()) {
        let place = Place { file: 0, line };
        let verdict = format.read(Record { bytes: text.as_bytes(), place });
        assert!(!matches!(verdict, Verdict::Rejected { .. }), "{text}: {verdict:?}");
    }
    for (moment, expected) in moments {
        let until = chrono::DateTime::parse_from_rfc3339(moment).unwrap().to_utc();
        let mut settled = Settled::default();
        format.settle(Some(until), &mut settled);
        assert_eq!(settled.legs.len(), *expected, "until {moment}");
    }
    let mut left = Settled::default();
    format.settle(None, &mut left);
    assert!(left.legs.is_empty());
}

#[test]
fn a_call_is_given_out_once_when_nothing_of_it_happens_any_more() {
    let later = inbound(101, 0, 1, 45).replace(" 07:", " 08:");
    let log = [&uccx::answered(), CALLS, &later].concat();
    let moments = [
        ("2026-05-04T07:18:01Z", 0),
        ("2026-05-04T07:18:02Z", 1),
        ("2026-05-04T08:00:00Z", 0),
        ("2026-05-04T08:15:45Z", 1),
    ];
    check_settles(&mut Uccx::new(local_site()), &log, &moments);
    let log = ucce::log(&[AGENT, TestLeg { key: 202, start: 600, ..AGENT }]);
    let moments =
        [("2026-05-04T07:17:41Z", 0), ("2026-05-04T07:17:42Z", 1), ("2026-05-04T08:00:00Z", 1)];
    check_settles(&mut UcceTcd::new(local_site()), &log, &moments);
}
