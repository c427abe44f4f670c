//! Rows that wait for the rest of their call, where nearly every call has one row.

use std::fmt;

/// Things that wait, each with a small head: what is looked at, again and again, to see whether it is due. The heads lie
/// beside each other, and memory is used again.
///
/// For rows of which most are a call of their own; [`Gatherer`](crate::Gatherer) is for those that belong together as a
/// rule.
///
/// # Example
///
/// ```
/// use ringback_calllog::Waiting;
///
/// let mut waiting: Waiting<u32, &str> = Waiting::default();
/// waiting.push(10, "early");
/// waiting.push(20, "late");
/// let due: Vec<usize> = waiting.heads().filter(|it| it.1 < 15).map(|it| it.0).collect();
/// assert_eq!(due.into_iter().filter_map(|at| waiting.take(at)).collect::<Vec<_>>(), ["early"]);
/// assert_eq!(waiting.take_with(1, |it| it.len()), Some(4));
/// assert!(waiting.is_empty() && waiting.take_with(1, |_| ()).is_none());
/// ```
#[derive(Clone)]
pub struct Waiting<H, T> {
    /// A free place is `None`.
    heads: Vec<Option<H>>,
    things: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<H, T> Default for Waiting<H, T> {
    fn default() -> Self {
        Self { heads: Vec::new(), things: Vec::new(), free: Vec::new() }
    }
}

impl<H: Copy, T> Waiting<H, T> {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.things.len() - self.free.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes a thing, at a place that is free.
    #[inline]
    pub fn push(&mut self, head: H, thing: T) {
        if let Some(at) = self.free.pop() {
            self.heads[at] = Some(head);
            self.things[at] = Some(thing);
        } else {
            self.heads.push(Some(head));
            self.things.push(Some(thing));
        }
    }

    /// The places of those that wait, and their heads, by place.
    pub fn heads(&self) -> impl Iterator<Item = (usize, H)> + '_ {
        self.heads.iter().enumerate().filter_map(|(at, head)| Some((at, (*head)?)))
    }

    /// Takes out what waits at a place; `None` where nothing does.
    pub fn take(&mut self, at: usize) -> Option<T> {
        let thing = self.things.get_mut(at).and_then(Option::take)?;
        self.heads[at] = None;
        self.free.push(at);
        Some(thing)
    }

    /// Makes something of what waits at a place and forgets it, where it lies: as [`take`](Self::take), for things that are
    /// too large to be moved once more. `None` where nothing waits.
    pub fn take_with<R>(&mut self, at: usize, make: impl FnOnce(&mut T) -> R) -> Option<R> {
        let place = self.things.get_mut(at)?;
        let made = make(place.as_mut()?);
        *place = None;
        self.heads[at] = None;
        self.free.push(at);
        Some(made)
    }

    /// Takes out all that waits, by place.
    pub fn take_all(&mut self) -> Vec<Option<T>> {
        std::mem::take(self).things
    }
}

impl<H, T> fmt::Debug for Waiting<H, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Waiting({} things)", self.things.len() - self.free.len())
    }
}
