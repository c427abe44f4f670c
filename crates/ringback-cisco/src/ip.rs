//! IP addresses as Unified CM writes them.

use std::net::{IpAddr, Ipv4Addr};

/// The IPv4 address of a signed number whose bytes stand in Intel order; `None` for 0, which says that there is none, and
/// for a number of more than 32 bits.
///
/// # Source
///
/// Cisco, *Call Reporting and Billing Administration Guide, Release 15*, chapter Call Details Records Overview.
///
/// # Example
///
/// ```
/// use ringback_cisco::signed_ip;
///
/// assert_eq!(signed_ip(-1_139_627_840).map(|it| it.to_string()).as_deref(), Some("192.168.18.188"));
/// assert_eq!(signed_ip(0), None);
/// ```
pub fn signed_ip(number: i64) -> Option<Ipv4Addr> {
    let bytes = match i32::try_from(number) {
        Ok(0) => return None,
        Ok(signed) => signed.to_le_bytes(),
        Err(_) => u32::try_from(number).ok()?.to_le_bytes(),
    };
    Some(Ipv4Addr::from(bytes))
}

/// The address of a party of which both columns are known: the text (`origIpv4v6Addr`) where it is an address, or else the
/// number (`origIpAddr`).
///
/// # Example
///
/// ```
/// use ringback_cisco::party_ip;
///
/// assert_eq!(party_ip("2001:db8::7", 0).map(|it| it.to_string()).as_deref(), Some("2001:db8::7"));
/// assert_eq!(party_ip("", 17_502_380).map(|it| it.to_string()).as_deref(), Some("172.16.11.1"));
/// ```
pub fn party_ip(text: &str, number: i64) -> Option<IpAddr> {
    text.trim().parse().ok().or_else(|| signed_ip(number).map(IpAddr::from))
}
