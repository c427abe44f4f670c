//! Requests in cells, the prices of cells, and the moves that restore the optimum after a change.

use super::FORBIDDEN;
use super::swap::Swaps;

/// Where a row is that holds no request.
const NOWHERE: u32 = u32::MAX;

/// A request that has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) row: u32,
    /// The node that it left; absent for one that is new.
    pub(crate) from: Option<usize>,
}

/// An assignment that is optimal for the prices that it carries.
///
/// Node `n_cells` stands for "left out": it has room for all, and its price is 0. Between calls two things hold, which
/// together prove the optimum (complementary slackness): every request is at a node where its value less the node's
/// price is greatest, and a cell with room has price 0.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    n_cells: usize,
    slots: Vec<i64>,
    load: Vec<i64>,
    prices: Vec<i64>,
    /// `n_cells + 1` values a row, [`FORBIDDEN`] where not allowed; the last is that of being left out.
    values: Vec<i64>,
    at: Vec<u32>,
    free: Vec<u32>,
    /// For each pair of nodes who would gain most by moving from the first to the second.
    swaps: Vec<Swaps>,
    /// The gain on top of each of `swaps`, [`FORBIDDEN`] where there is none.
    gains: Vec<i64>,
    moves: Vec<Move>,
    search: Search,
}

/// Distances of one search, kept to save the allocation.
#[derive(Clone, Debug, Default)]
struct Search {
    dist: Vec<i64>,
    /// The node before, `usize::MAX` where the path begins.
    before: Vec<usize>,
    done: Vec<bool>,
}

impl Search {
    fn start(&mut self, n_nodes: usize) {
        self.dist.clear();
        self.dist.resize(n_nodes, i64::MAX);
        self.before.clear();
        self.before.resize(n_nodes, usize::MAX);
        self.done.clear();
        self.done.resize(n_nodes, false);
    }

    /// The nearest node that is not done, of equals the lower number; it is done after that.
    fn nearest(&mut self) -> Option<usize> {
        let mut nearest = None;
        let mut least = i64::MAX;
        for (node, (&dist, &done)) in self.dist.iter().zip(&self.done).enumerate() {
            if !done && dist < least {
                least = dist;
                nearest = Some(node);
            }
        }
        if let Some(node) = nearest {
            self.done[node] = true;
        }
        nearest
    }
}

impl Network {
    /// Places every row at its best node under given prices, then restores the optimum.
    ///
    /// `values` holds `slots.len() + 1` numbers a row.
    pub(super) fn new(slots: &[u32], values: Vec<i64>, prices: &[i64]) -> Self {
        let n_cells = slots.len();
        let n_nodes = n_cells + 1;
        let mut network = Self {
            n_cells,
            slots: slots.iter().map(|&it| i64::from(it)).collect(),
            load: vec![0; n_nodes],
            prices: (0..n_nodes).map(|it| prices.get(it).copied().unwrap_or(0)).collect(),
            at: Vec::with_capacity(values.len() / n_nodes),
            values,
            free: Vec::new(),
            swaps: Vec::new(),
            gains: vec![FORBIDDEN; n_nodes * n_nodes],
            moves: Vec::new(),
            search: Search::default(),
        };
        network.prices[n_cells] = 0;
        for row in 0..network.values.len() / n_nodes {
            let node = network.best_node(row);
            network.load[node] += 1;
            network.at.push(to_u32(node));
        }
        network.fill_swaps();
        network.settle();
        network.moves.clear();
        network
    }

    /// All swaps from scratch.
    fn fill_swaps(&mut self) {
        let n_nodes = self.n_cells + 1;
        let mut entries: Vec<Vec<(i64, u32)>> = vec![Vec::new(); n_nodes * n_nodes];
        for ((row, values), &at) in (0_u32..).zip(self.values.chunks_exact(n_nodes)).zip(&self.at) {
            if at == NOWHERE {
                continue;
            }
            let from = at as usize;
            let own = values[from];
            for (to, &value) in values.iter().enumerate() {
                if to != from && value != FORBIDDEN {
                    entries[from * n_nodes + to].push((value - own, row));
                }
            }
        }
        self.swaps = entries.into_iter().map(Swaps::of).collect();
        for (gain, swaps) in self.gains.iter_mut().zip(&self.swaps) {
            *gain = swaps.best().map_or(FORBIDDEN, |it| it.0);
        }
    }

    /// The values of a row, one a cell and that of being left out.
    pub(crate) fn values(&self, row: usize) -> &[i64] {
        let n_nodes = self.n_cells + 1;
        self.values.get(row * n_nodes..(row + 1) * n_nodes).unwrap_or_default()
    }

