//! A layered drawing of a graph from top to bottom: where boxes stand, how links run, and where labels have room.
//!
//! # Source
//!
//! The steps are those of \[`SugiyamaTagawaToda1981`\]: layers, orders within layers by barycenters, places. Labels take part as
//! boxes of ranks of their own between the layers, as in \[`GansnerKoutsofiosNorthVo1993`\], so that they never overlap.

use super::layer;
use super::process_map::loop_reach;
use super::rank::{Item, Ranks};

/// What a stop needs: the size of its box, and the room beside it for a link to itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) beside: f64,
}

/// A link between two stops, with the size of its label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) weight: f64,
    /// How thick it is drawn.
    pub(super) thickness: f64,
    pub(super) label: (f64, f64),
}

/// A place that a link passes straight down: at `x` from `top` to `bottom`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bend {
    pub(super) x: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// How a link runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Route {
    /// From the top down, whichever way the link leads; empty for a link of a stop to itself.
    pub(super) bends: Vec<Bend>,
    /// The middle of the left edge of the label.
    pub(super) label: (f64, f64),
    /// Whether the link leads up.
    pub(super) is_back: bool,
}

/// A drawing's geometry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// The middle of each stop.
    pub(super) stops: Vec<(f64, f64)>,
    /// One a link.
    pub(super) routes: Vec<Route>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The gap between a line and the label at its right.
pub(super) const LABEL_GAP: f64 = 5.0;

/// Lays out stops and links; the first stop stands at the top and the last at the bottom.
pub(super) fn lay_out(stops: &[Room], links: &[Link]) -> Layout {
    let place = layer::order(stops.len(), links);
    let layer = layer::layers(&place, links);
    let is_back: Vec<bool> = links.iter().map(|it| place[it.from] > place[it.to]).collect();
    let mut ranks = Ranks::new(stops, links, &layer);
    ranks.order();
    ranks.place();
    let rows = Rows::new(&ranks);
    let mut layout = Layout {
        stops: Vec::new(),
        routes: vec![Route::default(); links.len()],
        width: ranks.width(),
        height: rows.height,
    };
    for (stop, room) in stops.iter().enumerate() {
        let item = &ranks.items[stop];
        // Boxes of one layer share their tops: the links between layers begin on one line.
        let (top, bottom) = rows.at[item.rank];
        let middle = f64::midpoint(top, bottom);
        layout.stops.push((item.x, middle.max(top + room.height / 2.0)));
    }
    for (at, link) in links.iter().enumerate() {
        if link.from == link.to {
            let (x, y) = layout.stops[link.from];
            layout.routes[at].label = (
                x + stops[link.from].width / 2.0 + loop_reach(link.thickness) + LABEL_GAP - 3.0,
                y,
            );
        } else {
            let upper = if is_back[at] { link.to } else { link.from };
            layout.routes[at] = route(&ranks, &rows, at, upper);
            layout.routes[at].is_back = is_back[at];
        }
    }
    ports(&mut layout, stops, links);
    layout
}

/// The tops and bottoms of ranks.
struct Rows {
    at: Vec<(f64, f64)>,
    height: f64,
}

impl Rows {
    /// Ranks below each other, wider apart where links run far to the side between them.
    fn new(ranks: &Ranks) -> Self {
        let mut at = Vec::with_capacity(ranks.rows.len());
        let mut top = 0.0;
        for (rank, row) in ranks.rows.iter().enumerate() {
            let height = row.iter().map(|it| ranks.items[*it].height).fold(0.0, f64::max);
            at.push((top, top + height));
            let shift =
                |it: &(usize, usize, f64)| (ranks.items[it.0].x - ranks.items[it.1].x).abs();
            let farthest =
                ranks.gaps.get(rank).into_iter().flatten().map(shift).fold(0.0, f64::max);
            top += height + (8.0 + farthest * 0.12).clamp(12.0, 40.0);
        }
        let height = at.last().map_or(0.0, |it| it.1);
        Self { at, height }
    }
}

fn route(ranks: &Ranks, rows: &Rows, link: usize, upper: usize) -> Route {
    let mut route = Route::default();
    let ends = &ranks.items[upper];
    let (top, bottom) = rows.at[ends.rank];
    // The ends are moved to their ports later.
    route.bends.push(Bend { x: ends.x, top, bottom });
    for item in ranks.chains[link].iter().map(|it| &ranks.items[*it]) {
        let (top, bottom) = rows.at[item.rank];
        route.bends.push(Bend { x: item.x, top, bottom });
        if item.is_label {
            route.label = (item.x + item.thickness / 2.0 + LABEL_GAP, f64::midpoint(top, bottom));
        }
    }
    route
}

/// Where links leave and reach the boxes: in the order of what they lead to, apart from each other.
fn ports(layout: &mut Layout, stops: &[Room], links: &[Link]) {
    for (stop, room) in stops.iter().enumerate() {
        let (x, y) = layout.stops[stop];
        for at_bottom in [true, false] {
            // A link stands at the bottom of its upper stop and at the top of its lower one.
            let is_here = |it: &usize| {
                let (link, back) = (&links[*it], layout.routes[*it].is_back);
                let upper = if back { link.to } else { link.from };
                let lower = if back { link.from } else { link.to };
                link.from != link.to && (if at_bottom { upper } else { lower }) == stop
            };
            let mut here: Vec<usize> = (0..links.len()).filter(is_here).collect();
            let next = |it: &usize| {
                let bends = &layout.routes[*it].bends;
                let next = if at_bottom { bends.get(1) } else { bends.last() };
                next.map_or(x, |it| it.x)
            };
            here.sort_by(|a, b| next(a).total_cmp(&next(b)).then(a.cmp(b)));
            let half = (room.width / 2.0 - 9.0).max(0.0);
            let apart: Vec<f64> = here
                .windows(2)
                .map(|it| {
                    let room = 2.0 * half / (here.len() - 1) as f64;
                    (f64::midpoint(links[it[0]].thickness, links[it[1]].thickness) + 7.0).min(room)
                })
                .collect();
            let wanted: Vec<(f64, f64)> = here
                .iter()
                .map(|it| (next(it).clamp(x - half, x + half), links[*it].weight.max(1e-9)))
                .collect();
            let found = super::rank::spread(&wanted, &apart);
            let over = found.last().map_or(0.0, |it| (it - x - half).max(0.0));
            let under = found.first().map_or(0.0, |it| (x - half - it).max(0.0));
            for (link, port) in here.iter().zip(found) {
                let port = port - over + under;
                let bends = &mut layout.routes[*link].bends;
                if at_bottom {
                    let y = y + room.height / 2.0;
                    bends[0] = Bend { x: port, top: y, bottom: y };
                } else {
                    let y = y - room.height / 2.0;
                    bends.push(Bend { x: port, top: y, bottom: y });
                }
            }
        }
    }
}

impl Item {
    /// The item of a stop's box.
    pub(super) fn of_stop(room: &Room, rank: usize) -> Self {
        Self {
            rank,
            left: room.width / 2.0,
            right: room.width / 2.0 + room.beside,
            height: room.height,
            ..Self::default()
        }
    }

    /// The item of a link on its way past a rank, with its label or without.
    pub(super) fn of_link(link: &Link, rank: usize, is_label: bool) -> Self {
        let half = link.thickness / 2.0 + 2.0;
        let (width, height) = if is_label { link.label } else { (0.0, 0.0) };
        let right = if is_label { half + LABEL_GAP + width } else { half };
        Self {
            rank,
            left: half,
            right,
            height,
            is_label,
            is_bend: true,
            thickness: link.thickness,
            ..Self::default()
        }
    }
}
