//! Names and numbers of people and places: what may be kept of them, and in which form.

use rustc_hash::FxHashSet;

use crate::pseudonym::holds_a_number;
use crate::text_cache::TextCache;
use crate::{Customer, PhoneRegion, Pseudonymizer};

/// Spellings without E.164 that are told apart; more of them are not counted.
const COUNTED: usize = 1 << 16;

/// A longer text is not looked through for words that say that a number is withheld. Unit: bytes.
const WORDS_LEN: usize = 64;

/// Names of agents, queues or intents that come again and again, each kept once if it has at most 31 bytes.
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
    known: TextCache<T>,
    pseudonymizer: Pseudonymizer,
}

impl<T: Clone + for<'a> From<&'a str>> Names<T> {
    /// Names with none known yet.
    pub fn new(pseudonymizer: &Pseudonymizer) -> Self {
        Self { known: TextCache::default(), pseudonymizer: pseudonymizer.clone() }
    }

    /// The id of a name, without the blanks around it; `None` for a blank one.
    pub fn get(&mut self, name: &str) -> Option<T> {
        if let Some(id) = self.known.get(name) {
            return Some(id.clone());
        }
        let (written, name) = (name, name.trim());
        if name.is_empty() {
            return None;
        }
        let id = if holds_a_number(name) {
            T::from(&self.pseudonymizer.customer(name).to_string())
        } else {
            T::from(name)
        };
        self.known.insert(written, id.clone());
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
/// and counted. The pseudonyms of the last texts of at most 31 bytes are kept: the same customers come again.
///
/// Of `"Name" <sip:number@host;parameters>`, or any part of that, the number counts; so it does with `sips:` and `tel:`,
/// whatever their case. A local number with a `phone-context` is left as it is: it is not dialed in this region. An
/// address of anything else, such as `sip:bob@host`, is a customer with its host, under any name and scheme.
///
/// A number is withheld where it, or the name before an address that is no number, is one of these, in any case and with
/// or without the words *call*, *caller*, *caller ID*, *CLI*, *ID*, *name*, *number*, *party* and *user*: *anonymous*,
/// *blocked*, *hidden*, *not available*, *out of area*, *private*, *restricted*, *suppressed*, *unavailable*, *unknown*,
/// *withheld*; and *no* with one of those words. An address at `anonymous.invalid` is withheld too.
///
/// # Source
///
/// RFC 3261, sections 19.1 and 20.10 (addresses); RFC 3966 (`tel:`); RFC 3323, section 4.1.1.3 (`anonymous.invalid`).
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
    known: TextCache<Option<Customer>>,
    /// Customers of texts that are no number in E.164, at most [`COUNTED`].
    not_normalized: FxHashSet<Customer>,
    damaged: u64,
}

impl CustomerNumbers {
    /// Numbers that are dialed in a region where they have no country code; without a region such a number is taken as
    /// it is written, so that the same customer under two spellings is two.
    pub fn new(pseudonymizer: Pseudonymizer, region: Option<PhoneRegion>) -> Self {
        let (known, not_normalized) = (TextCache::default(), FxHashSet::default());
        Self { pseudonymizer, region, known, not_normalized, damaged: 0 }
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
        // A damaged number is counted each time that it comes.
        if !is_damaged_number(number) {
            self.known.insert(number, customer);
        }
        customer
    }

    fn look_at(&mut self, number: &str) -> Option<Customer> {
        let number = number.trim();
        if is_damaged_number(number) {
            self.damaged += 1;
            return None;
        }
        let address = Address::of(number);
        if address.is_withheld() {
            return None;
        }
        let number = address.number();
        let has_country = number.starts_with('+');
        let any_region = || "US".parse().ok().filter(|_| has_country);
        let (customer, is_normalized) = match self.region.or_else(any_region) {
            Some(region) => self.pseudonymizer.phone(number, region),
            None => (self.pseudonymizer.customer(number), false),
        };
        if !is_normalized && self.not_normalized.len() < COUNTED {
            self.not_normalized.insert(customer);
        }
        Some(customer)
    }

