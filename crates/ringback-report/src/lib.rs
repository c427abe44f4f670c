//! KPIs, SVG charts and a one-file HTML report.

mod chart;
mod page;
