//! The queue of a day against a Runge-Kutta twin, a table of 30 digits, stationary formulas and a published table.

use std::path::Path;

use ringback_forecast::{ErlangA, Error, Load, QueueSlot, SlotOutlook, TimeVaryingQueue};

const MINUTE: f64 = 60.0;

fn slot(calls: f64, agents: u32) -> QueueSlot {
    QueueSlot { length_secs: 30.0 * MINUTE, calls, agents }
}

/// The day of the published table: half hours, five minutes of service and of patience, empty at first.
const DAY: [(f64, u32); 7] =
    [(30.0, 10), (60.0, 14), (110.0, 18), (150.0, 18), (110.0, 18), (60.0, 14), (30.0, 10)];

fn day() -> Vec<QueueSlot> {
    DAY.iter().map(|&(calls, agents)| slot(calls, agents)).collect()
}

fn five_minutes() -> TimeVaryingQueue {
    TimeVaryingQueue::new(5.0 * MINUTE, 5.0 * MINUTE).unwrap()
}

/// The equations again, by the fourth-order Runge-Kutta method; rates a minute.
struct Twin {
    service: f64,
    patience: f64,
    p: Vec<f64>,
}

impl Twin {
    fn departures(&self, n: usize, agents: u32) -> f64 {
        let (n, c) = (n as f64, f64::from(agents));
        n.min(c) * self.service + (n - c).max(0.0) * self.patience
    }

    fn slope(&self, p: &[f64], arrivals: f64, agents: u32) -> Vec<f64> {
        let last = p.len() - 1;
        let flow = |n: usize| {
            let below = if n > 0 { arrivals * p[n - 1] } else { 0.0 };
            let above = if n < last { self.departures(n + 1, agents) * p[n + 1] } else { 0.0 };
            let up = if n < last { arrivals } else { 0.0 };
            below + above - (up + self.departures(n, agents)) * p[n]
        };
        (0..p.len()).map(flow).collect()
    }

    fn step(&mut self, arrivals: f64, agents: u32, h: f64) {
        let add = |p: &[f64], k: &[f64], by: f64| -> Vec<f64> {
            p.iter().zip(k).map(|(p, k)| p + by * k).collect()
        };
        let k1 = self.slope(&self.p, arrivals, agents);
        let k2 = self.slope(&add(&self.p, &k1, h / 2.0), arrivals, agents);
        let k3 = self.slope(&add(&self.p, &k2, h / 2.0), arrivals, agents);
        let k4 = self.slope(&add(&self.p, &k3, h), arrivals, agents);
        for n in 0..self.p.len() {
            self.p[n] += h / 6.0 * (k1[n] + 2.0 * k2[n] + 2.0 * k3[n] + k4[n]);
        }
    }

    fn full_and_waiting(&self, agents: u32) -> (f64, f64) {
        let c = usize::try_from(agents).unwrap();
        let waiting = self.p.iter().skip(c).enumerate().map(|(k, p)| k as f64 * p).sum();
        (self.p.iter().skip(c).sum(), waiting)
    }
}

/// The published figures are means over the ends of Runge-Kutta steps of 0.6 seconds, which is up to 0.0004 off; with that
/// rule the twin has their digits, and with Simpson's it has ours.
#[test]
fn the_published_day_is_reproduced() {
    let published = [
        [0.0189, 0.0025, 0.0125],
        [0.0964, 0.0126, 0.0628],
        [0.4426, 0.0734, 0.3672],
        [0.8966, 0.2468, 1.2338],
        [0.6450, 0.1434, 0.7172],
        [0.2650, 0.0650, 0.3249],
        [0.0937, 0.0246, 0.1232],
    ];
    let exact = five_minutes().run(&day()).unwrap();
    let mut p = vec![0.0; 130];
    p[0] = 1.0;
    let mut twin = Twin { service: 0.2, patience: 0.2, p };
    for (((calls, agents), published), exact) in DAY.into_iter().zip(published).zip(exact) {
        let steps = 3_000;
        let (mut ends, mut simpson) = ([0.0; 2], [0.0; 2]);
        for k in 0..=steps {
            let (full, waiting) = twin.full_and_waiting(agents);
            let weight = if k == 0 || k == steps { 1.0 } else { 2.0 + 2.0 * f64::from(k % 2) };
            for (at, value) in [full, waiting].into_iter().enumerate() {
                simpson[at] += weight / (3.0 * f64::from(steps)) * value;
                ends[at] += if k == 0 { 0.0 } else { value / f64::from(steps) };
            }
            if k < steps {
                twin.step(calls / 30.0, agents, 30.0 / f64::from(steps));
            }
        }
        let measures =
            |[full, waiting]: [f64; 2]| [full, waiting * 6.0 / calls, waiting * 30.0 / calls];
        for (ours, theirs) in measures(ends).into_iter().zip(published) {
            assert!((ours - theirs).abs() <= 0.5e-4 + 1e-9, "{calls} calls: {ours}, {theirs}");
        }
        let ours = [
            exact.wait_probability,
            exact.abandon_probability.unwrap(),
            exact.wait_secs_mean.unwrap() / MINUTE,
        ];
        for (ours, twin) in ours.into_iter().zip(measures(simpson)) {
            assert!((ours - twin).abs() < 1e-9, "{calls} calls: {ours}, the twin has {twin}");
        }
        for (ours, theirs) in ours.into_iter().zip(published) {
            assert!((ours - theirs).abs() < 5e-4, "{calls} calls: {ours}, {theirs}");
        }
    }
}

