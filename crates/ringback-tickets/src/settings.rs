//! What an export does not say of itself, and what customers are called.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use ringback_eventlog::{Fold, Zone};

/// What names a customer, as an export has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerName<'a> {
    /// An id of the ticket system.
    Id(&'a str),
    /// A mail address in lower case.
    Mail(&'a str),
    /// A phone number as it was typed: bring it to E.164 before it is hashed, as call logs do.
    Phone(&'a str),
}

/// What customers are known by: the same person has the same pseudonym only where this is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomerBy {
    /// The ticket system's id of the customer.
    #[default]
    Id,
    /// The mail address: joins tickets with mail.
    Mail,
    /// The phone number: joins tickets with calls.
    Phone,
}

/// What a state means, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKind {
    /// It is there, and nobody has taken it.
    New,
    /// Somebody works on it, or should.
    Working,
    /// It waits for an answer of the customer.
    WaitingForCustomer,
    /// It waits for a vendor, another department, a change.
    WaitingForOthers,
    /// It waits, and the state does not say for what.
    OnHold,
    /// Solved; it may be reopened, or a timer closes it.
    Resolved,
    /// Over.
    Closed,
    /// Given up, merged, deleted.
    Canceled,
}

impl StateKind {
    /// The term in the column `state_kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Working => "working",
            Self::WaitingForCustomer => "waiting for customer",
            Self::WaitingForOthers => "waiting for others",
            Self::OnHold => "on hold",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Canceled => "canceled",
        }
    }

    /// Whether a ticket in it needs nothing more: leaving it is reopening, unless to another such state.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed | Self::Canceled)
    }
}

/// Turns what names a customer into a pseudonym.
type Pseudonyms = Arc<dyn Fn(CustomerName<'_>) -> String + Send + Sync>;

/// Turns what an export knows a colleague by into a pseudonym.
type Agents = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What an export does not say of itself; the same for every reader.
///
/// # Example
///
/// ```
/// use ringback_tickets::{CustomerBy, CustomerName, StateKind, TicketSettings};
///
/// let settings = TicketSettings::default()
///     .zone("Europe/Berlin".parse()?)
///     .stamp_pattern("%d.%m.%Y %H:%M:%S")
///     .state("In Wartestellung", StateKind::OnHold)
///     .column("Nummer", "number")
///     .level("Service Desk", "1")
///     .customer_by(CustomerBy::Mail)
///     .pseudonyms(|name| match name {
///         CustomerName::Id(text) | CustomerName::Mail(text) | CustomerName::Phone(text) => {
///             format!("c{}", text.len()) // a keyed hash in earnest
///         }
///     });
/// assert!(format!("{settings:?}").contains("Europe/Berlin"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct TicketSettings {
    pub(crate) zone: Option<Zone>,
    pub(crate) fold: Fold,
    pub(crate) stamp_pattern: Option<String>,
    pub(crate) customer_by: CustomerBy,
    pub(crate) states: BTreeMap<String, StateKind>,
    pub(crate) columns: BTreeMap<String, String>,
    pub(crate) levels: BTreeMap<String, String>,
    pub(crate) own_domains: BTreeSet<String>,
    pub(crate) mailboxes: BTreeMap<String, String>,
    pseudonyms: Option<Pseudonyms>,
    agents: Option<Agents>,
}

impl TicketSettings {
    /// The zone of stamps without an offset; without it an entry with such a stamp is rejected.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Which instant a reading means that autumn shows twice. Default: the earlier.
    #[must_use]
    pub fn fold(mut self, fold: Fold) -> Self {
        self.fold = fold;
        self
    }

    /// How stamps without an offset are written, in chrono's letters. Default: `2026-05-04 14:30:00`, with or without a
    /// `T`, seconds and a fraction.
    #[must_use]
    pub fn stamp_pattern(mut self, pattern: impl Into<String>) -> Self {
        self.stamp_pattern = Some(pattern.into());
        self
    }

    /// What customers are known by. Default: the id.
    #[must_use]
    pub fn customer_by(mut self, by: CustomerBy) -> Self {
        self.customer_by = by;
        self
    }

