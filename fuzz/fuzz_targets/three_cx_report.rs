//! Any bytes, read as `3cx-report`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(
    FormatName::ThreeCxReport,
    None,
    bytes
));
