//! A folder of its own in which programs are run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use serde_json::Value;
use tempfile::TempDir;

/// The months of the shipped log, in order, and the rows of each as its publisher's files have them.
pub(crate) const MONTHS: [(&str, u64); 7] = [
    ("january", 31_599),
    ("february", 33_344),
    ("march", 38_801),
    ("april", 32_036),
    ("may", 39_553),
    ("june", 37_935),
    ("july", 39_022),
];

/// The flags of a read of the small made-up log.
pub(crate) const SHOP: [&str; 8] =
    ["--format", "delimited", "--mapping", "shop.toml", "--key-file", "key", "--out", "out"];

/// A file below `fixtures/`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(path)
}

/// A temporary folder with a key file; programs run in it, and find no other home.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        place.write("key", "0123456789abcdef".repeat(4));
        place
    }

    /// A place with the made-up log and its mapping.
    pub(crate) fn with_shop() -> Self {
        let place = Self::new();
        for name in ["shop.toml", "shop.csv"] {
            place.write(name, fs::read(fixture("programs").join(name)).unwrap());
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|it| panic!("{name}: {it}"))
    }

    #[track_caller]
    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap_or_else(|it| panic!("{name}: {it}"))
    }

    /// Every file below a folder, by its name there.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(folder)).unwrap().map(|it| it.unwrap().path());
        entries
            .map(|it| {
                (it.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&it).unwrap())
            })
            .collect()
    }

    /// A program to run in this folder.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(binary(program));
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command.env("HOME", self.0.path()).env_remove("XDG_CONFIG_HOME");
        command
    }

    /// Runs a program in this folder to its end.
    pub(crate) fn run(&self, program: &str, flags: &[&str]) -> Ran {
        let mut command = self.command(program);
        Ran::of(command.args(flags), format!("{program} {}", flags.join(" ")))
    }

    /// Runs `ingest` with the made-up log's mapping over some paths.
    pub(crate) fn ingest_shop(&self, flags: &[&str]) -> Ran {
        self.run("ingest", &[&SHOP, flags].concat())
    }

    /// Reads months of the shipped log into a folder.
    #[track_caller]
    pub(crate) fn ingest_months(&self, months: &[&str], out: &str) {
        let mut command = self.command("ingest");
        command.args(["--format", "delimited", "--key-file", "key", "--out", out, "--mapping"]);
        command.arg(fixture("anonymous_bank/mapping.toml"));
        command.args(months.iter().map(|it| fixture(&format!("anonymous_bank/{it}.txt.gz"))));
        Ran::of(&mut command, "ingest of the shipped months".to_owned()).succeeds();
    }
}

fn binary(program: &str) -> &'static str {
    match program {
        "ingest" => env!("CARGO_BIN_EXE_ingest"),
        "forecast" => env!("CARGO_BIN_EXE_forecast"),
        "waits" => env!("CARGO_BIN_EXE_waits"),
        "reach" => env!("CARGO_BIN_EXE_reach"),
        "callbacks" => env!("CARGO_BIN_EXE_callbacks"),
        "bottlenecks" => env!("CARGO_BIN_EXE_bottlenecks"),
        "overview" => env!("CARGO_BIN_EXE_overview"),
        "write_adapter" => env!("CARGO_BIN_EXE_write_adapter"),
        _ => panic!("no program {program}"),
    }
}

/// The shipped months, read once for the tests that are at work; the log is in the folder `log`.
pub(crate) fn shipped() -> Arc<Place> {
    static SHIPPED: Mutex<Weak<Place>> = Mutex::new(Weak::new());
    let mut shared = SHIPPED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let place = Arc::new(Place::new());
        place.ingest_months(&MONTHS.map(|it| it.0), "log");
        *shared = Arc::downgrade(&place);
        place
    })
}

/// What a program did.
pub(crate) struct Ran {
    what: String,
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command, what: String) -> Self {
        let output = command.output().unwrap();
        Self {
            what,
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Checks that the program did its work and had nothing to say on standard error.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        let Self { what, status, stdout, stderr } = &self;
        assert_eq!(*status, Some(0), "{what}\n{stdout}{stderr}");
        assert_eq!(stderr, "", "{what}");
        self
    }

    /// Checks that the work failed, with one line that holds all these texts.
    #[track_caller]
    pub(crate) fn fails(self, texts: &[&str]) {
        let Self { what, status, stdout, stderr } = &self;
        assert_eq!(*status, Some(1), "{what}\n{stdout}{stderr}");
        assert_eq!(stdout, "", "{what}");
        assert!(stderr.starts_with("error: ") && stderr.ends_with('\n'), "{what}\n{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{what}\n{stderr}");
        for text in texts {
            assert!(stderr.contains(text), "{what}\n{stderr}lacks {text:?}");
        }
    }

    /// Checks that the flags were refused, with a message that holds all these texts.
    #[track_caller]
    pub(crate) fn refuses(self, texts: &[&str]) {
        let Self { what, status, stdout, stderr } = &self;
        assert_eq!(*status, Some(2), "{what}\n{stdout}{stderr}");
        assert_eq!(stdout, "", "{what}");
        for text in texts {
            assert!(stderr.contains(text), "{what}\n{stderr}lacks {text:?}");
        }
    }
}
