//! Which values of which attributes go with lost time, others held equal.

mod effects;

use ringback_eventlog::EventLog;
use serde::Serialize;

use crate::detect::{CaseValues, Seen};
use crate::false_discovery::{normal_above, normal_quantile};
use crate::graph::span_micros;
use crate::{Detectors, Error, Interval, benjamini_hochberg, binomial_above, wilson};

/// How much more often than others cases of a value are affected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contribution {
    /// The attribute.
    pub column: String,
    /// Its value: the case's, or that of its first event.
    pub value: String,
    /// How many cases have it.
    pub cases: usize,
    /// How many of them are affected.
    pub affected: usize,
    /// How many more are affected than if the value had the share of all cases: `affected - share of all * cases`.
    pub contribution: f64,
    /// The share that is affected. Range: 0 to 1.
    pub share: f64,
    /// Wilson's interval of the share.
    pub share_interval: Interval,
    /// The share drawn to that of all cases, the more the fewer cases there are. Range: 0 to 1.
    pub shrunk_share: f64,
    /// How likely so many are affected where the value makes no difference. Range: 0 to 1.
    pub p_value: f64,
    /// The least false discovery rate, over all values of all attributes, at which it is among the findings.
    pub q_value: f64,
}

/// How long each case took from its first stamp to its last, in the order of the cases, by the clock of the settings. Unit:
/// hours. It is what [`root_causes`] asks for where the whole time of cases is to be explained.
pub fn case_hours(log: &EventLog, settings: &Detectors) -> Vec<f64> {
    let of_case = |case: usize| {
        let (start, end) = span_micros(log, case).unwrap_or_default();
        settings.between_micros(start, end) as f64 / 3.6e9
    };
    (0..log.cases()).map(of_case).collect()
}

/// How much each value of each attribute that is compared adds to the cases for which `is_affected` holds, the largest
/// contribution first. Values of fewer cases than `min_cases` of the settings are left out.
///
/// An association and no cause: see [`root_causes`] for values that stand for others.
///
/// # Errors
///
/// As [`crate::detect`]; [`Error::Setting`] if `is_affected` is not one flag for each case.
///
/// # Source
///
/// The difference of rates as \[`Lehto2016`\] ranks by it; the shrinkage is the beta-binomial by moments.
pub fn contributions(
    log: &EventLog,
    settings: &Detectors,
    is_affected: &[bool],
) -> Result<Vec<Contribution>, Error> {
    check_cases(log, is_affected.len())?;
    settings.check()?;
    let seen = Seen::of(log, settings)?;
    let all = is_affected.iter().filter(|it| **it).count();
    let overall = all as f64 / is_affected.len().max(1) as f64;
    let mut found = Vec::new();
    for column in seen.compared() {
        let mut counts = vec![(0_usize, 0_usize); column.names.len()];
        for (value, is_affected) in column.of_case.iter().zip(is_affected) {
            if let Some(count) = value.and_then(|it| counts.get_mut(it)) {
                count.0 += 1;
                count.1 += usize::from(*is_affected);
            }
        }
        let weight = prior_cases(counts.iter(), overall);
        for (value, (cases, affected)) in column.names.iter().zip(counts) {
            let (n, k) = (cases as f64, affected as f64);
            found.push(Contribution {
                column: column.column.clone(),
                value: value.clone(),
                cases,
                affected,
                contribution: k - overall * n,
                share: k / n,
                share_interval: wilson(affected, cases, settings.level_of_intervals),
                shrunk_share: weight
                    .map_or(overall, |weight| (k + weight * overall) / (n + weight)),
                p_value: binomial_above(affected, cases, overall),
                q_value: 1.0,
            });
        }
    }
    found.retain(|it| it.cases >= settings.min_cases);
    let q_values = benjamini_hochberg(&found.iter().map(|it| it.p_value).collect::<Vec<_>>());
    for (it, q_value) in found.iter_mut().zip(q_values) {
        it.q_value = q_value;
    }
    found.sort_by(|a, b| {
        b.contribution
            .total_cmp(&a.contribution)
            .then_with(|| (&a.column, &a.value).cmp(&(&b.column, &b.value)))
    });
    Ok(found)
}

/// How many cases of the overall share the values' spread is worth; absent where they do not spread more than chance.
fn prior_cases<'a>(counts: impl Iterator<Item = &'a (usize, usize)>, overall: f64) -> Option<f64> {
    let chance = overall * (1.0 - overall);
    let (mut cases, mut squares, mut spread, mut values) = (0.0, 0.0, 0.0, 0.0);
    for (n, k) in counts {
        let (n, k) = (*n as f64, *k as f64);
        cases += n;
        squares += n * n;
        spread += n * (k / n - overall).powi(2);
        values += 1.0;
    }
    let between = (spread - (values - 1.0) * chance) / (cases - squares / cases);
    (between > 0.0 && between.is_finite()).then(|| (chance / between - 1.0).max(0.0))
}

