//! Draws a [`LineChart`].

use super::across::{Across, Kind, extent, place};
use super::axis::{Scale, Step, Ticks};
use super::canvas::{
    Area, Canvas, Key, Setting, Sign, Svg, circle, labelled, line, rect, with_tooltip,
};
use super::color::Color;
use super::line::{Baseline, LineChart, Marks, Position, Series, Stroke};
use super::markup::Pen;
use super::number::with_unit;
use super::text::{self, LABEL, LINE};

/// From this many points on, single points get no tooltips: they could not be hit, and the file would grow.
const TOOLTIPS: usize = 600;

/// What stands at one horizontal place, sorted by place; `None` is a gap.
type Run<T> = Vec<(f64, Option<T>)>;

/// A series whose places are numbers: seconds since 1970 on a time axis.
struct Track<'a> {
    series: &'a Series,
    color: Color,
    points: Run<f64>,
    bands: Vec<Run<(f64, f64)>>,
}

impl LineChart {
    pub(super) fn draw(&self, setting: &Setting) -> Svg {
        let mut canvas = Canvas::new(setting, &self.caption);
        let tracks = self.tracks();
        let values = self.values(&tracks);
        let (Some(across), Some(range)) = (self.across(&tracks), extent(&values)) else {
            return canvas.no_data(&self.caption);
        };
        canvas.legend(&keys(&tracks));
        let range = match self.baseline {
            Baseline::Zero => (range.0.min(0.0), range.1.max(0.0)),
            Baseline::Data => range,
        };
        let ticks = Ticks::new(range, if canvas.is_narrow() { 6 } else { 7 }, Step::of(&values));
        canvas.axis_label(&self.value_name(&ticks));
        let area = self.area(&canvas, &ticks);
        let x = Scale { values: across.range, units: (area.left, area.right) };
        let (area, rules) = self.markers(&mut canvas, area, &across, x);
        let y = Scale { values: ticks.range(), units: (area.bottom, area.top) };
        no_data(&mut canvas, area, x, &gaps(&tracks));
        canvas.vertical_values(area, &ticks, y);
        across.draw(&mut canvas, area, x);
        for (at, top) in rules {
            let (from, to) = ((at, top), (at, area.bottom));
            line(&mut canvas.body, from, to).attr("class", "rb-rule").empty();
        }
        self.reference_lines(&mut canvas, area, y);
        let plot = Plot { x, y, across, unit: &self.caption.unit };
        plot.draw(&mut canvas, &tracks);
        self.reference_labels(&mut canvas, area, y);
        canvas.bottom_label(&self.caption.x_label, area);
        canvas.finish(&self.caption)
    }

