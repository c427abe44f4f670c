//! The words of 3CX: why a call ended or changed, and what kind of party took part.
//!
//! The lists are open: versions add words. A word that is not known is kept as it was written.

/// Declares an open list of words; each is known in any case and with or without underscores.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $($text:literal)|+,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word that is not in the list, as it was written.
            Other(Box<str>),
        }

        impl $name {
            /// The word of a field; `None` for a blank one.
            pub fn new(text: &str) -> Option<Self> {
                // As the system writes it: no copy, no folding, no look for blanks around it.
                match text {
                    "" => None,
                    $($($text)|+ => Some(Self::$variant),)+
                    _ => Self::otherwise(text.trim()),
                }
            }

            #[cold]
            fn otherwise(text: &str) -> Option<Self> {
                if text.is_empty() {
                    return None;
                }
                Some(Self::folded(text).unwrap_or_else(|| Self::Other(text.into())))
            }

            fn folded(text: &str) -> Option<Self> {
                const WORDS: &[(&[&str], $name)] = &[$((&[$($text),+], $name::$variant),)+];
                let is_word = |it: &(&[&str], $name)| it.0.iter().any(|it| is_same_word(it, text));
                WORDS.iter().find(|it| is_word(it)).map(|it| it.1.clone())
            }
        }
    };
}

words! {
    /// Why a call, or a leg of one, ended: `reason-terminated` of the legacy CDR, and `termination_reason` and
    /// `termination_reason_details` of `cdroutput`.
    EndReason {
        /// The calling side hung up.
        SrcTerminated = "TerminatedBySrc" | "src_participant_terminated",
        /// The called side hung up.
        DstTerminated = "TerminatedByDst" | "dst_participant_terminated",
        /// The call could not be set up.
        Failed = "Failed",
        /// The set-up was cancelled; by whom is not said.
        FailedCancelled = "Failed_Cancelled",
        /// It rang as long as it may.
        NoAnswerTimeout = "NoAnswerTimeout",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// No rule leads there.
        NoRoute = "no_route" | "NoRouteExists" | "RouteNotFound",
        /// There is no such party.
        NotFound = "not_found" | "TargetNotFound",
        /// Every line there is taken.
        RouteBusy = "RouteBusy",
        /// The party is busy.
        Busy = "busy" | "TargetBusy",
        /// The party is not registered.
        NotRegistered = "not_registered",
        /// The call was sent elsewhere.
        Redirected = "redirected",
        /// The call goes on in another leg.
        ContinuedIn = "continued_in",
        /// The party refused.
        Rejected = "rejected",
        /// The leg was taken back.
        Cancelled = "cancelled" | "Canceled",
        /// Another leg of the same call was answered.
        CompletedElsewhere = "completed_elsewhere",
        /// A queue rang its agents.
        Polling = "polling",
        /// A rule of the system ended it.
        ByRule = "TerminatedByRule",
        /// The system found it gone.
        BySync = "TerminatedBySync",
        /// It was connected.
        Connected = "Connected",
        /// The caller asked to be called back.
        CallbackRequested = "callback_requested",
    }
}

words! {
    /// What kind of party takes part: `from-type`, `to-type`, `final-type` of the legacy CDR, and the entity and dn types of
    /// `cdroutput`.
    PartyType {
        /// A user's telephone.
        Extension = "Extension" | "extension",
        /// A line to the outside.
        Line = "Line" | "external_line" | "ExternalLine" | "provider" | "bridge",
        /// A rule that leads a call out.
        OutboundRule = "outbound_rule",
        /// A rule that leads a call in.
        InboundRouting = "inbound_routing",
        /// A queue of callers.
        Queue = "Queue" | "queue",
        /// A group whose telephones ring.
        RingGroup = "RingGroup" | "ring_group" | "ring_group_ring_all" | "ring_group_hunt" | "group",
        /// A menu.
        Ivr = "IVR" | "Ivr" | "ivr",
        /// A program that handles calls.
        Script = "script" | "routepoint",
        /// A mailbox, or the menu of one.
        Voicemail = "VMail" | "voicemail" | "vmail_console",
        /// A conference room.
        Conference = "ConfPlace" | "conference",
        /// A fax.
        Fax = "Fax" | "fax",
        /// Where calls are parked.
        Parking = "Parking" | "parking_orbit" | "shared_parking",
        /// A group of loudspeakers.
        Paging = "paging_group",
        /// Where the system hangs up.
        EndCall = "endcall",
        /// A service of the system: a dial code, a test.
        Service = "specialmenu" | "service_call" | "echo_test" | "callback_test",
        /// The system does not know.
        Unknown = "unknown",
    }
}

