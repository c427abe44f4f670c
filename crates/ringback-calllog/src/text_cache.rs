//! What was made of a text, kept for when it comes again.

use rustc_hash::FxHashMap;

/// Texts that are kept; a column that has more of them holds no names, and keeping them would fill the memory.
const KEPT: usize = 1 << 16;

/// Keeps what was made of short texts. A long one is no name and no number: it is made anew each time.
#[derive(Clone)]
pub(crate) struct TextCache<T> {
    /// Texts that fit into a word: names of a few letters, and numbers. Finding one reads no other memory than the table's,
    /// and little of that.
    words: FxHashMap<u64, T>,
    /// Other texts of at most [`MOST_BYTES`].
    texts: FxHashMap<Box<str>, T>,
}

/// A longer text is not kept. Unit: bytes.
const MOST_BYTES: usize = 31;

impl<T> Default for TextCache<T> {
    fn default() -> Self {
        Self { words: FxHashMap::default(), texts: FxHashMap::default() }
    }
}

impl<T> TextCache<T> {
    /// What was made of a text.
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Option<&T> {
        match word(text.as_bytes()) {
            Some(word) => self.words.get(&word),
            None if text.len() <= MOST_BYTES => self.texts.get(text),
            None => None,
        }
    }

    /// Keeps what was made of a text. A full cache begins anew.
    pub(crate) fn insert(&mut self, text: &str, made: T) {
        if self.len() >= KEPT {
            *self = Self::default();
        }
        match word(text.as_bytes()) {
            Some(word) => {
                self.words.insert(word, made);
            }
            None if text.len() <= MOST_BYTES => {
                self.texts.insert(text.into(), made);
            }
            None => {}
        }
    }

    /// How many texts are kept.
    pub(crate) fn len(&self) -> usize {
        self.words.len() + self.texts.len()
    }
}

/// A text as one word, from which the text can be told: up to seven bytes as they are, or up to fourteen digits, with or
/// without a plus before them, as half bytes. `None` for any other text.
#[inline]
fn word(text: &[u8]) -> Option<u64> {
    if text.len() < 8 {
        return Some(little(text) | (text.len() as u64) << 56);
    }
    let (plus, digits) = match text.split_first() {
        Some((b'+', digits)) => (0x40, digits),
        _ => (0, text),
    };
    // Of seven digits or more, for the text has eight bytes.
    let (first, rest) = digits.split_at(digits.len().min(7));
    if rest.len() > 7 {
        return None;
    }
    let (first, rest_word) =
        (halves(little(first), first.len())?, halves(little(rest), rest.len())?);
    Some(first | rest_word << 28 | (0x80 | plus | digits.len() as u64) << 56)
}

/// Up to seven bytes, the first one lowest.
#[inline]
fn little(bytes: &[u8]) -> u64 {
    if let Some((four, rest)) = bytes.split_first_chunk::<4>() {
        let low = u64::from(u32::from_le_bytes(*four));
        return match *rest {
            [] => low,
            [a] => low | u64::from(a) << 32,
            [a, b] => low | u64::from(a) << 32 | u64::from(b) << 40,
            [a, b, c, ..] => low | u64::from(a) << 32 | u64::from(b) << 40 | u64::from(c) << 48,
        };
    }
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Bytes that are all digits as half bytes, seven at most; `None` if one is no digit.
#[inline]
fn halves(bytes: u64, len: usize) -> Option<u64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let there = (1_u64 << (8 * len)) - 1;
    let digits = bytes ^ ((ONES * 0x30) & there);
    // A byte above nine reaches the high bit when 118 is added, or has it.
    if (((digits & (ONES * 0x7f)) + ONES * 0x76) | digits) & (ONES * 0x80) != 0 {
        return None;
    }
    let pairs = (digits | digits >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::word;

    #[test]
    fn texts_of_other_kinds_are_no_word() {
        for text in
            ["12345678a", "+1202555 0123", "abcdefgh", "123456789012345", "++1234567", "1234567+"]
        {
            assert_eq!(word(text.as_bytes()), None, "{text}");
        }
        for text in ["", "2001", "Agent 4", "+12025550123", "12345678901234", "00000000"] {
            assert!(word(text.as_bytes()).is_some(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn two_texts_have_two_words(one in r"\PC{0,7}|\+?[0-9]{0,15}", two in r"\PC{0,7}|\+?[0-9]{0,15}") {
            let (first, second) = (word(one.as_bytes()), word(two.as_bytes()));
            prop_assert!(one == two || first.is_none() || first != second);
        }

        #[test]
        fn near_numbers_have_two_words(number in "[0-9]{7,14}", at in 0_usize..14, digit in 0_u8..10) {
            let mut other = number.clone().into_bytes();
            let at = at % other.len();
            other[at] = b'0' + digit;
            let is_same = other == number.as_bytes();
            prop_assert_eq!(is_same, word(&other) == word(number.as_bytes()));
        }
    }
}
