//! Logs written as they are found in the wild, read and counted, against a count of what was written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use ringback_eventlog::{EventLog, XesReader};
use ringback_mining::{DirectlyFollows, GraphDetail, TemporalProfile, Variants, throughput_micros};

/// Written once as a text and once as XML has it.
const ACTIVITIES: [(&str, &str); 10] = [
    ("open", "open"),
    ("open ", "open "),
    ("OPEN", "OPEN"),
    ("A & B", "A &amp; B"),
    ("say \"hi\"", "say &quot;hi&quot;"),
    ("<b>", "&lt;b>"),
    ("café", "caf&#xe9;"),
    ("日本", "日&#26412;"),
    ("two lines", "two\nlines"),
    ("]]>", "]]>"),
];

/// A seeded sequence of numbers.
struct Draws(u64);

impl Draws {
    fn next(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.next(of.len() as u64)).unwrap()]
    }

    fn below(&mut self, bound: i64) -> i64 {
        i64::try_from(self.next(u64::try_from(bound).unwrap())).unwrap()
    }
}

/// What was written: case, activity, microseconds; and how many events lack something.
#[derive(Default)]
struct Written {
    xes: String,
    events: Vec<(String, String, i64)>,
    unusable: usize,
}

fn stamp(draws: &mut Draws, at_micros: i64) -> String {
    let offset = draws.one(&[0, 3600, 7200, 36_000, 19_800, -12_600]);
    let zone = FixedOffset::east_opt(offset).unwrap();
    let at = DateTime::from_timestamp_micros(at_micros).unwrap().with_timezone(&zone);
    let fraction = if at_micros % 1000 == 0 && draws.next(2) == 0 { "%.3f" } else { "%.6f" };
    let end = draws.one(&["%:z", "%z"]);
    at.format(&format!("%Y-%m-%dT%H:%M:%S{fraction}{end}")).to_string()
}

fn noise(draws: &mut Draws) -> &'static str {
    let signs = [
        "",
        "",
        "\n\t",
        "<!-- <event/> > -->",
        "<![CDATA[</trace>]]>",
        "<list key=\"l\"><values><string key=\"concept:name\" value=\"no\"/></values></list>",
        "<string key=\"note\" value=\"\"><date key=\"time:timestamp\" value=\"2000-01-01T00:00:00Z\"/></string>",
        "<float key=\"cost\" value=\"1.5\" />",
        "<id value='7' key='identity:id'></id>",
    ];
    draws.one(&signs)
}

fn activity(draws: &mut Draws, many: bool) -> (String, String) {
    let (text, xml) = draws.one(&ACTIVITIES);
    let number = if many { draws.next(200).to_string() } else { String::new() };
    (format!("{text}{number}"), format!("{xml}{number}"))
}

fn write_event(draws: &mut Draws, written: &mut Written, case: &str, at_micros: i64, many: bool) {
    let (text, xml) = activity(draws, many);
    let name = format!("<string key=\"concept:name\" value=\"{xml}\"/>");
    let time = format!("<date key=\"time:timestamp\" value=\"{}\"/>", stamp(draws, at_micros));
    let (name, time) = match draws.next(60) {
        0 => (name, String::new()),
        1 => (String::new(), time),
        2..30 => (time, name),
        _ => (name, time),
    };
    if name.is_empty() || time.is_empty() {
        written.unusable += 1;
    } else {
        written.events.push((case.to_owned(), text, at_micros));
    }
    let noises = [(); 3].map(|()| noise(draws));
    let [a, b, c] = noises;
    writeln!(written.xes, "<event>{a}{name}{b}{time}{c}</event>").unwrap();
}

/// Traces out of order inside, ids that come twice, equal stamps, and what else there is.
fn written(seed: u64) -> Written {
    let mut draws = Draws(seed);
    let mut written = Written { xes: "\u{feff}<log>\n".to_owned(), ..Written::default() };
    let unit = draws.one(&[1, 1000, 1_000_000, 86_400_000_000]);
    let many = draws.next(4) == 0;
    for trace in 1..=draws.next(60) {
        let is_named = draws.next(20) > 0;
        let case =
            if is_named { format!("T-{}", draws.next(40)) } else { format!("trace {trace}") };
        written.xes += "<trace>";
        if is_named {
            write!(written.xes, "<string key=\"concept:name\" value=\"{case}\"/>").unwrap();
        }
        // On both sides of a change to summer time, and before 1970.
        let mut at = draws.one(&[1_332_633_600_000_000, 1_351_299_600_000_000, -500]);
        for _ in 0..draws.one(&[0, 1, 2, 5, 40]) {
            at += draws.one(&[0, 0, 1, 7, -3]) * unit + draws.below(3) * unit;
            write_event(&mut draws, &mut written, &case, at, many);
        }
        written.xes += "</trace>\n";
    }
    written.xes += "</log>";
    written
}

/// The times between two activities. Unit: microseconds.
type Times<'a> = BTreeMap<(&'a str, &'a str), Vec<i64>>;

/// The counts of what was written.
#[derive(Default)]
struct Counts<'a> {
    cases: BTreeMap<&'a str, Vec<(i64, &'a str)>>,
    follows: Times<'a>,
    eventually: Times<'a>,
}

