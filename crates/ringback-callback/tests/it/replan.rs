//! Plans that are kept while things change.

#![expect(
    clippy::float_cmp,
    reason = "sums of whole units are exact, and what was written down is the same number"
)]

use chrono::TimeDelta;
use proptest::prelude::*;
use ringback_callback::{
    CallbackRequest, Capacity, Error, LivePlan, Plan, PlanChange, PlanInputs, PlanMoment, Planner,
    Promises, RequestId, Unplanned, UnplannedReason, Urgency,
};
use ringback_reach::Window;

use crate::plan::{
    Table, Weekdays, any_capacities, any_requests, any_table, at, by_formula, check_plan, customer,
    hour, hours, morning, plan_with, request,
};

fn live(requests: &[CallbackRequest], capacities: &[Capacity], reach: &Table) -> LivePlan {
    let rules = Weekdays::default();
    let inputs = PlanInputs { requests, capacities, reach, rules: &rules, as_of: morning() };
    LivePlan::new(&Planner::new(), &inputs).unwrap()
}

fn moment(reach: &Table) -> PlanMoment<'_> {
    static RULES: Weekdays = Weekdays { opted_out: Vec::new() };
    PlanMoment { reach, rules: &RULES, as_of: morning() }
}

fn id(text: &str) -> RequestId {
    RequestId::new(text)
}

/// Who moved from where to where.
fn moves(changes: &[PlanChange]) -> Vec<(&str, Option<Window>, Option<Window>)> {
    changes.iter().map(|it| (it.request.as_str(), it.before, it.after)).collect()
}

#[test]
fn an_urgent_request_takes_the_slot_and_the_one_who_loses_least_moves() {
    let reach = Table::of(&[(1, &[0.9, 0.2, 0.1]), (2, &[0.7, 0.6, 0.1]), (3, &[0.4, 0.4, 0.4])]);
    let requests = [request("R1", 1), request("R2", 2)];
    let mut live = live(&requests, &hours(&[2, 1, 1]), &reach);
    let mut urgent = request("R3", 3);
    urgent.urgency = Urgency::Urgent;
    let changes = live.add(urgent, &moment(&reach)).unwrap();
    assert_eq!(
        moves(&changes),
        [("R2", Some(hour(0)), Some(hour(1))), ("R3", None, Some(hour(0)))]
    );
    assert_eq!(
        changes[0].reason,
        "to make room for R3: the second best of 3 windows; the best is full: the customer answers \
         60 % of calls then"
    );
    assert!(changes[1].reason.contains("urgent, before all others; "), "{}", changes[1].reason);
    // It is reached: the other moves back.
    let changes = live.cancel(&id("R3"), &moment(&reach)).unwrap();
    assert_eq!(moves(&changes), [("R2", Some(hour(1)), Some(hour(0)))]);
    assert!(changes[0].reason.starts_with("R3 is closed: "));
    assert_eq!(live.planned(&id("R3")), None);
}

#[test]
fn a_window_that_was_told_is_kept_and_another_moves() {
    let reach = Table::of(&[(1, &[0.5, 0.4]), (2, &[0.9, 0.1])]);
    let add_second = |promises: Promises| {
        let mut live = live(&[request("R1", 1)], &hours(&[1, 1]), &reach).promises(promises);
        live.told(&id("R1")).unwrap();
        live.told(&id("R1")).unwrap();
        let changes = live.add(request("R2", 2), &moment(&reach)).unwrap();
        (changes, live)
    };
    let (changes, live) = add_second(Promises::Keep);
    assert_eq!(moves(&changes), [("R2", None, Some(hour(1)))]);
    let plan = live.plan(&moment(&reach));
    assert_eq!((plan.prices[0].planned, plan.prices[0].slots, plan.planned.len()), (1, 1, 2));
    let (changes, _) = add_second(Promises::Free);
    assert_eq!(
        moves(&changes),
        [("R1", Some(hour(0)), Some(hour(1))), ("R2", None, Some(hour(0)))]
    );
    assert!(changes[0].was_told && !changes[1].was_told);
}

#[test]
fn a_window_that_was_told_moves_only_when_the_agents_are_gone() {
    let reach = Table::of(&[(1, &[0.5, 0.4]), (2, &[0.6, 0.3])]);
    let mut second = request("R2", 2);
    second.urgency = Urgency::High;
    let mut live = live(&[request("R1", 1), second], &hours(&[3, 1]), &reach);
    live.told(&id("R1")).unwrap();
    live.told(&id("R2")).unwrap();
    let mut fewer = |slots| {
        let capacity = Capacity { window: hour(0), slots, skill: None };
        live.capacity_changed(&capacity, &moment(&reach)).unwrap()
    };
    assert_eq!(fewer(2), []);
    // The less urgent goes first.
    let changes = fewer(1);
    assert_eq!(moves(&changes), [("R1", Some(hour(0)), Some(hour(1)))]);
    assert!(changes[0].was_told);
    assert!(
        changes[0].reason.starts_with(
            "capacity of 2026-05-04T08:00:00Z/2026-05-04T09:00:00Z is now 1: the second best"
        ),
        "{}",
        changes[0].reason
    );
    // No agents at all: it displaces the other, which is no longer told anything.
    let changes = fewer(0);
    assert_eq!(
        moves(&changes),
        [("R1", Some(hour(1)), None), ("R2", Some(hour(0)), Some(hour(1)))]
    );
    let plan = live.plan(&moment(&reach));
    assert!(matches!(plan.unplanned[0].reason, UnplannedReason::Taken { n_windows: 1, .. }));
}

