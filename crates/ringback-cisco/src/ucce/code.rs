//! The numbered codes of Contact Center Enterprise and of its courtesy callback.

use crate::code::codes;

codes! {
    /// `Termination_Call_Detail.CallDisposition`: how a leg ended.
    UcceDisposition {
        1 AbandonedInNetwork "abandoned in the network",
        2 AbandonedInLocalQueue "abandoned in the local queue",
        3 AbandonedRinging "abandoned while it rang",
        4 AbandonedDelay "abandoned in a delay",
        5 AbandonedInterflow "abandoned between sites",
        6 AbandonedAtAgent "abandoned at the agent's terminal",
        7 Short "short: gone before the abandon call wait time",
        8 Busy "busy",
        9 ForcedBusy "forced busy",
        10 DropNoAnswer "dropped without an answer",
        11 DropBusy "dropped, busy",
        12 DropReorder "dropped, no line",
        13 DropHandledPrimaryRoute "ended after it was handled, by the primary route",
        14 DropHandledOther "ended after it was handled, by another route",
        15 Redirected "redirected",
        16 CutThrough "cut through",
        17 Intraflow "moved within the site",
        18 Interflow "moved between sites",
        19 RingNoAnswer "rang without an answer",
        26 UAbort "aborted",
        27 FailedSoftware "failed in the software",
        28 BlindTransfer "transferred blind",
        29 AnnouncedTransfer "transferred after a consultation",
        30 Conferenced "conferenced",
        31 DuplicateTransfer "transferred, told twice",
        32 UnmonitoredDevice "moved to a device that is not monitored",
        33 AnsweringMachine "an answering machine",
        34 NetworkBlindTransfer "transferred blind in the network",
        52 CalledPartyDisconnected "the called party hung up",
        53 PartialCall "a part of a call",
    }
}

impl UcceDisposition {
    /// Whether an agent who has the leg handled it, even in less than a second.
    pub fn is_handled(self) -> bool {
        use UcceDisposition as It;
        matches!(
            self,
            It::DropHandledPrimaryRoute
                | It::DropHandledOther
                | It::BlindTransfer
                | It::AnnouncedTransfer
                | It::Conferenced
        )
    }

    /// Whether the caller hung up.
    pub fn is_abandoned(self) -> bool {
        (1..=6).contains(&self.code())
    }

    /// Whether the agent handed the caller on.
    pub fn is_transfer(self) -> bool {
        use UcceDisposition as It;
        matches!(self, It::BlindTransfer | It::AnnouncedTransfer | It::NetworkBlindTransfer)
    }
}

codes! {
    /// `CauseID` of a courtesy callback: what came of calling back.
    CvpCallbackCause {
        0 Busy "busy",
        1 NoAnswer "no_answer",
        2 NoResponse "no_response",
        3 InvalidNumber "invalid_number",
        4 Connected "connected",
        5 CallerCanceled "caller_canceled",
        6 TrunksBusy "trunks_busy",
        7 Error "error",
    }
}

/// What a leg is to the customer, by `PeripheralCallType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LegKind {
    /// The customer's own: to a menu, a queue, an agent.
    Customer,
    /// An agent dials out.
    Outbound,
    /// Between agents.
    Consult,
    /// The dialer takes an agent for a call.
    Reservation,
    /// The type is not known.
    Unknown,
}

impl LegKind {
    pub(super) fn from_code(code: Option<u32>) -> Self {
        match code {
            // 42 and 43 are legs to a menu and to its queue.
            Some(1 | 2 | 4 | 6 | 15 | 42 | 43) => Self::Customer,
            Some(9) => Self::Outbound,
            Some(10 | 12 | 13 | 19) => Self::Consult,
            Some(27..=31) => Self::Reservation,
            _ => Self::Unknown,
        }
    }
}
