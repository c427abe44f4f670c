//! Plans, with a table of probabilities and small rules in place of the real ones.

#![expect(
    clippy::float_cmp,
    reason = "sums of whole units are exact, and what was written down is the same number"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use proptest::prelude::*;
use ringback_callback::{
    CallRules, CallbackRequest, Capacity, ChosenWindows, Error, Forbidden, Plan, PlanInputs,
    PlanWeights, Planner, RequestId, Skill, UnplannedReason, Urgency,
};
use ringback_calllog::{Customer, Intent, PseudonymKey, Pseudonymizer};
use ringback_reach::{Ask, Evidence, Method, ReachModel, ReachReason, Reachability, Window};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    format!("2026-05-{text}:00Z").parse().unwrap()
}

/// A Monday morning.
pub(crate) fn morning() -> DateTime<Utc> {
    at("04T08:00")
}

pub(crate) fn window(from: &str, to: &str) -> Window {
    Window::new(at(from), at(to)).unwrap()
}

pub(crate) fn hour(n: usize) -> Window {
    let starts_at = morning() + TimeDelta::hours(i64::try_from(n).unwrap());
    Window::new(starts_at, starts_at + TimeDelta::hours(1)).unwrap()
}

pub(crate) fn customer(n: usize) -> Customer {
    let key = PseudonymKey::from_bytes([7; 32]);
    Pseudonymizer::new(&key, "acme").customer(&format!("+1202555{n:04}"))
}

pub(crate) fn request(id: &str, n_customer: usize) -> CallbackRequest {
    CallbackRequest::new(RequestId::new(id), customer(n_customer), morning())
}

pub(crate) fn hours(slots: &[u32]) -> Vec<Capacity> {
    let row = |(n, &slots): (usize, &u32)| Capacity { window: hour(n), slots, skill: None };
    slots.iter().enumerate().map(row).collect()
}

/// Probabilities by customer and hour of the day; 0.3 for others.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) rates: BTreeMap<(Customer, u32), f64>,
    pub(crate) method: Option<Method>,
    pub(crate) known_until: Option<DateTime<Utc>>,
}

impl Table {
    pub(crate) fn of(rows: &[(usize, &[f64])]) -> Self {
        let mut table = Self { known_until: Some(morning()), ..Self::default() };
        for (n, rates) in rows {
            for (hour, rate) in (8..).zip(*rates) {
                table.rates.insert((customer(*n), hour), *rate);
            }
        }
        table
    }
}

impl ReachModel for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        self.known_until
    }

    fn reachability(&self, ask: &Ask<'_>) -> Reachability {
        let hour = chrono::Timelike::hour(&ask.at);
        let probability = self.rates.get(&(ask.customer, hour)).copied().unwrap_or(0.3);
        let method = self.method.unwrap_or(Method::RateTable);
        let evidence = Evidence { method, attempts: 0, reached: 0, inbound: 0 };
        Reachability { probability, lower: probability, upper: probability, evidence }
    }

    fn explain(&self, ask: &Ask<'_>) -> ReachReason {
        ReachReason { baseline: self.reachability(ask).probability, parts: Vec::new() }
    }
}

/// Nobody is called at weekends, nobody twice within the hour, and opted out is opted out.
#[derive(Debug, Default)]
pub(crate) struct Weekdays {
    pub(crate) opted_out: Vec<Customer>,
}

impl CallRules for Weekdays {
    fn permit(
        &self,
        request: &CallbackRequest,
        window: Window,
        _as_of: DateTime<Utc>,
    ) -> Result<Window, Forbidden> {
        if self.opted_out.contains(&request.customer) {
            return Err(Forbidden::OptedOut);
        }
        let weekday = window.starts_at().weekday();
        if matches!(weekday, Weekday::Sat | Weekday::Sun) {
            return Err(Forbidden::Weekday { weekday: weekday.to_string() });
        }
        let Some(last) = request.last_attempt_at else { return Ok(window) };
        let not_before = last + TimeDelta::hours(1);
        let starts_at = window.starts_at().max(not_before);
        Window::new(starts_at, window.ends_at()).map_err(|_| Forbidden::TooSoon { not_before })
    }
}

