//! A million random questions, against a second implementation that knows only how to look at one instant.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use ringback_callback::{
    BasisRules, CallBasis, CallRules, CallbackRequest, CallingRules, Cap, Capacity, ContactHistory,
    ConventionalReach, CountryRules, CustomerRules, Forbidden, OptOuts, PlanInputs, Planner,
    RequestId, UnplannedReason,
};
use ringback_calllog::{Customer, PseudonymKey, Pseudonymizer, Zone};
use ringback_features::{Country, holidays};
use ringback_reach::{ContactOutcome, Window};

/// Zones with the country in which they lie: whole, half and quarter hours, the farthest east and west, summer time in
/// either half of the year, by half an hour, at midnight, and not at all.
const ZONES: [(&str, Option<Country>); 30] = [
    ("Europe/Copenhagen", Some(Country::Denmark)),
    ("Europe/Oslo", Some(Country::Norway)),
    ("Europe/Stockholm", Some(Country::Sweden)),
    ("Europe/Berlin", Some(Country::Germany)),
    ("Europe/Paris", Some(Country::France)),
    ("Europe/Madrid", Some(Country::Spain)),
    ("Atlantic/Canary", Some(Country::Spain)),
    ("Europe/Rome", Some(Country::Italy)),
    ("Europe/London", Some(Country::UnitedKingdom)),
    ("Europe/Dublin", Some(Country::Ireland)),
    ("Asia/Jerusalem", Some(Country::Israel)),
    ("America/New_York", Some(Country::UnitedStates)),
    ("America/Phoenix", Some(Country::UnitedStates)),
    ("Pacific/Honolulu", Some(Country::UnitedStates)),
    ("America/St_Johns", None),
    ("America/Havana", None),
    ("America/Santiago", None),
    ("America/Sao_Paulo", None),
    ("America/Nuuk", None),
    ("Africa/Cairo", None),
    ("Africa/Casablanca", None),
    ("Asia/Beirut", None),
    ("Asia/Kolkata", None),
    ("Asia/Kathmandu", None),
    ("Australia/Adelaide", None),
    ("Australia/Lord_Howe", None),
    ("Pacific/Auckland", None),
    ("Pacific/Chatham", None),
    ("Pacific/Kiritimati", None),
    ("Pacific/Pago_Pago", None),
];

const AMERICAN: [&str; 8] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
];

/// Hours over which clocks change.
const NIGHT: &str = "Mon-Sun 00:10-02:30,03:15-05:00,23:30-24:00; holidays closed";
const NIGHT_MINUTES: [(u32, u32); 3] = [(10, 150), (195, 300), (1410, 1440)];

/// The first instant of the time that is asked about, and its length in seconds: three years.
const START: &str = "2025-01-01T00:00:00Z";
const SPAN: u64 = 3 * 365 * 86_400;

/// The generator of Steele, Lea and Flood 2014.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    fn secs(&mut self, below: u64) -> TimeDelta {
        TimeDelta::seconds(i64::try_from(self.below(below)).unwrap())
    }
}

/// What is known of a customer, as plain as can be.
#[derive(Clone, Debug, Default)]
struct Plain {
    calls: Vec<(DateTime<Utc>, bool)>,
    talked_at: Option<DateTime<Utc>>,
    refused_at: Option<DateTime<Utc>>,
    opted_out: Option<DateTime<Utc>>,
    consents: bool,
    /// Their own hours, in minutes, every day.
    own: Option<(u32, u32)>,
    own_cap: Option<Cap>,
    own_spacing: i64,
}

/// The second implementation: one instant at a time, by the words of the rules.
struct Naive {
    days_off: BTreeSet<(Country, NaiveDate)>,
    zones: BTreeMap<&'static str, Zone>,
}

impl Naive {
    fn new() -> Self {
        let mut days_off = BTreeSet::new();
        for country in Country::ALL {
            for year in 2024..=2029 {
                days_off
                    .extend(holidays(country, year).unwrap().iter().map(|it| (country, it.date)));
            }
        }
        let names = ZONES.iter().map(|it| it.0).chain(AMERICAN);
        Self { days_off, zones: names.map(|it| (it, it.parse().unwrap())).collect() }
    }

    fn country(request: &CallbackRequest) -> Option<Country> {
        let of_zone = |zone: Zone| ZONES.iter().find(|it| it.0 == zone.name()).and_then(|it| it.1);
        request.country.or_else(|| request.zone.and_then(of_zone))
    }

