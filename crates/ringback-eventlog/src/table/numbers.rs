//! Which columns of a table are numbers.

use crate::{Column, EventLogBuilder, Texts, ValueKind};

/// What stands before the fraction of a number in a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalSign {
    /// `12.5`; `12,5` is a text.
    #[default]
    Point,
    /// `12,5`, which becomes `12.5`; `12.5` is a text.
    Comma,
}

/// Tells the kinds of a table's columns by their values: what all are, whole numbers, numbers or `true` and `false`.
///
/// A number with a zero before it, a plus or a thousands sign is a text, for it may be a name. The attributes that XES
/// says are texts stay texts.
pub(crate) fn tell_kinds(builder: &mut EventLogBuilder, decimal: DecimalSign) {
    let names = ["org:", "lifecycle:", "concept:"];
    for column in builder.all_columns() {
        if !names.iter().any(|it| column.name().starts_with(it)) {
            tell_kind(column, decimal);
        }
    }
}

fn tell_kind(column: &mut Column, decimal: DecimalSign) {
    let texts = column.texts();
    let sign = if decimal == DecimalSign::Comma { ',' } else { '.' };
    if texts.is_empty() {
    } else if all(texts, |it| ["true", "false"].iter().any(|word| it.eq_ignore_ascii_case(word))) {
        column.rewrite(ValueKind::Boolean, |it| it.trim().to_ascii_lowercase());
    } else if all(texts, is_whole) {
        column.rewrite(ValueKind::Int, |it| it.trim().to_owned());
    } else if all(texts, |it| is_number(it, sign)) {
        column.rewrite(ValueKind::Float, |it| it.trim().replace(sign, "."));
    }
}

fn all(texts: &Texts, is: impl Fn(&str) -> bool) -> bool {
    texts.iter().all(|it| is(it.trim()))
}

/// Whether it is a whole number of at most 18 digits, as XES keeps them in 64 bits.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_padded = digits.len() > 1 && digits.starts_with('0');
    (1..=18).contains(&digits.len()) && !is_padded && digits.bytes().all(|it| it.is_ascii_digit())
}

fn is_number(text: &str, sign: char) -> bool {
    match text.split_once(sign) {
        Some((whole, fraction)) => {
            let is_fraction = fraction.bytes().all(|it| it.is_ascii_digit());
            is_whole(whole) && is_fraction && !fraction.is_empty()
        }
        None => is_whole(text),
    }
}
