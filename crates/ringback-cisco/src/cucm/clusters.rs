//! Names of clusters, each kept once; the text of a call's key.

use rustc_hash::FxHashMap;

use crate::cucm::row::CallNumber;

/// Clusters that were seen, by number.
#[derive(Debug, Default)]
pub(crate) struct Clusters {
    names: Vec<Box<str>>,
    numbers: FxHashMap<Box<str>, u32>,
    /// The last one: rows of one cluster follow each other.
    last: u32,
}

impl Clusters {
    /// The number of a name.
    #[inline]
    pub(crate) fn get(&mut self, name: &str) -> u32 {
        if self.name(self.last) == Some(name) {
            return self.last;
        }
        self.find(name)
    }

    fn find(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            self.last = *number;
            return self.last;
        }
        self.last = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.into());
        self.numbers.insert(name.into(), self.last);
        self.last
    }

    fn name(&self, number: u32) -> Option<&str> {
        self.names.get(usize::try_from(number).ok()?).map(AsRef::as_ref)
    }

    /// The text of a call's key: `cluster-node-call`, without the cluster where the file does not name it.
    pub(crate) fn key(&self, number: CallNumber) -> String {
        let mut key = String::with_capacity(48);
        self.push_key(&mut key, number);
        key
    }

    /// Appends the text of a call's key.
    pub(crate) fn push_key(&self, text: &mut String, number: CallNumber) {
        if let Some(name) = self.name(number.cluster).filter(|it| !it.is_empty()) {
            text.push_str(name);
            text.push('-');
        }
        push_decimal(text, number.node);
        text.push('-');
        push_decimal(text, number.call);
    }
}

/// Appends a number in decimal digits; `write!` is several times slower.
pub(crate) fn push_decimal(text: &mut String, number: u32) {
    let mut divisor = 1;
    while number / divisor >= 10 {
        divisor *= 10;
    }
    while divisor > 0 {
        let digit = u8::try_from(number / divisor % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
        divisor /= 10;
    }
}
