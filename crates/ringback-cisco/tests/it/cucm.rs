//! Files of a cluster, written by the tests: rows by column name, in every dialect.

use std::fmt::Write as _;

use ringback_calllog::{
    AgentId, Call, CdrFormat, Direction, FileStart, LogReader, Outcome, PseudonymKey,
    Pseudonymizer, QueueId, ReadLog, ReadObserver, Site, Stage, StageKind,
};
use ringback_cisco::{CucmCdr, CucmCmr, CucmFileName};

/// The columns of a CDR file of release 15, and whether each is text.
pub(crate) const CDR: [(&str, bool); 133] = [
    ("cdrRecordType", false),
    ("globalCallID_callManagerId", false),
    ("globalCallID_callId", false),
    ("origLegCallIdentifier", false),
    ("dateTimeOrigination", false),
    ("origNodeId", false),
    ("origSpan", false),
    ("origIpAddr", false),
    ("callingPartyNumber", true),
    ("callingPartyUnicodeLoginUserID", true),
    ("origCause_location", false),
    ("origCause_value", false),
    ("origPrecedenceLevel", false),
    ("origMediaTransportAddress_IP", false),
    ("origMediaTransportAddress_Port", false),
    ("origMediaCap_payloadCapability", false),
    ("origMediaCap_maxFramesPerPacket", false),
    ("origMediaCap_g723BitRate", false),
    ("origVideoCap_Codec", false),
    ("origVideoCap_Bandwidth", false),
    ("origVideoCap_Resolution", false),
    ("origVideoTransportAddress_IP", false),
    ("origVideoTransportAddress_Port", false),
    ("origRSVPAudioStat", true),
    ("origRSVPVideoStat", true),
    ("destLegIdentifier", false),
    ("destNodeId", false),
    ("destSpan", false),
    ("destIpAddr", false),
    ("originalCalledPartyNumber", true),
    ("finalCalledPartyNumber", true),
    ("finalCalledPartyUnicodeLoginUserID", true),
    ("destCause_location", false),
    ("destCause_value", false),
    ("destPrecedenceLevel", false),
    ("destMediaTransportAddress_IP", false),
    ("destMediaTransportAddress_Port", false),
    ("destMediaCap_payloadCapability", false),
    ("destMediaCap_maxFramesPerPacket", false),
    ("destMediaCap_g723BitRate", false),
    ("destVideoCap_Codec", false),
    ("destVideoCap_Bandwidth", false),
    ("destVideoCap_Resolution", false),
    ("destVideoTransportAddress_IP", false),
    ("destVideoTransportAddress_Port", false),
    ("destRSVPAudioStat", true),
    ("destRSVPVideoStat", true),
    ("dateTimeConnect", false),
    ("dateTimeDisconnect", false),
    ("lastRedirectDn", true),
    ("pkid", true),
    ("originalCalledPartyNumberPartition", true),
    ("callingPartyNumberPartition", true),
    ("finalCalledPartyNumberPartition", true),
    ("lastRedirectDnPartition", true),
    ("duration", false),
    ("origDeviceName", true),
    ("destDeviceName", true),
    ("origCallTerminationOnBehalfOf", false),
    ("destCallTerminationOnBehalfOf", false),
    ("origCalledPartyRedirectOnBehalfOf", false),
    ("lastRedirectRedirectOnBehalfOf", false),
    ("origCalledPartyRedirectReason", false),
    ("lastRedirectRedirectReason", false),
    ("destConversationId", false),
    ("globalCallId_ClusterID", true),
    ("joinOnBehalfOf", false),
    ("comment", true),
    ("authCodeDescription", true),
    ("authorizationLevel", false),
    ("clientMatterCode", true),
    ("origDTMFMethod", false),
    ("destDTMFMethod", false),
    ("callSecuredStatus", false),
    ("origConversationId", false),
    ("origMediaCap_Bandwidth", false),
    ("destMediaCap_Bandwidth", false),
    ("authorizationCodeValue", true),
    ("outpulsedCallingPartyNumber", true),
    ("outpulsedCalledPartyNumber", true),
    ("origIpv4v6Addr", true),
    ("destIpv4v6Addr", true),
    ("origVideoCap_Codec_Channel2", false),
    ("origVideoCap_Bandwidth_Channel2", false),
    ("origVideoCap_Resolution_Channel2", false),
    ("origVideoTransportAddress_IP_Channel2", false),
    ("origVideoTransportAddress_Port_Channel2", false),
    ("origVideoChannel_Role_Channel2", false),
    ("destVideoCap_Codec_Channel2", false),
    ("destVideoCap_Bandwidth_Channel2", false),
    ("destVideoCap_Resolution_Channel2", false),
    ("destVideoTransportAddress_IP_Channel2", false),
    ("destVideoTransportAddress_Port_Channel2", false),
    ("destVideoChannel_Role_Channel2", false),
    ("IncomingProtocolID", false),
    ("IncomingProtocolCallRef", true),
    ("OutgoingProtocolID", false),
    ("OutgoingProtocolCallRef", true),
    ("currentRoutingReason", false),
    ("origRoutingReason", false),
    ("lastRedirectingRoutingReason", false),
    ("huntPilotPartition", true),
    ("huntPilotDN", true),
    ("calledPartyPatternUsage", false),
    ("IncomingICID", true),
    ("IncomingOrigIOI", true),
    ("IncomingTermIOI", true),
    ("OutgoingICID", true),
    ("OutgoingOrigIOI", true),
    ("OutgoingTermIOI", true),
    ("outpulsedOriginalCalledPartyNumber", true),
    ("outpulsedLastRedirectingNumber", true),
    ("wasCallQueued", false),
    ("totalWaitTimeInQueue", false),
    ("callingPartyNumber_uri", true),
    ("originalCalledPartyNumber_uri", true),
    ("finalCalledPartyNumber_uri", true),
    ("lastRedirectDn_uri", true),
    ("mobileCallingPartyNumber", true),
    ("finalMobileCalledPartyNumber", true),
    ("origMobileDeviceName", true),
    ("destMobileDeviceName", true),
    ("origMobileCallDuration", false),
    ("destMobileCallDuration", false),
    ("mobileCallType", false),
    ("originalCalledPartyPattern", true),
    ("finalCalledPartyPattern", true),
    ("lastRedirectingPartyPattern", true),
    ("huntPilotPattern", true),
    ("origDeviceType", true),
    ("destDeviceType", true),
    ("origDeviceSessionID", true),
    ("destDeviceSessionID", true),
];

