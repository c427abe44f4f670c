//! Keyed pseudonyms: a customer's number or id is turned into one before anything else sees it.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use sha2::Sha256;

use crate::Customer;
use crate::party::{from_hex, hex};

type HmacSha256 = Hmac<Sha256>;

/// A secret of 32 bytes that turns customers into pseudonyms.
///
/// Whoever has the key and a list of numbers can find a customer again; whoever has only the pseudonyms cannot. Keep
/// it in a file of its own, away from the data. `Debug` shows the key's id, never the key.
#[derive(Clone, PartialEq, Eq)]
pub struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    /// A key of these bytes, which must come from a good source of randomness.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key in the text of a key file: 64 hexadecimal digits on one line; lines that start with `#` are comments.
    ///
    /// # Errors
    ///
    /// [`InvalidKeyFile`] with what was found instead; the text itself is not repeated.
    pub fn from_key_file(text: &str) -> Result<Self, InvalidKeyFile> {
        let mut lines =
            text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
        let (first, others) = (lines.next(), lines.count());
        let Some(line) = first.filter(|_| others == 0) else {
            return Err(InvalidKeyFile::KeyCount { got: usize::from(first.is_some()) + others });
        };
        from_hex(line).map(Self).ok_or(InvalidKeyFile::NotHex { len: line.len() })
    }

    /// The text of a key file for this key.
    pub fn to_key_file(&self) -> String {
        format!(
            "# Ringback pseudonym key {}. Secret: whoever has it can find customers again.\n{}\n",
            hex(&self.id()),
            hex(&self.0)
        )
    }

    /// The key's public id: the first four bytes of a hash keyed with it.
    fn id(&self) -> [u8; 4] {
        let mut mac = self.mac();
        mac.update(b"ringback key id");
        let digest = mac.finalize().into_bytes();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    fn mac(&self) -> HmacSha256 {
        // HMAC fills a key that is shorter than the hash's block of 64 bytes up with zeros.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        KeyInit::new(&block.into())
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PseudonymKey({})", hex(&self.id()))
    }
}

/// A key file that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeyFile {
    /// Not exactly one line with a key.
    #[error("{got} lines with a key, expected one line of 64 hexadecimal digits")]
    KeyCount {
        /// Lines that are neither blank nor comments.
        got: usize,
    },
    /// The line is no key.
    #[error("a line of {len} bytes is no key, expected 64 hexadecimal digits")]
    NotHex {
        /// Its length in bytes.
        len: usize,
    },
}

/// Turns customers' ids and numbers into pseudonyms, for one tenant and one purpose.
///
/// HMAC-SHA-256 over tenant, purpose (each after its length in bytes as eight bytes, highest first) and the normalized
/// text, cut to the first 128 bits. A plain hash would not do: all numbers
/// of a country are hashed in about a minute.
///
/// # Source
///
/// RFC 2104 (HMAC); FIPS 180-4 (SHA-256).
#[derive(Clone)]
pub struct Pseudonymizer {
    key_id: [u8; 4],
    /// The keyed state after tenant and purpose: each customer continues from a copy.
    prefix: HmacSha256,
}

impl Pseudonymizer {
    /// Pseudonyms of customers for a tenant.
    pub fn new(key: &PseudonymKey, tenant: &str) -> Self {
        Self::for_purpose(key, tenant, "customer")
    }

    /// Pseudonyms for a purpose of their own, which cannot be joined with those of another.
    pub fn for_purpose(key: &PseudonymKey, tenant: &str, purpose: &str) -> Self {
        let mut prefix = key.mac();
        for part in [tenant, purpose] {
            // With its length before it, no two lists of parts join to the same bytes.
            prefix.update(&(part.len() as u64).to_be_bytes());
            prefix.update(part.as_bytes());
        }
        Self { key_id: key.id(), prefix }
    }

    /// The pseudonym of a phone number in any spelling: normalized to E.164 first, so that `020 7946 0123` and
    /// `+44 20 7946 0123` are one customer under the region GB.
    ///
    /// A text that is no possible number (an extension, a SIP name, `anonymous`) is hashed as it is written, and the
    /// second value is `false`.
    pub fn phone(&self, text: &str, region: PhoneRegion) -> (Customer, bool) {
        match region.e164(text) {
            Some(number) => (self.customer(&number), true),
            None => (self.customer(text.trim()), false),
        }
    }

    /// The pseudonym of a customer's id, or of a number that is E.164 already.
    pub fn customer(&self, normalized: &str) -> Customer {
        let mut mac = self.prefix.clone();
        mac.update(normalized.as_bytes());
        let digest = mac.finalize().into_bytes();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Customer::new(self.key_id, half)
    }
}