impl<'a> Counts<'a> {
    fn of(events: &'a [(String, String, i64)]) -> Self {
        let mut counts = Self::default();
        for (case, activity, at) in events {
            counts.cases.entry(case).or_default().push((*at, activity));
        }
        for events in counts.cases.values_mut() {
            events.sort_by_key(|it| it.0);
            for (place, (at, from)) in events.iter().enumerate() {
                for (later, (then, to)) in events.iter().enumerate().skip(place + 1) {
                    if later == place + 1 {
                        counts.follows.entry((from, to)).or_default().push(then - at);
                    }
                    counts.eventually.entry((from, to)).or_default().push(then - at);
                }
            }
        }
        counts
    }

    /// How often each value comes.
    fn tally<K: Ord>(&self, of: impl Fn(&[(i64, &'a str)]) -> K) -> BTreeMap<K, u64> {
        let mut tally = BTreeMap::new();
        for events in self.cases.values() {
            *tally.entry(of(events)).or_default() += 1;
        }
        tally
    }
}

#[track_caller]
fn check_close(seed: u64, what: &str, found: f64, expected: f64) {
    let apart = (found - expected).abs();
    assert!(apart <= 1e-9 * expected.abs() + 1e-12, "seed {seed}, {what}: {found}, not {expected}");
}

fn mean_and_median(times: &[i64]) -> (f64, f64) {
    let mut times = times.to_vec();
    times.sort_unstable();
    let (below, middle) = (times[(times.len() - 1) / 2], times[times.len() / 2]);
    let sum: i64 = times.iter().sum();
    (sum as f64 / times.len() as f64 / 1e6, (below + middle) as f64 / 2e6)
}

fn check_cases(seed: u64, log: &EventLog, counts: &Counts<'_>) {
    let name = |it: u32| log.activities().get(it).unwrap();
    let graph = DirectlyFollows::of(log, GraphDetail::Means);
    let named = |it: &[(u32, u64)]| -> BTreeMap<&str, u64> {
        it.iter().map(|(activity, count)| (name(*activity), *count)).collect()
    };
    assert_eq!(named(graph.starts()), counts.tally(|it| it[0].1), "seed {seed}");
    assert_eq!(named(graph.ends()), counts.tally(|it| it[it.len() - 1].1), "seed {seed}");
    let variants = Variants::of(log);
    let named: BTreeMap<Vec<&str>, u64> = variants
        .all()
        .iter()
        .map(|it| (it.activities.iter().map(|it| name(*it)).collect(), it.count))
        .collect();
    let expected = counts.tally(|it| it.iter().map(|it| it.1).collect::<Vec<_>>());
    assert_eq!(named, expected, "seed {seed}");
    let took = throughput_micros(log);
    let took: BTreeMap<&str, i64> =
        took.iter().enumerate().map(|(case, it)| (log.case_name(case).unwrap(), *it)).collect();
    let expected: BTreeMap<&str, i64> =
        counts.cases.iter().map(|(case, it)| (*case, it[it.len() - 1].0 - it[0].0)).collect();
    assert_eq!(took, expected, "seed {seed}");
    let ties = counts.cases.values().flat_map(|it| it.windows(2)).filter(|it| it[0].0 == it[1].0);
    assert_eq!(log.order().ties, ties.count(), "seed {seed}");
}

fn check_arcs(seed: u64, log: &EventLog, counts: &Counts<'_>) {
    let number = |it: &str| log.activities().find(it).unwrap();
    let graph = DirectlyFollows::of(log, GraphDetail::Quantiles);
    assert_eq!(graph.arcs().len(), counts.follows.len(), "seed {seed}");
    for ((from, to), times) in &counts.follows {
        let arc = graph.arc(number(from), number(to)).unwrap();
        assert_eq!(arc.count, times.len() as u64, "seed {seed}, {from} > {to}");
        let (mean, median) = mean_and_median(times);
        check_close(seed, "mean", arc.mean_secs(), mean);
        check_close(seed, "median", arc.quantiles.unwrap().median_secs, median);
    }
    let profile = TemporalProfile::of(log);
    assert_eq!(profile.relations().len(), counts.eventually.len(), "seed {seed}");
    for ((from, to), times) in &counts.eventually {
        let relation = profile.relation(number(from), number(to)).unwrap();
        assert_eq!(relation.count, times.len() as u64, "seed {seed}, {from} > … > {to}");
        check_close(seed, "mean of all", relation.mean_secs, mean_and_median(times).0);
    }
}

#[test]
fn what_is_read_of_wild_logs_is_what_was_written() {
    let mut most_activities = 0;
    let mut unusable = 0;
    for seed in 0..150 {
        let written = written(seed);
        let read = XesReader::default().read_from(written.xes.as_bytes(), Path::new("wild.xes"));
        let Ok(read) = read else {
            assert!(written.events.is_empty(), "seed {seed}: {}", read.unwrap_err());
            continue;
        };
        assert_eq!(read.rejected.len(), written.unusable, "seed {seed}");
        let counts = Counts::of(&written.events);
        check_cases(seed, &read.log, &counts);
        check_arcs(seed, &read.log, &counts);
        most_activities = most_activities.max(read.log.activities().len());
        unusable += written.unusable;
    }
    // Both ways of counting arcs, and rejected events, were in it.
    assert!(most_activities > 512, "{most_activities}");
    assert!(unusable > 0);
}