    fn clocks(&self, request: &CallbackRequest) -> Vec<Zone> {
        let named = |names: &[&str]| names.iter().map(|it| self.zones[it]).collect();
        match (request.zone, request.country) {
            (Some(zone), _) => vec![zone],
            (None, Some(Country::UnitedStates)) => named(&AMERICAN),
            (None, Some(Country::Spain)) => named(&["Europe/Madrid", "Atlantic/Canary"]),
            (None, Some(country)) => {
                named(&[ZONES.iter().find(|it| it.1 == Some(country)).unwrap().0])
            }
            (None, None) => Vec::new(),
        }
    }

    /// Whether the wall clock shows an hour at which such a call is allowed.
    fn is_hour(&self, request: &CallbackRequest, zone: Zone, at: DateTime<Utc>) -> bool {
        let local = zone.local(at);
        let country = Self::country(request);
        let rests = |date| country.is_some_and(|it| self.days_off.contains(&(it, date)));
        let (date, weekday) = (local.date(), local.weekday());
        let minute = local.hour() * 60 + local.minute();
        let within =
            |ranges: &[(u32, u32)]| ranges.iter().any(|it| it.0 <= minute && minute < it.1);
        let is_weekend = matches!(weekday, Weekday::Sat | Weekday::Sun);
        match (country, request.basis) {
            (Some(Country::UnitedStates), _) => within(&[(480, 1260)]),
            _ if rests(date) => false,
            (_, CallBasis::Service) => within(&NIGHT_MINUTES),
            (Some(Country::Israel), CallBasis::Marketing) => {
                within(&[(540, 1200)]) && !matches!(weekday, Weekday::Fri | Weekday::Sat)
            }
            (Some(Country::Israel), _) => match weekday {
                Weekday::Sat => false,
                Weekday::Fri => within(&[(480, 840)]),
                _ => within(&[(480, 1260)]),
            },
            (Some(Country::France), CallBasis::Marketing) => {
                within(&[(600, 780), (840, 1200)]) && !is_weekend
            }
            (Some(Country::Norway | Country::Spain), CallBasis::Marketing) => {
                within(&[(540, 1260)]) && !is_weekend
            }
            (Some(Country::Italy), CallBasis::Marketing) => match weekday {
                Weekday::Sun => false,
                Weekday::Sat => within(&[(600, 1140)]),
                _ if rests(date.succ_opt().unwrap()) => within(&[(600, 1140)]),
                _ => within(&[(540, 1200)]),
            },
            (_, CallBasis::Marketing) => within(&[(540, 1200)]) && !is_weekend,
            _ => within(&[(480, 1260)]) && weekday != Weekday::Sun,
        }
    }

    fn caps(request: &CallbackRequest) -> Vec<Cap> {
        match (Self::country(request), request.basis) {
            (_, CallBasis::Marketing) => vec![Cap::per_month(4)],
            // Of these tests: no cap for calls at night, but in the United States.
            (Some(Country::UnitedStates), CallBasis::DebtCollection) => vec![Cap::per_week(7)],
            (country, CallBasis::Service) if country != Some(Country::UnitedStates) => Vec::new(),
            _ => vec![Cap::per_day(3), Cap::per_week(6), Cap::per_month(12)],
        }
    }

    fn is_rested(request: &CallbackRequest, known: &Plain, at: DateTime<Utc>) -> bool {
        let country = Self::country(request);
        let days_since = |then: Option<DateTime<Utc>>| then.map(|it| at - it);
        let within = |then: Option<TimeDelta>, days| {
            then.is_some_and(|it| it >= TimeDelta::zero() && it < TimeDelta::days(days))
        };
        if country == Some(Country::France)
            && request.basis == CallBasis::Marketing
            && within(days_since(known.refused_at), 60)
        {
            return false;
        }
        if country == Some(Country::UnitedStates)
            && request.basis == CallBasis::DebtCollection
            && within(days_since(known.talked_at), 7)
        {
            return false;
        }
        let mut calls = known.calls.clone();
        if let Some(last) = request.last_attempt_at
            && calls.iter().all(|it| it.0 != last)
        {
            calls.push((last, false));
        }
        let spacing = |busy: bool| if busy { 10 } else { 30 }.max(known.own_spacing);
        if calls.iter().any(|it| (at - it.0).abs() < TimeDelta::minutes(spacing(it.1))) {
            return false;
        }
        let starts: Vec<DateTime<Utc>> = calls.iter().map(|it| it.0).chain([at]).collect();
        Self::caps(request).iter().chain(&known.own_cap).all(|cap| {
            let period = TimeDelta::hours(cap.hours.into());
            // No stretch of the cap's hours that begins with a call and holds this one has too many.
            starts.iter().filter(|it| **it <= at && at - **it < period).all(|begin| {
                let calls = starts.iter().filter(|it| *begin <= **it && **it - *begin < period);
                calls.count() <= usize::try_from(cap.allowed).unwrap()
            })
        })
    }

