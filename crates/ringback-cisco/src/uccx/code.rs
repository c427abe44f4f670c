//! The numbered codes of Contact Center Express.

use crate::code::codes;

codes! {
    /// `ContactCallDetail.contactType`: how a leg came to be.
    UccxContactType {
        1 Incoming "incoming",
        2 Outgoing "outgoing, dialed by an agent",
        3 Internal "internal, a consultation among them",
        4 RedirectIn "redirected here",
        5 TransferIn "transferred here",
        6 PreviewOutbound "preview outbound",
        7 IvrOutbound "outbound to a menu",
        8 AgentOutbound "outbound to an agent",
        9 AgentToIvrOutbound "outbound to an agent, moved to a menu",
    }
}

impl UccxContactType {
    /// Whether the center placed the call.
    pub fn is_outbound(self) -> bool {
        use UccxContactType as It;
        matches!(
            self,
            It::Outgoing
                | It::PreviewOutbound
                | It::IvrOutbound
                | It::AgentOutbound
                | It::AgentToIvrOutbound
        )
    }
}

/// `ContactCallDetail.contactDisposition`: how a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum UccxContactDisposition {
    /// `1`: the caller hung up.
    Abandoned,
    /// `2`: handled, by an agent or by the script.
    Handled,
    /// `3`: nothing that counts.
    DoNotCare,
    /// `4`: the script broke off.
    Aborted,
    /// `5` to `22`: turned away, with the code.
    Rejected(u32),
    /// `99`: cleared.
    Cleared,
    /// A code that the schema does not have.
    Other(u32),
}

impl UccxContactDisposition {
    /// The meaning of a code.
    pub fn from_code(code: u32) -> Self {
        match code {
            1 => Self::Abandoned,
            2 => Self::Handled,
            3 => Self::DoNotCare,
            4 => Self::Aborted,
            5..=22 => Self::Rejected(code),
            99 => Self::Cleared,
            _ => Self::Other(code),
        }
    }

    /// The meaning of a code or of the word that a report writes for it.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        if let Ok(code) = text.parse() {
            return Some(Self::from_code(code));
        }
        Some(match text.to_ascii_lowercase().as_str() {
            "abandoned" => Self::Abandoned,
            "handled" => Self::Handled,
            "do not care" | "don't care" => Self::DoNotCare,
            "aborted" => Self::Aborted,
            "rejected" => Self::Rejected(5),
            "cleared" => Self::Cleared,
            _ => return None,
        })
    }
}

codes! {
    /// `ContactQueueDetail.disposition`: how a leg left a queue.
    UccxQueueDisposition {
        1 Abandoned "abandoned, or aborted where the contact was",
        2 Handled "handled by this queue",
        3 Dequeued "taken out of the queue by the script",
        4 HandledByScript "handled by the script",
        5 HandledElsewhere "handled by another queue",
    }
}
