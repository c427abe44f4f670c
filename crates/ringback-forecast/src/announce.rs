//! The waits that phone systems announce: one-line formulas on the state at arrival.

use std::fmt;

use crate::StateSeen;

/// A one-line wait estimate: what the wait predictions of this suite are measured against.
///
/// # Source
///
/// \[`IbrahimWhitt2009`\] compares last-to-enter-service and head-of-line with the queue-length estimate, which it calls the
/// standard one. Phone systems announce the mean of the last waits; ten is a round number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Announcement {
    /// The wait of the last caller who entered service from the queue.
    LastToEnterService,
    /// The mean wait of the last ten callers who entered service from the queue.
    MeanOfLastTen,
    /// How long the caller at the head of the line has waited so far; 0 if nobody waits.
    HeadOfLine,
    /// (Callers who wait + 1) × mean service time ÷ busy agents, of whom one is assumed where none is seen.
    QueueLength,
}

impl Announcement {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::LastToEnterService, Self::MeanOfLastTen, Self::HeadOfLine, Self::QueueLength];

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LastToEnterService => "last_to_enter_service",
            Self::MeanOfLastTen => "mean_of_last_ten",
            Self::HeadOfLine => "head_of_line",
            Self::QueueLength => "queue_length",
        }
    }

    /// The estimate in seconds, at least 0; `None` where the state does not tell it: before the first answer, or
    /// without a service time.
    pub fn wait_secs(self, seen: &StateSeen, service_secs_mean: Option<f64>) -> Option<f64> {
        match self {
            Self::LastToEnterService => seen.last_wait_secs,
            Self::MeanOfLastTen => seen.recent_wait_secs,
            Self::HeadOfLine => Some(seen.head_of_line_secs),
            Self::QueueLength => {
                let ahead = f64::from(seen.queue_length) + 1.0;
                Some(ahead * service_secs_mean? / f64::from(seen.agents_busy.max(1)))
            }
        }
    }
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
