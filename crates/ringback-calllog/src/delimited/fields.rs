//! Cutting one record into fields.

use crate::RejectReason;
use crate::delimited::mapping::Delimiter;
use crate::framing::MAX_QUOTED_LINES;

/// The fields of one record, without the blanks around them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    text: &'a str,
    /// Where each field begins and ends in the text.
    places: &'a [(usize, usize)],
}

impl<'a> Fields<'a> {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// A field; empty if there is no such field.
    #[inline]
    pub(super) fn get(&self, index: usize) -> &'a str {
        self.places.get(index).map_or("", |&(start, end)| &self.text[start..end])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.places.iter().map(|&(start, end)| &self.text[start..end])
    }
}

/// Cuts records into fields; the memory is used again for the next record.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    places: Vec<(usize, usize)>,
    unquoted: Vec<u8>,
    unquoted_ends: Vec<usize>,
    /// The machine that takes quotes off, and the delimiter that it was made for: making one costs microseconds.
    quotes: Option<(u8, Box<csv_core::Reader>)>,
}

impl Splitter {
    /// The fields of a record.
    ///
    /// A record of several lines whose quotes do not hold them together is an error: the lines are records of their
    /// own.
    pub(super) fn split<'a>(
        &'a mut self,
        text: &'a str,
        delimiter: Delimiter,
        quote: bool,
    ) -> Result<Fields<'a>, RejectReason> {
        self.places.clear();
        match delimiter {
            Delimiter::Sign(sign) if quote && memchr::memchr(b'"', text.as_bytes()).is_some() => {
                return self.split_quoted(text, sign);
            }
            Delimiter::Sign(sign) => {
                let mut start = 0;
                // Fields are a few bytes long: looking at each byte is faster than a search that starts anew.
                for (end, byte) in text.bytes().enumerate() {
                    if byte == sign {
                        self.places.push(trimmed(text, start, end));
                        start = end + 1;
                    }
                }
                self.places.push(trimmed(text, start, text.len()));
            }
            Delimiter::Blanks => {
                let base = text.as_ptr() as usize;
                for word in text.split_ascii_whitespace() {
                    let start = word.as_ptr() as usize - base;
                    self.places.push((start, start + word.len()));
                }
            }
        }
        Ok(Fields { text, places: &self.places })
    }

    fn split_quoted(&mut self, text: &str, sign: u8) -> Result<Fields<'_>, RejectReason> {
        if self.quotes.as_ref().is_none_or(|(made_for, _)| *made_for != sign) {
            let terminator = csv_core::Terminator::Any(b'\n');
            let csv = csv_core::ReaderBuilder::new().delimiter(sign).terminator(terminator).build();
            self.quotes = Some((sign, Box::new(csv)));
        }
        let Some((_, csv)) = &mut self.quotes else { return Err(open_quote()) };
        csv.reset();
        self.unquoted.resize(text.len() + 1, 0);
        self.unquoted_ends.resize(text.len() + 2, 0);
        let (_, read, written, n_ends) =
            csv.read_record(text.as_bytes(), &mut self.unquoted, &mut self.unquoted_ends);
        if read < text.len() {
            return Err(open_quote());
        }
        let (_, _, more, n_more) =
            csv.read_record(&[], &mut self.unquoted[written..], &mut self.unquoted_ends[n_ends..]);
        let Ok(unquoted) = std::str::from_utf8(&self.unquoted[..written + more]) else {
            return Err(open_quote());
        };
        let mut start = 0;
        for &end in &self.unquoted_ends[..n_ends + n_more] {
            self.places.push(trimmed(unquoted, start, end));
            start = end;
        }
        Ok(Fields { text: unquoted, places: &self.places })
    }
}

fn open_quote() -> RejectReason {
    RejectReason::OpenQuote { limit: MAX_QUOTED_LINES }
}

/// A stretch of text without the blanks at its ends.
#[inline]
fn trimmed(text: &str, mut start: usize, mut end: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    while start < end && bytes[start].is_ascii_whitespace() {
        start += 1;
    }
    while start < end && bytes[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    (start, end)
}
