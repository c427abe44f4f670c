//! The live center: against the backtest's replay, saved and restored, and before there is a model.

use chrono::{DateTime, Utc};
use ringback_calllog::{
    AgentId, Call, Leg, LegId, Outcome, Precision, Stage, StageEnd, StageKind, Stitcher, Zone,
};
use ringback_forecast::{
    CallerType, Error, FEATURES, LiveWaits, PriorityCredits, QueueEvent, QueueEventKind, Update,
    WaitBacktest, WaitForecast, WaitLearning, WaitMethod, WaitModel, queue_events, replay_features,
};

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_000_000 + secs, 0).unwrap()
}

/// Callers of two types and two priorities, served by three agents in the order of entry with 60 s of credit for priority 1;
/// those who would wait too long hang up. Drawn with a generator of its own, so that every run is the same.
fn center(callers: u32, seed: u64) -> Vec<Call> {
    let mut state = seed;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % below).unwrap()
    };
    let mut came = 0;
    let mut line: Vec<(i64, i64, i32, bool, i64, i64)> = Vec::new();
    for _ in 0..callers {
        came += draw(70);
        let priority = i32::from(draw(3) == 0);
        let (is_sales, talk, patience) = (draw(4) > 0, 20 + draw(160), 30 + draw(900));
        line.push((came - 60 * i64::from(priority), came, priority, is_sales, talk, patience));
    }
    let mut free = [0_i64; 3];
    let mut stitcher = Stitcher::new();
    stitcher.begin("test".into(), Precision::SECOND);
    let mut left: Vec<_> = line.into_iter().enumerate().collect();
    while !left.is_empty() {
        let agent = (0..3).min_by_key(|it| free[*it]).unwrap();
        let now = free[agent].max(left.iter().map(|it| it.1.1).min().unwrap());
        let waiting = left.iter().enumerate().filter(|it| it.1.1.1 <= now);
        let place = waiting.min_by_key(|it| (it.1.1.0, it.1.0)).unwrap().0;
        let (n, (_, from, priority, is_sales, talk, patience)) = left.remove(place);
        let stage = |kind, agent, from, to, end| Stage {
            kind,
            queue: None,
            agent,
            entered_at: at(from),
            left_at: Some(at(to)),
            end,
        };
        let (stages, outcome) = if now - from > patience {
            (
                vec![stage(StageKind::Queue, None, from, from + patience, StageEnd::Abandoned)],
                Outcome::Abandoned,
            )
        } else {
            free[agent] = now + talk;
            let name = Some(AgentId::new(["ann", "bo", "cy"][agent]));
            let queue = stage(StageKind::Queue, None, from, now, StageEnd::Answered);
            (
                vec![queue, stage(StageKind::Talk, name, now, now + talk, StageEnd::Completed)],
                Outcome::Answered,
            )
        };
        let intent = Some(if is_sales { "sales" } else { "support" }.into());
        let id = LegId::new(format!("{n:05}"));
        let leg = Leg::whole(id, at(from), outcome);
        stitcher.push(Leg {
            stages,
            intent,
            priority: Some(priority),
            queue: Some("line".into()),
            ..leg
        });
    }
    stitcher.finish()
}

fn forecasts(log: &[Call], until: DateTime<Utc>) -> Vec<(String, WaitForecast)> {
    let report = WaitBacktest::new(until).run(log).unwrap();
    let of = |it: &ringback_forecast::WaitPrediction| {
        (log[it.arrival.call].call_id.to_string(), it.forecast)
    };
    report.predictions.iter().map(of).collect()
}

/// Feeds a log; saves and restores the center after `restart` events.
fn fed(log: &[Call], until: DateTime<Utc>, restart: usize) -> Vec<(String, WaitForecast)> {
    let model = WaitLearning::new(Zone::UTC).fit(log, until).unwrap();
    let mut live = LiveWaits::with_model(model);
    let mut forecasts = Vec::new();
    for (n, event) in queue_events(log).iter().enumerate() {
        if n == restart {
            let saved = serde_json::to_string(&live).unwrap();
            live = serde_json::from_str(&saved).unwrap();
        }
        if event.at < until {
            live.warm_up(event).unwrap();
        } else if let Some(forecast) = live.apply(event).unwrap() {
            forecasts.push((event.call_id.to_string(), forecast));
        }
    }
    forecasts
}

#[test]
fn a_live_feed_gives_the_forecasts_of_the_backtest_to_the_bit() {
    let log = center(3_000, 7);
    let until = at(60_000);
    let expected = forecasts(&log, until);
    assert!(expected.len() > 1_000);
    assert!(expected.iter().all(|it| it.1.method == WaitMethod::Learned));
    // Restored in the middle of the test, while callers wait and services go on.
    assert_eq!(fed(&log, until, 9_000), expected);
}

