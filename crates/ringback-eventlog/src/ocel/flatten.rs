//! The log of one kind of object.

use rustc_hash::FxHashMap;

use super::{ObjectEvent, ObjectLog, Relation};
use crate::{EventLog, EventLogBuilder, ValueKind};

/// The log of one kind of object, and what flattening does to the counts.
#[derive(Clone, Debug)]
pub struct Flattened {
    /// One case an object that has an event.
    pub log: EventLog,
    /// Events without an object of the kind: they are left out.
    pub without_object: usize,
    /// Events with several objects of the kind: each counts once for each (convergence).
    pub repeated: usize,
    /// Pairs of neighboring events of a case with the same activity that have other objects, and none in common: they
    /// look like rework and may be none (divergence).
    pub apart: usize,
}

impl ObjectLog {
    /// The log of one kind of object: each is a case, with the events that belong to it and its attributes.
    ///
    /// An object that the log does not tell of has no kind. An event that names an object twice belongs to it once.
    ///
    /// # Source
    ///
    /// Convergence and divergence: \[`Aalst2019`\].
    pub fn flatten(&self, kind: &str) -> Flattened {
        let kind_of: FxHashMap<&str, &str> =
            self.objects.iter().map(|it| (it.id.as_str(), it.kind.as_str())).collect();
        let mut builder = EventLogBuilder::default();
        let mut with = Vec::new();
        let (mut without_object, mut repeated) = (0, 0);
        for event in &self.events {
            let of_kind = |it: &&Relation| kind_of.get(it.object.as_str()) == Some(&kind);
            let mut cases: Vec<&str> =
                event.objects.iter().filter(of_kind).map(|it| it.object.as_str()).collect();
            cases.sort_unstable();
            cases.dedup();
            without_object += usize::from(cases.is_empty());
            repeated += usize::from(cases.len() > 1);
            for case in cases {
                let number = builder.case(case);
                builder.event(number, &event.activity, event.at_micros);
                for (name, value) in &event.attributes {
                    let column = builder.column(name, ValueKind::Text);
                    builder.set(column, value);
                }
                with.push((case, event));
            }
        }
        for object in self.objects.iter().filter(|it| it.kind == kind) {
            let Some(case) = builder.find_case(&object.id) else { continue };
            for (name, value) in &object.attributes {
                let column = builder.case_column(name, ValueKind::Text);
                builder.set_case(case, column, value);
            }
        }
        Flattened { log: builder.build(), without_object, repeated, apart: apart(with) }
    }
}

/// Neighbors of a case with the same activity, both with objects beside the case and none of these in common.
fn apart(mut with: Vec<(&str, &ObjectEvent)>) -> usize {
    with.sort_by_key(|(case, event)| (*case, event.at_micros));
    let are_apart = |pair: &&[(&str, &ObjectEvent)]| {
        let [(case, event), (next_case, next)] = pair else { return false };
        if case != next_case || event.activity != next.activity {
            return false;
        }
        let others = |it: &'_ ObjectEvent| {
            let others = it.objects.iter().map(|it| it.object.clone());
            others.filter(|it| it != *case).collect::<std::collections::BTreeSet<String>>()
        };
        let (of_this, of_next) = (others(event), others(next));
        !of_this.is_empty() && !of_next.is_empty() && of_this.is_disjoint(&of_next)
    };
    with.windows(2).filter(are_apart).count()
}
