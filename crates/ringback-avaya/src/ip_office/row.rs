//! A line of SMDR to a segment.

use std::hash::Hasher;

use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Direction, Masked, Names, QueueId, RejectReason, Site,
    Verdict,
};
use rustc_hash::FxHasher;

use crate::ip_office::device::{Cause, Party};
use crate::ip_office::fields::{Fields, clock_time, number, place, seconds};
use crate::ip_office::layout::{Direct, Layout};
use crate::ip_office::segment::{Answer, Continuation, Ringing, Segment, Together};
use crate::ip_office::wall_clock::{WallClock, reading};

/// Reads lines.
#[derive(Debug)]
pub(super) struct RowReader {
    layout: Layout,
    pub clock: WallClock,
    pub numbers: CustomerNumbers,
    agents: Names<AgentId>,
    queues: Names<QueueId>,
    /// Records whose Is Internal is neither 0 nor 1.
    odd_internal: u64,
    /// Twinned mobile telephones that took the call.
    mobile_answers: u64,
}

/// The parties of a record, and whose call it was.
struct Parties<'a> {
    direction: Direction,
    one: Party<'a>,
    two: Party<'a>,
    cause: Cause,
}

impl RowReader {
    pub(super) fn new(site: &Site, layout: Layout, clock: WallClock) -> Self {
        Self {
            layout,
            clock,
            numbers: site.numbers(),
            agents: site.names(),
            queues: site.names(),
            odd_internal: 0,
            mobile_answers: 0,
        }
    }

    /// The segment of a line, or the verdict on one that gives none.
    pub(super) fn read(&mut self, text: &str) -> Result<Segment, Box<Verdict>> {
        let fields = Fields::cut(text).map_err(|it| Box::new(Verdict::rejected("", it)))?;
        let talk_secs = clock_time(fields.get(place::CONNECTED))
            .ok_or_else(|| bad(&fields, "Connected Time", place::CONNECTED, "a time HH:MM:SS"))?;
        let ring_secs = seconds(fields.get(place::RING))
            .ok_or_else(|| bad(&fields, "Ring Time", place::RING, SECONDS))?;
        let hold_secs = optional_seconds(&fields, "Hold Time", place::HOLD)?;
        let park_secs = optional_seconds(&fields, "Park Time", place::PARK)?;
        let call_id = number(fields.get(place::CALL_ID))
            .ok_or_else(|| bad(&fields, "Call ID", place::CALL_ID, "a number"))?;
        let continuation = match fields.get(place::CONTINUATION) {
            "0" => Continuation::Last,
            "1" => Continuation::MoreFollow,
            _ => return Err(bad(&fields, "Continuation", place::CONTINUATION, "0 or 1")),
        };
        let parties = self.parties(&fields)?;
        let hold_secs = hold_secs + park_secs;
        let total_secs = [talk_secs, ring_secs, hold_secs].map(i64::from).iter().sum();
        let recorded = fields.get(place::RECORD_TIME);
        let start = self
            .clock
            .start(fields.get(place::CALL_START), total_secs, recorded)
            .map_err(|it| Box::new(Verdict::rejected("Call Start", it)))?;
        if parties.cause == Cause::MobileTwin {
            if talk_secs == 0 {
                let rule = "mobile twin that did not take the call";
                return Err(Box::new(Verdict::skipped(rule)));
            }
            self.mobile_answers += 1;
        }
        let answer = self.answer(&fields, &parties, talk_secs);
        let agent = parties.extension().and_then(|it| self.agents.get(it));
        Ok(Segment {
            key: (call_id, server(fields.get(place::SERVER))),
            line: hash(text),
            start,
            ring_secs,
            talk_secs,
            hold_secs,
            direction: parties.direction,
            continuation,
            answer,
            together: parties.together(),
            ringing: self.ringing(&fields, &parties),
            customer: self.customer(&fields, &parties),
            agent,
            queue: self.queue(&fields, &parties),
            recorded: match continuation {
                Continuation::MoreFollow if !recorded.is_empty() => reading(recorded),
                _ => 0,
            },
        })
    }

