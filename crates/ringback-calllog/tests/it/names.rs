//! Names and numbers as systems write them.

use ringback_calllog::{AgentId, CustomerNumbers, Names, PseudonymKey, Pseudonymizer};

fn pseudonymizer() -> Pseudonymizer {
    Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "t")
}

/// Numbers of a place without a region, and of one in Great Britain.
fn of_both() -> [CustomerNumbers; 2] {
    let region = Some("GB".parse().unwrap());
    [None, region].map(|it| CustomerNumbers::new(pseudonymizer(), it))
}

#[test]
fn an_address_of_a_number_is_the_number() {
    let texts = [
        "sip:+12025550123@pbx.example",
        "SIP:+12025550123@pbx.example",
        "sips:+12025550123@pbx.example:5061",
        "Sips:+12025550123@pbx.example",
        "sip:+12025550123@pbx.example;user=phone",
        "sip:+12025550123;user=phone@pbx.example",
        "sip:+12025550123;phone-context=example.com@pbx.example;user=phone?priority=urgent",
        "<sip:+12025550123@pbx.example>",
        "<sip:+12025550123@pbx.example>;tag=1928301774",
        "\"Name\" <sip:+12025550123@pbx.example>",
        "\"A <b>, c@d\" <sip:+12025550123@pbx.example;transport=tcp>",
        "Name <+12025550123>",
        "Anonymous <sip:+12025550123@pbx.example>",
        "tel:+12025550123",
        "TEL:+1-202-555-0123",
        "<tel:+1(202)555-0123;isub=12>",
        "+12025550123@pbx.example",
        " +1 202 555 0123 ",
    ];
    for mut numbers in of_both() {
        let bare = numbers.get("+12025550123");
        assert!(bare.is_some());
        for text in texts {
            assert_eq!(numbers.get(text), bare, "{text}");
        }
        assert_eq!(numbers.remarks()[1].1, 0);
    }
}

#[test]
fn an_address_of_a_local_number_is_the_local_number() {
    for mut numbers in of_both() {
        let bare = numbers.get("020 7946 0123");
        for text in ["sip:020 7946 0123@pbx.example;user=phone", "Name <tel:020 7946 0123>"] {
            assert_eq!(numbers.get(text), bare, "{text}");
        }
    }
}

#[test]
fn a_local_number_of_another_place_is_not_the_local_one() {
    for mut numbers in of_both() {
        let here = numbers.get("7946 0123");
        assert_ne!(numbers.get("tel:7946-0123;phone-context=+44161"), here);
    }
}

#[test]
fn an_address_that_is_no_number_is_a_customer_with_its_host() {
    for mut numbers in of_both() {
        let bob = numbers.get("bob@one.example");
        assert!(bob.is_some());
        for text in ["sip:bob@one.example", "Bob <SIPS:bob@one.example;transport=tcp>"] {
            assert_eq!(numbers.get(text), bob, "{text}");
        }
        assert_ne!(numbers.get("sip:bob@two.example"), bob);
    }
}

#[test]
fn a_number_that_is_not_shown_is_no_customer() {
    let texts = [
        "Anonymous <sip:anonymous@anonymous.invalid>",
        "\"Anonymous\" <sip:anonymous@pbx.example>;tag=88",
        "Anonymous <sip:c8oqz84zk7z@pbx.example>",
        "sip:c8oqz84zk7z@anonymous.invalid",
        "SIP:Restricted@pbx.example",
        "sips:unavailable@pbx.example",
        "tel:anonymous",
        "Name <>",
        "<sip:@pbx.example>",
        "Private Number",
        "PRIVATE",
        "private_caller",
        "Unknown Number",
        "Unknown Caller",
        "Unknown",
        "No Caller ID",
        "NO CALLERID",
        "No Number",
        "Caller ID Blocked",
        "Blocked Call",
        "Hidden number",
        "Number Withheld",
        "Number unavailable",
        "Not available",
        "Suppressed",
        "Out of Area",
        "Anonymous@10.0.0.1",
    ];
    for mut numbers in of_both() {
        for text in texts {
            assert_eq!(numbers.get(text), None, "{text}");
        }
        assert_eq!(numbers.remarks()[1].1, 0);
    }
}

#[test]
fn a_word_that_only_begins_like_a_number_not_shown_is_a_customer() {
    for mut numbers in of_both() {
        for text in ["privateer@one.example", "unknown.soldier", "caller", "no", "number 4"] {
            assert!(numbers.get(text).is_some(), "{text}");
        }
    }
}

#[test]
fn a_number_that_cannot_be_normalized_is_counted_once_however_many_others_come_between() {
    let [_, mut numbers] = of_both();
    let count_of = |it: &CustomerNumbers| it.remarks()[1].1;
    numbers.get("*1");
    numbers.get("sip:*1@pbx.example");
    assert_eq!(count_of(&numbers), 1);
    for number in 0..70_000 {
        numbers.get(&format!("+1202{:07}", 5_000_000 + number));
    }
    numbers.get("*1");
    numbers.get("bob@one.example");
    assert_eq!(count_of(&numbers), 2);
    let long = format!("{}@one.example", "b".repeat(100));
    for _ in 0..3 {
        assert!(numbers.get(&long).is_some());
    }
    assert_eq!(count_of(&numbers), 3);
}

#[test]
fn what_cannot_be_normalized_is_counted_up_to_a_bound() {
    let [mut numbers, _] = of_both();
    for number in 0..70_000 {
        numbers.get(&number.to_string());
    }
    let (text, count) = numbers.remarks().remove(1);
    assert_eq!(count, 65_536);
    assert!(text.ends_with("at least"), "{text}");
}

#[test]
fn long_texts_are_not_kept() {
    let [mut numbers, _] = of_both();
    let mut agents: Names<AgentId> = Names::new(&pseudonymizer());
    let (short, long) = ("b".repeat(31), "b".repeat(32));
    for text in [&short, &long] {
        assert_eq!(numbers.get(text), numbers.get(text));
        assert_eq!(agents.get(text).unwrap().as_str(), text);
    }
    assert_eq!(format!("{numbers:?}"), "CustomerNumbers(1 known)");
    assert_eq!(format!("{agents:?}"), "1 names");
}
