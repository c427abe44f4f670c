//! The distribution of service times: exponential, lognormal and gamma, by maximum likelihood.

use chrono::TimeDelta;
use ringback_calllog::{Call, QueueId, StageKind};
use serde::Serialize;

use crate::erlang::check;
use crate::erlang::gamma::{digamma, ln_gamma, lower_gamma, normal_cdf, trigamma};
use crate::error::Error;

/// Up to here a service is short: an agent who hung up, a caller who dialed wrong, an artefact. Unit: seconds.
const SHORT_SECS: f64 = 10.0;

/// A distribution of service times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum ServiceDistribution {
    /// Exponential: what the Erlang formulas assume.
    Exponential {
        /// The mean in seconds.
        mean_secs: f64,
    },
    /// Lognormal: what telephone services mostly are.
    LogNormal {
        /// The mean of ln seconds.
        log_mean: f64,
        /// The standard deviation of ln seconds.
        log_sd: f64,
    },
    /// Gamma.
    Gamma {
        /// The shape; 1 is exponential.
        shape: f64,
        /// The scale in seconds; shape × scale is the mean.
        scale_secs: f64,
    },
}

/// A distribution fitted to service times, and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ServiceFit {
    /// The distribution.
    pub distribution: ServiceDistribution,
    /// The log-likelihood, of services in seconds.
    pub log_likelihood: f64,
    /// Akaike's criterion, 2 × parameters − 2 × log-likelihood: lower is better.
    pub aic: f64,
    /// The largest distance between the distribution function and that of the data (Kolmogorov-Smirnov).
    pub ks_distance: f64,
}

/// What the service times of a log look like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceTimes {
    /// Services longer than 0 s.
    pub observed: u64,
    /// The share of them that took 10 s or less. They are in the means and left out of the fits.
    pub short_share: f64,
    /// The mean of all, in seconds: what load is computed from.
    pub mean_secs: f64,
    /// The mean of those longer than 10 s, in seconds.
    pub long_mean_secs: f64,
    /// The standard deviation over the mean, of those longer than 10 s; 1 if exponential.
    pub coefficient_of_variation: f64,
    /// The fits to those longer than 10 s, best (lowest criterion) first.
    pub fits: Vec<ServiceFit>,
}

/// The talk times of answered calls in seconds, in the order of the calls; of one queue if it is named. Talks without a
/// known end are left out.
pub fn service_secs(calls: &[Call], queue: Option<&QueueId>) -> Vec<f64> {
    let is_here = |call: &&Call| queue.is_none() || call.queue.as_ref() == queue;
    let talk = |call: &Call| call.time_in(StageKind::Talk).map(TimeDelta::as_seconds_f64);
    calls.iter().filter(is_here).filter_map(talk).collect()
}

impl ServiceTimes {
    /// Fits the distributions. Services of 0 s are left out: nothing was said.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a service that is not 0 to 1e9 seconds, [`Error::TooFewObservations`] unless at least two
    /// different services are longer than 10 s.
    ///
    /// # Source
    ///
    /// Lognormal services: \[Brown2005\]. The gamma's shape solves ln k − ψ(k) = ln mean − mean of ln by Newton's method
    /// from \[Minka2002\]'s start.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_forecast::{ServiceDistribution, ServiceTimes};
    ///
    /// let times = ServiceTimes::fit(&[4.0, 60.0, 90.0, 150.0, 240.0, 600.0])?;
    /// assert_eq!(times.observed, 6);
    /// assert!(times.short_share > 0.16);
    /// assert_eq!(times.long_mean_secs, 228.0);
    /// # Ok::<(), ringback_forecast::Error>(())
    /// ```
    pub fn fit(service_secs: &[f64]) -> Result<Self, Error> {
        for &secs in service_secs {
            let is_right = (0.0..=LONGEST_SECS).contains(&secs);
            check("service_secs", secs, is_right, "0 to 1e9 seconds")?;
        }
        let mut sorted: Vec<f64> = service_secs.iter().copied().filter(|it| *it > 0.0).collect();
        sorted.sort_by(f64::total_cmp);
        let long = sorted.split_off(sorted.partition_point(|it| *it <= SHORT_SECS));
        let short = sorted;
        if long.first().is_none_or(|first| long.last() <= Some(first)) {
            let what = "two different services longer than 10 s";
            return Err(Error::TooFewObservations { what, needed: 2 });
        }
        let (n, n_long) = ((short.len() + long.len()) as f64, long.len() as f64);
        let long_sum: f64 = long.iter().sum();
        let long_mean_secs = long_sum / n_long;
        let square = |it: &f64| (it - long_mean_secs).powi(2);
        let sd = (long.iter().map(square).sum::<f64>() / (n_long - 1.0)).sqrt();
        let mut fits: Vec<ServiceFit> =
            distributions(&long, long_mean_secs).map(|it| it.score(&long)).to_vec();
        fits.sort_by(|a, b| a.aic.total_cmp(&b.aic));
        Ok(Self {
            observed: (short.len() + long.len()) as u64,
            short_share: short.len() as f64 / n,
            mean_secs: (short.iter().sum::<f64>() + long_sum) / n,
            long_mean_secs,
            coefficient_of_variation: sd / long_mean_secs,
            fits,
        })
    }
}