    /// How customers become pseudonyms, such as a keyed hash; the column `customer` is left out without it. No reader
    /// keeps a mail address or a phone number of a customer in any other way.
    #[must_use]
    pub fn pseudonyms<F>(mut self, pseudonyms: F) -> Self
    where
        F: Fn(CustomerName<'_>) -> String + Send + Sync + 'static,
    {
        self.pseudonyms = Some(Arc::new(pseudonyms));
        self
    }

    /// How assignees become pseudonyms, such as by a hash with a key of its own, of what the export knows them by: an id, a
    /// name, a mail address. Without it they are `person 1`, `person 2` and so on, anew for each read. No reader keeps them in
    /// any other way.
    #[must_use]
    pub fn agents<F>(mut self, agents: F) -> Self
    where
        F: Fn(&str) -> String + Send + Sync + 'static,
    {
        self.agents = Some(Arc::new(agents));
        self
    }

    /// What a state means: for states of one's own, and for labels of another language. Known are the states that a
    /// system has by default, in English and as codes.
    #[must_use]
    pub fn state(mut self, label: impl Into<String>, kind: StateKind) -> Self {
        self.states.insert(label.into(), kind);
        self
    }

    /// The field that a column's label stands for, in exports with labels as headers.
    #[must_use]
    pub fn column(mut self, label: impl Into<String>, field: impl Into<String>) -> Self {
        self.columns.insert(label.into(), field.into());
        self
    }

    /// The support level of a group, which fills the column `level`.
    #[must_use]
    pub fn level(mut self, group: impl Into<String>, level: impl Into<String>) -> Self {
        self.levels.insert(group.into(), level.into());
        self
    }

    /// A mail domain of one's own, such as `example.com`, with all below it; mail cannot be read without one.
    #[must_use]
    pub fn own_domain(mut self, domain: impl AsRef<str>) -> Self {
        let domain = domain.as_ref().trim().trim_start_matches('@');
        self.own_domains.insert(domain.to_lowercase());
        self
    }

    /// The group behind a mail address of one's own.
    #[must_use]
    pub fn mailbox(mut self, address: impl AsRef<str>, group: impl Into<String>) -> Self {
        self.mailboxes.insert(address.as_ref().trim().to_lowercase(), group.into());
        self
    }

    /// The pseudonym of what a customer is known by, where the export has it.
    pub(crate) fn customer(&self, of: &CustomerNames) -> Option<String> {
        let pseudonyms = self.pseudonyms.as_ref()?;
        let text = match self.customer_by {
            CustomerBy::Id => &of.id,
            CustomerBy::Mail => &of.mail,
            CustomerBy::Phone => &of.phone,
        };
        let text = text.as_deref().map(str::trim).filter(|it| !it.is_empty())?;
        Some(match self.customer_by {
            CustomerBy::Id => pseudonyms(CustomerName::Id(text)),
            CustomerBy::Mail => pseudonyms(CustomerName::Mail(&text.to_lowercase())),
            CustomerBy::Phone => pseudonyms(CustomerName::Phone(text)),
        })
    }

    /// The pseudonym of an assignee.
    pub(crate) fn agent(&self, id: &str) -> Option<String> {
        self.agents.as_ref().map(|it| it(id))
    }

    /// The pseudonym of a mail address.
    pub(crate) fn address(&self, address: &str) -> Option<String> {
        self.pseudonyms.as_ref().map(|it| it(CustomerName::Mail(&address.to_lowercase())))
    }

    /// Whether customers become pseudonyms.
    pub(crate) fn has_pseudonyms(&self) -> bool {
        self.pseudonyms.is_some()
    }
}

impl fmt::Debug for TicketSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketSettings")
            .field("zone", &self.zone)
            .field("fold", &self.fold)
            .field("stamp_pattern", &self.stamp_pattern)
            .field("customer_by", &self.customer_by)
            .field("states", &self.states)
            .field("columns", &self.columns)
            .field("levels", &self.levels)
            .field("own_domains", &self.own_domains)
            .field("mailboxes", &self.mailboxes.len())
            .field("pseudonyms", &self.pseudonyms.is_some())
            .field("agents", &self.agents.is_some())
            .finish()
    }
}

/// All that an export says of who a customer is.
#[derive(Clone, Debug, Default)]
pub(crate) struct CustomerNames {
    pub(crate) id: Option<String>,
    pub(crate) mail: Option<String>,
    pub(crate) phone: Option<String>,
}
