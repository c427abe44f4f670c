//! A cold start on the Anonymous Bank: so many days of a log, and the two weeks that follow.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate, Utc};
use ringback_calllog::{Call, Delimited, LogReader, Outcome, PseudonymKey, Pseudonymizer, Zone};
use ringback_forecast::{
    LiveWaits, QueueEventKind, WaitBacktest, WaitForecast, WaitLearning, WaitMethod, queue_events,
};

fn calls() -> (Vec<Call>, Zone) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/anonymous_bank");
    let mapping = std::fs::read_to_string(folder.join("mapping.toml")).unwrap();
    let key = PseudonymKey::from_bytes([1; 32]);
    let mut format =
        Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "test")).unwrap();
    let files: Vec<PathBuf> = vec![folder.join("february.txt.gz")];
    let log = LogReader::new().read(&files, &mut format).unwrap().log;
    (log.calls, log.observed.zone)
}

/// Scores of a start after so many days, in seconds: the backtest's (a model, or theory where callers are too few), theory's
/// and those of the last to enter service.
struct Start {
    method: WaitMethod,
    callers: usize,
    mae: [f64; 3],
    holds: f64,
}

fn theory(calls: &[Call], zone: Zone, from: DateTime<Utc>) -> Vec<Option<WaitForecast>> {
    let mut live = LiveWaits::new(zone);
    let mut forecasts = Vec::new();
    for event in queue_events(calls) {
        let forecast = live.apply(&event).unwrap();
        if event.kind == QueueEventKind::Enters && event.at >= from {
            forecasts.push(forecast);
        }
    }
    forecasts
}

fn start(calls: &[Call], zone: Zone, days: u64) -> Start {
    let first: NaiveDate = "1999-02-01".parse().unwrap();
    let at = |days: u64| zone.start_of_day(first + Days::new(days));
    let (from, to) = (at(days), at(days + 14));
    let log: Vec<Call> = calls.iter().filter(|it| it.arrived_at < to).cloned().collect();
    let report = WaitBacktest::new(from).learning(WaitLearning::new(zone)).run(&log).unwrap();
    let by_theory = theory(&log, zone, from);
    assert_eq!(report.predictions.len(), by_theory.len());
    let (mut sums, mut holds, mut callers) = ([0.0; 3], 0.0, 0);
    for (it, theory) in report.predictions.iter().zip(by_theory) {
        let call = &log[it.arrival.call];
        let wait = it.wait_secs.filter(|it| (f64::EPSILON..3_600.0).contains(it));
        let (Some(wait), Outcome::Answered) = (wait, call.outcome) else { continue };
        let said = [
            it.forecast.p50_secs,
            theory.map_or(0.0, |it| it.p50_secs),
            it.announced_secs[0].unwrap_or(0.0),
        ];
        for (sum, said) in sums.iter_mut().zip(said) {
            *sum += (said - wait).abs();
        }
        let bounds = it.forecast.lower_90_secs..=it.forecast.upper_90_secs;
        holds += if bounds.contains(&wait) { 1.0 } else { 0.0 };
        callers += 1;
    }
    let mae = sums.map(|it| it / callers as f64);
    let method = report.predictions[0].forecast.method;
    Start { method, callers, mae, holds: holds / callers as f64 }
}

#[test]
fn after_a_few_days_the_model_beats_theory_and_the_last_wait() {
    let (calls, zone) = calls();
    println!("days  method            callers    MAE  theory  last to enter  90 % interval holds");
    for days in [1, 2, 3, 7, 14] {
        let Start { method, callers, mae, holds } = start(&calls, zone, days);
        println!(
            "{days:>4}  {:<16} {callers:>8}  {:>5.1}  {:>6.1}  {:>13.1}  {holds:.3}",
            method.as_str(),
            mae[0],
            mae[1],
            mae[2],
        );
        if method == WaitMethod::Learned {
            assert!(mae[0] < mae[1] && mae[0] < mae[2], "{days} days: {mae:?}");
        }
        if days >= 7 {
            assert_eq!(method, WaitMethod::Learned, "{days} days");
            assert!(mae[0] < 0.75 * mae[2], "{days} days: {mae:?}");
        }
    }
}