/// The columns of a CMR file of release 15.
pub(crate) const CMR: [(&str, bool); 48] = [
    ("cdrRecordType", false),
    ("globalCallID_callManagerId", false),
    ("globalCallID_callId", false),
    ("nodeId", false),
    ("directoryNum", true),
    ("callIdentifier", false),
    ("dateTimeStamp", false),
    ("numberPacketsSent", false),
    ("numberOctetsSent", false),
    ("numberPacketsReceived", false),
    ("numberOctetsReceived", false),
    ("numberPacketsLost", false),
    ("jitter", false),
    ("latency", false),
    ("pkid", true),
    ("directoryNumPartition", true),
    ("globalCallId_ClusterID", true),
    ("deviceName", true),
    ("varVQMetrics", true),
    ("duration", false),
    ("videoContentType", true),
    ("videoDuration", false),
    ("numberVideoPacketsSent", false),
    ("numberVideoOctetsSent", false),
    ("numberVideoPacketsReceived", false),
    ("numberVideoOctetsReceived", false),
    ("numberVideoPacketsLost", false),
    ("videoAverageJitter", false),
    ("videoRoundTripTime", false),
    ("videoOneWayDelay", false),
    ("videoReceptionMetrics", true),
    ("videoTransmissionMetrics", true),
    ("videoContentType_channel2", true),
    ("videoDuration_channel2", false),
    ("numberVideoPacketsSent_channel2", false),
    ("numberVideoOctetsSent_channel2", false),
    ("numberVideoPacketsReceived_channel2", false),
    ("numberVideoOctetsReceived_channel2", false),
    ("numberVideoPacketsLost_channel2", false),
    ("videoAverageJitter_channel2", false),
    ("videoRoundTripTime_channel2", false),
    ("videoOneWayDelay_channel2", false),
    ("videoReceptionMetrics_channel2", true),
    ("videoTransmissionMetrics_channel2", true),
    ("localSessionID", true),
    ("remoteSessionID", true),
    ("headsetSN", true),
    ("headsetMetrics", true),
];

/// A row, by column; empty or 0 where nothing is set.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    columns: &'static [(&'static str, bool)],
    values: Vec<String>,
}

/// Monday, 4 May 2026, 09:00 in UTC.
pub(crate) const NINE: u32 = 1_777_885_200;

