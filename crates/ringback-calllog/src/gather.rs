//! Gathering: things that share a key and are near in time are of one call, in whatever order they arrive.

use std::fmt;
use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

/// A piece of a call: a leg, a row, a session.
pub trait Piece {
    /// What pieces of one call have in common.
    type Key: Clone + Eq + Hash;

    /// Adds the keys of this piece. A piece without any is a call of its own.
    fn keys(&self, keys: &mut Vec<Self::Key>);

    /// From the first to the last thing that it knows of.
    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>);
}

/// Puts pieces together that share a key and are at most the *window* apart in time, also through others.
///
/// The order of arrival does not matter: the same pieces give the same groups. A vendor's adapter keeps its rows in one
/// until their call is complete.
///
/// # Example
///
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use ringback_calllog::{Gatherer, Piece};
///
/// struct Row { call: u32, at: DateTime<Utc> }
///
/// impl Piece for Row {
///     type Key = u32;
///     fn keys(&self, keys: &mut Vec<u32>) {
///         keys.push(self.call);
///     }
///     fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
///         (self.at, self.at)
///     }
/// }
///
/// let at = |secs| DateTime::from_timestamp(secs, 0).unwrap();
/// let mut gatherer = Gatherer::new(TimeDelta::minutes(5));
/// for (call, secs) in [(7, 0), (8, 10), (7, 60), (7, 86_400)] {
///     gatherer.push(Row { call, at: at(secs) });
/// }
/// let mut sizes = Vec::new();
/// gatherer.settle(None, |rows| sizes.push(rows.len()));
/// assert_eq!(sizes, [2, 1, 1]); // the key 7 came round again a day later
/// ```
#[derive(Clone)]
pub struct Gatherer<P: Piece> {
    /// Unit: microseconds.
    window: i64,
    /// Pieces that wait for the rest of their call; a free place is `None`.
    pieces: Vec<Option<P>>,
    /// The last thing that each piece knows of, in microseconds since 1970; [`FREE`] at a free place. Looking through these
    /// touches little memory, through the pieces all of it.
    ends: Vec<i64>,
    free: Vec<usize>,
    /// Which piece each is united with, up to the root of its call.
    parents: Vec<u32>,
    /// The stretches of time in which a key was in use.
    uses: FxHashMap<P::Key, Uses>,
    /// By place, the keys of pieces that another was put in the place of, which it does not have itself.
    left_keys: FxHashMap<u32, Vec<P::Key>>,
    /// The keys of the piece at hand; the memory is used again.
    keys: Vec<P::Key>,
    /// Memory for what is looked at when calls are given out.
    spare_lasts: Vec<i64>,
    spare_members: Vec<(u32, usize)>,
}

/// Stands for a place without a piece: no stamp is as early.
const FREE: i64 = i64::MIN;

/// A stretch of time in which a key was in use, and a piece that used it. Unit: microseconds since 1970.
#[derive(Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
    piece: u32,
}

/// The stretches of a key, in order and more than the window apart. Nearly every key has one, which takes no memory of
/// its own: tables of keys are most of what a gatherer touches.
#[derive(Clone)]
enum Uses {
    One(Stretch),
    Several(Vec<Stretch>),
}

impl<P: Piece> Gatherer<P> {
    /// A gatherer that unites pieces with a key in common from the end of the one to the start of the other within
    /// the window. A negative window is taken as none.
    pub fn new(window: TimeDelta) -> Self {
        Self {
            window: micros(window),
            pieces: Vec::new(),
            ends: Vec::new(),
            free: Vec::new(),
            parents: Vec::new(),
            uses: FxHashMap::default(),
            left_keys: FxHashMap::default(),
            keys: Vec::new(),
            spare_lasts: Vec::new(),
            spare_members: Vec::new(),
        }
    }

    /// Sets the window for the pieces that come from now on.
    pub(crate) fn set_window(&mut self, window: TimeDelta) {
        self.window = micros(window);
    }

    /// Pieces that wait for the rest of their call.
    pub fn len(&self) -> usize {
        self.pieces.len() - self.free.len()
    }