/// What the log had said before a moment.
fn known_by(log: &[Call], end: DateTime<Utc>) -> Vec<Call> {
    let mut known: Vec<Call> = log.iter().filter(|it| it.arrived_at < end).cloned().collect();
    for call in &mut known {
        call.stages.retain(|it| it.entered_at < end);
        for stage in call.stages.iter_mut().filter(|it| it.left_at.is_some_and(|it| it >= end)) {
            (stage.left_at, stage.end) = (None, StageEnd::Open);
            (call.outcome, call.is_complete) = (Outcome::Unknown, false);
        }
    }
    known
}

#[test]
fn what_comes_later_changes_no_forecast() {
    let log = center(3_000, 7);
    let (until, end) = (at(60_000), at(80_000));
    let expected = forecasts(&known_by(&log, end), until);
    assert!(expected.len() > 300);
    assert_eq!(forecasts(&log, until)[..expected.len()], expected);
}

#[test]
fn what_comes_later_changes_no_forecast_of_a_model_that_learns_daily() {
    let log = center(9_000, 11);
    let (until, end) = (at(60_000), at(250_000));
    let daily = |log: &[Call]| {
        let report = WaitBacktest::new(until).update(Update::Daily(Zone::UTC)).run(log).unwrap();
        report.predictions.iter().map(|it| it.forecast).collect::<Vec<_>>()
    };
    let expected = daily(&known_by(&log, end));
    // Days begin at 123,200 s and 209,600 s: twice it has learned, and forecasts otherwise than a model that does not.
    assert!(expected.len() > 4_000);
    let never: Vec<_> = forecasts(&log, until).into_iter().map(|it| it.1).collect();
    assert_ne!(never[..expected.len()], expected);
    assert_eq!(daily(&log)[..expected.len()], expected);
}

#[test]
fn the_order_of_the_rows_changes_no_feature() {
    let log = center(400, 3);
    let mut backwards = log.clone();
    backwards.reverse();
    let credits = PriorityCredits::none().with(1, 60);
    let bits = |log: &[Call]| -> Vec<(String, Vec<u64>)> {
        let features = replay_features(log, Zone::UTC, &credits).unwrap();
        let bits = |it: &[f64]| it.iter().map(|it| it.to_bits()).collect();
        features.iter().map(|it| (log[it.0.call].call_id.to_string(), bits(&it.1))).collect()
    };
    assert_eq!(bits(&log), bits(&backwards));
}

/// 60 s of head start were planted; who is served when shows it to the gap between entries.
#[test]
fn the_head_start_of_a_priority_is_found_in_the_log() {
    let credits = PriorityCredits::learn(&center(3_000, 7), at(1_000_000));
    let found = credits.secs(1) - credits.secs(0);
    assert!((50..=70).contains(&found), "{found} s");
}

/// Of those answered at once the quantiles are 0 as well: what begins at 0 holds them all, and so more than it says.
#[test]
fn intervals_hold_and_the_forecast_beats_every_announcement() {
    let log = center(6_000, 11);
    let report = WaitBacktest::new(at(100_000)).run(&log).unwrap();
    let model = report.model.mae_secs.unwrap();
    let inside = report.model.coverage_p10_p90.unwrap();
    let interval = report.model.coverage_90.unwrap();
    assert!((0.76..=0.88).contains(&inside), "{inside} between p10 and p90");
    assert!((0.87..=0.95).contains(&interval), "{interval} in the 90 % interval");
    for (announcement, scores) in &report.announcements {
        if let Some(mae) = scores.mae_secs {
            assert!(model < mae, "{announcement}: {mae}, model {model}");
        }
    }
}

#[test]
fn a_forecast_is_a_distribution() {
    let log = center(3_000, 7);
    for (_, forecast) in forecasts(&log, at(60_000)) {
        assert!(forecast.quantiles().is_sorted() && forecast.quantiles()[0] >= 0.0);
        assert!(forecast.lower_90_secs <= forecast.upper_90_secs && forecast.mean_secs >= 0.0);
        let beyond: Vec<f64> = (0..200).map(|it| forecast.exceeds(f64::from(it) * 5.0)).collect();
        assert!(
            beyond.is_sorted_by(|a, b| a >= b) && beyond.iter().all(|it| (0.0..=1.0).contains(it))
        );
    }
}