    /// Where a request is best off under the prices: of equals a cell with room, then the lower number.
    fn best_node(&self, row: usize) -> usize {
        let mut best = (i64::MIN, false, self.n_cells);
        for (node, &value) in self.values(row).iter().enumerate() {
            if value == FORBIDDEN {
                continue;
            }
            let net = value - self.prices[node];
            if net < best.0 {
                continue;
            }
            let has_room = node < self.n_cells && self.load[node] < self.slots[node];
            if net > best.0 || (has_room && !best.1) {
                best = (net, has_room, node);
            }
        }
        best.2
    }

    /// Restores the optimum: takes away what is too much, then fills what is empty at a price.
    fn settle(&mut self) {
        for cell in 0..self.n_cells {
            while self.load[cell] > self.slots[cell] {
                self.relieve(cell);
            }
        }
        while (0..self.n_cells).any(|it| self.is_short(it)) {
            self.fill_one();
        }
    }

    /// Whether a cell has room although its slots have a price.
    fn is_short(&self, cell: usize) -> bool {
        self.load[cell] < self.slots[cell] && self.prices[cell] > 0
    }

    /// Moves one request out of a cell that holds too many, along the cheapest chain of moves that ends in a cell with
    /// room, or leaves somebody out; prices on the way rise by what the chain costs less what it costs from there.
    fn relieve(&mut self, cell: usize) {
        let n_nodes = self.n_cells + 1;
        self.search.start(n_nodes);
        self.search.dist[cell] = 0;
        let mut end = None;
        while let Some(node) = self.search.nearest() {
            if node == self.n_cells || self.load[node] < self.slots[node] {
                end = Some(node);
                break;
            }
            self.look_from(node);
        }
        let Some(end) = end else {
            debug_assert!(false, "every request can be left out");
            return;
        };
        let length = self.search.dist[end];
        for (price, dist) in self.prices.iter_mut().zip(&self.search.dist) {
            *price += (length - dist).max(0);
        }
        self.shift_along(end);
    }

    /// Fills the empty slot that is cheapest to fill, from among those left out or by letting prices fall.
    fn fill_one(&mut self) {
        let n_nodes = self.n_cells + 1;
        self.search.start(n_nodes);
        self.search.dist[self.n_cells] = 0;
        // An empty slot may also stay empty: that costs its price.
        self.search.dist[..self.n_cells].copy_from_slice(&self.prices[..self.n_cells]);
        let mut end = None;
        while let Some(node) = self.search.nearest() {
            if node < self.n_cells && self.is_short(node) {
                end = Some(node);
                break;
            }
            self.look_from(node);
        }
        let Some(end) = end else {
            debug_assert!(false, "every slot can stay empty");
            return;
        };
        let length = self.search.dist[end];
        for (price, dist) in self.prices.iter_mut().zip(&self.search.dist) {
            *price -= length.min(*dist);
        }
        self.shift_along(end);
    }

    /// Distances over the moves out of a node.
    fn look_from(&mut self, node: usize) {
        let n_nodes = self.n_cells + 1;
        let so_far = self.search.dist[node] - self.prices[node];
        let gains = &self.gains[node * n_nodes..(node + 1) * n_nodes];
        let search = &mut self.search;
        for (to, &gain) in gains.iter().enumerate() {
            if gain == FORBIDDEN {
                continue;
            }
            let dist = so_far + self.prices[to] - gain;
            if dist < search.dist[to] {
                search.dist[to] = dist;
                search.before[to] = node;
            }
        }
    }

    /// Moves the best request of each step of the path that ends at a node, the last step first.
    fn shift_along(&mut self, end: usize) {
        let n_nodes = self.n_cells + 1;
        let mut to = end;
        while let Some(&from) = self.search.before.get(to).filter(|it| **it < n_nodes) {
            if let Some((_, row)) = self.swaps[from * n_nodes + to].best() {
                self.leave(row as usize);
                self.enter(row as usize, to);
                self.moves.push(Move { row, from: Some(from) });
            }
            to = from;
        }
    }

    /// Takes a request from its node.
    fn leave(&mut self, row: usize) {
        let n_nodes = self.n_cells + 1;
        let from = self.at[row] as usize;
        self.at[row] = NOWHERE;
        self.load[from] -= 1;
        let values = &self.values[row * n_nodes..(row + 1) * n_nodes];
        let own = values[from];
        for (to, &value) in values.iter().enumerate() {
            let pair = from * n_nodes + to;
            if to == from || value == FORBIDDEN || self.gains[pair] != value - own {
                continue;
            }
            let holds = still_holds(&self.values, &self.at, (from, to), n_nodes);
            self.swaps[pair].drop_while_gone(holds);
            self.gains[pair] = self.swaps[pair].best().map_or(FORBIDDEN, |it| it.0);
        }
    }

