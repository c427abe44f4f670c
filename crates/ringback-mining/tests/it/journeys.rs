//! A simulator of ticket journeys with planted patterns, and slips of the hand.

use std::collections::BTreeSet;

use ringback_eventlog::{EventLog, EventLogBuilder, ValueKind};
use ringback_mining::Pattern;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The day from which a planted drift holds.
pub(crate) const DRIFT_DAY: i64 = 60;
/// The country in which planted slowness holds.
pub(crate) const SLOW_COUNTRY: &str = "Country 9";

/// States and their median stays in minutes. Slips fall on the first ten.
const STATES: [(&str, f64); 11] = [
    ("New", 20.0),
    ("Diagnosis", 60.0),
    ("Assigned", 45.0),
    ("Repair", 120.0),
    ("Test", 40.0),
    ("Waiting for Customer", 480.0),
    ("Answered", 50.0),
    ("On Hold", 90.0),
    ("Resolved", 4320.0),
    ("Closed", 60.0),
    ("Approval", 100.0),
];

/// Routes with their weights in hundredths.
const ROUTES: [(u64, &[&str]); 4] = [
    (50, &["New", "Diagnosis", "Repair", "Test", "Resolved", "Closed"]),
    (25, &["New", "Diagnosis", "Assigned", "Repair", "Test", "Resolved", "Closed"]),
    (
        15,
        &[
            "New",
            "Diagnosis",
            "Waiting for Customer",
            "Answered",
            "Repair",
            "Test",
            "Resolved",
            "Closed",
        ],
    ),
    (10, &["New", "Diagnosis", "On Hold", "Repair", "Test", "Resolved", "Closed"]),
];

/// Seeded random numbers.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to `bound`, not included.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound
    }

    /// From 0 up to 1, not included.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal with mean 0 and variance 1.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Micros with this median in minutes, log-normal.
    #[expect(clippy::cast_possible_truncation, reason = "minutes of a simulation")]
    pub(crate) fn stay(&mut self, minutes: f64) -> i64 {
        (minutes * MINUTE as f64 * (0.5 * self.normal()).exp()) as i64
    }

    /// Whole minutes from `least` to `most`, in micros.
    fn minutes(&mut self, least: u64, most: u64) -> i64 {
        i64::try_from(least + self.below(most - least + 1)).unwrap() * MINUTE
    }
}

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Journeys {
    pub(crate) seed: u64,
    pub(crate) cases: usize,
    /// In 5 % of cases.
    pub(crate) planted: Option<Pattern>,
    /// The share of events with a wrong state, of events with a wrong group, and of cases with a wrong attribute.
    pub(crate) noise: f64,
}

#[derive(Clone, Debug)]
struct Step {
    state: &'static str,
    group: String,
    person: u64,
    micros: i64,
}

struct Ticket {
    start: i64,
    caller: u64,
    attributes: [String; 4],
    steps: Vec<Step>,
    is_planted: bool,
}

fn median_minutes(state: &str) -> f64 {
    STATES.iter().find(|it| it.0 == state).unwrap().1
}

fn desk(dice: &mut Dice) -> String {
    format!("Desk {}", 1 + dice.below(6))
}

fn team(dice: &mut Dice) -> String {
    format!("Team {}", 1 + dice.below(6))
}

fn second(dice: &mut Dice) -> String {
    format!("Apps {} 2nd", 1 + dice.below(3))
}

fn third(dice: &mut Dice) -> String {
    format!("Core {} 3rd", 1 + dice.below(2))
}

fn other(name: &str, mut draw: impl FnMut() -> String) -> String {
    loop {
        let found = draw();
        if found != name {
            return found;
        }
    }
}

fn step(dice: &mut Dice, state: &'static str, group: &str) -> Step {
    let micros = dice.stay(median_minutes(state));
    Step { state, group: group.to_owned(), person: dice.below(8), micros }
}

fn ordinary(dice: &mut Dice, planted: Option<Pattern>) -> Ticket {
    let mut draw = dice.below(100);
    if planted == Some(Pattern::SlowTransition) {
        draw = draw.min(74); // two ways on from the diagnosis
    }
    let mut route = ROUTES[0].1;
    for (weight, states) in ROUTES {
        if draw < weight {
            route = states;
            break;
        }
        draw -= weight;
    }
    let mut group = desk(dice);
    let mut steps = Vec::new();
    for state in route {
        if *state == "Assigned" {
            group = team(dice);
        }
        steps.push(step(dice, state, &group));
        if *state == "Diagnosis" && dice.below(10) == 0 {
            steps.push(step(dice, state, &group));
            // The same person writes twice.
            let before = steps[steps.len() - 2].person;
            steps.last_mut().unwrap().person = before;
        }
    }
    let start = i64::try_from(dice.below(120 * 1440)).unwrap() * MINUTE;
    let slow_free = |at: u64| format!("Country {}", 1 + at % 8);
    Ticket {
        start,
        caller: dice.below(100_000),
        attributes: [
            format!("Category {}", 1 + dice.below(6)),
            format!("Channel {}", 1 + dice.below(4)),
            slow_free(dice.below(8)),
            format!("Priority {}", 1 + dice.below(4)),
        ],
        steps,
        is_planted: false,
    }
}

