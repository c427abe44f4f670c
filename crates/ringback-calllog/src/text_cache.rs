//! What was made of a text, kept for when it comes again.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;

/// Texts that are kept; a column that has more of them holds no names, and keeping them would fill the memory.
const KEPT: usize = 1 << 16;

/// Keeps what was made of short texts. A long one is no name and no number: it is made anew each time.
#[derive(Clone)]
pub(crate) struct TextCache<T>(FxHashMap<ShortText, T>);

impl<T> Default for TextCache<T> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<T> TextCache<T> {
    /// What was made of a text.
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Option<&T> {
        self.0.get(&ShortText::of(text)?)
    }

    /// Keeps what was made of a text. A full cache begins anew.
    pub(crate) fn insert(&mut self, text: &str, made: T) {
        let Some(text) = ShortText::of(text) else { return };
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(text, made);
    }

    /// How many texts are kept.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A text of at most 31 bytes, in place: finding one reads no other memory than the table's.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ShortText([u64; 4]);

impl ShortText {
    #[inline]
    fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() > 31 {
            return None;
        }
        let (eights, rest) = bytes.as_chunks::<8>();
        let mut words = [0; 4];
        for (word, eight) in words.iter_mut().zip(eights) {
            *word = u64::from_le_bytes(*eight);
        }
        words[eights.len()] = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        words[3] |= (bytes.len() as u64) << 56;
        Some(Self(words))
    }
}

impl Hash for ShortText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for word in self.0 {
            state.write_u64(word);
        }
    }
}
