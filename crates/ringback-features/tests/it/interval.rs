//! The interval table: counts by hand, a second implementation, gaps, days of 23 and 25 hours.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, Direction, Outcome, QueueId, StageEnd, StageKind, Zone};
use ringback_features::{
    Calendar, IntervalError, IntervalLength, IntervalRow, IntervalTable, Intervals, OpeningHours,
};

use crate::hand_made::{
    abandoned, answered, at, call, drawn_calls, gap, says_all, stamp, talks, then, works,
};

fn hours(calls: &[Call]) -> IntervalTable {
    Intervals::new(IntervalLength::HOUR).build(calls, &says_all()).unwrap()
}

fn row(table: &IntervalTable, index: usize) -> &IntervalRow {
    table.rows[index].as_ref().unwrap()
}

#[test]
fn every_call_counts_once_by_what_became_of_it() {
    let to_voicemail = call(at("02:40:00"), Outcome::Voicemail);
    let overflowed =
        then(call(at("02:50:00"), Outcome::Overflowed), StageKind::Queue, 7, StageEnd::Overflowed);
    let calls = [
        talks(answered(at("02:10:00"), 30), "ann", 100),
        talks(call(at("02:20:00"), Outcome::Answered), "bob", 50),
        abandoned(at("02:30:00"), 12),
        call(at("02:35:00"), Outcome::Abandoned),
        to_voicemail,
        overflowed,
    ];
    let table = hours(&calls);
    assert_eq!((table.start, table.rows.len()), (at("00:00:00"), 3));
    let row = row(&table, 2);
    assert_eq!(row.calls_arrived, 6);
    assert_eq!(row.calls_offered, 4);
    assert_eq!(row.calls_answered, 2);
    assert_eq!(row.calls_abandoned, Some(1));
    assert_eq!(row.calls_abandoned_in_menu, Some(1));
    assert_eq!(row.calls_other, 2);
    assert_eq!((row.wait_secs_sum, row.waits), (42.0, 2));
    assert_eq!((row.talk_secs_sum, row.handle_secs_sum, row.talks), (150.0, 150.0, 2));
    assert_eq!((row.agents_seen, row.busy_secs), (Some(2), Some(150.0)));
}

#[test]
fn an_interval_without_calls_is_zero_and_one_in_a_gap_is_missing() {
    let calls = [answered(at("00:30:00"), 1), answered(at("04:30:00"), 1)];
    let gaps = [gap(at("02:00:00"), at("03:00:00"))];
    let table =
        Intervals::new(IntervalLength::HOUR).gaps(&gaps).build(&calls, &says_all()).unwrap();
    let offered = table.series(|row| f64::from(row.calls_offered)).unwrap();
    assert_eq!(offered.values(), [Some(1.0), Some(0.0), None, Some(0.0), Some(1.0)]);
    assert_eq!(table.missing(), 1);
}

#[test]
fn an_interval_is_missing_where_a_gap_overlaps_any_part_of_it() {
    #[track_caller]
    fn check(from: &str, to: &str, expected: &[usize]) {
        let calls = [answered(at("00:00:00"), 1), answered(at("05:30:00"), 1)];
        let gaps = [gap(stamp(from), stamp(to))];
        let table =
            Intervals::new(IntervalLength::HOUR).gaps(&gaps).build(&calls, &says_all()).unwrap();
        let missing: Vec<usize> = (0..6).filter(|&hour| table.rows[hour].is_none()).collect();
        assert_eq!(missing, expected, "{from} to {to}");
    }
    check("2026-05-04T01:59:59Z", "2026-05-04T03:00:01Z", &[1, 2, 3]);
    check("2026-05-04T02:00:00Z", "2026-05-04T03:00:00Z", &[2]);
    check("2026-05-04T02:10:00Z", "2026-05-04T02:50:00Z", &[2]);
    check("2026-05-01T00:00:00Z", "2026-05-04T00:00:01Z", &[0]);
    check("2026-05-01T00:00:00Z", "2026-05-04T00:00:00Z", &[]);
    check("2026-05-04T05:00:00Z", "2026-06-01T00:00:00Z", &[5]);
    check("2026-05-05T00:00:00Z", "2026-06-01T00:00:00Z", &[]);
}

