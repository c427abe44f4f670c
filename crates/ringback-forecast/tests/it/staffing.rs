//! Agents for a target against published numbers, and against trying every number.

use ringback_forecast::{ErlangA, ErlangC, Error, Load, ServiceTarget, Staffing};

const EIGHTY_IN_TWENTY: ServiceTarget =
    ServiceTarget::AnsweredWithin { share: 0.8, wait_secs: 20.0 };

/// 100 calls in half an hour of three minutes each.
fn ten_erlangs() -> Load {
    Load::per_interval(100.0, 1_800.0, 180.0).unwrap()
}

/// pyworkforce 0.5.4, tests of `ErlangC`: 100 calls in 30 minutes, 3 minutes each, 80 % in 20 s, shrinkage 30 %.
#[test]
fn pyworkforce_has_the_same_agents() {
    let need = Staffing::new(ten_erlangs()).shrinkage(0.3).unwrap();
    let need = need.agents_for(&[EIGHTY_IN_TWENTY]).unwrap();
    assert_eq!((need.agents, need.agents_scheduled), (14, 20));
    assert!((need.service_level.unwrap() - 0.888).abs() < 5e-4);
    assert!((need.wait_probability - 0.174).abs() < 5e-4);
    // Asked for 90 %: 15 agents, 22 to schedule.
    let target = ServiceTarget::AnsweredWithin { share: 0.9, wait_secs: 20.0 };
    let need = Staffing::new(ten_erlangs()).shrinkage(0.3).unwrap().agents_for(&[target]).unwrap();
    assert_eq!((need.agents, need.agents_scheduled), (15, 22));
    assert!((need.service_level.unwrap() - 0.941).abs() < 5e-4);
    assert!((need.wait_probability - 0.102).abs() < 5e-4);
}

#[test]
fn the_fewest_agents_are_those_of_trying_each_number() {
    let targets = [
        EIGHTY_IN_TWENTY,
        ServiceTarget::AnsweredWithin { share: 0.99, wait_secs: 0.0 },
        ServiceTarget::AbandonmentAtMost { share: 0.03 },
        ServiceTarget::SpeedOfAnswerAtMost { secs: 12.0 },
        ServiceTarget::OccupancyAtMost { share: 0.85 },
    ];
    for erlangs in [0.3, 4.0, 17.5, 160.0] {
        for patience in [None, Some(45.0), Some(400.0)] {
            let load = Load::new(erlangs * 20.0, 180.0).unwrap();
            let staffing = Staffing::new(load);
            let staffing = match patience {
                Some(secs) => staffing.patience_secs_mean(secs).unwrap(),
                None => staffing,
            };
            for target in targets {
                let fewest =
                    (1..400).find(|agents| meets(load, patience, *agents, target)).unwrap();
                let need = staffing.agents_for(&[target]).unwrap();
                assert_eq!(need.agents, fewest, "{erlangs} {patience:?} {target:?}");
            }
            let all = staffing.agents_for(&targets).unwrap().agents;
            let each = targets.iter().map(|it| staffing.agents_for(&[*it]).unwrap().agents);
            assert_eq!(Some(all), each.max());
        }
    }
}

fn meets(load: Load, patience: Option<f64>, agents: u32, target: ServiceTarget) -> bool {
    let (within, abandon, answer, busy): (Box<dyn Fn(f64) -> f64>, _, _, _) = match patience {
        Some(patience) => {
            let it = ErlangA::new(load, patience, agents).unwrap();
            let measures = (it.abandon_probability(), it.speed_of_answer_secs(), it.occupancy());
            (Box::new(move |t| it.answered_within(t).unwrap()), measures.0, measures.1, measures.2)
        }
        None => match ErlangC::new(load, agents) {
            Ok(it) => {
                let measures = (it.wait_secs_mean(), it.occupancy());
                (Box::new(move |t| it.answered_within(t).unwrap()), 0.0, measures.0, measures.1)
            }
            Err(_) => return false,
        },
    };
    match target {
        ServiceTarget::AnsweredWithin { share, wait_secs } => within(wait_secs) >= share,
        ServiceTarget::AbandonmentAtMost { share } => abandon <= share,
        ServiceTarget::SpeedOfAnswerAtMost { secs } => answer <= secs,
        ServiceTarget::OccupancyAtMost { share } => busy <= share,
        _ => unreachable!("a new target"),
    }
}

#[test]
fn ten_thousand_agents_are_found() {
    let load = Load::new(10_000.0 * 12.0, 300.0).unwrap();
    let need = Staffing::new(load).agents_for(&[EIGHTY_IN_TWENTY]).unwrap();
    assert!((10_000..10_100).contains(&need.agents), "{need:?}");
    let patient = Staffing::new(load).patience_secs_mean(300.0).unwrap();
    assert!(patient.agents_for(&[EIGHTY_IN_TWENTY]).unwrap().agents < need.agents);
}

#[test]
fn without_load_nobody_is_needed() {
    let need =
        Staffing::new(Load::new(0.0, 60.0).unwrap()).agents_for(&[EIGHTY_IN_TWENTY]).unwrap();
    assert_eq!((need.agents, need.agents_scheduled, need.service_level), (0, 0, Some(1.0)));
}

#[test]
fn targets_out_of_range_are_errors() {
    let text = |target| Staffing::new(ten_erlangs()).agents_for(&[target]).unwrap_err().to_string();
    assert_eq!(
        text(ServiceTarget::AnsweredWithin { share: 1.0, wait_secs: 20.0 }),
        "the share answered is 1, expected above 0 and below 1"
    );
    assert_eq!(
        text(ServiceTarget::AnsweredWithin { share: 0.8, wait_secs: f64::NAN }),
        "wait_secs is NaN, expected at least 0 s"
    );
    assert_eq!(
        text(ServiceTarget::OccupancyAtMost { share: 0.0 }),
        "occupancy is 0, expected above 0 and at most 1"
    );
    assert!(Staffing::new(ten_erlangs()).shrinkage(1.0).is_err());
    assert!(matches!(
        Staffing::new(ten_erlangs()).patience_secs_mean(-1.0),
        Err(Error::Setting { what: "patience_secs_mean", .. })
    ));
}