    /// Whether no piece waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes a piece; its place until it is given out.
    pub fn push(&mut self, piece: P) -> usize {
        let at = self.free.pop().unwrap_or_else(|| {
            self.pieces.push(None);
            self.ends.push(FREE);
            self.parents.push(0);
            self.pieces.len() - 1
        });
        self.parents[at] = narrow(at);
        self.set(at, piece);
        at
    }

    /// The piece at a place.
    pub fn get(&self, at: usize) -> Option<&P> {
        self.pieces.get(at).and_then(Option::as_ref)
    }

    /// Puts another piece in the place of one that waits. What the first united stays so, and its keys unite until the
    /// call is given out.
    pub fn replace(&mut self, at: usize, piece: P) {
        let Some(old) = self.get(at) else { return };
        let (mut old_keys, mut new_keys) = (Vec::new(), Vec::new());
        old.keys(&mut old_keys);
        piece.keys(&mut new_keys);
        old_keys.retain(|it| !new_keys.contains(it));
        if !old_keys.is_empty() {
            let left = self.left_keys.entry(narrow(at)).or_default();
            for key in old_keys {
                if !left.contains(&key) {
                    left.push(key);
                }
            }
        }
        self.set(at, piece);
    }

    fn set(&mut self, at: usize, piece: P) {
        let (from, to) = piece.span();
        let new =
            Stretch { from: from.timestamp_micros(), to: to.timestamp_micros(), piece: narrow(at) };
        let mut keys = std::mem::take(&mut self.keys);
        piece.keys(&mut keys);
        for key in keys.drain(..) {
            self.note(key, new);
        }
        self.keys = keys;
        self.ends[at] = new.to;
        self.pieces[at] = Some(piece);
    }

    /// Unites a piece with those that used one of its keys within the window.
    fn note(&mut self, key: P::Key, new: Stretch) {
        let window = self.window;
        let is_before = |it: &Stretch| new.from.saturating_sub(it.to) > window;
        let is_after = |it: &Stretch| it.from.saturating_sub(new.to) > window;
        let uses = match self.uses.entry(key) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Uses::One(new));
                return;
            }
            std::collections::hash_map::Entry::Occupied(place) => place.into_mut(),
        };
        let mut united = Vec::new();
        match uses {
            Uses::One(old) if !is_before(old) && !is_after(old) => {
                let hull = Stretch { from: old.from.min(new.from), to: old.to.max(new.to), ..new };
                united.push(old.piece);
                *old = hull;
            }
            Uses::One(old) => {
                let mut both = vec![*old, new];
                both.sort_by_key(|it| it.from);
                *uses = Uses::Several(both);
            }
            Uses::Several(stretches) => {
                let first = stretches.partition_point(is_before);
                let near = stretches[first..].partition_point(|it| !is_after(it));
                let mut hull = new;
                for other in stretches.drain(first..first + near) {
                    hull.from = hull.from.min(other.from);
                    hull.to = hull.to.max(other.to);
                    united.push(other.piece);
                }
                stretches.insert(first, hull);
            }
        }
        for other in united {
            let (one, two) = (self.root(other), self.root(new.piece));
            self.parents[one.max(two) as usize] = one.min(two);
        }
    }

    fn root(&mut self, mut at: u32) -> u32 {
        while self.parents[at as usize] != at {
            self.parents[at as usize] = self.parents[self.parents[at as usize] as usize];
            at = self.parents[at as usize];
        }
        at
    }

    /// Gives the groups of which nothing has happened after `until`, or all of them, each in the order of its first
    /// place, and within a group pieces in the order of theirs. That is the order in which they came until places are
    /// used again after a `settle(Some(…))`: sort what has to be in an order. The function may take pieces out of the
    /// list. They are forgotten with their keys: a piece that comes later starts a new call.
    pub fn settle(&mut self, until: Option<DateTime<Utc>>, mut give: impl FnMut(&mut Vec<P>)) {
        let until_micros = until.map_or(i64::MAX, |it| it.timestamp_micros());
        // The last thing that happened in each call, at the place of its root.
        let mut lasts = std::mem::take(&mut self.spare_lasts);
        lasts.clear();
        lasts.resize(self.pieces.len(), i64::MIN);
        for at in 0..self.pieces.len() {
            if self.ends[at] != FREE {
                let root = self.root(narrow(at)) as usize;
                lasts[root] = lasts[root].max(self.ends[at]);
            }
        }
        let mut members = std::mem::take(&mut self.spare_members);
        members.clear();
        for at in 0..self.pieces.len() {
            if self.ends[at] != FREE {
                let root = self.root(narrow(at));
                if lasts[root as usize] <= until_micros {
                    members.push((root, at));
                }
            }
        }
        members.sort_unstable();
        let mut group = Vec::new();
        for members in members.chunk_by(|a, b| a.0 == b.0) {
            for &(_, at) in members {
                group.extend(self.pieces[at].take());
                self.ends[at] = FREE;
            }
            if until.is_some() {
                self.forget(&group, members);
                self.free.extend(members.iter().map(|it| it.1));
            }
            give(&mut group);
            group.clear();
        }
        (self.spare_lasts, self.spare_members) = (lasts, members);
        if until.is_none() {
            // Everything is given out: what is kept of keys goes at once.
            let window = self.window;
            *self = Self { window, ..Self::new(TimeDelta::zero()) };
        }
    }

    /// Forgets the keys of pieces that are given out: all that have the same root, by root and place.
    fn forget(&mut self, group: &[P], members: &[(u32, usize)]) {
        let Some(&(root, _)) = members.first() else { return };
        let mut keys = std::mem::take(&mut self.keys);
        for piece in group {
            piece.keys(&mut keys);
        }
        if !self.left_keys.is_empty() {
            for &(_, at) in members {
                keys.extend(self.left_keys.remove(&narrow(at)).into_iter().flatten());
            }
        }
        for key in keys.drain(..) {
            let Some(uses) = self.uses.remove(&key) else { continue };
            let left = match uses {
                Uses::One(it) if self.root(it.piece) == root => continue,
                Uses::One(it) => Uses::One(it),
                Uses::Several(mut stretches) => {
                    stretches.retain(|it| self.root(it.piece) != root);
                    match stretches[..] {
                        [] => continue,
                        [one] => Uses::One(one),
                        _ => Uses::Several(stretches),
                    }
                }
            };
            self.uses.insert(key, left);
        }
        self.keys = keys;
    }
}

