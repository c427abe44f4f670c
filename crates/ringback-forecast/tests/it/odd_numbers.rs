//! Odd numbers (not a number, infinite, 0, tiny, huge, negative) into every public function of queueing, service times and
//! patience: an error or a finite number, never a panic or a number that is none.

use proptest::prelude::*;
use ringback_forecast::{
    ErlangA, ErlangB, ErlangC, GeneralPatienceQueue, Level, Load, PatienceCurve, QueueSlot,
    ServiceTarget, ServiceTimes, Staffing, SurvivalCurve, TimeVaryingQueue, WaitEnd,
    WaitObservation, exponential_patience, garnett_wait_probability, halfin_whitt_wait_probability,
    hazard_by_wait, square_root_agents,
};

/// Numbers as they come from a broken sheet, beside ordinary ones.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::sample::select(vec![
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.0,
            -0.0,
            -1.0,
            1e-300,
            1e-12,
            1.0,
            1e12,
            1e300,
            f64::MAX,
            f64::MIN_POSITIVE,
        ]),
        0.001..10_000.0,
    ]
}

fn agents() -> impl Strategy<Value = u32> {
    prop::sample::select(vec![0, 1, 2, 17, 300, 5_000])
}

#[track_caller]
fn share(what: &str, value: f64) {
    assert!((0.0..=1.0).contains(&value), "{what} is {value}");
}

/// Seconds, callers: at least 0, and finite but for loads at the end of what a number holds.
#[track_caller]
fn amount(what: &str, value: f64) {
    assert!(value >= 0.0, "{what} is {value}");
}

#[track_caller]
fn finite(what: &str, value: f64) {
    assert!(value.is_finite() && value >= 0.0, "{what} is {value}");
}

/// Loads that are a load: up to a million erlangs.
fn load(calls: f64, service: f64) -> Option<Load> {
    let load = Load::new(calls, service).ok()?;
    finite("erlangs", load.erlangs());
    (load.erlangs() < 1e6).then_some(load)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn erlangs_formulas_say_an_error_or_a_number(
        (calls, service, patience, agents) in (number(), number(), number(), agents()),
        (wait, quantile) in (number(), number()),
    ) {
        if let Ok(load) = Load::per_interval(calls, patience, service) {
            finite("erlangs", load.erlangs());
        }
        let Some(load) = load(calls, service) else { return Ok(()) };
        let blocked = ErlangB::new(load, agents);
        share("blocking", blocked.blocking_probability());
        share("occupancy", blocked.occupancy());
        if let Ok(queue) = ErlangC::new(load, agents) {
            share("wait probability", queue.wait_probability());
            share("occupancy", queue.occupancy());
            amount("wait", queue.wait_secs_mean());
            amount("queue", queue.queue_length_mean());
            for value in [queue.wait_exceeds(wait), queue.answered_within(wait)].into_iter().flatten() {
                share("share", value);
            }
            if let Ok(value) = queue.wait_secs_quantile(quantile) {
                amount("quantile", value);
            }
        }
        if let Ok(queue) = ErlangA::new(load, patience, agents) {
            for value in [
                queue.wait_probability(),
                queue.no_wait_probability(),
                queue.abandon_probability(),
                queue.answer_probability(),
                queue.occupancy(),
            ] {
                share("share", value);
            }
            for value in [queue.wait_secs_mean(), queue.speed_of_answer_secs(), queue.hung_up_wait_secs_mean(), queue.queue_length_mean()] {
                amount("amount", value);
            }
            for value in [
                queue.virtual_wait_exceeds(wait),
                queue.wait_exceeds(wait),
                queue.answered_within(wait),
                queue.hung_up_within(wait),
            ].into_iter().flatten() {
                share("share", value);
            }
            if let Ok(value) = queue.virtual_wait_secs_quantile(quantile) {
                amount("quantile", value);
            }
        }
    }

    #[test]
    fn rules_of_thumb_and_staffing_say_an_error_or_a_number(
        (calls, service, patience) in (number(), number(), number()),
        (one, other) in (number(), number()),
    ) {
        if let Ok(value) = halfin_whitt_wait_probability(one) {
            share("wait probability", value);
        }
        let Some(load) = load(calls, service) else { return Ok(()) };
        if let Ok(value) = garnett_wait_probability(load, patience, one) {
            share("wait probability", value);
        }
        let _ = square_root_agents(load, one, other);
        if load.erlangs() > 2_000.0 {
            return Ok(());
        }
        let mut staffing = Staffing::new(load);
        if let Ok(with) = staffing.patience_secs_mean(patience) {
            staffing = with;
        }
        if let Ok(with) = staffing.shrinkage(other) {
            staffing = with;
        }
        for target in [
            ServiceTarget::AnsweredWithin { share: one, wait_secs: other },
            ServiceTarget::AbandonmentAtMost { share: one },
            ServiceTarget::SpeedOfAnswerAtMost { secs: one },
            ServiceTarget::OccupancyAtMost { share: one },
        ] {
            if let Ok(need) = staffing.agents_for(&[target]) {
                share("wait probability", need.wait_probability);
                share("abandonment", need.abandon_probability);
                share("occupancy", need.occupancy);
                amount("speed of answer", need.speed_of_answer_secs);
            }
        }
    }

    #[test]
    fn a_queue_with_any_patience_says_an_error_or_a_number(
        points in prop::collection::vec((number(), number()), 0..4),
        (tail, calls, service, wait) in (number(), number(), number(), number()),
        agents in agents(),
    ) {
        let curves = [PatienceCurve::new(&points, tail), PatienceCurve::exponential(tail)];
        for curve in curves.into_iter().flatten() {
            share("survival", curve.survival(wait));
            // What is in range but takes a great many steps to integrate is not tried: hang-ups within a blink or after years.
            let is_plain = |it: &f64| (0.1..1e5).contains(it);
            let secs = [tail, calls, service];
            if !secs.iter().all(is_plain) || points.iter().any(|it| !is_plain(&it.0)) {
                continue;
            }
            let Some(load) = load(calls, service) else { continue };
            let Ok(queue) = GeneralPatienceQueue::new(load, curve, agents) else { continue };
            share("wait probability", queue.wait_probability());
            share("abandonment", queue.abandon_probability());
            share("occupancy", queue.occupancy());
            amount("wait", queue.wait_secs_mean());
            amount("speed of answer", queue.speed_of_answer_secs());
            amount("queue", queue.queue_length_mean());
            if let Some(value) = queue.hung_up_wait_secs_mean() {
                amount("wait of those who hang up", value);
            }
            for value in [queue.virtual_wait_exceeds(wait), queue.answered_within(wait)].into_iter().flatten() {
                share("share", value);
            }
        }
    }

    #[test]
    fn service_times_and_patience_say_an_error_or_a_number(
        waits in prop::collection::vec((number(), any::<bool>()), 0..6),
        (at, bandwidth, quantile) in (number(), number(), number()),
    ) {
        let secs: Vec<f64> = waits.iter().map(|it| it.0).collect();
        if let Ok(fitted) = ServiceTimes::fit(&secs) {
            finite("mean", fitted.mean_secs);
            for fit in &fitted.fits {
                share("cdf", fit.distribution.cdf(if at.is_nan() { 0.0 } else { at }));
                amount("mean", fit.distribution.mean_secs());
            }
        }
        let waits: Vec<WaitObservation> =
            waits.into_iter().map(|(wait_secs, hung_up)| WaitObservation { wait_secs, hung_up }).collect();
        let level = Level::new(0.9).unwrap();
        for end in [WaitEnd::HangUp, WaitEnd::Answer] {
            if let Ok(curve) = SurvivalCurve::fit(&waits, end) {
                share("survival", curve.survival(at));
                let (lower, upper) = curve.survival_bounds(at, level);
                share("lower bound", lower);
                share("upper bound", upper);
                if let Ok(Some(value)) = curve.quantile_secs(quantile) {
                    finite("quantile", value);
                }
                if let Ok(value) = curve.restricted_mean_secs(at) {
                    amount("mean", value);
                }
                if let Ok(Some(value)) = curve.hazard_per_minute(at, bandwidth) {
                    amount("hazard", value);
                }
                if let Ok(curve) = curve.patience() {
                    share("survival", curve.survival(at));
                }
            }
            if let Ok(hazards) = hazard_by_wait(&waits, end, &[0.0, at, bandwidth]) {
                prop_assert!(hazards.len() <= 2);
            }
        }
        if let Ok(it) = exponential_patience(&waits, level) {
            prop_assert!(!format!("{it:?}").contains("NaN"), "{:?}", it);
        }
    }
}

