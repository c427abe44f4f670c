//! Call management records: how a call sounded, as its endpoints measured it.

use ringback_calllog::{
    CdrFormat, Error, FileStart, Framing, Names, Observed, Precision, Record, Separated, Settled,
    Site, SkipReason, SourceId, Verdict, Zone,
};

pub(crate) mod metrics;
pub(crate) mod row;

use crate::cmr::row::{CmrRow, quality};
use crate::cucm::clusters::Clusters;
use crate::cucm::dialect::{Columns, Dialect, FileKind, Line, kind_of};
use crate::cucm::field::text;
use crate::cucm::layout::Layout;
use crate::cucm::seen::SeenRows;

/// CMR files of Cisco Unified Communications Manager: what each endpoint says of the sound of its leg. They make no
/// calls; each row is a row of the table `quality`, with the call's key in a column. [`CucmCdr`](crate::CucmCdr) reads
/// them too where they lie beside the CDR files, and joins them to their calls.
///
/// # Supported
///
/// The 19 columns of release 9 to 11 and the 48 of release 12 to 15, by name, quoted or not, with or without their two
/// header lines. `varVQMetrics` with commas or semicolons between its values (see [`VqMetrics`](crate::VqMetrics)).
///
/// # Unsupported
///
/// Video columns and headset columns are passed over.
///
/// # Layout
///
/// Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter CMR Field Descriptions. Stamps are UTC
/// in whole seconds. A measurement that is empty or -1 is empty in the table too, and so is a mean opinion score that
/// the endpoint does not compute: never 0. Only telephones and MGCP gateways write such rows; a telephone may write one
/// more for each time that it was on hold.
///
/// The columns of `quality`: `call_key` (cluster, node and call counter), `leg` (the leg's id in the CDR), `device`,
/// `ended_at`, `duration_secs`, `packets_sent`, `packets_received`, `packets_lost`, `jitter_ms`, `latency_ms`,
/// `mos_mean`, `mos_min`, `concealed_secs` and `severely_concealed_secs`.
#[derive(Debug)]
pub struct CucmCmr {
    dialect: Dialect,
    cutter: Separated,
    clusters: Clusters,
    devices: Names<ringback_calllog::AgentId>,
    seen: SeenRows,
    settled: Settled,
    zone: Zone,
}

impl CucmCmr {
    /// The CMR files of a site. A device's name that could be a phone number is kept as a pseudonym.
    #[expect(clippy::needless_pass_by_value, reason = "as every format of a site is made")]
    pub fn new(site: Site) -> Self {
        Self {
            dialect: Dialect::default(),
            cutter: Separated::new(b','),
            clusters: Clusters::default(),
            devices: site.names(),
            seen: SeenRows::default(),
            settled: Settled::default(),
            zone: site.zone_or_utc(),
        }
    }

    /// Takes the site's layout of [`CucmCdr`](crate::CucmCdr), so that both may be read with one; it says nothing of
    /// sound.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] where that layout could not be used either.
    pub fn layout(self, text: &str, file: &str) -> Result<Self, Error> {
        Layout::parse(text, file).map(|_| self)
    }
}

impl CdrFormat for CucmCmr {
    fn source(&self) -> SourceId {
        "cucm".into()
    }

    fn name(&self) -> String {
        "cucm-cmr".to_owned()
    }

    fn system(&self) -> SourceId {
        "cisco".into()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        kind_of(file) == Some(FileKind::Cmr)
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        self.dialect.begin_file();
        crate::cucm::refuse_unfinished(file)
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        Observed {
            abandons: false,
            waits: false,
            agents: false,
            customers: false,
            zone: self.zone,
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let line = record.text();
        let (columns, row) = match self.dialect.line(&mut self.cutter, &line) {
            Line::Done(verdict) => return verdict,
            Line::Row(Columns::Cmr(columns), row) => (columns, row),
            Line::Row(Columns::Cdr(_), _) => {
                return Verdict::skipped("a call's own record, not one of its sound");
            }
        };
        let cluster = self.clusters.get(text(row, columns.cluster));
        let pkid = text(row, columns.pkid);
        let row = match CmrRow::read(row, columns, cluster, record.place) {
            Ok(row) => row,
            Err(bad) => return bad.into(),
        };
        if let Some(reason) = self.seen.note(pkid, row.fingerprint(), row.stamp_secs) {
            return Verdict::Skipped(reason);
        }
        let at = row.ended_at();
        self.settled.details.push(quality(&row, None, &self.clusters, &mut self.devices));
        Verdict::Held { at }
    }

    fn settle(&mut self, until: Option<chrono::DateTime<chrono::Utc>>, settled: &mut Settled) {
        self.seen.forget(until);
        settled.append(std::mem::take(&mut self.settled));
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        vec![("columns of no known name, passed over".to_owned(), self.dialect.strangers())]
    }
}
