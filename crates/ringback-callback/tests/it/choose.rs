//! Which windows are read out.
#![expect(clippy::float_cmp, reason = "the same sums, and factors that are exact")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use ringback_callback::{
    CallRules, Capacity, Choice, ChooseCase, ChooseContext, Chooser, DropReason, Exploration,
    Forbidden, FreeTime, IntentRule, PreferenceSettings, Preferences, Skill, WindowGrid,
    WindowOutcome, WindowSeen,
};
use ringback_calllog::Zone;
use ringback_features::{Calendar, OpeningHours};
use ringback_reach::Window;

use crate::planted::{
    Anytime, Between, ByHour, Never, at, customer, flat_time, hours, request, window,
};

const AS_OF: &str = "2026-05-04T07:00:00Z";

/// Whatever a test sets; the rest lets every window through alike.
struct Given<'a> {
    rules: &'a dyn CallRules,
    model: ByHour,
    free: FreeTime,
    preferences: Option<&'a Preferences>,
    chooser: Chooser,
    intent: IntentRule,
    zone: Option<Zone>,
    id: String,
}

impl Given<'_> {
    fn new() -> Self {
        Self {
            rules: &Anytime,
            model: ByHour(|hour| 0.9 - f64::from(hour) / 100.0),
            free: flat_time(7, 12),
            preferences: None,
            chooser: Chooser { exploration: Exploration::Never, ..Chooser::default() },
            intent: IntentRule::default(),
            zone: None,
            id: "r1".to_owned(),
        }
    }

    fn choose(&self, candidates: &[Window]) -> Choice {
        let calendar = Calendar::plain(Zone::UTC);
        let mut request = request(&self.id, 1);
        request.zone = self.zone;
        let context = ChooseContext {
            rules: self.rules,
            model: &self.model,
            free: &self.free,
            preferences: self.preferences,
            calendar: &calendar,
        };
        let as_of = at(AS_OF);
        let case = ChooseCase { request: &request, intent: &self.intent, extra_windows: 0, as_of };
        self.chooser.checked().unwrap().choose(&context, &case, candidates)
    }
}

fn windows(choice: &Choice) -> Vec<Window> {
    choice.offered.iter().map(|it| it.window).collect()
}

/// Two-hour windows from 8 to 18 on the days from 4 May on.
fn grid(days: u16) -> Vec<Window> {
    let grid = WindowGrid { days, ..WindowGrid::default() };
    let hours: OpeningHours = "Mon-Sun 08:00-18:00".parse().unwrap();
    grid.candidates(&hours, &Calendar::plain(Zone::UTC), at(AS_OF))
}

#[test]
fn one_window_for_each_half_of_a_day_best_first() {
    // The earlier the hour the likelier the answer: 8 to 10 of each day, before any afternoon.
    let choice = Given::new().choose(&grid(3));
    let expected = [
        hours(8, 10),
        window("2026-05-05T08:00:00Z", "2026-05-05T10:00:00Z"),
        window("2026-05-06T08:00:00Z", "2026-05-06T10:00:00Z"),
    ];
    assert_eq!(windows(&choice), expected);
    // On one day there are two halves; the third window stands beside one of them without overlapping it.
    let choice = Given::new().choose(&grid(1));
    assert_eq!(windows(&choice), [hours(8, 10), hours(12, 14), hours(10, 12)]);
    assert_eq!((choice.slate_propensity, choice.considered), (1.0, 9));
}

#[test]
fn the_probability_is_the_mean_over_the_window() {
    let choice = Given::new().choose(&[hours(8, 10)]);
    let offer = &choice.offered[0];
    // Points at 8:15, 8:45, 9:15 and 9:45.
    assert!((offer.probability - 0.815).abs() < 1e-12);
    assert!((offer.lower - (offer.probability - 0.1)).abs() < 1e-12);
    assert!((offer.score - offer.probability * offer.slack_share).abs() < 1e-12);
    assert_eq!(
        offer.reason,
        "a person answers 82 % of such calls (72 to 92 %, 4 attempts known), 24 more fit and agents are 100 % free; the hour from 9"
    );
}

