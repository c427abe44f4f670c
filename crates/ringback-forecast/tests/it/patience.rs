//! Patience of January's callers against numpy, and curves against hand-made ones.

use std::path::Path;
use std::sync::LazyLock;

use ringback_calllog::{Call, Delimited, LogReader, PseudonymKey, Pseudonymizer};
use ringback_forecast::{
    ErlangA, Error, GeneralPatienceQueue, Level, Load, SurvivalCurve, WaitEnd, WaitObservation,
    exponential_patience, hazard_by_wait, wait_observations,
};

/// The bank's January.
pub(crate) static JANUARY: LazyLock<Vec<Call>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/anonymous_bank");
    let mapping = std::fs::read_to_string(folder.join("mapping.toml")).unwrap();
    let key = PseudonymKey::from_bytes([1; 32]);
    let mut format =
        Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "test")).unwrap();
    LogReader::new().read(&[folder.join("january.txt.gz")], &mut format).unwrap().log.calls
});

fn near(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9 * expected.abs(), "{actual}, expected {expected}");
}

/// Expected values by numpy, from the rows with a stay in the queue that ended with AGENT or HANG.
#[test]
fn january_is_that_of_numpy() {
    let waits = wait_observations(&JANUARY, None);
    assert_eq!(waits.len(), 16_686);
    let curve = SurvivalCurve::fit(&waits, WaitEnd::HangUp).unwrap();
    assert_eq!((curve.observed(), curve.ended()), (16_686, 3_101));
    for (secs, survival, log_variance, at_risk, ended) in [
        (15.0, 0.948_728_858_961_125_6, 3.434_130_016_124_286e-6, 14_067, 60),
        (60.0, 0.829_629_974_431_335_7, 1.808_733_175_116_546_4e-5, 6_711, 23),
        (180.0, 0.639_826_482_149_568_8, 0.000_123_344_795_070_544_6, 1_146, 3),
    ] {
        let step = curve.steps().iter().rfind(|it| it.secs <= secs).unwrap();
        near(curve.survival(secs), survival);
        near(step.log_variance, log_variance);
        assert_eq!((step.at_risk, step.ended), (at_risk, ended));
    }
    near(curve.survival(600.0), 0.347_294_106_923_992_54);
    assert_eq!(curve.quantile_secs(0.5).unwrap(), Some(311.0));
    let exponential = exponential_patience(&waits, Level::new(0.95).unwrap()).unwrap();
    near(exponential.mean_secs, 366.385_682_038_052_27);
    let (lower, upper) = exponential.bounds_secs;
    near(lower * upper, exponential.mean_secs.powi(2));
    near((upper / lower).ln(), 2.0 * 1.959_963_984_540_054 / 3_101.0_f64.sqrt());
}

/// Two peaks, near 15 s and 60 s, then falling: exponential patience is wrong in shape.
#[test]
fn januarys_hazard_is_that_of_numpy() {
    let waits = wait_observations(&JANUARY, None);
    let edges = [0.0, 10.0, 20.0, 40.0, 60.0, 80.0, 120.0, 180.0, 300.0];
    let expected = [
        (498, 161_333.0, 0.185_206_994_229_326_93),
        (487, 139_563.0, 0.209_367_812_385_804_26),
        (573, 219_361.0, 0.156_727_950_729_619_2),
        (524, 157_779.0, 0.199_266_062_023_463_2),
        (320, 114_647.0, 0.167_470_583_617_539_05),
        (305, 148_353.0, 0.123_354_431_659_622_66),
        (226, 108_419.0, 0.125_070_329_001_374_3),
        (105, 61_583.0, 0.102_300_959_680_431_28),
    ];
    let intervals = hazard_by_wait(&waits, WaitEnd::HangUp, &edges).unwrap();
    assert_eq!(intervals.len(), expected.len());
    for (interval, (ended, exposure, per_minute)) in intervals.iter().zip(expected) {
        assert_eq!((interval.ended, interval.exposure_secs), (ended, exposure));
        near(interval.per_minute.unwrap(), per_minute);
    }
    // The smoothed hazard is near the mean of each stretch that its kernel covers.
    let curve = SurvivalCurve::fit(&waits, WaitEnd::HangUp).unwrap();
    for (secs, bandwidth, around) in [(15.0, 5.0, 0.209), (50.0, 10.0, 0.199), (150.0, 30.0, 0.125)]
    {
        let smooth = curve.hazard_per_minute(secs, bandwidth).unwrap().unwrap();
        assert!((smooth / around - 1.0).abs() < 0.15, "{secs} s: {smooth}, around {around}");
    }
    assert_eq!(curve.hazard_per_minute(curve.last_secs() + 1.0, 10.0).unwrap(), None);
}

