//! Why a call was redirected, and what kind of pattern a dialed number matched.

use crate::code::codes;

codes! {
    /// Why a call was redirected: for the first time (`origCalledPartyRedirectReason`) or for the last
    /// (`lastRedirectRedirectReason`).
    ///
    /// # Source
    ///
    /// Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter CDR Field Descriptions.
    RedirectReason {
        0 Unknown "not redirected",
        1 Busy "forwarded on busy",
        2 NoAnswer "forwarded on no answer",
        4 Transfer "transfer",
        5 Pickup "pickup",
        7 Park "park",
        8 ParkPickup "retrieved from park",
        9 OutOfOrder "telephone out of order",
        10 Forward "forward",
        11 ParkReversion "park reversion",
        15 ForwardAll "all calls forwarded",
        18 Deflection "deflection",
        34 BlindTransfer "blind transfer",
        50 ImmediateDivert "immediate divert",
        66 AlternateParty "alternate party",
        82 ForwardOnFailure "forwarded on failure",
        98 Conference "conference",
        114 Barge "barge",
        129 AlternateRouting "automated alternate routing",
        130 Refer "refer",
        146 Replaces "replaces",
        162 Redirection "redirection (3xx)",
        177 BusyUnregistered "forwarded on busy while unregistered",
        178 Unregistered "forwarded while unregistered",
        303 MobilityIn "mobility hand-in",
        319 MobilityOut "mobility hand-out",
        354 Recording "recording",
        370 Monitoring "monitoring",
        418 ClickToConference "click to conference",
        434 ForwardNoRetrieve "forwarded, not retrieved",
        464 CallControlDiscovery "call control discovery",
        752 AgentGreeting "agent greeting",
        786 QueueEntered "native queue: the call is queued",
        802 QueueLeft "native queue: the call leaves the queue for a member",
        818 QueueNobodyLoggedIn "native queue: nobody is logged in",
        834 QueueFull "native queue: the queue is full",
        850 QueueWaitedTooLong "native queue: the longest wait is over",
    }
}

impl RedirectReason {
    /// Whether a native queue sent the call to its second destination.
    pub fn is_queue_overflow(self) -> bool {
        matches!(self, Self::QueueNobodyLoggedIn | Self::QueueFull | Self::QueueWaitedTooLong)
    }

    /// Whether a native queue redirected the call, in or out.
    pub fn is_native_queue(self) -> bool {
        matches!(self, Self::QueueEntered | Self::QueueLeft) || self.is_queue_overflow()
    }

    /// Whether what happened leaves the call its counter: a forward, a pickup, a native queue.
    pub(crate) fn keeps_the_call(self) -> bool {
        matches!(
            self,
            Self::Unknown
                | Self::Busy
                | Self::NoAnswer
                | Self::Forward
                | Self::ForwardAll
                | Self::Pickup
        ) || self.is_native_queue()
    }

    /// Whether the call is one that the cluster makes for a machine that listens.
    pub fn is_listening(self) -> bool {
        matches!(self, Self::Recording | Self::Monitoring | Self::AgentGreeting)
    }
}

codes! {
    /// What kind of pattern the called number matched (`calledPartyPatternUsage`).
    ///
    /// # Source
    ///
    /// Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter CDR Field Descriptions.
    PatternUsage {
        0 CallPark "call park",
        1 Conference "conference",
        2 Device "a telephone's own number",
        3 Translation "translation",
        4 PickupGroup "pickup group",
        5 Route "route pattern",
        6 MessageWaiting "message waiting",
        7 HuntPilot "hunt pilot",
        8 VoicemailPort "voicemail port",
        9 DomainRouting "domain routing",
        10 IpAddressRouting "IP address routing",
        11 DeviceTemplate "device template",
        12 DirectedCallPark "directed call park",
        13 DeviceIntercom "intercom",
        14 TranslationIntercom "intercom translation",
        15 TranslationCalling "translation of the calling party",
        16 MobilityHandoff "mobility hand-off",
        17 MobilityFeature "enterprise feature access",
        18 MobilityVoice "mobile voice access",
        19 DirectedPark "other directed pattern",
    }
}