    /// Whether a call may begin at an instant, all rules taken together.
    fn allows(&self, case: &Case, known: &Plain, at: DateTime<Utc>) -> bool {
        let request = &case.request;
        let asked_since =
            |it: DateTime<Utc>| request.basis == CallBasis::Requested && request.requested_at > it;
        let needs_consent = !matches!(
            Self::country(request),
            Some(
                Country::Norway
                    | Country::Italy
                    | Country::UnitedStates
                    | Country::UnitedKingdom
                    | Country::EnglandAndWales
            )
        );
        let clocks = self.clocks(request);
        let wants = |zone: &Zone| {
            let local = zone.local(at);
            let minute = local.hour() * 60 + local.minute();
            known.own.is_none_or(|it| it.0 <= minute && minute < it.1)
        };
        at >= case.as_of
            && at >= request.requested_at
            && request.due_by.is_none_or(|due| at <= due)
            && known.opted_out.is_none_or(asked_since)
            && (known.consents || !(needs_consent && request.basis == CallBasis::Marketing))
            && !clocks.is_empty()
            && clocks.iter().all(|zone| wants(zone) && self.is_hour(request, *zone, at))
            && Self::is_rested(request, known, at)
    }
}

/// One question.
#[derive(Debug)]
struct Case {
    customer: usize,
    request: CallbackRequest,
    window: Window,
    as_of: DateTime<Utc>,
}

/// The world that is asked about.
struct World {
    customers: Vec<Customer>,
    known: Vec<Plain>,
    rules: CallingRules,
    zones: Vec<(Zone, Vec<DateTime<Utc>>)>,
    countries: Vec<Country>,
}

fn start() -> DateTime<Utc> {
    START.parse().unwrap()
}

/// The hours in which a zone's clock changes.
fn changes(zone: Zone) -> Vec<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zone.local(at) - at.naive_utc();
    let hours = (0..3 * 365 * 24).map(|it| start() + TimeDelta::hours(it));
    hours.filter(|it| offset(*it) != offset(*it + TimeDelta::hours(1))).collect()
}

fn plain(draws: &mut Draws) -> Plain {
    let mut known = Plain { consents: !draws.one_in(4), ..Plain::default() };
    // Bursts of calls, so that caps bind; at no whole second, so that no instant asked about is a border.
    for _ in 0..draws.below(4) {
        let burst = start() + draws.secs(SPAN);
        for _ in 0..=draws.below(8) {
            let at = burst + draws.secs(86_400 * 6) + TimeDelta::milliseconds(500);
            known.calls.push((at, draws.one_in(4)));
        }
    }
    known.calls.sort_unstable();
    known.calls.dedup_by_key(|it| it.0);
    if draws.one_in(4) {
        known.refused_at = Some(start() + draws.secs(SPAN));
    }
    if draws.one_in(4) {
        let at = start() + draws.secs(SPAN) + TimeDelta::milliseconds(250);
        known.talked_at = Some(at);
        known.calls.push((at, false));
        known.calls.sort_unstable();
    }
    if draws.one_in(20) {
        known.opted_out = Some(start() + draws.secs(SPAN));
    }
    if draws.one_in(8) {
        known.own = Some(draws.pick(&[(120, 1170), (1020, 1440), (600, 720)]));
    }
    if draws.one_in(8) {
        known.own_cap = Some(draws.pick(&[Cap::per_day(1), Cap::per_week(2), Cap::per_month(3)]));
    }
    if draws.one_in(8) {
        known.own_spacing = draws.pick(&[5, 45, 300]);
    }
    known
}

