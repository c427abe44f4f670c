//! Attempts and the log of them.

use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
use ringback_reach::{Attempt, AttemptLog, ContactOutcome, Error};

fn attempt(secs: i64, propensity: Option<f64>) -> Attempt {
    let customer = Pseudonymizer::new(&PseudonymKey::from_bytes([1; 32]), "shop").customer("c1");
    let at = chrono::DateTime::from_timestamp(secs, 0).unwrap();
    Attempt { propensity, ..Attempt::new(customer, at, ContactOutcome::Reached) }
}

#[test]
fn a_log_is_in_the_order_of_time_and_can_be_cut() {
    let attempts = vec![attempt(20, None), attempt(10, Some(0.5))];
    let log = AttemptLog::new(attempts, Zone::UTC).unwrap();
    let times: Vec<_> = log.attempts().iter().map(|it| it.attempted_at.timestamp()).collect();
    assert_eq!(times, [10, 20]);
    let cut = log.before(chrono::DateTime::from_timestamp(20, 0).unwrap());
    assert_eq!(cut.attempts().len(), 1);
}

#[test]
fn a_propensity_outside_its_range_is_an_error_that_names_the_attempt() {
    for wrong in [0.0, -0.1, 1.1, f64::NAN] {
        let log = AttemptLog::new(vec![attempt(1, None), attempt(2, Some(wrong))], Zone::UTC);
        assert!(matches!(log, Err(Error::Value { attempt: 1, what: "propensity", .. })), "{wrong}");
    }
}
