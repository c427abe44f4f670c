//! Ranking by total excess time.
#![expect(clippy::float_cmp, reason = "sums of whole hours")]

use std::path::PathBuf;

use ringback_eventlog::{EventLogBuilder, XesReader};
use ringback_mining::{Detectors, Reference, rank_transitions};

/// Two hundred cases lose five hours each on their way to B; two lose ten days each on their way to C.
fn log() -> ringback_eventlog::EventLog {
    let mut log = EventLogBuilder::default();
    let hour = 3_600_000_000_i64;
    for number in 0..400 {
        let case = log.case(&format!("T-{number}"));
        let (next, hours) = match number {
            0..2 => ("C", 240),
            _ if number % 2 == 0 => ("B", 6),
            _ => ("B", 1),
        };
        log.event(case, "A", 0);
        log.event(case, next, hours * hour);
    }
    log.build()
}

#[test]
fn total_excess_ranks_before_a_high_mean_of_two_cases() {
    let found =
        rank_transitions(&log(), &Detectors::default(), Reference::TargetSecs(3600.0)).unwrap();
    let [first, second] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((first.to.as_str(), first.count, first.rank_by_mean), ("B", 398, 2));
    assert_eq!((second.to.as_str(), second.count, second.rank_by_mean), ("C", 2, 1));
    assert_eq!(first.excess_hours, 199.0 * 5.0);
    assert_eq!(second.excess_hours, 2.0 * 239.0);
    assert!(first.excess_interval.lower > 0.0 && first.excess_interval.lower < first.excess_hours);
}

#[test]
fn the_interval_of_a_total_has_the_width_of_its_closed_form() {
    // Drawn Poisson with mean 1, 199 cases of 5 h have a standard deviation of 5 sqrt(199).
    let found =
        rank_transitions(&log(), &Detectors::default(), Reference::TargetSecs(3600.0)).unwrap();
    let interval = found[0].excess_interval;
    let width = 2.0 * 1.959_964 * 5.0 * 199_f64.sqrt();
    // A thousand draws know a 95 % width to about a twelfth.
    assert!(((interval.upper - interval.lower) / width - 1.0).abs() < 0.12, "{interval:?}");
}

#[test]
fn the_reference_is_the_median_or_the_best_quartile() {
    let of = |reference| rank_transitions(&log(), &Detectors::default(), reference).unwrap();
    let to_b = |reference| of(reference).into_iter().find(|it| it.to == "B").unwrap();
    assert_eq!(to_b(Reference::Median).reference_hours, 3.5);
    assert_eq!(to_b(Reference::BestQuartile).reference_hours, 1.0);
}

#[test]
fn the_volvo_incidents_are_not_ranked_by_two_cases() {
    let shared = std::env::var_os("RINGBACK_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/event_logs/bpi_challenge_2013_incidents.xes.gz");
    if !path.is_file() {
        println!("skipped: {} is not here", path.display());
        return;
    }
    let log = XesReader::default().read(&path).unwrap().log;
    let found = rank_transitions(&log, &Detectors::default(), Reference::Median).unwrap();
    assert_eq!(found.len(), 81);
    // pm4py paints this one the reddest of all.
    let red = found.iter().find(|it| it.rank_by_mean == 1).unwrap();
    assert_eq!((red.from.as_str(), red.to.as_str(), red.count), ("Wait - Customer", "Assigned", 2));
    let queue = found
        .iter()
        .position(|it| it.from == "Awaiting Assignment" && it.to == "In Progress")
        .unwrap();
    assert_eq!(found[queue].count, 10_700);
    assert!(queue < 3 && found.iter().position(|it| it == red).unwrap() > 10, "{queue}");
}