    /// Puts a request into a node.
    fn enter(&mut self, row: usize, node: usize) {
        let n_nodes = self.n_cells + 1;
        self.at[row] = to_u32(node);
        self.load[node] += 1;
        let entries_most = usize::try_from(self.load[node]).map_or(64, |it| 2 * it + 64);
        let values = &self.values[row * n_nodes..(row + 1) * n_nodes];
        let own = values[node];
        for (to, &value) in values.iter().enumerate() {
            if to == node || value == FORBIDDEN {
                continue;
            }
            let pair = node * n_nodes + to;
            let gain = value - own;
            self.swaps[pair].push(gain, to_u32(row));
            self.gains[pair] = self.gains[pair].max(gain);
            let holds = still_holds(&self.values, &self.at, (node, to), n_nodes);
            self.swaps[pair].compact(entries_most, holds);
        }
    }

    /// Adds a request and restores the optimum; its row.
    pub(super) fn add(&mut self, values: &[i64]) -> usize {
        let n_nodes = self.n_cells + 1;
        let row = if let Some(row) = self.free.pop() {
            row as usize
        } else {
            self.at.push(NOWHERE);
            self.values.resize(self.at.len() * n_nodes, FORBIDDEN);
            self.at.len() - 1
        };
        self.moves.clear();
        self.place(row, values, None);
        self.settle();
        row
    }

    /// Gives a request other values and restores the optimum.
    pub(super) fn replace(&mut self, row: usize, values: &[i64]) {
        self.moves.clear();
        let from = self.node(row);
        if from.is_some() {
            self.leave(row);
            self.place(row, values, from);
            self.settle();
        }
    }

    fn place(&mut self, row: usize, values: &[i64], from: Option<usize>) {
        let n_nodes = self.n_cells + 1;
        self.values[row * n_nodes..(row + 1) * n_nodes].copy_from_slice(values);
        self.enter(row, self.best_node(row));
        self.moves.push(Move { row: to_u32(row), from });
    }

    /// Takes a request away and restores the optimum; `false` if there is none in the row.
    pub(super) fn remove(&mut self, row: usize) -> bool {
        self.moves.clear();
        if self.node(row).is_none() {
            return false;
        }
        self.leave(row);
        self.free.push(to_u32(row));
        self.settle();
        true
    }

    /// Takes a request away together with the slot that it holds: the rest is optimal as it is.
    pub(super) fn retire(&mut self, row: usize) {
        self.moves.clear();
        if let Some(cell) = self.node(row).filter(|it| *it < self.n_cells) {
            self.leave(row);
            self.slots[cell] -= 1;
            self.free.push(to_u32(row));
        }
    }

    /// Changes a cell's slots and restores the optimum.
    pub(super) fn set_slots(&mut self, cell: usize, slots: u32) {
        self.moves.clear();
        self.slots[cell] = i64::from(slots);
        self.settle();
    }

    /// Where a request is: a cell, or `n_cells` if it is left out; `None` if there is none in the row.
    pub(super) fn node(&self, row: usize) -> Option<usize> {
        self.at.get(row).filter(|it| **it != NOWHERE).map(|it| *it as usize)
    }

    pub(super) fn n_rows(&self) -> usize {
        self.at.len()
    }

    pub(super) fn n_cells(&self) -> usize {
        self.n_cells
    }

    pub(super) fn load(&self, cell: usize) -> i64 {
        self.load[cell]
    }

    pub(super) fn slots(&self, cell: usize) -> i64 {
        self.slots[cell]
    }

    pub(super) fn prices(&self) -> &[i64] {
        &self.prices
    }

    /// What has moved in the last change, in order; a request may move more than once.
    pub(super) fn moves(&self) -> &[Move] {
        &self.moves
    }
}

/// Whether an entry for a pair of nodes says what is: the request is there, and would gain that much.
fn still_holds<'a>(
    values: &'a [i64],
    at: &'a [u32],
    pair: (usize, usize),
    n_nodes: usize,
) -> impl Fn(i64, u32) -> bool + 'a {
    let (from, to) = pair;
    move |gain, row| {
        let row = row as usize;
        at[row] as usize == from
            && values[row * n_nodes + to] != FORBIDDEN
            && values[row * n_nodes + to] - values[row * n_nodes + from] == gain
    }
}

/// A row or node as it is stored; both are checked to fit where they are made.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NOWHERE)
}
