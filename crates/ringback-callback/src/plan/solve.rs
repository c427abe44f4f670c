//! Making a plan.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use ringback_calllog::Customer;
use ringback_reach::Method;
use rustc_hash::FxHashSet;

use super::board::Board;
use super::{
    CellPrice, Plan, PlanInputs, PlanMoment, PlannedCallback, Planner, RowKind, Unplanned,
    UnplannedReason,
};
use crate::{Assignment, CallbackRequest, Error};

impl Planner {
    /// The best plan.
    ///
    /// Every request is in it once, planned or unplanned with the reason. Of requests with the same id the first counts;
    /// of several requests of one customer the one that can be planned, of these the most urgent, the oldest, the first.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a weight, a worth or a probability outside its range; [`Error::Contradiction`] for a
    /// window and skill with two rows of capacity, weights that fall as urgency rises, and rules that allow a stretch
    /// that was not asked for.
    pub fn plan(&self, inputs: &PlanInputs<'_>) -> Result<Plan, Error> {
        let board = Board::new(self, inputs.capacities, inputs.as_of)?;
        let moment = inputs.moment();
        let n_nodes = board.cells.len() + 1;
        let mut units = Vec::with_capacity(inputs.requests.len() * n_nodes);
        let mut kinds = Vec::with_capacity(inputs.requests.len());
        for request in inputs.requests {
            kinds.push(board.push_row(request, &moment, &mut units)?);
        }
        close_duplicates(inputs.requests, &mut kinds);
        let mut table = board.table()?;
        for (kind, row) in kinds.iter().zip(units.chunks_exact(n_nodes)) {
            if !matches!(kind, RowKind::Closed(_)) {
                table.push_units(row);
            }
        }
        drop(units);
        let assignment = Assignment::solve(table);
        let mut plan = told(&board, inputs, &kinds, &assignment)?;
        plan.gap = board.gap(&assignment);
        plan.prices = board.prices(&assignment);
        plan.notes = board.notes(&plan.planned, &moment);
        Ok(plan)
    }
}

/// Which of two requests of one customer stands for both: the more urgent, then the older.
pub(crate) fn comes_before(one: &CallbackRequest, other: &CallbackRequest) -> bool {
    one.urgency.cmp(&other.urgency).then(other.requested_at.cmp(&one.requested_at)).is_gt()
}

/// Closes all but one of the requests with the same id, and of those of one customer.
fn close_duplicates(requests: &[CallbackRequest], kinds: &mut [RowKind]) {
    let mut ids = FxHashSet::default();
    let mut stand: BTreeMap<Customer, usize> = BTreeMap::new();
    for (n, request) in requests.iter().enumerate() {
        if !ids.insert(&request.id) {
            kinds[n] = RowKind::Closed(UnplannedReason::SameId);
            continue;
        }
        let is_open = |it: usize| !matches!(kinds[it], RowKind::Closed(_));
        stand
            .entry(request.customer)
            .and_modify(|it| {
                let is_better = (is_open(n), comes_before(request, &requests[*it]));
                if is_better.0 && (!is_open(*it) || is_better.1) {
                    *it = n;
                }
            })
            .or_insert(n);
    }
    for (n, request) in requests.iter().enumerate() {
        let is_same_id = kinds[n] == RowKind::Closed(UnplannedReason::SameId);
        if let Some(&first) = stand.get(&request.customer).filter(|it| **it != n && !is_same_id) {
            let request = requests[first].id.clone();
            kinds[n] = RowKind::Closed(UnplannedReason::DuplicateOf { request });
        }
    }
}

/// The plan of an assignment whose rows are the requests that are not closed.
fn told(
    board: &Board,
    inputs: &PlanInputs<'_>,
    kinds: &[RowKind],
    assignment: &Assignment,
) -> Result<Plan, Error> {
    let moment = inputs.moment();
    let mut plan = Plan::default();
    let mut n_row = 0;
    for (request, kind) in inputs.requests.iter().zip(kinds) {
        let unplanned =
            |reason| Unplanned { request: request.id.clone(), customer: request.customer, reason };
        if let RowKind::Closed(reason) = kind {
            plan.unplanned.push(unplanned(reason.clone()));
            continue;
        }
        let row = assignment.units(n_row);
        match assignment.cell(n_row) {
            None => {
                let reason = board.why_left_out(request, kind, assignment, row);
                plan.unplanned.push(unplanned(reason));
            }
            Some(cell) => match board.planned(request, &moment, (cell, kind), row)? {
                Ok(planned) => plan.planned.push(planned),
                Err(rule) => {
                    return Err(Error::Contradiction(format!(
                        "the rules allowed request {} and then did not: {rule}",
                        request.id
                    )));
                }
            },
        }
        n_row += 1;
    }
    plan.value = plan.planned.iter().map(|it| it.value).sum();
    Ok(plan)
}

impl Board {
    /// The gap of an assignment as a value.
    pub(crate) fn gap(&self, assignment: &Assignment) -> f64 {
        self.to_value(i64::try_from(assignment.gap_units()).unwrap_or(i64::MAX))
    }

    /// What a slot is worth in every cell.
    pub(crate) fn prices(&self, assignment: &Assignment) -> Vec<CellPrice> {
        let price = |(cell, row): (usize, &crate::Capacity)| CellPrice {
            window: row.window,
            skill: row.skill.clone(),
            slots: row.slots,
            planned: assignment.n_assigned(cell).unwrap_or(0),
            price: self.to_value(assignment.price_units(cell).unwrap_or(0)),
        };
        self.cells.iter().enumerate().map(price).collect()
    }

    /// What whoever reads a plan should know.
    pub(crate) fn notes<'a>(
        &self,
        planned: impl IntoIterator<Item = &'a PlannedCallback>,
        moment: &PlanMoment<'_>,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let mut n_planned = 0;
        let mut n_by_rules = 0;
        for it in planned {
            n_planned += 1;
            n_by_rules += usize::from(it.reach.evidence.method == Method::Rules);
        }
        if n_by_rules > 0 {
            notes.push(format!(
                "{n_by_rules} of {n_planned} callbacks rest on conventional calling hours, not on data"
            ));
        }
        let hours = self.planner.stale_after_hours;
        let name = moment.reach.name();
        match moment.reach.known_until() {
            None => notes.push(format!("{name} has no data")),
            Some(until) if moment.as_of - until > TimeDelta::hours(i64::from(hours)) => {
                let text = format!("{name} knows nothing after {until}, more than {hours} hours");
                notes.push(text + " before the plan");
            }
            Some(_) => {}
        }
        match self.n_overlaps() {
            0 => {}
            n => notes.push(format!(
                "{n} windows overlap the next: their slots are counted as different agents"
            )),
        }
        notes
    }
}
