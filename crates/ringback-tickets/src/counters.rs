//! Stations and returns of tickets, counted from the log.

use ringback_eventlog::EventLog;

/// How often a ticket changed hands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TicketCounters {
    /// Groups that it was with, one after the other: a group that comes again counts again.
    pub group_stations: usize,
    /// Persons that it was with, likewise.
    pub assignee_stations: usize,
    /// How often it was reopened.
    pub reopens: usize,
}

/// Counts stations and returns for each case of a log of tickets, in the order of its cases.
///
/// Stations are the runs of equal values of `org:group` and `org:resource`, of which events without a value are left out;
/// reopenings are the events by that name.
///
/// # Source
///
/// The terms are those of Zendesk's *Ticket Metrics*: `group_stations`, `assignee_stations`, `reopens`.
///
/// # Example
///
/// ```
/// use ringback_eventlog::{EventLogBuilder, ValueKind};
/// use ringback_tickets::count_tickets;
///
/// let mut log = EventLogBuilder::default();
/// let group = log.column("org:group", ValueKind::Text);
/// let ticket = log.case("zendesk:1");
/// for (at, name) in [(1, "desk"), (2, "network"), (3, "desk")] {
///     log.event(ticket, "group changed", at);
///     log.set(group, name);
/// }
/// assert_eq!(count_tickets(&log.build())[0].group_stations, 3);
/// ```
pub fn count_tickets(log: &EventLog) -> Vec<TicketCounters> {
    let runs = |case: usize, name: &str| {
        let column = log.column(name);
        let mut values: Vec<u32> =
            log.case_events(case).filter_map(|event| column?.number(event)).collect();
        values.dedup();
        values.len()
    };
    let reopened = log.activities().find("reopened");
    let count = |case: usize| TicketCounters {
        group_stations: runs(case, "org:group"),
        assignee_stations: runs(case, "org:resource"),
        reopens: log
            .case_events(case)
            .filter(|event| reopened.is_some() && log.activity().get(*event).copied() == reopened)
            .count(),
    };
    (0..log.cases()).map(count).collect()
}
