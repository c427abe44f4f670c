//! Intervals that hold for each type, and go on holding.

use ringback_learn::AdaptiveConformal;
use serde::{Deserialize, Serialize};

/// Outcomes of a type before its intervals are its own; until then they are those of all.
const OWN: usize = 150;

/// What a model's bounds are at 80 % and 90 %, before and after calibration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Bounds {
    /// The 10 % and 90 % quantiles.
    pub(super) eighty: (f64, f64),
    /// The 5 % and 95 % quantiles.
    pub(super) ninety: (f64, f64),
    /// The 90 % interval that leaves more above than below.
    pub(super) short: (f64, f64),
}

/// Adaptive margins around the bounds, for all callers and for each type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Calibration {
    all: Margins,
    /// By the type's place in the model.
    types: Vec<Margins>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Margins {
    eighty: AdaptiveConformal,
    ninety: AdaptiveConformal,
    short: AdaptiveConformal,
}

impl Margins {
    fn new() -> Result<Self, ringback_learn::Error> {
        let of = |level| AdaptiveConformal::new(level)?.gamma(0.005)?.window(3_000);
        Ok(Self { eighty: of(0.8)?, ninety: of(0.9)?, short: of(0.9)? })
    }

    fn bounds(&self, raw: &Bounds) -> Bounds {
        let of = |margins: &AdaptiveConformal, raw: (f64, f64)| {
            // After many misses in a row the level asks for no bounds at all: the model's own ones would be the narrowest answer.
            let held = margins.interval(raw.0, raw.1).or_else(|| margins.widest(raw.0, raw.1));
            held.map_or(raw, |it| (it.lower, it.upper))
        };
        Bounds {
            eighty: of(&self.eighty, raw.eighty),
            ninety: of(&self.ninety, raw.ninety),
            short: of(&self.short, raw.short),
        }
    }

    fn observe(&mut self, raw: &Bounds, wait_secs: f64) {
        for (margins, (lower, upper)) in [
            (&mut self.eighty, raw.eighty),
            (&mut self.ninety, raw.ninety),
            (&mut self.short, raw.short),
        ] {
            // Bounds and waits are finite, so there is nothing to refuse.
            let given = margins.interval(lower, upper);
            drop(margins.observe(lower, upper, given, wait_secs));
        }
    }

    fn warm_up(&mut self, raw: &Bounds, wait_secs: f64) -> Result<(), ringback_learn::Error> {
        self.eighty.warm_up(raw.eighty.0, raw.eighty.1, wait_secs)?;
        self.ninety.warm_up(raw.ninety.0, raw.ninety.1, wait_secs)?;
        self.short.warm_up(raw.short.0, raw.short.1, wait_secs)
    }
}

impl Calibration {
    pub(super) fn new(types: usize) -> Result<Self, ringback_learn::Error> {
        let all = Margins::new()?;
        Ok(Self { types: vec![all.clone(); types], all })
    }

    fn of(&self, class: Option<usize>) -> &Margins {
        let own = class.and_then(|it| self.types.get(it));
        own.filter(|it| it.ninety.observed() >= OWN).unwrap_or(&self.all)
    }

    pub(super) fn bounds(&self, class: Option<usize>, raw: &Bounds) -> Bounds {
        self.of(class).bounds(raw)
    }

    /// Learns from the wait of a caller whose interval had been given.
    pub(super) fn observe(&mut self, class: Option<usize>, raw: &Bounds, wait_secs: f64) {
        self.all.observe(raw, wait_secs);
        if let Some(own) = class.and_then(|it| self.types.get_mut(it)) {
            own.observe(raw, wait_secs);
        }
    }

    /// Takes the wait of a caller whom the model was not fitted on.
    pub(super) fn warm_up(
        &mut self,
        class: Option<usize>,
        raw: &Bounds,
        wait_secs: f64,
    ) -> Result<(), ringback_learn::Error> {
        self.all.warm_up(raw, wait_secs)?;
        class.and_then(|it| self.types.get_mut(it)).map_or(Ok(()), |it| it.warm_up(raw, wait_secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw() -> Bounds {
        Bounds { eighty: (20.0, 80.0), ninety: (10.0, 90.0), short: (5.0, 85.0) }
    }

    #[test]
    fn many_long_waits_in_a_row_never_bring_the_bounds_back_to_the_models() {
        let mut calibration = Calibration::new(0).unwrap();
        for wait in 0..200 {
            calibration.warm_up(None, &raw(), f64::from(wait)).unwrap();
        }
        let mut before = calibration.bounds(None, &raw()).ninety;
        // A surge: every wait is longer than the bound, until the level asks for bounds that there are not.
        for _ in 0..200 {
            calibration.observe(None, &raw(), before.1 + 1.0);
            let now = calibration.bounds(None, &raw()).ninety;
            assert!(now.1 >= before.1 - 1e-9, "{before:?}, then {now:?}");
            before = now;
        }
        assert!(before.1 > 199.0, "{before:?}");
    }
}
