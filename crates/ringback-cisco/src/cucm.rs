//! Call detail records of Unified Communications Manager.

use std::fmt;

use chrono::{DateTime, Utc};
use ringback_calllog::{
    CdrFormat, Error, FileStart, Framing, Gatherer, Observed, Precision, Record, Separated,
    Settled, Site, SkipReason, SourceId, Verdict, Zone,
};

mod aside;
pub(crate) mod clusters;
pub(crate) mod dialect;
mod features;
pub(crate) mod field;
mod file_name;
mod gather;
pub(crate) mod layout;
mod notes;
mod order;
mod party;
pub(crate) mod row;
pub(crate) mod seen;
mod segment;
mod story;

pub use file_name::{CucmFileName, CucmFileTag};

use crate::cmr::row::CmrRow;
use crate::cucm::aside::{Aside, Asides};
use crate::cucm::clusters::Clusters;
use crate::cucm::dialect::{Columns, Dialect, Line, kind_of};
use crate::cucm::field::{BadField, text};
use crate::cucm::gather::Assembler;
use crate::cucm::layout::Layout;
use crate::cucm::notes::Notes;
use crate::cucm::party::Parties;
use crate::cucm::row::{CdrRow, RowReader, instant};
use crate::cucm::seen::{SeenRows, fingerprint};