#[test]
fn a_call_belongs_to_the_interval_in_which_it_came_to_its_queue() {
    let menu =
        then(call(at("00:59:50"), Outcome::Answered), StageKind::Ivr, 20, StageEnd::Completed);
    let calls = [talks(then(menu, StageKind::Queue, 5, StageEnd::Answered), "ann", 7_200)];
    let table = hours(&calls);
    assert_eq!(table.rows.len(), 2);
    assert_eq!((row(&table, 0).calls_arrived, row(&table, 1).calls_arrived), (0, 1));
    assert_eq!((row(&table, 1).talk_secs_sum, row(&table, 1).calls_answered), (7_200.0, 1));
    // The talk runs from 01:00:15 and is clipped at the table's end.
    assert_eq!(row(&table, 1).busy_secs, Some(3_585.0));
}

#[test]
fn work_of_one_agent_that_overlaps_counts_once_and_of_two_agents_twice() {
    let mut conference = talks(call(at("00:00:00"), Outcome::Answered), "ann", 600);
    let mut hold = conference.stages[0].clone();
    hold.kind = StageKind::Hold;
    hold.entered_at = at("00:05:00");
    hold.left_at = Some(at("00:06:00"));
    let mut colleague = conference.stages[0].clone();
    colleague.agent = Some("bob".into());
    colleague.entered_at = at("00:08:00");
    conference.stages.extend([hold, colleague]);
    let table = hours(&[works(conference, StageKind::WrapUp, "ann", 30)]);
    let row = row(&table, 0);
    assert_eq!((row.agents_seen, row.busy_secs), (Some(2), Some(600.0 + 120.0 + 30.0)));
    assert_eq!((row.talk_secs_sum, row.handle_secs_sum), (720.0, 750.0));
}

#[test]
fn internal_calls_count_nowhere_and_outbound_calls_only_if_they_queued() {
    let dialed = Call {
        direction: Direction::Outbound,
        ..talks(call(at("00:10:00"), Outcome::Answered), "ann", 60)
    };
    let returned =
        Call { direction: Direction::Outbound, ..talks(answered(at("00:20:00"), 5), "bob", 60) };
    let internal =
        Call { direction: Direction::Internal, ..talks(answered(at("00:30:00"), 5), "cem", 60) };
    let table = hours(&[dialed, returned, internal]);
    let row = row(&table, 0);
    assert_eq!((row.calls_arrived, row.calls_offered, row.calls_answered), (1, 1, 1));
    assert_eq!((row.agents_seen, row.busy_secs), (Some(2), Some(120.0)));
}

#[test]
fn a_queue_has_only_its_own_calls_on_the_grid_of_the_whole_log() {
    let sales = QueueId::from("sales");
    let for_sales = Call { queue: Some(sales.clone()), ..answered(at("02:00:00"), 10) };
    let mut by_stage = answered(at("03:00:00"), 10);
    by_stage.stages[0].queue = Some(sales.clone());
    let other = Call { queue: Some("service".into()), ..answered(at("05:00:00"), 10) };
    let calls = [for_sales, by_stage, other, answered(at("04:00:00"), 10)];
    let of = |queue: &str| {
        let intervals = Intervals::new(IntervalLength::HOUR).queue(queue.into());
        intervals.build(&calls, &says_all())
    };
    let table = of("sales").unwrap();
    assert_eq!(table.queue, Some(sales));
    let offered = table.series(|row| f64::from(row.calls_offered)).unwrap();
    assert_eq!(offered.values(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0].map(Some));
    let error = of("slaes").unwrap_err();
    assert_eq!(error.to_string(), "no inbound call for queue \"slaes\", expected at least one");
}

#[test]
fn what_the_source_does_not_say_is_no_zero() {
    let calls = [talks(answered(at("00:10:00"), 30), "ann", 100)];
    let mut observed = says_all();
    (observed.abandons, observed.waits, observed.agents) = (false, false, false);
    let table = Intervals::new(IntervalLength::HOUR).build(&calls, &observed).unwrap();
    let row = row(&table, 0);
    assert_eq!((row.calls_abandoned, row.calls_abandoned_in_menu), (None, None));
    assert_eq!((row.agents_seen, row.waits, row.busy_secs), (None, 0, Some(100.0)));

    let without_talk = hours(&[answered(at("00:10:00"), 30)]);
    assert_eq!(without_talk.rows[0].as_ref().unwrap().busy_secs, None);
}

const COPENHAGEN: &str = "Europe/Copenhagen";