fn place(ticket: &Ticket, state: &str) -> usize {
    ticket.steps.iter().position(|it| it.state == state).unwrap()
}

/// Puts the pattern into a ticket.
fn plant(dice: &mut Dice, ticket: &mut Ticket, pattern: Pattern) {
    ticket.is_planted = true;
    let repair = place(ticket, "Repair");
    let group = ticket.steps[repair].group.clone();
    match pattern {
        Pattern::PingPong => {
            let partner = other(&group, || team(dice));
            for _ in 0..2 + dice.below(3) {
                let (there, back) = (step(dice, "Repair", &partner), step(dice, "Repair", &group));
                ticket.steps.splice(repair + 1..=repair, [there, back]);
            }
        }
        Pattern::HandBack => {
            let partner = other(&group, || team(dice));
            let mut there = step(dice, "Repair", &partner);
            there.micros = dice.minutes(1, 12);
            let back = step(dice, "Repair", &group);
            ticket.steps.splice(repair + 1..=repair, [there, back]);
        }
        Pattern::Misrouting => {
            let wrong = other(&group, || team(dice));
            let right = other(&group, || other(&wrong, || team(dice)));
            let mut there = step(dice, "Repair", &wrong);
            there.micros = dice.minutes(1, 12);
            let on = step(dice, "Repair", &right);
            ticket.steps.splice(repair + 1..=repair, [there, on]);
            for later in &mut ticket.steps[repair + 2..] {
                later.group.clone_from(&right);
            }
        }
        Pattern::TransferLoop => {
            let b = other(&group, || team(dice));
            let c = other(&group, || other(&b, || desk(dice)));
            let around =
                [step(dice, "Repair", &b), step(dice, "Repair", &c), step(dice, "Repair", &group)];
            ticket.steps.splice(repair + 1..=repair, around);
        }
        Pattern::WaitingLoop => ticket.steps[0].micros = dice.minutes(30 * 60, 90 * 60),
        Pattern::ExtremeStay | Pattern::ExtremeTransition => {
            ticket.steps[repair].micros = dice.minutes(40 * 60, 200 * 60);
        }
        Pattern::Escalation => {
            let up = second(dice);
            for later in &mut ticket.steps[repair..] {
                later.group.clone_from(&up);
            }
        }
        Pattern::OverEngineered => {
            let (up, top) = (second(dice), third(dice));
            ticket.steps[repair].group = up;
            for later in &mut ticket.steps[repair + 1..] {
                later.group.clone_from(&top);
            }
        }
        _ => plant_steps(dice, ticket, pattern, repair),
    }
}

fn plant_steps(dice: &mut Dice, ticket: &mut Ticket, pattern: Pattern, repair: usize) {
    let group = ticket.steps[repair].group.clone();
    let after = |ticket: &Ticket, state: &str| place(ticket, state) + 1;
    match pattern {
        Pattern::Reopening => {
            let at = after(ticket, "Resolved");
            let again = ["Diagnosis", "Repair", "Resolved"].map(|it| step(dice, it, &group));
            ticket.steps.splice(at..at, again);
        }
        Pattern::Rework => {
            let at = after(ticket, "Test");
            let again = ["Repair", "Test"].map(|it| step(dice, it, &group));
            ticket.steps.splice(at..at, again);
        }
        Pattern::RepeatingPattern => {
            ticket.steps.retain(|it| {
                ["New", "Diagnosis", "Repair", "Test", "Resolved", "Closed"].contains(&it.state)
            });
            for _ in 0..=dice.below(2) {
                let at = after(ticket, "Test");
                let again = ["Diagnosis", "Repair", "Test"].map(|it| step(dice, it, &group));
                ticket.steps.splice(at..at, again);
            }
        }
        Pattern::ExtremeRepetition => {
            for _ in 0..6 + dice.below(5) {
                let at = after(ticket, "Test");
                let again = ["Repair", "Test"].map(|it| step(dice, it, &group));
                ticket.steps.splice(at..at, again);
            }
        }
        Pattern::DuplicateWork => {
            let mut second = step(dice, "Repair", &group);
            second.person = (ticket.steps[repair].person + 1) % 8;
            ticket.steps[repair].micros = dice.minutes(2, 20);
            ticket.steps.insert(repair + 1, second);
        }
        Pattern::HoldLoop => {
            for _ in 0..3 + dice.below(3) {
                let holds = ["On Hold", "Repair"].map(|it| step(dice, it, &group));
                ticket.steps.splice(repair + 1..=repair, holds);
            }
        }
        _ => plant_values(dice, ticket, pattern, repair),
    }
}

