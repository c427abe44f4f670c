//! Avaya call records as calls: Communication Manager, IP Office, Call Management System.
//!
//! * [`CommunicationManager`] reads the fixed columns that the switch prints at the end of each call, over a socket or to a
//!   file. It takes a layout that says where the columns are. Stamps are local and exact to a minute; queue waits are not
//!   written. Files in reading order: `cm` (the format), `cm/settings`, `cm/layout`, `cm/standard` (where the columns are),
//!   `cm/record`, `cm/columns`, `cm/condition`, `cm/date` (one record), `cm/join`, `cm/assemble` (a call of them).
//! * [`IpOffice`] reads the comma-separated SMDR of an IP Office and joins the records of a call by its Call ID. Stamps are
//!   local and exact to a second; ring time includes queueing, and a layout names the hunt groups. Files in reading order:
//!   `ip_office` (the format), `ip_office/layout`, `ip_office/fields`, `ip_office/device`, `ip_office/wall_clock`,
//!   `ip_office/row`, `ip_office/segment` (one record), `ip_office/seen`, `ip_office/assemble` (a call of them).
//! * [`CallHistory`] reads the External Call History of a Call Management System, binary or as text, and joins call segments
//!   by UCID and CALLID. Stamps are UTC and exact to a second; waits, agents and abandons are written. [`EchRecord`] decodes
//!   single records, [`Disposition`] is what became of them. Files in reading order: `call_history` (the format),
//!   `call_history/settings`, `call_history/record`, `call_history/disposition`, `call_history/row`,
//!   `call_history/segment` (one record), `call_history/assemble` (a call of them).

mod call_history;
mod cm;
mod ip_office;

pub use crate::call_history::{CallHistory, Disposition, EchRecord, EchValue, InvalidEchRecord};
pub use crate::cm::CommunicationManager;
pub use crate::ip_office::IpOffice;
