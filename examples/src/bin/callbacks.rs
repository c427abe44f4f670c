//! Callbacks: whom to call when, and which windows to read out.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Parser;
use ringback::callback::{
    BookChange, CallbackBook, CallbackRequest, CallingRules, Capacity, ChooseCase, ChooseContext,
    ContactHistory, ConventionalReach, FreeTime, Freshness, Guarded, OfferDesk, OfferedWindow,
    Opened, Plan, PlanInputs, Planner, Policy, ReadRequests, RequestTable,
};
use ringback::calllog::{Call, Pseudonymizer, Zone};
use ringback::features::Calendar;
use ringback::reach::{AttemptLog, CustomerText, FittedReach, ReachLearning, ReachModel, Window};
use ringback_examples::{
    CsvFile, Failure, LogFolder, Moment, Reporting, Step, pseudonym_key, run, write_json,
};
use serde_json::{Value, json};

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r#"Example, after ingest has written the folder "log" of the shipped vendors' logs:

  callbacks --calls log --requests fixtures/programs/requests.csv \
      --capacity fixtures/programs/capacity.csv --as-of 2026-05-06T08:00:00Z --out callbacks

--example-policy prints a policy file with every setting and its default."#;

/// Plans callbacks under agents' capacity, and says which windows to read out to each customer.
///
/// When customers answer is learned from the log's outbound calls before --as-of; without enough of them the conventional
/// rules take over, and the plan says so. Who may be called when is what the policy and the countries' rules say. A customer
/// who got through after asking is not called again. Writes plan.csv, offers.csv (the windows to read out, best first),
/// unplanned.csv with the reason of each request that is not planned, and plan.json with all of it.
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
struct Flags {
    /// A folder that ingest has written.
    #[arg(long, value_name = "DIR", required_unless_present = "example_policy")]
    calls: Option<PathBuf>,
    /// Requests as CSV: `request_id`, `customer` (a pseudonym of the log, an id, or a number), `requested_at`, perhaps `due_by`,
    /// `intent`, `time_zone`, `queue`, `segment`, `skill`, `urgency`.
    #[arg(long, value_name = "FILE.csv", required_unless_present = "example_policy")]
    requests: Option<PathBuf>,
    /// What agents have time for, as CSV: `start`, `end`, `slots`, perhaps `skill`.
    #[arg(long, value_name = "FILE.csv", required_unless_present = "example_policy")]
    capacity: Option<PathBuf>,
    /// The policy; without it the defaults, in the log's zone.
    #[arg(long, value_name = "FILE.toml")]
    policy: Option<PathBuf>,
    /// The moment of planning: RFC 3339, or a date or date and time in the log's zone. Nothing later is looked at.
    #[arg(long, value_name = "TIME", required_unless_present = "example_policy")]
    as_of: Option<Moment>,
    /// The key of the pseudonyms, as it was for ingest; without it the user's own, made on first use.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Whose customers these are, as it was for ingest.
    #[arg(long, default_value = "default")]
    tenant: String,
    /// The country that numbers in --requests without a country code are dialed in: two letters, such as DK.
    #[arg(long, value_name = "CC")]
    region: Option<ringback::calllog::PhoneRegion>,
    /// Prints a policy file with every setting and its default, and ends.
    #[arg(long)]
    example_policy: bool,
    /// The folder to write to.
    #[arg(long, value_name = "DIR", required_unless_present = "example_policy")]
    out: Option<PathBuf>,
    #[command(flatten)]
    reporting: Reporting,
}

/// What the flags name, read.
struct Input {
    calls: Vec<Call>,
    zone: Zone,
    policy: Policy,
    requests: ReadRequests,
    capacity: Vec<Capacity>,
    as_of: DateTime<Utc>,
}

/// Requests that need no plan any more, by their id, and why.
type Settled = Vec<(String, String)>;

/// What has become of the requests at the moment of planning.
struct OpenRequests {
    /// Those still open, with what their intents ask for.
    requests: Vec<CallbackRequest>,
    /// Those that repeat an open one of their customer.
    repeated: Vec<CallbackRequest>,
    settled: Settled,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| callbacks(&flags))
}

fn callbacks(flags: &Flags) -> Result<(), Failure> {
    if flags.example_policy {
        #[expect(clippy::print_stdout, reason = "the program's answer")]
        {
            print!("{}", Policy::example());
        }
        return Ok(());
    }
    let reading = Step::new(flags.reporting.quiet, "reading");
    let input = read(flags)?;
    drop(reading);
    let learning = Step::new(flags.reporting.quiet, "learning when customers answer");
    let known: Vec<Call> =
        input.calls.iter().filter(|it| it.arrived_at < input.as_of).cloned().collect();
    let attempts = AttemptLog::from_calls(&known, input.zone)?.log.before(input.as_of);
    let (model, lacking) = learn(&attempts);
    drop(learning);
    let _planning = Step::new(flags.reporting.quiet, "planning");
    let conventional = ConventionalReach::new(input.zone);
    let model = model.as_ref().map(|it| it as &dyn ReachModel);
    let reach = Guarded::new(model, conventional, Freshness::default(), input.as_of);
    let rules = rules(&input, &attempts)?;
    let OpenRequests { mut requests, repeated, settled } = open_requests(&input, &known);
    let offers = offers(&input, &requests, &rules, &reach)?;
    // The planner says of each repeated one which request it repeats.
    requests.extend(repeated);
    let inputs = PlanInputs {
        requests: &requests,
        capacities: &input.capacity,
        reach: &reach,
        rules: &rules,
        as_of: input.as_of,
    };
    let mut plan = Planner::new().plan(&inputs)?;
    if let Some(reason) = reach.fallback_reason() {
        let why = lacking.map(|it| format!(" ({it})")).unwrap_or_default();
        plan.notes.push(format!("conventional rules in place of a model: {reason}{why}"));
    }
    write(flags, &input, &plan, &offers, &settled)
}