#[test]
fn windows_without_agents_or_against_a_rule_are_dropped_with_the_reason() {
    let mut given = Given::new();
    given.free = FreeTime::of_capacity(
        &[
            Capacity { window: hours(8, 10), slots: 0, skill: None },
            Capacity { window: hours(14, 16), slots: 2, skill: None },
        ],
        300.0,
    );
    let choice = given.choose(&[hours(8, 10), hours(14, 16), hours(16, 18)]);
    assert_eq!(windows(&choice), [hours(14, 16)]);
    let dropped: Vec<_> = choice.dropped.iter().map(|it| (it.window, it.why.clone())).collect();
    let none = DropReason::NoAgents;
    assert_eq!(dropped, [(hours(8, 10), none.clone()), (hours(16, 18), none)]);

    let mut given = Given::new();
    given.rules = &Never(Forbidden::OptedOut);
    let choice = given.choose(&grid(2));
    assert!(choice.offered.is_empty() && choice.slate_propensity == 1.0);
    let opted_out = DropReason::Forbidden(Forbidden::OptedOut);
    assert!(choice.dropped.len() == 18 && choice.dropped.iter().all(|it| it.why == opted_out));
}

#[test]
fn a_window_that_is_allowed_in_part_shrinks_to_it_or_is_dropped() {
    let rules = Between(window("2026-05-04T09:00:00Z", "2026-05-04T14:50:00Z"));
    let mut given = Given::new();
    given.rules = &rules;
    let choice = given.choose(&[hours(8, 10), hours(14, 16)]);
    assert_eq!(windows(&choice), [hours(9, 10)]);
    let allowed = window("2026-05-04T14:00:00Z", "2026-05-04T14:50:00Z");
    assert_eq!(choice.dropped[0].why, DropReason::Part { allowed });
}

#[test]
fn long_calls_go_into_quiet_hours() {
    // Twice the free agents in the afternoon, answers a third less likely.
    let rows = |from, to, slots| Capacity { window: hours(from, to), slots, skill: None };
    let mut given = Given::new();
    given.free = FreeTime::of_capacity(&[rows(8, 10, 10), rows(14, 16, 16)], 1_800.0);
    given.model = ByHour(|hour| if hour < 12 { 0.9 } else { 0.5 });
    given.intent.handle_minutes = 5.0;
    assert_eq!(windows(&given.choose(&[hours(8, 10), hours(14, 16)]))[0], hours(8, 10));
    given.intent.handle_minutes = 30.0;
    assert_eq!(windows(&given.choose(&[hours(8, 10), hours(14, 16)]))[0], hours(14, 16));
}

#[test]
fn hours_and_skills_that_suit_the_intent_come_first() {
    let mut given = Given::new();
    given.intent.hours = Some("Mon-Fri 13:00-18:00".parse().unwrap());
    let choice = given.choose(&[hours(8, 10), hours(12, 14), hours(14, 16)]);
    assert_eq!(windows(&choice)[0], hours(14, 16));
    assert_eq!(choice.offered[0].fit, 1.0);
    assert_eq!(choice.offered[1].fit, 0.5);

    let loans = Some(Skill::new("loans"));
    let mut given = Given::new();
    given.intent.skill = loans.clone();
    let row = |window, skill| Capacity { window, slots: 12, skill };
    let capacity = [row(hours(8, 10), None), row(hours(14, 16), loans)];
    given.free = FreeTime::of_capacity(&capacity, 300.0);
    let choice = given.choose(&[hours(8, 10), hours(14, 16)]);
    assert_eq!(windows(&choice), [hours(14, 16), hours(8, 10)]);
}

