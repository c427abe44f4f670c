//! A plan that is kept while requests come and go, customers are tried and capacity changes.

mod change;
mod rebuild;

use std::collections::{BTreeMap, BTreeSet};

use ringback_calllog::Customer;
use ringback_reach::Window;
use serde::{Deserialize, Serialize};

use crate::plan::{Board, RowKind};
use crate::{
    Assignment, CallbackRequest, Capacity, Error, Plan, PlanInputs, PlanMoment, PlannedCallback,
    Planner, RequestId, Skill, Unplanned, UnplannedReason,
};

/// What becomes of a window that a customer was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promises {
    /// It is kept as long as agents have time and the rules allow the call. What is optimal is the rest.
    #[default]
    Keep,
    /// It is moved where that is better, and the change says that the customer was told.
    Free,
}

/// A request whose call moved, began or ceased to be planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanChange {
    /// The request.
    pub request: RequestId,
    /// Whom to call.
    pub customer: Customer,
    /// When it was planned before; absent if it was not.
    pub before: Option<Window>,
    /// When it is planned now; absent if it is not.
    pub after: Option<Window>,
    /// Whether the customer was told the window before.
    pub was_told: bool,
    /// What made it change, and why it is where it is.
    pub reason: String,
}

/// One open request.
#[derive(Clone, Debug)]
struct Entry {
    request: CallbackRequest,
    kind: RowKind,
    /// The number in the assignment; absent for closed requests and for those whose window is kept for them.
    row: Option<usize>,
    planned: Option<PlannedCallback>,
    is_told: bool,
}

/// A plan that is kept: every change leaves it as good as a plan made afresh.
///
/// A change is worked out from what is planned, not from scratch. Values that were computed for a request stay until the
/// request itself is touched or [`LivePlan::replan`] is called: call that when rules or reachability have changed, and
/// when windows have gone by.
#[derive(Clone, Debug)]
pub struct LivePlan {
    planner: Planner,
    promises: Promises,
    board: Board,
    assignment: Assignment,
    entries: BTreeMap<RequestId, Entry>,
    /// Whose row it is in the assignment.
    rows: Vec<Option<RequestId>>,
    /// Open requests of each customer, in the order in which they came.
    customers: BTreeMap<Customer, Vec<RequestId>>,
    /// Slots that are kept for customers who were told a window.
    n_kept: Vec<u32>,
    /// What was planned for requests that were taken out since the changes were told last, and whether they were told.
    before: BTreeMap<RequestId, (PlannedCallback, bool)>,
    /// Rows that have moved since then.
    moved: BTreeSet<usize>,
    /// Requests that cannot be planned since then.
    closed: BTreeSet<RequestId>,
}

impl LivePlan {
    /// The best plan, kept. [`Planner::plan`] makes the same one.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`]; [`Error::KnownRequest`] if two requests have the same id.
    pub fn new(planner: &Planner, inputs: &PlanInputs<'_>) -> Result<Self, Error> {
        let board = Board::new(planner, inputs.capacities, inputs.as_of)?;
        let assignment = Assignment::solve(board.table()?);
        let mut live = Self {
            planner: planner.clone(),
            promises: Promises::Keep,
            n_kept: vec![0; board.cells.len()],
            board,
            assignment,
            entries: BTreeMap::new(),
            rows: Vec::new(),
            customers: BTreeMap::new(),
            before: BTreeMap::new(),
            moved: BTreeSet::new(),
            closed: BTreeSet::new(),
        };
        for request in inputs.requests {
            live.insert(request.clone())?;
        }
        live.rebuild(&[], &inputs.moment())?;
        Ok(live)
    }

    /// What becomes of windows that customers were told. Default: [`Promises::Keep`].
    #[must_use]
    pub fn promises(mut self, promises: Promises) -> Self {
        self.promises = promises;
        self
    }

