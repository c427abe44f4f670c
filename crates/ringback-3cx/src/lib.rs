//! 3CX call records as calls: legacy CDR, `cdroutput` of V20, exports of the management console.
//!
//! A system tells of one call in up to three ways, which are feeds of one system (`3cx`): read together, a call counts
//! once.
//!
//! | format | type | what it is | stamps |
//! |---|---|---|---|
//! | `3cx-legacy` | [`LegacyCdr`] | the CDR service of V12 to V20: a line a call, fields as an administrator chose them | UTC, seconds |
//! | `3cx-cdroutput` | [`CdrOutput`] | the table of V20 update 6 and later: a row a leg | any offset, microseconds |
//! | `3cx-report` | [`ConsoleReport`] | inbound calls, call log and abandoned queue calls, as the console exports them | local or any offset, seconds |
//!
//! The words in their columns are [`EndReason`], [`ChangeReason`], [`PartyType`], [`CreationMethod`] and
//! [`ForwardReason`], lists that are open: a word that is not in them is kept. [`CdrId`] is the time within an id of
//! `cdroutput`, which proves the zone of an export.
//!
//! *Supported*: calls in queues, at menus, telephones and mailboxes, transfers, several queues in one call, callbacks,
//! calls out and inside. *Unsupported*: the tables `cl_calls` and `callcent_queuecalls` of V15.5 to V20, the
//! billing table, and reports that count calls without naming them. *Layout*: a queue, a menu or a mailbox that picks up is
//! written as an answer in every one of these formats; each type says how a person's answer is told from it.
//!
//! Files in reading order: `reason` (the words), `stamp`, `layout`, `remark`; `legacy`, `cdroutput`, `console`.

mod cdroutput;
mod console;
mod layout;
mod legacy;
mod reason;
mod remark;
mod stamp;

pub use cdroutput::{CdrId, CdrOutput, InvalidCdrId};
pub use console::ConsoleReport;
pub use legacy::LegacyCdr;
pub use reason::{ChangeReason, CreationMethod, EndReason, ForwardReason, PartyType};