#[test]
fn what_the_customer_likes_comes_first() {
    let mut preferences = Preferences::new(PreferenceSettings::default()).unwrap();
    let (morning, afternoon) = (hours(9, 11), hours(15, 17));
    for (window, outcome) in
        [(morning, WindowOutcome::Missed), (afternoon, WindowOutcome::Kept)].repeat(4)
    {
        let (at, zone) = (window.ends_at(), Zone::UTC);
        preferences.see(&WindowSeen {
            at,
            customer: customer(1),
            segment: None,
            zone,
            window,
            outcome,
        });
    }
    let mut given = Given::new();
    assert_eq!(windows(&given.choose(&[morning, afternoon]))[0], morning);
    given.preferences = Some(&preferences);
    let choice = given.choose(&[morning, afternoon]);
    assert_eq!(windows(&choice)[0], afternoon);
    assert!(choice.offered[0].reason.contains("the customer likes this time"));
    assert!(choice.offered[1].reason.contains("the customer does not like this time"));
}

/// How often each window is drawn first and at all, over many requests, against the probabilities that are written down.
#[track_caller]
fn check_frequencies(exploration: Exploration, at_most: u32) {
    const DRAWS: u32 = 8_000;
    let mut given = Given::new();
    given.model = ByHour(|hour| f64::from(hour) / 40.0);
    given.chooser = Chooser { exploration, at_most, seed: 11, ..Chooser::default() };
    let candidates =
        [hours(8, 10), hours(9, 11), hours(10, 12), hours(12, 14), hours(13, 15), hours(16, 18)];
    let mut seen: BTreeMap<Window, [f64; 2]> = BTreeMap::new();
    let mut told: BTreeMap<Window, [f64; 2]> = BTreeMap::new();
    let mut slates: BTreeMap<Vec<Window>, (f64, f64)> = BTreeMap::new();
    for draw in 0..DRAWS {
        given.id = format!("r{draw}");
        let choice = given.choose(&candidates);
        for (place, it) in choice.offered.iter().enumerate() {
            let counts = seen.entry(it.window).or_default();
            counts[0] += f64::from(u8::from(place == 0));
            counts[1] += 1.0;
            let both = [it.first_propensity, it.propensity];
            assert_eq!(*told.entry(it.window).or_insert(both), both);
        }
        slates.entry(windows(&choice)).or_insert((choice.slate_propensity, 0.0)).1 += 1.0;
    }
    let n = f64::from(DRAWS);
    let near = |share: f64, probability: f64| {
        // Five standard errors, and one case.
        (share - probability).abs()
            <= 5.0 * (probability * (1.0 - probability) / n).sqrt() + 1.0 / n
    };
    for (window, counts) in &seen {
        for (count, probability) in counts.iter().zip(told[window]) {
            let share = count / n;
            assert!(near(share, probability), "{window}: {share}, told {probability}");
        }
    }
    for (slate, (probability, count)) in &slates {
        assert!(near(count / n, *probability), "{slate:?}: {}, told {probability}", count / n);
    }
    let first: f64 = told.values().map(|it| it[0]).sum();
    let within: f64 = told.values().map(|it| it[1]).sum();
    let all: f64 = slates.values().map(|it| it.0).sum();
    assert!((first - 1.0).abs() < 1e-9, "first places add up to {first}");
    assert!((within - f64::from(at_most)).abs() < 1e-9, "places add up to {within}");
    assert!(all <= 1.0 + 1e-9 && all > 0.99, "slates add up to {all}");
}

#[test]
fn windows_come_as_often_as_their_propensity_says_by_epsilon() {
    check_frequencies(Exploration::Epsilon { share: 0.3 }, 2);
    check_frequencies(Exploration::Epsilon { share: 1.0 }, 3);
}

#[test]
fn windows_come_as_often_as_their_propensity_says_by_softmax() {
    check_frequencies(Exploration::Softmax { temperature: 0.5 }, 2);
}

/// Plackett and Luce's first places in closed form: in proportion to the score at temperature 1.
#[test]
fn softmax_at_temperature_one_is_in_proportion_to_the_score() {
    let mut given = Given::new();
    given.chooser = Chooser {
        exploration: Exploration::Softmax { temperature: 1.0 },
        at_most: 3,
        ..Chooser::default()
    };
    let candidates = [hours(8, 10), hours(12, 14), hours(16, 18)];
    let choice = given.choose(&candidates);
    let total: f64 = choice.offered.iter().map(|it| it.score).sum();
    for it in &choice.offered {
        assert!((it.first_propensity - it.score / total).abs() < 1e-12);
    }
}

