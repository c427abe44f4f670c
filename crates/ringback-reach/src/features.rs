//! What learners see of an attempt before it happens: the rate table's answer, and what it does not look at.

mod season;
mod summary;

use rayon::prelude::*;
use ringback_learn::Matrix;

pub(crate) use season::Seasons;
pub(crate) use summary::Summary;

use crate::history::{Context, KINDS, Person, What, kind_index};
use crate::rate::{Case, Posterior, Prior, Sequence, sequences};
use crate::{AttemptKind, AttemptLog, Error};

/// Features before the signals.
pub(crate) const OWN_FEATURES: usize = 21;
/// Their names, in order.
const NAMES: [&str; OWN_FEATURES] = [
    "rate_log_odds",
    "slot_log_odds",
    "rate_near_hour",
    "rate_lately",
    "attempts_log",
    "misses_in_a_row",
    "hours_since_attempt_log",
    "misses_at_hour_lately",
    "hour",
    "weekday",
    "weekend",
    "inbound_near_hour",
    "inbound_log",
    "season_sin",
    "season_cos",
    "holiday",
    "beside_holiday",
    "requested_callback",
    "abandoned_return",
    "known_contact",
    "unknown_number",
];

/// What a row of features is made of, beside the customer's sums.
pub(crate) struct Sight<'a> {
    pub(crate) case: Case<'a>,
    /// The rate table's answer.
    pub(crate) rate: f64,
    /// The segment's answer at that hour, of nobody in particular.
    pub(crate) slot: f64,
    /// Season and holidays, where they are to be known.
    pub(crate) seasons: Option<&'a Seasons>,
    pub(crate) signals: &'a [f64],
}

pub(crate) fn names(signal_names: &[String]) -> Vec<String> {
    let own = NAMES.iter().map(|it| (*it).to_owned());
    own.chain(signal_names.iter().map(|it| format!("signal_{it}"))).collect()
}

pub(crate) fn log_odds(probability: f64) -> f64 {
    let within = probability.clamp(1e-6, 1.0 - 1e-6);
    (within / (1.0 - within)).ln()
}

/// The segment's answer at a moment, of nobody in particular and in no particular circumstances.
pub(crate) fn slot_rate(prior: &Prior, fresh: &Posterior, case: &Case<'_>) -> f64 {
    fresh.probability(prior, case.moment, Context { streak: 0, gap: 0, kind: 0 })
}

/// Fills a row with what is known.
pub(crate) fn fill(sight: &Sight<'_>, summary: Option<&Summary>, row: &mut [f64]) {
    let case = &sight.case;
    let (moment, secs) = (case.moment, case.moment.secs);
    let last = case.person.and_then(|it| it.last_attempt_secs);
    let counted = |of: fn(&Person) -> u32| case.person.map_or(0.0, |it| f64::from(of(it)));
    let of = |value: &dyn Fn(&Summary) -> f64| summary.map_or(0.0, value);
    let facts = sight.seasons.map(|it| it.of(moment, case.zone)).unwrap_or_default();
    let kind = |it: AttemptKind| f64::from(u8::from(case.context.kind == kind_index(it)));
    let hours = |last: i64| secs.saturating_sub(last).max(0) as f64 / 3_600.0;
    debug_assert_eq!(KINDS, 5);
    let own = [
        log_odds(sight.rate),
        log_odds(sight.slot),
        of(&|it| it.near(moment.hour, sight.slot)),
        of(&|it| it.lately(secs, sight.slot)),
        counted(|it| it.attempts).ln_1p(),
        f64::from(case.context.streak),
        last.map_or(f64::NAN, |it| hours(it).ln_1p()),
        of(&|it| it.tried(secs, moment.hour) as f64),
        f64::from(moment.hour),
        f64::from(moment.day),
        f64::from(u8::from(moment.is_weekend())),
        of(&|it| it.inbound(moment.hour)),
        counted(|it| it.inbound).ln_1p(),
        facts.sin,
        facts.cos,
        facts.holiday,
        facts.beside_holiday,
        kind(AttemptKind::RequestedCallback),
        kind(AttemptKind::AbandonedReturn),
        kind(AttemptKind::KnownContact),
        kind(AttemptKind::UnknownNumber),
    ];
    for (place, value) in row.iter_mut().enumerate() {
        let signal = || sight.signals.get(place - OWN_FEATURES).copied().unwrap_or(f64::NAN);
        *value = own.get(place).copied().unwrap_or_else(signal);
        if value.is_infinite() {
            *value = f64::NAN;
        }
    }
}

/// Rows of features with what came of them, in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) matrix: Matrix,
    /// 1 where a person answered, else 0.
    pub(crate) outcomes: Vec<f64>,
    /// The log's row of each.
    pub(crate) rows: Vec<u32>,
}

/// The features of the last attempts of a log whose outcome tells, each as it was known before that attempt.
pub(crate) fn table(
    log: &AttemptLog,
    prior: &Prior,
    seasons: &Seasons,
    (least_ring_secs, most_rows): (f64, usize),
) -> Result<Table, Error> {
    let people = sequences(log, &prior.segments, least_ring_secs);
    let width = OWN_FEATURES + log.signal_names().len();
    let first = first_row(&people, most_rows);
    let size = people.len().div_ceil(32).max(1);
    let parts: Vec<Vec<(u32, f64, Vec<f64>)>> = people
        .par_chunks(size)
        .map(|people| {
            let mut found = Vec::new();
            for person in people {
                walk(person, log, (prior, seasons), (first, width), &mut found);
            }
            found
        })
        .collect();
    let mut all: Vec<(u32, f64, Vec<f64>)> = parts.into_iter().flatten().collect();
    all.sort_by_key(|it| it.0);
    let columns = names(log.signal_names())
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, all.iter().map(|it| it.2[place]).collect()));
    Ok(Table {
        matrix: Matrix::new(columns.collect())?,
        outcomes: all.iter().map(|it| it.1).collect(),
        rows: all.iter().map(|it| it.0).collect(),
    })
}

