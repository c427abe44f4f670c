//! Calls, tickets and what else there is of one customer, as one journey.

use chrono::TimeDelta;

use crate::builder::{CaseNumber, ColumnNumber};
use crate::{Column, Error, EventLog, EventLogBuilder, Texts, ValueKind};

/// The attribute of an event that names its log.
const SOURCE: &str = "journey:source";

/// The attribute of an event that names its case in that log.
const CASE: &str = "journey:case";

/// Joins logs of several systems by customer and time: a case of the joined log is an *episode* of one customer.
///
/// The cases of a customer are taken in the order in which they begin. One that begins no later than a window after the
/// last of the episode has ended belongs to it, whatever log it is from; else it begins the next. So a call about a
/// ticket is in the ticket's episode as long as the ticket is open, and for a window afterward. What is joined so
/// is near in time, which does not say that it is about the same: where a ticket's number is noted with the
/// call, make that number the customer column.
///
/// A case's customer is its case attribute of that name, or the first value that an event of it has. Names of customers
/// must mean the same in all logs, as pseudonyms made with one key do.
///
/// The joined log has the activities and event attributes as they were, with `journey:source` and `journey:case` for where
/// they are from: `classified(&["journey:source", "concept:name"])` tells a ticket's `open` from a call's. Case attributes
/// of the logs stand at their events, as `source:attribute`. The case attributes of an episode are `customer`, `sources`
/// (in the order of the logs, with `+` between them) and `cases`.
///
/// # Example
///
/// ```
/// use chrono::TimeDelta;
/// use ringback_eventlog::{EventLogBuilder, JoinJourneys, ValueKind};
///
/// let log = |case: &str, activity: &str, at_secs: i64| {
///     let mut log = EventLogBuilder::default();
///     let customer = log.case_column("customer", ValueKind::Text);
///     let case = log.case(case);
///     log.set_case(case, customer, "c-1");
///     log.event(case, activity, at_secs * 1_000_000);
///     log.build()
/// };
/// let (calls, tickets) = (log("call 7", "talk", 0), log("T-1", "open", 60));
/// let joined = JoinJourneys::new(TimeDelta::days(1))
///     .log("phone", &calls, "customer")
///     .log("desk", &tickets, "customer")
///     .join()?;
/// assert_eq!((joined.log.cases(), joined.across_logs), (1, 1));
/// assert_eq!(joined.log.case_name(0), Some("c-1/1"));
/// # Ok::<(), ringback_eventlog::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct JoinJourneys<'a> {
    window: TimeDelta,
    logs: Vec<Part<'a>>,
}

#[derive(Clone, Debug)]
struct Part<'a> {
    name: String,
    log: &'a EventLog,
    customer: String,
}

/// The joined log, and what could not be joined.
#[derive(Clone, Debug)]
pub struct JoinedJourneys {
    /// One case an episode: the customer's name, a slash and the episode's number, from 1.
    pub log: EventLog,
    /// How many customers there are.
    pub customers: usize,
    /// Episodes with cases of more than one log.
    pub across_logs: usize,
    /// Cases without a customer: they are left out.
    pub without_customer: usize,
}

/// A case of a log, from its first instant to its last.
struct Span {
    customer: u32,
    first_micros: i64,
    last_micros: i64,
    log: usize,
    case: usize,
}

impl<'a> JoinJourneys<'a> {
    /// Joins what is at most a window apart; 0 joins what overlaps or touches.
    pub fn new(window: TimeDelta) -> Self {
        Self { window, logs: Vec::new() }
    }

    /// A log, its name, and the attribute of its events or cases that names the customer.
    #[must_use]
    pub fn log(mut self, name: &str, log: &'a EventLog, customer: &str) -> Self {
        let (name, customer) = (name.to_owned(), customer.to_owned());
        self.logs.push(Part { name, log, customer });
        self
    }

    /// The joined log.
    ///
    /// Events of an episode with equal stamps stand in the order in which their cases begin.
    ///
    /// # Errors
    ///
    /// [`Error::Window`] for a negative window; [`Error::NoColumn`] for a log without the customer's attribute.
    pub fn join(&self) -> Result<JoinedJourneys, Error> {
        let window = self.window.num_microseconds().filter(|it| *it >= 0);
        let window_micros = window.ok_or(Error::Window { window: self.window })?;
        let mut customers = Texts::default();
        let (spans, without_customer) = self.spans(&mut customers)?;
        let mut joining = Joining::new(&self.logs);
        let mut across_logs = 0;
        let mut rest = spans.as_slice();
        let (mut customer, mut number) = (None, 0);
        while let Some(first) = rest.first() {
            number = if customer == Some(first.customer) { number + 1 } else { 1 };
            customer = Some(first.customer);
            let (episode, after) = rest.split_at(episode_len(rest, window_micros));
            let name = customers.get(first.customer).unwrap_or_default();
            across_logs += usize::from(joining.add(name, number, episode) > 1);
            rest = after;
        }
        let log = joining.builder.build();
        Ok(JoinedJourneys { log, customers: customers.len(), across_logs, without_customer })
    }