/// Every observed wait is the end of one of the two: the curves hide each other's ends.
#[test]
fn patience_and_virtual_wait_multiply_to_the_observed_waits() {
    let waits = wait_observations(&JANUARY, None);
    let patience = SurvivalCurve::fit(&waits, WaitEnd::HangUp).unwrap();
    let answer = SurvivalCurve::fit(&waits, WaitEnd::Answer).unwrap();
    assert_eq!(patience.ended() + answer.ended(), patience.observed());
    let ties = 0.002; // both curves put their own end first at a shared second
    for secs in [5.5, 30.5, 100.5, 250.5] {
        let longer = waits.iter().filter(|it| it.wait_secs > secs).count() as f64;
        let observed = longer / waits.len() as f64;
        let product = patience.survival(secs) * answer.survival(secs);
        assert!((product - observed).abs() < ties, "{secs}: {product}, observed {observed}");
    }
}

fn wait(wait_secs: f64, hung_up: bool) -> WaitObservation {
    WaitObservation { wait_secs, hung_up }
}

#[test]
fn without_answers_the_curve_is_the_share_that_waits_longer() {
    let waits: Vec<WaitObservation> = (1..=10).map(|it| wait(f64::from(it), true)).collect();
    let curve = SurvivalCurve::fit(&waits, WaitEnd::HangUp).unwrap();
    for (secs, share) in [(0.5, 1.0), (1.0, 0.9), (5.5, 0.5), (9.0, 0.1), (10.0, 0.0)] {
        assert!((curve.survival(secs) - share).abs() < 1e-15, "{secs}");
    }
    assert!((curve.restricted_mean_secs(10.0).unwrap() - 5.5).abs() < 1e-14);
    assert_eq!(curve.quantile_secs(0.3).unwrap(), Some(3.0));
    let level = Level::new(0.9).unwrap();
    let (lower, upper) = curve.survival_bounds(5.5, level);
    assert!(0.2 < lower && lower < 0.5 && 0.5 < upper && upper < 0.8, "{lower} {upper}");
    assert_eq!(curve.survival_bounds(10.0, level), (0.0, 0.0));
    assert_eq!(curve.survival_bounds(0.5, level), (1.0, 1.0));
}

/// Planted: patience of mean 100 s, answers after 60 s in the mean, both exponential, ten thousand callers.
#[test]
fn planted_patience_is_found_again() {
    let mut state = 7_u64;
    let mut exponential = |mean: f64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        -mean * (((state >> 11) as f64 + 0.5) / 2.0_f64.powi(53)).ln()
    };
    let draw = |_| {
        let (patience, answer) = (exponential(100.0), exponential(60.0));
        wait(patience.min(answer), patience < answer)
    };
    let waits: Vec<WaitObservation> = (0..10_000).map(draw).collect();
    let level = Level::new(0.99).unwrap();
    let patience = SurvivalCurve::fit(&waits, WaitEnd::HangUp).unwrap();
    let answer = SurvivalCurve::fit(&waits, WaitEnd::Answer).unwrap();
    for (curve, mean) in [(&patience, 100.0_f64), (&answer, 60.0)] {
        for secs in [20.0, 60.0, 120.0] {
            let (lower, upper) = curve.survival_bounds(secs, level);
            let truth = (-secs / mean).exp();
            assert!((lower..=upper).contains(&truth), "{truth} is not in {lower} to {upper}");
        }
    }
    let (lower, upper) = exponential_patience(&waits, level).unwrap().bounds_secs;
    assert!(lower < 100.0 && 100.0 < upper, "{lower} to {upper}");
    let smooth = patience.hazard_per_minute(0.0, 30.0).unwrap().unwrap();
    assert!((smooth - 0.6).abs() < 0.06, "{smooth} at the edge");
    // A queue with the fitted curve is nearly the one with the planted patience.
    let load = Load::new(220.0, 180.0).unwrap();
    let fitted = GeneralPatienceQueue::new(load, patience.patience().unwrap(), 10).unwrap();
    let planted = ErlangA::new(load, 100.0, 10).unwrap().abandon_probability();
    assert!((fitted.abandon_probability() / planted - 1.0).abs() < 0.02);
}

#[test]
fn nothing_to_learn_from_is_an_error() {
    let fit = |waits: &[WaitObservation]| SurvivalCurve::fit(waits, WaitEnd::HangUp).unwrap_err();
    let none = Error::TooFewObservations { what: "caller who hung up", needed: 1 };
    assert_eq!(fit(&[]), none);
    assert_eq!(fit(&[wait(3.0, false)]), none);
    assert_eq!(none.to_string(), "no caller who hung up, expected at least 1");
    let text = fit(&[wait(f64::NAN, true)]).to_string();
    assert_eq!(text, "wait_secs is NaN, expected 0 to 1e9 seconds");
    assert!(hazard_by_wait(&[wait(3.0, true)], WaitEnd::HangUp, &[5.0, 5.0]).is_err());
}
