//! How large a trial must be.

use super::normal::quantile;
use crate::Error;

/// A trial of two arms, such as a policy's times against times drawn by chance.
///
/// # Example
///
/// ```
/// use ringback_reach::UpliftTrial;
///
/// // To tell 33 % from 30 %: three percentage points take thousands of attempts.
/// assert_eq!(UpliftTrial::new(0.30, 0.33).attempts_per_arm()?, 3763);
/// assert_eq!(UpliftTrial::new(0.30, 0.36).attempts_per_arm()?, 963);
/// # Ok::<(), ringback_reach::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpliftTrial {
    from: f64,
    to: f64,
    significance: f64,
    power: f64,
    design_effect: f64,
}

impl UpliftTrial {
    /// A trial that is to tell a rate of `to` from one of `from`. Range: between 0 and 1, not equal.
    pub fn new(from: f64, to: f64) -> Self {
        Self { from, to, significance: 0.05, power: 0.8, design_effect: 1.0 }
    }

    /// How often a difference may be claimed where there is none, on both sides together. Range: between 0 and 1; default:
    /// 0.05.
    #[must_use]
    pub fn significance(self, significance: f64) -> Self {
        Self { significance, ..self }
    }

    /// How often the difference is to be found where it is. Range: between 0 and 1; default: 0.8.
    #[must_use]
    pub fn power(self, power: f64) -> Self {
        Self { power, ..self }
    }

    /// By how much attempts at the same customers, who are alike, blow up the variance: `1 + (m − 1) ρ` for `m` attempts a
    /// customer with correlation `ρ`. Range: at least 1; default: 1, one attempt a customer.
    #[must_use]
    pub fn design_effect(self, design_effect: f64) -> Self {
        Self { design_effect, ..self }
    }

    /// Attempts that each arm needs, rounded up.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a value outside its range.
    ///
    /// # Source
    ///
    /// \[`Fleiss2003`\], section 4.2, without the continuity correction:
    /// `(z₁₋ₐ₂ √(2 p̄ q̄) + z_power √(p₁q₁ + p₂q₂))² / (p₁ − p₂)²`.
    pub fn attempts_per_arm(&self) -> Result<u64, Error> {
        let is_open = |it: f64| it > 0.0 && it < 1.0;
        let names = ["rate from", "rate to", "significance", "power"];
        let values = [self.from, self.to, self.significance, self.power];
        for (name, value) in names.into_iter().zip(values) {
            if !is_open(value) {
                return Err(Error::Setting { name, value, expected: "between 0 and 1" });
            }
        }
        let difference = (self.to - self.from).abs();
        if difference < 1e-6 {
            let expected = "at least 0.000001 from the other rate";
            return Err(Error::Setting { name: "rate to", value: self.to, expected });
        }
        if !(self.design_effect >= 1.0 && self.design_effect <= 1e6) {
            let (name, value) = ("design effect", self.design_effect);
            return Err(Error::Setting { name, value, expected: "from 1 to 1,000,000" });
        }
        let variance = |rate: f64| rate * (1.0 - rate);
        let pooled = 2.0 * variance(f64::midpoint(self.from, self.to));
        let apart = variance(self.from) + variance(self.to);
        let reach = quantile(1.0 - self.significance / 2.0) * pooled.sqrt()
            + quantile(self.power) * apart.sqrt();
        let attempts = self.design_effect * (reach / difference).powi(2);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 1e20")]
        Ok(attempts.max(1.0).ceil() as u64)
    }
}
