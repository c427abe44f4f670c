//! Why no window is left for a request, in one reason.

use std::mem::discriminant;

use super::UnplannedReason;
use crate::{CallbackRequest, Forbidden};

/// Reasons against windows, one for each kind, with how often it was given.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusals {
    kinds: Vec<(Forbidden, usize)>,
    n_windows: usize,
}

impl Refusals {
    pub(super) fn push(&mut self, reason: Forbidden) {
        self.n_windows += 1;
        let kind = discriminant(&reason);
        match self.kinds.iter_mut().find(|it| discriminant(&it.0) == kind) {
            Some(known) => known.1 += 1,
            None => self.kinds.push((reason, 1)),
        }
    }

    /// The first reason that was given.
    pub(super) fn first(&self) -> Option<&Forbidden> {
        self.kinds.first().map(|it| &it.0)
    }

    /// The reason that says most: an opt-out; else the rule against most windows, of equals the first met; a window
    /// that is over or begins too late is told only where there is no other.
    pub(super) fn reason(&self, request: &CallbackRequest) -> UnplannedReason {
        if self.kinds.iter().any(|it| it.0 == Forbidden::OptedOut) {
            return UnplannedReason::OptedOut;
        }
        let mut most: Option<&(Forbidden, usize)> = None;
        let mut n_windows_left = self.n_windows;
        for kind in &self.kinds {
            if matches!(kind.0, Forbidden::Past | Forbidden::AfterDeadline) {
                n_windows_left -= kind.1;
            } else if most.is_none_or(|it| it.1 < kind.1) {
                most = Some(kind);
            }
        }
        if let Some((rule, n_windows)) = most {
            let (rule, n_windows) = (rule.clone(), *n_windows);
            return UnplannedReason::Forbidden { rule, n_windows, n_windows_left };
        }
        let is_late = self.kinds.iter().any(|it| it.0 == Forbidden::AfterDeadline);
        let due_by = request.due_by.filter(|_| is_late);
        UnplannedReason::NoWindowBeforeDeadline { due_by }
    }
}
