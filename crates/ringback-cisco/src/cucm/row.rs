//! One row of a CDR file: the columns that say something of its call, in as few bytes as can be.

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use ringback_calllog::{Masked, Place, QueueId, RejectReason, SeparatedRow, instant_of_secs};

use crate::cause::{Cause, CauseClass};
use crate::cucm::dialect::CdrColumns;
use crate::cucm::features::{Features, RowKind};
use crate::cucm::field::{BadField, Column, cause, code, integer, needed, record_type, text};
use crate::cucm::party::{Device, Parties, Party, Role, Written};
use crate::cucm::seen::{fingerprint, low_half};
use crate::on_behalf_of::OnBehalfOf;
use crate::redirect::{PatternUsage, RedirectReason};

/// The call number of a row: node and counter of one cluster. It comes round again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CallNumber {
    /// The cluster, by its place among those that were seen.
    pub(crate) cluster: u32,
    pub(crate) node: u32,
    pub(crate) call: u32,
}

/// A row of a CDR file. Numbers stand in it as pseudonyms.
#[derive(Clone, Debug)]
pub(super) struct CdrRow {
    pub(super) place: Place,
    pub(super) number: CallNumber,
    /// Leg ids, 0 where there is none.
    pub(super) orig_leg: u32,
    pub(super) dest_leg: u32,
    /// Stamps in seconds since 1970.
    pub(super) origination_secs: u32,
    connect_secs: Option<NonZeroU32>,
    pub(super) disconnect_secs: u32,
    pub(super) orig_cause: Cause,
    pub(super) dest_cause: Cause,
    pub(super) orig: Party,
    pub(super) dest: Party,
    pub(super) features: Features,
    pub(super) kind: RowKind,
    pub(super) pilot: Option<QueueId>,
    /// Time in a native queue, where the call was queued. Unit: seconds.
    pub(super) queued_secs: Option<u32>,
    /// A hash of its `pkid`: it tells rows with the same stamps and legs apart, in whatever order they come.
    pub(super) tie: u32,
}

impl CdrRow {
    /// The stamp of connection in seconds since 1970; none where it never was.
    pub(super) fn connect_secs(&self) -> Option<u32> {
        self.connect_secs.map(NonZeroU32::get)
    }

    /// Whether the row was connected: by a person or by a machine.
    pub(super) fn is_connected(&self) -> bool {
        self.connect_secs.is_some()
    }

    /// Whether the caller hung up before anything was connected. The guide's text says that the cause is 0 then, its
    /// examples show 16.
    pub(super) fn is_given_up(&self) -> bool {
        !self.is_connected()
            && matches!(self.orig_cause, Cause(0) | Cause::NORMAL_CLEARING)
            && (self.dest_cause == Cause(0) || self.orig_cause == Cause::NORMAL_CLEARING)
            && self.dest_cause.class() != CauseClass::Split
    }

    /// Whether a feature took the call out of this row into another.
    pub(super) fn is_split(&self) -> bool {
        let is_split = |it: Cause| it.class() == CauseClass::Split;
        is_split(self.orig_cause) || is_split(self.dest_cause)
    }

    /// Whether a feature ended one of the legs.
    pub(super) fn is_ended_by(&self, feature: OnBehalfOf) -> bool {
        self.features.has_ended(feature)
    }

    /// A telephone was lifted and nothing was dialed.
    pub(super) fn is_off_hook_only(&self) -> bool {
        !self.is_connected() && self.dest_leg == 0 && self.dest == Party::Nobody
    }

    /// Whether the row is of a call that the cluster makes for a machine that listens.
    pub(super) fn is_listening(&self) -> bool {
        self.kind == RowKind::Listening
    }

    /// Whether one of the sides is a conference bridge.
    pub(super) fn is_at_bridge(&self) -> bool {
        self.orig == Party::Bridge || self.dest == Party::Bridge
    }

    /// Whether the row joins a parked caller to whoever fetched it: then the fetching side is "calling".
    pub(super) fn is_park_retrieval(&self) -> bool {
        self.features.last_reason() == RedirectReason::ParkPickup
    }
}

/// An instant of a stamp.
pub(crate) fn instant(secs: u32) -> DateTime<Utc> {
    instant_of_secs(secs.into()).unwrap_or_default()
}

/// What a row says beside itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RowNotes {
    /// 1 if its duration is not from connect to disconnect.
    pub(super) odd_durations: u64,
    /// Clearing causes that the vendor does not document, of two.
    pub(super) unknown_causes: u64,
}

/// Reads rows of CDR files.
pub(super) struct RowReader<'a> {
    pub(super) columns: &'a CdrColumns,
    pub(super) parties: &'a mut Parties,
    pub(super) cluster: u32,
}

/// The stamps of a row, checked against each other.
struct Stamps {
    origination: u32,
    connect: Option<u32>,
    disconnect: u32,
}