fn world(draws: &mut Draws, n_customers: usize) -> World {
    let names = Pseudonymizer::new(&PseudonymKey::from_bytes([3; 32]), "test");
    let customers: Vec<Customer> =
        (0..n_customers).map(|it| names.customer(&it.to_string())).collect();
    let known: Vec<Plain> = customers.iter().map(|_| plain(draws)).collect();
    let mut history = ContactHistory::new().horizon_days(3660).unwrap();
    let mut opt_outs = OptOuts::new();
    let night = || BasisRules::new(NIGHT.parse().unwrap());
    let elsewhere = NIGHT.replace("holidays closed", "holidays as usual").parse().unwrap();
    let elsewhere =
        CountryRules::elsewhere().replace(CallBasis::Service, BasisRules::new(elsewhere));
    let mut builder = CallingRules::builder().country(elsewhere);
    for country in Country::ALL.into_iter().filter(|it| *it != Country::UnitedStates) {
        builder = builder.country(CountryRules::of(country).replace(CallBasis::Service, night()));
    }
    for (customer, it) in customers.iter().zip(&known) {
        for (at, busy) in &it.calls {
            let outcome = match busy {
                true => ContactOutcome::Busy,
                false if Some(*at) == it.talked_at => ContactOutcome::Reached,
                false => ContactOutcome::NoAnswer,
            };
            history.record(*customer, *at, outcome);
        }
        if let Some(at) = it.refused_at {
            history.refuse(*customer, at);
        }
        if let Some(at) = it.opted_out {
            opt_outs.add(*customer, at);
        }
        let mut own = CustomerRules::new().caps(it.own_cap);
        if let Some((from, to)) = it.own {
            let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
            let text = format!("Mon-Sun {}-{}; holidays as usual", clock(from), clock(to));
            own = own.hours(text.parse().unwrap());
        }
        own = own.spacing_minutes(u32::try_from(it.own_spacing).unwrap());
        builder = builder.customer(*customer, own);
    }
    let consents = customers.iter().zip(&known).filter(|it| it.1.consents).map(|it| *it.0);
    let zones = ZONES.iter().map(|it| it.0.parse::<Zone>().unwrap());
    World {
        rules: builder.consents(consents).history(history).opt_outs(opt_outs).build().unwrap(),
        zones: zones.map(|it| (it, changes(it))).collect(),
        countries: ZONES.iter().filter_map(|it| it.1).collect(),
        customers,
        known,
    }
}

impl World {
    fn case(&self, draws: &mut Draws) -> Case {
        let customer = usize::try_from(draws.below(self.customers.len() as u64)).unwrap();
        let zone = usize::try_from(draws.below(self.zones.len() as u64)).unwrap();
        let (zone, changes) = &self.zones[zone];
        // A quarter near a change of clocks, a quarter near a call, some after a refusal, the rest anywhere.
        let kind = draws.below(4);
        let near = match kind {
            0 if !changes.is_empty() => draws.pick(changes) - TimeDelta::hours(8),
            1 if !self.known[customer].calls.is_empty() => {
                draws.pick(&self.known[customer].calls).0 - TimeDelta::hours(8)
            }
            2 if self.known[customer].refused_at.is_some() => {
                self.known[customer].refused_at.unwrap() + draws.secs(70 * 86_400)
            }
            _ => start() + draws.secs(SPAN),
        };
        let near = near.with_nanosecond(0).unwrap();
        let from = near + draws.secs(8 * 3600);
        let minutes = draws.pick(&[5, 30, 60, 240, 1440, 2160]);
        let window = Window::new(from, from + TimeDelta::minutes(minutes)).unwrap();
        let id = RequestId::new("a");
        let asked = from - draws.secs(10 * 86_400) + TimeDelta::hours(1);
        let mut request = CallbackRequest::new(id, self.customers[customer], asked);
        request.basis = draws.pick(CallBasis::ALL);
        request.zone = (!draws.one_in(10)).then_some(*zone);
        request.country = draws.one_in(4).then(|| draws.pick(&self.countries));
        if kind == 2 && draws.one_in(3) {
            // Where a refusal counts.
            (request.country, request.basis) = (Some(Country::France), CallBasis::Marketing);
        }
        if draws.one_in(4) {
            request.due_by = Some(from + draws.secs(86_400) - TimeDelta::hours(2));
        }
        if draws.one_in(6) {
            let last = from - draws.secs(3 * 86_400) + TimeDelta::milliseconds(750);
            request.last_attempt_at = Some(last);
        }
        let as_of = from - draws.secs(86_400) + TimeDelta::hours(2);
        Case { customer, request, window, as_of }
    }
}

/// What the questions were answered with.
#[derive(Debug, Default)]
struct Tally {
    allowed: u64,
    clipped: u64,
    reasons: BTreeMap<&'static str, u64>,
    /// Instants that the second implementation was asked about.
    instants: u64,
}

