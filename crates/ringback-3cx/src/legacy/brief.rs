//! A leg in few bytes, for as long as it waits.

use chrono::{DateTime, Utc};
use ringback_calllog::{
    AgentId, Customer, Direction, Leg, LegId, Outcome, QueueId, Stage, StageEnd, StageKind,
};

use crate::legacy::answer::Times;

/// What a record says in the words of the call model, while it waits. Thousands wait at a time: what they take decides
/// how much of all that a read touches stays in the processor's memory. So it holds no instant and no name twice, and
/// nothing of it lies elsewhere but names that it shares.
pub(super) struct BriefLeg {
    pub(super) id: BriefText,
    pub(super) times: Times,
    pub(super) direction: Direction,
    pub(super) outcome: Outcome,
    pub(super) customer: Option<Customer>,
    pub(super) queue: Option<QueueId>,
    /// The stage that began with the call.
    pub(super) first: Option<BriefStage>,
    /// The stage that began with the answer.
    pub(super) answered: Option<BriefStage>,
}

/// A stage of a leg that knows the instants and the queue.
pub(super) struct BriefStage {
    pub(super) kind: StageKind,
    pub(super) agent: Option<AgentId>,
    /// Whether it names the queue of the leg.
    pub(super) is_of_queue: bool,
    pub(super) left: Left,
    pub(super) end: StageEnd,
}

/// When a stage was left.
#[derive(Clone, Copy)]
pub(super) enum Left {
    /// The record does not say.
    Unknown,
    /// At the answer.
    Answered,
    /// At the end of the call.
    Ended,
}

impl BriefStage {
    /// A stage that came to its end, of nobody known.
    pub(super) fn new(kind: StageKind, left: Left) -> Self {
        Self { kind, agent: None, is_of_queue: false, left, end: StageEnd::Completed }
    }
}

impl BriefLeg {
    /// The last thing that it knows of.
    pub(super) fn last_at(&self) -> DateTime<Utc> {
        self.times.ended_at.unwrap_or(self.times.started_at)
    }

    /// The leg; its names go with it.
    #[inline]
    pub(super) fn take(&mut self) -> Leg {
        let Times { started_at, answered_at, ended_at } = self.times;
        let queue = self.queue.take();
        let (first, answered) = (self.first.take(), answered_at.zip(self.answered.take()));
        let stage = |entered_at, brief: BriefStage| Stage {
            kind: brief.kind,
            queue: if brief.is_of_queue { queue.clone() } else { None },
            agent: brief.agent,
            entered_at,
            left_at: match brief.left {
                Left::Unknown => None,
                Left::Answered => answered_at,
                Left::Ended => ended_at,
            },
            end: brief.end,
        };
        let mut stages =
            Vec::with_capacity(usize::from(first.is_some()) + usize::from(answered.is_some()));
        stages.extend(first.map(|it| stage(started_at, it)));
        stages.extend(answered.map(|(at, it)| stage(at, it)));
        Leg {
            ended_at,
            direction: self.direction,
            customer: self.customer,
            queue,
            stages,
            ..Leg::whole(LegId::from(self.id.as_str()), started_at, self.outcome)
        }
    }
}

/// A text that lies where it is held if it has at most [`BriefText::MOST`] bytes.
pub(super) enum BriefText {
    Here { len: u8, bytes: [u8; Self::MOST] },
    Elsewhere(Box<str>),
}

impl BriefText {
    const MOST: usize = 30;

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Here { len, bytes } => {
                let text = bytes.get(..usize::from(*len)).unwrap_or(bytes);
                std::str::from_utf8(text).unwrap_or("")
            }
            Self::Elsewhere(text) => text,
        }
    }
}

impl From<&str> for BriefText {
    fn from(text: &str) -> Self {
        let mut bytes = [0; Self::MOST];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(text.as_bytes());
                Self::Here { len, bytes }
            }
            _ => Self::Elsewhere(text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BriefLeg, BriefText};

    #[test]
    fn a_brief_text_is_the_text_it_was_made_of() {
        for text in ["", "7", "89d3af2d8f010000_3456~265500", "ÆØÅ~1"] {
            assert_eq!(BriefText::from(text).as_str(), text);
        }
        let long = "x".repeat(40);
        for len in 28..40 {
            assert_eq!(BriefText::from(&long[..len]).as_str(), &long[..len]);
        }
    }

    #[test]
    fn a_brief_leg_is_brief() {
        assert!(size_of::<BriefLeg>() <= 160, "{} bytes", size_of::<BriefLeg>());
    }
}
