//! What is wrong with a mapping is said before a row is read.

use crate::shop::{MAPPING, format};

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert!(MAPPING.contains(from), "{from}");
    let error = format(&MAPPING.replace(from, to)).expect_err("a bad mapping").to_string();
    assert!(error.starts_with("shop.toml"), "{error}");
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_wrong_zone_is_an_error_with_its_line() {
    check(
        "Europe/Copenhagen",
        "Copenhagen",
        "shop.toml:4: \"Copenhagen\" is no IANA time zone, expected a name such as Europe/Copenhagen",
    );
    check(
        "zone = \"Europe/Copenhagen\"",
        "",
        "no zone, expected one such as zone = \"Europe/Copenhagen\": stamps are local",
    );
}

#[test]
fn stamps_that_carry_their_offset_need_no_zone() {
    for pattern in ["rfc3339", "epoch", "epoch_ms", "%Y-%m-%dT%H:%M:%S%z"] {
        let text = MAPPING
            .replace("zone = \"Europe/Copenhagen\"", "")
            .replace("%Y-%m-%d %H:%M:%S", pattern);
        assert!(format(&text).is_ok(), "{pattern}");
    }
}

#[test]
fn what_is_missing_or_contradictory_is_named() {
    check(
        "key = [\"id\"]",
        "key = []",
        "key is empty, expected the columns that together name a row",
    );
    check("key = [\"id\"]", "", "missing field `key`");
    check(
        "start = \"in\"",
        "",
        "nothing says when a call starts, expected started or a first stage with start",
    );
    check(
        "region = \"DK\"",
        "",
        "customer is a phone and there is no region, expected one such as region = \"DK\"",
    );
    check(
        "\"DK\"",
        "\"Denmark\"",
        "region \"Denmark\" is no country with a numbering plan, expected two letters such as DK",
    );
    check(
        "{ column = \"result\", values = { ok = \"answered\", gone = \"abandoned\" } }",
        "{ values = {} }",
        "outcome has neither column nor value",
    );
    check(
        "\"answered\"",
        "\"fine\"",
        "outcome: \"fine\" is no outcome, expected one of answered, abandoned, voicemail",
    );
    check("kind = \"queue\"", "kind = \"waiting\"", "unknown variant `waiting`, expected one of");
    check(
        "start = \"in\"\n    end = \"out\"",
        "start = \"in\"\n    [[stage]]\n    kind = \"talk\"",
        "talk stage has neither start, end nor seconds",
    );
    check("kind = \"phone\"", "kind = \"mail\"", "unknown variant `mail`");
    check("source = \"shop\"", "sauce = \"shop\"", "unknown field `sauce`");
    check(
        "source = \"shop\"",
        "source = \"shop\"\nprecision_secs = 0",
        "a precision of 0 s, expected more than 0 and at most 86400 s",
    );
    check(
        "source = \"shop\"",
        "source = \"shop\"\nqueue = 3",
        "expected a column's name, or a table with column, value, values, other, absent",
    );
}

#[test]
fn delimiters_and_time_patterns_are_checked() {
    for delimiter in ["ab", "", "x", "\\\"", "ø"] {
        let to = format!("delimiter = \"{delimiter}\"");
        check("delimiter = \",\"", &to, ", expected one sign, \"tab\" or \"blanks\"");
    }
    for pattern in ["", "%Q", "%"] {
        check(
            "%Y-%m-%d %H:%M:%S",
            pattern,
            "is no time pattern, expected rfc3339, epoch, epoch_ms or strftime",
        );
    }
    for pattern in ["%H:%M:%S", "%I:%M %p"] {
        check(
            "%Y-%m-%d %H:%M:%S",
            pattern,
            "has no date, expected time.date with the column that has it",
        );
    }
    let format_key = "format = \"%Y-%m-%d %H:%M:%S\"";
    check(
        format_key,
        &format!("{format_key}\ndate = \"d\""),
        "time.date and time.date_format go together, and one of them is absent",
    );
    check(
        format_key,
        &format!("{format_key}\ndate = \"d\"\ndate_format = \"%Q\""),
        "time.date_format \"%Q\" is no time pattern",
    );
}