proptest! {
    // Each case solves a day of differential equations.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_day_of_the_exact_queue_says_an_error_or_a_number(
        (service, patience, wait) in (number(), number(), number()),
        slots in prop::collection::vec((number(), number(), prop::sample::select(vec![0_u32, 1, 9])), 0..3),
    ) {
        let Ok(mut queue) = TimeVaryingQueue::new(service, patience) else { return Ok(()) };
        if let Ok(with) = queue.acceptable_wait_secs(wait) {
            queue = with;
        }
        let slots: Vec<QueueSlot> = slots
            .into_iter()
            .map(|(length_secs, calls, agents)| QueueSlot { length_secs, calls, agents })
            .collect();
        // What is in range but would take hours to solve is not tried: a slot of years, calls by the million.
        let is_solvable = |it: &QueueSlot| {
            let is_long = it.length_secs > 10_000.0 && it.length_secs.is_finite();
            let is_busy = it.calls > 500.0 && it.calls.is_finite();
            !is_long && !is_busy
        };
        if !slots.iter().all(is_solvable) || service < 10.0 || patience < 10.0 || service > 1e5 || patience > 1e5 {
            return Ok(());
        }
        if let Ok(outlooks) = queue.run(&slots) {
            for it in outlooks {
                share("wait probability", it.wait_probability);
                share("late", it.late_probability);
                share("service level", it.service_level);
                finite("queue", it.queue_length_mean);
                finite("busy", it.agents_busy_mean);
            }
        }
        for found in [queue.stationary(&slots), queue.modified_offered_load(&slots)].into_iter().flatten() {
            for it in found {
                share("wait probability", it.wait_probability);
                share("abandonment", it.abandon_probability);
                finite("wait", it.wait_secs_mean);
            }
        }
    }
}
