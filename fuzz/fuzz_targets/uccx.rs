//! Any bytes, read as `uccx`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(FormatName::Uccx, None, bytes));