#[test]
fn a_customer_who_was_not_reached_is_planned_again_as_the_rules_allow() {
    let reach = Table::of(&[(1, &[0.9, 0.5, 0.4])]);
    let mut live = live(&[request("R1", 1)], &hours(&[1, 1, 1]), &reach);
    live.told(&id("R1")).unwrap();
    let as_of = at("04T08:20");
    let later = PlanMoment { as_of, ..moment(&reach) };
    let changes = live.missed(&id("R1"), &later).unwrap();
    // Not before 9:20.
    let after = Window::new(at("04T09:20"), at("04T10:00")).unwrap();
    assert_eq!(moves(&changes), [("R1", Some(hour(0)), Some(after))]);
    assert!(changes[0].reason.starts_with("R1 was not reached: "));
    // At half past ten no window is left.
    let later = PlanMoment { as_of: at("04T10:30"), ..moment(&reach) };
    let changes = live.missed(&id("R1"), &later).unwrap();
    assert_eq!(moves(&changes), [("R1", Some(after), None)]);
    assert_eq!(
        changes[0].reason,
        "R1 was not reached: forbidden in all 1 windows; in 1: not again before 2026-05-04 11:30:00 UTC"
    );
    assert_eq!(live.plan(&later).unplanned.len(), 1);
}

