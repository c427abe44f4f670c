//! What the benches share: the shipped calls, read once, and made-up ones of any number.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use ringback::calllog::{
    CallLog, CdrFormat, Delimited, Error, Leg, LegId, LogReader, Outcome, Precision, PseudonymKey,
    Pseudonymizer, ReadLog, Stage, StageEnd, StageKind, Stitcher, Zone,
};
use ringback::formats::{FormatName, Formats, Layout};

pub mod logs;

/// A vendor's format as the benches read it: in a zone, with the layout that made-up logs need.
///
/// # Errors
///
/// As [`Formats::open`].
pub fn vendor_format(name: FormatName) -> Result<Box<dyn CdrFormat>, Error> {
    let key = PseudonymKey::from_bytes([1; 32]);
    let place = Formats::new(Pseudonymizer::new(&key, "bench")).zone(Zone::UTC);
    let layout = match name {
        FormatName::AvayaIpOffice => Some("groups = [\"300\"]\n"),
        _ => None,
    };
    place.open(name, layout.map(|text| Layout { text, file: "bench.toml" }))
}

/// The shipped months, in order.
pub fn months() -> Vec<PathBuf> {
    let folder = folder();
    let months = ["january", "february", "march", "april", "may", "june", "july"];
    months.iter().map(|it| folder.join(format!("{it}.txt.gz"))).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/anonymous_bank")
}

/// Reads files by the shipped mapping, from packed bytes to stitched calls with their audit.
///
/// # Errors
///
/// As [`LogReader::read`].
pub fn read(files: &[PathBuf]) -> Result<ReadLog, Error> {
    let path = folder().join("mapping.toml");
    let mapping = std::fs::read_to_string(&path).map_err(|source| Error::Io { path, source })?;
    let key = PseudonymKey::from_bytes([1; 32]);
    let mut format = Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "bench"))?;
    LogReader::new().read(files, &mut format)
}

/// The shipped calls.
///
/// # Errors
///
/// As [`read`].
pub fn bank() -> Result<CallLog, Error> {
    Ok(read(&months())?.log)
}

/// So many made-up calls, each of which queues and is answered: one every ten seconds, served by agents who are just
/// too few. The same for the same number.
pub fn made_up(n_calls: u32) -> Vec<ringback::calllog::Call> {
    let mut stitcher = Stitcher::new();
    stitcher.begin("made up".into(), Precision::SECOND);
    // A linear congruential generator: the benches need spread, not quality.
    let mut state = 12_345_u64;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % below).unwrap_or(0)
    };
    for n in 0..n_calls {
        let came: DateTime<Utc> = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::from(n) * 10);
        let answered = came + TimeDelta::seconds(draw(300));
        let ended = answered + TimeDelta::seconds(draw(400));
        let stage = |kind, from, to, end| Stage {
            kind,
            queue: Some("line".into()),
            agent: None,
            entered_at: from,
            left_at: Some(to),
            end,
        };
        let stages = vec![
            stage(StageKind::Queue, came, answered, StageEnd::Answered),
            stage(StageKind::Talk, answered, ended, StageEnd::Completed),
        ];
        stitcher.push(Leg {
            stages,
            ended_at: Some(ended),
            ..Leg::whole(LegId::new(format!("{n}")), came, Outcome::Answered)
        });
    }
    stitcher.finish()
}
