//! The state as the numbers that a model learns from.

use chrono::{DateTime, Datelike, Timelike};

use super::agents::Active;
use super::{Asker, Center, Waiting, secs};

/// The names of the features, in order. Unit: seconds for names in `_secs`, else a count or as the name says. A caller's
/// own pool are the agents who serve their type; `ahead` is by the order of service, head starts of priorities included.
pub const FEATURES: [&str; 75] = [
    // The line.
    "waiting",
    "ahead",
    "ahead_of_pool",
    "ahead_of_type",
    "waiting_of_type",
    "waiting_of_higher_priority",
    "behind",
    "oldest_wait_secs",
    "first_in_line_secs",
    "oldest_wait_of_type_secs",
    "mean_wait_so_far_secs",
    "progress_secs",
    // Callers who entered service.
    "last_wait_secs",
    "last_wait_of_type_secs",
    "last_wait_of_priority_secs",
    "ten_waits_secs",
    "ten_waits_of_type_secs",
    "ten_waits_of_priority_secs",
    "quick_wait_secs",
    "slow_wait_secs",
    "quick_wait_of_type_secs",
    "quick_wait_of_priority_secs",
    "hour_wait_secs",
    "hour_wait_of_type_secs",
    "since_last_service_secs",
    "since_last_service_of_type_secs",
    "paced_wait_secs",
    // Comings and goings.
    "services_in_1_min",
    "services_in_5_min",
    "services_in_15_min",
    "answers_in_5_min",
    "answers_of_type_in_15_min",
    "entries_in_1_min",
    "entries_in_5_min",
    "entries_in_15_min",
    "entries_of_type_in_15_min",
    "entries_above_in_15_min",
    "abandons_in_5_min",
    "abandons_in_15_min",
    "wait_by_services_5_min_secs",
    "wait_by_exits_15_min_secs",
    // Services in progress and agents.
    "busy",
    "busy_in_pool",
    "busy_with_type",
    "mean_service_age_secs",
    "wait_by_ages_secs",
    "wait_by_ages_in_pool_secs",
    "twenty_talks_secs",
    "twenty_talks_of_type_secs",
    "slow_talk_secs",
    "agents_in_3_min",
    "agents_in_10_min",
    "agents_in_30_min",
    "pool_in_3_min",
    "pool_in_10_min",
    "pool_in_30_min",
    "idle_in_pool",
    "queue_length_secs",
    "queue_length_with_abandons_secs",
    "idle_in_pool_secs",
    "gap_secs",
    "wait_by_agents_secs",
    "wait_by_agents_with_abandons_secs",
    "wait_by_work_secs",
    // The caller and the hour.
    "type_mean_talk_secs",
    "credit_secs",
    "hour_of_day",
    "weekday",
    "open_for_secs",
    // Theory with changing rates, and how the last waits compared with it.
    "fluid_wait_secs",
    "fluid_wait_at_quick_ratio_secs",
    "fluid_wait_at_slow_ratio_secs",
    "quick_fluid_ratio",
    "slow_fluid_ratio",
    "fluid_ratio_of_type",
];

/// A value for each of [`FEATURES`]; NaN where the state does not tell it.
pub type Features = [f64; FEATURES.len()];

