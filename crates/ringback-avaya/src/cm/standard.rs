//! The standard layouts, column by column.
//!
//! # Source
//!
//! Avaya 555-233-506 (`MultiVantage` 1.2, October 2002), DEFINITY ECS 8.2 Administrator's Guide (April 2000), and
//! Administrator's Guide for Avaya Communication Manager (November 2003). Releases from 4.0 on print wider tables unless
//! their format is set to the legacy one: describe those by their fields.

use super::condition::Conditions;
use super::layout::{Item, Layout, Traits};
use super::settings::CircuitIds;

/// A blank column.
const SP: (Item, usize) = (Item::Space, 1);
/// Columns that are not read.
const fn skip(width: usize) -> (Item, usize) {
    (Item::Unread, width)
}
const TIME: (Item, usize) = (Item::Time, 4);
const DURATION: (Item, usize) = (Item::Duration, 4);
const CONDITION: (Item, usize) = (Item::Condition, 1);
const DIALED: (Item, usize) = (Item::Dialed, 15);
const ACCOUNT: (Item, usize) = (Item::Account, 15);
const IN_CIRCUIT: (Item, usize) = (Item::InCircuit, 3);
const OUT_CIRCUIT: (Item, usize) = (Item::OutCircuit, 3);

const fn used(width: usize) -> (Item, usize) {
    (Item::CodeUsed, width)
}

const fn calling(width: usize) -> (Item, usize) {
    (Item::Calling, width)
}

/// 3 blanks; time, duration, condition, codes; dialed, calling, account; level and carrier; circuits, flag, authorization.
#[rustfmt::skip] // in the order of the columns
const TELESEER: &[(Item, usize)] = &[
    (Item::Space, 3), TIME, DURATION, CONDITION, skip(3), used(3), DIALED, calling(5), ACCOUNT,
    skip(2), IN_CIRCUIT, OUT_CIRCUIT, skip(1), skip(7), (Item::Space, 7),
];

#[rustfmt::skip] // in the order of the columns
const ISDN_TELESEER: &[(Item, usize)] = &[
    (Item::Space, 3), TIME, DURATION, CONDITION, skip(3), used(3), DIALED, calling(5), ACCOUNT,
    skip(2), IN_CIRCUIT, OUT_CIRCUIT, skip(1), skip(7), skip(2), (Item::Space, 5),
];

#[rustfmt::skip] // in the order of the columns
const PRINTER: &[(Item, usize)] = &[
    TIME, SP, DURATION, SP, CONDITION, SP, skip(3), SP, used(3), SP, DIALED, SP, calling(5), SP,
    ACCOUNT, SP, skip(7), (Item::Space, 4), skip(1), SP, skip(1), SP, IN_CIRCUIT, SP, OUT_CIRCUIT,
    SP, skip(1),
];

#[rustfmt::skip] // in the order of the columns
const ENHANCED_PRINTER: &[(Item, usize)] = &[
    TIME, SP, DURATION, SP, CONDITION, SP, skip(4), SP, used(4), SP, DIALED, SP, calling(5), SP,
    ACCOUNT, SP, skip(7), SP, skip(3), SP, skip(1), SP, IN_CIRCUIT, SP, OUT_CIRCUIT, SP, skip(1),
];

#[rustfmt::skip] // in the order of the columns
const LSU_EXPAND: &[(Item, usize)] = &[
    TIME, SP, DURATION, SP, CONDITION, SP, skip(3), used(3), SP, DIALED, SP, calling(4), SP,
    (Item::Account, 5), SP, skip(7), (Item::Space, 4), skip(1), SP, (Item::CallingFirst, 1), SP,
    (Item::InCircuitTens, 2), SP, skip(1), SP, (Item::OutCircuitTens, 2), SP,
    (Item::OutCircuitHundreds, 1), SP, (Item::InCircuitHundreds, 1), skip(1),
];

/// Also the ISDN and the enhanced variant: their tails differ in columns that are not read.
#[rustfmt::skip] // in the order of the columns
const LSU: &[(Item, usize)] = &[
    DURATION, CONDITION, skip(3), used(3), DIALED, calling(4), (Item::Account, 5), skip(10),
    (Item::CallingFirst, 1), (Item::InCircuitTens, 2), skip(1), (Item::OutCircuitRotated, 3),
    (Item::InCircuitHundreds, 1), skip(1),
];