fn read(flags: &Flags) -> Result<Input, Failure> {
    let given = |it: &Option<PathBuf>, name: &str| {
        it.clone().ok_or_else(|| Failure::new(format!("expected --{name}")))
    };
    let LogFolder { log, .. } = LogFolder::read(&given(&flags.calls, "calls")?)?;
    let zone = log.observed.zone;
    let policy = match &flags.policy {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|it| Failure::at(path, &it))?;
            Policy::read(&text, &path.display().to_string())?
        }
        None => Policy { zone, ..Policy::default() },
    };
    let as_of = flags.as_of.ok_or_else(|| Failure::new("expected --as-of"))?.in_zone(zone);
    let pseudonymizer =
        Pseudonymizer::new(&pseudonym_key(flags.key_file.as_deref())?, &flags.tenant);
    let customers = flags.region.map_or_else(CustomerText::default, CustomerText::Numbers);
    let open = |path: &Path| File::open(path).map_err(|it| Failure::at(path, &it));
    let path = given(&flags.requests, "requests")?;
    let requests = RequestTable::default().customers(customers);
    let requests = requests.read(&path.display().to_string(), open(&path)?, &pseudonymizer)?;
    let path = given(&flags.capacity, "capacity")?;
    let capacity = Capacity::read_table(&path.display().to_string(), open(&path)?)?;
    Ok(Input { calls: log.calls, zone, policy, requests, capacity, as_of })
}

/// The model of the attempts, or why there is none.
fn learn(attempts: &AttemptLog) -> (Option<FittedReach>, Option<String>) {
    match ReachLearning::new().fit(attempts) {
        Ok(model) => (Some(model), None),
        Err(error) => (None, Some(error.to_string())),
    }
}

fn rules(input: &Input, attempts: &AttemptLog) -> Result<CallingRules, Failure> {
    let history = ContactHistory::new().attempts(attempts.attempts());
    Ok(input.policy.calling_rules()?.history(history).build()?)
}

/// Walks through requests and calls in the order of time: whoever got through after asking is not called again.
fn open_requests(input: &Input, known: &[Call]) -> OpenRequests {
    let mut book = CallbackBook::new();
    let mut repeated = Vec::new();
    let mut due = input.requests.requests.iter().collect::<Vec<_>>();
    due.sort_by_key(|it| it.requested_at);
    let mut calls = known.iter().filter(|it| it.customer.is_some()).collect::<Vec<_>>();
    calls.sort_by_key(|it| it.arrived_at);
    let mut calls = calls.into_iter().peekable();
    let mut settled = Settled::new();
    for request in due {
        while let Some(call) = calls.next_if(|it| it.arrived_at <= request.requested_at) {
            take(&mut book, call, &mut settled);
        }
        if request.requested_at > input.as_of {
            let when = instant(request.requested_at);
            settled.push((request.id.to_string(), format!("not asked for before {when}")));
        } else if !matches!(book.open(with_intent(request, &input.policy)), Opened::New) {
            repeated.push(request.clone());
        }
    }
    for call in calls {
        take(&mut book, call, &mut settled);
    }
    OpenRequests { requests: book.open_requests().cloned().collect(), repeated, settled }
}

/// Lets a call close the request of its customer, if it was a contact.
fn take(book: &mut CallbackBook, call: &Call, settled: &mut Settled) {
    let Some(customer) = call.customer else { return };
    let before = book.events().len();
    book.contact(customer, call.arrived_at, call.direction, call.outcome);
    for event in book.events().iter().skip(before) {
        if let (BookChange::Closed { .. }, Some(id)) = (&event.change, &event.request) {
            let reason = format!("the customer was reached at {}", instant(call.arrived_at));
            settled.push((id.to_string(), reason));
        }
    }
}

/// A request with the skill and the urgency of its intent, where it has none of its own.
fn with_intent(request: &CallbackRequest, policy: &Policy) -> CallbackRequest {
    let mut request = request.clone();
    let rule = request.intent.as_ref().and_then(|it| policy.intents.get(it));
    let rule = rule.unwrap_or(&policy.other_intents);
    request.skill = request.skill.or_else(|| rule.skill.clone());
    request.urgency = request.urgency.max(rule.urgency);
    request
}

