//! Quick wins and automation potential.
#![expect(
    clippy::float_cmp,
    reason = "sums of whole hours, and figures that pass through unchanged"
)]

use ringback_eventlog::{EventLog, EventLogBuilder, ValueKind};
use ringback_mining::{
    Detectors, Effort, Pattern, automation_potential, detect, quick_wins, quick_wins_with,
};

use crate::journeys::Journeys;

/// Resets are all the same; outages go one of five ways, through two groups.
fn log() -> EventLog {
    let mut log = EventLogBuilder::default();
    let group = log.column("org:group", ValueKind::Text);
    let category = log.case_column("category", ValueKind::Text);
    let minute = 60_000_000_i64;
    for number in 0..400 {
        let case = log.case(&format!("T-{number}"));
        let is_reset = number % 2 == 0;
        log.set_case(case, category, if is_reset { "reset" } else { "outage" });
        let middle = if is_reset { "Work".to_owned() } else { format!("Work {}", number % 5) };
        for (at, state) in [(0, "New"), (30, middle.as_str()), (90, "Closed")] {
            log.event(case, state, i64::from(number) * 1000 * minute + at * minute);
            log.set(group, if is_reset || at == 0 { "Desk" } else { "Core" });
        }
    }
    log.build()
}

#[test]
fn what_is_always_the_same_can_be_left_to_a_program() {
    let found = automation_potential(&log(), &Detectors::default()).unwrap();
    let [reset, outage] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((reset.category.as_str(), reset.cases, reset.alike), ("reset", 200, 200));
    assert_eq!(reset.route, ["New", "Work", "Closed"]);
    // The queue does not count: from 30 to 90 minutes.
    assert_eq!(reset.handling_hours_median, 1.0);
    assert_eq!(reset.hours, reset.interval.lower * 200.0);
    assert_eq!((outage.alike, outage.hours), (0, 0.0));
    let met = |it: &ringback_mining::Automation| {
        it.conditions.iter().map(|it| it.is_met).collect::<Vec<_>>()
    };
    assert_eq!(met(reset), [Some(true), Some(true), Some(true), Some(true), None, None, None]);
    assert_eq!(met(outage)[0], Some(false));
}

#[test]
fn a_log_without_categories_has_no_potential_by_category() {
    let mut log = EventLogBuilder::default();
    let case = log.case("T-1");
    log.event(case, "Closed", 0);
    let error = automation_potential(&log.build(), &Detectors::default()).unwrap_err();
    assert_eq!(error.to_string(), "automation potential: the log has no category");
}

#[test]
fn quick_wins_are_ordered_by_the_least_gain_for_the_effort() {
    let (log, _) =
        Journeys { seed: 4, cases: 2000, planted: Some(Pattern::PingPong), noise: 0.0 }.simulate();
    let found = detect(&log, &Detectors::default()).unwrap();
    let wins = quick_wins(&found);
    assert_eq!(wins.len(), found.findings.len());
    assert!(wins.is_sorted_by(|a, b| a.score >= b.score));
    for win in &wins {
        let finding = &found.findings[win.finding];
        assert_eq!(win.gain_hours, finding.excess_interval.lower.max(0.0));
        assert_eq!(win.score, win.gain_hours / win.effort.weight());
        assert!(!win.must_be_true.is_empty());
    }
    assert!(wins.iter().any(|it| it.pattern == Pattern::PingPong && it.gain_hours > 0.0));
    // On the frontier more effort must gain more.
    let mut frontier: Vec<_> = wins.iter().filter(|it| it.is_on_frontier).collect();
    frontier.sort_by(|a, b| a.effort.cmp(&b.effort).then(a.gain_hours.total_cmp(&b.gain_hours)));
    assert!(!frontier.is_empty());
    assert!(frontier.windows(2).all(|it| it[0].gain_hours <= it[1].gain_hours), "{frontier:?}");
}

#[test]
fn efforts_may_be_given() {
    let (log, _) =
        Journeys { seed: 4, cases: 2000, planted: Some(Pattern::PingPong), noise: 0.0 }.simulate();
    let found = detect(&log, &Detectors::default()).unwrap();
    let wins = quick_wins_with(&found, |_| Effort::Small);
    assert_eq!(wins.iter().filter(|it| it.is_on_frontier).count(), 1);
}