impl Row {
    fn new(columns: &'static [(&'static str, bool)]) -> Self {
        let value = |it: &(&str, bool)| if it.1 { String::new() } else { "0".to_owned() };
        Self { columns, values: columns.iter().map(value).collect() }
    }

    /// A row of a call between two legs, which began at 09:00, was connected after so many seconds (if at all) and
    /// ended after so many.
    pub(crate) fn cdr(call: u32, legs: (u32, u32), connect: Option<u32>, end: u32) -> Self {
        let connect = connect.map_or(0, |it| NINE + it);
        let talked = if connect == 0 { 0 } else { NINE + end - connect };
        let pkid = format!("{call:08x}-0000-4000-8000-{:06x}{:06x}", legs.0, legs.1);
        Self::new(&CDR)
            .set("cdrRecordType", 1)
            .set("globalCallID_callManagerId", 2)
            .set("globalCallID_callId", call)
            .set("globalCallId_ClusterID", "StandAloneCluster")
            .set("origLegCallIdentifier", legs.0)
            .set("destLegIdentifier", legs.1)
            .set("dateTimeOrigination", NINE)
            .set("dateTimeConnect", connect)
            .set("dateTimeDisconnect", NINE + end)
            .set("duration", talked)
            .set("pkid", pkid)
    }

    /// A row of the sound of a leg.
    pub(crate) fn cmr(call: u32, leg: u32, end: u32) -> Self {
        Self::new(&CMR)
            .set("cdrRecordType", 2)
            .set("globalCallID_callManagerId", 2)
            .set("globalCallID_callId", call)
            .set("globalCallId_ClusterID", "StandAloneCluster")
            .set("callIdentifier", leg)
            .set("dateTimeStamp", NINE + end)
            .set("pkid", format!("{call:08x}-0000-4000-9000-{leg:012x}"))
    }

    /// A value by column.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and texts are written where they stand"
    )]
    pub(crate) fn set(mut self, column: &str, value: impl ToString) -> Self {
        let at = self.columns.iter().position(|it| it.0 == column);
        self.values[at.unwrap_or_else(|| panic!("no column {column}"))] = value.to_string();
        self
    }

    /// Who calls, by number and device.
    pub(crate) fn from(self, number: &str, device: &str) -> Self {
        self.set("callingPartyNumber", number).set("origDeviceName", device)
    }

    /// Who is called, by number and device.
    pub(crate) fn to(self, number: &str, device: &str) -> Self {
        self.set("originalCalledPartyNumber", number)
            .set("finalCalledPartyNumber", number)
            .set("destDeviceName", device)
    }

    /// The clearing causes of both sides.
    pub(crate) fn causes(self, orig: u32, dest: u32) -> Self {
        self.set("origCause_value", orig).set("destCause_value", dest)
    }

    /// A row that a feature split, by its code.
    pub(crate) fn split_by(self, feature: u32) -> Self {
        self.causes(393_216, 393_216)
            .set("origCallTerminationOnBehalfOf", feature)
            .set("destCallTerminationOnBehalfOf", feature)
    }

    /// The stamps, moved by so many seconds.
    pub(crate) fn later(self, secs: u32) -> Self {
        let mut row = self;
        for column in ["dateTimeOrigination", "dateTimeConnect", "dateTimeDisconnect"] {
            let at = row.columns.iter().position(|it| it.0 == column).unwrap();
            let stamp: u32 = row.values[at].parse().unwrap();
            if stamp != 0 {
                row.values[at] = (stamp + secs).to_string();
            }
        }
        row
    }

    /// The line, with text columns quoted or not, of the first columns.
    pub(crate) fn line(&self, width: usize, is_quoted: bool) -> String {
        let fields = self.columns.iter().zip(&self.values).take(width);
        let fields = fields.map(|((_, is_text), value)| {
            if *is_text && is_quoted {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                value.clone()
            }
        });
        fields.collect::<Vec<_>>().join(",") + "\n"
    }
}

/// The two header lines of the first columns.
pub(crate) fn header(columns: &[(&str, bool)], width: usize, is_quoted: bool) -> String {
    let mut names = String::new();
    let mut types = String::new();
    for (at, (name, is_text)) in columns.iter().take(width).enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let quote = if is_quoted { "\"" } else { "" };
        let _ = write!(names, "{comma}{quote}{name}{quote}");
        let _ = write!(types, "{comma}{}", if *is_text { "VARCHAR(50)" } else { "INTEGER" });
    }
    format!("{names}\n{types}\n")
}

/// A file as a cluster of release 15 writes it.
pub(crate) fn file(rows: &[Row]) -> String {
    let columns = rows.first().map_or(&CDR[..], |it| it.columns);
    let mut text = header(columns, columns.len(), true);
    for row in rows {
        text += &row.line(columns.len(), true);
    }
    text
}

pub(crate) fn site() -> Site {
    Site::new(Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "test"))
}

pub(crate) fn format() -> CucmCdr {
    CucmCdr::new(site())
}

/// The pseudonym of a customer's number.
pub(crate) fn customer(number: &str) -> Option<ringback_calllog::Customer> {
    site().numbers().get(number)
}

#[track_caller]
pub(crate) fn read_with(format: &mut dyn CdrFormat, files: &[&str]) -> ReadLog {
    let folder = tempfile();
    for (at, text) in files.iter().enumerate() {
        std::fs::write(folder.join(format!("{at:03}")), text).unwrap();
    }
    let read = LogReader::new().read(std::slice::from_ref(&folder), format);
    std::fs::remove_dir_all(&folder).unwrap();
    let read = read.unwrap();
    let audit = &read.audit;
    assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
    read
}

#[track_caller]
pub(crate) fn read_as(format: &mut dyn CdrFormat, text: &str) -> ReadLog {
    let read = LogReader::new().read_bytes("cdr", text.as_bytes(), format).unwrap();
    let audit = &read.audit;
    assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
    read
}

