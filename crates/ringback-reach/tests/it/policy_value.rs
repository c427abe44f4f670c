//! Values of policies against a second implementation, planted truths and the level of their intervals.

use std::collections::BTreeMap;
use std::path::Path;

use ringback_calllog::{Customer, PseudonymKey, Pseudonymizer};
use ringback_reach::{Error, Estimate, LoggedChoice, PolicyEstimates, PolicyValue};
use serde::Deserialize;

/// `SplitMix64`, as made-up data of these tests is drawn.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut mixed = Self(seed.wrapping_mul(0xD134_2543_DE82_EF95));
        mixed.unit();
        mixed
    }

    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn is(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the bound")]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.unit() * bound as f64) as usize
    }
}

/// Pseudonyms of so many customers.
pub(crate) fn customers(count: usize) -> Vec<Customer> {
    let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    (0..count).map(|it| pseudonymizer.customer(&format!("c{it}"))).collect()
}

#[derive(Deserialize)]
struct Case {
    choices: Vec<Choice>,
    expected: serde_json::Value,
}

#[derive(Deserialize)]
struct Choice {
    customer: String,
    reward: f64,
    propensity: Option<f64>,
    target: f64,
    expected: f64,
    expected_of_target: f64,
}

#[track_caller]
fn check(case: &str, what: &str, got: f64, expected: &serde_json::Value) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() < 1e-9, "{case}: {what} is {got}, expected {expected}");
}

#[track_caller]
fn check_all(case: &str, got: &PolicyEstimates, expected: &serde_json::Value) {
    let estimates: [(&str, Estimate); 8] = [
        ("weight_mean", got.weight_mean),
        ("logged", got.logged),
        ("dm", got.dm),
        ("ips", got.ips),
        ("snips", got.snips),
        ("dr", got.dr),
        ("sndr", got.sndr),
        ("gain", got.gain),
    ];
    for (name, estimate) in estimates {
        check(case, name, estimate.value, &expected[name]["value"]);
        check(case, name, estimate.standard_error, &expected[name]["standard_error"]);
        assert!(
            estimate.lower < estimate.value && estimate.value < estimate.upper,
            "{case} {name}"
        );
    }
    check(case, "effective rows", got.effective_rows, &expected["effective_rows"]);
    check(case, "largest weight", got.weight_max, &expected["weight_max"]);
    check(case, "clipped share", got.clipped_share, &expected["clipped_share"]);
    check(case, "clipped weight", got.clipped_weight, &expected["clipped_weight"]);
    let counts = [got.rows, got.rows_without_propensity, got.customers];
    let names = ["rows", "rows_without_propensity", "customers"];
    assert_eq!(
        counts.map(|it| it as u64),
        names.map(|it| expected[it].as_u64().unwrap()),
        "{case}"
    );
}

/// `fixtures/reference/reach/policy_value.json`, by `benches/side_by_side/policy_value.py`.
#[test]
fn estimators_are_those_of_a_second_implementation() {
    let path = "../../fixtures/reference/reach/policy_value.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(path).unwrap();
    let cases: BTreeMap<String, Case> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), 4);
    let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    let mut was_clipped = false;
    for (name, case) in cases {
        let choice = |it: &Choice| LoggedChoice {
            customer: pseudonymizer.customer(&it.customer),
            reward: it.reward,
            propensity: it.propensity,
            target: it.target,
            expected: it.expected,
            expected_of_target: it.expected_of_target,
        };
        let choices: Vec<LoggedChoice> = case.choices.iter().map(choice).collect();
        let got = PolicyValue::new().estimate(&choices).unwrap();
        check_all(&name, &got, &case.expected);
        was_clipped |= got.clipped_share > 0.0;
    }
    assert!(was_clipped, "no case has a weight that is cut");
}

/// A made-up log of a known truth: two kinds of customers with a rate for each of four times, called by an uneven rule.
struct World {
    rates: [[f64; 4]; 2],
    logging: [f64; 4],
    target: [f64; 4],
    customers: usize,
    most_attempts: usize,
}

/// Far from the truth on purpose.
const MODEL: [f64; 4] = [0.5, 0.4, 0.3, 0.6];

impl World {
    fn truth(&self, chances: &[f64; 4]) -> f64 {
        let of = |rates: &[f64; 4]| rates.iter().zip(chances).map(|(a, b)| a * b).sum::<f64>();
        f64::midpoint(of(&self.rates[0]), of(&self.rates[1]))
    }

