//! Draws a [`ProcessMap`].

use super::human::{human_count, human_hours, human_secs};
use super::layout::{Bend, LABEL_GAP, Layout, Link, Room, Route, lay_out};
use super::markup::{Markup, coord};
use super::measure::{LABEL, LINE, NAME_WIDE, name_width, step_name, width, wrap};
use super::{DrawOptions, Drawing, Sheet};
use crate::{MapActivity, MapArc, ProcessMap, Stop};

/// From which shares of the whole excess time on an arc has the next color.
const HEAT: [f64; 3] = [0.02, 0.10, 0.25];
const CLASSES: [&str; 4] = ["rm-e0", "rm-e1", "rm-e2", "rm-e3"];
/// The least and the greatest thickness of an arc.
const THICKNESS: (f64, f64) = (1.2, 9.0);
const STOP_RADIUS: f64 = 9.0;

impl ProcessMap {
    /// Draws the map: layers from the start at the top to the end at the bottom.
    ///
    /// The width of an arc says how often it was taken, its color which share of all excess time it has. Dashed arcs lead
    /// back. Numbers on arcs are counts, and hours of excess where there are many. What the map leaves out stands in
    /// the description.
    pub fn draw(&self, options: &DrawOptions) -> Drawing {
        Picture::new(self, options).draw(options)
    }

    /// What the map shows and leaves out, in words.
    pub fn describe(&self) -> String {
        let it = self.coverage();
        let mut text = format!(
            "Shown are {} of {} activities and {} of {} arcs: {} of all steps",
            self.activities().len(),
            it.activities,
            self.arcs().len(),
            it.arcs,
            percent(it.steps_share().unwrap_or(1.0))
        );
        if let Some(share) = it.excess_share() {
            text.extend([format!(" and {} of all excess time", percent(share))]);
        }
        text.push('.');
        if let (Some(cases), Some(share)) = (it.cases, it.cases_share()) {
            text.extend([format!(
                " {} of {} cases ({}) run wholly along them.",
                human_count(cases.shown),
                human_count(cases.cases),
                percent(share)
            )]);
        }
        text
    }
}

/// A share in percent that says 100 only of all.
fn percent(share: f64) -> String {
    match share {
        0.9995..1.0 => "more than 99.9\u{a0}%".to_owned(),
        0.995..1.0 | 0.0..0.0995 => format!("{:.1}\u{a0}%", share * 100.0),
        _ => format!("{:.0}\u{a0}%", share * 100.0),
    }
}

/// A map with everything measured.
struct Picture<'a> {
    map: &'a ProcessMap,
    names: Vec<Vec<String>>,
    stops: Vec<Room>,
    links: Vec<Link>,
    labels: Vec<(String, Option<String>)>,
    layout: Layout,
}

impl<'a> Picture<'a> {
    fn new(map: &'a ProcessMap, options: &DrawOptions) -> Self {
        let room = if options.is_narrow { 100.0 } else { 160.0 };
        let name = |it: &MapActivity| match wrap(&it.name, NAME_WIDE, room, 3) {
            lines if lines.is_empty() => vec!["(no name)".to_owned()],
            lines => lines,
        };
        let names: Vec<Vec<String>> = map.activities().iter().map(name).collect();
        let end = map.activities().len() + 1;
        let number = |stop: Stop| match stop {
            Stop::Start => 0,
            Stop::Activity(at) => at + 1,
            Stop::End => end,
        };
        let most = map.arcs().iter().map(|it| it.count).max().unwrap_or(1).max(1) as f64;
        let labels: Vec<(String, Option<String>)> =
            map.arcs().iter().map(|it| label(map, it)).collect();
        let links: Vec<Link> = map
            .arcs()
            .iter()
            .zip(&labels)
            .map(|(arc, (count, excess))| {
                let lines = [Some(count), excess.as_ref()].into_iter().flatten();
                let label = lines.map(|it| width(it, LABEL)).fold(0.0, f64::max);
                Link {
                    from: number(arc.from),
                    to: number(arc.to),
                    weight: arc.count as f64,
                    thickness: THICKNESS.0 + (THICKNESS.1 - THICKNESS.0) * arc.count as f64 / most,
                    label: (label, if excess.is_some() { 27.0 } else { 14.0 }),
                }
            })
            .collect();
        let stop = Room { width: 2.0 * STOP_RADIUS, height: 2.0 * STOP_RADIUS, beside: 0.0 };
        let mut stops = vec![stop; end + 1];
        for (at, (activity, lines)) in map.activities().iter().zip(&names).enumerate() {
            let names = lines.iter().map(|it| name_width(it));
            let (count, hours) = figures(map, activity);
            let below = hours.map_or(0.0, |it| name_width(&it) + 6.0) + width(&count, LABEL);
            let widest = names.fold(below, f64::max);
            stops[at + 1] = Room {
                width: widest.max(44.0) + 20.0,
                height: 24.0 + LINE * lines.len() as f64,
                beside: 0.0,
            };
        }
        for link in links.iter().filter(|it| it.from == it.to) {
            stops[link.from].beside = loop_reach(link.thickness) + LABEL_GAP + link.label.0;
        }
        let layout = lay_out(&stops, &links);
        Self { map, names, stops, links, labels, layout }
    }

