//! Any bytes, read as `3cx-legacy`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(
    FormatName::ThreeCxLegacy,
    None,
    bytes
));
