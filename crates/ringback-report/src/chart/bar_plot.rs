//! Draws a [`BarChart`].

use super::axis::{Scale, Step, Ticks};
use super::bar::{BarChart, BarLayout, BarSeries, Direction};
use super::canvas::{Area, Canvas, Key, Setting, Sign, Svg, labelled, rect, with_tooltip};
use super::color::Color;
use super::markup::Pen;
use super::number::{value_label, with_unit};
use super::text::{self, LABEL, LINE};

/// The length of the sign for "no data".
const STUB: f64 = 14.0;
/// The room for a number beyond the end of a lying bar.
const END: f64 = 38.0;
/// The part of a category's room that its bars take.
const FILLED: f64 = 0.78;

/// One bar, or the place of one.
struct Slot {
    category: usize,
    series: usize,
    /// The values that the bar reaches from and to; `None` without data.
    reach: Option<(f64, f64)>,
    whisker: Option<(f64, f64)>,
}

impl BarChart {
    pub(super) fn draw(&self, setting: &Setting) -> Svg {
        let mut canvas = Canvas::new(setting, &self.caption);
        let slots = self.slots();
        let values: Vec<f64> = slots.iter().flat_map(Slot::values).collect();
        if slots.iter().all(|it| it.reach.is_none()) {
            return canvas.no_data(&self.caption);
        }
        canvas.legend(&self.keys(&slots));
        canvas.axis_label(&self.caption.y_label);
        let zero = (0.0_f64, 0.0_f64);
        let range = values.iter().fold(zero, |(a, b), it| (a.min(*it), b.max(*it)));
        let ticks = Ticks::new(range, if canvas.is_narrow() { 6 } else { 7 }, Step::of(&values));
        let plot = self.plot(&canvas, &ticks);
        if plot.is_upright {
            canvas.vertical_values(plot.area, &ticks, plot.value);
        } else {
            canvas.horizontal_values(plot.area, &ticks, plot.value);
        }
        canvas.y = plot.area.bottom + if plot.is_upright { 0.0 } else { 20.0 };
        plot.categories(&mut canvas);
        let hatch = canvas.hatch();
        for slot in &slots {
            plot.bar(&mut canvas, slot, &hatch);
        }
        plot.end_labels(&mut canvas, &slots);
        canvas.bottom_label(&self.caption.x_label, plot.area);
        canvas.finish(&self.caption)
    }

    fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        for category in 0..self.categories.len() {
            // Where the next piece of a stack starts: above zero, below zero.
            let mut ends = (0.0, 0.0);
            for (series, it) in self.series.iter().enumerate() {
                let value = it.values.get(category).copied().flatten();
                let is_stacked = self.layout == BarLayout::Stacked;
                let reach = value.map(|value| {
                    let end = if value < 0.0 { &mut ends.1 } else { &mut ends.0 };
                    let from = if is_stacked { *end } else { 0.0 };
                    *end = from + value;
                    (from, from + value)
                });
                let whisker = it.whiskers.get(category).copied().flatten();
                let whisker = whisker.filter(|_| !is_stacked && reach.is_some());
                slots.push(Slot { category, series, reach, whisker });
            }
        }
        slots
    }

    fn color(&self, series: usize) -> Color {
        let colors = Color::of(self.series.iter().map(|it| it.color));
        colors.get(series).copied().unwrap_or(Color::Blue)
    }

    fn keys(&self, slots: &[Slot]) -> Vec<Key> {
        let mut keys = Vec::new();
        if self.series.len() > 1 {
            for (index, series) in self.series.iter().enumerate() {
                let (label, color) = (series.name.clone(), self.color(index));
                keys.push(Key { label, color, sign: Sign::Bar });
            }
        }
        if slots.iter().any(|it| it.reach.is_none()) {
            let label = "no data".to_owned();
            keys.push(Key { label, color: Color::Gray, sign: Sign::NoData });
        }
        keys
    }

    fn plot(&self, canvas: &Canvas, ticks: &Ticks) -> Plot<'_> {
        let n = self.categories.len().max(1) as f64;
        let labels = ticks.labels();
        let tick_width = labels.iter().map(|it| text::width(it, LABEL)).fold(0.0, f64::max);
        let left = canvas.left() + tick_width + 8.0;
        let each = (canvas.right() - left) / n;
        let is_upright = self.direction == Direction::Vertical
            && (!canvas.is_narrow() || self.categories.iter().all(|it| fits(it, each)));
        let top = canvas.y + 8.0;
        if is_upright {
            let bottom = top + if canvas.is_narrow() { 210.0 } else { 260.0 };
            let area = Area { left, top, right: canvas.right(), bottom };
            let value = Scale { values: ticks.range(), units: (bottom, top + 12.0) };
            return Plot { chart: self, area, value, each, is_upright };
        }
        let widest = self.categories.iter().map(|it| text::width(it, LABEL)).fold(0.0, f64::max);
        let left = canvas.left() + widest.min(canvas.width * 0.36) + 8.0;
        let bars = if self.layout == BarLayout::Grouped { self.series.len() } else { 1 };
        let each = 12.0 + (bars as f64 * 15.0).max(20.0);
        let area = Area { left, top, right: canvas.right() - END, bottom: top + each * n };
        let value = Scale { values: ticks.range(), units: (left, area.right) };
        Plot { chart: self, area, value, each, is_upright }
    }
}

