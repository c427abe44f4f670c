//! Opening and shutting requests, and what has changed after.

use ringback_calllog::Customer;

use super::{Entry, LivePlan, PlanChange, Promises};
use crate::plan::RowKind;
use crate::{CallbackRequest, Error, PlanMoment, RequestId, UnplannedReason};

impl LivePlan {
    /// Takes a request into the books, closed as yet.
    pub(super) fn insert(&mut self, request: CallbackRequest) -> Result<(), Error> {
        let id = request.id.clone();
        if self.entries.contains_key(&id) {
            return Err(Error::KnownRequest(id));
        }
        self.customers.entry(request.customer).or_default().push(id.clone());
        let kind = RowKind::Any;
        let entry = Entry { request, kind, row: None, planned: None, is_told: false };
        self.entries.insert(id, entry);
        Ok(())
    }

    /// The open request that stands for a customer; `None` if no request of theirs can be planned.
    pub(super) fn stands_for(&self, customer: Customer) -> Option<&RequestId> {
        self.customers.get(&customer)?.iter().find(|it| {
            self.entries.get(*it).is_some_and(|it| !matches!(it.kind, RowKind::Closed(_)))
        })
    }

    pub(super) fn close_as_duplicate(&mut self, id: &RequestId, of: &RequestId) {
        if let Some(entry) = self.entries.get_mut(id) {
            let request = of.clone();
            entry.kind = RowKind::Closed(UnplannedReason::DuplicateOf { request });
        }
    }

    /// Makes the other requests of a customer duplicates of one; none of them is open.
    pub(super) fn close_others(&mut self, id: &RequestId) {
        let customer = self.entries.get(id).map(|it| it.request.customer);
        let ids = customer.and_then(|it| self.customers.get(&it)).cloned().unwrap_or_default();
        for other in ids.iter().filter(|it| *it != id) {
            self.close_as_duplicate(other, id);
        }
    }

    /// One of a customer's requests is gone: of those that were its duplicates the first that can be planned stands for
    /// the rest.
    pub(super) fn pass_on(
        &mut self,
        customer: Customer,
        gone: &RequestId,
        moment: &PlanMoment<'_>,
    ) -> Result<(), Error> {
        let mut ids = self.customers.remove(&customer).unwrap_or_default();
        ids.retain(|it| it != gone);
        if ids.is_empty() {
            return Ok(());
        }
        self.customers.insert(customer, ids.clone());
        if self.stands_for(customer).is_some() {
            return Ok(());
        }
        for id in ids {
            self.reopen(&id, moment)?;
            if self.stands_for(customer).is_some() {
                self.close_others(&id);
                break;
            }
        }
        Ok(())
    }

    /// Puts a request into the assignment.
    pub(super) fn open(&mut self, id: &RequestId, units: &[i64]) {
        let row = self.assignment.add_units(units);
        self.note_moves();
        if self.rows.len() <= row {
            self.rows.resize(row + 1, None);
        }
        self.rows[row] = Some(id.clone());
        if let Some(entry) = self.entries.get_mut(id) {
            entry.row = Some(row);
        }
    }

