//! Foreign types at the edge: polars in `frame.rs`, ndarray in `matrix.rs`, linfa in the crate that wraps it.

use super::Finding;
use super::source;
use super::tree::Tree;

/// A word of a dependency, and where in `crates/*/src` code may say it.
struct Foreign {
    word: &'static str,
    /// The file, or the folder of that name.
    stem: Option<&'static str>,
    /// The crate.
    crate_name: Option<&'static str>,
}

const FOREIGN: [Foreign; 3] = [
    Foreign { word: "polars", stem: Some("frame"), crate_name: None },
    Foreign { word: "ndarray", stem: Some("matrix"), crate_name: None },
    Foreign { word: "linfa", stem: None, crate_name: Some("ringback-learn") },
];

/// Foreign words in code; comments, literals and tests may say them.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (crate_name, path, text) in tree.library_files() {
        let unwelcome: Vec<&Foreign> =
            FOREIGN.iter().filter(|it| !is_at_home(it, crate_name, path)).collect();
        for (number, line) in source::code_lines(text) {
            for foreign in unwelcome.iter().filter(|it| source::names(&line, it.word)) {
                let text = format!("{} outside {}", foreign.word, home_of(foreign));
                findings.push(Finding::new(path, number, text));
            }
        }
    }
    findings
}

fn is_at_home(foreign: &Foreign, crate_name: &str, path: &str) -> bool {
    let in_file = foreign.stem.is_none_or(|stem| {
        path.ends_with(&format!("/{stem}.rs")) || path.contains(&format!("/{stem}/"))
    });
    in_file && foreign.crate_name.is_none_or(|it| it == crate_name)
}

fn home_of(foreign: &Foreign) -> String {
    foreign
        .stem
        .map(|stem| format!("{stem}.rs"))
        .or(foreign.crate_name.map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testkit;
    use super::*;

    #[track_caller]
    fn check_file(path: &str, text: &str, expected: &[&str]) {
        testkit::check(check, &[(path, text)], expected);
    }

    #[test]
    fn this_repository_keeps_foreign_types_at_the_edge() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn a_foreign_word_is_found_outside_its_file() {
        check_file(
            "crates/ringback-calllog/src/call.rs",
            "/// Docs.\nuse polars::prelude::*;\nfn f() -> ndarray::Array1<f64> {}\n",
            &[
                "crates/ringback-calllog/src/call.rs:2: polars outside frame.rs",
                "crates/ringback-calllog/src/call.rs:3: ndarray outside matrix.rs",
            ],
        );
        check_file(
            "crates/ringback-reach/src/model.rs",
            "use linfa_trees::DecisionTree;\n",
            &["crates/ringback-reach/src/model.rs:1: linfa outside ringback-learn"],
        );
    }

    #[test]
    fn a_foreign_word_is_at_home_in_its_file() {
        check_file("crates/ringback-calllog/src/frame.rs", "use polars::prelude::*;\n", &[]);
        check_file(
            "crates/ringback-calllog/src/frame/parquet.rs",
            "use polars::prelude::*;\n",
            &[],
        );
        check_file("crates/ringback-features/src/matrix.rs", "use ndarray::Array2;\n", &[]);
        check_file("crates/ringback-learn/src/tree.rs", "use linfa::Dataset;\n", &[]);
    }

    #[test]
    fn comments_literals_tests_and_other_folders_may_say_it() {
        check_file(
            "crates/ringback-calllog/src/call.rs",
            "// as polars does\nfn f() { g(\"polars\") }\n#[cfg(test)]\nmod tests {\n use polars::df;\n}\n",
            &[],
        );
        check_file("examples/src/bin/ingest.rs", "use polars::prelude::*;\n", &[]);
    }
}