/// Whether the name of a category fits below its bars.
fn fits(label: &str, room: f64) -> bool {
    label.split_whitespace().all(|it| text::width(it, LABEL) < room)
        && text::wrap(label, LABEL, room).len() <= 2
}

impl Slot {
    fn values(&self) -> impl Iterator<Item = f64> {
        let pairs = [self.reach, self.whisker];
        pairs.into_iter().flatten().flat_map(|(a, b)| [a, b])
    }
}

/// Where things stand.
struct Plot<'a> {
    chart: &'a BarChart,
    area: Area,
    value: Scale,
    /// The room of one category.
    each: f64,
    is_upright: bool,
}

impl Plot<'_> {
    /// Where a category's room starts.
    fn start(&self, category: usize) -> f64 {
        let origin = if self.is_upright { self.area.left } else { self.area.top };
        origin + category as f64 * self.each
    }

    /// Where the bar of a slot starts and ends on the category axis.
    fn across(&self, slot: &Slot) -> (f64, f64) {
        let filled = (self.each * FILLED).min(match self.chart.layout {
            BarLayout::Grouped => 64.0 * self.chart.series.len() as f64,
            BarLayout::Stacked => 64.0,
        });
        let start = self.start(slot.category) + (self.each - filled) / 2.0;
        match self.chart.layout {
            BarLayout::Grouped => {
                let width = filled / self.chart.series.len().max(1) as f64;
                let from = start + slot.series as f64 * width;
                // A hair of background keeps neighbors apart.
                (from, from + width - (width * 0.1).min(2.0))
            }
            BarLayout::Stacked => (start, start + filled),
        }
    }

    /// The rectangle between two places on the category axis and two on the value axis.
    fn area(&self, across: (f64, f64), along: (f64, f64)) -> Area {
        let along = (along.0.min(along.1), along.0.max(along.1));
        if self.is_upright {
            Area { left: across.0, top: along.0, right: across.1, bottom: along.1 }
        } else {
            Area { left: along.0, top: across.0, right: along.1, bottom: across.1 }
        }
    }

    /// A point at a place on the category axis and one on the value axis.
    fn point(&self, across: f64, along: f64) -> (f64, f64) {
        if self.is_upright { (across, along) } else { (along, across) }
    }

    fn categories(&self, canvas: &mut Canvas) {
        let mut lines = 0;
        for (index, label) in self.chart.categories.iter().enumerate() {
            let middle = self.start(index) + self.each / 2.0;
            if self.is_upright {
                let wrapped = text::wrap_at_most(label, LABEL, self.each - 4.0, 3);
                for (row, shown) in wrapped.iter().enumerate() {
                    let y = self.area.bottom + 17.0 + row as f64 * (LINE - 1.0);
                    let tag = canvas.body.tag("text").num("x", middle).num("y", y);
                    labelled(tag.attr("text-anchor", "middle"), shown, label);
                }
                lines = lines.max(wrapped.len());
            } else {
                let shown = text::fit(label, LABEL, self.area.left - canvas.left() - 6.0);
                let tag = canvas.body.tag("text").num("x", self.area.left - 8.0);
                let tag = tag.num("y", middle + 4.0).attr("text-anchor", "end");
                labelled(tag, &shown, label);
            }
        }
        if self.is_upright {
            canvas.y = self.area.bottom + 6.0 + lines as f64 * (LINE - 1.0);
        }
    }

    fn bar(&self, canvas: &mut Canvas, slot: &Slot, hatch: &str) {
        let across = self.across(slot);
        let zero = self.value.at(0.0);
        let Some((from, to)) = slot.reach else {
            if self.chart.layout == BarLayout::Stacked {
                return;
            }
            let end = if self.is_upright { zero - STUB } else { zero + STUB };
            let tag = rect(&mut canvas.body, self.area(across, (zero, end))).attr("fill", hatch);
            with_tooltip(tag, &format!("{}: no data", self.name(slot)));
            return;
        };
        let area = self.area(across, (self.value.at(from), self.value.at(to)));
        let class = format!("rb-f rb-bar {}", self.chart.color(slot.series).class());
        let unit = &self.chart.caption.unit;
        let mut tooltip = format!("{}: {}", self.name(slot), with_unit(to - from, unit));
        if let Some((lower, upper)) = slot.whisker {
            let (lower, upper) = (value_label(lower.min(upper)), with_unit(lower.max(upper), unit));
            tooltip = format!("{tooltip} ({lower} to {upper})");
        }
        with_tooltip(rect(&mut canvas.body, area).attr("class", class), &tooltip);
        if let Some((lower, upper)) = slot.whisker {
            self.whisker(canvas, across, (lower, upper));
        }
    }

    fn name(&self, slot: &Slot) -> String {
        let series = self.chart.series.get(slot.series).map_or("", |it: &BarSeries| &it.name);
        let category = self.chart.categories.get(slot.category).map_or("", String::as_str);
        format!("{series}, {category}")
    }

    fn whisker(&self, canvas: &mut Canvas, across: (f64, f64), range: (f64, f64)) {
        let middle = f64::midpoint(across.0, across.1);
        let cap = ((across.1 - across.0) * 0.3).min(6.0);
        let (lower, upper) = (self.value.at(range.0), self.value.at(range.1));
        let mut pen = Pen::default();
        let stem = [(middle, lower), (middle, upper)];
        let ends = [lower, upper].map(|it| [(middle - cap, it), (middle + cap, it)]);
        for [from, to] in [stem, ends[0], ends[1]] {
            let (from, to) = (self.point(from.0, from.1), self.point(to.0, to.1));
            pen.go(from.0, from.1);
            pen.go(to.0, to.1);
            pen.lift();
        }
        // A hem of background keeps the line apart from its bar.
        for class in ["rb-hem", "rb-whisker"] {
            canvas.body.tag("path").attr("class", class).attr("d", pen.as_str()).empty();
        }
    }

    /// Numbers beyond the ends of the bars, all or none: none where one would be wider than its bar, or could be taken
    /// for the end of an upright whisker. Beside lying whiskers they stand in a column.
    fn end_labels(&self, canvas: &mut Canvas, slots: &[Slot]) {
        let has_whiskers = slots.iter().any(|it| it.whisker.is_some());
        if self.chart.layout == BarLayout::Stacked || (self.is_upright && has_whiskers) {
            return;
        }
        let mut labels = Vec::new();
        for slot in slots {
            let Some((from, to)) = slot.reach else { continue };
            let (label, across) = (value_label(to - from), self.across(slot));
            let room = if self.is_upright { across.1 - across.0 + 2.0 } else { END };
            if text::width(&label, LABEL) > room {
                return;
            }
            let end = if has_whiskers { self.area.right } else { self.value.at(to) };
            labels.push((label, f64::midpoint(across.0, across.1), end, to < 0.0 && !has_whiskers));
        }
        for (label, middle, end, is_below) in labels {
            let (x, y, anchor) = match (self.is_upright, is_below) {
                (true, false) => (middle, end - 5.0, "middle"),
                (true, true) => (middle, end + 14.0, "middle"),
                (false, false) => (end + 5.0, middle + 4.0, "start"),
                (false, true) => (end - 5.0, middle + 4.0, "end"),
            };
            let tag = canvas.body.tag("text").num("x", x).num("y", y).attr("text-anchor", anchor);
            tag.attr("class", "rb-halo").text(&label);
        }
    }
}
