//! Heat maps: one value per row and column, such as calls by weekday and hour.

use super::axis::{Step, Ticks};
use super::canvas::{
    Area, Canvas, Caption, Setting, Svg, caption_setters, labelled, rect, with_tooltip,
};
use super::number::{cell_label, tick_labels, with_unit};
use super::text::{self, LABEL};

/// Shades of the scale, palest first in light mode and darkest first in dark mode.
const SHADES: usize = 9;

/// Colored cells by row and column.
///
/// The scale has at most eight steps between round numbers, so that a color can be read off; a value at a step belongs
/// to the color above it. Cells without data are hatched.
///
/// # Example
///
/// ```
/// use ringback_report::HeatMap;
///
/// let svg = HeatMap::new("Calls by weekday and hour", ["Mon", "Tue"], ["09", "10", "11"])
///     .x_label("Hour of day")
///     .y_label("Day of week")
///     .unit("calls per hour")
///     .row([Some(12.0), Some(30.0), Some(25.0)])
///     .row([Some(11.0), None, Some(28.0)])
///     .to_svg();
/// assert!(svg.contains("Tue, 10: no data"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct HeatMap {
    pub(super) caption: Caption,
    row_names: Vec<String>,
    column_names: Vec<String>,
    cells: Vec<Vec<Option<f64>>>,
}

impl HeatMap {
    /// A heat map of named rows and columns, without values.
    pub fn new<R: Into<String>, C: Into<String>>(
        title: &str,
        row_names: impl IntoIterator<Item = R>,
        column_names: impl IntoIterator<Item = C>,
    ) -> Self {
        Self {
            caption: Caption::new(title),
            row_names: row_names.into_iter().map(Into::into).collect(),
            column_names: column_names.into_iter().map(Into::into).collect(),
            cells: Vec::new(),
        }
    }

    caption_setters! {
        x_label: "What the columns are; by default none.",
        y_label: "What the rows are; by default none.",
        unit: "What the cells count, beside the scale and in tooltips, such as `calls per hour`; by default none.",
    }

    /// Adds the next row of cells, in the order of the columns; `None`, values that are not finite and values that are
    /// not given are "no data". Cells beyond the named rows and columns are left out.
    pub fn row(mut self, cells: impl IntoIterator<Item = Option<f64>>) -> Self {
        self.cells.push(cells.into_iter().map(|it| it.filter(|it| it.is_finite())).collect());
        self
    }

    /// The chart as a file of its own, which opens in a browser: title, description and style are inside.
    pub fn to_svg(&self) -> String {
        super::Chart::from(self.clone()).to_svg()
    }

    fn cell(&self, row: usize, column: usize) -> Option<f64> {
        self.cells.get(row)?.get(column).copied().flatten()
    }

    /// Rows as columns: on a phone, 24 hours fit downwards and not across.
    fn turned(&self) -> Self {
        let cells = (0..self.column_names.len())
            .map(|column| (0..self.row_names.len()).map(|row| self.cell(row, column)).collect());
        let mut caption = self.caption.clone();
        std::mem::swap(&mut caption.x_label, &mut caption.y_label);
        Self {
            caption,
            row_names: self.column_names.clone(),
            column_names: self.row_names.clone(),
            cells: cells.collect(),
        }
    }

    pub(super) fn draw(&self, setting: &Setting) -> Svg {
        let canvas = Canvas::new(setting, &self.caption);
        let (n_rows, n_columns) = (self.row_names.len(), self.column_names.len());
        if canvas.is_narrow() && n_columns > 12 && n_rows <= 12 {
            return self.turned().plot(canvas);
        }
        self.plot(canvas)
    }

    fn plot(&self, mut canvas: Canvas) -> Svg {
        let (n_rows, n_columns) = (self.row_names.len(), self.column_names.len());
        let places = (0..n_rows).flat_map(|row| (0..n_columns).map(move |column| (row, column)));
        let values: Vec<Option<f64>> = places.map(|(row, column)| self.cell(row, column)).collect();
        let known: Vec<f64> = values.iter().copied().flatten().collect();
        let Some(shades) = Shades::of(&known) else { return canvas.no_data(&self.caption) };
        shades.legend(&mut canvas, &self.caption.unit, known.len() < values.len());
        canvas.axis_label(&self.caption.y_label);
        let grid = self.grid(&canvas);
        grid.names(&mut canvas, &self.row_names, &self.column_names);
        let is_printed = known.iter().all(|it| grid.has_room(&shades.label(*it)));
        for row in 0..n_rows {
            for column in 0..n_columns {
                let (value, area) = (self.cell(row, column), grid.cell(row, column));
                let name = format!("{}, {}", self.row_names[row], self.column_names[column]);
                let text =
                    value.map_or("no data".to_owned(), |it| with_unit(it, &self.caption.unit));
                shades.draw(&mut canvas, area, value, &format!("{name}: {text}"));
                if let (true, Some(value)) = (is_printed, value) {
                    shades.print(&mut canvas, area, value);
                }
            }
        }
        canvas.y = grid.area.bottom + 20.0;
        canvas.bottom_label(&self.caption.x_label, grid.area);
        canvas.finish(&self.caption)
    }

    fn grid(&self, canvas: &Canvas) -> Grid {
        let names = self.row_names.iter().map(|it| text::width(it, LABEL));
        let widest = names.fold(0.0, f64::max).min(canvas.width * 0.34);
        let left = canvas.left() + widest + 8.0;
        let width = (canvas.right() - left) / self.column_names.len().max(1) as f64;
        let height = if self.row_names.len() > 14 { 20.0 } else { 26.0 };
        let (width, top) = (width.min(90.0), canvas.y + 4.0);
        let right = left + width * self.column_names.len() as f64;
        let bottom = top + height * self.row_names.len() as f64;
        Grid { area: Area { left, top, right, bottom }, width, height }
    }
}

