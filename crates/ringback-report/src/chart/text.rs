//! How wide a text will be, without a font at hand, and how to make it fit.

/// The height of label text in drawing units.
pub(super) const LABEL: f64 = 12.0;
/// The height of the title of a chart that stands alone.
pub(super) const TITLE: f64 = 17.0;
/// The distance from one line of labels to the next.
pub(super) const LINE: f64 = 16.0;

/// The width of a text at a font size, both in drawing units: an estimate on the wide side.
///
/// Widths of the classes are those of Helvetica; a tenth is added, because the reader's system font is unknown and
/// may be wider.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size * 1.1
}

/// The part of the font size by which a character moves the pen.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '\'' | '|' => 0.22,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'f' | 't' | '/' | '\u{a0}' => 0.28,
        '\u{202f}' => 0.2,
        '(' | ')' | '-' | 'r' | '"' | '[' | ']' => 0.34,
        'm' | 'M' | 'W' | '%' | '@' | '…' => 0.88,
        'w' | 'A'..='Z' => 0.72,
        '\u{1100}'.. => 1.0,
        _ => 0.56,
    }
}

/// The text, or its beginning and an ellipsis where it is wider than `room`.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, size) + width("…", size) > room {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// The text in lines of at most `room`, broken at spaces; a word that is wider gets an ellipsis.
pub(super) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(last) = lines.last_mut() {
            let longer = format!("{last} {word}");
            if width(&longer, size) <= room {
                *last = longer;
                continue;
            }
        }
        lines.push(fit(word, size, room));
    }
    lines
}

/// As [`wrap`], in at most `most` lines: the last one ends in an ellipsis where the text goes on.
pub(super) fn wrap_at_most(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines = wrap(text, size, room);
    if lines.len() > most {
        let rest = lines.drain(most.saturating_sub(1)..).collect::<Vec<_>>().join(" ");
        // The ellipsis must show even where the rest would fit once the line breaks are gone.
        lines.push(fit(&format!("{rest} …"), size, room));
    }
    lines
}