fn plant_values(dice: &mut Dice, ticket: &mut Ticket, pattern: Pattern, repair: usize) {
    let group = ticket.steps[repair].group.clone();
    match pattern {
        Pattern::ExtraStep => ticket.steps.insert(repair, step(dice, "Approval", &group)),
        Pattern::SlowStay => {
            ticket.attributes[2] = SLOW_COUNTRY.to_owned();
            ticket.steps[repair].micros *= 3;
        }
        Pattern::SlowTransition => {
            ticket.attributes[2] = SLOW_COUNTRY.to_owned();
            let diagnosis = repair - 1;
            ticket.steps[diagnosis].micros *= 3;
        }
        Pattern::HighTouches | Pattern::ExtremeTouches => {
            let touches = if pattern == Pattern::HighTouches {
                ticket.attributes[2] = SLOW_COUNTRY.to_owned();
                2 + dice.below(3)
            } else {
                8 + dice.below(8)
            };
            for _ in 0..touches {
                let mut touch = step(dice, "Repair", &group);
                touch.person = ticket.steps[repair].person;
                ticket.steps.insert(repair, touch);
            }
        }
        other => panic!("{other:?} is planted elsewhere"),
    }
}

/// A second ticket of the same caller and category, while the first is open or after it ended.
fn follow(dice: &mut Dice, first: &Ticket, pattern: Pattern) -> Ticket {
    let mut later = ordinary(dice, None);
    later.caller = first.caller;
    later.attributes[0].clone_from(&first.attributes[0]);
    let worked: i64 =
        first.steps.iter().take_while(|it| it.state != "Resolved").map(|it| it.micros).sum();
    later.start = match pattern {
        Pattern::DuplicateCase => {
            first.start + worked / 10 * i64::try_from(1 + dice.below(8)).unwrap()
        }
        _ => first.start + worked + dice.minutes(60, 5 * 1440),
    };
    later.is_planted = true;
    later
}

impl Journeys {
    /// The log, and the names of the cases in which the pattern is planted.
    pub(crate) fn simulate(&self) -> (EventLog, BTreeSet<String>) {
        let mut dice = Dice::new(self.seed);
        let mut tickets: Vec<Ticket> = Vec::new();
        while tickets.len() < self.cases {
            let mut ticket = ordinary(&mut dice, self.planted);
            let is_chosen = dice.below(20) == 0;
            match self.planted {
                Some(Pattern::Drift) if ticket.start >= DRIFT_DAY * DAY => {
                    ticket.is_planted = true;
                    for slow in ticket.steps.iter_mut().filter(|it| it.state == "Repair") {
                        slow.micros *= 2;
                    }
                }
                Some(pattern @ (Pattern::DuplicateCase | Pattern::RepeatContact)) if is_chosen => {
                    tickets.push(follow(&mut dice, &ticket, pattern));
                }
                Some(Pattern::Drift | Pattern::DuplicateCase | Pattern::RepeatContact) | None => {}
                Some(pattern) if is_chosen => plant(&mut dice, &mut ticket, pattern),
                Some(_) => {}
            }
            tickets.push(ticket);
        }
        self.write(&mut dice, &tickets)
    }

    fn write(&self, dice: &mut Dice, tickets: &[Ticket]) -> (EventLog, BTreeSet<String>) {
        let mut log = EventLogBuilder::default();
        let group = log.column("org:group", ValueKind::Text);
        let person = log.column("org:resource", ValueKind::Text);
        let names = ["category", "channel", "country", "priority"];
        let of_case = names.map(|it| log.case_column(it, ValueKind::Text));
        let caller = log.case_column("caller", ValueKind::Text);
        let mut planted = BTreeSet::new();
        for (number, ticket) in tickets.iter().enumerate() {
            let name = format!("T-{number}");
            let case = log.case(&name);
            let mut at = ticket.start;
            for step in &ticket.steps {
                let is_wrong_state = dice.unit() < self.noise;
                let is_wrong_group = dice.unit() < self.noise;
                let wrong = || {
                    let at = usize::try_from(dice.below(10)).unwrap();
                    STATES[at].0.to_owned()
                };
                let state =
                    if is_wrong_state { other(step.state, wrong) } else { step.state.to_owned() };
                let right = step.group.clone();
                let shown =
                    if is_wrong_group { other(&right, || any_group(dice)) } else { right.clone() };
                log.event(case, &state, at);
                log.set(group, &shown);
                log.set(person, &format!("{right}/{}", step.person));
                at += step.micros;
            }
            for ((column, value), most) in
                of_case.into_iter().zip(&ticket.attributes).zip([6, 4, 9, 4])
            {
                let is_wrong = dice.unit() < self.noise;
                let (stem, _) = value.rsplit_once(' ').unwrap();
                let wrong = || format!("{stem} {}", 1 + dice.below(most));
                log.set_case(
                    case,
                    column,
                    &if is_wrong { other(value, wrong) } else { value.clone() },
                );
            }
            log.set_case(case, caller, &format!("Caller {}", ticket.caller));
            if ticket.is_planted {
                planted.insert(name);
            }
        }
        (log.build(), planted)
    }
}

fn any_group(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => desk(dice),
        1 => team(dice),
        2 => second(dice),
        _ => third(dice),
    }
}
