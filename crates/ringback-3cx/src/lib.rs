//! 3CX call records as calls: legacy CDR, `cdroutput` of V20, console exports.

mod cdroutput;
mod console;
mod layout;
mod legacy;
mod reason;
mod stamp;

pub use cdroutput::{CdrId, CdrOutput, InvalidCdrId};
pub use console::ConsoleReport;
pub use legacy::LegacyCdr;
pub use reason::{ChangeReason, CreationMethod, EndReason, ForwardReason, PartyType};
