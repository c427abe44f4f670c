//! The start of a stream, looked at before anything is read from it.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::FileStart;
use crate::format::whole_lines;

/// A stream whose first bytes can be looked at; reading it gives them first.
pub(crate) struct Peeked<'a> {
    start: Vec<u8>,
    at: usize,
    /// What the stream said when it could not be read on; comes after the first bytes.
    failed: Option<io::Error>,
    source: &'a mut dyn Read,
}

impl<'a> Peeked<'a> {
    /// Reads the first bytes.
    pub(crate) fn new(source: &'a mut dyn Read) -> Self {
        let mut start = Vec::new();
        let most = u64::try_from(FileStart::MOST_BYTES).unwrap_or(u64::MAX);
        let mut source = source;
        let failed = (&mut source).take(most).read_to_end(&mut start).err();
        Self { start, at: 0, failed, source }
    }

    /// The first bytes as [`FileStart`] gives them. The length of those with a byte-order mark does not say whether
    /// the file goes on, so they are cut after a line here; others may be no text.
    pub(crate) fn text(&self) -> Cow<'_, [u8]> {
        let is_cut = self.start.len() >= FileStart::MOST_BYTES;
        let decoded = |encoding: &'static encoding_rs::Encoding| {
            let mut text = encoding.decode_with_bom_removal(&self.start).0.into_owned();
            let most = text.floor_char_boundary(FileStart::MOST_BYTES);
            if is_cut || most < text.len() {
                text.truncate(whole_lines(&text.as_bytes()[..most]).len());
            }
            Cow::Owned(text.into_bytes())
        };
        match self.start[..] {
            [0xff, 0xfe, ..] => decoded(UTF_16LE),
            [0xfe, 0xff, ..] => decoded(UTF_16BE),
            [0xef, 0xbb, 0xbf, ref text @ ..] => {
                Cow::Borrowed(if is_cut { whole_lines(text) } else { text })
            }
            _ => Cow::Borrowed(&self.start),
        }
    }
}

impl Read for Peeked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = &self.start[self.at..];
        if !left.is_empty() {
            let len = left.len().min(buffer.len());
            buffer[..len].copy_from_slice(&left[..len]);
            self.at += len;
            return Ok(len);
        }
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.source.read(buffer),
        }
    }
}
