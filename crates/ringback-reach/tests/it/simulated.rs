//! The shipped simulated attempts, of which the probability of every answer is known: trained on the first three quarters, asked
//! about the rest as it comes.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use chrono::{DateTime, Datelike, Timelike, Utc};
use flate2::read::GzDecoder;
use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
use ringback_learn::EventScores;
use ringback_reach::{
    Ask, Attempt, AttemptLog, BaselineKind, ContactOutcome, FollowingModel, ModelChoice,
    RateBaseline, ReachLearning, ReachModel, Segment,
};

struct Row {
    attempt: Attempt,
    truth: f64,
}

/// A file of simulated attempts; `None` where there is none.
fn read(path: &Path) -> Option<Vec<Row>> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).ok()?).read_to_string(&mut text).unwrap();
    let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "simulated");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let at: DateTime<Utc> = cells[1].parse().unwrap();
        let is_reached = cells[2] == "1";
        let outcome = if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
        let attempt = Attempt::new(pseudonyms.customer(cells[0]), at, outcome);
        let segment = Some(Segment::from(cells[3]));
        Row { attempt: Attempt { segment, ..attempt }, truth: cells[5].parse().unwrap() }
    };
    let mut rows: Vec<Row> = text.lines().skip(1).map(row).collect();
    rows.sort_by_key(|it| it.attempt.attempted_at);
    Some(rows)
}

/// What was said of a test row.
struct Said {
    history: usize,
    segment: String,
    at: DateTime<Utc>,
    model: f64,
    table: f64,
    truth: f64,
    is_held: bool,
    outcome: f64,
}

fn walk(rows: &[Row], choice: ModelChoice) -> Vec<Said> {
    let attempts = rows.iter().map(|it| it.attempt.clone()).collect();
    let log = AttemptLog::new(attempts, Zone::UTC).unwrap();
    let split = rows[rows.len() * 3 / 4].attempt.attempted_at;
    let training = log.before(split);
    let mut model = ReachLearning::new().model(choice).fit(&training).unwrap();
    let mut table = RateBaseline::fit(BaselineKind::SegmentSlot, &training);
    let mut history = BTreeMap::new();
    for attempt in training.attempts() {
        *history.entry(attempt.customer).or_insert(0) += 1;
    }
    let mut found = Vec::new();
    for Row { attempt, truth } in &rows[training.attempts().len()..] {
        let at = attempt.attempted_at;
        let ask = Ask { segment: attempt.segment.as_ref(), ..Ask::new(attempt.customer, at) };
        let said = model.reachability(&ask);
        let seen = history.entry(attempt.customer).or_insert(0);
        found.push(Said {
            history: *seen,
            segment: attempt.segment.as_ref().unwrap().to_string(),
            at,
            model: said.probability,
            table: table.reachability(&ask).probability,
            truth: *truth,
            is_held: (said.lower..=said.upper).contains(truth),
            outcome: f64::from(u8::from(attempt.outcome == ContactOutcome::Reached)),
        });
        *seen += 1;
        model.observe(attempt);
        table.observe(attempt);
    }
    found
}

fn scores(rows: &[&Said], of: fn(&Said) -> f64) -> (f64, f64, f64) {
    let said: Vec<f64> = rows.iter().map(|it| of(it)).collect();
    let outcomes: Vec<f64> = rows.iter().map(|it| it.outcome).collect();
    let scores = EventScores::new(&said, &outcomes).unwrap();
    let error = scores.calibration_error(15).unwrap();
    (scores.auc().unwrap(), scores.log_loss(), error.error - error.noise_floor)
}

/// The rows by history, segment, hours, kind of day and month.
fn strata(rows: &[Said]) -> BTreeMap<String, Vec<&Said>> {
    let mut strata: BTreeMap<String, Vec<&Said>> = BTreeMap::new();
    for row in rows {
        let history = match row.history {
            0 => "0",
            1..=3 => "1-3",
            4..=10 => "4-10",
            _ => "11+",
        };
        let band = (row.at.hour() / 2).min(8) * 2;
        let is_weekend = row.at.weekday().num_days_from_monday() >= 5;
        for name in [
            "all".to_owned(),
            format!("history {history}"),
            format!("segment {}", row.segment),
            format!("from {band}:00"),
            format!("weekend {is_weekend}"),
            format!("month {}", row.at.month()),
        ] {
            strata.entry(name).or_default().push(row);
        }
    }
    strata.retain(|_, rows| rows.len() >= 1_000);
    strata
}

/// The bounds stand a little behind what was measured. Of what the truth gains over the table in log loss for customers with
/// eleven attempts or more, the exact posterior by the generator's own parameters gets 0.68 to 0.74: nobody gets more.
#[track_caller]
fn check(path: &Path, choice: ModelChoice) {
    let Some(rows) = read(path) else {
        println!("without {}", path.display());
        return;
    };
    let said = walk(&rows, choice);
    for (name, rows) in strata(&said) {
        let (model, table) = (scores(&rows, |it| it.model), scores(&rows, |it| it.table));
        assert!(model.1 <= table.1, "{name}: log loss {} against {}", model.1, table.1);
        // The second file's calls from 16:00 on have 0.0101, all other strata of the three at most 0.010.
        assert!(model.2 <= 0.0105, "{name}: {} above the noise", model.2);
        let truth = scores(&rows, |it| it.truth);
        if name == "all" {
            assert!(model.0 >= 0.73, "AUC {}", model.0);
        }
        if name == "history 11+" {
            let share = (table.1 - model.1) / (table.1 - truth.1);
            assert!(share > 0.62, "{share} of what the truth gains");
        }
    }
    let held = said.iter().filter(|it| it.is_held).count() as f64 / said.len() as f64;
    assert!((0.74..=0.88).contains(&held), "intervals hold {held}");
}

#[test]
fn the_shipped_attempts_are_told_nearly_as_well_as_they_can_be() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/contact_attempts");
    check(&fixtures.join("simulated_1.csv.gz"), ModelChoice::Rate);
}

#[test]
fn so_are_others_where_they_are_at_hand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared =
        std::env::var_os("RINGBACK_SHARED").map_or_else(|| root.join("../shared"), Into::into);
    for name in ["simulated_2.csv.gz", "simulated_3.csv.gz"] {
        check(&shared.join("data/contact_attempts").join(name), ModelChoice::Rate);
    }
}
