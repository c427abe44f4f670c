//! Any bytes, read as `ucce-tcd`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(FormatName::UcceTcd, None, bytes));