/// The place of a feature.
pub(crate) const fn place(name: &str) -> usize {
    let mut at = 0;
    while !same(FEATURES[at].as_bytes(), name.as_bytes()) {
        at += 1;
    }
    at
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The line as one caller finds it.
#[derive(Clone, Copy, Default)]
pub(super) struct Line {
    ahead: f64,
    pub(super) ahead_of_pool: f64,
    ahead_of_type: f64,
    of_type: f64,
    of_higher_priority: f64,
    oldest: i64,
    oldest_of_type: i64,
    waited: i64,
    progress: f64,
    /// Service time of those ahead, in seconds.
    work: f64,
}

/// Services in progress, as one caller finds them.
#[derive(Clone, Copy, Default)]
pub(super) struct Busy {
    pub(super) in_pool: f64,
    with_type: f64,
    age: i64,
    rate: f64,
    pub(super) rate_in_pool: f64,
}

/// Callers at the head of the line who are looked at one by one, which bounds the time of an estimate. Of a longer line those
/// behind count as callers of one's own pool.
const LOOKED_AT: usize = 2_000;

/// Longer waits are not estimated by formulas: a rate of almost nothing tells nothing.
pub(super) const LONGEST_SECS: f64 = 3600.0;

impl Center {
    /// The features of a caller who asks at a moment, which must not be before the last event.
    ///
    /// They must not have entered yet, or they would count themselves.
    pub(crate) fn features(&self, at: i64, asker: Asker) -> Features {
        let mut features = [f64::NAN; FEATURES.len()];
        let mut next = features.iter_mut();
        let mut put = |values: &[f64]| {
            // The values come first: a zip that ends takes one more of its first part.
            for (value, slot) in values.iter().zip(next.by_ref()) {
                *slot = *value;
            }
        };
        let line = self.line(at, asker);
        self.put_line(at, &line, &mut put);
        self.put_recent(at, asker, line.ahead, &mut put);
        self.put_flow(at, asker, line.ahead, &mut put);
        let busy = self.busy(at, asker);
        let active = self.agents.active(at, asker.class);
        self.put_service(asker, (&line, &busy, &active), &mut put);
        self.put_caller(at, asker, &mut put);
        self.put_fluid(at, asker, (&line, &busy, &active), &mut put);
        features
    }

    pub(super) fn line(&self, at: i64, asker: Asker) -> Line {
        let virtual_at = at - self.credits.micros(asker.priority);
        let mut line = Line::default();
        for (place, it) in self.waiting.iter().enumerate().take(LOOKED_AT) {
            let waited = at - it.since;
            let of_type = it.class == asker.class;
            if it.virtual_at <= virtual_at {
                line.ahead += 1.0;
                let overlap = self.agents.overlap(asker.class, it.class);
                line.ahead_of_pool += overlap;
                let talk = self.talk.class(it.class).and_then(|it| it.slow);
                line.work += overlap * talk.or(self.talk.slow).unwrap_or(0.0);
                line.ahead_of_type += if of_type { 1.0 } else { 0.0 };
            }
            if of_type {
                line.of_type += 1.0;
                line.oldest_of_type = line.oldest_of_type.max(waited);
            }
            line.of_higher_priority += if it.priority > asker.priority { 1.0 } else { 0.0 };
            line.oldest = line.oldest.max(waited);
            line.waited = line.waited.saturating_add(waited);
            line.progress += secs(waited) / it.moved(place);
        }
        if self.waiting.len() > LOOKED_AT {
            let ahead = self.waiting.partition_point(|it| it.virtual_at <= virtual_at) as f64;
            line.ahead_of_pool += ahead - line.ahead;
            line.ahead = ahead;
        }
        line
    }

    fn put_line(&self, at: i64, line: &Line, put: &mut impl FnMut(&[f64])) {
        let waiting = self.waiting.len() as f64;
        put(&[
            waiting,
            line.ahead,
            line.ahead_of_pool,
            line.ahead_of_type,
            line.of_type,
            line.of_higher_priority,
            waiting - line.ahead,
            secs(line.oldest),
            self.waiting.first().map_or(0.0, |it| secs(at - it.since)),
            secs(line.oldest_of_type),
            if waiting > 0.0 { secs(line.waited) / waiting } else { 0.0 },
            if waiting > 0.0 {
                (line.progress / waiting * (line.ahead + 1.0)).min(LONGEST_SECS)
            } else {
                0.0
            },
        ]);
    }

    fn put_recent(&self, at: i64, asker: Asker, ahead: f64, put: &mut impl FnMut(&[f64])) {
        let all = &self.recent.all;
        let class = self.recent.class(asker.class);
        let priority = self.recent.priority(asker.priority);
        let known = |it: Option<f64>| it.unwrap_or(f64::NAN);
        let since = |it: Option<i64>| it.map_or(f64::NAN, |it| secs(at - it).min(LONGEST_SECS));
        put(&[
            known(all.last),
            known(class.and_then(|it| it.last)),
            known(priority.and_then(|it| it.last)),
            known(all.ten.mean()),
            known(class.and_then(|it| it.ten.mean())),
            known(priority.and_then(|it| it.ten.mean())),
            known(all.quick),
            known(all.slow),
            known(class.and_then(|it| it.quick)),
            known(priority.and_then(|it| it.quick)),
            known(all.hour.mean()),
            known(class.and_then(|it| it.hour.mean())),
            since(self.flow.last_begin_at),
            since(self.flow.class(asker.class).and_then(|it| it.last_answer_at)),
            known(self.recent.pace.mean().map(|it| (it * (ahead + 1.0)).min(LONGEST_SECS))),
        ]);
    }

    fn put_flow(&self, at: i64, asker: Asker, ahead: f64, put: &mut impl FnMut(&[f64])) {
        let flow = &self.flow;
        let class = flow.class(asker.class);
        let services = [60, 300, 900].map(|it| flow.begins.count(at, it));
        let abandons = [300, 900].map(|it| flow.abandons.count(at, it));
        let credit = self.credits.secs(asker.priority);
        let wait = |rate: f64| ((ahead + 1.0) / rate).min(LONGEST_SECS);
        put(&services);
        put(&[
            flow.answers.count(at, 300),
            class.map_or(0.0, |it| it.answers.count(at, 900)),
            flow.entries.count(at, 60),
            flow.entries.count(at, 300),
            flow.entries.count(at, 900),
            class.map_or(0.0, |it| it.entries.count(at, 900)),
            flow.entries_above(at, credit, &self.credits),
        ]);
        put(&abandons);
        put(&[
            wait(services[1] / 300.0),
            wait((flow.answers.count(at, 900) + abandons[1]) / 900.0),
        ]);
    }

    pub(super) fn busy(&self, at: i64, asker: Asker) -> Busy {
        let mut busy = Busy::default();
        for it in &self.services {
            let age = at - it.since;
            let rate = self.talk.hazard(secs(age));
            busy.age = busy.age.saturating_add(age);
            busy.rate += rate;
            if self.agents.serves(it.agent, asker.class) {
                busy.in_pool += 1.0;
                busy.rate_in_pool += rate;
            }
            busy.with_type += if it.class == asker.class { 1.0 } else { 0.0 };
        }
        busy
    }

    fn put_service(
        &self,
        asker: Asker,
        (line, busy, active): (&Line, &Busy, &Active),
        put: &mut impl FnMut(&[f64]),
    ) {
        let services = self.services.len() as f64;
        let talk = self.talk.class(asker.class);
        let known = |it: Option<f64>| it.unwrap_or(f64::NAN);
        let wait = |ahead: f64, rate: f64| ((ahead + 1.0) / rate).min(LONGEST_SECS);
        put(&[
            services,
            busy.in_pool,
            busy.with_type,
            if services > 0.0 { secs(busy.age) / services } else { 0.0 },
            wait(line.ahead, busy.rate),
            wait(line.ahead_of_pool, busy.rate_in_pool),
            known(self.talk.twenty.mean()),
            known(talk.and_then(|it| it.twenty.mean())),
            known(self.talk.slow),
        ]);
        let at_work = if self.agents.are_known() { active.skilled_10_min } else { services };
        let at_work = at_work.max(1.0);
        let agents = [
            active.in_3_min,
            active.in_10_min,
            active.in_30_min,
            active.skilled_3_min,
            active.skilled_10_min,
            active.skilled_30_min,
            active.skilled_idle,
        ];
        put(&if self.agents.are_known() { agents } else { [f64::NAN; 7] });
        let rate = self.talk.twenty.mean().map(|it| at_work / it.max(1.0));
        put(&[
            known(rate.map(|it| wait(line.ahead_of_pool, it))),
            known(rate.map(|it| self.with_abandons(asker, line.ahead_of_pool, it))),
        ]);
        let rate = self.agents.are_known().then(|| active.skilled_rate.max(1e-6));
        put(&[
            if active.skilled_idle > 0.0 {
                active.skilled_idle_secs / active.skilled_idle
            } else {
                0.0
            },
            known(self.agents.gap_secs),
            known(rate.map(|it| wait(line.ahead_of_pool, it))),
            known(rate.map(|it| self.with_abandons(asker, line.ahead_of_pool, it))),
            line.work / at_work,
        ]);
    }

    /// The mean time until all ahead and then the caller are served, if those ahead hang up at a constant rate.
    fn with_abandons(&self, asker: Asker, ahead: f64, rate: f64) -> f64 {
        let theta = self.abandon_rate(asker.class);
        let mut wait = 0.0;
        let mut left = ahead;
        while left > 0.0 && wait < LONGEST_SECS {
            wait += left.min(1.0) / (rate + left * theta);
            left -= 1.0;
        }
        (wait + 1.0 / rate).min(LONGEST_SECS)
    }

    /// Hang-ups per second of waiting, of a type.
    pub(crate) fn abandon_rate(&self, class: u32) -> f64 {
        let usual = self.flow.patience.rate(0.0);
        self.flow.class(class).map_or(usual, |it| it.patience.rate(usual))
    }

    fn put_caller(&self, at: i64, asker: Asker, put: &mut impl FnMut(&[f64])) {
        let local = self.zone.local(DateTime::from_timestamp_micros(at).unwrap_or_default());
        let talk = self.talk.class(asker.class).and_then(|it| it.slow);
        put(&[
            talk.unwrap_or(f64::NAN),
            f64::from(self.credits.secs(asker.priority)),
            f64::from(local.num_seconds_from_midnight()) / 3600.0,
            f64::from(local.weekday().num_days_from_monday()),
            secs(at - self.opened_at),
        ]);
    }
}

impl Waiting {
    /// Places that they have moved up, and one.
    fn moved(&self, place: usize) -> f64 {
        (f64::from(self.ahead_at_first) - place as f64).max(0.0) + 1.0
    }
}
