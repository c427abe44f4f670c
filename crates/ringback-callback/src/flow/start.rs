//! Prices to start from, found on a part of the requests.
//!
//! Cells are few and requests many, so that the prices of an eighth of the requests, with an eighth of the slots, are
//! nearly those of all: what is left to do for the rest is to correct the difference. The outcome does not depend on
//! it, only the time does: whatever the prices at the start, the optimum is exact.

use super::FORBIDDEN;
use super::network::Network;

/// One request of so many is in the next smaller part.
const SHARE: u64 = 8;
/// No part is smaller than so many requests, nor has it fewer slots in a cell, on average.
const REQUESTS_LEAST: usize = 64;
const SLOTS_LEAST: u64 = 1;

/// Prices of all cells to start with; zeros where there are too few requests for parts to say anything.
pub(super) fn prices(slots: &[u32], values: &[i64]) -> Vec<i64> {
    let n_nodes = slots.len() + 1;
    let n_rows = values.len() / n_nodes;
    let slots_sum: u64 = slots.iter().map(|&it| u64::from(it)).sum();
    let mut prices = vec![0; n_nodes];
    let mut one_of = 1_u64;
    while n_rows as u64 / (one_of * SHARE) >= REQUESTS_LEAST as u64
        && slots_sum / (one_of * SHARE * slots.len().max(1) as u64) >= SLOTS_LEAST
    {
        one_of *= SHARE;
    }
    while one_of > 1 {
        let (part, n_part) = part_of(values, n_nodes, one_of);
        let network = Network::new(&fewer(slots, n_part, n_rows), part, &prices);
        prices = network.prices().to_vec();
        one_of /= SHARE;
    }
    prices
}

/// The values of one request of so many, and how many these are. Which ones is settled by mixing the row's number, so
/// that no order in the input can make the part odd.
fn part_of(values: &[i64], n_nodes: usize, one_of: u64) -> (Vec<i64>, usize) {
    let mut part = Vec::new();
    let mut n_part = 0;
    for (row, row_values) in (0_u64..).zip(values.chunks_exact(n_nodes)) {
        // A request that may go nowhere says nothing of prices.
        let is_idle = row_values.split_last().is_none_or(|it| it.1.iter().all(|v| *v == FORBIDDEN));
        if mixed(row).is_multiple_of(one_of) {
            n_part += 1;
            if !is_idle {
                part.extend_from_slice(row_values);
            }
        }
    }
    (part, n_part)
}

/// Slots in proportion; what rounding takes from one cell goes to the next.
fn fewer(slots: &[u32], n_part: usize, n_rows: usize) -> Vec<u32> {
    let (n_part, n_rows) = (n_part as u64, (n_rows as u64).max(1));
    let mut over = n_rows / 2;
    let mut fewer = Vec::with_capacity(slots.len());
    for &it in slots {
        over += u64::from(it) * n_part;
        fewer.push(u32::try_from(over / n_rows).unwrap_or(u32::MAX));
        over %= n_rows;
    }
    fewer
}

/// A number whose bits all depend on those of another.
///
/// # Source
///
/// The finalizer of `SplitMix64`, \[`Steele2014`\].
fn mixed(number: u64) -> u64 {
    let mut it = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}
