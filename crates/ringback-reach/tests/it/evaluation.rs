//! Scores by strata, baselines, walking a log forward, and the measures of contact.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
use ringback_learn::EventScores;
use ringback_reach::{
    Ask, Attempt, AttemptLog, AttemptTable, BaselineKind, ContactKpis, ContactOutcome, Error,
    Evaluation, HistoryLength, InboundContact, RateBaseline, ReachBacktest, ReachModel as _,
    ReadAttempts, Scored, Segment,
};

use ContactOutcome::{Failed, NoAnswer, Reached, Voicemail};

use crate::policy_value::{Random, customers};
use crate::time_effect::{any_hour, made_up, outcome};

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_777_852_800 + hour * 3600, 0).unwrap()
}

fn scored(history: usize, probability: f64, is_reached: bool, baseline: f64) -> Scored {
    let customer = customers(1 + history)[history];
    Scored { customer, segment: None, history, is_reached, probability, baselines: vec![baseline] }
}

/// By hand: of four rows, log losses and Brier scores are sums of four terms.
#[test]
fn scores_are_those_by_hand() {
    let rows = [
        scored(0, 0.8, true, 0.5),
        scored(1, 0.2, false, 0.5),
        scored(2, 0.6, false, 0.5),
        scored(12, 0.7, true, 0.5),
    ];
    let evaluation = Evaluation::of(&rows, &["coin"]).unwrap();
    let all = &evaluation.all;
    let log_loss = -(0.8_f64.ln() + 0.8_f64.ln() + 0.4_f64.ln() + 0.7_f64.ln()) / 4.0;
    assert!((all.log_loss - log_loss).abs() < 1e-12, "{all:?}");
    assert!((all.brier - (0.04 + 0.04 + 0.36 + 0.09) / 4.0).abs() < 1e-12, "{all:?}");
    assert_eq!(all.auc, Some(1.0));
    let coin = &all.against[0];
    assert!((coin.log_loss - 2.0_f64.ln()).abs() < 1e-12, "{coin:?}");
    assert!((coin.gain - (2.0_f64.ln() - log_loss)).abs() < 1e-12, "{coin:?}");
    assert!((coin.brier_skill.unwrap() - (1.0 - 0.1325 / 0.25)).abs() < 1e-12, "{coin:?}");
    // Each row is a customer of its own: the plain standard error of a mean.
    let gains = [0.8_f64, 0.8, 0.4, 0.7].map(|it| 2.0_f64.ln() + it.ln());
    let mean = gains.iter().sum::<f64>() / 4.0;
    let squares: f64 = gains.iter().map(|it| (it - mean).powi(2)).sum();
    let expected = (squares / 3.0 / 4.0).sqrt();
    assert!((coin.gain_standard_error.unwrap() - expected).abs() < 1e-12, "{coin:?}");
    // Spiegelhalter's z, summed by hand.
    let terms = [(0.8, 1.0), (0.2, 0.0), (0.6, 0.0), (0.7, 1.0_f64)];
    let above: f64 = terms.iter().map(|(p, o): &(f64, f64)| (o - p) * (1.0 - 2.0 * p)).sum();
    let below: f64 = terms.iter().map(|(p, _)| (1.0 - 2.0 * p).powi(2) * p * (1.0 - p)).sum();
    assert!((all.calibration_z.unwrap() - above / below.sqrt()).abs() < 1e-12, "{all:?}");
    let names: Vec<(&str, usize)> =
        evaluation.by_history.iter().map(|it| (it.name.as_str(), it.rows)).collect();
    assert_eq!(names, [("0", 1), ("1-3", 2), ("11+", 1)]);
    assert_eq!(evaluation.by_segment[0].name, "(none)");
    let label = |it: &Scored| if it.history > 1 { "later" } else { "first" }.to_owned();
    let labels = Evaluation::by_label(&rows, label, &["coin"]).unwrap();
    assert_eq!((labels[0].name.as_str(), labels[0].rows, labels[1].rows), ("first", 2, 2));
    let strata = [0, 1, 3, 4, 10, 11].map(|it| HistoryLength::of(it).as_str());
    assert_eq!(strata, ["0", "1-3", "1-3", "4-10", "4-10", "11+"]);
}

