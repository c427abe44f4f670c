//! A record cut into its fields.

use std::borrow::Cow;

use ringback_calllog::{Masked, RejectReason, Separated};

use crate::legacy::layout::{FIELDS, Field, Layout};
use crate::legacy::row::Row;
use crate::stamp::{LastDate, Stamp};

/// A rejection: the field at fault and why.
pub(super) type Rejection = (Cow<'static, str>, RejectReason);

/// What a record begins with.
const TOKEN: &str = "Call ";

/// Pieces that a record may come apart into: its fields, and as many commas in names as could be told apart.
const PIECES: usize = FIELDS + 9;

/// The fields of one record, in the order of the layout.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    at: [&'a str; PIECES],
    len: usize,
    /// A bit for each of the first fields that is as long as a stamp.
    long: u64,
    /// More agents of `missed-queue-calls`, where commas stand between them.
    pub(super) more_missed: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn new() -> Self {
        Self { at: [""; PIECES], len: 0, long: 0, more_missed: Vec::new() }
    }

    fn push(&mut self, field: &'a str) {
        if let Some(place) = self.at.get_mut(self.len) {
            *place = field;
            self.long |= u64::from(field.len() >= Stamp::LEN) << (self.len % 64);
        }
        self.len += 1;
    }

    /// A field, without the blanks around it; empty if it is not written.
    #[inline]
    pub(super) fn get(&self, layout: &Layout, field: Field) -> &'a str {
        layout.place(field).and_then(|it| self.at.get(it)).map_or("", |it| it.trim_ascii())
    }

    /// The fields as they come.
    fn pieces(&self) -> &[&'a str] {
        self.at.get(..self.len).unwrap_or(&self.at)
    }

    /// The places and texts of the fields that are as long as a stamp.
    pub(super) fn long_pieces(&self) -> impl Iterator<Item = (usize, &'a str)> {
        let mut left = self.long;
        std::iter::from_fn(move || {
            let at = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            self.at.get(at).map(|it| (at, *it))
        })
    }
}

/// What cuts records and reads their stamps; its memory is used again for the next record.
#[derive(Debug)]
pub(super) struct Cutter {
    separated: Separated,
    date: LastDate,
}

impl Default for Cutter {
    fn default() -> Self {
        Self { separated: Separated::new(b','), date: LastDate::default() }
    }
}

/// What a record says, by a layout.
#[inline]
pub(super) fn read<'a>(
    text: &'a str,
    layout: &Layout,
    cutter: &'a mut Cutter,
) -> Result<Row<'a>, Rejection> {
    let Some(body) = text.strip_prefix(TOKEN) else {
        let expected = "a record, which begins with the word Call";
        let reason = RejectReason::BadValue { value: shown(text), expected: expected.into() };
        return Err(("".into(), reason));
    };
    let mut fields = Fields::new();
    match &layout.widths {
        Some(widths) => by_width(body, widths, &mut fields)?,
        None => by_comma(body, &mut cutter.separated, &mut fields),
    }
    match fields.len.cmp(&layout.fields.len()) {
        std::cmp::Ordering::Equal => Row::read(&fields, layout, &mut cutter.date),
        std::cmp::Ordering::Less => Err(other_count(&fields, layout)),
        std::cmp::Ordering::Greater => with_commas_in_names(&fields, layout),
    }
}

/// How much of a text that is no record is shown.
fn shown(text: &str) -> Masked {
    Masked::new(text.get(..24).unwrap_or(text))
}

fn other_count(fields: &Fields<'_>, layout: &Layout) -> Rejection {
    let reason = RejectReason::FieldCount { got: fields.len, expected: layout.fields.len() };
    ("the configured field list does not fit".into(), reason)
}

fn by_comma<'a>(body: &'a str, separated: &'a mut Separated, fields: &mut Fields<'a>) {
    if memchr::memchr(b'"', body.as_bytes()).is_some()
        && let Ok(row) = separated.cut(body)
    {
        row.iter().for_each(|it| fields.push(it));
        return;
    }
    let mut start = 0;
    each_comma(body.as_bytes(), |comma| {
        fields.push(body.get(start..comma).unwrap_or(""));
        start = comma + 1;
    });
    fields.push(body.get(start..).unwrap_or(""));
}

