//! Which window to call in: the probability over a window, the best of several, and many customers at a time.

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use ringback_calllog::Zone;

use crate::features::{Summary, log_odds, slot_rate};
use crate::history::{Context, Moment};
use crate::model::View;
use crate::rate::{Case, Compact, Posterior, answered, single};
use crate::{Ask, FittedReach, ReachModel, Reachability, Window};

/// Parts of a window that are asked about, at most.
const MOST_PARTS: i32 = 48;
/// The longest stretch of effects over which the answer is read off a line. Unit: log-odds.
const LONGEST_LINE: f64 = 0.5;
/// Customers that are scored together.
const TOGETHER: usize = 256;

/// How likely a customer answers in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowChance {
    /// The window.
    pub window: Window,
    /// The mean over the window's hours: for a call at a moment of the window that nobody has chosen.
    pub reachability: Reachability,
}

impl FittedReach {
    /// How likely a customer answers a call at an unchosen moment of a window: the mean over its hours, the ends of the
    /// interval alike. The ask's own moment does not matter.
    pub fn window_probability(&self, ask: &Ask<'_>, window: Window) -> Reachability {
        let mut mean: Option<Reachability> = None;
        for (at, share) in parts(window) {
            let part = self.reachability(&Ask { at, ..*ask });
            let sum = mean.get_or_insert(Reachability {
                probability: 0.0,
                lower: 0.0,
                upper: 0.0,
                evidence: part.evidence,
            });
            sum.probability += share * part.probability;
            sum.lower += share * part.lower;
            sum.upper += share * part.upper;
        }
        mean.unwrap_or_else(|| self.reachability(&Ask { at: window.middle(), ..*ask }))
    }

    /// The windows with what a call in each promises, the best first; of equal ones the earliest, then the shortest.
    ///
    /// Each promise is a mean over all that the customer may be like, not the best that their few answers look like. So the
    /// best of many windows delivers what it promises.
    pub fn best_windows(&self, ask: &Ask<'_>, windows: &[Window]) -> Vec<WindowChance> {
        let chance = |window: &Window| WindowChance {
            window: *window,
            reachability: self.window_probability(ask, *window),
        };
        let mut chances: Vec<WindowChance> = windows.iter().map(chance).collect();
        chances.sort_by(|a, b| {
            let by_chance = b.reachability.probability.total_cmp(&a.reachability.probability);
            by_chance.then(a.window.cmp(&b.window))
        });
        chances
    }

    /// The probabilities of many customers in many windows: a row for each ask, a column for each window. The same numbers
    /// as [`window_probability`](Self::window_probability) to within 0.001, and much sooner.
    pub fn window_probabilities(&self, asks: &[Ask<'_>], windows: &[Window]) -> Vec<f64> {
        let rows: Vec<Vec<f64>> = asks
            .par_chunks(TOGETHER)
            .map(|asks| {
                let mut scorer = Scorer::new(self, windows);
                let mut found = Vec::with_capacity(asks.len() * windows.len());
                for ask in asks {
                    scorer.score(ask, &mut found);
                }
                found
            })
            .collect();
        rows.concat()
    }
}

/// The middles of a window's hours, with the share of the window that each stands for.
fn parts(window: Window) -> impl Iterator<Item = (DateTime<Utc>, f64)> {
    let hours = (window.length().num_minutes() + 59) / 60;
    let count = i32::try_from(hours).unwrap_or(MOST_PARTS).clamp(1, MOST_PARTS);
    let length = window.length() / count;
    let share = 1.0 / f64::from(count);
    (0..count).map(move |it| (window.starts_at() + length * it + length / 2, share))
}

/// The rate table's answers at one hour, by what effects add to the log-odds.
#[derive(Clone, Copy, Debug)]
struct Curve {
    lowest: f64,
    highest: f64,
    /// The log-odds at the lowest and the highest.
    ends: Option<(f64, f64)>,
}

impl Default for Curve {
    fn default() -> Self {
        Self { lowest: f64::INFINITY, highest: f64::NEG_INFINITY, ends: None }
    }
}

/// Scores one customer after the other in the same windows.
struct Scorer<'a> {
    model: &'a FittedReach,
    windows: &'a [Window],
    zone: Option<Zone>,
    /// The moments of the windows in that zone: the window, its share, the moment.
    moments: Vec<(usize, f64, Moment)>,
    /// The segment's rates at the moments, by segment.
    slots: Vec<Option<Vec<f64>>>,
    /// The circumstances at the moments, and what they and the clock add to the log-odds.
    met: Vec<(Context, f64)>,
    curves: [Curve; 24],
    compact: Compact,
    /// Inverse odds of the types that carry weight, by hour, where asked.
    odds: Vec<f32>,
    has_odds: [bool; 24],
    row: Vec<f64>,
}

impl<'a> Scorer<'a> {
    fn new(model: &'a FittedReach, windows: &'a [Window]) -> Self {
        Self {
            model,
            windows,
            zone: None,
            moments: Vec::new(),
            slots: Vec::new(),
            met: Vec::new(),
            curves: [Curve::default(); 24],
            compact: Compact::default(),
            odds: Vec::new(),
            has_odds: [false; 24],
            row: Vec::new(),
        }
    }

