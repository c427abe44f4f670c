use ringback_calllog::{Customer, PhoneRegion, PseudonymKey, Pseudonymizer};

use crate::shop;

fn key() -> PseudonymKey {
    PseudonymKey::from_bytes([7; 32])
}

fn region(text: &str) -> PhoneRegion {
    text.parse().expect("a region")
}

/// Source: Python's `hmac`, which shares no code with ours:
///
/// ```text
/// python3 -c 'import hmac
/// part = lambda text: len(text).to_bytes(8, "big") + text
/// mac = lambda data: hmac.new(bytes([7] * 32), data, "sha256").hexdigest()
/// print(mac(b"ringback key id")[:8], mac(part(b"acme") + part(b"customer") + b"+12025550123")[:32])'
/// ```
#[test]
fn a_pseudonym_is_what_another_hmac_gives() {
    let customer = Pseudonymizer::new(&key(), "acme").customer("+12025550123");
    assert_eq!(customer.to_string(), "0b74e1d5:3621c10f630227cdd183bd7d1ab4f1bf");
    assert_eq!(customer.key_id(), "0b74e1d5");
    assert_eq!(format!("{customer:?}"), "Customer(0b74e1d5:3621c10f630227cdd183bd7d1ab4f1bf)");
}

#[test]
fn key_tenant_and_purpose_each_change_the_pseudonym() {
    let other_key = PseudonymKey::from_bytes([8; 32]);
    let made = [
        Pseudonymizer::new(&key(), "acme"),
        Pseudonymizer::new(&other_key, "acme"),
        Pseudonymizer::new(&key(), "acm"),
        Pseudonymizer::for_purpose(&key(), "acme", "agent"),
        // What joins to the same text is not the same parts.
        Pseudonymizer::for_purpose(&key(), "acmecust", "omer"),
    ]
    .map(|it| it.customer("42").to_string());
    let distinct: std::collections::BTreeSet<&String> = made.iter().collect();
    assert_eq!(distinct.len(), made.len());
    let again = Pseudonymizer::for_purpose(&key(), "acme", "customer").customer("42");
    assert_eq!(again.to_string(), made[0]);
}

#[track_caller]
fn check_same(country: &str, spellings: &[&str]) {
    let pseudonymizer = Pseudonymizer::new(&key(), "acme");
    let (first, _) = pseudonymizer.phone(spellings[0], region(country));
    for spelling in spellings {
        assert_eq!(pseudonymizer.phone(spelling, region(country)), (first, true), "{spelling}");
    }
}

#[test]
fn spellings_of_one_number_are_one_customer() {
    check_same(
        "GB",
        &[
            "+44 20 7946 0123",
            "020 7946 0123",
            "(020) 7946-0123",
            "00442079460123",
            "tel:+44-20-7946-0123",
        ],
    );
    check_same(
        "US",
        &["+1 202 555 0123", "(202) 555-0123", "2025550123", "1-202-555-0123", "202.555.0123"],
    );
    check_same("DK", &["+12025550123", "0012025550123", "+1 (202) 555-0123"]);
}

#[test]
fn what_is_no_number_is_hashed_as_it_is_written_and_said() {
    let pseudonymizer = Pseudonymizer::new(&key(), "acme");
    for text in ["anonymous", "12", "sip:kim@example.com", "+999"] {
        let (customer, is_normalized) = pseudonymizer.phone(text, region("DK"));
        assert!(!is_normalized, "{text}");
        assert_eq!(customer, pseudonymizer.customer(text));
    }
    let row = |id: u32, caller: &str| {
        format!("{id},{caller},2026-05-04 09:00:00,2026-05-04 09:00:30,ok\n")
    };
    let read =
        shop::read_rows([row(1, "anonymous"), row(2, "+1 202 555 0123"), row(3, "x")].concat());
    let remark = "customers whose number could not be brought to E.164: 2";
    assert!(read.audit.warnings.iter().any(|it| it == remark), "{:?}", read.audit.warnings);
}

#[test]
fn a_pseudonym_is_read_back_from_its_text() {
    let customer = Pseudonymizer::new(&key(), "acme").customer("42");
    assert_eq!(customer.to_string().parse(), Ok(customer));
    let json = serde_json::to_string(&customer).expect("json");
    assert_eq!(serde_json::from_str::<Customer>(&json).expect("a pseudonym"), customer);
    assert!("+12025550123".parse::<Customer>().is_err());
    assert!(format!("{}x", &customer.to_string()[1..]).parse::<Customer>().is_err());
}

#[test]
fn a_key_file_holds_one_key() {
    let text = key().to_key_file();
    let read = PseudonymKey::from_key_file(&text).expect("a key");
    assert!(read == key());
    assert!(text.starts_with("# Ringback pseudonym key 0b74e1d5. Secret"));
    assert_eq!(text.lines().nth(1), Some("07".repeat(32).as_str()));
    let indented = format!("  # a note\n\n  {}  \n", "07".repeat(32));
    assert!(PseudonymKey::from_key_file(&indented).expect("a key") == key());
}

#[test]
fn keys_show_their_id_and_nothing_else() {
    assert_eq!(format!("{:?}", key()), "PseudonymKey(0b74e1d5)");
    assert_eq!(format!("{:?}", Pseudonymizer::new(&key(), "acme")), "Pseudonymizer(0b74e1d5)");
}