    fn parties<'a>(&mut self, fields: &Fields<'a>) -> Result<Parties<'a>, Box<Verdict>> {
        let party = |device, name| Party::new(fields.get(device), fields.get(name));
        let one = party(place::PARTY1_DEVICE, place::PARTY1_NAME);
        let two = party(place::PARTY2_DEVICE, place::PARTY2_NAME);
        let outward = match fields.get(place::DIRECTION) {
            "I" => Direction::Inbound,
            "O" => Direction::Outbound,
            _ => return Err(bad(fields, "Direction", place::DIRECTION, "I or O")),
        };
        let is_internal = match fields.get(place::IS_INTERNAL) {
            "1" => true,
            "0" => false,
            _ => {
                self.odd_internal += 1;
                one != Party::Trunk && two != Party::Trunk
            }
        };
        let direction = if is_internal { Direction::Internal } else { outward };
        Ok(Parties { direction, one, two, cause: Cause::new(fields.get(place::CAUSE)) })
    }

    fn answer(&self, fields: &Fields<'_>, parties: &Parties<'_>, talk_secs: u32) -> Answer {
        let either = |party| parties.one == party || parties.two == party;
        if talk_secs == 0 {
            return Answer::Nobody;
        }
        // A mailbox that an extension calls is party 2.
        if either(Party::Voicemail) {
            let is_attendant = parties.cause == Cause::AutoAttendant
                || self.layout.auto_attendants.contains(fields.get(place::CALLED));
            return if is_attendant { Answer::Attendant } else { Answer::Voicemail };
        }
        match (parties.one, parties.two) {
            _ if parties.extension().is_some() => Answer::Person,
            (Party::Trunk, Party::Trunk) => Answer::Elsewhere,
            _ => Answer::Unclear,
        }
    }

    fn ringing(&self, fields: &Fields<'_>, parties: &Parties<'_>) -> Ringing {
        if parties.direction != Direction::Inbound {
            return Ringing::Phone;
        }
        let called = fields.get(place::CALLED);
        let is_direct = parties.extension() == Some(called) && !self.is_group(called, parties);
        match self.layout.direct {
            Direct::Ring if is_direct => Ringing::Phone,
            _ => Ringing::Wait,
        }
    }

    fn is_group(&self, called: &str, parties: &Parties<'_>) -> bool {
        let is_sent_by_group =
            parties.cause == Cause::HuntGroup && parties.direction == Direction::Inbound;
        is_sent_by_group || self.layout.groups.contains(called)
    }

    fn queue(&mut self, fields: &Fields<'_>, parties: &Parties<'_>) -> Option<QueueId> {
        if self.layout.groups.is_empty() && parties.cause == Cause::Other {
            return None;
        }
        let called = fields.get(place::CALLED);
        if self.is_group(called, parties) { self.queues.get(called) } else { None }
    }

    fn customer(&mut self, fields: &Fields<'_>, parties: &Parties<'_>) -> Option<Customer> {
        match parties.direction {
            Direction::Inbound => self.numbers.get(fields.get(place::CALLER)),
            // The number is the agent's own mobile telephone.
            Direction::Outbound if parties.cause == Cause::MobileTwin => None,
            Direction::Outbound => {
                let called = fields.get(place::CALLED);
                let dialed = if called.is_empty() { fields.get(place::DIALED) } else { called };
                let prefix = self.layout.outside_prefix.as_deref().unwrap_or_default();
                let number = dialed.strip_prefix(prefix).filter(|it| !it.is_empty());
                self.numbers.get(number.unwrap_or(dialed))
            }
            _ => None,
        }
    }

    /// Remarks on what was read, in a fixed order.
    pub(super) fn remarks(&self) -> Vec<(String, u64)> {
        let mut remarks = vec![
            ("call starts without seconds".to_owned(), self.clock.without_secs),
            (
                "call starts in the hour that comes twice, read by the fold rule".to_owned(),
                self.clock.by_rule,
            ),
            (
                "call starts in the hour that comes twice, told apart by the record time"
                    .to_owned(),
                self.clock.told_apart,
            ),
            (
                "records whose Is Internal is neither 0 nor 1, read by their lines".to_owned(),
                self.odd_internal,
            ),
            (
                "twinned mobile telephones that took a call, kept as outbound calls without a customer"
                    .to_owned(),
                self.mobile_answers,
            ),
        ];
        remarks.extend(self.numbers.remarks());
        remarks
    }
}

impl<'a> Parties<'a> {
    /// The extension that talked, or that rang: of an internal call the one that was called.
    fn extension(&self) -> Option<&'a str> {
        let (one, two) = (self.one.extension(), self.two.extension());
        if self.direction == Direction::Internal { two.or(one) } else { one.or(two) }
    }

    fn together(&self) -> Together {
        let is_conference = self.one == Party::Conference || self.two == Party::Conference;
        if is_conference { Together::Conference } else { Together::InTurn }
    }
}

const SECONDS: &str = "whole seconds of at most eight digits";

fn bad(
    fields: &Fields<'_>,
    field: &'static str,
    place: usize,
    expected: &'static str,
) -> Box<Verdict> {
    let value = fields.get(place);
    if value.is_empty() {
        return Box::new(Verdict::rejected(field, RejectReason::Missing { expected }));
    }
    let value = Masked::new(value);
    let reason = RejectReason::BadValue { value, expected: expected.into() };
    Box::new(Verdict::rejected(field, reason))
}

/// Seconds of a field that may be blank: then there were none.
fn optional_seconds(
    fields: &Fields<'_>,
    field: &'static str,
    place: usize,
) -> Result<u32, Box<Verdict>> {
    match fields.get(place) {
        "" | "0" => Ok(0),
        text => seconds(text).ok_or_else(|| bad(fields, field, place, SECONDS)),
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// What stands for a server's address in a key: 0 for none.
fn server(address: &str) -> u32 {
    if address.is_empty() {
        return 0;
    }
    u32::try_from(hash(address) >> 32).unwrap_or(u32::MAX).max(1)
}
