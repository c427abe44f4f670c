//! One attribute of all events, or of all cases, each value kept once.

use std::collections::BTreeMap;

use crate::Texts;

/// What the values of a column are, as XES names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// Any text.
    Text,
    /// A stamp, ISO 8601 with an offset.
    Date,
    /// A whole number.
    Int,
    /// A number, with a point before its fraction.
    Float,
    /// `true` or `false`.
    Boolean,
    /// A text that names one thing.
    Id,
}

impl ValueKind {
    /// The kind of a column that has values of both: a whole number is a number too, all else only a text.
    pub(crate) fn widened(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            _ => Self::Text,
        }
    }
}

/// One attribute of all events, or of all cases.
///
/// Its memory is bounded by the values that it has, not by the events: an attribute that few events have is kept as a
/// list of those.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    name: String,
    kind: ValueKind,
    cells: Cells,
    texts: Texts,
}

#[derive(Clone, Debug)]
enum Cells {
    /// For each event or case the text's number and one more, and how many are not 0: 0 where it has no value.
    Dense { cells: Vec<u32>, filled: usize },
    /// The numbers of the few that have a value.
    Sparse(BTreeMap<usize, u32>),
}

impl Column {
    pub(crate) fn new(name: &str, kind: ValueKind) -> Self {
        let cells = Cells::Dense { cells: Vec::new(), filled: 0 };
        Self { name: name.to_owned(), kind, cells, texts: Texts::default() }
    }

    /// Its name, such as `org:group`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its values are; of values of several kinds, what holds for all.
    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The value of an event or a case, as it was written; absent where it has none.
    pub fn text(&self, at: usize) -> Option<&str> {
        self.texts.get(self.number(at)?)
    }

    /// The number of the value among [`Column::texts`]: equal numbers are equal values.
    #[inline]
    pub fn number(&self, at: usize) -> Option<u32> {
        match &self.cells {
            Cells::Dense { cells, .. } => cells.get(at)?.checked_sub(1),
            Cells::Sparse(cells) => cells.get(&at).copied(),
        }
    }

    /// The different values, in the order of first appearance.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// How many events or cases have a value.
    pub fn filled(&self) -> usize {
        match &self.cells {
            Cells::Dense { filled, .. } => *filled,
            Cells::Sparse(cells) => cells.len(),
        }
    }

    pub(crate) fn widen(&mut self, kind: ValueKind) {
        self.kind = self.kind.widened(kind);
    }

    pub(crate) fn put(&mut self, at: usize, text: &str) {
        // A text is UTF-8.
        self.put_bytes(at, text.as_bytes());
    }

    /// Sets a value, or not and says `false`, if it is not UTF-8.
    #[inline]
    pub(crate) fn put_bytes(&mut self, at: usize, value: &[u8]) -> bool {
        // Neighboring events often share a value.
        let last = match &self.cells {
            Cells::Dense { cells, .. } => cells.last().and_then(|it| it.checked_sub(1)),
            Cells::Sparse(_) => None,
        };
        let last = last.filter(|it| self.texts.get(*it).map(str::as_bytes) == Some(value));
        let number = match last {
            Some(last) => last,
            None => match std::str::from_utf8(value) {
                Ok(text) => self.texts.number(text),
                Err(_) => return false,
            },
        };
        self.put_number(at, number);
        true
    }

    #[inline]
    fn put_number(&mut self, at: usize, number: u32) {
        let Cells::Dense { cells, filled } = &mut self.cells else {
            return self.put_apart(at, number);
        };
        match cells.get_mut(at) {
            Some(cell) => {
                *filled += usize::from(*cell == 0);
                *cell = number.saturating_add(1);
            }
            None if at <= most_cells(*filled) => {
                cells.resize(at, 0);
                cells.push(number.saturating_add(1));
                *filled += 1;
            }
            None => {
                self.thin();
                self.put_apart(at, number);
            }
        }
    }

    /// Sets a value of a column that few have; from when half of all so far have it, it is dense.
    fn put_apart(&mut self, at: usize, number: u32) {
        let Cells::Sparse(cells) = &mut self.cells else { return };
        cells.insert(at, number);
        let end = cells.last_key_value().map_or(0, |(last, _)| last + 1);
        if cells.len() * 2 > end {
            self.spread(end);
        }
    }

