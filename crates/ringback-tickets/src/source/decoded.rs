//! Text in another encoding, as UTF-8.

use std::io::{BufRead, Read};

use encoding_rs::Decoder;

/// Reads what another reader has, decoded.
pub(super) struct Decoded<R> {
    input: R,
    decoder: Decoder,
    /// What was decoded and is not handed on yet.
    held: Vec<u8>,
    taken: usize,
    is_over: bool,
}

impl<R: BufRead> Decoded<R> {
    pub(super) fn new(input: R, decoder: Decoder) -> Self {
        Self { input, decoder, held: Vec::new(), taken: 0, is_over: false }
    }

    /// Decodes what the input has at hand.
    fn fill(&mut self) -> std::io::Result<()> {
        let chunk = self.input.fill_buf()?;
        self.is_over = chunk.is_empty();
        let room = self.decoder.max_utf8_buffer_length(chunk.len()).unwrap_or(chunk.len() * 4 + 16);
        self.held.resize(room, 0);
        let (_, read, written, _) =
            self.decoder.decode_to_utf8(chunk, &mut self.held, self.is_over);
        self.input.consume(read);
        self.held.truncate(written);
        self.taken = 0;
        Ok(())
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.taken >= self.held.len() && !self.is_over {
            self.fill()?;
        }
        let rest = self.held.get(self.taken..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..len), rest.get(..len)) {
            to.copy_from_slice(from);
        }
        self.taken += len;
        Ok(len)
    }
}