#[test]
fn days_of_23_and_25_hours_have_their_intervals() {
    #[track_caller]
    fn check(zone: &str, [first, last]: [&str; 2], start: &str, rows: usize) {
        let mut observed = says_all();
        observed.zone = zone.parse::<Zone>().unwrap();
        let calls = [answered(stamp(first), 1), answered(stamp(last), 1)];
        let table = Intervals::new(IntervalLength::HALF_HOUR).build(&calls, &observed).unwrap();
        assert_eq!((table.start, table.rows.len()), (stamp(start), rows), "{first}");
        let dates: BTreeSet<_> = table.civil().map(|civil| civil.date).collect();
        assert_eq!(dates.len(), 1, "{first}");
    }
    check(COPENHAGEN, ["2026-03-29T05:00:00Z", "2026-03-29T21:59:00Z"], "2026-03-28T23:00:00Z", 46);
    check(COPENHAGEN, ["2026-10-25T05:00:00Z", "2026-10-25T22:59:00Z"], "2026-10-24T22:00:00Z", 50);
    check(COPENHAGEN, ["2026-05-04T05:00:00Z", "2026-05-04T21:59:00Z"], "2026-05-03T22:00:00Z", 48);
    check(
        "Asia/Kolkata",
        ["2026-05-04T05:00:00Z", "2026-05-04T18:29:00Z"],
        "2026-05-03T18:30:00Z",
        48,
    );
}

#[test]
fn closed_intervals_are_rows_that_are_not_open() {
    let calls = [answered(at("00:30:00"), 1), answered(at("23:30:00"), 1)];
    let weekdays: OpeningHours = "Mon-Fri 08:30-12:00".parse().unwrap();
    let calendar = Calendar::plain(Zone::UTC);
    let table = Intervals::new(IntervalLength::HOUR)
        .opening_hours(&weekdays, &calendar)
        .build(&calls, &says_all())
        .unwrap();
    let open: Vec<usize> = (0..24).filter(|&hour| row(&table, hour).is_open).collect();
    assert_eq!(open, [8, 9, 10, 11]);
    assert_eq!(row(&table, 23).calls_offered, 1);
    assert_eq!(table.hours, Some(weekdays));
    assert!(hours(&calls).rows.iter().flatten().all(|row| row.is_open));
}

#[test]
fn opening_hours_are_found_from_the_calls() {
    let mut calls = Vec::new();
    for day in 0..42 {
        for hour in 9..17 {
            for minute in 0..30 {
                let elapsed = TimeDelta::days(day) + TimeDelta::minutes(hour * 60 + minute);
                calls.push(answered(at("00:00:00") + elapsed, 1));
            }
        }
    }
    let calendar = Calendar::plain(Zone::UTC);
    let intervals = Intervals::new(IntervalLength::HOUR).find_opening_hours(&calendar);
    let midnight = at("00:00:00");
    let table = intervals
        .clone()
        .span(midnight, midnight + TimeDelta::days(42))
        .build(&calls, &says_all())
        .unwrap();
    assert_eq!(table.hours.unwrap().to_string(), "Mon-Sun 09:00-17:00; holidays closed");
    let too_few = intervals.build(&calls[..10], &says_all()).unwrap_err();
    assert!(matches!(too_few, IntervalError::Hours(_)), "{too_few}");
}

#[test]
fn a_span_sets_where_the_table_begins_and_ends() {
    let calls = [answered(at("00:30:00"), 1), answered(at("03:30:00"), 1)];
    let span = |from, to| {
        let intervals = Intervals::new(IntervalLength::HOUR).span(at(from), at(to));
        let table = intervals.build(&calls, &says_all()).unwrap();
        table.series(|row| f64::from(row.calls_offered)).unwrap().values().to_vec()
    };
    assert_eq!(span("09:00:00", "02:00:00"), [1.0, 0.0].map(Some));
    assert_eq!(span("00:00:00", "05:30:00"), [1.0, 0.0, 0.0, 1.0, 0.0, 0.0].map(Some));
}

#[test]
fn a_wrong_stamp_does_not_fill_the_memory() {
    let calls = [answered(stamp("1970-01-01T00:00:00Z"), 1), answered(at("00:30:00"), 1)];
    let minute = IntervalLength::from_minutes(1).unwrap();
    let error = Intervals::new(minute).build(&calls, &says_all()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1970-01-01 00:00:00 UTC to 2026-05-04 00:30:00 UTC is more than 4194304 intervals of 1m"
    );
}