/// The row of the log from which on there are no more than this many attempts that tell.
fn first_row(people: &[Sequence], most_rows: usize) -> u32 {
    let mut rows: Vec<u32> =
        people.iter().flat_map(|it| it.rows.iter().flatten().copied()).collect();
    rows.sort_unstable();
    rows.len().checked_sub(most_rows).and_then(|it| rows.get(it)).copied().unwrap_or(0)
}

/// Goes through one customer's events, and writes down the features before each attempt.
fn walk(
    sequence: &Sequence,
    log: &AttemptLog,
    (prior, seasons): (&Prior, &Seasons),
    (first, width): (u32, usize),
    found: &mut Vec<(u32, f64, Vec<f64>)>,
) {
    if sequence.rows.iter().flatten().all(|it| *it < first) {
        return;
    }
    let fresh = Posterior::start(prior, sequence.segment);
    let (mut posterior, mut summary) = (fresh.clone(), Summary::default());
    let mut person = Person { segment: sequence.segment, ..Person::default() };
    for (event, row) in sequence.events.iter().zip(&sequence.rows) {
        let attempt = row.filter(|it| *it >= first).map(|it| (it, &log.attempts()[it as usize]));
        if let Some((row, attempt)) = attempt {
            let zone = attempt.zone.unwrap_or(log.zone());
            let case = Case {
                person: Some(&person),
                segment: sequence.segment,
                moment: event.moment,
                context: event.context,
                zone,
            };
            let now = posterior.clone().drifted(prior, event.moment.secs);
            let sight = Sight {
                case,
                rate: now.probability(prior, event.moment, event.context),
                slot: slot_rate(prior, &fresh, &case),
                seasons: Some(seasons),
                signals: &attempt.signals,
            };
            let mut values = vec![0.0; width];
            fill(&sight, Some(&summary), &mut values);
            found.push((row, f64::from(u8::from(event.what == What::Reached)), values));
        }
        posterior.add(prior, event);
        summary.add(event);
        match event.what {
            What::Inbound => person.inbound += 1,
            What::Reached | What::Missed => {
                person.attempts += 1;
                person.reached += u32::from(event.what == What::Reached);
                person.last_attempt_secs = Some(event.moment.secs);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};

    use super::*;
    use crate::rate::{RateLearning, fit_prior};
    use crate::{Attempt, ContactOutcome, InboundContact, ReachModel as _};

    fn log() -> AttemptLog {
        let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([3; 32]), "features");
        let start: DateTime<Utc> = "2026-01-05T08:10:00Z".parse().unwrap();
        let attempts = (0..600_i64).map(|number| {
            let customer = pseudonyms.customer(&(number * number % 41).to_string());
            let at = start + TimeDelta::minutes(number * 97);
            let is_reached = number * 7 % 11 < 4;
            let outcome =
                if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
            Attempt::new(customer, at, outcome)
        });
        let calls = (0..60_i64).map(|number| InboundContact {
            at: start + TimeDelta::minutes(number * 900),
            customer: pseudonyms.customer(&(number % 41).to_string()),
        });
        AttemptLog::new(attempts.collect(), Zone::UTC).unwrap().inbound(calls)
    }

    #[test]
    fn cutting_the_log_after_an_instant_changes_no_feature_before_it() {
        let log = log();
        let prior = fit_prior(&log, &RateLearning::default()).unwrap();
        let of =
            |log: &AttemptLog| table(log, &prior, &Seasons::default(), (15.0, 10_000)).unwrap();
        let (whole, cut) = (of(&log), of(&log.before(log.attempts()[400].attempted_at)));
        assert_eq!((whole.rows.len(), cut.rows.len()), (600, 400));
        for column in 0..whole.matrix.columns() {
            let (all, before) = (whole.matrix.column(column), cut.matrix.column(column));
            for (row, (a, b)) in all.unwrap().iter().zip(before.unwrap()).enumerate() {
                assert!(a.to_bits() == b.to_bits(), "column {column}, row {row}: {a} and {b}");
            }
        }
    }

    #[test]
    fn what_is_learned_from_is_what_is_asked_with() {
        let log = log();
        let rate = crate::RateTable::fit(&log).unwrap();
        let whole = table(&log, &rate.prior, &Seasons::default(), (15.0, 10_000)).unwrap();
        let model = crate::FittedReach::of_rate(rate, Seasons::default(), &[]);
        let mut model = model.without_customers();
        let mut calls = log.inbound_contacts().iter().peekable();
        for (row, attempt) in log.attempts().iter().enumerate() {
            while let Some(call) = calls.next_if(|it| it.at < attempt.attempted_at) {
                model.observe_inbound(*call);
            }
            let ask = crate::Ask::new(attempt.customer, attempt.attempted_at);
            for (column, (name, value)) in model.features(&ask).into_iter().enumerate() {
                let learned = whole.matrix.column(column).unwrap()[row];
                let is_same =
                    (learned - value).abs() < 1e-6 || (learned.is_nan() && value.is_nan());
                assert!(is_same, "{name} of row {row}: {learned} and {value}");
            }
            assert!((0.0..=1.0).contains(&model.reachability(&ask).probability));
            model.observe(attempt);
        }
    }
}