/// Of probabilities that are right, the calibration error is its noise floor, and one in twenty z values lies beyond 1.96.
#[test]
fn probabilities_that_are_right_show_no_error_beyond_noise() {
    let (mut errors, mut floors, mut beyond) = (0.0, 0.0, 0);
    let names = customers(400);
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let rows: Vec<Scored> = names
            .iter()
            .map(|customer| {
                let probability = 0.05 + 0.9 * random.unit();
                Scored {
                    customer: *customer,
                    is_reached: random.is(probability),
                    ..scored(0, probability, true, 0.5)
                }
            })
            .collect();
        let all = Evaluation::of(&rows, &["coin"]).unwrap().all;
        errors += all.calibration_error / 200.0;
        floors += all.calibration_noise / 200.0;
        beyond += usize::from(all.calibration_z.unwrap().abs() > 1.96);
    }
    println!("calibration error {errors:.4}, noise floor {floors:.4}, {beyond} of 200 beyond");
    assert!((errors / floors - 1.0).abs() < 0.03, "{errors} {floors}");
    assert!((3..=19).contains(&beyond), "{beyond}");
}

#[test]
fn rows_that_cannot_be_scored_are_an_error() {
    assert!(matches!(Evaluation::of(&[], &[]), Err(Error::Learn(_))));
    assert!(matches!(
        Evaluation::of(&[scored(0, 1.5, true, 0.5)], &["coin"]),
        Err(Error::Learn(_))
    ));
    let error = Evaluation::of(&[scored(0, 0.5, true, 0.5)], &[]).unwrap_err();
    assert!(matches!(error, Error::Signals { attempt: 0, got: 1, expected: 0 }));
}

/// The moments of three cells by hand: 10 of 20, 2 of 20 and 6 of 20 answered.
#[test]
fn a_cell_is_pulled_to_the_rate_of_all_as_its_spread_says() {
    let names = customers(1);
    let mut attempts = Vec::new();
    for (hour, reached) in [(9, 10), (10, 2), (11, 6)] {
        for number in 0..20 {
            attempts.push(Attempt::new(names[0], at(hour), outcome(number < reached)));
        }
    }
    let log = AttemptLog::new(attempts, Zone::UTC).unwrap();
    let model = RateBaseline::fit(BaselineKind::HourOfWeek, &log);
    let rate: f64 = 18.0 / 60.0;
    let variance = rate * (1.0 - rate);
    let spread = 20.0 * ((0.5 - rate).powi(2) + (0.1 - rate).powi(2));
    let between = (spread - 2.0 * variance) / (60.0 - 1200.0 / 60.0);
    let strength = variance / between - 1.0;
    let of = |hour| model.reachability(&Ask::new(names[0], at(hour))).probability;
    assert!((of(9) - (10.0 + strength * rate) / (20.0 + strength)).abs() < 1e-12, "{}", of(9));
    assert!((of(9 + 168) - of(9)).abs() < 1e-15, "a week later");
    assert!((of(12) - rate).abs() < 1e-12, "an hour never called at");
    let reason = model.explain(&Ask::new(names[0], at(9)));
    assert!((reason.probability() - of(9)).abs() < 1e-12, "{reason:?}");
}

