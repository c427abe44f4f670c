//! Attempts from call logs and from tables.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    Call, CallId, Customer, Direction, Outcome, Precision, PseudonymKey, Pseudonymizer, SourceId,
    Stage, StageEnd, StageKind, Zone,
};
use ringback_reach::{
    AttemptKind, AttemptLog, AttemptTable, AttemptTableError, AttemptsOfCalls, ContactOutcome,
    CustomerText, ReadAttempts, SignalNote,
};

use crate::policy_value::customers;

#[expect(clippy::cast_possible_truncation, reason = "a few days")]
fn at(hour: f64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_777_852_800, 0).unwrap()
        + TimeDelta::milliseconds((hour * 3.6e6) as i64)
}

fn call(direction: Direction, customer: Option<Customer>, hour: f64, outcome: Outcome) -> Call {
    Call {
        call_id: CallId::new(format!("{hour}")),
        source: SourceId::new("test"),
        direction,
        customer,
        queue: None,
        intent: None,
        priority: None,
        arrived_at: at(hour),
        ended_at: Some(at(hour) + TimeDelta::minutes(2)),
        outcome,
        stages: Vec::new(),
        legs: 1,
        is_complete: true,
        precision: Precision::SECOND,
    }
}

fn stage(kind: StageKind, from: DateTime<Utc>, secs: Option<i64>, end: StageEnd) -> Stage {
    let left_at = secs.map(|it| from + TimeDelta::seconds(it));
    Stage { kind, queue: None, agent: None, entered_at: from, left_at, end }
}

fn ringing(call: Call, secs: i64) -> Call {
    let from = call.arrived_at + TimeDelta::seconds(1);
    let stages = vec![stage(StageKind::Ring, from, Some(secs), StageEnd::Unanswered)];
    Call { stages, ..call }
}

fn outcomes(log: &AttemptLog) -> Vec<ContactOutcome> {
    log.attempts().iter().map(|it| it.outcome).collect()
}

fn kinds(log: &AttemptLog) -> Vec<AttemptKind> {
    log.attempts().iter().map(|it| it.kind).collect()
}

#[test]
fn an_outbound_call_tells_what_came_of_it() {
    let who = Some(customers(1)[0]);
    let out = |hour, outcome| call(Direction::Outbound, who, hour, outcome);
    let voicemail = out(6.0, Outcome::Other);
    let recorder = stage(StageKind::Voicemail, voicemail.arrived_at, Some(20), StageEnd::Completed);
    let calls = [
        out(0.0, Outcome::Answered),
        out(1.0, Outcome::Voicemail),
        ringing(out(2.0, Outcome::Other), 30),
        ringing(out(3.0, Outcome::Abandoned), 8),
        out(4.0, Outcome::Busy),
        out(5.0, Outcome::Failed),
        Call { stages: vec![recorder], ..voicemail },
        out(7.0, Outcome::Overflowed),
        out(8.0, Outcome::Unknown),
    ];
    let of = AttemptLog::from_calls(&calls, Zone::UTC).unwrap();
    let expected = [
        ContactOutcome::Reached,
        ContactOutcome::Voicemail,
        ContactOutcome::NoAnswer,
        ContactOutcome::Failed,
        ContactOutcome::Busy,
        ContactOutcome::Failed,
        ContactOutcome::Voicemail,
        ContactOutcome::Unknown,
        ContactOutcome::Unknown,
    ];
    assert_eq!(outcomes(&of.log), expected);
    assert_eq!(of.counts.untold, 4);
    let rang = &of.log.attempts()[2];
    assert_eq!((rang.attempted_at, rang.ring_secs), (at(2.0) + TimeDelta::seconds(1), Some(30.0)));
    let patient = AttemptsOfCalls::new().shortest_ring_secs(5.0).of(&calls, Zone::UTC).unwrap();
    assert_eq!(outcomes(&patient.log)[3], ContactOutcome::NoAnswer);
    assert!(AttemptsOfCalls::new().shortest_ring_secs(f64::NAN).of(&calls, Zone::UTC).is_err());
}