/// Where the cells stand.
struct Grid {
    area: Area,
    /// The width of a cell with the gap after it.
    width: f64,
    /// The height of a cell with the gap after it.
    height: f64,
}

impl Grid {
    fn cell(&self, row: usize, column: usize) -> Area {
        let left = self.area.left + column as f64 * self.width;
        let top = self.area.top + row as f64 * self.height;
        Area { left, top, right: left + self.width - 1.0, bottom: top + self.height - 1.0 }
    }

    /// Whether a number can be printed in a cell.
    fn has_room(&self, label: &str) -> bool {
        text::width(label, LABEL - 1.0) <= self.width - 1.0
    }

    fn names(&self, canvas: &mut Canvas, rows: &[String], columns: &[String]) {
        for (row, name) in rows.iter().enumerate() {
            let shown = text::fit(name, LABEL, self.area.left - canvas.left() - 6.0);
            let y = self.area.top + (row as f64 + 0.5) * self.height + 3.5;
            let tag = canvas.body.tag("text").num("x", self.area.left - 8.0).num("y", y);
            labelled(tag.attr("text-anchor", "end"), &shown, name);
        }
        let widest = columns.iter().map(|it| text::width(it, LABEL)).fold(0.0, f64::max);
        // Every name, or every second, third, ...: those that have room.
        let each =
            [1_usize, 2, 3, 4, 6].into_iter().find(|it| widest + 4.0 <= self.width * *it as f64);
        let each = each.unwrap_or(6);
        for (column, name) in columns.iter().enumerate().step_by(each) {
            let shown = text::fit(name, LABEL, self.width * each as f64 - 2.0);
            let x = self.area.left + (column as f64 + 0.5) * self.width;
            canvas.centered(x, self.area.bottom + 15.0, &shown, "rb-plain");
        }
    }
}

/// The scale of colors.
struct Shades {
    /// The round numbers between which a color holds.
    edges: Ticks,
    /// Whether the values are counts.
    rule: Step,
}

impl Shades {
    /// A scale over values; `None` without any.
    fn of(values: &[f64]) -> Option<Self> {
        let lower = values.iter().copied().min_by(f64::total_cmp)?;
        let upper = values.iter().copied().max_by(f64::total_cmp)?;
        let rule = Step::of(values);
        Some(Self { edges: Ticks::new((lower, upper), SHADES, rule), rule })
    }

    /// The shade of a step of the scale: the steps are spread over all shades.
    fn shade(&self, step: usize) -> usize {
        let steps = self.edges.at.len() - 1;
        if steps < 2 { SHADES / 2 } else { (step * (SHADES - 1) + (steps - 1) / 2) / (steps - 1) }
    }

    fn shade_of(&self, value: f64) -> usize {
        let steps = self.edges.at.len() - 1;
        let step = self.edges.at.partition_point(|edge| *edge <= value).saturating_sub(1);
        self.shade(step.min(steps - 1))
    }

    fn label(&self, value: f64) -> String {
        cell_label(value, self.rule == Step::Whole)
    }

    fn draw(&self, canvas: &mut Canvas, area: Area, value: Option<f64>, tooltip: &str) {
        let hatch = canvas.hatch();
        let tag = rect(&mut canvas.body, area);
        let tag = match value {
            Some(value) => tag.attr("class", format!("rb-h{} rb-cell", self.shade_of(value))),
            None => tag.attr("fill", hatch),
        };
        with_tooltip(tag, tooltip);
    }

    fn print(&self, canvas: &mut Canvas, area: Area, value: f64) {
        let (x, y) = (f64::midpoint(area.left, area.right), f64::midpoint(area.top, area.bottom));
        let tag = canvas.body.tag("text").num("x", x).num("y", y + 4.0);
        let tag = tag.attr("text-anchor", "middle").attr("pointer-events", "none");
        let class = format!("rb-cell-text rb-t{}", self.shade_of(value));
        tag.attr("class", class).text(&self.label(value));
    }

    /// The scale as a bar, with its steps, its unit, and the sign for "no data".
    fn legend(&self, canvas: &mut Canvas, unit: &str, has_gaps: bool) {
        if !unit.is_empty() {
            canvas.axis_label(unit);
        }
        let (left, top) = (canvas.left(), canvas.y + 2.0);
        let steps = self.edges.at.len() - 1;
        let width = if canvas.is_narrow() { 28.0 } else { 40.0 };
        for step in 0..steps {
            let from = left + 8.0 + step as f64 * width;
            let area = Area { left: from, top, right: from + width, bottom: top + 10.0 };
            let class = format!("rb-h{}", self.shade(step));
            rect(&mut canvas.body, area).attr("class", class).empty();
        }
        let labels = tick_labels(&self.edges.at, self.edges.step);
        let mut free = 0.0;
        for (step, label) in labels.iter().enumerate() {
            let (x, half) = (left + 8.0 + step as f64 * width, text::width(label, LABEL) / 2.0);
            if x - half >= free {
                canvas.centered(x, top + 24.0, label, "rb-soft");
                free = x + half + 4.0;
            }
        }
        if has_gaps {
            let from = left + 8.0 + steps as f64 * width + 44.0;
            let area = Area { left: from, top, right: from + 28.0, bottom: top + 10.0 };
            let hatch = canvas.hatch();
            rect(&mut canvas.body, area).attr("fill", hatch).empty();
            canvas.centered(from + 14.0, top + 24.0, "no data", "rb-soft");
        }
        canvas.y = top + 38.0;
    }
}
