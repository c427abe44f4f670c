//! Any bytes, read as a table of events.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read_event_table(bytes));
