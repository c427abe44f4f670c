//! Which activities and arcs a map keeps.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{MapActivity, MapArc, MapCoverage, MapOptions, ProcessMap, Stop};

/// A process with its stops numbered: the start, the activities, the end.
struct Process<'a> {
    arcs: Vec<&'a MapArc>,
    /// Where each stop leads to, and from where it is reached.
    leads_to: Vec<Vec<usize>>,
    comes_from: Vec<Vec<usize>>,
    stops: usize,
    /// What the start and the end are called.
    start: usize,
    end: usize,
}

pub(super) fn abstracted(
    activities: &[MapActivity],
    arcs: &[MapArc],
    options: MapOptions,
) -> ProcessMap {
    let known = |stop: Stop| match stop {
        Stop::Activity(at) => at < activities.len(),
        Stop::Start | Stop::End => true,
    };
    let mut arcs: Vec<&MapArc> = arcs.iter().filter(|it| known(it.from) && known(it.to)).collect();
    arcs.sort_by_key(|it| (Reverse(it.count), it.from, it.to));
    let n = activities.len();
    let mut process = Process {
        arcs,
        leads_to: vec![Vec::new(); n + 2],
        comes_from: vec![Vec::new(); n + 2],
        stops: n + 2,
        start: n,
        end: n + 1,
    };
    process.link();
    let mut by_count: Vec<usize> = (0..n).collect();
    by_count.sort_by_key(|it| (Reverse(activities[*it].count), *it));
    let (kept, chosen) = process.best(&by_count, options);
    let order: Vec<usize> = by_count.into_iter().filter(|it| kept.contains(it)).collect();
    let renamed = |stop: Stop| match stop {
        Stop::Activity(at) => Stop::Activity(order.iter().position(|it| *it == at).unwrap_or(0)),
        other => other,
    };
    let kept_arcs = chosen.iter().map(|it| process.arcs[*it]);
    let mut arcs: Vec<MapArc> =
        kept_arcs.map(|it| MapArc { from: renamed(it.from), to: renamed(it.to), ..*it }).collect();
    arcs.sort_by_key(|it| (it.from, it.to));
    let shown: Vec<MapActivity> = order.iter().map(|it| activities[*it].clone()).collect();
    let excess =
        |activities: &[MapActivity]| activities.iter().map(|it| it.excess_secs).sum::<f64>();
    let (all, of_map) = (process.shares(0..process.arcs.len()), process.shares(chosen.into_iter()));
    let coverage = MapCoverage {
        activities: n,
        arcs: process.arcs.len(),
        steps: process.arcs.iter().map(|it| it.count).sum(),
        steps_shown: arcs.iter().map(|it| it.count).sum(),
        excess_secs: all.1 + excess(activities),
        excess_shown_secs: of_map.1 + excess(&shown),
        cases: None,
    };
    ProcessMap { activities: shown, arcs, coverage }
}

