//! The files that the checks look at.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// Folders that are made, not written; only asked where git cannot say.
const MADE: [&str; 3] = [".git", "target", "ringback-out"];

/// Every file that is tracked or new and not ignored, by its path from the root, with `/` between folders.
#[derive(Debug)]
pub(super) struct Tree {
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// Reads the tree at `root`: what git lists, or everything but the folders that are made where git is absent.
    ///
    /// # Errors
    ///
    /// A file or folder that cannot be read. A file that git lists but that was deleted is passed over.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        let paths = match listed_by_git(root) {
            Some(paths) => paths,
            None => walked(root)?,
        };
        let mut files = BTreeMap::new();
        for path in paths {
            let full = root.join(&path);
            if full.is_file() {
                files.insert(path, fs::read(full)?);
            }
        }
        Ok(Self { files })
    }

    /// A tree that stands on no disk.
    #[cfg(test)]
    pub(super) fn planted(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        Self { files: files.collect() }
    }

    /// Every path with the file's size in bytes, in order.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.len()))
    }

    /// Every text file, in order of path: those that are UTF-8 and hold no zero byte.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, bytes)| Some((path.as_str(), as_text(bytes)?)))
    }

    /// One text file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        as_text(self.files.get(path)?)
    }

    /// Every file of Rust code.
    pub(super) fn rust_files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(|(path, _)| extension_is(path, "rs"))
    }

    /// The code of the library crates: `crates/NAME/src/**.rs`, with the crate's name in front.
    pub(super) fn library_files(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.rust_files().filter_map(|(path, text)| {
            let (name, rest) = path.strip_prefix("crates/")?.split_once('/')?;
            rest.starts_with("src/").then_some((name, path, text))
        })
    }
}

fn as_text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

fn extension_is(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|it| it == extension)
}

/// Tracked files, and new ones that are not ignored. `None` if git is absent or the folder is no repository.
fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let names = String::from_utf8(output.stdout).ok()?;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

fn walked(root: &Path) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() && !MADE.contains(&name.as_str()) {
                folders.push(path);
            } else if kind.is_file() {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}

/// The folder of the workspace that is being tested.
#[cfg(test)]
pub(super) fn this_repository() -> std::path::PathBuf {
    let mut root = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    root.pop();
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_what_git_lists_and_nothing_that_was_built() {
        let walked = walked(&this_repository()).unwrap();
        assert!(walked.iter().any(|it| it == "xtask/src/tidy/tree.rs"), "{walked:?}");
        let made: Vec<&String> = walked.iter().filter(|it| it.starts_with("target/")).collect();
        assert!(made.is_empty(), "{made:?}");
        for path in listed_by_git(&this_repository()).unwrap_or_default() {
            if this_repository().join(&path).is_file() {
                assert!(walked.contains(&path), "{path} is listed by git, and the walk missed it");
            }
        }
    }

    #[test]
    fn a_file_with_a_zero_byte_is_no_text() {
        let tree = Tree::planted(&[("a.bin", "a\0b"), ("a.txt", "ab")]);
        assert_eq!(tree.texts().collect::<Vec<_>>(), [("a.txt", "ab")]);
        assert_eq!(tree.sizes().collect::<Vec<_>>(), [("a.bin", 3), ("a.txt", 2)]);
    }

    #[test]
    fn library_files_are_those_under_src_of_a_crate() {
        let tree = Tree::planted(&[
            ("crates/one/src/deep/a.rs", ""),
            ("crates/one/tests/it/main.rs", ""),
            ("crates/one/src/notes.md", ""),
            ("xtask/src/main.rs", ""),
        ]);
        let found: Vec<_> = tree.library_files().map(|(name, path, _)| (name, path)).collect();
        assert_eq!(found, [("one", "crates/one/src/deep/a.rs")]);
    }
}
