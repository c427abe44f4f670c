//! Who and where: the ids of calls, legs, queues, agents and customers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id;

id! {
    /// Names one call within a call log.
    CallId
}
id! {
    /// Names one leg within its source: two legs with the same id are one row delivered twice.
    LegId
}
id! {
    /// What the legs of one call have in common: two legs that share a key belong to one call.
    CallKey
}
id! {
    /// Names a queue: a split, skill, hunt pilot or contact service queue in the vendors' words.
    QueueId
}
id! {
    /// Names an agent: a person who answers.
    AgentId
}
id! {
    /// What the caller wants, as far as the system asked: a menu choice, a dialed service, a call type.
    Intent
}
id! {
    /// Names the system that a log comes from.
    SourceId
}

impl From<LegId> for CallId {
    fn from(id: LegId) -> Self {
        Self(id.0)
    }
}

impl From<CallKey> for CallId {
    fn from(key: CallKey) -> Self {
        Self(key.0)
    }
}

/// A customer, as a keyed pseudonym: the only form in which this suite knows one.
///
/// Equal customers have equal pseudonyms under one key, tenant and purpose, and unrelated ones under another. The
/// text form is the key's id, a colon and 32 hexadecimal digits.
///
/// # Example
///
/// ```
/// use ringback_calllog::{PseudonymKey, Pseudonymizer};
///
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let customer = Pseudonymizer::new(&key, "acme").customer("+12025550123");
/// assert_eq!(customer.to_string().parse(), Ok(customer));
/// assert!(!customer.to_string().contains("5550123"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Customer {
    key_id: [u8; 4],
    digest: [u8; 16],
}

impl Customer {
    pub(crate) fn new(key_id: [u8; 4], digest: [u8; 16]) -> Self {
        Self { key_id, digest }
    }

    /// The id of the key that made this pseudonym: eight hexadecimal digits.
    pub fn key_id(&self) -> String {
        hex(&self.key_id)
    }
}

/// Lower-case hexadecimal digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}

/// Bytes of hexadecimal digits; `None` unless there are exactly twice `N` of them.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

impl fmt::Display for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", hex(&self.key_id), hex(&self.digest))
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Customer({self})")
    }
}

impl FromStr for Customer {
    type Err = InvalidCustomer;

    fn from_str(text: &str) -> Result<Self, InvalidCustomer> {
        text.split_once(':')
            .and_then(|(key_id, digest)| Some(Self::new(from_hex(key_id)?, from_hex(digest)?)))
            .ok_or(InvalidCustomer { len: text.len() })
    }
}

impl Serialize for Customer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Customer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no pseudonym. The text itself is not kept: it may be a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a text of {len} bytes is no pseudonym, expected a key id, a colon and 32 hexadecimal digits"
)]
pub struct InvalidCustomer {
    len: usize,
}