    /// Damaged numbers so far, rows counted.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// What a reader of the log should know of its numbers, for [`CdrFormat::remarks`](crate::CdrFormat::remarks):
    /// damaged numbers, rows counted; and spellings of numbers that could not be brought to E.164, each counted once,
    /// however often it comes. From 65,536 of these on, their text ends in `at least`.
    pub fn remarks(&self) -> Vec<(String, u64)> {
        let mut spellings = "spellings of numbers that could not be brought to E.164".to_owned();
        if self.not_normalized.len() >= COUNTED {
            spellings.push_str(", at least");
        }
        vec![
            ("numbers damaged by a spreadsheet".to_owned(), self.damaged),
            (spellings, self.not_normalized.len() as u64),
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

/// A number as SIP writes it, `"Name" <sip:user@host;parameters>`, or any part of that.
struct Address<'a> {
    name: &'a str,
    /// Without its scheme.
    uri: &'a str,
    /// What stands before the host, with its parameters.
    user: &'a str,
    /// With its parameters; empty if there is none.
    host: &'a str,
}

impl<'a> Address<'a> {
    fn of(text: &'a str) -> Self {
        let (name, uri) = match text.rsplit_once('<') {
            Some((name, uri)) => (name, uri.split('>').next().unwrap_or(uri)),
            None => ("", text),
        };
        let uri = without_scheme(uri.trim());
        let (user, host) = uri.split_once('@').unwrap_or((uri, ""));
        Self { name, uri, user, host }
    }

    /// What stands before the host, without parameters.
    fn bare(&self) -> &'a str {
        before(self.user, &[';', '?'])
    }

    fn is_withheld(&self) -> bool {
        let bare = self.bare();
        let host = before(self.host, &[';', '?', ':']);
        bare.is_empty()
            || says_withheld(bare)
            || host.eq_ignore_ascii_case("anonymous.invalid")
            || !is_dialed(bare) && says_withheld(self.name)
    }

    /// The number; of an address that is none, user and host.
    fn number(&self) -> &'a str {
        let (bare, host) = (self.bare(), before(self.host, &[';', '?']));
        let is_of_elsewhere = !bare.starts_with('+') && self.user.contains("phone-context=");
        if is_dialed(bare) && !is_of_elsewhere {
            return bare;
        }
        &self.uri[..self.uri.len() - (self.host.len() - host.len())]
    }
}

fn without_scheme(uri: &str) -> &str {
    let scheme = ["sip:", "sips:", "tel:"].into_iter().find(|scheme| {
        uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    scheme.map_or(uri, |it| uri[it.len()..].trim_start())
}

/// A text up to the first of some signs.
fn before<'a>(text: &'a str, signs: &[char]) -> &'a str {
    text.split(signs).next().unwrap_or(text).trim_end()
}

/// Whether a text is of signs that are dialed.
fn is_dialed(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit() || b"+*#-. ()".contains(&it))
}

/// Whether a text says that a number is not shown.
fn says_withheld(text: &str) -> bool {
    const TOLD: &[&str] = &[
        "anonymous",
        "blocked",
        "hidden",
        "not available",
        "out of area",
        "private",
        "restricted",
        "suppressed",
        "unavailable",
        "unknown",
        "withheld",
    ];
    const OF_WHAT: &[&str] =
        &["call", "caller", "callerid", "cli", "id", "name", "number", "party", "user"];
    if text.len() > WORDS_LEN {
        return false;
    }
    let text = text.to_ascii_lowercase();
    let words = text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    let (of_what, told): (Vec<&str>, Vec<&str>) = words.partition(|it| OF_WHAT.contains(it));
    let told = told.join(" ");
    TOLD.contains(&told.as_str()) || told == "no" && !of_what.is_empty()
}