/// A folder of its own for each test.
fn tempfile() -> std::path::PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name =
        format!("ringback-cucm-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[track_caller]
pub(crate) fn read(text: &str) -> ReadLog {
    read_as(&mut format(), text)
}

#[track_caller]
pub(crate) fn read_rows(rows: &[Row]) -> ReadLog {
    read(&file(rows))
}

/// The only call of some rows.
#[track_caller]
pub(crate) fn call_of(rows: &[Row]) -> Call {
    let mut read = read_rows(rows);
    assert_eq!(read.rejected, [], "rejected");
    assert_eq!(read.log.calls.len(), 1, "{:#?}", read.log.calls);
    read.log.calls.remove(0)
}

/// Stages in short: `talk 2001 60 completed`.
pub(crate) fn stages(call: &Call) -> Vec<String> {
    let short = |it: &Stage| {
        let who = match (it.kind, &it.queue, &it.agent) {
            (StageKind::Queue, Some(queue), _) | (StageKind::Ring, Some(queue), None) => {
                queue.to_string()
            }
            (_, _, Some(agent)) => agent.to_string(),
            _ => "-".to_owned(),
        };
        let from = (it.entered_at.timestamp() - i64::from(NINE)).to_string();
        let secs = it.duration().map(|it| it.num_seconds().to_string()).unwrap_or_default();
        format!("{} {who} at {from} for {secs} {}", it.kind, it.end)
    };
    call.stages.iter().map(short).collect()
}

/// How often something was remarked.
pub(crate) fn remarked(read: &ReadLog, part: &str) -> Option<u64> {
    let remark = read.audit.warnings.iter().find(|it| it.contains(part))?;
    remark.rsplit_once(": ").and_then(|it| it.1.parse().ok())
}

/// An answered call from outside to a telephone.
pub(crate) fn plain_call(call: u32) -> Row {
    Row::cdr(call, (10 * call, 10 * call + 1), Some(8), 68)
        .from("+12025550123", "SIP-Trunk-PSTN")
        .to("2001", "SEP001122334455")
        .causes(16, 0)
        .set("origCallTerminationOnBehalfOf", 12)
}

fn check_stages(rows: &[Row], expected: &[&str]) {
    assert_eq!(stages(&call_of(rows)), expected);
}

#[test]
fn a_plain_call_has_its_customer_its_ring_and_its_talk() {
    let call = call_of(&[plain_call(7)]);
    assert_eq!(call.call_id.as_str(), "StandAloneCluster-2-7-1777885200");
    assert_eq!((call.direction, call.outcome), (Direction::Inbound, Outcome::Answered));
    assert_eq!(call.customer, customer("+12025550123"));
    assert_eq!(call.ended_at.map(|it| it.timestamp()), Some(i64::from(NINE) + 68));
    assert_eq!(stages(&call), ["ring 2001 at 0 for 8 answered", "talk 2001 at 8 for 60 completed"]);
    assert!(call.is_complete);
}

#[test]
fn a_call_out_has_no_ring_because_dialing_is_in_it() {
    let row = Row::cdr(1, (1, 2), Some(20), 50)
        .from("2001", "SEP001122334455")
        .to("912025550123", "10.0.0.1")
        .causes(0, 16);
    let mut format = format().layout("access_code = \"9\"", "layout").unwrap();
    let read = read_as(&mut format, &file(&[row]));
    let call = &read.log.calls[0];
    assert_eq!((call.direction, call.outcome), (Direction::Outbound, Outcome::Answered));
    assert_eq!(call.customer, customer("12025550123"));
    assert_eq!(stages(call), ["talk 2001 at 20 for 30 completed"]);
}

#[test]
fn a_call_between_telephones_is_internal_and_has_no_customer() {
    let row = plain_call(1).from("2002", "CSFANNE").to("2001", "SEP001122334455");
    let call = call_of(&[row]);
    assert_eq!((call.direction, call.customer), (Direction::Internal, None));
    assert_eq!(stages(&call), ["talk 2001 at 8 for 60 completed"]);
}

#[track_caller]
fn check_outcome(orig: u32, dest: u32, expected: Outcome) {
    let row = plain_call(1).causes(orig, dest).set("dateTimeConnect", 0).set("duration", 0);
    assert_eq!(call_of(&[row]).outcome, expected, "{orig}/{dest}");
}

#[test]
fn an_unanswered_call_ends_by_its_causes() {
    check_outcome(16, 0, Outcome::Abandoned);
    check_outcome(0, 0, Outcome::Abandoned);
    check_outcome(0, 17, Outcome::Busy);
    check_outcome(0, 1_174_405_137, Outcome::Busy);
    check_outcome(0, 19, Outcome::Other);
    check_outcome(0, 16, Outcome::Other);
    check_outcome(0, 1, Outcome::Failed);
    check_outcome(0, 38, Outcome::Failed);
    check_outcome(393_216, 393_216, Outcome::Unknown);
    check_outcome(16, 393_216, Outcome::Unknown);
}

#[test]
fn a_call_out_that_the_center_gives_up_is_not_abandoned() {
    let row = Row::cdr(1, (1, 2), None, 30)
        .from("2001", "SEP001122334455")
        .to("+12025550123", "SIP-Trunk-PSTN")
        .causes(16, 0);
    assert_eq!(call_of(&[row]).outcome, Outcome::Other);
}

#[test]
fn a_menu_and_a_voicemail_are_no_answer() {
    let at_port = plain_call(1).to("2900", "CTIPORT_07");
    let call = call_of(std::slice::from_ref(&at_port));
    assert_eq!(call.outcome, Outcome::Abandoned);
    assert_eq!(stages(&call), ["ivr - at 8 for 60 abandoned"]);
    let call = call_of(&[at_port.causes(0, 16)]);
    assert_eq!(call.outcome, Outcome::Unknown);
    let voicemail = plain_call(1).to("2950", "CiscoUM1-VI1").set("lastRedirectRedirectReason", 2);
    let call = call_of(&[voicemail]);
    assert_eq!(call.outcome, Outcome::Voicemail);
    assert_eq!(stages(&call), ["voicemail - at 8 for 60 completed"]);
    let by_usage = plain_call(1).to("2950", "Mailbox").set("calledPartyPatternUsage", 8);
    assert_eq!(call_of(&[by_usage]).outcome, Outcome::Voicemail);
}

#[test]
fn a_caller_sent_on_to_the_outside_has_overflowed() {
    let row =
        plain_call(1).to("+12025550199", "SIP-Trunk-PSTN").set("lastRedirectRedirectReason", 15);
    let call = call_of(&[row]);
    assert_eq!((call.direction, call.outcome), (Direction::Inbound, Outcome::Overflowed));
    assert_eq!(stages(&call), [""; 0]);
}

#[test]
fn a_caller_who_gives_up_in_a_hunt_group_has_rung_at_its_pilot() {
    let row = Row::cdr(1, (1, 2), None, 25)
        .from("+12025550123", "SIP-Trunk-PSTN")
        .to("3000", "")
        .causes(16, 0)
        .set("calledPartyPatternUsage", 7);
    let call = call_of(&[row]);
    assert_eq!(call.queue.as_ref().map(QueueId::as_str), Some("3000"));
    assert_eq!(stages(&call), ["ring 3000 at 0 for 25 abandoned"]);
}

#[test]
fn a_caller_who_gives_up_in_a_native_queue_has_waited_there() {
    let row = Row::cdr(1, (1, 2), None, 95)
        .from("+12025550123", "SIP-Trunk-PSTN")
        .to("3000", "")
        .causes(16, 0)
        .set("calledPartyPatternUsage", 7)
        .set("wasCallQueued", 1)
        .set("totalWaitTimeInQueue", 90);
    let call = call_of(std::slice::from_ref(&row));
    assert!(call.is_abandoned_in_queue());
    assert_eq!(stages(&call), ["queue 3000 at 5 for 90 abandoned"]);
    // An announcement may have been connected meanwhile: that is no answer.
    let announced = row.set("dateTimeConnect", NINE + 2).set("duration", 93);
    let call = call_of(&[announced]);
    assert_eq!(call.outcome, Outcome::Abandoned);
    assert_eq!(stages(&call), ["queue 3000 at 5 for 90 abandoned"]);
}

#[test]
fn a_consulted_transfer_has_a_consultation() {
    // 2001 answers the caller, asks 2002, and hands the call on.
    let rows = [
        Row::cdr(1, (200, 201), Some(5), 100)
            .from("+12025550123", "Trunk")
            .to("2001", "SEPA")
            .split_by(10),
        Row::cdr(2, (202, 203), Some(5), 40)
            .from("2001", "SEPA")
            .to("2002", "SEPB")
            .split_by(10)
            .later(60),
        Row::cdr(1, (200, 203), Some(0), 80)
            .from("+12025550123", "Trunk")
            .to("2002", "SEPB")
            .causes(16, 0)
            .set("lastRedirectDn", "2001")
            .set("joinOnBehalfOf", 10)
            .later(100),
    ];
    let read = read_rows(&rows);
    let call = &read.log.calls[0];
    assert_eq!((read.log.calls.len(), call.transfers(), call.outcome), (1, 1, Outcome::Answered));
    let expected = [
        "ring 2001 at 0 for 5 answered",
        "talk 2001 at 5 for 95 transferred",
        "consult 2001 at 65 for 35 completed",
        "talk 2002 at 100 for 80 completed",
    ];
    assert_eq!(stages(call), expected);
    let row = &read.details[0];
    assert_eq!((row.table, row.call_id.as_ref()), ("transfers", Some(&call.call_id)));
    assert_eq!(row.values, ["consult", "2001", "2002", "2026-05-04T09:01:40Z"]);
}

#[test]
fn a_transfer_between_colleagues_is_one_internal_call() {
    let rows = [
        Row::cdr(1, (200, 201), Some(5), 100).from("2000", "SEPC").to("2001", "SEPA").split_by(10),
        Row::cdr(2, (202, 203), None, 2)
            .from("2001", "SEPA")
            .to("2002", "SEPB")
            .split_by(10)
            .later(98),
        Row::cdr(1, (200, 203), Some(4), 80)
            .from("2000", "SEPC")
            .to("2002", "SEPB")
            .causes(16, 0)
            .set("joinOnBehalfOf", 10)
            .later(100),
    ];
    let expected = ["talk 2001 at 5 for 95 transferred", "talk 2002 at 104 for 76 completed"];
    check_stages(&rows, &expected);
}

#[test]
fn a_contact_center_port_that_hands_on_was_a_menu() {
    let rows = [
        Row::cdr(1, (200, 201), Some(1), 40)
            .from("+12025550123", "Trunk")
            .to("2900", "CTIP01")
            .split_by(10),
        Row::cdr(2, (202, 203), Some(2), 10)
            .from("2900", "CTIP01")
            .to("2001", "SEPA")
            .split_by(10)
            .later(30),
        Row::cdr(1, (200, 203), Some(0), 80)
            .from("+12025550123", "Trunk")
            .to("2001", "SEPA")
            .causes(16, 0)
            .set("joinOnBehalfOf", 10)
            .later(40),
    ];
    let call = call_of(&rows);
    assert_eq!((call.outcome, call.transfers()), (Outcome::Answered, 0));
    assert_eq!(stages(&call), ["ivr - at 1 for 39 completed", "talk 2001 at 40 for 80 completed"]);
}

#[test]
fn an_automatic_pickup_is_one_call() {
    let rows = [
        Row::cdr(1, (200, 201), Some(6), 6)
            .from("+12025550123", "Trunk")
            .to("2001", "SEPA")
            .split_by(16),
        Row::cdr(1, (200, 205), Some(6), 60)
            .from("+12025550123", "Trunk")
            .to("2002", "SEPB")
            .causes(16, 0)
            .set("lastRedirectRedirectReason", 5),
    ];
    let call = call_of(&rows);
    assert_eq!((call.outcome, call.transfers()), (Outcome::Answered, 0));
    assert_eq!(call.agent().map(AgentId::as_str), Some("2002"));
}

#[test]
fn a_wait_longer_than_its_call_is_cut_and_remarked() {
    let row = plain_call(1)
        .set("huntPilotDN", "3000")
        .set("wasCallQueued", 1)
        .set("totalWaitTimeInQueue", u32::MAX);
    let read = read_rows(&[row]);
    assert_eq!(stages(&read.log.calls[0])[0], "queue 3000 at 0 for 8 answered");
    assert_eq!(remarked(&read, "cut to it"), Some(1));
}

#[test]
fn stamps_that_contradict_each_other_are_rejected() {
    let check = |column: &str, value: u64, field: &str, said: &str| {
        let rows = [plain_call(1), plain_call(2).set(column, value)];
        let read = read_rows(&rows);
        assert_eq!((read.rejected.len(), read.rejected[0].field.as_ref()), (1, field));
        let reason = read.rejected[0].reason.to_string();
        assert!(reason.contains(said), "{reason}");
    };
    check(
        "dateTimeDisconnect",
        u64::from(NINE) - 1,
        "dateTimeDisconnect",
        "call from 2026-05-04 09:00:08",
    );
    check(
        "dateTimeConnect",
        u64::from(NINE) + 69,
        "dateTimeDisconnect",
        "talk from 2026-05-04 09:01:09",
    );
    check("dateTimeDisconnect", 0, "dateTimeDisconnect", "no value, expected seconds since 1970");
    check(
        "dateTimeOrigination",
        u64::MAX,
        "dateTimeOrigination",
        "expected an integer from 0 to 4294967295",
    );
    check("cdrRecordType", 0, "cdrRecordType", "\"0\", expected 1, for a call");
    check("wasCallQueued", 2, "wasCallQueued", "\"2\", expected 0 or 1");
}

#[test]
fn a_header_without_an_essential_column_says_which() {
    let text = file(&[plain_call(1)]).replace("finalCalledPartyNumber\"", "somebody\"");
    let error = LogReader::new().read_bytes("cdr", text.as_bytes(), &mut format()).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("cdr:3: finalCalledPartyNumber: no such column, the header is"),
        "{error}"
    );
}

