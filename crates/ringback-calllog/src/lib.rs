//! Phone-system logs in, calls with stages, audit and pseudonyms out.

mod clock;

pub use clock::{Fold, InvalidFold, InvalidZone, LocalClock, LocalTimeError, Zone};
