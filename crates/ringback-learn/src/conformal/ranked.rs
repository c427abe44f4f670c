//! The last scores, in order of time and of size.

use serde::{Deserialize, Serialize};

use super::conformal_rank;
use crate::Error;

/// The last `capacity` scores: a ring in the order of time, and the same in the order of size.
///
/// A new score moves on average half of the ranked ones by one place, one move of memory; from 3,000 scores that is 12 kB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "SavedScores", try_from = "SavedScores")]
pub(super) struct RankedScores {
    capacity: usize,
    /// In the order of time once it is turned by `oldest`.
    ring: Vec<f64>,
    oldest: usize,
    ranked: Vec<f64>,
}

impl RankedScores {
    pub(super) fn new(capacity: usize) -> Self {
        let (ring, ranked) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        Self { capacity, ring, oldest: 0, ranked }
    }

    pub(super) fn len(&self) -> usize {
        self.ring.len()
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Adds a score, and forgets the oldest one if there are more than the capacity.
    pub(super) fn push(&mut self, score: f64) {
        if self.ring.len() < self.capacity {
            self.ring.push(score);
        } else {
            let old = std::mem::replace(&mut self.ring[self.oldest], score);
            self.oldest = (self.oldest + 1) % self.capacity;
            let place = self.ranked.partition_point(|it| it.total_cmp(&old).is_lt());
            self.ranked.remove(place);
        }
        let place = self.ranked.partition_point(|it| it.total_cmp(&score).is_lt());
        self.ranked.insert(place, score);
    }

    /// The largest one.
    pub(super) fn last(&self) -> Option<f64> {
        self.ranked.last().copied()
    }

    /// The score that a new one does not exceed at this level: infinite where there are too few, and −infinite at level 0 or
    /// less.
    pub(super) fn at_level(&self, level: f64) -> f64 {
        match conformal_rank(self.len(), level) {
            None => f64::INFINITY,
            Some(0) => f64::NEG_INFINITY,
            Some(rank) => self.ranked[rank - 1],
        }
    }
}

/// Scores as saved: in the order of time.
#[derive(Clone, Serialize, Deserialize)]
struct SavedScores {
    capacity: usize,
    scores: Vec<f64>,
}

impl From<RankedScores> for SavedScores {
    fn from(of: RankedScores) -> Self {
        let mut scores = of.ring;
        scores.rotate_left(of.oldest);
        Self { capacity: of.capacity, scores }
    }
}

impl TryFrom<SavedScores> for RankedScores {
    type Error = Error;

    fn try_from(saved: SavedScores) -> Result<Self, Error> {
        let SavedScores { capacity, scores } = saved;
        let fits = (1..=MOST_SCORES).contains(&capacity) && scores.len() <= capacity;
        if !fits || scores.iter().any(|it| !it.is_finite()) {
            return Err(Error::Saved("the scores of an adaptive interval are damaged".into()));
        }
        let mut ranked = Vec::with_capacity(capacity);
        ranked.extend_from_slice(&scores);
        ranked.sort_by(f64::total_cmp);
        let mut ring = Vec::with_capacity(capacity);
        ring.extend(scores);
        Ok(Self { capacity, ring, oldest: 0, ranked })
    }
}

/// The most scores that are kept.
pub(super) const MOST_SCORES: usize = 1_000_000;
