//! The corpus of the fuzz targets, read as they read it.
#![cfg(all(feature = "cisco", feature = "avaya", feature = "3cx", feature = "eventlog"))]

use std::path::Path;

use ringback::formats::FormatName;

#[path = "../../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "a library of its own where it is fuzzed")]
mod fuzz;

/// The call format of a target: its name with hyphens, `3cx` as a digit.
fn format(target: &str) -> FormatName {
    target.replace("three_cx", "3cx").replace('_', "-").parse().unwrap()
}

#[test]
fn what_fuzzing_has_kept_is_accounted_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut files = 0;
    for target in std::fs::read_dir(root.join("corpus")).unwrap() {
        let target = target.unwrap();
        let name = target.file_name().to_string_lossy().into_owned();
        let layout = std::fs::read_to_string(root.join(format!("layouts/{name}.toml"))).ok();
        for file in std::fs::read_dir(target.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            match name.as_str() {
                "event_log_xes" => fuzz::read_xes(&bytes),
                "event_log_table" => fuzz::read_event_table(&bytes),
                "object_log" => fuzz::read_object_log(&bytes),
                _ => fuzz::read(format(&name), layout.as_deref(), &bytes),
            }
            files += 1;
        }
    }
    assert!(files > 500, "{files} files");
}
