//! A stretch of time in which a customer may be called.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A stretch of time in which a customer may be called, its end not included.
///
/// Range: it ends after it starts.
///
/// # Example
///
/// ```
/// use ringback_reach::Window;
///
/// let window = Window::new("2026-05-04T12:00:00Z".parse()?, "2026-05-04T14:00:00Z".parse()?)?;
/// assert_eq!(window.length().num_minutes(), 120);
/// assert!(!window.contains(window.ends_at()));
/// assert!(Window::new(window.ends_at(), window.starts_at()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends", into = "Ends")]
pub struct Window {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// A window as it is saved.
#[derive(Serialize, Deserialize)]
struct Ends {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// A window that ends before it starts, or as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a window from {starts_at} to {ends_at}, expected an end after the start")]
pub struct InvalidWindow {
    /// The start.
    pub starts_at: DateTime<Utc>,
    /// The end.
    pub ends_at: DateTime<Utc>,
}

impl Window {
    /// The stretch between two instants.
    ///
    /// # Errors
    ///
    /// [`InvalidWindow`] if it does not end after it starts.
    pub fn new(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Result<Self, InvalidWindow> {
        if starts_at < ends_at {
            Ok(Self { starts_at, ends_at })
        } else {
            Err(InvalidWindow { starts_at, ends_at })
        }
    }

    /// Its first instant.
    pub fn starts_at(self) -> DateTime<Utc> {
        self.starts_at
    }

    /// The first instant after it.
    pub fn ends_at(self) -> DateTime<Utc> {
        self.ends_at
    }

    /// How long it is.
    pub fn length(self) -> TimeDelta {
        self.ends_at - self.starts_at
    }

    /// The instant half-way.
    pub fn middle(self) -> DateTime<Utc> {
        self.starts_at + self.length() / 2
    }

    /// Whether an instant lies in it.
    pub fn contains(self, at: DateTime<Utc>) -> bool {
        self.starts_at <= at && at < self.ends_at
    }

    /// Whether two windows share an instant.
    pub fn overlaps(self, other: Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}

impl TryFrom<Ends> for Window {
    type Error = InvalidWindow;

    fn try_from(ends: Ends) -> Result<Self, InvalidWindow> {
        Self::new(ends.starts_at, ends.ends_at)
    }
}

impl From<Window> for Ends {
    fn from(window: Window) -> Self {
        Self { starts_at: window.starts_at, ends_at: window.ends_at }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        write!(f, "{}/{}", text(self.starts_at), text(self.ends_at))
    }
}
