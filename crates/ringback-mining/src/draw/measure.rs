//! How wide a text will be, without a font at hand, and how to make it fit.

/// The height of label text in drawing units.
pub(super) const LABEL: f64 = 12.0;
/// The height of the text of a name.
pub(super) const NAME: f64 = 13.0;
/// How much wider bold text is.
const BOLD: f64 = 1.13;
/// The size at which plain text is as wide as a name.
pub(super) const NAME_WIDE: f64 = NAME * BOLD;
/// As [`NAME_WIDE`], for the title of a drawing, which is 17 high.
pub(super) const TITLE_WIDE: f64 = 17.0 * BOLD;
/// From one line of labels to the next.
pub(super) const LINE: f64 = 16.0;

/// The width of a text at a font size, both in drawing units: an estimate on the wide side, because the reader's font
/// is not known.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size * 1.1
}

/// As [`width`], of a name: bold text is wider.
pub(super) fn name_width(text: &str) -> f64 {
    width(text, NAME_WIDE)
}

/// The part of the font size by which a character moves the pen, as in Helvetica.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '\'' | '|' => 0.22,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'f' | 't' | '/' | '\u{a0}' | '·' => 0.28,
        '\u{202f}' => 0.2,
        '(' | ')' | '-' | 'r' | '"' | '[' | ']' => 0.34,
        '\u{200b}'..='\u{200f}' => 0.0,
        'm' | 'M' | 'W' | '%' | '@' | '…' => 0.88,
        'w' | 'A'..='Z' => 0.72,
        // Pictures are wider than letters in the fonts that have them.
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => 1.25,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'.. => 1.0,
        _ => 0.56,
    }
}

/// The name of a step from one to another. Between names that are written from right to left the arrow would point at the first:
/// marks on both sides keep the order.
pub(super) fn step_name(from: &str, to: &str) -> String {
    let is_right_to_left = |it: char| matches!(it, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    if from.chars().chain(to.chars()).any(is_right_to_left) {
        format!("{from}\u{200e} → \u{200e}{to}")
    } else {
        format!("{from} → {to}")
    }
}

/// The text, or its beginning and an ellipsis where it is wider than `room`.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = width("…", size);
    for c in text.chars() {
        taken += advance(c) * size * 1.1;
        if taken > room {
            break;
        }
        kept.push(c);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// The text in at most `most` lines of at most `room`, broken at spaces and after `_`, `+`, `-` and `/`; what does not fit
/// ends in an ellipsis.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces(text) {
        let longer = match lines.last() {
            Some(last) => format!("{last}{piece}"),
            None => piece.to_owned(),
        };
        let fits = width(longer.trim_end(), size) <= room;
        match lines.last_mut() {
            Some(last) if fits => *last = longer,
            Some(_) => lines.push(piece.to_owned()),
            None => lines.push(longer),
        }
    }
    if lines.len() > most.max(1) {
        let rest = lines.drain(most.max(1) - 1..).collect::<String>();
        lines.push(rest);
    }
    lines.iter().map(|it| fit(it.trim(), size, room)).collect()
}

/// The text cut where a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while let Some(at) = rest.find([' ', '_', '+', '-', '/']) {
        // The signs are one byte each.
        let (piece, after) = rest.split_at(at + 1);
        pieces.push(piece);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}