#[test]
fn every_call_is_counted_once() {
    let who = Some(customers(1)[0]);
    let calls = [
        call(Direction::Outbound, who, 0.0, Outcome::Answered),
        call(Direction::Outbound, None, 1.0, Outcome::Answered),
        call(Direction::Inbound, who, 2.0, Outcome::Answered),
        call(Direction::Inbound, None, 3.0, Outcome::Abandoned),
        call(Direction::Internal, who, 4.0, Outcome::Answered),
        call(Direction::Unknown, None, 5.0, Outcome::Answered),
    ];
    let of = AttemptLog::from_calls(&calls, Zone::UTC).unwrap();
    let counts = of.counts;
    assert_eq!((counts.calls, counts.outbound, counts.inbound), (6, 1, 1));
    assert_eq!((counts.without_customer, counts.other_direction), (2, 2));
    assert_eq!(of.log.inbound_contacts().len(), 1);
    assert_eq!(of.log.inbound_contacts()[0].at, at(2.0));
    let none = AttemptLog::from_calls(&[], Zone::UTC).unwrap();
    assert_eq!((none.log.attempts().len(), none.counts.calls), (0, 0));
}

/// In any order of the calls.
#[test]
fn why_a_customer_is_called_follows_from_what_came_before() {
    let who = Some(customers(1)[0]);
    let out = |hour, outcome| call(Direction::Outbound, who, hour, outcome);
    let into = |hour, outcome| call(Direction::Inbound, who, hour, outcome);
    let mut calls = vec![
        ringing(out(0.0, Outcome::Other), 30), // never heard of
        into(1.0, Outcome::Abandoned),
        ringing(out(2.0, Outcome::Other), 30), // an hour after they hung up
        ringing(out(30.0, Outcome::Other), 30), // more than a day after
        into(40.0, Outcome::Callback),
        ringing(out(41.0, Outcome::Other), 30), // as promised, in vain
        out(42.0, Outcome::Answered),           // as promised, and kept
        out(43.0, Outcome::Answered),
        into(50.0, Outcome::Abandoned),
        into(51.0, Outcome::Answered), // served meanwhile
        out(52.0, Outcome::Answered),
    ];
    let expected = [
        AttemptKind::UnknownNumber,
        AttemptKind::AbandonedReturn,
        AttemptKind::KnownContact,
        AttemptKind::RequestedCallback,
        AttemptKind::RequestedCallback,
        AttemptKind::KnownContact,
        AttemptKind::KnownContact,
    ];
    assert_eq!(kinds(&AttemptLog::from_calls(&calls, Zone::UTC).unwrap().log), expected);
    calls.reverse();
    assert_eq!(kinds(&AttemptLog::from_calls(&calls, Zone::UTC).unwrap().log), expected);
}

#[test]
fn a_wait_for_a_callback_is_an_attempt_when_it_ends() {
    let names = customers(4);
    let waiting = |who: usize, secs, end| {
        let call = call(Direction::Inbound, Some(names[who]), 0.0, Outcome::Callback);
        let wait = stage(StageKind::CallbackWait, at(0.1), secs, end);
        Call { stages: vec![wait], ..call }
    };
    let calls = [
        waiting(0, Some(600), StageEnd::Answered),
        waiting(1, Some(900), StageEnd::Unanswered),
        waiting(2, Some(60), StageEnd::Abandoned),
        waiting(3, None, StageEnd::Open),
    ];
    let of = AttemptLog::from_calls(&calls, Zone::UTC).unwrap();
    assert_eq!(outcomes(&of.log), [ContactOutcome::Reached, ContactOutcome::NoAnswer]);
    assert_eq!(kinds(&of.log), [AttemptKind::RequestedCallback; 2]);
    assert_eq!(of.log.attempts()[0].attempted_at, at(0.1) + TimeDelta::seconds(600));
    assert_eq!((of.counts.inbound, of.counts.called_back, of.counts.callbacks_open), (4, 2, 1));
}

fn pseudonymizer() -> Pseudonymizer {
    Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop")
}

fn read(text: &str) -> ReadAttempts {
    AttemptTable::new(Zone::UTC).read("a.csv", text.as_bytes(), &pseudonymizer()).unwrap()
}

const HEADER: &str =
    "customer,attempted_at,reached,time_zone,segment,kind,outcome,ring_secs,propensity,age\n";

