//! Mail: threads of messages, by their headers alone.

mod header;
mod thread;

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use ringback_eventlog::{EventLogBuilder, ValueKind};

use crate::read::{Fault, Outcome, Tally};
use crate::source::{empty, files, io_error, open};
use crate::{Error, ReadTickets, TicketSettings};
use header::{Headers, addresses, domain, message_ids};
use thread::Threads;

/// Reads mailboxes (`mbox`) and single messages (`.eml`), in any number of files: headers only, never what was written.
///
/// A thread is a case: messages that name each other in `References` or `In-Reply-To` are of one thread, also by way of
/// messages that are not here. A message is `customer writes` if its sender is of no domain of one's own, `we reply` if any of
/// its recipients is of none, else `internal`. The column `status` says whom the thread waits for from then on.
///
/// *Supported*: mbox in all its four ways of marking the next message, folded headers, several mailboxes with the same
/// messages, which count once. `org:group` is the group of one's own mailbox, where the settings name it; `automatic` says
/// that a message was written by a program (`Auto-Submitted`).
///
/// *Unsupported*: Outlook's `.pst` and `.msg`; threads by subject alone; contents of any kind.
///
/// *Layout*: `Date` carries its offset; a message without `Message-ID` is a thread's part by what it refers to. Addresses
/// become pseudonyms, or are left out.
///
/// # Source
///
/// RFC 5322, 3.6 (headers, identification); RFC 4155 (mbox); RFC 3834 (`Auto-Submitted`).
#[derive(Clone, Debug, Default)]
pub struct Mail {
    settings: TicketSettings,
}

/// A line of a header is kept up to this length; the rest of it is dropped.
const LINE_LEN: usize = 1 << 16;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    In,
    Out,
    Internal,
}

/// What is kept of a message until all are known.
struct Message {
    id: u32,
    at_micros: i64,
    way: Way,
    /// The pseudonyms of the customer and of one's own sender.
    customer: Option<String>,
    sender: Option<String>,
    group: Option<String>,
    is_automatic: bool,
}

impl Mail {
    /// A reader with these settings, which must name a domain of one's own.
    pub fn new(settings: TicketSettings) -> Self {
        Self { settings }
    }

    /// Reads files, or the files in folders.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] without a domain of one's own; [`Error::Io`]; [`Error::Empty`] for an empty file, or if nothing
    /// could be used.
    pub fn read(&self, paths: &[PathBuf]) -> Result<ReadTickets, Error> {
        if self.settings.own_domains.is_empty() {
            let expected = "the mail domain of one's own, such as example.com";
            return Err(Error::Setting { setting: "own domain", expected });
        }
        let mut tally = Tally::new(paths);
        let mut threads = Threads::default();
        let mut messages = Vec::new();
        for path in files(paths)? {
            tally.begin(&path);
            let mut found = 0;
            each_message(&path, &mut |headers, line| {
                found += 1;
                let outcome = self.message(&headers, line, &mut threads, &mut tally);
                let outcome = outcome.map(|message| match message {
                    Some(message) => {
                        messages.push(message);
                        Outcome::Used
                    }
                    None => Outcome::Duplicate,
                });
                tally.count(line, outcome);
            })?;
            if found == 0 {
                return Err(empty(&path));
            }
        }
        let log = self.log(messages, &mut threads);
        tally.finish(log)
    }

    /// A message, or nothing if it was there before.
    fn message(
        &self,
        headers: &Headers,
        line: u64,
        threads: &mut Threads,
        tally: &mut Tally,
    ) -> Result<Option<Message>, Fault> {
        let needed = |name: &str| headers.get(name).ok_or_else(|| Fault::missing(name));
        let date = needed("date")?;
        let at_micros = header::instant(date).ok_or_else(|| {
            Fault::bad("date", date, "a date such as Mon, 4 May 2026 14:30:00 +0200")
        })?;
        let from = addresses(needed("from")?);
        let Some(sender) = from.first() else {
            return Err(Fault {
                field: "from".to_owned(),
                reason: "no address, expected one such as name@example.com".to_owned(),
            });
        };
        let own = headers.get("message-id").and_then(|it| message_ids(it).into_iter().next());
        if let Some(id) = &own
            && !tally.is_new(id)
        {
            return Ok(None);
        }
        // A message without an id has one that nobody refers to.
        let id = own.unwrap_or_else(|| format!("line {line}, {at_micros}, {}", threads.len()));
        let id = threads.number(&id);
        for name in ["references", "in-reply-to"] {
            for other in headers.get(name).map(message_ids).unwrap_or_default() {
                threads.join(id, &other);
            }
        }
        // In their order: whom a message is to stands before who has a copy.
        let recipients: Vec<String> =
            ["to", "cc"].iter().filter_map(|it| headers.get(it)).flat_map(addresses).collect();
        let outside = recipients.iter().find(|it| !self.is_own(it));
        let (way, customer) = match (self.is_own(sender), outside) {
            (false, _) => (Way::In, Some(sender)),
            (true, Some(customer)) => (Way::Out, Some(customer)),
            (true, None) => (Way::Internal, None),
        };
        let mut boxes = std::iter::once(sender).filter(|_| way != Way::In).chain(&recipients);
        let group = boxes.find_map(|it| self.settings.mailboxes.get(it)).cloned();
        let automatic =
            headers.get("auto-submitted").is_some_and(|it| !it.trim().eq_ignore_ascii_case("no"));
        Ok(Some(Message {
            id,
            at_micros,
            way,
            customer: customer.and_then(|it| self.settings.address(it)),
            sender: (way != Way::In)
                .then(|| self.settings.agent(sender).or_else(|| self.settings.address(sender)))
                .flatten(),
            group,
            is_automatic: automatic,
        }))
    }

