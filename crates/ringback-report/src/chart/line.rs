//! Line charts: what happened over time, and what is expected to happen.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::canvas::{Caption, caption_setters};
use super::color::Color;

/// A place on the horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Position {
    /// A number; one that is not finite is left out.
    Number(f64),
    /// A civil reading; the caller has chosen the zone.
    Time(NaiveDateTime),
}

impl From<f64> for Position {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Position {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<NaiveDateTime> for Position {
    fn from(at: NaiveDateTime) -> Self {
        Self::Time(at)
    }
}

impl From<NaiveDate> for Position {
    fn from(date: NaiveDate) -> Self {
        Self::Time(date.and_time(NaiveTime::MIN))
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stroke {
    /// Without breaks.
    #[default]
    Solid,
    /// In dashes, as for what did not happen (yet).
    Dashed,
    /// In dots, as for a comparison.
    Dotted,
    /// Not at all: only the marks.
    None,
}

/// Which points of a line get a dot. A point with no neighbor always has one, or it would not be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Marks {
    /// All, when a series has at most 31 points.
    #[default]
    WhenFew,
    /// All.
    All,
    /// Only those with no neighbor.
    Lone,
}

/// What the value axis must include.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Baseline {
    /// Zero: heights compare as the values do.
    #[default]
    Zero,
    /// Only the data: small changes of a large value show.
    Data,
}

/// One line, and the bands around it.
///
/// # Example
///
/// ```
/// use ringback_report::{Series, Stroke};
///
/// let mean = [(1_u32, Some(40.0)), (2, Some(44.0))];
/// let level_80 = [(1_u32, Some((30.0, 52.0))), (2, Some((31.0, 60.0)))];
/// let forecast =
///     Series::new("forecast", mean).band("80\u{a0}% interval", level_80).stroke(Stroke::Dashed);
/// # let _ = forecast;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Series {
    pub(super) name: String,
    pub(super) points: Vec<(Position, Option<f64>)>,
    pub(super) bands: Vec<Band>,
    pub(super) color: Option<Color>,
    pub(super) stroke: Stroke,
    pub(super) marks: Marks,
}

/// A range of values at each position.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) label: String,
    pub(super) ranges: Vec<(Position, Option<(f64, f64)>)>,
}

impl Series {
    /// A series of points, in any order; `None` and values that are not finite are gaps.
    ///
    /// A gap breaks the line. A position that is not in the list is no gap: the line runs across it.
    pub fn new<X: Into<Position>>(
        name: &str,
        points: impl IntoIterator<Item = (X, Option<f64>)>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            points: points.into_iter().map(|(x, value)| (x.into(), value)).collect(),
            bands: Vec::new(),
            color: None,
            stroke: Stroke::default(),
            marks: Marks::default(),
        }
    }

    /// Adds a shaded band of (lower, upper) values, such as a prediction interval; bands overlay each other.
    ///
    /// `None` and bounds that are not finite break the band.
    pub fn band<X: Into<Position>>(
        mut self,
        label: &str,
        ranges: impl IntoIterator<Item = (X, Option<(f64, f64)>)>,
    ) -> Self {
        let ranges = ranges.into_iter().map(|(x, range)| (x.into(), range)).collect();
        self.bands.push(Band { label: label.to_owned(), ranges });
        self
    }

    /// The color; by default the next of the palette.
    pub fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }

    /// How the line is drawn; by default [`Stroke::Solid`].
    pub fn stroke(mut self, stroke: Stroke) -> Self {
        self.stroke = stroke;
        self
    }

    /// Which points get a dot; by default [`Marks::WhenFew`].
    pub fn marks(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }
}

/// Lines over time or over numbers.
///
/// The axis is one of time when the first point is at a time; points of the other kind are left out.
///
/// # Example
///
/// ```
/// use ringback_report::{LineChart, Series};
///
/// let calls = [(0_u32, Some(12.0)), (1, None), (2, Some(9.0)), (3, Some(14.0))];
/// let svg = LineChart::new("Calls per hour")
///     .description("Hour 1 is missing in the log: a gap, not a zero.")
///     .x_label("Hour of day")
///     .y_label("Calls per hour")
///     .series(Series::new("observed", calls))
///     .to_svg();
/// assert!(svg.starts_with("<svg"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct LineChart {
    pub(super) caption: Caption,
    pub(super) series: Vec<Series>,
    pub(super) markers: Vec<(Position, String)>,
    pub(super) references: Vec<(f64, String)>,
    pub(super) baseline: Baseline,
}

impl LineChart {
    /// A chart without lines.
    pub fn new(title: &str) -> Self {
        Self {
            caption: Caption::new(title),
            series: Vec::new(),
            markers: Vec::new(),
            references: Vec::new(),
            baseline: Baseline::default(),
        }
    }

    caption_setters! {
        x_label: "The name of the horizontal axis, with its unit; by default none.",
        y_label: "The name of the value axis, with its unit; by default none.",
        unit: "The unit that follows values in tooltips, such as `s`; by default none.",
    }

    /// Adds a line, over those that are there.
    pub fn series(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Adds a vertical line with a label above the data, such as "forecast starts".
    pub fn marker(mut self, at: impl Into<Position>, label: &str) -> Self {
        self.markers.push((at.into(), label.to_owned()));
        self
    }

    /// Adds a horizontal line with a label, such as a target; one that is not finite is left out.
    pub fn reference(mut self, value: f64, label: &str) -> Self {
        self.references.push((value, label.to_owned()));
        self
    }

    /// What the value axis must include; by default [`Baseline::Zero`].
    pub fn baseline(mut self, baseline: Baseline) -> Self {
        self.baseline = baseline;
        self
    }

    /// The chart as a file of its own, which opens in a browser: title, description and style are inside.
    pub fn to_svg(&self) -> String {
        super::Chart::from(self.clone()).to_svg()
    }
}