    fn log(&self, names: &[Customer], seed: u64) -> Vec<LoggedChoice> {
        let mut random = Random::new(seed);
        let mut choices = Vec::new();
        for customer in &names[..self.customers] {
            let rates = &self.rates[usize::from(random.is(0.5))];
            for _ in 0..=random.below(self.most_attempts) {
                let (mut chosen, mut left) = (0, random.unit());
                while chosen < 3 && left >= self.logging[chosen] {
                    left -= self.logging[chosen];
                    chosen += 1;
                }
                choices.push(LoggedChoice {
                    customer: *customer,
                    reward: f64::from(u8::from(random.is(rates[chosen]))),
                    propensity: Some(self.logging[chosen]),
                    target: self.target[chosen],
                    expected: MODEL[chosen],
                    expected_of_target: self.target.iter().zip(MODEL).map(|(a, b)| a * b).sum(),
                });
            }
        }
        choices
    }
}

/// The share of 500 logs whose 95 % interval holds the truth, of each estimator.
fn coverage(world: &World) -> Vec<(&'static str, f64)> {
    let names = customers(world.customers);
    let (truth, logged) = (world.truth(&world.target), world.truth(&world.logging));
    let mut hits = BTreeMap::new();
    for seed in 0..500 {
        let got = PolicyValue::new().seed(seed).estimate(&world.log(&names, seed)).unwrap();
        for (name, estimate, truth) in [
            ("logged", got.logged, logged),
            ("ips", got.ips, truth),
            ("snips", got.snips, truth),
            ("dr", got.dr, truth),
            ("sndr", got.sndr, truth),
            ("gain", got.gain, truth - logged),
        ] {
            let is_hit = estimate.lower <= truth && truth <= estimate.upper;
            *hits.entry(name).or_insert(0) += i32::from(is_hit);
        }
    }
    hits.into_iter().map(|(name, hits)| (name, f64::from(hits) / 500.0)).collect()
}

#[track_caller]
fn check_coverage(world: &World) {
    let shares = coverage(world);
    println!("{shares:?}");
    for (name, share) in shares {
        assert!((0.92..=0.98).contains(&share), "{name}: {share}");
    }
}

#[test]
fn intervals_hold_the_truth_in_95_of_100_logs() {
    check_coverage(&World {
        rates: [[0.2, 0.3, 0.4, 0.5], [0.3, 0.3, 0.35, 0.4]],
        logging: [0.4, 0.3, 0.2, 0.1],
        target: [0.05, 0.05, 0.2, 0.7],
        customers: 150,
        most_attempts: 5,
    });
}

#[test]
fn intervals_hold_the_truth_where_customers_are_unlike_each_other() {
    check_coverage(&World {
        rates: [[0.05, 0.05, 0.1, 0.1], [0.7, 0.8, 0.9, 0.95]],
        logging: [0.4, 0.3, 0.2, 0.1],
        target: [0.1, 0.2, 0.3, 0.4],
        customers: 120,
        most_attempts: 15,
    });
}

#[test]
fn intervals_hold_the_truth_where_the_policy_was_rarely_tried() {
    check_coverage(&World {
        rates: [[0.2, 0.3, 0.4, 0.5], [0.3, 0.3, 0.35, 0.4]],
        logging: [0.5, 0.3, 0.14, 0.06],
        target: [0.0, 0.0, 0.1, 0.9],
        customers: 250,
        most_attempts: 4,
    });
}

fn choice(customer: Customer) -> LoggedChoice {
    LoggedChoice {
        customer,
        reward: 1.0,
        propensity: Some(0.5),
        target: 1.0,
        expected: 0.5,
        expected_of_target: 0.5,
    }
}

#[test]
fn the_same_log_and_seed_give_the_same_bits() {
    let names = customers(2);
    let world =
        [choice(names[0]), LoggedChoice { reward: 0.0, ..choice(names[1]) }, choice(names[1])];
    let of = |seed| PolicyValue::new().seed(seed).estimate(&world).unwrap();
    assert_eq!(of(3), of(3));
}

#[test]
fn what_cannot_be_judged_is_an_error_that_says_why() {
    let names = customers(2);
    let value = PolicyValue::new();
    let of_one = value.estimate(&[choice(names[0]), choice(names[0])]);
    assert_eq!(of_one, Err(Error::TooFewAttempts { got: 1, needed: 2 }));
    let unwritten = LoggedChoice { propensity: None, ..choice(names[1]) };
    assert_eq!(value.estimate(&[choice(names[0]), unwritten]), of_one);
    let wrong = LoggedChoice { propensity: Some(0.0), ..choice(names[1]) };
    let error = value.estimate(&[choice(names[0]), wrong]).unwrap_err().to_string();
    assert_eq!(error, "propensity of attempt 1 is 0, expected above 0 and at most 1");
    let wrong = LoggedChoice { expected: f64::NAN, ..choice(names[1]) };
    assert!(matches!(value.estimate(&[wrong]), Err(Error::Value { what: "expected", .. })));
    let error = value.clip(0.5).estimate(&[choice(names[0])]).unwrap_err().to_string();
    assert_eq!(error, "clip is 0.5, expected a finite weight of at least 1");
}
