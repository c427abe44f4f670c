//! The table `cdroutput`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_3cx::{CdrId, CdrOutput};
use ringback_calllog::{LogReader, Outcome, StageKind};

use crate::reading::{one, read, rejected, site, told};

/// The columns of the table, in its order.
const COLUMNS: [&str; 42] = [
    "cdr_id",
    "call_history_id",
    "main_call_history_id",
    "source_participant_id",
    "source_entity_type",
    "source_dn_number",
    "source_dn_type",
    "source_dn_name",
    "source_participant_name",
    "source_participant_phone_number",
    "source_participant_trunk_did",
    "source_participant_is_incoming",
    "source_participant_is_already_connected",
    "source_participant_group_name",
    "source_participant_billing_suffix",
    "destination_participant_id",
    "destination_entity_type",
    "destination_dn_number",
    "destination_dn_type",
    "destination_dn_name",
    "destination_participant_name",
    "destination_participant_phone_number",
    "destination_participant_trunk_did",
    "destination_participant_is_incoming",
    "destination_participant_is_already_connected",
    "destination_participant_group_name",
    "destination_participant_billing_suffix",
    "base_cdr_id",
    "originating_cdr_id",
    "continued_in_cdr_id",
    "creation_method",
    "creation_forward_reason",
    "termination_reason",
    "termination_reason_details",
    "terminated_by_participant_id",
    "cdr_started_at",
    "cdr_answered_at",
    "cdr_ended_at",
    "source_presentation",
    "processed",
    "migrated",
    "offload_id",
];

fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(1_777_878_000, 554_536_000).expect("4 May 2026, 07:00")
}

/// An id whose time is so many seconds after the beginning.
fn id(secs: f64, counter: u32) -> String {
    let steps = at(secs).timestamp_micros() * 10;
    let filetime = u64::try_from(steps).expect("after 1970") + 116_444_736_000_000_000;
    let (high, low) = (filetime >> 32, filetime & 0xffff_ffff);
    format!(
        "00000000-{:04x}-{:04x}-{:04x}-{:04x}{counter:08x}",
        high >> 16,
        high & 0xffff,
        low >> 16,
        low & 0xffff
    )
}

