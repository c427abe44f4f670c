//! One row of a CMR file, and the row of the table `quality` that it makes.

use chrono::{DateTime, SecondsFormat, Utc};
use ringback_calllog::{AgentId, CallId, DetailRow, Names, Place, RejectReason, SeparatedRow};

use crate::cmr::metrics::VqMetrics;
use crate::cucm::clusters::Clusters;
use crate::cucm::dialect::CmrColumns;
use crate::cucm::field::{BadField, Column, code, measured, needed, text};
use crate::cucm::row::{CallNumber, instant};
use crate::cucm::seen::fingerprint;

/// What an endpoint measured on its leg.
#[derive(Clone, Debug)]
pub(crate) struct CmrRow {
    pub(crate) place: Place,
    pub(crate) number: CallNumber,
    /// The leg's id, 0 where there is none.
    pub(crate) leg: u32,
    pub(crate) stamp_secs: u32,
    device: Box<str>,
    /// Seconds, packets sent, received and lost, jitter and latency in milliseconds.
    measured: [Option<u64>; 6],
    metrics: VqMetrics,
}

/// The columns of the table `quality`.
const QUALITY: &[&str] = &[
    "call_key",
    "leg",
    "device",
    "ended_at",
    "duration_secs",
    "packets_sent",
    "packets_received",
    "packets_lost",
    "jitter_ms",
    "latency_ms",
    "mos_mean",
    "mos_min",
    "concealed_secs",
    "severely_concealed_secs",
];

impl CmrRow {
    /// What a row says.
    pub(crate) fn read(
        row: SeparatedRow<'_>,
        columns: &CmrColumns,
        cluster: u32,
        place: Place,
    ) -> Result<Self, BadField> {
        crate::cucm::field::record_type(row, columns.record_type, 2)?;
        let stamp_secs = needed(row, Column(columns.stamp, "dateTimeStamp"))?;
        if stamp_secs == 0 {
            let reason = RejectReason::Missing { expected: "seconds since 1970" };
            return Err(BadField::new("dateTimeStamp", reason));
        }
        Ok(Self {
            place,
            number: CallNumber {
                cluster,
                node: needed(row, Column(columns.node, "globalCallID_callManagerId"))?,
                call: needed(row, Column(columns.call, "globalCallID_callId"))?,
            },
            leg: code(row, Column(columns.leg, "callIdentifier"))?,
            stamp_secs,
            device: text(row, columns.device).into(),
            measured: [
                measured(row, Column(columns.duration, "duration"))?,
                measured(row, Column(columns.sent, "numberPacketsSent"))?,
                measured(row, Column(columns.received, "numberPacketsReceived"))?,
                measured(row, Column(columns.lost, "numberPacketsLost"))?,
                measured(row, Column(columns.jitter, "jitter"))?,
                measured(row, Column(columns.latency, "latency"))?,
            ],
            metrics: VqMetrics::parse(text(row, columns.metrics)),
        })
    }

    /// When the endpoint wrote it: at the end of its leg, or when it went on hold.
    pub(crate) fn ended_at(&self) -> DateTime<Utc> {
        instant(self.stamp_secs)
    }

    /// A hash of what it says.
    pub(crate) fn fingerprint(&self) -> u64 {
        fingerprint((
            self.number.node,
            self.number.call,
            self.leg,
            self.stamp_secs,
            &self.device,
            self.measured,
        ))
    }
}

/// The row of the table `quality`.
pub(crate) fn quality(
    row: &CmrRow,
    call_id: Option<CallId>,
    clusters: &Clusters,
    devices: &mut Names<AgentId>,
) -> DetailRow {
    // Only a number is passed on: the text of a log may hold anything.
    let metric = |name| {
        row.metrics.get(name).filter(|it| it.parse::<u32>().is_ok()).unwrap_or("").to_owned()
    };
    let mos = |it: Option<f64>| it.map(|it| it.to_string()).unwrap_or_default();
    let mut values = vec![
        clusters.key(row.number),
        if row.leg == 0 { String::new() } else { row.leg.to_string() },
        devices.get(&row.device).map(|it| it.to_string()).unwrap_or_default(),
        row.ended_at().to_rfc3339_opts(SecondsFormat::Secs, true),
    ];
    values.extend(row.measured.iter().map(|it| it.map(|it| it.to_string()).unwrap_or_default()));
    values.extend([
        mos(row.metrics.mos_mean()),
        mos(row.metrics.mos_min()),
        metric("CS"),
        metric("SCS"),
    ]);
    DetailRow { table: "quality", columns: QUALITY, call_id, values }
}
