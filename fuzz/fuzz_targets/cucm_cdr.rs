//! Any bytes, read as `cucm-cdr`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(FormatName::CucmCdr, None, bytes));
