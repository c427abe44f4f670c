//! Condition codes: what kind of record it is.

use std::fmt;

use ringback_calllog::Direction;

/// Which letters the condition column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Conditions {
    /// Those of every format but the 59-character one.
    #[default]
    Standard,
    /// Those of the 59-character format: the same letter means another thing.
    FiftyNine,
}

/// The kind of a record.
///
/// # Source
///
/// DEFINITY ECS 8.2 Administrator's Guide, table of condition codes; Administrator's Guide for Avaya Communication Manager
/// (November 2003) for the ring codes G, H and I. E, F, K and M are known by their names only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Condition {
    /// 0: between extensions of the switch.
    IntraSwitch,
    /// 1: handled by an attendant, or with one's help.
    Attendant,
    /// 4: ten hours of a call that goes on.
    Interim,
    /// 6: not recorded for lack of resources, or an ISDN call that failed.
    NotRecorded,
    /// 7: out, by automatic routing.
    RouteSelection,
    /// 8: out, after queuing for a trunk.
    TrunkQueuing,
    /// 9: in, or in and out again.
    Incoming,
    /// A: out, by a trunk access code.
    TrunkCode,
    /// B: out, placed by an adjunct: a dialer.
    Adjunct,
    /// C: one trunk of a conference.
    Conference,
    /// E: an attempt for which nothing was free.
    NoFacilities,
    /// F: an attempt that was not allowed.
    NoPrivilege,
    /// G: how long an incoming call rang until it was answered; the call has a record of its own.
    Ring,
    /// H: how long an incoming call rang until the caller hung up.
    RingAbandoned,
    /// I: an incoming call to a busy telephone.
    RingBusy,
    /// J: the incoming trunk that a path replacement has put a call on.
    PathIncoming,
    /// K: its outgoing counterpart.
    PathOutgoing,
    /// M: the trunk that a path replacement has dropped.
    PathDropped,
    /// Any other, as it is written.
    Other(char),
}

impl Condition {
    /// The condition of a sign; a blank stands for itself.
    pub(super) fn read(sign: char, conditions: Conditions) -> Self {
        let standard = match conditions {
            Conditions::Standard => Some(sign),
            Conditions::FiftyNine => of_fifty_nine(sign),
        };
        match standard {
            Some('0') => Self::IntraSwitch,
            Some('1') => Self::Attendant,
            Some('4') => Self::Interim,
            Some('6') => Self::NotRecorded,
            Some('7') => Self::RouteSelection,
            Some('8') => Self::TrunkQueuing,
            Some('9') => Self::Incoming,
            Some('A') => Self::TrunkCode,
            Some('B') => Self::Adjunct,
            Some('C') => Self::Conference,
            Some('E') => Self::NoFacilities,
            Some('F') => Self::NoPrivilege,
            Some('G') => Self::Ring,
            Some('H') => Self::RingAbandoned,
            Some('I') => Self::RingBusy,
            Some('J') => Self::PathIncoming,
            Some('K') => Self::PathOutgoing,
            Some('M') => Self::PathDropped,
            Some(_) | None => Self::Other(sign),
        }
    }

    /// The direction that it says by itself.
    pub(super) fn direction(self) -> Option<Direction> {
        match self {
            Self::IntraSwitch => Some(Direction::Internal),
            Self::RouteSelection | Self::TrunkQueuing | Self::TrunkCode | Self::Adjunct => {
                Some(Direction::Outbound)
            }
            Self::Incoming | Self::Ring | Self::RingAbandoned | Self::RingBusy => {
                Some(Direction::Inbound)
            }
            _ => None,
        }
    }

    /// Whether it tells of a connection, whoever was at its end, and not of an attempt or of ringing.
    pub(super) fn is_connection(self) -> bool {
        !matches!(
            self,
            Self::Ring
                | Self::RingAbandoned
                | Self::RingBusy
                | Self::NoFacilities
                | Self::NoPrivilege
                | Self::NotRecorded
        )
    }

    /// Whether it is known what the connection was for.
    pub(super) fn is_known(self) -> bool {
        !matches!(
            self,
            Self::PathIncoming | Self::PathOutgoing | Self::PathDropped | Self::Other(_)
        )
    }

    /// What it says that a call has no place for.
    pub(super) fn remarkable(self) -> Option<&'static str> {
        Some(match self {
            Self::Attendant => "attendant",
            Self::TrunkQueuing => "queued for a trunk",
            Self::Adjunct => "adjunct-placed",
            Self::Conference => "conference",
            Self::PathIncoming | Self::PathOutgoing | Self::PathDropped => "path replacement",
            Self::Other(_) => "unknown",
            _ => return None,
        })
    }
}

/// The code of the other formats for one of the 59-character format. A blank is taken as a call by trunk access code,
/// which has no other letter there; that is not confirmed.
fn of_fifty_nine(sign: char) -> Option<char> {
    Some(match sign {
        '0' => '0',
        'A' => '1',
        'D' => '4',
        'E' => '6',
        'G' => '7',
        'H' => '8',
        'I' => '9',
        'L' => 'C',
        'N' => 'E',
        ' ' => 'A',
        _ => return None,
    })
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self {
            Self::IntraSwitch => '0',
            Self::Attendant => '1',
            Self::Interim => '4',
            Self::NotRecorded => '6',
            Self::RouteSelection => '7',
            Self::TrunkQueuing => '8',
            Self::Incoming => '9',
            Self::TrunkCode => 'A',
            Self::Adjunct => 'B',
            Self::Conference => 'C',
            Self::NoFacilities => 'E',
            Self::NoPrivilege => 'F',
            Self::Ring => 'G',
            Self::RingAbandoned => 'H',
            Self::RingBusy => 'I',
            Self::PathIncoming => 'J',
            Self::PathOutgoing => 'K',
            Self::PathDropped => 'M',
            Self::Other(' ') => '_',
            Self::Other(sign) => *sign,
        };
        write!(f, "{sign}")
    }
}
