//! Where a key stands in a text.

use toml::de::{DeTable, DeValue};

/// The line of a key, from 1: of the last part of the path that is written down, wherever below the last but one it is
/// found; absent where no part is, as for a default.
pub(super) fn line_of(text: &str, path: &[&str]) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut found = None;
    let mut table = table.get_ref();
    for (place, &name) in path.iter().enumerate() {
        let Some((start, value)) = key(table, name) else {
            if place + 1 == path.len() {
                found = below(table, name).or(found);
            }
            break;
        };
        found = Some(start);
        let DeValue::Table(next) = value else { break };
        table = next;
    }
    let before = text.get(..found?)?;
    Some(before.matches('\n').count() + 1)
}

/// The start of a key of a table, and its value.
fn key<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<(usize, &'a DeValue<'i>)> {
    let mut all = table.iter();
    let (key, value) = all.find(|(key, _)| key.get_ref().as_ref() == name)?;
    Some((key.span().start, value.get_ref()))
}

/// The start of a key in a table of a table.
fn below(table: &DeTable<'_>, name: &str) -> Option<usize> {
    table.iter().find_map(|(_, value)| match value.get_ref() {
        DeValue::Table(inner) => key(inner, name).map(|(start, _)| start),
        _ => None,
    })
}
