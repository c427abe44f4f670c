//! The README says what the tested example of the crate says.

const README: &str = include_str!("../../../../README.md");
const LIBRARY: &str = include_str!("../../src/lib.rs");

/// The lines between the first line that is `open` and the next that is a fence; none if there is no such block.
fn block<'a>(lines: impl Iterator<Item = &'a str>, open: &str) -> Vec<&'a str> {
    lines.skip_while(|line| *line != open).skip(1).take_while(|line| *line != "```").collect()
}

#[test]
fn the_readme_shows_the_visible_lines_of_the_tested_example() {
    let readme = block(README.lines(), "```rust");
    let docs = LIBRARY
        .lines()
        .filter_map(|line| line.strip_prefix("//!").map(|it| it.strip_prefix(' ').unwrap_or(it)));
    let mut example = block(docs, "```");
    // rustdoc hides lines that begin with a hash sign.
    example.retain(|line| *line != "#" && !line.starts_with("# "));
    assert!(!example.is_empty(), "the crate has no example");
    assert_eq!(readme, example, "left: README.md, right: crates/ringback/src/lib.rs");
}
