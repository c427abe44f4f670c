//! Which stops stand above which: the order with the least that runs backwards, and layers along it.

use super::layout::Link;

/// The place of each stop in an order in which as little weight as can be found runs backwards; the first stop stays first
/// and the last stays last.
///
/// # Source
///
/// Greedy order by what goes out less what comes in \[`EadesLinSmyth1993`\], then single stops are moved where that
/// lowers the weight of the links that run backwards, until none does.
pub(super) fn order(stops: usize, links: &[Link]) -> Vec<usize> {
    let mut net = vec![vec![0.0; stops]; stops];
    for link in links.iter().filter(|it| it.from != it.to) {
        net[link.from][link.to] += link.weight;
    }
    let mut sequence = greedy(&net);
    while moved(&net, &mut sequence) {}
    let mut place = vec![0; stops];
    for (at, stop) in sequence.iter().enumerate() {
        place[*stop] = at;
    }
    place
}

/// The stops one by one, each time the one that sends out most beyond what it takes in from those that are left.
fn greedy(net: &[Vec<f64>]) -> Vec<usize> {
    let last = net.len().saturating_sub(1);
    let mut left: Vec<usize> = (1..last).collect();
    let mut sequence = Vec::with_capacity(net.len());
    sequence.extend((!net.is_empty()).then_some(0));
    while !left.is_empty() {
        let surplus = |stop: usize| {
            let all = left.iter().chain([&last]);
            all.map(|it| net[stop][*it] - net[*it][stop]).sum::<f64>()
        };
        // The first of equals: the more frequent activity.
        let best =
            (0..left.len()).rev().max_by(|a, b| surplus(left[*a]).total_cmp(&surplus(left[*b])));
        let Some(best) = best else { break };
        sequence.push(left.remove(best));
    }
    sequence.extend((last > 0).then_some(last));
    sequence
}

/// Moves the stop that gains most; whether there was one.
fn moved(net: &[Vec<f64>], sequence: &mut Vec<usize>) -> bool {
    let mut best = (1e-9, 0, 0);
    let n = sequence.len();
    for from in 1..n.saturating_sub(1) {
        let stop = sequence[from];
        let mut gain = 0.0;
        for to in (1..from).rev() {
            gain += net[stop][sequence[to]] - net[sequence[to]][stop];
            if gain > best.0 {
                best = (gain, from, to);
            }
        }
        gain = 0.0;
        for to in from + 1..n - 1 {
            gain += net[sequence[to]][stop] - net[stop][sequence[to]];
            if gain > best.0 {
                best = (gain, from, to);
            }
        }
    }
    let (gain, from, to) = best;
    if gain <= 1e-9 {
        return false;
    }
    let stop = sequence.remove(from);
    sequence.insert(to, stop);
    true
}

/// The layer of each stop, from 0: each link leads at least one layer on along the order. Stops stand as near to their
/// neighbors as they can; the first has the first layer for itself, the last the last.
pub(super) fn layers(place: &[usize], links: &[Link]) -> Vec<usize> {
    let turned: Vec<(usize, usize, f64)> = links
        .iter()
        .filter(|it| it.from != it.to)
        .map(|it| {
            if place[it.from] < place[it.to] {
                (it.from, it.to, it.weight)
            } else {
                (it.to, it.from, it.weight)
            }
        })
        .collect();
    let mut sequence: Vec<usize> = (0..place.len()).collect();
    sequence.sort_by_key(|it| place[*it]);
    let mut layer = vec![0; place.len()];
    for stop in &sequence {
        let above = turned.iter().filter(|it| it.1 == *stop).map(|it| layer[it.0] + 1);
        let least = usize::from(place[*stop] > 0);
        layer[*stop] = above.max().unwrap_or(0).max(least);
    }
    let (first, last) = match (sequence.first(), sequence.last()) {
        (Some(first), Some(last)) => (*first, *last),
        _ => return layer,
    };
    let deepest = sequence.iter().filter(|it| **it != last).map(|it| layer[*it] + 1).max();
    layer[last] = deepest.unwrap_or(0).max(layer[last]);
    // Those that lean on what comes later move down to it.
    for stop in sequence.iter().rev().filter(|it| **it != first && **it != last) {
        let weight = |is_in: bool| {
            let of = turned.iter().filter(|it| if is_in { it.1 } else { it.0 } == *stop);
            of.map(|it| it.2).sum::<f64>()
        };
        let below = turned.iter().filter(|it| it.0 == *stop).map(|it| layer[it.1] - 1).min();
        if let Some(below) = below.filter(|_| weight(false) > weight(true)) {
            layer[*stop] = layer[*stop].max(below);
        }
    }
    layer
}
