//! What one row says of its call: who answered, how it ended, which stages it passed.

use chrono::{DateTime, Utc};
use ringback_calllog::{AgentId, Direction, Outcome, Stage, StageEnd, StageKind};

use crate::cause::{Cause, CauseClass};
use crate::cucm::party::Party;
use crate::cucm::row::{CdrRow, instant};
use crate::on_behalf_of::OnBehalfOf;

/// Who connected a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answerer {
    /// Nobody, or nobody who is known to be a person.
    Nobody,
    /// A person.
    Person,
    /// A menu, an announcement, a port of a contact center.
    Machine,
    /// A voicemail.
    Voicemail,
    /// Somebody outside to whom a caller from outside was sent on.
    Elsewhere,
}

impl CdrRow {
    /// Who connected the row.
    pub(super) fn answerer(&self) -> Answerer {
        if !self.is_connected() {
            return Answerer::Nobody;
        }
        match (&self.orig, &self.dest) {
            (_, Party::Nobody) => Answerer::Nobody,
            (_, Party::Machine) => Answerer::Machine,
            (_, Party::Voicemail) => Answerer::Voicemail,
            (Party::Outside(_), Party::Outside(_)) => Answerer::Elsewhere,
            _ => Answerer::Person,
        }
    }

    pub(super) fn started_at(&self) -> DateTime<Utc> {
        instant(self.origination_secs)
    }

    pub(super) fn connected_at(&self) -> Option<DateTime<Utc>> {
        self.connect_secs().map(instant)
    }

    pub(super) fn ended_at(&self) -> DateTime<Utc> {
        instant(self.disconnect_secs)
    }

    /// The cause that says how the row ended: only the side that released has one as a rule.
    fn cause(&self) -> Cause {
        if self.dest_cause == Cause(0) { self.orig_cause } else { self.dest_cause }
    }

    /// How a call ended of which this row is the last.
    pub(super) fn outcome(&self, direction: Direction) -> Outcome {
        let is_caller_gone = self.orig_cause == Cause::NORMAL_CLEARING && !self.is_split();
        match self.answerer() {
            Answerer::Person => Outcome::Answered,
            Answerer::Voicemail => Outcome::Voicemail,
            Answerer::Elsewhere => Outcome::Overflowed,
            Answerer::Machine if is_caller_gone => Outcome::Abandoned,
            Answerer::Machine => Outcome::Unknown,
            Answerer::Nobody if self.is_connected() && is_caller_gone => Outcome::Abandoned,
            Answerer::Nobody if self.is_connected() => Outcome::Unknown,
            Answerer::Nobody if self.is_given_up() => match direction {
                // It was the center that gave up.
                Direction::Outbound => Outcome::Other,
                _ => Outcome::Abandoned,
            },
            Answerer::Nobody => match self.cause().class() {
                CauseClass::Busy => Outcome::Busy,
                CauseClass::NoAnswer | CauseClass::Cleared => Outcome::Other,
                CauseClass::None | CauseClass::Split | CauseClass::ConferenceDrop => {
                    Outcome::Unknown
                }
                CauseClass::Failed => Outcome::Failed,
            },
        }
    }

    /// Who of the center talks in this row.
    pub(super) fn agent(&self) -> Option<&Option<AgentId>> {
        match (&self.orig, &self.dest) {
            (Party::Inside(fetcher), Party::Inside(_)) if self.is_park_retrieval() => Some(fetcher),
            (_, Party::Inside(agent))
            | (Party::Inside(agent), Party::Outside(_) | Party::Bridge) => Some(agent),
            _ => None,
        }
    }

    /// How the part of the call ended that this row tells of.
    fn end(&self) -> StageEnd {
        if self.is_split() && self.is_ended_by(OnBehalfOf::Transfer) {
            return StageEnd::Transferred;
        }
        match self.cause().class() {
            CauseClass::Failed if self.cause().is_known() => StageEnd::Failed,
            _ => StageEnd::Completed,
        }
    }

