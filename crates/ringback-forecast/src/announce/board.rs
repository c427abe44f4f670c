//! The inputs of one-line estimates, kept up to date by events.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::AnnounceInputs;
use crate::StateSeen;
use crate::center::{Center, Last, SECOND, Tick, blend, place, secs};
use crate::queue_state::{LOST_AFTER, QueueEventKind};

/// Queues longer than this share a mean of past waits.
const LONGEST: usize = 60;

/// Stamps and values of the last hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Hour(VecDeque<(i64, f64)>);

impl Hour {
    fn push(&mut self, at: i64, value: f64) {
        while self.0.front().is_some_and(|it| at - it.0 > 3600 * SECOND) {
            self.0.pop_front();
        }
        self.0.push_back((at, value));
    }

    /// Those of the last `within` seconds, the latest first.
    fn last(&self, at: i64, within: i64) -> impl Iterator<Item = (i64, f64)> + '_ {
        self.0.iter().rev().copied().take_while(move |it| at - it.0 <= within * SECOND)
    }

    fn mean(&self, at: i64, within: i64) -> Option<f64> {
        let (sum, count) =
            self.last(at, within).fold((0.0, 0.0), |all, it| (all.0 + it.1, all.1 + 1.0));
        (count > 0.0).then(|| sum / count)
    }
}

/// One queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Book {
    waits: Hour,
    services: Hour,
    exits: Hour,
    twenty: Last<20>,
    tenth: Option<f64>,
    quarter: Option<f64>,
    half: Option<f64>,
    by_length: Vec<Last<15>>,
    /// Who waits, in the order of entry: the number of the stay, the length of the queue that they met, and when.
    waiting: Vec<(u32, usize, i64)>,
    /// The last caller who was answered: when, and when they had entered.
    answered: Option<(i64, i64)>,
    /// Services in progress of callers who had waited, in the order of their beginning: the number of the service, the
    /// caller's entry and wait, in seconds, and when it began.
    served: Vec<(u32, i64, f64, i64)>,
    /// The latest entry of those whose service has ended, and the wait.
    completed: Option<(i64, f64)>,
}

/// All queues, by number. Callers and services whose end has not come within a day are forgotten, as a center does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct AnnounceBoard(Vec<Book>);

impl AnnounceBoard {
    pub(crate) fn apply(&mut self, tick: &Tick) {
        let queue = tick.queue as usize;
        if queue >= self.0.len() {
            self.0.resize_with(queue + 1, Book::default);
        }
        let book = &mut self.0[queue];
        match tick.kind {
            QueueEventKind::Enters => {
                book.forget_lost(tick.at);
                let length = book.waiting.len();
                book.waiting.push((tick.open, length, tick.at));
            }
            QueueEventKind::Leaves { answered } | QueueEventKind::LeavesAtOnce { answered } => {
                book.leave(tick, answered);
            }
            QueueEventKind::ServiceBegins | QueueEventKind::ServiceBeginsAtOnce => {
                if let Some((at, since)) = book.answered.take()
                    && at == tick.at
                {
                    book.forget_lost(tick.at);
                    book.served.push((tick.open, since, secs(at - since), at));
                }
            }
            QueueEventKind::ServiceEnds | QueueEventKind::ServiceEndsAtOnce => book.end(tick),
        }
    }

    /// The inputs for a caller who enters a queue.
    pub(crate) fn inputs(
        &self,
        tick: &Tick,
        seen: StateSeen,
        center: &Center,
        features: &crate::Features,
    ) -> AnnounceInputs {
        let mut inputs = AnnounceInputs::of(seen, None);
        center_inputs(&mut inputs, tick, center, features);
        if let Some(book) = self.0.get(tick.queue as usize) {
            book.fill(&mut inputs, tick.at);
        }
        inputs
    }
}

impl Book {
    fn forget_lost(&mut self, at: i64) {
        let lost_before = at - LOST_AFTER.num_seconds() * SECOND;
        let lost = self.waiting.partition_point(|it| it.2 < lost_before);
        self.waiting.drain(..lost);
        let lost = self.served.partition_point(|it| it.3 < lost_before);
        self.served.drain(..lost);
    }

    fn leave(&mut self, tick: &Tick, answered: bool) {
        self.exits.push(tick.at, 1.0);
        let place = self.waiting.iter().position(|it| it.0 == tick.open);
        let met = place.map(|it| self.waiting.remove(it).1);
        if !answered {
            return;
        }
        let wait = secs(tick.at - tick.since);
        self.waits.push(tick.at, wait);
        blend(&mut self.tenth, wait, 0.1);
        blend(&mut self.quarter, wait, 0.25);
        blend(&mut self.half, wait, 0.5);
        self.answered = Some((tick.at, tick.since));
        if let Some(met) = met {
            let met = met.min(LONGEST);
            if met >= self.by_length.len() {
                self.by_length.resize_with(met + 1, Last::default);
            }
            self.by_length[met].push(wait);
        }
    }

