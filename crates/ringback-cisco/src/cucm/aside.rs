//! Rows that hang on a call and say nothing of how it went: the sound of its legs, and what its recorder did.

use chrono::{DateTime, Utc};
use ringback_calllog::{Place, SkipReason};
use rustc_hash::FxHashMap;

use crate::cmr::row::CmrRow;
use crate::cucm::gather::Key;
use crate::cucm::row::CdrRow;

/// How far such a row's stamp may be from its call. Unit: seconds.
const SLACK_SECS: u32 = 300;

/// No further row in a chain.
const END: u32 = u32::MAX;

/// A row that hangs on a call.
#[derive(Debug)]
pub(super) enum Aside {
    /// What an endpoint says of the sound.
    Sound(Box<CmrRow>),
    /// A call that the cluster made for a recorder or a supervisor.
    Listening { place: Place, keys: [Option<Key>; 3], last_secs: u32 },
}

impl Aside {
    /// A row of a call for a machine that listens.
    pub(super) fn listening(row: &CdrRow) -> Self {
        let leg = |at: u32| (at != 0).then(|| Key::leg(row.number.cluster, at));
        let [orig, dest] = row.features.conversations;
        let keys = [Some(Key::call(row.number)), leg(orig), leg(dest)];
        Self::Listening { place: row.place, keys, last_secs: row.disconnect_secs }
    }

    fn keys(&self) -> [Option<Key>; 3] {
        match self {
            Self::Listening { keys, .. } => *keys,
            Self::Sound(row) => {
                let leg = (row.leg != 0).then(|| Key::leg(row.number.cluster, row.leg));
                [Some(Key::call(row.number)), leg, None]
            }
        }
    }

    fn last_secs(&self) -> u32 {
        match self {
            Self::Listening { last_secs, .. } => *last_secs,
            Self::Sound(row) => row.stamp_secs,
        }
    }

    /// Where the row stands, and why it is passed over if its call never comes.
    pub(super) fn without_call(&self) -> (Place, SkipReason) {
        match self {
            Self::Listening { place, .. } => {
                let rule = "recording or monitoring of a call that is not in these files";
                (*place, SkipReason::new(rule))
            }
            Self::Sound(row) => {
                let rule = "quality of the sound of a call that is not in these files";
                (row.place, SkipReason::new(rule))
            }
        }
    }
}

/// Such rows, until their calls are told. Those with the same key form a chain.
#[derive(Debug, Default)]
pub(super) struct Asides {
    rows: Vec<Link>,
    heads: FxHashMap<Key, u32>,
}

#[derive(Debug)]
struct Link {
    /// None once its call was told.
    aside: Option<Aside>,
    keys: [Option<Key>; 3],
    /// The next row with the same key, for each of its keys.
    next: [u32; 3],
}

impl Asides {
    /// Takes a row.
    pub(super) fn push(&mut self, aside: Aside) {
        let Ok(at) = u32::try_from(self.rows.len()) else { return };
        let keys = aside.keys();
        // A chain that a row is in twice would have no end.
        let keys = [0, 1, 2].map(|it| keys[it].filter(|key| !keys[..it].contains(&Some(*key))));
        let next = keys.map(|key| key.and_then(|it| self.heads.insert(it, at)).unwrap_or(END));
        self.rows.push(Link { aside: Some(aside), keys, next });
    }

    /// Takes the rows out that hang on one of a call's keys and whose stamp is near the call's.
    pub(super) fn claim(&mut self, key: Key, call_secs: (u32, u32), claimed: &mut Vec<Aside>) {
        let mut at = self.heads.get(&key).copied();
        while let Some(link) = at.and_then(|it| self.rows.get_mut(usize::try_from(it).ok()?)) {
            let Some(which) = link.keys.iter().position(|it| *it == Some(key)) else { return };
            at = link.next.get(which).copied().filter(|it| *it != END);
            let is_near = |it: &mut Aside| {
                let last = it.last_secs();
                call_secs.0.saturating_sub(SLACK_SECS) <= last
                    && last <= call_secs.1.saturating_add(SLACK_SECS)
            };
            claimed.extend(link.aside.take_if(is_near));
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Gives out the rows whose call does not come any more: those from before a moment, or all of them.
    pub(super) fn give_up(&mut self, until: Option<DateTime<Utc>>) -> Vec<Aside> {
        let mut late = Vec::new();
        let rows = std::mem::take(self).rows;
        for aside in rows.into_iter().filter_map(|it| it.aside) {
            if until.is_some_and(|until| i64::from(aside.last_secs()) > until.timestamp()) {
                self.push(aside);
            } else {
                late.push(aside);
            }
        }
        late
    }
}
