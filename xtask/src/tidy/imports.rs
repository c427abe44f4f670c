//! Who may import whom: the table of crates, held against every `Cargo.toml`.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Finding;
use super::tree::Tree;

const CALLLOG: &str = "ringback-calllog";
const FEATURES: &str = "ringback-features";
const LEARN: &str = "ringback-learn";
const FORECAST: &str = "ringback-forecast";
const REACH: &str = "ringback-reach";
const CALLBACK: &str = "ringback-callback";
const EVENTLOG: &str = "ringback-eventlog";
const MINING: &str = "ringback-mining";
const SIM: &str = "ringback-sim";
const REPORT: &str = "ringback-report";
const CISCO: &str = "ringback-cisco";
const AVAYA: &str = "ringback-avaya";
const THREE_CX: &str = "ringback-3cx";
const TICKETS: &str = "ringback-tickets";
const RINGBACK: &str = "ringback";

/// Every package of the suite, also those to come, with the packages of the suite that it may import: from the ground
/// floor up, so that a package imports only packages that stand before it.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    (CALLLOG, &[]),
    (LEARN, &[]),
    (CISCO, &[CALLLOG]),
    (AVAYA, &[CALLLOG]),
    (THREE_CX, &[CALLLOG]),
    (FEATURES, &[CALLLOG]),
    (REACH, &[CALLLOG, FEATURES, LEARN]),
    (EVENTLOG, &[CALLLOG]),
    (FORECAST, &[CALLLOG, FEATURES, LEARN]),
    (MINING, &[CALLLOG, EVENTLOG]),
    (TICKETS, &[EVENTLOG]),
    (CALLBACK, &[CALLLOG, FEATURES, FORECAST, REACH]),
    (SIM, &[CALLLOG, FEATURES, CALLBACK]),
    (REPORT, &[CALLLOG, FEATURES, FORECAST, REACH, CALLBACK, EVENTLOG, MINING, SIM]),
    (
        RINGBACK,
        &[
            CALLLOG, LEARN, CISCO, AVAYA, THREE_CX, FEATURES, REACH, EVENTLOG, FORECAST, MINING,
            TICKETS, CALLBACK, SIM, REPORT,
        ],
    ),
    ("ringback-examples", &[RINGBACK]),
    ("ringback-benches", &[RINGBACK]),
    ("ringback-fuzz", &[RINGBACK]),
    ("xtask", &[]),
];

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every package is in the table, is named after its folder, and imports what the table allows.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let renamed = renamed_by_workspace(tree);
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        let Some(folder) = path.strip_suffix("/Cargo.toml") else { continue };
        match text.parse::<Table>() {
            Ok(table) => {
                let texts = check_package(folder, &table, &renamed);
                findings.extend(texts.into_iter().map(|it| Finding::new(path, 0, it)));
            }
            Err(error) => {
                let text = format!("cannot be read: {}", error.message());
                findings.push(Finding::new(path, 0, text));
            }
        }
    }
    findings
}

fn check_package(folder: &str, table: &Table, renamed: &BTreeMap<String, String>) -> Vec<String> {
    let name = table.get("package").and_then(|it| it.get("name")).and_then(Value::as_str);
    let name = name.unwrap_or_default();
    let mut texts = Vec::new();
    if let Some(of_crate) = folder.strip_prefix("crates/")
        && of_crate != name
    {
        texts.push(format!("package {name} stands in folder {of_crate}"));
    }
    let Some(&(_, allowed)) = MAY_IMPORT.iter().find(|(it, _)| *it == name) else {
        texts.push(format!("package {name:?} is not in the table of imports"));
        return texts;
    };
    for (section, key, value) in dependencies(table) {
        let imported = package_of(key, value, renamed);
        if is_ours(imported) && !allowed.contains(&imported) {
            texts.push(format!("{name} may not import {imported} ([{section}])"));
        }
    }
    texts
}

/// Every dependency with its section, also those of one target only.
fn dependencies(table: &Table) -> Vec<(&'static str, &str, &Value)> {
    let targets = table.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let mut found = Vec::new();
    for part in std::iter::once(table).chain(targets) {
        for section in SECTIONS {
            let entries = part.get(section).and_then(Value::as_table);
            found.extend(
                entries.into_iter().flatten().map(|(key, value)| (section, key.as_str(), value)),
            );
        }
    }
    found
}

/// The package behind a key, which may be renamed in the manifest or in the workspace's.
fn package_of<'a>(
    key: &'a str,
    value: &'a Value,
    renamed: &'a BTreeMap<String, String>,
) -> &'a str {
    let own = value.get("package").and_then(Value::as_str);
    own.or_else(|| renamed.get(key).map(String::as_str)).unwrap_or(key)
}

