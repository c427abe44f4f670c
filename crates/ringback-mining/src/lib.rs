//! Where calls and tickets lose time: graphs, variants, working time, causes of waiting, ledgers, findings and maps.
//!
//! A log in, an answer out: what follows what, and where the time goes between.
//!
//! ```
//! use ringback_eventlog::EventLogBuilder;
//! use ringback_mining::{DirectlyFollows, GraphDetail, Ledger};
//!
//! let mut log = EventLogBuilder::default();
//! for (name, waited) in [("T-1", 60), ("T-2", 600)] {
//!     let ticket = log.case(name);
//!     log.event(ticket, "open", 0);
//!     log.event(ticket, "work", waited * 1_000_000);
//!     log.event(ticket, "closed", (waited + 30) * 1_000_000);
//! }
//! let log = log.build();
//!
//! let graph = DirectlyFollows::of(&log, GraphDetail::Means);
//! assert_eq!(graph.arc(0, 1).unwrap().mean_secs(), 330.0);
//! // Every second of every case is somewhere in the ledger.
//! let ledger = Ledger::of_activities(&log);
//! let total: i64 = ledger.parts().iter().map(|it| it.micros).sum();
//! assert_eq!((total, ledger.throughput_micros()), (720_000_000, 720_000_000));
//! ```
//!
//! Files in reading order: `graph`, `variant`, `eventually` (what follows what); `working_time`, `instance`, `concurrency`, `batch`,
//! `waiting`, `ledger` (where the time goes, and why), `discover_hours`; `detect` with `false_discovery`, `rank`, `root_cause`,
//! `survival`, `before_after`, `improve` (what stands out, since when, and what to change); `map`, `draw`.

mod batch;
mod before_after;
mod concurrency;
mod detect;
mod discover_hours;
mod draw;
mod error;
mod eventually;
mod false_discovery;
mod graph;
mod improve;
mod instance;
mod ledger;
mod map;
mod quantile;
mod rank;
mod root_cause;
mod survival;
mod variant;
mod waiting;
mod working_time;

pub use batch::{Batch, BatchKind, Batches};
pub use before_after::{
    Change, Comparison, Decomposition, KindChange, OpenShares, PeriodCase, before_after,
    brunner_munzel, log_rank, shapley,
};
pub use concurrency::Concurrency;
pub use detect::{
    CaseEnds, Description, Detectors, Evidence, Finding, Findings, FirstContact, LogRoles, Missing,
    Part, Pattern, Place, Returns, count_level_returns, count_returns, detect, first_contact,
};
pub use discover_hours::{DiscoverOptions, DiscoveredHours, discover_hours};
pub use draw::{
    DRAWING_STYLE, DrawOptions, Drawing, SpectrumBand, draw_spectrum, human_count, human_hours,
    human_secs,
};
pub use error::Error;
pub use eventually::{FollowsRelation, Stray, TemporalProfile};
pub use false_discovery::{Interval, benjamini_hochberg, binomial_above, wilson};
pub use graph::{ArcQuantiles, DirectlyFollows, FollowsArc, GraphDetail, throughput_micros};
pub use improve::{
    Automation, Condition, Effort, QuickWin, automation_potential, quick_wins, quick_wins_with,
};
pub use instance::{
    ActivityInstance, ActivityInstances, DeclaredCause, DeclaredStretch, InstanceFaults,
    InstanceOptions, Role, Roles, Stamps,
};
pub use ledger::{AFTER_WORK, IDLE, Ledger, LedgerPart, NO_VALUE, PROCESSING};
pub use map::{
    CasesShown, MapActivity, MapArc, MapCoverage, MapOptions, ProcessMap, ProcessTimes, Stop,
};
pub use rank::{RankedTransition, Reference, rank_transitions};
pub use root_cause::{Contribution, RootCause, case_hours, contributions, root_causes};
pub use survival::{Lifetime, SurvivalCurve, Throughput, lifetimes, throughput};
pub use variant::{Variant, Variants};
pub use waiting::{
    CycleTime, ResourceWait, TransitionWait, WaitCause, WaitParts, WaitingCauses, WaitingOptions,
};
pub use working_time::{InvalidShift, Shift, WorkingCalendars, WorkingHours, WorkingTime};
