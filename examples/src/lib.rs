//! What the example programs share: how they start and end, read a call log's folder, and write files.

mod failure;
mod key;
mod log_folder;
mod output;
mod progress;
mod reporting;
mod site;
mod summary;
mod volumes;
mod when;

pub use failure::{Failure, run};
pub use key::pseudonym_key;
pub use log_folder::{LogFolder, write_log};
pub use output::{CsvFile, write_json, write_text};
pub use progress::{ReadProgress, Step};
pub use reporting::Reporting;
pub use site::{LogSite, SiteFlags};
pub use summary::{summary, wait_scores};
pub use volumes::{ReadSeries, offered_series, read_series};
pub use when::{InvalidMoment, Moment};
