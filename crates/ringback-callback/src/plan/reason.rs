//! Why a request is where it is, in words and in figures.

use ringback_reach::{Method, Reachability};

use super::board::Board;
use super::row::stretch_of;
use super::{PlanMoment, PlannedCallback, RowKind, UnplannedReason};
use crate::flow::FORBIDDEN;
use crate::{Assignment, CallbackRequest, Error, Forbidden, Urgency};

impl Board {
    /// The planned callback of a request in a cell; the rule against it, if there is one now.
    pub(crate) fn planned(
        &self,
        request: &CallbackRequest,
        moment: &PlanMoment<'_>,
        place: (usize, &RowKind),
        row: &[i64],
    ) -> Result<Result<PlannedCallback, Forbidden>, Error> {
        let (cell, kind) = place;
        let is_chosen_only = *kind == RowKind::Chosen;
        let capacity = &self.cells[cell];
        let stretch = stretch_of(request, moment, capacity.window, is_chosen_only)?;
        let window = match stretch.unwrap_or(Err(Forbidden::Past)) {
            Ok(window) => window,
            Err(reason) => return Ok(Err(reason)),
        };
        let reach = self.reach(request, moment, window);
        Ok(Ok(PlannedCallback {
            request: request.id.clone(),
            customer: request.customer,
            window,
            cell,
            skill: capacity.skill.clone(),
            reach,
            value: self.to_value(row[cell]),
            reason: self.why(request, &reach, place, row),
        }))
    }

    /// Why a request is planned in a cell.
    fn why(
        &self,
        request: &CallbackRequest,
        reach: &Reachability,
        (cell, kind): (usize, &RowKind),
        row: &[i64],
    ) -> String {
        let mut n_windows = 0;
        let mut n_better = 0;
        let mut n_earlier = 0;
        for it in &self.windows {
            let Some(units) = it.cells.iter().map(|&cell| row[cell]).max() else { continue };
            if units == FORBIDDEN {
                continue;
            }
            n_windows += 1;
            n_better += usize::from(units > row[cell]);
            n_earlier += usize::from(it.window.starts_at() < self.cells[cell].window.starts_at());
        }
        let chosen = match kind {
            RowKind::Chosen => "chosen by the customer, ",
            RowKind::InsteadOfChosen => "none of the chosen windows is left; ",
            RowKind::Any | RowKind::Closed(_) => "",
        };
        let which = match (n_windows, n_better, n_earlier) {
            (1, ..) => "the only window possible".to_owned(),
            (_, 0, 0) => format!("the earliest of {n_windows} windows and the best"),
            (_, 0, _) => format!("the best of {n_windows} windows"),
            (_, _, 0) => format!("the earliest of {n_windows} windows; better ones are full"),
            (_, 1, _) => format!("the second best of {n_windows} windows; the best is full"),
            _ => format!("best of {n_windows} windows but for {n_better} that are full"),
        };
        let percent = 100.0 * reach.probability;
        let answers = if reach.evidence.method == Method::Rules {
            format!("by convention, not from data, {percent:.0} % of calls are answered then")
        } else {
            format!("the customer answers {percent:.0} % of calls then")
        };
        let urgent =
            if request.urgency == Urgency::Urgent { "urgent, before all others; " } else { "" };
        format!("{urgent}{chosen}{which}: {answers}")
    }

    /// Why a request that could be planned is left out.
    pub(crate) fn why_left_out(
        &self,
        request: &CallbackRequest,
        kind: &RowKind,
        assignment: &Assignment,
        row: &[i64],
    ) -> UnplannedReason {
        if let RowKind::Closed(reason) = kind {
            return reason.clone();
        }
        let mut cheapest = None;
        let mut n_windows = 0;
        for it in &self.windows {
            let prices = it
                .cells
                .iter()
                .filter(|cell| row[**cell] != FORBIDDEN && self.cells[**cell].slots > 0)
                .filter_map(|&cell| assignment.price_units(cell));
            if let Some(price) = prices.min() {
                n_windows += 1;
                cheapest = Some(cheapest.map_or(price, |it: i64| it.min(price)));
            }
        }
        match cheapest {
            Some(price) => UnplannedReason::Taken {
                n_windows,
                is_chosen_only: *kind == RowKind::Chosen,
                price: self.to_value(price),
            },
            None => UnplannedReason::NoAgents { skill: request.skill.clone() },
        }
    }
}
