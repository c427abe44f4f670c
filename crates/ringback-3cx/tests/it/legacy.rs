//! The legacy CDR.

use ringback_3cx::LegacyCdr;
use ringback_calllog::{CdrFormat, LogReader, Outcome};

use crate::reading::{copenhagen, detail, one, read, rejected, site, told};

/// A call that waits eight seconds in queue 801 and is taken by 104.
const TAKEN: &str = "Call 265500,89d3af2d8f010000_3456,00:08:09,2026/05/04 06:27:28,2026/05/04 06:27:36,\
    2026/05/04 06:35:46,TerminatedByDst,+442079460101,Ext.801,10020,801,801,ReplacedDst,Ext.104,104,,,,,\
    Chain: +442079460101;Ext.801;Ext.104;,Line,Queue,Extension,00442079460123,Support,Agent 4,";

const TAKEN_TOLD: &str =
    "inbound answered, queue q801 0-8 answered, talk q801 a104 8-498 completed";

/// The fields of a record of which only some differ from a call to queue 801 that its caller left after 40 s.
struct Fields {
    answered: &'static str,
    reason: &'static str,
    from: [&'static str; 2],
    to: [&'static str; 2],
    change: &'static str,
    last: [&'static str; 2],
    chain: &'static str,
    missed: &'static str,
}

const LEFT: Fields = Fields {
    answered: "",
    reason: "TerminatedBySrc",
    from: ["+442079460101", "Line"],
    to: ["Ext.801", "Queue"],
    change: "",
    last: ["", ""],
    chain: "",
    missed: "",
};

impl Fields {
    fn line(&self) -> String {
        let dn = |number: &str| number.strip_prefix("Ext.").unwrap_or("10020").to_owned();
        let last_dn = if self.last[0].is_empty() { String::new() } else { dn(self.last[0]) };
        let answered = match self.answered {
            "" => String::new(),
            time => format!("2026/05/04 {time}"),
        };
        format!(
            "Call 7,89d3af2d8f010000_7,,2026/05/04 07:00:00,{answered},2026/05/04 07:00:40,{},{},{},{},{},801,{},{},{last_dn},\
             ,,,,{},{},{},{},,,,{}\n",
            self.reason,
            self.from[0],
            self.to[0],
            dn(self.from[0]),
            dn(self.to[0]),
            self.change,
            self.last[0],
            self.chain,
            self.from[1],
            self.to[1],
            self.last[1],
            self.missed,
        )
    }
}

#[track_caller]
fn check(fields: &Fields, expected: &str) {
    let call = one(&mut LegacyCdr::new(site()), &fields.line());
    assert_eq!(told(&call), expected, "{}", fields.line());
}

#[track_caller]
fn with_layout(layout: &str) -> LegacyCdr {
    LegacyCdr::new(site()).layout(layout, "layout.toml").expect("a layout")
}

/// The names of the fields in 3CX's order.
const NAMES: [&str; 27] = [
    "historyid",
    "callid",
    "duration",
    "time-start",
    "time-answered",
    "time-end",
    "reason-terminated",
    "from-no",
    "to-no",
    "from-dn",
    "to-dn",
    "dial-no",
    "reason-changed",
    "final-number",
    "final-dn",
    "bill-code",
    "bill-rate",
    "bill-cost",
    "bill-name",
    "chain",
    "from-type",
    "to-type",
    "final-type",
    "from-dispname",
    "to-dispname",
    "final-dispname",
    "missed-queue-calls",
];

/// A record of the call `TAKEN` with some of its fields.
fn some_fields(names: &[&str]) -> String {
    let all: Vec<&str> = TAKEN.strip_prefix("Call ").expect("the word").split(',').collect();
    let field = |name: &&str| all[NAMES.iter().position(|it| it == name).expect("a field")];
    format!("Call {}\n", names.iter().map(field).collect::<Vec<_>>().join(","))
}

fn list(names: &[&str]) -> String {
    format!("fields = {names:?}")
}

#[test]
fn trap_17_legacy_layout() {
    let all = one(&mut LegacyCdr::new(site()), TAKEN);
    assert_eq!(told(&all), TAKEN_TOLD);
    // Twenty fields, beginning with the start.
    let names = [
        "time-start",
        "dial-no",
        "from-dn",
        "duration",
        "time-answered",
        "time-end",
        "reason-terminated",
        "reason-changed",
        "missed-queue-calls",
        "from-no",
        "to-no",
        "to-dn",
        "final-number",
        "final-dn",
        "from-type",
        "to-type",
        "final-type",
        "from-dispname",
        "to-dispname",
        "final-dispname",
    ];
    let twenty = some_fields(&names);
    assert!(twenty.starts_with("Call 2026/"));
    let twenty = one(&mut with_layout(&list(&names)), &twenty);
    // Dates with dots.
    let dots = TAKEN.replace("2026/05/04", "2026.05.04");
    let dots = one(&mut LegacyCdr::new(site()), &dots);
    // Fixed lengths without commas.
    let fields: Vec<&str> = TAKEN.strip_prefix("Call ").expect("the word").split(',').collect();
    let fixed: Vec<String> = fields.iter().map(|it| format!("{it:<60}")).collect();
    let fixed = fixed.concat();
    let names = NAMES.map(|it| format!("{{ name = \"{it}\", length = 60 }}")).join(", ");
    let layout = format!("commas = false\nfields = [{names}]");
    let fixed = one(&mut with_layout(&layout), &format!("Call {}\n", fixed.trim_end()));
    for other in [&twenty, &dots, &fixed] {
        assert_eq!(told(other), TAKEN_TOLD);
        assert_eq!((other.arrived_at, other.ended_at), (all.arrived_at, all.ended_at));
        assert_eq!((other.customer, &other.queue), (all.customer, &all.queue));
    }
}

#[test]
fn trap_17_a_wrong_list_is_a_loud_error() {
    let mut swapped = NAMES;
    swapped.swap(2, 3);
    let message = rejected(&mut with_layout(&list(&swapped)), TAKEN);
    assert_eq!(
        message,
        "no row of 1 file(s) could be used (1 rows read); first: x:1: time-start: \"00:08:09\", expected a stamp such as \
         2026/05/04 07:15:00: the configured field list does not fit"
    );
    swapped.swap(2, 3);
    swapped.swap(21, 24);
    let message = rejected(&mut with_layout(&list(&swapped)), TAKEN);
    assert!(message.contains("to-type: \"Support\", expected a type of party"), "{message}");
    let message = rejected(&mut with_layout(&list(&NAMES[..26])), TAKEN);
    assert!(
        message.contains("the configured field list does not fit: 27 fields, expected 26"),
        "{message}"
    );
    let message = rejected(&mut LegacyCdr::new(site()), &some_fields(&NAMES[..20]));
    assert!(
        message.contains("the configured field list does not fit: 20 fields, expected 27"),
        "{message}"
    );
}

#[test]
fn no_list_with_two_fields_exchanged_moves_a_call_in_time() {
    for (at, one) in NAMES.iter().enumerate() {
        for (other_at, other) in NAMES.iter().enumerate().skip(at + 1) {
            let mut names = NAMES;
            names.swap(at, other_at);
            let mut format = with_layout(&list(&names));
            let read = LogReader::new().read_bytes("x", TAKEN.as_bytes(), &mut format);
            for call in read.iter().flat_map(|it| &it.log.calls) {
                let span = [Some(call.arrived_at), call.answered_at(), call.ended_at];
                let span = span.map(|it| it.map(|it| it.format("%H:%M:%S").to_string()));
                let answered = span[1].as_deref().is_none_or(|it| it == "06:27:36");
                assert_eq!(span[0].as_deref(), Some("06:27:28"), "{one} and {other}");
                assert!(
                    answered && span[2].as_deref() == Some("06:35:46"),
                    "{one} and {other}: {span:?}"
                );
            }
        }
    }
}

#[test]
fn trap_18_reason_and_type_spelling() {
    let left = "inbound abandoned, queue q801 0-40 abandoned";
    check(&LEFT, left);
    let new_words = Fields {
        reason: "src_participant_terminated",
        from: [LEFT.from[0], "external_line"],
        to: ["Ext.801", "queue"],
        ..LEFT
    };
    check(&new_words, left);
    let odd_case = Fields {
        reason: "TERMINATEDBYSRC",
        from: [LEFT.from[0], "line"],
        to: ["Ext.801", "QUEUE"],
        ..LEFT
    };
    check(&odd_case, left);
    for reason in ["Failed", "no_route", "not_found", "NoRouteExists", "TargetNotFound"] {
        check(&Fields { reason, ..LEFT }, "inbound failed, queue q801 0-40 failed");
    }
    // The queue's own pick-up is no answer.
    check(&Fields { answered: "07:00:00", ..LEFT }, left);
}

#[test]
fn trap_18_a_queue_that_gave_up_is_not_agent_answered_by_itself() {
    let sent_on = Fields {
        answered: "07:00:00",
        change: "QFwdToDNA",
        last: ["Ext.504", "Extension"],
        ..LEFT
    };
    check(&sent_on, "inbound unknown, queue q801 0-? overflowed");
    let voicemail = Fields { last: ["Ext.504", "VMail"], ..sent_on };
    check(&voicemail, "inbound voicemail, queue q801 0-? overflowed");
}

#[test]
fn an_answer_after_the_queue_gave_up_is_one() {
    let taken = Fields {
        answered: "07:00:20",
        change: "QFwdToDNA",
        last: ["Ext.504", "Extension"],
        ..LEFT
    };
    check(&taken, "inbound answered, queue q801 0-20 answered, talk q801 a504 20-40 completed");
}

#[test]
fn a_direct_call_rings_and_is_answered() {
    let answered = Fields { answered: "07:00:05", to: ["Ext.104", "Extension"], ..LEFT };
    check(&answered, "inbound answered, ring a104 0-5 answered, talk a104 5-40 completed");
    let missed = Fields { to: ["Ext.104", "Extension"], ..LEFT };
    check(&missed, "inbound abandoned, ring a104 0-40 abandoned");
    let timeout = Fields { reason: "NoAnswerTimeout", ..missed };
    check(&timeout, "inbound other, ring a104 0-40 unanswered");
    let busy = Fields { reason: "TargetBusy", to: ["Ext.104", "Extension"], ..LEFT };
    check(&busy, "inbound busy, ring a104 0-40 unanswered");
}

#[test]
fn an_agent_who_hands_on_is_transferred() {
    let handed_on = Fields {
        answered: "07:00:05",
        to: ["Ext.104", "Extension"],
        change: "ReplacedDst",
        last: ["Ext.105", "Extension"],
        ..LEFT
    };
    check(&handed_on, "inbound answered, ring a104 0-5 answered, talk a104 5-? transferred");
    let call = one(&mut LegacyCdr::new(site()), &handed_on.line());
    assert_eq!(call.transfers(), 1);
    let forwarded = Fields { change: "Fwd_NoAnswer", ..handed_on };
    check(&forwarded, "inbound answered, ring a104 0-? unanswered, talk a105 5-40 completed");
    let to_mailbox = Fields { last: ["Ext.104", "VMail"], change: "Fwd_NoAnswer", ..handed_on };
    check(&to_mailbox, "inbound voicemail, ring a104 0-5 unanswered, voicemail 5-40 completed");
}

#[test]
fn a_menu_that_picks_up_is_no_answer() {
    let menu = Fields { answered: "07:00:00", to: ["Ext.800", "Ivr"], ..LEFT };
    check(&menu, "inbound abandoned, ivr 0-40 abandoned");
    let on = Fields { change: "ReplacedDst", last: ["Ext.104", "Extension"], ..menu };
    check(&on, "inbound unknown, ivr 0-? completed");
    let later = Fields { answered: "07:00:15", ..on };
    check(&later, "inbound answered, ivr 0-? completed, talk a104 15-40 completed");
    let queued =
        Fields { answered: "07:00:00", to: ["Ext.800", "ivr"], last: ["Ext.801", "queue"], ..LEFT };
    let call = one(&mut LegacyCdr::new(site()), &queued.line());
    assert_eq!(told(&call), "inbound abandoned, ivr 0-? completed");
    assert_eq!(call.queue.map(|it| it.to_string()).as_deref(), Some("801"));
    assert_eq!(call.stages.len(), 1, "when it came to the queue is not written");
}

#[test]
fn calls_out_and_inside_are_told_apart() {
    let out = Fields {
        answered: "07:00:12",
        from: ["Ext.104", "Extension"],
        to: ["+442079460101", "Line"],
        ..LEFT
    };
    check(&out, "outbound answered, ring 0-12 answered, talk a104 12-40 completed");
    check(&Fields { answered: "", ..out }, "outbound other, ring 0-40 unanswered");
    let busy = Fields {
        answered: "",
        reason: "RouteBusy",
        from: ["Ext.104", "Extension"],
        to: ["+442079460101", "provider"],
        ..LEFT
    };
    check(&busy, "outbound busy, ring 0-40 unanswered");
    let inside = Fields {
        answered: "07:00:03",
        from: ["Ext.104", "Extension"],
        to: ["Ext.105", "Extension"],
        ..LEFT
    };
    check(&inside, "internal answered, ring a105 0-3 answered, talk a105 3-40 completed");
}

#[test]
fn a_call_that_is_sent_outside_overflowed() {
    let outside = Fields {
        answered: "07:00:25",
        change: "QFwdToDNA",
        last: ["+442079460102", "Line"],
        ..LEFT
    };
    check(&outside, "inbound overflowed, queue q801 0-25 overflowed");
}

#[test]
fn without_types_an_answer_is_unknown_unless_the_layout_says_them() {
    let untyped = Fields {
        answered: "07:00:08",
        from: [LEFT.from[0], ""],
        to: ["Ext.801", ""],
        change: "ReplacedDst",
        last: ["Ext.104", ""],
        ..LEFT
    };
    check(&untyped, "inbound unknown");
    let mut format = with_layout("dn_types = { 801 = \"queue\", 104 = \"extension\" }");
    let call = one(&mut format, &untyped.line());
    assert_eq!(
        told(&call),
        "inbound answered, queue q801 0-8 answered, talk q801 a104 8-40 completed"
    );
}

#[test]
fn a_chain_with_more_hops_leaves_open_who_answered() {
    let chain = Fields {
        answered: "07:00:08",
        change: "ReplacedDst",
        last: ["Ext.104", "Extension"],
        // The stray apostrophe has been seen.
        chain: "Chain: +442079460101'Ext.801;Ext.105;Ext.104;",
        missed: "Ext.105;106",
        ..LEFT
    };
    check(&chain, "inbound answered, queue q801 0-8 answered, talk q801 8-40 completed");
    let read = read(&mut LegacyCdr::new(site()), &chain.line());
    let details: Vec<String> = read.details.iter().map(detail).collect();
    let expected = [
        "polls 105|801||",
        "polls 106|801||",
        "hops 0|outside",
        "hops 1|801",
        "hops 2|105",
        "hops 3|104",
    ];
    assert_eq!(details, expected);
}

#[test]
fn commas_in_names_are_read_where_there_is_one_way_only() {
    let quoted = TAKEN.replace("Agent 4", "\"Agent 4, second floor\"");
    assert_eq!(told(&one(&mut LegacyCdr::new(site()), &quoted)), TAKEN_TOLD);
    let unquoted =
        TAKEN.replace("Agent 4", "Agent 4, second floor").replace("Support", "Support, B, C");
    assert_eq!(unquoted.matches(',').count(), TAKEN.matches(',').count() + 3);
    assert_eq!(told(&one(&mut LegacyCdr::new(site()), &unquoted)), TAKEN_TOLD);
    let stray = TAKEN.replace("Agent 4", "\"Agent\" 4");
    assert_eq!(told(&one(&mut LegacyCdr::new(site()), &stray)), TAKEN_TOLD);
    let agents = format!("{TAKEN}105,106");
    assert_eq!(told(&one(&mut LegacyCdr::new(site()), &agents)), TAKEN_TOLD);
    // A comma without a blank after it could stand between fields.
    let unclear = TAKEN.replace("Agent 4", "Agent,4");
    let message = rejected(&mut LegacyCdr::new(site()), &unclear);
    assert!(message.contains("28 fields, expected 27"), "{message}");
    // Does the name of the last party end with 105, or was 105 rung?
    let unclear = format!("{TAKEN} 105, 106");
    let message = rejected(&mut LegacyCdr::new(site()), &unclear);
    assert!(message.contains("more than one way to read the fields"), "{message}");
}

#[test]
fn a_line_that_comes_twice_counts_once() {
    let twice = format!("{TAKEN}\n{TAKEN}\n");
    let read = read(&mut LegacyCdr::new(site()), &twice);
    assert_eq!((read.log.calls.len(), read.audit.rows_skipped), (1, 1));
}

#[test]
fn several_lines_with_one_history_id_are_one_call_in_any_order() {
    let second = TAKEN
        .replace(
            "2026/05/04 06:27:28,2026/05/04 06:27:36,2026/05/04 06:35:46",
            "2026/05/04 06:35:46,2026/05/04 06:35:50,2026/05/04 06:37:00",
        )
        .replace("00:08:09", "00:01:10")
        .replace("Ext.801,10020,801,801,ReplacedDst,Ext.104,104", "Ext.105,10020,105,801,,,")
        .replace("Queue,Extension", "Extension,");
    let next_day = TAKEN.replace("2026/05/04", "2026/05/05");
    let lines = [TAKEN, &second, &next_day];
    let forward = read(&mut LegacyCdr::new(site()), &lines.join("\n"));
    assert_eq!(forward.log.calls.len(), 2, "the id came round again a day later");
    assert_eq!(
        told(&forward.log.calls[0]),
        "inbound answered, queue q801 0-8 answered, talk q801 a104 8-498 transferred, ring a105 498-502 answered, \
         talk a105 502-572 completed"
    );
    let ids: Vec<String> = forward.log.calls.iter().map(|it| it.call_id.to_string()).collect();
    assert_eq!(ids, ["265500~89d3af2d8f010000_3456", "265500~89d3af2d8f010000_3456~1777962448"]);
    let back: Vec<&str> = lines.iter().rev().copied().collect();
    let back = read(&mut LegacyCdr::new(site()), &back.join("\n"));
    assert_eq!(back.log.calls, forward.log.calls);
}

#[test]
fn stamps_are_utc_unless_the_layout_says_another_zone() {
    let call = one(&mut LegacyCdr::new(copenhagen()), TAKEN);
    assert_eq!(call.arrived_at.to_rfc3339(), "2026-05-04T06:27:28+00:00");
    let mut format =
        LegacyCdr::new(copenhagen()).layout("time_zone = \"Asia/Riyadh\"", "l").expect("a layout");
    let call = one(&mut format, TAKEN);
    assert_eq!(call.arrived_at.to_rfc3339(), "2026-05-04T03:27:28+00:00");
    assert_eq!(format.observed().zone.name(), "Europe/Copenhagen");
}

#[test]
fn text_in_windows_1252_is_read() {
    let mut bytes = TAKEN.replace("Support", "St?rung").into_bytes();
    let at = bytes.iter().position(|it| *it == b'?').expect("a sign");
    bytes[at] = 0xf6;
    let read =
        LogReader::new().read_bytes("x", &bytes, &mut LegacyCdr::new(site())).expect("a call");
    assert_eq!(told(&read.log.calls[0]), TAKEN_TOLD);
}

#[test]
fn text_of_a_port_scanner_is_rejected_and_a_cut_record_too() {
    let text = format!("GET /index.htm HTTP/1.0\n{TAKEN}\n{}\n", &TAKEN[..120]);
    let read = read(&mut LegacyCdr::new(site()), &text);
    assert_eq!((read.log.calls.len(), read.audit.rows_rejected), (1, 2));
    let first = read.rejected[0].to_string();
    assert!(first.starts_with("x:1: \"GET /index.htm HTTP/1.0\", expected a record"), "{first}");
    assert_eq!(
        read.rejected[1].to_string(),
        "x:3: the configured field list does not fit: 8 fields, expected 27"
    );
}

#[test]
fn stamps_against_each_other_are_rejected() {
    let early = TAKEN.replace("2026/05/04 06:35:46", "2026/05/04 06:27:30");
    let message = rejected(&mut LegacyCdr::new(site()), &early);
    assert!(
        message
            .contains("time-end: call from 2026-05-04 06:27:28 to 2026-05-04 06:27:30 contradicts"),
        "{message}"
    );
}

#[test]
fn what_is_not_written_is_not_observed() {
    let format = with_layout(&list(&["time-start", "duration", "to-dn"]));
    let seen = format.observed();
    assert_eq!(
        (seen.abandons, seen.waits, seen.agents, seen.customers),
        (false, false, false, false)
    );
    let call = one(
        &mut with_layout(&list(&["time-start", "duration", "to-dn"])),
        "Call 2026/05/04 07:00:00,00:01:00,801\n",
    );
    assert_eq!(call.outcome, Outcome::Unknown);
    let seen = LegacyCdr::new(site()).observed();
    assert_eq!((seen.abandons, seen.waits, seen.agents, seen.customers), (true, true, true, true));
}

#[test]
fn a_layout_that_cannot_be_used_says_why() {
    #[track_caller]
    fn check(layout: &str, expected: &str) {
        let error =
            LegacyCdr::new(site()).layout(layout, "l.toml").expect_err("an error").to_string();
        assert!(error.contains(expected), "{error}");
    }
    check("fields = [\"callid\"]", "l.toml: fields: no time-start");
    check(
        "fields = [\"time-start\", \"nonsense\"]",
        "fields: \"nonsense\", expected one of historyid",
    );
    check("fields = [\"time-start\", \"time_start\"]", "fields: time_start comes twice");
    check("commas = false\nfields = [\"time-start\"]", "time-start has no length");
    check(
        "fields = [{ name = \"time-start\", length = 10 }]",
        "time-start has length 10, expected 19 to 4096",
    );
    check("\ncolour = 1", "l.toml:2: unknown field `colour`");
    check("time_zone = \"Mars\"", "Mars");
    check("dn_types = { 801 = \"house\" }", "dn_types: 801 is \"house\", expected a type such as");
}

#[test]
fn words_that_are_not_known_are_kept_and_named() {
    let odd = Fields { reason: "TerminatedByMoon", change: "ReplacedAll", ..LEFT };
    let read = read(&mut LegacyCdr::new(site()), &odd.line());
    assert_eq!(told(&read.log.calls[0]), "inbound unknown, queue q801 0-40 unknown");
    let remarks = format!("{:?}", read.audit.warnings);
    assert!(
        remarks.contains("reason-terminated TerminatedByMoon, which is not known"),
        "{remarks}"
    );
    assert!(remarks.contains("reason-changed ReplacedAll, which is not known"), "{remarks}");
}

#[test]
fn a_number_in_the_place_of_an_id_is_rejected_and_not_shown() {
    let mut names = NAMES;
    names.swap(0, 7);
    for number in ["+442079460101", "02079460101", "2025550101"] {
        let text = TAKEN.replace("+442079460101", number);
        let message = rejected(&mut with_layout(&list(&names)), &text);
        assert!(message.contains("historyid: "), "{message}");
        assert!(!message.contains(number), "{message}");
    }
}

#[test]
fn calls_given_out_while_a_log_is_read_are_those_of_the_whole() {
    #[derive(Default)]
    struct Given(Vec<String>);
    impl ringback_calllog::ReadObserver for Given {
        fn call(&mut self, call: ringback_calllog::Call) {
            self.0.push(format!("{} {}", call.call_id, told(&call)));
        }
    }
    let mut text = String::new();
    for n in 0..9_000_u32 {
        let (hour, minute) = (n / 600, n / 10 % 60);
        let at = |secs: u32| format!("2026/05/04 {:02}:{minute:02}:{:02}", hour + 6, n % 10 + secs);
        let stamps = format!("{},{},{}", at(0), at(8), at(40));
        let old = "2026/05/04 06:27:28,2026/05/04 06:27:36,2026/05/04 06:35:46";
        let id = format!("Call {},89d3af2d8f010000_{}", n / 2, n / 2);
        let line = TAKEN.replace(old, &stamps).replace("Call 265500,89d3af2d8f010000_3456", &id);
        text.push_str(&line);
        text.push('\n');
    }
    let whole = read(&mut LegacyCdr::new(site()), &text);
    let path = std::env::temp_dir().join(format!("ringback-3cx-stream-{}.log", std::process::id()));
    std::fs::write(&path, &text).expect("a file");
    let mut given = Given::default();
    let audit = LogReader::new().read_calls(
        std::slice::from_ref(&path),
        &mut LegacyCdr::new(site()),
        &mut given,
    );
    std::fs::remove_file(&path).expect("to clean up");
    assert_eq!(audit.expect("calls").rows_used, 9_000);
    let mut expected: Vec<String> =
        whole.log.calls.iter().map(|it| format!("{} {}", it.call_id, told(it))).collect();
    assert_eq!(expected.len(), 4_500, "two lines a call");
    expected.sort();
    given.0.sort();
    assert_eq!(given.0, expected);
}