/// The three distributions of highest likelihood.
fn distributions(secs: &[f64], mean_secs: f64) -> [ServiceDistribution; 3] {
    let n = secs.len() as f64;
    let log_mean = secs.iter().map(|it| it.ln()).sum::<f64>() / n;
    let log_variance = secs.iter().map(|it| (it.ln() - log_mean).powi(2)).sum::<f64>() / n;
    let shape = gamma_shape(mean_secs.ln() - log_mean);
    [
        ServiceDistribution::Exponential { mean_secs },
        ServiceDistribution::LogNormal { log_mean, log_sd: log_variance.sqrt() },
        ServiceDistribution::Gamma { shape, scale_secs: mean_secs / shape },
    ]
}

/// The longest service that is taken for one: 31 years, in seconds.
const LONGEST_SECS: f64 = 1e9;

/// The least spread of logarithms: services that differ by less than a ten thousandth count as if they differed by that.
const LEAST_SPREAD: f64 = 1e-8;

/// The shape k with ln k − ψ(k) = `spread`, for a spread above 0.
fn gamma_shape(spread: f64) -> f64 {
    let spread = spread.max(LEAST_SPREAD);
    let mut shape =
        (3.0 - spread + ((spread - 3.0).powi(2) + 24.0 * spread).sqrt()) / (12.0 * spread);
    for _ in 0..50 {
        let error = shape.ln() - digamma(shape) - spread;
        let next = shape - error / (1.0 / shape - trigamma(shape));
        let next = if next > 0.0 { next } else { 0.5 * shape };
        let is_there = (next - shape).abs() <= 1e-14 * shape;
        shape = next;
        if is_there {
            break;
        }
    }
    shape
}

impl ServiceDistribution {
    /// The field's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Exponential { .. } => "exponential",
            Self::LogNormal { .. } => "lognormal",
            Self::Gamma { .. } => "gamma",
        }
    }

    /// The share of services that take `secs` or less.
    pub fn cdf(&self, secs: f64) -> f64 {
        if secs <= 0.0 {
            return 0.0;
        }
        match *self {
            Self::Exponential { mean_secs } => -(-secs / mean_secs).exp_m1(),
            // Services that all took as long.
            Self::LogNormal { log_mean, log_sd: 0.0 } => f64::from(u8::from(secs.ln() >= log_mean)),
            Self::LogNormal { log_mean, log_sd } => normal_cdf((secs.ln() - log_mean) / log_sd),
            Self::Gamma { shape, scale_secs } => lower_gamma(shape, secs / scale_secs),
        }
    }

    /// The mean in seconds.
    pub fn mean_secs(&self) -> f64 {
        match *self {
            Self::Exponential { mean_secs } => mean_secs,
            Self::LogNormal { log_mean, log_sd } => (log_mean + 0.5 * log_sd * log_sd).exp(),
            Self::Gamma { shape, scale_secs } => shape * scale_secs,
        }
    }

    fn ln_density(&self, secs: f64) -> f64 {
        match *self {
            Self::Exponential { mean_secs } => -mean_secs.ln() - secs / mean_secs,
            Self::LogNormal { log_mean, log_sd } => {
                let z = (secs.ln() - log_mean) / log_sd;
                -0.5 * z * z - log_sd.ln() - secs.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln()
            }
            Self::Gamma { shape, scale_secs } => {
                let z = secs / scale_secs;
                (shape - 1.0) * z.ln() - z - ln_gamma(shape) - scale_secs.ln()
            }
        }
    }

    /// Its likelihood and distance for services that rise.
    fn score(self, sorted: &[f64]) -> ServiceFit {
        let log_likelihood = sorted.iter().map(|it| self.ln_density(*it)).sum();
        let parameters = if matches!(self, Self::Exponential { .. }) { 1.0 } else { 2.0 };
        let n = sorted.len() as f64;
        let (mut below, mut ks_distance) = (0.0, 0.0_f64);
        for same in sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()) {
            let share = self.cdf(same.first().copied().unwrap_or(0.0));
            let after = below + same.len() as f64;
            ks_distance = ks_distance.max((share - below / n).abs().max((share - after / n).abs()));
            below = after;
        }
        let aic = 2.0 * parameters - 2.0 * log_likelihood;
        ServiceFit { distribution: self, log_likelihood, aic, ks_distance }
    }
}