#[test]
fn every_column_of_a_table_is_read() {
    let text = "\u{feff} customer ,attempted_at,reached,time_zone,segment,kind,outcome,ring_secs,propensity,age,true_probability,note\n\
        c2,1777888800.5,0,,,,,,,,0.3,late\n\
        c1,2026-05-04T09:00:00+02:00,1,Europe/Copenhagen,business,requested_callback,reached,12.5,0.25,40,0.7,\"a, b\"\n\
        c1,2026-05-04T07:00:00Z,,,,,failed,,,41,0.7,\n";
    let read = read(text);
    assert_eq!(read.rejected, []);
    assert_eq!((read.rows_read, read.rows.as_slice()), (3, [2, 3, 1].as_slice()));
    let [first, second, third] = read.log.attempts() else { panic!("{:?}", read.log) };
    assert_eq!(first.attempted_at.to_rfc3339(), "2026-05-04T07:00:00+00:00");
    assert_eq!(first.zone.unwrap().name(), "Europe/Copenhagen");
    assert_eq!(first.segment.as_ref().unwrap().as_str(), "business");
    assert_eq!(
        (first.kind, first.outcome),
        (AttemptKind::RequestedCallback, ContactOutcome::Reached)
    );
    assert_eq!((first.ring_secs, first.propensity), (Some(12.5), Some(0.25)));
    assert_eq!(first.customer, second.customer);
    assert_eq!((second.outcome, third.outcome), (ContactOutcome::Failed, ContactOutcome::NoAnswer));
    assert_eq!(third.attempted_at.timestamp_millis(), 1_777_888_800_500);
    assert_eq!(read.log.signal_names(), ["age"]);
    assert_eq!(first.signals, [40.0]);
    assert!(third.signals[0].is_nan());
    let planted = SignalNote::Planted("true_probability".to_owned());
    assert_eq!(read.notes, [planted, SignalNote::NotNumbers("note".to_owned())]);
    assert_eq!(
        read.notes[1].to_string(),
        "column \"note\" is no signal: fewer than half of its fields are numbers"
    );
}

#[track_caller]
fn check_rejected(row: &str, expected: &str) {
    let good = "c1,1777888800,1,,,,,,,30\n".repeat(3);
    let read = read(&format!("{HEADER}{good}{row}\n{good}"));
    let told: Vec<String> = read.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(told, [expected], "{row}");
    assert_eq!((read.rows_read, read.log.attempts().len()), (7, 6), "{row}");
    assert_eq!(read.rows, [1, 2, 3, 5, 6, 7], "{row}");
}

#[test]
fn a_row_that_cannot_be_understood_is_rejected_with_place_and_reason() {
    let stamp = "expected an RFC 3339 stamp with its offset, or seconds since 1970";
    check_rejected(",1777888800,1,,,,,,,30", "a.csv:5: customer: no value, expected a customer");
    check_rejected("c1,,1,,,,,,,30", &format!("a.csv:5: attempted_at: no value, {stamp}"));
    check_rejected(
        "c1,2026-05-04 09:00,1,,,,,,,30",
        &format!("a.csv:5: attempted_at: \"2026-05-04 09:00\", {stamp}"),
    );
    check_rejected("c1,NaN,1,,,,,,,30", &format!("a.csv:5: attempted_at: \"NaN\", {stamp}"));
    check_rejected("c1,-5,1,,,,,,,30", &format!("a.csv:5: attempted_at: \"-5\", {stamp}"));
    check_rejected("c1,1777888800,2,,,,,,,30", "a.csv:5: reached: \"2\", expected 0 or 1");
    check_rejected(
        "c1,1777888800,,,,,,,,30",
        "a.csv:5: reached: no value, expected what came of the attempt",
    );
    check_rejected(
        "c1,1777888800,1,Europe/Kobenhavn,,,,,,30",
        "a.csv:5: time_zone: \"Europe/Kobenhavn\", expected an IANA time zone such as Europe/Copenhagen",
    );
    check_rejected(
        "c1,1777888800,1,,,cold,,,,30",
        "a.csv:5: kind: \"cold\", expected one of requested_callback, abandoned_return, known_contact, unknown_number, unknown",
    );
    check_rejected(
        "c1,1777888800,1,,,,voicemail,,,30",
        "a.csv:5: outcome: \"voicemail\", expected one that agrees with reached = 1",
    );
    check_rejected(
        "c1,1777888800,1,,,,,-1,,30",
        "a.csv:5: ring_secs: \"-1\", expected seconds from 0",
    );
    check_rejected(
        "c1,1777888800,1,,,,,,0,30",
        "a.csv:5: propensity: \"0\", expected a probability above 0 and at most 1",
    );
    check_rejected(
        "c1,1777888800,1,,,,,,,NaN",
        "a.csv:5: age: \"NaN\", expected a finite number, or nothing where it is not known",
    );
    check_rejected("c1,1777888800", "a.csv:5: 2 fields, expected 10");
    check_rejected(
        "020 7946 0123,1777888800,1,,,,,,,30",
        "a.csv:5: customer: \"••• •••• ••23\", expected a number with + and its country code, or the region of numbers without one",
    );
    check_rejected(
        "+1,1777888800,1,,,,,,,30",
        "a.csv:5: customer: \"+1\", expected a possible telephone number after its country code",
    );
}

