//! Writes what was known before each attempt of a table, and what a model said: one side of a side-by-side comparison.
//!
//! `reach_features ATTEMPTS.csv FEATURES.csv [MODEL]`
//!
//! The model (`auto`, `rate`, `logistic`, `tree`, `forest`, `boosting` or `net`) is fitted to the first three quarters of the
//! attempts. Then it forgets everybody, and walks through all attempts in the order of time: a row holds what was known before
//! it. A column `true_probability` is not read.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::process::ExitCode;

use ringback::calllog::{PseudonymKey, Pseudonymizer, Zone};
use ringback::reach::{Ask, AttemptTable, ModelChoice, ReachLearning, ReachModel as _};

type Failure = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    match run() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [source, features, rest @ ..] = &args[..] else {
        return Err("expected ATTEMPTS.csv FEATURES.csv [MODEL]".into());
    };
    let choice = choice(rest.first().map_or("auto", String::as_str))?;
    let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "benches");
    let table = AttemptTable::new(Zone::UTC).ignore("true_probability");
    let log = table.read(source, BufReader::new(File::open(source)?), &pseudonyms)?.log;
    let attempts = log.attempts();
    let first_test = attempts.get(attempts.len() * 3 / 4).ok_or("no attempts")?.attempted_at;
    let fitted = ReachLearning::new().model(choice).fit(&log.before(first_test))?;
    let mut model = fitted.without_customers();
    let mut out = BufWriter::new(File::create(features)?);
    let mut rows = 0;
    for attempt in attempts {
        let ask = Ask {
            kind: attempt.kind,
            segment: attempt.segment.as_ref(),
            zone: attempt.zone,
            signals: &attempt.signals,
            ..Ask::new(attempt.customer, attempt.attempted_at)
        };
        let known = model.features(&ask);
        if rows == 0 {
            let names: Vec<&str> = known.iter().map(|it| it.0.as_str()).collect();
            writeln!(out, "reached,test,probability,history,segment,{}", names.join(","))?;
        }
        if let Some(is_reached) = attempt.outcome.is_reached() {
            let said = model.reachability(&ask);
            let is_test = u8::from(attempt.attempted_at >= first_test);
            let segment = attempt.segment.as_ref().map_or("", |it| it.as_str());
            let (probability, history) = (said.probability, said.evidence.attempts);
            write!(out, "{},{is_test},{probability},{history},{segment}", u8::from(is_reached))?;
            for (_, value) in &known {
                if value.is_nan() { write!(out, ",")? } else { write!(out, ",{value}")? }
            }
            writeln!(out)?;
            rows += 1;
        }
        model.observe(attempt);
    }
    out.flush()?;
    Ok(format!("{rows} rows, model {}: {:?}", model.chosen().as_str(), fitted.trials()))
}

fn choice(name: &str) -> Result<ModelChoice, Failure> {
    let all = ModelChoice::KINDS.into_iter().chain([ModelChoice::Auto]);
    let found = all.into_iter().find(|it| it.as_str() == name);
    found.ok_or_else(|| format!("no model {name:?}").into())
}