pub(crate) fn plan_with(
    planner: &Planner,
    requests: &[CallbackRequest],
    capacities: &[Capacity],
    reach: &Table,
) -> Plan {
    let rules = Weekdays::default();
    let inputs = PlanInputs { requests, capacities, reach, rules: &rules, as_of: morning() };
    planner.plan(&inputs).unwrap()
}

fn windows(plan: &Plan) -> Vec<(&str, Window)> {
    plan.planned.iter().map(|it| (it.request.as_str(), it.window)).collect()
}

/// The reason for the only unplanned request.
#[track_caller]
fn only_reason(plan: &Plan) -> &UnplannedReason {
    assert_eq!(plan.unplanned.len(), 1, "{plan:?}");
    &plan.unplanned[0].reason
}

#[test]
fn the_customers_share_out_the_windows_so_that_most_are_reached() {
    // Both answer best at eight, and there is one slot an hour: the one who loses less waits.
    let reach = Table::of(&[(1, &[0.9, 0.8, 0.1]), (2, &[0.7, 0.2, 0.1])]);
    let requests = [request("R1", 1), request("R2", 2)];
    let plan = plan_with(&Planner::new(), &requests, &hours(&[1, 1, 1]), &reach);
    assert_eq!(windows(&plan), [("R1", hour(1)), ("R2", hour(0))]);
    assert_eq!(plan.gap, 0.0);
    // 0.8 an hour late, and 0.7 at once.
    assert!((plan.value - (0.8 - 0.05 / 24.0 + 0.7)).abs() < 2e-6, "{}", plan.value);
    assert_eq!(
        plan.planned[0].reason,
        "the second best of 3 windows; the best is full: the customer answers 80 % of calls then"
    );
    assert_eq!(
        plan.planned[1].reason,
        "the earliest of 3 windows and the best: the customer answers 70 % of calls then"
    );
    assert!(plan.notes.is_empty(), "{:?}", plan.notes);
}

#[test]
fn a_call_begins_before_the_deadline_and_not_before_now() {
    let mut due = request("R1", 1);
    due.due_by = Some(at("04T09:30"));
    let mut late = request("R2", 2);
    late.due_by = Some(at("04T08:00"));
    let mut early = request("R3", 3);
    early.due_by = Some(at("04T08:45"));
    let capacities = [
        Capacity { window: window("04T06:00", "04T07:00"), slots: 9, skill: None },
        Capacity { window: window("04T09:00", "04T10:00"), slots: 9, skill: None },
    ];
    let plan = plan_with(&Planner::new(), &[due, late, early], &capacities, &Table::default());
    assert_eq!(windows(&plan), [("R1", window("04T09:00", "04T09:30"))]);
    let reasons: Vec<_> = plan.unplanned.iter().map(|it| it.reason.clone()).collect();
    let due_by = at("04T08:00");
    assert_eq!(reasons[0], UnplannedReason::DeadlinePassed { due_by });
    let due_by = Some(at("04T08:45"));
    assert_eq!(reasons[1], UnplannedReason::NoWindowBeforeDeadline { due_by });

    // The window has begun: what is left of it.
    let capacities = [Capacity { window: window("04T07:30", "04T08:30"), slots: 9, skill: None }];
    let plan = plan_with(&Planner::new(), &[request("R1", 1)], &capacities, &Table::default());
    assert_eq!(windows(&plan), [("R1", window("04T08:00", "04T08:30"))]);
}

