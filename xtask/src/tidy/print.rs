//! Libraries do not print.

use super::Finding;
use super::source;
use super::tree::Tree;

const MACROS: [&str; 4] = ["print", "println", "eprint", "eprintln"];

/// Prints in the code of a library; examples in documents and tests may print.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, path, text) in tree.library_files() {
        for (number, line) in source::code_lines(text) {
            for name in MACROS.iter().filter(|it| source::calls_macro(&line, it)) {
                findings.push(Finding::new(path, number, format!("a library calls {name}!")));
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
    fn no_library_of_this_repository_prints() {
        testkit::check_this_repository(check);
    }

    #[test]
    fn every_print_is_found_once() {
        for name in MACROS {
            let text = format!("fn f() {{\n    {name}!(\"a\");\n}}\n");
            let expected = format!("crates/ringback/src/lib.rs:2: a library calls {name}!");
            testkit::check(check, &[("crates/ringback/src/lib.rs", &text)], &[&expected]);
        }
    }

    #[test]
    fn documents_tests_and_programs_may_print() {
        let text =
            "/// println!(\"a\")\nfn f() {}\n#[cfg(test)]\nmod tests {\n    println!(\"b\");\n}\n";
        testkit::check(check, &[("crates/ringback/src/lib.rs", text)], &[]);
        testkit::check(check, &[("examples/src/bin/a.rs", "fn main() { println!(\"a\") }\n")], &[]);
    }
}
