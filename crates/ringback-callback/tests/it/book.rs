//! What was promised, and what became of it.

use chrono::TimeDelta;
use proptest::prelude::*;
use ringback_callback::{
    BookChange, CallbackBook, CallbackRequest, CloseReason, MissedBy, Opened, RequestId,
    RetryPolicy, Urgency,
};
use ringback_calllog::{Direction, Outcome, Zone};
use ringback_features::Calendar;

use crate::planted::{at, customer, hours, request};

const LATER: &str = "2026-05-04T15:00:00Z";

fn id(text: &str) -> RequestId {
    RequestId::new(text)
}

#[test]
fn a_second_request_is_the_first_again_with_the_higher_urgency_and_newer_windows() {
    let mut book = CallbackBook::new();
    let first = CallbackRequest { chosen: vec![hours(10, 12)], ..request("a", 1) };
    let second =
        CallbackRequest { urgency: Urgency::High, chosen: vec![hours(14, 16)], ..request("b", 1) };
    assert_eq!(book.open(first), Opened::New);
    assert_eq!(book.open(second), Opened::Duplicate { of: id("a") });
    let third = request("c", 1);
    assert_eq!(book.open(third), Opened::Duplicate { of: id("a") });
    let kept = book.open_of(customer(1)).unwrap();
    assert_eq!((kept.urgency, &kept.chosen), (Urgency::High, &vec![hours(14, 16)]));
    assert_eq!(book.open(request("d", 2)), Opened::New);
    let tally = book.tally();
    assert_eq!((tally.opened, tally.open, tally.duplicates), (2, 2, 2));
}

#[test]
fn a_message_that_comes_twice_opens_one_request_even_after_it_is_closed() {
    let mut book = CallbackBook::new();
    book.open(request("a", 1));
    assert_eq!(book.open(request("a", 1)), Opened::Duplicate { of: id("a") });
    book.done(&id("a"), at(LATER)).unwrap();
    assert_eq!(book.open(request("a", 1)), Opened::Duplicate { of: id("a") });
    assert_eq!(book.open_requests().count(), 0);
    assert_eq!(book.open(request("b", 1)), Opened::New);
}

#[test]
fn only_a_talk_after_the_request_cancels_it() {
    let mut book = CallbackBook::new();
    book.open(request("a", 1));
    let later = at(LATER);
    let contact = |book: &mut CallbackBook, at, direction, outcome| {
        book.contact(customer(1), at, direction, outcome)
    };
    assert_eq!(contact(&mut book, later, Direction::Inbound, Outcome::Abandoned), None);
    assert_eq!(contact(&mut book, later, Direction::Outbound, Outcome::Voicemail), None);
    assert_eq!(contact(&mut book, later, Direction::Internal, Outcome::Answered), None);
    let before = at("2026-05-04T08:59:59Z");
    assert_eq!(contact(&mut book, before, Direction::Inbound, Outcome::Answered), None);
    assert_eq!(book.contact(customer(2), later, Direction::Inbound, Outcome::Answered), None);
    let closed = contact(&mut book, later, Direction::Inbound, Outcome::Answered);
    assert_eq!(closed, Some(id("a")));
    assert_eq!(book.closed(&id("a")), Some(CloseReason::ReachedOtherwise));
}

#[test]
fn our_miss_raises_the_urgency_and_either_miss_widens_the_choice() {
    let mut book = CallbackBook::new();
    book.open(CallbackRequest { chosen: vec![hours(10, 12), hours(16, 18)], ..request("a", 1) });
    book.missed(&id("a"), at("2026-05-04T12:00:00Z"), MissedBy::Us).unwrap();
    let seen = book.request(&id("a")).unwrap();
    assert_eq!((seen.urgency, seen.attempts), (Urgency::High, 0));
    assert_eq!(seen.chosen, [hours(16, 18)]);
    assert_eq!(book.extra_windows(&id("a")), 1);

    let tried = at("2026-05-04T16:30:00Z");
    book.missed(&id("a"), tried, MissedBy::Customer).unwrap();
    let seen = book.request(&id("a")).unwrap();
    assert_eq!((seen.urgency, seen.attempts), (Urgency::High, 1));
    assert_eq!(seen.last_attempt_at, Some(tried));
    assert!(seen.chosen.is_empty());
    assert_eq!(book.extra_windows(&id("a")), 2);
}

