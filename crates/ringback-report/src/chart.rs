//! Charts as SVG: no scripts, no fonts, nothing loaded; readable in light, dark, print, on a phone, and as a lone file.
//!
//! Files in reading order: `line`, `bar` and `heat_map` are the charts, each with its `_plot` that draws; `mined` takes in the
//! drawings of processes; `canvas` is what
//! they share (title, legend, axes); `across` is the horizontal axis of lines; `axis` and `time_axis` find ticks; `text` measures; `number` prints; `color` and
//! `chart.css` paint; `markup` escapes.

mod across;
mod axis;
mod bar;
mod bar_plot;
mod canvas;
mod color;
mod heat_map;
mod line;
mod line_plot;
pub(crate) mod markup;
mod mined;
mod number;
mod text;
mod time_axis;

pub use axis::nice_ticks;
pub use bar::{BarChart, BarLayout, BarSeries, Direction};
pub use color::Color;
pub use heat_map::HeatMap;
pub use line::{Baseline, LineChart, Marks, Position, Series, Stroke};
pub use mined::{MapChart, SpectrumChart};
pub use time_axis::time_ticks;

use canvas::{Setting, Size};

/// The style of all charts; a page carries it once, a lone SVG file carries its own copy.
pub(crate) const STYLE: &str = include_str!("chart/chart.css");

/// Any chart, as a section of a page takes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Chart {
    /// Lines over time or over numbers.
    Line(LineChart),
    /// Bars by category.
    Bar(BarChart),
    /// Colored cells by row and column.
    HeatMap(HeatMap),
    /// A process map.
    Map(Box<MapChart>),
    /// A performance spectrum.
    Spectrum(SpectrumChart),
}

impl Chart {
    /// The chart as a file of its own, which opens in a browser: title, description and style are inside.
    pub fn to_svg(&self) -> String {
        let id = format!("rb-{:016x}", fnv1a(&format!("{self:?}")));
        self.draw(&Setting { id, size: Size::Wide, is_alone: true }).0
    }

    /// The chart as part of a page that shows the title and has [`STYLE`].
    pub(crate) fn inline(&self, id: String, size: Size) -> Svg {
        self.draw(&Setting { id, size, is_alone: false })
    }

    /// What the chart shows, and how to read it (which may be empty).
    pub(crate) fn caption(&self) -> (&str, &str) {
        let caption = match self {
            Self::Line(it) => &it.caption,
            Self::Bar(it) => &it.caption,
            Self::HeatMap(it) => &it.caption,
            Self::Map(it) => &it.caption,
            Self::Spectrum(it) => &it.caption,
        };
        (&caption.title, &caption.description)
    }

    /// Whether the page needs the style of the mining crate's drawings.
    pub(crate) fn is_mined(&self) -> bool {
        matches!(self, Self::Map(_) | Self::Spectrum(_))
    }

    fn draw(&self, setting: &Setting) -> Svg {
        match self {
            Self::Line(it) => it.draw(setting),
            Self::Bar(it) => it.draw(setting),
            Self::HeatMap(it) => it.draw(setting),
            Self::Map(it) => it.draw(setting),
            Self::Spectrum(it) => it.draw(setting),
        }
    }
}

impl From<LineChart> for Chart {
    fn from(chart: LineChart) -> Self {
        Self::Line(chart)
    }
}

impl From<BarChart> for Chart {
    fn from(chart: BarChart) -> Self {
        Self::Bar(chart)
    }
}

impl From<HeatMap> for Chart {
    fn from(chart: HeatMap) -> Self {
        Self::HeatMap(chart)
    }
}

impl From<MapChart> for Chart {
    fn from(chart: MapChart) -> Self {
        Self::Map(Box::new(chart))
    }
}

impl From<SpectrumChart> for Chart {
    fn from(chart: SpectrumChart) -> Self {
        Self::Spectrum(chart)
    }
}

pub(crate) use canvas::{Size as ChartSize, Svg};

/// A short name for a text, the same on every machine: ids that differ when the charts do.
///
/// # Source
///
/// FNV-1a, 64 bits: RFC 9923.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
