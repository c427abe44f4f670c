//! Files that fit in a reader's head.

use super::Finding;
use super::source;
use super::tree::Tree;

/// Lines of a file, its tests not counted.
const LIMIT: usize = 500;

/// Files that are longer for now, each with the length that it may not pass. An entry goes when its file is short again.
const LONGER_FOR_NOW: &[(&str, usize)] = &[];

/// Files of `crates/*/src`, `examples` and `xtask` that are longer than the limit.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_with(tree, LONGER_FOR_NOW)
}

fn check_with(tree: &Tree, longer: &[(&str, usize)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust_files().filter(|(path, _)| is_counted(path)) {
        let lines = source::code_lines(text).len();
        let ratchet = longer.iter().find(|(it, _)| *it == path).map(|&(_, limit)| limit);
        let limit = ratchet.unwrap_or(LIMIT);
        if lines > limit {
            let text = format!("{lines} lines without tests, expected at most {limit}");
            findings.push(Finding::new(path, 0, text));
        } else if ratchet.is_some() && lines <= LIMIT {
            let text = format!("{lines} lines again: take it off the list of longer files");
            findings.push(Finding::new(path, 0, text));
        }
    }
    for (path, _) in longer.iter().filter(|(path, _)| tree.text(path).is_none()) {
        findings.push(Finding::new(path, 0, "on the list of longer files, and no such file"));
    }
    findings
}

fn is_counted(path: &str) -> bool {
    let in_library = path.starts_with("crates/") && path.contains("/src/");
    let in_program = ["examples/", "xtask/"].iter().any(|it| path.starts_with(it));
    in_library || (in_program && !path.contains("/tests/"))
}

#[cfg(test)]
mod tests {
    use super::super::testkit;
    use super::*;

    const AT_LIMIT: &str = "crates/ringback-calllog/src/stitch.rs";

    #[test]
    fn this_repository_has_no_long_files() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn a_file_of_one_line_too_many_is_found() {
        let long = "// A line.\n".repeat(LIMIT + 1);
        let text = "501 lines without tests, expected at most 500";
        for path in [AT_LIMIT, "examples/src/bin/waits.rs", "xtask/src/main.rs"] {
            testkit::check(check, &[(path, &long)], &[&format!("{path}: {text}")]);
        }
    }

    #[test]
    fn a_file_at_the_limit_is_not_found_and_tests_do_not_count() {
        let lines = "// A line.\n".repeat(LIMIT);
        testkit::check(check, &[(AT_LIMIT, &lines)], &[]);
        let with_tests = format!("{lines}#[cfg(test)]\nmod tests {{\n{lines}}}\n");
        testkit::check(check, &[(AT_LIMIT, &with_tests)], &[]);
        let long = lines.repeat(2);
        testkit::check(check, &[("crates/ringback-calllog/tests/it/stitch.rs", &long)], &[]);
        testkit::check(check, &[("examples/tests/it/main.rs", &long)], &[]);
    }

    #[track_caller]
    fn check_ratchet(lines: usize, expected: &[&str]) {
        let tree = Tree::planted(&[(AT_LIMIT, &"x\n".repeat(lines))]);
        let found: Vec<String> =
            check_with(&tree, &[(AT_LIMIT, 600)]).into_iter().map(|it| it.text).collect();
        assert_eq!(found, expected, "{lines} lines");
    }

    #[test]
    fn the_ratchet_holds_and_comes_off() {
        check_ratchet(600, &[]);
        check_ratchet(601, &["601 lines without tests, expected at most 600"]);
        check_ratchet(500, &["500 lines again: take it off the list of longer files"]);
        let gone = check_with(&Tree::planted(&[]), &[(AT_LIMIT, 600)]);
        assert_eq!(
            gone,
            [Finding::new(AT_LIMIT, 0, "on the list of longer files, and no such file")]
        );
    }
}
