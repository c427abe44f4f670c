//! Keyed pseudonyms: a customer's number or id is turned into one before anything else sees it.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use sha2::Sha256;

use crate::Customer;
use crate::party::{from_hex, hex};

type HmacSha256 = Hmac<Sha256>;

/// Separates the parts of what is hashed, so that no two lists of parts join to the same text.
const SEPARATOR: u8 = 0x1f;

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
        let (Some(line), None) = (lines.next(), lines.next()) else {
            let keys =
                text.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')).count();
            return Err(InvalidKeyFile::KeyCount { got: keys });
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
/// HMAC-SHA-256 over tenant, purpose and the normalized text, cut to 128 bits. A plain hash would not do: all numbers
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
            prefix.update(part.as_bytes());
            prefix.update(&[SEPARATOR]);
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

/// A value as it may be shown: a text that could be a whole phone number keeps its last two digits only, and a long
/// one is cut.
///
/// A run of digits, blanks and the signs `+-()./` with seven digits or more could be a number; a stamp with a time of
/// day (a colon between digits) is not taken for one.
pub(crate) fn mask(value: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: Vec<char> = value.chars().take(SHOWN).collect();
    let was_cut = value.chars().nth(SHOWN).is_some();
    let mut start = 0;
    while start < shown.len() {
        let run = shown[start..].iter().take_while(|it| is_dialed(**it)).count();
        let digits = shown[start..start + run].iter().filter(|it| it.is_ascii_digit()).count();
        if digits >= 7 && !is_time_of_day(&shown, start, start + run) {
            mask_run(&mut shown[start..start + run], digits);
        }
        start += run.max(1);
    }
    let mut text: String =
        shown.into_iter().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect();
    if was_cut {
        text.push('…');
    }
    text
}

fn is_dialed(sign: char) -> bool {
    sign.is_ascii_digit() || matches!(sign, '+' | '-' | '(' | ')' | '.' | '/' | ' ' | '\u{a0}')
}

/// Whether a run of digits and separators touches a colon that stands between digits, and has no group of digits
/// longer than a year or a date written in one (eight).
fn is_time_of_day(text: &[char], start: usize, end: usize) -> bool {
    let is_digit = |at: usize| text.get(at).is_some_and(char::is_ascii_digit);
    let touches_colon = text.get(end) == Some(&':') && is_digit(end - 1) && is_digit(end + 1);
    let longest = text[start..end].split(|it| !it.is_ascii_digit()).map(<[char]>::len).max();
    touches_colon && longest.is_some_and(|it| it <= 4)
}

fn mask_run(run: &mut [char], digits: usize) {
    let mut seen = 0;
    for sign in run.iter_mut().filter(|it| it.is_ascii_digit()) {
        seen += 1;
        if seen + 2 <= digits {
            *sign = '•';
        }
    }
}

/// Whether a name could be a whole phone number: nothing but digits and the signs of one, seven digits or more.
pub(crate) fn looks_like_a_number(text: &str) -> bool {
    text.chars().all(is_dialed) && text.chars().filter(char::is_ascii_digit).count() >= 7
}
