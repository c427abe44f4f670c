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
    const DASHES_OF_UUID: usize = 4;
    let seen = text.bytes().fold(0, |seen, it| seen | KINDS[usize::from(it)]);
    if seen & OTHER != 0 {
        return false;
    }
    let is_short = text.len() <= MOST_DIGITS && !(text.len() > 6 && text.starts_with('0'));
    let dashes = || text.bytes().filter(|it| *it == b'-').count();
    is_short || seen & LETTER != 0 || (text.len() == 36 && dashes() == DASHES_OF_UUID)
}

/// A letter, or the line under letters.
const LETTER: u8 = 1;

/// A sign that no id has.
const OTHER: u8 = 2;

/// What kind of sign each byte is; a digit and a dash are none of the two. Ids are read twice a record, byte by byte: a
/// table takes no decision at each.
const KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'0'..=b'9' | b'-' => 0,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => LETTER,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
};

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_plain_id;

    /// As [`is_plain_id`], said sign by sign.
    fn is_plain_said_slowly(text: &str) -> bool {
        let has_other =
            text.chars().any(|it| !it.is_ascii_alphanumeric() && it != '_' && it != '-');
        let has_letter = text.chars().any(|it| it.is_ascii_alphabetic() || it == '_');
        let is_uuid_shaped = text.len() == 36 && text.matches('-').count() == 4;
        let is_short = text.len() < 7 || text.len() < 10 && !text.starts_with('0');
        !has_other && (is_short || has_letter || is_uuid_shaped)
    }

    proptest! {
        #[test]
        fn an_id_is_plain_by_any_way_of_looking(
            text in "[0-9]{0,12}|[0-9-]{0,12}|[0-9a-zA-Z_-]{0,40}|[0-9]{8}(-[0-9]{4}){3}-[0-9]{12}|\\PC{0,12}",
        ) {
            prop_assert_eq!(is_plain_id(&text), is_plain_said_slowly(&text));
        }
    }
}