impl fmt::Debug for Pseudonymizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonymizer({})", hex(&self.key_id))
    }
}

/// The country that a number without a country code is dialed in: ISO 3166 alpha-2, such as `DK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneRegion(Region);

impl PhoneRegion {
    /// The number in E.164: a plus, the country code and the subscriber's number, digits only; or `None` if the
    /// text is no possible number. For hashing at once, never for keeping.
    ///
    /// # Source
    ///
    /// ITU-T E.164; the numbering plans of libphonenumber.
    fn e164(self, text: &str) -> Option<String> {
        let number = PHONE_NUMBER_UTIL.parse(text, Some(self.0)).ok()?;
        if !PHONE_NUMBER_UTIL.is_possible_number(&number) {
            return None;
        }
        Some(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
    }
}

impl FromStr for PhoneRegion {
    type Err = InvalidPhoneRegion;

    fn from_str(text: &str) -> Result<Self, InvalidPhoneRegion> {
        text.parse().map(Self).map_err(|_| InvalidPhoneRegion(text.to_owned()))
    }
}

/// A text that is no country with a numbering plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no country with a numbering plan, expected two letters such as DK")]
pub struct InvalidPhoneRegion(String);

/// Digits from which on a text could be a whole phone number.
const NUMBER_DIGITS: usize = 7;

/// A value as it may be shown: what could be a whole phone number keeps its last two digits only, a long value is cut,
/// and control characters are replaced.
pub(crate) fn mask(value: &str) -> String {
    const SHOWN: usize = 60;
    // A number that the cut would go through is masked whole first.
    let mut shown: Vec<char> = value.chars().take(2 * SHOWN).collect();
    for run in number_runs(&shown) {
        let mut digits = shown[run.clone()].iter().filter(|it| it.is_numeric()).count();
        for sign in shown[run].iter_mut().filter(|it| it.is_numeric()) {
            if digits > 2 {
                *sign = '•';
            }
            digits -= 1;
        }
    }
    let was_cut = shown.len() > SHOWN;
    shown.truncate(SHOWN);
    let shown = shown.into_iter().map(|it| if it.is_control() { '\u{fffd}' } else { it });
    shown.chain(was_cut.then_some('…')).collect()
}

/// Whether a text holds what could be a whole phone number.
pub(crate) fn holds_a_number(text: &str) -> bool {
    let digits = text.chars().filter(|it| it.is_numeric()).count();
    digits >= NUMBER_DIGITS && !number_runs(&text.chars().collect::<Vec<_>>()).is_empty()
}

/// The stretches of a text that could be whole phone numbers: seven digits or more, of any script, with no letter
/// between them, that are no stamp.
fn number_runs(text: &[char]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for part in text.split(|it| it.is_alphabetic()) {
        let digits = part.iter().filter(|it| it.is_numeric()).count();
        if digits >= NUMBER_DIGITS && !is_stamp(part) {
            runs.push(start..start + part.len());
        }
        start += part.len() + 1;
    }
    runs
}

/// Whether a text is a date, a time of day, or both, and nothing else.
fn is_stamp(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    let mut parts = text.trim_matches(|it: char| !it.is_numeric()).split(' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(one), None, _) => is_date(one) || is_time(one),
        (Some(date), Some(time), None) => is_date(date) && is_time(time),
        _ => false,
    }
}

/// Three numbers with the same sign between them that can be year, month and day, in any of the usual orders.
fn is_date(text: &str) -> bool {
    ['-', '/', '.'].iter().any(|sign| {
        let numbers: Vec<(usize, u32)> =
            text.split(*sign).filter_map(|it| Some((it.len(), it.parse().ok()?))).collect();
        let is_year = |(len, value): (usize, u32)| len == 4 && (1900..2100).contains(&value);
        let is_day = |(len, value): (usize, u32)| len <= 2 && value <= 31;
        let [first, second, third] = numbers[..] else { return false };
        let has_month = first.1.min(second.1) <= 12 || third.1 <= 12;
        text.split(*sign).count() == 3
            && has_month
            && is_day(second)
            && (is_year(first) && is_day(third) || is_day(first) && is_year(third))
    })
}

/// Hours and minutes, with or without seconds, a fraction of them, and an offset.
fn is_time(text: &str) -> bool {
    let (clock, offset) = match text.find(['+', '-']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, "00:00"),
    };
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let is_number = |text: &str, len: RangeInclusive<usize>| {
        len.contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
    };
    let parts: Vec<&str> = clock.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|it| is_number(it, 1..=2))
        && is_number(fraction, 0..=9)
        && is_number(&offset.replacen(':', "", 1), 4..=4)
}
