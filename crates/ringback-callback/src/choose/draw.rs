//! Seeded draws, one stream for each request and moment.

use chrono::{DateTime, Utc};

/// `SplitMix64` over a seed mixed with the bytes of a request's id and the moment, so that the order in which requests
/// are decided changes nothing.
///
/// # Source
///
/// \[`Steele2014`\]
#[derive(Clone, Debug)]
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64, id: &str, at: DateTime<Utc>) -> Self {
        let mut draw = Self(seed);
        for byte in id.bytes().chain(at.timestamp_micros().to_le_bytes()) {
            draw.0 ^= u64::from(byte);
            draw.0 = draw.next();
        }
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1, 1 not included.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
