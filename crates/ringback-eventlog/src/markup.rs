//! XML cut into tags as it comes, for files of many small elements: nothing is expanded, and memory is bounded by the
//! largest tag.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2, memmem};

use crate::Error;
use crate::read::{LONGEST, is_utf16};

/// What is read at first. Unit: bytes.
const BUFFER: usize = 1 << 18;

/// Below this many bytes the buffer is filled again before a tag is looked for. Unit: bytes.
const LOW: usize = 1 << 12;

const CDATA: &str = "<![CDATA[";

/// What is wrong with the markup.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The input cannot be read.
    Io(io::Error),
    /// It is no XML, or none that is read here.
    Markup(String),
}

impl Problem {
    /// The error of a file.
    pub(crate) fn at(self, path: &Path, line: u64) -> Error {
        let path = path.to_owned();
        match self {
            Self::Io(source) => Error::Io { path, source: Arc::new(source) },
            Self::Markup(problem) => Error::Format { path, line, problem },
        }
    }
}

/// The markup of an input.
pub(crate) struct Markup<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_over: bool,
    /// Lines up to a place in the buffer.
    lines: u64,
    /// That place.
    counted: usize,
}

/// A tag, without its angle brackets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    /// The name and the attributes, as they are written.
    pub text: &'a [u8],
    pub kind: TagKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagKind {
    /// `<a>`
    Open,
    /// `</a>`
    Close,
    /// `<a/>`
    Empty,
}

impl<R: Read> Markup<R> {
    pub(crate) fn new(input: R) -> Self {
        let buffer = vec![0; BUFFER];
        Self { input, buffer, start: 0, end: 0, is_over: false, lines: 0, counted: 0 }
    }

    /// The line that is being read, from 1.
    pub(crate) fn line(&mut self) -> u64 {
        let since = self.buffer.get(self.counted..self.start).unwrap_or_default();
        self.lines += memchr_iter(b'\n', since).count() as u64;
        self.counted = self.counted.max(self.start);
        self.lines + 1
    }

    /// If what comes next, after white space, is an element without content that begins as `opening` (up to the quote
    /// before its only value that changes) and ends with that value: the value, and the element is passed over.
    ///
    /// Nothing is passed over, and the element is left to [`Markup::tag`], where the value holds an entity, a line end or
    /// a tab: these are not what they are written as.
    #[inline]
    pub(crate) fn value_after(&mut self, opening: &[u8]) -> Result<Option<&[u8]>, Problem> {
        if self.end - self.start < LOW {
            self.fill()?;
        }
        let held = &self.buffer[self.start..self.end];
        let blank = held.iter().take_while(|it| **it <= b' ').count();
        let Some(rest) = held[blank..].strip_prefix(opening) else { return Ok(None) };
        let Some(len) = memchr2(b'"', b'&', rest) else { return Ok(None) };
        let opened = blank + opening.len();
        if !rest[len..].starts_with(b"\"/>") || ends_with_controls(&held[..opened + len], len) {
            return Ok(None);
        }
        let from = self.start + opened;
        self.start = from + len + 3;
        Ok(Some(&self.buffer[from..from + len]))
    }

