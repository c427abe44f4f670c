//! Queueing theory for the time before there is anything to learn from.

use super::{LEVELS, WaitForecast, WaitMethod};
use crate::center::{Features, place};

const BY_AGENTS: usize = place("wait_by_agents_with_abandons_secs");
const BY_TALK: usize = place("queue_length_with_abandons_secs");
const AHEAD: usize = place("ahead_of_pool");

/// The forecast of a caller who meets a state, or `None` before any service has ended.
///
/// The mean is Σ 1 / (rate + i θ), i from 0 to the callers ahead: the time until all of them were served or hung up and then
/// the caller is served, with service and hang-ups at constant rates \[`IbrahimWhitt2009`\]. The rate is that of the agents
/// seen at work, each as fast as the last twenty services; their breaks are left out, since most are for want of callers.
/// The spread is that of a gamma distribution with a stage for
/// each caller ahead and one more.
pub(super) fn forecast(features: &Features) -> Option<WaitForecast> {
    let known = |place: usize| Some(features[place]).filter(|it| it.is_finite());
    let mean = known(BY_TALK).or_else(|| known(BY_AGENTS))?;
    let stages = known(AHEAD).unwrap_or(0.0) + 1.0;
    let quantiles = LEVELS.map(|it| gamma_quantile(it, stages, mean));
    Some(WaitForecast::new(WaitMethod::QueueingTheory, mean, quantiles))
}

/// The quantile of a gamma distribution with a shape of at least 1 and a mean; for one stage exact, otherwise the cube of a
/// normal quantile, which is within 2 % of the mean for these levels.
///
/// # Source
///
/// \[`Wilson1931`\].
fn gamma_quantile(level: f64, shape: f64, mean: f64) -> f64 {
    if shape <= 1.0 {
        return -mean * (1.0 - level).ln();
    }
    let spread = 1.0 / (9.0 * shape);
    let root = 1.0 - spread + normal_quantile(level) * spread.sqrt();
    mean * root.max(0.0).powi(3)
}

/// The normal quantile of one of [`LEVELS`].
fn normal_quantile(level: f64) -> f64 {
    const UPPER: [(f64, f64); 3] =
        [(0.75, 0.674_489_750_196_082), (0.9, 1.281_551_565_544_6), (0.95, 1.644_853_626_951_472)];
    let beyond = level.max(1.0 - level);
    let size = UPPER.iter().find(|it| (it.0 - beyond).abs() < 1e-9).map_or(0.0, |it| it.1);
    if level < 0.5 { -size } else { size }
}