    fn tracks(&self) -> Vec<Track<'_>> {
        let kind = self.kind();
        let mut tracks = Vec::new();
        let colors = Color::of(self.series.iter().map(|it| it.color));
        for (series, color) in self.series.iter().zip(colors) {
            let points = run(&series.points, kind, |it| it.is_finite().then_some(it));
            let bands = series.bands.iter().map(|band| {
                run(&band.ranges, kind, |(a, b)| {
                    (a.is_finite() && b.is_finite()).then_some((a.min(b), a.max(b)))
                })
            });
            tracks.push(Track { series, color, points, bands: bands.collect() });
        }
        tracks
    }

    /// Decided by the first point.
    fn kind(&self) -> Kind {
        let points = self.series.iter().flat_map(|it| &it.points).map(|it| it.0);
        let bands = self.series.iter().flat_map(|it| &it.bands).flat_map(|it| &it.ranges);
        match points.chain(bands.map(|it| it.0)).next() {
            Some(Position::Time(_)) => Kind::Times,
            _ => Kind::Numbers,
        }
    }

    /// Everything that the value axis must reach.
    fn values(&self, tracks: &[Track<'_>]) -> Vec<f64> {
        let mut values = Vec::new();
        for track in tracks {
            values.extend(track.points.iter().filter_map(|it| it.1));
            for (lower, upper) in track.bands.iter().flatten().filter_map(|it| it.1) {
                values.extend([lower, upper]);
            }
        }
        if !values.is_empty() {
            values.extend(self.references.iter().map(|it| it.0).filter(|it| it.is_finite()));
        }
        values
    }

    fn across(&self, tracks: &[Track<'_>]) -> Option<Across> {
        let mut places: Vec<f64> = Vec::new();
        for track in tracks {
            places.extend(track.points.iter().map(|it| it.0));
            places.extend(track.bands.iter().flatten().map(|it| it.0));
        }
        let markers: Vec<Position> = self.markers.iter().map(|it| it.0).collect();
        Across::of(self.kind(), &places, &markers)
    }

    /// The name of the value axis; it says so where heights do not compare as the values do.
    fn value_name(&self, ticks: &Ticks) -> String {
        let (name, (lower, upper)) = (&self.caption.y_label, ticks.range());
        if lower <= 0.0 && upper >= 0.0 {
            return name.clone();
        }
        format!("{name} (axis without zero)").trim_start().to_owned()
    }

    /// Room for the data, with labels to the left and two lines of labels below.
    fn area(&self, canvas: &Canvas, ticks: &Ticks) -> Area {
        let widest = ticks.labels().iter().map(|it| text::width(it, LABEL)).fold(0.0_f64, f64::max);
        let height = if canvas.is_narrow() { 210.0 } else { 260.0 };
        let top = canvas.y + if self.markers.is_empty() { 10.0 } else { 4.0 };
        Area {
            left: canvas.left() + widest + 8.0,
            top,
            right: canvas.right() - 10.0,
            bottom: top + height,
        }
    }

    /// Draws the labels of vertical lines, in rows above the data. Returns the area, moved below the rows, and where the
    /// lines stand and start.
    fn markers(
        &self,
        canvas: &mut Canvas,
        area: Area,
        across: &Across,
        x: Scale,
    ) -> (Area, Vec<(f64, f64)>) {
        let mut markers: Vec<(f64, &str)> = Vec::new();
        for (at, label) in &self.markers {
            markers.extend(place(*at, across.kind).map(|at| (x.at(at), label.as_str())));
        }
        markers.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Where the labels of each row end. A line runs down from its label, so all rows below must be free as well.
        let mut rows: Vec<f64> = Vec::new();
        let mut placed = Vec::new();
        for (at, label) in markers {
            let width = text::width(label, LABEL) + 4.0;
            let is_left = at + width > canvas.right();
            let from = if is_left { at - width } else { at };
            let row = rows.iter().rposition(|end| *end + 8.0 > from).map_or(0, |it| it + 1);
            rows.truncate(row);
            rows.push(from + width);
            placed.push((at, label, row, is_left));
        }
        let count = placed.iter().map(|it| it.2 + 1).max().unwrap_or(0);
        let shift = count as f64 * LINE + if count == 0 { 0.0 } else { 4.0 };
        let moved = Area { top: area.top + shift, bottom: area.bottom + shift, ..area };
        let top = |row: usize| area.top + row as f64 * LINE + 2.0;
        let rules = placed.iter().map(|it| (it.0, top(it.2))).collect();
        for (at, label, row, is_left) in placed {
            let (x, anchor) = if is_left { (at - 4.0, "end") } else { (at + 4.0, "start") };
            let shown = text::fit(label, LABEL, canvas.right() - canvas.left());
            let y = top(row) + 10.0;
            let tag = canvas.body.tag("text").num("x", x).num("y", y).attr("text-anchor", anchor);
            labelled(tag.attr("class", "rb-soft rb-halo"), &shown, label);
        }
        canvas.y = moved.bottom;
        (moved, rules)
    }

    fn reference_lines(&self, canvas: &mut Canvas, area: Area, y: Scale) {
        for (value, _) in self.references.iter().filter(|it| it.0.is_finite()) {
            let at = y.at(*value);
            let (from, to) = ((area.left, at), (area.right, at));
            line(&mut canvas.body, from, to).attr("class", "rb-rule").empty();
        }
    }

    /// Over the data, in a halo of background.
    fn reference_labels(&self, canvas: &mut Canvas, area: Area, y: Scale) {
        for (value, label) in self.references.iter().filter(|it| it.0.is_finite()) {
            let shown = text::fit(label, LABEL, area.right - area.left);
            let tag = canvas.body.tag("text").num("x", area.right).num("y", y.at(*value) - 5.0);
            let tag = tag.attr("text-anchor", "end").attr("class", "rb-halo");
            labelled(tag, &shown, label);
        }
    }
}

fn keys(tracks: &[Track<'_>]) -> Vec<Key> {
    let mut keys = Vec::new();
    for track in tracks {
        let dot = track.has_marks() || track.series.stroke == Stroke::None;
        let sign = Sign::Line { class: stroke_class(track.series.stroke, false), dot };
        keys.push(Key { label: track.series.name.clone(), color: track.color, sign });
        for (layer, band) in track.layers() {
            let label = track.series.bands[band].label.clone();
            keys.push(Key { label, color: track.color, sign: Sign::Band(layer + 1) });
        }
    }
    if !gaps(tracks).is_empty() {
        let label = "no data".to_owned();
        keys.push(Key { label, color: Color::Gray, sign: Sign::NoData });
    }
    if keys.len() < 2 { Vec::new() } else { keys }
}

/// Where the only series has no data: from the last known place to the next. Of several, each has its own gaps, and
/// the broken lines have to say it.
fn gaps(tracks: &[Track<'_>]) -> Vec<(f64, f64)> {
    let [track] = tracks else { return Vec::new() };
    let mut gaps = Vec::new();
    let mut known: Option<f64> = None;
    let mut is_open = false;
    for (x, value) in &track.points {
        if value.is_none() {
            is_open = true;
            continue;
        }
        if let (true, Some(from)) = (is_open, known) {
            gaps.push((from, *x));
        }
        (known, is_open) = (Some(*x), false);
    }
    gaps
}

fn no_data(canvas: &mut Canvas, area: Area, x: Scale, gaps: &[(f64, f64)]) {
    let hatch = canvas.hatch();
    for (from, to) in gaps {
        let gap = Area { left: x.at(*from), right: x.at(*to), ..area };
        rect(&mut canvas.body, gap).attr("fill", &hatch).attr("opacity", "0.4").empty();
    }
}

impl Track<'_> {
    fn has_marks(&self) -> bool {
        match self.series.marks {
            Marks::All => true,
            Marks::Lone => false,
            Marks::WhenFew => self.points.len() <= 31,
        }
    }

    /// Indexes of the bands, widest first: (layer, index).
    fn layers(&self) -> Vec<(usize, usize)> {
        let mean_width = |band: &Run<(f64, f64)>| {
            let widths: Vec<f64> =
                band.iter().filter_map(|it| it.1).map(|it| it.1 - it.0).collect();
            widths.iter().sum::<f64>() / widths.len().max(1) as f64
        };
        let mut order: Vec<(f64, usize)> =
            self.bands.iter().enumerate().map(|(index, band)| (mean_width(band), index)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.into_iter().enumerate().map(|(layer, (_, index))| (layer, index)).collect()
    }
}

/// The scales of a chart, to draw its series with.
struct Plot<'a> {
    x: Scale,
    y: Scale,
    across: Across,
    unit: &'a str,
}

impl Plot<'_> {
    fn draw(&self, canvas: &mut Canvas, tracks: &[Track<'_>]) {
        for track in tracks {
            self.bands(canvas, track);
        }
        for track in tracks {
            self.line(canvas, track);
        }
        let points: usize = tracks.iter().map(|it| it.points.len()).sum();
        // A finger has no hover.
        if points <= TOOLTIPS && !canvas.is_narrow() {
            for track in tracks {
                self.tooltips(canvas, track);
            }
        }
    }

    fn bands(&self, canvas: &mut Canvas, track: &Track<'_>) {
        for (_, index) in track.layers() {
            for run in stretches(&track.bands[index]) {
                let mut pen = Pen::default();
                for (x, (_, upper)) in &run {
                    pen.go(self.x.at(*x), self.y.at(*upper));
                }
                for (x, (lower, _)) in run.iter().rev() {
                    pen.go(self.x.at(*x), self.y.at(*lower));
                }
                pen.close();
                let class = format!("rb-band {}", track.color.class());
                if let [(x, (lower, upper))] = run.as_slice() {
                    // A range with no neighbor has no width: a bar of its own makes it visible.
                    let (x, top, bottom) = (self.x.at(*x), self.y.at(*upper), self.y.at(*lower));
                    let bar = Area { left: x - 3.0, top, right: x + 3.0, bottom };
                    rect(&mut canvas.body, bar).attr("class", class).empty();
                } else {
                    canvas.body.tag("path").attr("class", class).attr("d", pen.as_str()).empty();
                }
            }
        }
    }

    fn line(&self, canvas: &mut Canvas, track: &Track<'_>) {
        let class = stroke_class(track.series.stroke, track.points.len() > 120);
        canvas.body.tag("g").attr("class", track.color.class()).content(|body| {
            for run in stretches(&track.points) {
                let mut pen = Pen::default();
                let places: Vec<(f64, f64)> =
                    run.iter().map(|(x, y)| (self.x.at(*x), self.y.at(*y))).collect();
                for (x, y) in thinned(&places) {
                    pen.go(x, y);
                }
                if places.len() > 1 && track.series.stroke != Stroke::None {
                    body.tag("path").attr("class", class).attr("d", pen.as_str()).empty();
                }
                let is_bare = track.series.stroke == Stroke::None;
                if track.has_marks() || is_bare || places.len() == 1 {
                    for (x, y) in &places {
                        circle(body, *x, *y, 3.0).attr("class", "rb-f").empty();
                    }
                }
            }
        });
    }

    fn tooltips(&self, canvas: &mut Canvas, track: &Track<'_>) {
        canvas.body.tag("g").attr("class", track.color.class()).content(|body| {
            for (x, value) in &track.points {
                let Some(value) = value else { continue };
                let tag = circle(body, self.x.at(*x), self.y.at(*value), 7.0);
                let (name, at) = (&track.series.name, self.across.label(*x));
                let tooltip = format!("{name}, {at}: {}", with_unit(*value, self.unit));
                with_tooltip(tag.attr("class", "rb-hit"), &tooltip);
            }
        });
    }
}

fn stroke_class(stroke: Stroke, is_thin: bool) -> &'static str {
    match (stroke, is_thin) {
        (Stroke::Solid, false) => "rb-l",
        (Stroke::Solid, true) => "rb-l rb-thin",
        (Stroke::Dashed, _) => "rb-l rb-dash",
        (Stroke::Dotted, _) => "rb-l rb-dot",
        (Stroke::None, _) => "rb-none",
    }
}

/// The longest stretches without a gap.
fn stretches<T: Copy>(run: &[(f64, Option<T>)]) -> Vec<Vec<(f64, T)>> {
    let mut stretches = vec![Vec::new()];
    for (x, value) in run {
        match (value, stretches.last_mut()) {
            (Some(value), Some(last)) => last.push((*x, *value)),
            _ => stretches.push(Vec::new()),
        }
    }
    stretches.retain(|it| !it.is_empty());
    stretches
}

/// Of the points in each column of one drawing unit, the first, lowest, highest and last: the same picture from fewer.
///
/// # Source
///
/// M4: Jugel, Jerzak, Hackenbroich and Markl, "M4: A Visualization-Oriented Time Series Data Aggregation", PVLDB 7(10),
/// 2014.
fn thinned(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept = Vec::new();
    for column in places.chunk_by(|a, b| (a.0.floor() - b.0.floor()).abs() < 0.5) {
        let lowest = (0..column.len()).min_by(|a, b| column[*a].1.total_cmp(&column[*b].1));
        let highest = (0..column.len()).max_by(|a, b| column[*a].1.total_cmp(&column[*b].1));
        let mut chosen = vec![0, column.len() - 1];
        chosen.extend(lowest);
        chosen.extend(highest);
        chosen.sort_unstable();
        chosen.dedup();
        kept.extend(chosen.into_iter().map(|it| column[it]));
    }
    kept
}

/// Values at their places, in order; ties stay as given.
fn run<T: Copy, U>(
    points: &[(Position, Option<T>)],
    kind: Kind,
    clean: impl Fn(T) -> Option<U>,
) -> Run<U> {
    let mut run: Run<U> = Vec::new();
    for (at, value) in points {
        run.extend(place(*at, kind).map(|x| (x, value.and_then(&clean))));
    }
    run.sort_by(|a, b| a.0.total_cmp(&b.0));
    run
}
