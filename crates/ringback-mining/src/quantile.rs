//! Exact quantiles of whole numbers, without sorting all of them.

/// The quantile `q` of some values, which are put into another order: between the two values around it, as numpy's `linear`
/// and R's type 7 take it. `None` without a value.
///
/// # Source
///
/// \[`HyndmanFan1996`\], type 7.
pub(crate) fn quantile(values: &mut [i64], q: f64) -> Option<f64> {
    let mut found = None;
    quantiles(values, &[q], |_, value| found = Some(value));
    found
}

/// Several quantiles, from the largest to the smallest, each given with its place in `shares`.
pub(crate) fn quantiles(values: &mut [i64], shares: &[f64], mut give: impl FnMut(usize, f64)) {
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]));
    let last = values.len().saturating_sub(1);
    // Everything from here on is at least as large as what is still to be found.
    let mut end = values.len();
    let mut above: Option<i64> = None;
    for at in order {
        let Some(place) = place(shares[at], last) else { continue };
        if values.is_empty() {
            return;
        }
        if place.floor + 1 > end {
            // The same value as before.
            end = (place.floor + 1).min(values.len());
        }
        let (_, &mut low, rest) = values[..end].select_nth_unstable(place.floor);
        let next = rest.iter().copied().min().or(above).unwrap_or(low);
        give(at, low as f64 + place.part * (next - low) as f64);
        end = place.floor + 1;
        above = Some(next);
    }
}

/// Where a quantile lies among sorted values.
struct Place {
    floor: usize,
    part: f64,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of the last place lies between 0 and the last place"
)]
fn place(share: f64, last: usize) -> Option<Place> {
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    let at = share * last as f64;
    let floor = (at.floor() as usize).min(last);
    Some(Place { floor, part: at - floor as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between the two sorted values around the place, each by how near it is.
    fn by_sorting(values: &[i64], share: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let at = share * (sorted.len() - 1) as f64;
        let weight = |place: usize| (1.0 - (place as f64 - at).abs()).max(0.0);
        sorted.iter().enumerate().map(|(place, value)| weight(place) * *value as f64).sum()
    }

    #[test]
    fn quantiles_of_any_values_are_those_of_the_sorted_ones() {
        let mut seed = 1_u64;
        for n in 1..200_usize {
            let values: Vec<i64> = (0..n)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    i64::try_from(seed >> 40).unwrap() % 50 - 10
                })
                .collect();
            let shares = [0.5, 0.9, 0.95, 0.0, 1.0, 0.9];
            let mut found = [f64::NAN; 6];
            quantiles(&mut values.clone(), &shares, |at, value| found[at] = value);
            for (share, found) in shares.iter().zip(found) {
                let apart = (found - by_sorting(&values, *share)).abs();
                assert!(apart < 1e-9, "{n} values, {share}: {found}");
            }
        }
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [3], 0.9), Some(3.0));
    }
}