fn renamed_by_workspace(tree: &Tree) -> BTreeMap<String, String> {
    let table = tree.text("Cargo.toml").and_then(|it| it.parse::<Table>().ok()).unwrap_or_default();
    let shared = table.get("workspace").and_then(|it| it.get("dependencies"));
    let shared = shared.and_then(Value::as_table).cloned().unwrap_or_default();
    let renamed = shared.into_iter().filter_map(|(key, value)| {
        let package = value.get("package")?.as_str()?.to_owned();
        Some((key, package))
    });
    renamed.collect()
}

fn is_ours(package: &str) -> bool {
    package == RINGBACK || package.starts_with("ringback-")
}

#[cfg(test)]
mod tests {
    use super::super::testkit;
    use super::*;

    #[track_caller]
    fn check_manifest(folder: &str, name: &str, rest: &str, expected: &[&str]) {
        let path = format!("{folder}/Cargo.toml");
        let text = format!("[package]\nname = \"{name}\"\n{rest}");
        let expected: Vec<String> = expected.iter().map(|it| format!("{path}: {it}")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        testkit::check(check, &[(&path, &text)], &expected);
    }

    #[test]
    fn this_repository_imports_downwards_only() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn the_table_has_no_circle() {
        for (index, (name, imports)) in MAY_IMPORT.iter().enumerate() {
            for imported in *imports {
                let below = MAY_IMPORT[..index].iter().any(|(it, _)| it == imported);
                assert!(below, "{name} imports {imported}, which does not stand before it");
            }
        }
    }

    #[test]
    fn an_import_that_the_table_allows_is_none_of_our_business() {
        check_manifest(
            "crates/ringback-features",
            "ringback-features",
            "[dependencies]\nringback-calllog.workspace = true\nserde = \"1\"\n",
            &[],
        );
        check_manifest("examples", "ringback-examples", "[dependencies]\nringback = {}\n", &[]);
    }

    #[test]
    fn an_import_upwards_is_found_in_every_section() {
        let name = "ringback-features";
        check_manifest(
            "crates/ringback-features",
            name,
            "[dependencies]\nringback-report = {}\n\
             [dev-dependencies]\nringback-forecast.workspace = true\n\
             [build-dependencies]\nringback = \"0.1\"\n\
             [target.'cfg(unix)'.dependencies]\nringback-reach = {}\n",
            &[
                "ringback-features may not import ringback-report ([dependencies])",
                "ringback-features may not import ringback-forecast ([dev-dependencies])",
                "ringback-features may not import ringback ([build-dependencies])",
                "ringback-features may not import ringback-reach ([dependencies])",
            ],
        );
    }

    #[test]
    fn examples_and_benches_import_the_facade_only() {
        let rest = "[dependencies]\nringback-calllog = {}\n";
        let text = "may not import ringback-calllog ([dependencies])";
        check_manifest(
            "examples",
            "ringback-examples",
            rest,
            &[&format!("ringback-examples {text}")],
        );
        check_manifest("benches", "ringback-benches", rest, &[&format!("ringback-benches {text}")]);
        check_manifest("xtask", "xtask", rest, &[&format!("xtask {text}")]);
    }

    #[test]
    fn another_name_for_a_package_hides_nothing() {
        let text = "ringback-calllog may not import ringback-features ([dependencies])";
        check_manifest(
            "crates/ringback-calllog",
            "ringback-calllog",
            "[dependencies]\nfine = { package = \"ringback-features\" }\n",
            &[text],
        );
        testkit::check(
            check,
            &[
                (
                    "Cargo.toml",
                    "[workspace.dependencies]\nfine = { package = \"ringback-features\" }\n",
                ),
                (
                    "crates/ringback-calllog/Cargo.toml",
                    "[package]\nname = \"ringback-calllog\"\n[dependencies]\nfine.workspace = true\n",
                ),
            ],
            &[&format!("crates/ringback-calllog/Cargo.toml: {text}")],
        );
    }

    #[test]
    fn a_package_outside_the_table_is_found() {
        check_manifest(
            "crates/ringback-utils",
            "ringback-utils",
            "",
            &["package \"ringback-utils\" is not in the table of imports"],
        );
    }

    #[test]
    fn a_package_in_the_folder_of_another_is_found() {
        check_manifest(
            "crates/calllog",
            "ringback-calllog",
            "",
            &["package ringback-calllog stands in folder calllog"],
        );
    }

    #[test]
    fn a_manifest_that_cannot_be_read_is_found() {
        let found = check(&Tree::planted(&[("xtask/Cargo.toml", "[package\n")]));
        let [finding] = found.as_slice() else { panic!("one finding expected, got {found:?}") };
        assert_eq!(finding.file, "xtask/Cargo.toml");
        assert!(finding.text.starts_with("cannot be read: "), "{finding}");
    }
}
