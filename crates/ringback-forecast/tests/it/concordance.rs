//! Concordance against the definition, pair by pair.

use proptest::prelude::*;
use ringback_forecast::{WaitSeen, concordance};

#[expect(clippy::float_cmp, reason = "small whole numbers are compared")]
fn pair_by_pair(callers: &[WaitSeen]) -> Option<f64> {
    let (mut agree, mut pairs) = (0.0, 0.0);
    for (i, one) in callers.iter().enumerate() {
        for (j, two) in callers.iter().enumerate() {
            let is_shorter =
                one.wait_secs < two.wait_secs || (one.wait_secs == two.wait_secs && !two.answered);
            if i != j && one.answered && is_shorter {
                pairs += 1.0;
                if one.predicted_secs < two.predicted_secs {
                    agree += 1.0;
                } else if one.predicted_secs == two.predicted_secs {
                    agree += 0.5;
                }
            }
        }
    }
    (pairs > 0.0).then(|| agree / pairs)
}

proptest! {
    #[test]
    fn equals_the_count_over_all_pairs(callers in prop::collection::vec((0..12_u8, any::<bool>(), 0..6_u8), 0..60)) {
        let seen = |(wait, answered, predicted): (u8, bool, u8)| WaitSeen {
            wait_secs: wait.into(),
            answered,
            predicted_secs: predicted.into(),
        };
        let callers: Vec<WaitSeen> = callers.into_iter().map(seen).collect();
        prop_assert_eq!(concordance(&callers), pair_by_pair(&callers));
    }
}

#[test]
fn a_number_that_is_not_finite_gives_no_index() {
    let caller = WaitSeen { wait_secs: 1.0, answered: true, predicted_secs: f64::NAN };
    assert_eq!(concordance(&[caller, caller]), None);
    assert_eq!(concordance(&[]), None);
}
