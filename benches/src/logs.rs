//! Logs of any size as vendors' systems write them, made up: what the benches of adapters read.
//!
//! The same number gives the same bytes. Customers' numbers come from a range reserved for fiction.

use std::fmt::Write as _;
use std::io;

use chrono::{DateTime, TimeDelta, Utc};

/// Which system's log is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Unified CM call detail records: 133 columns, texts quoted, two header lines.
    Cucm,
    /// IP Office SMDR: 35 fields, no header.
    Smdr,
    /// 3CX legacy CDR: 27 fields, no header.
    ThreeCx,
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "cucm-cdr" => Ok(Self::Cucm),
            "avaya-ipoffice" => Ok(Self::Smdr),
            "3cx-legacy" => Ok(Self::ThreeCx),
            _ => Err(format!("{text:?}, expected cucm-cdr, avaya-ipoffice or 3cx-legacy")),
        }
    }
}

/// Columns of call detail records in the order of release 15, with the types of the second header line.
const CUCM_COLUMNS: &[(&str, &str)] = &[
    ("cdrRecordType", "INTEGER"),
    ("globalCallID_callManagerId", "INTEGER"),
    ("globalCallID_callId", "INTEGER"),
    ("origLegCallIdentifier", "INTEGER"),
    ("dateTimeOrigination", "INTEGER"),
    ("origNodeId", "INTEGER"),
    ("origSpan", "INTEGER"),
    ("origIpAddr", "INTEGER"),
    ("callingPartyNumber", "VARCHAR(50)"),
    ("callingPartyUnicodeLoginUserID", "VARCHAR(128)"),
    ("origCause_location", "INTEGER"),
    ("origCause_value", "INTEGER"),
    ("origPrecedenceLevel", "INTEGER"),
    ("origMediaTransportAddress_IP", "INTEGER"),
    ("origMediaTransportAddress_Port", "INTEGER"),
    ("origMediaCap_payloadCapability", "INTEGER"),
    ("origMediaCap_maxFramesPerPacket", "INTEGER"),
    ("origMediaCap_g723BitRate", "INTEGER"),
    ("origVideoCap_Codec", "INTEGER"),
    ("origVideoCap_Bandwidth", "INTEGER"),
    ("origVideoCap_Resolution", "INTEGER"),
    ("origVideoTransportAddress_IP", "INTEGER"),
    ("origVideoTransportAddress_Port", "INTEGER"),
    ("origRSVPAudioStat", "VARCHAR(64)"),
    ("origRSVPVideoStat", "VARCHAR(64)"),
    ("destLegIdentifier", "INTEGER"),
    ("destNodeId", "INTEGER"),
    ("destSpan", "INTEGER"),
    ("destIpAddr", "INTEGER"),
    ("originalCalledPartyNumber", "VARCHAR(50)"),
    ("finalCalledPartyNumber", "VARCHAR(50)"),
    ("finalCalledPartyUnicodeLoginUserID", "VARCHAR(128)"),
    ("destCause_location", "INTEGER"),
    ("destCause_value", "INTEGER"),
    ("destPrecedenceLevel", "INTEGER"),
    ("destMediaTransportAddress_IP", "INTEGER"),
    ("destMediaTransportAddress_Port", "INTEGER"),
    ("destMediaCap_payloadCapability", "INTEGER"),
    ("destMediaCap_maxFramesPerPacket", "INTEGER"),
    ("destMediaCap_g723BitRate", "INTEGER"),
    ("destVideoCap_Codec", "INTEGER"),
    ("destVideoCap_Bandwidth", "INTEGER"),
    ("destVideoCap_Resolution", "INTEGER"),
    ("destVideoTransportAddress_IP", "INTEGER"),
    ("destVideoTransportAddress_Port", "INTEGER"),
    ("destRSVPAudioStat", "VARCHAR(64)"),
    ("destRSVPVideoStat", "VARCHAR(64)"),
    ("dateTimeConnect", "INTEGER"),
    ("dateTimeDisconnect", "INTEGER"),
    ("lastRedirectDn", "VARCHAR(50)"),
    ("pkid", "UNIQUEIDENTIFIER"),
    ("originalCalledPartyNumberPartition", "VARCHAR(50)"),
    ("callingPartyNumberPartition", "VARCHAR(50)"),
    ("finalCalledPartyNumberPartition", "VARCHAR(50)"),
    ("lastRedirectDnPartition", "VARCHAR(50)"),
    ("duration", "INTEGER"),
    ("origDeviceName", "VARCHAR(129)"),
    ("destDeviceName", "VARCHAR(129)"),
    ("origCallTerminationOnBehalfOf", "INTEGER"),
    ("destCallTerminationOnBehalfOf", "INTEGER"),
    ("origCalledPartyRedirectOnBehalfOf", "INTEGER"),
    ("lastRedirectRedirectOnBehalfOf", "INTEGER"),
    ("origCalledPartyRedirectReason", "INTEGER"),
    ("lastRedirectRedirectReason", "INTEGER"),
    ("destConversationId", "INTEGER"),
    ("globalCallId_ClusterID", "VARCHAR(50)"),
    ("joinOnBehalfOf", "INTEGER"),
    ("comment", "VARCHAR(2048)"),
    ("authCodeDescription", "VARCHAR(50)"),
    ("authorizationLevel", "INTEGER"),
    ("clientMatterCode", "VARCHAR(32)"),
    ("origDTMFMethod", "INTEGER"),
    ("destDTMFMethod", "INTEGER"),
    ("callSecuredStatus", "INTEGER"),
    ("origConversationId", "INTEGER"),
    ("origMediaCap_Bandwidth", "INTEGER"),
    ("destMediaCap_Bandwidth", "INTEGER"),
    ("authorizationCodeValue", "VARCHAR(32)"),
    ("outpulsedCallingPartyNumber", "VARCHAR(50)"),
    ("outpulsedCalledPartyNumber", "VARCHAR(50)"),
    ("origIpv4v6Addr", "VARCHAR(64)"),
    ("destIpv4v6Addr", "VARCHAR(64)"),
    ("origVideoCap_Codec_Channel2", "INTEGER"),
    ("origVideoCap_Bandwidth_Channel2", "INTEGER"),
    ("origVideoCap_Resolution_Channel2", "INTEGER"),
    ("origVideoTransportAddress_IP_Channel2", "INTEGER"),
    ("origVideoTransportAddress_Port_Channel2", "INTEGER"),
    ("origVideoChannel_Role_Channel2", "INTEGER"),
    ("destVideoCap_Codec_Channel2", "INTEGER"),
    ("destVideoCap_Bandwidth_Channel2", "INTEGER"),
    ("destVideoCap_Resolution_Channel2", "INTEGER"),
    ("destVideoTransportAddress_IP_Channel2", "INTEGER"),
    ("destVideoTransportAddress_Port_Channel2", "INTEGER"),
    ("destVideoChannel_Role_Channel2", "INTEGER"),
    ("IncomingProtocolID", "INTEGER"),
    ("IncomingProtocolCallRef", "VARCHAR(32)"),
    ("OutgoingProtocolID", "INTEGER"),
    ("OutgoingProtocolCallRef", "VARCHAR(32)"),
    ("currentRoutingReason", "INTEGER"),
    ("origRoutingReason", "INTEGER"),
    ("lastRedirectingRoutingReason", "INTEGER"),
    ("huntPilotPartition", "VARCHAR(50)"),
    ("huntPilotDN", "VARCHAR(50)"),
    ("calledPartyPatternUsage", "INTEGER"),
    ("IncomingICID", "VARCHAR(50)"),
    ("IncomingOrigIOI", "VARCHAR(50)"),
    ("IncomingTermIOI", "VARCHAR(50)"),
    ("OutgoingICID", "VARCHAR(50)"),
    ("OutgoingOrigIOI", "VARCHAR(50)"),
    ("OutgoingTermIOI", "VARCHAR(50)"),
    ("outpulsedOriginalCalledPartyNumber", "VARCHAR(50)"),
    ("outpulsedLastRedirectingNumber", "VARCHAR(50)"),
    ("wasCallQueued", "INTEGER"),
    ("totalWaitTimeInQueue", "INTEGER"),
    ("callingPartyNumber_uri", "VARCHAR(255)"),
    ("originalCalledPartyNumber_uri", "VARCHAR(255)"),
    ("finalCalledPartyNumber_uri", "VARCHAR(255)"),
    ("lastRedirectDn_uri", "VARCHAR(255)"),
    ("mobileCallingPartyNumber", "VARCHAR(50)"),
    ("finalMobileCalledPartyNumber", "VARCHAR(50)"),
    ("origMobileDeviceName", "VARCHAR(129)"),
    ("destMobileDeviceName", "VARCHAR(129)"),
    ("origMobileCallDuration", "INTEGER"),
    ("destMobileCallDuration", "INTEGER"),
    ("mobileCallType", "INTEGER"),
    ("originalCalledPartyPattern", "VARCHAR(50)"),
    ("finalCalledPartyPattern", "VARCHAR(50)"),
    ("lastRedirectingPartyPattern", "VARCHAR(50)"),
    ("huntPilotPattern", "VARCHAR(50)"),
    ("origDeviceType", "VARCHAR(100)"),
    ("destDeviceType", "VARCHAR(100)"),
    ("origDeviceSessionID", "VARCHAR(128)"),
    ("destDeviceSessionID", "VARCHAR(128)"),
];

