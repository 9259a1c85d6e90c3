//! A window over a text that is read in chunks.

use std::io::Read;

/// The bytes of a text that have been read, and are not used yet.
pub(super) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The used part of the buffer.
    from: usize,
    to: usize,
    is_end: bool,
    /// The place of the first byte: the bytes and the lines before it.
    offset: u64,
    n_lines: u64,
    chunk: usize,
}

/// A window that holds more than so many chunks is filled in steps of its own size: a value that is longer
/// than many chunks is then not looked at again for each of them.
const N_CHUNKS: usize = 64;

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R, chunk: usize) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            from: 0,
            to: 0,
            is_end: false,
            offset: 0,
            n_lines: 0,
            chunk: chunk.max(1),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.from..self.to]
    }

    /// Whether the bytes are all that is left of the text.
    pub(super) fn is_end(&self) -> bool {
        self.is_end
    }

    /// The offset of the first byte.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The line of a byte of the window, counted from 1.
    pub(super) fn line_of(&self, at: usize) -> u64 {
        let before = &self.bytes()[..at];
        self.n_lines + memchr::memchr_iter(b'\n', before).count() as u64 + 1
    }

    /// Moves the start of the window.
    pub(super) fn consume(&mut self, n: usize) {
        let used = &self.buffer[self.from..self.from + n];
        self.n_lines += memchr::memchr_iter(b'\n', used).count() as u64;
        self.offset += n as u64;
        self.from += n;
    }

    /// Reads more of the text behind the window.
    ///
    /// # Errors
    /// Those of the reader.
    pub(super) fn fill(&mut self) -> std::io::Result<()> {
        let length = self.to - self.from;
        self.buffer.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, length);
        let more = match length > N_CHUNKS * self.chunk {
            true => length,
            false => self.chunk,
        };
        if self.buffer.len() < length + more {
            self.buffer.resize(length + more, 0);
        }
        let wanted = length + more;
        while self.to < wanted && !self.is_end {
            match self.reader.read(&mut self.buffer[self.to..wanted]) {
                Ok(0) => self.is_end = true,
                Ok(n) => self.to += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