/// Tells where the commas of a text are, in order: eight bytes at a time, for they stand too close for a search to pay off
/// that starts anew at each.
#[inline]
fn each_comma(text: &[u8], mut tell: impl FnMut(usize)) {
    const COMMAS: u64 = 0x2c2c_2c2c_2c2c_2c2c;
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let differ = u64::from_le_bytes(*word) ^ COMMAS;
        // The high bit of each byte that does not differ.
        let mut found = !(((differ & LOW) + LOW) | differ) & !LOW;
        while found != 0 {
            tell(at * 8 + found.trailing_zeros() as usize / 8);
            found &= found - 1;
        }
    }
    let at = text.len() - rest.len();
    for (place, _) in rest.iter().enumerate().filter(|it| *it.1 == b',') {
        tell(at + place);
    }
}

/// Fields of fixed lengths in signs; blanks at the end of the record may be missing.
fn by_width<'a>(body: &'a str, widths: &[usize], fields: &mut Fields<'a>) -> Result<(), Rejection> {
    let mut rest = body;
    for width in widths {
        let end = rest.char_indices().nth(*width).map_or(rest.len(), |it| it.0);
        let (field, after) = rest.split_at(end);
        fields.push(field);
        rest = after;
    }
    if rest.trim_ascii().is_empty() {
        return Ok(());
    }
    let signs: usize = widths.iter().sum();
    let what =
        format!("longer than the {signs} signs of the configured field list: it does not fit");
    Err(("".into(), RejectReason::Other { what: what.into() }))
}

/// A record with more commas than fields: its names hold them, if there is one way only in which the rest fits.
fn with_commas_in_names<'a>(fields: &Fields<'a>, layout: &Layout) -> Result<Row<'a>, Rejection> {
    let extra = fields.len - layout.fields.len();
    if fields.len > PIECES {
        return Err(other_count(fields, layout));
    }
    let runs = runs(layout);
    let (mut found, mut date) = (None, LastDate::default());
    for split in splits(extra, runs.len()) {
        if !are_evident(fields, &runs, &split) {
            continue;
        }
        let Ok(row) = Row::read(&joined(fields, &runs, &split), layout, &mut date) else {
            continue;
        };
        if found.replace(row).is_some() {
            let what = "commas in a name, and more than one way to read the fields";
            return Err(("".into(), RejectReason::Other { what: what.into() }));
        }
    }
    found.ok_or_else(|| other_count(fields, layout))
}

/// A stretch of fields that may hold commas.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    from: usize,
    /// After its last field.
    to: usize,
    /// The agents of a queue, not names.
    is_missed: bool,
}

/// The stretches of neighboring names, and the agents of a queue, in order.
fn runs(layout: &Layout) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, field) in layout.fields.iter().enumerate() {
        let is_missed = *field == Field::MissedQueueCalls;
        match runs.last_mut() {
            Some(run) if field.is_free_text() && run.to == at && !run.is_missed => run.to = at + 1,
            _ if field.is_free_text() || is_missed => {
                runs.push(Run { from: at, to: at + 1, is_missed });
            }
            _ => {}
        }
    }
    runs
}

/// Every way to share out so many commas to so many stretches.
fn splits(extra: usize, n_runs: usize) -> Vec<Vec<usize>> {
    if n_runs == 0 {
        return Vec::new();
    }
    if n_runs == 1 {
        return vec![vec![extra]];
    }
    let mut all = Vec::new();
    for first in 0..=extra {
        for mut rest in splits(extra - first, n_runs - 1) {
            rest.insert(0, first);
            all.push(rest);
        }
    }
    all
}

/// Whether each surplus comma of a name has a blank after it. No field begins with one, so that a list with a field too few
/// is not taken for a name with a comma.
fn are_evident(fields: &Fields<'_>, runs: &[Run], split: &[usize]) -> bool {
    let mut shift = 0;
    for (run, &extra) in runs.iter().zip(split) {
        let pieces = fields.pieces().get(run.from + shift..run.to + shift + extra).unwrap_or(&[]);
        let continued = pieces.iter().skip(1).filter(|it| it.starts_with(' ')).count();
        if !run.is_missed && continued != extra {
            return false;
        }
        shift += extra;
    }
    true
}

/// The fields with the surplus pieces of each stretch taken together. Names are not used, so theirs are left out.
fn joined<'a>(fields: &Fields<'a>, runs: &[Run], split: &[usize]) -> Fields<'a> {
    let mut joined = Fields::new();
    let mut pieces = fields.pieces().iter().copied();
    let mut at = 0;
    for (run, &extra) in runs.iter().zip(split) {
        pieces.by_ref().take(run.to - at).for_each(|it| joined.push(it));
        for piece in pieces.by_ref().take(extra) {
            if run.is_missed {
                joined.more_missed.push(piece.trim_ascii());
            }
        }
        at = run.to;
    }
    pieces.for_each(|it| joined.push(it));
    joined
}
