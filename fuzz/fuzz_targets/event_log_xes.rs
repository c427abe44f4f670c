//! Any bytes, read as XES.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read_xes(bytes));