#[test]
fn sound_is_joined_to_its_call() {
    let sounds = [
        Row::cmr(7, 70, 68)
            .set("deviceName", "SEPA")
            .set("numberPacketsReceived", 3000)
            .set("numberPacketsLost", 7)
            .set("jitter", 2)
            .set("latency", "")
            .set("duration", 60)
            .set("varVQMetrics", "MLQK=4.5;MLQKav=4.49;MLQKmn=3.9;CS=2"),
        Row::cmr(7, 71, 69).set("numberPacketsLost", -1).set("varVQMetrics", "CCR=0.0;ICR=0.0"),
        Row::cmr(8, 80, 69),
    ];
    let read = read_with(&mut format(), &[&file(&sounds), &file(&[plain_call(7)])]);
    assert_eq!(read.details.len(), 2);
    assert_eq!(read.details[0].call_id, Some(read.log.calls[0].call_id.clone()));
    let value = |row: usize, column: &str| {
        let at = read.details[row].columns.iter().position(|it| *it == column).unwrap();
        read.details[row].values[at].as_str()
    };
    assert_eq!((value(0, "mos_mean"), value(0, "mos_min")), ("4.49", "3.9"));
    assert_eq!((value(0, "packets_lost"), value(0, "latency_ms")), ("7", ""));
    assert_eq!((value(0, "leg"), value(0, "duration_secs")), ("70", "60"));
    assert_eq!((value(1, "mos_mean"), value(1, "packets_lost")), ("", ""));
    let rule = "quality of the sound of a call that is not in these files";
    assert_eq!(read.audit.skipped.get(rule), Some(&1));
    assert_eq!(read.audit.rows_used, 3);
}