fn event(secs: i64, kind: QueueEventKind, since: i64, call: &str) -> QueueEvent {
    let (queue, intent, agent) = (Some("line".into()), None, Some("ann".into()));
    let (at, since, call_id) = (at(secs), at(since), call.into());
    QueueEvent { at, kind, since, call_id, stage: 0, queue, intent, priority: None, agent }
}

/// One agent at 100 s a service and no break, nobody hangs up: a caller behind two waits for three services.
#[test]
fn without_a_model_the_wait_is_that_of_queueing_theory() {
    use QueueEventKind::{Enters, ServiceBegins, ServiceEnds};
    let mut live = LiveWaits::new(Zone::UTC);
    for event in [
        event(0, ServiceBegins, 0, "a"),
        event(100, ServiceEnds, 0, "a"),
        event(100, ServiceBegins, 100, "b"),
        event(110, Enters, 110, "c"),
        event(120, Enters, 120, "d"),
    ] {
        live.apply(&event).unwrap();
    }
    let line = CallerType { queue: Some("line".into()), intent: None };
    let forecast = live.estimate(&line, None, at(130)).unwrap();
    assert_eq!((forecast.method, forecast.mean_secs), (WaitMethod::QueueingTheory, 300.0));
    // The quantiles of a gamma distribution with three stages of 100 s: 109.65, 267.41 and 532.23.
    for (quantile, expected) in
        [(forecast.p10_secs, 110.2), (forecast.p50_secs, 267.4), (forecast.p90_secs, 532.2)]
    {
        assert!((quantile - expected).abs() < 6.0, "{quantile}, expected {expected}");
    }
}

#[test]
fn an_event_that_comes_too_late_is_refused_and_named() {
    let mut live = LiveWaits::new(Zone::UTC);
    live.apply(&event(10, QueueEventKind::Enters, 10, "a")).unwrap();
    let error = live.apply(&event(5, QueueEventKind::Enters, 5, "b")).unwrap_err();
    assert_eq!(error, Error::EventBefore { at: at(5), last: at(10) });
    let text = error.to_string();
    assert!(text.contains("expected events in the order of time"), "{text}");
}

/// Clocks of two machines: the service's end says that it began ten seconds after the end.
#[test]
fn an_event_that_began_after_its_stamp_counts_as_begun_at_it() {
    use QueueEventKind::{Enters, Leaves, ServiceBegins, ServiceEnds};
    let line = CallerType { queue: Some("line".into()), intent: None };
    let fed = |since: i64| {
        let mut live = LiveWaits::new(Zone::UTC);
        for event in [
            event(0, ServiceBegins, 0, "a"),
            event(100, ServiceEnds, 0, "a"),
            event(110, Enters, 110, "b"),
            event(120, Leaves { answered: true }, since, "c"),
            event(120, ServiceEnds, since, "c"),
        ] {
            live.apply(&event).unwrap();
        }
        live.features(&line, None, at(130))
    };
    let same = fed(120).iter().zip(fed(130)).all(|(one, two)| one.total_cmp(&two).is_eq());
    assert!(same, "{:?} and {:?}", fed(120), fed(130));
}

#[test]
fn saved_state_that_does_not_fit_together_is_refused() {
    let log = center(3_000, 7);
    let model = WaitLearning::new(Zone::UTC).fit(&log, at(60_000)).unwrap();
    let saved = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<WaitModel>(&saved).unwrap(), model);
    // A version with other features, as many.
    let other = saved.replace("\"ahead_of_type\"", "\"ahead_of_kind\"");
    let error = serde_json::from_str::<WaitModel>(&other).unwrap_err().to_string();
    assert!(error.contains("\"ahead_of_kind\" in the place of \"ahead_of_type\""), "{error}");

    let mut live = LiveWaits::new(Zone::UTC);
    live.apply(&event(0, QueueEventKind::ServiceBegins, 0, "a")).unwrap();
    let mut saved = serde_json::to_value(&live).unwrap();
    assert_eq!(serde_json::from_value::<LiveWaits>(saved.clone()).unwrap(), live);
    // Else the next hour would relate four billion types to each other.
    saved["engine"]["center"]["agents"]["all"][0]["served"][0][0] = u32::MAX.into();
    let error = serde_json::from_value::<LiveWaits>(saved).unwrap_err().to_string();
    assert!(error.contains("type 4294967295 of a center, expected below 1"), "{error}");
}