#[test]
fn every_reason_not_to_plan_is_told() {
    let nobody = Table::default();
    let plan = |requests: &[CallbackRequest], capacities: &[Capacity]| {
        plan_with(&Planner::new(), requests, capacities, &nobody)
    };
    let one = [request("R1", 1)];
    let none = plan(&one, &hours(&[0, 0]));
    assert_eq!(*only_reason(&none), UnplannedReason::NoAgents { skill: None });
    assert_eq!(only_reason(&none).to_string(), "no agents with a free slot");
    assert_eq!(*only_reason(&plan(&one, &[])), UnplannedReason::NoAgents { skill: None });

    let mut loans = request("R1", 1);
    loans.skill = Some(Skill::new("loans"));
    let capacities = [Capacity { window: hour(0), slots: 5, skill: Some(Skill::new("cards")) }];
    assert_eq!(
        only_reason(&plan(&[loans], &capacities)).to_string(),
        "no agents with a free slot and the skill loans"
    );

    let saturday = [
        Capacity { window: window("09T08:00", "09T09:00"), slots: 5, skill: None },
        Capacity { window: window("02T08:00", "02T09:00"), slots: 5, skill: None },
    ];
    assert_eq!(
        only_reason(&plan(&one, &saturday)).to_string(),
        "forbidden in all 1 windows; in 1: no calls on a Sat"
    );
    assert_eq!(only_reason(&plan(&one, &saturday[1..])).to_string(), "no window is left");

    let same = plan(&[request("R1", 1), request("R1", 2)], &hours(&[5]));
    assert_eq!(*only_reason(&same), UnplannedReason::SameId);
    assert_eq!((same.planned.len(), same.planned[0].customer), (1, customer(1)));

    let rules = Weekdays { opted_out: vec![customer(1)] };
    let capacities = hours(&[5]);
    let inputs = PlanInputs {
        requests: &one,
        capacities: &capacities,
        reach: &nobody,
        rules: &rules,
        as_of: morning(),
    };
    let out = Planner::new().plan(&inputs).unwrap();
    assert_eq!(*only_reason(&out), UnplannedReason::OptedOut);
}

#[test]
fn who_gains_least_is_left_out_and_the_price_says_by_how_much() {
    let reach = Table::of(&[(1, &[0.9]), (2, &[0.5]), (3, &[0.2])]);
    let requests = [request("R1", 1), request("R3", 3), request("R2", 2)];
    let plan = plan_with(&Planner::new(), &requests, &hours(&[2]), &reach);
    assert_eq!(windows(&plan), [("R1", hour(0)), ("R2", hour(0))]);
    // Between the one left out and the next: what a slot is worth lies between 0.2 and 0.5, and being late.
    let UnplannedReason::Taken { n_windows: 1, is_chosen_only: false, price } = *only_reason(&plan)
    else {
        panic!("{:?}", plan.unplanned)
    };
    assert_eq!(price, plan.prices[0].price);
    assert!((0.2..0.51).contains(&price), "{price}");
    assert_eq!((plan.prices[0].slots, plan.prices[0].planned), (2, 2));
    // One more slot adds that much at most, one fewer takes that much at least; those left out cost their lateness.
    let late = 0.05 / 24.0;
    let value = |slots: u32| {
        let plan = plan_with(&Planner::new(), &requests, &hours(&[slots]), &reach);
        plan.value - late * plan.unplanned.len() as f64
    };
    assert!(value(3) - value(2) <= price + 2e-6);
    assert!(value(2) - value(1) >= price - 2e-6);
}

#[test]
fn a_customer_is_called_once_for_the_most_pressing_request() {
    let mut urgent = request("R2", 1);
    urgent.urgency = Urgency::Urgent;
    let mut older = request("R3", 1);
    older.requested_at = morning() - TimeDelta::hours(3);
    let mut passed = request("R4", 1);
    (passed.urgency, passed.due_by) = (Urgency::Urgent, Some(morning()));
    let of = |requests: &[CallbackRequest]| {
        let plan = plan_with(&Planner::new(), requests, &hours(&[5]), &Table::default());
        let planned: Vec<String> = plan.planned.iter().map(|it| it.request.to_string()).collect();
        for it in &plan.unplanned {
            let request = RequestId::new(planned[0].as_str());
            assert_eq!(it.reason, UnplannedReason::DuplicateOf { request });
        }
        (planned, plan.unplanned.len())
    };
    let first = request("R1", 1);
    let all = [first.clone(), urgent, older.clone(), passed.clone()];
    assert_eq!(of(&all), (vec!["R2".to_owned()], 3));
    assert_eq!(of(&[first.clone(), older, passed.clone()]), (vec!["R3".to_owned()], 2));
    assert_eq!(of(&[passed, first.clone()]), (vec!["R1".to_owned()], 1));
    assert_eq!(of(&[first, request("R0", 1)]), (vec!["R1".to_owned()], 1));
}

