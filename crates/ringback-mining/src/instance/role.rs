//! What an activity or a state is to the time of a case: work, waiting, or waiting that names its reason.

use std::collections::BTreeMap;

/// Why a case waits, where its state says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclaredCause {
    /// For an answer of the user or customer.
    User,
    /// For somebody outside: a vendor, a supplier, another department.
    Vendor,
    /// For something that was planned: a change, a date; or put on hold without a reason.
    Planned,
    /// It is solved, and a timer closes it.
    AutoClose,
    /// A menu or a recording talks with the caller.
    Menu,
    /// The agent's telephone rings: the agent's reaction.
    Reaction,
    /// The caller is on hold: a look-up.
    Hold,
    /// The agent asks a colleague.
    Consult,
    /// The caller has hung up, and waits to be called back.
    Callback,
}

impl DeclaredCause {
    /// Every cause, in the order of the declaration.
    pub const ALL: [Self; 9] = [
        Self::User,
        Self::Vendor,
        Self::Planned,
        Self::AutoClose,
        Self::Menu,
        Self::Reaction,
        Self::Hold,
        Self::Consult,
        Self::Callback,
    ];

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "waiting_for_user",
            Self::Vendor => "waiting_for_vendor",
            Self::Planned => "planned",
            Self::AutoClose => "automatic_close",
            Self::Menu => "menu",
            Self::Reaction => "reaction",
            Self::Hold => "hold",
            Self::Consult => "consult",
            Self::Callback => "callback_wait",
        }
    }
}

/// What an activity or a state is to the time of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Somebody works on the case.
    Work,
    /// The case waits, and the state does not say why: the five causes split it.
    Queue,
    /// The case waits, and the state says why.
    Declared(DeclaredCause),
}

/// The roles of a log's activities or states, by their names without regard to case.
///
/// # Example
///
/// ```
/// use ringback_mining::{DeclaredCause, Role, Roles};
///
/// let roles = Roles::tickets().set("Parked", Role::Declared(DeclaredCause::Planned));
/// assert_eq!(roles.role("Awaiting Assignment"), Role::Queue);
/// assert_eq!(roles.role("Wait - User"), Role::Declared(DeclaredCause::User));
/// assert_eq!(roles.role("parked"), Role::Declared(DeclaredCause::Planned));
/// assert_eq!(roles.role("In Progress"), Role::Work, "as every other");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    named: BTreeMap<String, Role>,
    other: Role,
}

impl Default for Roles {
    fn default() -> Self {
        Self::new(Role::Work)
    }
}

impl Roles {
    /// One role for every name, until [`Roles::set`] says more.
    pub fn new(other: Role) -> Self {
        Self { named: BTreeMap::new(), other }
    }

    /// Gives a name a role.
    #[must_use]
    pub fn set(mut self, name: &str, role: Role) -> Self {
        self.named.insert(name.to_lowercase(), role);
        self
    }

    /// The role of a name.
    pub fn role(&self, name: &str) -> Role {
        self.named.get(&name.to_lowercase()).copied().unwrap_or(self.other)
    }

    /// The usual states of tickets: queues, and the waits that name their reason; everything else is work.
    ///
    /// They are those of `ServiceNow`, of Jira's and Zendesk's defaults, and of Volvo's incident management in
    /// \[`Steeman2013`\], whose states stand in `lifecycle:transition`. A solved case waits to be closed.
    pub fn tickets() -> Self {
        use DeclaredCause::{AutoClose, Planned, User, Vendor};
        let queues = [
            "Awaiting Assignment",
            "Assigned",
            "Queued",
            "Wait",
            "New",
            "Open",
            "To Do",
            "Unmatched",
            "Waiting for support",
        ];
        let queues = queues.map(|it| (it, Role::Queue));
        let declared = [
            ("Wait - User", User),
            ("Wait - Customer", User),
            ("Awaiting User Info", User),
            ("Awaiting Caller", User),
            ("Waiting for customer", User),
            ("Pending", User),
            ("Wait - Vendor", Vendor),
            ("Awaiting Vendor", Vendor),
            ("Waiting for vendor", Vendor),
            ("Wait - Implementation", Planned),
            ("Awaiting Change", Planned),
            ("Awaiting Problem", Planned),
            ("Awaiting Evidence", Planned),
            ("On Hold", Planned),
            ("Resolved", AutoClose),
            ("Solved", AutoClose),
            ("Done", AutoClose),
            ("Closed", AutoClose),
            ("Cancelled", AutoClose),
            ("Canceled", AutoClose),
        ];
        let declared = declared.map(|(name, cause)| (name, Role::Declared(cause)));
        queues
            .into_iter()
            .chain(declared)
            .fold(Self::default(), |roles, (name, role)| roles.set(name, role))
    }

    /// The stages of calls as [`ringback_eventlog::CallJourneys`] names them: talk, wrap-up and voicemail are work, the
    /// queue is split by the five causes, and every other stage names its reason.
    pub fn calls() -> Self {
        use DeclaredCause::{Callback, Consult, Hold, Menu, Reaction};
        let declared = [
            ("ivr", Menu),
            ("ring", Reaction),
            ("hold", Hold),
            ("consult", Consult),
            ("callback_wait", Callback),
        ];
        let roles = Self::default().set("queue", Role::Queue);
        declared
            .into_iter()
            .fold(roles, |roles, (name, cause)| roles.set(name, Role::Declared(cause)))
    }
}
