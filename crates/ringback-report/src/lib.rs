//! KPIs, SVG charts and a one-file HTML report.

mod chart;
mod error;
mod kpi;
mod overview;
mod page;

pub use chart::{
    BarChart, BarLayout, BarSeries, Baseline, Chart, Color, Direction, HeatMap, LineChart, Marks,
    Position, Series, Stroke, nice_ticks, time_ticks,
};
pub use error::Error;
pub use kpi::{KpiOptions, Kpis};
pub use overview::overview_page;
pub use page::{Align, KeyFigure, Page, Section, Table};