    fn draw(&self, options: &DrawOptions) -> Drawing {
        let description = format!(
            "{} The wider an arc, the more often it was taken; the redder an arc or a frame, the larger its share \
             of all excess time. Dashed arcs lead back. Numbers are counts, with + the hours of excess.",
            self.map.describe()
        );
        let mut sheet = Sheet::new(options, &description, self.layout.width);
        self.legend(&mut sheet);
        // Labels beside a chain that stands alone in the middle would pull it to the left.
        let left = (sheet.width - self.layout.width) / 2.0;
        let top = sheet.y;
        let at = format!("translate({} {})", coord(left), coord(top));
        sheet.body.tag("g").attr("transform", at).content(|body| {
            // Thick arcs first, and boxes over all arcs.
            let mut order: Vec<usize> = (0..self.links.len()).collect();
            order.sort_by(|a, b| {
                self.heat(*a).cmp(&self.heat(*b)).then(
                    self.links[*b].thickness.total_cmp(&self.links[*a].thickness).then(a.cmp(b)),
                )
            });
            for link in &order {
                self.arc(body, *link);
            }
            for stop in 0..self.stops.len() {
                self.stop(body, stop);
            }
            for link in &order {
                self.label(body, *link);
            }
        });
        sheet.y += self.layout.height;
        sheet.finish(description)
    }

    fn heat(&self, link: usize) -> usize {
        heat(self.map, self.map.arcs()[link].excess_secs)
    }

    fn legend(&self, sheet: &mut Sheet<'_>) {
        if self.map.coverage().excess_secs <= 0.0 {
            return;
        }
        let mut x = sheet.options.margin();
        let label =
            format!("Share of all excess time ({}):", human_hours(self.map.coverage().excess_secs));
        let y = sheet.y + 10.0;
        let right = sheet.width - sheet.options.margin();
        sheet.body.tag("text").num("x", x).num("y", y).attr("class", "rm-soft").text(&label);
        x += width(&label, LABEL) + 8.0;
        let mut y = y;
        for (at, class) in CLASSES.iter().enumerate() {
            let bound = |it: usize| format!("{:.0}", HEAT[it] * 100.0);
            let text = match at {
                0 => format!("under {}\u{a0}%", bound(0)),
                3 => format!("{}\u{a0}% or more", bound(2)),
                _ => format!("{} to {}\u{a0}%", bound(at - 1), bound(at)),
            };
            let taken = 34.0 + width(&text, LABEL);
            if x + taken > right {
                x = sheet.options.margin();
                y += 18.0;
            }
            sheet.body.tag("g").attr("class", class).content(|body| {
                let path = format!("M{} {}h22", coord(x), coord(y - 4.0));
                let way = body.tag("path").attr("class", "rm-way").attr("stroke-width", 5);
                way.attr("d", path).empty();
                body.tag("text").num("x", x + 28.0).num("y", y).text(&text);
            });
            x += taken + 12.0;
        }
        sheet.y = y + 20.0;
    }

