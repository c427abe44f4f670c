//! The two sides of a call: who is inside, who is a customer, who is no person.

use std::net::IpAddr;

use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Names, QueueId, Site, is_damaged_number,
};
use rustc_hash::FxHashMap;

use crate::cucm::layout::Layout;

/// Device names that are remembered.
const REMEMBERED: usize = 1 << 16;

/// What a device is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    /// No name: the side was never reached, or the row does not say.
    None,
    /// A telephone, hard or soft.
    Phone,
    /// A trunk or a gateway: what is behind it is outside.
    Trunk,
    /// A machine that answers: CTI port, announcement.
    Machine,
    /// A voicemail port.
    Voicemail,
    /// A name of which nothing is known.
    Unknown,
}

/// One side of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Party {
    /// The side was not reached, or nothing was dialed.
    Nobody,
    /// A conference bridge, or the bridge inside a telephone that records.
    Bridge,
    /// Somebody inside, by extension, or by device where the row shows no extension.
    Inside(Option<AgentId>),
    /// Somebody outside; withheld or damaged numbers are no customer that is known.
    Outside(Option<Customer>),
    /// A machine inside.
    Machine,
    /// A voicemail.
    Voicemail,
}

impl Party {
    pub(super) fn is_outside(&self) -> bool {
        matches!(self, Self::Outside(_))
    }
}

/// Number, address and device of one side as they are written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) number: &'a str,
    pub(super) uri: &'a str,
    pub(super) device: &'a str,
    /// The partition of the number of a side that called: a call that comes in by a gateway has none.
    pub(super) partition: &'a str,
    pub(super) role: Role,
}

/// What a side did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It called.
    Calling,
    /// It was called: an access code may stand before an outside number.
    Called,
    /// It answered for a hunt pilot, whose number is shown, if anybody did.
    AnsweringForPilot,
}

/// Knows the parties of a site.
pub(super) struct Parties {
    pub(super) layout: Layout,
    pub(super) customers: CustomerNumbers,
    pub(super) agents: Names<AgentId>,
    pub(super) queues: Names<QueueId>,
    devices: FxHashMap<Box<str>, Device>,
    damaged_inside: u64,
}

impl Parties {
    pub(super) fn new(site: &Site, layout: Layout) -> Self {
        Self {
            layout,
            customers: site.numbers(),
            agents: site.names(),
            queues: site.names(),
            devices: FxHashMap::default(),
            damaged_inside: 0,
        }
    }

    /// Remarks on numbers.
    pub(super) fn remarks(&self) -> Vec<(String, u64)> {
        let mut remarks = self.customers.remarks();
        if let Some(damaged) = remarks.first_mut() {
            damaged.1 += self.damaged_inside;
        }
        remarks
    }

    /// What a device is.
    pub(super) fn device(&mut self, name: &str) -> Device {
        if name.is_empty() {
            return Device::None;
        }
        if let Some(known) = self.devices.get(name) {
            return *known;
        }
        let device = look_at_device(&self.layout, name);
        if self.devices.len() >= REMEMBERED {
            self.devices.clear();
        }
        self.devices.insert(name.into(), device);
        device
    }

    /// Who one side is. The device decides where its kind is known; then the number.
    pub(super) fn party(&mut self, side: Written<'_>, device: Device) -> Party {
        let shown = if side.number.is_empty() { side.uri } else { side.number };
        if is_bridge(shown) {
            return Party::Bridge;
        }
        let is_inside_number = || self.layout.inside.matches(shown);
        match device {
            Device::Machine => return Party::Machine,
            Device::Voicemail => return Party::Voicemail,
            _ if !shown.is_empty() && self.layout.not_people.matches(shown) => {
                return Party::Machine;
            }
            _ if !shown.is_empty() && self.layout.voicemail.matches(shown) => {
                return Party::Voicemail;
            }
            // Who answered for the pilot is known by the telephone only.
            Device::None if side.role == Role::AnsweringForPilot => return Party::Nobody,
            _ if side.role == Role::AnsweringForPilot => {
                return Party::Inside(self.agents.get(side.device));
            }
            Device::Phone => return self.inside(side, shown),
            Device::Trunk if is_inside_number() => {}
            Device::Trunk => return self.outside(side, shown),
            Device::None | Device::Unknown if shown.is_empty() => return Party::Nobody,
            Device::None | Device::Unknown if is_inside_number() || !side.partition.is_empty() => {}
            Device::None | Device::Unknown => {
                if !self.is_extension(shown) {
                    return self.outside(side, shown);
                }
            }
        }
        self.inside(side, shown)
    }

    fn inside(&mut self, side: Written<'_>, shown: &str) -> Party {
        if is_damaged_number(shown) {
            self.damaged_inside += 1;
            return Party::Inside(self.agents.get(side.device));
        }
        Party::Inside(self.agents.get(if shown.is_empty() { side.device } else { shown }))
    }

    fn outside(&mut self, side: Written<'_>, shown: &str) -> Party {
        let code = self.layout.access_code.as_str();
        let rest = if side.role == Role::Called && !code.is_empty() {
            shown.strip_prefix(code)
        } else {
            None
        };
        let number = rest.filter(|it| it.len() > self.layout.extension_digits_max).unwrap_or(shown);
        Party::Outside(self.customers.get(number))
    }

    /// Whether a number looks like an extension: a few digits, and no country code.
    fn is_extension(&self, number: &str) -> bool {
        let number = number.split('@').next().unwrap_or(number);
        number.len() <= self.layout.extension_digits_max
            && number.bytes().all(|it| it.is_ascii_digit() || it == b'*' || it == b'#')
    }
}

impl std::fmt::Debug for Parties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parties({} devices)", self.devices.len())
    }
}

/// Names that Unified CM gives to telephones.
const PHONES: &[&str] =
    &["SEP", "CSF", "TCT", "BOT", "TAB", "ATA", "CTIRD", "CSRD", "SPARK", "UPC", "CIPC", "DECT"];

fn look_at_device(layout: &Layout, name: &str) -> Device {
    let is_phone = PHONES.iter().any(|it| has_prefix(name, it));
    if layout.voicemail.matches(name) {
        Device::Voicemail
    } else if layout.inside_devices.matches(name) {
        Device::Phone
    } else if layout.trunk_devices.matches(name) {
        Device::Trunk
    } else if is_phone || is_analog_phone(name) {
        Device::Phone
    } else if layout.not_people.matches(name) {
        Device::Machine
    } else if name.contains('@')
        || name.parse::<IpAddr>().is_ok()
        || layout.trunk_devices.is_empty()
    {
        Device::Trunk
    } else {
        Device::Unknown
    }
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix))
}

/// Analog telephones on a gateway: `AN` or `VG…` and hexadecimal digits.
fn is_analog_phone(name: &str) -> bool {
    let rest = name.strip_prefix("AN").or_else(|| name.strip_prefix("VGC"));
    rest.is_some_and(|it| it.len() >= 8 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Whether a number is none of a person's: a conference bridge (`b` and digits) or a built-in bridge (`BIB`).
fn is_bridge(number: &str) -> bool {
    match number.as_bytes() {
        [b'b' | b'B', rest @ ..] if rest.len() >= 6 && rest.iter().all(u8::is_ascii_digit) => true,
        [b'B' | b'b', b'I' | b'i', b'B' | b'b', ..] => true,
        _ => false,
    }
}
