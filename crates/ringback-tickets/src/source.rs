//! Files: JSON page by page, tables row by row.

pub(crate) mod json;
pub(crate) mod row;
pub(crate) mod stamp;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Error;

/// What cannot be read of a file.
pub(crate) fn io_error(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), source: Arc::new(source) }
}

/// Opens a file and passes over a byte-order mark.
pub(crate) fn open(path: &Path) -> Result<BufReader<File>, Error> {
    let failed = |source| io_error(path, source);
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let head = file.fill_buf().map_err(failed)?;
    let packed = [(&[0x1f, 0x8b][..], "gzip"), (b"PK\x03\x04", "zip")];
    if let Some((_, by)) = packed.iter().find(|(magic, _)| head.starts_with(magic)) {
        let problem = format!("packed with {by}, expected the file itself: unpack it first");
        return Err(Error::Format { path: path.to_owned(), line: 1, problem });
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        let problem = "text in UTF-16, expected UTF-8".to_owned();
        return Err(Error::Format { path: path.to_owned(), line: 1, problem });
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        file.consume(3);
    }
    Ok(file)
}

/// The files that are meant: a folder stands for the files in it, by name.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = |source| io_error(path, source);
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            if entry.is_file() {
                inside.push(entry);
            }
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
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
