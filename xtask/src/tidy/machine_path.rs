//! No file names a folder that only one machine has.

use super::Finding;
use super::tree::Tree;

// In two halves, so that this file is not found.
const FOLDERS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/tm", "p/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// Absolute paths of a machine in any text file; the scripts of the build machines may name them.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| !path.starts_with(".ci/")) {
        for (index, line) in text.lines().enumerate() {
            for folder in FOLDERS.iter().filter(|folder| names_folder(line, folder)) {
                let text = format!("{folder} is a path of one machine");
                findings.push(Finding::new(path, index + 1, text));
            }
        }
    }
    findings
}

/// Whether a path begins with the folder; in an address or a longer path something stands in front of it.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '*'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testkit;
    use super::*;

    #[test]
    fn this_repository_names_no_machine_paths() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn every_folder_is_found() {
        for folder in FOLDERS {
            let text = format!("one\nsee `{folder}calls.csv`\n");
            let expected = format!("docs/a.md:2: {folder} is a path of one machine");
            testkit::check(check, &[("docs/a.md", &text)], &[&expected]);
        }
    }

    #[test]
    fn addresses_longer_paths_and_build_scripts_are_not_found() {
        for folder in FOLDERS {
            let text = format!("https://example.org{folder}a\n../data{folder}b\n./.{folder}\n");
            testkit::check(check, &[("docs/a.md", &text)], &[]);
            testkit::check(check, &[(".ci/run", folder)], &[]);
        }
    }
}
