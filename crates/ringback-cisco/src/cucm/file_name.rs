//! Names of the files that a cluster writes.

use chrono::{DateTime, NaiveDateTime, Utc};

/// Which records a file holds, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CucmFileTag {
    /// Call detail records: `cdr`.
    Cdr,
    /// Call management records, which hold the quality of the sound: `cmr`.
    Cmr,
}

/// The name of a file that a cluster wrote: `tag_cluster_node_datetime_sequence`.
///
/// # Source
///
/// Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter Call Details Records Overview.
///
/// # Example
///
/// ```
/// use ringback_cisco::{CucmFileName, CucmFileTag};
///
/// let name = CucmFileName::parse("cmr_Acme-Cluster-01_06_202101122006_158160").unwrap();
/// assert_eq!((name.tag, name.cluster, name.node, name.sequence), (CucmFileTag::Cmr, "Acme-Cluster-01", 6, 158_160));
/// assert_eq!(name.written_at.to_rfc3339(), "2021-01-12T20:06:00+00:00");
/// assert_eq!(CucmFileName::parse("calls.csv"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CucmFileName<'a> {
    /// Which records it holds.
    pub tag: CucmFileTag,
    /// The cluster's id; it may hold hyphens and underscores.
    pub cluster: &'a str,
    /// The node that wrote it.
    pub node: u32,
    /// When it was begun, to the minute.
    pub written_at: DateTime<Utc>,
    /// Its number among the node's files.
    pub sequence: u64,
    /// Whether the cluster is still writing it: the name begins with an underscore.
    pub is_unfinished: bool,
}

impl<'a> CucmFileName<'a> {
    /// The parts of a name without folders, read from the right. What stands before the tag (a date that somebody put
    /// there, as in `20220427-cdr_…`) and what follows a full stop is passed over. `None` if it is not such a name.
    pub fn parse(name: &'a str) -> Option<Self> {
        let is_unfinished = name.starts_with('_');
        let name = name.trim_start_matches('_');
        let name = name.split('.').next().unwrap_or(name);
        let (rest, sequence) = name.rsplit_once('_')?;
        let (rest, stamp) = rest.rsplit_once('_')?;
        let (rest, node) = rest.rsplit_once('_')?;
        let (tag, cluster) = rest.split_once('_')?;
        let tag = match tag.rsplit(|it: char| !it.is_ascii_alphanumeric()).next()? {
            it if it.eq_ignore_ascii_case("cdr") => CucmFileTag::Cdr,
            it if it.eq_ignore_ascii_case("cmr") => CucmFileTag::Cmr,
            _ => return None,
        };
        let is_stamp = stamp.len() == 12 && stamp.bytes().all(|it| it.is_ascii_digit());
        let written_at = NaiveDateTime::parse_from_str(stamp, "%Y%m%d%H%M").ok();
        let written_at = written_at.filter(|_| is_stamp)?.and_utc();
        let (node, sequence) = (node.parse().ok()?, sequence.parse().ok()?);
        Some(Self { tag, cluster, node, written_at, sequence, is_unfinished })
    }
}
