//! Where calls and tickets lose time: graphs, variants, working time, causes of waiting, ledgers, findings and maps.
//!
//! Files in reading order: `graph`, `variant`.

mod draw;
mod error;
mod map;

pub use draw::{
    DRAWING_STYLE, DrawOptions, Drawing, SpectrumBand, draw_spectrum, human_count, human_hours, human_secs,
};
pub use error::Error;
pub use map::{CasesShown, MapActivity, MapArc, MapCoverage, MapOptions, ProcessMap, ProcessTimes, Stop};

mod working_time;

pub use working_time::{InvalidShift, Shift, WorkingCalendars, WorkingHours, WorkingTime};

mod batch;
mod concurrency;
mod instance;

pub use batch::{Batch, BatchKind, Batches};
pub use concurrency::Concurrency;
pub use instance::{
    ActivityInstance, ActivityInstances, DeclaredCause, DeclaredStretch, InstanceFaults, InstanceOptions, Role, Roles,
    Stamps,
};

mod waiting;

pub use waiting::{CycleTime, ResourceWait, TransitionWait, WaitCause, WaitParts, WaitingCauses, WaitingOptions};

mod detect;
mod false_discovery;
mod rank;

pub use detect::{
    Description, Detectors, Evidence, Finding, Findings, FirstContact, LogRoles, Missing, Part, Pattern, Place, Returns,
    count_level_returns, count_returns, detect, detect_in, first_contact,
};
pub use false_discovery::{Interval, benjamini_hochberg, binomial_above, wilson};

mod ledger;

pub use ledger::{AFTER_WORK, IDLE, Ledger, LedgerPart, NO_VALUE, PROCESSING};

mod discover_hours;

pub use discover_hours::{DiscoverOptions, DiscoveredHours, discover_hours};

mod before_after;
mod survival;

pub use before_after::{
    Change, Comparison, Decomposition, KindChange, PeriodCase, before_after, brunner_munzel, log_rank, shapley,
};
pub use survival::{Lifetime, SurvivalCurve, Throughput, lifetimes, throughput};

mod graph;
mod quantile;
mod variant;

pub use graph::{ArcQuantiles, DirectlyFollows, FollowsArc, GraphDetail, throughput_micros};
pub use variant::{Variant, Variants};

mod improve;
mod root_cause;

pub use improve::{
    Automation, Condition, Effort, QuickWin, automation_potential, quick_wins, quick_wins_with,
};
pub use rank::{RankedTransition, Reference, rank_transitions};
pub use root_cause::{Contribution, RootCause, contributions, root_causes};
