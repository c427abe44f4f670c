//! The plan from scratch, with the windows kept that customers were told.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ringback_calllog::Customer;

use super::{LivePlan, PlanChange, Promises};
use crate::flow::FORBIDDEN;
use crate::plan::{RowKind, comes_before};
use crate::{Assignment, Capacity, Error, PlanMoment, PlannedCallback, RequestId};

/// What was planned, and whether the customer was told.
type Before = BTreeMap<RequestId, (PlannedCallback, bool)>;

impl LivePlan {
    /// Plans all requests anew. `capacities`: those of the plan before, whose cells the planned callbacks name.
    pub(super) fn rebuild(
        &mut self,
        capacities: &[Capacity],
        moment: &PlanMoment<'_>,
    ) -> Result<Vec<PlanChange>, Error> {
        let mut before = Before::new();
        let mut units = BTreeMap::new();
        for (id, entry) in &mut self.entries {
            entry.row = None;
            let was_told = std::mem::take(&mut entry.is_told);
            if let Some(planned) = entry.planned.take() {
                before.insert(id.clone(), (planned, was_told));
            }
            let mut row = Vec::new();
            entry.kind = self.board.push_row(&entry.request, moment, &mut row)?;
            units.insert(id.clone(), row);
        }
        if self.promises == Promises::Keep {
            self.keep_told(capacities, &before, &units, moment)?;
        }
        self.close_duplicates();
        self.solve(&units, moment)?;
        Ok(self.differences(&before))
    }

    /// Keeps windows that customers were told, as far as there are slots, the most pressing first.
    fn keep_told(
        &mut self,
        capacities: &[Capacity],
        before: &Before,
        units: &BTreeMap<RequestId, Vec<i64>>,
        moment: &PlanMoment<'_>,
    ) -> Result<(), Error> {
        let mut told: Vec<(&RequestId, &PlannedCallback)> =
            before.iter().filter(|it| it.1.1).map(|it| (it.0, &it.1.0)).collect();
        told.sort_by_key(|it| {
            let request = self.entries.get(it.0).map(|it| &it.request);
            (Reverse(request.map(|it| it.urgency)), request.map(|it| it.requested_at))
        });
        for (id, planned) in told {
            let was = capacities.get(planned.cell);
            let cell = was.and_then(|it| self.cell_of(it.window, it.skill.as_ref()));
            let Some((cell, row)) = cell.zip(units.get(id)) else { continue };
            let is_full = self.n_kept[cell] >= self.board.cells[cell].slots;
            let Some(entry) = self.entries.get_mut(id) else { continue };
            let is_closed = matches!(entry.kind, RowKind::Closed(_));
            if is_full || is_closed || row[cell] == FORBIDDEN {
                continue;
            }
            let kept = self.board.planned(&entry.request, moment, (cell, &entry.kind), row)?;
            if let Ok(kept) = kept {
                entry.planned = Some(kept);
                entry.is_told = true;
                self.n_kept[cell] += 1;
            }
        }
        Ok(())
    }

    /// Leaves one open request to each customer: one who was told a window, else the most pressing that can be planned.
    fn close_duplicates(&mut self) {
        let mut stand: Vec<(Customer, RequestId)> = Vec::new();
        for (customer, ids) in self.customers.iter().filter(|it| it.1.len() > 1) {
            let mut first: Option<(&RequestId, bool, bool)> = None;
            for id in ids {
                let Some(entry) = self.entries.get(id) else { continue };
                let is_open = !matches!(entry.kind, RowKind::Closed(_));
                let is_better = first.is_none_or(|(other, was_told, was_open)| {
                    let presses_more = self
                        .entries
                        .get(other)
                        .is_some_and(|it| comes_before(&entry.request, &it.request));
                    (entry.is_told, is_open, presses_more) > (was_told, was_open, false)
                });
                if is_better {
                    first = Some((id, entry.is_told, is_open));
                }
            }
            stand.extend(first.map(|it| (*customer, it.0.clone())));
        }
        for (_, id) in stand {
            self.close_others(&id);
        }
    }

    /// The best assignment of what is neither closed nor kept.
    fn solve(
        &mut self,
        units: &BTreeMap<RequestId, Vec<i64>>,
        moment: &PlanMoment<'_>,
    ) -> Result<(), Error> {
        let mut table = self.board.table()?;
        for (cell, kept) in self.n_kept.iter().enumerate() {
            table.take_slots(cell, *kept);
        }
        self.rows.clear();
        for (id, entry) in &mut self.entries {
            if entry.planned.is_some() || matches!(entry.kind, RowKind::Closed(_)) {
                continue;
            }
            if let Some(row) = units.get(id) {
                table.push_units(row);
                entry.row = Some(self.rows.len());
                self.rows.push(Some(id.clone()));
            }
        }
        self.assignment = Assignment::solve(table);
        for entry in self.entries.values_mut() {
            let Some(row) = entry.row else { continue };
            let Some(cell) = self.assignment.cell(row) else { continue };
            let units = self.assignment.units(row);
            match self.board.planned(&entry.request, moment, (cell, &entry.kind), units)? {
                Ok(planned) => entry.planned = Some(planned),
                Err(rule) => {
                    return Err(Error::Contradiction(format!(
                        "the rules allowed request {} and then did not: {rule}",
                        entry.request.id
                    )));
                }
            }
        }
        Ok(())
    }

    /// Where requests were and are, if that differs.
    fn differences(&self, before: &Before) -> Vec<PlanChange> {
        let mut changes = Vec::new();
        for (id, entry) in &self.entries {
            let was = before.get(id);
            let window = was.map(|it| it.0.window);
            let after = entry.planned.as_ref().map(|it| it.window);
            if window == after {
                continue;
            }
            let why = match &entry.planned {
                Some(planned) => planned.reason.clone(),
                None => self.why_not(entry).to_string(),
            };
            changes.push(PlanChange {
                request: id.clone(),
                customer: entry.request.customer,
                before: window,
                after,
                was_told: was.is_some_and(|it| it.1),
                reason: format!("planned anew: {why}"),
            });
        }
        changes
    }
}
