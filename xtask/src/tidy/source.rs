//! Rust code without its comments, its literals and its tests, found by a scan that knows no grammar.

/// The lines of code that are not for tests, numbered from 1, with comments and literals blanked out.
///
/// A line of comment stays as a line of blanks, so that counting the lines gives the length of the file without tests.
pub(super) fn code_lines(source: &str) -> Vec<(usize, String)> {
    let code = blanked(source);
    let mut lines = Vec::new();
    let mut numbered = code.lines().enumerate();
    while let Some((index, line)) = numbered.next() {
        if line.trim_start().starts_with("#[cfg(test)]") {
            let after = line.trim_start().trim_start_matches("#[cfg(test)]");
            let mut item = ItemEnd::default();
            if !item.is_reached_in(after) {
                numbered.by_ref().find(|(_, line)| item.is_reached_in(line));
            }
        } else {
            lines.push((index + 1, line.to_owned()));
        }
    }
    lines
}

/// Whether a line of code names an identifier, or one that begins with it and an underscore.
pub(super) fn names(line: &str, word: &str) -> bool {
    line.split(|c: char| !is_word(c)).any(|it| {
        it.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
}

/// Whether a text holds a word that stands alone.
pub(super) fn holds_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !is_word(c)).any(|it| it == word)
}

/// Whether a text calls a macro.
pub(super) fn calls_macro(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let begins = !text[..at].ends_with(is_word);
        begins && text[at + name.len()..].starts_with('!')
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Looks for the end of an item: its semicolon, or its last closing brace.
#[derive(Default)]
struct ItemEnd {
    depth: usize,
}

impl ItemEnd {
    fn is_reached_in(&mut self, line: &str) -> bool {
        for c in line.chars() {
            match c {
                '{' | '(' | '[' => self.depth += 1,
                ')' | ']' => self.depth = self.depth.saturating_sub(1),
                '}' if self.depth <= 1 => return true,
                '}' => self.depth -= 1,
                ';' if self.depth == 0 => return true,
                _ => {}
            }
        }
        false
    }
}

/// The source with every byte of a comment or literal made a blank; lines stay where they were.
fn blanked(source: &str) -> String {
    let mut code = Vec::with_capacity(source.len());
    let mut rest = source.as_bytes();
    while let Some(&first) = rest.first() {
        let hidden = hidden_len(rest);
        if hidden == 0 {
            code.push(first);
            rest = &rest[1..];
        } else {
            code.extend(rest[..hidden].iter().map(|&it| if it == b'\n' { it } else { b' ' }));
            rest = &rest[hidden..];
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

/// The length in bytes of the comment or literal that begins here, or 0.
fn hidden_len(rest: &[u8]) -> usize {
    match rest {
        [b'/', b'/', ..] => rest.iter().position(|&it| it == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => block_comment_len(rest),
        [b'"', ..] => quoted_len(rest, b'"'),
        [b'r', b'"' | b'#', ..] => raw_string_len(rest),
        [b'\'', b'\\', ..] => quoted_len(rest, b'\''),
        [b'\'', next, ..] => char_len(rest, *next),
        _ => 0,
    }
}

fn block_comment_len(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// A text between two equal quotes, where a backslash hides the next byte.
fn quoted_len(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            it if it == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"…"` with any number of hashes; 0 for a raw identifier such as `r#type`.
fn raw_string_len(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|&&it| it == b'#').count();
    let open = 1 + hashes;
    if rest.get(open) != Some(&b'"') {
        return 0;
    }
    let mut end = vec![b'"'];
    end.resize(1 + hashes, b'#');
    let close = rest[open + 1..].windows(end.len()).position(|it| it == end);
    close.map_or(rest.len(), |at| open + 1 + at + end.len())
}

/// A character in quotes; 0 for a lifetime.
fn char_len(rest: &[u8], first: u8) -> usize {
    let width = match first {
        0x00..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    if rest.get(1 + width) == Some(&b'\'') { width + 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_blanked(source: &str, expected: &str) {
        assert_eq!(blanked(source), expected, "of {source:?}");
    }

    #[test]
    fn comments_are_blanked() {
        check_blanked("a // b\nc", "a     \nc");
        check_blanked("a /* b /* c */ d */ e", "a                   e");
        check_blanked("/// docs\nfn f() {}", "        \nfn f() {}");
        check_blanked("a / b * c", "a / b * c");
    }

    #[test]
    fn literals_are_blanked() {
        check_blanked(r#"f("a // b") // c"#, "f(        )     ");
        check_blanked(r#"f("a\"b", 'x')"#, "f(      ,    )");
        check_blanked(r##"f(r#"a"b"#, c)"##, "f(        , c)");
        check_blanked(r"f('\'', 'é', '\\')", "f(    ,     ,     )");
        check_blanked("f(\"two\nlines\")", "f(    \n      )");
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        check_blanked("fn f<'a, 'b>(r#type: &'a str)", "fn f<'a, 'b>(r#type: &'a str)");
    }

    #[test]
    fn text_that_ends_too_early_is_blanked_to_its_end() {
        check_blanked("a /* b", "a     ");
        check_blanked("a \"b\\", "a    ");
        check_blanked("a r#\"b\"", "a      ");
    }

    #[track_caller]
    fn check_lines(source: &str, expected: &[usize]) {
        let numbers: Vec<usize> = code_lines(source).iter().map(|&(number, _)| number).collect();
        assert_eq!(numbers, expected, "of {source:?}");
    }

    #[test]
    fn lines_of_tests_are_left_out() {
        check_lines("a\n#[cfg(test)]\nmod tests {\n  {}\n}\nb\n", &[1, 6]);
        check_lines("a\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\nb\n", &[1, 5]);
        check_lines("#[cfg(test)]\nfn f(a: [u8; 2]) {\n  g(a);\n}\nb\n", &[5]);
        check_lines("#[cfg(test)] mod it;\nb\n", &[2]);
        check_lines("a\n// #[cfg(test)]\nb\n", &[1, 2, 3]);
    }

    #[test]
    fn words_stand_alone() {
        assert!(names("use polars::prelude;", "polars"));
        assert!(names("use polars_io as io;", "polars"));
        assert!(!names("let bipolars = polarsish;", "polars"));
        assert!(holds_word("a large file", "large"));
        assert!(!holds_word("an enlarged file", "large"));
        assert!(calls_macro("  print!(a)", "print"));
        assert!(!calls_macro("  eprint!(a); print(a)", "print"));
    }
}