#[test]
fn chosen_windows_come_first_or_alone_or_do_not_count() {
    let reach = Table::of(&[(1, &[0.9, 0.1, 0.2])]);
    let mut chosen = request("R1", 1);
    chosen.chosen = vec![window("04T09:15", "04T09:45"), window("09T09:00", "09T10:00")];
    let at_weekend =
        CallbackRequest { chosen: vec![window("09T09:00", "09T10:00")], ..chosen.clone() };
    let mut capacities = hours(&[1, 1, 1]);
    capacities.push(Capacity { window: window("09T09:00", "09T10:00"), slots: 1, skill: None });
    let of = |it: ChosenWindows, request: &CallbackRequest| {
        plan_with(&Planner::new().chosen(it), std::slice::from_ref(request), &capacities, &reach)
    };
    let first = of(ChosenWindows::First, &chosen);
    assert_eq!(windows(&first), [("R1", window("04T09:15", "04T09:45"))]);
    assert_eq!(
        first.planned[0].reason,
        "chosen by the customer, the only window possible: the customer answers 10 % of calls then"
    );
    assert_eq!(windows(&of(ChosenWindows::Ignored, &chosen)), [("R1", hour(0))]);
    let instead = of(ChosenWindows::First, &at_weekend);
    assert_eq!(windows(&instead), [("R1", hour(0))]);
    assert!(instead.planned[0].reason.starts_with("none of the chosen windows is left; "));
    assert_eq!(
        only_reason(&of(ChosenWindows::Only, &at_weekend)).to_string(),
        "none of the chosen windows can be used: no calls on a Sat"
    );
}

#[test]
fn contradictions_are_errors_that_say_what_contradicts() {
    /// Allows what was not asked.
    #[derive(Debug)]
    struct Generous;
    impl CallRules for Generous {
        fn permit(
            &self,
            _: &CallbackRequest,
            window: Window,
            _: DateTime<Utc>,
        ) -> Result<Window, Forbidden> {
            let ends_at = window.ends_at() + TimeDelta::hours(1);
            Ok(Window::new(window.starts_at(), ends_at).unwrap())
        }
    }
    let (reach, one) = (Table::default(), [request("R1", 1)]);
    let fault = |planner: Planner, capacities: &[Capacity], rules: &dyn CallRules| {
        let inputs =
            PlanInputs { requests: &one, capacities, reach: &reach, rules, as_of: morning() };
        planner.plan(&inputs).unwrap_err().to_string()
    };
    let twice = [hours(&[1]), hours(&[2])].concat();
    assert_eq!(
        fault(Planner::new(), &twice, &Weekdays::default()),
        "contradictory rules: capacity of 2026-05-04T08:00:00Z/2026-05-04T09:00:00Z for every skill \
         is 1 and 2 slots, expected one row"
    );
    assert_eq!(
        fault(Planner::new(), &hours(&[1]), &Generous),
        "contradictory rules: the rules allow request R1 to be called in \
         2026-05-04T08:00:00Z/2026-05-04T10:00:00Z, asked was 2026-05-04T08:00:00Z/2026-05-04T09:00:00Z"
    );
    let weights = PlanWeights { low: 3.0, ..PlanWeights::default() };
    assert!(
        fault(Planner::new().weights(weights), &[], &Generous)
            .starts_with("contradictory rules: weights of low, normal and high are 3, 1 and 2")
    );
    let weights = PlanWeights { deadline_cost: f64::NAN, ..PlanWeights::default() };
    assert_eq!(
        fault(Planner::new().weights(weights), &[], &Generous),
        "deadline_cost is NaN, expected 0 to 100"
    );
    for (planner, text) in [
        (Planner::new().worth(Intent::new("fraud"), -1.0), "worth is -1, expected 0 to 1000"),
        (Planner::new().ask_every_mins(4), "ask_every_mins is 4, expected 5 to 1440"),
        (Planner::new().stale_after_hours(0), "stale_after_hours is 0, expected at least 1"),
    ] {
        assert_eq!(fault(planner, &[], &Generous), text);
    }
    let mad = Table::of(&[(1, &[1.5])]);
    let capacities = hours(&[1]);
    let rules = Weekdays::default();
    let inputs = PlanInputs {
        requests: &one,
        capacities: &capacities,
        reach: &mad,
        rules: &rules,
        as_of: morning(),
    };
    let error = Planner::new().plan(&inputs).unwrap_err();
    let expected = "0 to 1";
    assert_eq!(error, Error::Setting { name: "probability", value: 1.5, expected });
}