    /// The cases by customer and beginning, and how many have no customer.
    fn spans(&self, customers: &mut Texts) -> Result<(Vec<Span>, usize), Error> {
        let mut spans = Vec::new();
        let mut without_customer = 0;
        for (number, Part { name, log, customer }) in self.logs.iter().enumerate() {
            let (of_case, of_event) = (log.case_column(customer), log.column(customer));
            if of_case.or(of_event).is_none() {
                return Err(Error::NoColumn { log: name.clone(), column: customer.clone() });
            }
            for case in 0..log.cases() {
                let events = log.case_events(case);
                let Some(last_micros) = log.at_micros().get(events.clone()).and_then(<[i64]>::last)
                else {
                    continue;
                };
                let of_events = || events.clone().find_map(|it| of_event?.text(it));
                let Some(customer) = of_case.and_then(|it| it.text(case)).or_else(of_events) else {
                    without_customer += 1;
                    continue;
                };
                let at = log.start_micros().unwrap_or(log.at_micros());
                let first = at.get(events).and_then(|it| it.iter().min());
                spans.push(Span {
                    customer: customers.number(customer),
                    first_micros: *first.unwrap_or(last_micros),
                    last_micros: *last_micros,
                    log: number,
                    case,
                });
            }
        }
        spans.sort_by_key(|it| (it.customer, it.first_micros, it.log, it.case));
        Ok((spans, without_customer))
    }
}

/// How many of the first spans are one episode.
fn episode_len(spans: &[Span], window_micros: i64) -> usize {
    let Some(first) = spans.first() else { return 0 };
    let mut last_micros = first.last_micros;
    for (place, span) in spans.iter().enumerate() {
        let is_near = span.first_micros <= last_micros.saturating_add(window_micros);
        if span.customer != first.customer || !is_near {
            return place;
        }
        last_micros = last_micros.max(span.last_micros);
    }
    spans.len()
}

struct Joining<'a> {
    logs: &'a [Part<'a>],
    builder: EventLogBuilder,
    source: ColumnNumber,
    case: ColumnNumber,
    customer: ColumnNumber,
    sources: ColumnNumber,
    cases: ColumnNumber,
}

impl<'a> Joining<'a> {
    fn new(logs: &'a [Part<'a>]) -> Self {
        let mut builder = EventLogBuilder::default();
        let [source, case] = [SOURCE, CASE].map(|it| builder.column(it, ValueKind::Text));
        let [customer, sources] =
            ["customer", "sources"].map(|it| builder.case_column(it, ValueKind::Text));
        let cases = builder.case_column("cases", ValueKind::Int);
        Self { logs, builder, source, case, customer, sources, cases }
    }

    /// Adds an episode; how many logs it is from.
    fn add(&mut self, customer: &str, number: usize, episode: &[Span]) -> usize {
        let case = self.builder.case(&format!("{customer}/{number}"));
        for span in episode {
            if let Some(part) = self.logs.get(span.log) {
                self.add_events(part, span.case, case);
            }
        }
        let has = |log: usize| episode.iter().any(|it| it.log == log);
        let logs = self.logs.iter().enumerate().filter(|it| has(it.0));
        let names: Vec<&str> = logs.map(|it| it.1.name.as_str()).collect();
        self.builder.set_case(case, self.customer, customer);
        self.builder.set_case(case, self.sources, &names.join("+"));
        self.builder.set_case(case, self.cases, &episode.len().to_string());
        names.len()
    }

    fn add_events(&mut self, part: &Part<'_>, case: usize, to: CaseNumber) {
        let log = part.log;
        let of_event = log.columns().iter().map(|it| (it, it.name().to_owned(), None));
        let of_case = log
            .case_columns()
            .iter()
            .map(|it| (it, format!("{}:{}", part.name, it.name()), Some(case)));
        let columns: Vec<(&Column, ColumnNumber, Option<usize>)> = of_event
            .chain(of_case)
            .filter(|it| it.0.name() != part.customer)
            .map(|(column, name, at)| (column, self.builder.column(&name, column.kind()), at))
            .collect();
        for event in log.case_events(case) {
            let number = log.activity().get(event).copied().unwrap_or_default();
            let activity = log.activities().get(number).unwrap_or_default();
            let at_micros = log.at_micros().get(event).copied().unwrap_or_default();
            self.builder.event(to, activity, at_micros);
            if let Some(start) = log.start_micros().and_then(|it| it.get(event)) {
                self.builder.started_at(*start);
            }
            self.builder.set(self.source, &part.name);
            self.builder.set(self.case, log.case_name(case).unwrap_or_default());
            for (column, to, at) in &columns {
                if let Some(value) = column.text(at.unwrap_or(event)) {
                    self.builder.set(*to, value);
                }
            }
        }
    }
}