/// The windows to read out for each open request, best first.
fn offers(
    input: &Input,
    open: &[CallbackRequest],
    rules: &CallingRules,
    reach: &dyn ReachModel,
) -> Result<BTreeMap<String, Vec<(OfferedWindow, String)>>, Failure> {
    let desk: OfferDesk = input.policy.desk()?;
    let calendar: Calendar = input.policy.calendar()?;
    let slot_secs = desk.other_intents.handle_secs();
    let free = FreeTime::of_capacity(&input.capacity, slot_secs);
    let context =
        ChooseContext { rules, model: reach, free: &free, preferences: None, calendar: &calendar };
    let mut candidates: Vec<Window> = input.capacity.iter().map(|it| it.window).collect();
    candidates.sort_unstable();
    candidates.dedup();
    let mut offers = BTreeMap::new();
    for request in open {
        let intent = desk.intent(request.intent.as_ref());
        let case = ChooseCase { request, intent, extra_windows: 0, as_of: input.as_of };
        let choice = desk.chooser.choose(&context, &case, &candidates);
        let zone = request.zone.unwrap_or(calendar.zone());
        let said = choice.offered.into_iter().map(|it| {
            let text = desk.announcer.window(it.window, zone, input.as_of);
            (it, text)
        });
        offers.insert(request.id.to_string(), said.collect());
    }
    Ok(offers)
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn probability(it: f64) -> String {
    format!("{}", (it * 1e6).round() / 1e6)
}

fn write(
    flags: &Flags,
    input: &Input,
    plan: &Plan,
    offers: &BTreeMap<String, Vec<(OfferedWindow, String)>>,
    settled: &Settled,
) -> Result<(), Failure> {
    let out = flags.out.clone().ok_or_else(|| Failure::new("expected --out"))?;
    let header = [
        "request_id",
        "window_start",
        "window_end",
        "probability",
        "reason",
        "lower_80",
        "upper_80",
        "skill",
        "evidence",
    ];
    let mut file = CsvFile::create(&out.join("plan.csv"), header)?;
    for it in &plan.planned {
        file.row([
            it.request.to_string(),
            instant(it.window.starts_at()),
            instant(it.window.ends_at()),
            probability(it.reach.probability),
            it.reason.clone(),
            probability(it.reach.lower),
            probability(it.reach.upper),
            it.skill.as_ref().map(ToString::to_string).unwrap_or_default(),
            it.reach.evidence.method.to_string(),
        ])?;
    }
    file.finish()?;
    write_offers(&out, offers)?;
    let unplanned = unplanned(input, plan, settled);
    let mut file = CsvFile::create(&out.join("unplanned.csv"), ["request_id", "reason"])?;
    for (id, reason) in &unplanned {
        file.row([id, reason])?;
    }
    file.finish()?;
    let json = json!({
        "as_of": instant(input.as_of),
        "requests": input.requests.requests.len() + input.requests.refused.len(),
        "planned": plan.planned.len(),
        "unplanned": unplanned.len(),
        "plan": plan,
    });
    write_json(&out.join("plan.json"), &json)?;
    print(flags, &out, plan, &unplanned, &json)
}

fn write_offers(
    out: &Path,
    offers: &BTreeMap<String, Vec<(OfferedWindow, String)>>,
) -> Result<(), Failure> {
    let header = [
        "request_id",
        "rank",
        "window_start",
        "window_end",
        "text",
        "probability",
        "lower_80",
        "upper_80",
        "slots",
        "propensity",
        "reason",
    ];
    let mut file = CsvFile::create(&out.join("offers.csv"), header)?;
    for (id, windows) in offers {
        for (rank, (it, text)) in (1..).zip(windows) {
            file.row([
                id.clone(),
                format!("{rank}"),
                instant(it.window.starts_at()),
                instant(it.window.ends_at()),
                text.clone(),
                probability(it.probability),
                probability(it.lower),
                probability(it.upper),
                it.slots.to_string(),
                probability(it.propensity),
                it.reason.clone(),
            ])?;
        }
    }
    file.finish()
}

/// Every request that is not planned, with its reason: rows that are none, settled ones, and those without a window.
fn unplanned(input: &Input, plan: &Plan, settled: &Settled) -> Vec<(String, String)> {
    let refused = input.requests.refused.iter().map(|it| {
        let id = it.id.as_ref().map(ToString::to_string).unwrap_or_default();
        (id, it.to_string())
    });
    let left = plan.unplanned.iter().map(|it| (it.request.to_string(), it.reason.to_string()));
    refused.chain(settled.iter().cloned()).chain(left).collect()
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn print(
    flags: &Flags,
    out: &Path,
    plan: &Plan,
    unplanned: &[(String, String)],
    json: &Value,
) -> Result<(), Failure> {
    if flags.reporting.json {
        println!("{}", serde_json::to_string(json)?);
        return Ok(());
    }
    println!("{} planned, {} not planned", plan.planned.len(), unplanned.len());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, reason) in unplanned {
        *reasons.entry(reason).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    for (reason, count) in reasons.iter().take(5) {
        println!("  {count}: {reason}");
    }
    for note in &plan.notes {
        println!("note: {note}");
    }
    println!("written to {}", out.display());
    Ok(())
}
