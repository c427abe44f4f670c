//! Ticket systems' exports as event logs: what happened to a ticket, when, in whose hands.
//!
//! Each system has a reader with the same two calls: `new` with [`TicketSettings`], which say what the export does not, and
//! `read` with its files, which gives [`ReadTickets`]: the log, what was rejected, the count of every entry, and warnings.
//! [`TicketSystem`] chooses a reader by its name.
//!
//! | reader | *Supported* | *Unsupported* | *Layout* |
//! | --- | --- | --- | --- |
//! | [`ServiceNow`] | `incident`, `sys_audit`, `task_sla`; rows of updates | `metric_instance` | CSV, JSON; stamps without an offset |
//! | [`Jira`] | issues, change logs in pages and in bulk, comments | worklogs | JSON; offset without a colon |
//! | [`Zendesk`] | tickets, audits, metrics, users, groups | custom statuses | JSON, one object a line too; `Z` |
//! | [`Dynamics`] | cases, activities, audits | queue items | JSON, CSV; `Z` |
//! | [`Salesforce`] | cases, case history, comments, mails | milestones | CSV, JSON; `Z` or an offset |
//! | [`HubSpot`] | tickets with histories, pipelines | conversations | JSON; `Z` |
//! | [`Mail`] | `mbox`, `.eml`: headers only | `.pst`, `.msg` | offset in `Date` |
//! | [`MappedTickets`] | SAP and any other tables, by a mapping file | joins of tables | as the mapping says |
//!
//! # The log
//!
//! A case is a ticket, named `system:number`. Its activities are the states that it enters (the first when it is made; `created`
//! where that is not known), `reopened` before the state in which a done ticket is again, `group assigned`, `group changed`,
//! `group removed`, `assigned`, `reassigned`, `unassigned`, `customer writes`, `we reply`, `internal note`, `internal`,
//! `public comment` (by whom is not said), what Dynamics calls activities, `priority changed`, `escalated`, `agreement breached`.
//!
//! Columns of events hold what is true from then on: `status`, `state_kind` (a [`StateKind`]), `org:group`, `org:resource`
//! (the assignee, as a pseudonym), `level`. Columns of cases: `source`, `customer` (a pseudonym), `category`, `subcategory`, `priority`,
//! `contact_type`, `made_sla` and what else a system counts itself.
//!
//! Changes of one instant stay in the order of the document. No text that anybody wrote is kept.
//!
//! # Example
//!
//! ```
//! use ringback_tickets::{TicketSettings, TicketSystem};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("incident.csv");
//! std::fs::write(&path, "number,opened_at,resolved_at\nINC1,2026-03-02 08:00:00,2026-03-02 09:00:00\nINC2,soon,\n")?;
//! let settings = TicketSettings::default().zone("Europe/Berlin".parse()?);
//! let read = TicketSystem::ServiceNow.read(&[path], settings, None)?;
//! assert_eq!(read.events.log.activities().iter().collect::<Vec<_>>(), ["created", "Resolved"]);
//! assert_eq!((read.entries.read, read.entries.used), (2, 1));
//! assert_eq!(read.events.rejected[0].field, "opened_at");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod counters;
mod dynamics;
mod error;
mod hubspot;
mod jira;
mod journal;
mod mail;
mod mapped;
mod read;
mod salesforce;
mod servicenow;
mod settings;
mod source;
mod system;
mod zendesk;

pub use counters::{TicketCounters, count_tickets};
pub use dynamics::Dynamics;
pub use error::Error;
pub use hubspot::HubSpot;
pub use jira::Jira;
pub use mail::Mail;
pub use mapped::{MappedTickets, TicketMapping};
pub use read::{Entries, ReadTickets, Warning};
pub use salesforce::Salesforce;
pub use servicenow::ServiceNow;
pub use settings::{CustomerBy, CustomerName, StateKind, TicketSettings};
pub use system::{InvalidTicketSystem, TicketSystem};
pub use zendesk::Zendesk;
