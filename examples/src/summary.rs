//! What the overview and the wait predictions found, as JSON.

use chrono::{DateTime, SecondsFormat, Utc};
use ringback::calllog::Audit;
use ringback::forecast::WaitReport;
use ringback::report::Kpis;
use serde::Serialize;
use serde_json::{Value, json};

/// Audit, key performance indicators, next week's volume, waits by hour, and the accuracy that backtests give. A part
/// that the log does not allow is an object with an `error`.
pub fn summary(audit: &Audit, kpis: &Kpis) -> Value {
    let waits = match &kpis.wait_predictions {
        Ok(report) => wait_scores(report, kpis.train_until),
        Err(error) => json!({ "error": error.to_string() }),
    };
    json!({
        "audit": audit,
        "service": kpis.service,
        "weeks": kpis.weeks,
        "opening_hours": kpis.volume.as_ref().ok().and_then(|it| it.hours.as_ref()).map(ToString::to_string),
        "load_by_hour_of_week": part(&kpis.load),
        "waits_by_hour": part(&kpis.waits),
        "forecast": part(&kpis.forecast),
        "forecast_backtest": part(&kpis.backtest),
        "wait_predictions": waits,
    })
}

/// How well waits were predicted, by the model and by each announcement.
pub fn wait_scores(report: &WaitReport, train_until: DateTime<Utc>) -> Value {
    let baselines: serde_json::Map<String, Value> = report
        .announcements
        .iter()
        .map(|(announcement, scores)| (announcement.to_string(), json!(scores)))
        .collect();
    json!({
        "train_until": train_until.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "callers": report.predictions.len(),
        "answered": report.answered,
        "mean_wait_secs": report.mean_wait_secs,
        "model": report.model,
        "baselines": baselines,
    })
}

fn part<T: Serialize, E: std::fmt::Display>(part: &Result<T, E>) -> Value {
    match part {
        Ok(part) => json!(part),
        Err(error) => json!({ "error": error.to_string() }),
    }
}
