//! Phone-system logs into shorter waits: the suite as one dependency, a feature per crate.
//!
//! A log in, an answer out: how well the wait of a caller can be told on arrival.
//!
//! ```
//! use ringback::calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer};
//! # #[cfg(feature = "forecast")]
//! use ringback::forecast::WaitBacktest;
//!
//! # #[cfg(feature = "forecast")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/anonymous_bank");
//! # let folder = std::path::Path::new(folder);
//! let key = PseudonymKey::from_bytes([7; 32]); // yours comes from a key file
//! let mapping = std::fs::read_to_string(folder.join("mapping.toml"))?;
//! let mut format = Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "bank"))?;
//! let files = ["january.txt.gz", "february.txt.gz"].map(|it| folder.join(it));
//! let read = LogReader::new().read(&files, &mut format)?;
//!
//! let report = WaitBacktest::new("1999-02-15T00:00:00Z".parse()?).run(&read.log.calls)?;
//! for (announcement, scores) in &report.announcements {
//!     println!("{announcement}: off by {:.0} s on average", scores.mae_secs.unwrap_or(f64::NAN));
//! }
//! println!("ringback: off by {:.0} s", report.model.mae_secs.unwrap_or(f64::NAN));
//! # assert!(report.model.mae_secs < report.announcements[0].1.mae_secs);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "forecast"))]
//! # fn main() {}
//! ```

pub mod formats;

#[cfg(feature = "3cx")]
pub use ringback_3cx as three_cx;
#[cfg(feature = "avaya")]
pub use ringback_avaya as avaya;
#[cfg(feature = "callback")]
pub use ringback_callback as callback;
pub use ringback_calllog as calllog;
#[cfg(feature = "cisco")]
pub use ringback_cisco as cisco;
#[cfg(feature = "eventlog")]
pub use ringback_eventlog as eventlog;
#[cfg(feature = "features")]
pub use ringback_features as features;
#[cfg(feature = "forecast")]
pub use ringback_forecast as forecast;
#[cfg(feature = "learn")]
pub use ringback_learn as learn;
#[cfg(feature = "mining")]
pub use ringback_mining as mining;
#[cfg(feature = "reach")]
pub use ringback_reach as reach;
#[cfg(feature = "report")]
pub use ringback_report as report;
#[cfg(feature = "tickets")]
pub use ringback_tickets as tickets;