    /// Whether an address is of a domain of one's own, or of one below it.
    fn is_own(&self, address: &str) -> bool {
        let domain = domain(address);
        self.settings.own_domains.iter().any(|own| {
            domain.strip_suffix(own.as_str()).is_some_and(|it| it.is_empty() || it.ends_with('.'))
        })
    }

    fn log(&self, mut messages: Vec<Message>, threads: &mut Threads) -> EventLogBuilder {
        messages.sort_by_key(|it| it.at_micros);
        let mut log = EventLogBuilder::default();
        let text = ValueKind::Text;
        let columns = ["status", "state_kind", "org:group", "org:resource", "level", "automatic"]
            .map(|it| log.column(it, text));
        let source = log.case_column("source", text);
        let channel = log.case_column("contact_type", text);
        let customer = self.settings.has_pseudonyms().then(|| log.case_column("customer", text));
        let mut named = BTreeSet::new();
        for message in messages {
            // Threads are numbered in the order of their first messages.
            let number = threads.ordinal(message.id);
            let case = log.case(&format!("mail:{number}"));
            log.set_case(case, source, "mail");
            log.set_case(case, channel, "email");
            if let (Some(column), Some(pseudonym)) = (customer, &message.customer)
                && named.insert(number)
            {
                log.set_case(case, column, pseudonym);
            }
            let (activity, waits) = match message.way {
                Way::In => ("customer writes", Some(("waiting for us", "working"))),
                Way::Out => ("we reply", Some(("waiting for customer", "waiting for customer"))),
                Way::Internal => ("internal", None),
            };
            log.event(case, activity, message.at_micros);
            let waits = waits.or_else(|| threads.waits(number));
            threads.wait(number, waits);
            let level = message.group.as_ref().and_then(|it| self.settings.levels.get(it));
            let cells = [
                waits.map(|it| it.0),
                waits.map(|it| it.1),
                message.group.as_deref(),
                message.sender.as_deref(),
                level.map(String::as_str),
                message.is_automatic.then_some("true"),
            ];
            for (column, value) in columns.into_iter().zip(cells) {
                if let Some(value) = value {
                    log.set(column, value);
                }
            }
        }
        log
    }
}

/// Hands on the headers of each message of a file, with the line in which they end.
fn each_message(path: &Path, each: &mut dyn FnMut(Headers, u64)) -> Result<(), Error> {
    let mut input = open(path)?;
    let mut line = Vec::new();
    let mut number = 0;
    let mut headers = Some(Headers::default());
    let mut is_mbox = false;
    let mut after_blank = true;
    loop {
        let is_there = read_line(&mut input, &mut line).map_err(|it| io_error(path, it))?;
        if !is_there {
            break;
        }
        number += 1;
        if number == 1 && line.starts_with(b"From ") {
            is_mbox = true;
        }
        if is_mbox && after_blank && is_separator(&line, number == 1) {
            if let Some(last) = headers.take().filter(|it| !it.is_empty()) {
                each(last, number - 1);
            }
            headers = Some(Headers::default());
            after_blank = false;
            continue;
        }
        // Blanks before a header are no header.
        if line.trim_ascii().is_empty() && headers.as_ref().is_none_or(Headers::is_empty) {
            line.clear();
        }
        after_blank = line.is_empty();
        let Some(open) = &mut headers else { continue };
        if !line.is_empty() {
            open.line(&line);
        } else if !open.is_empty()
            && let Some(done) = headers.take()
        {
            each(done, number);
        }
    }
    if let Some(last) = headers.filter(|it| !it.is_empty()) {
        each(last, number);
    }
    Ok(())
}

/// Reads a line without its end, of which at most [`LINE_LEN`] bytes are kept.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let mut is_there = false;
    loop {
        let held = input.fill_buf()?;
        if held.is_empty() {
            break;
        }
        is_there = true;
        let end = held.iter().position(|it| *it == b'\n');
        let part = held.get(..end.unwrap_or(held.len())).unwrap_or_default();
        let room = LINE_LEN.saturating_sub(line.len()).min(part.len());
        line.extend_from_slice(part.get(..room).unwrap_or_default());
        let used = end.map_or(held.len(), |it| it + 1);
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(is_there)
}

/// Whether a line begins a message of a mailbox: `From`, who, and a date with a time of day and a year. In a mailbox whose
/// writer marks no line of a body, a sentence that begins with `From` has no such date.
fn is_separator(line: &[u8], is_first: bool) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let is_word = |it: &&[u8]| !it.is_empty();
    let words: Vec<&[u8]> = rest.split(|it| *it == b' ').filter(is_word).collect();
    let has_time = words.iter().any(|it| it.len() >= 5 && it.get(2) == Some(&b':'));
    let has_year = words.iter().any(|it| it.len() == 4 && it.iter().all(u8::is_ascii_digit));
    is_first || (has_time && has_year)
}
