//! Seeded random numbers: the same seed gives the same numbers on every machine and thread count.

/// `SplitMix64`.
///
/// # Source
///
/// \[`Steele2014`\].
#[derive(Clone, Debug)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to `bound`, which is not included; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next_u64()) * bound as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// How often one of many cases is drawn when as many are drawn anew: Poisson with mean 1.
    #[inline]
    pub(crate) fn times_drawn(&mut self) -> usize {
        let drawn = self.next_u64();
        TIMES.iter().take_while(|bound| drawn >= **bound).count()
    }
}

/// 2^64 times the probability of at most 0, 1, 2, … where the mean is 1; what lies beyond is below 1e-13.
const TIMES: [u64; 15] = poisson_bounds();

const fn poisson_bounds() -> [u64; 15] {
    let scale = (1_u128 << 64) as f64;
    let mut bounds = [0; 15];
    let mut chance = 1.0 / std::f64::consts::E;
    let (mut sum, mut times) = (0.0, 0);
    while times < bounds.len() {
        sum += chance;
        times += 1;
        chance /= times as f64;
        bounds[times - 1] = to_bound(sum * scale);
    }
    bounds
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 2^64")]
const fn to_bound(value: f64) -> u64 {
    value as u64
}
