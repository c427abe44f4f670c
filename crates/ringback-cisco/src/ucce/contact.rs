//! The rows of one contact, sorted out, and what they say of it together.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Customer, Direction, LegId, Outcome};

use crate::ucce::callback::Callback;
use crate::ucce::code::{LegKind, UcceDisposition};
use crate::ucce::layout::QueuesBy;
use crate::ucce::row::{LegKey, LegRow, RouteRow};

/// The router gave up: the caller had gone.
const CALLER_GONE: i64 = 448;
/// The router gave up: the call had waited as long as it may.
const WAITED_TOO_LONG: i64 = 499;

/// What a call counts under, with the vendor's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueueNumber {
    CallType(i64),
    PrecisionQueue(i64),
    SkillGroup(i64),
}

/// The rows of one contact. Never without a leg.
pub(super) struct Contact<'a> {
    /// In order of their start.
    pub legs: Vec<&'a LegRow>,
    pub routes: Vec<&'a RouteRow>,
    pub callback: Option<Callback>,
    /// Which one of several legs that were never routed and go by the same name, from 0.
    pub nth: usize,
}

impl<'a> Contact<'a> {
    pub(super) fn new(
        mut legs: Vec<&'a LegRow>,
        routes: Vec<&'a RouteRow>,
        callback: Option<Callback>,
    ) -> Option<Self> {
        legs.sort_by_key(|it| (it.started_at, it.seq, it.leg));
        (!legs.is_empty()).then_some(Self { legs, routes, callback, nth: 0 })
    }

    /// Legs of the customer: all of them where there are only others.
    pub(super) fn own(&self) -> impl DoubleEndedIterator<Item = &'a LegRow> + '_ {
        let has_own = self.legs.iter().any(|it| is_own(it));
        self.legs.iter().copied().filter(move |it| is_own(it) || !has_own)
    }

    /// Legs between agents beside the customer's.
    pub(super) fn consults(&self) -> impl Iterator<Item = &'a LegRow> + '_ {
        let has_own = self.legs.iter().any(|it| is_own(it));
        self.legs.iter().copied().filter(move |it| it.kind == LegKind::Consult && has_own)
    }

    /// Legs to a menu or a queue, not to an agent.
    pub(super) fn menus(&self) -> impl DoubleEndedIterator<Item = &'a LegRow> + '_ {
        self.own().filter(|it| it.agent.is_none())
    }

