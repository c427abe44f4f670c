//! Why a call was cleared: Q.850 causes, Cisco's own, and SIP answers folded into 32 bits.

use std::fmt;

mod table;

use table::{SIP, TEXTS};

/// Clearing cause of one side of a call (`origCause_value`, `destCause_value`): 32 bits without a sign.
///
/// # Source
///
/// ITU-T Q.850 (0 to 127); Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter CDR Field
/// Descriptions (the rest). The low byte of every documented SIP value is the Q.850 cause that it stands for; an unknown
/// large value is classed by its low seven bits in the same way.
///
/// # Example
///
/// ```
/// use ringback_cisco::{Cause, CauseClass};
///
/// let cause = Cause(2_801_795_135);
/// assert_eq!((cause.sip_status(), cause.q850()), (Some(503), Some(63)));
/// assert_eq!(Cause(17).class(), CauseClass::Busy);
/// assert!(!Cause(1_090_519_163).is_known());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause(pub u32);

/// What a cause says of a call that was not connected, or of how one ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CauseClass {
    /// No cause: the other side released.
    None,
    /// Somebody hung up.
    Cleared,
    /// The called side is busy.
    Busy,
    /// It rang, or was to ring, and nobody answered.
    NoAnswer,
    /// A feature split the call: transfer, conference, park, pickup. More rows follow.
    Split,
    /// A conference ended, or its controller dropped the party.
    ConferenceDrop,
    /// Anything else: the call could not be set up, or was cut off.
    Failed,
}

impl Cause {
    /// Normal clearing.
    pub const NORMAL_CLEARING: Self = Self(16);
    /// The call was split by a feature.
    pub const SPLIT: Self = Self(393_216);
    /// A party was dropped from a conference.
    pub const CONFERENCE_DROP: Self = Self(458_752);

    /// What it says in short.
    pub fn class(self) -> CauseClass {
        match self.0 {
            393_216 | 126 => return CauseClass::Split,
            458_752 | 128 => return CauseClass::ConferenceDrop,
            _ => {}
        }
        match self.q850() {
            Some(0) if self.0 == 0 => CauseClass::None,
            Some(16 | 31 | 26) => CauseClass::Cleared,
            Some(17) => CauseClass::Busy,
            Some(18 | 19) => CauseClass::NoAnswer,
            _ => CauseClass::Failed,
        }
    }

    /// The Q.850 cause that it is or stands for, 0 to 127; `None` for Cisco's own causes.
    pub fn q850(self) -> Option<u8> {
        match self.0 {
            0..=127 => u8::try_from(self.0).ok(),
            it if it < 0x0100_0000 => None,
            it => u8::try_from(it & 0x7f).ok(),
        }
    }

    /// The SIP status that it was made from, where documented.
    pub fn sip_status(self) -> Option<u16> {
        SIP.binary_search_by_key(&self.0, |it| it.0).ok().and_then(|at| SIP.get(at)).map(|it| it.1)
    }

    /// Whether the vendor documents it.
    pub fn is_known(self) -> bool {
        // Nearly every row has one of these.
        matches!(self, Self(0) | Self::NORMAL_CLEARING | Self::SPLIT)
            || self.text().is_some()
            || self.sip_status().is_some()
    }

    fn text(self) -> Option<&'static str> {
        let at = TEXTS.binary_search_by_key(&self.0, |it| it.0).ok()?;
        TEXTS.get(at).map(|it| it.1)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text(), self.sip_status(), self.q850()) {
            (Some(text), _, _) => f.write_str(text),
            (None, Some(status), _) => write!(f, "SIP {status}"),
            (None, None, Some(class)) => write!(f, "unknown code {}, Q.850 class {class}", self.0),
            (None, None, None) => write!(f, "unknown code {}", self.0),
        }
    }
}