#[test]
fn a_longer_window_is_asked_by_the_hour_and_averaged() {
    let reach = Table::of(&[(1, &[0.9, 0.6, 0.3])]);
    let capacities = [Capacity { window: window("04T08:00", "04T11:00"), slots: 1, skill: None }];
    let requests = [request("R1", 1)];
    let plan = plan_with(&Planner::new(), &requests, &capacities, &reach);
    assert!((plan.planned[0].reach.probability - 0.6).abs() < 1e-12);
    let plan = plan_with(&Planner::new().ask_every_mins(90), &requests, &capacities, &reach);
    // Asked at 8:45 and 10:15.
    assert!((plan.planned[0].reach.probability - 0.6).abs() < 1e-12);
    let plan = plan_with(&Planner::new().ask_every_mins(180), &requests, &capacities, &reach);
    assert!((plan.planned[0].reach.probability - 0.6).abs() < 1e-12);
    let mut due = request("R1", 1);
    due.due_by = Some(at("04T10:00"));
    let plan = plan_with(&Planner::new(), &[due], &capacities, &reach);
    assert!((plan.planned[0].reach.probability - 0.75).abs() < 1e-12);
}

#[test]
fn stale_evidence_and_windows_that_overlap_are_noted() {
    let reach = Table {
        method: Some(Method::Rules),
        known_until: Some(morning() - TimeDelta::hours(169)),
        ..Table::default()
    };
    let mut capacities = hours(&[1, 1]);
    capacities.push(Capacity { window: window("04T08:30", "04T09:00"), slots: 1, skill: None });
    let plan = plan_with(&Planner::new(), &[request("R1", 1)], &capacities, &reach);
    assert_eq!(
        plan.notes,
        [
            "1 of 1 callbacks rest on conventional calling hours, not on data",
            "table knows nothing after 2026-04-27 07:00:00 UTC, more than 168 hours before the plan",
            "1 windows overlap the next: their slots are counted as different agents",
        ]
    );
    assert!(
        plan.planned[0]
            .reason
            .ends_with("by convention, not from data, 30 % of calls are answered then")
    );
}

#[test]
fn a_plan_survives_saving() {
    let mut late = request("R2", 2);
    late.due_by = Some(morning());
    let plan =
        plan_with(&Planner::new(), &[request("R1", 1), late], &hours(&[1]), &Table::default());
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    assert!(text.contains("deadline_passed"), "{text}");
}

/// A request of all kinds: customers who come twice, ids that come twice, deadlines, skills, choices.
fn any_request() -> impl Strategy<Value = CallbackRequest> {
    let who = (0..24_usize, 0..18_usize, 0..4_usize, prop::option::of(-2..9_i64));
    let what = (0..3_usize, prop::option::of(0..7_usize), 0..3_i64);
    (who, what).prop_map(|((id, n, urgency, due), (skill, chosen, ago))| {
        let mut it = request(&format!("R{id}"), n);
        it.urgency = [Urgency::Low, Urgency::Normal, Urgency::High, Urgency::Urgent][urgency];
        it.due_by = due.map(|it| morning() + TimeDelta::minutes(it * 40));
        it.skill = [None, Some(Skill::new("loans")), Some(Skill::new("cards"))][skill].clone();
        it.chosen = chosen.map(hour).into_iter().collect();
        it.requested_at = morning() - TimeDelta::hours(ago);
        it
    })
}

pub(crate) fn any_requests(n_most: usize) -> impl Strategy<Value = Vec<CallbackRequest>> {
    prop::collection::vec(any_request(), 0..n_most)
}

pub(crate) fn any_capacities() -> impl Strategy<Value = Vec<Capacity>> {
    prop::collection::vec((0..4_u32, 0..3_u32), 0..6).prop_map(|rows| {
        let mut capacities = Vec::new();
        for (n, (all, loans)) in rows.into_iter().enumerate() {
            capacities.push(Capacity { window: hour(n), slots: all, skill: None });
            if loans > 0 {
                let skill = Some(Skill::new("loans"));
                capacities.push(Capacity { window: hour(n), slots: loans - 1, skill });
            }
        }
        capacities
    })
}