    pub(super) fn answered(&self, is_person: impl Fn(&LegRow) -> bool) -> Option<&'a LegRow> {
        self.own().find(|it| it.is_answered() && is_person(it))
    }

    pub(super) fn started_at(&self) -> DateTime<Utc> {
        self.own().map(|it| it.started_at).min().unwrap_or(self.legs[0].started_at)
    }

    pub(super) fn ended_at(&self) -> Option<DateTime<Utc>> {
        let decided_at = self.callback.as_ref().and_then(|it| it.decided_at);
        self.own().map(LegRow::hung_up_at).chain(decided_at).max()
    }

    pub(super) fn leg_id(&self) -> LegId {
        let routed = self.legs.iter().find(|it| it.route.is_routed());
        if let Some(leg) = routed {
            return LegId::new(format!("{}-{}", leg.route.day, leg.route.key));
        }
        let nth = if self.nth == 0 { String::new() } else { format!("-{}", self.nth + 1) };
        match self.legs[0].leg {
            LegKey::Recovery(key) => LegId::new(format!("leg-{key}{nth}")),
            LegKey::Peripheral { peripheral, call_key, started_at } => {
                let at = started_at.timestamp();
                LegId::new(format!("leg-{peripheral}-{call_key}-{at}{nth}"))
            }
        }
    }

    pub(super) fn direction(&self) -> Direction {
        let has = |kind| self.legs.iter().any(|it| it.kind == kind);
        let is_routed = self.legs.iter().any(|it| it.route.is_routed());
        if has(LegKind::Outbound) || has(LegKind::Reservation) {
            // A callback's leg to the customer is of the contact that the customer began.
            let is_called_back = self.callback.is_some();
            return if is_called_back { Direction::Inbound } else { Direction::Outbound };
        }
        match () {
            () if has(LegKind::Customer) || (is_routed && has(LegKind::Unknown)) => {
                Direction::Inbound
            }
            () if has(LegKind::Consult) => Direction::Internal,
            () => Direction::Unknown,
        }
    }

    pub(super) fn customer(&self) -> Option<Customer> {
        let of_legs = || self.own().find_map(|it| it.customer);
        let of_routes = || self.routes.iter().find_map(|it| it.customer);
        let customer = match self.direction() {
            Direction::Internal => None,
            Direction::Outbound => of_legs(),
            Direction::Inbound | Direction::Unknown => of_routes().or_else(of_legs),
        };
        customer.or_else(|| self.callback.as_ref().and_then(|it| it.customer))
    }

    /// What the call counts under. `leg` is the one that says it best: the answered one, or the last.
    pub(super) fn queue(&self, leg: Option<&LegRow>, by: QueuesBy) -> Option<QueueNumber> {
        if matches!(self.direction(), Direction::Outbound | Direction::Internal) {
            return None;
        }
        let leg = leg.or_else(|| self.own().next_back());
        let call_type = self
            .routes
            .iter()
            .find_map(|it| it.call_type)
            .or_else(|| leg.and_then(|it| it.call_type))
            .or_else(|| self.own().find_map(|it| it.call_type));
        let call_type = call_type.map(QueueNumber::CallType);
        let precision = leg.and_then(|it| it.precision_queue).map(QueueNumber::PrecisionQueue);
        let skill = leg.and_then(|it| it.skill_group).map(QueueNumber::SkillGroup);
        match by {
            QueuesBy::CallType => call_type.or(precision).or(skill),
            QueuesBy::SkillGroup => precision.or(skill).or(call_type),
        }
    }

    /// The time in queues before an agent's telephone rang, and whether two places of the log agree on it. They tell
    /// of the same time, so one of them counts: the router's, the menus', the network's as the agent's leg has it,
    /// the agent's own peripheral's.
    pub(super) fn queue_time(&self) -> (Option<TimeDelta>, bool) {
        let zero = TimeDelta::zero();
        let routed = self.routes.iter().filter_map(|it| it.queue).max();
        let menus = self.menus().map(|it| it.parts.local_queue).sum::<TimeDelta>();
        let agents = || self.own().filter(|it| it.agent.is_some());
        let network = agents().map(|it| it.net_queue).max().unwrap_or(zero);
        let local = agents().map(|it| it.parts.local_queue).max().unwrap_or(zero);
        let times = [routed.unwrap_or(zero), menus, network, local];
        let mut told = times.into_iter().filter(|it| *it > zero);
        let first = told.next();
        let agree =
            told.all(|it| first.is_none_or(|first| (first - it).abs() <= TimeDelta::seconds(2)));
        (first.or(routed), agree)
    }

    pub(super) fn is_short(&self) -> bool {
        self.own().any(|it| it.disposition == UcceDisposition::Short)
            && self.answered(|_| true).is_none()
    }

    /// How a call ended that no person answered.
    pub(super) fn unanswered_outcome(&self) -> Outcome {
        use UcceDisposition as It;
        let has_error = |error| self.routes.iter().any(|it| it.error == Some(error));
        if self.is_short() {
            return Outcome::Other;
        }
        let Some(last) = self.own().next_back() else { return Outcome::Unknown };
        let is_placed = matches!(self.direction(), Direction::Outbound | Direction::Internal);
        // Who hung up is no customer.
        if is_placed && last.disposition.is_abandoned() {
            return Outcome::Other;
        }
        match last.disposition {
            it if it.is_abandoned() => Outcome::Abandoned,
            _ if has_error(CALLER_GONE) => Outcome::Abandoned,
            _ if has_error(WAITED_TOO_LONG) => Outcome::Overflowed,
            It::Busy | It::ForcedBusy | It::DropBusy => Outcome::Busy,
            It::DropReorder | It::UAbort | It::FailedSoftware => Outcome::Failed,
            It::Redirected | It::Intraflow | It::Interflow => Outcome::Overflowed,
            It::DropNoAnswer | It::RingNoAnswer | It::AnsweringMachine => Outcome::Other,
            // A menu's leg that ended: the caller was served, or gave up.
            _ => Outcome::Unknown,
        }
    }
}

fn is_own(leg: &LegRow) -> bool {
    !matches!(leg.kind, LegKind::Consult | LegKind::Reservation)
}