impl RowReader<'_> {
    /// What a row says.
    pub(super) fn read(
        &mut self,
        row: SeparatedRow<'_>,
        place: Place,
    ) -> Result<(CdrRow, RowNotes), BadField> {
        let columns = self.columns;
        record_type(row, columns.record_type, 1)?;
        let stamps = self.stamps(row)?;
        let features = Features::read(row, columns)?;
        let queued_secs = self.queued_secs(row)?;
        let orig_cause = Cause(cause(row, Column(columns.orig_cause, "origCause_value"))?);
        let dest_cause = Cause(cause(row, Column(columns.dest_cause, "destCause_value"))?);
        let duration = integer(row, Column(columns.duration, "duration"))?;
        let talked = stamps.connect.map_or(0, |it| stamps.disconnect - it);
        let notes = RowNotes {
            odd_durations: u64::from(duration.is_some_and(|it| it != talked)),
            unknown_causes: [orig_cause, dest_cause].iter().filter(|it| !it.is_known()).count()
                as u64,
        };
        let number = CallNumber {
            cluster: self.cluster,
            node: needed(row, Column(columns.node, "globalCallID_callManagerId"))?,
            call: needed(row, Column(columns.call, "globalCallID_callId"))?,
        };
        let kind = features.kind([orig_cause, dest_cause], columns);
        let sides = match kind {
            RowKind::Listening => Sides { orig: Party::Bridge, dest: Party::Machine, pilot: None },
            RowKind::Plain | RowKind::Linked => self.sides(row, &features)?,
        };
        let row = CdrRow {
            place,
            number,
            orig_leg: code(row, Column(columns.orig_leg, "origLegCallIdentifier"))?,
            dest_leg: code(row, Column(columns.dest_leg, "destLegIdentifier"))?,
            origination_secs: stamps.origination,
            connect_secs: stamps.connect.and_then(NonZeroU32::new),
            disconnect_secs: stamps.disconnect,
            orig_cause,
            dest_cause,
            orig: sides.orig,
            dest: sides.dest,
            features,
            kind,
            pilot: sides.pilot,
            queued_secs,
            tie: low_half(fingerprint(text(row, columns.pkid))),
        };
        Ok((row, notes))
    }

    fn stamps(&self, row: SeparatedRow<'_>) -> Result<Stamps, BadField> {
        let columns = self.columns;
        let stamp = |at, name| {
            let missing = RejectReason::Missing { expected: "seconds since 1970" };
            match needed(row, Column(at, name))? {
                0 => Err(BadField::new(name, missing)),
                secs => Ok(secs),
            }
        };
        let origination = stamp(columns.origination, "dateTimeOrigination")?;
        let disconnect = stamp(columns.disconnect, "dateTimeDisconnect")?;
        let connect =
            integer(row, Column(columns.connect, "dateTimeConnect"))?.filter(|it| *it != 0);
        let begun = connect.map_or(origination, |it| it.max(origination));
        if disconnect < begun {
            let stage = if disconnect < origination { "call" } else { "talk" };
            let (entered, left) = (instant(begun).naive_utc(), instant(disconnect).naive_utc());
            let reason = RejectReason::Contradiction { stage, entered, left };
            return Err(BadField::new("dateTimeDisconnect", reason));
        }
        Ok(Stamps { origination, connect, disconnect })
    }

    /// Seconds in a native queue, where the row says that the call was queued.
    fn queued_secs(&self, row: SeparatedRow<'_>) -> Result<Option<u32>, BadField> {
        let columns = self.columns;
        let secs = integer(row, Column(columns.wait, "totalWaitTimeInQueue"))?;
        match code(row, Column(columns.was_queued, "wasCallQueued"))? {
            0 => Ok(None),
            1 => Ok(secs),
            _ => {
                let value = Masked::new(text(row, columns.was_queued));
                let reason = RejectReason::BadValue { value, expected: "0 or 1".into() };
                Err(BadField::new("wasCallQueued", reason))
            }
        }
    }

    fn sides(&mut self, row: SeparatedRow<'_>, features: &Features) -> Result<Sides, BadField> {
        let columns = self.columns;
        let usage = integer(row, Column(columns.pattern_usage, "calledPartyPatternUsage"))?;
        let usage = usage.map(PatternUsage::from_code);
        let last_called = text(row, columns.last_called);
        let pilot = text(row, columns.hunt_pilot);
        let is_unanswered_pilot =
            pilot.is_empty() && usage == Some(PatternUsage::HuntPilot) && !features.is_overflow();
        let is_pilot = is_unanswered_pilot || !pilot.is_empty() && pilot == last_called;
        let pilot = if !pilot.is_empty() {
            pilot
        } else if is_unanswered_pilot {
            last_called
        } else if features.last_reason().is_native_queue() {
            text(row, columns.last_redirect)
        } else if features.first_reason().is_native_queue() {
            text(row, columns.first_called)
        } else {
            ""
        };
        let (orig_name, dest_name) =
            (text(row, columns.orig_device), text(row, columns.dest_device));
        let dest_device = self.parties.device(dest_name);
        let is_voicemail =
            usage == Some(PatternUsage::VoicemailPort) && dest_device != Device::Phone;
        let dest_device = if is_voicemail { Device::Voicemail } else { dest_device };
        let calling = Written {
            number: text(row, columns.calling),
            uri: text(row, columns.calling_uri),
            device: orig_name,
            partition: text(row, columns.calling_partition),
            role: Role::Calling,
        };
        let called = Written {
            number: last_called,
            uri: text(row, columns.last_called_uri),
            device: dest_name,
            partition: "",
            role: if is_pilot { Role::AnsweringForPilot } else { Role::Called },
        };
        let orig_device = self.parties.device(orig_name);
        Ok(Sides {
            orig: self.parties.party(calling, orig_device),
            dest: self.parties.party(called, dest_device),
            pilot: self.parties.queues.get(pilot),
        })
    }
}

/// Both sides of a row, and the queue that it is for.
struct Sides {
    orig: Party,
    dest: Party,
    pilot: Option<QueueId>,
}
