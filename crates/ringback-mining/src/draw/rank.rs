//! The order and the places of what stands side by side.

use super::layout::{Link, Room};

/// A box of a rank, or the place where a link passes it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what it is, and what it carries")]
pub(super) struct Item {
    pub(super) rank: usize,
    pub(super) x: f64,
    /// How far it reaches to both sides of `x`.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) height: f64,
    pub(super) is_label: bool,
    pub(super) is_bend: bool,
    pub(super) thickness: f64,
}

/// All ranks: those of stops have even numbers, those of labels odd ones.
#[derive(Clone, Debug)]
pub(super) struct Ranks {
    /// First the stops, then the passing links.
    pub(super) items: Vec<Item>,
    /// The items of each rank from the left.
    pub(super) rows: Vec<Vec<usize>>,
    /// The pieces of links between a rank and the next: upper item, lower item, weight.
    pub(super) gaps: Vec<Vec<(usize, usize, f64)>>,
    /// The passing items of each link, from the top.
    pub(super) chains: Vec<Vec<usize>>,
}

/// The least room between two boxes, a box and a link, and two links.
const APART: (f64, f64, f64) = (26.0, 14.0, 9.0);
const ORDER_SWEEPS: usize = 24;
const PLACE_SWEEPS: usize = 60;

impl Ranks {
    pub(super) fn new(stops: &[Room], links: &[Link], layer: &[usize]) -> Self {
        let depth = layer.iter().max().map_or(0, |it| 2 * it + 1);
        let items = stops.iter().zip(layer).map(|(room, layer)| Item::of_stop(room, 2 * layer));
        let mut ranks = Self {
            items: items.collect(),
            rows: vec![Vec::new(); depth],
            gaps: vec![Vec::new(); depth.saturating_sub(1)],
            chains: vec![Vec::new(); links.len()],
        };
        let labels = label_ranks(links, layer, depth);
        let heaviest = links.iter().map(|it| it.weight).fold(f64::MIN_POSITIVE, f64::max);
        for (at, link) in links.iter().enumerate() {
            let (upper, lower) = if layer[link.from] < layer[link.to] {
                (link.from, link.to)
            } else {
                (link.to, link.from)
            };
            let mut last = upper;
            let weight = link.weight / heaviest;
            for rank in 2 * layer[upper] + 1..2 * layer[lower] {
                let next = ranks.items.len();
                ranks.items.push(Item::of_link(link, rank, labels[at] == Some(rank)));
                ranks.chains[at].push(next);
                ranks.gaps[rank - 1].push((last, next, weight));
                last = next;
            }
            if link.from != link.to {
                ranks.gaps[2 * layer[lower] - 1].push((last, lower, weight));
            }
        }
        ranks.first_order();
        ranks
    }