#[test]
fn overdue_requests_expire_and_others_stay() {
    let mut book = CallbackBook::new();
    let due = |text| Some(at(text));
    book.open(CallbackRequest { due_by: due("2026-05-04T12:00:00Z"), ..request("a", 1) });
    book.open(CallbackRequest { due_by: due("2026-05-09T12:00:00Z"), ..request("b", 2) });
    book.open(request("c", 3));
    // Without a deadline of its own the third lasts until the end of Wednesday.
    let (retries, calendar) = (RetryPolicy::default(), Calendar::plain(Zone::UTC));
    let mut expire = |text| book.expire(at(text), &retries, &calendar);
    assert_eq!(expire("2026-05-04T12:00:01Z"), [id("a")]);
    assert_eq!(expire("2026-05-06T23:59:00Z"), []);
    assert_eq!(expire("2026-05-07T00:00:00Z"), [id("c")]);
    assert_eq!(book.tally().closed[&CloseReason::Expired], 2);
    assert_eq!(book.open_requests().count(), 1);
}

#[test]
fn closed_and_unknown_requests_are_errors() {
    let mut book = CallbackBook::new();
    let unknown = book.done(&id("a"), at(LATER)).unwrap_err();
    assert_eq!(unknown.to_string(), "request a is not in the book");
    book.open(request("a", 1));
    book.cancel(&id("a"), at(LATER), CloseReason::Withdrawn).unwrap();
    let closed = book.missed(&id("a"), at(LATER), MissedBy::Us).unwrap_err();
    assert_eq!(closed.to_string(), "request a is closed (withdrawn), expected an open one");
}

#[test]
fn a_forgotten_customer_leaves_counts_and_nothing_else() {
    let mut book = CallbackBook::new();
    book.open(request("secret-1", 1));
    book.done(&id("secret-1"), at(LATER)).unwrap();
    book.open(request("secret-2", 1));
    book.choose(&id("secret-2"), at(LATER), vec![hours(16, 18)]).unwrap();
    book.open(request("secret-3", 1));
    book.open(request("other", 2));
    assert_eq!(book.forget(customer(1), at(LATER)), 2);
    let saved = serde_json::to_string(&book).unwrap();
    assert!(!saved.contains("secret") && !saved.contains(&customer(1).to_string()), "{saved}");
    let tally = book.tally();
    assert!(tally.adds_up());
    assert_eq!((tally.opened, tally.open), (3, 1));
    assert_eq!(tally.closed[&CloseReason::Forgotten], 1);
    assert_eq!(book.events().len(), 7);
    // They may ask again.
    assert_eq!(book.open(request("secret-4", 1)), Opened::New);
}

#[test]
fn every_change_is_an_event() {
    let mut book = CallbackBook::new();
    book.open(request("a", 1));
    book.open(request("b", 1));
    book.missed(&id("a"), at(LATER), MissedBy::Us).unwrap();
    book.contact(customer(1), at(LATER), Direction::Outbound, Outcome::Answered);
    let changes: Vec<&BookChange> = book.events().iter().map(|it| &it.change).collect();
    let expected = [
        BookChange::Opened,
        BookChange::AskedAgain { as_id: Some(id("b")) },
        BookChange::Missed { by: MissedBy::Us, urgency: Urgency::High },
        BookChange::Closed { reason: CloseReason::ReachedOtherwise },
    ];
    assert_eq!(changes, expected.iter().collect::<Vec<_>>());
}

proptest! {
    /// Whatever happens in whatever order: no customer has two open requests, and open and closed add up to opened.
    #[test]
    fn nothing_is_lost_and_nobody_is_called_twice(
        steps in prop::collection::vec((0_u8..8, 0_u32..6, 0_u32..4), 0..80),
    ) {
        let mut book = CallbackBook::new();
        let retries = RetryPolicy { working_days: 0, ..RetryPolicy::default() };
        let calendar = Calendar::plain(Zone::UTC);
        for (step, (what, number, who)) in steps.into_iter().enumerate() {
            let name = id(&format!("r{number}"));
            let now = at("2026-05-04T09:00:00Z") + TimeDelta::minutes(20 * i64::try_from(step).unwrap());
            match what {
                0..=2 => {
                    let asked = CallbackRequest { requested_at: now, ..request(name.as_str(), who) };
                    book.open(asked);
                }
                3 => drop(book.done(&name, now)),
                4 => drop(book.missed(&name, now, MissedBy::Us)),
                5 => drop(book.contact(customer(who), now, Direction::Inbound, Outcome::Answered)),
                6 => drop(book.expire(now, &retries, &calendar)),
                _ => drop(book.forget(customer(who), now)),
            }
            let mut open: Vec<_> = book.open_requests().map(|it| it.customer).collect();
            let n = open.len();
            open.sort_unstable();
            open.dedup();
            prop_assert_eq!(open.len(), n);
            prop_assert!(book.tally().adds_up());
            prop_assert_eq!(book.tally().open, n as u64);
        }
        let saved: CallbackBook = serde_json::from_str(&serde_json::to_string(&book).unwrap()).unwrap();
        prop_assert_eq!(saved, book);
    }
}