/// Customers that call: a center's customers come again.
const CUSTOMERS: u64 = 20_000;

/// A linear congruential generator: the benches need spread, not quality.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> u64 {
        const FACTOR: u64 = 6_364_136_223_846_793_005;
        self.0 = self.0.wrapping_mul(FACTOR).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn secs(&mut self, most: u64) -> TimeDelta {
        TimeDelta::seconds(i64::try_from(self.below(most)).unwrap_or(0))
    }
}

/// One call: when it came, was answered and ended, who called and who answered.
struct MadeUp {
    n: u64,
    came_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
    ended_at: DateTime<Utc>,
    customer: u64,
    agent: u64,
    /// The agent that it was handed to.
    handed_to: Option<u64>,
    is_queued: bool,
}

/// Writes a log of at least so many bytes; its rows.
///
/// # Errors
///
/// Of the writer.
pub fn write_log(kind: Kind, bytes: u64, out: &mut dyn io::Write) -> io::Result<u64> {
    let mut draw = Draw(12_345);
    let mut written = 0_u64;
    let mut rows = 0;
    let mut line = String::new();
    if kind == Kind::Cucm {
        let names: Vec<String> = CUCM_COLUMNS.iter().map(|it| format!("\"{}\"", it.0)).collect();
        let types: Vec<&str> = CUCM_COLUMNS.iter().map(|it| it.1).collect();
        out.write_all(format!("{}\n{}\n", names.join(","), types.join(",")).as_bytes())?;
    }
    let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_577); // 2026-05-04
    let mut at = start;
    for n in 1.. {
        if written >= bytes {
            break;
        }
        at += draw.secs(4);
        let is_answered = draw.below(100) < 85;
        let answered_at = is_answered.then(|| at + draw.secs(90));
        let ended_at = answered_at.unwrap_or(at) + TimeDelta::seconds(1) + draw.secs(600);
        let handed_to = (is_answered && draw.below(100) < 10).then(|| draw.below(200));
        let call = MadeUp {
            n,
            came_at: at,
            answered_at,
            ended_at,
            customer: draw.below(CUSTOMERS),
            agent: draw.below(200),
            handed_to,
            is_queued: draw.below(100) < 30,
        };
        line.clear();
        rows += match kind {
            Kind::Cucm => cucm(&call, &mut line),
            Kind::Smdr => smdr(&call, &mut line),
            Kind::ThreeCx => three_cx(&call, &mut line),
        };
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
    }
    Ok(rows)
}