fn reason(forbidden: &Forbidden) -> &'static str {
    match forbidden {
        Forbidden::OptedOut => "opted out",
        Forbidden::OutsideHours { .. } => "hours",
        Forbidden::Weekday { .. } => "weekday",
        Forbidden::Holiday { .. } => "holiday",
        Forbidden::Cap { .. } => "cap",
        Forbidden::TooSoon { .. } => "spacing",
        Forbidden::Past => "past",
        Forbidden::AfterDeadline => "deadline",
        Forbidden::UnknownZone => "zone",
        Forbidden::NoConsent => "consent",
        Forbidden::Refused { .. } => "refused",
        _ => "other",
    }
}

const INSTANT: TimeDelta = TimeDelta::nanoseconds(1);

/// A random instant from one until before another.
fn within(draws: &mut Draws, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
    let nanos = (to - from).num_nanoseconds().unwrap();
    from + TimeDelta::nanoseconds(i64::try_from(draws.below(nanos.unsigned_abs())).unwrap())
}

fn check(world: &World, naive: &Naive, case: &Case, draws: &mut Draws, tally: &mut Tally) {
    let known = &world.known[case.customer];
    let window = case.window;
    let mut expect = |at: DateTime<Utc>, expected: bool, why: &str| {
        tally.instants += 1;
        let found = naive.allows(case, known, at);
        assert_eq!(found, expected, "{why} at {at}: {case:?} {known:?}");
    };
    match world.rules.permit(&case.request, window, case.as_of) {
        Ok(allowed) => {
            let (from, to) = (allowed.starts_at(), allowed.ends_at());
            assert!(window.starts_at() <= from && to <= window.ends_at(), "{case:?} {allowed}");
            expect(from, true, "the start");
            expect(to - INSTANT, true, "the end");
            expect(within(draws, from, to), true, "within");
            expect(within(draws, from, to), true, "within");
            // What comes before is not allowed, and nor is what comes after, or the stretch would be longer.
            if from > window.starts_at() {
                expect(from - INSTANT, false, "before the start");
                expect(within(draws, window.starts_at(), from), false, "before");
            }
            if to < window.ends_at() {
                expect(to + INSTANT, false, "after the end");
            }
            tally.allowed += 1;
            tally.clipped += u64::from(allowed != window);
        }
        Err(forbidden) => {
            expect(window.starts_at(), false, "the start of a forbidden window");
            expect(window.ends_at() - INSTANT, false, "the end of a forbidden window");
            for _ in 0..3 {
                let at = within(draws, window.starts_at(), window.ends_at());
                expect(at, false, "within a forbidden window");
            }
            *tally.reasons.entry(reason(&forbidden)).or_default() += 1;
        }
    }
}

#[test]
fn a_million_random_questions_break_no_rule_and_forbid_nothing_that_is_allowed() {
    let mut draws = Draws(20_260_504);
    let world = world(&mut draws, 3000);
    let naive = Naive::new();
    let mut tallies = Vec::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = [1, 2]
            .map(|seed| {
                let (world, naive) = (&world, &naive);
                scope.spawn(move || {
                    let mut draws = Draws(seed);
                    let mut tally = Tally::default();
                    for _ in 0..500_000 {
                        let case = world.case(&mut draws);
                        check(world, naive, &case, &mut draws, &mut tally);
                    }
                    tally
                })
            })
            .into();
        tallies.extend(threads.into_iter().map(|it| it.join().unwrap()));
    });
    let mut total = Tally::default();
    for tally in tallies {
        total.allowed += tally.allowed;
        total.clipped += tally.clipped;
        total.instants += tally.instants;
        for (reason, count) in tally.reasons {
            *total.reasons.entry(reason).or_default() += count;
        }
    }
    println!("{total:?}");
    assert_eq!(total.allowed + total.reasons.values().sum::<u64>(), 1_000_000);
    // Each of the rules had its say.
    assert!(total.allowed > 100_000 && total.clipped > 50_000, "{total:?}");
    assert_eq!(total.reasons.len(), 11, "{total:?}");
    assert!(total.reasons.values().all(|it| *it > 500), "{total:?}");
}

