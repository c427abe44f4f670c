//! Any bytes, read as `cucm-cmr`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(FormatName::CucmCmr, None, bytes));