#[test]
fn the_approximations_are_those_of_the_published_day() {
    let stationary = [
        [0.0318, 0.0044, 0.0222],
        [0.1355, 0.0187, 0.0935],
        [0.5622, 0.1018, 0.5092],
        [0.9395, 0.2858, 1.4290],
        [0.5622, 0.1018, 0.5092],
        [0.1355, 0.0187, 0.0935],
        [0.0318, 0.0044, 0.0222],
    ];
    let modified = [
        [0.0106, 0.0014, 0.0068],
        [0.0826, 0.0106, 0.0530],
        [0.4308, 0.0695, 0.3474],
        [0.9094, 0.2560, 1.2802],
        [0.6586, 0.1308, 0.6541],
        [0.2559, 0.0399, 0.1995],
        [0.0730, 0.0110, 0.0552],
    ];
    let queue = five_minutes();
    for (got, expected) in [
        (queue.stationary(&day()).unwrap(), stationary),
        (queue.modified_offered_load(&day()).unwrap(), modified),
    ] {
        for (got, expected) in got.iter().zip(expected) {
            let got = [got.wait_probability, got.abandon_probability, got.wait_secs_mean / MINUTE];
            for (got, expected) in got.into_iter().zip(expected) {
                assert!((got - expected).abs() <= 0.5e-4 + 1e-12, "{got}, expected {expected}");
            }
        }
    }
}

/// Small centers, with no agents and no calls in some slots, to 1e-10 of the table of 30 digits.
#[test]
fn small_days_are_those_of_the_table() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/reference/erlang/transient.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|it| it.parse().unwrap()).collect())
        .collect();
    assert!(rows.len() >= 10);
    let queue = TimeVaryingQueue::new(120.0, 90.0).unwrap().calls_at_start(4);
    let agents = |row: &Vec<f64>| format!("{}", row[2]).parse().unwrap();
    let slots: Vec<QueueSlot> = rows
        .iter()
        .map(|row| QueueSlot { length_secs: row[0], calls: row[1], agents: agents(row) })
        .collect();
    for (row, outlook) in rows.iter().zip(queue.run(&slots).unwrap()) {
        let ours = [
            outlook.wait_probability,
            outlook.queue_length_mean,
            outlook.agents_busy_mean,
            outlook.in_center_at_end,
        ];
        for (ours, expected) in ours.into_iter().zip(&row[3..]) {
            assert!((ours - expected).abs() < 1e-10, "{row:?}: {ours}, expected {expected}");
        }
        assert_eq!(outlook.abandon_probability.is_none(), row[1] == 0.0);
    }
}

