//! Texts that come again and again, each kept once.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Texts that come again and again, each kept once; its number is its place in the order of first appearance.
///
/// # Example
///
/// ```
/// use ringback_eventlog::Texts;
///
/// let mut texts = Texts::default();
/// assert_eq!((texts.number("open"), texts.number("closed"), texts.number("open")), (0, 1, 0));
/// assert_eq!(texts.get(1), Some("closed"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Texts {
    texts: Vec<Arc<str>>,
    known: FxHashMap<Arc<str>, u32>,
}

impl Texts {
    /// The number of a text, which it gets if it has none.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.known.get(text) {
            return *number;
        }
        // Four thousand million different texts do not fit into memory.
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.known.insert(text, number);
        number
    }

    /// Keeps the texts that are used, and says which number each has from now on (0 for the others); `None` if all are.
    pub(crate) fn keep(&mut self, is_used: &[bool]) -> Option<Vec<u32>> {
        if is_used.iter().all(|it| *it) {
            return None;
        }
        let mut kept = Self::default();
        let renumber = |(text, is_used): (&Arc<str>, &bool)| {
            if *is_used { kept.number(text) } else { 0 }
        };
        let renumbered = self.texts.iter().zip(is_used).map(renumber).collect();
        *self = kept;
        Some(renumbered)
    }

    /// The number of a text that is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.known.get(text).copied()
    }

    /// The text of a number.
    pub fn get(&self, number: u32) -> Option<&str> {
        self.texts.get(usize::try_from(number).ok()?).map(AsRef::as_ref)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The texts in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter().map(AsRef::as_ref)
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}
