//! Rows that wait for the rest of their call, and what becomes of them when it is there.

use chrono::{DateTime, Utc};
use ringback_calllog::{CallId, Piece, Settled, Verdict};

use crate::cmr::row::quality;
use crate::cucm::aside::{Aside, Asides};
use crate::cucm::clusters::Clusters;
use crate::cucm::features::RowKind;
use crate::cucm::notes::Notes;
use crate::cucm::party::Parties;
use crate::cucm::row::{CallNumber, CdrRow, instant};
use crate::cucm::story::Story;

/// What rows of one call have in common: a kind, the cluster, and one or two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(u64, u64);

impl Key {
    pub(super) fn call(number: CallNumber) -> Self {
        Self(u64::from(number.cluster) << 8, u64::from(number.node) << 32 | u64::from(number.call))
    }

    /// A leg: its id is unique in the cluster.
    pub(super) fn leg(cluster: u32, id: u32) -> Self {
        Self(u64::from(cluster) << 8 | 1, u64::from(id))
    }

    fn conference(cluster: u32, id: u32) -> Self {
        Self(u64::from(cluster) << 8 | 2, u64::from(id))
    }
}

impl Piece for CdrRow {
    type Key = Key;

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.push(Key::call(self.number));
        // Nearly no row shares a leg with one of another call counter: only those that a feature touched are looked for.
        if self.kind == RowKind::Linked {
            let cluster = self.number.cluster;
            let legs = [self.orig_leg, self.dest_leg].into_iter().filter(|it| *it != 0);
            keys.extend(legs.map(|it| Key::leg(cluster, it)));
            let conferences = self.features.conversations.into_iter().filter(|it| *it != 0);
            keys.extend(conferences.map(|it| Key::conference(cluster, it)));
        }
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (instant(self.origination_secs), instant(self.disconnect_secs))
    }
}

/// Makes calls of groups of rows.
pub(super) struct Assembler<'a> {
    pub(super) clusters: &'a Clusters,
    pub(super) parties: &'a mut Parties,
    pub(super) notes: &'a mut Notes,
    pub(super) asides: &'a mut Asides,
    pub(super) settled: &'a mut Settled,
    /// Memory for the text of ids.
    pub(super) spare: String,
}

impl Assembler<'_> {
    /// Takes the rows of one call.
    pub(super) fn take(&mut self, group: &mut Vec<CdrRow>) {
        if let [row] = group.as_slice()
            && !row.is_off_hook_only()
        {
            self.tell(group);
            return;
        }
        let is_off_hook_only = |it: &mut CdrRow| it.is_off_hook_only();
        let lifted: Vec<CdrRow> = group.extract_if(.., is_off_hook_only).collect();
        if group.is_empty() {
            for row in lifted {
                let verdict = Verdict::skipped("a telephone was lifted and nothing was dialed");
                self.settled.rows.push((row.place, verdict));
            }
            return;
        }
        group.sort_by_cached_key(order);
        self.tell(group);
    }

    /// Adds the call of some rows, in order.
    fn tell(&mut self, rows: &[CdrRow]) {
        let Some(story) = Story::new(rows) else { return };
        let leg = story.leg(self.clusters, &mut self.spare);
        if rows.len() > 1 {
            story.transfers(&leg.leg_id, &mut self.settled.details);
        }
        self.notes.note_call(rows);
        if !self.asides.is_empty() {
            self.tell_asides(rows, &CallId::from(leg.leg_id.clone()));
        }
        self.settled.legs.push(leg);
    }

    /// Adds what hangs on the rows of a call.
    fn tell_asides(&mut self, rows: &[CdrRow], call_id: &CallId) {
        let mut claimed = Vec::new();
        for row in rows {
            let (cluster, secs) = (row.number.cluster, (row.origination_secs, row.disconnect_secs));
            self.asides.claim(Key::call(row.number), secs, &mut claimed);
            for leg in [row.orig_leg, row.dest_leg].into_iter().filter(|it| *it != 0) {
                self.asides.claim(Key::leg(cluster, leg), secs, &mut claimed);
            }
        }
        let mut sounds: Vec<_> = claimed
            .into_iter()
            .filter_map(|it| match it {
                Aside::Sound(row) => Some(row),
                Aside::Listening { .. } => None,
            })
            .collect();
        sounds.sort_by_key(|it| (it.stamp_secs, it.leg, it.number.node, it.number.call, it.place));
        for row in sounds {
            let agents = &mut self.parties.agents;
            let row = quality(&row, Some(call_id.clone()), self.clusters, agents);
            self.settled.details.push(row);
        }
    }

    /// Passes over what hangs on no call that came until a moment, or at all.
    pub(super) fn give_up(self, until: Option<DateTime<Utc>>) {
        for aside in self.asides.give_up(until) {
            let (place, reason) = aside.without_call();
            self.settled.rows.push((place, Verdict::Skipped(reason)));
        }
    }
}

/// The order of the rows of a call, whatever order they came in.
fn order(row: &CdrRow) -> impl Ord + use<> {
    let first = row.connect_secs().unwrap_or(row.disconnect_secs);
    (
        (row.origination_secs, first, row.disconnect_secs),
        (row.number.node, row.number.call, row.orig_leg, row.dest_leg),
        (row.tie, row.place),
    )
}
