//! Cisco call records as calls: Unified Communications Manager, Contact Center Express, Contact Center Enterprise.
//!
//! # Unified Communications Manager
//!
//! [`CucmCdr`] reads the CDR files that a cluster sends to its billing servers, puts the rows of one call together and
//! joins the CMR files that lie beside them; [`CucmCmr`] reads CMR files alone. [`CucmFileName`] is the name of such a
//! file. The codes of their columns are [`Cause`], [`OnBehalfOf`], [`RedirectReason`] and [`PatternUsage`], addresses
//! are [`signed_ip`] and [`party_ip`], and [`VqMetrics`] is the column that holds the scores of a call's sound.
//!
//! *Supported*: flat files of releases 9 to 15 in every width, with and without header lines and quotes; transfers,
//! conferences, park, pickup, forwards, hunt groups, native queuing, recording. *Unsupported*: holding, which the files do
//! not hold, and the queues of contact centers, which have records of their own. *Layout*: stamps are UTC in whole
//! seconds, 0 for what never happened; a clearing cause is 32 bits without a sign; numbers are text.
//!
//! # Contact centers
//!
//! [`Uccx`] reads Contact Center Express: the tables of its database, or the report that puts them together, with
//! [`UccxContactType`], [`UccxContactDisposition`] and [`UccxQueueDisposition`] as their codes. [`UcceTcd`] reads Contact
//! Center Enterprise: the legs that ended and how calls were routed, and the courtesy callbacks of Customer Voice Portal,
//! with [`UcceDisposition`] and [`CvpCallbackCause`].
//!
//! *Supported*: CSV exports with their columns in any order; one call a contact, with transfers, consultations, several
//! queues, telephones that nobody answered, and callbacks. *Unsupported*: the order of talk and hold within an agent's
//! share of a call, of which only totals are written, and the callbacks of Contact Center Express, which have no table.
//! *Layout*: stamps are UTC, those of the report local; durations are whole seconds.

mod cause;
mod cmr;
mod code;
mod cucm;
mod export;
mod ip;
mod on_behalf_of;
mod redirect;
mod ucce;
mod uccx;

pub use cause::{Cause, CauseClass};
pub use cmr::CucmCmr;
pub use cmr::metrics::VqMetrics;
pub use cucm::{CucmCdr, CucmFileName, CucmFileTag};
pub use ip::{party_ip, signed_ip};
pub use on_behalf_of::OnBehalfOf;
pub use redirect::{PatternUsage, RedirectReason};
pub use ucce::{CvpCallbackCause, UcceDisposition, UcceTcd};
pub use uccx::{Uccx, UccxContactDisposition, UccxContactType, UccxQueueDisposition};
