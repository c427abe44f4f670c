use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use ringback_calllog::{
    BadRows, Error, FileStatus, LogReader, Progress, ReadLog, ReadObserver, RejectedRow,
};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use crate::shop::{HEADER, MAPPING, ROW, assert_adds_up, format, rejected};

/// A picture of one pixel, as small as a PNG gets.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

fn row(id: u32) -> String {
    ROW.replacen('1', &id.to_string(), 1)
}

fn log(ids: impl IntoIterator<Item = u32>) -> String {
    let rows: String = ids.into_iter().map(row).collect();
    format!("{HEADER}{rows}")
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

fn try_read(paths: &[&Path]) -> Result<ReadLog, Error> {
    let paths: Vec<PathBuf> = paths.iter().map(|it| it.to_path_buf()).collect();
    LogReader::new().read(&paths, &mut format(MAPPING)?)
}

#[track_caller]
fn read(folder: &TempDir) -> ReadLog {
    let read = try_read(&[folder.path()]).expect("a log that can be read");
    assert_adds_up(&read);
    read
}

fn ids(read: &ReadLog) -> Vec<&str> {
    let mut ids: Vec<&str> = read.log.calls.iter().map(|it| it.call_id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn folders_are_read_by_name_to_any_depth_and_hidden_files_are_not() {
    let folder = folder(&[
        ("b/deep/er.csv", log([2]).as_bytes()),
        ("a.csv", log([1]).as_bytes()),
        (".hidden", b"x"),
        (".git/config", b"x"),
        ("c.txt", log([3]).as_bytes()),
    ]);
    let read = read(&folder);
    assert_eq!(ids(&read), ["1", "2", "3"]);
    let names: Vec<String> = read
        .audit
        .files
        .iter()
        .map(|it| Path::new(&it.file).file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["a.csv", "er.csv", "c.txt"]);
}

#[test]
fn a_picture_in_the_folder_is_passed_over_and_said() {
    let folder = folder(&[("a.csv", log([1]).as_bytes()), ("logo.png", PICTURE)]);
    let read = read(&folder);
    assert_eq!(read.audit.files[1].status, FileStatus::NotText);
    assert!(
        read.audit.warnings.iter().any(|it| it.ends_with("logo.png: not a text file, passed over"))
    );
}

#[test]
fn a_folder_with_nothing_but_a_picture_is_an_error() {
    let folder = folder(&[("logo.png", PICTURE)]);
    let error = try_read(&[folder.path()]).expect_err("nothing to read").to_string();
    assert!(error.starts_with("no row of 1 file(s) could be used (0 rows read); first: "));
    assert!(error.ends_with("logo.png: not a text file"), "{error}");
}

#[test]
fn bytes_of_a_program_are_no_text() {
    let noise: Vec<u8> =
        (0..4096_u32).map(|it| (it.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let folder = folder(&[("a.csv", log([1]).as_bytes()), ("b.bin", &noise)]);
    assert_eq!(read(&folder).audit.files[1].status, FileStatus::NotText);
}

#[test]
fn packed_files_are_read_as_they_are_whatever_their_name() {
    let packed = gzipped(log([1, 2]).as_bytes());
    let two_members = [gzipped(log([3]).as_bytes()), gzipped(row(4).as_bytes())].concat();
    let folder = folder(&[("a.csv.gz", &packed), ("b.csv", &two_members)]);
    assert_eq!(ids(&read(&folder)), ["1", "2", "3", "4"]);
}

#[test]
fn a_packed_file_whose_check_sum_is_wrong_is_said() {
    let mut packed = gzipped(log(1..4).as_bytes());
    let check_sum = packed.len() - 8;
    packed[check_sum] ^= 1;
    let folder = folder(&[("a.csv.gz", &packed)]);
    let read = read(&folder);
    assert_eq!(read.audit.rows_used, 3);
    assert!(matches!(&read.audit.files[0].status, FileStatus::BrokenOff(_)));
}

#[test]
fn a_packed_file_cut_in_half_gives_what_came_before() {
    // Ids in an order that does not pack well, so that half the bytes hold some of the rows.
    let whole = log((0..2000).map(|it| it * 7919 % 2003));
    let packed = gzipped(whole.as_bytes());
    let folder = folder(&[("a.csv.gz", &packed[..packed.len() / 2])]);
    let read = read(&folder);
    assert!((10..1990).contains(&read.audit.rows_used), "{} rows", read.audit.rows_used);
    assert!(matches!(&read.audit.files[0].status, FileStatus::BrokenOff(_)));
    assert!(read.audit.warnings.iter().any(|it| it.contains("a.csv.gz: breaks off (")));
    if let [row] = &rejected(&read)[..] {
        assert!(row.ends_with(": the file ends within this row"), "{row}");
    }
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a member");
        archive.write_all(bytes).expect("packed");
    }
    archive.finish().expect("packed").into_inner()
}

#[test]
fn every_member_of_an_archive_is_read_and_named() {
    let packed = gzipped(log([2]).as_bytes());
    let bytes = archive(&[
        ("one.csv", log([1]).as_bytes()),
        ("in/two.csv.gz", &packed),
        ("bad.csv", format!("{HEADER}3,,soon,,ok\n").as_bytes()),
    ]);
    let folder = folder(&[("logs.zip", &bytes)]);
    let read = read(&folder);
    assert_eq!(ids(&read), ["1", "2"]);
    let text = &rejected(&read)[0];
    assert!(text.contains("logs.zip!bad.csv:2: in: \"soon\", expected a time such as"), "{text}");
}

#[test]
fn an_archive_cut_in_half_is_said_and_the_other_files_are_read() {
    let bytes = archive(&[("one.csv", log([1]).as_bytes())]);
    let half = &bytes[..bytes.len() / 2];
    let folder = folder(&[("a.csv", log([2]).as_bytes()), ("logs.zip", half)]);
    let read = read(&folder);
    assert_eq!(ids(&read), ["2"]);
    assert!(matches!(&read.audit.files[1].status, FileStatus::Unreadable(_)));
    assert!(read.audit.warnings.iter().any(|it| it.starts_with("not read: ")));
    let error = try_read(&[&folder.path().join("logs.zip")]).expect_err("nothing else");
    assert!(matches!(error, Error::NothingUsable { files: 1, rows: 0, .. }), "{error}");
}

#[test]
fn a_file_that_is_there_twice_is_read_once() {
    let (one, other) = (log([1]), log([2]));
    let folder = folder(&[
        ("a.csv", one.as_bytes()),
        ("b.csv", one.as_bytes()),
        ("c.csv", other.as_bytes()),
    ]);
    let read = read(&folder);
    assert_eq!((read.audit.rows_read, ids(&read)), (2, vec!["1", "2"]));
    let original = folder.path().join("a.csv").display().to_string();
    assert_eq!(read.audit.files[1].status, FileStatus::DuplicateOf(original.clone()));
    let warning = format!("holds the same bytes as {original}, not read again");
    assert!(read.audit.warnings.iter().any(|it| it.ends_with(&warning)));
}

#[test]
fn rows_that_are_there_twice_are_skipped_even_across_files() {
    let folder = folder(&[
        ("a.csv", log([1, 2]).as_bytes()),
        ("b.csv", log([2, 3]).replace(",gone", ",ok").as_bytes()),
        ("c.csv", log([3]).replace("09:00:30", "09:00:31").as_bytes()),
    ]);
    let read = read(&folder);
    assert_eq!(ids(&read), ["1", "2", "3"]);
    let skipped: Vec<(&str, u64)> =
        read.audit.skipped.iter().map(|(rule, n)| (rule.as_str(), *n)).collect();
    let expected =
        [("duplicate of an earlier row", 1), ("key of an earlier row with other content", 1)];
    assert_eq!(skipped, expected);
}

#[test]
fn two_formats_in_one_folder_lose_nothing_silently() {
    let folder = folder(&[
        ("a.csv", log([1]).as_bytes()),
        ("b.csv", b"time;agent;secs\n2026-05-04;Kim;3\n2026-05-05;Bo;4\n"),
    ]);
    let read = read(&folder);
    assert_eq!((read.audit.rows_used, read.audit.rows_rejected), (1, 2));
    let text = &rejected(&read)[0];
    assert!(
        text.ends_with("b.csv:2: id: no such column, the header is \"time;agent;secs\""),
        "{text}"
    );
}

#[test]
fn two_formats_in_one_file_lose_nothing_silently() {
    let log = format!("{}time;agent;secs\n2026-05-04;Kim;3\n{}", log([1]), row(2));
    let read = crate::shop::read(MAPPING, log);
    assert_eq!(ids(&read), ["1", "2"]);
    assert_eq!(
        rejected(&read),
        ["calls.csv:3: 1 fields, expected 5", "calls.csv:4: 1 fields, expected 5",]
    );
}

#[test]
fn a_header_that_comes_again_is_no_row() {
    let twice = format!("{}\u{feff}{HEADER}{}{HEADER}", log([1]), row(2));
    let read = crate::shop::read(MAPPING, twice);
    assert_eq!((read.audit.rows_read, ids(&read)), (2, vec!["1", "2"]));
}

#[test]
fn a_path_that_is_not_there_is_an_error_that_names_it() {
    let error = try_read(&[Path::new("no/such/folder")]).expect_err("no such folder");
    assert!(matches!(&error, Error::Io { path, .. } if path == Path::new("no/such/folder")));
    assert!(error.to_string().starts_with("no/such/folder: "), "{error}");
}

#[test]
fn nothing_to_read_is_an_error() {
    let empty = folder(&[(".hidden", b"x")]);
    let error = try_read(&[empty.path()]).expect_err("no file").to_string();
    let path = empty.path().display();
    assert_eq!(error, format!("no file to read in {path}, expected files, folders, .gz or .zip"));
    let error = try_read(&[]).expect_err("no path").to_string();
    assert_eq!(error, "no file to read in no path, expected files, folders, .gz or .zip");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_in_a_circle_do_not_stop_a_read() {
    let folder = folder(&[("a.csv", log([1]).as_bytes())]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("circle")).expect("a link");
    std::os::unix::fs::symlink("nowhere", folder.path().join("lost.csv")).expect("a link");
    let read = read(&folder);
    assert_eq!(ids(&read), ["1"]);
    assert!(matches!(&read.audit.files[1].status, FileStatus::Unreadable(_)));
}

#[test]
fn a_read_that_is_to_stop_stops_at_the_first_bad_row() {
    let log = format!("{HEADER}{}2,,soon,,ok\n3,,late,,ok\n", row(1));
    let reader = LogReader::new().bad_rows(BadRows::Stop);
    let error = reader
        .read_bytes("calls.csv", log.as_bytes(), &mut format(MAPPING).expect("a mapping"))
        .expect_err("a bad row");
    let expected = "calls.csv:3: in: \"soon\", expected a time such as %Y-%m-%d %H:%M:%S";
    assert_eq!(error.to_string(), expected);
    assert!(matches!(error, Error::Rejected(row) if row.line == 3));
}

#[derive(Default)]
struct Watcher {
    rejected: Vec<u64>,
    last: Option<Progress>,
}

impl ReadObserver for Watcher {
    fn rejected(&mut self, row: RejectedRow) {
        self.rejected.push(row.line);
    }

    fn progress(&mut self, progress: Progress) {
        self.last = Some(progress);
    }
}

#[test]
fn an_observer_sees_rejected_rows_and_the_progress() {
    let rows = format!("{}2,,soon,,ok\n", log([1]));
    let folder = folder(&[("a.csv", rows.as_bytes()), ("b.csv", log([3]).as_bytes())]);
    let mut watcher = Watcher::default();
    let paths = [folder.path().to_owned()];
    let mut format = format(MAPPING).expect("a mapping");
    let (log, _) = LogReader::new().read_with(&paths, &mut format, &mut watcher).expect("read");
    assert_eq!((log.calls.len(), watcher.rejected), (2, vec![3]));
    let bytes = (rows.len() + crate::files::log([3]).len()) as u64;
    let done = Progress { files_done: 2, files: 2, bytes_done: bytes, bytes, rows: 3 };
    assert_eq!(watcher.last, Some(done));
}