    fn end(&mut self, tick: &Tick) {
        let took = secs(tick.at - tick.since);
        self.services.push(tick.at, took);
        self.twenty.push(took);
        if let Some(place) = self.served.iter().position(|it| it.0 == tick.open) {
            let (_, entered, wait, _) = self.served.remove(place);
            if self.completed.is_none_or(|it| it.0 <= entered) {
                self.completed = Some((entered, wait));
            }
        }
    }

    fn fill(&self, inputs: &mut AnnounceInputs, at: i64) {
        inputs.recent_service_secs = self.twenty.mean();
        inputs.five_minute_service_secs = self.services.mean(at, 300).or(self.twenty.mean());
        inputs.hour_service_secs = self.services.mean(at, 3600);
        inputs.last_completed_wait_secs = self.completed.map(|it| it.1);
        let length = self.waiting.len().min(LONGEST);
        inputs.same_length_wait_secs = self.by_length.get(length).and_then(Last::mean);
        inputs.tenth_wait_secs = self.tenth;
        inputs.quarter_wait_secs = self.quarter;
        inputs.half_wait_secs = self.half;
        inputs.hour_wait_secs = self.waits.mean(at, 3600);
        inputs.ten_minute_wait_secs = self.ten_minutes(at);
        inputs.fading_wait_secs = self.fading(at);
        inputs.steady_wait_secs = self.steady(at);
        inputs.exits_in_5_min = u32::try_from(self.exits.last(at, 300).count()).unwrap_or(u32::MAX);
    }

    fn ten_minutes(&self, at: i64) -> Option<f64> {
        let (mut sum, mut weights, mut weight) = (0.0, 0.0, 10.0);
        for (_, wait) in self.waits.last(at, 600).take(10) {
            sum += weight * wait;
            weights += weight;
            weight -= 1.0;
        }
        (weights > 0.0).then(|| sum / weights)
    }

    fn fading(&self, at: i64) -> Option<f64> {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (then, wait) in self.waits.last(at, 900) {
            let weight = 1.0 - secs(at - then) / 901.0;
            sum += weight * wait;
            weights += weight;
        }
        (weights > 0.0).then(|| sum / weights)
    }

    /// The mean of one-minute means, if there are three and they vary by no more than their mean.
    fn steady(&self, at: i64) -> Option<f64> {
        let mut minutes = [(0.0, 0.0); 15];
        for (then, wait) in self.waits.last(at, 900) {
            let minute = usize::try_from((at - then) / (60 * SECOND)).unwrap_or(0).min(14);
            minutes[minute].0 += wait;
            minutes[minute].1 += 1.0;
        }
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (of_minute, callers) in minutes.into_iter().filter(|it| it.1 > 0.0) {
            let mean: f64 = of_minute / callers;
            count += 1.0;
            sum += mean;
            squares += mean * mean;
        }
        let mean = sum / count;
        let deviation = (squares / count - mean * mean).max(0.0).sqrt();
        (count >= 3.0 && deviation <= mean).then_some(mean)
    }
}

fn center_inputs(
    inputs: &mut AnnounceInputs,
    tick: &Tick,
    center: &Center,
    features: &crate::Features,
) {
    const AHEAD: usize = place("ahead");
    const AT_WORK: usize = place("pool_in_3_min");
    const LOGGED_ON: usize = place("pool_in_30_min");
    const IDLE: usize = place("idle_in_pool");
    const LAST: usize = place("last_wait_of_type_secs");
    const TEN: usize = place("ten_waits_of_type_secs");
    let count = |it: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count that had become a feature"
        )]
        let count = it as u32;
        (!it.is_nan()).then_some(count)
    };
    let known = |it: f64| (!it.is_nan()).then_some(it);
    inputs.ahead = count(features[AHEAD]).unwrap_or(inputs.ahead);
    inputs.agents_at_work = count(features[AT_WORK]).unwrap_or(inputs.agents_at_work);
    inputs.agents_logged_on = count(features[LOGGED_ON]).unwrap_or(inputs.agents_logged_on);
    inputs.agents_idle = count(features[IDLE]).unwrap_or(0);
    inputs.last_wait_of_type_secs = known(features[LAST]);
    inputs.recent_wait_of_type_secs = known(features[TEN]);
    inputs.abandon_rate = Some(center.abandon_rate(tick.class));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One caller enters an hour and none leaves: a day's callers are remembered, and no more.
    #[test]
    fn callers_whose_end_never_comes_are_forgotten_after_a_day() {
        let mut board = AnnounceBoard::default();
        for hour in 0..1_000 {
            let at = i64::from(hour) * 3_600 * SECOND;
            let kind = QueueEventKind::Enters;
            let tick =
                Tick { at, since: at, open: hour, queue: 0, class: 0, agent: 0, priority: 0, kind };
            board.apply(&tick);
        }
        assert_eq!(board.0[0].waiting.len(), 25);
    }
}