#[test]
fn the_next_request_of_a_customer_takes_over_when_the_first_is_closed() {
    let reach = Table::default();
    let all = [request("R1", 1), request("R2", 1), request("R3", 1)];
    let mut live = live(&all, &hours(&[1]), &reach);
    let duplicates = |live: &LivePlan| {
        let plan = live.plan(&moment(&reach));
        let text = |it: &Unplanned| format!("{}: {}", it.request, it.reason);
        plan.unplanned.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(duplicates(&live).len(), 2);
    let changes = live.cancel(&id("R1"), &moment(&reach)).unwrap();
    assert_eq!(moves(&changes), [("R2", None, Some(hour(0)))]);
    assert_eq!(duplicates(&live), ["R3: duplicate of R2: the customer is called once"]);
    let changes = live.add(request("R4", 1), &moment(&reach)).unwrap();
    assert_eq!(changes, []);
    assert_eq!(duplicates(&live).len(), 2);
    // Closing a duplicate changes nothing.
    assert_eq!(live.cancel(&id("R3"), &moment(&reach)).unwrap(), []);
    assert_eq!(duplicates(&live), ["R4: duplicate of R2: the customer is called once"]);
}

#[test]
fn what_the_plan_does_not_hold_is_an_error() {
    let reach = Table::default();
    let mut live = live(&[request("R1", 1)], &hours(&[0]), &reach);
    let now = moment(&reach);
    let missing = Error::NotInPlan(id("R9"));
    assert_eq!(missing.to_string(), "request R9 is not in the plan, or not planned");
    assert_eq!(live.cancel(&id("R9"), &now), Err(missing.clone()));
    assert_eq!(live.missed(&id("R9"), &now), Err(missing));
    assert_eq!(live.told(&id("R1")), Err(Error::NotInPlan(id("R1"))));
    let known = live.add(request("R1", 2), &now).unwrap_err();
    assert_eq!(known.to_string(), "request R1 is in the plan already");
    let other = Capacity { window: hour(3), slots: 1, skill: None };
    assert_eq!(
        live.capacity_changed(&other, &now).unwrap_err().to_string(),
        "no row of capacity for 2026-05-04T11:00:00Z/2026-05-04T12:00:00Z and this skill"
    );
}

#[test]
fn planning_anew_keeps_what_was_told_while_it_can() {
    let reach = Table::of(&[(1, &[0.2, 0.9, 0.1]), (2, &[0.8, 0.7, 0.1])]);
    let mut live = live(&[request("R1", 1), request("R2", 2)], &hours(&[1, 1]), &reach);
    live.told(&id("R1")).unwrap();
    // Other evidence: R1 would now be better off at eight, but was told nine.
    let other = Table::of(&[(1, &[0.9, 0.2, 0.1]), (2, &[0.1, 0.9, 0.8])]);
    let changes = live.replan(&hours(&[1, 1, 1]), &moment(&other)).unwrap();
    assert_eq!(moves(&changes), [("R2", Some(hour(0)), Some(hour(2)))]);
    assert_eq!(live.planned(&id("R1")).unwrap().reach.probability, 0.2);
    // The window is over.
    let as_of = hour(1).ends_at() + TimeDelta::minutes(1);
    let later = PlanMoment { as_of, ..moment(&other) };
    let changes = live.replan(&hours(&[1, 1, 5]), &later).unwrap();
    let rest = Window::new(as_of, hour(2).ends_at()).unwrap();
    assert_eq!(
        moves(&changes),
        [("R1", Some(hour(1)), Some(rest)), ("R2", Some(hour(2)), Some(rest))]
    );
    assert!(changes[0].was_told && changes[0].reason.starts_with("planned anew: "));
}

/// One thing that happens to a plan.
#[derive(Clone, Debug)]
enum Event {
    Add(CallbackRequest),
    Cancel(usize),
    Slots(usize, u32),
    Told(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => any_requests(2).prop_filter_map("one", |it| it.into_iter().next().map(Event::Add)),
        2 => (0..24_usize).prop_map(Event::Cancel),
        2 => (0..8_usize, 0..4_u32).prop_map(|(cell, slots)| Event::Slots(cell, slots)),
        1 => (0..24_usize).prop_map(Event::Told),
    ];
    prop::collection::vec(event, 0..30)
}

/// Does to a plan what happens, and keeps the books of it; the changes.
fn happen(
    live: &mut LivePlan,
    event: Event,
    now: &PlanMoment<'_>,
    (requests, capacities): (&mut Vec<CallbackRequest>, &mut [Capacity]),
) -> Vec<PlanChange> {
    let changes = match event {
        Event::Add(request) => {
            let changes = live.add(request.clone(), now);
            if changes.is_ok() {
                requests.push(request);
            }
            changes
        }
        Event::Cancel(n) => {
            let name = id(&format!("R{n}"));
            requests.retain(|it| it.id != name);
            live.cancel(&name, now)
        }
        Event::Slots(cell, slots) => {
            let Some(row) = capacities.get_mut(cell) else { return Vec::new() };
            row.slots = slots;
            live.capacity_changed(row, now)
        }
        Event::Told(n) => live.told(&id(&format!("R{n}"))).map(|()| Vec::new()),
    };
    match changes {
        Ok(changes) => changes,
        Err(Error::KnownRequest(_) | Error::NotInPlan(_)) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_plan_is_whole_and_the_changes_tell_the_difference(
        events in events(),
        capacities in any_capacities(),
        reach in any_table(),
    ) {
        let (mut requests, mut capacities) = (Vec::new(), capacities);
        let now = moment(&reach);
        let mut live = live(&[], &capacities, &reach);
        let mut before = live.plan(&now);
        for event in events {
            let was_cancel = matches!(event, Event::Cancel(_));
            let changes = happen(&mut live, event, &now, (&mut requests, &mut capacities));
            let after = live.plan(&now);
            check_plan(&after, &requests, &capacities);
            let window = |plan: &Plan, id: &RequestId| {
                plan.planned.iter().find(|it| it.request == *id).map(|it| (it.window, it.cell))
            };
            for it in &requests {
                let (was, is) = (window(&before, &it.id), window(&after, &it.id));
                let change = changes.iter().find(|c| c.request == it.id);
                if let Some(change) = change {
                    prop_assert_eq!(change.before, was.map(|it| it.0));
                    prop_assert_eq!(change.after, is.map(|it| it.0));
                } else {
                    prop_assert_eq!(was.map(|it| it.0), is.map(|it| it.0), "{}", it.id);
                }
            }
            prop_assert!(was_cancel || changes.iter().all(|it| it.before != it.after));
            before = after;
        }
    }

    #[test]
    fn without_promises_a_kept_plan_is_as_good_as_a_new_one(
        events in events(),
        capacities in any_capacities(),
        reach in any_table(),
    ) {
        let (mut requests, mut capacities) = (Vec::new(), capacities);
        let now = moment(&reach);
        let mut live = live(&[], &capacities, &reach);
        for event in events {
            // Who stands for a customer depends on who came first: here nobody comes twice.
            let event = match event {
                Event::Told(_) => continue,
                Event::Add(mut it) => {
                    let n: usize = it.id.as_str()[1..].parse().unwrap();
                    it.customer = customer(n);
                    Event::Add(it)
                }
                other => other,
            };
            happen(&mut live, event, &now, (&mut requests, &mut capacities));
        }
        let kept = live.plan(&now);
        let afresh = plan_with(&Planner::new(), &requests, &capacities, &reach);
        // The sum that is greatest counts those left out, too: at what they would be worth, were they planned in vain.
        let total = |plan: &Plan| {
            let left_out = |it: &Unplanned| {
                let request = requests.iter().find(|r| r.id == it.request).unwrap();
                by_formula(request, &capacities, &reach, None).unwrap_or(0.0)
            };
            plan.value + plan.unplanned.iter().map(left_out).sum::<f64>()
        };
        // Urgent ones are rounded to a ten-thousandth, others to a millionth.
        let n_urgent = requests.iter().filter(|it| it.urgency == Urgency::Urgent).count();
        let allowed = 2e-6 * requests.len() as f64 + 1e-4 * n_urgent as f64;
        prop_assert!((total(&kept) - total(&afresh)).abs() <= allowed, "{kept:?} {afresh:?}");
    }
}