/// Twelve hours at one load: the second half is Erlang A, with the share answered in time and the virtual wait.
#[test]
fn a_long_slot_settles_to_erlang_a() {
    for (erlangs, agents, patience) in [(9.0, 10, 600.0), (120.0, 100, 90.0), (0.5, 2, 30.0)] {
        let queue = TimeVaryingQueue::new(180.0, patience).unwrap();
        let half = QueueSlot { length_secs: 21_600.0, calls: erlangs * 120.0, agents };
        let outlook = queue.run(&[half, half]).unwrap()[1];
        let load = Load::new(erlangs * 20.0, 180.0).unwrap();
        let center = ErlangA::new(load, patience, agents).unwrap();
        for (ours, expected) in [
            (outlook.wait_probability, center.wait_probability()),
            (outlook.abandon_probability.unwrap(), center.abandon_probability()),
            (outlook.wait_secs_mean.unwrap(), center.wait_secs_mean()),
            (outlook.queue_length_mean, center.queue_length_mean()),
            (outlook.agents_busy_mean, center.occupancy() * f64::from(agents)),
            (outlook.late_probability, center.virtual_wait_exceeds(20.0).unwrap()),
            (outlook.service_level, center.answered_within(20.0).unwrap()),
        ] {
            assert!((ours - expected).abs() < 1e-10 * expected.max(1.0), "{ours}, {expected}");
        }
    }
}

/// Who comes near the end of a slot meets the agents of the next ones: against a twin that follows a caller behind each
/// number of others, from many moments of each slot.
#[test]
fn acceptable_waits_reach_into_the_next_slots() {
    let slots: Vec<QueueSlot> = [(120.0, 9.0, 3), (60.0, 2.0, 1), (20.0, 1.0, 5), (200.0, 8.0, 2)]
        .map(|(length_secs, calls, agents)| QueueSlot { length_secs, calls, agents })
        .to_vec();
    let (service, patience, awt) = (60.0, 80.0, 45.0);
    let queue = TimeVaryingQueue::new(service, patience).unwrap();
    let queue = queue.acceptable_wait_secs(awt).unwrap().calls_at_start(5);
    let outlooks = queue.run(&slots).unwrap();
    let mut p = vec![0.0; 60];
    p[5] = 1.0;
    let mut twin = Twin { service: 1.0 / service, patience: 1.0 / patience, p };
    let mut start = 0.0;
    for (index, outlook) in outlooks.iter().enumerate() {
        let slot = slots[index];
        let (arrivals, steps) = (slot.calls / slot.length_secs, 400);
        let (mut late, mut in_time) = (0.0, 0.0);
        // Gauss's rule of two points in each step: none at a moment from which the wait ends with a slot.
        let h = slot.length_secs / f64::from(steps);
        let inside = 0.5 - 0.5 / 3.0_f64.sqrt();
        for k in 0..steps {
            let mut done = 0.0;
            for at in [inside, 1.0 - inside] {
                twin.step(arrivals, slot.agents, (at - done) * h);
                done = at;
                let (v, s) = tagged(&twin, &slots, start + (f64::from(k) + at) * h, awt);
                let share = 0.5 / f64::from(steps);
                late += share * twin.p.iter().zip(v).map(|(p, v)| p * v).sum::<f64>();
                in_time += share * twin.p.iter().zip(s).map(|(p, s)| p * s).sum::<f64>();
            }
            twin.step(arrivals, slot.agents, inside * h);
        }
        start += slot.length_secs;
        assert!(
            (outlook.late_probability - late).abs() < 1e-8,
            "{index}: {outlook:?}, late {late}"
        );
        assert!((outlook.service_level - in_time).abs() < 1e-8, "{index}: {outlook:?}, {in_time}");
    }
}

/// The chances that a caller behind n others is still waiting after the acceptable wait, and was answered in it.
fn tagged(twin: &Twin, slots: &[QueueSlot], came: f64, awt: f64) -> (Vec<f64>, Vec<f64>) {
    let states = twin.p.len();
    let (mut late, mut in_time) = (vec![1.0; states], vec![0.0; states]);
    let mut cuts: Vec<(f64, f64, u32)> = Vec::new();
    let mut from = 0.0;
    for (index, slot) in slots.iter().enumerate() {
        let to = if index + 1 == slots.len() { f64::INFINITY } else { from + slot.length_secs };
        let (a, b) = (came.max(from), (came + awt).min(to));
        if b > a {
            cuts.push((a, b, slot.agents));
        }
        from = to;
    }
    for (a, b, agents) in cuts.into_iter().rev() {
        let c = usize::try_from(agents).unwrap();
        late[..c].fill(0.0);
        in_time[..c].fill(1.0);
        let steps = (b - a).ceil().max(1.0);
        let h = (b - a) / steps;
        let slope = |x: &[f64], leave: f64| -> Vec<f64> {
            (0..states)
                .map(|n| {
                    let d = twin.departures(n, agents);
                    if n < c {
                        0.0
                    } else {
                        d * (if n > 0 { x[n - 1] } else { 0.0 } - x[n]) - leave * x[n]
                    }
                })
                .collect()
        };
        let mut done = 0.0;
        while done < steps {
            for (x, leave) in [(&mut late, 0.0), (&mut in_time, twin.patience)] {
                let add = |x: &[f64], k: &[f64], by: f64| -> Vec<f64> {
                    x.iter().zip(k).map(|(x, k)| x + by * k).collect()
                };
                let k1 = slope(x, leave);
                let k2 = slope(&add(x, &k1, h / 2.0), leave);
                let k3 = slope(&add(x, &k2, h / 2.0), leave);
                let k4 = slope(&add(x, &k3, h), leave);
                for n in 0..states {
                    x[n] += h / 6.0 * (k1[n] + 2.0 * k2[n] + 2.0 * k3[n] + k4[n]);
                }
            }
            done += 1.0;
        }
    }
    (late, in_time)
}

