//! Files and folders: which files a read takes, in which order, and how each is unpacked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

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
    /// Why it cannot be read, where that showed while looking for files.
    pub problem: Option<String>,
}

impl SourceFile {
    /// How messages name the file.
    pub(crate) fn label(&self) -> String {
        match &self.entry {
            Some((_, name)) => format!("{}!{name}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }
}

/// Opens files and unpacks them. The archive opened last stays open for the next of its entries: its table is read
/// once, not once an entry.
#[derive(Default)]
pub(crate) struct Unpacker {
    archive: Option<(PathBuf, Archive)>,
}

type Archive = zip::ZipArchive<BufReader<File>>;

impl Unpacker {
    /// Gives a file's unpacked bytes to a function.
    pub(crate) fn read<T>(
        &mut self,
        file: &SourceFile,
        read: impl FnOnce(&mut dyn Read) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let failed = |it| Error::io(PathBuf::from(file.label()), it);
        let Some((index, _)) = &file.entry else {
            let raw = File::open(&file.path).map_err(failed)?;
            return read(&mut *unpacked(raw).map_err(failed)?);
        };
        let archive = self.archive(&file.path)?;
        let entry = archive.by_index(*index).map_err(|it| failed(io::Error::other(it)))?;
        read(&mut *unpacked(entry).map_err(failed)?)
    }

    fn archive(&mut self, path: &Path) -> Result<&mut Archive, Error> {
        let (path, archive) = match self.archive.take() {
            Some(open) if open.0 == path => open,
            _ => (path.to_owned(), open_archive(path)?),
        };
        Ok(&mut self.archive.insert((path, archive)).1)
    }
}

fn open_archive(path: &Path) -> Result<Archive, Error> {
    let file = File::open(path).map_err(|it| Error::io(path, it))?;
    zip::ZipArchive::new(BufReader::new(file)).map_err(|it| Error::io(path, io::Error::other(it)))
}

/// Unpacks gzip by its first two bytes, whatever the file is called.
fn unpacked<'a>(raw: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut raw = BufReader::with_capacity(BUFFER, raw);
    let is_gzip = raw.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) })
}

/// What says of a folder's logs what they do not say themselves; no log.
const SITE_FILE: &str = "site.toml";

/// The files of paths, in order: paths as given, what is in a folder by name, what is in an archive by its table.
/// Hidden files and folders inside a folder, a [`SITE_FILE`], and links to other folders, are passed over.
pub(crate) fn find_files(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|it| Error::io(path, it))?;
        if metadata.is_dir() {
            add_folder(path, &mut files).map_err(|it| Error::io(path, it))?;
        } else {
            File::open(path).map_err(|it| Error::io(path, it))?;
            add_file(path, &mut files);
        }
    }
    if files.is_empty() {
        let named: Vec<String> = paths.iter().map(|it| it.display().to_string()).collect();
        let paths = if named.is_empty() { "no path".to_owned() } else { named.join(", ") };
        return Err(Error::NoFiles { paths });
    }
    Ok(files)
}

/// Adds what is in a folder. What cannot be looked into there becomes a file with a problem: the others are read.
fn add_folder(folder: &Path, files: &mut Vec<SourceFile>) -> io::Result<()> {
    let mut inside = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        inside.push((entry.path(), entry.file_type()?.is_symlink()));
    }
    inside.sort();
    for (path, is_link) in inside {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == SITE_FILE {
            continue;
        }
        if !path.is_dir() {
            add_file(&path, files);
        } else if !is_link && let Err(error) = add_folder(&path, files) {
            files.push(with_problem(&path, &error));
        }
    }
    Ok(())
}

fn with_problem(path: &Path, error: &dyn std::error::Error) -> SourceFile {
    let problem = Some(format!("{}: {error}", path.display()));
    SourceFile { path: path.to_owned(), entry: None, packed_len: 0, problem }
}

fn add_file(path: &Path, files: &mut Vec<SourceFile>) {
    match entries(path) {
        Ok(found) => files.extend(found),
        Err(error) => files.push(with_problem(path, &error)),
    }
}

/// A file as it is, or the files inside it if it is an archive.
fn entries(path: &Path) -> io::Result<Vec<SourceFile>> {
    let mut start = Vec::new();
    let file = File::open(path)?;
    let packed_len = file.metadata()?.len();
    file.take(4).read_to_end(&mut start)?;
    if start != *b"PK\x03\x04" {
        let file = SourceFile { path: path.to_owned(), entry: None, packed_len, problem: None };
        return Ok(vec![file]);
    }
    let mut archive =
        zip::ZipArchive::new(BufReader::new(File::open(path)?)).map_err(io::Error::other)?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(io::Error::other)?;
        if entry.is_file() {
            let name = entry.name().map_or_else(|_| format!("entry {index}"), Cow::into_owned);
            let packed_len = entry.compressed_size();
            let entry = Some((index, name));
            files.push(SourceFile { path: path.to_owned(), entry, packed_len, problem: None });
        }
    }
    Ok(files)
}

/// Which files hold the same bytes as an earlier one, unpacked. Only files that take the same number of bytes on disk
/// are looked into.
pub(crate) struct Copies(Vec<Option<usize>>);

impl Copies {
    pub(crate) fn find(files: &[SourceFile], unpacker: &mut Unpacker) -> Self {
        let mut by_len: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            by_len.entry(file.packed_len).or_default().push(index);
        }
        let mut originals = vec![None; files.len()];
        for group in by_len.values().filter(|it| it.len() > 1) {
            let mut seen = BTreeMap::new();
            for &index in group {
                // A file that cannot be opened is no copy of another; reading it tells why.
                if let Ok(digest) = unpacker.read(&files[index], |source| Ok(digest(source))) {
                    originals[index] = seen.get(&digest).copied();
                    seen.entry(digest).or_insert(index);
                }
            }
        }
        Self(originals)
    }

    /// The file that this one is a copy of.
    pub(crate) fn original_of(&self, index: usize) -> Option<usize> {
        self.0[index]
    }
}

/// SHA-256 of a stream. One that breaks off is hashed to there; reading it tells of the break.
fn digest(source: &mut dyn Read) -> Vec<u8> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 1 << 16];
    while let Ok(got @ 1..) = source.read(&mut chunk) {
        hash.update(&chunk[..got]);
    }
    hash.finalize().to_vec()
}