#[test]
fn cmr_files_alone_are_a_table_without_calls() {
    let text = file(&[Row::cmr(7, 70, 68), Row::cmr(7, 71, 68)]);
    let read = read_as(&mut CucmCmr::new(site()), &(text.clone() + &text));
    assert_eq!((read.log.calls.len(), read.details.len()), (0, 2));
    assert_eq!((read.audit.rows_used, read.audit.rows_skipped), (2, 2));
    assert_eq!(read.details[0].values[0], "StandAloneCluster-2-7");
    assert_eq!(read.details[0].call_id, None);
}

#[test]
fn files_are_recognized_by_what_they_hold() {
    let check = |text: &str, expected: (bool, bool)| {
        let start = FileStart { name: "any", bytes: text.as_bytes() };
        let got = (format().recognizes(&start), CucmCmr::new(site()).recognizes(&start));
        assert_eq!(got, expected, "{}", text.get(..60).unwrap_or(text));
    };
    let (cdr, cmr) = (file(&[plain_call(1)]), file(&[Row::cmr(1, 2, 3)]));
    check(&cdr, (true, false));
    check(&cmr, (true, true));
    let without_header = |text: &str| text.lines().skip(2).collect::<Vec<_>>().join("\n");
    check(&without_header(&cdr), (true, false));
    check(&without_header(&cmr), (true, true));
    check(&cdr.lines().skip(1).collect::<Vec<_>>().join("\n"), (true, false));
    check(&"1,".repeat(118), (false, false));
    check(&(vec!["x"; 118].join(",")), (false, false));
    check("INTEGER,VARCHAR(50)\n1,x\n", (false, false));
    check("", (false, false));
    check("call_id,start\n1,2\n", (false, false));
}