/// A day's requests from all zones, near a change of clocks or a holiday or anywhere, and hours of agents.
fn day(world: &World, draws: &mut Draws) -> (Vec<Case>, Vec<Capacity>) {
    let first = world.case(draws);
    let as_of = first.as_of;
    let mut opens = as_of;
    let mut capacities = Vec::new();
    for _ in 0..6 {
        opens += draws.secs(4 * 3600);
        let closes = opens + TimeDelta::minutes(draws.pick(&[30, 60, 180]));
        let window = Window::new(opens, closes).unwrap();
        let slots = u32::try_from(draws.below(6)).unwrap();
        capacities.push(Capacity { window, slots, skill: None });
        opens = closes;
    }
    let mut cases = vec![first];
    for number in 1..20 {
        let mut case = world.case(draws);
        let asked = as_of - draws.secs(86_400);
        // The same times around another now.
        let moved = |it: DateTime<Utc>| it + (as_of - case.as_of);
        case.request.due_by = case.request.due_by.map(moved);
        case.request.last_attempt_at = case.request.last_attempt_at.map(moved);
        case.request.requested_at = asked;
        case.request.id = RequestId::new(number.to_string());
        case.as_of = as_of;
        cases.push(case);
    }
    (cases, capacities)
}

/// What a plan must keep, whatever it gains.
fn check_plan(world: &World, naive: &Naive, draws: &mut Draws) -> [usize; 3] {
    let (cases, capacities) = day(world, draws);
    let requests: Vec<CallbackRequest> = cases.iter().map(|it| it.request.clone()).collect();
    let inputs = PlanInputs {
        requests: &requests,
        capacities: &capacities,
        reach: &ConventionalReach::new(Zone::UTC),
        rules: &world.rules,
        as_of: cases[0].as_of,
    };
    let plan = Planner::new().plan(&inputs).unwrap();
    let case_of = |id: &RequestId| cases.iter().find(|it| it.request.id == *id).unwrap();
    let allows = |case: &Case, at| naive.allows(case, &world.known[case.customer], at);
    let mut called = BTreeSet::new();
    let mut used = vec![0; capacities.len()];
    for planned in &plan.planned {
        let (case, window) = (case_of(&planned.request), planned.window);
        let (from, to) = (window.starts_at(), window.ends_at());
        for at in [from, to - INSTANT, within(draws, from, to)] {
            assert!(allows(case, at), "{at} of {planned:?}: {case:?}");
        }
        let cell = &capacities[planned.cell].window;
        assert!(cell.starts_at() <= from && to <= cell.ends_at(), "{planned:?}");
        assert!(called.insert(planned.customer), "called twice: {planned:?}");
        used[planned.cell] += 1;
    }
    for (used, capacity) in used.iter().zip(&capacities) {
        assert!(*used <= capacity.slots, "{used} calls in {capacity:?}");
    }
    let mut n_forbidden = 0;
    for unplanned in &plan.unplanned {
        let case = case_of(&unplanned.request);
        if !matches!(unplanned.reason, UnplannedReason::Forbidden { .. }) {
            continue;
        }
        n_forbidden += 1;
        for window in capacities.iter().filter(|it| it.slots > 0).map(|it| it.window) {
            let at = within(draws, window.starts_at(), window.ends_at());
            assert!(!allows(case, at), "{at} of {unplanned:?}: {case:?}");
        }
    }
    let told = plan.planned.iter().map(|it| &it.request);
    let told: BTreeSet<_> = told.chain(plan.unplanned.iter().map(|it| &it.request)).collect();
    assert_eq!(told.len(), requests.len());
    assert_eq!(plan.planned.len() + plan.unplanned.len(), requests.len());
    [requests.len(), plan.planned.len(), n_forbidden]
}

/// How many plans are drawn: 5,000, or what `RINGBACK_RANDOM_PLANS` says.
fn random_plans() -> usize {
    std::env::var("RINGBACK_RANDOM_PLANS").map_or(5_000, |it| it.parse().unwrap())
}

#[test]
fn random_plans_break_no_rule_and_tell_of_every_request_once() {
    let plans = random_plans();
    let mut draws = Draws(7);
    let world = world(&mut draws, 500);
    let naive = Naive::new();
    let mut total = [0; 3];
    for _ in 0..plans {
        let found = check_plan(&world, &naive, &mut draws);
        total = std::array::from_fn(|it| total[it] + found[it]);
    }
    let [requests, planned, forbidden] = total;
    println!("{requests} requests, {planned} planned, {forbidden} forbidden in every window");
    assert_eq!(requests, 20 * plans);
    assert!(
        planned > 4 * plans && forbidden > 4 * plans,
        "{planned} planned, {forbidden} forbidden"
    );
}
