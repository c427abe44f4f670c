//! Comma-separated rows, cut into fields without copying.

use std::fmt;

use crate::RejectReason;

/// Cuts rows of separated text into fields; the memory is used again for the next row.
///
/// Double quotes around a field are taken off, doubled ones inside count as one, and a separator inside them is text, as
/// in RFC 4180. A quote that does not begin a field is text.
///
/// # Example
///
/// ```
/// use ringback_calllog::Separated;
///
/// let mut cutter = Separated::new(b',');
/// let row = cutter.cut(r#"1,"MLQK=4.5,ICR=0",,"say ""hi""""#)?;
/// assert_eq!(row.iter().collect::<Vec<_>>(), ["1", "MLQK=4.5,ICR=0", "", r#"say "hi""#]);
/// # Ok::<(), ringback_calllog::RejectReason>(())
/// ```
#[derive(Clone)]
pub struct Separated {
    /// An ASCII sign, or [`NEVER`].
    separator: u8,
    places: Vec<Field>,
    /// Fields with doubled quotes, with each pair as one.
    undoubled: String,
}

/// A byte that no UTF-8 text has.
const NEVER: u8 = 0xff;

/// Where a field begins and ends: eight bytes, for writing them down is much of the work.
#[derive(Clone, Copy)]
struct Field {
    start: u32,
    /// With [`UNDOUBLED`], in the text of undoubled quotes, not in the row.
    end: u32,
}

const UNDOUBLED: u32 = 1 << 31;

/// The fields of one row.
#[derive(Clone, Copy)]
pub struct SeparatedRow<'a> {
    text: &'a str,
    undoubled: &'a str,
    places: &'a [Field],
}

impl Separated {
    /// For rows with this ASCII sign between fields: comma, semicolon, tab. Any other byte matches nothing, so that a row
    /// has one field: it would be a part of a letter.
    pub fn new(separator: u8) -> Self {
        let separator = if separator.is_ascii() { separator } else { NEVER };
        Self { separator, places: Vec::new(), undoubled: String::new() }
    }

    /// The fields of a row.
    ///
    /// # Errors
    ///
    /// [`RejectReason::OpenQuote`] if a field opens a quote and does not close it, or goes on after closing it;
    /// [`RejectReason::LineTooLong`] for a row of two gigabytes.
    pub fn cut<'a>(&'a mut self, text: &'a str) -> Result<SeparatedRow<'a>, RejectReason> {
        self.places.clear();
        self.undoubled.clear();
        if text.len() >= UNDOUBLED as usize {
            return Err(RejectReason::LineTooLong { limit: UNDOUBLED as usize });
        }
        if !self.cut_plain(text) {
            self.places.clear();
            self.cut_any(text)?;
        }
        Ok(SeparatedRow { text, undoubled: &self.undoubled, places: &self.places })
    }

    /// Cuts a row at every separator, eight bytes at a step; `false` if a quote stands elsewhere than around a whole
    /// field: then the row has to be read from quote to quote.
    fn cut_plain(&mut self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut start = 0;
        let mut quotes = 0;
        let (words, rest) = bytes.as_chunks::<8>();
        for (at, word) in words.iter().enumerate() {
            let mut found = places_of(self.separator, u64::from_le_bytes(*word));
            while found != 0 {
                let end = at * 8 + found.trailing_zeros() as usize / 8;
                found &= found - 1;
                if !self.push_plain(bytes, start, end, &mut quotes) {
                    return false;
                }
                start = end + 1;
            }
        }
        let from = words.len() * 8;
        for (at, byte) in rest.iter().enumerate() {
            if *byte == self.separator {
                if !self.push_plain(bytes, start, from + at, &mut quotes) {
                    return false;
                }
                start = from + at + 1;
            }
        }
        self.push_plain(bytes, start, bytes.len(), &mut quotes)
            && memchr::memchr_iter(b'"', bytes).count() == quotes
    }

    /// Adds a field, without the quotes around it; `false` if only one of them is there.
    #[inline]
    fn push_plain(&mut self, bytes: &[u8], start: usize, end: usize, quotes: &mut usize) -> bool {
        if bytes.get(start) != Some(&b'"') {
            self.push(start, end, false);
            return true;
        }
        *quotes += 2;
        self.push(start + 1, end.max(start + 2) - 1, false);
        end > start + 1 && bytes.get(end - 1) == Some(&b'"')
    }

