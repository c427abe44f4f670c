//! Cutting separated rows, held against the csv crate's machine.

use proptest::prelude::*;
use ringback_calllog::{
    CustomerNumbers, HeaderNames, PseudonymKey, Pseudonymizer, Separated, is_damaged_number,
};

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut cutter = Separated::new(b',');
    let row = cutter.cut(text).unwrap();
    assert_eq!(row.iter().collect::<Vec<_>>(), expected, "{text}");
    assert_eq!(row.len(), expected.len());
    assert_eq!(row.get(expected.len()), "");
}

#[test]
fn fields_are_cut_at_separators_outside_quotes() {
    check("", &[""]);
    check("a,b", &["a", "b"]);
    check("a,", &["a", ""]);
    check(r#""a,b","",c"#, &["a,b", "", "c"]);
    check(r#""say ""hi""","""""#, &[r#"say "hi""#, r#"""#]);
    check(r#"it's 5" wide,b"#, &[r#"it's 5" wide"#, "b"]);
    check("\"two\nlines\",b", &["two\nlines", "b"]);
}

#[test]
fn a_quote_that_is_not_closed_or_goes_on_is_an_error() {
    for text in [r#""a"#, r#"b,"a,"#, r#""a"b,c"#] {
        assert!(Separated::new(b',').cut(text).is_err(), "{text}");
    }
}

#[test]
fn a_separator_that_is_not_ascii_matches_nothing() {
    for separator in [0x80, 0xa9, 0xc3, 0xff] {
        let mut cutter = Separated::new(separator);
        let row = cutter.cut("é,è;b").unwrap();
        assert_eq!(row.iter().collect::<Vec<_>>(), ["é,è;b"], "{separator}");
        assert!(cutter.cut("\"a\"é").is_err());
    }
}

#[test]
fn neither_a_cutter_nor_a_header_shows_the_text_of_a_row() {
    let mut cutter = Separated::new(b',');
    cutter.cut("1,\"say \"\"+12025550123\"\"\"").unwrap();
    assert_eq!(format!("{cutter:?}"), "Separated(',', 2 fields)");
    let header = HeaderNames::new(["1", "+12025550123", ""]);
    assert_eq!(format!("{header:?}"), "HeaderNames(3 columns)");
}

/// The fields of a row as csv-core gives them.
fn by_csv_core(text: &str) -> Vec<String> {
    let mut reader =
        csv_core::ReaderBuilder::new().terminator(csv_core::Terminator::Any(0)).build();
    let (mut out, mut ends) = (vec![0; text.len() + 1], vec![0; text.len() + 2]);
    let (_, _, written, n) = reader.read_record(text.as_bytes(), &mut out, &mut ends);
    let (_, _, more, n_more) = reader.read_record(&[], &mut out[written..], &mut ends[n..]);
    let out = String::from_utf8(out[..written + more].to_vec()).unwrap();
    let mut start = 0;
    let mut fields = Vec::new();
    for end in &ends[..n + n_more] {
        fields.push(out[start..*end].to_owned());
        start = *end;
    }
    fields
}

proptest! {
    #[test]
    fn quoted_fields_are_cut_as_the_csv_crate_cuts_them(fields in prop::collection::vec("[a-c,\"\n é]{0,6}", 1..8)) {
        let text: Vec<String> =
            fields.iter().map(|it| format!("\"{}\"", it.replace('"', "\"\""))).collect();
        let text = text.join(",");
        let mut cutter = Separated::new(b',');
        let cut: Vec<String> = cutter.cut(&text).unwrap().iter().map(str::to_owned).collect();
        prop_assert_eq!(&cut, &fields);
        prop_assert_eq!(cut, by_csv_core(&text));
    }

    #[test]
    fn any_text_is_cut_or_refused(text in any::<String>()) {
        let mut cutter = Separated::new(b';');
        if let Ok(row) = cutter.cut(&text) {
            prop_assert!(row.len() <= text.matches(';').count() + 1);
        }
    }
}

#[test]
fn a_number_that_a_spreadsheet_has_damaged_is_told_from_one_that_has_a_letter() {
    for text in ["9.12678E+11", "9E+11", "4,42079e+11", " 1.5E+9 "] {
        assert!(is_damaged_number(text), "{text}");
    }
    for text in ["", "912678", "E+11", "1E11", "bob@abc.com", "+14085151111", "9.E+11"] {
        assert!(!is_damaged_number(text), "{text}");
    }
}

#[test]
fn what_is_no_number_is_no_customer() {
    let key = PseudonymKey::from_bytes([7; 32]);
    let mut numbers = CustomerNumbers::new(Pseudonymizer::new(&key, "t"), None);
    for text in ["", "  ", "anonymous", "Anonymous@10.0.0.1", "Withheld", "sip:anonymous@x.invalid"]
    {
        assert_eq!(numbers.get(text), None, "{text}");
    }
    assert_eq!(numbers.get("9.12678E+11"), None);
    assert_eq!(numbers.get("9.12678E+11"), None);
    assert_eq!(numbers.damaged(), 2);
    assert_eq!(numbers.get("+12025550123@10.0.0.1"), numbers.get("+1 202 555 0123"));
    assert_ne!(numbers.get("bob@one.example"), numbers.get("bob@two.example"));
}