    /// The next tag; `None` at the end of the input. Text between tags, comments and instructions are passed over.
    pub(crate) fn tag(&mut self) -> Result<Option<Tag<'_>>, Problem> {
        loop {
            if self.end - self.start < LOW {
                self.fill()?;
            }
            let Some(at) = memchr(b'<', &self.buffer[self.start..self.end]) else {
                self.start = self.end;
                if self.is_over {
                    return Ok(None);
                }
                continue;
            };
            self.start += at;
            // What comes next is known by its first bytes.
            if self.end - self.start < CDATA.len() && !self.is_over {
                self.fill()?;
            }
            if self.passed_over("<!--", b"-->")?.is_some()
                || self.passed_over(CDATA, b"]]>")?.is_some()
                || self.passed_over("<?", b"?>")?.is_some()
                || self.pass_over_declaration()?
            {
                continue;
            }
            let len = self.tag_len()?;
            let from = self.start + 1;
            self.start += len;
            let text = &self.buffer[from..self.start - 1];
            return Ok(Some(match (text.strip_prefix(b"/"), text.strip_suffix(b"/")) {
                (Some(text), _) => Tag { text, kind: TagKind::Close },
                (None, Some(text)) => Tag { text, kind: TagKind::Empty },
                (None, None) => Tag { text, kind: TagKind::Open },
            }));
        }
    }

    /// Passes over an element whose opening tag has just been read, with all that is in it.
    pub(crate) fn pass_over_content(&mut self) -> Result<(), Problem> {
        let mut depth = 1_u64;
        while depth > 0 {
            match self.tag()?.map(|it| it.kind) {
                Some(TagKind::Open) => depth += 1,
                Some(TagKind::Close) => depth -= 1,
                Some(TagKind::Empty) => {}
                None => return Err(Problem::Markup("the file ends inside an element".to_owned())),
            }
        }
        Ok(())
    }

    /// The text up to the next tag, without the white space around it; comments in it are passed over.
    pub(crate) fn content(&mut self) -> Result<String, Problem> {
        let mut whole = String::new();
        loop {
            let held = &self.buffer[self.start..self.end];
            let Some(at) = memchr(b'<', held) else {
                self.more("a value")?;
                continue;
            };
            // What comes next is known by its first bytes.
            if held.len() - at < CDATA.len() && !self.is_over {
                self.more("a value")?;
                continue;
            }
            whole.push_str(&text(&held[..at])?);
            self.start += at;
            if let Some(text) = self.passed_over(CDATA, b"]]>")? {
                let held = self.buffer.get(text).unwrap_or_default();
                whole.push_str(std::str::from_utf8(held).map_err(|_| not_utf8())?);
            } else if self.passed_over("<!--", b"-->")?.is_none() {
                return Ok(whole.trim().to_owned());
            }
        }
    }

    /// The length of the tag at the start of what is held, both brackets included.
    fn tag_len(&mut self) -> Result<usize, Problem> {
        let mut looked = 1;
        let mut quote = None;
        loop {
            let held = &self.buffer[self.start..self.end];
            let rest = held.get(looked..).unwrap_or_default();
            let found = match quote {
                Some(quote) => memchr(quote, rest),
                None => memchr::memchr3(b'>', b'"', b'\'', rest),
            };
            match found {
                Some(at) if quote.is_some() => {
                    quote = None;
                    looked += at + 1;
                }
                Some(at) if rest[at] == b'>' => return Ok(looked + at + 1),
                Some(at) => {
                    quote = Some(rest[at]);
                    looked += at + 1;
                }
                None => {
                    looked = held.len();
                    self.more("a tag")?;
                }
            }
        }
    }

    /// Passes over what begins and ends with these, if that is what comes: where in the buffer its text is.
    fn passed_over(&mut self, begins: &str, ends: &[u8]) -> Result<Option<Range<usize>>, Problem> {
        if !self.buffer[self.start..self.end].starts_with(begins.as_bytes()) {
            return Ok(None);
        }
        loop {
            let held = &self.buffer[self.start..self.end];
            if let Some(len) = memmem::find(&held[begins.len()..], ends) {
                let from = self.start + begins.len();
                self.start = from + len + ends.len();
                return Ok(Some(from..from + len));
            }
            self.more(begins)?;
        }
    }

    /// Passes over a document type with its brackets, if that is what comes: what it declares is not expanded.
    fn pass_over_declaration(&mut self) -> Result<bool, Problem> {
        if !self.buffer[self.start..self.end].starts_with(b"<!") {
            return Ok(false);
        }
        loop {
            let held = &self.buffer[self.start..self.end];
            let mut depth = 0_i64;
            for (at, sign) in held.iter().enumerate() {
                match sign {
                    b'<' => depth += 1,
                    b'>' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    self.start += at + 1;
                    return Ok(true);
                }
            }
            self.more("a document type")?;
        }
    }

    /// Reads more to what is held.
    fn more(&mut self, what: &str) -> Result<(), Problem> {
        if self.is_over {
            return Err(Problem::Markup(format!("the file ends inside {what}")));
        }
        if self.end - self.start > LONGEST {
            return Err(Problem::Markup(format!("{what} of more than {LONGEST} bytes")));
        }
        self.fill()
    }

    /// Moves what is held to the front and reads until there is twice as much, or the input is over.
    fn fill(&mut self) -> Result<(), Problem> {
        if self.is_over {
            return Ok(());
        }
        let is_first = self.lines == 0 && self.start == 0 && self.end == 0;
        if self.start > 0 {
            self.line();
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            (self.start, self.counted) = (0, 0);
        }
        if self.end > self.buffer.len() / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        // Enough to be worth the move and another look at what is held, however small the pieces of the input are.
        let enough = (self.end * 2).max(self.buffer.len() / 2);
        while self.end < enough {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => {
                    self.is_over = true;
                    break;
                }
                Ok(len) => self.end += len.min(free.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Problem::Io(error)),
            }
        }
        let held = self.buffer.get(..self.end).unwrap_or_default();
        if is_first && is_utf16(held) {
            return Err(Problem::Markup("UTF-16, expected UTF-8".to_owned()));
        }
        Ok(())
    }
}

