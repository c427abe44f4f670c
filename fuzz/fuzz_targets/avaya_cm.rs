//! Any bytes, read as `avaya-cm`.
#![no_main]

use ringback::formats::FormatName;

const CM_LAYOUT: &str = include_str!("../layouts/avaya_cm.toml");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(
    FormatName::AvayaCm,
    Some(CM_LAYOUT),
    bytes
));
