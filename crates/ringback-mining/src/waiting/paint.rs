//! A stretch of time that is covered by one cause after the other: what is covered stays.

use super::WaitCause;

/// A covered stretch. Unit: microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) cause: WaitCause,
}

/// A stretch of time that is being covered.
pub(super) struct Paint {
    /// In order, apart from each other.
    free: Vec<(i64, i64)>,
    covered: Vec<Span>,
}

impl Paint {
    pub(super) fn new(from: i64, to: i64) -> Self {
        Self { free: vec![(from, to)], covered: Vec::new() }
    }

    /// Covers what is still free of some stretches, which are sorted on the way.
    pub(super) fn cover(&mut self, stretches: &mut [(i64, i64)], cause: WaitCause) {
        if stretches.is_empty() || self.free.is_empty() {
            return;
        }
        stretches.sort_unstable();
        let mut free = Vec::with_capacity(self.free.len() + 1);
        let mut next = stretches.iter().copied().peekable();
        for (mut from, to) in std::mem::take(&mut self.free) {
            while let Some((start, end)) = next.peek().copied() {
                if start >= to {
                    break;
                }
                let (start, stop) = (start.max(from), end.min(to));
                if start < stop {
                    if from < start {
                        free.push((from, start));
                    }
                    self.push(start, stop, cause);
                    from = stop;
                }
                if end > to {
                    break;
                }
                next.next();
            }
            if from < to {
                free.push((from, to));
            }
        }
        self.free = free;
    }

    /// What is covered, in order.
    pub(super) fn spans(mut self) -> Vec<Span> {
        self.covered.sort_unstable_by_key(|it| it.start);
        self.covered
    }

    fn push(&mut self, start: i64, end: i64, cause: WaitCause) {
        match self.covered.last_mut() {
            Some(last) if last.end == start && last.cause == cause => last.end = end,
            _ => self.covered.push(Span { start, end, cause }),
        }
    }
}