/// What comes in is answered, hangs up, or is still there: over a day with a closed slot, one without agents, and overload.
#[test]
fn every_call_is_accounted_for() {
    let queue = TimeVaryingQueue::new(240.0, 120.0).unwrap();
    let slots = [
        slot(0.0, 5),
        slot(200.0, 8),
        slot(40.0, 0),
        slot(900.0, 30),
        slot(0.0, 0),
        slot(60.0, 12),
    ];
    let mut before = 0.0;
    for (slot, outlook) in slots.iter().zip(queue.run(&slots).unwrap()) {
        let served = outlook.agents_busy_mean * slot.length_secs / 240.0;
        let hung_up = outlook.queue_length_mean * slot.length_secs / 120.0;
        let balance = before + slot.calls - served - hung_up - outlook.in_center_at_end;
        assert!(balance.abs() < 1e-8 * (1.0 + slot.calls), "{slot:?}: {balance}");
        before = outlook.in_center_at_end;
        let shares = [outlook.wait_probability, outlook.late_probability, outlook.service_level];
        assert!(shares.iter().all(|it| (0.0..=1.0).contains(it)), "{slot:?}: {outlook:?}");
        if slot.agents == 0 {
            assert!(outlook.wait_probability > 1.0 - 1e-12 && outlook.agents_busy_mean < 1e-12);
        }
    }
}

#[test]
fn cutting_a_slot_in_two_changes_nothing() {
    let queue = TimeVaryingQueue::new(300.0, 200.0).unwrap();
    let whole = queue.run(&[slot(400.0, 60), slot(500.0, 70)]).unwrap();
    let half = QueueSlot { length_secs: 900.0, calls: 250.0, agents: 70 };
    let parts = queue.run(&[slot(400.0, 60), half, half]).unwrap();
    let mean = |of: fn(&SlotOutlook) -> f64| f64::midpoint(of(&parts[1]), of(&parts[2]));
    for of in [
        (|it| it.wait_probability) as fn(&SlotOutlook) -> f64,
        |it| it.queue_length_mean,
        |it| it.service_level,
        |it| it.late_probability,
        |it| it.agents_busy_mean,
    ] {
        assert!((of(&whole[1]) - mean(of)).abs() < 1e-10, "{} {}", of(&whole[1]), mean(of));
    }
    assert!((whole[1].in_center_at_end - parts[2].in_center_at_end).abs() < 1e-9);
}

#[test]
fn what_is_no_day_is_an_error() {
    let queue = five_minutes();
    assert_eq!(queue.run(&[]), Err(Error::Zero { what: "slots" }));
    let bad = |calls, length_secs| {
        queue.run(&[QueueSlot { length_secs, calls, agents: 5 }]).unwrap_err().to_string()
    };
    assert_eq!(bad(-1.0, 60.0), "calls is -1, expected a finite number of at least 0");
    assert_eq!(bad(f64::NAN, 60.0), "calls is NaN, expected a finite number of at least 0");
    assert_eq!(bad(1.0, 0.0), "length_secs is 0, expected a number of seconds from 1e-6 to 1e12");
    assert!(TimeVaryingQueue::new(0.0, 60.0).is_err());
    assert!(TimeVaryingQueue::new(60.0, f64::NAN).is_err());
    assert!(queue.acceptable_wait_secs(-1.0).is_err());
    assert!(queue.calls_at_start(u32::MAX).run(&day()).is_err());
}