    /// Depth first along the heaviest links: what belongs together begins together.
    fn first_order(&mut self) {
        let mut below: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.items.len()];
        for (upper, lower, weight) in self.gaps.iter().flatten() {
            below[*upper].push((*lower, *weight));
        }
        for next in &mut below {
            next.sort_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        }
        let mut is_seen = vec![false; self.items.len()];
        for first in 0..self.items.len() {
            let mut open = vec![first];
            while let Some(item) = open.pop() {
                if !std::mem::replace(&mut is_seen[item], true) {
                    self.rows[self.items[item].rank].push(item);
                    open.extend(below[item].iter().map(|it| it.0));
                }
            }
        }
    }

    /// Orders the items of each rank so that few links cross, thick ones least.
    pub(super) fn order(&mut self) {
        let mut best = (self.crossings(), self.rows.clone());
        for sweep in 0..ORDER_SWEEPS {
            let down = sweep % 2 == 0;
            let count = self.rows.len();
            for step in 1..count {
                let rank = if down { step } else { count - 1 - step };
                self.by_barycenter(rank, down);
            }
            while self.swapped() {}
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
    }

    /// Where each item stands in its rank.
    fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.items.len()];
        for row in &self.rows {
            for (at, item) in row.iter().enumerate() {
                places[*item] = at;
            }
        }
        places
    }

    fn by_barycenter(&mut self, rank: usize, down: bool) {
        let places = self.places();
        let gap = if down { &self.gaps[rank - 1] } else { &self.gaps[rank] };
        let center = |item: usize| {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (upper, lower, weight) in gap {
                let (here, there) = if down { (*lower, *upper) } else { (*upper, *lower) };
                if here == item {
                    sum += (0.2 + weight) * places[there] as f64;
                    weights += 0.2 + weight;
                }
            }
            if weights > 0.0 { sum / weights } else { places[item] as f64 }
        };
        let mut row: Vec<(f64, usize)> =
            self.rows[rank].iter().map(|it| (center(*it), *it)).collect();
        row.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.rows[rank] = row.into_iter().map(|it| it.1).collect();
    }

    /// Swaps neighbors where that saves crossings; whether it did.
    fn swapped(&mut self) -> bool {
        let mut places = self.places();
        let mut has_swapped = false;
        for rank in 0..self.rows.len() {
            let above = rank.checked_sub(1).and_then(|it| self.gaps.get(it));
            let below = self.gaps.get(rank);
            let mut row = std::mem::take(&mut self.rows[rank]);
            for at in 1..row.len() {
                let (a, b) = (row[at - 1], row[at]);
                let mut gain = 0.0;
                for (gap, is_above) in [(above, true), (below, false)] {
                    let ends = |item: usize| {
                        let mine = gap.into_iter().flatten().map(move |it| {
                            if is_above { (it.1, it.0, it.2) } else { (it.0, it.1, it.2) }
                        });
                        mine.filter(move |it| it.0 == item)
                    };
                    for (_, of_a, weight_a) in ends(a) {
                        for (_, of_b, weight_b) in ends(b) {
                            let cost = cost(weight_a, weight_b);
                            match places[of_a].cmp(&places[of_b]) {
                                std::cmp::Ordering::Greater => gain += cost,
                                std::cmp::Ordering::Less => gain -= cost,
                                std::cmp::Ordering::Equal => {}
                            }
                        }
                    }
                }
                if gain > 1e-9 {
                    row.swap(at - 1, at);
                    places.swap(a, b);
                    has_swapped = true;
                }
            }
            self.rows[rank] = row;
        }
        has_swapped
    }

    /// What all crossings cost.
    pub(super) fn crossings(&self) -> f64 {
        let places = self.places();
        let mut total = 0.0;
        for gap in &self.gaps {
            for (at, a) in gap.iter().enumerate() {
                for b in &gap[at + 1..] {
                    let upper = places[a.0].cmp(&places[b.0]);
                    let lower = places[a.1].cmp(&places[b.1]);
                    if upper != lower && upper.is_ne() && lower.is_ne() {
                        total += cost(a.2, b.2);
                    }
                }
            }
        }
        total
    }

    /// Places the items of each rank near what they are linked with, without overlap. Sweeps first draw them to the mean
    /// of their neighbors, then rather to the median: long links become straight.
    pub(super) fn place(&mut self) {
        for row in &self.rows {
            let mut x = 0.0;
            let mut last: Option<usize> = None;
            for item in row {
                x += last.map_or(0.0, |it| apart(&self.items[it], &self.items[*item]));
                self.items[*item].x = x;
                last = Some(*item);
            }
        }
        let count = self.rows.len();
        for sweep in 0..PLACE_SWEEPS {
            for step in 0..count {
                let rank = if sweep % 2 == 0 { step } else { count - 1 - step };
                self.place_rank(rank, sweep > PLACE_SWEEPS / 3);
            }
        }
        for _ in 0..2 {
            self.straighten();
        }
        let leftmost = self.items.iter().map(|it| it.x - it.left).fold(f64::INFINITY, f64::min);
        for item in &mut self.items {
            item.x -= leftmost;
        }
    }

    /// Draws the passing items of each link to one line, as far as their neighbors leave room.
    fn straighten(&mut self) {
        let places = self.places();
        let mut by_span: Vec<usize> = (0..self.chains.len()).collect();
        by_span.sort_by_key(|it| (std::cmp::Reverse(self.chains[*it].len()), *it));
        for chain in by_span.iter().map(|it| &self.chains[*it]) {
            let mut line: Vec<f64> = chain.iter().map(|it| self.items[*it].x).collect();
            line.sort_by(f64::total_cmp);
            let Some(x) = line.get(line.len() / 2).copied() else { continue };
            for item in chain {
                let row = &self.rows[self.items[*item].rank];
                let next = |step: usize| row.get(step).map(|it| &self.items[*it]);
                let here = &self.items[*item];
                let lower = places[*item].checked_sub(1).and_then(next);
                let lower = lower.map_or(f64::NEG_INFINITY, |it| it.x + apart(it, here));
                let upper =
                    next(places[*item] + 1).map_or(f64::INFINITY, |it| it.x - apart(here, it));
                if lower <= upper {
                    self.items[*item].x = x.clamp(lower, upper);
                }
            }
        }
        // The start and the end stand over their thickest link.
        for (stop, gap) in
            [(self.rows.first(), self.gaps.first()), (self.rows.last(), self.gaps.last())]
        {
            let Some([stop]) = stop.map(Vec::as_slice) else { continue };
            let thickest = gap.into_iter().flatten().max_by(|a, b| a.2.total_cmp(&b.2));
            if let Some((upper, lower, _)) = thickest {
                self.items[*stop].x = self.items[if upper == stop { *lower } else { *upper }].x;
            }
        }
    }

    fn place_rank(&mut self, rank: usize, is_late: bool) {
        let row = &self.rows[rank];
        let mut sums = vec![(0.0, 0.0); row.len()];
        let mut draw = |item: usize, other: usize, weight: f64| {
            let Some(at) = row.iter().position(|it| *it == item) else { return };
            let (item, other) = (&self.items[item], &self.items[other]);
            let stiffness = match (item.is_bend, other.is_bend) {
                (true, true) => 8.0,
                (false, false) => 1.0,
                _ => 2.0,
            };
            let distance = (item.x - other.x).abs();
            let weight =
                stiffness * (0.3 + 3.0 * weight) / if is_late { distance.max(2.0) } else { 1.0 };
            sums[at].0 += weight * other.x;
            sums[at].1 += weight;
        };
        for (upper, lower, weight) in
            rank.checked_sub(1).and_then(|it| self.gaps.get(it)).into_iter().flatten()
        {
            draw(*lower, *upper, *weight);
        }
        for (upper, lower, weight) in self.gaps.get(rank).into_iter().flatten() {
            draw(*upper, *lower, *weight);
        }
        let wanted: Vec<(f64, f64)> = row
            .iter()
            .zip(&sums)
            .map(
                |(item, sum)| {
                    if sum.1 > 0.0 { (sum.0 / sum.1, sum.1) } else { (self.items[*item].x, 0.01) }
                },
            )
            .collect();
        let gaps: Vec<f64> =
            row.windows(2).map(|it| apart(&self.items[it[0]], &self.items[it[1]])).collect();
        let found = spread(&wanted, &gaps);
        for (item, x) in self.rows[rank].iter().zip(found) {
            self.items[*item].x = x;
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.items.iter().map(|it| it.x + it.right).fold(0.0, f64::max)
    }
}

