//! Files: JSON page by page, tables row by row.

mod decoded;
pub(crate) mod json;
mod packed;
pub(crate) mod row;
pub(crate) mod stamp;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::{UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;

use crate::Error;

const BUFFER_LEN: usize = 1 << 16;

/// What cannot be read of a file.
pub(crate) fn io_error(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), source: Arc::new(source) }
}

/// Opens a file, or an entry of an archive, unpacks it, brings UTF-16 to UTF-8, and passes over a byte-order mark.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>, Error> {
    let failed = |source| io_error(path, source);
    let raw: Box<dyn Read> = match packed::entry_of(path) {
        Some((archive, entry)) => packed::open_entry(&archive, &entry).map_err(failed)?,
        None => Box::new(File::open(path).map_err(failed)?),
    };
    let mut file: Box<dyn BufRead> = Box::new(BufReader::with_capacity(BUFFER_LEN, raw));
    if file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]) {
        file = Box::new(BufReader::with_capacity(BUFFER_LEN, MultiGzDecoder::new(file)));
    }
    let head = file.fill_buf().map_err(failed)?;
    let wide = match head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    if head.starts_with(b"\xef\xbb\xbf") {
        file.consume(3);
    }
    match wide {
        Some(encoding) => Ok(Box::new(BufReader::with_capacity(
            BUFFER_LEN,
            decoded::Decoded::new(file, encoding.new_decoder_with_bom_removal()),
        ))),
        None => Ok(file),
    }
}

/// The files that are meant: a folder stands for the files in it, by name; an archive for its entries, in its order.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            add(path, &mut files)?;
            continue;
        }
        let failed = |source| io_error(path, source);
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            let name = entry.file_name().unwrap_or_default().to_string_lossy();
            if entry.is_file() && !name.starts_with('.') {
                inside.push(entry);
            }
        }
        inside.sort();
        for path in inside {
            add(&path, &mut files)?;
        }
    }
    Ok(files)
}

fn add(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    match packed::entries(path).map_err(|it| io_error(path, it))? {
        Some(mut entries) => files.append(&mut entries),
        None => files.push(path.to_owned()),
    }
    Ok(())
}

/// The first byte of a file that is no blank.
pub(crate) fn first_byte(path: &Path) -> Result<Option<u8>, Error> {
    for byte in open(path)?.take(1 << 16).bytes() {
        let byte = byte.map_err(|it| io_error(path, it))?;
        if !byte.is_ascii_whitespace() {
            return Ok(Some(byte));
        }
    }
    Ok(None)
}

/// The error for a file with nothing in it.
pub(crate) fn empty(path: &Path) -> Error {
    Error::Empty { path: path.to_owned(), why: ": the file is empty".to_owned() }
}
