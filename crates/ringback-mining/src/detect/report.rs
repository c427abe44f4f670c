//! From what was seen to what is reported.

use std::collections::BTreeMap;

use chrono::DateTime;

use super::{Evidence, Finding, Findings, Part, Pattern, Place, Seen};
use crate::rank::total_intervals;
use crate::{benjamini_hochberg, binomial_above, wilson};

const MICROS_PER_HOUR: f64 = 3.6e9;

/// One occurrence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) case: usize,
    pub(super) at_micros: i64,
    pub(super) micros: i64,
    /// May be below 0 in a comparison: a case that was faster than the others.
    pub(super) excess_micros: i64,
    /// Its place in the candidate's parts.
    pub(super) part: usize,
    pub(super) is_ongoing: bool,
}

/// How it is tested.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    /// The share of cases against the share that is tolerated.
    Share,
    /// The detector's own.
    Given(f64),
}

/// A pattern at a place, before it is known whether it stands.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) pattern: Pattern,
    pub(super) place: Place,
    pub(super) of_cases: usize,
    pub(super) hits: Vec<Hit>,
    pub(super) test: Test,
    pub(super) parts: Parts,
    pub(super) since_micros: Option<i64>,
}

impl Candidate {
    pub(super) fn new(pattern: Pattern, key: &str, values: Vec<String>) -> Self {
        Self {
            pattern,
            place: Place { key: key.to_owned(), values },
            of_cases: 0,
            hits: Vec::new(),
            test: Test::Share,
            parts: Parts::default(),
            since_micros: None,
        }
    }
}

/// The parts of a finding, each named once.
#[derive(Debug, Default)]
pub(super) struct Parts(BTreeMap<Vec<String>, usize>);

impl Parts {
    pub(super) fn number(&mut self, values: Vec<String>) -> usize {
        let next = self.0.len();
        *self.0.entry(values).or_insert(next)
    }
}

/// How often a case has it, and how long.
#[derive(Clone, Copy, Default)]
struct Sum {
    cases: usize,
    occurrences: usize,
    first_micros: i64,
    micros: i64,
    excess_micros: i64,
}

impl Sum {
    fn add(&mut self, hit: &Hit) {
        if self.occurrences == 0 || hit.at_micros < self.first_micros {
            self.first_micros = hit.at_micros;
        }
        self.occurrences += 1;
        self.micros += hit.micros;
        self.excess_micros += hit.excess_micros;
    }
}

/// The findings that stand, most excess first.
pub(super) fn report(seen: &Seen<'_>, candidates: Vec<Candidate>) -> Findings {
    let settings = seen.settings;
    let cases: Vec<BTreeMap<usize, Sum>> = candidates.iter().map(by_case).collect();
    let p_values: Vec<f64> = candidates
        .iter()
        .zip(&cases)
        .map(|(it, cases)| match it.test {
            Test::Share => {
                binomial_above(cases.len(), it.of_cases.max(cases.len()), settings.tolerated_share)
            }
            Test::Given(p) => p,
        })
        .collect();
    let q_values = benjamini_hochberg(&p_values);
    let mut findings = Vec::new();
    let tested = candidates.len();
    for (((candidate, cases), p_value), q_value) in
        candidates.into_iter().zip(cases).zip(p_values).zip(q_values)
    {
        let is_wanted = !cases.is_empty() && cases.len() >= settings.min_cases;
        if is_wanted && q_value <= settings.false_discovery_rate {
            findings.push(finding(seen, &candidate, &cases, (p_value, q_value)));
        }
    }
    findings.sort_by(|a, b| {
        b.excess_hours
            .total_cmp(&a.excess_hours)
            .then(a.pattern.cmp(&b.pattern))
            .then_with(|| a.place.cmp(&b.place))
    });
    let lacking = settings.patterns.iter().filter_map(|it| Some((*it, seen.lacks(*it)?)));
    Findings {
        roles: seen.roles.clone(),
        tested,
        false_discovery_rate: settings.false_discovery_rate,
        not_looked_for: lacking.collect(),
        slips: seen.slips.mended,
        label_noise: seen.slips.shares.clone(),
        may_be_slips: Vec::new(),
        findings,
    }
}

