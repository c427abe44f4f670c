//! Names and numbers of people and places: what may be kept of them, and in which form.

use rustc_hash::FxHashMap;

use crate::pseudonym::holds_a_number;
use crate::{Customer, PhoneRegion, Pseudonymizer};

/// Texts that are kept; a column that has more of them holds no names, and keeping them would fill the memory.
const KEPT: usize = 1 << 16;

/// Names of agents, queues or intents that come again and again, each kept once.
///
/// A name that holds what could be a whole phone number is kept as a pseudonym.
///
/// # Example
///
/// ```
/// use ringback_calllog::{AgentId, Names, PseudonymKey, Pseudonymizer};
///
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let mut agents: Names<AgentId> = Names::new(&Pseudonymizer::new(&key, "acme"));
/// assert_eq!(agents.get("2001").map(|it| it.to_string()).as_deref(), Some("2001"));
/// assert!(agents.get("+12025550123").is_some_and(|it| !it.as_str().contains("0123")));
/// assert_eq!(agents.get(" "), None);
/// ```
pub struct Names<T> {
    known: FxHashMap<Box<str>, T>,
    pseudonymizer: Pseudonymizer,
}

impl<T: Clone + for<'a> From<&'a str>> Names<T> {
    /// Names with none known yet.
    pub fn new(pseudonymizer: &Pseudonymizer) -> Self {
        Self { known: FxHashMap::default(), pseudonymizer: pseudonymizer.clone() }
    }

    /// The id of a name, without the blanks around it; `None` for a blank one.
    pub fn get(&mut self, name: &str) -> Option<T> {
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        if let Some(id) = self.known.get(name) {
            return Some(id.clone());
        }
        let id = if holds_a_number(name) {
            T::from(&self.pseudonymizer.customer(name).to_string())
        } else {
            T::from(name)
        };
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        self.known.insert(name.into(), id.clone());
        Some(id)
    }
}

impl<T> std::fmt::Debug for Names<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} names", self.known.len())
    }
}

/// Numbers of customers as a phone system writes them, each turned into a pseudonym at once.
///
/// Blank and withheld numbers are no customer; a number that a spreadsheet has damaged (`9.12678E+11`) is none either,
/// and counted. Of `number@host` the number counts. The pseudonyms of the last numbers are kept: the same customers come
/// again.
///
/// # Example
///
/// ```
/// use ringback_calllog::{CustomerNumbers, PseudonymKey, Pseudonymizer};
///
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let region = Some("GB".parse()?);
/// let mut numbers = CustomerNumbers::new(Pseudonymizer::new(&key, "acme"), region);
/// assert_eq!(numbers.get("020 7946 0123"), numbers.get("+442079460123@10.0.0.1"));
/// assert_eq!(numbers.get("anonymous@anonymous.invalid"), None);
/// assert_eq!(numbers.get("4.42079E+11"), None);
/// assert_eq!(numbers.damaged(), 1);
/// # Ok::<(), ringback_calllog::InvalidPhoneRegion>(())
/// ```
pub struct CustomerNumbers {
    pseudonymizer: Pseudonymizer,
    region: Option<PhoneRegion>,
    known: FxHashMap<Box<str>, Option<Customer>>,
    not_normalized: u64,
    damaged: u64,
}

impl CustomerNumbers {
    /// Numbers that are dialed in a region where they have no country code; without a region such a number is taken as
    /// it is written, so that the same customer under two spellings is two.
    pub fn new(pseudonymizer: Pseudonymizer, region: Option<PhoneRegion>) -> Self {
        let known = FxHashMap::default();
        Self { pseudonymizer, region, known, not_normalized: 0, damaged: 0 }
    }

    /// The pseudonymizer, for [`Names`].
    pub fn pseudonymizer(&self) -> &Pseudonymizer {
        &self.pseudonymizer
    }

    /// The customer of a number; `None` where there is none to be known.
    pub fn get(&mut self, number: &str) -> Option<Customer> {
        if let Some(customer) = self.known.get(number) {
            return *customer;
        }
        let customer = self.look_at(number);
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        // A damaged number is counted each time that it comes.
        if !is_damaged_number(number) {
            self.known.insert(number.into(), customer);
        }
        customer
    }

    fn look_at(&mut self, number: &str) -> Option<Customer> {
        let number = number.trim();
        if is_damaged_number(number) {
            self.damaged += 1;
            return None;
        }
        if is_withheld(number) {
            return None;
        }
        let number = without_host(number);
        let has_country = number.starts_with('+');
        let any_region = || "US".parse().ok().filter(|_| has_country);
        if let Some(region) = self.region.or_else(any_region) {
            let (customer, is_normalized) = self.pseudonymizer.phone(number, region);
            self.not_normalized += u64::from(!is_normalized);
            return Some(customer);
        }
        self.not_normalized += 1;
        Some(self.pseudonymizer.customer(number))
    }

    /// Damaged numbers so far, rows counted.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// What a reader of the log should know of its numbers, for [`CdrFormat::remarks`](crate::CdrFormat::remarks).
    pub fn remarks(&self) -> Vec<(String, u64)> {
        vec![
            ("numbers damaged by a spreadsheet".to_owned(), self.damaged),
            (
                "spellings of numbers that could not be brought to E.164".to_owned(),
                self.not_normalized,
            ),
        ]
    }
}

impl std::fmt::Debug for CustomerNumbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CustomerNumbers({} known)", self.known.len())
    }
}

/// Whether a number was turned into floating point by a spreadsheet, such as `9.12678E+11`: digits are lost.
pub fn is_damaged_number(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once(['e', 'E']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    is_number(whole) && is_number(fraction) && exponent.strip_prefix('+').is_some_and(is_number)
}

/// Whether a text says that a number is not shown.
fn is_withheld(number: &str) -> bool {
    const WORDS: &[&str] =
        &["anonymous", "private", "restricted", "unavailable", "unknown", "withheld"];
    let user = number.split('@').next().unwrap_or(number);
    let user = user.strip_prefix("sip:").unwrap_or(user);
    user.is_empty() || WORDS.iter().any(|it| user.eq_ignore_ascii_case(it))
}

/// The number of `number@host`; any other address is left whole.
fn without_host(number: &str) -> &str {
    let number = number.strip_prefix("sip:").unwrap_or(number);
    match number.split_once('@') {
        Some((user, _)) if is_dialed(user) => user,
        _ => number,
    }
}

/// Whether a text is of signs that are dialed.
fn is_dialed(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit() || b"+*#-. ()".contains(&it))
}