impl<'a> Tag<'a> {
    /// The element's name.
    pub(crate) fn name(&self) -> &'a [u8] {
        let end = self.text.iter().position(u8::is_ascii_whitespace);
        self.text.get(..end.unwrap_or(self.text.len())).unwrap_or_default()
    }

    /// The attribute of a name, as it is written, and where it begins in [`Tag::text`].
    pub(crate) fn raw(&self, name: &[u8]) -> Option<(usize, &'a [u8])> {
        let mut at = self.name().len();
        loop {
            let rest = self.text.get(at..)?;
            at += rest.iter().take_while(|it| it.is_ascii_whitespace()).count();
            let rest = self.text.get(at..)?;
            let equals = memchr(b'=', rest)?;
            let found = rest.get(..equals)?.trim_ascii_end();
            let after = rest.get(equals + 1..)?;
            let blank = after.iter().take_while(|it| it.is_ascii_whitespace()).count();
            let quote = *after.get(blank)?;
            if quote != b'"' && quote != b'\'' {
                return None;
            }
            let from = at + equals + 1 + blank + 1;
            let len = memchr(quote, self.text.get(from..)?)?;
            if found == name {
                return Some((from, self.text.get(from..from + len)?));
            }
            at = from + len + 1;
        }
    }

    /// The attribute of a name, its entities replaced; `None` if there is none.
    ///
    /// A line end or a tab that is written as such is a blank, as XML has it; one that is written as a number stays.
    pub(crate) fn attribute(&self, name: &[u8]) -> Result<Option<Cow<'a, str>>, Problem> {
        let Some((_, value)) = self.raw(name) else { return Ok(None) };
        if !value.iter().any(|it| b"\t\n\r".contains(it)) {
            return text(value).map(Some);
        }
        let value = std::str::from_utf8(value).map_err(|_| not_utf8())?;
        let blank = value.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
        Ok(Some(Cow::Owned(text(blank.as_bytes())?.into_owned())))
    }
}

/// Whether a sign below the blank is among the last so many bytes, or up to seven before these: eight bytes at a time, for
/// this is asked of every value.
fn ends_with_controls(text: &[u8], len: usize) -> bool {
    let (_, eights) = text.as_rchunks::<8>();
    let last = eights.iter().rev().take(len.div_ceil(8)).map(|it| u64::from_le_bytes(*it));
    // A byte below the blank borrows into its own highest bit, which it has not set itself.
    let borrowed = |it: u64| it.wrapping_sub(u64::from_le_bytes([b' '; 8])) & !it;
    last.fold(0, |all, it| all | borrowed(it)) & u64::from_le_bytes([0x80; 8]) != 0
}

pub(crate) fn not_utf8() -> Problem {
    Problem::Markup("a value that is not UTF-8".to_owned())
}

/// A value with its entities replaced: the five of XML and numbers; no other is expanded.
pub(crate) fn text(value: &[u8]) -> Result<Cow<'_, str>, Problem> {
    let value = std::str::from_utf8(value).map_err(|_| not_utf8())?;
    if !value.contains('&') {
        return Ok(Cow::Borrowed(value));
    }
    let mut whole = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        whole.push_str(before);
        let (name, after) = after.split_once(';').unwrap_or((after, ""));
        let sign = sign(name).ok_or_else(|| {
            let name: String = name.chars().take(40).collect();
            Problem::Markup(format!(
                "entity &{name};, expected &amp; &lt; &gt; &quot; &apos; or a number"
            ))
        })?;
        whole.push(sign);
        rest = after;
    }
    whole.push_str(rest);
    Ok(Cow::Owned(whole))
}

fn sign(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