/// The rank of each link's label: one between the layers of its ends, where labels have most room.
fn label_ranks(links: &[Link], layer: &[usize], depth: usize) -> Vec<Option<usize>> {
    let span = |it: &Link| layer[it.from].abs_diff(layer[it.to]);
    let mut by_span: Vec<usize> = (0..links.len()).filter(|it| span(&links[*it]) > 0).collect();
    by_span.sort_by_key(|it| (span(&links[*it]), *it));
    let mut taken = vec![0.0_f64; depth];
    let mut ranks = vec![None; links.len()];
    for at in by_span {
        let link = &links[at];
        let upper = layer[link.from].min(layer[link.to]);
        let middle = upper + (span(link) - 1) / 2;
        let choices = (upper..upper + span(link)).map(|it| 2 * it + 1);
        let best = choices.min_by(|a, b| {
            let far = |it: usize| it.abs_diff(2 * middle + 1);
            taken[*a].total_cmp(&taken[*b]).then(far(*a).cmp(&far(*b)))
        });
        if let Some(best) = best {
            taken[best] += link.label.0 + 20.0;
            ranks[at] = Some(best);
        }
    }
    ranks
}

/// What a crossing of two links costs, by their weights.
fn cost(a: f64, b: f64) -> f64 {
    (0.3 + a) * (0.3 + b)
}

/// The least distance of two neighbors.
fn apart(left: &Item, right: &Item) -> f64 {
    let gap = match (left.is_bend, right.is_bend) {
        (false, false) => APART.0,
        (true, true) => APART.2,
        _ => APART.1,
    };
    left.right + gap + right.left
}

/// The places nearest to those that are wanted (each with its weight) that keep their order and the least distances.
///
/// # Source
///
/// Least squares by pooling neighbors that violate the order \[`BarlowBartholomewBremnerBrunk1972`\].
pub(super) fn spread(wanted: &[(f64, f64)], apart: &[f64]) -> Vec<f64> {
    // Without the distances, what is sought is an ascending row.
    let mut offset = 0.0;
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    let mut offsets = Vec::with_capacity(wanted.len());
    for (at, (x, weight)) in wanted.iter().enumerate() {
        offset += at.checked_sub(1).and_then(|it| apart.get(it)).copied().unwrap_or(0.0);
        offsets.push(offset);
        pools.push((x - offset, *weight, 1));
        while let [.., (a, weight_a, n_a), (b, weight_b, n_b)] = pools[..] {
            if a <= b {
                break;
            }
            let weight = weight_a + weight_b;
            pools.truncate(pools.len() - 2);
            pools.push(((a * weight_a + b * weight_b) / weight, weight, n_a + n_b));
        }
    }
    let ascending = pools.into_iter().flat_map(|(x, _, n)| std::iter::repeat_n(x, n));
    ascending.zip(offsets).map(|(x, offset)| x + offset).collect()
}
