//! Numbers as a reader wants them: short, grouped, the same everywhere.

/// What counts are divided by on an axis of large values, and the sign for it.
fn magnitude(largest: f64) -> (f64, &'static str) {
    match largest {
        1e9.. => (1e9, "\u{202f}bn"),
        1e6.. => (1e6, "\u{202f}M"),
        _ => (1.0, ""),
    }
}

/// The labels of ticks that are `step` apart: all with the same number of decimals.
pub(super) fn tick_labels(ticks: &[f64], step: f64) -> Vec<String> {
    let largest = ticks.iter().fold(0.0_f64, |largest, it| largest.max(it.abs()));
    if largest >= 1e15 || (step < 1e-4 && step > 0.0) {
        return ticks.iter().map(|it| exponent(*it)).collect();
    }
    let (divisor, sign) = magnitude(largest);
    let decimals = decimals_of(step / divisor);
    ticks
        .iter()
        .map(|it| if *it == 0.0 { "0".to_owned() } else { fixed(it / divisor, decimals) + sign })
        .collect()
}

/// A value for a tooltip or the end of a bar: whole numbers whole, others with about three digits.
pub(super) fn value_label(value: f64) -> String {
    let size = value.abs();
    if size >= 1e15 || (size < 1e-3 && size > 0.0) {
        exponent(value)
    } else if value.fract() == 0.0 || size >= 1000.0 {
        fixed(value, 0)
    } else if size >= 10.0 {
        trimmed(value, 1)
    } else if size >= 1.0 {
        trimmed(value, 2)
    } else {
        trimmed(value, 3)
    }
}

/// A value and its unit, with a space that does not break.
pub(super) fn with_unit(value: f64, unit: &str) -> String {
    if unit.is_empty() { value_label(value) } else { format!("{}\u{a0}{unit}", value_label(value)) }
}

/// A value for a small cell, at most about four characters; `is_whole` says that all cells are whole numbers.
pub(super) fn cell_label(value: f64, is_whole: bool) -> String {
    let size = value.abs();
    match size {
        1e12.. => exponent(value),
        999_950_000.0.. => trimmed(value / 1e9, 1) + "bn",
        999_950.0.. => trimmed(value / 1e6, 1) + "M",
        9_950.0.. => fixed(value / 1e3, 0) + "k",
        9.95.. => fixed(value, 0),
        0.0 => "0".to_owned(),
        0.095.. if !is_whole => fixed(value, 1),
        1e-3.. if !is_whole => fixed(value, 2),
        _ if is_whole => fixed(value, 0),
        _ => exponent(value),
    }
}

/// Decimals that a multiple of `step` needs, where the step is 1, 2 or 5 times a power of ten.
fn decimals_of(step: f64) -> usize {
    let mut decimals = 0;
    let mut scaled = step;
    while scaled < 0.999 && decimals < 12 {
        scaled *= 10.0;
        decimals += 1;
    }
    decimals
}

fn exponent(value: f64) -> String {
    format!("{value:.1e}").replace('-', "\u{2212}").replace(".0e", "e")
}

fn trimmed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Rounded to decimals; from 10,000 on, thousands are set apart by a narrow space (ISO 80000-1, 7.3.1).
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let is_zero = text.bytes().all(|it| matches!(it, b'0' | b'.'));
    let mut out = String::new();
    if value < 0.0 && !is_zero {
        out.push('\u{2212}');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len() >= 5 && (whole.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out + rest
}