#[rustfmt::skip] // in the order of the columns
const INT_ISDN: &[(Item, usize)] = &[
    TIME, SP, DURATION, SP, CONDITION, SP, skip(4), SP, used(4), SP, DIALED, SP, calling(10), SP,
    ACCOUNT, SP, skip(7), SP, (Item::LineFeed, 1), SP, skip(1), SP, IN_CIRCUIT, SP, OUT_CIRCUIT, SP,
    skip(1), SP, skip(2), SP, (Item::InTrunk, 4), SP, skip(2), SP, skip(3), SP, skip(4), SP,
    skip(1), SP, skip(1), SP, skip(1), SP, skip(6), skip(5), (Item::Space, 7),
];

#[rustfmt::skip] // in the order of the columns
const EXPANDED: &[(Item, usize)] = &[
    TIME, SP, DURATION, SP, CONDITION, SP, skip(4), SP, used(4), SP, DIALED, SP, calling(10), SP,
    ACCOUNT, SP, skip(7), (Item::Space, 4), skip(1), SP, IN_CIRCUIT, SP, OUT_CIRCUIT, SP, skip(1),
    SP, skip(2), SP, (Item::InTrunk, 4), SP, skip(2), SP, skip(3), SP, skip(3), SP, skip(1), SP,
    skip(1), SP, skip(1), SP, skip(4), SP, skip(1),
];

#[rustfmt::skip] // in the order of the columns
const INT_DIRECT: &[(Item, usize)] = &[
    (Item::DateOfDay, 6), SP, TIME, SP, DURATION, SP, CONDITION, SP, skip(3), used(3), SP,
    (Item::Dialed, 18), SP, calling(5), SP, ACCOUNT, SP, skip(5), SP, (Item::InCircuit, 2), SP,
    (Item::OutCircuit, 2),
];

#[rustfmt::skip] // in the order of the columns
const FIFTY_NINE: &[(Item, usize)] = &[
    TIME, DURATION, CONDITION, skip(3), used(3), DIALED, calling(5), ACCOUNT, skip(1), skip(1),
    IN_CIRCUIT, OUT_CIRCUIT, skip(1),
];

#[rustfmt::skip] // in the order of the columns
const UNFORMATTED: &[(Item, usize)] = &[
    TIME, DURATION, CONDITION, skip(4), used(4), DIALED, calling(10), ACCOUNT, skip(7), skip(1),
    IN_CIRCUIT, OUT_CIRCUIT, skip(1), skip(2), (Item::InTrunk, 4), skip(2), skip(3), skip(3),
    skip(1), skip(1), skip(1), skip(4), skip(1),
];

/// The names of the standard layouts.
pub(super) const NAMES: &[&str] = &[
    "teleseer",
    "isdn-teleseer",
    "printer",
    "enhanced-printer",
    "lsu",
    "isdn-lsu",
    "enhanced-lsu",
    "lsu-expand",
    "int-isdn",
    "expanded",
    "int-direct",
    "59-char",
    "unformatted",
];

/// The standard layout of a name.
pub(super) fn layout(name: &str) -> Option<Layout> {
    let name = *NAMES.iter().find(|it| **it == name)?;
    let items = match name {
        "teleseer" => TELESEER,
        "isdn-teleseer" => ISDN_TELESEER,
        "printer" => PRINTER,
        "enhanced-printer" => ENHANCED_PRINTER,
        "lsu-expand" => LSU_EXPAND,
        "int-isdn" => INT_ISDN,
        "expanded" => EXPANDED,
        "int-direct" => INT_DIRECT,
        "59-char" => FIFTY_NINE,
        "unformatted" => UNFORMATTED,
        _ => LSU,
    };
    let unconfirmed = match name {
        "printer" => "its outgoing circuit",
        "expanded" => "all after its account code",
        "int-direct" => "all before its dialed number",
        "59-char" | "unformatted" => "all of it",
        _ => "",
    };
    let is_printed_inverted =
        matches!(name, "teleseer" | "isdn-teleseer" | "printer" | "enhanced-printer" | "59-char");
    let circuit_ids = if is_printed_inverted { CircuitIds::Inverted } else { CircuitIds::Modified };
    let conditions = match name {
        "59-char" => Conditions::FiftyNine,
        _ => Conditions::Standard,
    };
    let is_open_ended = matches!(name, "expanded" | "unformatted");
    Some(Layout::new(name, Traits { unconfirmed, is_open_ended, circuit_ids, conditions }, items))
}