    fn thin(&mut self) {
        if let Cells::Dense { cells, .. } = &self.cells {
            let values = cells.iter().enumerate();
            let held = values.filter_map(|(at, it)| Some((at, it.checked_sub(1)?))).collect();
            self.cells = Cells::Sparse(held);
        }
    }

    fn spread(&mut self, end: usize) {
        if let Cells::Sparse(held) = &self.cells {
            let filled = held.len();
            let mut cells = vec![0; end];
            for (at, number) in held {
                if let Some(cell) = cells.get_mut(*at) {
                    *cell = number.saturating_add(1);
                }
            }
            self.cells = Cells::Dense { cells, filled };
        }
    }

    /// Takes the shape that suits the number of events or cases.
    pub(crate) fn finish(&mut self, end: usize) {
        if end <= most_cells(self.filled()) {
            self.spread(end);
            if let Cells::Dense { cells, .. } = &mut self.cells {
                cells.resize(end, 0);
            }
        } else {
            self.thin();
        }
    }

    /// Keeps the values at these places, in this order.
    pub(crate) fn select(&mut self, kept: &[usize]) {
        match &mut self.cells {
            Cells::Dense { cells, filled } => {
                *cells =
                    kept.iter().map(|it| cells.get(*it).copied().unwrap_or_default()).collect();
                *filled = cells.iter().filter(|it| **it != 0).count();
            }
            Cells::Sparse(cells) => {
                let values = kept.iter().enumerate();
                *cells = values.filter_map(|(to, it)| Some((to, *cells.get(it)?))).collect();
            }
        }
        self.finish(kept.len());
    }

    /// Forgets texts that no event or case has any more.
    pub(crate) fn forget_unused(&mut self) {
        let mut is_used = vec![false; self.texts.len()];
        match &self.cells {
            Cells::Dense { cells, .. } => {
                cells
                    .iter()
                    .filter_map(|it| it.checked_sub(1))
                    .for_each(|it| mark(&mut is_used, it));
            }
            Cells::Sparse(cells) => cells.values().for_each(|it| mark(&mut is_used, *it)),
        }
        if let Some(renumbered) = self.texts.keep(&is_used) {
            self.renumber(&renumbered);
        }
    }

    /// Makes the values of another kind, written as that kind is.
    pub(crate) fn rewrite(&mut self, kind: ValueKind, write: impl Fn(&str) -> String) {
        self.kind = kind;
        let mut texts = Texts::default();
        let renumbered: Vec<u32> = self.texts.iter().map(|it| texts.number(&write(it))).collect();
        self.texts = texts;
        self.renumber(&renumbered);
    }

    fn renumber(&mut self, renumbered: &[u32]) {
        let new = |old: u32| renumbered.get(place(old)).copied().unwrap_or_default();
        match &mut self.cells {
            Cells::Dense { cells, .. } => {
                for cell in cells.iter_mut().filter(|it| **it != 0) {
                    *cell = new(*cell - 1).saturating_add(1);
                }
            }
            Cells::Sparse(cells) => cells.values_mut().for_each(|it| *it = new(*it)),
        }
    }
}

/// How many cells a column with so many values may have: what is held stays within a small multiple of what was read.
fn most_cells(filled: usize) -> usize {
    filled.saturating_mul(8).saturating_add(64)
}

pub(crate) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(crate) fn mark(is_used: &mut [bool], number: u32) {
    if let Some(it) = is_used.get_mut(place(number)) {
        *it = true;
    }
}

impl PartialEq for Cells {
    /// Whether both say the same of every place; a dense column's end does not matter.
    fn eq(&self, other: &Self) -> bool {
        let held = |cells: &Self| -> Vec<(usize, u32)> {
            match cells {
                Self::Dense { cells, .. } => {
                    let values = cells.iter().enumerate();
                    values.filter_map(|(at, it)| Some((at, it.checked_sub(1)?))).collect()
                }
                Self::Sparse(cells) => cells.iter().map(|(at, it)| (*at, *it)).collect(),
            }
        };
        held(self) == held(other)
    }
}