/// The rows of a call: one, or three for one that is handed on after a consultation.
fn cucm(call: &MadeUp, out: &mut String) -> u64 {
    let (leg, answered_at) = (call.n * 8, call.answered_at.map_or(0, |it| it.timestamp()));
    let caller = number(call.customer);
    let agent = format!("2{:03}", call.agent);
    let row = CucmRow {
        call_id: call.n * 2,
        legs: (leg, leg + 1),
        stamps: (call.came_at.timestamp(), answered_at, call.ended_at.timestamp()),
        parties: (&caller, &agent),
        devices: ("SIP-TRUNK-01", &agent),
        causes: if answered_at == 0 { (16, 0) } else { (0, 16) },
        queue_secs: call.is_queued.then(|| (answered_at - call.came_at.timestamp()).max(0)),
        is_final_of_transfer: false,
        pkid: call.n * 4,
    };
    let Some(second) = call.handed_to.filter(|_| answered_at > 0) else {
        row.write(out);
        return 1;
    };
    let second = format!("2{second:03}");
    let middle = call.ended_at.timestamp();
    CucmRow { causes: (393_216, 393_216), ..row }.write(out);
    CucmRow {
        call_id: call.n * 2 + 1,
        legs: (leg + 2, leg + 3),
        stamps: (middle - 1, middle, middle),
        parties: (&agent, &second),
        devices: (&agent, &second),
        causes: (393_216, 393_216),
        queue_secs: None,
        is_final_of_transfer: false,
        pkid: call.n * 4 + 1,
    }
    .write(out);
    CucmRow {
        legs: (leg, leg + 3),
        stamps: (middle, middle, middle + 120),
        parties: (&caller, &second),
        devices: ("SIP-TRUNK-01", &second),
        causes: (16, 0),
        queue_secs: None,
        is_final_of_transfer: true,
        pkid: call.n * 4 + 2,
        ..row
    }
    .write(out);
    3
}