    fn arc(&self, body: &mut Markup, at: usize) {
        let (arc, link) = (&self.map.arcs()[at], &self.links[at]);
        let route = &self.layout.routes[at];
        let shape = if link.from == link.to {
            looped(self.layout.stops[link.from], &self.stops[link.from], link.thickness)
        } else {
            curve(route, link.thickness)
        };
        let class = format!("rm-arc {}", CLASSES[self.heat(at)]);
        body.tag("g").attr("class", class).content(|body| {
            body.tag("title").text(&self.tooltip(arc));
            let class = if route.is_back { "rm-way rm-back" } else { "rm-way" };
            let way = body.tag("path").attr("class", class).num("stroke-width", link.thickness);
            way.attr("d", shape.path).empty();
            body.tag("path").attr("class", "rm-head").attr("d", shape.head).empty();
        });
    }

    fn label(&self, body: &mut Markup, at: usize) {
        let (count, excess) = &self.labels[at];
        let (x, y) = self.layout.routes[at].label;
        let first = if excess.is_some() { y - 2.0 } else { y + 4.0 };
        let tag = body.tag("text").num("x", x).num("y", first).attr("class", "rm-halo");
        tag.text(count);
        if let Some(excess) = excess {
            let tag = body.tag("text").num("x", x).num("y", y + 11.0);
            tag.attr("class", "rm-halo rm-hot").text(excess);
        }
    }

    fn stop(&self, body: &mut Markup, at: usize) {
        let ((x, y), room) = (self.layout.stops[at], &self.stops[at]);
        let Some(activity) = at.checked_sub(1).and_then(|it| self.map.activities().get(it)) else {
            return terminal(body, (x, y), at == 0);
        };
        let lines = &self.names[at - 1];
        let (left, top) = (x - room.width / 2.0, y - room.height / 2.0);
        body.tag("g").content(|body| {
            body.tag("title").text(&about(activity));
            let class = match heat(self.map, activity.excess_secs) {
                0 => "rm-box".to_owned(),
                class => format!("rm-box rm-lit {}", CLASSES[class]),
            };
            let tag = body.tag("rect").num("x", left).num("y", top).num("width", room.width);
            tag.num("height", room.height).num("rx", 6.0).attr("class", class).empty();
            for (row, line) in lines.iter().enumerate() {
                let tag = body.tag("text").num("x", x).num("y", top + 18.0 + LINE * row as f64);
                tag.attr("text-anchor", "middle").attr("class", "rm-name").text(line);
            }
            let (count, hours) = figures(self.map, activity);
            let tag = body.tag("text").num("x", x).num("y", top + room.height - 8.0);
            tag.attr("text-anchor", "middle").attr("class", "rm-soft").content(|body| {
                body.text(&count);
                if let Some(hours) = hours {
                    body.tag("tspan").attr("dx", 5).attr("class", "rm-hot").text(&hours);
                }
            });
        });
    }

    fn tooltip(&self, arc: &MapArc) -> String {
        let name = |stop: Stop| match stop {
            Stop::Start => "start",
            Stop::End => "end",
            Stop::Activity(at) => self.map.activities().get(at).map_or("", |it| it.name.as_str()),
        };
        let name = step_name(name(arc.from), name(arc.to));
        about_time(&name, arc.count, arc.mean_secs, arc.excess_secs)
    }
}

fn about(activity: &MapActivity) -> String {
    about_time(&activity.name, activity.count, activity.mean_secs, activity.excess_secs)
}

fn about_time(name: &str, count: u64, mean_secs: Option<f64>, excess_secs: f64) -> String {
    let mut text = format!("{name}: {} times", human_count(count));
    if let Some(mean) = mean_secs {
        text.extend([format!(", {} on average", human_secs(mean))]);
    }
    if excess_secs > 0.0 {
        text.extend([format!(", {} of excess", human_hours(excess_secs))]);
    }
    text
}

/// The place among [`CLASSES`] of the color of excess time.
fn heat(map: &ProcessMap, excess_secs: f64) -> usize {
    let all = map.coverage().excess_secs;
    if all <= 0.0 {
        return 0;
    }
    HEAT.iter().filter(|it| excess_secs / all >= **it).count()
}

/// The hours of excess, where there are enough for a color.
fn hours(map: &ProcessMap, excess_secs: f64) -> Option<String> {
    (heat(map, excess_secs) > 0).then(|| format!("+{}", human_hours(excess_secs)))
}

