//! Files and folders: which files a read takes, in which order, and how each is unpacked.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::Error;

const BUFFER: usize = 1 << 16;

/// One file to read: on disk, or inside a `.zip`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceFile {
    pub path: PathBuf,
    /// The place and name inside the archive.
    pub entry: Option<(usize, String)>,
    /// Bytes that it takes on disk, packed if it is.
    pub packed_len: u64,
}

impl SourceFile {
    /// How messages name the file.
    pub(crate) fn label(&self) -> String {
        match &self.entry {
            Some((_, name)) => format!("{}!{name}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }

    /// Gives the unpacked bytes to a function.
    pub(crate) fn with_bytes<T>(
        &self,
        read: impl FnOnce(&mut dyn Read) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let open = || File::open(&self.path).map_err(|it| Error::io(&self.path, it));
        match &self.entry {
            None => read(&mut *unpacked(open()?).map_err(|it| Error::io(&self.path, it))?),
            Some((index, name)) => {
                let label = || PathBuf::from(self.label());
                let mut archive = zip::ZipArchive::new(BufReader::new(open()?))
                    .map_err(|it| Error::io(label(), io::Error::other(it)))?;
                let entry = archive
                    .by_index(*index)
                    .map_err(|it| Error::io(label(), io::Error::other(format!("{name}: {it}"))))?;
                read(&mut *unpacked(entry).map_err(|it| Error::io(label(), it))?)
            }
        }
    }
}

/// Unpacks gzip by its first two bytes, whatever the file is called.
fn unpacked<'a>(raw: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut raw = BufReader::with_capacity(BUFFER, raw);
    let is_gzip = raw.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) })
}

/// The files of paths, in order: paths as given, what is in a folder by name, what is in an archive by its table.
/// Hidden files and folders inside a folder are passed over.
pub(crate) fn find_files(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Error> {
    let mut files = Vec::new();
    for path in paths {
        add(path, &mut files)?;
    }
    if files.is_empty() {
        let named: Vec<String> = paths.iter().map(|it| it.display().to_string()).collect();
        let paths = if named.is_empty() { "no path".to_owned() } else { named.join(", ") };
        return Err(Error::NoFiles { paths });
    }
    Ok(files)
}

fn add(path: &Path, files: &mut Vec<SourceFile>) -> Result<(), Error> {
    let failed = |it| Error::io(path, it);
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_dir() {
        return add_file(path, metadata.len(), files);
    }
    let mut inside = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        inside.push(entry.map_err(failed)?.path());
    }
    inside.sort();
    for path in inside {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with('.') {
            add(&path, files)?;
        }
    }
    Ok(())
}

fn add_file(path: &Path, packed_len: u64, files: &mut Vec<SourceFile>) -> Result<(), Error> {
    let failed = |it| Error::io(path, it);
    let mut start = [0; 4];
    let mut file = File::open(path).map_err(failed)?;
    let is_zip = file.read(&mut start).map_err(failed)? == 4 && start == *b"PK\x03\x04";
    if !is_zip {
        files.push(SourceFile { path: path.to_owned(), entry: None, packed_len });
        return Ok(());
    }
    let mut archive = zip::ZipArchive::new(BufReader::new(file))
        .map_err(|it| Error::io(path, io::Error::other(it)))?;
    for index in 0..archive.len() {
        let entry =
            archive.by_index_raw(index).map_err(|it| Error::io(path, io::Error::other(it)))?;
        if entry.is_file() {
            let name = entry.name().map_or_else(|_| format!("entry {index}"), |it| it.into_owned());
            let packed_len = entry.compressed_size();
            files.push(SourceFile {
                path: path.to_owned(),
                entry: Some((index, name)),
                packed_len,
            });
        }
    }
    Ok(())
}