    /// Takes a request out of the assignment, or gives up the slot that is kept for it.
    pub(super) fn shut(&mut self, id: &RequestId) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(id) else {
            return Err(Error::NotInPlan(id.clone()));
        };
        let planned = entry.planned.take();
        let was_told = std::mem::take(&mut entry.is_told);
        let row = entry.row.take();
        let cell = planned.as_ref().map(|it| it.cell);
        if let Some(planned) = planned {
            self.before.entry(id.clone()).or_insert((planned, was_told));
        }
        if let Some(row) = row {
            self.assignment.remove(row);
            self.note_moves();
            self.free_row(row);
        } else if was_told && let Some(cell) = cell {
            self.n_kept[cell] = self.n_kept[cell].saturating_sub(1);
            self.set_free_slots(cell)?;
        }
        Ok(())
    }

    /// Values a request afresh and puts it into the assignment if any window is left for it.
    pub(super) fn reopen(&mut self, id: &RequestId, moment: &PlanMoment<'_>) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(id) else { return Ok(()) };
        let mut units = Vec::new();
        entry.kind = self.board.push_row(&entry.request, moment, &mut units)?;
        if matches!(entry.kind, RowKind::Closed(_)) {
            self.closed.insert(id.clone());
        } else {
            self.open(id, &units);
        }
        Ok(())
    }

    pub(super) fn free_row(&mut self, row: usize) {
        self.moved.remove(&row);
        if let Some(owner) = self.rows.get_mut(row) {
            *owner = None;
        }
    }

    /// Tells the assignment how many slots of a cell are not kept for anybody.
    pub(super) fn set_free_slots(&mut self, cell: usize) -> Result<(), Error> {
        let slots = self.board.cells[cell].slots.saturating_sub(self.n_kept[cell]);
        self.assignment.set_slots(cell, slots)?;
        self.note_moves();
        Ok(())
    }

    pub(super) fn note_moves(&mut self) {
        let rows = self.assignment.moves().iter().map(|it| it.row as usize);
        self.moved.extend(rows);
    }

    /// What has moved since this was last asked, in the order of the requests' ids, and writes it down as planned.
    pub(super) fn changes(
        &mut self,
        cause: &str,
        moment: &PlanMoment<'_>,
    ) -> Result<Vec<PlanChange>, Error> {
        let mut changes = Vec::new();
        while let Some(row) = self.moved.pop_first() {
            let Some(id) = self.rows.get(row).cloned().flatten() else { continue };
            changes.extend(self.change(&id, row, cause, moment)?);
        }
        for id in std::mem::take(&mut self.closed) {
            changes.extend(self.change_of_closed(&id, cause));
        }
        self.before.clear();
        changes.sort_by(|a: &PlanChange, b| a.request.cmp(&b.request));
        Ok(changes)
    }

    /// What changed for a request that can no longer be planned.
    fn change_of_closed(&mut self, id: &RequestId, cause: &str) -> Option<PlanChange> {
        let (before, was_told) = self.before.remove(id)?;
        let RowKind::Closed(reason) = &self.entries.get(id)?.kind else { return None };
        Some(PlanChange {
            request: id.clone(),
            customer: before.customer,
            before: Some(before.window),
            after: None,
            was_told,
            reason: format!("{cause}: {reason}"),
        })
    }

    /// Writes down where a request is now, if that is another cell; one whom the rules no longer allow there is valued
    /// afresh, and comes up again.
    fn change(
        &mut self,
        id: &RequestId,
        row: usize,
        cause: &str,
        moment: &PlanMoment<'_>,
    ) -> Result<Option<PlanChange>, Error> {
        let Some(entry) = self.entries.get(id) else { return Ok(None) };
        let cell = self.assignment.cell(row);
        let is_taken_out = self.before.contains_key(id);
        if !is_taken_out && cell == entry.planned.as_ref().map(|it| it.cell) {
            return Ok(None);
        }
        let mut after = None;
        if let Some(cell) = cell {
            let units = self.assignment.units(row);
            let place = (cell, &entry.kind);
            let planned = self.board.planned(&entry.request, moment, place, units)?;
            let Ok(planned) = planned else {
                self.revalue(id, row, moment)?;
                return Ok(None);
            };
            after = Some(planned);
        }
        let why = match &after {
            Some(planned) => planned.reason.clone(),
            None => self.why_not(entry).to_string(),
        };
        let Some(entry) = self.entries.get_mut(id) else { return Ok(None) };
        let was_told = std::mem::take(&mut entry.is_told);
        let was = std::mem::replace(&mut entry.planned, after).map(|it| (it, was_told));
        let was = self.before.remove(id).or(was);
        let (before, was_told) = was.map_or((None, false), |it| (Some(it.0.window), it.1));
        let after = entry.planned.as_ref().map(|it| it.window);
        if before == after {
            entry.is_told = was_told && self.promises == Promises::Free;
            return Ok(None);
        }
        let reason = format!("{cause}: {why}");
        let customer = entry.request.customer;
        Ok(Some(PlanChange { request: id.clone(), customer, before, after, was_told, reason }))
    }

    /// Values a request afresh in place; it comes up again among what has moved, or is closed.
    fn revalue(
        &mut self,
        id: &RequestId,
        row: usize,
        moment: &PlanMoment<'_>,
    ) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(id) else { return Ok(()) };
        let mut units = Vec::new();
        entry.kind = self.board.push_row(&entry.request, moment, &mut units)?;
        if matches!(entry.kind, RowKind::Closed(_)) {
            entry.row = None;
            if let Some(planned) = entry.planned.take() {
                let was_told = std::mem::take(&mut entry.is_told);
                self.before.entry(id.clone()).or_insert((planned, was_told));
            }
            self.assignment.remove(row);
            self.note_moves();
            self.free_row(row);
            self.closed.insert(id.clone());
        } else {
            self.assignment.replace_units(row, &units);
            self.note_moves();
        }
        Ok(())
    }
}
