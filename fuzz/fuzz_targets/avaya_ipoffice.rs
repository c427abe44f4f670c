//! Any bytes, read as `avaya-ipoffice`.
#![no_main]

use ringback::formats::FormatName;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringback_fuzz::read(
    FormatName::AvayaIpOffice,
    None,
    bytes
));
