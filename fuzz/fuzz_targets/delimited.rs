//! Any bytes, read as `delimited`.
#![no_main]

use ringback::formats::FormatName;

const MAPPING: &str = include_str!("../layouts/delimited.toml");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(
    FormatName::Delimited,
    Some(MAPPING),
    bytes
));
