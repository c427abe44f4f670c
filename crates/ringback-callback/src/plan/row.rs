//! What every window is worth for one request.

use chrono::{DateTime, Utc};
use ringback_reach::{Ask, Reachability, Window};

use super::board::{Board, days};
use super::refusal::Refusals;
use super::{ChosenWindows, PlanMoment, UnplannedReason};
use crate::flow::FORBIDDEN;
use crate::{CallbackRequest, Error, Forbidden};

/// Which windows a request may go to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RowKind {
    /// All that the rules allow.
    Any,
    /// Of those the ones that the customer has chosen.
    Chosen,
    /// All that the rules allow, for none of the chosen ones is left.
    InsteadOfChosen,
    /// None.
    Closed(UnplannedReason),
}

impl Board {
    /// Appends what every cell is worth for a request, and what leaving it out is, in whole units.
    pub(crate) fn push_row(
        &self,
        request: &CallbackRequest,
        moment: &PlanMoment<'_>,
        units: &mut Vec<i64>,
    ) -> Result<RowKind, Error> {
        let from = units.len();
        let chosen = self.planner.chosen;
        units.resize(from + self.cells.len(), FORBIDDEN);
        units.push(self.left_out(request, moment.as_of));
        if let Some(due_by) = request.due_by.filter(|it| *it <= moment.as_of) {
            return Ok(RowKind::Closed(UnplannedReason::DeadlinePassed { due_by }));
        }
        let row = &mut units[from..];
        let mut kind = RowKind::Any;
        if !request.chosen.is_empty() && chosen != ChosenWindows::Ignored {
            let refusals = self.fill_row(request, moment, true, row)?;
            let Some(refusals) = refusals else { return Ok(RowKind::Chosen) };
            let rule = refusals.first().cloned();
            if rule == Some(Forbidden::OptedOut) {
                return Ok(RowKind::Closed(UnplannedReason::OptedOut));
            }
            if chosen == ChosenWindows::Only {
                return Ok(RowKind::Closed(UnplannedReason::ChosenForbidden { rule }));
            }
            kind = RowKind::InsteadOfChosen;
        }
        if !self.cells.iter().any(|it| it.serves(request.skill.as_ref())) {
            let skill = request.skill.clone();
            return Ok(RowKind::Closed(UnplannedReason::NoAgents { skill }));
        }
        Ok(match self.fill_row(request, moment, false, row)? {
            None => kind,
            Some(refusals) => RowKind::Closed(refusals.reason(request)),
        })
    }

    /// Fills in the cells that are allowed; the reasons against all, if none is.
    fn fill_row(
        &self,
        request: &CallbackRequest,
        moment: &PlanMoment<'_>,
        is_chosen_only: bool,
        row: &mut [i64],
    ) -> Result<Option<Refusals>, Error> {
        let mut refusals = Refusals::default();
        let mut is_open = false;
        let skill = request.skill.as_ref();
        for it in &self.windows {
            if !it.cells.iter().any(|&cell| self.cells[cell].serves(skill)) {
                continue;
            }
            let stretch = match stretch_of(request, moment, it.window, is_chosen_only)? {
                None => continue,
                Some(Ok(stretch)) => stretch,
                Some(Err(reason)) => {
                    refusals.push(reason);
                    continue;
                }
            };
            let reach = self.reach(request, moment, stretch);
            let units = self.units_of(request, moment.as_of, stretch, reach.probability)?;
            for &cell in it.cells.iter().filter(|it| self.cells[**it].serves(skill)) {
                row[cell] = units;
                is_open = true;
            }
        }
        Ok((!is_open).then_some(refusals))
    }

    /// The mean over a stretch, each piece asked at its middle.
    pub(super) fn reach(
        &self,
        request: &CallbackRequest,
        moment: &PlanMoment<'_>,
        stretch: Window,
    ) -> Reachability {
        let length_secs = stretch.length().num_seconds().max(1).unsigned_abs();
        let piece_secs = u64::from(self.planner.ask_every_mins) * 60;
        let n_pieces = i32::try_from(length_secs.div_ceil(piece_secs)).unwrap_or(i32::MAX);
        let ask_at = |at| {
            moment.reach.reachability(&Ask {
                kind: self.planner.kind,
                segment: request.segment.as_ref(),
                zone: request.zone,
                ..Ask::new(request.customer, at)
            })
        };
        if n_pieces <= 1 {
            return ask_at(stretch.middle());
        }
        let piece = stretch.length() / n_pieces;
        let mut mean = ask_at(stretch.starts_at() + piece / 2);
        for n in 1..n_pieces {
            let it = ask_at(stretch.starts_at() + piece * n + piece / 2);
            mean.probability += it.probability;
            mean.lower += it.lower;
            mean.upper += it.upper;
        }
        mean.probability /= f64::from(n_pieces);
        mean.lower /= f64::from(n_pieces);
        mean.upper /= f64::from(n_pieces);
        mean
    }