    /// The stages of this row, if the customer takes part in it. `is_first` says that nothing of the call came before.
    pub(super) fn add_stages(&self, is_first: bool, stages: &mut Vec<Stage>) {
        let answerer = self.answerer();
        if self.queued_secs.is_some() {
            stages.push(self.queue_stage(answerer));
        } else if is_first && self.orig.is_outside() {
            stages.extend(self.ring_stage(answerer));
        }
        let Some(connected_at) = self.connected_at() else { return };
        let stage = |kind, agent: Option<AgentId>, end| Stage {
            kind,
            queue: None,
            agent,
            entered_at: connected_at,
            left_at: Some(self.ended_at()),
            end,
        };
        match answerer {
            // The row of a blind transfer's first part, or of a pickup, was never talked in.
            _ if self.is_split() && connected_at == self.ended_at() => {}
            Answerer::Person => {
                if let Some(agent) = self.agent() {
                    let queue = self.pilot.clone().filter(|_| !self.features.is_overflow());
                    stages
                        .push(Stage { queue, ..stage(StageKind::Talk, agent.clone(), self.end()) });
                } else if self.orig == Party::Machine {
                    stages.push(stage(StageKind::Ivr, None, StageEnd::Completed));
                }
            }
            Answerer::Machine => {
                let end = match self.outcome(Direction::Inbound) {
                    Outcome::Abandoned => StageEnd::Abandoned,
                    _ => StageEnd::Completed,
                };
                stages.push(stage(StageKind::Ivr, None, end));
            }
            Answerer::Voicemail => {
                stages.push(stage(StageKind::Voicemail, None, StageEnd::Completed));
            }
            Answerer::Nobody | Answerer::Elsewhere => {}
        }
    }

    /// The stay in the native queue: exactly as long as the row says, up to the answer, or to the end where nobody
    /// answered.
    fn queue_stage(&self, answerer: Answerer) -> Stage {
        let left_secs = match self.connect_secs() {
            Some(connect) if answerer != Answerer::Nobody => connect,
            _ => self.disconnect_secs,
        };
        let waited = self.queued_secs.unwrap_or(0);
        let entered = left_secs.saturating_sub(waited).max(self.origination_secs.min(left_secs));
        let end = match answerer {
            _ if self.features.is_overflow() => StageEnd::Overflowed,
            Answerer::Person => StageEnd::Answered,
            Answerer::Machine | Answerer::Voicemail | Answerer::Elsewhere => StageEnd::Overflowed,
            Answerer::Nobody => match self.outcome(Direction::Inbound) {
                Outcome::Abandoned => StageEnd::Abandoned,
                Outcome::Unknown | Outcome::Other => StageEnd::Unknown,
                _ => StageEnd::Failed,
            },
        };
        Stage {
            kind: StageKind::Queue,
            queue: self.pilot.clone(),
            agent: None,
            entered_at: instant(entered),
            left_at: Some(instant(left_secs)),
            end,
        }
    }

    /// Whether the row says that the call was longer in the queue than it took.
    pub(super) fn has_too_long_a_wait(&self) -> bool {
        let left = self.connect_secs().filter(|_| self.answerer() != Answerer::Nobody);
        let most = left.unwrap_or(self.disconnect_secs).saturating_sub(self.origination_secs);
        self.queued_secs.is_some_and(|it| it > most)
    }

    /// The ringing before a person answered, or until the caller or the system gave up. A call from outside comes with
    /// its number whole; a telephone's call begins off the hook, so its time would be one of dialing too.
    fn ring_stage(&self, answerer: Answerer) -> Option<Stage> {
        let is_hunt = self.pilot.is_some() && !self.features.is_overflow();
        let is_reached = self.dest_leg != 0 && self.dest != Party::Nobody || is_hunt;
        let (left_at, end) = match answerer {
            Answerer::Person => (self.connected_at()?, StageEnd::Answered),
            Answerer::Nobody if self.is_connected() || !is_reached => return None,
            Answerer::Nobody if self.is_given_up() => (self.ended_at(), StageEnd::Abandoned),
            Answerer::Nobody if self.cause().class() == CauseClass::NoAnswer => {
                (self.ended_at(), StageEnd::Unanswered)
            }
            _ => return None,
        };
        if left_at <= self.started_at() {
            return None;
        }
        // Of a hunt group several telephones may have rung.
        let agent = self.agent().cloned().flatten().filter(|_| !is_hunt);
        Some(Stage {
            kind: StageKind::Ring,
            queue: self.pilot.clone().filter(|_| is_hunt),
            agent,
            entered_at: self.started_at(),
            left_at: Some(left_at),
            end,
        })
    }
}