pub(crate) fn any_table() -> impl Strategy<Value = Table> {
    prop::collection::vec(0..100_u32, 18 * 6).prop_map(|rates| {
        let rates: Vec<f64> = rates.iter().map(|it| f64::from(*it) / 100.0).collect();
        let rows: Vec<(usize, &[f64])> = rates.chunks(6).enumerate().collect();
        Table::of(&rows)
    })
}

/// Checks what must hold of every plan.
#[track_caller]
pub(crate) fn check_plan(plan: &Plan, requests: &[CallbackRequest], capacities: &[Capacity]) {
    assert_eq!(plan.gap, 0.0);
    let mut ids: Vec<&RequestId> = plan.planned.iter().map(|it| &it.request).collect();
    ids.extend(plan.unplanned.iter().map(|it| &it.request));
    ids.sort();
    let mut asked: Vec<&RequestId> = requests.iter().map(|it| &it.id).collect();
    asked.sort();
    assert_eq!(ids, asked, "every request is in the plan once");
    let mut customers: Vec<Customer> = plan.planned.iter().map(|it| it.customer).collect();
    customers.sort();
    customers.dedup();
    assert_eq!(customers.len(), plan.planned.len(), "nobody is called twice");
    for (cell, row) in capacities.iter().enumerate() {
        let n = plan.planned.iter().filter(|it| it.cell == cell).count();
        assert!(n <= row.slots as usize, "{n} of {} slots", row.slots);
        assert_eq!((plan.prices[cell].planned, plan.prices[cell].slots), (n, row.slots));
    }
    for it in &plan.planned {
        let row = &capacities[it.cell];
        assert!(row.window.starts_at() <= it.window.starts_at());
        assert!(it.window.ends_at() <= row.window.ends_at());
        assert!(!it.reason.is_empty());
    }
}

/// The value of a request in a cell by the formula as it is documented; `None` where it may not go. `Err` for leaving
/// it out.
pub(crate) fn by_formula(
    request: &CallbackRequest,
    capacities: &[Capacity],
    reach: &Table,
    cell: Option<usize>,
) -> Option<f64> {
    let ends_at = capacities.iter().map(|it| it.window.ends_at()).max()?;
    let weight = match request.urgency {
        Urgency::Low => 0.5,
        Urgency::High => 2.0,
        _ => 1.0,
    };
    let days = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).num_seconds() as f64 / 86_400.0;
    let late = |at: DateTime<Utc>| {
        let used = request.due_by.map_or(0.0, |due_by| {
            (days(request.requested_at, at) / days(request.requested_at, due_by)).min(1.0)
        });
        0.05 * days(morning(), at) + 0.1 * used * used
    };
    let Some(cell) = cell else { return Some(-weight * late(ends_at)) };
    let row = &capacities[cell];
    let starts_at = row.window.starts_at();
    let is_late = request.due_by.is_some_and(|it| it <= starts_at);
    let others = !request.chosen.is_empty()
        && capacities.iter().any(|it| {
            it.window == request.chosen[0]
                && it.serves(request.skill.as_ref())
                && request.due_by.is_none_or(|due| it.window.starts_at() < due)
        })
        && row.window != request.chosen[0];
    if is_late || others || !row.serves(request.skill.as_ref()) {
        return None;
    }
    let hour = chrono::Timelike::hour(&starts_at);
    let probability = reach.rates[&(request.customer, hour)];
    Some(weight * (probability - late(starts_at)))
}