/// What a value of an attribute adds to the time of its cases, all other attributes held equal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RootCause {
    /// The attribute.
    pub column: String,
    /// Its value: the case's, or that of its first event.
    pub value: String,
    /// How many cases have it.
    pub cases: usize,
    /// Their time beyond as many of the mean of all cases, as it was. Unit: hours.
    pub raw_hours: f64,
    /// What the value itself adds to the time of its cases, other attributes held equal, drawn to 0 the more the fewer
    /// cases there are. Unit: hours over all cases.
    pub hours: f64,
    /// The interval of `hours`.
    pub interval: Interval,
    /// `hours` by case. Unit: hours.
    pub hours_per_case: f64,
    /// How likely so much is where the value makes no difference. Range: 0 to 1.
    pub p_value: f64,
    /// The least false discovery rate, over all values of all attributes, at which it is among the findings.
    pub q_value: f64,
}

/// Which values of which attributes go with lost time, the largest first by the lower end of their interval.
///
/// `hours` holds a figure for each case, such as its throughput or its time in one state; cases with a figure that is
/// not a number are left out. Each figure counts at most as much as the 99 % point of all, so that one forgotten case
/// makes no cause. What each value adds is found for all attributes together, so that a value that only comes with the
/// slow one is not blamed for it as far as the log tells the two apart. Whether it adds anything is judged by ranks, made
/// normal, since hours are skewed.
///
/// An association and no cause: what the log does not hold, such as how hard a case is, may stand behind a value.
///
/// # Errors
///
/// As [`contributions`].
///
/// # Source
///
/// Crossed random effects, by Henderson's equations solved in turns (\[`Robinson1991`\]); the variances by moments.
pub fn root_causes(
    log: &EventLog,
    settings: &Detectors,
    hours: &[f64],
) -> Result<Vec<RootCause>, Error> {
    check_cases(log, hours.len())?;
    settings.check()?;
    let seen = Seen::of(log, settings)?;
    let known: Vec<usize> =
        (0..hours.len()).filter(|it| hours.get(*it).is_some_and(|it| it.is_finite())).collect();
    let values: Vec<f64> = known.iter().filter_map(|it| hours.get(*it)).copied().collect();
    let known_values = |column: &CaseValues| CaseValues {
        of_case: known.iter().map(|it| column.of_case.get(*it).copied().flatten()).collect(),
        ..column.clone()
    };
    let columns: Vec<CaseValues> = seen.compared().iter().map(known_values).collect();
    let fitted = effects::fit(&effects::capped(&values), &columns);
    let scores = effects::fit(&effects::normal_scores(&values), &columns);
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let z = normal_quantile(0.5 + settings.level_of_intervals / 2.0);
    let mut found = Vec::new();
    for (levels, (effects, scores)) in columns.iter().zip(fitted.iter().zip(&scores)) {
        let mut raw = vec![0.0; levels.names.len()];
        for (level, value) in levels.of_case.iter().zip(&values) {
            if let Some(it) = level.and_then(|it| raw.get_mut(it)) {
                *it += value - mean;
            }
        }
        for ((value, (effect, score)), raw_hours) in
            levels.names.iter().zip(effects.iter().zip(scores)).zip(raw)
        {
            let n = effect.cases as f64;
            let (hours, spread) = (n * effect.shrunk, n * z * effect.spread);
            found.push(RootCause {
                column: levels.column.clone(),
                value: value.clone(),
                cases: effect.cases,
                raw_hours,
                hours,
                interval: Interval {
                    level: settings.level_of_intervals,
                    lower: hours - spread,
                    upper: hours + spread,
                },
                hours_per_case: effect.shrunk,
                p_value: normal_above(score.score),
                q_value: 1.0,
            });
        }
    }
    found.retain(|it| it.cases >= settings.min_cases);
    let q_values = benjamini_hochberg(&found.iter().map(|it| it.p_value).collect::<Vec<_>>());
    for (it, q_value) in found.iter_mut().zip(q_values) {
        it.q_value = q_value;
    }
    found.sort_by(|a, b| {
        let lower = b.interval.lower.total_cmp(&a.interval.lower);
        lower.then_with(|| (&a.column, &a.value).cmp(&(&b.column, &b.value)))
    });
    Ok(found)
}

fn check_cases(log: &EventLog, found: usize) -> Result<(), Error> {
    if found == log.cases() {
        return Ok(());
    }
    Err(Error::Setting {
        setting: "figures",
        found: found.to_string(),
        expected: "one for each case of the log",
    })
}
