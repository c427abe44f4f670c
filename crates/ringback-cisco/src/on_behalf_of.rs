//! Which feature of the cluster acted: the codes of `OnBehalfOf` columns.

use crate::code::codes;

codes! {
    /// The feature that ended a leg, redirected a call, or joined two legs.
    ///
    /// # Source
    ///
    /// Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter CDR Field Descriptions.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_cisco::OnBehalfOf;
    ///
    /// assert_eq!(OnBehalfOf::from_code(10), OnBehalfOf::Transfer);
    /// assert_eq!(OnBehalfOf::from_code(99).to_string(), "unknown code 99");
    /// ```
    OnBehalfOf {
        0 Unknown "no feature",
        1 CctiLine "CTI line",
        2 UnicastShared "unicast shared resource provider",
        3 CallPark "call park",
        4 Conference "conference",
        5 CallForward "call forward",
        6 MeetMe "meet-me conference",
        7 MeetMeIntercepts "meet-me conference intercepts",
        8 MessageWaiting "message waiting",
        9 MulticastShared "multicast shared resource provider",
        10 Transfer "transfer",
        11 SsapiManager "SSAPI manager",
        12 Device "device: a party hung up",
        13 CallControl "call control",
        14 ImmediateDivert "immediate divert",
        15 Barge "barge",
        16 Pickup "pickup",
        17 Refer "refer",
        18 Replaces "replaces",
        19 Redirection "redirection",
        20 Callback "callback",
        21 PathReplacement "path replacement",
        22 FacCmcManager "forced authorization and client matter codes",
        23 MaliciousCall "malicious call",
        24 Mobility "mobility",
        25 AlternateRouting "automated alternate routing",
        26 DirectedCallPark "directed call park",
        27 Recording "recording",
        28 Monitoring "monitoring",
        29 CcdRequestingService "call control discovery",
        30 Ime "intercompany media engine",
        31 FallbackManager "fallback manager",
        32 PresenceRouting "presence-enabled routing",
        33 AgentGreeting "agent greeting",
        34 NativeCallQueuing "native call queuing",
        35 MobileCallType "mobile call type",
    }
}

impl OnBehalfOf {
    /// Whether the feature makes calls of its own for machines that listen: recording, monitoring, agent greeting.
    pub fn is_listening(self) -> bool {
        matches!(self, Self::Recording | Self::Monitoring | Self::AgentGreeting)
    }
}