/// CDR files of Cisco Unified Communications Manager, told as calls: the rows of one call are put together, whatever
/// files they stand in and in whatever order they come. CMR files that lie beside them are joined to the calls.
///
/// # Supported
///
/// - Flat files of releases 9 to 15: 118, 129 or 133 columns; the CMR files of 19 and 48. Columns are found by name,
///   whatever their case and order, so that the export of 123 columns in another order is read too. Two header lines,
///   one, or the types only; headers that come again in the middle; without any, the columns are known by how many there
///   are. Text quoted or not; `\ ` for an empty text. Unknown columns are passed over with a remark; optional ones may
///   be missing; without an essential one each row is rejected, naming it.
/// - Blind and consulted transfers, conferences (ad hoc, chained), park, pickup, forwards, hunt groups, native call
///   queuing, barge; recording and monitoring hang on the call that they listen to.
/// - Rows of a call share a call counter (with node and cluster) within a window of time, for the counter comes round
///   again; rows that a feature touched also share leg ids or a conference, for a consultation has a counter of its own.
/// - A row is known again by its `pkid`: files are sent to several places, and lost ones anew.
///
/// # What becomes of it
///
/// - **Customer**: the first party outside. A trunk or a gateway is outside, a telephone is inside, by the device's name;
///   where there is none, a number in a partition or of few digits is inside. A call without anybody outside is internal.
/// - **Answered**: connected (`dateTimeConnect` is not 0, whatever the duration) by a person: not by a CTI port, an
///   announcement or a voicemail. A call that was only connected by a port is abandoned if the caller released it there,
///   otherwise its outcome is unknown: the contact center's own records tell the rest.
/// - **Not connected**: abandoned if the caller released (cause 16 or 0) and nobody else did, `other` if that was the
///   center, calling out; busy by the Q.850 class 17 of the cause, SIP answers included; `other` where nobody answered
///   in time; failed for other causes. A caller from outside whom a forward sends outside again has overflowed: who
///   answered there is not known.
/// - **Queue**: the hunt pilot. `wasCallQueued` makes a queue stage of exactly `totalWaitTimeInQueue` seconds that ends
///   with the answer, with the overflow (reasons 818, 834, 850), or with the hang-up. Hunting without a queue is ringing
///   at the pilot. Where nobody was logged in, nothing was waited for in the queue.
/// - **Ring**: from set-up to answer, of calls from outside; a telephone's call begins with dialing, so it has none.
/// - **Talk**: from connect to disconnect of each row in which the customer takes part, with the agent's extension;
///   the device where the row shows the pilot's number. It ends `transferred` where the call was handed on. Members of a
///   conference talk side by side. An agent's question to a colleague is a consultation, time in park is hold.
/// - The table `transfers`: `kind` (`blind` or `consult`), `transferred_by`, `transferred_to`, `transferred_at`. The table
///   `quality`: see [`CucmCmr`](crate::CucmCmr).
///
/// # Unsupported or unsure
///
/// - Holding is not in these files at all. Queues of contact centers are not either: see [`Uccx`](crate::Uccx).
/// - How a caller who hangs up *inside* a native queue is written is not documented. It is read as abandoned where the
///   originator released and no telephone had the call, connected to an announcement or not.
/// - The middle hops of several forwards are lost in the file; rows of shared lines are documented for barge only.
/// - Whether abandoned calls are written depends on a service parameter (*CDR Log Calls with Zero Duration Flag*). Unless
///   the layout says so, they count as observable once one was seen.
/// - The numbers of login users, authorization and client matter codes are not read.
///
/// # Layout
///
/// Cisco, *Call Reporting and Billing Administration Guide, Release 15*. Stamps are UTC, in whole seconds since 1970; a
/// zone of the site is kept for calendars. 0 is "never" for `dateTimeConnect`. What only the people of a site know is
/// given by [`layout`](Self::layout), as TOML with these keys, each of which may be left out; in names and numbers `*`
/// stands for any signs and `?` for one:
///
/// | key | says | without it |
/// | --- | --- | --- |
/// | `inside` | numbers that are inside even if a trunk brings them: branches | none |
/// | `extension_digits_max` | a number of at most so many digits is an extension, where no device tells | 6 |
/// | `access_code` | digits dialed before an outside number, taken off | none |
/// | `trunk_devices` | trunks and gateways; what is no telephone then is told by its number | every device that is no telephone |
/// | `inside_devices` | devices that are inside although their names do not say so | none |
/// | `not_people` | devices or numbers that answer and are no person | `CTI*`, `UCCX*`, `CCX*`, `IVR*` and media resources |
/// | `voicemail` | devices or numbers of voicemail | `CiscoUM*`, `Unity*`, `CUC-*` |
/// | `zero_duration_logged` | whether calls given up before an answer are written | as seen |
/// | `window_minutes` | how far apart rows of one call may be, 1 to 1440 | 60 |
///
/// # Example
///
/// ```
/// use ringback_calllog::{LogReader, Outcome, PseudonymKey, Pseudonymizer, Site};
/// use ringback_cisco::CucmCdr;
///
/// let file = "cdrRecordType,globalCallID_callManagerId,globalCallID_callId,dateTimeOrigination,callingPartyNumber,\
///     origCause_value,finalCalledPartyNumber,destCause_value,dateTimeConnect,dateTimeDisconnect,origDeviceName,destDeviceName\n\
///     1,2,1001,1777885200,+12025550123,16,2001,0,1777885208,1777885268,SIP-Trunk,SEP001122334455\n\
///     1,2,1002,1777885300,+12025550124,16,2001,0,0,1777885325,SIP-Trunk,SEP001122334455\n";
/// let site = Site::new(Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme"));
/// let read = LogReader::new().read_bytes("cdr", file.as_bytes(), &mut CucmCdr::new(site))?;
/// let outcomes: Vec<Outcome> = read.log.calls.iter().map(|it| it.outcome).collect();
/// assert_eq!(outcomes, [Outcome::Answered, Outcome::Abandoned]);
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub struct CucmCdr {
    site: Site,
    dialect: Dialect,
    cutter: Separated,
    clusters: Clusters,
    parties: Parties,
    seen: SeenRows,
    rows: Gatherer<CdrRow>,
    asides: Asides,
    notes: Notes,
    zone: Zone,
}

impl CucmCdr {
    /// The files of a site, read with the defaults of the layout.
    pub fn new(site: Site) -> Self {
        let layout = Layout::default();
        Self {
            dialect: Dialect::default(),
            cutter: Separated::new(b','),
            clusters: Clusters::default(),
            rows: Gatherer::new(layout.window),
            asides: Asides::default(),
            parties: Parties::new(&site, layout),
            seen: SeenRows::default(),
            notes: Notes::default(),
            zone: site.zone_or_utc(),
            site,
        }
    }