#[test]
fn the_same_case_gives_the_same_windows_and_another_seed_others() {
    let mut given = Given::new();
    given.chooser.exploration = Exploration::Epsilon { share: 0.5 };
    let all = |given: &mut Given<'_>, seed| {
        given.chooser.seed = seed;
        let draws = (0..20).map(|draw| {
            given.id = format!("r{draw}");
            windows(&given.choose(&grid(3)))
        });
        draws.collect::<Vec<_>>()
    };
    let first = all(&mut given, 1);
    assert_eq!(all(&mut given, 1), first);
    assert_ne!(all(&mut given, 2), first);
}

#[test]
fn candidates_keep_the_wall_clock_of_the_site() {
    let zone: Zone = "Europe/Copenhagen".parse().unwrap();
    let calendar = Calendar::plain(zone);
    let every_day: OpeningHours = "Mon-Sun 00:00-06:00".parse().unwrap();
    let grid = WindowGrid { days: 1, length_minutes: 120, step_minutes: 120, lead_minutes: 0 };
    // The night to 29 March 2026 lacks the hour from 2 to 3, that to 25 October has it twice.
    let minutes = |as_of| {
        let windows = grid.candidates(&every_day, &calendar, at(as_of));
        windows.iter().map(|it| it.length().num_minutes()).collect::<Vec<_>>()
    };
    assert_eq!(minutes("2026-03-28T23:00:00Z"), [120, 60, 120]);
    assert_eq!(minutes("2026-10-24T22:00:00Z"), [120, 180, 120]);
    assert_eq!(minutes("2026-05-03T22:00:00Z"), [120, 120, 120]);
}

#[test]
fn candidates_skip_days_on_which_the_site_is_closed() {
    let hours: OpeningHours = "Mon-Fri 08:00-12:00; holidays closed".parse().unwrap();
    let calendar = Calendar::new("DK".parse().unwrap(), "Europe/Copenhagen".parse().unwrap());
    // Wednesday after hours; Thursday is Ascension Day: Friday and Monday.
    let grid = WindowGrid { days: 2, step_minutes: 120, ..WindowGrid::default() };
    let windows = grid.candidates(&hours, &calendar, at("2026-05-13T11:00:00Z"));
    let starts: Vec<_> = windows.iter().map(|it| it.starts_at()).collect();
    let expected = [
        "2026-05-15T06:00:00Z",
        "2026-05-15T08:00:00Z",
        "2026-05-18T06:00:00Z",
        "2026-05-18T08:00:00Z",
    ];
    assert_eq!(starts, expected.map(at));
}

proptest! {
    /// Windows that are read out never overlap, are never more than asked for, and their first places never exceed 1.
    #[test]
    fn slates_are_sound(seed in any::<u64>(), share in 0.0..=1.0_f64, at_most in 1_u32..=5, days in 1_u16..4) {
        let mut given = Given::new();
        let exploration = Exploration::Epsilon { share };
        given.chooser = Chooser { seed, at_most, exploration, considered: 12, ..Chooser::default() };
        let candidates = grid(days);
        let choice = given.choose(&candidates);
        prop_assert!(!choice.offered.is_empty() && choice.offered.len() <= at_most as usize);
        prop_assert_eq!(choice.considered as usize + choice.dropped.len(), candidates.len());
        for (place, one) in choice.offered.iter().enumerate() {
            prop_assert!(one.first_propensity <= one.propensity + 1e-12 && one.propensity <= 1.0 + 1e-12);
            for other in &choice.offered[place + 1..] {
                prop_assert!(!one.window.overlaps(other.window));
            }
        }
        prop_assert!(choice.slate_propensity > 0.0 && choice.slate_propensity <= 1.0 + 1e-12);
    }
}