#[test]
fn without_a_call_there_is_no_table() {
    let internal = Call { direction: Direction::Internal, ..answered(at("00:30:00"), 1) };
    for calls in [&[][..], &[internal]] {
        let error = Intervals::new(IntervalLength::HOUR).build(calls, &says_all()).unwrap_err();
        assert_eq!(error, IntervalError::NoCalls { queue: None });
        assert_eq!(error.to_string(), "no inbound call, expected at least one");
    }
}

#[test]
fn the_order_of_the_calls_does_not_matter() {
    let mut calls = drawn_calls(7, 400);
    let table = hours(&calls);
    calls.reverse();
    assert_eq!(hours(&calls), table);
    calls.sort_by_key(|call| (call.arrived_at.timestamp() % 97, call.arrived_at));
    assert_eq!(hours(&calls), table);
}

/// Whether a call counts, written apart from the library.
fn counts(call: &Call) -> bool {
    match call.direction {
        Direction::Inbound | Direction::Unknown => true,
        Direction::Outbound => call.stages.iter().any(|it| it.kind == StageKind::Queue),
        Direction::Internal => false,
    }
}

/// Seconds in which each agent is in one of the stages, one by one.
fn seconds(calls: &[Call], kinds: &[StageKind]) -> BTreeSet<(String, i64)> {
    let mut seconds = BTreeSet::new();
    for call in calls.iter().filter(|call| call.direction != Direction::Internal) {
        for stage in call.stages.iter().filter(|stage| kinds.contains(&stage.kind)) {
            let agent = stage.agent.as_ref().unwrap().to_string();
            let span = stage.entered_at.timestamp()..stage.left_at.unwrap().timestamp();
            seconds.extend(span.map(|second| (agent.clone(), second)));
        }
    }
    seconds
}

#[test]
fn a_second_implementation_agrees() {
    let calls = drawn_calls(20_260_504, 600);
    let length = IntervalLength::QUARTER_HOUR;
    let table = Intervals::new(length).build(&calls, &says_all()).unwrap();
    let busy = seconds(&calls, &[StageKind::Talk, StageKind::WrapUp]);
    let talk = seconds(&calls, &[StageKind::Talk]);
    assert!(table.rows.len() > 200);
    for (starts_at, row) in table.iter() {
        let row = row.unwrap();
        let within = |at: DateTime<Utc>| starts_at <= at && at < starts_at + length.delta();
        let mine: Vec<&Call> = calls
            .iter()
            .filter(|call| counts(call) && within(call.queued_at().unwrap_or(call.arrived_at)))
            .collect();
        let n = |is: &dyn Fn(&Call) -> bool| {
            u32::try_from(mine.iter().filter(|call| is(call)).count()).unwrap()
        };
        let is_answered = |call: &Call| call.outcome == Outcome::Answered;
        let queued = |call: &Call| call.stages.iter().any(|it| it.kind == StageKind::Queue);
        assert_eq!(row.calls_arrived, n(&|_| true), "{starts_at}");
        assert_eq!(row.calls_offered, n(&|call| queued(call) || is_answered(call)));
        assert_eq!(row.calls_answered, n(&is_answered));
        assert_eq!(row.calls_abandoned, Some(n(&Call::is_abandoned_in_queue)));
        let secs = |kind: StageKind| -> f64 {
            let stages = mine.iter().filter(|it| {
                is_answered(it) || (kind == StageKind::Queue && it.is_abandoned_in_queue())
            });
            let stages = stages.flat_map(|call| &call.stages).filter(|stage| stage.kind == kind);
            stages.map(|stage| stage.duration().unwrap().num_seconds() as f64).sum()
        };
        let sums = (row.wait_secs_sum, row.talk_secs_sum, row.handle_secs_sum);
        let talk_secs = secs(StageKind::Talk);
        let handle_secs = talk_secs + secs(StageKind::WrapUp);
        assert_eq!(sums, (secs(StageKind::Queue), talk_secs, handle_secs), "{starts_at}");
        let (from, to) = (starts_at.timestamp(), (starts_at + length.delta()).timestamp());
        let in_row = |it: &&(String, i64)| from <= it.1 && it.1 < to;
        assert_eq!(row.busy_secs, Some(busy.iter().filter(in_row).count() as f64), "{starts_at}");
        let agents: BTreeSet<&str> =
            talk.iter().filter(in_row).map(|(agent, _)| agent.as_str()).collect();
        assert_eq!(row.agents_seen, Some(u32::try_from(agents.len()).unwrap()), "{starts_at}");
    }
}