#[test]
fn a_number_is_one_customer_in_any_spelling() {
    let rows = "customer,attempted_at,reached\n\
        +44 20 7946 0123,1777888800,1\n+442079460123,1777888801,0\n020 7946 0123,1777888802,1\nc1,1777888803,0\n";
    let of = |customers| {
        AttemptTable::new(Zone::UTC)
            .customers(customers)
            .read("a.csv", rows.as_bytes(), &pseudonymizer())
            .unwrap()
    };
    let full = of(CustomerText::IdsOrFullNumbers);
    assert_eq!((full.log.attempts().len(), full.rejected.len()), (3, 1));
    assert_eq!(full.log.attempts()[0].customer, full.log.attempts()[1].customer);
    let numbers = of(CustomerText::Numbers("GB".parse().unwrap()));
    assert_eq!((numbers.log.attempts().len(), numbers.rejected.len()), (3, 1));
    assert_eq!(numbers.log.attempts()[0].customer, numbers.log.attempts()[2].customer);
    let ids = of(CustomerText::Ids);
    assert_eq!(ids.rejected, []);
    assert_ne!(ids.log.attempts()[0].customer, ids.log.attempts()[1].customer);
}

#[test]
fn a_column_that_tells_the_outcome_is_no_signal() {
    let mut text = "customer,attempted_at,reached,talk_secs,score,agent\n".to_owned();
    for row in 0..60 {
        let talk = if row % 3 == 0 { (row + 5).to_string() } else { String::new() };
        writeln!(
            text,
            "c{},{},{},{talk},{},{}",
            row % 7,
            1_777_888_800 + row,
            u8::from(row % 3 == 0),
            row % 5,
            row % 4
        )
        .unwrap();
    }
    let of = read(&text);
    assert_eq!(of.log.signal_names(), ["score", "agent"]);
    assert_eq!(of.notes, [SignalNote::TellsOutcome("talk_secs".to_owned())]);
    let table = AttemptTable::new(Zone::UTC).ignore("agent");
    let of = table.read("a.csv", text.as_bytes(), &pseudonymizer()).unwrap();
    assert_eq!(of.log.signal_names(), ["score"]);
    assert_eq!(of.notes[0], SignalNote::Ignored("agent".to_owned()));
}

#[test]
fn a_table_without_a_column_that_it_needs_is_an_error() {
    let error = |text: &str| {
        let of = AttemptTable::new(Zone::UTC).read("a.csv", text.as_bytes(), &pseudonymizer());
        of.unwrap_err()
    };
    let expected = "expected customer, attempted_at and reached or outcome";
    assert_eq!(
        error("customer,reached\n").to_string(),
        format!("a.csv: no column attempted_at, {expected}")
    );
    assert_eq!(
        error("customer,attempted_at\n").to_string(),
        format!("a.csv: no column reached or outcome, {expected}")
    );
    assert!(matches!(error(""), AttemptTableError::MissingColumn { .. }));
    assert_eq!(
        error("customer,attempted_at,reached,reached\n").to_string(),
        "a.csv: column \"reached\" is there twice, expected it once"
    );
    let none = read("customer,attempted_at,reached\n");
    assert_eq!((none.rows_read, none.log.attempts().len()), (0, 0));
}

#[test]
fn bytes_that_are_no_text_are_one_rejected_row() {
    let bytes = b"customer,attempted_at,reached\nc\xff,1777888800,1\nc1,1777888800,1\n";
    let of = AttemptTable::new(Zone::UTC).read("a.csv", &bytes[..], &pseudonymizer()).unwrap();
    assert_eq!(of.rejected[0].to_string(), "a.csv:2: bytes that are no text, expected UTF-8");
    assert_eq!((of.rows_read, of.rows.as_slice()), (2, [2].as_slice()));
}
