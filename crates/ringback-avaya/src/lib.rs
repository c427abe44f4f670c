//! Avaya call records as calls: Communication Manager, IP Office, Call Management System.
//!
//! * [`CommunicationManager`] reads the fixed columns that the switch prints at the end of each call, over a socket or to a
//!   file. It takes a layout that says where the columns are. Stamps are local and exact to a minute; queue waits are not
//!   written. Files in reading order: `cm` (the format), `cm/settings`, `cm/layout`, `cm/standard` (where the columns are),
//!   `cm/record`, `cm/columns`, `cm/condition`, `cm/date` (one record), `cm/join`, `cm/assemble` (a call of them).

mod call_history;
mod cm;
mod ip_office;

pub use crate::call_history::{CallHistory, Disposition, EchRecord, EchValue, InvalidEchRecord};
pub use crate::cm::CommunicationManager;
pub use crate::ip_office::IpOffice;