impl Process<'_> {
    fn number(&self, stop: Stop) -> usize {
        match stop {
            Stop::Start => self.start,
            Stop::Activity(at) => at,
            Stop::End => self.end,
        }
    }

    /// Notes what leads where.
    fn link(&mut self) {
        for at in 0..self.arcs.len() {
            let (from, to) = self.ends(self.arcs[at]);
            self.leads_to[from].push(to);
            self.comes_from[to].push(from);
        }
    }

    fn ends(&self, arc: &MapArc) -> (usize, usize) {
        (self.number(arc.from), self.number(arc.to))
    }

    /// The activities and the arcs that show most: a rare activity takes arcs that then lack elsewhere.
    fn best(&self, by_count: &[usize], options: MapOptions) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let all = self.shares(0..self.arcs.len());
        let mut best = (f64::NEG_INFINITY, BTreeSet::new(), BTreeSet::new());
        for most in (1..=options.max_activities.min(by_count.len())).rev() {
            let kept = self.connected(by_count, most);
            let backbone = self.backbone(&kept);
            if backbone.len() > options.max_arcs {
                continue;
            }
            let chosen = self.filled(&kept, backbone, all, options);
            let shown = self.shares(chosen.iter().copied());
            let score = shown.0 / all.0 + if all.1 > 0.0 { shown.1 / all.1 } else { 0.0 };
            // Of equals the one with more activities.
            if score > best.0 + 1e-9 {
                best = (score, kept, chosen);
            }
        }
        (best.1, best.2)
    }

    /// The steps and the excess seconds of arcs.
    fn shares(&self, arcs: impl Iterator<Item = usize>) -> (f64, f64) {
        arcs.map(|it| self.arcs[it])
            .fold((0.0, 0.0), |sum, it| (sum.0 + it.count as f64, sum.1 + it.excess_secs))
    }

    /// At most so many of the activities, the first first, each on a way from the start to the end along the others.
    fn connected(&self, by_count: &[usize], most: usize) -> BTreeSet<usize> {
        let mut kept = BTreeSet::new();
        let mut next = by_count.iter();
        loop {
            let wanted = most - kept.len().min(most);
            let more: BTreeSet<usize> = next.by_ref().take(wanted).copied().collect();
            if more.is_empty() {
                return kept;
            }
            // Those that are kept lie on such ways already, so only the new ones are looked at.
            let from_start = self.joined(&kept, &more, self.start);
            let to_end = self.joined(&kept, &more, self.end);
            kept.extend(from_start.intersection(&to_end));
        }
    }

    /// Of new stops those that a way from the start leads to along kept and new ones, or from which a way leads to the end.
    fn joined(
        &self,
        kept: &BTreeSet<usize>,
        more: &BTreeSet<usize>,
        edge: usize,
    ) -> BTreeSet<usize> {
        let (ahead, behind) = if edge == self.start {
            (&self.leads_to, &self.comes_from)
        } else {
            (&self.comes_from, &self.leads_to)
        };
        let is_beside_kept =
            |it: &usize| behind[*it].iter().any(|to| *to == edge || kept.contains(to));
        let mut open: Vec<usize> = more.iter().copied().filter(is_beside_kept).collect();
        let mut joined: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(stop) = open.pop() {
            for to in &ahead[stop] {
                if more.contains(to) && joined.insert(*to) {
                    open.push(*to);
                }
            }
        }
        joined
    }

    /// The arcs between kept stops, in the order in which they are wanted: the most frequent first.
    fn between(&self, kept: &BTreeSet<usize>) -> Vec<usize> {
        let is_kept = |it: usize| it >= self.start || kept.contains(&it);
        let inside = |at: &usize| {
            let (from, to) = self.ends(self.arcs[*at]);
            is_kept(from) && is_kept(to)
        };
        (0..self.arcs.len()).filter(inside).collect()
    }

    /// The strongest arc into and out of each stop, and what more it takes to get from the start to each and from each to
    /// the end.
    fn backbone(&self, kept: &BTreeSet<usize>) -> BTreeSet<usize> {
        let between = self.between(kept);
        let mut chosen = BTreeSet::new();
        let (mut has_in, mut has_out) = (vec![false; self.stops], vec![false; self.stops]);
        for at in &between {
            let (from, to) = self.ends(self.arcs[*at]);
            if from != to && !(has_out[from] && has_in[to]) {
                chosen.insert(*at);
                has_out[from] = true;
                has_in[to] = true;
            }
        }
        self.connect(&between, &mut chosen, false);
        self.connect(&between, &mut chosen, true);
        chosen
    }

    /// Adds the strongest arc that leads on, until every kept stop is reached.
    fn connect(&self, between: &[usize], chosen: &mut BTreeSet<usize>, backwards: bool) {
        let turned = |at: &usize| {
            let (from, to) = self.ends(self.arcs[*at]);
            if backwards { (to, from) } else { (from, to) }
        };
        let mut is_reached = vec![false; self.stops];
        is_reached[if backwards { self.end } else { self.start }] = true;
        loop {
            let leads_on = |it: &&usize| {
                let (from, to) = turned(it);
                is_reached[from] && !is_reached[to]
            };
            let by_chosen = between.iter().filter(|it| chosen.contains(it)).find(leads_on);
            let Some(next) = by_chosen.or_else(|| between.iter().find(leads_on)) else { return };
            is_reached[turned(next).1] = true;
            chosen.insert(*next);
        }
    }

    /// The backbone and the arcs that carry most, in steps or in excess time.
    fn filled(
        &self,
        kept: &BTreeSet<usize>,
        backbone: BTreeSet<usize>,
        (steps, excess): (f64, f64),
        options: MapOptions,
    ) -> BTreeSet<usize> {
        let steps_share = |at: &usize| self.arcs[*at].count as f64 / steps;
        let excess_share = |at: &usize| {
            if excess > 0.0 { self.arcs[*at].excess_secs / excess } else { 0.0 }
        };
        let mut chosen = backbone;
        let mut rest = self.between(kept);
        rest.retain(|it| !chosen.contains(it));
        let weight = |at: &usize| steps_share(at).max(excess_share(at));
        rest.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let mut steps_shown = chosen.iter().map(steps_share).sum::<f64>();
        let mut excess_shown = chosen.iter().map(excess_share).sum::<f64>();
        for at in rest {
            let has_all =
                steps_shown >= options.share && (excess <= 0.0 || excess_shown >= options.share);
            if chosen.len() >= options.max_arcs || has_all {
                break;
            }
            steps_shown += steps_share(&at);
            excess_shown += excess_share(&at);
            chosen.insert(at);
        }
        chosen
    }
}