    fn cut_any(&mut self, text: &str) -> Result<(), RejectReason> {
        let bytes = text.as_bytes();
        let mut start = 0;
        loop {
            let end = if bytes.get(start) == Some(&b'"') {
                self.cut_quoted(text, start)?
            } else {
                // Fields are a few bytes long: looking at each is faster than a search that starts anew.
                let len = bytes[start..].iter().position(|it| *it == self.separator);
                let end = len.map_or(bytes.len(), |len| start + len);
                self.push(start, end, false);
                end
            };
            if end >= bytes.len() {
                break;
            }
            start = end + 1;
        }
        Ok(())
    }

    /// Cuts a field that begins with a quote; where the separator after it stands.
    fn cut_quoted(&mut self, text: &str, start: usize) -> Result<usize, RejectReason> {
        let bytes = text.as_bytes();
        let (mut from, at_undoubled) = (start + 1, self.undoubled.len());
        loop {
            let Some(len) = memchr::memchr(b'"', &bytes[from..]) else { return Err(open_quote()) };
            let quote = from + len;
            match bytes.get(quote + 1) {
                Some(b'"') => {
                    self.undoubled.push_str(&text[from..=quote]);
                    from = quote + 2;
                }
                Some(sign) if *sign != self.separator => return Err(open_quote()),
                _ => {
                    if self.undoubled.len() == at_undoubled && from == start + 1 {
                        self.push(from, quote, false);
                    } else {
                        self.undoubled.push_str(&text[from..quote]);
                        self.push(at_undoubled, self.undoubled.len(), true);
                    }
                    return Ok(quote + 1);
                }
            }
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the row was found shorter than 2 GiB")]
    fn push(&mut self, start: usize, end: usize, is_undoubled: bool) {
        let flag = if is_undoubled { UNDOUBLED } else { 0 };
        self.places.push(Field { start: start as u32, end: end as u32 | flag });
    }
}

impl fmt::Debug for Separated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Separated({:?}, {} fields)", char::from(self.separator), self.places.len())
    }
}

/// The highest bit of each byte of a word that is this sign.
#[inline]
fn places_of(sign: u8, word: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let other = word ^ u64::from_ne_bytes([sign; 8]);
    !(((other & LOW) + LOW) | other | LOW)
}

fn open_quote() -> RejectReason {
    RejectReason::OpenQuote { limit: 1 }
}

impl<'a> SeparatedRow<'a> {
    /// How many fields there are: at least one.
    #[expect(clippy::len_without_is_empty, reason = "a row has one field at least")]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// A field, from 0, as it is written; empty if there is no such field.
    #[inline]
    pub fn get(&self, index: usize) -> &'a str {
        self.places.get(index).map_or("", |it| self.at(*it))
    }

    /// The fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let row = *self;
        self.places.iter().map(move |it| row.at(*it))
    }

    #[inline]
    fn at(&self, field: Field) -> &'a str {
        let is_undoubled = field.end & UNDOUBLED != 0;
        let text = if is_undoubled { self.undoubled } else { self.text };
        text.get(field.start as usize..(field.end & !UNDOUBLED) as usize).unwrap_or("")
    }
}

impl fmt::Debug for SeparatedRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeparatedRow({} fields)", self.len())
    }
}

/// The columns of a header line, found by name, whatever their case.
///
/// # Example
///
/// ```
/// use ringback_calllog::HeaderNames;
///
/// let header = HeaderNames::new(["cdrRecordType", "globalCallID_callId"]);
/// assert_eq!(header.find("GLOBALCALLID_callid"), Some(1));
/// assert_eq!(header.find("pkid"), None);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderNames(Vec<String>);

impl HeaderNames {
    /// The columns of a header, without the blanks around their names.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(|it| it.trim().to_ascii_lowercase()).collect())
    }

    /// The first column of that name, from 0.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|it| it.eq_ignore_ascii_case(name))
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Shows no name: what is taken for a header may be a row.
impl fmt::Debug for HeaderNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderNames({} columns)", self.len())
    }
}
