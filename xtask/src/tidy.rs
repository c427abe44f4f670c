//! `cargo xtask tidy`: the house rules that a program can check.

mod fixtures;
mod foreign;
mod glossary;
mod imports;
mod length;
mod machine_path;
mod marker;
mod print;
mod source;
mod tree;

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use tree::Tree;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// The path from the root of the workspace.
    file: String,
    /// The line, from 1; 0 for the whole file.
    line: usize,
    /// What was found and what was expected.
    text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

impl Finding {
    fn new(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, text: text.into() }
    }
}

const CHECKS: [fn(&Tree) -> Vec<Finding>; 8] = [
    imports::check,
    foreign::check,
    length::check,
    marker::check,
    fixtures::check,
    glossary::check,
    machine_path::check,
    print::check,
];

/// Why tidy failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The tree could not be read, or the findings not be written.
    Io(io::Error),
    /// Places that break a rule.
    Findings(usize),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot read the tree or write the findings: {error}"),
            Self::Findings(n) => write!(f, "{n} places break a house rule"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Checks the tree at `root` and writes each finding on a line, in order of file and line.
///
/// # Errors
///
/// [`Failure::Findings`] if there are any; [`Failure::Io`] if the tree cannot be read.
pub(crate) fn run(root: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let tree = Tree::read(root)?;
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    findings.sort();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::Findings(findings.len())) }
}

/// What the tests of the checks share.
#[cfg(test)]
mod testkit {
    use super::{Finding, Tree};

    /// Runs a check on planted files, given as path and text.
    #[track_caller]
    pub(super) fn check(
        check: fn(&Tree) -> Vec<Finding>,
        files: &[(&str, &str)],
        expected: &[&str],
    ) {
        let tree = Tree::planted(files);
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "in {files:#?}");
    }

    /// Runs a check on this repository.
    #[track_caller]
    pub(super) fn check_this_repository(check: fn(&Tree) -> Vec<Finding>) {
        let tree = Tree::read(&super::tree::this_repository()).unwrap();
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }
}
