//! Phone-system logs in, calls with stages, audit and pseudonyms out.
//!
//! A [`CdrFormat`] turns a source's records into [`Leg`]s, a [`LogReader`] feeds it files and accounts for every row,
//! a [`Stitcher`] makes [`Call`]s of the legs. [`Observed`] says what the source cannot say.
//!
//! ```
//! use ringback_calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer, StageKind};
//!
//! let mapping = r#"
//!     source = "shop"
//!     zone = "Europe/Copenhagen"
//!     key = ["id"]
//!     time = { format = "%Y-%m-%d %H:%M:%S" }
//!     outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
//!     stage = [{ kind = "queue", start = "in", end = "out" }]
//! "#;
//! let key = PseudonymKey::from_bytes([7; 32]);
//! let mut format = Delimited::new(mapping, "shop.toml", Pseudonymizer::new(&key, "shop"))?;
//! let log = b"id,in,out,result\n1,2026-05-04 09:00:00,2026-05-04 09:00:30,ok\n";
//! let read = LogReader::new().read_bytes("calls.csv", log, &mut format)?;
//! let queued = read.log.calls[0].time_in(StageKind::Queue);
//! assert_eq!(queued.map(|it| it.num_seconds()), Some(30));
//! # Ok::<(), ringback_calllog::Error>(())
//! ```
//!
//! Files in reading order: `call`, `party`, `observed` (the model); `clock`; `format`, `rejected`, `reader`, `source`,
//! `framing`, `delimited` (reading); `stitch`; `pseudonym`; `audit`, `gap`; `frame`.

mod audit;
mod call;
mod clock;
mod delimited;
mod error;
mod feeds;
mod format;
#[cfg(feature = "frame")]
mod frame;
mod framing;
mod gap;
mod gather;
mod mixed;
mod names;
mod observed;
mod party;
mod pseudonym;
mod reader;
mod rejected;
mod rows;
mod separated;
mod site;
mod source;
mod start;
mod stitch;
mod stream;
mod terms;
mod text_cache;
mod waiting;

pub use audit::{Audit, FileAudit, FileStatus, SourceAudit, Sufficiency};
pub use call::{
    Call, Completeness, Direction, InvalidDirection, InvalidOutcome, InvalidStageEnd,
    InvalidStageKind, Leg, Outcome, Stage, StageEnd, StageKind,
};
pub use clock::{
    Fold, InvalidFold, InvalidZone, LocalClock, LocalTimeError, Zone, instant_of_secs,
};
pub use delimited::{Delimited, InvalidStampPattern, StampPattern};
pub use error::Error;
pub use format::{CdrFormat, DetailRow, FileStart, Framing, Place, Record, Settled, Verdict};
#[cfg(feature = "frame")]
pub use frame::{calls_from_frames, calls_to_frame, read_parquet, stages_to_frame, write_parquet};
pub use gap::FeedGap;
pub use gather::{Gatherer, Piece, RowIds};
pub use names::{CustomerNumbers, Names, is_damaged_number};
pub use observed::{InvalidPrecision, Observed, Precision};
pub use party::{
    AgentId, CallId, CallKey, Customer, Intent, InvalidCustomer, LegId, QueueId, SourceId,
};
pub use pseudonym::{InvalidKeyFile, InvalidPhoneRegion, PhoneRegion, PseudonymKey, Pseudonymizer};
pub use reader::{BadRows, CallLog, LogReader, Progress, ReadLog, ReadObserver};
pub use rejected::{Masked, RejectReason, RejectedRow, SkipReason};
pub use separated::{HeaderNames, Separated, SeparatedRow};
pub use site::{Site, bad_layout, read_layout};
pub use stitch::{Pushed, Stitcher};
pub use stream::LogStream;
pub use waiting::Waiting;