    /// What only the people of the site know, as TOML; `file` is its name in messages. The keys are described with
    /// [`CucmCdr`].
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] naming the key, what it is, and what was expected.
    pub fn layout(self, text: &str, file: &str) -> Result<Self, Error> {
        let layout = Layout::parse(text, file)?;
        let (rows, parties) = (Gatherer::new(layout.window), Parties::new(&self.site, layout));
        Ok(Self { parties, rows, ..self })
    }

    /// Takes a line of any kind.
    fn take(&mut self, record: Record<'_>) -> Result<Verdict, BadField> {
        let line = record.text();
        let last_secs = match self.dialect.line(&mut self.cutter, &line) {
            Line::Done(verdict) => return Ok(verdict),
            Line::Row(Columns::Cdr(columns), row) => {
                let cluster = self.clusters.get(text(row, columns.cluster));
                let mut reader = RowReader { columns, parties: &mut self.parties, cluster };
                let (read, notes) = reader.read(row, record.place)?;
                let said = fingerprint((
                    (read.number, read.orig_leg, read.dest_leg, read.origination_secs),
                    (read.connect_secs(), read.disconnect_secs, read.orig_cause, read.dest_cause),
                    (text(row, columns.calling), text(row, columns.last_called)),
                ));
                let last_secs = read.disconnect_secs;
                if let Some(reason) = self.seen.note(text(row, columns.pkid), said, last_secs) {
                    return Ok(Verdict::Skipped(reason));
                }
                self.notes.note_row(&read, notes);
                if read.is_listening() {
                    self.asides.push(Aside::listening(&read));
                } else {
                    self.rows.push(read);
                }
                last_secs
            }
            Line::Row(Columns::Cmr(columns), row) => {
                let cluster = self.clusters.get(text(row, columns.cluster));
                let read = CmrRow::read(row, columns, cluster, record.place)?;
                let (said, last_secs) = (read.fingerprint(), read.stamp_secs);
                if let Some(reason) = self.seen.note(text(row, columns.pkid), said, last_secs) {
                    return Ok(Verdict::Skipped(reason));
                }
                self.asides.push(Aside::Sound(Box::new(read)));
                last_secs
            }
        };
        Ok(Verdict::Held { at: instant(last_secs) })
    }
}

/// A file that the cluster has not finished is passed over.
pub(crate) fn refuse_unfinished(file: &FileStart<'_>) -> Result<(), SkipReason> {
    if file.file_name().starts_with('_') {
        return Err(SkipReason::new("the cluster is still writing it: its name begins with _"));
    }
    Ok(())
}

impl fmt::Debug for CucmCdr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CucmCdr({} rows wait)", self.rows.len())
    }
}

impl CdrFormat for CucmCdr {
    fn source(&self) -> SourceId {
        "cucm".into()
    }

    fn name(&self) -> String {
        "cucm-cdr".to_owned()
    }

    fn system(&self) -> SourceId {
        "cisco".into()
    }

    fn tells_persons(&self) -> bool {
        false
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        kind_of(file).is_some()
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        self.dialect.begin_file();
        refuse_unfinished(file)
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        let said = self.parties.layout.zero_duration_logged;
        Observed {
            abandons: said.unwrap_or_else(|| self.notes.has_seen_given_up()),
            waits: self.notes.has_seen_queued(),
            agents: true,
            customers: true,
            zone: self.zone,
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        self.take(record).unwrap_or_else(Verdict::from)
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        self.seen.forget(until);
        let window = self.parties.layout.window;
        let mut assembler = Assembler {
            clusters: &self.clusters,
            parties: &mut self.parties,
            notes: &mut self.notes,
            asides: &mut self.asides,
            settled,
            spare: String::new(),
        };
        if until.is_none() {
            assembler.settled.legs.reserve(self.rows.len());
        }
        self.rows.settle(until, |group| assembler.take(group));
        // The call of such a row may have ended a little later than the row.
        assembler.give_up(until.and_then(|it| it.checked_sub_signed(window)));
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        let mut remarks = self.parties.remarks();
        remarks.extend(self.notes.remarks(self.parties.layout.zero_duration_logged));
        remarks
            .push(("columns of no known name, passed over".to_owned(), self.dialect.strangers()));
        remarks
    }
}