words! {
    /// Why a call changed on its way: `reason-changed` of the legacy CDR.
    ChangeReason {
        /// The called side was replaced: an agent took the call from a queue, or handed it on.
        ReplacedDst = "ReplacedDst",
        /// The calling side was replaced.
        ReplacedSrc = "ReplacedSrc",
        /// A queue gave up and sent the call to its destination for that.
        QueueForward = "QFwdToDNA",
        /// A transfer of the called side failed.
        FailedTransferOfDst = "FailedBXferOfDst",
        /// A transfer of the calling side failed.
        FailedTransferOfSrc = "FailedBXferOfSrc",
        /// Nobody answered, and the call was sent on.
        ForwardNoAnswer = "Fwd_NoAnswer",
        /// The party was busy, and the call was sent on.
        ForwardBusy = "Fwd_OnBusy",
        /// It was taken back.
        Cancelled = "Canceled" | "Cancelled",
    }
}

words! {
    /// How a leg came to be: `creation_method` of `cdroutput`.
    CreationMethod {
        /// Someone called.
        CallInit = "call_init",
        /// A colleague took a call that rang elsewhere.
        Pickup = "pickup",
        /// The party sent it on before an answer.
        Divert = "divert",
        /// The system sent it there: a queue its caller to an agent, a menu to a choice.
        RouteTo = "route_to",
        /// Someone handed it on.
        Transfer = "transfer",
        /// A party joined.
        Join = "join",
        /// A supervisor broke in.
        BargeIn = "barge_in",
        /// One of several at once.
        Fork = "fork",
    }
}

words! {
    /// Why a leg was sent on: `creation_forward_reason` of `cdroutput`.
    ForwardReason {
        /// It was not.
        None = "none",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// The party was busy.
        Busy = "busy",
        /// A holiday.
        Holiday = "holiday",
        /// Within office time.
        OfficeTime = "office_time",
        /// Out of office time.
        OutOfOffice = "out_of_office",
        /// In a break.
        BreakTime = "break_time",
        /// A queue rings its agents.
        Polling = "polling",
        /// By the caller's number.
        ByCallerId = "by_caller_id",
        /// By the number that was called.
        ByDid = "by_did",
        /// There was nobody to ring.
        NoDestinations = "no_destinations",
        /// Someone wished it.
        UserRequested = "user_requested",
        /// Every call is sent on.
        ForwardAll = "forward_all",
        /// The party is not registered.
        NotRegistered = "not_registered",
        /// The caller asked to be called back.
        CallbackRequested = "callback_requested",
        /// The caller is called back.
        Callback = "callback",
    }
}

impl PartyType {
    /// Whether the party is outside of the system.
    pub(crate) fn is_outside(&self) -> bool {
        matches!(self, Self::Line | Self::OutboundRule)
    }

    /// Whether callers wait there for a person.
    pub(crate) fn is_queue(&self) -> bool {
        matches!(self, Self::Queue | Self::RingGroup)
    }

    /// Whether a menu or a program picks up there.
    pub(crate) fn is_menu(&self) -> bool {
        matches!(self, Self::Ivr | Self::Script)
    }
}

impl EndReason {
    /// Whether the system could not set the call up.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed | Self::NoRoute | Self::NotFound | Self::NotRegistered)
    }

    /// Whether a party or every line was taken.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Busy | Self::RouteBusy)
    }
}

/// Whether two words are the same but for case and underscores.
fn is_same_word(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|it| *it != b'_').map(|it| it.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}

/// Whether a text can be a word of a list that is open: letters and underscores.
pub(crate) fn is_word(text: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphabetic() || it == b'_';
    !text.is_empty() && text.len() <= 40 && text.bytes().all(is_letter)
}
