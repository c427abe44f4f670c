//! Formats that hold rows until their call is complete: accounts, streams, and several feeds of one system.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ringback_calllog::*;

use crate::shop::MAPPING;

/// Lines `key second` (or `key second rubbish`): rows of a key are one call; a call of one row only is no call.
struct Pairs {
    name: &'static str,
    rows: Gatherer<Row>,
}

struct Row {
    key: String,
    at: DateTime<Utc>,
    place: Place,
}

impl Piece for Row {
    type Key = String;

    fn keys(&self, keys: &mut Vec<String>) {
        keys.push(self.key.clone());
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.at, self.at)
    }
}

impl Pairs {
    fn new(name: &'static str) -> Self {
        Self { name, rows: Gatherer::new(TimeDelta::minutes(10)) }
    }
}

impl CdrFormat for Pairs {
    fn source(&self) -> SourceId {
        "pairs".into()
    }

    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        file.lines().next().is_some_and(|it| it.starts_with(self.name))
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        if file.file_name().starts_with('_') {
            return Err(SkipReason::new("still being written"));
        }
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        let abandons = self.name == "full";
        Observed {
            abandons,
            waits: true,
            agents: false,
            customers: false,
            zone: Zone::UTC,
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        if text.starts_with(self.name) {
            return Verdict::NotARow;
        }
        let mut words = text.split(' ');
        let (Some(key), Some(secs)) = (words.next(), words.next()) else {
            return Verdict::rejected("", RejectReason::FieldCount { got: 1, expected: 2 });
        };
        let at = secs.parse().ok().and_then(|it| DateTime::from_timestamp(it, 0));
        let Some(at) = at else {
            return Verdict::rejected("second", RejectReason::Missing { expected: "seconds" });
        };
        self.rows.push(Row { key: key.to_owned(), at, place: record.place });
        Verdict::Held { at }
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        self.rows.settle(until, |rows| {
            rows.sort_by_key(|it| it.at);
            let [first, .., last] = &rows[..] else {
                let lonely = Verdict::skipped("a row without its other half");
                settled.rows.extend(rows.first().map(|it| (it.place, lonely)));
                return;
            };
            let id = LegId::new(format!("{}~{}", first.key, first.at.timestamp()));
            let mut leg = Leg::whole(id, first.at, Outcome::Answered);
            leg.ended_at = Some(last.at);
            settled.details.push(DetailRow {
                table: "rows",
                columns: &["rows"],
                call_id: Some(leg.leg_id.clone().into()),
                values: vec![rows.len().to_string()],
            });
            settled.legs.push(leg);
        });
    }
}

/// Collects what is told.
#[derive(Default)]
struct Told {
    calls: Vec<Call>,
    rejected: Vec<RejectedRow>,
    details: Vec<DetailRow>,
}

impl ReadObserver for Told {
    fn rejected(&mut self, row: RejectedRow) {
        self.rejected.push(row);
    }

    fn detail(&mut self, row: DetailRow) {
        self.details.push(row);
    }

    fn call(&mut self, call: Call) {
        self.calls.push(call);
    }
}

const LOG: &str = "a 0\nb 5\na 60\nrubbish\nc 70\nb 80\na 90000\na 90001\n";

#[test]
fn held_rows_become_calls_and_add_up() {
    let read = LogReader::new().read_bytes("log", LOG.as_bytes(), &mut Pairs::new("pairs"));
    let read = read.unwrap();
    assert_eq!(read.log.calls.len(), 3);
    let audit = &read.audit;
    assert_eq!((audit.rows_read, audit.rows_used), (8, 6));
    assert_eq!(audit.skipped["a row without its other half"], 1);
    assert_eq!((read.rejected.len(), read.rejected[0].line), (1, 4));
    assert_eq!(read.details.len(), 3);
    assert_eq!((audit.files[0].rows_used, audit.files[0].rows_skipped), (6, 1));
}

#[test]
fn a_file_that_its_format_passes_over_is_named_in_the_audit() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("_new"), LOG).unwrap();
    std::fs::write(folder.path().join("old"), LOG.replace('0', "1")).unwrap();
    let paths = [folder.path().to_owned()];
    let read = LogReader::new().read(&paths, &mut Pairs::new("pairs")).unwrap();
    let passed_over = FileStatus::PassedOver(SkipReason::new("still being written"));
    assert_eq!(read.audit.files[0].status, passed_over);
    assert_eq!(read.audit.files[1].status, FileStatus::Read);
    assert!(read.audit.warnings.iter().any(|it| it.ends_with("passed over, still being written")));
}