/// What a made-up call detail record says; every other column is empty or 0.
#[derive(Clone, Copy)]
struct CucmRow<'a> {
    call_id: u64,
    legs: (u64, u64),
    stamps: (i64, i64, i64),
    parties: (&'a str, &'a str),
    devices: (&'a str, &'a str),
    causes: (u32, u32),
    queue_secs: Option<i64>,
    is_final_of_transfer: bool,
    pkid: u64,
}

impl CucmRow<'_> {
    fn write(&self, out: &mut String) {
        let device = |it: &str| match it.strip_prefix('2') {
            Some(_) => format!("SEP0011223{it}"),
            None => it.to_owned(),
        };
        for (at, (name, of_type)) in CUCM_COLUMNS.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            let transfer = u32::from(self.is_final_of_transfer) * 10;
            let number = match *name {
                "cdrRecordType" | "globalCallID_callManagerId" => 1,
                "globalCallID_callId" => self.call_id.cast_signed(),
                "origLegCallIdentifier" => self.legs.0.cast_signed(),
                "destLegIdentifier" => self.legs.1.cast_signed(),
                "dateTimeOrigination" => self.stamps.0,
                "dateTimeConnect" => self.stamps.1,
                "dateTimeDisconnect" => self.stamps.2,
                "duration" if self.stamps.1 > 0 => self.stamps.2 - self.stamps.1,
                "origCause_value" => self.causes.0.into(),
                "destCause_value" => self.causes.1.into(),
                "joinOnBehalfOf" => transfer.into(),
                "wasCallQueued" => self.queue_secs.is_some().into(),
                "totalWaitTimeInQueue" => self.queue_secs.unwrap_or(0),
                "origIpAddr" | "destIpAddr" => 239_138_826,
                "origMediaTransportAddress_Port" | "destMediaTransportAddress_Port" => 24_532,
                _ => 0,
            };
            let text = match *name {
                "callingPartyNumber" => self.parties.0,
                "originalCalledPartyNumber" | "finalCalledPartyNumber" => self.parties.1,
                "origDeviceName" => &device(self.devices.0),
                "destDeviceName" => &device(self.devices.1),
                "huntPilotDN" if self.queue_secs.is_some() => "4200",
                "globalCallId_ClusterID" => "StandAloneCluster",
                "finalCalledPartyNumberPartition" => "PT-Internal",
                "origIpv4v6Addr" | "destIpv4v6Addr" => "10.248.64.14",
                "finalCalledPartyUnicodeLoginUserID" => &format!("agent{}", self.parties.1),
                "origDeviceSessionID" | "destDeviceSessionID" => {
                    &format!("{:016x}00105000a000001122", self.pkid)
                }
                "pkid" => &format!("{:08x}-0000-4000-8000-{:012x}", self.pkid, self.pkid),
                _ => "",
            };
            let _ = if of_type.starts_with("INTEGER") {
                write!(out, "{number}")
            } else {
                write!(out, "\"{text}\"")
            };
        }
        out.push('\n');
    }
}