/// What stands below an activity's name.
fn figures(map: &ProcessMap, activity: &MapActivity) -> (String, Option<String>) {
    (human_count(activity.count), hours(map, activity.excess_secs))
}

fn label(map: &ProcessMap, arc: &MapArc) -> (String, Option<String>) {
    (human_count(arc.count), hours(map, arc.excess_secs))
}

/// The start, a disk with a play sign's meaning in its title; the end, a disk in a ring.
fn terminal(body: &mut Markup, (x, y): (f64, f64), is_start: bool) {
    body.tag("g").content(|body| {
        body.tag("title").text(if is_start { "start of cases" } else { "end of cases" });
        if is_start {
            let tag = body.tag("circle").num("cx", x).num("cy", y).num("r", STOP_RADIUS);
            tag.attr("class", "rm-stop").empty();
        } else {
            let side = 2.0 * STOP_RADIUS;
            let tag = body.tag("rect").num("x", x - STOP_RADIUS).num("y", y - STOP_RADIUS);
            tag.num("width", side).num("height", side).attr("class", "rm-stop").empty();
        }
        let tag = body.tag("text").num("x", x + STOP_RADIUS + 7.0);
        let tag = tag.num("y", if is_start { y - 1.0 } else { y + 9.0 });
        tag.attr("class", "rm-soft rm-halo").text(if is_start { "start" } else { "end" });
    });
}

/// The data of an arc's line and of its head.
struct Shape {
    path: String,
    head: String,
}

/// How long and how wide half a head is.
fn head_size(thickness: f64) -> (f64, f64) {
    (6.0 + thickness * 0.75, 3.0 + thickness * 0.75)
}

/// A line down the bends, straight at each and curved between them, with its head at the end that it leads to.
fn curve(route: &Route, thickness: f64) -> Shape {
    let mut bends: Vec<Bend> = route.bends.clone();
    let (length, half) = head_size(thickness);
    let head = if route.is_back { bends.first_mut() } else { bends.last_mut() };
    let Some(end) = head else { return Shape { path: String::new(), head: String::new() } };
    let (x, tip) = (end.x, end.top);
    let base = if route.is_back { tip + length } else { tip - length };
    (end.top, end.bottom) = (base, base);
    let mut path = String::new();
    let mut last: Option<Bend> = None;
    for bend in bends {
        match last {
            None => path.extend([format!("M{} {}", coord(bend.x), coord(bend.bottom))]),
            Some(last) => {
                let middle = f64::midpoint(last.bottom, bend.top);
                path.extend([format!(
                    "C{} {} {} {} {} {}",
                    coord(last.x),
                    coord(middle),
                    coord(bend.x),
                    coord(middle),
                    coord(bend.x),
                    coord(bend.top)
                )]);
                if bend.bottom > bend.top {
                    path.extend([format!("V{}", coord(bend.bottom))]);
                }
            }
        }
        last = Some(bend);
    }
    let head = format!(
        "M{} {}L{} {}L{} {}Z",
        coord(x),
        coord(tip),
        coord(x - half),
        coord(base),
        coord(x + half),
        coord(base)
    );
    Shape { path, head }
}

/// How far a loop reaches beyond its box.
pub(super) fn loop_reach(thickness: f64) -> f64 {
    20.0 + 2.2 * thickness
}

/// A loop at the right of a box.
fn looped((x, y): (f64, f64), room: &Room, thickness: f64) -> Shape {
    let (length, half) = head_size(thickness);
    let x = x + room.width / 2.0;
    let far = x + (loop_reach(thickness) - thickness / 2.0 - 2.0) * 4.0 / 3.0;
    let (top, bottom) = (y - 8.0 - thickness / 4.0, y + 8.0 + thickness / 4.0);
    let path = format!(
        "M{} {}C{} {} {} {} {} {}",
        coord(x),
        coord(top),
        coord(far),
        coord(top - 4.0 - thickness / 2.0),
        coord(far),
        coord(bottom + 4.0 + thickness / 2.0),
        coord(x + length),
        coord(bottom)
    );
    let head = format!(
        "M{} {}L{} {}L{} {}Z",
        coord(x),
        coord(bottom),
        coord(x + length),
        coord(bottom - half),
        coord(x + length),
        coord(bottom + half)
    );
    Shape { path, head }
}
