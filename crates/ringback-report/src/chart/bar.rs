//! Bar charts: values by category, side by side or stacked.

use super::canvas::{Caption, caption_setters};
use super::color::Color;

/// How the bars of a category stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BarLayout {
    /// Side by side, to compare.
    #[default]
    Grouped,
    /// On top of each other, to add up; negative values stack below zero, and whiskers are not drawn.
    Stacked,
}

/// Which way the bars run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// Upwards. On a phone they run to the right where the names of the categories need it.
    #[default]
    Vertical,
    /// To the right: for many categories, or for long names.
    Horizontal,
}

/// One value per category.
#[derive(Clone, Debug)]
#[must_use]
pub struct BarSeries {
    pub(super) name: String,
    pub(super) values: Vec<Option<f64>>,
    pub(super) whiskers: Vec<Option<(f64, f64)>>,
    pub(super) color: Option<Color>,
}

impl BarSeries {
    /// Values in the order of the categories; `None`, values that are not finite and values that are not given are "no
    /// data" and are drawn as such, not as zero.
    pub fn new(name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values = values.into_iter().map(|it| it.filter(|it| it.is_finite())).collect();
        Self { name: name.to_owned(), values, whiskers: Vec::new(), color: None }
    }

    /// A range (lower, upper) around each value, such as a confidence interval; by default none.
    pub fn whiskers(mut self, ranges: impl IntoIterator<Item = Option<(f64, f64)>>) -> Self {
        let is_finite = |it: &(f64, f64)| it.0.is_finite() && it.1.is_finite();
        self.whiskers = ranges.into_iter().map(|it| it.filter(is_finite)).collect();
        self
    }

    /// The color; by default the next of the palette.
    pub fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }
}

/// Bars by category.
///
/// # Example
///
/// ```
/// use ringback_report::{BarChart, BarSeries, Direction};
///
/// let median = BarSeries::new("median wait", [Some(41.0), Some(95.0), None])
///     .whiskers([Some((38.0, 44.0)), Some((80.0, 110.0)), None]);
/// let svg = BarChart::new("Wait by queue", ["Sales", "Support", "Night desk"])
///     .description("Whiskers are 95\u{a0}% confidence intervals.")
///     .y_label("Median wait (s)")
///     .series(median)
///     .direction(Direction::Horizontal)
///     .to_svg();
/// assert!(svg.contains("no data"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct BarChart {
    pub(super) caption: Caption,
    pub(super) categories: Vec<String>,
    pub(super) series: Vec<BarSeries>,
    pub(super) layout: BarLayout,
    pub(super) direction: Direction,
}

impl BarChart {
    /// A chart of categories, without bars.
    pub fn new<S: Into<String>>(title: &str, categories: impl IntoIterator<Item = S>) -> Self {
        Self {
            caption: Caption::new(title),
            categories: categories.into_iter().map(Into::into).collect(),
            series: Vec::new(),
            layout: BarLayout::default(),
            direction: Direction::default(),
        }
    }

    caption_setters! {
        x_label: "The name of the category axis; by default none.",
        y_label: "The name of the value axis, with its unit; by default none.",
        unit: "The unit that follows values in tooltips, such as `s`; by default none.",
    }

    /// Adds a bar to each category.
    pub fn series(mut self, series: BarSeries) -> Self {
        self.series.push(series);
        self
    }

    /// How the bars of a category stand; by default [`BarLayout::Grouped`].
    pub fn layout(mut self, layout: BarLayout) -> Self {
        self.layout = layout;
        self
    }

    /// Which way the bars run; by default [`Direction::Vertical`].
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// The chart as a file of its own, which opens in a browser: title, description and style are inside.
    pub fn to_svg(&self) -> String {
        super::Chart::from(self.clone()).to_svg()
    }
}
