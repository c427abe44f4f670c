//! Writing files.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::Failure;

/// A CSV file that is being written.
#[derive(Debug)]
pub struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl CsvFile {
    /// Makes a file with a header, and its folder if need be.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn create<'a>(
        path: &Path,
        header: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Failure> {
        make_folder(path)?;
        let file = File::create(path).map_err(|it| Failure::at(path, &it))?;
        let mut file =
            Self { path: path.to_owned(), writer: csv::Writer::from_writer(BufWriter::new(file)) };
        file.row(header)?;
        Ok(file)
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn row<T: AsRef<[u8]>>(
        &mut self,
        fields: impl IntoIterator<Item = T>,
    ) -> Result<(), Failure> {
        self.writer.write_record(fields).map_err(|it| Failure::at(&self.path, &it))
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|it| Failure::at(&self.path, &it))
    }
}

/// Writes a JSON file.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(|it| Failure::at(path, &it))?;
    text.push('\n');
    write_text(path, &text)
}

/// Writes a text file.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_text(path: &Path, text: &str) -> Result<(), Failure> {
    make_folder(path)?;
    fs::write(path, text).map_err(|it| Failure::at(path, &it))
}

fn make_folder(file: &Path) -> Result<(), Failure> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            fs::create_dir_all(folder).map_err(|it| Failure::at(folder, &it))
        }
        _ => Ok(()),
    }
}