#[test]
fn a_caller_whose_end_was_lost_is_forgotten() {
    let log = center(3_000, 7);
    let model = WaitLearning::new(Zone::UTC).fit(&log, at(60_000)).unwrap();
    let mut live = LiveWaits::with_model(model);
    live.apply(&event(0, QueueEventKind::Enters, 0, "lost")).unwrap();
    let pending = |live: &LiveWaits| {
        let saved = serde_json::to_value(live).unwrap();
        saved["engine"]["pending"].as_object().map(serde_json::Map::len)
    };
    assert_eq!(pending(&live), Some(1));
    let later = 3 * 86_400;
    live.apply(&event(later, QueueEventKind::ServiceBegins, later, "b")).unwrap();
    assert_eq!(pending(&live), Some(0));
}

#[test]
fn too_few_callers_are_named_and_the_backtest_falls_back() {
    let log = center(300, 5);
    let error = WaitLearning::new(Zone::UTC).fit(&log, at(5_000)).unwrap_err();
    assert!(matches!(error, Error::TooFewAnswers { got: 30..=499, needed: 500 }), "{error}");
    let report = WaitBacktest::new(at(5_000)).run(&log).unwrap();
    assert!(report.predictions.len() > 30);
    assert!(report.predictions.iter().all(|it| it.forecast.method == WaitMethod::QueueingTheory));
}

#[test]
fn the_offered_wait_is_longer_where_callers_hang_up() {
    let log = center(3_000, 7);
    let model = WaitLearning::new(Zone::UTC).fit(&log, at(60_000)).unwrap();
    let sales = CallerType { queue: Some("line".into()), intent: Some("sales".into()) };
    assert!(model.types().contains(&sales));
    for (_, forecast) in forecasts(&log, at(60_000)).iter().take(200) {
        let offered = model.offered(&sales, forecast);
        assert!(offered.mean_secs >= forecast.mean_secs.min(offered.p50_secs) * 0.8);
        assert!((0.05..=1.0).contains(&offered.answered_probability));
    }
}

#[test]
fn names_of_features_are_all_different() {
    let mut names = FEATURES.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FEATURES.len());
}

#[test]
fn the_beginning_of_what_is_in_progress_is_ignored() {
    use QueueEventKind::{Enters, Leaves, ServiceBegins, ServiceEnds};
    let line = CallerType { queue: Some("line".into()), intent: None };
    let fed = |twice: bool| {
        let mut live = LiveWaits::new(Zone::UTC);
        for event in [
            event(0, ServiceBegins, 0, "a"),
            event(100, ServiceEnds, 0, "a"),
            event(110, Enters, 110, "b"),
            event(120, ServiceBegins, 120, "c"),
            event(130, Enters, 130, "d"),
            event(140, Leaves { answered: true }, 110, "b"),
        ] {
            live.apply(&event).unwrap();
            if twice && matches!(event.kind, Enters | ServiceBegins) {
                assert_eq!(live.apply(&event).unwrap(), None);
                live.warm_up(&event).unwrap();
            }
        }
        assert!((live.features(&line, None, at(150))[0] - 1.0).abs() < 1e-12, "only d waits");
        serde_json::to_string(&live).unwrap()
    };
    assert_eq!(fed(true), fed(false));
}

/// A count that only a broken file holds would run over, or tell a mean of values that never were.
#[test]
fn saved_counts_that_never_come_about_are_refused() {
    let mut live = LiveWaits::new(Zone::UTC);
    live.apply(&event(0, QueueEventKind::ServiceBegins, 0, "a")).unwrap();
    live.apply(&event(9, QueueEventKind::ServiceEnds, 0, "a")).unwrap();
    live.apply(&event(9, QueueEventKind::Enters, 9, "b")).unwrap();
    live.apply(&event(9, QueueEventKind::Enters, 9, "c")).unwrap();
    let refused = |break_it: fn(&mut serde_json::Value)| {
        let mut saved = serde_json::to_value(&live).unwrap();
        assert!(serde_json::from_value::<LiveWaits>(saved.clone()).is_ok());
        break_it(&mut saved);
        serde_json::from_value::<LiveWaits>(saved).unwrap_err().to_string()
    };
    let text = refused(|it| it["engine"]["center"]["talk"]["twenty"]["count"] = u32::MAX.into());
    assert!(text.contains("a count of 4294967295 last values, expected below 40"), "{text}");
    let text = refused(|it| it["engine"]["center"]["agents"]["all"][0]["total"] = 7.into());
    assert!(text.contains("7 services of an agent, expected 1"), "{text}");
    let text = refused(|it| it["open"][1][1] = it["open"][0][1].clone());
    assert!(text.contains("stays in progress of a center share a number"), "{text}");
    let text = refused(|it| it["engine"]["codes"] = serde_json::json!([]));
    assert!(text.contains("0 types of a model, expected 1"), "{text}");
}
