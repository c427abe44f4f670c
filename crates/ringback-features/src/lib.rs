//! Interval series, service measures, calendars and as-of feature matrices from a call log.
//!
//! What was the load, what service did callers have, and what is known of the intervals to come?
//!
//! ```
//! use ringback_calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer};
//! use ringback_features::{
//!     AcceptableWait, AsOfFeatures, Calendar, Country, IntervalLength, Intervals, ServiceSummary, Target,
//! };
//!
//! # let mapping = r#"
//! #     source = "shop"
//! #     zone = "Europe/Copenhagen"
//! #     key = ["id"]
//! #     time = { format = "%Y-%m-%d %H:%M:%S" }
//! #     outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
//! #     stage = [{ kind = "queue", start = "in", end = "out" }]
//! # "#;
//! # let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
//! # let mut format = Delimited::new(mapping, "shop.toml", pseudonyms)?;
//! let log = b"id,in,out,result\n\
//!     1,2026-05-04 00:10:00,2026-05-04 00:10:30,ok\n\
//!     2,2026-05-04 00:40:00,2026-05-04 00:42:00,gone\n";
//! let read = LogReader::new().read_bytes("calls.csv", log, &mut format)?;
//! let (calls, observed) = (&read.log.calls, &read.audit.observed);
//!
//! let table = Intervals::new(IntervalLength::HOUR).gaps(&read.audit.gaps).build(calls, observed)?;
//! let arrived = table.series(|row| f64::from(row.calls_arrived))?;
//! assert_eq!(arrived.values(), [Some(2.0)]);
//!
//! let service = ServiceSummary::of(calls, observed, AcceptableWait::from_secs(30)?);
//! assert_eq!(service.service_level.value(), Some(0.5));
//!
//! let calendar = Calendar::new(Country::Denmark, observed.zone);
//! let target = Target { as_of: arrived.end(), interval_start: arrived.end() };
//! let features = AsOfFeatures::new(&arrived, &calendar).lag(1).calendar().matrix(&[target])?;
//! assert_eq!(features.column("lag_1"), Some(vec![2.0]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Files in reading order: `series` (equally spaced values), `calendar`, `holiday`, `event`, `hours`; `interval` and
//! `service` (a log counted), on `offered` and `busy`; `as_of`, `matrix`.

mod as_of;
mod busy;
mod calendar;
mod event;
mod holiday;
mod hours;
mod interval;
mod matrix;
mod offered;
mod series;
mod service;

pub use as_of::{AsOfError, AsOfFeatures, Target};
pub use calendar::{Calendar, Day, DayKind};
pub use event::{Event, EventTableError, Events, InvalidEvent};
pub use holiday::{
    Country, Holiday, UnknownCountry, YearOutOfRange, easter_sunday, holidays, rosh_hashanah,
};
pub use hours::{
    BlockEvidence, FindHoursError, FoundHours, HolidayHours, InvalidHours, InvalidOpenRange,
    OpenRange, OpeningHours, OverlappingHours,
};
pub use interval::{IntervalError, IntervalRow, IntervalTable, Intervals};
pub use matrix::{FeatureMatrix, InvalidFeatureMatrix};
pub use series::{CivilSlot, IntervalLength, InvalidIntervalLength, Series, SeriesError};
pub use service::{
    AcceptableWait, HourOfWeekError, HourOfWeekLoad, HourWaits, InvalidAcceptableWait, Measure,
    NotObservable, Ratio, ServiceMeasures, ServiceSummary, WeekSummary, load_by_hour_of_week,
    service_by_week, waits_by_hour,
};