#[test]
fn a_file_that_is_being_written_is_passed_over() {
    let start = FileStart { name: "in/_cdr_C_01_202605040900_1", bytes: b"" };
    let reason = format().begin_file(&start).unwrap_err();
    assert_eq!(reason.as_str(), "the cluster is still writing it: its name begins with _");
    assert_eq!(CucmCmr::new(site()).begin_file(&start), Err(reason));
}

#[test]
fn file_names_are_read_from_the_right() {
    let check = |name: &str, expected: Option<(&str, u32, u64)>| {
        let got = CucmFileName::parse(name).map(|it| (it.cluster, it.node, it.sequence));
        assert_eq!(got, expected, "{name}");
    };
    check("cdr_Cluster1_01_200404021658_1", Some(("Cluster1", 1, 1)));
    check(
        "cmr_Acme-EnterpriseCluster-01_06_202101122006_158160",
        Some(("Acme-EnterpriseCluster-01", 6, 158_160)),
    );
    check("cdr_my_cluster_02_202605040900_7", Some(("my_cluster", 2, 7)));
    check(
        "20220427-cdr_StandAloneCluster_08_202204271200_5.csv",
        Some(("StandAloneCluster", 8, 5)),
    );
    check("_cdr_Cluster1_01_200404021658_1", Some(("Cluster1", 1, 1)));
    check("cdr_Cluster1_01_200413021658_1", None);
    check("cdr_Cluster1_01_2004_1", None);
    check("abc_Cluster1_01_200404021658_1", None);
    check("cdr_", None);
    assert!(CucmFileName::parse("_cdr_Cluster1_01_200404021658_1").unwrap().is_unfinished);
}