/// The greatest sum by trying everything: of urgent requests first, then of the others.
fn by_brute_force(
    requests: &[CallbackRequest],
    capacities: &[Capacity],
    reach: &Table,
    slots: &mut [u32],
) -> (f64, f64) {
    let Some((request, rest)) = requests.split_first() else { return (0.0, 0.0) };
    let mut best = (f64::MIN, f64::MIN);
    for cell in (0..capacities.len()).map(Some).chain([None]) {
        if cell.is_some_and(|it| slots[it] == 0) {
            continue;
        }
        let Some(value) = by_formula(request, capacities, reach, cell) else { continue };
        if let Some(cell) = cell {
            slots[cell] -= 1;
        }
        let mut sum = by_brute_force(rest, capacities, reach, slots);
        if let Some(cell) = cell {
            slots[cell] += 1;
        }
        if request.urgency == Urgency::Urgent {
            sum.0 += value;
        } else {
            sum.1 += value;
        }
        let is_better = sum.0 > best.0 + 1e-3 || (sum.0 > best.0 - 1e-3 && sum.1 > best.1);
        if is_better {
            best = sum;
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_every_request_is_planned_or_told_why_not(
        requests in any_requests(40),
        capacities in any_capacities(),
        reach in any_table(),
    ) {
        let plan = plan_with(&Planner::new(), &requests, &capacities, &reach);
        check_plan(&plan, &requests, &capacities);
        let again = plan_with(&Planner::new(), &requests, &capacities, &reach);
        prop_assert_eq!(&plan, &again);
        for it in &plan.planned {
            let request = requests.iter().find(|r| r.id == it.request).unwrap();
            prop_assert!(capacities[it.cell].serves(request.skill.as_ref()));
            prop_assert!(it.window.starts_at() >= morning());
            prop_assert!(request.due_by.is_none_or(|due| it.window.ends_at() <= due));
        }
    }

    #[test]
    fn small_plans_are_the_best_of_all(
        requests in any_requests(6),
        slots in prop::collection::vec(0..3_u32, 1..4),
        reach in any_table(),
    ) {
        // One request a customer and id, none of them due now: what is left is the assignment.
        let mut requests = requests;
        for (n, it) in requests.iter_mut().enumerate() {
            (it.id, it.customer) = (RequestId::new(format!("R{n}")), customer(n));
            it.due_by = it.due_by.filter(|it| *it > morning());
        }
        let capacities = hours(&slots);
        let plan = plan_with(&Planner::new(), &requests, &capacities, &reach);
        check_plan(&plan, &requests, &capacities);
        let mut sum = (0.0, 0.0);
        for request in &requests {
            let cell = plan.planned.iter().find(|it| it.request == request.id).map(|it| it.cell);
            let value = by_formula(request, &capacities, &reach, cell).unwrap();
            if request.urgency == Urgency::Urgent { sum.0 += value } else { sum.1 += value }
        }
        let best = by_brute_force(&requests, &capacities, &reach, &mut slots.clone());
        // Urgent requests count in steps of 1e-4, half a step each; others in millionths.
        prop_assert!((sum.0 - best.0).abs() < 1e-3, "{sum:?} {best:?}");
        if (sum.0 - best.0).abs() < 1e-9 {
            prop_assert!(sum.1 > best.1 - 1e-5, "{sum:?} {best:?}");
        }
    }

    #[test]
    fn urgent_requests_are_planned_as_if_there_were_no_others(
        requests in any_requests(40),
        capacities in any_capacities(),
        reach in any_table(),
    ) {
        let mut requests = requests;
        for (n, it) in requests.iter_mut().enumerate() {
            (it.id, it.customer) = (RequestId::new(format!("R{n}")), customer(n % 18));
        }
        requests.truncate(18);
        let urgent: Vec<CallbackRequest> =
            requests.iter().filter(|it| it.urgency == Urgency::Urgent).cloned().collect();
        // What is left out costs its lateness.
        let value = |plan: &Plan| {
            let of = |request: &CallbackRequest| {
                let planned = plan.planned.iter().find(|it| it.request == request.id);
                let left_out = by_formula(request, &capacities, &reach, None).unwrap_or(0.0);
                planned.map_or(left_out, |it| it.value)
            };
            urgent.iter().map(of).sum::<f64>()
        };
        let all = plan_with(&Planner::new(), &requests, &capacities, &reach);
        let alone = plan_with(&Planner::new(), &urgent, &capacities, &reach);
        let n_urgent = |plan: &Plan| {
            plan.planned.iter().filter(|it| urgent.iter().any(|u| u.id == it.request)).count()
        };
        prop_assert_eq!(n_urgent(&all), n_urgent(&alone));
        prop_assert!((value(&all) - value(&alone)).abs() <= 1e-4 * urgent.len() as f64);
    }
}
