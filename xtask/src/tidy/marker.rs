//! Work that is left undone does not land.

use super::Finding;
use super::source;
use super::tree::Tree;

// In two halves, so that this file is not found.
const WORDS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const MACROS: [&str; 2] = [concat!("to", "do"), concat!("unimple", "mented")];

/// Markers in Rust files, in comments as in code.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust_files() {
        for (index, line) in text.lines().enumerate() {
            let words = WORDS.iter().filter(|it| source::holds_word(line, it));
            let macros = MACROS.iter().filter(|it| source::calls_macro(line, it));
            for marker in words.chain(macros) {
                let text = format!("{marker} marks work that is left undone");
                findings.push(Finding::new(path, index + 1, text));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testkit;
    use super::*;

    #[test]
    fn this_repository_has_no_markers() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn every_marker_is_found() {
        for marker in WORDS {
            let text = format!("fn f() {{}}\n// {marker}: more\n");
            let expected = format!("benches/a.rs:2: {marker} marks work that is left undone");
            testkit::check(check, &[("benches/a.rs", &text)], &[&expected]);
        }
        for marker in MACROS {
            let text = format!("fn f() {{ {marker}!() }}\n");
            let expected = format!("xtask/src/a.rs:1: {marker} marks work that is left undone");
            testkit::check(check, &[("xtask/src/a.rs", &text)], &[&expected]);
        }
    }

    #[test]
    fn words_that_hold_a_marker_are_not_found() {
        let longer = format!("// {0}S, {0}_LIST\nfn {1}() {{}}\n", WORDS[0], MACROS[0]);
        testkit::check(check, &[("xtask/src/a.rs", &longer)], &[]);
        testkit::check(check, &[("docs/a.md", WORDS[1])], &[]);
    }
}
