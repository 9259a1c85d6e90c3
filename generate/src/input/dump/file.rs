//! Opens the file of a text: plain or compressed, in UTF-8 or UTF-16.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

use crate::input::{decode, detect, sqlite_file};
use crate::sql::Dialect;

/// A text, and how much of its file was read.
pub(crate) struct TextFile {
    pub(crate) reader: Box<dyn Read>,
    done: Rc<Cell<u64>>,
    /// The size of the file.
    pub(crate) total: u64,
    pub(crate) is_compressed: bool,
}

impl TextFile {
    /// Opens a file. What it is compressed with is told by its first bytes.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let total = file.metadata()?.len();
        let done = Rc::new(Cell::new(0));
        let counted = Counted {
            file,
            done: Rc::clone(&done),
        };
        let mut file = BufReader::with_capacity(1 << 16, counted);
        let head = file.fill_buf()?;
        let is_gzip = head.starts_with(b"\x1f\x8b");
        let is_zstd = head.starts_with(b"\x28\xb5\x2f\xfd");
        let text: Box<dyn Read> = match (is_gzip, is_zstd) {
            #[cfg(feature = "compressed")]
            (true, _) => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
            #[cfg(feature = "compressed")]
            (_, true) => Box::new(zstd::stream::read::Decoder::with_buffer(file)?),
            (false, false) => Box::new(file),
            #[cfg(not(feature = "compressed"))]
            _ => {
                let what =
                    "it is compressed, and this program was built without the feature `compressed`";
                return Err(io::Error::new(io::ErrorKind::Unsupported, what));
            }
        };
        let is_compressed = is_gzip || is_zstd;
        let mut text = BufReader::with_capacity(1 << 16, text);
        let head = text.fill_buf()?;
        let reader: Box<dyn Read> = if head.starts_with(b"\xff\xfe") {
            Box::new(Utf16::new(text, UTF_16LE.new_decoder_with_bom_removal()))
        } else if head.starts_with(b"\xfe\xff") {
            Box::new(Utf16::new(text, UTF_16BE.new_decoder_with_bom_removal()))
        } else {
            if head.starts_with(b"\xef\xbb\xbf") {
                text.consume(3);
            }
            Box::new(text)
        };
        Ok(Self {
            reader,
            done,
            total,
            is_compressed,
        })
    }

    /// A counter of the bytes of the file that were read.
    pub(crate) fn done(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.done)
    }
}

/// How much of a text its dialect is told by.
const SAMPLE: u64 = 1 << 20;

/// Detects the dialect of a dump by its first megabyte.
pub(crate) fn dump_dialect(path: &Path) -> io::Result<Dialect> {
    let mut bytes = Vec::new();
    let file = TextFile::open(path)?;
    file.reader.take(SAMPLE).read_to_end(&mut bytes)?;
    // Only mysqldump writes names in back ticks; a type alone, such as DOUBLE PRECISION, says less.
    let has_ticks = memchr::memmem::find(&bytes, b"\nINSERT INTO `").is_some()
        || bytes.starts_with(b"INSERT INTO `");
    // A statement that is cut off cannot be read.
    if bytes.len() as u64 == SAMPLE {
        let end = memchr::memmem::rfind(&bytes, b";\n").map_or(bytes.len(), |at| at + 1);
        bytes.truncate(end);
    }
    let (text, _) = decode::decode(&bytes);
    let taken = sqlite_file::from_text(&text).is_ok();
    let guess = detect::detect(&text, taken);
    Ok(match guess.dialect {
        _ if has_ticks && !text.contains("PRAGMA ") => Dialect::MySql,
        dialect => dialect,
    })
}

struct Counted {
    file: File,
    done: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.done.set(self.done.get() + n as u64);
        Ok(n)
    }
}

/// A text in UTF-16 as UTF-8.
struct Utf16<R> {
    reader: BufReader<R>,
    decoder: Decoder,
    /// What was decoded, and is not taken yet.
    decoded: Vec<u8>,
    taken: usize,
    is_end: bool,
}

impl<R: Read> Utf16<R> {
    fn new(reader: BufReader<R>, decoder: Decoder) -> Self {
        Self {
            reader,
            decoder,
            decoded: Vec::new(),
            taken: 0,
            is_end: false,
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        let bytes = self.reader.fill_buf()?;
        self.is_end = bytes.is_empty();
        let most = self
            .decoder
            .max_utf8_buffer_length_without_replacement(bytes.len());
        self.decoded.resize(most.unwrap_or(bytes.len() * 4) + 16, 0);
        self.taken = 0;
        let (result, n_read, n_written) =
            self.decoder
                .decode_to_utf8_without_replacement(bytes, &mut self.decoded, self.is_end);
        self.decoded.truncate(n_written);
        self.reader.consume(n_read);
        match result {
            encoding_rs::DecoderResult::Malformed(..) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the text begins as UTF-16, and a part of it is not",
            )),
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.decoded.len() && !self.is_end {
            self.decode()?;
        }
        let rest = &self.decoded[self.taken..];
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.taken += n;
        Ok(n)
    }
}
