//! What became of a segment, as CMS says it.

use ringback_calllog::Outcome;

/// What became of a call segment: the field `DISPOSITION`, from R16 on `CALL_DISP`.
///
/// # Source
///
/// Avaya CMS Database Items and Calculations, R21, "Disposition".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Disposition {
    /// 1: a call that is not of the ACD reached a measured agent.
    Connected,
    /// 2: an agent, or a port that is logged in like one, answered an ACD call.
    Answered,
    /// 3: the caller hung up, phantom calls among them.
    Abandoned,
    /// 4: sent on to another split, VDN or site.
    Interflowed,
    /// 5: given the busy signal.
    ForcedBusy,
    /// 6: disconnected by the system.
    ForcedDisconnect,
    /// 7: none of these.
    Other,
    /// A code that is not documented.
    Unknown(u8),
}

impl Disposition {
    /// The meaning of a code.
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Connected,
            2 => Self::Answered,
            3 => Self::Abandoned,
            4 => Self::Interflowed,
            5 => Self::ForcedBusy,
            6 => Self::ForcedDisconnect,
            7 => Self::Other,
            _ => Self::Unknown(code),
        }
    }

    /// What it says of a call in which no person answered.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Abandoned => Outcome::Abandoned,
            Self::Interflowed | Self::ForcedDisconnect => Outcome::Overflowed,
            Self::ForcedBusy => Outcome::Busy,
            Self::Other => Outcome::Other,
            Self::Connected | Self::Answered | Self::Unknown(_) => Outcome::Unknown,
        }
    }
}
