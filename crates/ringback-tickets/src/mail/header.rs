//! Header fields of messages: names, dates, addresses, ids.

use std::collections::BTreeMap;

use chrono::DateTime;

/// The fields that are kept; no other ever is.
const KEPT: [&str; 8] =
    ["message-id", "in-reply-to", "references", "date", "from", "to", "cc", "auto-submitted"];

/// A field is kept up to this length, enough for thousands of references.
const FIELD_LEN: usize = 1 << 18;

/// The header of a message.
#[derive(Debug, Default)]
pub(super) struct Headers {
    fields: BTreeMap<&'static str, String>,
    /// The field that a folded line goes on with; the second value is whether any line was read.
    open: Option<&'static str>,
    has_lines: bool,
}

impl Headers {
    /// Whether no line was read.
    pub(super) fn is_empty(&self) -> bool {
        !self.has_lines
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|it| it.trim()).filter(|it| !it.is_empty())
    }

    /// Takes a line in.
    pub(super) fn line(&mut self, line: &[u8]) {
        self.has_lines = true;
        let text = String::from_utf8_lossy(line);
        let is_folded = text.starts_with([' ', '\t']);
        if !is_folded {
            let (name, value) = text.split_once(':').unwrap_or((&text, ""));
            let name = name.trim().to_ascii_lowercase();
            self.open = KEPT.iter().find(|it| **it == name).copied();
            // A field that comes twice is the first.
            if let Some(name) = self.open {
                if self.fields.contains_key(name) {
                    self.open = None;
                } else {
                    self.fields.insert(name, value.to_owned());
                }
            }
            return;
        }
        let field = self.open.and_then(|it| self.fields.get_mut(it));
        if let Some(field) = field.filter(|it| it.len() + text.len() <= FIELD_LEN) {
            field.push_str(&text);
        }
    }
}

/// The instant of a date, in microseconds since 1970, UTC.
pub(super) fn instant(text: &str) -> Option<i64> {
    let text = without_comments(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    // A day of the week says nothing that the date does not, and some programs have it wrong.
    let words = match words.split_first() {
        Some((first, rest)) if first.ends_with(',') => rest,
        _ => words.as_slice(),
    };
    let mut text = words.join(" ");
    // The zone that is called so in the standard is UT.
    if let Some(rest) = text.strip_suffix(" UTC") {
        text = format!("{rest} +0000");
    }
    DateTime::parse_from_rfc2822(&text).ok().map(|it| it.timestamp_micros())
}

/// A field without its comments, which stand in parentheses and may hold others.
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for sign in text.chars() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(sign),
            _ => {}
        }
    }
    kept
}

/// The ids between angle brackets.
pub(super) fn message_ids(text: &str) -> Vec<String> {
    let parts = text.split('<').skip(1).filter_map(|it| it.split_once('>'));
    parts
        .map(|it| it.0.split_whitespace().collect::<String>())
        .filter(|it| !it.is_empty())
        .collect()
}

/// The addresses of a field in lower case: of `Name <a@b>`, of `a@b`, of groups; names and comments are passed over.
pub(super) fn addresses(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut bare = String::new();
    let mut angle: Option<String> = None;
    let (mut is_quoted, mut is_escaped, mut depth) = (false, false, 0_u32);
    for sign in text.chars().chain([',']) {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match sign {
            '\\' => is_escaped = true,
            '"' if depth == 0 => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '<' => angle = Some(String::new()),
            ',' | ';' => {
                let address = angle.take().unwrap_or_else(|| std::mem::take(&mut bare));
                keep(&address, &mut found);
                bare.clear();
            }
            // The name of a group.
            ':' if angle.is_none() => bare.clear(),
            '>' => {}
            _ => angle.as_mut().unwrap_or(&mut bare).push(sign),
        }
    }
    if found.is_empty() && (is_quoted || depth > 0) {
        // A quotation or a comment that does not end has taken in what follows: the address is between angle brackets.
        let last = text.rsplit_once('<').and_then(|it| it.1.split_once('>'));
        keep(last.map_or("", |it| it.0), &mut found);
    }
    found
}

fn keep(address: &str, found: &mut Vec<String>) {
    let address = address.trim().to_lowercase();
    let is_address = address.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace)
    });
    if is_address && !found.contains(&address) {
        found.push(address);
    }
}

/// The domain of an address.
pub(super) fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |it| it.1)
}
