//! The key of the pseudonyms: a file of its own, made on first use.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ringback::calllog::PseudonymKey;

use crate::Failure;

/// The key in a file; without one, the user's own key, which is made on first use.
///
/// The user's key lies in `$XDG_CONFIG_HOME/ringback/pseudonym.key`, or else in
/// `$HOME/.config/ringback/pseudonym.key`: away from the data, readable by its owner only, and the same in every run,
/// so that the same log gives the same pseudonyms.
///
/// # Errors
///
/// If the file cannot be read, made, or holds no key.
pub fn pseudonym_key(file: Option<&Path>) -> Result<PseudonymKey, Failure> {
    if let Some(file) = file {
        return read(file);
    }
    let file = users_file().ok_or_else(|| {
        Failure::new(
            "no folder for the pseudonym key, expected --key-file, XDG_CONFIG_HOME or HOME",
        )
    })?;
    if file.exists() { read(&file) } else { make(&file) }
}

fn read(file: &Path) -> Result<PseudonymKey, Failure> {
    let text = fs::read_to_string(file).map_err(|it| Failure::at(file, &it))?;
    PseudonymKey::from_key_file(&text).map_err(|it| Failure::at(file, &it))
}

fn users_file() -> Option<PathBuf> {
    let config = std::env::var_os("XDG_CONFIG_HOME").filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = || {
        std::env::var_os("HOME")
            .filter(|it| !it.is_empty())
            .map(|it| PathBuf::from(it).join(".config"))
    };
    config.or_else(home).map(|it| it.join("ringback").join("pseudonym.key"))
}

fn make(file: &Path) -> Result<PseudonymKey, Failure> {
    let failed = |error: std::io::Error| Failure::at(file, &error);
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|it| Failure::new(format!("no randomness for a new key: {it}")))?;
    let key = PseudonymKey::from_bytes(bytes);
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    // Written under a name of its own first, for its owner only: a run that starts now must not read half a key.
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    draft.write_all(key.to_key_file().as_bytes()).map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    match draft.persist_noclobber(file) {
        Ok(_) => Ok(key),
        // Another run made it at the same moment: that one holds.
        Err(it) if it.error.kind() == std::io::ErrorKind::AlreadyExists => read(file),
        Err(it) => Err(failed(it.error)),
    }
}
