//! KPIs, SVG charts and a one-file HTML report.
//!
//! A chart is a value with labels and units; a page is sections of text, figures, tables and charts that opens from
//! disk without loading anything.
//!
//! ```
//! use ringback_report::{HeatMap, Page, Section};
//!
//! let load = HeatMap::new("Load by weekday and hour", ["Mon", "Tue"], ["09", "10"])
//!     .x_label("Hour of the day")
//!     .unit("calls per hour")
//!     .row([Some(12.0), Some(30.0)])
//!     .row([Some(11.0), None]); // the feed had a gap
//! let page = Page::new("Shop").section(Section::new("When calls come").chart(load)).to_html();
//! assert!(page.starts_with("<!doctype html>"));
//! ```
//!
//! Files in reading order: `kpi` (everything that the overview shows, worked out once), with `reach` (when customers pick up,
//! and when to offer callbacks), `overview` (the page on it); `bottleneck` (where cases lose time); `chart` and its kinds, `page`.

mod bottleneck;
mod chart;
mod error;
mod kpi;
mod overview;
mod page;
mod reach;
mod sources;

pub use bottleneck::{
    BottleneckOptions, Bottlenecks, Improvements, NamedWait, bottleneck_page, bottleneck_section,
    comparison_in_words,
};
pub use chart::{
    BarChart, BarLayout, BarSeries, Baseline, Chart, Color, Direction, HeatMap, LineChart,
    MapChart, Marks, Position, Series, SpectrumChart, Stroke, nice_ticks, time_ticks,
};
pub use error::Error;
pub use kpi::{KpiOptions, Kpis};
pub use overview::overview_page;
pub use page::{Align, KeyFigure, Page, Section, Table};
pub use reach::{
    AttemptsFrom, CallbackDay, CallbackWindow, CallbackWindows, ContactMonth, ReachKpis,
    ReachScores, SegmentHours,
};
pub use sources::{SourceKpis, source_kpis, sources_section};
