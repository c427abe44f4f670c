//! Counts and durations as a reader takes them in.

/// A whole number with narrow spaces between groups of three digits, from ten thousand on (ISO 80000-1, 7.3.1).
pub fn human_count(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A duration in the largest unit of which there is at least one, with at most two digits after it: `31 s`, `4.2 min`,
/// `15 h`, `29 d`.
///
/// A day has 24 hours. A value that is not finite is `–`.
///
/// # Example
///
/// ```
/// use ringback_mining::human_secs;
///
/// assert_eq!(human_secs(0.25), "0.25\u{a0}s");
/// assert_eq!(human_secs(5_400.0), "1.5\u{a0}h");
/// assert_eq!(human_secs(2_592_000.0), "30\u{a0}d");
/// ```
pub fn human_secs(secs: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min")];
    if !secs.is_finite() {
        return "–".to_owned();
    }
    let size = secs.abs();
    // What would be rounded up to 60 min is 1 h.
    let unit = UNITS.iter().find(|(unit, _)| size >= unit * 0.995);
    let (value, unit) = unit.map_or((secs, "s"), |(unit, name)| (secs / unit, *name));
    format!("{}\u{a0}{unit}", number(value))
}

/// Hours, for what adds up over many cases: `12 h`, `98 000 h`, `1.2 M h`.
pub fn human_hours(secs: f64) -> String {
    if !secs.is_finite() {
        return "–".to_owned();
    }
    let hours = secs / 3600.0;
    match hours.abs() {
        999_500.0.. => format!("{}\u{202f}M\u{a0}h", number(hours / 1e6)),
        9_950.0.. => format!("{}\u{202f}000\u{a0}h", number(hours / 1e3)),
        _ => format!("{}\u{a0}h", number(hours)),
    }
}

/// At most about three digits.
fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        9.95.. => 0,
        0.995.. => 1,
        _ => 2,
    };
    let text = format!("{size:.decimals$}");
    let text = match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    };
    let is_negative = value < 0.0 && text.bytes().any(|it| (b'1'..=b'9').contains(&it));
    if is_negative { format!("\u{2212}{text}") } else { text }
}