#[test]
fn calls_are_given_out_while_a_log_is_read_and_nothing_is_kept_of_them() {
    struct Most {
        calls: u64,
        first: Option<DateTime<Utc>>,
    }
    impl ReadObserver for Most {
        fn call(&mut self, call: Call) {
            self.calls += 1;
            self.first.get_or_insert(call.arrived_at);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let log: Vec<String> = (0..40_000).map(|n| format!("k{} {}", n / 2, n * 20)).collect();
    std::fs::write(&path, log.join("\n") + "\n").unwrap();
    let mut format = Pairs::new("pairs");
    let mut most = Most { calls: 0, first: None };
    let audit =
        LogReader::new().read_calls(std::slice::from_ref(&path), &mut format, &mut most).unwrap();
    assert_eq!((most.calls, audit.calls, audit.rows_used), (20_000, 20_000, 40_000));
    let whole = LogReader::new().read(&[path], &mut Pairs::new("pairs")).unwrap();
    assert_eq!(whole.audit, audit);
}

proptest! {
    #[test]
    fn a_stream_cut_anywhere_gives_what_the_whole_gives(cuts in prop::collection::vec(0..LOG.len(), 0..12)) {
        let whole = LogReader::new().read_bytes("log", LOG.as_bytes(), &mut Pairs::new("pairs")).unwrap();
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut told = Told::default();
        let mut stream = LogStream::new(&LogReader::new(), "log", Pairs::new("pairs")).unwrap();
        let mut from = 0;
        for cut in cuts.into_iter().chain([LOG.len()]) {
            stream.push(&LOG.as_bytes()[from..cut], &mut told).unwrap();
            from = cut;
        }
        let audit = stream.finish(&mut told).unwrap();
        prop_assert_eq!(told.calls, whole.log.calls);
        prop_assert_eq!(told.rejected, whole.rejected);
        prop_assert_eq!((told.details, audit), (whole.details, whole.audit));
    }
}

#[test]
fn a_stream_that_falls_silent_gives_its_calls_when_it_is_asked() {
    let mut told = Told::default();
    let mut stream = LogStream::new(&LogReader::new(), "log", Pairs::new("pairs")).unwrap();
    stream.push(b"a 0\na 60\n", &mut told).unwrap();
    stream.settle(DateTime::from_timestamp(3_600, 0).unwrap(), &mut told).unwrap();
    assert!(told.calls.is_empty());
    stream.settle(DateTime::from_timestamp(5 * 3_600, 0).unwrap(), &mut told).unwrap();
    assert_eq!(told.calls.len(), 1);
}

/// A folder with these files, read as a mixture.
#[track_caller]
fn mixed(files: &[(&str, &str)]) -> Result<(CallLog, Audit), Error> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut formats: Vec<Box<dyn CdrFormat>> =
        vec![Box::new(Pairs::new("poor")), Box::new(Pairs::new("full"))];
    let paths = [folder.path().to_owned()];
    LogReader::new().read_mixed(&paths, &mut formats, &mut Told::default())
}

#[test]
fn the_same_call_in_two_feeds_counts_once() {
    let poor = "poor\nx 1\nx 61\ny 5000\ny 5100\n";
    let full = "full\nx 2\nx 62\nz 9000\nz 9001\n";
    let (log, audit) = mixed(&[("1", poor), ("2", full), ("3", "nobody's\n")]).unwrap();
    let ids: Vec<&str> = log.calls.iter().map(|it| it.call_id.as_str()).collect();
    assert_eq!(ids, ["x~2", "y~5000", "z~9000"]);
    assert_eq!((audit.calls, audit.rows_used, audit.rows_read), (3, 8, 8));
    let sources: Vec<_> =
        audit.sources.iter().map(|it| (it.calls, it.calls_in_other_feeds)).collect();
    assert_eq!(sources, [(1, 1), (2, 0)]);
    assert!(!audit.observed.abandons);
    assert_eq!(audit.files.last().unwrap().status, FileStatus::NotRecognized);
    let warned = |text: &str| audit.warnings.iter().any(|it| it.contains(text));
    assert!(warned("abandoned calls are not observable in poor"), "{:?}", audit.warnings);
    assert!(warned("1 call(s) of poor are told of by a better feed of the same system"));
}

#[test]
fn two_calls_that_end_apart_are_two() {
    let (log, _) = mixed(&[("1", "poor\nx 1\nx 61\n"), ("2", "full\nx 2\nx 90\n")]).unwrap();
    assert_eq!(log.calls.len(), 2);
}

#[test]
fn one_call_of_a_feed_stands_for_one_of_another() {
    let poor = "poor\nx 1\nx 61\ny 1\ny 61\n";
    let (log, _) = mixed(&[("1", poor), ("2", "full\nx 2\nx 62\n")]).unwrap();
    assert_eq!(log.calls.len(), 2);
}

#[test]
fn an_id_that_two_feeds_use_for_two_calls_is_made_two() {
    let (log, _) = mixed(&[("1", "poor\nx 7\nx 61\n"), ("2", "full\nx 7\nx 90\n")]).unwrap();
    assert_ne!(log.calls[0].call_id, log.calls[1].call_id);
}

/// A format that claims the files of another.
struct AsPairs(Pairs);
impl CdrFormat for AsPairs {
    fn source(&self) -> SourceId {
        self.0.source()
    }
    fn name(&self) -> String {
        "twins".to_owned()
    }
    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        self.0.recognizes(file)
    }
    fn framing(&self) -> Framing {
        self.0.framing()
    }
    fn observed(&self) -> Observed {
        self.0.observed()
    }
    fn read(&mut self, record: Record<'_>) -> Verdict {
        self.0.read(record)
    }
}

