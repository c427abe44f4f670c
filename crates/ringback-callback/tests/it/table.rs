//! Requests and capacity as tables.

use ringback_callback::{Capacity, ReadRequests, RequestTable, TableError, Urgency};
use ringback_calllog::{PseudonymKey, Pseudonymizer};

fn read(text: &str) -> Result<ReadRequests, TableError> {
    let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    RequestTable::default().read("requests.csv", text.as_bytes(), &pseudonymizer)
}

#[test]
fn every_row_is_a_request_or_refused_with_field_value_and_expectation() {
    let text = "\u{feff}customer,request_id,requested_at,due_by,time_zone,urgency,intent\n\
        +4520123456,R1,2026-05-04T11:00:00+02:00,2026-05-05T11:00:00+02:00,Europe/Copenhagen,high,loans\n\
        20 12 34 56,R2,2026-05-04T11:00:00+02:00,,,,\n\
        c3,R3,yesterday,,,,\n\
        c4,R4,2026-05-04T11:00:00Z,,,asap,\n\
        ,R5,2026-05-04T11:00:00Z,,,,\n\
        c6,,2026-05-04T11:00:00Z,,,,\n\
        c7,R7,2026-05-04T11:00:00Z\n";
    let read = read(text).unwrap();
    let ids: Vec<&str> = read.requests.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["R1", "R7"]);
    assert_eq!(read.requests[0].requested_at.to_rfc3339(), "2026-05-04T09:00:00+00:00");
    assert_eq!(read.requests[0].urgency, Urgency::High);
    assert_eq!(read.requests[0].intent.as_ref().unwrap().as_str(), "loans");
    let refused: Vec<String> = read.refused.iter().map(ToString::to_string).collect();
    let expected = [
        "requests.csv:3: customer: \"•• •• •• 56\", expected a number with + and its country code, or the region of numbers without one",
        "requests.csv:4: requested_at: \"yesterday\", expected an RFC 3339 stamp such as 2026-05-04T14:30:00+02:00",
        "requests.csv:5: urgency: \"asap\", expected one of low, normal, high, urgent",
        "requests.csv:6: customer: missing",
        "requests.csv:7: request_id: missing",
    ];
    assert_eq!(refused, expected);
    assert_eq!(read.refused[0].id.as_ref().unwrap().as_str(), "R2");
}

#[test]
fn a_pseudonym_is_taken_as_it_is_and_a_number_becomes_the_same_one() {
    let first = read("request_id,customer,requested_at\nR1,+4520123456,2026-05-04T11:00:00Z\n");
    let customer = first.unwrap().requests[0].customer;
    let text = format!("request_id,customer,requested_at\nR1,{customer},2026-05-04T11:00:00Z\n");
    assert_eq!(read(&text).unwrap().requests[0].customer, customer);
}

#[test]
fn a_lacking_column_and_a_bad_capacity_are_errors() {
    let error = read("request_id,requested_at\n").unwrap_err().to_string();
    assert_eq!(
        error,
        "requests.csv: no column customer, expected request_id, customer and requested_at"
    );
    let of = |row: &str| {
        let text = format!("start,end,slots,skill\n{row}\n");
        Capacity::read_table("capacity.csv", text.as_bytes()).map_err(|it| it.to_string())
    };
    let row = of("2026-05-04T12:00:00Z,2026-05-04T14:00:00Z,0,loans").unwrap();
    assert_eq!((row[0].slots, row[0].skill.as_ref().unwrap().as_str()), (0, "loans"));
    let error = of("2026-05-04T12:00:00Z,2026-05-04T14:00:00Z,-1,").unwrap_err();
    assert_eq!(error, "capacity.csv:2: slots: \"-1\", expected a whole number from 0");
}
