//! Any bytes, read as `avaya-echi`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(FormatName::AvayaEchi, None, bytes));
