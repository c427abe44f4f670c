//! What the formats have in common: layouts, and the table of polls.

use std::collections::BTreeMap;

use ringback_calllog::{Error, bad_layout};
use rustc_hash::FxHashMap;

use crate::PartyType;

/// The table of agents that a queue rang and that did not answer.
pub(crate) const POLLS: &str = "polls";

/// Its columns.
pub(crate) const POLL_COLUMNS: &[&str] = &["agent", "queue", "attempts", "logged_in"];

/// The types of dns that a layout gives: looked up by the dn, never iterated.
pub(crate) type DnTypes = FxHashMap<Box<str>, PartyType>;

/// Whether an id of a call can stand in the output as it is: what could be a whole phone number cannot.
pub(crate) fn is_plain_id(text: &str) -> bool {
    const MOST_DIGITS: usize = 9;
    let (mut letters, mut dashes) = (0, 0);
    for sign in text.bytes() {
        match sign {
            b'0'..=b'9' => {}
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => letters += 1,
            b'-' => dashes += 1,
            _ => return false,
        }
    }
    let is_short = text.len() <= MOST_DIGITS && !(text.len() > 6 && text.starts_with('0'));
    is_short || letters > 0 || (text.len() == 36 && dashes == 4)
}

/// The table `dn_types`: types of dns by their words.
pub(crate) fn dn_types(table: &BTreeMap<String, String>, file: &str) -> Result<DnTypes, Error> {
    let mut types = DnTypes::default();
    for (dn, word) in table {
        match PartyType::new(word) {
            Some(known) if !matches!(known, PartyType::Other(_)) => {
                types.insert(dn.as_str().into(), known);
            }
            _ => {
                let expected = "expected a type such as extension, queue, ivr or voicemail";
                return Err(bad_layout(file, format!("dn_types: {dn} is {word:?}, {expected}")));
            }
        }
    }
    Ok(types)
}
