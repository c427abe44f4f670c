//! Any bytes, read as OCEL 2.0.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read_object_log(bytes));