#[test]
fn a_walk_sees_nothing_before_it_is_asked() {
    let names = customers(30);
    let log = made_up(&names, 5, any_hour, |_, level, _| 0.2 + 0.5 * level);
    let backtest = ReachBacktest::new(at(24 * 40));
    let walk = |log: &AttemptLog| {
        let mut model = RateBaseline::fit(BaselineKind::SegmentSlot, &backtest.training(log));
        backtest.walk(log, &mut model).unwrap()
    };
    let whole = walk(&log);
    assert_eq!(whole.rows[0].attempt, backtest.training(&log).attempts().len());
    assert_eq!(whole.rows.last().unwrap().attempt, log.attempts().len() - 1);
    // Without the second half of the rest, the first half reads the same.
    let cut = walk(&log.before(at(24 * 60)));
    assert!(!cut.rows.is_empty() && cut.rows.len() < whole.rows.len());
    assert_eq!(cut.rows[..], whole.rows[..cut.rows.len()]);
    // Outcomes after the split that are turned around change no earlier probability, and none at the same instant.
    let turned = |it: &Attempt| Attempt {
        outcome: if it.attempted_at >= at(24 * 60) { ContactOutcome::Busy } else { it.outcome },
        ..it.clone()
    };
    let turned = AttemptLog::new(log.attempts().iter().map(turned).collect(), log.zone()).unwrap();
    let first = log.before(at(24 * 60)).attempts().len() - whole.rows[0].attempt;
    let told = |rows: &[ringback_reach::BacktestRow]| {
        rows.iter().take(first + 1).map(|it| it.probability).collect::<Vec<f64>>()
    };
    assert_eq!(told(&walk(&turned).rows), told(&whole.rows));
    // A baseline against itself gains nothing.
    let own = whole.evaluation.all.against.iter().find(|it| it.baseline == "segment and slot rate");
    assert!(own.unwrap().gain.abs() < 1e-12);
}

#[test]
fn the_history_of_an_attempt_is_what_told_before_it() {
    let names = customers(2);
    let outcomes = [ContactOutcome::Reached, ContactOutcome::Failed, ContactOutcome::Voicemail];
    let mut attempts: Vec<Attempt> = (0_i64..)
        .zip(outcomes)
        .map(|(hour, outcome)| Attempt::new(names[0], at(hour), outcome))
        .collect();
    attempts.push(Attempt::new(names[0], at(10), ContactOutcome::Reached));
    attempts.push(Attempt::new(names[1], at(10), ContactOutcome::Failed));
    let log = AttemptLog::new(attempts, Zone::UTC).unwrap();
    let log = log.inbound([InboundContact { at: at(5), customer: names[1] }]);
    let backtest = ReachBacktest::new(at(2));
    let mut model = RateBaseline::fit(BaselineKind::GlobalRate, &backtest.training(&log));
    let walked = backtest.walk(&log, &mut model).unwrap();
    let rows: Vec<(usize, usize)> = walked.rows.iter().map(|it| (it.attempt, it.history)).collect();
    assert_eq!(rows, [(2, 1), (3, 2), (4, 0)]);
    assert_eq!(walked.evaluation.all.rows, 2);
    let none = ReachBacktest::new(at(100)).walk(&log, &mut model);
    assert_eq!(none, Err(Error::TooFewAttempts { got: 0, needed: 1 }));
}

/// The shipped made-up attempts, as text and read.
pub(crate) fn shipped() -> (String, ReadAttempts) {
    let path = "../../fixtures/contact_attempts/simulated_1.csv.gz";
    let file = std::fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    let read =
        AttemptTable::new(Zone::UTC).read("simulated", text.as_bytes(), &pseudonymizer).unwrap();
    (text, read)
}

/// The shipped made-up attempts: the planted probability bounds what any model can do.
#[test]
fn baselines_order_as_they_should_on_the_shipped_attempts() {
    let (text, read) = shipped();
    assert_eq!(
        (read.log.attempts().len(), read.rejected.len(), read.rows_read),
        (45_903, 0, 45_903)
    );
    assert_eq!(read.notes.len(), 1, "{:?}", read.notes);
    let backtest = ReachBacktest::new("2024-05-18T00:00:00Z".parse().unwrap());
    let mut model = RateBaseline::fit(BaselineKind::SegmentSlot, &backtest.training(&read.log));
    let walked = backtest.walk(&read.log, &mut model).unwrap();
    let planted: Vec<f64> =
        text.lines().skip(1).map(|it| it.rsplit(',').next().unwrap().parse().unwrap()).collect();
    let row = |it: usize| usize::try_from(read.rows[it]).unwrap() - 1;
    let planted: Vec<f64> = walked.rows.iter().map(|it| planted[row(it.attempt)]).collect();
    let outcomes: Vec<f64> =
        walked.rows.iter().map(|it| f64::from(u8::from(it.is_reached.unwrap()))).collect();
    let oracle = EventScores::new(&planted, &outcomes).unwrap().log_loss();
    let mut table = String::new();
    for it in &walked.evaluation.all.against {
        writeln!(table, "{}: {:.4} {:?}", it.baseline, it.log_loss, it.auc).unwrap();
    }
    println!("{table}planted: {oracle:.4}; {} rows", walked.rows.len());
    let losses: Vec<f64> = walked.evaluation.all.against.iter().map(|it| it.log_loss).collect();
    assert!(oracle < losses[1].min(losses[2]) && losses[2] < losses[0] && losses[1] < losses[0]);
    let kpis = ContactKpis::of(&read.log, TimeDelta::days(14));
    println!("{kpis:?}");
    let reached: usize = outcome_count(&read.log);
    assert_eq!((kpis.attempts, kpis.reached), (45_903, reached));
}

