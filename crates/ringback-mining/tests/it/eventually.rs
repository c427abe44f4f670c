//! Temporal profiles against published figures.

use std::collections::BTreeSet;

use ringback_mining::TemporalProfile;

use crate::graph::public_log;

#[test]
fn the_running_example_has_the_relations_that_pm4py_gives() {
    let Some(log) = public_log("running-example.xes") else { return };
    let profile = TemporalProfile::of(&log);
    assert_eq!(profile.relations().len(), 39);
    let number = |it| log.activities().find(it).unwrap();
    let relation = profile.relation(number("register request"), number("decide")).unwrap();
    assert!((relation.mean_secs - 652_780.0).abs() < 1e-6, "{relation:?}");
    assert!((relation.deviation_secs - 439_329.536_225).abs() < 1e-5, "{relation:?}");
}

#[test]
fn incidents_beyond_six_deviations_are_those_that_pm4py_finds() {
    let Some(log) = public_log("bpi_challenge_2013_incidents.xes.gz") else { return };
    let log = log.classified(&["concept:name", "lifecycle:transition"]).unwrap();
    let profile = TemporalProfile::of(&log);
    assert_eq!(profile.relations().len(), 129);
    let strays = profile.strays(&log, 6.0);
    assert_eq!(strays.len(), 2_488);
    let cases: BTreeSet<usize> = strays.iter().map(|it| it.case).collect();
    assert_eq!(cases.len(), 57);
}