    /// Adds a request and says what changed, that request among it if it is planned.
    ///
    /// A customer who has another open request is called once: the one before stands, unless it cannot be planned.
    ///
    /// # Errors
    ///
    /// [`Error::KnownRequest`] if there is one of that id; otherwise as [`Planner::plan`].
    pub fn add(
        &mut self,
        request: CallbackRequest,
        moment: &PlanMoment<'_>,
    ) -> Result<Vec<PlanChange>, Error> {
        let id = request.id.clone();
        let mut units = Vec::new();
        let kind = self.board.push_row(&request, moment, &mut units)?;
        let first = self.stands_for(request.customer).cloned();
        self.insert(request)?;
        let is_open = !matches!(kind, RowKind::Closed(_));
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.kind = kind;
        }
        match first {
            Some(first) if first != id => self.close_as_duplicate(&id, &first),
            _ if is_open => {
                self.close_others(&id);
                self.open(&id, &units);
            }
            _ => {}
        }
        self.changes(&format!("to make room for {id}"), moment)
    }

    /// Takes a request away: it was fulfilled or withdrawn. Another open request of the customer takes its place.
    ///
    /// # Errors
    ///
    /// [`Error::NotInPlan`] if there is none of that id; otherwise as [`Planner::plan`].
    pub fn cancel(
        &mut self,
        id: &RequestId,
        moment: &PlanMoment<'_>,
    ) -> Result<Vec<PlanChange>, Error> {
        self.shut(id)?;
        self.before.remove(id);
        let customer = self.entries.remove(id).map(|it| it.request.customer);
        if let Some(customer) = customer {
            self.pass_on(customer, id, moment)?;
        }
        self.changes(&format!("{id} is closed"), moment)
    }

    /// The customer was called for a request and not reached: it is planned anew, as the rules allow.
    ///
    /// # Errors
    ///
    /// [`Error::NotInPlan`] if there is none of that id; otherwise as [`Planner::plan`].
    pub fn missed(
        &mut self,
        id: &RequestId,
        moment: &PlanMoment<'_>,
    ) -> Result<Vec<PlanChange>, Error> {
        self.shut(id)?;
        if let Some(entry) = self.entries.get_mut(id) {
            entry.request.attempts = entry.request.attempts.saturating_add(1);
            entry.request.last_attempt_at = Some(moment.as_of);
        }
        self.reopen(id, moment)?;
        self.changes(&format!("{id} was not reached"), moment)
    }

    /// The customer was told the window that is planned; from now on it is kept ([`Promises`]).
    ///
    /// # Errors
    ///
    /// [`Error::NotInPlan`] if there is none of that id, or it is not planned.
    pub fn told(&mut self, id: &RequestId) -> Result<(), Error> {
        let Some((entry, cell)) = self
            .entries
            .get_mut(id)
            .and_then(|it| it.planned.as_ref().map(|it| it.cell).map(|cell| (it, cell)))
        else {
            return Err(Error::NotInPlan(id.clone()));
        };
        if entry.is_told {
            return Ok(());
        }
        entry.is_told = true;
        if self.promises == Promises::Keep
            && let Some(row) = entry.row.take()
        {
            // The request and its slot leave the assignment together: the others are optimal as they are.
            self.assignment.retire(row);
            self.n_kept[cell] += 1;
            self.free_row(row);
        }
        Ok(())
    }

    /// Changes a row of capacity. Customers who were told a window in it are moved only if there are more of them than
    /// slots: the least urgent, of these the latest.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCapacity`] if there is no such row; otherwise as [`Planner::plan`].
    pub fn capacity_changed(
        &mut self,
        capacity: &Capacity,
        moment: &PlanMoment<'_>,
    ) -> Result<Vec<PlanChange>, Error> {
        let Some(cell) = self.cell_of(capacity.window, capacity.skill.as_ref()) else {
            return Err(Error::UnknownCapacity(capacity.window));
        };
        self.board.cells[cell].slots = capacity.slots;
        while self.n_kept[cell] > capacity.slots {
            let Some(id) = self.least_pressing_told(cell) else { break };
            self.shut(&id)?;
            self.reopen(&id, moment)?;
        }
        self.set_free_slots(cell)?;
        let slots = capacity.slots;
        self.changes(&format!("capacity of {} is now {slots}", capacity.window), moment)
    }

    /// Plans all anew, for other capacity, and with what is known now of rules, reachability and the time. Windows that
    /// customers were told are kept where that is possible.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`]. The plan is then as it was.
    pub fn replan(
        &mut self,
        capacities: &[Capacity],
        moment: &PlanMoment<'_>,
    ) -> Result<Vec<PlanChange>, Error> {
        let board = Board::new(&self.planner, capacities, moment.as_of)?;
        let mut anew = Self {
            planner: self.planner.clone(),
            promises: self.promises,
            n_kept: vec![0; board.cells.len()],
            assignment: Assignment::solve(board.table()?),
            board,
            entries: self.entries.clone(),
            rows: Vec::new(),
            customers: self.customers.clone(),
            before: BTreeMap::new(),
            moved: BTreeSet::new(),
            closed: BTreeSet::new(),
        };
        let changes = anew.rebuild(&self.board.cells, moment)?;
        *self = anew;
        Ok(changes)
    }

    /// What is planned for a request; absent if it is not planned or unknown.
    pub fn planned(&self, id: &RequestId) -> Option<&PlannedCallback> {
        self.entries.get(id)?.planned.as_ref()
    }

    /// The whole plan, in the order of the requests' ids.
    pub fn plan(&self, moment: &PlanMoment<'_>) -> Plan {
        let mut plan = Plan::default();
        for (id, entry) in &self.entries {
            match &entry.planned {
                Some(planned) => plan.planned.push(planned.clone()),
                None => plan.unplanned.push(Unplanned {
                    request: id.clone(),
                    customer: entry.request.customer,
                    reason: self.why_not(entry),
                }),
            }
        }
        plan.value = plan.planned.iter().map(|it| it.value).sum();
        plan.gap = self.board.gap(&self.assignment);
        plan.prices = self.board.prices(&self.assignment);
        for (price, kept) in plan.prices.iter_mut().zip(&self.n_kept) {
            price.planned += *kept as usize;
        }
        plan.notes = self.board.notes(&plan.planned, moment);
        plan
    }

    fn why_not(&self, entry: &Entry) -> UnplannedReason {
        let row = entry.row.map_or(&[][..], |it| self.assignment.units(it));
        if row.is_empty() && !matches!(entry.kind, RowKind::Closed(_)) {
            return UnplannedReason::NoAgents { skill: entry.request.skill.clone() };
        }
        self.board.why_left_out(&entry.request, &entry.kind, &self.assignment, row)
    }

    fn cell_of(&self, window: Window, skill: Option<&Skill>) -> Option<usize> {
        self.board.cells.iter().position(|it| it.window == window && it.skill.as_ref() == skill)
    }

    /// Of the customers who were told a window of a cell the one whom it harms least to be moved.
    fn least_pressing_told(&self, cell: usize) -> Option<RequestId> {
        let told = self.entries.values().filter(|it| {
            it.row.is_none() && it.is_told && it.planned.as_ref().is_some_and(|it| it.cell == cell)
        });
        told.min_by(|a, b| {
            let order = a.request.urgency.cmp(&b.request.urgency);
            order.then(b.request.requested_at.cmp(&a.request.requested_at))
        })
        .map(|it| it.request.id.clone())
    }
}