fn outcome_count(log: &AttemptLog) -> usize {
    log.attempts().iter().filter(|it| it.outcome == ContactOutcome::Reached).count()
}

/// By hand: one customer reached at the second attempt after 6 hours, one at the first, one given up after three in 20
/// hours, and the first again after a pause, in vain.
#[test]
fn measures_of_contact_are_those_by_hand() {
    let names = customers(3);
    let attempt = |who: usize, hour, outcome| Attempt::new(names[who], at(hour), outcome);
    let attempts = vec![
        attempt(0, 0, NoAnswer),
        attempt(0, 6, Reached),
        attempt(1, 3, Reached),
        attempt(2, 0, Voicemail),
        attempt(2, 1, Failed),
        attempt(2, 4, NoAnswer),
        attempt(2, 20, NoAnswer),
        attempt(0, 24 * 30, NoAnswer),
    ];
    // The first called 4 hours before, and once more between the attempts; the second a month before.
    let calls = [(0, -9), (0, -4), (0, 2), (1, -24 * 30)]
        .map(|(who, hour): (usize, i64)| InboundContact { at: at(hour), customer: names[who] });
    let log = AttemptLog::new(attempts, Zone::UTC).unwrap().inbound(calls);
    let kpis = ContactKpis::of(&log, TimeDelta::days(14));
    assert_eq!((kpis.reached_after_call, kpis.hours_from_call_median), (1, Some(10.0)));
    assert_eq!((kpis.episodes, kpis.reached, kpis.attempts, kpis.untold), (4, 2, 7, 1));
    assert_eq!(kpis.first_attempt_reached, Some(0.25));
    assert_eq!(kpis.attempt_reached, Some(2.0 / 7.0));
    assert_eq!(kpis.attempts_until_reached, Some(1.5));
    assert_eq!(kpis.attempts_per_reached, Some(3.5));
    assert_eq!((kpis.hours_to_contact_mean, kpis.hours_to_contact_median), (Some(3.0), Some(3.0)));
    // At 0 hours one of four is reached and one given up; at 6 one of two: ¾ · ½ are open.
    assert_eq!(kpis.hours_until_half_reached, Some(6.0));
    let numbers: Vec<(usize, usize, usize)> =
        kpis.by_number.iter().map(|it| (it.number, it.attempts, it.reached)).collect();
    assert_eq!(numbers, [(1, 4, 1), (2, 2, 1), (3, 1, 0)]);
    assert!((kpis.by_number[2].still_open - 0.75 * 0.5).abs() < 1e-12);
}

#[test]
fn what_cannot_be_seen_is_absent_from_the_measures() {
    let kpis =
        ContactKpis::of(&AttemptLog::new(Vec::new(), Zone::UTC).unwrap(), TimeDelta::days(14));
    assert_eq!((kpis.first_attempt_reached, kpis.attempts_until_reached), (None, None));
    assert_eq!((kpis.hours_to_contact_mean, kpis.hours_until_half_reached), (None, None));
    let names = customers(1);
    let vain = Attempt {
        segment: Some(Segment::new("a")),
        ..Attempt::new(names[0], at(0), ContactOutcome::Busy)
    };
    let kpis =
        ContactKpis::of(&AttemptLog::new(vec![vain], Zone::UTC).unwrap(), TimeDelta::days(14));
    assert_eq!((kpis.first_attempt_reached, kpis.attempts_per_reached), (Some(0.0), None));
}
