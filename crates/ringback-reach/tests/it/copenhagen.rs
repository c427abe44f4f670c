//! Calls between participants of the Copenhagen Networks Study \[`Sapiezynski2019`\]: real people, of whom nine in ten
//! calls are answered.

use std::path::Path;

use chrono::{DateTime, Utc};
use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
use ringback_learn::EventScores;
use ringback_reach::{
    Attempt, AttemptKind, AttemptLog, BaselineKind, InboundContact, RateBaseline, ReachBacktest,
    ReachLearning, TimeEffectTest,
};

use crate::policy_value::Random;
use crate::time_effect::outcome;

/// Seconds from the study's start to the first call of the last quarter.
const SPLIT_SECS: i64 = 1_819_627;

/// The published stamps count from an instant that is not told; a Sunday's midnight is put in its place. Nothing here
/// depends on the date, and the hours only name the hours of a day.
fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_391_299_200 + secs, 0).unwrap()
}

/// Every call as an attempt at the one who is called, and as evidence that the caller was free to talk.
fn log() -> AttemptLog {
    let path = "../../fixtures/contact_attempts/cns_calls.csv";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "study");
    let (mut attempts, mut inbound) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let at = at(fields[0].parse().unwrap());
        let is_reached = fields[3].parse::<i64>().unwrap() >= 0;
        let attempt = Attempt::new(pseudonymizer.customer(fields[2]), at, outcome(is_reached));
        attempts.push(Attempt { kind: AttemptKind::KnownContact, ..attempt });
        inbound.push(InboundContact { at, customer: pseudonymizer.customer(fields[1]) });
    }
    AttemptLog::new(attempts, Zone::UTC).unwrap().inbound(inbound)
}

#[test]
fn the_split_leaves_a_quarter_of_the_calls_to_tell() {
    let log = log();
    let backtest = ReachBacktest::new(at(SPLIT_SECS));
    let training = backtest.training(&log);
    assert_eq!((log.attempts().len(), training.attempts().len()), (3600, 2700));
    let mut model = RateBaseline::fit(BaselineKind::GlobalRate, &training);
    let walked = backtest.walk(&log, &mut model).unwrap();
    // As benches/side_by_side/copenhagen.py prints it.
    assert!((walked.evaluation.all.log_loss - 0.3085).abs() < 1e-4, "{:?}", walked.evaluation.all);
    assert!((walked.evaluation.all.reached - 0.9078).abs() < 1e-4);
}

/// The best of eight runs of `LightGBM` on the file's own columns (caller and called, hour and weekday), which
/// `benches/side_by_side/copenhagen.py` prints: "numbers, small, 40 rounds, a fit a day". The worst is 0.3319.
const LIGHTGBM_LOG_LOSS: f64 = 0.3003;

#[test]
fn the_model_beats_the_global_rate_and_lightgbm_and_is_calibrated() {
    let walked = ReachBacktest::new(at(SPLIT_SECS)).run(&log(), &ReachLearning::new()).unwrap();
    let all = &walked.evaluation.all;
    println!("{all:?}");
    assert!(all.log_loss < LIGHTGBM_LOG_LOSS, "{all:?}");
    for baseline in &all.against {
        assert!(all.log_loss < baseline.log_loss && all.brier < baseline.brier, "{baseline:?}");
    }
    let global = all.against.iter().find(|it| it.baseline == "global rate").unwrap();
    assert!(global.gain > 1.96 * global.gain_standard_error.unwrap(), "{global:?}");
    // An error that one in twenty would exceed, were the outcomes drawn by these very probabilities.
    let told: Vec<f64> = walked.rows.iter().map(|it| it.probability).collect();
    let mut random = Random::new(1);
    let mut errors: Vec<f64> = (0..400)
        .map(|_| {
            let drawn: Vec<f64> =
                told.iter().map(|it| f64::from(u8::from(random.is(*it)))).collect();
            EventScores::new(&told, &drawn).unwrap().calibration_error(15).unwrap().error
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    println!(
        "error {:.4}, of calibrated draws: median {:.4}, 95 % {:.4}",
        all.calibration_error, errors[200], errors[380]
    );
    assert!(all.calibration_error <= errors[380], "{} {}", all.calibration_error, errors[380]);
    assert!(all.calibration_z.unwrap().abs() < 1.96, "{all:?}");
}

#[test]
fn the_hour_makes_no_difference_that_these_calls_show() {
    let effect = TimeEffectTest::new().run(&log()).unwrap();
    println!("{effect}: {:?}", effect.looks);
    assert!(effect.p_value.is_some() && !effect.is_shown(), "{effect:?}");
}
