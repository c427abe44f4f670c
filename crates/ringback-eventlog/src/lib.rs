//! Event logs for process mining: what happened to which case, when, and by whom.
//!
//! Everything that looks for bottlenecks works on an [`EventLog`]: cases and their events in columns, those of a case
//! together, earliest first, every text kept once. It is read from files of process-mining tools, or made of calls.
//!
//! ```
//! use std::path::Path;
//!
//! use ringback_eventlog::{LifecycleUse, TableReader};
//!
//! let table = "Case ID;Activity;Complete Timestamp;Resource\n\
//!     T-1;open;2026/05/04 09:00:00.000;desk\n\
//!     T-1;solve;2026/05/04 11:30:00.000;\n\
//!     T-1;close;2026/05/04 11:30:00.000;desk\n\
//!     T-2;open;yesterday;desk\n";
//! let zone = "Europe/Copenhagen".parse()?;
//! let read = TableReader::default().zone(zone).read_from(table.as_bytes(), Path::new("desk.csv"))?;
//!
//! assert_eq!((read.events_read, read.log.events(), read.rejected.len()), (4, 3, 1));
//! assert_eq!(read.rejected[0].field, "Complete Timestamp");
//! assert_eq!(read.log.at(0).unwrap().to_rfc3339(), "2026-05-04T07:00:00+00:00");
//! assert_eq!(read.log.order().tie_share(), Some(0.5));
//! assert_eq!(read.log.lifecycle_steps().usable_as(), LifecycleUse::Instants);
//! read.log.write_xes(&mut Vec::new())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Supported
//!
//! | source | read by | written by |
//! | --- | --- | --- |
//! | XES, IEEE 1849, `.xes` and `.xes.gz`, as it comes | [`XesReader`] | [`EventLog::write_xes`] |
//! | OCEL 2.0, JSON and XML | [`ObjectReader`], then [`ObjectLog::flatten`] | [`ObjectLog::write_json`], [`ObjectLog::write_xml`], of a log [`EventLog::to_objects`] |
//! | tables, with comma, semicolon, tab or bar, packed or not | [`TableReader::read`] | |
//! | tables as Parquet, with the feature `frame` (on by default) | `TableReader::read_parquet` | |
//! | calls | [`CallJourneys`] | |
//! | several logs of one customer | [`JoinJourneys`] | |
//!
//! *Stamps* are ISO 8601 with an offset, in any of its spellings and with a blank for the `T`. Without an offset they are
//! wall-clock readings of a zone that must be told; where the clock shows a reading twice, the fold rule decides,
//! and where it jumps over it the event is rejected. Tables may have a pattern of their own. Years are 0 to 9999; what is
//! finer than a microsecond is cut off.
//!
//! *Values* keep their spelling: `call ` is not `call`, in XES and in tables.
//!
//! *Order*: events of a case are sorted by their stamps; equal stamps stay in the order of the source, and
//! [`EventLog::order`] tells how many there are and how many events stood out of order.
//!
//! *Lifecycle*: [`EventLog::lifecycle_steps`] tells whether a log has starts and completions (in any case), which
//! [`EventLog::activity_instances`] pairs, or statuses, for which [`EventLog::classified`] names activities anew. An event
//! without a start is an instant: how long it took is not known.
//!
//! *Bad input*: an event that cannot be used is told of in [`ReadEvents::rejected`], with its line, its field and the
//! reason, and the others are read: events read are events used and events rejected. A file that is cut off, is not
//! UTF-8 or is none of its format is an [`Error`] with its line. Entities other than XML's five and numbers
//! are refused, not expanded; so are a tag or a row of more than 16 MiB and more than 16,384 different attributes.
//! Memory is bounded by the values that are kept.
//!
//! # Unsupported
//!
//! Other encodings than UTF-8; nested attributes and lists of XES, which are passed over, and its globals, which fill
//! nothing in; namespaces other than the default one; OCEL 1.0 and OCEL as a database; how attributes of objects change over
//! time, of which the last value is kept; stamps as numbers.
//!
//! # Reading order
//!
//! `event_log` (what a log is), `column` and `texts` (how values are kept), `builder` (how it is made), `stamp`, `markup`
//! and `read` (what the readers share), `xes`, `table`, `ocel`, `frame`, then `lifecycle`, `classify`, `journey`, `join`.

mod builder;
mod classify;
mod column;
mod error;
mod event_log;
#[cfg(feature = "frame")]
mod frame;
mod join;
mod journey;
mod lifecycle;
mod markup;
mod ocel;
mod read;
mod stamp;
mod table;
mod texts;
mod xes;

pub use builder::{CaseNumber, ColumnNumber, EventLogBuilder};
pub use column::{Column, ValueKind};
pub use error::Error;
pub use event_log::{EventLog, SourceOrder};
pub use join::{JoinJourneys, JoinedJourneys};
pub use journey::CallJourneys;
pub use lifecycle::{Instances, LIFECYCLE, LifecycleSteps, LifecycleUse};
pub use ocel::{Flattened, Object, ObjectEvent, ObjectLog, ObjectReader, ReadObjects, Relation};
pub use read::{ReadEvents, RejectedEvent};
pub use ringback_calllog::{Fold, LocalClock, LocalTimeError, Masked, Zone};
pub use table::TableReader;
pub use table::numbers::DecimalSign;
pub use texts::Texts;
pub use xes::XesReader;