    /// What a call in a stretch is worth, in whole units.
    fn units_of(
        &self,
        request: &CallbackRequest,
        as_of: DateTime<Utc>,
        stretch: Window,
        probability: f64,
    ) -> Result<i64, Error> {
        if !(0.0..=1.0).contains(&probability) {
            let expected = "0 to 1";
            return Err(Error::Setting { name: "probability", value: probability, expected });
        }
        let worth = request.intent.as_ref().and_then(|it| self.planner.worth.get(it));
        let gain = probability * worth.copied().unwrap_or(1.0);
        let value = gain - self.lateness(request, as_of, stretch.starts_at());
        Ok(self.to_units(value * self.planner.weights.weight(request.urgency), request.urgency))
    }

    /// What leaving a request out is worth: a call in vain at the end of the last window, and a little less.
    fn left_out(&self, request: &CallbackRequest, as_of: DateTime<Utc>) -> i64 {
        let lateness = self.lateness(request, as_of, self.ends_at);
        let value = -lateness * self.planner.weights.weight(request.urgency);
        self.to_units(value, request.urgency) - 1
    }

    /// What it costs that a call begins at an instant rather than at once.
    fn lateness(&self, request: &CallbackRequest, as_of: DateTime<Utc>, at: DateTime<Utc>) -> f64 {
        let weights = &self.planner.weights;
        let used = request.due_by.map_or(0.0, |due_by| {
            let allowed = days(request.requested_at, due_by);
            if allowed > 0.0 { (days(request.requested_at, at) / allowed).min(1.0) } else { 1.0 }
        });
        weights.wait_cost_per_day * days(as_of.max(request.requested_at), at)
            + weights.deadline_cost * used * used
    }
}

/// The stretch of a window in which a request may be called; `None` if only chosen windows count and it is none.
pub(super) fn stretch_of(
    request: &CallbackRequest,
    moment: &PlanMoment<'_>,
    window: Window,
    is_chosen_only: bool,
) -> Result<Option<Result<Window, Forbidden>>, Error> {
    if !is_chosen_only {
        return permitted(request, moment, window).map(Some);
    }
    let mut refused = None;
    for chosen in &request.chosen {
        let starts_at = chosen.starts_at().max(window.starts_at());
        let ends_at = chosen.ends_at().min(window.ends_at());
        let Ok(part) = Window::new(starts_at, ends_at) else { continue };
        match permitted(request, moment, part)? {
            Ok(stretch) => return Ok(Some(Ok(stretch))),
            Err(reason) => refused = refused.or(Some(Err(reason))),
        }
    }
    Ok(refused)
}

/// The stretch of a window that is not over, in which the request is made and not due, and the rules allow a call.
fn permitted(
    request: &CallbackRequest,
    moment: &PlanMoment<'_>,
    window: Window,
) -> Result<Result<Window, Forbidden>, Error> {
    let starts_at = window.starts_at().max(moment.as_of).max(request.requested_at);
    if starts_at >= window.ends_at() {
        return Ok(Err(Forbidden::Past));
    }
    let ends_at = request.due_by.map_or(window.ends_at(), |it| it.min(window.ends_at()));
    let Ok(part) = Window::new(starts_at, ends_at) else {
        return Ok(Err(Forbidden::AfterDeadline));
    };
    match moment.rules.permit(request, part, moment.as_of) {
        Ok(it) if it.starts_at() < part.starts_at() || it.ends_at() > part.ends_at() => {
            Err(Error::Contradiction(format!(
                "the rules allow request {} to be called in {it}, asked was {part}",
                request.id
            )))
        }
        answer => Ok(answer),
    }
}
