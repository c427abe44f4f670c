//! Every fixture has a row that says what it is and where it comes from.

use super::Finding;
use super::source;
use super::tree::Tree;

const FOLDER: &str = "fixtures/";
const TABLE: &str = "fixtures/README.md";

/// Bytes that a file may have without the word `large` in its row.
const SMALL: usize = 64 * 1024;

/// Bytes that no file may pass.
const LARGEST: usize = 2_000_000;

/// A row of the table: the globs in backticks in its first cell.
struct Row<'a> {
    line: usize,
    globs: Vec<&'a str>,
    is_large: bool,
}

/// Fixtures without a row, rows without a fixture, and files larger than their row says.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let rows = tree.text(TABLE).map(rows_of).unwrap_or_default();
    let files: Vec<(&str, usize)> = tree
        .sizes()
        .filter(|(path, _)| *path != TABLE)
        .filter_map(|(path, size)| Some((path.strip_prefix(FOLDER)?, size)))
        .collect();
    let mut findings = Vec::new();
    for &(file, size) in &files {
        if let Some(text) = fault_of(file, size, &rows) {
            findings.push(Finding::new(&format!("{FOLDER}{file}"), 0, text));
        }
    }
    for row in &rows {
        for glob in &row.globs {
            if !files.iter().any(|(file, _)| matches(glob, file)) {
                findings.push(Finding::new(TABLE, row.line, format!("{glob} matches no file")));
            }
        }
    }
    findings
}

fn fault_of(file: &str, size: usize, rows: &[Row<'_>]) -> Option<String> {
    let mut covering =
        rows.iter().filter(|row| row.globs.iter().any(|glob| matches(glob, file))).peekable();
    if covering.peek().is_none() {
        return Some(format!("no row of {TABLE} covers it"));
    }
    if size > LARGEST {
        return Some(format!("{size} bytes, expected at most {LARGEST}"));
    }
    let is_too_large = size > SMALL && !covering.any(|row| row.is_large);
    is_too_large.then(|| format!("{size} bytes: above {SMALL} its row has to say large"))
}

fn rows_of(table: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for (index, line) in table.lines().enumerate() {
        let Some((first, _)) = line.strip_prefix('|').and_then(|it| it.split_once('|')) else {
            continue;
        };
        // The odd pieces between backticks; the header and its rule have none.
        let globs: Vec<&str> = first.split('`').skip(1).step_by(2).collect();
        if !globs.is_empty() {
            rows.push(Row { line: index + 1, globs, is_large: source::holds_word(line, "large") });
        }
    }
    rows
}

/// Whether a path fits a pattern: `*` stands for any text within a name, `**` for any number of folders.
fn matches(glob: &str, path: &str) -> bool {
    let glob: Vec<&str> = glob.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    matches_folders(&glob, &path)
}

fn matches_folders(glob: &[&str], path: &[&str]) -> bool {
    match (glob, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skip| matches_folders(rest, &path[skip..])),
        ([first, glob @ ..], [name, path @ ..]) => {
            matches_name(first, name) && matches_folders(glob, path)
        }
        _ => false,
    }
}

fn matches_name(glob: &str, name: &str) -> bool {
    let Some((before, after)) = glob.split_once('*') else { return glob == name };
    name.strip_prefix(before).is_some_and(|rest| {
        rest.char_indices()
            .map(|(at, _)| &rest[at..])
            .chain([""])
            .any(|rest| matches_name(after, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testkit;
    use super::*;

    const HEADER: &str =
        "# Fixtures\n\n| file | what | rows | source |\n| --- | --- | --- | --- |\n";

    #[track_caller]
    fn check_rows(rows: &str, files: &[(&str, &str)], expected: &[&str]) {
        let table = format!("{HEADER}{rows}");
        let mut all = vec![(TABLE, table.as_str())];
        all.extend(files);
        testkit::check(check, &all, expected);
    }

    #[test]
    fn this_repository_lists_its_fixtures() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn a_row_covers_a_file_or_a_pattern_of_files() {
        check_rows(
            "| `bank/*.txt` | calls | 3 | ours |\n| `a.csv`, `b.csv` | two | 1 | ours |\n",
            &[("fixtures/bank/may.txt", ""), ("fixtures/a.csv", ""), ("fixtures/b.csv", "")],
            &[],
        );
    }

    #[test]
    fn a_file_without_a_row_is_found() {
        let expected = "fixtures/bank/deep/may.txt: no row of fixtures/README.md covers it";
        check_rows(
            "| `bank/*` | calls | 3 | ours |\n",
            &[("fixtures/bank/deep/may.txt", ""), ("fixtures/bank/june.txt", "")],
            &[expected],
        );
        testkit::check(check, &[("fixtures/bank/deep/may.txt", "")], &[expected]);
    }

    #[test]
    fn a_row_without_a_file_is_found() {
        check_rows(
            "| `gone.csv` | a day | 3 | ours |\n",
            &[],
            &["fixtures/README.md:5: gone.csv matches no file"],
        );
    }

    #[test]
    fn a_large_file_is_found_unless_its_row_says_so() {
        let small = "x".repeat(SMALL);
        let large = "x".repeat(SMALL + 1);
        check_rows("| `a.csv` | day | 3 | ours |\n", &[("fixtures/a.csv", &small)], &[]);
        check_rows("| `a.csv` | day, large | 3 | ours |\n", &[("fixtures/a.csv", &large)], &[]);
        check_rows(
            "| `a.csv` | an enlarged day | 3 | ours |\n",
            &[("fixtures/a.csv", &large)],
            &["fixtures/a.csv: 65537 bytes: above 65536 its row has to say large"],
        );
    }

    #[test]
    fn a_file_that_no_word_allows_is_found() {
        check_rows(
            "| `a.csv` | a large day | 3 | ours |\n",
            &[("fixtures/a.csv", &"x".repeat(LARGEST + 1))],
            &["fixtures/a.csv: 2000001 bytes, expected at most 2000000"],
        );
    }

    #[track_caller]
    fn check_match(glob: &str, path: &str, expected: bool) {
        assert_eq!(matches(glob, path), expected, "{glob} on {path}");
    }

    #[test]
    fn a_star_stays_within_a_name_and_two_cross_folders() {
        check_match("a/*.csv", "a/b.csv", true);
        check_match("a/*.csv", "a/.csv", true);
        check_match("a/*.csv", "a/b/c.csv", false);
        check_match("a/*", "a", false);
        check_match("a/**", "a/b/c.csv", true);
        check_match("**/c.csv", "c.csv", true);
        check_match("a/**/c.csv", "a/c.csv", true);
        check_match("*é*.txt", "caféé.txt", true);
        check_match("a*b*c", "abbc", true);
        check_match("a*b*c", "acb", false);
    }
}