#[test]
fn a_file_that_two_formats_take_for_theirs_is_an_error_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, "pairs\na 1\na 2\n").unwrap();
    let mut formats: Vec<Box<dyn CdrFormat>> =
        vec![Box::new(Pairs::new("pairs")), Box::new(AsPairs(Pairs::new("pairs")))];
    let read = LogReader::new().read_mixed(
        std::slice::from_ref(&path),
        &mut formats,
        &mut Told::default(),
    );
    let expected = format!("{}: could be pairs or twins, expected one: say which", path.display());
    assert_eq!(read.unwrap_err().to_string(), expected);
}

#[test]
fn an_id_that_comes_twice_leaves_its_neighbors_alone() {
    let poor: Vec<String> = [1, 10, 11, 2].map(|it| format!("{it} 5\n{it} 9\n")).to_vec();
    let twice = "full\n1 7005\n1 7009\n";
    let (log, _) = mixed(&[("1", &format!("poor\n{}", poor.join(""))), ("2", twice)]).unwrap();
    let mut ids: Vec<&str> = log.calls.iter().map(|it| it.call_id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["10~5", "11~5", "1~5", "1~7005", "2~5"]);
}

/// A redial within seconds: the call that fits exactly is taken first, whichever comes first.
#[test]
fn of_two_calls_near_each_other_each_finds_its_own() {
    let full = "full\nx 1000\nx 1002\ny 1004\ny 1304\n";
    let (log, audit) = mixed(&[("1", "poor\nz 1004\nz 1304\n"), ("2", full)]).unwrap();
    let ids: Vec<&str> = log.calls.iter().map(|it| it.call_id.as_str()).collect();
    assert_eq!((ids, audit.sources[0].calls_in_other_feeds), (vec!["x~1000", "y~1004"], 1));
}

#[test]
fn details_follow_their_call_to_the_one_that_stands_for_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1"), "poor\nx 1\nx 61\n").unwrap();
    std::fs::write(folder.path().join("2"), "full\ny 2\ny 62\n").unwrap();
    let mut formats: Vec<Box<dyn CdrFormat>> =
        vec![Box::new(Pairs::new("poor")), Box::new(Pairs::new("full"))];
    let mut told = Told::default();
    let paths = [folder.path().to_owned()];
    LogReader::new().read_mixed(&paths, &mut formats, &mut told).unwrap();
    let of = |it: &DetailRow| it.call_id.as_ref().map(ToString::to_string);
    let named: Vec<_> = told.details.iter().map(of).collect();
    assert_eq!(named, [Some("y~2".to_owned()), Some("y~2".to_owned())]);
}

#[test]
fn a_format_that_stopped_at_a_bad_row_begins_anew() {
    let mut format = Pairs::new("pairs");
    let strict = LogReader::new().bad_rows(BadRows::Stop);
    let stopped = strict.read_bytes("log", b"a 1\na 2\nbad\n", &mut format).unwrap_err();
    assert!(stopped.to_string().starts_with("log:3: "), "{stopped}");
    let read = strict.read_bytes("log", b"c 9\na 1\na 2\n", &mut format).unwrap();
    assert_eq!((read.log.calls.len(), read.audit.rows_used, read.audit.rows_skipped), (1, 2, 1));
}

#[test]
fn a_stream_that_stopped_at_a_bad_row_stays_stopped() {
    let strict = LogReader::new().bad_rows(BadRows::Stop);
    let mut told = Told::default();
    let mut stream = LogStream::new(&strict, "log", Pairs::new("pairs")).unwrap();
    let first = stream.push(b"a 1\nbad\na 2\n", &mut told).unwrap_err().to_string();
    assert!(first.starts_with("log:2: "), "{first}");
    assert_eq!(stream.push(b"a 3\n", &mut told).unwrap_err().to_string(), first);
    assert_eq!(stream.finish(&mut told).unwrap_err().to_string(), first);
}