impl<P: Piece> fmt::Debug for Gatherer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gatherer({} pieces, {} keys)", self.len(), self.uses.len())
    }
}

/// Microseconds of a window; a negative one is none, one too long for the unit is the longest.
fn micros(window: TimeDelta) -> i64 {
    window.max(TimeDelta::zero()).num_microseconds().unwrap_or(i64::MAX)
}

/// A place in the list of pieces, which are fewer than 2³².
#[expect(clippy::cast_possible_truncation, reason = "so many pieces do not fit in memory")]
fn narrow(at: usize) -> u32 {
    at as u32
}

/// Ids of rows that were read, to know a row that comes again.
///
/// # Example
///
/// ```
/// use chrono::DateTime;
/// use ringback_calllog::RowIds;
///
/// let at = DateTime::UNIX_EPOCH;
/// let mut seen = RowIds::default();
/// assert!(seen.is_new(7_u128, at));
/// assert!(!seen.is_new(7, at));
/// ```
#[derive(Clone)]
pub struct RowIds<I>(FxHashMap<I, DateTime<Utc>>);

impl<I> Default for RowIds<I> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<I> fmt::Debug for RowIds<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowIds({} ids)", self.0.len())
    }
}

impl<I: Eq + Hash> RowIds<I> {
    /// Whether an id comes for the first time, or for the first time since it was forgotten. `at` is a stamp of the
    /// row.
    pub fn is_new(&mut self, id: I, at: DateTime<Utc>) -> bool {
        self.0.insert(id, at).is_none()
    }

    /// Forgets ids of rows from before a moment, so that memory stays bounded; all of them at the end of the log.
    pub fn forget(&mut self, until: Option<DateTime<Utc>>) {
        match until {
            Some(until) => self.0.retain(|_, at| *at > until),
            None => self.0 = FxHashMap::default(),
        }
    }
}
