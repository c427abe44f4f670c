//! The systems by name.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::{
    Dynamics, Error, HubSpot, Jira, Mail, MappedTickets, ReadTickets, Salesforce, ServiceNow,
    TicketMapping, TicketSettings, Zendesk,
};

/// A ticket system that can be read.
///
/// # Example
///
/// ```
/// use ringback_tickets::TicketSystem;
///
/// let system: TicketSystem = "ticket-zendesk".parse()?;
/// assert_eq!(system, TicketSystem::Zendesk);
/// assert!("ticket-fax".parse::<TicketSystem>().is_err());
/// # Ok::<(), ringback_tickets::InvalidTicketSystem>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TicketSystem {
    /// [`ServiceNow`].
    ServiceNow,
    /// [`Jira`].
    Jira,
    /// [`Zendesk`].
    Zendesk,
    /// [`Dynamics`].
    Dynamics,
    /// [`Salesforce`].
    Salesforce,
    /// [`HubSpot`].
    HubSpot,
    /// [`Mail`].
    Mail,
    /// [`MappedTickets`]: SAP and other systems, by a mapping file.
    Mapped,
}

impl TicketSystem {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ServiceNow,
        Self::Jira,
        Self::Zendesk,
        Self::Dynamics,
        Self::Salesforce,
        Self::HubSpot,
        Self::Mail,
        Self::Mapped,
    ];

    /// The name on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServiceNow => "ticket-servicenow",
            Self::Jira => "ticket-jira",
            Self::Zendesk => "ticket-zendesk",
            Self::Dynamics => "ticket-dynamics",
            Self::Salesforce => "ticket-salesforce",
            Self::HubSpot => "ticket-hubspot",
            Self::Mail => "ticket-mail",
            Self::Mapped => "ticket-mapped",
        }
    }

    /// Reads files, or the files in folders, by the system's reader. `mapping` is needed for [`TicketSystem::Mapped`],
    /// and not used by the others.
    ///
    /// # Errors
    ///
    /// What the reader says; [`Error::Setting`] without a mapping that is needed, or without an own domain for mail.
    pub fn read(
        self,
        paths: &[PathBuf],
        settings: TicketSettings,
        mapping: Option<TicketMapping>,
    ) -> Result<ReadTickets, Error> {
        match self {
            Self::ServiceNow => ServiceNow::new(settings).read(paths),
            Self::Jira => Jira::new(settings).read(paths),
            Self::Zendesk => Zendesk::new(settings).read(paths),
            Self::Dynamics => Dynamics::new(settings).read(paths),
            Self::Salesforce => Salesforce::new(settings).read(paths),
            Self::HubSpot => HubSpot::new(settings).read(paths),
            Self::Mail => Mail::new(settings).read(paths),
            Self::Mapped => {
                let expected = "a mapping file that says what the columns mean";
                let mapping = mapping.ok_or(Error::Setting { setting: "mapping", expected })?;
                MappedTickets::new(mapping, settings).read(paths)
            }
        }
    }
}

impl fmt::Display for TicketSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TicketSystem {
    type Err = InvalidTicketSystem;

    fn from_str(text: &str) -> Result<Self, InvalidTicketSystem> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| InvalidTicketSystem(text.to_owned()))
    }
}

/// A text that is no ticket system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no ticket system, expected ticket-servicenow, ticket-jira, ticket-zendesk, ticket-dynamics, \
     ticket-salesforce, ticket-hubspot, ticket-mail or ticket-mapped"
)]
pub struct InvalidTicketSystem(String);