    /// Lays out the windows on a zone's clock.
    fn lay_out(&mut self, zone: Zone) {
        if self.zone == Some(zone) {
            return;
        }
        self.zone = Some(zone);
        self.slots.clear();
        self.moments.clear();
        for (place, window) in self.windows.iter().enumerate() {
            let moments = parts(*window).map(|(at, share)| (place, share, Moment::of(at, zone)));
            self.moments.extend(moments);
        }
    }

    /// The segment's rates at the moments.
    fn lay_out_slots(&mut self, segment: u16) {
        let at = usize::from(segment);
        if self.slots.len() <= at {
            self.slots.resize(at + 1, None);
        }
        if self.slots[at].is_none() {
            let prior = &self.model.rate.prior;
            let fresh = Posterior::start(prior, segment);
            let context = Context { streak: 0, gap: 0, kind: 0 };
            let rates = self.moments.iter().map(|(_, _, moment)| {
                let zone = self.zone.unwrap_or(self.model.rate.zone);
                let case = Case { person: None, segment, moment: *moment, context, zone };
                slot_rate(prior, &fresh, &case)
            });
            self.slots[at] = Some(rates.collect());
        }
    }

    fn score(&mut self, ask: &Ask<'_>, found: &mut Vec<f64>) {
        let from = found.len();
        found.resize(from + self.windows.len(), 0.0);
        let model = self.model;
        let prior = &model.rate.prior;
        let case = model.rate.case(ask);
        self.lay_out(case.zone);
        let segment = prior.known_segment(case.segment);
        self.lay_out_slots(segment);
        let first_secs = self.moments.first().map_or(case.moment.secs, |it| it.2.secs);
        let soon = Case { moment: Moment { secs: first_secs, ..case.moment }, ..case };
        model.rate.believed(&soon).compact(&mut self.compact);
        self.has_odds = [false; 24];
        let kept = self.compact.places.len();
        self.odds.resize(24 * kept, 0.0);
        let summary = case.person.map(Summary::of);
        self.meet(&case, segment);
        for place in 0..self.moments.len() {
            let (window, share, moment) = self.moments[place];
            let (context, effect) = self.met[place];
            let rate = self.rate(moment.hour, effect);
            let slots = self.slots.get(usize::from(segment)).and_then(Option::as_ref);
            let slot = slots.and_then(|it| it.get(place)).copied().unwrap_or(rate);
            let view = View {
                case: Case { moment, context, ..case },
                summary: summary.as_ref(),
                knows_moment: true,
                signals: ask.signals,
            };
            let said = model.probability(&view, (rate, slot), &mut self.row);
            found[from + window] += share * said;
        }
    }

    /// Finds the circumstances that calls at all moments would meet, and between what each hour's effects lie.
    fn meet(&mut self, case: &Case<'_>, segment: u16) {
        self.curves = [Curve::default(); 24];
        self.met.clear();
        for (_, _, moment) in &self.moments {
            let kind = case.context.kind;
            let context = case.person.map_or(case.context, |it| it.context(moment.secs, kind));
            let effect = self.model.rate.prior.effect(segment, *moment, context);
            let curve = &mut self.curves[usize::from(moment.hour) % 24];
            curve.lowest = curve.lowest.min(effect);
            curve.highest = curve.highest.max(effect);
            self.met.push((context, effect));
        }
    }

    /// The rate table's answer at an hour. Effects move its log-odds on a line as straight as a short stretch needs: between the
    /// ends of what is asked.
    fn rate(&mut self, hour: u8, effect: f64) -> f64 {
        let at = usize::from(hour) % 24;
        let mut curve = self.curves[at];
        let length = curve.highest - curve.lowest;
        if length > LONGEST_LINE {
            return self.exact(hour, effect);
        }
        if curve.ends.is_none() {
            let low = log_odds(self.exact(hour, curve.lowest));
            let is_point = length < 1e-9;
            let high = if is_point { low } else { log_odds(self.exact(hour, curve.highest)) };
            curve.ends = Some((low, high));
            self.curves[at] = curve;
        }
        let (low, high) = curve.ends.unwrap_or_default();
        let share = (effect - curve.lowest) / length.max(1e-9);
        1.0 / (1.0 + (-(low + share * (high - low))).exp())
    }

    fn exact(&mut self, hour: u8, effect: f64) -> f64 {
        let kept = self.compact.places.len();
        self.gather(hour, kept);
        let from = usize::from(hour) % 24 * kept;
        let odds = &self.odds[from..from + kept];
        f64::from(answered(&self.compact.weights, odds, single((-effect).exp())))
    }

    /// Brings the inverse odds of an hour together, once for each customer.
    fn gather(&mut self, hour: u8, kept: usize) {
        let at = usize::from(hour) % 24;
        if self.has_odds[at] {
            return;
        }
        self.has_odds[at] = true;
        let of_hour = self.model.rate.prior.types.at(hour);
        let into = &mut self.odds[at * kept..(at + 1) * kept];
        for (value, place) in into.iter_mut().zip(&self.compact.places) {
            *value = of_hour[*place as usize];
        }
    }
}
