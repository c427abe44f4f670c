//! Names of calls, each given once.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::LegId;
use rustc_hash::FxHashMap;

use super::assemble::CmCall;

/// The names of calls that were given, so that no two calls have the same.
#[derive(Debug, Default)]
pub(super) struct CallNames(FxHashMap<LegId, (u32, DateTime<Utc>)>);

impl CallNames {
    /// Puts a number behind the name of a call if others had it before.
    pub(super) fn make_single(&mut self, call: &mut CmCall) {
        let leg = &mut call.leg;
        let last = leg.ended_at.unwrap_or(leg.started_at);
        let (count, at) = self.0.entry(leg.leg_id.clone()).or_insert((0, last));
        *count = count.saturating_add(1);
        *at = (*at).max(last);
        if *count > 1 {
            leg.leg_id = LegId::new(format!("{}~{count}", leg.leg_id));
        }
    }

    /// Forgets names from a day before a moment, or all.
    pub(super) fn forget(&mut self, until: Option<DateTime<Utc>>) {
        match until {
            Some(until) => {
                let Some(until) = until.checked_sub_signed(TimeDelta::days(1)) else { return };
                self.0.retain(|_, (_, at)| *at > until);
            }
            None => self.0 = FxHashMap::default(),
        }
    }
}
