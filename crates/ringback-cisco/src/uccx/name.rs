//! Names of queues and agents: records of the look-up tables, the layout, and what goes by its number.

use ringback_calllog::{AgentId, Names, QueueId, Site};
use rustc_hash::FxHashMap;

use crate::uccx::layout::{AgentsBy, Layout, QueuesBy};

/// A record's number within a profile.
type Record = (i32, i32);

/// The look-up tables, as far as they were read, and the ids made by them.
pub(super) struct Naming {
    queue_ids: Names<QueueId>,
    agent_ids: Names<AgentId>,
    /// The queue that a record is of. Each change of a queue makes a new record of it.
    queue_of: FxHashMap<Record, i32>,
    /// The newest record of a queue, and its name.
    queue_names: FxHashMap<Record, (i32, Box<str>)>,
    agent_names: FxHashMap<Record, Box<str>>,
    /// Visits and presentations without a row in the look-up tables.
    pub unknown_queues: u64,
    pub unknown_agents: u64,
}

/// A row of the table of queues.
pub(super) struct QueueRecord<'a> {
    pub profile: i32,
    pub record: i32,
    pub id: i32,
    pub name: &'a str,
}

/// A row of the table of agents.
pub(super) struct AgentRecord<'a> {
    pub profile: i32,
    pub resource: i32,
    pub login: &'a str,
    pub name: &'a str,
    pub extension: &'a str,
}

impl Naming {
    pub(super) fn new(site: &Site) -> Self {
        Self {
            queue_ids: site.names(),
            agent_ids: site.names(),
            queue_of: FxHashMap::default(),
            queue_names: FxHashMap::default(),
            agent_names: FxHashMap::default(),
            unknown_queues: 0,
            unknown_agents: 0,
        }
    }

    pub(super) fn add_queue(&mut self, row: &QueueRecord<'_>) {
        self.queue_of.insert((row.profile, row.record), row.id);
        let newest = self.queue_names.entry((row.profile, row.id)).or_insert((i32::MIN, "".into()));
        if (newest.0, &*newest.1) < (row.record, row.name) {
            *newest = (row.record, row.name.into());
        }
    }

    pub(super) fn add_agent(&mut self, row: &AgentRecord<'_>, layout: &Layout) {
        let wanted = match layout.agents_by {
            AgentsBy::Login => row.login,
            AgentsBy::Name => row.name,
            AgentsBy::Extension => row.extension,
        };
        let names = [wanted, row.login, row.name];
        let Some(name) = names.into_iter().find(|it| !it.is_empty()) else { return };
        self.agent_names.insert((row.profile, row.resource), name.into());
    }

    /// The queue of a record: the newest name of the queue that the record is of, so that a queue that was changed or
    /// renamed stays one; the record's number where the look-up table does not have it.
    pub(super) fn queue(&mut self, profile: i32, record: i32, layout: &Layout) -> Option<QueueId> {
        let id = self.queue_of.get(&(profile, record)).copied();
        let name = id.and_then(|id| self.queue_names.get(&(profile, id)));
        let text = match (id, name) {
            (Some(id), _) if layout.queues_by == QueuesBy::Id => id.to_string(),
            (_, Some((_, name))) if !name.is_empty() => name.to_string(),
            _ => {
                self.unknown_queues += 1;
                record.to_string()
            }
        };
        self.queue_named(&text, layout)
    }

    /// The queue of a name.
    pub(super) fn queue_named(&mut self, name: &str, layout: &Layout) -> Option<QueueId> {
        self.queue_ids.get(layout.queues.get(name).map_or(name, String::as_str))
    }

    /// The agent of a resource, and whether that is a person.
    pub(super) fn agent(
        &mut self,
        profile: i32,
        resource: i32,
        layout: &Layout,
    ) -> (Option<AgentId>, bool) {
        if let Some(name) = self.agent_names.get(&(profile, resource)) {
            let name = name.clone();
            return self.agent_named(&name, layout);
        }
        self.unknown_agents += 1;
        self.agent_named(&resource.to_string(), layout)
    }

    /// The agent of a name, and whether that is a person.
    pub(super) fn agent_named(&mut self, name: &str, layout: &Layout) -> (Option<AgentId>, bool) {
        let shown = layout.agents.get(name).map_or(name, String::as_str);
        let is_person = !layout.not_people.contains(name) && !layout.not_people.contains(shown);
        (self.agent_ids.get(shown), is_person)
    }
}
