//! Requests and capacity.

use ringback_callback::{Capacity, Skill, Urgency};
use ringback_reach::Window;

#[test]
fn capacity_without_a_skill_serves_every_request() {
    let at = |text: &str| text.parse().unwrap();
    let window = Window::new(at("2026-05-04T12:00:00Z"), at("2026-05-04T14:00:00Z")).unwrap();
    let general = Capacity { window, slots: 3, skill: None };
    let loans = Capacity { window, slots: 3, skill: Some(Skill::new("loans")) };
    assert!(general.serves(None) && general.serves(Some(&Skill::new("loans"))));
    assert!(loans.serves(Some(&Skill::new("loans"))) && !loans.serves(None));
    assert!(!loans.serves(Some(&Skill::new("cards"))));
}

#[test]
fn urgencies_are_spelled_and_ordered() {
    assert!(Urgency::Low < Urgency::Normal && Urgency::High < Urgency::Urgent);
    assert_eq!("high".parse(), Ok(Urgency::High));
    assert_eq!(
        "asap".parse::<Urgency>().unwrap_err().to_string(),
        "\"asap\" is no urgency, expected one of low, normal, high, urgent"
    );
}