#[test]
fn a_stream_without_rows_is_an_error_as_a_file_is() {
    let mut told = Told::default();
    let stream = LogStream::new(&LogReader::new(), "log", Pairs::new("pairs")).unwrap();
    let failed = stream.finish(&mut told).unwrap_err().to_string();
    assert!(failed.ends_with("log: no rows in the file"), "{failed}");
}

/// Reads bytes as a file, and as a stream in pieces, by the shop's mapping, and holds them against each other.
#[track_caller]
fn the_same_in_pieces(bytes: &[u8], piece: usize) {
    let whole =
        LogReader::new().read_bytes("log", bytes, &mut crate::shop::format(MAPPING).unwrap());
    let mut told = Told::default();
    let format = crate::shop::format(MAPPING).unwrap();
    let mut stream = LogStream::new(&LogReader::new(), "log", format).unwrap();
    for piece in bytes.chunks(piece) {
        stream.push(piece, &mut told).unwrap();
    }
    match (whole, stream.finish(&mut told)) {
        (Ok(whole), Ok(audit)) => {
            assert_eq!(told.rejected, whole.rejected);
            assert_eq!((told.calls, audit), (whole.log.calls, whole.audit));
        }
        (Err(whole), Err(stream)) => assert_eq!(whole.to_string(), stream.to_string()),
        (whole, stream) => panic!("{whole:?} as a whole, {stream:?} in pieces"),
    }
}

#[test]
fn a_stream_of_quoted_rows_gives_what_the_whole_gives() {
    let row = |id: u32, caller: &str| {
        format!("{id},{caller},2026-05-04 09:00:00,2026-05-04 09:00:30,ok\n")
    };
    let stray = [row(1, "5\" wide"), row(2, ""), row(3, "\"two\nlines\""), row(4, "")].concat();
    let open = format!("{}\"{}", row(1, "\"a\"\"b\""), row(2, "").repeat(80));
    let long = format!("{}{}{}", row(1, ""), "x,".repeat(1 << 20), row(2, ""));
    for text in [stray, open, row(7, "").replace('\n', "\r\n"), "\u{feff}".to_owned()] {
        let log = format!("{}{text}", crate::shop::HEADER);
        for piece in [1, 2, 7, 64, 4096] {
            the_same_in_pieces(log.as_bytes(), piece);
            the_same_in_pieces(&log.as_bytes()[..log.len() - 2], piece);
        }
    }
    the_same_in_pieces(format!("{}{long}", crate::shop::HEADER).as_bytes(), 4096);
}

proptest! {
    #[test]
    fn any_text_in_pieces_gives_what_the_whole_gives(text in "[a,\"\n\r0\u{0}]{0,120}", piece in 1..9_usize) {
        the_same_in_pieces(format!("{}{text}", crate::shop::HEADER).as_bytes(), piece);
    }
}

#[test]
fn a_folder_of_unknown_files_is_an_error_that_names_the_first() {
    let failed = mixed(&[("1", "what is this\n")]).unwrap_err().to_string();
    assert!(failed.ends_with("1: of no known format"), "{failed}");
}

/// Settles calls that all have one id: each by its start in milliseconds and how many stages it has.
struct OneId(Vec<(i64, i64)>);

impl CdrFormat for OneId {
    fn source(&self) -> SourceId {
        "one".into()
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        Pairs::new("full").observed()
    }

    fn read(&mut self, _record: Record<'_>) -> Verdict {
        Verdict::Held { at: DateTime::UNIX_EPOCH }
    }

    fn settle(&mut self, _until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let legs = self.0.iter().map(|&(millis, stages)| {
            let mut leg = Leg::whole("x".into(), at(millis), Outcome::Answered);
            leg.stages = (0..stages)
                .map(|n| Stage {
                    kind: StageKind::Talk,
                    queue: None,
                    agent: None,
                    entered_at: at(millis + n),
                    left_at: None,
                    end: StageEnd::Unknown,
                })
                .collect();
            leg
        });
        settled.legs.extend(legs);
    }
}

#[test]
fn one_id_at_one_time_is_one_call_and_at_another_time_another() {
    let mut format = OneId(vec![(100_000, 1), (0, 1), (500, 2), (200_000, 1)]);
    let read = LogReader::new().read_bytes("log", b"row\n", &mut format).unwrap();
    let calls = read.log.calls.iter();
    let calls: Vec<_> = calls.map(|it| (it.call_id.as_str(), it.stages.len())).collect();
    assert_eq!(calls, [("x", 2), ("x~2", 1), ("x~3", 1)]);
    let said = "calls told twice under one id, counted once: 1";
    assert!(read.audit.warnings.iter().any(|it| it == said), "{:?}", read.audit.warnings);
}
