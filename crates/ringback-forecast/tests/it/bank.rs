//! The Anonymous Bank's seven months against the second implementation in `fixtures/reference/waits`.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, Delimited, LogReader, Outcome, PseudonymKey, Pseudonymizer};
use ringback_forecast::{AnnounceInputs, Announcement, Arrival, PointScores, WaitProfile, replay};
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

struct Bank {
    calls: Vec<Call>,
    arrivals: Vec<Arrival>,
    expected: Value,
    train_until: DateTime<Utc>,
}

static BANK: LazyLock<Bank> = LazyLock::new(|| {
    let folder = fixtures().join("anonymous_bank");
    let mapping = std::fs::read_to_string(folder.join("mapping.toml")).unwrap();
    let key = PseudonymKey::from_bytes([1; 32]);
    let mut format =
        Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "test")).unwrap();
    let months = ["january", "february", "march", "april", "may", "june", "july"];
    let files: Vec<PathBuf> = months.iter().map(|it| folder.join(format!("{it}.txt.gz"))).collect();
    let calls = LogReader::new().read(&files, &mut format).unwrap().log.calls;
    let arrivals = replay(&calls).unwrap();
    let text = std::fs::read_to_string(fixtures().join("reference/waits/expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let train_until = expected["train_until"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    Bank { calls, arrivals, expected, train_until }
});

fn test_arrivals() -> impl Iterator<Item = &'static Arrival> {
    BANK.arrivals.iter().filter(|it| it.queued_at >= BANK.train_until)
}

#[test]
fn sampled_states_are_those_of_the_second_implementation() {
    let arrivals: Vec<&Arrival> = test_arrivals().collect();
    let sample = BANK.expected["sample"].as_array().unwrap();
    assert!(sample.len() >= 50);
    for expected in sample {
        let key = expected["key"].as_str().unwrap();
        let found = arrivals.iter().find(|it| BANK.calls[it.call].call_id.as_str() == key);
        let arrival = found.unwrap_or_else(|| panic!("no arrival {key}"));
        let seen = arrival.seen;
        let queued_at: DateTime<Utc> = expected["queued_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(arrival.queued_at, queued_at, "{key}");
        assert_eq!(
            u64::from(seen.queue_length),
            expected["queue_length"].as_u64().unwrap(),
            "{key}"
        );
        assert_eq!(u64::from(seen.agents_busy), expected["agents_busy"].as_u64().unwrap(), "{key}");
        assert_eq!(Some(seen.head_of_line_secs), expected["hol_secs"].as_f64(), "{key}");
        assert_eq!(seen.last_wait_secs, expected["les_secs"].as_f64(), "{key}");
        let recent = seen.recent_wait_secs.unwrap() - expected["avg10_secs"].as_f64().unwrap();
        assert!(recent.abs() < 1e-9, "{key}: {recent}");
    }
}

#[test]
fn sums_over_all_test_arrivals_are_those_of_the_second_implementation() {
    let expected = &BANK.expected["test_arrivals"];
    let sum = |of: fn(&Arrival) -> f64| test_arrivals().map(of).sum::<f64>();
    assert_eq!(test_arrivals().count() as u64, expected["n"].as_u64().unwrap());
    assert_eq!(Some(sum(|it| it.seen.queue_length.into())), expected["sum_queue_length"].as_f64());
    assert_eq!(Some(sum(|it| it.seen.head_of_line_secs)), expected["sum_hol_secs"].as_f64());
    assert_eq!(Some(sum(|it| it.seen.last_wait_secs.unwrap())), expected["sum_les_secs"].as_f64());
    assert_eq!(Some(sum(|it| it.seen.agents_busy.into())), expected["sum_agents_busy"].as_f64());
}

/// Closer than the 1 % that is asked for: the definitions are the same.
#[test]
fn announcements_score_as_in_the_second_implementation() {
    let profile = WaitProfile::fit(&BANK.calls, &BANK.arrivals, BANK.train_until).unwrap();
    for (announcement, name) in [
        (Announcement::LastToEnterService, "les"),
        (Announcement::MeanOfLastTen, "avg10"),
        (Announcement::HeadOfLine, "hol"),
        (Announcement::QueueLength, "ql"),
    ] {
        let (mut actual, mut predicted) = (Vec::new(), Vec::new());
        for arrival in test_arrivals() {
            let call = &BANK.calls[arrival.call];
            if call.outcome == Outcome::Answered {
                let service = profile.service_secs_mean(arrival.queue(&BANK.calls));
                actual.push(call.wait().map(TimeDelta::as_seconds_f64));
                let inputs = AnnounceInputs::of(arrival.seen, Some(service));
                predicted.push(announcement.wait_secs(&inputs).unwrap());
            }
        }
        let scores = PointScores::new(&actual, &predicted).unwrap();
        let expected = &BANK.expected["scores"][name];
        assert_eq!(scores.scored() as u64, expected["n"].as_u64().unwrap(), "{name}");
        for (what, got) in [("mae_secs", scores.mae()), ("rmse_secs", scores.rmse())] {
            let (got, expected) = (got.unwrap(), expected[what].as_f64().unwrap());
            assert!(
                (got - expected).abs() < 1e-6 * expected,
                "{name} {what}: {got}, expected {expected}"
            );
        }
    }
}

#[test]
fn the_profile_beats_every_announcement_and_its_intervals_hold() {
    let profile = WaitProfile::fit(&BANK.calls, &BANK.arrivals, BANK.train_until).unwrap();
    let (mut error, mut les_error, mut inside, mut n) = (0.0, 0.0, 0.0, 0.0);
    for arrival in test_arrivals() {
        let call = &BANK.calls[arrival.call];
        if call.outcome == Outcome::Answered {
            let wait = call.wait().unwrap().as_seconds_f64();
            let forecast = profile.predict(arrival.queue(&BANK.calls), &arrival.seen);
            error += (forecast.p50_secs - wait).abs();
            les_error += (arrival.seen.last_wait_secs.unwrap() - wait).abs();
            inside += f64::from(u8::from((forecast.p10_secs..=forecast.p90_secs).contains(&wait)));
            n += 1.0;
        }
    }
    assert!(error < 0.85 * les_error, "MAE {}, last to enter service {}", error / n, les_error / n);
    assert!((0.78..=0.82).contains(&(inside / n)), "{} between p10 and p90", inside / n);
}