/// A customer's number: 555-01xx, reserved for fiction in every area code.
fn number(customer: u64) -> String {
    format!("+1{:03}55501{:02}", 201 + customer / 100, customer % 100)
}

fn hms(secs: i64) -> String {
    format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

/// The records of a call: one, or two for one that is handed on.
fn smdr(call: &MadeUp, out: &mut String) -> u64 {
    let came = call.came_at.format("%Y/%m/%d %H:%M:%S");
    let ring = call.answered_at.unwrap_or(call.ended_at) - call.came_at;
    let talk = call.answered_at.map_or(0, |it| (call.ended_at - it).num_seconds());
    let id = 1_000_000 + call.n;
    let called = if call.is_queued { "300".to_owned() } else { format!("2{:03}", call.agent) };
    let mut record = |start: &str, talk: i64, ring: i64, agent: u64, more: u8| {
        let caller = number(call.customer);
        let tail = ",0,0,0,,,,,,,,,,,,,,10.0.0.1,1,10.0.0.1,2,";
        let _ = write!(
            out,
            "{start},{},{ring},{caller},I,{called},{called},,0,{id},{more},E2{agent:03},Agent,T9001,Line 1.1{tail}\r\n",
            hms(talk)
        );
    };
    let Some(second) = call.handed_to else {
        record(&came.to_string(), talk, ring.num_seconds(), call.agent, 0);
        return 1;
    };
    record(&came.to_string(), talk, ring.num_seconds(), call.agent, 1);
    let later = call.ended_at.format("%Y/%m/%d %H:%M:%S").to_string();
    record(&later, 120, 3, second, 0);
    2
}

/// The one line of a call.
fn three_cx(call: &MadeUp, out: &mut String) -> u64 {
    let stamp = |it: DateTime<Utc>| it.format("%Y/%m/%d %H:%M:%S").to_string();
    let answered = call.answered_at.map(stamp).unwrap_or_default();
    let talk =
        call.answered_at.map(|it| hms((call.ended_at - it).num_seconds())).unwrap_or_default();
    let agent = format!("Ext.2{:03}", call.agent);
    let (to, to_type, finals, final_type) = match (call.is_queued, call.answered_at) {
        (true, Some(_)) => ("Ext.800", "Queue", agent.as_str(), "Extension"),
        (true, None) => ("Ext.800", "Queue", "", ""),
        (false, _) => (agent.as_str(), "Extension", "", ""),
    };
    let _ = writeln!(
        out,
        "Call {n},{n:08x}_{n},{talk},{came},{answered},{ended},TerminatedBySrc,{customer},{to},\
         10000,{to},,,{finals},{finals},,,,,Chain: {customer};{to};,Line,{to_type},{final_type},,,,",
        n = call.n,
        came = stamp(call.came_at),
        ended = stamp(call.ended_at),
        customer = number(call.customer),
    );
    1
}