/// A row, field by field.
#[derive(Clone, Default)]
struct Leg(BTreeMap<&'static str, String>);

impl Leg {
    /// A leg of an inbound call, to a party.
    fn new(counter: u32, from: f64, to: f64, kind: &str, dn: &str) -> Self {
        Self::default()
            .with("cdr_id", &id(from, counter))
            .with("call_history_id", &id(0.0, 1))
            .with("main_call_history_id", &id(0.0, 1))
            .with("source_entity_type", "external_line")
            .with("source_dn_number", "10020")
            .with("source_participant_phone_number", "+442079460101")
            .with("source_participant_is_incoming", "t")
            .with("destination_entity_type", kind)
            .with("destination_dn_number", dn)
            .with("creation_method", "route_to")
            .with("creation_forward_reason", "none")
            .with("cdr_started_at", &stamp(from))
            .with("cdr_ended_at", &stamp(to))
    }

    fn with(mut self, column: &'static str, value: &str) -> Self {
        assert!(COLUMNS.contains(&column), "{column}");
        self.0.insert(column, value.to_owned());
        self
    }

    fn answered(self, at: f64) -> Self {
        self.with("cdr_answered_at", &stamp(at))
    }

    fn ended(self, reason: &str, details: &str) -> Self {
        self.with("termination_reason", reason).with("termination_reason_details", details)
    }

    /// Continued in the leg with this start and counter.
    fn on(self, from: f64, counter: u32) -> Self {
        self.with("continued_in_cdr_id", &id(from, counter))
    }

    fn polled_by(self, from: f64, counter: u32) -> Self {
        self.with("base_cdr_id", &id(from, counter)).with("creation_forward_reason", "polling")
    }

    fn line(&self) -> String {
        let field = |it: &&str| format!("\"{}\"", self.0.get(it).map_or("", String::as_str));
        COLUMNS.iter().map(field).collect::<Vec<_>>().join(",")
    }
}

/// So many seconds after the beginning.
fn at(secs: f64) -> DateTime<Utc> {
    let time = std::time::Duration::from_secs_f64(secs.abs());
    let time = TimeDelta::from_std(time).expect("a short time");
    if secs < 0.0 { begin() - time } else { begin() + time }
}

fn stamp(secs: f64) -> String {
    at(secs).format("%Y-%m-%d %H:%M:%S%.6f+00").to_string()
}

fn csv(legs: &[Leg]) -> String {
    let header: Vec<String> = COLUMNS.iter().map(|it| format!("\"{it}\"")).collect();
    let lines = std::iter::once(header.join(",")).chain(legs.iter().map(Leg::line));
    lines.map(|it| it + "\n").collect()
}

#[track_caller]
fn check(legs: &[Leg], expected: &str) {
    let call = one(&mut CdrOutput::new(site()), &csv(legs));
    assert_eq!(told(&call), expected);
}

/// A call that passes queue 801 three times: an agent's voicemail takes it, an agent takes and hands it back, and another
/// takes it while two telephones ring.
fn three_passages() -> Vec<Leg> {
    vec![
        Leg::new(2, 0.0, 0.01, "inbound_routing", "").ended("continued_in", "").on(0.01, 3),
        Leg::new(3, 0.01, 20.0, "queue", "801")
            .answered(0.05)
            .ended("continued_in", "polling")
            .on(18.0, 5),
        Leg::new(4, 5.0, 18.0, "extension", "104")
            .polled_by(0.01, 3)
            .ended("redirected", "no_answer"),
        Leg::new(5, 18.0, 30.0, "voicemail", "104")
            .answered(20.0)
            .with("base_cdr_id", &id(0.01, 3))
            .with("creation_method", "divert")
            .ended("continued_in", ""),
        Leg::new(6, 30.0, 45.0, "queue", "801")
            .answered(30.02)
            .ended("continued_in", "polling")
            .on(32.0, 7),
        Leg::new(7, 32.0, 75.0, "extension", "105")
            .polled_by(30.0, 6)
            .answered(45.0)
            .ended("continued_in", "")
            .on(75.0, 9),
        Leg::new(8, 31.0, 31.4, "extension", "106").polled_by(30.0, 6).ended("rejected", "busy"),
        Leg::new(9, 75.0, 100.0, "queue", "801")
            .with("creation_method", "transfer")
            .answered(75.09)
            .ended("continued_in", "polling")
            .on(80.0, 10),
        Leg::new(10, 80.0, 160.0, "extension", "107")
            .polled_by(75.0, 9)
            .answered(100.0)
            .ended("src_participant_terminated", ""),
        Leg::new(11, 80.0, 100.0, "extension", "108")
            .polled_by(75.0, 9)
            .ended("cancelled", "completed_elsewhere"),
    ]
}

const THREE_TOLD: &str = "inbound answered, queue q801 0-20 overflowed, ring q801 a104 5-18 unanswered, voicemail 20-30 completed, \
    queue q801 30-45 answered, ring q801 a106 31-31 unanswered, ring q801 a105 32-45 answered, talk q801 a105 45-75 transferred, \
    queue q801 75-100 answered, ring q801 a107 80-100 answered, ring q801 a108 80-100 completed, talk q801 a107 100-160 completed";

#[test]
fn trap_19_queue_rows_in_cdroutput() {
    let mut legs = three_passages();
    let other = Leg::new(20, 500.0, 540.0, "queue", "801")
        .with("call_history_id", &id(500.0, 19))
        .with("main_call_history_id", &id(500.0, 19))
        .answered(500.02)
        .ended("src_participant_terminated", "");
    legs.push(other);
    let read = read(&mut CdrOutput::new(site()), &csv(&legs));
    let calls: Vec<String> = read.log.calls.iter().map(told).collect();
    assert_eq!(calls, [THREE_TOLD, "inbound abandoned, queue q801 0-40 abandoned"]);
    assert_eq!(read.audit.rows_used, 11);
    let agent = read.log.calls[0].agent().map(ringback_calllog::AgentId::as_str);
    assert_eq!(agent, Some("105"), "the first agent, not a voicemail");
}

#[test]
fn rows_in_any_order_and_over_several_files_give_the_same_call() {
    let legs = three_passages();
    let mut back = legs.clone();
    back.reverse();
    check(&back, THREE_TOLD);
    // Two files put together, header and all.
    let split = csv(&legs[5..]) + &csv(&legs[..5]);
    assert_eq!(told(&one(&mut CdrOutput::new(site()), &split)), THREE_TOLD);
}

#[test]
fn an_agent_who_diverts_to_a_colleague_leaves_an_answered_passage() {
    let legs = [
        Leg::new(2, 0.0, 22.0, "queue", "801")
            .answered(0.02)
            .ended("continued_in", "polling")
            .on(12.0, 4),
        Leg::new(3, 2.0, 12.0, "extension", "104")
            .polled_by(0.0, 2)
            .ended("redirected", "no_answer"),
        Leg::new(4, 12.0, 60.0, "extension", "105")
            .with("base_cdr_id", &id(0.0, 2))
            .with("originating_cdr_id", &id(2.0, 3))
            .with("creation_method", "divert")
            .answered(22.0)
            .ended("dst_participant_terminated", ""),
    ];
    check(
        &legs,
        "inbound answered, queue q801 0-22 answered, ring q801 a104 2-12 unanswered, ring q801 a105 12-22 answered, \
         talk q801 a105 22-60 completed",
    );
    assert_eq!(one(&mut CdrOutput::new(site()), &csv(&legs)).wait(), Some(TimeDelta::seconds(22)));
}

#[test]
fn a_caller_who_hangs_up_while_telephones_ring_has_abandoned_the_queue() {
    let legs = [
        Leg::new(2, 0.0, 8.0, "ivr", "800").answered(0.0).ended("continued_in", "").on(8.0, 3),
        Leg::new(3, 8.0, 48.0, "queue", "801")
            .answered(8.09)
            .ended("src_participant_terminated", ""),
        Leg::new(4, 30.0, 48.01, "extension", "104")
            .polled_by(8.0, 3)
            .ended("cancelled", "terminated_by_originator"),
    ];
    check(
        &legs,
        "inbound abandoned, ivr 0-8 completed, queue q801 8-48 abandoned, ring q801 a104 30-48 abandoned",
    );
}

#[test]
fn a_queue_that_sends_its_caller_to_voicemail_overflowed() {
    let legs = [
        Leg::new(2, 0.0, 60.0, "queue", "801")
            .answered(0.02)
            .ended("continued_in", "no_answer")
            .on(60.0, 3),
        Leg::new(3, 60.0, 90.0, "voicemail", "104")
            .answered(60.1)
            .ended("src_participant_terminated", ""),
    ];
    check(&legs, "inbound voicemail, queue q801 0-60 overflowed, voicemail 60-90 completed");
}

#[test]
fn an_extension_that_a_queue_overflows_to_is_no_polled_agent() {
    let legs = [
        Leg::new(2, 0.0, 60.0, "queue", "801")
            .answered(0.02)
            .ended("redirected", "no_answer")
            .on(60.0, 3),
        Leg::new(3, 60.0, 90.0, "extension", "104")
            .answered(65.0)
            .ended("src_participant_terminated", ""),
    ];
    check(
        &legs,
        "inbound answered, queue q801 0-60 overflowed, ring a104 60-65 answered, talk a104 65-90 completed",
    );
}

#[test]
fn a_callback_is_promised_and_tried() {
    let promise = [
        Leg::new(2, 0.0, 30.0, "queue", "801")
            .answered(0.02)
            .ended("continued_in", "callback_requested")
            .on(30.0, 3),
        Leg::new(3, 30.0, 40.0, "ivr", "QCB")
            .with("creation_forward_reason", "callback_requested")
            .answered(30.0)
            .ended("src_participant_terminated", "polling"),
    ];
    check(
        &promise,
        "inbound callback, queue q801 0-30 completed, ivr 30-40 completed, callback_wait 40-? open",
    );
    let mut tried = promise.to_vec();
    tried.push(
        Leg::new(4, 600.0, 700.0, "extension", "104")
            .with("creation_forward_reason", "callback")
            .answered(605.0)
            .ended("src_participant_terminated", ""),
    );
    check(
        &tried,
        "inbound callback, queue q801 0-30 completed, ivr 30-40 completed, callback_wait 40-600 answered, \
         ring a104 600-605 answered, talk a104 605-700 completed",
    );
}

/// A leg between an agent and someone else.
fn placed(counter: u32, from: f64, to: f64, kind: &str, dn: &str) -> Leg {
    Leg::new(counter, from, to, kind, dn)
        .with("source_entity_type", "extension")
        .with("source_dn_number", "104")
        .with("source_participant_phone_number", "")
        .with("source_participant_is_incoming", "f")
        .with("destination_participant_is_incoming", "f")
        .with("creation_method", "call_init")
}

#[test]
fn a_call_out_is_reached_when_the_line_answers() {
    let legs = [
        placed(2, 0.0, 0.1, "outbound_rule", "").ended("continued_in", "").on(0.1, 3),
        placed(3, 0.1, 60.1, "external_line", "10020")
            .with("destination_participant_phone_number", "+442079460101")
            .answered(12.1)
            .ended("dst_participant_terminated", ""),
    ];
    check(&legs, "outbound answered, ring 0-12 answered, talk a104 12-60 completed");
    let call = one(&mut CdrOutput::new(site()), &csv(&legs));
    assert!(call.customer.is_some());
    let busy = placed(3, 0.0, 5.0, "external_line", "10020").ended("rejected", "busy");
    check(&[busy], "outbound busy, ring 0-5 unanswered");
    let failed = placed(3, 0.0, 5.0, "external_line", "10020").ended("rejected", "no_route");
    check(&[failed], "outbound failed, ring 0-5 unanswered");
}

#[test]
fn calls_inside_and_consults_are_told_apart() {
    let inside = placed(2, 0.0, 30.0, "extension", "105")
        .answered(4.0)
        .ended("src_participant_terminated", "");
    check(&[inside], "internal answered, ring a105 0-4 answered, talk a105 4-30 completed");
    // Agent 104 asks 105 and hands the customer over; a supervisor breaks in later.
    let legs = [
        Leg::new(2, 0.0, 60.0, "extension", "104")
            .answered(5.0)
            .ended("continued_in", "")
            .on(60.0, 4),
        placed(3, 30.0, 60.0, "extension", "105")
            .with("call_history_id", &id(30.0, 3))
            .answered(34.0)
            .ended("continued_in", "")
            .on(60.0, 4),
        Leg::new(4, 60.0, 120.0, "extension", "105")
            .with("creation_method", "transfer")
            .answered(60.0)
            .ended("src_participant_terminated", ""),
        Leg::new(5, 90.0, 120.0, "extension", "110")
            .with("creation_method", "barge_in")
            .answered(90.0)
            .ended("dst_participant_terminated", ""),
    ];
    check(
        &legs,
        "inbound answered, ring a104 0-5 answered, talk a104 5-60 transferred, consult a104 30-60 completed, \
         ring a105 60-60 answered, talk a105 60-120 completed",
    );
}

#[test]
fn a_conference_is_no_transfer() {
    let legs = [
        Leg::new(2, 0.0, 60.0, "extension", "104")
            .answered(5.0)
            .ended("continued_in", "")
            .on(60.0, 3),
        Leg::new(3, 60.0, 120.0, "extension", "105")
            .with("creation_method", "join")
            .answered(60.0)
            .ended("src_participant_terminated", ""),
    ];
    check(
        &legs,
        "inbound answered, ring a104 0-5 answered, talk a104 5-60 completed, talk a105 60-120 completed",
    );
}

#[test]
fn a_call_that_is_sent_outside_or_ended_by_the_system_overflowed() {
    let outside = [
        Leg::new(2, 0.0, 20.0, "queue", "801")
            .answered(0.02)
            .ended("continued_in", "no_answer")
            .on(20.0, 3),
        Leg::new(3, 20.0, 80.0, "external_line", "10021")
            .with("destination_participant_phone_number", "+442079460199")
            .with("destination_participant_is_incoming", "f")
            .answered(30.0)
            .ended("dst_participant_terminated", ""),
    ];
    check(&outside, "inbound overflowed, queue q801 0-20 overflowed");
    let call = one(&mut CdrOutput::new(site()), &csv(&outside));
    let plain = one(&mut CdrOutput::new(site()), &csv(&three_passages()));
    assert_eq!(call.customer, plain.customer, "the caller, not who was called");
    let closed =
        Leg::new(2, 0.0, 4.0, "endcall", "").with("creation_forward_reason", "out_of_office");
    check(&[closed.ended("dst_participant_terminated", "")], "inbound overflowed");
    let failed = Leg::new(2, 0.0, 4.0, "extension", "199").ended("rejected", "not_found");
    check(&[failed], "inbound failed, ring a199 0-4 failed");
}

#[test]
fn trap_20_stamps_shown_in_any_zone_give_one_start() {
    let utc = one(&mut CdrOutput::new(site()), &csv(&three_passages()));
    assert_eq!(utc.arrived_at.to_rfc3339(), "2026-05-04T07:00:00.554536+00:00");
    for (offset, shown) in
        [(1, "+0100"), (1, "+01:00"), (2, "+02"), (2, ""), (-5, "-0500"), (0, "Z"), (-3, "")]
    {
        let mut legs = three_passages();
        for leg in &mut legs {
            for column in ["cdr_started_at", "cdr_answered_at", "cdr_ended_at"] {
                let Some(value) = leg.0.get_mut(column) else { continue };
                let at: DateTime<Utc> = format!("{value}:00").parse().expect("a stamp");
                let local = at + TimeDelta::hours(offset);
                *value = format!("{}{shown}", local.format("%Y-%m-%d %H:%M:%S%.6f"));
            }
        }
        let call = one(&mut CdrOutput::new(site()), &csv(&legs));
        assert_eq!(call, utc, "shown with {shown:?}");
    }
}

#[test]
fn trap_20_the_time_in_the_id_checks_the_zone() {
    let id: CdrId = "00000000-01dc-9a69-1dbe-96110000301f".parse().expect("an id");
    let at = id.instant().expect("a time").to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    assert_eq!(at, "2026-02-10T08:41:57.554536Z");
    assert_eq!(id.counter(), 12_319);
    // Local time that is said to be UTC.
    let off = Leg::new(2, 0.0, 40.0, "queue", "801").ended("src_participant_terminated", "");
    let off = off.with("cdr_id", &self::id(-3600.0, 2));
    let read = read(&mut CdrOutput::new(site()), &csv(std::slice::from_ref(&off)));
    let warnings = format!("{:?}", read.audit.warnings);
    assert!(warnings.contains("cdr_id tells another start by more than 2 s"), "{warnings}");
    // Without an offset, and seven minutes away from any zone.
    let bare = off.with("cdr_started_at", "2026-05-04 07:07:00.554536");
    let message = rejected(&mut CdrOutput::new(site()), &csv(std::slice::from_ref(&bare)));
    assert!(
        message.contains(
            "cdr_started_at: a stamp without an offset that cdr_id's time does not confirm"
        ),
        "{message}"
    );
    let random = bare.with("cdr_id", "5b1c9a69-1dbe-4611-8000-301f00000000");
    let message = rejected(&mut CdrOutput::new(site()), &csv(&[random]));
    assert!(message.contains("and cdr_id holds no time that tells it"), "{message}");
}

#[test]
fn an_id_comes_back_as_it_was_written() {
    for text in ["00000000-01dc-9a69-1dbe-96110000301f", "00000000-ffff-ffff-ffff-ffffffffffff"] {
        assert_eq!(text.parse::<CdrId>().map(|it| it.to_string()).as_deref(), Ok(text));
    }
    let huge: CdrId = "00000000-ffff-ffff-ffff-ffffffffffff".parse().expect("an id");
    assert_eq!(huge.instant(), None, "no calendar reaches so far");
    let error = "01dc-9a69".parse::<CdrId>().expect_err("too short").to_string();
    assert!(error.starts_with("a text of 9 bytes is no id of a row"), "{error}");
}

#[test]
fn a_row_that_comes_twice_counts_once_and_a_later_state_of_it_stays() {
    let open = Leg::new(2, 0.0, 0.0, "queue", "801").with("cdr_ended_at", "");
    let done = Leg::new(2, 0.0, 40.0, "queue", "801").ended("src_participant_terminated", "");
    for legs in
        [[open.clone(), done.clone(), done.clone()], [done.clone(), done.clone(), open.clone()]]
    {
        let read = read(&mut CdrOutput::new(site()), &csv(&legs));
        assert_eq!(told(&read.log.calls[0]), "inbound abandoned, queue q801 0-40 abandoned");
        assert_eq!((read.audit.rows_used, read.audit.rows_skipped), (1, 2));
        assert_eq!(read.audit.skipped.len(), 2, "{:?}", read.audit.skipped);
    }
    let call = one(&mut CdrOutput::new(site()), &csv(&[open]));
    assert_eq!((call.is_complete, call.ended_at), (false, None));
    assert_eq!(told(&call), "inbound unknown, queue q801 0-? open");
}

#[test]
fn bad_rows_are_rejected_with_the_field() {
    #[track_caller]
    fn check(column: &'static str, value: &str, expected: &str) {
        let leg = Leg::new(2, 0.0, 40.0, "queue", "801").with(column, value);
        let message = rejected(&mut CdrOutput::new(site()), &csv(&[leg]));
        assert!(message.contains(expected), "{message}");
    }
    check("cdr_id", "seven", "cdr_id: \"seven\", expected an id such as");
    check("cdr_id", "", "cdr_id: no value, expected an id");
    check("call_history_id", "NULL", "call_history_id: no value, expected an id");
    check("cdr_started_at", "", "cdr_started_at: no value, expected a stamp");
    check("cdr_ended_at", "soon", "cdr_ended_at: \"soon\", expected a stamp such as");
    check("cdr_ended_at", "2026-05-04 06:00:00+00", "cdr_ended_at: call from");
    check("cdr_ended_at", "2026-05-04 07:00:00+99", "+99\", expected a stamp such as");
    let short = csv(&[Leg::new(2, 0.0, 40.0, "queue", "801")]).replace("\"cdr_ended_at\",", "");
    let message = rejected(&mut CdrOutput::new(site()), &short);
    assert!(message.contains("cdr_ended_at: no such column"), "{message}");
}

#[test]
fn words_that_are_not_known_are_named_in_the_remarks() {
    let leg = Leg::new(2, 0.0, 40.0, "moon_base", "801").ended("beamed_up", "new_word");
    let read = read(&mut CdrOutput::new(site()), &csv(&[leg]));
    assert_eq!(read.log.calls[0].outcome, Outcome::Unknown);
    let warnings = format!("{:?}", read.audit.warnings);
    for word in ["entity type moon_base", "termination reason beamed_up"] {
        assert!(warnings.contains(word), "{warnings}");
    }
}

#[test]
fn calls_are_given_out_while_the_log_is_read() {
    let mut reader = CdrOutput::new(site());
    let read = LogReader::new()
        .read_bytes("x", csv(&three_passages()).as_bytes(), &mut reader)
        .expect("rows");
    let queues = read.log.calls[0].stages.iter().filter(|it| it.kind == StageKind::Queue).count();
    assert_eq!(queues, 3);
    assert_eq!(format!("{reader:?}"), "CdrOutput(0 rows wait)");
}
