//! Entries of archives, by paths such as `export.zip!tickets.json`.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::CrcReader;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

/// What stands between an archive's path and the name of an entry.
const MARK: char = '!';

/// The paths of an archive's files, in its order; none where the file is no archive.
pub(super) fn entries(path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(4).read_to_end(&mut head)?;
    if head != b"PK\x03\x04" && head != b"PK\x05\x06" {
        return Ok(None);
    }
    let archive = ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
    let mut found = Vec::new();
    for name in archive.file_names() {
        let entry = name.map_err(io::Error::other)?;
        let name = entry.rsplit('/').next().unwrap_or_default();
        if !name.is_empty() && !name.starts_with('.') && !entry.starts_with("__MACOSX/") {
            found.push(PathBuf::from(format!("{}{MARK}{entry}", path.display())));
        }
    }
    Ok(Some(found))
}

/// The archive and the entry of a path that is no file's.
pub(super) fn entry_of(path: &Path) -> Option<(PathBuf, String)> {
    let text = path.to_str()?;
    let at = text.match_indices(MARK).map(|it| it.0);
    let mut parts = at.filter_map(|it| Some((text.get(..it)?, text.get(it + MARK.len_utf8()..)?)));
    parts
        .find(|it| !path.exists() && Path::new(it.0).is_file())
        .map(|it| (it.0.into(), it.1.into()))
}

/// Opens an entry.
pub(super) fn open_entry(archive: &Path, entry: &str) -> io::Result<Box<dyn Read>> {
    let mut zip =
        ZipArchive::new(BufReader::new(File::open(archive)?)).map_err(io::Error::other)?;
    let (start, packed_len, crc, method) = {
        let found = zip.by_name(entry).map_err(io::Error::other)?;
        let start = found.data_start().ok_or_else(|| io::Error::other("an entry without data"))?;
        (start, found.compressed_size(), found.crc32(), found.compression())
    };
    let mut file = File::open(archive)?;
    file.seek(SeekFrom::Start(start))?;
    let packed = BufReader::new(file).take(packed_len);
    let raw: Box<dyn Read> = match method {
        CompressionMethod::Stored => Box::new(packed),
        _ => Box::new(DeflateDecoder::new(packed)),
    };
    Ok(Box::new(Checked { input: CrcReader::new(raw), crc }))
}

/// Compares the checksum at the end.
struct Checked {
    input: CrcReader<Box<dyn Read>>,
    crc: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.input.read(buffer)?;
        if len == 0 && !buffer.is_empty() && self.input.crc().sum() != self.crc {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the archive's checksum differs",
            ));
        }
        Ok(len)
    }
}