#[test]
fn a_layout_that_cannot_be_used_says_why() {
    let check = |text: &str, expected: &str| {
        let error = format().layout(text, "layout.toml").unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("insides = []", "layout.toml:1: unknown field `insides`");
    check("window_minutes = 0", "window_minutes is 0, expected 1 to 1440 minutes");
    check("extension_digits_max = 16", "extension_digits_max is 16, expected 1 to 15 digits");
    check("access_code = \"nine\"", "access_code is \"nine\", expected up to 6 digits");
    check("not_people = [\" \"]", "not_people holds a blank text");
    check("zero_duration_logged = 1", "layout.toml:1: invalid type");
}

#[test]
fn a_layout_decides_who_is_a_person_and_what_is_inside() {
    let layout = "inside = [\"555*\"]\nnot_people = [\"2001\"]\ntrunk_devices = [\"Gate*\"]\n";
    let rows = [
        plain_call(1),
        plain_call(2).to("2002", "SEPB").from("5551234567", "Gate7"),
        plain_call(3).to("2002", "SEPB").from("5541234567", "gate7"),
    ];
    let read = read_as(&mut format().layout(layout, "layout").unwrap(), &file(&rows));
    let mut got: Vec<_> = read
        .log
        .calls
        .iter()
        .map(|it| (it.call_id.to_string(), it.direction, it.outcome))
        .collect();
    got.sort();
    let short: Vec<_> = got.iter().map(|it| (it.1, it.2)).collect();
    let expected = [
        (Direction::Inbound, Outcome::Abandoned),
        (Direction::Internal, Outcome::Answered),
        (Direction::Inbound, Outcome::Answered),
    ];
    assert_eq!(short, expected);
}

#[test]
fn the_same_rows_in_any_order_give_the_same_calls() {
    let mut rows = Vec::new();
    for call in 0..6 {
        rows.push(plain_call(10 * call + 1).later(40 * call));
        rows.push(
            Row::cdr(10 * call + 1, (900 + call, 10 * (10 * call + 1)), Some(1), 3)
                .from("2005", "SEPX")
                .to("2001", "SEPA")
                .later(70 + 40 * call),
        );
    }
    let forward = read_rows(&rows);
    rows.reverse();
    let backward = read_rows(&rows);
    rows.rotate_left(5);
    let rotated = read_rows(&rows);
    assert_eq!(forward.log, backward.log);
    assert_eq!(forward.log, rotated.log);
}

/// Takes the calls that are given out while a log is read.
#[derive(Default)]
struct Calls {
    calls: Vec<Call>,
}

impl ReadObserver for Calls {
    fn call(&mut self, call: Call) {
        self.calls.push(call);
    }
}

#[test]
fn calls_given_out_while_the_log_is_read_are_those_of_its_end() {
    let mut rows = String::new();
    let recording = |call: u32| {
        Row::cdr(call + 1, (10 * call + 5, 10 * call + 6), Some(8), 66)
            .from("b002179144511001", "SEP001122334455")
            .to("2999", "SIP-Recorder")
            .set("lastRedirectRedirectReason", 354)
            .set("origConversationId", 10 * call + 1)
    };
    for at in 0..9000 {
        let (call, secs) = (10 * at + 1, 12 * at);
        rows += &recording(call).later(secs).line(133, true);
        rows += &plain_call(call).later(secs).line(133, true);
    }
    let sounds: Vec<Row> = (0..9000)
        .map(|at| {
            Row::cmr(10 * at + 1, 100 * at + 10, 68).set("dateTimeStamp", NINE + 68 + 12 * at)
        })
        .collect();
    let folder = tempfile();
    let paths = [folder.join("cmr"), folder.join("cdr")];
    std::fs::write(&paths[0], file(&sounds)).unwrap();
    std::fs::write(&paths[1], header(&CDR, 133, true) + &rows).unwrap();
    let reader = LogReader::new();
    let whole = reader.read(&paths, &mut format()).unwrap();
    let mut given_out = Calls::default();
    // Without the sound: a day and a half of it before the first call would have been given up.
    let audit = reader.read_calls(&[paths[1].clone()], &mut format(), &mut given_out).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    given_out.calls.sort_by_key(|it| it.arrived_at);
    assert_eq!((whole.log.calls.len(), whole.details.len()), (9000, 9000));
    assert_eq!(given_out.calls, whole.log.calls);
    assert_eq!((audit.rows_used, audit.rows_skipped), (18_000, 0));
}

/// A real file of a cluster: not shipped, read where the folder is at hand.
#[test]
fn real_files_are_read_to_the_last_row() {
    let shared = std::env::var_os("RINGBACK_SHARED").map(std::path::PathBuf::from);
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = shared.unwrap_or_else(beside).join("data/cdr/cisco");
    let file = |name: &str| folder.join(name);
    let names = [
        "cdr_StandAloneCluster_02_201510091036_254831",
        "cucm15_billing_cdr.txt",
        "cucm15_billing_cmr.txt",
    ];
    if !file(names[0]).exists() {
        println!("no real samples at {}, nothing looked at", folder.display());
        return;
    }
    let read = LogReader::new().read(&[file(names[0])], &mut format()).unwrap();
    assert_eq!((read.audit.rows_used, read.log.calls.len(), read.rejected.len()), (3, 3, 0));
    let long = &read.log.calls[0];
    assert_eq!(long.time_in(StageKind::Talk).map(|it| it.num_seconds()), Some(3974));
    // A recorded call with the two calls to the recorder, and the sound of both ends.
    let read = LogReader::new().read(&[file(names[1]), file(names[2])], &mut format()).unwrap();
    assert_eq!((read.audit.rows_used, read.log.calls.len(), read.details.len()), (5, 1, 2));
    let call = &read.log.calls[0];
    assert_eq!(
        (call.outcome, call.call_id.as_str()),
        (Outcome::Answered, "cluster-test-2-25447-1744993928")
    );
    assert_eq!(call.time_in(StageKind::Talk).map(|it| it.num_seconds()), Some(11));
    assert_eq!(read.details[0].call_id.as_ref(), Some(&call.call_id));
}
