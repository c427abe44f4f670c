//! Every public type of the vocabulary crate has its entry in the glossary.

use std::collections::BTreeSet;

use super::Finding;
use super::source;
use super::tree::Tree;

const VOCABULARY: &str = "crates/ringback-calllog/src/lib.rs";
const GLOSSARY: &str = "docs/glossary.md";

/// Types that `lib.rs` of the vocabulary crate exports and that the glossary does not define.
///
/// A definition is a heading, the first cell of a table row, or a word in bold, that names the type; one entry may
/// name several.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(library) = tree.text(VOCABULARY) else { return Vec::new() };
    let defined: BTreeSet<&str> = tree.text(GLOSSARY).map(defined_in).unwrap_or_default();
    let mut findings = Vec::new();
    for (line, name) in exported_types(library) {
        if !defined.contains(name.as_str()) {
            let text = format!("{name} has no entry in {GLOSSARY}");
            findings.push(Finding::new(VOCABULARY, line, text));
        }
    }
    findings
}

/// The words that the glossary defines.
fn defined_in(glossary: &str) -> BTreeSet<&str> {
    let mut defined = BTreeSet::new();
    for line in glossary.lines().map(str::trim_start) {
        if line.starts_with('#') {
            defined.extend(words(line));
        } else if let Some((first, _)) = line.strip_prefix('|').and_then(|it| it.split_once('|')) {
            defined.extend(words(first));
        } else {
            defined.extend(line.split("**").skip(1).step_by(2).flat_map(words));
        }
    }
    defined
}

/// The types that `pub use` statements name, and those declared in the file itself, each with its line.
fn exported_types(library: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_use = false;
    // The name so far; `as` replaces it, a comma or brace ends it.
    let mut last: Option<(usize, String)> = None;
    for (number, line) in source::code_lines(library) {
        let line = line.trim();
        in_use |= line.starts_with("pub use ");
        if in_use {
            let spaced =
                line.replace(['{', ':'], " ").replace(',', " , ").replace(['}', ';'], " , ");
            for word in spaced.split_whitespace() {
                match word {
                    "," => found.extend(last.take()),
                    word => last = Some((number, word.to_owned())),
                }
            }
            in_use = !line.contains(';');
        } else if let Some(name) = declared_in(line) {
            found.push((number, name.to_owned()));
        }
    }
    found.retain(|(_, name)| is_type(name));
    found
}

fn declared_in(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub ")?;
    let (kind, rest) = rest.split_once(' ')?;
    if ["struct", "enum", "trait", "type"].contains(&kind) { words(rest).next() } else { None }
}

/// A capital, and a small letter somewhere: functions and constants are no types.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && (name.len() == 1 || name.contains(char::is_lowercase))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::testkit;
    use super::*;

    #[track_caller]
    fn check_library(library: &str, glossary: &str, expected: &[&str]) {
        let expected: Vec<String> = expected
            .iter()
            .map(|it| format!("{VOCABULARY}:{it} has no entry in docs/glossary.md"))
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        testkit::check(check, &[(VOCABULARY, library), (GLOSSARY, glossary)], &expected);
    }

    #[test]
    fn this_repository_defines_its_words() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn every_form_of_export_is_seen() {
        check_library("pub use call::Call;\n", "", &["1: Call"]);
        check_library("pub use clock::{Fold, Zone};\n", "", &["1: Fold", "1: Zone"]);
        check_library(
            "pub use a::{\n    Leg,\n    b::{Stage, End as StageEnd},\n};\n",
            "",
            &["2: Leg", "3: Stage", "3: StageEnd"],
        );
        check_library(
            "/// An error.\npub enum Error {}\npub struct Id(u8);\n",
            "",
            &["2: Error", "3: Id"],
        );
    }

    #[test]
    fn what_is_no_public_type_needs_no_entry() {
        check_library("pub use a::{read, LIMIT};\nuse b::Call;\npub(crate) use c::Leg;\n", "", &[]);
        check_library("/// `pub use a::Call;`\npub fn stitch() {}\n", "", &[]);
    }

    #[test]
    fn every_form_of_entry_is_seen() {
        let library = "pub use a::{Call, Leg};\n";
        check_library(library, "## Call\n\n### `Leg`\n", &[]);
        check_library(library, "| `Call`, `Leg` | one contact |\n", &[]);
        check_library(library, "**Call** is one contact; a **`Leg`** is a row of it.\n", &[]);
        check_library(
            library,
            "A Call is a contact.\n| contact | Leg |\n## Legs\n",
            &["1: Call", "1: Leg"],
        );
    }
}