fn by_case(candidate: &Candidate) -> BTreeMap<usize, Sum> {
    let mut cases: BTreeMap<usize, Sum> = BTreeMap::new();
    for hit in &candidate.hits {
        cases.entry(hit.case).or_default().add(hit);
    }
    cases
}

fn finding(
    seen: &Seen<'_>,
    candidate: &Candidate,
    cases: &BTreeMap<usize, Sum>,
    (p_value, q_value): (f64, f64),
) -> Finding {
    let (level, seed) = (seen.settings.level_of_intervals, seen.settings.seed);
    let of_case = |it: &Sum| (to_hours(it.micros), to_hours(it.excess_micros));
    let hours: Vec<(f64, f64)> = cases.values().map(of_case).collect();
    let (interval, excess_interval) = total_intervals(&hours, level, seed);
    let of_cases = candidate.of_cases.max(cases.len());
    Finding {
        pattern: candidate.pattern,
        place: candidate.place.clone(),
        cases: cases.len(),
        of_cases,
        share: cases.len() as f64 / of_cases.max(1) as f64,
        share_interval: wilson(cases.len(), of_cases, level),
        occurrences: candidate.hits.len(),
        ongoing: candidate.hits.iter().filter(|it| it.is_ongoing).count(),
        hours: to_hours(cases.values().map(|it| it.micros).sum()),
        interval,
        excess_hours: to_hours(cases.values().map(|it| it.excess_micros).sum()),
        excess_interval,
        p_value,
        q_value,
        evidence: evidence(seen, cases),
        parts: parts(candidate, seen.settings.evidence),
        since: candidate.since_micros.and_then(DateTime::from_timestamp_micros),
        description: candidate.pattern.description(),
    }
}

fn to_hours(micros: i64) -> f64 {
    micros as f64 / MICROS_PER_HOUR
}

fn evidence(seen: &Seen<'_>, cases: &BTreeMap<usize, Sum>) -> Vec<Evidence> {
    let mut order: Vec<(&usize, &Sum)> = cases.iter().collect();
    order.sort_by(|a, b| b.1.excess_micros.cmp(&a.1.excess_micros).then(a.0.cmp(b.0)));
    let shown = order.into_iter().take(seen.settings.evidence);
    shown
        .filter_map(|(case, sum)| {
            Some(Evidence {
                case: seen.log.case_name(*case)?.to_owned(),
                occurrences: sum.occurrences,
                first_at: DateTime::from_timestamp_micros(sum.first_micros)?,
                hours: to_hours(sum.micros),
                excess_hours: to_hours(sum.excess_micros),
            })
        })
        .collect()
}

fn parts(candidate: &Candidate, most: usize) -> Vec<Part> {
    let mut sums = vec![(Sum::default(), usize::MAX); candidate.parts.0.len()];
    // Hits stand case by case, so a new case is one that differs from the last.
    for hit in &candidate.hits {
        if let Some((sum, last)) = sums.get_mut(hit.part) {
            sum.add(hit);
            sum.cases += usize::from(*last != hit.case);
            *last = hit.case;
        }
    }
    let mut parts: Vec<Part> = candidate
        .parts
        .0
        .iter()
        .filter_map(|(values, at)| {
            let (sum, _) = sums.get(*at)?;
            Some(Part {
                values: values.clone(),
                cases: sum.cases,
                occurrences: sum.occurrences,
                hours: to_hours(sum.micros),
                excess_hours: to_hours(sum.excess_micros),
            })
        })
        .collect();
    parts.sort_by(|a, b| {
        b.excess_hours.total_cmp(&a.excess_hours).then_with(|| a.values.cmp(&b.values))
    });
    parts.truncate(most);
    parts
}
